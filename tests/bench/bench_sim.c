/*
 * bench_sim.c - rondo-bench-sim: schedules of small scenarios in simulation, hooks on, in-process:
 * each from its own seed with every family of decisions open, then reset, traced and judged.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/check.h"
#include "cli/bridge.h"
#include "cli/command.h"
#include "measure.h"
#include "run/runner.h"

static struct runner runner;

static struct scenario *open_scenario(const char *path)
{
    struct mistake mistake;
    struct scenario *scenario = scenario_read(path, &mistake);

    if (scenario == NULL || !runner_check(&runner, scenario, &mistake)) {
        fprintf(stderr, "%s\n", mistake.text);
        exit(2);
    }
    return scenario;
}

static void schedules(const struct scenario *scenario, size_t count)
{
    struct chance chance;

    chance_init(&chance);
    chance.open = (1u << FAMILY_COUNT) - 1;
    for (size_t seed = 1; seed <= count; seed++) {
        struct observation seen;

        chance_from_seed(&chance, seed);
        runner_run(&runner, scenario, &scenario->runs[0], &chance, &seen);
        observation_clear(&seen);
    }
    chance_clear(&chance);
}

static struct scenario *workers, *circle;

static void schedules_of_workers(size_t count)
{
    schedules(workers, count);
}

static void schedules_of_circle(size_t count)
{
    schedules(circle, count);
}

static const struct row rows[] = {
    {"five workers, two permits", "schedule", 2000, schedules_of_workers, NULL, true},
    {"two locks in a circle: deadlock", "schedule", 2000, schedules_of_circle, NULL, true},
};

int main(int argc, char **argv)
{
    struct measure_options options;
    char *modules = modules_beside_executable();
    int status;

    if (!measure_options_read(&options, argc, argv))
        return 2;
    bridge_install();
    runner_open(&runner, modules, bridge_start, rondo_err_name);
    workers = open_scenario(SCENARIOS "/layers/five_workers_two_permits.yaml");
    circle = open_scenario(SCENARIOS "/guide/lock_circle.yaml");
    status = measure(rows, sizeof rows / sizeof *rows, &options);
    scenario_free(workers);
    scenario_free(circle);
    runner_close(&runner);
    free(modules);
    return status;
}
