/*
 * image_test.c - the variables of a module are put back to what they were.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "cli/command.h"
#include "run/image.h"

/* As in data/image.c. */
struct state {
    int global;
    int is_static;
    int in_function;
    int zero;
    int thread;
    int thread_zero;
    char last_of_large;
    int counter;
    const char *text;
};

struct fixture {
    void *module;
    struct image *image;
    void (*step)(struct state *state);
    int (*through_pointer)(void);
};

static int fixture_open(void **state)
{
    static struct fixture fixture;
    char *folder = modules_beside_executable();
    char *path = must_format("%s/image.so", folder);

    fixture.module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (fixture.module == NULL)
        print_error("%s\n", dlerror());
    free(path);
    free(folder);
    if (fixture.module == NULL)
        return -1;
    *(void **)&fixture.step = dlsym(fixture.module, "image_step");
    *(void **)&fixture.through_pointer = dlsym(fixture.module, "image_through_pointer");
    fixture.image = image_take(fixture.module);
    *state = &fixture;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;

    image_free(f->image);
    return dlclose(f->module);
}

static void expect_state(struct fixture *f, const char *expected)
{
    struct state now;
    char text[200];

    f->step(&now);
    snprintf(text, sizeof text, "%d %d %d %d, thread %d %d, large %c, counter %d, %s", now.global,
             now.is_static, now.in_function, now.zero, now.thread, now.thread_zero,
             now.last_of_large, now.counter, now.text);
    assert_string_equal(text, expected);
}

static void every_variable_is_put_back_and_the_counters_are_left_alone(void **state)
{
    struct fixture *f = *state;

    expect_state(f, "1 2 3 0, thread 4 0, large x, counter 0, before");
    expect_state(f, "2 3 4 1, thread 5 1, large y, counter 1, after");
    image_reset(f->image);
    expect_state(f, "1 2 3 0, thread 4 0, large x, counter 2, before");
    image_reset(f->image);
    image_reset(f->image);
    expect_state(f, "1 2 3 0, thread 4 0, large x, counter 3, before");
}

static void what_the_loader_filled_in_stays_and_what_it_points_to_is_put_back(void **state)
{
    struct fixture *f = *state;
    struct state now;

    assert_int_equal(f->through_pointer(), 5);
    f->step(&now);
    assert_int_equal(f->through_pointer(), 6);
    image_reset(f->image);
    assert_int_equal(f->through_pointer(), 5);
}

static void an_image_that_was_taken_later_is_of_what_was_then(void **state)
{
    struct fixture *f = *state;
    struct image *later;
    struct state now;

    f->step(&now);
    later = image_take(f->module);
    f->step(&now);
    image_reset(later);
    f->step(&now);
    assert_int_equal(now.global, 2);
    image_reset(f->image);
    f->step(&now);
    assert_int_equal(now.global, 1);
    image_free(later);
}

/* As a guest does, at the beginning of a run. */
static void begin(struct globals *globals)
{
    globals->kept = false;
}

static void two_processes_have_globals_of_their_own_and_share_the_counters(void **state)
{
    struct fixture *f = *state;
    struct globals a = {0}, b = {0};

    for (int run = 0; run < 2; run++) {
        begin(&a);
        begin(&b);
        image_enter(f->image, &a);
        expect_state(f, run == 0 ? "1 2 3 0, thread 4 0, large x, counter 0, before"
                                 : "1 2 3 0, thread 4 0, large x, counter 5, before");
        image_enter(f->image, &b);
        expect_state(f, run == 0 ? "1 2 3 0, thread 4 0, large x, counter 1, before"
                                 : "1 2 3 0, thread 4 0, large x, counter 6, before");
        expect_state(f, run == 0 ? "2 3 4 1, thread 5 1, large y, counter 2, after"
                                 : "2 3 4 1, thread 5 1, large y, counter 7, after");
        image_enter(f->image, &a);
        expect_state(f, run == 0 ? "2 3 4 1, thread 5 1, large y, counter 3, after"
                                 : "2 3 4 1, thread 5 1, large y, counter 8, after");
        image_enter(f->image, &b);
        expect_state(f, run == 0 ? "3 4 5 2, thread 6 2, large z, counter 4, after"
                                 : "3 4 5 2, thread 6 2, large z, counter 9, after");
        assert_true(image_is_entered(f->image));
        image_reset(f->image);
        assert_false(image_is_entered(f->image));
    }
    globals_clear(&a);
    globals_clear(&b);
}

static void who_has_run_a_smaller_module_before_has_room_for_this_one(void **state)
{
    struct fixture *f = *state;
    struct globals a = {.saved = must_alloc(1), .size = 1}, b = {0};

    image_enter(f->image, &a);
    image_enter(f->image, &b);
    assert_true(a.size > 1);
    image_reset(f->image);
    globals_clear(&a);
    globals_clear(&b);
}

static void no_image_is_freed(void **state)
{
    (void)state;
    image_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_variable_is_put_back_and_the_counters_are_left_alone),
        TEST(what_the_loader_filled_in_stays_and_what_it_points_to_is_put_back),
        TEST(an_image_that_was_taken_later_is_of_what_was_then),
        TEST(two_processes_have_globals_of_their_own_and_share_the_counters),
        TEST(who_has_run_a_smaller_module_before_has_room_for_this_one),
        TEST(no_image_is_freed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
