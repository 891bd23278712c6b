/*
 * conformance.h - the bodies, and the one function that runs and compares them.
 */
#ifndef RONDO_TESTS_CONFORMANCE_H
#define RONDO_TESTS_CONFORMANCE_H

#include <stdbool.h>

#include "tests/conformance/trace.h"

/* A body speaks only <uv.h>, on loops of its own, and notes what happens. */
void timer_body(struct trace *trace);
void idle_prepare_check_body(struct trace *trace);
void async_body(struct trace *trace);
void close_body(struct trace *trace);
void environment_body(struct trace *trace);
void loop_body(struct trace *trace);
void pipe_body(struct trace *trace);
void random_body(struct trace *trace);
void resolve_body(struct trace *trace);
void signal_body(struct trace *trace);
void tcp_body(struct trace *trace);
void thread_body(struct trace *trace);
void udp_body(struct trace *trace);

/* Run every body through `call`, which calls `body(trace)` in whatever world it stands for, and
 * compare its trace with what the real libuv 1.44.2 does. Prints one line a body, and the first
 * line that differs. What asks for "localhost" is left out where that is no name. Returns: 0 if all
 * agree, else 1. */
int conformance_run(void (*call)(void (*body)(struct trace *), struct trace *),
                    bool knows_localhost);

#endif
