/*
 * tape_file_test.c - a tape as text: what is written is read back, and what cannot be read is said
 * with its line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "run/tape_file.h"
#include "scenario/source.h"
#include "tests/scenario/folder.h"

#define HEAD                                                       \
    "rondo tape 2\n"                                               \
    "scenario scenarios/guide/lock circle.yaml 4be1000000000001\n" \
    "run -\n"                                                      \
    "module guide/lock_circle.so 91aa\n"                           \
    "strategy seed\n"                                              \
    "seed 4711\n"                                                  \
    "open timer,process\n"                                         \
    "trace ffffffffffffffff\n"                                     \
    "found deadlock\n"                                             \
    "expect finds\n"

struct fixture {
    struct folder folder;
    struct tape_file file;
    struct tape_file read;
    struct mistake mistake;
};

static int fixture_open(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){
        .file = {.scenario_path = strdup("scenarios/guide/lock circle.yaml"),
                 .scenario_hash = UINT64_C(0x4be1000000000001),
                 .run = strdup(""),
                 .module_name = strdup("guide/lock_circle.so"),
                 .module_hash = 0x91aa,
                 .strategy = strdup("seed"),
                 .seed = 4711,
                 .open = 1u << FAMILY_timer | 1u << FAMILY_process,
                 .trace_hash = UINT64_MAX,
                 .found = strdup("deadlock")},
    };
    folder_open(&fixture.folder);
    *state = &fixture;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;

    tape_file_free(&f->file);
    tape_file_free(&f->read);
    folder_close(&f->folder);
    return 0;
}

/* Write the file and read it again. */
static void round_trip(struct fixture *f)
{
    const char *path = folder_path(&f->folder, "a.tape");

    if (!tape_file_write(&f->file, path, &f->mistake) ||
        !tape_file_read(&f->read, path, &f->mistake))
        fail_msg("%s", f->mistake.text);
}

static void expect_same(const struct tape_file *a, const struct tape_file *b)
{
    assert_string_equal(a->scenario_path, b->scenario_path);
    assert_int_equal(a->scenario_hash, b->scenario_hash);
    assert_string_equal(a->run, b->run);
    assert_string_equal(a->module_name, b->module_name);
    assert_int_equal(a->module_hash, b->module_hash);
    assert_string_equal(a->strategy, b->strategy);
    assert_int_equal(a->seed, b->seed);
    assert_int_equal(a->open, b->open);
    assert_int_equal(a->trace_hash, b->trace_hash);
    assert_string_equal(a->found, b->found);
    assert_int_equal(a->fixed, b->fixed);
    assert_int_equal(a->tape.count, b->tape.count);
    for (size_t i = 0; i < a->tape.count; i++) {
        assert_string_equal(a->tape.entries[i].label, b->tape.entries[i].label);
        assert_int_equal(a->tape.entries[i].value, b->tape.entries[i].value);
        assert_int_equal(a->tape.entries[i].bound, b->tape.entries[i].bound);
        assert_string_equal(a->tape.entries[i].anchor, b->tape.entries[i].anchor);
        assert_string_equal(a->tape.entries[i].before, b->tape.entries[i].before);
        assert_int_equal(a->tape.entries[i].twin, b->tape.entries[i].twin);
        assert_int_equal(a->tape.entries[i].nth, b->tape.entries[i].nth);
    }
}

static void add(struct fixture *f, const char *label, uint32_t value, uint32_t bound,
                const char *anchor, const char *before, uint32_t twin, uint32_t nth)
{
    tape_append(&f->file.tape, &(struct tape_entry){.label = label,
                                                    .value = value,
                                                    .bound = bound,
                                                    .anchor = anchor,
                                                    .before = before,
                                                    .twin = twin,
                                                    .nth = nth});
}

/* ---- writing ---- */

