/*
 * sentence.c - see sentence.h.
 */
#include "run/sentence.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/seconds.h"
#include "detect/finding.h"

/* Steps that are told one by one; of more only the first. */
#define STEPS_TOLD_MAX 3

/* "audit (bank.c:71)": the place says where it starts; "bob (lock A, bank.c:80)". */
static char *who(const char *anchor, const char *place)
{
    static const char starts[] = " (start)";
    size_t length = strlen(anchor);

    place = finding_base_name(place);
    if (place == NULL || length == 0 || anchor[length - 1] != ')')
        return must_text(length > 0 ? anchor : "another");
    if (length > strlen(starts) && strcmp(anchor + length - strlen(starts), starts) == 0)
        return must_format("%.*s (%s)", (int)(length - strlen(starts)), anchor, place);
    return must_format("%.*s, %s)", (int)length - 1, anchor, place);
}

/* Of the weather, and of amounts, there is what was and what would have been; of the rest who goes
 * before whom. */
static bool is_instead(const char *label)
{
    enum chance_family family = chance_family(label);

    return family == FAMILY_weather || (family == FAMILY_net && strcmp(label, "net.ready") != 0) ||
           (family == FAMILY_uv && strcmp(label, "uv.next") != 0);
}

/* What `entry` is about, between who goes and when. */
static char *relation(const struct tape_entry *entry)
{
    bool apart = strcmp(entry->label, "timer.together") == 0;
    char *waits, *text;

    if (apart)
        return must_text(entry->value != 0 ? "comes a hair later" : "comes together with it");
    if (strcmp(entry->label, "uv.later") == 0)
        return must_text(entry->value != 0 ? "comes an iteration later" : "comes at once");
    if (entry->value == 0)
        return must_text("runs, as in production order,");
    waits = who(entry->before != NULL ? entry->before : "", entry->before_place);
    text = must_format("%s %s", is_instead(entry->label) ? "instead of" : "runs before", waits);
    free(waits);
    return text;
}

/* "writer gets no memory at 1.000s", of the anchor "writer (no memory)". */
static char *allocation(const char *anchor, int64_t time_ns)
{
    const char *what = strrchr(anchor, '(');
    int name = what != NULL && what > anchor ? (int)(what - anchor - 1) : 0;
    int length = what != NULL ? (int)strcspn(what + 1, ")") : 0;

    return must_format("%.*s gets %.*s at " SECONDS "s", name, anchor, length,
                       what != NULL ? what + 1 : "", SECONDS_OF(time_ns));
}

char *sentence_step(const struct tape_entry *entry, int64_t time_ns)
{
    char *goes, *does, *text;

    if (chance_family(entry->label) == FAMILY_alloc)
        return allocation(entry->anchor, time_ns);
    if (strcmp(entry->label, "weather.happens") == 0)
        return must_format("%ss%s", entry->anchor, entry->value == 0 ? ", as declared" : "");
    goes = who(entry->anchor, entry->place);
    does = relation(entry);
    text = must_format("%s %s at " SECONDS "s", goes, does, SECONDS_OF(time_ns));
    free(goes);
    free(does);
    return text;
}

int64_t decision_time(const struct trace *trace, size_t at)
{
    for (size_t i = 0; i < trace_count(trace); i++) {
        if (trace_at(trace, i)->kind == TRACE_CHOICE && at-- == 0)
            return trace_at(trace, i)->time_ns;
    }
    return 0;
}

char *sentence_of(const struct tape *record, const struct trace *trace)
{
    size_t count = tape_steps(record), told = 0;
    char *text;

    if (count == 0)
        return must_text("production order: nothing has to go differently");
    text = count == 1 ? must_text("production order except one step")
                      : must_format("production order except %zu steps", count);
    for (size_t i = 0; i < record->count && told < (count > STEPS_TOLD_MAX ? 1 : count); i++) {
        const struct tape_entry *entry = &record->entries[i];
        const char *between = count > STEPS_TOLD_MAX ? "; the first: " : ": ";
        char *step;

        if (entry->value == 0)
            continue;
        text = must_append(text, told++ > 0 ? "; " : between);
        step = sentence_step(entry, decision_time(trace, i));
        text = must_append(text, step);
        free(step);
    }
    return text;
}
