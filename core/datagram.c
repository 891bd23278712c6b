/*
 * datagram.c - see datagram.h: an endpoint over libuv's UDP.
 *
 * It is closed in two steps, as wires are: `closing` when it has been asked for, `leaving` when
 * nothing is to be sent any more. Then libuv closes the handle, and the ready queue tells the
 * protocol, whichever comes first; after both, whoever holds it last frees it.
 */
#include "datagram.h"

#include <string.h>

#include "base/alloc.h"
#include "park.h"
#include "resolve_core.h"
#include "telling.h"

/* asyncio's. */
#define HIGH_WATER ((size_t)65536)
#define LOW_PART   4

/* The longest there can be; libuv gives as much to be read into. */
#define SIZE_MAX_UDP ((size_t)65536)

struct rondo_datagram {
    uv_udp_t uv;
    rondo_datagram_protocol *protocol;
    struct device device; /* of the loop */
    struct rondo_loop *loop;
    struct rondo_context context; /* of who asked for it, in which its protocol is told */
    rondo_object object;
    char sockname[RONDO_ADDRESS_TEXT_SIZE];
    char peername[RONDO_ADDRESS_TEXT_SIZE];
    rondo_address remote; /* that it is connected to; all zero: it is not */
    unsigned holders;     /* itself, until it is gone and its protocol knows; and the program's */
    int error;            /* with which it was lost, or 0 */
    bool made;            /* its protocol knows of it */
    bool closing;
    bool leaving;          /* uv_close() has been called */
    bool gone;             /* and is done */
    bool told;             /* its protocol knows that, or never knew of it */
    struct callback first; /* tells the protocol of it */
    struct callback last;  /* and of its end */
    rondo_park opener;     /* who waits for the first */
    bool waited;           /* by a task, which holds it */
    rondo_datagram_factory factory;
    void *arg;
    size_t high, low;
    bool write_paused; /* the protocol knows that there is too much to be sent */
};

/* What the system did not take at once. */
struct pending_send {
    uv_udp_send_t uv;
    char data[];
};

/* ---- the end ---- */

static void let_go(struct rondo_datagram *datagram)
{
    if (--datagram->holders > 0)
        return;
    context_release(&datagram->context);
    list_remove(&datagram->device.link);
    alloc_release(datagram);
}

static void begin(struct telling *telling, struct rondo_datagram *datagram, const char *what)
{
    telling_begin(telling, datagram->loop, &datagram->context, what);
}

/* The last that the protocol hears. */
static void tell_lost(struct rondo_datagram *datagram)
{
    struct telling telling;

    datagram->told = true;
    if (datagram->made && datagram->protocol->methods->connection_lost != NULL) {
        begin(&telling, datagram, "connection_lost");
        datagram->protocol->methods->connection_lost(datagram->protocol, datagram->error);
        telling_end(&telling);
    }
    if (datagram->gone)
        let_go(datagram);
}

static void last(struct callback *callback)
{
    tell_lost(container_of(callback, struct rondo_datagram, last));
}

static const struct callback_kind last_kind = {last, NULL, "connection_lost"};

static void gone(uv_handle_t *handle)
{
    struct rondo_datagram *datagram = handle->data;
    struct rondo_loop *loop = datagram->loop;

    datagram->gone = true;
    if (datagram->told)
        let_go(datagram);
    loop_uv_let_go(loop);
}

static void leave(struct rondo_datagram *datagram)
{
    if (datagram->leaving)
        return;
    datagram->closing = datagram->leaving = true;
    uv_close((uv_handle_t *)&datagram->uv, gone);
    if (datagram->made)
        loop_call_soon(datagram->loop, &datagram->last);
    else
        tell_lost(datagram);
}

static size_t unsent(const struct rondo_datagram *datagram)
{
    return uv_udp_get_send_queue_size(&datagram->uv);
}

static void leave_when_sent(struct rondo_datagram *datagram)
{
    if (datagram->closing && uv_udp_get_send_queue_count(&datagram->uv) == 0)
        leave(datagram);
}

