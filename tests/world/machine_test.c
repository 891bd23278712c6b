/*
 * machine_test.c - what a host has besides its wires: a clock that may be wrong, CPUs, and that it
 * may stand still.
 */
#include "tests/world/two_hosts.h"

#include "world/machine.h"

#define HOUR (INT64_C(3600) * 1000 * MS)

/* What the monotonic clock shows, in ms since the world began. */
static long long shown_ms(void)
{
    return (process_clock() - HOUR) / MS;
}

/* ---- clocks ---- */

/* Say what both clocks show, now and a second of the world later. */
static int looks_twice(void *context)
{
    const struct role *role = context;

    for (int i = 0; i < 2; i++) {
        say(role, "sees %lld ms, civil %lld ms", shown_ms(), (long long)process_civil() / MS);
        rest(role, 1000);
    }
    return 0;
}

static void a_clock_is_true_unless_something_else_is_said(void **state)
{
    struct fixture *f = *state;

    spawn(f, "it", NULL, looks_twice);
    expect(f, false, WORLD_ENDED,
           "0.000 prints it sees 0 ms, civil 0 ms\n"
           "1.000 prints it sees 1000 ms, civil 1000 ms\n"
           "2.000 process ends\n");
}

static void an_offset_is_the_civil_clock_s_and_a_drift_is_both_clocks(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){0});
    f->here->machine.clock.offset_ns = -500 * MS;
    machine_set_drift(f->here, 1000);
    spawn(f, "here", f->here, looks_twice);
    spawn(f, "there", f->there, looks_twice);
    expect(f, false, WORLD_ENDED,
           "0.000 prints here sees 0 ms, civil -500 ms\n"
           "0.000 prints there sees 0 ms, civil 0 ms\n"
           "1.000 prints here sees 1001 ms, civil 501 ms\n"
           "1.000 prints there sees 1000 ms, civil 1000 ms\n"
           "2.000 process ends\n"
           "2.000 process ends\n");
    assert_int_equal(f->here->machine.disturbance.clock_reads, 2);
    assert_int_equal(f->here->machine.disturbance.civil_reads, 2);
    assert_int_equal(f->there->machine.disturbance.clock_reads, 0);
}

/* By its own clock. */
static int waits_a_second(void *context)
{
    const struct role *role = context;
    int64_t until = process_clock() + 1000 * MS;

    thread_block_by_clock(until, "a test");
    say(role, "is woken %s", process_clock() >= until ? "in time" : "early");
    return 0;
}

/* A clock that is fast by a quarter, and one that is slow by as much. */
static void what_is_waited_for_by_a_clock_comes_when_that_clock_shows_it(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){0});
    machine_set_drift(f->here, 250000);
    machine_set_drift(f->there, -250000);
    spawn(f, "here", f->here, waits_a_second);
    spawn(f, "there", f->there, waits_a_second);
    spawn(f, "elsewhere", NULL, waits_a_second);
    expect(f, false, WORLD_ENDED,
           "0.800 prints here is woken in time\n"
           "0.800 process ends\n"
           "1.000 prints elsewhere is woken in time\n"
           "1.000 process ends\n"
           "1.333 prints there is woken in time\n"
           "1.333 process ends\n");
}

/* Faster than any clock is. */
static int turns_the_clock(void *context)
{
    const struct role *role = context;

    rest(role, 500);
    machine_set_drift(role->f->here, 9000000);
    say(role, "here shows %lld ms", shown_ms());
    rest(role, 100);
    machine_set_drift(role->f->here, 0);
    return 0;
}

/* 500 ms, then 100 that are shown as 150, then 350. */
static void a_drift_that_changes_moves_what_is_waited_for_and_no_clock_goes_back(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){0});
    spawn(f, "here", f->here, waits_a_second);
    spawn(f, "somebody", f->here, turns_the_clock);
    expect(f, false, WORLD_ENDED,
           "0.500 prints somebody here shows 500 ms\n"
           "0.600 process ends\n"
           "0.950 prints here is woken in time\n"
           "0.950 process ends\n");
}

static int waits_for_ever(void *context)
{
    (void)context;
    thread_block_by_clock(WORLD_NEVER, "a test");
    return 0;
}

