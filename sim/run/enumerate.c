/*
 * enumerate.c - see enumerate.h.
 */
#include "run/enumerate.h"

bool enumerate_next(struct tape *tape, enum chance_family family)
{
    for (size_t i = tape->count; i-- > 0;) {
        struct tape_entry *entry = &tape->entries[i];

        if (chance_family(entry->label) != family || entry->value + 1 >= entry->bound)
            continue;
        entry->value++;
        tape_cut(tape, i + 1);
        return true;
    }
    return false;
}
