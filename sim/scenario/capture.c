/*
 * capture.c - see capture.h.
 */
#include "scenario/capture.h"

#include <stdio_ext.h>
#include <string.h>

#include "base/check.h"

static void hand_over(const struct capture_stream *stream, bool partial, const char *text,
                      size_t size)
{
    const struct capture *capture = stream->capture;

    while (size > CAPTURE_TEXT_MAX) {
        capture->sink(capture->self, stream->stream, true, text, CAPTURE_TEXT_MAX);
        text += CAPTURE_TEXT_MAX;
        size -= CAPTURE_TEXT_MAX;
    }
    capture->sink(capture->self, stream->stream, partial, text, size);
}

static ssize_t written(void *cookie, const char *text, size_t size)
{
    const struct capture_stream *stream = cookie;
    size_t left = size;

    while (left > 0) {
        const char *newline = memchr(text, '\n', left);
        size_t length = newline != NULL ? (size_t)(newline - text) : left;

        hand_over(stream, newline == NULL, text, length);
        length += newline != NULL;
        text += length;
        left -= length;
    }
    return (ssize_t)size;
}

static void open_stream(struct capture_stream *stream);

/* The stream is being closed: by us, or by the program, which then gets a new one, since the
 * harness still flushes what stands in its place. */
static int closed(void *cookie)
{
    struct capture_stream *stream = cookie;
    struct capture *capture = stream->capture;

    stream->file = NULL;
    stream->ours = NULL;
    if (capture->closing)
        return 0;
    open_stream(stream);
    if (capture->entered && stream->stream == STREAM_OUT)
        stdout = stream->file;
    else if (capture->entered)
        stderr = stream->file;
    return 0;
}

static void open_stream(struct capture_stream *stream)
{
    stream->file =
        fopencookie(stream, "w", (cookie_io_functions_t){.write = written, .close = closed});
    stream->ours = stream->file;
    CHECK(stream->file != NULL);
    /* stderr too: unbuffered, it would be a record for every piece of a format. The buffer is ours:
     * without one the C library takes a size of its own. */
    CHECK(setvbuf(stream->file, stream->buffer, _IOLBF, sizeof stream->buffer) == 0);
}

static void open_input(struct capture *capture);

/* Likewise: a program may close its standard input. */
static int input_closed(void *cookie)
{
    struct capture *capture = cookie;

    capture->our_input = NULL;
    if (capture->closing)
        return 0;
    open_input(capture);
    if (capture->entered)
        stdin = capture->our_input;
    return 0;
}

static void open_input(struct capture *capture)
{
    capture->our_input =
        fopencookie(capture, "r", (cookie_io_functions_t){.read = NULL, .close = input_closed});
    CHECK(capture->our_input != NULL);
}

/* Whether a program that gets `file` cannot tell that another had it. */
static bool is_as_new(FILE *file)
{
    return file != NULL && __fbufsize(file) == CAPTURE_BUFFER_SIZE && __flbf(file) != 0;
}

/* Make `file` as it was when it was opened. Nobody else has it, so there is nothing to lock. */
static void forget(FILE *file)
{
    __fpurge(file);
    clearerr_unlocked(file);
}

static void begin_stream(struct capture_stream *stream)
{
    if (!is_as_new(stream->ours)) {
        if (stream->ours != NULL)
            fclose(stream->ours);
        open_stream(stream);
    }
    forget(stream->ours);
    stream->file = stream->ours;
}

void capture_begin(struct capture *capture, capture_sink sink, void *self)
{
    capture->sink = sink;
    capture->self = self;
    capture->entered = false;
    capture->closing = true;
    if (capture->our_input == NULL)
        open_input(capture);
    forget(capture->our_input);
    capture->input = capture->our_input;
    for (int i = 0; i < 2; i++) {
        capture->streams[i].capture = capture;
        capture->streams[i].stream = i == 0 ? STREAM_OUT : STREAM_ERR;
        begin_stream(&capture->streams[i]);
    }
    capture->closing = false;
}

void capture_end(struct capture *capture)
{
    capture->closing = true;
    if (capture->input != capture->our_input)
        fclose(capture->input);
    for (int i = 0; i < 2; i++) {
        if (capture->streams[i].file != capture->streams[i].ours)
            fclose(capture->streams[i].file);
    }
}

void capture_close(struct capture *capture)
{
    capture->closing = true;
    if (capture->our_input != NULL)
        fclose(capture->our_input);
    for (int i = 0; i < 2; i++) {
        if (capture->streams[i].ours != NULL)
            fclose(capture->streams[i].ours);
    }
}

void capture_enter(struct capture *capture)
{
    capture->outer[0] = stdout;
    capture->outer[1] = stderr;
    capture->outer[2] = stdin;
    capture->entered = true;
    stdout = capture->streams[0].file;
    stderr = capture->streams[1].file;
    stdin = capture->input;
}

void capture_leave(struct capture *capture)
{
    /* What the program put there itself, by freopen() or by hand, is what stands there next time.
     */
    capture->streams[0].file = stdout;
    capture->streams[1].file = stderr;
    capture->input = stdin;
    capture->entered = false;
    stdout = capture->outer[0];
    stderr = capture->outer[1];
    stdin = capture->outer[2];
}

/* Most runs of a search print nothing, and each is flushed twice. */
static void flush(FILE *file)
{
    if (__fpending(file) > 0)
        fflush(file);
}

void capture_flush(struct capture *capture)
{
    flush(capture->streams[0].file);
    flush(capture->streams[1].file);
}
