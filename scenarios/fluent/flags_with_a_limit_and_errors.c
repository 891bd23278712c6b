/*
 * 002-3, the example that the document points to: the flags of the twenty most populous countries
 * and their names, at most five requests at a time, each error counted and none the end of it all.
 *
 * The service takes 100 ms for an answer. It has two flags less (404), one country's name breaks
 * it (500), and at one it hangs up without a word.
 */
#include "rondo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOT_FOUND = RONDO_EUSER - 1, FAILED = RONDO_EUSER - 2, LIMIT = 5 };

static const char *const countries[] = {"cn", "in", "us", "id", "br", "pk", "ng", "bd", "ru", "jp",
                                        "mx", "ph", "vn", "et", "eg", "de", "ir", "tr", "cd", "fr"};

enum { COUNTRIES = sizeof countries / sizeof *countries };

static rondo_semaphore semaphore = RONDO_SEMAPHORE("requests", LIMIT);
static rondo_server *server;
static int serving, peak;

/* ---- the service ---- */

static const char *response(const char *request)
{
    if (strcmp(request, "GET /et/flag.gif\n") == 0 || strcmp(request, "GET /cd/flag.gif\n") == 0)
        return "404 not found\n";
    if (strcmp(request, "GET /mx/name\n") == 0)
        return "500 it broke\n";
    return strstr(request, "/flag.gif") != NULL ? "200 GIF89a...\n" : "200 a country\n";
}

static int serve(rondo_stream *stream, void *arg)
{
    const char *request;

    (void)arg;
    RONDO_TRY((int)rondo_stream_readline(stream, &request));
    if (++serving > peak)
        peak = serving;
    RONDO_TRY(rondo_sleep(RONDO_MS(100)));
    serving--;
    if (strcmp(request, "GET /ir/flag.gif\n") == 0)
        return 0;
    return rondo_stream_write(stream, response(request), strlen(response(request)));
}

/* ---- who downloads ---- */

/* Returns: 0, NOT_FOUND, FAILED with what the service said, or why it could not be asked. */
static int judge(const char *line, ssize_t size)
{
    if (size <= 0)
        return size < 0 ? (int)size : rondo_fail(RONDO_EINCOMPLETE, "no answer");
    switch (strtol(line, NULL, 10)) {
    case 200:
        return 0;
    case 404:
        return NOT_FOUND;
    default:
        return rondo_fail(FAILED, "%.*s", (int)size - 1, line);
    }
}

static int get(const char *country, const char *what)
{
    rondo_stream *stream;
    const char *line;
    char request[32];
    int rc;

    RONDO_TRY(rondo_open_connection("127.0.0.1", rondo_server_port(server), &stream));
    snprintf(request, sizeof request, "GET /%s/%s\n", country, what);
    rc = rondo_stream_write(stream, request, strlen(request));
    if (rc == 0) {
        ssize_t size = rondo_stream_readline(stream, &line);

        rc = judge(line, size);
    }
    rondo_stream_free(stream);
    return rc;
}

/* One of the country's two requests, when there are fewer than LIMIT. */
static int get_with_permit(const char *country, const char *what)
{
    int rc = 0;

    RONDO_PERMIT(rc, &semaphore) {
        rc = get(country, what);
    }
    return rc;
}

static int download_one(void *arg, rondo_value *out)
{
    const char *country = arg;

    (void)out;
    RONDO_TRY(get_with_permit(country, "flag.gif"));
    return get_with_permit(country, "name");
}

static int download_many(void *arg, rondo_value *out)
{
    rondo_task *tasks[COUNTRIES];
    rondo_future *done;
    int ok = 0, not_found = 0, failed = 0, rc;

    (void)arg;
    (void)out;
    RONDO_TRY(rondo_start_server(serve, NULL, "127.0.0.1", 0, &server));
    for (size_t i = 0; i < COUNTRIES; i++)
        tasks[i] = rondo_spawn(download_one, (void *)(uintptr_t)countries[i], .name = countries[i]);
    RONDO_AS_COMPLETED(rc, done, tasks, COUNTRIES, RONDO_FOREVER) {
        int code = rondo_await(done, NULL);

        if (code == 0)
            ok++;
        else if (code == NOT_FOUND)
            not_found++;
        else
            failed++;
        if (code != 0 && code != NOT_FOUND)
            printf("*** %s: %s %s\n", rondo_get_name(done), rondo_err_name(code),
                   rondo_error_text());
    }
    rondo_unref_all(tasks, COUNTRIES);
    rondo_server_free(server);
    printf("%d flags, %d not found, %d errors, at most %d requests at a time\n", ok, not_found,
           failed, peak);
    return rc;
}

RONDO_PROGRAM(flags_with_a_limit_and_errors, download_many);
