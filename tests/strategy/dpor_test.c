/*
 * dpor_test.c - one schedule of each kind: against all orders, sorted into kinds by brute force.
 *
 * Two orders are of one kind when turns that have to do with each other come in the same order in
 * both. The normal form of an order is the first of its kind by the alphabet.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/map.h"
#include "tests/strategy/fake.h"

#define TEST(name) cmocka_unit_test(name)

static bool depends(const struct fake_run *run, size_t first, size_t second)
{
    const struct fake_event *a = &run->events[first], *b = &run->events[second];

    return a->task == b->task || b->after == first ||
           (a->object == b->object && (a->writes || b->writes));
}

/* Whether all that `i` depends on has been put out. */
static bool is_free(const struct fake_run *run, const bool *out, size_t i)
{
    for (size_t j = 0; j < i; j++) {
        if (!out[j] && depends(run, j, i))
            return false;
    }
    return true;
}

/* The hash of the normal form: of those that can be next, always the task with the least number. */
static uint64_t kind_of(const struct fake_run *run)
{
    bool out[FAKE_EVENTS_MAX] = {false};
    uint64_t hash = HASH_START;

    for (size_t n = 0; n < run->count; n++) {
        size_t best = run->count;

        for (size_t i = 0; i < run->count; i++) {
            if (out[i] || !is_free(run, out, i))
                continue;
            if (best == run->count || run->events[i].task < run->events[best].task)
                best = i;
        }
        out[best] = true;
        hash = hash_bytes(hash, &run->events[best].task, sizeof run->events[best].task);
    }
    return hash;
}

/* What a search has met. */
struct met {
    struct map kinds;
    struct map outcomes;
};

static void meet(void *self, const struct fake_run *run)
{
    struct met *met = self;

    map_set(&met->kinds, kind_of(run), 1);
    map_set(&met->outcomes, run->outcome, 1);
}

static void forget(struct met *met)
{
    map_free(&met->kinds);
    map_free(&met->outcomes);
}

/* Counts, over all programs. */
struct totals {
    size_t orders, kinds, schedules, repeats;
};

/* Every kind of order once, and with them every outcome. */
static void expect_kinds(const struct fake_program *program, struct totals *totals)
{
    struct met all = {0}, met = {0};
    struct fake_search search;
    struct fake_run run;

    totals->orders += fake_orders(program, meet, &all);
    fake_open(&search, "dpor", 0);
    while (fake_next(&search, program, &run))
        meet(&met, &run);
    assert_int_equal(met.outcomes.count, all.outcomes.count);
    assert_int_equal(met.kinds.count, all.kinds.count);
    assert_int_equal(search.schedules - search.strategy->repeats, all.kinds.count);
    totals->kinds += all.kinds.count;
    totals->schedules += search.schedules;
    totals->repeats += search.strategy->repeats;
    fake_close(&search);
    forget(&all);
    forget(&met);
}

static void tasks_apart_have_one_kind_of_order(void **state)
{
    struct totals totals = {0};

    (void)state;
    for (size_t tasks = 1; tasks <= 4; tasks++) {
        struct fake_program program = fake_apart(tasks, (size_t[]){2, 2, 2, 2});

        expect_kinds(&program, &totals);
    }
    assert_int_equal(totals.schedules, 4);
}

/* m writes of each of two tasks to one object: every order is a kind of its own. */
static void tasks_that_write_to_one_object_have_as_many_kinds_as_orders(void **state)
{
    static const size_t orders[] = {1, 2, 6, 20, 70, 252};

    (void)state;
    for (size_t m = 1; m <= 5; m++) {
        struct fake_program program = fake_apart(2, (size_t[]){m, m});
        struct totals totals = {0};

        for (size_t i = 0; i < m; i++)
            program.steps[0][i].object = program.steps[1][i].object = 0;
        expect_kinds(&program, &totals);
        assert_int_equal(totals.schedules, orders[m]);
    }
}

