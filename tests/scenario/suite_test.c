/*
 * suite_test.c - from paths to a sorted list of scenarios, each once.
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
#include <unistd.h>

#include "base/alloc.h"
#include "scenario/suite.h"
#include "tests/scenario/folder.h"

struct fixture {
    struct folder folder;
    struct suite suite;
};

static int fixture_open(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){0};
    folder_open(&fixture.folder);
    *state = &fixture;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;

    suite_free(&f->suite);
    folder_close(&f->folder);
    return 0;
}

/* A scenario file with a title and, if not NULL, a row. */
static void write_scenario(struct fixture *f, const char *name, const char *title, const char *row)
{
    char *text = must_format("scenario: %s\nprogram: p\n%s%s\n", title, row != NULL ? "row: " : "",
                             row != NULL ? row : "");

    folder_write_text(&f->folder, name, text);
    free(text);
}

/* Read `count` names below the folder; "" is the folder itself. */
static void read_names(struct fixture *f, const char *const *names, size_t count)
{
    char *paths[8];

    suite_free(&f->suite);
    for (size_t i = 0; i < count; i++)
        paths[i] =
            must_text(names[i][0] != '\0' ? folder_path(&f->folder, names[i]) : f->folder.path);
    suite_read(&f->suite, paths, count);
    for (size_t i = 0; i < count; i++)
        free(paths[i]);
}

