/*
 * schema.c - the keys of a scenario file, but for those of `expect` and `claims`.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "scenario/keys.h"
#include "scenario/units.h"

/* Two outcomes of a tie of three timers are 24; the default leaves room for a few of those. */
#define SCHEDULES_DEFAULT 1000
#define FAIRNESS_DEFAULT  100
#define EPOCH_DEFAULT     INT64_C(946684800000000000) /* 2000-01-01 */

/* ---- live, explore ---- */

static bool set_tolerance(struct reader *reader, const struct node *value, void *target)
{
    const char *why = units_percent(value->text, &((struct scenario *)target)->tolerance_millis);

    return why == NULL || reader_refuse(reader, value, why);
}

static bool set_live_output(struct reader *reader, const struct node *value, void *target)
{
    static const char *const words[] = {"exact", "unordered", "unchecked"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(value->text, words[i]) == 0) {
            ((struct scenario *)target)->live_output = (enum live_output)i;
            return true;
        }
    }
    return reader_refuse(reader, value, "must be exact, unordered or unchecked");
}

TEXT_SETTER(set_live_skip, struct scenario, live_skip)

static const struct key live_keys[] = {
    {"tolerance", NODE_SCALAR, false, set_tolerance},
    {"output", NODE_SCALAR, false, set_live_output},
    {"skip", NODE_SCALAR, false, set_live_skip},
};

static bool set_live(struct reader *reader, const struct node *value, void *target)
{
    return READ(reader, value, live_keys, target);
}

static bool set_strategy(struct reader *reader, const struct node *value, void *target)
{
    struct scenario *scenario = target;

    scenario->strategy_line = value->line;
    if (strcmp(value->text, "ties") == 0)
        return true;
    return reader_text(reader, value, &scenario->strategy); /* which there are, a world knows */
}

static bool set_schedules(struct reader *reader, const struct node *value, void *target)
{
    int64_t count = 0;
    const char *why = units_count(value->text, SCHEDULES_LIMIT, &count);

    if (why != NULL || count == 0)
        return reader_refuse(reader, value, why != NULL ? why : "there is always at least one");
    ((struct scenario *)target)->schedules_max = (size_t)count;
    return true;
}

static bool set_seed(struct reader *reader, const struct node *value, void *target)
{
    int64_t seed = 0;
    const char *why = units_count(value->text, INT64_MAX, &seed);

    ((struct scenario *)target)->seed = (uint64_t)seed;
    return why == NULL || reader_refuse(reader, value, why);
}

static const char *const faults[] = {
#define X(name, text) text,
    FAULT_MAP(X)
#undef X
};

const char *fault_name(enum fault fault)
{
    return faults[fault];
}

static bool set_fault(struct reader *reader, const struct node *value)
{
    for (unsigned i = 0; i < FAULT_COUNT; i++) {
        if (value->kind == NODE_SCALAR && strcmp(value->text, faults[i]) == 0) {
            reader->scenario->faults |= 1u << i;
            return true;
        }
    }
    return READER_REFUSE(reader, value, "there is no such fault to be tried (alloc, net, weather)");
}

static bool set_faults(struct reader *reader, const struct node *value, void *target)
{
    (void)target;
    for (size_t i = 0; i < value->count; i++) {
        if (!set_fault(reader, value->children[i]))
            return false;
    }
    return true;
}

static bool set_orders(struct reader *reader, const struct node *value, void *target)
{
    struct scenario *scenario = target;

    scenario->adversarial = strcmp(value->text, "adversarial") == 0;
    return scenario->adversarial || strcmp(value->text, "faithful") == 0 ||
           READER_REFUSE(reader, value, "must be faithful or adversarial");
}

static const struct key explore_keys[] = {
    {"seed", NODE_SCALAR, false, set_seed},
    {"strategy", NODE_SCALAR, false, set_strategy},
    {"schedules", NODE_SCALAR, false, set_schedules},
    {"faults", NODE_SEQUENCE, false, set_faults},
    {"orders", NODE_SCALAR, false, set_orders},
};

