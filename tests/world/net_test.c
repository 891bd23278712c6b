/*
 * net_test.c - hosts, links, and streams of bytes between them.
 *
 * Plays of two hosts, or of one alone; see two_hosts.h.
 */
#include <stdio.h>
#include <string.h>

#include "tests/lib/apart.h"
#include "tests/world/two_hosts.h"
#include "world/tcp.h"

#define BIG (4u << 20)

/* ---- in a process ---- */

static void wait_until(struct tcp *tcp, bool (*is)(const struct tcp *tcp))
{
    socket_watch((struct socket *)tcp, wake, thread_current());
    while (!is(tcp))
        thread_block(WORLD_NEVER, "a test");
    socket_watch((struct socket *)tcp, NULL, NULL);
}

static struct tcp *listen_at(const struct role *role, struct address address, int backlog)
{
    struct tcp *tcp = tcp_open(!address_is_v4(&address));
    int rc = tcp_bind(tcp, &address, true, false);

    if (rc == 0)
        rc = tcp_listen(tcp, backlog);
    if (rc < 0)
        say(role, "cannot listen: %s", code(rc));
    return tcp;
}

static struct tcp *accept_one(const struct role *role, struct tcp *listener)
{
    char from[ADDRESS_TEXT_SIZE];
    struct address address;
    struct tcp *tcp;

    wait_until(listener, tcp_readable);
    tcp = tcp_accept(listener);
    if (tcp_remote(tcp, &address) == 0)
        say(role, "accepts %s", address_text(&address, from, sizeof from));
    else
        say(role, "accepts one that is gone");
    return tcp;
}

static bool settled(const struct tcp *tcp)
{
    return !tcp_connecting(tcp);
}

/* Connect, and say how that ended. */
static struct tcp *connect_to(const struct role *role, struct address address)
{
    struct tcp *tcp = tcp_open(!address_is_v4(&address));
    int rc = tcp_connect(tcp, &address);

    if (rc == 0) {
        wait_until(tcp, settled);
        rc = tcp_error(tcp);
    }
    say(role, "connects: %s", code(rc));
    return tcp;
}

static void send_text(const struct role *role, struct tcp *tcp, const char *text)
{
    ssize_t sent = tcp_send(tcp, text, strlen(text));

    if (sent >= 0)
        say(role, "sends %s", text);
    else
        say(role, "cannot send: %s", code(sent));
}

/* Read once. Returns: whether there may be more. */
static bool read_some(const struct role *role, struct tcp *tcp)
{
    char text[64];
    ssize_t count;

    wait_until(tcp, tcp_readable);
    count = tcp_receive(tcp, text, sizeof text - 1);
    if (count > 0)
        say(role, "reads %.*s", (int)count, text);
    else
        say(role, "reads %s", count == 0 ? "the end" : code(count));
    return count > 0;
}

static void read_all(const struct role *role, struct tcp *tcp)
{
    while (read_some(role, tcp))
        ;
}

static struct address there_at(uint16_t port)
{
    return address_v4(10, 0, 0, 2, port);
}

/* Accept one and read all of it. */
static int listener_reads(void *context)
{
    const struct role *role = context;
    struct tcp *listener = listen_at(role, address_v4(0, 0, 0, 0, 80), 8);
    struct tcp *tcp = accept_one(role, listener);

    read_all(role, tcp);
    tcp_close(tcp, false);
    return 0;
}

/* ---- connections ---- */

static int asks_and_reads(void *context)
{
    const struct role *role = context;
    struct tcp *tcp = connect_to(role, there_at(80));

    send_text(role, tcp, "question");
    read_some(role, tcp);
    tcp_close(tcp, false);
    return 0;
}

static int answers(void *context)
{
    const struct role *role = context;
    struct tcp *listener = listen_at(role, address_v4(0, 0, 0, 0, 80), 8);
    struct tcp *tcp = accept_one(role, listener);

    read_some(role, tcp);
    send_text(role, tcp, "answer");
    read_some(role, tcp);
    tcp_close(tcp, false);
    return 0;
}

