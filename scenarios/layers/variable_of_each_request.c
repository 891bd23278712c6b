/*
 * 003-20: a context variable, set by three requests at once: each reads its own. They suspend in
 * between, which the document's do not: without it a variable that all share would show nothing.
 */
#include "rondo.h"

#include <stdio.h>

static const rondo_var request_id = {.name = "request_id"};

static void process_request(void)
{
    printf("处理请求 %s\n", rondo_var_get(&request_id).as.text);
}

static int handle_request(void *arg, rondo_value *out)
{
    rondo_var_token token;

    (void)out;
    RONDO_TRY(rondo_var_set(&request_id, (const char *)arg, &token));
    RONDO_TRY(rondo_sleep(0));
    process_request();
    return rondo_var_reset(&token);
}

static int main_coroutine(void *arg, rondo_value *out)
{
    static char ids[][8] = {"req-1", "req-2", "req-3"};
    rondo_task *tasks[3];
    int rc;

    (void)arg;
    (void)out;
    for (int i = 0; i < 3; i++)
        tasks[i] = rondo_spawn(handle_request, ids[i]);
    rc = rondo_gather(tasks, 3, 0, NULL);
    rondo_unref_all(tasks, 3);
    return rc;
}

RONDO_PROGRAM(variable_of_each_request, main_coroutine);
