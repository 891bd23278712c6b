/*
 * as_completed.h - several futures in the order in which they end (asyncio.as_completed).
 */
#ifndef RONDO_AS_COMPLETED_H
#define RONDO_AS_COMPLETED_H

#include "iterator.h"
#include "task.h"

/* An iteration. Lives on the coroutine's stack; its members are private but the first: it is an
 * iterator (iterator.h) too, whose items are borrowed futures. */
typedef struct rondo_as_completed {
    rondo_iterator iterator;
    struct as_completed *state;
    int code; /* why there is no state */
} rondo_as_completed;

/* Run the block that follows for each of the `count` futures, as they end, within `timeout_ns` for
 * all of them (RONDO_FOREVER: no limit):
 *
 *     rondo_future *page;
 *     int rc;
 *     RONDO_AS_COMPLETED(rc, page, pages, 3, RONDO_S(5)) {
 *         rondo_value text;
 *         if (rondo_await(page, &text) == 0)
 *             puts(text.as.text);
 *     }
 *     if (rc == RONDO_ETIMEDOUT) ...
 *
 * `rc` is 1 in the block, and what the block puts there is lost unless it breaks; after the last
 * future it is 0, else why there are no more: RONDO_ETIMEDOUT, RONDO_ECANCELED, or what
 * rondo_as_completed_open() refused. The block may be left in any way: `break`, `goto` and `return`
 * close the iteration too, and no way of leaving cancels a future. */
#define RONDO_AS_COMPLETED(rc, future, futures, count, timeout_ns)                                 \
    for (rondo_as_completed RONDO_UNIQUE(each) __attribute__((cleanup(rondo_as_completed_close))), \
         *RONDO_UNIQUE(open) =                                                                     \
             (rondo_as_completed_open(&RONDO_UNIQUE(each), (futures), (count), (timeout_ns)),      \
              &RONDO_UNIQUE(each));                                                                \
         ((rc) = rondo_as_completed_next(RONDO_UNIQUE(open), &(future))) > 0;)

/* Begin to watch `count` futures; the timeout runs from here, over all of them. A future that is
 * given twice comes once (ASC-05). `futures` is not used afterwards.
 * Requires: inside a running loop, of which all futures are, else RONDO_EMISUSE. An entry that is
 * NULL (a spawn that failed) gives RONDO_ENOMEM, as no memory does.
 * Returns: 0, or a code that every rondo_as_completed_next() repeats, so it need not be looked at.
 * Suspends: never. Owns: the futures are held, and `iteration` stays in use, until
 * rondo_as_completed_close(). */
RONDO_API int rondo_as_completed_open(rondo_as_completed *iteration, rondo_future *const *futures,
                                      size_t count, int64_t timeout_ns);

/* Wait for the next of the futures to end and store it in `*future`. Several tasks may wait in one
 * iteration: they are served in the order in which they came (ASC-04, ASC-08).
 * Returns: 1 with a future that is done, in whatever way; 0 when none is left, or closed;
 * RONDO_ETIMEDOUT once for each future that had not come in time (ASC-02), while the futures go on;
 * RONDO_ECANCELED when this task is cancelled, which cancels no future and loses none: the next
 * call goes on (CPython's iterator forgets one); RONDO_EMISUSE outside a task, unless one is there
 * already. `*future` is set with 1 only. Suspends: may (not if one is there already, and nobody in
 * line for it). Owns: `*future` is borrowed, valid until the iteration is closed. */
#define rondo_as_completed_next(iteration, future) \
    rondo_as_completed_next_at((iteration), (future), RONDO_HERE)
RONDO_API RONDO_MUST int rondo_as_completed_next_at(rondo_as_completed *iteration,
                                                    rondo_future **future, const char *here);

/* End the iteration; futures that have not come are left as they are. Tasks that wait in it get 0.
 * A second time it does nothing. Suspends: never. */
RONDO_API void rondo_as_completed_close(rondo_as_completed *iteration);

#endif
