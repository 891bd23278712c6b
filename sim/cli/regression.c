/*
 * regression.c - a tape as a test: it finds what it found, or nothing any more if it says that the
 * bug is fixed.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/guard.h"
#include "cli/simulation.h"

/* What is wrong with the run that has just been made, or NULL. Owned by the caller: free(). */
static char *complaint(const struct trial *trial, const struct tape_file *file)
{
    size_t steps = file->tape.count;

    if (!file->fixed && !trial->found && trial->other == NULL)
        return must_format("finds nothing, and found %s when it was written", file->found);
    if (!file->fixed && !trial->found)
        return must_format("finds %s, and found %s when it was written", trial->other, file->found);
    if (file->fixed && (trial->found || trial->other != NULL))
        return must_format("finds %s, and the bug is said to be fixed",
                           trial->found ? trial->finding : trial->other);
    if (file->fixed && steps > 0 && trial->chance.matched == 0)
        return must_text("finds nothing, but nothing of it fits any more: it says nothing");
    return NULL;
}

static void judge(const struct trial *trial, const struct tape_file *file,
                  struct played_tape *played)
{
    char *wrong = complaint(trial, file);
    size_t steps = file->tape.count;

    played->ok = wrong == NULL;
    played->elapsed_ns = trial->elapsed_ns;
    snprintf(played->said, sizeof played->said, "%s; %zu of %zu departure%s fit%s",
             wrong != NULL ? wrong
             : file->fixed ? "nothing any more"
                           : trial->finding,
             trial->chance.matched, steps, plural(steps), steps == 1 ? "s" : "");
    played->block = wrong != NULL ? must_text(trial->lines) : NULL;
    free(wrong);
}

bool regression_check(void *self, const char *path, struct mistake *mistake)
{
    struct opened_tape opened;

    if (!tape_open(self, path, &opened, mistake))
        return false;
    tape_close(&opened);
    return true;
}

enum status regression_play(void *self, const char *path, struct played_tape *played)
{
    struct simulation *simulation = self;
    struct opened_tape opened;
    struct mistake mistake;
    struct trial trial;
    enum status status = STATUS_CLEAN;
    uint64_t first;

    *played = (struct played_tape){0};
    if (!tape_open(simulation, path, &opened, &mistake)) {
        snprintf(played->said, sizeof played->said, "%s", mistake.text);
        return STATUS_USAGE;
    }
    trial_open(&trial, &simulation->runner, opened.scenario, opened.run, opened.file.open,
               opened.file.found);
    guard_start(path, simulation->options->cpu_seconds);
    trial_departures(&trial, &opened.file.tape);
    judge(&trial, &opened.file, played);
    first = trial.hash;
    for (size_t i = 1; i < simulation->options->repeat && status == STATUS_CLEAN; i++) {
        trial_departures(&trial, &opened.file.tape);
        if (trial.hash == first)
            continue;
        played->ok = false;
        snprintf(played->said, sizeof played->said, "replay %zu differs from the first", i + 1);
        status = STATUS_HARNESS;
    }
    guard_stop();
    trial_close(&trial);
    tape_close(&opened);
    return status == STATUS_CLEAN && !played->ok ? STATUS_FINDING : status;
}
