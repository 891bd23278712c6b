/*
 * runner.c - see runner.h.
 */
#include "run/runner.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/check.h"
#include "run/arena.h"
#include "run/image.h"
#include "strategy/strategy.h"

/* Steps of a run before it counts as one that does not end, where any order is open: an unfair
 * schedule may starve whoever would end it, and there are many schedules. */
#define STEPS_ANY_ORDER_MAX UINT64_C(50000)

/* A piece of output: into the trace, and among the lines that were seen. */
static void output(void *self, enum stream stream, bool partial, const char *text, size_t size)
{
    struct runner *runner = self;
    struct observation *seen = runner->seen;

    observation_add(seen, runner->world.now_ns, stream, partial, text, size);
    world_note(&runner->world,
               (struct trace_record){.kind = TRACE_OUTPUT,
                                     .value = (int64_t)stream * 2 + partial,
                                     .text = seen->lines[seen->line_count - 1].text});
}

void runner_open(struct runner *runner, const char *module_folder, program_start start,
                 code_name name_code)
{
    *runner = (struct runner){.modules.folder = module_folder,
                              .start = start,
                              .name_code = name_code,
                              .arena = arena_new(0),
                              .trace = trace_new(),
                              .before = trace_new(),
                              .folder = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC),
                              .steps_max = WORLD_STEPS_MAX};
    judges_open(&runner->judges);
    judges_listen(&runner->judges, runner->trace);
    judges_listen(&runner->judges, runner->before);
}

void runner_close(struct runner *runner)
{
    close(runner->folder);
    capture_close(&runner->capture);
    judges_close(&runner->judges);
    trace_free(runner->trace);
    trace_free(runner->before);
    arena_free(runner->arena);
    for (size_t i = 0; i < runner->modules.count; i++)
        image_free(runner->modules.modules[i]->image);
    module_set_close(&runner->modules);
}

static struct module *open_module(struct runner *runner, const struct scenario *scenario,
                                  const struct run_spec *run, struct mistake *mistake)
{
    struct module *module = module_of(&runner->modules, scenario, run, mistake);

    if (module != NULL && module->handle != NULL && module->image == NULL)
        module->image = image_take(module->handle);
    return module;
}

bool runner_check(struct runner *runner, const struct scenario *scenario, struct mistake *mistake)
{
    runner->last_run = NULL; /* the scenario may lie where one lay that is gone */
    for (size_t i = 0; i < scenario->run_count; i++) {
        const struct run_spec *run = &scenario->runs[i];
        const struct module *module = open_module(runner, scenario, run, mistake);

        if (module == NULL || !module_check_run(module, scenario, run, mistake))
            return false;
    }
    return true;
}

/* ---- allocations that fail ---- */

/* So many in a run: what two of them together do not show, more will hardly. */
#define FAILURES_MAX 2

static void name_allocation(const void *self, size_t value, char *text, size_t size)
{
    const struct runner *runner = self;
    char who[80] = "the program";

    if (runner->who != NULL)
        runner->who(who, sizeof who);
    snprintf(text, size, "%s (%s)", who, value != 0 ? "no memory" : "memory");
}

/* Whether this allocation fails is one more decision. */
static void *failing_resize(void *self, void *old, size_t size)
{
    struct runner *runner = self;
    const struct alloc_source *source = arena_source(runner->arena);
    struct alternatives alternatives = {.anchor = name_allocation, .self = runner};

    if (runner->failures < FAILURES_MAX &&
        world_choose(&runner->world, "alloc.fail", 2, &alternatives) != 0) {
        runner->failures++;
        return NULL;
    }
    return source->resize(source->self, old, size);
}

static void failing_release(void *self, void *old)
{
    const struct alloc_source *source = arena_source(((struct runner *)self)->arena);

    source->release(source->self, old);
}

