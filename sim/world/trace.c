/*
 * trace.c - see trace.h.
 */
#include "world/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/check.h"
#include "base/hash.h"
#include "base/seconds.h"

struct trace {
    struct trace_record *records;
    size_t count;
    size_t capacity;
    uint64_t hash;
    struct texts texts; /* of the records */
    bool muted;
    trace_kinds keen; /* what listeners are keen on */
    struct {
        trace_listener listener;
        void *self;
        trace_kinds keen;
    } listeners[TRACE_LISTENERS_MAX];
};

struct trace *trace_new(void)
{
    struct trace *trace = must_alloc(sizeof *trace);

    trace_reset(trace);
    return trace;
}

void trace_free(struct trace *trace)
{
    if (trace == NULL)
        return;
    texts_free(&trace->texts);
    free(trace->records);
    free(trace);
}

void trace_reset(struct trace *trace)
{
    trace->count = 0;
    trace->hash = HASH_START;
    texts_reset(&trace->texts);
}

void trace_listen(struct trace *trace, trace_listener listener, void *self, trace_kinds keen)
{
    for (size_t i = 0; i < TRACE_LISTENERS_MAX; i++) {
        if (trace->listeners[i].listener != NULL)
            continue;
        trace->listeners[i].listener = listener;
        trace->listeners[i].self = self;
        trace->listeners[i].keen = keen;
        trace->keen |= keen;
        return;
    }
    CHECK_NEVER("too many listeners");
}

void trace_unlisten(struct trace *trace, trace_listener listener, const void *self)
{
    size_t count = 0;

    trace->keen = 0;
    for (size_t i = 0; i < TRACE_LISTENERS_MAX && trace->listeners[i].listener != NULL; i++) {
        if (trace->listeners[i].listener == listener && trace->listeners[i].self == self)
            continue;
        trace->keen |= trace->listeners[i].keen;
        trace->listeners[count++] = trace->listeners[i];
    }
    for (; count < TRACE_LISTENERS_MAX; count++)
        trace->listeners[count].listener = NULL;
}

static uint64_t hash_number(uint64_t hash, uint64_t number)
{
    return hash_bytes(hash, &number, sizeof number);
}

static uint64_t hash_word(uint64_t hash, const char *text)
{
    return text != NULL ? hash_text(hash, text) : hash_number(hash, 0);
}

static uint64_t hash_record(uint64_t hash, const struct trace_record *record)
{
    hash = hash_number(hash, (uint64_t)record->time_ns);
    hash = hash_number(hash, (uint64_t)record->thread << 48 | (uint64_t)record->kind << 32 |
                                 record->process);
    hash = hash_number(hash, (uint64_t)record->task << 32 | record->other);
    hash = hash_number(hash, (uint64_t)record->value);
    hash = hash_number(hash, record->object.id);
    hash = hash_word(hash, record->object.kind);
    hash = hash_word(hash, record->object.name);
    hash = hash_word(hash, record->task_name);
    return hash_word(hash, record->text);
}

void trace_mute(struct trace *trace, bool muted)
{
    trace->muted = muted;
}

bool trace_is_muted(const struct trace *trace)
{
    return trace->muted;
}

bool trace_is_wanted(const struct trace *trace, enum trace_kind kind)
{
    return !trace->muted || (trace->keen >> kind & 1) != 0;
}

void trace_set_keen(struct trace *trace, const void *self, trace_kinds keen)
{
    trace->keen = 0;
    for (size_t i = 0; i < TRACE_LISTENERS_MAX && trace->listeners[i].listener != NULL; i++) {
        if (trace->listeners[i].self == self)
            trace->listeners[i].keen = keen;
        trace->keen |= trace->listeners[i].keen;
    }
}

