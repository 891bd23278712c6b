/*
 * generator_test.c - async iterators and generators: AGN-*, and what CPython's own interpreter
 * tests say of `__anext__`, `asend`, `athrow` and `aclose`.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "as_completed.h"
#include "context.h"
#include "generator.h"
#include "group.h"
#include "handler.h"
#include "queue.h"
#include "sleep.h"
#include "tests/lib/script.h"
#include "timeout.h"

enum { KEY_ERROR = RONDO_EUSER - 1, VALUE_ERROR = RONDO_EUSER - 2 };

struct fixture {
    struct script script;
    rondo_generator *gen; /* of `body`, if the test uses it */
    int dropped;          /* values */
    void *frames[2];
    int frame_count;
};

static void hear(rondo_loop *loop, const rondo_exception *exception, void *arg)
{
    struct fixture *f = arg;

    check(f, loop == f->script.loop);
    check(f, strcmp(exception->message, "a cleanup failed") != 0 ||
                 strstr(exception->here, "generator_test.c:") != NULL);
    note(f, "hears: %s: %s %s %s", exception->message, rondo_get_name(exception->future),
         rondo_err_name(exception->code), exception->text);
}

static int fixture_open(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    script_open(&f->script);
    rondo_loop_set_exception_handler(f->script.loop, hear, f);
    *state = f;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;

    rondo_generator_drop(f->gen);
    return script_teardown(&f->script);
}

/* Ask the generator of the fixture and note what comes. */
static int ask(struct fixture *f)
{
    rondo_value item = {.as = {.i = -1}};
    int rc = rondo_anext(f->gen, &item);

    if (rc == 1 && item.drop != NULL)
        item.drop(item.as.p);
    else if (rc == 1)
        note(f, "gets %" PRId64, item.as.i);
    else
        note(f, "gets %s %s", rc == 0 ? "the end" : rondo_err_name(rc),
             rc < 0 ? rondo_error_text() : "");
    return rc;
}

static int ask_n_times(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    while (n-- > 0)
        (void)ask(f);
    return 0;
}

/* ---- items ---- */

/* Hand out 1, 2, ... with 10 ms before each; clean up for 5 ms whatever happens. */
static int slow_count(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    int rc = 0;
    int clean;

    (void)out;
    note(f, "begins");
    for (int64_t i = 1; i <= 3 && rc == 0; i++) {
        rc = rondo_sleep(10 * MS);
        if (rc == 0)
            rc = rondo_yield(i, NULL);
        note(f, "goes on with %s", rondo_err_name(rc));
    }
    clean = rondo_sleep(5 * MS);
    note(f, "is clean: %s", rondo_err_name(clean));
    return rc;
}

/* The body runs only when an item is asked for, up to its next yield; at its end, and ever after,
 * there are no more. */
static void the_body_runs_from_item_to_item(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(slow_count, f);
    spawn(f, "a", ask_n_times, 5);
    expect_trace(f, "0ms a begins\n"
                    "10ms a gets 1\n10ms a goes on with OK\n"
                    "20ms a gets 2\n20ms a goes on with OK\n"
                    "30ms a gets 3\n30ms a goes on with OK\n"
                    "35ms a is clean: OK\n35ms a gets the end \n35ms a gets the end \n");
}

static int walk(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_FOR(rc, item, f->gen) {
        note(f, "walks over %" PRId64, item.as.i);
        if (item.as.i == n)
            break;
    }
    note(f, "has walked: %d", rc);
    return rc;
}

/* `async for` ends with 0 after the last item; left by break, somebody may go on with the rest. */
static void a_walk_may_be_broken_off_and_taken_up(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(slow_count, f);
    spawn(f, "a", walk, 2);
    script_play(&f->script);
    spawn(f, "b", walk, 0);
    expect_trace(f, "0ms a begins\n10ms a walks over 1\n10ms a goes on with OK\n"
                    "20ms a walks over 2\n20ms a has walked: 1\n"
                    "20ms b goes on with OK\n30ms b walks over 3\n30ms b goes on with OK\n"
                    "35ms b is clean: OK\n35ms b has walked: 0\n");
}

static int busy(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    for (int64_t i = 0; i < n; i++) {
        note(f, "works");
        RONDO_TRY(rondo_sleep(6 * MS));
    }
    return 0;
}

/* A wait in the body is the asking task's wait, nobody else's. */
static void others_run_while_the_body_waits(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(slow_count, f);
    spawn(f, "a", ask_n_times, 1);
    spawn(f, "b", busy, 3);
    expect_trace(f, "0ms a begins\n0ms b works\n6ms b works\n10ms a gets 1\n12ms b works\n");
}

static const rondo_var colour = {.name = "colour", .value = {.as.text = "none"}};

static int look_around(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    for (;;) {
        note(f, "sees %s", rondo_var_get(&colour).as.text);
        RONDO_TRY(rondo_sleep(0));
        note(f, "still sees %s", rondo_var_get(&colour).as.text);
        RONDO_TRY(rondo_yield(0, NULL));
    }
}

static int paint_and_ask(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    RONDO_TRY(rondo_sleep(n * MS));
    RONDO_TRY(rondo_var_set(&colour, n == 1 ? "red" : "blue", NULL));
    return ask(f);
}

