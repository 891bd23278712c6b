/*
 * deadlines_test.c - the heap of deadlines against a look at all of them, with and without memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "deadlines.h"
#include "loop_core.h"

#define COUNT 600
#define TURNS 20000

struct fixture {
    struct deadlines deadlines;
    struct deadline all[COUNT];
    uint64_t order;
    size_t armed;
    uint32_t chance;
    unsigned refuse_one_in; /* 0: none; 1: every request for memory */
    struct alloc_source source;
    const struct alloc_source *before;
};

/* A linear congruential generator (Numerical Recipes): every run draws the same numbers. */
static unsigned draw(struct fixture *f, unsigned bound)
{
    f->chance = f->chance * 1664525u + 1013904223u;
    return (f->chance >> 16) % bound;
}

static void *resize(void *self, void *old, size_t size)
{
    struct fixture *f = self;

    if (f->refuse_one_in != 0 && draw(f, f->refuse_one_in) == 0)
        return NULL;
    return realloc(old, size);
}

static void release(void *self, void *old)
{
    (void)self;
    free(old);
}

static int fixture_open(void **state)
{
    static struct fixture f;

    memset(&f, 0, sizeof f);
    f.chance = 4711;
    f.source = (struct alloc_source){resize, release, &f};
    f.before = alloc_replace(&f.source);
    deadlines_init(&f.deadlines);
    *state = &f;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;

    deadlines_clear(&f->deadlines);
    alloc_replace(f->before);
    return 0;
}

static void add_at(struct fixture *f, struct deadline *deadline, int64_t when_ns)
{
    deadline->when_ns = when_ns;
    deadline->order = f->order++;
    deadline->armed = true;
    f->armed++;
    deadlines_add(&f->deadlines, deadline);
}

static void add(struct fixture *f, struct deadline *deadline, unsigned times)
{
    add_at(f, deadline, draw(f, times));
}

static void take_out(struct fixture *f, struct deadline *deadline)
{
    deadlines_remove(&f->deadlines, deadline);
    deadline->armed = false;
    f->armed--;
}

/* The first by looking at all of them. */
static struct deadline *least(struct fixture *f)
{
    struct deadline *best = NULL;

    for (size_t i = 0; i < COUNT; i++) {
        struct deadline *other = &f->all[i];

        if (other->armed && (best == NULL || other->when_ns < best->when_ns ||
                             (other->when_ns == best->when_ns && other->order < best->order)))
            best = other;
    }
    return best;
}

static void empty_in_order(struct fixture *f)
{
    struct deadline *expected;

    while ((expected = least(f)) != NULL) {
        assert_ptr_equal(deadlines_first(&f->deadlines), expected);
        take_out(f, expected);
    }
    assert_null(deadlines_first(&f->deadlines));
    assert_int_equal(deadlines_count(&f->deadlines), 0);
}

static void mix(struct fixture *f, unsigned times)
{
    for (unsigned turn = 0; turn < TURNS; turn++) {
        struct deadline *deadline = &f->all[draw(f, COUNT)];

        if (!deadline->armed)
            add(f, deadline, times);
        else
            take_out(f, draw(f, 2) == 0 ? deadline : least(f));
        assert_ptr_equal(deadlines_first(&f->deadlines), least(f));
        assert_int_equal(deadlines_count(&f->deadlines), f->armed);
    }
    empty_in_order(f);
}

static void deadlines_leave_in_the_order_of_their_times(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT; i++)
        add(f, &f->all[i], 1u << 15);
    assert_int_equal(deadlines_count(&f->deadlines), COUNT);
    assert_true(list_empty(&f->deadlines.others)); /* only without memory it is done slowly */
    empty_in_order(f);
}

static void equal_times_leave_in_the_order_of_their_making(void **state)
{
    struct fixture *f = *state;

    for (unsigned i = 0; i < COUNT; i++)
        add(f, &f->all[i], 1 + i % 3);
    empty_in_order(f);
}

static void additions_and_removals_mix(void **state)
{
    mix(*state, 100);
}

/* Of four branches: the first holds late times, the others early ones. What is taken out of the
 * first is replaced by what is below it, not by what is below its neighbour. */
static void a_gap_is_filled_from_below(void **state)
{
    struct fixture *f = *state;
    bool is_late[64] = {[1] = true, [63] = true};

    for (int i = 0; i < 64; i++) {
        is_late[i] |= i > 4 && is_late[(i - 1) / 4];
        add_at(f, &f->all[i], is_late[i] ? 1000 + i : i);
    }
    take_out(f, &f->all[8]);
    empty_in_order(f);
}

static void without_memory_all_are_kept_in_order_all_the_same(void **state)
{
    struct fixture *f = *state;

    f->refuse_one_in = 1;
    mix(f, 100);
}

static void with_memory_at_times_all_are_kept_in_order_all_the_same(void **state)
{
    struct fixture *f = *state;

    f->refuse_one_in = 2;
    mix(f, 100);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(deadlines_leave_in_the_order_of_their_times),
        TEST(equal_times_leave_in_the_order_of_their_making),
        TEST(additions_and_removals_mix),
        TEST(a_gap_is_filled_from_below),
        TEST(without_memory_all_are_kept_in_order_all_the_same),
        TEST(with_memory_at_times_all_are_kept_in_order_all_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
