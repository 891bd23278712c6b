/*
 * direct.c - see direct.h.
 */
#include "run/direct.h"

#include <string.h>

#include "strategy/strategy.h"

/* A task of the circle in this run. */
struct member {
    uint64_t who;   /* 0: it has not taken its outer lock yet */
    uint32_t outer; /* the number of that lock in this run */
    bool holds;     /* it has it, and not the inner one */
};

struct direction {
    const struct lock_circle *circle;
    struct member members[LOCK_CIRCLE_MAX];
    uint64_t stream;
    bool first; /* in production order, as far as nobody is held back */
};

/* ---- who holds what ---- */

static bool is_taken(const struct lock_taken *taken, const struct trace_record *record)
{
    char name[80];

    if (record->here == NULL || strcmp(taken->here, record->here) != 0)
        return false;
    return !taken->named ||
           strcmp(taken->name, trace_object_name(&record->object, name, sizeof name)) == 0;
}

static bool is_step(const struct lock_step *step, const struct trace_record *record)
{
    char name[64];

    return step->process == record->process && step->thread == record->thread &&
           strcmp(step->task,
                  trace_task_name(record->task, record->task_name, name, sizeof name)) == 0;
}

/* A trace_listener: who of the circle holds its outer lock, and not its inner one. */
static void watch(void *self, const struct trace_record *record)
{
    struct direction *direction = self;

    if (record->kind != TRACE_HELD && record->kind != TRACE_RELEASED)
        return;
    for (size_t i = 0; i < direction->circle->length; i++) {
        const struct lock_step *step = &direction->circle->steps[i];
        struct member *member = &direction->members[i];

        if (!is_step(step, record))
            continue;
        if (record->kind == TRACE_HELD && is_taken(&step->outer, record))
            *member = (struct member){trace_task_key(record->process, record->thread, record->task),
                                      record->object.id, true};
        else if (record->kind == TRACE_HELD && is_taken(&step->inner, record))
            member->holds = false;
        else if (record->kind == TRACE_RELEASED && record->object.id == member->outer)
            member->holds = false;
    }
}

static bool all_hold(const struct direction *direction)
{
    for (size_t i = 0; i < direction->circle->length; i++) {
        if (!direction->members[i].holds)
            return false;
    }
    return true;
}

static bool is_held_back(const struct direction *direction, uint64_t who)
{
    for (size_t i = 0; i < direction->circle->length; i++) {
        if (direction->members[i].holds && direction->members[i].who == who)
            return true;
    }
    return false;
}

/* ---- who goes on ---- */

/* One of so many. */
static size_t any(struct direction *direction, size_t count)
{
    return direction->first ? 0 : chance_below(&direction->stream, count);
}

/* Of those that are not held back one, or of all if there are none. What is no turn of a task goes
 * as in production. */
static size_t decide(void *self, const struct choice *choice)
{
    struct direction *direction = self;
    size_t free = 0, pick;

    if (!choice_has_operations(choice))
        return 0;
    for (size_t i = 0; !all_hold(direction) && i < choice->bound; i++)
        free += !is_held_back(direction, choice_operation(choice, i).who);
    if (free == 0)
        return any(direction, choice->bound);
    pick = any(direction, free);
    for (size_t i = 0;; i++) {
        if (!is_held_back(direction, choice_operation(choice, i).who) && pick-- == 0)
            return i;
    }
}

static bool is_stuck(const struct observation *seen)
{
    return seen->finding != NULL &&
           (strcmp(seen->finding, finding_name(FINDING_DEADLOCK)) == 0 ||
            strcmp(seen->finding, finding_name(FINDING_PARTIAL_DEADLOCK)) == 0);
}

size_t direct_runs(struct runner *runner, const struct scenario *scenario,
                   const struct run_spec *run, const struct lock_circle *circle, uint64_t seed,
                   struct chance *chance, struct observation *seen)
{
    struct direction direction = {.circle = circle, .stream = seed};
    size_t found = 0;

    trace_listen(runner->trace, watch, &direction, 0);
    chance->open = strategy_families();
    for (size_t i = 1; i <= DIRECTED_RUNS && found == 0; i++) {
        direction.first = i == 1;
        memset(direction.members, 0, sizeof direction.members);
        chance_from_decider(chance, (struct chance_decider){decide, &direction});
        runner_run(runner, scenario, run, chance, seen);
        if (is_stuck(seen))
            found = i;
        else
            observation_clear(seen);
    }
    trace_unlisten(runner->trace, watch, &direction);
    return found;
}
