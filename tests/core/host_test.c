/*
 * host_test.c - what a program tells its machine, and who is told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <time.h>

#include "host.h"
#include "observe.h"
#include "sleep.h"
#include "tests/lib/script.h"

struct fixture {
    struct script script;
};

SCRIPT_FIXTURE(fixture)

/* ---- who listens ---- */

static void note_role(void *self, const struct observed *event)
{
    if (event->kind == OBSERVED_ROLE)
        note((struct fixture *)self, "(%s) is now %s",
             event->who.name != NULL ? event->who.name : "nobody",
             event->text != NULL ? event->text : "without a role");
}

static void note_work(void *self, int64_t cost_ns)
{
    note((struct fixture *)self, "works for %lld ns", (long long)cost_ns);
}

static size_t first(void *self, const struct observed_choice *choice)
{
    (void)self, (void)choice;
    return 0;
}

static void play_observed(struct fixture *f, const char *expected)
{
    struct observer watcher = {
        .wanted = OBSERVED_USUAL, .event = note_role, .pick = first, .busy = note_work, .self = f};

    observer = &watcher;
    script_play(&f->script);
    observer = NULL;
    expect_noted(f, expected);
}

/* ---- what may be said ---- */

static int lead_for_a_while(void *fixture, int64_t n)
{
    (void)fixture;
    rondo_role("leader");
    RONDO_TRY(rondo_sleep(n));
    rondo_role(NULL);
    return 0;
}

static void a_role_is_told_with_who_says_so(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", lead_for_a_while, 5 * MS);
    play_observed(f, "0ms a (a) is now leader\n"
                     "5ms a (a) is now without a role\n");
}

static void outside_of_a_task_nobody_says_so(void **state)
{
    struct fixture *f = *state;
    struct observer watcher = {.wanted = OBSERVED_USUAL,
                               .event = note_role,
                               .pick = first,
                               .self = f};

    rondo_role("leader"); /* and nobody listens */
    observer = &watcher;
    rondo_role("follower");
    observer = NULL;
    expect_noted(f, "0ms (nobody) is now follower\n");
}

static int work_twice(void *fixture, int64_t n)
{
    (void)fixture, (void)n;
    rondo_busy(500);
    rondo_busy(700);
    return 0;
}

static void work_is_handed_to_who_simulates_it(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", work_twice, 0);
    play_observed(f, "0ms a works for 500 ns\n"
                     "0ms a works for 700 ns\n");
}

static int64_t spent(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* No measurement: whatever the machine is like, it is what the function promises. */
static void work_that_nobody_simulates_is_done_by_the_thread(void **state)
{
    int64_t start = spent();

    (void)state;
    rondo_busy(3 * MS);
    assert_true(spent() - start >= 3 * MS);
    rondo_busy(0);
    rondo_busy(-1);
}

#define TEST(name) SCRIPT_TEST(name, fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_role_is_told_with_who_says_so),
        TEST(outside_of_a_task_nobody_says_so),
        TEST(work_is_handed_to_who_simulates_it),
        TEST(work_that_nobody_simulates_is_done_by_the_thread),
    };

    return play_all(tests);
}
