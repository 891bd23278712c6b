/*
 * getaddrinfo.c - answers for libuv's unix/getaddrinfo.c, and for what of the C library is behind
 * it: which addresses a name and a port stand for.
 *
 * Names are the world's (world/names.h); what is asked about them blocks a thread of the pool, as
 * there. An address in figures is an answer without a question. Services are ports in figures: the
 * hosts of the world have no list of others.
 */
#include "uv/internal.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/alloc.h"
#include "base/check.h"
#include "world/names.h"

/* The longest name that libuv takes, with its end. */
#define NAME_SIZE_MAX 256

#define FLAGS                                                                             \
    (AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_NUMERICSERV | AI_V4MAPPED | AI_ALL | \
     AI_ADDRCONFIG)

/* ---- answers ---- */

/* What one address is good for, in the order of the C library's. */
static const struct addrinfo kinds[] = {
    {.ai_socktype = SOCK_STREAM, .ai_protocol = IPPROTO_TCP},
    {.ai_socktype = SOCK_DGRAM, .ai_protocol = IPPROTO_UDP},
    {.ai_socktype = SOCK_RAW, .ai_protocol = 0},
};

static bool fits(const struct addrinfo *kind, const struct addrinfo *hints)
{
    return (hints->ai_socktype == 0 || hints->ai_socktype == kind->ai_socktype) &&
           (hints->ai_protocol == 0 || kind->ai_protocol == 0 ||
            hints->ai_protocol == kind->ai_protocol);
}

/* An item of the list that the program gets: one block with its address, and its name if it has
 * one. */
struct item {
    struct addrinfo info;
    struct sockaddr_storage address;
    char name[];
};

static struct addrinfo *item_new(const struct address *address, bool six,
                                 const struct addrinfo *kind, const char *name)
{
    struct item *item = alloc_zero(sizeof *item + (name != NULL ? strlen(name) + 1 : 0));
    int size = sizeof item->address;

    if (item == NULL)
        return NULL;
    address_write(address, six, (struct sockaddr *)&item->address, &size);
    item->info = *kind;
    item->info.ai_family = six ? AF_INET6 : AF_INET;
    item->info.ai_addr = (struct sockaddr *)&item->address;
    item->info.ai_addrlen = (socklen_t)size;
    if (name != NULL)
        item->info.ai_canonname = memcpy(item->name, name, strlen(name) + 1);
    return &item->info;
}

void uv_freeaddrinfo(struct addrinfo *ai)
{
    while (ai != NULL) {
        struct addrinfo *next = ai->ai_next;

        alloc_release(container_of(ai, struct item, info));
        ai = next;
    }
}

/* ---- questions ---- */

/* What was asked, and what of the answer is known. */
struct question {
    const char *host; /* and then, as the directory has it */
    struct addrinfo hints;
    uint16_t port;
    size_t count;
    struct address addresses[NAME_ADDRESSES_MAX];
};

static bool wants(const struct question *question, bool six)
{
    return question->hints.ai_family == AF_UNSPEC || (question->hints.ai_family == AF_INET6) == six;
}

static void add(struct question *question, struct address address)
{
    if (wants(question, !address_is_v4(&address)))
        question->addresses[question->count++] = address;
}

/* Without a name: where one listens, or where one finds oneself. */
static int answer_without_name(struct question *question)
{
    static const struct address any, loopback = {.ip = {[15] = 1}};

    if ((question->hints.ai_flags & AI_PASSIVE) != 0) {
        add(question, address_v4(0, 0, 0, 0, 0));
        add(question, any);
    } else {
        add(question, loopback);
        add(question, address_v4(127, 0, 0, 1, 0));
    }
    return 0;
}

/* Whether the name is an address in figures; then that is it. */
static bool is_in_figures(const char *host, struct address *address)
{
    uint8_t v4[4];

    if (inet_aton(host, (struct in_addr *)(void *)v4) != 0) {
        *address = address_v4(v4[0], v4[1], v4[2], v4[3], 0);
        return true;
    }
    *address = (struct address){0};
    return uv_inet_pton(AF_INET6, host, address->ip) == 0;
}

/* Of those that `found` has, what was asked for. An address of IPv4 may do for one of IPv6. */
static int take(struct question *question, const struct address *found, size_t count, int otherwise)
{
    int flags = question->hints.ai_flags;

    for (size_t i = 0; i < count; i++)
        add(question, found[i]);
    if (question->hints.ai_family == AF_INET6 && (flags & AI_V4MAPPED) != 0 &&
        (question->count == 0 || (flags & AI_ALL) != 0)) {
        for (size_t i = 0; i < count; i++) {
            if (address_is_v4(&found[i]))
                question->addresses[question->count++] = found[i];
        }
    }
    return question->count > 0 ? 0 : otherwise;
}

static int answer(struct question *question)
{
    struct address found[NAME_ADDRESSES_MAX];
    int count;

    if (question->host == NULL)
        return answer_without_name(question);
    if (is_in_figures(question->host, found))
        return take(question, found, 1, UV_EAI_ADDRFAMILY);
    if ((question->hints.ai_flags & AI_NUMERICHOST) != 0)
        return UV_EAI_NONAME;
    count = name_find(question->host, found, &question->host);
    if (count < 0)
        return count == UV_EAGAIN ? UV_EAI_AGAIN : UV_EAI_NONAME;
    return take(question, found, (size_t)count, UV_EAI_NODATA);
}

/* With AI_ADDRCONFIG only the family counts of which the host has an address, a loopback's apart.
 * Returns: 0, or that the other one was asked for. */
