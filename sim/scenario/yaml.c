/*
 * yaml.c - see yaml.h: libfyaml's events into nodes, in one pass with a stack of its own depth.
 */
#include "scenario/yaml.h"

#include <stdlib.h>
#include <string.h>

#include <libfyaml.h>

#include "base/alloc.h"

struct builder {
    const struct source *source;
    struct mistake *mistake;
    struct node *root;
    struct node *open[YAML_DEPTH_MAX]; /* collections that are being filled */
    struct node *key[YAML_DEPTH_MAX];  /* in a mapping: the key whose value comes next */
    size_t depth;
};

const char *node_kind_name(enum node_kind kind)
{
    static const char *const names[] = {"a text", "a list", "a mapping"};

    return names[kind];
}

void node_free(struct node *node)
{
    if (node == NULL)
        return;
    for (size_t i = 0; i < node->count; i++) {
        node_free(node->children[i]);
        if (node->keys != NULL)
            node_free(node->keys[i]);
    }
    free(node->children);
    free(node->keys);
    free(node->text);
    free(node);
}

static bool refuse(struct builder *builder, const struct node *at, const char *why)
{
    return mistake_at(builder->mistake, builder->source->path, at->line, at->column, "%s", why);
}

static struct node *node_new(enum node_kind kind, struct fy_event *event)
{
    const struct fy_mark *mark = fy_event_start_mark(event);
    struct node *node = must_alloc(sizeof *node);

    node->kind = kind;
    node->line = mark != NULL ? mark->line + 1 : 1;
    node->column = mark != NULL ? mark->column + 1 : 1;
    return node;
}

/* Append `child`, and in a mapping its key, to the collection that is open. */
static void append(struct node *parent, struct node *key, struct node *child)
{
    size_t size = (parent->count + 1) * sizeof(struct node *);

    parent->children = must_resize(parent->children, size);
    parent->children[parent->count] = child;
    if (parent->kind == NODE_MAPPING) {
        parent->keys = must_resize(parent->keys, size);
        parent->keys[parent->count] = key;
    }
    parent->count++;
}

static bool check_key(struct builder *builder, const struct node *parent, const struct node *key)
{
    if (key->kind != NODE_SCALAR)
        return refuse(builder, key, "a key must be a text");
    if (parent->count == YAML_KEYS_MAX)
        return refuse(builder, key, "too many keys");
    for (size_t i = 0; i < parent->count; i++) {
        if (strcmp(parent->keys[i]->text, key->text) == 0)
            return mistake_at(builder->mistake, builder->source->path, key->line, key->column,
                              "duplicate key '%.60s'; first on line %d", key->text,
                              parent->keys[i]->line);
    }
    return true;
}

/* Hand over a finished scalar or a collection that has just begun. Takes `node`. */
static bool place(struct builder *builder, struct node *node)
{
    struct node *parent = builder->depth > 0 ? builder->open[builder->depth - 1] : NULL;
    struct node **key = builder->depth > 0 ? &builder->key[builder->depth - 1] : NULL;

    if (parent == NULL) {
        builder->root = node;
        return true;
    }
    if (parent->kind == NODE_MAPPING && *key == NULL) {
        *key = node;
        return check_key(builder, parent, node);
    }
    append(parent, *key, node);
    *key = NULL;
    return true;
}

/*
 * Whether `event` is a single-quoted text with two escaped quotes in a row ('a''''b'). libfyaml 0.7
 * looks at the second of a pair again: quotes come out doubled, the end of the text is lost or not
 * initialised, and memory leaks. Event marks are byte offsets.
 */
static bool has_quotes_in_a_row(const struct source *source, struct fy_event *event)
{
    const struct fy_mark *start = fy_event_start_mark(event), *end = fy_event_end_mark(event);
    struct fy_token *token = event->scalar.value;

    return start != NULL && end != NULL && token != NULL &&
           fy_token_scalar_style(token) == FYSS_SINGLE_QUOTED &&
           memmem(source->text + start->input_pos, end->input_pos - start->input_pos, "''''", 4) !=
               NULL;
}

static bool scalar(struct builder *builder, struct fy_event *event)
{
    struct node *node = node_new(NODE_SCALAR, event);
    const struct node *key = builder->depth > 0 ? builder->key[builder->depth - 1] : NULL;
    size_t length = 0;
    const char *text;

    if (has_quotes_in_a_row(builder->source, event)) {
        refuse(builder, node, "two quotes in a row inside single quotes; use double quotes");
        node_free(node);
        return false;
    }
    text = fy_token_get_text(event->scalar.value, &length);
    if (fy_event_start_mark(event) == NULL && key != NULL) {
        node->line = key->line; /* a value that is not there has the place of its key */
        node->column = key->column;
    }
    node->text = must_alloc(length + 1);
    if (text != NULL)
        memcpy(node->text, text, length);
    if (strlen(node->text) != length) {
        refuse(builder, node, "a NUL in a text");
        node_free(node);
        return false;
    }
    return place(builder, node);
}

