/*
 * schema_test.c - scenario files: what a full one says, and what is said of wrong ones, with line
 * and column.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/scenario.h"
#include "scenario/yaml.h"
#include "tests/scenario/folder.h"

#define S  INT64_C(1000000000)
#define MS INT64_C(1000000)

static struct scenario *parse_bytes(const void *bytes, size_t size, struct mistake *mistake)
{
    struct source source;
    struct scenario *scenario;

    if (!source_from_bytes(&source, "scenarios/guide/a.yaml", bytes, size, mistake))
        return NULL;
    scenario = scenario_parse(&source, mistake);
    source_free(&source);
    return scenario;
}

/* ---- what a file says ---- */

static const char full[] = "scenario: three sleeps, together\n"
                           "row: 001-2\n"
                           "program: hello\n"
                           "module: ../build/hello.so\n"
                           "args: [--lines, \"10\", '']\n"
                           "env: { LANG: C, EMPTY: '' }\n"
                           "epoch: 2024-01-19 17:13:52\n"
                           "detect: [ atomicity-violation, race ]\n"
                           "fairness: 7\n"
                           "explore: { strategy: ties, schedules: 50, orders: adversarial }\n"
                           "expect:\n"
                           "  elapsed: 2.01s\n"
                           "  output: |\n"
                           "    2.000 hello\n"
                           "    2.000 ! oh\n"
                           "  exit: ETIMEDOUT\n"
                           "  finds: nothing\n"
                           "  outcomes: 3\n"
                           "  always: [ total ]\n"
                           "  sometimes: [ late, early ]\n"
                           "  eventually: [ done ]\n"
                           "claims:\n"
                           "  - says: it takes two seconds\n"
                           "    line: 34\n"
                           "    elapsed: 2s\n"
                           "    within: 1%\n"
                           "  - says: it prints hello\n"
                           "    output: hello\n"
                           "    finds: deadlock\n"
                           "    verdict: does not hold\n"
                           "    because: it prints twice\n"
                           "  - { says: it is nice, verdict: not checkable, because: taste }\n"
                           "live:\n"
                           "  tolerance: 0.5%\n"
                           "  output: unordered\n"
                           "  skip: takes too long\n";

static struct scenario *read_full(void)
{
    struct mistake mistake;
    struct scenario *scenario = parse_bytes(full, strlen(full), &mistake);

    if (scenario == NULL)
        fail_msg("%s", mistake.text);
    return scenario;
}

static void a_file_says_what_runs(void **state)
{
    struct scenario *scenario = read_full();
    const struct run_spec *run = &scenario->runs[0];

    (void)state;
    assert_string_equal(scenario->path, "scenarios/guide/a.yaml");
    assert_string_equal(scenario->folder, "scenarios/guide");
    assert_string_equal(scenario->stem, "a");
    assert_string_equal(scenario->title, "three sleeps, together");
    assert_string_equal(scenario->row, "001-2");
    assert_int_equal(scenario->epoch_ns, 1705684432 * S);
    assert_int_equal(scenario->run_count, 1);
    assert_false(scenario->compares);
    assert_string_equal(run->name, "");
    assert_string_equal(run->roles[0].program, "hello");
    assert_string_equal(run->roles[0].module, "../build/hello.so");
    assert_int_equal(run->roles[0].arg_count, 3);
    assert_string_equal(run->roles[0].args[0], "--lines");
    assert_string_equal(run->roles[0].args[1], "10");
    assert_string_equal(run->roles[0].args[2], "");
    assert_string_equal(run->roles[0].env[0], "LANG=C");
    assert_string_equal(run->roles[0].env[1], "EMPTY=");
    assert_null(run->roles[0].env[2]);
    assert_int_equal(scenario->detects, 1u << DETECTOR_RACE | 1u << DETECTOR_ATOMICITY);
    assert_int_equal(scenario->fairness, 7);
    assert_true(scenario->explores);
    assert_int_equal(scenario->schedules_max, 50);
    assert_true(scenario->adversarial);
    scenario_free(scenario);
}

static void a_file_says_what_must_hold(void **state)
{
    struct scenario *scenario = read_full();
    const struct expectation *expect = &scenario->runs[0].expect;
    char properties[200] = "";

    (void)state;
    assert_true(expect->has_elapsed);
    assert_int_equal(expect->elapsed_ns, 2010 * MS);
    assert_string_equal(expect->output, "2.000 hello\n2.000 ! oh\n");
    assert_string_equal(expect->exit, "ETIMEDOUT");
    assert_string_equal(expect->finds, "nothing");
    assert_int_equal(expect->outcomes, 3);
    for (size_t i = 0; i < expect->property_count; i++) {
        strcat(strcat(properties, expect->properties[i].kind), " ");
        strcat(strcat(properties, expect->properties[i].name), "\n");
    }
    assert_string_equal(properties,
                        "always total\nsometimes late\nsometimes early\neventually done\n");
    assert_int_equal(scenario->relation_count, 0);
    assert_int_equal(scenario->tolerance_millis, 500);
    assert_int_equal(scenario->live_output, LIVE_UNORDERED);
    assert_string_equal(scenario->live_skip, "takes too long");
    scenario_free(scenario);
}

