/*
 * cpython gh-111693: asyncio.Condition. A wait that was cancelled while it took its lock again ends
 * with a cancellation of its own making, and the words of the one that was asked for are lost.
 */
#include "zoo.h"

#include <stdio.h>

static rondo_lock lock = RONDO_LOCK("guard");
static struct line waiters;
static bool ready;

static int condition_wait(void)
{
    char words[32] = "";
    int rc, relocked;

    rondo_lock_release(&lock);
    rc = line_wait(&waiters);
    if (rc < 0)
        snprintf(words, sizeof words, "%s", rondo_error_text());
    while ((relocked = rondo_lock_acquire(&lock)) == RONDO_ECANCELED) {
        rc = relocked;
        snprintf(words, sizeof words, "%s", fixed ? rondo_error_text() : "");
    }
    return rc < 0 ? rondo_fail(rc, "%s", words) : 0;
}

static int wait_until_ready(void)
{
    int rc = rondo_lock_acquire(&lock);

    RONDO_TRY(rc);
    while (rc == 0 && !ready)
        rc = condition_wait();
    if (rc < 0)
        RONDO_ALWAYS("the_cancel_has_its_words", strcmp(rondo_error_text(), "go home") == 0);
    rondo_lock_release(&lock);
    return rc;
}

static int notify(void)
{
    RONDO_TRY(rondo_lock_acquire(&lock));
    ready = true;
    line_wake(&waiters);
    hop();
    rondo_lock_release(&lock);
    return 0;
}

static int cancel_waiter(void)
{
    hop();
    rondo_cancel(the("waiter"), "go home");
    return 0;
}

static void run(void)
{
    CAST({"waiter", wait_until_ready}, {"notifier", notify}, {"canceller", cancel_waiter});
}

TWINS(run);