static void a_tape_is_a_head_and_a_departure_a_line(void **state)
{
    struct fixture *f = *state;
    const char *path = folder_path(&f->folder, "a.tape");
    struct source source;

    add(f, "timer.order", 1, 2, "t2 sleep", "t1 sleep", 0, 1);
    tape_add(&f->file.tape, "timer.order", 0, 2, "production order needs no line");
    add(f, "timer.together", 1, 2, "t2 sleep", "t2 sleep", 1, 1);
    add(f, "sched.ready", 1, 2, "t2 start", "t1 sleep", 3, 12);
    add(f, "process.next", 2, 3, "", "", 2, 1);
    assert_true(tape_file_write(&f->file, path, &f->mistake));
    assert_true(source_read(&source, path, SOURCE_SIZE_MAX, &f->mistake));
    assert_string_equal(source.text, "rondo tape 2\n"
                                     "scenario scenarios/guide/lock circle.yaml 4be1000000000001\n"
                                     "run -\n"
                                     "module guide/lock_circle.so 00000000000091aa\n"
                                     "strategy seed\n"
                                     "seed 4711\n"
                                     "open timer,process\n"
                                     "trace ffffffffffffffff\n"
                                     "found deadlock\n"
                                     "expect finds\n"
                                     "\n"
                                     "timer.order 1 of 2  t2 sleep  before  t1 sleep  #1\n"
                                     "timer.together 1 of 2  t2 sleep  before  t2 sleep  #1\n"
                                     "sched.ready 1 of 2  t2 start  before  t1 sleep  #12 twin 3\n"
                                     "process.next 2 of 3    before    #1 twin 2\n");
    source_free(&source);
}

static void folders_on_the_way_are_made_and_nothing_is_left_beside(void **state)
{
    struct fixture *f = *state;
    struct stat status;
    char path[200];

    snprintf(path, sizeof path, "%s/out/more/a.tape", f->folder.path);
    assert_true(tape_file_write(&f->file, path, &f->mistake));
    assert_true(tape_file_write(&f->file, path, &f->mistake)); /* over the one that is there */
    assert_int_equal(stat(path, &status), 0);
    strcat(path, ".new");
    assert_int_not_equal(stat(path, &status), 0);
}

static void what_cannot_be_written_is_said(void **state)
{
    struct fixture *f = *state;
    char expected[300];

    assert_int_equal(mkdir(folder_path(&f->folder, "a.tape"), 0777), 0);
    assert_false(tape_file_write(&f->file, folder_path(&f->folder, "a.tape"), &f->mistake));
    snprintf(expected, sizeof expected, "%s/a.tape: cannot be written: Is a directory",
             f->folder.path);
    assert_string_equal(f->mistake.text, expected);
    folder_write_text(&f->folder, "file", "");
    assert_false(tape_file_write(&f->file, folder_path(&f->folder, "file/a.tape"), &f->mistake));
    assert_non_null(strstr(f->mistake.text, "cannot be written: Not a directory"));
}

/* ---- round trips ---- */

static void what_is_written_is_read_back(void **state)
{
    struct fixture *f = *state;

    add(f, "timer.order", 1, 2, "t2 sleep", "t1 sleep", 0, 1);
    add(f, "sched.ready", UINT32_MAX - 1, UINT32_MAX, "t #3 of 4 #2", "t  before  #1", UINT32_MAX,
        UINT32_MAX);
    add(f, "process.next", 1, 2, "", "", 1, 0);
    add(f, "timer.order", 1, 2, "t2 sleep", "t2 sleep", 0, 7);
    f->file.fixed = true;
    round_trip(f);
    expect_same(&f->file, &f->read);
}

static void a_tape_without_decisions_or_families_is_one(void **state)
{
    struct fixture *f = *state;

    f->file.open = 0;
    f->file.seed = UINT64_MAX;
    free(f->file.run);
    f->file.run = strdup("one after another");
    round_trip(f);
    expect_same(&f->file, &f->read);
}

