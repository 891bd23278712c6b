/*
 * A health checker: each backend is asked once in half a second whether it is
 * well, and counts as down when it has not answered three times, and as up
 * again with its first answer. An answer that does not come must not be waited
 * for: a backend that is cut off says nothing, not even no.
 *
 * The backend speaks libuv, as a program that knows nothing of rondo does.
 *
 * --patient: the checker waits for each answer as long as that takes.
 */
#include "wire.h"

enum { PORT = 7400, FAILURES = 3, CLIENTS_MAX = 16 };

#define PERIOD  RONDO_MS(500)
#define LIMIT   RONDO_MS(300)
#define SILENCE RONDO_MS(3000) /* who has said nothing for so long is down */

/* ---- a backend ---- */

static struct client {
    bool taken;
    uv_tcp_t tcp;
    uv_write_t write;
    char line[LINE_SIZE];
    size_t size; /* of what has come of it */
} clients[CLIENTS_MAX];

static struct client *take_client(void)
{
    for (int i = 0; i < CLIENTS_MAX; i++) {
        if (!clients[i].taken) {
            clients[i].taken = true;
            return &clients[i];
        }
    }
    return NULL;
}

static void free_client(uv_handle_t *handle)
{
    ((struct client *)handle->data)->taken = false;
}

static void give_memory(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct client *client = handle->data;

    (void)suggested;
    *buffer = uv_buf_init(client->line + client->size, (unsigned)(LINE_SIZE - client->size));
}

static void has_written(uv_write_t *write, int status)
{
    (void)status; /* whoever asked may have gone */
    if (!uv_is_closing((uv_handle_t *)write->handle))
        uv_close((uv_handle_t *)write->handle, free_client);
}

/* Whatever is asked, it is well. The question is heard to its end, however it
 * comes: who closes with something unread resets the connection, and the answer
 * with it. */
static void has_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
    struct client *client = stream->data;
    uv_buf_t well = uv_buf_init((char *)(uintptr_t) "well\n", 5);

    (void)buffer;
    client->size += size > 0 ? (size_t)size : 0;
    if (size >= 0 && memchr(client->line, '\n', client->size) == NULL)
        return;
    uv_read_stop(stream);
    if (size < 0 || uv_write(&client->write, stream, &well, 1, has_written) != 0)
        uv_close((uv_handle_t *)stream, free_client);
}

static void has_connection(uv_stream_t *listener, int status)
{
    struct client *client = status == 0 ? take_client() : NULL;

    if (client == NULL)
        return; /* it waits, unanswered: as good as down */
    uv_tcp_init(listener->loop, &client->tcp);
    client->tcp.data = client;
    client->size = 0;
    if (uv_accept(listener, (uv_stream_t *)&client->tcp) != 0 ||
        uv_read_start((uv_stream_t *)&client->tcp, give_memory, has_read) != 0)
        uv_close((uv_handle_t *)&client->tcp, free_client);
}

static int backend_main(int argc, char **argv)
{
    uv_loop_t *loop = uv_default_loop();
    struct sockaddr_in address;
    uv_tcp_t listener;

    (void)argc;
    (void)argv;
    uv_ip4_addr("0.0.0.0", PORT, &address);
    uv_tcp_init(loop, &listener);
    if (uv_tcp_bind(&listener, (const struct sockaddr *)&address, 0) != 0 ||
        uv_listen((uv_stream_t *)&listener, 16, has_connection) != 0)
        return 1;
    return uv_run(loop, UV_RUN_DEFAULT);
}

/* ---- the checker ---- */

static struct backend {
    char host[HOST_SIZE];
    int failures;         /* in a row */
    int64_t last_well_ns; /* when it last said so */
    bool went_down, came_back;
} backends[HOSTS_MAX];

static bool is_down(const struct backend *backend)
{
    return backend->failures >= FAILURES;
}

static void judge(struct backend *backend, int rc)
{
    if (rc == 0) {
        backend->came_back = backend->came_back || is_down(backend);
        backend->failures = 0;
        backend->last_well_ns = rondo_loop_time(NULL);
        return;
    }
    backend->failures++;
    backend->went_down = backend->went_down || is_down(backend);
}

/* Ask one backend again and again. */
static int check(void *arg, rondo_value *out)
{
    struct backend *backend = arg;

    (void)out;
    for (;;) {
        char line[LINE_SIZE] = "well?\n";
        int rc = ask(backend->host, PORT, is_set("--patient") ? RONDO_FOREVER : LIMIT, line);

        if (rc == RONDO_ECANCELED)
            return rc;
        judge(backend, rc);
        RONDO_TRY(rondo_sleep(PERIOD));
    }
}

/* Who uses the backends that are up, and is not to meet one that is not: for
 * half a minute. */
static int use(struct backend *each, size_t count)
{
    for (int i = 0; i < 300; i++) {
        RONDO_TRY(rondo_sleep(RONDO_MS(100)));
        for (size_t j = 0; j < count; j++) {
            int64_t silence = rondo_loop_time(NULL) - each[j].last_well_ns;

            RONDO_ALWAYS("who has long been silent is down",
                         is_down(&each[j]) || silence <= SILENCE);
            RONDO_SOMETIMES("a backend goes down", each[j].went_down);
            RONDO_SOMETIMES("a backend comes back", each[j].came_back);
        }
    }
    for (size_t j = 0; j < count; j++)
        RONDO_ALWAYS("in the end all are up", !is_down(&each[j]));
    return 0;
}

static int checker(void *arg, rondo_value *out)
{
    char hosts[HOSTS_MAX][HOST_SIZE];
    size_t count = option_hosts("--backends", hosts);
    int rc;

    (void)arg;
    (void)out;
    RONDO_GROUP(rc, group) {
        for (size_t i = 0; i < count; i++) {
            memcpy(backends[i].host, hosts[i], HOST_SIZE);
            backends[i].last_well_ns = rondo_loop_time(NULL);
            rondo_group_spawn(group, check, &backends[i], .name = backends[i].host);
        }
        rc = use(backends, count);
        if (rc == 0)
            rc = RONDO_ECANCELED; /* which ends the checks, too */
    }
    return rc == RONDO_ECANCELED ? 0 : rc;
}

static int checker_main(int argc, char **argv)
{
    (void)argc;
    return run_program(argv, checker);
}

RONDO_PROGRAM(backend, backend_main);
RONDO_PROGRAM(checker, checker_main);
