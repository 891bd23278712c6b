/*
 * epoll.c - answers for libuv's unix/epoll.c, and for uv__io_* of its core.c: what sockets are
 * watched for, and who of those that are ready is told first.
 *
 * Handles are told in the poll phase, or, of what is over already, in the phase for what is
 * pending. In which order those that are ready are told is epoll's business: here it is that in
 * which they became so, and net.ready, or uv.next, otherwise.
 */
#include "uv/internal.h"

#include <stdio.h>
#include <string.h>

#include "world/socket.h"

_Static_assert(sizeof(struct list) <= 2 * sizeof((uv_handle_t){0}.u.reserved[0]),
               "a handle has room for a link, behind the words that others use");

/* The handle that `watcher` is a part of. */
static uv_handle_t *handle_of(uv__io_t *watcher)
{
    return watcher->cb == udp_io ? (uv_handle_t *)container_of(watcher, uv_udp_t, io_watcher)
                                 : (uv_handle_t *)container_of(watcher, uv_stream_t, io_watcher);
}

static uv__io_t *watcher_of(uv_handle_t *handle)
{
    return handle->type == UV_UDP ? &((uv_udp_t *)handle)->io_watcher
                                  : &((uv_stream_t *)handle)->io_watcher;
}

struct socket *io_socket(const uv_handle_t *handle)
{
    return handle->u.reserved[1];
}

/* Its place among those that are ready. */
static struct list *ready_link(uv_handle_t *handle)
{
    return (struct list *)(void *)&handle->u.reserved[2];
}

static uv__io_t *of_ready_link(struct list *link)
{
    return watcher_of(container_of(link, uv_handle_t, u.reserved[2]));
}

/* ---- who is ready ---- */

/* What is to be told: only of what the poll has been asked for, and of the end of both directions,
 * which is told unasked. */
static unsigned told(uv__io_t *watcher)
{
    const struct socket *socket = io_socket(handle_of(watcher));
    unsigned interest = watcher->events;

    if (interest == 0)
        return 0;
    return ((socket->kind->readable(socket) ? IO_IN : 0u) |
            (socket->kind->writable(socket) ? IO_OUT : 0u) |
            (socket->kind->over(socket) ? IO_HUP : 0u)) &
           (interest | IO_HUP);
}

static void make_ready(uv__io_t *watcher)
{
    uv_handle_t *handle = handle_of(watcher);

    if (told(watcher) != 0 && !list_linked(ready_link(handle)))
        list_push_back(&sim_of(handle->loop)->ready, ready_link(handle));
}

static void make_unready(uv__io_t *watcher)
{
    uv_handle_t *handle = handle_of(watcher);
    struct sim_loop *sim = sim_of(handle->loop);

    if (sim->ready_next == ready_link(handle))
        sim->ready_next = sim->ready_next->next;
    list_remove(ready_link(handle));
    watcher->fd = 0;
}

/* The socket has changed. */
static void notice(void *context)
{
    uv__io_t *watcher = context;
    uv_handle_t *handle = handle_of(watcher);

    make_ready(watcher);
    if (list_linked(ready_link(handle)))
        loop_wake(handle->loop);
}

/* ---- what a handle is watched for ---- */

void io_init(uv_handle_t *handle, uv__io_cb cb)
{
    uv__io_t *watcher = watcher_of(handle);

    memset(&handle->u.reserved[1], 0, sizeof handle->u - sizeof handle->u.reserved[0]);
    memset(watcher, 0, sizeof *watcher);
    watcher->cb = cb;
}

void io_open(uv_handle_t *handle, struct socket *socket)
{
    handle->u.reserved[1] = socket;
    socket_watch(socket, notice, watcher_of(handle));
}

static void io_changed(uv__io_t *watcher)
{
    if (!list_linked(queue_of(watcher->watcher_queue)))
        list_push_back(queue_of(handle_of(watcher)->loop->watcher_queue),
                       queue_of(watcher->watcher_queue));
}

void io_start(uv__io_t *watcher, unsigned events)
{
    watcher->pevents |= events;
    if (watcher->pevents != watcher->events)
        io_changed(watcher);
}

void io_stop(uv__io_t *watcher, unsigned events)
{
    watcher->pevents &= ~events;
    if (watcher->pevents != 0) {
        io_changed(watcher);
        return;
    }
    watcher->events = 0;
    list_remove(queue_of(watcher->watcher_queue));
    make_unready(watcher);
}

