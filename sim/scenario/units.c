/*
 * units.c - see units.h. Integers throughout: a decimal point moves a power of ten, nothing more.
 */
#include "scenario/units.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/*
 * Digits with at most one point, as `value` / 10^`places`; a number of more than 18 digits is
 * TOO_MANY, which every unit finds too large. Returns: where they end; NULL: there are none.
 */
#define TOO_MANY INT64_MAX

static const char *decimal(const char *text, int64_t *value, int *places)
{
    const char *at = text;
    int point = -1, digits = 0, counted = 0;

    *value = 0;
    for (; isdigit((unsigned char)*at) || (*at == '.' && point < 0); at++) {
        if (*at == '.') {
            point = 0;
            continue;
        }
        digits++;
        counted += counted > 0 || *at != '0';
        *value = counted > 19 || *value > INT64_MAX / 10 - 1 ? TOO_MANY : *value * 10 + (*at - '0');
        if (point >= 0)
            point++;
    }
    *places = point > 0 ? point : 0;
    return digits > 0 ? at : NULL;
}

/* Divide what both have in common of `factor`, at most as often as there are `places`. */
static void cancel(int64_t *value, int64_t *unit, int *places, int64_t factor)
{
    while (*places > 0 && *value % factor == 0) {
        *value /= factor;
        --*places;
    }
    while (*places > 0 && *unit % factor == 0) {
        *unit /= factor;
        --*places;
    }
}

/* value / 10^places * unit, exactly. Returns: what is wrong, or NULL. */
static const char *scale(int64_t value, int places, int64_t unit, int64_t *out)
{
    int twos = places, fives = places;

    if (value == TOO_MANY)
        return "too large";
    cancel(&value, &unit, &twos, 2);
    cancel(&value, &unit, &fives, 5);
    if (value != 0 && (twos > 0 || fives > 0))
        return "finer than the smallest unit";
    if (value != 0 && unit > INT64_MAX / value)
        return "too large";
    *out = value * unit;
    return NULL;
}

const char *units_duration(const char *text, int64_t *ns)
{
    static const struct {
        const char *name;
        int64_t ns;
    } units[] = {
        {"ns", 1},
        {"us", 1000},
        {"ms", 1000000},
        {"s", 1000000000},
        {"min", INT64_C(60) * 1000000000},
        {"h", INT64_C(3600) * 1000000000},
        {"d", INT64_C(86400) * 1000000000},
    };
    int64_t value;
    int places;
    const char *unit = decimal(text, &value, &places);

    if (text[0] == '-')
        return "a duration cannot be negative";
    if (unit == NULL)
        return "not a duration, such as 2s or 100ms";
    if (*unit == '\0')
        return "a duration needs a unit: ns us ms s min h d";
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(unit, units[i].name) == 0)
            return scale(value, places, units[i].ns, ns);
    }
    return "not a unit of time: ns us ms s min h d";
}

const char *units_offset(const char *text, int64_t *ns)
{
    bool back = text[0] == '-';
    const char *why = units_duration(text + back, ns);

    if (why == NULL && back)
        *ns = -*ns;
    return why;
}

const char *units_ppm(const char *text, int64_t *ppm)
{
    bool slow = text[0] == '-';
    int64_t value;
    int places;
    const char *unit = decimal(text + slow, &value, &places);

    if (unit == NULL || strcmp(unit, "ppm") != 0 || places > 0)
        return "not parts in a million, such as 50ppm";
    if (value == TOO_MANY || value > 500000)
        return "no clock is that wrong";
    *ppm = slow ? -value : value;
    return NULL;
}

const char *units_percent(const char *text, int64_t *millis)
{
    int64_t value, scaled;
    int places;
    const char *unit = decimal(text, &value, &places);
    const char *wrong;

    if (unit == NULL || strcmp(unit, "%") != 0)
        return "not a percentage, such as 5%";
    wrong = scale(value, places, 1000, &scaled);
    if (wrong != NULL)
        return wrong;
    if (scaled > 100000)
        return "more than 100%";
    *millis = scaled;
    return NULL;
}

const char *units_count(const char *text, int64_t max, int64_t *count)
{
    int64_t value;
    int places;
    const char *end = decimal(text, &value, &places);

    if (end == NULL || *end != '\0' || strchr(text, '.') != NULL)
        return "not a whole number";
    if (value == TOO_MANY || value > max)
        return "too large";
    *count = value;
    return NULL;
}

const char *units_factor(const char *text, int64_t *numerator, int64_t *denominator)
{
    int64_t value, power = 1;
    int places;
    const char *unit = decimal(text, &value, &places);

    if (unit == NULL || strcmp(unit, "x") != 0 || value == 0 || value > 1000000000 || places > 9)
        return "not a factor, such as 3x or 1.5x";
    while (places-- > 0)
        power *= 10;
    *numerator = value;
    *denominator = power;
    return NULL;
}

static int64_t days_before_year(int64_t year)
{
    int64_t y = year - 1;

    return y * 365 + y / 4 - y / 100 + y / 400;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap);
}

