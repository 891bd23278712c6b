/*
 * world_test.c - processes, threads, the agenda and the one place where time moves.
 *
 * Processes are small C functions that say what they do; what is expected is the whole trace. They
 * run on stacks of their own, so they never assert: the cmocka function does, when the world has
 * stopped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "tests/lib/apart.h"
#include "world/machine.h"
#include "world/world.h"

#define MS    INT64_C(1000000)
#define HOUR  (INT64_C(3600) * 1000 * MS)
#define ROLES 4

/* A process of a test. */
struct role {
    struct fixture *f;
    const char *name;
    struct process *process;
    int64_t n;
    struct event event;
};

struct fixture {
    struct world world;
    struct chance chance;
    struct tape script;
    struct trace *trace;
    struct role roles[ROLES];
    size_t role_count;
};

static int fixture_open(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){.trace = trace_new()};
    chance_init(&fixture.chance);
    fixture.chance.open = 1u << FAMILY_timer; /* or every turn would be in the trace */
    world_init(&fixture.world, &fixture.chance, fixture.trace);
    *state = &fixture;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;

    world_close(&f->world);
    chance_clear(&f->chance);
    tape_clear(&f->script);
    trace_free(f->trace);
    return 0;
}

static struct role *spawn_with(struct fixture *f, struct process_spec spec, int64_t n)
{
    struct role *role = &f->roles[f->role_count++];

    assert_true(f->role_count <= ROLES);
    *role = (struct role){.f = f, .name = spec.name, .n = n};
    spec.context = role;
    role->process = world_spawn(&f->world, &spec);
    return role;
}

static struct role *spawn(struct fixture *f, const char *name, int (*body)(void *), int64_t n)
{
    return spawn_with(f, (struct process_spec){.name = name, .main = body}, n);
}

/* In a process: a line of output. */
static void say(const struct role *role, const char *what)
{
    char text[100];

    snprintf(text, sizeof text, "%s %s", role->name, what);
    world_note(&role->f->world, (struct trace_record){.kind = TRACE_OUTPUT, .text = text});
}

static void expect_end(struct fixture *f, enum world_end expected, const char *trace)
{
    char text[4096] = "", line[200];
    enum world_end end = world_run(&f->world);

    for (size_t i = 0; i < trace_count(f->trace); i++) {
        const struct trace_record *record = trace_at(f->trace, i);

        if (record->kind == TRACE_PROCESS)
            continue;
        strcat(text, trace_line(record, line, sizeof line));
        strcat(text, "\n");
    }
    assert_string_equal(text, trace);
    assert_int_equal(end, expected);
}

/* ---- time ---- */

/* Block until 5 ms, then until `n` more. */
static int wait_twice(void *context)
{
    const struct role *role = context;

    say(role, "begins");
    thread_block(5 * MS, "a test");
    say(role, "goes on");
    thread_block(5 * MS + role->n, "a test");
    say(role, "is done");
    return 0;
}

static void time_jumps_straight_to_the_next_event(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_twice, 3600 * 1000 * MS);
    expect_end(f, WORLD_ENDED,
               "0.000 prints a begins\n"
               "0.005 prints a goes on\n"
               "3600.005 prints a is done\n"
               "3600.005 process ends\n");
    assert_int_equal(f->world.now_ns, 5 * MS + 3600 * 1000 * MS);
}

static void processes_take_turns_in_the_order_they_were_made(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_twice, 2 * MS);
    spawn(f, "b", wait_twice, 1 * MS);
    expect_end(f, WORLD_ENDED,
               "0.000 prints a begins\n"
               "0.000 prints b begins\n"
               "0.005 prints a goes on\n"
               "0.005 prints b goes on\n"
               "0.006 prints b is done\n"
               "0.006 process ends\n"
               "0.007 prints a is done\n"
               "0.007 process ends\n");
}

static int wait_until_n(void *context)
{
    const struct role *role = context;

    thread_block(role->n, "a test");
    say(role, "wakes");
    return 0;
}

/* a asks for 10 ms at 5 ms; b had asked for it at 0 ms. */
static void events_of_one_instant_happen_in_the_order_they_were_entered(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_twice, 5 * MS);
    spawn(f, "b", wait_until_n, 10 * MS);
    expect_end(f, WORLD_ENDED,
               "0.000 prints a begins\n"
               "0.005 prints a goes on\n"
               "0.010 prints b wakes\n"
               "0.010 process ends\n"
               "0.010 prints a is done\n"
               "0.010 process ends\n");
}

