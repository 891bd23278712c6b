/*
 * endpoint.h - addresses as programs write and read them, and what libuv does with them: the one
 * place that tells TCP and unix sockets apart. Not public.
 */
#ifndef RONDO_ENDPOINT_H
#define RONDO_ENDPOINT_H

#include "loop_uv.h"

/* The longest text of an address, with its port or as a path, and its end. */
#define ENDPOINT_TEXT_SIZE 112

/* A stream of libuv's, for an address of the one kind or the other. */
union endpoint_uv {
    uv_handle_t handle;
    uv_stream_t stream;
    uv_tcp_t tcp;
    uv_pipe_t pipe;
};

/* The address that `host` and `port` stand for; `host` NULL: any of IPv4. Returns: 0, RONDO_EINVAL,
 * RONDO_ENOTSUP. */
int endpoint_resolve(const char *host, int port, struct sockaddr_storage *address);

/* The address of a unix socket at `path`. Returns: 0, RONDO_EINVAL, UV_ENAMETOOLONG. */
int endpoint_at_path(const char *path, struct sockaddr_storage *address);

/* Write `address` as "127.0.0.1:80", or its path, into `text`, ENDPOINT_TEXT_SIZE long. */
void endpoint_text(const struct sockaddr *address, char *text);

/* Its port; 0 of a path. */
int endpoint_port(const struct sockaddr *address);

/* Make `uv` a stream for addresses of that kind. Returns: 0 or a code. */
int endpoint_open(union endpoint_uv *uv, uv_loop_t *loop, sa_family_t family);

/* Have `uv` the address; connect it to one. Returns: 0 or libuv's code, which may also come later.
 */
int endpoint_bind(union endpoint_uv *uv, const struct sockaddr *address);
int endpoint_connect(union endpoint_uv *uv, uv_connect_t *connect, const struct sockaddr *address,
                     uv_connect_cb connected);

/* Whose address it is, and whom it is connected to. Returns: 0 or libuv's code. */
int endpoint_local(const union endpoint_uv *uv, struct sockaddr_storage *address);
int endpoint_remote(const union endpoint_uv *uv, struct sockaddr_storage *address);

#endif
