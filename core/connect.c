/*
 * connect.c - rondo_create_connection() and rondo_create_unix_connection(), see transport.h.
 *
 * The task waits; libuv's callback makes the protocol and tells it, so that nothing can come before
 * connection_made(). If the task has been cancelled meanwhile, the connection is closed as any
 * other.
 */
#include <stdio.h>

#include "base/alloc.h"
#include "park.h"
#include "resolve_core.h"
#include "wire.h"

/* A wait for a connection; freed with its wire, or before. */
struct connecting {
    uv_connect_t uv;
    rondo_object object;
    rondo_park waiter;
    rondo_protocol_factory factory;
    void *arg;
    int code;
    bool answered; /* libuv has no more use for it */
    bool waited;   /* by a task, which holds the wire */
};

static void connected(uv_connect_t *uv, int status)
{
    struct wire *wire = uv->handle->data;
    struct connecting *connecting = wire->connecting;

    connecting->answered = true;
    if (wire->leaving || !park_has_line(&connecting->waiter)) /* nobody waits any more */
        return;
    connecting->code = status < 0 ? status : wire_begin(wire, connecting->factory, connecting->arg);
    park_wake_all(&connecting->waiter);
}

/* Ask, and wait for the answer. */
static int ask(struct wire *wire, struct connecting *connecting, const struct sockaddr *address,
               const char *here)
{
    int rc;

    endpoint_text(address, wire->peername);
    connecting->object.name = wire->peername;
    RONDO_TRY(endpoint_connect(&wire->uv, &connecting->uv, address, connected));
    connecting->waited = true;
    rc = park_wait(&connecting->waiter, &connecting->object, "connection", here).rc;
    connecting->waited = false;
    return rc < 0 ? rc : connecting->code;
}

void connecting_forget(struct wire *wire)
{
    if (wire->connecting->waited)
        rondo_transport_unref(&wire->transport);
}

/* Let `wire` be the result, unless `rc` says that it is none. */
static int finish(struct wire *wire, int rc, rondo_transport **transport)
{
    if (wire->connecting->answered) {
        alloc_release(wire->connecting);
        wire->connecting = NULL;
    }
    if (rc < 0 && wire->made)
        rondo_transport_close(&wire->transport);
    else if (rc < 0)
        wire_discard(wire);
    else if (transport != NULL)
        *transport = wire->told ? NULL : &wire->transport;
    rondo_transport_unref(&wire->transport);
    return rc;
}

/* Whether this can be done here at all. */
static int check(rondo_protocol_factory factory)
{
    const struct task *task = task_current();

    if (task == NULL)
        return RONDO_EMISUSE;
    if (loop_uv(task->future.loop) == NULL)
        return RONDO_ENOTSUP;
    return factory != NULL ? 0 : RONDO_EINVAL;
}

static int create(rondo_protocol_factory factory, void *arg, const struct sockaddr_storage *address,
                  rondo_transport **transport, const char *here)
{
    struct wire *wire = wire_new(loop_running(), address->ss_family);
    struct connecting *connecting;

    if (wire == NULL)
        return RONDO_ENOMEM;
    connecting = alloc_zero(sizeof *connecting);
    if (connecting == NULL) {
        wire_discard(wire);
        return RONDO_ENOMEM;
    }
    connecting->factory = factory;
    connecting->arg = arg;
    wire->connecting = connecting;
    rondo_transport_ref(&wire->transport);
    return finish(wire, ask(wire, connecting, (const struct sockaddr *)address, here), transport);
}

/* One address after the other (asyncio). If none of several answers, all failures are told in
 * words, and the first by its code. */
static int create_first(rondo_protocol_factory factory, void *arg, const rondo_address *addresses,
                        int count, rondo_transport **transport, const char *here)
{
    char text[RONDO_ADDRESS_TEXT_SIZE], words[256] = "";
    struct sockaddr_storage address;
    size_t length = 0;
    int first = 0;

    for (int i = 0; i < count; i++) {
        int rc;

        address_to_uv(&addresses[i], &address);
        rc = create(factory, arg, &address, transport, here);
        if (rc == 0 || rc == RONDO_ECANCELED || rc == RONDO_ENOMEM)
            return rc;
        if (first == 0)
            first = rc;
        if (length < sizeof words)
            length += (size_t)snprintf(words + length, sizeof words - length, "%s%s %s",
                                       i > 0 ? ", " : "",
                                       rondo_address_text(&addresses[i], text, sizeof text),
                                       rondo_err_name(rc));
    }
    return count == 1 ? first : rondo_fail(first, "Multiple exceptions: %s", words);
}

int rondo_create_connection_at(rondo_protocol_factory factory, void *arg, const char *host,
                               int port, rondo_transport **transport, const char *here)
{
    rondo_address addresses[ADDRESSES_TRIED_MAX];
    int count;

    RONDO_TRY(check(factory));
    count = resolve(host, port, 0, addresses, here);
    return count < 0 ? count : create_first(factory, arg, addresses, count, transport, here);
}

int rondo_create_unix_connection_at(rondo_protocol_factory factory, void *arg, const char *path,
                                    rondo_transport **transport, const char *here)
{
    struct sockaddr_storage address = {0};

    RONDO_TRY(check(factory));
    RONDO_TRY(endpoint_at_path(path, &address));
    return create(factory, arg, &address, transport, here);
}
