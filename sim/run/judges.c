/*
 * judges.c - see judges.h.
 */
#include "run/judges.h"

#include <stdlib.h>

#include "base/alloc.h"

void judges_open(struct judges *judges)
{
    judges->deadlock = deadlock_new();
    judges->properties = properties_new();
    judges->order = order_new(ORDER_WITH_LOCKS);
    judges->race = race_new(judges->order);
    judges->atomicity = atomicity_new(judges->order);
    judges->leak = leak_new();
    judges->starvation = starvation_new();
    judges->order_without_locks = order_new(ORDER_WITHOUT_LOCKS);
    judges->lock_order = lock_order_new(judges->order_without_locks);
}

void judges_close(struct judges *judges)
{
    deadlock_free(judges->deadlock);
    properties_free(judges->properties);
    atomicity_free(judges->atomicity);
    race_free(judges->race);
    order_free(judges->order);
    lock_order_free(judges->lock_order);
    leak_free(judges->leak);
    starvation_free(judges->starvation);
    order_free(judges->order_without_locks);
}

/* What each hears, those first whom others ask. */
static void hear_accesses(void *self, const struct trace_record *record)
{
    struct judges *judges = self;

    order_listen(judges->order, record);
    race_listen(judges->race, record);
    atomicity_listen(judges->atomicity, record);
}

static void hear_locks(void *self, const struct trace_record *record)
{
    struct judges *judges = self;

    order_listen(judges->order_without_locks, record);
    lock_order_listen(judges->lock_order, record);
}

static bool detects(const struct judges *judges, enum detector detector)
{
    return (judges->detects >> detector & 1) != 0;
}

static bool detects_accesses(const struct judges *judges)
{
    return detects(judges, DETECTOR_RACE) || detects(judges, DETECTOR_ATOMICITY);
}

static void forget_accesses(struct judges *judges)
{
    order_reset(judges->order, judges->quick);
    race_reset(judges->race);
    atomicity_reset(judges->atomicity);
}

/* As it happens: what ends the run, what is counted, and in a quick run what leaves no trace. */
static void listen(void *self, const struct trace_record *record)
{
    struct judges *judges = self;

    properties_listen(judges->properties, record);
    leak_listen(judges->leak, record);
    if (judges->quick && detects_accesses(judges))
        hear_accesses(judges, record);
}

void judges_listen(struct judges *judges, struct trace *trace)
{
    trace_listen(trace, listen, judges, 0);
}

void judges_begin(struct judges *judges, struct trace *trace, unsigned detects_wanted)
{
    judges->trace = trace;
    judges->quick = trace_is_muted(trace);
    judges->detects = detects_wanted;
    trace_set_keen(trace, judges,
                   PROPERTIES_KEEN | LEAK_KEEN | (detects_accesses(judges) ? ORDER_KEEN : 0));
    properties_reset(judges->properties);
    leak_reset(judges->leak);
    if (judges->quick && detects_accesses(judges))
        forget_accesses(judges);
}

/* ---- afterwards, from the trace: most runs need none of it ---- */

static void read_trace(const struct judges *judges, trace_listener hear, void *self)
{
    for (size_t i = 0; i < trace_count(judges->trace); i++)
        hear(self, trace_at(judges->trace, i));
}

static void read_waits(struct judges *judges)
{
    deadlock_reset(judges->deadlock);
    read_trace(judges, deadlock_listen, judges->deadlock);
}

static void read_accesses(struct judges *judges)
{
    if (judges->quick)
        return; /* they have listened */
    forget_accesses(judges);
    read_trace(judges, hear_accesses, judges);
}

static void read_locks(struct judges *judges)
{
    order_reset(judges->order_without_locks, false);
    lock_order_reset(judges->lock_order);
    read_trace(judges, hear_locks, judges);
}

static void read_overtaking(struct judges *judges)
{
    starvation_reset(judges->starvation);
    read_trace(judges, starvation_listen, judges->starvation);
}

/* ---- threads, which are the world's ---- */

/* Who has what `thread` waits for, or NULL. */
static const struct thread *holder_of(const struct thread *thread)
{
    return thread->holder != NULL ? *thread->holder : NULL;
}

/* Whether `thread` waits for itself, by way of those who have what it waits for. */
static bool is_in_a_circle(const struct thread *thread)
{
    const struct thread *at = holder_of(thread);

    for (size_t n = list_length(&thread->process->threads); n > 0 && at != NULL; n--) {
        if (at == thread)
            return true;
        at = holder_of(at);
    }
    return false;
}

