/*
 * script.c - see script.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "tests/lib/script.h"

void script_open(struct script *script)
{
    memory_watch(&script->memory);
    manual_loop_init(&script->manual);
}

size_t script_close(struct script *script)
{
    for (size_t i = 0; i < script->role_count; i++)
        rondo_unref(script->roles[i].task);
    rondo_loop_close(&script->manual.loop);
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
    cast->task = rondo_spawn_at(&script->manual.loop, play_role, cast,
                                &(rondo_spawn_options){.name = name}, RONDO_HERE);
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

void script_note(struct script *script, const char *format, ...)
{
    rondo_task *task = rondo_current_task();
    va_list args;

    add(script, "%" PRId64 "ms ", script->manual.now_ns / MS);
    if (task != NULL)
        add(script, "%s ", rondo_get_name(task));
    va_start(args, format);
    append(script, format, args);
    va_end(args);
    add(script, "\n");
}

int script_play(struct script *script)
{
    int rc = rondo_loop_run_forever(&script->manual.loop);

    for (size_t i = 0; rc == RONDO_EDEADLOCK && i < script->role_count; i++) {
        if (!rondo_done(script->roles[i].task))
            script_note(script, "%s never ends", rondo_get_name(script->roles[i].task));
    }
    return rc;
}

void script_expect(struct script *script, const char *expected, const char *file, int line)
{
    if (strcmp(script->text, expected) != 0)
        print_error("--- expected\n%s--- noted\n%s---\n", expected, script->text);
    _assert_string_equal(script->text, expected, file, line);
}

int64_t script_sweep(struct script *script, script_body body, int64_t least, int64_t most,
                     const char *file, int line)
{
    int64_t n = 1;

    for (script->swept = false; !script->swept && n < most; n++) {
        script_spawn(script, "sweep", body, n);
        script_play(script);
    }
    script_expect(script, "", file, line);
    _assert_true(n > least && n < most, "least < rounds < most", file, line);
    return n;
}

bool script_sweep_over(struct script *script)
{
    script->swept = !memory_failed(&script->memory);
    memory_fail(&script->memory, 0);
    return script->swept;
}
