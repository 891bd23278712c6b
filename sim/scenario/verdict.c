/*
 * verdict.c - see verdict.h.
 */
#include "scenario/verdict.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/seconds.h"

#define MS INT64_C(1000000)
/* The least a real clock is allowed to be late: a busy machine's hiccup. */
#define SLACK_MIN_NS (50 * MS)
#define ALL_MILLIS   INT64_C(100000)

void verdict_fail(struct verdict *verdict, const char *format, ...)
{
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    verdict->reasons =
        must_resize(verdict->reasons, (verdict->reason_count + 1) * sizeof *verdict->reasons);
    verdict->reasons[verdict->reason_count++] = must_text(text);
}

void verdict_free(struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->reason_count; i++)
        free(verdict->reasons[i]);
    for (size_t i = 0; i < verdict->claim_count; i++)
        free(verdict->claims[i].measured);
    free(verdict->reasons);
    free(verdict->claims);
    *verdict = (struct verdict){0};
}

static int64_t apart(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

/* How far from `expected` a time may be. */
static int64_t slack(const struct scenario *scenario, int64_t expected, enum timing timing)
{
    int64_t share;

    if (timing == TIMING_EXACT)
        return 0;
    if (timing == TIMING_IGNORED)
        return INT64_MAX;
    share = expected / ALL_MILLIS * scenario->tolerance_millis;
    return share > SLACK_MIN_NS ? share : SLACK_MIN_NS;
}

/* "3.000s", for messages. */
struct seconds {
    char text[32];
};

static struct seconds seconds(int64_t ns)
{
    struct seconds out;

    if (ns % MS == 0)
        snprintf(out.text, sizeof out.text, SECONDS "s", SECONDS_OF(ns));
    else
        snprintf(out.text, sizeof out.text, "%lld.%09llds", (long long)(ns / 1000000000),
                 (long long)(ns % 1000000000));
    return out;
}

/* The name of a run before a message, if there are several. */
static const char *prefix(const struct scenario *scenario, size_t run, char *text, size_t size)
{
    text[0] = '\0';
    if (!scenario->compares)
        return text;
    snprintf(text, size, "%s: ", scenario->runs[run].name);
    return text;
}

char *verdict_line(const struct line *line)
{
    const char *mark = line->partial ? "~ " : line->stream == STREAM_ERR ? "! " : "";
    bool bare = mark[0] == '\0' && line->text[0] == '\0'; /* nobody sees a blank at the end */

    return must_format(SECONDS "%s%s%s%s%s%s%s", SECONDS_OF(line->t_ns),
                       line->host != NULL ? " " : "", line->host != NULL ? line->host : "",
                       line->host != NULL ? ":" : "", bare ? "" : " ",
                       line->partial && line->stream == STREAM_ERR ? "! " : "", mark, line->text);
}

/* The next line of a block of text; `*at` moves on. NULL at the end. `*length` excludes newline. */
static const char *next_line(const char **at, size_t *length)
{
    const char *line = *at;

    if (*line == '\0')
        return NULL;
    *length = strcspn(line, "\n");
    *at = line + *length + (line[*length] == '\n');
    return line;
}

static size_t count_lines(const char *text)
{
    const char *at = text;
    size_t length, count = 0;

    while (next_line(&at, &length) != NULL)
        count++;
    return count;
}

/* Split "2.000 hello" into its time and the rest. Returns: false if it does not begin so. */
static bool split_expected(const char *line, size_t length, int64_t *t_ns, const char **rest)
{
    char text[32];
    size_t digits = strspn(line, "0123456789.");
    long long whole, millis;
    int end = 0;

    if (digits == 0 || digits >= sizeof text || digits > length)
        return false;
    snprintf(text, sizeof text, "%.*s", (int)digits, line);
    if (sscanf(text, "%lld.%3lld%n", &whole, &millis, &end) != 2 || text[end] != '\0')
        return false;
    *t_ns = whole * 1000 * MS + millis * MS;
    *rest = line + digits + (digits < length && line[digits] == ' ');
    return true;
}

/* Whether an expected line and an observed one are the same. */
static bool same_line(const struct scenario *scenario, const char *expected, size_t length,
                      const struct line *line, int64_t elapsed_ns, enum timing timing)
{
    char *got = verdict_line(line);
    bool same = strlen(got) == length && memcmp(got, expected, length) == 0;
    const char *got_rest, *rest;
    int64_t t_ns, got_ns;

    if (!same && timing != TIMING_EXACT && split_expected(expected, length, &t_ns, &rest) &&
        split_expected(got, strlen(got), &got_ns, &got_rest))
        same = strlen(got_rest) == length - (size_t)(rest - expected) &&
               memcmp(got_rest, rest, strlen(got_rest)) == 0 &&
               apart(t_ns, line->t_ns) <= slack(scenario, elapsed_ns, timing);
    free(got);
    return same;
}

/* What was expected of some lines, and what there was. */
struct output {
    const char *expected;
    const struct line *lines;
    size_t count;
    int64_t elapsed_ns; /* by which live times are judged */
    const char *whose;  /* before messages */
};

static void judge_ordered(struct verdict *verdict, const struct scenario *scenario,
                          const struct output *output, enum timing timing)
{
    const char *at = output->expected;
    const char *line;
    size_t length, i = 0;

    while ((line = next_line(&at, &length)) != NULL) {
        if (i < output->count &&
            same_line(scenario, line, length, &output->lines[i], output->elapsed_ns, timing)) {
            i++;
            continue;
        }
        char *got = i < output->count ? verdict_line(&output->lines[i]) : NULL;
        verdict_fail(verdict, "%soutput line %zu: expected '%.*s', got %s%s%s", output->whose,
                     i + 1, (int)length, line, got != NULL ? "'" : "",
                     got != NULL ? got : "nothing more", got != NULL ? "'" : "");
        free(got);
        return;
    }
    if (i < output->count) {
        char *got = verdict_line(&output->lines[i]);

        verdict_fail(verdict, "%soutput line %zu: expected nothing more, got '%s'", output->whose,
                     i + 1, got);
        free(got);
    }
}

/* The first expected line that is not used yet and is the same as `line`, or is not used at all if
 * `line` is NULL. Returns: its number, with the line in `*text` of `*length`; SIZE_MAX if none. */
static size_t find_expected(const struct scenario *scenario, const struct output *output,
                            const bool *used, const struct line *line, enum timing timing,
                            const char **text, size_t *length)
{
    const char *at = output->expected;

    for (size_t i = 0; (*text = next_line(&at, length)) != NULL; i++) {
        if (!used[i] &&
            (line == NULL || same_line(scenario, *text, *length, line, output->elapsed_ns, timing)))
            return i;
    }
    return SIZE_MAX;
}

/* Live, where the schedule is the machine's: the lines that are expected, in any order. */
static void judge_unordered(struct verdict *verdict, const struct scenario *scenario,
                            const struct output *output, enum timing timing)
{
    bool *used = must_alloc(count_lines(output->expected) * sizeof *used);
    size_t before = verdict->reason_count;
    const char *text;
    size_t length;

    for (size_t i = 0; i < output->count && verdict->reason_count == before; i++) {
        size_t found =
            find_expected(scenario, output, used, &output->lines[i], timing, &text, &length);
        char *got = verdict_line(&output->lines[i]);

        if (found != SIZE_MAX)
            used[found] = true;
        else
            verdict_fail(verdict, "%soutput '%s' is not among the lines expected", output->whose,
                         got);
        free(got);
    }
    if (verdict->reason_count == before &&
        find_expected(scenario, output, used, NULL, timing, &text, &length) != SIZE_MAX)
        verdict_fail(verdict, "%soutput '%.*s' never came", output->whose, (int)length, text);
    free(used);
}

static void judge_output(struct verdict *verdict, const struct scenario *scenario, size_t run,
                         const struct observation *seen, enum timing timing)
{
    const struct expectation *expect = &scenario->runs[run].expect;
    enum live_output mode = timing == TIMING_EXACT ? LIVE_EXACT : scenario->live_output;
    char name[80];
    struct output output = {.expected = expect->output,
                            .lines = seen->lines,
                            .count = seen->line_count,
                            .elapsed_ns =
                                expect->has_elapsed ? expect->elapsed_ns : seen->elapsed_ns,
                            .whose = prefix(scenario, run, name, sizeof name)};

    if (output.expected == NULL || mode == LIVE_UNCHECKED)
        return;
    if (mode == LIVE_UNORDERED)
        judge_unordered(verdict, scenario, &output, timing);
    else
        judge_ordered(verdict, scenario, &output, timing);
}

/* ---- by host ---- */

/* "blocking: client.2: " */
static const char *host_prefix(const struct scenario *scenario, size_t run,
                               const struct host_spec *host, char *text, size_t size)
{
    size_t used = strlen(prefix(scenario, run, text, size));

    if (scenario->runs[run].has_hosts)
        snprintf(text + used, size - used, "%s: ", host->name);
    return text;
}

/* What the program ended with: of a run that did not come to its end, the finding says why not;
 * with hosts, that one does not end as it is to is a finding itself. */
static void judge_exit(struct verdict *verdict, const struct scenario *scenario, size_t run,
                       const struct observation *seen)
{
    const struct run_spec *spec = &scenario->runs[run];
    const char *wanted = host_exit(spec, &spec->hosts[0]);
    char name[80];

    if (seen->ended && !spec->has_hosts && strcmp(seen->ends[0].name, wanted) != 0)
        verdict_fail(verdict, "%sended with %s, expected %s",
                     prefix(scenario, run, name, sizeof name), seen->ends[0].name, wanted);
}

/* The lines of one host, without its name, against what is expected of it. */
static void judge_host_output(struct verdict *verdict, const struct scenario *scenario, size_t run,
                              const struct host_spec *host, const struct observation *seen,
                              enum timing timing)
{
    const struct role *role = role_of(&scenario->runs[run], host);
    struct line *lines;
    char name[160];
    struct output output = {.expected = host->expect.output != NULL ? host->expect.output
                                                                    : role->expect.output,
                            .elapsed_ns = seen->elapsed_ns,
                            .whose = host_prefix(scenario, run, host, name, sizeof name)};

    if (output.expected == NULL)
        return;
    output.lines = lines = must_alloc((seen->line_count + 1) * sizeof *lines);
    for (size_t i = 0; i < seen->line_count; i++) {
        if (seen->lines[i].host == NULL || strcmp(seen->lines[i].host, host->name) != 0)
            continue;
        lines[output.count] = seen->lines[i];
        lines[output.count++].host = NULL;
    }
    judge_ordered(verdict, scenario, &output, timing);
    free(lines);
}

static void judge_outputs(struct verdict *verdict, const struct scenario *scenario, size_t run,
                          const struct observation *seen, enum timing timing)
{
    judge_output(verdict, scenario, run, seen, timing);
    for (size_t i = 0; i < scenario->runs[run].host_count; i++)
        judge_host_output(verdict, scenario, run, &scenario->runs[run].hosts[i], seen, timing);
}

static void judge_elapsed(struct verdict *verdict, const struct scenario *scenario, size_t run,
                          const struct observation *seen, enum timing timing)
{
    const struct expectation *expect = &scenario->runs[run].expect;
    char name[80];

    if (expect->has_elapsed &&
        apart(expect->elapsed_ns, seen->elapsed_ns) > slack(scenario, expect->elapsed_ns, timing))
        verdict_fail(verdict, "%selapsed %s, expected %s", prefix(scenario, run, name, sizeof name),
                     seconds(seen->elapsed_ns).text, seconds(expect->elapsed_ns).text);
}

/* What is seen live of what a detector would say: a process can be seen to be stuck, but not why;
 * of one that comes to its end, nothing but what it says of itself. */
static const char *live_finding(const char *wanted)
{
    static const char *const same[] = {"livelock", "always", "eventually"};
    static const char *const stuck[] = {"deadlock", "endless-wait", "lost-wakeup"};

    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        if (strcmp(wanted, same[i]) == 0)
            return wanted;
    }
    for (size_t i = 0; i < sizeof stuck / sizeof *stuck; i++) {
        if (strcmp(wanted, stuck[i]) == 0)
            return "deadlock";
    }
    return "nothing";
}

