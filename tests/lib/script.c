/*
 * script.c - see script.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "tests/lib/apart.h"
#include "tests/lib/script.h"

void script_open(struct script *script)
{
    memory_watch(&script->memory);
    ground_open(&script->ground);
    script->loop = script->ground.loop;
    script->start_ns = rondo_loop_time(script->loop);
    observer = ground_observer();
}

size_t script_close(struct script *script)
{
    for (size_t i = 0; i < script->role_count; i++)
        rondo_unref(script->roles[i].task);
    ground_close(&script->ground, script->loop != NULL);
    observer = NULL;
    memory_unwatch(&script->memory);
    return script->memory.live;
}

int script_teardown(struct script *script)
{
    size_t left = script_close(script);

    free(script); /* the fixture begins with it */
    if (left > 0)
        print_error("%zu blocks of program memory were left\n", left);
    return left > 0 ? -1 : 0;
}

static int play_role(void *arg, rondo_value *out)
{
    const struct script_role *played = arg;

    (void)out;
    return played->body(played->script, played->n);
}

rondo_task *script_spawn(struct script *script, const char *name, script_body body, int64_t n)
{
    struct script_role *cast = &script->roles[script->role_count];

    CHECK(script->role_count < SCRIPT_ROLES_MAX);
    *cast = (struct script_role){.script = script, .body = body, .n = n};
    cast->task = rondo_spawn_at(script->loop, play_role, cast, &(rondo_spawn_options){.name = name},
                                RONDO_HERE);
    script->role_count += cast->task != NULL;
    return cast->task;
}

rondo_task *script_role(struct script *script, const char *name)
{
    for (size_t i = 0; i < script->role_count; i++) {
        if (strcmp(rondo_get_name(script->roles[i].task), name) == 0)
            return script->roles[i].task;
    }
    check_failed("a role of that name", name, 0);
}

static void append(struct script *script, const char *format, va_list args)
{
    size_t room = SCRIPT_TEXT_MAX - script->length;
    int length = vsnprintf(script->text + script->length, room, format, args);

    CHECK(length >= 0 && (size_t)length < room);
    script->length += (size_t)length;
}

static void add(struct script *script, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    append(script, format, args);
    va_end(args);
}

static int64_t time_of(const struct script *script)
{
    return rondo_loop_time(script->loop) - script->start_ns;
}

void script_note(struct script *script, const char *format, ...)
{
    rondo_task *task = rondo_current_task();
    va_list args;

    add(script, "%" PRId64 "ms ", time_of(script) / MS);
    if (task != NULL)
        add(script, "%s ", rondo_get_name(task));
    va_start(args, format);
    append(script, format, args);
    va_end(args);
    add(script, "\n");
}

/* Run under the observer in place, which is made to give up when the ground's would. */
static int run(struct script *script)
{
    const struct observer *of_test = observer;
    const struct observer *of_ground = ground_observer();
    struct observer both;
    int rc;

    if (of_ground != NULL) {
        both = of_test != NULL ? *of_test : *of_ground;
        both.stuck = of_ground->stuck;
        observer = &both;
    }
    rc = rondo_loop_run_forever(script->loop);
    observer = of_test;
    return rc;
}

int script_play(struct script *script)
{
    int rc = run(script);

    for (size_t i = 0; rc == RONDO_EDEADLOCK && i < script->role_count; i++) {
        if (!rondo_done(script->roles[i].task))
            script_note(script, "%s never ends", rondo_get_name(script->roles[i].task));
    }
    return rc;
}

/* `text`, to be freed; on the real clock without the times at which its lines begin. */
static char *comparable(const char *text)
{
    char *copy = must_alloc(strlen(text) + 1);
    char *end = copy;

    for (const char *at = text; *at != '\0'; at += *at != '\0') {
        const char *time = at;

        while (isdigit((unsigned char)*at))
            at++;
        if (ground_clock != CLOCK_REAL || strncmp(at, "ms ", 3) != 0)
            at = time;
        for (; *at != '\0' && *at != '\n'; at++)
            *end++ = *at;
        if (*at == '\n')
            *end++ = '\n';
    }
    return copy;
}

void script_expect(struct script *script, const char *expected, const char *file, int line)
{
    char *wanted = comparable(expected);
    char *noted = comparable(script->text);
    bool same = strcmp(noted, wanted) == 0;

    free(wanted);
    free(noted);
    if (!same)
        print_error("--- expected\n%s--- noted\n%s---\n", expected, script->text);
    _assert_true(same, "the trace is as expected", file, line);
}

void script_expect_time(const struct script *script, int64_t expected_ns, const char *file,
                        int line)
{
    int64_t took_ns = time_of(script);

    if (ground_clock == CLOCK_REAL)
        _assert_true(took_ns >= expected_ns, "not before its time", file, line);
    else
        _assert_int_equal((uintmax_t)took_ns, (uintmax_t)expected_ns, file, line);
}

int64_t script_sweep(struct script *script, script_body body, int64_t least, int64_t most,
                     const char *file, int line)
{
    int64_t n = 1;

    for (script->swept = false; !script->swept && n < most; n++) {
        script_spawn(script, "sweep", body, n);
        script_play(script);
        if (script->length > 0)
            print_error("round %d of the sweep:\n", (int)n);
        script_expect(script, "", file, line);
        rondo_unref(script->roles[--script->role_count].task);
    }
    _assert_true(n > least && n < most, "least < rounds < most", file, line);
    return n;
}

bool script_sweep_over(struct script *script)
{
    script->swept = !memory_failed(&script->memory);
    memory_fail(&script->memory, 0);
    return script->swept;
}

int64_t script_time_at(const struct script *script, int64_t ns)
{
    return ns < RONDO_FOREVER - script->start_ns ? script->start_ns + ns : RONDO_FOREVER;
}

void script_iterate(struct script *script)
{
    int rc;

    rondo_loop_stop(script->loop);
    rc = rondo_loop_run_forever(script->loop);
    CHECK(rc == 0);
}

int script_close_loop(struct script *script)
{
    int rc = rondo_loop_close(script->loop);

    if (rc == 0)
        script->loop = NULL;
    return rc;
}

struct apart {
    struct script *script;
    void (*body)(void *arg);
    void *arg;
};

static void after_fork(void *arg)
{
    const struct apart *apart = arg;

    ground_after_fork(&apart->script->ground);
    apart->body(apart->arg);
}

int script_run_apart(struct script *script, void (*body)(void *arg), void *arg)
{
    return run_apart(after_fork, &(struct apart){script, body, arg});
}

struct manual_loop *script_needs_clock_by_hand(const struct script *script)
{
    if (ground_clock != CLOCK_BY_HAND)
        skip();
    return container_of(script->loop, struct manual_loop, loop);
}

void script_needs_exact_clock(void)
{
    if (ground_clock == CLOCK_REAL)
        skip();
}

void script_needs_faithful_libuv(void)
{
    if (!ground_is_faithful)
        skip();
}
