/*
 * tape_file.h - a tape as text: a head that says what it belongs to, then a decision a line.
 *
 *     rondo tape 1
 *     scenario scenarios/guide/lock_circle.yaml 4be1...   path and hash of the file
 *     run -                                               name of the run, "-" if there is one
 *     module guide/lock_circle.so 91aa...                 name and hash of the module
 *     strategy seed                                       how it was written: fifo, seed, ties ...
 *     seed 4711
 *     open timer,process                                  families that were decisions
 *     trace 77c0...                                       hash of the run
 *     found deadlock                                      or nothing
 *
 *     timer.order 1 of 2  t2 (sleep) #1                     label, value, bound, anchor
 *
 * An anchor says in words what was chosen, and which of its kind it was (#n), so that a tape can be
 * read, and re-aligned after an edit.
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
    struct tape tape;
};

/* Write `file` to `path`: beside it first, then renamed, so that no half a tape is ever seen.
 * Folders on the way are made. Returns: false with a mistake. */
bool tape_file_write(const struct tape_file *file, const char *path, struct mistake *mistake);

/* Read the tape at `path`. Returns: false with a mistake that has its line. On success the caller
 * owns what `file` holds: tape_file_free(). */
bool tape_file_read(struct tape_file *file, const char *path, struct mistake *mistake);

void tape_file_free(struct tape_file *file);

#endif
