/*
 * stream_read.c - see stream.h: reading ahead, and what is taken from that.
 *
 * What comes is read into the room behind what has been read ahead, so no read takes memory but one
 * that finds too little room. What a read gives, other than into memory of the caller's, is copied
 * to `line`, where it stays while more is read ahead.
 */
#include <string.h>

#include "base/alloc.h"
#include "park.h"
#include "stream_core.h"

/* Room that a read is given at least. */
#define ROOM_MIN ((size_t)4096)

/* ---- bytes ---- */

/* Make room for `size` more. Returns: whether there is. */
static bool make_room(struct stream_bytes *bytes, size_t size)
{
    size_t capacity = bytes->capacity;
    char *data;

    if (bytes->start > 0 && bytes->start + bytes->size + size > capacity) {
        memmove(bytes->data, bytes->data + bytes->start, bytes->size);
        bytes->start = 0;
    }
    if (bytes->start + bytes->size + size <= capacity)
        return true;
    while (capacity < bytes->size + size)
        capacity = capacity != 0 ? capacity * 2 : 2 * ROOM_MIN;
    data = alloc_resize(bytes->data, capacity);
    if (data == NULL)
        return false;
    bytes->data = data;
    bytes->capacity = capacity;
    return true;
}

/* The first `size` have been taken. */
static void drop(struct stream_bytes *bytes, size_t size)
{
    bytes->size -= size;
    bytes->start = bytes->size > 0 ? bytes->start + size : 0;
}

/* Where `separator` begins at or behind `from`; SIZE_MAX: nowhere. */
static size_t find(const struct stream_bytes *bytes, size_t from, const char *separator,
                   size_t size)
{
    const char *data = bytes->data + bytes->start;

    while (from + size <= bytes->size) {
        const char *first = memchr(data + from, separator[0], bytes->size - size + 1 - from);

        if (first == NULL)
            return SIZE_MAX;
        if (memcmp(first, separator, size) == 0)
            return (size_t)(first - data);
        from = (size_t)(first - data) + 1;
    }
    return SIZE_MAX;
}

/* ---- reading ahead ---- */

int stream_get_buffer(rondo_protocol *self, size_t hint, void **data, size_t *size)
{
    struct stream_bytes *ahead = &stream_of(self)->ahead;
    size_t end;

    (void)hint;
    if (!make_room(ahead, ROOM_MIN))
        return RONDO_ENOMEM;
    end = ahead->start + ahead->size;
    *data = ahead->data + end;
    *size = ahead->capacity - end;
    return 0;
}

int stream_buffer_updated(rondo_protocol *self, size_t size)
{
    struct rondo_stream *stream = stream_of(self);

    stream->ahead.size += size;
    park_wake_all(&stream->reader);
    if (stream->ahead.size / 2 > stream->limit) {
        stream->read_paused = true;
        rondo_transport_pause_reading(stream->transport);
    }
    return 0;
}

int stream_eof_received(rondo_protocol *self)
{
    stream_of(self)->ended = true;
    park_wake_all(&stream_of(self)->reader);
    return 1; /* one may still write */
}

static void resume_reading(struct rondo_stream *stream)
{
    if (!stream->read_paused)
        return;
    stream->read_paused = false;
    rondo_transport_resume_reading(stream->transport);
}

/* Something was taken. */
static void took(struct rondo_stream *stream, size_t size)
{
    drop(&stream->ahead, size);
    if (stream->ahead.size <= stream->limit)
        resume_reading(stream);
}

/* ---- what all reads share ---- */

/* Whether one may read here and now. */
static int check(const struct rondo_stream *stream)
{
    if (task_current() == NULL || !park_empty(&stream->reader))
        return RONDO_EMISUSE;
    return stream->error;
}

/* Wait until there is more, or the end. */
static int wait_for_more(struct rondo_stream *stream, const char *here)
{
    resume_reading(stream);
    RONDO_TRY(park_wait(&stream->reader, &stream->object, "read of stream", here).rc);
    return stream->error;
}

/* No more will come. */
static bool is_over(const struct rondo_stream *stream)
{
    return stream->ended;
}

/* Give `size` bytes as what has been read, and take `taken`. */
static ssize_t give(struct rondo_stream *stream, size_t size, size_t taken, const char **data)
{
    struct stream_bytes *line = &stream->line;

    line->size = 0;
    if (!make_room(line, size + 1))
        return RONDO_ENOMEM;
    if (size > 0)
        memcpy(line->data, stream->ahead.data + stream->ahead.start, size);
    line->data[size] = '\0';
    line->size = size;
    took(stream, taken);
    if (data != NULL)
        *data = line->data;
    return (ssize_t)size;
}

/* The end came early: what there is is the part. */
static ssize_t give_part(struct rondo_stream *stream)
{
    ssize_t rc = give(stream, stream->ahead.size, stream->ahead.size, NULL);

    return rc < 0 ? rc : RONDO_EINCOMPLETE;
}

/* ---- reads ---- */

