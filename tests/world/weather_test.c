/*
 * weather_test.c - what goes wrong for a while: whom it meets, when, what it does, how often it
 * did.
 *
 * Most send parcels: packets that are nothing but that. What becomes of one is a line of the trace.
 */
#include "tests/world/two_hosts.h"

#include <stdio.h>

#include "world/tcp.h"
#include "world/udp.h"
#include "world/weather.h"

/* ---- parcels ---- */

struct parcel {
    struct packet packet;
    char what[16];
};

/* Send one that is called `number`. */
static void send(struct host *from, struct host *to, int number)
{
    struct packet *packet = packet_new(from->net, sizeof(struct parcel));
    struct parcel *parcel = container_of(packet, struct parcel, packet);

    snprintf(parcel->what, sizeof parcel->what, "%d", number);
    packet->from = from;
    packet->to = to;
    packet->what = parcel->what;
    packet->arrive = packet_free;
    packet->lose = packet_free;
    packet_send(packet);
    net_settle(from->net);
}

/* One each way every 100 ms, five times. */
static int sends_each_way(void *context)
{
    struct fixture *f = ((struct role *)context)->f;

    for (int i = 0; i < 5; i++) {
        send(f->here, f->there, i);
        send(f->there, f->here, i);
        rest(context, 100);
    }
    return 0;
}

/* Three at once, after 100 ms, and stay for a second. */
static int sends_three(void *context)
{
    struct fixture *f = ((struct role *)context)->f;

    rest(context, 100);
    for (int i = 0; i < 3; i++)
        send(f->here, f->there, i);
    rest(context, 900);
    return 0;
}

/* ---- weather ---- */

static const struct link_spec ten_ms = {.latency_ns = 10 * MS};

/* Everybody of that name. */
static struct target all_of(const char *name)
{
    return (struct target){.name = name};
}

static struct weather_spec between(enum weather_kind kind, int64_t at_ms, int64_t for_ms)
{
    return (struct weather_spec){.kind = kind,
                                 .at = {at_ms * MS, 0},
                                 .lasts = {for_ms * MS, 0},
                                 .targets = {all_of("here"), all_of("there")},
                                 .target_count = 2};
}

static struct weather_spec at_here(enum weather_kind kind, int64_t at_ms, int64_t for_ms)
{
    struct weather_spec spec = between(kind, at_ms, for_ms);

    spec.target_count = 1;
    return spec;
}

/* Draw as draw(), of the family weather. */
static void draw_weather(struct fixture *f, const char *label, size_t bound, const char *values)
{
    draw(f, label, bound, values);
    f->chance.open = 1u << FAMILY_weather;
}

static void expect_count(const struct weather *weather, uint64_t begun, uint64_t nobody,
                         uint64_t effects)
{
    struct weather_count count = weather_count(weather);

    assert_int_equal(count.begun, begun);
    assert_int_equal(count.nobody, nobody);
    assert_int_equal(count.effects, effects);
}

/* ---- wires ---- */

/* What is sent at 0.200 is lost at once, what was sent at 0.100 when it would arrive. */
static void a_partition_loses_what_is_sent_and_what_would_arrive_meanwhile(void **state)
{
    struct fixture *f = *state;
    struct weather_spec spec = between(WEATHER_PARTITION, 105, 100);
    struct weather *weather;

    join(f, ten_ms);
    weather = weather_add(&f->world, &spec);
    spawn(f, "it", NULL, sends_each_way);
    expect(f, true, WORLD_ENDED,
           "0.010 packet here > there 0\n"
           "0.010 packet there > here 0\n"
           "0.105 weather: partition here, there begins: here | there\n"
           "0.110 packet here > there 1 is lost in partition\n"
           "0.110 packet there > here 1 is lost in partition\n"
           "0.200 packet here > there 2 is lost in partition\n"
           "0.200 packet there > here 2 is lost in partition\n"
           "0.205 weather: partition here, there ends\n"
           "0.310 packet here > there 3\n"
           "0.310 packet there > here 3\n"
           "0.410 packet here > there 4\n"
           "0.410 packet there > here 4\n"
           "0.500 process ends\n");
    expect_count(weather, 1, 0, 4);
}

static void one_way_it_loses_what_goes_that_way(void **state)
{
    struct fixture *f = *state;
    struct weather_spec spec = between(WEATHER_ONE_WAY, 150, 200);
    struct weather *weather;

    join(f, ten_ms);
    weather = weather_add(&f->world, &spec);
    spawn(f, "it", NULL, sends_each_way);
    expect(f, true, WORLD_ENDED,
           "0.010 packet here > there 0\n"
           "0.010 packet there > here 0\n"
           "0.110 packet here > there 1\n"
           "0.110 packet there > here 1\n"
           "0.150 weather: partition-one-way here, there begins: here | there\n"
           "0.200 packet here > there 2 is lost in partition-one-way\n"
           "0.210 packet there > here 2\n"
           "0.300 packet here > there 3 is lost in partition-one-way\n"
           "0.310 packet there > here 3\n"
           "0.350 weather: partition-one-way here, there ends\n"
           "0.410 packet here > there 4\n"
           "0.410 packet there > here 4\n"
           "0.500 process ends\n");
    expect_count(weather, 1, 0, 2);
}

static int sends_to_itself(void *context)
{
    struct fixture *f = ((struct role *)context)->f;

    rest(context, 150);
    send(f->here, f->here, 1);
    send(f->here, f->there, 2);
    return 0;
}

