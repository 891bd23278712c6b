/*
 * hosts.c - the keys `hosts` and `network`: who runs on which machines, and what lies between them.
 *
 * A file may name hosts before it declares them, so the wires are read when all of a run's keys
 * have been. Addresses that nobody gave are given in the order of the file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "scenario/keys.h"
#include "scenario/units.h"

/* So many machines fit into one computer, and 10.0.0.0/16. */
#define HOSTS_MAX 10000

/* More than any machine has. */
#define CPUS_MAX 100000

/* What an Ethernet carries. */
#define MTU_DEFAULT 1500
/* The least that IPv4 lets a link have, and the most that its packets may. */
#define MTU_LEAST 68
#define MTU_MOST  65535

/* ---- a program ---- */

bool set_role_program(struct reader *reader, const struct node *value, void *target)
{
    return reader_text(reader, value, &((struct role *)target)->program);
}

bool set_role_module(struct reader *reader, const struct node *value, void *target)
{
    return reader_text(reader, value, &((struct role *)target)->module);
}

bool set_role_args(struct reader *reader, const struct node *value, void *target)
{
    struct role *role = target;

    role->args = must_alloc((value->count + 1) * sizeof *role->args);
    for (size_t i = 0; i < value->count; i++) {
        if (value->children[i]->kind != NODE_SCALAR)
            return READER_REFUSE(reader, value->children[i], "an argument must be a text");
        role->args[role->arg_count++] = must_text(value->children[i]->text);
    }
    return true;
}

/* A mapping, so no name comes twice. */
bool set_role_env(struct reader *reader, const struct node *value, void *target)
{
    struct role *role = target;

    role->env = must_alloc((value->count + 1) * sizeof *role->env);
    for (size_t i = 0; i < value->count; i++) {
        const char *name = value->keys[i]->text;

        if (name[0] == '\0' || strchr(name, '=') != NULL)
            return reader_refuse(reader, value->keys[i], "a variable cannot be called that");
        if (value->children[i]->kind != NODE_SCALAR)
            return READER_REFUSE(reader, value->children[i], "a variable must be a text");
        role->env[i] = must_format("%s=%s", name, value->children[i]->text);
    }
    return true;
}

bool finish_role(struct reader *reader, struct role *role, const struct node *at)
{
    if (role->script != NULL)
        return read_script(reader, role, at);
    if (role->program != NULL)
        return true;
    return READER_REFUSE(reader, at,
                         role->name[0] == '\0' ? "'program', 'tasks' or 'hosts' is missing"
                                               : "'program' or 'tasks' is missing");
}

/* ---- a role ---- */

static bool set_count(struct reader *reader, const struct node *value, void *target)
{
    int64_t count = 0;
    const char *why = units_count(value->text, HOSTS_MAX, &count);

    if (why != NULL || count == 0)
        return reader_refuse(reader, value, why != NULL ? why : "a role has at least one host");
    ((struct role *)target)->count = (size_t)count;
    return true;
}

static bool set_start(struct reader *reader, const struct node *value, void *target)
{
    const char *why = units_duration(value->text, &((struct role *)target)->start_ns);

    return why == NULL || reader_refuse(reader, value, why);
}

static bool set_host_epoch(struct reader *reader, const struct node *value, void *target)
{
    struct role *role = target;
    const char *why = units_civil(value->text, &role->epoch_ns);

    role->has_epoch = true;
    return why == NULL || reader_refuse(reader, value, why);
}

TEXT_SETTER(set_on, struct role, on)

static bool set_address(struct reader *reader, const struct node *value, void *target)
{
    struct role *role = target;
    const char *why = units_address(value->text, role->address);

    role->has_address = true;
    return why == NULL || reader_refuse(reader, value, why);
}

static bool set_offset(struct reader *reader, const struct node *value, void *target)
{
    const char *why = units_offset(value->text, &((struct role *)target)->offset_ns);

    return why == NULL || reader_refuse(reader, value, why);
}

static bool set_drift(struct reader *reader, const struct node *value, void *target)
{
    const char *why = units_ppm(value->text, &((struct role *)target)->drift_ppm);

    return why == NULL || reader_refuse(reader, value, why);
}

static const struct key clock_keys[] = {
    {"offset", NODE_SCALAR, false, set_offset},
    {"drift", NODE_SCALAR, false, set_drift},
};

