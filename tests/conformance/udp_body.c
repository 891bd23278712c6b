/*
 * udp_body.c - datagrams over a loopback: libuv's udp.rst.
 *
 * What is compared is what each handle was told, in order. A loopback loses nothing and keeps the
 * order, so this is all that there is to be seen.
 */
#include <uv.h>

#include <stdlib.h>
#include <string.h>

#include "tests/conformance/conformance.h"

#define BIG    ((size_t)70000)
#define CHUNKS ((size_t)3 << 16)

struct actor {
    uv_udp_t uv;
    uv_udp_send_t sends[4];
    const char *name;
    char log[1024];     /* what it was told */
    size_t buffer_size; /* what it gives to be read into */
    int reads_left;     /* then it calls on_last */
    void (*on_last)(struct actor *actor);
    void (*on_read)(struct actor *actor);
    void (*on_sent)(struct actor *actor);
    const struct sockaddr *from;
    char *buffer;
};

static const char *code(ssize_t rc)
{
    static char number[24];

    if (rc < 0)
        return uv_err_name((int)rc);
    snprintf(number, sizeof number, "%d", (int)rc);
    return number;
}

static void add(struct actor *actor, const char *what, const char *how)
{
    size_t length = strlen(actor->log);

    snprintf(actor->log + length, sizeof actor->log - length, " %s%s%s", what,
             how[0] != '\0' ? " " : "", how);
}

static void tell(struct actor *actor, const char *what, ssize_t rc)
{
    add(actor, what, rc == 0 ? "" : code(rc));
}

static struct actor *actor_new(uv_loop_t *loop, const char *name, unsigned flags)
{
    struct actor *actor = calloc(1, sizeof *actor);

    actor->name = name;
    actor->buffer = malloc(CHUNKS);
    actor->buffer_size = 65536;
    uv_udp_init_ex(loop, &actor->uv, flags);
    actor->uv.data = actor;
    return actor;
}

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in address;

    uv_ip4_addr("127.0.0.1", port, &address);
    return address;
}

static int bind_to(struct actor *actor, int port, unsigned flags)
{
    struct sockaddr_in address = loopback(port);

    return uv_udp_bind(&actor->uv, (struct sockaddr *)&address, flags);
}

static struct sockaddr_in address_of(const struct actor *actor)
{
    struct sockaddr_in address = {0};
    int size = sizeof address;

    uv_udp_getsockname(&actor->uv, (struct sockaddr *)&address, &size);
    return address;
}

static int port_of(const struct actor *actor)
{
    return ntohs(address_of(actor).sin_port);
}

static void closed(uv_handle_t *handle)
{
    tell(handle->data, "closed", 0);
}

static void close_it(struct actor *actor)
{
    uv_close((uv_handle_t *)&actor->uv, closed);
}

/* What the actors were told, and their end. */
static void finish(struct trace *trace, uv_loop_t *loop, struct actor **actors, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        note(trace, "%s:%s | ", actors[i]->name, actors[i]->log);
        if (!uv_is_closing((uv_handle_t *)&actors[i]->uv))
            uv_close((uv_handle_t *)&actors[i]->uv, NULL);
    }
    uv_run(loop, UV_RUN_DEFAULT);
    note(trace, "close %d\n", uv_loop_close(loop));
    for (size_t i = 0; i < count; i++) {
        free(actors[i]->buffer);
        free(actors[i]);
    }
}

static void turns(uv_loop_t *loop, int count)
{
    for (int i = 0; i < count; i++)
        uv_run(loop, UV_RUN_NOWAIT);
}

/* ---- receiving ---- */

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    struct actor *actor = handle->data;

    if (suggested != 65536)
        tell(actor, "suggested", (ssize_t)suggested);
    *buf = uv_buf_init(actor->buffer, (unsigned)actor->buffer_size);
}

static void add_bytes(struct actor *actor, ssize_t count, const uv_buf_t *buf, unsigned flags)
{
    char text[64];

    snprintf(text, sizeof text, "'%.*s'%s%s", (int)(count < 30 ? count : 30), buf->base,
             (flags & UV_UDP_PARTIAL) != 0 ? "cut" : "",
             (flags & UV_UDP_MMSG_CHUNK) != 0 ? "part" : "");
    add(actor, text, "");
}

