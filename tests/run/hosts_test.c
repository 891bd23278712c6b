/*
 * hosts_test.c - several processes in one run: what each has of its own, when the run is over, and
 * who a finding names.
 *
 * The module is data/hosts.c, and all processes are of it; what is expected is what was seen.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/check.h"
#include "base/stack.h"
#include "cli/bridge.h"
#include "cli/command.h"
#include "run/runner.h"
#include "scenario/verdict.h"

struct fixture {
    struct runner runner;
    struct chance chance;
    char *folder;
    struct scenario *scenario;
};

static int fixture_open(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){.folder = modules_beside_executable()};
    bridge_open(&fixture.runner, fixture.folder);
    chance_init(&fixture.chance);
    *state = &fixture;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;

    scenario_free(f->scenario);
    runner_close(&f->runner);
    chance_clear(&f->chance);
    free(f->folder);
    return 0;
}

/* A scenario of these lines; $ stands for the module. */
static void given(struct fixture *f, const char *lines)
{
    struct source source = {.path = "tests/run/data/hosts.yaml",
                            .text = must_text("scenario: t\n")};
    char *module = must_format("module: %s/hosts.so", f->folder);
    struct mistake mistake;

    for (const char *at = lines; *at != '\0'; at++) {
        char one[] = {*at, '\0'};

        source.text = must_append(source.text, *at == '$' ? module : one);
    }
    source.size = strlen(source.text);
    scenario_free(f->scenario);
    f->scenario = scenario_parse(&source, &mistake);
    free(module);
    source_free(&source);
    if (f->scenario == NULL || !runner_check(&f->runner, f->scenario, &mistake))
        fail_msg("%s", mistake.text);
}

/* Lines, how each process ended, the block of a finding. */
static char *describe(const struct observation *seen)
{
    char *text = must_text(""), *part;

    for (size_t i = 0; i < seen->line_count; i++) {
        part = verdict_line(&seen->lines[i]);
        text = must_append(must_append(text, part), "\n");
        free(part);
    }
    for (size_t i = 0; i < seen->end_count; i++) {
        part = must_format("%s%s %s", i > 0 ? ", " : "", seen->ends[i].host, seen->ends[i].name);
        text = must_append(text, part);
        free(part);
    }
    part = must_format("; %s at %lld ms\n", seen->finding != NULL ? seen->finding : "over",
                       (long long)(seen->elapsed_ns / 1000000));
    text = must_append(text, part);
    free(part);
    return must_append(text, seen->finding_lines != NULL ? seen->finding_lines : "");
}

/* Run twice: what a run leaves must not show in the next. */
static void expect_seen(struct fixture *f, const char *expected)
{
    for (int i = 0; i < 2; i++) {
        struct observation seen;
        char *text, again[800];

        runner_run(&f->runner, f->scenario, &f->scenario->runs[0], &f->chance, &seen);
        text = describe(&seen);
        observation_clear(&seen);
        assert_string_equal(text, expected);
        free(text);
        if (!runner_same_again(&f->runner, f->scenario, &f->scenario->runs[0], &f->chance, again,
                               sizeof again))
            fail_msg("%s", again);
    }
}

/* ---- what each has of its own ---- */

static void programs_that_speak_libuv_talk_from_host_to_host(void **state)
{
    struct fixture *f = *state;

    given(f, "hosts:\n"
             "  server: { program: echo_server, $ }\n"
             "  a: { program: echo_client, $, args: [10.0.0.1, one] }\n"
             "  b: { program: echo_client, $, args: [10.0.0.1, two], start: 5ms }\n"
             "network: { default: { latency: 1ms } }\n"
             "expect: { server: { exit: running } }\n");
    expect_seen(f, "0.002 a: connected: 0, last heard nobody\n"
                   "0.007 b: connected: 0, last heard nobody\n"
                   "0.013 server: one, step 1\n"
                   "0.014 a: answer one, step 1 of 1\n"
                   "0.018 server: two, step 2\n"
                   "0.019 b: answer two, step 1 of 1\n"
                   "0.023 server: one, step 3\n"
                   "0.024 a: answer one, step 2 of 2\n"
                   "0.028 server: two, step 4\n"
                   "0.029 b: answer two, step 2 of 2\n"
                   "server running, a 0, b 0; over at 29 ms\n");
}