static bool collection(struct builder *builder, struct fy_event *event, enum node_kind kind)
{
    struct node *node = node_new(kind, event);

    if (builder->depth == YAML_DEPTH_MAX) {
        refuse(builder, node, "nested too deeply");
        node_free(node);
        return false;
    }
    if (!place(builder, node))
        return false;
    builder->key[builder->depth] = NULL;
    builder->open[builder->depth++] = node;
    return true;
}

/* Anchors and tags: nothing in a scenario file needs them, and aliases can be made to explode. */
static bool plain(struct builder *builder, struct fy_event *event)
{
    struct fy_token *anchor = NULL, *tag = NULL;
    struct node at = {.line = 1, .column = 1};
    const struct fy_mark *mark = fy_event_start_mark(event);

    if (mark != NULL) {
        at.line = mark->line + 1;
        at.column = mark->column + 1;
    }
    if (event->type == FYET_ALIAS)
        return refuse(builder, &at, "aliases (*name) are not allowed");
    if (event->type == FYET_SCALAR) {
        anchor = event->scalar.anchor;
        tag = event->scalar.tag;
    } else if (event->type == FYET_SEQUENCE_START) {
        anchor = event->sequence_start.anchor;
        tag = event->sequence_start.tag;
    } else if (event->type == FYET_MAPPING_START) {
        anchor = event->mapping_start.anchor;
        tag = event->mapping_start.tag;
    } else if (event->type == FYET_DOCUMENT_START && builder->root != NULL) {
        return refuse(builder, &at, "a second document; one file is one scenario");
    }
    if (anchor != NULL)
        return refuse(builder, &at, "anchors (&name) are not allowed");
    if (tag != NULL)
        return refuse(builder, &at, "tags (!name) are not allowed");
    return true;
}

static bool take(struct builder *builder, struct fy_event *event)
{
    if (!plain(builder, event))
        return false;
    switch (event->type) {
    case FYET_SCALAR:
        return scalar(builder, event);
    case FYET_SEQUENCE_START:
        return collection(builder, event, NODE_SEQUENCE);
    case FYET_MAPPING_START:
        return collection(builder, event, NODE_MAPPING);
    case FYET_SEQUENCE_END:
    case FYET_MAPPING_END:
        builder->depth--;
        return true;
    default:
        return true;
    }
}

/* What libfyaml found wrong, with its place. */
static bool report_syntax(const struct source *source, struct fy_diag *diag,
                          struct mistake *mistake)
{
    void *iterator = NULL;
    const struct fy_diag_error *error = fy_diag_errors_iterate(diag, &iterator);

    if (error == NULL)
        return mistake_at(mistake, source->path, 0, 0, "not YAML");
    return mistake_at(mistake, source->path, error->line > 0 ? error->line : 1,
                      error->column > 0 ? error->column : 1, "%s", error->msg);
}

/* Free what was begun but not finished. */
static void discard(struct builder *builder)
{
    for (size_t i = 0; i < builder->depth; i++)
        node_free(builder->key[i]);
    node_free(builder->root);
}

static bool parse(struct builder *builder, struct fy_parser *parser)
{
    struct fy_event *event;
    bool ok = true;

    while (ok && (event = fy_parser_parse(parser)) != NULL) {
        ok = take(builder, event);
        fy_parser_event_free(parser, event);
    }
    return ok;
}

struct node *yaml_parse(const struct source *source, struct mistake *mistake)
{
    struct builder builder = {.source = source, .mistake = mistake};
    struct fy_diag_cfg diag_config;
    struct fy_diag *diag;
    struct fy_parse_cfg config = {.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG};
    struct fy_parser *parser;
    bool ok;

    fy_diag_cfg_default(&diag_config);
    diag_config.fp = NULL;
    diag = fy_diag_create(&diag_config);
    fy_diag_set_collect_errors(diag, true);
    config.diag = diag;
    parser = fy_parser_create(&config);
    ok = parser != NULL && fy_parser_set_string(parser, source->text, source->size) == 0 &&
         parse(&builder, parser);
    if (ok && fy_parser_get_stream_error(parser))
        ok = report_syntax(source, diag, mistake);
    if (ok && builder.root == NULL)
        ok = mistake_at(mistake, source->path, 0, 0, "the file says nothing");
    if (!ok)
        discard(&builder);
    fy_parser_destroy(parser);
    fy_diag_destroy(diag);
    return ok ? builder.root : NULL;
}
