/*
 * group.c - see group.h: CPython 3.13's asyncio.TaskGroup, hop by hop.
 *
 * A child's end runs member_ended() in its turn; the last one wakes the parent. So there are two
 * hops from a child to its parent, as in asyncio. What a child needs to be a failure is taken when
 * it is spawned: recording one never fails.
 */
#include "group.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/check.h"
#include "task_core.h"

enum group_state { GROUP_NEW, GROUP_OPEN, GROUP_CLOSING, GROUP_CLOSED };

struct group {
    struct task *parent;
    struct list members; /* children that have not ended */
    struct list failed;  /* members, in the order they failed */
    size_t failures;     /* how many; a body's may be missing in the list, without memory */
    struct wait *wait;   /* of the parent, while it waits for the members */
    struct observed_object object;
    const char *here;
    enum group_state state;
    bool aborting;         /* members have been cancelled, no more are taken */
    bool parent_cancelled; /* by this group: a request to be taken back */
    bool starved;          /* there was no memory for a child */
};

_Static_assert(sizeof(struct group) <= sizeof(rondo_group), "rondo_group has room for a group");
_Static_assert(_Alignof(rondo_group) % _Alignof(struct group) == 0, "and its alignment");

/* A child; once it has failed, or for a body that failed, a row of the list of failures. */
struct member {
    rondo_failure failure;
    struct list link; /* in the group's members or failed */
    struct waiter waiter;
    struct group *group;
    rondo_future *future; /* NULL: the body */
    char *text;           /* the body's, owned */
    rondo_failure *inside;
};

static struct group *group_of(const rondo_group *group)
{
    return (struct group *)(uintptr_t)group;
}

static struct member *member_at(struct list *node)
{
    return container_of(node, struct member, link);
}

/* How a body ended, or how its group made it end. Holds what the task would say about it. */
struct ending {
    int code;
    char *text;
    rondo_failure *inside;
};

/* Take the words about `code` from `task`, if they are about it. */
static struct ending ending_take(struct task *task, int code)
{
    struct ending ending = {.code = code};

    if (code >= 0 || task->error_code != code)
        return ending;
    ending.text = task->error_text;
    ending.inside = task->failures;
    task->error_text = NULL;
    task->failures = NULL;
    return ending;
}

static void ending_drop(struct ending *ending)
{
    alloc_release(ending->text);
    group_failures_release(ending->inside);
    *ending = (struct ending){.code = ending->code};
}

/* Make `ending` the last failure of `task`, again. */
static void ending_give_back(struct ending *ending, struct task *task)
{
    if (ending->code >= 0)
        return;
    task_note_error(ending->code, NULL);
    task->error_text = ending->text;
    task->failures = ending->inside;
}

/* The list at `first`, with `rest` behind it. */
static rondo_failure *chain(rondo_failure *first, rondo_failure *rest)
{
    const rondo_failure **end = NULL;

    for (rondo_failure *at = first; at != NULL; at = (rondo_failure *)(uintptr_t)at->next)
        end = &at->next;
    if (end == NULL)
        return rest;
    *end = rest;
    return first;
}

/* A loop, not a recursion: failures may be nested deeper than any stack. */
void group_failures_release(rondo_failure *first)
{
    while (first != NULL) {
        struct member *member = container_of(first, struct member, failure);
        rondo_failure *next = (rondo_failure *)(uintptr_t)first->next;

        next = chain(member->inside, next);
        if (member->future != NULL && member->future->refs == 1) {
            next = chain(task_of(member->future)->failures, next);
            task_of(member->future)->failures = NULL;
        }
        rondo_unref(member->future);
        alloc_release(member->text);
        alloc_release(member);
        first = next;
    }
}

const rondo_failure *rondo_group_failures(const rondo_task *future)
{
    const struct task *task = (const struct task *)future;

    if (future == NULL)
        task = task_current();
    else if (!future->is_task)
        return NULL;
    if (task == NULL || (rondo_done(&task->future) && task->error_code != task->future.code))
        return NULL; /* it ended in another way */
    return task->failures;
}

int rondo_group_open(rondo_group *handle, const char *here)
{
    struct group *group = group_of(handle);
    struct task *task = task_current();

    if (task == NULL || group->state != GROUP_NEW)
        return RONDO_EMISUSE;
    *group = (struct group){.parent = task, .here = here, .state = GROUP_OPEN};
    group->object =
        (struct observed_object){.kind = "group", .id = object_number(task->future.loop)};
    list_init(&group->members);
    list_init(&group->failed);
    task->scopes++;
    return 0;
}

/* Cancel every child that still runs; no more are taken. */
static void abort_members(struct group *group)
{
    group->aborting = true;
    list_for_each(node, &group->members) {
        rondo_cancel(member_at(node)->future, NULL);
    }
}

