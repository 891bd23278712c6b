/*
 * target.c - see target.h.
 */
#include "world/target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* ---- who is meant ---- */

/* Whether `host` is called `name`, or is one of those that are: "client.2". */
static bool is_called(const struct host *host, const char *name)
{
    size_t length = strlen(name);
    const char *rest = host->name + length;

    if (strncmp(host->name, name, length) != 0)
        return false;
    return *rest == '\0' ||
           (*rest == '.' && rest[1] != '\0' && strspn(rest + 1, "0123456789") == strlen(rest + 1));
}

static bool anybody_is_called(const struct net *net, const char *name)
{
    list_for_each(node, &net->hosts) {
        if (is_called(container_of(node, struct host, link), name))
            return true;
    }
    return false;
}

/* Whether a process of `host` says it has the role. */
static bool has_role(const struct host *host, const char *role)
{
    list_for_each(node, &host->net->world->processes) {
        const struct process *process = container_of(node, struct process, link);
        const struct host *of =
            process->spec.host != NULL ? process->spec.host : host_first(host->net);

        if (of == host && !process->ended && process->role != NULL &&
            strcmp(process->role, role) == 0)
            return true;
    }
    return false;
}

/* The host that every world has is nobody where others have been declared. */
static bool is_somebody(const struct host *host)
{
    const struct net *net = host->net;

    return host != host_first(net) || net->host_id_last == host->id;
}

/* The hosts that a target's name stands for, and are on none of `but`. */
struct meant {
    const char *what;
    const struct target *target;
    struct host **hosts; /* those that are left */
    size_t count;
};

static struct meant find(struct net *net, const struct target *target, const struct sides *sides,
                         unsigned but)
{
    struct meant meant = {.target = target,
                          .hosts = must_alloc(net->host_id_last * sizeof *meant.hosts)};
    bool by_role = target->name != NULL && !anybody_is_called(net, target->name);

    list_for_each(node, &net->hosts) {
        struct host *host = container_of(node, struct host, link);
        bool fits = target->name == NULL ? is_somebody(host)
                    : by_role            ? has_role(host, target->name)
                                         : is_called(host, target->name);

        if (fits && !sides_has(sides, host, but))
            meant.hosts[meant.count++] = host;
    }
    return meant;
}

/* ---- how many of them ---- */

static size_t wanted(const struct target *target, size_t count)
{
    switch (target->quota) {
    case TARGET_SOME:
        return target->count < count ? target->count : count;
    case TARGET_MAJORITY:
        return count > 0 ? count / 2 + 1 : 0;
    case TARGET_ALL:
    case TARGET_REST:
        break;
    }
    return count;
}

static void name_host(const void *self, size_t value, char *text, size_t size)
{
    const struct meant *meant = self;

    snprintf(text, size, "%s: %s", meant->what, meant->hosts[value]->name);
}

/* The next of those that are meant, who is then no longer among them. */
static struct host *take(struct world *world, struct meant *meant, bool all)
{
    struct alternatives alternatives = {.anchor = name_host, .self = meant};
    size_t at = all ? 0 : world_choose(world, "weather.who", meant->count, &alternatives);
    struct host *host = meant->hosts[at];

    meant->count--;
    memmove(&meant->hosts[at], &meant->hosts[at + 1], (meant->count - at) * sizeof *meant->hosts);
    return host;
}

/* ---- sides ---- */

void sides_reset(struct sides *sides, struct world *world)
{
    sides->size = net_of(world)->host_id_last + 1;
    sides->of = must_resize(sides->of, sides->size);
    memset(sides->of, 0, sides->size);
}

size_t sides_add(struct sides *sides, struct world *world, unsigned side,
                 const struct target *target, const char *what)
{
    unsigned but = target->quota == TARGET_REST ? SIDE_FIRST : 0;
    struct meant meant = find(net_of(world), target, sides, but);
    size_t count = wanted(target, meant.count);
    bool all = count == meant.count;

    meant.what = what;
    for (size_t i = 0; i < count; i++)
        sides->of[take(world, &meant, all)->id] |= (uint8_t)side;
    free(meant.hosts);
    return count;
}

size_t sides_add_others(struct sides *sides, struct world *world)
{
    struct target others = {.quota = TARGET_REST};

    return sides_add(sides, world, SIDE_SECOND, &others, "");
}

/* ---- in words ---- */

char *target_text(const struct target *target, char *text, size_t size)
{
    const char *name = target->name != NULL ? target->name : "all";
    char quota[40] = "";

    if (target->quota == TARGET_SOME && target->count == 1)
        snprintf(quota, sizeof quota, "one of ");
    else if (target->quota == TARGET_SOME)
        snprintf(quota, sizeof quota, "%zu of ", target->count);
    else if (target->quota != TARGET_ALL)
        snprintf(quota, sizeof quota, target->quota == TARGET_REST ? "rest of " : "majority of ");
    snprintf(text, size, "%s%s", quota, name);
    return text;
}

char *sides_text(const struct sides *sides, struct world *world, unsigned side, char *text,
                 size_t size)
{
    size_t length = 0;

    text[0] = '\0';
    list_for_each(node, &net_of(world)->hosts) {
        const struct host *host = container_of(node, struct host, link);

        if (sides_has(sides, host, side) && length < size)
            length += (size_t)snprintf(text + length, size - length, "%s%s", length > 0 ? ", " : "",
                                       host->name);
    }
    if (length >= size && size > 4)
        strcpy(text + size - 4, "...");
    return text;
}
