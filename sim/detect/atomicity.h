/*
 * atomicity.h - a task that looks at a variable, lets others run, and looks or writes again, while
 * another task came between in a way that no order of the two, one after the other, could give.
 *
 * S. Lu et al.: AVIO (ASPLOS 2006): of the eight ways in which one access of another task can fall
 * between two of this one, four are not serialisable: read - WRITE - read, write - WRITE - read,
 * write - READ - write, read - WRITE - write. Not counted: where all three hold one lock, and where
 * the variable is updated in one step (RONDO_UPDATE), which looks again by itself.
 *
 * Such a triple is a candidate, no error: it may be meant. It is confirmed where the run ends in a
 * way that no run without one does (run/explore.c), or breaks a property. A scenario asks for it
 * (`detect: [ atomicity-violation ]`).
 */
#ifndef RONDO_DETECT_ATOMICITY_H
#define RONDO_DETECT_ATOMICITY_H

#include <stdbool.h>

#include "detect/order.h"

struct atomicity;

/* A judge that asks `order` (borrowed), which listens before it. Owned: atomicity_free(). */
struct atomicity *atomicity_new(const struct order *order);
void atomicity_free(struct atomicity *atomicity);

void atomicity_reset(struct atomicity *atomicity);

/* A trace_listener: take note of `record`. */
void atomicity_listen(void *atomicity, const struct trace_record *record);

/* Whether there was a triple. */
bool atomicity_suspects(const struct atomicity *atomicity);

/* The triples as a block, the first of each variable. Owned by the caller: free(). */
char *atomicity_lines(const struct atomicity *atomicity);

#endif
