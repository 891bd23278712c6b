/*
 * barrier_test.c - tasks that wait for each other: asyncio's contracts BAR-*.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "barrier.h"
#include "sleep.h"
#include "task_core.h"
#include "tests/lib/script.h"

struct fixture {
    struct script script;
    rondo_barrier barrier;
};

static int fixture_open(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    script_open(&f->script);
    f->barrier = (rondo_barrier)RONDO_BARRIER("start", 3);
    *state = f;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;

    return script_teardown(&f->script);
}

/* Come `n` after the start. */
static int come(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    if (n > 0)
        check(f, rondo_sleep(n) == 0);
    rc = rondo_barrier_wait(&f->barrier);
    if (rc >= 0)
        note(f, "is number %d", rc);
    else
        note(f, "gives up: %s", rondo_err_name(rc));
    return rc < 0 ? rc : 0;
}

static int come_twice(void *fixture, int64_t n)
{
    RONDO_TRY(come(fixture, n));
    return come(fixture, n);
}

static int look(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    char text[64];

    check(f, rondo_sleep(n) == 0);
    note(f, "%s %zu of %zu%s", rondo_barrier_describe(&f->barrier, text, sizeof text),
         rondo_barrier_n_waiting(&f->barrier), rondo_barrier_parties(&f->barrier),
         rondo_barrier_broken(&f->barrier) ? " broken" : "");
    return 0;
}

static int cancel_a(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    check(f, rondo_cancel(role(f, "a"), NULL));
    return 0;
}

static int reset(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    note(f, "resets");
    rondo_barrier_reset(&f->barrier);
    return 0;
}

static int do_abort(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    note(f, "aborts");
    rondo_barrier_abort(&f->barrier);
    return 0;
}

/* BAR-01: a barrier of no parties is not one; nor can anybody wait outside a task. */
static void a_barrier_has_at_least_one_party(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_barrier_wait(&f->barrier), RONDO_EMISUSE);
    f->barrier = (rondo_barrier){.parties = 0};
    spawn(f, "a", come, 0);
    expect_trace(f, "0ms a gives up: EINVAL\n");
}

/* BAR-01: a party of one never waits. */
static void a_party_of_one_never_waits(void **state)
{
    struct fixture *f = *state;

    f->barrier = (rondo_barrier)RONDO_BARRIER(NULL, 1);
    spawn(f, "a", come_twice, 0);
    expect_trace(f, "0ms a is number 0\n0ms a is number 0\n");
    assert_int_equal(iterations(f), 1);
}

/* BAR-02: the last one to come lets all go, each with a number of its own. */
static void the_last_to_come_lets_all_go(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", come, 1 * MS);
    spawn(f, "b", come, 2 * MS);
    spawn(f, "c", come, 5 * MS);
    spawn(f, "see", look, 3 * MS);
    spawn(f, "end", look, 6 * MS);
    expect_trace(f, "3ms see <Barrier start filling 2/3> 2 of 3\n"
                    "5ms c is number 2\n"
                    "5ms a is number 0\n"
                    "5ms b is number 1\n"
                    "6ms end <Barrier start filling 0/3> 0 of 3\n");
}

/* BAR-03: it can be used again and again, also by tasks that come back at once. */
static void a_barrier_works_round_after_round(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", come_twice, 0);
    spawn(f, "b", come_twice, 0);
    spawn(f, "c", come_twice, 0);
    expect_trace(f, "0ms c is number 2\n"
                    "0ms a is number 0\n"
                    "0ms b is number 1\n"
                    "0ms b is number 2\n"
                    "0ms c is number 0\n"
                    "0ms a is number 1\n");
}

static int come_and_describe(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    char text[64];
    int rc = rondo_barrier_wait(&f->barrier);

    (void)n;
    note(f, "%d %s", rc, rondo_barrier_describe(&f->barrier, text, sizeof text));
    return 0;
}

