/*
 * udp_test.c - datagrams: who gets them, who is told of those that nobody gets, what a link may do
 * to them, and how many may wait.
 *
 * Plays of two hosts, or of one alone; see two_hosts.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/world/two_hosts.h"
#include "world/udp.h"

#define BIG 65600

static void wait_until(struct udp *udp, bool (*is)(const struct udp *udp))
{
    socket_watch((struct socket *)udp, wake, thread_current());
    while (!is(udp))
        thread_block(WORLD_NEVER, "a test");
    socket_watch((struct socket *)udp, NULL, NULL);
}

static struct address there_at(uint16_t port)
{
    return address_v4(10, 0, 0, 2, port);
}

static struct address loopback_at(uint16_t port)
{
    return address_v4(127, 0, 0, 1, port);
}

static struct address any_at(uint16_t port)
{
    return address_v4(0, 0, 0, 0, port);
}

static struct udp *bound(const struct role *role, struct address address, bool shared)
{
    struct udp *udp = udp_open(!address_is_v4(&address));
    int rc = udp_bind(udp, &address, shared, false);

    if (rc < 0)
        say(role, "cannot bind: %s", code(rc));
    return udp;
}

static ssize_t send_bytes(struct udp *udp, const void *data, size_t size,
                          const struct address *remote)
{
    struct iovec part = {(void *)(uintptr_t)data, size};

    return udp_send(udp, &part, 1, remote);
}

static void send_to(const struct role *role, struct udp *udp, const char *text,
                    struct address address)
{
    ssize_t rc = send_bytes(udp, text, strlen(text), &address);

    if (rc < 0)
        say(role, "cannot send %s: %s", text, code(rc));
}

static void send_on(const struct role *role, struct udp *udp, const char *text)
{
    ssize_t rc = send_bytes(udp, text, strlen(text), NULL);

    if (rc < 0)
        say(role, "cannot send %s: %s", text, code(rc));
}

/* Read what is there, with room for `size` bytes. Returns: whether there was something. */
static bool read_one(const struct role *role, struct udp *udp, size_t size)
{
    char text[64], from[ADDRESS_TEXT_SIZE];
    struct address address;
    bool cut;
    ssize_t rc = udp_receive(udp, text, size, &address, &cut);

    if (rc < 0)
        say(role, "reads %s", code(rc));
    else
        say(role, "reads '%.*s'%s from %s", (int)rc, text, cut ? " and more" : "",
            address_text(&address, from, sizeof from));
    return rc >= 0;
}

static void read_all(const struct role *role, struct udp *udp)
{
    while (read_one(role, udp, 60))
        ;
}

/* Wait for so many. */
static void read_some(const struct role *role, struct udp *udp, int count)
{
    for (int i = 0; i < count; i++) {
        wait_until(udp, udp_readable);
        read_one(role, udp, 60);
    }
}

static void say_local(const struct role *role, const struct udp *udp)
{
    char text[ADDRESS_TEXT_SIZE];

    say(role, "is at %s", address_text(&((const struct socket *)udp)->local, text, sizeof text));
}

/* ---- who gets it ---- */

static int echoes(void *context)
{
    const struct role *role = context;
    struct udp *udp = bound(role, any_at(53), false);
    struct address from;
    char text[60];
    bool cut;
    ssize_t size;

    wait_until(udp, udp_readable);
    size = udp_receive(udp, text, sizeof text, &from, &cut);
    send_bytes(udp, text, (size_t)size, &from);
    udp_close(udp);
    return 0;
}

static int asks(void *context)
{
    const struct role *role = context;
    struct udp *udp = udp_open(false);

    send_to(role, udp, "who", there_at(53));
    say_local(role, udp);
    read_some(role, udp, 1);
    udp_close(udp);
    return 0;
}

static void a_question_and_its_answer_take_a_way_each(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){.latency_ns = 10 * MS});
    spawn(f, "server", f->there, echoes);
    spawn(f, "client", f->here, asks);
    expect(f, true, WORLD_ENDED,
           "0.000 prints client is at 0.0.0.0:32768\n"
           "0.010 packet here > there datagram (31)\n"
           "0.010 process ends\n"
           "0.020 packet there > here datagram (31)\n"
           "0.020 prints client reads 'who' from 10.0.0.2:53\n"
           "0.020 process ends\n");
}

