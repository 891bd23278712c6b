/*
 * play.c - see play.h. One function for each row of the table of steps (scenario/script.h): it does
 * what the step says, as a program in C would, and returns the code.
 */
#include "cli/play.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/alloc.h"
#include "rondo.h"

union thing {
    rondo_lock lock;
    rondo_event event;
    rondo_condition condition;
    rondo_semaphore semaphore;
    rondo_barrier barrier;
    rondo_queue queue;
    rondo_future *future;
};

struct actor {
    struct stage *stage;
    const struct script_task *role;
    rondo_task *task; /* the last one spawned for it, or NULL */
    bool awaited;     /* by the stage */
};

struct stage {
    const struct script *script;
    union thing *things;  /* one for each object */
    struct actor *actors; /* one for each task */
};

/* Where a task stands: what its steps need to know. */
struct scene {
    struct actor *actor;
    rondo_group *group; /* the innermost, or NULL */
    bool has_value;     /* the step at hand gives `value`, for the log */
    int64_t value;
};

static int play_steps(struct scene *scene, const struct script_steps *steps);

/* ---- names ---- */

static union thing *thing_of(const struct scene *scene, const struct script_step *step)
{
    return &scene->actor->stage->things[step->names[0].index];
}

static enum script_kind kind_of(const struct scene *scene, const struct script_step *step)
{
    return scene->actor->stage->script->objects[step->names[0].index].kind;
}

/* Name `i`, a future or a task; NULL: a task that nobody has spawned yet. */
static rondo_future *future_of(const struct scene *scene, const struct script_step *step, size_t i)
{
    const struct stage *stage = scene->actor->stage;
    struct script_name name = step->names[i];

    return name.is_task ? stage->actors[name.index].task : stage->things[name.index].future;
}

static int not_there(const struct script_step *step)
{
    return rondo_fail(RONDO_EMISUSE, "%s: nobody has spawned it yet", step->text);
}

/* What can be acquired and released. */
static rondo_lock *lock_of(const struct scene *scene, const struct script_step *step)
{
    union thing *thing = thing_of(scene, step);

    return kind_of(scene, step) == SCRIPT_CONDITION ? rondo_condition_lock(&thing->condition)
                                                    : &thing->lock;
}

static bool is_semaphore(const struct scene *scene, const struct script_step *step)
{
    return kind_of(scene, step) == SCRIPT_SEMAPHORE || kind_of(scene, step) == SCRIPT_BOUNDED;
}

/* ---- steps ---- */

static int play_acquire(struct scene *scene, const struct script_step *step)
{
    if (is_semaphore(scene, step))
        return rondo_semaphore_acquire_at(&thing_of(scene, step)->semaphore, step->here);
    return rondo_lock_acquire_at(lock_of(scene, step), step->here);
}

static int play_release(struct scene *scene, const struct script_step *step)
{
    if (is_semaphore(scene, step))
        return rondo_semaphore_release(&thing_of(scene, step)->semaphore);
    return rondo_lock_release(lock_of(scene, step));
}

static int play_with(struct scene *scene, const struct script_step *step)
{
    int rc = play_acquire(scene, step), end;

    if (rc != 0)
        return rc;
    rc = play_steps(scene, &step->block);
    end = play_release(scene, step);
    return rc != 0 ? rc : end;
}

static int wait_for_future(struct scene *scene, const struct script_step *step)
{
    rondo_future *future = future_of(scene, step, 0);
    rondo_value value = {0};
    int rc;

    if (future == NULL)
        return not_there(step);
    rc = rondo_await_at(future, &value, step->here);
    scene->has_value = rc == 0 && !step->names[0].is_task;
    scene->value = value.as.i;
    return rc;
}

static int play_wait(struct scene *scene, const struct script_step *step)
{
    union thing *thing;
    int rc;

    if (step->names[0].is_task || kind_of(scene, step) == SCRIPT_FUTURE)
        return wait_for_future(scene, step);
    thing = thing_of(scene, step);
    if (kind_of(scene, step) == SCRIPT_EVENT)
        return rondo_event_wait_at(&thing->event, step->here);
    if (kind_of(scene, step) == SCRIPT_CONDITION)
        return rondo_condition_wait_at(&thing->condition, step->here);
    rc = rondo_barrier_wait_at(&thing->barrier, step->here);
    scene->has_value = rc >= 0;
    scene->value = rc;
    return rc < 0 ? rc : 0;
}

static int play_set(struct scene *scene, const struct script_step *step)
{
    if (kind_of(scene, step) == SCRIPT_FUTURE)
        return rondo_set_result(future_of(scene, step, 0), step->number);
    rondo_event_set(&thing_of(scene, step)->event);
    return 0;
}

