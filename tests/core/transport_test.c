/*
 * transport_test.c - transports and protocols: what a protocol is told and in which order, what a
 * transport does when it is asked, the ends of both; and servers of protocols.
 *
 * A server of the test's own, on a port that the machine gives. `struct end` is a protocol that
 * keeps a log of what it is told: each its own, since it is the machine's business which of two
 * ends hears of something first.
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

struct fixture;

/* One end of a connection, with what it does when it is told something. */
struct end {
    rondo_protocol protocol;
    struct fixture *f;
    char log[400];
    rondo_transport *transport; /* NULL: none, or no more */
    size_t received;
    bool quiet;      /* logs nothing */
    bool keeps_open; /* at the end of what comes */
    int fails;       /* with which code data_received, or at 0 bytes eof_received, fails */
    bool echoes;
    bool pauses;     /* in connection_made */
    bool gets_empty; /* has no buffer to be read into */
    char buffer[4];
};

struct fixture {
    struct script script;
    rondo_server *server;
    struct end client;
    struct end served; /* what the server's first connection is told */
    char *much;
    int refused; /* connections that get no protocol */
    const struct row *row;
};

SCRIPT_FIXTURE(fixture)

static const char *name_of(int rc)
{
    return rc < 0 ? rondo_err_name(rc) : "ok";
}

/* ---- the protocol ---- */

static struct end *end_of(rondo_protocol *protocol)
{
    return (struct end *)protocol;
}

__attribute__((format(printf, 2, 3))) static void hear(struct end *end, const char *format, ...)
{
    size_t length = strlen(end->log);
    va_list args;

    if (end->quiet)
        return;
    va_start(args, format);
    vsnprintf(end->log + length, sizeof end->log - length, format, args);
    va_end(args);
}

static void made(rondo_protocol *self, rondo_transport *transport)
{
    struct end *end = end_of(self);

    end->transport = transport;
    if (end->pauses)
        rondo_transport_pause_reading(transport);
    hear(end, " made");
}

static int received(rondo_protocol *self, const void *data, size_t size)
{
    struct end *end = end_of(self);

    end->received += size;
    hear(end, " '%.*s'", (int)size, (const char *)data);
    if (end->echoes)
        return rondo_transport_write(end->transport, data, size);
    return end->fails;
}

static int ended(rondo_protocol *self)
{
    struct end *end = end_of(self);

    hear(end, " end");
    return end->received == 0 && end->fails != 0 ? end->fails : end->keeps_open;
}

static void is_lost(rondo_protocol *self, int code)
{
    struct end *end = end_of(self);

    hear(end, " lost %s", name_of(code));
    end->transport = NULL;
}

static void pauses(rondo_protocol *self)
{
    hear(end_of(self), " pause");
}

static void resumes(rondo_protocol *self)
{
    hear(end_of(self), " resume");
}

static const rondo_protocol_methods methods = {
    .connection_made = made,
    .data_received = received,
    .eof_received = ended,
    .connection_lost = is_lost,
    .pause_writing = pauses,
    .resume_writing = resumes,
};

static int gives_buffer(rondo_protocol *self, size_t hint, void **data, size_t *size)
{
    struct end *end = end_of(self);

    check(end->f, hint > 0);
    *data = end->buffer;
    *size = end->gets_empty ? 0 : sizeof end->buffer;
    return 0;
}

static int updated(rondo_protocol *self, size_t size)
{
    struct end *end = end_of(self);

    hear(end, " into its own '%.*s'", (int)size, end->buffer);
    return end->fails;
}

static const rondo_protocol_methods buffered_methods = {
    .connection_made = made,
    .get_buffer = gives_buffer,
    .buffer_updated = updated,
    .eof_received = ended,
    .connection_lost = is_lost,
};

static const rondo_protocol_methods no_methods = {.connection_made = NULL};

static rondo_protocol *the_end(void *end)
{
    return end;
}

/* ---- a server and a connection to it ---- */

static void begin_end(struct fixture *f, struct end *end)
{
    end->f = f;
    if (end->protocol.methods == NULL)
        end->protocol.methods = &methods;
}

/* Connect `f->client` to a server whose connection is `f->served`. */
static int join(struct fixture *f)
{
    begin_end(f, &f->client);
    begin_end(f, &f->served);
    RONDO_TRY(rondo_create_server(the_end, &f->served, "127.0.0.1", 0, &f->server));
    return rondo_create_connection(the_end, &f->client, "127.0.0.1", rondo_server_port(f->server),
                                   NULL);
}

static int say(struct end *end, const char *text)
{
    return rondo_transport_write(end->transport, text, strlen(text));
}

/* Until both have heard of the end. */
static int finish(struct fixture *f)
{
    if (f->client.transport != NULL)
        rondo_transport_close(f->client.transport);
    rondo_server_close(f->server);
    RONDO_TRY(rondo_server_wait_closed(f->server));
    RONDO_TRY(rondo_sleep(MS));
    rondo_server_free(f->server);
    note(f, "client:%s", f->client.log);
    note(f, "server:%s", f->served.log);
    return 0;
}

static void play(struct fixture *f, script_body body, const char *expected)
{
    spawn(f, "main", body, 0);
    expect_trace(f, expected);
}

/* ---- what a protocol is told ---- */

static int talks(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    f->served.echoes = true;
    RONDO_TRY(join(f));
    hear(&f->client, " (connected)");
    check(f, say(&f->client, "hello") == 0);
    RONDO_TRY(rondo_sleep(MS));
    rondo_transport_close(f->client.transport);
    hear(&f->client, " (closed)");
    RONDO_TRY(rondo_sleep(MS));
    return finish(f);
}

/* TRN-05: connection_made, then data, the end, connection_lost, each once; connection_made before
 * create_connection returns, connection_lost after close has. TRN-11: at the end it closes. */
static void a_protocol_is_told_from_the_connection_to_its_loss(void **state)
{
    needs_faithful_libuv();
    play(*state, talks,
         "3ms main client: made (connected) 'hello' (closed) lost ok\n"
         "3ms main server: made 'hello' end lost ok\n");
}

static int talks_to_nobody(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    f->served.protocol.methods = &no_methods;
    f->client.protocol.methods = &methods;
    RONDO_TRY(join(f));
    check(f, say(&f->client, "hello") == 0);
    check(f, rondo_transport_set_write_buffer_limits(f->client.transport, 0, 0) == 0);
    RONDO_TRY(rondo_sleep(MS));
    rondo_transport_write_eof(f->client.transport);
    RONDO_TRY(rondo_sleep(MS));
    return finish(f);
}

