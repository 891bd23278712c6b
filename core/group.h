/*
 * group.h - children that do not outlive the block they were started in (asyncio.TaskGroup).
 *
 * Leaving the block waits for all children, so their arguments may live on the parent's stack. If a
 * child fails, its siblings and the body are cancelled. Every failure is kept, in the order in
 * which they came. Cancelling is counted as in CPython 3.13 (TG-17 to TG-19). What has no sense in
 * C: one kind of failure that is raised bare, another that is grouped (TG-10, TG-11).
 */
#ifndef RONDO_GROUP_H
#define RONDO_GROUP_H

#include "task.h"

/* A group. Lives on the parent's stack; its members are private. All zero is one not yet open. */
typedef struct rondo_group {
    void *private_words[16];
} rondo_group;

/* One failure of a group, and the way to the next. */
typedef struct rondo_failure {
    const char *task; /* name of the child; "" for the body */
    int code;
    const char *text;                   /* "" if it came without one */
    const struct rondo_failure *inside; /* of a child or body that was itself failed by a group: the
                                           first failure of that one; else NULL */
    const struct rondo_failure *next;   /* that came after this one, or NULL */
} rondo_failure;

/* Run the block that follows with the group `g`, then wait for its children:
 *
 *     int rc;
 *     RONDO_GROUP(rc, g) {
 *         for (size_t i = 0; i < count; i++)
 *             rondo_group_spawn(g, fetch, &jobs[i]);
 *         rc = rondo_sleep(RONDO_S(1));
 *     }
 *
 * The block has `rc` 0 at its start and leaves its own outcome there; afterwards `rc` is that of
 * rondo_group_close(). The block is left through its end or `continue`. `break`, `goto` and
 * `return` (RONDO_TRY too) would leave children behind: they are cancelled and waited for on the
 * way out, which is reported once, with the place of the block, to the loop's exception handler
 * (stderr, if there is none), as are failures of the children; what leaves is the block's own code.
 * Outside a task the block does not run, and `rc` is RONDO_EMISUSE (TG-16). Suspends: may, at the
 * end of the block and on the way out. */
#define RONDO_GROUP(rc, g)                                                         \
    for (rondo_group RONDO_UNIQUE(group)                                           \
             __attribute__((cleanup(rondo_group_leave))) = {{NULL}},               \
             *g = ((rc) = rondo_group_open(&RONDO_UNIQUE(group), RONDO_HERE)) == 0 \
                      ? &RONDO_UNIQUE(group)                                       \
                      : NULL;                                                      \
         (g) != NULL; (rc) = rondo_group_close((g), (rc)), (g) = NULL)

/* Open `group` for the running task, its parent; `here` is where reports say it is.
 * Requires: called in a task; `group` all zero: one that is or was open cannot be opened again
 * (TG-16). Returns: 0, or RONDO_EMISUSE (nothing changed). Suspends: never. Owns: `group` must be
 * closed by its parent before its memory goes. */
RONDO_API int rondo_group_open(rondo_group *group, const char *here);

/* Queue `fn(arg, ...)` as a child of `group`, as rondo_spawn() does; options are the same (TG-14).
 * The body may, a child may, and so may any other task, while the group is open or has children
 * left (TG-01). Returns: the child; NULL when the group is not open, is finished or shutting down
 * after a failure or a cancel (nothing is spawned, TG-13, TG-15); NULL without memory, and then the
 * group itself fails with RONDO_ENOMEM, so that nobody has to look. Suspends: never.
 * Owns: the child is borrowed, and good until it has ended (one that ended eagerly: until the
 * caller suspends), because a group keeps nothing of children that have (TG-12); rondo_ref() it to
 * read its result afterwards. `arg` must live until the group is closed. */
#define rondo_group_spawn(group, fn, arg, ...) \
    rondo_group_spawn_at((group), (fn), (arg), \
                         &(rondo_spawn_options){.function = #fn, __VA_ARGS__}, RONDO_HERE)
RONDO_API rondo_task *rondo_group_spawn_at(rondo_group *group, rondo_fn fn, void *arg,
                                           const rondo_spawn_options *options, const char *here);

/* Wait until all children have ended; the body ended with `code`. If that is a failure or
 * RONDO_ECANCELED, or this task is cancelled meanwhile, the children are cancelled first; their
 * cleanup is waited for, whatever it takes (TG-05, TG-07).
 * Requires: the group is open and the caller its parent, else RONDO_EMISUSE (nothing changed).
 * Returns: `code` if it is 0 or more and no child failed; the code of the one child, or body, that
 * failed; RONDO_EGROUP if several did; RONDO_ECANCELED if this task was cancelled, or the body
 * ended so, and nothing failed. A child that was only cancelled did not fail (TG-02). If something
 * failed and a cancel from outside is still in force, the failure is returned and RONDO_ECANCELED
 * comes out of the next suspension (TG-06, TG-19). rondo_error_text() is the text of the one
 * failure, or names all; rondo_group_failures() has them one by one. Suspends: may. */
RONDO_API RONDO_MUST int rondo_group_close(rondo_group *group, int code);

/* The way out by `break`, `goto` or `return`, see RONDO_GROUP(); nothing if the group is not open.
 * For the macro. Suspends: may. */
RONDO_API void rondo_group_leave(rondo_group *group);

/* The failures behind the last failure of `task` (NULL: the running one), the first that came
 * first, if a group returned it; also of one failure only, which says whose it was:
 *
 *     for (const rondo_failure *f = rondo_group_failures(NULL); f != NULL; f = f->next)
 *         printf("%s: %s\n", f->task, f->text);
 *
 * Returns: NULL if there are none. Suspends: never. Owns: the task does; valid until it meets its
 * next failure (RONDO_ECANCELED counts), and for a task that has ended as long as it is held. */
RONDO_API const rondo_failure *rondo_group_failures(const rondo_task *task);

/* Write one line about `group` into `text`: `<Group tasks=2 errors=1 cancelling>`.
 * Returns: `text`. Suspends: never. */
RONDO_API char *rondo_group_describe(const rondo_group *group, char *text, size_t size);

#endif
