/*
 * condition_test.c - waiting for a change inside a lock: asyncio's contracts CND-*.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "condition.h"
#include "sleep.h"
#include "task_core.h"
#include "tests/lib/script.h"
#include "timeout.h"

struct fixture {
    struct script script;
    rondo_condition changed;
    int tokens;
    int inside; /* tasks that hold the lock */
};

SCRIPT_FIXTURE(fixture)

static void enter(struct fixture *f)
{
    check(f, rondo_lock_acquire(rondo_condition_lock(&f->changed)) == 0);
    check(f, ++f->inside == 1);
}

static void leave(struct fixture *f)
{
    f->inside--;
    check(f, rondo_lock_release(rondo_condition_lock(&f->changed)) == 0);
}

/* Wait with the lock held, and see that it is held again. */
static int wait_inside(struct fixture *f)
{
    int rc;

    f->inside--;
    rc = rondo_condition_wait(&f->changed);
    check(f, ++f->inside == 1);
    check(f, rondo_condition_lock(&f->changed)->holder != 0);
    return rc;
}

/* Wait once; hold the lock for `n` afterwards. */
static int wait_once(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    enter(f);
    rc = wait_inside(f);
    note(f, rc == 0 ? "was notified" : "gives up: %s %s", rondo_err_name(rc), rondo_error_text());
    if (n > 0)
        check(f, rondo_sleep(n) == 0);
    leave(f);
    return rc;
}

/* At `when`: with the lock held, notify `count`. */
static void notify_at(struct fixture *f, int64_t when, size_t count)
{
    check(f, rondo_sleep(when) == 0);
    enter(f);
    note(f, "notifies %zu", count);
    check(f, rondo_condition_notify(&f->changed, count) == 0);
}

static int notify_one(void *fixture, int64_t n)
{
    notify_at(fixture, n, 1);
    leave(fixture);
    return 0;
}

static int notify_two(void *fixture, int64_t n)
{
    notify_at(fixture, n, 2);
    leave(fixture);
    return 0;
}

static int notify_nine(void *fixture, int64_t n)
{
    notify_at(fixture, n, 9);
    leave(fixture);
    return 0;
}

static int notify_everybody(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    enter(f);
    check(f, rondo_condition_notify_all(&f->changed) == 0);
    leave(f);
    return 0;
}

static int cancel_a(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    check(f, rondo_cancel(role(f, "a"), "enough"));
    return 0;
}

static void end(struct fixture *f, const char *name)
{
    rondo_cancel(role(f, name), NULL);
    script_play(&f->script);
}

static int misuse(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    check(f, rondo_condition_wait(&f->changed) == RONDO_EMISUSE);
    check(f, rondo_condition_notify(&f->changed, 1) == RONDO_EMISUSE);
    check(f, rondo_condition_notify_all(&f->changed) == RONDO_EMISUSE);
    return 0;
}

/* CND-01: wait and notify without the lock are misuse; so they are outside a task. */
static void without_the_lock_all_is_misuse(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_condition_wait(&f->changed), RONDO_EMISUSE);
    assert_int_equal(rondo_condition_notify(&f->changed, 1), RONDO_EMISUSE);
    spawn(f, "a", misuse, 0);
    expect_trace(f, "");
    assert_false(rondo_lock_locked(rondo_condition_lock(&f->changed)));
}

static int hold(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    enter(f);
    check(f, rondo_sleep(n) == 0);
    leave(f);
    return 0;
}

/* CND-01: that another task holds the lock does not help; nothing is changed. */
static void while_another_task_holds_the_lock_all_is_misuse(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", hold, 5 * MS);
    spawn(f, "b", misuse, 0);
    expect_trace(f, "");
}

/* CND-02: waiting gives the lock back; those who are woken go on one by one as it is released. */
static void woken_tasks_go_on_one_by_one(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_once, 5 * MS);
    spawn(f, "b", wait_once, 5 * MS);
    spawn(f, "c", wait_once, 5 * MS);
    spawn(f, "n", notify_everybody, 1 * MS);
    expect_trace(f, "1ms a was notified\n6ms b was notified\n11ms c was notified\n");
}

