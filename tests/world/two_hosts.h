/*
 * two_hosts.h - what the tests of the wires share: two hosts, processes on them that say what they
 * do, and what is expected of it.
 *
 * The hosts are "here" (10.0.0.1) and "there" (10.0.0.2). A process is a small C function whose
 * every call says what came of it; what is expected is the whole trace. Processes run on stacks of
 * their own, so they never assert.
 */
#ifndef RONDO_TESTS_TWO_HOSTS_H
#define RONDO_TESTS_TWO_HOSTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/types.h>

#include "world/net.h"

#define MS    INT64_C(1000000)
#define ROLES 4

/* A process of a test. */
struct role {
    struct fixture *f;
    const char *name;
};

struct fixture {
    struct world world;
    struct chance chance;
    struct tape script;
    struct trace *trace;
    struct host *here;
    struct host *there;
    struct role roles[ROLES];
    size_t role_count;
};

/* A world without hosts, in which every family is closed. */
int fixture_open(void **state);
int fixture_close(void **state);

/* Two hosts, joined both ways by `spec`. */
void join(struct fixture *f, struct link_spec spec);

/* A process on `host` that calls `body` with its role. */
void spawn(struct fixture *f, const char *name, struct host *host, int (*body)(void *));

/* Draw `values` of `label`, each below `bound`, in this order, and 0 from then on. "x" stands for
 * the last one. */
void draw(struct fixture *f, const char *label, size_t bound, const char *values);

/* What happened, but for packets unless `with_packets`. */
void expect(struct fixture *f, bool with_packets, enum world_end expected, const char *trace);

/* ---- in a process ---- */

/* Make it a line of the trace. */
void say(const struct role *role, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The name of a negative code, or "ok". */
const char *code(ssize_t rc);

void rest(const struct role *role, int64_t ms);

/* Wake a thread that blocks: for socket_watch(). */
void wake(void *thread);

#endif