unsigned runner_faults(const struct scenario *scenario)
{
    unsigned families = 0;

    for (unsigned i = 0; i < FAULT_COUNT; i++) {
        if ((scenario->faults & 1u << i) != 0)
            families |= 1u << chance_family(fault_name((enum fault)i));
    }
    return families;
}

unsigned runner_opens(const struct runner *runner, const struct scenario *scenario,
                      const struct strategy_kind *kind)
{
    bool adversarial = scenario->adversarial || (runner->adversarial && kind->families == 0);

    return strategy_opens(kind) | runner_faults(scenario) | (adversarial ? 1u << FAMILY_uv : 0);
}

/* ---- inside the process ---- */

static int process_main(void *context)
{
    struct runner *runner = context;
    int code = runner->start(runner->program, runner->script, runner->argc, runner->argv);

    capture_flush(&runner->capture);
    return code;
}

static void enter(void *context)
{
    struct runner *runner = context;

    bool may_fail = chance_is_open(runner->world.chance, "alloc.fail");

    runner->outer_source = alloc_replace(may_fail ? &runner->failing : arena_source(runner->arena));
    capture_enter(&runner->capture);
}

static void leave(void *context)
{
    struct runner *runner = context;

    capture_leave(&runner->capture);
    alloc_replace(runner->outer_source);
}

/* ---- one run ---- */

/* The arguments of a main, argv[0] the program's name, where the program may write to them. */
static void make_arguments(struct runner *runner, const struct run_spec *run)
{
    runner->argc = (int)run->arg_count + 1;
    runner->argv = must_alloc(((size_t)runner->argc + 1) * sizeof *runner->argv);
    runner->argv[0] = must_text(run->program);
    for (size_t i = 0; i < run->arg_count; i++)
        runner->argv[i + 1] = must_text(run->args[i]);
    runner->argv_kept = must_alloc((size_t)runner->argc * sizeof *runner->argv_kept);
    memcpy(runner->argv_kept, runner->argv, (size_t)runner->argc * sizeof *runner->argv);
}

/* From the list that the program did not see: its own it may have moved along. */
static void free_arguments(struct runner *runner)
{
    for (int i = 0; i < runner->argc; i++)
        free(runner->argv_kept[i]);
    free(runner->argv_kept);
    free(runner->argv);
}

/* What plays scripts is no module, and has no globals. */
static void reset_image(const struct module *module)
{
    if (module->image != NULL)
        image_reset(module->image);
}

static void reset(struct runner *runner, unsigned detects, struct chance *chance)
{
    trace_reset(runner->trace);
    trace_mute(runner->trace, runner->quick);
    judges_begin(&runner->judges, runner->trace, detects);
    chance->wordless = runner->quick;
    chance_rewind(chance);
    runner->failing = (struct alloc_source){failing_resize, failing_release, runner};
    runner->failures = 0;
    capture_begin(&runner->capture, output, runner);
    world_init(&runner->world, chance, runner->trace);
    runner->world.steps_max = runner->steps_max;
    if (chance_is_open(chance, "sched.ready") && runner->steps_max > STEPS_ANY_ORDER_MAX)
        runner->world.steps_max = STEPS_ANY_ORDER_MAX;
}

/* The module of `run`, whose program is then the runner's. */
static const struct module *find_program(struct runner *runner, const struct scenario *scenario,
                                         const struct run_spec *run)
{
    struct mistake mistake;

    if (run != runner->last_run) {
        runner->last_module = open_module(runner, scenario, run, &mistake);
        runner->program = module_program(runner->last_module, run->program, scenario, &mistake);
        CHECK(runner->program != NULL);
        runner->last_run = run;
    }
    return runner->last_module;
}

static void finish(struct runner *runner, const struct module *module)
{
    capture_end(&runner->capture);
    world_close(&runner->world);
    arena_reset(runner->arena);
    reset_image(module);
    if (fchdir(runner->folder) != 0)
        CHECK_NEVER("the folder we were started in is gone");
    free_arguments(runner);
    runner->seen = NULL;
}

