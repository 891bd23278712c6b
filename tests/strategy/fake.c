/*
 * fake.c - see fake.h.
 */
#include "tests/strategy/fake.h"

#include <string.h>

#include "base/check.h"
#include "base/hash.h"

#define NOBODY SIZE_MAX
#define THING  100 /* the number of object 0: tasks come before */

struct task {
    size_t pc;
    bool ready;
    bool waits;   /* for the object of the step that it is at */
    size_t after; /* which event made it ready */
    uint64_t seen;
};

struct machine {
    const struct fake_program *program;
    struct fake_run *run;
    struct strategy *strategy;
    struct task tasks[FAKE_TASKS_MAX];
    size_t line[FAKE_TASKS_MAX]; /* who is ready, first in line first */
    size_t line_count;
    uint64_t values[FAKE_OBJECTS_MAX + FAKE_TASKS_MAX];
    bool set[FAKE_OBJECTS_MAX];
    size_t holders[FAKE_OBJECTS_MAX];
    size_t waiting[FAKE_TASKS_MAX]; /* in the order in which they came */
    size_t waiting_count;
};

void fake_open(struct fake_search *search, const char *strategy, uint64_t seed)
{
    *search = (struct fake_search){.strategy = strategy_open(strategy_find(strategy), seed)};
    chance_init(&search->chance);
    search->chance.open = strategy_opens(search->strategy->kind);
}

void fake_close(struct fake_search *search)
{
    strategy_close(search->strategy);
    chance_clear(&search->chance);
}

static const struct fake_step *step_of(const struct machine *machine, size_t task)
{
    return &machine->program->steps[task][machine->tasks[task].pc];
}

static bool writes(const struct fake_step *step)
{
    return step->verb != FAKE_READ && step->verb != FAKE_AWAIT;
}

static void operation_of(const void *self, size_t i, struct operation *operation)
{
    const struct machine *machine = self;
    size_t task = machine->line[i];
    const struct fake_step *step = step_of(machine, task);

    *operation = (struct operation){.id = task + 1,
                                    .who = task + 1,
                                    .what = "step",
                                    .object = THING + step->object,
                                    .point = true,
                                    .writes = writes(step)};
}

static void make_ready(struct machine *machine, size_t task, size_t after)
{
    machine->tasks[task].ready = true;
    machine->tasks[task].after = after;
    machine->line[machine->line_count++] = task;
}

/* The next in the line, out of it. */
static size_t take_next(struct machine *machine, struct chance *chance)
{
    struct alternatives alternatives = {.operation = operation_of, .self = machine};
    size_t i = choose(chance, "sched.ready", machine->line_count, &alternatives);
    size_t task = machine->line[i];
    struct fake_event *event = &machine->run->events[machine->run->count];

    CHECK(machine->run->count < FAKE_EVENTS_MAX);
    event->option_count = machine->line_count;
    memcpy(event->options, machine->line, sizeof event->options);
    machine->line_count--;
    for (; i < machine->line_count; i++)
        machine->line[i] = machine->line[i + 1];
    machine->tasks[task].ready = false;
    return task;
}

/* Of those who wait for `object`, the first; NOBODY if there is none. Stays in the line. */
static size_t first_waiting(const struct machine *machine, size_t object)
{
    for (size_t i = 0; i < machine->waiting_count; i++) {
        if (step_of(machine, machine->waiting[i])->object == object)
            return machine->waiting[i];
    }
    return NOBODY;
}

static void wake(struct machine *machine, size_t task)
{
    size_t i = 0;

    while (machine->waiting[i] != task)
        i++;
    machine->waiting_count--;
    for (; i < machine->waiting_count; i++)
        machine->waiting[i] = machine->waiting[i + 1];
    make_ready(machine, task, machine->run->count - 1);
}

static void wait_here(struct machine *machine, size_t task)
{
    machine->tasks[task].waits = true;
    machine->waiting[machine->waiting_count++] = task;
}

/* Do what the step of `task` says. Returns: whether the task goes on to its next one. */
static bool perform(struct machine *machine, size_t task, const struct fake_step *step)
{
    uint64_t *value = &machine->values[step->object];
    size_t waiter;

    switch (step->verb) {
    case FAKE_READ:
        machine->tasks[task].seen = machine->tasks[task].seen * 31 + *value;
        return true;
    case FAKE_WRITE:
        *value = *value * 31 + task * FAKE_STEPS_MAX + machine->tasks[task].pc + 1;
        return true;
    case FAKE_SET:
        machine->set[step->object] = true;
        while ((waiter = first_waiting(machine, step->object)) != NOBODY)
            wake(machine, waiter);
        return true;
    case FAKE_AWAIT:
        return machine->set[step->object];
    case FAKE_TAKE:
        if (machine->holders[step->object] != NOBODY)
            return false;
        machine->holders[step->object] = task;
        return true;
    case FAKE_GIVE:
        if (machine->holders[step->object] != task)
            return true;
        waiter = first_waiting(machine, step->object);
        machine->holders[step->object] = waiter;
        if (waiter != NOBODY)
            wake(machine, waiter);
        return true;
    }
    CHECK_NEVER("no such verb");
}

