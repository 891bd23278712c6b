/*
 * guest.h - one process of a run and what is its own: its program and that one's arguments, its
 * memory, its standard streams, the globals of its module.
 *
 * Knows neither what is seen of the run nor who judges it. Guests are kept from run to run: what a
 * run leaves in one is put back at its end.
 */
#ifndef RONDO_RUN_GUEST_H
#define RONDO_RUN_GUEST_H

#include "base/alloc.h"
#include "run/image.h"
#include "scenario/capture.h"
#include "scenario/module.h"
#include "scenario/scenario.h"
#include "world/world.h"

struct arena;
struct guest;
struct runner;

struct guest {
    struct runner *runner;
    const struct host_spec *host;
    const struct role *role;
    const char *name; /* of the host, where there are others; else NULL */
    const struct module *module;
    const rondo_program *program;
    struct process *process; /* in this run */
    struct arena *arena;
    struct alloc_source failing; /* the arena's, but for what the tape lets fail */
    const struct alloc_source *outer_source;
    struct capture capture;
    struct globals globals;
    char **argv;
    char **argv_kept;
    int argc;
};

/* The guest number `index`, from 0, which is nobody yet. Owned by the caller: guest_free(). */
struct guest *guest_new(struct runner *runner, size_t index);
void guest_free(struct guest *guest);

/* It is the process on `host` of `run` from now on, whose program is in `module`. Borrows all. */
void guest_become(struct guest *guest, const struct scenario *scenario, const struct run_spec *run,
                  const struct host_spec *host, const struct module *module);

/* Add it to `world`, on `machine` (NULL: the one that every world has). */
void guest_spawn(struct guest *guest, struct world *world, struct host *machine,
                 const struct scenario *scenario, const struct run_spec *run);

/* Hand over what is still in the buffers of its streams. */
void guest_flush(struct guest *guest);

/* How many blocks of memory its program has taken and not given back. */
size_t guest_blocks_left(const struct guest *guest);

/* The world is closed: put back everything. */
void guest_end(struct guest *guest);

#endif
