/*
 * capture_test.c - what a program prints, as lines and flushed parts.
 *
 * While the streams are in place nothing is asserted: cmocka prints, too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "scenario/capture.h"

#define TEXT_MAX ((size_t)1 << 20)

struct fixture {
    struct capture capture;
    char text[TEXT_MAX]; /* "out: hello" and so on */
    size_t length;
    size_t sizes[100]; /* of what was handed over */
    size_t count;
};

/* Note what is handed over; a NUL is written as 0. */
static void note_text(void *self, enum stream stream, bool partial, const char *text, size_t size)
{
    struct fixture *f = self;
    char *at = f->text + f->length;

    CHECK(f->length + size + 20 < TEXT_MAX && f->count < 100);
    f->sizes[f->count++] = size;
    at += sprintf(at, "%s%s: ", stream == STREAM_OUT ? "out" : "err", partial ? " part" : "");
    for (size_t i = 0; i < size; i++)
        *at++ = text[i] != '\0' ? text[i] : '0';
    at += sprintf(at, "\n");
    f->length = (size_t)(at - f->text);
}

static int fixture_open(void **state)
{
    static struct fixture fixture;

    memset(&fixture, 0, sizeof fixture);
    capture_begin(&fixture.capture, note_text, &fixture);
    *state = &fixture;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;

    capture_end(&f->capture);
    capture_close(&f->capture);
    return 0;
}

/* Run `program` with the streams in place; flush at its end. */
static void expect_output(struct fixture *f, void (*program)(void), const char *expected)
{
    capture_enter(&f->capture);
    program();
    capture_leave(&f->capture);
    capture_flush(&f->capture);
    assert_string_equal(f->text, expected);
}

static void print_lines(void)
{
    puts("one");
    printf("two, ");
    printf("%s\n", "still two");
    putchar('\n');
    puts("four");
}

static void a_line_is_handed_over_when_its_newline_is_written(void **state)
{
    expect_output(*state, print_lines,
                  "out: one\n"
                  "out: two, still two\n"
                  "out: \n"
                  "out: four\n");
}

static void print_several_in_one_write(void)
{
    printf("one\ntwo\n\nthree");
    printf(" and more\nfour\n");
}

static void several_lines_in_one_write_are_several(void **state)
{
    expect_output(*state, print_several_in_one_write,
                  "out: one\n"
                  "out: two\n"
                  "out: \n"
                  "out: three and more\n"
                  "out: four\n");
}

static void print_and_flush(void)
{
    printf("loading");
    fflush(stdout);
    printf("..");
    fflush(stdout);
    fflush(stdout);
    printf(".\n");
    printf("left over");
}

static void a_part_of_a_line_is_handed_over_when_it_is_flushed(void **state)
{
    expect_output(*state, print_and_flush,
                  "out part: loading\n"
                  "out part: ..\n"
                  "out: .\n"
                  "out part: left over\n");
}

static void print_nothing(void)
{
    fflush(stdout);
    fflush(stderr);
    fputs("", stdout);
}

static void nothing_is_no_line(void **state)
{
    expect_output(*state, print_nothing, "");
}

static void print_to_both(void)
{
    printf("to out, ");
    fprintf(stderr, "%d ", 1);
    fprintf(stderr, "%s\n", "to err");
    printf("again\n");
    perror("oh");
}

static void standard_error_is_lines_too_and_apart(void **state)
{
    errno = 0;
    expect_output(*state, print_to_both,
                  "err: 1 to err\n"
                  "out: to out, again\n"
                  "err: oh: Success\n");
}

static void print_strange_bytes(void)
{
    fwrite("a\0b\r\t\x1b\n", 1, 7, stdout);
}

static void bytes_pass_as_they_are(void **state)
{
    expect_output(*state, print_strange_bytes, "out: a0b\r\t\x1b\n");
}

static char filler[3 * CAPTURE_TEXT_MAX];

static void print_filler(size_t size)
{
    memset(filler, 'x', size);
    filler[size] = '\0';
    printf("%s\n", filler);
}

static void print_long_lines(void)
{
    print_filler(CAPTURE_TEXT_MAX - 1);
    print_filler(CAPTURE_TEXT_MAX);
}

static void a_line_as_long_as_can_be_is_one(void **state)
{
    struct fixture *f = *state;

    capture_enter(&f->capture);
    print_long_lines();
    capture_leave(&f->capture);
    assert_int_equal(f->count, 2);
    assert_int_equal(f->sizes[0], CAPTURE_TEXT_MAX - 1);
    assert_int_equal(f->sizes[1], CAPTURE_TEXT_MAX);
    assert_memory_equal(f->text, "out: x", 6);
}

