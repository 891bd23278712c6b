/*
 * 000-2.5: the same work without asyncio. Each sleep holds up the whole program, so that the
 * numbers start only when the data is there.
 */
#include <stdio.h>
#include <uv.h>

#include "rondo.h"

static const char *fetch_data(void)
{
    puts("Start fetching");
    uv_sleep(2000); /* simulating a blocking I/O operation */
    puts("Done fetching");
    return "{'data': 1}";
}

static void print_numbers(void)
{
    for (int i = 0; i < 10; i++) {
        printf("%d\n", i);
        uv_sleep(1000);
    }
}

static int fetch_then_count_main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    puts(fetch_data());
    print_numbers();
    return 0;
}

RONDO_PROGRAM(fetch_then_count, fetch_then_count_main);
