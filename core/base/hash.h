/*
 * hash.h - FNV-1a, the one hash of the project: for telling files and runs apart, not for security.
 */
#ifndef RONDO_BASE_HASH_H
#define RONDO_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* What a hash begins from. */
#define HASH_START UINT64_C(0xcbf29ce484222325)

/* `hash` continued over `size` bytes. */
static inline uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size)
{
    const unsigned char *at = (const unsigned char *)bytes;

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ at[i]) * UINT64_C(0x100000001b3);
    return hash;
}

/* `hash` continued over `text` and its end, so that "ab", "c" is not "a", "bc". */
static inline uint64_t hash_text(uint64_t hash, const char *text)
{
    return hash_bytes(hash, text, strlen(text) + 1);
}

#endif
