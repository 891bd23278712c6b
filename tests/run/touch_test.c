/*
 * touch_test.c - which records have to do with each other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "run/touch.h"

#define TEST(name)  cmocka_unit_test(name)
#define TOUCHES_MAX 20
#define RECORD(...) ((struct trace_record){.process = 1, __VA_ARGS__})
#define LOCK(number)         \
    {                        \
        "lock", NULL, number \
    }

/* A strategy that notes what it is told. */
struct notes {
    struct strategy strategy;
    struct touch list[TOUCHES_MAX];
    size_t count;
};

static void note(struct strategy *strategy, const struct touch *touch)
{
    struct notes *notes = (struct notes *)strategy;

    assert_true(notes->count < TOUCHES_MAX);
    notes->list[notes->count++] = *touch;
}

static const struct strategy_kind noting = {.touch = note};

/* What `record` touches, after `before` if that is not NULL. */
static struct notes touched(const struct trace_record *before, struct trace_record record)
{
    struct notes notes = {.strategy.kind = &noting};
    struct touches touches = {.strategy = &notes.strategy};

    if (before != NULL)
        touches_take(&touches, before);
    notes.count = 0;
    touches_take(&touches, &record);
    touches_clear(&touches);
    return notes;
}

static bool meet(const struct notes *a, const struct notes *b)
{
    for (size_t i = 0; i < a->count; i++) {
        for (size_t j = 0; j < b->count; j++) {
            if (a->list[i].object == TOUCH_ALL || b->list[j].object == TOUCH_ALL)
                return true;
            if (a->list[i].object == b->list[j].object && (a->list[i].writes || b->list[j].writes))
                return true;
        }
    }
    return false;
}

/* Whether the two have to do with each other, in either order. */
static bool related(struct trace_record a, struct trace_record b)
{
    struct notes x = touched(NULL, a), y = touched(NULL, b);

    assert_int_equal(meet(&x, &y), meet(&y, &x));
    return meet(&x, &y);
}

static struct trace_record at(enum trace_kind kind, const char *object, uint32_t number)
{
    return RECORD(.kind = kind, .object = {object, NULL, number});
}

static void readers_of_a_variable_are_apart_and_writers_are_not(void **state)
{
    (void)state;
    assert_false(related(at(TRACE_READ, "variable", 1), at(TRACE_READ, "variable", 1)));
    assert_true(related(at(TRACE_READ, "variable", 1), at(TRACE_WROTE, "variable", 1)));
    assert_true(related(at(TRACE_UPDATED, "variable", 1), at(TRACE_UPDATED, "variable", 1)));
    assert_false(related(at(TRACE_WROTE, "variable", 1), at(TRACE_WROTE, "variable", 2)));
}

static void who_uses_one_object_has_to_do_with_others_that_do(void **state)
{
    static const enum trace_kind kinds[] = {TRACE_HELD,   TRACE_RELEASED,  TRACE_PUT,
                                            TRACE_GOT,    TRACE_SIGNALLED, TRACE_BLOCKED,
                                            TRACE_RESUMED};

    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        assert_true(related(at(kinds[i], "lock", 1), at(TRACE_HELD, "lock", 1)));
        assert_true(related(at(kinds[i], "lock", 1), at(kinds[i], "lock", 1)));
        assert_true(related(at(kinds[i], "lock", 1), at(TRACE_PASSED, "lock", 1)));
        assert_false(related(at(kinds[i], "lock", 1), at(kinds[i], "lock", 2)));
        assert_false(related(at(kinds[i], "lock", 1), at(kinds[i], "variable", 0)));
    }
}

/* They are woken all at once: their order in line makes no difference. */
static void those_who_wait_for_an_event_a_future_or_a_task_are_apart(void **state)
{
    static const char *const objects[] = {"event", "future", "task"};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_false(related(at(TRACE_BLOCKED, objects[i], 1), at(TRACE_BLOCKED, objects[i], 1)));
        assert_false(related(at(TRACE_RESUMED, objects[i], 1), at(TRACE_PASSED, objects[i], 1)));
        assert_true(related(at(TRACE_BLOCKED, objects[i], 1), at(TRACE_SIGNALLED, objects[i], 1)));
    }
}

static void who_waits_for_a_task_has_to_do_with_its_end(void **state)
{
    (void)state;
    assert_true(related(at(TRACE_BLOCKED, "task", 3), RECORD(.kind = TRACE_FINISHED, .task = 3)));
    assert_true(related(at(TRACE_PASSED, "task", 3), RECORD(.kind = TRACE_FINISHED, .task = 3)));
    assert_false(related(at(TRACE_PASSED, "task", 3), RECORD(.kind = TRACE_FINISHED, .task = 4)));
    assert_false(related(at(TRACE_HELD, "lock", 3), RECORD(.kind = TRACE_FINISHED, .task = 3)));
    assert_false(related(RECORD(.kind = TRACE_PASSED, .object = {"task", NULL, 3}, .thread = 1),
                         RECORD(.kind = TRACE_FINISHED, .task = 3)));
}

static void who_cancels_a_task_has_to_do_with_all_that_it_does(void **state)
{
    struct trace_record read =
        RECORD(.kind = TRACE_READ, .task = 3, .object = {"variable", "x", 9});

    (void)state;
    assert_true(related(at(TRACE_CANCELLED, "task", 3), read));
    assert_true(related(at(TRACE_CANCELLED, "task", 3), at(TRACE_CANCELLED, "task", 3)));
    assert_false(related(at(TRACE_CANCELLED, "task", 4), read));
}

