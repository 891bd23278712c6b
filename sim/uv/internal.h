/*
 * internal.h - what the files of the simulated libuv share.
 *
 * Handles and loops keep their state in libuv's own structs, in the members whose names say so: a
 * loop's queues, its time and its closing list, a timer's heap node, a handle's flags. Only what
 * has no place there lies beside the loop, in `struct sim_loop`.
 */
#ifndef RONDO_UV_INTERNAL_H
#define RONDO_UV_INTERNAL_H

#include <uv.h>

#include "base/heap.h"
#include "base/list.h"
#include "world/machine.h"
#include "world/world.h"

/* Bits of handle->flags; libuv's own values. */
enum {
    HANDLE_CLOSING = 1,
    HANDLE_CLOSED = 2,
    HANDLE_ACTIVE = 4,
    HANDLE_REF = 8,
    HANDLE_INTERNAL = 16,
    STREAM_BOUND = 0x2000,
    STREAM_READABLE = 0x4000,
    STREAM_WRITABLE = 0x8000,
    STREAM_RESET = 0x00800000, /* ours: uv_tcp_close_reset() */
    STREAM_TCP_NODELAY = 0x01000000,
    STREAM_TCP_KEEPALIVE = 0x02000000,
    UDP_PROCESSING = 0x01000000,
    UDP_CONNECTED = 0x02000000,
    UDP_RECVMMSG = 0x04000000,
};

#define NS_PER_MS ((int64_t)1000000)

struct sim_loop {
    struct heap timers;
    struct thread *thread; /* that blocks in this loop's poll, or NULL */
    struct caught *caught; /* signals for its handles */
    size_t caught_count;
    struct list ready;       /* handles of whose sockets the poll may have something to tell */
    struct list *ready_next; /* while it tells: the next of them */
    int number_last;         /* of its handles, which have it in `u.fd` */
    size_t work_last;        /* of its work requests, which have it in `reserved[0]` */
};

/* The queues of libuv's structs are two pointers each, as ours are. */
_Static_assert(sizeof(struct list) == 2 * sizeof(void *), "a list is a libuv queue");

static inline struct list *queue_of(void *words)
{
    return words;
}

static inline struct sim_loop *sim_of(const uv_loop_t *loop)
{
    return loop->internal_fields;
}

/* uv-common.c */
void handle_init(uv_loop_t *loop, uv_handle_t *handle, uv_handle_type type);
void handle_start(uv_handle_t *handle);
void handle_stop(uv_handle_t *handle);

/* threadpool.c: have `run` called on a thread of the process, then `done` on that of `loop`, with
 * UV_ECANCELED if uv_cancel() came first. Of slow work, which waits for others, no more than two
 * pieces run at a time. Returns: 0 or UV_ENOMEM. */
enum work_kind { WORK_FAST, WORK_SLOW };
int work_submit(uv_loop_t *loop, struct uv__work *work, enum work_kind kind,
                void (*run)(struct uv__work *), void (*done)(struct uv__work *, int status));

/* order.c: what libuv leaves open, which is decided by the family `uv`. While that is closed all is
 * as libuv 1.44 happens to do it. */
bool order_is_open(void);

/* Write in words what stands at `link`: "timer 3". */
typedef void (*order_words)(struct list *link, char *text, size_t size);

/* Which of the callbacks from `first` up to `end`, in libuv's order, is called next. */
struct list *order_pick(const char *label, struct list *first, const struct list *end,
                        order_words words);

/* Take the next of `batch`, of which any may be, out of it; NULL: it is empty. */
struct list *order_pop(struct list *batch, order_words words);
struct list *order_pop_among(struct list *batch, bool (*among)(struct list *link),
                             order_words words);

/* Whether what stands at `link`, and what would come after it in this phase, is left for the next
 * iteration. Requires: something has been called in this one, so that all of it comes. */
bool order_waits(struct list *link, order_words words);

/* Put what is left of `batch` before what is in `queue`. */
void order_put_back(struct list *queue, struct list *batch);

/* Which of two things that may be done with `handle` is done first. Returns: whether the second. */
bool order_swaps(const uv_handle_t *handle, const char *first, const char *second);

/* How many of `size` bytes are `verb` ("read") at once: all, or what else it may be. */
enum { ORDER_PART = 1, ORDER_NONE = 2 };
size_t order_amount(const char *label, const char *verb, const uv_handle_t *handle, size_t size,
                    unsigned may);