/* The body has the name, the context and the fate of whoever asks. */
static void the_body_is_part_of_the_task_that_asks(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(look_around, f);
    spawn(f, "a", paint_and_ask, 1);
    spawn(f, "b", paint_and_ask, 2);
    expect_trace(f, "1ms a sees red\n1ms a still sees red\n1ms a gets 0\n"
                    "2ms b sees blue\n2ms b still sees blue\n2ms b gets 0\n");
    rondo_generator_drop(f->gen);
    f->gen = NULL;
    script_play(&f->script);
}

static int cancel_a(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    RONDO_TRY(rondo_sleep(n));
    check(f, rondo_cancel(role(f, "a"), "enough"));
    return 0;
}

/* A cancel comes out of the wait in the body, whose cleanup may wait; then it is finished. */
static void a_cancel_comes_out_of_the_wait_in_the_body(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(slow_count, f);
    spawn(f, "a", ask_n_times, 3);
    spawn(f, "b", cancel_a, 15 * MS);
    expect_trace(f, "0ms a begins\n10ms a gets 1\n10ms a goes on with OK\n"
                    "15ms a goes on with ECANCELED\n20ms a is clean: OK\n"
                    "20ms a gets ECANCELED enough\n20ms a gets the end \n");
}

static int ask_in_time(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_value item;
    int rc = 0;

    RONDO_TIMEOUT(rc, n) {
        rc = rondo_anext(f->gen, &item);
        note(f, "inside %s", rondo_err_name(rc));
    }
    note(f, "outside %s", rondo_err_name(rc));
    return rc;
}

/* A deadline around the asking is one for the body's wait. */
static void a_deadline_around_the_asking_strikes_in_the_body(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(slow_count, f);
    spawn(f, "a", ask_in_time, 4 * MS);
    expect_trace(f, "0ms a begins\n4ms a goes on with ECANCELED\n9ms a is clean: OK\n"
                    "9ms a inside ECANCELED\n9ms a outside ETIMEDOUT\n");
}

static int fail_at_once(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return rondo_fail(VALUE_ERROR, "no value");
}

/* A body that fails ends the items with its code and its words. */
static void a_body_that_fails_fails_who_asks(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(fail_at_once, NULL);
    spawn(f, "a", ask_n_times, 2);
    expect_trace(f, "0ms a gets EUSER-2 no value\n0ms a gets the end \n");
}

static int count_down(void *arg, rondo_value *out)
{
    int64_t n = (int64_t)(intptr_t)arg;
    rondo_generator *inner;
    int rc;

    (void)out;
    if (n == 0)
        return rondo_sleep(5 * MS);
    RONDO_TRY(rondo_yield(n, NULL));
    inner = rondo_generator_new(count_down, (void *)(intptr_t)(n - 1));
    RONDO_FOR(rc, item, inner) {
        rc = rondo_yield(item.as.i, NULL);
        if (rc < 0)
            break;
    }
    rondo_generator_drop(inner);
    return rc;
}

/* A generator may ask another; a wait in the innermost is still the task's. */
static void generators_may_be_nested(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(count_down, (void *)(intptr_t)4);
    spawn(f, "a", ask_n_times, 5);
    spawn(f, "b", busy, 2);
    expect_trace(f, "0ms a gets 4\n0ms a gets 3\n0ms a gets 2\n0ms a gets 1\n0ms b works\n"
                    "5ms a gets the end \n6ms b works\n");
}

static int spawn_eagerly(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    rondo_task *child = rondo_spawn(fail_at_once, NULL, .eager_start = true, .name = "child");

    (void)out;
    note(f, "has a child that is %s", rondo_done(child) ? "done" : "not done");
    check(f, rondo_future_result(child, NULL) == VALUE_ERROR);
    rondo_unref(child);
    return rondo_yield(1, NULL);
}

/* An eager task that a body spawns comes back to the body. */
static void a_body_may_spawn_eagerly(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(spawn_eagerly, f);
    spawn(f, "a", ask_n_times, 2);
    expect_trace(f, "0ms a has a child that is done\n0ms a gets 1\n0ms a gets the end \n");
}

static void count_drop(void *p)
{
    ++*(int *)p;
}

static int hand_out_what_is_owned(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    RONDO_TRY(rondo_yield_value(rondo_value_owned(&f->dropped, count_drop), NULL));
    return rondo_return_owned(out, &f->dropped, count_drop);
}

static int take_what_is_owned(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_value item;

    (void)n;
    check(f, rondo_anext(f->gen, &item) == 1 && f->dropped == 0);
    item.drop(item.as.p);
    check(f, rondo_anext(f->gen, &item) == 0 && f->dropped == 2);
    return 0;
}

/* An item belongs to who got it; a result of the body, for which there is no place, is dropped. */
static void an_item_is_handed_over_with_its_drop(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(hand_out_what_is_owned, f);
    spawn(f, "a", take_what_is_owned, 0);
    expect_trace(f, "");
    assert_int_equal(f->dropped, 2);
}

static int show_stack(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    f->frames[f->frame_count++] = __builtin_frame_address(0);
    return 7; /* a good end, whatever the number */
}

static int use_up(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_generator *gens[2];
    rondo_value item;

    (void)n;
    for (int i = 0; i < 2; i++) {
        gens[i] = rondo_generator_new(show_stack, f);
        check(f, rondo_anext(gens[i], &item) == 0);
    }
    rondo_generator_drop(gens[0]);
    rondo_generator_drop(gens[1]);
    return 0;
}