static bool set_clock(struct reader *reader, const struct node *value, void *target)
{
    return READ(reader, value, clock_keys, target);
}

static bool set_cpus(struct reader *reader, const struct node *value, void *target)
{
    struct role *role = target;
    const char *why = units_count(value->text, CPUS_MAX, &role->cpus);

    if (why == NULL && role->cpus == 0)
        why = "a host has at least one";
    return why == NULL || reader_refuse(reader, value, why);
}

static bool set_slow(struct reader *reader, const struct node *value, void *target)
{
    return reader_times(reader, value, &((struct role *)target)->slowness);
}

static const struct key role_keys[] = {
    PROGRAM_KEYS,
    {"count", NODE_SCALAR, false, set_count},
    {"on", NODE_SCALAR, false, set_on},
    {"address", NODE_SCALAR, false, set_address},
    {"start", NODE_SCALAR, false, set_start},
    {"epoch", NODE_SCALAR, false, set_host_epoch},
    {"clock", NODE_MAPPING, false, set_clock},
    {"cpus", NODE_SCALAR, false, set_cpus},
    {"slow", NODE_SCALAR, false, set_slow},
};

static bool read_role(struct reader *reader, struct role *role, const struct node *key,
                      const struct node *value)
{
    role->name = must_text(key->text);
    if (!reader_is_word(role->name) || is_end_key(role->name) ||
        strcmp(role->name, "localhost") == 0)
        return reader_refuse(reader, key, "a host cannot be called that");
    if (value->kind != NODE_MAPPING)
        return READER_REFUSE(reader, value, "a host must be a mapping");
    return READ(reader, value, role_keys, role) && finish_role(reader, role, value);
}

/* ---- hosts ---- */

static size_t hosts_of(const struct role *role)
{
    return role->count > 0 ? role->count : 1;
}

/* The `n`-th address after `address`. */
static void add_to_address(uint8_t *address, size_t n)
{
    for (size_t i = ADDRESS_SIZE; n > 0 && i > 0; n >>= 8) {
        n += address[--i];
        address[i] = (uint8_t)n;
    }
}

/* Add the hosts of role `index` to those of `run`, which have room. */
static void add_hosts(struct run_spec *run, size_t index)
{
    struct role *role = &run->roles[index];

    role->host = run->host_count;
    for (size_t i = 0; i < hosts_of(role); i++) {
        struct host_spec *host = &run->hosts[run->host_count++];

        host->role = index;
        host->machine = run->host_count - 1;
        host->name =
            role->count > 0 ? must_format("%s.%zu", role->name, i + 1) : must_text(role->name);
        memcpy(host->address, role->address, sizeof host->address);
        add_to_address(host->address, i);
    }
}

static struct role *find_role(const struct run_spec *run, const char *name)
{
    for (size_t i = 0; i < run->role_count; i++) {
        if (strcmp(run->roles[i].name, name) == 0)
            return &run->roles[i];
    }
    return NULL;
}

/* Put the processes of `role` on the machines that it says. `at`: its mapping. */
static bool share_machines(struct reader *reader, struct run_spec *run, const struct role *role,
                           const struct node *at)
{
    const struct role *owner = find_role(run, role->on);
    bool one = owner != NULL && hosts_of(owner) == 1;

    if (owner == NULL || owner->on != NULL)
        return READER_REFUSE(reader, at, "'%s' is on '%s', which is no host of its own", role->name,
                             role->on);
    if (role->has_address)
        return READER_REFUSE(reader, at, "'%s' has the address of '%s', which it is on", role->name,
                             role->on);
    if (role->offset_ns != 0 || role->drift_ppm != 0 || role->cpus != 0 || role->slowness != 0)
        return READER_REFUSE(reader, at, "'%s' has the clock and the CPUs of '%s', which it is on",
                             role->name, role->on);
    if (!one && hosts_of(owner) != hosts_of(role))
        return READER_REFUSE(reader, at, "'%s' are %zu on %zu hosts: one on each, or all on one",
                             role->name, hosts_of(role), hosts_of(owner));
    for (size_t i = 0; i < hosts_of(role); i++)
        run->hosts[role->host + i].machine = owner->host + (one ? 0 : i);
    return true;
}

