/*
 * 003-18: an asynchronous generator, walked over and asked by hand. The second is left before its
 * end, so its last line is never printed: the loop closes it when main is over.
 */
#include "rondo.h"

#include <inttypes.h>
#include <stdio.h>

struct range {
    int64_t start;
    int64_t end;
};

static int count(void *arg, rondo_value *out)
{
    const struct range *range = arg;

    (void)out;
    for (int64_t i = range->start; i < range->end; i++) {
        RONDO_TRY(rondo_sleep(RONDO_MS(100)));
        RONDO_TRY(rondo_yield(i, NULL));
        printf("继续生成器执行,刚生成了 %" PRId64 "\n", i);
    }
    return 0;
}

static int walk(void)
{
    struct range range = {1, 4};
    int rc;
    RONDO_GENERATOR(numbers, count, &range);

    RONDO_FOR(rc, item, numbers) {
        printf("收到值: %" PRId64 "\n", item.as.i);
    }
    return rc;
}

static int ask_by_hand(rondo_generator *numbers)
{
    rondo_value item;
    int rc;

    RONDO_TRY(rondo_anext(numbers, &item));
    printf("手动迭代第一个值: %" PRId64 "\n", item.as.i);
    rc = rondo_asend(numbers, (void *)NULL, &item);
    if (rc == 0)
        puts("生成器已结束");
    if (rc == 1)
        printf("使用asend获取的下一个值: %" PRId64 "\n", item.as.i);
    return rc;
}

static int main_coroutine(void *arg, rondo_value *out)
{
    static struct range range = {5, 7}; /* static: the loop closes the generator after main */
    rondo_generator *numbers;
    int rc;

    (void)arg;
    (void)out;
    puts("使用async for循环:");
    RONDO_TRY(walk());
    puts("\n手动迭代:");
    numbers = rondo_generator_new(count, &range);
    rc = ask_by_hand(numbers);
    rondo_generator_drop(numbers);
    return rc;
}

RONDO_PROGRAM(generator_walked_and_by_hand, main_coroutine);
