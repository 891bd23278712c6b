/*
 * tape_file.c - see tape_file.h.
 */
#include "run/tape_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "run/folder.h"
#include "scenario/observation.h"
#include "scenario/source.h"

#define FORMAT_LINE "rondo tape 2"
#define BEFORE      "  before  "
/* A tape of a million decisions, which is as many as a run can take. */
#define TAPE_SIZE_MAX ((size_t)128 << 20)

static void write_open(FILE *out, unsigned open)
{
    const char *comma = "";

    fputs("open ", out);
    for (unsigned i = 0; i < FAMILY_COUNT; i++) {
        if ((open & 1u << i) == 0)
            continue;
        fprintf(out, "%s%s", comma, chance_family_name((enum chance_family)i));
        comma = ",";
    }
    fputs(open == 0 ? "-\n" : "\n", out);
}

/* An anchor holds names of the program's, which may be anything: written so that it is one line of
 * text, and every blank is one between two words. */
static void write_anchor(FILE *out, const char *anchor)
{
    char *text = observation_printable(anchor, strlen(anchor));
    char last = ' ';

    for (size_t i = 0; text[i] != '\0'; i++) {
        bool lone = text[i] != ' ' || (last != ' ' && text[i + 1] != '\0');

        last = text[i];
        fputs(lone ? (char[]){text[i], '\0'} : "\\x20", out);
    }
    free(text);
}