static void a_longer_line_comes_in_parts(void **state)
{
    struct fixture *f = *state;

    capture_enter(&f->capture);
    print_filler(2 * CAPTURE_TEXT_MAX + 100);
    capture_leave(&f->capture);
    capture_flush(&f->capture);
    assert_int_equal(f->count, 3);
    assert_int_equal(f->sizes[0], CAPTURE_TEXT_MAX);
    assert_int_equal(f->sizes[1], CAPTURE_TEXT_MAX);
    assert_int_equal(f->sizes[2], 100);
    assert_memory_equal(f->text, "out part: x", 11);
    assert_memory_equal(f->text + f->length - 106, "out: x", 6);
}

/* Print a line of `size` bytes in pieces of `piece`. */
static void print_in_pieces(size_t size, size_t piece)
{
    memset(filler, 'x', size);
    for (size_t done = 0; done < size; done += piece)
        printf("%.*s", (int)(size - done < piece ? size - done : piece), filler);
    printf("\n");
}

/* However it was put together: a program that builds its lines otherwise is the same to us. */
static void a_line_of_pieces_comes_as_if_it_were_one(void **state)
{
    static const size_t pieces[] = {20000, 5000, 3000, 100, 7};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        f->count = f->length = 0;
        capture_enter(&f->capture);
        print_in_pieces(8000, pieces[i]);
        print_in_pieces(20000, pieces[i]);
        capture_leave(&f->capture);
        assert_int_equal(f->count, 4);
        assert_int_equal(f->sizes[0], 8000);
        assert_int_equal(f->sizes[1], CAPTURE_TEXT_MAX);
        assert_int_equal(f->sizes[2], CAPTURE_TEXT_MAX);
        assert_int_equal(f->sizes[3], 20000 - 2 * CAPTURE_TEXT_MAX);
    }
}

static void outside_the_streams_are_those_that_were_there(void **state)
{
    struct fixture *f = *state;
    FILE *out = stdout, *err = stderr;
    FILE *inside;

    capture_enter(&f->capture);
    inside = stdout;
    capture_leave(&f->capture);
    assert_ptr_equal(stdout, out);
    assert_ptr_equal(stderr, err);
    assert_ptr_not_equal(inside, out);
    capture_enter(&f->capture);
    inside = inside == stdout ? NULL : inside;
    capture_leave(&f->capture);
    assert_null(inside); /* the same one again */
    assert_ptr_equal(stdout, out);
}

static void a_line_may_begin_in_one_turn_and_end_in_the_next(void **state)
{
    struct fixture *f = *state;

    capture_enter(&f->capture);
    printf("begun, ");
    capture_leave(&f->capture);
    capture_enter(&f->capture);
    printf("ended\n");
    capture_leave(&f->capture);
    assert_string_equal(f->text, "out: begun, ended\n");
}

static void spoil(void)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    fclose(stderr);
    ungetc('x', stdin);
    fputs("left", stdout);
}

static void look_whether_all_is_new(void)
{
    int c = getchar();

    printf("input %d, ", c);
    puts("one record");
    fputs("err\n", stderr);
    fclose(stdin);
}

/* The streams are kept from run to run; no run can tell. */
static void the_next_run_has_streams_as_new(void **state)
{
    struct fixture *f = *state;

    expect_output(f, spoil, "out part: left\n");
    for (int i = 0; i < 2; i++) {
        capture_end(&f->capture);
        f->length = 0;
        capture_begin(&f->capture, note_text, f);
        expect_output(f, look_whether_all_is_new, "out: input -1, one record\nerr: err\n");
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_line_is_handed_over_when_its_newline_is_written),
        TEST(several_lines_in_one_write_are_several),
        TEST(a_part_of_a_line_is_handed_over_when_it_is_flushed),
        TEST(nothing_is_no_line),
        TEST(standard_error_is_lines_too_and_apart),
        TEST(bytes_pass_as_they_are),
        TEST(a_line_as_long_as_can_be_is_one),
        TEST(a_longer_line_comes_in_parts),
        TEST(a_line_of_pieces_comes_as_if_it_were_one),
        TEST(outside_the_streams_are_those_that_were_there),
        TEST(a_line_may_begin_in_one_turn_and_end_in_the_next),
        TEST(the_next_run_has_streams_as_new),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
