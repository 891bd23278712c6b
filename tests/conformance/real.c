/*
 * real.c - the bodies on the real libuv: this keeps the expected traces honest.
 */
#include "tests/conformance/conformance.h"
#include "tests/lib/machine.h"

static void call_directly(void (*body)(struct trace *), struct trace *trace)
{
    body(trace);
}

int main(void)
{
    return conformance_run(call_directly, machine_knows_localhost());
}