static int play_clear(struct scene *scene, const struct script_step *step)
{
    rondo_event_clear(&thing_of(scene, step)->event);
    return 0;
}

static int play_notify(struct scene *scene, const struct script_step *step)
{
    return rondo_condition_notify(&thing_of(scene, step)->condition, (size_t)step->number);
}

static int play_notify_all(struct scene *scene, const struct script_step *step)
{
    return rondo_condition_notify_all(&thing_of(scene, step)->condition);
}

static int play_put(struct scene *scene, const struct script_step *step)
{
    return rondo_queue_put_at(&thing_of(scene, step)->queue, rondo_value_of(step->number),
                              step->here);
}

static int play_put_nowait(struct scene *scene, const struct script_step *step)
{
    return rondo_queue_put_nowait(&thing_of(scene, step)->queue, step->number);
}

static int got(struct scene *scene, int rc, rondo_value item)
{
    scene->has_value = rc == 0;
    scene->value = item.as.i;
    return rc;
}

static int play_get(struct scene *scene, const struct script_step *step)
{
    rondo_value item = {0};
    int rc = rondo_queue_get_at(&thing_of(scene, step)->queue, &item, step->here);

    return got(scene, rc, item);
}

static int play_get_nowait(struct scene *scene, const struct script_step *step)
{
    rondo_value item = {0};
    int rc = rondo_queue_get_nowait(&thing_of(scene, step)->queue, &item);

    return got(scene, rc, item);
}

static int play_task_done(struct scene *scene, const struct script_step *step)
{
    return rondo_queue_task_done(&thing_of(scene, step)->queue);
}

static int play_join(struct scene *scene, const struct script_step *step)
{
    return rondo_queue_join_at(&thing_of(scene, step)->queue, step->here);
}

static int play_shutdown(struct scene *scene, const struct script_step *step)
{
    rondo_queue_shutdown(&thing_of(scene, step)->queue, false);
    return 0;
}

static int play_shutdown_now(struct scene *scene, const struct script_step *step)
{
    rondo_queue_shutdown(&thing_of(scene, step)->queue, true);
    return 0;
}

static int play_abort(struct scene *scene, const struct script_step *step)
{
    rondo_barrier_abort(&thing_of(scene, step)->barrier);
    return 0;
}

static int play_reset(struct scene *scene, const struct script_step *step)
{
    rondo_barrier_reset(&thing_of(scene, step)->barrier);
    return 0;
}

static int spawn(struct actor *actor, rondo_group *group, const char *here);

static int play_spawn(struct scene *scene, const struct script_step *step)
{
    struct actor *actor = &scene->actor->stage->actors[step->names[0].index];

    if (actor->task != NULL && !rondo_done(actor->task))
        return rondo_fail(RONDO_EMISUSE, "%s: it still runs", step->text);
    return spawn(actor, scene->group, step->here);
}

static int play_cancel(struct scene *scene, const struct script_step *step)
{
    rondo_future *future = future_of(scene, step, 0);

    if (future == NULL)
        return not_there(step);
    scene->has_value = true;
    scene->value = rondo_cancel(future, NULL);
    return 0;
}

static int play_shield(struct scene *scene, const struct script_step *step)
{
    rondo_future *future = future_of(scene, step, 0);

    return future != NULL ? rondo_shield_at(future, NULL, step->here) : not_there(step);
}

/* The futures that `step` names. Owned by the caller: alloc_release(). */
static int futures_of(const struct scene *scene, const struct script_step *step,
                      rondo_future ***futures)
{
    *futures = alloc_take(step->name_count * sizeof **futures);
    if (*futures == NULL)
        return RONDO_ENOMEM;
    for (size_t i = 0; i < step->name_count; i++) {
        (*futures)[i] = future_of(scene, step, i);
        if ((*futures)[i] == NULL) {
            alloc_release(*futures);
            return not_there(step);
        }
    }
    return 0;
}

static int play_gather(struct scene *scene, const struct script_step *step)
{
    rondo_future **futures;
    int rc;

    RONDO_TRY(futures_of(scene, step, &futures));
    rc = rondo_gather_at(futures, step->name_count, 0, NULL, step->here);
    alloc_release(futures);
    return rc;
}

