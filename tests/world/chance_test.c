/*
 * chance_test.c - the one door for chance: what each source answers, and what is recorded.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "world/chance.h"

#define DRAWS 8

struct fixture {
    struct chance chance;
    struct tape script;
    char text[2048]; /* what was decided and what was recorded */
    size_t length;
};

static int fixture_open(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){0};
    chance_init(&fixture.chance);
    *state = &fixture;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;

    chance_clear(&f->chance);
    tape_clear(&f->script);
    return 0;
}

static void add(struct fixture *f, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct fixture *f, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    f->length += (size_t)vsnprintf(f->text + f->length, sizeof f->text - f->length, format, args);
    va_end(args);
    assert_true(f->length < sizeof f->text);
}

/* The anchor of a decision that is about `self`. */
static void name_option(const void *self, size_t value, char *text, size_t size)
{
    snprintf(text, size, "%s takes %zu", (const char *)self, value);
}

static size_t draw(struct fixture *f, const char *label, size_t bound)
{
    return choose(&f->chance, label, bound,
                  &(struct alternatives){.anchor = name_option, .self = "a"});
}

/* Decide, and note the value. */
static void decide(struct fixture *f, const char *label, size_t bound)
{
    add(f, "%s %zu\n", label, draw(f, label, bound));
}

static void open_all(struct fixture *f)
{
    f->chance.open = (1u << FAMILY_COUNT) - 1;
}

static void expect(struct fixture *f, const char *expected)
{
    assert_string_equal(f->text, expected);
    f->length = 0;
    f->text[0] = '\0';
}

static void expect_record(struct fixture *f, const char *expected)
{
    for (size_t i = 0; i < f->chance.record.count; i++) {
        const struct tape_entry *entry = &f->chance.record.entries[i];

        add(f, "%s %u of %u (%s)\n", entry->label, entry->value, entry->bound, entry->anchor);
    }
    expect(f, expected);
}

/* ---- families ---- */

static void a_label_belongs_to_the_family_before_its_dot(void **state)
{
    (void)state;
    assert_int_equal(chance_family("timer.order"), FAMILY_timer);
    assert_int_equal(chance_family("timer.together"), FAMILY_timer);
    assert_int_equal(chance_family("process.next"), FAMILY_process);
    assert_int_equal(chance_family("sched"), FAMILY_sched);
    for (int i = 0; i < FAMILY_COUNT; i++)
        assert_int_equal(chance_family(chance_family_name((enum chance_family)i)), i);
}

static void other_labels_belong_to_none(void **state)
{
    static const char *const labels[] = {"",       ".",     ".timer",     "tim",
                                         "timers", "Timer", "timer order"};

    (void)state;
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        assert_int_equal(chance_family(labels[i]), FAMILY_COUNT);
}

static void ties_of_timers_and_of_processes_are_open_by_default(void **state)
{
    (void)state;
    assert_int_equal(chance_open_default(), 1u << FAMILY_timer | 1u << FAMILY_process);
}

/* ---- production order ---- */

static void production_order_is_the_first_option_and_a_decision(void **state)
{
    struct fixture *f = *state;

    decide(f, "timer.order", 3);
    decide(f, "process.next", 2);
    expect(f, "timer.order 0\nprocess.next 0\n");
    expect_record(f, "timer.order 0 of 3 (a takes 0)\nprocess.next 0 of 2 (a takes 0)\n");
}

/* Any from 4 on means what 4 means, any other what 0 does. */
static size_t first_like(const void *self, size_t value)
{
    (void)self;
    return value >= 4 ? 4 : 0;
}

