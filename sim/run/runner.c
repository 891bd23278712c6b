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
#include "base/hash.h"
#include "run/image.h"
#include "strategy/strategy.h"
#include "world/names.h"
#include "world/net.h"
#include "world/weather.h"

/* Steps of a run before it counts as one that does not end, where any order is open: an unfair
 * schedule may starve whoever would end it, and there are many schedules. */
#define STEPS_ANY_ORDER_MAX UINT64_C(50000)

void runner_hear(struct runner *runner, const struct guest *guest, enum stream stream, bool partial,
                 const char *text, size_t size)
{
    struct observation *seen = runner->seen;

    observation_add(seen,
                    (struct line){.t_ns = runner->world.now_ns,
                                  .stream = stream,
                                  .partial = partial,
                                  .host = guest->name},
                    text, size);
    world_note(&runner->world,
               (struct trace_record){.kind = TRACE_OUTPUT,
                                     .process = guest->name != NULL ? guest->process->id : 0,
                                     .label = guest->name,
                                     .value = (int64_t)stream * 2 + partial,
                                     .text = seen->lines[seen->line_count - 1].text});
}

void runner_open(struct runner *runner, const char *module_folder, program_start start,
                 code_name name_code)
{
    *runner = (struct runner){.modules.folder = module_folder,
                              .start = start,
                              .name_code = name_code,
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
    while (runner->guest_count > 0) /* the last first: stdio looks for a stream from there */
        guest_free(runner->guests[--runner->guest_count]);
    free(runner->guests);
    free(runner->weather);
    free(runner->module_names);
    judges_close(&runner->judges);
    trace_free(runner->trace);
    trace_free(runner->before);
    for (size_t i = 0; i < runner->modules.count; i++)
        image_free(runner->modules.modules[i]->image);
    module_set_close(&runner->modules);
}

static struct module *open_module(struct runner *runner, const struct scenario *scenario,
                                  const struct role *role, struct mistake *mistake)
{
    struct module *module = module_of(&runner->modules, scenario, role, mistake);

    if (module != NULL && module->handle != NULL && module->image == NULL)
        module->image = image_take(module->handle);
    return module;
}

static bool check_run(struct runner *runner, const struct scenario *scenario,
                      const struct run_spec *run, struct mistake *mistake)
{
    for (size_t i = 0; i < run->role_count; i++) {
        const struct role *role = &run->roles[i];
        const struct module *module = open_module(runner, scenario, role, mistake);

        if (module == NULL || !module_check_role(module, scenario, role, mistake))
            return false;
    }
    return true;
}

bool runner_check(struct runner *runner, const struct scenario *scenario, struct mistake *mistake)
{
    runner->last_run = NULL; /* the scenario may lie where one lay that is gone */
    for (size_t i = 0; i < scenario->run_count; i++) {
        if (!check_run(runner, scenario, &scenario->runs[i], mistake))
            return false;
    }
    return true;
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

bool runner_is_adversarial(const struct runner *runner, const struct scenario *scenario)
{
    return runner->orders == ORDERS_ADVERSARIAL ||
           (runner->orders == ORDERS_AS_SAID && scenario->adversarial);
}

unsigned runner_opens(const struct runner *runner, const struct scenario *scenario,
                      const struct strategy_kind *kind)
{
    bool opens_uv =
        runner_is_adversarial(runner, scenario) && (scenario->adversarial || kind->families == 0);

    return strategy_opens(kind) | runner_faults(scenario) | (opens_uv ? 1u << FAMILY_uv : 0);
}

/* ---- one run ---- */

static void reset(struct runner *runner, unsigned detects, size_t host_count, struct chance *chance)
{
    uint64_t steps_max = runner->steps_max;

    if (chance_is_open(chance, FAMILY_sched) && steps_max > STEPS_ANY_ORDER_MAX)
        steps_max = STEPS_ANY_ORDER_MAX;
    trace_reset(runner->trace);
    trace_mute(runner->trace, runner->quick);
    judges_begin(&runner->judges, runner->trace, detects);
    chance->wordless = runner->quick;
    chance_rewind(chance);
    runner->failures = 0;
    world_init(&runner->world, chance, runner->trace);
    runner->world.steps_max = steps_max * host_count;
    runner->world.tap = runner->tap;
}

/* Let the guests be the processes of `run`. */
static void find_guests(struct runner *runner, const struct scenario *scenario,
                        const struct run_spec *run)
{
    struct mistake mistake;

    if (run == runner->last_run)
        return;
    if (runner->guest_count < run->host_count)
        runner->guests = must_resize(runner->guests, run->host_count * sizeof(struct guest *));
    while (runner->guest_count < run->host_count) {
        runner->guests[runner->guest_count] = guest_new(runner, runner->guest_count);
        runner->guest_count++;
    }
    for (size_t i = 0; i < run->host_count; i++) {
        const struct host_spec *host = &run->hosts[i];

        guest_become(runner->guests[i], scenario, run, host,
                     open_module(runner, scenario, role_of(run, host), &mistake));
    }
    runner->last_run = run;
}

/* ---- the machines ---- */

static struct ratio ratio_of(struct part part)
{
    return (struct ratio){(uint32_t)part.part, (uint32_t)part.whole};
}

static struct link_spec link_of(const struct link_words *words)
{
    return (struct link_spec){.latency_ns = words->latency_ns,
                              .jitter_ns = words->jitter_ns,
                              .bytes_per_s = (uint64_t)words->bytes_per_s,
                              .queue_bytes_max = (size_t)words->queue_bytes,
                              .loss = ratio_of(words->loss),
                              .duplicate = ratio_of(words->duplicate),
                              .corrupt = ratio_of(words->corrupt),
                              .mtu = (size_t)words->mtu};
}

/* The links that `rule` is about, of `machines`. */
static void set_links(struct host **machines, const struct link_rule *rule)
{
    struct link_spec spec = link_of(&rule->words);

    for (size_t i = rule->from; i < rule->from + rule->from_count; i++) {
        for (size_t j = rule->to; j < rule->to + rule->to_count; j++) {
            if (i != j)
                link_set(machines[i], machines[j], &spec);
        }
    }
}

/* What a machine has besides its wires. */
static void set_up(struct host *machine, const struct role *role)
{
    machine->machine.clock.offset_ns = role->offset_ns;
    machine->machine.cpus = (unsigned)role->cpus;
    machine_set_drift(machine, role->drift_ppm);
    if (role->slowness > 0)
        machine_set_slowness(machine, role->slowness);
}

static struct host *add_machine(struct world *world, const struct host_spec *spec,
                                const struct role *role)
{
    struct host *machine = host_add(world, spec->name);
    struct address address = {.port = 0};

    _Static_assert(sizeof address.ip == ADDRESS_SIZE, "the scenario's are the world's");
    memcpy(address.ip, spec->address, sizeof address.ip);
    host_address(machine, &address);
    set_up(machine, role);
    return machine;
}

static void set_name(struct world *world, const struct name_rule *rule)
{
    struct address addresses[NAME_ADDRESSES_MAX];
    struct name_service service = {.latency_ns = rule->latency_ns,
                                   .jitter_ns = rule->jitter_ns,
                                   .failure = ratio_of(rule->failure)};

    _Static_assert(NAME_ADDRESSES_MOST <= NAME_ADDRESSES_MAX, "the world has room for them");
    for (size_t i = 0; i < rule->address_count; i++) {
        addresses[i].port = 0;
        memcpy(addresses[i].ip, rule->addresses[i], sizeof addresses[i].ip);
    }
    if (rule->has_addresses)
        name_set(world, rule->name, rule->from_ns, addresses, rule->address_count);
    if (rule->has_service)
        name_serve(world, rule->name, &service);
}

/* Add the machines of `run` to the world, with what lies between them. Returns: that of each
 * process, a list that is the caller's to free. */
static struct host **add_machines(struct world *world, const struct run_spec *run)
{
    struct host **machines = must_alloc(run->host_count * sizeof(struct host *));
    struct link_spec wires = link_of(&run->wires);

    for (size_t i = 0; i < run->host_count; i++) {
        if (run->hosts[i].machine == i)
            machines[i] = add_machine(world, &run->hosts[i], role_of(run, &run->hosts[i]));
    }
    for (size_t i = 0; i < run->host_count; i++)
        machines[i] = machines[run->hosts[i].machine];
    link_set_default(world, &wires);
    for (size_t i = 0; i < run->link_count; i++)
        set_links(machines, &run->links[i]);
    for (size_t i = 0; i < run->name_count; i++)
        set_name(world, &run->names[i]);
    return machines;
}

static void declare_weather(struct runner *runner, const struct run_spec *run)
{
    runner->weather =
        must_resize(runner->weather, (run->fault_count + 1) * sizeof(struct weather *));
    for (size_t i = 0; i < run->fault_count; i++)
        runner->weather[i] = weather_add(&runner->world, &run->faults[i].weather);
}

/* Without hosts the process runs on the machine that every world has. */
static void spawn_all(struct runner *runner, const struct scenario *scenario,
                      const struct run_spec *run)
{
    struct host **machines = run->has_hosts ? add_machines(&runner->world, run) : NULL;

    declare_weather(runner, run);
    for (size_t i = 0; i < run->host_count; i++)
        guest_spawn(runner->guests[i], &runner->world, machines != NULL ? machines[i] : NULL,
                    scenario, run);
    free(machines);
}

/* ---- the end ---- */

static void finish(struct runner *runner, const struct run_spec *run)
{
    world_close(&runner->world);
    for (size_t i = 0; i < run->host_count; i++)
        guest_end(runner->guests[i]);
    if (fchdir(runner->folder) != 0)
        CHECK_NEVER("the folder we were started in is gone");
    runner->seen = NULL;
}

/* What programs that have ended have not given back, which is looked at where a scenario asks for
 * it. */
static struct leak_left left_behind(const struct runner *runner, const struct scenario *scenario,
                                    const struct run_spec *run)
{
    struct leak_left left = {0};

    if ((scenario->detects >> DETECTOR_LEAK & 1) == 0)
        return left;
    for (size_t i = 0; i < run->host_count; i++) {
        const struct guest *guest = runner->guests[i];

        if (!guest->process->ended)
            continue;
        left.blocks += guest_blocks_left(guest);
        left.handles += guest->process->handles_open;
    }
    return left;
}

/* How each process ended, and what it had still to say. */
static void see_end(struct runner *runner, const struct run_spec *run, struct observation *seen)
{
    for (size_t i = 0; i < run->host_count; i++) {
        struct guest *guest = runner->guests[i];

        guest_flush(guest);
        if (guest->process->ended)
            observation_add_end(seen, guest->name, guest->process->exit_code, runner->name_code);
        else
            observation_add_running(seen, guest->name);
    }
    for (size_t i = 0; i < run->fault_count; i++)
        fault_counts_add(&seen->faults, i, weather_count(runner->weather[i]));
    seen->elapsed_ns = runner->world.now_ns;
}

/* Processes that are told one by one of those that did not end as they were to. */
#define WRONG_ENDS_TOLD_MAX 10

/* Of a run with hosts, what did not end as it was to, a line each. Owned by the caller: free();
 * NULL: all did. */
static char *wrong_ends(const struct run_spec *run, const struct observation *seen)
{
    char *text = NULL, *line;
    size_t count = 0;

    for (size_t i = 0; run->has_hosts && seen->ended && i < seen->end_count; i++) {
        const char *wanted = host_exit(run, &run->hosts[i]);

        if (strcmp(wanted, "any") == 0 || strcmp(wanted, seen->ends[i].name) == 0 ||
            count++ >= WRONG_ENDS_TOLD_MAX)
            continue;
        line = must_format("%s  %s %s   expected %s\n", seen->ends[i].host,
                           seen->ends[i].ended ? "ended with" : "is", seen->ends[i].name, wanted);
        text = must_append(text, line);
        free(line);
    }
    if (count <= WRONG_ENDS_TOLD_MAX)
        return text;
    line = must_format("and %zu more\n", count - WRONG_ENDS_TOLD_MAX);
    text = must_append(text, line);
    free(line);
    return text;
}

/* Whether loops of production might have run so: whoever is ready has had a turn before who became
 * so after it, and no allocation failed. All else may be in any order, or take its time. */
static bool is_in_turn(const struct tape *tape)
{
    for (size_t i = 0; i < tape->count; i++) {
        enum chance_family family = chance_family(tape->entries[i].label);

        if (tape->entries[i].value != 0 &&
            (family == FAMILY_sched || family == FAMILY_thread || family == FAMILY_alloc))
            return false;
    }
    return true;
}

void runner_run(struct runner *runner, const struct scenario *scenario, const struct run_spec *run,
                struct chance *chance, struct observation *seen)
{
    enum world_end end;
    char *wrong;

    find_guests(runner, scenario, run);
    *seen = (struct observation){0};
    runner->seen = seen;
    reset(runner, scenario->detects, run->host_count, chance);
    spawn_all(runner, scenario, run);
    end = world_run(&runner->world);
    see_end(runner, run, seen);
    seen->ended = end == WORLD_ENDED;
    wrong = wrong_ends(run, seen);
    judges_end(&runner->judges,
               &(struct run_result){.end = end,
                                    .world = &runner->world,
                                    .in_turn = is_in_turn(&chance->record),
                                    .fairness = scenario->fairness,
                                    .left = left_behind(runner, scenario, run),
                                    .wrong_ends = wrong},
               seen);
    free(wrong);
    seen->hash = trace_hash(runner->trace);
    finish(runner, run);
}

/* Set `*hash` to that of all modules of `run`. Returns: their names, in the runner's keeping. */
static char *name_modules(struct runner *runner, const struct scenario *scenario,
                          const struct run_spec *run, uint64_t *hash)
{
    struct mistake mistake;

    free(runner->module_names);
    runner->module_names = NULL;
    for (size_t i = 0; i < run->role_count; i++) {
        const struct module *module = open_module(runner, scenario, &run->roles[i], &mistake);

        if (i == 0) {
            *hash = module->hash;
            runner->module_names = must_text(module->name);
        } else if (strstr(runner->module_names, module->name) == NULL) {
            *hash = hash_bytes(*hash, &module->hash, sizeof module->hash);
            runner->module_names = must_append(runner->module_names, ",");
            runner->module_names = must_append(runner->module_names, module->name);
        }
    }
    return runner->module_names;
}

struct tape_file runner_tape(struct runner *runner, const struct scenario *scenario,
                             const struct run_spec *run, const char *strategy, const char *finding)
{
    uint64_t module_hash = 0;
    char *module_name = name_modules(runner, scenario, run, &module_hash);

    return (struct tape_file){
        .scenario_path = scenario->path,
        .scenario_hash = scenario->hash,
        .run = run->name,
        .module_name = module_name,
        .module_hash = module_hash,
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
