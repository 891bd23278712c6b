/*
 * iterator.h - items that come one by one, each perhaps after a wait (asyncio: `async for`).
 *
 * An iterator is a function that gives the next item, and what it needs to know, behind it:
 *
 *     struct countdown {
 *         rondo_iterator iterator;
 *         int64_t left;
 *     };
 *
 *     static int countdown_next(rondo_iterator *self, rondo_value *item)
 *     {
 *         struct countdown *down = (struct countdown *)self;
 *
 *         RONDO_TRY(rondo_sleep(RONDO_S(1)));
 *         *item = rondo_value_of(down->left);
 *         return down->left-- > 0;
 *     }
 *
 *     struct countdown down = {{countdown_next}, 10};
 *
 * A generator (generator.h) is an iterator too, and writes that in one go.
 */
#ifndef RONDO_ITERATOR_H
#define RONDO_ITERATOR_H

#include "api.h"
#include "error.h"
#include "value.h"

typedef struct rondo_iterator rondo_iterator;

/* First member of whatever is iterated. `next` gives 1 with the next item in `*item`, which is
 * never NULL; 0 when there are no more, again each time it is asked; or a negative code. It may
 * suspend. What it puts into `*item` without giving 1 is nobody's. */
struct rondo_iterator {
    int (*next)(rondo_iterator *self, rondo_value *item);
};

/* Ask `iterator` for its next item (asyncio: anext). NULL (a generator for which there was no
 * memory): RONDO_ENOMEM. Returns: 1 with an item; 0 when there are no more (StopAsyncIteration); or
 * the code with which the iterator failed. Suspends: may. Owns: the caller has the item, and its
 * drop to call; `*item` counts with 1 only. */
static inline RONDO_MUST int rondo_anext(rondo_iterator *iterator, rondo_value *item)
{
    return iterator != NULL ? iterator->next(iterator, item) : RONDO_ENOMEM;
}

/* Run the block that follows for each item of `iterator`, which is evaluated each time; `item` is a
 * rondo_value of the block:
 *
 *     int rc;
 *     RONDO_FOR(rc, item, &down.iterator) {
 *         printf("%" PRId64 "\n", item.as.i);
 *     }
 *     if (rc < 0) ...
 *
 * `rc` is 1 in the block, and what the block puts there is lost unless it breaks; after the last
 * item it is 0, or why there are no more. The block may be left in any way: the iterator stays
 * where it is, and somebody may go on with it. An item that owns memory is the block's to drop. */
#define RONDO_FOR(rc, item, iterator) \
    for (rondo_value item; ((rc) = rondo_anext((iterator), &(item))) > 0;)

#endif
