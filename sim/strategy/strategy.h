/*
 * strategy.h - ways to search: each writes one tape after the other, by answering what is asked.
 *
 * A strategy sees the operations that are pending (world/chance.h) and says which is next. It knows
 * no program, no world and no outcome but through here. One file each, which opens with its paper;
 * strategy.c has the list. What it draws comes from a stream of its own, of seed and number of the
 * schedule: schedule 17 of seed 4711 is the same whatever was tried before it, unless the strategy
 * learns from run to run.
 *
 * Faults are drawn for all of them: half of the schedules have none, and of the others some have
 * them often and some hardly ever. Only those that try everything decide faults as they do all
 * else.
 *
 * Strategies are shown every turn of a task, also where there is but one option (bound 1), so that
 * they can count. Some want to know how long runs are, and who does what: schedule 0 of such is a
 * random walk that is measured (profile.h), and every shard begins with it.
 */
#ifndef RONDO_STRATEGY_STRATEGY_H
#define RONDO_STRATEGY_STRATEGY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "world/chance.h"

struct profile;
struct strategy;

/* How a run ended, as far as strategies are told. */
struct run_end {
    bool new_outcome; /* nobody has seen the like of it in this search */
    bool finding;     /* a detector has spoken */
    bool cut;         /* its steps were spent */
};

/* Something that a turn has used, and others may use, too. */
struct touch {
    uint64_t
        object;  /* the same number for one object as long as a run lasts; a task is its `who` */
    bool writes; /* and changed */
};

/* In place of an object: */
#define TOUCH_ALL   UINT64_MAX       /* what the turn did has to do with every other turn */
#define TOUCH_QUIET (UINT64_MAX - 1) /* before the turn nobody could run: time had to move */
#define TOUCH_LOOPS (UINT64_MAX - 2) /* more than one loop is at work */

struct strategy_kind {
    const char *name;
    const char *help;   /* in a few words */
    unsigned parameter; /* d of PCT(d) and of delays; 0: there is none */
    bool fair; /* whoever can run does so before long: a run that never ends is the program's fault
                */
    bool profiles;     /* schedule 0 is not its own: a random walk, which is measured */
    bool learns;       /* from one run to the next: a shard finds what it does by itself */
    bool ends;         /* there is a last schedule; the first is production order */
    unsigned families; /* of decisions that it opens, as bits; 0: strategy_families() */
    struct strategy *(*open)(void); /* with all but what is its own zero */
    /* A run begins. Returns: false when nothing is left to try. NULL: there is always more. */
    bool (*begin)(struct strategy *strategy);
    size_t (*decide)(struct strategy *strategy, const struct choice *choice);
    /* The turn that was taken last has used something. NULL: it does not care, and is not told. */
    void (*touch)(struct strategy *strategy, const struct touch *touch);
    void (*end)(struct strategy *strategy, const struct run_end *end); /* NULL: it does not care */
    /* Say what is certain after the schedules so far. NULL: nothing ever is. */
    void (*covered)(const struct strategy *strategy, char *text, size_t size);
    void (*close)(struct strategy *strategy); /* free it */
};

/* What every strategy begins with. */
struct strategy {
    const struct strategy_kind *kind;
    uint64_t seed;
    uint64_t stream;         /* to draw from, in this run */
    uint64_t faults;         /* likewise, for faults */
    unsigned rarity;         /* of faults in this run: one in 1 << rarity; 0: none */
    size_t schedule;         /* the number of this run, from 0 */
    bool fair;               /* this run is, see strategy_kind */
    bool measuring;          /* this run, for the profile */
    struct profile *profile; /* of schedule 0, if the kind profiles: there before its begin() */
    bool exhausted;          /* nothing is left to try */
    size_t outcomes;         /* that runs so far have shown, */
    size_t findings;         /* and how many runs had a finding, */
    size_t cuts;             /* and how many were cut */
    size_t repeats;          /* runs of which it knew before their end that they show nothing new */
};

/* The families of decisions that a search by strategy opens. Timers are not among them: what is due
 * at one instant becomes ready at once, and which of these goes first, or long after, is `sched`.
 */
unsigned strategy_families(void);

/* Of these, those that `kind` opens; they may be others. */
unsigned strategy_opens(const struct strategy_kind *kind);

/* The kind of that name, or NULL; the `i`-th kind, or NULL. */
const struct strategy_kind *strategy_find(const char *name);
const struct strategy_kind *strategy_at(size_t i);

/* A strategy of `kind` that draws from `seed`. Owned: strategy_close(). */
struct strategy *strategy_open(const struct strategy_kind *kind, uint64_t seed);
void strategy_close(struct strategy *strategy);

/* Begin schedule number `schedule`. Returns: false when nothing is left to try. */
bool strategy_begin(struct strategy *strategy, size_t schedule);

/* What the turn that was taken last does. Nothing if the kind does not care. */
void strategy_touch(struct strategy *strategy, const struct touch *touch);

/* The run is over. */
void strategy_end(struct strategy *strategy, const struct run_end *end);

/* Say in words what is certain after the schedules so far: "explored all 16 outcomes"; empty if
 * nothing is. Returns: `text`. */
char *strategy_covered(const struct strategy *strategy, char *text, size_t size);

/* The same for one that has tried every order: for `covered` of kinds. */
void strategy_covered_all(const struct strategy *strategy, char *text, size_t size);

/* To be asked by chance_from_decider(). */
struct chance_decider strategy_decider(struct strategy *strategy);

/* Any option, each as likely. */
size_t strategy_draw(struct strategy *strategy, const struct choice *choice);

#endif