void rondo_datagram_close(rondo_datagram *datagram)
{
    if (datagram->closing)
        return;
    datagram->closing = true;
    uv_udp_recv_stop(&datagram->uv);
    leave_when_sent(datagram);
}

void rondo_datagram_abort(rondo_datagram *datagram)
{
    leave(datagram);
}

bool rondo_datagram_is_closing(const rondo_datagram *datagram)
{
    return datagram->closing;
}

/* The loop is being closed: the protocol is told while what its tasks lend is still there. */
static void device_tell(struct device *device)
{
    struct rondo_datagram *datagram = container_of(device, struct rondo_datagram, device);

    loop_unqueue(datagram->loop, &datagram->first);
    if (!datagram->made || datagram->told)
        return;
    if (!datagram->leaving)
        datagram->error = RONDO_ECLOSED;
    leave(datagram);
    loop_unqueue(datagram->loop, &datagram->last);
    tell_lost(datagram);
}

static void device_close(struct device *device)
{
    struct rondo_datagram *datagram = container_of(device, struct rondo_datagram, device);

    list_remove(&device->link);
    leave(datagram);
    if (datagram->waited) /* that is gone */
        let_go(datagram);
}

/* ---- what comes ---- */

static void tell_error(struct rondo_datagram *datagram, int code)
{
    struct telling telling;

    if (datagram->protocol->methods->error_received == NULL)
        return;
    begin(&telling, datagram, "error_received");
    datagram->protocol->methods->error_received(datagram->protocol, code);
    telling_end(&telling);
}

static void tell_datagram(struct rondo_datagram *datagram, const void *data, size_t size,
                          const rondo_address *from)
{
    struct telling telling;
    int rc;

    if (datagram->protocol->methods->datagram_received == NULL)
        return;
    begin(&telling, datagram, "datagram_received");
    rc = datagram->protocol->methods->datagram_received(datagram->protocol, data, size, from);
    telling_end(&telling);
    if (rc < 0)
        telling_failed(datagram->loop, &datagram->context, rc, "datagram_received");
}

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    struct rondo_datagram *datagram = handle->data;
    char *data = loop_uv_buffer(datagram->loop);

    (void)suggested;  /* which may be another each time */
    if (data != NULL) /* else libuv says UV_ENOBUFS */
        *buf = uv_buf_init(data, LOOP_UV_BUFFER_SIZE);
}

static void came(uv_udp_t *handle, ssize_t count, const uv_buf_t *buf, const struct sockaddr *uv,
                 unsigned flags)
{
    struct rondo_datagram *datagram = handle->data;
    rondo_address from;

    (void)flags; /* there was room for it */
    if (count < 0) {
        tell_error(datagram, count == UV_ENOBUFS ? RONDO_ENOMEM : (int)count);
    } else if (uv != NULL) {
        from = address_from_uv(uv);
        tell_datagram(datagram, buf->base, (size_t)count, &from);
    }
}

/* ---- sending ---- */

/* Have the protocol pause, if there is too much to be sent and it has not been told. */
static void pause_if_full(struct rondo_datagram *datagram)
{
    if (datagram->write_paused || unsent(datagram) <= datagram->high)
        return;
    datagram->write_paused = true;
    if (datagram->protocol->methods->pause_writing != NULL)
        datagram->protocol->methods->pause_writing(datagram->protocol);
}

static void resume_if_low(struct rondo_datagram *datagram)
{
    struct telling telling;

    if (!datagram->write_paused || unsent(datagram) > datagram->low)
        return;
    datagram->write_paused = false;
    if (datagram->protocol->methods->resume_writing == NULL)
        return;
    begin(&telling, datagram, "resume_writing");
    datagram->protocol->methods->resume_writing(datagram->protocol);
    telling_end(&telling);
}

static void sent(uv_udp_send_t *send, int status)
{
    struct rondo_datagram *datagram = send->handle->data;

    alloc_release(container_of(send, struct pending_send, uv));
    if (datagram->leaving)
        return;
    if (status < 0)
        tell_error(datagram, status);
    if (datagram->leaving)
        return;
    resume_if_low(datagram);
    leave_when_sent(datagram);
}

