/*
 * concurrent.c - see concurrent.h and crossing.h.
 *
 * One mutex guards what changes. While it is held a loop may be entered, which takes that loop's
 * own mutex; never the other way round.
 */
#include "concurrent.h"

#include <stdatomic.h>

#include <uv.h>

#include "base/alloc.h"
#include "base/check.h"
#include "crossing.h"
#include "error.h"
#include "task_core.h"

enum concurrent_state { PENDING, RUNNING, DONE, CANCELLED };

struct rondo_concurrent {
    atomic_uint refs;
    uv_mutex_t mutex;
    uv_cond_t done;
    enum concurrent_state state;
    int code;
    rondo_value value;
    char *text;
    struct list callbacks; /* struct done_call, in the order they were added */
    struct list crossings; /* to loops, likewise */
};

struct done_call {
    struct list link;
    rondo_callback function;
    void *arg;
};

static atomic_int owed;

void others_owe(int change)
{
    owed += change;
}

bool others_owe_something(void)
{
    return owed > 0;
}

rondo_concurrent *rondo_concurrent_new(void)
{
    rondo_concurrent *concurrent = alloc_zero(sizeof *concurrent);

    if (concurrent == NULL)
        return NULL;
    if (uv_mutex_init(&concurrent->mutex) != 0)
        goto no_mutex;
    if (uv_cond_init(&concurrent->done) != 0)
        goto no_condition;
    concurrent->refs = 1;
    list_init(&concurrent->callbacks);
    list_init(&concurrent->crossings);
    return concurrent;
no_condition:
    uv_mutex_destroy(&concurrent->mutex);
no_mutex:
    alloc_release(concurrent);
    return NULL;
}

rondo_concurrent *rondo_concurrent_ref(rondo_concurrent *concurrent)
{
    if (concurrent != NULL)
        concurrent->refs++;
    return concurrent;
}

void rondo_concurrent_unref(rondo_concurrent *concurrent)
{
    struct list *node;

    if (concurrent == NULL || --concurrent->refs > 0)
        return;
    while ((node = list_pop_front(&concurrent->callbacks)) != NULL)
        alloc_release(container_of(node, struct done_call, link));
    if (concurrent->value.drop != NULL)
        concurrent->value.drop(concurrent->value.as.p);
    alloc_release(concurrent->text);
    uv_cond_destroy(&concurrent->done);
    uv_mutex_destroy(&concurrent->mutex);
    alloc_release(concurrent);
}

static bool is_over(const rondo_concurrent *concurrent)
{
    return concurrent->state == DONE || concurrent->state == CANCELLED;
}

/* Wait, with the mutex held. Returns: false when the time is up first. */
static bool wait_until_over(rondo_concurrent *concurrent, int64_t timeout_ns)
{
    int64_t start = timeout_ns != RONDO_FOREVER ? (int64_t)uv_hrtime() : 0;

    while (!is_over(concurrent)) {
        int64_t left = timeout_ns;

        if (timeout_ns == RONDO_FOREVER) {
            uv_cond_wait(&concurrent->done, &concurrent->mutex);
            continue;
        }
        left -= (int64_t)uv_hrtime() - start;
        if (left <= 0)
            return false;
        uv_cond_timedwait(&concurrent->done, &concurrent->mutex, (uint64_t)left);
    }
    return true;
}

void concurrent_wait(rondo_concurrent *concurrent)
{
    uv_mutex_lock(&concurrent->mutex);
    wait_until_over(concurrent, RONDO_FOREVER);
    uv_mutex_unlock(&concurrent->mutex);
}

int concurrent_outcome(rondo_concurrent *concurrent, rondo_value *out)
{
    if (concurrent->code < 0)
        return concurrent->code;
    if (out != NULL) {
        *out = concurrent->value;
        out->drop = NULL;
    }
    return 0;
}

rondo_value concurrent_take(rondo_concurrent *concurrent)
{
    rondo_value value = concurrent->value;

    concurrent->value.drop = NULL;
    return value;
}

int rondo_concurrent_result(rondo_concurrent *concurrent, int64_t timeout_ns, rondo_value *out)
{
    bool over;
    int rc;

    if (concurrent == NULL)
        return RONDO_ENOMEM;
    uv_mutex_lock(&concurrent->mutex);
    over = wait_until_over(concurrent, timeout_ns);
    uv_mutex_unlock(&concurrent->mutex);
    if (!over)
        return RONDO_ETIMEDOUT;
    rc = concurrent_outcome(concurrent, out); /* which nobody changes any more */
    if (rc < 0)
        task_note_error(rc, concurrent->text);
    return rc;
}

const char *rondo_concurrent_error_text(rondo_concurrent *concurrent)
{
    return concurrent != NULL && concurrent->text != NULL ? concurrent->text : "";
}

/* Whoever waits learns of the end. Called with the mutex held, returns without it: the callbacks
 * may do as they like. The caller holds a reference. */
static void announce(rondo_concurrent *concurrent)
{
    struct list callbacks;
    struct list *node;

    list_move(&callbacks, &concurrent->callbacks);
    while ((node = list_pop_front(&concurrent->crossings)) != NULL) {
        struct crossing *crossing = container_of(node, struct crossing, in_source);

        loop_enter(crossing->loop, &crossing->callback);
    }
    uv_cond_broadcast(&concurrent->done);
    uv_mutex_unlock(&concurrent->mutex);
    while ((node = list_pop_front(&callbacks)) != NULL) {
        struct done_call call = *container_of(node, struct done_call, link);

        alloc_release(container_of(node, struct done_call, link));
        call.function(call.arg);
    }
}

