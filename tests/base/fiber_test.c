/*
 * fiber_test.c - switching between stacks, and the pool that the stacks come from.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fiber.h"
#include "base/overflow.h"
#include "tests/lib/apart.h"

#define MANY 1000

/* A fiber, its stack and what it works on. */
struct worker {
    struct fiber fiber;
    struct stack *stack;
    struct fiber *home;
    struct fiber *other;
    struct stack *taken;
    int n;
    int steps;
    char *text;
    double real;
    uint64_t damage;
};

static void worker_open(struct worker *worker, void (*entry)(void *))
{
    worker->home = fiber_current();
    worker->stack = stack_take(STACK_SIZE_TASK);
    assert_non_null(worker->stack);
    fiber_init(&worker->fiber, worker->stack, entry, worker);
}

/* Say so three times, going home in between. */
static void speak(void *argument)
{
    struct worker *worker = argument;

    for (int i = 0; i < 3; i++) {
        sprintf(worker->text + strlen(worker->text), "%c%d ", 'a' + worker->n, i);
        fiber_switch(worker->home);
    }
    strcat(worker->text, "end ");
    fiber_switch_last(worker->home);
}

static void a_fiber_goes_on_where_it_stopped(void **state)
{
    char text[100] = "";
    struct worker worker = {.text = text};

    (void)state;
    worker_open(&worker, speak);
    for (int i = 0; i < 4; i++) {
        strcat(text, "home ");
        fiber_switch(&worker.fiber);
    }
    assert_string_equal(text, "home a0 home a1 home a2 home end ");
    stack_give(worker.stack);
}

static void fibers_interleave_as_they_are_switched_to(void **state)
{
    char text[100] = "";
    struct worker a = {.n = 0, .text = text};
    struct worker b = {.n = 1, .text = text};

    (void)state;
    worker_open(&a, speak);
    worker_open(&b, speak);
    fiber_switch(&a.fiber);
    fiber_switch(&b.fiber);
    fiber_switch(&b.fiber);
    fiber_switch(&a.fiber);
    assert_string_equal(text, "a0 b0 b1 a1 ");
    stack_give(a.stack);
    stack_give(b.stack);
}

static void pass_on(void *argument)
{
    struct worker *worker = argument;

    strcat(worker->text, worker->n == 0 ? "a " : "b ");
    fiber_switch_last(worker->n == 0 ? &(worker + 1)->fiber : worker->home);
}

static void a_fiber_may_switch_to_another_fiber(void **state)
{
    char text[100] = "";
    struct worker chain[2] = {{.n = 0, .text = text}, {.n = 1, .text = text}};

    (void)state;
    worker_open(&chain[0], pass_on);
    worker_open(&chain[1], pass_on);
    fiber_switch(&chain[0].fiber);
    assert_string_equal(text, "a b ");
    stack_give(chain[0].stack);
    stack_give(chain[1].stack);
}

static void know_thyself(void *argument)
{
    struct worker *worker = argument;

    worker->steps = fiber_current() == &worker->fiber;
    fiber_switch_last(worker->home);
}

static void the_current_fiber_is_the_one_that_runs(void **state)
{
    struct worker worker = {0};
    struct fiber *home = fiber_current();

    (void)state;
    assert_non_null(home);
    assert_null(home->stack);
    worker_open(&worker, know_thyself);
    fiber_switch(&worker.fiber);
    assert_int_equal(worker.steps, 1);
    assert_ptr_equal(fiber_current(), home);
    stack_give(worker.stack);
}

/* Count, with floating point and a buffer that lives across the switches. */
static void count(void *argument)
{
    struct worker *worker = argument;
    char buffer[512];
    double real = worker->n;

    memset(buffer, worker->n & 0x7f, sizeof buffer);
    for (int i = 0; i < 5; i++) {
        real = real * 1.5 + 1;
        worker->steps++;
        fiber_switch(worker->home);
    }
    for (size_t i = 0; i < sizeof buffer; i++)
        worker->damage += buffer[i] != (worker->n & 0x7f);
    worker->real = real;
    fiber_switch_last(worker->home);
}

static double count_expected(int n)
{
    double real = n;

    for (int i = 0; i < 5; i++)
        real = real * 1.5 + 1;
    return real;
}

static void a_thousand_fibers_keep_their_own_locals(void **state)
{
    struct worker *workers = calloc(MANY, sizeof *workers);

    (void)state;
    for (int i = 0; i < MANY; i++) {
        workers[i].n = i;
        worker_open(&workers[i], count);
    }
    for (int turn = 0; turn < 6; turn++) {
        for (int i = 0; i < MANY; i++)
            fiber_switch(&workers[(i * 7 + turn) % MANY].fiber);
    }
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(workers[i].steps, 5);
        assert_int_equal(workers[i].damage, 0);
        assert_true(workers[i].real == count_expected(i));
        stack_give(workers[i].stack);
    }
    free(workers);
}