static int sends_to_itself(void *context)
{
    const struct role *role = context;
    struct udp *a = bound(role, any_at(1), false), *b = bound(role, loopback_at(2), false);

    send_to(role, a, "", loopback_at(2));
    send_to(role, a, "abcdef", loopback_at(2));
    send_to(role, a, "by any", any_at(2));
    send_to(role, b, "xyz", loopback_at(1));
    read_one(role, b, 60);
    read_one(role, b, 3);
    read_all(role, b);
    read_all(role, a);
    udp_close(a);
    udp_close(b);
    return 0;
}

static void on_a_loopback_it_is_there_at_once_whole_or_cut_or_empty(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", NULL, sends_to_itself);
    expect(f, false, WORLD_ENDED,
           "0.000 prints p reads '' from 127.0.0.1:1\n"
           "0.000 prints p reads 'abc' and more from 127.0.0.1:1\n"
           "0.000 prints p reads 'by any' from 127.0.0.1:1\n"
           "0.000 prints p reads EAGAIN\n"
           "0.000 prints p reads 'xyz' from 127.0.0.1:2\n"
           "0.000 prints p reads EAGAIN\n"
           "0.000 process ends\n");
}

/* Linux's order: bound to the very address, connected, bound last. */
static int shares_a_port(void *context)
{
    const struct role *role = context;
    struct udp *any = bound(role, any_at(7), true), *one = bound(role, loopback_at(7), true);
    struct udp *early = bound(role, loopback_at(7), true);
    struct udp *last = bound(role, loopback_at(7), true), *friend = bound(role, any_at(8), false);
    struct udp *alone = bound(role, loopback_at(7), false);
    struct address friends = loopback_at(8);
    struct udp *stranger = udp_open(false);

    say(role, "connects: %s", code(udp_connect(one, &friends)));
    send_to(role, friend, "from a friend", loopback_at(7));
    send_to(role, stranger, "from a stranger", loopback_at(7));
    read_all(role, any);
    read_all(role, one);
    read_all(role, early);
    read_all(role, last);
    udp_close(last);
    udp_close(early);
    send_to(role, stranger, "again", loopback_at(7));
    read_all(role, any);
    udp_close(any);
    udp_close(one);
    udp_close(friend);
    udp_close(alone);
    udp_close(stranger);
    return 0;
}

static void of_those_who_share_a_port_the_one_that_is_meant_most_gets_it(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", NULL, shares_a_port);
    expect(f, false, WORLD_ENDED,
           "0.000 prints p cannot bind: EADDRINUSE\n"
           "0.000 prints p connects: ok\n"
           "0.000 prints p reads EAGAIN\n"
           "0.000 prints p reads 'from a friend' from 127.0.0.1:8\n"
           "0.000 prints p reads EAGAIN\n"
           "0.000 prints p reads EAGAIN\n"
           "0.000 prints p reads 'from a stranger' from 127.0.0.1:32768\n"
           "0.000 prints p reads EAGAIN\n"
           "0.000 prints p reads 'again' from 127.0.0.1:32768\n"
           "0.000 prints p reads EAGAIN\n"
           "0.000 process ends\n");
}

static int serves_both_families(void *context)
{
    const struct role *role = context;
    struct udp *six = bound(role, (struct address){.port = 9}, false), *four = udp_open(false);
    struct address from;
    char text[8];
    bool cut;

    send_to(role, four, "4", loopback_at(9));
    udp_receive(six, text, sizeof text, &from, &cut);
    send_to(role, six, "6", from);
    read_all(role, four);
    send_to(role, four, "no", (struct address){.ip = {[15] = 1}, .port = 9});
    udp_close(six);
    six = udp_open(true);
    udp_bind(six, &(struct address){.port = 9}, false, true);
    send_to(role, six, "only", loopback_at(9));
    udp_close(six);
    udp_close(four);
    return 0;
}

