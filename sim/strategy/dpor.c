/*
 * dpor.c - one schedule of each kind: orders that differ only in turns that have nothing to do with
 * each other are alike, and one of them will do.
 *
 * Flanagan, Godefroid: Dynamic Partial-Order Reduction for Model Checking Software, POPL 2005; with
 * sleep sets (Godefroid 1996) and source sets (Abdulla, Aronis, Jonsson, Sagonas: Optimal Dynamic
 * Partial Order Reduction, POPL 2014, algorithm 1). After a run, for every two turns that used one
 * object, of which one changed it, and that nothing else keeps in their order, a turn is noted that
 * leads to the other order, at the place where the first of them ran. What has been tried at a
 * place sleeps in what is tried there later, until a turn comes that has to do with it. A run in
 * which all who are ready sleep is like one that has been: it is left to end as it likes, and
 * counted.
 *
 * A turn lasts from one choice to the next, and the strategy is told what it used (touch). A turn
 * that has become ready stays so until it is taken: a task that finds a lock taken has had its turn
 * and stands in line, which it used; being woken is another. So a turn depends on the one after
 * which it was first seen, and on those that used what it uses. One that was ready and is not any
 * more was taken back: it is tried in place of the turn that did so. When time has moved, nobody
 * could run any more: all that was comes before all that is.
 *
 * What it proves holds for what it sees: variables that tasks share without a word (core/point.h)
 * are not seen, nor is how many turns an iteration of the loop has had when new timers join or the
 * loop stops. Where threads take turns every order of theirs is tried; but which turns of a loop
 * come between those of another, or of a thread, hangs on where iterations end, so then nothing is
 * proved. dfs and delay do not lean on any of this.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/map.h"
#include "strategy/kinds.h"

/* Turns of a run that are compared; what comes after is not, and it is said. */
#define TURNS_MAX 4096

#define NONE SIZE_MAX

struct uses {
    struct touch *list;
    size_t count;
    size_t capacity;
    bool all; /* it has to do with every other */
};

/* Who has been tried at a place, or was in one before, and need not be again. */
struct sleeper {
    size_t turn;
    struct uses uses;
};

/* A place in a run: who was ready, and who was taken. Beyond the length of the way, its memory is
 * kept for the next. */
struct place {
    size_t *options; /* numbers of turns */
    bool *wanted;    /* of each: it is to be tried */
    size_t count;
    size_t capacity;
    size_t taken;      /* index of an option */
    size_t turn_count; /* turns that have been seen up to here */
    bool plain;        /* options are no operations: each is tried, and nothing else is known */
    bool quiet;        /* nobody could run before it */
    size_t after;      /* the place whose turn made the taken one ready, or NONE */
    struct uses uses;  /* of the turn that was taken */
    struct sleeper *sleepers;
    size_t sleeper_count;
    size_t sleeper_capacity;
};

/* Numbers are given in the order in which turns are first seen, so in two runs that begin alike
 * they begin alike. */
struct turn {
    size_t after; /* the place that it was first seen behind, or NONE */
    size_t seen;  /* the last place at which it was ready */
};

struct dpor {
    struct strategy strategy;
    struct place *way;
    size_t length;   /* places that are settled */
    size_t capacity; /* places that have memory */
    size_t at;       /* of the run */
    size_t from;     /* places before are as they were in the run before */
    bool begun;
    bool adrift; /* the run is not followed any more */
    bool lost;   /* some run was too long, or not the same twice, */
    bool mixed;  /* or not all decisions were turns of one loop */
    struct turn *turns;
    size_t turn_count;
    size_t turn_capacity;
    struct map ready; /* from what is pending to its turn */
    /* Of the analysis: by place, a row of bits of those that come before. */
    uint64_t *before;
    size_t before_capacity;
};

static struct dpor *dpor_of(const struct strategy *strategy)
{
    return (struct dpor *)(uintptr_t)strategy;
}

static struct strategy *open_dpor(void)
{
    return must_alloc(sizeof(struct dpor));
}

