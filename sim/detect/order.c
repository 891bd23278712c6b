/*
 * order.c - see order.h.
 */
#include "detect/order.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/map.h"

struct member {
    char name[64];
    struct order_locks locks;
};

struct order {
    struct member tasks[ORDER_TASKS_MAX];
    struct order_view clocks[ORDER_TASKS_MAX];
    size_t task_count;
    struct map task_index;  /* process, thread and number to the place in `tasks` */
    struct map clock_index; /* keys of objects to the place in `objects` */
    struct order_view *objects;
    size_t object_count;
    size_t object_capacity;
    order_task who; /* of the record that was heard last */
    enum order_of locks;
    bool wordless;
    bool full; /* more tasks than there is room for */
};

struct order *order_new(enum order_of locks)
{
    struct order *order = must_alloc(sizeof *order);

    order->locks = locks;
    order_reset(order, false);
    return order;
}

void order_free(struct order *order)
{
    if (order == NULL)
        return;
    map_free(&order->task_index);
    map_free(&order->clock_index);
    free(order->objects);
    free(order);
}

void order_reset(struct order *order, bool wordless)
{
    map_empty(&order->task_index);
    map_empty(&order->clock_index);
    order->task_count = 0;
    order->object_count = 0;
    order->wordless = wordless;
    order->full = false;
}

/* ---- clocks ---- */

static void join(const struct order *order, struct order_view *clock, const struct order_view *with)
{
    for (size_t i = 0; i < order->task_count; i++) {
        if (with->at[i] > clock->at[i])
            clock->at[i] = with->at[i];
    }
}

/* What an object is to the clock: a queue has one for each of its three lines, and for each item.
 */
enum face { FACE_SIGNAL, FACE_TASK, FACE_JOIN, FACE_ROOM, FACE_ITEM, FACE_CANCEL, FACE_VARIABLE };

/* Objects have numbers unique in their process, tasks in their thread, items in their queue. */
static uint64_t key_of(const struct trace_record *record, enum face face, uint32_t id, int64_t item)
{
    uint64_t thread = face == FACE_TASK || face == FACE_CANCEL ? record->thread & 0xff : 0;

    return (uint64_t)face << 60 | (uint64_t)(record->process & 0xff) << 52 | thread << 44 |
           (uint64_t)(id & 0xffffff) << 20 | (uint64_t)(item & 0xfffff);
}

/* The clock of an object, or NULL: nobody has signalled it. */
static struct order_view *known_clock(const struct order *order, uint64_t key)
{
    size_t i = map_get(&order->clock_index, key);

    return i != MAP_NONE ? &order->objects[i] : NULL;
}

/* Likewise; it begins with nobody. */
static struct order_view *clock_of(struct order *order, uint64_t key)
{
    struct order_view *clock = known_clock(order, key);

    if (clock != NULL)
        return clock;
    order->objects = must_room(order->objects, &order->object_capacity, order->object_count + 1,
                               sizeof *order->objects);
    map_set(&order->clock_index, key, order->object_count);
    clock = &order->objects[order->object_count++];
    memset(clock, 0, sizeof *clock);
    return clock;
}

/* `who` lets others know what it has seen: they come after it. */
static void give(struct order *order, order_task who, uint64_t key)
{
    join(order, clock_of(order, key), &order->clocks[who]);
    order->clocks[who].at[who]++;
}

/* `who` learns what others have let known. */
static void take(struct order *order, order_task who, uint64_t key)
{
    const struct order_view *clock = known_clock(order, key);

    if (clock != NULL)
        join(order, &order->clocks[who], clock);
}

/* ---- tasks ---- */

/* The place of a task of the thread of `record`, which it gets now if it has none. */
static order_task place_of(struct order *order, const struct trace_record *record, uint32_t task)
{
    uint64_t key = trace_task_key(record->process, record->thread, task);
    size_t i = map_get(&order->task_index, key);

    if (i != MAP_NONE)
        return (order_task)i;
    if (order->task_count == ORDER_TASKS_MAX) {
        order->full = true;
        return ORDER_NOBODY;
    }
    i = order->task_count++;
    map_set(&order->task_index, key, i);
    memset(&order->clocks[i], 0, sizeof order->clocks[i]);
    order->clocks[i].at[i] = 1;
    order->tasks[i].locks.count = 0;
    order->tasks[i].name[0] = '\0';
    return (order_task)i;
}

static void name(struct order *order, order_task who, const struct trace_record *record)
{
    if (order->wordless)
        return;
    finding_who(record, order->tasks[who].name, sizeof order->tasks[who].name);
}

/* A callback comes after everything. */
static void see_all(struct order *order, order_task who)
{
    for (size_t i = 0; i < order->task_count; i++)
        join(order, &order->clocks[who], &order->clocks[i]);
}

static void spawn(struct order *order, order_task child, const struct trace_record *record)
{
    order_task parent = place_of(order, record, record->other);

    if (parent == ORDER_NOBODY)
        return;
    if (record->other == 0)
        see_all(order, parent);
    join(order, &order->clocks[child], &order->clocks[parent]);
    order->clocks[parent].at[parent]++;
}

/* ---- locks ---- */

static bool is_lock(const struct trace_record *record)
{
    return strcmp(record->object.kind, "lock") == 0;
}