/* A lock wakes who stands in line, or another if that one is cancelled first. */
static void who_cancels_a_task_that_waits_has_to_do_with_who_would_wake_it(void **state)
{
    struct trace_record blocked = RECORD(.kind = TRACE_BLOCKED, .task = 3, .object = LOCK(1));
    struct trace_record resumed = RECORD(.kind = TRACE_RESUMED, .task = 3, .object = LOCK(1));
    struct notes waker = touched(NULL, at(TRACE_RELEASED, "lock", 1));
    struct notes canceller = touched(&blocked, at(TRACE_CANCELLED, "task", 3));

    (void)state;
    assert_true(meet(&waker, &canceller));
    canceller = touched(&resumed, at(TRACE_CANCELLED, "task", 3));
    assert_false(meet(&waker, &canceller));
}

/* Nobody sees who reads it: whoever had a turn may have. */
static void a_change_of_what_is_watched_has_to_do_with_every_turn(void **state)
{
    struct trace_record watched = at(TRACE_WATCHED, "variable", 1);
    struct trace_record change =
        RECORD(.kind = TRACE_WROTE, .task = 3, .value = 1, .object = {"variable", "x", 1});
    struct trace_record turn = RECORD(.kind = TRACE_RESUMED, .task = 4);
    struct notes changes = touched(&watched, change), turns = touched(&watched, turn);

    (void)state;
    assert_true(meet(&changes, &turns));
    turns = touched(NULL, turn); /* nothing is watched */
    assert_false(meet(&changes, &turns));
}

static void a_look_has_to_do_with_a_change(void **state)
{
    struct trace_record look = RECORD(.kind = TRACE_USED, .object = LOCK(1));
    struct trace_record change = RECORD(.kind = TRACE_USED, .object = LOCK(1), .value = 1);

    (void)state;
    assert_false(related(look, look));
    assert_true(related(look, change));
    assert_true(related(look, at(TRACE_HELD, "lock", 1)));
}

static void what_is_printed_and_who_is_numbered_has_an_order(void **state)
{
    (void)state;
    assert_true(related(RECORD(.kind = TRACE_OUTPUT), RECORD(.kind = TRACE_OUTPUT)));
    assert_true(related(RECORD(.kind = TRACE_SPAWNED, .task = 3),
                        RECORD(.kind = TRACE_SPAWNED, .task = 4)));
    assert_false(related(RECORD(.kind = TRACE_SPAWNED, .task = 3), RECORD(.kind = TRACE_OUTPUT)));
}

static void what_ends_a_run_has_to_do_with_all(void **state)
{
    static const enum trace_kind kinds[] = {TRACE_EXIT, TRACE_BROKEN};

    (void)state;
    for (size_t i = 0; i < 2; i++)
        assert_true(related(RECORD(.kind = kinds[i]), at(TRACE_READ, "variable", 1)));
    assert_true(related(at(TRACE_USED, "loop", 0), at(TRACE_READ, "variable", 1)));
    assert_false(related(RECORD(.kind = TRACE_PROPERTY), RECORD(.kind = TRACE_PROPERTY)));
}

static void a_sleep_and_another_process_are_nobodys_business(void **state)
{
    struct trace_record here = at(TRACE_HELD, "lock", 1), there = here;

    (void)state;
    assert_false(related(at(TRACE_BLOCKED, "sleep", 0), at(TRACE_BLOCKED, "sleep", 0)));
    there.process = 2;
    assert_false(related(here, there));
}

static void that_time_has_moved_is_told_once(void **state)
{
    struct trace_record late = RECORD(.kind = TRACE_HELD, .object = LOCK(1), .time_ns = 5);
    struct notes notes = touched(NULL, late);

    (void)state;
    assert_int_equal(notes.list[0].object, TOUCH_QUIET);
    assert_int_equal(notes.count, 2);
    notes = touched(&late, late);
    assert_int_equal(notes.count, 1);
}

static size_t count_of(const struct notes *notes, uint64_t object)
{
    size_t count = 0;

    for (size_t i = 0; i < notes->count; i++)
        count += notes->list[i].object == object;
    return count;
}

/* The first task of a loop stands for it. */
static void two_loops_at_once_are_told(void **state)
{
    struct trace_record first = RECORD(.kind = TRACE_SPAWNED, .task = 1);
    struct trace_record second = RECORD(.kind = TRACE_SPAWNED, .task = 2);
    struct trace_record end = RECORD(.kind = TRACE_FINISHED, .task = 1);
    struct notes notes = touched(&first, first);

    (void)state;
    assert_int_equal(count_of(&notes, TOUCH_LOOPS), 1);
    notes = touched(&first, second);
    assert_int_equal(count_of(&notes, TOUCH_LOOPS), 0);
    notes = touched(&end, first);
    assert_int_equal(count_of(&notes, TOUCH_LOOPS), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(readers_of_a_variable_are_apart_and_writers_are_not),
        TEST(who_uses_one_object_has_to_do_with_others_that_do),
        TEST(those_who_wait_for_an_event_a_future_or_a_task_are_apart),
        TEST(who_waits_for_a_task_has_to_do_with_its_end),
        TEST(who_cancels_a_task_has_to_do_with_all_that_it_does),
        TEST(who_cancels_a_task_that_waits_has_to_do_with_who_would_wake_it),
        TEST(a_change_of_what_is_watched_has_to_do_with_every_turn),
        TEST(a_look_has_to_do_with_a_change),
        TEST(what_is_printed_and_who_is_numbered_has_an_order),
        TEST(what_ends_a_run_has_to_do_with_all),
        TEST(a_sleep_and_another_process_are_nobodys_business),
        TEST(that_time_has_moved_is_told_once),
        TEST(two_loops_at_once_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
