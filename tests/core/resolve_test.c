/*
 * resolve_test.c - what names stand for, and what addresses are called. What is not about this very
 * host is played in a world that has names.
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

struct fixture {
    struct script script;
};

SCRIPT_FIXTURE(fixture)

static const char *name_of(int rc)
{
    return rc < 0 ? rondo_err_name(rc) : "ok";
}

static void play(struct fixture *f, script_body body, const char *expected)
{
    spawn(f, "main", body, 0);
    expect_trace(f, expected);
}

/* ---- addresses ---- */

static void note_text(struct fixture *f, const char *ip, int port)
{
    char text[RONDO_ADDRESS_TEXT_SIZE];
    rondo_address address = {.family = 0};
    int rc = rondo_address_parse(ip, port, &address);

    note(f, "%s: %s %s", ip != NULL ? ip : "-", name_of(rc),
         rondo_address_text(&address, text, sizeof text));
}

static int writes_addresses(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_address a, b;
    char text[8];

    (void)n;
    note_text(f, "127.0.0.1", 80);
    note_text(f, "fe80::1:2", 65535);
    note_text(f, "::", 0);
    note_text(f, "1.2.3", 80);
    note_text(f, "1.2.3.4.5", 80);
    note_text(f, "localhost", 80);
    note_text(f, "", 80);
    note_text(f, NULL, 80);
    note_text(f, "1.2.3.4", 65536);
    note_text(f, "1.2.3.4", -1);
    check(f, rondo_address_parse("1.2.3.4", 80, &a) == 0);
    check(f, rondo_address_parse("1.2.3.4", 80, &b) == 0);
    check(f, rondo_address_equal(&a, &b));
    b.port++;
    check(f, !rondo_address_equal(&a, &b));
    note(f, "cut off: %s", rondo_address_text(&a, text, sizeof text));
    return 0;
}

static void an_address_is_read_and_written_in_figures(void **state)
{
    play(*state, writes_addresses,
         "0ms main 127.0.0.1: ok 127.0.0.1:80\n"
         "0ms main fe80::1:2: ok [fe80::1:2]:65535\n"
         "0ms main ::: ok [::]:0\n"
         "0ms main 1.2.3: EINVAL none\n"
         "0ms main 1.2.3.4.5: EINVAL none\n"
         "0ms main localhost: EINVAL none\n"
         "0ms main : EINVAL none\n"
         "0ms main -: EINVAL none\n"
         "0ms main 1.2.3.4: EINVAL none\n"
         "0ms main 1.2.3.4: EINVAL none\n"
         "0ms main cut off: 1.2.3.4\n");
}

/* ---- names ---- */

static void find(struct fixture *f, const char *host, const rondo_resolve_options *options)
{
    rondo_address addresses[4];
    char text[200] = "", one[RONDO_ADDRESS_TEXT_SIZE];
    int count = rondo_getaddrinfo_at(host, 80, addresses, 4, options, RONDO_HERE);

    for (int i = 0; i < count && i < 4; i++) {
        strcat(text, " ");
        strcat(text, rondo_address_text(&addresses[i], one, sizeof one));
    }
    note(f, "%s: %s%s", host != NULL ? host : "-", name_of(count), text);
}

static int finds_itself(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    find(f, "localhost", &(rondo_resolve_options){.family = 4});
    find(f, "127.0.0.1", &(rondo_resolve_options){0});
    find(f, "::1", &(rondo_resolve_options){0});
    find(f, NULL, &(rondo_resolve_options){.family = 4});
    find(f, NULL, &(rondo_resolve_options){.family = 4, .passive = true});
    find(f, "localhost", &(rondo_resolve_options){.figures = true});
    find(f, "::1", &(rondo_resolve_options){.family = 4});
    find(f, "", &(rondo_resolve_options){0});
    find(f, "localhost", &(rondo_resolve_options){.family = 5});
    note(f, "port %s", name_of(rondo_getaddrinfo("localhost", 65536, NULL, 0)));
    note(f, "how many: %d", rondo_getaddrinfo("127.0.0.1", 80, NULL, 0));
    return 0;
}

static void this_host_is_found(void **state)
{
    struct fixture *f = *state;

    if (!ground_knows_localhost())
        skip();
    assert_int_equal(rondo_getaddrinfo("localhost", 80, NULL, 0), RONDO_EMISUSE);
    play(f, finds_itself,
         "0ms main localhost: ok 127.0.0.1:80\n"
         "0ms main 127.0.0.1: ok 127.0.0.1:80\n"
         "0ms main ::1: ok [::1]:80\n"
         "0ms main -: ok 127.0.0.1:80\n"
         "0ms main -: ok 0.0.0.0:80\n"
         "0ms main localhost: EAI_NONAME\n"
         "0ms main ::1: EAI_ADDRFAMILY\n"
         "0ms main : EINVAL\n"
         "0ms main localhost: EINVAL\n"
         "0ms main port EINVAL\n"
         "0ms main how many: 1\n");
}

