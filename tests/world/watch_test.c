/*
 * watch_test.c - what of a range of memory has changed since the last look.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world/watch.h"

enum { MAIN = 1, ANN };

/* The names of what has changed, one after the other; "" is nothing. */
static void expect_changed(struct watches *watches, const char *first, const char *second)
{
    const struct watch *watch;
    size_t at = 0;

    watch = watches_changed(watches, &at);
    assert_string_equal(watch != NULL ? watch->name : "", first);
    watch = watch != NULL ? watches_changed(watches, &at) : NULL;
    assert_string_equal(watch != NULL ? watch->name : "", second);
    assert_null(watches_changed(watches, &at));
}

static void a_change_is_seen_once(void **state)
{
    struct watches watches = {0};
    int seats = 3;

    (void)state;
    expect_changed(&watches, "", "");
    watches_add(&watches, &seats, sizeof seats, "seats", MAIN);
    expect_changed(&watches, "", "");
    seats--;
    expect_changed(&watches, "seats", "");
    expect_changed(&watches, "", "");
    seats = 2; /* what it was */
    expect_changed(&watches, "", "");
    watches_clear(&watches);
}

static void all_of_a_range_is_compared_and_nothing_beside_it(void **state)
{
    struct watches watches = {0};
    char row[8] = "abcdefg";

    (void)state;
    watches_add(&watches, row + 1, 4, "row", MAIN);
    row[0] = row[5] = '!';
    expect_changed(&watches, "", "");
    row[4] = '!';
    expect_changed(&watches, "row", "");
    row[1] = '!';
    expect_changed(&watches, "row", "");
    watches_clear(&watches);
}

static void changes_are_told_in_the_order_in_which_they_were_asked_for(void **state)
{
    struct watches watches = {0};
    int rows[3] = {0};

    (void)state;
    watches_add(&watches, &rows[2], sizeof rows[2], "last", MAIN);
    watches_add(&watches, &rows[1], sizeof rows[1], "none", MAIN);
    watches_add(&watches, &rows[0], sizeof rows[0], "first", MAIN);
    rows[0] = rows[2] = 1;
    expect_changed(&watches, "last", "first");
    watches_remove(&watches, &rows[1]);
    rows[0] = rows[1] = rows[2] = 2;
    expect_changed(&watches, "last", "first");
    watches_clear(&watches);
}

static void what_is_watched_again_is_watched_once_as_it_is_now(void **state)
{
    struct watches watches = {0};
    int seats = 1;

    (void)state;
    watches_add(&watches, &seats, sizeof seats, "old", MAIN);
    seats = 2;
    watches_add(&watches, &seats, sizeof seats, "new", MAIN);
    expect_changed(&watches, "", "");
    seats = 3;
    expect_changed(&watches, "new", "");
    watches_clear(&watches);
}

/* Its memory may be gone: it is not looked at. */
static void what_an_owner_has_asked_for_leaves_with_it(void **state)
{
    struct watches watches = {0};
    int rows[2] = {0};

    (void)state;
    watches_add(&watches, &rows[0], sizeof rows[0], "of ann", ANN);
    watches_add(&watches, &rows[1], sizeof rows[1], "of main", MAIN);
    rows[0] = rows[1] = 1;
    watches_leave(&watches, ANN);
    expect_changed(&watches, "of main", "");
    watches_clear(&watches);
    assert_int_equal(watches.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_is_seen_once),
        cmocka_unit_test(all_of_a_range_is_compared_and_nothing_beside_it),
        cmocka_unit_test(changes_are_told_in_the_order_in_which_they_were_asked_for),
        cmocka_unit_test(what_is_watched_again_is_watched_once_as_it_is_now),
        cmocka_unit_test(what_an_owner_has_asked_for_leaves_with_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
