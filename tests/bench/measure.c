/*
 * measure.c - see measure.h.
 */
#include "measure.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"

#define ROUNDS_DEFAULT 7
#define ROUNDS_MAX     1000
#define COUNT_MAX      1000000000

/* Of one row: a figure a round, of each column. */
struct figures {
    int64_t *ps[COLUMN_COUNT];
    int64_t *ratio_millis[COLUMN_COUNT]; /* Rondo's to that of the column */
};

struct spread {
    int64_t median;
    int64_t min;
    int64_t max;
};

struct summary {
    struct spread ps[COLUMN_COUNT];
    struct spread ratio_millis[COLUMN_COUNT]; /* Rondo's to that of the column */
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

static bool has(const struct table *table, const struct row *row, enum column column)
{
    return row->work[column] != NULL || (column == COLUMN_BASE && table->base_ps != NULL);
}

/* The others first, then Rondo's, then how it stands to each of them. */
static void measure_row(const struct table *table, const struct row *row, size_t count,
                        const struct figures *figures, size_t round)
{
    for (int column = COLUMN_COUNT - 1; column >= 0; column--) {
        if (row->work[column] != NULL)
            figures->ps[column][round] = time_of(row->work[column], count);
        else if (has(table, row, (enum column)column))
            figures->ps[column][round] = table->base_ps(row, count);
    }
    for (int column = COLUMN_BASE; column < COLUMN_COUNT; column++) {
        if (has(table, row, (enum column)column))
            figures->ratio_millis[column][round] =
                figures->ps[COLUMN_RONDO][round] * 1000 / figures->ps[column][round];
    }
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

const char *measure_rounded(int64_t millis, char *text, size_t size)
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

    snprintf(range, sizeof range, "%s..%s", measure_rounded(spread.min, min, sizeof min),
             measure_rounded(spread.max, max, sizeof max));
    printf("  %8s  %-14s", measure_rounded(spread.median, median, sizeof median), range);
}

static void print_head(const struct table *table)
{
    printf("%-34s", "ns of CPU time each, one thread");
    for (int column = 0; column < COLUMN_COUNT; column++) {
        if (table->columns[column] == NULL)
            continue;
        printf("  %8s  %-14s", table->columns[column], "min..max");
        if (column > COLUMN_RONDO)
            printf("  %5s", "ratio");
    }
    putchar('\n');
}

static void print_row(const struct table *table, const struct row *row,
                      const struct summary *summary)
{
    char text[24];

    printf("%-34s", row->name);
    for (int column = 0; column < COLUMN_COUNT; column++) {
        if (!has(table, row, (enum column)column))
            continue;
        print_spread(summary->ps[column]);
        if (column != COLUMN_RONDO)
            printf("  %5s",
                   measure_rounded(summary->ratio_millis[column].median, text, sizeof text));
    }
    if (row->rate)
        printf("  %" PRId64 " %ss a second",
               INT64_C(1000000000000) / summary->ps[COLUMN_RONDO].median, row->what);
    putchar('\n');
}

static void write_spread(FILE *out, const char *name, const char *unit, struct spread spread)
{
    fprintf(out, ",\"%s_%s\":{\"median\":%" PRId64 ",\"min\":%" PRId64 ",\"max\":%" PRId64 "}",
            name, unit, spread.median, spread.min, spread.max);
}

static void write_row(FILE *out, const struct table *table, const struct row *row, size_t rounds,
                      const struct summary *summary)
{
    fprintf(out, "{\"table\":\"%s\",\"row\":\"%s\",\"operation\":\"%s\",\"rounds\":%zu",
            table->name, row->name, row->what, rounds);
    for (int column = 0; column < COLUMN_COUNT; column++) {
        if (!has(table, row, (enum column)column))
            continue;
        write_spread(out, table->columns[column], "ps", summary->ps[column]);
        if (column != COLUMN_RONDO)
            write_spread(out, table->columns[column], "ratio_millis",
                         summary->ratio_millis[column]);
    }
    fputs("}\n", out);
}

static struct summary summary_of(const struct table *table, const struct row *row,
                                 const struct figures *figures, size_t rounds)
{
    struct summary summary = {0};

    for (int column = 0; column < COLUMN_COUNT; column++) {
        if (!has(table, row, (enum column)column))
            continue;
        summary.ps[column] = spread_of(figures->ps[column], rounds);
        if (column != COLUMN_RONDO)
            summary.ratio_millis[column] = spread_of(figures->ratio_millis[column], rounds);
    }
    return summary;
}

/* ---- the whole ---- */

static struct figures *figures_new(size_t row_count, size_t rounds)
{
    struct figures *figures = must_alloc(row_count * sizeof *figures);

