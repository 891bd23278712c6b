/*
 * lists_tasks.c - a program that stops with tasks here and there, for tests/gdb/test_gdb.py.
 */
#include "rondo.h"

static rondo_lock file = RONDO_LOCK("file");

void stop_here(void);
__attribute__((noinline)) void stop_here(void)
{
    __asm__ volatile("");
}

static int write_lines(void *arg, rondo_value *out)
{
    (void)arg, (void)out;
    RONDO_TRY(rondo_lock_acquire(&file));
    return rondo_sleep(RONDO_S(1)); /* writes */
}

static int read_lines(void *arg, rondo_value *out)
{
    (void)arg, (void)out;
    RONDO_TRY(rondo_lock_acquire(&file)); /* reads */
    return 0;
}

static int program(void *arg, rondo_value *out)
{
    (void)arg, (void)out;
    rondo_unref(rondo_spawn(write_lines, NULL, .name = "writer"));
    rondo_unref(rondo_spawn(read_lines, NULL, .name = "reader"));
    RONDO_TRY(rondo_sleep(0));
    rondo_unref(rondo_spawn(read_lines, NULL));
    stop_here();
    return 0;
}

int main(void)
{
    return rondo_run(program, NULL, NULL);
}