static void a_time_that_is_past_is_now(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_until_n, -5 * MS);
    spawn(f, "b", wait_twice, -3 * MS);
    expect_end(f, WORLD_ENDED,
               "0.000 prints b begins\n"
               "0.000 prints a wakes\n"
               "0.000 process ends\n"
               "0.005 prints b goes on\n"
               "0.005 prints b is done\n"
               "0.005 process ends\n");
}

/* Wake the role before this one, then wait. */
static int wake_the_first(void *context)
{
    const struct role *role = context;

    thread_block(2 * MS, "a test");
    say(role, "wakes a");
    thread_wake(&role->f->roles[0].process->main);
    say(role, "still runs");
    thread_block(world_current()->now_ns + 1 * MS, "a test");
    say(role, "goes on");
    return 0;
}

/* 1 ms of b is due long before 100 ms, but a can run: time stands still until it has. */
static void time_stands_still_while_a_process_can_run(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_until_n, WORLD_NEVER);
    spawn(f, "b", wake_the_first, 0);
    expect_end(f, WORLD_ENDED,
               "0.002 prints b wakes a\n"
               "0.002 prints b still runs\n"
               "0.002 prints a wakes\n"
               "0.002 process ends\n"
               "0.003 prints b goes on\n"
               "0.003 process ends\n");
}

/* Sleep long, then short; in between it was woken. */
static int wait_long_then_short(void *context)
{
    const struct role *role = context;

    thread_block(100 * MS, "a test");
    say(role, "wakes");
    thread_block(150 * MS, "a test");
    say(role, "wakes again");
    return 0;
}

static void a_wake_before_the_alarm_takes_the_alarm_back(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_long_then_short, 0);
    spawn(f, "b", wake_the_first, 0);
    expect_end(f, WORLD_ENDED,
               "0.002 prints b wakes a\n"
               "0.002 prints b still runs\n"
               "0.002 prints a wakes\n"
               "0.003 prints b goes on\n"
               "0.003 process ends\n"
               "0.150 prints a wakes again\n"
               "0.150 process ends\n");
}

static int wake_itself(void *context)
{
    const struct role *role = context;

    thread_wake(thread_current());
    thread_block(4 * MS, "a test");
    say(role, "wakes");
    return 0;
}

static void a_wake_of_a_process_that_runs_is_not_remembered(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wake_itself, 0);
    expect_end(f, WORLD_ENDED, "0.004 prints a wakes\n0.004 process ends\n");
}

static int end_at_once(void *context)
{
    (void)context;
    return 0;
}

static void a_process_that_has_ended_is_not_woken(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", end_at_once, 0);
    spawn(f, "b", wake_the_first, 0);
    expect_end(f, WORLD_ENDED,
               "0.000 process ends\n"
               "0.002 prints b wakes a\n"
               "0.002 prints b still runs\n"
               "0.003 prints b goes on\n"
               "0.003 process ends\n");
}

/* ---- events ---- */

static void happens(struct event *event)
{
    struct role *role = container_of(event, struct role, event);

    say(role, "happens");
    if (role->n > 0)
        world_at(&role->f->world, event, role->f->world.now_ns + role->n--);
}

/* Enter the events of b, c and d; take c's back. */
static int plan(void *context)
{
    const struct role *role = context;
    struct role *others = role->f->roles;
    struct world *world = world_current();

    for (size_t i = 1; i < ROLES; i++) {
        others[i] = (struct role){.f = role->f, .event = {.happen = happens}};
        world_cancel(world, &others[i].event); /* not entered: nothing happens */
    }
    others[1].name = "b";
    others[2].name = "c";
    others[3].name = "d";
    others[3].n = 1;
    world_at(world, &others[3].event, 2 * MS);
    world_at(world, &others[2].event, 1 * MS);
    world_at(world, &others[1].event, 2 * MS);
    world_cancel(world, &others[2].event);
    thread_block(3 * MS, "a test");
    say(role, "is done");
    return 0;
}