/* TRN-04: functions that are not there do nothing; at the end it closes. */
static void a_protocol_may_leave_out_everything(void **state)
{
    needs_faithful_libuv();
    play(*state, talks_to_nobody,
         "3ms main client: made end lost ok\n"
         "3ms main server:\n");
}

static int goes_on_after_the_end(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    f->served.keeps_open = true;
    RONDO_TRY(join(f));
    check(f, rondo_transport_can_write_eof(f->client.transport));
    note(f, "write_eof %s", name_of(rondo_transport_write_eof(f->client.transport)));
    note(f, "again %s", name_of(rondo_transport_write_eof(f->client.transport)));
    note(f, "write %s", name_of(say(&f->client, "more")));
    RONDO_TRY(rondo_sleep(MS));
    rondo_transport_pause_reading(f->served.transport);
    rondo_transport_resume_reading(f->served.transport);
    check(f, say(&f->served, "answer") == 0);
    RONDO_TRY(rondo_sleep(MS));
    rondo_transport_close(f->served.transport);
    RONDO_TRY(rondo_sleep(MS));
    return finish(f);
}

/* TRN-11: a protocol that wants to goes on sending after the end, of which it is told once. */
static void the_way_out_stays_open_if_the_protocol_wants_it(void **state)
{
    needs_faithful_libuv();
    play(*state, goes_on_after_the_end,
         "0ms main write_eof ok\n"
         "0ms main again ok\n"
         "0ms main write EMISUSE\n"
         "4ms main client: made 'answer' end lost ok\n"
         "4ms main server: made end lost ok\n");
}

static void is_told(rondo_loop *loop, const rondo_exception *exception, void *arg)
{
    struct fixture *f = arg;

    (void)loop;
    note(f, "told: %s, %s: %s", exception->message, rondo_err_name(exception->code),
         exception->text);
}

static int sends_to_one_who_fails(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    rondo_loop_set_exception_handler(f->script.loop, is_told, f);
    f->served.fails = RONDO_EUSER;
    RONDO_TRY(join(f));
    if (n == 0)
        check(f, say(&f->client, "x") == 0);
    else
        check(f, rondo_transport_write_eof(f->client.transport) == 0);
    RONDO_TRY(rondo_sleep(MS));
    return finish(f);
}

/* TRN-08, TRN-09: a protocol that fails at data, or at the end, is reported and loses the
 * connection with its code; the other side, which has merely lost it, is not reported. */
static void a_protocol_that_fails_is_reported_and_loses_the_connection(void **state)
{
    struct fixture *f = *state;

    spawn(f, "main", sends_to_one_who_fails, 0);
    expect_trace(f, "0ms told: failure in a protocol, EUSER0: data_received\n"
                    "2ms main client: made end lost ok\n"
                    "2ms main server: made 'x' lost EUSER0\n");
}

static void a_protocol_that_fails_at_the_end_is_reported_too(void **state)
{
    struct fixture *f = *state;

    spawn(f, "main", sends_to_one_who_fails, 1);
    expect_trace(f, "0ms told: failure in a protocol, EUSER0: eof_received\n"
                    "2ms main client: made end lost ok\n"
                    "2ms main server: made end lost EUSER0\n");
}

static int is_reset(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    rondo_loop_set_exception_handler(f->script.loop, is_told, f);
    f->served.pauses = true;
    RONDO_TRY(join(f));
    RONDO_TRY(rondo_sleep(MS));
    check(f, say(&f->client, "unread") == 0);
    RONDO_TRY(rondo_sleep(MS)); /* it has come, at least a part of it */
    rondo_transport_abort(f->served.transport);
    RONDO_TRY(rondo_sleep(MS));
    return finish(f);
}

/* TRN-08: a failure of the network closes without a report. */
static void a_reset_is_told_to_the_protocol_and_nobody_else(void **state)
{
    play(*state, is_reset,
         "4ms main client: made lost ECONNRESET\n"
         "4ms main server: made lost ok\n");
}

/* ---- reading ---- */

static int pauses_and_resumes(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    f->served.pauses = true;
    RONDO_TRY(join(f));
    check(f, say(&f->client, "a") == 0);
    RONDO_TRY(rondo_sleep(MS));
    note(f, "reading %d", rondo_transport_is_reading(f->served.transport));
    rondo_transport_pause_reading(f->served.transport);
    rondo_transport_resume_reading(f->served.transport);
    rondo_transport_resume_reading(f->served.transport);
    note(f, "reading %d", rondo_transport_is_reading(f->served.transport));
    RONDO_TRY(rondo_sleep(MS));
    rondo_transport_pause_reading(f->served.transport);
    check(f, say(&f->client, "b") == 0);
    RONDO_TRY(rondo_sleep(MS));
    hear(&f->served, " (b is sent)");
    rondo_transport_resume_reading(f->served.transport);
    RONDO_TRY(rondo_sleep(MS));
    rondo_transport_close(f->client.transport);
    note(f, "reading %d", rondo_transport_is_reading(f->client.transport));
    rondo_transport_resume_reading(f->client.transport);
    rondo_transport_pause_reading(f->client.transport);
    return finish(f);
}

/* TRN-10: reading is paused and resumed at any time, from connection_made on, and as often as one
 * likes. */
static void reading_is_paused_and_resumed_at_any_time(void **state)
{
    play(*state, pauses_and_resumes,
         "1ms main reading 0\n"
         "1ms main reading 1\n"
         "4ms main reading 0\n"
         "5ms main client: made lost ok\n"
         "5ms main server: made 'a' (b is sent) 'b' end lost ok\n");
}

static int reads_into_its_own(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    f->served.protocol.methods = &buffered_methods;
    RONDO_TRY(join(f));
    check(f, say(&f->client, "123456") == 0);
    RONDO_TRY(rondo_sleep(MS));
    rondo_transport_set_protocol(f->served.transport, &f->client.protocol);
    check(f, rondo_transport_get_protocol(f->served.transport) == &f->client.protocol);
    check(f, say(&f->client, "789") == 0);
    RONDO_TRY(rondo_sleep(MS));
    rondo_transport_set_protocol(f->served.transport, &f->served.protocol);
    f->served.gets_empty = true;
    rondo_loop_set_exception_handler(f->script.loop, is_told, f);
    check(f, say(&f->client, "x") == 0);
    RONDO_TRY(rondo_sleep(MS));
    return finish(f);
}