/* Have it sent when the system has room for it. */
static int send_later(struct rondo_datagram *datagram, const void *data, size_t size,
                      const struct sockaddr *to)
{
    struct pending_send *pending = alloc_take(sizeof *pending + size);
    uv_buf_t buf;
    int rc;

    if (pending == NULL)
        return RONDO_ENOMEM;
    if (size > 0)
        memcpy(pending->data, data, size);
    buf = uv_buf_init(pending->data, (unsigned)size);
    rc = uv_udp_send(&pending->uv, &datagram->uv, &buf, 1, to, sent);
    if (rc < 0) {
        alloc_release(pending);
        return rc;
    }
    pause_if_full(datagram);
    return 0;
}

/* Why it cannot be sent there, or 0. */
static int send_refused(const struct rondo_datagram *datagram, const rondo_address *to)
{
    bool connected = datagram->remote.family != 0;

    if (datagram->closing)
        return UV_ECONNRESET;
    if (to == NULL)
        return connected ? 0 : RONDO_EINVAL;
    return to->family != 0 && (!connected || rondo_address_equal(to, &datagram->remote))
               ? 0
               : RONDO_EINVAL;
}

int rondo_datagram_sendto(rondo_datagram *datagram, const void *data, size_t size,
                          const rondo_address *to)
{
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)data, (unsigned)size);
    const struct sockaddr *address = NULL;
    struct sockaddr_storage uv;
    int rc;

    RONDO_TRY(send_refused(datagram, to));
    if (datagram->remote.family == 0) {
        address_to_uv(to, &uv);
        address = (const struct sockaddr *)&uv;
    }
    rc = size <= SIZE_MAX_UDP ? uv_udp_try_send(&datagram->uv, &buf, 1, address) : UV_EMSGSIZE;
    if (rc == UV_EAGAIN)
        return send_later(datagram, data, size, address);
    if (rc < 0)
        tell_error(datagram, rc);
    return 0;
}

int rondo_datagram_set_write_buffer_limits(rondo_datagram *datagram, ssize_t high, ssize_t low)
{
    if (high < 0)
        high = low < 0 ? (ssize_t)HIGH_WATER : low * LOW_PART;
    if (low < 0)
        low = high / LOW_PART;
    if (low > high)
        return RONDO_EINVAL;
    datagram->high = (size_t)high;
    datagram->low = (size_t)low;
    if (!datagram->leaving)
        pause_if_full(datagram);
    return 0;
}

void rondo_datagram_get_write_buffer_limits(const rondo_datagram *datagram, size_t *high,
                                            size_t *low)
{
    *high = datagram->high;
    *low = datagram->low;
}

size_t rondo_datagram_get_write_buffer_size(const rondo_datagram *datagram)
{
    return datagram->leaving ? 0 : unsent(datagram);
}

/* ---- its life ---- */

/* In its turn, as asyncio has it: the protocol is told, and then whoever waits. */
static void first(struct callback *callback)
{
    struct rondo_datagram *datagram = container_of(callback, struct rondo_datagram, first);
    struct telling telling;

    if (datagram->leaving) /* nobody waits any more */
        return;
    begin(&telling, datagram, "connection_made");
    datagram->protocol = datagram->factory(datagram->arg);
    datagram->made = datagram->protocol != NULL;
    if (datagram->made && datagram->protocol->methods->connection_made != NULL)
        datagram->protocol->methods->connection_made(datagram->protocol, datagram);
    telling_end(&telling);
    if (datagram->made && !datagram->closing)
        datagram->error = uv_udp_recv_start(&datagram->uv, give_buffer, came);
    park_wake_all(&datagram->opener);
}

static const struct callback_kind first_kind = {first, NULL, "connection_made"};

static struct rondo_datagram *datagram_new(struct rondo_loop *loop, unsigned family)
{
    struct rondo_datagram *datagram = alloc_zero(sizeof *datagram);