static void events_happen_outside_of_processes_and_may_enter_themselves_again(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", plan, 0);
    expect_end(f, WORLD_ENDED,
               "0.002 prints d happens\n"
               "0.002 prints b happens\n"
               "0.002 prints d happens\n"
               "0.003 prints a is done\n"
               "0.003 process ends\n");
    assert_int_equal(trace_at(f->trace, 1)->process, 0);
    assert_int_equal(trace_at(f->trace, 4)->process, 1);
}

static void enter_twice(void *argument)
{
    struct fixture *f = argument;
    struct event event = {.happen = happens};

    world_at(&f->world, &event, 1);
    world_at(&f->world, &event, 2);
}

static void an_event_is_entered_once(void **state)
{
    assert_int_equal(run_apart(enter_twice, *state), -SIGABRT);
}

/* ---- the end ---- */

static int return_n(void *context)
{
    return (int)((const struct role *)context)->n;
}

static int exit_from_below(void *context)
{
    const struct role *role = context;

    say(role, "exits");
    process_exit((int)role->n);
}

static void a_process_ends_with_what_main_returns_or_exit_says(void **state)
{
    struct fixture *f = *state;
    struct role *a = spawn(f, "a", return_n, 3);
    struct role *b = spawn(f, "b", exit_from_below, 7);
    struct role *c = spawn(f, "c", return_n, -110);

    expect_end(f, WORLD_ENDED,
               "0.000 process ends (3)\n"
               "0.000 prints b exits\n"
               "0.000 process ends (7)\n"
               "0.000 process ends (-110)\n");
    assert_int_equal(a->process->exit_code, 3);
    assert_int_equal(b->process->exit_code, 7);
    assert_int_equal(c->process->exit_code, -110);
}

static void a_world_without_processes_has_ended(void **state)
{
    struct fixture *f = *state;

    expect_end(f, WORLD_ENDED, "");
}

static void a_world_in_which_nothing_can_happen_is_quiet(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_until_n, WORLD_NEVER);
    spawn(f, "b", wait_twice, 1 * MS);
    expect_end(f, WORLD_QUIET,
               "0.000 prints b begins\n"
               "0.005 prints b goes on\n"
               "0.006 prints b is done\n"
               "0.006 process ends\n"
               "0.006 nothing can happen any more\n");
}

static int wait_for_ever_and_ever(void *context)
{
    (void)context;
    for (int64_t at = 1; at < WORLD_NEVER / MS; at++)
        thread_block(at * MS, "a test");
    return 0;
}

static void a_world_stops_when_its_steps_are_spent(void **state)
{
    struct fixture *f = *state;

    f->world.steps_max = 20;
    spawn(f, "a", wait_for_ever_and_ever, 0);
    expect_end(f, WORLD_SPENT, "0.010 step budget spent\n");
    assert_int_equal(f->world.steps, 20);
}

static int spin(void *context)
{
    const struct role *role = context;

    for (int64_t i = 0; i < role->n; i++)
        thread_spin();
    say(role, "is done");
    return 0;
}

static void a_process_that_spins_spends_steps_and_no_time(void **state)
{
    struct fixture *f = *state;

    f->world.steps_max = 100;
    spawn(f, "a", spin, 10);
    spawn(f, "b", spin, 90);
    expect_end(f, WORLD_SPENT,
               "0.000 prints a is done\n"
               "0.000 process ends\n"
               "0.000 step budget spent\n");
}

static void processes_that_spin_take_turns(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", spin, 20);
    spawn(f, "b", spin, 5);
    expect_end(f, WORLD_ENDED,
               "0.000 prints b is done\n"
               "0.000 process ends\n"
               "0.000 prints a is done\n"
               "0.000 process ends\n");
}

static int fail_at_n(void *context)
{
    const struct role *role = context;

    thread_block(role->n, "a test");
    say(role, "fails");
    world_fail();
}

static void a_world_that_fails_stops_at_once_for_every_process(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_twice, 5 * MS);
    spawn(f, "b", fail_at_n, 7 * MS);
    spawn(f, "c", wait_until_n, 7 * MS);
    expect_end(f, WORLD_FAILED,
               "0.000 prints a begins\n"
               "0.005 prints a goes on\n"
               "0.007 prints b fails\n");
    assert_int_equal(f->world.now_ns, 7 * MS);
}