static void a_socket_of_ipv6_speaks_to_both_unless_it_is_of_ipv6_only(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", NULL, serves_both_families);
    expect(f, false, WORLD_ENDED,
           "0.000 prints p reads '6' from 127.0.0.1:9\n"
           "0.000 prints p reads EAGAIN\n"
           "0.000 prints p cannot send no: EAFNOSUPPORT\n"
           "0.000 prints p cannot send only: ENETUNREACH\n"
           "0.000 process ends\n");
}

/* TCP's ports are others. */
static int connects_and_disconnects(void *context)
{
    const struct role *role = context;
    struct udp *udp = udp_open(false), *named = bound(role, loopback_at(5), false);
    struct address to = loopback_at(9), none;

    say(role, "remote: %s", code(udp_remote(udp, &none)));
    say(role, "connects: %s", code(udp_connect(udp, &to)));
    say_local(role, udp);
    udp_connect(udp, NULL);
    say_local(role, udp);
    say(role, "remote: %s", code(udp_remote(udp, &none)));
    udp_connect(named, &to);
    udp_connect(named, NULL);
    say_local(role, named);
    say(role, "without an address: %s", code(send_bytes(named, "", 0, NULL)));
    send_to(role, named, "to port 0", loopback_at(0));
    udp_close(udp);
    udp_close(named);
    return 0;
}

static void who_disconnects_gives_back_a_port_that_he_did_not_ask_for(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", NULL, connects_and_disconnects);
    expect(f, false, WORLD_ENDED,
           "0.000 prints p remote: ENOTCONN\n"
           "0.000 prints p connects: ok\n"
           "0.000 prints p is at 127.0.0.1:32768\n"
           "0.000 prints p is at 0.0.0.0:0\n"
           "0.000 prints p remote: ENOTCONN\n"
           "0.000 prints p is at 127.0.0.1:5\n"
           "0.000 prints p without an address: EDESTADDRREQ\n"
           "0.000 prints p cannot send to port 0: EINVAL\n"
           "0.000 process ends\n");
}

/* ---- nobody gets it ---- */

static int sends_to_nobody(void *context)
{
    const struct role *role = context;
    struct udp *loose = udp_open(false), *fast = udp_open(false), *told = udp_open(false);
    struct address to = there_at(9);

    udp_connect(fast, &to);
    udp_tell_errors(told);
    send_to(role, loose, "loose", to);
    send_on(role, fast, "fast");
    send_to(role, told, "told", to);
    send_to(role, loose, "to an address that nobody has", address_v4(10, 9, 9, 9, 9));
    rest(role, 20);
    read_all(role, loose);
    send_on(role, fast, "the error comes once");
    send_on(role, fast, "again");
    rest(role, 20);
    read_all(role, fast);
    read_all(role, fast);
    read_all(role, told);
    udp_close(loose);
    udp_close(fast);
    udp_close(told);
    return 0;
}

static void a_port_that_is_not_there_is_told_to_who_is_connected(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){.latency_ns = 5 * MS});
    spawn(f, "p", f->here, sends_to_nobody);
    expect(f, true, WORLD_ENDED,
           "0.000 packet here > nowhere datagram is lost (57)\n"
           "0.005 packet here > there datagram (33)\n"
           "0.005 packet here > there datagram (32)\n"
           "0.005 packet here > there datagram (32)\n"
           "0.010 packet there > here port unreachable (56)\n"
           "0.010 packet there > here port unreachable (56)\n"
           "0.010 packet there > here port unreachable (56)\n"
           "0.020 prints p reads EAGAIN\n"
           "0.020 prints p cannot send the error comes once: ECONNREFUSED\n"
           "0.025 packet here > there datagram (33)\n"
           "0.030 packet there > here port unreachable (56)\n"
           "0.040 prints p reads ECONNREFUSED\n"
           "0.040 prints p reads EAGAIN\n"
           "0.040 prints p reads ECONNREFUSED\n"
           "0.040 process ends\n");
}

/* Whoever had the port is gone when the news of its end comes. */
static int is_gone_when_it_is_told(void *context)
{
    const struct role *role = context;
    struct udp *udp = udp_open(false);
    struct address to = there_at(9);

    udp_connect(udp, &to);
    send_on(role, udp, "x");
    udp_close(udp);
    rest(role, 20);
    return 0;
}

