/*
 * rff.c - reads-from fuzzing (Wolff, Shi, Duck, Mathur, Roychoudhury: Greybox Fuzzing for
 * Concurrency Testing, ASPLOS 2024).
 *
 * What matters of a run is who reads what from whom. An abstract schedule is a few rules about
 * places in the program: "what is read at b.c:7 was written at a.c:3", or was not. A run follows
 * one as well as it can: a read whose value is not yet the one that is wanted is held back, one
 * whose value is goes first, and so long nobody may overwrite it; beneath that it is partial order
 * sampling (pos.c). A run that shows a set of such pairs which none has shown makes its schedule a
 * seed; a new schedule is a seed, the more likely the fewer runs looked like it, and a change or
 * two. Since rules are about places, it does not matter how many tasks there are that come by.
 *
 * What tasks wait for counts as written and read where they wait. Places are told apart by their
 * text, and numbered as they are met.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "strategy/cast.h"
#include "strategy/kinds.h"

/* Of an abstract schedule. */
#define RULES_MAX 12

/* Seeds that are kept: choosing one costs time for each. */
#define SEEDS_MAX 500

/* Turns of a run beyond twice as many as any had when it followed its rules to its end: it goes
 * round and round, since what it waits for is held back. */
#define SPIN 1000

/* What the program does at a place: a read, a write, both. Number 0 is how a variable begins. */
struct access {
    bool reads;
    bool writes;
    uint32_t rules_read; /* in this run, as bits: whose read it is */
    uint32_t rules_lost; /* which it would make impossible, by writing */
};

/* A value that is read at one place, and written at another. */
struct pair {
    size_t writer;
    size_t reader;
    size_t run; /* in which it was last seen, from 1 */
};

struct rule {
    size_t pair;
    bool wanted;
};

struct plan {
    struct rule rules[RULES_MAX];
    size_t count;
    size_t runs; /* that came of it, or showed what it showed first */
};

struct object {
    size_t writer; /* the last, in run `run` */
    size_t run;
};

struct rff {
    struct strategy strategy;
    struct cast cast;
    /* The program, as far as it is known. */
    struct map pointers; /* of place, word and name, to accesses */
    struct map texts;    /* the same, by what they say */
    struct access *accesses;
    size_t access_count;
    size_t access_capacity;
    struct map numbers; /* of objects */
    struct object *objects;
    size_t object_capacity;
    struct map uses; /* object and access: it is known that they meet */
    struct map pair_numbers;
    struct pair *pairs;
    size_t pair_count;
    size_t pair_capacity;
    /* The search. */
    struct plan *seeds;
    size_t seed_count;
    struct map signatures; /* of runs, to seeds */
    size_t longest;        /* turns of a run that followed its rules to its end */
    /* The run. */
    size_t run; /* from 1 */
    size_t turns;
    struct plan plan;
    uint32_t met; /* rules that want a pair and have it */
    uint64_t signature;
};

/* A key of two numbers. */
static uint64_t key_of(uint64_t a, uint64_t b)
{
    a += b * UINT64_C(0x9e3779b97f4a7c15);
    return chance_draw(&a) >> 1; /* never MAP_NONE */
}

static struct strategy *open_rff(void)
{
    struct rff *rff = must_alloc(sizeof *rff);

    rff->seeds = must_alloc(SEEDS_MAX * sizeof *rff->seeds);
    rff->seed_count = 1; /* no rules */
    rff->seeds[0].runs = 1;
    rff->accesses = must_room(NULL, &rff->access_capacity, 1, sizeof *rff->accesses);
    rff->accesses[rff->access_count++] = (struct access){.writes = true};
    return &rff->strategy;
}

static void close_rff(struct strategy *strategy)
{
    struct rff *rff = (struct rff *)strategy;

    cast_clear(&rff->cast);
    map_free(&rff->pointers);
    map_free(&rff->texts);
    map_free(&rff->numbers);
    map_free(&rff->uses);
    map_free(&rff->pair_numbers);
    map_free(&rff->signatures);
    free(rff->accesses);
    free(rff->objects);
    free(rff->pairs);
    free(rff->seeds);
    free(rff);
}

/* ---- the program ---- */

static uint64_t hash_word(uint64_t hash, const char *text)
{
    return text != NULL ? hash_text(hash, text) : hash;
}

/* The number of the access that `operation` is, by what is said of it. */
static size_t read_access(struct rff *rff, const struct operation *operation)
{
    uint64_t hash = hash_word(HASH_START, operation->place);
    bool is_read = operation->point && !operation->writes;
    bool is_write = operation->point && strcmp(operation->what, "write") == 0;
    size_t number;

    hash = hash_word(hash_word(hash, operation->what), operation->name) >> 1;
    number = map_get(&rff->texts, hash);

    if (number != MAP_NONE)
        return number;
    rff->accesses = must_room(rff->accesses, &rff->access_capacity, rff->access_count + 1,
                              sizeof *rff->accesses);
    rff->accesses[rff->access_count] = (struct access){.reads = !is_write, .writes = !is_read};
    map_set(&rff->texts, hash, rff->access_count);
    return rff->access_count++;
}