static int wait_for(struct scene *scene, const struct script_step *step, rondo_return_when when)
{
    rondo_future **futures;
    int rc;

    RONDO_TRY(futures_of(scene, step, &futures));
    rc = rondo_wait_at(futures, step->name_count, when, RONDO_FOREVER, NULL, step->here);
    alloc_release(futures);
    scene->has_value = rc >= 0;
    scene->value = rc;
    return rc < 0 ? rc : 0;
}

static int play_wait_first(struct scene *scene, const struct script_step *step)
{
    return wait_for(scene, step, RONDO_FIRST_COMPLETED);
}

static int play_wait_all(struct scene *scene, const struct script_step *step)
{
    return wait_for(scene, step, RONDO_ALL_COMPLETED);
}

static int play_sleep(struct scene *scene, const struct script_step *step)
{
    (void)scene;
    return rondo_sleep_at(step->number, step->here);
}

static int play_yield(struct scene *scene, const struct script_step *step)
{
    (void)scene;
    return rondo_sleep_at(0, step->here);
}

static int play_print(struct scene *scene, const struct script_step *step)
{
    (void)scene;
    puts(step->words);
    return 0;
}

static int play_fail(struct scene *scene, const struct script_step *step)
{
    (void)scene;
    return rondo_fail(RONDO_EUSER, "%s", step->words);
}

static int play_timeout(struct scene *scene, const struct script_step *step)
{
    rondo_timeout scope;

    rondo_timeout_open(&scope, step->number, step->here);
    return rondo_timeout_close(&scope, play_steps(scene, &step->block));
}

static int play_group(struct scene *scene, const struct script_step *step)
{
    rondo_group group = {{NULL}};
    struct scene inside = *scene;

    RONDO_TRY(rondo_group_open(&group, step->here));
    inside.group = &group;
    return rondo_group_close(&group, play_steps(&inside, &step->block));
}

static int play_repeat(struct scene *scene, const struct script_step *step)
{
    for (int64_t i = 0; i < step->number; i++)
        RONDO_TRY(play_steps(scene, &step->block));
    return 0;
}

static int play_try(struct scene *scene, const struct script_step *step)
{
    int rc = play_steps(scene, &step->block);

    return rc == RONDO_ECANCELED ? rc : 0;
}

/* ---- tasks ---- */

static int (*const plays[])(struct scene *, const struct script_step *) = {
#define X(name, word, operand, on, block) [STEP_##name] = play_##name,
    SCRIPT_STEP_MAP(X)
#undef X
};

/* "writer  acquire A ..." when it begins, "writer  acquire A  ok" when it ends; a task as a whole
 * is the step "task". */
static void log_begin(const struct scene *scene, const char *what)
{
    if (scene->actor->stage->script->log)
        printf("%s  %s ...\n", scene->actor->role->name, what);
}

static void log_end(const struct scene *scene, const char *what, int rc)
{
    const char *name = scene->actor->role->name;

    if (!scene->actor->stage->script->log)
        return;
    if (rc == 0 && scene->has_value)
        printf("%s  %s  %" PRId64 "\n", name, what, scene->value);
    else
        printf("%s  %s  %s\n", name, what, rc == 0 ? "ok" : rondo_err_name(rc));
}

/* `finally` is played whatever came out of the step, which stands unless that was nothing. */
static int play_step(struct scene *scene, const struct script_step *step)
{
    int rc, last;

    log_begin(scene, step->text);
    rc = plays[step->verb](scene, step);
    log_end(scene, step->text, rc);
    scene->has_value = false; /* it is this step's, not of the block that it stands in */
    last = play_steps(scene, &step->finally);
    return rc != 0 ? rc : last;
}

static int play_steps(struct scene *scene, const struct script_steps *steps)
{
    for (size_t i = 0; i < steps->count; i++)
        RONDO_TRY(play_step(scene, &steps->list[i]));
    return 0;
}

static int play_role(void *arg, rondo_value *out)
{
    struct scene scene = {.actor = arg};

    int rc;

    (void)out;
    log_begin(&scene, "task");
    rc = play_steps(&scene, &scene.actor->role->steps);
    log_end(&scene, "task", rc);
    return rc;
}

static int spawn(struct actor *actor, rondo_group *group, const char *here)
{
    rondo_spawn_options options = {.name = actor->role->name};
    rondo_task *task;

    if (group != NULL)
        task = rondo_ref(rondo_group_spawn_at(group, play_role, actor, &options, here));
    else
        task = rondo_spawn_at(NULL, play_role, actor, &options, here);
    if (task == NULL)
        return group != NULL ? RONDO_EMISUSE
                             : RONDO_ENOMEM; /* a group fails by itself without memory */
    rondo_unref(actor->task);
    actor->task = task;
    actor->awaited = false;
    return 0;
}

