/*
 * deadlock_test.c - from trace records to the block that shows who waits for whom.
 *
 * Records are written by hand; what is expected is the whole block.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "detect/deadlock.h"

#define MS INT64_C(1000000)

/* Tasks of the tests. */
enum { MAIN = 1, WRITER, READER, THIRD, LAST };

struct fixture {
    struct deadlock *deadlock;
    struct trace *trace;
};

static int fixture_open(void **state)
{
    static struct fixture fixture;

    fixture.deadlock = deadlock_new();
    fixture.trace = trace_new();
    trace_listen(fixture.trace, deadlock_listen, fixture.deadlock, 0);
    *state = &fixture;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;

    deadlock_free(f->deadlock);
    trace_free(f->trace);
    return 0;
}

static const char *name_of(uint32_t task)
{
    static const char *const names[] = {NULL, "main", "writer", "reader", "third", NULL};

    return names[task];
}

/* ---- records ---- */

static const struct trace_object lock_a = {"lock", "A", 11};
static const struct trace_object lock_b = {"lock", "B", 12};
static const struct trace_object lock_c = {"lock", "C", 13};
static const struct trace_object permits = {"semaphore", "permits", 14};
static const struct trace_object gather = {"gather", NULL, 15};

static void record(struct fixture *f, enum trace_kind kind, uint32_t task,
                   struct trace_object object, int64_t at_ms, const char *here)
{
    trace_append(f->trace, &(struct trace_record){.time_ns = at_ms * MS,
                                                  .kind = kind,
                                                  .process = 1,
                                                  .task = task,
                                                  .task_name = name_of(task),
                                                  .object = object,
                                                  .here = here});
}

static void start(struct fixture *f, uint32_t task)
{
    record(f, TRACE_SPAWNED, task, (struct trace_object){0}, 0, NULL);
}

static void end(struct fixture *f, uint32_t task)
{
    record(f, TRACE_FINISHED, task, (struct trace_object){0}, 0, NULL);
}

static void holds(struct fixture *f, uint32_t task, struct trace_object object, int64_t at_ms,
                  const char *here)
{
    record(f, TRACE_HELD, task, object, at_ms, here);
}

static void gives(struct fixture *f, uint32_t task, struct trace_object object)
{
    record(f, TRACE_RELEASED, task, object, 0, NULL);
}

static void waits(struct fixture *f, uint32_t task, struct trace_object object, int64_t at_ms,
                  const char *here)
{
    record(f, TRACE_BLOCKED, task, object, at_ms, here);
}

static void goes_on(struct fixture *f, uint32_t task, struct trace_object object)
{
    record(f, TRACE_RESUMED, task, object, 0, NULL);
}

static struct trace_object task_object(uint32_t task)
{
    return (struct trace_object){"task", name_of(task), task};
}

static void expect_block(struct fixture *f, enum finding_kind kind, const char *block)
{
    struct finding finding = {0};

    assert_true(deadlock_judge(f->deadlock, 2500 * MS, &finding));
    assert_string_equal(finding.lines, block);
    assert_string_equal(finding_name(finding.kind), finding_name(kind));
    assert_int_equal(finding.time_ns, 2500 * MS);
    free(finding.lines);
}

static void expect_nothing(struct fixture *f)
{
    struct finding finding = {0};

    assert_false(deadlock_judge(f->deadlock, 2500 * MS, &finding));
    assert_null(finding.lines);
}

/* ---- nothing to say ---- */

static void where_nobody_waits_nothing_is_found(void **state)
{
    struct fixture *f = *state;

    expect_nothing(f);
    start(f, MAIN);
    start(f, WRITER);
    holds(f, WRITER, lock_a, 0, NULL);
    expect_nothing(f);
    waits(f, MAIN, lock_a, 0, NULL);
    goes_on(f, MAIN, lock_a);
    expect_nothing(f);
    waits(f, MAIN, lock_a, 0, NULL);
    end(f, MAIN);
    expect_nothing(f);
}

static void other_records_say_nothing(void **state)
{
    struct fixture *f = *state;

    start(f, MAIN);
    record(f, TRACE_OUTPUT, 0, (struct trace_object){0}, 0, NULL);
    record(f, TRACE_CHOICE, 0, (struct trace_object){.id = 2}, 0, NULL);
    record(f, TRACE_EXIT, 0, (struct trace_object){0}, 0, NULL);
    record(f, TRACE_QUIET, 0, (struct trace_object){0}, 0, NULL);
    waits(f, LAST, lock_a, 0, NULL); /* a task that never started */
    end(f, LAST);
    gives(f, LAST, lock_a);
    expect_nothing(f);
}

static void a_reset_forgets_everything(void **state)
{
    struct fixture *f = *state;

    start(f, MAIN);
    holds(f, MAIN, lock_a, 0, NULL);
    waits(f, MAIN, lock_a, 0, NULL);
    deadlock_reset(f->deadlock);
    expect_nothing(f);
    start(f, WRITER);
    waits(f, WRITER, lock_a, 0, NULL);
    expect_block(f, FINDING_ENDLESS_WAIT,
                 "writer  waits for lock A since 0.000s   nobody is left to end it\n");
}

/* ---- circles ---- */