static bool same_finding(const char *wanted, const char *got, enum timing timing)
{
    return strcmp(wanted, got) == 0 ||
           (timing != TIMING_EXACT && strcmp(live_finding(wanted), got) == 0);
}

static void judge_finding(struct verdict *verdict, const struct scenario *scenario, size_t run,
                          const struct observed_run *seen, enum timing timing)
{
    const char *wanted = scenario->runs[run].expect.finds;
    const struct observation *found = observed_run_finding(seen);
    char name[80];

    if (wanted == NULL)
        wanted = "nothing";
    if (!same_finding(wanted, found != NULL ? found->finding : "nothing", timing))
        verdict_fail(verdict, "%sfound %s, expected %s", prefix(scenario, run, name, sizeof name),
                     found != NULL ? found->finding : "nothing", wanted);
}

static void judge_outcomes(struct verdict *verdict, const struct scenario *scenario, size_t run,
                           const struct observed_run *seen)
{
    size_t wanted = scenario->runs[run].expect.outcomes;
    char name[80];

    if (wanted != 0 && !seen->exhausted)
        verdict_fail(verdict, "%snot all schedules tried: %zu outcomes after %zu",
                     prefix(scenario, run, name, sizeof name), seen->outcome_count,
                     seen->schedules);
    else if (wanted != 0 && seen->outcome_count != wanted)
        verdict_fail(verdict, "%s%zu outcomes, expected %zu",
                     prefix(scenario, run, name, sizeof name), seen->outcome_count, wanted);
}