/* What the program has not given back, which is looked at where a scenario asks for it. */
static struct leak_left left_behind(const struct runner *runner, const struct scenario *scenario,
                                    const struct process *process)
{
    if ((scenario->detects >> DETECTOR_LEAK & 1) == 0)
        return (struct leak_left){0};
    return (struct leak_left){arena_left(runner->arena) - process->uv_blocks,
                              process->handles_open};
}

/* Whether a loop of production might have run so: whoever is ready has had a turn before who became
 * so after it. Timers of one instant may be in any order, and so may what libuv promises no order
 * of. */
static bool is_in_turn(const struct tape *tape)
{
    for (size_t i = 0; i < tape->count; i++) {
        enum chance_family family = chance_family(tape->entries[i].label);

        if (tape->entries[i].value != 0 && family != FAMILY_timer && family != FAMILY_uv)
            return false;
    }
    return true;
}

void runner_run(struct runner *runner, const struct scenario *scenario, const struct run_spec *run,
                struct chance *chance, struct observation *seen)
{
    const struct module *module = find_program(runner, scenario, run);
    struct process_spec spec = {.name = run->program,
                                .main = process_main,
                                .context = runner,
                                .epoch_ns = scenario->epoch_ns,
                                .environment = (const char *const *)run->env,
                                .enter = enter,
                                .leave = leave};
    struct process *process;
    enum world_end end;

    *seen = (struct observation){0};
    runner->seen = seen;
    runner->script = run->script;
    make_arguments(runner, run);
    reset(runner, scenario->detects, chance);
    process = world_spawn(&runner->world, &spec);
    end = world_run(&runner->world);
    capture_flush(&runner->capture);
    seen->ended = end == WORLD_ENDED;
    observation_set_exit(seen, process->exit_code, runner->name_code);
    seen->elapsed_ns = runner->world.now_ns;
    judges_end(&runner->judges,
               &(struct run_result){.end = end,
                                    .program = run->program,
                                    .process = process,
                                    .time_ns = runner->world.now_ns,
                                    .steps_max = runner->world.steps_max,
                                    .suspect = runner->world.suspect,
                                    .in_turn = is_in_turn(&chance->record),
                                    .fairness = scenario->fairness,
                                    .left = left_behind(runner, scenario, process)},
               seen);
    seen->hash = trace_hash(runner->trace);
    finish(runner, module);
}

struct tape_file runner_tape(struct runner *runner, const struct scenario *scenario,
                             const struct run_spec *run, const char *strategy, const char *finding)
{
    struct mistake mistake;
    const struct module *module = open_module(runner, scenario, run, &mistake);

    return (struct tape_file){
        .scenario_path = scenario->path,
        .scenario_hash = scenario->hash,
        .run = run->name,
        .module_name = module->name,
        .module_hash = module->hash,
        .strategy = (char *)(uintptr_t)strategy,
        .found = (char *)(uintptr_t)(finding != NULL ? finding : "nothing"),
        .fixed = finding == NULL,
    };
}

bool runner_same_again(struct runner *runner, const struct scenario *scenario,
                       const struct run_spec *run, struct chance *chance, char *text, size_t size)
{
    struct trace *first = runner->trace;
    struct observation again;
    size_t at;
    char was[300] = "(the run had ended)", is[300] = "(the run had ended)";

    runner->trace = runner->before;
    runner->before = first;
    runner_run(runner, scenario, run, chance, &again);
    observation_clear(&again);
    if (trace_hash(runner->trace) == trace_hash(first))
        return true;
    at = trace_difference(first, runner->trace);
    if (at < trace_count(first))
        trace_line(trace_at(first, at), was, sizeof was);
    if (at < trace_count(runner->trace))
        trace_line(trace_at(runner->trace, at), is, sizeof is);
    snprintf(text, size,
             "two runs of one tape differ at event %zu\n      first   %s\n      second  %s", at,
             was, is);
    return false;
}
