/*
 * property.h - what a program says of itself: conditions that hold always, sometimes, eventually.
 *
 * A condition stands where it is evaluated, under a name by which scenario files
 * (sim/scenario/README.md: `always`, `sometimes`, `eventually`) and results speak of it; one name
 * may stand in several places. It is evaluated once wherever it is met, in every build, so it may
 * be of any cost the program can bear, and must change nothing.
 */
#ifndef RONDO_PROPERTY_H
#define RONDO_PROPERTY_H

#include <stdbool.h>

#include "api.h"

typedef enum rondo_property {
    RONDO_PROPERTY_ALWAYS,
    RONDO_PROPERTY_SOMETIMES,
    RONDO_PROPERTY_EVENTUALLY
} rondo_property;

/* `condition` holds whenever this is met. Where it does not, it is an assertion that has failed: in
 * a run of rondo or rondo-live the run ends here, with the finding `always`, which names the
 * property, the task and the place; in a program of its own these go to standard error, and it
 * aborts. Suspends: never. */
#define RONDO_ALWAYS(name, condition) \
    rondo_property_met(RONDO_PROPERTY_ALWAYS, (name), (condition), #condition, RONDO_HERE)

/* `condition` holds at some time in some schedule: what a test has to reach to be worth something.
 * Where it does not hold nothing happens; a scenario that names it fails if it never did in any of
 * its schedules. Suspends: never. */
#define RONDO_SOMETIMES(name, condition) \
    rondo_property_met(RONDO_PROPERTY_SOMETIMES, (name), (condition), #condition, RONDO_HERE)

/* `condition` has held at least once by the end of every run in which this is met; else the run
 * ends with the finding `eventually`. A program of its own does not look. Suspends: never. */
#define RONDO_EVENTUALLY(name, condition) \
    rondo_property_met(RONDO_PROPERTY_EVENTUALLY, (name), (condition), #condition, RONDO_HERE)

/* Whether what a task waits for is true. Must not suspend, and must change nothing. */
typedef bool (*rondo_predicate)(void *arg);

/* What the running task's waits are for, until the end of the block: that `predicate(arg)` holds.
 * For primitives of a program's own; rondo_condition_wait_for() says it by itself. In simulation, a
 * task whose predicate holds, and that waits though nothing can happen any more, has lost its
 * wake-up: the finding `lost-wakeup` names who made the predicate hold, and when. The predicate is
 * called whenever another task stops; live it never is. Stands where a declaration may:
 *
 *     while (!has_room(pool)) {
 *         RONDO_EXPECTS(has_room, pool);
 *         RONDO_TRY(rondo_await(turn, NULL));
 *     }
 *
 * Requires: no yield of a generator inside. Suspends: never. */
#define RONDO_EXPECTS(predicate_, arg_)                                               \
    rondo_expectation RONDO_UNIQUE(expectation)                                       \
        __attribute__((cleanup(rondo_expectation_end))) = {.predicate = (predicate_), \
                                                           .arg = (arg_),             \
                                                           .text = #predicate_,       \
                                                           .here = RONDO_HERE};       \
    rondo_expectation_begin(&RONDO_UNIQUE(expectation))

/* What the macro declares. Private. */
typedef struct rondo_expectation {
    rondo_predicate predicate;
    void *arg;
    const char *text;
    const char *here;
    rondo_task *task; /* NULL: outside of one nothing waits */
    struct rondo_expectation *outer;
    bool held; /* when it was looked at last */
} rondo_expectation;

RONDO_API void rondo_expectation_begin(rondo_expectation *expectation);
RONDO_API void rondo_expectation_end(rondo_expectation *expectation);

/* What the macros of conditions call: the condition, in words `text`, was evaluated at `here` and
 * `held` or not. Returns, unless a property that holds always did not. Suspends: never. */
RONDO_API void rondo_property_met(rondo_property kind, const char *name, bool held,
                                  const char *text, const char *here);

#endif
