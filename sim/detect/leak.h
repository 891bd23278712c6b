/*
 * leak.h - what a program that has come to its end has left behind: an error that nobody looked at,
 * a coroutine that nobody awaited, a task that its loop went before, memory, handles of libuv's.
 *
 * What is forgotten the core says (its exception handler tells the program, too); what is left of
 * memory and handles is counted when the run has ended. Many programs leave such things to the end
 * of their process: a scenario asks for it (`detect: [ leak ]`).
 */
#ifndef RONDO_DETECT_LEAK_H
#define RONDO_DETECT_LEAK_H

#include <stdbool.h>

#include "detect/finding.h"
#include "world/trace.h"

struct leak;

/* A judge that has seen nothing. Owned by the caller: leak_free(). */
struct leak *leak_new(void);
void leak_free(struct leak *leak);

void leak_reset(struct leak *leak);

/* What it has to hear in every run. */
#define LEAK_KEEN TRACE_KIND(FORGOTTEN)

/* A trace_listener: take note of `record`. */
void leak_listen(void *leak, const struct trace_record *record);

/* What was counted at the end. */
struct leak_left {
    size_t blocks;  /* of memory */
    size_t handles; /* of libuv's */
};

/* Returns: true, with `finding` filled (its lines are the caller's to free), if anything was left.
 */
bool leak_judge(const struct leak *leak, const struct leak_left *left, int64_t time_ns,
                struct finding *finding);

#endif
