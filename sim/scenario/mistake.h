/*
 * mistake.h - one clear line about bad input, with its place.
 */
#ifndef RONDO_SCENARIO_MISTAKE_H
#define RONDO_SCENARIO_MISTAKE_H

#include <stdbool.h>

struct mistake {
    char text[600]; /* "scenarios/a.yaml:3:5: unknown key 'expcet'; did you mean 'expect'?" */
};

/* Write the message. `line` 0: no place inside the file. Returns: false, so that a reader can
 * `return mistake_at(...)`. */
bool mistake_at(struct mistake *mistake, const char *path, int line, int column, const char *format,
                ...) __attribute__((format(printf, 5, 6)));

#endif