static void was_received(uv_udp_t *handle, ssize_t count, const uv_buf_t *buf,
                         const struct sockaddr *from, unsigned flags)
{
    struct actor *actor = handle->data;

    if (count < 0)
        add(actor, "read", code(count));
    else if (from == NULL)
        add(actor, (flags & UV_UDP_MMSG_FREE) != 0 ? "free" : "none", "");
    else
        add_bytes(actor, count, buf, flags);
    actor->from = from;
    if (from != NULL && actor->on_read != NULL)
        actor->on_read(actor);
    if (from != NULL && actor->reads_left > 0 && --actor->reads_left == 0)
        actor->on_last(actor);
}

static int receive_on(struct actor *actor)
{
    return uv_udp_recv_start(&actor->uv, give_buffer, was_received);
}

static void stop(struct actor *actor)
{
    tell(actor, "stop", uv_udp_recv_stop(&actor->uv));
}

/* ---- sending ---- */

static void was_sent(uv_udp_send_t *req, int status)
{
    struct actor *actor = req->handle->data;
    void (*on_sent)(struct actor *) = actor->on_sent;

    tell(actor, "sent", status);
    actor->on_sent = NULL;
    if (on_sent != NULL)
        on_sent(actor);
}

static int send_with(struct actor *actor, int nth, const char *text, const struct sockaddr_in *to)
{
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)text, (unsigned)strlen(text));

    return uv_udp_send(&actor->sends[nth], &actor->uv, &buf, 1, (const struct sockaddr *)to,
                       was_sent);
}

static int try_text(struct actor *actor, const char *text, const struct sockaddr_in *to)
{
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)text, (unsigned)strlen(text));

    return uv_udp_try_send(&actor->uv, &buf, 1, (const struct sockaddr *)to);
}

/* Two, of which `b` is bound and reads. */
struct pair {
    uv_loop_t loop;
    struct actor *a;
    struct actor *b;
    struct sockaddr_in to; /* where `b` is */
    struct trace *trace;
};

static struct pair *open_pair(struct trace *trace, unsigned flags)
{
    struct pair *pair = calloc(1, sizeof *pair);

    pair->trace = trace;
    uv_loop_init(&pair->loop);
    pair->a = actor_new(&pair->loop, "a", AF_UNSPEC);
    pair->b = actor_new(&pair->loop, "b", flags);
    bind_to(pair->b, 0, 0);
    pair->to = address_of(pair->b);
    return pair;
}

static void close_pair(struct pair *pair)
{
    finish(pair->trace, &pair->loop, (struct actor *[]){pair->a, pair->b}, 2);
    free(pair);
}

/* ---- the ordinary ---- */

static void answer(struct actor *actor)
{
    actor->on_read = NULL;
    tell(actor, "answers",
         send_with(actor, 0, "pong", (const struct sockaddr_in *)(const void *)actor->from));
}

static void ordinary(struct trace *trace)
{
    struct pair *pair = open_pair(trace, AF_UNSPEC);

    note(trace, "question and answer: ");
    pair->b->on_read = answer;
    pair->b->reads_left = 1;
    pair->b->on_last = close_it;
    pair->a->reads_left = 1;
    pair->a->on_last = close_it;
    receive_on(pair->b);
    note(trace, "send %d", send_with(pair->a, 0, "ping", &pair->to));
    note(trace, " queue %zu %zu", uv_udp_get_send_queue_size(&pair->a->uv),
         uv_udp_get_send_queue_count(&pair->a->uv));
    note(trace, " receive %d | ", receive_on(pair->a));
    uv_run(&pair->loop, UV_RUN_DEFAULT);
    note(trace, "queue %zu %zu ", pair->a->uv.send_queue_size, pair->a->uv.send_queue_count);
    close_pair(pair);
}

