/*
 * random.c - answers for libuv's random.c: uv_random(), over the chance of the world.
 *
 * Each process has numbers of its own, and they are the same in every run, but for where they
 * begin: that is one decision, of the family `random`, when it first asks for any.
 */
#include <limits.h>

#include "uv/internal.h"

#include "world/chance.h"

/* So many places to begin at. */
#define BEGINNINGS 65536

static uint64_t *stream_of(struct process *process)
{
    if (process->uv_random == 0) {
        size_t beginning = world_choose(world_current(), "random.begin", BEGINNINGS, NULL);

        process->uv_random = (uint64_t)process->id << 32 | (beginning + 1);
        chance_draw(&process->uv_random);
    }
    return &process->uv_random;
}

static void fill(unsigned char *bytes, size_t size)
{
    uint64_t *stream = stream_of(process_current());
    uint64_t number = 0;

    for (size_t i = 0; i < size; i++) {
        if (i % sizeof number == 0)
            number = chance_draw(stream);
        bytes[i] = (unsigned char)(number >> i % sizeof number * 8);
    }
}

static void run_random(struct uv__work *work)
{
    uv_random_t *request = container_of(work, uv_random_t, work_req);

    fill(request->buf, request->buflen);
}

static void end_random(struct uv__work *work, int status)
{
    uv_random_t *request = container_of(work, uv_random_t, work_req);

    request->cb(request, status, request->buf, request->buflen);
}

int uv_random(uv_loop_t *loop, uv_random_t *req, void *buf, size_t buflen, unsigned flags,
              uv_random_cb cb)
{
    if (buflen > INT_MAX)
        return UV_E2BIG;
    if (flags != 0)
        return UV_EINVAL;
    if (cb == NULL) {
        fill(buf, buflen);
        return 0;
    }
    req->type = UV_RANDOM;
    req->loop = loop;
    req->status = 0;
    req->cb = cb;
    req->buf = buf;
    req->buflen = buflen;
    return work_submit(loop, &req->work_req, WORK_FAST, run_random, end_random);
}
