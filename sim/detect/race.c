/*
 * race.c - see race.h.
 */
#include "detect/race.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/check.h"
#include "base/map.h"

#define NONE SIZE_MAX

/* Somebody was here. Places are of the trace, or of the module: both outlive the run. */
struct access {
    order_task who;
    uint32_t clock; /* of `who` */
    bool writes;
    int64_t time_ns;
    const char *here;
    size_t next; /* a read of the same variable, or one that is free; NONE: the last */
};

struct variable {
    const char *name;
    struct access write; /* the last; who ORDER_NOBODY: none */
    size_t reads;        /* since that, the latest of each task that nothing has ordered */
    bool atomic;         /* it orders tasks */
    bool raced;
    struct access first; /* of the two that raced */
    struct access second;
};

struct race {
    const struct order *order;
    struct variable *variables;
    size_t count;
    size_t capacity;
    struct map index; /* process and number of a variable to its place */
    struct access *reads;
    size_t read_count;
    size_t read_capacity;
    size_t read_free; /* a chain */
};

struct race *race_new(const struct order *order)
{
    struct race *race = must_alloc(sizeof *race);

    race->order = order;
    race_reset(race);
    return race;
}

void race_free(struct race *race)
{
    if (race == NULL)
        return;
    map_free(&race->index);
    free(race->variables);
    free(race->reads);
    free(race);
}

void race_reset(struct race *race)
{
    map_empty(&race->index);
    race->count = 0;
    race->read_count = 0;
    race->read_free = NONE;
}

static uint64_t key_of(const struct trace_record *record)
{
    return (uint64_t)record->process << 32 | record->object.id;
}

/* The variable of `record`, which it becomes known by. */
static struct variable *variable_of(struct race *race, const struct trace_record *record)
{
    size_t i = map_get(&race->index, key_of(record));

    if (i != MAP_NONE)
        return &race->variables[i];
    race->variables =
        must_room(race->variables, &race->capacity, race->count + 1, sizeof *race->variables);
    map_set(&race->index, key_of(record), race->count);
    race->variables[race->count] =
        (struct variable){.name = record->object.name, .write.who = ORDER_NOBODY, .reads = NONE};
    return &race->variables[race->count++];
}

static void free_read(struct race *race, size_t i)
{
    race->reads[i].next = race->read_free;
    race->read_free = i;
}

static void add_read(struct race *race, struct variable *variable, struct access access)
{
    size_t i = race->read_free;

    if (i != NONE) {
        race->read_free = race->reads[i].next;
    } else {
        race->reads =
            must_room(race->reads, &race->read_capacity, race->read_count + 1, sizeof *race->reads);
        i = race->read_count++;
    }
    access.next = variable->reads;
    race->reads[i] = access;
    variable->reads = i;
}

/* Compare with one that came before: of each variable, the first pair is kept. */
static void compare(const struct race *race, struct variable *variable, const struct access *before,
                    const struct access *now)
{
    if (variable->raced || before->who == ORDER_NOBODY ||
        order_before(race->order, before->who, before->clock, now->who))
        return;
    variable->raced = true;
    variable->first = *before;
    variable->second = *now;
}

/* The reads since the last write: those that come before `now` need not be kept, as whoever races
 * with them races with it, too, or comes before it. */
static void compare_reads(struct race *race, struct variable *variable, const struct access *now)
{
    size_t *link = &variable->reads;

    while (*link != NONE) {
        size_t i = *link;
        const struct access *read = &race->reads[i];

        if (now->writes)
            compare(race, variable, read, now);
        if (now->writes || order_before(race->order, read->who, read->clock, now->who)) {
            *link = read->next;
            free_read(race, i);
        } else {
            link = &race->reads[i].next;
        }
    }
}

void race_listen(void *self, const struct trace_record *record)
{
    struct race *race = self;
    struct variable *variable;
    struct access now;

    if (record->kind == TRACE_UPDATED)
        variable_of(race, record)->atomic = true;
    if (record->kind != TRACE_READ && record->kind != TRACE_WROTE)
        return;
    now = (struct access){.who = order_who(race->order),
                          .writes = record->kind == TRACE_WROTE,
                          .time_ns = record->time_ns,
                          .here = record->here};
    if (now.who == ORDER_NOBODY)
        return;
    now.clock = order_now(race->order, now.who);
    variable = variable_of(race, record);
    compare(race, variable, &variable->write, &now);
    compare_reads(race, variable, &now);
    if (now.writes)
        variable->write = now;
    else
        add_read(race, variable, now);
}

/* "written by writer at 1.000s  bank.c:31" */
static void print_access(FILE *out, const struct race *race, const struct access *access)
{
    fprintf(out, "%s by %s at ", access->writes ? "written" : "read",
            order_name(race->order, access->who));
    finding_print_time(out, access->time_ns);
    if (access->here != NULL)
        fprintf(out, "  %s", finding_base_name(access->here));
}

static void print_race(FILE *out, const struct race *race, const struct variable *variable)
{
    fprintf(out, "%s  ", variable->name);
    print_access(out, race, &variable->first);
    fputs("   and ", out);
    print_access(out, race, &variable->second);
    fputs("   nothing orders the two\n", out);
}

static bool is_race(const struct variable *variable)
{
    return variable->raced && !variable->atomic;
}

bool race_judge(const struct race *race, struct finding *finding)
{
    size_t at = 0, size;
    FILE *out;

    while (at < race->count && !is_race(&race->variables[at]))
        at++;
    if (at == race->count)
        return false;
    *finding = (struct finding){FINDING_RACE, race->variables[at].second.time_ns, NULL};
    out = open_memstream(&finding->lines, &size);
    CHECK(out != NULL);
    for (; at < race->count; at++) {
        if (is_race(&race->variables[at]))
            print_race(out, race, &race->variables[at]);
    }
    fclose(out);
    return true;
}
