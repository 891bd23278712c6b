/*
 * datagram_test.c - endpoints of datagrams: what a protocol is told and in which order, what a send
 * does, the ends.
 *
 * `struct end` is a protocol that keeps a log of what it is told, each its own: which of two ends
 * hears of something first is the machine's business.
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

struct fixture;

struct end {
    rondo_datagram_protocol protocol;
    struct fixture *f;
    char log[400];
    rondo_datagram *datagram; /* NULL: none, or no more */
    rondo_address from;       /* of the last that came */
    size_t received;
    int fails; /* with which code datagram_received does */
    bool quiet;
    bool aborts; /* in connection_made */
};

struct fixture {
    struct script script;
    struct end server;
    struct end client;
    rondo_address at; /* where the server is */
};

SCRIPT_FIXTURE(fixture)

static const char *name_of(int rc)
{
    return rc < 0 ? rondo_err_name(rc) : "ok";
}

/* ---- the protocol ---- */

static struct end *end_of(rondo_datagram_protocol *protocol)
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

static void made(rondo_datagram_protocol *self, rondo_datagram *datagram)
{
    struct end *end = end_of(self);

    end->datagram = datagram;
    hear(end, " made");
    if (end->aborts)
        rondo_datagram_abort(datagram);
}

static int received(rondo_datagram_protocol *self, const void *data, size_t size,
                    const rondo_address *from)
{
    struct end *end = end_of(self);

    end->received++;
    end->from = *from;
    hear(end, " '%.*s'", (int)(size < 20 ? size : 20), (const char *)data);
    return end->fails;
}

static void error(rondo_datagram_protocol *self, int code)
{
    hear(end_of(self), " error %s", name_of(code));
}

static void lost(rondo_datagram_protocol *self, int code)
{
    struct end *end = end_of(self);

    hear(end, " lost %s", name_of(code));
    end->datagram = NULL;
}

static void pauses(rondo_datagram_protocol *self)
{
    hear(end_of(self), " pause");
}

static void resumes(rondo_datagram_protocol *self)
{
    hear(end_of(self), " resume");
}

static const rondo_datagram_protocol_methods methods = {
    .connection_made = made,
    .datagram_received = received,
    .error_received = error,
    .connection_lost = lost,
    .pause_writing = pauses,
    .resume_writing = resumes,
};

static const rondo_datagram_protocol_methods no_methods = {0};

static rondo_datagram_protocol *this_end(void *arg)
{
    struct end *end = arg;

    if (end->protocol.methods == NULL)
        end->protocol.methods = &methods;
    return &end->protocol;
}

static rondo_datagram_protocol *nobody(void *arg)
{
    (void)arg;
    return NULL;
}

/* ---- two ends ---- */

/* A server on any port of the loopback. */
static int serve(struct fixture *f)
{
    f->server.f = f->client.f = f;
    RONDO_TRY(rondo_create_datagram_endpoint(this_end, &f->server, &f->server.datagram,
                                             .local_host = "127.0.0.1"));
    return rondo_datagram_local(f->server.datagram, &f->at);
}

/* And a client that is connected to it. */
static int join(struct fixture *f)
{
    RONDO_TRY(serve(f));
    return rondo_create_datagram_endpoint(this_end, &f->client, &f->client.datagram,
                                          .remote_host = "127.0.0.1", .remote_port = f->at.port);
}

static int say(struct end *end, const char *text, const rondo_address *to)
{
    return rondo_datagram_sendto(end->datagram, text, strlen(text), to);
}

/* Close both, and say what they heard. */
static int finish(struct fixture *f)
{
    if (f->client.datagram != NULL)
        rondo_datagram_close(f->client.datagram);
    if (f->server.datagram != NULL)
        rondo_datagram_close(f->server.datagram);
    RONDO_TRY(rondo_sleep(MS));
    note(f, "client:%s", f->client.log);
    note(f, "server:%s", f->server.log);
    return 0;
}

static void play(struct fixture *f, script_body body, const char *expected)
{
    spawn(f, "main", body, 0);
    expect_trace(f, expected);
}

