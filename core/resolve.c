/*
 * resolve.c - see resolve.h: the task waits, libuv's threads ask.
 *
 * A question that nobody waits for any more is taken back if no thread has begun with it, and
 * otherwise answered to nobody; it is freed after that.
 */
#include "resolve.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "park.h"
#include "resolve_core.h"

struct question {
    union {
        uv_req_t req;
        uv_getaddrinfo_t info;
        uv_getnameinfo_t name;
    } uv;
    struct device device; /* of the loop */
    struct rondo_loop *loop;
    rondo_object object;
    rondo_park waiter;
    bool answered;
    bool given_up; /* nobody waits */
    int code;
    struct addrinfo *found;
    char about[]; /* the host or the address */
};

/* ---- its life ---- */

static void question_free(struct question *question)
{
    list_remove(&question->device.link);
    uv_freeaddrinfo(question->found);
    alloc_release(question);
}

/* Nobody waits any more. */
static void give_up(struct question *question)
{
    question->given_up = true;
    if (question->answered)
        question_free(question);
    else
        uv_cancel(&question->uv.req); /* if it can be: its callback comes in any case */
}

static void device_close(struct device *device)
{
    struct question *question = container_of(device, struct question, device);

    if (!question->given_up)
        give_up(question);
}

static struct question *question_new(struct rondo_loop *loop, const char *about)
{
    size_t size = strlen(about) + 1;
    struct question *question = alloc_zero(sizeof *question + size);

    if (question == NULL)
        return NULL;
    memcpy(question->about, about, size);
    question->object.name = question->about;
    question->uv.req.data = question;
    question->loop = loop;
    question->device.close = device_close;
    list_push_back(&loop->devices, &question->device.link);
    return question;
}

/* The answer has come, or never will. */
static void answer(struct question *question, int code)
{
    struct rondo_loop *loop = question->loop;

    question->answered = true;
    question->code = code;
    if (question->given_up)
        question_free(question);
    else
        park_wake_all(&question->waiter);
    loop_uv_let_go(loop);
}

/* Wait for what has been asked; `rc`: whether it has. Returns: 0, or a code with which it is freed.
 */
static int wait_for(struct question *question, int rc, const char *here)
{
    if (rc < 0) {
        question_free(question);
        return rc;
    }
    loop_uv_hold(question->loop);
    rc = park_wait(&question->waiter, &question->object, "the answer about", here).rc;
    if (rc == 0)
        rc = question->code;
    if (rc < 0)
        give_up(question);
    return rc;
}

/* The loop of the task that asks. Returns: 0, RONDO_EMISUSE, RONDO_ENOTSUP. */
static int find_loop(struct rondo_loop **loop)
{
    struct task *task = task_current();

    if (task == NULL)
        return RONDO_EMISUSE;
    *loop = task->future.loop;
    return loop_uv(*loop) != NULL ? 0 : RONDO_ENOTSUP;
}

/* ---- addresses ---- */

static void found(uv_getaddrinfo_t *req, int status, struct addrinfo *res)
{
    struct question *question = req->data;

    question->found = res;
    answer(question, status);
}

static int ask_for_addresses(struct question *question, const char *host,
                             const rondo_resolve_options *options)
{
    struct addrinfo hints = {
        .ai_socktype = SOCK_STREAM, /* each address once */
        .ai_family = options->family == 4   ? AF_INET
                     : options->family == 6 ? AF_INET6
                                            : AF_UNSPEC,
        .ai_flags = (options->figures ? AI_NUMERICHOST : 0) | (options->passive ? AI_PASSIVE : 0),
    };

    return uv_getaddrinfo(loop_uv(question->loop), &question->uv.info, found, host,
                          host == NULL ? "0" : NULL, &hints);
}

int rondo_getaddrinfo_at(const char *host, int port, rondo_address *addresses, size_t max,
                         const rondo_resolve_options *options, const char *here)
{
    struct rondo_loop *loop;
    struct question *question;
    int count = 0;

    RONDO_TRY(find_loop(&loop));
    if (port < 0 || port > UINT16_MAX ||
        (options->family != 0 && options->family != 4 && options->family != 6))
        return RONDO_EINVAL;
    question = question_new(loop, host != NULL ? host : "this host");
    if (question == NULL)
        return RONDO_ENOMEM;
    RONDO_TRY(wait_for(question, ask_for_addresses(question, host, options), here));
    for (const struct addrinfo *at = question->found; at != NULL; at = at->ai_next) {
        if ((size_t)count < max) {
            addresses[count] = address_from_uv(at->ai_addr);
            addresses[count].port = (uint16_t)port;
        }
        count++;
    }
    question_free(question);
    return count;
}

/* Those about which nobody needs to be asked. Returns: how many, 0: none. */
static int know(const char *host, int port, rondo_address *address)
{
    if (host == NULL)
        host = "0.0.0.0";
    else if (strcmp(host, "localhost") == 0)
        host = "127.0.0.1";
    return rondo_address_parse(host, port, address) == 0;
}

int resolve(const char *host, int port, int family, rondo_address addresses[ADDRESSES_TRIED_MAX],
            const char *here)
{
    int count;

    if (port < 0 || port > UINT16_MAX)
        return RONDO_EINVAL;
    if (know(host, port, addresses))
        return family == 0 || family == addresses[0].family ? 1 : UV_EAI_ADDRFAMILY;
    count = rondo_getaddrinfo_at(host, port, addresses, ADDRESSES_TRIED_MAX,
                                 &(rondo_resolve_options){.family = family}, here);
    return count < ADDRESSES_TRIED_MAX ? count : ADDRESSES_TRIED_MAX;
}

/* ---- names ---- */

static void named(uv_getnameinfo_t *req, int status, const char *host, const char *service)
{
    (void)host; /* it is in the request */
    (void)service;
    answer(req->data, status);
}

static int ask_for_name(struct question *question, const rondo_address *address,
                        const rondo_resolve_options *options)
{
    struct sockaddr_storage uv;
    int flags = NI_NUMERICSERV | (options->figures ? NI_NUMERICHOST : 0) |
                (options->named ? NI_NAMEREQD : 0);

    address_to_uv(address, &uv);
    return uv_getnameinfo(loop_uv(question->loop), &question->uv.name, named,
                          (const struct sockaddr *)&uv, flags);
}

int rondo_getnameinfo_at(const rondo_address *address, char *host, size_t size,
                         const rondo_resolve_options *options, const char *here)
{
    char text[RONDO_ADDRESS_TEXT_SIZE];
    struct rondo_loop *loop;
    struct question *question;
    int length;

    RONDO_TRY(find_loop(&loop));
    question = question_new(loop, rondo_address_text(address, text, sizeof text));
    if (question == NULL)
        return RONDO_ENOMEM;
    RONDO_TRY(wait_for(question, ask_for_name(question, address, options), here));
    length = snprintf(host, size, "%s", question->uv.name.host);
    question_free(question);
    return length < (int)size ? 0 : UV_ENOSPC;
}
