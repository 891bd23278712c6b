/*
 * observation.c - see observation.h.
 */
#include "scenario/observation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "base/map.h"
#include "scenario/source.h"

char *observation_printable(const char *text, size_t size)
{
    char *out = must_alloc(size * 4 + 1);
    char *at = out;

    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        const char *known = c != 0 ? strchr("\bb\rr\tt\nn", c) : NULL;
        size_t length = utf8_length(text + i, size - i);

        if (c == '\\') {
            at += sprintf(at, "\\\\");
        } else if (c < 0x20 && known != NULL) {
            at += sprintf(at, "\\%c", known[1]);
        } else if (c < 0x20 || c == 0x7f || length == 0) {
            at += sprintf(at, "\\x%02x", c);
        } else {
            memcpy(at, text + i, length);
            at += length;
            i += length - 1;
        }
    }
    return out;
}

void observation_add(struct observation *observation, struct line line, const char *text,
                     size_t size)
{
    observation->lines = must_room(observation->lines, &observation->line_capacity,
                                   observation->line_count + 1, sizeof *observation->lines);
    line.text = observation_printable(text, size);
    observation->lines[observation->line_count++] = line;
}

static struct host_end *add_end(struct observation *observation)
{
    observation->ends =
        must_resize(observation->ends, (observation->end_count + 1) * sizeof *observation->ends);
    return &observation->ends[observation->end_count++];
}

void observation_add_end(struct observation *observation, const char *host, int code,
                         const char *(*name_code)(int code))
{
    struct host_end *end = add_end(observation);

    *end = (struct host_end){.host = host, .ended = true, .code = code};
    if (code < 0)
        snprintf(end->name, sizeof end->name, "%s", name_code(code));
    else
        snprintf(end->name, sizeof end->name, "%d", code);
}

void observation_add_running(struct observation *observation, const char *host)
{
    *add_end(observation) = (struct host_end){.host = host, .name = "running"};
}

const struct property_count *property_counts_find(const struct property_counts *counts,
                                                  const char *kind, const char *name)
{
    for (size_t i = 0; i < counts->count; i++) {
        const struct property_count *count = &counts->list[i];

        if (strcmp(count->kind, kind) == 0 && strcmp(count->name, name) == 0)
            return count;
    }
    return NULL;
}

void property_counts_add(struct property_counts *counts, const char *kind, const char *name,
                         uint64_t met, uint64_t held)
{
    const struct property_count *known = property_counts_find(counts, kind, name);
    struct property_count *count;

    if (known != NULL) {
        count = &counts->list[known - counts->list];
    } else {
        counts->list = must_resize(counts->list, (counts->count + 1) * sizeof *counts->list);
        count = &counts->list[counts->count++];
        *count = (struct property_count){must_text(kind), must_text(name), 0, 0};
    }
    count->met += met;
    count->held += held;
}

void fault_counts_add(struct fault_counts *counts, size_t index, struct weather_count count)
{
    struct weather_count *sum;

    if (index >= counts->count) {
        counts->list = must_resize(counts->list, (index + 1) * sizeof *counts->list);
        memset(&counts->list[counts->count], 0, (index + 1 - counts->count) * sizeof *counts->list);
        counts->count = index + 1;
    }
    sum = &counts->list[index];
    sum->begun += count.begun;
    sum->nobody += count.nobody;
    sum->effects += count.effects;
}

static void clear_properties(struct property_counts *counts)
{
    for (size_t i = 0; i < counts->count; i++) {
        free(counts->list[i].kind);
        free(counts->list[i].name);
    }
    free(counts->list);
}

void observation_clear(struct observation *observation)
{
    for (size_t i = 0; i < observation->line_count; i++)
        free(observation->lines[i].text);
    free(observation->lines);
    free(observation->ends);
    free(observation->finding_lines);
    free(observation->candidate);
    clear_properties(&observation->properties);
    free(observation->faults.list);
    *observation = (struct observation){0};
}

static uint64_t hash_line(uint64_t hash, const struct line *line)
{
    return hash_text(hash_bytes(hash, &line->stream, sizeof line->stream), line->text);
}

/* When each line came, and the end. */
static uint64_t hash_timed(const struct observation *observation)
{
    uint64_t hash = HASH_START;

    for (size_t i = 0; i < observation->line_count; i++) {
        const struct line *line = &observation->lines[i];

        hash = hash_line(hash_bytes(hash, &line->t_ns, sizeof line->t_ns), line);
        if (line->host != NULL)
            hash = hash_text(hash, line->host);
    }
    return hash_bytes(hash, &observation->elapsed_ns, sizeof observation->elapsed_ns);
}

