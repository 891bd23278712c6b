/*
 * model.c - see model.h.
 */
#include "tests/random/model.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/check.h"

#define FRAMES_MAX 40
#define ITEMS_MAX  1000
#define MS         INT64_C(1000000)
#define NOBODY     SIZE_MAX

/* A step that has begun and has not ended. */
struct frame {
    const struct script_step *step; /* NULL: the task as a whole */
    size_t line;                    /* where it began */
    int64_t t_ns;
    bool due; /* what it waits for has happened meanwhile, if only for a moment; of a timeout: one
                 inside has struck */
    unsigned breaks;     /* of its barrier, when it began */
    size_t most;         /* that were ever in its barrier with it */
    size_t notified;     /* notifications of its condition that were given before it began */
    size_t heeded;       /* and those that had come out of a wait */
    size_t overtaken_by; /* line of who got it first, though it began later; 0: nobody */
    bool failing;        /* a group: a child has failed */
};

struct actor {
    const struct script_task *role;
    struct frame frames[FRAMES_MAX];
    size_t depth;
    bool spawned; /* and has not begun */
    bool ended;   /* its last life; also if it never began */
    bool cancelled;
    size_t parent; /* whose group it is a child of, or NOBODY */
    size_t parent_frame;
};

struct object {
    size_t holder; /* of a lock, of a condition's lock */
    int64_t value; /* of a semaphore */
    bool set;      /* an event */
    int64_t items[ITEMS_MAX];
    size_t count;
    int64_t unfinished;
    bool shut;
    unsigned breaks;
    bool broken;
    uint64_t indices; /* of a barrier's last full round that have come out */
    size_t notified;  /* notifications that found a waiter */
    size_t heeded;    /* waits that ended by one */
};

struct model {
    const struct script *script;
    const struct observation *seen;
    bool in_order;
    struct object *objects;
    struct actor *actors;
    size_t line;
    int64_t now_ns;
    char *complaint;
};

#define COMPLAIN(model, ...)                                    \
    do {                                                        \
        if ((model)->complaint == NULL)                         \
            (model)->complaint = complaint(model, __VA_ARGS__); \
    } while (0)

