/*
 * 004-1: the simplest example: two words, one second apart.
 */
#include "rondo.h"

#include <stdio.h>

static int main_coroutine(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    puts("hello ..");
    RONDO_TRY(rondo_sleep(RONDO_S(1)));
    puts("...world!");
    return 0;
}

RONDO_PROGRAM(hello_pause_world, main_coroutine);
