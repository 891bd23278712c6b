/*
 * arena_test.c - the memory of a simulated process: the same in every run, and all taken back.
 *
 * Under AddressSanitizer and Valgrind the arena steps aside; what it promises about addresses and
 * zeros is then not tested.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/stack.h"
#include "run/arena.h"
#include "tests/lib/apart.h"

#if defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#endif
#ifndef RUNNING_ON_VALGRIND
#define RUNNING_ON_VALGRIND 0
#endif

#define BLOCKS 200
#define MEGA   ((size_t)1 << 20)

struct fixture {
    struct arena *arena;
    const struct alloc_source *outer;
};

static int fixture_open(void **state)
{
    static struct fixture fixture;

    fixture.arena = arena_new(0);
    fixture.outer = alloc_replace(arena_source(fixture.arena));
    *state = &fixture;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;

    alloc_replace(f->outer);
    arena_free(f->arena);
    return 0;
}

static void skip_where_the_arena_steps_aside(void)
{
    if (RONDO_ASAN || RUNNING_ON_VALGRIND)
        skip();
}

/* Sizes from a few bytes to some pages, in no order. */
static size_t size_of(size_t i)
{
    return i * 7919 % 20011 + 1;
}

static bool all_are(const char *memory, size_t size, char value)
{
    for (size_t i = 0; i < size; i++) {
        if (memory[i] != value)
            return false;
    }
    return true;
}

static void blocks_are_apart_aligned_and_keep_what_is_written(void **state)
{
    char *blocks[BLOCKS];

    (void)state;
    for (size_t i = 0; i < BLOCKS; i++) {
        blocks[i] = alloc_take(size_of(i));
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % 16, 0);
        memset(blocks[i], (int)i, size_of(i));
    }
    for (size_t i = 0; i < BLOCKS; i += 2)
        alloc_release(blocks[i]);
    for (size_t i = 1; i < BLOCKS; i += 2)
        assert_true(all_are(blocks[i], size_of(i), (char)i));
}

static void after_a_reset_the_same_requests_have_the_same_addresses(void **state)
{
    struct fixture *f = *state;
    char *first[BLOCKS];

    skip_where_the_arena_steps_aside();
    for (int run = 0; run < 3; run++) {
        for (size_t i = 0; i < BLOCKS; i++) {
            char *block = alloc_take(size_of(i));

            if (run == 0)
                first[i] = block;
            assert_ptr_equal(block, first[i]);
            if (i % 3 == 0)
                alloc_release(block);
        }
        arena_reset(f->arena);
    }
}

static void an_arena_lies_where_its_number_says(void **state)
{
    struct fixture *f = *state;
    struct arena *second = arena_new(1);
    char *here = alloc_take(1);
    char *there = arena_source(second)->resize(arena_source(second)->self, NULL, 1);

    assert_non_null(there);
    if (!RONDO_ASAN && !RUNNING_ON_VALGRIND) {
        assert_int_equal((uintptr_t)here >> 30, UINT64_C(0x200000000000) >> 30);
        assert_int_equal(there - here, 1 << 30);
        arena_free(f->arena);
        f->arena = arena_new(0);
        alloc_replace(arena_source(f->arena));
        assert_ptr_equal(alloc_take(1), here);
    }
    arena_free(second);
}

static void after_a_reset_memory_is_zero(void **state)
{
    /* Less and more than what is zeroed by hand. */
    static const size_t sizes[] = {100, 5000, MEGA / 2 + 1, 40 * MEGA};
    struct fixture *f = *state;

    skip_where_the_arena_steps_aside();
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        memset(alloc_take(sizes[i]), 'x', sizes[i]);
        arena_reset(f->arena);
        assert_true(all_are(alloc_take(sizes[i]), sizes[i], 0));
        arena_reset(f->arena);
    }
}

static void what_was_freed_is_zero_when_it_is_taken_again(void **state)
{
    char *block;

    (void)state;
    skip_where_the_arena_steps_aside();
    block = alloc_take(1000);
    memset(block, 'x', 1000);
    alloc_release(block);
    assert_ptr_equal(alloc_take(900), block);
    assert_true(all_are(block, 1000, 0));
}

static void resizing_keeps_the_content(void **state)
{
    char *block = alloc_take(1);

    (void)state;
    block[0] = 'x';
    for (size_t size = 1; size < 100000; size *= 3) {
        block = alloc_resize(block, size * 3);
        assert_true(all_are(block, size, 'x'));
        memset(block, 'x', size * 3);
        assert_non_null(alloc_take(1)); /* so that it cannot grow where it lies */
    }
    block = alloc_resize(block, 10);
    assert_true(all_are(block, 10, 'x'));
}

static void foreign_memory_is_freed_and_resized(void **state)
{
    char *line = NULL;
    char *block = malloc(100);

    (void)state;
    /* getline() and asprintf() hand out memory of the C library's. */
    assert_int_equal(asprintf(&line, "%s", "made by the C library"), 21);
    line = alloc_resize(line, 5000);
    assert_string_equal(line, "made by the C library");
    alloc_release(line);
    alloc_release(block);
    alloc_release(NULL);
}

static void where_there_is_no_room_left_the_answer_is_null(void **state)
{
    struct fixture *f = *state;
    char *kept;
    size_t count = 0;

    skip_where_the_arena_steps_aside();
    kept = alloc_take(100);
    strcpy(kept, "kept");
    assert_null(alloc_take(SIZE_MAX));
    assert_null(alloc_take((size_t)1 << 30));
    while (alloc_take(16 * MEGA) != NULL)
        count++;
    assert_in_range(count, 20, 64);
    assert_null(alloc_resize(kept, 16 * MEGA));
    assert_string_equal(kept, "kept");
    arena_reset(f->arena);
    for (size_t i = 0; i < count; i++)
        assert_non_null(alloc_take(16 * MEGA));
}

/* Neither freed nor reset by hand: the leak checker of a sanitizer would find it. */
static void what_was_left_behind_goes_with_the_arena(void **state)
{
    (void)state;
    for (size_t i = 0; i < 5000; i++) {
        void *block = alloc_take(size_of(i));

        assert_non_null(block);
        if (i % 5 == 0)
            alloc_release(block);
    }
}

/* Where a process may have no more than a gigabyte of data. */
static void take_of_forty(void *arg)
{
    struct rlimit limit = {(rlim_t)1 << 30, (rlim_t)1 << 30};

    (void)arg;
    if (setrlimit(RLIMIT_DATA, &limit) != 0)
        exit(1);
    for (size_t i = 1; i <= 40; i++) {
        const struct alloc_source *source = arena_source(arena_new(i));

        if (source->resize(source->self, NULL, 100) == NULL)
            exit(1);
    }
    exit(0);
}

static void arenas_that_are_hardly_used_take_hardly_any_memory(void **state)
{
    (void)state;
    if (!RONDO_ASAN && !RUNNING_ON_VALGRIND)
        assert_int_equal(run_apart(take_of_forty, NULL), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(blocks_are_apart_aligned_and_keep_what_is_written),
        TEST(after_a_reset_the_same_requests_have_the_same_addresses),
        TEST(an_arena_lies_where_its_number_says),
        TEST(after_a_reset_memory_is_zero),
        TEST(what_was_freed_is_zero_when_it_is_taken_again),
        TEST(resizing_keeps_the_content),
        TEST(foreign_memory_is_freed_and_resized),
        TEST(where_there_is_no_room_left_the_answer_is_null),
        TEST(what_was_left_behind_goes_with_the_arena),
        TEST(arenas_that_are_hardly_used_take_hardly_any_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
