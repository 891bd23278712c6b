/*
 * environment.c - answers for the part of libuv's unix/core.c that reads and sets the environment,
 * and says what the host is called.
 *
 * A process begins with what it was made with (process_spec.environment) and nothing of the
 * machine's. What it sets lies over that, in its own memory.
 */
#include <string.h>

#include "uv/internal.h"

#include "base/alloc.h"
#include "world/net.h"

/* A variable that was set, or unset, since the process began. */
struct variable {
    struct list link; /* in process.uv_environment */
    char *value;      /* NULL: there is none */
    char name[];
};

static bool is_name(const char *name)
{
    return name != NULL && name[0] != '\0' && strchr(name, '=') == NULL;
}

static struct variable *find(const char *name)
{
    list_for_each(link, &process_current()->uv_environment) {
        struct variable *variable = container_of(link, struct variable, link);

        if (strcmp(variable->name, name) == 0)
            return variable;
    }
    return NULL;
}

/* What the process began with, or NULL. */
static const char *inherited(const char *name)
{
    const char *const *line = process_current()->spec.environment;
    size_t length = strlen(name);

    for (; line != NULL && *line != NULL; line++) {
        if (strncmp(*line, name, length) == 0 && (*line)[length] == '=')
            return *line + length + 1;
    }
    return NULL;
}

/* Put `value`, or NULL, over what was there. */
static int put(const char *name, const char *value)
{
    struct variable *variable = find(name);
    char *copy = alloc_text(value);

    if (value != NULL && copy == NULL)
        return UV_ENOMEM;
    if (variable == NULL) {
        variable = alloc_zero(sizeof *variable + strlen(name) + 1);
        if (variable == NULL) {
            alloc_release(copy);
            return UV_ENOMEM;
        }
        memcpy(variable->name, name, strlen(name) + 1);
        list_push_back(&process_current()->uv_environment, &variable->link);
    }
    alloc_release(variable->value);
    variable->value = copy;
    return 0;
}

/* Copy `text` into `buffer`, which has room for `*size` bytes, as libuv does. */
static int give_text(const char *text, char *buffer, size_t *size)
{
    size_t length = strlen(text);

    if (length >= *size) {
        *size = length + 1;
        return UV_ENOBUFS;
    }
    memcpy(buffer, text, length + 1);
    *size = length;
    return 0;
}

int uv_os_getenv(const char *name, char *buffer, size_t *size)
{
    const struct variable *variable;
    const char *value;

    if (name == NULL || buffer == NULL || size == NULL || *size == 0)
        return UV_EINVAL;
    variable = find(name);
    value = variable != NULL ? variable->value : inherited(name);
    return value != NULL ? give_text(value, buffer, size) : UV_ENOENT;
}

int uv_os_setenv(const char *name, const char *value)
{
    return is_name(name) && value != NULL ? put(name, value) : UV_EINVAL;
}

int uv_os_unsetenv(const char *name)
{
    if (!is_name(name))
        return UV_EINVAL;
    return find(name) != NULL || inherited(name) != NULL ? put(name, NULL) : 0;
}

int uv_os_gethostname(char *buffer, size_t *size)
{
    if (buffer == NULL || size == NULL || *size == 0)
        return UV_EINVAL;
    return give_text(host_of(process_current())->name, buffer, size);
}