#define READ(f, ...)                                  \
    read_names(f, (const char *const[]){__VA_ARGS__}, \
               sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/* `text` without the path of the folder, wherever it is in it. Static. */
static const char *relative(struct fixture *f, const char *text)
{
    static char out[1000];
    size_t length = strlen(f->folder.path);
    char *at = out;

    while (*text != '\0') {
        if (strncmp(text, f->folder.path, length) == 0)
            text += length;
        else
            *at++ = *text++;
    }
    *at = '\0';
    return out;
}

/* Scenarios as "path (title)", then mistakes, a line each. */
static void expect_suite(struct fixture *f, const char *expected)
{
    char text[4000] = "";

    for (size_t i = 0; i < f->suite.count; i++) {
        strcat(text, relative(f, f->suite.scenarios[i]->path));
        strcat(text, " (");
        strcat(text, f->suite.scenarios[i]->title);
        strcat(text, ")\n");
    }
    for (size_t i = 0; i < f->suite.mistake_count; i++) {
        strcat(text, relative(f, f->suite.mistakes[i]));
        strcat(text, "\n");
    }
    assert_string_equal(text, expected);
}

static void a_folder_is_walked_and_sorted(void **state)
{
    struct fixture *f = *state;

    write_scenario(f, "b.yaml", "two", NULL);
    write_scenario(f, "deep/down/c.yaml", "three", NULL);
    write_scenario(f, "deep/a.yaml", "four", NULL);
    write_scenario(f, "B.yaml", "five", NULL);
    write_scenario(f, "a.yaml", "one", NULL);
    READ(f, "");
    expect_suite(f, "/B.yaml (five)\n"
                    "/a.yaml (one)\n"
                    "/b.yaml (two)\n"
                    "/deep/a.yaml (four)\n"
                    "/deep/down/c.yaml (three)\n");
}

static void other_files_of_a_folder_are_passed_over(void **state)
{
    struct fixture *f = *state;

    write_scenario(f, "a.yaml", "one", NULL);
    folder_write_text(&f->folder, "a.c", "int x;");
    folder_write_text(&f->folder, "a.yml", "no");
    folder_write_text(&f->folder, "a.yaml.orig", "no");
    folder_write_text(&f->folder, "claims.yaml", "- data");
    folder_write_text(&f->folder, "deep/claims.yaml", "- data");
    folder_write_text(&f->folder, ".yaml", "no name");
    READ(f, "");
    expect_suite(f, "/a.yaml (one)\n");
}

static void a_file_is_read_whatever_it_is_called(void **state)
{
    struct fixture *f = *state;

    write_scenario(f, "a.scenario", "one", NULL);
    READ(f, "a.scenario");
    expect_suite(f, "/a.scenario (one)\n");
}

static void a_slash_at_the_end_makes_no_difference(void **state)
{
    struct fixture *f = *state;

    write_scenario(f, "deep/a.yaml", "one", NULL);
    READ(f, "deep//");
    expect_suite(f, "/deep/a.yaml (one)\n");
}

static void a_file_that_is_named_twice_is_read_once(void **state)
{
    struct fixture *f = *state;

    write_scenario(f, "a.yaml", "one", "1");
    write_scenario(f, "b.yaml", "two", "2");
    READ(f, "a.yaml", "", "a.yaml");
    expect_suite(f, "/a.yaml (one)\n/b.yaml (two)\n");
}

/* The same file by another way is the same file. */
static void a_file_that_is_named_in_two_ways_is_read_once(void **state)
{
    struct fixture *f = *state;

    write_scenario(f, "a.yaml", "one", NULL);
    READ(f, "a.yaml", "./a.yaml");
    assert_int_equal(f->suite.mistake_count, 0);
    assert_int_equal(f->suite.count, 1);
}

static void titles_and_rows_are_unique(void **state)
{
    struct fixture *f = *state;

    write_scenario(f, "a.yaml", "one", "1");
    write_scenario(f, "b.yaml", "one", NULL);
    write_scenario(f, "c.yaml", "three", "1");
    write_scenario(f, "d.yaml", "four", NULL);
    READ(f, "");
    expect_suite(f, "/a.yaml (one)\n"
                    "/b.yaml (one)\n"
                    "/c.yaml (three)\n"
                    "/d.yaml (four)\n"
                    "/b.yaml: the title 'one' is also that of /a.yaml\n"
                    "/c.yaml: the row '1' is also that of /a.yaml\n");
}

static void every_mistake_is_said_and_the_rest_is_read(void **state)
{
    struct fixture *f = *state;

    folder_write_text(&f->folder, "a.yaml", "scenario: t\n");
    write_scenario(f, "b.yaml", "two", NULL);
    folder_write_text(&f->folder, "c.yaml", "");
    READ(f, "", "missing.yaml");
    expect_suite(f, "/b.yaml (two)\n"
                    "/a.yaml:1:1: 'program', 'tasks' or 'hosts' is missing\n"
                    "/c.yaml: the file is empty\n"
                    "/missing.yaml: No such file or directory\n");
}

static void tapes_are_listed_and_not_read(void **state)
{
    struct fixture *f = *state;

    write_scenario(f, "a.yaml", "one", NULL);
    folder_write_text(&f->folder, "deep/b.tape", "what it is, others know");
    READ(f, "", "deep/b.tape");
    expect_suite(f, "/a.yaml (one)\n");
    assert_int_equal(f->suite.tape_count, 1); /* named twice */
    assert_string_equal(f->suite.tapes[0], folder_path(&f->folder, "deep/b.tape"));
}

static void a_folder_without_scenarios_is_a_mistake(void **state)
{
    struct fixture *f = *state;

    folder_write_text(&f->folder, "deep/README.md", "none yet");
    READ(f, "deep");
    expect_suite(f, "/deep: no scenario files (*.yaml) here\n");
}

static void a_link_to_a_folder_is_a_folder(void **state)
{
    struct fixture *f = *state;
    char *link = must_text(folder_path(&f->folder, "link"));

    write_scenario(f, "deep/a.yaml", "one", NULL);
    assert_int_equal(symlink("deep", link), 0);
    free(link);
    READ(f, "link");
    expect_suite(f, "/link/a.yaml (one)\n");
}

static void no_paths_are_no_scenarios(void **state)
{
    struct fixture *f = *state;

    suite_read(&f->suite, NULL, 0);
    expect_suite(f, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_folder_is_walked_and_sorted),
        TEST(other_files_of_a_folder_are_passed_over),
        TEST(a_file_is_read_whatever_it_is_called),
        TEST(a_slash_at_the_end_makes_no_difference),
        TEST(a_file_that_is_named_twice_is_read_once),
        TEST(a_file_that_is_named_in_two_ways_is_read_once),
        TEST(titles_and_rows_are_unique),
        TEST(every_mistake_is_said_and_the_rest_is_read),
        TEST(tapes_are_listed_and_not_read),
        TEST(a_folder_without_scenarios_is_a_mistake),
        TEST(a_link_to_a_folder_is_a_folder),
        TEST(no_paths_are_no_scenarios),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
