/*
 * schema.c - the one table of keys, and the walk that checks a tree of nodes against it.
 *
 * To add a key: a row in the table of its mapping, and a setter. Setters write into the struct the
 * table is for and say what is wrong in words; the walk adds the place.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "scenario/scenario.h"
#include "scenario/units.h"
#include "scenario/yaml.h"

/* Two outcomes of a tie of three timers are 24; the default leaves room for a few of those. */
#define SCHEDULES_DEFAULT 1000
#define SCHEDULES_LIMIT   1000000
#define TOLERANCE_DEFAULT 5000                        /* 5 % */
#define EPOCH_DEFAULT     INT64_C(946684800000000000) /* 2000-01-01 */

struct reader {
    const char *path;
    struct mistake *mistake;
    struct scenario *scenario;
    const struct node *expect; /* read after `runs`, whose names are keys in it */
    const struct node *claims;
};

struct key {
    const char *name;
    enum node_kind kind;
    bool required;
    bool (*set)(struct reader *reader, const struct node *value, void *target);
};

static bool wrong(struct reader *reader, const struct node *at, const char *why)
{
    return mistake_at(reader->mistake, reader->path, at->line, at->column, "%s: '%.80s'", why,
                      at->text != NULL ? at->text : "");
}

/* Set `*text`, which must not be empty. */
static bool set_text(struct reader *reader, const struct node *value, char **text)
{
    if (value->text[0] == '\0')
        return mistake_at(reader->mistake, reader->path, value->line, value->column,
                          "an empty text");
    *text = must_text(value->text);
    return true;
}

/* The number of single-character edits between two words, at most 3: for "did you mean". */
static int distance(const char *a, const char *b)
{
    int best;

    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    if (*a == '\0' || *b == '\0') {
        size_t left = strlen(a) + strlen(b);

        return left < 3 ? (int)left : 3;
    }
    if (strlen(a) > 24 || strlen(b) > 24)
        return 3;
    best = a[1] == b[0] && a[0] == b[1] && strcmp(a + 2, b + 2) == 0 ? 1 : 3;
    if (strcmp(a + 1, b + 1) == 0 || strcmp(a + 1, b) == 0 || strcmp(a, b + 1) == 0)
        best = 1;
    return best;
}

static bool unknown_key(struct reader *reader, const struct node *key, const struct key *keys,
                        size_t key_count)
{
    for (size_t i = 0; i < key_count; i++) {
        if (distance(key->text, keys[i].name) < 3)
            return mistake_at(reader->mistake, reader->path, key->line, key->column,
                              "unknown key '%.60s'; did you mean '%s'?", key->text, keys[i].name);
    }
    return mistake_at(reader->mistake, reader->path, key->line, key->column, "unknown key '%.60s'",
                      key->text);
}

static const struct key *find_key(const struct key *keys, size_t key_count, const char *name)
{
    for (size_t i = 0; i < key_count; i++) {
        if (strcmp(keys[i].name, name) == 0)
            return &keys[i];
    }
    return NULL;
}

static bool read_value(struct reader *reader, const struct key *key, const struct node *value,
                       void *target)
{
    if (value->kind != key->kind)
        return mistake_at(reader->mistake, reader->path, value->line, value->column,
                          "'%s' must be %s", key->name, node_kind_name(key->kind));
    return key->set(reader, value, target);
}

static bool has_key(const struct node *node, const char *name)
{
    for (size_t i = 0; i < node->count; i++) {
        if (strcmp(node->keys[i]->text, name) == 0)
            return true;
    }
    return false;
}

/* Read the mapping `node` by the table `keys` into `target`. `other` reads keys that are not in the
 * table; NULL: there are none. */
static bool read_mapping(struct reader *reader, const struct node *node, const struct key *keys,
                         size_t key_count, void *target,
                         bool (*other)(struct reader *, const struct node *, const struct node *))
{
    for (size_t i = 0; i < node->count; i++) {
        const struct key *key = find_key(keys, key_count, node->keys[i]->text);

        if (key == NULL) {
            if (other == NULL || !other(reader, node->keys[i], node->children[i])) {
                return reader->mistake->text[0] != '\0'
                           ? false
                           : unknown_key(reader, node->keys[i], keys, key_count);
            }
        } else if (!read_value(reader, key, node->children[i], target)) {
            return false;
        }
    }
    for (size_t i = 0; i < key_count; i++) {
        if (keys[i].required && !has_key(node, keys[i].name))
            return mistake_at(reader->mistake, reader->path, node->line, node->column,
                              "'%s' is missing", keys[i].name);
    }
    return true;
}

