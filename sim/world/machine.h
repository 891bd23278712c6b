/*
 * machine.h - what a host has besides its wires: a clock, CPUs, and that it may stand still.
 *
 * The world's time is the true one. A host's monotonic clock runs as fast as that, or by its drift
 * faster or slower, as both clocks of a computer do whose one crystal is off; it never goes back.
 * Its civil clock runs likewise, beside the truth by an offset, and may be set at any time. What a
 * process waits for by its clock happens when its clock shows that time: a timer of a host whose
 * clock is fast is early.
 *
 * Computing takes no time unless a program says so: thread_busy(). It then takes a CPU of its host,
 * in the order of asking where there are fewer than are asked for, and has it until it is done.
 */
#ifndef RONDO_WORLD_MACHINE_H
#define RONDO_WORLD_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"

struct host;
struct process;
struct thread;

/* What the clocks of a host show. All zero: the truth. */
struct clock {
    int64_t offset_ns; /* of the civil one */
    int64_t drift_ppm; /* so much faster than the truth */
    int64_t since_ns;  /* from when it runs so, in the world's time */
    int64_t shown_ns;  /* how much time had passed then, as it shows it */
};

/* The fastest and the slowest that a clock is, whatever its drift: half as fast again, half as
 * fast. */
#define DRIFT_PPM_MAX INT64_C(500000)

/* How often something of a host was not as it would have been (weather.h). */
struct disturbance {
    uint64_t clock_reads; /* either clock was read while it drifted */
    uint64_t civil_reads; /* the civil clock was read at all */
    uint64_t postponed;   /* a thread could have run, or computed on, and stood still */
    uint64_t slowed;      /* a computation took longer */
};

struct machine {
    struct clock clock;
    unsigned cpus;       /* 0: as many as are asked for */
    int64_t slowness;    /* computing takes so many times as long */
    unsigned pauses;     /* that last: while there are any nothing of it runs */
    struct list running; /* computations that have a CPU, in the order in which they got it */
    struct list waiting; /* and those that wait for one */
    size_t running_count;
    struct disturbance disturbance;
};

/* A machine whose clock is true. */
void machine_init(struct machine *machine);

/* Set how much faster than the truth the clocks of `host` run from now on. */
void machine_set_drift(struct host *host, int64_t drift_ppm);

/* Let computing on `host` take `slowness` times as long from now on, at least 1; what has begun,
 * too. */
void machine_set_slowness(struct host *host, int64_t slowness);

/* Let nothing of `host` run, until as many calls have ended it. Its clocks go on, and so does its
 * kernel: what comes for its sockets is taken, as far as there is room. */
void machine_pause(struct host *host);
void machine_resume(struct host *host);

/* The monotonic clock of the calling process, in nanoseconds. */
int64_t process_clock(void);

/* Its civil clock: nanoseconds since 1970. */
int64_t process_civil(void);

/* As thread_block(), until the monotonic clock shows `until_ns`. */
void thread_block_by_clock(int64_t until_ns, const char *in);

/* Compute for `cost_ns` on a CPU of the host; `in` as in thread_block(). Nothing else of the
 * calling thread runs meanwhile. */
void thread_busy(int64_t cost_ns, const char *in);

/* world.c's: `thread` waits for its clock no longer; nothing of it computes. */
void machine_forget(struct thread *thread);

#endif