/* On the other side are all, itself among them. */
static void nobody_is_parted_from_himself(void **state)
{
    struct fixture *f = *state;
    struct weather_spec spec = between(WEATHER_PARTITION, 100, 100);

    spec.targets[1] = all_of(NULL);
    join(f, ten_ms);
    weather_add(&f->world, &spec);
    spawn(f, "it", NULL, sends_to_itself);
    expect(f, true, WORLD_ENDED,
           "0.100 weather: partition here, all begins: here | here, there\n"
           "0.150 packet here > here 1\n"
           "0.150 packet here > there 2 is lost in partition\n"
           "0.150 process ends\n");
}

/* To the end of the world. */
static void weather_that_ends_never_goes_on_to_the_end(void **state)
{
    struct fixture *f = *state;
    struct weather_spec spec = between(WEATHER_PARTITION, 250, 0);
    struct weather *weather;

    spec.lasts.ns = WEATHER_LASTS;
    join(f, ten_ms);
    weather = weather_add(&f->world, &spec);
    spawn(f, "it", NULL, sends_each_way);
    expect(f, false, WORLD_ENDED,
           "0.250 weather: partition here, there begins: here | there\n"
           "0.500 process ends\n");
    expect_count(weather, 1, 0, 4);
}

static void what_a_clog_keeps_back_arrives_when_it_ends_as_it_came(void **state)
{
    struct fixture *f = *state;
    struct weather_spec spec = between(WEATHER_CLOG, 50, 300);
    struct weather *weather;

    join(f, ten_ms);
    weather = weather_add(&f->world, &spec);
    spawn(f, "it", NULL, sends_three);
    expect(f, true, WORLD_ENDED,
           "0.050 weather: clog here, there begins: here | there\n"
           "0.110 packet here > there 0 waits in clog\n"
           "0.110 packet here > there 1 waits in clog\n"
           "0.110 packet here > there 2 waits in clog\n"
           "0.350 weather: clog here, there ends\n"
           "0.350 packet here > there 0\n"
           "0.350 packet here > there 1\n"
           "0.350 packet here > there 2\n"
           "1.000 process ends\n");
    expect_count(weather, 1, 0, 3);
}

static void what_is_held_is_released_in_an_order_that_is_drawn(void **state)
{
    struct fixture *f = *state;
    struct weather_spec spec = between(WEATHER_HOLD, 50, 300);

    join(f, ten_ms);
    draw_weather(f, "weather.happens", 2, "0");
    tape_add(&f->script, "weather.release", 2, 3, "");
    tape_add(&f->script, "weather.release", 1, 2, "");
    weather_add(&f->world, &spec);
    spawn(f, "it", NULL, sends_three);
    expect(f, true, WORLD_ENDED,
           "0.050 choice weather.happens hold here, there at 0.050 0 of 2\n"
           "0.050 weather: hold here, there begins: here | there\n"
           "0.110 packet here > there 0 waits in hold\n"
           "0.110 packet here > there 1 waits in hold\n"
           "0.110 packet here > there 2 waits in hold\n"
           "0.350 weather: hold here, there ends\n"
           "0.350 choice weather.release hold here, there: here > there 2 before hold here, there: "
           "here > there 0 2 of 3\n"
           "0.350 choice weather.release hold here, there: here > there 1 before hold here, there: "
           "here > there 0 1 of 2\n"
           "0.350 packet here > there 2\n"
           "0.350 packet here > there 1\n"
           "0.350 packet here > there 0\n"
           "1.000 process ends\n");
}

static void what_two_clogs_keep_back_waits_for_the_end_of_both(void **state)
{
    struct fixture *f = *state;
    struct weather_spec one = between(WEATHER_CLOG, 50, 150), two = between(WEATHER_HOLD, 100, 250);

    join(f, ten_ms);
    weather_add(&f->world, &one);
    weather_add(&f->world, &two);
    spawn(f, "it", NULL, sends_three);
    expect(f, true, WORLD_ENDED,
           "0.050 weather: clog here, there begins: here | there\n"
           "0.100 weather: hold here, there begins: here | there\n"
           "0.110 packet here > there 0 waits in clog\n"
           "0.110 packet here > there 1 waits in clog\n"
           "0.110 packet here > there 2 waits in clog\n"
           "0.200 weather: clog here, there ends\n"
           "0.200 packet here > there 0 waits in hold\n"
           "0.200 packet here > there 1 waits in hold\n"
           "0.200 packet here > there 2 waits in hold\n"
           "0.350 weather: hold here, there ends\n"
           "0.350 packet here > there 0\n"
           "0.350 packet here > there 1\n"
           "0.350 packet here > there 2\n"
           "1.000 process ends\n");
}

