/*
 * as_completed.c - see as_completed.h. CPython 3.13's _AsCompletedIterator: the futures' callbacks
 * fill a queue, from which the waiting tasks are served. What is there is `ready` futures and
 * `late` timeouts; whoever is woken finds one, because nobody overtakes the line.
 */
#include "as_completed.h"

#include "base/alloc.h"
#include "base/check.h"
#include "child.h"
#include "park.h"

struct entry {
    struct child child;
    struct list in_ready;
};

/* On the heap, so that no line and no heap ever leads to a coroutine's stack. */
struct as_completed {
    uint32_t refs; /* the iteration's, and one for each task inside next() */
    bool closed;
    struct rondo_loop *loop;
    struct deadline deadline;
    rondo_object object;
    struct observed_object view; /* of that */
    rondo_park park;
    struct list ready; /* struct entry, ended and not handed out */
    size_t ready_count;
    size_t late;    /* timeouts not handed out */
    size_t pending; /* children that may still come */
    size_t waiting; /* tasks inside next() */
    size_t count;
    struct entry entries[];
};

static size_t there(const struct as_completed *state)
{
    return state->ready_count + state->late;
}

/* Wake as many of the line as there is something for. */
static void serve(struct as_completed *state)
{
    while (there(state) > state->park.woken && park_wake(&state->park))
        continue;
}

static void child_done(struct callback *callback)
{
    struct child *child = child_ended(callback);
    struct as_completed *state = child->of;

    list_push_back(&state->ready, &container_of(child, struct entry, child)->in_ready);
    state->ready_count++;
    if (--state->pending == 0)
        loop_cancel(state->loop, &state->deadline);
    serve(state);
}

static void time_is_up(struct callback *callback)
{
    struct deadline *deadline = container_of(callback, struct deadline, callback);
    struct as_completed *state = container_of(deadline, struct as_completed, deadline);

    for (size_t i = 0; i < state->count; i++)
        child_unwatch(&state->entries[i].child);
    state->late = state->pending;
    state->pending = 0;
    serve(state);
}

static void watch(struct as_completed *state, rondo_future *future)
{
    static const struct callback_kind done = {.run = child_done, .what = "wait"};
    struct entry *entry = &state->entries[state->count++];

    child_watch(&entry->child, rondo_ref(future), state, &state->view, NULL, &done);
}

/* Returns: NULL without memory. */
static struct as_completed *state_new(struct rondo_loop *loop, rondo_future *const *futures,
                                      size_t count)
{
    static const struct callback_kind timeout = {.run = time_is_up, .what = "timeout"};
    struct as_completed *state = alloc_zero(sizeof *state + count * sizeof state->entries[0]);

    if (state == NULL)
        return NULL;
    state->refs = 1;
    state->loop = loop;
    state->view = object_view(loop, &state->object, "wait");
    state->deadline.callback = (struct callback){.kind = &timeout};
    list_init(&state->ready);
    for (size_t i = 0; i < count; i++) {
        if (!futures[i]->counted)
            watch(state, futures[i]);
        futures[i]->counted = true;
    }
    for (size_t i = 0; i < count; i++)
        futures[i]->counted = false;
    state->pending = state->count;
    return state;
}

static void state_unref(struct as_completed *state)
{
    if (--state->refs > 0)
        return;
    for (size_t i = 0; i < state->count; i++)
        rondo_unref(state->entries[i].child.future);
    alloc_release(state);
}

static int next_item(rondo_iterator *self, rondo_value *item)
{
    rondo_future *future = NULL;
    int rc = rondo_as_completed_next(container_of(self, rondo_as_completed, iterator), &future);

    *item = rondo_value_of((void *)future);
    return rc;
}

int rondo_as_completed_open(rondo_as_completed *iteration, rondo_future *const *futures,
                            size_t count, int64_t timeout_ns)
{
    struct rondo_loop *loop = loop_running();
    struct as_completed *state;

    *iteration = (rondo_as_completed){.iterator = {next_item},
                                      .code = loop != NULL ? futures_refuse(loop, futures, count)
                                                           : RONDO_EMISUSE};
    if (iteration->code < 0 || count == 0)
        return iteration->code;
    state = state_new(loop, futures, count);
    if (state == NULL)
        return iteration->code = RONDO_ENOMEM;
    if (timeout_ns < RONDO_FOREVER)
        loop_call_at(loop, &state->deadline, loop_after(loop, timeout_ns));
    iteration->state = state;
    return 0;
}

/* Hand out what is first. */
static int take(struct as_completed *state, rondo_future **future)
{
    struct list *first = list_pop_front(&state->ready);

    if (first != NULL) {
        state->ready_count--;
        *future = container_of(first, struct entry, in_ready)->child.future;
        return 1;
    }
    CHECK(state->late > 0);
    state->late--;
    return rondo_fail(RONDO_ETIMEDOUT, "%s", "");
}

/* Stand in line for what comes. */
static int take_in_turn(struct as_completed *state, rondo_future **future, const char *here)
{
    int rc;

    state->refs++;
    state->waiting++;
    rc = park_wait(&state->park, &state->object, "wait", here).rc;
    state->waiting--;
    if (rc == 0 && !state->closed)
        rc = take(state, future);
    if (!state->closed)
        serve(state); /* who came meanwhile; or, cancelled, whoever is next */
    state_unref(state);
    return rc;
}

int rondo_as_completed_next_at(rondo_as_completed *iteration, rondo_future **future,
                               const char *here)
{
    struct as_completed *state = iteration->state;

    if (state == NULL)
        return iteration->code;
    if (there(state) + state->pending == state->waiting)
        return 0; /* for each that is left, somebody waits already */
    if (there(state) > 0 && park_empty(&state->park))
        return take(state, future);
    return take_in_turn(state, future, here);
}

void rondo_as_completed_close(rondo_as_completed *iteration)
{
    struct as_completed *state = iteration->state;

    *iteration = (rondo_as_completed){.iterator = {next_item}};
    if (state == NULL)
        return;
    loop_cancel(state->loop, &state->deadline);
    for (size_t i = 0; i < state->count; i++)
        child_unwatch(&state->entries[i].child);
    state->closed = true;
    park_wake_all(&state->park);
    state_unref(state);
}
