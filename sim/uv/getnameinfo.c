/*
 * getnameinfo.c - answers for libuv's unix/getnameinfo.c, and for what of the C library is behind
 * it: which name an address has. One without a name is written in figures, and so are all ports.
 */
#include "uv/internal.h"

#include <stdio.h>
#include <string.h>

#include "world/names.h"

/* Write `address` into `host`, by name if there is one. It blocks. */
static int find(const struct address *address, const struct sockaddr *addr, int flags, char *host,
                size_t size)
{
    const char *name = NULL;
    int rc = UV_ENOENT;

    if ((flags & NI_NUMERICHOST) == 0)
        rc = name_of(address, &name);
    if (rc == 0)
        return snprintf(host, size, "%s", name) < (int)size ? 0 : UV_EAI_OVERFLOW;
    if ((flags & NI_NAMEREQD) != 0)
        return rc == UV_EAGAIN ? UV_EAI_AGAIN : UV_EAI_NONAME;
    return uv_ip_name(addr, host, size) == 0 ? 0 : UV_EAI_OVERFLOW;
}

static void ask(struct uv__work *work)
{
    uv_getnameinfo_t *req = container_of(work, uv_getnameinfo_t, work_req);
    const struct sockaddr *addr = (const struct sockaddr *)&req->storage;
    struct address address = address_of(addr);

    req->retcode = find(&address, addr, req->flags, req->host, sizeof req->host);
    snprintf(req->service, sizeof req->service, "%u", address.port);
}

static void asked(struct uv__work *work, int status)
{
    uv_getnameinfo_t *req = container_of(work, uv_getnameinfo_t, work_req);

    if (status == UV_ECANCELED)
        req->retcode = UV_EAI_CANCELED;
    req->getnameinfo_cb(req, req->retcode, req->retcode == 0 ? req->host : NULL,
                        req->retcode == 0 ? req->service : NULL);
}

int uv_getnameinfo(uv_loop_t *loop, uv_getnameinfo_t *req, uv_getnameinfo_cb getnameinfo_cb,
                   const struct sockaddr *addr, int flags)
{
    if (req == NULL || addr == NULL || !address_is_inet(addr))
        return UV_EINVAL;
    memset(&req->storage, 0, sizeof req->storage);
    memcpy(&req->storage, addr, address_size(addr));
    req->type = UV_GETNAMEINFO;
    req->loop = loop;
    req->getnameinfo_cb = getnameinfo_cb;
    req->flags = flags;
    req->retcode = 0;
    if (getnameinfo_cb != NULL)
        return work_submit(loop, &req->work_req, WORK_SLOW, ask, asked);
    ask(&req->work_req);
    return req->retcode;
}
