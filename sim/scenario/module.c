/*
 * module.c - see module.h.
 */
#include "scenario/module.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/check.h"
#include "base/hash.h"

/* "other_stem" is a module of this tree; with a slash or an ending it is a path. */
static char *find_file(const struct module_set *set, const struct scenario *scenario,
                       const char *name)
{
    const char *slash = strrchr(scenario->folder, '/');
    char *path;

    if (name == NULL || (strchr(name, '/') == NULL && strstr(name, ".so") == NULL))
        return must_format("%s/%s/%s.so", set->folder, slash != NULL ? slash + 1 : scenario->folder,
                           name != NULL ? name : scenario->stem);
    if (name[0] == '/')
        return must_text(name);
    path = must_format("%s/%s", scenario->folder, name);
    if (access(path, F_OK) == 0)
        return path;
    free(path);
    return must_format("./%s", name); /* a slash keeps dlopen() from searching elsewhere */
}

static bool hash_file(const char *path, uint64_t *hash)
{
    FILE *file = fopen(path, "rb");
    unsigned char bytes[4096];
    size_t size;
    bool ok;

    if (file == NULL)
        return false;
    *hash = HASH_START;
    while ((size = fread(bytes, 1, sizeof bytes, file)) > 0)
        *hash = hash_bytes(*hash, bytes, size);
    ok = ferror(file) == 0;
    fclose(file);
    return ok;
}

static bool begins_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* Whether the opened object asks for libuv by itself. */
static bool needs_libuv(void *handle)
{
    struct link_map *map = NULL;
    const char *names = NULL;

    if (dlinfo(handle, RTLD_DI_LINKMAP, &map) != 0 || map == NULL)
        return false;
    for (const ElfW(Dyn) *at = map->l_ld; at->d_tag != DT_NULL; at++) {
        if (at->d_tag == DT_STRTAB)
            names = (const char *)at->d_un.d_ptr;
    }
    for (const ElfW(Dyn) *at = map->l_ld; names != NULL && at->d_tag != DT_NULL; at++) {
        if (at->d_tag == DT_NEEDED && begins_with(names + at->d_un.d_val, "libuv."))
            return true;
    }
    return false;
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const rondo_program *const *)a)->name,
                  (*(const rondo_program *const *)b)->name);
}

/* The module's table, sorted: compilers do not agree on the order in the section. */
static bool read_programs(struct module *module, const char *at, struct mistake *mistake)
{
    const rondo_program *(*table)(size_t *);
    const rondo_program *rows;
    size_t count = 0;

    *(void **)&table = dlsym(module->handle, RONDO_MODULE_PROGRAMS);
    if (table == NULL)
        return mistake_at(mistake, at, 0, 0,
                          "module %s is not a Rondo module (it has no table of "
                          "programs)",
                          module->name);
    rows = table(&count);
    if (count == 0)
        return mistake_at(mistake, at, 0, 0, "module %s registers no program", module->name);
    module->programs = must_alloc(count * sizeof *module->programs);
    for (size_t i = 0; i < count; i++)
        module->programs[i] = &rows[i];
    module->program_count = count;
    qsort(module->programs, count, sizeof *module->programs, by_name);
    for (size_t i = 1; i < count; i++) {
        if (by_name(&module->programs[i - 1], &module->programs[i]) == 0)
            return mistake_at(mistake, at, 0, 0, "module %s registers '%s' twice", module->name,
                              module->programs[i]->name);
    }
    return true;
}

/* dlerror()'s words, turned into ours where they are about a missing symbol. */
static bool cannot_open(const struct module *module, const char *at, struct mistake *mistake)
{
    const char *said = dlerror();
    const char *symbol = said != NULL ? strstr(said, "undefined symbol: ") : NULL;

    if (symbol != NULL)
        return mistake_at(mistake, at, 0, 0, "module %s needs %s, which nothing here provides",
                          module->name, symbol + strlen("undefined symbol: "));
    return mistake_at(mistake, at, 0, 0, "module %s cannot be loaded: %s", module->name,
                      said != NULL ? said : "no reason given");
}

/*
 * Whether the file holds all of the segments that its head announces: the loader maps what is not
 * there, and dies of it. What is no ELF file is the loader's to refuse.
 */
