/*
 * tcp.h - sockets of a program that are streams of bytes.
 *
 * What a program can see of TCP (RFC 9293) on Linux: ports and who may share one, a handshake that
 * is refused or never answered, a backlog, buffers that fill on both sides, segments that know
 * nothing of the program's messages, an orderly end of each direction, a reset. A segment that is
 * lost comes later, by as much as it takes to miss it and send it again (RFC 6298), and all that
 * follows waits for it. Not modelled: congestion windows, delayed acknowledgements, TIME_WAIT,
 * keepalive probes; what they change is when, not what.
 *
 * socket.h has what holds for sockets of any kind: codes, and who watches.
 */
#ifndef RONDO_WORLD_TCP_H
#define RONDO_WORLD_TCP_H

#include <sys/types.h>

#include "world/socket.h"

/* Bytes that a socket takes before the other side has acknowledged any, and bytes that it holds
 * before its program has read any: between what Linux gives at first and what it allows later. */
#define TCP_SEND_MAX    ((size_t)1 << 20)
#define TCP_RECEIVE_MAX ((size_t)1 << 20)

struct tcp; /* begins with its struct socket */

/* A socket of the calling process, for addresses of IPv6 (and those of IPv4 written so) or of IPv4.
 * Owned by the caller: tcp_close(); the end of its process closes it, too. */
struct tcp *tcp_open(bool six);

/* As socket_bind(); a port that is shared stops being so when somebody listens there. */
int tcp_bind(struct tcp *tcp, const struct address *address, bool shared, bool six_only);

/* Wait for others to connect, one more than `backlog` of them before the first is accepted.
 * Returns: 0, -EADDRINUSE, -EINVAL. */
int tcp_listen(struct tcp *tcp, int backlog);

/* The connection that has waited longest. Owned by the caller, the process that calls. Returns:
 * NULL when none waits. */
struct tcp *tcp_accept(struct tcp *tcp);

/* Begin to connect; the end of it is tcp_writable(), and tcp_error(). Returns: 0, -EISCONN,
 * -EALREADY, -EADDRINUSE, -EADDRNOTAVAIL, -EAFNOSUPPORT, -ENETUNREACH, -EINVAL. */
int tcp_connect(struct tcp *tcp, const struct address *remote);

/* What has gone wrong, once. Returns: 0 or a negative code. */
int tcp_error(struct tcp *tcp);

/* Send as much of `data` as there is room for. Returns: how much, -EAGAIN, -EPIPE, or tcp_error().
 */
ssize_t tcp_send(struct tcp *tcp, const void *data, size_t size);

/* Take at most `size` bytes that have come. Returns: how many, 0 at the end, -EAGAIN, -ENOTCONN, or
 * tcp_error(). */
ssize_t tcp_receive(struct tcp *tcp, void *data, size_t size);

/* How many bytes have come that nobody has taken. */
size_t tcp_unread(const struct tcp *tcp);

/* Send no more after what was sent: the other side will see the end. Returns: 0 or -ENOTCONN. */
int tcp_end(struct tcp *tcp);

/* Give the socket up. What was sent still goes out, and then the end; if something that has come
 * was not read, or `reset`, the other side is told so at once instead. */
void tcp_close(struct tcp *tcp, bool reset);

/* Whether tcp_receive() or tcp_accept() would not say -EAGAIN; tcp_send(); both directions are
 * over. */
bool tcp_readable(const struct tcp *tcp);
bool tcp_writable(const struct tcp *tcp);
bool tcp_over(const struct tcp *tcp);

/* Still waiting for an answer to tcp_connect(). */
bool tcp_connecting(const struct tcp *tcp);

bool tcp_is_six(const struct tcp *tcp);

/* Its own address, all zero before it has one; and the other side's. Returns: 0 or -ENOTCONN. */
void tcp_local(const struct tcp *tcp, struct address *address);
int tcp_remote(const struct tcp *tcp, struct address *address);

/* Send small segments, too, while others are not acknowledged (RFC 896). */
void tcp_set_no_delay(struct tcp *tcp, bool on);

/* Reset all connections between two hosts that `are_meant` says, on both sides. Returns: how many
 * sides had one. weather.c's business. */
size_t tcp_break_all(struct net *net,
                     bool (*are_meant)(const void *self, const struct host *a,
                                       const struct host *b),
                     const void *self);

#endif
