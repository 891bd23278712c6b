/*
 * play.c - see play.h.
 */
#include "tests/strategy/play.h"

#include <string.h>

/* A run of a program. */
struct stage {
    const struct play *play;
    size_t at[PLAY_TASKS]; /* the next step of each */
    bool present[PLAY_TASKS];
    size_t wrote[PLAY_TASKS]; /* by variable: 1 + who wrote it last */
    size_t ready[PLAY_TASKS]; /* the tasks that can go on */
    size_t ready_count;
};

void play_add(struct play *play, size_t task, size_t count, struct step step)
{
    size_t at = 0;

    while (play->steps[task][at].kind != STEP_END)
        at++;
    while (count-- > 0)
        play->steps[task][at++] = step;
    if (play->count <= task)
        play->count = task + 1;
}

static const struct step *next_step(const struct stage *stage, size_t task)
{
    return &stage->play->steps[task][stage->at[task]];
}

static bool is_over(const struct stage *stage, size_t task)
{
    return stage->present[task] && next_step(stage, task)->kind == STEP_END;
}

static bool can_go_on(const struct stage *stage, size_t task)
{
    const struct step *step = next_step(stage, task);

    if (!stage->present[task] || step->kind == STEP_END)
        return false;
    return step->kind != STEP_AWAIT || is_over(stage, step->what);
}

static void collect_ready(struct stage *stage)
{
    stage->ready_count = 0;
    for (size_t i = 0; i < stage->play->count; i++) {
        if (can_go_on(stage, i))
            stage->ready[stage->ready_count++] = i;
    }
}

static void describe(const void *self, size_t i, struct operation *operation)
{
    static const char *const texts[] = {[STEP_READ] = "read",
                                        [STEP_WRITE] = "write",
                                        [STEP_SPAWN] = "point",
                                        [STEP_AWAIT] = "task"};
    const struct stage *stage = self;
    const struct step *step = next_step(stage, stage->ready[i]);
    bool point = step->kind == STEP_READ || step->kind == STEP_WRITE;

    *operation = (struct operation){.id = stage->ready[i] + 1,
                                    .who = stage->ready[i] + 1,
                                    .what = texts[step->kind],
                                    .object = point ? 1000 + step->what : 0,
                                    .point = point,
                                    .writes = step->kind == STEP_WRITE,
                                    .place = step->place};
}

static void do_step(struct stage *stage, size_t task, struct played *played)
{
    const struct step *step = next_step(stage, task);
    size_t at = stage->at[task]++;

    played->tasks[played->length] = (unsigned char)task;
    played->when[task][at] = (unsigned short)played->length++;
    if (step->kind == STEP_SPAWN)
        stage->present[step->what] = true;
    else if (step->kind == STEP_WRITE)
        stage->wrote[step->what] = task + 1;
    else if (step->kind == STEP_READ)
        played->before[task][at] = stage->wrote[step->what];
}

static void begin(struct stage *stage, const struct play *play)
{
    *stage = (struct stage){.play = play};
    memset(stage->present, true, play->count);
    for (size_t task = 0; task < play->count; task++) {
        for (const struct step *step = play->steps[task]; step->kind != STEP_END; step++) {
            if (step->kind == STEP_SPAWN)
                stage->present[step->what] = false;
        }
    }
}

bool play_once(const struct play *play, struct strategy *strategy, size_t schedule,
               struct played *played)
{
    struct chance chance;
    struct stage stage;
    struct alternatives alternatives = {.operation = describe, .self = &stage};

    if (!strategy_begin(strategy, schedule))
        return false;
    chance_init(&chance);
    chance.open = strategy_families();
    chance_from_decider(&chance, strategy_decider(strategy));
    begin(&stage, play);
    played->length = 0;
    for (collect_ready(&stage); stage.ready_count > 0; collect_ready(&stage)) {
        size_t i = choose(&chance, "sched.ready", stage.ready_count, &alternatives);

        do_step(&stage, stage.ready[i], played);
    }
    played->decisions = chance.record.count;
    strategy_end(strategy, &(struct run_end){0});
    chance_clear(&chance);
    return true;
}

size_t play_count(const struct play *play, const struct strategy_kind *kind, uint64_t seed,
                  size_t schedules, bool (*is_it)(const struct played *played))
{
    struct strategy *strategy = strategy_open(kind, seed);
    struct played played;
    size_t count = 0;

    for (size_t i = 0; i <= schedules && play_once(play, strategy, i, &played); i++)
        count += i > 0 && is_it(&played);
    strategy_close(strategy);
    return count;
}

size_t play_first(const struct play *play, const struct strategy_kind *kind, uint64_t seed,
                  size_t limit, bool (*is_it)(const struct played *played))
{
    struct strategy *strategy = strategy_open(kind, seed);
    struct played played;
    size_t i = 0;

    while (i < limit && play_once(play, strategy, i, &played) && !is_it(&played))
        i++;
    strategy_close(strategy);
    return i + 1;
}