/* Write a tape of one decision and read it. Returns: whether `anchor` came back. */
static bool anchor_comes_back(struct fixture *f, const char *anchor)
{
    const char *path = folder_path(&f->folder, "a.tape");
    bool ok;

    tape_cut(&f->file.tape, 0);
    tape_file_free(&f->read);
    add(f, "timer.order", 1, 2, anchor, anchor, 0, 1);
    ok = tape_file_write(&f->file, path, &f->mistake) &&
         tape_file_read(&f->read, path, &f->mistake) && f->read.tape.count == 1 &&
         strcmp(f->read.tape.entries[0].anchor, anchor) == 0 &&
         strcmp(f->read.tape.entries[0].before, anchor) == 0;
    if (!ok)
        print_error("'%s' does not come back\n", anchor);
    return ok;
}

/* A task may be called anything; its name is in the anchor. */
static void any_name_in_an_anchor_comes_back(void **state)
{
    static const char *const anchors[] = {
        "#1",
        "#",
        "a # b",
        "two  spaces",
        " begins with a space",
        "a\ttab",
        "two\nlines",
        "\xff not text",
        "ends with a space ",
        "back\\slash",
        "a  before  b",
        " ",
        "   ",
        "  #1",
    };
    size_t lost = 0;

    for (size_t i = 0; i < sizeof anchors / sizeof *anchors; i++)
        lost += !anchor_comes_back(*state, anchors[i]);
    assert_int_equal(lost, 0);
}

/* A long run is no reason not to be replayed. */
static void a_long_tape_comes_back(void **state)
{
    struct fixture *f = *state;
    char anchor[160];

    for (uint32_t i = 1; i < 8000; i++) {
        snprintf(anchor, sizeof anchor, "%0150u sleep", i);
        add(f, "timer.order", i, 8000, anchor, "t1 sleep", 0, i);
    }
    round_trip(f);
    expect_same(&f->file, &f->read);
}

/* ---- reading ---- */

static void expect_mistake(struct fixture *f, const char *text, const char *expected)
{
    const char *path = folder_write_text(&f->folder, "a.tape", text);
    size_t length = strlen(path);

    if (tape_file_read(&f->read, path, &f->mistake))
        fail_msg("no mistake in:\n%s", text);
    assert_memory_equal(f->mistake.text, path, length);
    assert_string_equal(f->mistake.text + length, expected);
    assert_null(f->read.scenario_path);
    assert_int_equal(f->read.tape.count, 0);
}

/* The head with one of its lines, from 1, replaced. Static. */
static const char *with_line(int line, const char *text)
{
    static char whole[2000];
    const char *at = HEAD;

    whole[0] = '\0';
    for (int i = 1; *at != '\0'; i++) {
        size_t length = strcspn(at, "\n");

        if (i == line)
            strcat(whole, text);
        else
            strncat(whole, at, length);
        strcat(whole, "\n");
        at += length + 1;
    }
    return whole;
}

#define NOT_OURS                                                           \
    ":1:1: not a tape of this version, which begins with 'rondo tape 2'; " \
    "find it again with the strategy and the seed that it names"

