/*
 * alloc_test.c - program memory, which can be replaced and can fail, and harness memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/stack.h"
#include "tests/lib/apart.h"
#include "tests/lib/memory.h"

static int watch(void **state)
{
    static struct memory memory;

    memory_watch(&memory);
    *state = &memory;
    return 0;
}

static int unwatch(void **state)
{
    struct memory *memory = *state;

    memory_unwatch(memory);
    return memory->live == 0 ? 0 : -1;
}

static void every_kind_of_program_memory_comes_from_the_source_in_place(void **state)
{
    struct memory *memory = *state;
    void *taken = alloc_take(10);
    void *zero = alloc_zero(10);
    char *text = alloc_text("abc");

    assert_int_equal(memory->live, 3);
    taken = alloc_resize(taken, 1000);
    assert_int_equal(memory->requests, 4);
    alloc_release(taken);
    alloc_release(zero);
    alloc_release(text);
    assert_int_equal(memory->live, 0);
}

static void zeroed_memory_is_zero(void **state)
{
    unsigned char *memory = alloc_zero(1000);
    unsigned sum = 0;

    (void)state;
    for (int i = 0; i < 1000; i++)
        sum += memory[i];
    assert_int_equal(sum, 0);
    alloc_release(memory);
}

static void a_text_is_copied(void **state)
{
    char text[] = "abc";
    char *copy = alloc_text(text);

    (void)state;
    text[0] = 'x';
    assert_string_equal(copy, "abc");
    alloc_release(copy);
}

static void no_text_stays_no_text(void **state)
{
    struct memory *memory = *state;

    assert_null(alloc_text(NULL));
    assert_null(must_text(NULL));
    assert_int_equal(memory->requests, 0);
}

static void releasing_nothing_does_nothing(void **state)
{
    struct memory *memory = *state;

    alloc_release(NULL);
    assert_int_equal(memory->live, 0);
}

static void a_size_of_zero_gives_a_block_all_the_same(void **state)
{
    void *taken = alloc_take(0);
    void *zero = alloc_zero(0);

    (void)state;
    assert_non_null(taken);
    assert_non_null(zero);
    taken = alloc_resize(taken, 0);
    assert_non_null(taken);
    alloc_release(taken);
    alloc_release(zero);
}

static void a_request_that_is_refused_gives_null(void **state)
{
    struct memory *memory = *state;

    memory_fail(memory, 1);
    assert_null(alloc_take(1));
    memory_fail(memory, 1);
    assert_null(alloc_zero(1));
    memory_fail(memory, 1);
    assert_null(alloc_text("abc"));
    assert_true(memory_failed(memory));
}

static void a_resize_that_is_refused_leaves_the_old_block(void **state)
{
    struct memory *memory = *state;
    char *text = alloc_text("abc");

    memory_fail(memory, 1);
    assert_null(alloc_resize(text, 1000));
    assert_string_equal(text, "abc");
    alloc_release(text);
}

static void replacing_gives_back_the_source_before(void **state)
{
    struct memory *memory = *state;
    const struct alloc_source *mine = alloc_replace(NULL);

    assert_ptr_equal(mine, &memory->source);
    alloc_release(alloc_take(1)); /* from the C library now */
    assert_int_equal(memory->requests, 0);
    assert_ptr_equal(alloc_replace(mine), memory->before);
}

static void harness_memory_does_not_come_from_the_program(void **state)
{
    struct memory *memory = *state;
    char *block = must_alloc(10);
    char *text = must_text("abc");
    char *formatted = must_format("%s-%d", "abc", 7);

    block = must_resize(block, 20);
    assert_int_equal(memory->requests, 0);
    assert_int_equal(block[9], 0);
    assert_string_equal(text, "abc");
    assert_string_equal(formatted, "abc-7");
    free(block);
    free(text);
    free(formatted);
}

static void ask_for_too_much(void *arg)
{
    (void)arg;
    free(must_resize(NULL, PTRDIFF_MAX));
}

static void a_harness_without_memory_exits_with_status_3(void **state)
{
    int status = run_apart(ask_for_too_much, NULL);

    (void)state;
    /* AddressSanitizer reports a request of that size itself. */
    assert_true(RONDO_ASAN ? status != 0 : status == 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_kind_of_program_memory_comes_from_the_source_in_place,
                                        watch, unwatch),
        cmocka_unit_test_setup_teardown(zeroed_memory_is_zero, watch, unwatch),
        cmocka_unit_test_setup_teardown(a_text_is_copied, watch, unwatch),
        cmocka_unit_test_setup_teardown(no_text_stays_no_text, watch, unwatch),
        cmocka_unit_test_setup_teardown(releasing_nothing_does_nothing, watch, unwatch),
        cmocka_unit_test_setup_teardown(a_size_of_zero_gives_a_block_all_the_same, watch, unwatch),
        cmocka_unit_test_setup_teardown(a_request_that_is_refused_gives_null, watch, unwatch),
        cmocka_unit_test_setup_teardown(a_resize_that_is_refused_leaves_the_old_block, watch,
                                        unwatch),
        cmocka_unit_test_setup_teardown(replacing_gives_back_the_source_before, watch, unwatch),
        cmocka_unit_test_setup_teardown(harness_memory_does_not_come_from_the_program, watch,
                                        unwatch),
        cmocka_unit_test_setup_teardown(a_harness_without_memory_exits_with_status_3, watch,
                                        unwatch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