static void an_answer_to_who_is_gone_is_nothing(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){.latency_ns = 5 * MS});
    spawn(f, "p", f->here, is_gone_when_it_is_told);
    expect(f, true, WORLD_ENDED,
           "0.005 packet here > there datagram (29)\n"
           "0.010 packet there > here port unreachable (56)\n"
           "0.020 process ends\n");
}

static int has_no_network(void *context)
{
    const struct role *role = context;
    struct udp *udp = udp_open(false);
    struct address away = there_at(1);

    send_to(role, udp, "away", away);
    say(role, "connects: %s", code(udp_connect(udp, &away)));
    say(role, "binds: %s", code(udp_bind(udp, &away, false, false)));
    udp_close(udp);
    return 0;
}

static void without_a_network_there_is_no_way(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", NULL, has_no_network);
    expect(f, false, WORLD_ENDED,
           "0.000 prints p cannot send away: ENETUNREACH\n"
           "0.000 prints p connects: ENETUNREACH\n"
           "0.000 prints p binds: EINVAL\n"
           "0.000 process ends\n");
}

/* ---- to all ---- */

static int listens(void *context)
{
    const struct role *role = context;
    struct udp *udp = bound(role, any_at(67), true), *too = bound(role, any_at(67), true);
    struct udp *other = bound(role, there_at(67), true);

    wait_until(udp, udp_readable);
    read_all(role, udp);
    read_all(role, too);
    read_all(role, other);
    return 0; /* its sockets close with it */
}

static int calls_all(void *context)
{
    const struct role *role = context;
    struct udp *udp = bound(role, any_at(67), false);
    struct address all = address_v4(255, 255, 255, 255, 67);

    send_to(role, udp, "not allowed", all);
    say(role, "connects: %s", code(udp_connect(udp, &all)));
    udp_allow_broadcast(udp, true);
    send_to(role, udp, "hello", all);
    read_all(role, udp);
    udp_close(udp);
    return 0;
}

static void a_broadcast_is_for_everybody_at_the_port_if_it_is_allowed(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){.latency_ns = 5 * MS});
    spawn(f, "there", f->there, listens);
    spawn(f, "here", f->here, calls_all);
    expect(f, false, WORLD_ENDED,
           "0.000 prints here cannot send not allowed: EACCES\n"
           "0.000 prints here connects: EACCES\n"
           "0.000 prints here reads 'hello' from 10.0.0.1:67\n"
           "0.000 prints here reads EAGAIN\n"
           "0.000 process ends\n"
           "0.005 prints there reads 'hello' from 10.0.0.1:67\n"
           "0.005 prints there reads EAGAIN\n"
           "0.005 prints there reads 'hello' from 10.0.0.1:67\n"
           "0.005 prints there reads EAGAIN\n"
           "0.005 prints there reads EAGAIN\n"
           "0.005 process ends\n");
}

/* ---- sizes ---- */

static int sends_sizes(void *context)
{
    static char big[BIG];
    const struct role *role = context;
    struct udp *four = bound(role, loopback_at(4), false);
    struct udp *six = bound(role, (struct address){.ip = {[15] = 1}, .port = 6}, false);
    struct address to4 = loopback_at(4), to6 = {.ip = {[15] = 1}, .port = 6}, from;
    bool cut;

    say(role, "%zd", send_bytes(four, big, UDP_SIZE_MAX, &to4));
    say(role, "%s", code(send_bytes(four, big, UDP_SIZE_MAX + 1, &to4)));
    say(role, "%s", code(send_bytes(four, big, BIG, &to4)));
    say(role, "%zd", send_bytes(six, big, UDP_SIZE_MAX_SIX, &to6));
    say(role, "%s", code(send_bytes(six, big, UDP_SIZE_MAX_SIX + 1, &to6)));
    say(role, "%zd", udp_receive(four, big, BIG, &from, &cut));
    udp_close(four);
    udp_close(six);
    return 0;
}

static void a_datagram_has_a_largest_size(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", NULL, sends_sizes);
    expect(f, true, WORLD_ENDED,
           "0.000 packet localhost > localhost datagram (65535)\n"
           "0.000 prints p 65507\n"
           "0.000 prints p EMSGSIZE\n"
           "0.000 prints p EMSGSIZE\n"
           "0.000 packet localhost > localhost datagram (65615)\n"
           "0.000 prints p 65527\n"
           "0.000 prints p EMSGSIZE\n"
           "0.000 prints p 65507\n"
           "0.000 process ends\n");
}

