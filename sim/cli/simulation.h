/*
 * simulation.h - what the files of `rondo` share: the runner, and the findings it met.
 */
#ifndef RONDO_CLI_SIMULATION_H
#define RONDO_CLI_SIMULATION_H

#include "cli/command.h"
#include "run/runner.h"
#include "run/trial.h"

/* What is kept of a run with a finding, to be shown and replayed. */
struct kept {
    struct tape tape;
    uint64_t trace_hash;
    unsigned open;
    const char *strategy;
    size_t schedule;
    uint64_t outcome; /* of a candidate: what it showed */
    size_t steps;     /* that were not as in production, */
    char *departures; /* in a sentence */
};

struct simulation {
    const struct options *options;
    struct runner runner;
    struct kept *kept; /* one a run of the scenario at hand */
    size_t kept_count;
    struct kept *candidates; /* of the run that is being searched */
    size_t candidate_count;
    struct pcap *pcap;            /* of the run at hand, or NULL */
    struct lock_circles foretold; /* likewise, by those of its runs that were recorded */
};

/* findings.c */

/* Keep the tape and the story of the run that has just ended with a finding, as number `run` of its
 * scenario and schedule `schedule` of those tried; the first one is kept. */
void finding_keep(struct simulation *simulation, size_t run, const struct chance *chance,
                  const char *strategy, size_t schedule);

/* Likewise, of a run that showed `outcome` and a candidate: all are kept until it is known whether
 * one of them is a finding. */
void candidate_keep(struct simulation *simulation, const struct chance *chance,
                    const char *strategy, size_t schedule, uint64_t outcome);

/* The search of run `run` is over, and the candidate that showed the outcome of `confirmed` is a
 * finding; NULL: none is. Forgets all candidates. */
void candidates_end(struct simulation *simulation, size_t run, const struct observation *confirmed);

/* Forget what was kept, and make room for `count` runs. */
void findings_reset(struct simulation *simulation, size_t count);

/* Print the block of every finding that is asked for or was not expected, and write its tape. */
void findings_show(struct simulation *simulation, const struct scenario *scenario,
                   const struct observed_run *runs, const struct verdict *verdict);

/* Write the tape of the run that has just been made, which was that schedule of a search. Returns:
 * its path, owned by the caller: free(); NULL if it cannot be written, which has been said. */
char *schedule_keep(struct simulation *simulation, const struct scenario *scenario,
                    const struct run_spec *run, const struct strategy_kind *strategy, uint64_t seed,
                    size_t schedule, const struct chance *chance, const struct observation *seen);

/* Try the timings of a fifo loop, and say whether one finds what `trial` is about. Owned by the
 * caller: free(). */
char *timing_text(struct trial *trial);

/* Write what each host of `run` sends and gets from now on, if that was asked for; and no longer,
 * which says where. */
void pcap_begin(struct simulation *simulation, const struct scenario *scenario,
                const struct run_spec *run);
void pcap_end(struct simulation *simulation);

/* Print every event. */
void print_trace(const struct trace *trace);

/* foretold.c */

/* Take note of what the run that has just ended foretells of others. */
void foretold_add(struct simulation *simulation);

/* The search of `run` is over: where it has found nothing lead runs into what is foretold, and add
 * the one that got stuck to `observed`, or a note. Forgets what was foretold. Returns: false when
 * two runs of one tape differ. */
bool foretold_end(struct simulation *simulation, const struct scenario *scenario,
                  const struct run_spec *run, struct observed_run *observed,
                  struct verdict *verdict);

/* explore.c */

/* The strategy that `options` name, else `scenario`, else the usual one; NULL: there is none of
 * that name, which has been said. */
const struct strategy_kind *strategy_chosen(const struct options *options,
                                            const struct scenario *scenario);

/* Many schedules of what lies at options->paths. Returns: the exit status. */
enum status explore_command(struct simulation *simulation);

/* replay.c */

/* A tape, and what it is of. */
struct opened_tape {
    struct tape_file file;
    struct scenario *scenario;
    const struct run_spec *run;
    uint64_t module_hash; /* of its modules as they are now */
};

/* Open the tape at `path`, ready to run. Returns: false with a mistake. On success: tape_close().
 */
bool tape_open(struct simulation *simulation, const char *path, struct opened_tape *opened,
               struct mistake *mistake);
void tape_close(struct opened_tape *opened);

/* Say which of its files are not what they were when it was written. */
void tape_note_changes(const struct opened_tape *opened);

/* Run what the tape at options->paths[0] says, or the schedule that the options name of the
 * scenario that lies there. Returns: the exit status. */
enum status replay(struct simulation *simulation);

/* regression.c: tapes as tests, for struct engine. */
bool regression_check(void *self, const char *path, struct mistake *mistake);
enum status regression_play(void *self, const char *path, struct played_tape *played);

/* shrink.c: make that tape as short as it can be and still find what it found, and explain it.
 * Returns: the exit status. */
enum status shrink_tape(struct simulation *simulation);

#endif