static size_t access_of(struct rff *rff, const struct operation *operation)
{
    uint64_t key = key_of((uintptr_t)operation->place,
                          key_of((uintptr_t)operation->what, (uintptr_t)operation->name));
    size_t number = map_get(&rff->pointers, key);

    if (number == MAP_NONE) {
        number = read_access(rff, operation);
        map_set(&rff->pointers, key, number);
    }
    return number;
}

static size_t object_of(struct rff *rff, uint64_t object)
{
    size_t number = map_get(&rff->numbers, object);

    if (number == MAP_NONE) {
        number = rff->numbers.count;
        rff->objects =
            must_room(rff->objects, &rff->object_capacity, number + 1, sizeof *rff->objects);
        rff->objects[number] = (struct object){0};
        map_set(&rff->numbers, object, number);
    }
    return number;
}

static size_t pair_of(struct rff *rff, size_t writer, size_t reader)
{
    uint64_t key = (uint64_t)writer << 32 | reader;
    size_t number = map_get(&rff->pair_numbers, key);

    if (number != MAP_NONE)
        return number;
    rff->pairs =
        must_room(rff->pairs, &rff->pair_capacity, rff->pair_count + 1, sizeof *rff->pairs);
    rff->pairs[rff->pair_count] = (struct pair){writer, reader, 0};
    map_set(&rff->pair_numbers, key, rff->pair_count);
    return rff->pair_count++;
}

static bool is_used(const struct rff *rff, size_t object, size_t access)
{
    return map_get(&rff->uses, (uint64_t)object << 32 | access) != MAP_NONE;
}

/* `access` is about `object`, which was not known: it pairs with all others that are. */
static void learn_use(struct rff *rff, size_t object, size_t access)
{
    map_set(&rff->uses, (uint64_t)object << 32 | access, 0);
    for (size_t other = 0; other < rff->access_count; other++) {
        if (other != 0 && !is_used(rff, object, other))
            continue;
        if (rff->accesses[other].writes && rff->accesses[access].reads)
            pair_of(rff, other, access);
        if (rff->accesses[other].reads && rff->accesses[access].writes)
            pair_of(rff, access, other);
    }
}

/* ---- the plan of a run ---- */

/* How likely a seed is. */
static uint64_t energy(const struct plan *seed)
{
    return 1 + (1u << 20) / seed->runs;
}

/* A seed, the more likely the fewer runs came of it or showed the same. */
static const struct plan *draw_seed(struct rff *rff)
{
    uint64_t sum = 0, at;
    size_t i = 0;

    for (size_t j = 0; j < rff->seed_count; j++)
        sum += energy(&rff->seeds[j]);
    at = chance_draw(&rff->strategy.stream) % sum;
    while (at >= energy(&rff->seeds[i]))
        at -= energy(&rff->seeds[i++]);
    rff->seeds[i].runs++;
    return &rff->seeds[i];
}

/* Change one thing: add a rule, leave one out, turn one round. */
static void mutate(struct rff *rff)
{
    uint64_t *stream = &rff->strategy.stream;
    struct plan *plan = &rff->plan;
    size_t what = plan->count > 0 ? chance_below(stream, 4) : 3;
    size_t at = plan->count > 0 ? chance_below(stream, plan->count) : 0;

    if (what == 0) {
        plan->rules[at] = plan->rules[--plan->count];
    } else if (what == 1) {
        plan->rules[at].wanted = !plan->rules[at].wanted;
    } else {
        if (what == 3 && plan->count < RULES_MAX)
            at = plan->count++;
        plan->rules[at] =
            (struct rule){chance_below(stream, rff->pair_count), chance_below(stream, 4) > 0};
    }
}

/* Whom the rules are about. */
static void mark(struct rff *rff)
{
    for (size_t i = 0; i < rff->access_count; i++)
        rff->accesses[i].rules_read = rff->accesses[i].rules_lost = 0;
    for (size_t i = 0; i < rff->plan.count; i++) {
        size_t reader = rff->pairs[rff->plan.rules[i].pair].reader;

        rff->accesses[reader].rules_read |= 1u << i;
        for (size_t j = 0; rff->plan.rules[i].wanted && j < rff->pair_count; j++) {
            if (rff->pairs[j].reader == reader)
                rff->accesses[rff->pairs[j].writer].rules_lost |= 1u << i;
        }
    }
}

static bool begin_rff(struct strategy *strategy)
{
    struct rff *rff = (struct rff *)strategy;

    cast_begin(&rff->cast, &strategy->stream);
    rff->run++;
    rff->turns = 0;
    rff->met = 0;
    rff->signature = 0;
    rff->plan = *draw_seed(rff);
    if (rff->pair_count > 0) {
        do
            mutate(rff);
        while (chance_below(&strategy->stream, 2) == 0);
    }
    mark(rff);
    return true;
}

/* ---- a turn ---- */

enum worth { HELD, NEUTRAL, FAVOURED };