static int notify_and_stay(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    notify_at(f, n, 1);
    check(f, rondo_sleep(n) == 0);
    leave(f);
    return 0;
}

/* CND-02: who was notified goes on when the notifier gives the lock back, not before. */
static void a_notified_task_waits_for_the_lock(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_once, 0);
    spawn(f, "n", notify_and_stay, 5 * MS);
    expect_trace(f, "5ms n notifies 1\n10ms a was notified\n");
}

/* CND-03: notify(n) wakes the first n in line. */
static void notify_wakes_as_many_as_it_says_in_order(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_once, 0);
    spawn(f, "b", wait_once, 0);
    spawn(f, "c", wait_once, 0);
    spawn(f, "d", wait_once, 0);
    spawn(f, "one", notify_one, 1 * MS);
    spawn(f, "two", notify_two, 2 * MS);
    spawn(f, "nine", notify_nine, 3 * MS);
    expect_trace(f, "1ms one notifies 1\n"
                    "1ms a was notified\n"
                    "2ms two notifies 2\n"
                    "2ms b was notified\n"
                    "2ms c was notified\n"
                    "3ms nine notifies 9\n"
                    "3ms d was notified\n");
}

static int wait_later(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    return wait_once(fixture, 0);
}

/* CND-03: what nobody waits for is not kept for later. */
static void a_notification_without_waiters_is_forgotten(void **state)
{
    struct fixture *f = *state;

    spawn(f, "n", notify_nine, 0);
    spawn(f, "a", wait_later, 1 * MS);
    spawn(f, "b", cancel_a, 5 * MS);
    expect_trace(f, "0ms n notifies 9\n5ms a gives up: ECANCELED enough\n");
}

static bool has_tokens(void *fixture)
{
    struct fixture *f = fixture;

    note(f, "looks: %d", f->tokens);
    return f->tokens >= 2;
}

static int wait_for_tokens(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    enter(f);
    f->inside--;
    check(f, rondo_condition_wait_for(&f->changed, has_tokens, f) == 0);
    check(f, ++f->inside == 1);
    leave(f);
    return 0;
}

static int give_token(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    enter(f);
    f->tokens++;
    check(f, rondo_condition_notify(&f->changed, 1) == 0);
    leave(f);
    return 0;
}

/* CND-04: wait_for looks again after each notification. */
static void wait_for_looks_again_after_each_notification(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_for_tokens, 0);
    spawn(f, "b", give_token, 1 * MS);
    spawn(f, "c", give_token, 2 * MS);
    expect_trace(f, "0ms a looks: 0\n1ms a looks: 1\n2ms a looks: 2\n");
}

static int wait_for_without_lock(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_condition_wait_for(&f->changed, has_tokens, f) == n);
    return 0;
}

/* CND-04: what is true already needs no lock; what is not does. */
static void wait_for_what_is_true_needs_no_lock(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_for_without_lock, RONDO_EMISUSE);
    script_play(&f->script);
    f->tokens = 2;
    spawn(f, "b", wait_for_without_lock, 0);
    expect_trace(f, "0ms a looks: 0\n0ms b looks: 2\n");
}

/* CND-05, CND-07: a cancelled waiter leaves the line and holds the lock when the cancellation
 * comes out, with its message; the next notification is the next one's. */
static void a_cancelled_waiter_holds_the_lock_again(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_once, 0);
    spawn(f, "b", wait_once, 0);
    spawn(f, "x", cancel_a, 3 * MS);
    spawn(f, "n", notify_one, 5 * MS);
    expect_trace(f, "3ms a gives up: ECANCELED enough\n"
                    "5ms n notifies 1\n"
                    "5ms b was notified\n");
    assert_string_equal(rondo_future_error_text(role(f, "a")), "enough");
}