static int sends_many(void *context)
{
    const struct role *role = context;
    struct udp *from = udp_open(false), *to = bound(role, loopback_at(4), false);
    struct address address, target = loopback_at(4);
    static char big[60000];
    int count = 0;
    bool cut;

    for (int i = 0; i < 1000; i++)
        send_bytes(from, &i, sizeof i, &target);
    while (udp_receive(to, &(int){0}, sizeof(int), &address, &cut) >= 0)
        count++;
    say(role, "%d of 1000 small ones", count);
    for (int i = 0; i < 10; i++)
        send_bytes(from, big, sizeof big, &target);
    for (count = 0; udp_receive(to, big, sizeof big, &address, &cut) >= 0;)
        count++;
    say(role, "%d of 10 large ones", count);
    udp_close(from);
    udp_close(to);
    return 0;
}

static void what_finds_a_full_buffer_is_gone(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", NULL, sends_many);
    expect(f, false, WORLD_ENDED,
           "0.000 prints p 254 of 1000 small ones\n"
           "0.000 prints p 3 of 10 large ones\n"
           "0.000 process ends\n");
}

/* ---- what a link may do ---- */

static int sends_four(void *context)
{
    static const char *const texts[] = {"first", "second", "third", "fourth"};
    const struct role *role = context;
    struct udp *udp = udp_open(false);

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        send_to(role, udp, texts[i], there_at(9));
    udp_close(udp);
    return 0;
}

static int reads_for_a_while(void *context)
{
    const struct role *role = context;
    struct udp *udp = bound(role, any_at(9), false);

    rest(role, 500);
    read_all(role, udp);
    udp_close(udp);
    return 0;
}

static void play_weather(struct fixture *f, struct link_spec spec)
{
    join(f, spec);
    spawn(f, "there", f->there, reads_for_a_while);
    spawn(f, "here", f->here, sends_four);
}

static void a_datagram_that_is_lost_is_not_sent_again(void **state)
{
    struct fixture *f = *state;

    play_weather(f, (struct link_spec){.latency_ns = MS, .loss = {1, 10}});
    draw(f, "net.loss", 10, "0x00");
    expect(f, false, WORLD_ENDED,
           "0.000 choice net.loss here > there datagram 0 of 10\n"
           "0.000 choice net.loss here > there datagram lost before here > there datagram 9 of 10\n"
           "0.000 choice net.loss here > there datagram 0 of 10\n"
           "0.000 choice net.loss here > there datagram 0 of 10\n"
           "0.000 process ends\n"
           "0.500 prints there reads 'first' from 10.0.0.1:32768\n"
           "0.500 prints there reads 'third' from 10.0.0.1:32768\n"
           "0.500 prints there reads 'fourth' from 10.0.0.1:32768\n"
           "0.500 prints there reads EAGAIN\n"
           "0.500 process ends\n");
}

static void latency_that_differs_is_another_order(void **state)
{
    struct fixture *f = *state;

    play_weather(f, (struct link_spec){.latency_ns = MS, .jitter_ns = 70 * MS});
    draw(f, "net.latency", 8, "7020");
    expect(f, false, WORLD_ENDED,
           "0.000 choice net.latency here > there datagram after 71000 us before here > there "
           "datagram after 1000 us 7 of 8\n"
           "0.000 choice net.latency here > there datagram after 1000 us 0 of 8\n"
           "0.000 choice net.latency here > there datagram after 21000 us before here > there "
           "datagram after 1000 us 2 of 8\n"
           "0.000 choice net.latency here > there datagram after 1000 us 0 of 8\n"
           "0.000 process ends\n"
           "0.500 prints there reads 'second' from 10.0.0.1:32768\n"
           "0.500 prints there reads 'fourth' from 10.0.0.1:32768\n"
           "0.500 prints there reads 'third' from 10.0.0.1:32768\n"
           "0.500 prints there reads 'first' from 10.0.0.1:32768\n"
           "0.500 prints there reads EAGAIN\n"
           "0.500 process ends\n");
}

