/*
 * What libuv's documentation leaves open is a draw of the family `uv` (sim/uv/order.c): each test
 * scripts what is drawn, one digit a decision, and sees what its body, a program of libuv's, sees.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "tests/lib/simulated.h"

struct fixture {
    char seen[2000];    /* by the program */
    char decided[2000]; /* what was not libuv's way, in words */
    uv_loop_t loop;
    struct chance chance;
};

static struct fixture *at_hand; /* libuv's callbacks know no other */

static int fixture_open(void **state)
{
    static struct fixture fixture;

    memset(&fixture, 0, sizeof fixture);
    *state = at_hand = &fixture;
    return 0;
}

#define TEST(name) cmocka_unit_test_setup(name, fixture_open)

static void add(char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(char *text, const char *format, ...)
{
    size_t length = strlen(text);
    va_list args;

    va_start(args, format);
    vsnprintf(text + length, 2000 - length, format, args);
    va_end(args);
}

#define note(...) add(at_hand->seen, __VA_ARGS__)

/* ---- running ---- */

static void play(void *arg)
{
    void (*body)(uv_loop_t * loop) = arg;

    uv_loop_init(&at_hand->loop);
    body(&at_hand->loop);
    uv_run(&at_hand->loop, UV_RUN_DEFAULT);
    note("%s", uv_loop_close(&at_hand->loop) == 0 ? "" : "BUSY");
}

static void tell_departures(struct fixture *f)
{
    for (size_t i = 0; i < f->chance.record.count; i++) {
        const struct tape_entry *entry = &f->chance.record.entries[i];

        if (entry->value == 0)
            continue;
        if (strcmp(entry->label, "uv.later") == 0)
            add(f->decided, "%s later\n", entry->anchor);
        else
            add(f->decided, "%s %s %s\n", entry->anchor,
                strcmp(entry->label, "uv.next") == 0 ? "before" : "instead of", entry->before);
    }
}

/* Run `body` with the decisions that the digits say, and then libuv's, and compare what it sees. */
static void expect(struct fixture *f, void (*body)(uv_loop_t *), const char *digits,
                   const char *seen, const char *decided)
{
    uint8_t bytes[100];
    size_t count = strlen(digits);

    for (size_t i = 0; i < count; i++)
        bytes[i] = (uint8_t)(digits[i] - '0');
    f->seen[0] = f->decided[0] = '\0';
    chance_init(&f->chance);
    f->chance.open = 1u << FAMILY_uv;
    chance_from_bytes(&f->chance, bytes, count);
    assert_int_equal(run_simulated_by(&f->chance, play, (void *)body, 0), WORLD_ENDED);
    tell_departures(f);
    chance_clear(&f->chance);
    assert_string_equal(f->seen, seen);
    assert_string_equal(f->decided, decided);
}

/* ---- handles ---- */

static uv_timer_t timers[3];

static void said(void *handle)
{
    note("%s ", (const char *)((uv_handle_t *)handle)->data);
}

static void closed(uv_handle_t *handle)
{
    said(handle);
}

static void open_timers(uv_loop_t *loop)
{
    static char names[][2] = {"a", "b", "c"};

    for (size_t i = 0; i < 3; i++) {
        uv_timer_init(loop, &timers[i]);
        timers[i].data = names[i];
    }
}

static void close_three(uv_loop_t *loop)
{
    open_timers(loop);
    for (size_t i = 0; i < 3; i++)
        uv_close((uv_handle_t *)&timers[i], closed);
    uv_run(loop, UV_RUN_NOWAIT);
    note("| ");
}

static void handles_are_closed_in_any_order_and_not_all_at_once(void **state)
{
    expect(*state, close_three, "", "c b a | ", "");
    expect(*state, close_three, "2", "a c b | ", "timer 1 before timer 3\n");
    expect(*state, close_three, "01", "c | b a ", "timer 2 later\n");
    expect(*state, close_three, "1001", "b c | a ", "timer 2 before timer 3\ntimer 1 later\n");
}

static void fired(uv_timer_t *timer)
{
    said(timer);
}

static void close_timers(void)
{
    for (size_t i = 0; i < 3; i++)
        uv_close((uv_handle_t *)&timers[i], NULL);
}

static void fire_three(uv_loop_t *loop)
{
    open_timers(loop);
    uv_timer_start(&timers[0], fired, 10, 0);
    uv_timer_start(&timers[1], fired, 10, 0);
    uv_timer_start(&timers[2], fired, 11, 0);
    uv_run(loop, UV_RUN_DEFAULT);
    close_timers();
}

static void timers_of_one_deadline_fire_in_any_order_and_none_before_an_earlier_one(void **state)
{
    expect(*state, fire_three, "", "a b c ", "");
    expect(*state, fire_three, "1", "b a c ", "timer 2 before timer 1\n");
}

static void start_another(uv_timer_t *timer)
{
    said(timer);
    uv_timer_start(&timers[2], fired, 0, 0);
}

static void fire_one_that_starts_another(uv_loop_t *loop)
{
    open_timers(loop);
    uv_timer_start(&timers[0], start_another, 1, 0);
    uv_timer_start(&timers[1], fired, 1, 0);
    uv_run(loop, UV_RUN_ONCE);
    note("| ");
    uv_run(loop, UV_RUN_DEFAULT);
    close_timers();
}

static void a_timer_without_time_that_a_timer_starts_may_wait_for_the_next_iteration(void **state)
{
    expect(*state, fire_one_that_starts_another, "", "a b c | ", "");
    expect(*state, fire_one_that_starts_another, "01", "a b | c ", "timer 3 later\n");
}

static uv_check_t checks[2];

static void checked(uv_check_t *check)
{
    said(check);
    uv_close((uv_handle_t *)check, NULL);
}

static void check_two(uv_loop_t *loop)
{
    static char names[][2] = {"a", "b"};

    for (size_t i = 0; i < 2; i++) {
        uv_check_init(loop, &checks[i]);
        checks[i].data = names[i];
        uv_check_start(&checks[i], checked);
    }
    uv_run(loop, UV_RUN_NOWAIT);
}

static void watchers_of_a_phase_are_called_in_any_order(void **state)
{
    expect(*state, check_two, "", "b a ", "");
    expect(*state, check_two, "1", "a b ", "check 1 before check 2\n");
}

static void walked(uv_handle_t *handle, void *arg)
{
    (void)arg;
    said(handle);
}

static void walk_three(uv_loop_t *loop)
{
    open_timers(loop);
    uv_walk(loop, walked, NULL);
    close_timers();
}

static void handles_are_walked_in_any_order(void **state)
{
    expect(*state, walk_three, "", "a b c ", "");
    expect(*state, walk_three, "21", "c b a ", "timer 3 before timer 1\ntimer 2 before timer 1\n");
}

/* ---- what the poll tells ---- */

static uv_async_t asyncs[3];

static void woken(uv_async_t *async)
{
    said(async);
    uv_close((uv_handle_t *)async, NULL);
}

static void open_asyncs(uv_loop_t *loop)
{
    static char names[][2] = {"a", "b", "c"};

    for (size_t i = 0; i < 3; i++) {
        uv_async_init(loop, &asyncs[i], woken);
        asyncs[i].data = names[i];
    }
}

static void send_two_of_three(uv_loop_t *loop)
{
    open_asyncs(loop);
    uv_async_send(&asyncs[0]);
    uv_async_send(&asyncs[2]);
    uv_run(loop, UV_RUN_NOWAIT);
    note("| ");
    uv_async_send(&asyncs[1]);
}

static void asyncs_are_told_in_any_order_and_not_all_at_once(void **state)
{
    expect(*state, send_two_of_three, "", "a c | b ", "");
    expect(*state, send_two_of_three, "1", "c a | b ", "async 3 before async 1\n");
    expect(*state, send_two_of_three, "01", "a | b c ", "async 3 later\n");
}

static uv_work_t works[6];

static void work(uv_work_t *request)
{
    note("%s ", (const char *)request->data);
}

static void worked(uv_work_t *request, int status)
{
    note("(%s%d) ", (const char *)request->data, status);
}

static void queue(uv_loop_t *loop, size_t count)
{
    static char names[][2] = {"a", "b", "c", "d", "e", "f"};

    for (size_t i = 0; i < count; i++) {
        works[i].data = names[i];
        uv_queue_work(loop, &works[i], work, worked);
    }
}

static void queue_two(uv_loop_t *loop)
{
    queue(loop, 2);
    uv_sleep(1);
    uv_run(loop, UV_RUN_NOWAIT);
    note("| ");
}

static void work_begins_and_is_told_of_in_any_order(void **state)
{
    expect(*state, queue_two, "", "a b (a0) (b0) | ", "");
    expect(*state, queue_two, "1", "b a (b0) (a0) | ", "work 2 before work 1\n");
    expect(*state, queue_two, "01", "a b (b0) (a0) | ", "work 2 before work 1\n");
    expect(*state, queue_two, "001", "a b (a0) | (b0) ", "work 2 later\n");
}

static void async_and_work(uv_loop_t *loop)
{
    open_asyncs(loop);
    queue(loop, 1);
    uv_async_send(&asyncs[0]);
    uv_sleep(1);
    uv_run(loop, UV_RUN_NOWAIT);
    uv_close((uv_handle_t *)&asyncs[1], NULL);
    uv_close((uv_handle_t *)&asyncs[2], NULL);
}

static void what_a_poll_hears_of_is_told_in_any_order(void **state)
{
    expect(*state, async_and_work, "", "a (a0) a ", "");
    expect(*state, async_and_work, "1", "a a (a0) ", "an async before work that is over\n");
}

static uv_signal_t signals[2];

static void struck(uv_signal_t *signal, int signum)
{
    (void)signum;
    said(signal);
    uv_close((uv_handle_t *)signal, NULL);
}

static void kill_with_two(uv_loop_t *loop)
{
    static char names[][2] = {"a", "b"};

    for (int i = 0; i < 2; i++) {
        uv_signal_init(loop, &signals[i]);
        signals[i].data = names[i];
        uv_signal_start(&signals[i], struck, i == 0 ? SIGUSR1 : SIGUSR2);
    }
    uv_kill(uv_os_getpid(), SIGUSR1);
    uv_kill(uv_os_getpid(), SIGUSR2);
}

static void signals_are_told_in_any_order(void **state)
{
    expect(*state, kill_with_two, "", "a b ", "");
    expect(*state, kill_with_two, "1", "b a ", "signal 2 before signal 1\n");
}

/* ---- streams ---- */

static uv_tcp_t server, client, accepted[2];
static uv_connect_t connects[2];
static uv_write_t write_request;
static size_t accepted_count;

static struct sockaddr_in address(int port)
{
    struct sockaddr_in address;

    uv_ip4_addr("127.0.0.1", port, &address);
    return address;
}

static void give(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    static char data[10];

    (void)handle;
    if (suggested != 65536)
        note("%zu? ", suggested);
    *buf = uv_buf_init(data, sizeof data);
}

static void came(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
    if (count >= 0) {
        note("'%.*s' ", (int)count, buf->base);
    } else {
        note("%s ", uv_err_name((int)count));
        uv_close((uv_handle_t *)stream, NULL);
    }
}

static void knocked(uv_stream_t *uv, int status)
{
    uv_tcp_t *one = &accepted[accepted_count++];

    note("knock%d ", status);
    uv_tcp_init(uv->loop, one);
    uv_accept(uv, (uv_stream_t *)one);
}

static void connected(uv_connect_t *connect, int status)
{
    (void)connect;
    (void)status;
}

/* A connection from `client` to `accepted[0]`, of which nothing is noted. */
static void connect_two(uv_loop_t *loop)
{
    struct sockaddr_in here = address(8888);

    accepted_count = 0;
    uv_tcp_init(loop, &server);
    uv_tcp_bind(&server, (struct sockaddr *)&here, 0);
    uv_listen((uv_stream_t *)&server, 5, knocked);
    uv_tcp_init(loop, &client);
    uv_tcp_connect(&connects[0], &client, (struct sockaddr *)&here, connected);
    while (accepted_count == 0 || client.connect_req != NULL)
        uv_run(loop, UV_RUN_ONCE);
    at_hand->seen[0] = '\0';
    uv_close((uv_handle_t *)&server, NULL);
}

static void written(uv_write_t *write, int status)
{
    (void)write;
    note("(written %d) ", status);
    uv_close((uv_handle_t *)&client, NULL);
}

static void write_and_read(uv_loop_t *loop)
{
    uv_buf_t hello = uv_buf_init("hello", 5);

    connect_two(loop);
    uv_write(&write_request, (uv_stream_t *)&client, &hello, 1, written);
    note("%zu left ", uv_stream_get_write_queue_size((uv_stream_t *)&client));
    uv_read_start((uv_stream_t *)&accepted[0], give, came);
}

/* What connect_two() is asked, of which none is for these tests. */
#define CONNECTS "00"
#define THERE    "at 127.0.0.1:32768 from 127.0.0.1:8888"
#define HERE     "at 127.0.0.1:8888 from 127.0.0.1:32768"

static void a_write_may_send_a_part_or_nothing_at_once(void **state)
{
    expect(*state, write_and_read, CONNECTS, "0 left (written 0) 'hello' EOF ", "");
    expect(*state, write_and_read, CONNECTS "1", "4 left (written 0) 'hello' EOF ",
           "1 of 5 bytes written " THERE " instead of 5 of 5 bytes written " THERE "\n");
    expect(*state, write_and_read, CONNECTS "3", "5 left (written 0) 'hello' EOF ",
           "0 of 5 bytes written " THERE " instead of 5 of 5 bytes written " THERE "\n");
}

static void a_read_may_take_a_part_or_nothing_and_any_size_is_suggested(void **state)
{
    expect(*state, write_and_read, CONNECTS "001", "0 left (written 0) 'h' 'ello' EOF ",
           "1 of 5 bytes read " HERE " instead of 5 of 5 bytes read " HERE "\n");
    expect(*state, write_and_read, CONNECTS "003", "0 left (written 0) '' 'hello' EOF ",
           "0 of 5 bytes read " HERE " instead of 5 of 5 bytes read " HERE "\n");
    expect(*state, write_and_read, CONNECTS "01", "0 left (written 0) 1? 'hello' EOF ",
           "1 of 65536 bytes suggested " HERE " instead of 65536 of 65536 bytes suggested " HERE
           "\n");
}

static void try_to_write(uv_loop_t *loop)
{
    uv_buf_t hello = uv_buf_init("hello", 5);

    connect_two(loop);
    note("%d ", uv_try_write((uv_stream_t *)&client, &hello, 1));
    uv_close((uv_handle_t *)&client, NULL);
    uv_close((uv_handle_t *)&accepted[0], NULL);
}

static void trying_to_write_may_write_a_part_or_say_again(void **state)
{
    expect(*state, try_to_write, CONNECTS, "5 ", "");
    expect(*state, try_to_write, CONNECTS "2", "2 ",
           "2 of 5 bytes written " THERE " instead of 5 of 5 bytes written " THERE "\n");
    expect(*state, try_to_write, CONNECTS "3", "-11 ",
           "0 of 5 bytes written " THERE " instead of 5 of 5 bytes written " THERE "\n");
}

static void accept_two(uv_loop_t *loop)
{
    static uv_tcp_t clients[2];
    struct sockaddr_in here = address(8888);

    accepted_count = 0;
    uv_tcp_init(loop, &server);
    uv_tcp_bind(&server, (struct sockaddr *)&here, 0);
    uv_listen((uv_stream_t *)&server, 5, knocked);
    for (size_t i = 0; i < 2; i++) {
        uv_tcp_init(loop, &clients[i]);
        uv_tcp_connect(&connects[i], &clients[i], (struct sockaddr *)&here, connected);
    }
    for (; accepted_count < 2; note("| "))
        uv_run(loop, UV_RUN_ONCE);
    uv_run(loop, UV_RUN_NOWAIT);
    for (size_t i = 0; i < 2; i++) {
        uv_close((uv_handle_t *)&clients[i], NULL);
        uv_close((uv_handle_t *)&accepted[i], NULL);
    }
    uv_close((uv_handle_t *)&server, NULL);
}

static void who_knocks_may_be_told_of_an_iteration_later(void **state)
{
    expect(*state, accept_two, "", "knock0 knock0 | ", "");
    expect(*state, accept_two, "01", "knock0 | knock0 | ", "tcp 1 later\n");
}

static uv_write_t answer;

static void answered(uv_write_t *write, int status)
{
    (void)write;
    note("(answered %d) ", status);
    uv_close((uv_handle_t *)&client, NULL);
}

/* accepted[0] has something to be read, and room for what it could not send at once. */
static void answer_and_read(uv_loop_t *loop)
{
    uv_buf_t hello = uv_buf_init("hello", 5);

    connect_two(loop);
    uv_try_write((uv_stream_t *)&client, &hello, 1);
    uv_write(&answer, (uv_stream_t *)&accepted[0], &hello, 1, answered);
    uv_read_start((uv_stream_t *)&accepted[0], give, came);
}

static void reads_or_writes_of_a_stream_may_be_told_first(void **state)
{
    static const char refused[] =
        "0 of 5 bytes written " HERE " instead of 5 of 5 bytes written " HERE "\n";
    char both[500];

    expect(*state, answer_and_read, CONNECTS "03", "'hello' (answered 0) ECONNRESET ", refused);
    snprintf(both, sizeof both, "%swrite " HERE " before read " HERE "\n", refused);
    expect(*state, answer_and_read, CONNECTS "031", "(answered 0) 'hello' ECONNRESET ", both);
}

/* ---- datagrams ---- */

static uv_udp_t sender, receiver;

static void got(uv_udp_t *udp, ssize_t count, const uv_buf_t *buf, const struct sockaddr *from,
                unsigned flags)
{
    (void)udp;
    (void)flags;
    if (from != NULL)
        note("'%.*s' ", (int)count, buf->base);
}

static void send_and_get_two(uv_loop_t *loop)
{
    uv_buf_t one = uv_buf_init("one", 3), two = uv_buf_init("two", 3);
    struct sockaddr_in here = address(8888);

    uv_udp_init(loop, &sender);
    uv_udp_init(loop, &receiver);
    uv_udp_bind(&receiver, (struct sockaddr *)&here, 0);
    note("%d ", uv_udp_try_send(&sender, &one, 1, (struct sockaddr *)&here));
    note("%d ", uv_udp_try_send(&sender, &two, 1, (struct sockaddr *)&here));
    uv_udp_recv_start(&receiver, give, got);
    for (int i = 0; i < 2; i++, note("| "))
        uv_run(loop, UV_RUN_NOWAIT);
    uv_close((uv_handle_t *)&sender, NULL);
    uv_close((uv_handle_t *)&receiver, NULL);
}

static void datagrams_may_be_refused_and_told_of_an_iteration_later(void **state)
{
    expect(*state, send_and_get_two, "", "3 3 'one' 'two' | | ", "");
    expect(*state, send_and_get_two, "001", "3 3 'one' | 'two' | ", "udp 2 later\n");
    expect(*state, send_and_get_two, "1", "-11 3 'two' | | ",
           "0 of 3 bytes sent at 0.0.0.0:32768 instead of 3 of 3 bytes sent at 0.0.0.0:32768\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(handles_are_closed_in_any_order_and_not_all_at_once),
        TEST(timers_of_one_deadline_fire_in_any_order_and_none_before_an_earlier_one),
        TEST(a_timer_without_time_that_a_timer_starts_may_wait_for_the_next_iteration),
        TEST(watchers_of_a_phase_are_called_in_any_order),
        TEST(handles_are_walked_in_any_order),
        TEST(asyncs_are_told_in_any_order_and_not_all_at_once),
        TEST(work_begins_and_is_told_of_in_any_order),
        TEST(what_a_poll_hears_of_is_told_in_any_order),
        TEST(signals_are_told_in_any_order),
        TEST(a_write_may_send_a_part_or_nothing_at_once),
        TEST(a_read_may_take_a_part_or_nothing_and_any_size_is_suggested),
        TEST(trying_to_write_may_write_a_part_or_say_again),
        TEST(who_knocks_may_be_told_of_an_iteration_later),
        TEST(reads_or_writes_of_a_stream_may_be_told_first),
        TEST(datagrams_may_be_refused_and_told_of_an_iteration_later),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