/* A generator that is finished has given back its stack. */
static void a_generator_at_its_end_gives_back_its_stack(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", use_up, 0);
    expect_trace(f, "");
    assert_ptr_equal(f->frames[0], f->frames[1]);
}

/* ---- send, throw, close ---- */

/* Hand out 0, 1, 2; survive a KEY_ERROR; clean up. */
static int echo(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    int rc = 0;

    (void)out;
    for (int64_t i = 0; i < 3 && rc == 0; i++) {
        rondo_value sent = {.as.text = "?"};

        rc = rondo_yield(i, &sent);
        if (rc == 0)
            note(f, "received %s", sent.as.p != NULL ? sent.as.text : "nothing");
        else
            note(f, "caught %s", rondo_err_name(rc));
        if (rc == KEY_ERROR)
            rc = 0;
    }
    note(f, "cleans up");
    return rc;
}

static int send(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_value item = {.as = {.i = -1}};

    (void)n;
    check(f, rondo_asend(f->gen, "too early", &item) == RONDO_EMISUSE);
    check(f, rondo_anext(f->gen, &item) == 1 && item.as.i == 0);
    check(f, rondo_asend(f->gen, "seven", &item) == 1 && item.as.i == 1);
    check(f, rondo_anext(f->gen, &item) == 1 && item.as.i == 2);
    check(f, rondo_asend(f->gen, "nine", &item) == 0 && item.as.i == 2);
    check(f, rondo_asend(f->gen, "too late", &item) == 0);
    return 0;
}

/* What is sent comes out of the yield; before the first item and after the last there is none. */
static void a_value_can_be_sent_into_the_yield(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(echo, f);
    spawn(f, "a", send, 0);
    expect_trace(f, "0ms a received seven\n0ms a received nothing\n0ms a received nine\n"
                    "0ms a cleans up\n");
}

static int never_look(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    rondo_value sent;

    (void)out;
    RONDO_TRY(rondo_yield(0, NULL));
    RONDO_TRY(rondo_yield(1, &sent));
    check(f, f->dropped == 2);
    sent.drop(sent.as.p);
    return 0;
}

static int send_what_is_owned(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_value item, sent = rondo_value_owned(&f->dropped, count_drop);

    (void)n;
    check(f, rondo_asend_value(f->gen, sent, &item) == RONDO_EMISUSE && f->dropped == 1);
    check(f, rondo_anext(f->gen, &item) == 1);
    check(f, rondo_asend_value(f->gen, sent, &item) == 1 && f->dropped == 2);
    check(f, rondo_asend_value(f->gen, sent, &item) == 0 && f->dropped == 3);
    check(f, rondo_asend_value(f->gen, sent, &item) == 0 && f->dropped == 4);
    check(f, rondo_asend_value(NULL, sent, &item) == RONDO_ENOMEM && f->dropped == 5);
    return 0;
}

/* What is sent belongs to the body; if it never sees it, nobody has to look after it. */
static void what_is_sent_is_taken_in_any_case(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(never_look, f);
    spawn(f, "a", send_what_is_owned, 0);
    expect_trace(f, "");
    assert_int_equal(f->dropped, 5);
}

static int throw(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_value item;

    (void)n;
    check(f, rondo_athrow(f->gen, 0, NULL, &item) == RONDO_EINVAL);
    check(f, rondo_anext(f->gen, &item) == 1 && item.as.i == 0);
    check(f, rondo_athrow(f->gen, KEY_ERROR, "key", &item) == 1 && item.as.i == 1);
    check(f, rondo_athrow(f->gen, VALUE_ERROR, "value", &item) == VALUE_ERROR);
    note(f, "%s", rondo_error_text());
    check(f, rondo_athrow(f->gen, VALUE_ERROR, "late", &item) == 0);
    note(f, "%s", rondo_error_text());
    return 0;
}

/* What is thrown comes out of the yield; caught, there is a next item, else it comes back. A
 * generator that is finished stays so. */
static void a_failure_can_be_thrown_into_the_yield(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(echo, f);
    spawn(f, "a", throw, 0);
    expect_trace(f, "0ms a caught EUSER-1\n0ms a caught EUSER-2\n0ms a cleans up\n"
                    "0ms a value\n0ms a value\n");
}

static int throw_first(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_value item;

    (void)n;
    check(f, rondo_athrow(f->gen, VALUE_ERROR, "value", &item) == VALUE_ERROR);
    note(f, "%s", rondo_error_text());
    return ask(f);
}

/* A generator into which something is thrown before its first item never begins. */
static void thrown_at_the_start_a_failure_ends_it_all(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(echo, f);
    spawn(f, "a", throw_first, 0);
    expect_trace(f, "0ms a value\n0ms a gets the end \n");
}

static int close_after(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_value item;
    int rc;

    while (n-- > 0)
        RONDO_TRY(rondo_anext(f->gen, &item));
    note(f, "closes");
    rc = rondo_aclose(f->gen);
    note(f, "closed: %s", rondo_err_name(rc));
    check(f, rc <= 0);
    note(f, "closed again: %s", rondo_err_name(rondo_aclose(f->gen)));
    return ask(f);
}

