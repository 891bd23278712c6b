/*
 * idle_prepare_check_body.c - the phases of an iteration: libuv's design.rst, "The I/O loop".
 */
#include <uv.h>

#include "tests/conformance/conformance.h"

enum { IDLE, PREPARE, CHECK, KINDS };

/* One handle of any of the three kinds. */
struct phase {
    union {
        uv_handle_t any;
        uv_idle_t idle;
        uv_prepare_t prepare;
        uv_check_t check;
    } uv;
    int kind;
    struct trace *trace;
    const char *name;
    struct phase *other; /* that the callback starts or stops */
    int stop_other;      /* 1: stop it, 0: start it */
    int once;            /* stop itself */
};

static int phase_start(struct phase *phase);
static int phase_stop(struct phase *phase);

static void phase_ran(struct phase *phase)
{
    note(phase->trace, "%s ", phase->name);
    if (phase->once)
        phase_stop(phase);
    if (phase->other != NULL)
        (phase->stop_other ? phase_stop : phase_start)(phase->other);
}

static void idle_ran(uv_idle_t *idle)
{
    phase_ran(idle->data);
}

static void prepare_ran(uv_prepare_t *prepare)
{
    phase_ran(prepare->data);
}

static void check_ran(uv_check_t *check)
{
    phase_ran(check->data);
}

static int phase_start(struct phase *phase)
{
    switch (phase->kind) {
    case IDLE:
        return uv_idle_start(&phase->uv.idle, idle_ran);
    case PREPARE:
        return uv_prepare_start(&phase->uv.prepare, prepare_ran);
    default:
        return uv_check_start(&phase->uv.check, check_ran);
    }
}

static int phase_stop(struct phase *phase)
{
    switch (phase->kind) {
    case IDLE:
        return uv_idle_stop(&phase->uv.idle);
    case PREPARE:
        return uv_prepare_stop(&phase->uv.prepare);
    default:
        return uv_check_stop(&phase->uv.check);
    }
}

static void phase_open(struct phase *phase, uv_loop_t *loop, struct trace *trace, int kind,
                       const char *name)
{
    *phase = (struct phase){.kind = kind, .trace = trace, .name = name};
    switch (kind) {
    case IDLE:
        uv_idle_init(loop, &phase->uv.idle);
        break;
    case PREPARE:
        uv_prepare_init(loop, &phase->uv.prepare);
        break;
    default:
        uv_check_init(loop, &phase->uv.check);
        break;
    }
    phase->uv.any.data = phase;
}

static void close_all(struct phase *phases, int count, uv_loop_t *loop)
{
    for (int i = 0; i < count; i++)
        uv_close(&phases[i].uv.any, NULL);
    uv_run(loop, UV_RUN_DEFAULT);
    note(phases[0].trace, "| close %d\n", uv_loop_close(loop));
}

static void timer_ran(uv_timer_t *timer)
{
    note(timer->data, "timer ");
}

static void phase_order(struct trace *trace)
{
    struct phase p[3];
    uv_timer_t timer;
    uv_loop_t loop;

    note(trace, "phases: ");
    uv_loop_init(&loop);
    phase_open(&p[0], &loop, trace, CHECK, "check");
    phase_open(&p[1], &loop, trace, PREPARE, "prepare");
    phase_open(&p[2], &loop, trace, IDLE, "idle");
    uv_timer_init(&loop, &timer);
    timer.data = trace;
    for (int i = 0; i < 3; i++)
        phase_start(&p[i]);
    uv_timer_start(&timer, timer_ran, 0, 0);
    note(trace, "run %d, ", uv_run(&loop, UV_RUN_NOWAIT));
    note(trace, "run %d ", uv_run(&loop, UV_RUN_NOWAIT));
    uv_close((uv_handle_t *)&timer, NULL);
    close_all(p, 3, &loop);
}

