/*
 * redis-py #2624, #2665: a command that is cancelled between its request and its reply gives the
 * connection back to the pool; the next command reads the reply of the one before.
 */
#include "zoo.h"

/* The replies of a connection that have arrived, one place for each command sent on it. */
struct connection {
    int sent, arrived, read;
    int replies[2];
    struct line readers;
};

static rondo_lock pool = RONDO_LOCK("pool of one");
static struct connection connections[3], *current = connections;

static void reply_arrives(void *arg)
{
    struct connection *connection = arg;

    connection->arrived++;
    line_wake(&connection->readers);
}

static int command(int question)
{
    struct connection *mine;
    int rc = 0;

    RONDO_TRY(rondo_lock_acquire(&pool));
    mine = current;
    mine->replies[mine->sent++] = question;
    rondo_call_soon(rondo_get_running_loop(), reply_arrives, mine);
    while (rc == 0 && mine->read == mine->arrived)
        rc = line_wait(&mine->readers);
    if (rc == 0) {
        RONDO_ALWAYS("the_reply_is_to_ones_own_question", mine->replies[mine->read] == question);
        mine->read++;
    } else if (fixed)
        current++; /* what is unread stays with the old one */
    rondo_lock_release(&pool);
    return rc;
}

static int ask_first(void)
{
    return command(1);
}

static int ask_second(void)
{
    return command(2);
}

static int cancel_first(void)
{
    rondo_cancel(the("first"), NULL);
    return 0;
}

static void run(void)
{
    CAST({"first", ask_first}, {"second", ask_second}, {"canceller", cancel_first});
}

TWINS(run);
