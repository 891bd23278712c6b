/*
 * signal_body.c - signals that a process sends itself: libuv's signal.rst and uv_kill().
 */
#include <signal.h>

#include <uv.h>

#include "tests/conformance/conformance.h"

struct watch {
    uv_signal_t uv;
    const char *name;
    struct trace *trace;
    struct watch *other; /* that the callback stops, or NULL */
};

static void told(uv_signal_t *uv, int signum)
{
    struct watch *watch = uv->data;

    note(watch->trace, "%s%s ", watch->name, signum == SIGUSR1 ? "1" : "2");
    if (watch->other != NULL)
        uv_signal_stop(&watch->other->uv);
}

static void watch_open(struct watch *watch, uv_loop_t *loop, const char *name, struct trace *trace)
{
    *watch = (struct watch){.name = name, .trace = trace};
    uv_signal_init(loop, &watch->uv);
    watch->uv.data = watch;
}

static void send_self(int signum)
{
    uv_kill(uv_os_getpid(), signum);
}

static void say_closed(uv_handle_t *handle)
{
    const struct watch *watch = handle->data;

    note(watch->trace, "%s closed ", watch->name);
}

static void close_all(struct watch *watches, int count, uv_loop_t *loop, struct trace *trace)
{
    for (int i = 0; i < count; i++)
        uv_close((uv_handle_t *)&watches[i].uv, NULL);
    uv_run(loop, UV_RUN_DEFAULT);
    note(trace, "| close %d\n", uv_loop_close(loop));
}

static void caught(struct trace *trace)
{
    struct watch a;
    uv_loop_t loop;

    uv_loop_init(&loop);
    watch_open(&a, &loop, "a", trace);
    note(trace, "caught: active %d ", uv_is_active((uv_handle_t *)&a.uv));
    note(trace, "start %d ", uv_signal_start(&a.uv, told, SIGUSR1));
    note(trace, "active %d alive %d ", uv_is_active((uv_handle_t *)&a.uv), uv_loop_alive(&loop));
    note(trace, "number %d ", a.uv.signum == SIGUSR1);
    send_self(SIGUSR1);
    note(trace, "sent ");
    uv_run(&loop, UV_RUN_NOWAIT);
    uv_run(&loop, UV_RUN_NOWAIT);
    note(trace, "stop %d ", uv_signal_stop(&a.uv));
    note(trace, "again %d ", uv_signal_stop(&a.uv));
    note(trace, "active %d alive %d ", uv_is_active((uv_handle_t *)&a.uv), uv_loop_alive(&loop));
    note(trace, "number %d ", a.uv.signum);
    close_all(&a, 1, &loop, trace);
}

static void two_are_two(struct trace *trace)
{
    struct watch watches[2];
    uv_loop_t loop;

    note(trace, "in the order they came, each as often: ");
    uv_loop_init(&loop);
    watch_open(&watches[0], &loop, "a", trace);
    watch_open(&watches[1], &loop, "b", trace);
    uv_signal_start(&watches[0].uv, told, SIGUSR1);
    uv_signal_start(&watches[1].uv, told, SIGUSR2);
    send_self(SIGUSR2);
    send_self(SIGUSR1);
    send_self(SIGUSR2);
    uv_run(&loop, UV_RUN_NOWAIT);
    close_all(watches, 2, &loop, trace);
}

static void stopped_meanwhile(struct trace *trace)
{
    struct watch watches[2];
    uv_loop_t loop;

    note(trace, "stopped meanwhile: ");
    uv_loop_init(&loop);
    watch_open(&watches[0], &loop, "a", trace);
    watch_open(&watches[1], &loop, "b", trace);
    watches[0].other = &watches[1];
    uv_signal_start(&watches[0].uv, told, SIGUSR1);
    uv_signal_start(&watches[1].uv, told, SIGUSR2);
    send_self(SIGUSR1);
    send_self(SIGUSR2);
    uv_run(&loop, UV_RUN_NOWAIT);
    note(trace, "started again for another: ");
    uv_signal_start(&watches[1].uv, told, SIGUSR2);
    send_self(SIGUSR2);
    uv_signal_start(&watches[1].uv, told, SIGUSR1);
    watches[0].other = NULL;
    uv_signal_stop(&watches[0].uv);
    uv_run(&loop, UV_RUN_NOWAIT);
    send_self(SIGUSR1);
    uv_run(&loop, UV_RUN_NOWAIT);
    close_all(watches, 2, &loop, trace);
}