/* TRN-16: a protocol with buffers of its own is read into these; it may be exchanged for one
 * without, and back; an empty buffer ends it. */
static void a_protocol_may_be_read_into_and_be_exchanged(void **state)
{
    needs_faithful_libuv();
    play(*state, reads_into_its_own,
         "2ms told: failure in a protocol, EINVAL: get_buffer\n"
         "4ms main client: made '789' lost ECONNRESET\n"
         "4ms main server: made into its own '1234' into its own '56' lost EINVAL\n");
}

/* ---- writing ---- */

static char *make_much(void)
{
    char *much = malloc(MUCH);

    memset(much, 'x', MUCH);
    return much;
}

static int writes_lines(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    const struct iovec parts[] = {{(void *)"one ", 4}, {NULL, 0}, {(void *)"two", 3}};

    (void)n;
    RONDO_TRY(join(f));
    note(f, "writes %s", name_of(rondo_transport_writelines(f->client.transport, parts, 3)));
    RONDO_TRY(rondo_sleep(MS));
    note(f, "nothing %s", name_of(rondo_transport_writelines(f->client.transport, NULL, 0)));
    note(f, "nothing %s", name_of(rondo_transport_write(f->client.transport, NULL, 0)));
    note(f, "2 GiB %s", name_of(rondo_transport_write(f->client.transport, "", (size_t)1 << 31)));
    RONDO_TRY(rondo_sleep(MS));
    return finish(f);
}

/* TRN-02: several parts are one write of all of them. TRN-14: none, or no bytes, is nothing. */
static void parts_are_written_as_one(void **state)
{
    needs_faithful_libuv();
    play(*state, writes_lines,
         "0ms main writes ok\n"
         "1ms main nothing ok\n"
         "1ms main nothing ok\n"
         "1ms main 2 GiB EINVAL\n"
         "3ms main client: made lost ok\n"
         "3ms main server: made 'one two' end lost ok\n");
}

static void note_limits(struct fixture *f, ssize_t high, ssize_t low)
{
    rondo_transport *transport = f->client.transport;
    int rc = rondo_transport_set_write_buffer_limits(transport, high, low);
    size_t is_high, is_low;

    rondo_transport_get_write_buffer_limits(transport, &is_high, &is_low);
    note(f, "limits %d %d: %s, %d %d", (int)high, (int)low, name_of(rc), (int)is_high, (int)is_low);
}

static int writes_much(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    const struct iovec parts[] = {{(void *)"a", 1}, {f->much, MUCH - 2}, {(void *)"z", 1}};

    (void)n;
    f->served.quiet = true;
    f->served.pauses = true;
    RONDO_TRY(join(f));
    note_limits(f, 100, 200);
    note_limits(f, -1, -1);
    note_limits(f, -1, 100);
    note_limits(f, (ssize_t)MUCH, -1);
    RONDO_TRY(rondo_transport_writelines(f->client.transport, parts, 3));
    hear(&f->client, " (wrote)");
    note(f, "some is left: %d", rondo_transport_get_write_buffer_size(f->client.transport) > 0);
    note_limits(f, 8, 4);
    note_limits(f, 8, 4);
    hear(&f->client, " (more)");
    check(f, say(&f->client, "!") == 0);
    RONDO_TRY(rondo_transport_write_eof(f->client.transport));
    RONDO_TRY(rondo_sleep(MS));
    rondo_transport_resume_reading(f->served.transport);
    RONDO_TRY(rondo_sleep(100 * MS));
    note(f, "%d bytes, %d left", (int)f->served.received,
         (int)rondo_transport_get_write_buffer_size(f->served.transport));
    rondo_transport_close(f->served.transport);
    RONDO_TRY(rondo_sleep(MS));
    return finish(f);
}

/* TRN-03: the high mark is not below the low one; a new mark holds at once. pause_writing and
 * resume_writing take turns. TRN-12, TRN-15: what the connection does not take is sent later, and
 * then the end. */
static void a_protocol_is_paused_above_the_mark_and_resumed_below_it(void **state)
{
    struct fixture *f = *state;

    f->much = make_much();
    f->served.keeps_open = true;
    spawn(f, "main", writes_much, 0);
    expect_trace(f, "0ms main limits 100 200: EINVAL, 65536 16384\n"
                    "0ms main limits -1 -1: ok, 65536 16384\n"
                    "0ms main limits -1 100: ok, 400 100\n"
                    "0ms main limits 16777216 -1: ok, 16777216 4194304\n"
                    "0ms main some is left: 1\n"
                    "0ms main limits 8 4: ok, 8 4\n"
                    "0ms main limits 8 4: ok, 8 4\n"
                    "101ms main 16777217 bytes, 0 left\n"
                    "103ms main client: made (wrote) pause (more) resume end lost ok\n"
                    "103ms main server:\n");
    free(f->much);
}

/* ---- the ends ---- */

static int closes_with_much_to_send(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    f->served.quiet = true;
    RONDO_TRY(join(f));
    RONDO_TRY(rondo_transport_write(f->client.transport, f->much, MUCH));
    note(f, "closing %d", rondo_transport_is_closing(f->client.transport));
    if (n == 0)
        rondo_transport_close(f->client.transport);
    else
        rondo_transport_abort(f->client.transport);
    rondo_transport_close(f->client.transport);
    note(f, "closing %d", rondo_transport_is_closing(f->client.transport));
    note(f, "write %s", name_of(say(&f->client, "x")));
    note(f, "write_eof %s", name_of(rondo_transport_write_eof(f->client.transport)));
    RONDO_TRY(rondo_sleep(100 * MS));
    note(f, "all of it %d", f->served.received == MUCH);
    return finish(f);
}

static void play_the_end(struct fixture *f, int64_t n, const char *expected)
{
    f->much = make_much();
    spawn(f, "main", closes_with_much_to_send, n);
    expect_trace(f, expected);
    free(f->much);
}

/* TRN-06: what was written is sent first; a second close does nothing; and nothing can be written.
 */
static void closing_sends_what_was_written(void **state)
{
    play_the_end(*state, 0,
                 "0ms main closing 0\n"
                 "0ms main closing 1\n"
                 "0ms main write ECONNRESET\n"
                 "0ms main write_eof ECONNRESET\n"
                 "100ms main all of it 1\n"
                 "101ms main client: made pause resume lost ok\n"
                 "101ms main server:\n");
}

