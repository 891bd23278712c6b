/*
 * names.c - see names.h.
 */
#include "world/names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/check.h"
#include "base/hash.h"

/* Latencies that are told apart, as those of packets are. */
#define LATENCY_STEPS 8

/* What a name stands for from some time on. */
struct answer {
    struct list link;
    int64_t from_ns;
    size_t count;
    struct address addresses[];
};

struct name {
    struct list link; /* in net.name_list */
    char *text;
    struct host *host;   /* of which it is the name, or NULL */
    struct list answers; /* that were entered, the earliest first */
    bool served;         /* `service` is its own */
    struct name_service service;
};

/* ---- entering ---- */

/* Like hash_text(), of the small letters. */
static uint64_t key_of(const char *text)
{
    uint64_t hash = HASH_START;

    for (; *text != '\0'; text++) {
        char small = *text >= 'A' && *text <= 'Z' ? (char)(*text - 'A' + 'a') : *text;

        hash = hash_bytes(hash, &small, 1);
    }
    return hash >> 1;
}

static bool is_same(const char *a, const char *b)
{
    return key_of(a) == key_of(b);
}

static struct name *get(const struct net *net, const char *text)
{
    size_t found = map_get(&net->names, key_of(text));

    return found != MAP_NONE ? (struct name *)found : NULL;
}

static struct name *add(struct net *net, const char *text)
{
    struct name *name = must_alloc(sizeof *name);

    name->text = must_text(text);
    list_init(&name->answers);
    list_push_back(&net->name_list, &name->link);
    map_set(&net->names, key_of(text), (size_t)name);
    return name;
}

static struct host *host_named(const struct net *net, const char *text)
{
    list_for_each(node, &net->hosts) {
        struct host *host = container_of(node, struct host, link);

        if (is_same(host->name, text))
            return host;
    }
    return NULL;
}

/* The name, entered if it is a host's; else NULL. */
static struct name *look_up(struct net *net, const char *text)
{
    struct name *name = get(net, text);
    struct host *host = name == NULL ? host_named(net, text) : NULL;

    if (host == NULL)
        return name;
    name = add(net, host->name);
    name->host = host;
    return name;
}

/* The name, entered in any case. */
static struct name *enter(struct net *net, const char *text)
{
    struct name *name = look_up(net, text);

    return name != NULL ? name : add(net, text);
}

void name_set(struct world *world, const char *name, int64_t from_ns,
              const struct address *addresses, size_t count)
{
    struct list *answers = &enter(net_of(world), name)->answers, *after = answers->prev;
    struct answer *answer = must_alloc(sizeof *answer + count * sizeof *addresses);

    CHECK(count <= NAME_ADDRESSES_MAX);
    answer->from_ns = from_ns;
    answer->count = count;
    if (count > 0)
        memcpy(answer->addresses, addresses, count * sizeof *addresses);
    while (after != answers && container_of(after, struct answer, link)->from_ns > from_ns)
        after = after->prev;
    list_push_front(after, &answer->link);
}

void name_serve(struct world *world, const char *name, const struct name_service *service)
{
    struct name *served;

    if (name == NULL) {
        net_of(world)->name_service = *service;
        return;
    }
    served = enter(net_of(world), name);
    served->served = true;
    served->service = *service;
}

void names_free(struct net *net)
{
    list_for_each(node, &net->name_list) {
        struct name *name = container_of(node, struct name, link);

        list_for_each(inner, &name->answers) {
            free(container_of(inner, struct answer, link));
        }
        free(name->text);
        free(name);
    }
    map_free(&net->names);
}

/* ---- asking ---- */

struct question {
    const char *text;
    const struct name_service *service;
};

static int64_t latency_at(const struct name_service *service, size_t value)
{
    return service->latency_ns + service->jitter_ns / (LATENCY_STEPS - 1) * (int64_t)value;
}

static void name_latency(const void *self, size_t value, char *text, size_t size)
{
    const struct question *question = self;

    snprintf(text, size, "%s is answered after %lld us", question->text,
             (long long)(latency_at(question->service, value) / 1000));
}