static void every_line_of_the_head_is_checked(void **state)
{
    static const struct {
        int line;
        const char *text;
        const char *mistake;
    } rows[] = {
        {1, "rondo tape 1", NOT_OURS},
        {1, "", NOT_OURS},
        {2, "", ":2:1: expected 'scenario ...'"},
        {2, "scenario", ":2:1: expected 'scenario ...'"},
        {2, "scenario ", ":2:1: expected 'scenario ...'"},
        {2, "scenarios a.yaml 1", ":2:1: expected 'scenario ...'"},
        {2, "scenario a.yaml", ":2:1: expected a path and a hash"},
        {2, "scenario a.yaml 12g", ":2:1: expected a path and a hash"},
        {2, "scenario a.yaml 11112222333344445", ":2:1: expected a path and a hash"},
        {2, "scenario a.yaml -1", ":2:1: expected a path and a hash"},
        {3, "ran -", ":3:1: expected 'run ...'"},
        {3, "run", ":3:1: expected 'run ...'"},
        {4, "module a.so", ":4:1: expected a path and a hash"},
        {5, "strategic seed", ":5:1: expected 'strategy ...'"},
        {6, "seed many", ":6:1: expected a number"},
        {6, "seed -1", ":6:1: expected a number"},
        {6, "seed +1", ":6:1: expected a number"},
        {6, "seed 1.5", ":6:1: expected a number"},
        {6, "seed 18446744073709551616", ":6:1: expected a number"},
        {7, "open timers", ":7:1: a family of decisions that this version does not know"},
        {7, "open timer,network", ":7:1: a family of decisions that this version does not know"},
        {8, "trace xyz", ":8:1: expected a number"},
        {9, "lost deadlock", ":9:1: expected 'found ...'"},
        {10, "expects finds", ":10:1: expected 'expect ...'"},
        {10, "expect something", ":10:1: expected 'finds' or 'nothing'"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect_mistake(f, with_line(rows[i].line, rows[i].text), rows[i].mistake);
}

/* Numbers have digits and nothing else, families are families and not labels. */
static void what_only_looks_like_a_head_is_refused(void **state)
{
    struct fixture *f = *state;

    expect_mistake(f, with_line(6, "seed  -5"), ":6:1: expected a number");
    expect_mistake(f, with_line(8, "trace 0x12"), ":8:1: expected a number");
    expect_mistake(f, with_line(7, "open ,"),
                   ":7:1: a family of decisions that this version does not know");
    expect_mistake(f, with_line(7, "open timer.order"),
                   ":7:1: a family of decisions that this version does not know");
}

static void a_head_that_ends_early_is_said_with_the_line_that_is_missing(void **state)
{
    struct fixture *f = *state;

    expect_mistake(f, "rondo tape 2\n", ":2:1: expected 'scenario ...'");
    expect_mistake(f, "rondo tape 2\nscenario a.yaml 1\nrun -", ":4:1: expected 'module ...'");
}

#define FORM  "expected 'label value of bound  anchor  before  anchor  #n'"
#define VALUE "a value must be at least 1, and below its bound"
#define LABEL "a label that this version does not know"

static void every_departure_is_checked(void **state)
{
    static const struct {
        const char *line;
        const char *mistake;
    } rows[] = {
        {"timer.order", FORM},
        {"timer.order 1", FORM},
        {"timer.order 1 of", FORM},
        {"timer.order one of two  a  before  b  #1", FORM},
        {"timer.order 1/2  a  before  b  #1", FORM},
        {"timer.order 1 of 2 a  before  b  #1", FORM},
        {"timer.order 1 of 2x  a  before  b  #1", FORM},
        {"timer.order 1 of 2  a  after  b  #1", FORM},
        {"timer.order 1 of 2  a  before  b", FORM},
        {"timer.order 1 of 2  a  before  b #1", FORM},
        {"timer.order 1 of 2  a  before  b  #", FORM},
        {"timer.order 1 of 2  a  before  b  #x", FORM},
        {"timer.order 1 of 2  a  before  b  #-1", FORM},
        {"timer.order 1 of 2  a  before  b  #4294967296", FORM},
        {"timer.order 1 of 2  a  before  b  #1 twin", FORM},
        {"timer.order 1 of 2  a  before  b  #1 twin x", FORM},
        {"timer.order 1 of 2  a  before  b  #1 twin 4294967296", FORM},
        {"timer.order 1 of 2  a  before  b  #1 or so", FORM},
        {"timers.order 1 of 2  a  before  b  #1", LABEL},
        {"wind.force 1 of 2  a  before  b  #1", LABEL},
        {"timer.order 2 of 2  a  before  b  #1", VALUE},
        {"timer.order 0 of 2  a  before  b  #1", VALUE},
        {"timer.order 0 of 0  a  before  b  #1", VALUE},
        {"timer.order -1 of 2  a  before  b  #1", VALUE},
        {"timer.order 1 of -2  a  before  b  #1", VALUE},
        {"timer.order 1 of 4294967296  a  before  b  #1", VALUE},
        {"timer.order 1 of 42949672950  a  before  b  #1", VALUE},
    };
    struct fixture *f = *state;
    char text[2000], mistake[200];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(text, sizeof text, HEAD "\ntimer.order 1 of 2  a  before  b  #1\n%s\n",
                 rows[i].line);
        snprintf(mistake, sizeof mistake, ":13:1: %s", rows[i].mistake);
        expect_mistake(f, text, mistake);
    }
}

static void a_file_that_is_no_text_is_refused_early(void **state)
{
    struct fixture *f = *state;

    expect_mistake(f, "", ": the file is empty");
    expect_mistake(f, "rondo tape 2\n\xff\n", ":2:1: byte 0xff is not valid UTF-8");
    assert_false(tape_file_read(&f->read, folder_path(&f->folder, "missing.tape"), &f->mistake));
    assert_non_null(strstr(f->mistake.text, "missing.tape: No such file or directory"));
    assert_false(tape_file_read(&f->read, f->folder.path, &f->mistake));
    assert_non_null(strstr(f->mistake.text, ": not a regular file"));
}

/* A valid tape cut at every byte is a shorter tape or a mistake, never worse. */
static void no_truncation_does_harm(void **state)
{
    static const char whole[] = HEAD "\n"
                                     "timer.order 1 of 2  t2 sleep  before  t1 sleep  #1\n"
                                     "process.next 2 of 3    before    #1 twin 2\n"
                                     "timer.together 1 of 2  t2 sleep  before  t2 sleep  #1\n";
    struct fixture *f = *state;

    for (size_t size = 0; size < sizeof whole; size++) {
        const char *path = folder_write(&f->folder, "a.tape", whole, size);

        if (tape_file_read(&f->read, path, &f->mistake)) {
            assert_true(size >= strlen(HEAD) - strlen("\n"));
            assert_true(f->read.tape.count <= 3);
            tape_file_free(&f->read);
        } else {
            assert_memory_equal(f->mistake.text, path, strlen(path));
            assert_null(f->read.scenario_path);
        }
    }
}

/* Every byte of a valid tape replaced by every other. */
static void no_flipped_byte_does_harm(void **state)
{
    static const char whole[] = HEAD "\ntimer.order 1 of 2  t2 sleep  before  t1  #1\n"
                                     "process.next 2 of 3    before    #1 twin 2\n";
    static const char others[] = {0, '\n', ' ', '#', '-', '0', '9', 'z', '\x7f', '\xc3'};
    struct fixture *f = *state;
    char text[sizeof whole];

    for (size_t at = 0; at < sizeof whole - 1; at++) {
        for (size_t i = 0; i < sizeof others; i++) {
            memcpy(text, whole, sizeof whole);
            text[at] = others[i];
            if (tape_file_read(&f->read, folder_write(&f->folder, "a.tape", text, sizeof text - 1),
                               &f->mistake))
                tape_file_free(&f->read);
        }
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_tape_is_a_head_and_a_departure_a_line),
        TEST(folders_on_the_way_are_made_and_nothing_is_left_beside),
        TEST(what_cannot_be_written_is_said),
        TEST(what_is_written_is_read_back),
        TEST(a_tape_without_decisions_or_families_is_one),
        TEST(any_name_in_an_anchor_comes_back),
        TEST(a_long_tape_comes_back),
        TEST(every_line_of_the_head_is_checked),
        TEST(what_only_looks_like_a_head_is_refused),
        TEST(a_head_that_ends_early_is_said_with_the_line_that_is_missing),
        TEST(every_departure_is_checked),
        TEST(a_file_that_is_no_text_is_refused_early),
        TEST(no_truncation_does_harm),
        TEST(no_flipped_byte_does_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
