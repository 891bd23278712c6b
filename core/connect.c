/*
 * connect.c - rondo_create_connection() and rondo_create_unix_connection(), see transport.h.
 *
 * The task waits; libuv's callback makes the protocol and tells it, so that nothing can come before
 * connection_made(). If the task has been cancelled meanwhile, the connection is closed as any
 * other.
 */
#include "base/alloc.h"
#include "park.h"
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

/* Connect to `address`, unless `rc` says that it is none. */
static int create(rondo_protocol_factory factory, void *arg, int rc,
                  const struct sockaddr_storage *address, rondo_transport **transport,
                  const char *here)
{
    struct task *task = task_current();
    struct connecting *connecting;
    struct wire *wire;

    if (task == NULL)
        return RONDO_EMISUSE;
    if (loop_uv(task->future.loop) == NULL)
        return RONDO_ENOTSUP;
    if (factory == NULL)
        return RONDO_EINVAL;
    RONDO_TRY(rc);
    wire = wire_new(task->future.loop, address->ss_family);
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

int rondo_create_connection_at(rondo_protocol_factory factory, void *arg, const char *host,
                               int port, rondo_transport **transport, const char *here)
{
    struct sockaddr_storage address = {0};
    int rc = endpoint_resolve(host, port, &address);

    return create(factory, arg, rc, &address, transport, here);
}

int rondo_create_unix_connection_at(rondo_protocol_factory factory, void *arg, const char *path,
                                    rondo_transport **transport, const char *here)
{
    struct sockaddr_storage address = {0};
    int rc = endpoint_at_path(path, &address);

    return create(factory, arg, rc, &address, transport, here);
}
