/*
 * trace_test.c - the record of what happened: its hash, its text, who listens.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "tests/lib/apart.h"
#include "world/trace.h"

#define MS INT64_C(1000000)

struct fixture {
    struct trace *trace;
    struct trace *other;
};

static int fixture_open(void **state)
{
    static struct fixture fixture;

    fixture.trace = trace_new();
    fixture.other = trace_new();
    *state = &fixture;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;

    trace_free(f->trace);
    trace_free(f->other);
    return 0;
}

static const struct trace_record sample = {
    .time_ns = 1500 * MS,
    .kind = TRACE_BLOCKED,
    .process = 1,
    .task = 2,
    .other = 3,
    .task_name = "writer",
    .object = {"lock", "A", 4},
    .value = 5,
    .text = "text",
    .here = "ladder.c:31",
};

/* Another record. */
static const struct trace_record later = {.time_ns = 1501 * MS, .kind = TRACE_RESUMED, .task = 2};

static void equal_records_have_equal_hashes(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(trace_hash(f->trace), HASH_START);
    for (int i = 0; i < 3; i++) {
        trace_append(f->trace, &sample);
        trace_append(f->other, &sample);
        assert_int_equal(trace_hash(f->trace), trace_hash(f->other));
    }
    assert_int_equal(trace_difference(f->trace, f->other), SIZE_MAX);
}

static void expect_different(struct fixture *f, const struct trace_record *changed,
                             const char *field)
{
    trace_reset(f->other);
    trace_append(f->other, changed);
    if (trace_hash(f->other) == trace_hash(f->trace) || trace_difference(f->other, f->trace) != 0)
        fail_msg("another %s makes no difference", field);
}

static void every_field_counts_but_the_place(void **state)
{
    struct fixture *f = *state;

#define CHANGE(field, new)                     \
    do {                                       \
        struct trace_record changed = sample;  \
                                               \
        changed.field = (new);                 \
        expect_different(f, &changed, #field); \
    } while (0)

    trace_append(f->trace, &sample);
    CHANGE(time_ns, sample.time_ns + 1);
    CHANGE(kind, TRACE_RESUMED);
    CHANGE(process, 2);
    CHANGE(task, 3);
    CHANGE(other, 4);
    CHANGE(task_name, "reader");
    CHANGE(task_name, "");
    CHANGE(task_name, NULL);
    CHANGE(object.kind, "event");
    CHANGE(object.kind, NULL);
    CHANGE(object.name, "B");
    CHANGE(object.name, NULL);
    CHANGE(object.id, 5);
    CHANGE(value, -5);
    CHANGE(text, "texts");
    CHANGE(text, "");
    CHANGE(text, NULL);
#undef CHANGE
}

static void the_place_does_not_count(void **state)
{
    struct fixture *f = *state;
    struct trace_record elsewhere = sample;

    elsewhere.here = "ladder.c:32";
    trace_append(f->trace, &sample);
    trace_append(f->other, &elsewhere);
    elsewhere.here = NULL;
    trace_append(f->trace, &sample);
    trace_append(f->other, &elsewhere);
    assert_int_equal(trace_hash(f->trace), trace_hash(f->other));
    assert_int_equal(trace_difference(f->trace, f->other), SIZE_MAX);
}

static void the_order_of_records_counts(void **state)
{
    struct fixture *f = *state;

    trace_append(f->trace, &sample);
    trace_append(f->trace, &later);
    trace_append(f->other, &later);
    trace_append(f->other, &sample);
    assert_int_not_equal(trace_hash(f->trace), trace_hash(f->other));
    assert_int_equal(trace_difference(f->trace, f->other), 0);
}

static void the_difference_is_the_first_of_several(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 10; i++) {
        trace_append(f->trace, &sample);
        trace_append(f->other, i == 4 || i == 7 ? &later : &sample);
    }
    assert_int_equal(trace_difference(f->trace, f->other), 4);
}