/* Closing runs the cleanup, which may wait; a second close does nothing. */
static void closing_runs_the_cleanup(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(slow_count, f);
    spawn(f, "a", close_after, 1);
    expect_trace(f, "0ms a begins\n10ms a closes\n10ms a goes on with EGENEXIT\n"
                    "15ms a is clean: OK\n15ms a closed: OK\n15ms a closed again: OK\n"
                    "15ms a gets the end \n");
}

/* Nothing runs of a generator that is closed before its first item. */
static void closed_at_the_start_it_never_begins(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(slow_count, f);
    spawn(f, "a", close_after, 0);
    expect_trace(f, "0ms a closes\n0ms a closed: OK\n0ms a closed again: OK\n"
                    "0ms a gets the end \n");
}

static int end_well(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return rondo_yield(0, NULL) == RONDO_EGENEXIT ? 0 : RONDO_EUSER;
}

/* A body may take being closed for its good end. */
static void a_body_may_end_well_when_it_is_closed(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(end_well, NULL);
    spawn(f, "a", close_after, 1);
    expect_trace(f, "0ms a closes\n0ms a closed: OK\n0ms a closed again: OK\n"
                    "0ms a gets the end \n");
}

static int fail_in_cleanup(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    (void)!rondo_yield(0, NULL);
    return rondo_fail(VALUE_ERROR, "while closing");
}

/* A cleanup that fails fails the close. */
static void a_failure_of_the_cleanup_fails_the_close(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(fail_in_cleanup, NULL);
    spawn(f, "a", close_after, 1);
    expect_trace(f, "0ms a closes\n0ms a closed: EUSER-2\n0ms a closed again: OK\n"
                    "0ms a gets the end \n");
}

static int ignore_the_close(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    int rc = 0;

    (void)out;
    while (rc <= 0) {
        rc = rondo_yield_value(rondo_value_owned(&f->dropped, count_drop), NULL);
        note(f, "goes on with %s", rondo_err_name(rc));
    }
    return rc;
}

/* A body that yields when it is closed is told of, and stands where it stood. */
static void yielding_when_closed_is_misuse(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(ignore_the_close, f);
    spawn(f, "a", close_after, 1);
    expect_trace(f, "0ms a closes\n0ms a goes on with EGENEXIT\n0ms a closed: EMISUSE\n"
                    "0ms a goes on with EGENEXIT\n0ms a closed again: EMISUSE\n"
                    "0ms a goes on with OK\n");
    assert_int_equal(f->dropped, 3); /* two that came too late, and one that was got */
}

/* ---- the end of a block ---- */

static int fail_on_the_second(struct fixture *f)
{
    int rc;
    RONDO_GENERATOR(numbers, slow_count, f);

    RONDO_FOR(rc, item, numbers) {
        note(f, "walks over %" PRId64, item.as.i);
        RONDO_TRY(item.as.i == 2 ? rondo_fail(VALUE_ERROR, "two") : 0);
    }
    return rc;
}

static int leave_early(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    check(f, fail_on_the_second(f) == VALUE_ERROR);
    note(f, "has left: %s", rondo_error_text());
    return 0;
}

/* A generator of a block is closed where the block is left, and the failure keeps its words. */
static void a_generator_of_a_block_is_closed_with_it(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", leave_early, 0);
    expect_trace(f, "0ms a begins\n10ms a walks over 1\n10ms a goes on with OK\n"
                    "20ms a walks over 2\n20ms a goes on with EGENEXIT\n25ms a is clean: OK\n"
                    "25ms a has left: two\n");
}

static int leave_a_mess(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_value item;

    {
        RONDO_GENERATOR(bad, fail_in_cleanup, NULL);
        RONDO_GENERATOR(new, slow_count, f);

        check(f, rondo_anext(bad, &item) == 1 && new != NULL);
    }
    note(f, "has left");
    return (int)n;
}

/* Its failure is nobody's, and reported; one that never began has nothing to clean up. */
static void a_failure_to_close_it_is_reported(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", leave_a_mess, 0);
    expect_trace(f, "0ms a hears: a cleanup failed: a EUSER-2 while closing\n0ms a has left\n");
}

/* Without memory there is none; outside of a task it just goes. */
static void a_block_may_be_without_its_generator(void **state)
{
    struct fixture *f = *state;
    RONDO_GENERATOR(none, NULL, NULL);
    RONDO_GENERATOR(new, slow_count, f);

    assert_null(none);
    assert_non_null(new);
    expect_trace(f, "");
}

/* ---- misuse ---- */

static int use_while_it_runs(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    char text[64];
    rondo_value item;

    RONDO_TRY(rondo_sleep(n));
    check(f, rondo_anext(f->gen, &item) == RONDO_EMISUSE);
    check(f, rondo_asend(f->gen, 1, &item) == RONDO_EMISUSE);
    check(f, rondo_athrow(f->gen, VALUE_ERROR, "no", &item) == RONDO_EMISUSE);
    check(f, rondo_error_text()[0] == '\0');
    check(f, rondo_aclose(f->gen) == RONDO_EMISUSE);
    note(f, "%s", rondo_generator_describe(f->gen, text, sizeof text));
    return 0;
}

/* While one task waits in it, a generator is nobody else's; that task gets its item. */
static void a_generator_that_runs_is_refused_to_others(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(slow_count, f);
    spawn(f, "a", ask_n_times, 1);
    spawn(f, "b", use_while_it_runs, 5 * MS);
    expect_trace(f, "0ms a begins\n5ms b <Generator slow_count running>\n10ms a gets 1\n");
}

