/*
 * signal.c - answers for libuv's unix/signal.c and uv_kill(): signals that a process sends itself.
 *
 * As in libuv a signal that is caught becomes a message to the loop of every handle that watches
 * for it, and its callback comes last in the poll phase; two are two, and a handle that was stopped
 * meanwhile hears nothing. In which order signals and the handles of one are told nobody promises,
 * and libuv leaves the latter to their addresses; here it is the order in which they were started.
 * A signal that nobody watches for does what Linux does by default, except that stopping a process
 * is not simulated.
 */
#include <signal.h>
#include <string.h>

#include "uv/internal.h"

#include "base/alloc.h"

/* Of handle->flags; libuv's own value. */
#define SIGNAL_ONE_SHOT 0x02000000u

/* Pids of a machine that has been up for a while; of a process's parent, init. */
#define PID_FIRST  1000
#define PID_PARENT 1

/* A signal that was caught and not yet told. */
struct caught {
    uv_signal_t *handle;
    int signum;
};

_Static_assert(sizeof(struct list) <= sizeof((uv_signal_t){0}.tree_entry),
               "a signal handle has room for a link");

static struct list *link_of(uv_signal_t *handle)
{
    return (struct list *)(void *)&handle->tree_entry;
}

static uv_signal_t *signal_of(struct list *link)
{
    return container_of(link, uv_signal_t, tree_entry);
}

/* Those of the C library's threads can be had by nobody. */
static bool can_be_caught(int signum)
{
    return signum > 0 && signum <= 64 && signum != SIGKILL && signum != SIGSTOP && signum != 32 &&
           signum != 33;
}

/* ---- handles ---- */

int uv_signal_init(uv_loop_t *loop, uv_signal_t *handle)
{
    handle_init(loop, (uv_handle_t *)handle, UV_SIGNAL);
    handle->signum = 0;
    handle->caught_signals = 0;
    handle->dispatched_signals = 0;
    return 0;
}

static int start(uv_signal_t *handle, uv_signal_cb signal_cb, int signum, unsigned one_shot)
{
    if (uv_is_closing((uv_handle_t *)handle))
        must_not("uv_signal_start() of a handle that is closing\n");
    if (signum == 0)
        return UV_EINVAL;
    handle->signal_cb = signal_cb;
    if (signum == handle->signum)
        return 0;
    uv_signal_stop(handle);
    if (!can_be_caught(signum))
        return UV_EINVAL;
    handle->signum = signum;
    handle->flags = (handle->flags & ~SIGNAL_ONE_SHOT) | one_shot;
    list_push_back(&process_current()->uv_signals, link_of(handle));
    handle_start((uv_handle_t *)handle);
    return 0;
}

int uv_signal_start(uv_signal_t *handle, uv_signal_cb signal_cb, int signum)
{
    return start(handle, signal_cb, signum, 0);
}

int uv_signal_start_oneshot(uv_signal_t *handle, uv_signal_cb signal_cb, int signum)
{
    return start(handle, signal_cb, signum, SIGNAL_ONE_SHOT);
}

int uv_signal_stop(uv_signal_t *handle)
{
    if (handle->signum == 0)
        return 0;
    list_remove(link_of(handle));
    handle->signum = 0;
    handle_stop((uv_handle_t *)handle);
    return 0;
}

void signal_close(uv_signal_t *handle)
{
    uv_signal_stop(handle);
}

bool signal_is_owed(const uv_signal_t *handle)
{
    return handle->caught_signals > handle->dispatched_signals;
}

/* ---- the poll phase ---- */

bool signals_pending(uv_loop_t *loop)
{
    return sim_of(loop)->caught_count > 0;
}

static void tell(const struct caught *caught)
{
    uv_signal_t *handle = caught->handle;

    if (handle->signum == caught->signum)
        handle->signal_cb(handle, handle->signum);
    handle->dispatched_signals++;
    if ((handle->flags & SIGNAL_ONE_SHOT) != 0)
        uv_signal_stop(handle);
}

static void name_caught(const void *self, size_t value, char *text, size_t size)
{
    const struct caught *caught = self;

    handle_text((uv_handle_t *)caught[value].handle, text, size);
}

/* Put the one that is told next first. */
static void choose_caught(struct caught *caught, size_t count)
{
    struct alternatives alternatives = {.anchor = name_caught, .self = caught};
    size_t index = world_choose(world_current(), "uv.next", count, &alternatives);
    struct caught next = caught[index];

    memmove(caught + 1, caught, index * sizeof *caught);
    caught[0] = next;
}

void signals_run(uv_loop_t *loop)
{
    struct sim_loop *sim = sim_of(loop);
    struct caught *batch = sim->caught;
    size_t count = sim->caught_count;

    sim->caught = NULL;
    sim->caught_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (order_is_open())
            choose_caught(batch + i, count - i);
        tell(&batch[i]);
    }
    alloc_release(batch);
}

/* ---- sending ---- */

/* A message to the loop of `handle`; one that finds no room is lost, as in libuv's pipe. */
static void note_caught(uv_signal_t *handle)
{
    struct sim_loop *sim = sim_of(handle->loop);
    struct caught *grown = alloc_resize(sim->caught, (sim->caught_count + 1) * sizeof *grown);

    if (grown == NULL)
        return;
    sim->caught = grown;
    sim->caught[sim->caught_count++] = (struct caught){handle, handle->signum};
    handle->caught_signals++;
    loop_wake(handle->loop);
}

/* Those that stay come before those that are told once, as in libuv. */
static void catch_all(struct process *process, int signum, unsigned one_shot)
{
    list_for_each(link, &process->uv_signals) {
        uv_signal_t *handle = signal_of(link);

        if (handle->signum == signum && (handle->flags & SIGNAL_ONE_SHOT) == one_shot)
            note_caught(handle);
    }
}

/* Whether some handle has `signum` caught. One that is told once gives it up when it strikes. */
static bool is_caught(struct process *process, int signum)
{
    list_for_each(link, &process->uv_signals) {
        const uv_signal_t *handle = signal_of(link);

        if (handle->signum == signum &&
            !((handle->flags & SIGNAL_ONE_SHOT) != 0 && signal_is_owed(handle)))
            return true;
    }
    return false;
}

static int do_default(int signum)
{
    switch (signum) {
    case SIGCHLD:
    case SIGCONT:
    case SIGURG:
    case SIGWINCH:
        return 0;
    case SIGSTOP:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU:
        return UV_ENOTSUP;
    default:
        process_exit(128 + signum); /* as a shell tells it */
    }
}

int uv_kill(int pid, int signum)
{
    struct process *process = process_current();

    if (signum < 0 || signum > 64)
        return UV_EINVAL;
    if (pid != uv_os_getpid() && pid != 0)
        return UV_ESRCH;
    if (signum == 0)
        return 0;
    if (!is_caught(process, signum))
        return do_default(signum);
    catch_all(process, signum, 0);
    catch_all(process, signum, SIGNAL_ONE_SHOT);
    return 0;
}

uv_pid_t uv_os_getpid(void)
{
    return PID_FIRST + (uv_pid_t)process_current()->id;
}

uv_pid_t uv_os_getppid(void)
{
    return PID_PARENT;
}