/* BAR-04: it drains until the last one is out, who sees it filling. */
static void the_last_one_out_sees_it_filling(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", come_and_describe, 0);
    spawn(f, "b", come_and_describe, 0);
    spawn(f, "c", come_and_describe, 0);
    expect_trace(f, "0ms c 2 <Barrier start draining 0/3>\n"
                    "0ms a 0 <Barrier start draining 0/3>\n"
                    "0ms b 1 <Barrier start filling 0/3>\n");
}

/* BAR-05: who comes while it drains waits outside, and is of the next round, in order. */
static void who_comes_while_it_drains_is_of_the_next_round(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", come, 0);
    spawn(f, "b", come, 0);
    spawn(f, "c", come, 0);
    spawn(f, "d", come, 0); /* "a" and "b" are let go, but have not run yet */
    spawn(f, "e", come, 0);
    spawn(f, "see", look, 1 * MS);
    spawn(f, "f", come, 2 * MS);
    expect_trace(f, "0ms c is number 2\n"
                    "0ms a is number 0\n"
                    "0ms b is number 1\n"
                    "1ms see <Barrier start filling 2/3> 2 of 3\n"
                    "2ms f is number 2\n"
                    "2ms d is number 0\n"
                    "2ms e is number 1\n");
}

/* BAR-05: outside may be more than the next round has places: the rest is of the one after. */
static void who_finds_no_place_stays_outside_in_order(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = {"a", "b", "c", "d", "e"};

    f->barrier = (rondo_barrier)RONDO_BARRIER("start", 2);
    for (size_t i = 0; i < 5; i++)
        spawn(f, names[i], come, 0);
    spawn(f, "f", come, 1 * MS);
    expect_trace(f, "0ms b is number 1\n"
                    "0ms a is number 0\n"
                    "0ms d is number 1\n"
                    "0ms c is number 0\n"
                    "1ms f is number 1\n"
                    "1ms e is number 0\n");
}

/* BAR-06: one that is cancelled leaves a place; the barrier is whole. */
static void a_cancelled_one_leaves_its_place_to_another(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", come, 0);
    spawn(f, "b", come, 0);
    spawn(f, "x", cancel_a, 1 * MS);
    spawn(f, "see", look, 2 * MS);
    spawn(f, "c", come, 3 * MS);
    spawn(f, "d", come, 4 * MS);
    /* barrier.h: the numbers are distinct; in CPython "b" and "c" would both be number 1. */
    expect_trace(f, "1ms a gives up: ECANCELED\n"
                    "2ms see <Barrier start filling 1/3> 1 of 3\n"
                    "4ms d is number 2\n"
                    "4ms b is number 0\n"
                    "4ms c is number 1\n");
}

static int come_and_cancel_a(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    RONDO_TRY(come(fixture, n));
    check(f, rondo_cancel(role(f, "a"), NULL));
    return 0;
}

/* BAR-06: one that is cancelled when the round is full already takes nobody with it. */
static void one_that_is_cancelled_on_its_way_out_takes_nobody_with_it(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", come, 0);
    spawn(f, "b", come, 0);
    spawn(f, "c", come_and_cancel_a, 1 * MS);
    spawn(f, "see", look, 2 * MS);
    expect_trace(f, "1ms c is number 2\n"
                    "1ms a gives up: ECANCELED\n"
                    "1ms b is number 0\n"
                    "2ms see <Barrier start filling 0/3> 0 of 3\n");
}

static int full_then_cancel_d(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    RONDO_TRY(come(fixture, n));
    check(f, rondo_sleep(0) == 0);
    check(f, rondo_cancel(role(f, "d"), NULL));
    return 0;
}