static void name_failure(const void *self, size_t value, char *text, size_t size)
{
    const struct question *question = self;
    struct ratio failure = question->service->failure;

    snprintf(text, size, "%s is %s", question->text,
             value >= failure.whole - failure.part ? "not answered" : "answered");
}

static bool fails(const struct question *question)
{
    struct alternatives alternatives = {.anchor = name_failure, .self = question};
    struct ratio failure = question->service->failure;

    if (failure.whole == 0 || failure.part == 0)
        return false;
    return failure.part >= failure.whole ||
           world_choose(world_current(), "net.name.failure", failure.whole, &alternatives) >=
               failure.whole - failure.part;
}

/* Wait as long as an answer takes. Returns: 0, -EAGAIN if there is none. */
static int wait(const char *text, const struct name_service *service)
{
    struct question question = {text, service};
    struct alternatives alternatives = {.anchor = name_latency, .self = &question};
    struct world *world = world_current();
    size_t step = service->jitter_ns >= LATENCY_STEPS
                      ? world_choose(world, "net.name.latency", LATENCY_STEPS, &alternatives)
                      : 0;
    bool failed = fails(&question);
    int64_t until_ns = world->now_ns + latency_at(service, step);

    while (world->now_ns < until_ns)
        thread_block(until_ns, "a question for a name");
    return failed ? -EAGAIN : 0;
}

/* What holds now, or NULL: nothing was entered. */
static const struct answer *answer_of(const struct net *net, const struct name *name)
{
    const struct answer *found = NULL;

    list_for_each(node, &name->answers) {
        const struct answer *answer = container_of(node, struct answer, link);

        if (answer->from_ns <= net->world->now_ns)
            found = answer;
    }
    return found;
}

static size_t addresses_of(const struct net *net, const struct name *name,
                           const struct address **addresses)
{
    const struct answer *answer = answer_of(net, name);

    *addresses = answer != NULL       ? answer->addresses
                 : name->host != NULL ? name->host->addresses
                                      : NULL;
    return answer != NULL ? answer->count : name->host != NULL ? name->host->address_count : 0;
}

int name_find(const char *text, struct address addresses[NAME_ADDRESSES_MAX],
              const char **canonical)
{
    struct net *net = net_of(world_current());
    struct name *name = look_up(net, text);
    const struct address *found;
    size_t count;
    int rc;

    if (is_same(text, "localhost")) {
        addresses[0] = address_v4(127, 0, 0, 1, 0);
        *canonical = "localhost";
        return 1;
    }
    rc = wait(text, name != NULL && name->served ? &name->service : &net->name_service);
    if (rc < 0)
        return rc;
    count = name != NULL ? addresses_of(net, name, &found) : 0;
    if (count == 0)
        return -ENOENT;
    memcpy(addresses, found, count * sizeof *found);
    *canonical = name->text;
    return (int)count;
}

static bool stands_for(const struct net *net, const struct name *name,
                       const struct address *address)
{
    const struct address *addresses;
    size_t count = addresses_of(net, name, &addresses);

    for (size_t i = 0; i < count; i++) {
        if (address_same_ip(&addresses[i], address))
            return true;
    }
    return false;
}

int name_of(const struct address *address, const char **text)
{
    const struct address localhost = address_v4(127, 0, 0, 1, 0);
    struct net *net = net_of(world_current());
    char number[ADDRESS_TEXT_SIZE];
    struct host *owner;
    int rc;

    if (address_same_ip(address, &localhost)) {
        *text = "localhost";
        return 0;
    }
    rc = wait(address_text(address, number, sizeof number), &net->name_service);
    if (rc < 0)
        return rc;
    owner = address_is_loopback(address) ? NULL : host_find(host_of(process_current()), address);
    if (owner != NULL) {
        *text = owner->name;
        return 0;
    }
    list_for_each(node, &net->name_list) {
        const struct name *name = container_of(node, struct name, link);

        if (stands_for(net, name, address)) {
            *text = name->text;
            return 0;
        }
    }
    return -ENOENT;
}
