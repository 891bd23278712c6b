/*
 * queue_test.c - items handed from task to task: asyncio's contracts QUE-*.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "observe.h"
#include "queue.h"
#include "sleep.h"
#include "tests/lib/script.h"

struct fixture {
    struct script script;
    rondo_queue queue;
    int drops;
    int64_t sum;
};

static int fixture_open(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    script_open(&f->script);
    *state = f;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;
    int rc = rondo_queue_clear(&f->queue);
    size_t left = script_close(&f->script);

    free(f);
    if (rc != 0 || left > 0)
        print_error("clear: %s, %zu blocks of program memory were left\n", rondo_err_name(rc),
                    left);
    return rc != 0 || left > 0 ? -1 : 0;
}

static void limit(struct fixture *f, size_t items)
{
    f->queue = (rondo_queue)RONDO_QUEUE("queue", items);
}

static int put(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = rondo_queue_put(&f->queue, n);

    note(f, rc == 0 ? "puts %s%d" : "gives up: %s %d", rc == 0 ? "" : rondo_err_name(rc), (int)n);
    return rc;
}

static int get(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_value item = {0};
    int rc = rondo_queue_get(&f->queue, &item);

    (void)n;
    note(f, rc == 0 ? "gets %s%d" : "gives up: %s %d", rc == 0 ? "" : rondo_err_name(rc),
         (int)item.as.i);
    return rc;
}

static int get_after(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    return get(fixture, 0);
}

static int put_after(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    return put(fixture, n / MS);
}

static int cancel_a(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    check(f, rondo_cancel(role(f, "a"), NULL));
    return 0;
}

static int64_t get_now(struct fixture *f)
{
    rondo_value item = {.as = {.i = -1}};

    return rondo_queue_get_nowait(&f->queue, &item) == 0 ? item.as.i : -1;
}

/* QUE-01: first in, first out. */
static void items_leave_in_the_order_they_came(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 100; i++)
        assert_int_equal(rondo_queue_put_nowait(&f->queue, i), 0);
    assert_int_equal(rondo_queue_qsize(&f->queue), 100);
    for (int i = 0; i < 100; i++)
        assert_int_equal(get_now(f), i);
    assert_true(rondo_queue_empty(&f->queue));
}

/* QUE-01: also when the ring wraps and grows. */
static void the_ring_keeps_the_order_when_it_grows(void **state)
{
    struct fixture *f = *state;
    int next_in = 0, next_out = 0;

    for (int turn = 1; turn < 40; turn++) {
        for (int i = 0; i < turn; i++)
            rondo_queue_put_nowait(&f->queue, next_in++);
        for (int i = 0; i < turn / 2; i++)
            assert_int_equal(get_now(f), next_out++);
    }
    while (!rondo_queue_empty(&f->queue))
        assert_int_equal(get_now(f), next_out++);
    assert_int_equal(next_in, next_out);
}

/* QUE-02: without a limit it is never full; with one, at so many items. */
static void a_queue_is_full_at_its_limit(void **state)
{
    struct fixture *f = *state;

    assert_false(rondo_queue_full(&f->queue));
    limit(f, 2);
    rondo_queue_put_nowait(&f->queue, 1);
    assert_false(rondo_queue_full(&f->queue));
    rondo_queue_put_nowait(&f->queue, 2);
    assert_true(rondo_queue_full(&f->queue));
    assert_int_equal(get_now(f), 1);
    assert_false(rondo_queue_full(&f->queue));
}

/* QUE-03: a put waits while the queue is full and goes on after one get. */
static void a_put_waits_while_the_queue_is_full(void **state)
{
    struct fixture *f = *state;

    limit(f, 1);
    spawn(f, "a", put, 1);
    spawn(f, "b", put, 2);
    spawn(f, "c", get_after, 5 * MS);
    expect_trace(f, "0ms a puts 1\n5ms c gets 1\n5ms b puts 2\n");
}

/* QUE-04: a get waits while the queue is empty and goes on after a put. */
static void a_get_waits_while_the_queue_is_empty(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", get, 0);
    spawn(f, "b", put_after, 5 * MS);
    expect_trace(f, "5ms b puts 5\n5ms a gets 5\n");
}

/* QUE-05: without waiting: full and empty are codes. */
static void without_waiting_full_and_empty_are_codes(void **state)
{
    struct fixture *f = *state;
    rondo_value item = rondo_value_of(77);

    limit(f, 1);
    assert_int_equal(rondo_queue_get_nowait(&f->queue, &item), RONDO_EQUEUEEMPTY);
    assert_int_equal(item.as.i, 77);
    assert_int_equal(rondo_queue_put_nowait(&f->queue, 1), 0);
    assert_int_equal(rondo_queue_put_nowait(&f->queue, 2), RONDO_EQUEUEFULL);
    assert_int_equal(rondo_queue_qsize(&f->queue), 1);
}

/* QUE-06: each get wakes one putter, in the order they came. */
static void gets_wake_putters_in_order(void **state)
{
    struct fixture *f = *state;

    limit(f, 1);
    spawn(f, "a", put, 1);
    spawn(f, "b", put, 2);
    spawn(f, "c", put, 3);
    spawn(f, "d", get_after, 5 * MS);
    spawn(f, "e", get_after, 6 * MS);
    expect_trace(f, "0ms a puts 1\n"
                    "5ms d gets 1\n"
                    "5ms b puts 2\n"
                    "6ms e gets 2\n"
                    "6ms c puts 3\n");
}

/* QUE-06: each put wakes one getter, in the order they came. */
static void puts_wake_getters_in_order(void **state)
{
    struct fixture *f = *state;

    needs_exact_clock(); /* where the machine is slow, both sleeps end in one iteration */
    spawn(f, "a", get, 0);
    spawn(f, "b", get, 0);
    spawn(f, "c", put_after, 5 * MS);
    spawn(f, "d", put_after, 6 * MS);
    expect_trace(f, "5ms c puts 5\n5ms a gets 5\n6ms d puts 6\n6ms b gets 6\n");
}

static int put_two(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    check(f, rondo_queue_put_nowait(&f->queue, 1) == 0);
    check(f, rondo_queue_put_nowait(&f->queue, 2) == 0);
    return 0;
}