/* One step of `task`, which is in no line. */
static void step(struct machine *machine, size_t task)
{
    struct task *self = &machine->tasks[task];
    const struct fake_step *step = step_of(machine, task);
    struct fake_event *event = &machine->run->events[machine->run->count++];
    bool goes_on;

    event->task = task;
    event->object = step->object;
    event->writes = writes(step);
    event->after = self->after;
    if (self->waits) { /* it has what it waited for */
        self->waits = false;
        goes_on = true;
    } else {
        goes_on = perform(machine, task, step);
    }
    strategy_touch(machine->strategy, &(struct touch){THING + event->object, event->writes});
    if (!goes_on) {
        wait_here(machine, task);
        return;
    }
    if (++self->pc == machine->program->step_counts[task])
        return;
    make_ready(machine, task, machine->run->count - 1);
    if (machine->program->points) {
        for (size_t i = machine->line_count - 1; i > 0; i--)
            machine->line[i] = machine->line[i - 1];
        machine->line[0] = task;
    }
}

static uint64_t outcome_of(const struct machine *machine)
{
    uint64_t hash = hash_bytes(HASH_START, machine->values, sizeof machine->values);

    for (size_t i = 0; i < machine->program->task_count; i++) {
        hash = hash_bytes(hash, &machine->tasks[i].seen, sizeof machine->tasks[i].seen);
        hash = hash_bytes(hash, &machine->tasks[i].pc, sizeof machine->tasks[i].pc);
    }
    return hash;
}

bool fake_next(struct fake_search *search, const struct fake_program *program, struct fake_run *run)
{
    struct machine machine = {.program = program, .run = run, .strategy = search->strategy};

    if (!strategy_begin(search->strategy, search->schedules))
        return false;
    run->count = 0;
    chance_from_decider(&search->chance, strategy_decider(search->strategy));
    for (size_t i = 0; i < FAKE_OBJECTS_MAX; i++)
        machine.holders[i] = NOBODY;
    for (size_t i = 0; i < program->task_count; i++)
        make_ready(&machine, i, SIZE_MAX);
    while (machine.line_count > 0)
        step(&machine, take_next(&machine, &search->chance));
    run->outcome = outcome_of(&machine);
    search->schedules++;
    strategy_end(search->strategy, &(struct run_end){0});
    return true;
}

size_t fake_orders(const struct fake_program *program,
                   void (*see)(void *self, const struct fake_run *run), void *self)
{
    struct fake_search search;
    struct fake_run run;

    fake_open(&search, "dfs", 0);
    while (fake_next(&search, program, &run)) {
        if (see != NULL)
            see(self, &run);
    }
    fake_close(&search);
    return search.schedules;
}

struct fake_program fake_apart(size_t count, const size_t *counts)
{
    struct fake_program program = {.task_count = count};

    for (size_t i = 0; i < count; i++) {
        program.step_counts[i] = counts[i];
        for (size_t j = 0; j < counts[i]; j++)
            program.steps[i][j] = (struct fake_step){FAKE_WRITE, FAKE_OBJECTS_MAX + i};
    }
    return program;
}

struct fake_program fake_random(uint64_t *stream)
{
    struct fake_program program = {.points = chance_below(stream, 2) == 0,
                                   .task_count = 2 + chance_below(stream, 3)};
    size_t most = program.task_count == 4 ? 2 : 5 - program.task_count;
    size_t verbs = chance_below(stream, 2) == 0 ? FAKE_WRITE + 1 : FAKE_GIVE + 1;

    for (size_t i = 0; i < program.task_count; i++) {
        program.step_counts[i] = 1 + chance_below(stream, most);
        for (size_t j = 0; j < program.step_counts[i]; j++)
            program.steps[i][j] = (struct fake_step){(enum fake_verb)chance_below(stream, verbs),
                                                     chance_below(stream, FAKE_OBJECTS_MAX - 1)};
    }
    return program;
}

char *fake_order(const struct fake_run *run, char *text)
{
    for (size_t i = 0; i < run->count; i++)
        text[i] = (char)('0' + run->events[i].task);
    text[run->count] = '\0';
    return text;
}
