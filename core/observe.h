/*
 * observe.h - the two hooks through which a harness watches and steers the core. Not public.
 *
 * Nothing of the core depends on what they do: without an observer every choice is the first
 * option, which is production order, and the cost is one branch a step. The bridge (sim/cli) is
 * the one that installs them.
 */
#ifndef RONDO_OBSERVE_H
#define RONDO_OBSERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Who does something: the name and number of a task. */
struct subject {
    const char *name; /* NULL: "Task-<id>" */
    uint32_t id;      /* from 1 in each loop; 0: no task, a plain callback */
};

/* What happens to tasks: kind, and how a trace says it. */
#define OBSERVED_MAP(X)                                                                           \
    X(SPAWNED, "starts")      /* who: the new task; owner: who spawned it */                      \
    X(BLOCKED, "waits for")   /* who stops at `object` */                                         \
    X(RESUMED, "resumes")     /* who goes on; code: what its wait returned */                     \
    X(FINISHED, "ends")       /* who is done with `code` */                                       \
    X(HELD, "takes")          /* who holds `object` from now on, or owes it its end */            \
    X(RELEASED, "gives back") /* who holds it no longer */                                        \
    X(PROPERTY, "checks")     /* who met the property `object`; code: whether it held */          \
    X(BROKEN, "breaks")       /* likewise: it had to hold and did not */                          \
    X(READ, "reads")          /* who reads the variable `object`, at a point */                   \
    X(WROTE, "writes")        /* who writes it */                                                 \
    X(UPDATED, "updates")     /* who does both in one step, as an atomic does */                  \
    X(EXPECTED, "expects")    /* who waits, saying for what, `object`; code: whether that holds   \
                                 now; by: who has made it so */                                   \
    X(ROLE, "is now")         /* who says what its process is; text: that, or NULL */             \
    X(WATCHED, "watches")     /* code bytes of `object`, a variable, from now on; 0: no longer */ \
    X(FORGOTTEN, "is forgotten:") /* who, or `object`, had to be dealt with and was not; text */  \
    /* Who comes before whom, see order.h: */                                                     \
    X(SIGNALLED, "signals") /* who lets others go on from `object`, or past it */                 \
    X(PASSED, "passes")     /* who goes past `object`, which needs no wait */                     \
    X(PUT, "puts into")     /* who adds an item to `object`; code: which */                       \
    X(GOT, "gets from")     /* who takes it out */                                                \
    X(USED, "uses")         /* who looks at `object`; code: 1 if it is changed thereby */         \
    X(CANCELLED,                                                                                  \
      "cancels") /* who asks `object`, a task, to stop; code: 1 if that waits for a lock */

enum observed_kind {
#define X(name, text) OBSERVED_##name,
    OBSERVED_MAP(X)
#undef X
};

/* A set of kinds: one of them; all but those of order.h; all. */
typedef uint32_t observed_kinds;
#define OBSERVED_KIND(kind) ((observed_kinds)1 << (kind))
#define OBSERVED_USUAL      (OBSERVED_KIND(OBSERVED_SIGNALLED) - 1)
#define OBSERVED_ALL        (~(observed_kinds)0)

/* Something that is waited for or held. A task that is waited for is the object "task" <its id>. */
struct observed_object {
    const char *kind; /* "lock", "queue", "task", "sleep", ... */
    const char *name; /* NULL: kind and id */
    uint32_t id;      /* 0: not a thing that another task could touch, such as a sleep */
};

struct observed {
    enum observed_kind kind;
    struct subject who;
    struct subject by; /* SPAWNED: who spawned it (id 0: the program's main); EXPECTED */
    struct observed_object object;
    const void *address; /* READ, WROTE, UPDATED, WATCHED: of the variable, which has no number */
    int code;
    const char *text; /* PROPERTY, BROKEN: the condition; ROLE: its name; else NULL */
    const char *here; /* "file.c:31", or NULL */
};

/* A point where production order is only one of several. */
/* Labels of choices; compared by address. */
extern const char timer_order[];    /* "timer.order": which of the timers due at one instant is
                                       first */
extern const char timer_together[]; /* "timer.together": 1 if the next one comes a hair later */
extern const char sched_ready[];    /* "sched.ready": which ready callback runs next */

/* What an option would do if it were taken: the operation that is pending, before it is executed.
 */
struct pending {
    const void *id;       /* as long as it is pending, no other has the same */
    struct subject who;   /* id 0: no task, a plain callback */
    const char *function; /* that is its body, by name; or NULL */
    const char *what;     /* "start", "lock": resumes from it; "read", "write" ... a point */
    struct observed_object object; /* that it resumes from, or is about to use; kind NULL: none */
    const void *address;           /* of the variable or object that a point is at, else NULL */
    bool writes;                   /* a point that may change what is there */
    const char *here;              /* "file.c:31", or NULL */
};

struct observed_choice {
    const char *label;
    size_t count; /* options; option 0 is production order. sched_ready shows a single one, too */
    void (*describe)(const struct observed_choice *choice, size_t i, struct pending *pending);
    const void *options;
};

struct observer {
    observed_kinds wanted; /* the kinds that it is told of */
    void (*event)(void *self, const struct observed *event);
    size_t (*pick)(void *self, const struct observed_choice *choice); /* below choice->count */
    /* Whether any of what is ready may come next: only then is `sched_ready` a choice.
     * NULL: yes. */
    bool (*any_order)(void *self);
    /* Where the loop that calls keeps what is ready while `sched` is open. NULL: it has a place of
     * its own, which goes when the loop is closed. */
    struct lineup *(*lineup)(void *self);
    /* Nothing of this process can ever run again, unless another thread enters. Returns: true to
     * give up the run with RONDO_EDEADLOCK, false to wait. NULL: wait. */
    bool (*stuck)(void *self);
    /* The next number for a future, lock, queue ...: unique in its process, whatever loop it is of.
     * NULL: the core counts by loop. */
    uint32_t (*number)(void *self);
    /* Work for `cost_ns`, as rondo_busy() says. NULL: it is really done. */
    void (*busy)(void *self, int64_t cost_ns);
    void *self;
};

/* The observer in place, or NULL. */
extern const struct observer *observer;

/* For an observer to call when `by` has stopped, or nothing can happen any more: look whether what
 * waiting tasks of the running loop expect holds, and report what has changed. */
void expectations_look(struct subject by);

/* Whether a task of the running loop waits for what another would have to do, and has not been
 * woken. */
bool others_wait(void);

/* Whether anybody wants to be told of events of `kind`. */
static inline bool observer_wants(enum observed_kind kind)
{
    return observer != NULL && (observer->wanted & OBSERVED_KIND(kind)) != 0;
}

/* Report an event of `what` kind and these members, which are not even evaluated if nobody wants
 * it. */
#define observe(what, ...)                                                                    \
    do {                                                                                      \
        if (observer_wants(what))                                                             \
            observer->event(observer->self, &(struct observed){.kind = (what), __VA_ARGS__}); \
    } while (0)

#endif