/* BAR-05, BAR-06: one that is let in from outside and cancelled passes its place on. */
static void one_that_is_let_in_and_cancelled_passes_its_place_on(void **state)
{
    struct fixture *f = *state;

    f->barrier = (rondo_barrier)RONDO_BARRIER("start", 2);
    spawn(f, "a", come, 0);
    spawn(f, "b", full_then_cancel_d, 0);
    spawn(f, "d", come, 0);
    spawn(f, "e", come, 0);
    spawn(f, "f", come, 0);
    expect_trace(f, "0ms b is number 1\n"
                    "0ms a is number 0\n"
                    "0ms d gives up: ECANCELED\n"
                    "0ms f is number 1\n"
                    "0ms e is number 0\n");
}

/* BAR-07: a reset fails those who wait; the barrier is usable at once. */
static void a_reset_fails_those_who_wait(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", come, 0);
    spawn(f, "b", come, 0);
    spawn(f, "r", reset, 1 * MS);
    spawn(f, "c", come, 1 * MS);
    spawn(f, "d", come, 1 * MS);
    spawn(f, "e", come, 2 * MS);
    expect_trace(f, "1ms r resets\n"
                    "1ms a gives up: EBROKEN\n"
                    "1ms b gives up: EBROKEN\n"
                    "2ms e is number 2\n"
                    "2ms c is number 0\n"
                    "2ms d is number 1\n");
}

static int come_and_reset(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    RONDO_TRY(come(fixture, n));
    check(f, rondo_sleep(0) == 0);
    note(f, "resets");
    rondo_barrier_reset(&f->barrier);
    return 0;
}

static int come_and_reset_at_once(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    RONDO_TRY(come(fixture, n));
    note(f, "resets");
    rondo_barrier_reset(&f->barrier);
    return 0;
}

/* BAR-08: a reset while it drains fails those who are still inside; who waits outside comes in. */
static void a_reset_while_it_drains_fails_those_still_inside(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", come_and_reset_at_once, 0);
    spawn(f, "b", come, 0);
    spawn(f, "c", come, 0);
    spawn(f, "d", come, 0);
    spawn(f, "e", come, 0);
    spawn(f, "f", come, 1 * MS);
    expect_trace(f, "0ms c is number 2\n"
                    "0ms a is number 0\n"
                    "0ms a resets\n"
                    "0ms b gives up: EBROKEN\n"
                    "1ms f is number 2\n"
                    "1ms d is number 0\n"
                    "1ms e is number 1\n");
}

/* BAR-09: a reset when all have left changes nothing. */
static void a_reset_of_an_empty_barrier_changes_nothing(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", come_and_reset, 0);
    spawn(f, "b", come, 0);
    spawn(f, "c", come, 0);
    spawn(f, "d", come, 1 * MS);
    spawn(f, "e", come, 1 * MS);
    spawn(f, "f", come, 1 * MS);
    expect_trace(f, "0ms c is number 2\n"
                    "0ms a is number 0\n"
                    "0ms b is number 1\n"
                    "0ms a resets\n"
                    "1ms f is number 2\n"
                    "1ms d is number 0\n"
                    "1ms e is number 1\n");
}

/* BAR-10: an abort fails those who wait and those who come. */
static void an_abort_fails_those_who_wait_and_those_who_come(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", come, 0);
    spawn(f, "b", come, 0);
    spawn(f, "x", do_abort, 1 * MS);
    spawn(f, "c", come, 2 * MS);
    spawn(f, "see", look, 3 * MS);
    expect_trace(f, "1ms x aborts\n"
                    "1ms a gives up: EBROKEN\n"
                    "1ms b gives up: EBROKEN\n"
                    "2ms c gives up: EBROKEN\n"
                    "3ms see <Barrier start broken> 0 of 3 broken\n");
}

static int come_and_abort_at_once(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    RONDO_TRY(come(fixture, 0));
    rondo_barrier_abort(&f->barrier);
    if (n != 0)
        rondo_barrier_reset(&f->barrier);
    return 0;
}

