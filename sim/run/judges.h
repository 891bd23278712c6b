/*
 * judges.h - all that judge a run, and what they make of its end.
 *
 * Which there are, and whose word counts first; what each of them looks for is in sim/detect. A
 * quick run is judged as far as its program says what is wrong; of the rest it says only whether to
 * look again, recorded.
 */
#ifndef RONDO_RUN_JUDGES_H
#define RONDO_RUN_JUDGES_H

#include "detect/atomicity.h"
#include "detect/deadlock.h"
#include "detect/leak.h"
#include "detect/lock_order.h"
#include "detect/property.h"
#include "detect/race.h"
#include "detect/starvation.h"
#include "scenario/observation.h"
#include "scenario/scenario.h"
#include "world/world.h"

struct judges {
    struct deadlock *deadlock;
    struct properties *properties;
    struct order *order;
    struct race *race;
    struct atomicity *atomicity;
    struct order *order_without_locks;
    struct lock_order *lock_order;
    struct lock_circles foretold; /* by the run that has ended last, if it came through */
    struct leak *leak;
    struct starvation *starvation;
    const struct trace *trace; /* of the run at hand */
    unsigned detects;          /* bits of enum detector */
    bool quick;
};

/* How a run ended. */
struct run_result {
    enum world_end end;
    const struct world *world;
    bool in_turn;    /* nobody who was ready was passed over, no allocation failed */
    size_t fairness; /* how often a wait may be overtaken */
    struct leak_left left;
    const char
        *wrong_ends; /* of processes that did not end as they were to, a line each; or NULL */
};

void judges_open(struct judges *judges);
void judges_close(struct judges *judges);

/* Let them listen to `trace`, as far as they have to: most read it when the run has ended, if there
 * is something to be explained. */
void judges_listen(struct judges *judges, struct trace *trace);

/* A run begins, recorded in `trace`, or quick where that is muted; `detects`: who is asked for
 * besides those who always are, bits of enum detector. */
void judges_begin(struct judges *judges, struct trace *trace, unsigned detects);

/* It has ended: set what was found, and counted, in `seen`. */
void judges_end(struct judges *judges, const struct run_result *result, struct observation *seen);

#endif
