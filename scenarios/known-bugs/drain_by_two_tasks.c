/*
 * cpython gh-74116 (bpo-29930), websockets #16: StreamWriter.drain(). The protocol has one place
 * for a waiter; when two tasks drain a paused transport, the second meets the assertion.
 */
#include "zoo.h"

static bool paused = true;
static struct line drainers;

static int drain(void)
{
    if (!paused)
        return 0;
    RONDO_ALWAYS("nobody_else_drains", fixed || drainers.count == 0);
    return line_wait(&drainers);
}

static int resume_writing(void)
{
    hop();
    paused = false;
    line_wake_all(&drainers);
    return 0;
}

static void run(void)
{
    CAST({"ann", drain}, {"bob", drain}, {"transport", resume_writing});
}

TWINS(run);
