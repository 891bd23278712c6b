/*
 * script.h - coroutines on a loop, and what they did as one text.
 *
 * A test is a small play: the cmocka function casts the roles (`spawn`), lets them play until
 * nothing can ever happen again, and compares what was noted with one expected text
 * (`expect_trace`). A note is a line "5ms a takes lock".
 *
 * Every play is given on three grounds (ground.h): on a clock that is a number, on the simulated
 * libuv, and on libuv itself, where order and words are compared, but no times. A test that needs
 * a better clock than that says so (`needs_exact_clock`, `needs_clock_by_hand`) and is skipped,
 * with its name, where there is none.
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
#include "tests/lib/ground.h"
#include "tests/lib/manual_loop.h"
#include "tests/lib/memory.h"

/* A millisecond of a play. */
#define MS ground_ms

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
    rondo_loop *loop; /* NULL: closed by close_loop() */
    struct ground ground;
    int64_t start_ns;
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
void script_expect_time(const struct script *script, int64_t expected_ns, const char *file,
                        int line);
int64_t script_time_at(const struct script *script, int64_t ns);
void script_iterate(struct script *script);
int script_close_loop(struct script *script);
int script_run_apart(struct script *script, void (*body)(void *arg), void *arg);
struct manual_loop *script_needs_clock_by_hand(const struct script *script);
void script_needs_exact_clock(void);
void script_needs_faithful_libuv(void);

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

/* Compare the trace as it stands. On the main stack only. */
#define expect_noted(f, expected) script_expect(&(f)->script, (expected), __FILE__, __LINE__)

/* The play has taken `ns`; on the real clock, at least. On the main stack only. */
#define expect_time(f, ns) script_expect_time(&(f)->script, (ns), __FILE__, __LINE__)

/* In a body or a callback: hold the thread, as work does, while `ns` pass. */
#define work_for(f, ns) ground_work(&(f)->script.ground, (ns))

/* The time of the loop at which the play will have taken `ns`. */
#define time_at(f, ns) script_time_at(&(f)->script, (ns))

/* Iterations of the loop that have begun so far. */
#define iterations(f) ground_iterations(&(f)->script.ground)

/* One iteration at the present time. Requires: not inside a run. */
#define iterate_once(f) script_iterate(&(f)->script)

/* Close the loop before the teardown does. Returns: as rondo_loop_close(). */
#define close_loop(f) script_close_loop(&(f)->script)

/* run_apart() for a body that plays on the loop of the script. */
#define play_apart(f, body, arg) script_run_apart(&(f)->script, (body), (arg))

/* The test moves the clock itself, or looks at how the loop arms it: skip it where that cannot be.
 * Returns: the loop. On the main stack only, as the next. */
#define needs_clock_by_hand(f) script_needs_clock_by_hand(&(f)->script)

/* Two things must fall into the same instant, or two instants into two iterations, or hours pass,
 * or an observer chooses among timers: skip the test on the real clock. */
#define needs_exact_clock() script_needs_exact_clock()

/* What is expected leans on what libuv does and does not promise: where it cuts what it reads, say.
 */
#define needs_faithful_libuv() script_needs_faithful_libuv()

/* Play role "sweep", `body(f, n)`, for n = 1, 2, ..., with the n-th request for memory refused,
 * until no request was; nothing may be noted, and it must take more than `least` and fewer than
 * `most` rounds, the one after the last counted. The body calls sweep_over() as soon as memory may
 * be had again. Returns: those rounds. */
#define expect_sweep(f, body, least, most) \
    script_sweep(&(f)->script, (body), (least), (most), __FILE__, __LINE__)

/* In a body of a sweep: refuse nothing any more. Returns: whether nothing has been refused. */
#define sweep_over(f) script_sweep_over(&(f)->script)

#endif