static int ask_itself(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    check(f, use_while_it_runs(f, 0) == 0);
    return rondo_yield(1, NULL);
}

/* Nor its own. */
static void a_body_cannot_ask_itself(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(ask_itself, f);
    spawn(f, "a", ask_n_times, 2);
    expect_trace(f, "0ms a <Generator ask_itself running>\n0ms a gets 1\n0ms a gets the end \n");
}

static int yield_in_context(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return rondo_yield(1, NULL);
}

/* Try to yield in each kind of block, then outside of all. */
static int yield_in_scopes(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    rondo_context *context = rondo_copy_context();
    int rc = 0;

    (void)out;
    RONDO_TIMEOUT(rc, RONDO_S(1)) {
        check(f, rondo_yield(1, NULL) == RONDO_EMISUSE);
    }
    RONDO_GROUP(rc, group) {
        check(f, rondo_yield(1, NULL) == RONDO_EMISUSE);
    }
    check(f, rc == 0);
    check(f, rondo_context_run(context, yield_in_context, NULL, NULL) == RONDO_EMISUSE);
    rondo_context_unref(context);
    return rondo_yield(1, NULL);
}

static int ask_in_scopes(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = 0;

    RONDO_TIMEOUT(rc, n) {
        check(f, ask(f) == 1);
    }
    RONDO_GROUP(rc, group) {
        rc = ask(f);
    }
    return rc;
}

/* A yield inside a block of the body that could cancel the task is refused (PEP 789); blocks of who
 * asks are no hindrance. */
static void a_yield_inside_a_deadline_or_a_group_is_refused(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(yield_in_scopes, f);
    spawn(f, "a", ask_in_scopes, RONDO_S(1));
    expect_trace(f, "0ms a gets 1\n0ms a gets the end \n");
}

static int plain_next(rondo_iterator *self, rondo_value *item)
{
    (void)self;
    (void)item;
    return 0;
}

static int misuse(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_iterator plain = {plain_next};
    char text[64];
    rondo_value item;
    int rc;

    (void)n;
    check(f, rondo_yield(1, NULL) == RONDO_EMISUSE);
    check(f, rondo_generator_new(NULL, f) == NULL);
    check(f, rondo_anext(NULL, &item) == RONDO_ENOMEM);
    check(f, rondo_athrow(NULL, VALUE_ERROR, NULL, &item) == RONDO_ENOMEM);
    check(f, rondo_aclose(NULL) == RONDO_ENOMEM);
    RONDO_FOR(rc, nothing, NULL) {
        note(f, "something %p", nothing.as.p);
    }
    check(f, rc == RONDO_ENOMEM);
    check(f, rondo_anext(&plain, &item) == 0);
    check(f, rondo_asend(&plain, 1, &item) == RONDO_EMISUSE);
    check(f, rondo_athrow(&plain, VALUE_ERROR, NULL, &item) == RONDO_EMISUSE);
    check(f, rondo_aclose(&plain) == RONDO_EMISUSE);
    rondo_generator_drop(&plain);
    rondo_generator_drop(NULL);
    note(f, "%s %s", rondo_generator_describe(&plain, text, sizeof text),
         rondo_generator_describe(NULL, text, sizeof text));
    return 0;
}

/* What is no generator is refused where only a generator will do; a yield needs one. */
static void what_is_no_generator_is_refused(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", misuse, 0);
    expect_trace(f, "0ms a <no generator> <no generator>\n");
}

static int ask_of_another_loop(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    rondo_value item;

    (void)out;
    check(f, rondo_anext(f->gen, &item) == RONDO_EMISUSE);
    check(f, rondo_asend(f->gen, 1, &item) == RONDO_EMISUSE);
    check(f, rondo_aclose(f->gen) == RONDO_EMISUSE);
    return 0;
}

/* A generator belongs to the loop in which it began; outside of a task nobody can ask it. */
static void a_generator_stays_with_its_loop(void **state)
{
    struct fixture *f = *state;
    struct manual_loop other;
    rondo_value item;

    f->gen = rondo_generator_new(end_well, NULL);
    assert_int_equal(rondo_anext(f->gen, &item), RONDO_EMISUSE);
    assert_int_equal(rondo_shutdown_asyncgens(), RONDO_EMISUSE);
    assert_int_equal(rondo_yield(1, NULL), RONDO_EMISUSE);
    spawn(f, "a", ask_n_times, 1);
    script_play(&f->script);
    assert_int_equal(rondo_aclose(f->gen), RONDO_EMISUSE);
    manual_loop_init(&other);
    rondo_unref(rondo_loop_create_task(&other.loop, ask_of_another_loop, f));
    assert_int_equal(rondo_loop_run_forever(&other.loop), RONDO_EDEADLOCK);
    rondo_loop_close(&other.loop);
    expect_trace(f, "0ms a gets 0\n");
}

static int describe(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    char text[64];

    (void)n;
    note(f, "%s", rondo_generator_describe(f->gen, text, sizeof text));
    check(f, ask(f) == 1);
    note(f, "%s", rondo_generator_describe(f->gen, text, sizeof text));
    check(f, rondo_aclose(f->gen) == 0);
    note(f, "%s", rondo_generator_describe(f->gen, text, sizeof text));
    return 0;
}