static void a_file_says_what_a_document_claims(void **state)
{
    struct scenario *scenario = read_full();
    const struct claim *claims = scenario->claims;

    (void)state;
    assert_int_equal(scenario->claim_count, 3);
    assert_string_equal(claims[0].says, "it takes two seconds");
    assert_int_equal(claims[0].line, 34);
    assert_int_equal(claims[0].run, 0);
    assert_true(claims[0].has_elapsed);
    assert_int_equal(claims[0].elapsed_ns, 2 * S);
    assert_int_equal(claims[0].within_millis, 1000);
    assert_int_equal(claims[0].verdict, CLAIM_HOLDS);
    assert_null(claims[0].because);
    assert_false(claims[1].has_elapsed);
    assert_int_equal(claims[1].line, 0);
    assert_int_equal(claims[1].within_millis, 5000);
    assert_string_equal(claims[1].output, "hello");
    assert_string_equal(claims[1].finds, "deadlock");
    assert_int_equal(claims[1].verdict, CLAIM_DOES_NOT_HOLD);
    assert_string_equal(claims[1].because, "it prints twice");
    assert_int_equal(claims[2].verdict, CLAIM_NOT_CHECKABLE);
    scenario_free(scenario);
}

static void what_a_file_leaves_out_has_a_default(void **state)
{
    static const char text[] = "scenario: t\nprogram: p";
    struct mistake mistake;
    struct scenario *scenario = parse_bytes(text, strlen(text), &mistake);

    (void)state;
    assert_non_null(scenario);
    assert_null(scenario->row);
    assert_null(scenario->runs[0].roles[0].module);
    assert_int_equal(scenario->runs[0].roles[0].arg_count, 0);
    assert_int_equal(scenario->epoch_ns, 946684800 * S);
    assert_false(scenario->explores);
    assert_int_equal(scenario->schedules_max, 1000);
    assert_false(scenario->runs[0].expect.has_elapsed);
    assert_null(scenario->runs[0].expect.output);
    assert_null(scenario->runs[0].expect.exit);
    assert_null(scenario->runs[0].expect.finds);
    assert_int_equal(scenario->claim_count, 0);
    assert_int_equal(scenario->tolerance_millis, 5000);
    assert_int_equal(scenario->live_output, LIVE_EXACT);
    assert_null(scenario->live_skip);
    scenario_free(scenario);
}

static void a_comparison_has_runs_and_relations_between_them(void **state)
{
    static const char text[] =
        "scenario: t\n"
        "expect:\n"
        "  relations:\n"
        "    - together is 3x faster than blocking\n"
        "    - blocking takes 1.5x as long as together\n"
        "    - blocking takes as long as together\n"
        "  blocking: { elapsed: 6s, outcomes: 2 }\n"
        "claims:\n"
        "  - { says: faster, relation: together is 2x faster than blocking }\n"
        "  - { says: six, run: blocking, elapsed: 6s }\n"
        "runs:\n"
        "  blocking: { program: a, module: other, args: [x] }\n"
        "  together: { program: b }\n";
    struct mistake mistake;
    struct scenario *scenario = parse_bytes(text, strlen(text), &mistake);
    const struct relation *relations;

    (void)state;
    if (scenario == NULL)
        fail_msg("%s", mistake.text);
    assert_true(scenario->compares);
    assert_true(scenario_explores(scenario, &scenario->runs[0]));
    assert_int_equal(scenario->run_count, 2);
    assert_string_equal(scenario->runs[0].name, "blocking");
    assert_string_equal(scenario->runs[0].roles[0].module, "other");
    assert_string_equal(scenario->runs[0].roles[0].args[0], "x");
    assert_int_equal(scenario->runs[0].expect.elapsed_ns, 6 * S);
    assert_int_equal(scenario->runs[0].expect.outcomes, 2);
    assert_string_equal(scenario->runs[1].roles[0].program, "b");
    assert_false(scenario->runs[1].expect.has_elapsed);

    /* right = numerator / denominator * left */
    relations = scenario->relations;
    assert_int_equal(scenario->relation_count, 3);
    assert_string_equal(relations[0].text, "together is 3x faster than blocking");
    assert_int_equal(relations[0].left, 1);
    assert_int_equal(relations[0].right, 0);
    assert_int_equal(relations[0].numerator, 3);
    assert_int_equal(relations[0].denominator, 1);
    assert_int_equal(relations[1].left, 1);
    assert_int_equal(relations[1].right, 0);
    assert_int_equal(relations[1].numerator, 15);
    assert_int_equal(relations[1].denominator, 10);
    assert_int_equal(relations[2].numerator, 1);
    assert_int_equal(relations[2].denominator, 1);
    assert_true(scenario->claims[0].has_relation);
    assert_int_equal(scenario->claims[0].relation.numerator, 2);
    assert_int_equal(scenario->claims[1].run, 0);
    scenario_free(scenario);
}

