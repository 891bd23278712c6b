/*
 * statistics.h - whether counts are those of a distribution, judged so that chance alone is blamed
 * wrongly in one of a hundred cases. Seeds are fixed, so a verdict is always the same.
 */
#ifndef RONDO_TESTS_STRATEGY_STATISTICS_H
#define RONDO_TESTS_STRATEGY_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>

/* Whether `hits` of `runs` are not too few for a chance of at least `p`. */
bool is_at_least(size_t hits, size_t runs, double p);

/* Whether `hits` of `runs` are neither too few nor too many for `p`. */
bool is_about(size_t hits, size_t runs, double p);

/* Whether `counts` are those of `cells` equally likely kinds, by chi-square. */
bool is_uniform(const size_t *counts, size_t cells);

#endif
