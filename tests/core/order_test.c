/*
 * order_test.c - what an observer learns of who comes before whom.
 *
 * A note is one report of order.h, in the words of a trace: "5ms a signals event go".
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "observe.h"
#include "rondo.h"
#include "tests/lib/script.h"

struct fixture {
    struct script script;
    rondo_event event;
    rondo_condition condition;
    rondo_barrier barrier;
    rondo_queue queue;
    rondo_lock lock;
    rondo_semaphore permits;
    rondo_future *future;
    bool uses; /* only uses are noted, else all but these */
};

static int fixture_open(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    script_open(&f->script);
    f->event = (rondo_event)RONDO_EVENT("go");
    f->condition = (rondo_condition)RONDO_CONDITION("news");
    f->barrier = (rondo_barrier)RONDO_BARRIER("gate", 2);
    f->queue = (rondo_queue)RONDO_QUEUE("jobs", 0);
    f->lock = (rondo_lock)RONDO_LOCK("key");
    f->permits = (rondo_semaphore)RONDO_BOUNDED_SEMAPHORE("permits", 1);
    f->future = rondo_create_future(f->script.loop);
    rondo_set_name(f->future, "answer");
    *state = f;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;

    rondo_queue_clear(&f->queue);
    rondo_unref(f->future);
    return script_teardown(&f->script);
}

/* ---- who listens ---- */

static void note_order(void *self, const struct observed *event)
{
    static const char *const words[] = {
#define X(name, text) text,
        OBSERVED_MAP(X)
#undef X
    };
    struct fixture *f = self;

    if (event->kind < OBSERVED_SIGNALLED || (event->kind == OBSERVED_USED) != f->uses)
        return;
    note(f, "%s%s %s %s (%d)", event->who.id == 0 ? "nobody " : "", words[event->kind],
         event->object.kind, event->object.name != NULL ? event->object.name : "", event->code);
}

static size_t first(void *self, const struct observed_choice *choice)
{
    (void)self, (void)choice;
    return 0;
}

static void play(struct fixture *f, bool orders, const char *expected)
{
    struct observer watcher = {.wanted = orders ? OBSERVED_ALL : OBSERVED_USUAL,
                               .event = note_order,
                               .pick = first,
                               .self = f};

    observer = &watcher;
    script_play(&f->script);
    observer = NULL;
    expect_noted(f, expected);
}

/* ---- each primitive ---- */

static int wait_for_event(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    RONDO_TRY(rondo_sleep(n));
    return rondo_event_wait(&f->event);
}

static int set_event_twice(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    RONDO_TRY(rondo_sleep(n));
    rondo_event_set(&f->event);
    rondo_event_set(&f->event);
    return 0;
}

static void an_event_is_signalled_when_it_is_set_and_passed_while_it_is(void **state)
{
    struct fixture *f = *state;

    spawn(f, "early", wait_for_event, 0);
    spawn(f, "a", set_event_twice, 5 * MS);
    spawn(f, "late", wait_for_event, 10 * MS);
    play(f, true,
         "5ms a signals event go (0)\n"
         "10ms late passes event go (0)\n");
}

static void ignore_done(void *arg)
{
    (void)arg;
}

/* Every look at what others may change, and every change that nobody waits for. Whoever plays it
 * looks in the end whether the task is done. */
static int use_objects(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    rondo_event_set(&f->event);
    rondo_event_set(&f->event);
    rondo_event_clear(&f->event);
    rondo_event_is_set(&f->event);
    rondo_lock_locked(&f->lock);
    rondo_semaphore_locked(&f->permits);
    rondo_semaphore_release(&f->permits);
    rondo_loop_stop(rondo_get_running_loop());
    return 0;
}

static int use_a_queue(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_value value;

    (void)n;
    rondo_queue_empty(&f->queue);
    rondo_queue_full(&f->queue);
    rondo_queue_get_nowait(&f->queue, &value);
    rondo_queue_task_done(&f->queue);
    rondo_queue_shutdown(&f->queue, false);
    rondo_queue_get_nowait(&f->queue, &value);
    rondo_queue_put_nowait(&f->queue, 1);
    return 0;
}

