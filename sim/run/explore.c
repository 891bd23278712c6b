/*
 * explore.c - see explore.h.
 */
#include "run/explore.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/map.h"
#include "run/touch.h"

struct search {
    struct runner *runner;
    const struct scenario *scenario;
    const struct run_spec *run;
    const struct exploration *exploration;
    struct observed_run *observed;
    struct strategy *strategy;
    struct touches touches; /* for the strategy, if it wants to know */
    struct chance chance;
    struct tape tape;
    struct map known; /* outcomes as quick runs see them, to the index of what was observed */
};

/* Run the tape of the quick run `seen` again, recorded, in its place. Returns: whether it is alike.
 */
static bool run_recorded(struct search *search, struct observation *seen)
{
    uint64_t before = observation_outcome(seen, false);

    observation_clear(seen);
    tape_copy(&search->tape, &search->chance.record);
    chance_from_tape(&search->chance, &search->tape);
    runner_run(search->runner, search->scenario, search->run, &search->chance, seen);
    return observation_outcome(seen, false) == before;
}

/* A run that has shown something new: look at it, and keep it. Returns: false if its replay
 * differs.
 */
static bool take_new(struct search *search, uint64_t outcome, size_t schedule,
                     struct observation *seen)
{
    const struct exploration *exploration = search->exploration;

    if (!run_recorded(search, seen))
        return false;
    if (!observed_run_knows(search->observed, seen)) /* quick runs are told apart more finely */
        exploration->met(exploration->self, &search->chance, seen, schedule);
    map_set(&search->known, outcome, observed_run_add(search->observed, seen));
    return true;
}

/* The schedule that is wanted has shown nothing new. Returns: false if its replay differs. */
static bool meet_wanted(struct search *search, size_t schedule, struct observation *seen)
{
    if (!run_recorded(search, seen))
        return false;
    search->exploration->met(search->exploration->self, &search->chance, seen, schedule);
    return true;
}

/* Whether a run that did not end may be the fault of its schedule: production order never is. */
static bool is_cut(const struct search *search, const struct observation *seen)
{
    return seen->cut && !search->strategy->fair && tape_steps(&search->chance.record) > 0;
}

/* A trace_listener: what a quick run does, for the strategy. */
static void tell(void *self, const struct trace_record *record)
{
    struct search *search = self;

    if (search->runner->quick)
        touches_take(&search->touches, record);
}

/* Run the schedule that the strategy has begun. */
static void run_quick(struct search *search, struct observation *seen)
{
    chance_from_decider(&search->chance, strategy_decider(search->strategy));
    touches_reset(&search->touches);
    search->runner->quick = true;
    runner_run(search->runner, search->scenario, search->run, &search->chance, seen);
    search->runner->quick = false;
}

/* One schedule. Returns: false if a replay differs. */
static bool try_one(struct search *search, size_t schedule)
{
    struct observation seen;
    struct run_end end = {0};
    uint64_t outcome;
    size_t index;
    bool ok = true;

    run_quick(search, &seen);
    end.cut = is_cut(search, &seen);
    outcome = observation_outcome(&seen, true);
    index = map_get(&search->known, outcome);
    if (end.cut) {
        search->observed->schedules++;
        search->observed->cut++;
    } else if (index != MAP_NONE) {
        observed_run_again(search->observed, index, &seen);
    } else {
        end.new_outcome = true;
        ok = take_new(search, outcome, schedule, &seen);
        index = map_get(&search->known, outcome);
    }
    if (!end.new_outcome && schedule == search->exploration->wanted)
        ok = meet_wanted(search, schedule, &seen);
    end.finding = index != MAP_NONE && search->observed->outcomes[index].finding != NULL;
    observation_clear(&seen);
    strategy_end(search->strategy, &end);
    return ok;
}

/* A schedule that the strategy measures, and another shard counts. */
static void measure(struct search *search)
{
    struct observation seen;

    run_quick(search, &seen);
    observation_clear(&seen);
    strategy_end(search->strategy, &(struct run_end){0});
}

/* Begins one schedule more than is tried, to know whether there is one. Returns: false if a replay
 * differs. */
static bool search_all(struct search *search)
{
    const struct exploration *exploration = search->exploration;
    size_t step = exploration->shards > 1 ? exploration->shards : 1;

    if (exploration->strategy->profiles && exploration->shard > 0) {
        strategy_begin(search->strategy, 0);
        measure(search);
    }
    for (size_t i = exploration->shard;
         strategy_begin(search->strategy, i) && i < exploration->schedules; i += step) {
        if (!try_one(search, i + 1))
            return false;
        if (exploration->more != NULL && !exploration->more(exploration->self, search->observed))
            return true;
    }
    return true;
}

/* What can be said of the search, now that it is over. */
static void note_covered(const struct search *search)
{
    struct observed_run *observed = search->observed;
    char text[160];

    observed->systematic = search->strategy->kind->ends;
    observed->exhausted = search->strategy->exhausted;
    free(observed->covered);
    strategy_covered(search->strategy, text, sizeof text);
    observed->covered = text[0] != '\0' ? must_text(text) : NULL;
}

bool explore(struct runner *runner, const struct scenario *scenario, const struct run_spec *run,
             const struct exploration *exploration, struct observed_run *observed, char *text,
             size_t size)
{
    struct search search = {.runner = runner,
                            .scenario = scenario,
                            .run = run,
                            .exploration = exploration,
                            .observed = observed,
                            .strategy = strategy_open(exploration->strategy, exploration->seed)};
    struct trace *trace = runner->trace;
    bool ok;

    chance_init(&search.chance);
    search.chance.open = runner_opens(runner, scenario, exploration->strategy);
    search.touches.strategy = search.strategy;
    if (exploration->strategy->touch != NULL)
        trace_listen(trace, tell, &search, TOUCHES_KEEN);
    ok = search_all(&search);
    trace_unlisten(trace, tell, &search);
    note_covered(&search);
    if (!ok)
        snprintf(text, size, "schedule %zu of seed %" PRIu64 " and its replay differ",
                 search.strategy->schedule + 1, exploration->seed);
    strategy_close(search.strategy);
    touches_clear(&search.touches);
    chance_clear(&search.chance);
    tape_clear(&search.tape);
    map_free(&search.known);
    return ok;
}
