/*
 * results.c - see results.h.
 */
#include "scenario/results.h"

#include <inttypes.h>

#include "base/hash.h"

/* `text` as a JSON string, quotes included; NULL as null. */
static void write_text(FILE *out, const char *text)
{
    if (text == NULL) {
        fputs("null", out);
        return;
    }
    fputc('"', out);
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c < 0x20)
            fprintf(out, "\\u%04x", c);
        else
            fputc(c, out);
    }
    fputc('"', out);
}

static void write_field(FILE *out, const char *name, const char *text)
{
    fprintf(out, ",\"%s\":", name);
    write_text(out, text);
}

static void write_lines(FILE *out, const struct observation *seen)
{
    fputs(",\"lines\":[", out);
    for (size_t i = 0; i < seen->line_count; i++) {
        const struct line *line = &seen->lines[i];

        fprintf(out, "%s{\"t_ns\":%" PRId64, i > 0 ? "," : "", line->t_ns);
        write_field(out, "stream", line->stream == STREAM_OUT ? "out" : "err");
        fprintf(out, ",\"partial\":%s", line->partial ? "true" : "false");
        if (line->host != NULL)
            write_field(out, "host", line->host);
        write_field(out, "text", line->text);
        fputc('}', out);
    }
    fputc(']', out);
}

static void write_properties(FILE *out, const struct property_counts *properties)
{
    fputs(",\"properties\":[", out);
    for (size_t i = 0; i < properties->count; i++) {
        const struct property_count *count = &properties->list[i];

        fprintf(out, "%s{\"kind\":", i > 0 ? "," : "");
        write_text(out, count->kind);
        write_field(out, "name", count->name);
        fprintf(out, ",\"met\":%" PRIu64 ",\"held\":%" PRIu64 "}", count->met, count->held);
    }
    fputc(']', out);
}

/* How each host's process ended, where there are hosts. */
static void write_ends(FILE *out, const struct run_spec *run, const struct observation *seen)
{
    if (!run->has_hosts) {
        write_field(out, "exit", seen->ended ? seen->ends[0].name : NULL);
        fputs(",\"hosts\":null", out);
        return;
    }
    fputs(",\"exit\":null,\"hosts\":[", out);
    for (size_t i = 0; i < seen->end_count; i++) {
        fprintf(out, "%s{\"name\":", i > 0 ? "," : "");
        write_text(out, seen->ends[i].host);
        write_field(out, "exit", seen->ends[i].ended ? seen->ends[i].name : NULL);
        fputc('}', out);
    }
    fputc(']', out);
}

static void write_faults(FILE *out, const struct run_spec *run, const struct fault_counts *counts)
{
    fputs(",\"faults\":[", out);
    for (size_t i = 0; i < run->fault_count; i++) {
        struct weather_count count =
            i < counts->count ? counts->list[i] : (struct weather_count){0};

        fprintf(out, "%s{\"line\":%d", i > 0 ? "," : "", run->faults[i].line);
        write_field(out, "says", run->faults[i].says);
        fprintf(out, ",\"begun\":%" PRIu64 ",\"nobody\":%" PRIu64 ",\"effects\":%" PRIu64 "}",
                count.begun, count.nobody, count.effects);
    }
    fputc(']', out);
}

static void write_runs(FILE *out, const struct scenario *scenario, const struct observed_run *runs)
{
    fputs(",\"runs\":[", out);
    for (size_t i = 0; i < scenario->run_count; i++) {
        const struct observation *seen = &runs[i].outcomes[0];

        fprintf(out, "%s{\"name\":", i > 0 ? "," : "");
        write_text(out, scenario->runs[i].name);
        fprintf(out, ",\"elapsed_ns\":%" PRId64, seen->elapsed_ns);
        write_ends(out, &scenario->runs[i], seen);
        write_field(out, "finding", seen->finding);
        fprintf(out, ",\"outcomes\":%zu", runs[i].outcome_count);
        write_properties(out, &runs[i].properties);
        write_faults(out, &scenario->runs[i], &runs[i].faults);
        write_lines(out, seen);
        fputc('}', out);
    }
    fputc(']', out);
}

static void write_claims(FILE *out, const struct scenario *scenario, const struct verdict *verdict)
{
    fputs(",\"claims\":[", out);
    for (size_t i = 0; i < verdict->claim_count; i++) {
        const struct judged_claim *judged = &verdict->claims[i];

        fprintf(out, "%s{\"says\":", i > 0 ? "," : "");
        write_text(out, judged->claim->says);
        if (judged->claim->line > 0)
            fprintf(out, ",\"line\":%d", judged->claim->line);
        else
            fputs(",\"line\":null", out);
        write_field(out, "run",
                    judged->claim->run < scenario->run_count
                        ? scenario->runs[judged->claim->run].name
                        : NULL);
        write_field(out, "measured", judged->measured);
        write_field(out, "verdict", claim_verdict_name(judged->verdict));
        fprintf(out, ",\"computed\":%s", judged->computed ? "true" : "false");
        write_field(out, "because", judged->claim->because);
        fputc('}', out);
    }
    fputc(']', out);
}

static void write_reasons(FILE *out, const struct verdict *verdict)
{
    fputs(",\"reasons\":[", out);
    for (size_t i = 0; i < verdict->reason_count; i++) {
        if (i > 0)
            fputc(',', out);
        write_text(out, verdict->reasons[i]);
    }
    fputc(']', out);
}

/* Totals over the runs of a scenario: times add up, the first finding counts. */
static void write_totals(FILE *out, const struct scenario *scenario,
                         const struct observed_run *runs)
{
    int64_t elapsed = 0, wall = 0;
    size_t outcomes = 0;
    uint64_t hash = HASH_START; /* of all outcomes' traces */
    const char *finding = NULL;

    for (size_t i = 0; i < scenario->run_count; i++) {
        const struct observation *found = observed_run_finding(&runs[i]);

        for (size_t j = 0; j < runs[i].outcome_count; j++)
            hash = hash_bytes(hash, &runs[i].outcomes[j].hash, sizeof hash);
        elapsed += runs[i].outcomes[0].elapsed_ns;
        wall += runs[i].wall_ns;
        outcomes += runs[i].outcome_count;
        if (finding == NULL && found != NULL)
            finding = found->finding;
    }
    fprintf(out, ",\"elapsed_ns\":%" PRId64 ",\"wall_ns\":%" PRId64, elapsed, wall);
    fprintf(out, ",\"hash\":\"%016" PRIx64 "\",\"outcomes\":%zu", hash, outcomes);
    write_field(out, "finding", finding);
}

void results_write(FILE *out, const char *world, const struct scenario *scenario,
                   const struct observed_run *runs, const struct verdict *verdict)
{
    fputs("{\"world\":", out);
    write_text(out, world);
    write_field(out, "path", scenario->path);
    write_field(out, "scenario", scenario->title);
    write_field(out, "row", scenario->row);
    if (runs == NULL) {
        write_field(out, "status", "skip");
        fputs(",\"reasons\":[", out);
        write_text(out, scenario->live_skip);
        fputs("],\"runs\":[],\"claims\":[]}\n", out);
        return;
    }
    write_field(out, "status", verdict->reason_count == 0 ? "ok" : "FAIL");
    write_reasons(out, verdict);
    write_totals(out, scenario, runs);
    write_runs(out, scenario, runs);
    write_claims(out, scenario, verdict);
    fputs("}\n", out);
}
