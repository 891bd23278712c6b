/*
 * programs.c - a module of small programs, for runner_test.c.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>
#include <wchar.h>

#include "rondo.h"

/* In runner_test.c: counts its calls, whoever makes them; so runs are told apart. */
int outside(void);

/* ---- what a run leaves behind ---- */

static int runs;
static _Thread_local int thread_runs = 10;
static char text[] = "fresh";

static int counts(int argc, char **argv)
{
    static int calls;

    printf("%d %d %d %s\n", ++runs, ++thread_runs, ++calls, text);
    strcpy(text, "stale");
    return 0;
}

static int leaves_memory(void *arg, rondo_value *out)
{
    char **last = NULL;
    rondo_future *never_done = rondo_create_future(NULL);

    for (int i = 0; i < 1000; i++) {
        char **block = malloc(100);

        *block = (char *)last;
        last = block;
    }
    printf("memory at %p\n", (void *)last);
    return rondo_await(never_done, NULL);
}

static int unbuffers_its_output(int argc, char **argv)
{
    printf("one ");
    printf("line\n");
    setvbuf(stdout, NULL, _IONBF, 0);
    return 0;
}

static int asks_for_its_orientation(int argc, char **argv)
{
    int orientation = fwide(stdout, 0);

    printf("%d\n", orientation);
    return 0;
}

static int closes_its_output(int argc, char **argv)
{
    puts("last words");
    return fclose(stdout);
}

/* ---- ends ---- */

static int returns_three(int argc, char **argv)
{
    return 3;
}

static int returns_minus_one(int argc, char **argv)
{
    return -1;
}

static int exits_with_259(int argc, char **argv)
{
    exit(259);
}

static void leave_from_below(void)
{
    fputs("out, ", stdout);
    fputs("err", stderr);
    exit(4);
}

static int exits(int argc, char **argv)
{
    leave_from_below();
    return 0;
}

static int exit_as_task(void *arg, rondo_value *out)
{
    RONDO_TRY(rondo_sleep(RONDO_MS(5)));
    leave_from_below();
    return 0;
}

static int exits_in_a_task(void *arg, rondo_value *out)
{
    rondo_task *task = rondo_spawn(exit_as_task, NULL);

    return rondo_await(task, NULL);
}

static int times_out(void *arg, rondo_value *out)
{
    RONDO_TRY(rondo_sleep(RONDO_MS(20)));
    return RONDO_ETIMEDOUT;
}

static int arguments(int argc, char **argv)
{
    for (int i = 0; i < argc; i++)
        printf("%d %s\n", i, argv[i]);
    printf("%s\n", argv[argc] == NULL ? "end" : "no end");
    memset(argv[1], 'x', strlen(argv[1]));
    return 0;
}

/* As strsep() and hand-written option parsers do. */
static int moves_its_arguments(int argc, char **argv)
{
    argv[1]++;
    argv[0] = argv[1];
    return printf("%s\n", argv[0]) < 0;
}

/* ---- no end ---- */

static int take_both(void *arg, rondo_value *out)
{
    rondo_lock **locks = arg;

    RONDO_TRY(rondo_lock_acquire(locks[0]));
    RONDO_TRY(rondo_sleep(RONDO_MS(10)));
    return rondo_lock_acquire(locks[1]);
}

static int deadlocks(void *arg, rondo_value *out)
{
    static rondo_lock a = RONDO_LOCK("A"), b = RONDO_LOCK("B");
    static rondo_lock *orders[2][2] = {{&a, &b}, {&b, &a}};
    rondo_task *tasks[2] = {rondo_spawn(take_both, orders[0], .name = "left"),
                            rondo_spawn(take_both, orders[1], .name = "right")};

    return rondo_gather(tasks, 2, 0, NULL);
}

static void never(uv_async_t *async)
{
    (void)async;
}

static int polls_for_ever(int argc, char **argv)
{
    uv_async_t async;

    uv_async_init(uv_default_loop(), &async, never);
    return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}

