/*
 * fiber_catch.cc - fibers of a C++ program that suspend inside a catch: each goes on with what it
 * caught itself. A plain program.
 */
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>

extern "C" {
#include "base/fiber.h"
}

namespace {

struct catcher {
    struct fiber fiber;
    struct fiber *home;
    const char *word;
    std::string rethrown;
};

void catch_and_wait(void *argument)
{
    auto *self = static_cast<catcher *>(argument);

    try {
        try {
            throw std::runtime_error(self->word);
        } catch (const std::exception &) {
            fiber_switch(self->home);
            throw; /* the one that this fiber caught */
        }
    } catch (const std::exception &caught) {
        self->rethrown = caught.what();
        fiber_switch(self->home);
    }
    fiber_switch_last(self->home);
}

} // namespace

int main()
{
    catcher one{}, two{};
    bool ok;

    one.word = "one";
    two.word = "two";
    one.home = two.home = fiber_current();
    fiber_init(&one.fiber, stack_take(STACK_SIZE_TASK), catch_and_wait, &one);
    fiber_init(&two.fiber, stack_take(STACK_SIZE_TASK), catch_and_wait, &two);
    for (int trip = 0; trip < 3; trip++) {
        fiber_switch(&one.fiber);
        fiber_switch(&two.fiber);
    }
    ok = one.rethrown == "one" && two.rethrown == "two" && std::current_exception() == nullptr;
    std::printf("%s  each fiber rethrows what it caught (%s, %s)\n", ok ? "ok  " : "FAIL",
                one.rethrown.c_str(), two.rethrown.c_str());
    stack_give(one.fiber.stack);
    stack_give(two.fiber.stack);
    return ok ? 0 : 1;
}
