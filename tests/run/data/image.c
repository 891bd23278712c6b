/*
 * image.c - a module with every kind of variable, for image_test.c.
 */
#define API __attribute__((visibility("default")))

struct state {
    int global;
    int is_static;
    int in_function;
    int zero;
    int thread;
    int thread_zero;
    char last_of_large;
    int counter;
    const char *text;
};

static int number_five = 5;
/* A pointer that the loader fills in and then makes read-only. */
static int *const relocated[] = {&number_five, &number_five};

int global = 1;
static int is_static = 2;
static int zero;
static _Thread_local int thread = 4;
static _Thread_local int thread_zero;
static char large[100000] = {[99999] = 'x'};
static int counters[4];
static const char *text = "before";

/* core/table.h: the counters of an instrumented build. */
API char *rondo_module_counters(unsigned long *size);
API char *rondo_module_counters(unsigned long *size)
{
    *size = sizeof counters;
    return (char *)counters;
}

/* What there is now; change everything. */
API void image_step(struct state *state);
API void image_step(struct state *state)
{
    static int in_function = 3;

    state->global = global++;
    state->is_static = is_static++;
    state->in_function = in_function++;
    state->zero = zero++;
    state->thread = thread++;
    state->thread_zero = thread_zero++;
    state->last_of_large = large[99999]++;
    state->counter = counters[3]++;
    state->text = text;
    text = "after";
    *relocated[1] += 1;
}

API int image_through_pointer(void);
API int image_through_pointer(void)
{
    return *relocated[0];
}
