/*
 * 001-c5: one of two tasks crashes after a second; what becomes of the other, which needs two? It
 * goes on beside a gather, whether that returns errors or ends with the first; it is cancelled when
 * the crash ends main and with it the run.
 *
 * Between these the transcript tries a TaskGroup for a second, which is left out here. It ends with
 * the message of the crash; rondo_run() gives the code alone.
 */
#include "rondo.h"

#include <stdio.h>

enum { CRASH = RONDO_EUSER - 1 };

static int bad(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    RONDO_TRY(rondo_sleep(RONDO_S(1)));
    return rondo_fail(CRASH, "crash");
}

static int good(void *arg, rondo_value *out)
{
    (void)arg;
    RONDO_TRY(rondo_sleep(RONDO_S(2)));
    puts("good finished");
    return rondo_return(out, "ok");
}

static int errors_as_results(void)
{
    rondo_task *tasks[2];
    rondo_result results[2];
    int rc;

    tasks[0] = rondo_spawn(bad, NULL);
    tasks[1] = rondo_spawn(good, NULL);
    rc = rondo_gather(tasks, 2, RONDO_RETURN_ERRORS, results);
    if (rc == 0)
        printf("[%s('%s'), '%s']\n", rondo_err_name(results[0].code),
               rondo_future_error_text(tasks[0]), results[1].value.as.text);
    rondo_unref_all(tasks, 2);
    return rc;
}

static int first_error_ends_it(void)
{
    rondo_task *tasks[2];
    int rc;

    tasks[0] = rondo_spawn(bad, NULL);
    tasks[1] = rondo_spawn(good, NULL);
    rc = rondo_gather(tasks, 2, 0, NULL);
    if (rc == CRASH) {
        printf("gather raised at once: %s\n", rondo_error_text());
        rc = rondo_sleep(RONDO_MS(1500));
    }
    if (rc == 0 && !rondo_cancelled(tasks[1]))
        puts("(sibling was not cancelled by gather)");
    rondo_unref_all(tasks, 2);
    return rc;
}

static int two_gathers(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    RONDO_TRY(errors_as_results());
    return first_error_ends_it();
}

static int main_crashes(void *arg, rondo_value *out)
{
    rondo_task *task = rondo_spawn(good, NULL);
    int rc = task != NULL ? bad(arg, out) : RONDO_ENOMEM;

    rondo_unref(task);
    return rc;
}

static int crash_beside_a_good_task_main(int argc, char **argv)
{
    int rc = rondo_run(two_gathers, NULL, NULL);

    (void)argc;
    (void)argv;
    if (rc == 0)
        rc = rondo_run(main_crashes, NULL, NULL);
    if (rc == CRASH)
        printf("run ended with %s - the sibling never finished\n", rondo_err_name(rc));
    return rc != CRASH;
}

RONDO_PROGRAM(crash_beside_a_good_task, crash_beside_a_good_task_main);
