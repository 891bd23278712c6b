/*
 * hosts_test.c - scenario files with hosts: who they are, what lies between them, what they end
 * with; and what is said of those that are wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "scenario/scenario.h"

#define MS INT64_C(1000000)

static struct scenario *parse(const char *text, struct mistake *mistake)
{
    struct source source;
    struct scenario *scenario;

    assert_true(source_from_bytes(&source, "a.yaml", text, strlen(text), mistake));
    scenario = scenario_parse(&source, mistake);
    source_free(&source);
    return scenario;
}

static struct scenario *read(const char *text)
{
    struct mistake mistake;
    struct scenario *scenario = parse(text, &mistake);

    if (scenario == NULL)
        fail_msg("%s", mistake.text);
    return scenario;
}

/* Every host of the first run: name, program, address. */
static void expect_hosts(const char *text, const char *expected)
{
    struct scenario *scenario = read(text);
    const struct run_spec *run = &scenario->runs[0];
    char all[2000] = "", line[200];

    for (size_t i = 0; i < run->host_count; i++) {
        const struct host_spec *host = &run->hosts[i];
        const uint8_t *ip = host->address;

        snprintf(line, sizeof line, "%s %s %u.%u.%u.%u\n", host->name, role_of(run, host)->program,
                 ip[12], ip[13], ip[14], ip[15]);
        strcat(all, line);
    }
    assert_string_equal(all, expected);
    scenario_free(scenario);
}

static void hosts_that_name_no_module_have_the_files(void **state)
{
    struct scenario *scenario =
        read("scenario: t\nmodule: theirs\n"
             "hosts: { a: { program: p }, b: { program: p, module: m } }\n");
    const struct run_spec *run = &scenario->runs[0];

    (void)state;
    assert_string_equal(run->roles[0].module, "theirs");
    assert_string_equal(run->roles[1].module, "m");
    scenario_free(scenario);
}

static void a_role_with_a_count_is_so_many_hosts(void **state)
{
    (void)state;
    expect_hosts("scenario: t\n"
                 "hosts:\n"
                 "  server: { program: serve }\n"
                 "  client: { program: ask, count: 3 }\n"
                 "  one: { program: ask, count: 1 }\n",
                 "server serve 10.0.0.1\n"
                 "client.1 ask 10.0.0.2\n"
                 "client.2 ask 10.0.0.3\n"
                 "client.3 ask 10.0.0.4\n"
                 "one.1 ask 10.0.0.5\n");
}

static void addresses_that_are_given_are_left_out_when_the_others_get_theirs(void **state)
{
    (void)state;
    expect_hosts("scenario: t\n"
                 "hosts:\n"
                 "  a: { program: p }\n"
                 "  b: { program: p, address: 10.0.0.2 }\n"
                 "  c: { program: p, count: 2 }\n"
                 "  d: { program: p, count: 3, address: 10.0.255.254 }\n",
                 "a p 10.0.0.1\n"
                 "b p 10.0.0.2\n"
                 "c.1 p 10.0.0.3\n"
                 "c.2 p 10.0.0.4\n"
                 "d.1 p 10.0.255.254\n"
                 "d.2 p 10.0.255.255\n"
                 "d.3 p 10.1.0.0\n");
}

static void a_host_has_all_that_a_program_has(void **state)
{
    struct scenario *scenario = read("scenario: t\n"
                                     "epoch: 2000-01-01 00:00:00\n"
                                     "hosts:\n"
                                     "  a:\n"
                                     "    program: p\n"
                                     "    module: m\n"
                                     "    args: [x, y]\n"
                                     "    env: { LANG: C }\n"
                                     "    start: 100ms\n"
                                     "    epoch: 1970-01-01 00:00:01\n"
                                     "  b: { tasks: { t: [ sleep 1s ] } }\n");
    const struct role *a = &scenario->runs[0].roles[0], *b = &scenario->runs[0].roles[1];

    (void)state;
    assert_string_equal(a->module, "m");
    assert_int_equal(a->arg_count, 2);
    assert_string_equal(a->args[1], "y");
    assert_string_equal(a->env[0], "LANG=C");
    assert_int_equal(a->start_ns, 100 * MS);
    assert_true(a->has_epoch);
    assert_int_equal(a->epoch_ns, 1000 * MS);
    assert_null(a->script);
    assert_non_null(b->script);
    assert_false(b->has_epoch);
    assert_int_equal(b->start_ns, 0);
    scenario_free(scenario);
}