static void a_question_takes_a_way_there_and_one_back_after_the_handshake(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){.latency_ns = 10 * MS});
    spawn(f, "server", f->there, answers);
    spawn(f, "client", f->here, asks_and_reads);
    expect(f, true, WORLD_ENDED,
           "0.010 packet here > there SYN (40)\n"
           "0.020 packet there > here SYN-ACK (40)\n"
           "0.020 prints client connects: ok\n"
           "0.020 prints client sends question\n"
           "0.030 packet here > there ACK (40)\n"
           "0.030 prints server accepts 10.0.0.1:32768\n"
           "0.030 packet here > there data (48)\n"
           "0.030 prints server reads question\n"
           "0.030 prints server sends answer\n"
           "0.040 packet there > here ACK (40)\n"
           "0.040 packet there > here data (46)\n"
           "0.040 prints client reads answer\n"
           "0.040 process ends\n"
           "0.050 packet here > there ACK (40)\n"
           "0.050 packet here > there FIN (40)\n"
           "0.050 prints server reads the end\n"
           "0.050 process ends\n");
}

/* A process that is both. */
static int talks_to_itself(void *context)
{
    const struct role *role = context;
    struct address address = address_v4(127, 0, 0, 1, 80);
    struct tcp *listener = listen_at(role, address, 8);
    struct tcp *client = connect_to(role, address);
    struct tcp *server = accept_one(role, listener);

    send_text(role, client, "hello");
    read_some(role, server);
    tcp_close(client, false);
    read_all(role, server);
    return 0;
}

static void what_is_sent_on_a_loopback_is_there_before_anything_else_is_done(void **state)
{
    struct fixture *f = *state;

    spawn(f, "one", NULL, talks_to_itself);
    expect(f, false, WORLD_ENDED,
           "0.000 prints one connects: ok\n"
           "0.000 prints one accepts 127.0.0.1:32768\n"
           "0.000 prints one sends hello\n"
           "0.000 prints one reads hello\n"
           "0.000 prints one reads the end\n"
           "0.000 process ends\n");
    assert_int_equal(f->world.steps, 1);
}

static int connects_only(void *context)
{
    connect_to(context, there_at(80));
    return 0;
}

static void where_nobody_listens_a_connection_is_refused(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){.latency_ns = 10 * MS});
    spawn(f, "client", f->here, connects_only);
    expect(f, true, WORLD_ENDED,
           "0.010 packet here > there SYN (40)\n"
           "0.020 packet there > here RST (40)\n"
           "0.020 prints client connects: ECONNREFUSED\n"
           "0.020 process ends\n");
}

static int connects_to_nowhere(void *context)
{
    connect_to(context, address_v4(10, 0, 0, 9, 80));
    return 0;
}

/* 1 + 2 + 4 + 8 + 16 + 32 + 64 seconds. */
static void an_address_that_nobody_has_is_never_answered(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){0});
    spawn(f, "client", f->here, connects_to_nowhere);
    expect(f, false, WORLD_ENDED,
           "127.000 prints client connects: ETIMEDOUT\n"
           "127.000 process ends\n");
}

static void a_host_without_addresses_reaches_itself_only(void **state)
{
    struct fixture *f = *state;

    spawn(f, "client", NULL, connects_to_nowhere);
    expect(f, false, WORLD_ENDED,
           "0.000 prints client connects: ENETUNREACH\n"
           "0.000 process ends\n");
}

static int tries_twice(void *context)
{
    const struct role *role = context;
    struct address address = address_v4(127, 0, 0, 1, 80);
    struct tcp *tcp = connect_to(role, address);

    listen_at(role, address, 0);
    say(role, "again: %s", code(tcp_connect(tcp, &address)));
    say(role, "and again: %s", code(tcp_connect(tcp, &address)));
    return 0;
}

static void a_socket_that_was_refused_may_try_again(void **state)
{
    struct fixture *f = *state;

    spawn(f, "client", NULL, tries_twice);
    expect(f, false, WORLD_ENDED,
           "0.000 prints client connects: ECONNREFUSED\n"
           "0.000 prints client again: ok\n"
           "0.000 prints client and again: EISCONN\n"
           "0.000 process ends\n");
}

/* A backlog of 1 is two that wait. */
static int accepts_late(void *context)
{
    const struct role *role = context;
    struct tcp *listener = listen_at(role, address_v4(0, 0, 0, 0, 80), 1);

    rest(role, 500);
    for (int i = 0; i < 3; i++)
        accept_one(role, listener);
    return 0;
}

static int connects_three_times(void *context)
{
    const struct role *role = context;

    for (int i = 0; i < 3; i++)
        connect_to(role, there_at(80));
    return 0;
}

static void who_finds_the_backlog_full_asks_again_after_a_second(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){0});
    spawn(f, "server", f->there, accepts_late);
    spawn(f, "client", f->here, connects_three_times);
    expect(f, false, WORLD_ENDED,
           "0.000 prints client connects: ok\n"
           "0.000 prints client connects: ok\n"
           "0.500 prints server accepts 10.0.0.1:32768\n"
           "0.500 prints server accepts 10.0.0.1:32769\n"
           "1.000 prints client connects: ok\n"
           "1.000 process ends\n"
           "1.000 prints server accepts 10.0.0.1:32770\n"
           "1.000 process ends\n");
}

