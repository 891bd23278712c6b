/*
 * 002-3-limit: ten downloads of one second, limited to three at a time by a semaphore. How many
 * there are at a time is counted where they come from.
 */
#include "rondo.h"

#include <stdio.h>
#include <string.h>
#include <uv.h>

enum { DOWNLOADS = 10 };

static rondo_semaphore semaphore = RONDO_SEMAPHORE("downloads", 3);
static rondo_server *server;
static int serving, peak;

/* An image a second after it is asked for. */
static int send_image(rondo_stream *stream, void *arg)
{
    const char *request;
    char image[2000];

    (void)arg;
    RONDO_TRY((int)rondo_stream_readline(stream, &request));
    if (++serving > peak)
        peak = serving;
    RONDO_TRY(rondo_sleep(RONDO_S(1)));
    serving--;
    memset(image, '#', sizeof image);
    return rondo_stream_write(stream, image, sizeof image);
}

/* Returns: how many bytes there were. */
static int get_flag(int number)
{
    rondo_stream *stream;
    const char *image;
    char request[32];
    ssize_t size;

    RONDO_TRY(rondo_open_connection("127.0.0.1", rondo_server_port(server), &stream));
    snprintf(request, sizeof request, "GET flag %d\n", number);
    size = rondo_stream_write(stream, request, strlen(request));
    if (size == 0)
        size = rondo_stream_read_all(stream, &image);
    rondo_stream_free(stream);
    return (int)size;
}

static int download(void *arg, rondo_value *out)
{
    const int *number = arg;
    int rc = 0;

    RONDO_PERMIT(rc, &semaphore) {
        rc = get_flag(*number);
    }
    return rc < 0 ? rc : rondo_return(out, rc);
}

static int main_coroutine(void *arg, rondo_value *out)
{
    uint64_t start = uv_hrtime();
    rondo_task *tasks[DOWNLOADS];
    rondo_result images[DOWNLOADS];
    int numbers[DOWNLOADS];
    int64_t bytes = 0;
    int rc;

    (void)arg;
    (void)out;
    RONDO_TRY(rondo_start_server(send_image, NULL, "127.0.0.1", 0, &server));
    for (int i = 0; i < DOWNLOADS; i++) {
        numbers[i] = i;
        tasks[i] = rondo_spawn(download, &numbers[i]);
    }
    rc = rondo_gather(tasks, DOWNLOADS, 0, images);
    for (int i = 0; i < DOWNLOADS && rc == 0; i++)
        bytes += images[i].value.as.i;
    rondo_unref_all(tasks, DOWNLOADS);
    rondo_server_free(server);
    printf("%d downloads, limit 3: peak %d time %.0f\n", DOWNLOADS, peak,
           (double)(uv_hrtime() - start) / 1e9);
    return rc < 0 ? rc : bytes == DOWNLOADS * 2000 ? 0 : RONDO_EUSER;
}

RONDO_PROGRAM(ten_downloads_three_at_a_time, main_coroutine);
