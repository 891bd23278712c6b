/*
 * units_test.c - the numbers of scenario files: what they mean, and what is said of others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "scenario/units.h"

#define UNTOUCHED INT64_C(-77)
#define S         INT64_C(1000000000)

/* A text, and its number or what is wrong with it. */
struct row {
    const char *text;
    int64_t number;
    const char *wrong;
};

static void expect_rows(const char *(*read)(const char *text, int64_t *number),
                        const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int64_t number = UNTOUCHED;
        const char *wrong = read(rows[i].text, &number);
        const char *expected = rows[i].wrong;

        if ((wrong == NULL) != (expected == NULL) ||
            (wrong != NULL && strcmp(wrong, expected) != 0))
            fail_msg("'%s': %s, expected: %s", rows[i].text, wrong != NULL ? wrong : "no mistake",
                     expected != NULL ? expected : "no mistake");
        if (number != (wrong == NULL ? rows[i].number : UNTOUCHED))
            fail_msg("'%s' is %lld", rows[i].text, (long long)number);
    }
}

#define EXPECT(read, rows) expect_rows(read, rows, sizeof(rows) / sizeof *(rows))

static void a_duration_is_a_number_and_a_unit(void **state)
{
    static const struct row rows[] = {
        {"2s", 2 * S, NULL},
        {"2.01s", 2010000000, NULL},
        {"2.010s", 2010000000, NULL},
        {"0s", 0, NULL},
        {"0.0s", 0, NULL},
        {"1ns", 1, NULL},
        {"1us", 1000, NULL},
        {"1ms", 1000000, NULL},
        {"1.5us", 1500, NULL},
        {"0.000000001s", 1, NULL},
        {"1min", 60 * S, NULL},
        {"1.5min", 90 * S, NULL},
        {"0.25h", 900 * S, NULL},
        {"1d", 86400 * S, NULL},
        {"007s", 7 * S, NULL},
        {"106751d", INT64_C(106751) * 86400 * S, NULL},
        {"9223372036s", 9223372036 * S, NULL},
        {"999999999999999999ns", 999999999999999999, NULL},
    };

    (void)state;
    EXPECT(units_duration, rows);
}

static void what_is_no_duration_is_said(void **state)
{
    static const char *const unit = "a duration needs a unit: ns us ms s min h d";
    static const char *const not_unit = "not a unit of time: ns us ms s min h d";
    static const char *const no = "not a duration, such as 2s or 100ms";
    const struct row rows[] = {
        {"", 0, no},
        {"s", 0, no},
        {".s", 0, no},
        {"two seconds", 0, no},
        {" 2s", 0, no},
        {"+2s", 0, no},
        {"-2s", 0, "a duration cannot be negative"},
        {"2", 0, unit},
        {"2.5", 0, unit},
        {"2 s", 0, not_unit},
        {"2s ", 0, not_unit},
        {"2m", 0, not_unit},
        {"2S", 0, not_unit},
        {"2sec", 0, not_unit},
        {"2,5s", 0, not_unit},
        {"1e3s", 0, not_unit},
        {"1.2.3s", 0, not_unit},
        {"0.5ns", 0, "finer than the smallest unit"},
        {"0.0000000001s", 0, "finer than the smallest unit"},
        {"106752d", 0, "too large"},
        {"9223372037s", 0, "too large"},
        {"999999999999999999h", 0, "too large"},
    };

    (void)state;
    EXPECT(units_duration, rows);
}

/* What is too large is said to be, however many digits it has. */
static void a_number_of_many_digits_is_too_large(void **state)
{
    static const struct row rows[] = {
        {"1000000000000000000ns", 1000000000000000000, NULL},
        {"99999999999999999999ns", 0, "too large"},
        {"99999999999999999999999999s", 0, "too large"},
    };

    (void)state;
    EXPECT(units_duration, rows);
}

