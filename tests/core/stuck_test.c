/*
 * stuck_test.c - a loop that has nothing to do, and a thread of the program's own that libuv knows
 * nothing of. On the real libuv only: in a world that is simulated there are no such threads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <uv.h>

#include "event.h"
#include "run.h"

struct visit {
    rondo_event event;
    uv_thread_t thread;
    uv_async_t async;
    bool entered;
};

static void from_another_thread(uv_async_t *async)
{
    struct visit *visit = async->data;

    visit->entered = true;
    rondo_event_set(&visit->event);
    uv_close((uv_handle_t *)async, NULL);
}

static void enter(void *arg)
{
    struct visit *visit = arg;

    uv_sleep(30);
    uv_async_send(&visit->async);
}

static int wait_for_thread(void *arg, rondo_value *out)
{
    struct visit *visit = arg;

    (void)out;
    uv_async_init(uv_default_loop(), &visit->async, from_another_thread);
    uv_unref((uv_handle_t *)&visit->async); /* so that the loop believes it is stuck */
    visit->async.data = visit;
    if (uv_thread_create(&visit->thread, enter, visit) != 0)
        return RONDO_EUSER;
    return rondo_event_wait(&visit->event);
}

/* LOOP-29: without an observer the run waits, as asyncio does: another thread may enter. */
static void a_run_that_seems_stuck_waits_for_another_thread(void **state)
{
    struct visit visit = {.entered = false};

    (void)state;
    assert_int_equal(rondo_run(wait_for_thread, &visit, NULL), 0);
    uv_thread_join(&visit.thread);
    assert_true(visit.entered);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_that_seems_stuck_waits_for_another_thread),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
