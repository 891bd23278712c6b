/*
 * suite.h - the scenarios that a command line names, read and checked.
 */
#ifndef RONDO_SCENARIO_SUITE_H
#define RONDO_SCENARIO_SUITE_H

#include "scenario/scenario.h"

struct suite {
    struct scenario **scenarios; /* sorted by path */
    size_t count;
    char **tapes; /* paths of *.tape, as they were met; what is in them is not known here */
    size_t tape_count;
    char **mistakes; /* one line for each file that is wrong */
    size_t mistake_count;
};

/* Read every scenario file at `paths`: a file, or a folder with all *.yaml files below it, and
 * *.tape files, which are only listed. Titles and rows must be unique. All zero is a valid `suite`.
 * Owned: suite_free(). */
void suite_read(struct suite *suite, char *const *paths, size_t path_count);

void suite_free(struct suite *suite);

#endif
