/*
 * deadlock.c - see deadlock.h.
 */
#include "detect/deadlock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/check.h"
#include "base/map.h"

#define NOBODY MAP_NONE

/* A task that is alive, and what it waits for, if it does. */
struct waiting {
    uint32_t process;
    uint32_t thread;
    uint32_t task;
    char name[64];
    bool waits;
    char kind[24];
    char object_name[64]; /* as people say it: "lock A" */
    uint32_t object;
    int64_t since_ns;
    char here[96];
    bool expected; /* what it said it waits for holds */
    char expects[64];
    int64_t expected_since_ns;
    char expected_by[64]; /* who made it so; "": no task */
    size_t holdings;      /* the first of what it holds, or NOBODY */
};

/* A task that holds an object, or owes it its end. */
struct holding {
    bool free;
    size_t next; /* of the same task, or of those that are free; NOBODY: the last */
    uint32_t process;
    uint32_t thread;
    uint32_t task;
    char kind[24];
    uint32_t object;
    int64_t since_ns;
    char here[96];
};

struct deadlock {
    struct waiting *tasks;
    size_t task_count;
    size_t task_capacity;
    struct map index; /* process, thread and task to their place in `tasks` */
    struct holding *holdings;
    size_t holding_count;
    size_t holding_capacity;
    size_t holding_free; /* a chain of free places */
    char *partial;       /* the circle that was there when main ended, as a block; or NULL */
    int64_t partial_ns;
};

struct deadlock *deadlock_new(void)
{
    struct deadlock *detector = must_alloc(sizeof *detector);

    deadlock_reset(detector);
    return detector;
}

void deadlock_free(struct deadlock *detector)
{
    if (detector == NULL)
        return;
    map_free(&detector->index);
    free(detector->tasks);
    free(detector->holdings);
    free(detector->partial);
    free(detector);
}

void deadlock_reset(struct deadlock *detector)
{
    map_empty(&detector->index);
    detector->task_count = 0;
    detector->holding_count = 0;
    detector->holding_free = NOBODY;
    free(detector->partial);
    detector->partial = NULL;
}

static uint64_t key_of_record(const struct trace_record *record)
{
    return trace_task_key(record->process, record->thread, record->task);
}

static size_t find_task(const struct deadlock *detector, const struct trace_record *record)
{
    return map_get(&detector->index, key_of_record(record));
}

static size_t find_holder(const struct deadlock *detector, const struct holding *holding)
{
    return map_get(&detector->index,
                   trace_task_key(holding->process, holding->thread, holding->task));
}

static void add_task(struct deadlock *detector, const struct trace_record *record)
{
    struct waiting *task;

    detector->tasks = must_room(detector->tasks, &detector->task_capacity, detector->task_count + 1,
                                sizeof *detector->tasks);
    map_set(&detector->index, key_of_record(record), detector->task_count);
    task = &detector->tasks[detector->task_count++];
    memset(task, 0, sizeof *task);
    task->holdings = NOBODY;
    task->process = record->process;
    task->thread = record->thread;
    task->task = record->task;
    trace_task_name(record->task, record->task_name, task->name, sizeof task->name);
}

static void free_holding(struct deadlock *detector, size_t i)
{
    detector->holdings[i].free = true;
    detector->holdings[i].next = detector->holding_free;
    detector->holding_free = i;
}

/* A task that has ended leaves its place to the last one; what it held, it can no longer end. */
static void remove_task(struct deadlock *detector, const struct trace_record *record)
{
    size_t i = map_remove(&detector->index, key_of_record(record));
    struct waiting *last = &detector->tasks[detector->task_count - 1];

    if (i == NOBODY)
        return;
    for (size_t at = detector->tasks[i].holdings; at != NOBODY;) {
        size_t next = detector->holdings[at].next;

        free_holding(detector, at);
        at = next;
    }
    if (&detector->tasks[i] != last) {
        detector->tasks[i] = *last;
        map_set(&detector->index, trace_task_key(last->process, last->thread, last->task), i);
    }
    detector->task_count--;
}