static void a_beginning_differs_where_it_ends(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(trace_difference(f->trace, f->other), SIZE_MAX);
    trace_append(f->trace, &sample);
    assert_int_equal(trace_difference(f->trace, f->other), 0);
    assert_int_equal(trace_difference(f->other, f->trace), 0);
    trace_append(f->other, &sample);
    trace_append(f->other, &sample);
    assert_int_equal(trace_difference(f->trace, f->other), 1);
}

/* A record that is all zero up to its text: nothing of it may vanish in the hash. */
static void traces_whose_hashes_differ_have_a_difference(void **state)
{
    struct fixture *f = *state;

    trace_append(f->trace, &(struct trace_record){.text = NULL});
    trace_append(f->other, &(struct trace_record){.text = ""});
    assert_int_not_equal(trace_hash(f->trace), trace_hash(f->other));
    assert_int_equal(trace_difference(f->trace, f->other), 0);
}

/* ---- text ---- */

static void a_record_is_a_line_of_text(void **state)
{
    static const struct {
        struct trace_record record;
        const char *line;
    } rows[] = {
        {{.kind = TRACE_PROCESS, .process = 1, .text = "main"}, "0.000 process starts main"},
        {{.kind = TRACE_SPAWNED, .task = 3, .task_name = "writer", .other = 1},
         "0.000 writer starts"},
        {{.kind = TRACE_SPAWNED, .task = 3, .other = 1, .text = "writer"}, "0.000 Task-3 starts"},
        {{.time_ns = 1000 * MS,
          .kind = TRACE_BLOCKED,
          .task = 2,
          .object = {"lock", "A", 7},
          .here = "ladder.c:31"},
         "1.000 Task-2 waits for lock A  ladder.c:31"},
        {{.time_ns = 1000 * MS, .kind = TRACE_BLOCKED, .task = 2, .object = {"sleep", NULL, 0}},
         "1.000 Task-2 waits for sleep"},
        {{.time_ns = 61234 * MS + 999999,
          .kind = TRACE_RESUMED,
          .task = 2,
          .task_name = "reader",
          .object = {"queue", NULL, 4},
          .value = -125},
         "61.234 reader resumes from queue 4 (-125)"},
        {{.kind = TRACE_HELD, .task = 2, .object = {"semaphore", NULL, 4}},
         "0.000 Task-2 takes semaphore 4"},
        {{.kind = TRACE_RELEASED, .task = 2, .object = {"semaphore", NULL, 4}},
         "0.000 Task-2 gives back semaphore 4"},
        {{.kind = TRACE_FINISHED, .task = 2}, "0.000 Task-2 ends"},
        {{.time_ns = 5 * MS, .kind = TRACE_OUTPUT, .text = "hello"}, "0.005 prints hello"},
        {{.kind = TRACE_CHOICE, .value = 0, .object = {.id = 2}, .text = "timer.order t2 sleep"},
         "0.000 choice timer.order t2 sleep 0 of 2"},
        {{.kind = TRACE_EXIT, .value = 3}, "0.000 process ends (3)"},
        {{.kind = TRACE_EXIT}, "0.000 process ends"},
        {{.time_ns = 2000 * MS, .kind = TRACE_QUIET}, "2.000 nothing can happen any more"},
        {{.kind = TRACE_BUDGET}, "0.000 step budget spent"},
    };
    char text[200];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(trace_line(&rows[i].record, text, sizeof text), rows[i].line);
}

static void a_line_is_cut_to_the_room_there_is(void **state)
{
    char text[] = "..........";

    (void)state;
    trace_line(&sample, text, 6);
    assert_string_equal(text, "1.500");
    assert_string_equal(text + 6, "....");
}

static void long_names_are_cut_in_a_line_and_kept_in_the_record(void **state)
{
    struct fixture *f = *state;
    struct trace_record record = sample;
    char name[500], text[2000];

    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    record.task_name = record.object.name = name;
    trace_append(f->trace, &record);
    assert_string_equal(trace_at(f->trace, 0)->task_name, name);
    trace_line(trace_at(f->trace, 0), text, sizeof text);
    assert_true(strlen(text) < 300);
}

