/*
 * udp.h - sockets of a program that are datagrams.
 *
 * What a program can see of UDP (RFC 768) on Linux: ports and who may share one, a datagram that
 * comes whole or not at all, once or twice, before or after another; one that is longer than its
 * reader has room for and is cut; one that finds a full buffer, or nobody. Who sends to a port that
 * nobody has is told so, if he is connected to it. What is larger than the MTU of its link goes in
 * fragments, and is lost when one of them is: libuv cannot ask for DF, so nothing is too large for
 * a link. Not modelled: multicast, and limits on how often one is told that a port is not there.
 *
 * A datagram that a link corrupts is one whose checksum did not notice: it comes with a byte
 * changed. What a checksum notices is loss.
 *
 * socket.h has what holds for sockets of any kind: codes, and who watches.
 */
#ifndef RONDO_WORLD_UDP_H
#define RONDO_WORLD_UDP_H

#include <sys/types.h>
#include <sys/uio.h>

#include "world/socket.h"

/* The longest datagram, to an address of IPv4 and of IPv6. */
#define UDP_SIZE_MAX     ((size_t)65507)
#define UDP_SIZE_MAX_SIX ((size_t)65527)

/* What waits to be read, and what waits to leave the host, at most: Linux's rmem_default and
 * wmem_default. Each datagram counts for so much more than its bytes, as the smallest do on Linux,
 * so there are never more than 256. */
#define UDP_RECEIVE_MAX ((size_t)212992)
#define UDP_SEND_MAX    ((size_t)212992)
#define UDP_OVERHEAD    ((size_t)832)

struct udp; /* begins with its struct socket */

/* A socket of the calling process, for addresses of IPv6 (and those of IPv4 written so) or of IPv4.
 * Owned by the caller: udp_close(); the end of its process closes it, too. */
struct udp *udp_open(bool six);

/* As socket_bind(). Of those that share a port, what comes is for the one bound last. */
int udp_bind(struct udp *udp, const struct address *address, bool shared, bool six_only);

/* Send to `remote`, and receive from it only, from now on; NULL: to and from any again, and then a
 * port that was not asked for is given back. Returns: 0, -EAFNOSUPPORT, -ENETUNREACH,
 * -EADDRNOTAVAIL, -EACCES for a broadcast that was not allowed. */
int udp_connect(struct udp *udp, const struct address *remote);

/* Send `parts`, as one datagram, to `remote`, or where it is connected to. What comes of it nobody
 * knows. Returns: its size; -EMSGSIZE; -EDESTADDRREQ; -EINVAL for port 0; -EAGAIN when too much
 * waits to leave the host; or as udp_connect(), or udp_error(). */
ssize_t udp_send(struct udp *udp, const struct iovec *parts, size_t count,
                 const struct address *remote);

/* Take the datagram that came first: the first `size` bytes of it into `data`, and the rest is
 * gone. Sets `*remote` to who sent it, `*cut` to whether there was a rest. Returns: how many bytes,
 * which may be 0; -EAGAIN, or udp_error(). */
ssize_t udp_receive(struct udp *udp, void *data, size_t size, struct address *remote, bool *cut);

/* What has gone wrong, once: -ECONNREFUSED. Returns: 0 or a negative code. */
int udp_error(struct udp *udp);

/* Let 255.255.255.255 stand for every host; be told of ports that are not there without being
 * connected to them. */
void udp_allow_broadcast(struct udp *udp, bool on);
void udp_tell_errors(struct udp *udp);

/* Give the socket up, with all that has come and was not read. */
void udp_close(struct udp *udp);

/* Whether udp_receive() would not say -EAGAIN; udp_send(), with some room to spare. */
bool udp_readable(const struct udp *udp);
bool udp_writable(const struct udp *udp);

/* The other side's address. Returns: 0 or -ENOTCONN. */
int udp_remote(const struct udp *udp, struct address *address);

#endif