/* One line says where a generator is. */
static void a_generator_describes_itself(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(end_well, NULL);
    spawn(f, "a", describe, 0);
    expect_trace(f, "0ms a <Generator end_well new>\n0ms a gets 0\n"
                    "0ms a <Generator end_well suspended>\n"
                    "0ms a <Generator end_well finished>\n");
}

/* ---- the loop closes what is left ---- */

static int ask_and_drop(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_generator *gen = f->gen;

    RONDO_TRY(ask(f));
    f->gen = NULL;
    rondo_generator_drop(gen);
    note(f, "has dropped it");
    return rondo_sleep(n);
}

/* AGN-01: a generator that is dropped in a yield is closed by its loop, in a task of its name. */
static void a_dropped_generator_is_closed_by_its_loop(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(slow_count, f);
    spawn(f, "a", ask_and_drop, 7 * MS);
    expect_trace(f, "0ms a begins\n10ms a gets 1\n10ms a has dropped it\n"
                    "10ms slow_count goes on with EGENEXIT\n15ms slow_count is clean: OK\n");
}

static int drop_after(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_generator *gen = f->gen;

    RONDO_TRY(rondo_sleep(n));
    f->gen = NULL;
    rondo_generator_drop(gen);
    return 0;
}

/* Hand out one item after 10 ms, then end. */
static int ask_by_pointer(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_generator *gen = f->gen;
    rondo_value item;

    (void)n;
    note(f, "gets %d", rondo_anext(gen, &item));
    return 0;
}

/* AGN-01: that task is not for a task factory to make, eagerly say. */
static void the_closing_task_is_the_loops_own(void **state)
{
    struct fixture *f = *state;

    rondo_loop_set_task_factory(f->script.loop, rondo_eager_task_factory, NULL);
    f->gen = rondo_generator_new(end_well, NULL);
    spawn(f, "a", ask_and_drop, 0);
    expect_trace(f, "0ms a gets 0\n0ms a has dropped it\n");
}

/* AGN-01: who waits in a generator that is dropped gets the item; then it is closed. */
static void a_generator_dropped_while_it_runs_is_closed_afterwards(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(slow_count, f);
    spawn(f, "a", ask_by_pointer, 0);
    spawn(f, "b", drop_after, 5 * MS);
    expect_trace(f, "0ms a begins\n10ms a gets 1\n10ms slow_count goes on with EGENEXIT\n"
                    "15ms slow_count is clean: OK\n");
}

/* Only a generator that stands in a yield has to be closed. */
static void a_generator_that_never_began_just_goes(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(slow_count, f);
    spawn(f, "a", drop_after, 0);
    expect_trace(f, "");
}

/* AGN-01: nobody waits for that close, so its failure is reported. */
static void a_failure_of_a_dropped_generator_is_reported(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(fail_in_cleanup, NULL);
    spawn(f, "a", ask_and_drop, 0);
    expect_trace(f, "0ms a gets 0\n0ms a has dropped it\n0ms hears: Task exception was never "
                    "retrieved: fail_in_cleanup EUSER-2 while closing\n");
}

/* A dropped generator that does not let itself be closed is given up, once. */
static void a_dropped_generator_that_ignores_its_close_is_given_up(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(ignore_the_close, f);
    spawn(f, "a", ask_and_drop, 0);
    expect_trace(f, "0ms a has dropped it\n"
                    "0ms ignore_the_close goes on with EGENEXIT\n0ms hears: Task exception was "
                    "never retrieved: ignore_the_close EMISUSE \n");
}

/* Leave four generators in a yield and one that has not begun, then shut down. */
static int shut_down(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_generator *gens[5];
    rondo_value item;

    gens[0] = rondo_generator_new(fail_in_cleanup, NULL);
    gens[1] = rondo_generator_new(slow_count, f);
    gens[2] = rondo_generator_new(slow_count, f);
    gens[3] = rondo_generator_new(echo, f);
    gens[4] = rondo_generator_new(slow_count, f);
    for (int i = 0; i < 4; i++)
        check(f, rondo_anext(gens[i], &item) == 1);
    note(f, "shuts down");
    rondo_generator_drop(gens[2]); /* its close is queued, and comes together with the others */
    gens[2] = NULL;
    note(f, "has shut down: %s", rondo_err_name(rondo_shutdown_asyncgens()));
    check(f, rondo_shutdown_asyncgens() == 0);
    for (int i = 0; i < 2; i++)
        check(f, rondo_anext(gens[i], &item) == 0);
    for (int i = 0; i < 5; i++)
        rondo_generator_drop(gens[i]);
    return rondo_sleep(n);
}

/* RUN-07: all that are open are closed side by side, the oldest first; what fails is reported. */
static void a_shutdown_closes_all_that_are_open(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", shut_down, 0);
    expect_trace(f, "0ms a begins\n10ms a begins\n20ms a shuts down\n"
                    "20ms slow_count goes on with EGENEXIT\n"
                    "20ms slow_count goes on with EGENEXIT\n"
                    "20ms echo caught EGENEXIT\n20ms echo cleans up\n"
                    "25ms slow_count is clean: OK\n25ms slow_count is clean: OK\n"
                    "25ms a hears: a generator failed while it was being closed: fail_in_cleanup "
                    "EUSER-2 while closing\n"
                    "25ms a has shut down: OK\n");
}

