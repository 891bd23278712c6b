/*
 * model_test.c - the judge is judged: logs that no right core could write, and what it says of
 * them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "scenario/scenario.h"
#include "tests/random/model.h"

#define MS INT64_C(1000000)

static const char file[] =
    "scenario: t\n"
    "objects: { A: lock, S: semaphore 1, T: bounded-semaphore 1, E: event, C: condition,\n"
    "  Q: queue 1, P: priority-queue, B: barrier 2, D: barrier 3 }\n"
    "log: steps\n"
    "tasks:\n";

static const char steps[] =
    "    - try: [ acquire A, release A, acquire S, release S, acquire T, release T, wait E ]\n"
    "    - try: [ set E, clear E, acquire C, wait C, notify C, release C, put Q 1, put Q 2 ]\n"
    "    - try: [ get Q, task-done Q, join Q, put P 3, put P 1, get P, wait B, abort B, reset B, "
    "wait D ]\n"
    "    - try: [ sleep 2ms, yield, spawn b, cancel b, wait b, shutdown Q ]\n"
    "    - timeout 2ms: [ sleep 9ms ]\n"
    "    - group: [ spawn b ]\n";

/* The script of three tasks, a, b and c, that may do any step. */
static struct scenario *script_of_all(void)
{
    struct source source = {.path = "t.yaml"};
    struct mistake mistake;
    struct scenario *scenario;

    source.text = must_format("%s  a:\n%s  b:\n%s  c:\n%s", file, steps, steps, steps);
    source.size = strlen(source.text);
    scenario = scenario_parse(&source, &mistake);
    source_free(&source);
    if (scenario == NULL)
        fail_msg("%s", mistake.text);
    return scenario;
}

/* Lines are "<ms> <text>", with a bar between. */
static void observe_log(struct observation *seen, const char *log)
{
    while (*log != '\0') {
        size_t length = strcspn(log, "|");
        char *text = NULL;
        int64_t ms = strtoll(log, &text, 10);

        observation_add(seen, (struct line){.t_ns = ms * MS}, text + 1,
                        length - (size_t)(text + 1 - log));
        log += length + (log[length] == '|');
    }
}

struct row {
    const char *log;
    const char *says; /* the end of the complaint; NULL: none */
};

static void check_rows(const struct row *rows, size_t count, bool in_order)
{
    struct scenario *scenario = script_of_all();

    for (size_t i = 0; i < count; i++) {
        struct observation seen = {0};
        char *complaint;

        observe_log(&seen, rows[i].log);
        complaint = model_judge(scenario->runs[0].roles[0].script, &seen, in_order);
        if ((complaint == NULL) != (rows[i].says == NULL) ||
            (complaint != NULL && strstr(complaint, rows[i].says) == NULL))
            fail_msg("%s\n  expected %s\n  but got  %s", rows[i].log,
                     rows[i].says != NULL ? rows[i].says : "nothing",
                     complaint != NULL ? complaint : "nothing");
        free(complaint);
        observation_clear(&seen);
    }
    scenario_free(scenario);
}

#define EXPECT_SAID(rows) check_rows((rows), sizeof(rows) / sizeof *(rows), true)

static void a_thing_granted_twice_is_noticed(void **state)
{
    static const struct row rows[] = {
        {"0 a  acquire A ...|0 a  acquire A  ok|0 a  release A ...|0 a  release A  ok", NULL},
        {"0 a  acquire A ...|0 a  acquire A  ok|0 b  acquire A ...|0 b  acquire A  ok",
         "granted while a holds it"},
        {"0 a  acquire S ...|0 a  acquire S  ok|0 b  acquire S ...|0 b  acquire S  ok",
         "one permit more than there are"},
        {"0 a  release T ...|0 a  release T  ok", "released above its bound"},
        {"0 a  acquire T ...|0 a  acquire T  ok|0 a  release T ...|0 a  release T  EMISUSE",
         "refused below its bound"},
        {"0 a  release A ...|0 a  release A  ok", "it was open"},
    };

    (void)state;
    EXPECT_SAID(rows);
}