/* The host before `before` whose address was given and is that one, or NULL. */
static const struct host_spec *owner_of(const struct run_spec *run, size_t before,
                                        const uint8_t *address)
{
    for (size_t i = 0; i < before; i++) {
        const struct host_spec *host = &run->hosts[i];

        if (role_of(run, host)->has_address &&
            memcmp(host->address, address, sizeof host->address) == 0)
            return host;
    }
    return NULL;
}

/* Of the addresses that the file gives, no two are the same. `at`: the mapping of the hosts. */
static bool check_addresses(struct reader *reader, const struct run_spec *run,
                            const struct node *at)
{
    for (size_t i = 0; i < run->host_count; i++) {
        const struct host_spec *host = &run->hosts[i];
        const struct host_spec *other = owner_of(run, i, host->address);

        if (role_of(run, host)->has_address && other != NULL)
            return READER_REFUSE(reader, at->keys[host->role], "'%s' has the address of '%s'",
                                 host->name, other->name);
    }
    return true;
}

/* Those that were given none get 10.0.0.1 and so on, in order, as far as they are free. */
static void give_addresses(struct run_spec *run)
{
    static const uint8_t network[ADDRESS_SIZE] = {[10] = 0xff, 0xff, 10, 0, 0, 0};
    size_t number = 0;

    for (size_t i = 0; i < run->host_count; i++) {
        struct host_spec *host = &run->hosts[i];

        while (!role_of(run, host)->has_address && host->machine == i) {
            memcpy(host->address, network, sizeof network);
            add_to_address(host->address, ++number);
            if (owner_of(run, run->host_count, host->address) == NULL)
                break;
        }
    }
    for (size_t i = 0; i < run->host_count; i++) {
        struct host_spec *host = &run->hosts[i];

        memcpy(host->address, run->hosts[host->machine].address, sizeof host->address);
    }
}

static bool read_hosts(struct reader *reader, struct run_spec *run, const struct node *node)
{
    size_t count = 0;

    if (node->count == 0)
        return READER_REFUSE(reader, node, "'hosts' is empty");
    run->roles = must_alloc(node->count * sizeof *run->roles);
    for (size_t i = 0; i < node->count; i++) {
        run->role_count = i + 1;
        if (!read_role(reader, &run->roles[i], node->keys[i], node->children[i]))
            return false;
        count += hosts_of(&run->roles[i]);
    }
    if (count > HOSTS_MAX)
        return READER_REFUSE(reader, node, "%zu hosts are too many (%d)", count, HOSTS_MAX);
    run->hosts = must_alloc(count * sizeof *run->hosts);
    for (size_t i = 0; i < run->role_count; i++)
        add_hosts(run, i);
    for (size_t i = 0; i < run->role_count; i++) {
        if (run->roles[i].on != NULL &&
            !share_machines(reader, run, &run->roles[i], node->children[i]))
            return false;
    }
    if (!check_addresses(reader, run, node))
        return false;
    give_addresses(run);
    return true;
}

/* ---- the network ---- */

/* A link as it is read: its words come first, so that what is between all hosts is read alike. */
struct link_entry {
    struct link_words words;
    const struct node *between;
    const struct node *from;
    const struct node *to;
};

static bool set_latency(struct reader *reader, const struct node *value, void *target)
{
    struct link_words *words = target;
    int64_t least = 0, most = 0;
    const char *why = units_span(value->text, &least, &most);

    words->latency_ns = least;
    words->jitter_ns = most - least;
    return why == NULL || reader_refuse(reader, value, why);
}

static bool set_part(struct reader *reader, const struct node *value, struct part *part)
{
    const char *why = units_ratio(value->text, &part->part, &part->whole);

    return why == NULL || reader_refuse(reader, value, why);
}

static bool set_loss(struct reader *reader, const struct node *value, void *target)
{
    return set_part(reader, value, &((struct link_words *)target)->loss);
}

static bool set_duplicate(struct reader *reader, const struct node *value, void *target)
{
    return set_part(reader, value, &((struct link_words *)target)->duplicate);
}

static bool set_corrupt(struct reader *reader, const struct node *value, void *target)
{
    return set_part(reader, value, &((struct link_words *)target)->corrupt);
}

static bool set_bandwidth(struct reader *reader, const struct node *value, void *target)
{
    const char *why = units_rate(value->text, &((struct link_words *)target)->bytes_per_s);

    return why == NULL || reader_refuse(reader, value, why);
}