static void note_wait(struct deadlock *detector, const struct trace_record *record)
{
    size_t i = find_task(detector, record);
    struct waiting *task;

    if (i == NOBODY)
        return;
    task = &detector->tasks[i];
    task->waits = record->kind == TRACE_BLOCKED;
    trace_task_name(record->task, record->task_name, task->name, sizeof task->name);
    finding_copy_text(task->kind, sizeof task->kind, record->object.kind);
    trace_object_name(&record->object, task->object_name, sizeof task->object_name);
    task->object = record->object.id;
    task->since_ns = record->time_ns;
    finding_copy_text(task->here, sizeof task->here, record->here);
}

static void note_expected(struct deadlock *detector, const struct trace_record *record)
{
    size_t i = find_task(detector, record);
    struct waiting *task;

    if (i == NOBODY)
        return;
    task = &detector->tasks[i];
    task->expected = record->value != 0;
    task->expected_since_ns = record->time_ns;
    finding_copy_text(task->expects, sizeof task->expects, record->object.kind);
    finding_copy_text(task->expected_by, sizeof task->expected_by, record->text);
}

/* A place for one more holding. */
static size_t take_holding(struct deadlock *detector)
{
    size_t i = detector->holding_free;

    if (i != NOBODY) {
        detector->holding_free = detector->holdings[i].next;
        return i;
    }
    detector->holdings = must_room(detector->holdings, &detector->holding_capacity,
                                   detector->holding_count + 1, sizeof *detector->holdings);
    return detector->holding_count++;
}

static void add_holding(struct deadlock *detector, const struct trace_record *record)
{
    size_t task = find_task(detector, record);
    struct holding *holding;
    size_t i;

    if (task == NOBODY)
        return;
    i = take_holding(detector);
    holding = &detector->holdings[i];
    holding->free = false;
    holding->next = detector->tasks[task].holdings;
    detector->tasks[task].holdings = i;
    holding->process = record->process;
    holding->thread = record->thread;
    holding->task = record->task;
    holding->object = record->object.id;
    holding->since_ns = record->time_ns;
    finding_copy_text(holding->kind, sizeof holding->kind, record->object.kind);
    finding_copy_text(holding->here, sizeof holding->here, record->here);
}

static void remove_holding(struct deadlock *detector, const struct trace_record *record)
{
    size_t task = find_task(detector, record);
    size_t *link = task != NOBODY ? &detector->tasks[task].holdings : NULL;

    while (link != NULL && *link != NOBODY) {
        size_t i = *link;

        if (detector->holdings[i].object == record->object.id) {
            *link = detector->holdings[i].next;
            free_holding(detector, i);
            return;
        }
        link = &detector->holdings[i].next;
    }
}

/* The first task of a loop: when it ends the others are cancelled, which ends their waits. */
#define MAIN_TASK 1

static void look_for_circle(struct deadlock *detector, int64_t time_ns);

/* A task is cancelled by another, which, if they wait in a circle, ends that. A timeout that does
 * so is a way out that the program has provided. */
static void cancel_task(struct deadlock *detector, const struct trace_record *record)
{
    if (record->task != 0 && record->value != 0 && detector->partial == NULL)
        look_for_circle(detector, record->time_ns);
}

static void end_task(struct deadlock *detector, const struct trace_record *record)
{
    remove_task(detector, record);
    if (record->task == MAIN_TASK && detector->partial == NULL)
        look_for_circle(detector, record->time_ns);
}

void deadlock_listen(void *self, const struct trace_record *record)
{
    switch (record->kind) {
    case TRACE_SPAWNED:
        add_task(self, record);
        break;
    case TRACE_FINISHED:
        end_task(self, record);
        break;
    case TRACE_CANCELLED:
        cancel_task(self, record);
        break;
    case TRACE_BLOCKED:
    case TRACE_RESUMED:
        note_wait(self, record);
        break;
    case TRACE_EXPECTED:
        note_expected(self, record);
        break;
    case TRACE_HELD:
        add_holding(self, record);
        break;
    case TRACE_RELEASED:
        remove_holding(self, record);
        break;
    default:
        break;
    }
}

