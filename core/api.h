/*
 * api.h - what every public header shares: export, must-use, places, units of time.
 */
#ifndef RONDO_API_H
#define RONDO_API_H

#include <stddef.h>
#include <stdint.h>

/* Visible to modules; everything else of an executable is hidden from them. */
#define RONDO_API __attribute__((visibility("default")))

/* The result must be looked at. Every function that may suspend is marked so. */
#define RONDO_MUST __attribute__((warn_unused_result))

/* The place of a call, for reports and traces: "file.c:31". Public calls are macros that add it. */
#define RONDO_TEXT_(x) #x
#define RONDO_TEXT(x)  RONDO_TEXT_(x)
#define RONDO_HERE     __FILE__ ":" RONDO_TEXT(__LINE__)

/* A name of the macro's own, so that scopes may be nested. */
#define RONDO_PASTE_(a, b) rondo_##a##_##b
#define RONDO_PASTE(a, b)  RONDO_PASTE_(a, b)
#define RONDO_UNIQUE(name) RONDO_PASTE(name, __LINE__)

/* Times are nanoseconds in int64_t: 292 years either way. Sleeps end at the first loop millisecond
 * at or after their deadline, never early, in both worlds (libuv's grain). */
#define RONDO_NS(x) ((int64_t)(x))
#define RONDO_US(x) ((int64_t)(x)*1000)
#define RONDO_MS(x) ((int64_t)(x)*1000000)
#define RONDO_S(x)  ((int64_t)(x)*1000000000)

/* No deadline. */
#define RONDO_FOREVER INT64_MAX

typedef struct rondo_loop rondo_loop;
typedef struct rondo_handle rondo_handle;

/* A future. A task is a future too, with a coroutine that completes it, as in asyncio; the second
 * name says which of the two a function wants, and misuse is refused at run time. */
typedef struct rondo_future rondo_future;
typedef struct rondo_future rondo_task;

#endif
