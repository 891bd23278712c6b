/*
 * bridge.c - see bridge.h. What the core reports becomes a trace record; what the core leaves open
 * is drawn from the tape.
 */
#include "cli/bridge.h"

#include <stdio.h>
#include <string.h>

#include "cli/play.h"
#include "error.h"
#include "memory.h"
#include "observe.h"
#include "task_core.h"
#include "world/machine.h"
#include "world/world.h"

/* What a parent sees of an exit code. */
#define EXIT_MASK 0xff

/* The number of the first task of a loop, at whose end a run ends. */
#define MAIN_TASK 1

static const enum trace_kind kinds[] = {
    [OBSERVED_SPAWNED] = TRACE_SPAWNED,   [OBSERVED_BLOCKED] = TRACE_BLOCKED,
    [OBSERVED_RESUMED] = TRACE_RESUMED,   [OBSERVED_FINISHED] = TRACE_FINISHED,
    [OBSERVED_HELD] = TRACE_HELD,         [OBSERVED_RELEASED] = TRACE_RELEASED,
    [OBSERVED_PROPERTY] = TRACE_PROPERTY, [OBSERVED_BROKEN] = TRACE_BROKEN,
    [OBSERVED_EXPECTED] = TRACE_EXPECTED, [OBSERVED_FORGOTTEN] = TRACE_FORGOTTEN,
    [OBSERVED_ROLE] = TRACE_ROLE,         [OBSERVED_SIGNALLED] = TRACE_SIGNALLED,
    [OBSERVED_PASSED] = TRACE_PASSED,     [OBSERVED_PUT] = TRACE_PUT,
    [OBSERVED_GOT] = TRACE_GOT,           [OBSERVED_CANCELLED] = TRACE_CANCELLED,
    [OBSERVED_USED] = TRACE_USED,         [OBSERVED_READ] = TRACE_READ,
    [OBSERVED_WROTE] = TRACE_WROTE,       [OBSERVED_UPDATED] = TRACE_UPDATED,
    [OBSERVED_WATCHED] = TRACE_WATCHED,
};

/* Variables have no numbers of their own: they get them in the order in which they are first used,
 * since their addresses are not the same in two runs. */
static uint32_t number_of(const void *address)
{
    struct process *process = process_current();
    size_t number = map_get(&process->variables, (uintptr_t)address);

    if (number == MAP_NONE) {
        number = process->variables.count + 1;
        map_set(&process->variables, (uintptr_t)address, number);
    }
    return (uint32_t)number;
}

static void note(struct world *world, const struct observed *event, const char *text)
{
    world_note(world, (struct trace_record){
                          .kind = kinds[event->kind],
                          .task = event->who.id,
                          .task_name = event->who.name,
                          .other = event->by.id,
                          .object = {event->object.kind, event->object.name,
                                     event->address != NULL ? number_of(event->address)
                                                            : event->object.id},
                          .value = event->code,
                          .text = text,
                          .here = event->here,
                      });
}

/* A condition that tasks wait for holds, or does not any more, and who made it so. */
static void note_expected(struct world *world, const struct observed *event)
{
    char by[80];

    note(world, event,
         event->by.id != 0 ? trace_task_name(event->by.id, event->by.name, by, sizeof by) : NULL);
}

/* Who asks for a range to be watched. */
static uint64_t owner_of(const struct process *process, uint32_t task)
{
    return trace_task_key(process->id, thread_current()->id, task);
}

/* Where `who`, who is here now (NULL: at no place of its own), has written: before this place, or
 * after the last one that is known. */
static const char *place_of_change(const struct watches *watches, uint64_t who, const char *here,
                                   char *text, size_t size)
{
    size_t last = map_get(&watches->places, who);
    const char *known = here != NULL ? here : last != MAP_NONE ? (const char *)last : NULL;
    const char *slash = known != NULL ? strrchr(known, '/') : NULL;

    if (known == NULL)
        return NULL;
    snprintf(text, size, "%s %s", here != NULL ? "before" : "after",
             slash != NULL ? slash + 1 : known);
    return text;
}

/* Whatever has changed of what is watched `who` has written. */
static void look_at_watched(struct world *world, struct subject who, const char *here)
{
    struct process *process = process_current();
    struct watches *watches = &process->watches;
    uint64_t key = owner_of(process, who.id);
    const struct watch *watch;
    size_t at = 0;
    char text[120];

    if (watches->count == 0 || !trace_is_wanted(world->trace, TRACE_WROTE))
        return;
    while ((watch = watches_changed(watches, &at)) != NULL)
        world_note(world, (struct trace_record){
                              .kind = TRACE_WROTE,
                              .task = who.id,
                              .task_name = who.name,
                              .object = {"variable", watch->name, number_of(watch->address)},
                              .value = 1,
                              .here = place_of_change(watches, key, here, text, sizeof text)});
    if (here != NULL)
        map_set(&watches->places, key, (uintptr_t)here);
}