static void the_hash_is_of_the_bytes(void **state)
{
    static const char a[] = "scenario: t\nprogram: p", b[] = "scenario: t\nprogram: p\n";
    struct mistake mistake;
    struct scenario *first = parse_bytes(a, strlen(a), &mistake);
    struct scenario *same = parse_bytes(a, strlen(a), &mistake);
    struct scenario *other = parse_bytes(b, strlen(b), &mistake);

    (void)state;
    assert_int_equal(first->hash, same->hash);
    assert_int_not_equal(first->hash, other->hash);
    scenario_free(first);
    scenario_free(same);
    scenario_free(other);
}

/* ---- what is said of a wrong one ---- */

/* The first two lines of most files here, and of those that compare runs. */
#define ONE "scenario: t\nprogram: p\n"
#define TWO "scenario: t\nruns: { a: { program: p }, b: { program: q } }\n"

/* A file, and what is said of it behind "scenarios/guide/a.yaml". */
struct row {
    const char *text;
    const char *said;
};

static void expect_said(const struct row *rows, size_t count)
{
    static const char path[] = "scenarios/guide/a.yaml";
    struct mistake mistake;

    for (size_t i = 0; i < count; i++) {
        struct scenario *scenario = parse_bytes(rows[i].text, strlen(rows[i].text), &mistake);

        if (scenario != NULL)
            fail_msg("nothing is said of:\n%s", rows[i].text);
        if (strncmp(mistake.text, path, strlen(path)) != 0 ||
            strcmp(mistake.text + strlen(path), rows[i].said) != 0)
            fail_msg("of:\n%s\nis said: %s", rows[i].text, mistake.text);
    }
}

#define EXPECT_SAID(rows) expect_said(rows, sizeof(rows) / sizeof *(rows))

static void what_is_not_a_scenario_file_is_refused(void **state)
{
    static const struct row rows[] = {
        {"", ": the file is empty"},
        {"\n\n", ": the file says nothing"},
        {"# nothing\n", ": the file says nothing"},
        {"- a\n", ":1:1: a scenario file is a mapping"},
        {"text\n", ":1:1: a scenario file is a mapping"},
        {"a: b: c\n", ":1:5: invalid nested block mapping on the same line"},
        {"a: [b\n", ":2:1: flow sequence without a closing bracket"},
        {"\"", ":1:2: double-quoted scalar without closing quote"},
        {"}", ":1:1: flow mapping with invalid extra closing brace"},
        {ONE "row: a\xff\n", ":3:7: byte 0xff is not valid UTF-8"},
        {ONE "row: \xc3\xa9\xc3", ":3:7: byte 0xc3 is not valid UTF-8"},
        {ONE "row: \xed\xa0\x80\n", ":3:6: byte 0xed is not valid UTF-8"},
        {ONE "row: \"a\\0b\"\n", ":3:7: a NUL in a text"},
    };

    (void)state;
    EXPECT_SAID(rows);
}

static void what_yaml_has_and_a_scenario_needs_not_is_refused(void **state)
{
    static const struct row rows[] = {
        {ONE "row: &x 1\n", ":3:9: anchors (&name) are not allowed"},
        {ONE "row: *x\n", ":3:7: aliases (*name) are not allowed"},
        {ONE "row: !!str 1\n", ":3:12: tags (!name) are not allowed"},
        {ONE "row: !mine 1\n", ":3:12: tags (!name) are not allowed"},
        {ONE "expect: &x { exit: 0 }\n", ":3:12: anchors (&name) are not allowed"},
        {ONE "claims: !x []\n", ":3:12: tags (!name) are not allowed"},
        {ONE "---\nscenario: u\n", ":3:1: a second document; one file is one scenario"},
        {ONE "...\n---\na: b\n", ":4:1: a second document; one file is one scenario"},
        {ONE "? [a]\n: b\n", ":3:3: a key must be a text"},
        {ONE "? {a: b}\n: c\n", ":3:3: a key must be a text"},
        {ONE "row: 1\nrow: 2\n", ":4:1: duplicate key 'row'; first on line 3"},
        {ONE "expect: { exit: 1, exit: 1 }\n", ":3:20: duplicate key 'exit'; first on line 3"},
        {"scenario: t\nruns: { a: { program: p }, a: { program: q } }\n",
         ":2:28: duplicate key 'a'; first on line 2"},
        {"[[[[[[[[[[[[[[[[[[[[", ":1:17: nested too deeply"},
        {"a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: 1",
         ":1:64: nested too deeply"},
    };

    (void)state;
    EXPECT_SAID(rows);
}