/* QUE-06: two puts in one tick wake two getters. */
static void two_puts_in_one_tick_wake_two_getters(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", get, 0);
    spawn(f, "b", get, 0);
    spawn(f, "c", get, 0);
    spawn(f, "d", put_two, 5 * MS);
    expect_trace(f, "5ms a gets 1\n5ms b gets 2\n5ms c never ends\n");
    rondo_cancel(role(f, "c"), NULL);
    script_play(&f->script);
}

static int put_and_snatch(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    check(f, rondo_queue_put_nowait(&f->queue, 1) == 0);
    note(f, "snatches %d", (int)get_now(f));
    return get(f, 0);
}

/* OWN-02: nobody overtakes a getter that was woken; asyncio allows it (gh-83055). */
static void nobody_overtakes_a_woken_getter(void **state)
{
    struct fixture *f = *state;

    needs_exact_clock(); /* where the machine is slow, both sleeps end in one iteration */
    spawn(f, "a", get, 0);
    spawn(f, "b", put_and_snatch, 5 * MS);
    spawn(f, "c", put_after, 6 * MS);
    expect_trace(f, "5ms b snatches -1\n5ms a gets 1\n6ms c puts 6\n6ms b gets 6\n");
}

static int get_and_push_in(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    note(f, "gets %d", (int)get_now(f));
    note(f, "%s", rondo_err_name(rondo_queue_put_nowait(&f->queue, 9)));
    return put(f, 9);
}

/* queue.h: nor a putter. */
static void nobody_overtakes_a_woken_putter(void **state)
{
    struct fixture *f = *state;

    limit(f, 1);
    rondo_queue_put_nowait(&f->queue, 1);
    spawn(f, "a", put, 2);
    spawn(f, "b", get_and_push_in, 5 * MS);
    spawn(f, "c", get_after, 6 * MS);
    expect_trace(f, "5ms b gets 1\n"
                    "5ms b EQUEUEFULL\n"
                    "5ms a puts 2\n"
                    "6ms c gets 2\n"
                    "6ms b puts 9\n");
}

static int put_and_cancel_a(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    check(f, rondo_queue_put_nowait(&f->queue, 1) == 0);
    check(f, rondo_cancel(role(f, "a"), NULL));
    return 0;
}

/* QUE-07: a getter cancelled after it was woken loses no item: the next gets it. */
static void a_getter_cancelled_after_it_was_woken_passes_the_item_on(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", get, 0);
    spawn(f, "b", get, 0);
    spawn(f, "c", put_and_cancel_a, 5 * MS);
    expect_trace(f, "5ms a gives up: ECANCELED 0\n5ms b gets 1\n");
}

/* QUE-07: with no other getter the item stays. */
static void a_getter_cancelled_after_it_was_woken_leaves_the_item(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", get, 0);
    spawn(f, "c", put_and_cancel_a, 5 * MS);
    expect_trace(f, "5ms a gives up: ECANCELED 0\n");
    assert_int_equal(get_now(f), 1);
}

static int cancel_a_and_put(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    check(f, rondo_cancel(role(f, "a"), NULL));
    check(f, rondo_queue_put_nowait(&f->queue, 1) == 0);
    return 0;
}

/* QUE-07: cancelled before the put in the same tick. */
static void a_getter_cancelled_before_the_put_is_skipped(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", get, 0);
    spawn(f, "b", get, 0);
    spawn(f, "c", cancel_a_and_put, 5 * MS);
    expect_trace(f, "5ms a gives up: ECANCELED 0\n5ms b gets 1\n");
}

static int get_and_cancel_a(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    note(f, "gets %d", (int)get_now(f));
    check(f, rondo_cancel(role(f, "a"), NULL));
    return 0;
}

/* QUE-08, QUE-10: a putter cancelled after it was woken inserts nothing and holds nobody up. */
static void a_putter_cancelled_after_it_was_woken_passes_its_place_on(void **state)
{
    struct fixture *f = *state;

    limit(f, 1);
    rondo_queue_put_nowait(&f->queue, 1);
    spawn(f, "a", put, 2);
    spawn(f, "b", put, 3);
    spawn(f, "c", get_and_cancel_a, 5 * MS);
    expect_trace(f, "5ms c gets 1\n5ms a gives up: ECANCELED 2\n5ms b puts 3\n");
    assert_int_equal(get_now(f), 3);
    assert_true(rondo_queue_empty(&f->queue));
}

/* QUE-08, QUE-09: a putter cancelled while it waits inserts nothing and leaves the line. */
static void a_cancelled_putter_leaves_the_line(void **state)
{
    struct fixture *f = *state;

    limit(f, 1);
    rondo_queue_put_nowait(&f->queue, 1);
    spawn(f, "a", put, 2);
    spawn(f, "b", put, 3);
    spawn(f, "c", cancel_a, 3 * MS);
    spawn(f, "d", get_after, 5 * MS);
    expect_trace(f, "3ms a gives up: ECANCELED 2\n5ms d gets 1\n5ms b puts 3\n");
}

/* QUE-09: a getter cancelled while it waits leaves the line. */
static void a_cancelled_getter_leaves_the_line(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", get, 0);
    spawn(f, "b", get, 0);
    spawn(f, "c", cancel_a, 3 * MS);
    spawn(f, "d", put_after, 5 * MS);
    expect_trace(f, "3ms a gives up: ECANCELED 0\n5ms d puts 5\n5ms b gets 5\n");
}

static int produce(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    for (int64_t i = 0; i < n; i++)
        RONDO_TRY(rondo_queue_put(&f->queue, i));
    return 0;
}

static int consume(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_value item;

    for (int64_t i = 0; i < n; i++) {
        RONDO_TRY(rondo_queue_get(&f->queue, &item));
        f->sum += item.as.i;
        check(f, rondo_queue_task_done(&f->queue) == 0);
    }
    return 0;
}

/* QUE-11: producers and consumers on a queue of one never lock up. */
static void producers_and_consumers_on_a_queue_of_one_never_lock_up(void **state)
{
    struct fixture *f = *state;

    limit(f, 1);
    spawn(f, "p1", produce, 50);
    spawn(f, "p2", produce, 50);
    spawn(f, "c1", consume, 40);
    spawn(f, "c2", consume, 60);
    expect_trace(f, "");
    assert_int_equal(f->sum, 2 * 49 * 50 / 2);
}