/* BAR-10: an abort while it drains fails those still inside and those outside. */
static void an_abort_while_it_drains_fails_all_inside_and_outside(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", come_and_abort_at_once, 0);
    spawn(f, "b", come, 0);
    spawn(f, "c", come, 0);
    spawn(f, "d", come, 0);
    expect_trace(f, "0ms c is number 2\n"
                    "0ms a is number 0\n"
                    "0ms b gives up: EBROKEN\n"
                    "0ms d gives up: EBROKEN\n");
}

/* barrier.h, BAR-10: also when a reset follows at once. */
static void an_abort_is_not_undone_by_a_reset_that_follows_at_once(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", come_and_abort_at_once, 1);
    spawn(f, "b", come, 0);
    spawn(f, "c", come, 0);
    spawn(f, "d", come, 0);
    spawn(f, "see", look, 1 * MS);
    expect_trace(f, "0ms c is number 2\n"
                    "0ms a is number 0\n"
                    "0ms b gives up: EBROKEN\n"
                    "0ms d gives up: EBROKEN\n"
                    "1ms see <Barrier start filling 0/3> 0 of 3\n");
}

/* BAR-11: a reset makes a broken barrier whole. */
static void a_reset_makes_a_broken_barrier_whole(void **state)
{
    struct fixture *f = *state;

    spawn(f, "x", do_abort, 0);
    spawn(f, "a", come, 1 * MS);
    spawn(f, "r", reset, 2 * MS);
    spawn(f, "b", come, 3 * MS);
    spawn(f, "c", come, 3 * MS);
    spawn(f, "d", come, 3 * MS);
    expect_trace(f, "0ms x aborts\n"
                    "1ms a gives up: EBROKEN\n"
                    "2ms r resets\n"
                    "3ms d is number 2\n"
                    "3ms b is number 0\n"
                    "3ms c is number 1\n");
}

/* ---- events ---- */

static char seen[512];

static void remember(void *self, const struct observed *event)
{
    (void)self;
    if (event->object.kind == NULL || strstr(event->object.kind, "barrier") == NULL)
        return;
    strcat(strcat(seen, event->who.name), event->kind == OBSERVED_BLOCKED ? " > " : " < ");
    strcat(strcat(strcat(seen, event->object.kind), " "), event->object.name);
    strcat(seen, "\n");
}

static size_t first(void *self, const struct observed_choice *choice)
{
    (void)self;
    (void)choice;
    return 0;
}

/* observe.h: who waits, inside or outside, waits for the barrier by name. */
static void an_observer_sees_who_waits_inside_and_outside(void **state)
{
    struct fixture *f = *state;
    struct observer watcher = {.wanted = OBSERVED_USUAL, .event = remember, .pick = first};

    seen[0] = '\0';
    f->barrier.parties = 2;
    observer = &watcher;
    spawn(f, "a", come, 0);
    spawn(f, "b", come, 0);
    spawn(f, "c", come, 0);
    script_play(&f->script);
    observer = NULL;
    assert_string_equal(seen, "a > barrier start\n"
                              "c > room in barrier start\n"
                              "a < barrier start\n"
                              "c < room in barrier start\n"
                              "c > barrier start\n");
    rondo_cancel(role(f, "c"), NULL);
    script_play(&f->script);
}

/* ---- against a model ---- */

#define ACTORS 9

enum part { AWAY, UNSURE, OUTSIDE, INSIDE, LEAVING };

/* What the words of barrier.h say, for one task after the other. */
struct model {
    struct fixture f; /* first: the script */
    uint64_t dice;
    bool shuffled;
    bool broken;
    enum part parts[ACTORS];
    bool failed[ACTORS];    /* was waiting when its round, or the barrier, was broken */
    int expected[ACTORS];   /* code of the wait; a number of 0 or more is checked by `given` */
    bool cancelled[ACTORS]; /* while it waited */
    bool given[ACTORS];     /* numbers of the round that drains */
    int passes;
    int breaks;
    rondo_task *actors[ACTORS];
};