static bool set_queue(struct reader *reader, const struct node *value, void *target)
{
    const char *why = units_size(value->text, &((struct link_words *)target)->queue_bytes);

    return why == NULL || reader_refuse(reader, value, why);
}

static bool set_mtu(struct reader *reader, const struct node *value, void *target)
{
    struct link_words *words = target;
    const char *why = units_count(value->text, MTU_MOST, &words->mtu);

    if (why == NULL && words->mtu < MTU_LEAST)
        why = "less than IPv4 allows (68)";
    return why == NULL || reader_refuse(reader, value, why);
}

static bool keep_between(struct reader *reader, const struct node *value, void *target)
{
    (void)reader;
    ((struct link_entry *)target)->between = value;
    return true;
}

static bool keep_from(struct reader *reader, const struct node *value, void *target)
{
    (void)reader;
    ((struct link_entry *)target)->from = value;
    return true;
}

static bool keep_to(struct reader *reader, const struct node *value, void *target)
{
    (void)reader;
    ((struct link_entry *)target)->to = value;
    return true;
}

#define WIRE_KEYS                                                                         \
    {"latency", NODE_SCALAR, false, set_latency}, {"loss", NODE_SCALAR, false, set_loss}, \
        {"duplicate", NODE_SCALAR, false, set_duplicate},                                 \
        {"corrupt", NODE_SCALAR, false, set_corrupt},                                     \
        {"bandwidth", NODE_SCALAR, false, set_bandwidth},                                 \
        {"queue", NODE_SCALAR, false, set_queue},                                         \
    {                                                                                     \
        "mtu", NODE_SCALAR, false, set_mtu                                                \
    }

static const struct key wire_keys[] = {WIRE_KEYS};

static const struct key link_keys[] = {
    {"between", NODE_SEQUENCE, false, keep_between},
    {"from", NODE_SCALAR, false, keep_from},
    {"to", NODE_SCALAR, false, keep_to},
    WIRE_KEYS,
};

/* The hosts that `node` names: one, or all of a role. */
static bool find_hosts(struct reader *reader, const struct run_spec *run, const struct node *node,
                       size_t *first, size_t *count)
{
    const struct role *role;

    if (node->kind != NODE_SCALAR)
        return READER_REFUSE(reader, node, "a link is between two hosts, or roles");
    role = find_role(run, node->text);
    if (role != NULL && role->on == NULL) {
        *first = role->host;
        *count = hosts_of(role);
        return true;
    }
    for (size_t i = 0; i < run->host_count; i++) {
        if (run->hosts[i].machine == i && strcmp(run->hosts[i].name, node->text) == 0) {
            *first = i;
            *count = 1;
            return true;
        }
    }
    return reader_refuse(reader, node, "there is no such host");
}

static bool add_rule(struct reader *reader, struct run_spec *run, const struct link_words *words,
                     const struct node *from, const struct node *to)
{
    struct link_rule *rule;

    run->links = must_resize(run->links, (run->link_count + 1) * sizeof *run->links);
    rule = &run->links[run->link_count++];
    *rule = (struct link_rule){.words = *words};
    return find_hosts(reader, run, from, &rule->from, &rule->from_count) &&
           find_hosts(reader, run, to, &rule->to, &rule->to_count);
}

static bool read_link(struct reader *reader, struct run_spec *run, const struct node *node)
{
    struct link_entry entry = {.words = run->wires};
    const struct node *between;

    if (node->kind != NODE_MAPPING)
        return READER_REFUSE(reader, node, "a link must be a mapping");
    if (!READ(reader, node, link_keys, &entry))
        return false;
    between = entry.between;
    if (between == NULL && entry.from != NULL && entry.to != NULL)
        return add_rule(reader, run, &entry.words, entry.from, entry.to);
    if (between == NULL || entry.from != NULL || entry.to != NULL)
        return READER_REFUSE(reader, node, "a link has 'between', or 'from' and 'to'");
    if (between->count != 2)
        return READER_REFUSE(reader, between, "a link is between two hosts, or roles");
    return add_rule(reader, run, &entry.words, between->children[0], between->children[1]) &&
           add_rule(reader, run, &entry.words, between->children[1], between->children[0]);
}

static bool set_wires(struct reader *reader, const struct node *value, void *target)
{
    (void)target;
    return READ(reader, value, wire_keys, &reader->run->wires);
}

/* ---- names ---- */

