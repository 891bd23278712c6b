/*
 * pipe.c - answers for libuv's unix/pipe.c: unix sockets, found by a path. There are no
 * descriptors, so none is sent over one, nor opened as one.
 */
#include "uv/internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "world/pipe.h"

static struct pipe *pipe_of(const uv_pipe_t *handle)
{
    return (struct pipe *)io_socket((const uv_handle_t *)handle); /* which it begins with */
}

int uv_pipe_init(uv_loop_t *loop, uv_pipe_t *handle, int ipc)
{
    if (ipc != 0)
        return UV_ENOTSUP;
    stream_init(loop, (uv_stream_t *)handle, UV_NAMED_PIPE);
    handle->pipe_fname = NULL;
    handle->ipc = 0;
    return 0;
}

int uv_pipe_bind(uv_pipe_t *handle, const char *name)
{
    struct pipe *pipe;
    char *copy;
    int rc;

    if (pipe_of(handle) != NULL || uv_is_closing((uv_handle_t *)handle))
        return UV_EINVAL;
    copy = alloc_text(name);
    if (copy == NULL)
        return UV_ENOMEM;
    pipe = pipe_open();
    rc = pipe_bind(pipe, name);
    if (rc < 0) {
        ((struct socket *)pipe)->kind->close((struct socket *)pipe);
        alloc_release(copy);
        return rc;
    }
    stream_open((uv_stream_t *)handle, (struct socket *)pipe);
    handle->flags |= STREAM_BOUND;
    handle->pipe_fname = copy;
    return 0;
}

int pipe_stream_listen(uv_pipe_t *handle, int backlog, uv_connection_cb cb)
{
    int rc = pipe_of(handle) != NULL ? pipe_listen(pipe_of(handle), backlog) : UV_EINVAL;

    if (rc == 0)
        stream_listening((uv_stream_t *)handle, cb);
    return rc;
}

/* libuv tells of every failure in the callback. */
void uv_pipe_connect(uv_connect_t *req, uv_pipe_t *handle, const char *name, uv_connect_cb cb)
{
    bool is_new = pipe_of(handle) == NULL;

    if (is_new)
        stream_open((uv_stream_t *)handle, (struct socket *)pipe_open());
    handle->delayed_error = pipe_connect(pipe_of(handle), name);
    if (handle->delayed_error == 0 && is_new)
        handle->flags |= STREAM_READABLE | STREAM_WRITABLE;
    stream_connecting((uv_stream_t *)handle, req, cb);
}

/* What is bound is unlinked by libuv, though not by Linux. */
void pipe_handle_close(uv_pipe_t *handle)
{
    if (handle->pipe_fname != NULL)
        pipe_unlink(handle->pipe_fname);
    alloc_release((char *)(uintptr_t)handle->pipe_fname);
    handle->pipe_fname = NULL;
    stream_close((uv_stream_t *)handle, false);
}

/* ---- what one can see and set ---- */

/* As libuv writes it: with an end, which is not counted; and *size is what it would have taken. */
static int write_path(const char *path, char *buffer, size_t *size)
{
    size_t length = strlen(path);

    if (length >= *size) {
        *size = length + 1;
        return UV_ENOBUFS;
    }
    memcpy(buffer, path, length + 1);
    *size = length;
    return 0;
}

int uv_pipe_getsockname(const uv_pipe_t *handle, char *buffer, size_t *size)
{
    if (pipe_of(handle) != NULL)
        return write_path(pipe_path(pipe_of(handle)), buffer, size);
    *size = 0;
    return UV_EBADF;
}

int uv_pipe_getpeername(const uv_pipe_t *handle, char *buffer, size_t *size)
{
    const char *path;
    int rc = pipe_of(handle) != NULL ? pipe_remote(pipe_of(handle), &path) : UV_EBADF;

    if (rc == 0)
        return write_path(path, buffer, size);
    *size = 0;
    return rc;
}

void uv_pipe_pending_instances(uv_pipe_t *handle, int count)
{
    (void)handle;
    (void)count; /* it is about Windows */
}

int uv_pipe_pending_count(uv_pipe_t *handle)
{
    (void)handle;
    return 0; /* nothing is sent but bytes */
}

uv_handle_type uv_pipe_pending_type(uv_pipe_t *handle)
{
    (void)handle;
    return UV_UNKNOWN_HANDLE;
}

int uv_pipe_chmod(uv_pipe_t *handle, int mode)
{
    if (handle == NULL || pipe_of(handle) == NULL)
        return UV_EBADF;
    if (mode == 0 || (mode & ~(UV_READABLE | UV_WRITABLE)) != 0)
        return UV_EINVAL;
    return pipe_path(pipe_of(handle))[0] != '\0' ? 0 : UV_ENOENT; /* everybody may, in this world */
}