static int stubborn_consumer(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_value item;

    while (n > 0) {
        int rc = rondo_queue_get(&f->queue, &item);

        if (rc == 0) {
            f->sum += item.as.i;
            n--;
        }
    }
    return 0;
}

static int stubborn_producer(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    while (n > 0)
        n -= rondo_queue_put(&f->queue, n) == 0;
    return 0;
}

static int weather(void *fixture, int64_t n)
{
    static const char *const names[] = {"p1", "p2", "c1", "c2"};
    struct fixture *f = fixture;

    for (int64_t i = 0; i < n; i++) {
        rondo_cancel(role(f, names[i * 7 % 4]), NULL);
        if (i % 3 != 1)
            check(f, rondo_sleep(0) == 0);
    }
    return 0;
}

/* QUE-07, QUE-08: however getters and putters are cancelled, no item is lost or doubled. */
static void a_storm_of_cancels_loses_no_item(void **state)
{
    struct fixture *f = *state;

    limit(f, 2);
    spawn(f, "p1", stubborn_producer, 100);
    spawn(f, "p2", stubborn_producer, 100);
    spawn(f, "c1", stubborn_consumer, 100);
    spawn(f, "c2", stubborn_consumer, 100);
    spawn(f, "weather", weather, 60);
    expect_trace(f, "");
    assert_int_equal(f->sum, 100 * 101);
}

/* QUE-12: task_done too often is misuse. */
static void task_done_too_often_is_misuse(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_queue_task_done(&f->queue), RONDO_EMISUSE);
    rondo_queue_put_nowait(&f->queue, 1);
    assert_int_equal(rondo_queue_task_done(&f->queue), 0);
    assert_int_equal(rondo_queue_task_done(&f->queue), RONDO_EMISUSE);
}

static int join(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = rondo_queue_join(&f->queue);

    (void)n;
    note(f, "joined with %s", rondo_err_name(rc));
    return rc;
}

static int work(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    for (;;) {
        RONDO_TRY(get(f, 0));
        RONDO_TRY(rondo_sleep(n));
        check(f, rondo_queue_task_done(&f->queue) == 0);
    }
}

/* QUE-13: join waits until every item that was put is done with. */
static void join_waits_until_every_item_is_done_with(void **state)
{
    struct fixture *f = *state;

    rondo_queue_put_nowait(&f->queue, 1);
    rondo_queue_put_nowait(&f->queue, 2);
    spawn(f, "a", work, 5 * MS);
    spawn(f, "b", join, 0);
    spawn(f, "c", join, 0);
    expect_trace(f, "0ms a gets 1\n"
                    "5ms a gets 2\n"
                    "10ms b joined with OK\n"
                    "10ms c joined with OK\n"
                    "10ms a never ends\n");
    rondo_cancel(role(f, "a"), NULL);
    script_play(&f->script);
}

static int join_at_once(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int before = iterations(f);

    (void)n;
    check(f, rondo_queue_join(&f->queue) == 0);
    check(f, rondo_queue_join(&f->queue) == 0);
    check(f, iterations(f) == before);
    return 0;
}

/* QUE-13: an empty queue joins at once, again and again. */
static void an_empty_queue_joins_at_once(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", join_at_once, 0);
    expect_trace(f, "");
}

/* QUE-13: a cancelled join waits no longer. */
static void a_join_can_be_cancelled(void **state)
{
    struct fixture *f = *state;

    rondo_queue_put_nowait(&f->queue, 1);
    spawn(f, "a", join, 0);
    spawn(f, "b", cancel_a, 5 * MS);
    expect_trace(f, "5ms a joined with ECANCELED\n");
}

static void count_drop(void *p)
{
    ++*(int *)p;
}

/* Clearing drops what nobody got; the queue may be used again. */
static void clearing_drops_what_nobody_got(void **state)
{
    struct fixture *f = *state;
    rondo_value item = {.as = {.p = &f->drops}, .drop = count_drop};

    rondo_queue_put_value_nowait(&f->queue, item);
    rondo_queue_put_value_nowait(&f->queue, item);
    assert_int_equal(rondo_queue_get_nowait(&f->queue, &item), 0);
    assert_int_equal(rondo_queue_clear(&f->queue), 0);
    assert_int_equal(f->drops, 1);
    assert_int_equal(rondo_queue_task_done(&f->queue), RONDO_EMISUSE);
    rondo_queue_put_nowait(&f->queue, 5);
    assert_int_equal(get_now(f), 5);
}

/* A queue that somebody waits at is not cleared. */
static void clearing_under_a_waiting_task_is_misuse(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", get, 0);
    script_play(&f->script);
    assert_int_equal(rondo_queue_clear(&f->queue), RONDO_EMISUSE);
    rondo_cancel(role(f, "a"), NULL);
    script_play(&f->script);
}

/* Outside a task nobody waits. */
static void waiting_outside_a_task_is_misuse(void **state)
{
    struct fixture *f = *state;
    rondo_value item;

    assert_int_equal(rondo_queue_put(&f->queue, 1), RONDO_EMISUSE);
    assert_int_equal(rondo_queue_get(&f->queue, &item), RONDO_EMISUSE);
    assert_int_equal(rondo_queue_join(&f->queue), RONDO_EMISUSE);
    assert_true(rondo_queue_empty(&f->queue));
}

/* ---- other orders ---- */

static void lifo(struct fixture *f, size_t items)
{
    f->queue = (rondo_queue)RONDO_LIFO_QUEUE("queue", items);
}

static bool lower(rondo_value a, rondo_value b)
{
    return a.as.i / 10 < b.as.i / 10;
}

/* Priorities are tens: 31 and 32 are equal. */
static void priority(struct fixture *f, size_t items)
{
    f->queue = (rondo_queue)RONDO_PRIORITY_QUEUE("queue", items, lower);
}

/* QUE-01: last in, first out, also when the memory grows and puts and gets take turns. */
static void a_lifo_queue_gives_the_last_item_first(void **state)
{
    struct fixture *f = *state;

    lifo(f, 0);
    for (int i = 0; i < 40; i++)
        assert_int_equal(rondo_queue_put_nowait(&f->queue, i), 0);
    assert_int_equal(get_now(f), 39);
    rondo_queue_put_nowait(&f->queue, 100);
    assert_int_equal(get_now(f), 100);
    for (int i = 38; i >= 0; i--)
        assert_int_equal(get_now(f), i);
    assert_true(rondo_queue_empty(&f->queue));
}

