/*
 * bench_sim.c - rondo-bench-sim: the core in simulation. Rows of rondo-bench, traced, in a world of
 * their own and in production order, beside the same without hooks on real libuv; then whole
 * schedules of small scenarios by the random walk, reset and all: as a search makes them, and each
 * traced and judged.
 */
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/check.h"
#include "cli/bridge.h"
#include "cli/command.h"
#include "measure.h"
#include "run/explore.h"
#include "tests/lib/simulated.h"
#include "work.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* ---- rows of rondo-bench ---- */

struct errand {
    measure_fn work;
    size_t count;
};

static void do_work(void *arg)
{
    const struct errand *errand = arg;

    errand->work(errand->count);
}

static void simulate(measure_fn work, size_t count)
{
    struct errand errand = {work, count};
    enum world_end end = run_simulated(do_work, &errand, UINT64_MAX);

    CHECK(end == WORLD_ENDED);
}

#define X(id, name, what, count)                \
    static void simulated_##id(size_t how_many) \
    {                                           \
        simulate(work_##id, how_many);          \
    }
WORK_LAYERED_MAP(X)
#undef X

static const struct row layers[] = {
#define X(id, name, what, count) {name, what, count, .work = {simulated_##id}},
    WORK_LAYERED_MAP(X)
#undef X
};

static char *rondo_bench; /* the other program */

/* One program is linked with one libuv, so the other one has to say. */
static int64_t without_simulation_ps(const struct row *row, size_t count)
{
    char *command = must_format("'%s' --once '%s' --count %zu", rondo_bench, row->name, count);
    FILE *output = popen(command, "r");
    int64_t ps;

    CHECK(output != NULL);
    if (fscanf(output, "%" SCNd64, &ps) != 1 || pclose(output) != 0) {
        fprintf(stderr, "bench: %s failed\n", command);
        exit(2);
    }
    free(command);
    return ps;
}

static const struct table layers_table = {
    "simulator", {"simulated", "hooks_off"}, without_simulation_ps, layers, COUNT_OF(layers)};

/* ---- schedules ---- */

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

static void ignore(void *self, const struct chance *chance, const struct observation *seen,
                   size_t schedule)
{
    (void)self;
    (void)chance;
    (void)seen;
    (void)schedule;
}

/* As a search makes them, by the random walk. */
static void search(const struct scenario *scenario, size_t run, size_t count)
{
    struct exploration exploration = {.strategy = strategy_find("uniform"),
                                      .seed = 1,
                                      .schedules = count,
                                      .met = ignore};
    struct observed_run observed = {0};
    char text[160];
    bool ok = explore(&runner, scenario, &scenario->runs[run], &exploration, &observed, text,
                      sizeof text);

    CHECK(ok);
    observed_run_clear(&observed);
}

/* The same, each recorded and judged, as a finding is before it is shown. */
static void record(const struct scenario *scenario, size_t run, size_t count)
{
    struct strategy *strategy = strategy_open(strategy_find("uniform"), 1);
    struct chance chance;

    chance_init(&chance);
    chance.open = strategy_families();
    for (size_t i = 0; i < count; i++) {
        struct observation seen;

        strategy_begin(strategy, i);
        chance_from_decider(&chance, strategy_decider(strategy));
        runner_run(&runner, scenario, &scenario->runs[run], &chance, &seen);
        observation_clear(&seen);
    }
    chance_clear(&chance);
    strategy_close(strategy);
}

/* id, name, scenario, run, schedules in one measurement */
#define SCHEDULES_MAP(X)                                            \
    X(few, "30 steps of 4 tasks", steps, 0, 4000)                   \
    X(many, "800 steps of 101 tasks", steps, 1, 200)                \
    X(nothing, "no step: what each schedule costs", steps, 2, 8000) \
    X(ten, "10 tasks, left where they stand", steps, 3, 4000)       \
    X(workers, "five workers, two permits", workers, 0, 2000)       \
    X(circle, "two locks in a circle: deadlock", circle, 0, 2000)

static struct scenario *steps, *workers, *circle;

#define X(id, name, scenario, run, count)    \
    static void search_##id(size_t how_many) \
    {                                        \
        search(scenario, run, how_many);     \
    }                                        \
    static void record_##id(size_t how_many) \
    {                                        \
        record(scenario, run, how_many);     \
    }
SCHEDULES_MAP(X)
#undef X

static const struct row rows[] = {
#define X(id, name, scenario, run, count) \
    {name, "schedule", count, .work = {search_##id, record_##id}, .rate = true},
    SCHEDULES_MAP(X)
#undef X
};

static const struct table schedules_table = {
    "schedules", {"searched", "recorded"}, NULL, rows, COUNT_OF(rows)};

static int measure_schedules(const struct measure_options *options, char *modules)
{
    int status;

    bridge_open(&runner, modules);
    steps = open_scenario(BENCH "/steps.yaml");
    workers = open_scenario(SCENARIOS "/layers/five_workers_two_permits.yaml");
    circle = open_scenario(SCENARIOS "/guide/lock_circle.yaml");
    status = measure(&schedules_table, options);
    scenario_free(steps);
    scenario_free(workers);
    scenario_free(circle);
    runner_close(&runner);
    return status;
}

int main(int argc, char **argv)
{
    struct measure_options options;
    char *modules = modules_beside_executable();
    char *self = must_text(argv[0]);
    int status;

    if (!measure_options_read(&options, argc, argv))
        return 2;
    rondo_bench = must_format("%s/rondo-bench", dirname(self));
    bridge_install();
    status = options.once == NULL ? measure(&layers_table, &options) : 0;
    if (status == 0)
        status = measure_schedules(&options, modules);
    free(rondo_bench);
    free(self);
    free(modules);
    return status;
}