/* ---- what is sent and comes ---- */

static int talks(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    RONDO_TRY(join(f));
    hear(&f->client, " (open)");
    check(f, say(&f->client, "one", NULL) == 0);
    check(f, say(&f->client, "", NULL) == 0);
    check(f, say(&f->client, "three", &f->at) == 0);
    RONDO_TRY(rondo_sleep(MS));
    check(f, rondo_address_equal(&f->client.from, &(rondo_address){0}));
    check(f, say(&f->server, "answer", &f->server.from) == 0);
    RONDO_TRY(rondo_sleep(MS));
    check(f, rondo_address_equal(&f->client.from, &f->at));
    rondo_datagram_close(f->client.datagram);
    hear(&f->client, " (closed)");
    return finish(f);
}

/* TRN-17: a send is a datagram, of no bytes, too. TRN-05: connection_made before the endpoint is
 * there, connection_lost once and after close has returned. */
static void each_send_is_a_datagram_and_an_empty_one_is_one(void **state)
{
    play(*state, talks,
         "3ms main client: made (open) 'answer' (closed) lost ok\n"
         "3ms main server: made 'one' '' 'three' lost ok\n");
}

static int talks_to_nobody(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    f->server.protocol.methods = &no_methods;
    RONDO_TRY(serve(f));
    check(f, rondo_create_datagram_endpoint(this_end, &f->client, NULL, .family = 4) == 0);
    check(f, say(&f->client, "hello", &f->at) == 0);
    check(f, say(&f->server, "", &(rondo_address){.family = 4}) == 0); /* an error, too */
    RONDO_TRY(rondo_sleep(MS));
    return finish(f);
}

static void a_protocol_may_leave_out_everything(void **state)
{
    play(*state, talks_to_nobody,
         "2ms main client: made lost ok\n"
         "2ms main server:\n");
}

static int sends_too_much(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    char *big = calloc(1, 70000);

    (void)n;
    RONDO_TRY(join(f));
    check(f, rondo_datagram_sendto(f->client.datagram, big, 65508, NULL) == 0);
    check(f, rondo_datagram_sendto(f->client.datagram, big, 70000, NULL) == 0);
    check(f, rondo_datagram_sendto(f->client.datagram, big, (size_t)1 << 40, NULL) == 0);
    check(f, rondo_datagram_sendto(f->client.datagram, "x", 1, NULL) == 0);
    free(big);
    RONDO_TRY(rondo_sleep(MS));
    return finish(f);
}

/* TRN-17: what cannot be sent is told, and is not fatal. */
static void what_is_too_large_is_told_and_the_endpoint_goes_on(void **state)
{
    play(*state, sends_too_much,
         "2ms main client: made error EMSGSIZE error EMSGSIZE error EMSGSIZE lost ok\n"
         "2ms main server: made 'x' lost ok\n");
}

static int sends_where_nobody_is(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int port;

    (void)n;
    RONDO_TRY(join(f));
    port = f->at.port;
    rondo_datagram_close(f->server.datagram);
    RONDO_TRY(rondo_sleep(MS));
    check(f, say(&f->client, "for nobody", NULL) == 0);
    RONDO_TRY(rondo_sleep(MS));
    hear(&f->client, " (again)");
    RONDO_TRY(rondo_create_datagram_endpoint(this_end, &f->server, NULL, .local_host = "127.0.0.1",
                                             .local_port = port));
    check(f, say(&f->client, "for somebody", NULL) == 0);
    RONDO_TRY(rondo_sleep(MS));
    return finish(f);
}

/* TRN-18: that nobody has the port is told, and the endpoint works as before. */
static void where_nobody_listens_is_told_and_the_endpoint_goes_on(void **state)
{
    play(*state, sends_where_nobody_is,
         "4ms main client: made error ECONNREFUSED (again) lost ok\n"
         "4ms main server: made lost ok made 'for somebody' lost ok\n");
}

static void is_told(rondo_loop *loop, const rondo_exception *exception, void *arg)
{
    (void)loop;
    note((struct fixture *)arg, "told: %s, %s: %s", exception->message,
         rondo_err_name(exception->code), exception->text);
}

