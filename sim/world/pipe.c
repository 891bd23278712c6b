/*
 * pipe.c - see pipe.h.
 */
#include "world/pipe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "world/bytes.h"

/* Linux's somaxconn. */
#define BACKLOG_MAX 4096

enum pipe_state { PIPE_NEW, PIPE_LISTENING, PIPE_CONNECTED };

struct pipe {
    struct socket socket; /* its link is in process.sockets, or in listener.queue */
    enum pipe_state state;
    struct pipe_path *file; /* that it has bound, or NULL */
    char path[PIPE_PATH_SIZE];
    char remote[PIPE_PATH_SIZE];

    struct list queue; /* that may be accepted */
    size_t waiting;
    size_t backlog;

    struct pipe *peer; /* NULL: none, or no more */
    struct bytes in;   /* not read */
    int error;         /* of <errno.h>, not told yet */
    bool ends;         /* no more will be sent */
    bool ended;        /* nor come */
    bool starved;      /* somebody had more to send than there was room for */
};

/* A file that stands for a socket. */
struct pipe_path {
    char path[PIPE_PATH_SIZE];
    struct pipe *pipe; /* NULL: it is closed */
};

static struct pipe *pipe_of(const struct socket *socket)
{
    return (struct pipe *)container_of(socket, struct pipe, socket);
}

/* ---- streams ---- */

static size_t room(const struct pipe *pipe)
{
    return PIPE_SEND_MAX - pipe->peer->in.size;
}

static ssize_t pipe_send(struct socket *socket, const void *data, size_t size)
{
    struct pipe *pipe = pipe_of(socket);
    size_t part;

    if (pipe->state != PIPE_CONNECTED)
        return -ENOTCONN;
    if (pipe->ends || pipe->peer == NULL)
        return -EPIPE;
    part = size < room(pipe) ? size : room(pipe);
    pipe->starved = part < size;
    if (part == 0)
        return size == 0 ? 0 : -EAGAIN;
    bytes_put(&pipe->peer->in, data, part);
    socket_notify(&pipe->peer->socket);
    return (ssize_t)part;
}

static int pipe_error(struct socket *socket)
{
    struct pipe *pipe = pipe_of(socket);
    int error = pipe->error;

    pipe->error = 0;
    return -error;
}

/* As Linux sees it: three quarters of the room, so that not every read wakes. */
static bool pipe_writable(const struct socket *socket)
{
    const struct pipe *pipe = pipe_of(socket);

    return pipe->state == PIPE_CONNECTED &&
           (pipe->ends || pipe->peer == NULL || room(pipe) >= PIPE_SEND_MAX / 4 * 3);
}

static ssize_t pipe_receive(struct socket *socket, void *data, size_t size)
{
    struct pipe *pipe = pipe_of(socket);

    if (pipe->state != PIPE_CONNECTED)
        return -EINVAL;
    if (pipe->in.size == 0 && pipe->error != 0)
        return pipe_error(socket);
    if (pipe->in.size == 0)
        return pipe->ended ? 0 : -EAGAIN;
    if (size > pipe->in.size)
        size = pipe->in.size;
    bytes_take(&pipe->in, data, size);
    if (pipe->peer != NULL && pipe->peer->starved && pipe_writable(&pipe->peer->socket)) {
        pipe->peer->starved = false;
        socket_notify(&pipe->peer->socket);
    }
    return (ssize_t)size;
}

static size_t pipe_unread(const struct socket *socket)
{
    return pipe_of(socket)->in.size;
}

static int pipe_end(struct socket *socket)
{
    struct pipe *pipe = pipe_of(socket);

    pipe->ends = true;
    if (pipe->peer != NULL) {
        pipe->peer->ended = true;
        socket_notify(&pipe->peer->socket);
    }
    return 0;
}

static bool pipe_readable(const struct socket *socket)
{
    const struct pipe *pipe = pipe_of(socket);

    return pipe->in.size > 0 || pipe->ended || pipe->error != 0 || !list_empty(&pipe->queue);
}

static bool pipe_over(const struct socket *socket)
{
    const struct pipe *pipe = pipe_of(socket);

    return pipe->state == PIPE_CONNECTED && pipe->ended && (pipe->ends || pipe->peer == NULL);
}

/* A connection is there at once, or refused. */
static bool pipe_connecting(const struct socket *socket)
{
    (void)socket;
    return false;
}

static struct socket *pipe_accept(struct socket *socket)
{
    struct pipe *pipe = pipe_of(socket);
    struct list *node = list_pop_front(&pipe->queue);
    struct pipe *accepted;

    if (node == NULL)
        return NULL;
    accepted = container_of(node, struct pipe, socket.link);
    pipe->waiting--;
    socket_own(&accepted->socket);
    return &accepted->socket;
}

/* ---- the end ---- */

static void free_alone(struct socket *socket)
{
    struct pipe *pipe = pipe_of(socket);

    bytes_free(&pipe->in);
    free(pipe);
}

/* The other side hears the end, or that something it had sent was never read. */
static void leave_peer(struct pipe *pipe, bool unread)
{
    struct pipe *peer = pipe->peer;

    if (peer == NULL)
        return;
    peer->peer = NULL;
    peer->ended = true;
    if (unread)
        peer->error = ECONNRESET;
    socket_notify(&peer->socket);
}