/* Every call before there is a socket, and after. */
static void states(struct trace *trace)
{
    struct pair *pair = open_pair(trace, AF_UNSPEC);
    struct sockaddr_in address = {0};
    int size = sizeof address;
    struct actor *a = pair->a;

    note(trace, "new: active %d", uv_is_active((uv_handle_t *)&a->uv));
    note(trace, " sockname %s",
         code(uv_udp_getsockname(&a->uv, (struct sockaddr *)&address, &size)));
    note(trace, " peername %s",
         code(uv_udp_getpeername(&a->uv, (struct sockaddr *)&address, &size)));
    note(trace, " disconnect %s", code(uv_udp_connect(&a->uv, NULL)));
    note(trace, " send to none %s", code(send_with(a, 0, "x", NULL)));
    note(trace, " try %s", code(try_text(a, "x", NULL)));
    note(trace, " stop %d", uv_udp_recv_stop(&a->uv));
    note(trace, " without callbacks %s", code(uv_udp_recv_start(&a->uv, NULL, NULL)));
    note(trace, " broadcast %s ttl %s", code(uv_udp_set_broadcast(&a->uv, 1)), "");
    note(trace, "%s", code(uv_udp_set_ttl(&a->uv, 0)));
    note(trace, " %s", code(uv_udp_set_ttl(&a->uv, 256)));
    note(trace, " %s", code(uv_udp_set_ttl(&a->uv, 1)));
    note(trace, " multicast ttl %s", code(uv_udp_set_multicast_ttl(&a->uv, 256)));
    note(trace, " member %s", code(uv_udp_set_membership(&a->uv, "nobody", NULL, UV_JOIN_GROUP)));
    note(trace, " source %s\n",
         code(uv_udp_set_source_membership(&a->uv, "239.255.0.1", NULL, "nobody", UV_JOIN_GROUP)));

    note(trace, "receiving: %d", receive_on(a));
    note(trace, " again %s", code(receive_on(a)));
    note(trace, " active %d bound %d", uv_is_active((uv_handle_t *)&a->uv), port_of(a) != 0);
    note(trace, " any %d", address_of(a).sin_addr.s_addr == 0);
    note(trace, " bind %s", code(bind_to(a, 0, 0)));
    note(trace, " broadcast %d", uv_udp_set_broadcast(&a->uv, 1));
    note(trace, " ttl %d", uv_udp_set_ttl(&a->uv, 1));
    note(trace, " multicast ttl %d", uv_udp_set_multicast_ttl(&a->uv, 0));
    note(trace, " loop %d", uv_udp_set_multicast_loop(&a->uv, 0));
    note(trace, " stop %d", uv_udp_recv_stop(&a->uv));
    note(trace, " active %d mmsg %d\n", uv_is_active((uv_handle_t *)&a->uv),
         uv_udp_using_recvmmsg(&a->uv));

    note(trace, "connected: %d", uv_udp_connect(&a->uv, (struct sockaddr *)&pair->to));
    note(trace, " again %s", code(uv_udp_connect(&a->uv, (struct sockaddr *)&pair->to)));
    note(trace, " send elsewhere %s", code(send_with(a, 0, "x", &pair->to)));
    note(trace, " try %s", code(try_text(a, "x", &pair->to)));
    size = sizeof address;
    note(trace, " peer %s", code(uv_udp_getpeername(&a->uv, (struct sockaddr *)&address, &size)));
    note(trace, " %d size %d", address.sin_port == pair->to.sin_port, size);
    size = 4;
    note(trace, " cut %s", code(uv_udp_getsockname(&a->uv, (struct sockaddr *)&address, &size)));
    note(trace, " size %d", size);
    note(trace, " here %d", address_of(a).sin_addr.s_addr == pair->to.sin_addr.s_addr);
    note(trace, " try %s", code(try_text(a, "four", NULL)));
    note(trace, " send %s", code(send_with(a, 0, "x", NULL)));
    note(trace, " try %s", code(try_text(a, "y", NULL)));
    note(trace, " disconnect %d", uv_udp_connect(&a->uv, NULL));
    note(trace, " any %d port %d", address_of(a).sin_addr.s_addr == 0, port_of(a));
    note(trace, " peer %s | ",
         code(uv_udp_getpeername(&a->uv, (struct sockaddr *)&address, &size)));
    receive_on(pair->b);
    turns(&pair->loop, 2);
    close_pair(pair);
}

/* ---- refusals ---- */