static int roll(struct model *m, int sides)
{
    m->dice ^= m->dice << 13;
    m->dice ^= m->dice >> 7;
    m->dice ^= m->dice << 17;
    return (int)((m->dice >> 11) % (uint64_t)sides);
}

static int count(const struct model *m, enum part part)
{
    int n = 0;

    for (int i = 0; i < ACTORS; i++)
        n += m->parts[i] == part && !m->failed[i];
    return n;
}

static void model_enter(struct model *m, int who)
{
    m->parts[who] = INSIDE;
    if (count(m, INSIDE) < (int)m->f.barrier.parties)
        return;
    for (int i = 0; i < ACTORS; i++) {
        if (m->parts[i] == INSIDE && !m->failed[i])
            m->parts[i] = LEAVING;
    }
    memset(m->given, 0, sizeof m->given);
    m->expected[who] = 0;
}

/* `who` goes on after a wait: from outside into the round, or out with what it is due. */
static void model_resume(struct model *m, int who, int code)
{
    if (code < 0 || m->failed[who])
        m->expected[who] = code < 0 ? code : RONDO_EBROKEN;
    else if (m->parts[who] == OUTSIDE)
        model_enter(m, who);
    else
        m->expected[who] = m->parts[who] == LEAVING ? 0 : RONDO_EINVAL;
}

static void model_come(struct model *m, int who, bool outside)
{
    if (outside)
        m->parts[who] = OUTSIDE;
    else
        model_enter(m, who);
}

/* `who` comes: outside if the round drains or somebody stands there, else inside. One that was
 * cancelled outside is on its way, in line or not: then it is taken as it is. */
static void model_arrive(struct model *m, int who)
{
    bool outside = count(m, LEAVING) > 0;
    bool unsure = false;

    for (int i = 0; i < ACTORS; i++) {
        outside = outside || (m->parts[i] == OUTSIDE && !m->cancelled[i]);
        unsure = unsure || (m->parts[i] == OUTSIDE && m->cancelled[i]);
    }
    if (unsure && !outside)
        m->parts[who] = UNSURE;
    else
        model_come(m, who, outside);
}

static void follow(void *self, const struct observed *event)
{
    struct model *m = self;

    if (event->object.kind == NULL || strstr(event->object.kind, "barrier") == NULL)
        return;
    for (int i = 0; i < ACTORS; i++) {
        if (m->actors[i] == NULL || task_of(m->actors[i])->future.id != event->who.id)
            continue;
        if (event->kind == OBSERVED_RESUMED)
            model_resume(m, i, event->code);
        else if (m->parts[i] == UNSURE)
            model_come(m, i, strcmp(event->object.kind, "barrier") != 0);
    }
}

static size_t any(void *self, const struct observed_choice *choice)
{
    struct model *m = self;

    return m->shuffled ? (size_t)roll(m, (int)choice->count) : 0;
}

static void compare(struct model *m)
{
    struct fixture *f = &m->f;
    bool draining = count(m, LEAVING) > 0;

    check(f, rondo_barrier_broken(&f->barrier) == m->broken);
    check(f, (int)rondo_barrier_n_waiting(&f->barrier) == (draining ? 0 : count(m, INSIDE)));
    check(f, !draining || count(m, INSIDE) == 0);
}

static void model_wait(struct model *m, int who)
{
    struct fixture *f = &m->f;
    int last = (int)f->barrier.parties - 1;
    int rc;

    m->failed[who] = false;
    m->expected[who] = m->broken ? RONDO_EBROKEN : RONDO_EINVAL;
    if (!m->broken)
        model_arrive(m, who);
    rc = rondo_barrier_wait(&f->barrier);
    if (m->parts[who] == UNSURE)
        model_enter(m, who);
    check(f, m->parts[who] != OUTSIDE || rc < 0);
    m->cancelled[who] = false;
    m->parts[who] = AWAY;
    check(f, rc >= 0 ? m->expected[who] == 0 : rc == m->expected[who]);
    check(f, rc <= last && (rc < 0 || !m->given[rc]));
    if (rc >= 0)
        m->given[rc] = true;
    m->passes += rc >= 0;
    m->failed[who] = false;
    compare(m);
}

