/*
 * 001-c29: a coroutine says where it may be switched away from. The first awaits, three times, a
 * coroutine that never suspends, and nobody comes in between; at the sleep the second one does.
 */
#include "rondo.h"

#include <stdio.h>

static char letters[8];
static size_t count;

static int letter(char letter)
{
    letters[count++] = letter;
    return 0; /* a coroutine called directly, that does not suspend */
}

static int first(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    for (int i = 0; i < 3; i++)
        RONDO_TRY(letter('a'));
    RONDO_TRY(rondo_sleep(0));
    return letter('A');
}

static int second(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    RONDO_TRY(letter('b'));
    RONDO_TRY(rondo_sleep(0));
    return letter('B');
}

static int main_coroutine(void *arg, rondo_value *out)
{
    rondo_task *tasks[2];
    int rc;

    (void)arg;
    (void)out;
    tasks[0] = rondo_spawn(first, NULL);
    tasks[1] = rondo_spawn(second, NULL);
    rc = rondo_gather(tasks, 2, 0, NULL);
    puts(letters);
    rondo_unref_all(tasks, 2);
    return rc;
}

RONDO_PROGRAM(switches_only_where_it_suspends, main_coroutine);