static int notify_stay_and_cancel(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    notify_at(f, n, 1);
    check(f, rondo_sleep(2 * MS) == 0);
    check(f, rondo_cancel(role(f, "a"), "first"));
    check(f, rondo_sleep(2 * MS) == 0);
    check(f, rondo_cancel(role(f, "a"), "second"));
    check(f, rondo_sleep(2 * MS) == 0);
    note(f, "gives lock");
    leave(f);
    return 0;
}

/* CND-06: cancelled, twice, while it takes the lock back: the cancellation comes out when the lock
 * is held again, with the message of the last. */
static void a_cancel_during_the_re_acquire_comes_out_with_the_lock_held(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_once, 0);
    spawn(f, "n", notify_stay_and_cancel, 1 * MS);
    expect_trace(f, "1ms n notifies 1\n"
                    "7ms n gives lock\n"
                    "7ms a gives up: ECANCELED second\n");
}

/* CND-08: its notification goes to the next, who gets the lock in its turn. */
static void a_notification_is_passed_on_by_one_cancelled_during_the_re_acquire(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_once, 0);
    spawn(f, "b", wait_once, 0);
    spawn(f, "c", wait_once, 0);
    spawn(f, "n", notify_stay_and_cancel, 1 * MS);
    expect_trace(f, "1ms n notifies 1\n"
                    "7ms n gives lock\n"
                    "7ms b was notified\n"
                    "7ms a gives up: ECANCELED second\n"
                    "7ms c never ends\n");
    end(f, "c");
}

static int notify_and_cancel(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    notify_at(f, n, 1);
    check(f,
          rondo_cancel(f->script.roles[0].task, "enough")); /* "a", if there was memory to say so */
    leave(f);
    return 0;
}

static int cancel_and_notify(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    check(f, rondo_cancel(role(f, "a"), "enough"));
    notify_at(f, 0, 1);
    leave(f);
    return 0;
}

/* CND-08: notified and cancelled at once: the next in line has the notification, one only
 * (gh-112202). */
static void a_notification_to_a_cancelled_waiter_goes_to_the_next(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_once, 0);
    spawn(f, "b", wait_once, 0);
    spawn(f, "c", wait_once, 0);
    spawn(f, "n", notify_and_cancel, 5 * MS);
    expect_trace(f, "5ms n notifies 1\n"
                    "5ms a gives up: ECANCELED enough\n"
                    "5ms b was notified\n"
                    "5ms c never ends\n");
    end(f, "c");
}

/* CND-08: cancelled, then notified: it was no waiter any more. */
static void a_notification_after_the_cancel_is_the_next_ones(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_once, 0);
    spawn(f, "b", wait_once, 0);
    spawn(f, "n", cancel_and_notify, 5 * MS);
    expect_trace(f, "5ms a gives up: ECANCELED enough\n"
                    "5ms n notifies 1\n"
                    "5ms b was notified\n");
}

/* condition.h: one that is cancelled and was not notified wakes nobody; CPython 3.13 does. */
static void a_cancelled_waiter_makes_up_no_notification(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_once, 0);
    spawn(f, "b", wait_once, 0);
    spawn(f, "x", cancel_a, 5 * MS);
    expect_trace(f, "5ms a gives up: ECANCELED enough\n5ms b never ends\n");
    end(f, "b");
}

static int wait_with_limit(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = 0;

    enter(f);
    RONDO_TIMEOUT(rc, n) {
        rc = wait_inside(f);
        check(f, rondo_lock_locked(rondo_condition_lock(&f->changed)));
    }
    note(f, "%s", rondo_err_name(rc));
    leave(f);
    return 0;
}

/* CND-09: a wait under a timeout ends with it, the lock held. */
static void a_wait_under_a_timeout_ends_with_the_lock_held(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_with_limit, 5 * MS);
    expect_trace(f, "5ms a ETIMEDOUT\n");
    assert_false(rondo_lock_locked(rondo_condition_lock(&f->changed)));
}

