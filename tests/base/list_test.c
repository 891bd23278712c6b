/*
 * list_test.c - the intrusive list.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/list.h"

struct letter {
    char c;
    struct list link;
};

struct fixture {
    struct list list;
    struct letter letters[4]; /* a b c d */
    char text[8];
};

static int open_list(void **state)
{
    static struct fixture f;

    memset(&f, 0, sizeof f);
    list_init(&f.list);
    for (int i = 0; i < 4; i++)
        f.letters[i].c = (char)('a' + i);
    *state = &f;
    return 0;
}

static void push_all(struct fixture *f)
{
    for (int i = 0; i < 4; i++)
        list_push_back(&f->list, &f->letters[i].link);
}

/* The letters of `list` in order, read forwards and checked backwards. */
static const char *spell(struct fixture *f, struct list *list)
{
    size_t n = 0;

    list_for_each(node, list) {
        assert_ptr_equal(node->prev->next, node);
        assert_ptr_equal(node->next->prev, node);
        f->text[n++] = container_of(node, struct letter, link)->c;
    }
    f->text[n] = '\0';
    assert_int_equal(list_length(list), n);
    return f->text;
}

static void pushed_back_is_first_in_first_out(void **state)
{
    struct fixture *f = *state;

    push_all(f);
    assert_string_equal(spell(f, &f->list), "abcd");
    assert_ptr_equal(list_pop_front(&f->list), &f->letters[0].link);
    assert_string_equal(spell(f, &f->list), "bcd");
}

static void pushed_front_is_last_in_first_out(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 4; i++)
        list_push_front(&f->list, &f->letters[i].link);
    assert_string_equal(spell(f, &f->list), "dcba");
}

static void a_node_may_be_removed_from_anywhere(void **state)
{
    struct fixture *f = *state;

    push_all(f);
    list_remove(&f->letters[1].link);
    assert_string_equal(spell(f, &f->list), "acd");
    list_remove(&f->letters[3].link);
    list_remove(&f->letters[0].link);
    assert_string_equal(spell(f, &f->list), "c");
}

static void removing_a_node_that_is_in_no_list_does_nothing(void **state)
{
    struct fixture *f = *state;

    assert_false(list_linked(&f->letters[0].link));
    list_remove(&f->letters[0].link);
    list_push_back(&f->list, &f->letters[0].link);
    assert_true(list_linked(&f->letters[0].link));
    list_remove(&f->letters[0].link);
    list_remove(&f->letters[0].link);
    assert_true(list_empty(&f->list));
}

static void a_walk_may_remove_the_node_it_stands_on(void **state)
{
    struct fixture *f = *state;

    push_all(f);
    list_for_each(node, &f->list) {
        if (container_of(node, struct letter, link)->c != 'c')
            list_remove(node);
    }
    assert_string_equal(spell(f, &f->list), "c");
}

static void a_moved_list_leaves_an_empty_one(void **state)
{
    struct fixture *f = *state;
    struct list to;

    push_all(f);
    list_move(&to, &f->list);
    assert_string_equal(spell(f, &to), "abcd");
    assert_true(list_empty(&f->list));
    list_move(&f->list, &to);
    list_move(&to, &f->list);
    assert_string_equal(spell(f, &to), "abcd");
}

static void moving_an_empty_list_gives_an_empty_list(void **state)
{
    struct fixture *f = *state;
    struct list to;

    list_move(&to, &f->list);
    assert_true(list_empty(&to));
    assert_true(list_empty(&f->list));
    assert_null(list_pop_front(&to));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(pushed_back_is_first_in_first_out, open_list),
        cmocka_unit_test_setup(pushed_front_is_last_in_first_out, open_list),
        cmocka_unit_test_setup(a_node_may_be_removed_from_anywhere, open_list),
        cmocka_unit_test_setup(removing_a_node_that_is_in_no_list_does_nothing, open_list),
        cmocka_unit_test_setup(a_walk_may_remove_the_node_it_stands_on, open_list),
        cmocka_unit_test_setup(a_moved_list_leaves_an_empty_one, open_list),
        cmocka_unit_test_setup(moving_an_empty_list_gives_an_empty_list, open_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
