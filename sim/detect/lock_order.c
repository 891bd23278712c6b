/*
 * lock_order.c - see lock_order.h.
 */
#include "detect/lock_order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/check.h"

/* Locks in a circle; longer ones are not looked for. */
#define CIRCLE_MAX 6
/* Edges of a run that are kept; in what comes after, nothing new is looked for. */
#define EDGES_MAX 2000

/* A lock that somebody took. Texts are of the trace, or the module, and outlive the run. */
struct taken {
    order_task who;
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
    struct taken taken = {order_who(detector->order), record->object, record->time_ns,
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
    const struct edge *edges[CIRCLE_MAX];
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

/* Make a circle of `length` of the path that `circle` holds. Returns: whether there is one. */
static bool close_circle(const struct lock_order *detector, struct circle *circle, size_t length)
{
    const struct edge *last = circle->edges[circle->length - 1];

    if (circle->length == length)
        return last->second.lock.id == circle->edges[0]->first.lock.id;
    for (size_t i = 0; i < detector->edge_count; i++) {
        const struct edge *next = &detector->edges[i];

        if (next->first.lock.id != last->second.lock.id || !fits(circle, next))
            continue;
        circle->edges[circle->length++] = next;
        if (close_circle(detector, circle, length))
            return true;
        circle->length--;
    }
    return false;
}

static bool find_circle(const struct lock_order *detector, struct circle *circle)
{
    for (size_t length = 2; length <= CIRCLE_MAX; length++) {
        for (size_t i = 0; i < detector->edge_count; i++) {
            circle->edges[0] = &detector->edges[i];
            circle->length = 1;
            if (close_circle(detector, circle, length))
                return true;
        }
    }
    return false;
}

/* "lock A at 1.000s  ladder.c:31" */
static void print_taken(FILE *out, const struct taken *taken)
{
    char name[80];

    fprintf(out, "%s at ", trace_object_name(&taken->lock, name, sizeof name));
    finding_print_time(out, taken->time_ns);
    if (taken->here != NULL)
        fprintf(out, "  %s", finding_base_name(taken->here));
}

bool lock_order_judge(const struct lock_order *detector, struct finding *finding)
{
    struct circle circle;
    size_t size;
    FILE *out;

    if (!find_circle(detector, &circle))
        return false;
    *finding = (struct finding){FINDING_LOCK_ORDER, 0, NULL};
    out = open_memstream(&finding->lines, &size);
    CHECK(out != NULL);
    for (size_t i = 0; i < circle.length; i++) {
        const struct edge *edge = circle.edges[i];

        if (edge->second.time_ns > finding->time_ns)
            finding->time_ns = edge->second.time_ns;
        fprintf(out, "%s  takes ", order_name(detector->order, edge->second.who));
        print_taken(out, &edge->second);
        fputs("   holding ", out);
        print_taken(out, &edge->first);
        fputc('\n', out);
    }
    fputs("at another time each waits for the next: nothing keeps them apart\n", out);
    fclose(out);
    return true;
}
