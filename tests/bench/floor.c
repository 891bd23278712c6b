/*
 * floor.c - see floor.h.
 */
#include "floor.h"

#include <sys/mman.h>
#include <time.h>

#include "base/alloc.h"
#include "base/check.h"

#define STACK_SIZE ((size_t)64 << 10)
#define SLAB_COUNT ((size_t)1024)
#define GRAIN_NS   INT64_C(1000000)
/* Stacks a page apart would all use the same few sets of the cache; their tops are spread. */
#define COLOURS     ((size_t)48)
#define COLOUR_SIZE ((size_t)64)

/* Lies at the top of the task's own stack. */
struct floor_task {
    void *sp;
    struct floor_task *next; /* in the queue or in the pool */
    struct floor_task *joiner;
    struct floor_line place; /* in the line where it waits, if it does */
    void *item;              /* of a queue: that it waits to put, or has been given */
    floor_fn fn;
    void *arg;
    bool done;
};

struct timer {
    int64_t when_ns;
    struct floor_task *task;
};

static struct floor_task root; /* the thread */
static struct floor_task *current = &root;
static struct floor_task *queue_first, *queue_last;
static struct floor_task *pool;
static struct timer *timers;
static size_t timer_count, timer_capacity;

/* Push the callee-saved registers, store the stack pointer, load the other. */
void floor_swap(void **save, void *load);
__asm__(".text\n"
        ".type floor_swap, @function\n"
        "floor_swap:\n"
        "    pushq %rbp\n"
        "    pushq %rbx\n"
        "    pushq %r12\n"
        "    pushq %r13\n"
        "    pushq %r14\n"
        "    pushq %r15\n"
        "    movq %rsp, (%rdi)\n"
        "    movq %rsi, %rsp\n"
        "    popq %r15\n"
        "    popq %r14\n"
        "    popq %r13\n"
        "    popq %r12\n"
        "    popq %rbx\n"
        "    popq %rbp\n"
        "    ret\n"
        ".size floor_swap, . - floor_swap\n");

/* A stack pointer from which floor_swap() returns into `entry`. */
static void *first_frame(void *top, void (*entry)(void))
{
    void **sp = (void **)((uintptr_t)top & ~(uintptr_t)15);

    *--sp = NULL; /* where a caller's return address would be */
    *--sp = (void *)entry;
    for (int i = 0; i < 6; i++)
        *--sp = NULL;
    return sp;
}

/* ---- timers ---- */

static void timer_push(int64_t when_ns, struct floor_task *task)
{
    size_t at = timer_count++;

    if (timer_count > timer_capacity) {
        timer_capacity = timer_capacity != 0 ? timer_capacity * 2 : 1024;
        timers = must_resize(timers, timer_capacity * sizeof *timers);
    }
    while (at > 0 && timers[(at - 1) / 4].when_ns > when_ns) {
        timers[at] = timers[(at - 1) / 4];
        at = (at - 1) / 4;
    }
    timers[at] = (struct timer){when_ns, task};
}

static struct floor_task *timer_pop(void)
{
    struct floor_task *task = timers[0].task;
    struct timer last = timers[--timer_count];
    size_t at = 0, least;

    while ((least = at * 4 + 1) < timer_count) {
        size_t end = least + 4 < timer_count ? least + 4 : timer_count;

        for (size_t i = least + 1; i < end; i++)
            least = timers[i].when_ns < timers[least].when_ns ? i : least;
        if (timers[least].when_ns >= last.when_ns)
            break;
        timers[at] = timers[least];
        at = least;
    }
    timers[at] = last;
    return task;
}

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* ---- the queue ---- */

static void ready(struct floor_task *task)
{
    task->next = NULL;
    if (queue_first == NULL)
        queue_first = task;
    else
        queue_last->next = task;
    queue_last = task;
}

/* Wait until the first timer is due; every one that is becomes ready. */
static void wait_for_timers(void)
{
    int64_t due = timers[0].when_ns, now;
    struct timespec until = {.tv_sec = due / 1000000000, .tv_nsec = due % 1000000000};

    CHECK(timer_count > 0);
    if (due > now_ns())
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
    now = now_ns();
    while (timer_count > 0 && timers[0].when_ns <= now)
        ready(timer_pop());
}

/* Let the next task run; returns when it is the caller's turn again. The one place that switches,
 * so that the processor foresees where the switch returns to. */
static __attribute__((noinline)) void suspend(void)
{
    struct floor_task *from = current;

    while (queue_first == NULL)
        wait_for_timers();
    current = queue_first;
    queue_first = current->next;
    if (current != from)
        floor_swap(&from->sp, current->sp);
}

