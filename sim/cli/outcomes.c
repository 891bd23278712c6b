/*
 * outcomes.c - see outcomes.h.
 */
#include "cli/outcomes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/seconds.h"
#include "cli/command.h"

/* Outcomes that are printed, and lines of each. */
#define SHOWN_MAX 20
#define LINES_MAX 4

/* ---- to tell ---- */

static void tell_text(FILE *out, const char *text)
{
    fprintf(out, "%zu\n%s\n", text != NULL ? strlen(text) : 0, text != NULL ? text : "");
}

/* The lines that the program printed. */
static char *lines_of(const struct observation *outcome)
{
    char *all = must_text("");

    for (size_t i = 0; i < outcome->line_count; i++) {
        char *line = verdict_line(&outcome->lines[i]);

        all = must_append(must_append(all, line), "\n");
        free(line);
    }
    return all;
}

static char *end_of(const struct observation *outcome)
{
    bool hosts = outcome->end_count > 0 && outcome->ends[0].host != NULL;

    if (outcome->finding != NULL)
        return must_format("%s at " SECONDS "s", outcome->finding, SECONDS_OF(outcome->elapsed_ns));
    if (hosts)
        return must_format("over at " SECONDS "s", SECONDS_OF(outcome->elapsed_ns));
    return must_format("ends with %s at " SECONDS "s", outcome->ends[0].name,
                       SECONDS_OF(outcome->elapsed_ns));
}

static enum worth worth_of(const struct observation *outcome)
{
    if (outcome->finding != NULL)
        return WORTH_FINDING;
    return outcome->without ? WORTH_NONE : WORTH_CANDIDATE;
}

/* "outcome HASH COUNT FIRST WORTH", then five texts, each behind its length. */
void outcome_tell(FILE *out, const struct observation *outcome, const struct example *example)
{
    char *lines = lines_of(outcome), *end = end_of(outcome);

    fprintf(out, "outcome %016" PRIx64 " %zu %zu %d\n", outcome->outcome, outcome->count,
            example->schedule, worth_of(outcome));
    tell_text(out, end);
    tell_text(out, lines);
    tell_text(out, outcome->finding != NULL ? outcome->finding_lines : outcome->candidate);
    tell_text(out, example->departures);
    tell_text(out, example->tape);
    free(lines);
    free(end);
}

void outcomes_tell_end(FILE *out, const struct observed_run *observed)
{
    fprintf(out, "done %zu %zu\n", observed->schedules, observed->cut);
    tell_text(out, observed->covered);
}

/* ---- to hear ---- */

static char *hear_text(FILE *said)
{
    size_t length = 0;
    char *text;

    if (fscanf(said, "%zu", &length) != 1 || fgetc(said) != '\n')
        length = 0;
    text = must_alloc(length + 1);
    if (fread(text, 1, length, said) != length)
        text[0] = '\0';
    fgetc(said);
    return text;
}

static void free_texts(struct outcome *outcome)
{
    free(outcome->end);
    free(outcome->lines);
    free(outcome->block);
    free(outcome->departures);
    free(outcome->tape);
}

/* Add an outcome of a job to those that are known; of two examples the earlier one is kept. */
static void add(struct outcomes *outcomes, struct outcome outcome)
{
    for (size_t i = 0; i < outcomes->count; i++) {
        struct outcome *known = &outcomes->list[i];

        if (known->hash != outcome.hash)
            continue;
        outcome.count += known->count;
        if (outcome.worth == WORTH_NONE || known->worth == WORTH_NONE)
            outcome.worth = known->worth = WORTH_NONE;
        if (outcome.first < known->first) {
            free_texts(known);
            *known = outcome;
        } else {
            known->count = outcome.count;
            free_texts(&outcome);
        }
        return;
    }
    outcomes->list = must_resize(outcomes->list, (outcomes->count + 1) * sizeof *outcomes->list);
    outcomes->list[outcomes->count++] = outcome;
}

bool outcomes_hear(struct outcomes *outcomes, FILE *said)
{
    struct outcome outcome;
    size_t schedules, cut;
    int flag;

    while (fscanf(said, " outcome %" SCNx64 " %zu %zu %d", &outcome.hash, &outcome.count,
                  &outcome.first, &flag) == 4) {
        outcome.worth = (enum worth)flag;
        outcome.end = hear_text(said);
        outcome.lines = hear_text(said);
        outcome.block = hear_text(said);
        outcome.departures = hear_text(said);
        outcome.tape = hear_text(said);
        add(outcomes, outcome);
    }
    if (fscanf(said, " done %zu %zu", &schedules, &cut) != 2)
        return false;
    outcomes->schedules += schedules;
    outcomes->cut += cut;
    free(outcomes->covered);
    outcomes->covered = hear_text(said);
    return true;
}