static void what_is_cut_short_never_runs_again(void **state)
{
    struct fixture *f = *state;
    struct trace *again = trace_new();

    f->world.steps_max = 5;
    spawn(f, "a", wait_for_ever_and_ever, 0);
    expect_end(f, WORLD_SPENT, "0.002 step budget spent\n");
    world_close(&f->world);
    assert_true(list_empty(&f->world.processes));

    world_init(&f->world, &f->chance, again);
    f->role_count = 0;
    spawn(f, "b", wait_until_n, 1 * MS);
    assert_int_equal(world_run(&f->world), WORLD_ENDED);
    assert_int_equal(f->world.now_ns, 1 * MS);
    assert_int_equal(trace_count(again), 3);
    world_close(&f->world);
    trace_free(f->trace);
    f->trace = again;
}

/* ---- what a process has of its own ---- */

static int read_clocks(void *context)
{
    const struct role *role = context;
    char text[80];

    for (int i = 0; i < 2; i++) {
        snprintf(text, sizeof text, "has run for %lld ms, it is %lld ms",
                 (long long)(process_clock() / MS), (long long)(process_civil() / MS));
        say(role, text);
        thread_block(world_current()->now_ns + 250 * MS, "a test");
    }
    return 0;
}

static void the_civil_clock_starts_at_the_epoch_and_the_monotonic_one_an_hour_earlier(void **state)
{
    struct fixture *f = *state;

    spawn_with(f,
               (struct process_spec){.name = "a",
                                     .main = read_clocks,
                                     .epoch_ns = INT64_C(1705684432) * 1000 * MS},
               0);
    spawn(f, "b", read_clocks, 0);
    expect_end(f, WORLD_ENDED,
               "0.000 prints a has run for 3600000 ms, it is 1705684432000 ms\n"
               "0.000 prints b has run for 3600000 ms, it is 0 ms\n"
               "0.250 prints a has run for 3600250 ms, it is 1705684432250 ms\n"
               "0.250 prints b has run for 3600250 ms, it is 250 ms\n"
               "0.500 process ends\n"
               "0.500 process ends\n");
}

static void note_enter(void *context)
{
    say(context, "enters");
}

static void note_leave(void *context)
{
    say(context, "leaves");
}

static void a_process_is_told_whenever_it_begins_and_stops_to_run(void **state)
{
    struct fixture *f = *state;

    spawn_with(f,
               (struct process_spec){
                   .name = "a", .main = wait_until_n, .enter = note_enter, .leave = note_leave},
               1 * MS);
    spawn(f, "b", end_at_once, 0);
    expect_end(f, WORLD_ENDED,
               "0.000 prints a enters\n"
               "0.000 prints a leaves\n"
               "0.000 process ends\n"
               "0.001 prints a enters\n"
               "0.001 prints a wakes\n"
               "0.001 process ends\n"
               "0.001 prints a leaves\n");
}

/* ---- fibers ---- */

/* A fiber beside a process's main one. */
struct second {
    const struct role *role;
    struct fiber fiber;
    struct fiber *home;
};

static void block_as_second(void *argument)
{
    struct second *second = argument;

    say(second->role, "second begins");
    thread_block(5 * MS, "a test");
    say(second->role, "second goes on");
    fiber_switch_last(second->home);
}

static int run_a_second_fiber(void *context)
{
    struct second second = {.role = context, .home = fiber_current()};
    struct stack *stack = stack_take(STACK_SIZE_TASK);

    fiber_init(&second.fiber, stack, block_as_second, &second);
    fiber_switch(&second.fiber);
    say(second.role, "main goes on");
    stack_give(stack);
    return 0;
}

static void a_process_blocks_whole_and_goes_on_with_the_fiber_that_blocked(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", run_a_second_fiber, 0);
    spawn(f, "b", wait_until_n, 2 * MS);
    expect_end(f, WORLD_ENDED,
               "0.000 prints a second begins\n"
               "0.002 prints b wakes\n"
               "0.002 process ends\n"
               "0.005 prints a second goes on\n"
               "0.005 prints a main goes on\n"
               "0.005 process ends\n");
}

static void exit_as_second(void *argument)
{
    (void)argument;
    process_exit(4);
}