static void a_key_that_is_not_known_is_refused_with_one_that_is(void **state)
{
    static const struct row rows[] = {
        {ONE "expcet: {}\n", ":3:1: unknown key 'expcet'; did you mean 'expect'?"},
        {ONE "claim: []\n", ":3:1: unknown key 'claim'; did you mean 'claims'?"},
        {ONE "argv: []\n", ":3:1: unknown key 'argv'; did you mean 'args'?"},
        {ONE "Row: 1\n", ":3:1: unknown key 'Row'; did you mean 'row'?"},
        {ONE "colour: red\n", ":3:1: unknown key 'colour'"},
        {ONE "expect: { elapsd: 2s }\n", ":3:11: unknown key 'elapsd'; did you mean 'elapsed'?"},
        {ONE "expect: { relations: [] }\n", ":3:11: unknown key 'relations'"},
        {ONE "explore: { schedule: 1 }\n",
         ":3:12: unknown key 'schedule'; did you mean 'schedules'?"},
        {ONE "live: { ouptut: exact }\n", ":3:9: unknown key 'ouptut'; did you mean 'output'?"},
        {ONE "claims: [ { says: a, lines: 1 } ]\n",
         ":3:22: unknown key 'lines'; did you mean 'line'?"},
        {"scenario: t\nruns: { a: { program: p, modul: q } }\n",
         ":2:26: unknown key 'modul'; did you mean 'module'?"},
        {TWO "expect: { elapsed: 2s }\n", ":3:11: unknown key 'elapsed'"},
        {TWO "expect: { c: { elapsed: 2s } }\n", ":3:11: unknown key 'c'"},
        {TWO "expect: { relation: [] }\n",
         ":3:11: unknown key 'relation'; did you mean 'relations'?"},
        {TWO "expect: { a: { relations: [] } }\n", ":3:16: unknown key 'relations'"},
    };

    (void)state;
    EXPECT_SAID(rows);
}

static void a_value_of_the_wrong_kind_is_refused(void **state)
{
    static const struct row rows[] = {
        {"scenario: [t]\nprogram: p\n", ":1:11: 'scenario' must be a text"},
        {ONE "args: x\n", ":3:7: 'args' must be a list"},
        {ONE "env: [x]\n", ":3:6: 'env' must be a mapping"},
        {ONE "env: { a: [x] }\n", ":3:11: a variable must be a text"},
        {ONE "env: { a=b: x }\n", ":3:8: a variable cannot be called that: 'a=b'"},
        {ONE "args: [ [a] ]\n", ":3:9: an argument must be a text"},
        {ONE "expect: [ a ]\n", ":3:9: 'expect' must be a mapping"},
        {ONE "expect: 2s\n", ":3:9: 'expect' must be a mapping"},
        {ONE "expect: { elapsed: [ 1s ] }\n", ":3:20: 'elapsed' must be a text"},
        {ONE "expect: { output: { a: b } }\n", ":3:19: 'output' must be a text"},
        {ONE "claims: {}\n", ":3:9: 'claims' must be a list"},
        {ONE "claims: [ a ]\n", ":3:11: a claim must be a mapping"},
        {ONE "live: x\n", ":3:7: 'live' must be a mapping"},
        {ONE "explore: ties\n", ":3:10: 'explore' must be a mapping"},
        {"scenario: t\nruns: [ a ]\n", ":2:7: 'runs' must be a mapping"},
        {"scenario: t\nruns: { a: p }\n", ":2:12: a run must be a mapping"},
        {TWO "expect: { a: 2s }\n", ":3:14: 'a' must be a mapping"},
        {TWO "expect: { relations: a }\n", ":3:22: 'relations' must be a list"},
        {TWO "expect: { relations: [ [a] ] }\n", ":3:24: a relation must be a text"},
    };

    (void)state;
    EXPECT_SAID(rows);
}

