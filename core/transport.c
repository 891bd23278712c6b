/*
 * transport.c - see transport.h: each verb is the transport's own function, if it has it. Ours are
 * in wire.c.
 */
#include "transport.h"

int rondo_transport_write(rondo_transport *transport, const void *data, size_t size)
{
    return transport->methods->write != NULL ? transport->methods->write(transport, data, size)
                                             : RONDO_ENOTSUP;
}

int rondo_transport_writelines(rondo_transport *transport, const struct iovec *parts, size_t count)
{
    if (transport->methods->writelines != NULL)
        return transport->methods->writelines(transport, parts, count);
    for (size_t i = 0; i < count; i++)
        RONDO_TRY(rondo_transport_write(transport, parts[i].iov_base, parts[i].iov_len));
    return 0;
}

int rondo_transport_write_eof(rondo_transport *transport)
{
    return transport->methods->write_eof != NULL ? transport->methods->write_eof(transport)
                                                 : RONDO_ENOTSUP;
}

bool rondo_transport_can_write_eof(const rondo_transport *transport)
{
    return transport->methods->write_eof != NULL;
}

int rondo_transport_set_write_buffer_limits(rondo_transport *transport, ssize_t high, ssize_t low)
{
    return transport->methods->set_write_buffer_limits != NULL
               ? transport->methods->set_write_buffer_limits(transport, high, low)
               : RONDO_ENOTSUP;
}

void rondo_transport_get_write_buffer_limits(const rondo_transport *transport, size_t *high,
                                             size_t *low)
{
    *high = *low = 0;
    if (transport->methods->get_write_buffer_limits != NULL)
        transport->methods->get_write_buffer_limits(transport, high, low);
}

size_t rondo_transport_get_write_buffer_size(const rondo_transport *transport)
{
    return transport->methods->get_write_buffer_size != NULL
               ? transport->methods->get_write_buffer_size(transport)
               : 0;
}

void rondo_transport_pause_reading(rondo_transport *transport)
{
    if (transport->methods->pause_reading != NULL)
        transport->methods->pause_reading(transport);
}

void rondo_transport_resume_reading(rondo_transport *transport)
{
    if (transport->methods->resume_reading != NULL)
        transport->methods->resume_reading(transport);
}

bool rondo_transport_is_reading(const rondo_transport *transport)
{
    return transport->methods->is_reading != NULL ? transport->methods->is_reading(transport)
                                                  : !rondo_transport_is_closing(transport);
}

void rondo_transport_close(rondo_transport *transport)
{
    if (transport->methods->close != NULL)
        transport->methods->close(transport);
}

void rondo_transport_abort(rondo_transport *transport)
{
    if (transport->methods->abort != NULL)
        transport->methods->abort(transport);
    else
        rondo_transport_close(transport);
}

bool rondo_transport_is_closing(const rondo_transport *transport)
{
    return transport->methods->is_closing != NULL && transport->methods->is_closing(transport);
}

const char *rondo_transport_get_extra_info(const rondo_transport *transport, const char *name,
                                           const char *otherwise)
{
    const char *known = transport->methods->get_extra_info != NULL
                            ? transport->methods->get_extra_info(transport, name)
                            : NULL;

    return known != NULL ? known : otherwise;
}

rondo_protocol *rondo_transport_get_protocol(const rondo_transport *transport)
{
    return transport->protocol;
}

void rondo_transport_set_protocol(rondo_transport *transport, rondo_protocol *protocol)
{
    transport->protocol = protocol;
}

rondo_transport *rondo_transport_ref(rondo_transport *transport)
{
    if (transport->methods->hold != NULL)
        transport->methods->hold(transport, 1);
    return transport;
}

void rondo_transport_unref(rondo_transport *transport)
{
    if (transport != NULL && transport->methods->hold != NULL)
        transport->methods->hold(transport, -1);
}