static bool set_explore(struct reader *reader, const struct node *value, void *target)
{
    ((struct scenario *)target)->explores = true;
    return READ(reader, value, explore_keys, target);
}

/* ---- detect ---- */

static bool set_detector(struct reader *reader, const struct node *value)
{
    static const char *const words[] = {
#define X(name, text) text,
        DETECTOR_MAP(X)
#undef X
    };
    char why[200] = "there is no such detector to be asked for (";

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(value->text, words[i]) == 0) {
            reader->scenario->detects |= 1u << i;
            return true;
        }
        strcat(strcat(why, i > 0 ? ", " : ""), words[i]);
    }
    return reader_refuse(reader, value, strcat(why, ")"));
}

static bool set_detect(struct reader *reader, const struct node *value, void *target)
{
    (void)target;
    for (size_t i = 0; i < value->count; i++) {
        if (value->children[i]->kind != NODE_SCALAR)
            return READER_REFUSE(reader, value->children[i], "a detector must be a word");
        if (!set_detector(reader, value->children[i]))
            return false;
    }
    return true;
}

static bool set_fairness(struct reader *reader, const struct node *value, void *target)
{
    int64_t count = 0;
    const char *why = units_count(value->text, SCHEDULES_LIMIT, &count);

    if (why != NULL)
        return reader_refuse(reader, value, why);
    ((struct scenario *)target)->fairness = (size_t)count;
    return true;
}

/* ---- the file ---- */

static bool keep_hosts(struct reader *reader, const struct node *value, void *target)
{
    (void)target;
    reader->hosts = value;
    return true;
}

static bool keep_network(struct reader *reader, const struct node *value, void *target)
{
    (void)target;
    reader->network = value;
    return true;
}

static bool keep_faults(struct reader *reader, const struct node *value, void *target)
{
    (void)target;
    reader->faults = value;
    return true;
}

/* Of the one program that a run begins with, but for the last three. */
static const struct key run_keys[] = {
    PROGRAM_KEYS,
    {"hosts", NODE_MAPPING, false, keep_hosts},
    {"network", NODE_MAPPING, false, keep_network},
    {"faults", NODE_SEQUENCE, false, keep_faults},
};

static bool set_runs(struct reader *reader, const struct node *value, void *target)
{
    struct scenario *scenario = target;

    scenario->compares = true;
    if (value->count == 0)
        return READER_REFUSE(reader, value, "'runs' is empty");
    scenario->runs = must_resize(scenario->runs, value->count * sizeof *scenario->runs);
    memset(scenario->runs, 0, value->count * sizeof *scenario->runs);
    for (size_t i = 0; i < value->count; i++) {
        struct run_spec *run = &scenario->runs[i];

        begin_run(reader, run, value->keys[i]->text);
        scenario->run_count = i + 1;
        if (is_expect_key(run->name) || !reader_is_word(run->name))
            return reader_refuse(reader, value->keys[i], "a run cannot be called that");
        if (value->children[i]->kind != NODE_MAPPING)
            return READER_REFUSE(reader, value->children[i], "a run must be a mapping");
        if (!READ(reader, value->children[i], run_keys, run->roles) ||
            !finish_run(reader, run, value->children[i]))
            return false;
    }
    return true;
}

/* What run_keys lists, at the top, is of the one run. */
static struct run_spec *only_run(struct reader *reader)
{
    struct scenario *scenario = reader->scenario;

    if (scenario->compares)
        return NULL;
    if (scenario->run_count == 0) {
        scenario->runs = must_alloc(sizeof *scenario->runs);
        begin_run(reader, &scenario->runs[0], "");
        scenario->run_count = 1;
    }
    return &scenario->runs[0];
}

static bool set_only(struct reader *reader, const struct node *value,
                     bool (*set)(struct reader *, const struct node *, void *))
{
    struct run_spec *run = only_run(reader);

    if (run == NULL)
        return READER_REFUSE(reader, value, "with 'runs', programs stand in the runs");
    return set(reader, value, run->roles);
}

