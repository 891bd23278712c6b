/*
 * libuv PR 493 (1.7.3): the thread pool. Work signals a sleeping worker only when the queue was
 * empty; of two pieces posted at once, one worker gets both, one after the other, while another
 * sleeps; and the first needs the second.
 */
#include "zoo.h"

static int posted, taken;
static bool second_done;
static struct line sleepers, first_waits;

static void post(void)
{
    bool was_empty = posted == taken;

    posted++;
    if (was_empty || fixed)
        line_wake(&sleepers);
}

static int work(void)
{
    while (taken < 2) {
        while (posted == taken) {
            if (taken == 2)
                return 0;
            RONDO_TRY(line_wait(&sleepers));
        }
        if (++taken == 2) {
            second_done = true;
            line_wake_all(&first_waits);
            line_wake_all(&sleepers); /* that is all there is */
        } else if (!second_done) {
            RONDO_TRY(line_wait(&first_waits));
        }
    }
    return 0;
}

static int post_two(void)
{
    hop();
    post();
    post();
    return 0;
}

static void run(void)
{
    CAST({"worker 1", work}, {"worker 2", work}, {"poster", post_two});
}

TWINS(run);
