/*
 * runner.h - one tape, one run: programs in a world of their own, and what was seen of them.
 *
 * Knows worlds, guests and detectors; does not know what a coroutine is. The bridge tells it how a
 * program is started.
 */
#ifndef RONDO_RUN_RUNNER_H
#define RONDO_RUN_RUNNER_H

#include "run/guest.h"
#include "run/judges.h"
#include "run/tape_file.h"
#include "scenario/module.h"
#include "scenario/observation.h"
#include "scenario/scenario.h"
#include "world/world.h"

/* Start `program` on the calling simulated process, with the script it is to play, if any.
 * Returns: its exit code. */
typedef int (*program_start)(const rondo_program *program, const struct script *script, int argc,
                             char **argv);

/* Who runs on the calling simulated process, in words for a tape: "maker". */
typedef void (*runner_who)(char *text, size_t size);

/* The name of a negative exit code, static: "ETIMEDOUT". */
typedef const char *(*code_name)(int code);

struct strategy_kind;

/* Whether what libuv leaves open is as libuv does it: as a scenario says, or whatever it says. */
enum runner_orders { ORDERS_AS_SAID, ORDERS_FAITHFUL, ORDERS_ADVERSARIAL };

/* What is kept from run to run. Begins as runner_open(). */
struct runner {
    struct module_set modules;
    program_start start;
    code_name name_code;
    struct guest **guests; /* as many as any run has had */
    size_t guest_count;
    struct trace *trace;  /* of the last run */
    struct trace *before; /* of the run before it, for comparison */
    struct judges judges;
    int folder; /* where we were started, open: a program may go elsewhere */
    struct world world;
    struct weather **weather;        /* of that, in the order in which it is declared */
    struct observation *seen;        /* of the run that runs */
    const struct run_spec *last_run; /* of which these are, or NULL */
    char *module_names;              /* of the run that was asked for last, for its tape */
    runner_who who;                  /* or NULL */
    size_t failures;                 /* of allocations, in this run */
    uint64_t steps_max;              /* for each process */
    struct tap *tap; /* who sees the packets of the next runs (world/net.h), or NULL */
    enum runner_orders orders;
    bool quick; /* keep no trace, write no anchors, judge nothing that needs them */
};

/* Ready to run programs from modules below `module_folder` (borrowed). */
void runner_open(struct runner *runner, const char *module_folder, program_start start,
                 code_name name_code);
void runner_close(struct runner *runner);

/* Check that every run of `scenario` has its module and program. Returns: false with a mistake. */
bool runner_check(struct runner *runner, const struct scenario *scenario, struct mistake *mistake);

/* Run `run` of `scenario` once (quick: without a trace, and not judged), deciding by `chance`,
 * which is rewound first; its record is then the tape of this run. Requires: runner_check() passed.
 * The observation is the caller's: observation_clear(). */
void runner_run(struct runner *runner, const struct scenario *scenario, const struct run_spec *run,
                struct chance *chance, struct observation *seen);

/* A piece of the output of `guest`, while a run lasts: see capture_sink. */
void runner_hear(struct runner *runner, const struct guest *guest, enum stream stream, bool partial,
                 const char *text, size_t size);

/* The families of decisions that are faults which `scenario` wants to be tried. */
unsigned runner_faults(const struct scenario *scenario);

/* Whether what libuv leaves open is drawn in a run of `scenario`. */
bool runner_is_adversarial(const struct runner *runner, const struct scenario *scenario);

/* The families that a search of it by `kind` opens: those of the strategy, faults, and what libuv
 * leaves open. Where the scenario does not ask for that itself, strategies that are about certain
 * families only stay with those. */
unsigned runner_opens(const struct runner *runner, const struct scenario *scenario,
                      const struct strategy_kind *kind);

/* What a tape of `run` says of itself, for tape_file_write(): all but seed, open families, hash and
 * decisions. `finding` NULL: nothing was found. Requires: runner_check() passed. Borrows all, for
 * as long as nobody asks for the next. */
struct tape_file runner_tape(struct runner *runner, const struct scenario *scenario,
                             const struct run_spec *run, const char *strategy, const char *finding);

/* Run the same again and compare. Returns: true if the two traces are equal, else false with the
 * first event that differs, of both runs, in `text`. */
bool runner_same_again(struct runner *runner, const struct scenario *scenario,
                       const struct run_spec *run, struct chance *chance, char *text, size_t size);

#endif
