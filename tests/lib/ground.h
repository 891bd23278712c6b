/*
 * ground.h - what a script plays on: a loop, its clock, and the world around a test program.
 *
 * There are three, and a test program is linked with exactly one of them, so that one body is
 * played on each: `manual` (ground_manual.c), a loop without libuv whose clock is a number;
 * `simulated` (ground_simulated.c), core's own loop on the simulated libuv, in a process of a
 * world; `real` (ground_real.c), the same loop on libuv and the machine's clock.
 */
#ifndef RONDO_TESTS_GROUND_H
#define RONDO_TESTS_GROUND_H

#include "loop_core.h"

/* How far the clock obeys: it goes by itself; it stands still while anything can run, and then goes
 * straight to the next deadline; or a test may move it, too. */
enum ground_clock { CLOCK_REAL, CLOCK_EXACT, CLOCK_BY_HAND };

extern const char *const ground_name;
extern const enum ground_clock ground_clock;

/* Nanoseconds that a millisecond of a play takes. */
extern int64_t ground_ms;

/* Whether what libuv's documentation leaves open is as libuv does it. */
extern bool ground_is_faithful;

struct ground {
    rondo_loop *loop;
    void *own; /* of the ground that is linked */
};

/* Open an idle loop. Requires: no other is open. */
void ground_open(struct ground *ground);

/* Close the loop, unless rondo_loop_close() has, and free what the ground holds. */
void ground_close(struct ground *ground, bool loop_is_open);

/* Hold the thread, as work does, while `ns` pass. */
void ground_work(struct ground *ground, int64_t ns);

/* Let what this host sends itself leave it no faster than so; 0: at once again. Returns: false
 * where that cannot be had. */
bool ground_limit_loopback(uint64_t bytes_per_s);

/* Let `name` stand for `count` addresses of IPv4 in figures, and be answered after `latency_ns`.
 * Returns: false where that cannot be had. */
bool ground_set_name(const char *name, const char *const *figures, size_t count,
                     int64_t latency_ns);

/* Whether "localhost" is a name here, which is the machine's to say. */
bool ground_knows_localhost(void);

/* Iterations that the loop has begun so far with something to do. */
int ground_iterations(const struct ground *ground);

/* The observer to run under when the test has none, or to add what it lacks to that of the test: so
 * that a run ends with RONDO_EDEADLOCK when nothing can happen any more. NULL: it does anyhow. */
const struct observer *ground_observer(void);

/* To be called in a forked child before its loop runs. */
void ground_after_fork(const struct ground *ground);

/* Run the tests of a program on the ground that it is linked with: what main() returns. */
#define play_all(tests) ground_play_all((tests), sizeof(tests) / sizeof((tests)[0]))
struct CMUnitTest;
int ground_play_all(const struct CMUnitTest *tests, size_t count);

/* Call `tests(arg)` in the world that this ground stands for. Returns: what it did, the number of
 * tests that failed. */
int ground_run(int (*tests)(void *arg), void *arg);

#endif
