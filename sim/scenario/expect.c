/*
 * expect.c - the keys under `expect`: what must be true of each run, and between runs.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "scenario/keys.h"
#include "scenario/units.h"

static bool set_elapsed(struct reader *reader, const struct node *value, void *target)
{
    struct expectation *expect = target;
    const char *why = units_duration(value->text, &expect->elapsed_ns);

    expect->has_elapsed = true;
    return why == NULL || reader_refuse(reader, value, why);
}

static bool set_output(struct reader *reader, const struct node *value, void *target)
{
    (void)reader;
    ((struct expectation *)target)->output = must_text(value->text);
    return true;
}

bool reader_check_finds(struct reader *reader, const struct node *value)
{
    static const char *const words[] = {"nothing",
                                        "deadlock",
                                        "partial-deadlock",
                                        "endless-wait",
                                        "lost-wakeup",
                                        "race",
                                        "atomicity-violation",
                                        "leak",
                                        "starvation",
                                        "livelock",
                                        "always",
                                        "eventually",
                                        "exit"};
    char why[300] = "no detector finds that (";

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(value->text, words[i]) == 0)
            return true;
        strcat(strcat(why, i > 0 ? ", " : ""), words[i]);
    }
    return reader_refuse(reader, value, strcat(why, ")"));
}

static bool set_finds(struct reader *reader, const struct node *value, void *target)
{
    return reader_check_finds(reader, value) &&
           reader_text(reader, value, &((struct expectation *)target)->finds);
}

static bool set_exit(struct reader *reader, const struct node *value, void *target)
{
    if (reader->run->has_hosts)
        return reader_refuse(reader, value, "with 'hosts', an exit is that of a host");
    return reader_text(reader, value, &((struct expectation *)target)->exit);
}

/* "together is 3x faster than blocking", "blocking takes 6x as long as together". */
bool read_relation(struct reader *reader, const struct node *value, struct relation *relation)
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
        return reader_refuse(reader, value, "not a relation ('A is 3x faster than B')");
    }
    if (why != NULL)
        return reader_refuse(reader, value, why);
    relation->swapped = !faster;
    relation->left = reader_find_run(reader, faster ? left : right);
    relation->right = reader_find_run(reader, faster ? right : left);
    if (relation->left == SIZE_MAX || relation->right == SIZE_MAX ||
        relation->left == relation->right)
        return reader_refuse(reader, value, "a relation is between two of the runs");
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
            return READER_REFUSE(reader, value->children[i], "a relation must be a text");
        scenario->relation_count++;
        if (!read_relation(reader, value->children[i], &scenario->relations[i]))
            return false;
    }
    return true;
}

static bool set_outcomes(struct reader *reader, const struct node *value, void *target)
{
    int64_t count = 0;
    const char *why = units_count(value->text, SCHEDULES_LIMIT, &count);

    if (why != NULL || count == 0)
        return reader_refuse(reader, value, why != NULL ? why : "there is always at least one");
    ((struct expectation *)target)->outcomes = (size_t)count;
    return true;
}

static bool add_properties(struct reader *reader, const struct node *value,
                           struct expectation *expect, const char *kind)
{
    expect->properties = must_resize(expect->properties, (expect->property_count + value->count) *
                                                             sizeof *expect->properties);
    for (size_t i = 0; i < value->count; i++) {
        if (value->children[i]->kind != NODE_SCALAR || value->children[i]->text[0] == '\0')
            return READER_REFUSE(reader, value->children[i], "a property must be a name");
        expect->properties[expect->property_count++] =
            (struct named_property){kind, must_text(value->children[i]->text)};
    }
    return true;
}

#define PROPERTY_SETTER(kind)                                                             \
    static bool set_##kind(struct reader *reader, const struct node *value, void *target) \
    {                                                                                     \
        return add_properties(reader, value, target, #kind);                              \
    }

PROPERTY_SETTER(always)
PROPERTY_SETTER(sometimes)
PROPERTY_SETTER(eventually)

static const struct key expect_keys[] = {
    {"elapsed", NODE_SCALAR, false, set_elapsed},
    {"output", NODE_SCALAR, false, set_output},
    {"exit", NODE_SCALAR, false, set_exit},
    {"finds", NODE_SCALAR, false, set_finds},
    {"outcomes", NODE_SCALAR, false, set_outcomes},
    {"always", NODE_SEQUENCE, false, set_always},
    {"sometimes", NODE_SEQUENCE, false, set_sometimes},
    {"eventually", NODE_SEQUENCE, false, set_eventually},
};

static const struct key expect_keys_compared[] = {
    {"relations", NODE_SEQUENCE, false, set_relations},
};

/* ---- of a host ---- */

TEXT_SETTER(set_end_exit, struct end_expectation, exit)

static bool set_end_output(struct reader *reader, const struct node *value, void *target)
{
    (void)reader;
    ((struct end_expectation *)target)->output = must_text(value->text);
    return true;
}

static const struct key end_keys[] = {
    {"exit", NODE_SCALAR, false, set_end_exit},
    {"output", NODE_SCALAR, false, set_end_output},
};

/* What `name` is to end with, a role or a host; NULL: there is no such. */
static struct end_expectation *find_end(struct run_spec *run, const char *name)
{
    for (size_t i = 0; i < run->role_count; i++) {
        if (strcmp(run->roles[i].name, name) == 0)
            return &run->roles[i].expect;
    }
    for (size_t i = 0; i < run->host_count; i++) {
        if (strcmp(run->hosts[i].name, name) == 0)
            return &run->hosts[i].expect;
    }
    return NULL;
}

/* In `expect` of a run with hosts, the name of one, or of a role, is a key. */
static bool read_end(struct reader *reader, const struct node *key, const struct node *value)
{
    struct end_expectation *end = reader->run->has_hosts ? find_end(reader->run, key->text) : NULL;

    if (end == NULL)
        return false;
    if (value->kind != NODE_MAPPING)
        return READER_REFUSE(reader, value, "'%.60s' must be a mapping", key->text);
    return READ(reader, value, end_keys, end);
}

static bool read_expect_of(struct reader *reader, const struct node *node, struct run_spec *run)
{
    reader->run = run;
    return read_mapping(reader, node, expect_keys, sizeof expect_keys / sizeof *expect_keys,
                        &run->expect, read_end);
}

/* In `expect` of a comparison, the name of a run is a key. */
static bool read_run_expect(struct reader *reader, const struct node *key, const struct node *value)
{
    size_t run = reader_find_run(reader, key->text);

    if (run == SIZE_MAX)
        return false;
    if (value->kind != NODE_MAPPING)
        return READER_REFUSE(reader, value, "'%.60s' must be a mapping", key->text);
    return read_expect_of(reader, value, &reader->scenario->runs[run]);
}

bool read_expect(struct reader *reader)
{
    const struct node *node = reader->expect;

    if (reader->scenario->compares)
        return read_mapping(reader, node, expect_keys_compared,
                            sizeof expect_keys_compared / sizeof *expect_keys_compared, NULL,
                            read_run_expect);
    return read_expect_of(reader, node, &reader->scenario->runs[0]);
}

bool is_end_key(const char *name)
{
    return find_key(expect_keys, sizeof expect_keys / sizeof *expect_keys, name) != NULL;
}

bool is_expect_key(const char *name)
{
    return find_key(expect_keys_compared,
                    sizeof expect_keys_compared / sizeof *expect_keys_compared, name) != NULL;
}
