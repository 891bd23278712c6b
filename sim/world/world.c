/*
 * world.c - see world.h: the agenda, the step, the switch between threads.
 */
#include "world/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/check.h"
#include "world/machine.h"
#include "world/net.h"
#include "world/weather.h"

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
    list_init(&world->weather);
    list_init(&world->weather_active);
    list_init(&world->runnable);
}

/* Nothing happens any more: what has an event may be freed in any order. */
static void drop_agenda(struct world *world)
{
    struct heap_node *node;

    while ((node = heap_pop(&world->agenda)) != NULL)
        container_of(node, struct event, node)->entered = false;
}

void world_close(struct world *world)
{
    drop_agenda(world);
    net_free(world->net); /* before the weather, which keeps some of its packets */
    weather_free(world);
    list_for_each(node, &world->processes) {
        struct process *process = container_of(node, struct process, link);

        list_remove(node);
        stack_reclaim(process);
        map_free(&process->variables);
        free(process->role);
        watches_clear(&process->watches);
        list_for_each(thread, &process->threads) {
            lineup_clear(&container_of(thread, struct thread, link)->lineup);
            if (thread != &process->main.link)
                free(container_of(thread, struct thread, link));
        }
        free(process);
    }
}

struct world *world_current(void)
{
    CHECK(current != NULL);
    return current;
}

struct thread *thread_current(void)
{
    CHECK(current != NULL && current->running != NULL);
    return current->running;
}

struct process *process_current(void)
{
    return thread_current()->process;
}

void world_note(struct world *world, struct trace_record record)
{
    if (!trace_is_wanted(world->trace, record.kind))
        return;
    record.time_ns = world->now_ns;
    if (world->running != NULL) {
        record.process = world->running->process->id;
        record.thread = world->running->id;
        record.label = world->running->process->spec.label;
    }
    trace_append(world->trace, &record);
}

/* The decision that has just been recorded, as a record of the trace. */
static void note_choice(struct world *world)
{
    const struct tape *tape = &world->chance->record;
    const struct tape_entry *entry = &tape->entries[tape->count - 1];
    bool differs = entry->before != NULL && strcmp(entry->before, entry->anchor) != 0;
    char text[2 * ANCHOR_SIZE + 80];

    snprintf(text, sizeof text, "%s %s%s%s", entry->label, entry->anchor, differs ? " before " : "",
             differs ? entry->before : "");
    world_note(world, (struct trace_record){.kind = TRACE_CHOICE,
                                            .value = entry->value,
                                            .object = {.id = entry->bound},
                                            .text = text,
                                            .here = entry->place});
}

size_t world_choose(struct world *world, const char *label, size_t bound,
                    const struct alternatives *alternatives)
{
    size_t before = world->chance->record.count;
    size_t value = choose(world->chance, label, bound, alternatives);

    if (world->chance->record.count > before && !trace_is_muted(world->trace))
        note_choice(world);
    return value;
}

void world_at(struct world *world, struct event *event, int64_t when_ns)
{
    CHECK(!event->entered);
    event->when_ns = when_ns > world->now_ns ? when_ns : world->now_ns;
    event->order = world->order_next++;
    event->entered = true;
    world->idle += event->idle;
    heap_push(&world->agenda, &event->node);
}

/* It is in the heap no longer. */
static void leave_agenda(struct world *world, struct event *event)
{
    event->entered = false;
    world->idle -= event->idle;
}

void world_cancel(struct world *world, struct event *event)
{
    if (!event->entered)
        return;
    heap_remove(&world->agenda, &event->node);
    leave_agenda(world, event);
}

static void alarm_rings(struct event *event)
{
    thread_wake(container_of(event, struct thread, alarm));
}

/* The first frame of a thread. */
static void thread_begin(void *argument)
{
    struct thread *thread = argument;

    thread->run(thread->context);
    thread->state = THREAD_ENDED;
    fiber_switch_last(world_current()->fiber);
}

/* What the first thread of a process runs. */
static void process_begin(void *argument)
{
    struct process *process = argument;

    world_note(world_current(),
               (struct trace_record){.kind = TRACE_PROCESS, .text = process->spec.name});
    process_exit(process->spec.main(process->spec.context));
}

/* `process`, if it is not among those that can run, is the last of them. */
static void join_runnable(struct world *world, struct process *process)
{
    if (list_linked(&process->runnable))
        return;
    list_push_back(&world->runnable, &process->runnable);
    world->runnable_count++;
}

