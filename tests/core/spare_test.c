/*
 * spare_test.c - memory that is kept for the next who asks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/stack.h"
#include "spare.h"

#define SIZE ((size_t)64)

/* A block that somebody has used. */
static char *used_block(struct spare *spare)
{
    char *block = spare_take(spare, SIZE);

    assert_non_null(block);
    memset(block, 0x5a, SIZE);
    return block;
}

static void what_was_given_back_last_is_taken_first_and_is_all_zero(void **state)
{
    struct spare spare = {.first = NULL};
    char *a, *b, *again[3];

    (void)state;
    if (RONDO_ASAN)
        skip(); /* it is to see every block come and go */
    a = used_block(&spare);
    b = used_block(&spare);
    spare_give(&spare, a);
    spare_give(&spare, b);
    for (int i = 0; i < 3; i++) {
        again[i] = spare_take(&spare, SIZE);
        for (size_t at = 0; at < SIZE; at++)
            assert_int_equal(again[i][at], 0);
    }
    assert_ptr_equal(again[0], b);
    assert_ptr_equal(again[1], a);
    assert_ptr_not_equal(again[2], a);
    for (int i = 0; i < 3; i++)
        spare_give(&spare, again[i]);
    spare_clear(&spare);
    assert_null(spare.first);
}

static void without_a_place_to_keep_it_memory_is_the_heaps(void **state)
{
    char *block = spare_take(NULL, SIZE);

    (void)state;
    assert_int_equal(block[0], 0);
    spare_give(NULL, block);
}

static void no_more_than_a_thousand_are_kept(void **state)
{
    struct spare spare = {.first = NULL};
    char *blocks[1100];

    (void)state;
    if (RONDO_ASAN)
        skip();
    for (int i = 0; i < 1100; i++)
        blocks[i] = used_block(&spare);
    for (int i = 0; i < 1100; i++)
        spare_give(&spare, blocks[i]);
    assert_int_equal(spare.count, 1024);
    spare_give(NULL, spare_take(&spare, SIZE));
    assert_int_equal(spare.count, 1023);
    spare_clear(&spare);
    assert_int_equal(spare.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_given_back_last_is_taken_first_and_is_all_zero),
        cmocka_unit_test(without_a_place_to_keep_it_memory_is_the_heaps),
        cmocka_unit_test(no_more_than_a_thousand_are_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