static int goes_round(void *arg, rondo_value *out)
{
    for (;;)
        RONDO_TRY(rondo_sleep(0));
}

/* The condition does not hold when both have printed; nothing of the program goes on. */
static int breaks_its_word(void *arg, rondo_value *out)
{
    for (int i = 1; i <= 3; i++) {
        printf("round %d", i);
        RONDO_ALWAYS("two rounds", i <= 2);
        RONDO_SOMETIMES("second round", i == 2);
        puts("");
        RONDO_TRY(rondo_sleep(RONDO_MS(5)));
    }
    return 0;
}

static int never_gets_there(void *arg, rondo_value *out)
{
    RONDO_EVENTUALLY("there", arg != NULL);
    return rondo_sleep(RONDO_MS(5));
}

/* ---- threads ---- */

static uv_sem_t never_posted;
static uv_mutex_t mutexes[2];

static void sleep_and_print(uv_work_t *work)
{
    char *memory = malloc(100);

    sleep(1);
    free(memory);
    printf("%s has slept\n", (const char *)work->data);
}

static void tick(uv_timer_t *timer)
{
    puts("tick");
    uv_close((uv_handle_t *)timer, NULL);
}

static int works_aside(int argc, char **argv)
{
    static char a[] = "a", b[] = "b";
    uv_work_t works[2] = {{.data = a}, {.data = b}};
    uv_timer_t timer;

    uv_timer_init(uv_default_loop(), &timer);
    uv_timer_start(&timer, tick, 400, 0);
    for (int i = 0; i < 2; i++)
        uv_queue_work(uv_default_loop(), &works[i], sleep_and_print, NULL);
    return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}

static int leaves_a_thread(int argc, char **argv)
{
    static uv_work_t work;

    uv_queue_work(uv_default_loop(), &work, sleep_and_print, NULL);
    uv_sleep(1);
    return 0;
}

static void wait_for_a_post(uv_work_t *work)
{
    uv_sem_wait(&never_posted);
}

static int waits_for_a_thread(int argc, char **argv)
{
    static uv_work_t work;

    uv_sem_init(&never_posted, 0);
    uv_queue_work(uv_default_loop(), &work, wait_for_a_post, NULL);
    return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}

static void take_second_then_first(uv_work_t *work)
{
    uv_mutex_lock(&mutexes[1]);
    uv_mutex_lock(&mutexes[0]);
}

static int takes_mutexes_crosswise(int argc, char **argv)
{
    static uv_work_t work;

    uv_mutex_init(&mutexes[0]);
    uv_mutex_init(&mutexes[1]);
    uv_mutex_lock(&mutexes[0]);
    uv_queue_work(uv_default_loop(), &work, take_second_then_first, NULL);
    uv_sleep(1);
    uv_mutex_lock(&mutexes[1]);
    return 0;
}

/* ---- chance ---- */

static int sleep_and_say(void *arg, rondo_value *out)
{
    RONDO_TRY(rondo_sleep(RONDO_MS(10)));
    return puts(arg) < 0 ? RONDO_EUSER : 0;
}

static int ties(void *arg, rondo_value *out)
{
    static char a[] = "a", b[] = "b";
    rondo_task *tasks[2] = {rondo_spawn(sleep_and_say, a, .name = "a"),
                            rondo_spawn(sleep_and_say, b, .name = "b")};
    int rc = rondo_gather(tasks, 2, 0, NULL);

    rondo_unref_all(tasks, 2);
    return rc;
}

static int differs(int argc, char **argv)
{
    puts("the same");
    printf("call %d\n", outside());
    return 0;
}

static int differs_in_length(int argc, char **argv)
{
    if (outside() == 1)
        puts("more");
    return 0;
}

/* After a NUL, which a text cannot hold. */
static int differs_behind_a_nul(int argc, char **argv)
{
    printf("the same%c%d\n", 0, outside());
    return 0;
}

