/*
 * 003-18-proto: what can be done to an asynchronous generator besides asking for its next item:
 * send, throw, close; and what becomes of one that is forgotten. Its cleanup takes a second.
 */
#include "rondo.h"

#include <inttypes.h>
#include <stdio.h>

enum { KEY_ERROR = RONDO_EUSER - 1 };

static int clean_up(void *arg)
{
    (void)arg;
    RONDO_TRY(rondo_sleep(RONDO_S(1)));
    puts("cleanup");
    return 0;
}

static int letters(void *arg, rondo_value *out)
{
    (void)out;
    rondo_defer(clean_up, arg);
    for (;;) {
        rondo_value sent = {.as.i = 0};
        int rc = rondo_yield("v", &sent);

        if (rc == KEY_ERROR)
            puts("thrown KeyError");
        else if (rc < 0)
            return rc;
        else if (sent.as.i != 0)
            printf("received %" PRId64 "\n", sent.as.i);
    }
}

static int ask_all_ways(rondo_generator *gen)
{
    rondo_value first, second, third, none;
    int rc;

    printf("sent to one that has not begun: %s\n", rondo_err_name(rondo_asend(gen, 7, &first)));
    RONDO_TRY(rondo_anext(gen, &first));
    RONDO_TRY(rondo_asend(gen, 7, &second));
    RONDO_TRY(rondo_athrow(gen, KEY_ERROR, NULL, &third));
    printf("%s %s %s\n", first.as.text, second.as.text, third.as.text);
    RONDO_TRY(rondo_aclose(gen));
    rc = rondo_anext(gen, &none);
    if (rc == 0)
        puts("no more items");
    return rc;
}

static int forget_one(rondo_generator *gen)
{
    rondo_value item;
    int rc = rondo_anext(gen, &item);

    rondo_generator_drop(gen);
    puts("dropped");
    return rc < 0 ? rc : rondo_sleep(RONDO_S(2));
}

static int shut_down_with(rondo_generator *gen)
{
    rondo_value item;

    RONDO_TRY(rondo_anext(gen, &item));
    RONDO_TRY(rondo_shutdown_asyncgens());
    puts("the shutdown ran its cleanup");
    return 0;
}

static int main_coroutine(void *arg, rondo_value *out)
{
    rondo_generator *asked = rondo_generator_new(letters, NULL);
    rondo_generator *open = rondo_generator_new(letters, NULL);
    int rc;

    (void)arg;
    (void)out;
    rc = ask_all_ways(asked);
    rondo_generator_drop(asked);
    if (rc == 0)
        rc = forget_one(rondo_generator_new(letters, NULL));
    if (rc == 0)
        rc = shut_down_with(open);
    rondo_generator_drop(open);
    return rc;
}

RONDO_PROGRAM(generator_protocol, main_coroutine);
