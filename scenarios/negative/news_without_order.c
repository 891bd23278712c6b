/*
 * news_without_order.c - a reader takes what a writer has written without waiting for it: which
 * comes first is chance, and were they threads it would be a data race, found in whichever order
 * they ran. In the twin the reader waits for an event.
 */
#include "rondo.h"

#include <stdio.h>

static rondo_event ready = RONDO_EVENT("ready");
static bool waits;
static int news;

static int write_news(void *arg, rondo_value *out)
{
    (void)arg, (void)out;
    RONDO_WRITE(news, 42);
    rondo_event_set(&ready);
    return 0;
}

static int read_news(void *arg, rondo_value *out)
{
    (void)arg, (void)out;
    if (waits)
        RONDO_TRY(rondo_event_wait(&ready));
    printf("%d\n", RONDO_READ(news));
    return 0;
}

static int publish(void)
{
    rondo_task *tasks[] = {rondo_spawn(write_news, NULL, .name = "writer"),
                           rondo_spawn(read_news, NULL, .name = "reader")};
    int rc = rondo_gather(tasks, 2, 0, NULL);

    rondo_unref_all(tasks, 2);
    return rc;
}

static int without_waiting(void *arg, rondo_value *out)
{
    (void)arg, (void)out;
    return publish();
}

static int waiting(void *arg, rondo_value *out)
{
    (void)arg, (void)out;
    waits = true;
    return publish();
}

RONDO_PROGRAM(without_waiting, without_waiting);
RONDO_PROGRAM(waiting, waiting);