static void two_tasks_with_two_locks(struct fixture *f)
{
    start(f, WRITER);
    start(f, READER);
    holds(f, WRITER, lock_a, 0, "scenarios/ladder.c:30");
    holds(f, READER, lock_b, 0, "scenarios/ladder.c:44");
    waits(f, READER, lock_a, 1000, "scenarios/ladder.c:45");
    waits(f, WRITER, lock_b, 2000, "scenarios/ladder.c:31");
}

static void a_circle_of_two_begins_with_the_older_task(void **state)
{
    struct fixture *f = *state;

    two_tasks_with_two_locks(f);
    expect_block(f, FINDING_DEADLOCK,
                 "writer  waits for lock B since 2.000s  ladder.c:31"
                 "   held by reader since 0.000s  ladder.c:44\n"
                 "reader  waits for lock A since 1.000s  ladder.c:45"
                 "   held by writer since 0.000s  ladder.c:30\n");
}

static void a_circle_of_three_comes_first_then_its_tail(void **state)
{
    struct fixture *f = *state;

    for (uint32_t task = MAIN; task <= LAST; task++)
        start(f, task);
    waits(f, MAIN, task_object(LAST), 0, NULL);
    holds(f, WRITER, lock_a, 100, NULL);
    holds(f, READER, lock_b, 200, NULL);
    holds(f, THIRD, lock_c, 300, NULL);
    waits(f, LAST, lock_c, 400, NULL);
    waits(f, THIRD, lock_a, 500, NULL);
    waits(f, READER, lock_c, 600, NULL);
    waits(f, WRITER, lock_b, 1700, NULL);
    expect_block(f, FINDING_DEADLOCK,
                 "writer  waits for lock B since 1.700s   held by reader since 0.200s\n"
                 "reader  waits for lock C since 0.600s   held by third since 0.300s\n"
                 "third   waits for lock A since 0.500s   held by writer since 0.100s\n"
                 "main    waits for task 5 since 0.000s   until Task-5 ends\n"
                 "Task-5  waits for lock C since 0.400s   held by third since 0.300s\n");
}

static void a_task_that_waits_for_what_it_holds_is_a_circle_of_one(void **state)
{
    struct fixture *f = *state;

    start(f, WRITER);
    holds(f, WRITER, lock_a, 0, "twice.c:5");
    waits(f, WRITER, lock_a, 0, "twice.c:6");
    expect_block(f, FINDING_DEADLOCK,
                 "writer  waits for lock A since 0.000s  twice.c:6"
                 "   held by writer since 0.000s  twice.c:5\n");
}

static void tasks_that_wait_for_each_other_are_a_circle(void **state)
{
    struct fixture *f = *state;

    start(f, WRITER);
    start(f, READER);
    waits(f, WRITER, task_object(READER), 0, NULL);
    waits(f, READER, task_object(WRITER), 0, NULL);
    expect_block(f, FINDING_DEADLOCK,
                 "writer  waits for task reader since 0.000s   until reader ends\n"
                 "reader  waits for task writer since 0.000s   until writer ends\n");
}

static void a_wait_that_is_over_is_no_part_of_a_circle(void **state)
{
    struct fixture *f = *state;

    two_tasks_with_two_locks(f);
    goes_on(f, WRITER, lock_b);
    expect_block(f, FINDING_ENDLESS_WAIT,
                 "reader  waits for lock A since 1.000s  ladder.c:45"
                 "   held by writer since 0.000s  ladder.c:30\n");
}

static void of_two_circles_the_first_is_shown_as_one(void **state)
{
    struct fixture *f = *state;

    for (uint32_t task = MAIN; task <= THIRD; task++)
        start(f, task);
    waits(f, MAIN, task_object(WRITER), 0, NULL);
    waits(f, WRITER, task_object(MAIN), 0, NULL);
    waits(f, READER, task_object(THIRD), 0, NULL);
    waits(f, THIRD, task_object(READER), 0, NULL);
    expect_block(f, FINDING_DEADLOCK,
                 "main    waits for task writer since 0.000s   until writer ends\n"
                 "writer  waits for task main since 0.000s   until main ends\n"
                 "reader  waits for task third since 0.000s   until third ends\n"
                 "third   waits for task reader since 0.000s   until reader ends\n");
}

/* ---- waits without an end ---- */