static int cancel_the_closer(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_task *tasks[2];

    RONDO_TRY(ask_and_drop(f, n));
    check(f, rondo_all_tasks(NULL, tasks, 2) == 2);
    note(f, "cancels %s", rondo_get_name(tasks[1]));
    check(f, rondo_cancel(tasks[1], NULL));
    RONDO_TRY(rondo_sleep(0));
    note(f, "shuts down");
    return rondo_shutdown_asyncgens();
}

/* RUN-07: also if the task that was to close it was cancelled before it began. */
static void a_shutdown_closes_what_a_cancelled_task_did_not(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(slow_count, f);
    spawn(f, "a", cancel_the_closer, 0);
    expect_trace(f, "0ms a begins\n10ms a gets 1\n10ms a has dropped it\n"
                    "10ms a cancels slow_count\n10ms a shuts down\n"
                    "10ms slow_count goes on with EGENEXIT\n15ms slow_count is clean: OK\n");
    assert_true(list_empty(&f->script.loop->generators));
}

/* A loop that is closed gives up the generators of its tasks, wherever they stand. */
static void a_closed_loop_gives_up_its_generators(void **state)
{
    struct fixture *f = *state;
    rondo_generator *waits = rondo_generator_new(slow_count, f);
    char text[64];
    rondo_value item;

    f->gen = waits;
    spawn(f, "a", ask_by_pointer, 0);
    iterate_once(f); /* "a" waits in it */
    f->gen = rondo_generator_new(end_well, NULL);
    spawn(f, "b", ask_n_times, 1);
    iterate_once(f);
    close_loop(f);
    assert_string_equal(rondo_generator_describe(waits, text, sizeof text),
                        "<Generator slow_count finished>");
    assert_int_equal(rondo_anext(f->gen, &item), 0);
    rondo_generator_drop(waits);
    expect_noted(f, "0ms a begins\n0ms b gets 0\n"
                    "0ms hears: Task was destroyed but it is pending: a OK \n");
}

/* Two generators are dropped, of which one is being closed, when the loop is. */
static void a_closed_loop_forgets_what_it_was_to_close(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(slow_count, f);
    spawn(f, "a", ask_and_drop, 0);
    iterate_once(f);
    work_for(f, 12 * MS);
    iterate_once(f); /* it is dropped */
    iterate_once(f); /* the task that closes it is there */
    iterate_once(f); /* and waits in its cleanup */
    f->gen = rondo_generator_new(end_well, NULL);
    spawn(f, "b", ask_and_drop, 0);
    iterate_once(f); /* the close is queued */
    close_loop(f);
    expect_noted(f, "0ms a begins\n12ms a gets 1\n12ms a has dropped it\n"
                    "12ms slow_count goes on with EGENEXIT\n12ms b gets 0\n12ms b has dropped it\n"
                    "12ms hears: Task was destroyed but it is pending: slow_count OK \n"
                    "12ms hears: Task was destroyed but it is pending: b OK \n");
}

/* ---- other iterators ---- */

struct countdown {
    rondo_iterator iterator;
    int64_t left;
};

static int countdown_next(rondo_iterator *self, rondo_value *item)
{
    struct countdown *down = (struct countdown *)self;

    RONDO_TRY(rondo_sleep(MS));
    *item = rondo_value_of(down->left);
    return down->left-- > 0;
}

static int walk_down(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    struct countdown down = {{countdown_next}, n};
    int rc;

    RONDO_FOR(rc, item, &down.iterator) {
        note(f, "%" PRId64, item.as.i);
    }
    check(f, rc == 0);
    return rc;
}

/* An iterator is a function and what it needs to know. */
static void a_program_may_write_its_own_iterators(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", walk_down, 2);
    expect_trace(f, "1ms a 2\n2ms a 1\n");
}

struct drain {
    rondo_iterator iterator;
    rondo_queue *queue;
};

static int drain_next(rondo_iterator *self, rondo_value *item)
{
    int rc = rondo_queue_get(((struct drain *)self)->queue, item);

    return rc == 0 ? 1 : rc == RONDO_ESHUTDOWN ? 0 : rc;
}

static int eat(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_queue queue = RONDO_QUEUE("plates", 0);
    struct drain drain = {{drain_next}, &queue};
    int rc;

    for (int64_t i = 0; i < n; i++)
        check(f, rondo_queue_put_nowait(&queue, i) == 0);
    rondo_queue_shutdown(&queue, false);
    RONDO_FOR(rc, item, &drain.iterator) {
        note(f, "eats %" PRId64, item.as.i);
    }
    check(f, rc == 0);
    return rondo_queue_clear(&queue);
}

/* Over a queue, until it is shut down. */
static void an_iterator_may_stand_before_a_queue(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", eat, 2);
    expect_trace(f, "0ms a eats 0\n0ms a eats 1\n");
}

static int nap(void *fixture, int64_t n)
{
    (void)fixture;
    return rondo_sleep(n);
}

static int walk_over_tasks(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_future *tasks[2] = {role(f, "slow"), role(f, "fast")};
    rondo_as_completed each;
    int rc;

    (void)rondo_as_completed_open(&each, tasks, 2, n);
    RONDO_FOR(rc, item, &each.iterator) {
        note(f, "%s", rondo_get_name(item.as.p));
    }
    rondo_as_completed_close(&each);
    note(f, "%s", rondo_err_name(rc));
    return 0;
}

