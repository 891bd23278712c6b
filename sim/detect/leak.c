/*
 * leak.c - see leak.h.
 */
#include "detect/leak.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/check.h"

/* What is shown of what was forgotten; a program that forgets, forgets often. */
#define SHOWN_MAX 8

struct forgotten {
    char who[80];
    char what[160];
    char here[96];
    int64_t time_ns;
};

struct leak {
    struct forgotten shown[SHOWN_MAX];
    size_t count; /* of all */
};

struct leak *leak_new(void)
{
    return must_alloc(sizeof(struct leak));
}

void leak_free(struct leak *leak)
{
    free(leak);
}

void leak_reset(struct leak *leak)
{
    leak->count = 0;
}

void leak_listen(void *self, const struct trace_record *record)
{
    struct leak *leak = self;
    struct forgotten *forgotten;

    if (record->kind != TRACE_FORGOTTEN || leak->count++ >= SHOWN_MAX)
        return;
    forgotten = &leak->shown[leak->count - 1];
    *forgotten = (struct forgotten){.time_ns = record->time_ns};
    if (record->task != 0)
        trace_who(record, forgotten->who, sizeof forgotten->who);
    else if (record->object.kind != NULL)
        trace_object_name(&record->object, forgotten->who, sizeof forgotten->who);
    finding_copy_text(forgotten->what, sizeof forgotten->what, record->text);
    finding_copy_text(forgotten->here, sizeof forgotten->here, record->here);
}

/* "worker  Task exception was never retrieved, at 1.000s  program.c:31" */
static void print_forgotten(FILE *out, const struct forgotten *forgotten)
{
    fprintf(out, "%s%s%s, at ", forgotten->who, forgotten->who[0] != '\0' ? "  " : "",
            forgotten->what);
    finding_print_time(out, forgotten->time_ns);
    if (forgotten->here[0] != '\0')
        fprintf(out, "  %s", finding_base_name(forgotten->here));
    fputc('\n', out);
}

static void print_left(FILE *out, const struct leak_left *left)
{
    if (left->handles > 0)
        fprintf(out, "%zu handle%s of libuv's not closed\n", left->handles,
                left->handles == 1 ? "" : "s");
    if (left->blocks > 0)
        fprintf(out, "%zu block%s of memory not freed\n", left->blocks,
                left->blocks == 1 ? "" : "s");
}

bool leak_judge(const struct leak *leak, const struct leak_left *left, int64_t time_ns,
                struct finding *finding)
{
    size_t size;
    FILE *out;

    if (leak->count == 0 && left->blocks == 0 && left->handles == 0)
        return false;
    *finding = (struct finding){FINDING_LEAK, time_ns, NULL};
    out = open_memstream(&finding->lines, &size);
    CHECK(out != NULL);
    for (size_t i = 0; i < leak->count && i < SHOWN_MAX; i++)
        print_forgotten(out, &leak->shown[i]);
    if (leak->count > SHOWN_MAX)
        fprintf(out, "and %zu more\n", leak->count - SHOWN_MAX);
    print_left(out, left);
    fclose(out);
    return true;
}