/* Everybody has been heard: candidates that ended as nobody else did are findings. */
static void confirm(struct outcomes *outcomes)
{
    bool any_without = false;

    for (size_t i = 0; i < outcomes->count; i++)
        any_without |= outcomes->list[i].worth == WORTH_NONE;
    for (size_t i = 0; i < outcomes->count; i++) {
        struct outcome *outcome = &outcomes->list[i];
        bool confirmed = outcome->worth == WORTH_CANDIDATE && any_without;
        char *end = outcome->end;

        outcome->finding = outcome->worth == WORTH_FINDING || confirmed;
        if (!confirmed)
            continue;
        outcome->end = must_format(CANDIDATE_FINDING ", %s", end);
        free(end);
    }
}

static int by_count(const void *a, const void *b)
{
    const struct outcome *x = a, *y = b;

    if (x->finding != y->finding)
        return x->finding ? -1 : 1;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return x->first < y->first ? -1 : 1;
}

void outcomes_judge(struct outcomes *outcomes)
{
    confirm(outcomes);
    qsort(outcomes->list, outcomes->count, sizeof *outcomes->list, by_count);
    while (outcomes->findings < outcomes->count && outcomes->list[outcomes->findings].finding)
        outcomes->findings++;
}

/* ---- to print ---- */

/* What of `lines` is not as in `usual`: from the first line that differs on, a few. */
static void print_difference(const char *usual, const char *lines)
{
    const char *from = lines;

    while (*from != '\0') {
        size_t length = strcspn(from, "\n") + 1;

        if (strncmp(from, usual, length) != 0)
            break;
        from += length;
        usual += length;
    }
    for (size_t i = 0; i < LINES_MAX && *from != '\0'; i++) {
        int length = (int)strcspn(from, "\n");

        printf("            %.*s\n", length, from);
        from += length + 1;
    }
    if (*from != '\0')
        puts("            ...");
}

static void print_outcome(const struct outcomes *outcomes, const struct outcome *outcome,
                          const char *usual)
{
    printf("  %8zu of %zu  %s, first in schedule %zu\n", outcome->count, outcomes->schedules,
           outcome->end, outcome->first);
    if (outcome->finding) {
        print_block(outcome->block);
        printf("      %s\n", outcome->departures);
        if (outcome->tape[0] != '\0')
            printf("      next: rondo shrink %s\n", outcome->tape);
        return;
    }
    if (outcomes->count > 1)
        print_difference(usual, outcome->lines);
    if (outcome->tape[0] != '\0' && outcomes->count > 1)
        printf("            %s\n", outcome->tape);
}

static void print_totals(const struct outcomes *outcomes, int64_t ns)
{
    printf("  %zu schedule%s, %zu outcome%s, %zu finding%s, %.0f schedules a second",
           outcomes->schedules, plural(outcomes->schedules), outcomes->count,
           plural(outcomes->count), outcomes->findings, plural(outcomes->findings),
           (double)outcomes->schedules * 1e9 / (double)(ns > 0 ? ns : 1));
    if (outcomes->cut > 0)
        printf(", %zu given up after too many steps", outcomes->cut);
    if (outcomes->covered != NULL && outcomes->covered[0] != '\0')
        printf("; %s", outcomes->covered);
    putchar('\n');
}

void outcomes_print(const struct outcomes *outcomes, int64_t ns)
{
    const char *usual = "";

    for (size_t i = 0; i < outcomes->count && i < SHOWN_MAX; i++) {
        print_outcome(outcomes, &outcomes->list[i], i > outcomes->findings ? usual : "");
        if (i >= outcomes->findings)
            usual = outcomes->list[outcomes->findings].lines;
    }
    if (outcomes->count > SHOWN_MAX)
        printf("  and %zu more outcomes\n", outcomes->count - SHOWN_MAX);
    print_totals(outcomes, ns);
}

void outcomes_free(struct outcomes *outcomes)
{
    for (size_t i = 0; i < outcomes->count; i++)
        free_texts(&outcomes->list[i]);
    free(outcomes->list);
    free(outcomes->covered);
}
