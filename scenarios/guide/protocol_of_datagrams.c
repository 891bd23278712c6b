/*
 * 000-8.1-udp: the transports are for UDP, too. One protocol keeps what comes to its endpoint; from
 * another three datagrams are sent at once, each of which stays one.
 */
#include <stdio.h>

#include "rondo.h"

struct keeper {
    rondo_datagram_protocol protocol;
    char kept[3][8];
    int count;
};

static int datagram_received(rondo_datagram_protocol *self, const void *data, size_t size,
                             const rondo_address *from)
{
    struct keeper *keeper = (struct keeper *)self;

    (void)from;
    if (keeper->count == 3 || size >= sizeof keeper->kept[0])
        return RONDO_ELIMIT;
    snprintf(keeper->kept[keeper->count++], sizeof keeper->kept[0], "%.*s", (int)size,
             (const char *)data);
    return 0;
}

static rondo_datagram_protocol *itself(void *arg)
{
    return arg;
}

static int protocol_of_datagrams(void *arg, rondo_value *out)
{
    static const rondo_datagram_protocol_methods keeps = {.datagram_received = datagram_received};
    static const rondo_datagram_protocol_methods sends = {.connection_made = NULL};
    static struct keeper keeper; /* longer than this coroutine, as its endpoint is */
    static rondo_datagram_protocol sender;
    rondo_datagram *server, *client;
    rondo_address address;

    (void)arg;
    (void)out;
    keeper.protocol.methods = &keeps;
    sender.methods = &sends;
    RONDO_TRY(rondo_create_datagram_endpoint(itself, &keeper, &server, .local_host = "127.0.0.1"));
    RONDO_TRY(rondo_datagram_local(server, &address));
    RONDO_TRY(rondo_create_datagram_endpoint(itself, &sender, &client, .remote_host = "127.0.0.1",
                                             .remote_port = address.port));
    RONDO_TRY(rondo_datagram_sendto(client, "AA", 2, NULL));
    RONDO_TRY(rondo_datagram_sendto(client, "BBB", 3, NULL));
    RONDO_TRY(rondo_datagram_sendto(client, "CCCC", 4, NULL));
    RONDO_TRY(rondo_sleep(RONDO_MS(200)));
    printf("%d datagrams: %s %s %s\n", keeper.count, keeper.kept[0], keeper.kept[1],
           keeper.kept[2]);
    rondo_datagram_close(client);
    rondo_datagram_close(server);
    return 0;
}

RONDO_PROGRAM(protocol_of_datagrams, protocol_of_datagrams);