#define ONLY_SETTER(function, set)                                                      \
    static bool function(struct reader *reader, const struct node *value, void *target) \
    {                                                                                   \
        (void)target;                                                                   \
        return set_only(reader, value, set);                                            \
    }

ONLY_SETTER(set_program, set_role_program)
ONLY_SETTER(set_module, set_role_module)
ONLY_SETTER(set_args, set_role_args)
ONLY_SETTER(set_env, set_role_env)
ONLY_SETTER(set_objects, set_script_objects)
ONLY_SETTER(set_tasks, set_script_tasks)
ONLY_SETTER(set_log, set_script_log)
ONLY_SETTER(set_hosts, keep_hosts)
ONLY_SETTER(set_network, keep_network)
ONLY_SETTER(set_weather, keep_faults)

static bool set_all_runs(struct reader *reader, const struct node *value, void *target)
{
    if (reader->scenario->run_count != 0)
        return READER_REFUSE(reader, value, "with 'runs', programs stand in the runs");
    return set_runs(reader, value, target);
}

static bool set_epoch(struct reader *reader, const struct node *value, void *target)
{
    const char *why = units_civil(value->text, &((struct scenario *)target)->epoch_ns);

    return why == NULL || reader_refuse(reader, value, why);
}

static bool keep_expect(struct reader *reader, const struct node *value, void *target)
{
    (void)target;
    reader->expect = value;
    return true;
}

static bool keep_claims(struct reader *reader, const struct node *value, void *target)
{
    (void)target;
    reader->claims = value;
    return true;
}

static bool set_title(struct reader *reader, const struct node *value, void *target)
{
    for (const char *at = value->text; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            return READER_REFUSE(reader, value, "a title is one line of text");
    }
    return reader_text(reader, value, &((struct scenario *)target)->title);
}

TEXT_SETTER(set_row, struct scenario, row)

static const struct key scenario_keys[] = {
    {"scenario", NODE_SCALAR, true, set_title},    {"row", NODE_SCALAR, false, set_row},
    {"program", NODE_SCALAR, false, set_program},  {"module", NODE_SCALAR, false, set_module},
    {"args", NODE_SEQUENCE, false, set_args},      {"epoch", NODE_SCALAR, false, set_epoch},
    {"runs", NODE_MAPPING, false, set_all_runs},   {"explore", NODE_MAPPING, false, set_explore},
    {"expect", NODE_MAPPING, false, keep_expect},  {"claims", NODE_SEQUENCE, false, keep_claims},
    {"live", NODE_MAPPING, false, set_live},       {"objects", NODE_MAPPING, false, set_objects},
    {"tasks", NODE_MAPPING, false, set_tasks},     {"log", NODE_SCALAR, false, set_log},
    {"env", NODE_MAPPING, false, set_env},         {"detect", NODE_SEQUENCE, false, set_detect},
    {"hosts", NODE_MAPPING, false, set_hosts},     {"network", NODE_MAPPING, false, set_network},
    {"faults", NODE_SEQUENCE, false, set_weather}, {"fairness", NODE_SCALAR, false, set_fairness},
};

/* A run is over when all have ended who are to: there must be one. Live there are neither
 * hosts nor faults. */
static bool check_ends(struct reader *reader, const struct node *root)
{
    struct scenario *scenario = reader->scenario;

    for (size_t i = 0; i < scenario->run_count; i++) {
        const struct run_spec *run = &scenario->runs[i];
        size_t staying = 0;

        for (size_t j = 0; j < run->host_count; j++)
            staying += host_stays(run, &run->hosts[j]);
        if (staying == run->host_count)
            return READER_REFUSE(reader, root,
                                 "every host is to be running at the end: there has "
                                 "to be one whose end the run waits for");
        if ((run->has_hosts || run->fault_count > 0) && scenario->live_skip == NULL)
            scenario->live_skip =
                must_text(run->has_hosts ? "its hosts are simulated" : "its faults are simulated");
    }
    return true;
}

