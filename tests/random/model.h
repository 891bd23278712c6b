/*
 * model.h - what every primitive must do, said as plainly as possible: a reference to judge the log
 * of a script by.
 *
 * The model knows nothing of tasks that run or of queues of callbacks. It reads the lines in order:
 * a step begins, a step ends with a code, time moves. It keeps who holds what, and complains
 *
 * - when a step ends that could not have: a lock granted twice, an item out of order or out of
 *   nowhere, a permit too many, a wait for nothing that happened, a group left by its children;
 * - when somebody was overtaken;
 * - when time moves, or the program stands still, while a step waits for what is there: a lost
 *   wake-up, a lost item, a deadline or a cancel that did not arrive.
 *
 * The last rule is the simulator's: time moves only when nothing can run.
 */
#ifndef RONDO_TESTS_MODEL_H
#define RONDO_TESTS_MODEL_H

#include <stdbool.h>

#include "scenario/observation.h"
#include "scenario/script.h"

/* Judge what was seen of `script`, which logs its steps. `in_order`: the schedule was production
 * order, first in, first out. Returns: NULL if nothing is wrong, else a sentence with the line it
 * is about. Owned by the caller: free(). */
char *model_judge(const struct script *script, const struct observation *seen, bool in_order);

#endif
