/*
 * script.c - `objects`, `tasks` and `log` of a scenario file to a struct script.
 *
 * In two walks, since a file may name things before it declares them: the first takes the tree of
 * steps with their words and places, the second reads the words.
 */
#include "scenario/script.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "scenario/keys.h"
#include "scenario/units.h"

/* The longest line of a step; its words are looked at in a copy of this size. */
#define STEP_TEXT_MAX 200

struct kind_row {
    const char *word;
    enum script_size size;
};

static const struct kind_row kinds[] = {
#define X(name, word, size) [SCRIPT_##name] = {word, size},
    SCRIPT_OBJECT_MAP(X)
#undef X
};

struct step_row {
    const char *word;
    enum script_operand operand;
    unsigned on;
    bool block;
};

static const struct step_row rows[] = {
#define X(name, word, operand, on, block) [STEP_##name] = {word, operand, on, block},
    SCRIPT_STEP_MAP(X)
#undef X
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* Whether the first word of `text`, of `length` bytes, is `word`. */
static bool begins_with_word(const char *text, size_t length, const char *word)
{
    return strlen(word) == length && memcmp(word, text, length) == 0;
}

/* The script of `role`, which begins with the first key that is about it. */
static struct script *script_of(struct role *role)
{
    if (role->script == NULL)
        role->script = must_alloc(sizeof *role->script);
    return role->script;
}

/* ---- the first walk: the tree ---- */

bool set_script_log(struct reader *reader, const struct node *value, void *target)
{
    if (strcmp(value->text, "steps") != 0)
        return reader_refuse(reader, value, "there is only 'log: steps'");
    script_of(target)->log = true;
    return true;
}

static bool find_name(const struct script *script, const char *word, struct script_name *name)
{
    for (size_t i = 0; i < script->object_count; i++) {
        if (strcmp(script->objects[i].name, word) == 0) {
            *name = (struct script_name){.is_task = false, .index = i};
            return true;
        }
    }
    for (size_t i = 0; i < script->task_count; i++) {
        if (strcmp(script->tasks[i].name, word) == 0) {
            *name = (struct script_name){.is_task = true, .index = i};
            return true;
        }
    }
    return false;
}

/* A name of an object or a task: one word, and nobody else's. */
static bool check_name(struct reader *reader, const struct script *script, const struct node *key)
{
    struct script_name other;

    if (!reader_is_word(key->text))
        return reader_refuse(reader, key, "not a name");
    if (find_name(script, key->text, &other))
        return reader_refuse(reader, key,
                             other.is_task ? "the name of a task and of an object"
                                           : "the name of an object and of a task");
    return true;
}

/* "semaphore 2" */
static bool read_object(struct reader *reader, const struct node *value,
                        struct script_object *object)
{
    size_t length = strcspn(value->text, " ");
    const char *number = value->text + length + (value->text[length] == ' ');
    const char *why;

    for (size_t i = 0; i < COUNT(kinds); i++) {
        if (!begins_with_word(value->text, length, kinds[i].word))
            continue;
        object->kind = (enum script_kind)i;
        if (*number == '\0')
            return kinds[i].size != SIZE_REQUIRED ||
                   reader_refuse(reader, value, "it takes a number, as in 'semaphore 2'");
        if (kinds[i].size == SIZE_NONE)
            return reader_refuse(reader, value, "it takes no number");
        why = units_count(number, SCRIPT_NUMBER_MAX, &object->size);
        if (why == NULL && object->size == 0 && kinds[i].size == SIZE_REQUIRED &&
            object->kind != SCRIPT_SEMAPHORE)
            why = "it takes at least 1";
        return why == NULL || reader_refuse(reader, value, why);
    }
    return reader_refuse(reader, value, "no such kind of object");
}

bool set_script_objects(struct reader *reader, const struct node *value, void *target)
{
    struct script *script = script_of(target);

    script->objects = must_alloc((value->count + 1) * sizeof *script->objects);
    for (size_t i = 0; i < value->count; i++) {
        struct script_object *object = &script->objects[i];

        if (value->children[i]->kind != NODE_SCALAR)
            return READER_REFUSE(reader, value->children[i], "an object is declared in words");
        if (!check_name(reader, script, value->keys[i]) ||
            !read_object(reader, value->children[i], object))
            return false;
        object->name = must_text(value->keys[i]->text);
        script->object_count = i + 1;
    }
    return true;
}

static bool read_steps(struct reader *reader, const struct node *value, struct script_steps *steps);

/* `head: [ ... ]`, perhaps with `finally: [ ... ]`: the head is the key that is not `finally`. */
static bool read_block(struct reader *reader, const struct node *value, struct script_step *step,
                       const struct node **head)
{
    for (size_t i = 0; i < value->count; i++) {
        bool last = strcmp(value->keys[i]->text, "finally") == 0;

        if (!last && *head != NULL)
            return reader_refuse(reader, value->keys[i], "a step has one head");
        if (value->children[i]->kind != NODE_SEQUENCE)
            return READER_REFUSE(reader, value->children[i], "a block is a list of steps");
        if (!last)
            *head = value->keys[i];
        if (!read_steps(reader, value->children[i], last ? &step->finally : &step->block))
            return false;
    }
    return *head != NULL || READER_REFUSE(reader, value, "a step with nothing but 'finally'");
}

static enum script_verb verb_of(const char *text, size_t *length)
{
    size_t verb = 0;

    *length = strcspn(text, " ");
    while (verb < COUNT(rows) &&
           (strlen(rows[verb].word) != *length || memcmp(rows[verb].word, text, *length) != 0))
        verb++;
    return (enum script_verb)verb;
}

/* "ladder.yaml:5" */
static char *place_of(const struct reader *reader, const struct node *node)
{
    const char *slash = strrchr(reader->path, '/');

    return must_format("%s:%d", slash != NULL ? slash + 1 : reader->path, node->line);
}

static bool read_step(struct reader *reader, const struct node *value, struct script_step *step)
{
    const struct node *head = value->kind == NODE_SCALAR ? value : NULL;
    size_t length;

    if (value->kind == NODE_SEQUENCE)
        return READER_REFUSE(reader, value, "a step is words, or words with a block");
    if (value->kind == NODE_MAPPING && !read_block(reader, value, step, &head))
        return false;
    if (strlen(head->text) > STEP_TEXT_MAX)
        return READER_REFUSE(reader, head, "a step is no longer than %d bytes", STEP_TEXT_MAX);
    for (const char *at = head->text; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            return READER_REFUSE(reader, head, "a step is one line of text");
    }
    step->verb = verb_of(head->text, &length);
    if ((size_t)step->verb == COUNT(rows))
        return READER_REFUSE(reader, head, "no such step: '%.*s'", (int)length, head->text);
    if (rows[step->verb].block != (value->kind == NODE_MAPPING))
        return READER_REFUSE(reader, head, "'%s' %s", rows[step->verb].word,
                             rows[step->verb].block ? "needs a block of steps" : "has no block");
    step->text = must_text(head->text);
    step->line = head->line;
    step->column = head->column;
    step->here = place_of(reader, head);
    return true;
}

static bool read_steps(struct reader *reader, const struct node *value, struct script_steps *steps)
{
    if (steps->list != NULL)
        return READER_REFUSE(reader, value, "a block stands there already");
    steps->list = must_alloc((value->count + 1) * sizeof *steps->list);
    for (size_t i = 0; i < value->count; i++) {
        steps->count = i + 1;
        if (!read_step(reader, value->children[i], &steps->list[i]))
            return false;
    }
    return true;
}

bool set_script_tasks(struct reader *reader, const struct node *value, void *target)
{
    struct script *script = script_of(target);

    script->tasks = must_alloc((value->count + 1) * sizeof *script->tasks);
    if (value->count == 0)
        return READER_REFUSE(reader, value, "'tasks' is empty");
    for (size_t i = 0; i < value->count; i++) {
        struct script_task *task = &script->tasks[i];

        if (value->children[i]->kind != NODE_SEQUENCE)
            return READER_REFUSE(reader, value->children[i], "a task is a list of steps");
        if (!check_name(reader, script, value->keys[i]))
            return false;
        task->name = must_text(value->keys[i]->text);
        task->here = place_of(reader, value->keys[i]);
        script->task_count = i + 1;
        if (!read_steps(reader, value->children[i], &task->steps))
            return false;
    }
    return true;
}

/* ---- the second walk: the words ---- */

/* Write a mistake about `step` at its place. Returns: false. */
#define STEP_REFUSE(reader, step, ...) \
    mistake_at((reader)->mistake, (reader)->path, (step)->line, (step)->column, __VA_ARGS__)

static bool read_name(struct reader *reader, struct script *script, struct script_step *step,
                      const char *word)
{
    const struct step_row *row = &rows[step->verb];
    struct script_name name;

    if (!find_name(script, word, &name))
        return STEP_REFUSE(reader, step, "'%s': there is no object or task '%s'", step->text, word);
    if (((name.is_task ? ON_TASK : 1u << script->objects[name.index].kind) & row->on) == 0)
        return STEP_REFUSE(reader, step, "'%s': '%s' is %s%s", step->text, word,
                           name.is_task ? "a task" : "of the kind ",
                           name.is_task ? "" : kinds[script->objects[name.index].kind].word);
    if (step->verb == STEP_spawn)
        script->tasks[name.index].waits_to_be_spawned = true;
    step->names = must_resize(step->names, (step->name_count + 1) * sizeof *step->names);
    step->names[step->name_count++] = name;
    return true;
}

static bool read_number(struct reader *reader, struct script_step *step, const char *word)
{
    const char *why = rows[step->verb].operand == TAKES_DURATION
                          ? units_duration(word, &step->number)
                          : units_count(word, SCRIPT_NUMBER_MAX, &step->number);

    return why == NULL || STEP_REFUSE(reader, step, "'%s': %s: '%s'", step->text, why, word);
}

/* Word `i` behind the verb. */
static bool read_operand(struct reader *reader, struct script *script, struct script_step *step,
                         size_t i, const char *word)
{
    switch (rows[step->verb].operand) {
    case TAKES_NAMES:
        return read_name(reader, script, step, word);
    case TAKES_NAME:
    case TAKES_NAME_NUMBER:
        if (i == 0)
            return read_name(reader, script, step, word);
        if (i == 1 && rows[step->verb].operand == TAKES_NAME_NUMBER)
            return read_number(reader, step, word);
        break;
    case TAKES_DURATION:
    case TAKES_COUNT:
        if (i == 0)
            return read_number(reader, step, word);
        break;
    default:
        break;
    }
    return STEP_REFUSE(reader, step, "'%s': one word too many: '%s'", step->text, word);
}

static bool read_words(struct reader *reader, struct script *script, struct script_step *step)
{
    enum script_operand operand = rows[step->verb].operand;
    char text[STEP_TEXT_MAX + 1];
    char *rest, *word;
    size_t count = 0;

    step->words = step->text + strlen(rows[step->verb].word);
    step->words += strspn(step->words, " ");
    step->number = step->verb == STEP_notify ? 1 : 0;
    strcpy(text, step->words);
    for (rest = text; operand != TAKES_WORDS && (word = strtok_r(rest, " ", &rest)) != NULL;) {
        if (!read_operand(reader, script, step, count++, word))
            return false;
    }
    if (count == 0 && operand != TAKES_NOTHING && operand != TAKES_WORDS)
        return STEP_REFUSE(reader, step, "'%s': of what?", step->text);
    return true;
}

static bool read_all_words(struct reader *reader, struct script *script, struct script_steps *steps)
{
    for (size_t i = 0; i < steps->count; i++) {
        struct script_step *step = &steps->list[i];

        if (!read_words(reader, script, step) || !read_all_words(reader, script, &step->block) ||
            !read_all_words(reader, script, &step->finally))
            return false;
    }
    return true;
}

bool read_script(struct reader *reader, struct role *role, const struct node *at)
{
    struct script *script = role->script;

    if (script->task_count == 0)
        return READER_REFUSE(reader, at, "'tasks' is missing");
    if (role->program != NULL || role->module != NULL || role->arg_count > 0)
        return READER_REFUSE(reader, at, "a run has 'tasks' or a 'program', not both");
    for (size_t i = 0; i < script->task_count; i++) {
        if (!read_all_words(reader, script, &script->tasks[i].steps))
            return false;
    }
    role->program = must_text(SCRIPT_PROGRAM);
    return true;
}

/* ---- the end ---- */

static void free_steps(struct script_steps *steps)
{
    for (size_t i = 0; i < steps->count; i++) {
        struct script_step *step = &steps->list[i];

        free_steps(&step->block);
        free_steps(&step->finally);
        free(step->text);
        free(step->here);
        free(step->names);
    }
    free(steps->list);
}

void script_free(struct script *script)
{
    if (script == NULL)
        return;
    for (size_t i = 0; i < script->object_count; i++)
        free(script->objects[i].name);
    for (size_t i = 0; i < script->task_count; i++) {
        free_steps(&script->tasks[i].steps);
        free(script->tasks[i].name);
        free(script->tasks[i].here);
    }
    free(script->objects);
    free(script->tasks);
    free(script);
}
