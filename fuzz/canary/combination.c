/*
 * A bug for the schedule fuzzer to find: ten tasks dial a digit each in one iteration of the loop,
 * and only one order of 3,628,800 opens the safe, in which the program then waits for ever. Blind
 * search takes too long; a fuzzer that sees which branches were taken finds a digit after another.
 */
#include "rondo.h"

#define DIGITS 10

static int dialled; /* digits of the combination that are right so far */

/* One branch a digit, so that each right one is new coverage. */
static void dial(int digit)
{
    switch (dialled) {
#define X(position, wanted)                                        \
    case position:                                                 \
        dialled = digit == (wanted) ? (position) + 1 : (position); \
        break;
        X(0, 7)
        X(1, 2)
        X(2, 9)
        X(3, 4)
        X(4, 0)
        X(5, 8)
        X(6, 3)
        X(7, 6)
        X(8, 1)
        X(9, 5)
#undef X
    default:
        break;
    }
}

static int hand(void *arg, rondo_value *out)
{
    const int *digit = arg;

    (void)out;
    dial(*digit);
    return 0;
}

static int try_the_safe(void *arg, rondo_value *out)
{
    static int digits[DIGITS];
    rondo_task *hands[DIGITS];
    rondo_future *key = rondo_create_future(NULL);
    int rc;

    (void)arg;
    (void)out;
    for (int i = 0; i < DIGITS; i++) {
        digits[i] = i;
        hands[i] = rondo_spawn(hand, &digits[i]);
    }
    rc = rondo_gather(hands, DIGITS, 0, NULL);
    rondo_unref_all(hands, DIGITS);
    if (rc == 0 && dialled == DIGITS)
        rc = rondo_await(key, NULL);
    rondo_unref(key);
    return rc;
}

RONDO_PROGRAM(combination, try_the_safe);