/* TRN-07: what was written and not sent is dropped; the loss is told once. */
static void aborting_drops_what_was_written(void **state)
{
    play_the_end(*state, 1,
                 "0ms main closing 0\n"
                 "0ms main closing 1\n"
                 "0ms main write ECONNRESET\n"
                 "0ms main write_eof ECONNRESET\n"
                 "100ms main all of it 0\n"
                 "101ms main client: made pause lost ok\n"
                 "101ms main server:\n");
}

static int uses_what_is_lost(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_transport *held;

    (void)n;
    RONDO_TRY(join(f));
    held = rondo_transport_ref(f->client.transport);
    rondo_transport_abort(held);
    RONDO_TRY(rondo_sleep(MS));
    for (int i = 0; i < 7; i++)
        check(f, rondo_transport_write(held, "x", 1) == UV_ECONNRESET);
    note(f, "write_eof %s", name_of(rondo_transport_write_eof(held)));
    rondo_transport_close(held);
    rondo_transport_abort(held);
    rondo_transport_pause_reading(held);
    rondo_transport_resume_reading(held);
    check(f, rondo_transport_is_closing(held) && !rondo_transport_is_reading(held));
    check(f, rondo_transport_get_write_buffer_size(held) == 0);
    check(f, rondo_transport_set_write_buffer_limits(held, 0, 0) == 0);
    note(f, "peer is the server: %d",
         strcmp(rondo_transport_get_extra_info(held, "peername", ""),
                rondo_server_sockname(f->server)) == 0);
    note(f, "itself is another: %d",
         strncmp(rondo_transport_get_extra_info(held, "sockname", ""), "127.0.0.1:", 10) == 0);
    note(f, "unknown: %s", rondo_transport_get_extra_info(held, "cipher", "none"));
    rondo_transport_unref(held);
    return finish(f);
}

/* TRN-13: each write after the loss says so, and does no harm. TRN-01: what a transport does not
 * know has the default. */
static void a_transport_that_is_held_may_be_used_after_its_loss(void **state)
{
    play(*state, uses_what_is_lost,
         "1ms main write_eof ECONNRESET\n"
         "1ms main peer is the server: 1\n"
         "1ms main itself is another: 1\n"
         "1ms main unknown: none\n"
         "2ms main client: made lost ok\n"
         "2ms main server: made end lost ok\n");
}

static int leaves_them_open(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    RONDO_TRY(join(f));
    RONDO_TRY(rondo_sleep(MS));
    rondo_transport_close(f->client.transport);
    rondo_loop_stop(f->script.loop);
    return rondo_sleep(RONDO_FOREVER);
}

static void a_loop_that_is_closed_tells_every_protocol(void **state)
{
    struct fixture *f = *state;

    play(f, leaves_them_open, "");
    assert_int_equal(close_loop(f), 0);
    assert_string_equal(f->client.log, " made lost ok");
    assert_string_equal(f->served.log, " made lost ECLOSED");
}

static rondo_protocol *nothing(void *fixture)
{
    ((struct fixture *)fixture)->refused++;
    return NULL;
}

static int connects_in_vain(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_transport *transport;
    rondo_server *other;
    int port;

    (void)n;
    begin_end(f, &f->client);
    RONDO_TRY(rondo_create_server(nothing, f, "127.0.0.1", 0, &f->server));
    port = rondo_server_port(f->server);
    note(f, "no factory: %s", name_of(rondo_create_server(NULL, f, "127.0.0.1", 0, &other)));
    note(f, "taken: %s", name_of(rondo_create_server(nothing, f, "127.0.0.1", port, &other)));
    note(f, "taken: %s",
         name_of(rondo_create_server(nothing, f, "127.0.0.1", port, &other, .start_later = true)));
    note(f, "no factory: %s",
         name_of(rondo_create_connection(NULL, f, "127.0.0.1", port, &transport)));
    note(f, "no port: %s",
         name_of(rondo_create_connection(nothing, f, "127.0.0.1", 65536, &transport)));
    note(f, "no protocol: %s",
         name_of(rondo_create_connection(nothing, f, "127.0.0.1", port, &transport)));
    RONDO_TRY(rondo_create_connection(the_end, &f->client, "127.0.0.1", port, NULL));
    RONDO_TRY(rondo_sleep(MS));
    rondo_server_free(f->server);
    RONDO_TRY(rondo_sleep(MS));
    note(f, "nobody: %s",
         name_of(rondo_create_connection(the_end, &f->client, "127.0.0.1", port, &transport)));
    note(f, "%d without a protocol; client:%s", f->refused, f->client.log);
    return 0;
}

/* Without a protocol there is no connection. */
static void what_cannot_be_is_refused(void **state)
{
    struct fixture *f = *state;
    rondo_server *server;

    assert_int_equal(rondo_create_connection(the_end, &f->client, "127.0.0.1", 80, NULL),
                     RONDO_EMISUSE);
    assert_int_equal(rondo_create_server(the_end, &f->client, "127.0.0.1", 0, &server),
                     RONDO_EMISUSE);
    rondo_transport_unref(NULL);
    play(f, connects_in_vain,
         "0ms main no factory: EINVAL\n"
         "0ms main taken: EADDRINUSE\n"
         "0ms main taken: EADDRINUSE\n"
         "0ms main no factory: EINVAL\n"
         "0ms main no port: EINVAL\n"
         "0ms main no protocol: ENOMEM\n"
         "2ms main nobody: ECONNREFUSED\n"
         "2ms main 3 without a protocol; client: made end lost ok\n");
}

static int connects(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    return rondo_create_connection(the_end, &f->client, "127.0.0.1", rondo_server_port(f->server),
                                   NULL);
}

static void gives_up(void *task)
{
    rondo_cancel(task, NULL);
}

static int changes_its_mind(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_task *task;

    (void)n;
    begin_end(f, &f->client);
    begin_end(f, &f->served);
    RONDO_TRY(rondo_create_server(the_end, &f->served, "127.0.0.1", 0, &f->server));
    task = rondo_spawn(connects, f);
    rondo_call_soon(f->script.loop, gives_up, task); /* before libuv looks */
    note(f, "connect %s", name_of(rondo_await(task, NULL)));
    rondo_unref(task);
    RONDO_TRY(rondo_sleep(MS));
    return finish(f);
}

/* Whoever is cancelled while it connects has no connection, and its protocol never had. */
static void a_connect_that_is_cancelled_leaves_nothing(void **state)
{
    play(*state, changes_its_mind,
         "0ms main connect ECANCELED\n"
         "2ms main client:\n"
         "2ms main server: made end lost ok\n");
}