ssize_t rondo_stream_read_at(rondo_stream *stream, void *data, size_t size, const char *here)
{
    RONDO_TRY(check(stream));
    if (size == 0)
        return 0;
    if (stream->ahead.size == 0 && !is_over(stream))
        RONDO_TRY(wait_for_more(stream, here));
    if (size > stream->ahead.size)
        size = stream->ahead.size;
    if (size > 0)
        memcpy(data, stream->ahead.data + stream->ahead.start, size);
    took(stream, size);
    return (ssize_t)size;
}

ssize_t rondo_stream_read_all_at(rondo_stream *stream, const char **data, const char *here)
{
    RONDO_TRY(check(stream));
    while (!is_over(stream))
        RONDO_TRY(wait_for_more(stream, here));
    return give(stream, stream->ahead.size, stream->ahead.size, data);
}

ssize_t rondo_stream_readexactly_at(rondo_stream *stream, void *data, size_t size, const char *here)
{
    RONDO_TRY(check(stream));
    while (stream->ahead.size < size) {
        if (is_over(stream))
            return give_part(stream);
        RONDO_TRY(wait_for_more(stream, here));
    }
    if (size > 0)
        memcpy(data, stream->ahead.data + stream->ahead.start, size);
    took(stream, size);
    return (ssize_t)size;
}

/* Where a separator is. */
struct place {
    size_t start;
    size_t end;
};

/* The one of `separators` that ends first at or behind `from`. Returns: whether there is any. */
static bool find_any(const struct stream_bytes *bytes, size_t from, const struct iovec *separators,
                     size_t count, struct place *place)
{
    *place = (struct place){SIZE_MAX, SIZE_MAX};
    for (size_t i = 0; i < count; i++) {
        size_t start = find(bytes, from, separators[i].iov_base, separators[i].iov_len);

        if (start != SIZE_MAX && start + separators[i].iov_len < place->end)
            *place = (struct place){start, start + separators[i].iov_len};
    }
    return place->end != SIZE_MAX;
}

/* Wait for one of `separators`. Returns: 0; RONDO_EINCOMPLETE at the end; or RONDO_ELIMIT, and then
 * `place->start` is how far it has been looked for. */
static int look_for(struct rondo_stream *stream, const struct iovec *separators, size_t count,
                    struct place *place, const char *here)
{
    size_t longest = 0, passed = 0;

    for (size_t i = 0; i < count; i++)
        longest = separators[i].iov_len > longest ? separators[i].iov_len : longest;
    while (!find_any(&stream->ahead, passed, separators, count, place)) {
        if (stream->ahead.size + 1 > passed + longest)
            passed = stream->ahead.size + 1 - longest;
        place->start = passed;
        if (passed > stream->limit)
            return RONDO_ELIMIT;
        if (is_over(stream))
            return RONDO_EINCOMPLETE;
        RONDO_TRY(wait_for_more(stream, here));
    }
    return place->start > stream->limit ? RONDO_ELIMIT : 0;
}

ssize_t rondo_stream_readuntil_any_at(rondo_stream *stream, const struct iovec *separators,
                                      size_t count, const char **data, const char *here)
{
    struct place place;
    int rc;

    for (size_t i = 0; i < count; i++) {
        if (separators[i].iov_len == 0)
            return RONDO_EINVAL;
    }
    if (count == 0)
        return RONDO_EINVAL;
    RONDO_TRY(check(stream));
    rc = look_for(stream, separators, count, &place, here);
    if (rc == RONDO_EINCOMPLETE)
        return give_part(stream);
    return rc < 0 ? rc : give(stream, place.end, place.end, data);
}

ssize_t rondo_stream_readuntil_at(rondo_stream *stream, const void *separator, size_t size,
                                  const char **data, const char *here)
{
    struct iovec separators = {(void *)(uintptr_t)separator, size};

    return rondo_stream_readuntil_any_at(stream, &separators, 1, data, here);
}

ssize_t rondo_stream_readline_at(rondo_stream *stream, const char **line, const char *here)
{
    static const struct iovec newline = {(void *)(uintptr_t) "\n", 1};
    struct place place;
    int rc;

    RONDO_TRY(check(stream));
    rc = look_for(stream, &newline, 1, &place, here);
    if (rc == RONDO_EINCOMPLETE)
        return give(stream, stream->ahead.size, stream->ahead.size, line);
    if (rc == RONDO_ELIMIT) {
        bool whole = find(&stream->ahead, place.start, "\n", 1) == place.start;

        took(stream, whole ? place.start + 1 : stream->ahead.size);
    }
    return rc < 0 ? rc : give(stream, place.end, place.end, line);
}

size_t rondo_stream_partial(const rondo_stream *stream, const char **data)
{
    *data = stream->line.size > 0 ? stream->line.data : "";
    return stream->line.size;
}

static int next_line(rondo_iterator *self, rondo_value *item)
{
    struct rondo_stream *stream = container_of(self, struct rondo_stream, lines);
    const char *line;
    ssize_t rc = rondo_stream_readline(stream, &line);

    if (rc > 0)
        *item = rondo_value_of(line);
    return rc > 0 ? 1 : (int)rc;
}

rondo_iterator *rondo_stream_lines(rondo_stream *stream)
{
    stream->lines.next = next_line;
    return &stream->lines;
}

bool rondo_stream_at_eof(const rondo_stream *stream)
{
    return stream->ended && stream->ahead.size == 0;
}
