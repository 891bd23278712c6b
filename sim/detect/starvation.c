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

/* Who overtakes one wait, by name; of more than these only the sum is known. */
#define PASSERS_MAX 6

struct passer {
    uint64_t key;
    char name[64];
    size_t times;
    int64_t last_ns;
};

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
    size_t overtaken;
    struct passer passers[PASSERS_MAX];
    size_t passer_count;
};

struct starvation {
    struct wait *waits; /* the last one of each task */
    size_t count;
    size_t capacity;
    struct map index; /* process, thread and task to their place in `waits` */
    struct wait worst;
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
    free(starvation->waits);
    free(starvation);
}

void starvation_reset(struct starvation *starvation)
{
    map_empty(&starvation->index);
    starvation->count = 0;
    starvation->worst.overtaken = 0;
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
    trace_task_name(record->task, record->task_name, wait->who, sizeof wait->who);
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

static void note_passer(struct wait *wait, const struct trace_record *record)
{
    uint64_t key = trace_task_key(record->process, record->thread, record->other);
    size_t i = 0;

    while (i < wait->passer_count && wait->passers[i].key != key)
        i++;
    if (i == PASSERS_MAX)
        return;
    if (i == wait->passer_count) {
        wait->passers[wait->passer_count++] = (struct passer){.key = key};
        finding_copy_text(wait->passers[i].name, sizeof wait->passers[i].name, record->text);
    }
    wait->passers[i].times++;
    wait->passers[i].last_ns = record->time_ns;
}

/* What the task expects holds from now on, or another has just taken it away. */
static void note_expected(struct starvation *starvation, const struct trace_record *record)
{
    struct wait *wait = find_wait(starvation, record, record->task);

    if (wait == NULL || wait->ended != 0)
        return;
    if (record->value == 0 && wait->chance != 0 && record->other != 0 &&
        !was_before(find_wait(starvation, record, record->other), wait)) {
        wait->overtaken++;
        finding_copy_text(wait->expects, sizeof wait->expects, record->object.kind);
        note_passer(wait, record);
        if (wait->overtaken > starvation->worst.overtaken)
            starvation->worst = *wait;
    }
    wait->chance = record->value != 0 ? record->sequence + 1 : 0;
}

void starvation_listen(void *self, const struct trace_record *record)
{
    switch (record->kind) {
    case TRACE_BLOCKED:
        begin_wait(self, record);
        break;
    case TRACE_RESUMED:
        end_wait(self, record);
        break;
    case TRACE_EXPECTED:
        note_expected(self, record);
        break;
    default:
        break;
    }
}

bool starvation_judge(const struct starvation *starvation, size_t bound, struct finding *finding)
{
    const struct wait *wait = &starvation->worst;
    size_t named = 0, size;
    FILE *out;

    if (wait->overtaken <= bound)
        return false;
    *finding = (struct finding){FINDING_STARVATION, 0, NULL};
    out = open_memstream(&finding->lines, &size);
    CHECK(out != NULL);
    fprintf(out, "%s  waits for %s since ", wait->who, wait->what);
    finding_print_time(out, wait->since_ns);
    fprintf(out, "  %s   for %s, which others who came later took %zu times (bound %zu)\n",
            finding_base_name(wait->here), wait->expects, wait->overtaken, bound);
    for (size_t i = 0; i < wait->passer_count; i++) {
        const struct passer *passer = &wait->passers[i];

        named += passer->times;
        if (passer->last_ns > finding->time_ns)
            finding->time_ns = passer->last_ns;
        fprintf(out, "%s  went past %zu time%s, last at ", passer->name, passer->times,
                passer->times == 1 ? "" : "s");
        finding_print_time(out, passer->last_ns);
        fputc('\n', out);
    }
    if (named < wait->overtaken)
        fprintf(out, "others  went past %zu more\n", wait->overtaken - named);
    fclose(out);
    return true;
}
