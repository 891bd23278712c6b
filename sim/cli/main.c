/*
 * main.c - rondo: scenarios in simulation, on the virtual clock.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/bridge.h"
#include "cli/guard.h"
#include "cli/simulation.h"
#include "run/explore.h"

/* Lines of a program that are shown when it crashes. */
#define LAST_WORDS 10

static bool check(void *self, const struct scenario *scenario, struct mistake *mistake)
{
    if (scenario->strategy != NULL && strategy_find(scenario->strategy) == NULL)
        return mistake_at(mistake, scenario->path, scenario->strategy_line, 1,
                          "no such strategy: '%s'", scenario->strategy);
    return runner_check(&((struct simulation *)self)->runner, scenario, mistake);
}

/* Run the last tape again. Returns: false, with the reason, when the two runs differ. */
static bool run_again(struct simulation *simulation, const struct scenario *scenario,
                      const struct run_spec *run, struct chance *chance, struct verdict *verdict)
{
    char difference[800];

    if (runner_same_again(&simulation->runner, scenario, run, chance, difference,
                          sizeof difference))
        return true;
    verdict_fail(verdict, "%s", difference);
    return false;
}

/* Run once as `chance` says, keep a finding. Returns: whether the outcome is a new one. */
static bool run_once(struct simulation *simulation, const struct scenario *scenario,
                     const struct run_spec *run, struct chance *chance,
                     struct observed_run *observed, const char *strategy)
{
    struct observation seen;
    size_t outcomes = observed->outcome_count;

    runner_run(&simulation->runner, scenario, run, chance, &seen);
    foretold_add(simulation);
    if (seen.finding != NULL)
        finding_keep(simulation, (size_t)(run - scenario->runs), chance, strategy,
                     observed->schedules + 1);
    else if (seen.candidate != NULL)
        candidate_keep(simulation, chance, strategy, observed->schedules + 1,
                       observation_outcome(&seen, true));
    return observed_run_add(observed, &seen) == outcomes;
}

/* Run as `chance` says, as often as was asked for. Returns: false when two runs differ. */
static bool run_repeated(struct simulation *simulation, const struct scenario *scenario,
                         const struct run_spec *run, struct chance *chance,
                         struct observed_run *observed, const char *strategy,
                         struct verdict *verdict)
{
    pcap_begin(simulation, scenario, run);
    run_once(simulation, scenario, run, chance, observed, strategy);
    pcap_end(simulation);
    if (simulation->options->trace)
        print_trace(simulation->runner.trace);
    for (size_t i = 1; i < simulation->options->repeat; i++) {
        if (!run_again(simulation, scenario, run, chance, verdict))
            return false;
    }
    return true;
}

/* How `scenario` is explored. */
static const struct strategy_kind *strategy_of(const struct scenario *scenario)
{
    return strategy_find(scenario->strategy != NULL ? scenario->strategy : "ties");
}

/* What run_by_strategy() is about, for those it calls. */
struct errand {
    struct simulation *simulation;
    const struct scenario *scenario;
    const struct run_spec *run;
};

static void met(void *self, const struct chance *chance, const struct observation *seen,
                size_t schedule)
{
    const struct errand *errand = self;
    const char *strategy = strategy_of(errand->scenario)->name;

    foretold_add(errand->simulation);
    if (seen->finding != NULL)
        finding_keep(errand->simulation, (size_t)(errand->run - errand->scenario->runs), chance,
                     strategy, schedule);
    else if (seen->candidate != NULL)
        candidate_keep(errand->simulation, chance, strategy, schedule,
                       observation_outcome(seen, true));
}

/* The first finding is enough, unless outcomes are to be counted; the ties are few. */
static bool more(void *self, const struct observed_run *observed)
{
    const struct errand *errand = self;

    return observed->finding_at == 0 || errand->run->expect.outcomes > 0 ||
           errand->scenario->strategy == NULL;
}

/* Schedules as the scenario's strategy makes them. Returns: false when a replay differs. */
static bool run_by_strategy(struct simulation *simulation, const struct scenario *scenario,
                            const struct run_spec *run, struct observed_run *observed,
                            struct verdict *verdict)
{
    struct errand errand = {simulation, scenario, run};
    struct exploration exploration = {.strategy = strategy_of(scenario),
                                      .seed = simulation->options->has_seed
                                                  ? simulation->options->seed
                                                  : scenario->seed,
                                      .schedules = scenario->schedules_max,
                                      .met = met,
                                      .more = more,
                                      .self = &errand};
    char text[160];

    if (explore(&simulation->runner, scenario, run, &exploration, observed, text, sizeof text))
        return true;
    verdict_fail(verdict, "%s", text);
    return false;
}

/* Whose orders libuv's are to be, whatever scenarios say. */
static enum runner_orders orders_of(const struct options *options)
{
    if (options->orders == NULL)
        return ORDERS_AS_SAID;
    return strcmp(options->orders, "faithful") == 0 ? ORDERS_FAITHFUL : ORDERS_ADVERSARIAL;
}

/* Whether what is not searched is drawn: from seed 0, if none is given. */
static bool draws(const struct options *options)
{
    return options->has_seed || orders_of(options) == ORDERS_ADVERSARIAL;
}