static void refusals(struct trace *trace)
{
    uv_loop_t loop;
    struct sockaddr_in address = loopback(0), elsewhere;
    struct sockaddr unix_address = {.sa_family = AF_UNIX};
    struct sockaddr_in6 six;
    struct actor *a, *b, *c;
    uv_udp_t none;

    uv_loop_init(&loop);
    note(trace, "init: family %s", code(uv_udp_init_ex(&loop, &none, 47)));
    note(trace, " flags %s\n", code(uv_udp_init_ex(&loop, &none, 0x1000)));
    a = actor_new(&loop, "a", AF_INET);
    b = actor_new(&loop, "b", AF_UNSPEC);
    c = actor_new(&loop, "c", AF_UNSPEC);
    uv_ip4_addr("203.0.113.7", 80, &elsewhere); /* nobody's: RFC 5737 */
    uv_ip6_addr("::1", 0, &six);
    note(trace, "bind: elsewhere %s", code(uv_udp_bind(&c->uv, (struct sockaddr *)&elsewhere, 0)));
    note(trace, " v6 only %s", code(bind_to(c, 0, UV_UDP_IPV6ONLY)));
    note(trace, " flags %s", code(bind_to(c, 0, 0x4000)));
    note(trace, " family %s", code(uv_udp_bind(&c->uv, &unix_address, 0)));
    note(trace, " the other family %s", code(uv_udp_bind(&a->uv, (struct sockaddr *)&six, 0)));
    note(trace, " ok %s", code(bind_to(a, 0, 0)));
    note(trace, " again %s", code(bind_to(a, 0, 0)));
    note(trace, " the same %s", code(bind_to(b, port_of(a), 0)));
    note(trace, " shared %s", code(bind_to(b, port_of(a), UV_UDP_REUSEADDR)));
    note(trace, " port %d", port_of(b));
    note(trace, " any %s", code(bind_to(b, 0, UV_UDP_REUSEADDR)));
    note(trace, " shared by both %s\n", code(bind_to(c, port_of(b), UV_UDP_REUSEADDR)));

    note(trace, "send: family %s",
         code(uv_udp_send(&a->sends[0], &a->uv, &(uv_buf_t){0}, 1,
                          &(struct sockaddr){.sa_family = 47}, NULL)));
    note(trace, " connect %s", code(uv_udp_connect(&a->uv, &unix_address)));
    note(trace, " the other family %s", code(uv_udp_connect(&a->uv, (struct sockaddr *)&six)));
    note(trace, " try %s",
         code(uv_udp_try_send(&a->uv, &(uv_buf_t){0}, 1, (struct sockaddr *)&six)));
    address = loopback(0);
    note(trace, " port 0 %s", code(try_text(a, "x", &address)));
    uv_ip4_addr("255.255.255.255", 9, &address);
    note(trace, " broadcast %s", code(try_text(a, "x", &address)));
    note(trace, " connect %s | ", code(uv_udp_connect(&a->uv, (struct sockaddr *)&address)));
    finish(trace, &loop, (struct actor *[]){a, b, c}, 3);
}

/* ---- sizes ---- */

static void sizes(struct trace *trace)
{
    struct pair *pair = open_pair(trace, AF_UNSPEC);
    char *bytes = calloc(1, BIG);
    uv_buf_t bufs[6];

    note(trace, "sizes: ");
    for (int i = 0; i < 6; i++)
        bufs[i] = uv_buf_init((char *)&"abcdef"[i], 1);
    bufs[3].len = 0;
    bufs[3].base = NULL;
    note(trace, "of six %s",
         code(uv_udp_try_send(&pair->a->uv, bufs, 6, (struct sockaddr *)&pair->to)));
    note(trace, " %s",
         code(uv_udp_send(&pair->a->sends[0], &pair->a->uv, bufs, 6, (struct sockaddr *)&pair->to,
                          was_sent)));
    note(trace, " queue %zu", uv_udp_get_send_queue_size(&pair->a->uv));
    turns(&pair->loop, 1);
    note(trace, " nothing %s", code(try_text(pair->a, "", &pair->to)));
    bufs[0] = uv_buf_init(bytes, 65507);
    note(trace, " most %s",
         code(uv_udp_try_send(&pair->a->uv, bufs, 1, (struct sockaddr *)&pair->to)));
    bufs[0].len++;
    note(trace, " more %s",
         code(uv_udp_try_send(&pair->a->uv, bufs, 1, (struct sockaddr *)&pair->to)));
    bufs[0].len = BIG;
    note(trace, " %s | ",
         code(uv_udp_send(&pair->a->sends[0], &pair->a->uv, bufs, 1, (struct sockaddr *)&pair->to,
                          was_sent)));
    receive_on(pair->b);
    turns(&pair->loop, 2);
    close_pair(pair);
    free(bytes);

    note(trace, "cut: ");
    pair = open_pair(trace, AF_UNSPEC);
    pair->b->buffer_size = 3;
    receive_on(pair->b);
    try_text(pair->a, "abcdef", &pair->to);
    try_text(pair->a, "abc", &pair->to);
    turns(&pair->loop, 1);
    pair->b->buffer_size = 0;
    try_text(pair->a, "no room", &pair->to);
    turns(&pair->loop, 2);
    pair->b->buffer_size = 100;
    turns(&pair->loop, 1);
    close_pair(pair);
}

