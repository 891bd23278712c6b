/*
 * context.c - see context.h. A context is one pointer to an immutable array of bindings, counted
 * and shared, between threads too; a set makes a new array. Programs have few variables, so nothing
 * cleverer is needed.
 */
#include "context.h"

#include "base/alloc.h"
#include "base/check.h"
#include "task_core.h"

/* One value of one variable, shared by every array that holds it. */
struct binding {
    atomic_uint refs;
    const rondo_var *var;
    rondo_value value;
};

/* Never changed once made. No array at all is the empty one. */
struct bindings {
    atomic_uint refs;
    size_t count;
    struct binding *at[]; /* in the order of the first set */
};

static struct binding *binding_new(const rondo_var *var, rondo_value value)
{
    struct binding *binding = alloc_take(sizeof *binding);

    if (binding != NULL)
        *binding = (struct binding){.refs = 1, .var = var, .value = value};
    return binding;
}

static void binding_unref(struct binding *binding)
{
    if (--binding->refs > 0)
        return;
    if (binding->value.drop != NULL)
        binding->value.drop(binding->value.as.p);
    alloc_release(binding);
}

static struct bindings *bindings_ref(struct bindings *bindings)
{
    if (bindings != NULL)
        bindings->refs++;
    return bindings;
}

static void bindings_unref(struct bindings *bindings)
{
    if (bindings == NULL || --bindings->refs > 0)
        return;
    for (size_t i = 0; i < bindings->count; i++)
        binding_unref(bindings->at[i]);
    alloc_release(bindings);
}

static struct binding *find(const struct bindings *bindings, const rondo_var *var)
{
    for (size_t i = 0; bindings != NULL && i < bindings->count; i++) {
        if (bindings->at[i]->var == var)
            return bindings->at[i];
    }
    return NULL;
}

/* `old` with `binding` (counted here too) for `var`, or with nothing for it if that is NULL.
 * Returns: NULL without memory; `old` stays as it is. */
static struct bindings *with(const struct bindings *old, const rondo_var *var,
                             struct binding *binding)
{
    size_t count = old != NULL ? old->count : 0;
    struct bindings *made = alloc_zero(sizeof *made + (count + 1) * sizeof made->at[0]);
    bool placed = binding == NULL;

    if (made == NULL)
        return NULL;
    made->refs = 1;
    for (size_t i = 0; i < count; i++) {
        bool is_var = old->at[i]->var == var;
        struct binding *kept = is_var ? binding : old->at[i];

        placed |= is_var;
        if (kept != NULL)
            made->at[made->count++] = kept;
    }
    if (!placed)
        made->at[made->count++] = binding;
    for (size_t i = 0; i < made->count; i++)
        made->at[i]->refs++;
    return made;
}

/* Where it is said in which context the caller runs, or NULL outside a loop. */
static struct rondo_context **slot(void)
{
    const struct fiber *fiber = fiber_current();
    struct errand *errand = fiber->errand;
    struct task *task = fiber->task;
    struct rondo_loop *loop = fiber->loop;

    if (errand != NULL)
        return &errand->context;
    if (task != NULL)
        return &task->context;
    return loop != NULL ? &loop->context : NULL;
}

/* The context that runs, or NULL. */
static struct rondo_context *running(void)
{
    struct rondo_context **at = slot();

    return at != NULL ? *at : NULL;
}

void context_copy(struct rondo_context *to, struct rondo_loop *loop)
{
    const struct rondo_context *from = running();

    to->refs = 1;
    to->id = loop != NULL ? ++loop->context_id_last : 0;
    to->bindings = from != NULL ? bindings_ref(from->bindings) : NULL;
}

void context_release(struct rondo_context *context)
{
    struct bindings *bindings = context->bindings;

    context->bindings = NULL;
    bindings_unref(bindings);
}

void context_call(struct rondo_context *context, rondo_callback function, void *arg)
{
    struct rondo_context *outer;

    CHECK(task_current() == NULL);
    outer = context_enter(context);
    function(arg);
    context_enter(outer);
    context_release(context);
}

struct rondo_context *context_enter(struct rondo_context *context)
{
    struct rondo_context **at = slot();
    struct rondo_context *outer = *at;