static int closes_unaccepted(void *context)
{
    const struct role *role = context;
    struct tcp *listener = listen_at(role, address_v4(0, 0, 0, 0, 80), 8);

    rest(role, 100);
    tcp_close(listener, false);
    rest(role, 100);
    return 0;
}

static int connects_and_reads(void *context)
{
    const struct role *role = context;
    struct tcp *tcp = connect_to(role, there_at(80));

    read_all(role, tcp);
    read_some(role, tcp);
    send_text(role, tcp, "too late");
    return 0;
}

static void closing_a_listener_resets_who_was_not_accepted(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){.latency_ns = 10 * MS});
    spawn(f, "server", f->there, closes_unaccepted);
    spawn(f, "client", f->here, connects_and_reads);
    expect(f, false, WORLD_ENDED,
           "0.020 prints client connects: ok\n"
           "0.110 prints client reads ECONNRESET\n"
           "0.110 prints client reads the end\n"
           "0.110 prints client cannot send: EPIPE\n"
           "0.110 process ends\n"
           "0.200 process ends\n");
}

/* ---- ends ---- */

static int ends_its_half(void *context)
{
    const struct role *role = context;
    struct tcp *tcp = connect_to(role, there_at(80));

    send_text(role, tcp, "all");
    say(role, "ends: %s", code(tcp_end(tcp)));
    send_text(role, tcp, "more");
    read_all(role, tcp);
    return 0;
}

static int answers_the_end(void *context)
{
    const struct role *role = context;
    struct tcp *listener = listen_at(role, address_v4(0, 0, 0, 0, 80), 8);
    struct tcp *tcp = accept_one(role, listener);

    read_all(role, tcp);
    send_text(role, tcp, "thanks");
    return 0; /* and its process closes it */
}

static void each_direction_ends_by_itself_and_a_process_that_ends_closes_what_it_has(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){.latency_ns = 10 * MS});
    spawn(f, "server", f->there, answers_the_end);
    spawn(f, "client", f->here, ends_its_half);
    expect(f, false, WORLD_ENDED,
           "0.020 prints client connects: ok\n"
           "0.020 prints client sends all\n"
           "0.020 prints client ends: ok\n"
           "0.020 prints client cannot send: EPIPE\n"
           "0.030 prints server accepts 10.0.0.1:32768\n"
           "0.030 prints server reads all\n"
           "0.030 prints server reads the end\n"
           "0.030 prints server sends thanks\n"
           "0.030 process ends\n"
           "0.040 prints client reads thanks\n"
           "0.040 prints client reads the end\n"
           "0.040 process ends\n");
}

/* It has sent something itself, and then does not read what has come. */
static int closes_unread(void *context)
{
    const struct role *role = context;
    struct tcp *listener = listen_at(role, address_v4(0, 0, 0, 0, 80), 8);
    struct tcp *tcp = accept_one(role, listener);

    send_text(role, tcp, "hello");
    rest(role, 50);
    tcp_close(tcp, false);
    rest(role, 100);
    return 0;
}

static int sends_and_reads_late(void *context)
{
    const struct role *role = context;
    struct tcp *tcp = connect_to(role, there_at(80));

    send_text(role, tcp, "unread");
    rest(role, 100);
    read_all(role, tcp);
    read_all(role, tcp);
    return 0;
}

static void closing_with_something_unread_is_a_reset_after_what_had_come(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){.latency_ns = 10 * MS});
    spawn(f, "server", f->there, closes_unread);
    spawn(f, "client", f->here, sends_and_reads_late);
    expect(f, false, WORLD_ENDED,
           "0.020 prints client connects: ok\n"
           "0.020 prints client sends unread\n"
           "0.030 prints server accepts 10.0.0.1:32768\n"
           "0.030 prints server sends hello\n"
           "0.120 prints client reads hello\n"
           "0.120 prints client reads ECONNRESET\n"
           "0.120 prints client reads the end\n"
           "0.120 process ends\n"
           "0.180 process ends\n");
}

static int closes_at_once(void *context)
{
    const struct role *role = context;
    struct tcp *listener = listen_at(role, address_v4(0, 0, 0, 0, 80), 8);

    tcp_close(accept_one(role, listener), false);
    rest(role, 200);
    return 0;
}

