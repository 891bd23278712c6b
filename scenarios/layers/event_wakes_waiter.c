/*
 * 003-14: a waiter waits for an event, which a setter sets after three seconds.
 */
#include "rondo.h"

#include <stdio.h>

static rondo_event event = RONDO_EVENT("notice");

static int waiter(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    puts("等待事件...");
    RONDO_TRY(rondo_event_wait(&event));
    puts("事件已被设置,继续执行");
    return 0;
}

static int setter(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    puts("等待3秒后设置事件");
    RONDO_TRY(rondo_sleep(RONDO_S(3)));
    rondo_event_set(&event); /* wakes all that wait */
    return 0;
}

static int main_coroutine(void *arg, rondo_value *out)
{
    rondo_task *tasks[2];
    int rc;

    (void)arg;
    (void)out;
    tasks[0] = rondo_spawn(waiter, NULL);
    tasks[1] = rondo_spawn(setter, NULL);
    rc = rondo_gather(tasks, 2, 0, NULL);
    rondo_unref_all(tasks, 2);
    return rc;
}

RONDO_PROGRAM(event_wakes_waiter, main_coroutine);