static void what_would_end_an_endless_wait_is_said_by_kind(void **state)
{
    static const struct {
        struct trace_object object;
        const char *block;
    } rows[] = {
        {{"future", NULL, 1},
         "main  waits for future 1 since 0.000s   nobody is left to complete it\n"},
        {{"event", "go", 1}, "main  waits for event go since 0.000s   nobody is left to set it\n"},
        {{"queue", "jobs", 1},
         "main  waits for queue jobs since 0.000s   nobody is left to put an item\n"},
        {{"room in queue", "jobs", 1},
         "main  waits for room in queue jobs since 0.000s   nobody is left to get an item\n"},
        {{"join of queue", "jobs", 1},
         "main  waits for join of queue jobs since 0.000s   nobody is left to say task_done\n"},
        {{"semaphore", NULL, 1},
         "main  waits for semaphore 1 since 0.000s   nobody holds a permit to release\n"},
        {{"barrier", NULL, 1},
         "main  waits for barrier 1 since 0.000s   too few are left to come\n"},
        {{"task", "gone", 9},
         "main  waits for task gone since 0.000s   nobody is left to end it\n"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        deadlock_reset(f->deadlock);
        start(f, MAIN);
        waits(f, MAIN, rows[i].object, 0, NULL);
        expect_block(f, FINDING_ENDLESS_WAIT, rows[i].block);
    }
}

static void whoever_stands_behind_an_endless_wait_is_shown_too(void **state)
{
    struct fixture *f = *state;

    start(f, MAIN);
    start(f, WRITER);
    waits(f, MAIN, task_object(WRITER), 0, "program.c:7");
    waits(f, WRITER, (struct trace_object){"future", NULL, 3}, 250, "/long/way/program.c:12");
    expect_block(f, FINDING_ENDLESS_WAIT,
                 "main    waits for task writer since 0.000s  program.c:7   until writer ends\n"
                 "writer  waits for future 3 since 0.250s  program.c:12"
                 "   nobody is left to complete it\n");
}

static void tasks_are_shown_in_the_order_they_started(void **state)
{
    struct fixture *f = *state;

    for (uint32_t task = MAIN; task <= THIRD; task++) {
        start(f, task);
        waits(f, task, (struct trace_object){"event", "go", 1}, 0, NULL);
    }
    end(f, MAIN);
    expect_block(f, FINDING_ENDLESS_WAIT,
                 "writer  waits for event go since 0.000s   nobody is left to set it\n"
                 "reader  waits for event go since 0.000s   nobody is left to set it\n"
                 "third   waits for event go since 0.000s   nobody is left to set it\n");
}

/* ---- waits for what holds ---- */

static const struct trace_object news = {"condition", "news", 21};

static void expects(struct fixture *f, uint32_t task, const char *by, bool holds_now, int64_t at_ms)
{
    trace_append(f->trace, &(struct trace_record){.time_ns = at_ms * MS,
                                                  .kind = TRACE_EXPECTED,
                                                  .process = 1,
                                                  .task = task,
                                                  .task_name = name_of(task),
                                                  .object = {"has_item", NULL, 0},
                                                  .value = holds_now,
                                                  .text = by});
}

static void who_waits_for_what_holds_has_lost_its_wake_up(void **state)
{
    struct fixture *f = *state;

    for (uint32_t task = MAIN; task <= READER; task++)
        start(f, task);
    waits(f, MAIN, task_object(READER), 0, NULL);
    waits(f, READER, news, 500, "pool.c:31");
    expects(f, READER, "writer", true, 1000);
    waits(f, WRITER, news, 1500, NULL);
    expects(f, WRITER, NULL, true, 1500);
    expect_block(f, FINDING_LOST_WAKEUP,
                 "writer  waits for condition news since 1.500s"
                 "   though has_item holds since 1.500s\n"
                 "reader  waits for condition news since 0.500s  pool.c:31"
                 "   though has_item holds since 1.000s, by writer\n"
                 "main    waits for task reader since 0.000s   until reader ends\n");
}

static void what_holds_no_longer_is_a_wait_without_end(void **state)
{
    struct fixture *f = *state;

    start(f, READER);
    waits(f, READER, news, 500, NULL);
    expects(f, READER, "writer", true, 1000);
    expects(f, READER, "writer", false, 2000);
    expect_block(f, FINDING_ENDLESS_WAIT,
                 "reader  waits for condition news since 0.500s   nobody is left to notify\n");
}

/* It could go on but for the lock, which somebody holds. */
static void who_waits_for_a_holder_has_not_lost_its_wake_up(void **state)
{
    struct fixture *f = *state;

    start(f, WRITER);
    start(f, READER);
    holds(f, WRITER, lock_a, 0, NULL);
    waits(f, READER, lock_a, 500, NULL);
    expects(f, READER, "writer", true, 1000);
    waits(f, WRITER, news, 1500, NULL);
    expect_block(f, FINDING_ENDLESS_WAIT,
                 "writer  waits for condition news since 1.500s   nobody is left to notify\n"
                 "reader  waits for lock A since 0.500s   held by writer since 0.000s\n");
    waits(f, WRITER, task_object(READER), 1500, NULL);
    expect_block(f, FINDING_DEADLOCK,
                 "writer  waits for task reader since 1.500s   until reader ends\n"
                 "reader  waits for lock A since 0.500s   held by writer since 0.000s\n");
}

/* ---- while others go on ---- */

static void expect_partial(struct fixture *f, bool cut, int64_t at_ms, const char *block)
{
    struct finding finding = {0};

    assert_true(deadlock_partial(f->deadlock, cut, 2500 * MS, &finding));
    assert_string_equal(finding.lines, block);
    assert_int_equal(finding.kind, FINDING_PARTIAL_DEADLOCK);
    assert_int_equal(finding.time_ns, at_ms * MS);
    free(finding.lines);
}

static void expect_no_partial(struct fixture *f, bool cut)
{
    struct finding finding = {0};

    assert_false(deadlock_partial(f->deadlock, cut, 2500 * MS, &finding));
    assert_null(finding.lines);
}

static const char two_with_two_locks[] = "writer  waits for lock B since 2.000s  ladder.c:31"
                                         "   held by reader since 0.000s  ladder.c:44\n"
                                         "reader  waits for lock A since 1.000s  ladder.c:45"
                                         "   held by writer since 0.000s  ladder.c:30\n";

/* What comes after the end of main - it cancels them - is no way out. */
static void a_circle_that_is_there_when_main_ends_is_found(void **state)
{
    struct fixture *f = *state;

    start(f, MAIN);
    start(f, THIRD);
    two_tasks_with_two_locks(f);
    waits(f, THIRD, news, 2000, NULL);
    record(f, TRACE_FINISHED, MAIN, (struct trace_object){0}, 2200, NULL);
    goes_on(f, WRITER, lock_b);
    end(f, WRITER);
    expect_partial(f, false, 2200, two_with_two_locks);
    expect_no_partial(f, false);
}

/* ---- several processes ---- */

/* A record of process `process`, labelled, at 2.3 s. */
static void record_of(struct fixture *f, uint32_t process, enum trace_kind kind, uint32_t task,
                      struct trace_object object)
{
    trace_append(f->trace, &(struct trace_record){.time_ns = 2300 * MS,
                                                  .kind = kind,
                                                  .process = process,
                                                  .label = process == 2 ? "client" : "server",
                                                  .task = task,
                                                  .task_name = name_of(task),
                                                  .object = object});
}

/* Its own main may have a way out of it yet: a timeout. */
static void a_circle_of_another_process_is_not_looked_at_when_main_ends(void **state)
{
    struct fixture *f = *state;

    start(f, MAIN);
    two_tasks_with_two_locks(f);
    record_of(f, 2, TRACE_SPAWNED, MAIN, (struct trace_object){0});
    record_of(f, 2, TRACE_SPAWNED, WRITER, (struct trace_object){0});
    record_of(f, 2, TRACE_BLOCKED, WRITER, permits);
    record_of(f, 2, TRACE_FINISHED, MAIN, (struct trace_object){0});
    goes_on(f, WRITER, lock_b);
    end(f, WRITER);
    expect_no_partial(f, false);
}

static void the_tasks_of_a_process_end_with_it(void **state)
{
    struct fixture *f = *state;

    start(f, MAIN);
    waits(f, MAIN, news, 1000, NULL);
    record_of(f, 2, TRACE_SPAWNED, MAIN, (struct trace_object){0});
    record_of(f, 2, TRACE_SPAWNED, WRITER, (struct trace_object){0});
    record_of(f, 2, TRACE_BLOCKED, MAIN, permits);
    record_of(f, 2, TRACE_BLOCKED, WRITER, permits);
    assert_true(deadlock_has_waits(f->deadlock, 2));
    record_of(f, 2, TRACE_EXIT, 0, (struct trace_object){0});
    assert_false(deadlock_has_waits(f->deadlock, 2));
    assert_true(deadlock_has_waits(f->deadlock, 1));
    expect_block(f, FINDING_ENDLESS_WAIT,
                 "main  waits for condition news since 1.000s   nobody is left to notify\n");
}

static void who_is_meant_to_wait_stands_behind_and_is_owed_nothing(void **state)
{
    struct fixture *f = *state;

    record_of(f, 1, TRACE_SPAWNED, MAIN, (struct trace_object){0});
    record_of(f, 1, TRACE_BLOCKED, MAIN, permits);
    record_of(f, 2, TRACE_SPAWNED, MAIN, (struct trace_object){0});
    record_of(f, 2, TRACE_BLOCKED, MAIN, permits);
    deadlock_excuse(f->deadlock, 1);
    expect_block(f, FINDING_ENDLESS_WAIT,
                 "client/main  waits for semaphore permits since 2.300s   nobody holds a permit to "
                 "release\n"
                 "server/main  waits for semaphore permits since 2.300s\n");
}

/* Of a thousand hosts the first ones will do. */
static void of_many_processes_the_first_are_told(void **state)
{
    struct fixture *f = *state;
    struct finding finding = {0};
    size_t lines = 0;

    for (uint32_t process = 1; process <= 1000; process++) {
        record_of(f, process, TRACE_SPAWNED, MAIN, (struct trace_object){0});
        record_of(f, process, TRACE_BLOCKED, MAIN, permits);
    }
    assert_true(deadlock_judge(f->deadlock, 2500 * MS, &finding));
    for (const char *at = finding.lines; *at != '\0'; at++)
        lines += *at == '\n';
    assert_int_equal(lines, 21);
    assert_non_null(strstr(finding.lines, "\nand those of 980 processes more\n"));
    free(finding.lines);
}

/* ---- cancelled ---- */

static void cancel(struct fixture *f, uint32_t by, uint32_t task)
{
    trace_append(f->trace, &(struct trace_record){.time_ns = 2100 * MS,
                                                  .kind = TRACE_CANCELLED,
                                                  .process = 1,
                                                  .task = by,
                                                  .object = task_object(task),
                                                  .value = 1});
}

static void a_circle_is_found_when_another_task_cancels_it_away(void **state)
{
    struct fixture *f = *state;

    start(f, MAIN);
    two_tasks_with_two_locks(f);
    cancel(f, 0, WRITER); /* a timeout */
    expect_no_partial(f, false);
    cancel(f, MAIN, WRITER);
    goes_on(f, WRITER, lock_b);
    end(f, WRITER);
    end(f, MAIN);
    expect_partial(f, false, 2100, two_with_two_locks);
}

static void a_circle_that_was_resolved_before_is_not(void **state)
{
    struct fixture *f = *state;

    start(f, MAIN);
    two_tasks_with_two_locks(f);
    end(f, LAST);
    goes_on(f, WRITER, lock_b);
    end(f, MAIN);
    two_tasks_with_two_locks(f);
    expect_no_partial(f, false);
}

static void in_a_run_that_is_cut_short_the_circle_is_there_at_the_end(void **state)
{
    struct fixture *f = *state;

    start(f, MAIN);
    expect_no_partial(f, true);
    two_tasks_with_two_locks(f);
    expect_partial(f, true, 2500, two_with_two_locks);
}

/* ---- several who could end a wait ---- */

static void a_gather_waits_for_the_children_that_are_left(void **state)
{
    struct fixture *f = *state;

    for (uint32_t task = MAIN; task <= THIRD; task++)
        start(f, task);
    for (uint32_t task = WRITER; task <= THIRD; task++)
        holds(f, task, gather, 0, NULL); /* each owes the gather its end */
    waits(f, MAIN, gather, 0, "program.c:9");
    waits(f, WRITER, lock_a, 0, NULL);
    waits(f, READER, lock_b, 0, NULL);
    gives(f, THIRD, gather);
    end(f, THIRD);
    expect_block(f, FINDING_ENDLESS_WAIT,
                 "main    waits for gather 15 since 0.000s  program.c:9"
                 "   until writer and reader end\n"
                 "writer  waits for lock A since 0.000s   nobody is left to end it\n"
                 "reader  waits for lock B since 0.000s   nobody is left to end it\n");
    gives(f, WRITER, gather);
    end(f, WRITER);
    expect_block(f, FINDING_ENDLESS_WAIT,
                 "main    waits for gather 15 since 0.000s  program.c:9   until reader ends\n"
                 "reader  waits for lock B since 0.000s   nobody is left to end it\n");
}

static void a_child_that_waits_for_its_gather_is_a_circle(void **state)
{
    struct fixture *f = *state;

    start(f, MAIN);
    start(f, WRITER);
    start(f, READER);
    holds(f, WRITER, gather, 0, NULL);
    holds(f, READER, gather, 0, NULL);
    waits(f, MAIN, gather, 0, NULL);
    waits(f, WRITER, (struct trace_object){"future", NULL, 3}, 0, NULL);
    waits(f, READER, task_object(MAIN), 0, NULL);
    expect_block(f, FINDING_DEADLOCK,
                 "main    waits for gather 15 since 0.000s   until writer and reader end\n"
                 "reader  waits for task main since 0.000s   until main ends\n"
                 "writer  waits for future 3 since 0.000s   nobody is left to complete it\n");
}

/* The first holder of a permit waits for something else; the circle goes through the second. */
static void any_holder_of_a_semaphore_can_close_a_circle(void **state)
{
    struct fixture *f = *state;

    for (uint32_t task = MAIN; task <= READER; task++)
        start(f, task);
    holds(f, MAIN, permits, 0, "pool.c:1");
    holds(f, READER, permits, 100, "pool.c:2");
    holds(f, WRITER, lock_a, 200, "pool.c:3");
    waits(f, MAIN, (struct trace_object){"event", "go", 1}, 300, NULL);
    waits(f, WRITER, permits, 400, "pool.c:4");
    waits(f, READER, lock_a, 500, "pool.c:5");
    expect_block(f, FINDING_DEADLOCK,
                 "writer  waits for semaphore permits since 0.400s  pool.c:4"
                 "   held by reader since 0.100s  pool.c:2\n"
                 "reader  waits for lock A since 0.500s  pool.c:5"
                 "   held by writer since 0.200s  pool.c:3\n"
                 "main    waits for event go since 0.300s   nobody is left to set it\n");
}

static void a_permit_held_twice_is_given_back_once(void **state)
{
    struct fixture *f = *state;

    start(f, MAIN);
    start(f, WRITER);
    holds(f, MAIN, permits, 100, NULL);
    holds(f, MAIN, permits, 200, NULL);
    gives(f, MAIN, permits);
    waits(f, WRITER, permits, 300, NULL);
    expect_block(f, FINDING_ENDLESS_WAIT,
                 "writer  waits for semaphore permits since 0.300s   held by main since 0.100s\n");
    gives(f, MAIN, permits);
    expect_block(f, FINDING_ENDLESS_WAIT,
                 "writer  waits for semaphore permits since 0.300s"
                 "   nobody holds a permit to release\n");
}

static void a_holder_that_has_ended_cannot_give_back(void **state)
{
    struct fixture *f = *state;

    start(f, WRITER);
    start(f, READER);
    holds(f, WRITER, lock_a, 0, NULL);
    end(f, WRITER);
    waits(f, READER, lock_a, 100, "program.c:3");
    expect_block(f, FINDING_ENDLESS_WAIT,
                 "reader  waits for lock A since 0.100s  program.c:3   nobody is left to end it\n");
}

/* A permit that was taken to the grave must not hide the holder that is alive. */
static void a_holder_that_has_ended_does_not_hide_the_others(void **state)
{
    struct fixture *f = *state;

    for (uint32_t task = MAIN; task <= READER; task++)
        start(f, task);
    holds(f, MAIN, permits, 0, NULL);
    holds(f, READER, permits, 100, NULL);
    holds(f, WRITER, lock_a, 200, NULL);
    end(f, MAIN);
    waits(f, WRITER, permits, 400, NULL);
    waits(f, READER, lock_a, 500, NULL);
    expect_block(f, FINDING_DEADLOCK,
                 "writer  waits for semaphore permits since 0.400s   held by reader since 0.100s\n"
                 "reader  waits for lock A since 0.500s   held by writer since 0.200s\n");
}

/* ---- who has ended such waits before ---- */

static const struct trace_object request = {"event", "request", 21};
static const struct trace_object answer = {"event", "answer", 22};

static void sets(struct fixture *f, uint32_t task, struct trace_object object)
{
    record(f, TRACE_SIGNALLED, task, object, 0, NULL);
}

/* Nobody holds an event; who has set it before is who may set it again. */
static void two_who_have_woken_each_other_before_are_a_knot(void **state)
{
    struct fixture *f = *state;

    start(f, WRITER);
    start(f, READER);
    sets(f, WRITER, request);
    sets(f, WRITER, request);
    sets(f, READER, answer);
    waits(f, WRITER, answer, 1000, "call.c:3");
    waits(f, READER, request, 2000, "call.c:9");
    expect_block(f, FINDING_DEADLOCK,
                 "writer  waits for event answer since 1.000s  call.c:3"
                 "   reader would have to set it, as before\n"
                 "reader  waits for event request since 2.000s  call.c:9"
                 "   writer would have to set it, as before\n"
                 "each waits for others of these, and nobody else who is left has ended such a "
                 "wait\n");
}

/* The third, who has set it too, waits for what nobody can bring about: he is the way out. */
static void a_way_out_of_the_circle_is_no_knot(void **state)
{
    struct fixture *f = *state;

    for (uint32_t task = WRITER; task <= THIRD; task++)
        start(f, task);
    sets(f, WRITER, request);
    sets(f, READER, answer);
    sets(f, THIRD, answer);
    waits(f, WRITER, answer, 1000, NULL);
    waits(f, READER, request, 1000, NULL);
    waits(f, THIRD, (struct trace_object){"future", NULL, 3}, 1000, NULL);
    expect_block(f, FINDING_ENDLESS_WAIT,
                 "writer  waits for event answer since 1.000s"
                 "   reader or third would have to set it, as before\n"
                 "reader  waits for event request since 1.000s"
                 "   writer would have to set it, as before\n"
                 "third   waits for future 3 since 1.000s   nobody is left to complete it\n");
}

static void all_who_could_end_a_wait_belong_to_its_knot(void **state)
{
    struct fixture *f = *state;

    for (uint32_t task = WRITER; task <= THIRD; task++)
        start(f, task);
    sets(f, WRITER, request);
    sets(f, READER, answer);
    sets(f, THIRD, answer);
    holds(f, WRITER, lock_a, 0, NULL);
    waits(f, WRITER, answer, 1000, NULL);
    waits(f, READER, request, 1000, NULL);
    waits(f, THIRD, lock_a, 1000, NULL);
    expect_block(f, FINDING_DEADLOCK,
                 "writer  waits for event answer since 1.000s"
                 "   reader or third would have to set it, as before\n"
                 "reader  waits for event request since 1.000s"
                 "   writer would have to set it, as before\n"
                 "third   waits for lock A since 1.000s   held by writer since 0.000s\n"
                 "each waits for others of these, and nobody else who is left has ended such a "
                 "wait\n");
}

/* Two who wait for one thing do not wait for each other, even if both have brought it before. */
static void those_in_one_line_are_no_knot(void **state)
{
    struct fixture *f = *state;

    start(f, WRITER);
    start(f, READER);
    sets(f, WRITER, request);
    sets(f, READER, request);
    waits(f, WRITER, request, 1000, NULL);
    waits(f, READER, request, 1000, NULL);
    expect_block(f, FINDING_ENDLESS_WAIT,
                 "writer  waits for event request since 1.000s   nobody is left to set it\n"
                 "reader  waits for event request since 1.000s   nobody is left to set it\n");
}

/* A callback may do it again, and what nobody has ever ended, nobody is known to. */
static void where_others_may_have_a_hand_there_is_no_knot(void **state)
{
    struct fixture *f = *state;
    struct finding finding = {0};

    start(f, WRITER);
    start(f, READER);
    sets(f, WRITER, request);
    waits(f, WRITER, answer, 1000, NULL);
    waits(f, READER, request, 1000, NULL);
    assert_true(deadlock_judge(f->deadlock, 0, &finding));
    assert_int_equal(finding.kind, FINDING_ENDLESS_WAIT);
    free(finding.lines);
    sets(f, READER, answer);
    sets(f, 0, answer);
    assert_true(deadlock_judge(f->deadlock, 0, &finding));
    assert_int_equal(finding.kind, FINDING_ENDLESS_WAIT);
    free(finding.lines);
}

static void each_kind_of_wait_has_those_who_end_it(void **state)
{
    static const struct trace_object queue = {"queue", "jobs", 31};
    static const struct trace_object room = {"room in queue", "jobs", 31};
    static const struct trace_object join = {"join of queue", "jobs", 31};
    const struct {
        enum trace_kind kind;
        struct trace_object by, wait;
        const char *needed;
    } rows[] = {
        {TRACE_PUT, queue, queue, "put an item"},
        {TRACE_GOT, queue, room, "get an item"},
        {TRACE_GOT, queue, join, "say task_done"},
        {TRACE_SIGNALLED, join, join, "say task_done"},
        {TRACE_RELEASED, permits, permits, "release a permit"},
        {TRACE_SIGNALLED, {"condition", "news", 32}, {"condition", "news", 32}, "notify"},
        {TRACE_SIGNALLED, {"barrier", "gate", 33}, {"barrier", "gate", 33}, "come"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct finding finding = {0};

        deadlock_reset(f->deadlock);
        start(f, WRITER);
        start(f, READER);
        record(f, rows[i].kind, READER, rows[i].by, 0, NULL);
        waits(f, WRITER, rows[i].wait, 0, NULL);
        waits(f, READER, task_object(WRITER), 0, NULL);
        assert_true(deadlock_judge(f->deadlock, 0, &finding));
        assert_int_equal(finding.kind, FINDING_DEADLOCK);
        assert_non_null(strstr(finding.lines, rows[i].needed));
        free(finding.lines);
    }
}

/* Of whom so many have set it nobody is named. */
static void of_too_many_nothing_is_said(void **state)
{
    struct fixture *f = *state;
    struct finding finding = {0};

    start(f, WRITER);
    for (uint32_t task = 100; task < 117; task++) {
        trace_append(f->trace,
                     &(struct trace_record){.kind = TRACE_SPAWNED, .process = 1, .task = task});
        trace_append(f->trace, &(struct trace_record){.kind = TRACE_SIGNALLED,
                                                      .process = 1,
                                                      .task = task,
                                                      .object = request});
        trace_append(f->trace, &(struct trace_record){.kind = TRACE_BLOCKED,
                                                      .process = 1,
                                                      .task = task,
                                                      .object = task_object(WRITER)});
    }
    waits(f, WRITER, request, 0, NULL);
    assert_true(deadlock_judge(f->deadlock, 0, &finding));
    assert_int_equal(finding.kind, FINDING_ENDLESS_WAIT);
    free(finding.lines);
}

/* ---- some, while others go on ---- */

static void a_knot_is_partial_while_others_go_on(void **state)
{
    struct fixture *f = *state;

    for (uint32_t task = MAIN; task <= THIRD; task++)
        start(f, task);
    sets(f, WRITER, request);
    sets(f, READER, answer);
    waits(f, WRITER, answer, 1000, NULL);
    waits(f, READER, request, 1000, NULL);
    waits(f, THIRD, (struct trace_object){"sleep", NULL, 0}, 1000, NULL);
    end(f, MAIN);
    expect_partial(f, false, 0,
                   "writer  waits for event answer since 1.000s"
                   "   reader would have to set it, as before\n"
                   "reader  waits for event request since 1.000s"
                   "   writer would have to set it, as before\n"
                   "each waits for others of these, and nobody else who is left has ended such a "
                   "wait\n");
}

/* Main could have: it has, before it ended. */
static void who_has_ended_may_have_been_the_one_to_end_a_wait(void **state)
{
    struct fixture *f = *state;

    for (uint32_t task = MAIN; task <= READER; task++)
        start(f, task);
    sets(f, MAIN, answer);
    sets(f, WRITER, request);
    sets(f, READER, answer);
    waits(f, WRITER, answer, 1000, NULL);
    waits(f, READER, request, 1000, NULL);
    end(f, MAIN);
    expect_no_partial(f, false);
}

/* Two wait for each other by way of a permit that the third, who goes on, holds another of. */
static void a_holder_who_goes_on_is_a_way_out(void **state)
{
    struct fixture *f = *state;

    for (uint32_t task = MAIN; task <= THIRD; task++)
        start(f, task);
    holds(f, READER, permits, 0, NULL);
    holds(f, THIRD, permits, 0, NULL);
    holds(f, WRITER, lock_a, 0, NULL);
    waits(f, WRITER, permits, 1000, NULL);
    waits(f, READER, lock_a, 1000, NULL);
    end(f, MAIN);
    expect_no_partial(f, false);
    waits(f, THIRD, lock_a, 1000, NULL);
    expect_partial(
        f, true, 2500,
        "writer  waits for semaphore permits since 1.000s   held by reader since 0.000s\n"
        "reader  waits for lock A since 1.000s   held by writer since 0.000s\n");
}

/* ---- processes and kinds ---- */

static void equal_numbers_of_another_process_are_another_task(void **state)
{
    struct fixture *f = *state;
    struct trace_record other = {.process = 2, .task = WRITER, .task_name = "other"};

    start(f, WRITER);
    other.kind = TRACE_SPAWNED;
    trace_append(f->trace, &other);
    other.kind = TRACE_HELD;
    other.object = lock_a;
    trace_append(f->trace, &other);
    waits(f, WRITER, lock_a, 0, NULL);
    expect_block(f, FINDING_ENDLESS_WAIT,
                 "writer  waits for lock A since 0.000s   nobody is left to end it\n");
}

/* A loop of another thread numbers its tasks by itself; a lock is one in the whole process. */
static void equal_numbers_of_another_thread_are_another_task(void **state)
{
    struct fixture *f = *state;
    struct trace_record other = {
        .process = 1, .thread = 1, .task = WRITER, .task_name = "other", .time_ns = 0};

    start(f, WRITER);
    other.kind = TRACE_SPAWNED;
    trace_append(f->trace, &other);
    other.kind = TRACE_HELD;
    other.object = lock_a;
    trace_append(f->trace, &other);
    waits(f, WRITER, lock_a, 0, NULL);
    expect_block(f, FINDING_ENDLESS_WAIT,
                 "writer  waits for lock A since 0.000s   held by other since 0.000s\n");
}

static void equal_numbers_of_another_kind_are_another_object(void **state)
{
    struct fixture *f = *state;

    start(f, WRITER);
    start(f, READER);
    holds(f, READER, (struct trace_object){"semaphore", NULL, lock_a.id}, 0, NULL);
    waits(f, WRITER, lock_a, 0, NULL);
    expect_block(f, FINDING_ENDLESS_WAIT,
                 "writer  waits for lock A since 0.000s   nobody is left to end it\n");
}

static void a_thing_without_a_number_is_nobodys(void **state)
{
    struct fixture *f = *state;

    start(f, WRITER);
    start(f, READER);
    holds(f, READER, (struct trace_object){"sleep", NULL, 0}, 0, NULL);
    waits(f, WRITER, (struct trace_object){"sleep", NULL, 0}, 0, NULL);
    expect_block(f, FINDING_ENDLESS_WAIT,
                 "writer  waits for sleep since 0.000s   nobody is left to end it\n");
}

static void many_tasks_in_a_chain_end_in_their_circle(void **state)
{
    struct fixture *f = *state;
    struct finding finding = {0};
    size_t lines = 0;

    for (uint32_t task = 100; task < 1100; task++)
        trace_append(f->trace, &(struct trace_record){.kind = TRACE_SPAWNED, .task = task});
    for (uint32_t task = 100; task < 1100; task++)
        trace_append(f->trace, &(struct trace_record){.kind = TRACE_BLOCKED,
                                                      .task = task,
                                                      .object = {"task", NULL,
                                                                 task < 1099 ? task + 1 : 1098}});
    assert_true(deadlock_judge(f->deadlock, 0, &finding));
    assert_int_equal(finding.kind, FINDING_DEADLOCK);
    for (const char *at = strchr(finding.lines, '\n'); at != NULL; at = strchr(at + 1, '\n'))
        lines++;
    assert_int_equal(lines, 1000);
    assert_memory_equal(finding.lines, "Task-1098", 9);
    free(finding.lines);
}

static void kinds_of_findings_have_the_words_of_scenario_files(void **state)
{
    (void)state;
    assert_string_equal(finding_name(FINDING_NONE), "nothing");
    assert_string_equal(finding_name(FINDING_DEADLOCK), "deadlock");
    assert_string_equal(finding_name(FINDING_ENDLESS_WAIT), "endless-wait");
    assert_string_equal(finding_name(FINDING_LIVELOCK), "livelock");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(where_nobody_waits_nothing_is_found),
        TEST(other_records_say_nothing),
        TEST(a_reset_forgets_everything),
        TEST(a_circle_of_two_begins_with_the_older_task),
        TEST(a_circle_of_three_comes_first_then_its_tail),
        TEST(a_task_that_waits_for_what_it_holds_is_a_circle_of_one),
        TEST(tasks_that_wait_for_each_other_are_a_circle),
        TEST(a_wait_that_is_over_is_no_part_of_a_circle),
        TEST(of_two_circles_the_first_is_shown_as_one),
        TEST(what_would_end_an_endless_wait_is_said_by_kind),
        TEST(whoever_stands_behind_an_endless_wait_is_shown_too),
        TEST(tasks_are_shown_in_the_order_they_started),
        TEST(who_waits_for_what_holds_has_lost_its_wake_up),
        TEST(what_holds_no_longer_is_a_wait_without_end),
        TEST(who_waits_for_a_holder_has_not_lost_its_wake_up),
        TEST(a_circle_that_is_there_when_main_ends_is_found),
        TEST(a_circle_of_another_process_is_not_looked_at_when_main_ends),
        TEST(the_tasks_of_a_process_end_with_it),
        TEST(who_is_meant_to_wait_stands_behind_and_is_owed_nothing),
        TEST(of_many_processes_the_first_are_told),
        TEST(a_circle_is_found_when_another_task_cancels_it_away),
        TEST(a_circle_that_was_resolved_before_is_not),
        TEST(in_a_run_that_is_cut_short_the_circle_is_there_at_the_end),
        TEST(two_who_have_woken_each_other_before_are_a_knot),
        TEST(a_way_out_of_the_circle_is_no_knot),
        TEST(all_who_could_end_a_wait_belong_to_its_knot),
        TEST(those_in_one_line_are_no_knot),
        TEST(where_others_may_have_a_hand_there_is_no_knot),
        TEST(each_kind_of_wait_has_those_who_end_it),
        TEST(of_too_many_nothing_is_said),
        TEST(a_knot_is_partial_while_others_go_on),
        TEST(who_has_ended_may_have_been_the_one_to_end_a_wait),
        TEST(a_holder_who_goes_on_is_a_way_out),
        TEST(a_gather_waits_for_the_children_that_are_left),
        TEST(a_child_that_waits_for_its_gather_is_a_circle),
        TEST(any_holder_of_a_semaphore_can_close_a_circle),
        TEST(a_permit_held_twice_is_given_back_once),
        TEST(a_holder_that_has_ended_cannot_give_back),
        TEST(a_holder_that_has_ended_does_not_hide_the_others),
        TEST(equal_numbers_of_another_process_are_another_task),
        TEST(equal_numbers_of_another_thread_are_another_task),
        TEST(equal_numbers_of_another_kind_are_another_object),
        TEST(a_thing_without_a_number_is_nobodys),
        TEST(many_tasks_in_a_chain_end_in_their_circle),
        TEST(kinds_of_findings_have_the_words_of_scenario_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