static void a_number_or_a_word_that_is_none_is_refused(void **state)
{
    static const struct row rows[] = {
        {ONE "expect: { elapsed: 2 }\n", ":3:20: a duration needs a unit: ns us ms s min h d: '2'"},
        {ONE "expect: { elapsed: 2m }\n", ":3:20: not a unit of time: ns us ms s min h d: '2m'"},
        {ONE "expect: { elapsed: -2s }\n", ":3:20: a duration cannot be negative: '-2s'"},
        {ONE "expect: { elapsed: 999999999d }\n", ":3:20: too large: '999999999d'"},
        {ONE "detect: [ bugs ]\n",
         ":3:11: there is no such detector to be asked for (race, atomicity-violation, "
         "lock-order, leak, starvation): 'bugs'"},
        {ONE "fairness: 1.5\n", ":3:11: not a whole number: '1.5'"},
        {ONE "detect: [ [] ]\n", ":3:11: a detector must be a word"},
        {ONE "expect: { finds: bugs }\n",
         ":3:18: no detector finds that (nothing, deadlock, partial-deadlock, endless-wait, "
         "lost-wakeup, race, atomicity-violation, leak, starvation, livelock, always, "
         "eventually, exit): "
         "'bugs'"},
        {ONE "expect: { outcomes: 0 }\n", ":3:21: there is always at least one: '0'"},
        {ONE "expect: { outcomes: 1.5 }\n", ":3:21: not a whole number: '1.5'"},
        {ONE "expect: { outcomes: 1000001 }\n", ":3:21: too large: '1000001'"},
        {ONE "epoch: 2024\n", ":3:8: not a time, such as 2024-01-19 17:13:52: '2024'"},
        {ONE "epoch: 2024-02-30 00:00:00\n", ":3:8: no such time: '2024-02-30 00:00:00'"},
        {ONE "explore: { strategy: '' }\n", ":3:23: an empty text"},
        {ONE "explore: { orders: both }\n", ":3:20: must be faithful or adversarial"},
        {ONE "explore: { faults: alloc }\n", ":3:20: 'faults' must be a list"},
        {ONE "explore: { faults: [disk] }\n",
         ":3:21: there is no such fault to be tried (alloc, net, weather)"},
        {ONE "explore: { faults: [[alloc]] }\n",
         ":3:21: there is no such fault to be tried (alloc, net, weather)"},
        {ONE "explore: { seed: -1 }\n", ":3:18: not a whole number: '-1'"},
        {ONE "explore: { schedules: 0 }\n", ":3:23: there is always at least one: '0'"},
        {ONE "explore: { schedules: many }\n", ":3:23: not a whole number: 'many'"},
        {ONE "live: { tolerance: 5 }\n", ":3:20: not a percentage, such as 5%: '5'"},
        {ONE "live: { tolerance: 101% }\n", ":3:20: more than 100%: '101%'"},
        {ONE "live: { output: some }\n", ":3:17: must be exact, unordered or unchecked: 'some'"},
        {ONE "claims: [ { says: a, because: b, line: -1 } ]\n", ":3:40: not a whole number: '-1'"},
        {ONE "claims: [ { says: a, elapsed: 1s, within: 5 } ]\n",
         ":3:43: not a percentage, such as 5%: '5'"},
        {ONE "claims: [ { says: a, elapsed: soon } ]\n",
         ":3:31: not a duration, such as 2s or 100ms: 'soon'"},
        {ONE "claims: [ { says: a, finds: it } ]\n",
         ":3:29: no detector finds that (nothing, deadlock, partial-deadlock, endless-wait, "
         "lost-wakeup, race, atomicity-violation, leak, starvation, livelock, always, "
         "eventually, exit): "
         "'it'"},
        {"scenario: \"\"\nprogram: p\n", ":1:12: an empty text"},
        {ONE "row: ''\n", ":3:7: an empty text"},
    };

    (void)state;
    EXPECT_SAID(rows);
}

static void a_program_must_be_said_once(void **state)
{
    static const struct row rows[] = {
        {"program: p\n", ":1:1: 'scenario' is missing"},
        {"scenario: t\n", ":1:1: 'program', 'tasks' or 'hosts' is missing"},
        {"\n\nscenario: t\n", ":3:1: 'program', 'tasks' or 'hosts' is missing"},
        {"scenario: t\nargs: [ a ]\n", ":1:1: 'program', 'tasks' or 'hosts' is missing"},
        {"scenario: t\nmodule: m\n", ":1:1: 'program', 'tasks' or 'hosts' is missing"},
        {"scenario: t\nruns: {}\n", ":2:7: 'runs' is empty"},
        {"scenario: t\nruns: { a: {} }\n", ":2:12: 'program', 'tasks' or 'hosts' is missing"},
        {"scenario: t\nruns: { relations: { program: p } }\n",
         ":2:9: a run cannot be called that: 'relations'"},
        {TWO "program: p\n", ":3:10: with 'runs', programs stand in the runs"},
        {TWO "module: p\n", ":3:9: with 'runs', programs stand in the runs"},
        {TWO "args: []\n", ":3:7: with 'runs', programs stand in the runs"},
        {ONE "runs: { a: { program: p } }\n", ":3:7: with 'runs', programs stand in the runs"},
    };

    (void)state;
    EXPECT_SAID(rows);
}

static void a_script_is_tasks_of_steps_over_named_objects(void **state)
{
    static const char text[] =
        "scenario: t\n"
        "tasks:\n"
        "  writer: [ acquire A, { timeout 2s: [ put Q 7 ], finally: [ release A ] } ]\n"
        "  reader: [ spawn writer, gather writer, notify C, print a  b ]\n"
        "objects: { A: lock, Q: queue 2, C: condition }\n"
        "log: steps\n";
    struct mistake mistake;
    struct scenario *scenario = parse_bytes(text, strlen(text), &mistake);
    const struct script *script;
    const struct script_step *steps;

    (void)state;
    if (scenario == NULL)
        fail_msg("%s", mistake.text);
    script = scenario->runs[0].roles[0].script;
    assert_true(script->log);
    assert_string_equal(scenario->runs[0].roles[0].program, "script");
    assert_int_equal(script->object_count, 3);
    assert_int_equal(script->objects[1].kind, SCRIPT_QUEUE);
    assert_int_equal(script->objects[1].size, 2);
    assert_true(script->tasks[0].waits_to_be_spawned);
    assert_false(script->tasks[1].waits_to_be_spawned);
    steps = script->tasks[0].steps.list;
    assert_int_equal(steps[0].verb, STEP_acquire);
    assert_string_equal(steps[0].here, "a.yaml:3");
    assert_int_equal(steps[1].verb, STEP_timeout);
    assert_int_equal(steps[1].number, 2 * S);
    assert_int_equal(steps[1].block.list[0].names[0].index, 1);
    assert_int_equal(steps[1].block.list[0].number, 7);
    assert_int_equal(steps[1].finally.list[0].verb, STEP_release);
    steps = script->tasks[1].steps.list;
    assert_true(steps[1].names[0].is_task);
    assert_int_equal(steps[2].number, 1);
    assert_string_equal(steps[3].words, "a  b");
    scenario_free(scenario);
}