/* ---- contexts ---- */

static const rondo_var user = {.name = "user", .value = {.as.text = "nobody"}};

static int notes_user(rondo_protocol *self, const void *data, size_t size)
{
    struct end *end = end_of(self);

    (void)data;
    (void)size;
    hear(end, " for %s", rondo_var_get(&user).as.text);
    return 0;
}

static const rondo_protocol_methods user_methods = {.connection_made = made,
                                                    .data_received = notes_user};

static int tells_in_a_context(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    f->served.protocol.methods = f->client.protocol.methods = &user_methods;
    begin_end(f, &f->client);
    begin_end(f, &f->served);
    RONDO_TRY(rondo_var_set(&user, "ann", NULL));
    RONDO_TRY(rondo_create_server(the_end, &f->served, "127.0.0.1", 0, &f->server));
    RONDO_TRY(rondo_var_set(&user, "bob", NULL));
    RONDO_TRY(rondo_create_connection(the_end, &f->client, "127.0.0.1",
                                      rondo_server_port(f->server), NULL));
    RONDO_TRY(rondo_var_set(&user, "eve", NULL));
    check(f, say(&f->client, "x") == 0);
    RONDO_TRY(rondo_sleep(MS));
    check(f, say(&f->served, "x") == 0);
    RONDO_TRY(rondo_sleep(MS));
    return finish(f);
}

static void a_protocol_is_told_in_the_context_of_who_asked(void **state)
{
    play(*state, tells_in_a_context,
         "3ms main client: made for bob\n"
         "3ms main server: made for ann\n");
}

static int slow(rondo_protocol *self, const void *data, size_t size)
{
    (void)data;
    (void)size;
    work_for(end_of(self)->f, 200 * MS);
    return 0;
}

static const rondo_protocol_methods slow_methods = {.connection_made = made, .data_received = slow};

static void hears(rondo_loop *loop, const rondo_exception *exception, void *arg)
{
    (void)loop;
    note((struct fixture *)arg, "told: %s: %.18s", exception->message, exception->text);
}

static int holds_the_loop(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    rondo_loop_set_debug(f->script.loop, true);
    rondo_loop_set_exception_handler(f->script.loop, hears, f);
    f->served.protocol.methods = &slow_methods;
    RONDO_TRY(join(f));
    check(f, say(&f->client, "x") == 0);
    RONDO_TRY(rondo_sleep(MS));
    rondo_transport_abort(f->served.transport);
    rondo_loop_set_debug(f->script.loop, false);
    RONDO_TRY(rondo_sleep(MS));
    return finish(f);
}

static void a_protocol_that_holds_the_loop_is_reported_in_debug_mode(void **state)
{
    needs_exact_clock();
    play(*state, holds_the_loop,
         "200ms told: the loop was held: data_received took\n"
         "202ms main client: made end lost ok\n"
         "202ms main server: made\n");
}

/* ---- servers ---- */

static int serves(void *arg, rondo_value *out)
{
    (void)out;
    return rondo_server_serve_forever(((struct fixture *)arg)->server);
}

static int serves_later(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_task *task;
    int port, rc;

    (void)n;
    begin_end(f, &f->client);
    begin_end(f, &f->served);
    RONDO_TRY(
        rondo_create_server(the_end, &f->served, "127.0.0.1", 0, &f->server, .start_later = true));
    port = rondo_server_port(f->server);
    note(f, "has a port: %d, serving %d", port > 0, rondo_server_is_serving(f->server));
    note(f, "too early: %s",
         name_of(rondo_create_connection(the_end, &f->client, "127.0.0.1", port, NULL)));
    note(f, "start %s", name_of(rondo_server_start_serving(f->server)));
    note(f, "again %s", name_of(rondo_server_start_serving(f->server)));
    note(f, "serving %d", rondo_server_is_serving(f->server));
    task = rondo_spawn(serves, f);
    RONDO_TRY(rondo_create_connection(the_end, &f->client, "127.0.0.1", port, NULL));
    note(f, "beside another: %s", name_of(rondo_server_serve_forever(f->server)));
    RONDO_TRY(rondo_sleep(MS));
    rondo_transport_close(f->client.transport);
    rondo_cancel(task, NULL);
    rc = rondo_await(task, NULL);
    note(f, "serves until %s, server:%s", name_of(rc), f->served.log);
    note(f, "start %s", name_of(rondo_server_start_serving(f->server)));
    note(f, "serve %s", name_of(rondo_server_serve_forever(f->server)));
    rondo_unref(task);
    rondo_server_free(f->server);
    return 0;
}

/* SRV-03: a server may have its address and begin later; serving for ever ends with its cancel,
 * which closes it; a closed one cannot serve. */
static void a_server_is_started_later_and_closed_by_a_cancel(void **state)
{
    play(*state, serves_later,
         "0ms main has a port: 1, serving 0\n"
         "0ms main too early: ECONNREFUSED\n"
         "0ms main start ok\n"
         "0ms main again ok\n"
         "0ms main serving 1\n"
         "0ms main beside another: EMISUSE\n"
         "1ms main serves until ECANCELED, server: made end lost ok\n"
         "1ms main start EMISUSE\n"
         "1ms main serve EMISUSE\n");
}

static int sends_its_clients_away(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    f->served.pauses = true;
    f->served.keeps_open = true;
    RONDO_TRY(join(f));
    RONDO_TRY(rondo_sleep(MS));
    rondo_server_close(f->server);
    RONDO_TRY(rondo_sleep(MS));
    note(f, "closed, %s", f->served.transport != NULL ? "with a client" : "alone");
    if (n == 0)
        rondo_server_close_clients(f->server);
    else
        rondo_server_abort_clients(f->server);
    RONDO_TRY(rondo_server_wait_closed(f->server));
    note(f, "alone:%s", f->served.log);
    return finish(f);
}

/* SRV-05: a server closes all its connections, or aborts them, and is closed then. */
static void a_server_closes_its_clients(void **state)
{
    play(*state, sends_its_clients_away,
         "2ms main closed, with a client\n"
         "2ms main alone: made lost ok\n"
         "3ms main client: made end lost ok\n"
         "3ms main server: made lost ok\n");
}

static void a_server_aborts_its_clients(void **state)
{
    struct fixture *f = *state;

    spawn(f, "main", sends_its_clients_away, 1);
    expect_trace(f, "2ms main closed, with a client\n"
                    "2ms main alone: made lost ok\n"
                    "3ms main client: made end lost ok\n"
                    "3ms main server: made lost ok\n");
}

