/*
 * actor.h - who plays in the bodies about streams: an end of a connection, of TCP or of a unix
 * socket, that logs what it is told.
 *
 * What is compared is what each handle was told, in order; which of two handles is told first is
 * the machine's business, and so is into how many reads a text is cut: bytes in a row are one run.
 */
#ifndef RONDO_TESTS_ACTOR_H
#define RONDO_TESTS_ACTOR_H

#include <uv.h>

#include "tests/conformance/conformance.h"

enum actor_kind { ACTOR_TCP, ACTOR_PIPE };

struct actor {
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } uv;
    enum actor_kind kind;
    char path[64]; /* of a pipe that is bound */
    uv_connect_t connect;
    uv_shutdown_t shutdown;
    uv_write_t writes[4];
    struct trace *trace;
    struct actor *peer; /* that it accepts */
    const char *name;
    const char *says; /* when it is connected */
    char log[1024];   /* what it was told */
    char run[128];    /* bytes in a row */
    size_t run_length;
    size_t buffer_size; /* what it gives to be read into */
    size_t total;
    int accepts;
    int reads_left; /* then it stops */
    void (*on_end)(struct actor *actor);
    void (*on_bytes)(struct actor *actor);
    char buffer[65536];
};

/* One that is not connected. Freed by finish(). */
struct actor *actor_new(uv_loop_t *loop, struct trace *trace, enum actor_kind kind,
                        const char *name);

/* The actor as a stream; a code as a text; its log. */
uv_stream_t *stream(struct actor *actor);
const char *code(ssize_t rc);
void add(struct actor *actor, const char *what, const char *how);
void end_run(struct actor *actor);
void tell(struct actor *actor, const char *what, ssize_t rc);

/* What it does, logging what comes of it. */
int bind_somewhere(struct actor *actor);
int listen_for(struct actor *actor, struct actor *peer); /* and accept one, as `peer` */
int connect_to(struct actor *actor, const struct actor *listener);
void read_on(struct actor *actor);
int write_with(struct actor *actor, uv_write_t *req, const char *text);
int write_text(struct actor *actor, const char *text);
int try_text(struct actor *actor, const char *text);
int shut(struct actor *actor);
void close_it(struct actor *actor);

/* Callbacks. */
void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buf);
void was_read(uv_stream_t *handle, ssize_t count, const uv_buf_t *buf);
void was_written(uv_write_t *req, int status);
void was_connected(uv_connect_t *req, int status);
void knocked(uv_stream_t *handle, int status);
void closed(uv_handle_t *handle);

/* What the actors were told, and their end. */
void finish(struct trace *trace, uv_loop_t *loop, struct actor **actors, size_t count);

/* A server that accepts one, and a client that connects to it. */
struct pair {
    uv_loop_t loop;
    struct actor *listener;
    struct actor *server;
    struct actor *client;
    struct trace *trace;
};

struct pair *open_pair(struct trace *trace, enum actor_kind kind);
void run_pair(struct pair *pair);
void close_pair(struct pair *pair);

/* stream_body.c: what holds for both kinds. */
void stream_body(struct trace *trace, enum actor_kind kind);

#endif
