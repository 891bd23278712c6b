/*
 * guest.c - see guest.h.
 */
#include "run/guest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "run/arena.h"
#include "run/runner.h"

/* ---- allocations that fail ---- */

/* So many in a run: what two of them together do not show, more will hardly. */
#define FAILURES_MAX 2

static void name_allocation(const void *self, size_t value, char *text, size_t size)
{
    const struct guest *guest = self;
    char who[160];

    snprintf(who, sizeof who, "%s", guest->name != NULL ? guest->name : "the program");
    if (guest->runner->who != NULL)
        guest->runner->who(who, sizeof who);
    snprintf(text, size, "%s (%s)", who, value != 0 ? "no memory" : "memory");
}

/* Whether this allocation fails is one more decision. */
static void *failing_resize(void *self, void *old, size_t size)
{
    struct guest *guest = self;
    struct runner *runner = guest->runner;
    const struct alloc_source *source = arena_source(guest->arena);
    struct alternatives alternatives = {.anchor = name_allocation, .self = guest};

    if (runner->failures < FAILURES_MAX &&
        world_choose(&runner->world, "alloc.fail", 2, &alternatives) != 0) {
        runner->failures++;
        return NULL;
    }
    return source->resize(source->self, old, size);
}

static void failing_release(void *self, void *old)
{
    const struct alloc_source *source = arena_source(((struct guest *)self)->arena);

    source->release(source->self, old);
}

/* ---- inside the process ---- */

static int process_main(void *context)
{
    struct guest *guest = context;
    int code = guest->runner->start(guest->program, guest->role->script, guest->argc, guest->argv);

    capture_flush(&guest->capture);
    return code;
}

/* Put its globals in place. */
static void reach(void *context)
{
    struct guest *guest = context;

    if (guest->module->image != NULL)
        image_enter(guest->module->image, &guest->globals);
}

static void enter(void *context)
{
    struct guest *guest = context;
    bool may_fail = chance_is_open(guest->runner->world.chance, FAMILY_alloc);

    reach(guest);
    guest->outer_source = alloc_replace(may_fail ? &guest->failing : arena_source(guest->arena));
    capture_enter(&guest->capture);
}

static void leave(void *context)
{
    struct guest *guest = context;

    capture_leave(&guest->capture);
    alloc_replace(guest->outer_source);
}

/* A piece of its output. */
static void output(void *self, enum stream stream, bool partial, const char *text, size_t size)
{
    struct guest *guest = self;

    runner_hear(guest->runner, guest, stream, partial, text, size);
}

/* ---- its life ---- */

struct guest *guest_new(struct runner *runner, size_t index)
{
    struct guest *guest = must_alloc(sizeof *guest);

    guest->runner = runner;
    guest->arena = arena_new(index);
    guest->failing = (struct alloc_source){failing_resize, failing_release, guest};
    return guest;
}

void guest_free(struct guest *guest)
{
    capture_close(&guest->capture);
    arena_free(guest->arena);
    globals_clear(&guest->globals);
    free(guest);
}

void guest_become(struct guest *guest, const struct scenario *scenario, const struct run_spec *run,
                  const struct host_spec *host, const struct module *module)
{
    struct mistake mistake;

    guest->host = host;
    guest->role = role_of(run, host);
    guest->name = run->has_hosts ? host->name : NULL;
    guest->module = module;
    guest->program = module_program(module, guest->role->program, scenario, &mistake);
    CHECK(guest->program != NULL);
}

/* The arguments of a main, argv[0] the program's name, where the program may write to them. */
static void make_arguments(struct guest *guest)
{
    const struct role *role = guest->role;

    guest->argc = (int)role->arg_count + 1;
    guest->argv = must_alloc(((size_t)guest->argc + 1) * sizeof *guest->argv);
    guest->argv[0] = must_text(role->program);
    for (size_t i = 0; i < role->arg_count; i++)
        guest->argv[i + 1] = must_text(role->args[i]);
    guest->argv_kept = must_alloc((size_t)guest->argc * sizeof *guest->argv_kept);
    memcpy(guest->argv_kept, guest->argv, (size_t)guest->argc * sizeof *guest->argv);
}

/* From the list that the program did not see: its own it may have moved along. */
static void free_arguments(struct guest *guest)
{
    for (int i = 0; i < guest->argc; i++)
        free(guest->argv_kept[i]);
    free(guest->argv_kept);
    free(guest->argv);
}

void guest_spawn(struct guest *guest, struct world *world, struct host *machine,
                 const struct scenario *scenario, const struct run_spec *run)
{
    const struct role *role = guest->role;
    struct process_spec spec = {.name = role->program,
                                .label = guest->name,
                                .main = process_main,
                                .context = guest,
                                .start_ns = role->start_ns,
                                .background = host_stays(run, guest->host),
                                .epoch_ns = role->has_epoch ? role->epoch_ns : scenario->epoch_ns,
                                .environment = (const char *const *)role->env,
                                .enter = enter,
                                .leave = leave,
                                .reach = reach,
                                .host = machine};

    make_arguments(guest);
    capture_begin(&guest->capture, output, guest);
    guest->process = world_spawn(world, &spec);
}

void guest_flush(struct guest *guest)
{
    capture_flush(&guest->capture);
}

size_t guest_blocks_left(const struct guest *guest)
{
    return arena_left(guest->arena) - guest->process->uv_blocks;
}

void guest_end(struct guest *guest)
{
    capture_end(&guest->capture);
    arena_reset(guest->arena);
    if (guest->module->image != NULL && image_is_entered(guest->module->image))
        image_reset(guest->module->image); /* by the first guest of the module */
    guest->globals.kept = false;
    free_arguments(guest);
    guest->process = NULL;
}