static void a_duration_that_is_whole_is_exact_however_it_is_written(void **state)
{
    static const struct row rows[] = {
        {"0.00000000005min", 3, NULL},
        {"0.0000000000025h", 9, NULL},
        {"0.00000000000001d", 0, "finer than the smallest unit"},
    };

    (void)state;
    EXPECT(units_duration, rows);
}

static void a_percentage_is_in_thousandths(void **state)
{
    static const char *const no = "not a percentage, such as 5%";
    const struct row rows[] = {
        {"5%", 5000, NULL},
        {"0.5%", 500, NULL},
        {"0.001%", 1, NULL},
        {"0%", 0, NULL},
        {"100%", 100000, NULL},
        {"100.000%", 100000, NULL},
        {"100.001%", 0, "more than 100%"},
        {"101%", 0, "more than 100%"},
        {"0.0001%", 0, "finer than the smallest unit"},
        {"999999999999999999%", 0, "too large"},
        {"5", 0, no},
        {"5 %", 0, no},
        {"5%%", 0, no},
        {"-5%", 0, no},
        {"%", 0, no},
        {"", 0, no},
    };

    (void)state;
    EXPECT(units_percent, rows);
}

static void civil_time_is_in_utc(void **state)
{
    static const struct row rows[] = {
        {"1970-01-01 00:00:00", 0, NULL},
        {"1970-01-02 00:00:01", 86401 * S, NULL},
        {"2000-01-01 00:00:00", 946684800 * S, NULL},
        {"2024-01-19 17:13:52", 1705684432 * S, NULL},
        {"2024-02-29 23:59:59", 1709251199 * S, NULL},
        {"2000-02-29 00:00:00", 951782400 * S, NULL},
        {"2100-03-01 00:00:00", 4107542400 * S, NULL},
        {"2200-12-31 23:59:59", 7289654399 * S, NULL},
    };

    (void)state;
    EXPECT(units_civil, rows);
}

static void there_are_times_that_there_are_not(void **state)
{
    static const char *const no = "not a time, such as 2024-01-19 17:13:52";
    static const char *const never = "no such time";
    const struct row rows[] = {
        {"2023-02-29 00:00:00", 0, never},
        {"2100-02-29 00:00:00", 0, never},
        {"2024-04-31 00:00:00", 0, never},
        {"2024-00-01 00:00:00", 0, never},
        {"2024-13-01 00:00:00", 0, never},
        {"2024-01-00 00:00:00", 0, never},
        {"2024-01-01 24:00:00", 0, never},
        {"2024-01-01 00:60:00", 0, never},
        {"2024-01-01 00:00:60", 0, never},
        {"1969-12-31 23:59:59", 0, never},
        {"2201-01-01 00:00:00", 0, never},
        {"2024-01-19", 0, no},
        {"2024-01-19 17:13", 0, no},
        {"2024-01-19T17:13:52", 0, no},
        {"2024-01-19 17:13:52Z", 0, no},
        {"2024-01-19 17:13:52.5", 0, no},
        {"19.1.2024 17:13:52", 0, no},
        {"20240-01-19 17:13:52", 0, no},
        {"yesterday", 0, no},
        {"", 0, no},
    };

    (void)state;
    EXPECT(units_civil, rows);
}

/* Two digits everywhere and one space: a slip of the pen is not some other time. */
static void civil_time_has_one_form(void **state)
{
    static const char *const no = "not a time, such as 2024-01-19 17:13:52";
    const struct row rows[] = {
        {"2024-01-1917:13:52", 0, no},   {"2024-01-19  17:13:52", 0, no},
        {" 2024-01-19 17:13:52", 0, no}, {"2024-1-19 17:13:52", 0, no},
        {"2024-+1-19 17:13:52", 0, no},  {"24-01-19 17:13:52", 0, no},
    };

    (void)state;
    EXPECT(units_civil, rows);
}

static const char *count_to_1000(const char *text, int64_t *count)
{
    return units_count(text, 1000, count);
}

