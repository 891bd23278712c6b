/*
 * queue_test.c - items handed from task to task: asyncio's contracts QUE-*.
 *
 * QUE-14 to 16 (shutdown, repr) and the other orders of QUE-01 have no counterpart in queue.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "queue.h"
#include "sleep.h"
#include "tests/lib/script.h"

struct fixture {
    struct script script;
    rondo_queue queue;
    int drops;
    bool swept;
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
    int before = f->script.manual.iterations;

    (void)n;
    check(f, rondo_queue_join(&f->queue) == 0);
    check(f, rondo_queue_join(&f->queue) == 0);
    check(f, f->script.manual.iterations == before);
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

static int put_many(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int64_t taken = 0;
    rondo_value item;

    memory_fail(&f->script.memory, (size_t)n);
    for (int64_t i = 0; i < 40; i++) {
        int rc = rondo_queue_put(&f->queue, i);

        check(f, rc == 0 || rc == RONDO_ENOMEM);
        taken += rc == 0;
    }
    f->swept = !memory_failed(&f->script.memory);
    memory_fail(&f->script.memory, 0);
    check(f, rondo_queue_qsize(&f->queue) == (size_t)taken);
    check(f, taken == (f->swept ? 40 : 39));
    while (rondo_queue_get_nowait(&f->queue, &item) == 0)
        taken--;
    check(f, taken == 0);
    check(f, rondo_queue_clear(&f->queue) == 0);
    return 0;
}

/* Whichever allocation fails: that item is refused, the others are in the queue. */
static void a_put_without_memory_is_refused(void **state)
{
    struct fixture *f = *state;
    int64_t n = 1;

    for (; !f->swept && n < 20; n++) {
        spawn(f, "sweep", put_many, n);
        script_play(&f->script);
    }
    assert_string_equal(f->script.text, "");
    assert_true(n > 3 && n < 20);
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
        TEST(a_put_without_memory_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
