/*
 * stream_test.c - connections as streams: reading in pieces, writing more than fits, the ends of
 * it; and servers.
 *
 * A server of the test's own, on a port that the machine gives, sends a stream in pieces, a
 * millisecond apart; the role `client` notes what it reads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "rondo.h"
#include "tests/lib/script.h"

#define MUCH ((size_t)16 << 20)

struct row;

struct fixture {
    struct script script;
    rondo_server *server;
    const char *const *pieces; /* that the server sends, up to NULL */
    int64_t n;
    char *much;
    rondo_stream *stream;  /* of a sweep */
    const struct row *row; /* likewise */
    int unclosed;          /* streams that were reported */
};

SCRIPT_FIXTURE(fixture)

/* Send the pieces, a millisecond apart, and close. */
static int send_pieces(rondo_stream *stream, void *arg)
{
    struct fixture *f = arg;

    for (const char *const *piece = f->pieces; *piece != NULL; piece++) {
        RONDO_TRY(rondo_stream_write(stream, *piece, strlen(*piece)));
        RONDO_TRY(rondo_stream_drain(stream));
        RONDO_TRY(rondo_sleep(MS));
    }
    return 0;
}

static int start(struct fixture *f, rondo_client_connected client_connected)
{
    return rondo_start_server(client_connected, f, "127.0.0.1", 0, &f->server);
}

/* A server, and a connection to it. */
#define connect_to(f, client_connected, stream, ...) \
    connect_at((f), (client_connected), (stream), &(rondo_stream_options){__VA_ARGS__})

static int connect_at(struct fixture *f, rondo_client_connected client_connected,
                      rondo_stream **stream, const rondo_stream_options *options)
{
    RONDO_TRY(start(f, client_connected));
    return rondo_open_connection_at("127.0.0.1", rondo_server_port(f->server), stream, options,
                                    RONDO_HERE);
}

static void end(struct fixture *f, rondo_stream *stream)
{
    rondo_stream_free(stream);
    rondo_server_free(f->server);
}

static const char *name_of(ssize_t rc)
{
    return rc < 0 ? rondo_err_name((int)rc) : "ok";
}

/* ---- reading ---- */

/* One read of at most `size`, noted. */
static ssize_t note_read(struct fixture *f, rondo_stream *stream, size_t size)
{
    char text[100];
    ssize_t count = rondo_stream_read(stream, text, size);

    if (count < 0)
        note(f, "read: %s", name_of(count));
    else
        note(f, "reads '%.*s'", (int)count, text);
    return count;
}

static ssize_t note_line(struct fixture *f, rondo_stream *stream)
{
    const char *line;
    ssize_t count = rondo_stream_readline(stream, &line);

    if (count < 0)
        note(f, "readline: %s", name_of(count));
    else
        note(f, "reads line '%.*s'%s", (int)strcspn(line, "\n"), line,
             strchr(line, '\n') != NULL ? "" : " without an end");
    return count;
}

static void play_pieces(struct fixture *f, const char *const *pieces, script_body body,
                        const char *expected)
{
    f->pieces = pieces;
    spawn(f, "client", body, 0);
    expect_trace(f, expected);
}

static int reads_some(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_stream *stream;

    (void)n;
    RONDO_TRY(connect_to(f, send_pieces, &stream));
    note_read(f, stream, 0);
    note_read(f, stream, 3);
    note_read(f, stream, 100);
    note_read(f, stream, 100);
    note(f, "at its end: %d", rondo_stream_at_eof(stream));
    note_read(f, stream, 100);
    note(f, "at its end: %d", rondo_stream_at_eof(stream));
    note_read(f, stream, 100);
    end(f, stream);
    return 0;
}

/* STR-01, STR-14: read(0) gives nothing and does not wait; read(n) gives what there is, at most n,
 * and waits only if that is nothing. */
static void a_read_gives_what_there_is_and_waits_only_for_nothing(void **state)
{
    needs_faithful_libuv();
    play_pieces(*state, (const char *const[]){"hello", "world", NULL}, reads_some,
                "0ms client reads ''\n"
                "0ms client reads 'hel'\n"
                "0ms client reads 'lo'\n"
                "1ms client reads 'world'\n"
                "1ms client at its end: 0\n"
                "2ms client reads ''\n"
                "2ms client at its end: 1\n"
                "2ms client reads ''\n");
}

static int reads_all(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    const char *data;
    rondo_stream *stream;
    ssize_t count;

    (void)n;
    RONDO_TRY(connect_to(f, send_pieces, &stream, .limit = 2));
    count = rondo_stream_read_all(stream, &data);
    note(f, "reads '%s', %d bytes", data, (int)count);
    count = rondo_stream_read_all(stream, &data);
    note(f, "reads '%s', %d bytes", data, (int)count);
    end(f, stream);
    return 0;
}

/* STR-02: read(-1) collects until the end, whatever the limit; at the end it gives nothing. */
static void reading_all_goes_on_until_the_end(void **state)
{
    play_pieces(*state, (const char *const[]){"hello ", "big ", "world", NULL}, reads_all,
                "3ms client reads 'hello big world', 15 bytes\n"
                "3ms client reads '', 0 bytes\n");
}

static int reads_lines(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_stream *stream;

    (void)n;
    RONDO_TRY(connect_to(f, send_pieces, &stream));
    while (note_line(f, stream) > 0)
        ;
    end(f, stream);
    return 0;
}

/* STR-04, STR-05: a line goes through its newline, across pieces, and what follows is kept; at the
 * end comes what has no newline, then nothing. */