static void options_that_mean_the_same_are_decided_as_the_first_of_them(void **state)
{
    static const uint8_t bytes[] = {5, 3, 4};
    struct alternatives alternatives = {.anchor = name_option, .alike = first_like, .self = "a"};
    struct fixture *f = *state;

    chance_from_bytes(&f->chance, bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        add(f, "%zu ", choose(&f->chance, "timer.order", 6, &alternatives));
    expect(f, "4 0 4 ");
    expect_record(f, "timer.order 4 of 6 (a takes 4)\ntimer.order 0 of 6 (a takes 0)\n"
                     "timer.order 4 of 6 (a takes 4)\n");
    assert_int_equal(tape_steps(&f->chance.record), 2);
}

static void what_has_one_option_is_no_decision(void **state)
{
    struct fixture *f = *state;

    chance_from_seed(&f->chance, 1);
    decide(f, "timer.order", 1);
    expect(f, "timer.order 0\n");
    expect_record(f, "");
}

static void a_closed_family_is_no_decision(void **state)
{
    static const uint8_t bytes[] = {1, 1, 1};
    struct fixture *f = *state;

    chance_from_bytes(&f->chance, bytes, sizeof bytes);
    decide(f, "sched.ready", 2);
    decide(f, "timer.order", 2);
    f->chance.open = 0;
    decide(f, "timer.order", 2);
    expect(f, "sched.ready 0\ntimer.order 1\ntimer.order 0\n");
    expect_record(f, "timer.order 1 of 2 (a takes 1)\n");
    assert_int_equal(f->chance.byte_at, 1);
}

static void without_an_anchor_the_record_has_an_empty_one(void **state)
{
    struct fixture *f = *state;

    choose(&f->chance, "process.next", 2, NULL);
    expect_record(f, "process.next 0 of 2 ()\n");
}

/* ---- a seed ---- */

static void one_seed_gives_the_same_values_again(void **state)
{
    struct fixture *f = *state;
    size_t first[DRAWS];

    chance_from_seed(&f->chance, 4711);
    for (size_t i = 0; i < DRAWS; i++)
        first[i] = draw(f, "timer.order", 1000);
    assert_int_equal(f->chance.record.count, DRAWS);
    chance_rewind(&f->chance);
    assert_int_equal(f->chance.record.count, 0);
    for (size_t i = 0; i < DRAWS; i++)
        assert_int_equal(draw(f, "timer.order", 1000), first[i]);
}

static void two_seeds_give_different_values(void **state)
{
    struct fixture *f = *state;
    size_t first[DRAWS], same = 0;

    chance_from_seed(&f->chance, 1);
    for (size_t i = 0; i < DRAWS; i++)
        first[i] = draw(f, "timer.order", 1000);
    chance_from_seed(&f->chance, 2);
    for (size_t i = 0; i < DRAWS; i++)
        same += draw(f, "timer.order", 1000) == first[i];
    assert_int_equal(same, 0);
}

static void a_seed_stays_below_the_largest_bound(void **state)
{
    struct fixture *f = *state;
    size_t all = 0;

    chance_from_seed(&f->chance, 1);
    for (size_t i = 0; i < 1000; i++) {
        size_t value = draw(f, "timer.order", UINT32_MAX);

        assert_true(value < UINT32_MAX);
        all |= value;
    }
    assert_int_equal(all, UINT32_MAX); /* every bit comes */
}

static void extra_draws_of_a_family_leave_the_others_alone(void **state)
{
    struct fixture *f = *state;
    size_t alone[DRAWS];

    open_all(f);
    chance_from_seed(&f->chance, 4711);
    for (size_t i = 0; i < DRAWS; i++)
        alone[i] = draw(f, "timer.order", 1000);
    chance_rewind(&f->chance);
    for (size_t i = 0; i < DRAWS; i++) {
        draw(f, "sched.ready", 7);
        draw(f, "process.next", 3);
        assert_int_equal(draw(f, "timer.order", 1000), alone[i]);
    }
}

/* Two families that draw the same numbers, one of them a step ahead, would decide in step. */
static void no_family_repeats_the_numbers_of_another(void **state)
{
    static const char *const labels[FAMILY_COUNT] = {"timer.order", "sched.ready",  "process.next",
                                                     "thread.next", "alloc.fail",   "net.loss",
                                                     "weather.who", "random.begin", "uv.next"};
    struct fixture *f = *state;
    size_t drawn[FAMILY_COUNT * DRAWS], common = 0;

    open_all(f);
    for (uint64_t seed = 0; seed < 256; seed++) {
        chance_from_seed(&f->chance, seed);
        for (size_t i = 0; i < FAMILY_COUNT * DRAWS; i++)
            drawn[i] = draw(f, labels[i / DRAWS], UINT32_MAX);
        for (size_t i = 0; i < FAMILY_COUNT * DRAWS; i++) {
            for (size_t j = 0; j < i; j++)
                common += drawn[i] == drawn[j];
        }
    }
    assert_int_equal(common, 0);
}

/* Chi-square of `count` draws below `bound`, in thousandths. */
static uint64_t chi_square(struct fixture *f, size_t bound, uint64_t count)
{
    uint64_t seen[16] = {0}, sum = 0;

    for (uint64_t i = 0; i < count; i++)
        seen[choose(&f->chance, "timer.order", bound, NULL)]++;
    tape_cut(&f->chance.record, 0);
    for (size_t i = 0; i < bound; i++) {
        int64_t off = (int64_t)(seen[i] * bound) - (int64_t)count;

        sum += (uint64_t)(off * off);
    }
    return sum * 1000 / (count * bound);
}

static void a_seed_is_uniform_over_small_bounds(void **state)
{
    /* What chi-square exceeds once in a thousand, by degrees of freedom from 1, in thousandths. */
    static const uint64_t limits[] = {10828, 13816, 16266, 18467, 20515,
                                      22458, 24322, 26124, 27877};
    struct fixture *f = *state;

    for (uint64_t seed = 0; seed < 20; seed++) {
        chance_from_seed(&f->chance, seed);
        for (size_t bound = 2; bound <= 10; bound++)
            assert_in_range(chi_square(f, bound, 10000), 0, limits[bound - 2]);
    }
}

/* ---- a tape ---- */

static void script(struct fixture *f, const char *label, uint32_t value, uint32_t bound)
{
    char anchor[40];

    name_option("a", value, anchor, sizeof anchor);
    tape_add(&f->script, label, value, bound, anchor);
    chance_from_tape(&f->chance, &f->script);
}

static void a_tape_is_followed_in_its_order_within_each_family(void **state)
{
    struct fixture *f = *state;

    script(f, "timer.order", 2, 3);
    script(f, "process.next", 1, 2);
    script(f, "timer.together", 1, 2);
    decide(f, "process.next", 2);
    decide(f, "timer.order", 3);
    decide(f, "timer.together", 2);
    expect(f, "process.next 1\ntimer.order 2\ntimer.together 1\n");
    assert_int_equal(f->chance.followed, 3);
    assert_int_equal(f->chance.matched, 3);
}

static void extra_decisions_of_a_family_do_not_shift_the_tape_of_another(void **state)
{
    struct fixture *f = *state;

    script(f, "timer.order", 1, 3);
    script(f, "timer.order", 2, 3);
    decide(f, "process.next", 5);
    decide(f, "timer.order", 3);
    decide(f, "process.next", 5);
    decide(f, "timer.order", 3);
    expect(f, "process.next 0\ntimer.order 1\nprocess.next 0\ntimer.order 2\n");
}

static void after_its_end_a_tape_is_production_order(void **state)
{
    struct fixture *f = *state;

    script(f, "timer.order", 1, 2);
    decide(f, "timer.order", 2);
    decide(f, "timer.order", 2);
    expect(f, "timer.order 1\ntimer.order 0\n");
    assert_int_equal(f->chance.followed, 1);
}

static void a_value_of_a_tape_wraps_below_the_bound(void **state)
{
    struct fixture *f = *state;

    script(f, "timer.order", 7, 8);
    decide(f, "timer.order", 3);
    expect(f, "timer.order 1\n");
    expect_record(f, "timer.order 1 of 3 (a takes 1)\n");
}

static void a_decision_matches_when_label_bound_and_anchor_do(void **state)
{
    struct fixture *f = *state;

    for (uint32_t i = 0; i < 4; i++)
        script(f, "timer.order", 1, 3);
    decide(f, "timer.order", 3);
    assert_int_equal(f->chance.matched, 1);
    decide(f, "timer.together", 3); /* another label of the family */
    decide(f, "timer.order", 2);    /* another bound */
    choose(&f->chance, "timer.order", 3,
           &(struct alternatives){.anchor = name_option, .self = "b"});
    assert_int_equal(f->chance.followed, 4);
    assert_int_equal(f->chance.matched, 1);
}

static void what_is_no_decision_takes_nothing_from_the_tape(void **state)
{
    struct fixture *f = *state;

    script(f, "timer.order", 1, 2);
    script(f, "sched.ready", 1, 2);
    decide(f, "timer.order", 1);
    decide(f, "sched.ready", 2);
    decide(f, "timer.order", 2);
    expect(f, "timer.order 0\nsched.ready 0\ntimer.order 1\n");
    assert_int_equal(f->chance.followed, 1);
}

static void the_record_of_a_run_replays_it(void **state)
{
    struct fixture *f = *state;

    chance_from_seed(&f->chance, 4711);
    for (size_t i = 0; i < DRAWS; i++)
        decide(f, i % 2 == 0 ? "timer.order" : "process.next", 2 + i);
    tape_copy(&f->script, &f->chance.record);
    chance_from_tape(&f->chance, &f->script);
    for (size_t i = 0; i < DRAWS; i++)
        draw(f, i % 2 == 0 ? "timer.order" : "process.next", 2 + i);
    assert_int_equal(f->chance.matched, DRAWS);
    for (size_t i = 0; i < DRAWS; i++)
        assert_int_equal(f->chance.record.entries[i].value, f->script.entries[i].value);
}

static void a_rewound_tape_begins_again(void **state)
{
    struct fixture *f = *state;

    script(f, "timer.order", 1, 2);
    decide(f, "timer.order", 2);
    chance_rewind(&f->chance);
    assert_int_equal(f->chance.followed, 0);
    assert_int_equal(f->chance.matched, 0);
    decide(f, "timer.order", 2);
    expect(f, "timer.order 1\ntimer.order 1\n");
}

/* ---- departures ---- */

/* Options by name: "abc" is three, the first of them production order's. */
static void name_letter(const void *self, size_t value, char *text, size_t size)
{
    const char *letters = self;

    snprintf(text, size, "%c", value < strlen(letters) ? letters[value] : '?');
}

static void decide_among(struct fixture *f, const char *letters)
{
    struct alternatives alternatives = {.anchor = name_letter, .self = letters};
    size_t value = choose(&f->chance, "sched.ready", strlen(letters), &alternatives);

    add(f, "%c", letters[value]);
}

static void decide_all_among(struct fixture *f, const char *const *choices)
{
    for (; *choices != NULL; choices++)
        decide_among(f, *choices);
}

/* Add "`who` goes before `before`, in the `nth` turn in which it could" to the script. */
static void depart(struct fixture *f, const char *who, const char *before, uint32_t nth)
{
    tape_append(&f->script, &(struct tape_entry){.label = "sched.ready",
                                                 .value = 1,
                                                 .bound = 2,
                                                 .anchor = who,
                                                 .before = before,
                                                 .nth = nth});
    open_all(f);
    chance_from_departures(&f->chance, &f->script);
}

static void departures_are_followed_and_all_else_is_production_order(void **state)
{
    struct fixture *f = *state;

    depart(f, "c", "a", 2);
    decide_all_among(f, (const char *const[]){"abc", "ba", "abc", "abc", NULL});
    expect(f, "abca");
    assert_int_equal(f->chance.matched, 1);
}

/* While it is the turn of one, others go before it: that is one turn, in the order of the tape. */
static void departures_of_one_turn_are_made_in_their_order(void **state)
{
    struct fixture *f = *state;

    depart(f, "c", "a", 1);
    depart(f, "b", "a", 1);
    depart(f, "c", "a", 1);
    depart(f, "b", "a", 2);
    decide_all_among(f, (const char *const[]){"abc", "abc", "abc", "abc", "abc", "abc", NULL});
    expect(f, "cbcaba");
    assert_int_equal(f->chance.matched, 4);
}

/* Without the first of them the others are found all the same. */
static void a_departure_that_is_gone_leaves_those_of_its_turn(void **state)
{
    struct fixture *f = *state;

    depart(f, "b", "a", 1);
    depart(f, "c", "a", 1);
    decide_all_among(f, (const char *const[]){"abcd", "acd", "ad", NULL});
    expect(f, "bca");
    tape_cut(&f->script, 0);
    depart(f, "c", "a", 1);
    decide_all_among(f, (const char *const[]){"abcd", "abd", "abd", NULL});
    expect(f, "caa");
}

static void the_departures_of_a_run_are_the_run(void **state)
{
    /* Options that read the same among them, and choices that come again. */
    static const char *const choices[] = {"ab",  "ba", "aab", "aaa", "abab", "ab", "bab",
                                          "aaa", "ab", "abc", "cab", "ccc",  "cc", NULL};
    struct fixture *f = *state;

    for (uint64_t seed = 0; seed < 200; seed++) {
        struct tape recorded = {0};

        open_all(f);
        chance_from_seed(&f->chance, seed);
        decide_all_among(f, choices);
        tape_copy(&recorded, &f->chance.record);
        tape_departures(&f->script, &recorded);
        chance_from_departures(&f->chance, &f->script);
        decide_all_among(f, choices);
        assert_int_equal(f->chance.matched, f->script.count);
        for (size_t i = 0; i < recorded.count; i++)
            assert_int_equal(f->chance.record.entries[i].value, recorded.entries[i].value);
        tape_clear(&recorded);
        f->length = 0;
    }
}

/* Decisions that an edit brings or takes away are no times of the others. */
static void others_that_come_and_go_leave_a_departure_where_it_is(void **state)
{
    struct fixture *f = *state;

    depart(f, "b", "a", 2);
    decide_all_among(f, (const char *const[]){"ab", "cd", "uab", "ac", "aub", "ab", NULL});
    expect(f, "acuaba");
    assert_int_equal(f->chance.matched, 1);
}

static void a_departure_that_cannot_be_made_is_left_out(void **state)
{
    struct fixture *f = *state;

    depart(f, "x", "a", 1);
    depart(f, "b", "a", 3);
    depart(f, "c", "a", 1);
    decide_all_among(f, (const char *const[]){"ab", "abc", NULL});
    expect(f, "ac");
    assert_int_equal(f->chance.matched, 1);
    assert_int_equal(f->chance.followed, 1);
}

static void a_departure_of_another_label_is_another(void **state)
{
    struct fixture *f = *state;

    depart(f, "b", "a", 1);
    choose(&f->chance, "timer.order", 2,
           &(struct alternatives){.anchor = name_letter, .self = "ab"});
    assert_int_equal(f->chance.matched, 0);
    decide_among(f, "ab");
    assert_int_equal(f->chance.matched, 1);
}

static void options_beyond_those_that_are_told_apart_are_found_by_their_number(void **state)
{
    struct fixture *f = *state;
    struct alternatives alternatives = {.anchor = name_option, .self = "a"};
    size_t first[DRAWS];

    open_all(f);
    chance_from_seed(&f->chance, 7);
    for (size_t i = 0; i < DRAWS; i++)
        first[i] = choose(&f->chance, "sched.ready", 10 * ANCHOR_OPTIONS_MAX, &alternatives);
    tape_departures(&f->script, &f->chance.record);
    chance_from_departures(&f->chance, &f->script);
    for (size_t i = 0; i < DRAWS; i++)
        assert_int_equal(choose(&f->chance, "sched.ready", 10 * ANCHOR_OPTIONS_MAX, &alternatives),
                         first[i]);
    assert_int_equal(f->chance.matched, DRAWS);
}

static void a_run_without_words_has_no_anchors_and_is_followed_all_the_same(void **state)
{
    struct fixture *f = *state;

    depart(f, "b", "a", 1);
    f->chance.wordless = true;
    decide_among(f, "ab");
    expect(f, "b");
    assert_null(f->chance.record.entries[0].before);
}

/* ---- bytes ---- */

static void bytes_are_taken_one_a_decision_then_come_zeros(void **state)
{
    static const uint8_t bytes[] = {5, 255, 1};
    struct fixture *f = *state;

    chance_from_bytes(&f->chance, bytes, sizeof bytes);
    decide(f, "timer.order", 3);
    decide(f, "process.next", 10);
    decide(f, "timer.together", 2);
    decide(f, "timer.order", 3);
    expect(f, "timer.order 2\nprocess.next 5\ntimer.together 1\ntimer.order 0\n");
}

static void no_bytes_are_production_order(void **state)
{
    struct fixture *f = *state;

    chance_from_bytes(&f->chance, NULL, 0);
    decide(f, "timer.order", 3);
    expect(f, "timer.order 0\n");
}

static void any_byte_is_some_decision(void **state)
{
    struct fixture *f = *state;
    uint8_t bytes[256];

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)i;
    for (size_t bound = 1; bound < 600; bound++) {
        chance_from_bytes(&f->chance, bytes, sizeof bytes);
        for (size_t i = 0; i < sizeof bytes + 2; i++)
            assert_true(choose(&f->chance, "timer.order", bound, NULL) < bound);
    }
}

