/*
 * generator.c - see generator.h and iterator.h.
 *
 * A generator's body has a fiber of its own, but no task: whoever asks for an item switches to it
 * and is switched back to by a yield. When the body waits, the task that asked stands on the body's
 * fiber (task_core.h), which is all that the rest of the core has to know.
 */
#include "generator.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/check.h"
#include "gather.h"
#include "task_core.h"
#include "with.h"

enum generator_state { GENERATOR_NEW, GENERATOR_SUSPENDED, GENERATOR_RUNNING, GENERATOR_FINISHED };

struct generator {
    rondo_iterator iterator; /* first: a generator is an iterator */
    rondo_fn fn;
    void *arg;
    const char *name;
    const char *here; /* where it was made */
    size_t stack_size;
    enum generator_state state;
    bool owned;              /* the program has not let go of it */
    unsigned users;          /* calls that go on with it, and its closer */
    struct rondo_loop *loop; /* from the first item on */
    struct list in_loop;     /* in its list of those that have begun and are not finished */
    struct callback close;   /* once nobody holds it */
    rondo_task *closer;      /* that closes it for the loop, from its making to its end, or NULL */
    struct fiber fiber;
    struct stack *stack;
    struct fiber *caller; /* who asked, while it runs */
    unsigned scopes;      /* that were open in the task when it asked */
    int code;             /* in: what its yield returns; out: how the body ended */
    rondo_value value;    /* in: what is sent; out: the item */
};

static void drop_value(rondo_value value)
{
    if (value.drop != NULL)
        value.drop(value.as.p);
}

static int generator_next(rondo_iterator *self, rondo_value *item);

/* `iterator` as a generator, or NULL if it is none. */
static struct generator *generator_of(const rondo_iterator *iterator)
{
    if (iterator == NULL || iterator->next != generator_next)
        return NULL;
    return container_of(iterator, struct generator, iterator);
}

/* The generator in whose body the caller is, or NULL. A task runs on its own fiber or on those of
 * generators. */
static struct generator *generator_current(void)
{
    struct fiber *fiber = fiber_current();
    struct task *task = fiber->task;

    if (task == NULL || fiber == &task->worker->fiber)
        return NULL;
    return container_of(fiber, struct generator, fiber);
}

static void run_close(struct callback *callback);

rondo_generator *rondo_generator_new_at(rondo_fn fn, void *arg,
                                        const rondo_generator_options *options, const char *name,
                                        const char *here)
{
    static const struct callback_kind close = {.run = run_close, .what = "generator"};
    struct generator *gen = fn != NULL ? alloc_zero(sizeof *gen) : NULL;

    if (gen == NULL)
        return NULL;
    gen->iterator.next = generator_next;
    gen->fn = fn;
    gen->arg = arg;
    gen->name = name;
    gen->here = here;
    gen->stack_size = options->stack_size;
    gen->owned = true;
    gen->close = (struct callback){.kind = &close};
    return &gen->iterator;
}

/* The body is over, or never goes on: its stack returns. */
static void finish(struct generator *gen)
{
    gen->state = GENERATOR_FINISHED;
    list_remove(&gen->in_loop);
    list_remove(&gen->close.link);
    if (gen->stack != NULL)
        stack_give(gen->stack);
}

/* Somebody has let go: what nobody holds is closed by its loop, then freed. */
static void settle(struct generator *gen)
{
    if (gen->owned || gen->users > 0)
        return;
    if (gen->state != GENERATOR_SUSPENDED)
        alloc_release(gen);
    else if (!list_linked(&gen->close.link))
        loop_call_soon(gen->loop, &gen->close);
}

void rondo_generator_drop(rondo_generator *generator)
{
    struct generator *gen = generator_of(generator);

    if (gen == NULL || !gen->owned)
        return;
    gen->owned = false;
    settle(gen);
}

/* The body, on its own stack. */
static void generator_main(void *argument)
{
    struct generator *gen = argument;
    rondo_value unwanted = {.drop = NULL};

    gen->code = gen->fn(gen->arg, &unwanted);
    drop_value(unwanted);
    fiber_switch_last(gen->caller);
}