static int differs_in_its_end(int argc, char **argv)
{
    return outside();
}

/* ---- its environment, its signals ---- */

static const char *value_of(const char *name)
{
    const char *value = getenv(name);

    return value != NULL ? value : "(none)";
}

static int environment(int argc, char **argv)
{
    const char *colour = value_of("COLOUR");

    printf("%s, %s, home %s\n", colour, value_of("EMPTY"), value_of("HOME"));
    setenv("COLOUR", "green", 0);
    setenv("SHAPE", "round", 0);
    unsetenv("EMPTY");
    printf("%s, %s, %s\n", value_of("COLOUR"), value_of("SHAPE"), value_of("EMPTY"));
    setenv("COLOUR", "a colour with a longer name", 1);
    printf("%s, refused %d\n", value_of("COLOUR"), setenv("A=B", "c", 1));
    return 0;
}

static void say_signal(uv_signal_t *handle, int signum)
{
    printf("told of %d\n", signum);
    uv_close((uv_handle_t *)handle, NULL);
}

static int signals_itself(int argc, char **argv)
{
    uv_signal_t handle;

    uv_signal_init(uv_default_loop(), &handle);
    uv_signal_start(&handle, say_signal, SIGTERM);
    printf("I am %d, of %d\n", getpid(), getppid());
    raise(SIGTERM);
    kill(getpid(), SIGWINCH);
    printf("nobody's: %d, stopping: %d\n", kill(1, SIGTERM), raise(SIGSTOP));
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    raise(SIGTERM);
    return 0;
}

RONDO_PROGRAM(environment, environment);
RONDO_PROGRAM(signals_itself, signals_itself);
RONDO_PROGRAM(counts, counts);
RONDO_PROGRAM(leaves_memory, leaves_memory);
RONDO_PROGRAM(unbuffers_its_output, unbuffers_its_output);
RONDO_PROGRAM(asks_for_its_orientation, asks_for_its_orientation);
RONDO_PROGRAM(closes_its_output, closes_its_output);
RONDO_PROGRAM(returns_three, returns_three);
RONDO_PROGRAM(returns_minus_one, returns_minus_one);
RONDO_PROGRAM(exits_with_259, exits_with_259);
RONDO_PROGRAM(exits, exits);
RONDO_PROGRAM(exits_in_a_task, exits_in_a_task);
RONDO_PROGRAM(times_out, times_out);
RONDO_PROGRAM(arguments, arguments);
RONDO_PROGRAM(moves_its_arguments, moves_its_arguments);
RONDO_PROGRAM(deadlocks, deadlocks);
RONDO_PROGRAM(polls_for_ever, polls_for_ever);
RONDO_PROGRAM(goes_round, goes_round);
RONDO_PROGRAM(breaks_its_word, breaks_its_word);
RONDO_PROGRAM(never_gets_there, never_gets_there);
RONDO_PROGRAM(works_aside, works_aside);
RONDO_PROGRAM(leaves_a_thread, leaves_a_thread);
RONDO_PROGRAM(waits_for_a_thread, waits_for_a_thread);
RONDO_PROGRAM(takes_mutexes_crosswise, takes_mutexes_crosswise);
/* Five blocks, one after the other, which no compiler may spare because nobody uses them. */
static int allocates(int argc, char **argv)
{
    for (int i = 0; i < 5; i++) {
        void *volatile block = malloc(100);

        puts(block != NULL ? "memory" : "none");
        free(block);
    }
    return 0;
}

RONDO_PROGRAM(allocates, allocates);
RONDO_PROGRAM(ties, ties);
RONDO_PROGRAM(differs, differs);
RONDO_PROGRAM(differs_in_length, differs_in_length);
RONDO_PROGRAM(differs_behind_a_nul, differs_behind_a_nul);
RONDO_PROGRAM(differs_in_its_end, differs_in_its_end);
