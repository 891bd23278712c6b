/*
 * last_come_first_served.c - a desk for one, whose line is a stack: who has come last is next. Two
 * who come back all the time keep out the one who came between. In the twin the line is one.
 */
#include "rondo.h"

#include <stdio.h>

#define VISITS 150

struct place {
    rondo_future *turn;
    struct place *next;
};

struct desk {
    bool is_free;
    bool serves_last;
    struct place *line; /* who is next is the first */
};

static bool is_free(void *arg)
{
    return ((struct desk *)arg)->is_free;
}

static void stand(struct desk *desk, struct place *place)
{
    struct place **link = &desk->line;

    while (!desk->serves_last && *link != NULL)
        link = &(*link)->next;
    place->next = *link;
    *link = place;
}

static void step_out(struct desk *desk, const struct place *place)
{
    for (struct place **link = &desk->line; *link != NULL; link = &(*link)->next) {
        if (*link == place) {
            *link = place->next;
            return;
        }
    }
}

static int wait_for_turn(struct desk *desk)
{
    struct place place = {.turn = rondo_create_future(NULL)};
    int rc;

    RONDO_EXPECTS(is_free, desk);
    if (place.turn != NULL)
        rondo_set_name(place.turn, "turn");
    stand(desk, &place);
    rc = rondo_await(place.turn, NULL);
    step_out(desk, &place);
    rondo_unref(place.turn);
    return rc;
}

static int enter(struct desk *desk)
{
    while (!desk->is_free)
        RONDO_TRY(wait_for_turn(desk));
    desk->is_free = false;
    return 0;
}

static void leave(struct desk *desk)
{
    desk->is_free = true;
    if (desk->line != NULL)
        rondo_set_result(desk->line->turn, 0);
}

static int visit(struct desk *desk)
{
    int rc;

    RONDO_TRY(enter(desk));
    rc = rondo_sleep(RONDO_MS(2));
    leave(desk);
    return rc;
}

static int come_back(void *arg, rondo_value *out)
{
    (void)out;
    for (int i = 0; i < VISITS; i++) {
        RONDO_TRY(visit(arg));
        RONDO_TRY(rondo_sleep(RONDO_MS(1)));
    }
    return 0;
}

static int come_once(void *arg, rondo_value *out)
{
    (void)out;
    RONDO_TRY(visit(arg));
    printf("served\n");
    return 0;
}

static int open_desk(bool serves_last)
{
    struct desk desk = {.is_free = true, .serves_last = serves_last};
    int rc = 0;

    RONDO_GROUP(rc, group) {
        rondo_group_spawn(group, come_back, &desk, .name = "ann");
        rondo_group_spawn(group, come_once, &desk, .name = "patient");
        rondo_group_spawn(group, come_back, &desk, .name = "bob");
    }
    return rc;
}

static int last_first(void *arg, rondo_value *out)
{
    (void)arg, (void)out;
    return open_desk(true);
}

static int in_line(void *arg, rondo_value *out)
{
    (void)arg, (void)out;
    return open_desk(false);
}

RONDO_PROGRAM(last_first, last_first);
RONDO_PROGRAM(in_line, in_line);