/* A child owes the group its end, which is how a report knows whom the group waits for. */
static void owe(const struct member *member, enum observed_kind kind, const char *here)
{
    observe(kind, .who = future_subject(member->future), .object = member->group->object,
            .here = here);
}

/* Add the failure of a child or body to those of the group. */
static void record_failure(struct group *group, struct member *member)
{
    list_push_back(&group->failed, &member->link);
    group->failures++;
}

static void member_free(struct member *member)
{
    rondo_unref(member->future);
    alloc_release(member);
}

/* A child has failed: the first failure shuts the group down, body included. */
static void member_failed(struct member *member)
{
    struct group *group = member->group;

    member->failure.task = rondo_get_name(member->future);
    member->failure.code = member->future->code;
    member->failure.text = rondo_future_error_text(member->future);
    member->failure.inside = rondo_group_failures(member->future);
    record_failure(group, member);
    if (group->aborting)
        return;
    abort_members(group);
    group->parent_cancelled = true;
    rondo_cancel(&group->parent->future, NULL);
}

static struct member *member_of(struct callback *callback)
{
    return container_of(container_of(callback, struct waiter, callback), struct member, waiter);
}

static bool has_failed(const struct member *member)
{
    return member->future->code < 0 && member->future->code != RONDO_ECANCELED;
}

static void member_ended(struct callback *callback)
{
    struct member *member = member_of(callback);
    struct group *group = member->group;

    list_remove(&member->link);
    owe(member, OBSERVED_RELEASED, NULL);
    if (group->wait != NULL && list_empty(&group->members))
        wait_wake(group->wait);
    if (has_failed(member))
        member_failed(member);
    else
        member_free(member);
}

/* A child that is over but for its memory; the group may be too. */
static void member_let_go(struct callback *callback)
{
    member_free(member_of(callback));
}

/* A child that started eagerly and is done: it never was in the group (EAG-01, EAG-07). Who spawned
 * it may look at it until it suspends. */
static void settle_at_once(struct member *member)
{
    static const struct callback_kind let_go = {.run = member_let_go,
                                                .discard = member_let_go,
                                                .what = "group"};
    struct rondo_loop *loop = member->future->loop;

    member->waiter.callback = (struct callback){.kind = &let_go};
    if (has_failed(member))
        member_failed(member);
    else
        loop_call_soon(loop, &member->waiter.callback);
}

/* A child that is not done: from now on the group waits for it. If its own eager step has shut the
 * group down it is cancelled like the others; CPython 3.13 forgets it. */
static void enter(struct member *member, const char *here)
{
    static const struct callback_kind ended = {.run = member_ended,
                                               .discard = member_let_go,
                                               .what = "group"};
    struct group *group = member->group;

    member->waiter.callback = (struct callback){.kind = &ended};
    list_push_back(&group->members, &member->link);
    owe(member, OBSERVED_HELD, here);
    future_add_waiter(member->future, &member->waiter);
    if (group->aborting)
        rondo_cancel(member->future, NULL);
}

/* Whether a child may be added. */
static bool takes_members(const struct group *group)
{
    if (group->aborting)
        return false;
    return group->state == GROUP_OPEN ||
           (group->state == GROUP_CLOSING && !list_empty(&group->members));
}

rondo_task *rondo_group_spawn_at(rondo_group *handle, rondo_fn fn, void *arg,
                                 const rondo_spawn_options *options, const char *here)
{
    struct group *group = group_of(handle);
    struct member *member;
    rondo_task *task;

    if (group == NULL || !takes_members(group))
        return NULL;
    member = alloc_zero(sizeof *member);
    if (member != NULL)
        member->future = rondo_spawn_at(group->parent->future.loop, fn, arg, options, here);
    if (member == NULL || member->future == NULL) {
        alloc_release(member);
        group->starved = true;
        return NULL;
    }
    member->group = group;
    task = member->future;
    if (rondo_done(task))
        settle_at_once(member);
    else
        enter(member, here);
    return task;
}

/* Wait until no child is left, or until cancelled. */
static int wait_once(struct group *group)
{
    struct wait wait;
    int rc;

    wait_init(&wait, task_current(), group->object.kind, group->here);
    wait.object = group->object;
    group->wait = &wait;
    rc = wait_suspend(&wait);
    group->wait = NULL;
    return rc;
}

/* Wait until no child is left. A cancel that comes meanwhile cancels the children and is how the
 * body ended; when they have been cancelled already it changes nothing any more. */
static void wait_for_members(struct group *group, struct ending *ending)
{
    while (!list_empty(&group->members)) {
        int rc = wait_once(group);

        if (rc < 0 && !group->aborting) {
            *ending = ending_take(group->parent, rc);
            abort_members(group);
        }
    }
}