static int serves_both(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int port;

    (void)n;
    begin_end(f, &f->client);
    begin_end(f, &f->served);
    RONDO_TRY(rondo_create_server(the_end, &f->served, "::", 0, &f->server));
    port = rondo_server_port(f->server);
    RONDO_TRY(rondo_create_connection(the_end, &f->client, "127.0.0.1", port, NULL));
    RONDO_TRY(rondo_sleep(MS));
    rondo_transport_close(f->client.transport);
    RONDO_TRY(rondo_sleep(MS));
    RONDO_TRY(rondo_create_connection(the_end, &f->client, "::1", port, NULL));
    RONDO_TRY(rondo_sleep(MS));
    return finish(f);
}

/* SRV-02: "::" is served to both families. */
static void one_server_is_for_both_families(void **state)
{
    play(*state, serves_both,
         "4ms main client: made lost ok made lost ok\n"
         "4ms main server: made end lost ok made end lost ok\n");
}

/* ---- many ---- */

/* Of a protocol for many connections: how many there are, and how often that changed. */
struct crowd {
    rondo_protocol protocol;
    rondo_transport **transports;
    size_t made;
    size_t lost;
    size_t blamed;
};

static void one_more(rondo_protocol *self, rondo_transport *transport)
{
    struct crowd *crowd = (struct crowd *)self;

    if (crowd->transports != NULL)
        crowd->transports[crowd->made] = transport;
    crowd->made++;
}

static void one_less(rondo_protocol *self, int code)
{
    struct crowd *crowd = (struct crowd *)self;

    crowd->lost++;
    crowd->blamed += code != 0;
}

static const rondo_protocol_methods crowd_methods = {.connection_made = one_more,
                                                     .connection_lost = one_less};

static rondo_protocol *the_crowd(void *crowd)
{
    return crowd;
}

static int closes_ten_thousand(void *fixture, int64_t n)
{
    /* A real one costs two descriptors; where any order is drawn, each draw looks at all. */
    size_t many = ground_clock == CLOCK_EXACT && ground_is_faithful ? 5000 : 200;
    rondo_transport **transports = calloc(many, sizeof(rondo_transport *));
    struct crowd clients = {{&crowd_methods}, transports, 0, 0, 0};
    struct crowd served = {{&crowd_methods}, NULL, 0, 0, 0};
    struct fixture *f = fixture;

    (void)n;
    RONDO_TRY(rondo_create_server(the_crowd, &served, "127.0.0.1", 0, &f->server));
    for (size_t i = 0; i < many; i++)
        RONDO_TRY(rondo_create_connection(the_crowd, &clients, "127.0.0.1",
                                          rondo_server_port(f->server), NULL));
    RONDO_TRY(rondo_sleep(MS));
    for (size_t i = 0; i < many; i++)
        rondo_transport_close(transports[i]);
    rondo_server_abort_clients(f->server);
    rondo_server_close(f->server);
    check(f, clients.lost == 0 && served.lost == 0);
    RONDO_TRY(rondo_server_wait_closed(f->server));
    RONDO_TRY(rondo_sleep(MS));
    check(f, clients.made == many && served.made == many);
    check(f, clients.lost == many && served.lost == many);
    check(f, clients.blamed == 0 && served.blamed == 0);
    rondo_server_free(f->server);
    free(transports);
    return 0;
}

/* Each protocol is told once, and nothing is left. */
static void ten_thousand_ends_are_closed_at_once(void **state)
{
    play(*state, closes_ten_thousand, "");
}

/* ---- unix sockets ---- */

/* A path that no other play has. */
static const char *path_here(void)
{
    static char path[64];

    snprintf(path, sizeof path, "/tmp/rondo-transport-%d", (int)uv_os_getpid());
    return path;
}

static const char *blotted(const char *path)
{
    return strcmp(path, path_here()) == 0 ? "path" : path;
}

static int joins_at_a_path(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_transport *transport;
    rondo_server *other;

    (void)n;
    begin_end(f, &f->client);
    begin_end(f, &f->served);
    f->served.echoes = true;
    RONDO_TRY(rondo_create_unix_server(the_end, &f->served, path_here(), &f->server));
    note(f, "serves at %s, port %d", blotted(rondo_server_sockname(f->server)),
         rondo_server_port(f->server));
    note(f, "taken: %s",
         name_of(rondo_create_unix_server(the_end, &f->served, path_here(), &other)));
    RONDO_TRY(rondo_create_unix_connection(the_end, &f->client, path_here(), &transport));
    note(f, "peer '%s', itself '%s'",
         blotted(rondo_transport_get_extra_info(transport, "peername", "none")),
         rondo_transport_get_extra_info(transport, "sockname", "none"));
    check(f, say(&f->client, "hello") == 0);
    RONDO_TRY(rondo_sleep(MS));
    note(f, "the server's: peer '%s', itself '%s'",
         rondo_transport_get_extra_info(f->served.transport, "peername", "none"),
         blotted(rondo_transport_get_extra_info(f->served.transport, "sockname", "none")));
    RONDO_TRY(finish(f));
    note(f, "then: %s",
         name_of(rondo_create_unix_connection(the_end, &f->client, path_here(), &transport)));
    return 0;
}

/* A unix socket is served as TCP is. Its path goes with the server. */
static void a_path_is_served_as_a_port_is(void **state)
{
    needs_faithful_libuv();
    play(*state, joins_at_a_path,
         "0ms main serves at path, port 0\n"
         "0ms main taken: EADDRINUSE\n"
         "0ms main peer 'path', itself ''\n"
         "1ms main the server's: peer '', itself 'path'\n"
         "2ms main client: made 'hello' lost ok\n"
         "2ms main server: made 'hello' end lost ok\n"
         "2ms main then: ENOENT\n");
}

static int goes_to_no_path(void *fixture, int64_t n)
{
    char path[200] = "";
    struct fixture *f = fixture;
    rondo_transport *transport;

    (void)n;
    memset(path, 'p', 108);
    note(f, "too long: %s, %s",
         name_of(rondo_create_unix_connection(the_end, &f->client, path, &transport)),
         name_of(rondo_create_unix_server(the_end, &f->served, path, &f->server)));
    note(f, "none: %s, %s",
         name_of(rondo_create_unix_connection(the_end, &f->client, "", &transport)),
         name_of(rondo_create_unix_server(the_end, &f->served, NULL, &f->server)));
    note(f, "nobody: %s",
         name_of(rondo_create_unix_connection(the_end, &f->client, path_here(), &transport)));
    RONDO_TRY(rondo_create_unix_server(the_end, &f->served, path_here(), &f->server,
                                       .start_later = true));
    note(f, "nobody yet: %s",
         name_of(rondo_create_unix_connection(the_end, &f->client, path_here(), &transport)));
    rondo_server_free(f->server);
    return 0;
}

