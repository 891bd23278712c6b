/*
 * pipe_test.c - unix sockets: paths of a host, and streams of bytes between its processes.
 *
 * Plays of two hosts, or of one alone; see two_hosts.h.
 */
#include <string.h>

#include "tests/lib/apart.h"
#include "tests/world/two_hosts.h"
#include "world/pipe.h"

static struct socket *socket_of(struct pipe *pipe)
{
    return (struct socket *)pipe;
}

/* ---- in a process ---- */

static void wait_until(struct socket *socket, bool (*is)(const struct socket *socket))
{
    socket_watch(socket, wake, thread_current());
    while (!is(socket))
        thread_block(WORLD_NEVER, "a test");
    socket_watch(socket, NULL, NULL);
}

static struct socket *listen_at(const struct role *role, const char *path, int backlog)
{
    struct pipe *pipe = pipe_open();
    int rc = pipe_bind(pipe, path);

    if (rc == 0)
        rc = pipe_listen(pipe, backlog);
    say(role, "listens: %s", code(rc));
    return socket_of(pipe);
}

static struct socket *connect_to(const struct role *role, const char *path)
{
    struct pipe *pipe = pipe_open();

    say(role, "connects: %s", code(pipe_connect(pipe, path)));
    return socket_of(pipe);
}

static void close_it(struct socket *socket)
{
    socket->kind->close(socket);
}

static void send_text(const struct role *role, struct socket *socket, const char *text)
{
    ssize_t sent = socket->kind->send(socket, text, strlen(text));

    say(role, "sends %s: %s", text, sent < 0 ? code(sent) : "ok");
}

/* Read once. Returns: whether there may be more. */
static bool read_some(const struct role *role, struct socket *socket)
{
    char text[64];
    ssize_t count;

    wait_until(socket, socket->kind->readable);
    count = socket->kind->receive(socket, text, sizeof text - 1);
    if (count > 0)
        say(role, "reads %.*s", (int)count, text);
    else
        say(role, "reads %s", count == 0 ? "the end" : code(count));
    return count > 0;
}

static struct socket *accept_one(struct socket *listener)
{
    wait_until(listener, listener->kind->readable);
    return listener->kind->accept(listener);
}

/* ---- plays ---- */

static int serves(void *context)
{
    const struct role *role = context;
    struct socket *listener = listen_at(role, "/run/it", 8);
    struct socket *one = accept_one(listener);
    const char *remote;

    say(role, "is at %s", pipe_path((struct pipe *)one));
    say(role, "is asked from '%s'", pipe_remote((struct pipe *)one, &remote) == 0 ? remote : "?");
    read_some(role, one);
    send_text(role, one, "answer");
    read_some(role, one);
    return 0;
}

static int asks(void *context)
{
    const struct role *role = context;
    struct socket *one = connect_to(role, "/run/it");
    const char *remote;

    say(role, "is with '%s'", pipe_remote((struct pipe *)one, &remote) == 0 ? remote : "?");
    send_text(role, one, "question");
    read_some(role, one);
    one->kind->end(one);
    send_text(role, one, "more");
    read_some(role, one);
    return 0;
}

static void two_processes_talk_over_a_path_and_no_time_passes(void **state)
{
    struct fixture *f = *state;

    spawn(f, "server", NULL, serves);
    spawn(f, "client", NULL, asks);
    expect(f, true, WORLD_ENDED,
           "0.000 prints server listens: ok\n"
           "0.000 prints client connects: ok\n"
           "0.000 prints client is with '/run/it'\n"
           "0.000 prints client sends question: ok\n"
           "0.000 prints server is at /run/it\n"
           "0.000 prints server is asked from ''\n"
           "0.000 prints server reads question\n"
           "0.000 prints server sends answer: ok\n"
           "0.000 prints client reads answer\n"
           "0.000 prints client sends more: EPIPE\n"
           "0.000 prints server reads the end\n"
           "0.000 process ends\n"
           "0.000 prints client reads the end\n"
           "0.000 process ends\n");
}

static int dies_listening(void *context)
{
    listen_at(context, "/run/it", 8);
    return 0;
}

