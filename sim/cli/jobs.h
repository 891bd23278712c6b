/*
 * jobs.h - the same work in several processes at once, and what each of them has to say.
 *
 * A run that crashes takes its process with it; the others, and what they have found, stay.
 */
#ifndef RONDO_CLI_JOBS_H
#define RONDO_CLI_JOBS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What a job tells while it works. In memory that all of them share. */
struct job_board {
    atomic_bool stop; /* to all: come to an end */
    struct {
        atomic_size_t schedules;
        atomic_size_t outcomes;
        atomic_size_t findings;
    } jobs[];
};

struct jobs {
    size_t count;
    struct job_board *board;
    struct job {
        int pid;    /* 0: it has ended */
        int status; /* then: its exit status, or -signal */
        FILE *said;
    } * jobs;
};

/* Start `count` processes that call work(self, index, board, out) and end with what it returns.
 * What they write to `out` is read when they have ended, from jobs->jobs[i].said. Returns: false
 * when there is no process or file left; what was started is then stopped. */
typedef int (*job_work)(void *self, size_t index, struct job_board *board, FILE *out);
bool jobs_start(struct jobs *jobs, size_t count, job_work work, void *self);

/* Wait up to `ms`. Returns: whether any of them still works. */
bool jobs_wait(struct jobs *jobs, int ms);

/* Free what it holds. Requires: all have ended. */
void jobs_free(struct jobs *jobs);

#endif