#define READ(reader, node, keys, target) \
    read_mapping((reader), (node), (keys), sizeof(keys) / sizeof *(keys), (target), NULL)

#define TEXT_SETTER(function, type, member)                                             \
    static bool function(struct reader *reader, const struct node *value, void *target) \
    {                                                                                   \
        return set_text(reader, value, &((type *)target)->member);                      \
    }

/* ---- expect ---- */

static bool set_elapsed(struct reader *reader, const struct node *value, void *target)
{
    struct expectation *expect = target;
    const char *why = units_duration(value->text, &expect->elapsed_ns);

    expect->has_elapsed = true;
    return why == NULL || wrong(reader, value, why);
}

static bool set_output(struct reader *reader, const struct node *value, void *target)
{
    (void)reader;
    ((struct expectation *)target)->output = must_text(value->text);
    return true;
}

static bool check_finds(struct reader *reader, const struct node *value)
{
    static const char *const words[] = {"nothing", "deadlock", "endless-wait", "livelock"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(value->text, words[i]) == 0)
            return true;
    }
    return wrong(reader, value,
                 "no detector finds that (nothing, deadlock, endless-wait, livelock)");
}

static bool set_finds(struct reader *reader, const struct node *value, void *target)
{
    return check_finds(reader, value) &&
           set_text(reader, value, &((struct expectation *)target)->finds);
}

TEXT_SETTER(set_exit, struct expectation, exit)

static size_t find_run(const struct reader *reader, const char *name)
{
    for (size_t i = 0; i < reader->scenario->run_count; i++) {
        if (strcmp(reader->scenario->runs[i].name, name) == 0)
            return i;
    }
    return SIZE_MAX;
}

/* "together is 3x faster than blocking", "blocking takes 6x as long as together". */
static bool parse_relation(struct reader *reader, const struct node *value,
                           struct relation *relation)
{
    char left[64], factor[32], right[64];
    const char *why = NULL;
    int end = 0;
    bool faster = true;

    relation->numerator = relation->denominator = 1;
    if (sscanf(value->text, "%63s is %31s faster than %63s%n", left, factor, right, &end) == 3 &&
        value->text[end] == '\0') {
        why = units_factor(factor, &relation->numerator, &relation->denominator);
    } else if (sscanf(value->text, "%63s takes %31s as long as %63s%n", left, factor, right,
                      &end) == 3 &&
               value->text[end] == '\0') {
        why = units_factor(factor, &relation->numerator, &relation->denominator);
        faster = false;
    } else if (sscanf(value->text, "%63s takes as long as %63s%n", left, right, &end) != 2 ||
               value->text[end] != '\0') {
        return wrong(reader, value, "not a relation ('A is 3x faster than B')");
    }
    if (why != NULL)
        return wrong(reader, value, why);
    relation->left = find_run(reader, faster ? left : right);
    relation->right = find_run(reader, faster ? right : left);
    if (relation->left == SIZE_MAX || relation->right == SIZE_MAX ||
        relation->left == relation->right)
        return wrong(reader, value, "a relation is between two of the runs");
    relation->text = must_text(value->text);
    return true;
}

static bool set_relations(struct reader *reader, const struct node *value, void *target)
{
    struct scenario *scenario = reader->scenario;

    (void)target;
    scenario->relations = must_alloc(value->count * sizeof *scenario->relations);
    for (size_t i = 0; i < value->count; i++) {
        if (value->children[i]->kind != NODE_SCALAR)
            return mistake_at(reader->mistake, reader->path, value->children[i]->line,
                              value->children[i]->column, "a relation must be a text");
        scenario->relation_count++;
        if (!parse_relation(reader, value->children[i], &scenario->relations[i]))
            return false;
    }
    return true;
}

static bool set_outcomes(struct reader *reader, const struct node *value, void *target)
{
    int64_t count = 0;
    const char *why = units_count(value->text, SCHEDULES_LIMIT, &count);

    if (why != NULL || count == 0)
        return wrong(reader, value, why != NULL ? why : "there is always at least one");
    ((struct expectation *)target)->outcomes = (size_t)count;
    reader->scenario->explores = true;
    return true;
}

