/*
 * SafeStack (SCTBench, misc; D. Vyukov): a lock-free stack of indices. A pop takes the successor of
 * the head away and then swaps the head; between the two the head may have gone, come back with
 * another successor: the same element is popped twice. It takes five preemptions.
 */
#include "threads.h"

enum { ELEMENTS = 3, ROUNDS = 2, PATIENCE = 40 };

static rondo_lock lock = RONDO_LOCK("stack");
static int head, count = ELEMENTS, next[ELEMENTS] = {1, 2, -1}, owner[ELEMENTS];

static bool swap_head(int from, int to)
{
    bool was;

    RONDO_UPDATE(head, (was = head == from, head = was ? to : head));
    return was;
}

/* -1: nothing could be had, however often it was tried. */
static int pop(void)
{
    for (int i = 0; i < PATIENCE; i++) {
        int first, second;

        if (RONDO_READ(count) <= 1)
            continue;
        first = RONDO_READ(head);
        RONDO_UPDATE(next[first], (second = next[first], next[first] = -1));
        if (second < 0)
            continue;
        if (swap_head(first, second)) {
            RONDO_UPDATE(count, count--);
            return first;
        }
        RONDO_UPDATE(next[first], next[first] = second);
    }
    return -1;
}

static void push(int element)
{
    int first;

    do {
        first = RONDO_READ(head);
        RONDO_WRITE(next[element], first);
    } while (!swap_head(first, element));
    RONDO_UPDATE(count, count++);
}

static int use(int number)
{
    for (int i = 0; i < ROUNDS; i++) {
        int element;

        if (fixed)
            LOCK(&lock);
        element = pop();
        if (fixed)
            UNLOCK(&lock);
        if (element < 0)
            continue;
        RONDO_WRITE(owner[element], number);
        RONDO_ALWAYS("an_element_has_one_owner", RONDO_READ(owner[element]) == number);
        if (fixed)
            LOCK(&lock);
        push(element);
        if (fixed)
            UNLOCK(&lock);
    }
    return 0;
}

static void run(int size)
{
    (void)size;
    start("user", use, ELEMENTS);
    join();
}

TWINS(run)
