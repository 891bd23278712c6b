/*
 * module_libc.c - compiled into every module: the functions of the C library that would reach past
 * the process that runs, each for this module alone and hidden from everybody else.
 *
 * Memory is the process's, so that a run cut short leaves nothing behind. Clocks and sleeps are
 * libuv's, which in simulation are virtual; so are the environment and the signals that a process
 * sends itself. Chance begins at the same number in every run. No way out ends more than the
 * process. What is not here (stdio aside) is the real thing: files, sockets, threads.
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <uv.h>

#include "base/stack.h"
#include "memory.h"

#define HIDDEN __attribute__((visibility("hidden")))

/* ---- memory; under AddressSanitizer it is left to the sanitizer, which watches it better ---- */

#if !RONDO_ASAN

HIDDEN void *malloc(size_t size)
{
    return rondo_program_resize(NULL, size);
}

HIDDEN void *realloc(void *old, size_t size)
{
    return rondo_program_resize(old, size);
}

HIDDEN void *calloc(size_t count, size_t size)
{
    void *memory;

    if (size != 0 && count > (size_t)-1 / size)
        return NULL;
    memory = rondo_program_resize(NULL, count * size);
    if (memory != NULL)
        memset(memory, 0, count * size);
    return memory;
}

HIDDEN void free(void *old)
{
    rondo_program_release(old);
}

HIDDEN char *strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = rondo_program_resize(NULL, size);

    return copy != NULL ? memcpy(copy, text, size) : NULL;
}

#endif

/* ---- clocks ---- */

HIDDEN int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    uv_timeval64_t civil;

    (void)zone;
    uv_gettimeofday(&civil);
    now->tv_sec = civil.tv_sec;
    now->tv_usec = civil.tv_usec;
    return 0;
}

HIDDEN time_t time(time_t *now)
{
    struct timeval civil;

    gettimeofday(&civil, NULL);
    if (now != NULL)
        *now = civil.tv_sec;
    return civil.tv_sec;
}

HIDDEN int clock_gettime(clockid_t clock, struct timespec *now)
{
    struct timeval civil;
    uint64_t ns;

    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) {
        gettimeofday(&civil, NULL);
        *now = (struct timespec){civil.tv_sec, civil.tv_usec * 1000};
        return 0;
    }
    ns = uv_hrtime();
    *now = (struct timespec){(time_t)(ns / 1000000000), (long)(ns % 1000000000)};
    return 0;
}

/* ---- sleeps: they block the process, as everywhere ---- */

HIDDEN unsigned sleep(unsigned seconds)
{
    while (seconds > UINT32_MAX / 1000) {
        uv_sleep(1000000000);
        seconds -= 1000000;
    }
    uv_sleep(seconds * 1000);
    return 0;
}

HIDDEN int usleep(useconds_t microseconds)
{
    uv_sleep(microseconds / 1000 + (microseconds % 1000 != 0));
    return 0;
}

HIDDEN int nanosleep(const struct timespec *wanted, struct timespec *left)
{
    if (wanted->tv_nsec < 0 || wanted->tv_nsec > 999999999 || wanted->tv_sec < 0) {
        errno = EINVAL;
        return -1;
    }
    sleep((unsigned)wanted->tv_sec);
    usleep((useconds_t)(wanted->tv_nsec / 1000 + (wanted->tv_nsec % 1000 != 0)));
    if (left != NULL)
        *left = (struct timespec){0};
    return 0;
}

/* ---- the environment ---- */

/* What getenv() lent; it may overwrite the text when it is asked for the same name again. */
struct lent {
    struct lent *next;
    char *text;
    char name[];
};

static struct lent *lent_first;

static struct lent *lent_of(const char *name)
{
    struct lent *lent = lent_first;

    while (lent != NULL && strcmp(lent->name, name) != 0)
        lent = lent->next;
    if (lent != NULL)
        return lent;
    lent = rondo_program_resize(NULL, sizeof *lent + strlen(name) + 1);
    if (lent == NULL)
        return NULL;
    *lent = (struct lent){.next = lent_first};
    strcpy(lent->name, name);
    lent_first = lent;
    return lent;
}

HIDDEN char *getenv(const char *name)
{
    struct lent *lent;
    size_t size = 1;
    char none[1], *text;
    int rc = uv_os_getenv(name, none, &size);

    if (rc != 0 && rc != UV_ENOBUFS)
        return NULL;
    size += rc == 0; /* of an empty text the length, otherwise the room it takes */
    lent = lent_of(name);
    text = lent != NULL ? rondo_program_resize(lent->text, size) : NULL;
    if (text == NULL)
        return NULL;
    lent->text = text;
    uv_os_getenv(name, text, &size);
    return text;
}

static int as_errno(int code)
{
    if (code >= 0)
        return code;
    errno = -code;
    return -1;
}

HIDDEN int setenv(const char *name, const char *value, int overwrite)
{
    if (!overwrite && getenv(name) != NULL)
        return 0;
    return as_errno(uv_os_setenv(name, value));
}

HIDDEN int unsetenv(const char *name)
{
    return as_errno(uv_os_unsetenv(name));
}

/* ---- who it is, and signals to itself ---- */

HIDDEN pid_t getpid(void)
{
    return uv_os_getpid();
}

HIDDEN pid_t getppid(void)
{
    return uv_os_getppid();
}

HIDDEN int kill(pid_t pid, int signum)
{
    return as_errno(uv_kill(pid, signum));
}

HIDDEN int raise(int signum)
{
    return kill(getpid(), signum);
}

/* ---- chance: a module's own state, which the reset between runs puts back ---- */

static uint64_t chance = 1;

HIDDEN void srand(unsigned seed)
{
    chance = seed;
}

HIDDEN int rand(void)
{
    /* Knuth's MMIX constants; the high bits are the good ones. */
    chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int)(chance >> 33);
}

HIDDEN void srandom(unsigned seed)
{
    srand(seed);
}

HIDDEN long random(void)
{
    return rand();
}

HIDDEN ssize_t getrandom(void *bytes, size_t size, unsigned flags)
{
    int rc = uv_random(NULL, NULL, bytes, size, 0, NULL);

    (void)flags;
    return rc < 0 ? as_errno(rc) : (ssize_t)size;
}

HIDDEN int getentropy(void *bytes, size_t size)
{
    return as_errno(uv_random(NULL, NULL, bytes, size, 0, NULL));
}

/* ---- ways out ---- */

HIDDEN void exit(int code)
{
    rondo_program_exit(code);
}

HIDDEN void _exit(int code)
{
    rondo_program_exit(code);
}

HIDDEN void _Exit(int code)
{
    rondo_program_exit(code);
}

HIDDEN void quick_exit(int code)
{
    rondo_program_exit(code);
}

/* A handler would run when the module is unloaded, in no process at all: refused. */
HIDDEN int atexit(void (*handler)(void))
{
    (void)handler;
    return -1;
}