static const struct key expect_keys[] = {
    {"elapsed", NODE_SCALAR, false, set_elapsed},   {"output", NODE_SCALAR, false, set_output},
    {"exit", NODE_SCALAR, false, set_exit},         {"finds", NODE_SCALAR, false, set_finds},
    {"outcomes", NODE_SCALAR, false, set_outcomes},
};

static const struct key expect_keys_compared[] = {
    {"relations", NODE_SEQUENCE, false, set_relations},
};

/* In `expect` of a comparison, the name of a run is a key. */
static bool read_run_expect(struct reader *reader, const struct node *key, const struct node *value)
{
    size_t run = find_run(reader, key->text);

    if (run == SIZE_MAX)
        return false;
    if (value->kind != NODE_MAPPING)
        return mistake_at(reader->mistake, reader->path, value->line, value->column,
                          "'%.60s' must be a mapping", key->text);
    return READ(reader, value, expect_keys, &reader->scenario->runs[run].expect);
}

static bool read_expect(struct reader *reader)
{
    const struct node *node = reader->expect;

    if (reader->scenario->compares)
        return read_mapping(reader, node, expect_keys_compared,
                            sizeof expect_keys_compared / sizeof *expect_keys_compared, NULL,
                            read_run_expect);
    return READ(reader, node, expect_keys, &reader->scenario->runs[0].expect);
}

/* ---- claims ---- */

TEXT_SETTER(set_says, struct claim, says)
TEXT_SETTER(set_because, struct claim, because)

static bool set_claim_line(struct reader *reader, const struct node *value, void *target)
{
    int64_t line = 0;
    const char *why = units_count(value->text, 1000000, &line);

    ((struct claim *)target)->line = (int)line;
    return why == NULL || wrong(reader, value, why);
}

static bool set_claim_elapsed(struct reader *reader, const struct node *value, void *target)
{
    struct claim *claim = target;
    const char *why = units_duration(value->text, &claim->elapsed_ns);

    claim->has_elapsed = true;
    return why == NULL || wrong(reader, value, why);
}

static bool set_claim_within(struct reader *reader, const struct node *value, void *target)
{
    const char *why = units_percent(value->text, &((struct claim *)target)->within_millis);

    return why == NULL || wrong(reader, value, why);
}

static bool set_claim_output(struct reader *reader, const struct node *value, void *target)
{
    (void)reader;
    ((struct claim *)target)->output = must_text(value->text);
    return true;
}

static bool set_claim_finds(struct reader *reader, const struct node *value, void *target)
{
    return check_finds(reader, value) && set_text(reader, value, &((struct claim *)target)->finds);
}

static bool set_claim_run(struct reader *reader, const struct node *value, void *target)
{
    size_t run = find_run(reader, value->text);

    ((struct claim *)target)->run = run;
    return run != SIZE_MAX || wrong(reader, value, "no such run");
}

static bool set_claim_relation(struct reader *reader, const struct node *value, void *target)
{
    struct claim *claim = target;

    claim->has_relation = true;
    return parse_relation(reader, value, &claim->relation);
}

static bool set_claim_verdict(struct reader *reader, const struct node *value, void *target)
{
    static const char *const names[] = {
#define X(name, text) text,
        CLAIM_VERDICT_MAP(X)
#undef X
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(value->text, names[i]) == 0) {
            ((struct claim *)target)->verdict = (enum claim_verdict)i;
            return true;
        }
    }
    return wrong(reader, value, "not a verdict");
}

const char *claim_verdict_name(enum claim_verdict verdict)
{
    static const char *const names[] = {
#define X(name, text) text,
        CLAIM_VERDICT_MAP(X)
#undef X
    };

    return names[verdict];
}

static const struct key claim_keys[] = {
    {"says", NODE_SCALAR, true, set_says},
    {"line", NODE_SCALAR, false, set_claim_line},
    {"run", NODE_SCALAR, false, set_claim_run},
    {"elapsed", NODE_SCALAR, false, set_claim_elapsed},
    {"within", NODE_SCALAR, false, set_claim_within},
    {"output", NODE_SCALAR, false, set_claim_output},
    {"finds", NODE_SCALAR, false, set_claim_finds},
    {"relation", NODE_SCALAR, false, set_claim_relation},
    {"verdict", NODE_SCALAR, false, set_claim_verdict},
    {"because", NODE_SCALAR, false, set_because},
};

