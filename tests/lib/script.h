/*
 * script.h - coroutines on a manual loop, and what they did as one text.
 *
 * A test is a small play: the cmocka function casts the roles (`spawn`), lets them play until
 * nothing can ever happen again, and compares what was noted with one expected text
 * (`expect_trace`). A note is a line "5ms a takes lock".
 *
 * cmocka's assertions leave by longjmp, which must not cross stacks: so the bodies of coroutines
 * and callbacks only note (`note`, `check`), and the cmocka function on the main stack asserts.
 *
 * A fixture is a struct whose first member is `struct script script`; bodies are handed its
 * address.
 */
#ifndef RONDO_TESTS_SCRIPT_H
#define RONDO_TESTS_SCRIPT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "task.h"
#include "tests/lib/manual_loop.h"
#include "tests/lib/memory.h"

#define MS RONDO_MS(1)

/* Names and lines of a script; more is a broken test. */
#define SCRIPT_ROLES_MAX 64
#define SCRIPT_TEXT_MAX  8192

/* The body of a role; `n` is what spawn() was given. Returns: as a coroutine. */
typedef int (*script_body)(void *fixture, int64_t n);

struct script_role {
    struct script *script;
    script_body body;
    int64_t n;
    rondo_task *task;
};

struct script {
    struct manual_loop manual;
    struct memory memory;
    struct script_role roles[SCRIPT_ROLES_MAX];
    size_t role_count;
    char text[SCRIPT_TEXT_MAX];
    size_t length;
    bool swept; /* see expect_sweep() */
};

/* Open `script` with an empty trace at 0 ms, all program memory counted. */
void script_open(struct script *script);

/* Let go of all tasks and close the loop. Returns: blocks of program memory that are left. */
size_t script_close(struct script *script);

/* Close `script` and free the fixture that begins with it. Returns: 0, or -1, with words, when
 * program memory is left: what a cmocka teardown returns. */
int script_teardown(struct script *script);

/* Run until nothing can happen any more, or the loop is stopped; then note every role that did not
 * end as "NAME never ends". Returns: as rondo_loop_run_forever(). */
int script_play(struct script *script);

rondo_task *script_spawn(struct script *script, const char *name, script_body body, int64_t n);
rondo_task *script_role(struct script *script, const char *name);
void script_note(struct script *script, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void script_expect(struct script *script, const char *expected, const char *file, int line);
int64_t script_sweep(struct script *script, script_body body, int64_t least, int64_t most,
                     const char *file, int line);
bool script_sweep_over(struct script *script);

/* A cmocka setup and teardown for `struct NAME`, which begins with a script. The teardown fails
 * when program memory is left. */
#define SCRIPT_FIXTURE(name)                   \
    static int name##_open(void **state)       \
    {                                          \
        struct name *f = calloc(1, sizeof *f); \
                                               \
        script_open(&f->script);               \
        *state = f;                            \
        return 0;                              \
    }                                          \
    static int name##_close(void **state)      \
    {                                          \
        struct name *f = *state;               \
                                               \
        return script_teardown(&f->script);    \
    }

/* A row of a cmocka table for a test with such a fixture. */
#define SCRIPT_TEST(test, name) cmocka_unit_test_setup_teardown(test, name##_open, name##_close)

/* Cast a role: a task that is named `name` and runs `body(f, n)`. The script holds it. */
#define spawn(f, name, body, n) script_spawn(&(f)->script, (name), (body), (n))

/* The task of a role. */
#define role(f, name) script_role(&(f)->script, (name))

/* Add the line "<time>ms <running task> <text>"; outside a task "<time>ms <text>". */
#define note(f, ...) script_note(&(f)->script, __VA_ARGS__)

/* In a body: note a line unless `condition` holds. */
#define check(f, condition) \
    ((condition) ? (void)0 : note((f), "BROKEN %s:%d: %s", __FILE__, __LINE__, #condition))

/* Play to the end and compare the trace. On the main stack only. */
#define expect_trace(f, expected) \
    (script_play(&(f)->script), script_expect(&(f)->script, (expected), __FILE__, __LINE__))

/* Play role "sweep", `body(f, n)`, for n = 1, 2, ..., with the n-th request for memory refused,
 * until no request was; nothing may be noted, and it must take more than `least` and fewer than
 * `most` rounds, the one after the last counted. The body calls sweep_over() as soon as memory may
 * be had again. Returns: those rounds. */
#define expect_sweep(f, body, least, most) \
    script_sweep(&(f)->script, (body), (least), (most), __FILE__, __LINE__)

/* In a body of a sweep: refuse nothing any more. Returns: whether nothing has been refused. */
#define sweep_over(f) script_sweep_over(&(f)->script)

#endif