static int configure(struct question *question)
{
    const struct host *host = host_of(process_current());
    bool has[2] = {false, false}; /* IPv4, IPv6 */

    for (size_t i = 0; i < host->address_count; i++)
        has[!address_is_v4(&host->addresses[i])] = true;
    if (question->hints.ai_family != AF_UNSPEC)
        return has[question->hints.ai_family == AF_INET6] ? 0 : UV_EAI_NONAME;
    if (has[0] != has[1])
        question->hints.ai_family = has[0] ? AF_INET : AF_INET6;
    return 0;
}

static int read_port(struct question *question, const char *service)
{
    const char *at = service;
    unsigned number = 0;

    if (service == NULL)
        return 0;
    while (*at >= '0' && *at <= '9' && number <= UINT16_MAX)
        number = number * 10 + (unsigned)(*at++ - '0');
    if (at == service || *at != '\0' || number > UINT16_MAX)
        return (question->hints.ai_flags & AI_NUMERICSERV) != 0 ? UV_EAI_NONAME : UV_EAI_SERVICE;
    question->port = (uint16_t)number;
    return 0;
}

/* Whether it can be asked for at all. */
static int check(const struct question *question)
{
    const struct addrinfo *hints = &question->hints;

    if ((hints->ai_flags & ~FLAGS) != 0 ||
        ((hints->ai_flags & AI_CANONNAME) != 0 && question->host == NULL))
        return UV_EAI_BADFLAGS;
    if (hints->ai_family != AF_UNSPEC && hints->ai_family != AF_INET &&
        hints->ai_family != AF_INET6)
        return UV_EAI_FAMILY;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (fits(&kinds[i], hints))
            return 0;
    }
    return UV_EAI_SOCKTYPE;
}

/* Add what `address` is good for to the list: the first kind that was asked for, or all of them.
 * Returns: where the next one goes, or NULL without memory. */
static struct addrinfo **list_one(struct addrinfo **next, const struct address *address,
                                  const struct addrinfo *hints, const char *name)
{
    bool six = !address_is_v4(address) || hints->ai_family == AF_INET6;

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!fits(&kinds[i], hints))
            continue;
        *next = item_new(address, six, &kinds[i], name);
        if (*next == NULL)
            return NULL;
        next = &(*next)->ai_next;
        name = NULL; /* only the first has it */
        if (hints->ai_socktype != 0 || hints->ai_protocol != 0)
            break;
    }
    return next;
}

/* The list that the program gets. */
static int list(struct question *question, struct addrinfo **answers)
{
    const char *name = (question->hints.ai_flags & AI_CANONNAME) != 0 ? question->host : NULL;
    struct addrinfo *first = NULL, **next = &first;

    for (size_t i = 0; i < question->count; i++) {
        question->addresses[i].port = question->port;
        next = list_one(next, &question->addresses[i], &question->hints, i == 0 ? name : NULL);
        if (next == NULL) {
            uv_freeaddrinfo(first);
            return UV_EAI_MEMORY;
        }
    }
    *answers = first;
    return 0;
}

/* The C library's getaddrinfo(). It blocks. */
static int find(const char *host, const char *service, const struct addrinfo *hints,
                struct addrinfo **answers)
{
    struct question question = {.host = host, .hints.ai_flags = AI_V4MAPPED | AI_ADDRCONFIG};
    int rc;

    if (hints != NULL)
        question.hints = *hints;
    rc = check(&question);
    if (rc == 0)
        rc = read_port(&question, service);
    if (rc == 0 && (question.hints.ai_flags & AI_ADDRCONFIG) != 0)
        rc = configure(&question);
    if (rc == 0)
        rc = answer(&question);
    return rc < 0 ? rc : list(&question, answers);
}

/* ---- requests ---- */

static void ask(struct uv__work *work)
{
    uv_getaddrinfo_t *req = container_of(work, uv_getaddrinfo_t, work_req);

    req->retcode = find(req->hostname, req->service, req->hints, &req->addrinfo);
}

static void forget_question(uv_getaddrinfo_t *req)
{
    alloc_release(req->hints);
    alloc_release(req->service);
    alloc_release(req->hostname);
    req->hints = NULL;
    req->service = NULL;
    req->hostname = NULL;
}

static void asked(struct uv__work *work, int status)
{
    uv_getaddrinfo_t *req = container_of(work, uv_getaddrinfo_t, work_req);

    forget_question(req);
    req->cb(req, status == UV_ECANCELED ? UV_EAI_CANCELED : req->retcode, req->addrinfo);
}

static bool remember(uv_getaddrinfo_t *req, const char *hostname, const char *service,
                     const struct addrinfo *hints)
{
    req->hostname = alloc_text(hostname);
    req->service = alloc_text(service);
    req->hints = hints != NULL ? alloc_take(sizeof *hints) : NULL;
    if (req->hints != NULL)
        *req->hints = *hints;
    return (req->hostname != NULL) == (hostname != NULL) &&
           (req->service != NULL) == (service != NULL) && (req->hints != NULL) == (hints != NULL);
}

int uv_getaddrinfo(uv_loop_t *loop, uv_getaddrinfo_t *req, uv_getaddrinfo_cb cb,
                   const char *hostname, const char *service, const struct addrinfo *hints)
{
    int rc = UV_ENOMEM;

    if (req == NULL || (hostname == NULL && service == NULL) ||
        (hostname != NULL && (hostname[0] == '\0' || strlen(hostname) >= NAME_SIZE_MAX)))
        return UV_EINVAL;
    req->type = UV_GETADDRINFO;
    req->loop = loop;
    req->cb = cb;
    req->addrinfo = NULL;
    req->retcode = 0;
    if (cb == NULL)
        return req->retcode = find(hostname, service, hints, &req->addrinfo);
    if (remember(req, hostname, service, hints))
        rc = work_submit(loop, &req->work_req, WORK_SLOW, ask, asked);
    if (rc < 0)
        forget_question(req);
    return rc;
}
