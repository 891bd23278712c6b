/*
 * 004-2-c: gather in the role of a wait group, a queue with room for one item in that of a channel:
 * the sender is held back by the receiver, who takes a second over each item.
 */
#include "rondo.h"

#include <inttypes.h>
#include <stdio.h>

static rondo_queue channel = RONDO_QUEUE("channel", 1);

static int sender(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    for (int i = 0; i < 3; i++) {
        RONDO_TRY(rondo_queue_put(&channel, i));
        printf("sent %d\n", i);
    }
    return 0;
}

static int receiver(void *arg, rondo_value *out)
{
    rondo_value item;

    (void)arg;
    (void)out;
    for (int i = 0; i < 3; i++) {
        RONDO_TRY(rondo_queue_get(&channel, &item));
        printf("recv %" PRId64 "\n", item.as.i);
        RONDO_TRY(rondo_sleep(RONDO_S(1)));
    }
    return 0;
}

static int main_coroutine(void *arg, rondo_value *out)
{
    rondo_task *tasks[2];
    int rc;

    (void)arg;
    (void)out;
    tasks[0] = rondo_spawn(sender, NULL, .name = "sender");
    tasks[1] = rondo_spawn(receiver, NULL, .name = "receiver");
    rc = rondo_gather(tasks, 2, 0, NULL);
    rondo_unref_all(tasks, 2);
    rondo_queue_clear(&channel);
    return rc;
}

RONDO_PROGRAM(gather_and_queue_as_channel, main_coroutine);
