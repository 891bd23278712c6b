/*
 * value.h - what a coroutine returns and a future holds.
 */
#ifndef RONDO_VALUE_H
#define RONDO_VALUE_H

#include "api.h"

/* One word of result. `drop`, if set, is called with `as.p` when the future that holds the value is
 * released; values handed out by an await are borrowed and carry no drop. */
typedef struct rondo_value {
    union {
        void *p;
        const char *text;
        int64_t i;
        double f;
    } as;
    void (*drop)(void *p);
} rondo_value;

/* A code with the value that came with it: one child's outcome in a gather. */
typedef struct rondo_result {
    int code; /* 0, or why there is no value */
    rondo_value value;
} rondo_result;

static inline rondo_value rondo_value_of_pointer(const void *p)
{
    return (rondo_value){.as = {.p = (void *)(uintptr_t)p}, .drop = NULL};
}

static inline rondo_value rondo_value_of_int(int64_t i)
{
    return (rondo_value){.as = {.i = i}, .drop = NULL};
}

static inline rondo_value rondo_value_of_real(double f)
{
    return (rondo_value){.as = {.f = f}, .drop = NULL};
}

/* A value from a string (char *), a void *, an integer or a double; the type picks the member. Any
 * other pointer is cast to void * by the caller. Pointers are borrowed: what they point to must
 * outlive the future, queue or variable that has the value. */
#define rondo_value_of(x) \
    _Generic((x), char *                                                                           \
             : rondo_value_of_pointer, const char *                                                \
             : rondo_value_of_pointer, void *                                                      \
             : rondo_value_of_pointer, const void *                                                \
             : rondo_value_of_pointer, float                                                       \
             : rondo_value_of_real, double                                                         \
             : rondo_value_of_real, default                                                        \
             : rondo_value_of_int)(x)

/* End a coroutine with a result: `return rondo_return(out, 42);`. `out` may be NULL. Gives 0. */
#define rondo_return(out, x) rondo_return_value((out), rondo_value_of(x))

/* End a coroutine with memory as its result: `drop(p)` is called when the task is released. Whoever
 * calls the coroutine directly gets the value with its drop, and calls that. `out` must not be NULL
 * then: `p` would be lost. Gives 0. */
#define rondo_return_owned(out, p, drop) rondo_return_value((out), rondo_value_owned((p), (drop)))

static inline rondo_value rondo_value_owned(void *p, void (*drop)(void *))
{
    return (rondo_value){.as = {.p = p}, .drop = drop};
}

static inline int rondo_return_value(rondo_value *out, rondo_value value)
{
    if (out != NULL)
        *out = value;
    return 0;
}

#endif
