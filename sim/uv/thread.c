/*
 * thread.c - answers for libuv's unix/thread.c: mutexes, semaphores and conditions, between the
 * threads of a simulated process.
 *
 * What is given back while threads wait for it goes to one of them at once. Which one, libuv leaves
 * open, so it is a choice; production order is the one that has waited longest. Only what has to
 * wait gives the other threads a turn: taking a free lock does not.
 */
#include "uv/internal.h"

/* The states lie in libuv's own types. */
struct mutex {
    struct list waiters;
    struct thread *owner;
    unsigned depth; /* of a recursive one, how often it is held */
    bool recursive;
};

struct semaphore {
    struct list waiters;
    unsigned value;
};

struct condition {
    struct list waiters;
};

_Static_assert(sizeof(struct mutex) <= sizeof(uv_mutex_t), "a mutex has room for ours");
_Static_assert(sizeof(struct semaphore) <= sizeof(uv_sem_t), "a semaphore has room for ours");
_Static_assert(sizeof(struct condition) <= sizeof(uv_cond_t), "a condition has room for ours");

/* A thread that waits. Lives on its stack. */
struct waiter {
    struct list link; /* in none once it was given what it waits for */
    struct thread *thread;
};

static struct mutex *mutex_of(uv_mutex_t *mutex)
{
    return (struct mutex *)(void *)mutex;
}

static struct semaphore *semaphore_of(uv_sem_t *semaphore)
{
    return (struct semaphore *)(void *)semaphore;
}

static struct condition *condition_of(uv_cond_t *condition)
{
    return (struct condition *)(void *)condition;
}

static int64_t deadline_after(uint64_t ns)
{
    int64_t now = process_clock();

    return ns < (uint64_t)(WORLD_NEVER - now) ? now + (int64_t)ns : WORLD_NEVER;
}

/* Stand in `line` until given(), at most until `until_ns`; `holder` is where it is said who has
 * what is waited for, or NULL. Returns: whether it was given. */
static bool stand_in(struct list *line, int64_t until_ns, const char *in,
                     struct thread *const *holder)
{
    struct waiter self = {.thread = thread_current()};
    bool given;

    self.thread->holder = holder;
    list_push_back(line, &self.link);
    do { /* even if it is past: whoever waits lets the others run */
        thread_block_by_clock(until_ns, in);
    } while (list_linked(&self.link) && process_clock() < until_ns);
    self.thread->holder = NULL;
    given = !list_linked(&self.link);
    list_remove(&self.link);
    return given;
}

static struct waiter *waiter_at(const struct list *line, size_t index)
{
    struct list *node = line->next;

    while (index-- > 0)
        node = node->next;
    return container_of(node, struct waiter, link);
}

static void name_waiter(const void *self, size_t value, char *text, size_t size)
{
    thread_describe(waiter_at(self, value)->thread, text, size);
}

/* End the wait of one thread in `line`, if there is any. Returns: that thread, or NULL. */
static struct thread *give(struct list *line)
{
    struct alternatives alternatives = {.anchor = name_waiter, .self = line};
    size_t count = list_length(line);
    struct waiter *waiter;

    if (count == 0)
        return NULL;
    waiter = waiter_at(line, world_choose(world_current(), "thread.woken", count, &alternatives));
    list_remove(&waiter->link);
    thread_wake(waiter->thread);
    return waiter->thread;
}

/* ---- mutex ---- */

int uv_mutex_init(uv_mutex_t *handle)
{
    struct mutex *mutex = mutex_of(handle);

    *mutex = (struct mutex){.owner = NULL};
    list_init(&mutex->waiters);
    return 0;
}

int uv_mutex_init_recursive(uv_mutex_t *handle)
{
    uv_mutex_init(handle);
    mutex_of(handle)->recursive = true;
    return 0;
}

void uv_mutex_destroy(uv_mutex_t *handle)
{
    if (mutex_of(handle)->owner != NULL)
        must_not("uv_mutex_destroy() of a mutex that is held\n");
}

int uv_mutex_trylock(uv_mutex_t *handle)
{
    struct mutex *mutex = mutex_of(handle);

    if (mutex->owner != NULL && !(mutex->recursive && mutex->owner == thread_current()))
        return UV_EBUSY;
    mutex->owner = thread_current();
    mutex->depth++;
    return 0;
}

void uv_mutex_lock(uv_mutex_t *handle)
{
    struct mutex *mutex = mutex_of(handle);

    if (uv_mutex_trylock(handle) == 0)
        return;
    stand_in(&mutex->waiters, WORLD_NEVER, "uv_mutex_lock()", &mutex->owner);
    mutex->depth = 1; /* the owner was set by who gave it */
}

void uv_mutex_unlock(uv_mutex_t *handle)
{
    struct mutex *mutex = mutex_of(handle);

    if (mutex->owner != thread_current())
        must_not("uv_mutex_unlock() of a mutex that another thread holds, or nobody\n");
    if (--mutex->depth == 0)
        mutex->owner = give(&mutex->waiters);
}

/* ---- semaphore ---- */

int uv_sem_init(uv_sem_t *handle, unsigned int value)
{
    struct semaphore *semaphore = semaphore_of(handle);

    list_init(&semaphore->waiters);
    semaphore->value = value;
    return 0;
}

void uv_sem_destroy(uv_sem_t *handle)
{
    (void)handle;
}

void uv_sem_post(uv_sem_t *handle)
{
    if (give(&semaphore_of(handle)->waiters) == NULL)
        semaphore_of(handle)->value++;
}

int uv_sem_trywait(uv_sem_t *handle)
{
    if (semaphore_of(handle)->value == 0)
        return UV_EAGAIN;
    semaphore_of(handle)->value--;
    return 0;
}

void uv_sem_wait(uv_sem_t *handle)
{
    if (uv_sem_trywait(handle) != 0)
        stand_in(&semaphore_of(handle)->waiters, WORLD_NEVER, "uv_sem_wait()", NULL);
}

/* ---- condition ---- */

int uv_cond_init(uv_cond_t *handle)
{
    list_init(&condition_of(handle)->waiters);
    return 0;
}

void uv_cond_destroy(uv_cond_t *handle)
{
    if (!list_empty(&condition_of(handle)->waiters))
        must_not("uv_cond_destroy() of a condition that a thread waits for\n");
}

void uv_cond_signal(uv_cond_t *handle)
{
    give(&condition_of(handle)->waiters);
}

void uv_cond_broadcast(uv_cond_t *handle)
{
    while (give(&condition_of(handle)->waiters) != NULL)
        ;
}

void uv_cond_wait(uv_cond_t *handle, uv_mutex_t *mutex)
{
    uv_mutex_unlock(mutex);
    stand_in(&condition_of(handle)->waiters, WORLD_NEVER, "uv_cond_wait()", NULL);
    uv_mutex_lock(mutex);
}

int uv_cond_timedwait(uv_cond_t *handle, uv_mutex_t *mutex, uint64_t timeout)
{
    bool given;

    uv_mutex_unlock(mutex);
    given = stand_in(&condition_of(handle)->waiters, deadline_after(timeout), "uv_cond_timedwait()",
                     NULL);
    uv_mutex_lock(mutex);
    return given ? 0 : UV_ETIMEDOUT;
}