/* ---- tapes as lists ---- */

static void a_tape_keeps_copies_of_its_texts(void **state)
{
    struct fixture *f = *state;
    char text[] = "timer.order";

    tape_add(&f->script, text, 1, 2, text);
    memset(text, 'x', sizeof text - 1);
    assert_string_equal(f->script.entries[0].label, "timer.order");
    assert_string_equal(f->script.entries[0].anchor, "timer.order");
}

static void a_tape_is_cut_and_copied(void **state)
{
    struct fixture *f = *state;
    struct tape copy = {0};

    for (uint32_t i = 0; i < 100; i++)
        tape_add(&f->script, "timer.order", i, 100, "a");
    tape_copy(&copy, &f->script);
    tape_cut(&f->script, 3);
    assert_int_equal(f->script.count, 3);
    assert_int_equal(copy.count, 100);
    assert_int_equal(copy.entries[99].value, 99);
    tape_copy(&copy, &f->script);
    assert_int_equal(copy.count, 3);
    tape_cut(&copy, 10); /* longer than it is: nothing happens */
    assert_int_equal(copy.count, 3);
    tape_clear(&copy);
    assert_int_equal(copy.count, 0);
    assert_null(copy.entries);
}

/* ---- a decider ---- */

/* Note how many options there are, and take the last. */
static size_t take_last(void *self, const struct choice *choice)
{
    add(self, "%s/%zu ", choice->label, choice->bound);
    return choice->bound - 1;
}