static bool check_claim(struct reader *reader, const struct node *node, const struct claim *claim)
{
    bool computed =
        claim->has_elapsed || claim->output != NULL || claim->finds != NULL || claim->has_relation;

    if (reader->scenario->compares && computed && !claim->has_relation && claim->run == SIZE_MAX)
        return mistake_at(reader->mistake, reader->path, node->line, node->column,
                          "with runs, a claim must name its 'run'");
    if (claim->because == NULL && (claim->verdict != CLAIM_HOLDS || !computed))
        return mistake_at(reader->mistake, reader->path, node->line, node->column,
                          computed ? "a verdict other than 'holds' needs a 'because'"
                                   : "a claim that nothing computes needs a 'because'");
    return true;
}

static bool read_claims(struct reader *reader)
{
    struct scenario *scenario = reader->scenario;
    const struct node *list = reader->claims;

    scenario->claims = must_alloc(list->count * sizeof *scenario->claims);
    for (size_t i = 0; i < list->count; i++) {
        struct claim *claim = &scenario->claims[i];
        const struct node *node = list->children[i];

        scenario->claim_count++;
        claim->within_millis = TOLERANCE_DEFAULT;
        claim->run = scenario->compares ? SIZE_MAX : 0;
        if (node->kind != NODE_MAPPING)
            return mistake_at(reader->mistake, reader->path, node->line, node->column,
                              "a claim must be a mapping");
        if (!READ(reader, node, claim_keys, claim) || !check_claim(reader, node, claim))
            return false;
    }
    return true;
}

/* ---- live, explore ---- */

static bool set_tolerance(struct reader *reader, const struct node *value, void *target)
{
    const char *why = units_percent(value->text, &((struct scenario *)target)->tolerance_millis);

    return why == NULL || wrong(reader, value, why);
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
    return wrong(reader, value, "must be exact, unordered or unchecked");
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
    (void)target;
    return strcmp(value->text, "ties") == 0 ||
           wrong(reader, value, "no such strategy (there is: ties)");
}

static bool set_schedules(struct reader *reader, const struct node *value, void *target)
{
    int64_t count = 0;
    const char *why = units_count(value->text, SCHEDULES_LIMIT, &count);

    if (why != NULL || count == 0)
        return wrong(reader, value, why != NULL ? why : "there is always at least one");
    ((struct scenario *)target)->schedules_max = (size_t)count;
    return true;
}

static const struct key explore_keys[] = {
    {"strategy", NODE_SCALAR, false, set_strategy},
    {"schedules", NODE_SCALAR, false, set_schedules},
};

static bool set_explore(struct reader *reader, const struct node *value, void *target)
{
    ((struct scenario *)target)->explores = true;
    return READ(reader, value, explore_keys, target);
}

/* ---- the file ---- */

TEXT_SETTER(set_run_program, struct run_spec, program)
TEXT_SETTER(set_run_module, struct run_spec, module)

static bool set_run_args(struct reader *reader, const struct node *value, void *target)
{
    struct run_spec *run = target;

    run->args = must_alloc((value->count + 1) * sizeof *run->args);
    for (size_t i = 0; i < value->count; i++) {
        if (value->children[i]->kind != NODE_SCALAR)
            return mistake_at(reader->mistake, reader->path, value->children[i]->line,
                              value->children[i]->column, "an argument must be a text");
        run->args[run->arg_count++] = must_text(value->children[i]->text);
    }
    return true;
}

static const struct key run_keys[] = {
    {"program", NODE_SCALAR, true, set_run_program},
    {"module", NODE_SCALAR, false, set_run_module},
    {"args", NODE_SEQUENCE, false, set_run_args},
};

static bool set_runs(struct reader *reader, const struct node *value, void *target)
{
    struct scenario *scenario = target;

    scenario->compares = true;
    if (value->count == 0)
        return mistake_at(reader->mistake, reader->path, value->line, value->column,
                          "'runs' is empty");
    scenario->runs = must_resize(scenario->runs, value->count * sizeof *scenario->runs);
    memset(scenario->runs, 0, value->count * sizeof *scenario->runs);
    for (size_t i = 0; i < value->count; i++) {
        struct run_spec *run = &scenario->runs[i];

        run->name = must_text(value->keys[i]->text);
        scenario->run_count = i + 1;
        if (find_key(expect_keys_compared,
                     sizeof expect_keys_compared / sizeof *expect_keys_compared, run->name) != NULL)
            return wrong(reader, value->keys[i], "a run cannot be called that");
        if (value->children[i]->kind != NODE_MAPPING)
            return mistake_at(reader->mistake, reader->path, value->children[i]->line,
                              value->children[i]->column, "a run must be a mapping");
        if (!READ(reader, value->children[i], run_keys, run))
            return false;
    }
    return true;
}