static void free_place(struct place *place)
{
    free(place->options);
    free(place->wanted);
    free(place->uses.list);
    for (size_t i = 0; i < place->sleeper_capacity; i++)
        free(place->sleepers[i].uses.list);
    free(place->sleepers);
}

static void close_dpor(struct strategy *strategy)
{
    struct dpor *dpor = dpor_of(strategy);

    for (size_t i = 0; i < dpor->capacity; i++)
        free_place(&dpor->way[i]);
    free(dpor->way);
    free(dpor->turns);
    free(dpor->before);
    map_free(&dpor->ready);
    free(dpor);
}

/* ---- what turns use ---- */

static bool conflict(const struct uses *a, const struct uses *b)
{
    if (a->all || b->all)
        return true;
    for (size_t i = 0; i < a->count; i++) {
        for (size_t j = 0; j < b->count; j++) {
            if (a->list[i].object == b->list[j].object && (a->list[i].writes || b->list[j].writes))
                return true;
        }
    }
    return false;
}

static void use(struct uses *uses, const struct touch *touch)
{
    for (size_t i = uses->count; i-- > 0;) {
        if (uses->list[i].object == touch->object) {
            uses->list[i].writes = uses->list[i].writes || touch->writes;
            return;
        }
    }
    uses->list = must_room(uses->list, &uses->capacity, uses->count + 1, sizeof *uses->list);
    uses->list[uses->count++] = *touch;
}

static void copy_uses(struct uses *to, const struct uses *from)
{
    to->count = 0;
    to->all = from->all;
    for (size_t i = 0; i < from->count; i++)
        use(to, &from->list[i]);
}

static void touch(struct strategy *strategy, const struct touch *touch)
{
    struct dpor *dpor = dpor_of(strategy);
    struct place *place;

    if (touch->object == TOUCH_LOOPS)
        dpor->mixed = true;
    if (touch->object == TOUCH_LOOPS || dpor->adrift || dpor->at <= dpor->from)
        return; /* what comes before the first turn comes before all; or it is known */
    place = &dpor->way[dpor->at - 1];
    if (touch->object == TOUCH_QUIET)
        place->quiet = true;
    else if (touch->object == TOUCH_ALL)
        place->uses.all = true;
    else
        use(&place->uses, touch);
}

/* ---- who sleeps ---- */

static bool sleeps(const struct place *place, size_t turn)
{
    for (size_t i = 0; i < place->sleeper_count; i++) {
        if (place->sleepers[i].turn == turn)
            return true;
    }
    return false;
}

static void put_to_sleep(struct place *place, size_t turn, const struct uses *uses)
{
    if (place->sleeper_count == place->sleeper_capacity) {
        place->sleeper_capacity++;
        place->sleepers =
            must_resize(place->sleepers, place->sleeper_capacity * sizeof *place->sleepers);
        place->sleepers[place->sleeper_count] = (struct sleeper){0};
    }
    place->sleepers[place->sleeper_count].turn = turn;
    copy_uses(&place->sleepers[place->sleeper_count++].uses, uses);
}

/* Who slept at the place before and has nothing to do with the turn that was taken there sleeps on,
 * if it is still ready. */
static void sleep_on(struct dpor *dpor, struct place *place)
{
    const struct place *last = dpor->at > 0 ? &dpor->way[dpor->at - 1] : NULL;

    if (last == NULL || last->plain)
        return;
    for (size_t i = 0; i < last->sleeper_count; i++) {
        const struct sleeper *sleeper = &last->sleepers[i];

        if (dpor->turns[sleeper->turn].seen == dpor->at && !conflict(&sleeper->uses, &last->uses))
            put_to_sleep(place, sleeper->turn, &sleeper->uses);
    }
}

/* ---- a run ---- */

static struct place *place_at(struct dpor *dpor, size_t at)
{
    if (at == dpor->capacity) {
        size_t capacity = dpor->capacity * 2 + 64;

        dpor->way = must_resize(dpor->way, capacity * sizeof *dpor->way);
        memset(dpor->way + dpor->capacity, 0, (capacity - dpor->capacity) * sizeof *dpor->way);
        dpor->capacity = capacity;
    }
    return &dpor->way[at];
}