#define SCRIPT "scenario: t\nobjects: { A: lock, Q: queue }\n"

static void a_script_that_is_wrong_is_refused_with_its_place(void **state)
{
    static const struct row rows[] = {
        {SCRIPT, ":1:1: 'tasks' is missing"},
        {SCRIPT "tasks: {}\n", ":3:8: 'tasks' is empty"},
        {SCRIPT "tasks: { t: [] }\nprogram: p\n",
         ":1:1: a run has 'tasks' or a 'program', not both"},
        {SCRIPT "tasks: { t: [] }\nargs: [ a ]\n",
         ":1:1: a run has 'tasks' or a 'program', not both"},
        {SCRIPT "tasks: { t: acquire A }\n", ":3:13: a task is a list of steps"},
        {SCRIPT "tasks: { A: [] }\n", ":3:10: the name of an object and of a task: 'A'"},
        {SCRIPT "tasks: { a b: [] }\n", ":3:10: not a name: 'a b'"},
        {SCRIPT "tasks: { t: [ take A ] }\n", ":3:15: no such step: 'take'"},
        {SCRIPT "tasks: { t: [ '' ] }\n", ":3:16: no such step: ''"},
        {SCRIPT "tasks: { t: [ [] ] }\n", ":3:15: a step is words, or words with a block"},
        {SCRIPT "tasks: { t: [ acquire ] }\n", ":3:15: 'acquire': of what?"},
        {SCRIPT "tasks: { t: [ acquire A A ] }\n", ":3:15: 'acquire A A': one word too many: 'A'"},
        {SCRIPT "tasks: { t: [ yield A ] }\n", ":3:15: 'yield A': one word too many: 'A'"},
        {SCRIPT "tasks: { t: [ acquire B ] }\n",
         ":3:15: 'acquire B': there is no object or task 'B'"},
        {SCRIPT "tasks: { t: [ acquire Q ] }\n", ":3:15: 'acquire Q': 'Q' is of the kind queue"},
        {SCRIPT "tasks: { t: [ acquire t ] }\n", ":3:15: 'acquire t': 't' is a task"},
        {SCRIPT "tasks: { t: [ sleep soon ] }\n",
         ":3:15: 'sleep soon': not a duration, such as 2s or 100ms: 'soon'"},
        {SCRIPT "tasks: { t: [ put Q x ] }\n", ":3:15: 'put Q x': not a whole number: 'x'"},
        {SCRIPT "tasks: { t: [ timeout 1s ] }\n", ":3:15: 'timeout' needs a block of steps"},
        {SCRIPT "tasks: { t: [ sleep 1s: [] ] }\n", ":3:15: 'sleep' has no block"},
        {SCRIPT "tasks: { t: [ { group: [ go ] } ] }\n", ":3:26: no such step: 'go'"},
        {SCRIPT "tasks: { t: [ { try: [], group: [] } ] }\n",
         ":3:26: a step has one head: 'group'"},
        {SCRIPT "tasks: { t: [ { finally: [] } ] }\n", ":3:15: a step with nothing but 'finally'"},
        {SCRIPT "tasks: { t: [ { try: yield } ] }\n", ":3:22: a block is a list of steps"},
        {SCRIPT "tasks: { t: [] }\nlog: all\n", ":4:6: there is only 'log: steps': 'all'"},
        {"scenario: t\nobjects: { A: mutex }\n", ":2:15: no such kind of object: 'mutex'"},
        {"scenario: t\nobjects: { A: [] }\n", ":2:15: an object is declared in words"},
        {"scenario: t\nobjects: { A: lock 2 }\n", ":2:15: it takes no number: 'lock 2'"},
        {"scenario: t\nobjects: { A: semaphore }\n",
         ":2:15: it takes a number, as in 'semaphore 2': 'semaphore'"},
        {"scenario: t\nobjects: { A: barrier 0 }\n", ":2:15: it takes at least 1: 'barrier 0'"},
        {"scenario: t\nobjects: { A: queue -1 }\n", ":2:15: not a whole number: 'queue -1'"},
        {TWO "tasks: { t: [] }\n", ":3:8: with 'runs', programs stand in the runs"},
    };

    (void)state;
    EXPECT_SAID(rows);
}