static int exit_in_a_second_fiber(void *context)
{
    struct second second = {.role = context};

    fiber_init(&second.fiber, stack_take(STACK_SIZE_TASK), exit_as_second, &second);
    fiber_switch(&second.fiber);
    return 0;
}

static void any_fiber_can_end_its_process(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", exit_in_a_second_fiber, 0);
    expect_end(f, WORLD_ENDED, "0.000 process ends (4)\n");
}

/* ---- threads ---- */

/* A thread beside the first of its process: says so, sleeps `n` ms at a time. */
static void sleep_twice(void *context)
{
    const struct role *role = context;

    say(role, "begins");
    thread_block(world_current()->now_ns + role->n, "a test");
    say(role, "goes on");
    thread_block(world_current()->now_ns + role->n, "a test");
    say(role, "is done");
}

/* Start the thread "t" that sleeps 3 ms at a time, and wait `n` ns oneself. */
static int start_a_thread(void *context)
{
    const struct role *role = context;
    struct role *other = &role->f->roles[1];

    *other = (struct role){.f = role->f, .name = "t", .n = 3 * MS};
    thread_spawn("t", sleep_twice, other);
    say(role, "has started it");
    thread_block(role->n, "a test");
    say(role, "is done");
    return 0;
}

static void a_thread_blocks_itself_and_not_its_process(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", start_a_thread, 5 * MS);
    expect_end(f, WORLD_ENDED,
               "0.000 prints a has started it\n"
               "0.000 prints t begins\n"
               "0.003 prints t goes on\n"
               "0.005 prints a is done\n"
               "0.005 process ends\n");
    assert_int_equal(trace_at(f->trace, 1)->thread, 0);
    assert_int_equal(trace_at(f->trace, 2)->thread, 1);
    assert_int_equal(trace_at(f->trace, 2)->process, 1);
}

/* 6 ms of the thread are still in the agenda when its process ends at 5 ms. */
static void a_thread_ends_with_its_process_and_leaves_nothing_behind(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", start_a_thread, 5 * MS);
    assert_int_equal(world_run(&f->world), WORLD_ENDED);
    assert_int_equal(f->world.now_ns, 5 * MS);
    assert_null(heap_min(&f->world.agenda));
}

static void a_process_outlives_its_threads(void **state)
{
    struct fixture *f = *state;
    struct role *a = spawn(f, "a", start_a_thread, 10 * MS);

    expect_end(f, WORLD_ENDED,
               "0.000 prints a has started it\n"
               "0.000 prints t begins\n"
               "0.003 prints t goes on\n"
               "0.006 prints t is done\n"
               "0.010 prints a is done\n"
               "0.010 process ends\n");
    assert_int_equal(list_length(&a->process->threads), 1);
}

static void exit_as_thread(void *context)
{
    (void)context;
    process_exit(4);
}

static int wait_for_a_thread_that_exits(void *context)
{
    thread_spawn("t", exit_as_thread, context);
    thread_block(WORLD_NEVER, "a test");
    return 0;
}

static void any_thread_can_end_its_process(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_for_a_thread_that_exits, 0);
    expect_end(f, WORLD_ENDED, "0.000 process ends (4)\n");
}

static void say_twice(void *context)
{
    say(context, "first");
    thread_yield();
    say(context, "second");
}

/* Two threads that yield, "b" and "c", and oneself. */
static int three_that_yield(void *context)
{
    const struct role *role = context;
    struct role *others = role->f->roles;

    for (size_t i = 1; i < 3; i++) {
        others[i] = (struct role){.f = role->f, .name = i == 1 ? "b" : "c"};
        thread_spawn("t", say_twice, &others[i]);
    }
    for (int i = 0; i < 3; i++) {
        say(role, "goes round");
        thread_spin();
    }
    return 0;
}

static void who_yields_goes_behind_all_who_can_run(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", three_that_yield, 0);
    expect_end(f, WORLD_ENDED,
               "0.000 prints a goes round\n"
               "0.000 prints b first\n"
               "0.000 prints c first\n"
               "0.000 prints a goes round\n"
               "0.000 prints b second\n"
               "0.000 prints c second\n"
               "0.000 prints a goes round\n"
               "0.000 process ends\n");
}

