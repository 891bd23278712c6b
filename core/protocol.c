/*
 * protocol.c - see protocol.h: a function that is not there does nothing.
 */
#include "protocol.h"

#include <string.h>

void rondo_protocol_connection_made(rondo_protocol *protocol, rondo_transport *transport)
{
    if (protocol->methods->connection_made != NULL)
        protocol->methods->connection_made(protocol, transport);
}

int rondo_protocol_get_buffer(rondo_protocol *protocol, size_t hint, void **data, size_t *size)
{
    *data = NULL;
    *size = 0;
    RONDO_TRY(protocol->methods->get_buffer(protocol, hint, data, size));
    return *data != NULL && *size > 0 ? 0 : RONDO_EINVAL;
}

/* Copy `data` into the protocol's own buffers, however many that takes. */
static int feed(rondo_protocol *protocol, const char *data, size_t size)
{
    while (size > 0) {
        size_t room;
        void *buffer;

        RONDO_TRY(rondo_protocol_get_buffer(protocol, size, &buffer, &room));
        if (room > size)
            room = size;
        memcpy(buffer, data, room);
        RONDO_TRY(protocol->methods->buffer_updated(protocol, room));
        data += room;
        size -= room;
    }
    return 0;
}

int rondo_protocol_data_received(rondo_protocol *protocol, const void *data, size_t size)
{
    if (protocol->methods->get_buffer != NULL)
        return feed(protocol, data, size);
    return protocol->methods->data_received != NULL && size > 0
               ? protocol->methods->data_received(protocol, data, size)
               : 0;
}

int rondo_protocol_eof_received(rondo_protocol *protocol)
{
    return protocol->methods->eof_received != NULL ? protocol->methods->eof_received(protocol) : 0;
}

void rondo_protocol_connection_lost(rondo_protocol *protocol, int code)
{
    if (protocol->methods->connection_lost != NULL)
        protocol->methods->connection_lost(protocol, code);
}

void rondo_protocol_pause_writing(rondo_protocol *protocol)
{
    if (protocol->methods->pause_writing != NULL)
        protocol->methods->pause_writing(protocol);
}

void rondo_protocol_resume_writing(rondo_protocol *protocol)
{
    if (protocol->methods->resume_writing != NULL)
        protocol->methods->resume_writing(protocol);
}