/* As concurrent_complete(); `text` is handed over, and freed if it comes too late. */
static bool complete(rondo_concurrent *concurrent, int code, rondo_value value, char *text)
{
    uv_mutex_lock(&concurrent->mutex);
    if (is_over(concurrent)) {
        uv_mutex_unlock(&concurrent->mutex);
        alloc_release(text);
        return false;
    }
    concurrent->state = code == RONDO_ECANCELED ? CANCELLED : DONE;
    concurrent->code = code;
    concurrent->value = value;
    concurrent->text = text;
    announce(concurrent);
    return true;
}

bool concurrent_complete(rondo_concurrent *concurrent, int code, rondo_value value,
                         const char *text)
{
    return complete(concurrent, code, value,
                    text != NULL && text[0] != '\0' ? alloc_text(text) : NULL);
}

bool rondo_concurrent_cancel(rondo_concurrent *concurrent)
{
    enum concurrent_state state;

    if (concurrent == NULL)
        return false;
    uv_mutex_lock(&concurrent->mutex);
    state = concurrent->state;
    if (state != PENDING) {
        uv_mutex_unlock(&concurrent->mutex);
        return state == CANCELLED;
    }
    concurrent->state = CANCELLED;
    concurrent->code = RONDO_ECANCELED;
    rondo_concurrent_ref(concurrent);
    announce(concurrent);
    rondo_concurrent_unref(concurrent);
    return true;
}

static enum concurrent_state state_of(rondo_concurrent *concurrent)
{
    enum concurrent_state state = PENDING;

    if (concurrent == NULL)
        return state;
    uv_mutex_lock(&concurrent->mutex);
    state = concurrent->state;
    uv_mutex_unlock(&concurrent->mutex);
    return state;
}

bool rondo_concurrent_running(rondo_concurrent *concurrent)
{
    return state_of(concurrent) == RUNNING;
}

bool rondo_concurrent_done(rondo_concurrent *concurrent)
{
    return state_of(concurrent) >= DONE;
}

bool rondo_concurrent_cancelled(rondo_concurrent *concurrent)
{
    return state_of(concurrent) == CANCELLED;
}

int rondo_concurrent_add_done_callback(rondo_concurrent *concurrent, rondo_callback callback,
                                       void *arg)
{
    struct done_call *call = concurrent != NULL ? alloc_take(sizeof *call) : NULL;
    bool over;

    if (call == NULL)
        return RONDO_ENOMEM;
    *call = (struct done_call){.function = callback, .arg = arg};
    uv_mutex_lock(&concurrent->mutex);
    over = is_over(concurrent);
    if (!over)
        list_push_back(&concurrent->callbacks, &call->link);
    uv_mutex_unlock(&concurrent->mutex);
    if (over) {
        alloc_release(call);
        callback(arg);
    }
    return 0;
}

int rondo_concurrent_set_running(rondo_concurrent *concurrent)
{
    enum concurrent_state state;

    if (concurrent == NULL)
        return RONDO_ENOMEM;
    uv_mutex_lock(&concurrent->mutex);
    state = concurrent->state;
    if (state == PENDING)
        concurrent->state = RUNNING;
    uv_mutex_unlock(&concurrent->mutex);
    if (state == CANCELLED)
        return RONDO_ECANCELED;
    return state == PENDING ? 0 : RONDO_EINVALIDSTATE;
}

int rondo_concurrent_set_result_value(rondo_concurrent *concurrent, rondo_value value)
{
    if (concurrent == NULL)
        return RONDO_ENOMEM;
    return complete(concurrent, 0, value, NULL) ? 0 : RONDO_EINVALIDSTATE;
}

int rondo_concurrent_set_error(rondo_concurrent *concurrent, int code, const char *message)
{
    if (code >= 0 || code == RONDO_ECANCELED)
        return RONDO_EINVAL;
    if (concurrent == NULL)
        return RONDO_ENOMEM;
    return concurrent_complete(concurrent, code, (rondo_value){.drop = NULL}, message)
               ? 0
               : RONDO_EINVALIDSTATE;
}

/* ---- to a loop ---- */

void crossing_open(struct crossing *crossing, struct rondo_loop *loop, rondo_concurrent *source)
{
    crossing->loop = loop;
    crossing->source = rondo_concurrent_ref(source);
    list_push_back(&loop->crossings, &crossing->in_loop);
    others_owe(+1);
    uv_mutex_lock(&source->mutex);
    if (is_over(source))
        loop_enter(loop, &crossing->callback);
    else
        list_push_back(&source->crossings, &crossing->in_source);
    uv_mutex_unlock(&source->mutex);
}

void crossing_close(struct crossing *crossing)
{
    list_remove(&crossing->in_loop);
    others_owe(-1);
    rondo_concurrent_unref(crossing->source);
    crossing->source = NULL;
}

bool crossing_cut(struct crossing *crossing)
{
    rondo_concurrent *source = crossing->source;
    bool cut;

    if (source == NULL)
        return true;
    uv_mutex_lock(&source->mutex);
    cut = list_linked(&crossing->in_source);
    list_remove(&crossing->in_source);
    uv_mutex_unlock(&source->mutex);
    if (cut)
        crossing_close(crossing);
    return cut;
}

void crossings_cut(struct rondo_loop *loop)
{
    list_for_each(node, &loop->crossings) {
        struct crossing *crossing = container_of(node, struct crossing, in_loop);

        if (crossing_cut(crossing) && crossing->cut != NULL)
            crossing->cut(crossing); /* else its callback is discarded with the others */
    }
}
