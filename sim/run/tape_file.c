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
#include "base/hash.h"
#include "base/map.h"
#include "scenario/observation.h"
#include "scenario/source.h"

#define FORMAT_LINE "rondo tape 1"
/* A tape of a million decisions, which is as many as a run can take. */
#define TAPE_SIZE_MAX ((size_t)128 << 20)

static void make_folders(const char *path)
{
    char *copy = must_text(path);

    for (char *at = strchr(copy + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
        *at = '\0';
        (void)mkdir(copy, 0777); /* if it cannot be made, opening the file says why */
        *at = '/';
    }
    free(copy);
}

/* Which of its kind an entry is, from 1; `seen` counts the kinds so far. */
static size_t occurrence(struct map *seen, const struct tape_entry *entry)
{
    uint64_t kind = hash_bytes(HASH_START, entry->label, strlen(entry->label) + 1);
    size_t before;

    kind = hash_bytes(kind, entry->anchor, strlen(entry->anchor));
    before = map_get(seen, kind);
    before = before != MAP_NONE ? before : 0;
    map_set(seen, kind, before + 1);
    return before + 1;
}

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
 * text, and its first and last blanks are seen. */
static void write_anchor(FILE *out, const char *anchor)
{
    char *text = observation_printable(anchor, strlen(anchor));
    size_t last = strlen(text);

    while (last > 0 && text[last - 1] == ' ')
        last--;
    for (size_t i = 0; text[i] != '\0'; i++) {
        bool edge = text[i] == ' ' && (i >= last || strspn(text, " ") > i);

        fputs(edge ? "\\x20" : (char[]){text[i], '\0'}, out);
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

static void write_all(FILE *out, const struct tape_file *file)
{
    struct map seen = {0};

    fprintf(out, FORMAT_LINE "\n");
    fprintf(out, "scenario %s %016" PRIx64 "\n", file->scenario_path, file->scenario_hash);
    fprintf(out, "run %s\n", file->run[0] != '\0' ? file->run : "-");
    fprintf(out, "module %s %016" PRIx64 "\n", file->module_name, file->module_hash);
    fprintf(out, "strategy %s\n", file->strategy);
    fprintf(out, "seed %" PRIu64 "\n", file->seed);
    write_open(out, file->open);
    fprintf(out, "trace %016" PRIx64 "\n", file->trace_hash);
    fprintf(out, "found %s\n\n", file->found);
    for (size_t i = 0; i < file->tape.count; i++) {
        const struct tape_entry *entry = &file->tape.entries[i];

        fprintf(out, "%s %u of %u  ", entry->label, entry->value, entry->bound);
        write_anchor(out, entry->anchor);
        fprintf(out, " #%zu\n", occurrence(&seen, entry));
    }
    map_free(&seen);
}

bool tape_file_write(const struct tape_file *file, const char *path, struct mistake *mistake)
{
    char *beside = must_format("%s.new", path);
    FILE *out;
    bool ok;

    make_folders(path);
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

/* "label value of bound  anchor #n" */
static bool read_entry(const struct lines *lines, char *line, struct tape *tape)
{
    unsigned long value, bound;
    char label[64];
    int blank = 0, end = 0;
    char *anchor, *number;

    if (sscanf(line, "%63s %10lu of %11lu%n %n", label, &value, &bound, &blank, &end) != 3 ||
        end < blank + 2)
        return wrong(lines, "expected 'label value of bound  anchor #n'");
    if (chance_family(label) == FAMILY_COUNT)
        return wrong(lines, "a label that this version does not know");
    if (bound < 2 || bound > UINT32_MAX || value >= bound)
        return wrong(lines, "a value must be below its bound, and a bound at least 2");
    anchor = line + end;
    number = strrchr(anchor, '#');
    if (number != NULL && number > anchor && number[-1] == ' ')
        number[-1] = '\0';
    else if (number == anchor)
        *number = '\0';
    read_anchor(anchor);
    tape_add(tape, label, (uint32_t)value, (uint32_t)bound, anchor);
    return true;
}

static bool read_head(struct lines *lines, struct tape_file *file)
{
    const char *first = next_line(lines);

    if (first == NULL || strcmp(first, FORMAT_LINE) != 0)
        return wrong(lines, "not a tape of this version (it begins with '" FORMAT_LINE "')");
    if (!read_hashed(lines, "scenario", &file->scenario_path, &file->scenario_hash) ||
        !read_text(lines, "run", &file->run) ||
        !read_hashed(lines, "module", &file->module_name, &file->module_hash) ||
        !read_text(lines, "strategy", &file->strategy) ||
        !read_a_number(lines, "seed", 10, &file->seed) || !read_open(lines, &file->open) ||
        !read_a_number(lines, "trace", 16, &file->trace_hash) ||
        !read_text(lines, "found", &file->found))
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
        ok = line[0] == '\0' || read_entry(&lines, line, &file->tape);
    source_free(&source);
    if (!ok)
        tape_file_free(file);
    return ok;
}
