/*
 * starvation.c - see starvation.h.
 */
#include "detect/starvation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/check.h"
#include "base/map.h"
#include "detect/lines.h"

/* The wait of a task that has not gone on. Numbers of records say what was first. */
struct wait {
    uint64_t began;  /* 0: the task has not waited yet */
    uint64_t ended;  /* 0: it waits */
    uint64_t chance; /* since when what it expects holds; 0: it does not */
    int64_t since_ns;
    char who[64];
    char what[64]; /* "future turn" */
    char expects[64];
    char here[96];
    struct passers passers;
};

struct starvation {
    struct wait *waits; /* the last one of each task */
    size_t count;
    size_t capacity;
    struct map index; /* process, thread and task to their place in `waits` */
    struct wait worst;
    struct lines lines; /* for waits that say nothing */
};

struct starvation *starvation_new(void)
{
    return must_alloc(sizeof(struct starvation));
}

void starvation_free(struct starvation *starvation)
{
    if (starvation == NULL)
        return;
    map_free(&starvation->index);
    lines_free(&starvation->lines);
    free(starvation->waits);
    free(starvation);
}

void starvation_reset(struct starvation *starvation)
{
    map_empty(&starvation->index);
    starvation->count = 0;
    starvation->worst.passers.sum = 0;
    lines_reset(&starvation->lines);
}

/* Of the task `task` of the thread of `record`; NULL: it has never waited. */
static struct wait *find_wait(struct starvation *starvation, const struct trace_record *record,
                              uint32_t task)
{
    size_t i = map_get(&starvation->index, trace_task_key(record->process, record->thread, task));

    return i != MAP_NONE ? &starvation->waits[i] : NULL;
}

static struct wait *add_wait(struct starvation *starvation, const struct trace_record *record)
{
    starvation->waits = must_room(starvation->waits, &starvation->capacity, starvation->count + 1,
                                  sizeof *starvation->waits);
    map_set(&starvation->index, trace_task_key(record->process, record->thread, record->task),
            starvation->count);
    return &starvation->waits[starvation->count++];
}

static void begin_wait(struct starvation *starvation, const struct trace_record *record)
{
    struct wait *wait = find_wait(starvation, record, record->task);

    if (wait == NULL)
        wait = add_wait(starvation, record);
    *wait = (struct wait){.began = record->sequence + 1, .since_ns = record->time_ns};
    trace_who(record, wait->who, sizeof wait->who);
    trace_object_name(&record->object, wait->what, sizeof wait->what);
    finding_copy_text(wait->here, sizeof wait->here, record->here);
}

static void end_wait(struct starvation *starvation, const struct trace_record *record)
{
    struct wait *wait = find_wait(starvation, record, record->task);

    if (wait != NULL && wait->ended == 0)
        wait->ended = record->sequence + 1;
}

/* Whether `other` stood in line at the same place before `wait` did, and has gone on only now: it
 * was its turn. */
static bool was_before(const struct wait *other, const struct wait *wait)
{
    return other != NULL && other->began < wait->began && other->ended > wait->chance &&
           strcmp(other->here, wait->here) == 0;
}

/* What the task expects holds from now on, or another has just taken it away. */
static void note_expected(struct starvation *starvation, const struct trace_record *record)
{
    struct wait *wait = find_wait(starvation, record, record->task);

    if (wait == NULL || wait->ended != 0)
        return;
    if (record->value == 0 && wait->chance != 0 && record->other != 0 &&
        !was_before(find_wait(starvation, record, record->other), wait)) {
        finding_copy_text(wait->expects, sizeof wait->expects, record->object.kind);
        passers_add(&wait->passers, trace_task_key(record->process, record->thread, record->other),
                    record->text, record->time_ns);
        if (wait->passers.sum > starvation->worst.passers.sum)
            starvation->worst = *wait;
    }
    wait->chance = record->value != 0 ? record->sequence + 1 : 0;
}

void starvation_listen(void *self, const struct trace_record *record)
{
    struct starvation *starvation = self;

    lines_note(&starvation->lines, record);
    switch (record->kind) {
    case TRACE_BLOCKED:
        begin_wait(starvation, record);
        break;
    case TRACE_RESUMED:
        end_wait(starvation, record);
        break;
    case TRACE_EXPECTED:
        note_expected(starvation, record);
        break;
    default:
        break;
    }
}

/* "patient  waits for future turn since 0.001s  desk.c:31" */
static void print_wait(FILE *out, const char *who, const char *what, int64_t since_ns,
                       const char *here)
{
    fprintf(out, "%s  waits for %s since ", who, what);
    finding_print_time(out, since_ns);
    fprintf(out, "  %s", finding_base_name(here));
}

/* What it waits for was there, and others took it. */
static void print_expected(FILE *out, const struct wait *wait, size_t bound)
{
    print_wait(out, wait->who, wait->what, wait->since_ns, wait->here);
    fprintf(out, "   for %s, which others who came later took %zu times (bound %zu)\n",
            wait->expects, wait->passers.sum, bound);
}

/* Others were let go on, and it was not, or in vain. */
static void print_stand(FILE *out, const struct stand *stand, size_t bound)
{
    print_wait(out, stand->who, stand->what, stand->since_ns, stand->here);
    if (stand->vain > 0)
        fprintf(out, "   woken in vain %zu time%s, while", stand->vain,
                stand->vain == 1 ? "" : "s");
    else
        fputs("   while", out);
    fprintf(out, " others who came later went past %zu times (bound %zu)\n", stand->passers.sum,
            bound);
}

bool starvation_judge(const struct starvation *starvation, size_t bound, struct finding *finding)
{
    const struct wait *wait = &starvation->worst;
    const struct stand *stand = &starvation->lines.worst;
    bool said = wait->passers.sum > bound;
    size_t size;
    FILE *out;

    if (!said && stand->passers.sum <= bound)
        return false;
    *finding = (struct finding){FINDING_STARVATION, 0, NULL};
    out = open_memstream(&finding->lines, &size);
    CHECK(out != NULL);
    if (said)
        print_expected(out, wait, bound);
    else
        print_stand(out, stand, bound);
    finding->time_ns = passers_print(out, said ? &wait->passers : &stand->passers);
    fclose(out);
    return true;
}