static size_t last_writer(struct rff *rff, size_t object)
{
    return rff->objects[object].run == rff->run ? rff->objects[object].writer : 0;
}

/* What the rules say of a read whose value is from `writer`. */
static enum worth worth_of_read(const struct rff *rff, uint32_t rules, size_t writer)
{
    enum worth worth = NEUTRAL;

    for (; rules != 0; rules &= rules - 1) {
        size_t i = (size_t)__builtin_ctz(rules);
        const struct rule *rule = &rff->plan.rules[i];
        bool fits = rff->pairs[rule->pair].writer == writer;

        if (!rule->wanted && fits)
            return HELD;
        if (rule->wanted && (rff->met & 1u << i) == 0) {
            if (fits)
                return FAVOURED;
            worth = HELD;
        }
    }
    return worth;
}

/* Whether a write would overwrite what somebody is to read from `writer`. */
static bool would_lose(const struct rff *rff, uint32_t rules, size_t writer)
{
    for (rules &= ~rff->met; rules != 0; rules &= rules - 1) {
        if (rff->pairs[rff->plan.rules[__builtin_ctz(rules)].pair].writer == writer)
            return true;
    }
    return false;
}

static enum worth worth_of(struct rff *rff, const struct operation *operation)
{
    const struct access *access;
    size_t number, writer;
    enum worth worth = NEUTRAL;

    if (operation->object == 0)
        return NEUTRAL;
    number = access_of(rff, operation);
    access = &rff->accesses[number];
    if ((access->rules_read | access->rules_lost) == 0)
        return NEUTRAL;
    writer = last_writer(rff, object_of(rff, operation->object));
    if (access->reads)
        worth = worth_of_read(rff, access->rules_read, writer);
    if (worth == NEUTRAL && access->writes && writer != number &&
        would_lose(rff, access->rules_lost, writer))
        worth = HELD;
    return worth;
}

/* Whether this run turns round and round. */
static bool is_lost(const struct rff *rff)
{
    return rff->turns > 2 * rff->longest + SPIN;
}

static size_t pick(struct rff *rff)
{
    const struct cast *cast = &rff->cast;
    enum worth best_worth = HELD;
    size_t best = 0;

    for (size_t i = 0; i < cast->turn_count; i++) {
        enum worth worth = worth_of(rff, &cast->turns[i].operation);

        if (worth > best_worth ||
            (worth == best_worth && cast->actors[cast->turns[i].actor].priority >
                                        cast->actors[cast->turns[best].actor].priority)) {
            best_worth = worth;
            best = i;
        }
    }
    return best;
}

/* `reader` gets what `writer` has written. */
static void see(struct rff *rff, size_t writer, size_t reader)
{
    size_t number = pair_of(rff, writer, reader);
    uint32_t rules = rff->accesses[reader].rules_read;

    if (rff->pairs[number].run != rff->run)
        rff->signature += key_of(number, 1); /* a set: the order plays no part */
    rff->pairs[number].run = rff->run;
    for (; rules != 0; rules &= rules - 1) {
        size_t i = (size_t)__builtin_ctz(rules);

        if (rff->plan.rules[i].wanted && rff->plan.rules[i].pair == number)
            rff->met |= 1u << i;
    }
}

static void take(struct rff *rff, const struct operation *operation)
{
    size_t number, object;

    if (operation->object == 0)
        return;
    number = access_of(rff, operation);
    object = object_of(rff, operation->object);
    if (!is_used(rff, object, number))
        learn_use(rff, object, number);
    if (rff->accesses[number].reads)
        see(rff, last_writer(rff, object), number);
    if (rff->accesses[number].writes)
        rff->objects[object] = (struct object){number, rff->run};
}

static size_t decide_rff(struct strategy *strategy, const struct choice *choice)
{
    struct rff *rff = (struct rff *)strategy;
    size_t best = 0;

    if (cast_look(&rff->cast, choice) == 0 || is_lost(rff))
        return strategy_draw(strategy, choice);
    rff->turns++;
    if (choice->bound > 1)
        best = pick(rff);
    take(rff, &rff->cast.turns[best].operation);
    cast_take_drawing(&rff->cast, best);
    return best;
}

/* ---- after a run ---- */

static void end_rff(struct strategy *strategy, const struct run_end *end)
{
    struct rff *rff = (struct rff *)strategy;
    size_t seed = map_get(&rff->signatures, rff->signature);

    (void)end;
    if (!is_lost(rff) && rff->turns > rff->longest)
        rff->longest = rff->turns;
    if (seed != MAP_NONE) {
        rff->seeds[seed].runs++;
    } else if (rff->seed_count < SEEDS_MAX) {
        rff->plan.runs = 1;
        rff->seeds[rff->seed_count] = rff->plan;
        map_set(&rff->signatures, rff->signature, rff->seed_count++);
    }
}

const struct strategy_kind strategy_rff = {
    .name = "rff",
    .help = "who reads what from whom: what is new is looked into",
    .learns = true,
    .open = open_rff,
    .begin = begin_rff,
    .decide = decide_rff,
    .end = end_rff,
    .close = close_rff};