static void a_datagram_may_come_twice(void **state)
{
    struct fixture *f = *state;

    play_weather(f, (struct link_spec){.latency_ns = MS, .duplicate = {1, 4}});
    draw(f, "net.duplicate", 4, "030");
    expect(f, false, WORLD_ENDED,
           "0.000 choice net.duplicate here > there datagram 0 of 4\n"
           "0.000 choice net.duplicate here > there datagram twice before here > there datagram 3 "
           "of 4\n"
           "0.000 choice net.duplicate here > there datagram 0 of 4\n"
           "0.000 choice net.duplicate here > there datagram 0 of 4\n"
           "0.000 process ends\n"
           "0.500 prints there reads 'first' from 10.0.0.1:32768\n"
           "0.500 prints there reads 'second' from 10.0.0.1:32768\n"
           "0.500 prints there reads 'second' from 10.0.0.1:32768\n"
           "0.500 prints there reads 'third' from 10.0.0.1:32768\n"
           "0.500 prints there reads 'fourth' from 10.0.0.1:32768\n"
           "0.500 prints there reads EAGAIN\n"
           "0.500 process ends\n");
}

/* 'i' ^ 0xff is what is seen of "first": its first byte is changed unless another is drawn. */
static void a_datagram_may_come_with_a_byte_changed(void **state)
{
    struct fixture *f = *state;

    play_weather(f, (struct link_spec){.latency_ns = MS, .corrupt = {1, 2}});
    draw(f, "net.corrupt", 2, "1");
    draw(f, "net.corrupt.byte", 5, "1");
    expect(f, false, WORLD_ENDED,
           "0.000 choice net.corrupt here > there datagram corrupted before here > there datagram "
           "1 of 2\n"
           "0.000 choice net.corrupt.byte here > there datagram byte 1 before here > there "
           "datagram byte 0 1 of 5\n"
           "0.000 choice net.corrupt here > there datagram 0 of 2\n"
           "0.000 choice net.corrupt here > there datagram 0 of 2\n"
           "0.000 choice net.corrupt here > there datagram 0 of 2\n"
           "0.000 process ends\n"
           "0.500 prints there reads 'f\x96rst' from 10.0.0.1:32768\n"
           "0.500 prints there reads 'second' from 10.0.0.1:32768\n"
           "0.500 prints there reads 'third' from 10.0.0.1:32768\n"
           "0.500 prints there reads 'fourth' from 10.0.0.1:32768\n"
           "0.500 prints there reads EAGAIN\n"
           "0.500 process ends\n");
}

static int sends_an_empty_one(void *context)
{
    const struct role *role = context;
    struct udp *udp = udp_open(false);

    send_to(role, udp, "", there_at(9));
    udp_close(udp);
    return 0;
}

static void of_nothing_no_byte_changes(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){.latency_ns = MS, .corrupt = {1, 1}});
    spawn(f, "there", f->there, reads_for_a_while);
    spawn(f, "here", f->here, sends_an_empty_one);
    expect(f, false, WORLD_ENDED,
           "0.000 process ends\n"
           "0.500 prints there reads '' from 10.0.0.1:32768\n"
           "0.500 prints there reads EAGAIN\n"
           "0.500 process ends\n");
}

static int sends_three_thousand(void *context)
{
    static const char big[3000] = "big";
    struct udp *udp = udp_open(false);
    struct address to = there_at(9);

    (void)context;
    send_bytes(udp, big, sizeof big, &to);
    send_bytes(udp, big, sizeof big, &to);
    udp_close(udp);
    return 0;
}

/* 3008 bytes in parts of 1480. */
static void a_fragment_that_is_lost_loses_the_datagram(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){.latency_ns = MS, .mtu = 1500, .loss = {1, 10}});
    spawn(f, "there", f->there, reads_for_a_while);
    spawn(f, "here", f->here, sends_three_thousand);
    draw(f, "net.loss", 10, "00x000");
    expect(f, true, WORLD_ENDED,
           "0.000 choice net.loss here > there datagram 0 of 10\n"
           "0.000 choice net.loss here > there datagram 0 of 10\n"
           "0.000 choice net.loss here > there datagram lost before here > there datagram 9 of 10\n"
           "0.000 packet here > there datagram is lost (3068)\n"
           "0.000 choice net.loss here > there datagram 0 of 10\n"
           "0.000 choice net.loss here > there datagram 0 of 10\n"
           "0.000 choice net.loss here > there datagram 0 of 10\n"
           "0.000 process ends\n"
           "0.001 packet here > there datagram (3068)\n"
           "0.500 prints there reads 'big' and more from 10.0.0.1:32768\n"
           "0.500 prints there reads EAGAIN\n"
           "0.500 process ends\n");
}

