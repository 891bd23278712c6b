/*
 * touch.c - see touch.h.
 */
#include "run/touch.h"

#include <string.h>

/* What is touched: a task (by itself, and by who cancels it), its end, a thing that is waited for
 * or held, a variable, the numbers of new tasks, the output, all that is watched. The number of a
 * task is its `who` in operations (cli/bridge.c). */
enum thing {
    THING_TASK,
    THING_END,
    THING_OBJECT,
    THING_VARIABLE,
    THING_NUMBERS,
    THING_OUTPUT,
    THING_WATCHED
};

/* Tasks count in each thread, all else in each process. */
static uint64_t key_of(const struct trace_record *record, enum thing thing, uint32_t id)
{
    bool in_thread = thing == THING_END || thing == THING_TASK || thing == THING_NUMBERS;

    return (uint64_t)thing << 60 | (uint64_t)(record->process & 0xfff) << 48 |
           (in_thread ? (uint64_t)(record->thread & 0xffff) << 32 : 0) | id;
}

static bool is_kind(const struct trace_record *record, const char *kind)
{
    return record->object.kind != NULL && strcmp(record->object.kind, kind) == 0;
}

static uint64_t object_of(const struct trace_record *record)
{
    return key_of(record, is_kind(record, "task") ? THING_END : THING_OBJECT, record->object.id);
}

/* Who waits for one of these leaves no trace on it: all are woken at once, or none. */
static bool wakes_all(const struct trace_record *record)
{
    return is_kind(record, "event") || is_kind(record, "future") || is_kind(record, "task");
}

static void touch(const struct touches *touches, uint64_t object, bool writes)
{
    strategy_touch(touches->strategy, &(struct touch){object, writes});
}

/* The object of `record`, unless it is one that nobody else could touch. */
static void touch_object(const struct touches *touches, const struct trace_record *record,
                         bool writes)
{
    if (record->object.id != 0)
        touch(touches, object_of(record), writes);
}

static void touch_all(const struct touches *touches)
{
    touch(touches, TOUCH_ALL, true);
}

/* Who is cancelled leaves the line it stands in. */
static void touch_cancelled(const struct touches *touches, const struct trace_record *record)
{
    uint64_t task = key_of(record, THING_TASK, record->object.id);
    size_t object = map_get(&touches->waits, task);

    if (!is_kind(record, "task")) {
        touch_object(touches, record, true);
        return;
    }
    touch(touches, task, true);
    if (object != MAP_NONE)
        touch(touches, object, true);
}

/* The first task of a loop is there as long as that is at work. */
static void count_loops(struct touches *touches, const struct trace_record *record)
{
    if (record->task != 1)
        return;
    if (record->kind == TRACE_SPAWNED)
        touches->loops++;
    else if (touches->loops > 0)
        touches->loops--;
    if (touches->loops > 1)
        touch(touches, TOUCH_LOOPS, true);
}

/* A task stops, or goes on. */
static void touch_wait(struct touches *touches, const struct trace_record *record)
{
    uint64_t task = key_of(record, THING_TASK, record->task);

    touch_object(touches, record, !wakes_all(record));
    map_remove(&touches->waits, task);
    if (record->kind == TRACE_BLOCKED && record->object.id != 0)
        map_set(&touches->waits, task, object_of(record));
}

static void touch_what(struct touches *touches, const struct trace_record *record)
{
    switch (record->kind) {
    case TRACE_SPAWNED: /* numbers are names, and are printed */
        touch(touches, key_of(record, THING_NUMBERS, 0), true);
        count_loops(touches, record);
        break;
    case TRACE_FINISHED:
        touch(touches, key_of(record, THING_END, record->task), true);
        count_loops(touches, record);
        break;
    case TRACE_BLOCKED:
    case TRACE_RESUMED:
        touch_wait(touches, record);
        break;
    case TRACE_PASSED:
        touch_object(touches, record, false);
        break;
    case TRACE_USED: /* where a loop stops, everything else ends, too */
        if (is_kind(record, "loop"))
            touch_all(touches);
        else
            touch_object(touches, record, record->value != 0);
        break;
    case TRACE_SIGNALLED:
    case TRACE_HELD:
    case TRACE_RELEASED:
    case TRACE_PUT:
    case TRACE_GOT:
        touch_object(touches, record, true);
        break;
    case TRACE_CANCELLED:
        touch_cancelled(touches, record);
        break;
    case TRACE_READ:
    case TRACE_WROTE:
    case TRACE_UPDATED:
        touch(touches, key_of(record, THING_VARIABLE, record->object.id),
              record->kind != TRACE_READ);
        if (record->kind == TRACE_WROTE && record->value != 0)
            touch(touches, key_of(record, THING_WATCHED, 0), true);
        break;
    case TRACE_WATCHED:
        touches->watching = true;
        break;
    case TRACE_OUTPUT:
        touch(touches, key_of(record, THING_OUTPUT, 0), true);
        break;
    case TRACE_EXIT:
    case TRACE_BROKEN:
        touch_all(touches);
        break;
    default:
        break;
    }
}

void touches_take(struct touches *touches, const struct trace_record *record)
{
    if (record->time_ns != touches->now_ns)
        touch(touches, TOUCH_QUIET, false);
    touches->now_ns = record->time_ns;
    if (record->task != 0)
        touch(touches, key_of(record, THING_TASK, record->task), true);
    if (touches->watching && record->task != 0) /* it may have looked, which nobody has seen */
        touch(touches, key_of(record, THING_WATCHED, 0), false);
    touch_what(touches, record);
}

void touches_reset(struct touches *touches)
{
    touches->now_ns = 0;
    touches->loops = 0;
    touches->watching = false;
    map_empty(&touches->waits);
}

void touches_clear(struct touches *touches)
{
    map_free(&touches->waits);
}