/* Undo write_anchor(), in place. */
static void read_anchor(char *anchor)
{
    static const char letters[] = "b\br\rt\tn\n\\\\";
    char *to = anchor;

    for (const char *from = anchor; *from != '\0'; from++) {
        const char *letter = from[0] == '\\' && from[1] != '\0' ? strchr(letters, from[1]) : NULL;
        unsigned code;
        int end = 0;

        if (sscanf(from, "\\x%2x%n", &code, &end) == 1 && end == 4 && code != 0) {
            *to++ = (char)code;
            from += 3;
        } else if (letter != NULL) {
            *to++ = letter[1];
            from++;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
}

/* Of the options that read alike the one that is not production order's, if nothing is said. */
static uint32_t usual_twin(const char *anchor, const char *before)
{
    return strcmp(anchor, before) == 0;
}

/* "label value of bound  anchor  before  anchor  #n" */
static void write_departure(FILE *out, const struct tape_entry *entry)
{
    const char *before = entry->before != NULL ? entry->before : "";

    fprintf(out, "%s %u of %u  ", entry->label, entry->value, entry->bound);
    write_anchor(out, entry->anchor);
    fputs(BEFORE, out);
    write_anchor(out, before);
    fprintf(out, "  #%u", entry->nth);
    if (entry->twin != usual_twin(entry->anchor, before))
        fprintf(out, " twin %u", entry->twin);
    fputc('\n', out);
}

static void write_all(FILE *out, const struct tape_file *file)
{
    fprintf(out, FORMAT_LINE "\n");
    fprintf(out, "scenario %s %016" PRIx64 "\n", file->scenario_path, file->scenario_hash);
    fprintf(out, "run %s\n", file->run[0] != '\0' ? file->run : "-");
    fprintf(out, "module %s %016" PRIx64 "\n", file->module_name, file->module_hash);
    fprintf(out, "strategy %s\n", file->strategy);
    fprintf(out, "seed %" PRIu64 "\n", file->seed);
    write_open(out, file->open);
    fprintf(out, "trace %016" PRIx64 "\n", file->trace_hash);
    fprintf(out, "found %s\n", file->found);
    fprintf(out, "expect %s\n\n", file->fixed ? "nothing" : "finds");
    for (size_t i = 0; i < file->tape.count; i++) {
        if (file->tape.entries[i].value != 0)
            write_departure(out, &file->tape.entries[i]);
    }
}

bool tape_file_write(const struct tape_file *file, const char *path, struct mistake *mistake)
{
    char *beside = must_format("%s.new", path);
    FILE *out;
    bool ok;

    folder_make_for(path);
    out = fopen(beside, "w");
    if (out != NULL)
        write_all(out, file);
    ok = out != NULL && ferror(out) == 0;
    ok = out != NULL && fclose(out) == 0 && ok;
    ok = ok && rename(beside, path) == 0;
    if (!ok) {
        mistake_at(mistake, path, 0, 0, "cannot be written: %s", strerror(errno));
        (void)unlink(beside);
    }
    free(beside);
    return ok;
}

void tape_file_free(struct tape_file *file)
{
    free(file->scenario_path);
    free(file->run);
    free(file->module_name);
    free(file->strategy);
    free(file->found);
    tape_clear(&file->tape);
    *file = (struct tape_file){0};
}

/* A cursor over the lines of the file. */
struct lines {
    const char *path;
    char *next;
    int number;
    struct mistake *mistake;
};

static char *next_line(struct lines *lines)
{
    char *line = lines->next;
    size_t length = strcspn(line, "\n");

    if (*line == '\0')
        return NULL;
    lines->next = line + length + (line[length] == '\n');
    line[length] = '\0';
    lines->number++;
    return line;
}

static bool wrong(const struct lines *lines, const char *why)
{
    return mistake_at(lines->mistake, lines->path, lines->number, 1, "%s", why);
}

/* The rest of the next line, which must begin with `word` and a space. */
static char *field(struct lines *lines, const char *word)
{
    char *line = next_line(lines);
    size_t length = strlen(word);

    if (line == NULL || strncmp(line, word, length) != 0 || line[length] != ' ' ||
        line[length + 1] == '\0') {
        lines->number += line == NULL;
        mistake_at(lines->mistake, lines->path, lines->number, 1, "expected '%s ...'", word);
        return NULL;
    }
    return line + length + 1;
}

static bool read_number(const char *text, int base, uint64_t *number)
{
    const char *digits = base == 16 ? "0123456789abcdef" : "0123456789";

    if (*text == '\0' || text[strspn(text, digits)] != '\0')
        return false; /* strtoull() would also take blanks, signs and 0x */
    errno = 0;
    *number = strtoull(text, NULL, base);
    return errno == 0;
}

static bool read_text(struct lines *lines, const char *word, char **text)
{
    const char *rest = field(lines, word);

    if (rest == NULL)
        return false;
    *text = must_text(rest);
    return true;
}

/* "path hash" */
static bool read_hashed(struct lines *lines, const char *word, char **text, uint64_t *hash)
{
    char *rest = field(lines, word);
    char *space = rest != NULL ? strrchr(rest, ' ') : NULL;

    if (rest == NULL)
        return false;
    if (space == NULL || !read_number(space + 1, 16, hash))
        return wrong(lines, "expected a path and a hash");
    *space = '\0';
    *text = must_text(rest);
    return true;
}

static bool read_a_number(struct lines *lines, const char *word, int base, uint64_t *number)
{
    const char *rest = field(lines, word);

    if (rest == NULL)
        return false;
    return read_number(rest, base, number) || wrong(lines, "expected a number");
}

static bool read_open(struct lines *lines, unsigned *open)
{
    char *rest = field(lines, "open");
    char *word;

    if (rest == NULL)
        return false;
    *open = 0;
    if (strcmp(rest, "-") == 0)
        return true;
    while ((word = strsep(&rest, ",")) != NULL) {
        enum chance_family family = chance_family(word);

        if (family == FAMILY_COUNT || strcmp(word, chance_family_name(family)) != 0)
            return wrong(lines, "a family of decisions that this version does not know");
        *open |= 1u << family;
    }
    return true;
}

/* The end of a departure: "n" or "n twin m". */
static bool read_times(char *text, struct tape_entry *entry)
{
    char *twin = strstr(text, " twin ");
    uint64_t nth, number = usual_twin(entry->anchor, entry->before);

    if (twin != NULL)
        *twin = '\0';
    if (!read_number(text, 10, &nth) || nth > UINT32_MAX ||
        (twin != NULL && !read_number(twin + strlen(" twin "), 10, &number)) || number > UINT32_MAX)
        return false;
    entry->nth = (uint32_t)nth;
    entry->twin = (uint32_t)number;
    return true;
}

/* "label value of bound  anchor  before  anchor  #n" */
static bool read_departure(const struct lines *lines, char *line, struct tape *tape)
{
    static const char form[] = "expected 'label value of bound  anchor  before  anchor  #n'";
    unsigned long value, bound;
    char label[64];
    int end = 0;
    char *anchor, *before, *times;
    struct tape_entry entry;

    if (sscanf(line, "%63s %10lu of %11lu%n", label, &value, &bound, &end) != 3 ||
        strncmp(line + end, "  ", 2) != 0)
        return wrong(lines, form);
    if (chance_family(label) == FAMILY_COUNT)
        return wrong(lines, "a label that this version does not know");
    if (bound > UINT32_MAX || value < 1 || value >= bound)
        return wrong(lines, "a value must be at least 1, and below its bound");
    anchor = line + end + 2;
    before = strstr(anchor, BEFORE);
    times = before != NULL ? strstr(before + strlen(BEFORE), "  #") : NULL;
    if (times == NULL)
        return wrong(lines, form);
    *before = '\0';
    before += strlen(BEFORE);
    *times = '\0';
    times += strlen("  #");
    read_anchor(anchor);
    read_anchor(before);
    entry = (struct tape_entry){.label = label,
                                .value = (uint32_t)value,
                                .bound = (uint32_t)bound,
                                .anchor = anchor,
                                .before = before};
    if (!read_times(times, &entry))
        return wrong(lines, form);
    tape_append(tape, &entry);
    return true;
}

static bool read_expect(struct lines *lines, bool *fixed)
{
    const char *rest = field(lines, "expect");

    if (rest == NULL)
        return false;
    *fixed = strcmp(rest, "nothing") == 0;
    return *fixed || strcmp(rest, "finds") == 0 || wrong(lines, "expected 'finds' or 'nothing'");
}

static bool read_head(struct lines *lines, struct tape_file *file)
{
    const char *first = next_line(lines);

    if (first == NULL || strcmp(first, FORMAT_LINE) != 0)
        return wrong(lines, "not a tape of this version, which begins with '" FORMAT_LINE
                            "'; find it again with the strategy and the seed that it names");
    if (!read_hashed(lines, "scenario", &file->scenario_path, &file->scenario_hash) ||
        !read_text(lines, "run", &file->run) ||
        !read_hashed(lines, "module", &file->module_name, &file->module_hash) ||
        !read_text(lines, "strategy", &file->strategy) ||
        !read_a_number(lines, "seed", 10, &file->seed) || !read_open(lines, &file->open) ||
        !read_a_number(lines, "trace", 16, &file->trace_hash) ||
        !read_text(lines, "found", &file->found) || !read_expect(lines, &file->fixed))
        return false;
    if (strcmp(file->run, "-") == 0)
        file->run[0] = '\0';
    return true;
}

bool tape_file_read(struct tape_file *file, const char *path, struct mistake *mistake)
{
    struct lines lines = {.path = path, .mistake = mistake};
    struct source source;
    char *line;
    bool ok;

    *file = (struct tape_file){0};
    if (!source_read(&source, path, TAPE_SIZE_MAX, mistake))
        return false;
    lines.next = source.text;
    ok = read_head(&lines, file);
    while (ok && (line = next_line(&lines)) != NULL)
        ok = line[0] == '\0' || read_departure(&lines, line, &file->tape);
    source_free(&source);
    if (!ok)
        tape_file_free(file);
    return ok;
}
