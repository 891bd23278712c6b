/*
 * stringbuffer (SCTBench, CB; JDK 1.4): append() asks the other buffer for its length and then for
 * as many characters, each under the lock; it may have been cut in between.
 */
#include "threads.h"

#include <string.h>

struct buffer {
    rondo_lock lock;
    int length;
    char text[32];
};

static struct buffer source = {RONDO_LOCK("source"), 4, "abcd"};
static struct buffer target = {RONDO_LOCK("target"), 2, "xy"};

static int length_of(struct buffer *buffer, int *length)
{
    LOCK(&buffer->lock);
    *length = RONDO_READ(buffer->length);
    UNLOCK(&buffer->lock);
    return 0;
}

/* The mended one copies what is there. */
static int copy_out(struct buffer *buffer, int *length, char *to)
{
    LOCK(&buffer->lock);
    if (fixed)
        *length = RONDO_READ(buffer->length);
    RONDO_ALWAYS("as_many_are_there", *length <= RONDO_READ(buffer->length));
    for (int i = 0; i < *length; i++)
        to[i] = RONDO_READ(buffer->text[i]);
    UNLOCK(&buffer->lock);
    return 0;
}

static int append(int number)
{
    char text[32];
    int length = 0, at;

    (void)number;
    LOCK(&target.lock);
    RONDO_TRY(length_of(&source, &length));
    RONDO_TRY(copy_out(&source, &length, text));
    at = RONDO_READ(target.length);
    memcpy(target.text + at, text, (size_t)length);
    RONDO_WRITE(target.length, at + length);
    UNLOCK(&target.lock);
    return 0;
}

static int erase(int number)
{
    (void)number;
    LOCK(&source.lock);
    if (RONDO_READ(source.length) > 0)
        RONDO_WRITE(source.length, 0);
    UNLOCK(&source.lock);
    return 0;
}

static void run(int size)
{
    (void)size;
    start("append", append, 1);
    start("erase", erase, 1);
    join();
}

TWINS(run)
