"""contracts.py: what is read, what counts as tested, what is refused."""

import contextlib
import io
import tempfile
import textwrap
import unittest
from pathlib import Path

from tests import contracts

BOOK = """\
# a comment
count: 4

First things:
  AB-01:
    says: One may rely on this.
  AB-02:
    says: And on this, which is longer than
      a line.
    with: threads

Second things:
  CDE-01:
    says: Not in C.
    not_applicable: there is none
  CDE-02:
    says: Nor forgotten.
"""


def cmocka(comment, name="it_holds"):
    """A test as the core's are written."""
    return f"/* {comment} */\nstatic void {name}(void **state)\n{{\n}}\n"


class Reading(unittest.TestCase):
    def read(self, text):
        return contracts.read_book(textwrap.dedent(text), "b.yaml")

    def test_takes_sections_ids_and_folded_text(self):
        book = contracts.read_book(BOOK, "b.yaml")
        self.assertEqual((book.count, book.mistakes), (4, ()))
        self.assertEqual(book.contracts, (
            contracts.Contract("AB-01", "First things", "One may rely on this."),
            contracts.Contract("AB-02", "First things",
                               "And on this, which is longer than a line.", device="threads"),
            contracts.Contract("CDE-01", "Second things", "Not in C.", "there is none"),
            contracts.Contract("CDE-02", "Second things", "Nor forgotten.")))

    def test_refuses_what_it_does_not_know(self):
        for line in ("  AB-1:", "    sais: x", "\tAB-01:", "AB-01: x", "      folded", "  - AB-01"):
            with self.subTest(line):
                self.assertEqual(self.read(f"count: 0\nA:\n  AB-01:\n{line}\n").mistakes,
                                 ("b.yaml:4: not of the form that contracts.py reads",))

    def test_refuses_text_that_yaml_reads_otherwise(self):
        for text in ("a: b", "a #b", "a:", "'a'", "[a", "*a", "x\n      b: c"):
            with self.subTest(text):
                book = self.read(f"count: 1\nA:\n  AB-01:\n    says: {text}\n")
                self.assertIn("YAML would read this text otherwise", " ".join(book.mistakes))

    def test_refuses_a_field_and_a_section_given_twice(self):
        text = "count: 1\nA:\n  AB-01:\n    says: a\n    says: b\nA:\n"
        self.assertEqual(self.read(text).mistakes, (
            "b.yaml:5: AB-01 has two fields 'says'", "b.yaml:6: a second section 'A'"))

    def mistakes(self, old, new):
        return contracts.book_mistakes(contracts.read_book(BOOK.replace(old, new), "b.yaml"),
                                       "b.yaml")

    def test_finds_nothing_wrong_with_the_sample(self):
        self.assertEqual(self.mistakes("", ""), [])

    def test_holds_the_ids_against_the_count(self):
        self.assertEqual(self.mistakes("count: 4", "count: 5"),
                         ["b.yaml: 4 ids, but its count says 5"])
        self.assertEqual(self.mistakes("count: 4", ""), ["b.yaml: has no count"])

    def test_tells_of_an_id_that_is_there_twice(self):
        self.assertEqual(self.mistakes("CDE-02", "AB-01"), [
            "b.yaml: AB-01 is there 2 times", "b.yaml: 3 ids, but its count says 4"])

    def test_wants_a_sentence_and_a_device_it_knows(self):
        self.assertEqual(self.mistakes("    says: Not in C.\n", ""),
                         ["b.yaml: CDE-01 says nothing"])
        self.assertIn("AB-02 comes with 'thread', which is none of streams",
                      self.mistakes("threads", "thread")[0])

    def test_has_a_contract_either_later_or_never(self):
        self.assertEqual(
            self.mistakes("there is none", "there is none\n    with: tls"),
            ["b.yaml: CDE-01 is not applicable and yet comes with 'tls'"])


