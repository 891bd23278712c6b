/*
 * 003-17: an asynchronous iterator: a struct with a next function that suspends, walked over.
 */
#include "rondo.h"

#include <inttypes.h>
#include <stdio.h>

struct numbers {
    rondo_iterator iterator;
    int64_t limit;
    int64_t counter;
};

/* The next number, after half a second. */
static int numbers_next(rondo_iterator *self, rondo_value *item)
{
    struct numbers *numbers = (struct numbers *)self;

    if (numbers->counter == numbers->limit)
        return 0;
    numbers->counter++;
    RONDO_TRY(rondo_sleep(RONDO_MS(500)));
    *item = rondo_value_of(numbers->counter);
    return 1;
}

static int main_coroutine(void *arg, rondo_value *out)
{
    struct numbers numbers = {{numbers_next}, .limit = 5};
    int rc;

    (void)arg;
    (void)out;
    RONDO_FOR(rc, number, &numbers.iterator) {
        printf("%" PRId64 "\n", number.as.i);
    }
    return rc;
}

RONDO_PROGRAM(iterator_that_waits, main_coroutine);
