/*
 * lineup_test.c - things in a row: what joins and leaves at either end and between, against an
 * array.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "base/lineup.h"

#define ITEMS_MAX 200

struct fixture {
    struct lineup lineup;
    char things[ITEMS_MAX];
    const char *model[ITEMS_MAX];
    size_t count;
    uint32_t state; /* of the draws */
};

static int fixture_open(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){.state = 1};
    *state = &fixture;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;

    lineup_clear(&f->lineup);
    return 0;
}

/* A number below `bound`. */
static size_t draw(struct fixture *f, size_t bound)
{
    f->state = f->state * 1664525 + 1013904223;
    return (f->state >> 8) % bound;
}

static void expect_as_model(const struct fixture *f)
{
    assert_int_equal(f->lineup.count, f->count);
    for (size_t i = 0; i < f->count; i++)
        assert_ptr_equal(f->lineup.items[i], f->model[i]);
}

static void join(struct fixture *f, bool first)
{
    char *thing = &f->things[draw(f, ITEMS_MAX)];
    size_t at = first ? 0 : f->count;

    memmove(f->model + at + 1, f->model + at, (f->count - at) * sizeof *f->model);
    f->model[at] = thing;
    f->count++;
    if (first)
        lineup_add_first(&f->lineup, thing);
    else
        lineup_add(&f->lineup, thing);
}

static void forget(struct fixture *f, size_t i)
{
    f->count--;
    memmove(f->model + i, f->model + i + 1, (f->count - i) * sizeof *f->model);
}

static void leave(struct fixture *f)
{
    size_t i = draw(f, f->count);
    const char *thing = f->model[i];

    forget(f, i);
    assert_ptr_equal(lineup_take(&f->lineup, i), thing);
}

/* What is dropped is the first of its kind. */
static void drop(struct fixture *f)
{
    const char *thing = &f->things[draw(f, ITEMS_MAX)];
    size_t i = 0;

    while (i < f->count && f->model[i] != thing)
        i++;
    if (i < f->count)
        forget(f, i);
    lineup_drop(&f->lineup, thing);
}

static void it_is_as_an_array_whatever_joins_and_leaves(void **state)
{
    struct fixture *f = *state;

    for (size_t n = 0; n < 20000; n++) {
        size_t what = draw(f, n % 1000 < 500 ? 5 : 4); /* it grows, then it shrinks */

        if (what >= 2 + (n % 1000 >= 500) && f->count < ITEMS_MAX)
            join(f, what == 3);
        else if (f->count > 0)
            leave(f);
        drop(f);
        expect_as_model(f);
    }
}

static void emptied_it_begins_anew(void **state)
{
    struct fixture *f = *state;

    lineup_empty(&f->lineup);
    expect_as_model(f);
    for (int n = 0; n < 3; n++) {
        for (int i = 0; i < 50; i++)
            join(f, i % 2 == 0);
        expect_as_model(f);
        lineup_empty(&f->lineup);
        f->count = 0;
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_is_as_an_array_whatever_joins_and_leaves),
        TEST(emptied_it_begins_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
