/*
 * 000-7.2-threadsafe: what asyncio's queues and locks are between threads. An item that another
 * thread puts does not wake the loop that sleeps, until its next timer does; through the loop it is
 * there at once. A lock is for the tasks of one loop. In debug mode the loop refuses calls that
 * come from a foreign thread.
 */
#include "rondo.h"

#include <stdio.h>
#include <uv.h>

static rondo_queue queue = RONDO_QUEUE("shared", 0);
static rondo_lock lock = RONDO_LOCK("shared");
static rondo_loop *loop;

static int put_plainly(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    uv_sleep(100);
    return rondo_queue_put_nowait(&queue, "plain put from a thread");
}

static void put(void *item)
{
    rondo_queue_put_nowait(&queue, item);
}

static int put_through_the_loop(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    uv_sleep(100);
    return rondo_call_soon_threadsafe(loop, put, "put through the loop");
}

static int get(void *arg, rondo_value *out)
{
    rondo_value item;

    (void)arg;
    (void)out;
    RONDO_TRY(rondo_queue_get(&queue, &item));
    puts(item.as.text);
    return 0;
}

static int wait_for_lock(void *arg, rondo_value *out)
{
    int rc = rondo_lock_acquire(&lock);

    (void)arg;
    (void)out;
    printf("lock of another loop: %s\n", rondo_err_name(rc));
    return 0;
}

static int take_lock_in_a_loop_of_ones_own(void *arg, rondo_value *out)
{
    return rondo_run(wait_for_lock, arg, out);
}

static int call_as_if_it_were_ours(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    printf("call_soon in debug mode: %s\n",
           rondo_call_soon(loop, put, NULL) == NULL ? "refused" : "taken");
    return 0;
}

/* Have `fn` put an item from a thread, and wait for it; the loop has a timer in `sleep_ns`. */
static int get_from(rondo_executor *pool, rondo_fn fn, int64_t sleep_ns)
{
    rondo_task *getter = rondo_spawn(get, NULL);
    int rc;

    RONDO_TRY(rondo_executor_submit(pool, fn, NULL, NULL)); /* its end wakes nobody */
    RONDO_TRY(rondo_sleep(sleep_ns));
    rc = rondo_await(getter, NULL);
    rondo_unref(getter);
    return rc;
}

static int main_coroutine(void *arg, rondo_value *out)
{
    rondo_executor *pool = rondo_executor_new("pool", 1);

    (void)arg;
    (void)out;
    loop = rondo_get_running_loop();
    RONDO_TRY(get_from(pool, put_plainly, RONDO_MS(600)));
    RONDO_TRY(get_from(pool, put_through_the_loop, 0));
    rondo_executor_shutdown(pool, false);
    RONDO_TRY(rondo_lock_acquire(&lock));
    RONDO_TRY(rondo_to_thread(take_lock_in_a_loop_of_ones_own, NULL, NULL));
    rondo_lock_release(&lock);
    rondo_loop_set_debug(loop, true);
    RONDO_TRY(rondo_to_thread(call_as_if_it_were_ours, NULL, NULL));
    rondo_queue_clear(&queue);
    return 0;
}

RONDO_PROGRAM(primitives_belong_to_a_loop, main_coroutine);