/* QUE-01: the least first. */
static void a_priority_queue_gives_the_least_item_first(void **state)
{
    struct fixture *f = *state;

    priority(f, 0);
    for (int i = 0; i < 100; i++)
        assert_int_equal(rondo_queue_put_nowait(&f->queue, i * 37 % 100 * 10), 0);
    for (int i = 0; i < 100; i++)
        assert_int_equal(get_now(f), i * 10);
}

/* queue.h: equal items in the order they came. */
static void equal_items_leave_a_priority_queue_in_the_order_they_came(void **state)
{
    static const int came[] = {31, 12, 33, 11, 39, 32, 13, 25, 10, 38};
    static const int leave[] = {12, 11, 13, 10, 25, 31, 33, 39, 32, 38};
    struct fixture *f = *state;

    priority(f, 0);
    for (size_t i = 0; i < 10; i++)
        rondo_queue_put_nowait(&f->queue, came[i]);
    for (size_t i = 0; i < 10; i++)
        assert_int_equal(get_now(f), leave[i]);
}

/* QUE-02, QUE-03: a limit holds for every order; the put that waited is in its place. */
static void a_limit_holds_back_puts_of_every_order(void **state)
{
    struct fixture *f = *state;

    priority(f, 2);
    spawn(f, "a", put, 30);
    spawn(f, "b", put, 20);
    spawn(f, "c", put, 10);
    spawn(f, "d", get_after, 5 * MS);
    spawn(f, "e", get_after, 6 * MS);
    expect_trace(f, "0ms a puts 30\n"
                    "0ms b puts 20\n"
                    "5ms d gets 20\n"
                    "5ms c puts 10\n"
                    "6ms e gets 10\n");
}

/* queue.h: a getter that was woken takes what is least when it runs. */
static void a_woken_getter_takes_the_least_when_it_runs(void **state)
{
    struct fixture *f = *state;

    priority(f, 0);
    spawn(f, "a", get, 0);
    spawn(f, "b", put, 30);
    spawn(f, "c", put, 20);
    expect_trace(f, "0ms b puts 30\n0ms c puts 20\n0ms a gets 20\n");
}

/* QUE-13: puts count for join in every order. */
static void join_counts_the_items_of_every_order(void **state)
{
    struct fixture *f = *state;

    lifo(f, 0);
    rondo_queue_put_nowait(&f->queue, 1);
    rondo_queue_put_nowait(&f->queue, 2);
    spawn(f, "a", work, 5 * MS);
    spawn(f, "b", join, 0);
    expect_trace(f, "0ms a gets 2\n"
                    "5ms a gets 1\n"
                    "10ms b joined with OK\n"
                    "10ms a never ends\n");
    rondo_cancel(role(f, "a"), NULL);
    script_play(&f->script);
}

/* ---- shutdown ---- */

static int shut_down(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    note(f, "shuts down");
    rondo_queue_shutdown(&f->queue, false);
    return 0;
}

static int shut_down_at_once(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    note(f, "shuts down at once");
    rondo_queue_shutdown(&f->queue, true);
    return 0;
}

/* QUE-14: an empty queue that is shut down refuses puts and gets. */
static void an_empty_queue_that_is_shut_down_refuses_all(void **state)
{
    struct fixture *f = *state;
    rondo_value item = rondo_value_of(77);

    rondo_queue_shutdown(&f->queue, false);
    assert_int_equal(rondo_queue_put_nowait(&f->queue, 1), RONDO_ESHUTDOWN);
    assert_int_equal(rondo_queue_get_nowait(&f->queue, &item), RONDO_ESHUTDOWN);
    assert_int_equal(item.as.i, 77);
    spawn(f, "a", put, 1);
    spawn(f, "b", get, 0);
    spawn(f, "c", join, 0);
    expect_trace(f, "0ms a gives up: ESHUTDOWN 1\n"
                    "0ms b gives up: ESHUTDOWN 0\n"
                    "0ms c joined with OK\n");
}

/* QUE-14: gets take what is left, then are refused; join waits for the task_done of each. */
static void what_is_left_can_be_got_after_a_shutdown(void **state)
{
    struct fixture *f = *state;

    limit(f, 2);
    rondo_queue_put_nowait(&f->queue, 1);
    rondo_queue_put_nowait(&f->queue, 2);
    rondo_queue_shutdown(&f->queue, false);
    assert_int_equal(rondo_queue_put_nowait(&f->queue, 3), RONDO_ESHUTDOWN); /* though full */
    spawn(f, "j", join, 0);
    spawn(f, "a", work, 5 * MS);
    expect_trace(f, "0ms a gets 1\n"
                    "5ms a gets 2\n"
                    "10ms a gives up: ESHUTDOWN 0\n"
                    "10ms j joined with OK\n");
}

/* QUE-14: getters that wait are told. */
static void getters_that_wait_are_told_of_the_shutdown(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", get, 0);
    spawn(f, "b", get, 0);
    spawn(f, "x", shut_down, 5 * MS);
    expect_trace(f, "5ms x shuts down\n"
                    "5ms a gives up: ESHUTDOWN 0\n"
                    "5ms b gives up: ESHUTDOWN 0\n");
}

/* QUE-14: so are putters; their items are not inserted. */
static void putters_that_wait_are_told_of_the_shutdown(void **state)
{
    struct fixture *f = *state;

    limit(f, 1);
    spawn(f, "a", put, 1);
    spawn(f, "b", put, 2);
    spawn(f, "c", put, 3);
    spawn(f, "x", shut_down, 5 * MS);
    spawn(f, "d", get_after, 6 * MS);
    spawn(f, "e", get_after, 7 * MS);
    expect_trace(f, "0ms a puts 1\n"
                    "5ms x shuts down\n"
                    "5ms b gives up: ESHUTDOWN 2\n"
                    "5ms c gives up: ESHUTDOWN 3\n"
                    "6ms d gets 1\n"
                    "7ms e gives up: ESHUTDOWN 0\n");
}

static int get_and_shut_down(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    note(f, "gets %d", (int)get_now(f));
    rondo_queue_shutdown(&f->queue, false);
    return 0;
}

