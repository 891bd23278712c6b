/*
 * results.h - what was observed and judged, as JSON Lines (README.md has the form).
 */
#ifndef RONDO_SCENARIO_RESULTS_H
#define RONDO_SCENARIO_RESULTS_H

#include <stdio.h>

#include "scenario/verdict.h"

/* Write the object of one scenario and a newline to `out`. `world` is "sim" or "live". */
void results_write(FILE *out, const char *world, const struct scenario *scenario,
                   const struct observed_run *runs, const struct verdict *verdict);

#endif