static void a_line_is_put_together_and_the_last_one_may_have_no_end(void **state)
{
    play_pieces(*state, (const char *const[]){"fi", "rst\nsecond\nthi", "rd", NULL}, reads_lines,
                "1ms client reads line 'first'\n"
                "1ms client reads line 'second'\n"
                "3ms client reads line 'third' without an end\n"
                "3ms client reads line '' without an end\n");
}

static int iterates(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_stream *stream;
    int rc;

    (void)n;
    RONDO_TRY(connect_to(f, send_pieces, &stream));
    RONDO_FOR(rc, line, rondo_stream_lines(stream)) {
        note(f, "line of %d bytes", (int)strlen(line.as.text));
    }
    note(f, "ends with %d", rc);
    end(f, stream);
    return 0;
}

/* STR-15: iterating gives the lines, with a last one that has no newline. */
static void iterating_gives_the_lines(void **state)
{
    play_pieces(*state, (const char *const[]){"one\ntwo\n", "three", NULL}, iterates,
                "0ms client line of 4 bytes\n"
                "0ms client line of 4 bytes\n"
                "2ms client line of 5 bytes\n"
                "2ms client ends with 0\n");
}

static int reads_long_lines(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_stream *stream;

    (void)n;
    RONDO_TRY(connect_to(f, send_pieces, &stream, .limit = 4));
    for (int i = 0; i < 6; i++)
        note_line(f, stream);
    end(f, stream);
    return 0;
}

/* STR-06: a line over the limit is an error; whole, it is dropped and the next ones are kept; not
 * whole yet, everything is dropped. */
static void a_line_that_is_too_long_is_dropped(void **state)
{
    needs_faithful_libuv();
    play_pieces(*state,
                (const char *const[]){"toolong\nnext\n", "one that has no end", "ab\ncd\n", NULL},
                reads_long_lines,
                "0ms client readline: ELIMIT\n"
                "0ms client reads line 'next'\n"
                "1ms client readline: ELIMIT\n"
                "2ms client reads line 'ab'\n"
                "2ms client reads line 'cd'\n"
                "3ms client reads line '' without an end\n");
}

static void note_until(struct fixture *f, rondo_stream *stream, const char *separator)
{
    const char *data = "";
    ssize_t count = rondo_stream_readuntil(stream, separator, strlen(separator), &data);

    if (count < 0)
        note(f, "readuntil '%s': %s", separator, name_of(count));
    else
        note(f, "readuntil '%s': '%s', %d bytes", separator, data, (int)count);
}

static int reads_until(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    const char *part;
    rondo_stream *stream;
    size_t count;

    (void)n;
    RONDO_TRY(connect_to(f, send_pieces, &stream));
    note_until(f, stream, "");
    note_until(f, stream, "AAA");
    note_until(f, stream, "AAA");
    note_until(f, stream, "--");
    note_until(f, stream, "--");
    count = rondo_stream_partial(stream, &part);
    note(f, "part '%s', %d bytes, at its end: %d", part, (int)count, rondo_stream_at_eof(stream));
    end(f, stream);
    return 0;
}

/* STR-07, STR-09: the separator is included, and found across pieces, also after a false start; an
 * empty one is refused. At the end there is only a part, and the stream is empty. */
static void reading_until_a_separator_finds_it_across_pieces(void **state)
{
    play_pieces(*state, (const char *const[]){"xAA", "AyA", "AA", "1--2", NULL}, reads_until,
                "0ms client readuntil '': EINVAL\n"
                "1ms client readuntil 'AAA': 'xAAA', 4 bytes\n"
                "2ms client readuntil 'AAA': 'yAAA', 4 bytes\n"
                "3ms client readuntil '--': '1--', 3 bytes\n"
                "4ms client readuntil '--': EINCOMPLETE\n"
                "4ms client part '2', 1 bytes, at its end: 1\n");
}

static int reads_until_any(void *fixture, int64_t n)
{
    static const struct iovec ends[] = {{(void *)"---", 3}, {(void *)"\n", 1}, {(void *)"ab", 2}};
    static const struct iovec none = {(void *)"", 0};
    struct fixture *f = fixture;
    rondo_stream *stream;
    ssize_t count;

    (void)n;
    RONDO_TRY(connect_to(f, send_pieces, &stream));
    note(f, "none: %s", name_of(rondo_stream_readuntil_any(stream, ends, 0, NULL)));
    note(f, "an empty one: %s", name_of(rondo_stream_readuntil_any(stream, &none, 1, NULL)));
    do {
        const char *data = "";

        count = rondo_stream_readuntil_any(stream, ends, 3, &data);
        note(f, "%s: '%.*s'", count < 0 ? name_of(count) : "reads", (int)strcspn(data, "\n"), data);
    } while (count > 0);
    end(f, stream);
    return 0;
}

/* STR-08: of several separators the one that ends first counts, not the one that begins first, also
 * where pieces meet. */
static void of_several_separators_the_one_that_ends_first_counts(void **state)
{
    play_pieces(*state, (const char *const[]){"x--", "ab1-", "--2", "\n3a", "b4", NULL},
                reads_until_any,
                "0ms client none: EINVAL\n"
                "0ms client an empty one: EINVAL\n"
                "1ms client reads: 'x--ab'\n"
                "2ms client reads: '1---'\n"
                "3ms client reads: '2'\n"
                "4ms client reads: '3ab'\n"
                "5ms client EINCOMPLETE: ''\n");
}

