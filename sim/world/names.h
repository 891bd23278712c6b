/*
 * names.h - what the world calls its hosts: one directory (DNS) for all of them.
 *
 * A name stands for addresses, and for others from some time on, or for none: then it is not known.
 * Every host is known by its own name without being entered, and "localhost" is 127.0.0.1. To ask
 * takes time, and may fail, as is said of the name or of all of them; whoever asks waits, and gets
 * the answer that holds when it comes. Capitals make no difference (RFC 4343).
 *
 * Names that are under way are not packets: links and their weather do not touch them.
 */
#ifndef RONDO_WORLD_NAMES_H
#define RONDO_WORLD_NAMES_H

#include "world/net.h"

#define NAME_ADDRESSES_MAX 16

/* From `from_ns` on, `name` stands for `count` addresses, in this order; 0: it is not known. Their
 * ports do not matter. Requires: there are no more than NAME_ADDRESSES_MAX. */
void name_set(struct world *world, const char *name, int64_t from_ns,
              const struct address *addresses, size_t count);

/* Questions for `name` are answered so; with NULL, those for names of which nothing else is said.
 */
void name_serve(struct world *world, const char *name, const struct name_service *service);

/* Ask what `name` stands for, as the calling thread, which blocks. Returns: how many addresses are
 * in `addresses`, and `*canonical` is the name as it was entered, valid as long as the world;
 * -ENOENT if the name is not known; -EAGAIN if there was no answer. */
int name_find(const char *name, struct address addresses[NAME_ADDRESSES_MAX],
              const char **canonical);

/* Ask which name `address` has, likewise; of several, the host's own, then the one entered first.
 * Returns: 0, and `*name` is valid as long as the world; -ENOENT, -EAGAIN. */
int name_of(const struct address *address, const char **name);

/* Free everything: net.c's business. */
void names_free(struct net *net);

#endif