/* QUE-14: also a putter that had been woken for a free place, as in CPython. */
static void a_putter_that_was_woken_is_refused_too(void **state)
{
    struct fixture *f = *state;

    limit(f, 1);
    spawn(f, "a", put, 1);
    spawn(f, "b", put, 2);
    spawn(f, "x", get_and_shut_down, 5 * MS);
    expect_trace(f, "0ms a puts 1\n5ms x gets 1\n5ms b gives up: ESHUTDOWN 2\n");
}

static int put_shut_down_and_cancel_a(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    check(f, rondo_queue_put_nowait(&f->queue, 1) == 0);
    rondo_queue_shutdown(&f->queue, false);
    check(f, rondo_cancel(role(f, "a"), NULL));
    return get(f, 0);
}

/* queue.h, QUE-07: a getter woken for the last item and cancelled: the next gets it, and only then
 * the others learn of the end. */
static void an_item_is_not_left_behind_by_a_shutdown(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", get, 0);
    spawn(f, "b", get, 0);
    spawn(f, "c", get, 0);
    spawn(f, "x", put_shut_down_and_cancel_a, 5 * MS);
    expect_trace(f, "5ms a gives up: ECANCELED 0\n"
                    "5ms b gets 1\n"
                    "5ms c gives up: ESHUTDOWN 0\n"
                    "5ms x gives up: ESHUTDOWN 0\n");
}

static int put_and_shut_down(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    check(f, rondo_queue_put_nowait(&f->queue, 1) == 0);
    rondo_queue_shutdown(&f->queue, false);
    return 0;
}

static void ignore(void *self, const struct observed *event)
{
    (void)self;
    (void)event;
}

static size_t last(void *self, const struct observed_choice *choice)
{
    (void)self;
    return choice->count - 1;
}

/* queue.h: nor does one that the shutdown wakes overtake one woken for an item, in whatever order
 * they run. */
static void a_shutdown_lets_nobody_overtake(void **state)
{
    struct fixture *f = *state;
    struct observer watcher = {.wanted = OBSERVED_USUAL, .event = ignore, .pick = last};

    spawn(f, "a", get, 0);
    spawn(f, "b", get, 0);
    spawn(f, "x", put_and_shut_down, 5 * MS);
    observer = &watcher;
    script_play(&f->script);
    observer = NULL;
    /* The last one to spawn ran first: "b" stood before "a". */
    expect_noted(f, "5ms b gets 1\n5ms a gives up: ESHUTDOWN 0\n");
}

/* QUE-15: at once: what is left is dropped and done with; getters and putters are told. */
static void a_shutdown_at_once_drops_what_is_left(void **state)
{
    struct fixture *f = *state;
    rondo_value item = {.as = {.p = &f->drops}, .drop = count_drop};

    limit(f, 2);
    rondo_queue_put_value_nowait(&f->queue, item);
    rondo_queue_put_value_nowait(&f->queue, item);
    spawn(f, "p", put, 3);
    spawn(f, "j", join, 0);
    spawn(f, "x", shut_down_at_once, 5 * MS);
    spawn(f, "g", get_after, 6 * MS);
    expect_trace(f, "5ms x shuts down at once\n"
                    "5ms j joined with OK\n"
                    "5ms p gives up: ESHUTDOWN 3\n"
                    "6ms g gives up: ESHUTDOWN 0\n");
    assert_int_equal(f->drops, 2);
    assert_int_equal(rondo_queue_qsize(&f->queue), 0);
    assert_int_equal(rondo_queue_task_done(&f->queue), RONDO_EMISUSE);
}

/* QUE-15: items that were got before still need their task_done. */
static void items_got_before_a_shutdown_at_once_still_need_their_task_done(void **state)
{
    struct fixture *f = *state;

    for (int i = 1; i <= 3; i++)
        rondo_queue_put_nowait(&f->queue, i);
    spawn(f, "a", work, 5 * MS);
    spawn(f, "j", join, 0);
    spawn(f, "x", shut_down_at_once, 2 * MS);
    expect_trace(f, "0ms a gets 1\n"
                    "2ms x shuts down at once\n"
                    "5ms a gives up: ESHUTDOWN 0\n"
                    "5ms j joined with OK\n");
}

static int put_and_shut_down_at_once(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    check(f, rondo_queue_put_nowait(&f->queue, 1) == 0);
    rondo_queue_shutdown(&f->queue, true);
    return 0;
}

/* QUE-15: a getter that had been woken for an item gets none. */
static void a_getter_woken_before_a_shutdown_at_once_gets_nothing(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", get, 0);
    spawn(f, "x", put_and_shut_down_at_once, 5 * MS);
    expect_trace(f, "5ms a gives up: ESHUTDOWN 0\n");
}

/* QUE-14, QUE-15: first not at once, then at once; task_done without a get does no harm. */
static void a_second_shutdown_may_be_at_once(void **state)
{
    struct fixture *f = *state;

    rondo_queue_put_nowait(&f->queue, 1);
    rondo_queue_put_nowait(&f->queue, 2);
    assert_int_equal(rondo_queue_task_done(&f->queue), 0);
    rondo_queue_shutdown(&f->queue, false);
    assert_int_equal(rondo_queue_qsize(&f->queue), 2);
    rondo_queue_shutdown(&f->queue, true);
    assert_int_equal(rondo_queue_qsize(&f->queue), 0);
    assert_int_equal(rondo_queue_task_done(&f->queue), RONDO_EMISUSE);
}

/* queue.h: a cleared queue is as new. */
static void a_queue_that_was_shut_down_may_be_cleared_and_used(void **state)
{
    struct fixture *f = *state;

    rondo_queue_shutdown(&f->queue, true);
    assert_int_equal(rondo_queue_clear(&f->queue), 0);
    assert_int_equal(rondo_queue_put_nowait(&f->queue, 5), 0);
    assert_int_equal(get_now(f), 5);
}