static bool is_whole(const char *path, off_t size)
{
    FILE *file = fopen(path, "rb");
    ElfW(Ehdr) head;
    ElfW(Phdr) segment;
    bool whole = true;

    if (file == NULL)
        return false;
    if (fread(&head, sizeof head, 1, file) == 1 && memcmp(head.e_ident, ELFMAG, SELFMAG) == 0) {
        for (size_t i = 0; whole && i < head.e_phnum; i++) {
            whole = fseek(file, (long)(head.e_phoff + i * sizeof segment), SEEK_SET) == 0 &&
                    fread(&segment, sizeof segment, 1, file) == 1 &&
                    (segment.p_type != PT_LOAD ||
                     (segment.p_offset <= (uint64_t)size &&
                      segment.p_filesz <= (uint64_t)size - segment.p_offset));
        }
    }
    fclose(file);
    return whole;
}

static bool module_open(struct module *module, const char *at, struct mistake *mistake)
{
    struct stat status;

    if (stat(module->path, &status) != 0)
        return mistake_at(mistake, at, 0, 0, "module %s: %s", module->name, strerror(errno));
    if (!S_ISREG(status.st_mode) || !hash_file(module->path, &module->hash))
        return mistake_at(mistake, at, 0, 0, "module %s is not a file that can be read",
                          module->name);
    if (!is_whole(module->path, status.st_size))
        return mistake_at(mistake, at, 0, 0, "module %s is cut short", module->name);
    module->handle = dlopen(module->path, RTLD_NOW | RTLD_LOCAL);
    if (module->handle == NULL)
        return cannot_open(module, at, mistake);
    if (needs_libuv(module->handle))
        return mistake_at(mistake, at, 0, 0,
                          "module %s is linked to libuv; link it without, the "
                          "executable brings its own",
                          module->name);
    return read_programs(module, at, mistake);
}

static void module_free(struct module *module)
{
    free(module->programs);
    free(module->path);
    free(module->name);
    if (module->handle != NULL)
        dlclose(module->handle);
    free(module);
}

static struct module *add(struct module_set *set, struct module *module)
{
    set->modules = must_resize(set->modules, (set->count + 1) * sizeof(struct module *));
    set->modules[set->count++] = module;
    return module;
}

static struct module *find(const struct module_set *set, const char *path)
{
    for (size_t i = 0; i < set->count; i++) {
        if (strcmp(set->modules[i]->path, path) == 0)
            return set->modules[i];
    }
    return NULL;
}

/* What plays scripts is part of the executable; it stands among the modules under its name. */
static struct module *script_module(struct module_set *set)
{
    struct module *module = find(set, SCRIPT_PROGRAM);

    CHECK(set->script != NULL);
    if (module != NULL)
        return module;
    module = must_alloc(sizeof *module);
    module->path = must_text(SCRIPT_PROGRAM);
    module->name = must_text(SCRIPT_PROGRAM);
    module->programs = must_alloc(sizeof *module->programs);
    module->programs[0] = set->script;
    module->program_count = 1;
    return add(set, module);
}

struct module *module_of(struct module_set *set, const struct scenario *scenario,
                         const struct role *role, struct mistake *mistake)
{
    struct module *module;
    char *path;

    if (role->script != NULL)
        return script_module(set);
    path = find_file(set, scenario, role->module);
    module = find(set, path);
    if (module != NULL) {
        free(path);
        return module;
    }
    module = must_alloc(sizeof *module);
    module->path = path;
    module->name =
        must_text(begins_with(path, set->folder) ? path + strlen(set->folder) + 1 : path);
    if (module_open(module, scenario->path, mistake))
        return add(set, module);
    module_free(module);
    return NULL;
}

const rondo_program *module_program(const struct module *module, const char *name,
                                    const struct scenario *scenario, struct mistake *mistake)
{
    char there[300] = "";
    size_t used = 0;

    for (size_t i = 0; i < module->program_count; i++) {
        if (strcmp(module->programs[i]->name, name) == 0)
            return module->programs[i];
        if (used < sizeof there - 1)
            used += (size_t)snprintf(there + used, sizeof there - used, "%s%s", i > 0 ? ", " : "",
                                     module->programs[i]->name);
    }
    mistake_at(mistake, scenario->path, 0, 0, "module %s has no program '%s'; it has: %s",
               module->name, name, there);
    return NULL;
}

bool module_check_role(const struct module *module, const struct scenario *scenario,
                       const struct role *role, struct mistake *mistake)
{
    const rondo_program *program = module_program(module, role->program, scenario, mistake);

    if (program == NULL)
        return false;
    if (role->arg_count > 0 && program->kind != RONDO_PROGRAM_MAIN)
        return mistake_at(mistake, scenario->path, 0, 0,
                          "'args' are for a main; '%s' is a coroutine", role->program);
    return true;
}

void module_set_close(struct module_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        module_free(set->modules[i]);
    free(set->modules);
    *set = (struct module_set){.folder = set->folder, .script = set->script};
}