static void a_path_that_leads_nowhere_is_refused(void **state)
{
    struct fixture *f = *state;
    rondo_server *server;

    assert_int_equal(rondo_create_unix_connection(the_end, &f->client, "/tmp/x", NULL),
                     RONDO_EMISUSE);
    assert_int_equal(rondo_create_unix_server(the_end, &f->client, "/tmp/x", &server),
                     RONDO_EMISUSE);
    play(f, goes_to_no_path,
         "0ms main too long: ENAMETOOLONG, ENAMETOOLONG\n"
         "0ms main none: EINVAL, EINVAL\n"
         "0ms main nobody: ENOENT\n"
         "0ms main nobody yet: ECONNREFUSED\n");
}

/* ---- a transport of the program's own ---- */

/* It hands what is written back to its protocol, one byte later each, by the loop. */
struct mirror {
    rondo_transport transport;
    struct fixture *f;
    char held[100];
    size_t size;
    bool closing;
};

static void reflect(void *arg)
{
    struct mirror *mirror = arg;
    size_t size = mirror->size;

    mirror->size = 0;
    check(mirror->f,
          rondo_protocol_data_received(mirror->transport.protocol, mirror->held, size) == 0);
}

static int mirror_write(rondo_transport *self, const void *data, size_t size)
{
    struct mirror *mirror = (struct mirror *)self;

    if (mirror->size == 0)
        rondo_call_soon(mirror->f->script.loop, reflect, mirror);
    memcpy(mirror->held + mirror->size, data, size);
    mirror->size += size;
    return 0;
}

static void end_soon(void *arg)
{
    rondo_protocol_connection_lost(((struct mirror *)arg)->transport.protocol, 0);
}

static void mirror_close(rondo_transport *self)
{
    struct mirror *mirror = (struct mirror *)self;

    if (!mirror->closing)
        rondo_call_soon(mirror->f->script.loop, end_soon, mirror);
    mirror->closing = true;
}

static bool mirror_is_closing(const rondo_transport *self)
{
    return ((const struct mirror *)self)->closing;
}

static const rondo_transport_methods mirror_methods = {
    .write = mirror_write,
    .close = mirror_close,
    .is_closing = mirror_is_closing,
};

static const rondo_transport_methods no_transport_methods = {.write = NULL};

static int looks_into_the_mirror(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_stream *stream = rondo_stream_new(.limit = 10);
    struct mirror mirror = {{&mirror_methods, rondo_stream_protocol(stream)}, f, "", 0, false};
    const struct iovec parts[] = {{(void *)"one\nt", 5}, {(void *)"wo\n", 3}};
    const char *line;

    (void)n;
    note(f, "before: write %s, drain %s, eof %s", name_of(rondo_stream_write(stream, "x", 1)),
         name_of(rondo_stream_drain(stream)), name_of(rondo_stream_write_eof(stream)));
    check(f, rondo_stream_transport(stream) == NULL && !rondo_stream_is_closing(stream));
    rondo_protocol_connection_made(rondo_stream_protocol(stream), &mirror.transport);
    check(f, rondo_stream_transport(stream) == &mirror.transport);
    note(f, "write %s", name_of(rondo_stream_writelines(stream, parts, 2)));
    check(f, rondo_stream_readline(stream, &line) == 4 && strcmp(line, "one\n") == 0);
    check(f, rondo_stream_readline(stream, &line) == 4 && strcmp(line, "two\n") == 0);
    note(f, "drain %s", name_of(rondo_stream_drain(stream)));
    note(f, "eof %s", name_of(rondo_stream_write_eof(stream)));
    note(f, "peer %s", rondo_stream_get_extra_info(stream, "peername", "unknown"));
    rondo_stream_close(stream);
    note(f, "closed %s", name_of(rondo_stream_wait_closed(stream)));
    rondo_stream_free(stream);
    return 0;
}

/* A stream works over a transport of the program's own, as far as that can. */
static void a_stream_works_over_a_transport_of_ones_own(void **state)
{
    play(*state, looks_into_the_mirror,
         "0ms main before: write ENOTCONN, drain ENOTCONN, eof ENOTCONN\n"
         "0ms main write ok\n"
         "0ms main drain ok\n"
         "0ms main eof ENOTSUP\n"
         "0ms main peer unknown\n"
         "0ms main closed ok\n");
}

static int is_given_nothing(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_stream *stream = rondo_stream_new(.limit = 10);
    rondo_transport none = {&no_transport_methods, rondo_stream_protocol(stream)};
    size_t high = 1, low = 1;

    (void)n;
    rondo_protocol_connection_made(none.protocol, &none);
    note(f, "write %s, lines %s, eof %s, limits %s", name_of(rondo_transport_write(&none, "x", 1)),
         name_of(rondo_transport_writelines(&none, &(struct iovec){(void *)"x", 1}, 1)),
         name_of(rondo_transport_write_eof(&none)),
         name_of(rondo_transport_set_write_buffer_limits(&none, 1, 1)));
    rondo_transport_get_write_buffer_limits(&none, &high, &low);
    check(f, high == 0 && low == 0 && rondo_transport_get_write_buffer_size(&none) == 0);
    check(f, !rondo_transport_can_write_eof(&none) && rondo_transport_is_reading(&none));
    check(f, !rondo_transport_is_closing(&none));
    rondo_transport_pause_reading(&none);
    rondo_transport_resume_reading(&none);
    rondo_transport_abort(&none);
    rondo_transport_unref(rondo_transport_ref(&none));
    rondo_protocol_pause_writing(none.protocol);
    rondo_protocol_resume_writing(none.protocol);
    check(f, rondo_protocol_eof_received(none.protocol) == 1);
    rondo_protocol_connection_lost(none.protocol, UV_EIO);
    note(f, "lost %s", name_of(rondo_stream_wait_closed(stream)));
    rondo_stream_free(stream);
    stream = rondo_stream_new(.limit = 10); /* which nobody ever connects */
    rondo_stream_free(stream);
    return 0;
}