static void those_who_only_read_are_of_one_kind(void **state)
{
    struct fake_program program = fake_apart(3, (size_t[]){2, 2, 2});
    struct totals totals = {0};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < 2; j++)
            program.steps[i][j] = (struct fake_step){FAKE_READ, 0};
    }
    expect_kinds(&program, &totals);
    assert_int_equal(totals.schedules, 1);
}

/* One lock, taken and given back by three tasks: who has it first, second and third, and who stood
 * in line when. */
static void tasks_with_a_lock_have_every_order_of_taking_it(void **state)
{
    struct fake_program program = fake_apart(3, (size_t[]){2, 2, 2});
    struct totals totals = {0};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        program.steps[i][0] = (struct fake_step){FAKE_TAKE, 0};
        program.steps[i][1] = (struct fake_step){FAKE_GIVE, 0};
    }
    expect_kinds(&program, &totals);
    assert_true(totals.kinds >= 6);
}

static void every_kind_of_order_of_random_programs_comes_once(void **state)
{
    struct totals totals = {0};
    uint64_t stream = 3;

    (void)state;
    for (size_t i = 0; i < 2000; i++) {
        struct fake_program program = fake_random(&stream);

        expect_kinds(&program, &totals);
    }
    print_message("%zu orders, %zu kinds, %zu schedules, %zu of them repeats\n", totals.orders,
                  totals.kinds, totals.schedules, totals.repeats);
    assert_true(totals.schedules < totals.orders / 2);
    assert_true(totals.repeats * 500 < totals.schedules);
}

/* ---- programs by hand: a letter is a turn that is ready ---- */

struct hand {
    struct strategy *strategy;
    struct chance chance;
    char orders[400];
};

static void operation_of(const void *self, size_t i, struct operation *operation)
{
    *operation = (struct operation){.id = (uint64_t)((const char *)self)[i]};
}

/* Take one of those who are `ready`. Returns: its letter. */
static char take(struct hand *hand, const char *ready)
{
    struct alternatives alternatives = {.operation = operation_of, .self = ready};
    size_t i = choose(&hand->chance, "sched.ready", strlen(ready), &alternatives);
    size_t length = strlen(hand->orders);

    hand->orders[length] = ready[i];
    hand->orders[length + 1] = '\0';
    return ready[i];
}

static void use(struct hand *hand, uint64_t object, bool writes)
{
    strategy_touch(hand->strategy, &(struct touch){object, writes});
}

/* The orders that are tried in `body`, and what is said of them. */
static void expect_orders(void (*body)(struct hand *hand), const char *orders, const char *said)
{
    struct hand hand = {.strategy = strategy_open(strategy_find("dpor"), 0)};
    char text[100];

    chance_init(&hand.chance);
    hand.chance.open = strategy_opens(hand.strategy->kind);
    for (size_t i = 0; strategy_begin(hand.strategy, i); i++) {
        chance_from_decider(&hand.chance, strategy_decider(hand.strategy));
        body(&hand);
        strcat(hand.orders, " ");
        assert_true(strlen(hand.orders) < sizeof hand.orders - 20);
        strategy_end(hand.strategy, &(struct run_end){.new_outcome = i == 0});
    }
    assert_string_equal(hand.orders, orders);
    assert_string_equal(strategy_covered(hand.strategy, text, sizeof text), said);
    chance_clear(&hand.chance);
    strategy_close(hand.strategy);
}

#define SAID "explored every order of what tasks are seen to share: 1 outcome"

static void a_and_b(struct hand *hand)
{
    if (take(hand, "ab") == 'a')
        take(hand, "b");
    else
        take(hand, "a");
}

static void turns_that_use_nothing_are_not_tried_in_another_order(void **state)
{
    (void)state;
    expect_orders(a_and_b, "ab ", SAID);
}

static void a_uses_all(struct hand *hand)
{
    const char *left = take(hand, "ab") == 'a' ? "b" : "a";

    if (left[0] == 'b')
        use(hand, TOUCH_ALL, true);
    if (take(hand, left) == 'a')
        use(hand, TOUCH_ALL, true);
}

static void what_uses_all_has_to_do_with_every_turn(void **state)
{
    (void)state;
    expect_orders(a_uses_all, "ab ba ", SAID);
}