static void a_loss_burst_loses_what_is_drawn_and_without_chance_nothing(void **state)
{
    struct fixture *f = *state;
    struct weather_spec spec = between(WEATHER_LOSS, 50, 300);
    struct weather *weather;

    spec.loss = (struct ratio){1, 4};
    join(f, ten_ms);
    draw_weather(f, "weather.happens", 2, "0");
    tape_add(&f->script, "weather.loss", 0, 4, "");
    tape_add(&f->script, "weather.loss", 3, 4, "");
    tape_add(&f->script, "weather.loss", 2, 4, "");
    weather = weather_add(&f->world, &spec);
    spawn(f, "it", NULL, sends_three);
    expect(f, true, WORLD_ENDED,
           "0.050 choice weather.happens loss here, there at 0.050 0 of 2\n"
           "0.050 weather: loss here, there begins: here | there\n"
           "0.100 choice weather.loss here > there 0 0 of 4\n"
           "0.100 choice weather.loss here > there 1 lost before here > there 1 3 of 4\n"
           "0.100 packet here > there 1 is lost in loss\n"
           "0.100 choice weather.loss here > there 2 0 of 4\n"
           "0.110 packet here > there 0\n"
           "0.110 packet here > there 2\n"
           "0.350 weather: loss here, there ends\n"
           "1.000 process ends\n");
    expect_count(weather, 1, 0, 1);
}

static void a_loss_of_everything_needs_no_chance(void **state)
{
    struct fixture *f = *state;
    struct weather_spec all = between(WEATHER_LOSS, 50, 300), some = all;
    struct weather *first, *second;

    all.loss = (struct ratio){1, 1};
    some.loss = (struct ratio){1, 2};
    join(f, ten_ms);
    first = weather_add(&f->world, &some);
    second = weather_add(&f->world, &all);
    spawn(f, "it", NULL, sends_three);
    expect(f, false, WORLD_ENDED,
           "0.050 weather: loss here, there begins: here | there\n"
           "0.050 weather: loss here, there begins: here | there\n"
           "0.350 weather: loss here, there ends\n"
           "0.350 weather: loss here, there ends\n"
           "1.000 process ends\n");
    expect_count(first, 1, 0, 0);
    expect_count(second, 1, 0, 3);
}

/* What is on its way already comes in time. */
static void a_latency_burst_delays_what_is_sent_meanwhile(void **state)
{
    struct fixture *f = *state;
    struct weather_spec spec = between(WEATHER_LATENCY, 105, 250);
    struct weather *weather;

    spec.amount = 70 * MS;
    join(f, ten_ms);
    weather = weather_add(&f->world, &spec);
    spawn(f, "it", NULL, sends_each_way);
    expect(f, true, WORLD_ENDED,
           "0.010 packet here > there 0\n"
           "0.010 packet there > here 0\n"
           "0.105 weather: latency here, there begins: here | there\n"
           "0.110 packet here > there 1\n"
           "0.110 packet there > here 1\n"
           "0.280 packet here > there 2\n"
           "0.280 packet there > here 2\n"
           "0.355 weather: latency here, there ends\n"
           "0.380 packet here > there 3\n"
           "0.380 packet there > here 3\n"
           "0.410 packet here > there 4\n"
           "0.410 packet there > here 4\n"
           "0.500 process ends\n");
    expect_count(weather, 1, 0, 4);
}

/* ---- swizzle ---- */

/* Four, each of which sends to the next, every 100 ms. */
static int sends_round(void *context)
{
    struct fixture *f = ((struct role *)context)->f;
    struct host *hosts[8];
    int count = 0;

    list_for_each(node, &f->world.net->hosts) {
        hosts[count++] = container_of(node, struct host, link);
    }
    for (int i = 0; i < 5; i++) {
        for (int j = 1; j < count; j++)
            send(hosts[j], hosts[j + 1 < count ? j + 1 : 1], j);
        rest(context, 100);
    }
    return 0;
}

/* Hosts of no address, which parcels do not need. */
static void add_replicas(struct fixture *f, int count)
{
    static const char *const names[] = {"replica.1", "replica.2", "replica.3", "replica.4",
                                        "replica.5"};

    for (int i = 0; i < count; i++)
        host_add(&f->world, names[i]);
}

/* Without the first; the third before the second; set free in the order in which they are. */
static void a_swizzle_clogs_one_by_one_and_frees_in_another_order(void **state)
{
    struct fixture *f = *state;
    struct weather_spec spec = {.kind = WEATHER_SWIZZLE,
                                .at = {50 * MS, 0},
                                .lasts = {400 * MS, 0},
                                .targets = {all_of("replica")},
                                .target_count = 1};
    struct weather *weather;

    add_replicas(f, 3);
    draw_weather(f, "weather.happens", 2, "0");
    tape_add(&f->script, "weather.part", 1, 2, "");
    tape_add(&f->script, "weather.part", 0, 2, "");
    tape_add(&f->script, "weather.part", 0, 2, "");
    tape_add(&f->script, "weather.order", 1, 2, "");
    weather = weather_add(&f->world, &spec);
    spawn(f, "it", NULL, sends_round);
    expect(f, true, WORLD_ENDED,
           "0.000 packet replica.1 > replica.2 1\n"
           "0.000 packet replica.2 > replica.3 2\n"
           "0.000 packet replica.3 > replica.1 3\n"
           "0.050 choice weather.happens swizzle replica at 0.050 0 of 2\n"
           "0.050 weather: swizzle replica begins: replica.1, replica.2, replica.3\n"
           "0.050 choice weather.part swizzle replica: without replica.1 before swizzle replica: "
           "with replica.1 1 of 2\n"
           "0.050 choice weather.part swizzle replica: with replica.2 0 of 2\n"
           "0.050 choice weather.part swizzle replica: with replica.3 0 of 2\n"
           "0.050 choice weather.order swizzle replica: replica.3 next before swizzle replica: "
           "replica.2 next 1 of 2\n"
           "0.050 choice weather.order swizzle replica: replica.2 next 0 of 2\n"
           "0.050 weather: swizzle replica clogs replica.3\n"
           "0.100 packet replica.1 > replica.2 1\n"
           "0.100 packet replica.2 > replica.3 2 waits in swizzle\n"
           "0.100 packet replica.3 > replica.1 3 waits in swizzle\n"
           "0.150 weather: swizzle replica clogs replica.2\n"
           "0.200 packet replica.1 > replica.2 1 waits in swizzle\n"
           "0.200 packet replica.2 > replica.3 2 waits in swizzle\n"
           "0.200 packet replica.3 > replica.1 3 waits in swizzle\n"
           "0.250 weather: swizzle replica frees replica.2\n"
           "0.250 packet replica.1 > replica.2 1\n"
           "0.300 packet replica.1 > replica.2 1\n"
           "0.300 packet replica.2 > replica.3 2 waits in swizzle\n"
           "0.300 packet replica.3 > replica.1 3 waits in swizzle\n"
           "0.350 weather: swizzle replica frees replica.3\n"
           "0.350 packet replica.2 > replica.3 2\n"
           "0.350 packet replica.3 > replica.1 3\n"
           "0.350 packet replica.2 > replica.3 2\n"
           "0.350 packet replica.3 > replica.1 3\n"
           "0.350 packet replica.2 > replica.3 2\n"
           "0.350 packet replica.3 > replica.1 3\n"
           "0.400 packet replica.1 > replica.2 1\n"
           "0.400 packet replica.2 > replica.3 2\n"
           "0.400 packet replica.3 > replica.1 3\n"
           "0.450 weather: swizzle replica ends\n"
           "0.500 process ends\n");
    expect_count(weather, 1, 0, 7);
}

