/*
 * machine.c - see machine.h.
 */
#include "world/machine.h"

#include "base/check.h"
#include "world/net.h"

/* A host that has been up for an hour, so that a program may look back from "now". */
#define UPTIME_NS ((int64_t)3600 * 1000000000)

#define MILLION INT64_C(1000000)

/* So much after `now_ns`, or the end of time. */
static int64_t later(int64_t now_ns, __int128 wait_ns)
{
    __int128 when = now_ns + wait_ns;

    return when < WORLD_NEVER ? (int64_t)when : WORLD_NEVER - 1;
}

/* A computation, on the stack of the thread whose it is. */
struct burst {
    struct list link; /* in machine.running or machine.waiting */
    struct thread *thread;
    bool runs;        /* has a CPU */
    int64_t left_ns;  /* to be computed, at the speed of a host that is not slow */
    int64_t since_ns; /* from when on that is so, while it has a CPU */
    struct event done;
};

void machine_init(struct machine *machine)
{
    *machine = (struct machine){.slowness = 1};
    list_init(&machine->running);
    list_init(&machine->waiting);
}

/* ---- clocks ---- */

/* The machine of the calling process, or NULL: nobody has asked for any, so its clock is true. */
static struct machine *own_machine(void)
{
    struct process *process = process_current();

    if (process->spec.host == NULL && world_current()->net == NULL)
        return NULL;
    return &host_of(process)->machine;
}

/* What it shows of a million nanoseconds. */
static int64_t rate(const struct clock *clock)
{
    return MILLION + (clock->drift_ppm > DRIFT_PPM_MAX    ? DRIFT_PPM_MAX
                      : clock->drift_ppm < -DRIFT_PPM_MAX ? -DRIFT_PPM_MAX
                                                          : clock->drift_ppm);
}

/* How much time has passed at `now_ns`, as it shows it. */
static int64_t shows(const struct clock *clock, int64_t now_ns)
{
    __int128 passed = now_ns - clock->since_ns;

    return clock->shown_ns + (int64_t)(passed * rate(clock) / MILLION);
}

/* The first time at which it shows `shown_ns`, in the world's time. */
static int64_t shows_when(const struct clock *clock, int64_t shown_ns)
{
    __int128 wait = shown_ns - clock->shown_ns;

    if (wait <= 0)
        return clock->since_ns;
    return later(clock->since_ns, (wait * MILLION + rate(clock) - 1) / rate(clock));
}

static int64_t passed(struct machine *machine)
{
    int64_t now = world_current()->now_ns;
    const struct clock *clock;

    if (machine == NULL)
        return now;
    clock = &machine->clock;
    machine->disturbance.clock_reads += clock->drift_ppm != 0 && now > clock->since_ns;
    return shows(clock, now);
}

int64_t process_clock(void)
{
    return UPTIME_NS + passed(own_machine());
}

int64_t process_civil(void)
{
    struct machine *machine = own_machine();
    int64_t civil = process_current()->spec.epoch_ns + passed(machine);

    if (machine == NULL)
        return civil;
    machine->disturbance.civil_reads++;
    return civil + machine->clock.offset_ns;
}

static int64_t alarm_time(const struct clock *clock, int64_t until_ns)
{
    return clock != NULL ? shows_when(clock, until_ns - UPTIME_NS) : until_ns - UPTIME_NS;
}

void thread_block_by_clock(int64_t until_ns, const char *in)
{
    const struct machine *machine = own_machine();
    struct thread *thread = thread_current();

    if (until_ns == WORLD_NEVER) {
        thread_block(WORLD_NEVER, in);
        return;
    }
    thread->clock_until_ns = until_ns;
    thread_block(alarm_time(machine != NULL ? &machine->clock : NULL, until_ns), in);
    thread->clock_until_ns = WORLD_NEVER;
}

/* Those that name no host run on the first one. */
static bool runs_on(const struct process *process, const struct host *host)
{
    return process->spec.host == host || (process->spec.host == NULL && host->id == 1);
}

/* The clock runs otherwise from now on, so what it will show it shows at another time. */
static void set_alarms(const struct host *host, const struct process *process)
{
    struct world *world = host->net->world;

    list_for_each(node, &process->threads) {
        struct thread *thread = container_of(node, struct thread, link);

        if (thread->clock_until_ns == WORLD_NEVER || !thread->alarm.entered)
            continue;
        world_cancel(world, &thread->alarm);
        world_at(world, &thread->alarm, alarm_time(&host->machine.clock, thread->clock_until_ns));
    }
}

