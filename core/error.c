/*
 * error.c - see error.h. Names and sentences of libuv's codes come from libuv's own list.
 */
#include "error.h"

#include <stdio.h>

#include <uv.h>

const char *rondo_err_name(int code)
{
    static _Thread_local char text[24];

    switch (code) {
#define X(name, value, words) \
    case RONDO_##name:        \
        return #name;
        RONDO_ERROR_MAP(X)
#undef X
#define X(name, words) \
    case UV_##name:    \
        return #name;
        UV_ERRNO_MAP(X)
#undef X
    default:
        break;
    }
    if (code >= 0)
        return "OK";
    if (code <= RONDO_EUSER)
        snprintf(text, sizeof text, "EUSER%d", code - RONDO_EUSER);
    else
        snprintf(text, sizeof text, "E%d", -code);
    return text;
}

const char *rondo_strerror(int code)
{
    switch (code) {
#define X(name, value, words) \
    case RONDO_##name:        \
        return words;
        RONDO_ERROR_MAP(X)
#undef X
#define X(name, words) \
    case UV_##name:    \
        return words;
        UV_ERRNO_MAP(X)
#undef X
    default:
        return code >= 0 ? "success" : code <= RONDO_EUSER ? "the program's own error" : "unknown";
    }
}