class Claims(unittest.TestCase):
    def claims(self, text, name="t.c"):
        tests = contracts.read_tests(text, name)
        return [(each.id, each.place, each.test) for each in tests.claims], list(tests.mistakes)

    def test_stand_above_a_test(self):
        self.assertEqual(self.claims("\n\n" + cmocka("AB-01: it holds.")),
                         ([("AB-01", "t.c:4", "it_holds")], []))

    def test_may_be_several_over_several_lines(self):
        text = cmocka("AB-01,\n * CDE-02: they hold, and\n * more.\n")
        self.assertEqual(self.claims(text), (
            [("AB-01", "t.c:5", "it_holds"), ("CDE-02", "t.c:5", "it_holds")], []))

    def test_may_be_followed_by_words_before_the_colon(self):
        self.assertEqual(self.claims(cmocka("AB-01 on the real port: it holds."))[0],
                         [("AB-01", "t.c:2", "it_holds")])

    def test_may_begin_a_further_sentence(self):
        said = "AB-01: it holds. AB-02, CDE-02: they\n * hold too. See CDE-03: there"
        self.assertEqual(self.claims(cmocka(said)), (
            [(id, "t.c:3", "it_holds") for id in ("AB-01", "AB-02", "CDE-02")], []))

    def test_are_not_made_by_a_mention(self):
        for text in (cmocka("as asyncio does (AB-01)"), cmocka("See AB-01: there."),
                     "/*\n * t.c - AB-01: all of them\n */\n", "    x = 1; /* AB-01: here */\n",
                     "/* none */\nstatic int x;\n", ""):
            with self.subTest(text):
                self.assertEqual(self.claims(text), ([], []))

    def test_above_no_test_are_a_mistake(self):
        for below in ("\nstatic void it_holds(void **state)\n", "static int role(void *fixture)\n",
                      "static void say(void *arg)\n", ""):
            with self.subTest(below):
                self.assertEqual(self.claims(f"/* AB-01: it holds. */\n{below}"),
                                 ([], ["t.c:1: AB-01 stands above no test"]))

    def test_are_written_in_full(self):
        for head in ("AB-01, -02: x", "AB-01 to 03: x", "AB-01..AB-03: x", "AB-01 and AB-02: x",
                     "AB-01 holds", "AB-013: x"):
            with self.subTest(head):
                self.assertEqual(self.claims(cmocka(head)), (
                    [], [f"t.c:1: write each id in full, then a colon: {head}"]))

    def test_of_python_stand_above_a_method(self):
        text = ("class A:\n    # AB-01: it\n    # holds\n    @skip\n    def test_it(self):\n"
                "    # AB-02: no test\n    def helper(self):\n")
        self.assertEqual(self.claims(text, "t.py"), (
            [("AB-01", "t.py:5", "test_it")], ["t.py:6: AB-02 stands above no test"]))

    def test_of_a_scenario_stand_at_its_margin(self):
        text = "# AB-01: held here\nscenario: two tasks\nexpect:\n  # AB-02: a mention\n"
        self.assertEqual(self.claims(text, "s.yaml"), ([("AB-01", "s.yaml:2", "two tasks")], []))

    def mistakes(self, comment):
        book = contracts.read_book(BOOK, "b.yaml")
        return contracts.test_mistakes(book, contracts.read_tests(cmocka(comment), "t.c"))

    def test_of_unknown_ids_are_mistakes(self):
        self.assertEqual(self.mistakes("AB-01: it holds"), [])
        self.assertEqual(self.mistakes("AB-03: it holds"), ["t.c:1: AB-03 is no contract"])
        self.assertEqual(self.mistakes("XY-01: it holds"), ["t.c:2: XY-01 is no contract"])

    def test_and_mentions_are_both_checked_but_not_other_words(self):
        self.assertEqual(self.mistakes("as asyncio does (AB-09), in UTF-16"),
                         ["t.c:1: AB-09 is no contract"])

    def test_of_what_is_not_applicable_are_mistakes(self):
        self.assertEqual(self.mistakes("CDE-01: it holds"), [
            "t.c:2: CDE-01 is tested, and yet not applicable: there is none"])