static int use_a_future(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_value value;

    (void)n;
    rondo_done(f->future);
    rondo_cancelled(f->future);
    rondo_future_result(f->future, &value);
    rondo_add_done_callback(f->future, ignore_done, NULL);
    rondo_cancel(f->future, NULL);
    rondo_cancel(f->future, NULL);
    rondo_set_result(f->future, 1);
    return 0;
}

static void expect_uses(struct fixture *f, int (*body)(void *fixture, int64_t n),
                        const char *expected)
{
    f->uses = true;
    spawn(f, "a", body, 0);
    play(f, true, expected);
}

static void who_looks_at_an_object_or_changes_it_quietly_uses_it(void **state)
{
    expect_uses(*state, use_objects,
                "0ms a uses event go (0)\n"
                "0ms a uses event go (1)\n"
                "0ms a uses event go (0)\n"
                "0ms a uses lock key (0)\n"
                "0ms a uses semaphore permits (0)\n"
                "0ms a uses semaphore permits (0)\n"
                "0ms a nobody uses loop  (1)\n");
}

static void who_is_refused_by_a_queue_has_looked_at_it(void **state)
{
    expect_uses(*state, use_a_queue,
                "0ms a uses queue jobs (0)\n"
                "0ms a uses queue jobs (0)\n"
                "0ms a uses queue jobs (0)\n"
                "0ms a uses join of queue jobs (0)\n"
                "0ms a uses queue jobs (0)\n"
                "0ms a uses queue jobs (0)\n"
                "0ms a uses queue jobs (0)\n"
                "0ms nobody uses task a (0)\n");
}

static void who_looks_at_a_future_uses_it(void **state)
{
    expect_uses(*state, use_a_future,
                "0ms a uses future answer (0)\n"
                "0ms a uses future answer (0)\n"
                "0ms a uses future answer (0)\n"
                "0ms a uses future answer (0)\n"
                "0ms a uses future answer (0)\n"
                "0ms a uses future answer (0)\n"
                "0ms nobody uses task a (0)\n");
}

static void who_does_not_ask_is_not_told(void **state)
{
    struct fixture *f = *state;

    spawn(f, "early", wait_for_event, 0);
    spawn(f, "a", set_event_twice, 5 * MS);
    spawn(f, "late", wait_for_event, 10 * MS);
    play(f, false, "");
}

static int put_two_and_join(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    RONDO_TRY(rondo_queue_join(&f->queue));
    RONDO_TRY(rondo_queue_put(&f->queue, n));
    RONDO_TRY(rondo_queue_put_nowait(&f->queue, n));
    return rondo_queue_join(&f->queue);
}

static int get_two(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_value item;

    (void)n;
    RONDO_TRY(rondo_queue_get(&f->queue, &item));
    RONDO_TRY(rondo_queue_task_done(&f->queue));
    RONDO_TRY(rondo_queue_get_nowait(&f->queue, &item));
    RONDO_TRY(rondo_queue_task_done(&f->queue));
    check(f, rondo_queue_get_nowait(&f->queue, &item) == RONDO_EQUEUEEMPTY);
    rondo_queue_shutdown(&f->queue, true);
    return 0;
}

static void an_item_has_the_number_under_which_it_was_put(void **state)
{
    struct fixture *f = *state;

    spawn(f, "getter", get_two, 0);
    spawn(f, "putter", put_two_and_join, 7);
    play(f, true,
         "0ms putter passes join of queue jobs (0)\n"
         "0ms putter puts into queue jobs (0)\n"
         "0ms putter puts into queue jobs (1)\n"
         "0ms getter gets from queue jobs (0)\n"
         "0ms getter signals join of queue jobs (0)\n"
         "0ms getter gets from queue jobs (1)\n"
         "0ms getter signals join of queue jobs (0)\n"
         "0ms getter signals queue jobs (0)\n");
}

static int notify_one(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    RONDO_TRY(rondo_sleep(n));
    RONDO_TRY(rondo_lock_acquire(rondo_condition_lock(&f->condition)));
    check(f, rondo_condition_notify(&f->condition, 1) == 0);
    return rondo_lock_release(rondo_condition_lock(&f->condition));
}

