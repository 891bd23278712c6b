/*
 * lines.c - see lines.h.
 */
#include "detect/lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"

void lines_reset(struct lines *lines)
{
    map_empty(&lines->index);
    lines->count = 0;
    lines->running = 0;
    lines->worst.passers.sum = 0;
}

void lines_free(struct lines *lines)
{
    map_free(&lines->index);
    free(lines->stands);
}

/* ---- who goes past ---- */

void passers_add(struct passers *passers, uint64_t key, const char *name, int64_t time_ns)
{
    size_t i = 0;

    passers->sum++;
    while (i < passers->count && passers->list[i].key != key)
        i++;
    if (i == PASSERS_MAX)
        return;
    if (i == passers->count) {
        passers->list[passers->count++] = (struct passer){.key = key};
        finding_copy_text(passers->list[i].name, sizeof passers->list[i].name, name);
    }
    passers->list[i].times++;
    passers->list[i].last_ns = time_ns;
}

int64_t passers_print(FILE *out, const struct passers *passers)
{
    size_t named = 0;
    int64_t last_ns = 0;

    for (size_t i = 0; i < passers->count; i++) {
        const struct passer *passer = &passers->list[i];

        named += passer->times;
        if (passer->last_ns > last_ns)
            last_ns = passer->last_ns;
        fprintf(out, "%s  went past %zu time%s, last at ", passer->name, passer->times,
                passer->times == 1 ? "" : "s");
        finding_print_time(out, passer->last_ns);
        fputc('\n', out);
    }
    if (named < passers->sum)
        fprintf(out, "others  went past %zu more\n", passers->sum - named);
    return last_ns;
}

/* ---- in line ---- */

static bool is_kind(const struct trace_record *record, const char *kind)
{
    return record->object.kind != NULL && strcmp(record->object.kind, kind) == 0;
}

/* The line for what a task waits for; 0: there is none. */
static uint64_t line_of(const struct trace_record *record)
{
    static const char *const kinds[] = {"future", "event",         "condition",
                                        "queue",  "room in queue", "semaphore"};
    const struct trace_object *object = &record->object;
    uint64_t hash = hash_bytes(HASH_START, &record->process, sizeof record->process);

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!is_kind(record, kinds[i]) || object->id == 0 || record->here == NULL)
            continue;
        hash = hash_bytes(hash, &i, sizeof i);
        hash = hash_bytes(hash, record->here, strlen(record->here));
        if (object->name != NULL)
            return hash_bytes(hash, object->name, strlen(object->name)) | 1;
        return hash_bytes(hash, &object->id, sizeof object->id) | 1;
    }
    return 0;
}

static struct stand *stand_of(const struct lines *lines, uint64_t key)
{
    size_t i = map_get(&lines->index, key);

    return i != MAP_NONE ? &lines->stands[i] : NULL;
}

static struct stand *add_stand(struct lines *lines, uint64_t key)
{
    lines->stands =
        must_room(lines->stands, &lines->capacity, lines->count + 1, sizeof *lines->stands);
    map_set(&lines->index, key, lines->count);
    return &lines->stands[lines->count++];
}

static void begin(struct lines *lines, const struct trace_record *record, uint64_t key,
                  uint64_t line)
{
    struct stand *stand = stand_of(lines, key);

    if (stand == NULL)
        stand = add_stand(lines, key);
    *stand = (struct stand){.open = true,
                            .line = line,
                            .key = key,
                            .began = record->sequence,
                            .since_ns = record->time_ns};
    trace_task_name(record->task, record->task_name, stand->who, sizeof stand->who);
    trace_object_name(&record->object, stand->what, sizeof stand->what);
    finding_copy_text(stand->here, sizeof stand->here, record->here);
}

/* It has left the line by going on, past all who stood there before it. */
static void go_past(struct lines *lines, const struct stand *passer, int64_t time_ns)
{
    for (size_t i = 0; i < lines->count; i++) {
        struct stand *stand = &lines->stands[i];

        if (!stand->open || stand->said || stand->line != passer->line ||
            stand->began >= passer->began)
            continue;
        passers_add(&stand->passers, passer->key, passer->who, time_ns);
        if (stand->passers.sum > lines->worst.passers.sum)
            lines->worst = *stand;
    }
}

/* A task has done something that could be seen. */
static void leave(struct lines *lines, uint64_t key, int64_t time_ns)
{
    struct stand *stand = stand_of(lines, key);

    if (stand == NULL || !stand->open || !stand->woken)
        return;
    stand->open = false;
    go_past(lines, stand, time_ns);
}

static void stop(struct lines *lines, const struct trace_record *record, uint64_t key)
{
    struct stand *stand = stand_of(lines, key);
    uint64_t line = line_of(record);

    lines->running = 0;
    if (is_kind(record, "lock")) /* on the way back into a condition, or to look again */
        return;
    if (stand != NULL && stand->open && stand->woken && stand->line == line) {
        stand->woken = false;
        stand->vain++;
        return;
    }
    leave(lines, key, record->time_ns);
    if (line != 0)
        begin(lines, record, key, line);
}

static void go_on(struct lines *lines, const struct trace_record *record, uint64_t key)
{
    struct stand *stand = stand_of(lines, key);

    lines->running = key;
    if (stand == NULL || is_kind(record, "lock"))
        return;
    stand->woken = true;
    stand->open = stand->open && record->value >= 0;
}

/* Whether this is nothing that others could see, or is said of a task that waits. */
static bool is_nothing(const struct trace_record *record)
{
    switch (record->kind) {
    case TRACE_HELD:
    case TRACE_RELEASED:
        return is_kind(record, "lock");
    case TRACE_WROTE:
    case TRACE_UPDATED:
    case TRACE_PUT:
    case TRACE_GOT:
    case TRACE_SIGNALLED:
    case TRACE_CANCELLED:
    case TRACE_FINISHED:
        return false;
    default:
        return true;
    }
}

void lines_note(struct lines *lines, const struct trace_record *record)
{
    uint64_t key = trace_task_key(record->process, record->thread, record->task);
    struct stand *stand;

    switch (record->kind) {
    case TRACE_BLOCKED:
        stop(lines, record, key);
        break;
    case TRACE_RESUMED:
        go_on(lines, record, key);
        break;
    case TRACE_EXPECTED:
        stand = stand_of(lines, key);
        if (stand != NULL)
            stand->said = true;
        break;
    case TRACE_OUTPUT:
        leave(lines, lines->running, record->time_ns);
        break;
    case TRACE_SPAWNED:
        leave(lines, trace_task_key(record->process, record->thread, record->other),
              record->time_ns);
        break;
    default:
        if (!is_nothing(record))
            leave(lines, key, record->time_ns);
        break;
    }
}
