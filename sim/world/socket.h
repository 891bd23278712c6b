/*
 * socket.h - what sockets of all protocols have in common: whose they are, who watches them, and
 * who has which port. What they do is tcp.h's and udp.h's.
 *
 * Nothing here blocks. A call that cannot be done yet says -EAGAIN, and whoever watches the socket
 * is told when something of it has changed. Codes are 0, counts, or negative ones of <errno.h>.
 */
#ifndef RONDO_WORLD_SOCKET_H
#define RONDO_WORLD_SOCKET_H

#include <sys/types.h>

#include "world/net.h"

struct socket;

/* What a protocol does with its sockets. */
struct socket_kind {
    enum protocol protocol;
    /* Whether something can be taken from it; sent; nothing will ever be, either way. */
    bool (*readable)(const struct socket *socket);
    bool (*writable)(const struct socket *socket);
    bool (*over)(const struct socket *socket);
    void (*close)(struct socket *socket); /* its program gives it up, or has ended */
    void (*free)(struct socket *socket);  /* and its world: nobody is told */
    /* Which one it is, for an anchor; NULL: its addresses say it. */
    void (*describe)(const struct socket *socket, char *text, size_t size);

    /* Of those that are streams of bytes, tcp.h and pipe.h; see there. NULL of others. */
    ssize_t (*send)(struct socket *socket, const void *data, size_t size);
    ssize_t (*receive)(struct socket *socket, void *data, size_t size);
    size_t (*unread)(const struct socket *socket);
    int (*end)(struct socket *socket);
    struct socket *(*accept)(struct socket *socket);
    bool (*connecting)(const struct socket *socket);
    int (*error)(struct socket *socket);
};

/* The first member of what its protocol makes of it. */
struct socket {
    const struct socket_kind *kind;
    struct list link;    /* in process.sockets, or wherever its protocol keeps it */
    struct list at_port; /* with those that have the same */
    uint64_t id;         /* from 1 */
    struct host *host;
    bool six;      /* for addresses of IPv6, and those of IPv4 written so */
    bool six_only; /* :: does not stand for those */
    bool shared;   /* others that are, too, may have its port */
    struct address local;
    struct address remote;
    void (*notify)(void *context);
    void *context;
    struct process *watcher; /* whose memory that is */
};

/* A socket that nobody has; and its end, but for its memory. */
void socket_init(struct socket *socket, const struct socket_kind *kind, struct host *host,
                 bool six);
void socket_forget(struct socket *socket);

/* It is the calling process's from now on, which closes it when it ends. */
void socket_own(struct socket *socket);

/* The socket `id`, or NULL if it is gone. */
struct socket *socket_find(const struct net *net, uint64_t id);

/* Call `notify(context)`, which is the calling process's, whenever something may have come to be
 * possible with the socket. It may be called while no process runs, or another, and from inside any
 * call, with the process's memory in place; it must not call back. */
void socket_watch(struct socket *socket, void (*notify)(void *context), void *context);

/* Tell whoever watches. */
void socket_notify(struct socket *socket);

/* ---- addresses and ports ---- */

bool socket_is_bound(const struct socket *socket);

/* Take an address; port 0 means any that is free. With `shared` others that were bound so may have
 * it, too. With `six_only` :: does not stand for addresses of IPv4. Returns: 0, -EADDRINUSE,
 * -EADDRNOTAVAIL, -EINVAL if it has one, or the family is wrong. */
int socket_bind(struct socket *socket, const struct address *address, bool shared, bool six_only);

/* All addresses of its host, in its family. */
struct address socket_any(const struct socket *socket);

/* Its host's address from which one reaches `remote`: that very one, if it is on this host. */
struct address socket_source(const struct socket *socket, const struct address *remote);

/* Take any port, at all addresses of its host. Returns: 0 or -EADDRINUSE. */
int socket_bind_any(struct socket *socket);

/* Take the address from which one reaches `remote`, and any port, unless it has one. Returns: 0 or
 * -EADDRNOTAVAIL. */
int socket_bind_towards(struct socket *socket, const struct address *remote);

/* Whether somebody else keeps it from having its port alone, or shared as it is. */
bool socket_is_crowded(const struct socket *socket);

/* Whether it is bound to what `address` means, ports aside. */
bool socket_answers_to(const struct socket *socket, const struct address *address);

/* Those that have a port of `host`, by at_port, or NULL. */
struct list *sockets_at(const struct host *host, enum protocol protocol, uint16_t port);

/* Where a socket has to turn to for `remote`: "any" is this very host, as on Linux. Returns: 0, and
 * `*host` is NULL when nobody has the address; -ENETUNREACH if its own host is on no network. */
int socket_route(const struct socket *socket, const struct address *remote, struct address *meant,
                 struct host **host);

/* ---- the end ---- */

/* Of a process, and of the world: net.c's business. */
void sockets_close_all(struct process *process);
void sockets_free_all(struct net *net);

#endif
