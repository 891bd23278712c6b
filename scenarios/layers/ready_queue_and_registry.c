/*
 * 003-4-ready: the loop keeps a queue of what is ready and a register of what waits. What is queued
 * while an iteration runs waits for the next one; a wait that is over goes to the end of the queue.
 */
#include "rondo.h"

#include <stdio.h>

static const char *ran[4];
static size_t ran_count;

static void note(void *name)
{
    ran[ran_count++] = name;
}

static void note_and_queue_nested(void *name)
{
    note(name);
    rondo_call_soon(rondo_get_running_loop(), note, "nested");
}

static void print_list(size_t count)
{
    for (size_t i = 0; i < count; i++)
        printf("%s'%s'", i == 0 ? "[" : ", ", ran[i]);
    putchar(']');
}

static int main_coroutine(void *arg, rondo_value *out)
{
    rondo_loop *loop = rondo_get_running_loop();
    size_t counts[3];

    (void)arg;
    (void)out;
    rondo_call_later(loop, RONDO_S(1), note, "later");
    rondo_call_soon(loop, note_and_queue_nested, "soon1");
    rondo_call_soon(loop, note, "soon2");
    RONDO_TRY(rondo_sleep(0));
    counts[0] = ran_count;
    RONDO_TRY(rondo_sleep(0));
    counts[1] = ran_count;
    RONDO_TRY(rondo_sleep(RONDO_MS(1500)));
    counts[2] = ran_count;
    for (int i = 0; i < 3; i++) {
        print_list(counts[i]);
        putchar(i < 2 ? ' ' : '\n');
    }
    return 0;
}

RONDO_PROGRAM(ready_queue_and_registry, main_coroutine);