static void a_relation_must_be_one_between_two_runs(void **state)
{
    static const struct row rows[] = {
        {TWO "expect: { relations: [ a is faster ] }\n",
         ":3:24: not a relation ('A is 3x faster than B'): 'a is faster'"},
        {TWO "expect: { relations: [ a is 3x faster than b really ] }\n",
         ":3:24: not a relation ('A is 3x faster than B'): 'a is 3x faster than b really'"},
        {TWO "expect: { relations: [ '' ] }\n",
         ":3:25: not a relation ('A is 3x faster than B'): ''"},
        {TWO "expect: { relations: [ a is 3x faster than c ] }\n",
         ":3:24: a relation is between two of the runs: 'a is 3x faster than c'"},
        {TWO "expect: { relations: [ a takes as long as a ] }\n",
         ":3:24: a relation is between two of the runs: 'a takes as long as a'"},
        {TWO "expect: { relations: [ a is 0x faster than b ] }\n",
         ":3:24: not a factor, such as 3x or 1.5x: 'a is 0x faster than b'"},
        {TWO "expect: { relations: [ a takes long as long as b ] }\n",
         ":3:24: not a factor, such as 3x or 1.5x: 'a takes long as long as b'"},
        {ONE "claims: [ { says: a, relation: a is 3x faster than b } ]\n",
         ":3:32: a relation is between two of the runs: 'a is 3x faster than b'"},
    };

    (void)state;
    EXPECT_SAID(rows);
}

static void a_claim_must_have_what_its_verdict_needs(void **state)
{
    static const struct row rows[] = {
        {ONE "claims: [ { elapsed: 2s } ]\n", ":3:11: 'says' is missing"},
        {ONE "claims: [ { says: a } ]\n", ":3:11: a claim that nothing computes needs a 'because'"},
        {ONE "claims: [ { says: a, elapsed: 2s, verdict: does not hold } ]\n",
         ":3:11: a verdict other than 'holds' needs a 'because'"},
        {ONE "claims: [ { says: a, verdict: python only } ]\n",
         ":3:11: a claim that nothing computes needs a 'because'"},
        {ONE "claims: [ { says: a, because: b, verdict: maybe } ]\n",
         ":3:43: not a verdict: 'maybe'"},
        {ONE "claims: [ { says: a, run: x, elapsed: 1s } ]\n", ":3:27: no such run: 'x'"},
        {TWO "claims: [ { says: a, elapsed: 2s } ]\n",
         ":3:11: with runs, a claim must name its 'run'"},
        {TWO "claims: [ { says: a, run: c, elapsed: 2s } ]\n", ":3:27: no such run: 'c'"},
    };

    (void)state;
    EXPECT_SAID(rows);
}

/* What would be ignored silently is said. */
static void a_claim_cannot_say_what_is_not_looked_at(void **state)
{
    static const char *const files[] = {
        TWO "claims: [ { says: a, relation: a is 2x faster than b, elapsed: 2s } ]\n",
        ONE "claims: [ { says: a, output: b, within: 1% } ]\n",
    };
    size_t accepted = 0;

    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct mistake mistake;
        struct scenario *scenario = parse_bytes(files[i], strlen(files[i]), &mistake);

        accepted += scenario != NULL;
        scenario_free(scenario);
    }
    assert_int_equal(accepted, 0);
}

/* A value that is not there has the place of its key, or near it. */
static void a_value_that_is_not_there_has_a_place_too(void **state)
{
    static const char *const files[] = {
        ONE "row:\nmodule: m\n",
        ONE "row:\n",
        ONE "expect: { elapsed: }\n",
        ONE "claims: [ { says: , because: b } ]\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct mistake mistake;

        assert_null(parse_bytes(files[i], strlen(files[i]), &mistake));
        if (strstr(mistake.text, "a.yaml:3:") == NULL)
            fail_msg("of:\n%s\nis said: %s", files[i], mistake.text);
    }
}

static void a_nul_byte_is_refused_with_its_place(void **state)
{
    static const char text[] = "scenario: t\nprogram: p\0q\n";
    struct mistake mistake;

    (void)state;
    assert_null(parse_bytes(text, sizeof text - 1, &mistake));
    assert_string_equal(mistake.text, "scenarios/guide/a.yaml:2:11: a NUL byte; not a text file");
}

static void a_file_is_at_most_a_mebibyte(void **state)
{
    struct mistake mistake;
    char *text = malloc(SOURCE_SIZE_MAX + 1);
    struct scenario *scenario;

    (void)state;
    memset(text, '#', SOURCE_SIZE_MAX + 1);
    memcpy(text, ONE, strlen(ONE));
    assert_null(parse_bytes(text, SOURCE_SIZE_MAX + 1, &mistake));
    assert_string_equal(mistake.text,
                        "scenarios/guide/a.yaml: larger than such a file can be (1 MiB)");
    scenario = parse_bytes(text, SOURCE_SIZE_MAX, &mistake);
    assert_non_null(scenario);
    scenario_free(scenario);
    free(text);
}