static int sends_into_the_void(void *context)
{
    const struct role *role = context;
    struct tcp *tcp = connect_to(role, there_at(80));

    read_some(role, tcp);
    send_text(role, tcp, "one"); /* which is answered by a reset */
    rest(role, 50);
    send_text(role, tcp, "two");
    send_text(role, tcp, "three");
    read_some(role, tcp);
    return 0;
}

static void what_is_sent_to_who_has_closed_breaks_the_pipe_the_second_time(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){.latency_ns = 10 * MS});
    spawn(f, "server", f->there, closes_at_once);
    spawn(f, "client", f->here, sends_into_the_void);
    expect(f, false, WORLD_ENDED,
           "0.020 prints client connects: ok\n"
           "0.030 prints server accepts 10.0.0.1:32768\n"
           "0.040 prints client reads the end\n"
           "0.040 prints client sends one\n"
           "0.090 prints client cannot send: EPIPE\n"
           "0.090 prints client cannot send: EPIPE\n"
           "0.090 prints client reads the end\n"
           "0.090 process ends\n"
           "0.230 process ends\n");
}

static int resets(void *context)
{
    const struct role *role = context;
    struct tcp *tcp = connect_to(role, there_at(80));

    send_text(role, tcp, "last words");
    tcp_close(tcp, true);
    return 0;
}

static void a_reset_comes_after_what_was_sent_before_it(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){.latency_ns = 10 * MS});
    spawn(f, "server", f->there, listener_reads);
    spawn(f, "client", f->here, resets);
    expect(f, false, WORLD_ENDED,
           "0.020 prints client connects: ok\n"
           "0.020 prints client sends last words\n"
           "0.020 process ends\n"
           "0.030 prints server accepts 10.0.0.1:32768\n"
           "0.030 prints server reads last words\n"
           "0.030 prints server reads ECONNRESET\n"
           "0.030 process ends\n");
}

/* ---- room ---- */

static char big[BIG];

/* Send `big` whole, waiting for room; say how often. */
static int sends_big(void *context)
{
    const struct role *role = context;
    struct tcp *tcp = connect_to(role, there_at(80));
    size_t done = 0;
    int waits = 0;

    for (size_t i = 0; i < BIG; i++)
        big[i] = (char)(i * 7 + (i >> 12));
    while (done < BIG) {
        ssize_t sent = tcp_send(tcp, big + done, BIG - done);

        if (sent > 0) {
            done += (size_t)sent;
        } else {
            if (waits++ == 0)
                say(role, "waits with %zu of %u sent", done, BIG);
            wait_until(tcp, tcp_writable);
        }
    }
    say(role, "has sent all, and waited %d times", waits);
    tcp_close(tcp, false);
    return 0;
}

/* Begin after a second, and compare what comes. */
static int reads_big(void *context)
{
    const struct role *role = context;
    struct tcp *listener = listen_at(role, address_v4(0, 0, 0, 0, 80), 8);
    struct tcp *tcp = accept_one(role, listener);
    static char part[100000];
    size_t done = 0;
    ssize_t count;

    rest(role, 1000);
    for (;;) {
        wait_until(tcp, tcp_readable);
        count = tcp_receive(tcp, part, sizeof part);
        if (count <= 0)
            break;
        if (memcmp(part, big + done, (size_t)count) != 0)
            say(role, "reads something else");
        done += (size_t)count;
    }
    say(role, "has read %zu and %s", done, count == 0 ? "the end" : code(count));
    return 0;
}

static void who_sends_waits_until_the_other_side_has_read(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){0});
    spawn(f, "reader", f->there, reads_big);
    spawn(f, "sender", f->here, sends_big);
    expect(f, false, WORLD_ENDED,
           "0.000 prints sender connects: ok\n"
           "0.000 prints sender waits with 2097152 of 4194304 sent\n"
           "0.000 prints reader accepts 10.0.0.1:32768\n"
           "1.000 prints sender has sent all, and waited 1 times\n"
           "1.000 process ends\n"
           "1.000 prints reader has read 4194304 and the end\n"
           "1.000 process ends\n");
}

/* 1 MB/s: 4 MiB and the headers of 2873 segments of 1460 bytes take 4.309 s, and the way 10 ms. */
static void a_link_of_a_megabyte_a_second_takes_four_seconds_for_four(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){.latency_ns = 10 * MS, .bytes_per_s = 1000000, .mtu = 1500});
    spawn(f, "reader", f->there, reads_big);
    spawn(f, "sender", f->here, sends_big);
    expect(f, false, WORLD_ENDED,
           "0.020 prints sender connects: ok\n"
           "0.020 prints sender waits with 1048576 of 4194304 sent\n"
           "0.030 prints reader accepts 10.0.0.1:32768\n"
           "3.280 prints sender has sent all, and waited 9 times\n"
           "3.280 process ends\n"
           "4.339 prints reader has read 4194304 and the end\n"
           "4.339 process ends\n");
}