static void a_count_is_whole_and_has_a_limit(void **state)
{
    static const char *const no = "not a whole number";
    const struct row rows[] = {
        {"0", 0, NULL},       {"7", 7, NULL},           {"0007", 7, NULL},
        {"1000", 1000, NULL}, {"1001", 0, "too large"}, {"999999999999999999", 0, "too large"},
        {"-1", 0, no},        {"1.0", 0, no},           {"1.", 0, no},
        {"1e3", 0, no},       {"0x10", 0, no},          {"", 0, no},
        {" 1", 0, no},        {"many", 0, no},
    };

    (void)state;
    EXPECT(count_to_1000, rows);
}

static void a_factor_is_a_ratio_of_whole_numbers(void **state)
{
    static const struct {
        const char *text;
        int64_t numerator;
        int64_t denominator;
    } rows[] = {{"3x", 3, 1}, {"1.5x", 15, 10}, {"0.25x", 25, 100}, {"1000000000x", 1000000000, 1}};
    static const char *const others[] = {"3",   "x",    "0x",           "0.0x",
                                         "-3x", "3 x",  "3X",           "3x3x",
                                         "",    "1/3x", "10000000000x", "0.0000000001x"};
    int64_t numerator = UNTOUCHED, denominator = UNTOUCHED;

    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const char *wrong = units_factor(others[i], &numerator, &denominator);

        if (wrong == NULL)
            fail_msg("'%s' is a factor", others[i]);
        assert_string_equal(wrong, "not a factor, such as 3x or 1.5x");
        assert_int_equal(numerator, UNTOUCHED);
        assert_int_equal(denominator, UNTOUCHED);
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_null(units_factor(rows[i].text, &numerator, &denominator));
        assert_int_equal(numerator, rows[i].numerator);
        assert_int_equal(denominator, rows[i].denominator);
    }
}

/* A span as one number: the least in ms, then what it may be more. */
static const char *read_span(const char *text, int64_t *number)
{
    int64_t least = 0, most = 0;
    const char *wrong = units_span(text, &least, &most);

    if (wrong == NULL)
        *number = least / 1000000 * 1000 + (most - least) / 1000000;
    return wrong;
}

static void a_span_is_one_duration_or_two(void **state)
{
    static const struct row rows[] = {
        {"50ms", 50000, NULL},
        {"1ms..20ms", 1019, NULL},
        {"0s..1s", 1000, NULL},
        {"2ms..2ms", 2000, NULL},
        {"20ms..1ms", 0, "it ends before it begins"},
        {"1..20ms", 0, "a duration needs a unit: ns us ms s min h d"},
        {"1ms..", 0, "not a duration, such as 2s or 100ms"},
        {"..1ms", 0, "not a duration, such as 2s or 100ms"},
        {"1ms..2ms..3ms", 0, "not a unit of time: ns us ms s min h d"},
        {"1ms...2ms", 0, "it ends before it begins"}, /* at .2ms */
        {"0000000000000000000000000000000000000001ms..2ms", 0,
         "not a duration, such as 2s or 100ms"},
        {"", 0, "not a duration, such as 2s or 100ms"},
    };

    (void)state;
    EXPECT(read_span, rows);
}

/* A ratio as one number: part and whole. */
static const char *read_ratio(const char *text, int64_t *number)
{
    int64_t part = 0, whole = 0;
    const char *wrong = units_ratio(text, &part, &whole);

    if (wrong == NULL)
        *number = part * 10000000 + whole;
    return wrong;
}

static void a_ratio_is_so_many_of_so_many(void **state)
{
    static const char *const no = "not a ratio, such as 1/100";
    static const char *const limits = "a ratio is of at least one and at most a million";
    const struct row rows[] = {
        {"1/100", 10000100, NULL},
        {"0/1", 1, NULL},
        {"1/1", 10000001, NULL},
        {"1000000/1000000", INT64_C(10000001000000), NULL},
        {"2/1", 0, "more than all"},
        {"1/0", 0, limits},
        {"1/1000001", 0, limits},
        {"1", 0, no},
        {"1%", 0, no},
        {"0.5/1", 0, no},
        {"1/2.5", 0, no},
        {"1/2 ", 0, no},
        {"-1/2", 0, no},
        {"", 0, no},
    };

    (void)state;
    EXPECT(read_ratio, rows);
}