/* The body's own failure, last in the list: it takes the words of `ending`. */
static void record_body(struct group *group, struct ending *ending)
{
    struct member *member = alloc_zero(sizeof *member);

    if (member == NULL) {
        group->failures++;
        return;
    }
    member->text = ending->text;
    member->inside = ending->inside;
    ending->text = NULL;
    ending->inside = NULL;
    member->failure.task = "";
    member->failure.code = ending->code;
    member->failure.text = member->text != NULL ? member->text : "";
    member->failure.inside = member->inside;
    record_failure(group, member);
}

/* The failures as one list, linked as users see it. Their tasks have not been seen to fail yet. */
static rondo_failure *take_failures(struct group *group)
{
    rondo_failure *first = NULL;
    const rondo_failure **end = (const rondo_failure **)&first;
    struct list *node;

    while ((node = list_pop_front(&group->failed)) != NULL) {
        *end = &member_at(node)->failure;
        end = &member_at(node)->failure.next;
    }
    return first;
}

/* One line that names them all, cut where `text` ends. */
static void name_all(const rondo_failure *first, size_t count, char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, "%zu failures", count);

    for (const rondo_failure *at = first; at != NULL && used < size; at = at->next)
        used +=
            (size_t)snprintf(text + used, size - used, "%s %s %s%s%s", at == first ? ":" : ";",
                             at->task[0] != '\0' ? at->task : "the block", rondo_err_name(at->code),
                             at->text[0] != '\0' ? ", " : "", at->text);
}

/* The parent has them: that is all the retrieving there will be (FUT-14). */
static void mark_seen(rondo_failure *first)
{
    for (const rondo_failure *at = first; at != NULL; at = at->next) {
        const struct member *member = container_of(at, const struct member, failure);

        if (member->future != NULL)
            member->future->retrieved = true;
    }
}

/* Something failed: that is the outcome, and what the parent will say about it. */
static int conclude_failed(struct group *group, struct ending *ending)
{
    struct task *task = group->parent;
    rondo_failure *first = take_failures(group);
    char text[256];
    int code = RONDO_EGROUP;

    if (group->failures > 1) {
        name_all(first, group->failures, text, sizeof text);
        task_note_error(code, text);
    } else {
        code = first != NULL ? first->code : ending->code;
        task_note_error(code, first != NULL ? first->text : ending->text);
    }
    task->failures = first;
    mark_seen(first);
    ending_drop(ending);
    if (task->cancel_requests > 0)
        task->must_cancel = true; /* from outside: due at the next suspension (TG-18, TG-19) */
    return code;
}

/* Without memory for a child the group has failed, if nothing else has. */
static void note_starved(const struct group *group, struct ending *ending)
{
    if (group->starved && ending->code >= 0)
        ending->code = RONDO_ENOMEM;
}

/* Nobody is left; a cancel of our own making is taken back. */
static void end_group(struct group *group)
{
    group->state = GROUP_CLOSED;
    if (group->parent_cancelled)
        rondo_uncancel(&group->parent->future);
}

int rondo_group_close(rondo_group *handle, int code)
{
    struct group *group = group_of(handle);
    struct ending ending;

    if (group->state != GROUP_OPEN || group->parent != task_current())
        return RONDO_EMISUSE;
    group->state = GROUP_CLOSING;
    group->parent->scopes--;
    ending = ending_take(group->parent, code);
    note_starved(group, &ending);
    if (ending.code < 0 && !group->aborting)
        abort_members(group);
    wait_for_members(group, &ending);
    note_starved(group, &ending);
    end_group(group);
    if (ending.code < 0 && ending.code != RONDO_ECANCELED)
        record_body(group, &ending);
    if (group->failures > 0)
        return conclude_failed(group, &ending);
    ending_give_back(&ending, group->parent);
    return ending.code;
}

void rondo_group_leave(rondo_group *handle)
{
    struct group *group = group_of(handle);
    struct ending ending;
    bool cancelled = false;

    if (group->state != GROUP_OPEN)
        return;
    scope_report_left("a group was left by return, break or goto", "", group->here);
    group->parent->scopes--;
    ending = ending_take(group->parent, group->parent->error_code);
    if (!group->aborting)
        abort_members(group);
    while (!list_empty(&group->members)) {
        cancelled |= wait_once(group) < 0;
    }
    end_group(group);
    if (cancelled && group->parent->cancel_requests > 0)
        group->parent->must_cancel = true; /* nobody has been told: due at the next suspension */
    group_failures_release(take_failures(group)); /* nobody has seen them: they are reported */
    ending_give_back(&ending, group->parent);
}

char *rondo_group_describe(const rondo_group *handle, char *text, size_t size)
{
    static const char *const states[] = {"new", "open", "closing", "closed"};
    const struct group *group = group_of(handle);
    size_t tasks = group->state != GROUP_NEW ? list_length(&group->members) : 0;

    snprintf(text, size, "<Group tasks=%zu errors=%zu %s>", tasks, group->failures,
             group->aborting && group->state != GROUP_CLOSED ? "cancelling" : states[group->state]);
    return text;
}
