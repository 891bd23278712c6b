/*
 * 002-1: a spinner turns every tenth of a second while a slow function takes three seconds to
 * return 42; then it is cancelled, swallows the cancellation and wipes its line. The listing makes
 * and closes its loop by hand. The count of frames at the end is ours.
 */
#include "rondo.h"

#include <inttypes.h>
#include <stdio.h>

static int frames;

static void back(int width)
{
    for (int i = 0; i < width; i++)
        putchar('\b');
}

static int spin(void *msg, rondo_value *out)
{
    int width;

    (void)out;
    for (size_t i = 0;; i++) {
        width = printf("%c %s", "|/-\\"[i % 4], (const char *)msg);
        fflush(stdout);
        back(width);
        frames++;
        if (rondo_sleep(RONDO_MS(100)) < 0)
            break;
    }
    printf("%*s", width, "");
    back(width);
    fflush(stdout);
    return 0;
}

static int slow_function(rondo_value *out)
{
    /* pretend waiting a long time for I/O */
    RONDO_TRY(rondo_sleep(RONDO_S(3)));
    return rondo_return(out, 42);
}

static int supervisor(void *arg, rondo_value *out)
{
    rondo_task *spinner = rondo_spawn(spin, "thinking!");
    char text[100];
    int rc;

    (void)arg;
    if (spinner == NULL)
        return RONDO_ENOMEM;
    printf("spinner object: %s\n", rondo_future_describe(spinner, text, sizeof text));
    rc = slow_function(out);
    rondo_cancel(spinner, NULL);
    rondo_unref(spinner);
    return rc;
}

static int spinner_until_answer_main(int argc, char **argv)
{
    rondo_loop *loop = rondo_loop_new();
    rondo_value result = {0};
    rondo_task *task;
    int rc;

    (void)argc;
    (void)argv;
    if (loop == NULL)
        return 1;
    task = rondo_loop_create_task(loop, supervisor, NULL);
    rc = rondo_loop_run_until_complete(loop, task, &result);
    rondo_unref(task);
    rondo_loop_close(loop);
    if (rc < 0)
        return 1;
    printf("Answer: %" PRId64 "\n", result.as.i);
    printf("frames %d\n", frames);
    return 0;
}

RONDO_PROGRAM(spinner_until_answer, spinner_until_answer_main);