    *at = context;
    return outer;
}

/* The value as it is lent: without the duty to drop it. */
static rondo_value lookup(const struct rondo_context *context, const rondo_var *var)
{
    const struct binding *binding = context != NULL ? find(context->bindings, var) : NULL;
    rondo_value value = binding != NULL ? binding->value : var->value;

    value.drop = NULL;
    return value;
}

rondo_value rondo_var_get(const rondo_var *var)
{
    return lookup(running(), var);
}

rondo_value rondo_context_get(const rondo_context *context, const rondo_var *var)
{
    return lookup(context, var);
}

int rondo_var_set_value(const rondo_var *var, rondo_value value, rondo_var_token *token)
{
    struct rondo_context *context = running();
    struct binding *binding;
    struct bindings *before, *after;

    if (context == NULL)
        return RONDO_EMISUSE;
    binding = binding_new(var, value);
    if (binding == NULL)
        return RONDO_ENOMEM;
    after = with(context->bindings, var, binding);
    if (after == NULL) {
        alloc_release(binding); /* not its value, which stays the caller's */
        return RONDO_ENOMEM;
    }
    binding_unref(binding);
    before = context->bindings;
    context->bindings = after;
    if (token != NULL)
        *token =
            (rondo_var_token){var, context, context->id, bindings_ref(before), bindings_ref(after)};
    bindings_unref(before);
    return 0;
}

void rondo_var_keep(rondo_var_token *token)
{
    rondo_var_token used = *token;

    *token = (rondo_var_token){.var = NULL};
    bindings_unref(used.before);
    bindings_unref(used.after);
}

int rondo_var_reset(rondo_var_token *token)
{
    struct rondo_context *context = running();
    struct bindings *now, *reset;

    if (context == NULL || token->context != context || token->context_id != context->id)
        return RONDO_EMISUSE;
    now = context->bindings;
    if (now == token->after) /* undone in reverse order, as scopes are: nothing to make */
        reset = bindings_ref(token->before);
    else
        reset = with(now, token->var, find(token->before, token->var));
    if (reset == NULL && now != token->after)
        return RONDO_ENOMEM;
    context->bindings = reset;
    bindings_unref(now);
    rondo_var_keep(token);
    return 0;
}

rondo_context *rondo_copy_context(void)
{
    rondo_context *context = alloc_take(sizeof *context);

    if (context != NULL)
        context_copy(context, loop_running());
    return context;
}

rondo_context *rondo_get_context(const rondo_task *task)
{
    return task != NULL && task->is_task ? ((const struct task *)task)->context : NULL;
}

/* The task that `context` is a part of, or NULL. */
static struct task *owner_of(struct rondo_context *context)
{
    return context->refs == 0 ? container_of(context, struct task, own_context) : NULL;
}

rondo_context *rondo_context_ref(rondo_context *context)
{
    struct task *owner = context != NULL ? owner_of(context) : NULL;

    if (owner != NULL)
        rondo_ref(&owner->future);
    else if (context != NULL)
        context->refs++;
    return context;
}

void rondo_context_unref(rondo_context *context)
{
    struct task *owner = context != NULL ? owner_of(context) : NULL;

    if (owner != NULL) {
        rondo_unref(&owner->future);
        return;
    }
    if (context == NULL || --context->refs > 0)
        return;
    context_release(context);
    alloc_release(context);
}

int rondo_context_run(rondo_context *context, rondo_fn fn, void *arg, rondo_value *out)
{
    struct rondo_context **at = slot();
    struct task *task = task_current();
    struct rondo_context *outer;
    rondo_value unwanted = {.drop = NULL};
    int rc;

    if (context == NULL)
        return RONDO_ENOMEM;
    if (at == NULL)
        return RONDO_EMISUSE;
    outer = *at;
    *at = rondo_context_ref(context);
    if (task != NULL)
        task->scopes++;
    rc = fn(arg, out != NULL ? out : &unwanted);
    if (task != NULL)
        task->scopes--;
    *at = outer;
    rondo_context_unref(context);
    if (unwanted.drop != NULL)
        unwanted.drop(unwanted.as.p);
    return rc;
}