/* ---- tasks ---- */

static void task_entry(void)
{
    current->fn(current->arg);
    current->done = true;
    if (current->joiner != NULL)
        ready(current->joiner);
    suspend();
    CHECK_NEVER("a task that is done ran again");
}

static void map_slab(void)
{
    char *slab = mmap(NULL, STACK_SIZE * SLAB_COUNT, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    CHECK(slab != MAP_FAILED);
    (void)madvise(slab, STACK_SIZE * SLAB_COUNT, MADV_NOHUGEPAGE);
    for (size_t i = SLAB_COUNT; i-- > 0;) {
        char *top = slab + (i + 1) * STACK_SIZE - i % COLOURS * COLOUR_SIZE;
        struct floor_task *task = (struct floor_task *)(void *)(top - sizeof *task);

        task->next = pool;
        pool = task;
    }
}

struct floor_task *floor_spawn(floor_fn fn, void *arg)
{
    struct floor_task *task;

    if (pool == NULL)
        map_slab();
    task = pool;
    pool = task->next;
    *task = (struct floor_task){.sp = first_frame(task, task_entry), .fn = fn, .arg = arg};
    ready(task);
    return task;
}

void floor_join(struct floor_task *task)
{
    if (!task->done) {
        task->joiner = current;
        suspend();
    }
    task->next = pool;
    pool = task;
}

void floor_yield(void)
{
    ready(current);
    suspend();
}

void floor_sleep(int64_t delay_ns)
{
    timer_push((now_ns() + delay_ns + GRAIN_NS - 1) / GRAIN_NS * GRAIN_NS, current);
    suspend();
}

/* ---- lines ---- */

static struct floor_task *task_at(struct floor_line *place)
{
    return (struct floor_task *)(void *)((char *)place - offsetof(struct floor_task, place));
}

static void wake(struct floor_line *place)
{
    place->prev->next = place->next;
    place->next->prev = place->prev;
    ready(task_at(place));
}

void floor_wait(struct floor_line *line)
{
    struct floor_line *place = &current->place;

    *place = (struct floor_line){line, line->prev};
    place->prev->next = place;
    line->prev = place;
    suspend();
}

bool floor_wake(struct floor_line *line)
{
    bool anybody = line->next != line;

    if (anybody)
        wake(line->next);
    return anybody;
}

void floor_cancel(struct floor_task *task)
{
    wake(&task->place);
}

static void store(struct floor_queue *queue, void *item)
{
    size_t at = queue->first + queue->count++;

    queue->items[at < queue->places ? at : at - queue->places] = item;
}

void floor_put(struct floor_queue *queue, void *item)
{
    if (queue->getters.next != &queue->getters) {
        task_at(queue->getters.next)->item = item;
        wake(queue->getters.next);
    } else if (queue->count < queue->places) {
        store(queue, item);
    } else {
        current->item = item;
        floor_wait(&queue->putters);
    }
}

void *floor_get(struct floor_queue *queue)
{
    void *item;

    if (queue->count == 0) {
        floor_wait(&queue->getters);
        return current->item;
    }
    item = queue->items[queue->first++];
    if (queue->first == queue->places)
        queue->first = 0;
    queue->count--;
    if (queue->putters.next != &queue->putters) {
        store(queue, task_at(queue->putters.next)->item);
        wake(queue->putters.next);
    }
    return item;
}

void floor_acquire(struct floor_lock *lock)
{
    if (lock->held)
        floor_wait(&lock->waiters);
    lock->held = true;
}

void floor_release(struct floor_lock *lock)
{
    lock->held = floor_wake(&lock->waiters);
}

/* ---- callbacks ---- */

static struct floor_callback *callback_first, *callback_last;

void floor_call_soon(struct floor_callback *callback)
{
    callback->next = NULL;
    if (callback_first == NULL)
        callback_first = callback;
    else
        callback_last->next = callback;
    callback_last = callback;
}

void floor_run_callbacks(void)
{
    while (callback_first != NULL) {
        struct floor_callback *callback = callback_first;

        callback_first = callback->next;
        callback->fn(callback);
    }
}

/* ---- bare switches ---- */

/* Both sides run this one loop, so that the processor foresees every return. */
static __attribute__((noinline)) void bounce(void **mine, void **other, size_t count)
{
    for (size_t i = 0; i < count; i++)
        floor_swap(mine, *other);
}

static void *here, *there;

static void other_side(void)
{
    bounce(&there, &here, SIZE_MAX);
}

void floor_switches(size_t count)
{
    static char stack[4096] __attribute__((aligned(16)));

    there = first_frame(stack + sizeof stack, other_side);
    bounce(&here, &there, count / 2);
}