/* ---- receiving ---- */

static void receiving(struct trace *trace)
{
    struct pair *pair = open_pair(trace, AF_UNSPEC);

    note(trace, "stopped inside, and on: ");
    for (int i = 0; i < 4; i++)
        try_text(pair->a, i == 0 ? "1" : i == 1 ? "2" : i == 2 ? "3" : "4", &pair->to);
    pair->b->reads_left = 2;
    pair->b->on_last = stop;
    receive_on(pair->b);
    turns(&pair->loop, 2);
    add(pair->b, "on", "");
    receive_on(pair->b);
    turns(&pair->loop, 1);
    close_pair(pair);

    note(trace, "closed inside: ");
    pair = open_pair(trace, AF_UNSPEC);
    try_text(pair->a, "1", &pair->to);
    try_text(pair->a, "2", &pair->to);
    pair->b->reads_left = 1;
    pair->b->on_last = close_it;
    receive_on(pair->b);
    turns(&pair->loop, 2);
    close_pair(pair);

    note(trace, "more than 32: ");
    pair = open_pair(trace, AF_UNSPEC);
    for (int i = 0; i < 33; i++)
        try_text(pair->a, "", &pair->to);
    receive_on(pair->b);
    turns(&pair->loop, 1);
    note(trace, "%zu then", strlen(pair->b->log) / 3);
    pair->b->log[0] = '\0';
    turns(&pair->loop, 1);
    note(trace, "%s ", pair->b->log);
    pair->b->log[0] = '\0';
    close_pair(pair);

    note(trace, "in parts: ");
    pair = open_pair(trace, AF_UNSPEC | UV_UDP_RECVMMSG);
    note(trace, "%d ", uv_udp_using_recvmmsg(&pair->b->uv));
    pair->b->buffer_size = CHUNKS;
    for (int i = 0; i < 4; i++)
        try_text(pair->a, i == 0 ? "1" : i == 1 ? "2" : i == 2 ? "3" : "4", &pair->to);
    receive_on(pair->b);
    turns(&pair->loop, 1);
    close_pair(pair);
}

/* ---- nobody is there ---- */

static void nobody(struct trace *trace)
{
    struct pair *pair = open_pair(trace, AF_UNSPEC);

    note(trace, "nobody is there: ");
    uv_close((uv_handle_t *)&pair->b->uv, NULL);
    turns(&pair->loop, 1);
    receive_on(pair->a);
    note(trace, "loose %s", code(try_text(pair->a, "x", &pair->to)));
    turns(&pair->loop, 1);
    note(trace, " %s", code(try_text(pair->a, "x", &pair->to)));
    note(trace, " connected %s", code(uv_udp_connect(&pair->a->uv, (struct sockaddr *)&pair->to)));
    note(trace, " %s", code(try_text(pair->a, "x", NULL)));
    note(trace, " %s", code(try_text(pair->a, "y", NULL)));
    note(trace, " %s | ", code(try_text(pair->a, "z", NULL)));
    turns(&pair->loop, 1);
    note(trace, "%s", code(try_text(pair->a, "x", NULL)));
    note(trace, " send %s | ", code(send_with(pair->a, 0, "x", NULL)));
    turns(&pair->loop, 2);
    close_pair(pair);
}

/* ---- ends ---- */

static void send_two(struct actor *actor)
{
    struct sockaddr_in self = address_of(actor);

    self = loopback(ntohs(self.sin_port));
    tell(actor, "two", send_with(actor, 1, "x", &self));
    tell(actor, "more", send_with(actor, 2, "y", &self));
    add(actor, "queue", code((ssize_t)uv_udp_get_send_queue_count(&actor->uv)));
    add(actor, "try", code(try_text(actor, "z", &self)));
}

