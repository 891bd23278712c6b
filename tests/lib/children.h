/*
 * children.h - a script with three futures, for what waits for several at once.
 */
#ifndef RONDO_TESTS_CHILDREN_H
#define RONDO_TESTS_CHILDREN_H

#include "observe.h"
#include "tests/lib/script.h"

#define CHILDREN 3

/* How a fixture begins that is handed to what follows. The futures are plain ones, until a test
 * puts tasks there. */
#define CHILDREN_FIXTURE  \
    struct script script; \
    rondo_future *children[CHILDREN]

/* Open script and futures of `fixture`, which is all zero. */
void children_open(void *fixture);

/* Let go of the futures, close the script, free the fixture. Returns: as script_teardown(). */
int children_teardown(void *fixture);

/* Put the task of a role in place of child `i`. */
void adopt(void *fixture, int i, const char *name);

/* Bodies: after `n / 10` ms complete child `n % 10` with `n`; fail it with RONDO_EUSER - n,
 * "broken"; cancel it, "child gone". */
int complete_child(void *fixture, int64_t n);
int fail_child(void *fixture, int64_t n);
int cancel_child(void *fixture, int64_t n);

/* Body: sleep `n` and note how that ended. */
int nap(void *fixture, int64_t n);

/* Spawn three tasks named "child" that return their index an iteration later. */
void spawn_answers(rondo_task *tasks[CHILDREN]);

/* An observer that notes who owes its end to what waits for several: in `fixture`. */
struct observer observer_of_waits(void *fixture);

#endif
