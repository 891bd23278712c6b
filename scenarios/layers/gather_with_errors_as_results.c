/*
 * 003-8-exc: gather with a coroutine that fails after one second beside one that needs two: with
 * errors as results it waits for both, without it ends with the first error.
 */
#include "rondo.h"

#include <inttypes.h>
#include <stdio.h>

enum { VALUE_ERROR = RONDO_EUSER - 1 };

static int succeed(void *arg, rondo_value *out)
{
    (void)arg;
    RONDO_TRY(rondo_sleep(RONDO_S(2)));
    return rondo_return(out, 2);
}

static int fail(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    RONDO_TRY(rondo_sleep(RONDO_S(1)));
    return rondo_fail(VALUE_ERROR, "1");
}

static int gather_both(unsigned flags)
{
    rondo_result results[2];
    rondo_task *tasks[2];
    int rc;

    tasks[0] = rondo_spawn(succeed, NULL);
    tasks[1] = rondo_spawn(fail, NULL);
    rc = rondo_gather(tasks, 2, flags, results);
    if (rc == 0)
        printf("[%" PRId64 ", %s(%s)]\n", results[0].value.as.i, rondo_err_name(results[1].code),
               rondo_future_error_text(tasks[1]));
    if (rc == VALUE_ERROR)
        printf("raised %s\n", rondo_error_text());
    rondo_unref_all(tasks, 2);
    return rc;
}

static int main_coroutine(void *arg, rondo_value *out)
{
    int rc;

    (void)arg;
    (void)out;
    RONDO_TRY(gather_both(RONDO_RETURN_ERRORS));
    rc = gather_both(0);
    return rc == VALUE_ERROR ? 0 : rc;
}

RONDO_PROGRAM(gather_with_errors_as_results, main_coroutine);
