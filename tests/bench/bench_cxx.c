/*
 * bench_cxx.c - rondo-bench-cxx: the switch in a program with a C++ runtime, where what is being
 * caught belongs to the fiber. A program of its own, because a C++ runtime is there or not.
 */
#include "floor.h"
#include "floor_work.h"
#include "measure.h"
#include "work.h"

static const struct row rows[] = {
    {"switch, C++ at hand", "switch", 4000000, .work = {work_switch, floor_switches}},
    {"yield, 1000 tasks, C++ at hand", "yield", 1000000,
     .work = {work_yield_crowd, floor_work_yield_crowd}},
};

static const struct table table = {
    "operations", {"rondo", "floor"}, NULL, rows, sizeof rows / sizeof *rows};

int main(int argc, char **argv)
{
    struct measure_options options;

    if (!measure_options_read(&options, argc, argv))
        return 2;
    return measure(&table, &options);
}
