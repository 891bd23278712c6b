/*
 * fiber_runtime_test.c - fibers beside a C++ runtime, which this program plays: what the one that
 * runs is catching goes with it. What a real one makes of that is fiber_catch.cc's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/fiber.h"

static void *catching[2]; /* of this thread */

/* In the place of the runtime's, for a core in a library too. */
void *__cxa_get_globals(void) __attribute__((visibility("default")));
void *__cxa_get_globals(void)
{
    return catching;
}

struct catcher {
    struct fiber fiber;
    struct fiber *home;
    int one, two; /* what it catches */
    bool kept;
};

static void catch_and_wait(void *argument)
{
    struct catcher *self = argument;

    self->kept = catching[0] == NULL && catching[1] == NULL;
    for (int i = 0; i < 3; i++) {
        catching[0] = &self->one;
        catching[1] = &self->two;
        fiber_switch(self->home);
        self->kept = self->kept && catching[0] == &self->one && catching[1] == &self->two;
    }
    fiber_switch_last(self->home);
}

static void what_a_fiber_catches_goes_with_it(void **state)
{
    struct catcher a = {.home = fiber_current()}, b = {.home = fiber_current()};
    int mine;

    (void)state;
    fiber_init(&a.fiber, stack_take(STACK_SIZE_TASK), catch_and_wait, &a);
    fiber_init(&b.fiber, stack_take(STACK_SIZE_TASK), catch_and_wait, &b);
    catching[1] = &mine;
    for (int i = 0; i < 4; i++) {
        fiber_switch(&a.fiber);
        assert_ptr_equal(catching[1], &mine);
        fiber_switch(&b.fiber);
        assert_null(catching[0]);
        assert_ptr_equal(catching[1], &mine);
    }
    assert_true(a.kept);
    assert_true(b.kept);
    catching[1] = NULL;
    stack_give(a.fiber.stack);
    stack_give(b.fiber.stack);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_fiber_catches_goes_with_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
