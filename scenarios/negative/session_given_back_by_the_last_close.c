/*
 * session_given_back_by_the_last_close.c - a server's session of two handles of libuv's, in a place
 * that is used again.
 *
 * Whoever closes two handles sees libuv call back for the second first. Nobody promises that, and
 * who gives the session back when the first is closed may find the other still using it. One
 * counts.
 */
#include <uv.h>

#include "rondo.h"

struct session {
    uv_timer_t idle; /* it has said nothing for so long */
    uv_async_t word; /* others have something for it */
    int open;        /* handles */
    bool in_use;
};

static bool counts;
static struct session places[1];

static void give_back(struct session *session)
{
    session->in_use = false;
}

static void word_closed(uv_handle_t *handle)
{
    struct session *session = handle->data;

    RONDO_ALWAYS("session_is_there", session->in_use);
    if (counts && --session->open == 0)
        give_back(session);
}

static void idle_closed(uv_handle_t *handle)
{
    struct session *session = handle->data;

    RONDO_ALWAYS("session_is_there", session->in_use);
    if (!counts || --session->open == 0)
        give_back(session);
}

static void end_session(uv_timer_t *idle)
{
    struct session *session = idle->data;

    uv_close((uv_handle_t *)&session->idle, idle_closed);
    uv_close((uv_handle_t *)&session->word, word_closed);
}

static void heard(uv_async_t *word)
{
    struct session *session = word->data;

    uv_timer_again(&session->idle);
}

static int begin_session(struct session *session, uv_loop_t *loop)
{
    *session = (struct session){.open = 2, .in_use = true};
    session->idle.data = session->word.data = session;
    RONDO_TRY(uv_timer_init(loop, &session->idle));
    RONDO_TRY(uv_async_init(loop, &session->word, heard));
    return uv_timer_start(&session->idle, end_session, 1000, 1000);
}

static int serve(void)
{
    uv_loop_t *loop = uv_default_loop();
    int rc = begin_session(&places[0], loop);

    if (rc == 0)
        rc = uv_async_send(&places[0].word);
    if (rc == 0)
        rc = uv_run(loop, UV_RUN_DEFAULT);
    return rc == 0 && !places[0].in_use ? 0 : 1;
}

static int by_the_last_main(int argc, char **argv)
{
    return serve();
}

static int by_count_main(int argc, char **argv)
{
    counts = true;
    return serve();
}

RONDO_PROGRAM(by_the_last, by_the_last_main);
RONDO_PROGRAM(by_count, by_count_main);
