/*
 * sentence.h - what has to go differently from production order, in words with places.
 */
#ifndef RONDO_RUN_SENTENCE_H
#define RONDO_RUN_SENTENCE_H

#include "world/chance.h"
#include "world/trace.h"

/* The decision `entry`, made at `time_ns`: "audit (bank.c:71) runs before deposit (bank.c:58) at
 * 1.000s". Owned by the caller: free(). */
char *sentence_step(const struct tape_entry *entry, int64_t time_ns);

/* A whole run, by its `record` and its `trace`, which has every decision of the record in the same
 * order. Owned by the caller: free(). */
char *sentence_of(const struct tape *record, const struct trace *trace);

/* When decision number `at` of the record was made. */
int64_t decision_time(const struct trace *trace, size_t at);

#endif