/* QUE-16: its line says what it holds and who waits. */
static void a_queue_describes_itself(void **state)
{
    struct fixture *f = *state;
    char text[128];
    char small[12];

    assert_string_equal(rondo_queue_describe(&f->queue, text, sizeof text), "<Queue>");
    priority(f, 1);
    spawn(f, "a", put, 1);
    spawn(f, "b", put, 2);
    script_play(&f->script);
    assert_string_equal(rondo_queue_describe(&f->queue, text, sizeof text),
                        "<PriorityQueue queue maxsize=1 items=1 putters=1 unfinished=1>");
    rondo_queue_shutdown(&f->queue, true);
    script_play(&f->script);
    assert_string_equal(rondo_queue_describe(&f->queue, text, sizeof text),
                        "<PriorityQueue queue maxsize=1 shutdown>");
    assert_string_equal(rondo_queue_describe(&f->queue, small, sizeof small), "<PriorityQu");
    assert_int_equal(rondo_queue_clear(&f->queue), 0);
    lifo(f, 0);
    spawn(f, "c", get, 1);
    script_play(&f->script);
    assert_string_equal(rondo_queue_describe(&f->queue, text, sizeof text),
                        "<LifoQueue queue getters=1>");
    rondo_cancel(role(f, "c"), NULL);
    script_play(&f->script);
}

/* ---- against a model ---- */

#define ACTORS      8
#define ITEMS_MAX   400
#define ACTOR_TURNS 20

enum part { AWAY, PUTTING, GETTING, JOINING };

/* A plain list of items, and who came in which order. */
struct model {
    struct fixture f; /* first: the script */
    uint64_t dice;
    bool shuffled;
    int items[ITEMS_MAX];
    int count;
    int unfinished;
    int puts; /* also the low digits of the next item: no two are the same */
    int gets;
    bool shut_down;
    enum part parts[ACTORS];
    int came[ACTORS]; /* ticket of one that waits */
    bool cancelled[ACTORS];
    int tickets;
    rondo_task *actors[ACTORS];
};

static int roll(struct model *m, int sides)
{
    m->dice ^= m->dice << 13;
    m->dice ^= m->dice >> 7;
    m->dice ^= m->dice << 17;
    return (int)((m->dice >> 11) % (uint64_t)sides);
}

/* Which of the items is next: by the definition of each order. */
static int model_next(const struct model *m)
{
    int next = 0;

    if (m->f.queue.lifo)
        return m->count - 1;
    for (int i = 1; m->f.queue.less != NULL && i < m->count; i++) {
        if (m->items[i] / 1000 < m->items[next] / 1000)
            next = i;
    }
    return next;
}

static void model_get(struct model *m, int item)
{
    struct fixture *f = &m->f;
    int next = model_next(m);

    check(f, m->count > 0 && m->items[next] == item);
    m->count--;
    memmove(&m->items[next], &m->items[next + 1], (size_t)(m->count - next) * sizeof(int));
    m->gets++;
}

static void model_put(struct model *m, int item)
{
    m->items[m->count++] = item;
    m->unfinished++;
}

/* In production order: nobody who came earlier to the same line still waits, uncancelled. */
static void check_turn(struct model *m, int who)
{
    for (int i = 0; i < ACTORS; i++)
        check(&m->f, m->shuffled || i == who || m->parts[i] != m->parts[who] || m->cancelled[i] ||
                         m->came[i] > m->came[who]);
}

/* Who does not wait passes those in line only if there is enough for all of them. */
static void check_spare(struct model *m, int who, int spare)
{
    for (int i = 0; i < ACTORS; i++)
        spare -= i != who && m->parts[i] == m->parts[who] && !m->cancelled[i];
    check(&m->f, spare >= 0);
}

static void compare(struct model *m)
{
    struct fixture *f = &m->f;

    check(f, rondo_queue_qsize(&f->queue) == (size_t)m->count);
    check(f, f->queue.unfinished == (size_t)m->unfinished);
    check(f, f->queue.maxsize == 0 || f->queue.maxsize >= (size_t)m->count);
}

static void came(struct model *m, int who, enum part part)
{
    m->parts[who] = part;
    m->cancelled[who] = false;
    m->came[who] = m->tickets++;
}

static bool lower_thousand(rondo_value a, rondo_value b)
{
    return a.as.i / 1000 < b.as.i / 1000;
}

static void act_put(struct model *m, int who)
{
    struct fixture *f = &m->f;
    int item = roll(m, 4) * 1000 + m->puts++;
    bool waits = roll(m, 4) > 0;
    int rc;

    came(m, who, PUTTING);
    rc = waits ? rondo_queue_put(&f->queue, item) : rondo_queue_put_nowait(&f->queue, item);
    if (rc == 0) {
        check(f, !m->shut_down);
        model_put(m, item);
        if (waits)
            check_turn(m, who);
        else if (f->queue.maxsize != 0)
            check_spare(m, who, (int)f->queue.maxsize - m->count);
    }
    check(f, rc != RONDO_ESHUTDOWN || m->shut_down);
    check(f, rc != RONDO_EQUEUEFULL || !waits);
    check(f, rc == 0 || rc == RONDO_ESHUTDOWN || rc == RONDO_EQUEUEFULL || m->cancelled[who]);
    m->parts[who] = AWAY;
}

static void act_get(struct model *m, int who)
{
    struct fixture *f = &m->f;
    bool waits = roll(m, 4) > 0;
    rondo_value item = {0};
    int rc;

    came(m, who, GETTING);
    rc = waits ? rondo_queue_get(&f->queue, &item) : rondo_queue_get_nowait(&f->queue, &item);
    if (rc == 0) {
        model_get(m, (int)item.as.i);
        if (waits)
            check_turn(m, who);
        else
            check_spare(m, who, m->count);
    }
    check(f, rc != RONDO_ESHUTDOWN || (m->shut_down && m->count == 0));
    check(f, rc != RONDO_EQUEUEEMPTY || !waits);
    check(f, rc == 0 || rc == RONDO_ESHUTDOWN || rc == RONDO_EQUEUEEMPTY || m->cancelled[who]);
    m->parts[who] = AWAY;
    if (rc == 0 && roll(m, 4) > 0) {
        m->unfinished--;
        check(f, rondo_queue_task_done(&f->queue) == 0);
    }
}

static void act_join(struct model *m, int who)
{
    int rc;

    came(m, who, JOINING);
    rc = rondo_queue_join(&m->f.queue);
    check(&m->f, rc == 0 || m->cancelled[who]);
    m->parts[who] = AWAY;
}