void io_feed(uv__io_t *watcher)
{
    if (!list_linked(queue_of(watcher->pending_queue)))
        list_push_back(queue_of(handle_of(watcher)->loop->pending_queue),
                       queue_of(watcher->pending_queue));
}

void *io_close(uv_handle_t *handle)
{
    uv__io_t *watcher = watcher_of(handle);
    struct socket *socket = io_socket(handle);

    io_stop(watcher, IO_IN | IO_OUT);
    list_remove(queue_of(watcher->pending_queue));
    handle->u.reserved[1] = NULL;
    return socket;
}

/* ---- the phases ---- */

static void name_pending(struct list *link, char *text, size_t size)
{
    handle_text(handle_of(container_of(link, uv__io_t, pending_queue)), text, size);
}

bool pending_run(uv_loop_t *loop)
{
    struct list batch;
    bool told = false;

    list_move(&batch, queue_of(loop->pending_queue));
    for (; !list_empty(&batch); told = true) {
        uv__io_t *watcher;

        if (told && order_waits(batch.next, name_pending)) {
            order_put_back(queue_of(loop->pending_queue), &batch);
            return false;
        }
        watcher = container_of(order_pop(&batch, name_pending), uv__io_t, pending_queue);
        watcher->cb(loop, watcher, IO_OUT);
    }
    return true;
}

bool io_ready(uv_loop_t *loop)
{
    list_for_each(link, &sim_of(loop)->ready) {
        if (told(of_ready_link(link)) != 0)
            return true;
        make_unready(of_ready_link(link));
    }
    return false;
}

void io_watch(uv_loop_t *loop)
{
    struct list *link;

    while ((link = list_pop_front(queue_of(loop->watcher_queue))) != NULL) {
        uv__io_t *watcher = container_of(link, uv__io_t, watcher_queue);

        watcher->events = watcher->pevents;
        make_ready(watcher);
    }
}

char *io_text(const uv_handle_t *handle, char *text, size_t size)
{
    const struct socket *socket = io_socket(handle);
    char a[ADDRESS_TEXT_SIZE], b[ADDRESS_TEXT_SIZE];

    if (socket->kind->describe != NULL) {
        socket->kind->describe(socket, text, size);
        return text;
    }
    address_text(&socket->local, a, sizeof a);
    if (socket->remote.port != 0)
        snprintf(text, size, "%s from %s", a, address_text(&socket->remote, b, sizeof b));
    else
        snprintf(text, size, "%s", a);
    return text;
}

static void name_ready(struct list *link, char *text, size_t size)
{
    io_text(handle_of(of_ready_link(link)), text, size);
}

/* Put one of those that are still to be told, up to `end`, first. */
static void choose_ready(struct sim_loop *sim, const struct list *end)
{
    unsigned open = world_current()->chance->open;
    struct list *link = sim->ready_next;

    if ((open & (1u << FAMILY_uv | 1u << FAMILY_net)) == 0)
        return;
    link =
        order_pick((open & 1u << FAMILY_net) != 0 ? "net.ready" : "uv.next", link, end, name_ready);
    if (link == sim->ready_next)
        return;
    list_remove(link);
    list_push_back(sim->ready_next, link); /* before it */
    sim->ready_next = link;
}

/* What each is told is what holds now, whatever the others do meanwhile. Returns: whether there is
 * anything to tell. */
static bool take_stock(struct sim_loop *sim)
{
    list_for_each(link, &sim->ready) {
        uv__io_t *watcher = of_ready_link(link);

        watcher->fd = (int)told(watcher);
        if (watcher->fd == 0)
            make_unready(watcher);
    }
    return !list_empty(&sim->ready);
}

/* As epoll does: those that are told stay in line, before whatever becomes ready meanwhile, and are
 * looked at again the next time. */
void io_run(uv_loop_t *loop)
{
    struct sim_loop *sim = sim_of(loop);
    struct list end;
    bool told = false;

    if (!take_stock(sim))
        return;
    list_push_back(&sim->ready, &end);
    sim->ready_next = sim->ready.next;
    while (sim->ready_next != &end) {
        uv__io_t *watcher;
        unsigned events;

        if (told && order_waits(sim->ready_next, name_ready))
            break;
        told = true;
        choose_ready(sim, &end);
        watcher = of_ready_link(sim->ready_next);
        sim->ready_next = sim->ready_next->next;
        events = (unsigned)watcher->fd & (watcher->pevents | IO_HUP);
        if (events != 0)
            watcher->cb(loop, watcher, events);
    }
    sim->ready_next = NULL;
    list_remove(&end);
}