    if (datagram == NULL)
        return NULL;
    if (uv_udp_init_ex(loop_uv(loop), &datagram->uv, family) != 0) {
        alloc_release(datagram);
        return NULL;
    }
    datagram->uv.data = datagram;
    datagram->loop = loop;
    datagram->object.name = datagram->sockname;
    datagram->holders = 1;
    datagram->high = HIGH_WATER;
    datagram->low = HIGH_WATER / LOW_PART;
    datagram->first.kind = &first_kind;
    datagram->last.kind = &last_kind;
    datagram->device.tell = device_tell;
    datagram->device.close = device_close;
    context_copy(&datagram->context, loop);
    list_push_back(&loop->devices, &datagram->device.link);
    loop_uv_hold(loop);
    return datagram;
}

static void note_names(struct rondo_datagram *datagram)
{
    struct sockaddr_storage uv = {0};
    rondo_address address;
    int size = sizeof uv;

    if (uv_udp_getsockname(&datagram->uv, (struct sockaddr *)&uv, &size) == 0) {
        address = address_from_uv((const struct sockaddr *)&uv);
        rondo_address_text(&address, datagram->sockname, sizeof datagram->sockname);
    }
    if (datagram->remote.family != 0)
        rondo_address_text(&datagram->remote, datagram->peername, sizeof datagram->peername);
}

/* Have it the addresses; either may be none. */
static int take_place(struct rondo_datagram *datagram, const rondo_address *local,
                      const rondo_address *remote, const rondo_datagram_options *options)
{
    struct sockaddr_storage uv;

    address_to_uv(local, &uv);
    if (local->family != 0)
        RONDO_TRY(uv_udp_bind(&datagram->uv, (const struct sockaddr *)&uv,
                              options->reuse_address ? UV_UDP_REUSEADDR : 0));
    if (options->allow_broadcast)
        RONDO_TRY(uv_udp_set_broadcast(&datagram->uv, 1));
    address_to_uv(remote, &uv);
    if (remote->family != 0)
        RONDO_TRY(uv_udp_connect(&datagram->uv, (const struct sockaddr *)&uv));
    datagram->remote = *remote;
    note_names(datagram);
    return 0;
}

/* Wait until its protocol knows of it. */
static int wait_for_first(struct rondo_datagram *datagram, const char *here)
{
    int rc;

    loop_call_soon(datagram->loop, &datagram->first);
    datagram->waited = true;
    rc = park_wait(&datagram->opener, &datagram->object, "endpoint", here).rc;
    datagram->waited = false;
    if (rc == 0 && !datagram->made)
        rc = RONDO_ENOMEM;
    return rc < 0 ? rc : datagram->error;
}

/* One pair of addresses. */
static int open_at(rondo_datagram_factory factory, void *arg, const rondo_address *local,
                   const rondo_address *remote, rondo_datagram **opened,
                   const rondo_datagram_options *options, const char *here)
{
    bool six = local->family == 6 || remote->family == 6;
    struct rondo_datagram *datagram =
        datagram_new(task_current()->future.loop, six ? AF_INET6 : AF_INET);
    int rc;

    if (datagram == NULL)
        return RONDO_ENOMEM;
    datagram->factory = factory;
    datagram->arg = arg;
    rondo_datagram_ref(datagram); /* while it is waited for */
    rc = take_place(datagram, local, remote, options);
    if (rc == 0)
        rc = wait_for_first(datagram, here);
    if (rc < 0) {
        loop_unqueue(datagram->loop, &datagram->first);
        leave(datagram);
    } else if (opened != NULL) {
        *opened = datagram->told ? NULL : datagram;
    }
    rondo_datagram_unref(datagram);
    return rc;
}

/* ---- opening ---- */

/* What a side of the options stands for. */
struct side {
    int count; /* 0: there is no such side */
    rondo_address addresses[ADDRESSES_TRIED_MAX];
};

static int look_up(struct side *side, const char *host, int port, int family, const char *here)
{
    side->count = resolve(host, port, family, side->addresses, here);
    return side->count;
}

/* All addresses of the host, in a family. */
static void look_up_any(struct side *side, int port, int family)
{
    side->count = 1;
    side->addresses[0] = (rondo_address){.family = family == 6 ? 6 : 4, .port = (uint16_t)port};
}