const char *units_civil(const char *text, int64_t *ns)
{
    static const char form[] = "0000-00-00 00:00:00";
    int year, month, day, hour, minute, second, end = 0;
    int64_t days;

    for (size_t i = 0; i < sizeof form - 1; i++) {
        if (form[i] == '0' ? !isdigit((unsigned char)text[i]) : text[i] != form[i])
            return "not a time, such as 2024-01-19 17:13:52";
    }
    if (sscanf(text, "%4d-%2d-%2d %2d:%2d:%2d%n", &year, &month, &day, &hour, &minute, &second,
               &end) != 6 ||
        text[end] != '\0')
        return "not a time, such as 2024-01-19 17:13:52";
    if (year < 1970 || year > 2200 || month < 1 || month > 12 || day < 1 ||
        day > days_in_month(year, month) || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
        second < 0 || second > 59)
        return "no such time";
    days = days_before_year(year) - days_before_year(1970) + day - 1;
    for (int m = 1; m < month; m++)
        days += days_in_month(year, m);
    *ns = (((days * 24 + hour) * 60 + minute) * 60 + second) * INT64_C(1000000000);
    return NULL;
}

/* ---- the network's ---- */

const char *units_span(const char *text, int64_t *least, int64_t *most)
{
    const char *dots = strstr(text, "..");
    char first[40];
    int64_t from, to;
    const char *why;

    if (dots == NULL) {
        why = units_duration(text, &from);
        if (why == NULL)
            *least = *most = from;
        return why;
    }
    if (dots - text >= (ptrdiff_t)sizeof first)
        return "not a duration, such as 2s or 100ms";
    snprintf(first, sizeof first, "%.*s", (int)(dots - text), text);
    why = units_duration(first, &from);
    if (why == NULL)
        why = units_duration(dots + 2, &to);
    if (why == NULL && to < from)
        why = "it ends before it begins";
    if (why != NULL)
        return why;
    *least = from;
    *most = to;
    return NULL;
}

#define RATIO_MAX 1000000

const char *units_ratio(const char *text, int64_t *part, int64_t *whole)
{
    static const char form[] = "not a ratio, such as 1/100";
    int64_t first, second;
    int places, more;
    const char *at = decimal(text, &first, &places);

    if (at == NULL || *at != '/' || places > 0)
        return form;
    at = decimal(at + 1, &second, &more);
    if (at == NULL || *at != '\0' || more > 0)
        return form;
    if (second == 0 || second > RATIO_MAX)
        return "a ratio is of at least one and at most a million";
    if (first > second)
        return "more than all";
    *part = first;
    *whole = second;
    return NULL;
}

const char *units_size(const char *text, int64_t *bytes)
{
    static const struct {
        const char *name;
        int64_t bytes;
    } units[] = {{"B", 1},         {"KB", 1000},       {"KiB", 1024},   {"MB", 1000000},
                 {"MiB", 1 << 20}, {"GB", 1000000000}, {"GiB", 1 << 30}};
    int64_t value;
    int places;
    const char *unit = decimal(text, &value, &places);

    if (unit == NULL)
        return "not a size, such as 64KB";
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(unit, units[i].name) == 0)
            return value > 0 ? scale(value, places, units[i].bytes, bytes) : "not even one byte";
    }
    return "a size needs a unit: B KB KiB MB MiB GB GiB";
}

const char *units_rate(const char *text, int64_t *bytes_per_s)
{
    static const struct {
        const char *name;
        int64_t bits;
    } units[] = {{"bit/s", 1}, {"kbit/s", 1000}, {"Mbit/s", 1000000}, {"Gbit/s", 1000000000},
                 {"B/s", 8},   {"KB/s", 8000},   {"MB/s", 8000000},   {"GB/s", 8000000000}};
    int64_t value, bits;
    int places;
    const char *unit = decimal(text, &value, &places);
    const char *why;

    if (unit == NULL)
        return "not a rate, such as 10Mbit/s";
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(unit, units[i].name) != 0)
            continue;
        why = scale(value, places, units[i].bits, &bits);
        if (why == NULL && bits < 8)
            why = "not even one byte a second";
        if (why == NULL)
            *bytes_per_s = bits / 8;
        return why;
    }
    return "a rate needs a unit: bit/s kbit/s Mbit/s Gbit/s, or B/s KB/s MB/s GB/s";
}

const char *units_address(const char *text, uint8_t *address)
{
    uint8_t bytes[16] = {[10] = 0xff, 0xff};
    bool v4 = inet_pton(AF_INET, text, bytes + 12) == 1;
    static const uint8_t none[16], loopback[16] = {[15] = 1};

    if (!v4 && inet_pton(AF_INET6, text, bytes) != 1)
        return "not an address, such as 10.0.0.1 or fd00::1";
    if (v4 ? bytes[12] == 0 || bytes[12] == 127 || bytes[12] >= 224
           : bytes[0] == 0xff || memcmp(bytes, none, 16) == 0 || memcmp(bytes, loopback, 16) == 0)
        return "no host can have that address";
    memcpy(address, bytes, sizeof bytes);
    return NULL;
}