/* ---- a slow link ---- */

static int sends_more_than_the_link_takes(void *context)
{
    static const char big[50000];
    const struct role *role = context;
    struct udp *udp = udp_open(false);
    struct address to = there_at(9), home = loopback_at(1);
    ssize_t rc;

    for (int i = 0; i < 2; i++) {
        int sent = 0;

        while ((rc = send_bytes(udp, big, sizeof big, &to)) >= 0)
            sent++;
        say(role, "sends %d, then %s", sent, code(rc));
        say(role, "elsewhere: %s", code(send_bytes(udp, "", 0, &home)));
        wait_until(udp, udp_writable);
        say(role, "may send");
    }
    udp_close(udp);
    return 0;
}

/* 50 028 bytes take half a second; five of them are more than may wait, two are less than half. */
static void what_waits_to_leave_the_host_keeps_more_from_being_sent(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){.bytes_per_s = 100056});
    spawn(f, "p", f->here, sends_more_than_the_link_takes);
    expect(f, false, WORLD_ENDED,
           "0.000 prints p sends 5, then EAGAIN\n"
           "0.000 prints p elsewhere: EAGAIN\n"
           "1.500 prints p may send\n"
           "1.500 prints p sends 3, then EAGAIN\n"
           "1.500 prints p elsewhere: EAGAIN\n"
           "3.000 prints p may send\n"
           "3.000 process ends\n");
}

/* ---- the end ---- */

static int leaves_all_open(void *context)
{
    const struct role *role = context;
    struct udp *udp = bound(role, loopback_at(4), false);
    struct address away = there_at(9);

    send_to(role, udp, "unread", loopback_at(4));
    send_bytes(udp, "unsent", 6, &away);
    return 0;
}

static int takes_the_port_again(void *context)
{
    const struct role *role = context;

    rest(role, 1);
    read_all(role, bound(role, loopback_at(4), false));
    process_exit(0);
}

static void with_a_process_its_sockets_are_closed(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){.bytes_per_s = 1});
    spawn(f, "p", f->here, leaves_all_open);
    spawn(f, "q", f->here, takes_the_port_again);
    expect(f, false, WORLD_ENDED,
           "0.000 process ends\n"
           "0.001 prints q reads EAGAIN\n"
           "0.001 process ends\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        TEST(a_question_and_its_answer_take_a_way_each),
        TEST(on_a_loopback_it_is_there_at_once_whole_or_cut_or_empty),
        TEST(of_those_who_share_a_port_the_one_that_is_meant_most_gets_it),
        TEST(a_socket_of_ipv6_speaks_to_both_unless_it_is_of_ipv6_only),
        TEST(who_disconnects_gives_back_a_port_that_he_did_not_ask_for),
        TEST(a_port_that_is_not_there_is_told_to_who_is_connected),
        TEST(an_answer_to_who_is_gone_is_nothing),
        TEST(without_a_network_there_is_no_way),
        TEST(a_broadcast_is_for_everybody_at_the_port_if_it_is_allowed),
        TEST(a_datagram_has_a_largest_size),
        TEST(what_finds_a_full_buffer_is_gone),
        TEST(a_datagram_that_is_lost_is_not_sent_again),
        TEST(latency_that_differs_is_another_order),
        TEST(a_datagram_may_come_twice),
        TEST(a_datagram_may_come_with_a_byte_changed),
        TEST(of_nothing_no_byte_changes),
        TEST(a_fragment_that_is_lost_loses_the_datagram),
        TEST(what_waits_to_leave_the_host_keeps_more_from_being_sent),
        TEST(with_a_process_its_sockets_are_closed),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