static void a_swizzle_clogs_what_others_send_and_get_too(void **state)
{
    struct fixture *f = *state;
    struct weather_spec spec = at_here(WEATHER_SWIZZLE, 50, 300);
    struct weather *weather;

    join(f, ten_ms);
    weather = weather_add(&f->world, &spec);
    spawn(f, "it", NULL, sends_each_way);
    expect(f, true, WORLD_ENDED,
           "0.010 packet here > there 0\n"
           "0.010 packet there > here 0\n"
           "0.050 weather: swizzle here begins: here\n"
           "0.050 weather: swizzle here clogs here\n"
           "0.110 packet here > there 1 waits in swizzle\n"
           "0.110 packet there > here 1 waits in swizzle\n"
           "0.200 weather: swizzle here frees here\n"
           "0.200 packet here > there 1\n"
           "0.200 packet there > here 1\n"
           "0.210 packet here > there 2\n"
           "0.210 packet there > here 2\n"
           "0.310 packet here > there 3\n"
           "0.310 packet there > here 3\n"
           "0.350 weather: swizzle here ends\n"
           "0.410 packet here > there 4\n"
           "0.410 packet there > here 4\n"
           "0.500 process ends\n");
    expect_count(weather, 1, 0, 2);
}

/* ---- connections ---- */

static void wait_until(struct tcp *tcp, bool (*is)(const struct tcp *tcp))
{
    socket_watch((struct socket *)tcp, wake, thread_current());
    while (!is(tcp))
        thread_block(WORLD_NEVER, "a test");
    socket_watch((struct socket *)tcp, NULL, NULL);
}

static bool settled(const struct tcp *tcp)
{
    return !tcp_connecting(tcp);
}

static void read_once(const struct role *role, struct tcp *tcp)
{
    char byte;
    ssize_t count;

    wait_until(tcp, tcp_readable);
    count = tcp_receive(tcp, &byte, 1);
    say(role, "reads %s", count > 0 ? "a byte" : count == 0 ? "the end" : code(count));
}

/* Connect, and read what comes. */
static int connects(void *context)
{
    const struct role *role = context;
    struct address address = address_v4(10, 0, 0, 2, 80);
    struct tcp *tcp = tcp_open(false);

    tcp_connect(tcp, &address);
    wait_until(tcp, settled);
    say(role, "connects: %s", code(tcp_error(tcp)));
    if (!tcp_over(tcp))
        read_once(role, tcp);
    return 0;
}

/* Connect again 100 ms later. */
static int connects_twice(void *context)
{
    connects(context);
    rest(context, 100);
    connects(context);
    return 0;
}

/* Accept and read, `count` times; and have a socket that has no connections. */
static int accepts(void *context, int count)
{
    const struct role *role = context;
    struct address address = address_v4(0, 0, 0, 0, 80);
    struct tcp *listener = tcp_open(false);

    socket_bind((struct socket *)listener, &address, true, false);
    tcp_listen(listener, 8);
    udp_open(false);
    for (int i = 0; i < count; i++) {
        wait_until(listener, tcp_readable);
        read_once(role, tcp_accept(listener));
    }
    return 0;
}

static int accepts_one(void *context)
{
    return accepts(context, 1);
}

static int accepts_two(void *context)
{
    return accepts(context, 2);
}

