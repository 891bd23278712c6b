/*
 * heap_test.c - the priority queue against sorted order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/heap.h"
#include "base/list.h"

#define COUNT 500

struct item {
    struct heap_node node;
    unsigned key;
    unsigned order;
    bool inside;
};

struct fixture {
    struct heap heap;
    struct item items[COUNT];
    uint32_t chance;
};

static struct item *item_of(const struct heap_node *node)
{
    return container_of(node, struct item, node);
}

static bool item_less(const struct heap_node *a, const struct heap_node *b)
{
    const struct item *x = item_of(a);
    const struct item *y = item_of(b);

    return x->key != y->key ? x->key < y->key : x->order < y->order;
}

/* A linear congruential generator (Numerical Recipes): every run draws the same numbers. */
static unsigned draw(struct fixture *f, unsigned bound)
{
    f->chance = f->chance * 1664525u + 1013904223u;
    return (f->chance >> 16) % bound;
}

static void push(struct fixture *f, struct item *item, unsigned keys)
{
    item->key = draw(f, keys);
    item->inside = true;
    heap_push(&f->heap, &item->node);
}

static void push_all(struct fixture *f, unsigned keys)
{
    for (unsigned i = 0; i < COUNT; i++)
        push(f, &f->items[i], keys);
}

/* The least item by looking at all of them. */
static struct item *least(struct fixture *f)
{
    struct item *best = NULL;

    for (unsigned i = 0; i < COUNT; i++) {
        struct item *item = &f->items[i];

        if (item->inside && (best == NULL || item_less(&item->node, &best->node)))
            best = item;
    }
    return best;
}

static void pop_is_least(struct fixture *f)
{
    struct item *expected = least(f);

    assert_ptr_equal(heap_min(&f->heap), &expected->node);
    assert_ptr_equal(heap_pop(&f->heap), &expected->node);
    expected->inside = false;
}

static void pop_all_in_order(struct fixture *f)
{
    while (f->heap.count > 0)
        pop_is_least(f);
    assert_null(least(f));
    assert_null(heap_pop(&f->heap));
}

static int open_heap(void **state)
{
    static struct fixture f;

    memset(&f, 0, sizeof f);
    heap_init(&f.heap, item_less);
    for (unsigned i = 0; i < COUNT; i++)
        f.items[i].order = i;
    f.chance = 4711;
    *state = &f;
    return 0;
}

static void an_empty_heap_has_no_least_node(void **state)
{
    struct fixture *f = *state;

    assert_null(heap_min(&f->heap));
    assert_null(heap_pop(&f->heap));
    assert_int_equal(f->heap.count, 0);
}

static void nodes_leave_in_the_order_of_their_keys(void **state)
{
    struct fixture *f = *state;

    push_all(f, 1u << 16);
    pop_all_in_order(f);
}

static void equal_keys_leave_in_the_order_of_their_sequence(void **state)
{
    struct fixture *f = *state;

    push_all(f, 5);
    pop_all_in_order(f);
    push_all(f, 1);
    pop_all_in_order(f);
}

static void a_node_may_be_removed_from_anywhere(void **state)
{
    struct fixture *f = *state;

    push_all(f, 50);
    pop_is_least(f); /* the first merge gives the heap its depth */
    for (unsigned i = 0; i < COUNT; i += 1 + draw(f, 3)) {
        if (!f->items[i].inside)
            continue;
        heap_remove(&f->heap, &f->items[i].node);
        f->items[i].inside = false;
        assert_ptr_equal(heap_min(&f->heap), &least(f)->node);
    }
    pop_all_in_order(f);
}

static void pushes_pops_and_removals_mix(void **state)
{
    struct fixture *f = *state;

    for (unsigned turn = 0; turn < 20000; turn++) {
        struct item *item = &f->items[draw(f, COUNT)];

        if (!item->inside)
            push(f, item, 100);
        else if (draw(f, 2) == 0)
            pop_is_least(f);
        else {
            heap_remove(&f->heap, &item->node);
            item->inside = false;
        }
    }
    pop_all_in_order(f);
}

static void the_count_is_exact(void **state)
{
    struct fixture *f = *state;

    push_all(f, 10);
    assert_int_equal(f->heap.count, COUNT);
    heap_remove(&f->heap, &f->items[7].node);
    heap_pop(&f->heap);
    assert_int_equal(f->heap.count, COUNT - 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_empty_heap_has_no_least_node, open_heap),
        cmocka_unit_test_setup(nodes_leave_in_the_order_of_their_keys, open_heap),
        cmocka_unit_test_setup(equal_keys_leave_in_the_order_of_their_sequence, open_heap),
        cmocka_unit_test_setup(a_node_may_be_removed_from_anywhere, open_heap),
        cmocka_unit_test_setup(pushes_pops_and_removals_mix, open_heap),
        cmocka_unit_test_setup(the_count_is_exact, open_heap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