static int reads_until_over_the_limit(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_stream *stream;

    (void)n;
    RONDO_TRY(connect_to(f, send_pieces, &stream, .limit = 3));
    note_until(f, stream, "!");
    note_read(f, stream, 5);
    note_until(f, stream, "!");
    note_read(f, stream, 100);
    end(f, stream);
    return 0;
}

/* STR-10: over the limit, with the separator there or not, nothing is taken. */
static void reading_until_a_separator_that_is_too_far_takes_nothing(void **state)
{
    needs_faithful_libuv();
    play_pieces(*state, (const char *const[]){"12345!", "67890", NULL}, reads_until_over_the_limit,
                "0ms client readuntil '!': ELIMIT\n"
                "0ms client reads '12345'\n"
                "0ms client readuntil '!': '!', 1 bytes\n"
                "1ms client reads '67890'\n");
}

static int reads_exactly(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    const char *part;
    char data[16] = "";
    rondo_stream *stream;
    ssize_t count;

    (void)n;
    RONDO_TRY(connect_to(f, send_pieces, &stream, .limit = 2));
    count = rondo_stream_readexactly(stream, data, 0);
    note(f, "none: %d", (int)count);
    count = rondo_stream_readexactly(stream, data, 8);
    note(f, "%d bytes: '%s'", (int)count, data);
    count = rondo_stream_readexactly(stream, data, 5);
    note(f, "five: %s", name_of(count));
    count = (ssize_t)rondo_stream_partial(stream, &part);
    note(f, "%d bytes: '%s', at its end: %d", (int)count, part, rondo_stream_at_eof(stream));
    end(f, stream);
    return 0;
}

/* STR-03, STR-11: exactly so many, more than the limit; none at once; at the end there is a part.
 */
static void reading_exactly_waits_for_all_of_it(void **state)
{
    play_pieces(*state, (const char *const[]){"123", "456", "7890", NULL}, reads_exactly,
                "0ms client none: 0\n"
                "2ms client 8 bytes: '12345678'\n"
                "3ms client five: EINCOMPLETE\n"
                "3ms client 2 bytes: '90', at its end: 1\n");
}

static int sends_late(rondo_stream *stream, void *arg)
{
    (void)arg;
    RONDO_TRY(rondo_sleep(20 * MS));
    return rondo_stream_write(stream, "late", 4);
}

static int gives_up_reading(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_stream *stream;
    int rc = 0;

    (void)n;
    RONDO_TRY(connect_to(f, sends_late, &stream));
    RONDO_TIMEOUT(rc, 5 * MS) {
        rc = (int)note_read(f, stream, 10);
    }
    note(f, "gives up: %s", name_of(rc));
    note_read(f, stream, 10);
    end(f, stream);
    return 0;
}

/* STR-13: a read that is cancelled leaves nobody in line, and takes nothing. */
static void a_read_that_is_cancelled_leaves_what_comes_to_the_next(void **state)
{
    struct fixture *f = *state;

    needs_faithful_libuv();
    spawn(f, "client", gives_up_reading, 0);
    expect_trace(f, "5ms client read: ECANCELED\n"
                    "5ms client gives up: ETIMEDOUT\n"
                    "20ms client reads 'late'\n");
}

static void refuse_while_another_reads(struct fixture *f, rondo_stream *stream)
{
    const char *line;
    char data[4];

    note(f, "read %s", name_of(rondo_stream_read(stream, data, 1)));
    note(f, "read_all %s", name_of(rondo_stream_read_all(stream, &line)));
    note(f, "readline %s", name_of(rondo_stream_readline(stream, &line)));
    note(f, "readexactly %s", name_of(rondo_stream_readexactly(stream, data, 1)));
    note(f, "readuntil %s", name_of(rondo_stream_readuntil(stream, ".", 1, &line)));
}

static int reads_first(void *arg, rondo_value *out)
{
    char data[4];
    ssize_t count = rondo_stream_read(arg, data, sizeof data);

    return rondo_return(out, (int64_t)count);
}

static int reads_four(void *arg, rondo_value *out)
{
    char data[4];
    ssize_t count = rondo_stream_readexactly(arg, data, sizeof data);

    return rondo_return(out, (int64_t)count);
}

static int reads_beside(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_stream *stream;
    rondo_task *other;
    rondo_value value;

    (void)n;
    RONDO_TRY(connect_to(f, sends_late, &stream));
    other = rondo_spawn(reads_four, stream);
    RONDO_TRY(rondo_sleep(0));
    refuse_while_another_reads(f, stream);
    RONDO_TRY(rondo_await(other, &value));
    note(f, "the other has %d bytes", (int)value.as.i);
    rondo_unref(other);
    end(f, stream);
    return 0;
}

static void two_tasks_cannot_read_at_the_same_time(void **state)
{
    struct fixture *f = *state;

    spawn(f, "client", reads_beside, 0);
    expect_trace(f, "0ms client read EMISUSE\n"
                    "0ms client read_all EMISUSE\n"
                    "0ms client readline EMISUSE\n"
                    "0ms client readexactly EMISUSE\n"
                    "0ms client readuntil EMISUSE\n"
                    "20ms client the other has 4 bytes\n");
}

/* ---- writing ---- */

static int echo(rondo_stream *stream, void *arg)
{
    const char *line;
    ssize_t size;

    (void)arg;
    while ((size = rondo_stream_readline(stream, &line)) > 0) {
        RONDO_TRY(rondo_stream_write(stream, line, (size_t)size));
        RONDO_TRY(rondo_stream_drain(stream));
    }
    return (int)size;
}