static int act(void *fixture, int64_t who)
{
    struct model *m = fixture;

    for (int turn = 0; turn < ACTOR_TURNS; turn++) {
        int what = roll(m, 10);

        if (roll(m, 2) == 0 && rondo_sleep(roll(m, 3) * MS) < 0)
            continue;
        if (what == 0)
            act_join(m, (int)who);
        else if (what < 5)
            act_put(m, (int)who);
        else
            act_get(m, (int)who);
        compare(m);
    }
    return 0;
}

static void model_cancel(struct model *m, int who)
{
    if (rondo_cancel(m->actors[who], NULL))
        m->cancelled[who] = true;
}

static void model_shut_down(struct model *m, bool immediate)
{
    m->shut_down = true;
    if (immediate) {
        m->unfinished -= m->count;
        m->count = 0;
    }
    rondo_queue_shutdown(&m->f.queue, immediate);
}

/* When all is quiet, nobody waits who could go on: no wake-up was lost. */
static void judge(struct model *m)
{
    struct fixture *f = &m->f;

    compare(m);
    for (int i = 0; i < ACTORS; i++) {
        enum part part = rondo_done(m->actors[i]) ? AWAY : m->parts[i];

        check(f, part != GETTING || (m->count == 0 && !m->shut_down));
        check(f, part != PUTTING || ((size_t)m->count == f->queue.maxsize && !m->shut_down));
        check(f, part != JOINING || m->unfinished > 0);
        check(f, part != AWAY || rondo_done(m->actors[i]));
    }
}

static int stir(void *fixture, int64_t n)
{
    struct model *m = fixture;
    struct fixture *f = &m->f;
    int end = roll(m, 3);

    for (int i = 0; i < 20; i++) {
        check(f, rondo_sleep(roll(m, 2) * MS) == 0);
        for (int j = roll(m, 3); j > 0; j--)
            model_cancel(m, roll(m, ACTORS));
    }
    if (end > 0)
        model_shut_down(m, end == 2);
    for (int i = 0; i < n; i++) {
        check(f, rondo_sleep(RONDO_S(1)) == 0);
        judge(m);
        model_cancel(m, roll(m, ACTORS));
    }
    for (int round = 0; round <= ACTOR_TURNS; round++) {
        check(f, rondo_sleep(RONDO_S(1)) == 0);
        judge(m);
        for (int i = 0; i < ACTORS; i++)
            model_cancel(m, i);
    }
    return 0;
}

static size_t any(void *self, const struct observed_choice *choice)
{
    struct model *m = self;

    return m->shuffled ? (size_t)roll(m, (int)choice->count) : 0;
}

static size_t play_model(struct model *m, uint64_t seed)
{
    static const char *const names[ACTORS] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    struct observer watcher = {.wanted = OBSERVED_USUAL, .event = ignore, .pick = any, .self = m};
    size_t items;

    memset(m, 0, sizeof *m);
    m->dice = seed * 0x9E3779B97F4A7C15u + 1;
    m->shuffled = seed % 2 == 1;
    script_open(&m->f.script);
    items = (size_t)roll(m, 4);
    if (seed % 3 == 0)
        limit(&m->f, items);
    else if (seed % 3 == 1)
        lifo(&m->f, items);
    else
        m->f.queue = (rondo_queue)RONDO_PRIORITY_QUEUE("queue", items, lower_thousand);
    observer = &watcher;
    for (int i = 0; i < ACTORS; i++)
        m->actors[i] = spawn(&m->f, names[i], act, i);
    spawn(&m->f, "weather", stir, 5);
    script_play(&m->f.script);
    observer = NULL;
    check(&m->f, rondo_queue_clear(&m->f.queue) == 0);
    return script_close(&m->f.script);
}

/* queue.h, QUE-01 to QUE-15: however tasks put, get, join, are cancelled, and the queue is shut
 * down, in whatever order they run: the items come as from a plain list, and nobody waits in vain.
 */
static void any_play_of_puts_gets_and_cancels_is_as_a_list_says(void **state)
{
    static struct model m;
    int gets = 0;

    (void)state;
    needs_exact_clock();
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        assert_int_equal(play_model(&m, seed), 0);
        if (m.f.script.length > 0)
            print_error("seed %d:\n%s", (int)seed, m.f.script.text);
        assert_int_equal(m.f.script.length, 0);
        gets += m.gets;
    }
    assert_true(gets > 30000); /* the plays are not all cancels */
}

static int put_many(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int64_t taken = 0;
    bool swept;
    rondo_value item;

    memory_fail(&f->script.memory, (size_t)n);
    for (int64_t i = 0; i < 40; i++) {
        int rc = rondo_queue_put(&f->queue, i);

        check(f, rc == 0 || rc == RONDO_ENOMEM);
        taken += rc == 0;
    }
    swept = sweep_over(f);
    check(f, rondo_queue_qsize(&f->queue) == (size_t)taken);
    check(f, taken == (swept ? 40 : 39));
    for (int64_t last = -1; rondo_queue_get_nowait(&f->queue, &item) == 0; taken--) {
        check(f, f->queue.lifo ? item.as.i < last || last < 0 : item.as.i > last);
        last = item.as.i;
    }
    check(f, taken == 0);
    check(f, rondo_queue_clear(&f->queue) == 0);
    return 0;
}

/* Whichever allocation fails: that item is refused, the others are in the queue, in its order. */
static void a_put_without_memory_is_refused(void **state)
{
    struct fixture *f = *state;

    for (int order = 0; order < 3; order++) {
        f->queue = (rondo_queue){.lifo = order == 1, .less = order == 2 ? lower : NULL};
        expect_sweep(f, put_many, 3, 20);
    }
}

/* Put the items of a permutation and get them all. Returns: whether they came in order. */
static bool come_in_order(struct fixture *f, const int *items, int count)
{
    for (int i = 0; i < count; i++)
        rondo_queue_put_nowait(&f->queue, items[i] * 10);
    for (int i = 0; i < count; i++) {
        if (get_now(f) != i * 10)
            return false;
    }
    return true;
}

/* Try all orders of items[at..count). Returns: how many came out of order. */
static int out_of_order(struct fixture *f, int *items, int at, int count)
{
    int wrong = 0;

    if (at == count)
        return !come_in_order(f, items, count);
    for (int i = at; i < count; i++) {
        int kept = items[at];

        items[at] = items[i];
        items[i] = kept;
        wrong += out_of_order(f, items, at + 1, count);
        items[i] = items[at];
        items[at] = kept;
    }
    return wrong;
}