static int comes_after(void *context)
{
    const struct role *role = context;
    struct socket *listener;

    rest(role, 1);
    close_it(connect_to(role, "/run/it"));
    close_it(connect_to(role, "/run/none"));
    close_it(listen_at(role, "/run/it", 8));
    say(role, "unlinks: %s", code(pipe_unlink("/run/it")));
    say(role, "again: %s", code(pipe_unlink("/run/it")));
    listener = listen_at(role, "/run/it", 8);
    say(role, "unlinks: %s", code(pipe_unlink("/run/it")));
    close_it(connect_to(role, "/run/it"));
    close_it(listen_at(role, "/run/it", 8));
    close_it(listener);
    return 0;
}

static int asks_elsewhere(void *context)
{
    const struct role *role = context;

    rest(role, 2);
    close_it(connect_to(role, "/run/it"));
    return 0;
}

/* The file outlives the socket; without its file a socket that listens is found by nobody. */
static void a_path_stays_when_its_process_dies_and_belongs_to_its_host(void **state)
{
    struct fixture *f = *state;

    join(f, (struct link_spec){.latency_ns = 10 * MS});
    spawn(f, "first", f->here, dies_listening);
    spawn(f, "second", f->here, comes_after);
    spawn(f, "elsewhere", f->there, asks_elsewhere);
    expect(f, true, WORLD_ENDED,
           "0.000 prints first listens: ok\n"
           "0.000 process ends\n"
           "0.001 prints second connects: ECONNREFUSED\n"
           "0.001 prints second connects: ENOENT\n"
           "0.001 prints second listens: EADDRINUSE\n"
           "0.001 prints second unlinks: ok\n"
           "0.001 prints second again: ENOENT\n"
           "0.001 prints second listens: ok\n"
           "0.001 prints second unlinks: ok\n"
           "0.001 prints second connects: ENOENT\n"
           "0.001 prints second listens: ok\n"
           "0.001 process ends\n"
           "0.002 prints elsewhere connects: ENOENT\n"
           "0.002 process ends\n");
}

static int fills(void *context)
{
    static char much[PIPE_SEND_MAX];
    const struct role *role = context;
    struct socket *listener = listen_at(role, "/run/it", 8);
    struct socket *client = connect_to(role, "/run/it");
    struct socket *server = accept_one(listener);

    memset(much, 'x', sizeof much);
    say(role, "sends %zd", client->kind->send(client, much, sizeof much - 1));
    say(role, "writable %d", client->kind->writable(client));
    say(role, "sends %zd", client->kind->send(client, "yz", 2));
    say(role, "sends %s", code(client->kind->send(client, "z", 1)));
    say(role, "reads %zd", server->kind->receive(server, much, sizeof much / 2));
    say(role, "writable %d", client->kind->writable(client));
    say(role, "reads %zd", server->kind->receive(server, much, sizeof much));
    say(role, "writable %d", client->kind->writable(client));
    say(role, "reads %s", code(server->kind->receive(server, much, sizeof much)));
    return 0;
}

static void who_sends_waits_until_the_other_side_has_read(void **state)
{
    struct fixture *f = *state;

    spawn(f, "one", NULL, fills);
    expect(f, true, WORLD_ENDED,
           "0.000 prints one listens: ok\n"
           "0.000 prints one connects: ok\n"
           "0.000 prints one sends 212991\n"
           "0.000 prints one writable 0\n"
           "0.000 prints one sends 1\n"
           "0.000 prints one sends EAGAIN\n"
           "0.000 prints one reads 106496\n"
           "0.000 prints one writable 0\n"
           "0.000 prints one reads 106496\n"
           "0.000 prints one writable 1\n"
           "0.000 prints one reads EAGAIN\n"
           "0.000 process ends\n");
}

static int is_left(void *context)
{
    const struct role *role = context;
    struct socket *listener = listen_at(role, "/run/it", 0);
    struct socket *a = connect_to(role, "/run/it");
    struct socket *accepted = accept_one(listener);
    struct socket *b = connect_to(role, "/run/it");
    struct socket *c = connect_to(role, "/run/it");

    send_text(role, a, "unread");
    send_text(role, accepted, "bye");
    close_it(accepted);
    read_some(role, a);
    read_some(role, a);
    read_some(role, a);
    send_text(role, a, "more");
    close_it(listener);
    read_some(role, b);
    read_some(role, b);
    send_text(role, c, "more");
    return 0;
}