static void what_has_no_name_has_a_number(void **state)
{
    char text[40];

    (void)state;
    assert_string_equal(trace_task_name(3, "writer", text, sizeof text), "writer");
    assert_string_equal(trace_task_name(3, NULL, text, sizeof text), "Task-3");
    assert_string_equal(trace_object_name(&(struct trace_object){"lock", "A", 3}, text,
                                          sizeof text),
                        "lock A");
    assert_string_equal(trace_object_name(&(struct trace_object){"lock", NULL, 3}, text,
                                          sizeof text),
                        "lock 3");
    assert_string_equal(trace_object_name(&(struct trace_object){"sleep", NULL, 0}, text,
                                          sizeof text),
                        "sleep");
}

/* ---- copies, listeners, reset ---- */

static void a_trace_owns_copies_and_numbers_its_records(void **state)
{
    struct fixture *f = *state;
    char name[] = "writer";
    struct trace_record record = {.sequence = 99, .kind = TRACE_SPAWNED, .task_name = name};

    trace_append(f->trace, &record);
    trace_append(f->trace, &record);
    name[0] = 'x';
    assert_int_equal(trace_count(f->trace), 2);
    assert_int_equal(trace_at(f->trace, 1)->sequence, 1);
    assert_string_equal(trace_at(f->trace, 0)->task_name, "writer");
    assert_null(trace_at(f->trace, 0)->text);
}

static void texts_keep_their_place_as_the_trace_grows(void **state)
{
    static char text[40000];
    struct fixture *f = *state;
    const char *first;

    memset(text, 'x', sizeof text - 1);
    for (int run = 0; run < 2; run++) {
        trace_append(f->trace, &sample);
        first = trace_at(f->trace, 0)->text;
        for (int i = 0; i < 1000; i++)
            trace_append(f->trace, &(struct trace_record){.text = text + (size_t)(i % 7) * 5000});
        assert_ptr_equal(trace_at(f->trace, 0)->text, first);
        assert_string_equal(first, "text");
        for (size_t i = 0; i < 1000; i++)
            assert_int_equal(strlen(trace_at(f->trace, i + 1)->text), 39999 - i % 7 * 5000);
        trace_reset(f->trace);
    }
}

struct listener {
    char name;
    char *text;
};

static void note_record(void *self, const struct trace_record *record)
{
    const struct listener *listener = self;

    sprintf(listener->text + strlen(listener->text), "%c%llu:%s ", listener->name,
            (unsigned long long)record->sequence, record->text);
}

static void listeners_are_called_in_order_with_every_record_from_then_on(void **state)
{
    struct fixture *f = *state;
    char heard[200] = "";
    struct listener a = {'a', heard}, b = {'b', heard};

    trace_append(f->trace, &(struct trace_record){.text = "one"});
    trace_listen(f->trace, note_record, &a, 0);
    trace_append(f->trace, &(struct trace_record){.text = "two"});
    trace_listen(f->trace, note_record, &b, 0);
    trace_append(f->trace, &(struct trace_record){.text = "three"});
    assert_string_equal(heard, "a1:two a2:three b2:three ");
}

static void a_muted_trace_keeps_nothing_and_tells_each_what_it_is_keen_on(void **state)
{
    struct fixture *f = *state;
    char heard[200] = "";
    struct listener a = {'a', heard}, b = {'b', heard};

    trace_listen(f->trace, note_record, &a, TRACE_KIND(HELD) | TRACE_KIND(GOT));
    trace_listen(f->trace, note_record, &b, TRACE_KIND(HELD));
    trace_mute(f->trace, true);
    assert_true(trace_is_wanted(f->trace, TRACE_HELD));
    assert_true(trace_is_wanted(f->trace, TRACE_GOT));
    assert_false(trace_is_wanted(f->trace, TRACE_PUT));
    trace_append(f->trace, &(struct trace_record){.kind = TRACE_HELD, .text = "one"});
    trace_append(f->trace, &(struct trace_record){.kind = TRACE_GOT, .text = "two"});
    trace_append(f->trace, &(struct trace_record){.kind = TRACE_PUT, .text = "three"});
    assert_string_equal(heard, "a0:one b0:one a0:two ");
    assert_int_equal(trace_count(f->trace), 0);
    trace_mute(f->trace, false);
    assert_true(trace_is_wanted(f->trace, TRACE_PUT));
}