static int sends_twice_at_once(void *context)
{
    const struct role *role = context;
    struct tcp *tcp = connect_to(role, there_at(80));

    tcp_set_no_delay(tcp, true);
    send_text(role, tcp, "one");
    send_text(role, tcp, "two");
    tcp_set_no_delay(tcp, false);
    send_text(role, tcp, "three");
    rest(role, 100);
    return 0;
}

static void a_small_segment_waits_for_the_acknowledgement_unless_told_not_to(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){.latency_ns = 10 * MS});
    spawn(f, "server", f->there, listener_reads);
    spawn(f, "client", f->here, sends_twice_at_once);
    expect(f, false, WORLD_ENDED,
           "0.020 prints client connects: ok\n"
           "0.020 prints client sends one\n"
           "0.020 prints client sends two\n"
           "0.020 prints client sends three\n"
           "0.030 prints server accepts 10.0.0.1:32768\n"
           "0.030 prints server reads one\n"
           "0.030 prints server reads two\n"
           "0.050 prints server reads three\n"
           "0.120 process ends\n"
           "0.130 prints server reads the end\n"
           "0.130 process ends\n");
}

/* ---- weather ---- */

static int sends_two_at_once(void *context)
{
    const struct role *role = context;
    struct tcp *tcp = connect_to(role, there_at(80));

    tcp_set_no_delay(tcp, true);
    tcp_send(tcp, "a", 1);
    tcp_send(tcp, "b", 1);
    rest(role, 1000);
    return 0;
}

static int sends_four_at_once(void *context)
{
    const struct role *role = context;
    struct tcp *tcp = connect_to(role, there_at(80));

    tcp_set_no_delay(tcp, true);
    for (const char *at = "abcd"; *at != '\0'; at++)
        tcp_send(tcp, at, 1);
    rest(role, 60000);
    return 0;
}

/* What is missed is missed after 200 ms and the way there and back. */
static void a_lost_segment_comes_later_and_the_next_one_waits_for_it(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){.latency_ns = 10 * MS, .loss = {1, 100}});
    draw(f, "net.loss", 100, "000x");
    spawn(f, "server", f->there, listener_reads);
    spawn(f, "client", f->here, sends_two_at_once);
    expect(f, true, WORLD_ENDED,
           "0.000 choice net.loss here > there SYN 0 of 100\n"
           "0.010 packet here > there SYN (40)\n"
           "0.010 choice net.loss there > here SYN-ACK 0 of 100\n"
           "0.020 packet there > here SYN-ACK (40)\n"
           "0.020 choice net.loss here > there ACK 0 of 100\n"
           "0.020 prints client connects: ok\n"
           "0.020 choice net.loss here > there data lost before here > there data 99 of 100\n"
           "0.020 packet here > there data is lost (41)\n"
           "0.020 choice net.loss here > there data 0 of 100\n"
           "0.030 packet here > there ACK (40)\n"
           "0.030 prints server accepts 10.0.0.1:32768\n"
           "0.030 packet here > there data (41)\n"
           "0.240 choice net.loss here > there data 0 of 100\n"
           "0.250 packet here > there data (41)\n"
           "0.250 choice net.loss there > here ACK 0 of 100\n"
           "0.250 choice net.loss there > here ACK 0 of 100\n"
           "0.250 prints server reads ab\n"
           "0.260 packet there > here ACK (40)\n"
           "0.260 packet there > here ACK (40)\n"
           "1.020 choice net.loss here > there FIN 0 of 100\n"
           "1.020 process ends\n"
           "1.030 packet here > there FIN (40)\n"
           "1.030 choice net.loss there > here ACK 0 of 100\n"
           "1.030 prints server reads the end\n"
           "1.030 choice net.loss there > here FIN 0 of 100\n"
           "1.030 process ends\n");
}

