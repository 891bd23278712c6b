/*
 * delay.c - every schedule with up to so many delays: whose turn it is goes to the end of the line.
 *
 * Emmi, Qadeer, Rakamaric: Delay-Bounded Scheduling, POPL 2011. Tasks run in production order until
 * a delay is spent, which sends the first in line behind all that are ready then, and the next one
 * has its turn. With c delays in k decisions there are no more than k over c schedules, however
 * many tasks there are; and most bugs need one or two (Thomson, Donaldson, Betts, TOPC 2016). So
 * what nothing was found in is worth saying.
 *
 * `delay` allows none, then one, then two ... as long as there is time; each bound comes again with
 * all that is below it. A decision that is about no operations has no line: its second option costs
 * one delay, its third two.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/check.h"
#include "base/map.h"
#include "strategy/kinds.h"

struct turn {
    size_t delays; /* spent here */
    size_t bound;  /* and how many more there may be, at least 1 */
};

struct delay {
    struct strategy strategy;
    struct turn *way; /* decisions from the first of a run */
    size_t length;
    size_t capacity;
    size_t at;      /* of the run, on the way */
    size_t allowed; /* delays */
    size_t left;    /* of them, in this run */
    bool more;      /* one more delay would have allowed more, in this bound */
    bool begun;
    size_t complete; /* bounds that are done with: 1: that of no delays */
    bool delayed;    /* in this run, so that the line is another than production's: */
    uint64_t *line;
    size_t line_count;
    size_t line_capacity;
    struct map options; /* by id, of the decision at hand */
};

static struct delay *delay_of(const struct strategy *strategy)
{
    return (struct delay *)(uintptr_t)strategy;
}

static struct strategy *open_delay(void)
{
    return must_alloc(sizeof(struct delay));
}

static void close_delay(struct strategy *strategy)
{
    struct delay *delay = delay_of(strategy);

    free(delay->way);
    free(delay->line);
    map_free(&delay->options);
    free(delay);
}

/* The next way with as many delays as are allowed. Returns: false when there is none. */
static bool advance(struct delay *delay)
{
    while (delay->length > 0) {
        struct turn *last = &delay->way[delay->length - 1];

        if (++last->delays < last->bound)
            return true;
        delay->length--;
    }
    return false;
}

/* One delay more, unless that was the bound, or would change nothing. */
static bool raise_bound(struct delay *delay)
{
    unsigned most = delay->strategy.kind->parameter;

    delay->complete = delay->allowed + 1;
    if (!delay->more || (most != 0 && delay->allowed == most))
        return false;
    delay->allowed++;
    delay->more = false;
    return true;
}

static bool begin(struct strategy *strategy)
{
    struct delay *delay = delay_of(strategy);

    if (!delay->begun)
        delay->allowed = strategy->kind->parameter;
    else if (!advance(delay) && !raise_bound(delay))
        return false;
    delay->begun = true;
    delay->at = 0;
    delay->left = delay->allowed;
    delay->line_count = 0;
    delay->delayed = false;
    return true;
}

/* How many delays are spent at this decision of `count` options. */
static size_t spend(struct delay *delay, size_t count)
{
    struct turn *turn;

    if (count > delay->left + 1) {
        delay->more = true;
        count = delay->left + 1;
    }
    if (delay->at == delay->length) {
        delay->way = must_room(delay->way, &delay->capacity, delay->length + 1, sizeof *delay->way);
        delay->way[delay->length++] = (struct turn){0, count};
    }
    turn = &delay->way[delay->at++];
    if (turn->delays >= count) /* a program that is not the same twice, which others will say */
        turn->delays = count - 1;
    delay->left -= turn->delays;
    return turn->delays;
}

/* ---- the line ---- */

/* Those in line who are still ready stay, in their order. */
static void drop_gone(struct delay *delay)
{
    size_t count = 0;

    for (size_t i = 0; i < delay->line_count; i++) {
        if (map_get(&delay->options, delay->line[i]) != MAP_NONE)
            delay->line[count++] = delay->line[i];
    }
    delay->line_count = count;
}

/* Who has come goes to the end; but one who goes on from an explicit point is the first of the
 * options, and keeps its turn. */
static void add_new(struct delay *delay, const struct choice *choice)
{
    struct map known = {0};

    for (size_t i = 0; i < delay->line_count; i++)
        map_set(&known, delay->line[i], i);
    delay->line = must_room(delay->line, &delay->line_capacity, choice->bound, sizeof *delay->line);
    for (size_t i = 0; i < choice->bound; i++) {
        uint64_t id = choice_operation(choice, i).id;

        if (map_get(&known, id) != MAP_NONE)
            continue;
        for (size_t j = delay->line_count; i == 0 && j > 0; j--)
            delay->line[j] = delay->line[j - 1];
        delay->line[i == 0 ? 0 : delay->line_count] = id;
        delay->line_count++;
    }
    map_free(&known);
}

static void see_options(struct delay *delay, const struct choice *choice)
{
    map_empty(&delay->options);
    for (size_t i = 0; i < choice->bound; i++)
        map_set(&delay->options, choice_operation(choice, i).id, i);
    drop_gone(delay);
    add_new(delay, choice);
    CHECK(delay->line_count == choice->bound);
}

/* The first in line leaves it. Returns: who that is. */
static uint64_t take_first(struct delay *delay)
{
    uint64_t first = delay->line[0];

    delay->line_count--;
    for (size_t i = 0; i < delay->line_count; i++)
        delay->line[i] = delay->line[i + 1];
    return first;
}

/* Whose turn it is after `delays` of them, as an option. */
static size_t next_in_line(struct delay *delay, const struct choice *choice, size_t delays)
{
    if (!delay->delayed && delays == 0)
        return 0; /* still production order */
    delay->delayed = true;
    see_options(delay, choice);
    for (; delays > 0; delays--) {
        uint64_t first = take_first(delay);

        delay->line[delay->line_count++] = first;
    }
    return map_get(&delay->options, take_first(delay));
}

static size_t decide(struct strategy *strategy, const struct choice *choice)
{
    struct delay *delay = delay_of(strategy);
    size_t delays = choice->bound > 1 ? spend(delay, choice->bound) : 0;

    return choice_has_operations(choice) ? next_in_line(delay, choice, delays) : delays;
}

static void covered(const struct strategy *strategy, char *text, size_t size)
{
    const struct delay *delay = delay_of(strategy);
    char words[40];

    if (delay->complete == 0)
        return;
    if (strategy->exhausted && !delay->more) {
        strategy_covered_all(strategy, text, size);
        return;
    }
    snprintf(words, sizeof words, "with up to %zu delay%s", delay->complete - 1,
             delay->complete == 2 ? "" : "s");
    if (strategy->findings == 0 && strategy->cuts == 0)
        snprintf(text, size, "no finding %s", words);
    else if (strategy->findings == 0)
        snprintf(text, size, "no finding %s, but %zu runs did not end", words, strategy->cuts);
    else
        snprintf(text, size, "explored all %s", words);
}

#define DELAY(number, bound, text)                        \
    const struct strategy_kind strategy_delay##number = { \
        .name = "delay" #number,                          \
        .help = text,                                     \
        .parameter = bound,                               \
        .learns = true,                                   \
        .ends = true,                                     \
        .open = open_delay,                               \
        .begin = begin,                                   \
        .decide = decide,                                 \
        .covered = covered,                               \
        .close = close_delay,                             \
    }

DELAY(, 0, "with none, with one, with two ... delays");
DELAY(1, 1, "every order with up to one delay");
DELAY(2, 2, "every order with up to two delays");
DELAY(3, 3, "every order with up to three delays");
