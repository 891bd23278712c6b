/*
 * wire.h - our own transports, over a stream of libuv's, as connect.c and server.c make them. Not
 * public.
 */
#ifndef RONDO_WIRE_H
#define RONDO_WIRE_H

#include "endpoint.h"
#include "object.h"
#include "transport.h"

struct connecting;
struct rondo_server;

struct wire {
    rondo_transport transport; /* first: what a program has of it */
    union endpoint_uv uv;
    struct device device; /* of the loop */
    struct rondo_loop *loop;
    struct rondo_context context;  /* of who asked for it, in which its protocol is told */
    struct connecting *connecting; /* connect.c's, until whoever waits for it has taken note */
    struct rondo_server *server;   /* that accepted it, or NULL */
    struct list at_server;
    char sockname[ENDPOINT_TEXT_SIZE];
    char peername[ENDPOINT_TEXT_SIZE];
    unsigned holders; /* itself, until it is gone and its protocol knows; and the program's */
    int error;        /* with which it was lost, or 0 */
    bool made;        /* its protocol knows of it */
    bool closing;     /* asked for, or lost */
    bool leaving;     /* uv_close() has been called */
    bool gone;        /* and is done */
    bool told;        /* its protocol knows that, or never knew of it */
    struct callback lost;

    bool read_paused; /* by the program */
    bool read_ended;  /* no more will come */
    int read_code;    /* why there was no buffer to be read into */

    size_t high, low;
    bool write_paused; /* the protocol knows that there is too much to be sent */
    bool write_ended;
    bool shutting;
    uv_shutdown_t shutdown;
};

/* One without a connection, for addresses of `family`, in the context that runs. Returns: NULL
 * without memory. Owns: the caller has it until wire_begin() has succeeded, to be given to
 * wire_discard(). */
struct wire *wire_new(struct rondo_loop *loop, sa_family_t family);

/* It is connected: have `factory(arg)` make its protocol, tell that, and begin to read. Returns: 0,
 * or RONDO_ENOMEM if there is no protocol. */
int wire_begin(struct wire *wire, rondo_protocol_factory factory, void *arg);

/* Close `wire`, of which no protocol knows. */
void wire_discard(struct wire *wire);

/* connect.c: forget the wait for `wire`, whose task is gone. */
void connecting_forget(struct wire *wire);

/* server.c: `wire` has been lost, and its protocol knows. */
void server_lets_go(struct wire *wire);

#endif
