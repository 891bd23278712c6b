/*
 * A small Raft (Ongaro and Ousterhout, "In search of an understandable consensus algorithm", 2014):
 * members elect a leader, who puts entries into the logs of the others, and applies an entry when a
 * majority has it. Members stay what they are here, so nothing is written to a disk; an append
 * carries one entry, and each question has a connection of its own.
 *
 * What is checked is what the paper promises, by a witness whom messages reach in no time: one
 * leader in a term, and at one index one entry, whoever applies it.
 *
 * --votes-twice: a member forgets whom it has voted for in a term.
 * --votes-for-any: it votes for whoever asks, however much shorter his log is.
 */
#include "wire.h"

enum { PORT = 7800, WITNESS_PORT = 7801, ENTRIES_MAX = 256, VALUES = 8, TERMS_MAX = 1024 };

#define HEARTBEAT RONDO_MS(30)
#define PATIENCE  RONDO_MS(150) /* without a leader; and up to as much again, by chance */
#define LIMIT     RONDO_MS(100) /* for an answer */

/* ---- a member ---- */

struct entry {
    long term;
    long value; /* 0: with which a leader begins */
};

struct peer {
    char host[HOST_SIZE];
    int next;  /* the index that it is to be sent next; */
    int match; /* so many of its entries are ours */
};

enum role { FOLLOWER, CANDIDATE, LEADER };

static char me[HOST_SIZE];
static struct peer peers[HOSTS_MAX];
static size_t peer_count;
static rondo_stream *witness_stream;

static enum role role;
static long term;
static char voted_for[HOST_SIZE]; /* in this term; empty: nobody */
static size_t votes;
static int64_t patience_ends_ns;
static rondo_event leading = RONDO_EVENT("leading");

static struct entry entries[ENTRIES_MAX]; /* from 1; the one at 0 is of term 0 */
static int last, committed, applied;

static void be_patient(void)
{
    uint64_t chance = 0;

    (void)!uv_random(NULL, NULL, &chance, sizeof chance, 0, NULL);
    patience_ends_ns = rondo_loop_time(NULL) + PATIENCE + (int64_t)(chance % (uint64_t)PATIENCE);
}

static void become(enum role new_role)
{
    role = new_role;
    rondo_role(role == LEADER ? "leader" : NULL);
    if (role == LEADER)
        rondo_event_set(&leading);
    else
        rondo_event_clear(&leading);
}

/* Whatever is of a later term ends ours. */
static void see_term(long seen)
{
    if (seen <= term)
        return;
    term = seen;
    voted_for[0] = '\0';
    become(FOLLOWER);
}

static void apply(void)
{
    while (applied < committed) {
        applied++;
        say(witness_stream, "applied %d %ld %ld\n", applied, entries[applied].term,
            entries[applied].value);
    }
}

static int append_own(long value)
{
    if (last + 1 == ENTRIES_MAX)
        return rondo_fail(RONDO_EUSER, "the log is full");
    entries[++last] = (struct entry){term, value};
    return last;
}

/* ---- elections ---- */

static bool is_up_to_date(int their_last, long their_term)
{
    return their_term != entries[last].term ? their_term > entries[last].term : their_last >= last;
}

/* "vote TERM WHO LAST TERM-OF-LAST" -> "TERM 1", or 0 for no. */
static int answer_vote(rondo_stream *stream, const char *line)
{
    char who[HOST_SIZE];
    long their_term, term_of_last;
    int their_last;
    bool granted;

    if (sscanf(line, "vote %ld %63s %d %ld", &their_term, who, &their_last, &term_of_last) != 4)
        return 0;
    see_term(their_term);
    granted = their_term == term && role == FOLLOWER &&
              (voted_for[0] == '\0' || strcmp(voted_for, who) == 0 || is_set("--votes-twice")) &&
              (is_up_to_date(their_last, term_of_last) || is_set("--votes-for-any"));
    if (granted) {
        snprintf(voted_for, sizeof voted_for, "%s", who);
        be_patient();
    }
    return say(stream, "%ld %d\n", term, granted);
}

static void lead(void)
{
    RONDO_SOMETIMES("somebody leads a later term", term > 1);
    say(witness_stream, "leader %ld %s\n", term, me);
    for (size_t i = 0; i < peer_count; i++) {
        peers[i].next = last + 1;
        peers[i].match = 0;
    }
    become(LEADER);
    append_own(0);
}