static int talks(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    const char *none = NULL;
    rondo_stream *stream;

    (void)n;
    RONDO_TRY(connect_to(f, echo, &stream));
    note(f, "write %s", name_of(rondo_stream_write(stream, "hel", 3)));
    note(f, "write of nothing %s", name_of(rondo_stream_write(stream, none, 0)));
    note(f, "write %s", name_of(rondo_stream_write(stream, "lo\n", 3)));
    note(f, "drain %s", name_of(rondo_stream_drain(stream)));
    note_line(f, stream);
    note(f, "write_eof %s", name_of(rondo_stream_write_eof(stream)));
    note(f, "write %s", name_of(rondo_stream_write(stream, "x", 1)));
    note(f, "again %s", name_of(rondo_stream_write_eof(stream)));
    note_line(f, stream);
    note(f, "peer is the server: %d",
         strcmp(rondo_stream_get_extra_info(stream, "peername", ""),
                rondo_server_sockname(f->server)) == 0);
    note(f, "itself is another: %d",
         strncmp(rondo_stream_get_extra_info(stream, "sockname", ""), "127.0.0.1:", 10) == 0);
    note(f, "unknown: %s", rondo_stream_get_extra_info(stream, "cipher", "none"));
    rondo_stream_close(stream);
    note(f, "wait_closed %s", name_of(rondo_stream_wait_closed(stream)));
    end(f, stream);
    return 0;
}

/* What is sent to a server comes back from its function for clients. TRN-01: an unknown key
 * gives the default. */
static void an_echo_comes_back_until_the_end_is_sent(void **state)
{
    struct fixture *f = *state;

    spawn(f, "client", talks, 0);
    expect_trace(f, "0ms client write ok\n"
                    "0ms client write of nothing ok\n"
                    "0ms client write ok\n"
                    "0ms client drain ok\n"
                    "0ms client reads line 'hello'\n"
                    "0ms client write_eof ok\n"
                    "0ms client write EMISUSE\n"
                    "0ms client again ok\n"
                    "0ms client reads line '' without an end\n"
                    "0ms client peer is the server: 1\n"
                    "0ms client itself is another: 1\n"
                    "0ms client unknown: none\n"
                    "0ms client wait_closed ok\n");
}

/* Begin to read after five milliseconds, compare, and answer. */
static int counts(rondo_stream *stream, void *arg)
{
    struct fixture *f = arg;
    char answer[40];
    const char *data;
    ssize_t size;

    RONDO_TRY(rondo_sleep(5 * MS));
    size = rondo_stream_read_all(stream, &data);
    if (size != (ssize_t)MUCH || memcmp(data, f->much, MUCH) != 0)
        note(f, "server reads something else, %d bytes", (int)size);
    snprintf(answer, sizeof answer, "%zu bytes\n", size > 0 ? (size_t)size : 0);
    return rondo_stream_write(stream, answer, strlen(answer));
}

static int drains(void *arg, rondo_value *out)
{
    (void)out;
    return rondo_stream_drain(arg);
}

static char *make_much(void)
{
    char *much = malloc(MUCH);

    for (size_t i = 0; i < MUCH; i++)
        much[i] = (char)(i * 7 + (i >> 12));
    return much;
}

static int writes_much(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_task *others[2];
    rondo_stream *stream;

    (void)n;
    f->much = make_much();
    RONDO_TRY(connect_to(f, counts, &stream));
    note(f, "write %s", name_of(rondo_stream_write(stream, f->much, MUCH)));
    others[0] = rondo_spawn(drains, stream);
    others[1] = rondo_spawn(drains, stream);
    note(f, "drain %s", name_of(rondo_stream_drain(stream)));
    note(f, "another %s", name_of(rondo_await(others[0], NULL)));
    note(f, "another %s", name_of(rondo_await(others[1], NULL)));
    rondo_unref_all(others, 2);
    rondo_stream_write_eof(stream);
    note_line(f, stream);
    end(f, stream);
    free(f->much);
    return 0;
}

/* STR-16: several drains wait until the other side has read, and all go on. TRN-12: what the
 * connection does not take at once is sent later, in order. TRN-15: the end comes after it. */
static void drains_wait_until_the_other_side_has_read(void **state)
{
    struct fixture *f = *state;

    spawn(f, "client", writes_much, 0);
    expect_trace(f, "0ms client write ok\n"
                    "5ms client drain ok\n"
                    "5ms client another ok\n"
                    "5ms client another ok\n"
                    "5ms client reads line '16777216 bytes'\n");
}

/* ---- the ends ---- */

static int waits_for_all(rondo_stream *stream, void *arg)
{
    struct fixture *f = arg;
    const char *data;
    ssize_t size = rondo_stream_read_all(stream, &data);

    note(f, "server has %d bytes", (int)size);
    return 0;
}

static int closes_at_once(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_stream *stream;

    (void)n;
    f->much = make_much();
    RONDO_TRY(connect_to(f, waits_for_all, &stream));
    rondo_set_name(rondo_current_task(), "client");
    rondo_stream_write(stream, f->much, MUCH);
    note(f, "closing %d", rondo_stream_is_closing(stream));
    rondo_stream_close(stream);
    rondo_stream_close(stream);
    note(f, "closing %d", rondo_stream_is_closing(stream));
    note(f, "write %s", name_of(rondo_stream_write(stream, "x", 1)));
    note(f, "drain %s", name_of(rondo_stream_drain(stream)));
    note(f, "write_eof %s", name_of(rondo_stream_write_eof(stream)));
    note(f, "wait_closed %s", name_of(rondo_stream_wait_closed(stream)));
    note(f, "again %s", name_of(rondo_stream_wait_closed(stream)));
    note_read(f, stream, 10);
    rondo_server_close(f->server);
    note(f, "the server %s", name_of(rondo_server_wait_closed(f->server)));
    end(f, stream);
    free(f->much);
    return 0;
}

