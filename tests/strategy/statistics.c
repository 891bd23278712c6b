/*
 * statistics.c - see statistics.h.
 */
#include "tests/strategy/statistics.h"

#include <math.h>

/* How many standard deviations a normal variable is above its mean in one case of a hundred, and
 * away from it. */
#define ONE_SIDED 2.326
#define TWO_SIDED 2.576

bool is_at_least(size_t hits, size_t runs, double p)
{
    double n = (double)runs;

    return (double)hits >= n * p - ONE_SIDED * sqrt(n * p * (1 - p));
}

bool is_about(size_t hits, size_t runs, double p)
{
    double n = (double)runs;

    return fabs((double)hits - n * p) <= TWO_SIDED * sqrt(n * p * (1 - p));
}

/* What chi-square of `freedom` degrees exceeds in one case of a hundred (Wilson, Hilferty 1931). */
static double critical(double freedom)
{
    double spread = 2 / (9 * freedom);

    return freedom * pow(1 - spread + ONE_SIDED * sqrt(spread), 3);
}

bool is_uniform(const size_t *counts, size_t cells)
{
    double sum = 0, square = 0, expected;

    for (size_t i = 0; i < cells; i++)
        sum += (double)counts[i];
    expected = sum / (double)cells;
    for (size_t i = 0; i < cells; i++)
        square += ((double)counts[i] - expected) * ((double)counts[i] - expected) / expected;
    return cells == 1 || square <= critical((double)cells - 1);
}