/* The trace's own copy of `record`. */
static const struct trace_record *keep(struct trace *trace, const struct trace_record *record)
{
    struct trace_record *copy;

    trace->records =
        must_room(trace->records, &trace->capacity, trace->count + 1, sizeof *trace->records);
    copy = &trace->records[trace->count];
    *copy = *record;
    copy->sequence = trace->count++;
    copy->label = texts_keep(&trace->texts, record->label);
    copy->task_name = texts_keep(&trace->texts, record->task_name);
    copy->object.kind = texts_keep(&trace->texts, record->object.kind);
    copy->object.name = texts_keep(&trace->texts, record->object.name);
    copy->text = texts_keep(&trace->texts, record->text);
    copy->here = texts_keep(&trace->texts, record->here);
    trace->hash = hash_record(trace->hash, copy);
    return copy;
}

void trace_append(struct trace *trace, const struct trace_record *record)
{
    if (!trace->muted)
        record = keep(trace, record);
    for (size_t i = 0; i < TRACE_LISTENERS_MAX && trace->listeners[i].listener != NULL; i++) {
        if (!trace->muted || (trace->listeners[i].keen >> record->kind & 1) != 0)
            trace->listeners[i].listener(trace->listeners[i].self, record);
    }
}

size_t trace_count(const struct trace *trace)
{
    return trace->count;
}

const struct trace_record *trace_at(const struct trace *trace, size_t index)
{
    CHECK(index < trace->count);
    return &trace->records[index];
}

uint64_t trace_hash(const struct trace *trace)
{
    return trace->hash;
}

size_t trace_difference(const struct trace *a, const struct trace *b)
{
    size_t shorter = a->count < b->count ? a->count : b->count;

    for (size_t i = 0; i < shorter; i++) {
        if (hash_record(HASH_START, &a->records[i]) != hash_record(HASH_START, &b->records[i]))
            return i;
    }
    return a->count == b->count ? SIZE_MAX : shorter;
}

char *trace_task_name(uint32_t task, const char *name, char *text, size_t size)
{
    if (name != NULL)
        snprintf(text, size, "%s", name);
    else
        snprintf(text, size, "Task-%u", task);
    return text;
}

char *trace_who(const struct trace_record *record, char *text, size_t size)
{
    char task[80] = "";

    if (record->task != 0)
        trace_task_name(record->task, record->task_name, task, sizeof task);
    snprintf(text, size, "%s%s%s", record->label != NULL ? record->label : "",
             record->label != NULL && record->task != 0 ? "/" : "", task);
    return text;
}

char *trace_object_name(const struct trace_object *object, char *text, size_t size)
{
    if (object->name != NULL)
        snprintf(text, size, "%s %s", object->kind, object->name);
    else if (object->id != 0)
        snprintf(text, size, "%s %u", object->kind, object->id);
    else
        snprintf(text, size, "%s", object->kind);
    return text;
}

char *trace_line(const struct trace_record *record, char *text, size_t size)
{
    static const char *const words[] = {
#define X(name, said) said,
        TRACE_MAP(X)
#undef X
    };
    char who[160] = "", what[120] = "", value[40] = "";

    if (record->kind != TRACE_PACKET && record->kind != TRACE_CHOICE) /* which say who themselves */
        trace_who(record, who, sizeof who);
    if (record->object.kind != NULL)
        trace_object_name(&record->object, what, sizeof what);
    if (record->kind == TRACE_CHOICE)
        snprintf(value, sizeof value, "%lld of %u", (long long)record->value, record->object.id);
    else if (record->value != 0)
        snprintf(value, sizeof value, "(%lld)", (long long)record->value);
    snprintf(text, size, SECONDS " %s%s%s%s%s%s%s%s%s%s%s", SECONDS_OF(record->time_ns), who,
             who[0] != '\0' ? " " : "", words[record->kind], what[0] != '\0' ? " " : "", what,
             record->text != NULL && record->kind != TRACE_SPAWNED ? " " : "",
             record->text != NULL && record->kind != TRACE_SPAWNED ? record->text : "",
             value[0] != '\0' ? " " : "", value, record->here != NULL ? "  " : "",
             record->here != NULL ? record->here : "");
    return text;
}