static void one_shot(struct trace *trace)
{
    struct watch watches[2];
    uv_loop_t loop;

    note(trace, "one shot: ");
    uv_loop_init(&loop);
    watch_open(&watches[0], &loop, "a", trace);
    watch_open(&watches[1], &loop, "b", trace);
    note(trace, "%d ", uv_signal_start_oneshot(&watches[0].uv, told, SIGUSR1));
    send_self(SIGUSR1);
    uv_run(&loop, UV_RUN_NOWAIT);
    note(trace, "active %d, ", uv_is_active((uv_handle_t *)&watches[0].uv));
    uv_signal_start_oneshot(&watches[0].uv, told, SIGUSR1);
    uv_signal_start(&watches[1].uv, told, SIGUSR1);
    send_self(SIGUSR1);
    uv_run(&loop, UV_RUN_NOWAIT);
    note(trace, "then ");
    send_self(SIGUSR1);
    uv_run(&loop, UV_RUN_NOWAIT);
    close_all(watches, 2, &loop, trace);
}

static void callback_replaced(uv_signal_t *uv, int signum)
{
    struct watch *watch = uv->data;

    (void)signum;
    note(watch->trace, "the other callback ");
}

static void restarted(struct trace *trace)
{
    struct watch a;
    uv_loop_t loop;

    note(trace, "started again for the same: ");
    uv_loop_init(&loop);
    watch_open(&a, &loop, "a", trace);
    uv_signal_start(&a.uv, told, SIGUSR1);
    send_self(SIGUSR1);
    note(trace, "%d ", uv_signal_start(&a.uv, callback_replaced, SIGUSR1));
    uv_run(&loop, UV_RUN_NOWAIT);
    close_all(&a, 1, &loop, trace);
}

static void refused(struct trace *trace)
{
    struct watch a;
    uv_loop_t loop;

    note(trace, "refused: ");
    uv_loop_init(&loop);
    watch_open(&a, &loop, "a", trace);
    note(trace, "kill %s ", uv_err_name(uv_signal_start(&a.uv, told, SIGKILL)));
    note(trace, "stop %s ", uv_err_name(uv_signal_start(&a.uv, told, SIGSTOP)));
    note(trace, "none %s ", uv_err_name(uv_signal_start(&a.uv, told, 0)));
    note(trace, "no such %s ", uv_err_name(uv_signal_start(&a.uv, told, 65)));
    note(trace, "active %d, ", uv_is_active((uv_handle_t *)&a.uv));
    note(trace, "uv_kill: 65 %s ", uv_err_name(uv_kill(uv_os_getpid(), 65)));
    note(trace, "0 %d ", uv_kill(uv_os_getpid(), 0));
    note(trace, "what is ignored %d ", uv_kill(uv_os_getpid(), SIGWINCH));
    close_all(&a, 1, &loop, trace);
}

static void async_ran(uv_async_t *async)
{
    note(async->data, "async ");
}

static void check_ran(uv_check_t *check)
{
    note(check->data, "check ");
}