static int sends_to_one_who_fails(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    rondo_loop_set_exception_handler(f->script.loop, is_told, f);
    f->server.fails = RONDO_EUSER;
    RONDO_TRY(join(f));
    check(f, say(&f->client, "x", NULL) == 0);
    RONDO_TRY(rondo_sleep(MS));
    f->server.fails = 0;
    check(f, say(&f->client, "y", NULL) == 0);
    RONDO_TRY(rondo_sleep(MS));
    return finish(f);
}

static void a_protocol_that_fails_is_reported_and_its_endpoint_goes_on(void **state)
{
    play(*state, sends_to_one_who_fails,
         "0ms told: failure in a protocol, EUSER0: datagram_received\n"
         "3ms main client: made lost ok\n"
         "3ms main server: made 'x' 'y' lost ok\n");
}

/* ---- a slow way out ---- */

#define PART 4000

/* 100 datagrams of 4000 bytes, of which a second takes 100 000 bytes. */
static int sends_more_than_the_link_takes(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    static char part[PART];
    size_t high, low;

    f->server.quiet = true;
    RONDO_TRY(join(f));
    check(f, rondo_datagram_get_write_buffer_size(f->client.datagram) == 0);
    for (int i = 0; i < 100; i++)
        check(f, rondo_datagram_sendto(f->client.datagram, part, sizeof part, NULL) == 0);
    hear(&f->client, " (sent)");
    check(f, rondo_datagram_get_write_buffer_size(f->client.datagram) > 65536);
    rondo_datagram_get_write_buffer_limits(f->client.datagram, &high, &low);
    check(f, high == 65536 && low == 16384);
    if (n == 1)
        rondo_datagram_abort(f->client.datagram);
    else
        rondo_datagram_close(f->client.datagram);
    check(f, rondo_datagram_is_closing(f->client.datagram));
    check(f, say(&f->client, "late", NULL) == UV_ECONNRESET);
    RONDO_TRY(rondo_sleep(RONDO_S(10)));
    note(f, "%s", f->server.received == 100 ? "all have come" : "not all have come");
    ground_limit_loopback(0);
    return finish(f);
}

static void play_slow(struct fixture *f, int64_t n, const char *expected)
{
    if (!ground_limit_loopback(100000))
        skip();
    spawn(f, "main", sends_more_than_the_link_takes, n);
    expect_trace(f, expected);
}

/* TRN-17: what the system does not take is sent later, in order, and closing waits for it. TRN-03:
 * the protocol pauses above the mark, and resumes below it. */
static void what_the_system_does_not_take_is_sent_later(void **state)
{
    play_slow(*state, 0,
              "10000ms main all have come\n"
              "10001ms main client: made pause (sent) resume lost ok\n"
              "10001ms main server:\n");
}

static void aborting_drops_what_was_not_sent(void **state)
{
    needs_faithful_libuv(); /* which takes all that there is room for */
    play_slow(*state, 1,
              "10000ms main not all have come\n"
              "10001ms main client: made pause (sent) lost ok\n"
              "10001ms main server:\n");
}

static int sets_limits(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    size_t high, low;

    (void)n;
    RONDO_TRY(join(f));
    check(f, rondo_datagram_set_write_buffer_limits(f->client.datagram, 10, 20) == RONDO_EINVAL);
    check(f, rondo_datagram_set_write_buffer_limits(f->client.datagram, -1, 100) == 0);
    rondo_datagram_get_write_buffer_limits(f->client.datagram, &high, &low);
    check(f, high == 400 && low == 100);
    check(f, rondo_datagram_set_write_buffer_limits(f->client.datagram, 80, -1) == 0);
    rondo_datagram_get_write_buffer_limits(f->client.datagram, &high, &low);
    check(f, high == 80 && low == 20);
    return finish(f);
}

static void limits_are_as_those_of_streams(void **state)
{
    play(*state, sets_limits,
         "1ms main client: made lost ok\n"
         "1ms main server: made lost ok\n");
}

/* ---- ends ---- */