/* What each host said, whenever that was. */
static uint64_t hash_untimed(const struct observation *observation)
{
    uint64_t hash = HASH_START;
    struct map hosts = {0}; /* their lines so far, hashed */

    for (size_t i = 0; i < observation->line_count; i++) {
        const struct line *line = &observation->lines[i];
        size_t before = map_get(&hosts, (uintptr_t)line->host);

        /* A value of a map has a bit less, and MAP_NONE is none. */
        map_set(&hosts, (uintptr_t)line->host,
                hash_line(before != MAP_NONE ? before : HASH_START, line) >> 1);
    }
    for (size_t i = 0; i < observation->end_count; i++) {
        size_t said = map_get(&hosts, (uintptr_t)observation->ends[i].host);

        hash = hash_bytes(hash, &said, sizeof said);
    }
    map_free(&hosts);
    return hash;
}

uint64_t observation_outcome(const struct observation *observation, bool judged)
{
    bool hosts = observation->end_count > 0 && observation->ends[0].host != NULL;
    uint64_t hash = judged && hosts ? hash_untimed(observation) : hash_timed(observation);
    const char *finding = judged && observation->finding != NULL ? observation->finding : "";

    for (size_t i = 0; i < observation->end_count; i++) {
        hash = hash_bytes(hash, &observation->ends[i].code, sizeof observation->ends[i].code);
        hash = hash_bytes(hash, &observation->ends[i].ended, sizeof observation->ends[i].ended);
    }
    hash = hash_bytes(hash, &observation->ended, sizeof observation->ended);
    if (judged)
        hash = hash_bytes(hash, &observation->suspect, sizeof observation->suspect);
    return hash_text(hash, finding);
}

void observed_run_again(struct observed_run *run, size_t index,
                        const struct observation *observation)
{
    run->schedules++;
    run->outcomes[index].count++;
    if (run->outcomes[index].finding != NULL && run->finding_at == 0)
        run->finding_at = run->schedules;
    for (size_t i = 0; i < observation->properties.count; i++) {
        const struct property_count *count = &observation->properties.list[i];

        property_counts_add(&run->properties, count->kind, count->name, count->met, count->held);
    }
    for (size_t i = 0; i < observation->faults.count; i++)
        fault_counts_add(&run->faults, i, observation->faults.list[i]);
}

/* The index of the outcome with that hash; the count if there is none. */
static size_t find_outcome(const struct observed_run *run, uint64_t outcome)
{
    size_t i = 0;

    while (i < run->outcome_count && run->outcomes[i].outcome != outcome)
        i++;
    return i;
}

bool observed_run_knows(const struct observed_run *run, const struct observation *observation)
{
    return find_outcome(run, observation_outcome(observation, true)) < run->outcome_count;
}

size_t observed_run_add(struct observed_run *run, struct observation *observation)
{
    size_t index;

    observation->outcome = observation_outcome(observation, true);
    index = find_outcome(run, observation->outcome);
    if (index < run->outcome_count) {
        run->outcomes[index].without |= observation->candidate == NULL;
        observed_run_again(run, index, observation);
        observation_clear(observation);
        return index;
    }
    run->outcomes = must_resize(run->outcomes, (run->outcome_count + 1) * sizeof *run->outcomes);
    observation->without = observation->candidate == NULL;
    run->outcomes[run->outcome_count++] = *observation;
    observed_run_again(run, index, observation);
    run->outcomes[index].schedule = run->schedules;
    *observation = (struct observation){0};
    return index;
}

const char *observation_finding(const struct observation *observation)
{
    if (observation->finding != NULL)
        return observation->finding;
    return observation->candidate != NULL ? CANDIDATE_FINDING : NULL;
}

const struct observation *observed_run_confirm(struct observed_run *run)
{
    const struct observation *first = NULL;
    bool any_without = false;

    for (size_t i = 0; i < run->outcome_count; i++)
        any_without |= run->outcomes[i].without;
    for (size_t i = 0; any_without && i < run->outcome_count; i++) {
        struct observation *outcome = &run->outcomes[i];

        if (outcome->without || outcome->finding != NULL)
            continue;
        outcome->finding = CANDIDATE_FINDING;
        outcome->finding_lines = outcome->candidate;
        outcome->candidate = NULL;
        if (run->finding_at == 0 || outcome->schedule < run->finding_at)
            run->finding_at = outcome->schedule;
        if (first == NULL)
            first = outcome;
    }
    return first;
}

void observed_run_clear(struct observed_run *run)
{
    for (size_t i = 0; i < run->outcome_count; i++)
        observation_clear(&run->outcomes[i]);
    free(run->outcomes);
    clear_properties(&run->properties);
    free(run->faults.list);
    free(run->covered);
    free(run->note);
    *run = (struct observed_run){0};
}

const struct observation *observed_run_finding(const struct observed_run *run)
{
    for (size_t i = 0; i < run->outcome_count; i++) {
        if (run->outcomes[i].finding != NULL)
            return &run->outcomes[i];
    }
    return NULL;
}
