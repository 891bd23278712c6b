/*
 * A register on several replicas, of which a minority may be away (Attiya, Bar-Noy and Dolev,
 * "Sharing memory robustly in message-passing systems", 1995). Each value has a tag, a number and
 * who wrote it. Who writes asks a majority for its tags and gives a greater one to a majority; who
 * reads asks a majority, and gives the greatest of what it has heard to a majority before it
 * returns it: without that a read may see what the next one does not, while it is being written.
 *
 * What is checked is that the register is one: no operation shows less than another one that was
 * over before it began. One host does all the operations, so that it knows what was over.
 *
 * --no-write-back: a read returns what it has heard, and gives it to nobody.
 */
#include "wire.h"

enum { PORT = 7000, CLIENTS = 3, OPERATIONS = 6, VALUES_MAX = 1000 };

struct version {
    long number; /* greater is newer; */
    long writer; /* of equal numbers, greater too */
    long value;
};

static bool is_newer(const struct version *a, const struct version *b)
{
    return a->number != b->number ? a->number > b->number : a->writer > b->writer;
}

static bool parse(const char *line, struct version *version)
{
    return sscanf(line, "%ld %ld %ld", &version->number, &version->writer, &version->value) == 3;
}

/* ---- a replica ---- */

static struct version stored;

static int answer(rondo_stream *stream, void *arg)
{
    struct version given;
    char line[LINE_SIZE];

    (void)arg;
    if (hear(stream, line) < 0)
        return 0;
    if (strncmp(line, "put ", 4) == 0 && parse(line + 4, &given) && is_newer(&given, &stored))
        stored = given;
    return say(stream, "%ld %ld %ld\n", stored.number, stored.writer, stored.value);
}

static int replica(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return serve_forever(PORT, answer);
}

/* ---- a majority ---- */

static char replicas[HOSTS_MAX][HOST_SIZE];
static size_t replica_count;

/* A question to one replica. */
struct question {
    const char *host;
    char line[LINE_SIZE]; /* then the answer */
};

static int ask_replica(void *arg, rondo_value *out)
{
    struct question *question = arg;

    (void)out;
    return ask(question->host, PORT, RONDO_MS(400), question->line);
}

/* Wait for a majority of `tasks`, and put the newest version that it answers with into `newest`.
 * Returns: 0, or RONDO_ETIMEDOUT if there was none. */
static int hear_majority(rondo_task **tasks, const struct question *questions,
                         struct version *newest)
{
    size_t answers = 0;
    rondo_future *done;
    int rc;

    RONDO_AS_COMPLETED(rc, done, tasks, replica_count, RONDO_FOREVER) {
        struct version version;
        size_t i = 0;

        while (tasks[i] != done)
            i++;
        if (rondo_await(done, NULL) != 0 || !parse(questions[i].line, &version))
            continue;
        if (is_newer(&version, newest))
            *newest = version;
        if (++answers > replica_count / 2)
            return 0;
    }
    return rc < 0 ? rc : RONDO_ETIMEDOUT;
}

/* Ask all replicas `line` until a majority has answered at one time. */
static int ask_majority(const char *line, struct version *newest)
{
    struct question questions[HOSTS_MAX];
    rondo_task *tasks[HOSTS_MAX];
    int rc;

    do {
        for (size_t i = 0; i < replica_count; i++) {
            questions[i].host = replicas[i];
            snprintf(questions[i].line, sizeof questions[i].line, "%s", line);
            tasks[i] = rondo_spawn(ask_replica, &questions[i], .name = replicas[i]);
        }
        rc = hear_majority(tasks, questions, newest);
        for (size_t i = 0; i < replica_count; i++) { /* the others may be asked in vain */
            rondo_cancel(tasks[i], NULL);
            (void)!rondo_await(tasks[i], NULL);
        }
        rondo_unref_all(tasks, replica_count);
    } while (rc == RONDO_ETIMEDOUT);
    return rc;
}

static int give_majority(const struct version *version)
{
    struct version newest = {0};
    char line[LINE_SIZE];

    snprintf(line, sizeof line, "put %ld %ld %ld\n", version->number, version->writer,
             version->value);
    return ask_majority(line, &newest);
}

/* ---- who reads and writes ---- */

static struct version over; /* the newest that an operation which is over has shown */

static void end_operation(const struct version *floor, const struct version *shown)
{
    RONDO_ALWAYS("no operation shows less than one that was over before it began",
                 !is_newer(floor, shown));
    if (is_newer(shown, &over))
        over = *shown;
}

static int read_register(void)
{
    struct version floor = over, newest = {0};

    RONDO_TRY(ask_majority("get\n", &newest));
    if (!is_set("--no-write-back"))
        RONDO_TRY(give_majority(&newest));
    end_operation(&floor, &newest);
    return 0;
}

static int write_register(long writer, long value)
{
    struct version floor = over, newest = {0};

    RONDO_TRY(ask_majority("get\n", &newest));
    newest = (struct version){newest.number + 1, writer, value};
    RONDO_TRY(give_majority(&newest));
    RONDO_SOMETIMES("somebody else has written meanwhile", is_newer(&over, &floor));
    end_operation(&floor, &newest);
    return 0;
}

static int client(void *arg, rondo_value *out)
{
    const long *number = arg;

    (void)out;
    for (long i = 0; i < OPERATIONS; i++) {
        RONDO_TRY(rondo_sleep(RONDO_MS(10 * *number)));
        RONDO_TRY((i + *number) % 3 == 0 ? write_register(*number, i) : read_register());
    }
    return 0;
}

static int clients(void *arg, rondo_value *out)
{
    static long numbers[CLIENTS] = {1, 2, 3};
    rondo_task *tasks[CLIENTS];
    int rc;

    (void)arg;
    (void)out;
    replica_count = option_hosts("--replicas", replicas);
    for (int i = 0; i < CLIENTS; i++)
        tasks[i] = rondo_spawn(client, &numbers[i]);
    rc = rondo_gather(tasks, CLIENTS, 0, NULL);
    rondo_unref_all(tasks, CLIENTS);
    RONDO_EVENTUALLY("all operations came to their end", rc == 0);
    return rc;
}

static int replica_main(int argc, char **argv)
{
    (void)argc;
    return run_program(argv, replica);
}

static int clients_main(int argc, char **argv)
{
    (void)argc;
    return run_program(argv, clients);
}

RONDO_PROGRAM(replica, replica_main);
RONDO_PROGRAM(clients, clients_main);