static char *complaint(const struct model *model, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static char *complaint(const struct model *model, const char *format, ...)
{
    char text[300];
    va_list rest;

    va_start(rest, format);
    vsnprintf(text, sizeof text, format, rest);
    va_end(rest);
    if (model->line < model->seen->line_count)
        return must_format("line %zu, %lld.%03lld %s: %s", model->line + 1,
                           (long long)(model->now_ns / (1000 * MS)),
                           (long long)(model->now_ns / MS % 1000),
                           model->seen->lines[model->line].text, text);
    return must_format("at the end: %s", text);
}

/* ---- small questions ---- */

static struct frame *top(struct actor *actor)
{
    return actor->depth > 0 ? &actor->frames[actor->depth - 1] : NULL;
}

static bool is_on_object(const struct script_step *step)
{
    return step != NULL && step->name_count > 0 && !step->names[0].is_task;
}

static struct object *object_of(struct model *model, const struct script_step *step)
{
    return &model->objects[step->names[0].index];
}

static const struct script_object *declared(const struct model *model,
                                            const struct script_step *step)
{
    return &model->script->objects[step->names[0].index];
}

static bool waits_on(const struct frame *frame, enum script_verb verb, size_t index)
{
    return frame != NULL && frame->step != NULL && frame->step->verb == verb &&
           is_on_object(frame->step) && frame->step->names[0].index == index;
}

static size_t count_waiting(struct model *model, enum script_verb verb, size_t index)
{
    size_t count = 0;

    for (size_t i = 0; i < model->script->task_count; i++)
        count += waits_on(top(&model->actors[i]), verb, index);
    return count;
}

/* It has happened for all that wait now, even if it is undone before they run. */
static void mark_due(struct model *model, enum script_verb verb, size_t index)
{
    for (size_t i = 0; i < model->script->task_count; i++) {
        struct frame *frame = top(&model->actors[i]);

        if (waits_on(frame, verb, index))
            frame->due = true;
    }
}

static bool is_kind(const struct model *model, const struct script_step *step,
                    enum script_kind kind)
{
    return is_on_object(step) && declared(model, step)->kind == kind;
}

static bool is_lock(const struct model *model, const struct script_step *step)
{
    return is_kind(model, step, SCRIPT_LOCK) || is_kind(model, step, SCRIPT_CONDITION);
}

static bool is_full(const struct model *model, const struct object *object,
                    const struct script_step *step)
{
    int64_t size = declared(model, step)->size;

    return size > 0 && object->count >= (size_t)size;
}

/* ---- nobody is overtaken ---- */

/* `actor` has got what others wait for that came before it. */
static void note_overtaking(struct model *model, const struct actor *actor,
                            const struct frame *frame)
{
    /* Two that have been woken may run in either order, but for a lock, which wakes only one. */
    bool strict = model->in_order || is_lock(model, frame->step) || frame->line + 1 == model->line;

    for (size_t i = 0; strict && i < model->script->task_count; i++) {
        struct frame *other = top(&model->actors[i]);

        if (&model->actors[i] != actor && other != NULL &&
            waits_on(other, frame->step->verb, frame->step->names[0].index) &&
            other->line < frame->line && other->overtaken_by == 0)
            other->overtaken_by = model->line + 1;
    }
}

/* It counts when the one that was overtaken gets there after all: else it was on its way out. */
static void in_turn(struct model *model, const struct actor *actor, const struct frame *frame)
{
    if (frame->overtaken_by != 0)
        COMPLAIN(model, "waited since line %zu and was overtaken in line %zu", frame->line + 1,
                 frame->overtaken_by);
    note_overtaking(model, actor, frame);
}

/* ---- ends of steps ---- */

struct ending {
    struct model *model;
    struct actor *actor;
    struct frame *frame;
    struct object *object; /* or NULL */
    const char *result;
    bool ok; /* "ok" or a number */
};

static size_t index_of(const struct ending *end)
{
    return (size_t)(end->actor - end->model->actors);
}

static bool is(const struct ending *end, const char *result)
{
    return strcmp(end->result, result) == 0;
}

static void end_acquire(struct ending *end)
{
    if (!end->ok)
        return;
    if (is_lock(end->model, end->frame->step)) {
        if (end->object->holder != NOBODY)
            COMPLAIN(end->model, "granted while %s holds it",
                     end->model->actors[end->object->holder].role->name);
        end->object->holder = index_of(end);
    } else if (--end->object->value < 0) {
        COMPLAIN(end->model, "one permit more than there are");
    }
    in_turn(end->model, end->actor, end->frame);
}

static void end_release(struct ending *end)
{
    const struct script_object *object = declared(end->model, end->frame->step);

    if (is_lock(end->model, end->frame->step)) {
        if (end->ok != (end->object->holder != NOBODY))
            COMPLAIN(end->model, "it was %s", end->ok ? "open" : "held");
        end->object->holder = NOBODY;
        return;
    }
    if (!end->ok) {
        if (object->kind != SCRIPT_BOUNDED || end->object->value < object->size)
            COMPLAIN(end->model, "refused below its bound");
        return;
    }
    end->object->value++;
    if (object->kind == SCRIPT_BOUNDED && end->object->value > object->size)
        COMPLAIN(end->model, "released above its bound");
}

static void end_set(struct ending *end)
{
    if (!is_kind(end->model, end->frame->step, SCRIPT_EVENT))
        return;
    end->object->set = true;
    mark_due(end->model, STEP_wait, end->frame->step->names[0].index);
}

static void end_clear(struct ending *end)
{
    end->object->set = false;
}

static void end_notify(struct ending *end)
{
    size_t waiting = count_waiting(end->model, STEP_wait, end->frame->step->names[0].index);
    size_t count =
        end->frame->step->verb == STEP_notify ? (size_t)end->frame->step->number : SIZE_MAX;

    /* Of those that wait some may be notified already, and on their way to the lock. */
    if (end->ok)
        end->object->notified += waiting < count ? waiting : count;
    if (end->ok != (end->object->holder == index_of(end)))
        COMPLAIN(end->model, "%s the lock", end->ok ? "without" : "refused to the holder of");
}

static void end_condition_wait(struct ending *end)
{
    if (is(end, "EMISUSE"))
        return;
    if (end->object->holder != NOBODY)
        COMPLAIN(end->model, "goes on while %s holds the lock",
                 end->model->actors[end->object->holder].role->name);
    end->object->holder = index_of(end);
    if (end->ok && ++end->object->heeded > end->object->notified)
        COMPLAIN(end->model, "more have gone on than were notified");
}

static void end_event_wait(struct ending *end)
{
    if (end->ok && !end->object->set && !end->frame->due)
        COMPLAIN(end->model, "it was never set");
}

/* The last to come has the highest number and lets the others out, each with one of its own. */
static void end_barrier_wait(struct ending *end)
{
    int64_t parties = declared(end->model, end->frame->step)->size;
    int64_t index = end->ok ? atoll(end->result) : -1;

    if (is(end, "EBROKEN") && !end->object->broken && end->frame->breaks == end->object->breaks)
        COMPLAIN(end->model, "nobody broke it");
    if (!end->ok)
        return;
    if (end->frame->due)
        COMPLAIN(end->model, "it was aborted meanwhile");
    if (end->frame->most < (size_t)parties)
        COMPLAIN(end->model, "only %zu had come", end->frame->most);
    if (index == parties - 1)
        end->object->indices = 0; /* it filled a round */
    if (index < 0 || index >= parties || (end->object->indices >> index & 1) != 0)
        COMPLAIN(end->model, "that number is not free");
    end->object->indices |= UINT64_C(1) << (index & 63);
}

/* A cancel goes on to the task that is waited for; if that ends with a failure of its own, this is
 * what comes back, and the cancel has been met (asyncio's rule). */
static void end_await(struct ending *end)
{
    if (!end->ok && !is(end, "ECANCELED"))
        end->actor->cancelled = false;
}

static void end_wait(struct ending *end)
{
    if (!is_on_object(end->frame->step)) {
        end_await(end);
        return;
    }
    switch (declared(end->model, end->frame->step)->kind) {
    case SCRIPT_CONDITION:
        end_condition_wait(end);
        return;
    case SCRIPT_EVENT:
        end_event_wait(end);
        return;
    case SCRIPT_BARRIER:
        end_barrier_wait(end);
        return;
    default:
        return;
    }
}

static void end_put(struct ending *end)
{
    if (is(end, "EQUEUEFULL") && !is_full(end->model, end->object, end->frame->step) &&
        count_waiting(end->model, STEP_put, end->frame->step->names[0].index) == 0)
        COMPLAIN(end->model, "it is not full, and nobody waits");
    if (is(end, "ESHUTDOWN") && !end->object->shut)
        COMPLAIN(end->model, "it was not shut down");
    if (!end->ok)
        return;
    if (is_full(end->model, end->object, end->frame->step))
        COMPLAIN(end->model, "it was full");
    if (end->object->shut)
        COMPLAIN(end->model, "it was shut down");
    CHECK(end->object->count < ITEMS_MAX);
    end->object->items[end->object->count++] = end->frame->step->number;
    end->object->unfinished++;
    if (end->frame->step->verb == STEP_put)
        in_turn(end->model, end->actor, end->frame);
}

/* Where the next item is. */
static size_t next_item(const struct ending *end)
{
    size_t next = 0;

    if (declared(end->model, end->frame->step)->kind == SCRIPT_LIFO)
        return end->object->count - 1;
    for (size_t i = 1;
         declared(end->model, end->frame->step)->kind == SCRIPT_PRIORITY && i < end->object->count;
         i++) {
        if (end->object->items[i] < end->object->items[next])
            next = i;
    }
    return next;
}

static void end_get(struct ending *end)
{
    struct object *object = end->object;
    size_t next;

    if (is(end, "EQUEUEEMPTY") && object->count > 0 &&
        count_waiting(end->model, STEP_get, end->frame->step->names[0].index) == 0)
        COMPLAIN(end->model, "there are items, and nobody waits");
    if (is(end, "ESHUTDOWN") && (!object->shut || object->count > 0))
        COMPLAIN(end->model, object->shut ? "an item is left" : "it was not shut down");
    if (!end->ok)
        return;
    if (object->count == 0) {
        COMPLAIN(end->model, "an item out of nowhere");
        return;
    }
    next = next_item(end);
    if (object->items[next] != atoll(end->result))
        COMPLAIN(end->model, "the next item is %lld", (long long)object->items[next]);
    object->count--;
    memmove(&object->items[next], &object->items[next + 1],
            (object->count - next) * sizeof *object->items);
    if (end->frame->step->verb == STEP_get)
        in_turn(end->model, end->actor, end->frame);
}

static void end_task_done(struct ending *end)
{
    if (end->ok != (end->object->unfinished > 0))
        COMPLAIN(end->model, "%lld were unfinished", (long long)end->object->unfinished);
    end->object->unfinished -= end->ok;
    if (end->object->unfinished == 0)
        mark_due(end->model, STEP_join, end->frame->step->names[0].index);
}

static void end_join(struct ending *end)
{
    /* Somebody may have put again between the end of the work and this task's turn. */
    if (end->ok && end->object->unfinished > 0 && !end->frame->due)
        COMPLAIN(end->model, "%lld are unfinished", (long long)end->object->unfinished);
}

static void end_shutdown(struct ending *end)
{
    end->object->shut = true;
    if (end->frame->step->verb == STEP_shutdown_now) {
        end->object->unfinished -= (int64_t)end->object->count;
        end->object->count = 0;
        if (end->object->unfinished == 0)
            mark_due(end->model, STEP_join, end->frame->step->names[0].index);
    }
}

static void end_break(struct ending *end)
{
    end->object->breaks++;
    end->object->broken = end->frame->step->verb == STEP_abort;
    if (end->object->broken)
        mark_due(end->model, STEP_wait, end->frame->step->names[0].index);
}

static void end_cancel(struct ending *end)
{
    const struct script_step *step = end->frame->step;

    if (end->ok && step->names[0].is_task && strcmp(end->result, "1") == 0)
        end->model->actors[step->names[0].index].cancelled = true;
}

static size_t group_above(const struct actor *actor)
{
    for (size_t i = actor->depth; i-- > 0;) {
        if (actor->frames[i].step != NULL && actor->frames[i].step->verb == STEP_group)
            return i;
    }
    return NOBODY;
}

static void end_spawn(struct ending *end)
{
    struct actor *child = &end->model->actors[end->frame->step->names[0].index];

    if (!end->ok)
        return;
    child->spawned = true;
    child->ended = child->cancelled = false;
    child->parent_frame = group_above(end->actor);
    child->parent = child->parent_frame != NOBODY ? index_of(end) : NOBODY;
}

/* A child that was cancelled before it began leaves no line. */
static bool has_ended(const struct actor *actor)
{
    return actor->ended || (actor->spawned && actor->cancelled);
}

static bool is_child(const struct actor *actor, size_t parent, size_t frame)
{
    return actor->parent == parent && actor->parent_frame == frame;
}

static void end_group(struct ending *end)
{
    size_t me = index_of(end), frame = end->actor->depth - 1;

    for (size_t i = 0; i < end->model->script->task_count; i++) {
        struct actor *child = &end->model->actors[i];

        if (!is_child(child, me, frame))
            continue;
        if (!has_ended(child) && child->depth > 0)
            COMPLAIN(end->model, "%s is left behind", child->role->name);
        child->parent = NOBODY;
    }
    if (end->frame->failing && end->ok)
        COMPLAIN(end->model, "a child had failed");
}

static void end_timeout(struct ending *end)
{
    if (is(end, "ETIMEDOUT") && !end->frame->due &&
        end->model->now_ns < end->frame->t_ns + end->frame->step->number)
        COMPLAIN(end->model, "too early");
}

static void end_sleep(struct ending *end)
{
    if (end->ok && end->model->now_ns < end->frame->t_ns + end->frame->step->number)
        COMPLAIN(end->model, "too early");
}

/* A failed child cancels its siblings and the body. */
static void end_task(struct ending *end)
{
    struct actor *actor = end->actor;

    actor->ended = true;
    actor->cancelled = false;
    if (actor->parent == NOBODY || end->ok || is(end, "ECANCELED"))
        return;
    end->model->actors[actor->parent].frames[actor->parent_frame].failing = true;
    for (size_t i = 0; i < end->model->script->task_count; i++) {
        struct actor *sibling = &end->model->actors[i];

        if (is_child(sibling, actor->parent, actor->parent_frame) && !sibling->ended)
            sibling->cancelled = true;
    }
}

static void (*const ends[])(struct ending *) = {
    [STEP_acquire] = end_acquire,
    [STEP_release] = end_release,
    [STEP_set] = end_set,
    [STEP_clear] = end_clear,
    [STEP_notify] = end_notify,
    [STEP_notify_all] = end_notify,
    [STEP_wait] = end_wait,
    [STEP_put] = end_put,
    [STEP_put_nowait] = end_put,
    [STEP_get] = end_get,
    [STEP_get_nowait] = end_get,
    [STEP_task_done] = end_task_done,
    [STEP_join] = end_join,
    [STEP_shutdown] = end_shutdown,
    [STEP_shutdown_now] = end_shutdown,
    [STEP_abort] = end_break,
    [STEP_reset] = end_break,
    [STEP_cancel] = end_cancel,
    [STEP_spawn] = end_spawn,
    [STEP_group] = end_group,
    [STEP_timeout] = end_timeout,
    [STEP_gather] = end_await,
    [STEP_sleep] = end_sleep,
    [STEP_yield] = end_sleep,
};

/* ---- beginnings ---- */

/* Everybody in the barrier, the new one too, has now been there with so many. */
static void begin_barrier_wait(struct model *model, struct frame *frame)
{
    size_t index = frame->step->names[0].index;
    size_t count = count_waiting(model, STEP_wait, index);

    frame->breaks = model->objects[index].breaks;
    for (size_t i = 0; i < model->script->task_count; i++) {
        struct frame *other = top(&model->actors[i]);

        if (waits_on(other, STEP_wait, index) && other->most < count)
            other->most = count;
    }
}

static void begin_wait(struct model *model, struct actor *actor, struct frame *frame)
{
    struct object *object = object_of(model, frame->step);

    switch (declared(model, frame->step)->kind) {
    case SCRIPT_CONDITION:
        frame->notified = object->notified;
        frame->heeded = object->heeded;
        if (object->holder == (size_t)(actor - model->actors))
            object->holder = NOBODY;
        return;
    case SCRIPT_BARRIER:
        begin_barrier_wait(model, frame);
        return;
    default:
        return;
    }
}

/* ---- what must not stand still ---- */

/* Who may take its time over a cancel or a deadline: it takes a lock again, or waits for others to
 * be done with theirs. */
static bool may_linger(const struct model *model, const struct actor *actor)
{
    for (size_t i = 0; i < actor->depth; i++) {
        const struct script_step *step = actor->frames[i].step;

        if (step != NULL &&
            (step->verb == STEP_group || is_kind(model, step, SCRIPT_CONDITION) ||
             (step->verb == STEP_wait && step->names[0].is_task) || step->verb == STEP_gather))
            return true;
    }
    return false;
}

/* Notifications given while `frame` waited, that neither it nor anybody else has heeded. */
static bool is_forgotten(const struct object *object, const struct frame *frame)
{
    return object->holder == NOBODY &&
           object->notified + frame->heeded > object->heeded + frame->notified;
}

/* Of a `wait`. */
static const char *could_end_wait(struct model *model, const struct frame *frame)
{
    const struct script_step *step = frame->step;
    struct object *object;

    if (step->names[0].is_task)
        return model->actors[step->names[0].index].ended ? "that task has ended" : NULL;
    object = object_of(model, step);
    switch (declared(model, step)->kind) {
    case SCRIPT_EVENT:
        return object->set || frame->due ? "the event was set" : NULL;
    case SCRIPT_CONDITION:
        return is_forgotten(object, frame) ? "a notification was for it" : NULL;
    case SCRIPT_BARRIER:
        if (frame->due)
            return "the barrier was aborted";
        return count_waiting(model, STEP_wait, step->names[0].index) >=
                       (size_t)declared(model, step)->size
                   ? "all have come"
                   : NULL;
    default:
        return NULL;
    }
}

static const char *could_go_on(struct model *model, const struct frame *frame)
{
    const struct script_step *step = frame->step;
    struct object *object = is_on_object(step) ? object_of(model, step) : NULL;

    switch (step->verb) {
    case STEP_acquire:
        if (is_lock(model, step))
            return object->holder == NOBODY ? "the lock is open" : NULL;
        return object->value > 0 ? "there is a permit" : NULL;
    case STEP_get:
        return object->count > 0 ? "there is an item" : object->shut ? "it is shut down" : NULL;
    case STEP_put:
        if (object->shut)
            return "it is shut down";
        return is_full(model, object, step) ? NULL : "there is room";
    case STEP_join:
        return object->unfinished == 0 ? "nothing is unfinished" : NULL;
    case STEP_shield:
    case STEP_wait:
        return could_end_wait(model, frame);
    case STEP_yield:
        return "it only gave way";
    default:
        return NULL;
    }
}

static bool all_children_ended(const struct model *model, size_t me, size_t frame)
{
    for (size_t i = 0; i < model->script->task_count; i++) {
        if (is_child(&model->actors[i], me, frame) && !has_ended(&model->actors[i]))
            return false;
    }
    return true;
}

/* Until `until_ns` nothing can run any more: `actor`, at `frame`, must have a reason. */
static void check_rest(struct model *model, struct actor *actor, struct frame *frame,
                       int64_t until_ns)
{
    const char *name = actor->role->name;
    const char *why;
    size_t me = (size_t)(actor - model->actors);

    if (frame->step == NULL)
        return;
    why = could_go_on(model, frame);
    if (why != NULL)
        COMPLAIN(model, "%s still waits in '%s' of line %zu, although %s", name, frame->step->text,
                 frame->line + 1, why);
    if (frame->step->verb == STEP_sleep && until_ns > frame->t_ns + frame->step->number)
        COMPLAIN(model, "%s oversleeps '%s' of line %zu", name, frame->step->text, frame->line + 1);
    if (frame->step->verb == STEP_group && all_children_ended(model, me, actor->depth - 1))
        COMPLAIN(model, "%s still waits in the group of line %zu, although all children are done",
                 name, frame->line + 1);
    if (actor->cancelled && !may_linger(model, actor))
        COMPLAIN(model, "%s was cancelled and still waits in '%s'", name, frame->step->text);
}

/* The deadlines around where `actor` waits, and groups that have failed. */
static void check_scopes(struct model *model, const struct actor *actor, int64_t until_ns)
{
    const char *name = actor->role->name;

    for (size_t i = 0; i < actor->depth; i++) {
        const struct frame *frame = &actor->frames[i];

        if (frame->step == NULL || may_linger(model, actor))
            continue;
        if (frame->step->verb == STEP_timeout && until_ns > frame->t_ns + frame->step->number)
            COMPLAIN(model, "%s outlives '%s' of line %zu", name, frame->step->text,
                     frame->line + 1);
    }
}

static void check_standstill(struct model *model, int64_t until_ns)
{
    for (size_t i = 0; i < model->script->task_count; i++) {
        struct actor *actor = &model->actors[i];

        if (actor->depth == 0)
            continue;
        check_rest(model, actor, top(actor), until_ns);
        check_scopes(model, actor, until_ns);
    }
}

/* ---- the log ---- */

static const struct script_step *find_step(const struct script_steps *steps, const char *text,
                                           size_t length)
{
    for (size_t i = 0; i < steps->count; i++) {
        const struct script_step *step = &steps->list[i], *inside;

        if (strlen(step->text) == length && memcmp(step->text, text, length) == 0)
            return step;
        inside = find_step(&step->block, text, length);
        if (inside == NULL)
            inside = find_step(&step->finally, text, length);
        if (inside != NULL)
            return inside;
    }
    return NULL;
}

static struct actor *find_actor(struct model *model, const char *text, size_t length)
{
    for (size_t i = 0; i < model->script->task_count; i++) {
        const char *name = model->actors[i].role->name;

        if (strlen(name) == length && memcmp(name, text, length) == 0)
            return &model->actors[i];
    }
    return NULL;
}

static void begin(struct model *model, struct actor *actor, const struct script_step *step)
{
    struct frame *frame = &actor->frames[actor->depth++];

    CHECK(actor->depth < FRAMES_MAX);
    *frame = (struct frame){.step = step, .line = model->line, .t_ns = model->now_ns};
    if (step == NULL) {
        actor->spawned = actor->ended = false;
        return;
    }
    if (step->verb == STEP_wait && is_on_object(step))
        begin_wait(model, actor, frame);
}

static void end(struct model *model, struct actor *actor, const struct script_step *step,
                const char *result)
{
    struct frame *frame = top(actor);
    struct ending ending = {
        .model = model,
        .actor = actor,
        .frame = frame,
        .result = result,
        .object = is_on_object(step) ? object_of(model, step) : NULL,
        .ok = strcmp(result, "ok") == 0 || (result[0] >= '0' && result[0] <= '9'),
    };

    if (frame == NULL || frame->step != step) {
        COMPLAIN(model, "this is not what it was doing");
        return;
    }
    for (size_t i = 0; is(&ending, "ETIMEDOUT") && i + 1 < actor->depth; i++)
        actor->frames[i].due = true;
    if (step == NULL)
        end_task(&ending);
    else if ((size_t)step->verb < sizeof ends / sizeof *ends && ends[step->verb] != NULL)
        ends[step->verb](&ending);
    actor->depth--;
}

/* Lines are "NAME  STEP ..." and "NAME  STEP  RESULT". */
static void read_line(struct model *model, const char *text)
{
    const char *words = strstr(text, "  ");
    struct actor *actor = words != NULL ? find_actor(model, text, (size_t)(words - text)) : NULL;
    const char *result = words != NULL ? strstr(words + 2, "  ") : NULL;
    const struct script_step *step = NULL;
    size_t length;

    if (actor == NULL)
        return; /* something that was printed */
    words += 2;
    length = result != NULL ? (size_t)(result - words) : strlen(words) - strlen(" ...");
    if (strncmp(words, "task", length) != 0 || length != 4) {
        step = find_step(&actor->role->steps, words, length);
        CHECK(step != NULL);
    }
    if (result == NULL)
        begin(model, actor, step);
    else
        end(model, actor, step, result + 2);
}

static void open_model(struct model *model)
{
    const struct script *script = model->script;

    model->objects = must_alloc((script->object_count + 1) * sizeof *model->objects);
    model->actors = must_alloc((script->task_count + 1) * sizeof *model->actors);
    for (size_t i = 0; i < script->object_count; i++) {
        model->objects[i].holder = NOBODY;
        model->objects[i].value = script->objects[i].size;
    }
    for (size_t i = 0; i < script->task_count; i++) {
        model->actors[i].role = &script->tasks[i];
        model->actors[i].parent = NOBODY;
    }
}

char *model_judge(const struct script *script, const struct observation *seen, bool in_order)
{
    struct model model = {.script = script, .seen = seen, .in_order = in_order};

    open_model(&model);
    while (model.line < seen->line_count && model.complaint == NULL) {
        const struct line *line = &seen->lines[model.line];

        if (line->t_ns > model.now_ns)
            check_standstill(&model, line->t_ns);
        model.now_ns = line->t_ns;
        if (model.complaint == NULL)
            read_line(&model, line->text);
        model.line++;
    }
    if (seen->finding != NULL && strcmp(seen->finding, "livelock") == 0)
        COMPLAIN(&model, "it never ends");
    check_standstill(&model, INT64_MAX);
    free(model.objects);
    free(model.actors);
    return model.complaint;
}
