/*
 * object.h - what every primitive that tasks can wait for begins with: a name for reports.
 *
 * A primitive is for tasks of one loop at a time: a task that would have to wait where tasks of
 * another loop wait, or hold what it wants, is refused with RONDO_EMISUSE, and nothing is changed
 * (LCK-09). Not waiting, and waking others, is no matter of loops.
 */
#ifndef RONDO_OBJECT_H
#define RONDO_OBJECT_H

#include "api.h"

/* Private, but visible, so that a lock can be a static variable or a member. All zero is valid. */
typedef struct rondo_object {
    const char *name; /* borrowed; NULL: kind and number, such as "lock 2" */
    uint32_t id;      /* given at first use, counting from 1 in each loop */
} rondo_object;

/* Tasks that wait in line. All zero is an empty line. Private. */
typedef struct rondo_park {
    void *next;
    void *prev;
    size_t woken; /* who were first in line, have been woken and have not run yet */
    void *loop;   /* whose tasks these all are, while there are any */
} rondo_park;

#endif
