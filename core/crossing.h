/*
 * crossing.h - how the end of a concurrent future reaches a loop of another thread. Not public.
 *
 * A crossing belongs to its loop: it is opened and cut there. When its source is done, by whatever
 * thread, its callback enters the loop. A loop that closes cuts its crossings, so that nobody calls
 * back into a closed loop (EXE-02).
 */
#ifndef RONDO_CROSSING_H
#define RONDO_CROSSING_H

#include "concurrent.h"
#include "loop_core.h"

struct crossing {
    struct list in_source; /* until the source is done */
    struct list in_loop;   /* until it has arrived, or was cut */
    struct rondo_loop *loop;
    rondo_concurrent *source; /* held; NULL: not open */
    struct callback callback;
    void (*cut)(struct crossing *crossing); /* the loop closes first; NULL: nothing to free */
};

/* Have `crossing->callback` run in `loop`, which is the caller's, once `source` is done; at its
 * next iteration if it is. The caller has set `callback` and `cut`. */
void crossing_open(struct crossing *crossing, struct rondo_loop *loop, rondo_concurrent *source);

/* The callback runs, or never will: let go. */
void crossing_close(struct crossing *crossing);

/* Take the crossing back. Returns: true if it is closed now, or was before; false if its source is
 * done, and the callback is on its way. */
bool crossing_cut(struct crossing *crossing);

/* Cut all of `loop`, which closes. */
void crossings_cut(struct rondo_loop *loop);

/* Complete `concurrent`: 0 or more with `value`, RONDO_ECANCELED as cancelled, or another error,
 * with `text` (copied, may be NULL). Returns: false if it is done already. */
bool concurrent_complete(rondo_concurrent *concurrent, int code, rondo_value value,
                         const char *text);

/* Block the thread until it is done. */
void concurrent_wait(rondo_concurrent *concurrent);

/* The code of one that is done, and its value, lent. */
int concurrent_outcome(rondo_concurrent *concurrent, rondo_value *out);

/* Take the value out of one that is done, with its drop; what is left has none. */
rondo_value concurrent_take(rondo_concurrent *concurrent);

/* How much other threads of this process owe to its loops: what runs on executors, and results that
 * loops wait for. While it is not 0, a loop that has nothing to do is not stuck. */
void others_owe(int change);
bool others_owe_something(void);

#endif