/* Over futures, as they end. */
static void as_completed_is_an_iterator(void **state)
{
    struct fixture *f = *state;

    spawn(f, "slow", nap, 9 * MS);
    spawn(f, "fast", nap, 4 * MS);
    spawn(f, "a", walk_over_tasks, RONDO_FOREVER);
    spawn(f, "b", walk_over_tasks, 6 * MS);
    expect_trace(f, "4ms a fast\n4ms b fast\n6ms b ETIMEDOUT\n9ms a slow\n9ms a OK\n");
}

/* ---- without memory ---- */

static int fail_with_words(void)
{
    RONDO_GENERATOR(one, end_well, NULL);
    rondo_value item;

    (void)!rondo_anext(one, &item);
    return rondo_fail(VALUE_ERROR, "words");
}

static int sweep(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_generator *gen, *dropped;
    rondo_value item;
    int first, second, down;

    memory_fail(&f->script.memory, (size_t)n);
    gen = rondo_generator_new(end_well, NULL);
    dropped = rondo_generator_new(end_well, NULL);
    first = rondo_anext(gen, &item);
    second = rondo_anext(dropped, &item);
    rondo_generator_drop(dropped);
    check(f, rondo_sleep(0) == 0);
    check(f, rondo_sleep(0) == 0);
    down = rondo_shutdown_asyncgens();
    check(f, fail_with_words() == VALUE_ERROR);
    sweep_over(f);
    check(f, first == 1 || (first == RONDO_ENOMEM && gen == NULL));
    check(f, second == 1 || (second == RONDO_ENOMEM && dropped == NULL));
    check(f, down == RONDO_ENOMEM || (down == 0 && list_empty(&f->script.loop->generators)));
    check(f, rondo_shutdown_asyncgens() == 0);
    check(f, gen == NULL || rondo_anext(gen, &item) == 0);
    rondo_generator_drop(gen);
    return 0;
}

/* Whichever allocation fails: a clean code, the end of the run closes the rest, nothing is left. */
static void generators_without_memory_fail_cleanly(void **state)
{
    struct fixture *f = *state;

    expect_sweep(f, sweep, 6, 40);
}

static int ask_for_a_huge_stack(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    char text[64];

    (void)n;
    check(f, ask(f) == RONDO_ENOMEM);
    note(f, "%s", rondo_generator_describe(f->gen, text, sizeof text));
    return 0;
}

/* Without memory for its stack a generator has not begun. */
static void a_generator_without_a_stack_does_not_begin(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(end_well, NULL, .stack_size = SIZE_MAX);
    spawn(f, "a", ask_for_a_huge_stack, 0);
    expect_trace(f, "0ms a gets ENOMEM \n0ms a <Generator end_well new>\n");
}

#define TEST(name) SCRIPT_TEST(name, fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_body_runs_from_item_to_item),
        TEST(a_walk_may_be_broken_off_and_taken_up),
        TEST(others_run_while_the_body_waits),
        TEST(the_body_is_part_of_the_task_that_asks),
        TEST(a_cancel_comes_out_of_the_wait_in_the_body),
        TEST(a_deadline_around_the_asking_strikes_in_the_body),
        TEST(a_body_that_fails_fails_who_asks),
        TEST(generators_may_be_nested),
        TEST(a_body_may_spawn_eagerly),
        TEST(an_item_is_handed_over_with_its_drop),
        TEST(a_generator_at_its_end_gives_back_its_stack),
        TEST(a_value_can_be_sent_into_the_yield),
        TEST(what_is_sent_is_taken_in_any_case),
        TEST(a_failure_can_be_thrown_into_the_yield),
        TEST(thrown_at_the_start_a_failure_ends_it_all),
        TEST(closing_runs_the_cleanup),
        TEST(closed_at_the_start_it_never_begins),
        TEST(a_body_may_end_well_when_it_is_closed),
        TEST(a_failure_of_the_cleanup_fails_the_close),
        TEST(yielding_when_closed_is_misuse),
        TEST(a_generator_of_a_block_is_closed_with_it),
        TEST(a_failure_to_close_it_is_reported),
        TEST(a_block_may_be_without_its_generator),
        TEST(a_generator_that_runs_is_refused_to_others),
        TEST(a_body_cannot_ask_itself),
        TEST(a_yield_inside_a_deadline_or_a_group_is_refused),
        TEST(what_is_no_generator_is_refused),
        TEST(a_generator_stays_with_its_loop),
        TEST(a_generator_describes_itself),
        TEST(a_dropped_generator_is_closed_by_its_loop),
        TEST(the_closing_task_is_the_loops_own),
        TEST(a_generator_dropped_while_it_runs_is_closed_afterwards),
        TEST(a_generator_that_never_began_just_goes),
        TEST(a_failure_of_a_dropped_generator_is_reported),
        TEST(a_dropped_generator_that_ignores_its_close_is_given_up),
        TEST(a_shutdown_closes_all_that_are_open),
        TEST(a_shutdown_closes_what_a_cancelled_task_did_not),
        TEST(a_closed_loop_gives_up_its_generators),
        TEST(a_closed_loop_forgets_what_it_was_to_close),
        TEST(a_program_may_write_its_own_iterators),
        TEST(an_iterator_may_stand_before_a_queue),
        TEST(as_completed_is_an_iterator),
        TEST(generators_without_memory_fail_cleanly),
        TEST(a_generator_without_a_stack_does_not_begin),
    };

    return play_all(tests);
}