static void which_thread_runs_next_is_a_decision(void **state)
{
    struct fixture *f = *state;

    f->chance.open = 1u << FAMILY_thread;
    tape_add(&f->script, "thread.next", 1, 3, "t 2");
    chance_from_tape(&f->chance, &f->script);
    spawn(f, "a", three_that_yield, 0);
    assert_int_equal(world_run(&f->world), WORLD_ENDED);
    assert_int_equal(f->chance.matched, 1);
    assert_string_equal(trace_at(f->trace, 3)->text, "c first");
}

/* ---- chance ---- */

static void which_process_runs_next_is_a_decision(void **state)
{
    struct fixture *f = *state;

    f->chance.open = chance_open_default();
    tape_add(&f->script, "process.next", 1, 2, "");
    chance_from_tape(&f->chance, &f->script);
    spawn(f, "a", wait_until_n, 0);
    spawn(f, "b", wait_twice, 0);
    expect_end(f, WORLD_ENDED,
               "0.000 choice process.next b before a 1 of 2\n"
               "0.000 prints b begins\n"
               "0.000 prints a wakes\n"
               "0.000 process ends\n"
               "0.005 prints b goes on\n"
               "0.005 prints b is done\n"
               "0.005 process ends\n");
}

static void name_option(const void *self, size_t value, char *text, size_t size)
{
    snprintf(text, size, "%s %zu", (const char *)self, value);
}

static int choose_twice(void *context)
{
    const struct role *role = context;
    struct alternatives alternatives = {.anchor = name_option, .self = "option"};

    world_choose(world_current(), "timer.order", 3, &alternatives);
    world_choose(world_current(), "timer.order", 1, &alternatives);
    world_choose(world_current(), "sched.ready", 3, &alternatives);
    say(role, "has chosen");
    return 0;
}

static void only_what_is_a_decision_is_in_the_trace(void **state)
{
    struct fixture *f = *state;

    chance_from_seed(&f->chance, 4711);
    spawn(f, "a", choose_twice, 0);
    assert_int_equal(world_run(&f->world), WORLD_ENDED);
    assert_int_equal(trace_count(f->trace), 4);
    assert_int_equal(trace_at(f->trace, 1)->kind, TRACE_CHOICE);
    assert_int_equal(trace_at(f->trace, 1)->value, f->chance.record.entries[0].value);
    assert_int_equal(trace_at(f->trace, 1)->process, 1);
    assert_int_equal(f->chance.record.count, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(time_jumps_straight_to_the_next_event),
        TEST(processes_take_turns_in_the_order_they_were_made),
        TEST(events_of_one_instant_happen_in_the_order_they_were_entered),
        TEST(a_time_that_is_past_is_now),
        TEST(time_stands_still_while_a_process_can_run),
        TEST(a_wake_before_the_alarm_takes_the_alarm_back),
        TEST(a_wake_of_a_process_that_runs_is_not_remembered),
        TEST(a_process_that_has_ended_is_not_woken),
        TEST(events_happen_outside_of_processes_and_may_enter_themselves_again),
        TEST(an_event_is_entered_once),
        TEST(a_process_ends_with_what_main_returns_or_exit_says),
        TEST(a_world_without_processes_has_ended),
        TEST(a_world_in_which_nothing_can_happen_is_quiet),
        TEST(a_world_stops_when_its_steps_are_spent),
        TEST(a_process_that_spins_spends_steps_and_no_time),
        TEST(processes_that_spin_take_turns),
        TEST(a_world_that_fails_stops_at_once_for_every_process),
        TEST(what_is_cut_short_never_runs_again),
        TEST(the_civil_clock_starts_at_the_epoch_and_the_monotonic_one_an_hour_earlier),
        TEST(a_process_is_told_whenever_it_begins_and_stops_to_run),
        TEST(a_process_blocks_whole_and_goes_on_with_the_fiber_that_blocked),
        TEST(any_fiber_can_end_its_process),
        TEST(a_thread_blocks_itself_and_not_its_process),
        TEST(a_thread_ends_with_its_process_and_leaves_nothing_behind),
        TEST(a_process_outlives_its_threads),
        TEST(any_thread_can_end_its_process),
        TEST(who_yields_goes_behind_all_who_can_run),
        TEST(which_thread_runs_next_is_a_decision),
        TEST(which_process_runs_next_is_a_decision),
        TEST(only_what_is_a_decision_is_in_the_trace),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
