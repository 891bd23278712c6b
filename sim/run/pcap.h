/*
 * pcap.h - what each host sends and gets, as a recorder of packets on it would have written it:
 * one pcapng file a host, in virtual time, for tshark and the like.
 *
 * Format: draft-ietf-opsawg-pcapng. Packets begin with their IP header (LINKTYPE_RAW), times are in
 * nanoseconds. What a host sends to itself is there once, what is lost on the way only where it was
 * sent.
 */
#ifndef RONDO_RUN_PCAP_H
#define RONDO_RUN_PCAP_H

#include <stdio.h>

#include "world/net.h"

struct pcap;

/* Ready to write `path`-HOST.pcapng for each host that is seen; the world's clock began at
 * `epoch_ns`. Owned by the caller: pcap_close(). */
struct pcap *pcap_open(const char *path, int64_t epoch_ns);

/* To be put into a world (world.tap). Borrowed from `pcap`. */
struct tap *pcap_tap(struct pcap *pcap);

/* Write the rest and print a line for each file, or why it could not be written, to `out`. */
void pcap_close(struct pcap *pcap, FILE *out);

#endif
