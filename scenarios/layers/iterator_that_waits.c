/*
 * 003-17: an asynchronous iterator: a struct with a next function that suspends, called in a loop.
 */
#include "rondo.h"

#include <stdio.h>

struct iterator {
    int limit;
    int counter;
};

/* The next number, after half a second. Returns: 1 with `number`; 0 at the end; a negative code. */
static int iterator_next(struct iterator *iterator, int *number)
{
    if (iterator->counter == iterator->limit)
        return 0;
    iterator->counter++;
    RONDO_TRY(rondo_sleep(RONDO_MS(500)));
    *number = iterator->counter;
    return 1;
}

static int main_coroutine(void *arg, rondo_value *out)
{
    struct iterator iterator = {.limit = 5};
    int number;
    int rc;

    (void)arg;
    (void)out;
    while ((rc = iterator_next(&iterator, &number)) > 0)
        printf("%d\n", number);
    return rc;
}

RONDO_PROGRAM(iterator_that_waits, main_coroutine);