static int is_held(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_datagram *held;
    rondo_address address;

    (void)n;
    RONDO_TRY(join(f));
    held = rondo_datagram_ref(f->client.datagram);
    rondo_datagram_close(held);
    rondo_datagram_close(held);
    check(f, f->client.datagram != NULL); /* it is told later */
    RONDO_TRY(rondo_sleep(MS));
    check(f, f->client.datagram == NULL);
    check(f, rondo_datagram_is_closing(held));
    check(f, rondo_datagram_sendto(held, "x", 1, NULL) == UV_ECONNRESET);
    check(f, rondo_datagram_local(held, &address) == UV_ENOTCONN);
    check(f, rondo_datagram_get_write_buffer_size(held) == 0);
    rondo_datagram_abort(held);
    rondo_datagram_close(held);
    rondo_datagram_unref(held);
    rondo_datagram_unref(NULL);
    return finish(f);
}

static void one_that_is_held_may_be_used_after_its_end(void **state)
{
    play(*state, is_held,
         "2ms main client: made lost ok\n"
         "2ms main server: made lost ok\n");
}

static int aborts_at_once(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    f->client.aborts = true;
    RONDO_TRY(join(f));
    note(f, "has one: %d", f->client.datagram != NULL);
    RONDO_TRY(rondo_sleep(MS));
    return finish(f);
}

static void one_that_is_aborted_when_it_is_made_is_over(void **state)
{
    play(*state, aborts_at_once,
         "0ms main has one: 0\n"
         "2ms main client: made lost ok\n"
         "2ms main server: made lost ok\n");
}

static int stays_open(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    RONDO_TRY(join(f));
    rondo_loop_stop(f->script.loop);
    return 0;
}

static void a_loop_that_is_closed_tells_every_protocol(void **state)
{
    struct fixture *f = *state;

    spawn(f, "main", stays_open, 0);
    script_play(&f->script);
    assert_int_equal(close_loop(f), 0);
    assert_string_equal(f->client.log, " made lost ECLOSED");
    assert_string_equal(f->server.log, " made lost ECLOSED");
}

static int opens(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    note(f, "%s", name_of(serve(f)));
    return 0;
}

static int cancels(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    rondo_cancel(role(f, "opener"), NULL);
    return 0;
}

static void an_opening_that_is_cancelled_leaves_nothing(void **state)
{
    struct fixture *f = *state;

    spawn(f, "opener", opens, 0);
    spawn(f, "canceller", cancels, 0);
    expect_trace(f, "0ms opener ECANCELED\n");
}

/* The loop is closed while somebody waits for the endpoint. */
static int opens_and_stops(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    rondo_loop_stop(f->script.loop);
    return serve(f);
}

static void a_loop_that_is_closed_forgets_who_opens(void **state)
{
    struct fixture *f = *state;

    spawn(f, "main", opens_and_stops, 0);
    script_play(&f->script);
    assert_int_equal(close_loop(f), 0);
    assert_string_equal(f->server.log, "");
}

/* ---- refusals ---- */

static int asks_for_what_cannot_be(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_datagram *none = NULL;
    rondo_address address;

    (void)n;
#define REFUSED(...) \
    name_of(rondo_create_datagram_endpoint(this_end, &f->client, &none, __VA_ARGS__))
    RONDO_TRY(join(f));
    note(f, "no address %s", REFUSED(.family = 0));
    note(f, "family %s", REFUSED(.family = 5));
    note(f, "local port %s", REFUSED(.local_port = 65536));
    note(f, "remote port %s", REFUSED(.remote_port = -1));
    note(f, "in use %s", REFUSED(.local_host = "127.0.0.1", .local_port = f->at.port));
    note(f, "elsewhere %s", REFUSED(.local_host = "203.0.113.7"));
    note(f, "broadcast %s", REFUSED(.remote_host = "255.255.255.255", .remote_port = 9));
    note(f, "two families %s", REFUSED(.local_host = "::1", .remote_host = "127.0.0.1"));
    note(f, "another family %s", REFUSED(.local_host = "::1", .family = 4));
    note(f, "no protocol %s",
         name_of(rondo_create_datagram_endpoint(nobody, NULL, &none, .family = 4)));
    note(f, "no factory %s",
         name_of(rondo_create_datagram_endpoint(NULL, NULL, &none, .family = 4)));
    check(f, none == NULL);
    note(f, "to nobody %s", name_of(say(&f->server, "x", NULL)));
    note(f, "to none %s", name_of(say(&f->server, "x", &(rondo_address){0})));
    note(f, "to another %s",
         name_of(say(&f->client, "x", &(rondo_address){.family = 4, .port = 1})));
    note(f, "remote of one that is not connected %s",
         name_of(rondo_datagram_remote(f->server.datagram, &address)));
    return finish(f);
}