static void a_lost_wakeup_is_noticed_when_time_moves(void **state)
{
    static const struct row rows[] = {
        {"0 a  acquire A ...|0 a  acquire A  ok|0 b  acquire A ...|0 a  release A ...|"
         "0 a  release A  ok|1 c  yield ...",
         "b still waits in 'acquire A' of line 3, although the lock is open"},
        {"0 a  wait E ...|0 b  set E ...|0 b  set E  ok|0 b  clear E ...|0 b  clear E  ok",
         "at the end: a still waits in 'wait E' of line 1, although the event was set"},
        {"0 a  acquire C ...|0 a  acquire C  ok|0 a  wait C ...|0 b  acquire C ...|"
         "0 b  acquire C  ok|0 b  notify C ...|0 b  notify C  ok|0 b  release C ...|"
         "0 b  release C  ok",
         "although a notification was for it"},
        {"0 a  wait B ...|0 b  wait B ...", "although all have come"},
        {"0 a  wait B ...|0 b  abort B ...|0 b  abort B  ok", "although the barrier was aborted"},
        {"0 a  get Q ...|0 b  put Q 1 ...|0 b  put Q 1  ok", "although there is an item"},
        {"0 a  put Q 1 ...|0 b  get Q ...", "although there is room"},
        {"0 a  get Q ...|0 b  shutdown Q ...|0 b  shutdown Q  ok", "although it is shut down"},
        {"0 a  join Q ...", "although nothing is unfinished"},
        {"0 a  yield ...|1 b  yield ...", "although it only gave way"},
        {"0 a  sleep 2ms ...|3 b  yield ...", "a oversleeps 'sleep 2ms' of line 1"},
        {"0 a  timeout 2ms ...|0 a  sleep 9ms ...|3 b  yield ...",
         "a outlives 'timeout 2ms' of line 1"},
        {"0 b  task ...|0 b  sleep 2ms ...|0 a  cancel b ...|0 a  cancel b  1|1 c  yield ...",
         "b was cancelled and still waits in 'sleep 2ms'"},
    };

    (void)state;
    EXPECT_SAID(rows);
}

static void an_item_lost_invented_or_out_of_order_is_noticed(void **state)
{
    static const struct row rows[] = {
        {"0 a  put P 3 ...|0 a  put P 3  ok|0 a  put P 1 ...|0 a  put P 1  ok|0 a  get P ...|"
         "0 a  get P  1|0 a  get P ...|0 a  get P  3",
         NULL},
        {"0 a  put P 3 ...|0 a  put P 3  ok|0 a  put P 1 ...|0 a  put P 1  ok|0 a  get P ...|"
         "0 a  get P  3",
         "the next item is 1"},
        {"0 a  get Q ...|0 a  get Q  1", "an item out of nowhere"},
        {"0 a  put Q 1 ...|0 a  put Q 1  ok|0 a  put Q 2 ...|0 a  put Q 2  ok", "it was full"},
        {"0 a  task-done Q ...|0 a  task-done Q  ok", "0 were unfinished"},
        {"0 a  get Q ...|0 a  get Q  ESHUTDOWN", "it was not shut down"},
    };

    (void)state;
    EXPECT_SAID(rows);
}

static void whoever_is_overtaken_is_noticed(void **state)
{
    static const char log[] = "0 a  acquire S ...|0 a  acquire S  ok|0 b  acquire S ...|"
                              "0 c  acquire S ...|0 a  release S ...|0 a  release S  ok|"
                              "0 c  acquire S  ok|0 c  release S ...|0 c  release S  ok|"
                              "0 b  acquire S  ok";
    static const struct row in_order[] = {{log, "waited since line 3 and was overtaken in line 7"}};
    static const struct row otherwise[] = {{log, NULL}};

    (void)state;
    check_rows(in_order, 1, true);
    check_rows(otherwise, 1, false);
}

static void what_ends_without_its_reason_is_noticed(void **state)
{
    static const struct row rows[] = {
        {"0 a  wait E ...|0 a  wait E  ok", "it was never set"},
        {"0 a  wait B ...|0 a  wait B  0", "only 1 had come"},
        {"0 a  wait D ...|0 b  wait D ...|0 c  wait D ...|0 c  wait D  2|0 a  wait D  0|0 b  wait "
         "D  0",
         "that number is not free"},
        {"0 a  wait B ...|0 a  wait B  EBROKEN", "nobody broke it"},
        {"0 a  sleep 2ms ...|1 a  sleep 2ms  ok", "too early"},
        {"0 a  timeout 2ms ...|1 a  timeout 2ms  ETIMEDOUT", "too early"},
        {"0 a  acquire C ...|0 a  acquire C  ok|0 a  wait C ...|0 a  wait C  ok",
         "more have gone on than were notified"},
        {"0 a  group ...|0 a  spawn b ...|0 a  spawn b  ok|0 b  task ...|0 a  group  ok",
         "b is left behind"},
        {"0 a  group ...|0 a  spawn b ...|0 a  spawn b  ok|0 b  task ...|0 b  task  EUSER0|"
         "0 a  group  ok",
         "a child had failed"},
        {"0 a  yield ...|0 a  sleep 2ms  ok", "this is not what it was doing"},
    };

    (void)state;
    EXPECT_SAID(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thing_granted_twice_is_noticed),
        cmocka_unit_test(a_lost_wakeup_is_noticed_when_time_moves),
        cmocka_unit_test(an_item_lost_invented_or_out_of_order_is_noticed),
        cmocka_unit_test(whoever_is_overtaken_is_noticed),
        cmocka_unit_test(what_ends_without_its_reason_is_noticed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
