/*
 * target.h - what a fuzz target is: one function over any bytes.
 *
 * Called by libFuzzer's main in NAME_fuzz, by standalone.c in NAME_corpus. A target ends normally
 * on every input; it aborts when it has found something.
 */
#ifndef RONDO_FUZZ_TARGET_H
#define RONDO_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

/* Try `size` bytes at `data`. Returns: 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
