/*
 * libuv_work.c - see libuv_work.h.
 */
#include "libuv_work.h"

#include <stdlib.h>
#include <uv.h>

#include "base/alloc.h"
#include "base/check.h"
#include "work.h"

#define GRAIN_NS 1000000

static void open_loop(uv_loop_t *loop)
{
    CHECK(uv_loop_init(loop) == 0);
}

static void run_and_close(uv_loop_t *loop)
{
    uv_run(loop, UV_RUN_DEFAULT);
    CHECK(uv_loop_close(loop) == 0);
}

/* ---- an iteration ---- */

static void tick(uv_idle_t *idle)
{
    size_t *left = idle->data;

    if (--*left == 0)
        uv_close((uv_handle_t *)idle, NULL);
}

void libuv_work_iteration(size_t count)
{
    uv_loop_t loop;
    uv_idle_t idle;

    open_loop(&loop);
    CHECK(uv_idle_init(&loop, &idle) == 0);
    idle.data = &count;
    uv_idle_start(&idle, tick);
    run_and_close(&loop);
}

/* ---- sleep ---- */

struct sleeper {
    uv_timer_t timer;
    uint64_t state; /* of its delays */
    size_t tasks;
    size_t left;
};

static void wake_up(uv_timer_t *timer)
{
    struct sleeper *sleeper = (struct sleeper *)(void *)timer;
    int64_t delay_ns;

    if (sleeper->left-- == 0) {
        uv_close((uv_handle_t *)timer, NULL);
        return;
    }
    delay_ns = work_delay_ns(&sleeper->state, sleeper->tasks);
    uv_timer_start(timer, wake_up, (uint64_t)(delay_ns + GRAIN_NS - 1) / GRAIN_NS, 0);
}

void libuv_work_sleep(size_t count)
{
    size_t tasks = count / WORK_SLEEPS;
    struct sleeper *sleepers = must_alloc(tasks * sizeof *sleepers);
    uv_loop_t loop;

    open_loop(&loop);
    for (size_t i = 0; i < tasks; i++) {
        sleepers[i] = (struct sleeper){.state = i, .tasks = tasks, .left = WORK_SLEEPS};
        CHECK(uv_timer_init(&loop, &sleepers[i].timer) == 0);
        wake_up(&sleepers[i].timer);
    }
    run_and_close(&loop);
    free(sleepers);
}