/* The second time there is nothing to be reset, and nobody waits for it. */
static void a_reset_ends_connections_on_both_sides(void **state)
{
    struct fixture *f = *state;
    struct weather_spec spec = between(WEATHER_RESET, 100, 0);
    struct weather *weather;

    spec.every_ns = 1000 * MS;
    join(f, ten_ms);
    weather = weather_add(&f->world, &spec);
    spawn(f, "server", f->there, accepts_two);
    spawn(f, "client", f->here, connects);
    expect(f, false, WORLD_QUIET,
           "0.020 prints client connects: ok\n"
           "0.100 weather: reset here, there: here | there\n"
           "0.100 prints client reads ECONNRESET\n"
           "0.100 process ends\n"
           "0.100 prints server reads ECONNRESET\n"
           "1.100 weather: reset here, there: here | there\n"
           "1.100 nothing can happen any more\n");
    expect_count(weather, 2, 0, 2);
}

static void a_reset_of_others_leaves_a_connection_alone(void **state)
{
    struct fixture *f = *state;
    struct weather_spec spec = at_here(WEATHER_RESET, 100, 0);
    struct weather *weather;

    join(f, ten_ms);
    host_add(&f->world, "third");
    spec.targets[0] = all_of("third");
    weather = weather_add(&f->world, &spec);
    spawn(f, "server", f->there, accepts_one);
    spawn(f, "client", f->here, connects);
    expect(f, false, WORLD_QUIET,
           "0.020 prints client connects: ok\n"
           "0.100 weather: reset third: third | here, there\n"
           "0.100 nothing can happen any more\n");
    expect_count(weather, 1, 0, 0);
}

static void who_asks_to_connect_is_refused_for_a_while(void **state)
{
    struct fixture *f = *state;
    struct weather_spec spec = between(WEATHER_REFUSE, 0, 50),
                        reset = between(WEATHER_RESET, 300, 0);
    struct weather *weather;

    spec.targets[0] = all_of("there");
    spec.target_count = 1;
    join(f, ten_ms);
    weather = weather_add(&f->world, &spec);
    weather_add(&f->world, &reset);
    spawn(f, "server", f->there, accepts_one);
    spawn(f, "client", f->here, connects_twice);
    expect(f, false, WORLD_ENDED,
           "0.000 weather: refuse there begins: there | here\n"
           "0.020 prints client connects: ECONNREFUSED\n"
           "0.050 weather: refuse there ends\n"
           "0.140 prints client connects: ok\n"
           "0.300 weather: reset here, there: here | there\n"
           "0.300 prints client reads ECONNRESET\n"
           "0.300 process ends\n"
           "0.300 prints server reads ECONNRESET\n"
           "0.300 process ends\n");
    expect_count(weather, 1, 0, 1);
}

/* It refuses, and asks others all the same. */
static void who_refuses_may_connect_itself(void **state)
{
    struct fixture *f = *state;
    struct weather_spec spec = at_here(WEATHER_REFUSE, 0, 50),
                        reset = between(WEATHER_RESET, 300, 0);
    struct weather *weather;

    join(f, ten_ms);
    weather = weather_add(&f->world, &spec);
    weather_add(&f->world, &reset);
    spawn(f, "server", f->there, accepts_one);
    spawn(f, "client", f->here, connects);
    expect(f, false, WORLD_ENDED,
           "0.000 weather: refuse here begins: here | there\n"
           "0.020 prints client connects: ok\n"
           "0.050 weather: refuse here ends\n"
           "0.300 weather: reset here, there: here | there\n"
           "0.300 prints client reads ECONNRESET\n"
           "0.300 process ends\n"
           "0.300 prints server reads ECONNRESET\n"
           "0.300 process ends\n");
    expect_count(weather, 1, 0, 0);
}

/* Where nobody listens it would have been refused all the same. */
static void what_is_refused_anyway_is_no_effect(void **state)
{
    struct fixture *f = *state;
    struct weather_spec spec = between(WEATHER_REFUSE, 0, 50);
    struct weather *weather;

    spec.targets[0] = all_of("there");
    spec.target_count = 1;
    join(f, ten_ms);
    weather = weather_add(&f->world, &spec);
    spawn(f, "client", f->here, connects);
    expect(f, false, WORLD_ENDED,
           "0.000 weather: refuse there begins: there | here\n"
           "0.020 prints client connects: ECONNREFUSED\n"
           "0.020 process ends\n");
    expect_count(weather, 1, 0, 0);
}

/* ---- hosts ---- */

static int looks_at_its_clocks(void *context)
{
    const struct role *role = context;

    for (int i = 0; i < 3; i++) {
        thread_block_by_clock(process_clock() + 100 * MS, "a test");
        say(role, "sees %lld ms", (long long)process_civil() / MS);
    }
    return 0;
}

static void a_step_is_of_the_civil_clock_alone_and_goes_back_if_it_ends(void **state)
{
    struct fixture *f = *state;
    struct weather_spec spec = at_here(WEATHER_STEP, 150, 100);
    struct weather *weather;

    spec.amount = -5000 * MS;
    join(f, ten_ms);
    weather = weather_add(&f->world, &spec);
    spawn(f, "here", f->here, looks_at_its_clocks);
    expect(f, false, WORLD_ENDED,
           "0.100 prints here sees 100 ms\n"
           "0.150 weather: clock-step here begins: here\n"
           "0.200 prints here sees -4800 ms\n"
           "0.250 weather: clock-step here ends\n"
           "0.300 prints here sees 300 ms\n"
           "0.300 process ends\n");
    expect_count(weather, 1, 0, 1);
}