static void poll_phase(struct trace *trace)
{
    struct watch a;
    uv_async_t async;
    uv_check_t check;
    uv_loop_t loop;

    note(trace, "last in the poll phase: ");
    uv_loop_init(&loop);
    watch_open(&a, &loop, "a", trace);
    uv_async_init(&loop, &async, async_ran);
    uv_check_init(&loop, &check);
    async.data = check.data = trace;
    uv_check_start(&check, check_ran);
    uv_signal_start(&a.uv, told, SIGUSR1);
    send_self(SIGUSR1);
    uv_async_send(&async);
    uv_run(&loop, UV_RUN_NOWAIT);
    uv_close((uv_handle_t *)&async, NULL);
    uv_close((uv_handle_t *)&check, NULL);
    close_all(&a, 1, &loop, trace);
}

static void timer_sends(uv_timer_t *timer)
{
    (void)timer;
    send_self(SIGUSR1);
}

static void wakes_the_poll(struct trace *trace)
{
    struct watch a;
    uv_timer_t timer;
    uv_loop_t loop;

    note(trace, "unreferenced: ");
    uv_loop_init(&loop);
    watch_open(&a, &loop, "a", trace);
    uv_signal_start(&a.uv, told, SIGUSR1);
    uv_unref((uv_handle_t *)&a.uv);
    send_self(SIGUSR1);
    note(trace, "alive %d ", uv_loop_alive(&loop));
    note(trace, "run %d, ", uv_run(&loop, UV_RUN_DEFAULT));
    uv_timer_init(&loop, &timer);
    uv_timer_start(&timer, timer_sends, 0, 0);
    note(trace, "with a timer: ");
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_close((uv_handle_t *)&timer, NULL);
    close_all(&a, 1, &loop, trace);
}

static void closed_before_it_is_told(struct trace *trace)
{
    struct watch watches[2];
    uv_loop_t loop;

    note(trace, "closed before it is told: ");
    uv_loop_init(&loop);
    watch_open(&watches[0], &loop, "a", trace);
    watch_open(&watches[1], &loop, "b", trace);
    uv_signal_start(&watches[0].uv, told, SIGUSR1);
    uv_signal_start(&watches[1].uv, told, SIGUSR2);
    uv_run(&loop, UV_RUN_NOWAIT); /* nothing yet */
    send_self(SIGUSR1);
    uv_close((uv_handle_t *)&watches[0].uv, say_closed);
    uv_close((uv_handle_t *)&watches[1].uv, say_closed);
    uv_run(&loop, UV_RUN_NOWAIT);
    note(trace, "| ");
    uv_run(&loop, UV_RUN_NOWAIT);
    note(trace, "| close %d\n", uv_loop_close(&loop));
}

/* The message is sent in the poll phase and read in the next: the close callback waits for that. */
static void close_other(uv_signal_t *uv, int signum)
{
    struct watch *watch = uv->data;

    (void)signum;
    note(watch->trace, "a1 ");
    send_self(SIGUSR2);
    uv_close((uv_handle_t *)&watch->other->uv, say_closed);
}

static void closed_with_a_message_on_its_way(struct trace *trace)
{
    struct watch watches[2];
    uv_loop_t loop;

    note(trace, "closed with a message on its way: ");
    uv_loop_init(&loop);
    watch_open(&watches[0], &loop, "a", trace);
    watch_open(&watches[1], &loop, "b", trace);
    watches[0].other = &watches[1];
    uv_signal_start(&watches[0].uv, close_other, SIGUSR1);
    uv_signal_start(&watches[1].uv, told, SIGUSR2);
    send_self(SIGUSR1);
    uv_run(&loop, UV_RUN_NOWAIT);
    note(trace, "| ");
    uv_run(&loop, UV_RUN_NOWAIT);
    uv_close((uv_handle_t *)&watches[0].uv, say_closed);
    uv_run(&loop, UV_RUN_NOWAIT);
    note(trace, "| close %d\n", uv_loop_close(&loop));
}

void signal_body(struct trace *trace)
{
    caught(trace);
    two_are_two(trace);
    stopped_meanwhile(trace);
    one_shot(trace);
    restarted(trace);
    refused(trace);
    poll_phase(trace);
    wakes_the_poll(trace);
    closed_before_it_is_told(trace);
    closed_with_a_message_on_its_way(trace);
}
