/*
 * world.c - see world.h: the agenda, the step, the switch between processes.
 */
#include "world/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/check.h"

/* A host that has been up for an hour, so that a program may look back from "now". */
#define UPTIME_NS ((int64_t)3600 * 1000000000)

static struct world *current;

static bool event_before(const struct heap_node *a, const struct heap_node *b)
{
    const struct event *x = container_of(a, struct event, node);
    const struct event *y = container_of(b, struct event, node);

    return x->when_ns != y->when_ns ? x->when_ns < y->when_ns : x->order < y->order;
}

void world_init(struct world *world, struct chance *chance, struct trace *trace)
{
    *world = (struct world){.chance = chance, .trace = trace, .steps_max = WORLD_STEPS_MAX};
    heap_init(&world->agenda, event_before);
    list_init(&world->processes);
}

void world_close(struct world *world)
{
    list_for_each(node, &world->processes) {
        struct process *process = container_of(node, struct process, link);

        list_remove(node);
        stack_reclaim(process);
        free(process);
    }
}

struct world *world_current(void)
{
    CHECK(current != NULL);
    return current;
}

struct process *process_current(void)
{
    CHECK(current != NULL && current->running != NULL);
    return current->running;
}

void world_note(struct world *world, struct trace_record record)
{
    record.time_ns = world->now_ns;
    if (world->running != NULL)
        record.process = world->running->id;
    trace_append(world->trace, &record);
}

size_t world_choose(struct world *world, const char *label, size_t bound, chance_anchor anchor,
                    const void *self)
{
    const struct tape *tape = &world->chance->record;
    size_t before = tape->count;
    size_t value = choose(world->chance, label, bound, anchor, self);
    char text[400], usual[160] = ""; /* what production order would have chosen */
    bool differs;

    if (tape->count > before) {
        if (value != 0 && anchor != NULL)
            anchor(self, 0, usual, sizeof usual);
        differs = usual[0] != '\0' && strcmp(usual, tape->entries[before].anchor) != 0;
        snprintf(text, sizeof text, "%s %s%s%s", label, tape->entries[before].anchor,
                 differs ? " before " : "", differs ? usual : "");
        world_note(world, (struct trace_record){.kind = TRACE_CHOICE,
                                                .value = (int64_t)value,
                                                .object = {.id = (uint32_t)bound},
                                                .text = text});
    }
    return value;
}

void world_at(struct world *world, struct event *event, int64_t when_ns)
{
    CHECK(!event->entered);
    event->when_ns = when_ns > world->now_ns ? when_ns : world->now_ns;
    event->order = world->order_next++;
    event->entered = true;
    heap_push(&world->agenda, &event->node);
}

void world_cancel(struct world *world, struct event *event)
{
    if (!event->entered)
        return;
    heap_remove(&world->agenda, &event->node);
    event->entered = false;
}

static void alarm_rings(struct event *event)
{
    process_wake(container_of(event, struct process, alarm));
}

/* The first frame of a process. */
static void process_begin(void *argument)
{
    struct process *process = argument;

    process_exit(process->spec.main(process->spec.context));
}

struct process *world_spawn(struct world *world, const struct process_spec *spec)
{
    struct process *process = must_alloc(sizeof *process);
    void *owner = stack_owner_set(process);

    process->spec = *spec;
    process->id = ++world->process_id_last;
    process->alarm.happen = alarm_rings;
    process->stack = stack_take(STACK_SIZE_MAIN);
    CHECK(process->stack != NULL);
    fiber_init(&process->fiber, process->stack, process_begin, process);
    process->resume = &process->fiber;
    list_push_back(&world->processes, &process->link);
    stack_owner_set(owner);
    world_note(world, (struct trace_record){.kind = TRACE_PROCESS,
                                            .process = process->id,
                                            .text = spec->name});
    return process;
}

/* Processes are switched to here and nowhere else. */
static void resume(struct world *world, struct process *process)
{
    void *owner = stack_owner_set(process);

    world->running = process;
    if (process->spec.enter != NULL)
        process->spec.enter(process->spec.context);
    fiber_switch(process->resume);
    if (process->spec.leave != NULL)
        process->spec.leave(process->spec.context);
    world->running = NULL;
    stack_owner_set(owner);
}

/* The `index`-th process that can run, or NULL. */
static struct process *runnable(struct world *world, size_t index)
{
    list_for_each(node, &world->processes) {
        struct process *process = container_of(node, struct process, link);

        if (process->state == PROCESS_RUNNABLE && index-- == 0)
            return process;
    }
    return NULL;
}

static size_t count_in(struct world *world, enum process_state state)
{
    size_t count = 0;

    list_for_each(node, &world->processes) {
        count += container_of(node, struct process, link)->state == state;
    }
    return count;
}

bool world_step(struct world *world)
{
    size_t count = count_in(world, PROCESS_RUNNABLE);
    struct heap_node *node;
    struct event *event;

    world->steps++;
    if (count > 0) {
        resume(world, runnable(world, world_choose(world, "process.next", count, NULL, NULL)));
        return true;
    }
    node = heap_pop(&world->agenda);
    if (node == NULL)
        return false;
    event = container_of(node, struct event, node);
    event->entered = false;
    CHECK(event->when_ns >= world->now_ns);
    world->now_ns = event->when_ns; /* time moves here and nowhere else */
    event->happen(event);
    return true;
}

enum world_end world_run(struct world *world)
{
    struct world *outer = current;
    enum world_end end = WORLD_ENDED;

    current = world;
    world->fiber = fiber_current();
    while (count_in(world, PROCESS_ENDED) < list_length(&world->processes)) {
        if (world->steps >= world->steps_max) {
            end = WORLD_SPENT;
            break;
        }
        if (!world_step(world)) {
            end = WORLD_QUIET;
            break;
        }
    }
    if (end != WORLD_ENDED)
        world_note(world,
                   (struct trace_record){.kind = end == WORLD_QUIET ? TRACE_QUIET : TRACE_BUDGET});
    current = outer;
    return end;
}

void process_block(int64_t until_ns)
{
    struct world *world = world_current();
    struct process *process = process_current();

    if (until_ns != WORLD_NEVER)
        world_at(world, &process->alarm, until_ns);
    process->state = PROCESS_BLOCKED;
    process->resume = fiber_current();
    fiber_switch(world->fiber);
    world_cancel(world, &process->alarm);
}

void process_spin(void)
{
    struct world *world = world_current();

    if (++world->steps >= world->steps_max)
        process_block(WORLD_NEVER);
}

void process_wake(struct process *process)
{
    if (process->state == PROCESS_BLOCKED)
        process->state = PROCESS_RUNNABLE;
}

void process_exit(int code)
{
    struct world *world = world_current();
    struct process *process = process_current();

    process->exit_code = code;
    process->state = PROCESS_ENDED;
    world_note(world, (struct trace_record){.kind = TRACE_EXIT, .value = code});
    process->resume = NULL;
    fiber_switch_last(world->fiber);
}

int64_t process_clock(void)
{
    return UPTIME_NS + world_current()->now_ns;
}

int64_t process_civil(void)
{
    return process_current()->spec.epoch_ns + world_current()->now_ns;
}