/* CND-10: a lock that is handed in is shared. */
static void a_lock_that_is_handed_in_is_shared(void **state)
{
    struct fixture *f = *state;
    static rondo_lock lock = RONDO_LOCK("lock");

    f->changed = (rondo_condition)RONDO_CONDITION_OVER("changed", &lock);
    assert_ptr_equal(rondo_condition_lock(&f->changed), &lock);
    spawn(f, "a", wait_once, 0);
    spawn(f, "n", notify_and_stay, 5 * MS);
    assert_false(rondo_lock_locked(&lock));
    expect_trace(f, "5ms n notifies 1\n10ms a was notified\n");
    assert_false(rondo_lock_locked(&lock));
}

static int hold_after(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    enter(f);
    note(f, "takes lock");
    check(f, rondo_sleep(n) == 0);
    note(f, "gives lock");
    leave(f);
    return 0;
}

/* CND-11: cancelled while another holds the lock: it goes on when it holds the lock. */
static void a_cancelled_waiter_waits_for_the_holder(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_once, 0);
    spawn(f, "b", hold_after, 2 * MS);
    spawn(f, "x", cancel_a, 3 * MS);
    expect_trace(f, "2ms b takes lock\n"
                    "4ms b gives lock\n"
                    "4ms a gives up: ECANCELED enough\n");
}

/* ---- events ---- */

static int kinds_seen[OBSERVED_RELEASED + 1];
static int waits_seen; /* for a condition */

static void count_event(void *self, const struct observed *event)
{
    (void)self;
    if (event->object.kind != NULL && strcmp(event->object.kind, "condition") == 0)
        check((struct fixture *)self, strcmp(event->object.name, "changed") == 0);
    waits_seen += event->kind == OBSERVED_BLOCKED && strcmp(event->object.kind, "condition") == 0;
    kinds_seen[event->kind]++;
}

static size_t first(void *self, const struct observed_choice *choice)
{
    (void)self;
    (void)choice;
    return 0;
}

/* observe.h: a wait gives the lock back, blocks on the condition by name, holds the lock again. */
static void an_observer_sees_the_lock_go_and_come(void **state)
{
    struct fixture *f = *state;
    struct observer watcher = {.wanted = OBSERVED_USUAL,
                               .event = count_event,
                               .pick = first,
                               .self = f};

    f->changed = (rondo_condition)RONDO_CONDITION("changed");
    memset(kinds_seen, 0, sizeof kinds_seen);
    waits_seen = 0;
    observer = &watcher;
    spawn(f, "a", wait_once, 0);
    spawn(f, "n", notify_one, 1 * MS);
    expect_trace(f, "1ms n notifies 1\n1ms a was notified\n");
    observer = NULL;
    assert_int_equal(kinds_seen[OBSERVED_HELD], 3);
    assert_int_equal(kinds_seen[OBSERVED_RELEASED], 3);
    assert_int_equal(waits_seen, 1);
}

/* ---- against a model ---- */

#define ACTORS 7

enum part { AWAY, WAITING, NOTIFIED, CANCELLED };

/* What a plain list says should happen: who stands in line, who has a notification. */
struct model {
    struct fixture f; /* first: the script */
    uint64_t dice;
    enum part parts[ACTORS];
    bool passed[ACTORS];
    int line[ACTORS]; /* who is WAITING, in order */
    int waiting;
    rondo_task *actors[ACTORS];
    bool shuffled;
    int waits_done;
};

static int roll(struct model *m, int sides)
{
    m->dice ^= m->dice << 13;
    m->dice ^= m->dice >> 7;
    m->dice ^= m->dice << 17;
    return (int)((m->dice >> 11) % (uint64_t)sides);
}

static void leave_line(struct model *m, int who)
{
    int kept = 0;

    for (int i = 0; i < m->waiting; i++) {
        if (m->line[i] != who)
            m->line[kept++] = m->line[i];
    }
    m->waiting = kept;
}

