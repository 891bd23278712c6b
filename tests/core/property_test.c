/*
 * property_test.c - what a program says of itself, and who is told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "observe.h"
#include "property.h"
#include "sleep.h"
#include "tests/lib/script.h"

struct fixture {
    struct script script;
    int evaluated;
};

SCRIPT_FIXTURE(fixture)

/* ---- who listens ---- */

static void note_property(void *self, const struct observed *event)
{
    if (event->kind == OBSERVED_PROPERTY)
        note((struct fixture *)self, "checks %s %s (%s): %s%s", event->object.kind,
             event->object.name, event->text, event->code != 0 ? "holds" : "does not hold",
             strstr(event->here, "property_test.c:") != NULL ? "" : ", but where?");
}

static size_t first(void *self, const struct observed_choice *choice)
{
    (void)self, (void)choice;
    return 0;
}

static void play_observed(struct fixture *f, const char *expected)
{
    struct observer watcher = {.wanted = OBSERVED_USUAL,
                               .event = note_property,
                               .pick = first,
                               .self = f};

    observer = &watcher;
    script_play(&f->script);
    observer = NULL;
    expect_noted(f, expected);
}

/* ---- what may be said ---- */

static bool evaluate(struct fixture *f, bool result)
{
    f->evaluated++;
    return result;
}

static int say_all(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    RONDO_ALWAYS("sane", evaluate(f, true));
    RONDO_TRY(rondo_sleep(n));
    RONDO_SOMETIMES("rare", evaluate(f, false));
    RONDO_EVENTUALLY("done", evaluate(f, true));
    return 0;
}

static void every_condition_that_is_met_is_told_with_its_words_and_place(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", say_all, 5 * MS);
    play_observed(f, "0ms a checks always sane (evaluate(f, true)): holds\n"
                     "5ms a checks sometimes rare (evaluate(f, false)): does not hold\n"
                     "5ms a checks eventually done (evaluate(f, true)): holds\n");
    assert_int_equal(f->evaluated, 3);
}

static void conditions_are_evaluated_once_where_nobody_listens_too(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", say_all, 5 * MS);
    expect_trace(f, "");
    assert_int_equal(f->evaluated, 3);
}

static void say_outside_of_tasks(void *arg)
{
    struct fixture *f = arg;

    RONDO_ALWAYS("sane", evaluate(f, true));
    RONDO_SOMETIMES("rare", evaluate(f, false));
}

static void a_condition_may_stand_where_no_task_runs(void **state)
{
    struct fixture *f = *state;

    say_outside_of_tasks(f);
    assert_int_equal(f->evaluated, 2);
}

/* ---- what does not hold ---- */

static int break_it(void *fixture, int64_t n)
{
    (void)fixture;
    RONDO_ALWAYS("sane", n > 1);
    return 0;
}

static void break_in_a_task(void *arg)
{
    struct fixture *f = arg;

    spawn(f, "a", break_it, 1);
    script_play(&f->script);
}

static void break_outside_of_tasks(void *arg)
{
    (void)arg;
    RONDO_ALWAYS("sane", arg == NULL);
}

static void what_does_not_hold_always_aborts_where_nobody_listens(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(play_apart(f, break_in_a_task, f), -SIGABRT);
    assert_int_equal(play_apart(f, break_outside_of_tasks, f), -SIGABRT);
}

static void leave_when_broken(void *self, const struct observed *event)
{
    (void)self;
    if (event->kind == OBSERVED_BROKEN && strcmp(event->object.kind, "always") == 0 &&
        strcmp(event->text, "n > 1") == 0 && strcmp(event->who.name, "a") == 0)
        _Exit(7);
}

static void break_observed(void *arg)
{
    struct observer watcher = {.wanted = OBSERVED_USUAL, .event = leave_when_broken, .pick = first};

    observer = &watcher;
    break_in_a_task(arg);
}

static void who_listens_is_told_first(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(play_apart(f, break_observed, f), 7);
}

/* ---- what waits are for ---- */

/* As the bridge does: whenever a task stops. */
static void look(void *self, const struct observed *event)
{
    if (event->kind == OBSERVED_BLOCKED || event->kind == OBSERVED_FINISHED)
        expectations_look(event->who);
    if (event->kind == OBSERVED_EXPECTED)
        note((struct fixture *)self, "%s: %s %s, by %s", event->who.name, event->object.kind,
             event->code != 0 ? "holds" : "holds no longer",
             event->by.name != NULL ? event->by.name : "nobody");
}

static bool is_even(void *arg)
{
    return *(int *)arg % 2 == 0;
}

static bool is_large(void *arg)
{
    return *(int *)arg >= 2;
}

/* Wait for `n` in the way of a primitive that forgets to wake anybody. */
static int wait_for_count(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    RONDO_EXPECTS(is_even, &f->evaluated);
    {
        RONDO_EXPECTS(is_large, &f->evaluated);
        RONDO_TRY(rondo_sleep(n));
    }
    return rondo_sleep(n);
}

static int count_up(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    for (int i = 0; i < n; i++) {
        RONDO_TRY(rondo_sleep(4 * MS));
        f->evaluated++;
    }
    return 0;
}

static void play_looking(struct fixture *f, const char *expected)
{
    struct observer watcher = {.wanted = OBSERVED_USUAL, .event = look, .pick = first, .self = f};

    observer = &watcher;
    script_play(&f->script);
    observer = NULL;
    expect_noted(f, expected);
}

/* The innermost counts, while its block lasts; who has stopped when it changes has made it so. */
static void who_makes_hold_what_a_task_waits_for_is_told(void **state)
{
    struct fixture *f = *state;

    f->evaluated = 1;
    spawn(f, "a", wait_for_count, 10 * MS);
    spawn(f, "b", count_up, 4);
    play_looking(f, "4ms b a: is_large holds, by b\n"
                    "10ms a a: is_large holds no longer, by nobody\n"
                    "12ms b a: is_even holds, by b\n"
                    "16ms a: is_even holds no longer, by b\n");
}

static void what_nobody_looks_at_is_never_asked(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_for_count, 10 * MS);
    spawn(f, "b", count_up, 4);
    expect_trace(f, "");
}

static void outside_of_tasks_nothing_is_expected(void **state)
{
    struct fixture *f = *state;

    RONDO_EXPECTS(is_even, &f->evaluated);
    spawn(f, "b", count_up, 4);
    play_looking(f, "");
}

#define TEST(name) SCRIPT_TEST(name, fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_condition_that_is_met_is_told_with_its_words_and_place),
        TEST(conditions_are_evaluated_once_where_nobody_listens_too),
        TEST(a_condition_may_stand_where_no_task_runs),
        TEST(what_does_not_hold_always_aborts_where_nobody_listens),
        TEST(who_listens_is_told_first),
        TEST(who_makes_hold_what_a_task_waits_for_is_told),
        TEST(what_nobody_looks_at_is_never_asked),
        TEST(outside_of_tasks_nothing_is_expected),
    };

    return play_all(tests);
}
