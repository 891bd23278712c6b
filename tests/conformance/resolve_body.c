/*
 * resolve_body.c - names and addresses of this very host: libuv's dns.rst.
 *
 * Only "localhost" and addresses in figures have an answer that is the same on every machine.
 */
#include <uv.h>

#include <string.h>

#include "tests/conformance/conformance.h"

struct question {
    uv_getaddrinfo_t info;
    uv_getnameinfo_t name;
    uv_work_t work;
    const char *what;
};

static struct trace *told; /* of the callbacks */

static const char *code(int rc)
{
    return rc < 0 ? uv_err_name(rc) : "0";
}

/* "STREAM 127.0.0.1:80", each. */
static void note_list(struct trace *trace, const struct addrinfo *info)
{
    for (; info != NULL; info = info->ai_next) {
        const struct sockaddr_in *v4 = (const void *)info->ai_addr;
        char text[64] = "?";

        uv_ip_name(info->ai_addr, text, sizeof text);
        note(trace, " %s/%d %s:%d%s%s",
             info->ai_socktype == SOCK_STREAM  ? "stream"
             : info->ai_socktype == SOCK_DGRAM ? "dgram"
                                               : "raw",
             info->ai_protocol, text, ntohs(v4->sin_port),
             info->ai_canonname != NULL ? " canonical " : "",
             info->ai_canonname != NULL ? info->ai_canonname : "");
    }
}

static void found(uv_getaddrinfo_t *req, int status, struct addrinfo *res)
{
    const struct question *question = req->data;

    note(told, " | %s %s", question->what, code(status));
    note_list(told, res);
    uv_freeaddrinfo(res);
}

static void named(uv_getnameinfo_t *req, int status, const char *host, const char *service)
{
    const struct question *question = req->data;

    note(told, " | %s %s %s %s", question->what, code(status), host != NULL ? host : "-",
         service != NULL ? service : "-");
}

/* Ask and get the answer at once: without a callback. */
static void ask(struct trace *trace, const char *host, const char *service, struct addrinfo hints)
{
    uv_getaddrinfo_t req;
    uv_loop_t loop;
    int rc;

    uv_loop_init(&loop);
    rc = uv_getaddrinfo(&loop, &req, NULL, host, service, &hints);
    note(trace, "%s %s: %s", host != NULL ? host : "-", service != NULL ? service : "-", code(rc));
    if (rc == 0) {
        note_list(trace, req.addrinfo);
        uv_freeaddrinfo(req.addrinfo);
    }
    note(trace, " close %d\n", uv_loop_close(&loop));
}

static const struct addrinfo stream = {.ai_socktype = SOCK_STREAM};

static struct addrinfo with(int family, int flags)
{
    struct addrinfo hints = stream;

    hints.ai_family = family;
    hints.ai_flags = flags;
    return hints;
}

static void answers(struct trace *trace)
{
    ask(trace, "localhost", "80", with(AF_INET, 0));
    ask(trace, "LOCALHOST", "80", with(AF_INET, AI_CANONNAME));
    ask(trace, "127.0.0.1", "80", (struct addrinfo){0});
    ask(trace, "127.0.0.1", NULL, with(AF_UNSPEC, AI_CANONNAME));
    ask(trace, "127.1", "80", stream);
    ask(trace, "::1", "65535", (struct addrinfo){.ai_socktype = SOCK_DGRAM});
    ask(trace, "127.0.0.1", "0", (struct addrinfo){.ai_protocol = IPPROTO_UDP});
    ask(trace, NULL, "80", stream);
    ask(trace, NULL, "80", with(AF_UNSPEC, AI_PASSIVE));
    ask(trace, NULL, "80", with(AF_INET, AI_PASSIVE));
    ask(trace, "127.0.0.1", "80", with(AF_INET6, AI_V4MAPPED));
}

static void refusals(struct trace *trace)
{
    static char longer[257];
    uv_getaddrinfo_t info;
    uv_getnameinfo_t name;
    struct sockaddr other = {.sa_family = AF_UNIX};
    uv_loop_t loop;

    memset(longer, 'a', sizeof longer - 1);
    uv_loop_init(&loop);
    note(trace, "refused: %s", code(uv_getaddrinfo(&loop, &info, found, NULL, NULL, NULL)));
    note(trace, " %s", code(uv_getaddrinfo(&loop, NULL, found, "localhost", NULL, NULL)));
    note(trace, " %s", code(uv_getaddrinfo(&loop, &info, found, longer, NULL, NULL)));
    note(trace, " %s", code(uv_getnameinfo(&loop, &name, named, NULL, 0)));
    note(trace, " %s", code(uv_getnameinfo(&loop, &name, named, &other, 0)));
    note(trace, " alive %d", uv_loop_alive(&loop));
    note(trace, " close %d\n", uv_loop_close(&loop));
    ask(trace, "1.2.3.4.5", "80", with(AF_UNSPEC, AI_NUMERICHOST));
    ask(trace, "localhost", "80", with(AF_UNSPEC, AI_NUMERICHOST));
    ask(trace, "", "80", with(AF_UNSPEC, AI_NUMERICHOST));
    ask(trace, "127.0.0.1", "80", with(99, 0));
    ask(trace, "127.0.0.1", "80", with(AF_INET6, 0));
    ask(trace, "::1", "80", with(AF_INET, 0));
    ask(trace, "127.0.0.1", "80", with(AF_UNSPEC, 0x8000));
    ask(trace, NULL, "80", with(AF_UNSPEC, AI_CANONNAME));
    ask(trace, "127.0.0.1", "80", (struct addrinfo){.ai_socktype = 99});
    ask(trace, "127.0.0.1", "80",
        (struct addrinfo){.ai_socktype = SOCK_STREAM, .ai_protocol = IPPROTO_UDP});
    ask(trace, "127.0.0.1", "no-such-service", stream);
    ask(trace, "127.0.0.1", "80 ", stream);
    ask(trace, "127.0.0.1", "http", with(AF_INET, AI_NUMERICSERV));
}