/* What was sent is read first, then the reason, once. */
static void closing_with_something_unread_or_not_accepted_is_a_reset(void **state)
{
    struct fixture *f = *state;

    spawn(f, "one", NULL, is_left);
    expect(f, true, WORLD_ENDED,
           "0.000 prints one listens: ok\n"
           "0.000 prints one connects: ok\n"
           "0.000 prints one connects: ok\n"
           "0.000 prints one connects: EAGAIN\n"
           "0.000 prints one sends unread: ok\n"
           "0.000 prints one sends bye: ok\n"
           "0.000 prints one reads bye\n"
           "0.000 prints one reads ECONNRESET\n"
           "0.000 prints one reads the end\n"
           "0.000 prints one sends more: EPIPE\n"
           "0.000 prints one reads ECONNRESET\n"
           "0.000 prints one reads the end\n"
           "0.000 prints one sends more: ENOTCONN\n"
           "0.000 process ends\n");
}

static int tries_what_cannot_be(void *context)
{
    const struct role *role = context;
    struct socket *listener = listen_at(role, "/run/it", 8);
    struct pipe *pipe = pipe_open();
    char byte;

    say(role, "listen unbound: %s", code(pipe_listen(pipe, 1)));
    say(role, "read: %s", code(socket_of(pipe)->kind->receive(socket_of(pipe), &byte, 1)));
    say(role, "bind twice: %s", code(pipe_bind((struct pipe *)listener, "/run/other")));
    say(role, "connect: %s", code(pipe_connect((struct pipe *)listener, "/run/it")));
    say(role, "connect: %s", code(pipe_connect(pipe, "/run/it")));
    say(role, "again: %s", code(pipe_connect(pipe, "/run/it")));
    say(role, "bind: %s", code(pipe_bind(pipe, "/run/other")));
    say(role, "no name: %s", code(pipe_connect(pipe_open(), "")));
    return 0;
}

static void what_cannot_be_is_refused_as_linux_does(void **state)
{
    struct fixture *f = *state;

    spawn(f, "it", NULL, tries_what_cannot_be);
    expect(f, true, WORLD_ENDED,
           "0.000 prints it listens: ok\n"
           "0.000 prints it listen unbound: EINVAL\n"
           "0.000 prints it read: EINVAL\n"
           "0.000 prints it bind twice: EINVAL\n"
           "0.000 prints it connect: EINVAL\n"
           "0.000 prints it connect: ok\n"
           "0.000 prints it again: EISCONN\n"
           "0.000 prints it bind: EINVAL\n"
           "0.000 prints it no name: ECONNREFUSED\n"
           "0.000 process ends\n");
}

static int has_long_paths(void *context)
{
    char path[150], cut[150];
    const struct role *role = context;

    memset(path, 'p', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    memcpy(cut, path, sizeof cut);
    cut[PIPE_PATH_SIZE - 1] = '\0';
    say(role, "%zu bytes", strlen(pipe_path((struct pipe *)listen_at(role, path, 1))));
    connect_to(role, cut);
    say(role, "unlinks: %s", code(pipe_unlink(path)));
    say(role, "unlinks: %s", code(pipe_unlink(cut)));
    return 0;
}

/* As Linux's sun_path, and libuv, have it; nobody can unlink by the long one. */
static void a_path_that_is_too_long_is_cut_off(void **state)
{
    struct fixture *f = *state;

    spawn(f, "it", NULL, has_long_paths);
    expect(f, true, WORLD_ENDED,
           "0.000 prints it listens: ok\n"
           "0.000 prints it 107 bytes\n"
           "0.000 prints it connects: ok\n"
           "0.000 prints it unlinks: ENOENT\n"
           "0.000 prints it unlinks: ok\n"
           "0.000 process ends\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(two_processes_talk_over_a_path_and_no_time_passes),
        TEST(a_path_stays_when_its_process_dies_and_belongs_to_its_host),
        TEST(who_sends_waits_until_the_other_side_has_read),
        TEST(closing_with_something_unread_or_not_accepted_is_a_reset),
        TEST(what_cannot_be_is_refused_as_linux_does),
        TEST(a_path_that_is_too_long_is_cut_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