/* An entry of `names` as it is read. */
struct name_entry {
    struct name_rule *rule;
    const struct node *is;
};

static bool set_name(struct reader *reader, const struct node *value, void *target)
{
    struct name_rule *rule = ((struct name_entry *)target)->rule;

    return reader_text(reader, value, &rule->name) &&
           (strcmp(rule->name, "localhost") != 0 ||
            reader_refuse(reader, value, "that is 127.0.0.1 everywhere"));
}

static bool set_from(struct reader *reader, const struct node *value, void *target)
{
    const char *why = units_duration(value->text, &((struct name_entry *)target)->rule->from_ns);

    return why == NULL || reader_refuse(reader, value, why);
}

static bool set_answer_latency(struct reader *reader, const struct node *value, void *target)
{
    struct name_rule *rule = ((struct name_entry *)target)->rule;
    int64_t least = 0, most = 0;
    const char *why = units_span(value->text, &least, &most);

    rule->has_service = true;
    rule->latency_ns = least;
    rule->jitter_ns = most - least;
    return why == NULL || reader_refuse(reader, value, why);
}

static bool set_failure(struct reader *reader, const struct node *value, void *target)
{
    struct name_rule *rule = ((struct name_entry *)target)->rule;

    rule->has_service = true;
    return set_part(reader, value, &rule->failure);
}

static bool keep_is(struct reader *reader, const struct node *value, void *target)
{
    (void)reader;
    ((struct name_entry *)target)->is = value;
    return true;
}

static const struct key name_keys[] = {
    {"name", NODE_SCALAR, false, set_name},
    {"is", NODE_SEQUENCE, false, keep_is},
    {"from", NODE_SCALAR, false, set_from},
    {"latency", NODE_SCALAR, false, set_answer_latency},
    {"failure", NODE_SCALAR, false, set_failure},
};

static void add_name_address(struct name_rule *rule, const uint8_t *address)
{
    rule->addresses =
        must_resize(rule->addresses, (rule->address_count + 1) * sizeof *rule->addresses);
    memcpy(rule->addresses[rule->address_count++], address, ADDRESS_SIZE);
}

/* An address in figures, a host, or all of a role. */
static bool add_name_target(struct reader *reader, const struct run_spec *run,
                            struct name_rule *rule, const struct node *node)
{
    uint8_t address[ADDRESS_SIZE];
    size_t first, count;

    if (node->kind == NODE_SCALAR && units_address(node->text, address) == NULL) {
        add_name_address(rule, address);
        return true;
    }
    if (!find_hosts(reader, run, node, &first, &count))
        return false;
    for (size_t i = first; i < first + count; i++)
        add_name_address(rule, run->hosts[i].address);
    return true;
}

static bool read_name(struct reader *reader, struct run_spec *run, const struct node *node)
{
    struct name_entry entry = {.is = NULL};

    if (node->kind != NODE_MAPPING)
        return READER_REFUSE(reader, node, "a name must be a mapping");
    run->names = must_resize(run->names, (run->name_count + 1) * sizeof *run->names);
    entry.rule = &run->names[run->name_count++];
    *entry.rule = (struct name_rule){.name = NULL};
    if (!READ(reader, node, name_keys, &entry))
        return false;
    if (entry.rule->name == NULL ? entry.is != NULL || !entry.rule->has_service
                                 : entry.is == NULL && !entry.rule->has_service)
        return READER_REFUSE(reader, node,
                             "a name 'is' something, or it, or all, have a 'latency' or 'failure'");
    entry.rule->has_addresses = entry.is != NULL;
    for (size_t i = 0; entry.is != NULL && i < entry.is->count; i++) {
        if (!add_name_target(reader, run, entry.rule, entry.is->children[i]))
            return false;
    }
    if (entry.rule->address_count > NAME_ADDRESSES_MOST)
        return READER_REFUSE(reader, entry.is, "more addresses than a name can have (%d)",
                             NAME_ADDRESSES_MOST);
    return true;
}

/* ---- the network as a whole ---- */

/* Read when `default` has been, whose words links begin with. */
struct network_entry {
    const struct node *links;
    const struct node *names;
};

static bool keep_links(struct reader *reader, const struct node *value, void *target)
{
    (void)reader;
    ((struct network_entry *)target)->links = value;
    return true;
}

static bool keep_names(struct reader *reader, const struct node *value, void *target)
{
    (void)reader;
    ((struct network_entry *)target)->names = value;
    return true;
}