static void what_cannot_be_is_refused(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_create_datagram_endpoint(this_end, &f->client, NULL, .family = 4),
                     RONDO_EMISUSE);
    play(f, asks_for_what_cannot_be,
         "0ms main no address EINVAL\n"
         "0ms main family EINVAL\n"
         "0ms main local port EINVAL\n"
         "0ms main remote port EINVAL\n"
         "0ms main in use EADDRINUSE\n"
         "0ms main elsewhere EADDRNOTAVAIL\n"
         "0ms main broadcast EACCES\n"
         "0ms main two families EAI_ADDRFAMILY\n"
         "0ms main another family EAI_ADDRFAMILY\n"
         "0ms main no protocol ENOMEM\n"
         "0ms main no factory EINVAL\n"
         "0ms main to nobody EINVAL\n"
         "0ms main to none EINVAL\n"
         "0ms main to another EINVAL\n"
         "0ms main remote of one that is not connected ENOTCONN\n"
         "1ms main client: made lost ok\n"
         "1ms main server: made lost ok\n");
}

/* ---- what one can see ---- */

static int shows_itself(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_address remote;
    char text[RONDO_ADDRESS_TEXT_SIZE];

    (void)n;
    RONDO_TRY(join(f));
    check(f, rondo_datagram_remote(f->client.datagram, &remote) == 0);
    check(f, rondo_address_equal(&remote, &f->at));
    rondo_address_text(&f->at, text, sizeof text);
    check(f, strcmp(rondo_datagram_get_extra_info(f->server.datagram, "sockname", ""), text) == 0);
    check(f, strcmp(rondo_datagram_get_extra_info(f->client.datagram, "peername", ""), text) == 0);
    note(f, "%s", rondo_datagram_get_extra_info(f->server.datagram, "peername", "no peer"));
    note(f, "%s", rondo_datagram_get_extra_info(f->server.datagram, "cipher", "no cipher"));
    check(f, rondo_datagram_get_protocol(f->client.datagram) == &f->client.protocol);
    rondo_datagram_set_protocol(f->server.datagram, &f->client.protocol);
    check(f, say(&f->client, "for the other", NULL) == 0);
    RONDO_TRY(rondo_sleep(MS));
    rondo_datagram_set_protocol(f->server.datagram, &f->server.protocol);
    return finish(f);
}

/* TRN-01: a name that is not known gives what was asked for instead. */
static void an_endpoint_tells_its_addresses_and_its_protocol_may_be_another(void **state)
{
    play(*state, shows_itself,
         "0ms main no peer\n"
         "0ms main no cipher\n"
         "2ms main client: made 'for the other' lost ok\n"
         "2ms main server: made lost ok\n");
}

static int shares_a_port(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    f->server.f = f->client.f = f;
    RONDO_TRY(rondo_create_datagram_endpoint(this_end, &f->server, NULL, .local_host = "127.0.0.1",
                                             .reuse_address = true));
    RONDO_TRY(rondo_datagram_local(f->server.datagram, &f->at));
    RONDO_TRY(rondo_create_datagram_endpoint(this_end, &f->client, NULL, .local_host = "127.0.0.1",
                                             .local_port = f->at.port, .reuse_address = true,
                                             .allow_broadcast = true));
    check(f, say(&f->server, "for the last one", &f->at) == 0);
    RONDO_TRY(rondo_sleep(MS));
    return finish(f);
}