static void do_nothing(const void *self, size_t i, struct operation *operation)
{
    (void)self;
    (void)i;
    *operation = (struct operation){.what = "start"};
}

/* What is about no operations is decided, but a single option is not shown. */
static void a_decider_sees_an_operation_that_is_alone(void **state)
{
    struct fixture *f = *state;
    struct alternatives operations = {.operation = do_nothing};

    open_all(f);
    chance_from_decider(&f->chance, (struct chance_decider){take_last, f});
    assert_int_equal(choose(&f->chance, "sched.ready", 3, &operations), 2);
    assert_int_equal(choose(&f->chance, "sched.ready", 1, &operations), 0);
    assert_int_equal(choose(&f->chance, "process.next", 2, NULL), 1);
    assert_int_equal(choose(&f->chance, "process.next", 1, NULL), 0);
    expect(f, "sched.ready/3 sched.ready/1 process.next/2 ");
    expect_record(f, "sched.ready 2 of 3 ()\nprocess.next 1 of 2 ()\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_label_belongs_to_the_family_before_its_dot),
        TEST(other_labels_belong_to_none),
        TEST(ties_of_timers_and_of_processes_are_open_by_default),
        TEST(production_order_is_the_first_option_and_a_decision),
        TEST(options_that_mean_the_same_are_decided_as_the_first_of_them),
        TEST(what_has_one_option_is_no_decision),
        TEST(a_closed_family_is_no_decision),
        TEST(without_an_anchor_the_record_has_an_empty_one),
        TEST(one_seed_gives_the_same_values_again),
        TEST(two_seeds_give_different_values),
        TEST(a_seed_stays_below_the_largest_bound),
        TEST(extra_draws_of_a_family_leave_the_others_alone),
        TEST(no_family_repeats_the_numbers_of_another),
        TEST(a_seed_is_uniform_over_small_bounds),
        TEST(a_tape_is_followed_in_its_order_within_each_family),
        TEST(extra_decisions_of_a_family_do_not_shift_the_tape_of_another),
        TEST(after_its_end_a_tape_is_production_order),
        TEST(a_value_of_a_tape_wraps_below_the_bound),
        TEST(a_decision_matches_when_label_bound_and_anchor_do),
        TEST(what_is_no_decision_takes_nothing_from_the_tape),
        TEST(the_record_of_a_run_replays_it),
        TEST(a_rewound_tape_begins_again),
        TEST(departures_are_followed_and_all_else_is_production_order),
        TEST(departures_of_one_turn_are_made_in_their_order),
        TEST(a_departure_that_is_gone_leaves_those_of_its_turn),
        TEST(the_departures_of_a_run_are_the_run),
        TEST(others_that_come_and_go_leave_a_departure_where_it_is),
        TEST(a_departure_that_cannot_be_made_is_left_out),
        TEST(a_departure_of_another_label_is_another),
        TEST(options_beyond_those_that_are_told_apart_are_found_by_their_number),
        TEST(a_run_without_words_has_no_anchors_and_is_followed_all_the_same),
        TEST(bytes_are_taken_one_a_decision_then_come_zeros),
        TEST(no_bytes_are_production_order),
        TEST(any_byte_is_some_decision),
        TEST(a_tape_keeps_copies_of_its_texts),
        TEST(a_tape_is_cut_and_copied),
        TEST(a_decider_sees_an_operation_that_is_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