static void a_transport_that_can_do_nothing_says_so(void **state)
{
    assert_null(rondo_stream_new(.limit = 10)); /* outside of a loop */
    play(*state, is_given_nothing,
         "0ms main write ENOTSUP, lines ENOTSUP, eof ENOTSUP, limits ENOTSUP\n"
         "0ms main lost EIO\n");
}

/* ---- without memory ---- */

static void ignore(rondo_loop *loop, const rondo_exception *exception, void *arg)
{
    (void)loop;
    (void)exception;
    (void)arg;
}

/* Protocols that note nothing, since a sweep wants none. */
static int echoes(rondo_protocol *self, const void *data, size_t size)
{
    return rondo_transport_write(end_of(self)->transport, data, size);
}

static void forgets(rondo_protocol *self, int code)
{
    (void)code;
    end_of(self)->transport = NULL;
}

static const rondo_protocol_methods silent_methods = {.connection_made = made,
                                                      .data_received = echoes,
                                                      .connection_lost = forgets};

static int counts(rondo_protocol *self, const void *data, size_t size)
{
    (void)data;
    end_of(self)->received += size;
    return 0;
}

static const rondo_protocol_methods counting_methods = {.connection_made = made,
                                                        .data_received = counts,
                                                        .connection_lost = forgets};

static int talks_without_memory(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    f->server = NULL;
    f->client = (struct end){.quiet = true, .protocol.methods = &counting_methods};
    f->served = (struct end){.quiet = true, .protocol.methods = &silent_methods};
    rondo_loop_set_exception_handler(f->script.loop, ignore, NULL);
    memory_fail(&f->script.memory, (size_t)n);
    rc = join(f);
    if (rc == 0)
        rc = rondo_transport_write(f->client.transport, f->much, MUCH);
    if (rc == 0)
        rc = rondo_sleep(50 * MS);
    check(f, rc == 0 || rc == RONDO_ENOMEM);
    sweep_over(f);
    if (f->client.transport != NULL)
        rondo_transport_abort(f->client.transport);
    if (f->server != NULL)
        rondo_server_abort_clients(f->server);
    rondo_server_free(f->server);
    return rondo_sleep(MS);
}

/* Whoever has none says so; the other side sees the end. */
static void without_memory_there_is_no_connection_and_nothing_is_left(void **state)
{
    struct fixture *f = *state;

    needs_faithful_libuv(); /* or it would be some hundred rounds */
    f->much = make_much();
    expect_sweep(f, talks_without_memory, 5, 60);
    free(f->much);
}

static int talks_at_a_path_without_memory(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    f->server = NULL;
    f->client = (struct end){.quiet = true, .protocol.methods = &counting_methods, .f = f};
    f->served = (struct end){.quiet = true, .protocol.methods = &silent_methods, .f = f};
    memory_fail(&f->script.memory, (size_t)n);
    rc = rondo_create_unix_server(the_end, &f->served, path_here(), &f->server);
    if (rc == 0)
        rc = rondo_create_unix_connection(the_end, &f->client, path_here(), NULL);
    if (rc == 0)
        rc = rondo_sleep(MS);
    check(f, rc == 0 || rc == RONDO_ENOMEM);
    sweep_over(f);
    if (f->client.transport != NULL)
        rondo_transport_abort(f->client.transport);
    rondo_server_free(f->server);
    return rondo_sleep(MS);
}

static void without_memory_nobody_talks_at_a_path(void **state)
{
    expect_sweep((struct fixture *)*state, talks_at_a_path_without_memory, 3, 60);
}

static int makes_a_stream(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    const struct iovec parts[] = {{(void *)f->much, MUCH}, {(void *)"x", 1}};
    rondo_stream *stream;
    int rc;

    f->client = (struct end){.quiet = true, .protocol.methods = &counting_methods};
    f->served = (struct end){.quiet = true, .pauses = true, .protocol.methods = &silent_methods};
    rondo_loop_set_exception_handler(f->script.loop, ignore, NULL);
    RONDO_TRY(join(f));
    memory_fail(&f->script.memory, (size_t)n);
    stream = rondo_stream_new(.limit = 10);
    rondo_stream_free(stream);
    rc = rondo_transport_writelines(f->client.transport, parts, 2);
    check(f, rc == 0 || rc == RONDO_ENOMEM);
    sweep_over(f);
    rondo_server_abort_clients(f->server);
    rondo_server_free(f->server);
    return rondo_sleep(MS);
}

static void parts_and_streams_without_memory_end_cleanly(void **state)
{
    struct fixture *f = *state;

    f->much = make_much();
    expect_sweep(f, makes_a_stream, 1, 10);
    free(f->much);
}

#define TEST(name) SCRIPT_TEST(name, fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_protocol_is_told_from_the_connection_to_its_loss),
        TEST(a_protocol_may_leave_out_everything),
        TEST(the_way_out_stays_open_if_the_protocol_wants_it),
        TEST(a_protocol_that_fails_is_reported_and_loses_the_connection),
        TEST(a_protocol_that_fails_at_the_end_is_reported_too),
        TEST(a_reset_is_told_to_the_protocol_and_nobody_else),
        TEST(reading_is_paused_and_resumed_at_any_time),
        TEST(a_protocol_may_be_read_into_and_be_exchanged),
        TEST(parts_are_written_as_one),
        TEST(a_protocol_is_paused_above_the_mark_and_resumed_below_it),
        TEST(closing_sends_what_was_written),
        TEST(aborting_drops_what_was_written),
        TEST(a_transport_that_is_held_may_be_used_after_its_loss),
        TEST(a_loop_that_is_closed_tells_every_protocol),
        TEST(what_cannot_be_is_refused),
        TEST(a_connect_that_is_cancelled_leaves_nothing),
        TEST(a_protocol_is_told_in_the_context_of_who_asked),
        TEST(a_protocol_that_holds_the_loop_is_reported_in_debug_mode),
        TEST(a_server_is_started_later_and_closed_by_a_cancel),
        TEST(a_server_closes_its_clients),
        TEST(a_server_aborts_its_clients),
        TEST(one_server_is_for_both_families),
        TEST(ten_thousand_ends_are_closed_at_once),
        TEST(a_path_is_served_as_a_port_is),
        TEST(a_path_that_leads_nowhere_is_refused),
        TEST(a_stream_works_over_a_transport_of_ones_own),
        TEST(a_transport_that_can_do_nothing_says_so),
        TEST(without_memory_there_is_no_connection_and_nothing_is_left),
        TEST(without_memory_nobody_talks_at_a_path),
        TEST(parts_and_streams_without_memory_end_cleanly),
    };

    return play_all(tests);
}
