/*
 * point_test.c - explicit points: who may come between, and what a point says of itself.
 */
#define RONDO_POINTS
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "observe.h"
#include "point.h"
#include "sleep.h"
#include "tests/lib/script.h"

struct fixture {
    struct script script;
    struct observer watcher;
    bool closed; /* `sched` is */
    int shared;
};

SCRIPT_FIXTURE(fixture)

static int fixture_unwatch(void **state)
{
    observer = NULL;
    return fixture_close(state);
}

/* Note what is done to variables. */
static void note_access(void *self, const struct observed *event)
{
    static const char *const words[] = {
        [OBSERVED_READ] = "reads", [OBSERVED_WROTE] = "writes", [OBSERVED_UPDATED] = "updates"};
    struct fixture *f = self;

    if (event->kind >= OBSERVED_READ && event->kind <= OBSERVED_UPDATED)
        note(f, "%s %s%s", words[event->kind], event->object.name,
             event->address == &f->shared ? "" : " elsewhere");
}

/* Whoever waits longest for its turn at a point has waited long enough: the last option. */
static size_t last(void *self, const struct observed_choice *choice)
{
    (void)self;
    return choice->count - 1;
}

static bool any_order(void *self)
{
    return !((struct fixture *)self)->closed;
}

static void watch(struct fixture *f)
{
    f->watcher = (struct observer){.wanted = OBSERVED_USUAL,
                                   .event = note_access,
                                   .pick = last,
                                   .any_order = any_order,
                                   .self = f};
    observer = &f->watcher;
}

static int add(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int now = RONDO_READ(f->shared);

    RONDO_WRITE(f->shared, now + (int)n);
    note(f, "is done: %d", f->shared);
    return 0;
}

static void without_an_observer_a_point_is_nothing(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", add, 1);
    spawn(f, "b", add, 10);
    expect_trace(f, "0ms a is done: 1\n"
                    "0ms b is done: 11\n");
}

static void where_any_order_is_open_others_come_between(void **state)
{
    struct fixture *f = *state;

    watch(f);
    spawn(f, "a", add, 1);
    spawn(f, "b", add, 10);
    expect_trace(f, "0ms b reads f->shared\n"
                    "0ms a reads f->shared\n"
                    "0ms b writes f->shared\n"
                    "0ms b is done: 10\n"
                    "0ms a writes f->shared\n"
                    "0ms a is done: 1\n");
}

static void where_it_is_closed_accesses_are_reported_and_nobody_comes_between(void **state)
{
    struct fixture *f = *state;

    f->closed = true;
    watch(f);
    spawn(f, "a", add, 1);
    spawn(f, "b", add, 10);
    expect_trace(f, "0ms a reads f->shared\n"
                    "0ms a writes f->shared\n"
                    "0ms a is done: 1\n"
                    "0ms b reads f->shared\n"
                    "0ms b writes f->shared\n"
                    "0ms b is done: 11\n");
}

/* Production order, and note what a task at a point is about to do. */
static size_t describe_first(void *self, const struct observed_choice *choice)
{
    struct fixture *f = self;
    struct pending pending;

    choice->describe(choice, 0, &pending);
    if (strcmp(pending.what, "start") != 0)
        note(f, "%s: %s %s%s%s", pending.who.name, pending.what,
             pending.object.name != NULL ? pending.object.name : "-",
             pending.address == &f->shared ? "" : " elsewhere",
             pending.writes ? ", changes it" : "");
    return 0;
}

static int one_of_each(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    f->shared = RONDO_READ(f->shared) + 1;
    RONDO_WRITE(f->shared, 5);
    note(f, "was %d", RONDO_UPDATE(f->shared, f->shared++));
    RONDO_POINT_ON(&f->shared);
    RONDO_POINT();
    return 0;
}

