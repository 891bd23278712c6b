/*
 * lock_order.c - see lock_order.h.
 */
#include "detect/lock_order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/check.h"

/* Edges of a run that are kept; in what comes after, nothing new is looked for. */
#define EDGES_MAX 2000

/* A lock that somebody took. Texts are of the trace, or the module, and outlive the run. */
struct taken {
    order_task who;
    uint32_t process;
    uint32_t thread;
    struct trace_object lock;
    int64_t time_ns;
    const char *here;
};

struct holding {
    struct taken taken;
    struct order_view seen; /* by its task, when it was taken */
};

/* `second` was taken while `first` was held. */
struct edge {
    struct taken first;
    struct taken second;
    uint32_t clock;          /* of the task, when it took the second */
    struct order_view seen;  /* by it, when it took the first */
    struct order_locks held; /* when it took the second; `first` is among them */
};

struct lock_order {
    const struct order *order;
    struct holding *holdings; /* of all tasks */
    size_t holding_count;
    size_t holding_capacity;
    struct edge *edges;
    size_t edge_count;
    size_t edge_capacity;
};

struct lock_order *lock_order_new(const struct order *order)
{
    struct lock_order *detector = must_alloc(sizeof *detector);

    detector->order = order;
    return detector;
}

void lock_order_free(struct lock_order *detector)
{
    if (detector == NULL)
        return;
    free(detector->holdings);
    free(detector->edges);
    free(detector);
}

void lock_order_reset(struct lock_order *detector)
{
    detector->holding_count = 0;
    detector->edge_count = 0;
}

/* ---- what happens ---- */

/* A task that goes round takes the same two at the same places again and again. */
static bool is_known(const struct lock_order *detector, const struct taken *first,
                     const struct taken *second)
{
    for (size_t i = 0; i < detector->edge_count; i++) {
        const struct edge *edge = &detector->edges[i];

        if (edge->second.who == second->who && edge->first.lock.id == first->lock.id &&
            edge->second.lock.id == second->lock.id)
            return true;
    }
    return false;
}

static void add_edge(struct lock_order *detector, const struct holding *first,
                     const struct taken *second, const struct order_locks *held)
{
    if (detector->edge_count == EDGES_MAX || is_known(detector, &first->taken, second))
        return;
    detector->edges = must_room(detector->edges, &detector->edge_capacity, detector->edge_count + 1,
                                sizeof *detector->edges);
    detector->edges[detector->edge_count++] =
        (struct edge){.first = first->taken,
                      .second = *second,
                      .clock = order_now(detector->order, second->who),
                      .seen = first->seen,
                      .held = *held};
}

static void take(struct lock_order *detector, const struct taken *taken)
{
    struct order_locks held = *order_locks(detector->order, taken->who);

    held.count -= held.count > 0; /* itself, which is the last */
    for (size_t i = 0; i < detector->holding_count; i++) {
        if (detector->holdings[i].taken.who == taken->who)
            add_edge(detector, &detector->holdings[i], taken, &held);
    }
    detector->holdings = must_room(detector->holdings, &detector->holding_capacity,
                                   detector->holding_count + 1, sizeof *detector->holdings);
    detector->holdings[detector->holding_count++] =
        (struct holding){*taken, *order_view(detector->order, taken->who)};
}

static void give(struct lock_order *detector, order_task who, uint32_t lock)
{
    for (size_t i = 0; i < detector->holding_count; i++) {
        const struct taken *taken = &detector->holdings[i].taken;

        if (taken->who != who || taken->lock.id != lock)
            continue;
        detector->holdings[i] = detector->holdings[--detector->holding_count];
        return;
    }
}

void lock_order_listen(void *self, const struct trace_record *record)
{
    struct lock_order *detector = self;
    struct taken taken = {order_who(detector->order),
                          record->process,
                          record->thread,
                          record->object,
                          record->time_ns,
                          record->here};

    if (record->kind != TRACE_HELD && record->kind != TRACE_RELEASED)
        return;
    if (taken.who == ORDER_NOBODY || strcmp(record->object.kind, "lock") != 0)
        return;
    if (record->kind == TRACE_HELD)
        take(detector, &taken);
    else
        give(detector, taken.who, record->object.id);
}

/* ---- circles ---- */

struct circle {
    const struct edge *edges[LOCK_CIRCLE_MAX];
    size_t length;
};

/* Whether `b` can only begin when `a` is over: not by locks, which another schedule takes
 * otherwise, but by what the tasks wait for besides. */
