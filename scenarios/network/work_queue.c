/*
 * A queue of work: a producer puts jobs until each is acknowledged, workers take them one by one
 * and say when they are done. A worker may be cut off with a job in its hands, or before it has
 * heard which; so a job that was given out stays the queue's, and is given out again, until
 * somebody has said that it is done. A job may be done twice, but not less than once.
 *
 * --forget-when-given: a job that was given out is the worker's.
 */
#include "wire.h"

enum { PORT = 7200, JOBS = 10 };

/* So long a worker has for a job before somebody else is given it. */
#define GIVEN_FOR RONDO_MS(500)

/* ---- the queue ---- */

static struct job {
    bool here; /* the producer has been told so */
    bool done;
    int64_t free_at_ns; /* given out until then */
} jobs[JOBS];

static int jobs_done(void)
{
    int count = 0;

    for (int i = 0; i < JOBS; i++)
        count += jobs[i].done;
    return count;
}

/* Returns: the first job that nobody has, or -1. */
static int next_job(void)
{
    for (int i = 0; i < JOBS; i++) {
        if (jobs[i].here && !jobs[i].done && rondo_loop_time(NULL) >= jobs[i].free_at_ns)
            return i;
    }
    return -1;
}

static int give(rondo_stream *stream)
{
    int number = next_job();

    if (number < 0)
        return say(stream, "none\n");
    RONDO_SOMETIMES("a job is given out again", jobs[number].free_at_ns > 0);
    jobs[number].free_at_ns = rondo_loop_time(NULL) + GIVEN_FOR;
    if (is_set("--forget-when-given"))
        jobs[number].here = false;
    return say(stream, "job %d\n", number);
}

static int answer(rondo_stream *stream, void *arg)
{
    char line[LINE_SIZE];
    int number;

    (void)arg;
    if (hear(stream, line) < 0)
        return 0;
    if (strcmp(line, "take\n") == 0)
        return give(stream);
    if (sscanf(line, "put %d", &number) == 1 && number >= 0 && number < JOBS)
        jobs[number].here = true;
    else if (sscanf(line, "done %d", &number) == 1 && number >= 0 && number < JOBS)
        jobs[number].done = true;
    return say(stream, "ok %d\n", jobs_done());
}

static int broker(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return serve_forever(PORT, answer);
}

/* ---- who puts and who works ---- */

/* Ask the queue until it answers. */
static int ask_queue(char line[LINE_SIZE])
{
    char question[LINE_SIZE];
    int rc;

    memcpy(question, line, sizeof question);
    do {
        memcpy(line, question, sizeof question);
        rc = ask(option("--broker", "127.0.0.1"), PORT, RONDO_MS(200), line);
    } while (rc < 0 && rc != RONDO_ECANCELED && (rc = rondo_sleep(RONDO_MS(20))) == 0);
    return rc;
}

static int worker(void *arg, rondo_value *out)
{
    char line[LINE_SIZE];
    int number;

    (void)arg;
    (void)out;
    for (;;) {
        snprintf(line, sizeof line, "take\n");
        RONDO_TRY(ask_queue(line));
        if (sscanf(line, "job %d", &number) != 1) {
            RONDO_TRY(rondo_sleep(RONDO_MS(200)));
            continue;
        }
        RONDO_TRY(rondo_sleep(RONDO_MS(100))); /* which is the work */
        snprintf(line, sizeof line, "done %d\n", number);
        RONDO_TRY(ask_queue(line));
    }
}

/* Returns: how many jobs are done, or why that cannot be said. */
static int ask_how_many(void)
{
    char line[LINE_SIZE] = "how many\n";
    int count;

    RONDO_TRY(ask_queue(line));
    return sscanf(line, "ok %d", &count) == 1 ? count : RONDO_EUSER;
}

static int producer(void *arg, rondo_value *out)
{
    char line[LINE_SIZE];
    int count = 0;

    (void)arg;
    (void)out;
    for (int i = 0; i < JOBS; i++) {
        snprintf(line, sizeof line, "put %d\n", i);
        RONDO_TRY(ask_queue(line));
        RONDO_TRY(rondo_sleep(RONDO_MS(50)));
    }
    for (int i = 0; i < 20 && count < JOBS; i++) { /* which is plenty */
        RONDO_TRY(rondo_sleep(RONDO_S(1)));
        count = ask_how_many();
        RONDO_TRY(count);
    }
    RONDO_EVENTUALLY("every job that was acknowledged is done", count == JOBS);
    return 0;
}

static int broker_main(int argc, char **argv)
{
    (void)argc;
    return run_program(argv, broker);
}

static int worker_main(int argc, char **argv)
{
    (void)argc;
    return run_program(argv, worker);
}

static int producer_main(int argc, char **argv)
{
    (void)argc;
    return run_program(argv, producer);
}

RONDO_PROGRAM(broker, broker_main);
RONDO_PROGRAM(worker, worker_main);
RONDO_PROGRAM(producer, producer_main);