static void a_point_says_what_is_about_to_be_done(void **state)
{
    struct fixture *f = *state;

    watch(f);
    f->watcher.pick = describe_first;
    spawn(f, "a", one_of_each, 0);
    spawn(f, "b", add, 0);
    script_play(&f->script);
    expect_noted(f, "0ms a a: read f->shared\n"
                    "0ms a reads f->shared\n"
                    "0ms a a: write f->shared, changes it\n"
                    "0ms a writes f->shared\n"
                    "0ms a a: update f->shared, changes it\n"
                    "0ms a updates f->shared\n"
                    "0ms a was 5\n"
                    "0ms a a: use &f->shared, changes it\n"
                    "0ms a a: point - elsewhere\n"
                    "0ms b b: read f->shared\n" /* alone, it is asked all the same */
                    "0ms b reads f->shared\n"
                    "0ms b b: write f->shared, changes it\n"
                    "0ms b writes f->shared\n"
                    "0ms b is done: 6\n");
}

static int pass_then_sleep(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    RONDO_POINT();
    note(f, "has passed");
    check(f, rondo_sleep(n) == RONDO_ECANCELED);
    note(f, "is cancelled");
    return 0;
}

static int cancel(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    check(f, rondo_cancel(role(f, "a"), NULL));
    note(f, "cancels");
    return 0;
}

static void a_cancellation_waits_for_the_next_suspension(void **state)
{
    struct fixture *f = *state;

    watch(f);
    spawn(f, "b", cancel, 0);
    spawn(f, "a", pass_then_sleep, 5);
    expect_trace(f, "0ms b cancels\n"
                    "0ms a has passed\n"
                    "0ms a is cancelled\n");
}

static int nothing_between(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    RONDO_POINT();
    note(f, "is begun eagerly");
    return 0;
}

static int begin_eagerly(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_task *child;

    (void)n;
    child = rondo_spawn(nothing_between, f, .name = "child", .eager_start = true);
    note(f, "goes on");
    rondo_unref(child);
    return 0;
}

static void what_was_begun_eagerly_lets_nobody_come_between(void **state)
{
    struct fixture *f = *state;

    watch(f);
    f->watcher.pick = describe_first;
    spawn(f, "a", begin_eagerly, 0);
    spawn(f, "b", add, 0);
    f->closed = false;
    script_play(&f->script);
    expect_noted(f, "0ms child is begun eagerly\n"
                    "0ms a goes on\n"
                    "0ms b b: read f->shared\n"
                    "0ms b reads f->shared\n"
                    "0ms b b: write f->shared, changes it\n"
                    "0ms b writes f->shared\n"
                    "0ms b is done: 0\n");
}

static void note_watched(void *self, const struct observed *event)
{
    struct fixture *f = self;

    if (event->kind == OBSERVED_WATCHED)
        note(f, "watches %d bytes of %s%s for %s", event->code, event->object.name,
             event->address == &f->shared ? "" : " elsewhere",
             event->who.name != NULL ? event->who.name : "nobody");
}

static int watch_shared(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    RONDO_WATCH(f->shared);
    f->shared += (int)n;
    RONDO_UNWATCH(f->shared);
    return 0;
}

static void who_watches_what_is_told_to_observers(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", watch_shared, 1);
    expect_trace(f, "");
    watch(f);
    f->watcher.event = note_watched;
    f->closed = true;
    spawn(f, "b", watch_shared, 1);
    expect_trace(f, "0ms b watches 4 bytes of f->shared for b\n"
                    "0ms b watches 0 bytes of f->shared for b\n");
    rondo_watch_at(&f->shared, SIZE_MAX, "all", NULL);
    expect_noted(f, "0ms b watches 4 bytes of f->shared for b\n"
                    "0ms b watches 0 bytes of f->shared for b\n"
                    "0ms watches 2147483647 bytes of all for nobody\n");
}

static void outside_of_a_task_a_point_is_nothing(void **state)
{
    struct fixture *f = *state;

    watch(f);
    assert_int_equal(RONDO_READ(f->shared), 0);
    expect_noted(f, "");
}

#define WATCHED(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_unwatch)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WATCHED(without_an_observer_a_point_is_nothing),
        WATCHED(where_any_order_is_open_others_come_between),
        WATCHED(where_it_is_closed_accesses_are_reported_and_nobody_comes_between),
        WATCHED(a_point_says_what_is_about_to_be_done),
        WATCHED(a_cancellation_waits_for_the_next_suspension),
        WATCHED(what_was_begun_eagerly_lets_nobody_come_between),
        WATCHED(who_watches_what_is_told_to_observers),
        WATCHED(outside_of_a_task_a_point_is_nothing),
    };

    return play_all(tests);
}