/* The vacuity gate: a property that was named and never met proves nothing. That one which was met
 * is broken is a finding. */
static void judge_properties(struct verdict *verdict, const struct scenario *scenario, size_t run,
                             const struct observed_run *seen)
{
    const struct expectation *expect = &scenario->runs[run].expect;
    char name[80];

    prefix(scenario, run, name, sizeof name);
    for (size_t i = 0; i < expect->property_count; i++) {
        const struct named_property *named = &expect->properties[i];
        const struct property_count *count =
            property_counts_find(&seen->properties, named->kind, named->name);

        if (count == NULL)
            verdict_fail(verdict, "%s'%s' was never met, as %s, in %zu schedule%s", name,
                         named->name, named->kind, seen->schedules,
                         seen->schedules == 1 ? "" : "s");
        else if (count->held == 0)
            verdict_fail(verdict, "%s'%s' never held in %zu schedule%s", name, named->name,
                         seen->schedules, seen->schedules == 1 ? "" : "s");
    }
}

/* Why a fault had no effect, as far as its count tells. */
static char *why_in_vain(const struct weather_count *count)
{
    if (count->begun > 0)
        return must_format("it began %" PRIu64 " time%s, and nothing was different", count->begun,
                           count->begun == 1 ? "" : "s");
    if (count->nobody > 0)
        return must_format("nobody was there whom it could meet (%" PRIu64 " time%s)",
                           count->nobody, count->nobody == 1 ? "" : "s");
    return must_text("it never began");
}