/*
 * The `n`-th task that could end the wait of `waiting`: the task it waits for, or a holder. `held`
 * is set to the holding, or NULL.
 */
static size_t ender(const struct deadlock *detector, const struct waiting *waiting, size_t n,
                    const struct holding **held)
{
    *held = NULL;
    if (strcmp(waiting->kind, "task") == 0)
        return n > 0 ? NOBODY
                     : map_get(&detector->index,
                               trace_task_key(waiting->process, waiting->thread, waiting->object));
    for (size_t i = 0; i < detector->holding_count; i++) {
        const struct holding *holding = &detector->holdings[i];

        if (holding->free || holding->process != waiting->process ||
            holding->object != waiting->object || waiting->object == 0 ||
            strcmp(holding->kind, waiting->kind) != 0)
            continue;
        if (n-- > 0)
            continue;
        *held = holding;
        return find_holder(detector, holding);
    }
    return NOBODY;
}

/* A walk along the waits: where it stands, and how far each step on the way has been tried. */
struct walk {
    size_t *path;
    size_t *tried;
    size_t length;
    unsigned char *seen; /* 1: on the path, 2: done with */
};

/* One step of the depth-first walk. Returns: the start of a circle in the path, or NOBODY. */
static size_t walk_on(const struct deadlock *detector, struct walk *walk)
{
    size_t at = walk->path[walk->length - 1];
    const struct holding *held;
    size_t next = ender(detector, &detector->tasks[at], walk->tried[walk->length - 1]++, &held);

    if (next == NOBODY) {
        walk->seen[at] = 2;
        walk->length--;
    } else if (walk->seen[next] == 1) {
        for (size_t i = 0; i < walk->length; i++) {
            if (walk->path[i] == next)
                return i;
        }
    } else if (walk->seen[next] == 0 && detector->tasks[next].waits) {
        walk->seen[next] = 1;
        walk->path[walk->length] = next;
        walk->tried[walk->length++] = 0;
    }
    return NOBODY;
}

/* Find a circle of waits. Returns: its length, its members in `circle`; 0 if there is none. */
static size_t find_circle(const struct deadlock *detector, size_t *circle)
{
    size_t n = detector->task_count;
    struct walk walk = {must_alloc(n * sizeof(size_t)), must_alloc(n * sizeof(size_t)), 0,
                        must_alloc(n)};
    size_t length = 0;

    for (size_t start = 0; start < n && length == 0; start++) {
        if (walk.seen[start] != 0 || !detector->tasks[start].waits)
            continue;
        walk.seen[start] = 1;
        walk.path[0] = start;
        walk.tried[0] = 0;
        walk.length = 1;
        while (walk.length > 0 && length == 0) {
            size_t from = walk_on(detector, &walk);

            if (from == NOBODY)
                continue;
            length = walk.length - from;
            memcpy(circle, walk.path + from, length * sizeof *circle);
        }
    }
    free(walk.path);
    free(walk.tried);
    free(walk.seen);
    return length;
}

/* Turn the circle so that it begins with the task that was spawned first. */
static void turn(const struct deadlock *detector, size_t *circle, size_t length)
{
    size_t first = 0;

    for (size_t i = 1; i < length; i++) {
        if (detector->tasks[circle[i]].task < detector->tasks[circle[first]].task)
            first = i;
    }
    while (first-- > 0) {
        size_t head = circle[0];

        memmove(circle, circle + 1, (length - 1) * sizeof *circle);
        circle[length - 1] = head;
    }
}

/* What it would take to end a wait that nobody can end. */
static const char *missing(const char *kind)
{
    static const struct {
        const char *kind;
        const char *text;
    } texts[] = {
        {"future", "nobody is left to complete it"},
        {"event", "nobody is left to set it"},
        {"queue", "nobody is left to put an item"},
        {"room in queue", "nobody is left to get an item"},
        {"join of queue", "nobody is left to say task_done"},
        {"semaphore", "nobody holds a permit to release"},
        {"condition", "nobody is left to notify"},
        {"barrier", "too few are left to come"},
        {"room in barrier", "the round before never drains"},
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (strcmp(texts[i].kind, kind) == 0)
            return texts[i].text;
    }
    return "nobody is left to end it";
}

