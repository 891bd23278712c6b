/*
 * capture.c - see capture.h.
 */
#include "scenario/capture.h"

#include <string.h>

#include "base/check.h"

/* Room for a line before stdio hands it over of its own accord. */
#define BUFFER_SIZE ((size_t)64 << 10)

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

void capture_open(struct capture *capture, capture_sink sink, void *self)
{
    capture->sink = sink;
    capture->self = self;
    for (int i = 0; i < 2; i++) {
        struct capture_stream *stream = &capture->streams[i];

        stream->capture = capture;
        stream->stream = i == 0 ? STREAM_OUT : STREAM_ERR;
        stream->file = fopencookie(stream, "w", (cookie_io_functions_t){.write = written});
        CHECK(stream->file != NULL);
        /* stderr too: unbuffered, it would be a record for every piece of a format. */
        CHECK(setvbuf(stream->file, NULL, _IOLBF, BUFFER_SIZE) == 0);
    }
}

void capture_close(struct capture *capture)
{
    fclose(capture->streams[0].file);
    fclose(capture->streams[1].file);
}

void capture_enter(struct capture *capture)
{
    capture->outer[0] = stdout;
    capture->outer[1] = stderr;
    stdout = capture->streams[0].file;
    stderr = capture->streams[1].file;
}

void capture_leave(struct capture *capture)
{
    stdout = capture->outer[0];
    stderr = capture->outer[1];
}

void capture_flush(struct capture *capture)
{
    fflush(capture->streams[0].file);
    fflush(capture->streams[1].file);
}
