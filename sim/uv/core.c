/*
 * core.c - answers for libuv's unix/core.c: the iteration, closing, clocks and sleep.
 *
 * The order of phases is libuv 1.44's: timers, pending, idle, prepare, poll, pending again, check,
 * closing. The poll is the one place where a thread blocks on its loop, or, if it need not wait,
 * lets others run.
 */
#include <stdio.h>

#include "uv/internal.h"

/* Callbacks of sockets that others of them set in motion follow at once, so many times. */
#define PENDING_ROUNDS 8

static bool alive(const uv_loop_t *loop)
{
    return loop->active_handles > 0 || loop->active_reqs.count > 0 || loop->closing_handles != NULL;
}

int uv_loop_alive(const uv_loop_t *loop)
{
    return alive(loop);
}

int uv_backend_timeout(const uv_loop_t *loop)
{
    if (loop->stop_flag != 0 || (loop->active_handles == 0 && loop->active_reqs.count == 0) ||
        !list_empty(queue_of((void *)(uintptr_t)loop->idle_handles)) ||
        !list_empty(queue_of((void *)(uintptr_t)loop->pending_queue)) ||
        loop->closing_handles != NULL)
        return 0;
    return timers_next(loop);
}

void must_not(const char *what)
{
    fputs(what, stderr);
    process_exit(134);
}

void loop_wake(uv_loop_t *loop)
{
    if (sim_of(loop)->thread != NULL)
        thread_wake(sim_of(loop)->thread);
}

/* ---- the poll ---- */

/* What a poll may have to tell of. */
struct source {
    const char *what;
    bool (*pending)(uv_loop_t *loop);
    void (*run)(uv_loop_t *loop);
};

/* libuv hears of work by an async handle of its own, made before any of the program's, and of
 * signals last (epoll.c). */
static const struct source sources[] = {
    {"work that is over", work_pending, work_run},
    {"an async", asyncs_pending, asyncs_run},
    {"a socket", io_ready, io_run},
    {"a signal", signals_pending, signals_run},
};

#define SOURCES (sizeof sources / sizeof *sources)

/* Whether the poll has something to do at once. */
static bool pending(uv_loop_t *loop)
{
    for (size_t i = 0; i < SOURCES; i++) {
        if (sources[i].pending(loop))
            return true;
    }
    return false;
}

/* Those whose turn is still to come. */
struct turns {
    const struct source *sources[SOURCES];
    size_t count;
};

static void name_source(const void *self, size_t value, char *text, size_t size)
{
    const struct turns *turns = self;

    snprintf(text, size, "%s", turns->sources[value]->what);
}

/* Take the next of `turns`: the first, or instead of one that has something to tell any that has.
 */
static const struct source *next_source(uv_loop_t *loop, struct turns *turns)
{
    struct turns some = {.count = 0};
    struct alternatives alternatives = {.anchor = name_source, .self = &some};
    const struct source *next = turns->sources[0];
    size_t at = 0;

    if (order_is_open() && next->pending(loop)) {
        for (size_t i = 0; i < turns->count; i++) {
            if (turns->sources[i]->pending(loop))
                some.sources[some.count++] = turns->sources[i];
        }
        next = some.sources[world_choose(world_current(), "uv.next", some.count, &alternatives)];
    }
    while (turns->sources[at] != next)
        at++;
    for (turns->count--; at < turns->count; at++)
        turns->sources[at] = turns->sources[at + 1];
    return next;
}

static void tell_all(uv_loop_t *loop)
{
    struct turns turns = {.count = SOURCES};

    for (size_t i = 0; i < SOURCES; i++)
        turns.sources[i] = &sources[i];
    while (turns.count > 0)
        next_source(loop, &turns)->run(loop);
}

/* Wait for something to happen, at most `timeout` ms; -1 is for ever. */
static void poll_for(uv_loop_t *loop, int timeout)
{
    struct sim_loop *sim = sim_of(loop);

    io_watch(loop);
    if (timeout == 0 || pending(loop)) {
        thread_spin();
    } else {
        sim->thread = thread_current();
        thread_block_by_clock(timeout < 0 ? WORLD_NEVER
                                          : (process_clock() / NS_PER_MS + timeout) * NS_PER_MS,
                              NULL);
        sim->thread = NULL;
    }
    uv_update_time(loop);
    tell_all(loop);
}

/* ---- closing ---- */

static void name_closing(const void *self, size_t value, char *text, size_t size)
{
    const uv_handle_t *handle = self;

    while (value-- > 0)
        handle = handle->next_closing;
    handle_text(handle, text, size);
}

/* Take the next of `handles`, which are closing. The list is a stack (core.c:
 * uv__make_close_pending), so callbacks run last in, first out, which nobody promises. */
static uv_handle_t *next_closing(uv_handle_t **handles)
{
    struct alternatives alternatives = {.anchor = name_closing, .self = *handles};
    size_t count = 0, index = 0;
    uv_handle_t *handle;

    for (handle = *handles; handle != NULL; handle = handle->next_closing)
        count++;
    if (order_is_open())
        index = world_choose(world_current(), "uv.next", count, &alternatives);
    while (index-- > 0)
        handles = &(*handles)->next_closing;
    handle = *handles;
    *handles = handle->next_closing;
    return handle;
}