/* "worker 1  waits in uv_mutex_lock()   held by main thread", "client.2/worker 1  waits ..." */
static char *thread_line(const struct thread *thread)
{
    const struct thread *holder = holder_of(thread);
    const char *label = thread->process->spec.label;
    const char *slash = label != NULL ? "/" : "";
    char name[40], by[40];

    label = label != NULL ? label : "";
    thread_describe(thread, name, sizeof name);
    if (holder == NULL)
        return must_format("%s%s%s  waits in %s   nothing is left that could wake it\n", label,
                           slash, name, thread->blocked_in);
    return must_format("%s%s%s  waits in %s   held by %s\n", label, slash, name, thread->blocked_in,
                       thread_describe(holder, by, sizeof by));
}

/* Whether one of its threads waits for what another thread would have to do. */
static bool any_thread_blocked(const struct process *process)
{
    list_for_each(node, &process->threads) {
        if (container_of(node, struct thread, link)->blocked_in != NULL)
            return true;
    }
    return false;
}

/* Every thread that waits for what another thread would have to do, a line each, behind those that
 * are there. */
static void add_threads(struct finding *finding, const struct process *process)
{
    list_for_each(node, &process->threads) {
        const struct thread *thread = container_of(node, struct thread, link);
        char *line;

        if (thread->blocked_in == NULL)
            continue;
        line = thread_line(thread);
        finding->lines = must_append(finding->lines, line);
        free(line);
        if (is_in_a_circle(thread))
            finding->kind = FINDING_DEADLOCK;
    }
}

/* ---- the end of a run ---- */

/* What people call a process. */
static const char *name_of(const struct process *process)
{
    return process->spec.label != NULL ? process->spec.label : process->spec.name;
}

/* Those that nobody waits for may be waiting themselves: they are not what is wrong. */
static void excuse_background(struct judges *judges, const struct world *world)
{
    list_for_each(node, &world->processes) {
        const struct process *process = container_of(node, struct process, link);

        if (process->spec.background)
            deadlock_excuse(judges->deadlock, process->id);
    }
}

/* Of a process that has not ended and of which no task waits: a libuv program that polls with
 * nothing to come. */
static void add_polling(const struct judges *judges, struct finding *finding,
                        const struct process *process)
{
    char *line;

    if (process->ended || process->spec.background ||
        deadlock_has_waits(judges->deadlock, process->id) || any_thread_blocked(process))
        return;
    line = must_format("%s  waits in uv_run()   nothing is left that could wake it\n",
                       name_of(process));
    finding->lines = must_append(finding->lines, line);
    free(line);
}

/* Nothing can happen any more: who waits for what? */
static void judge_quiet(struct judges *judges, const struct run_result *result,
                        struct finding *finding)
{
    const struct world *world = result->world;

    finding->kind = FINDING_ENDLESS_WAIT;
    read_waits(judges);
    excuse_background(judges, world);
    deadlock_judge(judges->deadlock, world->now_ns, finding);
    list_for_each(node, &world->processes) {
        const struct process *process = container_of(node, struct process, link);

        add_threads(finding, process);
        add_polling(judges, finding, process);
    }
}

/* A wait that others go past: where they were not taken in turn that may be the schedule's doing.
 */
static bool judge_overtaking(struct judges *judges, const struct run_result *result,
                             struct finding *finding)
{
    if (!detects(judges, DETECTOR_STARVATION) || judges->quick || !result->in_turn)
        return false;
    read_overtaking(judges);
    return starvation_judge(judges->starvation, result->fairness, finding);
}

/* The process that took most steps. */
static const struct process *busiest_of(const struct world *world)
{
    const struct process *busiest = NULL;

    list_for_each(node, &world->processes) {
        const struct process *process = container_of(node, struct process, link);

        if (busiest == NULL || process->steps > busiest->steps)
            busiest = process;
    }
    return busiest;
}

/* Something could happen, and went on happening. */
static void judge_spent(struct judges *judges, const struct run_result *result,
                        struct finding *finding)
{
    const struct process *busiest;

    read_waits(judges);
    if (deadlock_partial(judges->deadlock, true, result->world->now_ns, finding))
        return;
    if (judge_overtaking(judges, result, finding))
        return;
    finding->kind = FINDING_LIVELOCK;
    busiest = busiest_of(result->world);
    finding->lines = must_format("%s  goes round and round   %llu steps and no end\n",
                                 name_of(busiest), (unsigned long long)result->world->steps_max);
}

