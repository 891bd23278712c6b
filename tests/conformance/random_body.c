/*
 * random_body.c - random numbers: libuv's misc.rst, uv_random().
 */
#include <limits.h>
#include <string.h>

#include <uv.h>

#include "tests/conformance/conformance.h"

static struct trace *told;

static void has_numbers(uv_random_t *request, int status, void *bytes, size_t size)
{
    note(told, "told %s %d %s ", status == 0 ? "ok" : uv_err_name(status), (int)size,
         bytes == request->data ? "the same bytes" : "other bytes");
}

/* At once: the bytes that were asked for, others each time. */
static void at_once(struct trace *trace)
{
    unsigned char one[20] = {0}, other[20] = {0};
    static const unsigned char zeros[20];

    note(trace, "at once: %d ", uv_random(NULL, NULL, one, 17, 0, NULL));
    note(trace, "%d ", uv_random(NULL, NULL, other, 17, 0, NULL));
    note(trace, "some %d, others %d, ", memcmp(one, zeros, 17) != 0, memcmp(one, other, 17) != 0);
    note(trace, "no more than that %d, ", memcmp(one + 17, zeros, 3) == 0);
    note(trace, "none %d\n", uv_random(NULL, NULL, one, 0, 0, NULL));
}

static void refused(struct trace *trace)
{
    unsigned char byte;

    note(trace, "refused: flags %s, ", uv_err_name(uv_random(NULL, NULL, &byte, 1, 1, NULL)));
    note(trace, "size %s\n",
         uv_err_name(uv_random(NULL, NULL, &byte, (size_t)INT_MAX + 1, 0, NULL)));
}

/* By the pool: the end is told in the poll, and keeps the loop meanwhile. */
static void by_the_pool(struct trace *trace)
{
    unsigned char bytes[8] = {0};
    static const unsigned char zeros[8];
    uv_random_t request = {.data = bytes};
    uv_loop_t loop;

    uv_loop_init(&loop);
    note(trace, "by the pool: %d ",
         uv_random(&loop, &request, bytes, sizeof bytes, 0, has_numbers));
    note(trace, "alive %d ", uv_loop_alive(&loop));
    note(trace, "run %d ", uv_run(&loop, UV_RUN_DEFAULT));
    note(trace, "some %d, too late %s ", memcmp(bytes, zeros, sizeof bytes) != 0,
         uv_err_name(uv_cancel((uv_req_t *)&request)));
    note(trace, "| close %d\n", uv_loop_close(&loop));
}

static void wait_for(uv_work_t *work)
{
    uv_sem_wait(work->data);
}

/* Behind as much work as there are threads it has not begun, and can be cancelled. */
static void cancelled(struct trace *trace)
{
    unsigned char bytes[8];
    uv_random_t request = {.data = bytes};
    uv_work_t work[4];
    uv_loop_t loop;
    uv_sem_t go;

    uv_loop_init(&loop);
    uv_sem_init(&go, 0);
    for (int i = 0; i < 4; i++) {
        work[i].data = &go;
        uv_queue_work(&loop, &work[i], wait_for, NULL);
    }
    uv_random(&loop, &request, bytes, sizeof bytes, 0, has_numbers);
    note(trace, "cancelled: %d ", uv_cancel((uv_req_t *)&request));
    for (int i = 0; i < 4; i++)
        uv_sem_post(&go);
    note(trace, "run %d ", uv_run(&loop, UV_RUN_DEFAULT));
    note(trace, "| close %d\n", uv_loop_close(&loop));
    uv_sem_destroy(&go);
}

void random_body(struct trace *trace)
{
    told = trace;
    at_once(trace);
    refused(trace);
    by_the_pool(trace);
    cancelled(trace);
}
