/*
 * sleep_test.c - letting time pass: SLP-*, on a clock that is a number.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "observe.h"
#include "sleep.h"
#include "tests/lib/script.h"

struct fixture {
    struct script script;
};

SCRIPT_FIXTURE(fixture)

static int nap(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = rondo_sleep(n);

    note(f, "wakes with %s", rondo_err_name(rc));
    return rc;
}

/* SLP-01: a sleep takes exactly its delay on a virtual clock. */
static void a_sleep_takes_its_delay(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", nap, 20 * MS);
    spawn(f, "b", nap, 10 * MS);
    expect_trace(f, "10ms b wakes with OK\n20ms a wakes with OK\n");
}

static int nap_three_times(void *fixture, int64_t n)
{
    for (int i = 0; i < 3; i++)
        RONDO_TRY(nap(fixture, n));
    return 0;
}

/* SLP-01: sleeps in one task add up, in several they overlap. */
static void sleeps_of_several_tasks_overlap(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", nap_three_times, 10 * MS);
    spawn(f, "b", nap, 20 * MS);
    /* b's deadline was made before a's second */
    expect_trace(f, "10ms a wakes with OK\n"
                    "20ms b wakes with OK\n"
                    "20ms a wakes with OK\n"
                    "30ms a wakes with OK\n");
}

static void say(void *arg)
{
    struct fixture *f = arg;

    note(f, "callback");
}

static int yield(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    rondo_call_soon(rondo_get_running_loop(), say, f);
    check(f, rondo_sleep(n) == 0);
    note(f, "goes on");
    return 0;
}

/* SLP-02: sleep(0) yields once: what was queued before runs first. */
static void a_sleep_of_zero_lets_what_is_queued_run_first(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", yield, 0);
    spawn(f, "b", nap, 0);
    expect_trace(f, "0ms callback\n0ms a goes on\n0ms b wakes with OK\n");
    assert_int_equal(iterations(f), 2);
}

/* SLP-02: so does a negative delay. */
static void a_negative_sleep_is_a_sleep_of_zero(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", yield, -RONDO_S(1));
    expect_trace(f, "0ms callback\n0ms a goes on\n");
    assert_int_equal(iterations(f), 2);
}

/* Sleeps have libuv's grain: they end at the next whole millisecond, never early. */
static void a_sleep_ends_at_a_whole_millisecond(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", nap, RONDO_US(1001));
    spawn(f, "b", nap, RONDO_NS(1));
    expect_trace(f, "1ms b wakes with OK\n2ms a wakes with OK\n");
}

/* Equal deadlines: who slept first wakes first. */
static void equal_sleeps_end_in_the_order_they_began(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", nap, 5 * MS);
    spawn(f, "b", nap, 5 * MS);
    spawn(f, "c", nap, 5 * MS);
    expect_trace(f, "5ms a wakes with OK\n5ms b wakes with OK\n5ms c wakes with OK\n");
}

static int cancel_a(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    check(f, rondo_cancel(role(f, "a"), NULL));
    return 0;
}

/* A sleep without end can only be cancelled. */
static void a_sleep_for_ever_ends_by_a_cancel_only(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", nap, RONDO_FOREVER);
    spawn(f, "b", cancel_a, 100 * MS);
    expect_trace(f, "100ms a wakes with ECANCELED\n");
}

/* Outside a task there is nobody to suspend. */
static void sleeping_outside_a_task_is_misuse(void **state)
{
    (void)state;
    assert_int_equal(rondo_sleep(0), RONDO_EMISUSE);
    assert_int_equal(rondo_sleep(MS), RONDO_EMISUSE);
}

static int count_down(void *fixture, int64_t n)
{
    (void)fixture;
    for (int64_t i = 0; i < n; i++)
        RONDO_TRY(rondo_sleep(i % 7 * MS));
    return 0;
}

/* A sleep takes no memory of its own; the loop has an array of deadlines, which grows at times. */
static void sleeps_take_no_memory_but_the_loops_array(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", count_down, 50);
    memory_fail(&f->script.memory, 0);
    expect_trace(f, "");
    assert_int_equal(f->script.memory.requests, 2);
    assert_int_equal(rondo_future_result(role(f, "a"), NULL), 0);
}

/* And if the array cannot grow, the sleep goes on all the same. */
static void a_sleep_cannot_fail(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", nap, 8 * MS);
    spawn(f, "b", nap, 3 * MS);
    memory_fail(&f->script.memory, 1);
    expect_trace(f, "3ms b wakes with OK\n8ms a wakes with OK\n");
    assert_true(memory_failed(&f->script.memory));
}

static void note_sleeps(void *self, const struct observed *event)
{
    struct fixture *f = self;

    if (event->kind == OBSERVED_BLOCKED)
        note(f, "waits for %s %u", event->object.kind, event->object.id);
}

static size_t first(void *self, const struct observed_choice *choice)
{
    (void)self;
    (void)choice;
    return 0;
}

/* observe.h: a sleep is no object that another task could touch: its number is 0. */
static void a_sleep_is_nobody_elses(void **state)
{
    struct fixture *f = *state;
    struct observer watcher = {.wanted = OBSERVED_USUAL,
                               .event = note_sleeps,
                               .pick = first,
                               .self = f};

    observer = &watcher;
    spawn(f, "a", nap, 5 * MS);
    spawn(f, "b", nap, 0);
    script_play(&f->script);
    observer = NULL;
    expect_noted(f, "0ms a waits for sleep 0\n"
                    "0ms b waits for sleep 0\n"
                    "0ms b wakes with OK\n"
                    "5ms a wakes with OK\n");
}

#define TEST(name) SCRIPT_TEST(name, fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_sleep_takes_its_delay),
        TEST(sleeps_of_several_tasks_overlap),
        TEST(a_sleep_of_zero_lets_what_is_queued_run_first),
        TEST(a_negative_sleep_is_a_sleep_of_zero),
        TEST(a_sleep_ends_at_a_whole_millisecond),
        TEST(equal_sleeps_end_in_the_order_they_began),
        TEST(a_sleep_for_ever_ends_by_a_cancel_only),
        TEST(sleeping_outside_a_task_is_misuse),
        TEST(sleeps_take_no_memory_but_the_loops_array),
        TEST(a_sleep_cannot_fail),
        TEST(a_sleep_is_nobody_elses),
    };

    return play_all(tests);
}
