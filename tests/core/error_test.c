/*
 * error_test.c - codes as people read them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "error.h"
#include "tests/lib/script.h"

/* Every code has a name: ours, libuv's, the program's own, and what nobody has heard of. */
static void every_code_has_a_name(void **state)
{
    (void)state;
    assert_string_equal(rondo_err_name(0), "OK");
    assert_string_equal(rondo_err_name(3), "OK");
    assert_string_equal(rondo_err_name(RONDO_ECANCELED), "ECANCELED");
    assert_string_equal(rondo_err_name(RONDO_EMISUSE), "EMISUSE");
    assert_string_equal(rondo_err_name(RONDO_EUSER), "EUSER0");
    assert_string_equal(rondo_err_name(RONDO_EUSER - 12), "EUSER-12");
    assert_string_equal(rondo_err_name(-12345), "E12345");
    assert_string_equal(rondo_err_name(RONDO_EUSER + 1), "E20999");
}

/* And words. */
static void every_code_has_words(void **state)
{
    (void)state;
    assert_string_equal(rondo_strerror(0), "success");
    assert_string_equal(rondo_strerror(3), "success");
    assert_string_equal(rondo_strerror(RONDO_ENOMEM), "not enough memory");
    assert_string_equal(rondo_strerror(RONDO_EUSER), "the program's own error");
    assert_string_equal(rondo_strerror(RONDO_EUSER - 12), "the program's own error");
    assert_string_equal(rondo_strerror(-12345), "unknown");
    assert_string_equal(rondo_strerror(RONDO_EUSER + 1), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_a_name),
        cmocka_unit_test(every_code_has_words),
    };

    return play_all(tests);
}
