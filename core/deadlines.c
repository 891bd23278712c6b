/*
 * deadlines.c - see deadlines.h.
 */
#include "deadlines.h"

#include "base/alloc.h"
#include "base/check.h"
#include "loop_core.h"

#define BRANCHES       4
#define CAPACITY_FIRST 64

struct deadline_entry {
    int64_t when_ns;
    uint64_t order;
    uint32_t slot; /* from 1 */
};

/* Where a deadline is known by, while its entry moves about in the heap. */
struct deadline_slot {
    struct deadline *deadline;
    uint32_t at; /* of its entry; of a free slot: the next one */
};

void deadlines_init(struct deadlines *deadlines)
{
    *deadlines = (struct deadlines){.heap = NULL};
    list_init(&deadlines->others);
}

void deadlines_clear(struct deadlines *deadlines)
{
    CHECK(deadlines_count(deadlines) == 0);
    alloc_release(deadlines->heap);
    alloc_release(deadlines->slots);
    deadlines_init(deadlines);
}

size_t deadlines_count(const struct deadlines *deadlines)
{
    return deadlines->count + list_length(&deadlines->others);
}

static bool before(const struct deadline_entry *a, const struct deadline_entry *b)
{
    return a->when_ns != b->when_ns ? a->when_ns < b->when_ns : a->order < b->order;
}

static void place(struct deadlines *deadlines, struct deadline_entry entry, uint32_t at)
{
    deadlines->heap[at] = entry;
    deadlines->slots[entry.slot - 1].at = at;
}

/* Put `entry` at `at` or, while it is earlier than what is above, there. */
static void sift_up(struct deadlines *deadlines, struct deadline_entry entry, uint32_t at)
{
    while (at > 0) {
        uint32_t above = (at - 1) / BRANCHES;

        if (!before(&entry, &deadlines->heap[above]))
            break;
        place(deadlines, deadlines->heap[above], at);
        at = above;
    }
    place(deadlines, entry, at);
}

/* Put `entry` at `at` or, while something below is earlier, there. */
static void sift_down(struct deadlines *deadlines, struct deadline_entry entry, uint32_t at)
{
    const struct deadline_entry *heap = deadlines->heap;
    uint32_t least;

    while ((least = at * BRANCHES + 1) < deadlines->count) {
        uint32_t end = least + BRANCHES < deadlines->count ? least + BRANCHES : deadlines->count;

        for (uint32_t i = least + 1; i < end; i++)
            least = before(&heap[i], &heap[least]) ? i : least;
        if (!before(&heap[least], &entry))
            break;
        place(deadlines, heap[least], at);
        at = least;
    }
    place(deadlines, entry, at);
}

/* Make room for one more. Returns: false without memory. */
static bool reserve(struct deadlines *deadlines)
{
    uint32_t capacity = deadlines->capacity != 0 ? deadlines->capacity * 2 : CAPACITY_FIRST;
    struct deadline_entry *heap;
    struct deadline_slot *slots;

    if (deadlines->count < deadlines->capacity)
        return true;
    heap = alloc_resize(deadlines->heap, capacity * sizeof *heap);
    if (heap == NULL)
        return false;
    deadlines->heap = heap;
    slots = alloc_resize(deadlines->slots, capacity * sizeof *slots);
    if (slots == NULL)
        return false;
    deadlines->slots = slots;
    for (uint32_t i = capacity; i > deadlines->capacity; i--) {
        slots[i - 1].at = deadlines->free;
        deadlines->free = i;
    }
    deadlines->capacity = capacity;
    return true;
}

void deadlines_add(struct deadlines *deadlines, struct deadline *deadline)
{
    struct deadline_entry entry = {.when_ns = deadline->when_ns, .order = deadline->order};

    if (!reserve(deadlines)) {
        deadline->slot = 0;
        list_push_back(&deadlines->others, &deadline->callback.link);
        return;
    }
    entry.slot = deadlines->free;
    deadlines->free = deadlines->slots[entry.slot - 1].at;
    deadlines->slots[entry.slot - 1].deadline = deadline;
    deadline->slot = entry.slot;
    sift_up(deadlines, entry, deadlines->count++);
}

void deadlines_remove(struct deadlines *deadlines, struct deadline *deadline)
{
    struct deadline_slot *slot;
    struct deadline_entry last;
    uint32_t at;

    if (deadline->slot == 0) {
        list_remove(&deadline->callback.link);
        return;
    }
    slot = &deadlines->slots[deadline->slot - 1];
    at = slot->at;
    slot->at = deadlines->free;
    deadlines->free = deadline->slot;
    last = deadlines->heap[--deadlines->count];
    if (at == deadlines->count)
        return;
    if (at > 0 && before(&last, &deadlines->heap[(at - 1) / BRANCHES]))
        sift_up(deadlines, last, at);
    else
        sift_down(deadlines, last, at);
}

/* What a task that sleeps has beside its deadline, in lines of the cache: its wait, and its frame.
 */
#define LINE        64
#define LINES_BELOW 3
#define LINES_ABOVE 2

void deadlines_look_ahead(const struct deadlines *deadlines)
{
    uint32_t end = deadlines->count < 1 + BRANCHES ? deadlines->count : 1 + BRANCHES;

    for (uint32_t i = 0; i < end; i++) {
        uint32_t slot = deadlines->heap[i].slot;
        const char *at = (const char *)deadlines->slots[slot - 1].deadline;

        for (int line = -LINES_BELOW; line < LINES_ABOVE; line++)
            __builtin_prefetch(at + line * LINE);
    }
}

static struct deadline *earlier(struct deadline *a, struct deadline *b)
{
    if (a == NULL)
        return b;
    if (a->when_ns != b->when_ns)
        return a->when_ns < b->when_ns ? a : b;
    return a->order < b->order ? a : b;
}

struct deadline *deadlines_first(const struct deadlines *deadlines)
{
    struct deadline *first = NULL;

    if (deadlines->count > 0)
        first = deadlines->slots[deadlines->heap[0].slot - 1].deadline;
    list_for_each(node, &deadlines->others) {
        struct callback *callback = container_of(node, struct callback, link);

        first = earlier(first, container_of(callback, struct deadline, callback));
    }
    return first;
}

int64_t deadlines_when(const struct deadlines *deadlines)
{
    const struct deadline *first = deadlines_first(deadlines);

    return first != NULL ? first->when_ns : RONDO_FOREVER;
}
