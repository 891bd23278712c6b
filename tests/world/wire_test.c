/*
 * wire_test.c - packets as bytes: headers field by field, and checksums as their receiver would
 * check them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "world/wire.h"

static uint8_t bytes[WIRE_SIZE_MAX];

static struct address six(uint8_t last, uint16_t port)
{
    return (struct address){.ip = {0xfd, [15] = last}, .port = port};
}

static unsigned get16(size_t at)
{
    return (unsigned)bytes[at] << 8 | bytes[at + 1];
}

/* The sum of 16-bit words, with their carries: 0xffff over what has a right checksum in it. */
static unsigned sum(unsigned begin, size_t at, size_t size)
{
    uint64_t total = begin;

    for (size_t i = 0; i < size; i++)
        total += (uint64_t)bytes[at + i] << (i % 2 == 0 ? 8 : 0);
    while (total >> 16 != 0)
        total = (total & 0xffff) + (total >> 16);
    return (unsigned)total;
}

/* What is checked besides the transport's own bytes, of an IPv4 or an IPv6 header. */
static unsigned pseudo(size_t header, size_t size)
{
    unsigned number = header == 20 ? bytes[9] : bytes[6];

    return sum(number + (unsigned)size, header == 20 ? 12 : 8, header == 20 ? 8 : 32);
}

static void expect_right(size_t header, size_t size)
{
    if (header == 20) {
        assert_int_equal(bytes[0], 0x45);
        assert_int_equal(get16(2), size);
        assert_int_equal(sum(0, 0, 20), 0xffff);
    } else {
        assert_int_equal(bytes[0], 0x60);
        assert_int_equal(get16(4), size - header);
    }
    assert_int_equal(sum(pseudo(header, size - header), header, size - header), 0xffff);
}

static void a_segment_has_its_ports_positions_flags_and_window(void **state)
{
    struct address source = address_v4(10, 0, 0, 1, 4000), target = address_v4(10, 0, 0, 2, 80);
    struct wire_tcp tcp = {.seq = 0x01020304,
                           .ack = 0x05060708,
                           .flags = WIRE_PSH | WIRE_ACK,
                           .window = 256};

    (void)state;
    assert_int_equal(wire_tcp(bytes, &source, &target, &tcp, "odd", 3), 43);
    expect_right(20, 43);
    assert_int_equal(bytes[9], 6);
    assert_memory_equal(bytes + 12, "\x0a\0\0\x01\x0a\0\0\x02", 8);
    assert_int_equal(get16(20), 4000);
    assert_int_equal(get16(22), 80);
    assert_memory_equal(bytes + 24, "\1\2\3\4\5\6\7\x08", 8);
    assert_int_equal(bytes[32], 0x50);
    assert_int_equal(bytes[33], WIRE_PSH | WIRE_ACK);
    assert_int_equal(get16(34), 256 >> WIRE_WINDOW_SHIFT);
    assert_memory_equal(bytes + 40, "odd", 3);
}

/* A window is not shifted before both have said by how much. */
static void a_segment_that_opens_says_what_is_to_be_known(void **state)
{
    struct address source = six(1, 4000), target = six(2, 80);
    struct wire_tcp tcp = {.flags = WIRE_SYN, .window = 1 << 20, .segment_max = 1460};

    (void)state;
    assert_int_equal(wire_tcp(bytes, &source, &target, &tcp, NULL, 0), 68);
    expect_right(40, 68);
    assert_int_equal(bytes[6], 6);
    assert_int_equal(bytes[52], 0x70);
    assert_int_equal(get16(54), 65535);
    assert_memory_equal(bytes + 60, "\2\4\5\xb4\1\3\3\7", 8);
    tcp.segment_max = 70000;
    wire_tcp(bytes, &source, &target, &tcp, NULL, 0);
    assert_memory_equal(bytes + 60, "\2\4\xff\xff", 4);
}

static void a_datagram_has_its_length_and_always_a_checksum(void **state)
{
    struct address source = address_v4(127, 0, 0, 1, 53), target = address_v4(127, 0, 0, 1, 999);
    uint16_t word;

    (void)state;
    assert_int_equal(wire_udp(bytes, &source, &target, "abc", 3), 31);
    expect_right(20, 31);
    assert_int_equal(bytes[9], 17);
    assert_int_equal(get16(24), 11);
    /* The two bytes that make the rest sum up to all ones: the checksum would be 0, which says that
     * there is none. */
    wire_udp(bytes, &source, &target, "\0\0", 2);
    word = (uint16_t)get16(26);
    word = (uint16_t)(word << 8 | word >> 8);
    assert_int_equal(wire_udp(bytes, &source, &target, &word, 2), 30);
    assert_int_equal(get16(26), 0xffff);
    source = six(1, 53), target = six(2, 999);
    assert_int_equal(wire_udp(bytes, &source, &target, "abcd", 4), 52);
    expect_right(40, 52);
}

static void the_longest_datagram_fits_and_what_is_longer_is_cut(void **state)
{
    static const char zeros[70000];
    struct address v4 = address_v4(127, 0, 0, 1, 1), v6 = six(1, 1);
    struct wire_tcp tcp = {.flags = WIRE_ACK};

    (void)state;
    assert_int_equal(wire_udp(bytes, &v4, &v4, zeros, sizeof zeros), 65535);
    expect_right(20, 65535);
    assert_int_equal(wire_tcp(bytes, &v6, &v6, &tcp, zeros, sizeof zeros), WIRE_SIZE_MAX);
    expect_right(40, WIRE_SIZE_MAX);
}

/* It goes back, and says what it is about. */
static void that_nobody_has_a_port_is_said_to_who_sent_there(void **state)
{
    struct address source = address_v4(10, 0, 0, 1, 4000), target = address_v4(10, 0, 0, 2, 80);
    size_t size;

    (void)state;
    assert_int_equal(wire_unreachable(bytes, &source, &target), 56);
    assert_int_equal(sum(0, 0, 20), 0xffff);
    assert_int_equal(bytes[9], 1);
    assert_memory_equal(bytes + 12, "\x0a\0\0\x02\x0a\0\0\x01", 8);
    assert_memory_equal(bytes + 20, "\3\3", 2);
    assert_int_equal(sum(0, 20, 36), 0xffff);
    assert_memory_equal(bytes + 28 + 12, "\x0a\0\0\x01\x0a\0\0\x02", 8);
    assert_int_equal(get16(48), 4000);
    source = six(1, 4000), target = six(2, 80);
    size = wire_unreachable(bytes, &source, &target);
    expect_right(40, size);
    assert_int_equal(bytes[6], 58);
    assert_memory_equal(bytes + 40, "\1\4", 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_segment_has_its_ports_positions_flags_and_window),
        cmocka_unit_test(a_segment_that_opens_says_what_is_to_be_known),
        cmocka_unit_test(a_datagram_has_its_length_and_always_a_checksum),
        cmocka_unit_test(the_longest_datagram_fits_and_what_is_longer_is_cut),
        cmocka_unit_test(that_nobody_has_a_port_is_said_to_who_sent_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