static int look_up_both(struct side *local, struct side *remote,
                        const rondo_datagram_options *options, const char *here)
{
    bool has_remote = options->remote_host != NULL || options->remote_port != 0;
    bool has_local = options->local_host != NULL || options->local_port != 0;

    if (options->local_port < 0 || options->local_port > UINT16_MAX || options->remote_port < 0 ||
        options->remote_port > UINT16_MAX ||
        (options->family != 0 && options->family != 4 && options->family != 6) ||
        (!has_local && !has_remote && options->family == 0))
        return RONDO_EINVAL;
    local->count = remote->count = 0;
    if (has_remote)
        RONDO_TRY(look_up(remote, options->remote_host != NULL ? options->remote_host : "localhost",
                          options->remote_port, options->family, here));
    if (options->local_host != NULL)
        RONDO_TRY(look_up(local, options->local_host, options->local_port, options->family, here));
    else if (has_local || !has_remote)
        look_up_any(local, options->local_port,
                    has_remote && options->family == 0 ? remote->addresses[0].family
                                                       : options->family);
    return 0;
}

/* Every pair of addresses of one family, until one can be had. */
static int open_first(rondo_datagram_factory factory, void *arg, const struct side *local,
                      const struct side *remote, rondo_datagram **datagram,
                      const rondo_datagram_options *options, const char *here)
{
    static const rondo_address none;
    int rc = UV_EAI_ADDRFAMILY;

    for (int i = 0; i == 0 || i < local->count; i++) {
        for (int k = 0; k == 0 || k < remote->count; k++) {
            const rondo_address *a = local->count > 0 ? &local->addresses[i] : &none;
            const rondo_address *b = remote->count > 0 ? &remote->addresses[k] : &none;

            if (a->family != 0 && b->family != 0 && a->family != b->family)
                continue;
            rc = open_at(factory, arg, a, b, datagram, options, here);
            if (rc == 0 || rc == RONDO_ECANCELED || rc == RONDO_ENOMEM)
                return rc;
        }
    }
    return rc;
}

int rondo_create_datagram_endpoint_at(rondo_datagram_factory factory, void *arg,
                                      rondo_datagram **datagram,
                                      const rondo_datagram_options *options, const char *here)
{
    struct task *task = task_current();
    struct side local, remote;

    if (task == NULL)
        return RONDO_EMISUSE;
    if (loop_uv(task->future.loop) == NULL)
        return RONDO_ENOTSUP;
    if (factory == NULL)
        return RONDO_EINVAL;
    RONDO_TRY(look_up_both(&local, &remote, options, here));
    return open_first(factory, arg, &local, &remote, datagram, options, here);
}

/* ---- what one can see ---- */

const char *rondo_datagram_get_extra_info(const rondo_datagram *datagram, const char *name,
                                          const char *otherwise)
{
    if (strcmp(name, "sockname") == 0)
        return datagram->sockname;
    return strcmp(name, "peername") == 0 && datagram->remote.family != 0 ? datagram->peername
                                                                         : otherwise;
}

int rondo_datagram_local(const rondo_datagram *datagram, rondo_address *address)
{
    struct sockaddr_storage uv = {0};
    int size = sizeof uv;

    RONDO_TRY(datagram->leaving ? UV_ENOTCONN
                                : uv_udp_getsockname(&datagram->uv, (struct sockaddr *)&uv, &size));
    *address = address_from_uv((const struct sockaddr *)&uv);
    return 0;
}

int rondo_datagram_remote(const rondo_datagram *datagram, rondo_address *address)
{
    if (datagram->remote.family == 0)
        return UV_ENOTCONN;
    *address = datagram->remote;
    return 0;
}

rondo_datagram_protocol *rondo_datagram_get_protocol(const rondo_datagram *datagram)
{
    return datagram->protocol;
}

void rondo_datagram_set_protocol(rondo_datagram *datagram, rondo_datagram_protocol *protocol)
{
    datagram->protocol = protocol;
}

rondo_datagram *rondo_datagram_ref(rondo_datagram *datagram)
{
    datagram->holders++;
    return datagram;
}

void rondo_datagram_unref(rondo_datagram *datagram)
{
    if (datagram != NULL)
        let_go(datagram);
}
