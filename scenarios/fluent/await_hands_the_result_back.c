/*
 * 002-2-await: the outer coroutine awaits the inner one and goes on with its result.
 */
#include "rondo.h"

#include <inttypes.h>
#include <stdio.h>

static int inner(rondo_value *out)
{
    puts("inner");
    RONDO_TRY(rondo_sleep(RONDO_S(1)));
    return rondo_return(out, 10);
}

static int outer(rondo_value *out)
{
    rondo_value result;

    RONDO_TRY(inner(&result));
    printf("outer got %" PRId64 "\n", result.as.i);
    return rondo_return(out, result.as.i + 1);
}

static int main_coroutine(void *arg, rondo_value *out)
{
    rondo_value result;

    (void)arg;
    (void)out;
    RONDO_TRY(outer(&result));
    printf("%" PRId64 "\n", result.as.i);
    return 0;
}

RONDO_PROGRAM(await_hands_the_result_back, main_coroutine);
