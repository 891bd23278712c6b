/*
 * 003-8: gather runs three coroutines at the same time and gives their results in the order of the
 * arguments. Errors would come as results too.
 */
#include "rondo.h"

#include <stdio.h>
#include <stdlib.h>

static int fetch(void *arg, rondo_value *out)
{
    const int *id = arg;
    char *text;

    RONDO_TRY(rondo_sleep(RONDO_S(*id)));
    text = malloc(32);
    if (text == NULL)
        return RONDO_ENOMEM;
    snprintf(text, 32, "结果 %d", *id);
    return rondo_return_value(out, (rondo_value){.as = {.p = text}, .drop = free});
}

static void print_results(const rondo_result *results, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const rondo_result *result = &results[i];

        printf("%s'%s'", i == 0 ? "[" : ", ",
               result->code < 0 ? rondo_err_name(result->code) : result->value.as.text);
    }
    puts("]");
}

static int main_coroutine(void *arg, rondo_value *out)
{
    static int ids[] = {1, 2, 3};
    rondo_result results[3];
    rondo_task *tasks[3];
    int rc;

    (void)arg;
    (void)out;
    for (int i = 0; i < 3; i++)
        tasks[i] = rondo_spawn(fetch, &ids[i]);
    rc = rondo_gather(tasks, 3, RONDO_RETURN_ERRORS, results);
    if (rc == 0)
        print_results(results, 3);
    rondo_unref_all(tasks, 3);
    return rc;
}

RONDO_PROGRAM(gather_keeps_argument_order, main_coroutine);