static void runs_that_are_compared_may_have_hosts(void **state)
{
    struct scenario *scenario = read("scenario: t\n"
                                     "runs:\n"
                                     "  alone: { program: p }\n"
                                     "  both:\n"
                                     "    hosts: { a: { program: p }, b: { program: q } }\n"
                                     "    network: { default: { latency: 5ms } }\n"
                                     "expect:\n"
                                     "  both: { elapsed: 1s, a: { exit: 3 } }\n");

    (void)state;
    assert_false(scenario->runs[0].has_hosts);
    assert_int_equal(scenario->runs[0].host_count, 1);
    assert_string_equal(scenario->runs[0].hosts[0].name, "");
    assert_true(scenario->runs[1].has_hosts);
    assert_int_equal(scenario->runs[1].host_count, 2);
    assert_int_equal(scenario->runs[1].wires.latency_ns, 5 * MS);
    assert_string_equal(host_exit(&scenario->runs[1], &scenario->runs[1].hosts[0]), "3");
    assert_string_equal(host_exit(&scenario->runs[1], &scenario->runs[1].hosts[1]), "0");
    scenario_free(scenario);
}

static void processes_may_share_the_hosts_of_others(void **state)
{
    struct scenario *scenario = read("scenario: t\n"
                                     "hosts:\n"
                                     "  helper: { program: p, on: server, count: 2 }\n"
                                     "  server: { program: p }\n"
                                     "  client: { program: p, count: 2 }\n"
                                     "  cache: { program: p, on: client, count: 2 }\n");
    const struct run_spec *run = &scenario->runs[0];
    static const size_t machines[] = {2, 2, 2, 3, 4, 3, 4};

    (void)state;
    assert_int_equal(run->host_count, 7);
    for (size_t i = 0; i < 7; i++)
        assert_int_equal(run->hosts[i].machine, machines[i]);
    assert_int_equal(run->hosts[2].address[15], 1);
    assert_int_equal(run->hosts[0].address[15], 1);
    assert_int_equal(run->hosts[6].address[15], 3);
    assert_string_equal(run->hosts[6].name, "cache.2");
    scenario_free(scenario);
}

/* ---- the network ---- */

#define HOSTS                    \
    "scenario: t\n"              \
    "hosts:\n"                   \
    "  server: { program: p }\n" \
    "  client: { program: q, count: 3 }\n"

static void expect_rule(const struct link_rule *rule, const char *expected)
{
    const struct link_words *words = &rule->words;
    char text[200];

    snprintf(text, sizeof text,
             "%zu+%zu > %zu+%zu: %lld+%lld ms, %lld B/s, queue %lld, %lld/%lld lost, mtu %lld",
             rule->from, rule->from_count, rule->to, rule->to_count,
             (long long)(words->latency_ns / MS), (long long)(words->jitter_ns / MS),
             (long long)words->bytes_per_s, (long long)words->queue_bytes,
             (long long)words->loss.part, (long long)words->loss.whole, (long long)words->mtu);
    assert_string_equal(text, expected);
}

static void a_link_says_what_is_not_as_everywhere(void **state)
{
    struct scenario *scenario = read("scenario: t\n"
                                     "network:\n"
                                     "  links:\n"
                                     "    - { between: [client, server], latency: 50ms }\n"
                                     "    - { from: client.2, to: server, loss: 1/10, mtu: 576 }\n"
                                     "  default:\n"
                                     "    latency: 1ms..20ms\n"
                                     "    loss: 1/100\n"
                                     "    bandwidth: 10Mbit/s\n"
                                     "    queue: 64KB\n"
                                     "    mtu: 9000\n"
                                     "hosts:\n"
                                     "  server: { program: p }\n"
                                     "  client: { program: q, count: 3 }\n");
    const struct run_spec *run = &scenario->runs[0];

    (void)state;
    assert_int_equal(run->wires.latency_ns, 1 * MS);
    assert_int_equal(run->wires.jitter_ns, 19 * MS);
    assert_int_equal(run->link_count, 3);
    expect_rule(&run->links[0],
                "1+3 > 0+1: 50+0 ms, 1250000 B/s, queue 64000, 1/100 lost, mtu 9000");
    expect_rule(&run->links[1],
                "0+1 > 1+3: 50+0 ms, 1250000 B/s, queue 64000, 1/100 lost, mtu 9000");
    expect_rule(&run->links[2], "2+1 > 0+1: 1+19 ms, 1250000 B/s, queue 64000, 1/10 lost, mtu 576");
    scenario_free(scenario);
}