static int asks_who_it_is(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    char host[64], little[4];
    rondo_address itself, nobody;
    int rc;

    (void)n;
    rondo_address_parse("127.0.0.1", 80, &itself);
    rondo_address_parse("203.0.113.7", 80, &nobody); /* RFC 5737 */
    rc = rondo_getnameinfo(&itself, host, sizeof host);
    note(f, "%s %s", name_of(rc), host);
    rc = rondo_getnameinfo(&nobody, host, sizeof host, .figures = true);
    note(f, "%s %s", name_of(rc), host);
    note(f, "%s",
         name_of(rondo_getnameinfo(&nobody, host, sizeof host, .figures = true, .named = true)));
    note(f, "%s %s", name_of(rondo_getnameinfo(&itself, little, sizeof little)), "");
    note(f, "%s", name_of(rondo_getnameinfo(&(rondo_address){.family = 0}, host, sizeof host)));
    return 0;
}

static void an_address_has_a_name_or_is_written_in_figures(void **state)
{
    if (!ground_knows_localhost())
        skip();
    play(*state, asks_who_it_is,
         "0ms main ok localhost\n"
         "0ms main ok 203.0.113.7\n"
         "0ms main EAI_NONAME\n"
         "0ms main ENOSPC \n"
         "0ms main EINVAL\n");
}

/* ---- in a world with names ---- */

static int finds_others(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    find(f, "db", &(rondo_resolve_options){0});
    find(f, "gone", &(rondo_resolve_options){0});
    find(f, "db", &(rondo_resolve_options){.family = 6});
    find(f, "many", &(rondo_resolve_options){0});
    note(f, "how many: %d", rondo_getaddrinfo("many", 80, NULL, 0));
    return 0;
}

static void a_name_may_stand_for_several_addresses_or_for_none(void **state)
{
    static const char *const addresses[] = {"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4",
                                            "10.0.0.5"};

    if (!ground_set_name("db", addresses, 2, RONDO_MS(3)))
        skip();
    ground_set_name("gone", NULL, 0, 0);
    ground_set_name("many", addresses, 5, 0);
    play(*state, finds_others,
         "3ms main db: ok 10.0.0.1:80 10.0.0.2:80\n"
         "3ms main gone: EAI_NONAME\n"
         "6ms main db: EAI_NODATA\n"
         "6ms main many: ok 10.0.0.1:80 10.0.0.2:80 10.0.0.3:80 10.0.0.4:80\n"
         "6ms main how many: 5\n");
}

static int asks_for(void *fixture, int64_t n)
{
    find(fixture, n == 0 ? "slow" : "127.0.0.1", &(rondo_resolve_options){0});
    return 0;
}

/* As in libuv: the pool has four threads, but no more than two of them ask. */
static void two_questions_are_asked_at_a_time(void **state)
{
    static const char *const address = "10.0.0.1";
    struct fixture *f = *state;

    if (!ground_set_name("slow", &address, 1, RONDO_S(1)))
        skip();
    spawn(f, "a", asks_for, 0);
    spawn(f, "b", asks_for, 0);
    spawn(f, "c", asks_for, 0);
    spawn(f, "figures", asks_for, 1); /* which is a question, too */
    expect_trace(f, "1000ms a slow: ok 10.0.0.1:80\n"
                    "1000ms b slow: ok 10.0.0.1:80\n"
                    "1000ms figures 127.0.0.1: ok 127.0.0.1:80\n"
                    "2000ms c slow: ok 10.0.0.1:80\n");
}

/* ---- connecting ---- */

static int serves(rondo_stream *stream, void *arg)
{
    (void)arg;
    return rondo_stream_write(stream, "hello\n", 6);
}

static void connect_by(struct fixture *f, const char *host, int port)
{
    rondo_stream *stream = NULL;
    int rc = rondo_open_connection(host, port, &stream);

    note(f, "%s: %s", host,
         rc == 0 ? rondo_stream_get_extra_info(stream, "peername", "") : name_of(rc));
    rondo_stream_free(stream);
}

static int connects_by_name(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_server *server;

    (void)n;
    RONDO_TRY(rondo_start_server(serves, NULL, "127.0.0.1", 4000, &server));
    connect_by(f, "second", 4000);
    connect_by(f, "none", 4000);
    note(f, "%s", rondo_error_text());
    connect_by(f, "one", 4000);
    connect_by(f, "gone", 4000);
    rondo_server_free(server);
    return rondo_sleep(MS);
}