/* It is a quarter too fast from 0.150 on: what is left of a wait is over sooner. */
static void a_drift_is_of_both_clocks_and_counts_to_the_end_of_the_world(void **state)
{
    struct fixture *f = *state;
    struct weather_spec spec = at_here(WEATHER_DRIFT, 150, 0);
    struct weather *weather;

    spec.amount = 250000;
    spec.lasts.ns = WEATHER_LASTS;
    join(f, ten_ms);
    weather = weather_add(&f->world, &spec);
    spawn(f, "here", f->here, looks_at_its_clocks);
    spawn(f, "there", f->there, looks_at_its_clocks);
    expect(f, false, WORLD_ENDED,
           "0.100 prints here sees 100 ms\n"
           "0.100 prints there sees 100 ms\n"
           "0.150 weather: clock-drift here begins: here\n"
           "0.190 prints here sees 200 ms\n"
           "0.200 prints there sees 200 ms\n"
           "0.270 prints here sees 300 ms\n"
           "0.270 process ends\n"
           "0.300 prints there sees 300 ms\n"
           "0.300 process ends\n");
    expect_count(weather, 1, 0, 3);
}

static void a_pause_counts_what_would_have_run(void **state)
{
    struct fixture *f = *state;
    struct weather_spec spec = at_here(WEATHER_PAUSE, 150, 200);
    struct weather *weather;

    join(f, ten_ms);
    weather = weather_add(&f->world, &spec);
    spawn(f, "here", f->here, looks_at_its_clocks);
    expect(f, false, WORLD_ENDED,
           "0.100 prints here sees 100 ms\n"
           "0.150 weather: pause here begins: here\n"
           "0.350 weather: pause here ends\n"
           "0.350 prints here sees 350 ms\n"
           "0.450 prints here sees 450 ms\n"
           "0.450 process ends\n");
    expect_count(weather, 1, 0, 1);
}

static int computes_twice(void *context)
{
    const struct role *role = context;

    for (int i = 0; i < 2; i++) {
        thread_busy(100 * MS, "computing");
        say(role, "is done");
    }
    return 0;
}

/* 50 ms, the other 50 in 150, and then 50 of the second 100. */
static void a_slow_host_takes_longer_for_what_it_computes(void **state)
{
    struct fixture *f = *state;
    struct weather_spec spec = at_here(WEATHER_SLOW, 50, 300);
    struct weather *weather;

    spec.amount = 3;
    join(f, ten_ms);
    weather = weather_add(&f->world, &spec);
    spawn(f, "here", f->here, computes_twice);
    expect(f, false, WORLD_ENDED,
           "0.050 weather: slow here begins: here\n"
           "0.200 prints here is done\n"
           "0.350 weather: slow here ends\n"
           "0.400 prints here is done\n"
           "0.400 process ends\n");
    expect_count(weather, 1, 0, 2);
}

/* ---- whom ---- */

static int lives_a_second(void *context)
{
    rest(context, 1000);
    return 0;
}

/* What a target means, of replica.1 to .4, here and there. */
static void expect_targets(struct fixture *f, struct target target, const char *who)
{
    struct weather_spec spec = {.kind = WEATHER_STEP,
                                .at = {500 * MS, 0},
                                .lasts = {WEATHER_LASTS, 0},
                                .targets = {target},
                                .target_count = 1};

    join(f, ten_ms);
    add_replicas(f, 4);
    host_add(&f->world, "replica.x");
    weather_add(&f->world, &spec);
    spawn(f, "it", NULL, lives_a_second);
    expect(f, false, WORLD_ENDED, who);
}

static void a_name_is_a_host_s_or_that_of_several(void **state)
{
    expect_targets(*state, all_of("replica"),
                   "0.500 weather: clock-step replica begins: replica.1, replica.2, replica.3, "
                   "replica.4\n"
                   "1.000 process ends\n");
}

static void one_of_several_is_the_first_unless_it_is_drawn(void **state)
{
    expect_targets(*state, (struct target){.quota = TARGET_SOME, .count = 1, .name = "replica"},
                   "0.500 weather: clock-step one of replica begins: replica.1\n"
                   "1.000 process ends\n");
}

static void a_majority_is_drawn_one_after_the_other(void **state)
{
    struct fixture *f = *state;

    draw_weather(f, "weather.happens", 2, "0");
    tape_add(&f->script, "weather.who", 3, 4, "");
    tape_add(&f->script, "weather.who", 1, 3, "");
    expect_targets(f, (struct target){.quota = TARGET_MAJORITY, .name = "replica"},
                   "0.500 choice weather.happens clock-step majority of replica at 0.500 0 of 2\n"
                   "0.500 choice weather.who clock-step majority of replica: replica.4 before "
                   "clock-step majority of replica: replica.1 3 of 4\n"
                   "0.500 choice weather.who clock-step majority of replica: replica.2 before "
                   "clock-step majority of replica: replica.1 1 of 3\n"
                   "0.500 choice weather.who clock-step majority of replica: replica.1 0 of 2\n"
                   "0.500 weather: clock-step majority of replica begins: replica.1, replica.2, "
                   "replica.4\n"
                   "1.000 process ends\n");
}

static void more_than_there_are_is_all_of_them(void **state)
{
    expect_targets(*state, (struct target){.quota = TARGET_SOME, .count = 3, .name = "here"},
                   "0.500 weather: clock-step 3 of here begins: here\n"
                   "1.000 process ends\n");
}

static void every_host_is_every_one_that_was_declared(void **state)
{
    expect_targets(*state, all_of(NULL),
                   "0.500 weather: clock-step all begins: here, there, replica.1, replica.2, "
                   "replica.3, replica.4, replica.x\n"
                   "1.000 process ends\n");
}