/* What is left of `handles` has to wait for the next iteration. */
static void close_later(uv_loop_t *loop, uv_handle_t *handles)
{
    uv_handle_t **end = &loop->closing_handles;

    while (*end != NULL)
        end = &(*end)->next_closing;
    *end = handles;
}

static void finish_close(uv_handle_t *handle)
{
    handle->flags |= HANDLE_CLOSED;
    if (handle->type == UV_TCP || handle->type == UV_NAMED_PIPE)
        stream_destroy((uv_stream_t *)handle);
    else if (handle->type == UV_UDP)
        udp_handle_destroy((uv_udp_t *)handle);
    handle->flags &= ~(unsigned)HANDLE_REF;
    list_remove(queue_of(handle->handle_queue));
    process_current()->handles_open--;
    if (handle->close_cb != NULL)
        handle->close_cb(handle);
}

static void closing_run(uv_loop_t *loop)
{
    uv_handle_t *handles = loop->closing_handles;
    uv_handle_t *handle;
    bool told = false;

    loop->closing_handles = NULL;
    while (handles != NULL) {
        if (told && order_waits(queue_of(handles->handle_queue), name_handle)) {
            close_later(loop, handles);
            return;
        }
        handle = next_closing(&handles);
        if (handle->type == UV_SIGNAL && signal_is_owed((uv_signal_t *)handle)) {
            handle->next_closing = loop->closing_handles; /* when the message has come */
            loop->closing_handles = handle;
            continue;
        }
        told = true;
        finish_close(handle);
    }
}

/* ---- the iteration ---- */

int uv_run(uv_loop_t *loop, uv_run_mode mode)
{
    bool more = alive(loop);
    bool can_sleep;

    if (!more)
        uv_update_time(loop);
    while (more && loop->stop_flag == 0) {
        uv_update_time(loop);
        timers_run(loop);
        can_sleep =
            list_empty(queue_of(loop->idle_handles)) && list_empty(queue_of(loop->pending_queue));
        pending_run(loop);
        idle_run(loop);
        prepare_run(loop);
        poll_for(loop, mode == UV_RUN_DEFAULT || (mode == UV_RUN_ONCE && can_sleep)
                           ? uv_backend_timeout(loop)
                           : 0);
        for (int i = 0; i < PENDING_ROUNDS && !list_empty(queue_of(loop->pending_queue)); i++) {
            if (!pending_run(loop))
                break;
        }
        check_run(loop);
        closing_run(loop);
        if (mode == UV_RUN_ONCE) {
            /* ONCE promises progress: a timer that became due during the poll runs now. */
            uv_update_time(loop);
            timers_run(loop);
        }
        more = alive(loop);
        if (mode != UV_RUN_DEFAULT)
            break;
    }
    loop->stop_flag = 0;
    return more;
}

void uv_close(uv_handle_t *handle, uv_close_cb close_cb)
{
    if (uv_is_closing(handle))
        must_not("uv_close() of a handle that is already closing\n");
    switch (handle->type) {
    case UV_TIMER:
        timer_close((uv_timer_t *)handle);
        break;
    case UV_IDLE:
        idle_close((uv_idle_t *)handle);
        break;
    case UV_PREPARE:
        prepare_close((uv_prepare_t *)handle);
        break;
    case UV_CHECK:
        check_close((uv_check_t *)handle);
        break;
    case UV_ASYNC:
        async_close((uv_async_t *)handle);
        break;
    case UV_SIGNAL:
        signal_close((uv_signal_t *)handle);
        break;
    case UV_NAMED_PIPE:
        handle->flags |= HANDLE_CLOSING;
        pipe_handle_close((uv_pipe_t *)handle);
        break;
    case UV_TCP:
        handle->flags |= HANDLE_CLOSING; /* what happens to its socket is not told any more */
        stream_close((uv_stream_t *)handle, (handle->flags & STREAM_RESET) != 0);
        break;
    case UV_UDP:
        udp_handle_close((uv_udp_t *)handle);
        break;
    default:
        return; /* no other kind can be made */
    }
    handle->flags |= HANDLE_CLOSING;
    handle->close_cb = close_cb;
    handle->next_closing = handle->loop->closing_handles;
    handle->loop->closing_handles = handle;
}

uint64_t uv_hrtime(void)
{
    return (uint64_t)process_clock();
}

int uv_gettimeofday(uv_timeval64_t *tv)
{
    int64_t civil = process_civil();

    if (tv == NULL)
        return UV_EINVAL;
    tv->tv_sec = civil / 1000000000;
    tv->tv_usec = (int32_t)(civil % 1000000000 / 1000);
    return 0;
}

void uv_sleep(unsigned int msec)
{
    int64_t now = process_clock(), delay = (int64_t)msec * NS_PER_MS;

    thread_block_by_clock(delay < WORLD_NEVER - now ? now + delay : WORLD_NEVER, "uv_sleep()");
}
