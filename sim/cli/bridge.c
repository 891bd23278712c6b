/*
 * bridge.c - see bridge.h. What the core reports becomes a trace record; what the core leaves open
 * is drawn from the tape.
 */
#include "cli/bridge.h"

#include <stdio.h>

#include "cli/play.h"
#include "error.h"
#include "memory.h"
#include "observe.h"
#include "world/world.h"

/* What a parent sees of an exit code. */
#define EXIT_MASK 0xff

static const enum trace_kind kinds[] = {
    [OBSERVED_SPAWNED] = TRACE_SPAWNED,
    [OBSERVED_BLOCKED] = TRACE_BLOCKED,
    [OBSERVED_RESUMED] = TRACE_RESUMED,
    [OBSERVED_FINISHED] = TRACE_FINISHED,
    [OBSERVED_HELD] = TRACE_HELD,
    [OBSERVED_RELEASED] = TRACE_RELEASED,
    [OBSERVED_PROPERTY] = TRACE_PROPERTY,
    [OBSERVED_BROKEN] = TRACE_BROKEN,
    [OBSERVED_SIGNALLED] = TRACE_SIGNALLED,
    [OBSERVED_PASSED] = TRACE_PASSED,
    [OBSERVED_PUT] = TRACE_PUT,
    [OBSERVED_GOT] = TRACE_GOT,
    [OBSERVED_CANCELLED] = TRACE_CANCELLED,
};

static void on_event(void *self, const struct observed *event)
{
    (void)self;
    world_note(world_current(),
               (struct trace_record){
                   .kind = kinds[event->kind],
                   .task = event->who.id,
                   .task_name = event->who.name,
                   .other = event->by.id,
                   .object = {event->object.kind, event->object.name, event->object.id},
                   .value = event->code,
                   .text = event->text,
                   .here = event->here,
               });
    if (event->kind == OBSERVED_BROKEN)
        world_fail();
}

/* What a value stands for: "t2 (sleep)". */
static void anchor_of(const void *self, size_t value, char *text, size_t size)
{
    const struct observed_choice *choice = self;
    const char *what = NULL;
    const struct subject *who = choice->who(choice, choice->count > value ? value : 0, &what);
    char name[80] = "callback";

    if (who != NULL)
        trace_task_name(who->id, who->name, name, sizeof name);
    snprintf(text, size, "%s (%s)", name, what != NULL ? what : "callback");
}

/* Together or apart is about the one timer that comes next. */
static void anchor_of_next(const void *self, size_t value, char *text, size_t size)
{
    (void)value;
    anchor_of(self, 0, text, size);
}

static size_t on_pick(void *self, const struct observed_choice *choice)
{
    bool together = choice->label == timer_together;

    (void)self;
    return world_choose(world_current(), choice->label, choice->count,
                        together ? anchor_of_next : anchor_of, choice);
}

static bool wants(void *self, const char *label)
{
    (void)self;
    return chance_is_open(world_current()->chance, label);
}

static uint32_t number(void *self)
{
    (void)self;
    return ++process_current()->number_last;
}

static const struct observer bridge = {
    .event = on_event, .pick = on_pick, .wants = wants, .number = number, .orders = true};

void bridge_install(void)
{
    observer = &bridge;
}

/* A program_start. */
static int start(const rondo_program *program, const struct script *script, int argc, char **argv)
{
    if (program->kind == RONDO_PROGRAM_MAIN)
        return ((int (*)(int, char **))program->entry)(argc, argv) & EXIT_MASK;
    return rondo_run((rondo_fn)program->entry, (void *)(uintptr_t)script, NULL);
}

void bridge_open(struct runner *runner, const char *module_folder)
{
    bridge_install();
    runner_open(runner, module_folder, start, rondo_err_name);
    runner->modules.script = &play_program;
}

void rondo_program_exit(int code)
{
    fflush(stdout);
    fflush(stderr);
    process_exit(code & EXIT_MASK);
}
