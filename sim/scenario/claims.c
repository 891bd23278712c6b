/*
 * claims.c - the keys of a claim: what the document says, how it can be computed, the verdict.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "scenario/keys.h"
#include "scenario/units.h"

TEXT_SETTER(set_says, struct claim, says)
TEXT_SETTER(set_because, struct claim, because)

static bool set_claim_line(struct reader *reader, const struct node *value, void *target)
{
    int64_t line = 0;
    const char *why = units_count(value->text, 1000000, &line);

    ((struct claim *)target)->line = (int)line;
    return why == NULL || reader_refuse(reader, value, why);
}

static bool set_claim_elapsed(struct reader *reader, const struct node *value, void *target)
{
    struct claim *claim = target;
    const char *why = units_duration(value->text, &claim->elapsed_ns);

    claim->has_elapsed = true;
    return why == NULL || reader_refuse(reader, value, why);
}

static bool set_claim_within(struct reader *reader, const struct node *value, void *target)
{
    const char *why = units_percent(value->text, &((struct claim *)target)->within_millis);

    return why == NULL || reader_refuse(reader, value, why);
}

static bool set_claim_output(struct reader *reader, const struct node *value, void *target)
{
    (void)reader;
    ((struct claim *)target)->output = must_text(value->text);
    return true;
}

static bool set_claim_finds(struct reader *reader, const struct node *value, void *target)
{
    return reader_check_finds(reader, value) &&
           reader_text(reader, value, &((struct claim *)target)->finds);
}

static bool set_claim_run(struct reader *reader, const struct node *value, void *target)
{
    size_t run = reader_find_run(reader, value->text);

    ((struct claim *)target)->run = run;
    return run != SIZE_MAX || reader_refuse(reader, value, "no such run");
}

static bool set_claim_relation(struct reader *reader, const struct node *value, void *target)
{
    struct claim *claim = target;

    claim->has_relation = true;
    return read_relation(reader, value, &claim->relation);
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
    return reader_refuse(reader, value, "not a verdict");
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
        return READER_REFUSE(reader, node, "with runs, a claim must name its 'run'");
    if (claim->has_relation &&
        (claim->has_elapsed || claim->output != NULL || claim->finds != NULL))
        return READER_REFUSE(reader, node, "a 'relation' stands alone in its claim");
    if (claim->within_millis != 0 && !claim->has_elapsed)
        return READER_REFUSE(reader, node, "'within' is about an 'elapsed'");
    if (claim->because == NULL && (claim->verdict != CLAIM_HOLDS || !computed))
        return READER_REFUSE(reader, node,
                             computed ? "a verdict other than 'holds' needs a 'because'"
                                      : "a claim that nothing computes needs a 'because'");
    return true;
}

bool read_claims(struct reader *reader)
{
    struct scenario *scenario = reader->scenario;
    const struct node *list = reader->claims;

    scenario->claims = must_alloc(list->count * sizeof *scenario->claims);
    for (size_t i = 0; i < list->count; i++) {
        struct claim *claim = &scenario->claims[i];
        const struct node *node = list->children[i];

        scenario->claim_count++;
        claim->run = scenario->compares ? SIZE_MAX : 0;
        if (node->kind != NODE_MAPPING)
            return READER_REFUSE(reader, node, "a claim must be a mapping");
        if (!READ(reader, node, claim_keys, claim) || !check_claim(reader, node, claim))
            return false;
        if (claim->within_millis == 0)
            claim->within_millis = TOLERANCE_DEFAULT;
    }
    return true;
}
