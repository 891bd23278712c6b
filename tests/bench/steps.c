/*
 * steps.c - programs that are nothing but steps, for schedules a second: tasks that take turns at
 * explicit points. The numbers are the decisions of a schedule.
 */
#include "rondo.h"

struct shape {
    int tasks; /* beside main */
    int points;
};

static int shared;

static int take_turns(void *arg, rondo_value *out)
{
    const struct shape *shape = arg;

    (void)out;
    for (int i = 0; i < shape->points; i++)
        RONDO_WRITE(shared, i);
    return 0;
}

static int play(struct shape shape)
{
    rondo_task *tasks[100];

    for (int i = 0; i < shape.tasks; i++)
        tasks[i] = rondo_spawn(take_turns, &shape);
    for (int i = 0; i < shape.tasks; i++) {
        RONDO_TRY(rondo_await(tasks[i], NULL));
        rondo_unref(tasks[i]);
    }
    return 0;
}

/* Three tasks and main, 30 steps: 3 begin, make 8 writes each, and main goes on three times. */
static int few(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return play((struct shape){3, 8});
}
RONDO_PROGRAM(few, few);

/* 101 tasks, 800 steps. */
static int many(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return play((struct shape){100, 6});
}
RONDO_PROGRAM(many, many);

/* What a schedule costs before it has a step. */
static int nothing(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return 0;
}
RONDO_PROGRAM(nothing, nothing);

static int wait_for_ever(void *arg, rondo_value *out)
{
    (void)out;
    return rondo_event_wait(arg);
}

/* Ten tasks that a run leaves where they stand when main goes. */
static int ten_left(void *arg, rondo_value *out)
{
    static rondo_event never;

    (void)arg;
    (void)out;
    for (int i = 0; i < 10; i++)
        rondo_unref(rondo_spawn(wait_for_ever, &never));
    return rondo_sleep(0);
}
RONDO_PROGRAM(ten_left, ten_left);
