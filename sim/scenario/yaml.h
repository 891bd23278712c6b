/*
 * yaml.h - a text to a tree of nodes, each with its place. libfyaml parses; what a scenario file
 * has no use for (aliases, anchors, tags, several documents, deep nesting) is refused here.
 */
#ifndef RONDO_SCENARIO_YAML_H
#define RONDO_SCENARIO_YAML_H

#include "scenario/source.h"

/* The deepest nesting of a scenario file is 5. */
#define YAML_DEPTH_MAX 16
/* Runs are the only keys that a file may have many of. */
#define YAML_KEYS_MAX 1000

enum node_kind { NODE_SCALAR, NODE_SEQUENCE, NODE_MAPPING };

struct node {
    enum node_kind kind;
    char *text;         /* scalar */
    int line;           /* from 1 */
    int column;         /* from 1 */
    struct node **keys; /* mapping: as many as children; all scalars, no two alike */
    struct node **children;
    size_t count;
};

/* Parse `source` into a tree. Returns: NULL with a mistake. Owned by the caller: node_free(). */
struct node *yaml_parse(const struct source *source, struct mistake *mistake);

void node_free(struct node *node);

/* "a text", "a list", "a mapping". */
const char *node_kind_name(enum node_kind kind);

#endif