static void tell(struct model *m, size_t count)
{
    for (; count > 0 && m->waiting > 0; count--) {
        int who = m->line[0];

        m->parts[who] = NOTIFIED;
        leave_line(m, who);
    }
}

/* One that has a notification goes on cancelled: the model passes it on. */
static void follow(void *self, const struct observed *event)
{
    struct model *m = self;

    for (int i = 0; i < ACTORS; i++) {
        bool he = m->actors[i] != NULL && task_of(m->actors[i])->future.id == event->who.id;

        if (he && event->kind == OBSERVED_RESUMED && event->code < 0 && m->parts[i] == NOTIFIED) {
            m->parts[i] = CANCELLED;
            tell(m, 1);
        }
    }
}

static size_t any(void *self, const struct observed_choice *choice)
{
    struct model *m = self;

    return m->shuffled ? (size_t)roll(m, (int)choice->count) : 0;
}

static void model_cancel(struct model *m, int who)
{
    if (rondo_cancel(m->actors[who], NULL) && m->parts[who] == WAITING) {
        leave_line(m, who);
        m->parts[who] = CANCELLED;
    }
}

static void model_wait(struct model *m, int who)
{
    struct fixture *f = &m->f;
    int rc;

    m->parts[who] = WAITING;
    m->line[m->waiting++] = who;
    rc = wait_inside(f);
    check(f, rc == (m->parts[who] == NOTIFIED ? 0 : RONDO_ECANCELED));
    check(f, m->parts[who] != WAITING);
    m->parts[who] = AWAY;
    m->waits_done += rc == 0;
}

static int act(void *fixture, int64_t who)
{
    struct model *m = fixture;
    struct fixture *f = &m->f;

    for (int turn = 0; turn < 15; turn++) {
        if (roll(m, 2) == 0 && rondo_sleep(roll(m, 3) * MS) < 0)
            continue;
        if (rondo_lock_acquire(rondo_condition_lock(&f->changed)) < 0)
            continue;
        check(f, ++f->inside == 1);
        if (roll(m, 2) == 0) {
            model_wait(m, (int)who);
        } else {
            size_t count = (size_t)roll(m, 4);

            tell(m, count);
            check(f, rondo_condition_notify(&f->changed, count) == 0);
        }
        if (roll(m, 4) == 0)
            rondo_err_name(rondo_sleep(0)); /* hold it for a while; cancelled or not */
        leave(f);
    }
    return 0;
}

/* When all is quiet: who is still waiting had no notification, and the lock is open. */
static void judge(struct model *m)
{
    struct fixture *f = &m->f;

    check(f, !rondo_lock_locked(rondo_condition_lock(&f->changed)));
    check(f, f->changed.waiters.woken == 0);
    for (int i = 0; i < ACTORS; i++)
        check(f, rondo_done(m->actors[i]) || m->parts[i] == WAITING);
}

static int weather(void *fixture, int64_t n)
{
    struct model *m = fixture;

    for (int i = 0; i < 25; i++) {
        check(&m->f, rondo_sleep(roll(m, 2) * MS) == 0);
        model_cancel(m, roll(m, ACTORS));
        if (roll(m, 3) == 0)
            model_cancel(m, roll(m, ACTORS));
    }
    for (int i = 0; i < n; i++) {
        check(&m->f, rondo_sleep(RONDO_S(1)) == 0);
        judge(m);
        model_cancel(m, roll(m, ACTORS));
    }
    check(&m->f, rondo_sleep(RONDO_S(1)) == 0);
    for (int round = 0; round < 40; round++) {
        for (int i = 0; i < ACTORS; i++)
            model_cancel(m, i);
        check(&m->f, rondo_sleep(RONDO_S(1)) == 0);
    }
    return 0;
}

