/*
 * waits.c - see waits.h.
 */
#include "detect/waits.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void waits_reset(struct waits *waits)
{
    map_empty(&waits->index);
    map_empty(&waits->signal_index);
    map_empty(&waits->excused);
    waits->task_count = 0;
    waits->holding_count = 0;
    waits->holding_free = NOBODY;
    waits->signaller_count = 0;
}

void waits_free(struct waits *waits)
{
    map_free(&waits->index);
    map_free(&waits->signal_index);
    map_free(&waits->excused);
    free(waits->tasks);
    free(waits->holdings);
    free(waits->signallers);
}

static uint64_t key_of_record(const struct trace_record *record)
{
    return trace_task_key(record->process, record->thread, record->task);
}

static size_t find_task(const struct waits *waits, const struct trace_record *record)
{
    return map_get(&waits->index, key_of_record(record));
}

size_t waits_holder(const struct waits *waits, const struct holding *holding)
{
    return map_get(&waits->index, trace_task_key(holding->process, holding->thread, holding->task));
}

static void add_task(struct waits *waits, const struct trace_record *record)
{
    struct waiting *task;

    waits->tasks =
        must_room(waits->tasks, &waits->task_capacity, waits->task_count + 1, sizeof *waits->tasks);
    map_set(&waits->index, key_of_record(record), waits->task_count);
    task = &waits->tasks[waits->task_count++];
    memset(task, 0, sizeof *task);
    task->holdings = NOBODY;
    task->process = record->process;
    task->thread = record->thread;
    task->task = record->task;
    trace_who(record, task->name, sizeof task->name);
}

static void free_holding(struct waits *waits, size_t i)
{
    waits->holdings[i].free = true;
    waits->holdings[i].next = waits->holding_free;
    waits->holding_free = i;
}

/* A task that has ended leaves its place to the last one; what it held, it can no longer end. */
static void remove_task(struct waits *waits, uint64_t key)
{
    size_t i = map_remove(&waits->index, key);
    struct waiting *last = &waits->tasks[waits->task_count - 1];

    if (i == NOBODY)
        return;
    for (size_t at = waits->tasks[i].holdings; at != NOBODY;) {
        size_t next = waits->holdings[at].next;

        free_holding(waits, at);
        at = next;
    }
    if (&waits->tasks[i] != last) {
        waits->tasks[i] = *last;
        map_set(&waits->index, trace_task_key(last->process, last->thread, last->task), i);
    }
    waits->task_count--;
}

/* A process ends with all its tasks, wherever they stand. */
static void remove_tasks(struct waits *waits, uint32_t process)
{
    for (size_t i = 0; i < waits->task_count;) {
        const struct waiting *task = &waits->tasks[i];

        if (task->process == process)
            remove_task(waits, trace_task_key(task->process, task->thread, task->task));
        else
            i++;
    }
}

static void note_wait(struct waits *waits, const struct trace_record *record)
{
    size_t i = find_task(waits, record);
    struct waiting *task;

    if (i == NOBODY)
        return;
    task = &waits->tasks[i];
    task->waits = record->kind == TRACE_BLOCKED;
    trace_who(record, task->name, sizeof task->name);
    finding_copy_text(task->kind, sizeof task->kind, record->object.kind);
    trace_object_name(&record->object, task->object_name, sizeof task->object_name);
    task->object = record->object.id;
    task->since_ns = record->time_ns;
    finding_copy_text(task->here, sizeof task->here, record->here);
}

static void note_expected(struct waits *waits, const struct trace_record *record)
{
    size_t i = find_task(waits, record);
    struct waiting *task;

    if (i == NOBODY)
        return;
    task = &waits->tasks[i];
    task->expected = record->value != 0;
    task->expected_since_ns = record->time_ns;
    finding_copy_text(task->expects, sizeof task->expects, record->object.kind);
    finding_copy_text(task->expected_by, sizeof task->expected_by, record->text);
}

/* A place for one more holding. */
static size_t take_holding(struct waits *waits)
{
    size_t i = waits->holding_free;

    if (i != NOBODY) {
        waits->holding_free = waits->holdings[i].next;
        return i;
    }
    waits->holdings = must_room(waits->holdings, &waits->holding_capacity, waits->holding_count + 1,
                                sizeof *waits->holdings);
    return waits->holding_count++;
}

static void add_holding(struct waits *waits, const struct trace_record *record)
{
    size_t task = find_task(waits, record);
    struct holding *holding;
    size_t i;

    if (task == NOBODY)
        return;
    i = take_holding(waits);
    holding = &waits->holdings[i];
    holding->free = false;
    holding->next = waits->tasks[task].holdings;
    waits->tasks[task].holdings = i;
    holding->process = record->process;
    holding->thread = record->thread;
    holding->task = record->task;
    holding->object = record->object.id;
    holding->since_ns = record->time_ns;
    finding_copy_text(holding->kind, sizeof holding->kind, record->object.kind);
    finding_copy_text(holding->here, sizeof holding->here, record->here);
}

static bool remove_holding(struct waits *waits, const struct trace_record *record)
{
    size_t task = find_task(waits, record);
    size_t *link = task != NOBODY ? &waits->tasks[task].holdings : NULL;

    while (link != NULL && *link != NOBODY) {
        size_t i = *link;

        if (waits->holdings[i].object == record->object.id) {
            *link = waits->holdings[i].next;
            free_holding(waits, i);
            return true;
        }
        link = &waits->holdings[i].next;
    }
    return false;
}

/* ---- who has let others go on ---- */

/* What can be waited for that nobody holds. */
enum line {
    LINE_NONE,
    LINE_EVENT,
    LINE_CONDITION,
    LINE_QUEUE,
    LINE_ROOM,
    LINE_JOIN,
    LINE_PERMIT,
    LINE_BARRIER
};