/* A property that was broken: what came between two accesses may be why. */
static void explain_broken(const struct judges *judges, struct finding *finding)
{
    char *triples;

    if (judges->quick || !atomicity_suspects(judges->atomicity))
        return;
    triples = atomicity_lines(judges->atomicity);
    finding->lines = must_append(finding->lines, triples);
    free(triples);
}

/* Whether a process has outlasted the run, as some are meant to. */
static bool runs_on(const struct world *world)
{
    list_for_each(node, &world->processes) {
        if (!container_of(node, struct process, link)->ended)
            return true;
    }
    return false;
}

/* Tasks that waited in a circle, and were cancelled, or do so in a process that is running still.
 */
static void judge_partial(struct judges *judges, const struct run_result *result,
                          struct finding *finding)
{
    bool running = runs_on(result->world);

    if (judges->quick || (!result->world->suspect && !running))
        return;
    read_waits(judges);
    deadlock_partial(judges->deadlock, running, result->world->now_ns, finding);
}

/* The program ended, or a property of its own made the world stop. */
static void judge_program(struct judges *judges, const struct run_result *result,
                          struct finding *finding)
{
    bool ended = result->end == WORLD_ENDED;

    if (properties_judge(judges->properties, ended, result->world->now_ns, finding)) {
        read_accesses(judges);
        explain_broken(judges, finding);
    } else {
        judge_partial(judges, result, finding);
    }
}

/* Those who speak only where they are asked, when nobody else has spoken. */
static void judge_asked(struct judges *judges, const struct run_result *result,
                        struct finding *finding)
{
    if (detects(judges, DETECTOR_RACE) && race_judge(judges->race, finding))
        return;
    if (judge_overtaking(judges, result, finding))
        return;
    if (result->wrong_ends != NULL) {
        *finding =
            (struct finding){FINDING_EXIT, result->world->now_ns, must_text(result->wrong_ends)};
        return;
    }
    if (detects(judges, DETECTOR_LEAK) && result->end == WORLD_ENDED)
        leak_judge(judges->leak, &result->left, result->world->now_ns, finding);
}

static void judge_end(struct judges *judges, const struct run_result *result,
                      struct finding *finding)
{
    if (result->end == WORLD_ENDED || result->end == WORLD_FAILED)
        judge_program(judges, result, finding);
    else if (judges->quick)
        return; /* what it is that was found, a run that is recorded says */
    else if (result->end == WORLD_SPENT)
        judge_spent(judges, result, finding);
    else
        judge_quiet(judges, result, finding);
    if (finding->kind != FINDING_NONE)
        return;
    if (detects_accesses(judges))
        read_accesses(judges);
    judge_asked(judges, result, finding);
}

/* A run that came through may foretell where another gets stuck. */
static void foretell(struct judges *judges, const struct run_result *result,
                     const struct finding *finding)
{
    judges->foretold.count = 0;
    if (!detects(judges, DETECTOR_LOCK_ORDER) || judges->quick || result->end != WORLD_ENDED ||
        finding->kind != FINDING_NONE)
        return;
    read_locks(judges);
    lock_order_foretell(judges->lock_order, &judges->foretold);
}

static void count_properties(const struct judges *judges, struct observation *seen)
{
    for (size_t i = 0; i < properties_count(judges->properties); i++) {
        const struct property *property = properties_at(judges->properties, i);

        property_counts_add(&seen->properties, property->kind, property->name, property->met,
                            property->held);
    }
}

void judges_end(struct judges *judges, const struct run_result *result, struct observation *seen)
{
    struct finding finding = {0};
    bool suspects;

    judge_end(judges, result, &finding);
    foretell(judges, result, &finding);
    suspects = detects(judges, DETECTOR_ATOMICITY) && atomicity_suspects(judges->atomicity);
    if (finding.kind != FINDING_NONE) {
        seen->finding = finding_name(finding.kind);
        seen->finding_lines = finding.lines;
    }
    seen->cut = result->end == WORLD_SPENT;
    seen->suspect = judges->quick && (result->world->suspect || suspects);
    if (!judges->quick && suspects && seen->finding == NULL)
        seen->candidate = atomicity_lines(judges->atomicity);
    count_properties(judges, seen);
}
