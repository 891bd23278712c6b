/*
 * loop_uv.h - the uv loop under one of ours, for the devices. Not public.
 */
#ifndef RONDO_LOOP_UV_H
#define RONDO_LOOP_UV_H

#include <uv.h>

#include "loop_core.h"

/* The uv loop that `loop` stands on, or NULL if it stands on something else. */
uv_loop_t *loop_uv(struct rondo_loop *loop);

/* Whether it is the process's default one, because rondo_loop_new() made `loop`: that of the main
 * thread. */
bool loop_uv_is_default(struct rondo_loop *loop);

/* One more handle on that uv loop which closing `loop` has to wait for, and one less, from its
 * close callback. Requires: loop_uv() is not NULL. */
void loop_uv_hold(struct rondo_loop *loop);
void loop_uv_let_go(struct rondo_loop *loop);

/* Memory into which all of a loop's handles may be read, whose data is told at once, as large as
 * what libuv suggests. NULL without memory. */
#define LOOP_UV_BUFFER_SIZE ((size_t)65536)
void *loop_uv_buffer(struct rondo_loop *loop);

#endif