static void without_a_network_wires_take_no_time_and_carry_what_ethernet_does(void **state)
{
    struct scenario *scenario = read(HOSTS);
    const struct link_words *wires = &scenario->runs[0].wires;

    (void)state;
    assert_int_equal(wires->latency_ns + wires->jitter_ns + wires->bytes_per_s +
                         wires->queue_bytes + wires->loss.part + wires->duplicate.part +
                         wires->corrupt.part,
                     0);
    assert_int_equal(wires->mtu, 1500);
    assert_int_equal(scenario->runs[0].link_count, 0);
    scenario_free(scenario);
}

static void datagrams_may_come_twice_or_changed(void **state)
{
    struct scenario *scenario =
        read(HOSTS "network:\n"
                   "  default: { duplicate: 1/7 }\n"
                   "  links: [ { from: server, to: client.1, corrupt: 2/9 } ]\n");
    const struct run_spec *run = &scenario->runs[0];

    (void)state;
    assert_int_equal(run->wires.duplicate.part, 1);
    assert_int_equal(run->wires.duplicate.whole, 7);
    assert_int_equal(run->wires.corrupt.part, 0);
    assert_int_equal(run->links[0].words.duplicate.whole, 7);
    assert_int_equal(run->links[0].words.corrupt.part, 2);
    assert_int_equal(run->links[0].words.corrupt.whole, 9);
    scenario_free(scenario);
}

static void expect_name(const struct name_rule *rule, const char *expected)
{
    char text[300];
    int length = snprintf(text, sizeof text, "%s from %lld:", rule->name != NULL ? rule->name : "-",
                          (long long)(rule->from_ns / MS));

    for (size_t i = 0; i < rule->address_count; i++)
        length += snprintf(text + length, sizeof text - (size_t)length, " %d.%d",
                           rule->addresses[i][12], rule->addresses[i][15]);
    snprintf(text + length, sizeof text - (size_t)length, ", %d, %d: %lld+%lld ms, %lld/%lld",
             rule->has_addresses, rule->has_service, (long long)(rule->latency_ns / MS),
             (long long)(rule->jitter_ns / MS), (long long)rule->failure.part,
             (long long)rule->failure.whole);
    assert_string_equal(text, expected);
}

static void a_name_stands_for_hosts_and_addresses_and_is_answered_somehow(void **state)
{
    struct scenario *scenario =
        read("scenario: t\n"
             "network:\n"
             "  names:\n"
             "    - { name: db, is: [client, 192.0.2.9, server] }\n"
             "    - { name: db, is: [client.2], from: 10s, latency: 1s..3s }\n"
             "    - { name: gone, is: [] }\n"
             "    - { latency: 5ms, failure: 1/10 }\n"
             "hosts:\n"
             "  server: { program: p }\n"
             "  client: { program: q, count: 3 }\n");
    const struct run_spec *run = &scenario->runs[0];

    (void)state;
    assert_int_equal(run->name_count, 4);
    expect_name(&run->names[0], "db from 0: 10.2 10.3 10.4 192.9 10.1, 1, 0: 0+0 ms, 0/0");
    expect_name(&run->names[1], "db from 10000: 10.3, 1, 1: 1000+2000 ms, 0/0");
    expect_name(&run->names[2], "gone from 0:, 1, 0: 0+0 ms, 0/0");
    expect_name(&run->names[3], "- from 0:, 0, 1: 5+0 ms, 1/10");
    scenario_free(scenario);
}

/* ---- what they end with ---- */