static int wait_for_news(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    RONDO_TRY(rondo_lock_acquire(rondo_condition_lock(&f->condition)));
    RONDO_TRY(rondo_condition_wait(&f->condition));
    return rondo_lock_release(rondo_condition_lock(&f->condition));
}

static void who_notifies_signals_the_condition(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_for_news, 0);
    spawn(f, "b", notify_one, 5 * MS);
    play(f, true, "5ms b signals condition news (0)\n");
}

static int meet(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_TRY(rondo_sleep(n));
    rc = rondo_barrier_wait(&f->barrier);
    return rc < 0 ? rc : 0;
}

static void who_comes_to_a_barrier_signals_it_and_the_last_one_passes(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", meet, 0);
    spawn(f, "b", meet, 5 * MS);
    play(f, true,
         "0ms a signals barrier gate (0)\n"
         "5ms b signals barrier gate (0)\n"
         "5ms b passes barrier gate (0)\n");
}

/* ---- futures and tasks ---- */

static int answer(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    RONDO_TRY(rondo_sleep(n));
    return rondo_set_result(f->future, 42);
}

static int ask(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_value value;

    RONDO_TRY(rondo_sleep(n));
    RONDO_TRY(rondo_await(f->future, &value));
    RONDO_TRY(rondo_shield(f->future, &value));
    return rondo_future_result(f->future, &value);
}

static void a_future_is_signalled_by_who_completes_it_and_passed_by_who_looks_later(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", answer, 5 * MS);
    spawn(f, "b", ask, 10 * MS);
    play(f, true,
         "5ms a signals future answer (0)\n"
         "10ms b passes future answer (0)\n"
         "10ms b passes future answer (0)\n"
         "10ms b passes future answer (0)\n");
}

static int gather_future(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_future *both[] = {f->future, role(f, "a")};

    RONDO_TRY(rondo_sleep(n));
    return rondo_gather(both, 2, 0, NULL);
}

/* Of a task, FINISHED and RELEASED say it. */
static void a_gather_is_signalled_when_its_plain_future_is_done(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", answer, 5 * MS);
    spawn(f, "b", gather_future, 0);
    play(f, true,
         "5ms a signals future answer (0)\n"
         "5ms nobody signals gather  (0)\n");
}

static void what_is_done_before_it_is_gathered_is_passed(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", answer, 5 * MS);
    spawn(f, "b", gather_future, 10 * MS);
    play(f, true,
         "5ms a signals future answer (0)\n"
         "10ms b passes future answer (0)\n"
         "10ms b passes task a (0)\n");
}

static int cancel_early(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    RONDO_TRY(rondo_sleep(n));
    check(f, rondo_cancel(role(f, "early"), NULL));
    return 0;
}

static void who_cancels_is_told_with_the_task(void **state)
{
    struct fixture *f = *state;

    spawn(f, "early", wait_for_event, 0);
    spawn(f, "a", cancel_early, 5 * MS);
    play(f, true, "5ms a cancels task early (0)\n");
}

#define TEST(name) SCRIPT_TEST(name, fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_event_is_signalled_when_it_is_set_and_passed_while_it_is),
        TEST(who_looks_at_an_object_or_changes_it_quietly_uses_it),
        TEST(who_is_refused_by_a_queue_has_looked_at_it),
        TEST(who_looks_at_a_future_uses_it),
        TEST(who_does_not_ask_is_not_told),
        TEST(an_item_has_the_number_under_which_it_was_put),
        TEST(who_notifies_signals_the_condition),
        TEST(who_comes_to_a_barrier_signals_it_and_the_last_one_passes),
        TEST(a_future_is_signalled_by_who_completes_it_and_passed_by_who_looks_later),
        TEST(a_gather_is_signalled_when_its_plain_future_is_done),
        TEST(what_is_done_before_it_is_gathered_is_passed),
        TEST(who_cancels_is_told_with_the_task),
    };

    return play_all(tests);
}
