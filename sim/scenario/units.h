/*
 * units.h - the numbers of a scenario file: durations, percentages, civil time, small integers.
 *
 * Each reads a whole text. Returns: NULL on success, else what is wrong, static; the output is then
 * untouched.
 */
#ifndef RONDO_SCENARIO_UNITS_H
#define RONDO_SCENARIO_UNITS_H

#include <stdint.h>

/* "2s", "2.01s", "100ms", "50us", "1min": nanoseconds, not negative, no fraction of one. */
const char *units_duration(const char *text, int64_t *ns);

/* "2s", "-2s": the same, either way. */
const char *units_offset(const char *text, int64_t *ns);

/* "50ppm", "-200ppm": parts in a million, at most half of it. */
const char *units_ppm(const char *text, int64_t *ppm);

/* "5%", "0.5%": in thousandths of a percent, at most 100 %. */
const char *units_percent(const char *text, int64_t *millis);

/* "2024-01-19 17:13:52", UTC: nanoseconds since 1970. From 1970 to 2200. */
const char *units_civil(const char *text, int64_t *ns);

/* A whole number from 0 to `max`. */
const char *units_count(const char *text, int64_t max, int64_t *count);

/* "3x", "1.5x": a ratio of whole numbers, more than 0. */
const char *units_factor(const char *text, int64_t *numerator, int64_t *denominator);

/* "50ms", "1ms..20ms": the least and the most of a duration. */
const char *units_span(const char *text, int64_t *least, int64_t *most);

/* "1/100": so many of so many, not more than all, of at most a million. */
const char *units_ratio(const char *text, int64_t *part, int64_t *whole);

/* "512B", "64KB", "1MiB": bytes, at least one. KB is a thousand, KiB 1024. */
const char *units_size(const char *text, int64_t *bytes);

/* "10Mbit/s", "1.25MB/s": bytes a second, at least one. */
const char *units_rate(const char *text, int64_t *bytes_per_s);

/* "10.0.0.1", "fd00::1": 16 bytes, as IPv6 writes both. Of a host: neither any, nor loopback, nor
 * of many. */
const char *units_address(const char *text, uint8_t *address);

#endif
