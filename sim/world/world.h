/*
 * world.h - a computer that does not exist: its clock, its agenda and its processes.
 *
 * It has never heard of libuv or of the core. Virtual time moves in one place, world_step(), only
 * when no process can run, and straight to the next event of the agenda; ties go by the order in
 * which events were entered.
 *
 * A process has threads; a thread is what runs and what blocks. One runs at a time, in the whole
 * world, until it blocks, yields or ends: it is never interrupted. So two threads of a process
 * interleave only at these points, and a race between two of them is invisible.
 */
#ifndef RONDO_WORLD_WORLD_H
#define RONDO_WORLD_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fiber.h"
#include "base/heap.h"
#include "base/lineup.h"
#include "base/list.h"
#include "base/map.h"
#include "world/chance.h"
#include "world/trace.h"
#include "world/watch.h"

#define WORLD_NEVER INT64_MAX

/* Something that happens at a time. Lives inside what it belongs to. */
struct event {
    struct heap_node node;
    int64_t when_ns;
    uint64_t order;
    bool entered;
    bool idle; /* the world does not go on for it alone: it wakes nobody */
    void (*happen)(struct event *event);
};

/* What a process is made from. Texts and contexts are borrowed for its life. */
struct process_spec {
    const char *name;
    const char *label;          /* what it is called where there are others; NULL: it is alone */
    int (*main)(void *context); /* its exit code */
    void *context;
    int64_t start_ns;               /* when it begins to run; in the past: at the next step */
    bool background;                /* nobody waits for its end: the run is over without it */
    int64_t epoch_ns;               /* civil time when the world starts, since 1970 */
    const char *const *environment; /* "NAME=value", the last one NULL; or NULL: empty */
    /* Called whenever the process begins and stops to run: its memory, its standard output. */
    void (*enter)(void *context);
    void (*leave)(void *context);
    /* Called before something of its memory is used from outside, while another or none runs. */
    void (*reach)(void *context);
    struct host *host; /* that it runs on (net.h); NULL: the one that every world has */
};

enum thread_state { THREAD_RUNNABLE, THREAD_BLOCKED, THREAD_ENDED };

struct thread {
    struct list link;  /* in process.threads */
    struct list ready; /* in process.ready, while it can run and does not */
    struct process *process;
    uint32_t id; /* 0: the one that the process began with; others from 1 */
    const char *name;
    enum thread_state state;
    void (*run)(void *context);
    void *context;
    struct stack *stack;
    struct fiber fiber;
    struct fiber *resume; /* the fiber, of all that it has, to go on with */
    struct event alarm;
    int64_t clock_until_ns; /* it rings when the host's clock shows that; WORLD_NEVER: not by it */
    struct burst *burst;    /* machine.c's: what it computes, or NULL */
    struct thread *const
        *holder;            /* of what it waits for, while it waits; NULL: nobody in particular */
    struct lineup lineup;   /* for whoever schedules on it: what it has ready */
    const char *blocked_in; /* for people: "uv_sem_wait()"; NULL: it waits for something to do */
};

struct process {
    struct list link;     /* in world.processes */
    struct list runnable; /* in world.runnable, while it runs or can */
    struct process_spec spec;
    uint32_t id; /* from 1 */
    bool ended;
    bool paused; /* its host stands still (machine.h) */
    int exit_code;
    char *role;          /* that it says it has: "leader"; or NULL */
    uint64_t steps;      /* of the world's, that it has taken */
    struct thread main;  /* the thread that it began with */
    struct list threads; /* all that have not ended, main first */
    struct list ready;   /* those that can run, in the order in which they became able to */
    uint32_t thread_id_last;
    void *uv_loop;              /* its default loop, sim/uv's business */
    void *uv_pool;              /* its thread pool, likewise */
    struct list uv_signals;     /* and its handles that watch for signals */
    struct list uv_environment; /* and what it has set of its environment */
    uint64_t uv_random;         /* the state of its random numbers; 0: it has asked for none */
    size_t uv_blocks;           /* of its memory that sim/uv keeps to its end */
    size_t handles_open;        /* of libuv's, that the program has begun and not closed */
    struct list sockets;        /* net.h's and tcp.h's business */
    uint32_t number_last;       /* of the objects that its program has shown */
    struct map variables;       /* and of its variables, by address */
    struct watches watches;     /* and what of its memory is watched */
};