#if defined(__x86_64__)
/* Switch to `to` with known values in every callee-saved register but rbp, which the compiler may
 * need. Returns: the bits that differed afterwards. */
static uint64_t switch_with_full_registers(struct fiber *to, uint64_t seed)
{
    void (*call)(struct fiber *) = fiber_switch;
    uint64_t difference;

    __asm__ volatile("movq %%rsp, %%rbx\n\t" /* rbx holds the stack pointer across the call */
                     "subq $256, %%rsp\n\t"
                     "andq $-16, %%rsp\n\t"
                     "movq %[seed], %%r12\n\t"
                     "leaq 1(%%r12), %%r13\n\t"
                     "leaq 2(%%r12), %%r14\n\t"
                     "leaq 3(%%r12), %%r15\n\t"
                     "pushq %[seed]\n\t"
                     "pushq %[seed]\n\t"
                     "callq *%[call]\n\t"
                     "popq %%rcx\n\t"
                     "movq %%rbx, %%rsp\n\t"
                     "movq %%r12, %%rax\n\t"
                     "xorq %%rcx, %%rax\n\t"
                     "subq $1, %%r13\n\t"
                     "xorq %%rcx, %%r13\n\t"
                     "orq %%r13, %%rax\n\t"
                     "subq $2, %%r14\n\t"
                     "xorq %%rcx, %%r14\n\t"
                     "orq %%r14, %%rax\n\t"
                     "subq $3, %%r15\n\t"
                     "xorq %%rcx, %%r15\n\t"
                     "orq %%r15, %%rax\n\t"
                     : "=&a"(difference), "+D"(to), [seed] "+S"(seed), [call] "+d"(call)
                     :
                     : "rbx", "rcx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "xmm0",
                       "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
                       "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "memory", "cc");
    return difference;
}

static void fill_registers(void *argument)
{
    struct worker *worker = argument;

    for (uint64_t i = 1; i <= 3; i++)
        worker->damage |= switch_with_full_registers(worker->home, i * 0x0101010101010100u);
    fiber_switch_last(worker->home);
}
#endif

static void callee_saved_registers_survive_a_switch(void **state)
{
    (void)state;
#if defined(__x86_64__)
    struct worker worker = {0};
    uint64_t damage = 0;

    worker_open(&worker, fill_registers);
    for (uint64_t i = 1; i <= 4; i++)
        damage |= switch_with_full_registers(&worker.fiber, i * 0xfedcba9876543200u);
    assert_int_equal(damage, 0);
    assert_int_equal(worker.damage, 0);
    stack_give(worker.stack);
#else
    skip();
#endif
}

static void align(void *argument)
{
    struct worker *worker = argument;
    char text[64];
    _Alignas(16) char aligned[16];

    worker->damage = (uintptr_t)aligned % 16;
    /* printf of a double uses aligned SSE stores: it crashes on a stack that is 8 bytes off */
    snprintf(text, sizeof text, "%.3f %s", 1.5, "x");
    worker->steps = strcmp(text, "1.500 x") == 0;
    fiber_switch_last(worker->home);
}

static void a_fiber_begins_on_an_aligned_stack(void **state)
{
    struct worker worker = {0};

    (void)state;
    worker_open(&worker, align);
    fiber_switch(&worker.fiber);
    assert_int_equal(worker.damage, 0);
    assert_int_equal(worker.steps, 1);
    stack_give(worker.stack);
}

static void a_stack_given_back_is_the_next_one_taken(void **state)
{
    struct stack *first = stack_take(STACK_SIZE_TASK);
    struct stack *second;

    (void)state;
    stack_give(first);
    second = stack_take(STACK_SIZE_TASK);
    assert_ptr_equal(first, second);
    stack_give(second);
}

static void a_fiber_runs_on_a_stack_that_was_left_in_the_middle(void **state)
{
    char text[100] = "";
    struct worker cut = {.text = text};
    struct worker next = {.text = text};

    (void)state;
    worker_open(&cut, speak);
    fiber_switch(&cut.fiber);
    stack_give(cut.stack); /* its run was cut short */
    worker_open(&next, speak);
    assert_ptr_equal(next.stack, cut.stack);
    for (int i = 0; i < 4; i++)
        fiber_switch(&next.fiber);
    assert_string_equal(text, "a0 a0 a1 a2 end ");
    stack_give(next.stack);
}

static void a_stack_has_at_least_the_size_asked_for_less_its_overhead(void **state)
{
    struct stack *large = stack_take(STACK_SIZE_MAIN);
    struct stack *small = stack_take(STACK_SIZE_TASK);

    (void)state;
    assert_true(large->size + STACK_OVERHEAD >= STACK_SIZE_MAIN);
    assert_true(small->size + STACK_OVERHEAD >= STACK_SIZE_TASK);
    assert_true(small->size < large->size);
    memset(large->low, 1, large->size);
    memset(small->low, 1, small->size);
    stack_give(large);
    stack_give(small);
}

static void all_stacks_of_an_owner_come_back_at_once(void **state)
{
    int mine, theirs;
    void *before = stack_owner_set(&mine);
    struct stack *a = stack_take(STACK_SIZE_TASK);
    struct stack *b = stack_take(STACK_SIZE_TASK);
    struct stack *kept, *c, *d;

    (void)state;
    assert_ptr_equal(stack_owner_set(&theirs), &mine);
    kept = stack_take(STACK_SIZE_TASK);
    stack_reclaim(&mine);
    c = stack_take(STACK_SIZE_TASK);
    d = stack_take(STACK_SIZE_TASK);
    assert_true((c == a && d == b) || (c == b && d == a));
    assert_ptr_not_equal(kept, c);
    assert_ptr_equal(kept->owner, &theirs);
    stack_reclaim(&theirs);
    stack_owner_set(before);
}

static void touch_below(void *arg)
{
    struct stack *stack = arg;

    *(volatile char *)(stack->low - 1) = 1;
}

static void an_overflow_meets_the_guard_page(void **state)
{
    struct stack *stack = stack_take(STACK_SIZE_TASK);

    (void)state;
    assert_int_not_equal(run_apart(touch_below, stack), 0);
    stack_give(stack);
}

/* Stacks of a size that no other test takes are new ones. */
static struct stack *new_stack(size_t pages)
{
    return stack_take((100 + pages) * STACK_GUARD_SIZE);
}

static void past_the_budget_of_guards_a_stack_has_a_canary(void **state)
{
    struct stack *first, *second;

    (void)state;
    stack_limit_guards(false, 1);
    first = new_stack(1);
    second = new_stack(1);
    assert_true(first->guarded);
    assert_false(second->guarded);
    stack_limit_guards(true, 12000);
    stack_give(first);
    stack_give(second);
}

static void run_past_the_end(void *argument)
{
    struct worker *worker = argument;

    memset(worker->stack->low, 0, 8); /* what a frame too many does */
    fiber_switch(worker->home);
    fiber_switch_last(worker->home);
}

static void run_past_the_end_for_good(void *argument)
{
    struct worker *worker = argument;

    memset(worker->stack->low, 0, 8);
    fiber_switch_last(worker->home);
}

static void say(const struct worker *worker, int i)
{
    sprintf(worker->text + strlen(worker->text), "%c%d ", 'a' + worker->n, i);
}

static void speak_and_listen(void *argument)
{
    struct worker *worker = argument;

    for (int i = 0; i < 2; i++) {
        say(worker, i);
        fiber_switch(worker->other);
    }
    worker->taken = new_stack(5);
    say(worker, 2);
    fiber_switch(worker->home);
    fiber_switch_last(worker->home);
}

static void speak_and_end(void *argument)
{
    struct worker *worker = argument;

    say(worker, 0);
    fiber_switch(worker->home);
    say(worker, 1);
    fiber_end(worker->home);
}

static void run_without_guard(void (*entry)(void *))
{
    struct worker worker = {.home = fiber_current()};

    stack_limit_guards(false, 0);
    worker.stack = new_stack(2);
    fiber_init(&worker.fiber, worker.stack, entry, &worker);
    fiber_switch(&worker.fiber);
}

static void stop_without_guard(void *arg)
{
    (void)arg;
    run_without_guard(run_past_the_end);
}

static void end_without_guard(void *arg)
{
    (void)arg;
    run_without_guard(run_past_the_end_for_good);
}

/* At its end, too: whoever takes the stack next would be blamed. */
static void a_dead_canary_is_noticed_when_the_fiber_stops(void **state)
{
    (void)state;
    assert_int_equal(run_apart(stop_without_guard, NULL), -SIGABRT);
    assert_int_equal(run_apart(end_without_guard, NULL), -SIGABRT);
}

/* Each is looked at when it stops, and its canary is alive. */
static void fibers_without_guards_take_turns_and_end_like_others(void **state)
{
    char text[100] = "";
    struct worker a = {.n = 0, .text = text, .home = fiber_current()};
    struct worker b = {.n = 1, .text = text, .home = &a.fiber};

    (void)state;
    stack_limit_guards(false, 0);
    a.stack = new_stack(4);
    b.stack = new_stack(5);
    stack_limit_guards(true, 12000);
    fiber_init(&a.fiber, a.stack, speak_and_listen, &a);
    fiber_init(&b.fiber, b.stack, speak_and_end, &b);
    a.other = &b.fiber;
    for (int i = 0; i < 2; i++)
        fiber_switch(&a.fiber);
    assert_string_equal(text, "a0 b0 a1 b1 a2 ");
    assert_ptr_equal(a.taken, b.stack); /* free as soon as another fiber ran */
    stack_give(a.stack);
    stack_give(b.stack);
}

static void end_at_once(void *argument)
{
    struct worker *worker = argument;

    fiber_end(worker->other);
}

static void take_a_stack(void *argument)
{
    struct worker *worker = argument;

    worker->taken = new_stack(6);
    fiber_switch_last(worker->home);
}

static void the_stack_of_a_fiber_that_ended_is_free_for_one_that_begins(void **state)
{
    struct worker first = {.n = 0}, next = {.n = 1};

    (void)state;
    worker_open(&next, take_a_stack);
    first.stack = new_stack(6);
    first.other = &next.fiber;
    fiber_init(&first.fiber, first.stack, end_at_once, &first);
    fiber_switch(&first.fiber);
    assert_ptr_equal(next.taken, first.stack);
    stack_give(next.taken);
    stack_give(next.stack);
}

static void the_tops_of_stacks_are_spread_over_cache_lines(void **state)
{
    struct stack *a = new_stack(3);
    struct stack *b = new_stack(3);

    (void)state;
    assert_int_not_equal(((uintptr_t)a->low + a->size) % 4096,
                         ((uintptr_t)b->low + b->size) % 4096);
    assert_int_equal((uintptr_t)a % 64, 0);
    stack_give(a);
    stack_give(b);
}

static void describe_faults(void *argument)
{
    struct worker *worker = argument;

    worker->steps = overflow_describe(worker->stack->low, worker->text, 200);
    worker->damage = overflow_describe(worker->stack->low - 1, worker->text, 200);
    fiber_switch_last(worker->home);
}

static void a_fault_in_the_guard_is_described_as_an_overflow(void **state)
{
    char text[200] = "";
    struct worker worker = {.text = text};

    (void)state;
    assert_false(overflow_describe(text, text, sizeof text)); /* on the thread's own stack */
    worker_open(&worker, describe_faults);
    fiber_switch(&worker.fiber);
    assert_int_equal(worker.steps, 0);
    assert_int_equal(worker.damage, 1);
    assert_non_null(strstr(text, "stack overflow: a fiber, has used up its "));
    stack_give(worker.stack);
}

static void be_sent_a_fault(void *arg)
{
    (void)arg;
    overflow_watch(NULL);
    raise(SIGSEGV);
}

static void a_fault_that_is_sent_ends_the_process_as_one_that_happens(void **state)
{
    (void)state;
    assert_int_equal(run_apart(be_sent_a_fault, NULL), -SIGSEGV);
}

static void an_entry_function_must_not_return(void *argument)
{
    (void)argument;
}

static void run_returning_entry(void *arg)
{
    struct worker worker = {0};

    (void)arg;
    worker_open(&worker, an_entry_function_must_not_return);
    fiber_switch(&worker.fiber);
}

static void an_entry_function_that_returns_is_a_broken_invariant(void **state)
{
    (void)state;
    assert_int_not_equal(run_apart(run_returning_entry, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fiber_goes_on_where_it_stopped),
        cmocka_unit_test(fibers_interleave_as_they_are_switched_to),
        cmocka_unit_test(a_fiber_may_switch_to_another_fiber),
        cmocka_unit_test(the_current_fiber_is_the_one_that_runs),
        cmocka_unit_test(a_thousand_fibers_keep_their_own_locals),
        cmocka_unit_test(callee_saved_registers_survive_a_switch),
        cmocka_unit_test(a_fiber_begins_on_an_aligned_stack),
        cmocka_unit_test(a_stack_given_back_is_the_next_one_taken),
        cmocka_unit_test(a_fiber_runs_on_a_stack_that_was_left_in_the_middle),
        cmocka_unit_test(a_stack_has_at_least_the_size_asked_for_less_its_overhead),
        cmocka_unit_test(all_stacks_of_an_owner_come_back_at_once),
        cmocka_unit_test(an_overflow_meets_the_guard_page),
        cmocka_unit_test(past_the_budget_of_guards_a_stack_has_a_canary),
        cmocka_unit_test(a_dead_canary_is_noticed_when_the_fiber_stops),
        cmocka_unit_test(fibers_without_guards_take_turns_and_end_like_others),
        cmocka_unit_test(the_stack_of_a_fiber_that_ended_is_free_for_one_that_begins),
        cmocka_unit_test(the_tops_of_stacks_are_spread_over_cache_lines),
        cmocka_unit_test(a_fault_in_the_guard_is_described_as_an_overflow),
        cmocka_unit_test(a_fault_that_is_sent_ends_the_process_as_one_that_happens),
        cmocka_unit_test(an_entry_function_that_returns_is_a_broken_invariant),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