    for (size_t i = 0; i < row_count; i++) {
        for (int column = 0; column < COLUMN_COUNT; column++) {
            figures[i].ps[column] = must_alloc(rounds * sizeof(int64_t));
            figures[i].ratio_millis[column] = must_alloc(rounds * sizeof(int64_t));
        }
    }
    return figures;
}

static void figures_free(struct figures *figures, size_t row_count)
{
    for (size_t i = 0; i < row_count; i++) {
        for (int column = 0; column < COLUMN_COUNT; column++) {
            free(figures[i].ps[column]);
            free(figures[i].ratio_millis[column]);
        }
    }
    free(figures);
}

bool measure_wants(const struct measure_options *options, const char *name, bool is_long)
{
    return (options->only == NULL || strstr(name, options->only) != NULL) &&
           (options->with_long || !is_long);
}

static bool row_wanted(const struct row *row, const struct measure_options *options)
{
    return measure_wants(options, row->name, row->is_long);
}

static bool any_wanted(const struct table *table, const struct measure_options *options)
{
    for (size_t i = 0; i < table->row_count; i++) {
        if (row_wanted(&table->rows[i], options))
            return true;
    }
    return false;
}

/* A first round is not kept: it maps the stacks and warms the caches. */
static void measure_rounds(const struct table *table, struct figures *figures,
                           const struct measure_options *options)
{
    for (size_t round = 0; round <= options->rounds; round++) {
        for (size_t i = 0; i < table->row_count; i++) {
            const struct row *row = &table->rows[i];
            size_t count = row->count / options->divisor;

            if (row_wanted(row, options))
                measure_row(table, row, count > 0 ? count : 1, &figures[i],
                            round > 0 ? round - 1 : 0);
        }
    }
}

bool measure_json_open(const struct measure_options *options, FILE **file)
{
    *file = options->json != NULL ? fopen(options->json, "a") : NULL;
    if (options->json == NULL || *file != NULL)
        return true;
    fprintf(stderr, "bench: %s: %s\n", options->json, strerror(errno));
    return false;
}

static int measure_once(const struct table *table, const struct measure_options *options)
{
    for (size_t i = 0; i < table->row_count; i++) {
        const struct row *row = &table->rows[i];

        if (strcmp(row->name, options->once) != 0)
            continue;
        if (options->once_count > 0) {
            row->work[COLUMN_RONDO](options->once_count);
            printf("%" PRId64 "\n", time_of(row->work[COLUMN_RONDO], options->once_count));
        }
        return 0;
    }
    fprintf(stderr, "bench: no row '%s'\n", options->once);
    return 2;
}

int measure(const struct table *table, const struct measure_options *options)
{
    struct figures *figures;
    FILE *json;

    if (options->once != NULL)
        return measure_once(table, options);
    if (!any_wanted(table, options))
        return 0;
    if (!measure_json_open(options, &json))
        return 2;
    figures = figures_new(table->row_count, options->rounds);
    measure_rounds(table, figures, options);
    print_head(table);
    for (size_t i = 0; i < table->row_count; i++) {
        const struct row *row = &table->rows[i];
        struct summary summary;

        if (!row_wanted(row, options))
            continue;
        summary = summary_of(table, row, &figures[i], options->rounds);
        print_row(table, row, &summary);
        if (json != NULL)
            write_row(json, table, row, options->rounds, &summary);
    }
    figures_free(figures, table->row_count);
    fflush(stdout);
    return json == NULL || fclose(json) == 0 ? 0 : 2;
}

/* ---- the command line ---- */

/* Whether `text` is a number from `least` to `most`, which is then in `*value`. */
static bool read_number(const char *text, size_t least, size_t most, size_t *value)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);

    if (*text < '0' || *text > '9' || *end != '\0' || number < least || number > most)
        return false;
    *value = number;
    return true;
}

static bool read_option(struct measure_options *options, const char *name, const char *value)
{
    if (strcmp(name, "--rounds") == 0)
        return read_number(value, 1, ROUNDS_MAX, &options->rounds);
    if (strcmp(name, "--count") == 0)
        return read_number(value, 0, COUNT_MAX, &options->once_count);
    if (strcmp(name, "--only") == 0)
        options->only = value;
    else if (strcmp(name, "--once") == 0)
        options->once = value;
    else if (strcmp(name, "--json") == 0)
        options->json = value;
    else if (strcmp(name, "--scale") == 0 && strcmp(value, "small") == 0)
        options->divisor = 100;
    else
        return false;
    return true;
}

bool measure_options_read(struct measure_options *options, int argc, char **argv)
{
    *options = (struct measure_options){.rounds = ROUNDS_DEFAULT, .divisor = 1};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--long") == 0) {
            options->with_long = true;
        } else if (i + 1 < argc && read_option(options, argv[i], argv[i + 1])) {
            i++;
        } else {
            fprintf(stderr,
                    "usage: %s [--rounds N] [--only TEXT] [--long] [--scale small] [--json FILE]\n"
                    "       %s --once ROW --count N\n",
                    argv[0], argv[0]);
            return false;
        }
    }
    return true;
}