/* ---- requests ---- */

static void reverse(struct trace *trace)
{
    static struct question questions[4];
    struct sockaddr_in address, nobody;
    struct sockaddr_in6 six;
    uv_loop_t loop;

    told = trace;
    uv_loop_init(&loop);
    uv_ip4_addr("127.0.0.1", 80, &address);
    uv_ip4_addr("203.0.113.7", 80, &nobody); /* RFC 5737 */
    uv_ip6_addr("::1", 80, &six);
    for (int i = 0; i < 4; i++)
        questions[i].name.data = &questions[i];
    questions[0].what = "localhost";
    questions[1].what = "in figures";
    questions[2].what = "of six";
    note(trace, "names: %d",
         uv_getnameinfo(&loop, &questions[0].name, named, (struct sockaddr *)&address,
                        NI_NUMERICSERV));
    note(trace, " type %d", questions[0].name.type == UV_GETNAMEINFO);
    uv_run(&loop, UV_RUN_DEFAULT);
    note(trace, " | %d",
         uv_getnameinfo(&loop, &questions[1].name, named, (struct sockaddr *)&nobody,
                        NI_NUMERICSERV | NI_NUMERICHOST));
    uv_run(&loop, UV_RUN_DEFAULT);
    note(trace, " | %d",
         uv_getnameinfo(&loop, &questions[2].name, named, (struct sockaddr *)&six,
                        NI_NUMERICSERV | NI_NUMERICHOST));
    uv_run(&loop, UV_RUN_DEFAULT);
    note(trace, " | at once %d",
         uv_getnameinfo(&loop, &questions[3].name, NULL, (struct sockaddr *)&address,
                        NI_NUMERICSERV));
    note(trace, " %s %s", questions[3].name.host, questions[3].name.service);
    note(trace, " | close %d\n", uv_loop_close(&loop));
}

static void order(struct trace *trace)
{
    static struct question questions[3];
    static const char *const hosts[] = {"127.0.0.1", "::1", "localhost"};
    uv_loop_t loop;

    note(trace, "one after the other:");
    told = trace;
    uv_loop_init(&loop);
    for (int i = 0; i < 3; i++) {
        struct addrinfo hints = with(i == 2 ? AF_INET : AF_UNSPEC, 0);

        questions[i].what = hosts[i];
        questions[i].info.data = &questions[i];
        note(trace, " %d",
             uv_getaddrinfo(&loop, &questions[i].info, found, hosts[i], "80", &hints));
        note(trace, " type %d alive %d", questions[i].info.type == UV_GETADDRINFO,
             uv_loop_alive(&loop));
        uv_run(&loop, UV_RUN_DEFAULT);
    }
    note(trace, " | close %d\n", uv_loop_close(&loop));
}

/* ---- the pool ---- */

static uv_sem_t gate;

static void wait_at_gate(uv_work_t *req)
{
    (void)req;
    uv_sem_wait(&gate);
}

static void passed(uv_work_t *req, int status)
{
    const struct question *question = req->data;

    note(told, " | %s %s", question->what, code(status));
}

/* Four pieces of work keep all threads: what is asked meanwhile has not begun. */
static void cancelled(struct trace *trace)
{
    static struct question work[4], questions[2];
    struct sockaddr_in address;
    uv_loop_t loop;

    told = trace;
    uv_loop_init(&loop);
    uv_sem_init(&gate, 0);
    uv_ip4_addr("127.0.0.1", 80, &address);
    for (int i = 0; i < 4; i++) {
        work[i].what = "work";
        work[i].work.data = &work[i];
        uv_queue_work(&loop, &work[i].work, wait_at_gate, passed);
    }
    questions[0].what = "address";
    questions[0].info.data = &questions[0];
    questions[1].what = "name";
    questions[1].name.data = &questions[1];
    note(trace, "cancelled:");
    uv_getaddrinfo(&loop, &questions[0].info, found, "localhost", NULL, NULL);
    uv_getnameinfo(&loop, &questions[1].name, named, (struct sockaddr *)&address, 0);
    note(trace, " %d", uv_cancel((uv_req_t *)&questions[0].info));
    note(trace, " %d", uv_cancel((uv_req_t *)&questions[1].name));
    uv_run(&loop, UV_RUN_NOWAIT);
    uv_run(&loop, UV_RUN_NOWAIT);
    for (int i = 0; i < 4; i++)
        uv_sem_post(&gate);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_sem_destroy(&gate);
    note(trace, " | close %d\n", uv_loop_close(&loop));
}

void resolve_body(struct trace *trace)
{
    answers(trace);
    refusals(trace);
    reverse(trace);
    order(trace);
    cancelled(trace);
}
