/*
 * lines.h - tasks that wait for one thing at one place stand in one line: who has gone past whom.
 * For starvation.c, of waits that do not say what they are for.
 *
 * A line is of one object, or of all objects of one name (a program's own primitives give each
 * who waits a future of its own), and one place. Whoever is woken, does nothing that could be
 * seen - takes and gives back locks, reads - and waits there again, was woken in vain and has not
 * left. Who goes on and does anything else has left, and has gone past all who stood in that line
 * before it came. A wait that ends with an error, or a timeout, goes past nobody.
 *
 * Not in lines: waits for a lock, which the core hands on in order; for a task, a sleep, a socket.
 * So one who looks again and again between two sleeps is not seen.
 */
#ifndef RONDO_DETECT_LINES_H
#define RONDO_DETECT_LINES_H

#include <stdbool.h>

#include "base/map.h"
#include "detect/finding.h"
#include "world/trace.h"

/* Who overtakes one wait, by name; of more than these only the sum is known. */
#define PASSERS_MAX 6

struct passer {
    uint64_t key;
    char name[64];
    size_t times;
    int64_t last_ns;
};

struct passers {
    struct passer list[PASSERS_MAX];
    size_t count;
    size_t sum;
};

/* One more time: a task, by its key in the trace and its name. */
void passers_add(struct passers *passers, uint64_t key, const char *name, int64_t time_ns);

/* A line of text for each. Returns: when the last of them went past. */
int64_t passers_print(FILE *out, const struct passers *passers);

/* A task in a line. Numbers of records say what was first. */
struct stand {
    bool open;      /* it stands there */
    bool woken;     /* it has gone on, and done nothing yet */
    bool said;      /* it says what it waits for: not judged here */
    uint64_t line;  /* a hash of object and place */
    uint64_t began; /* the number of the record */
    uint64_t key;
    int64_t since_ns;
    size_t vain; /* times it was woken for nothing */
    char who[64];
    char what[64]; /* "condition turn" */
    char here[96];
    struct passers passers;
};

/* All zero has seen nothing. */
struct lines {
    struct stand *stands; /* of each task that has ever stood in one */
    size_t count;
    size_t capacity;
    struct map index;   /* from a task to its place in `stands` */
    uint64_t running;   /* who has gone on last and not stopped, by key; 0: nobody */
    struct stand worst; /* who was overtaken most often */
};

void lines_reset(struct lines *lines);
void lines_free(struct lines *lines);

/* Take note of `record`. */
void lines_note(struct lines *lines, const struct trace_record *record);

#endif
