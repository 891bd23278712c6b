/*
 * faults.c - the key `faults`: the weather that a run has, when, and for whom.
 *
 * A fault is a mapping; the one key of it that is none of the table's is its kind, and has the
 * targets for a value. Which kinds there are is the world's (world/weather_spec.h). Whom a role
 * stands for nobody knows before the run, so a name that is no host's is taken for one; a role that
 * nobody ever has is found by the vacuity gate.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "scenario/keys.h"
#include "scenario/units.h"

/* More than anybody has reasons for. */
#define FAULTS_MAX 100
#define COUNT_MAX  1000000

/* Ten years: three of them can be added. */
#define TIME_MAX (INT64_C(3650) * 86400 * 1000000000)

/* How much slower a host may get: together they are below what a number holds. */
#define SLOWER_MAX     1000
#define ALL_SLOWER_MAX INT64_C(1000000000000)

/* All kinds, for people. */
#define X(name, word, about, amount) " " word
#define KINDS                        "there are:" WEATHER_MAP(X)

/* A fault as it is read. */
struct entry {
    struct fault_spec *fault;
    const struct node *by;
    const struct node *kind; /* its key, and the targets */
    const struct node *targets;
    bool has_at;
};

/* ---- when ---- */

static bool read_span(struct reader *reader, const struct node *value, struct weather_span *span)
{
    int64_t least = 0, most = 0;
    const char *why = units_span(value->text, &least, &most);

    if (why == NULL && most > TIME_MAX)
        why = "more than ten years";
    *span = (struct weather_span){least, most - least};
    return why == NULL || reader_refuse(reader, value, why);
}

static bool set_at(struct reader *reader, const struct node *value, void *target)
{
    struct entry *entry = target;

    entry->has_at = true;
    return read_span(reader, value, &entry->fault->weather.at);
}

static bool set_for(struct reader *reader, const struct node *value, void *target)
{
    struct weather_spec *weather = &((struct entry *)target)->fault->weather;

    if (!read_span(reader, value, &weather->lasts))
        return false;
    return weather->lasts.ns > 0 || READER_REFUSE(reader, value, "that is no time at all");
}

static bool set_every(struct reader *reader, const struct node *value, void *target)
{
    struct weather_spec *weather = &((struct entry *)target)->fault->weather;
    const char *why = units_duration(value->text, &weather->every_ns);

    if (why == NULL && weather->every_ns == 0)
        why = "that is no time at all";
    if (why == NULL && weather->every_ns > TIME_MAX)
        why = "more than ten years";
    return why == NULL || reader_refuse(reader, value, why);
}

static bool keep_by(struct reader *reader, const struct node *value, void *target)
{
    (void)reader;
    ((struct entry *)target)->by = value;
    return true;
}

static const struct key fault_keys[] = {
    {"at", NODE_SCALAR, false, set_at},
    {"for", NODE_SCALAR, false, set_for},
    {"every", NODE_SCALAR, false, set_every},
    {"by", NODE_SCALAR, false, keep_by},
};

#define FAULT_KEYS (sizeof fault_keys / sizeof *fault_keys)

/* Whether it must end to have been anything but a partition. */
static bool must_end(enum weather_kind kind)
{
    return kind == WEATHER_CLOG || kind == WEATHER_HOLD || kind == WEATHER_SWIZZLE;
}

static bool finish_times(struct reader *reader, struct entry *entry, const struct node *at)
{
    struct weather_spec *weather = &entry->fault->weather;
    const char *name = weather_words(weather->kind)->name;
    bool lasts = weather->lasts.ns != WEATHER_LASTS;

    if (weather->kind == WEATHER_RESET && lasts)
        return READER_REFUSE(reader, at, "a 'reset' takes no time: 'for' has no meaning");
    if (must_end(weather->kind) && !lasts)
        return READER_REFUSE(reader, at, "'for' is missing: a '%s' has an end", name);
    if (!entry->has_at && weather->every_ns == 0)
        return READER_REFUSE(reader, at, "'at' or 'every' is missing");
    if (!entry->has_at)
        weather->at.ns = weather->every_ns;
    if (weather->every_ns == 0 || weather->kind == WEATHER_RESET)
        return true;
    if (!lasts ||
        weather->at.more_ns + weather->lasts.ns + weather->lasts.more_ns >= weather->every_ns)
        return READER_REFUSE(reader, at, "it comes again ('every') before it is over ('for')");
    return true;
}

/* ---- by how much ---- */

bool reader_times(struct reader *reader, const struct node *value, int64_t *times)
{
    int64_t whole = 0, part = 1;
    const char *why = units_factor(value->text, &whole, &part);

    if (why == NULL && (part != 1 || whole < 2 || whole > SLOWER_MAX))
        why = "must be a whole number of times, from 2x to 1000x";
    *times = whole;
    return why == NULL || reader_refuse(reader, value, why);
}

