/*
 * capture.c - see capture.h.
 */
#include "scenario/capture.h"

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
    CHECK(stream->file != NULL);
    /* stderr too: unbuffered, it would be a record for every piece of a format. The buffer is ours:
     * without one the C library takes a size of its own. */
    CHECK(setvbuf(stream->file, stream->buffer, _IOLBF, sizeof stream->buffer) == 0);
}

void capture_open(struct capture *capture, capture_sink sink, void *self)
{
    capture->sink = sink;
    capture->self = self;
    capture->entered = false;
    capture->closing = false;
    capture->input = fopencookie(NULL, "r", (cookie_io_functions_t){.read = NULL});
    CHECK(capture->input != NULL);
    for (int i = 0; i < 2; i++) {
        capture->streams[i].capture = capture;
        capture->streams[i].stream = i == 0 ? STREAM_OUT : STREAM_ERR;
        open_stream(&capture->streams[i]);
    }
}

void capture_close(struct capture *capture)
{
    capture->closing = true;
    fclose(capture->input);
    fclose(capture->streams[0].file);
    fclose(capture->streams[1].file);
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

void capture_flush(struct capture *capture)
{
    fflush(capture->streams[0].file);
    fflush(capture->streams[1].file);
}