static int ask_for_vote(void *arg, rondo_value *out)
{
    const struct peer *peer = arg;
    char line[LINE_SIZE];
    long asked_in = term, their_term;
    int granted;

    (void)out;
    snprintf(line, sizeof line, "vote %ld %s %d %ld\n", term, me, last, entries[last].term);
    if (ask(peer->host, PORT, LIMIT, line) < 0 ||
        sscanf(line, "%ld %d", &their_term, &granted) != 2)
        return 0;
    see_term(their_term);
    if (granted && role == CANDIDATE && term == asked_in && ++votes > (peer_count + 1) / 2)
        lead();
    return 0;
}

static void stand_for_election(void)
{
    term++;
    become(CANDIDATE);
    snprintf(voted_for, sizeof voted_for, "%s", me);
    votes = 1;
    be_patient();
    for (size_t i = 0; i < peer_count; i++)
        rondo_unref(rondo_spawn(ask_for_vote, &peers[i]));
}

static int watch_leader(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    for (;;) {
        int64_t now = rondo_loop_time(NULL);

        if (role == LEADER)
            be_patient();
        if (now >= patience_ends_ns)
            stand_for_election();
        else
            RONDO_TRY(rondo_sleep(patience_ends_ns - now));
    }
}

/* ---- the log ---- */

/* Put the leader's entry behind the one at `before`; what does not fit to it goes. */
static void take(int before, const struct entry *entry)
{
    if (last > before && entries[before + 1].term != entry->term) {
        RONDO_SOMETIMES("an entry that was not committed goes", true);
        last = before;
    }
    if (last == before && last + 1 < ENTRIES_MAX)
        entries[++last] = *entry;
}

/* "append TERM BEFORE TERM-OF-BEFORE COMMITTED [TERM VALUE]" -> "TERM MATCH", -1: not that. */
static int answer_append(rondo_stream *stream, const char *line)
{
    long their_term, term_before;
    struct entry entry;
    int before, their_committed, match = -1;
    int count = sscanf(line, "append %ld %d %ld %d %ld %ld", &their_term, &before, &term_before,
                       &their_committed, &entry.term, &entry.value);

    if (count < 4 || before < 0 || before >= ENTRIES_MAX)
        return 0;
    see_term(their_term);
    if (their_term == term) {
        become(FOLLOWER);
        be_patient();
        if (before <= last && entries[before].term == term_before) {
            match = before;
            if (count == 6) {
                take(before, &entry);
                match++;
            }
            if (their_committed > committed)
                committed = their_committed < match ? their_committed : match;
            apply();
        }
    }
    return say(stream, "%ld %d\n", term, match);
}

/* An entry of this term that a majority has is committed, and all before it are. */
static void commit(void)
{
    for (int index = last; index > committed && entries[index].term == term; index--) {
        size_t count = 1;

        for (size_t i = 0; i < peer_count; i++)
            count += peers[i].match >= index;
        if (count > (peer_count + 1) / 2) {
            committed = index;
            apply();
            return;
        }
    }
}

static void ask_to_append(struct peer *peer)
{
    char line[LINE_SIZE];
    long asked_in = term, their_term;
    int before = peer->next - 1, match;
    int length = snprintf(line, sizeof line, "append %ld %d %ld %d", term, before,
                          entries[before].term, committed);

    if (peer->next <= last)
        length += snprintf(line + length, sizeof line - (size_t)length, " %ld %ld",
                           entries[peer->next].term, entries[peer->next].value);
    snprintf(line + length, sizeof line - (size_t)length, "\n");
    if (ask(peer->host, PORT, LIMIT, line) < 0 || sscanf(line, "%ld %d", &their_term, &match) != 2)
        return;
    see_term(their_term);
    if (role != LEADER || term != asked_in)
        return;
    if (match < 0) {
        peer->next = before > 0 ? before : 1;
    } else {
        peer->match = match > peer->match ? match : peer->match;
        peer->next = peer->match + 1;
        commit();
    }
}

/* While this one leads, let `peer` have what it has. */
static int feed(void *arg, rondo_value *out)
{
    struct peer *peer = arg;

    (void)out;
    for (;;) {
        RONDO_TRY(rondo_event_wait(&leading));
        ask_to_append(peer);
        RONDO_TRY(rondo_sleep(peer->next <= last ? 0 : HEARTBEAT));
    }
}

/* "propose VALUE" -> "INDEX" when it is applied; else "no". */
static int answer_proposal(rondo_stream *stream, const char *line)
{
    long value = strtol(line + strlen("propose "), NULL, 10), proposed_in = term;
    int index;

    if (role != LEADER)
        return say(stream, "no\n");
    index = append_own(value);
    RONDO_TRY(index);
    while (applied < index && term == proposed_in)
        RONDO_TRY(rondo_sleep(RONDO_MS(10)));
    if (term != proposed_in)
        return say(stream, "no\n");
    return say(stream, "%d\n", index);
}

