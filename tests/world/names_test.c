/*
 * names_test.c - the directory: hosts by their names, names that stand for several addresses, for
 * others later, for none; and answers that take their time, or do not come.
 *
 * Plays of two hosts; see two_hosts.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/world/two_hosts.h"
#include "world/names.h"

static struct address at(uint8_t d)
{
    return address_v4(10, 0, 1, d, 0);
}

static void find(const struct role *role, const char *name)
{
    struct address addresses[NAME_ADDRESSES_MAX];
    char text[400] = "", one[ADDRESS_TEXT_SIZE];
    const char *canonical = "?";
    int count = name_find(name, addresses, &canonical);
    size_t length = 0;

    for (int i = 0; i < count; i++) {
        addresses[i].port = 0;
        length += (size_t)snprintf(text + length, sizeof text - length, " %s",
                                   address_text(&addresses[i], one, sizeof one));
    }
    if (count < 0)
        say(role, "%s: %s", name, code(count));
    else
        say(role, "%s: %s%s", name, canonical, text);
}

static void find_name(const struct role *role, struct address address)
{
    const char *name = "?";
    int rc = name_of(&address, &name);

    say(role, "has the name %s", rc == 0 ? name : code(rc));
}

static int asks_for_hosts(void *context)
{
    const struct role *role = context;

    find(role, "here");
    find(role, "THERE");
    find(role, "localhost");
    find(role, "nowhere");
    find_name(role, address_v4(10, 0, 0, 2, 80));
    find_name(role, address_v4(127, 0, 0, 1, 80));
    find_name(role, address_v4(10, 9, 9, 9, 80));
    find_name(role, (struct address){.ip = {[15] = 1}});
    return 0;
}

static void a_host_is_known_by_its_name(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){0});
    spawn(f, "p", f->here, asks_for_hosts);
    expect(f, false, WORLD_ENDED,
           "0.000 prints p here: here 10.0.0.1:0\n"
           "0.000 prints p THERE: there 10.0.0.2:0\n"
           "0.000 prints p localhost: localhost 127.0.0.1:0\n"
           "0.000 prints p nowhere: ENOENT\n"
           "0.000 prints p has the name there\n"
           "0.000 prints p has the name localhost\n"
           "0.000 prints p has the name ENOENT\n"
           "0.000 prints p has the name ENOENT\n"
           "0.000 process ends\n");
}

static int asks_again_and_again(void *context)
{
    const struct role *role = context;

    for (int i = 0; i < 4; i++) {
        find(role, "db");
        find(role, "there");
        find_name(role, at(2));
        rest(role, 10);
    }
    return 0;
}

static void what_a_name_stands_for_may_change(void **state)
{
    struct fixture *f = *state;
    struct address first[] = {at(1), at(2)}, second = at(3), moved = at(9);

    join(f, (struct link_spec){0});
    name_set(&f->world, "db", 20 * MS, NULL, 0);
    name_set(&f->world, "DB", 0, first, 2);
    name_set(&f->world, "db", 10 * MS, first, 1);
    name_set(&f->world, "db", 10 * MS, &second, 1); /* the last word counts */
    name_set(&f->world, "there", 30 * MS, &moved, 1);
    spawn(f, "p", f->here, asks_again_and_again);
    expect(f, false, WORLD_ENDED,
           "0.000 prints p db: db 10.0.1.1:0 10.0.1.2:0\n"
           "0.000 prints p there: there 10.0.0.2:0\n"
           "0.000 prints p has the name db\n"
           "0.010 prints p db: db 10.0.1.3:0\n"
           "0.010 prints p there: there 10.0.0.2:0\n"
           "0.010 prints p has the name ENOENT\n"
           "0.020 prints p db: ENOENT\n"
           "0.020 prints p there: there 10.0.0.2:0\n"
           "0.020 prints p has the name ENOENT\n"
           "0.030 prints p db: ENOENT\n"
           "0.030 prints p there: there 10.0.1.9:0\n"
           "0.030 prints p has the name ENOENT\n"
           "0.040 process ends\n");
}

static int asks_slowly(void *context)
{
    const struct role *role = context;

    find(role, "db");
    find(role, "slow");
    find(role, "localhost");
    find(role, "none");
    find_name(role, at(1));
    return 0;
}

/* The answer is the one that holds when it comes. */
static void an_answer_takes_its_time(void **state)
{
    struct fixture *f = *state;
    struct address first = at(1), second = at(2);

    join(f, (struct link_spec){0});
    name_set(&f->world, "db", 0, &first, 1);
    name_set(&f->world, "slow", 0, &first, 1);
    name_set(&f->world, "slow", 500 * MS, &second, 1);
    name_serve(&f->world, NULL, &(struct name_service){.latency_ns = 5 * MS});
    name_serve(&f->world, "slow", &(struct name_service){.latency_ns = 1000 * MS});
    spawn(f, "p", f->here, asks_slowly);
    expect(f, false, WORLD_ENDED,
           "0.005 prints p db: db 10.0.1.1:0\n"
           "1.005 prints p slow: slow 10.0.1.2:0\n"
           "1.005 prints p localhost: localhost 127.0.0.1:0\n"
           "1.010 prints p none: ENOENT\n"
           "1.015 prints p has the name db\n"
           "1.015 process ends\n");
}

static int asks_thrice(void *context)
{
    for (int i = 0; i < 3; i++)
        find(context, "db");
    return 0;
}

static void how_long_and_whether_is_drawn(void **state)
{
    struct fixture *f = *state;
    struct address first = at(1);

    join(f, (struct link_spec){0});
    name_set(&f->world, "db", 0, &first, 1);
    name_serve(&f->world, "db",
               &(struct name_service){.latency_ns = MS,
                                      .jitter_ns = 7 * MS,
                                      .failure = {.part = 1, .whole = 4}});
    draw(f, "net.name.latency", 8, "3");
    draw(f, "net.name.failure", 4, "0");
    draw(f, "net.name.latency", 8, "0");
    draw(f, "net.name.failure", 4, "3");
    spawn(f, "p", f->here, asks_thrice);
    expect(f, false, WORLD_ENDED,
           "0.000 choice net.name.latency db is answered after 4000 us before db is answered after "
           "1000 us 3 of 8\n"
           "0.000 choice net.name.failure db is answered 0 of 4\n"
           "0.004 prints p db: db 10.0.1.1:0\n"
           "0.004 choice net.name.latency db is answered after 1000 us 0 of 8\n"
           "0.004 choice net.name.failure db is not answered before db is answered 3 of 4\n"
           "0.005 prints p db: EAGAIN\n"
           "0.005 choice net.name.latency db is answered after 1000 us 0 of 8\n"
           "0.005 choice net.name.failure db is answered 0 of 4\n"
           "0.006 prints p db: db 10.0.1.1:0\n"
           "0.006 process ends\n");
}

static int asks_once(void *context)
{
    find(context, "db");
    find_name(context, at(1));
    return 0;
}

static void who_is_never_answered_is_told_after_a_while(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){0});
    name_serve(&f->world, NULL,
               &(struct name_service){.latency_ns = 5000 * MS, .failure = {.part = 1, .whole = 1}});
    spawn(f, "p", f->here, asks_once);
    expect(f, false, WORLD_ENDED,
           "5.000 prints p db: EAGAIN\n"
           "10.000 prints p has the name EAGAIN\n"
           "10.000 process ends\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        TEST(a_host_is_known_by_its_name),
        TEST(what_a_name_stands_for_may_change),
        TEST(an_answer_takes_its_time),
        TEST(how_long_and_whether_is_drawn),
        TEST(who_is_never_answered_is_told_after_a_while),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
