/*
 * ground.c - see ground.h: what does not depend on which ground is linked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lib/ground.h"

struct cast {
    const struct CMUnitTest *tests;
    size_t count;
};

static int run_cast(void *arg)
{
    const struct cast *cast = arg;

    return _cmocka_run_group_tests(ground_name, cast->tests, cast->count, NULL, NULL);
}

int ground_play_all(const struct CMUnitTest *tests, size_t count)
{
    return ground_run(run_cast, &(struct cast){tests, count});
}