/* QUE-01: the least first, in whatever order seven of them came. */
static void a_priority_queue_sorts_every_order(void **state)
{
    struct fixture *f = *state;
    int items[] = {0, 1, 2, 3, 4, 5, 6};

    priority(f, 0);
    assert_int_equal(out_of_order(f, items, 0, 7), 0);
}

/* A description that does not fit is cut off, and nothing is written behind it. */
static void a_description_is_cut_to_size(void **state)
{
    struct fixture *f = *state;
    char whole[100], text[100];

    limit(f, 5);
    for (int i = 0; i < 3; i++)
        rondo_queue_put_nowait(&f->queue, i);
    rondo_queue_describe(&f->queue, whole, sizeof whole);
    assert_string_equal(whole, "<Queue queue maxsize=5 items=3 unfinished=3>");
    for (size_t size = 1; size <= strlen(whole); size++) {
        memset(text, '#', sizeof text);
        rondo_queue_describe(&f->queue, text, size);
        assert_int_equal(strlen(text), size - 1);
        assert_memory_equal(text, whole, size - 1);
        for (size_t i = size; i < sizeof text; i++)
            assert_int_equal(text[i], '#');
    }
}

static int cancel_a_and_look(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    char text[80];

    check(f, rondo_sleep(n) == 0);
    note(f, "%s", rondo_queue_describe(&f->queue, text, sizeof text));
    check(f, rondo_cancel(role(f, "a"), NULL));
    note(f, "%s", rondo_queue_describe(&f->queue, text, sizeof text));
    return 0;
}

/* A task that is cancelled leaves the line at once, not only when it runs. */
static void a_cancelled_getter_leaves_the_line_at_once(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", get, 0);
    spawn(f, "x", cancel_a_and_look, 1 * MS);
    expect_trace(f, "1ms x <Queue getters=1>\n"
                    "1ms x <Queue>\n"
                    "1ms a gives up: ECANCELED 0\n");
}

/* A queue in whose lines somebody stands, whichever it is, is not cleared. */
static void a_queue_that_somebody_waits_for_is_not_cleared(void **state)
{
    struct fixture *f = *state;

    limit(f, 1);
    spawn(f, "a", put, 1);
    spawn(f, "b", put, 2); /* waits */
    script_play(&f->script);
    assert_int_equal(rondo_queue_clear(&f->queue), RONDO_EMISUSE);
    assert_int_equal(rondo_queue_qsize(&f->queue), 1);
    rondo_cancel(role(f, "b"), NULL);
    spawn(f, "j", join, 0); /* waits for the task_done of 1 */
    script_play(&f->script);
    assert_int_equal(rondo_queue_clear(&f->queue), RONDO_EMISUSE);
    assert_int_equal(rondo_queue_qsize(&f->queue), 1);
    rondo_cancel(role(f, "j"), NULL);
    script_play(&f->script);
    assert_int_equal(rondo_queue_clear(&f->queue), 0);
}

#define TEST(name) SCRIPT_TEST(name, fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(items_leave_in_the_order_they_came),
        TEST(the_ring_keeps_the_order_when_it_grows),
        TEST(a_queue_is_full_at_its_limit),
        TEST(a_put_waits_while_the_queue_is_full),
        TEST(a_get_waits_while_the_queue_is_empty),
        TEST(without_waiting_full_and_empty_are_codes),
        TEST(gets_wake_putters_in_order),
        TEST(puts_wake_getters_in_order),
        TEST(two_puts_in_one_tick_wake_two_getters),
        TEST(nobody_overtakes_a_woken_getter),
        TEST(nobody_overtakes_a_woken_putter),
        TEST(a_getter_cancelled_after_it_was_woken_passes_the_item_on),
        TEST(a_getter_cancelled_after_it_was_woken_leaves_the_item),
        TEST(a_getter_cancelled_before_the_put_is_skipped),
        TEST(a_putter_cancelled_after_it_was_woken_passes_its_place_on),
        TEST(a_cancelled_putter_leaves_the_line),
        TEST(a_cancelled_getter_leaves_the_line),
        TEST(producers_and_consumers_on_a_queue_of_one_never_lock_up),
        TEST(a_storm_of_cancels_loses_no_item),
        TEST(task_done_too_often_is_misuse),
        TEST(join_waits_until_every_item_is_done_with),
        TEST(an_empty_queue_joins_at_once),
        TEST(a_join_can_be_cancelled),
        TEST(clearing_drops_what_nobody_got),
        TEST(clearing_under_a_waiting_task_is_misuse),
        TEST(waiting_outside_a_task_is_misuse),
        TEST(a_lifo_queue_gives_the_last_item_first),
        TEST(a_priority_queue_gives_the_least_item_first),
        TEST(equal_items_leave_a_priority_queue_in_the_order_they_came),
        TEST(a_limit_holds_back_puts_of_every_order),
        TEST(a_woken_getter_takes_the_least_when_it_runs),
        TEST(join_counts_the_items_of_every_order),
        TEST(an_empty_queue_that_is_shut_down_refuses_all),
        TEST(what_is_left_can_be_got_after_a_shutdown),
        TEST(getters_that_wait_are_told_of_the_shutdown),
        TEST(putters_that_wait_are_told_of_the_shutdown),
        TEST(a_putter_that_was_woken_is_refused_too),
        TEST(an_item_is_not_left_behind_by_a_shutdown),
        TEST(a_shutdown_lets_nobody_overtake),
        TEST(a_shutdown_at_once_drops_what_is_left),
        TEST(items_got_before_a_shutdown_at_once_still_need_their_task_done),
        TEST(a_getter_woken_before_a_shutdown_at_once_gets_nothing),
        TEST(a_second_shutdown_may_be_at_once),
        TEST(a_queue_that_was_shut_down_may_be_cleared_and_used),
        TEST(a_queue_describes_itself),
        cmocka_unit_test(any_play_of_puts_gets_and_cancels_is_as_a_list_says),
        TEST(a_put_without_memory_is_refused),
        TEST(a_priority_queue_sorts_every_order),
        TEST(a_description_is_cut_to_size),
        TEST(a_cancelled_getter_leaves_the_line_at_once),
        TEST(a_queue_that_somebody_waits_for_is_not_cleared),
    };

    return play_all(tests);
}