static void a_size_is_in_bytes(void **state)
{
    static const char *const unit = "a size needs a unit: B KB KiB MB MiB GB GiB";
    const struct row rows[] = {
        {"1B", 1, NULL},
        {"64KB", 64000, NULL},
        {"64KiB", 65536, NULL},
        {"1.5MB", 1500000, NULL},
        {"2MiB", 2097152, NULL},
        {"1GB", 1000000000, NULL},
        {"1GiB", 1073741824, NULL},
        {"0KB", 0, "not even one byte"},
        {"0.5B", 0, "finer than the smallest unit"},
        {"64", 0, unit},
        {"64kb", 0, unit},
        {"64 KB", 0, unit},
        {"", 0, "not a size, such as 64KB"},
        {"99999999999999999999GB", 0, "too large"},
    };

    (void)state;
    EXPECT(units_size, rows);
}

static void a_rate_is_in_bits_or_bytes_a_second(void **state)
{
    static const char *const unit =
        "a rate needs a unit: bit/s kbit/s Mbit/s Gbit/s, or B/s KB/s MB/s GB/s";
    const struct row rows[] = {
        {"8bit/s", 1, NULL},
        {"10Mbit/s", 1250000, NULL},
        {"1Gbit/s", 125000000, NULL},
        {"56kbit/s", 7000, NULL},
        {"1B/s", 1, NULL},
        {"1.25MB/s", 1250000, NULL},
        {"2KB/s", 2000, NULL},
        {"1GB/s", 1000000000, NULL},
        {"7bit/s", 0, "not even one byte a second"},
        {"0Mbit/s", 0, "not even one byte a second"},
        {"10", 0, unit},
        {"10Mb/s", 0, unit},
        {"", 0, "not a rate, such as 10Mbit/s"},
        {"9999999999999999999Gbit/s", 0, "too large"},
    };

    (void)state;
    EXPECT(units_rate, rows);
}

static void an_address_is_one_that_a_host_can_have(void **state)
{
    static const char *const good[] = {"10.0.0.1", "192.168.1.255", "fd00::1", "2001:db8::2"};
    static const char *const bad[] = {"0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255",
                                      "::",      "::1",       "ff02::1"};
    static const char *const none[] = {"",          "10.0.0",    "10.0.0.256", "10.0.0.1:80",
                                       "10.0.0.1 ", "localhost", "[fd00::1]",  "fd00::g"};
    uint8_t address[16];

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_null(units_address(good[i], address));
    assert_int_equal(address[15], 2);
    assert_null(units_address("10.1.2.3", address));
    assert_memory_equal(address, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\1\2\3", 16);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_string_equal(units_address(bad[i], address), "no host can have that address");
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_string_equal(units_address(none[i], address),
                            "not an address, such as 10.0.0.1 or fd00::1");
    assert_int_equal(address[12], 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_duration_is_a_number_and_a_unit),
        cmocka_unit_test(what_is_no_duration_is_said),
        cmocka_unit_test(a_number_of_many_digits_is_too_large),
        cmocka_unit_test(a_duration_that_is_whole_is_exact_however_it_is_written),
        cmocka_unit_test(a_percentage_is_in_thousandths),
        cmocka_unit_test(civil_time_is_in_utc),
        cmocka_unit_test(there_are_times_that_there_are_not),
        cmocka_unit_test(civil_time_has_one_form),
        cmocka_unit_test(a_count_is_whole_and_has_a_limit),
        cmocka_unit_test(a_factor_is_a_ratio_of_whole_numbers),
        cmocka_unit_test(a_span_is_one_duration_or_two),
        cmocka_unit_test(a_ratio_is_so_many_of_so_many),
        cmocka_unit_test(a_size_is_in_bytes),
        cmocka_unit_test(a_rate_is_in_bits_or_bytes_a_second),
        cmocka_unit_test(an_address_is_one_that_a_host_can_have),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
