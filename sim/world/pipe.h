/*
 * pipe.h - sockets of a program that are streams of bytes on one host, found by a path: what Linux
 * calls unix sockets, and libuv pipes.
 *
 * Bytes are with the other side as soon as they are sent: there are no segments, no latency, no
 * loss. A path is a file once somebody has bound it, and stays one when the socket is closed, as on
 * Linux, until it is unlinked: also when the process is killed. Nothing else is in this file
 * system, and every directory is.
 */
#ifndef RONDO_WORLD_PIPE_H
#define RONDO_WORLD_PIPE_H

#include <sys/types.h>

#include "world/socket.h"

/* The longest path, with its end: Linux's sun_path. */
#define PIPE_PATH_SIZE 108

/* Bytes that wait to be read by the other side, at most: Linux's wmem_default. */
#define PIPE_SEND_MAX ((size_t)212992)

struct pipe; /* begins with its struct socket, whose kind sends, receives, accepts ... */

/* A socket of the calling process. Owned as tcp_open()'s. */
struct pipe *pipe_open(void);

/* Make `path` a file that stands for this socket. A path that is too long is cut off. Returns: 0,
 * -EADDRINUSE if there is a file, -EINVAL if it has one. */
int pipe_bind(struct pipe *pipe, const char *path);

/* The file `path` of the calling process's host is no more. Returns: 0 or -ENOENT. */
int pipe_unlink(const char *path);

/* As tcp_listen(). Returns: 0, -EINVAL. */
int pipe_listen(struct pipe *pipe, int backlog);

/* Connect, at once; the other side may accept later. Returns: 0, -ENOENT, -ECONNREFUSED if nobody
 * listens there, -EAGAIN if too many wait already, -EISCONN, -EINVAL. */
int pipe_connect(struct pipe *pipe, const char *path);

/* The path that it has; and the one that it has connected to. "" for none. Returns: 0 or -ENOTCONN.
 * Owns: valid as long as the socket. */
const char *pipe_path(const struct pipe *pipe);
int pipe_remote(const struct pipe *pipe, const char **path);

/* The end of a host: socket.c's business. */
void pipe_free_paths(struct host *host);

#endif