static bool read_scenario(struct reader *reader, const struct node *root)
{
    struct scenario *scenario = reader->scenario;

    if (root->kind != NODE_MAPPING)
        return READER_REFUSE(reader, root, "a scenario file is a mapping");
    if (!READ(reader, root, scenario_keys, scenario))
        return false;
    if (scenario->run_count == 0)
        return READER_REFUSE(reader, root, "'program', 'tasks' or 'hosts' is missing");
    if (!scenario->compares && !finish_run(reader, &scenario->runs[0], root))
        return false;
    if (reader->expect != NULL && !read_expect(reader))
        return false;
    return check_ends(reader, root) && (reader->claims == NULL || read_claims(reader));
}

/* "dir/name.yaml": folder "dir", stem "name". */
static void split_path(struct scenario *scenario, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    size_t length = strcspn(name, ".");

    scenario->path = must_text(path);
    scenario->folder =
        slash != NULL ? must_format("%.*s", (int)(slash - path), path) : must_text(".");
    scenario->stem = must_format("%.*s", (int)length, name);
}

struct scenario *scenario_parse(const struct source *source, struct mistake *mistake)
{
    struct scenario *scenario = must_alloc(sizeof *scenario);
    struct reader reader = {.path = source->path, .mistake = mistake, .scenario = scenario};
    struct node *root;

    mistake->text[0] = '\0';
    split_path(scenario, source->path);
    scenario->hash = hash_bytes(HASH_START, source->text, source->size);
    scenario->schedules_max = SCHEDULES_DEFAULT;
    scenario->fairness = FAIRNESS_DEFAULT;
    scenario->tolerance_millis = TOLERANCE_DEFAULT;
    scenario->epoch_ns = EPOCH_DEFAULT;
    root = yaml_parse(source, mistake);
    if (root == NULL || !read_scenario(&reader, root)) {
        scenario_free(scenario);
        scenario = NULL;
    }
    node_free(root);
    return scenario;
}

struct scenario *scenario_read(const char *path, struct mistake *mistake)
{
    struct source source;
    struct scenario *scenario;

    if (!source_read(&source, path, SOURCE_SIZE_MAX, mistake))
        return NULL;
    scenario = scenario_parse(&source, mistake);
    source_free(&source);
    return scenario;
}

bool scenario_explores(const struct scenario *scenario, const struct run_spec *run)
{
    return scenario->explores || run->expect.outcomes > 0;
}

char *scenario_output(const struct scenario *scenario, const struct run_spec *run, const char *out)
{
    const char *slash = strrchr(scenario->folder, '/');
    const char *folder = slash != NULL ? slash + 1 : scenario->folder;

    return must_format("%s/%s%s%s%s%s", out, folder, folder[0] != '\0' ? "/" : "", scenario->stem,
                       scenario->compares ? "-" : "", run->name);
}

static void free_run(struct run_spec *run)
{
    free(run->name);
    hosts_free(run);
    faults_free(run);
    free(run->expect.output);
    free(run->expect.exit);
    free(run->expect.finds);
    for (size_t i = 0; i < run->expect.property_count; i++)
        free(run->expect.properties[i].name);
    free(run->expect.properties);
}

static void free_claim(struct claim *claim)
{
    free(claim->says);
    free(claim->output);
    free(claim->finds);
    free(claim->because);
    free(claim->relation.text);
}

void scenario_free(struct scenario *scenario)
{
    if (scenario == NULL)
        return;
    for (size_t i = 0; i < scenario->run_count; i++)
        free_run(&scenario->runs[i]);
    for (size_t i = 0; i < scenario->claim_count; i++)
        free_claim(&scenario->claims[i]);
    for (size_t i = 0; i < scenario->relation_count; i++)
        free(scenario->relations[i].text);
    free(scenario->runs);
    free(scenario->claims);
    free(scenario->relations);
    free(scenario->path);
    free(scenario->folder);
    free(scenario->stem);
    free(scenario->title);
    free(scenario->row);
    free(scenario->strategy);
    free(scenario->live_skip);
    free(scenario);
}