/* What is between hosts is not between processes of one. */
static void processes_of_one_host_talk_over_its_loopback(void **state)
{
    struct fixture *f = *state;

    given(f, "hosts:\n"
             "  server: { program: echo_server, $ }\n"
             "  a: { program: echo_client, $, args: [127.0.0.1, one], on: server }\n"
             "network: { default: { latency: 1s } }\n"
             "expect: { server: { exit: running } }\n");
    expect_seen(f, "0.000 a: connected: 0, last heard nobody\n"
                   "0.010 server: one, step 1\n"
                   "0.010 a: answer one, step 1 of 1\n"
                   "0.020 server: one, step 2\n"
                   "0.020 a: answer one, step 2 of 2\n"
                   "server running, a 0; over at 20 ms\n");
}

static void
each_process_has_variables_and_memory_of_its_own_and_both_are_new_in_every_run(void **state)
{
    struct fixture *f = *state;

    given(f, "hosts: { a: { program: counts, $, count: 3 } }\nexpect: { a: { exit: 2 } }\n");
    expect_seen(f, "0.000 a.1: 1 11 nobody\n"
                   "0.000 a.2: 1 11 nobody\n"
                   "0.000 a.3: 1 11 nobody\n"
                   "0.010 a.1: 2 12 me, its memory fresh\n"
                   "0.010 a.2: 2 12 me, its memory fresh\n"
                   "0.010 a.3: 2 12 me, its memory fresh\n"
                   "a.1 2, a.2 2, a.3 2; over at 10 ms\n");
}

static void the_memory_of_each_process_lies_at_an_address_of_its_own(void **state)
{
    struct fixture *f = *state;

    if (RONDO_ASAN)
        skip(); /* a module's malloc is then the sanitizer's */
    given(f, "hosts: { a: { program: says_where_its_memory_is, $, count: 2 } }\n");
    expect_seen(f, "0.000 a.1: 0x200000000010\n"
                   "0.000 a.2: 0x200040000010\n"
                   "a.1 0, a.2 0; over at 0 ms\n");
}

static void a_process_begins_and_has_the_time_that_its_host_says(void **state)
{
    struct fixture *f = *state;

    given(f, "epoch: 1970-01-01 00:01:00\n"
             "hosts:\n"
             "  late: { program: says_its_clock, $, start: 1500ms }\n"
             "  soon: { program: says_its_clock, $, epoch: 1970-01-01 00:00:05, start: 200ms }\n");
    expect_seen(f, "0.200 soon: 5.200\n"
                   "1.500 late: 61.500\n"
                   "late 0, soon 0; over at 1500 ms\n");
}

/* ---- the end ---- */

static void who_ends_otherwise_than_he_is_to_is_named(void **state)
{
    struct fixture *f = *state;

    given(f, "hosts:\n"
             "  a: { program: gives, $, args: [3], count: 13 }\n"
             "  b: { program: gives, $, args: [0] }\n"
             "  c: { program: gives, $, args: [7] }\n"
             "  d: { program: gives, $, args: [0] }\n"
             "expect: { a.2: { exit: 3 }, b: { exit: running }, c: { exit: any } }\n");
    expect_seen(f, "a.1 3, a.2 3, a.3 3, a.4 3, a.5 3, a.6 3, a.7 3, a.8 3, a.9 3, a.10 3, a.11 3, "
                   "a.12 3, a.13 3, b 0, c 7, d 0; exit at 0 ms\n"
                   "a.1  ended with 3   expected 0\n"
                   "a.3  ended with 3   expected 0\n"
                   "a.4  ended with 3   expected 0\n"
                   "a.5  ended with 3   expected 0\n"
                   "a.6  ended with 3   expected 0\n"
                   "a.7  ended with 3   expected 0\n"
                   "a.8  ended with 3   expected 0\n"
                   "a.9  ended with 3   expected 0\n"
                   "a.10  ended with 3   expected 0\n"
                   "a.11  ended with 3   expected 0\n"
                   "and 3 more\n");
}