static enum line line_of(const char *kind)
{
    static const char *const kinds[] = {
        [LINE_EVENT] = "event",        [LINE_CONDITION] = "condition", [LINE_QUEUE] = "queue",
        [LINE_ROOM] = "room in queue", [LINE_JOIN] = "join of queue",  [LINE_PERMIT] = "semaphore",
        [LINE_BARRIER] = "barrier"};

    for (enum line line = LINE_EVENT; line <= LINE_BARRIER; line++) {
        if (strcmp(kinds[line], kind) == 0)
            return line;
    }
    return LINE_NONE;
}

static uint64_t key_of_line(uint32_t process, enum line line, uint32_t object)
{
    return (uint64_t)process << 40 | (uint64_t)line << 32 | object;
}

static struct signallers *signallers_at(struct waits *waits, uint64_t key)
{
    size_t i = map_get(&waits->signal_index, key);

    if (i == NOBODY) {
        i = waits->signaller_count++;
        waits->signallers = must_room(waits->signallers, &waits->signaller_capacity,
                                      waits->signaller_count, sizeof *waits->signallers);
        waits->signallers[i] = (struct signallers){.count = 0};
        map_set(&waits->signal_index, key, i);
    }
    return &waits->signallers[i];
}

static void add_signaller(struct waits *waits, const struct trace_record *record, enum line line)
{
    struct signallers *signallers;
    uint64_t task = key_of_record(record);

    if (line == LINE_NONE || record->object.id == 0)
        return;
    signallers = signallers_at(waits, key_of_line(record->process, line, record->object.id));
    for (size_t i = 0; i < signallers->count; i++) {
        if (signallers->tasks[i] == task)
            return;
    }
    if (record->task == 0 || signallers->count == SIGNALLERS_MAX)
        signallers->others = true;
    else
        signallers->tasks[signallers->count++] = task;
}

const struct signallers *waits_signallers(const struct waits *waits, const struct waiting *waiting)
{
    enum line line = line_of(waiting->kind);
    size_t i = map_get(&waits->signal_index, key_of_line(waiting->process, line, waiting->object));

    return line != LINE_NONE && i != NOBODY ? &waits->signallers[i] : NULL;
}

/* Who gives back a permit that it does not hold uses it as a signal. */
static void give_back(struct waits *waits, const struct trace_record *record)
{
    if (!remove_holding(waits, record) && line_of(record->object.kind) == LINE_PERMIT)
        add_signaller(waits, record, LINE_PERMIT);
}

/* Who takes an item out makes room, and owes a word that it is done with. */
static void get_item(struct waits *waits, const struct trace_record *record)
{
    add_signaller(waits, record, LINE_ROOM);
    add_signaller(waits, record, LINE_JOIN);
}

void waits_note(struct waits *waits, const struct trace_record *record)
{
    switch (record->kind) {
    case TRACE_SPAWNED:
        add_task(waits, record);
        break;
    case TRACE_FINISHED:
        remove_task(waits, key_of_record(record));
        break;
    case TRACE_EXIT:
        remove_tasks(waits, record->process);
        break;
    case TRACE_BLOCKED:
    case TRACE_RESUMED:
        note_wait(waits, record);
        break;
    case TRACE_EXPECTED:
        note_expected(waits, record);
        break;
    case TRACE_HELD:
        add_holding(waits, record);
        break;
    case TRACE_RELEASED:
        give_back(waits, record);
        break;
    case TRACE_SIGNALLED:
        add_signaller(waits, record, line_of(record->object.kind));
        break;
    case TRACE_PUT:
        add_signaller(waits, record, LINE_QUEUE);
        break;
    case TRACE_GOT:
        get_item(waits, record);
        break;
    default:
        break;
    }
}

/* ---- for those who ask ---- */

static int by_start(const void *a, const void *b)
{
    const struct waiting *x = a, *y = b;
    uint64_t first = trace_task_key(x->process, x->thread, x->task);
    uint64_t second = trace_task_key(y->process, y->thread, y->task);

    return first < second ? -1 : first > second;
}

void waits_sort(struct waits *waits)
{
    qsort(waits->tasks, waits->task_count, sizeof *waits->tasks, by_start);
    map_empty(&waits->index);
    for (size_t i = 0; i < waits->task_count; i++) {
        const struct waiting *task = &waits->tasks[i];

        map_set(&waits->index, trace_task_key(task->process, task->thread, task->task), i);
    }
}

bool waits_any(const struct waits *waits)
{
    for (size_t i = 0; i < waits->task_count; i++) {
        if (waits->tasks[i].waits)
            return true;
    }
    return false;
}

bool waits_any_of(const struct waits *waits, uint32_t process)
{
    for (size_t i = 0; i < waits->task_count; i++) {
        if (waits->tasks[i].process == process && waits->tasks[i].waits)
            return true;
    }
    return false;
}

size_t waits_ender(const struct waits *waits, const struct waiting *waiting, size_t n,
                   const struct holding **held)
{
    *held = NULL;
    if (strcmp(waiting->kind, "task") == 0)
        return n > 0 ? NOBODY
                     : map_get(&waits->index,
                               trace_task_key(waiting->process, waiting->thread, waiting->object));
    for (size_t i = 0; i < waits->holding_count; i++) {
        const struct holding *holding = &waits->holdings[i];

        if (holding->free || holding->process != waiting->process ||
            holding->object != waiting->object || waiting->object == 0 ||
            strcmp(holding->kind, waiting->kind) != 0)
            continue;
        if (n-- > 0)
            continue;
        *held = holding;
        return waits_holder(waits, holding);
    }
    return NOBODY;
}
