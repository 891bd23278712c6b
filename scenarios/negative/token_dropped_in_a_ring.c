/*
 * token_dropped_in_a_ring.c - three stations hand a token on, each by a queue of its own that
 * nobody holds; one of them drops it in the second round, and each waits for the one before it.
 * Main waits for all of them, or for closing time only. In the twin the token is handed on.
 */
#include "rondo.h"

#define STATIONS 3
#define ROUNDS   4

/* Not on main's stack: where main does not wait the stations outlive it. */
static rondo_queue slots[STATIONS] = {RONDO_QUEUE("to ann", 0), RONDO_QUEUE("to bob", 0),
                                      RONDO_QUEUE("to cat", 0)};
static int numbers[STATIONS] = {0, 1, 2};
static bool bob_drops_it;

static int hand_on(void *arg, rondo_value *out)
{
    int number = *(const int *)arg;
    rondo_value token;

    (void)out;
    if (number == 0)
        RONDO_TRY(rondo_queue_put(&slots[1], 1));
    for (int round = 1; round <= ROUNDS; round++) {
        RONDO_TRY(rondo_queue_get(&slots[number], &token));
        RONDO_TRY(rondo_sleep(RONDO_MS(10)));
        if (bob_drops_it && round == 2 && number == 1)
            continue;
        RONDO_TRY(rondo_queue_put(&slots[(number + 1) % STATIONS], 1));
    }
    return 0;
}

static int run_ring(bool drops, bool waits)
{
    static const char *const names[STATIONS] = {"ann", "bob", "cat"};
    rondo_task *tasks[STATIONS];
    int rc;

    bob_drops_it = drops;
    for (int i = 0; i < STATIONS; i++)
        tasks[i] = rondo_spawn(hand_on, &numbers[i], .name = names[i]);
    rc = waits ? rondo_gather(tasks, STATIONS, 0, NULL) : rondo_sleep(RONDO_S(1));
    rondo_unref_all(tasks, STATIONS);
    return rc;
}

static int dropped(void *arg, rondo_value *out)
{
    (void)arg, (void)out;
    return run_ring(true, true);
}

static int dropped_unseen(void *arg, rondo_value *out)
{
    (void)arg, (void)out;
    return run_ring(true, false);
}

static int handed_on(void *arg, rondo_value *out)
{
    (void)arg, (void)out;
    return run_ring(false, true);
}

RONDO_PROGRAM(dropped, dropped);
RONDO_PROGRAM(dropped_unseen, dropped_unseen);
RONDO_PROGRAM(handed_on, handed_on);
