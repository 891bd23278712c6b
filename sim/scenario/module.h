/*
 * module.h - a shared object with programs in it, opened and checked.
 *
 * Either executable loads the same file; what the module calls (uv_*, rondo_*) is the executable's.
 * Refused, with the reason: a file that is missing or not a module, one that is linked to libuv
 * itself (it would have two of them), one that leaves a symbol unresolved (the name is said).
 */
#ifndef RONDO_SCENARIO_MODULE_H
#define RONDO_SCENARIO_MODULE_H

#include <stddef.h>
#include <stdint.h>

#include "base/table.h"
#include "scenario/scenario.h"

struct module {
    char *path;
    char *name; /* the path, less the folder of the set: "guide/lock_circle.so" */
    void *handle;
    uint64_t hash;                  /* of the file's bytes */
    const rondo_program **programs; /* sorted by name */
    size_t program_count;
    void *image; /* what sim/run keeps beside it */
};

/* Modules that have been opened, each once. All zero is none. */
struct module_set {
    const char
        *folder; /* where modules of scenarios lie: FOLDER/<folder of the scenario>/<stem>.so */
    struct module **modules;
    size_t count;
    const rondo_program *script; /* what plays the scripts of scenario files */
};

/* The module of `role`, opened now if it is not open; for a script one without a file and a handle.
 * Returns: NULL with a mistake. Owned by `set`.
 */
struct module *module_of(struct module_set *set, const struct scenario *scenario,
                         const struct role *role, struct mistake *mistake);

/* The program `name` of `module`. Returns: NULL with a mistake that lists what there is. */
const rondo_program *module_program(const struct module *module, const char *name,
                                    const struct scenario *scenario, struct mistake *mistake);

/* Whether `role` can be played from `module`: its program is there, and takes its arguments.
 * Returns: false with a mistake. */
bool module_check_role(const struct module *module, const struct scenario *scenario,
                       const struct role *role, struct mistake *mistake);

/* Close all. Requires: nothing of them runs or is referred to any more. */
void module_set_close(struct module_set *set);

#endif
