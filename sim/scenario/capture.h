/*
 * capture.h - a program's stdout and stderr, as pieces of text with nothing between the program and
 * us: streams of our own are put in the place of `stdout` and `stderr` while it runs, and one that
 * is at its end in the place of `stdin`.
 *
 * A whole line is handed over when its newline is written, a part of a line when it is flushed.
 * A program may do to its streams what it likes, closing them included: they are new in every run.
 * Streams of this kind are for bytes: wprintf() fails, as its result says. What goes round stdio
 * (write(1), a C++ stream of its own) is not caught.
 */
#ifndef RONDO_SCENARIO_CAPTURE_H
#define RONDO_SCENARIO_CAPTURE_H

#include <stdio.h>

#include "scenario/observation.h"

/* Called with each line (without its newline) or flushed part, of at most CAPTURE_TEXT_MAX bytes;
 * longer ones come in parts. Must not suspend. */
typedef void (*capture_sink)(void *self, enum stream stream, bool partial, const char *text,
                             size_t size);

#define CAPTURE_TEXT_MAX ((size_t)8192)

/* Room for a line before stdio hands it over of its own accord. */
#define CAPTURE_BUFFER_SIZE ((size_t)64 << 10)

struct capture_stream {
    struct capture *capture;
    enum stream stream;
    FILE *file; /* what stands there: ours, or what the program put in its place */
    FILE *ours; /* kept from run to run, as long as nobody closes it or changes its buffer */
    char buffer[CAPTURE_BUFFER_SIZE];
};

struct capture {
    struct capture_stream streams[2];
    capture_sink sink;
    void *self;
    bool entered;
    bool closing;
    FILE *input; /* the program's standard input: there is none */
    FILE *our_input;
    FILE *outer[3]; /* what stood there before, while the program runs */
};

/* Make the two streams as new, for a run. All zero has none yet. */
void capture_begin(struct capture *capture, capture_sink sink, void *self);

/* The run is over: close what the program put in their place. */
void capture_end(struct capture *capture);

/* Close what is kept for the next run. */
void capture_close(struct capture *capture);

/* Put the streams in place, and put back what was there. */
void capture_enter(struct capture *capture);
void capture_leave(struct capture *capture);

/* Hand over what is still in the buffers. */
void capture_flush(struct capture *capture);

#endif