/* TRN-06, STR-19: closing sends what was written first, and nothing after; writing then is an error
 * that drain says, too. STR-18: wait_closed waits for that; who reads gets the end. */
static void closing_sends_what_was_written_and_no_more(void **state)
{
    struct fixture *f = *state;

    spawn(f, "client", closes_at_once, 0);
    expect_trace(f, "0ms client closing 0\n"
                    "0ms client closing 1\n"
                    "0ms client write ECONNRESET\n"
                    "0ms client drain ECONNRESET\n"
                    "0ms client write_eof ECONNRESET\n"
                    "0ms client wait_closed ok\n"
                    "0ms client again ok\n"
                    "0ms client reads ''\n"
                    "0ms Task-2 server has 16777216 bytes\n"
                    "0ms client the server ok\n");
}

static int closes_under_a_reader(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_stream *stream;
    rondo_value value;
    rondo_task *other;

    (void)n;
    f->pieces = (const char *const[]){"unread", NULL};
    RONDO_TRY(connect_to(f, sends_late, &stream));
    other = rondo_spawn(reads_first, stream);
    RONDO_TRY(rondo_sleep(MS));
    rondo_stream_close(stream);
    RONDO_TRY(rondo_await(other, &value));
    note(f, "the other has %d bytes", (int)value.as.i);
    note(f, "wait_closed %s", name_of(rondo_stream_wait_closed(stream)));
    rondo_unref(other);
    end(f, stream);
    return 0;
}

/* STR-18: closing feeds the end to who reads. */
static void who_reads_when_it_is_closed_sees_the_end(void **state)
{
    struct fixture *f = *state;

    spawn(f, "client", closes_under_a_reader, 0);
    expect_trace(f, "1ms client the other has 0 bytes\n"
                    "1ms client wait_closed ok\n");
}

/* With a limit of one byte it does not read all that comes, and so resets when it closes. */
static int resets(rondo_stream *stream, void *arg)
{
    (void)stream;
    (void)arg;
    return rondo_sleep(10 * MS);
}

static int is_reset(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_stream *stream;

    (void)n;
    RONDO_TRY(rondo_start_server(resets, f, "127.0.0.1", 0, &f->server, .limit = 1));
    RONDO_TRY(rondo_open_connection("127.0.0.1", rondo_server_port(f->server), &stream));
    rondo_stream_write(stream, "much", 4);
    RONDO_TRY(rondo_sleep(MS));
    rondo_stream_write(stream, "more", 4);
    note_read(f, stream, 10);
    note_read(f, stream, 10);
    note_line(f, stream);
    note(f, "write %s", name_of(rondo_stream_write(stream, "x", 1)));
    note(f, "drain %s", name_of(rondo_stream_drain(stream)));
    note(f, "closing %d", rondo_stream_is_closing(stream));
    note(f, "wait_closed %s", name_of(rondo_stream_wait_closed(stream)));
    end(f, stream);
    return 0;
}

/* STR-12: a connection that is lost wakes who reads with the reason, and every read says it from
 * then on. STR-17: so does drain. */
static void a_reset_is_told_to_whoever_uses_the_stream(void **state)
{
    struct fixture *f = *state;

    spawn(f, "client", is_reset, 0);
    expect_trace(f, "10ms client read: ECONNRESET\n"
                    "10ms client read: ECONNRESET\n"
                    "10ms client readline: ECONNRESET\n"
                    "10ms client write ECONNRESET\n"
                    "10ms client drain ECONNRESET\n"
                    "10ms client closing 1\n"
                    "10ms client wait_closed ECONNRESET\n");
}

static int drains_until_lost(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_stream *stream;

    (void)n;
    f->much = make_much();
    RONDO_TRY(rondo_start_server(resets, f, "127.0.0.1", 0, &f->server, .limit = 1));
    RONDO_TRY(rondo_open_connection("127.0.0.1", rondo_server_port(f->server), &stream));
    rondo_stream_write(stream, f->much, MUCH);
    note(f, "drain %s", name_of(rondo_stream_drain(stream)));
    end(f, stream);
    free(f->much);
    return 0;
}

/* STR-17: a drain that waits learns that the connection is lost. */
static void a_drain_that_waits_learns_of_the_loss(void **state)
{
    struct fixture *f = *state;

    spawn(f, "client", drains_until_lost, 0);
    expect_trace(f, "10ms client drain ECONNRESET\n");
}

/* ---- refusals ---- */

static int nobody(rondo_stream *stream, void *arg)
{
    (void)stream;
    (void)arg;
    return 0;
}

static int is_refused(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_stream *stream;
    rondo_server *other;
    int port;

    (void)n;
    RONDO_TRY(start(f, nobody));
    port = rondo_server_port(f->server);
    note(f, "taken: %s", name_of(rondo_start_server(nobody, f, "127.0.0.1", port, &other)));
    note(f, "no function: %s", name_of(rondo_start_server(NULL, f, "127.0.0.1", 0, &other)));
    note(f, "no port: %s", name_of(rondo_start_server(nobody, f, "127.0.0.1", 70000, &other)));
    note(f, "a name: %s", name_of(rondo_start_server(nobody, f, "example.org", 0, &other)));
    note(f, "no port: %s", name_of(rondo_open_connection("127.0.0.1", -1, &stream)));
    rondo_server_free(f->server);
    RONDO_TRY(rondo_sleep(MS));
    note(f, "nobody: %s", name_of(rondo_open_connection("localhost", port, &stream)));
    return 0;
}