static struct subject who_runs(void)
{
    const struct task *task = task_current();

    return task != NULL ? task_subject(task) : (struct subject){NULL, 0};
}

/* Who has run up to `event`: who stops there, nobody where a task goes on, else the running task.
 */
static struct subject who_ran(const struct observed *event)
{
    if (event->kind == OBSERVED_BLOCKED || event->kind == OBSERVED_FINISHED)
        return event->who;
    return event->kind == OBSERVED_RESUMED ? (struct subject){NULL, 0} : who_runs();
}

/* Begin or stop to watch a range, or leave it as its task ends. */
static void change_watches(const struct observed *event)
{
    struct process *process = process_current();

    if (event->kind == OBSERVED_FINISHED)
        watches_leave(&process->watches, owner_of(process, event->who.id));
    else if (event->code == 0)
        watches_remove(&process->watches, event->address);
    else
        watches_add(&process->watches, event->address, (size_t)event->code, event->object.name,
                    owner_of(process, event->who.id));
}

/* Whether tasks that wait for each other in a circle may be cancelled now, which nobody would see:
 * main ends, or a task that waits for a lock is cancelled, and not by a timeout. */
static bool ends_waits(const struct observed *event)
{
    if (event->kind == OBSERVED_FINISHED)
        return event->who.id == MAIN_TASK && others_wait();
    return event->kind == OBSERVED_CANCELLED && event->who.id != 0 && event->code != 0;
}

static void on_event(void *self, const struct observed *event)
{
    struct world *world = world_current();

    (void)self;
    look_at_watched(world, who_ran(event), event->here);
    if (event->kind == OBSERVED_WATCHED || event->kind == OBSERVED_FINISHED)
        change_watches(event);
    if (!trace_is_wanted(world->trace, kinds[event->kind]) ||
        (event->kind == OBSERVED_USED && !trace_is_muted(world->trace)))
        ;
    else if (event->kind == OBSERVED_EXPECTED)
        note_expected(world, event);
    else if (event->kind == OBSERVED_ROLE)
        note(world, event, event->text != NULL ? event->text : "without a role");
    else
        note(world, event, event->text);
    if (event->kind == OBSERVED_ROLE)
        process_set_role(event->text);
    if (event->kind == OBSERVED_BROKEN)
        world_fail();
    if (ends_waits(event))
        world->suspect = true;
    if (trace_is_wanted(world->trace, TRACE_EXPECTED) &&
        (event->kind == OBSERVED_BLOCKED || event->kind == OBSERVED_FINISHED))
        expectations_look(event->who);
}

/* What callbacks that are no task's have done shows at the end. */
static bool stuck(void *self)
{
    (void)self;
    expectations_look((struct subject){NULL, 0});
    return false;
}

/* What a task is called on a tape: by its name, or by its function; by its number, which any task
 * that is spawned before it changes, only if there is neither. */
static void name_subject(struct subject who, const char *function, char *text, size_t size)
{
    const char *label = process_current()->spec.label;
    char name[80];

    if (who.name == NULL && function != NULL)
        snprintf(name, sizeof name, "%s()", function);
    else
        trace_task_name(who.id, who.name, name, sizeof name);
    snprintf(text, size, "%s%s%s", label != NULL ? label : "", label != NULL ? "/" : "", name);
}

/* What a value stands for: "t2 (sleep)", "t1 (lock A)", "deposit() (start)". No lines: an edit
 * elsewhere must leave it true. */
static void anchor_of(const void *self, size_t value, char *text, size_t size)
{
    const struct observed_choice *choice = self;
    struct pending pending;
    const char *label = process_current()->spec.label;
    char name[160];

    snprintf(name, sizeof name, "%s%scallback", label != NULL ? label : "",
             label != NULL ? "/" : "");
    choice->describe(choice, choice->count > value ? value : 0, &pending);
    if (pending.who.id != 0)
        name_subject(pending.who, pending.function, name, sizeof name);
    if (pending.object.name != NULL)
        snprintf(text, size, "%s (%s %s)", name, pending.what, pending.object.name);
    else
        snprintf(text, size, "%s (%s)", name, pending.what != NULL ? pending.what : "callback");
}

