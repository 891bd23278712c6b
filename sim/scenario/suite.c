/*
 * suite.c - see suite.h.
 */
#include "scenario/suite.h"

#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"

static void add_mistake(struct suite *suite, const char *text)
{
    suite->mistakes =
        must_resize(suite->mistakes, (suite->mistake_count + 1) * sizeof *suite->mistakes);
    suite->mistakes[suite->mistake_count++] = must_text(text);
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);

    return length > tail && strcmp(text + length - tail, end) == 0;
}

/* Whether two paths lead to one file. */
static bool same_file(const char *a, const char *b)
{
    struct stat x, y;

    return strcmp(a, b) == 0 ||
           (stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino);
}

/* One file named twice is one tape. */
static void add_tape(struct suite *suite, const char *path)
{
    for (size_t i = 0; i < suite->tape_count; i++) {
        if (same_file(suite->tapes[i], path))
            return;
    }
    suite->tapes = must_resize(suite->tapes, (suite->tape_count + 1) * sizeof *suite->tapes);
    suite->tapes[suite->tape_count++] = must_text(path);
}

static void add_scenario(struct suite *suite, const char *path)
{
    struct mistake mistake;
    struct scenario *scenario = scenario_read(path, &mistake);

    if (scenario == NULL) {
        add_mistake(suite, mistake.text);
        return;
    }
    suite->scenarios = must_resize(suite->scenarios, (suite->count + 1) * sizeof *suite->scenarios);
    suite->scenarios[suite->count++] = scenario;
}

static void add_file(struct suite *suite, const char *path)
{
    if (ends_with(path, ".tape"))
        add_tape(suite, path);
    else
        add_scenario(suite, path);
}

static int by_entry_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* Not scenario files, though they end alike: lists that are the project's data. */
static bool is_data(const char *name)
{
    return strcmp(name, "claims.yaml") == 0;
}

static size_t add_folder(struct suite *suite, char *path)
{
    char *roots[] = {path, NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_entry_name);
    FTSENT *entry;
    size_t found = 0;

    while (walk != NULL && (entry = fts_read(walk)) != NULL) {
        if (entry->fts_info != FTS_F || is_data(entry->fts_name) ||
            !(ends_with(entry->fts_name, ".yaml") || ends_with(entry->fts_name, ".tape")))
            continue;
        add_file(suite, entry->fts_path);
        found++;
    }
    if (walk != NULL)
        fts_close(walk);
    return found;
}

static int by_path(const void *a, const void *b)
{
    return strcmp((*(struct scenario *const *)a)->path, (*(struct scenario *const *)b)->path);
}

static void refuse_twins(struct suite *suite, const struct scenario *a, const struct scenario *b)
{
    struct mistake mistake;

    if (strcmp(a->path, b->path) == 0)
        return;
    if (strcmp(a->title, b->title) == 0)
        mistake_at(&mistake, b->path, 0, 0, "the title '%.100s' is also that of %.150s", b->title,
                   a->path);
    else if (a->row != NULL && b->row != NULL && strcmp(a->row, b->row) == 0)
        mistake_at(&mistake, b->path, 0, 0, "the row '%.60s' is also that of %.150s", b->row,
                   a->path);
    else
        return;
    add_mistake(suite, mistake.text);
}

/* Whether the scenario comes again under the name of one of the first `count`. */
static bool is_repeat(const struct suite *suite, size_t count, const struct scenario *scenario)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(suite->scenarios[i]->title, scenario->title) == 0 &&
            same_file(suite->scenarios[i]->path, scenario->path))
            return true;
    }
    return false;
}

/* One file named twice is one scenario. */
static void drop_repeats(struct suite *suite)
{
    size_t kept = 0;

    for (size_t i = 0; i < suite->count; i++) {
        if (is_repeat(suite, kept, suite->scenarios[i]))
            scenario_free(suite->scenarios[i]);
        else
            suite->scenarios[kept++] = suite->scenarios[i];
    }
    suite->count = kept;
}

void suite_read(struct suite *suite, char *const *paths, size_t path_count)
{
    struct mistake mistake;
    struct stat status;

    for (size_t i = 0; i < path_count; i++) {
        char *path = must_text(paths[i]);
        size_t length = strlen(path);

        while (length > 1 && path[length - 1] == '/')
            path[--length] = '\0';
        if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode)) {
            add_file(suite, path);
        } else if (add_folder(suite, path) == 0) {
            mistake_at(&mistake, path, 0, 0, "no scenario files (*.yaml) here");
            add_mistake(suite, mistake.text);
        }
        free(path);
    }
    if (suite->count > 1)
        qsort(suite->scenarios, suite->count, sizeof *suite->scenarios, by_path);
    drop_repeats(suite);
    for (size_t i = 0; i < suite->count; i++) {
        for (size_t j = 0; j < i; j++)
            refuse_twins(suite, suite->scenarios[j], suite->scenarios[i]);
    }
}

void suite_free(struct suite *suite)
{
    for (size_t i = 0; i < suite->count; i++)
        scenario_free(suite->scenarios[i]);
    for (size_t i = 0; i < suite->tape_count; i++)
        free(suite->tapes[i]);
    for (size_t i = 0; i < suite->mistake_count; i++)
        free(suite->mistakes[i]);
    free(suite->tapes);
    free(suite->scenarios);
    free(suite->mistakes);
    *suite = (struct suite){0};
}
