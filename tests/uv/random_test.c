/*
 * random_test.c - where a process's random numbers begin is a decision, and one only; what is the
 * same on real libuv stands in conformance/.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <uv.h>

#include "world/world.h"

/* What two processes, each asking twice, were given in one run. */
struct numbers {
    uint64_t of[2][2];
    size_t decisions;
};

static int ask_twice(void *context)
{
    uint64_t *numbers = context;

    uv_random(NULL, NULL, &numbers[0], sizeof numbers[0], 0, NULL);
    uv_random(NULL, NULL, &numbers[1], sizeof numbers[1], 0, NULL);
    return 0;
}

/* Run two processes, by `seed`, or in production order if that is 0. */
static struct numbers draw(uint64_t seed)
{
    struct numbers numbers = {0};
    struct trace *trace = trace_new();
    struct chance chance;
    struct world world;

    chance_init(&chance);
    chance.open = 0;
    if (seed != 0) {
        chance_from_seed(&chance, seed);
        chance.open = 1u << FAMILY_random;
    }
    world_init(&world, &chance, trace);
    for (int i = 0; i < 2; i++)
        world_spawn(&world, &(struct process_spec){.name = i == 0 ? "a" : "b",
                                                   .main = ask_twice,
                                                   .context = numbers.of[i]});
    world_run(&world);
    numbers.decisions = chance.record.count;
    world_close(&world);
    chance_clear(&chance);
    trace_free(trace);
    return numbers;
}

static void processes_have_numbers_of_their_own(void **state)
{
    struct numbers numbers = draw(0);

    (void)state;
    assert_true(numbers.of[0][0] != numbers.of[1][0]);
    assert_true(numbers.of[0][0] != numbers.of[0][1]);
    assert_true(numbers.of[0][0] != numbers.of[1][1]);
    assert_int_equal(numbers.decisions, 0);
}

static void they_are_the_same_in_every_run(void **state)
{
    struct numbers first = draw(0), second = draw(0);

    (void)state;
    assert_memory_equal(first.of, second.of, sizeof first.of);
    first = draw(7);
    second = draw(7);
    assert_memory_equal(first.of, second.of, sizeof first.of);
}

static void each_process_decides_once_where_they_begin(void **state)
{
    struct numbers production = draw(0), seven = draw(7), eight = draw(8);

    (void)state;
    assert_int_equal(seven.decisions, 2);
    for (int i = 0; i < 2; i++) {
        assert_true(seven.of[i][0] != production.of[i][0]);
        assert_true(seven.of[i][0] != eight.of[i][0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(processes_have_numbers_of_their_own),
        cmocka_unit_test(they_are_the_same_in_every_run),
        cmocka_unit_test(each_process_decides_once_where_they_begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
