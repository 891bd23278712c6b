/*
 * weather.h - what goes wrong with hosts and wires for a while, as somebody has declared it.
 *
 * Each weather has a time at which it begins, or a period, or both; a duration; and targets, which
 * are looked up whenever it begins. What is open about it - which of several hosts, when in a span,
 * for how long, whether this time at all - is drawn as `weather`: value 0 is the first host, the
 * earliest time, the shortest duration, and that it happens. How often it took effect is counted:
 * something was then really different from what it would have been.
 *
 * What weather does to packets it does here, between packet_send() and their arrival; what it does
 * to hosts, machine.h does for it, and to connections, tcp.h.
 */
#ifndef RONDO_WORLD_WEATHER_H
#define RONDO_WORLD_WEATHER_H

#include "world/net.h"
#include "world/weather_spec.h"

struct weather;

/* Declare weather. Requires: as many targets as its kind is about; where it comes again and again,
 * it is over before. Returns: it, owned by the world. */
struct weather *weather_add(struct world *world, const struct weather_spec *spec);

/* What has become of it so far. */
struct weather_count weather_count(const struct weather *weather);

/* ---- net.c's and segment.c's ---- */

/* Whether `packet`, which is being sent or is about to arrive, is lost. Returns: the name of what
 * it is lost in, or NULL. */
const char *weather_loses(const struct packet *packet, bool sent);

/* How much longer `packet`, which is being sent, takes. */
int64_t weather_delays(const struct packet *packet);

/* Whether `packet`, which is about to arrive, is kept back; it is then the weather's until
 * packet_arrive_now(). Returns: the name of what it waits for the end of, or NULL. */
const char *weather_keeps(struct packet *packet);

/* Whether who asks to connect is refused. */
bool weather_refuses(const struct host *from, const struct host *to);

/* Free what was declared; world_close()'s. */
void weather_free(struct world *world);

#endif