static void a_reset_empties_the_trace_and_keeps_its_listeners(void **state)
{
    struct fixture *f = *state;
    char heard[200] = "";
    struct listener a = {'a', heard};

    trace_listen(f->trace, note_record, &a, 0);
    trace_append(f->trace, &(struct trace_record){.text = "before"});
    trace_reset(f->trace);
    assert_int_equal(trace_count(f->trace), 0);
    assert_int_equal(trace_hash(f->trace), HASH_START);
    trace_append(f->trace, &(struct trace_record){.text = "after"});
    assert_string_equal(heard, "a0:before a0:after ");
}

static void who_does_not_listen_any_more_hears_nothing(void **state)
{
    struct fixture *f = *state;
    char heard[200] = "";
    struct listener a = {'a', heard}, b = {'b', heard}, c = {'c', heard};

    trace_listen(f->trace, note_record, &a, TRACE_KIND(HELD));
    trace_listen(f->trace, note_record, &b, TRACE_KIND(PUT));
    trace_listen(f->trace, note_record, &c, TRACE_KIND(GOT));
    trace_unlisten(f->trace, note_record, &b);
    trace_append(f->trace, &(struct trace_record){.text = "one"});
    assert_string_equal(heard, "a0:one c0:one ");
    trace_mute(f->trace, true);
    assert_true(trace_is_wanted(f->trace, TRACE_HELD));
    assert_true(trace_is_wanted(f->trace, TRACE_GOT));
    assert_false(trace_is_wanted(f->trace, TRACE_PUT));
    trace_unlisten(f->trace, note_record, &b);
    trace_unlisten(f->trace, note_record, &c);
    assert_false(trace_is_wanted(f->trace, TRACE_GOT));
}

static void listen_to_one_too_many(void *trace)
{
    for (int i = 0; i <= TRACE_LISTENERS_MAX; i++)
        trace_listen(trace, note_record, NULL, 0);
}

static void look_past_the_end(void *trace)
{
    trace_at(trace, trace_count(trace));
}

static void misuse_is_a_broken_invariant(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(run_apart(listen_to_one_too_many, f->trace), -SIGABRT);
    assert_int_equal(run_apart(look_past_the_end, f->trace), -SIGABRT);
}

static void the_hash_is_fnv_1a(void **state)
{
    (void)state;
    assert_int_equal(hash_bytes(HASH_START, "foobar", 6),
                     UINT64_C(0x85944171f73967e8)); /* isthe.com/chongo/tech/comp/fnv */
    assert_int_equal(hash_bytes(HASH_START, "", 0), HASH_START);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(equal_records_have_equal_hashes),
        TEST(every_field_counts_but_the_place),
        TEST(the_place_does_not_count),
        TEST(the_order_of_records_counts),
        TEST(the_difference_is_the_first_of_several),
        TEST(a_beginning_differs_where_it_ends),
        TEST(traces_whose_hashes_differ_have_a_difference),
        TEST(a_record_is_a_line_of_text),
        TEST(a_line_is_cut_to_the_room_there_is),
        TEST(long_names_are_cut_in_a_line_and_kept_in_the_record),
        TEST(what_has_no_name_has_a_number),
        TEST(a_trace_owns_copies_and_numbers_its_records),
        TEST(texts_keep_their_place_as_the_trace_grows),
        TEST(listeners_are_called_in_order_with_every_record_from_then_on),
        TEST(a_muted_trace_keeps_nothing_and_tells_each_what_it_is_keen_on),
        TEST(a_reset_empties_the_trace_and_keeps_its_listeners),
        TEST(who_does_not_listen_any_more_hears_nothing),
        TEST(misuse_is_a_broken_invariant),
        TEST(the_hash_is_fnv_1a),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