/* `program`, `module` and `args` at the top are those of the one run. */
static struct run_spec *only_run(struct reader *reader)
{
    struct scenario *scenario = reader->scenario;

    if (scenario->compares)
        return NULL;
    if (scenario->run_count == 0) {
        scenario->runs = must_alloc(sizeof *scenario->runs);
        scenario->runs[0].name = must_text("");
        scenario->run_count = 1;
    }
    return &scenario->runs[0];
}

static bool set_only(struct reader *reader, const struct node *value,
                     bool (*set)(struct reader *, const struct node *, void *))
{
    struct run_spec *run = only_run(reader);

    if (run == NULL)
        return mistake_at(reader->mistake, reader->path, value->line, value->column,
                          "with 'runs', programs stand in the runs");
    return set(reader, value, run);
}

static bool set_program(struct reader *reader, const struct node *value, void *target)
{
    (void)target;
    return set_only(reader, value, set_run_program);
}

static bool set_module(struct reader *reader, const struct node *value, void *target)
{
    (void)target;
    return set_only(reader, value, set_run_module);
}

static bool set_args(struct reader *reader, const struct node *value, void *target)
{
    (void)target;
    return set_only(reader, value, set_run_args);
}

static bool set_all_runs(struct reader *reader, const struct node *value, void *target)
{
    if (reader->scenario->run_count != 0)
        return mistake_at(reader->mistake, reader->path, value->line, value->column,
                          "with 'runs', programs stand in the runs");
    return set_runs(reader, value, target);
}

static bool set_epoch(struct reader *reader, const struct node *value, void *target)
{
    const char *why = units_civil(value->text, &((struct scenario *)target)->epoch_ns);

    return why == NULL || wrong(reader, value, why);
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

TEXT_SETTER(set_title, struct scenario, title)
TEXT_SETTER(set_row, struct scenario, row)

static const struct key scenario_keys[] = {
    {"scenario", NODE_SCALAR, true, set_title},   {"row", NODE_SCALAR, false, set_row},
    {"program", NODE_SCALAR, false, set_program}, {"module", NODE_SCALAR, false, set_module},
    {"args", NODE_SEQUENCE, false, set_args},     {"epoch", NODE_SCALAR, false, set_epoch},
    {"runs", NODE_MAPPING, false, set_all_runs},  {"explore", NODE_MAPPING, false, set_explore},
    {"expect", NODE_MAPPING, false, keep_expect}, {"claims", NODE_SEQUENCE, false, keep_claims},
    {"live", NODE_MAPPING, false, set_live},
};

static bool read_scenario(struct reader *reader, const struct node *root)
{
    struct scenario *scenario = reader->scenario;

    if (root->kind != NODE_MAPPING)
        return mistake_at(reader->mistake, reader->path, root->line, root->column,
                          "a scenario file is a mapping");
    if (!READ(reader, root, scenario_keys, scenario))
        return false;
    if (scenario->run_count == 0 || scenario->runs[0].program == NULL)
        return mistake_at(reader->mistake, reader->path, root->line, root->column,
                          "'program' is missing");
    return (reader->expect == NULL || read_expect(reader)) &&
           (reader->claims == NULL || read_claims(reader));
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

static uint64_t hash_bytes(const char *bytes, size_t size)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
    return hash;
}

struct scenario *scenario_parse(const struct source *source, struct mistake *mistake)
{
    struct scenario *scenario = must_alloc(sizeof *scenario);
    struct reader reader = {.path = source->path, .mistake = mistake, .scenario = scenario};
    struct node *root;

    mistake->text[0] = '\0';
    split_path(scenario, source->path);
    scenario->hash = hash_bytes(source->text, source->size);
    scenario->schedules_max = SCHEDULES_DEFAULT;
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

    if (!source_read(&source, path, mistake))
        return NULL;
    scenario = scenario_parse(&source, mistake);
    source_free(&source);
    return scenario;
}

static void free_run(struct run_spec *run)
{
    free(run->name);
    free(run->program);
    free(run->module);
    for (size_t i = 0; i < run->arg_count; i++)
        free(run->args[i]);
    free(run->args);
    free(run->expect.output);
    free(run->expect.exit);
    free(run->expect.finds);
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
    free(scenario->live_skip);
    free(scenario);
}