static void the_run_is_over_when_all_have_ended_that_are_to(void **state)
{
    struct fixture *f = *state;

    given(f, "hosts: { a: { program: sleeps, $ }, b: { program: waits, $ },\n"
             "         c: { program: sleeps, $, start: 2s } }\n"
             "expect: { b: { exit: running } }\n");
    expect_seen(f, "a 0, b running, c 0; over at 3000 ms\n");
}

static void who_never_ends_is_named_and_who_is_meant_to_run_stands_behind(void **state)
{
    struct fixture *f = *state;

    given(f, "hosts:\n"
             "  server: { program: waits, $ }\n"
             "  client: { program: waits, $, count: 2, start: 1s }\n"
             "  plain: { program: polls, $ }\n"
             "  done: { program: sleeps, $ }\n"
             "expect: { server: { exit: running } }\n");
    expect_seen(f, "server running, client.1 running, client.2 running, plain running, done 0; "
                   "endless-wait at 1000 ms\n"
                   "client.1/main  waits for event never since 1.000s  hosts.c:155   "
                   "nobody is left to set it\n"
                   "client.2/main  waits for event never since 1.000s  hosts.c:155   "
                   "nobody is left to set it\n"
                   "server/main    waits for event never since 0.000s  hosts.c:155\n"
                   "plain  waits in uv_run()   nothing is left that could wake it\n");
}

static void a_process_that_goes_round_is_named(void **state)
{
    struct fixture *f = *state;

    f->runner.steps_max = 1000;
    given(f, "hosts: { a: { program: sleeps, $ }, b: { program: spins, $ } }\n");
    expect_seen(f, "a running, b running; livelock at 0 ms\n"
                   "b  goes round and round   2000 steps and no end\n");
}

static void a_property_that_is_broken_names_the_process(void **state)
{
    struct fixture *f = *state;

    given(f, "hosts: { a: { program: sleeps, $ }, b: { program: breaks, $ } }\n");
    expect_seen(f, "a running, b running; always at 500 ms\n"
                   "b/main  breaks small: steps < 0  hosts.c:189   it never held before\n");
}

static void what_processes_leave_behind_is_of_those_that_have_ended(void **state)
{
    struct fixture *f = *state;

    if (RONDO_ASAN)
        skip(); /* a module's malloc is then the sanitizer's */
    given(f, "hosts: { a: { program: forgets, $, count: 2 }, b: { program: forgets, $ } }\n"
             "detect: [leak]\n"
             "expect: { b: { exit: running } }\n");
    f->scenario->runs[0].roles[1].start_ns = 100000000;
    expect_seen(f, "a.1 0, a.2 0, b running; leak at 500 ms\n"
                   "2 blocks of memory not freed\n");
}

static void tasks_that_are_stuck_in_a_server_that_runs_on_are_a_partial_deadlock(void **state)
{
    struct fixture *f = *state;

    given(f, "hosts: { a: { program: sleeps, $ }, b: { program: is_stuck, $ } }\n"
             "expect: { b: { exit: running } }\n");
    expect_seen(f,
                "a 0, b running; partial-deadlock at 1000 ms\n"
                "b/main   waits for lock right since 0.100s  hosts.c:215   held by b/other since "
                "0.000s  hosts.c:205\n"
                "b/other  waits for lock left since 0.100s  hosts.c:207   held by b/main since "
                "0.000s  hosts.c:213\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(programs_that_speak_libuv_talk_from_host_to_host),
        TEST(processes_of_one_host_talk_over_its_loopback),
        TEST(each_process_has_variables_and_memory_of_its_own_and_both_are_new_in_every_run),
        TEST(the_memory_of_each_process_lies_at_an_address_of_its_own),
        TEST(a_process_begins_and_has_the_time_that_its_host_says),
        TEST(who_ends_otherwise_than_he_is_to_is_named),
        TEST(the_run_is_over_when_all_have_ended_that_are_to),
        TEST(who_never_ends_is_named_and_who_is_meant_to_run_stands_behind),
        TEST(a_process_that_goes_round_is_named),
        TEST(a_property_that_is_broken_names_the_process),
        TEST(what_processes_leave_behind_is_of_those_that_have_ended),
        TEST(tasks_that_are_stuck_in_a_server_that_runs_on_are_a_partial_deadlock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