static int play_model(struct model *m, uint64_t seed)
{
    static const char *const names[ACTORS] = {"a", "b", "c", "d", "e", "f", "g"};
    struct observer watcher = {.wanted = OBSERVED_USUAL, .event = follow, .pick = any, .self = m};

    memset(m, 0, sizeof *m);
    m->dice = seed * 0x9E3779B97F4A7C15u + 1;
    m->shuffled = seed % 2 == 1;
    script_open(&m->f.script);
    observer = &watcher;
    for (int i = 0; i < ACTORS; i++)
        m->actors[i] = spawn(&m->f, names[i], act, i);
    spawn(&m->f, "weather", weather, 5);
    script_play(&m->f.script);
    observer = NULL;
    return (int)script_close(&m->f.script);
}

/* condition.h, CND-02 to CND-08: however tasks wait, notify and are cancelled, in whatever order
 * they run, each notification has exactly the effect that a plain list says. */
static void any_play_of_waits_notifications_and_cancels_is_as_a_list_says(void **state)
{
    static struct model m;
    int waits_done = 0;

    (void)state;
    needs_exact_clock();
    for (uint64_t seed = 1; seed <= 1500; seed++) {
        assert_int_equal(play_model(&m, seed), 0);
        if (m.f.script.length > 0)
            print_error("seed %d:\n%s", (int)seed, m.f.script.text);
        assert_int_equal(m.f.script.length, 0);
        waits_done += m.waits_done;
    }
    assert_true(waits_done > 1500); /* the plays are not all cancels */
}

/* Whichever allocation fails, spawning and cancelling with a message among them: nobody hangs that
 * was notified, and nothing is left. */
static void without_memory_no_notification_is_lost(void **state)
{
    size_t n = 1;
    bool failed = true;

    (void)state;
    for (; failed && n < 100; n++) {
        struct fixture *f = calloc(1, sizeof *f);

        script_open(&f->script);
        memory_fail(&f->script.memory, n);
        if (spawn(f, "a", wait_once, 0) != NULL && spawn(f, "b", wait_once, 0) != NULL &&
            spawn(f, "n", notify_and_cancel, 5 * MS) != NULL) {
            script_play(&f->script);
            assert_null(strstr(f->script.text, "never ends"));
            assert_null(strstr(f->script.text, "BROKEN"));
            assert_non_null(strstr(f->script.text, " was notified\n"));
        }
        failed = memory_failed(&f->script.memory);
        memory_fail(&f->script.memory, 0);
        for (size_t i = 0; i < f->script.role_count; i++)
            rondo_cancel(f->script.roles[i].task, NULL);
        script_play(&f->script);
        assert_int_equal(script_close(&f->script), 0);
        free(f);
    }
    assert_true(n > 4 && n < 100);
}

#define TEST(name) SCRIPT_TEST(name, fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_the_lock_all_is_misuse),
        TEST(while_another_task_holds_the_lock_all_is_misuse),
        TEST(woken_tasks_go_on_one_by_one),
        TEST(a_notified_task_waits_for_the_lock),
        TEST(notify_wakes_as_many_as_it_says_in_order),
        TEST(a_notification_without_waiters_is_forgotten),
        TEST(wait_for_looks_again_after_each_notification),
        TEST(wait_for_what_is_true_needs_no_lock),
        TEST(a_cancelled_waiter_holds_the_lock_again),
        TEST(a_cancel_during_the_re_acquire_comes_out_with_the_lock_held),
        TEST(a_notification_is_passed_on_by_one_cancelled_during_the_re_acquire),
        TEST(a_notification_to_a_cancelled_waiter_goes_to_the_next),
        TEST(a_notification_after_the_cancel_is_the_next_ones),
        TEST(a_cancelled_waiter_makes_up_no_notification),
        TEST(a_wait_under_a_timeout_ends_with_the_lock_held),
        TEST(a_lock_that_is_handed_in_is_shared),
        TEST(a_cancelled_waiter_waits_for_the_holder),
        TEST(an_observer_sees_the_lock_go_and_come),
        cmocka_unit_test(any_play_of_waits_notifications_and_cancels_is_as_a_list_says),
        cmocka_unit_test(without_memory_no_notification_is_lost),
    };

    return play_all(tests);
}