static void a_clock_never_shows_the_end_of_time(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){0});
    machine_set_drift(f->here, 100);
    spawn(f, "here", f->here, waits_for_ever);
    expect(f, false, WORLD_QUIET, "0.000 nothing can happen any more\n");
}

/* ---- computing ---- */

static int computes_300_ms(void *context)
{
    const struct role *role = context;

    thread_busy(300 * MS, "computing");
    say(role, "is done");
    return 0;
}

static int computes_nothing(void *context)
{
    const struct role *role = context;

    thread_busy(0, "computing");
    thread_busy(-5, "computing");
    say(role, "is done");
    return 0;
}

static void computing_takes_the_time_that_it_costs(void **state)
{
    struct fixture *f = *state;

    spawn(f, "it", NULL, computes_300_ms);
    spawn(f, "idler", NULL, computes_nothing);
    expect(f, false, WORLD_ENDED,
           "0.000 prints idler is done\n"
           "0.000 process ends\n"
           "0.300 prints it is done\n"
           "0.300 process ends\n");
}

static void there_are_as_many_cpus_as_are_asked_for_unless_their_number_is_said(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){0});
    f->there->machine.cpus = 1;
    spawn(f, "a", f->here, computes_300_ms);
    spawn(f, "b", f->here, computes_300_ms);
    spawn(f, "c", f->there, computes_300_ms);
    spawn(f, "d", f->there, computes_300_ms);
    expect(f, false, WORLD_ENDED,
           "0.300 prints a is done\n"
           "0.300 process ends\n"
           "0.300 prints b is done\n"
           "0.300 process ends\n"
           "0.300 prints c is done\n"
           "0.300 process ends\n"
           "0.600 prints d is done\n"
           "0.600 process ends\n");
}

static void computes_in_a_thread(void *context)
{
    computes_300_ms(context);
}

/* Its main thread ends the process after 100 ms. */
static int leaves_while_computing(void *context)
{
    const struct role *role = context;

    thread_spawn("worker", computes_in_a_thread, context);
    rest(role, 100);
    return 0;
}

static void a_process_that_ends_waits_for_no_cpu_any_more(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){0});
    f->here->machine.cpus = 1;
    spawn(f, "a", f->here, computes_300_ms);
    spawn(f, "b", f->here, leaves_while_computing);
    spawn(f, "c", f->here, leaves_while_computing);
    spawn(f, "d", f->here, computes_300_ms);
    expect(f, false, WORLD_ENDED,
           "0.100 process ends\n"
           "0.100 process ends\n"
           "0.300 prints a is done\n"
           "0.300 process ends\n"
           "0.600 prints d is done\n"
           "0.600 process ends\n");
    assert_int_equal(f->here->machine.running_count, 0);
}

static void a_process_that_ends_gives_its_cpu_back(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){0});
    f->here->machine.cpus = 1;
    spawn(f, "a", f->here, leaves_while_computing);
    spawn(f, "b", f->here, computes_300_ms);
    expect(f, false, WORLD_ENDED,
           "0.100 process ends\n"
           "0.400 prints b is done\n"
           "0.400 process ends\n");
    assert_int_equal(f->here->machine.running_count, 0);
}

static int slows_down(void *context)
{
    const struct role *role = context;

    rest(role, 100);
    machine_set_slowness(role->f->here, 5);
    rest(role, 500);
    machine_set_slowness(role->f->here, 1);
    rest(role, 50);
    machine_set_slowness(role->f->here, 2);
    return 0;
}

/* 100 ms, then 500 in which 100 are done, then 50, and the last 50 in 100. */
static void a_host_that_slows_down_slows_what_has_begun(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){0});
    spawn(f, "a", f->here, computes_300_ms);
    spawn(f, "b", f->there, computes_300_ms);
    spawn(f, "somebody", NULL, slows_down);
    expect(f, false, WORLD_ENDED,
           "0.300 prints b is done\n"
           "0.300 process ends\n"
           "0.650 process ends\n"
           "0.750 prints a is done\n"
           "0.750 process ends\n");
    assert_int_equal(f->here->machine.disturbance.slowed, 2);
}

/* ---- standing still ---- */

static int ticks(void *context)
{
    const struct role *role = context;

    for (int i = 0; i < 3; i++) {
        rest(role, 100);
        say(role, "ticks at %lld ms", shown_ms());
    }
    return 0;
}

