/*
 * depths.c - a module of bugs that take a known number of steps out of order, for shrink_test.c.
 *
 * NAME_d needs d steps and shows itself as a broken property.
 */
#include <stdio.h>

#include "rondo.h"

#define DEPTH_MAX 4

static int depth;

static struct pair {
    bool first_came;
    int number;
} pairs[DEPTH_MAX];

static int out_of_order;

static int first(void *arg, rondo_value *out)
{
    struct pair *pair = arg;

    pair->first_came = true;
    return 0;
}

static int second(void *arg, rondo_value *out)
{
    struct pair *pair = arg;

    out_of_order += !pair->first_came;
    return 0;
}

static void spawn_pair(int i, rondo_task **tasks)
{
    char name[32];

    pairs[i].number = i + 1;
    snprintf(name, sizeof name, "first %d", i + 1);
    tasks[0] = rondo_spawn(first, &pairs[i], .name = name);
    snprintf(name, sizeof name, "second %d", i + 1);
    tasks[1] = rondo_spawn(second, &pairs[i], .name = name);
}

/* All pairs at once: in each the second comes first. */
static int side_by_side(int steps)
{
    rondo_task *tasks[2 * DEPTH_MAX];
    int rc;

    for (int i = 0; i < steps; i++)
        spawn_pair(i, &tasks[2 * i]);
    rc = rondo_gather(tasks, (size_t)(2 * steps), 0, NULL);
    rondo_unref_all(tasks, (size_t)(2 * steps));
    RONDO_ALWAYS("some_first_comes_first", out_of_order < steps);
    return rc;
}

/* One pair after the other. */
static int in_turn(int steps)
{
    rondo_task *tasks[2];
    int rc = 0;

    for (int i = 0; i < steps && rc == 0; i++) {
        spawn_pair(i, tasks);
        rc = rondo_gather(tasks, 2, 0, NULL);
        rondo_unref_all(tasks, 2);
    }
    RONDO_ALWAYS("some_first_comes_first", out_of_order < steps);
    return rc;
}

static int place;

static int runner(void *arg, rondo_value *out)
{
    struct pair *me = arg;

    out_of_order += depth - place++ == me->number;
    return 0;
}

/* One task more than there are steps, all of them in reverse. */
static int reversed(int steps)
{
    rondo_task *tasks[DEPTH_MAX + 1];
    static struct pair runners[DEPTH_MAX + 1];
    int rc;

    depth = steps;
    for (int i = 0; i <= steps; i++) {
        char name[32];

        runners[i].number = i;
        snprintf(name, sizeof name, "runner %d", i);
        tasks[i] = rondo_spawn(runner, &runners[i], .name = name);
    }
    rc = rondo_gather(tasks, (size_t)(steps + 1), 0, NULL);
    rondo_unref_all(tasks, (size_t)(steps + 1));
    RONDO_ALWAYS("not_all_in_reverse", out_of_order <= steps);
    return rc;
}

static int broken; /* while it is not 0 nobody should look */
static int looks;

static int repairs(void *arg, rondo_value *out)
{
    for (int i = 0; i < depth; i++) {
        RONDO_WRITE(broken, 1);
        RONDO_WRITE(broken, 0);
    }
    return 0;
}

static int looks_at_it(void *arg, rondo_value *out)
{
    for (int i = 0; i < depth; i++)
        looks += RONDO_READ(broken);
    return 0;
}

/* Half of the steps interrupt one task, the others the other: odd numbers are what there is. */
static int interrupted(int steps)
{
    rondo_task *tasks[2];
    int rc;

    depth = (steps + 1) / 2;
    tasks[0] = rondo_spawn(repairs, NULL, .name = "repairs");
    tasks[1] = rondo_spawn(looks_at_it, NULL, .name = "looks");
    rc = rondo_gather(tasks, 2, 0, NULL);
    rondo_unref_all(tasks, 2);
    RONDO_ALWAYS("some_look_sees_it_whole", looks < depth);
    return rc;
}

#define PROGRAM(name, steps)                                      \
    static int name##_##steps##_main(void *arg, rondo_value *out) \
    {                                                             \
        return name(steps);                                       \
    }                                                             \
    RONDO_PROGRAM(name##_##steps, name##_##steps##_main)

PROGRAM(side_by_side, 1);
PROGRAM(side_by_side, 2);
PROGRAM(side_by_side, 3);
PROGRAM(side_by_side, 4);
PROGRAM(in_turn, 1);
PROGRAM(in_turn, 2);
PROGRAM(in_turn, 3);
PROGRAM(in_turn, 4);
PROGRAM(reversed, 1);
PROGRAM(reversed, 2);
PROGRAM(reversed, 3);
PROGRAM(reversed, 4);
PROGRAM(interrupted, 1);
PROGRAM(interrupted, 3);

static int fails(void *arg, rondo_value *out)
{
    RONDO_ALWAYS("never_holds", side_by_side(1) < 0);
    return 0;
}

RONDO_PROGRAM(fails_whatever_comes_first, fails);

static char winner;

static int sleeper(void *arg, rondo_value *out)
{
    RONDO_TRY(rondo_sleep(RONDO_MS(10)));
    if (winner == '\0')
        winner = *(const char *)arg;
    return 0;
}

static int tie(void *arg, rondo_value *out)
{
    rondo_task *tasks[2] = {rondo_spawn(sleeper, "a", .name = "a"),
                            rondo_spawn(sleeper, "b", .name = "b")};
    int rc = rondo_gather(tasks, 2, 0, NULL);

    rondo_unref_all(tasks, 2);
    RONDO_ALWAYS("a_wins", winner == 'a');
    return rc;
}

RONDO_PROGRAM(two_timers_at_once, tie);