/* The vacuity gate again: a fault that is declared and never felt proves nothing. But a search ends
 * with what it finds, and what had not come by then was not needed for it. */
static void judge_faults(struct verdict *verdict, const struct scenario *scenario, size_t run,
                         const struct observed_run *seen)
{
    const struct run_spec *spec = &scenario->runs[run];
    char name[80];

    if (observed_run_finding(seen) != NULL)
        return;
    prefix(scenario, run, name, sizeof name);
    for (size_t i = 0; i < spec->fault_count; i++) {
        struct weather_count count =
            i < seen->faults.count ? seen->faults.list[i] : (struct weather_count){0};
        char *why;

        if (count.effects > 0)
            continue;
        why = why_in_vain(&count);
        verdict_fail(verdict, "%sfault '%s' (%s:%d) never took effect in %zu schedule%s: %s", name,
                     spec->faults[i].says, scenario->path, spec->faults[i].line, seen->schedules,
                     seen->schedules == 1 ? "" : "s", why);
        free(why);
    }
}

/* right = numerator / denominator * left, exactly or about. */
static bool relation_holds(const struct scenario *scenario, const struct relation *relation,
                           const struct observed_run *runs, enum timing timing)
{
    int64_t left = runs[relation->left].outcomes[0].elapsed_ns;
    int64_t right = runs[relation->right].outcomes[0].elapsed_ns;
    int64_t wanted = left / relation->denominator * relation->numerator;

    if (timing == TIMING_EXACT)
        return (__int128)left * relation->numerator == (__int128)right * relation->denominator;
    return apart(right, wanted) <= slack(scenario, wanted, timing);
}

/* The two times, in the order in which the relation names the runs. */
static char *relation_measured(const struct relation *relation, const struct observed_run *runs)
{
    size_t first = relation->swapped ? relation->right : relation->left;
    size_t second = relation->swapped ? relation->left : relation->right;

    return must_format("%s and %s", seconds(runs[first].outcomes[0].elapsed_ns).text,
                       seconds(runs[second].outcomes[0].elapsed_ns).text);
}

static void judge_relations(struct verdict *verdict, const struct scenario *scenario,
                            const struct observed_run *runs, enum timing timing)
{
    for (size_t i = 0; i < scenario->relation_count; i++) {
        const struct relation *relation = &scenario->relations[i];
        char *measured;

        if (relation_holds(scenario, relation, runs, timing))
            continue;
        measured = relation_measured(relation, runs);
        verdict_fail(verdict, "not so: %s (%s)", relation->text, measured);
        free(measured);
    }
}

/* Whether the document's lines are exactly what the program wrote to its standard output. */
static bool output_claimed(const char *claimed, const struct observation *seen)
{
    const char *at = claimed;
    const char *line;
    size_t length, i = 0;

    while ((line = next_line(&at, &length)) != NULL) {
        while (i < seen->line_count && seen->lines[i].stream != STREAM_OUT)
            i++;
        if (i == seen->line_count || strlen(seen->lines[i].text) != length ||
            memcmp(seen->lines[i].text, line, length) != 0)
            return false;
        i++;
    }
    while (i < seen->line_count && seen->lines[i].stream != STREAM_OUT)
        i++;
    return i == seen->line_count;
}