static void jitter_lets_packets_overtake_each_other_and_the_stream_keeps_its_order(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){.latency_ns = 10 * MS, .jitter_ns = 70 * MS});
    draw(f, "net.latency", 8, "00050");
    spawn(f, "server", f->there, listener_reads);
    spawn(f, "client", f->here, sends_two_at_once);
    expect(f, true, WORLD_ENDED,
           "0.000 choice net.latency here > there SYN after 10000 us 0 of 8\n"
           "0.010 packet here > there SYN (40)\n"
           "0.010 choice net.latency there > here SYN-ACK after 10000 us 0 of 8\n"
           "0.020 packet there > here SYN-ACK (40)\n"
           "0.020 choice net.latency here > there ACK after 10000 us 0 of 8\n"
           "0.020 prints client connects: ok\n"
           "0.020 choice net.latency here > there data after 60000 us before here > there data "
           "after 10000 us 5 of 8\n"
           "0.020 choice net.latency here > there data after 10000 us 0 of 8\n"
           "0.030 packet here > there ACK (40)\n"
           "0.030 prints server accepts 10.0.0.1:32768\n"
           "0.030 packet here > there data (41)\n"
           "0.080 packet here > there data (41)\n"
           "0.080 choice net.latency there > here ACK after 10000 us 0 of 8\n"
           "0.080 choice net.latency there > here ACK after 10000 us 0 of 8\n"
           "0.080 prints server reads ab\n"
           "0.090 packet there > here ACK (40)\n"
           "0.090 packet there > here ACK (40)\n"
           "1.020 choice net.latency here > there FIN after 10000 us 0 of 8\n"
           "1.020 process ends\n"
           "1.030 packet here > there FIN (40)\n"
           "1.030 choice net.latency there > here ACK after 10000 us 0 of 8\n"
           "1.030 prints server reads the end\n"
           "1.030 choice net.latency there > here FIN after 10000 us 0 of 8\n"
           "1.030 process ends\n");
}

static void where_a_stream_is_cut_is_drawn(void **state)
{
    struct fixture *f = *state;

    draw(f, "net.segment", 3, "12");
    spawn(f, "one", NULL, talks_to_itself);
    expect(f, false, WORLD_ENDED,
           "0.000 prints one connects: ok\n"
           "0.000 prints one accepts 127.0.0.1:32768\n"
           "0.000 choice net.segment localhost > localhost 1 of 5 bytes before localhost > "
           "localhost 5 of 5 bytes 1 of 3\n"
           "0.000 prints one sends hello\n"
           "0.000 prints one reads h\n"
           "0.000 choice net.segment localhost > localhost 2 of 4 bytes before localhost > "
           "localhost 4 of 4 bytes 2 of 3\n"
           "0.000 prints one reads el\n"
           "0.000 choice net.segment localhost > localhost 2 of 2 bytes 0 of 2\n"
           "0.000 prints one reads lo\n"
           "0.000 prints one reads the end\n"
           "0.000 process ends\n");
}

/* Four segments of a second each, of which two may wait. */
static void a_link_that_is_full_loses_what_finds_no_room(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){0});
    link_set(f->here, f->there,
             &(struct link_spec){.bytes_per_s = 41, .queue_bytes_max = 82, .mtu = 81});
    spawn(f, "server", f->there, listener_reads);
    spawn(f, "client", f->here, sends_four_at_once);
    expect(f, true, WORLD_ENDED,
           "0.975 packet here > there SYN (40)\n"
           "0.975 packet there > here SYN-ACK (40)\n"
           "0.975 prints client connects: ok\n"
           "0.975 packet here > there data is lost (41)\n"
           "0.975 packet here > there data is lost (41)\n"
           "1.175 packet here > there data is lost (41)\n"
           "1.175 packet here > there data is lost (41)\n"
           "1.575 packet here > there data is lost (41)\n"
           "1.575 packet here > there data is lost (41)\n"
           "1.951 packet here > there ACK (40)\n"
           "1.951 prints server accepts 10.0.0.1:32768\n"
           "2.375 packet here > there data is lost (41)\n"
           "2.951 packet here > there data (41)\n"
           "2.951 packet there > here ACK (40)\n"
           "2.951 prints server reads a\n"
           "3.951 packet here > there data (41)\n"
           "3.951 packet there > here ACK (40)\n"
           "3.951 prints server reads b\n"
           "4.951 packet here > there data (41)\n"
           "4.951 packet there > here ACK (40)\n"
           "4.951 prints server reads c\n"
           "5.951 packet here > there data (41)\n"
           "5.951 packet there > here ACK (40)\n"
           "5.951 prints server reads d\n"
           "60.975 process ends\n"
           "61.951 packet here > there FIN (40)\n"
           "61.951 packet there > here ACK (40)\n"
           "61.951 prints server reads the end\n"
           "61.951 packet there > here FIN (40)\n"
           "61.951 process ends\n");
}

static int cuts_the_wire(void *context)
{
    const struct role *role = context;

    rest(role, 100);
    link_set(role->f->here, role->f->there, &(struct link_spec){.loss = {1, 1}});
    link_set(role->f->there, role->f->here, &(struct link_spec){.loss = {1, 1}});
    say(role, "cuts the wire");
    return 0;
}