/* Numbers of objects and addresses do not meet: the process's arena and stacks lie far above. */
static uint64_t object_of(const struct pending *pending)
{
    uint64_t process = process_current()->id;
    bool task = pending->object.kind != NULL && strcmp(pending->object.kind, "task") == 0;

    if (pending->address != NULL)
        return (uint64_t)(uintptr_t)pending->address;
    if (pending->object.id == 0)
        return 0;
    return process << 33 | (uint64_t)task << 32 | pending->object.id;
}

static void operation_of(const void *self, size_t i, struct operation *operation)
{
    const struct observed_choice *choice = self;
    const struct thread *thread = thread_current();
    struct pending pending;
    uint64_t who;

    choice->describe(choice, i, &pending);
    who = trace_task_key(thread->process->id, thread->id, pending.who.id);
    *operation = (struct operation){.id = (uintptr_t)pending.id,
                                    .who = pending.who.id != 0 ? who : 0,
                                    .what = pending.what,
                                    .object = object_of(&pending),
                                    .point = pending.address != NULL,
                                    .name = pending.address != NULL ? pending.object.name : NULL,
                                    .writes = pending.writes,
                                    .place = pending.here};
}

static size_t on_pick(void *self, const struct observed_choice *choice)
{
    bool together = choice->label == timer_together;
    struct alternatives alternatives = {.anchor = anchor_of,
                                        .operation = together ? NULL : operation_of,
                                        .self = choice};

    (void)self;
    if (choice->label == sched_ready) {
        thread_step(); /* a loop that has always something ready is never seen by the world */
        look_at_watched(world_current(), who_runs(), NULL);
    }
    return world_choose(world_current(), choice->label, choice->count, &alternatives);
}

static bool any_order(void *self)
{
    (void)self;
    return chance_is_open(world_current()->chance, FAMILY_sched);
}

static uint32_t number(void *self)
{
    (void)self;
    return ++process_current()->number_last;
}

static void busy(void *self, int64_t cost_ns)
{
    (void)self;
    thread_busy(cost_ns, "rondo_busy()");
}

/* A loop belongs to a thread; a run may be cut short, and the world goes on. */
static struct lineup *lineup_of_loop(void *self)
{
    (void)self;
    return &thread_current()->lineup;
}

static struct observer bridge = {.lineup = lineup_of_loop,
                                 .event = on_event,
                                 .pick = on_pick,
                                 .any_order = any_order,
                                 .stuck = stuck,
                                 .number = number,
                                 .busy = busy};

/* What on_event() does something about, as long as `trace` is what it is: most runs of a search
 * leave no trace, and nearly nothing is worth telling. */
static observed_kinds kinds_wanted(const struct trace *trace)
{
    observed_kinds wanted = OBSERVED_KIND(OBSERVED_BROKEN) | OBSERVED_KIND(OBSERVED_ROLE) |
                            OBSERVED_KIND(OBSERVED_FINISHED) | OBSERVED_KIND(OBSERVED_CANCELLED);

    if (trace_is_wanted(trace, TRACE_WROTE))
        return OBSERVED_ALL; /* each is an occasion to look at what is watched */
    for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++) {
        if (trace_is_wanted(trace, kinds[kind]))
            wanted |= OBSERVED_KIND(kind);
    }
    if (trace_is_wanted(trace, TRACE_EXPECTED))
        wanted |= OBSERVED_KIND(OBSERVED_BLOCKED);
    return wanted;
}

void bridge_install(void)
{
    bridge.wanted = OBSERVED_ALL;
    observer = &bridge;
}

/* A program_start. */
static int start(const rondo_program *program, const struct script *script, int argc, char **argv)
{
    bridge.wanted = kinds_wanted(world_current()->trace);
    if (program->kind == RONDO_PROGRAM_MAIN)
        return ((int (*)(int, char **))program->entry)(argc, argv) & EXIT_MASK;
    return rondo_run((rondo_fn)program->entry, (void *)(uintptr_t)script, NULL);
}

/* A runner_who. */
static void name_task(char *text, size_t size)
{
    const struct task *task = task_current();

    if (task != NULL)
        name_subject(task_subject(task), task->function, text, size);
}

void bridge_open(struct runner *runner, const char *module_folder)
{
    bridge_install();
    runner_open(runner, module_folder, start, rondo_err_name);
    runner->modules.script = &play_program;
    runner->who = name_task;
}

void rondo_program_exit(int code)
{
    fflush(stdout);
    fflush(stderr);
    process_exit(code & EXIT_MASK);
}