static void pipe_close(struct socket *socket)
{
    struct pipe *pipe = pipe_of(socket);

    list_for_each(node, &pipe->queue) {
        struct pipe *waiting = container_of(node, struct pipe, socket.link);

        leave_peer(waiting, true);
        socket_forget(&waiting->socket);
        free_alone(&waiting->socket);
    }
    leave_peer(pipe, pipe->in.size > 0);
    if (pipe->file != NULL)
        pipe->file->pipe = NULL;
    socket_forget(socket);
    free_alone(socket);
}

static void pipe_describe(const struct socket *socket, char *text, size_t size)
{
    const struct pipe *pipe = pipe_of(socket);

    snprintf(text, size, "%s #%llu", pipe->path[0] != '\0' ? pipe->path : pipe->remote,
             (unsigned long long)socket->id);
}

static const struct socket_kind kind = {
    .readable = pipe_readable,
    .writable = pipe_writable,
    .over = pipe_over,
    .close = pipe_close,
    .free = free_alone,
    .describe = pipe_describe,
    .send = pipe_send,
    .receive = pipe_receive,
    .unread = pipe_unread,
    .end = pipe_end,
    .accept = pipe_accept,
    .connecting = pipe_connecting,
    .error = pipe_error,
};

static struct pipe *pipe_new(struct host *host)
{
    struct pipe *pipe = must_alloc(sizeof *pipe);

    socket_init(&pipe->socket, &kind, host, false);
    list_init(&pipe->queue);
    return pipe;
}

struct pipe *pipe_open(void)
{
    struct pipe *pipe = pipe_new(host_of(process_current()));

    socket_own(&pipe->socket);
    return pipe;
}

/* ---- paths ---- */

static void copy_path(char *to, const char *path)
{
    size_t length = strnlen(path, PIPE_PATH_SIZE - 1);

    memcpy(to, path, length);
    to[length] = '\0';
}

static uint64_t path_key(const char *path)
{
    char cut[PIPE_PATH_SIZE];

    copy_path(cut, path);
    return hash_text(HASH_START, cut) >> 1;
}

/* The file of `host`, or NULL. */
static struct pipe_path *find_path(const struct host *host, const char *path)
{
    size_t found = map_get(&host->paths, path_key(path));

    return found != MAP_NONE ? (struct pipe_path *)found : NULL;
}

int pipe_bind(struct pipe *pipe, const char *path)
{
    struct host *host = pipe->socket.host;

    if (pipe->state != PIPE_NEW || pipe->file != NULL)
        return -EINVAL;
    if (find_path(host, path) != NULL)
        return -EADDRINUSE;
    pipe->file = must_alloc(sizeof *pipe->file);
    pipe->file->pipe = pipe;
    copy_path(pipe->file->path, path);
    copy_path(pipe->path, path);
    map_set(&host->paths, path_key(path), (size_t)pipe->file);
    return 0;
}

int pipe_unlink(const char *path)
{
    struct host *host = host_of(process_current());
    struct pipe_path *file = strlen(path) < PIPE_PATH_SIZE ? find_path(host, path) : NULL;

    if (file == NULL)
        return -ENOENT;
    if (file->pipe != NULL)
        file->pipe->file = NULL; /* it still has its connections, but nobody finds it any more */
    map_remove(&host->paths, path_key(path));
    free(file);
    return 0;
}

void pipe_free_paths(struct host *host)
{
    for (size_t i = 0; i < host->paths.capacity; i++) {
        if (host->paths.slots[i].value != MAP_NONE)
            free((void *)host->paths.slots[i].value);
    }
    map_free(&host->paths);
}

/* ---- connections ---- */

int pipe_listen(struct pipe *pipe, int backlog)
{
    if (pipe->state == PIPE_CONNECTED || pipe->path[0] == '\0')
        return -EINVAL;
    pipe->state = PIPE_LISTENING;
    pipe->backlog = backlog < 0 || backlog > BACKLOG_MAX ? BACKLOG_MAX : (size_t)backlog;
    return 0;
}

int pipe_connect(struct pipe *pipe, const char *path)
{
    struct pipe_path *file = find_path(pipe->socket.host, path);
    struct pipe *listener, *other;

    if (pipe->state != PIPE_NEW)
        return pipe->state == PIPE_CONNECTED ? -EISCONN : -EINVAL;
    if (file == NULL)
        return path[0] != '\0' ? -ENOENT : -ECONNREFUSED; /* which Linux takes for no file */
    listener = file->pipe;
    if (listener == NULL || listener->state != PIPE_LISTENING)
        return -ECONNREFUSED;
    if (listener->waiting > listener->backlog)
        return -EAGAIN;
    other = pipe_new(listener->socket.host);
    other->state = pipe->state = PIPE_CONNECTED;
    other->peer = pipe;
    pipe->peer = other;
    copy_path(other->path, listener->path);
    copy_path(other->remote, pipe->path);
    copy_path(pipe->remote, listener->path);
    listener->waiting++;
    list_push_back(&listener->queue, &other->socket.link);
    socket_notify(&listener->socket);
    return 0;
}

/* ---- what one can see ---- */

const char *pipe_path(const struct pipe *pipe)
{
    return pipe->path;
}

int pipe_remote(const struct pipe *pipe, const char **path)
{
    if (pipe->state != PIPE_CONNECTED)
        return -ENOTCONN;
    *path = pipe->remote;
    return 0;
}