void machine_set_drift(struct host *host, int64_t drift_ppm)
{
    struct clock *clock = &host->machine.clock;
    struct world *world = host->net->world;

    clock->shown_ns = shows(clock, world->now_ns);
    clock->since_ns = world->now_ns;
    clock->drift_ppm = drift_ppm;
    list_for_each(node, &world->processes) {
        const struct process *process = container_of(node, struct process, link);

        if (runs_on(process, host))
            set_alarms(host, process);
    }
}

/* ---- computing ---- */

/* `burst` has a CPU: it computes from now on, unless its host stands still. */
static void go_on(struct machine *machine, struct burst *burst)
{
    struct world *world = world_current();

    burst->since_ns = world->now_ns;
    if (machine->pauses > 0)
        return;
    machine->disturbance.slowed += machine->slowness > 1;
    world_at(world, &burst->done,
             later(world->now_ns, (__int128)burst->left_ns * machine->slowness));
}

/* It does not go on, for now; what it has done until now is done. */
static void stop(const struct machine *machine, struct burst *burst)
{
    struct world *world = world_current();

    if (!burst->done.entered)
        return;
    world_cancel(world, &burst->done);
    burst->left_ns -= (world->now_ns - burst->since_ns) / machine->slowness;
}

/* Give CPUs to those that wait, as far as there are any. */
static void give_cpus(struct machine *machine)
{
    while (!list_empty(&machine->waiting) &&
           (machine->cpus == 0 || machine->running_count < machine->cpus)) {
        struct burst *burst = container_of(list_pop_front(&machine->waiting), struct burst, link);

        list_push_back(&machine->running, &burst->link);
        machine->running_count++;
        burst->runs = true;
        go_on(machine, burst);
    }
}

/* `burst` needs no CPU any more. */
static void leave_cpu(struct burst *burst)
{
    struct machine *machine = &host_of(burst->thread->process)->machine;

    world_cancel(world_current(), &burst->done);
    list_remove(&burst->link);
    machine->running_count -= burst->runs;
    burst->thread->burst = NULL;
    give_cpus(machine);
}

static void is_done(struct event *event)
{
    struct burst *burst = container_of(event, struct burst, done);

    leave_cpu(burst);
    thread_wake(burst->thread);
}

void thread_busy(int64_t cost_ns, const char *in)
{
    struct thread *thread = thread_current();
    struct machine *machine = &host_of(thread->process)->machine;
    struct burst burst = {.thread = thread, .left_ns = cost_ns, .done.happen = is_done};

    if (cost_ns <= 0)
        return;
    thread->burst = &burst;
    list_push_back(&machine->waiting, &burst.link);
    give_cpus(machine);
    while (thread->burst != NULL)
        thread_block(WORLD_NEVER, in);
}

void machine_forget(struct thread *thread)
{
    if (thread->burst != NULL)
        leave_cpu(thread->burst);
}

static void stop_all(const struct machine *machine)
{
    list_for_each(node, &machine->running) {
        stop(machine, container_of(node, struct burst, link));
    }
}

static void go_on_all(struct machine *machine)
{
    list_for_each(node, &machine->running) {
        go_on(machine, container_of(node, struct burst, link));
    }
}

void machine_set_slowness(struct host *host, int64_t slowness)
{
    CHECK(slowness > 0);
    stop_all(&host->machine);
    host->machine.slowness = slowness;
    go_on_all(&host->machine);
}

/* ---- standing still ---- */

static void add_pauses(struct host *host, int change)
{
    struct world *world = host->net->world;

    host->machine.pauses += (unsigned)change;
    list_for_each(node, &world->processes) {
        struct process *process = container_of(node, struct process, link);

        if (runs_on(process, host))
            process_set_paused(world, process, host->machine.pauses > 0);
    }
}

void machine_pause(struct host *host)
{
    struct machine *machine = &host->machine;

    if (machine->pauses == 0) {
        stop_all(machine);
        machine->disturbance.postponed += machine->running_count;
    }
    add_pauses(host, 1);
}

void machine_resume(struct host *host)
{
    CHECK(host->machine.pauses > 0);
    add_pauses(host, -1);
    if (host->machine.pauses == 0)
        go_on_all(&host->machine);
}