/* Nothing of it can run. */
static void leave_runnable(struct world *world, struct process *process)
{
    if (!list_linked(&process->runnable))
        return;
    list_remove(&process->runnable);
    world->runnable_count--;
}

/* `thread` can run from now on, but for a pause. */
static void make_ready(struct world *world, struct thread *thread)
{
    struct process *process = thread->process;

    thread->state = THREAD_RUNNABLE;
    list_push_back(&process->ready, &thread->ready);
    if (process->paused)
        host_of(process)->machine.disturbance.postponed++;
    else
        join_runnable(world, process);
}

/* Make `thread`, of which the caller has set who it is and what it runs, the last of its process
 * and able to run from `start_ns` on. */
static void thread_start(struct world *world, struct thread *thread, int64_t start_ns)
{
    struct process *process = thread->process;

    thread->alarm.happen = alarm_rings;
    thread->stack = stack_take(STACK_SIZE_MAIN);
    CHECK(thread->stack != NULL);
    fiber_init(&thread->fiber, thread->stack, thread_begin, thread);
    thread->fiber.beside = thread->id != 0;
    thread->resume = &thread->fiber;
    thread->clock_until_ns = WORLD_NEVER;
    list_push_back(&process->threads, &thread->link);
    if (start_ns <= world->now_ns) {
        make_ready(world, thread);
        return;
    }
    thread->state = THREAD_BLOCKED;
    world_at(world, &thread->alarm, start_ns);
}

/* Whether nothing runs now on `host`, or on the first one if that is NULL. */
static bool stands_still(const struct world *world, const struct host *host)
{
    if (host == NULL && world->net != NULL)
        host = host_first(world->net);
    return host != NULL && host->machine.pauses > 0;
}

struct process *world_spawn(struct world *world, const struct process_spec *spec)
{
    struct process *process = must_alloc(sizeof *process);
    void *owner = stack_owner_set(process);

    process->spec = *spec;
    process->id = ++world->process_id_last;
    list_init(&process->threads);
    list_init(&process->ready);
    list_init(&process->uv_signals);
    list_init(&process->uv_environment);
    list_init(&process->sockets);
    process->paused = stands_still(world, spec->host);
    process->main = (struct thread){.process = process,
                                    .name = "main thread",
                                    .run = process_begin,
                                    .context = process};
    thread_start(world, &process->main, spec->start_ns);
    list_push_back(&world->processes, &process->link);
    world->awaited += !spec->background;
    stack_owner_set(owner);
    return process;
}

struct thread *thread_spawn(const char *name, void (*run)(void *context), void *context)
{
    struct process *process = process_current();
    struct thread *thread = must_alloc(sizeof *thread);

    thread->process = process;
    thread->id = ++process->thread_id_last;
    thread->name = name;
    thread->run = run;
    thread->context = context;
    thread_start(world_current(), thread, 0);
    return thread;
}

char *thread_describe(const struct thread *thread, char *text, size_t size)
{
    if (thread->id == 0)
        snprintf(text, size, "%s", thread->name);
    else
        snprintf(text, size, "%s %u", thread->name, thread->id);
    return text;
}

/* Nothing runs on `thread` any more, and its process goes on. */
static void thread_free(struct thread *thread)
{
    list_remove(&thread->link);
    lineup_clear(&thread->lineup);
    stack_give(thread->stack);
    free(thread);
}

/* Threads are switched to here and nowhere else. */
static void resume(struct world *world, struct thread *thread)
{
    struct process *process = thread->process;
    void *owner = stack_owner_set(process);

    list_remove(&thread->ready);
    process->steps++;
    world->running = thread;
    if (process->spec.enter != NULL)
        process->spec.enter(process->spec.context);
    fiber_switch(thread->resume);
    if (process->spec.leave != NULL)
        process->spec.leave(process->spec.context);
    world->running = NULL;
    stack_owner_set(owner);
    if (thread->state == THREAD_ENDED && !process->ended)
        thread_free(thread);
    if (list_empty(&process->ready))
        leave_runnable(world, process);
}

void process_set_paused(struct world *world, struct process *process, bool paused)
{
    process->paused = paused;
    if (paused)
        leave_runnable(world, process);
    else if (!list_empty(&process->ready))
        join_runnable(world, process);
}

/* The `index`-th of the processes that can run. */
static struct process *runnable(const struct world *world, size_t index)
{
    struct list *node = world->runnable.next;

    while (index-- > 0)
        node = node->next;
    return container_of(node, struct process, runnable);
}

static void name_process(const void *self, size_t value, char *text, size_t size)
{
    const struct process_spec *spec = &runnable(self, value)->spec;

    snprintf(text, size, "%s",
             spec->label != NULL  ? spec->label
             : spec->name != NULL ? spec->name
                                  : "");
}

