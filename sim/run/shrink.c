/*
 * shrink.c - see shrink.h.
 */
#include "run/shrink.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* Decisions that all runs together may take, for taking departures away and for trying everything
 * that few of them can do: some seconds. */
#define TAKING_AWAY_MAX 2000000
#define FEWEST_MAX      200000

/* Times that weather comes that are tried without. */
#define CALM_MAX 256

/* What is being shrunk: the departures that are left. */
struct work {
    struct trial *trial;
    struct tape left;
    struct tape tried;
};

/* How far the options that were taken lie from production order's, all together. */
static uint64_t distance_of(const struct tape *record)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < record->count; i++)
        sum += record->entries[i].value;
    return sum;
}

/* ---- fewer: what can be taken away ---- */

/* Try without the departures from `from` to below `to`. Returns: whether they are gone. */
static bool try_without(struct work *work, size_t from, size_t to)
{
    tape_cut(&work->tried, 0);
    for (size_t i = 0; i < work->left.count; i++) {
        if (i < from || i >= to)
            tape_append(&work->tried, &work->left.entries[i]);
    }
    if (!trial_departures(work->trial, &work->tried))
        return false;
    tape_departures(&work->left, &work->trial->chance.record); /* those that could be made */
    return true;
}

/* Take away what can go, in pieces of half, a quarter ... of what is left, down to one by one,
 * until each of those left is needed. */
static void take_away(struct work *work)
{
    size_t size = (work->left.count + 1) / 2;
    size_t most = work->trial->decisions + TAKING_AWAY_MAX;

    while (size > 0 && work->trial->decisions < most) {
        bool gone = false;

        for (size_t at = 0; at < work->left.count && work->trial->decisions < most;) {
            if (try_without(work, at, at + size))
                gone = true;
            else
                at += size;
        }
        if (size > 1 || !gone)
            size /= 2;
    }
}

/* ---- fewest: everything that few departures can do ---- */

struct fewest {
    struct trial *trial;
    uint32_t *values; /* of decisions, the last of them a departure */
    size_t count;
    size_t capacity;
    size_t decisions_max;
};

static void set_length(struct fewest *fewest, size_t count)
{
    fewest->values = must_room(fewest->values, &fewest->capacity, count, sizeof *fewest->values);
    for (size_t i = fewest->count; i < count; i++)
        fewest->values[i] = 0;
    fewest->count = count;
}

/* Run with the departures so far, then with `steps` more in every way. Returns: whether one of
 * these runs finds it; it is then the last. */
static bool search(struct fewest *fewest, size_t steps)
{
    size_t first = fewest->count, bound_count;
    uint32_t *bounds;
    bool found;

    if (fewest->trial->decisions >= fewest->decisions_max)
        return false;
    found = trial_plan(fewest->trial, &(struct plan){fewest->values, fewest->count, NULL});
    if (found || steps == 0)
        return found;
    bound_count = fewest->trial->chance.record.count;
    bounds = must_alloc((bound_count + 1) * sizeof *bounds);
    for (size_t i = 0; i < bound_count; i++)
        bounds[i] = fewest->trial->chance.record.entries[i].bound;
    for (size_t i = first; i < bound_count && !found; i++) {
        for (uint32_t value = 1; value < bounds[i] && !found; value++) {
            set_length(fewest, i + 1);
            fewest->values[i] = value;
            found = search(fewest, steps - 1);
            fewest->count = i;
        }
        set_length(fewest, first);
    }
    fewest->count = first;
    free(bounds);
    return found;
}

/* Look for a run with fewer departures than are left. */
static void search_fewest(struct work *work, struct shrunk *shrunk)
{
    struct fewest fewest = {.trial = work->trial,
                            .decisions_max = work->trial->decisions + FEWEST_MAX};
    size_t tried = 0;

    for (size_t steps = 0; steps < work->left.count; steps++) {
        size_t before = work->trial->runs;

        if (search(&fewest, steps)) {
            tape_departures(&work->left, &work->trial->chance.record);
            shrunk->fewer_tried = tried;
            break;
        }
        if (work->trial->decisions >= fewest.decisions_max)
            break;
        tried = work->trial->runs - before;
        if (steps + 1 == work->left.count)
            shrunk->fewer_tried = tried;
    }
    free(fewest.values);
}

/* ---- nearer: options that lie closer to production order's ---- */

/* Try decision `at` of the record with another value. Returns: whether that fails too, with no more
 * departures. */
static bool try_nearer(struct trial *trial, const struct tape *record, size_t at, uint32_t value)
{
    uint32_t *values = must_alloc(record->count * sizeof *values);
    bool found;

    for (size_t i = 0; i < record->count; i++)
        values[i] = i == at ? value : record->entries[i].value;
    found = trial_plan(trial, &(struct plan){values, record->count, NULL}) &&
            tape_steps(&trial->chance.record) <= tape_steps(record) &&
            distance_of(&trial->chance.record) < distance_of(record);
    free(values);
    return found;
}

static void bring_near(struct trial *trial, struct tape *record)
{
    for (size_t i = 0; i < record->count; i++) {
        for (uint32_t value = 1; value < record->entries[i].value; value++) {
            if (!try_nearer(trial, record, i, value))
                continue;
            tape_copy(record, &trial->chance.record);
            break;
        }
    }
}

/* ---- calmer: weather that need not be ---- */

static bool is_about_weather(const struct tape_entry *entry)
{
    return strcmp(entry->label, "weather.happens") == 0;
}

/* Try without the weather of `happens`. Returns: whether it is not needed. */
static bool try_calm(struct work *work, const struct tape *record, const struct tape_entry *happens)
{
    char *calm = must_format("no %s", happens->anchor);
    struct tape_entry entry = {.label = happens->label,
                               .value = 1,
                               .bound = 2,
                               .anchor = calm,
                               .before = happens->anchor,
                               .nth = 1};

    tape_departures(&work->tried, record);
    tape_append(&work->tried, &entry);
    free(calm);
    return trial_departures(work->trial, &work->tried);
}

/* Leave out what can be, one after the other: up to where weather is left out the run stays what it
 * was. */
static void leave_out_weather(struct work *work, struct shrunk *shrunk)
{
    size_t tries = 0;

    for (size_t i = 0; i < shrunk->tape.count; i++) {
        const struct tape_entry *entry = &shrunk->tape.entries[i];

        if (!is_about_weather(entry))
            continue;
        if (entry->value == 0 && tries++ < CALM_MAX && try_calm(work, &shrunk->tape, entry))
            tape_copy(&shrunk->tape, &work->trial->chance.record);
        shrunk->weather++;
        shrunk->calm += shrunk->tape.entries[i].value != 0;
    }
}

bool shrink(struct trial *trial, const struct tape *departures, struct shrunk *shrunk)
{
    struct work work = {.trial = trial};
    bool found = trial_departures(trial, departures);

    *shrunk = (struct shrunk){0};
    if (!found)
        return false;
    tape_departures(&work.left, &trial->chance.record);
    shrunk->before = work.left.count;
    take_away(&work);
    search_fewest(&work, shrunk);
    trial_departures(trial, &work.left);
    tape_copy(&shrunk->tape, &trial->chance.record);
    bring_near(trial, &shrunk->tape);
    leave_out_weather(&work, shrunk);
    shrunk->departures = tape_steps(&shrunk->tape) - shrunk->calm;
    tape_clear(&work.left);
    tape_clear(&work.tried);
    return trial_record(trial, &shrunk->tape);
}
