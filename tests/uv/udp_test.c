/*
 * udp_test.c - datagrams that the system does not take at once, which on a real loopback never
 * happens; what is the same on real libuv stands in conformance/.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <uv.h>

#include "world/net.h"

/* More than fit into what Linux lets wait: 44 of 4000 bytes. */
#define COUNT 60
#define PART  4000

struct play {
    bool closes; /* after the first sends */
    uv_udp_t uv;
    uv_udp_send_t sends[COUNT];
    int sent;
    int cancelled;
    bool in_order;
    bool closed_last;
    size_t queue_size, queue_count; /* when all have been asked for */
    int tried;                      /* what uv_udp_try_send() said then */
    size_t queue_at_the_end;
};

static void was_sent(uv_udp_send_t *req, int status)
{
    struct play *play = req->handle->data;

    play->in_order = play->in_order && req == &play->sends[play->sent + play->cancelled];
    if (status == UV_ECANCELED)
        play->cancelled++;
    else if (status == 0)
        play->sent++;
}

static void was_closed(uv_handle_t *handle)
{
    struct play *play = handle->data;

    play->closed_last = play->sent + play->cancelled == COUNT;
}

static int sends_too_much(void *context)
{
    static char bytes[PART];
    struct play *play = context;
    struct host *host = host_of(process_current());
    uv_buf_t buf = uv_buf_init(bytes, PART);
    struct sockaddr_in to;
    uv_loop_t loop;

    link_set(host, host, &(struct link_spec){.bytes_per_s = 100000});
    uv_loop_init(&loop);
    uv_udp_init(&loop, &play->uv);
    play->uv.data = play;
    uv_ip4_addr("127.0.0.1", 9, &to);
    for (int i = 0; i < COUNT; i++)
        uv_udp_send(&play->sends[i], &play->uv, &buf, 1, (const struct sockaddr *)&to, was_sent);
    play->queue_size = uv_udp_get_send_queue_size(&play->uv);
    play->queue_count = uv_udp_get_send_queue_count(&play->uv);
    play->tried = uv_udp_try_send(&play->uv, &buf, 1, (const struct sockaddr *)&to);
    if (play->closes)
        uv_close((uv_handle_t *)&play->uv, was_closed);
    uv_run(&loop, UV_RUN_DEFAULT);
    play->queue_at_the_end = play->uv.send_queue_size + play->uv.send_queue_count;
    if (!play->closes)
        uv_close((uv_handle_t *)&play->uv, was_closed);
    uv_run(&loop, UV_RUN_DEFAULT);
    return uv_loop_close(&loop);
}

static void run(struct play *play)
{
    struct trace *trace = trace_new();
    struct chance chance;
    struct world world;

    play->in_order = true;
    chance_init(&chance);
    chance.open = 0;
    world_init(&world, &chance, trace);
    world_spawn(&world,
                &(struct process_spec){.name = "p", .main = sends_too_much, .context = play});
    assert_int_equal(world_run(&world), WORLD_ENDED);
    world_close(&world);
    chance_clear(&chance);
    trace_free(trace);
}

static void what_is_not_taken_waits_in_order_and_the_queue_is_exact(void **state)
{
    static struct play play;

    (void)state;
    run(&play);
    assert_int_equal(play.queue_size, COUNT * PART); /* their callbacks have not come */
    assert_int_equal(play.queue_count, COUNT);
    assert_int_equal(play.tried, UV_EAGAIN);
    assert_int_equal(play.sent, COUNT);
    assert_true(play.in_order);
    assert_int_equal(play.queue_at_the_end, 0);
}

static void what_waits_when_it_is_closed_is_cancelled_before_that_is_told(void **state)
{
    static struct play play = {.closes = true};

    (void)state;
    run(&play);
    assert_int_equal(play.sent, 1); /* the others wait for its callback, as in libuv */
    assert_int_equal(play.cancelled, COUNT - 1);
    assert_true(play.in_order);
    assert_true(play.closed_last);
    assert_int_equal(play.queue_at_the_end, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_taken_waits_in_order_and_the_queue_is_exact),
        cmocka_unit_test(what_waits_when_it_is_closed_is_cancelled_before_that_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