/* Give `gen` the stack and the loop that it runs on. */
static int begin(struct generator *gen, struct rondo_loop *loop)
{
    gen->stack = task_stack_take(gen->stack_size);
    if (gen->stack == NULL)
        return RONDO_ENOMEM;
    fiber_init(&gen->fiber, gen->stack, generator_main, gen);
    gen->fiber.loop = loop;
    gen->loop = loop;
    list_push_back(&loop->generators, &gen->in_loop);
    return 0;
}

/* Whether the running task may go on with `gen`. Returns: 0, or why not. */
static int refuse(const struct generator *gen)
{
    const struct task *task = task_current();

    if (task == NULL || gen->state == GENERATOR_RUNNING)
        return RONDO_EMISUSE;
    return gen->loop != NULL && gen->loop != task->future.loop ? RONDO_EMISUSE : 0;
}

/* Run the body until it yields or ends; its yield returns `code`, or 0 with `sent`.
 * Returns: 1 with the item, 0 or the code at its end. */
static int go_on(struct generator *gen, int code, rondo_value sent, rondo_value *item)
{
    struct task *task = task_current();
    int rc = 1;

    gen->code = code;
    gen->value = sent;
    gen->caller = fiber_current();
    gen->scopes = task->scopes;
    gen->fiber.task = task;
    gen->state = GENERATOR_RUNNING;
    gen->users++;
    fiber_switch(&gen->fiber);
    gen->users--;
    if (gen->state == GENERATOR_SUSPENDED) {
        *item = gen->value;
    } else {
        finish(gen);
        rc = gen->code < 0 ? gen->code : 0;
    }
    settle(gen);
    return rc;
}

static int generator_next(rondo_iterator *self, rondo_value *item)
{
    struct generator *gen = generator_of(self);

    if (gen->state == GENERATOR_FINISHED)
        return 0;
    RONDO_TRY(refuse(gen));
    if (gen->state == GENERATOR_NEW)
        RONDO_TRY(begin(gen, task_current()->future.loop));
    return go_on(gen, 0, (rondo_value){.drop = NULL}, item);
}

int rondo_yield_value(rondo_value item, rondo_value *sent)
{
    struct generator *gen = generator_current();

    if (gen == NULL || task_current()->scopes != gen->scopes)
        return RONDO_EMISUSE;
    gen->value = item;
    gen->state = GENERATOR_SUSPENDED;
    fiber_switch(gen->caller);
    if (gen->code == 0 && sent != NULL)
        *sent = gen->value;
    else
        drop_value(gen->value);
    return gen->code;
}

int rondo_asend_value(rondo_generator *generator, rondo_value x, rondo_value *item)
{
    struct generator *gen = generator_of(generator);
    int rc = generator == NULL ? RONDO_ENOMEM : RONDO_EMISUSE;

    if (gen != NULL && gen->state == GENERATOR_FINISHED)
        rc = 0;
    else if (gen != NULL && gen->state == GENERATOR_SUSPENDED)
        rc = refuse(gen) == 0 ? 1 : RONDO_EMISUSE;
    if (rc == 1)
        return go_on(gen, 0, x, item);
    drop_value(x);
    return rc;
}

/* Let `code` come out of the yield of `gen`, which is not finished. As go_on(). */
static int throw_into(struct generator *gen, int code, rondo_value *item)
{
    RONDO_TRY(refuse(gen));
    if (gen->state == GENERATOR_SUSPENDED)
        return go_on(gen, code, (rondo_value){.drop = NULL}, item);
    finish(gen);
    return code;
}

int rondo_athrow(rondo_generator *generator, int code, const char *message, rondo_value *item)
{
    struct generator *gen = generator_of(generator);

    if (code >= 0)
        return RONDO_EINVAL;
    if (gen == NULL)
        return generator == NULL ? RONDO_ENOMEM : RONDO_EMISUSE;
    if (gen->state == GENERATOR_FINISHED)
        return 0;
    RONDO_TRY(refuse(gen));
    task_note_error(code, message);
    return throw_into(gen, code, item);
}

int rondo_aclose(rondo_generator *generator)
{
    struct generator *gen = generator_of(generator);
    rondo_value item;
    int rc;

    if (gen == NULL)
        return generator == NULL ? RONDO_ENOMEM : RONDO_EMISUSE;
    if (gen->state == GENERATOR_FINISHED)
        return 0;
    rc = throw_into(gen, RONDO_EGENEXIT, &item);
    if (rc == 1) {
        drop_value(item);
        return RONDO_EMISUSE;
    }
    return rc == RONDO_EGENEXIT ? 0 : rc;
}

