/*
 * pcap.c - see pcap.h.
 */
#include "run/pcap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/folder.h"
#include "world/wire.h"

/* Blocks and options of the format. */
enum { BLOCK_SECTION = 0x0a0d0d0a, BLOCK_INTERFACE = 1, BLOCK_PACKET = 6 };
enum {
    OPTION_END = 0,
    OPTION_PROGRAM = 4,
    OPTION_NAME = 2,
    OPTION_RESOLUTION = 9,
    OPTION_FLAGS = 2
};
enum { FLAG_IN = 1, FLAG_OUT = 2 };

#define BYTE_ORDER_MAGIC 0x1a2b3c4d
#define LINKTYPE_RAW     101

/* A file: of one host. */
struct record {
    uint32_t host; /* its id */
    char *path;
    FILE *file; /* NULL: it cannot be written */
    int error;
    size_t packets;
};

struct pcap {
    struct tap tap;
    char *path;
    int64_t epoch_ns;
    struct record *records;
    size_t count;
    size_t capacity;
    uint8_t bytes[WIRE_SIZE_MAX];
};

/* ---- blocks: put together, then written with their length before and behind ---- */

struct block {
    uint8_t *bytes;
    size_t size;
    size_t capacity;
};

static void put(struct block *block, const void *bytes, size_t size)
{
    size_t padded = (size + 3) / 4 * 4;

    block->bytes = must_room(block->bytes, &block->capacity, block->size + padded, 1);
    memset(block->bytes + block->size, 0, padded);
    if (size > 0)
        memcpy(block->bytes + block->size, bytes, size);
    block->size += padded;
}

static void put_number(struct block *block, uint32_t value)
{
    put(block, &value, sizeof value);
}

static void put_halves(struct block *block, uint16_t first, uint16_t second)
{
    uint16_t halves[] = {first, second};

    put(block, halves, sizeof halves);
}

static void put_option(struct block *block, uint16_t code, const void *bytes, size_t size)
{
    put_halves(block, code, (uint16_t)size);
    put(block, bytes, size);
}

/* Write it, and free it. */
static void write_block(FILE *file, uint32_t type, struct block *block)
{
    uint32_t head[] = {type, (uint32_t)block->size + 12};

    fwrite(head, sizeof head, 1, file);
    fwrite(block->bytes, 1, block->size, file);
    fwrite(&head[1], sizeof head[1], 1, file);
    free(block->bytes);
}

static void write_section(FILE *file)
{
    static const char program[] = "rondo";
    struct block block = {0};

    put_number(&block, BYTE_ORDER_MAGIC);
    put_halves(&block, 1, 0); /* version 1.0 */
    put_number(&block, UINT32_MAX);
    put_number(&block, UINT32_MAX); /* of a length that is not known */
    put_option(&block, OPTION_PROGRAM, program, sizeof program - 1);
    put_option(&block, OPTION_END, NULL, 0);
    write_block(file, BLOCK_SECTION, &block);
}

static void write_interface(FILE *file, const char *name)
{
    static const uint8_t nanoseconds = 9;
    struct block block = {0};

    put_halves(&block, LINKTYPE_RAW, 0);
    put_number(&block, 0); /* packets are whole, however long */
    put_option(&block, OPTION_NAME, name, strlen(name));
    put_option(&block, OPTION_RESOLUTION, &nanoseconds, sizeof nanoseconds);
    put_option(&block, OPTION_END, NULL, 0);
    write_block(file, BLOCK_INTERFACE, &block);
}

static void write_packet(FILE *file, int64_t time_ns, uint32_t flags, const uint8_t *bytes,
                         size_t size)
{
    struct block block = {0};

    put_number(&block, 0); /* the interface */
    put_number(&block, (uint32_t)((uint64_t)time_ns >> 32));
    put_number(&block, (uint32_t)time_ns);
    put_number(&block, (uint32_t)size);
    put_number(&block, (uint32_t)size);
    put(&block, bytes, size);
    put_option(&block, OPTION_FLAGS, &flags, sizeof flags);
    put_option(&block, OPTION_END, NULL, 0);
    write_block(file, BLOCK_PACKET, &block);
}

/* ---- files ---- */

static void open_file(struct record *record, const struct host *host)
{
    folder_make_for(record->path);
    record->file = fopen(record->path, "wb");
    if (record->file == NULL) {
        record->error = errno;
        return;
    }
    write_section(record->file);
    write_interface(record->file, host->name);
}

/* The file of `host`, begun when the first packet is seen there. */
static struct record *record_of(struct pcap *pcap, const struct host *host)
{
    struct record *record;

    for (size_t i = 0; i < pcap->count; i++) {
        if (pcap->records[i].host == host->id)
            return &pcap->records[i];
    }
    pcap->records =
        must_room(pcap->records, &pcap->capacity, pcap->count + 1, sizeof *pcap->records);
    record = &pcap->records[pcap->count++];
    *record = (struct record){.host = host->id,
                              .path = must_format("%s-%s.pcapng", pcap->path, host->name)};
    open_file(record, host);
    return record;
}

static void see(void *self, const struct host *host, const struct packet *packet)
{
    struct pcap *pcap = self;
    struct record *record = record_of(pcap, host);
    int64_t time_ns = pcap->epoch_ns + host->net->world->now_ns;
    uint32_t flags = packet->from == host ? FLAG_OUT : FLAG_IN;
    size_t size;

    for (size_t piece = 0; (size = packet->wire(packet, piece, pcap->bytes)) > 0; piece++) {
        record->packets++;
        if (record->file != NULL)
            write_packet(record->file, time_ns, flags, pcap->bytes, size);
    }
}

struct pcap *pcap_open(const char *path, int64_t epoch_ns)
{
    struct pcap *pcap = must_alloc(sizeof *pcap);

    pcap->path = must_text(path);
    pcap->epoch_ns = epoch_ns;
    pcap->tap = (struct tap){see, pcap};
    return pcap;
}

struct tap *pcap_tap(struct pcap *pcap)
{
    return &pcap->tap;
}

static void close_file(struct record *record, FILE *out)
{
    if (record->file != NULL) {
        if (ferror(record->file) != 0)
            record->error = EIO;
        if (fclose(record->file) != 0)
            record->error = errno;
    }
    if (record->error != 0)
        fprintf(out, "      %s: %s\n", record->path, strerror(record->error));
    else
        fprintf(out, "      %s: %zu packet%s\n", record->path, record->packets,
                record->packets == 1 ? "" : "s");
    free(record->path);
}

void pcap_close(struct pcap *pcap, FILE *out)
{
    for (size_t i = 0; i < pcap->count; i++)
        close_file(&pcap->records[i], out);
    free(pcap->records);
    free(pcap->path);
    free(pcap);
}
