/*
 * fiber_port.c - the switch on another processor: a plain program, since cmocka is not at hand for
 * it. tests/CMakeLists.txt builds it for this machine, and for aarch64 to be run by qemu-aarch64.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/fiber.h"

#define FIBERS 500
#define TRIPS  20

struct holder {
    struct fiber fiber;
    struct fiber *home;
    uint64_t seed;
    int wrong;
    int trips;
};

static int failures;

static void expect(int holds, const char *what)
{
    printf("%s  %s\n", holds ? "ok  " : "FAIL", what);
    failures += !holds;
}

/* More values than there are callee-saved registers live across each switch, of both kinds. */
static void hold(void *argument)
{
    struct holder *self = argument;
    uint64_t a = self->seed, b = a * 3, c = a * 5, d = a * 7, e = a * 11, f = a * 13, g = a * 17,
             h = a * 19, i = a * 23, j = a * 29, k = a * 31;
    double p = (double)a, q = p / 2, r = p / 3, s = p / 5, t = p / 7, u = p / 11, v = p / 13,
           w = p / 17, x = p / 19;

    for (int trip = 0; trip < TRIPS; trip++) {
        fiber_switch(self->home);
        self->wrong += a != self->seed || b != a * 3 || c != a * 5 || d != a * 7 || e != a * 11 ||
                       f != a * 13 || g != a * 17 || h != a * 19 || i != a * 23 || j != a * 29 ||
                       k != a * 31;
        self->wrong += p != (double)a || q != p / 2 || r != p / 3 || s != p / 5 || t != p / 7 ||
                       u != p / 11 || v != p / 13 || w != p / 17 || x != p / 19;
        self->trips++;
    }
    fiber_switch_last(self->home);
}

static void values_survive(void)
{
    static struct holder holders[FIBERS];
    int wrong = 0, trips = 0;

    for (size_t n = 0; n < FIBERS; n++) {
        holders[n].home = fiber_current();
        holders[n].seed = UINT64_C(0x9e3779b97f4a7c15) * (n + 1) >> 20;
        fiber_init(&holders[n].fiber, stack_take(STACK_SIZE_TASK), hold, &holders[n]);
    }
    for (int trip = 0; trip <= TRIPS; trip++) {
        for (size_t n = 0; n < FIBERS; n++)
            fiber_switch(&holders[n].fiber);
    }
    for (size_t n = 0; n < FIBERS; n++) {
        wrong += holders[n].wrong;
        trips += holders[n].trips;
        stack_give(holders[n].fiber.stack);
    }
    expect(wrong == 0 && trips == FIBERS * TRIPS, "values in registers survive switches");
}

static uintptr_t first_sp;

static void look_at_alignment(void *argument)
{
    _Alignas(16) volatile char here[16] = {0};

    first_sp = (uintptr_t)here;
    (void)snprintf((char *)here, sizeof here, "%.3f", 1.5); /* vector code trusts it */
    fiber_switch_last(argument);
}

static void stacks_are_aligned(void)
{
    struct fiber fiber;
    struct stack *stack = stack_take(STACK_SIZE_TASK);

    fiber_init(&fiber, stack, look_at_alignment, fiber_current());
    fiber_switch(&fiber);
    expect(first_sp % 16 == 0, "a fiber begins on an aligned stack");
    stack_give(stack);
}

int main(void)
{
    values_survive();
    stacks_are_aligned();
    return failures != 0;
}