static int sends_on_a_cut_wire(void *context)
{
    const struct role *role = context;
    struct tcp *tcp = connect_to(role, there_at(80));

    rest(role, 200);
    send_text(role, tcp, "lost");
    read_some(role, tcp);
    send_text(role, tcp, "more");
    return 0;
}

/* 0.2 + 0.4 + ... + 102.4 seconds, and six times 120: the 924.6 s of Linux's tcp_retries2. The
 * other side never learns of it. */
static void who_is_never_acknowledged_gives_up_and_leaves_the_other_side_half_open(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){0});
    spawn(f, "server", f->there, listener_reads);
    spawn(f, "client", f->here, sends_on_a_cut_wire);
    spawn(f, "somebody", NULL, cuts_the_wire);
    expect(f, false, WORLD_QUIET,
           "0.000 prints client connects: ok\n"
           "0.000 prints server accepts 10.0.0.1:32768\n"
           "0.100 prints somebody cuts the wire\n"
           "0.100 process ends\n"
           "0.200 prints client sends lost\n"
           "924.800 prints client reads ETIMEDOUT\n"
           "924.800 prints client cannot send: EPIPE\n"
           "924.800 process ends\n"
           "924.800 nothing can happen any more\n");
}

/* ---- ports ---- */

static struct address any_v6(uint16_t port)
{
    return (struct address){.port = port};
}

static struct address loopback(uint16_t port)
{
    return address_v4(127, 0, 0, 1, port);
}

static struct address any(uint16_t port)
{
    return address_v4(0, 0, 0, 0, port);
}

/* Whether two sockets can have what they ask for. */
static void both(const struct role *role, const char *what, struct address a, struct address b,
                 bool shared, bool six_only)
{
    struct tcp *first = tcp_open(!address_is_v4(&a)), *second = tcp_open(!address_is_v4(&b));
    int rc = tcp_bind(first, &a, shared, six_only);
    int rc2 = tcp_bind(second, &b, shared, six_only), rc3, rc4;

    rc3 = rc == 0 ? tcp_listen(first, 1) : rc;
    rc4 = rc2 == 0 ? tcp_listen(second, 1) : rc2;
    say(role, "%s: bind %s %s listen %s %s", what, code(rc), code(rc2), code(rc3), code(rc4));
    tcp_close(first, false);
    tcp_close(second, false);
}

static int takes_ports(void *context)
{
    const struct role *role = context;
    struct address here = address_v4(10, 0, 0, 1, 80), other = address_v4(10, 0, 0, 9, 80);
    struct tcp *tcp = tcp_open(false);

    both(role, "one", any(80), any(80), false, false);
    both(role, "shared", any(80), any(80), true, false);
    both(role, "another port", any(80), any(81), false, false);
    both(role, "any and one", any(80), loopback(80), true, false);
    both(role, "one and another", here, loopback(80), true, false);
    both(role, "v6 and v4", any_v6(80), any(80), true, false);
    both(role, "v6 only and v4", any_v6(80), any(80), true, true);
    say(role, "another's: %s", code(tcp_bind(tcp, &other, false, false)));
    say(role, "bound: %s", code(tcp_bind(tcp, &here, false, false)));
    say(role, "again: %s", code(tcp_bind(tcp, &here, false, false)));
    return 0;
}

static void a_port_is_had_by_one_unless_it_is_shared_and_nobody_listens_yet(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){0});
    spawn(f, "it", f->here, takes_ports);
    expect(f, false, WORLD_ENDED,
           "0.000 prints it one: bind ok EADDRINUSE listen ok EADDRINUSE\n"
           "0.000 prints it shared: bind ok ok listen ok EADDRINUSE\n"
           "0.000 prints it another port: bind ok ok listen ok ok\n"
           "0.000 prints it any and one: bind ok ok listen ok EADDRINUSE\n"
           "0.000 prints it one and another: bind ok ok listen ok ok\n"
           "0.000 prints it v6 and v4: bind ok ok listen ok EADDRINUSE\n"
           "0.000 prints it v6 only and v4: bind ok ok listen ok ok\n"
           "0.000 prints it another's: EADDRNOTAVAIL\n"
           "0.000 prints it bound: ok\n"
           "0.000 prints it again: EINVAL\n"
           "0.000 process ends\n");
}

