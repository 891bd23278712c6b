/*
 * janus #715: join() waits for an event that put() clears and task_done() sets, each by a callback
 * that is queued. When the callbacks run in another order, the event says "all done" while there is
 * work, and join() turns in a circle.
 */
#include "zoo.h"

static rondo_event finished = RONDO_EVENT("finished");
static int unfinished, queued;
static struct line workers, drained;

static void ran(void)
{
    if (--queued == 0)
        line_wake(&drained);
}

static void set(void *arg)
{
    (void)arg;
    rondo_event_set(&finished);
    ran();
}

static void clear(void *arg)
{
    (void)arg;
    rondo_event_clear(&finished);
    ran();
}

/* The mended one does it at once. */
static void soon(rondo_callback callback)
{
    queued++;
    if (fixed)
        callback(NULL);
    else
        rondo_call_soon(rondo_get_running_loop(), callback, NULL);
}

static int produce(void)
{
    for (int i = 0; i < 2; i++) {
        unfinished++;
        soon(clear);
        line_wake(&workers);
        hop();
    }
    return 0;
}

static int work_once(void)
{
    while (unfinished == 0)
        RONDO_TRY(line_wait(&workers));
    if (--unfinished == 0)
        soon(set);
    return 0;
}

static void run(void)
{
    CAST({"producer", produce}, {"worker", work_once});
    while (queued > 0)
        line_wait(&drained);
    RONDO_ALWAYS("the_event_says_what_is", rondo_event_is_set(&finished) == (unfinished == 0));
}

TWINS(run);
