/*
 * property.h - the conditions that a program says of itself (core/property.h): how often each was
 * met and held, and whether one was broken.
 *
 * Reads trace records and nothing else; in the live world, rondo-live makes them. What is wrong
 * over many runs - a condition that never held in any of them - is a scenario's to say; the counts
 * are for that.
 */
#ifndef RONDO_DETECT_PROPERTY_H
#define RONDO_DETECT_PROPERTY_H

#include <stdbool.h>

#include "detect/finding.h"
#include "world/trace.h"

/* One name of one kind in one run. */
struct property {
    const char *kind; /* "always", "sometimes", "eventually" */
    char name[64];
    char text[120];     /* the condition where it was met first; of one that broke, where it did */
    char here[96];      /* likewise */
    char last_task[64]; /* who met it last, and when */
    int64_t last_ns;
    uint64_t met;
    uint64_t held;
};

struct properties;

/* A judge that has seen nothing. Owned by the caller: properties_free(). */
struct properties *properties_new(void);
void properties_free(struct properties *properties);

/* Forget everything, for another run. */
void properties_reset(struct properties *properties);

/* What it has to hear in every run. */
#define PROPERTIES_KEEN (TRACE_KIND(PROPERTY) | TRACE_KIND(BROKEN))

/* A trace_listener: take note of `record`. */
void properties_listen(void *properties, const struct trace_record *record);

/* All that were met, in the order in which they were met first. */
size_t properties_count(const struct properties *properties);
const struct property *properties_at(const struct properties *properties, size_t index);

/* The run has `ended` by itself, or was ended, at `time_ns`: is a property broken? Returns: true,
 * with `finding` filled (its lines are the caller's to free). */
bool properties_judge(const struct properties *properties, bool ended, int64_t time_ns,
                      struct finding *finding);

#endif
