/*
 * deadlock.c - see deadlock.h.
 */
#include "detect/deadlock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/check.h"
#include "detect/knot.h"

struct deadlock {
    struct waits waits;
    char *partial; /* the knot that was there when main ended, as a block; or NULL */
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
    waits_free(&detector->waits);
    free(detector->partial);
    free(detector);
}

void deadlock_reset(struct deadlock *detector)
{
    waits_reset(&detector->waits);
    free(detector->partial);
    detector->partial = NULL;
}

/* The first task of a loop: when it ends the others are cancelled, which ends their waits. */
#define MAIN_TASK 1

static void look_for_knot(struct deadlock *detector, uint32_t process, int64_t time_ns);

/* A task is cancelled by another, which, if they wait in a knot, ends that. A timeout that does
 * so is a way out that the program has provided. */
static void cancel_task(struct deadlock *detector, const struct trace_record *record)
{
    if (record->task != 0 && record->value != 0 && detector->partial == NULL)
        look_for_knot(detector, record->process, record->time_ns);
}

static void end_task(struct deadlock *detector, const struct trace_record *record)
{
    if (record->task == MAIN_TASK && detector->partial == NULL)
        look_for_knot(detector, record->process, record->time_ns);
}

void deadlock_listen(void *self, const struct trace_record *record)
{
    struct deadlock *detector = self;

    if (record->kind == TRACE_CANCELLED)
        cancel_task(detector, record);
    waits_note(&detector->waits, record);
    if (record->kind == TRACE_FINISHED)
        end_task(detector, record);
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
        {"clients of server", "nobody is left to connect"},
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (strcmp(texts[i].kind, kind) == 0)
            return texts[i].text;
    }
    return "nobody is left to end it";
}

/* What one who has ended waits like this one before would have to do again. */
static const char *needed(const char *kind)
{
    static const struct {
        const char *kind;
        const char *text;
    } texts[] = {
        {"event", "set it"},
        {"queue", "put an item"},
        {"room in queue", "get an item"},
        {"join of queue", "say task_done"},
        {"semaphore", "release a permit"},
        {"condition", "notify"},
        {"barrier", "come"},
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (strcmp(texts[i].kind, kind) == 0)
            return texts[i].text;
    }
    CHECK_NEVER("nobody has signalled what has no line");
}