static int answer(rondo_stream *stream, void *arg)
{
    char line[LINE_SIZE];

    (void)arg;
    if (hear(stream, line) < 0)
        return 0;
    if (strncmp(line, "vote ", 5) == 0)
        (void)answer_vote(stream, line);
    else if (strncmp(line, "append ", 7) == 0)
        (void)answer_append(stream, line);
    else if (strncmp(line, "propose ", 8) == 0)
        (void)answer_proposal(stream, line);
    return 0; /* whoever asked may have gone */
}

/* The members but this one, whose address its connection to the witness tells. */
static void find_peers(void)
{
    const char *address = rondo_stream_get_extra_info(witness_stream, "sockname", "");
    char hosts[HOSTS_MAX][HOST_SIZE];
    size_t count = option_hosts("--members", hosts);

    snprintf(me, sizeof me, "%.*s", (int)strcspn(address, ":"), address);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(hosts[i], me) != 0)
            memcpy(peers[peer_count++].host, hosts[i], HOST_SIZE);
    }
}

static int member(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    RONDO_TRY(dial(option("--witness", "127.0.0.1"), WITNESS_PORT, &witness_stream));
    find_peers();
    be_patient();
    rondo_unref(rondo_spawn(watch_leader, NULL));
    for (size_t i = 0; i < peer_count; i++)
        rondo_unref(rondo_spawn(feed, &peers[i], .name = peers[i].host));
    return serve_forever(PORT, answer);
}

/* ---- the witness ---- */

static char leaders[TERMS_MAX][HOST_SIZE]; /* by term */
static struct entry log_of_all[ENTRIES_MAX];

static void see_leader(long in_term, const char *who)
{
    if (in_term < 0 || in_term >= TERMS_MAX)
        return;
    RONDO_ALWAYS("a term has one leader",
                 leaders[in_term][0] == '\0' || strcmp(leaders[in_term], who) == 0);
    snprintf(leaders[in_term], HOST_SIZE, "%s", who);
}

static void see_applied(int index, const struct entry *entry)
{
    struct entry *seen = &log_of_all[index];

    if (seen->term == 0)
        *seen = *entry;
    RONDO_ALWAYS("all apply the same entry at an index",
                 seen->term == entry->term && seen->value == entry->value);
}

static int hear_members(rondo_stream *stream, void *arg)
{
    char line[LINE_SIZE], who[HOST_SIZE];
    struct entry entry;
    long in_term;
    int index;

    (void)arg;
    while (hear(stream, line) == 0) {
        if (sscanf(line, "leader %ld %63s", &in_term, who) == 2)
            see_leader(in_term, who);
        else if (sscanf(line, "applied %d %ld %ld", &index, &entry.term, &entry.value) == 3 &&
                 index > 0 && index < ENTRIES_MAX)
            see_applied(index, &entry);
    }
    return 0;
}

static int witness(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return serve_forever(WITNESS_PORT, hear_members);
}

/* ---- who proposes ---- */

static int client(void *arg, rondo_value *out)
{
    char members[HOSTS_MAX][HOST_SIZE], line[LINE_SIZE];
    size_t count = option_hosts("--members", members), whom = 0;
    long value = 1;

    (void)arg;
    (void)out;
    while (value <= VALUES) {
        int rc;

        snprintf(line, sizeof line, "propose %ld\n", value);
        rc = ask(members[whom], PORT, RONDO_MS(500), line);
        if (rc == RONDO_ECANCELED)
            return rc;
        if (rc == 0 && strtol(line, NULL, 10) > 0)
            value++;
        else
            whom = (whom + 1) % count;
        RONDO_TRY(rondo_sleep(RONDO_MS(50)));
    }
    RONDO_EVENTUALLY("everything that is proposed is applied", value > VALUES);
    return 0;
}

static int member_main(int argc, char **argv)
{
    (void)argc;
    return run_program(argv, member);
}

static int witness_main(int argc, char **argv)
{
    (void)argc;
    return run_program(argv, witness);
}

static int client_main(int argc, char **argv)
{
    (void)argc;
    return run_program(argv, client);
}

RONDO_PROGRAM(member, member_main);
RONDO_PROGRAM(witness, witness_main);
RONDO_PROGRAM(client, client_main);
