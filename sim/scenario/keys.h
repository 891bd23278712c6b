/*
 * keys.h - a mapping read by a table of keys: the walk that every part of a scenario file shares.
 *
 * To add a key: a row in the table of its mapping, and a setter. A setter writes into the struct
 * the table is for and says what is wrong in words; the walk adds the place, and knows about
 * unknown, missing and misplaced keys.
 */
#ifndef RONDO_SCENARIO_KEYS_H
#define RONDO_SCENARIO_KEYS_H

#include <stddef.h>

#include "scenario/scenario.h"
#include "scenario/yaml.h"

struct reader {
    const char *path;
    struct mistake *mistake;
    struct scenario *scenario;
    const struct node *expect; /* read after `runs`, whose names are keys in it */
    const struct node *claims;
    struct run_spec *run;       /* that is being read, of it: */
    const struct node *hosts;   /* or NULL */
    const struct node *network; /* read after `hosts`, whose names it uses; or NULL */
    const struct node *faults;  /* or NULL */
};

struct key {
    const char *name;
    enum node_kind kind;
    bool required;
    bool (*set)(struct reader *reader, const struct node *value, void *target);
};

/* Write the mistake "why: 'text of the node'" at the place of `at`. Returns: false. */
bool reader_refuse(struct reader *reader, const struct node *at, const char *why);

/* Write a formatted mistake at the place of `at`. Returns: false. */
#define READER_REFUSE(reader, at, ...) \
    mistake_at((reader)->mistake, (reader)->path, (at)->line, (at)->column, __VA_ARGS__)

/* Set `*text` to a copy of the node's text, which must not be empty. */
bool reader_text(struct reader *reader, const struct node *value, char **text);

/* Read the mapping `node` by the table `keys` into `target`. `other` reads keys that are not in the
 * table; NULL: there are none. Returns: false with a mistake. */
bool read_mapping(struct reader *reader, const struct node *node, const struct key *keys,
                  size_t key_count, void *target,
                  bool (*other)(struct reader *, const struct node *, const struct node *));

/* The key of that name, or NULL. */
const struct key *find_key(const struct key *keys, size_t key_count, const char *name);

#define READ(reader, node, keys, target) \
    read_mapping((reader), (node), (keys), sizeof(keys) / sizeof *(keys), (target), NULL)

/* A setter that copies a text into a member. */
#define TEXT_SETTER(function, type, member)                                             \
    static bool function(struct reader *reader, const struct node *value, void *target) \
    {                                                                                   \
        return reader_text(reader, value, &((type *)target)->member);                   \
    }

/* Whether `text` is a word that can stand in file names, relations and steps. */
bool reader_is_word(const char *text);

/* The index of the run of that name, or SIZE_MAX. */
size_t reader_find_run(const struct reader *reader, const char *name);

/* expect.c: read the node kept in `reader->expect`, and the parts that claims share with it. */
bool read_expect(struct reader *reader);
bool read_relation(struct reader *reader, const struct node *value, struct relation *relation);
bool reader_check_finds(struct reader *reader, const struct node *value);
bool is_expect_key(const char *name);
bool is_end_key(const char *name);

/* claims.c: read the node kept in `reader->claims`. */
bool read_claims(struct reader *reader);

/* hosts.c: a run begins with one program without a name; when all of its keys have been read its
 * hosts and what is between them are. `at`: the place of mistakes without one. */
void begin_run(struct reader *reader, struct run_spec *run, const char *name);
bool finish_run(struct reader *reader, struct run_spec *run, const struct node *at);
bool finish_role(struct reader *reader, struct role *role, const struct node *at);
void role_clear(struct role *role);
void hosts_free(struct run_spec *run);

/* Likewise: the keys of a program, the same at the top, in a run and on a host. Target: the role.
 */
bool set_role_program(struct reader *reader, const struct node *value, void *target);
bool set_role_module(struct reader *reader, const struct node *value, void *target);
bool set_role_args(struct reader *reader, const struct node *value, void *target);
bool set_role_env(struct reader *reader, const struct node *value, void *target);

#define PROGRAM_KEYS                                                                               \
    {"program", NODE_SCALAR, false, set_role_program},                                             \
        {"module", NODE_SCALAR, false, set_role_module},                                           \
        {"args", NODE_SEQUENCE, false, set_role_args}, {"env", NODE_MAPPING, false, set_role_env}, \
        {"objects", NODE_MAPPING, false, set_script_objects},                                      \
        {"tasks", NODE_MAPPING, false, set_script_tasks},                                          \
    {                                                                                              \
        "log", NODE_SCALAR, false, set_script_log                                                  \
    }

/* faults.c: read the node kept in `reader->faults`; and "10x", how many times as long computing may
 * take. */
bool read_faults(struct reader *reader, struct run_spec *run, const struct node *node);
bool reader_times(struct reader *reader, const struct node *value, int64_t *times);
void faults_free(struct run_spec *run);

/* script.c: the keys that are about a script set what they can; read_script() does the rest, when
 * all of the role's keys have been read. `at`: the place of mistakes without one. */
bool set_script_objects(struct reader *reader, const struct node *value, void *target);
bool set_script_tasks(struct reader *reader, const struct node *value, void *target);
bool set_script_log(struct reader *reader, const struct node *value, void *target);
bool read_script(struct reader *reader, struct role *role, const struct node *at);

/* The most schedules or outcomes a file may ask for. */
#define SCHEDULES_LIMIT 1000000
/* How far a measured time may be from what is claimed, or live from what is expected: 5 %. */
#define TOLERANCE_DEFAULT 5000

#endif
