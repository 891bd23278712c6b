/*
 * environment_body.c - a process's environment, and what its host is called: libuv's misc.rst,
 * uv_os_getenv() and its kin, uv_os_gethostname().
 */
#include <string.h>

#include <uv.h>

#include "tests/conformance/conformance.h"

#define NAME "RONDO_CONFORMANCE"

/* What is at `name`, with room for `room` bytes. */
static void look(struct trace *trace, const char *name, size_t room)
{
    char text[40] = "-";
    size_t size = room;
    int rc = uv_os_getenv(name, text, &size);

    note(trace, "%s %s %d, ", rc == 0 ? "ok" : uv_err_name(rc), rc == 0 ? text : "-", (int)size);
}

/* What the host is called is its own business. */
static void look_at_host(struct trace *trace)
{
    char name[300] = "";
    size_t size = sizeof name, length, little;
    int rc = uv_os_gethostname(name, &size);

    length = strlen(name);
    little = length;
    note(trace, "host %d %d ", rc, size == length && length > 0);
    note(trace, "%s ", uv_err_name(uv_os_gethostname(name, &little)));
    note(trace, "takes %d more ", (int)(little - length));
    note(trace, "%s ", uv_err_name(uv_os_gethostname(NULL, &size)));
    note(trace, "%s ", uv_err_name(uv_os_gethostname(name, NULL)));
    size = 0;
    note(trace, "%s\n", uv_err_name(uv_os_gethostname(name, &size)));
}

void environment_body(struct trace *trace)
{
    char none[1];
    size_t size = 0;

    look(trace, NAME, 40);
    note(trace, "set %d: ", uv_os_setenv(NAME, "one"));
    look(trace, NAME, 40);
    look(trace, NAME, 4);
    look(trace, NAME, 3);
    note(trace, "again %d: ", uv_os_setenv(NAME, ""));
    look(trace, NAME, 40);
    note(trace, "unset %d: ", uv_os_unsetenv(NAME));
    look(trace, NAME, 40);
    note(trace, "unset again %d\n", uv_os_unsetenv(NAME));
    note(trace, "refused: get %s %s ", uv_err_name(uv_os_getenv(NULL, none, &size)),
         uv_err_name(uv_os_getenv(NAME, none, &size)));
    note(trace, "set %s %s ", uv_err_name(uv_os_setenv(NULL, "one")),
         uv_err_name(uv_os_setenv(NAME, NULL)));
    note(trace, "%s %s ", uv_err_name(uv_os_setenv("", "one")),
         uv_err_name(uv_os_setenv("A=B", "one")));
    note(trace, "unset %s %s %s\n", uv_err_name(uv_os_unsetenv(NULL)),
         uv_err_name(uv_os_unsetenv("")), uv_err_name(uv_os_unsetenv("A=B")));
    look_at_host(trace);
}
