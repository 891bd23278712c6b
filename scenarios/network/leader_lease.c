/*
 * A lease: whoever holds it may act as leader, until it ends by the holder's own clock, and nobody
 * asks the granter before each act. Granter and holders measure the same time by clocks of
 * different speeds, and an answer takes a while. So a holder counts from when it asked, which is
 * before the lease was granted, and takes off what its clock may be slow and the granter's fast
 * (Gray and Cheriton, "Leases", 1989).
 *
 * What is checked is that there is one leader. A witness whom messages reach in no time is told of
 * each act, with the number of its lease: no act comes after one of a later lease.
 *
 * --from-answer: a holder counts from when it has been told.
 * --no-margin: a holder trusts all clocks to be of one speed.
 */
#include "wire.h"

enum { GRANTER_PORT = 7100, WITNESS_PORT = 7101, TERM_MS = 1000, TERMS_WANTED = 3 };

/* Clocks are no more than so much too fast or too slow: 1 of so many parts. */
#define DRIFT_PARTS 100

/* ---- the granter ---- */

static long token;             /* of the last lease */
static char holder[LINE_SIZE]; /* whose that is, and until when, by this clock */
static int64_t lease_ends_ns;

static int grant(rondo_stream *stream, void *arg)
{
    char line[LINE_SIZE];
    int64_t now;

    (void)arg;
    if (hear(stream, line) < 0)
        return 0;
    now = (int64_t)uv_hrtime();
    if (token > 0 && now < lease_ends_ns)
        return say(stream, "busy\n");
    RONDO_SOMETIMES("the lease goes to another one", token > 0 && strcmp(line, holder) != 0);
    snprintf(holder, sizeof holder, "%s", line);
    lease_ends_ns = now + RONDO_MS(TERM_MS);
    return say(stream, "granted %ld\n", ++token);
}

static int granter(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return serve_forever(GRANTER_PORT, grant);
}

/* ---- the witness ---- */

static int hear_acts(rondo_stream *stream, void *arg)
{
    static long newest;
    char line[LINE_SIZE];

    (void)arg;
    while (hear(stream, line) == 0) {
        long acted_by = strtol(line, NULL, 10);

        RONDO_ALWAYS("nobody acts after one of a later lease", acted_by >= newest);
        newest = acted_by;
    }
    return 0;
}

static int witness(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return serve_forever(WITNESS_PORT, hear_acts);
}

/* ---- who wants to lead ---- */

/* When a lease ends that was asked for at `asked_ns` and granted by `told_ns`, by our clock. */
static int64_t end_of_lease(int64_t asked_ns, int64_t told_ns)
{
    int64_t term_ns = RONDO_MS(TERM_MS);

    if (!is_set("--no-margin"))
        term_ns -= 2 * term_ns / DRIFT_PARTS;
    return (is_set("--from-answer") ? told_ns : asked_ns) + term_ns;
}

static int act_until(rondo_stream *seen_by, long lease, int64_t end_ns)
{
    while ((int64_t)uv_hrtime() < end_ns) {
        RONDO_TRY(say(seen_by, "%ld\n", lease));
        RONDO_TRY(rondo_sleep(RONDO_MS(5)));
    }
    return 0;
}

/* Returns: the lease, 0 if there is none to be had, and when it ends in `end_ns`. */
static long ask_for_lease(int64_t *end_ns)
{
    char name[HOST_SIZE], line[LINE_SIZE];
    int64_t asked = (int64_t)uv_hrtime();
    long lease;

    RONDO_TRY(own_name(name));
    snprintf(line, sizeof line, "%s\n", name);
    if (ask(option("--granter", "127.0.0.1"), GRANTER_PORT, RONDO_MS(300), line) < 0 ||
        sscanf(line, "granted %ld", &lease) != 1)
        return 0;
    *end_ns = end_of_lease(asked, (int64_t)uv_hrtime());
    return lease;
}

static int candidate(void *arg, rondo_value *out)
{
    rondo_stream *seen_by;
    int64_t end_ns;
    int led = 0;

    (void)arg;
    (void)out;
    RONDO_TRY(dial(option("--witness", "127.0.0.1"), WITNESS_PORT, &seen_by));
    while (led < TERMS_WANTED) {
        long lease = ask_for_lease(&end_ns);

        RONDO_TRY((int)lease);
        if (lease == 0) {
            RONDO_TRY(rondo_sleep(RONDO_MS(10)));
            continue;
        }
        RONDO_TRY(act_until(seen_by, lease, end_ns));
        led++;
        RONDO_TRY(rondo_sleep(RONDO_MS(100))); /* let others have it */
    }
    RONDO_EVENTUALLY("each leads as often as it wants", led == TERMS_WANTED);
    rondo_stream_free(seen_by);
    return 0;
}

static int granter_main(int argc, char **argv)
{
    (void)argc;
    return run_program(argv, granter);
}

static int witness_main(int argc, char **argv)
{
    (void)argc;
    return run_program(argv, witness);
}

static int candidate_main(int argc, char **argv)
{
    (void)argc;
    return run_program(argv, candidate);
}

RONDO_PROGRAM(granter, granter_main);
RONDO_PROGRAM(witness, witness_main);
RONDO_PROGRAM(candidate, candidate_main);
