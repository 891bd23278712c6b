/*
 * factory_test.c - what makes the tasks of a loop: EXC-05, and the eager factory of EAG-*.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "group.h"
#include "sleep.h"
#include "tests/lib/script.h"

struct fixture {
    struct script script;
};

SCRIPT_FIXTURE(fixture)

/* Makes what it is asked for, but takes no names. */
static rondo_task *make_nameless(rondo_loop *loop, rondo_fn fn, void *fn_arg,
                                 const rondo_spawn_options *options, const char *here, void *arg)
{
    struct fixture *f = arg;
    rondo_spawn_options nameless = *options;

    check(f, loop == f->script.loop);
    note(f, "makes %s", options->name != NULL ? options->name : "one");
    nameless.name = NULL;
    return rondo_task_new(loop, fn, fn_arg, &nameless, here);
}

static rondo_task *make_none(rondo_loop *loop, rondo_fn fn, void *fn_arg,
                             const rondo_spawn_options *options, const char *here, void *arg)
{
    (void)loop;
    (void)fn;
    (void)fn_arg;
    (void)options;
    (void)here;
    note((struct fixture *)arg, "makes none");
    return NULL;
}

static int say_hello(void *arg, rondo_value *out)
{
    note((struct fixture *)arg, "says hello");
    return rondo_return(out, 42);
}

static int spawn_in_three_ways(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    (void)n;
    rondo_unref(rondo_spawn(say_hello, f, .name = "ann"));
    rondo_unref(rondo_loop_create_task(f->script.loop, say_hello, f));
    RONDO_GROUP(rc, group) {
        rondo_group_spawn(group, say_hello, f, .name = "bob");
    }
    return rc;
}

/* EXC-05: a task factory makes every task of the loop; a name given at the spawn is set all the
 * same. */
static void a_factory_makes_every_task(void **state)
{
    struct fixture *f = *state;

    rondo_loop_set_task_factory(f->script.loop, make_nameless, f);
    spawn(f, "a", spawn_in_three_ways, 0);
    expect_trace(f, "0ms makes a\n"
                    "0ms a makes ann\n"
                    "0ms a makes one\n"
                    "0ms a makes bob\n"
                    "0ms ann says hello\n"
                    "0ms Task-3 says hello\n"
                    "0ms bob says hello\n");
}

/* EXC-05: it can be asked for, and taken back. */
static void a_factory_can_be_taken_back(void **state)
{
    struct fixture *f = *state;

    assert_null(rondo_loop_get_task_factory(f->script.loop));
    rondo_loop_set_task_factory(f->script.loop, make_nameless, f);
    assert_ptr_equal(rondo_loop_get_task_factory(f->script.loop), make_nameless);
    rondo_loop_set_task_factory(f->script.loop, NULL, NULL);
    assert_null(rondo_loop_get_task_factory(f->script.loop));
    spawn(f, "a", spawn_in_three_ways, 0);
    expect_trace(f, "0ms ann says hello\n0ms Task-3 says hello\n0ms bob says hello\n");
}

static int spawn_in_vain(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    (void)n;
    rondo_loop_set_task_factory(f->script.loop, make_none, f);
    check(f, rondo_await(rondo_spawn(say_hello, f, .name = "ann"), NULL) == RONDO_ENOMEM);
    RONDO_GROUP(rc, group) {
        check(f, rondo_group_spawn(group, say_hello, f) == NULL);
    }
    note(f, "%s", rondo_err_name(rc));
    return 0;
}

/* EXC-05: without a task from it there is none. */
static void a_factory_may_fail(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", spawn_in_vain, 0);
    expect_trace(f, "0ms a makes none\n0ms a makes none\n0ms a ENOMEM\n");
}

static int spawn_eagerly(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_task *task;

    (void)n;
    rondo_loop_set_task_factory(f->script.loop, rondo_eager_task_factory, NULL);
    task = rondo_spawn(say_hello, f, .name = "ann");
    note(f, "%s", rondo_done(task) ? "it is done" : "it is pending");
    rondo_unref(task);
    return 0;
}

/* EAG-01, EXC-05: by the eager factory every task starts at its spawn. */
static void the_eager_factory_starts_every_task_at_once(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", spawn_eagerly, 0);
    expect_trace(f, "0ms ann says hello\n0ms a it is done\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRIPT_TEST(a_factory_makes_every_task, fixture),
        SCRIPT_TEST(a_factory_can_be_taken_back, fixture),
        SCRIPT_TEST(a_factory_may_fail, fixture),
        SCRIPT_TEST(the_eager_factory_starts_every_task_at_once, fixture),
    };

    return play_all(tests);
}