static void ends(struct trace *trace)
{
    struct pair *pair = open_pair(trace, AF_UNSPEC);

    note(trace, "sent and closed at once: ");
    send_with(pair->a, 0, "bye", &pair->to);
    close_it(pair->a);
    receive_on(pair->b);
    turns(&pair->loop, 1);
    close_pair(pair);

    note(trace, "sent inside, and closed: ");
    pair = open_pair(trace, AF_UNSPEC);
    pair->a->on_sent = send_two;
    send_with(pair->a, 0, "first", &pair->to);
    turns(&pair->loop, 1);
    add(pair->a, "turn", "");
    turns(&pair->loop, 1);
    close_pair(pair);

    note(trace, "what keeps a loop: ");
    pair = open_pair(trace, AF_UNSPEC);
    note(trace, "bound %d", uv_loop_alive(&pair->loop));
    receive_on(pair->b);
    note(trace, " receiving %d", uv_loop_alive(&pair->loop));
    uv_unref((uv_handle_t *)&pair->b->uv);
    note(trace, " unreferenced %d", uv_loop_alive(&pair->loop));
    send_with(pair->a, 0, "x", &pair->to);
    note(trace, " sending %d", uv_loop_alive(&pair->loop));
    note(trace, " active %d", uv_is_active((uv_handle_t *)&pair->a->uv));
    uv_run(&pair->loop, UV_RUN_DEFAULT);
    note(trace, " sent %d active %d | ", uv_loop_alive(&pair->loop),
         uv_is_active((uv_handle_t *)&pair->a->uv));
    close_pair(pair);
}

/* ---- both families ---- */

static void note_family(struct actor *actor)
{
    char text[64] = "";

    uv_ip_name(actor->from, text, sizeof text);
    add(actor, "from", text);
}

static void families(struct trace *trace)
{
    uv_loop_t loop;
    struct sockaddr_in6 six;
    struct sockaddr_in to;
    struct actor *a, *b, *c;

    uv_loop_init(&loop);
    a = actor_new(&loop, "a", AF_UNSPEC);
    b = actor_new(&loop, "b", AF_UNSPEC);
    c = actor_new(&loop, "c", AF_UNSPEC);
    note(trace, "families: ");
    uv_ip6_addr("::", 0, &six);
    note(trace, "bind %d", uv_udp_bind(&b->uv, (struct sockaddr *)&six, 0));
    to = loopback(port_of(b)); /* which is at the same place in both */
    b->on_read = note_family;
    receive_on(b);
    note(trace, " from 4 %d", try_text(a, "4", &to));
    note(trace, " only %d", uv_udp_bind(&c->uv, (struct sockaddr *)&six, UV_UDP_IPV6ONLY));
    note(trace, " to 4 %s | ", code(try_text(c, "only", &to)));
    turns(&loop, 1);
    finish(trace, &loop, (struct actor *[]){a, b, c}, 3);
}

/* ---- phases ---- */

static void say_prepare(uv_prepare_t *prepare)
{
    add(prepare->data, "prepare", "");
}

static void say_check(uv_check_t *check)
{
    add(check->data, "check", "");
}

static void phases(struct trace *trace)
{
    struct pair *pair = open_pair(trace, AF_UNSPEC);
    uv_prepare_t prepare;
    uv_check_t check;

    note(trace, "phases: ");
    uv_prepare_init(&pair->loop, &prepare);
    uv_check_init(&pair->loop, &check);
    prepare.data = check.data = pair->b;
    uv_prepare_start(&prepare, say_prepare);
    uv_check_start(&check, say_check);
    pair->b->on_read = answer;
    receive_on(pair->b);
    send_with(pair->b, 1, "to itself", &pair->to);
    turns(&pair->loop, 1);
    add(pair->b, "turn", "");
    turns(&pair->loop, 1);
    uv_close((uv_handle_t *)&prepare, NULL);
    uv_close((uv_handle_t *)&check, NULL);
    close_pair(pair);
}

void udp_body(struct trace *trace)
{
    ordinary(trace);
    states(trace);
    refusals(trace);
    sizes(trace);
    receiving(trace);
    nobody(trace);
    ends(trace);
    families(trace);
    phases(trace);
}
