/*
 * two_hosts.c - see two_hosts.h.
 */
#include "tests/world/two_hosts.h"

#include <stdio.h>
#include <string.h>

int fixture_open(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){.trace = trace_new()};
    chance_init(&fixture.chance);
    fixture.chance.open = 0;
    world_init(&fixture.world, &fixture.chance, fixture.trace);
    *state = &fixture;
    return 0;
}

int fixture_close(void **state)
{
    struct fixture *f = *state;

    world_close(&f->world);
    chance_clear(&f->chance);
    tape_clear(&f->script);
    trace_free(f->trace);
    return 0;
}

void join(struct fixture *f, struct link_spec spec)
{
    struct address here = address_v4(10, 0, 0, 1, 0), there = address_v4(10, 0, 0, 2, 0);

    f->here = host_add(&f->world, "here");
    f->there = host_add(&f->world, "there");
    host_address(f->here, &here);
    host_address(f->there, &there);
    link_set_default(&f->world, &spec);
}

void spawn(struct fixture *f, const char *name, struct host *host, int (*body)(void *))
{
    struct role *role = &f->roles[f->role_count++];
    struct process_spec spec = {.name = name, .main = body, .context = role, .host = host};

    assert_true(f->role_count <= ROLES);
    *role = (struct role){.f = f, .name = name};
    world_spawn(&f->world, &spec);
}

void expect(struct fixture *f, bool with_packets, enum world_end expected, const char *trace)
{
    static char text[16384];
    char line[400];
    size_t length = 0;
    enum world_end end = world_run(&f->world);

    text[0] = '\0';
    for (size_t i = 0; i < trace_count(f->trace); i++) {
        const struct trace_record *record = trace_at(f->trace, i);

        if (record->kind == TRACE_PROCESS || (record->kind == TRACE_PACKET && !with_packets))
            continue;
        length += (size_t)snprintf(text + length, sizeof text - length, "%s\n",
                                   trace_line(record, line, sizeof line));
    }
    assert_string_equal(text, trace);
    assert_int_equal(end, expected);
}

void draw(struct fixture *f, const char *label, size_t bound, const char *values)
{
    for (const char *value = values; *value != '\0'; value++)
        tape_add(&f->script, label, *value == 'x' ? (uint32_t)bound - 1 : (uint32_t)(*value - '0'),
                 (uint32_t)bound, "");
    f->chance.open = 1u << FAMILY_net;
    chance_from_tape(&f->chance, &f->script);
}

/* ---- in a process ---- */

void say(const struct role *role, const char *format, ...)
{
    char words[200], text[240];
    va_list args;

    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);
    snprintf(text, sizeof text, "%s %s", role->name, words);
    world_note(&role->f->world, (struct trace_record){.kind = TRACE_OUTPUT, .text = text});
}

const char *code(ssize_t rc)
{
    return rc == 0 ? "ok" : strerrorname_np((int)-rc);
}

void rest(const struct role *role, int64_t ms)
{
    thread_block(role->f->world.now_ns + ms * MS, "a test");
}

void wake(void *context)
{
    thread_wake(context);
}
