/*
 * memory.c - see memory.h. The kernel's own count: VmRSS and VmPTE of /proc/self/status, which are
 * two different kinds of memory, and the lines of /proc/self/maps.
 */
#include "memory.h"

#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "floor_work.h"
#include "work.h"

#define TASKS ((size_t)1000000)

struct usage {
    int64_t resident;
    int64_t tables;
    int64_t mappings;
};

static int pipe_to_parent;
static struct usage at_start;

static struct usage usage_now(void)
{
    struct usage usage = {0};
    FILE *status = fopen("/proc/self/status", "r"), *maps = fopen("/proc/self/maps", "r");
    char line[512];

    CHECK(status != NULL && maps != NULL);
    while (fgets(line, sizeof line, status) != NULL) {
        int64_t kilobytes;

        if (sscanf(line, "VmRSS: %" SCNd64, &kilobytes) == 1)
            usage.resident = kilobytes * 1024;
        else if (sscanf(line, "VmPTE: %" SCNd64, &kilobytes) == 1)
            usage.tables = kilobytes * 1024;
    }
    while (fgets(line, sizeof line, maps) != NULL)
        usage.mappings += strchr(line, '\n') != NULL;
    fclose(maps);
    fclose(status);
    return usage;
}

/* All of them sleep. The process ends here: nobody waits for a day. */
static void tell_parent(size_t count)
{
    struct usage now = usage_now();

    now.resident = (now.resident - at_start.resident) / (int64_t)count;
    now.tables = (now.tables - at_start.tables) / (int64_t)count;
    _exit(write(pipe_to_parent, &now, sizeof now) == (ssize_t)sizeof now ? 0 : 1);
}

/* Returns: false if the process failed. */
static bool usage_of(void (*sleep_for_ever)(size_t, void (*)(size_t)), size_t count,
                     struct usage *usage)
{
    int ends[2], status;
    pid_t child;
    bool heard;

    fflush(NULL);
    CHECK(pipe(ends) == 0);
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        pipe_to_parent = ends[1];
        at_start = usage_now();
        sleep_for_ever(count, tell_parent);
        _exit(1);
    }
    close(ends[1]);
    heard = read(ends[0], usage, sizeof *usage) == (ssize_t)sizeof *usage;
    close(ends[0]);
    return waitpid(child, &status, 0) == child && status == 0 && heard;
}

static void print_usage(const char *name, size_t count, struct usage usage, FILE *json)
{
    printf("%-34s  %8" PRId64 "  %11" PRId64 "  %8" PRId64 "\n", name, usage.resident, usage.tables,
           usage.mappings);
    if (json != NULL)
        fprintf(json,
                "{\"table\":\"memory\",\"row\":\"%s\",\"tasks\":%zu,\"resident\":%" PRId64
                ",\"page_tables\":%" PRId64 ",\"mappings\":%" PRId64 "}\n",
                name, count, usage.resident, usage.tables, usage.mappings);
}

int memory(const struct measure_options *options)
{
    static const struct {
        const char *name;
        void (*sleep_for_ever)(size_t count, void (*seen)(size_t count));
    } sides[] = {{"memory: Rondo", work_sleep_for_ever},
                 {"memory: floor", floor_work_sleep_for_ever}};
    size_t count = TASKS / options->divisor;
    char head[64];
    FILE *json;
    int status = 0;

    if (!measure_json_open(options, &json))
        return 2;
    snprintf(head, sizeof head, "bytes a task, %zu that sleep", count);
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        struct usage usage;

        if (!measure_wants(options, sides[i].name, true))
            continue;
        if (status == 0 && i == 0)
            printf("%-34s  %8s  %11s  %8s\n", head, "resident", "page tables", "mappings");
        if (usage_of(sides[i].sleep_for_ever, count, &usage)) {
            print_usage(sides[i].name, count, usage, json);
        } else {
            printf("%-34s  the process failed: not enough memory?\n", sides[i].name);
            status = 1;
        }
    }
    fflush(stdout);
    if (json != NULL && fclose(json) != 0)
        status = 2;
    return status;
}