static int width_of_names(const struct deadlock *detector)
{
    size_t width = 0;

    for (size_t i = 0; i < detector->task_count; i++) {
        size_t length = strlen(detector->tasks[i].name);

        if (detector->tasks[i].waits && length > width)
            width = length;
    }
    return (int)width;
}

/* "writer  waits for lock A since 1.000s  ladder.c:31" */
static void print_wait(FILE *out, const struct waiting *task, int width)
{
    fprintf(out, "%-*s  waits for %s since ", width, task->name, task->object_name);
    finding_print_time(out, task->since_ns);
    if (task->here[0] != '\0')
        fprintf(out, "  %s", finding_base_name(task->here));
}

/* Whether an object of this kind is not held but owed: it ends when its tasks have ended. */
static bool is_owed(const char *kind)
{
    return strcmp(kind, "gather") == 0 || strcmp(kind, "group") == 0 || strcmp(kind, "wait") == 0;
}

/* "until t1 and t2 end" */
static void print_gathered(FILE *out, const struct deadlock *detector, const struct holding *gather)
{
    size_t count = 0;

    for (size_t i = 0; i < detector->holding_count; i++) {
        const struct holding *holding = &detector->holdings[i];
        size_t task = find_holder(detector, holding);

        if (holding->free || holding->process != gather->process ||
            holding->object != gather->object || strcmp(holding->kind, gather->kind) != 0 ||
            task == NOBODY)
            continue;
        fprintf(out, "%s%s", count++ == 0 ? "   until " : " and ", detector->tasks[task].name);
    }
    fputs(count == 1 ? " ends" : " end", out);
}

/* "held by reader since 1.000s  ladder.c:44" */
static void print_holder(FILE *out, const struct deadlock *detector, size_t holder,
                         const struct holding *held)
{
    if (held == NULL) {
        fprintf(out, "   until %s ends", detector->tasks[holder].name);
        return;
    }
    if (is_owed(held->kind)) {
        print_gathered(out, detector, held);
        return;
    }
    fprintf(out, "   held by %s since ", detector->tasks[holder].name);
    finding_print_time(out, held->since_ns);
    if (held->here[0] != '\0')
        fprintf(out, "  %s", finding_base_name(held->here));
}

static bool is_member(const size_t *circle, size_t length, size_t task)
{
    for (size_t i = 0; i < length; i++) {
        if (circle[i] == task)
            return true;
    }
    return false;
}

/* The holding through which `from` waits for `to`. */
static const struct holding *edge(const struct deadlock *detector, size_t from, size_t to)
{
    const struct holding *held = NULL;
    size_t next;

    for (size_t n = 0; (next = ender(detector, &detector->tasks[from], n, &held)) != NOBODY; n++) {
        if (next == to)
            return held;
    }
    return NULL;
}

static void print_circle(FILE *out, const struct deadlock *detector, const size_t *circle,
                         size_t length)
{
    int width = width_of_names(detector);

    for (size_t i = 0; i < length; i++) {
        size_t next = circle[(i + 1) % length];

        print_wait(out, &detector->tasks[circle[i]], width);
        print_holder(out, detector, next, edge(detector, circle[i], next));
        fputc('\n', out);
    }
}

/* Whether the task waits for what holds, and no other task could end that. */
static bool is_lost(const struct deadlock *detector, const struct waiting *task)
{
    const struct holding *held;

    return task->waits && task->expected && ender(detector, task, 0, &held) == NOBODY;
}

/* "consumer  waits for condition news since 0.000s  pool.c:31   though has_item holds since 1.000s,
 * by producer". Returns: whether there is one. */