static void start_order(struct trace *trace, int kind, const char *what)
{
    struct phase p[3];
    uv_loop_t loop;

    note(trace, "%s started a b c: ", what);
    uv_loop_init(&loop);
    phase_open(&p[0], &loop, trace, kind, "a");
    phase_open(&p[1], &loop, trace, kind, "b");
    phase_open(&p[2], &loop, trace, kind, "c");
    for (int i = 0; i < 3; i++)
        phase_start(&p[i]);
    uv_run(&loop, UV_RUN_NOWAIT);
    note(trace, ", next iteration ");
    uv_run(&loop, UV_RUN_NOWAIT);
    note(trace, ", a stopped and started ");
    phase_stop(&p[0]);
    phase_start(&p[0]);
    uv_run(&loop, UV_RUN_NOWAIT);
    note(trace, ", b started again ");
    note(trace, "%d ", phase_start(&p[1])); /* active already: nothing changes */
    uv_run(&loop, UV_RUN_NOWAIT);
    close_all(p, 3, &loop);
}

static void changes_inside(struct trace *trace, int kind, const char *what)
{
    struct phase p[3];
    uv_loop_t loop;

    note(trace, "%s, b stops itself and a: ", what);
    uv_loop_init(&loop);
    phase_open(&p[0], &loop, trace, kind, "a");
    phase_open(&p[1], &loop, trace, kind, "b");
    phase_open(&p[2], &loop, trace, kind, "c");
    for (int i = 0; i < 3; i++)
        phase_start(&p[i]);
    p[1].once = 1;
    p[1].other = &p[0];
    p[1].stop_other = 1;
    uv_run(&loop, UV_RUN_NOWAIT);
    note(trace, ", next iteration ");
    uv_run(&loop, UV_RUN_NOWAIT);
    note(trace, ", c starts a ");
    p[2].other = &p[0];
    uv_run(&loop, UV_RUN_NOWAIT);
    note(trace, ", next iteration ");
    uv_run(&loop, UV_RUN_NOWAIT);
    close_all(p, 3, &loop);
}

static void start_across_phases(struct trace *trace)
{
    struct phase p[3];
    uv_loop_t loop;

    note(trace, "started by the phase before: ");
    uv_loop_init(&loop);
    phase_open(&p[0], &loop, trace, IDLE, "idle");
    phase_open(&p[1], &loop, trace, PREPARE, "prepare");
    phase_open(&p[2], &loop, trace, CHECK, "check");
    phase_start(&p[0]);
    p[0].other = &p[1];
    p[1].other = &p[2];
    uv_run(&loop, UV_RUN_NOWAIT);
    close_all(p, 3, &loop);
}

static void activity(struct trace *trace)
{
    struct phase p[3];
    uv_loop_t loop;

    note(trace, "active: ");
    uv_loop_init(&loop);
    phase_open(&p[0], &loop, trace, IDLE, "idle");
    phase_open(&p[1], &loop, trace, PREPARE, "prepare");
    phase_open(&p[2], &loop, trace, CHECK, "check");
    for (int i = 0; i < 3; i++) {
        note(trace, "%s %d alive %d, ", p[i].name, uv_is_active(&p[i].uv.any),
             uv_loop_alive(&loop));
        phase_start(&p[i]);
        note(trace, "started %d alive %d, ", uv_is_active(&p[i].uv.any), uv_loop_alive(&loop));
        phase_stop(&p[i]);
        note(trace, "stopped %d alive %d ", uv_is_active(&p[i].uv.any), uv_loop_alive(&loop));
    }
    note(trace, "stopped again %d, no callback %s ", phase_stop(&p[0]),
         uv_err_name(uv_idle_start(&p[0].uv.idle, NULL)));
    close_all(p, 3, &loop);
}

void idle_prepare_check_body(struct trace *trace)
{
    phase_order(trace);
    start_order(trace, IDLE, "idle");
    start_order(trace, PREPARE, "prepare");
    start_order(trace, CHECK, "check");
    changes_inside(trace, IDLE, "idle");
    changes_inside(trace, PREPARE, "prepare");
    changes_inside(trace, CHECK, "check");
    start_across_phases(trace);
    activity(trace);
}