static void take_lock(struct order *order, order_task who, const struct trace_record *record)
{
    struct order_locks *locks = &order->tasks[who].locks;

    if (is_lock(record) && locks->count < ORDER_LOCKS_MAX)
        locks->ids[locks->count++] = record->object.id;
}

static void give_lock(struct order *order, order_task who, const struct trace_record *record)
{
    struct order_locks *locks = &order->tasks[who].locks;

    for (size_t i = 0; i < locks->count; i++) {
        if (locks->ids[i] != record->object.id || !is_lock(record))
            continue;
        locks->ids[i] = locks->ids[--locks->count];
        return;
    }
}

/* Whether what is held orders those who hold it one after the other. */
static bool orders_tasks(const struct order *order, const struct trace_record *record)
{
    return order->locks == ORDER_WITH_LOCKS || !is_lock(record);
}

bool order_locks_have(const struct order_locks *locks, uint32_t id)
{
    for (size_t i = 0; i < locks->count; i++) {
        if (locks->ids[i] == id)
            return true;
    }
    return false;
}

bool order_locks_meet(const struct order_locks *a, const struct order_locks *b)
{
    for (size_t i = 0; i < a->count; i++) {
        if (order_locks_have(b, a->ids[i]))
            return true;
    }
    return false;
}

/* ---- what happens ---- */

/* The face that those who wait for, or pass, the object of `record` look at. */
static enum face face_of(const struct trace_record *record)
{
    switch (record->object.kind[0]) {
    case 't':
        return FACE_TASK;
    case 'j':
        return FACE_JOIN;
    case 'r':
        return strcmp(record->object.kind, "room in queue") == 0 ? FACE_ROOM : FACE_SIGNAL;
    default:
        return FACE_SIGNAL;
    }
}

static void go_on(struct order *order, order_task who, const struct trace_record *record)
{
    if (record->object.id != 0 && orders_tasks(order, record)) {
        take(order, who, key_of(record, face_of(record), record->object.id, 0));
        take(order, who, key_of(record, FACE_SIGNAL, record->object.id, 0));
    }
    if (record->value < 0)
        take(order, who, key_of(record, FACE_CANCEL, record->task, 0));
}

static void update(struct order *order, order_task who, const struct trace_record *record)
{
    uint64_t key = key_of(record, FACE_VARIABLE, record->object.id, 0);

    take(order, who, key);
    give(order, who, key);
}

/* A plain access to a variable that is updated elsewhere is one of an atomic, too. */
static void access(struct order *order, order_task who, const struct trace_record *record)
{
    uint64_t key = key_of(record, FACE_VARIABLE, record->object.id, 0);

    if (known_clock(order, key) == NULL)
        return;
    if (record->kind == TRACE_READ)
        take(order, who, key);
    else
        give(order, who, key);
}

static void happen(struct order *order, order_task who, const struct trace_record *record)
{
    uint32_t id = record->object.id;

    switch (record->kind) {
    case TRACE_SPAWNED:
        spawn(order, who, record);
        break;
    case TRACE_FINISHED:
        give(order, who, key_of(record, FACE_TASK, record->task, 0));
        break;
    case TRACE_RESUMED:
    case TRACE_PASSED:
        go_on(order, who, record);
        break;
    case TRACE_HELD:
        if (orders_tasks(order, record))
            take(order, who, key_of(record, FACE_SIGNAL, id, 0));
        take_lock(order, who, record);
        break;
    case TRACE_RELEASED:
        give_lock(order, who, record);
        if (orders_tasks(order, record))
            give(order, who, key_of(record, FACE_SIGNAL, id, 0));
        break;
    case TRACE_SIGNALLED:
        give(order, who, key_of(record, face_of(record), id, 0));
        break;
    case TRACE_PUT:
        give(order, who, key_of(record, FACE_ITEM, id, record->value));
        break;
    case TRACE_GOT:
        take(order, who, key_of(record, FACE_ITEM, id, record->value));
        give(order, who, key_of(record, FACE_ROOM, id, 0));
        break;
    case TRACE_CANCELLED:
        give(order, who, key_of(record, FACE_CANCEL, id, 0));
        break;
    case TRACE_UPDATED:
        update(order, who, record);
        break;
    default:
        access(order, who, record);
        break;
    }
}

void order_listen(void *self, const struct trace_record *record)
{
    struct order *order = self;

    if ((ORDER_KEEN >> record->kind & 1) == 0 || order->full)
        return;
    order->who = place_of(order, record, record->task);
    if (order->who == ORDER_NOBODY)
        return;
    if (order->tasks[order->who].name[0] == '\0')
        name(order, order->who, record);
    if (record->task == 0)
        see_all(order, order->who);
    happen(order, order->who, record);
}

/* ---- for those who ask ---- */

order_task order_who(const struct order *order)
{
    return order->full ? ORDER_NOBODY : order->who;
}

uint32_t order_now(const struct order *order, order_task who)
{
    return order->clocks[who].at[who];
}

const struct order_view *order_view(const struct order *order, order_task who)
{
    return &order->clocks[who];
}

bool order_before(const struct order *order, order_task other, uint32_t clock, order_task who)
{
    return clock <= order->clocks[who].at[other];
}

const struct order_locks *order_locks(const struct order *order, order_task who)
{
    return &order->tasks[who].locks;
}

const char *order_name(const struct order *order, order_task who)
{
    return order->tasks[who].name;
}