/* SRV-07: every address is tried, and every failure told. */
static void a_connect_tries_every_address_of_a_name(void **state)
{
    static const char *const second[] = {"127.0.0.8", "127.0.0.1"}, *const none[] = {"127.0.0.8",
                                                                                     "10.0.0.1"};

    if (!ground_set_name("second", second, 2, RONDO_MS(1)))
        skip();
    ground_set_name("none", none, 2, 0);
    ground_set_name("one", none, 1, 0);
    ground_set_name("gone", NULL, 0, RONDO_MS(1));
    play(*state, connects_by_name,
         "1ms main second: 127.0.0.1:4000\n"
         "1ms main none: ECONNREFUSED\n"
         "1ms main Multiple exceptions: 127.0.0.8:4000 ECONNREFUSED, 10.0.0.1:4000 ENETUNREACH\n"
         "1ms main one: ECONNREFUSED\n"
         "2ms main gone: EAI_NONAME\n");
}

static int connects_and_is_cancelled(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_stream *stream = NULL;
    int rc = 0;

    (void)n;
    RONDO_TIMEOUT(rc, MS) {
        rc = rondo_open_connection("slow", 4000, &stream);
    }
    note(f, "%s %d", name_of(rc), stream != NULL);
    return 0;
}

static void a_connect_may_be_cancelled_while_its_name_is_asked_for(void **state)
{
    static const char *const address = "127.0.0.1";

    if (!ground_set_name("slow", &address, 1, RONDO_S(5)))
        skip();
    play(*state, connects_and_is_cancelled, "1ms main ETIMEDOUT 0\n");
}

/* ---- nobody waits any more ---- */

static int asks_and_is_cancelled(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_address address;
    char host[64];

    rondo_address_parse("127.0.0.1", 80, &address);
    note(f, "%s",
         name_of(n == 0 ? rondo_getaddrinfo("localhost", 80, &address, 1)
                        : rondo_getnameinfo(&address, host, sizeof host)));
    return 0;
}

static int cancels(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    rondo_cancel(role(f, "a"), NULL);
    rondo_cancel(role(f, "b"), NULL);
    return 0;
}

static void a_question_that_is_cancelled_is_answered_to_nobody(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", asks_and_is_cancelled, 0);
    spawn(f, "b", asks_and_is_cancelled, 1);
    spawn(f, "canceller", cancels, 0);
    expect_trace(f, "0ms a ECANCELED\n"
                    "0ms b ECANCELED\n");
}

static int stops_while_asking(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    rondo_loop_stop(f->script.loop);
    find(f, "localhost", &(rondo_resolve_options){.family = 4});
    return 0;
}

static void a_loop_that_is_closed_forgets_its_questions(void **state)
{
    struct fixture *f = *state;

    spawn(f, "main", stops_while_asking, 0);
    script_play(&f->script);
    assert_int_equal(close_loop(f), 0);
}

/* ---- without memory ---- */

static int asks_without_memory(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_address address;
    char host[64];
    int rc;

    memory_fail(&f->script.memory, (size_t)n);
    rc = rondo_getaddrinfo("localhost", 80, &address, 1, .family = 4);
    check(f, rc == 1 || rc == RONDO_ENOMEM || rc == UV_EAI_MEMORY);
    rondo_address_parse("127.0.0.1", 80, &address);
    rc = rondo_getnameinfo(&address, host, sizeof host);
    check(f, rc == 0 || rc == RONDO_ENOMEM);
    sweep_over(f);
    return 0;
}

static void without_memory_nobody_is_asked_and_nothing_is_left(void **state)
{
    if (!ground_knows_localhost())
        skip();
    expect_sweep((struct fixture *)*state, asks_without_memory, 1, 20);
}

#define TEST(name) SCRIPT_TEST(name, fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_address_is_read_and_written_in_figures),
        TEST(this_host_is_found),
        TEST(an_address_has_a_name_or_is_written_in_figures),
        TEST(a_name_may_stand_for_several_addresses_or_for_none),
        TEST(two_questions_are_asked_at_a_time),
        TEST(a_connect_tries_every_address_of_a_name),
        TEST(a_connect_may_be_cancelled_while_its_name_is_asked_for),
        TEST(a_question_that_is_cancelled_is_answered_to_nobody),
        TEST(a_loop_that_is_closed_forgets_its_questions),
        TEST(without_memory_nobody_is_asked_and_nothing_is_left),
    };

    return play_all(tests);
}
