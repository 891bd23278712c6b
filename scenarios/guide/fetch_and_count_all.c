/*
 * 000-2.4-fixed: the program that the listing of 000-2.4 seems to assume, whose main awaits both
 * tasks. All ten numbers appear; which of the lines at 2 s is first depends on the schedule.
 */
#include <stdio.h>

#include "rondo.h"

static int fetch_data(void *arg, rondo_value *out)
{
    (void)arg;
    puts("Start fetching");
    RONDO_TRY(rondo_sleep(RONDO_S(2))); /* simulating an I/O operation */
    puts("Done fetching");
    return rondo_return(out, "{'data': 1}");
}

static int print_numbers(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    for (int i = 0; i < 10; i++) {
        printf("%d\n", i);
        RONDO_TRY(rondo_sleep(RONDO_S(1)));
    }
    return 0;
}

static int async_main(void *arg, rondo_value *out)
{
    rondo_task *task1 = rondo_spawn(fetch_data, NULL, .name = "fetch_data");
    rondo_task *task2 = rondo_spawn(print_numbers, NULL, .name = "print_numbers");
    rondo_value value;
    int rc;

    (void)arg;
    (void)out;
    rc = rondo_await(task1, &value);
    if (rc == 0) {
        puts(value.as.text);
        rc = rondo_await(task2, NULL);
    }
    rondo_unref(task1);
    rondo_unref(task2);
    return rc;
}

RONDO_PROGRAM(fetch_and_count_all, async_main);
