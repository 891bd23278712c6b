/*
 * hosts.c - a module of programs that several hosts run at once, for hosts_test.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "rondo.h"

/* Variables of the module: each process has its own. */
static int steps;
static _Thread_local int thread_steps = 10;
static char last[16] = "nobody";

/* ---- a server and a client that speak libuv, on their default loops ---- */

#define PORT 7

static char inbox[100];

static void lend(uv_handle_t *handle, size_t wanted, uv_buf_t *buf)
{
    *buf = uv_buf_init(inbox, sizeof inbox);
}

static void written(uv_write_t *request, int status)
{
    free(request);
}

static void send_back(uv_stream_t *stream, const char *text, size_t size)
{
    uv_buf_t buf = uv_buf_init((char *)text, (unsigned)size);

    uv_write(malloc(sizeof(uv_write_t)), stream, &buf, 1, written);
}

static void gone(uv_handle_t *handle)
{
    free(handle);
}

static void echo(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
    if (size <= 0) {
        uv_close((uv_handle_t *)stream, gone);
        return;
    }
    memcpy(last, buf->base, 3);
    last[3] = '\0';
    printf("%s, step %d\n", last, ++steps);
    send_back(stream, last, 3);
}

static void welcome(uv_stream_t *server, int status)
{
    uv_tcp_t *client = malloc(sizeof *client);

    uv_tcp_init(server->loop, client);
    uv_accept(server, (uv_stream_t *)client);
    uv_read_start((uv_stream_t *)client, lend, echo);
}

static int echo_server(int argc, char **argv)
{
    static uv_tcp_t server;
    struct sockaddr_in address;

    uv_tcp_init(uv_default_loop(), &server);
    uv_ip4_addr("0.0.0.0", PORT, &address);
    uv_tcp_bind(&server, (const struct sockaddr *)&address, 0);
    uv_listen((uv_stream_t *)&server, 10, welcome);
    return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}

static const char *word;
static uv_tcp_t wire;
static uv_timer_t timer;
static int sent;

static void speak(uv_timer_t *handle)
{
    send_back((uv_stream_t *)&wire, word, 3);
    sent++; /* on a loopback the server has been told by now: these are this process's again */
}

static void answered(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
    memcpy(last, buf->base, 3);
    printf("answer %.3s, step %d of %d\n", last, ++steps, sent);
    if (steps == 2) {
        uv_close((uv_handle_t *)&timer, NULL);
        uv_close((uv_handle_t *)&wire, NULL);
    }
}

static void connected(uv_connect_t *request, int status)
{
    printf("connected: %d, last heard %s\n", status, last);
    uv_read_start((uv_stream_t *)&wire, lend, answered);
    uv_timer_init(wire.loop, &timer);
    uv_timer_start(&timer, speak, 10, 10);
}

/* argv: the server's address, the word. */
static int echo_client(int argc, char **argv)
{
    static uv_connect_t request;
    struct sockaddr_in address;

    word = argv[2];
    uv_tcp_init(uv_default_loop(), &wire);
    uv_ip4_addr(argv[1], PORT, &address);
    uv_tcp_connect(&request, &wire, (const struct sockaddr *)&address, connected);
    return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}

/* ---- what is whose ---- */

/* Two turns of each process, between which all others have theirs. */
static int counts(int argc, char **argv)
{
    char *block = calloc(100, 1);

    printf("%d %d %s\n", ++steps, ++thread_steps, last);
    strcpy(last, "me");
    strcpy(block, "fresh");
    uv_sleep(10);
    printf("%d %d %s, its memory %s\n", ++steps, ++thread_steps, last, block);
    return steps;
}

static int says_where_its_memory_is(int argc, char **argv)
{
    printf("%p\n", malloc(100));
    return 0;
}

static int says_its_clock(int argc, char **argv)
{
    uv_timeval64_t now;

    uv_gettimeofday(&now);
    printf("%lld.%03d\n", (long long)now.tv_sec, (int)now.tv_usec / 1000);
    return 0;
}

/* ---- what goes wrong ---- */

static int waits(void *arg, rondo_value *out)
{
    static rondo_event never = RONDO_EVENT("never");

    return rondo_event_wait(&never);
}

static int polls(int argc, char **argv)
{
    static uv_async_t nobody;

    uv_async_init(uv_default_loop(), &nobody, NULL);
    return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}

static void idles(uv_idle_t *handle)
{
}

static int spins(int argc, char **argv)
{
    static uv_idle_t idle;

    uv_idle_init(uv_default_loop(), &idle);
    uv_idle_start(&idle, idles);
    for (;;)
        uv_run(uv_default_loop(), UV_RUN_NOWAIT);
    return 0;
}

static int sleeps(void *arg, rondo_value *out)
{
    return rondo_sleep(RONDO_S(1));
}

static int breaks(void *arg, rondo_value *out)
{
    RONDO_TRY(rondo_sleep(RONDO_MS(500)));
    RONDO_ALWAYS("small", steps < 0);
    return 0;
}

static int forgets(void *arg, rondo_value *out)
{
    void *volatile forgotten = malloc(100); /* a compiler may leave out a block that nobody uses */

    steps += forgotten != NULL;
    return rondo_sleep(RONDO_MS(500));
}

static rondo_lock left = RONDO_LOCK("left"), right = RONDO_LOCK("right");

static int takes_right_then_left(void *arg, rondo_value *out)
{
    RONDO_TRY(rondo_lock_acquire(&right));
    RONDO_TRY(rondo_sleep(RONDO_MS(100)));
    return rondo_lock_acquire(&left);
}

static int is_stuck(void *arg, rondo_value *out)
{
    rondo_unref(rondo_spawn(takes_right_then_left, NULL, .name = "other"));
    RONDO_TRY(rondo_lock_acquire(&left));
    RONDO_TRY(rondo_sleep(RONDO_MS(100)));
    return rondo_lock_acquire(&right);
}

static int gives(int argc, char **argv)
{
    return atoi(argv[1]);
}

RONDO_PROGRAM(gives, gives);
RONDO_PROGRAM(echo_server, echo_server);
RONDO_PROGRAM(echo_client, echo_client);
RONDO_PROGRAM(counts, counts);
RONDO_PROGRAM(says_where_its_memory_is, says_where_its_memory_is);
RONDO_PROGRAM(says_its_clock, says_its_clock);
RONDO_PROGRAM(waits, waits);
RONDO_PROGRAM(polls, polls);
RONDO_PROGRAM(spins, spins);
RONDO_PROGRAM(sleeps, sleeps);
RONDO_PROGRAM(breaks, breaks);
RONDO_PROGRAM(forgets, forgets);
RONDO_PROGRAM(is_stuck, is_stuck);