static bool read_loss(struct reader *reader, const struct node *by, struct ratio *loss)
{
    int64_t part = 0, whole = 0;
    const char *why = units_ratio(by->text, &part, &whole);

    if (why == NULL && part == 0)
        why = "that loses nothing";
    *loss = (struct ratio){(uint32_t)part, (uint32_t)whole};
    return why == NULL || reader_refuse(reader, by, why);
}

static bool read_amount(struct reader *reader, const struct node *by, struct weather_spec *weather)
{
    const char *why = NULL;

    switch (weather_words(weather->kind)->amount) {
    case WEATHER_NONE:
        break;
    case WEATHER_RATIO:
        return read_loss(reader, by, &weather->loss);
    case WEATHER_TIMES:
        return reader_times(reader, by, &weather->amount);
    case WEATHER_PPM:
        why = units_ppm(by->text, &weather->amount);
        break;
    case WEATHER_TIME:
        why = weather->kind == WEATHER_STEP ? units_offset(by->text, &weather->amount)
                                            : units_duration(by->text, &weather->amount);
        break;
    }
    if (why == NULL && weather->amount == 0)
        why = "that changes nothing";
    return why == NULL || reader_refuse(reader, by, why);
}

static bool finish_amount(struct reader *reader, const struct entry *entry, const struct node *at)
{
    struct weather_spec *weather = &entry->fault->weather;
    const struct weather_words *words = weather_words(weather->kind);

    if (words->amount == WEATHER_NONE && entry->by != NULL)
        return READER_REFUSE(reader, entry->by, "there is nothing that a '%s' could be 'by'",
                             words->name);
    if (words->amount == WEATHER_NONE)
        return true;
    if (entry->by == NULL)
        return READER_REFUSE(reader, at, "'by' is missing: by how much");
    return read_amount(reader, entry->by, weather);
}

/* ---- for whom ---- */

/* Cut the beginning `word` and " of " off `*text`. Returns: whether it was there. */
static bool cut(const char **text, const char *word)
{
    size_t length = strlen(word);

    if (strncmp(*text, word, length) != 0 || strncmp(*text + length, " of ", 4) != 0)
        return false;
    *text += length + 4;
    return true;
}

/* "3 of ". Returns: false with a mistake. */
static bool cut_count(struct reader *reader, const struct node *node, const char **text,
                      struct target *target)
{
    size_t length = strcspn(*text, " ");
    char number[24];

    if (strncmp(*text + length, " of ", 4) != 0)
        return true;
    if (length < sizeof number) {
        int64_t count = 0;

        memcpy(number, *text, length);
        number[length] = '\0';
        if (units_count(number, COUNT_MAX, &count) == NULL && count > 0) {
            *target = (struct target){.quota = TARGET_SOME, .count = (size_t)count};
            *text += length + 4;
            return true;
        }
    }
    return reader_refuse(reader, node, "must be one of, all of, majority of, rest of, or 2 of");
}

/* A host's name, or a role's: words, with the number of one of several. */
static bool is_name(const char *text)
{
    const char *dot = strchr(text, '.');
    char name[80];
    size_t length = dot != NULL ? (size_t)(dot - text) : strlen(text);

    if (length >= sizeof name || (dot != NULL && strspn(dot + 1, "0123456789") != strlen(dot + 1)))
        return false;
    memcpy(name, text, length);
    name[length] = '\0';
    return reader_is_word(name) && (dot == NULL || dot[1] != '\0');
}

/* The process called `name` that is on the host of another, or NULL. */
static const struct role *guest_called(const struct run_spec *run, const char *name)
{
    for (size_t i = 0; i < run->host_count; i++) {
        const struct role *role = role_of(run, &run->hosts[i]);

        if (role->on != NULL &&
            (strcmp(role->name, name) == 0 || strcmp(run->hosts[i].name, name) == 0))
            return role;
    }
    return NULL;
}

/* The `side`-th target: "one of client", "client.1", "majority of replica". */
static bool read_target(struct reader *reader, const struct node *node, struct fault_spec *fault,
                        size_t side)
{
    struct target *target = &fault->weather.targets[side];
    const char *text = node->text;
    const struct role *guest;

    if (node->kind != NODE_SCALAR)
        return READER_REFUSE(reader, node, "a target is a name, or 'one of' one");
    if (cut(&text, "one"))
        *target = (struct target){.quota = TARGET_SOME, .count = 1};
    else if (cut(&text, "majority"))
        target->quota = TARGET_MAJORITY;
    else if (cut(&text, "rest"))
        target->quota = TARGET_REST;
    else if (!cut(&text, "all") && !cut_count(reader, node, &text, target))
        return false;
    if (target->quota == TARGET_REST && side == 0)
        return reader_refuse(reader, node, "the rest is on the second side");
    if (!is_name(text))
        return reader_refuse(reader, node, "no host and no role can be called that");
    guest = guest_called(reader->run, text);
    if (guest != NULL)
        return READER_REFUSE(reader, node, "'%s' is on '%s': faults are of hosts", text, guest->on);
    if (strcmp(text, "all") != 0)
        target->name = fault->names[side] = must_text(text);
    fault->weather.target_count = side + 1;
    return true;
}