static const struct key network_keys[] = {
    {"default", NODE_MAPPING, false, set_wires},
    {"links", NODE_SEQUENCE, false, keep_links},
    {"names", NODE_SEQUENCE, false, keep_names},
};

static bool read_network(struct reader *reader, struct run_spec *run, const struct node *node)
{
    struct network_entry entry = {.links = NULL};

    if (!READ(reader, node, network_keys, &entry))
        return false;
    for (size_t i = 0; entry.links != NULL && i < entry.links->count; i++) {
        if (!read_link(reader, run, entry.links->children[i]))
            return false;
    }
    for (size_t i = 0; entry.names != NULL && i < entry.names->count; i++) {
        if (!read_name(reader, run, entry.names->children[i]))
            return false;
    }
    return true;
}

/* ---- a run ---- */

void begin_run(struct reader *reader, struct run_spec *run, const char *name)
{
    *run = (struct run_spec){.name = must_text(name), .wires.mtu = MTU_DEFAULT};
    run->roles = must_alloc(sizeof *run->roles);
    run->roles[0].name = must_text("");
    run->role_count = 1;
    reader->run = run;
    reader->hosts = NULL;
    reader->network = NULL;
    reader->faults = NULL;
}

/* Hosts that name no module have that one, if it is not NULL. */
static void give_module(struct run_spec *run, const char *module)
{
    for (size_t i = 0; i < run->role_count; i++) {
        if (run->roles[i].module == NULL)
            run->roles[i].module = must_text(module);
    }
}

static bool finish_hosts(struct reader *reader, struct run_spec *run, const struct node *at)
{
    struct role *only = &run->roles[0];
    bool ok;

    if (reader->hosts == NULL) {
        run->hosts = must_alloc(sizeof *run->hosts);
        run->hosts[0].name = must_text("");
        run->host_count = 1;
        return reader->network == NULL
                   ? finish_role(reader, &run->roles[0], at)
                   : READER_REFUSE(reader, reader->network, "a 'network' is between 'hosts'");
    }
    if (only->program != NULL || only->script != NULL || only->args != NULL || only->env != NULL)
        return READER_REFUSE(reader, reader->hosts, "with 'hosts', programs stand in the hosts");
    run->roles = NULL;
    run->role_count = 0;
    run->has_hosts = true;
    ok = read_hosts(reader, run, reader->hosts) &&
         (reader->network == NULL || read_network(reader, run, reader->network));
    if (ok)
        give_module(run, only->module);
    role_clear(only);
    free(only);
    return ok;
}

bool finish_run(struct reader *reader, struct run_spec *run, const struct node *at)
{
    return finish_hosts(reader, run, at) &&
           (reader->faults == NULL || read_faults(reader, run, reader->faults));
}

/* ---- what they end with ---- */

const char *host_exit(const struct run_spec *run, const struct host_spec *host)
{
    const struct role *role = role_of(run, host);

    if (host->expect.exit != NULL)
        return host->expect.exit;
    if (role->expect.exit != NULL)
        return role->expect.exit;
    return run->expect.exit != NULL ? run->expect.exit : "0";
}

bool host_stays(const struct run_spec *run, const struct host_spec *host)
{
    return run->has_hosts && strcmp(host_exit(run, host), "running") == 0;
}

/* ---- the end ---- */

void role_clear(struct role *role)
{
    free(role->name);
    free(role->on);
    free(role->program);
    free(role->module);
    for (size_t i = 0; i < role->arg_count; i++)
        free(role->args[i]);
    free(role->args);
    for (char **line = role->env; line != NULL && *line != NULL; line++)
        free(*line);
    free(role->env);
    script_free(role->script);
    free(role->expect.exit);
    free(role->expect.output);
}

void hosts_free(struct run_spec *run)
{
    for (size_t i = 0; i < run->role_count; i++)
        role_clear(&run->roles[i]);
    for (size_t i = 0; i < run->host_count; i++) {
        free(run->hosts[i].name);
        free(run->hosts[i].expect.exit);
        free(run->hosts[i].expect.output);
    }
    for (size_t i = 0; i < run->name_count; i++) {
        free(run->names[i].name);
        free(run->names[i].addresses);
    }
    free(run->roles);
    free(run->hosts);
    free(run->links);
    free(run->names);
}
