/*
 * line_written_after_the_close.c - a log that gives way when there is no memory for a line.
 *
 * Whoever closes it gives way once, to let the writer finish: enough, unless the writer, for want
 * of memory, has just given way itself, and it is not its turn first. It takes both.
 */
#include "rondo.h"

static bool fixed;

static rondo_event accepted = RONDO_EVENT("accepted"), written = RONDO_EVENT("written");
static rondo_queue lines = RONDO_QUEUE("lines", 0);
static bool closed;

static int write_line(void *arg, rondo_value *out)
{
    int rc;

    rondo_event_set(&accepted);
    rc = rondo_queue_put_nowait(&lines, arg);
    if (rc == RONDO_ENOMEM) {
        RONDO_TRY(rondo_sleep(0)); /* let others give some back */
        rc = rondo_queue_put_nowait(&lines, arg);
    }
    RONDO_ALWAYS("no_line_after_the_close", !closed);
    rondo_event_set(&written);
    return rc;
}

static int close_log(void *arg, rondo_value *out)
{
    RONDO_TRY(rondo_event_wait(&accepted));
    if (fixed)
        RONDO_TRY(rondo_event_wait(&written));
    else
        RONDO_TRY(rondo_sleep(0)); /* let it be written */
    closed = true;
    return 0;
}

static int gives_way(void *arg, rondo_value *out)
{
    int rc = 0;

    RONDO_GROUP(rc, group) {
        rondo_group_spawn(group, close_log, NULL, .name = "closer");
        rondo_group_spawn(group, write_line, "the last line", .name = "writer");
    }
    rondo_queue_clear(&lines);
    return rc;
}

static int waits(void *arg, rondo_value *out)
{
    fixed = true;
    return gives_way(arg, out);
}

RONDO_PROGRAM(gives_way, gives_way);
RONDO_PROGRAM(waits, waits);
