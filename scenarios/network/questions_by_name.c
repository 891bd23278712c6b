/*
 * Questions in datagrams, to whoever "oracle" is at the moment. What may become of a datagram - it
 * is lost, comes late, twice, or with a byte changed - is the client's business: it asks again, of
 * whom the name stands for by then, until it has just the answer that it waits for, and takes each
 * once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rondo.h"

#define PORT      5300
#define QUESTIONS 20

/* ---- the oracles ---- */

static const char *self;

struct oracle {
    rondo_datagram_protocol protocol;
    rondo_datagram *datagram;
};

/* The question itself is the answer, and by whom. */
static int question_received(rondo_datagram_protocol *protocol, const void *data, size_t size,
                             const rondo_address *from)
{
    char answer[64];
    int length = snprintf(answer, sizeof answer, "%.*s by %s", (int)size, (const char *)data, self);

    return rondo_datagram_sendto(((struct oracle *)protocol)->datagram, answer, (size_t)length,
                                 from);
}

static rondo_datagram_protocol *itself(void *protocol)
{
    return protocol;
}

static int answer_for_ever(void *arg, rondo_value *out)
{
    static const rondo_datagram_protocol_methods methods = {.datagram_received = question_received};
    static struct oracle oracle; /* longer than this coroutine, as its endpoint is */

    (void)arg;
    (void)out;
    oracle.protocol.methods = &methods;
    RONDO_TRY(
        rondo_create_datagram_endpoint(itself, &oracle, &oracle.datagram, .local_port = PORT));
    return rondo_sleep(RONDO_S(3600));
}

static int main_of_oracle(int argc, char **argv)
{
    self = argc > 1 ? argv[1] : "nobody";
    return rondo_run(answer_for_ever, NULL, NULL) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* ---- who asks ---- */

struct asker {
    rondo_datagram_protocol protocol;
    rondo_datagram *datagram;
    rondo_event answered;
    int number; /* of the question */
    int by[2];  /* answers of each oracle */
};

static int answer_received(rondo_datagram_protocol *protocol, const void *data, size_t size,
                           const rondo_address *from)
{
    struct asker *asker = (struct asker *)protocol;
    bool known = false;

    (void)from;
    for (int i = 0; i < 2; i++) {
        char expected[64];
        int length = snprintf(expected, sizeof expected, "question %d by %d", asker->number, i + 1);

        if ((size_t)length != size || memcmp(data, expected, size) != 0)
            continue;
        known = true;
        if (!rondo_event_is_set(&asker->answered)) {
            asker->by[i]++;
            rondo_event_set(&asker->answered);
        }
    }
    RONDO_SOMETIMES("an answer is late, a second one, or no answer at all", !known);
    return 0;
}

/* Ask whoever it is now, and wait a little. */
static int ask_once(struct asker *asker)
{
    rondo_address oracle;
    char text[64];
    int rc = rondo_getaddrinfo("oracle", PORT, &oracle, 1, .family = 4);

    if (rc < 0)
        return rc;
    snprintf(text, sizeof text, "question %d", asker->number);
    RONDO_TRY(rondo_datagram_sendto(asker->datagram, text, strlen(text), &oracle));
    rc = 0;
    RONDO_TIMEOUT(rc, RONDO_MS(200)) {
        rc = rondo_event_wait(&asker->answered);
    }
    return rc;
}

static int ask(struct asker *asker)
{
    int asked = 0, rc = RONDO_ETIMEDOUT;

    rondo_event_clear(&asker->answered);
    while (rc == RONDO_ETIMEDOUT) {
        rc = ask_once(asker);
        asked++;
    }
    RONDO_SOMETIMES("a question is asked again", asked > 1);
    return rc;
}

static int client(void *arg, rondo_value *out)
{
    static const rondo_datagram_protocol_methods methods = {.datagram_received = answer_received};
    static struct asker asker = {.answered = RONDO_EVENT("answered")};

    (void)arg;
    (void)out;
    asker.protocol.methods = &methods;
    RONDO_TRY(rondo_create_datagram_endpoint(itself, &asker, &asker.datagram, .family = 4));
    for (asker.number = 1; asker.number <= QUESTIONS; asker.number++) {
        RONDO_TRY(ask(&asker));
        RONDO_TRY(rondo_sleep(RONDO_MS(80)));
    }
    RONDO_ALWAYS("each question has one answer", asker.by[0] + asker.by[1] == QUESTIONS);
    printf("%d answers of the first, %d of the second\n", asker.by[0], asker.by[1]);
    return 0;
}

RONDO_PROGRAM(oracle, main_of_oracle);
RONDO_PROGRAM(client, client);
