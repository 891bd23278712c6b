/*
 * anchor.h - which decision is meant, in words that an edit of the program leaves true.
 *
 * A departure from production order is named by who goes, though it was whose turn, and by the
 * number of that turn: of all turns of the latter so far, those in which the former could have gone
 * instead. A turn lasts until he whose it is goes, however many go before him. So a decision
 * between others, one more or one less, changes nothing about this one, nor does another who goes
 * first. Chance keeps the count here, and finds departures by it. Departures of one name are made
 * in the order of the tape; since whatever leaves a turn standing is a departure, the same program
 * then does the same.
 */
#ifndef RONDO_WORLD_ANCHOR_H
#define RONDO_WORLD_ANCHOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"

struct choice;
struct tape_entry;

/* The longest anchor that is told apart, its end included. */
#define ANCHOR_SIZE 160

/* Options that are told apart by their words; one beyond is its number. */
#define ANCHOR_OPTIONS_MAX 256

/* What is said of one option. */
struct anchor {
    uint64_t pair; /* label, this option, option 0 */
    uint32_t twin; /* of the options before this one, so many read the same */
    uint32_t nth;  /* the turn in which the pair is met, from 1 */
};

/* All zero is nothing met yet. */
struct anchors {
    struct map turns; /* in how many turns each pair was met, and in which it was last */
    uint64_t front;   /* whose turn it is */
    uint32_t turn;    /* number of that turn */
    bool over;        /* he has gone */
    struct map texts; /* the options of the choice at hand, by their words */
    struct anchor options[ANCHOR_OPTIONS_MAX]; /* of that choice */
    size_t count;
    struct anchor far; /* of what is beyond, which are not told apart */
};

/* A run begins. */
void anchors_reset(struct anchors *anchors);

/* Free what `anchors` holds. */
void anchors_free(struct anchors *anchors);

/* Look at `choice`, the next of the run: its options are then in `anchors`. */
void anchors_look(struct anchors *anchors, const struct choice *choice);

/* Option `i` of it was taken. */
void anchors_take(struct anchors *anchors, size_t i);

/* The number by which the departure to option `i` > 0 of the choice at hand is found, and that of a
 * departure on a tape: they are equal if it is meant. */
uint64_t anchors_key(const struct anchors *anchors, size_t i);
uint64_t anchor_key(const struct tape_entry *entry);

/* Write into `entry` what the departure to option `entry->value` > 0 is known by. */
void anchors_name(const struct anchors *anchors, struct tape_entry *entry);

#endif