static void set_options(struct place *place, size_t count)
{
    if (count > place->capacity) {
        place->capacity = count;
        place->options = must_resize(place->options, count * sizeof *place->options);
        place->wanted = must_resize(place->wanted, count * sizeof *place->wanted);
    }
    place->count = count;
}

static size_t new_turn(struct dpor *dpor, size_t after)
{
    dpor->turns =
        must_room(dpor->turns, &dpor->turn_capacity, dpor->turn_count + 1, sizeof *dpor->turns);
    dpor->turns[dpor->turn_count] = (struct turn){after, NONE};
    return dpor->turn_count++;
}

/* The options of `choice`, as turns. What is new became ready in the last turn. */
static void see_options(struct dpor *dpor, struct place *place, const struct choice *choice)
{
    size_t after = dpor->at > 0 && !dpor->way[dpor->at - 1].plain ? dpor->at - 1 : NONE;

    for (size_t i = 0; i < choice->bound; i++) {
        uint64_t id = choice_operation(choice, i).id;
        size_t turn = map_get(&dpor->ready, id);

        if (turn == MAP_NONE) {
            turn = new_turn(dpor, after);
            map_set(&dpor->ready, id, turn);
        }
        dpor->turns[turn].seen = dpor->at;
        place->options[i] = turn;
    }
}

/* We are where the run leaves the one before it: here turns are as they were. Behind what is no
 * operation all are taken for new. */
static void know_turns(struct dpor *dpor, const struct place *place, const struct choice *choice)
{
    dpor->turn_count = place->turn_count;
    for (size_t i = 0; !place->plain && i < choice->bound; i++) {
        map_set(&dpor->ready, choice_operation(choice, i).id, place->options[i]);
        dpor->turns[place->options[i]].seen = dpor->at;
    }
}

/* Who was ready when the last turn was taken, and is not any more though it had none, is wanted in
 * its place. `at`: where they are not ready, or NONE. */
static void want_vanished(struct dpor *dpor, size_t at)
{
    struct place *last = dpor->at > 0 ? &dpor->way[dpor->at - 1] : NULL;

    if (last == NULL || last->plain)
        return;
    for (size_t i = 0; i < last->count; i++) {
        if (i != last->taken && dpor->turns[last->options[i]].seen != at)
            last->wanted[i] = true;
    }
}

/* The first option that does not sleep; NONE if all do. */
static size_t first_awake(const struct place *place)
{
    for (size_t i = 0; i < place->count; i++) {
        if (place->plain || !sleeps(place, place->options[i]))
            return i;
    }
    return NONE;
}

/* A place where we have not been: who sleeps here, and who is taken. Returns: false when all
 * sleep. */
static bool settle(struct dpor *dpor, struct place *place)
{
    place->sleeper_count = 0;
    if (!place->plain)
        sleep_on(dpor, place);
    for (size_t i = 0; i < place->count; i++)
        place->wanted[i] = place->plain;
    place->taken = first_awake(place);
    if (place->taken == NONE)
        return false;
    place->wanted[place->taken] = true;
    dpor->length++;
    return true;
}

/* Nothing of the run is followed from here on. */
static size_t drift(struct dpor *dpor)
{
    dpor->adrift = true;
    return 0;
}

/* The turn that is taken at `place` begins: it is of a task, and so uses that, or of none. */
static void begin_turn(struct dpor *dpor, struct place *place, const struct choice *choice)
{
    struct operation operation;

    place->quiet = false;
    place->uses.count = 0;
    place->uses.all = false;
    place->after = NONE;
    if (dpor->at == dpor->from)
        know_turns(dpor, place, choice);
    if (place->plain)
        return;
    operation = choice_operation(choice, place->taken);
    map_remove(&dpor->ready, operation.id);
    place->after = dpor->turns[place->options[place->taken]].after;
    if (place->after != NONE && place->after >= dpor->at)
        place->after = NONE; /* left over from another run, if it is not the same twice */
    if (operation.who != 0)
        use(&place->uses, &(struct touch){operation.who, true});
}