static void where_none_was_declared_it_is_the_one_there_is(void **state)
{
    struct fixture *f = *state;
    struct weather_spec spec = {.kind = WEATHER_STEP,
                                .lasts = {WEATHER_LASTS, 0},
                                .target_count = 1,
                                .amount = 1};

    weather_add(&f->world, &spec);
    spawn(f, "it", NULL, lives_a_second);
    expect(f, false, WORLD_ENDED,
           "0.000 weather: clock-step all begins: localhost\n"
           "1.000 process ends\n");
}

static void the_rest_is_all_that_are_not_on_the_first_side(void **state)
{
    struct fixture *f = *state;
    struct weather_spec spec = {.kind = WEATHER_PARTITION,
                                .lasts = {WEATHER_LASTS, 0},
                                .targets = {{.quota = TARGET_MAJORITY, .name = "replica"},
                                            {.quota = TARGET_REST, .name = "replica"}},
                                .target_count = 2};

    join(f, ten_ms);
    add_replicas(f, 5);
    weather_add(&f->world, &spec);
    spawn(f, "it", NULL, lives_a_second);
    expect(f, false, WORLD_ENDED,
           "0.000 weather: partition majority of replica, rest of replica begins: replica.1, "
           "replica.2, replica.3 | replica.4, replica.5\n"
           "1.000 process ends\n");
}

/* Leads from 200 ms on, and follows from 400. */
static int leads_for_a_while(void *context)
{
    rest(context, 200);
    process_set_role("leader");
    rest(context, 200);
    process_set_role(NULL);
    rest(context, 200);
    return 0;
}

/* It has the role still when it has ended. */
static int leads_and_ends(void *context)
{
    process_set_role("leader");
    rest(context, 500);
    return 0;
}

static void a_role_is_who_has_it_at_the_time(void **state)
{
    struct fixture *f = *state;
    struct weather_spec spec = at_here(WEATHER_STEP, 100, 50);
    struct weather *weather;

    spec.targets[0] = all_of("leader");
    spec.every_ns = 200 * MS;
    join(f, ten_ms);
    weather = weather_add(&f->world, &spec);
    spawn(f, "one", f->there, leads_for_a_while);
    spawn(f, "another", f->here, leads_and_ends);
    expect(f, false, WORLD_ENDED,
           "0.100 weather: clock-step leader begins: here\n"
           "0.150 weather: clock-step leader ends\n"
           "0.300 weather: clock-step leader begins: here, there\n"
           "0.350 weather: clock-step leader ends\n"
           "0.500 process ends\n"
           "0.500 weather: clock-step leader: there is nobody\n"
           "0.600 process ends\n");
    expect_count(weather, 2, 1, 0);
}

static void a_partition_from_nobody_is_none(void **state)
{
    struct fixture *f = *state;
    struct weather_spec spec = between(WEATHER_PARTITION, 100, 50);
    struct weather *weather;

    spec.targets[1] = all_of("leader");
    join(f, ten_ms);
    weather = weather_add(&f->world, &spec);
    spawn(f, "it", f->there, lives_a_second);
    expect(f, false, WORLD_ENDED,
           "0.100 weather: partition here, leader: there is nobody\n"
           "1.000 process ends\n");
    expect_count(weather, 0, 1, 0);
}

/* ---- when ---- */

static void what_comes_again_comes_a_period_later(void **state)
{
    struct fixture *f = *state;
    struct weather_spec spec = at_here(WEATHER_PAUSE, 100, 50);
    struct weather *weather;

    spec.every_ns = 400 * MS;
    join(f, ten_ms);
    weather = weather_add(&f->world, &spec);
    spawn(f, "it", f->there, lives_a_second);
    expect(f, false, WORLD_ENDED,
           "0.100 weather: pause here begins: here\n"
           "0.150 weather: pause here ends\n"
           "0.500 weather: pause here begins: here\n"
           "0.550 weather: pause here ends\n"
           "0.900 weather: pause here begins: here\n"
           "0.950 weather: pause here ends\n"
           "1.000 process ends\n");
    expect_count(weather, 3, 0, 0);
}

/* The second comes not at all; each draw of a time is before the one that it is about. */
static void when_and_how_long_and_whether_is_drawn(void **state)
{
    struct fixture *f = *state;
    struct weather_spec spec = at_here(WEATHER_PAUSE, 100, 50);

    spec.at.more_ns = 150 * MS;
    spec.lasts.more_ns = 30 * MS;
    spec.every_ns = 300 * MS;
    join(f, ten_ms);
    draw_weather(f, "weather.when", 16, "x");
    tape_add(&f->script, "weather.happens", 0, 2, "");
    tape_add(&f->script, "weather.length", 5, 16, "");
    tape_add(&f->script, "weather.when", 1, 16, "");
    tape_add(&f->script, "weather.happens", 1, 2, "");
    weather_add(&f->world, &spec);
    spawn(f, "it", f->there, lives_a_second);
    expect(f, false, WORLD_ENDED,
           "0.000 choice weather.when pause here at 0.250 before pause here at 0.100 15 of 16\n"
           "0.250 choice weather.happens pause here at 0.250 0 of 2\n"
           "0.250 weather: pause here begins: here\n"
           "0.250 choice weather.length pause here for 0.060 before pause here for 0.050 5 of 16\n"
           "0.250 choice weather.when pause here at 0.410 before pause here at 0.400 1 of 16\n"
           "0.310 weather: pause here ends\n"
           "0.410 choice weather.happens no pause here at 0.410 before pause here at 0.410 1 of 2\n"
           "0.410 choice weather.when pause here at 0.700 0 of 16\n"
           "0.700 choice weather.happens pause here at 0.700 0 of 2\n"
           "0.700 weather: pause here begins: here\n"
           "0.700 choice weather.length pause here for 0.050 0 of 16\n"
           "0.700 choice weather.when pause here at 1.000 0 of 16\n"
           "0.750 weather: pause here ends\n"
           "1.000 process ends\n");
}

