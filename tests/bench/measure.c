/*
 * measure.c - see measure.h.
 */
#include "measure.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"

#define ROUNDS_DEFAULT 7
#define ROUNDS_MAX     1000

/* Of one row: a figure a round. */
struct figures {
    int64_t *subject_ps;
    int64_t *floor_ps;
    int64_t *ratio_millis;
};

struct spread {
    int64_t median;
    int64_t min;
    int64_t max;
};

static int64_t cpu_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Picoseconds of CPU time an operation. At least 1, so that it can be divided by. */
static int64_t time_of(measure_fn work, size_t count)
{
    int64_t start = cpu_ns();
    int64_t ps;

    work(count);
    ps = (cpu_ns() - start) * 1000 / (int64_t)count;
    return ps > 0 ? ps : 1;
}

static void measure_row(const struct row *row, size_t count, struct figures *figures, size_t round)
{
    if (row->floor != NULL)
        figures->floor_ps[round] = time_of(row->floor, count);
    figures->subject_ps[round] = time_of(row->subject, count);
    if (row->floor != NULL)
        figures->ratio_millis[round] = figures->subject_ps[round] * 1000 / figures->floor_ps[round];
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* Sorts `values`. */
static struct spread spread_of(int64_t *values, size_t count)
{
    qsort(values, count, sizeof *values, by_value);
    return (struct spread){values[count / 2], values[0], values[count - 1]};
}

/* ---- output ---- */

/* Thousandths as "2.6"; from a hundred on without a fraction. */
static const char *rounded(int64_t millis, char *text, size_t size)
{
    int64_t tenths = (millis + 50) / 100;

    if (tenths < 1000)
        snprintf(text, size, "%" PRId64 ".%" PRId64, tenths / 10, tenths % 10);
    else
        snprintf(text, size, "%" PRId64, (millis + 500) / 1000);
    return text;
}

static void print_spread(struct spread spread)
{
    char median[24], min[24], max[24], range[64];

    snprintf(range, sizeof range, "%s..%s", rounded(spread.min, min, sizeof min),
             rounded(spread.max, max, sizeof max));
    printf("  %8s  %-16s", rounded(spread.median, median, sizeof median), range);
}

static void print_row(const struct row *row, struct spread subject, struct spread floor,
                      struct spread ratio)
{
    char text[24];

    printf("%-36s", row->name);
    print_spread(subject);
    if (row->floor != NULL) {
        print_spread(floor);
        printf("  %7s", rounded(ratio.median, text, sizeof text));
    }
    if (row->rate)
        printf("  %" PRId64 " %ss a second", INT64_C(1000000000000) / subject.median, row->what);
    putchar('\n');
}

static void write_spread(FILE *out, const char *name, struct spread spread)
{
    fprintf(out, ",\"%s\":{\"median\":%" PRId64 ",\"min\":%" PRId64 ",\"max\":%" PRId64 "}", name,
            spread.median, spread.min, spread.max);
}

static void write_row(FILE *out, const struct row *row, size_t rounds, struct spread subject,
                      struct spread floor, struct spread ratio)
{
    fprintf(out, "{\"row\":\"%s\",\"operation\":\"%s\",\"rounds\":%zu", row->name, row->what,
            rounds);
    write_spread(out, "rondo_ps", subject);
    if (row->floor != NULL) {
        write_spread(out, "floor_ps", floor);
        write_spread(out, "ratio_millis", ratio);
    }
    fputs("}\n", out);
}

static void report(const struct row *row, struct figures *figures, size_t rounds, FILE *json)
{
    struct spread subject = spread_of(figures->subject_ps, rounds);
    struct spread floor = spread_of(figures->floor_ps, rounds);
    struct spread ratio = spread_of(figures->ratio_millis, rounds);

    print_row(row, subject, floor, ratio);
    if (json != NULL)
        write_row(json, row, rounds, subject, floor, ratio);
}

/* ---- the whole ---- */

static struct figures *figures_new(size_t row_count, size_t rounds)
{
    struct figures *figures = must_alloc(row_count * sizeof *figures);

    for (size_t i = 0; i < row_count; i++) {
        figures[i].subject_ps = must_alloc(rounds * sizeof(int64_t));
        figures[i].floor_ps = must_alloc(rounds * sizeof(int64_t));
        figures[i].ratio_millis = must_alloc(rounds * sizeof(int64_t));
    }
    return figures;
}

static void figures_free(struct figures *figures, size_t row_count)
{
    for (size_t i = 0; i < row_count; i++) {
        free(figures[i].subject_ps);
        free(figures[i].floor_ps);
        free(figures[i].ratio_millis);
    }
    free(figures);
}

static bool wanted(const struct row *row, const struct measure_options *options)
{
    return options->only == NULL || strstr(row->name, options->only) != NULL;
}

/* A first round is not kept: it maps the stacks and warms the caches. */
static void measure_rounds(const struct row *rows, size_t row_count, struct figures *figures,
                           const struct measure_options *options)
{
    for (size_t round = 0; round <= options->rounds; round++) {
        for (size_t i = 0; i < row_count; i++) {
            size_t count = rows[i].count / options->divisor;

            if (!wanted(&rows[i], options))
                continue;
            measure_row(&rows[i], count > 0 ? count : 1, &figures[i], round > 0 ? round - 1 : 0);
        }
    }
}

static FILE *open_json(const char *path, bool *ok)
{
    FILE *file = path != NULL ? fopen(path, "a") : NULL;

    *ok = path == NULL || file != NULL;
    if (!*ok)
        fprintf(stderr, "bench: %s: %s\n", path, strerror(errno));
    return file;
}

int measure(const struct row *rows, size_t row_count, const struct measure_options *options)
{
    struct figures *figures;
    bool ok;
    FILE *json = open_json(options->json, &ok);

    if (!ok)
        return 2;
    figures = figures_new(row_count, options->rounds);
    measure_rounds(rows, row_count, figures, options);
    printf("%-36s  %8s  %-16s", "ns of CPU time each, one thread", "median", "min..max");
    if (rows[0].floor != NULL)
        printf("  %8s  %-16s  %7s", "floor", "min..max", "ratio");
    putchar('\n');
    for (size_t i = 0; i < row_count; i++) {
        if (wanted(&rows[i], options))
            report(&rows[i], &figures[i], options->rounds, json);
    }
    figures_free(figures, row_count);
    if (json != NULL)
        ok = fclose(json) == 0;
    return ok ? 0 : 2;
}

bool measure_options_read(struct measure_options *options, int argc, char **argv)
{
    *options = (struct measure_options){.rounds = ROUNDS_DEFAULT, .divisor = 1};
    for (int i = 1; i < argc; i += 2) {
        const char *value = argv[i + 1];

        if (strcmp(argv[i], "--rounds") == 0 && value != NULL && atoi(value) > 0 &&
            atoi(value) <= ROUNDS_MAX) {
            options->rounds = (size_t)atoi(value);
        } else if (strcmp(argv[i], "--only") == 0 && value != NULL) {
            options->only = value;
        } else if (strcmp(argv[i], "--scale") == 0 && value != NULL &&
                   strcmp(value, "small") == 0) {
            options->divisor = 100;
        } else if (strcmp(argv[i], "--json") == 0 && value != NULL) {
            options->json = value;
        } else {
            fprintf(stderr, "usage: %s [--rounds N] [--only TEXT] [--scale small] [--json FILE]\n",
                    argv[0]);
            return false;
        }
    }
    return true;
}
