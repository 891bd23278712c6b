/*
 * image.c - see image.h.
 */
#include "run/image.h"

#include <dlfcn.h>
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/check.h"
#include "base/table.h"

#define PAGE       ((uintptr_t)4096)
#define RANGES_MAX 8

struct range {
    char *start;
    size_t size;
    char *saved;
};

struct image {
    ElfW(Addr) base;
    const struct link_map *map;
    struct range ranges[RANGES_MAX];
    size_t count;
    size_t size;              /* of all ranges */
    struct globals *in_place; /* or NULL: as it was loaded */
    char *counters;
    size_t counters_size;
};

/* From glibc: where a thread-local variable of a module lies. */
void *__tls_get_addr(size_t *module_and_offset);

/* A plain copy that AddressSanitizer does not look into: it would object to the red zones between
 * globals, which are copied along. */
static void copy(char *to, const char *from, size_t size)
{
#if defined(__x86_64__)
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
#else
    for (volatile char *out = to; size-- > 0;)
        *out++ = *from++;
#endif
}

static void save(struct image *image, char *start, size_t size)
{
    struct range *range = &image->ranges[image->count];

    if (size == 0)
        return;
    CHECK(image->count < RANGES_MAX);
    image->count++;
    range->start = start;
    range->size = size;
    image->size += size;
    range->saved = must_alloc(size);
    copy(range->saved, start, size);
}

/* Save [start, end) less the counters. */
static void save_around_counters(struct image *image, char *start, char *end)
{
    char *hole = image->counters;

    if (image->counters_size == 0 || hole < start || hole + image->counters_size > end) {
        save(image, start, (size_t)(end - start));
        return;
    }
    save(image, start, (size_t)(hole - start));
    hole += image->counters_size;
    save(image, hole, (size_t)(end - hole));
}

/* The end of what the loader made read-only after relocation, in a segment from `start`. */
static uintptr_t relro_end(const struct dl_phdr_info *info, uintptr_t start, uintptr_t end)
{
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        uintptr_t from = info->dlpi_addr + header->p_vaddr;

        if (header->p_type == PT_GNU_RELRO && from >= start && from < end)
            return (from + header->p_memsz) & ~(PAGE - 1);
    }
    return start;
}

static int take_segments(struct dl_phdr_info *info, size_t size, void *self)
{
    struct image *image = self;

    (void)size;
    if (info->dlpi_addr != image->base || strcmp(info->dlpi_name, image->map->l_name) != 0)
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        uintptr_t start = info->dlpi_addr + header->p_vaddr;
        uintptr_t end = start + header->p_memsz;

        if (header->p_type == PT_LOAD && (header->p_flags & PF_W) != 0) {
            start = relro_end(info, start, end);
            save_around_counters(image, (char *)start, (char *)end);
        } else if (header->p_type == PT_TLS) {
            size_t module_and_offset[2] = {info->dlpi_tls_modid, 0};

            save(image, __tls_get_addr(module_and_offset), header->p_memsz);
        }
    }
    return 1;
}

struct image *image_take(void *handle)
{
    struct image *image = must_alloc(sizeof *image);
    struct link_map *map = NULL;
    char *(*counters)(size_t *);

    CHECK(dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0);
    image->base = map->l_addr;
    image->map = map;
    *(void **)&counters = dlsym(handle, RONDO_MODULE_COUNTERS);
    if (counters != NULL)
        image->counters = counters(&image->counters_size);
    dl_iterate_phdr(take_segments, image);
    CHECK(image->count > 0);
    return image;
}

void image_free(struct image *image)
{
    if (image == NULL)
        return;
    for (size_t i = 0; i < image->count; i++)
        free(image->ranges[i].saved);
    free(image);
}

static void put_back(const struct image *image)
{
    for (size_t i = 0; i < image->count; i++)
        copy(image->ranges[i].start, image->ranges[i].saved, image->ranges[i].size);
}

/* Keep what is in place for those it belongs to. */
static void put_aside(const struct image *image, struct globals *globals)
{
    char *to;

    if (globals->size < image->size) {
        globals->saved = must_resize(globals->saved, image->size);
        globals->size = image->size;
    }
    globals->kept = true;
    to = globals->saved;
    for (size_t i = 0; i < image->count; i++) {
        copy(to, image->ranges[i].start, image->ranges[i].size);
        to += image->ranges[i].size;
    }
}

static void put_in_place(const struct image *image, const struct globals *globals)
{
    const char *from = globals->saved;

    for (size_t i = 0; i < image->count; i++) {
        copy(image->ranges[i].start, from, image->ranges[i].size);
        from += image->ranges[i].size;
    }
}

void image_enter(struct image *image, struct globals *globals)
{
    if (image->in_place == globals)
        return;
    if (image->in_place != NULL) {
        put_aside(image, image->in_place);
        if (globals->kept)
            put_in_place(image, globals);
        else
            put_back(image);
    }
    image->in_place = globals;
}

void image_reset(struct image *image)
{
    put_back(image);
    image->in_place = NULL;
}

bool image_is_entered(const struct image *image)
{
    return image->in_place != NULL;
}

void globals_clear(struct globals *globals)
{
    free(globals->saved);
    *globals = (struct globals){0};
}