static int waits_for_ever(void *context)
{
    (void)context;
    thread_block(WORLD_NEVER, "a test");
    return 0;
}

/* Nor before that: what ends the pause might have been what somebody waits for. */
static void the_world_does_not_go_on_for_weather_alone(void **state)
{
    struct fixture *f = *state;
    struct weather_spec spec = between(WEATHER_PARTITION, 100, 50),
                        pause = at_here(WEATHER_PAUSE, 0, 250);

    spec.every_ns = 200 * MS;
    join(f, ten_ms);
    weather_add(&f->world, &spec);
    weather_add(&f->world, &pause);
    spawn(f, "sender", NULL, sends_three);
    spawn(f, "it", f->there, waits_for_ever);
    expect(f, false, WORLD_QUIET,
           "0.000 weather: pause here begins: here\n"
           "0.100 weather: partition here, there begins: here | there\n"
           "0.150 weather: partition here, there ends\n"
           "0.250 weather: pause here ends\n"
           "0.300 weather: partition here, there begins: here | there\n"
           "0.350 weather: partition here, there ends\n"
           "0.500 weather: partition here, there begins: here | there\n"
           "0.550 weather: partition here, there ends\n"
           "0.700 weather: partition here, there begins: here | there\n"
           "0.750 weather: partition here, there ends\n"
           "0.900 weather: partition here, there begins: here | there\n"
           "0.950 weather: partition here, there ends\n"
           "1.000 process ends\n"
           "1.000 nothing can happen any more\n");
}

static void every_kind_has_a_name_and_says_what_it_is_about(void **state)
{
    (void)state;
    for (enum weather_kind kind = 0; kind < WEATHER_KIND_COUNT; kind++)
        assert_int_equal(weather_kind(weather_words(kind)->name), kind);
    assert_int_equal(weather_kind("hail"), WEATHER_KIND_COUNT);
    assert_int_equal(weather_words(WEATHER_PAUSE)->about, WEATHER_HOSTS);
    assert_int_equal(weather_words(WEATHER_CLOG)->about, WEATHER_SIDES);
    assert_int_equal(weather_words(WEATHER_ONE_WAY)->about, WEATHER_TWO);
    assert_int_equal(weather_words(WEATHER_DRIFT)->amount, WEATHER_PPM);
    assert_int_equal(weather_words(WEATHER_PAUSE)->amount, WEATHER_NONE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_partition_loses_what_is_sent_and_what_would_arrive_meanwhile),
        TEST(one_way_it_loses_what_goes_that_way),
        TEST(nobody_is_parted_from_himself),
        TEST(weather_that_ends_never_goes_on_to_the_end),
        TEST(what_a_clog_keeps_back_arrives_when_it_ends_as_it_came),
        TEST(what_is_held_is_released_in_an_order_that_is_drawn),
        TEST(what_two_clogs_keep_back_waits_for_the_end_of_both),
        TEST(a_loss_burst_loses_what_is_drawn_and_without_chance_nothing),
        TEST(a_loss_of_everything_needs_no_chance),
        TEST(a_latency_burst_delays_what_is_sent_meanwhile),
        TEST(a_swizzle_clogs_one_by_one_and_frees_in_another_order),
        TEST(a_swizzle_clogs_what_others_send_and_get_too),
        TEST(a_reset_ends_connections_on_both_sides),
        TEST(a_reset_of_others_leaves_a_connection_alone),
        TEST(who_asks_to_connect_is_refused_for_a_while),
        TEST(who_refuses_may_connect_itself),
        TEST(what_is_refused_anyway_is_no_effect),
        TEST(a_step_is_of_the_civil_clock_alone_and_goes_back_if_it_ends),
        TEST(a_drift_is_of_both_clocks_and_counts_to_the_end_of_the_world),
        TEST(a_pause_counts_what_would_have_run),
        TEST(a_slow_host_takes_longer_for_what_it_computes),
        TEST(a_name_is_a_host_s_or_that_of_several),
        TEST(one_of_several_is_the_first_unless_it_is_drawn),
        TEST(a_majority_is_drawn_one_after_the_other),
        TEST(more_than_there_are_is_all_of_them),
        TEST(every_host_is_every_one_that_was_declared),
        TEST(where_none_was_declared_it_is_the_one_there_is),
        TEST(the_rest_is_all_that_are_not_on_the_first_side),
        TEST(a_role_is_who_has_it_at_the_time),
        TEST(a_partition_from_nobody_is_none),
        TEST(what_comes_again_comes_a_period_later),
        TEST(when_and_how_long_and_whether_is_drawn),
        TEST(the_world_does_not_go_on_for_weather_alone),
        TEST(every_kind_has_a_name_and_says_what_it_is_about),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