/* ---- the stage ---- */

static bool less(rondo_value a, rondo_value b)
{
    return a.as.i < b.as.i;
}

static int make_thing(union thing *thing, const struct script_object *object)
{
    const char *name = object->name;
    size_t size = (size_t)object->size;

    switch (object->kind) {
    case SCRIPT_LOCK:
        thing->lock = (rondo_lock)RONDO_LOCK(name);
        return 0;
    case SCRIPT_EVENT:
        thing->event = (rondo_event)RONDO_EVENT(name);
        return 0;
    case SCRIPT_CONDITION:
        thing->condition = (rondo_condition)RONDO_CONDITION(name);
        return 0;
    case SCRIPT_SEMAPHORE:
        thing->semaphore = (rondo_semaphore)RONDO_SEMAPHORE(name, (unsigned)size);
        return 0;
    case SCRIPT_BOUNDED:
        thing->semaphore = (rondo_semaphore)RONDO_BOUNDED_SEMAPHORE(name, (unsigned)size);
        return 0;
    case SCRIPT_BARRIER:
        thing->barrier = (rondo_barrier)RONDO_BARRIER(name, size);
        return 0;
    case SCRIPT_QUEUE:
        thing->queue = (rondo_queue)RONDO_QUEUE(name, size);
        return 0;
    case SCRIPT_LIFO:
        thing->queue = (rondo_queue)RONDO_LIFO_QUEUE(name, size);
        return 0;
    case SCRIPT_PRIORITY:
        thing->queue = (rondo_queue)RONDO_PRIORITY_QUEUE(name, size, less);
        return 0;
    case SCRIPT_FUTURE:
        thing->future = rondo_create_future(NULL);
        rondo_set_name(thing->future, name);
        return thing->future != NULL ? 0 : RONDO_ENOMEM;
    }
    return RONDO_EINVAL;
}

static int make_things(struct stage *stage)
{
    const struct script *script = stage->script;

    stage->things = alloc_zero((script->object_count + 1) * sizeof *stage->things);
    if (stage->things == NULL)
        return RONDO_ENOMEM;
    for (size_t i = 0; i < script->object_count; i++)
        RONDO_TRY(make_thing(&stage->things[i], &script->objects[i]));
    return 0;
}

static int start_actors(struct stage *stage)
{
    const struct script *script = stage->script;

    stage->actors = alloc_zero(script->task_count * sizeof *stage->actors);
    if (stage->actors == NULL)
        return RONDO_ENOMEM;
    for (size_t i = 0; i < script->task_count; i++)
        stage->actors[i] = (struct actor){.stage = stage, .role = &script->tasks[i]};
    for (size_t i = 0; i < script->task_count; i++) {
        if (!script->tasks[i].waits_to_be_spawned)
            RONDO_TRY(spawn(&stage->actors[i], NULL, script->tasks[i].here));
    }
    return 0;
}

/* Wait for all that were and will be spawned. Returns: the code of the first, in the order of the
 * file, that has one. */
static int await_actors(struct stage *stage)
{
    int first = 0;
    bool all = false;

    while (!all) {
        all = true;
        for (size_t i = 0; i < stage->script->task_count; i++) {
            struct actor *actor = &stage->actors[i];
            int rc;

            if (actor->task == NULL || actor->awaited)
                continue;
            all = false;
            actor->awaited = true;
            rc = rondo_await_at(actor->task, NULL, actor->role->here);
            first = first != 0 ? first : rc;
        }
    }
    return first;
}

static void clear_stage(struct stage *stage)
{
    const struct script *script = stage->script;

    for (size_t i = 0; stage->actors != NULL && i < script->task_count; i++)
        rondo_unref(stage->actors[i].task);
    for (size_t i = 0; stage->things != NULL && i < script->object_count; i++) {
        if (script->objects[i].kind == SCRIPT_FUTURE)
            rondo_unref(stage->things[i].future);
        else if (script->objects[i].kind >= SCRIPT_QUEUE)
            rondo_queue_clear(&stage->things[i].queue);
    }
    alloc_release(stage->actors);
    alloc_release(stage->things);
}

static int play(void *arg, rondo_value *out)
{
    struct stage stage = {.script = arg};
    int rc = make_things(&stage);

    (void)out;
    if (rc == 0)
        rc = start_actors(&stage);
    if (rc == 0)
        rc = await_actors(&stage);
    clear_stage(&stage);
    return rc;
}

const rondo_program play_program = {SCRIPT_PROGRAM, RONDO_PROGRAM_COROUTINE, (void (*)(void))play};