/* With a seed, a scenario that was explored must not show anything that exploring did not. */
static void run_seed(struct simulation *simulation, const struct scenario *scenario,
                     const struct run_spec *run, struct chance *chance,
                     struct observed_run *observed, struct verdict *verdict)
{
    size_t schedules = observed->schedules;

    chance_from_seed(chance, simulation->options->seed);
    if (run_once(simulation, scenario, run, chance, observed, "seed") && observed->exhausted)
        verdict_fail(verdict, "seed %" PRIu64 " shows an outcome that none of %zu schedules showed",
                     simulation->options->seed, schedules);
}

/* The search that the scenario asks for. Returns: false when two runs of one tape differ. */
static bool explore_run(struct simulation *simulation, const struct scenario *scenario,
                        const struct run_spec *run, struct chance *chance,
                        struct observed_run *observed, struct verdict *verdict)
{
    bool ok = run_by_strategy(simulation, scenario, run, observed, verdict);

    if (ok && scenario->strategy == NULL && draws(simulation->options))
        run_seed(simulation, scenario, run, chance, observed, verdict);
    return ok;
}

/* Whether `run` is searched from production order on, which is then not one more schedule. */
static bool is_searched(const struct scenario *scenario, const struct run_spec *run)
{
    return scenario_explores(scenario, run) && strategy_of(scenario)->ends;
}

static bool observe_run(struct simulation *simulation, const struct scenario *scenario,
                        const struct run_spec *run, struct observed_run *observed,
                        struct verdict *verdict)
{
    const struct options *options = simulation->options;
    struct observed_run aside = {0};
    struct chance chance;
    bool ok;

    chance_init(&chance);
    if (runner_is_adversarial(&simulation->runner, scenario))
        chance.open |= 1u << FAMILY_uv;
    if (draws(options) && !scenario_explores(scenario, run))
        chance_from_seed(&chance, options->seed);
    ok = run_repeated(simulation, scenario, run, &chance,
                      is_searched(scenario, run) ? &aside : observed,
                      chance.source == CHANCE_SEED ? "seed" : "fifo", verdict);
    observed_run_clear(&aside);
    observed->exhausted = true;
    if (ok && scenario_explores(scenario, run))
        ok = explore_run(simulation, scenario, run, &chance, observed, verdict);
    candidates_end(simulation, (size_t)(run - scenario->runs), observed_run_confirm(observed));
    ok = foretold_end(simulation, scenario, run, observed, verdict) && ok;
    chance_clear(&chance);
    return ok;
}

static enum status observe_scenario(void *self, const struct scenario *scenario,
                                    struct observed_run *runs, struct verdict *verdict)
{
    struct simulation *simulation = self;
    bool ok = true;

    findings_reset(simulation, scenario->run_count);
    guard_start(scenario->path, simulation->options->cpu_seconds);
    for (size_t i = 0; i < scenario->run_count; i++)
        ok = observe_run(simulation, scenario, &scenario->runs[i], &runs[i], verdict) && ok;
    guard_stop();
    return ok ? STATUS_CLEAN : STATUS_HARNESS;
}

static void explain(void *self, const struct scenario *scenario, const struct observed_run *runs,
                    const struct verdict *verdict)
{
    findings_show(self, scenario, runs, verdict);
}

/* Hand the whole command line to the other executable, which lies beside this one. */
static enum status go_live(int argc, char **argv)
{
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - sizeof "-live");
    char **other = must_alloc(((size_t)argc + 1) * sizeof *other);
    int count = 0;

    path[length > 0 ? length : 0] = '\0';
    strcat(path, "-live");
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--live") != 0)
            other[count++] = i == 0 ? path : argv[i];
    }
    execv(path, other);
    perror(path);
    return STATUS_USAGE;
}

/* In a signal handler: what the program printed last, which nobody has shown yet. */
static void last_words(void *self)
{
    const struct observation *seen = ((struct simulation *)self)->runner.seen;
    size_t count = seen != NULL ? seen->line_count : 0;

    for (size_t i = count > LAST_WORDS ? count - LAST_WORDS : 0; i < count; i++)
        dprintf(2, "      %s\n", seen->lines[i].text);
}

static enum status run_command(struct simulation *simulation)
{
    const struct options *options = simulation->options;
    struct engine engine = {.world = "sim",
                            .timing = TIMING_EXACT,
                            .self = simulation,
                            .check = check,
                            .observe = observe_scenario,
                            .explain = explain,
                            .check_tape = regression_check,
                            .play_tape = regression_play};

    if (strcmp(options->command, "explore") == 0)
        return explore_command(simulation);
    if (strcmp(options->command, "replay") == 0)
        return replay(simulation);
    if (strcmp(options->command, "shrink") == 0)
        return shrink_tape(simulation);
    return command(options, &engine);
}

int main(int argc, char **argv)
{
    struct options options;
    struct simulation simulation = {.options = &options};
    enum status status;
    char *modules;

    if (!options_read(&options, argc, argv, &status)) {
        free(options.paths);
        return (int)status;
    }
    if (options.live)
        return (int)go_live(argc, argv);
    modules = options.modules != NULL ? must_text(options.modules) : modules_beside_executable();
    bridge_open(&simulation.runner, modules);
    simulation.runner.orders = orders_of(&options);
    guard_on_strike(last_words, &simulation);
    status = run_command(&simulation);
    findings_reset(&simulation, 0);
    runner_close(&simulation.runner);
    free(modules);
    free(options.paths);
    return (int)status;
}