static void what_a_host_ends_with_is_said_of_it_or_of_its_role(void **state)
{
    struct scenario *scenario = read(HOSTS "expect:\n"
                                           "  elapsed: 1s\n"
                                           "  server: { exit: running }\n"
                                           "  client: { exit: 3, output: hello }\n"
                                           "  client.2: { exit: ETIMEDOUT }\n");
    const struct run_spec *run = &scenario->runs[0];

    (void)state;
    assert_true(run->expect.has_elapsed);
    assert_string_equal(host_exit(run, &run->hosts[0]), "running");
    assert_true(host_stays(run, &run->hosts[0]));
    assert_string_equal(host_exit(run, &run->hosts[1]), "3");
    assert_false(host_stays(run, &run->hosts[1]));
    assert_string_equal(host_exit(run, &run->hosts[2]), "ETIMEDOUT");
    assert_string_equal(run->roles[1].expect.output, "hello");
    scenario_free(scenario);
}

static void hosts_are_not_run_live_and_say_so_unless_the_file_has_a_reason_of_its_own(void **state)
{
    struct scenario *plain = read(HOSTS);
    struct scenario *skipped = read(HOSTS "live: { skip: takes a day }\n");
    struct scenario *alone = read("scenario: t\nprogram: p\n");

    (void)state;
    assert_string_equal(plain->live_skip, "its hosts are simulated");
    assert_string_equal(skipped->live_skip, "takes a day");
    assert_null(alone->live_skip);
    scenario_free(plain);
    scenario_free(skipped);
    scenario_free(alone);
}

/* ---- what is said of a wrong one ---- */

struct row {
    const char *text;
    const char *said;
};

static void expect_said(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct mistake mistake;
        struct scenario *scenario = parse(rows[i].text, &mistake);

        if (scenario != NULL)
            fail_msg("nothing is said of:\n%s", rows[i].text);
        if (strcmp(mistake.text, rows[i].said) != 0)
            fail_msg("of:\n%s\nis said: %s", rows[i].text, mistake.text);
    }
}

#define EXPECT_SAID(rows) expect_said(rows, sizeof(rows) / sizeof *(rows))

#define T "scenario: t\n"

static void hosts_that_are_wrong_are_refused_with_their_place(void **state)
{
    static const struct row rows[] = {
        {T "hosts: {}\n", "a.yaml:2:8: 'hosts' is empty"},
        {T "hosts: { a: p }\n", "a.yaml:2:13: a host must be a mapping"},
        {T "hosts: { a: {} }\n", "a.yaml:2:13: 'program' or 'tasks' is missing"},
        {T "hosts: { a: { program: p, port: 1 } }\n", "a.yaml:2:27: unknown key 'port'"},
        {T "hosts: { a: { program: p, count: 0 } }\n",
         "a.yaml:2:34: a role has at least one host: '0'"},
        {T "hosts: { a: { program: p, count: 10001 } }\n", "a.yaml:2:34: too large: '10001'"},
        {T "hosts: { a: { program: p, count: 9999 }, b: { program: p, count: 2 } }\n",
         "a.yaml:2:8: 10001 hosts are too many (10000)"},
        {T "hosts: { a: { program: p, count: two } }\n", "a.yaml:2:34: not a whole number: 'two'"},
        {T "hosts: { a: { program: p, address: 10.0.0.1:80 } }\n",
         "a.yaml:2:36: not an address, such as 10.0.0.1 or fd00::1: '10.0.0.1:80'"},
        {T "hosts: { a: { program: p, address: 127.0.0.1 } }\n",
         "a.yaml:2:36: no host can have that address: '127.0.0.1'"},
        {T "hosts: { a: { program: p, start: soon } }\n",
         "a.yaml:2:34: not a duration, such as 2s or 100ms: 'soon'"},
        {T "hosts: { a: { program: p, epoch: today } }\n",
         "a.yaml:2:34: not a time, such as 2024-01-19 17:13:52: 'today'"},
        {T "hosts: { a.1: { program: p } }\n", "a.yaml:2:10: a host cannot be called that: 'a.1'"},
        {T "hosts: { elapsed: { program: p } }\n",
         "a.yaml:2:10: a host cannot be called that: 'elapsed'"},
        {T "hosts: { localhost: { program: p } }\n",
         "a.yaml:2:10: a host cannot be called that: 'localhost'"},
        {T "hosts:\n  a: { program: p, address: 10.0.0.7 }\n"
           "  b: { program: p, count: 3, address: 10.0.0.5 }\n",
         "a.yaml:4:3: 'b.3' has the address of 'a'"},
        {T "hosts: { a: { program: p, on: b } }\n",
         "a.yaml:2:13: 'a' is on 'b', which is no host of its own"},
        {T "hosts: { a: { program: p, on: a } }\n",
         "a.yaml:2:13: 'a' is on 'a', which is no host of its own"},
        {T "hosts: { a: { program: p }, b: { program: p, on: a, address: 10.0.0.9 } }\n",
         "a.yaml:2:32: 'b' has the address of 'a', which it is on"},
        {T "hosts: { a: { program: p }, b: { program: p, on: a, cpus: 2 } }\n",
         "a.yaml:2:32: 'b' has the clock and the CPUs of 'a', which it is on"},
        {T "hosts: { a: { program: p, count: 2 }, b: { program: p, on: a, count: 3 } }\n",
         "a.yaml:2:42: 'b' are 3 on 2 hosts: one on each, or all on one"},
        {T "hosts: { a: { program: p }, b: { program: p, on: a } }\n"
           "network: { links: [ { between: [a, b], latency: 1ms } ] }\n",
         "a.yaml:3:36: there is no such host: 'b'"},
        {T "program: p\nhosts: { a: { program: p } }\n",
         "a.yaml:3:8: with 'hosts', programs stand in the hosts"},
        {T "hosts: { a: { program: p } }\nenv: { A: b }\n",
         "a.yaml:2:8: with 'hosts', programs stand in the hosts"},
        {T "runs: { r: { program: p } }\nhosts: { a: { program: p } }\n",
         "a.yaml:3:8: with 'runs', programs stand in the runs"},
    };

    (void)state;
    EXPECT_SAID(rows);
}

