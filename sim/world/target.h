/*
 * target.h - whom weather meets: hosts by name, by number, by role.
 *
 * Who that is is looked up when it is asked, in the order of hosts; where fewer are meant than
 * there are, they are drawn as `weather.who`, one after the other.
 */
#ifndef RONDO_WORLD_TARGET_H
#define RONDO_WORLD_TARGET_H

#include "world/net.h"
#include "world/weather_spec.h"

/* The sides of something on which hosts are, by their ids. */
struct sides {
    uint8_t *of; /* bits */
    size_t size; /* ids that there are room for */
};

#define SIDE_FIRST  1u
#define SIDE_SECOND 2u

/* Whether `host` is on a side of `side`, bits. */
static inline bool sides_has(const struct sides *sides, const struct host *host, unsigned side)
{
    return host->id < sides->size && (sides->of[host->id] & side) != 0;
}

/* Nobody of `world` is on any side. */
void sides_reset(struct sides *sides, struct world *world);

/* Put those whom `target` means on `side`; `what` is being done to them, in words. Returns: how
 * many there are. */
size_t sides_add(struct sides *sides, struct world *world, unsigned side,
                 const struct target *target, const char *what);

/* Put everybody on the second side who is not on the first. Returns: how many there are. */
size_t sides_add_others(struct sides *sides, struct world *world);

/* Write it as a file says it: "one of client". Returns: `text`. */
char *target_text(const struct target *target, char *text, size_t size);

/* Write who is on `side`: "client.1, client.2". Returns: `text`. */
char *sides_text(const struct sides *sides, struct world *world, unsigned side, char *text,
                 size_t size);

#endif