/* More than there are, one after the other. */
static int uses_up_ports(void *context)
{
    const struct role *role = context;
    struct address address = loopback(0);
    struct tcp *last;
    int rc = 0, count = 0;

    do {
        last = tcp_open(false);
        rc = tcp_bind(last, &address, true, false);
        count += rc == 0;
    } while (rc == 0);
    say(role, "has %d, then %s", count, code(rc));
    address.port = 80;
    say(role, "connects: %s", code(tcp_connect(last, &address)));
    return 0;
}

static void ports_that_are_given_out_are_used_up_and_come_back(void **state)
{
    struct fixture *f = *state;

    spawn(f, "it", NULL, uses_up_ports);
    spawn(f, "another", NULL, talks_to_itself);
    expect(f, false, WORLD_ENDED,
           "0.000 prints it has 28232, then EADDRINUSE\n"
           "0.000 prints it connects: EADDRNOTAVAIL\n"
           "0.000 process ends\n"
           "0.000 prints another connects: ok\n"
           "0.000 prints another accepts 127.0.0.1:32768\n"
           "0.000 prints another sends hello\n"
           "0.000 prints another reads hello\n"
           "0.000 prints another reads the end\n"
           "0.000 process ends\n");
}

static int listens_twice(void *context)
{
    const struct role *role = context;
    struct tcp *wide = listen_at(role, any(80), 1);
    struct address address = loopback(80), v6 = {.ip = {[15] = 1}, .port = 80};

    connect_to(role, loopback(80));
    accept_one(role, wide);
    connect_to(role, any(80));
    accept_one(role, wide);
    connect_to(role, v6);
    tcp_close(wide, false);
    wide = listen_at(role, any_v6(80), 2);
    connect_to(role, v6);
    accept_one(role, wide);
    connect_to(role, address);
    accept_one(role, wide);
    say(role, "v6 from v4: %s", code(tcp_connect(tcp_open(false), &v6)));
    say(role, "v4 from v6: %s", code(tcp_connect(tcp_open(true), &address)));
    return 0;
}

static void what_listens_at_any_address_is_reached_by_each(void **state)
{
    struct fixture *f = *state;

    spawn(f, "it", NULL, listens_twice);
    expect(f, false, WORLD_ENDED,
           "0.000 prints it connects: ok\n"
           "0.000 prints it accepts 127.0.0.1:32768\n"
           "0.000 prints it connects: ok\n"
           "0.000 prints it accepts 127.0.0.1:32769\n"
           "0.000 prints it connects: ECONNREFUSED\n"
           "0.000 prints it connects: ok\n"
           "0.000 prints it accepts [::1]:32771\n"
           "0.000 prints it connects: ok\n"
           "0.000 prints it accepts 127.0.0.1:32772\n"
           "0.000 prints it v6 from v4: EAFNOSUPPORT\n"
           "0.000 prints it v4 from v6: EAFNOSUPPORT\n"
           "0.000 process ends\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_question_takes_a_way_there_and_one_back_after_the_handshake),
        TEST(what_is_sent_on_a_loopback_is_there_before_anything_else_is_done),
        TEST(where_nobody_listens_a_connection_is_refused),
        TEST(an_address_that_nobody_has_is_never_answered),
        TEST(a_host_without_addresses_reaches_itself_only),
        TEST(a_socket_that_was_refused_may_try_again),
        TEST(who_finds_the_backlog_full_asks_again_after_a_second),
        TEST(closing_a_listener_resets_who_was_not_accepted),
        TEST(each_direction_ends_by_itself_and_a_process_that_ends_closes_what_it_has),
        TEST(closing_with_something_unread_is_a_reset_after_what_had_come),
        TEST(what_is_sent_to_who_has_closed_breaks_the_pipe_the_second_time),
        TEST(a_reset_comes_after_what_was_sent_before_it),
        TEST(who_sends_waits_until_the_other_side_has_read),
        TEST(a_link_of_a_megabyte_a_second_takes_four_seconds_for_four),
        TEST(a_small_segment_waits_for_the_acknowledgement_unless_told_not_to),
        TEST(a_lost_segment_comes_later_and_the_next_one_waits_for_it),
        TEST(jitter_lets_packets_overtake_each_other_and_the_stream_keeps_its_order),
        TEST(where_a_stream_is_cut_is_drawn),
        TEST(a_link_that_is_full_loses_what_finds_no_room),
        TEST(who_is_never_acknowledged_gives_up_and_leaves_the_other_side_half_open),
        TEST(a_port_is_had_by_one_unless_it_is_shared_and_nobody_listens_yet),
        TEST(ports_that_are_given_out_are_used_up_and_come_back),
        TEST(what_listens_at_any_address_is_reached_by_each),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