static int width_of_names(const struct waits *waits)
{
    size_t width = 0;

    for (size_t i = 0; i < waits->task_count; i++) {
        size_t length = strlen(waits->tasks[i].name);

        if (waits->tasks[i].waits && length > width)
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
static void print_gathered(FILE *out, const struct waits *waits, const struct holding *gather)
{
    size_t count = 0;

    for (size_t i = 0; i < waits->holding_count; i++) {
        const struct holding *holding = &waits->holdings[i];
        size_t task = waits_holder(waits, holding);

        if (holding->free || holding->process != gather->process ||
            holding->object != gather->object || strcmp(holding->kind, gather->kind) != 0 ||
            task == NOBODY)
            continue;
        fprintf(out, "%s%s", count++ == 0 ? "   until " : " and ", waits->tasks[task].name);
    }
    fputs(count == 1 ? " ends" : " end", out);
}

/* "held by reader since 1.000s  ladder.c:44" */
static void print_holder(FILE *out, const struct waits *waits, size_t holder,
                         const struct holding *held)
{
    if (held == NULL) {
        fprintf(out, "   until %s ends", waits->tasks[holder].name);
        return;
    }
    if (is_owed(held->kind)) {
        print_gathered(out, waits, held);
        return;
    }
    fprintf(out, "   held by %s since ", waits->tasks[holder].name);
    finding_print_time(out, held->since_ns);
    if (held->here[0] != '\0')
        fprintf(out, "  %s", finding_base_name(held->here));
}

/* The holding through which `from` waits for `to`. */
static const struct holding *edge(const struct waits *waits, size_t from, size_t to)
{
    const struct holding *held = NULL;
    size_t next;

    for (size_t n = 0; (next = waits_ender(waits, &waits->tasks[from], n, &held)) != NOBODY; n++) {
        if (next == to)
            return held;
    }
    return NULL;
}

/* Each waits for the next. */
static void print_circle(FILE *out, const struct waits *waits, const struct knot *knot)
{
    int width = width_of_names(waits);

    for (size_t i = 0; i < knot->count; i++) {
        size_t at = knot->members[i], next = knot->members[(i + 1) % knot->count];

        print_wait(out, &waits->tasks[at], width);
        print_holder(out, waits, next, edge(waits, at, next));
        fputc('\n', out);
    }
}

/* "ann or bob would have to set it, as before" */
static void print_past(FILE *out, const struct waits *waits, size_t at)
{
    size_t next;

    for (size_t n = 0; (next = knot_ender(waits, at, n)) != NOBODY; n++)
        fprintf(out, "%s%s", n == 0 ? "   " : " or ", waits->tasks[next].name);
    fprintf(out, " would have to %s, as before", needed(waits->tasks[at].kind));
}

/* Who could end a wait, of all that are known. */
static void print_enders(FILE *out, const struct waits *waits, size_t at)
{
    const struct waiting *task = &waits->tasks[at];
    const struct holding *held;
    size_t next;

    if (waits_ender(waits, task, 0, &held) == NOBODY) {
        print_past(out, waits, at);
        return;
    }
    for (size_t n = 0; (next = waits_ender(waits, task, n, &held)) != NOBODY; n++) {
        print_holder(out, waits, next, held);
        if (held == NULL || is_owed(held->kind))
            return; /* that was all of them */
    }
}

/* From none of these does a way lead out. */
static void print_tangle(FILE *out, const struct waits *waits, const struct knot *knot)
{
    int width = width_of_names(waits);

    for (size_t i = 0; i < knot->count; i++) {
        print_wait(out, &waits->tasks[knot->members[i]], width);
        print_enders(out, waits, knot->members[i]);
        fputc('\n', out);
    }
    fputs("each waits for others of these, and nobody else who is left has ended such a wait\n",
          out);
}

static void print_knot(FILE *out, const struct waits *waits, const struct knot *knot)
{
    if (knot->circle)
        print_circle(out, waits, knot);
    else if (knot->count > 0)
        print_tangle(out, waits, knot);
}

/* Whether the task waits for what holds, and no other task could end that. */
static bool is_lost(const struct waits *waits, const struct waiting *task)
{
    const struct holding *held;

    return task->waits && task->expected && waits_ender(waits, task, 0, &held) == NOBODY;
}

/* "consumer  waits for condition news since 0.000s  pool.c:31   though has_item holds since 1.000s,
 * by producer". Returns: whether there is one. */
static bool print_lost(FILE *out, const struct waits *waits)
{
    int width = width_of_names(waits);
    bool any = false;

    for (size_t i = 0; i < waits->task_count; i++) {
        const struct waiting *task = &waits->tasks[i];

        if (!is_lost(waits, task))
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

static bool is_excused(const struct waits *waits, const struct waiting *task)
{
    return map_get(&waits->excused, task->process) != MAP_NONE;
}

/* What stands between a task that is in no knot and its going on. */
static void print_obstacle(FILE *out, const struct waits *waits, size_t at)
{
    const struct waiting *task = &waits->tasks[at];
    const struct holding *held;
    size_t holder = waits_ender(waits, task, 0, &held);

    if (holder != NOBODY)
        print_holder(out, waits, holder, held);
    else if (knot_ender(waits, at, 0) != NOBODY)
        print_past(out, waits, at);
    else if (!is_excused(waits, task))
        fprintf(out, "   %s", missing(task->kind));
}

/* Processes whose waits are told: of a thousand hosts the first ones will do. */
#define PROCESSES_TOLD_MAX 20

/* The waits outside the knot of processes that are meant to wait, or of all others. */
static void print_some(FILE *out, const struct waits *waits, const struct knot *knot, bool excused)
{
    int width = width_of_names(waits);
    uint32_t process = 0;
    size_t processes = 0;

    for (size_t i = 0; i < waits->task_count; i++) {
        const struct waiting *task = &waits->tasks[i];

        if (!task->waits || knot_has(knot, i) || is_lost(waits, task) ||
            is_excused(waits, task) != excused)
            continue;
        processes += task->process != process;
        process = task->process;
        if (processes > PROCESSES_TOLD_MAX)
            continue;
        print_wait(out, task, width);
        print_obstacle(out, waits, i);
        fputc('\n', out);
    }
    if (processes > PROCESSES_TOLD_MAX)
        fprintf(out, "and those of %zu processes more\n", processes - PROCESSES_TOLD_MAX);
}

static void print_others(FILE *out, const struct waits *waits, const struct knot *knot)
{
    print_some(out, waits, knot, false);
    print_some(out, waits, knot, true);
}

/* Keep the knot that is there now in `process`, if there is one. */
static void look_for_knot(struct deadlock *detector, uint32_t process, int64_t time_ns)
{
    struct waits *waits = &detector->waits;
    struct knot knot;
    size_t size;
    FILE *out;

    if (process == KNOT_ANY_PROCESS ? !waits_any(waits) : !waits_any_of(waits, process))
        return;
    waits_sort(waits);
    knot = knot_find(waits, process, false);
    if (knot.count > 0) {
        out = open_memstream(&detector->partial, &size);
        CHECK(out != NULL);
        print_knot(out, waits, &knot);
        fclose(out);
        detector->partial_ns = time_ns;
    }
    knot_free(&knot);
}

void deadlock_excuse(struct deadlock *detector, uint32_t process)
{
    map_set(&detector->waits.excused, process, 1);
}

bool deadlock_has_waits(const struct deadlock *detector, uint32_t process)
{
    return waits_any_of(&detector->waits, process);
}

bool deadlock_partial(struct deadlock *detector, bool cut, int64_t time_ns, struct finding *finding)
{
    if (cut && detector->partial == NULL)
        look_for_knot(detector, KNOT_ANY_PROCESS, time_ns);
    if (detector->partial == NULL)
        return false;
    *finding = (struct finding){FINDING_PARTIAL_DEADLOCK, detector->partial_ns, detector->partial};
    detector->partial = NULL;
    return true;
}

bool deadlock_judge(struct deadlock *detector, int64_t time_ns, struct finding *finding)
{
    struct waits *waits = &detector->waits;
    struct knot knot;
    size_t size;
    bool lost;
    FILE *out;

    if (!waits_any(waits))
        return false;
    waits_sort(waits);
    knot = knot_find(waits, KNOT_ANY_PROCESS, true);
    finding->time_ns = time_ns;
    out = open_memstream(&finding->lines, &size);
    CHECK(out != NULL);
    print_knot(out, waits, &knot);
    lost = print_lost(out, waits);
    print_others(out, waits, &knot);
    fclose(out);
    finding->kind = knot.count > 0 ? FINDING_DEADLOCK
                    : lost         ? FINDING_LOST_WAKEUP
                                   : FINDING_ENDLESS_WAIT;
    knot_free(&knot);
    return true;
}