static bool comes_before(const struct edge *a, const struct edge *b)
{
    return a->clock <= b->seen.at[a->second.who];
}

/* Whether the two can be at the same time: of two tasks, with no lock that guards both. */
static bool can_meet(const struct edge *a, const struct edge *b)
{
    return a->second.who != b->second.who && !order_locks_meet(&a->held, &b->held) &&
           !comes_before(a, b) && !comes_before(b, a);
}

static bool fits(const struct circle *circle, const struct edge *edge)
{
    for (size_t i = 0; i < circle->length; i++) {
        if (!can_meet(circle->edges[i], edge))
            return false;
    }
    return true;
}

static void copy_taken(struct lock_taken *to, const struct taken *from)
{
    trace_object_name(&from->lock, to->name, sizeof to->name);
    to->named = from->lock.name != NULL;
    finding_copy_text(to->here, sizeof to->here, from->here);
    to->time_ns = from->time_ns;
}

/* A circle is complete. */
static void add_circle(const struct lock_order *detector, const struct circle *circle,
                       struct lock_circles *circles)
{
    struct lock_circle *added = &circles->list[circles->count++];

    added->length = circle->length;
    for (size_t i = 0; i < circle->length; i++) {
        const struct edge *edge = circle->edges[i];
        struct lock_step *step = &added->steps[i];

        step->process = edge->second.process;
        step->thread = edge->second.thread;
        finding_copy_text(step->task, sizeof step->task,
                          order_name(detector->order, edge->second.who));
        copy_taken(&step->outer, &edge->first);
        copy_taken(&step->inner, &edge->second);
    }
}

/* Make circles of `length` of the path that `circle` holds. Its first edge is the oldest, so that
 * each circle is found but once. */
static void close_circles(const struct lock_order *detector, struct circle *circle, size_t length,
                          struct lock_circles *circles)
{
    const struct edge *last = circle->edges[circle->length - 1];

    if (circle->length == length) {
        if (last->second.lock.id == circle->edges[0]->first.lock.id)
            add_circle(detector, circle, circles);
        return;
    }
    for (const struct edge *next = circle->edges[0] + 1;
         next < detector->edges + detector->edge_count && circles->count < LOCK_CIRCLES_MAX;
         next++) {
        if (next->first.lock.id != last->second.lock.id || !fits(circle, next))
            continue;
        circle->edges[circle->length++] = next;
        close_circles(detector, circle, length, circles);
        circle->length--;
    }
}

void lock_order_foretell(const struct lock_order *detector, struct lock_circles *circles)
{
    struct circle circle;

    circles->count = 0;
    for (size_t length = 2; length <= LOCK_CIRCLE_MAX; length++) {
        for (size_t i = 0; i < detector->edge_count && circles->count < LOCK_CIRCLES_MAX; i++) {
            circle.edges[0] = &detector->edges[i];
            circle.length = 1;
            close_circles(detector, &circle, length, circles);
        }
    }
}

/* ---- for those who are told ---- */

static bool taken_equal(const struct lock_taken *a, const struct lock_taken *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->here, b->here) == 0;
}

bool lock_circle_equal(const struct lock_circle *a, const struct lock_circle *b)
{
    bool equal = a->length == b->length;

    for (size_t i = 0; equal && i < a->length; i++) {
        const struct lock_step *x = &a->steps[i], *y = &b->steps[i];

        equal = x->process == y->process && x->thread == y->thread &&
                strcmp(x->task, y->task) == 0 && taken_equal(&x->outer, &y->outer) &&
                taken_equal(&x->inner, &y->inner);
    }
    return equal;
}

/* "lock A at 1.000s  ladder.c:31" */
static void print_taken(FILE *out, const struct lock_taken *taken)
{
    fprintf(out, "%s at ", taken->name);
    finding_print_time(out, taken->time_ns);
    if (taken->here[0] != '\0')
        fprintf(out, "  %s", finding_base_name(taken->here));
}

char *lock_circle_lines(const struct lock_circle *circle)
{
    char *lines;
    size_t size;
    FILE *out = open_memstream(&lines, &size);

    CHECK(out != NULL);
    for (size_t i = 0; i < circle->length; i++) {
        fprintf(out, "%s  takes ", circle->steps[i].task);
        print_taken(out, &circle->steps[i].inner);
        fputs("   holding ", out);
        print_taken(out, &circle->steps[i].outer);
        fputc('\n', out);
    }
    fclose(out);
    return lines;
}