/* An address that is in use is an error with that reason. */
static void what_cannot_be_is_refused(void **state)
{
    struct fixture *f = *state;
    rondo_stream *stream;
    rondo_server *server;

    assert_int_equal(rondo_open_connection("127.0.0.1", 80, &stream), RONDO_EMISUSE);
    assert_int_equal(rondo_start_server(nobody, f, "127.0.0.1", 0, &server), RONDO_EMISUSE);
    rondo_stream_free(NULL);
    rondo_server_free(NULL);
    spawn(f, "client", is_refused, 0);
    expect_trace(f, "0ms client taken: EADDRINUSE\n"
                    "0ms client no function: EINVAL\n"
                    "0ms client no port: EINVAL\n"
                    "0ms client a name: ENOTSUP\n"
                    "0ms client no port: EINVAL\n"
                    "1ms client nobody: ECONNREFUSED\n");
}

/* ---- unix sockets ---- */

/* A path that no other play has. */
static const char *path_here(void)
{
    static char path[64];

    snprintf(path, sizeof path, "/tmp/rondo-stream-%d", (int)uv_os_getpid());
    return path;
}

static int talks_at_a_path(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_stream *stream;

    (void)n;
    note(f, "nobody: %s", name_of(rondo_open_unix_connection(path_here(), &stream)));
    note(f, "no function: %s", name_of(rondo_start_unix_server(NULL, f, path_here(), &f->server)));
    RONDO_TRY(rondo_start_unix_server(echo, f, path_here(), &f->server));
    RONDO_TRY(rondo_open_unix_connection(path_here(), &stream, .limit = 100));
    note(f, "write %s", name_of(rondo_stream_write(stream, "hello\n", 6)));
    note_line(f, stream);
    note(f, "write_eof %s", name_of(rondo_stream_write_eof(stream)));
    note_line(f, stream);
    rondo_stream_close(stream);
    note(f, "wait_closed %s", name_of(rondo_stream_wait_closed(stream)));
    end(f, stream);
    return 0;
}

/* STR-20: a function serves the connections of a unix socket as it does those of TCP. */
static void a_unix_socket_is_served_as_a_port_is(void **state)
{
    struct fixture *f = *state;
    rondo_stream *stream;
    rondo_server *server;

    assert_int_equal(rondo_open_unix_connection(path_here(), &stream), RONDO_EMISUSE);
    assert_int_equal(rondo_start_unix_server(nobody, f, path_here(), &server), RONDO_EMISUSE);
    spawn(f, "client", talks_at_a_path, 0);
    expect_trace(f, "0ms client nobody: ENOENT\n"
                    "0ms client no function: EINVAL\n"
                    "0ms client write ok\n"
                    "0ms client reads line 'hello'\n"
                    "0ms client write_eof ok\n"
                    "0ms client reads line '' without an end\n"
                    "0ms client wait_closed ok\n");
}

/* ---- servers ---- */

static void is_told(rondo_loop *loop, const rondo_exception *exception, void *arg)
{
    struct fixture *f = arg;

    (void)loop;
    note(f, "told: %s", rondo_err_name(exception->code));
}

static int fails_or_waits(rondo_stream *stream, void *arg)
{
    char what;

    (void)arg;
    RONDO_TRY((int)rondo_stream_readexactly(stream, &what, 1));
    if (what == 'f')
        return RONDO_EUSER;
    rondo_cancel(rondo_current_task(), NULL);
    return rondo_sleep(0);
}

static int asks_for_trouble(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_stream *stream;

    (void)n;
    rondo_loop_set_exception_handler(f->script.loop, is_told, f);
    RONDO_TRY(connect_to(f, fails_or_waits, &stream));
    rondo_stream_write(stream, "f", 1);
    note_read(f, stream, 10);
    rondo_stream_free(stream);
    RONDO_TRY(rondo_open_connection("127.0.0.1", rondo_server_port(f->server), &stream));
    rondo_stream_write(stream, "c", 1);
    note_read(f, stream, 10);
    end(f, stream);
    return 0;
}

/* STR-21: a failure of the function for clients is told to the exception handler, a cancellation is
 * not; the connection is closed either way. */
static void a_client_that_fails_is_reported_and_one_that_is_cancelled_is_not(void **state)
{
    struct fixture *f = *state;

    spawn(f, "client", asks_for_trouble, 0);
    expect_trace(f, "0ms told: EUSER0\n"
                    "0ms client reads ''\n"
                    "0ms client reads ''\n");
}

static int serves(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    (void)n;
    RONDO_TRY(start(f, echo));
    note(f, "serving %d", rondo_server_is_serving(f->server));
    rc = rondo_server_serve_forever(f->server);
    note(f, "ends with %s, serving %d", name_of(rc), rondo_server_is_serving(f->server));
    note(f, "again %s", name_of(rondo_server_serve_forever(f->server)));
    note(f, "wait_closed %s", name_of(rondo_server_wait_closed(f->server)));
    rondo_server_free(f->server);
    return rc;
}