static void dismiss_closer(struct generator *gen)
{
    rondo_task *closer = gen->closer;

    gen->closer = NULL;
    gen->users--;
    rondo_unref(closer);
}

static int close_and_drop(void *arg)
{
    rondo_generator *generator = arg;
    int rc = task_current() != NULL ? rondo_aclose(generator) : 0;

    rondo_generator_drop(generator);
    return rc;
}

void rondo_generator_leave(rondo_generator **generator)
{
    const struct generator *gen = generator_of(*generator);

    if (gen != NULL)
        rondo_deferred_call(
            &(rondo_deferred){.fn = close_and_drop, .arg = *generator, .here = gen->here});
}

/* A task that closes a generator for the loop. A body that does not let itself be closed is given
 * up where it stands. */
static int close_for_loop(void *arg, rondo_value *out)
{
    struct generator *gen = arg;
    int rc = rondo_aclose(&gen->iterator);

    (void)out;
    if (gen->state == GENERATOR_SUSPENDED)
        finish(gen);
    dismiss_closer(gen);
    settle(gen);
    return rc;
}

/* The task that closes `gen`, a new one if there is none, or one that was cancelled before it
 * began. It is the loop's own, not its task factory's: an eager one would run right here. Returns:
 * a reference; NULL without memory, and the end of the run comes back to it. */
static rondo_task *closer_of(struct generator *gen)
{
    if (rondo_done(gen->closer))
        dismiss_closer(gen);
    if (gen->closer == NULL) {
        gen->closer = rondo_task_new(gen->loop, close_for_loop, gen,
                                     &(rondo_spawn_options){.name = gen->name}, NULL);
        gen->users += gen->closer != NULL;
    }
    return rondo_ref(gen->closer);
}

static void run_close(struct callback *callback)
{
    rondo_unref(closer_of(container_of(callback, struct generator, close)));
}

/* Say which generators could not be closed. */
static void report_failures(struct rondo_loop *loop, rondo_task *const *closers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const rondo_future *closer = closers[i];

        if (closer->state == FUTURE_DONE && closer->code < 0)
            rondo_loop_call_exception_handler(
                loop, &(rondo_exception){.message = "a generator failed while it was being closed",
                                         .code = closer->code,
                                         .text = rondo_future_error_text(closer),
                                         .future = closers[i]});
    }
}

int rondo_shutdown_asyncgens(void)
{
    struct rondo_loop *loop = loop_running();
    size_t open, count = 0;
    rondo_task **closers;
    int rc;

    if (task_current() == NULL)
        return RONDO_EMISUSE;
    open = list_length(&loop->generators);
    closers = alloc_take(open * sizeof(rondo_task *));
    if (open == 0 || closers == NULL) {
        alloc_release(closers);
        return open == 0 ? 0 : RONDO_ENOMEM;
    }
    list_for_each(node, &loop->generators) {
        closers[count] = closer_of(container_of(node, struct generator, in_loop));
        count += closers[count] != NULL;
    }
    rc = rondo_gather(closers, count, RONDO_RETURN_ERRORS, NULL);
    report_failures(loop, closers, count);
    rondo_unref_all(closers, count);
    alloc_release(closers);
    return rc < 0 || count == open ? rc : RONDO_ENOMEM;
}

void generator_abandon_all(struct rondo_loop *loop)
{
    list_for_each(node, &loop->generators) {
        struct generator *gen = container_of(node, struct generator, in_loop);

        finish(gen);
        rondo_unref(gen->closer);
        gen->users = 0; /* they stood on stacks that are gone */
        settle(gen);
    }
}

char *rondo_generator_describe(const rondo_generator *generator, char *text, size_t size)
{
    static const char *const states[] = {"new", "suspended", "running", "finished"};
    const struct generator *gen = generator_of(generator);

    if (gen == NULL)
        snprintf(text, size, "<no generator>");
    else
        snprintf(text, size, "<Generator %s %s>", gen->name, states[gen->state]);
    return text;
}
