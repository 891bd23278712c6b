/*
 * keys.c - see keys.h.
 */
#include "scenario/keys.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

bool reader_refuse(struct reader *reader, const struct node *at, const char *why)
{
    return READER_REFUSE(reader, at, "%s: '%.80s'", why, at->text != NULL ? at->text : "");
}

bool reader_text(struct reader *reader, const struct node *value, char **text)
{
    if (value->text[0] == '\0')
        return READER_REFUSE(reader, value, "an empty text");
    *text = must_text(value->text);
    return true;
}

bool reader_is_word(const char *text)
{
    return text[0] != '\0' && text[0] != '-' &&
           text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")] ==
               '\0';
}

size_t reader_find_run(const struct reader *reader, const char *name)
{
    for (size_t i = 0; i < reader->scenario->run_count; i++) {
        if (strcmp(reader->scenario->runs[i].name, name) == 0)
            return i;
    }
    return SIZE_MAX;
}

/* The number of single-character edits between two words, at most 3: for "did you mean". */
static int distance(const char *a, const char *b)
{
    int best;

    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    if (*a == '\0' || *b == '\0') {
        size_t left = strlen(a) + strlen(b);

        return left < 3 ? (int)left : 3;
    }
    if (strlen(a) > 24 || strlen(b) > 24)
        return 3;
    best = a[1] == b[0] && a[0] == b[1] && strcmp(a + 2, b + 2) == 0 ? 1 : 3;
    if (strcmp(a + 1, b + 1) == 0 || strcmp(a + 1, b) == 0 || strcmp(a, b + 1) == 0)
        best = 1;
    return best;
}

static bool unknown_key(struct reader *reader, const struct node *key, const struct key *keys,
                        size_t key_count)
{
    for (size_t i = 0; i < key_count; i++) {
        if (distance(key->text, keys[i].name) < 3)
            return READER_REFUSE(reader, key, "unknown key '%.60s'; did you mean '%s'?", key->text,
                                 keys[i].name);
    }
    return READER_REFUSE(reader, key, "unknown key '%.60s'", key->text);
}

const struct key *find_key(const struct key *keys, size_t key_count, const char *name)
{
    for (size_t i = 0; i < key_count; i++) {
        if (strcmp(keys[i].name, name) == 0)
            return &keys[i];
    }
    return NULL;
}

static bool read_value(struct reader *reader, const struct key *key, const struct node *value,
                       void *target)
{
    if (value->kind != key->kind)
        return READER_REFUSE(reader, value, "'%s' must be %s", key->name,
                             node_kind_name(key->kind));
    return key->set(reader, value, target);
}

static bool has_key(const struct node *node, const char *name)
{
    for (size_t i = 0; i < node->count; i++) {
        if (strcmp(node->keys[i]->text, name) == 0)
            return true;
    }
    return false;
}

/* Read the mapping `node` by the table `keys` into `target`. `other` reads keys that are not in the
 * table; NULL: there are none. */
bool read_mapping(struct reader *reader, const struct node *node, const struct key *keys,
                  size_t key_count, void *target,
                  bool (*other)(struct reader *, const struct node *, const struct node *))
{
    for (size_t i = 0; i < node->count; i++) {
        const struct key *key = find_key(keys, key_count, node->keys[i]->text);

        if (key == NULL) {
            if (other == NULL || !other(reader, node->keys[i], node->children[i])) {
                return reader->mistake->text[0] != '\0'
                           ? false
                           : unknown_key(reader, node->keys[i], keys, key_count);
            }
        } else if (!read_value(reader, key, node->children[i], target)) {
            return false;
        }
    }
    for (size_t i = 0; i < key_count; i++) {
        if (keys[i].required && !has_key(node, keys[i].name))
            return READER_REFUSE(reader, node, "'%s' is missing", keys[i].name);
    }
    return true;
}
