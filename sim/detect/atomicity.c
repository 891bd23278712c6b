/*
 * atomicity.c - see atomicity.h.
 */
#include "detect/atomicity.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/check.h"
#include "base/map.h"

#define NONE SIZE_MAX

/* Somebody was here. Places are of the trace, or of the module: both outlive the run. */
struct access {
    order_task who; /* ORDER_NOBODY: nobody was */
    bool writes;
    struct order_locks locks;
    int64_t time_ns;
    const char *here;
};

/* The last access of one task to one variable, and the first of others since. */
struct past {
    struct access last;
    struct access read;  /* by another */
    struct access write; /* likewise */
    size_t next;         /* of the same variable; NONE: the last */
};

struct variable {
    const char *name;
    size_t pasts; /* of each task that was here */
    bool atomic;
    bool suspect; /* there was a triple: */
    struct access triple[3];
};

struct atomicity {
    const struct order *order;
    struct variable *variables;
    size_t count;
    size_t capacity;
    struct map index; /* process and number of a variable to its place */
    struct past *pasts;
    size_t past_count;
    size_t past_capacity;
};

struct atomicity *atomicity_new(const struct order *order)
{
    struct atomicity *atomicity = must_alloc(sizeof *atomicity);

    atomicity->order = order;
    return atomicity;
}

void atomicity_free(struct atomicity *atomicity)
{
    if (atomicity == NULL)
        return;
    map_free(&atomicity->index);
    free(atomicity->variables);
    free(atomicity->pasts);
    free(atomicity);
}

void atomicity_reset(struct atomicity *atomicity)
{
    map_empty(&atomicity->index);
    atomicity->count = 0;
    atomicity->past_count = 0;
}

static struct variable *variable_of(struct atomicity *atomicity, const struct trace_record *record)
{
    uint64_t key = (uint64_t)record->process << 32 | record->object.id;
    size_t i = map_get(&atomicity->index, key);

    if (i != MAP_NONE)
        return &atomicity->variables[i];
    atomicity->variables = must_room(atomicity->variables, &atomicity->capacity,
                                     atomicity->count + 1, sizeof *atomicity->variables);
    map_set(&atomicity->index, key, atomicity->count);
    atomicity->variables[atomicity->count] =
        (struct variable){.name = record->object.name, .pasts = NONE};
    return &atomicity->variables[atomicity->count++];
}

static struct past *add_past(struct atomicity *atomicity, struct variable *variable)
{
    struct past *past;

    atomicity->pasts = must_room(atomicity->pasts, &atomicity->past_capacity,
                                 atomicity->past_count + 1, sizeof *atomicity->pasts);
    past = &atomicity->pasts[atomicity->past_count];
    past->next = variable->pasts;
    variable->pasts = atomicity->past_count++;
    return past;
}

/* Whether there is a lock that all three held. */
static bool share_a_lock(const struct access *a, const struct access *b, const struct access *c)
{
    for (size_t i = 0; i < a->locks.count; i++) {
        if (order_locks_have(&b->locks, a->locks.ids[i]) &&
            order_locks_have(&c->locks, a->locks.ids[i]))
            return true;
    }
    return false;
}

/* Which access of another, between `past->last` and `now`, makes the three unserialisable: a write
 * after a read, and before one; between two writes, a read. */
static const struct access *between(const struct past *past, const struct access *now)
{
    return past->last.writes && now->writes ? &past->read : &past->write;
}

static void look_back(struct variable *variable, const struct past *past, const struct access *now)
{
    const struct access *other = between(past, now);

    if (variable->suspect || other->who == ORDER_NOBODY || share_a_lock(&past->last, other, now))
        return;
    variable->suspect = true;
    variable->triple[0] = past->last;
    variable->triple[1] = *other;
    variable->triple[2] = *now;
}

/* Somebody else is here now, between what `past` is about and what its task does next. */
static void come_between(struct past *past, const struct access *now)
{
    struct access *first = now->writes ? &past->write : &past->read;

    if (first->who == ORDER_NOBODY)
        *first = *now;
}

/* An update looks again by itself, so it ends no triple; to others it is a write. */
static void note_access(struct atomicity *atomicity, struct variable *variable,
                        const struct access *now, bool ends_triple)
{
    struct past *own = NULL;

    for (size_t i = variable->pasts; i != NONE; i = atomicity->pasts[i].next) {
        if (atomicity->pasts[i].last.who == now->who)
            own = &atomicity->pasts[i];
        else
            come_between(&atomicity->pasts[i], now);
    }
    if (own != NULL && ends_triple)
        look_back(variable, own, now);
    if (own == NULL)
        own = add_past(atomicity, variable);
    own->last = *now;
    own->read.who = ORDER_NOBODY;
    own->write.who = ORDER_NOBODY;
}

void atomicity_listen(void *self, const struct trace_record *record)
{
    struct atomicity *atomicity = self;
    struct variable *variable;
    struct access now;

    if (record->kind != TRACE_READ && record->kind != TRACE_WROTE && record->kind != TRACE_UPDATED)
        return;
    now = (struct access){.who = order_who(atomicity->order),
                          .writes = record->kind != TRACE_READ,
                          .time_ns = record->time_ns,
                          .here = record->here};
    if (now.who == ORDER_NOBODY)
        return;
    now.locks = *order_locks(atomicity->order, now.who);
    variable = variable_of(atomicity, record);
    variable->atomic = variable->atomic || record->kind == TRACE_UPDATED;
    note_access(atomicity, variable, &now, record->kind != TRACE_UPDATED);
}

static bool is_suspect(const struct variable *variable)
{
    return variable->suspect && !variable->atomic;
}

bool atomicity_suspects(const struct atomicity *atomicity)
{
    for (size_t i = 0; i < atomicity->count; i++) {
        if (is_suspect(&atomicity->variables[i]))
            return true;
    }
    return false;
}

/* What is wrong with the three, said of the last. */
static const char *objection(const struct access *triple)
{
    if (triple[0].writes)
        return triple[2].writes ? "   what was read between was not final"
                                : "   and finds what it did not write";
    return triple[2].writes ? "   knowing only what it read before" : "   and finds something else";
}

/* "bob  writes balance at 1.000s  bank.c:31   in between" */
static void print_access(FILE *out, const struct atomicity *atomicity,
                         const struct variable *variable, size_t i)
{
    const struct access *access = &variable->triple[i];

    fprintf(out, "%s  %s %s at ", order_name(atomicity->order, access->who),
            access->writes ? "writes" : "reads", variable->name);
    finding_print_time(out, access->time_ns);
    fprintf(out, "  %s%s\n", access->here != NULL ? finding_base_name(access->here) : "",
            i == 0   ? ""
            : i == 1 ? "   in between"
                     : objection(variable->triple));
}

char *atomicity_lines(const struct atomicity *atomicity)
{
    char *lines;
    size_t size;
    FILE *out = open_memstream(&lines, &size);

    CHECK(out != NULL);
    for (size_t i = 0; i < atomicity->count; i++) {
        for (size_t j = 0; is_suspect(&atomicity->variables[i]) && j < 3; j++)
            print_access(out, atomicity, &atomicity->variables[i], j);
    }
    fclose(out);
    return lines;
}