static void a_port_that_is_shared_is_of_the_last_one(void **state)
{
    play(*state, shares_a_port,
         "2ms main client: made 'for the last one' lost ok\n"
         "2ms main server: made lost ok\n");
}

/* ---- names ---- */

static int opens_by_name(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    RONDO_TRY(serve(f));
    RONDO_TRY(rondo_create_datagram_endpoint(this_end, &f->client, &f->client.datagram,
                                             .remote_host = "localhost", .remote_port = f->at.port,
                                             .local_host = "localhost"));
    check(f, say(&f->client, "by name", NULL) == 0);
    RONDO_TRY(rondo_sleep(MS));
    return finish(f);
}

static void an_endpoint_may_be_opened_by_name(void **state)
{
    play(*state, opens_by_name,
         "2ms main client: made lost ok\n"
         "2ms main server: made 'by name' lost ok\n");
}

/* ---- without memory ---- */

static int opens_without_memory(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    f->server = (struct end){.quiet = true, .f = f};
    memory_fail(&f->script.memory, (size_t)n);
    rc = rondo_create_datagram_endpoint(this_end, &f->server, NULL, .local_host = "127.0.0.1");
    check(f, rc == 0 || rc == RONDO_ENOMEM);
    sweep_over(f);
    if (rc == 0)
        rondo_datagram_close(f->server.datagram);
    return rondo_sleep(MS);
}

static void without_memory_there_is_no_endpoint_and_nothing_is_left(void **state)
{
    expect_sweep((struct fixture *)*state, opens_without_memory, 1, 10);
}

/* Into a full system: what is to be sent later has to be kept. */
static int sends_without_memory(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    static char part[PART];
    int rc = 0;

    f->server = (struct end){.quiet = true};
    f->client = (struct end){.quiet = true};
    RONDO_TRY(join(f));
    memory_fail(&f->script.memory, (size_t)n);
    for (int i = 0; i < 60 && rc == 0; i++)
        rc = rondo_datagram_sendto(f->client.datagram, part, sizeof part, NULL);
    check(f, rc == 0 || rc == RONDO_ENOMEM);
    sweep_over(f);
    rondo_datagram_abort(f->client.datagram);
    rondo_datagram_close(f->server.datagram);
    return rondo_sleep(RONDO_S(10));
}

static void without_memory_nothing_is_sent_later(void **state)
{
    struct fixture *f = *state;

    needs_faithful_libuv(); /* which takes all that there is room for */
    if (!ground_limit_loopback(100000))
        skip();
    expect_sweep(f, sends_without_memory, 5, 80);
    ground_limit_loopback(0);
}

#define TEST(name) SCRIPT_TEST(name, fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_send_is_a_datagram_and_an_empty_one_is_one),
        TEST(a_protocol_may_leave_out_everything),
        TEST(what_is_too_large_is_told_and_the_endpoint_goes_on),
        TEST(where_nobody_listens_is_told_and_the_endpoint_goes_on),
        TEST(a_protocol_that_fails_is_reported_and_its_endpoint_goes_on),
        TEST(what_the_system_does_not_take_is_sent_later),
        TEST(aborting_drops_what_was_not_sent),
        TEST(limits_are_as_those_of_streams),
        TEST(one_that_is_held_may_be_used_after_its_end),
        TEST(one_that_is_aborted_when_it_is_made_is_over),
        TEST(a_loop_that_is_closed_tells_every_protocol),
        TEST(an_opening_that_is_cancelled_leaves_nothing),
        TEST(a_loop_that_is_closed_forgets_who_opens),
        TEST(what_cannot_be_is_refused),
        TEST(an_endpoint_tells_its_addresses_and_its_protocol_may_be_another),
        TEST(a_port_that_is_shared_is_of_the_last_one),
        TEST(an_endpoint_may_be_opened_by_name),
        TEST(without_memory_there_is_no_endpoint_and_nothing_is_left),
        TEST(without_memory_nothing_is_sent_later),
    };

    return play_all(tests);
}
