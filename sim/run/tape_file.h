/*
 * tape_file.h - a tape as text: a head that says what it belongs to, then a departure a line.
 *
 *     rondo tape 2
 *     scenario scenarios/guide/lock_circle.yaml 4be1...   path and hash of the file
 *     run -                                               name of the run, "-" if there is one
 *     module guide/lock_circle.so 91aa...                 name and hash of the module
 *     strategy seed                                       how it was written: fifo, seed, ties ...
 *     seed 4711
 *     open timer,process                                  families that were decisions
 *     trace 77c0...                                       hash of the run
 *     found deadlock                                      or nothing
 *     expect finds                                        or nothing, when the bug is fixed
 *
 *     timer.order 1 of 2  t2 (sleep)  before  t1 (sleep)  #1
 *
 * A decision that is not on it is production order's. One that is says its label, value and bound,
 * who went, whose turn it was, and the how manieth time those two were met (world/anchor.h): by the
 * latter it is found again, also after an edit.
 */
#ifndef RONDO_RUN_TAPE_FILE_H
#define RONDO_RUN_TAPE_FILE_H

#include "scenario/mistake.h"
#include "world/chance.h"

struct tape_file {
    char *scenario_path;
    uint64_t scenario_hash;
    char *run; /* "" if the scenario has one */
    char *module_name;
    uint64_t module_hash;
    char *strategy;
    uint64_t seed;
    unsigned open;
    uint64_t trace_hash;
    char *found;
    bool fixed;       /* nothing is to be found any more */
    struct tape tape; /* as read: the departures */
};

/* Write `file`, of its tape the departures, to `path`: beside it first, then renamed, so that no
 * half a tape is ever seen. Folders on the way are made. Returns: false with a mistake. */
bool tape_file_write(const struct tape_file *file, const char *path, struct mistake *mistake);

/* Read the tape at `path`. Returns: false with a mistake that has its line. On success the caller
 * owns what `file` holds: tape_file_free(). */
bool tape_file_read(struct tape_file *file, const char *path, struct mistake *mistake);

void tape_file_free(struct tape_file *file);

#endif