static void a_network_that_is_wrong_is_refused_with_its_place(void **state)
{
    static const struct row rows[] = {
        {T "program: p\nnetwork: {}\n", "a.yaml:3:10: a 'network' is between 'hosts'"},
        {HOSTS "network: { loss: 1/2 }\n", "a.yaml:5:12: unknown key 'loss'"},
        {HOSTS "network: { default: { latency: 20ms..1ms } }\n",
         "a.yaml:5:32: it ends before it begins: '20ms..1ms'"},
        {HOSTS "network: { default: { loss: 1% } }\n",
         "a.yaml:5:29: not a ratio, such as 1/100: '1%'"},
        {HOSTS "network: { default: { bandwidth: 10 } }\n",
         "a.yaml:5:34: a rate needs a unit: bit/s kbit/s Mbit/s Gbit/s, or B/s KB/s MB/s GB/s: "
         "'10'"},
        {HOSTS "network: { default: { queue: 64 } }\n",
         "a.yaml:5:30: a size needs a unit: B KB KiB MB MiB GB GiB: '64'"},
        {HOSTS "network: { default: { mtu: 67 } }\n",
         "a.yaml:5:28: less than IPv4 allows (68): '67'"},
        {HOSTS "network: { default: { mtu: 65536 } }\n", "a.yaml:5:28: too large: '65536'"},
        {HOSTS "network: { default: { corrupt: 1% } }\n",
         "a.yaml:5:32: not a ratio, such as 1/100: '1%'"},
        {HOSTS "network: { names: [ db ] }\n", "a.yaml:5:21: a name must be a mapping"},
        {HOSTS "network: { names: [ { name: db } ] }\n",
         "a.yaml:5:21: a name 'is' something, or it, or all, have a 'latency' or 'failure'"},
        {HOSTS "network: { names: [ { is: [server] } ] }\n",
         "a.yaml:5:21: a name 'is' something, or it, or all, have a 'latency' or 'failure'"},
        {HOSTS "network: { names: [ { name: localhost, is: [server] } ] }\n",
         "a.yaml:5:29: that is 127.0.0.1 everywhere: 'localhost'"},
        {HOSTS "network: { names: [ { name: db, is: [nobody] } ] }\n",
         "a.yaml:5:38: there is no such host: 'nobody'"},
        {HOSTS "network: { names: [ { name: db, is: [server], from: now } ] }\n",
         "a.yaml:5:53: not a duration, such as 2s or 100ms: 'now'"},
        {HOSTS "network: { names: [ { name: db, latency: fast } ] }\n",
         "a.yaml:5:42: not a duration, such as 2s or 100ms: 'fast'"},
        {HOSTS "network: { names: [ { name: db, failure: often } ] }\n",
         "a.yaml:5:42: not a ratio, such as 1/100: 'often'"},
        {HOSTS "network: { links: [ server ] }\n", "a.yaml:5:21: a link must be a mapping"},
        {HOSTS "network: { links: [ { latency: 1ms } ] }\n",
         "a.yaml:5:21: a link has 'between', or 'from' and 'to'"},
        {HOSTS "network: { links: [ { from: server } ] }\n",
         "a.yaml:5:21: a link has 'between', or 'from' and 'to'"},
        {HOSTS "network: { links: [ { between: [server, client], to: server } ] }\n",
         "a.yaml:5:21: a link has 'between', or 'from' and 'to'"},
        {HOSTS "network: { links: [ { between: [server] } ] }\n",
         "a.yaml:5:32: a link is between two hosts, or roles"},
        {HOSTS "network: { links: [ { between: [server, [client]] } ] }\n",
         "a.yaml:5:41: a link is between two hosts, or roles"},
        {HOSTS "network: { links: [ { between: [server, client.4] } ] }\n",
         "a.yaml:5:41: there is no such host: 'client.4'"},
        {HOSTS "network: { links: [ { from: nobody, to: server } ] }\n",
         "a.yaml:5:29: there is no such host: 'nobody'"},
    };

    (void)state;
    EXPECT_SAID(rows);
}