static int act(void *fixture, int64_t who)
{
    struct model *m = fixture;

    for (int turn = 0; turn < 15; turn++) {
        if (roll(m, 2) == 0 && rondo_sleep(roll(m, 3) * MS) < 0)
            continue;
        model_wait(m, (int)who);
    }
    return 0;
}

static void model_cancel(struct model *m, int who)
{
    m->cancelled[who] |= rondo_cancel(m->actors[who], NULL) && m->parts[who] != AWAY;
}

static void model_break(struct model *m, bool for_good)
{
    for (int i = 0; i < ACTORS; i++)
        m->failed[i] |=
            m->parts[i] == INSIDE || m->parts[i] == LEAVING || (for_good && m->parts[i] == OUTSIDE);
    m->broken = for_good;
    m->breaks++;
    if (for_good)
        rondo_barrier_abort(&m->f.barrier);
    else
        rondo_barrier_reset(&m->f.barrier);
}

/* When all is quiet: nobody waits who could go on. */
static void judge(struct model *m)
{
    struct fixture *f = &m->f;

    compare(m);
    check(f, count(m, OUTSIDE) == 0 && count(m, LEAVING) == 0);
    for (int i = 0; i < ACTORS; i++)
        check(f, rondo_done(m->actors[i]) || (m->parts[i] == INSIDE && !m->failed[i]));
}

static int weather(void *fixture, int64_t n)
{
    struct model *m = fixture;
    struct fixture *f = &m->f;

    for (int i = 0; i < 25; i++) {
        check(f, rondo_sleep(roll(m, 2) * MS) == 0);
        for (int j = roll(m, 3); j > 0; j--)
            model_cancel(m, roll(m, ACTORS));
        if (roll(m, 4) == 0)
            model_break(m, false);
        if (roll(m, 8) == 0)
            model_break(m, true);
        if (roll(m, 2) == 0 && m->broken)
            model_break(m, false);
    }
    for (int i = 0; i < n; i++) {
        check(f, rondo_sleep(RONDO_S(1)) == 0);
        judge(m);
        if (roll(m, 2) == 0)
            model_break(m, false);
        else
            model_cancel(m, roll(m, ACTORS));
    }
    check(f, rondo_sleep(RONDO_S(1)) == 0);
    model_break(m, true);
    return 0;
}

static size_t play_model(struct model *m, uint64_t seed)
{
    static const char *const names[ACTORS] = {"a", "b", "c", "d", "e", "f", "g", "h", "i"};
    struct observer watcher = {.wanted = OBSERVED_USUAL, .event = follow, .pick = any, .self = m};

    memset(m, 0, sizeof *m);
    m->dice = seed * 0x9E3779B97F4A7C15u + 1;
    m->shuffled = seed % 2 == 1;
    script_open(&m->f.script);
    m->f.barrier = (rondo_barrier)RONDO_BARRIER("model", (size_t)roll(m, 4) + 1);
    observer = &watcher;
    for (int i = 0; i < ACTORS; i++)
        m->actors[i] = spawn(&m->f, names[i], act, i);
    spawn(&m->f, "weather", weather, 5);
    script_play(&m->f.script);
    observer = NULL;
    return script_close(&m->f.script);
}

/* barrier.h, BAR-02 to BAR-11: however tasks come, are cancelled, and rounds broken, in whatever
 * order tasks run, each wait ends as the words of barrier.h say. */
