/*
 * manual_loop.h - a loop whose clock is a number.
 *
 * A `struct loop_port` without libuv: when nothing is ready the clock jumps to the time that was
 * armed, and when nothing is armed either the run ends with RONDO_EDEADLOCK. So the pure core is
 * tested without waiting and without a kernel.
 */
#ifndef RONDO_TESTS_MANUAL_LOOP_H
#define RONDO_TESTS_MANUAL_LOOP_H

#include "loop_core.h"

struct manual_loop {
    struct rondo_loop loop;
    int64_t now_ns;   /* tests may move it, forwards only */
    int64_t armed_ns; /* as of loop_port.arm() */
    int iterations;   /* made so far */
};

/* Make `manual` an idle loop at time 0. */
void manual_loop_init(struct manual_loop *manual);

/* One iteration at the present time, as a port would make it. Requires: not inside a run. */
void manual_loop_iterate(struct manual_loop *manual);

#endif