static int stops_it_and_lets_go(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_stream *a, *b, *c = NULL;
    int port;

    (void)n;
    RONDO_TRY(rondo_sleep(MS));
    port = rondo_server_port(f->server);
    RONDO_TRY(rondo_open_connection("127.0.0.1", port, &a));
    RONDO_TRY(rondo_open_connection("127.0.0.1", port, &b));
    rondo_stream_write(a, "a\n", 2);
    rondo_stream_write(b, "b\n", 2);
    note_line(f, b);
    note_line(f, a);
    rondo_cancel(role(f, "server"), NULL);
    RONDO_TRY(rondo_sleep(MS));
    note(f, "a third: %s", name_of(rondo_open_connection("127.0.0.1", port, &c)));
    rondo_stream_write(a, "still\n", 6);
    note_line(f, a);
    rondo_stream_free(a);
    RONDO_TRY(rondo_sleep(MS));
    note(f, "closes the last");
    rondo_stream_free(b);
    return 0;
}

/* SRV-01: several clients are served side by side; who comes after the close is refused. SRV-04:
 * cancelling serve_forever closes, and waits for the connections that are open, which go on
 * as long as they like; then there is nothing to wait for. */
static void cancelling_serve_forever_waits_for_the_connections(void **state)
{
    struct fixture *f = *state;

    spawn(f, "server", serves, 0);
    spawn(f, "client", stops_it_and_lets_go, 0);
    expect_trace(f, "0ms server serving 1\n"
                    "1ms client reads line 'b'\n"
                    "1ms client reads line 'a'\n"
                    "2ms client a third: ECONNREFUSED\n"
                    "2ms client reads line 'still'\n"
                    "3ms client closes the last\n"
                    "3ms server ends with ECANCELED, serving 0\n"
                    "3ms server again EMISUSE\n"
                    "3ms server wait_closed ok\n");
}

static void hears_words(rondo_loop *loop, const rondo_exception *exception, void *arg)
{
    struct fixture *f = arg;

    (void)loop;
    f->unclosed += strcmp(exception->message, "Stream was never closed") == 0 &&
                   strncmp(exception->text, "127.0.0.1:", 10) == 0;
}

static int leaves_all_open(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_stream *stream;
    const char *line;

    (void)n;
    RONDO_TRY(connect_to(f, echo, &stream));
    rondo_stream_write(stream, "x\n", 2);
    RONDO_TRY((int)rondo_stream_readline(stream, &line));
    rondo_loop_set_exception_handler(f->script.loop, hears_words, f);
    rondo_loop_stop(f->script.loop);
    return (int)rondo_stream_readline(stream, &line); /* never */
}

/* STR-23: whoever has opened a stream and not closed it is told when the loop is closed. */
static void a_loop_that_is_closed_takes_its_streams_and_servers_with_it(void **state)
{
    struct fixture *f = *state;

    spawn(f, "client", leaves_all_open, 0);
    expect_trace(f, "");
    assert_int_equal(close_loop(f), 0);
    assert_int_equal(f->unclosed, 1); /* of the client; the other one is the server's */
}

/* ---- without memory ---- */

static void ignore(rondo_loop *loop, const rondo_exception *exception, void *arg)
{
    (void)loop;
    (void)exception;
    (void)arg;
}

/* A line there and back, or as much of it as came. */
static int talk_a_little(struct fixture *f)
{
    const char *line = "";
    rondo_stream *stream;
    ssize_t rc;

    RONDO_TRY(start(f, echo));
    rc = rondo_open_connection("127.0.0.1", rondo_server_port(f->server), &stream);
    if (rc < 0)
        return (int)rc;
    rc = rondo_stream_write(stream, "x\n", 2);
    if (rc == 0)
        rc = rondo_stream_readline(stream, &line);
    rondo_stream_free(stream);
    return rc > 0 && strncmp(line, "x\n", (size_t)rc) != 0 ? RONDO_EUSER : (int)rc;
}

static int talks_without_memory(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    f->server = NULL;
    rondo_loop_set_exception_handler(f->script.loop, ignore, NULL);
    memory_fail(&f->script.memory, (size_t)n);
    rc = talk_a_little(f);
    check(f, ((rc >= 0 && rc <= 2) || rc == RONDO_ENOMEM || rc == UV_ECONNRESET || rc == UV_EPIPE));
    sweep_over(f);
    rondo_server_free(f->server);
    return 0;
}

static int talks_at_a_path_without_memory(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_stream *stream = NULL;
    int rc;

    f->server = NULL;
    rondo_loop_set_exception_handler(f->script.loop, ignore, NULL);
    memory_fail(&f->script.memory, (size_t)n);
    rc = rondo_start_unix_server(echo, f, path_here(), &f->server);
    if (rc == 0)
        rc = rondo_open_unix_connection(path_here(), &stream);
    check(f, rc == 0 || rc == RONDO_ENOMEM);
    sweep_over(f);
    rondo_stream_free(stream);
    rondo_server_free(f->server);
    return 0;
}

static void without_memory_nobody_talks_at_a_path(void **state)
{
    expect_sweep((struct fixture *)*state, talks_at_a_path_without_memory, 3, 60);
}

/* Whoever has none says so; the other side, where it is that, sees the end. */
static void without_memory_there_is_no_connection_and_nothing_is_left(void **state)
{
    expect_sweep((struct fixture *)*state, talks_without_memory, 5, 60);
}

/* One way to use a stream or server that takes memory: something that is done, or a wait that is
 * cancelled, with a message that wants to be copied. */
struct row {
    rondo_client_connected serve;
    ssize_t (*deed)(struct fixture *f);
    rondo_fn wait;
};