static void an_end_that_is_wrong_is_refused_with_its_place(void **state)
{
    static const struct row rows[] = {
        {HOSTS "expect: { exit: 0 }\n",
         "a.yaml:5:17: with 'hosts', an exit is that of a host: '0'"},
        {HOSTS "expect: { nobody: { exit: 0 } }\n", "a.yaml:5:11: unknown key 'nobody'"},
        {HOSTS "expect: { client.4: { exit: 0 } }\n", "a.yaml:5:11: unknown key 'client.4'"},
        {HOSTS "expect: { server: running }\n", "a.yaml:5:19: 'server' must be a mapping"},
        {HOSTS "expect: { server: { finds: nothing } }\n", "a.yaml:5:21: unknown key 'finds'"},
        {HOSTS "expect: { server: { exit: running }, client: { exit: running } }\n",
         "a.yaml:1:1: every host is to be running at the end: there has to be one whose end the "
         "run waits for"},
        {T "program: p\nexpect: { server: { exit: 0 } }\n", "a.yaml:3:11: unknown key 'server'"},
    };

    (void)state;
    EXPECT_SAID(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_role_with_a_count_is_so_many_hosts),
        cmocka_unit_test(hosts_that_name_no_module_have_the_files),
        cmocka_unit_test(addresses_that_are_given_are_left_out_when_the_others_get_theirs),
        cmocka_unit_test(a_host_has_all_that_a_program_has),
        cmocka_unit_test(runs_that_are_compared_may_have_hosts),
        cmocka_unit_test(processes_may_share_the_hosts_of_others),
        cmocka_unit_test(a_link_says_what_is_not_as_everywhere),
        cmocka_unit_test(datagrams_may_come_twice_or_changed),
        cmocka_unit_test(a_name_stands_for_hosts_and_addresses_and_is_answered_somehow),
        cmocka_unit_test(without_a_network_wires_take_no_time_and_carry_what_ethernet_does),
        cmocka_unit_test(what_a_host_ends_with_is_said_of_it_or_of_its_role),
        cmocka_unit_test(hosts_are_not_run_live_and_say_so_unless_the_file_has_a_reason_of_its_own),
        cmocka_unit_test(hosts_that_are_wrong_are_refused_with_their_place),
        cmocka_unit_test(a_network_that_is_wrong_is_refused_with_its_place),
        cmocka_unit_test(an_end_that_is_wrong_is_refused_with_its_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