/* The options of a place where we have not been. Returns: false when all sleep. */
static bool explore(struct dpor *dpor, struct place *place, const struct choice *choice)
{
    place->plain = !choice_has_operations(choice);
    dpor->mixed = dpor->mixed || place->plain;
    set_options(place, choice->bound);
    if (!place->plain) {
        see_options(dpor, place, choice);
        want_vanished(dpor, dpor->at);
    }
    place->turn_count = dpor->turn_count;
    return settle(dpor, place);
}

static size_t decide(struct strategy *strategy, const struct choice *choice)
{
    struct dpor *dpor = dpor_of(strategy);
    struct place *place;

    if (dpor->adrift)
        return 0;
    place = dpor->at < TURNS_MAX ? place_at(dpor, dpor->at) : NULL;
    /* Where we have been, a program that is not the same twice may ask something else. */
    if (place == NULL ||
        (dpor->at < dpor->length &&
         (place->plain == choice_has_operations(choice) || place->count != choice->bound))) {
        dpor->lost = true;
        return drift(dpor);
    }
    if (dpor->at == dpor->length && !explore(dpor, place, choice)) {
        strategy->repeats++;
        return drift(dpor);
    }
    if (dpor->at >= dpor->from)
        begin_turn(dpor, place, choice);
    dpor->at++;
    return place->taken;
}

/* ---- who comes before whom ---- */

static uint64_t *row(const struct dpor *dpor, size_t at)
{
    return dpor->before + at * (TURNS_MAX / 64);
}

static bool has(const uint64_t *bits, size_t i)
{
    return (bits[i / 64] >> i % 64 & 1) != 0;
}

static void add(uint64_t *bits, size_t i)
{
    bits[i / 64] |= UINT64_C(1) << i % 64;
}

static void join(uint64_t *to, const uint64_t *from, size_t count)
{
    for (size_t i = 0; i < (count + 63) / 64; i++)
        to[i] |= from[i];
}

/* Whether one of the first `count` is in both. */
static bool meet(const uint64_t *a, const uint64_t *b, size_t count)
{
    for (size_t i = 0; i < (count + 63) / 64; i++) {
        if ((a[i] & b[i]) != 0)
            return true;
    }
    return false;
}

/* The option of `place` that is `turn`, or NONE. */
static size_t option_of(const struct place *place, size_t turn)
{
    for (size_t i = 0; i < place->count; i++) {
        if (place->options[i] == turn)
            return i;
    }
    return NONE;
}

/*
 * The turns at `first` and `second` could have come in the other order. Let `rest` be what came
 * after the first and not because of it, up to the second: whoever in it waits for nobody else of
 * it leads there, if taken at `first`; one of those is enough.
 */
static void reverse(struct dpor *dpor, size_t first, size_t second)
{
    struct place *place = &dpor->way[first];
    uint64_t rest[TURNS_MAX / 64] = {0};
    size_t found = NONE;

    for (size_t k = first + 1; k <= second; k++) {
        const struct place *other = &dpor->way[k];
        size_t option;

        if (k != second && has(row(dpor, k), first))
            continue;
        if (!other->plain && !meet(row(dpor, k), rest, k)) {
            option = option_of(place, other->options[other->taken]);
            if (option != NONE && (place->wanted[option] || sleeps(place, place->options[option])))
                return; /* it is seen to */
            if (option != NONE && found == NONE)
                found = option;
        }
        add(rest, k);
    }
    for (size_t i = 0; i < place->count; i++)
        place->wanted[i] = place->wanted[i] || found == NONE || i == found;
}

/* Find who comes right before the turn at `at`: set its row, and reverse what can be. `quiet`: how
 * many come before because nobody could run any more. */