static bool print_lost(FILE *out, const struct deadlock *detector)
{
    int width = width_of_names(detector);
    bool any = false;

    for (size_t i = 0; i < detector->task_count; i++) {
        const struct waiting *task = &detector->tasks[i];

        if (!is_lost(detector, task))
            continue;
        any = true;
        print_wait(out, task, width);
        fprintf(out, "   though %s holds since ", task->expects);
        finding_print_time(out, task->expected_since_ns);
        if (task->expected_by[0] != '\0')
            fprintf(out, ", by %s", task->expected_by);
        fputc('\n', out);
    }
    return any;
}

/* The waits outside the circle: those that nobody can end first say so. */
static void print_others(FILE *out, const struct deadlock *detector, const size_t *circle,
                         size_t length)
{
    int width = width_of_names(detector);

    for (size_t i = 0; i < detector->task_count; i++) {
        const struct waiting *task = &detector->tasks[i];
        const struct holding *held;
        size_t holder;

        if (!task->waits || is_member(circle, length, i) || is_lost(detector, task))
            continue;
        print_wait(out, task, width);
        holder = ender(detector, task, 0, &held);
        if (holder == NOBODY)
            fprintf(out, "   %s", missing(task->kind));
        else
            print_holder(out, detector, holder, held);
        fputc('\n', out);
    }
}

static bool anybody_waits(const struct deadlock *detector)
{
    for (size_t i = 0; i < detector->task_count; i++) {
        if (detector->tasks[i].waits)
            return true;
    }
    return false;
}

static int by_start(const void *a, const void *b)
{
    const struct waiting *x = a, *y = b;
    uint64_t first = trace_task_key(x->process, x->thread, x->task);
    uint64_t second = trace_task_key(y->process, y->thread, y->task);

    return first < second ? -1 : first > second;
}

/* Put the tasks into the order in which they started, for people. */
static void sort_tasks(struct deadlock *detector)
{
    qsort(detector->tasks, detector->task_count, sizeof *detector->tasks, by_start);
    map_empty(&detector->index);
    for (size_t i = 0; i < detector->task_count; i++) {
        const struct waiting *task = &detector->tasks[i];

        map_set(&detector->index, trace_task_key(task->process, task->thread, task->task), i);
    }
}

/* Find a circle, which begins with the task that was spawned first. Returns: its length; `*circle`
 * is the caller's to free. */
static size_t circle_of(struct deadlock *detector, size_t **circle)
{
    size_t length;

    sort_tasks(detector);
    *circle = must_alloc((detector->task_count + 1) * sizeof **circle);
    length = find_circle(detector, *circle);
    turn(detector, *circle, length);
    return length;
}

/* Keep the circle that is there now, if there is one. */
static void look_for_circle(struct deadlock *detector, int64_t time_ns)
{
    size_t *circle;
    size_t length, size;
    FILE *out;

    if (!anybody_waits(detector))
        return;
    length = circle_of(detector, &circle);
    if (length > 0) {
        out = open_memstream(&detector->partial, &size);
        CHECK(out != NULL);
        print_circle(out, detector, circle, length);
        fclose(out);
        detector->partial_ns = time_ns;
    }
    free(circle);
}

bool deadlock_partial(struct deadlock *detector, bool cut, int64_t time_ns, struct finding *finding)
{
    if (cut && detector->partial == NULL)
        look_for_circle(detector, time_ns);
    if (detector->partial == NULL)
        return false;
    *finding = (struct finding){FINDING_PARTIAL_DEADLOCK, detector->partial_ns, detector->partial};
    detector->partial = NULL;
    return true;
}

bool deadlock_judge(struct deadlock *detector, int64_t time_ns, struct finding *finding)
{
    size_t *circle;
    size_t length, size;
    bool lost;
    FILE *out;

    if (!anybody_waits(detector))
        return false;
    length = circle_of(detector, &circle);
    finding->time_ns = time_ns;
    out = open_memstream(&finding->lines, &size);
    CHECK(out != NULL);
    print_circle(out, detector, circle, length);
    lost = print_lost(out, detector);
    print_others(out, detector, circle, length);
    fclose(out);
    free(circle);
    finding->kind = length > 0 ? FINDING_DEADLOCK
                    : lost     ? FINDING_LOST_WAKEUP
                               : FINDING_ENDLESS_WAIT;
    return true;
}
