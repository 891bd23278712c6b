/*
 * property.c - see property.h.
 */
#include "detect/property.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/check.h"

struct properties {
    struct property *list;
    size_t count;
    size_t capacity;
    const struct property *broken; /* had to hold always, and did not; or NULL */
};

struct properties *properties_new(void)
{
    return must_alloc(sizeof(struct properties));
}

void properties_free(struct properties *properties)
{
    if (properties == NULL)
        return;
    free(properties->list);
    free(properties);
}

void properties_reset(struct properties *properties)
{
    properties->count = 0;
    properties->broken = NULL;
}

/* Texts of records may live no longer than the call, kinds included: these are ours. */
static const char *kind_of(const char *kind)
{
    static const char *const kinds[] = {"always", "sometimes", "eventually"};

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kind, kinds[i]) == 0)
            return kinds[i];
    }
    CHECK_NEVER("a property of another kind");
}

static void set_place(struct property *property, const struct trace_record *record)
{
    finding_copy_text(property->text, sizeof property->text, record->text);
    finding_copy_text(property->here, sizeof property->here, record->here);
}

static struct property *find(struct properties *properties, const struct trace_record *record)
{
    size_t longest = sizeof properties->list->name - 1;

    for (size_t i = 0; i < properties->count; i++) {
        struct property *property = &properties->list[i];

        if (strncmp(property->name, record->object.name, longest) == 0 &&
            strcmp(property->kind, record->object.kind) == 0)
            return property;
    }
    return NULL;
}

static struct property *add(struct properties *properties, const struct trace_record *record)
{
    struct property *property;

    properties->list = must_room(properties->list, &properties->capacity, properties->count + 1,
                                 sizeof *properties->list);
    property = &properties->list[properties->count++];
    *property = (struct property){.kind = kind_of(record->object.kind)};
    finding_copy_text(property->name, sizeof property->name, record->object.name);
    set_place(property, record);
    return property;
}

void properties_listen(void *self, const struct trace_record *record)
{
    struct properties *properties = self;
    struct property *property;

    if (record->kind != TRACE_PROPERTY && record->kind != TRACE_BROKEN)
        return;
    property = find(properties, record);
    if (property == NULL)
        property = add(properties, record);
    property->met++;
    property->held += record->value != 0;
    property->last_ns = record->time_ns;
    finding_who(record, property->last_task, sizeof property->last_task);
    if (record->kind == TRACE_BROKEN) {
        set_place(property, record);
        properties->broken = property;
    }
}

size_t properties_count(const struct properties *properties)
{
    return properties->count;
}

const struct property *properties_at(const struct properties *properties, size_t index)
{
    CHECK(index < properties->count);
    return &properties->list[index];
}

/* "writer  breaks total: a + b == 200  transfers.c:31   it held 12 times before" */
static void print_broken(FILE *out, const struct property *property)
{
    fprintf(out, "%s  breaks %s: %s  %s   ", property->last_task, property->name, property->text,
            finding_base_name(property->here));
    if (property->held == 0)
        fputs("it never held before\n", out);
    else
        fprintf(out, "it held %llu time%s before\n", (unsigned long long)property->held,
                property->held == 1 ? "" : "s");
}

/* "converged  never held: a == b  copies.c:31   met 12 times, last by reader at 1.000s" */
static void print_never(FILE *out, const struct property *property)
{
    fprintf(out, "%s  never held: %s  %s   met %llu time%s, last by %s at ", property->name,
            property->text, finding_base_name(property->here), (unsigned long long)property->met,
            property->met == 1 ? "" : "s", property->last_task);
    finding_print_time(out, property->last_ns);
    fputc('\n', out);
}

static bool is_unfulfilled(const struct property *property)
{
    return property->held == 0 && strcmp(property->kind, "eventually") == 0;
}

static enum finding_kind judge(const struct properties *properties, bool ended)
{
    if (properties->broken != NULL)
        return FINDING_ALWAYS;
    for (size_t i = 0; ended && i < properties->count; i++) {
        if (is_unfulfilled(&properties->list[i]))
            return FINDING_EVENTUALLY;
    }
    return FINDING_NONE;
}

bool properties_judge(const struct properties *properties, bool ended, int64_t time_ns,
                      struct finding *finding)
{
    enum finding_kind kind = judge(properties, ended);
    size_t size;
    FILE *out;

    if (kind == FINDING_NONE)
        return false;
    *finding = (struct finding){kind, time_ns, NULL};
    out = open_memstream(&finding->lines, &size);
    CHECK(out != NULL);
    if (kind == FINDING_ALWAYS)
        print_broken(out, properties->broken);
    for (size_t i = 0; kind == FINDING_EVENTUALLY && i < properties->count; i++) {
        if (is_unfulfilled(&properties->list[i]))
            print_never(out, &properties->list[i]);
    }
    fclose(out);
    return true;
}