static void a_long_text_is_cut_in_what_is_said(void **state)
{
    struct mistake mistake;
    char text[3000] = ONE "expect: { elapsed: ";

    (void)state;
    memset(text + strlen(text), 'x', 2000);
    strcat(text, " }");
    assert_null(parse_bytes(text, strlen(text), &mistake));
    assert_in_range(strlen(mistake.text), 50, 250);
}

/* ---- files ---- */

static void what_cannot_be_read_is_said(void **state)
{
    struct folder folder;
    struct mistake mistake;

    (void)state;
    folder_open(&folder);
    assert_null(scenario_read(folder.path, &mistake));
    assert_non_null(strstr(mistake.text, ": not a regular file"));
    assert_null(scenario_read(folder_path(&folder, "missing.yaml"), &mistake));
    assert_non_null(strstr(mistake.text, "/missing.yaml: No such file or directory"));
    assert_null(scenario_read(folder_write_text(&folder, "a.yaml", ""), &mistake));
    assert_non_null(strstr(mistake.text, "/a.yaml: the file is empty"));
    folder_close(&folder);
}

static void a_path_is_a_folder_and_a_stem(void **state)
{
    static const struct {
        const char *path;
        const char *folder;
        const char *stem;
    } rows[] = {
        {"a.yaml", ".", "a"},  {"./a.yaml", ".", "a"}, {"x/y/a.yaml", "x/y", "a"},
        {"x.y/a", "x.y", "a"}, {"/a.b.yaml", "", "a"},
    };
    struct mistake mistake;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct source source;
        struct scenario *scenario;

        assert_true(source_from_bytes(&source, rows[i].path, ONE, strlen(ONE), &mistake));
        scenario = scenario_parse(&source, &mistake);
        source_free(&source);
        assert_non_null(scenario);
        assert_string_equal(scenario->folder, rows[i].folder);
        assert_string_equal(scenario->stem, rows[i].stem);
        scenario_free(scenario);
    }
}

static const char scripted[] =
    "scenario: t\n"
    "objects: { A: lock, S: semaphore 2 }\n"
    "tasks:\n"
    "  a: [ acquire A, { timeout 2s: [ acquire S ], finally: [ yield ] } ]\n"
    "  b:\n"
    "    - repeat 2: [ spawn a, wait a ]\n";

/* A file cut at every byte, and with every byte replaced, is a file or a mistake. */
static void damage(const char *file, size_t size)
{
    static const char others[] = {'\n', ' ', ':', '-', '[', '{', '}', '"', '\'', '&', '#', '\t', 0};
    struct mistake mistake;
    char text[sizeof full];

    for (size_t cut = 0; cut < size; cut++)
        scenario_free(parse_bytes(file, cut, &mistake));
    for (size_t at = 0; at < size; at++) {
        for (size_t i = 0; i < sizeof others; i++) {
            struct scenario *scenario;

            memcpy(text, file, size);
            text[at] = others[i];
            mistake.text[0] = '\0';
            scenario = parse_bytes(text, size, &mistake);
            if (scenario == NULL && mistake.text[0] == '\0')
                fail_msg("nothing is said of:\n%.*s", (int)size, text);
            scenario_free(scenario);
        }
    }
}

static void no_damaged_file_does_harm(void **state)
{
    (void)state;
    damage(full, sizeof full - 1);
    damage(scripted, sizeof scripted - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_says_what_runs),
        cmocka_unit_test(a_file_says_what_must_hold),
        cmocka_unit_test(a_file_says_what_a_document_claims),
        cmocka_unit_test(what_a_file_leaves_out_has_a_default),
        cmocka_unit_test(a_comparison_has_runs_and_relations_between_them),
        cmocka_unit_test(the_hash_is_of_the_bytes),
        cmocka_unit_test(what_is_not_a_scenario_file_is_refused),
        cmocka_unit_test(what_yaml_has_and_a_scenario_needs_not_is_refused),
        cmocka_unit_test(a_key_that_is_not_known_is_refused_with_one_that_is),
        cmocka_unit_test(a_value_of_the_wrong_kind_is_refused),
        cmocka_unit_test(a_number_or_a_word_that_is_none_is_refused),
        cmocka_unit_test(a_program_must_be_said_once),
        cmocka_unit_test(a_script_is_tasks_of_steps_over_named_objects),
        cmocka_unit_test(a_script_that_is_wrong_is_refused_with_its_place),
        cmocka_unit_test(a_relation_must_be_one_between_two_runs),
        cmocka_unit_test(a_claim_must_have_what_its_verdict_needs),
        cmocka_unit_test(a_claim_cannot_say_what_is_not_looked_at),
        cmocka_unit_test(a_value_that_is_not_there_has_a_place_too),
        cmocka_unit_test(a_nul_byte_is_refused_with_its_place),
        cmocka_unit_test(a_file_is_at_most_a_mebibyte),
        cmocka_unit_test(a_long_text_is_cut_in_what_is_said),
        cmocka_unit_test(what_cannot_be_read_is_said),
        cmocka_unit_test(a_path_is_a_folder_and_a_stem),
        cmocka_unit_test(no_damaged_file_does_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