static struct thread *ready_thread(const struct process *process, size_t index)
{
    struct list *node = process->ready.next;

    while (index-- > 0)
        node = node->next;
    return container_of(node, struct thread, ready);
}

static void name_thread(const void *self, size_t value, char *text, size_t size)
{
    const struct process *process = self;
    const char *label = process->spec.label;
    char name[40];

    snprintf(text, size, "%s%s%s", label != NULL ? label : "", label != NULL ? " " : "",
             thread_describe(ready_thread(process, value), name, sizeof name));
}

/* One of those that can run. */
static struct thread *choose_thread(struct world *world)
{
    struct alternatives alternatives = {.anchor = name_process, .self = world};
    size_t index = world_choose(world, "process.next", world->runnable_count, &alternatives);
    struct process *process = runnable(world, index);

    alternatives = (struct alternatives){.anchor = name_thread, .self = process};
    index = world_choose(world, "thread.next", list_length(&process->ready), &alternatives);
    return ready_thread(process, index);
}

bool world_step(struct world *world)
{
    struct event *event;

    world->steps++;
    if (world->runnable_count > 0) {
        resume(world, choose_thread(world));
        return true;
    }
    if (world->agenda.count == world->idle)
        return false;
    event = container_of(heap_pop(&world->agenda), struct event, node);
    leave_agenda(world, event);
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
    while (world->awaited > 0) {
        if (world->failed) {
            end = WORLD_FAILED;
            break;
        }
        if (world->steps >= world->steps_max) {
            end = WORLD_SPENT;
            break;
        }
        if (!world_step(world)) {
            end = WORLD_QUIET;
            break;
        }
    }
    if (end == WORLD_QUIET || end == WORLD_SPENT)
        world_note(world,
                   (struct trace_record){.kind = end == WORLD_QUIET ? TRACE_QUIET : TRACE_BUDGET});
    current = outer;
    return end;
}

/* Give control back to the world; returns when the calling thread is resumed. */
static void stop(void)
{
    thread_current()->resume = fiber_current();
    fiber_switch(world_current()->fiber);
}

void thread_block(int64_t until_ns, const char *in)
{
    struct world *world = world_current();
    struct thread *thread = thread_current();

    if (until_ns != WORLD_NEVER)
        world_at(world, &thread->alarm, until_ns);
    thread->state = THREAD_BLOCKED;
    thread->blocked_in = in;
    stop();
    world_cancel(world, &thread->alarm);
}

void thread_wake(struct thread *thread)
{
    if (thread->state != THREAD_BLOCKED)
        return;
    make_ready(world_current(), thread);
}

void thread_yield(void)
{
    struct world *world = world_current();
    struct thread *thread = thread_current();

    if (list_empty(&thread->process->ready) && world->runnable_count <= 1)
        return;
    leave_runnable(world, thread->process); /* to be the last of those that can */
    make_ready(world, thread);
    stop();
}

void thread_step(void)
{
    struct world *world = world_current();

    process_current()->steps++;
    if (++world->steps >= world->steps_max)
        thread_block(WORLD_NEVER, NULL);
}

void thread_spin(void)
{
    thread_step();
    thread_yield();
}

static void reach(const struct process *process)
{
    if (process->spec.reach != NULL)
        process->spec.reach(process->spec.context);
}

void process_reach(struct process *process, void (*touch)(void *argument), void *argument)
{
    const struct thread *running = world_current()->running;

    reach(process);
    touch(argument);
    if (running != NULL && running->process != process)
        reach(running->process);
}

void process_exit(int code)
{
    struct world *world = world_current();
    struct process *process = process_current();

    process->exit_code = code;
    process->ended = true;
    world->awaited -= !process->spec.background;
    list_for_each(node, &process->threads) {
        struct thread *thread = container_of(node, struct thread, link);

        thread->state = THREAD_ENDED;
        list_remove(&thread->ready);
        world_cancel(world, &thread->alarm);
        machine_forget(thread);
    }
    net_process_ends(process);
    world_note(world, (struct trace_record){.kind = TRACE_EXIT, .value = code});
    fiber_switch_last(world->fiber);
}

void process_set_role(const char *name)
{
    struct process *process = process_current();

    free(process->role);
    process->role = must_text(name);
}

void world_fail(void)
{
    struct world *world = world_current();

    world->failed = true;
    thread_current()->state = THREAD_BLOCKED;
    fiber_switch_last(world->fiber);
}
