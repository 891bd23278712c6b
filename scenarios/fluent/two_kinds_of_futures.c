/*
 * 002-0-futures: the future of a loop and the concurrent one. Asked too early, the first says so
 * and never blocks; the second blocks as long as one is patient. The first calls back in the loop's
 * next iteration, the second at once. One can be wrapped into the other.
 */
#include "rondo.h"

#include <stdio.h>

static char called[3];

static void note(void *letter)
{
    for (char *at = called;; at++) {
        if (*at == '\0') {
            *at = *(char *)letter;
            return;
        }
    }
}

static int wrap(void)
{
    rondo_concurrent *concurrent = rondo_concurrent_new();
    rondo_future *future = rondo_wrap_future(concurrent, NULL);
    rondo_value value;

    rondo_concurrent_set_result(concurrent, 1);
    RONDO_TRY(rondo_await(future, &value));
    printf("wrapped: %d\n", (int)value.as.i);
    rondo_unref(future);
    rondo_concurrent_unref(concurrent);
    return 0;
}

static int main_coroutine(void *arg, rondo_value *out)
{
    static char a[] = "a", c[] = "c";
    rondo_future *future = rondo_create_future(NULL);
    rondo_concurrent *concurrent = rondo_concurrent_new();
    int rc;

    (void)arg;
    (void)out;
    rc = rondo_future_result(future, NULL);
    printf("of a loop, pending: %s\n", rondo_err_name(rc));
    rc = rondo_concurrent_result(concurrent, 0, NULL);
    printf("concurrent, pending, no patience: %s\n", rondo_err_name(rc));
    RONDO_TRY(rondo_add_done_callback(future, note, a));
    RONDO_TRY(rondo_concurrent_add_done_callback(concurrent, note, c));
    rondo_set_result(future, 1);
    rondo_concurrent_set_result(concurrent, 1);
    printf("called right after set_result: %s\n", called);
    RONDO_TRY(rondo_sleep(0));
    printf("one iteration later: %s\n", called);
    rondo_unref(future);
    rondo_concurrent_unref(concurrent);
    return wrap();
}

RONDO_PROGRAM(two_kinds_of_futures, main_coroutine);