static void compare(struct dpor *dpor, size_t at, size_t quiet)
{
    const struct place *place = &dpor->way[at];
    uint64_t *before = row(dpor, at);
    uint64_t direct[TURNS_MAX / 64] = {0};

    memset(before, 0, (at + 63) / 64 * sizeof *before);
    for (size_t i = 0; i < quiet; i++)
        add(before, i);
    if (place->after != NONE)
        join(before, row(dpor, place->after), place->after);
    /* From the last on: who comes before one that is found is not right before this one. */
    for (size_t i = at; !place->plain && i-- > quiet;) {
        if (i == place->after)
            add(before, i);
        else if (!has(before, i) && !dpor->way[i].plain &&
                 conflict(&dpor->way[i].uses, &place->uses)) {
            join(before, row(dpor, i), i);
            add(direct, i);
            add(before, i);
        }
    }
    for (size_t i = quiet; i < at; i++) {
        if (has(direct, i))
            reverse(dpor, i, at);
    }
}

static void analyse(struct dpor *dpor)
{
    size_t quiet = 0;

    if (dpor->before_capacity < dpor->at) {
        dpor->before_capacity = dpor->at * 2;
        dpor->before =
            must_resize(dpor->before, dpor->before_capacity * (TURNS_MAX / 64) * sizeof(uint64_t));
    }
    for (size_t i = 0; i < dpor->at; i++) {
        if (dpor->way[i].quiet)
            quiet = i;
        if (i >= dpor->from) /* the rows before are as they were */
            compare(dpor, i, quiet);
    }
}

static void end(struct strategy *strategy, const struct run_end *end)
{
    struct dpor *dpor = dpor_of(strategy);

    (void)end;
    analyse(dpor);
    if (!dpor->adrift) /* who was ready when it ended could have had its turn before */
        want_vanished(dpor, NONE);
}

/* The next option to try at `place`; NONE when there is none. */
static size_t next_option(const struct place *place)
{
    if (place->plain)
        return place->taken + 1 < place->count ? place->taken + 1 : NONE;
    for (size_t i = 0; i < place->count; i++) {
        if (place->wanted[i] && !sleeps(place, place->options[i]))
            return i;
    }
    return NONE;
}

/* Go on at the last place where there is something left to try. Returns: false when there is
 * none. */
static bool advance(struct dpor *dpor)
{
    for (; dpor->length > 0; dpor->length--) {
        struct place *place = &dpor->way[dpor->length - 1];
        size_t option;

        if (!place->plain)
            put_to_sleep(place, place->options[place->taken], &place->uses);
        option = next_option(place);
        if (option == NONE)
            continue;
        place->taken = option;
        return true;
    }
    return false;
}

static bool begin(struct strategy *strategy)
{
    struct dpor *dpor = dpor_of(strategy);

    if (dpor->begun && !advance(dpor))
        return false;
    dpor->begun = true;
    dpor->at = 0;
    dpor->from = dpor->length > 0 ? dpor->length - 1 : 0;
    dpor->adrift = false;
    map_empty(&dpor->ready);
    return true;
}

static void covered(const struct strategy *strategy, char *text, size_t size)
{
    const struct dpor *dpor = dpor_of(strategy);
    const char *but = dpor->lost           ? "some runs were too long, or not the same twice"
                      : dpor->mixed        ? "not all decisions were turns of one loop"
                      : strategy->cuts > 0 ? "some runs did not end"
                                           : NULL;

    if (!strategy->exhausted)
        return;
    if (but != NULL)
        snprintf(text, size, "nothing is left to try, but %s", but);
    else
        snprintf(text, size, "explored every order of what tasks are seen to share: %zu outcome%s",
                 strategy->outcomes, strategy->outcomes == 1 ? "" : "s");
}

const struct strategy_kind strategy_dpor = {.name = "dpor",
                                            .help = "one of each kind of order that tasks can tell",
                                            .learns = true,
                                            .ends = true,
                                            .open = open_dpor,
                                            .begin = begin,
                                            .decide = decide,
                                            .touch = touch,
                                            .end = end,
                                            .covered = covered,
                                            .close = close_dpor};