static ssize_t read_it_all(struct fixture *f)
{
    const char *data;

    return rondo_stream_read_all(f->stream, &data);
}

static ssize_t read_exactly_too_much(struct fixture *f)
{
    char data[100];
    ssize_t rc = rondo_stream_readexactly(f->stream, data, sizeof data);

    return rc == RONDO_EINCOMPLETE ? 0 : rc;
}

static ssize_t read_until_the_o(struct fixture *f)
{
    const char *data;

    return rondo_stream_readuntil(f->stream, "o", 1, &data);
}

static ssize_t write_it_all(struct fixture *f)
{
    return rondo_stream_write(f->stream, f->much, MUCH);
}

static int wait_to_read(void *arg, rondo_value *out)
{
    char data;

    (void)out;
    return (int)rondo_stream_read(((struct fixture *)arg)->stream, &data, 1);
}

static int wait_to_drain(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    RONDO_TRY(rondo_stream_write(f->stream, f->much, MUCH));
    return rondo_stream_drain(f->stream);
}

static int wait_for_the_close(void *arg, rondo_value *out)
{
    (void)out;
    return rondo_stream_wait_closed(((struct fixture *)arg)->stream);
}

static int wait_for_the_server(void *arg, rondo_value *out)
{
    (void)out;
    return rondo_server_wait_closed(((struct fixture *)arg)->server);
}

static int wait_for_clients(void *arg, rondo_value *out)
{
    (void)out;
    return rondo_server_serve_forever(((struct fixture *)arg)->server);
}

/* Cancel the wait while memory fails. */
static ssize_t cancel_the_wait(struct fixture *f, size_t refused)
{
    rondo_task *task = rondo_spawn(f->row->wait, f);
    int rc;

    RONDO_TRY(rondo_sleep(0));
    memory_fail(&f->script.memory, refused);
    rondo_cancel(task, "please");
    if (f->row->wait == wait_for_clients)
        rondo_stream_close(f->stream);
    rc = rondo_await(task, NULL);
    rondo_unref(task);
    return rc == RONDO_ECANCELED ? 0 : RONDO_EUSER;
}

static int refused(void *fixture, int64_t n)
{
    static const char *const hello[] = {"hello", NULL}; /* the server may outlive this task */
    struct fixture *f = fixture;
    ssize_t rc;

    rondo_loop_set_exception_handler(f->script.loop, ignore, NULL);
    f->pieces = hello;
    RONDO_TRY(connect_to(f, f->row->serve, &f->stream));
    RONDO_TRY(rondo_sleep(MS));
    if (f->row->wait == NULL)
        memory_fail(&f->script.memory, (size_t)n);
    rc = f->row->wait != NULL ? cancel_the_wait(f, (size_t)n) : f->row->deed(f);
    check(f, rc >= 0 || rc == RONDO_ENOMEM);
    sweep_over(f);
    end(f, f->stream);
    return 0;
}

static void every_use_of_a_stream_without_memory_ends_cleanly(void **state)
{
    static const struct row rows[] = {
        {send_pieces, read_it_all, NULL},      {send_pieces, read_exactly_too_much, NULL},
        {send_pieces, read_until_the_o, NULL}, {resets, write_it_all, NULL},
        {resets, NULL, wait_to_read},          {resets, NULL, wait_to_drain},
        {resets, NULL, wait_for_the_close},    {resets, NULL, wait_for_the_server},
        {resets, NULL, wait_for_clients},
    };
    struct fixture *f = *state;

    f->much = make_much();
    for (f->row = rows; f->row < rows + sizeof rows / sizeof rows[0]; f->row++)
        expect_sweep(f, refused, 2, 30);
    free(f->much);
}

#define TEST(name) SCRIPT_TEST(name, fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_read_gives_what_there_is_and_waits_only_for_nothing),
        TEST(reading_all_goes_on_until_the_end),
        TEST(a_line_is_put_together_and_the_last_one_may_have_no_end),
        TEST(iterating_gives_the_lines),
        TEST(a_line_that_is_too_long_is_dropped),
        TEST(reading_until_a_separator_finds_it_across_pieces),
        TEST(reading_until_a_separator_that_is_too_far_takes_nothing),
        TEST(of_several_separators_the_one_that_ends_first_counts),
        TEST(reading_exactly_waits_for_all_of_it),
        TEST(a_read_that_is_cancelled_leaves_what_comes_to_the_next),
        TEST(two_tasks_cannot_read_at_the_same_time),
        TEST(an_echo_comes_back_until_the_end_is_sent),
        TEST(drains_wait_until_the_other_side_has_read),
        TEST(closing_sends_what_was_written_and_no_more),
        TEST(who_reads_when_it_is_closed_sees_the_end),
        TEST(a_reset_is_told_to_whoever_uses_the_stream),
        TEST(a_drain_that_waits_learns_of_the_loss),
        TEST(what_cannot_be_is_refused),
        TEST(a_unix_socket_is_served_as_a_port_is),
        TEST(a_client_that_fails_is_reported_and_one_that_is_cancelled_is_not),
        TEST(cancelling_serve_forever_waits_for_the_connections),
        TEST(a_loop_that_is_closed_takes_its_streams_and_servers_with_it),
        TEST(every_use_of_a_stream_without_memory_ends_cleanly),
        TEST(without_memory_nobody_talks_at_a_path),
        TEST(without_memory_there_is_no_connection_and_nothing_is_left),
    };

    return play_all(tests);
}