struct world {
    int64_t now_ns;
    struct heap agenda;
    size_t idle; /* events of it that are */
    uint64_t order_next;
    struct list processes;
    uint32_t process_id_last;
    size_t awaited;       /* processes that have not ended and whose end the run waits for */
    struct list runnable; /* processes of which something runs or can, as it became so; one stays
                             where it stands until nothing of it can, or it yields */
    size_t runnable_count;
    struct thread *running;
    struct fiber *fiber; /* that steps it */
    uint64_t steps;
    uint64_t steps_max;
    bool failed;
    bool suspect; /* something has happened of which a trace can tell whether it is wrong */
    struct chance *chance;
    struct trace *trace;
    struct net *net;            /* its wires (net.h); NULL: nobody has asked for them yet */
    struct tap *tap;            /* who sees what goes over them (net.h), or NULL */
    struct list weather;        /* what is declared of it (weather.h) */
    struct list weather_active; /* and is on */
};

enum world_end {
    WORLD_ENDED, /* every process has ended, but for those in the background */
    WORLD_QUIET, /* some wait, and nothing can ever happen */
    WORLD_SPENT, /* the budget of steps is spent */
    WORLD_FAILED /* world_fail() */
};

/* Steps of a run before it counts as a loop that never ends: a thousand times what the largest
 * scenario needs, and still a trace that fits into memory. */
#define WORLD_STEPS_MAX UINT64_C(1000000)

/* A world at time 0 without processes, drawing from `chance`, writing to `trace` (borrowed). */
void world_init(struct world *world, struct chance *chance, struct trace *trace);

/* End every process where it stands; nothing of them runs again. */
void world_close(struct world *world);

/* The world that runs the caller's process. Requires: there is one. */
struct world *world_current(void);

/* Add a process that begins to run when its spec says. Owned by the world. */
struct process *world_spawn(struct world *world, const struct process_spec *spec);

/* Step until nothing is left to do. */
enum world_end world_run(struct world *world);

/* Let one thread of one process run until it stops, or, if none can, move time to the next event.
 * Returns: false when there is neither. */
bool world_step(struct world *world);

/* Enter `event` into the agenda at `when_ns`, or at once if that is past. Requires: not entered. */
void world_at(struct world *world, struct event *event, int64_t when_ns);

/* Take `event` back if it is entered. */
void world_cancel(struct world *world, struct event *event);

/* choose() from the world's chance; what is a decision is also a record of the trace. */
size_t world_choose(struct world *world, const char *label, size_t bound,
                    const struct alternatives *alternatives);

/* Append a record with the time and the running process filled in. */
void world_note(struct world *world, struct trace_record record);

/* The process that runs, and the thread. Requires: there is one. */
struct process *process_current(void);
struct thread *thread_current(void);

/* Add a thread to the calling process; it begins at its turn and ends when `run(context)` returns,
 * or with its process. `name` is borrowed for its life. */
struct thread *thread_spawn(const char *name, void (*run)(void *context), void *context);

/* Block the calling thread until `until_ns`, the world's time (WORLD_NEVER: no limit) or
 * thread_wake(). All its fibers stand still. `in` (borrowed) says where, to people; NULL: for
 * something to do, which nobody owes it. */
void thread_block(int64_t until_ns, const char *in);

/* Write who `thread` is into `text`: "main thread", "worker 2". Returns: `text`. */
char *thread_describe(const struct thread *thread, char *text, size_t size);

/* Make a blocked thread runnable. */
void thread_wake(struct thread *thread);

/* Let everybody who can run go first: threads of the calling process, and other processes. */
void thread_yield(void);

/* Count a step of a thread that goes round without blocking; when the budget is spent it never
 * returns. */
void thread_step(void);

/* The same, and yield. */
void thread_spin(void);

/* machine.c's: let nothing of `process` run, or whatever can run again. */
void process_set_paused(struct world *world, struct process *process, bool paused);

/* Call `touch(argument)`, which uses memory of `process`, whoever runs. */
void process_reach(struct process *process, void (*touch)(void *argument), void *argument);

/* End the calling process, with all its threads, with `code`. Does not return. */
void process_exit(int code) __attribute__((noreturn));

/* Let the calling process have the role `name`, by which weather finds it; NULL: none. */
void process_set_role(const char *name);

/* End the run here: no process goes on. Requires: a process runs. Does not return. */
void world_fail(void) __attribute__((noreturn));

#endif