/* Write "timer 3", the third handle of its loop; and that of the handle in whose `handle_queue`
 * `link` is. */
void handle_text(const uv_handle_t *handle, char *text, size_t size);
void name_handle(struct list *link, char *text, size_t size);

/* core.c */
void loop_wake(uv_loop_t *loop); /* end the poll that a thread blocks in, if one does */
void must_not(const char *what) __attribute__((noreturn)); /* libuv would abort() */

/* Per kind: stop it, as part of uv_close(). */
void timer_close(uv_timer_t *timer);
void idle_close(uv_idle_t *idle);
void prepare_close(uv_prepare_t *prepare);
void check_close(uv_check_t *check);
void async_close(uv_async_t *async);
void signal_close(uv_signal_t *handle);
void stream_close(uv_stream_t *stream, bool reset);
void stream_destroy(uv_stream_t *stream); /* and what is open is canceled, before it is told */
bool signal_is_owed(const uv_signal_t *handle); /* its close callback has to wait */

/* The phases of an iteration, in their own files. */
void timers_run(uv_loop_t *loop);
void timers_init(uv_loop_t *loop);
int timers_next(const uv_loop_t *loop); /* ms to the next one; -1: none */
void idle_run(uv_loop_t *loop);
void prepare_run(uv_loop_t *loop);
void check_run(uv_loop_t *loop);
void asyncs_run(uv_loop_t *loop);
bool asyncs_pending(uv_loop_t *loop);
void signals_run(uv_loop_t *loop);
bool signals_pending(uv_loop_t *loop);
void work_run(uv_loop_t *loop); /* callbacks of work requests that are over */
bool work_pending(uv_loop_t *loop);
bool pending_run(uv_loop_t *loop); /* callbacks of sockets that need not wait for the poll; returns
                                    * whether all of them */
void io_watch(uv_loop_t *loop);    /* what sockets are watched for is the poll's from now on */
bool io_ready(uv_loop_t *loop);
void io_run(uv_loop_t *loop);

/* epoll.c: handles that have a socket, in `u.reserved`, and a watcher. */
struct socket;
enum {
    IO_IN = 1,
    IO_OUT = 4,
    IO_HUP = 16
}; /* what one is watched for, and told; poll()'s values */
void io_init(uv_handle_t *handle, uv__io_cb cb);
void io_open(uv_handle_t *handle, struct socket *socket); /* from now on this is its socket */
struct socket *io_socket(const uv_handle_t *handle);      /* NULL: none yet, or no more */
void io_start(uv__io_t *watcher, unsigned events);
void io_stop(uv__io_t *watcher, unsigned events);
void io_feed(uv__io_t *watcher);     /* have the callbacks of what is over called soon */
void *io_close(uv_handle_t *handle); /* returns its socket, to be closed, or NULL */

/* Write "127.0.0.1:80 from 127.0.0.1:49152". Returns: `text`. */
#define ADDRESSES_TEXT_SIZE 104
char *io_text(const uv_handle_t *handle, char *text, size_t size);

/* stream.c, for its kinds: a stream without a socket, and what becomes of it. */
void stream_init(uv_loop_t *loop, uv_stream_t *stream, uv_handle_type type);
void stream_open(uv_stream_t *stream, struct socket *socket);
void stream_connecting(uv_stream_t *stream, uv_connect_t *req, uv_connect_cb cb);
void stream_listening(uv_stream_t *stream, uv_connection_cb cb);
bool stream_is_shutting(const uv_stream_t *stream);
void stream_io(uv_loop_t *loop, uv__io_t *watcher, unsigned events);

/* udp.c */
void udp_handle_close(uv_udp_t *handle);
void udp_handle_destroy(uv_udp_t *handle); /* and what is open is canceled, before it is told */
void udp_io(uv_loop_t *loop, uv__io_t *watcher, unsigned events);

/* inet.c: addresses as programs and as the world have them */
struct address;
bool address_is_inet(const struct sockaddr *addr);
size_t address_size(const struct sockaddr *addr);
struct address address_of(const struct sockaddr *addr);
int address_write(const struct address *address, bool six, struct sockaddr *name, int *size);

/* tcp.c, pipe.c: their parts of uv_listen() and uv_close() */
int tcp_stream_listen(uv_tcp_t *handle, int backlog, uv_connection_cb cb);
int pipe_stream_listen(uv_pipe_t *handle, int backlog, uv_connection_cb cb);
void pipe_handle_close(uv_pipe_t *handle);

#endif