static void any_play_of_waits_cancels_and_breaks_is_as_the_model_says(void **state)
{
    static struct model m;
    int passes = 0;
    int breaks = 0;

    (void)state;
    needs_exact_clock();
    for (uint64_t seed = 1; seed <= 1500; seed++) {
        assert_int_equal(play_model(&m, seed), 0);
        if (m.f.script.length > 0)
            print_error("seed %d:\n%s", (int)seed, m.f.script.text);
        assert_int_equal(m.f.script.length, 0);
        passes += m.passes;
        breaks += m.breaks;
    }
    assert_true(passes > 15000 && breaks > 1500); /* the plays are not all cancels */
}

static int wait_quietly(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = rondo_barrier_wait(&f->barrier);

    (void)n;
    return rc < 0 ? rc : 0;
}

/* Whichever allocation fails, spawning and cancelling with a message among them: the next three to
 * come pass, and nothing is left. */
static void without_memory_no_place_is_lost(void **state)
{
    size_t n = 1;
    bool failed = true;

    (void)state;
    for (; failed && n < 100; n++) {
        struct fixture *f = calloc(1, sizeof *f);
        rondo_task *doomed;

        script_open(&f->script);
        f->barrier = (rondo_barrier)RONDO_BARRIER("start", 3);
        memory_fail(&f->script.memory, n);
        doomed = spawn(f, "a", wait_quietly, 0);
        spawn(f, "b", wait_quietly, 0);
        script_play(&f->script);
        rondo_cancel(doomed, "a message that takes memory");
        script_play(&f->script);
        failed = memory_failed(&f->script.memory);
        memory_fail(&f->script.memory, 0);
        while (rondo_barrier_n_waiting(&f->barrier) < 2) {
            spawn(f, "c", wait_quietly, 0);
            script_play(&f->script);
        }
        f->script.length = 0;
        spawn(f, "d", wait_quietly, 0);
        script_play(&f->script);
        assert_int_equal(f->script.length, 0); /* nobody "never ends" */
        assert_int_equal(script_close(&f->script), 0);
        free(f);
    }
    assert_true(n > 4 && n < 100);
}

/* barrier.h: the most parties are INT_MAX; one more, and nobody waits. */
static void a_barrier_may_have_very_many_parties(void **state)
{
    struct fixture *f = *state;

    f->barrier = (rondo_barrier)RONDO_BARRIER("all", INT_MAX);
    spawn(f, "a", come, 0);
    spawn(f, "c", cancel_a, 1 * MS);
    script_play(&f->script);
    assert_int_equal(rondo_future_result(role(f, "a"), NULL), RONDO_ECANCELED);
}

#define TEST(name) SCRIPT_TEST(name, fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_barrier_has_at_least_one_party),
        TEST(a_party_of_one_never_waits),
        TEST(the_last_to_come_lets_all_go),
        TEST(a_barrier_works_round_after_round),
        TEST(the_last_one_out_sees_it_filling),
        TEST(who_comes_while_it_drains_is_of_the_next_round),
        TEST(who_finds_no_place_stays_outside_in_order),
        TEST(a_cancelled_one_leaves_its_place_to_another),
        TEST(one_that_is_cancelled_on_its_way_out_takes_nobody_with_it),
        TEST(one_that_is_let_in_and_cancelled_passes_its_place_on),
        TEST(a_reset_fails_those_who_wait),
        TEST(a_reset_while_it_drains_fails_those_still_inside),
        TEST(a_reset_of_an_empty_barrier_changes_nothing),
        TEST(an_abort_fails_those_who_wait_and_those_who_come),
        TEST(an_abort_while_it_drains_fails_all_inside_and_outside),
        TEST(an_abort_is_not_undone_by_a_reset_that_follows_at_once),
        TEST(a_reset_makes_a_broken_barrier_whole),
        TEST(an_observer_sees_who_waits_inside_and_outside),
        cmocka_unit_test(any_play_of_waits_cancels_and_breaks_is_as_the_model_says),
        cmocka_unit_test(without_memory_no_place_is_lost),
        TEST(a_barrier_may_have_very_many_parties),
    };

    return play_all(tests);
}