static bool claim_true_of(const struct claim *claim, const struct observation *seen)
{
    int64_t within = claim->elapsed_ns / ALL_MILLIS * claim->within_millis;

    if (claim->has_elapsed && apart(claim->elapsed_ns, seen->elapsed_ns) > within)
        return false;
    if (claim->finds != NULL &&
        strcmp(claim->finds, seen->finding != NULL ? seen->finding : "nothing") != 0)
        return false;
    return claim->output == NULL || output_claimed(claim->output, seen);
}

static void measure(struct judged_claim *judged, const struct observed_run *run, size_t true_of)
{
    const struct claim *claim = judged->claim;
    const struct observation *first = &run->outcomes[0];
    const struct seconds elapsed = seconds(first->elapsed_ns);

    if (run->outcome_count > 1)
        judged->measured =
            must_format("%s; %zu of %zu outcomes", elapsed.text, true_of, run->outcome_count);
    else if (claim->finds != NULL && first->finding != NULL)
        judged->measured = must_format("%s at %s", first->finding, elapsed.text);
    else if (claim->output != NULL && !output_claimed(claim->output, first))
        judged->measured = must_format("%s, other lines", elapsed.text);
    else
        judged->measured = must_format("%s", elapsed.text);
}

static void judge_claim(struct judged_claim *judged, const struct scenario *scenario,
                        const struct observed_run *runs, enum timing timing)
{
    const struct claim *claim = judged->claim;
    size_t true_of = 0;

    if (claim->has_relation) {
        judged->computed = true;
        judged->verdict = relation_holds(scenario, &claim->relation, runs, timing)
                              ? CLAIM_HOLDS
                              : CLAIM_DOES_NOT_HOLD;
        judged->measured = relation_measured(&claim->relation, runs);
        return;
    }
    if (!claim->has_elapsed && claim->output == NULL && claim->finds == NULL)
        return;
    if (timing != TIMING_EXACT && (claim->output != NULL || claim->finds != NULL))
        return; /* one live run cannot tell what depends on the schedule; times it can measure */
    for (size_t i = 0; i < runs[claim->run].outcome_count; i++)
        true_of += claim_true_of(claim, &runs[claim->run].outcomes[i]);
    judged->computed = true;
    judged->verdict = true_of == 0                                ? CLAIM_DOES_NOT_HOLD
                      : true_of == runs[claim->run].outcome_count ? CLAIM_HOLDS
                                                                  : CLAIM_DEPENDS;
    measure(judged, &runs[claim->run], true_of);
}

static void judge_claims(struct verdict *verdict, const struct scenario *scenario,
                         const struct observed_run *runs, enum timing timing)
{
    verdict->claims = must_alloc(scenario->claim_count * sizeof *verdict->claims);
    verdict->claim_count = scenario->claim_count;
    for (size_t i = 0; i < scenario->claim_count; i++) {
        struct judged_claim *judged = &verdict->claims[i];

        judged->claim = &scenario->claims[i];
        judged->verdict = judged->claim->verdict;
        judge_claim(judged, scenario, runs, timing);
        /* Live, a claim is measured, and the kept verdict stands beside it. */
        if (timing == TIMING_EXACT && judged->verdict != judged->claim->verdict)
            verdict_fail(verdict, "claim '%.200s' is kept as '%s' but now %s (%s)",
                         judged->claim->says, claim_verdict_name(judged->claim->verdict),
                         claim_verdict_name(judged->verdict), judged->measured);
    }
}

void verdict_judge(struct verdict *verdict, const struct scenario *scenario,
                   const struct observed_run *runs, enum timing timing)
{
    for (size_t i = 0; i < scenario->run_count; i++) {
        const struct observation *first = &runs[i].outcomes[0];

        judge_finding(verdict, scenario, i, &runs[i], timing);
        judge_exit(verdict, scenario, i, first);
        judge_elapsed(verdict, scenario, i, first, timing);
        judge_outputs(verdict, scenario, i, first, timing);
        if (timing == TIMING_EXACT) {
            judge_outcomes(verdict, scenario, i, &runs[i]);
            judge_properties(verdict, scenario, i, &runs[i]);
            judge_faults(verdict, scenario, i, &runs[i]);
        }
    }
    judge_relations(verdict, scenario, runs, timing);
    judge_claims(verdict, scenario, runs, timing);
}