static bool finish_targets(struct reader *reader, const struct entry *entry)
{
    struct fault_spec *fault = entry->fault;
    const struct node *targets = entry->targets;
    const struct weather_words *words = weather_words(fault->weather.kind);

    if (targets->kind == NODE_SCALAR && words->about != WEATHER_TWO)
        return read_target(reader, targets, fault, 0);
    if (words->about == WEATHER_HOSTS)
        return READER_REFUSE(reader, targets, "'%s' has one target", words->name);
    if (targets->kind != NODE_SEQUENCE || targets->count != 2)
        return READER_REFUSE(reader, targets, "'%s' is between two: [one, another]", words->name);
    return read_target(reader, targets->children[0], fault, 0) &&
           read_target(reader, targets->children[1], fault, 1);
}

/* ---- a fault ---- */

/* Find the kind: the key that is one. */
static bool find_kind(struct reader *reader, struct entry *entry, const struct node *node)
{
    const struct node *unknown = NULL;

    for (size_t i = 0; i < node->count; i++) {
        const struct node *key = node->keys[i];

        if (find_key(fault_keys, FAULT_KEYS, key->text) != NULL)
            continue;
        if (weather_kind(key->text) == WEATHER_KIND_COUNT) {
            unknown = key;
            continue;
        }
        if (entry->kind != NULL)
            return READER_REFUSE(reader, key, "a fault is of one kind, and this one is a '%s'",
                                 entry->kind->text);
        entry->kind = key;
        entry->targets = node->children[i];
    }
    if (entry->kind != NULL)
        return true;
    if (unknown != NULL)
        return READER_REFUSE(reader, unknown, "there is no such fault: '%.60s' (" KINDS ")",
                             unknown->text);
    return READER_REFUSE(reader, node, "what is to happen is missing (" KINDS ")");
}

/* The kind has been found. */
static bool skip_kind(struct reader *reader, const struct node *key, const struct node *value)
{
    (void)reader, (void)value;
    return weather_kind(key->text) != WEATHER_KIND_COUNT;
}

/* As the file says it: "partition collector, client.1". */
static char *say(const struct entry *entry)
{
    const struct node *targets = entry->targets;

    if (targets->kind == NODE_SCALAR)
        return must_format("%s %s", entry->kind->text, targets->text);
    return must_format("%s %s, %s", entry->kind->text, targets->children[0]->text,
                       targets->children[1]->text);
}

static bool read_fault(struct reader *reader, struct fault_spec *fault, const struct node *node)
{
    struct entry entry = {.fault = fault};

    if (node->kind != NODE_MAPPING)
        return READER_REFUSE(reader, node, "a fault must be a mapping");
    fault->weather.lasts.ns = WEATHER_LASTS;
    fault->line = node->line;
    if (!find_kind(reader, &entry, node) ||
        !read_mapping(reader, node, fault_keys, FAULT_KEYS, &entry, skip_kind))
        return false;
    fault->weather.kind = weather_kind(entry.kind->text);
    if (!finish_targets(reader, &entry) || !finish_times(reader, &entry, node) ||
        !finish_amount(reader, &entry, node))
        return false;
    fault->says = say(&entry);
    return true;
}

/* All that may slow a host at once. */
static bool check_slowness(struct reader *reader, const struct run_spec *run, const struct node *at)
{
    int64_t times = 1;

    for (size_t i = 0; i < run->fault_count; i++) {
        if (run->faults[i].weather.kind == WEATHER_SLOW)
            times *= run->faults[i].weather.amount;
        if (times > ALL_SLOWER_MAX)
            return READER_REFUSE(reader, at->children[i],
                                 "together with those before that is too "
                                 "slow");
    }
    return true;
}

bool read_faults(struct reader *reader, struct run_spec *run, const struct node *node)
{
    if (node->count == 0)
        return READER_REFUSE(reader, node, "'faults' is empty");
    if (node->count > FAULTS_MAX)
        return READER_REFUSE(reader, node, "%zu faults are too many (%d)", node->count, FAULTS_MAX);
    run->faults = must_alloc(node->count * sizeof *run->faults);
    for (size_t i = 0; i < node->count; i++) {
        run->fault_count = i + 1;
        if (!read_fault(reader, &run->faults[i], node->children[i]))
            return false;
    }
    return check_slowness(reader, run, node);
}

void faults_free(struct run_spec *run)
{
    for (size_t i = 0; i < run->fault_count; i++) {
        free(run->faults[i].says);
        free(run->faults[i].names[0]);
        free(run->faults[i].names[1]);
    }
    free(run->faults);
}
