/*
 * machine.h - what a test on real libuv needs of the machine that not every one has.
 */
#ifndef RONDO_TESTS_MACHINE_H
#define RONDO_TESTS_MACHINE_H

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>

/* Whether "localhost" is a name here: a bare system may be without /etc/hosts. */
static inline bool machine_knows_localhost(void)
{
    struct addrinfo hints = {.ai_family = AF_INET};
    struct addrinfo *found;

    if (getaddrinfo("localhost", NULL, &hints, &found) != 0)
        return false;
    freeaddrinfo(found);
    return true;
}

#endif