/* Twice, and it ends when both have ended. */
static int pauses_here(void *context)
{
    const struct role *role = context;

    rest(role, 150);
    machine_pause(role->f->here);
    rest(role, 50);
    machine_pause(role->f->here);
    rest(role, 50);
    machine_resume(role->f->here);
    say(role, "lets it be");
    rest(role, 250);
    machine_resume(role->f->here);
    return 0;
}

static void nothing_of_a_paused_host_runs_and_its_clock_goes_on(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){0});
    spawn(f, "here", f->here, ticks);
    spawn(f, "there", f->there, ticks);
    spawn(f, "somebody", NULL, pauses_here);
    expect(f, false, WORLD_ENDED,
           "0.100 prints here ticks at 100 ms\n"
           "0.100 prints there ticks at 100 ms\n"
           "0.200 prints there ticks at 200 ms\n"
           "0.250 prints somebody lets it be\n"
           "0.300 prints there ticks at 300 ms\n"
           "0.300 process ends\n"
           "0.500 process ends\n"
           "0.500 prints here ticks at 500 ms\n"
           "0.600 prints here ticks at 600 ms\n"
           "0.600 process ends\n");
    assert_int_equal(f->here->machine.disturbance.postponed, 1);
}

/* 150 ms of it, and after 350 the other 150. */
static void what_computes_on_a_paused_host_goes_on_where_it_was(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){0});
    spawn(f, "a", f->here, computes_300_ms);
    spawn(f, "somebody", NULL, pauses_here);
    expect(f, false, WORLD_ENDED,
           "0.250 prints somebody lets it be\n"
           "0.500 process ends\n"
           "0.650 prints a is done\n"
           "0.650 process ends\n");
    assert_int_equal(f->here->machine.disturbance.postponed, 1);
}

/* One that is slower meanwhile is slower from when it goes on. */
static int pauses_and_slows(void *context)
{
    const struct role *role = context;

    rest(role, 100);
    machine_pause(role->f->here);
    machine_set_slowness(role->f->here, 2);
    rest(role, 100);
    machine_resume(role->f->here);
    return 0;
}

static void a_host_may_get_slow_while_it_stands_still(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){0});
    spawn(f, "a", f->here, computes_300_ms);
    spawn(f, "somebody", NULL, pauses_and_slows);
    expect(f, false, WORLD_ENDED,
           "0.200 process ends\n"
           "0.600 prints a is done\n"
           "0.600 process ends\n");
}

static int begins_another(void *context)
{
    const struct role *role = context;

    machine_pause(role->f->here);
    spawn(role->f, "late", role->f->here, looks_twice);
    rest(role, 100);
    machine_resume(role->f->here);
    return 0;
}

static void a_process_that_begins_on_a_paused_host_begins_when_that_goes_on(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){0});
    spawn(f, "somebody", NULL, begins_another);
    expect(f, false, WORLD_ENDED,
           "0.100 process ends\n"
           "0.100 prints late sees 100 ms, civil 100 ms\n"
           "1.100 prints late sees 1100 ms, civil 1100 ms\n"
           "2.100 process ends\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_clock_is_true_unless_something_else_is_said),
        TEST(an_offset_is_the_civil_clock_s_and_a_drift_is_both_clocks),
        TEST(what_is_waited_for_by_a_clock_comes_when_that_clock_shows_it),
        TEST(a_drift_that_changes_moves_what_is_waited_for_and_no_clock_goes_back),
        TEST(a_clock_never_shows_the_end_of_time),
        TEST(computing_takes_the_time_that_it_costs),
        TEST(there_are_as_many_cpus_as_are_asked_for_unless_their_number_is_said),
        TEST(a_process_that_ends_gives_its_cpu_back),
        TEST(a_process_that_ends_waits_for_no_cpu_any_more),
        TEST(a_host_that_slows_down_slows_what_has_begun),
        TEST(nothing_of_a_paused_host_runs_and_its_clock_goes_on),
        TEST(what_computes_on_a_paused_host_goes_on_where_it_was),
        TEST(a_host_may_get_slow_while_it_stands_still),
        TEST(a_process_that_begins_on_a_paused_host_begins_when_that_goes_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