class Command(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.write("tests/contracts.yaml", BOOK)
        self.write("tests/core/a_test.c", cmocka("AB-01: it holds."))

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def command(self, *argv):
        """Exit status, standard output, standard error."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = contracts.main(["--root", str(self.root), *argv])
        return status, out.getvalue(), err.getvalue()

    def test_prints_a_row_a_section_and_the_totals(self):
        self.assertEqual(self.command(), (0, (
            "section        ids  covered  n/a  later  open\n"
            "First things     2        1    0      1     0  with threads 1\n"
            "Second things    2        0    1      0     1\n"
            "\n"
            "total            4        1    1      1     1  with threads 1\n"
            "\n"
            "4 contracts: 1 covered (0 in both worlds), 1 not applicable, 1 later, 1 open\n"), ""))

    def test_counts_a_contract_once_and_a_later_one_that_is_tested_as_covered(self):
        self.write("tests/deep/er/b_test.c", cmocka("AB-01, AB-02: it holds.") * 2)
        self.write("scenarios/c.yaml", "# CDE-02: too\nscenario: c\n")
        self.assertIn("4 contracts: 3 covered (1 in both worlds), 1 not applicable, 0 later, 0 open",
                      self.command()[1])

    def test_tells_what_runs_in_both_worlds(self):
        play = cmocka("AB-01: it holds.") + "int main(void)\n{\n    return play_all(tests);\n}\n"
        self.write("tests/core/a_test.c", play)
        self.assertIn("1 covered (1 in both worlds)", self.command()[1])
        self.assertEqual(self.command("--one-world"), (0, "", ""))
        for need in ("needs_exact_clock();", "manual = needs_clock_by_hand(f);"):
            self.write("tests/core/a_test.c", play.replace("{\n}", f"{{\n    {need}\n}}"))
            self.assertIn("1 covered (0 in both worlds)", self.command()[1])
        self.assertEqual(self.command("--one-world")[1], "AB-01    One may rely on this.\n")

    def test_tells_a_scenario_that_is_skipped_live(self):
        for skip in ("live: { skip: why }", "live:\n  output: lines\n  skip: why"):
            self.write("scenarios/c.yaml", f"# CDE-02: too\nscenario: c\n{skip}\n")
            self.assertIn("2 covered (0 in both worlds)", self.command()[1])

    def test_lists_what_is_open(self):
        self.assertEqual(self.command("--open"), (0, "CDE-02   Nor forgotten.\n", ""))

    def test_says_where_one_is_tested(self):
        self.assertEqual(self.command("--of", "AB-01")[1], (
            "AB-01: One may rely on this.\n  covered by\n  tests/core/a_test.c:2  it_holds\n"))
        for id, words in (("AB-02", "later: comes with threads"), ("CDE-02", "open: no test"),
                          ("CDE-01", "not applicable: there is none")):
            self.assertEqual(self.command("--of", id)[1].splitlines()[1:], [f"  {words}"])

    def test_exits_1_for_mistakes_and_prints_the_table_all_the_same(self):
        self.write("tests/core/b_test.c", cmocka("AB-07: it holds."))
        status, out, err = self.command()
        self.assertEqual((status, err), (
            1, "contracts.py: tests/core/b_test.c:1: AB-07 is no contract\n"))
        self.assertIn("4 contracts: 1 covered", out)

    def test_leaves_its_own_examples_out(self):
        self.write("tests/contracts_test.py", "# AB-09: an example\ndef test_it():\n")
        self.assertEqual(self.command()[0], 0)

    def test_exits_2_for_bad_usage(self):
        for argv in (["--closed"], ["more"], ["--of"], ["--of", "AB-99"], ["--open", "--of", "x"],
                     ["--root", "/nowhere"]):
            with self.subTest(argv):
                status, out, err = self.command(*argv)
                self.assertEqual((status, out), (2, ""))
                self.assertIn("contracts.py: ", err)


if __name__ == "__main__":
    unittest.main()