/* Whoever is taken first takes the other back. */
static void one_takes_the_other_back(struct hand *hand)
{
    take(hand, take(hand, "ab") == 'a' ? "c" : "d");
}

static void a_turn_that_was_taken_back_is_tried_in_place_of_who_did_it(void **state)
{
    (void)state;
    expect_orders(one_takes_the_other_back, "ac bd ", SAID);
}

/* What b and c do has to do with nobody, but a ends the run. */
static void a_ends_it(struct hand *hand)
{
    char left[] = "abc", taken;

    while ((taken = take(hand, left)) != 'a') {
        char *at = strchr(left, taken);

        memmove(at, at + 1, strlen(at));
    }
    use(hand, TOUCH_ALL, true);
}

static void who_was_ready_when_it_ended_is_tried_before(void **state)
{
    (void)state;
    expect_orders(a_ends_it, "a ba bca ca ", SAID);
}

/* What c uses a has used, but for c time had to move. */
static void a_and_b_then_c(struct hand *hand, bool quiet)
{
    char first = take(hand, "ab");

    if (first == 'a')
        use(hand, 1, true);
    if (take(hand, first == 'a' ? "b" : "a") == 'a')
        use(hand, 1, true);
    take(hand, "c");
    if (quiet)
        use(hand, TOUCH_QUIET, false);
    use(hand, 1, true);
}

static void without_a_pause(struct hand *hand)
{
    a_and_b_then_c(hand, false);
}

static void with_a_pause(struct hand *hand)
{
    a_and_b_then_c(hand, true);
}

static void who_comes_after_a_pause_never_comes_before_it(void **state)
{
    (void)state;
    expect_orders(with_a_pause, "abc ", SAID);
    expect_orders(without_a_pause, "abc bac ", SAID); /* c could have come after b, and before a */
}

static void options_that_are_no_operations(struct hand *hand)
{
    size_t value = choose(&hand->chance, "thread.next", 3, NULL);

    strcat(hand->orders, value == 0 ? "0" : value == 1 ? "1" : "2");
    a_and_b(hand);
}

static void of_what_is_no_operation_every_option_is_tried(void **state)
{
    (void)state;
    expect_orders(options_that_are_no_operations, "0ab 1ab 2ab ",
                  "nothing is left to try, but not all decisions were turns of one loop");
}

static void for_very_long(struct hand *hand)
{
    for (int i = 0; i < 5000; i++) {
        char ready[] = {(char)('a' + i % 2), '\0'};
        struct alternatives alternatives = {.operation = operation_of, .self = ready};

        choose(&hand->chance, "sched.ready", 1, &alternatives);
    }
}

static void of_runs_that_are_too_long_nothing_is_certain(void **state)
{
    (void)state;
    expect_orders(for_very_long, " ",
                  "nothing is left to try, but some runs were too long, or not the same twice");
}

static void in_two_loops(struct hand *hand)
{
    a_and_b(hand);
    use(hand, TOUCH_LOOPS, true);
}

static void of_several_loops_nothing_is_certain(void **state)
{
    (void)state;
    expect_orders(in_two_loops, "ab ",
                  "nothing is left to try, but not all decisions were turns of one loop");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tasks_apart_have_one_kind_of_order),
        TEST(tasks_that_write_to_one_object_have_as_many_kinds_as_orders),
        TEST(those_who_only_read_are_of_one_kind),
        TEST(tasks_with_a_lock_have_every_order_of_taking_it),
        TEST(every_kind_of_order_of_random_programs_comes_once),
        TEST(turns_that_use_nothing_are_not_tried_in_another_order),
        TEST(what_uses_all_has_to_do_with_every_turn),
        TEST(a_turn_that_was_taken_back_is_tried_in_place_of_who_did_it),
        TEST(who_was_ready_when_it_ended_is_tried_before),
        TEST(who_comes_after_a_pause_never_comes_before_it),
        TEST(of_what_is_no_operation_every_option_is_tried),
        TEST(of_runs_that_are_too_long_nothing_is_certain),
        TEST(of_several_loops_nothing_is_certain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
