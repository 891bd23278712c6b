"""mutate.py: what is broken, what it is called, and what is reported."""

import contextlib
import io
import unittest

from tests import mutate


def function(body, head="static int f(struct list *list)"):
    return f"{head}\n{{\n    {body}\n}}\n"


class Mutants(unittest.TestCase):
    def edits(self, body, **more):
        """Each mutant of a function with this body, as its line after the edit."""
        return [mutant.after for mutant in mutate.mutants_of(function(body, **more), "core/x.c")]

    def test_turns_conditions_round(self):
        self.assertEqual(self.edits("if (x)\n        y(x);"),
                         ["if (!(x))", ";"])
        self.assertEqual(self.edits("while (!done)\n        y(x);"), ["while (!(!done))", ";"])

    def test_says_each_thing_once(self):
        self.assertEqual(self.edits("if (a == b)\n        g();"), ["if (!(a == b))", ";"])
        self.assertEqual(self.edits("count++;"), [";"])

    def test_changes_operators_one_by_one(self):
        self.assertEqual(self.edits("return a < b && c != d;"),
                         ["return a <= b && c != d;", "return a < b || c != d;",
                          "return a < b && c == d;"])
        self.assertEqual(self.edits("return a + b - c;"), ["return a - b - c;", "return a + b + c;"])
        self.assertEqual(self.edits("return -x;"), [])

    def test_leaves_statements_and_jumps_out(self):
        self.assertEqual(self.edits("for (;;)\n        break;"), [";"])
        self.assertEqual(self.edits("for (;;)\n        continue;"), [])
        self.assertEqual(self.edits("list->count = n;\n    *out = n;\n    int x = n;"), [";", ";"])

    def test_turns_queues_round(self):
        self.assertEqual(self.edits("list_push_back(list, x);"),
                         ["list_push_front(list, x);", ";"])
        self.assertEqual(self.edits("return list->next;"), ["return list->prev;"])

    def test_replaces_codes_counts_and_truths(self):
        self.assertEqual(self.edits("return 0;"), ["return RONDO_EMISUSE;"])
        self.assertEqual(self.edits("return 0;", head="size_t f(void)"), ["return 1;"])
        self.assertEqual(self.edits("return RONDO_ENOMEM;"), ["return 0;"])
        self.assertEqual(self.edits("return true;"), ["return false;"])

    def test_leaves_checks_comments_texts_and_sizes_alone(self):
        for body in ("CHECK(a == b && !c);", "/* a && b */", 'const char *x = "a == 1";',
                     "char text[80];", "#define MORE 1", "va_start(args, format);"):
            with self.subTest(body):
                self.assertEqual(self.edits(body), [])

    def test_names_a_mutant_by_its_function_and_its_text(self):
        text = function("x = true;\n    x = true;")
        keys = [mutant.key for mutant in mutate.mutants_of("\n\n" + text, "core/x.c")]
        self.assertIn("core/x.c f: x = true; => x = false;", keys)
        self.assertIn("core/x.c f: x = true; => x = false; #2", keys)

    def test_tells_the_line(self):
        self.assertEqual(mutate.mutants_of("\n" + function("g();"), "core/x.c")[0].line, 4)


class Report(unittest.TestCase):
    def record(self, outcome, after=";", by=""):
        return {"file": "core/x.c", "function": "f", "line": 3, "kind": "statement",
                "before": "g();", "after": after, "outcome": outcome, "by": by}

    def report(self, records, wanted=None, explained=(), whole=True):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            well = mutate.report(records, wanted or len(records), whole,
                                 dict.fromkeys(explained, "why"))
        return well, out.getvalue()

    def test_counts_what_was_compiled(self):
        well, said = self.report([self.record("killed", by="a: does not end")] * 9 +
                                 [self.record("killed", by="a: fails"),
                                  self.record("does not compile")])
        self.assertTrue(well)
        self.assertEqual(said, "11 mutants: 10 killed (9 did not end), 0 survived "
                               "(0 of them explained), 1 did not compile: 100.0 % killed\n")

    def test_wants_nine_of_ten(self):
        few = [self.record("survived", "g(1);")] * 2 + [self.record("killed", by="a: fails")] * 8
        self.assertFalse(self.report(few, explained=["core/x.c f: g(); => g(1);"])[0])

    def test_wants_every_survivor_of_a_whole_run_explained(self):
        records = [self.record("survived", "g(1);")] + [self.record("killed", by="a: fails")] * 20
        well, said = self.report(records)
        self.assertFalse(well)
        self.assertIn("core/x.c:3: statement: survived in f()\n    - g();\n    + g(1);\n", said)
        self.assertTrue(self.report(records, explained=["core/x.c f: g(); => g(1);"])[0])
        well, said = self.report(records, wanted=100)
        self.assertTrue(well)
        self.assertIn("a sample: 21 of 100 mutants\n", said)

    def test_judges_a_sample_by_its_unexplained_survivors(self):
        survivor, killed = self.record("survived", "g(1);"), self.record("killed", by="a: fails")
        self.assertTrue(self.report([survivor] * 19, whole=False)[0])  # too few to say
        self.assertTrue(self.report([survivor] * 2 + [killed] * 18, whole=False)[0])
        self.assertFalse(self.report([survivor] * 3 + [killed] * 18, whole=False)[0])
        self.assertTrue(self.report([survivor] * 3 + [killed] * 18, whole=False,
                                    explained=["core/x.c f: g(); => g(1);"])[0])

    def test_tells_an_explanation_that_is_not_needed(self):
        said = self.report([self.record("killed")], explained=["core/x.c f: g(); => ;"])[1]
        self.assertIn("explained, and yet killed: core/x.c f: g(); => ;\n", said)

    def test_tells_an_explanation_whose_line_is_gone(self):
        source = mutate.Source("core/x.c", [], function("g();"))
        there, gone = "core/x.c f: g(); => ;", "core/x.c f: h(); => ;"
        self.assertEqual(mutate.stale([there, gone, "core/y.c f: g(); => ;"], {"core/x.c": source}),
                         [gone, "core/y.c f: g(); => ;"])

    def test_reads_explanations_by_reason(self):
        text = "# words\n\none reason\n    a b: c => d\n    e\n\nanother\n    f\n"
        self.assertEqual(mutate.read_explained(text),
                         {"a b: c => d": "one reason", "e": "one reason", "f": "another"})


if __name__ == "__main__":
    unittest.main()
