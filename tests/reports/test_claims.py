"""The claims report: what is read, what is said, what is refused. data/ has two worlds by hand."""

import contextlib
import io
import json
import tempfile
import unittest
from html.parser import HTMLParser
from pathlib import Path

from reports import claims, claims_page, claims_table, columns, trace

SAMPLE = str(Path(__file__).parent / "data" / "results.jsonl")
HOSTILE = '<script>alert("x")</script> & "quoted" \'too\''


def record(**changes):
    """A whole record of a scenario that says little."""
    return {
        "world": "sim", "path": "scenarios/a.yaml", "scenario": "a title", "row": "001-1",
        "status": "ok", "reasons": [], "elapsed_ns": 2 * 10**9, "wall_ns": 400_000, "hash": "9f",
        "outcomes": 1, "finding": None, "runs": [run()], "claims": [claim()], **changes,
    }


def run(**changes):
    return {"name": "", "elapsed_ns": 2 * 10**9, "exit": 0, "finding": None, "outcomes": 1,
            "lines": [line(2000, "hello")], **changes}


def line(millis, text, **changes):
    return {"t_ns": millis * 10**6, "stream": "out", "partial": False, "text": text, **changes}


def claim(**changes):
    return {"says": "takes 2 s", "line": 7, "measured": "2.000s", "verdict": "holds",
            "computed": True, "because": None, **changes}


class Reports(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def file(self, *records, name="results.jsonl"):
        """A results file; a record is an object, or a line as it stands."""
        lines = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in records]
        path = self.folder / name
        path.write_bytes(b"".join(each + b"\n" for each in lines))
        return str(path)

    def command(self, *argv):
        """Exit status, standard output, standard error; the folder's name is left out."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = claims.main(argv)
        return status, out.getvalue(), err.getvalue().replace(f"{self.folder}/", "")

    def expect_refused(self, words, *records):
        status, out, err = self.command(self.file(*records))
        self.assertEqual((status, out, err), (2, "", f"claims.py: {words}\n"))

    def expect_text(self, text, *records):
        self.assertEqual(self.command(self.file(*records))[1], text)

    def page(self, *records):
        target = self.folder / "claims.html"
        self.command(self.file(*records), "--html", str(target))
        return target.read_text(encoding="utf-8")


class TheText(Reports):
    def test_shows_every_claim_of_the_sample_by_document(self):
        status, out, err = self.command(SAMPLE)
        self.assertEqual((status, err), (0, ""))
        self.assertEqual(out, (Path(SAMPLE).parent / "claims.txt").read_text(encoding="utf-8"))

    def test_shows_a_scenario_without_claims_and_one_without_a_row(self):
        self.expect_text(
            "row    line  the document says  virtual clock  real clock  verdict  how       reason\n"
            "\n"
            "001: Asynchronous programming with asyncio: a primer\n"
            "001-1     7  takes 2 s          2.000s         -           holds    computed\n"
            "\n"
            "Scenarios that replay no document\n"
            "-         -  no row             2.000s         -           -        no claim\n"
            "\n"
            "claims: 1 holds, 0 does not hold, 0 depends on the schedule, 0 python only, "
            "0 not checkable\n"
            "scenarios, virtual clock: 2 ok, 0 failed\n",
            record(path="b.yaml", scenario="no row", row=None, claims=[]), record())

    def test_says_why_a_scenario_was_skipped_or_failed_and_exits_1(self):
        skipped = {"world": "live", "path": "scenarios/a.yaml", "scenario": "a title",
                   "row": "001-1", "status": "skip", "reasons": ["an hour long"]}
        failed = record(path="b.yaml", row="009-1", status="FAIL",
                        reasons=["elapsed 2.000s, expected 3.000s"], claims=[])
        status, out, _ = self.command(self.file(record(), skipped, failed))
        self.assertEqual(status, 1)
        self.assertEqual(out, (
            "row    line  the document says  virtual clock  real clock             "
            "verdict  how       reason\n"
            "\n"
            "001: Asynchronous programming with asyncio: a primer\n"
            "001-1     7  takes 2 s          2.000s         skipped: an hour long  "
            "holds    computed\n"
            "\n"
            "Document 009\n"
            "009-1     -  a title            FAIL 2.000s    -                      "
            "-        no claim\n"
            "\n"
            "FAIL  b.yaml  virtual clock\n"
            "      elapsed 2.000s, expected 3.000s\n"
            "\n"
            "claims: 1 holds, 0 does not hold, 0 depends on the schedule, 0 python only, "
            "0 not checkable\n"
            "scenarios, virtual clock: 1 ok, 1 failed\n"
            "scenarios, real clock: 0 ok, 0 failed, 1 skipped\n"))

    def test_obeys_nothing_that_a_title_tells_the_terminal(self):
        row = record(claims=[claim(says="red \x1b[31m\nand \u202eback")])
        self.assertIn("  red \\x1b[31m and \\u202eback  ", self.command(self.file(row))[1])


class TheRows(Reports):
    def rows(self, *records):
        results = trace.read_results([self.file(*records)])
        return claims_table.rows(claims_table.pairs(results))

    def test_stand_in_the_order_of_the_document_not_of_the_alphabet(self):
        names = ["001-10.1", "001-c5", "000-7.3-lock", "001-2.4-fixed", "001-2.4"]
        found = self.rows(*(record(path=name, row=name) for name in names))
        self.assertEqual([row.row for row in found],
                         ["000-7.3-lock", "001-2.4", "001-2.4-fixed", "001-10.1", "001-c5"])

    def test_take_the_verdict_of_the_virtual_clock_and_show_where_the_real_one_differs(self):
        late = claim(measured="2.310482117s", verdict="does not hold")
        row, = self.rows(record(world="live", claims=[late]), record())
        self.assertEqual((row.verdict, str(row.virtual), str(row.real)),
                         ("holds", "2.000s", "2.310s; does not hold"))

    def test_do_not_hold_one_real_run_against_a_tie(self):
        tie = claim(verdict="depends on the schedule", measured="2.000s; 1 of 3 outcomes")
        row, = self.rows(record(claims=[tie]), record(world="live", claims=[claim()]))
        self.assertEqual((row.verdict, str(row.real)), ("depends on the schedule", "2.000s"))

    def test_give_the_time_of_the_runs_where_nothing_was_measured(self):
        reading = claim(measured=None, computed=False, because="read it")
        stuck = run(name="b", finding="deadlock", elapsed_ns=1_000_000_001, exit=None)
        row, = self.rows(record(claims=[reading], runs=[run(name="a"), stuck]))
        self.assertEqual((str(row.virtual), row.virtual.kind, row.how),
                         ("2.000s and deadlock at 1.000000001s", "elapsed", "by reading"))

    def test_come_from_the_latest_record_of_a_scenario_in_a_world(self):
        first = self.file(record(), name="first.jsonl")
        second = self.file(record(scenario="newer", claims=[]), name="second.jsonl")
        self.assertEqual([result.scenario for result in trace.read_results([first, second])],
                         ["newer"])


class Refused(Reports):
    def test_is_a_line_that_is_cut_short(self):
        self.expect_refused(
            "results.jsonl:2:10: not JSON: Expecting value", record(), b'{"world":')

    def test_is_a_line_that_is_not_utf_8(self):
        self.expect_refused("results.jsonl:1: not UTF-8 at byte 3", b'{"\xff":1}')

    def test_is_a_record_that_is_no_object(self):
        self.expect_refused("results.jsonl:1: record: not an object", [])

    def test_is_a_missing_key(self):
        short = record()
        del short["claims"]
        self.expect_refused("results.jsonl:1: record: no key 'claims'", short)

    def test_is_a_key_of_another_type_however_deep(self):
        self.expect_refused(
            "results.jsonl:1: runs[0].lines[1].t_ns: not a whole number",
            record(runs=[run(lines=[line(0, "a"), line(0, "b", t_ns=True)])]))

    def test_is_a_verdict_that_nobody_knows(self):
        self.expect_refused(
            "results.jsonl:1: claims[0].verdict: 'may\\nbe' is none of holds, does not hold, "
            "depends on the schedule, python only, not checkable",
            record(claims=[claim(verdict="may\nbe")]))

    def test_is_half_a_character(self):
        self.expect_refused("results.jsonl:1: scenario: half a character (a lone surrogate)",
                            record(scenario="\ud800"))

    def test_is_a_file_that_is_not_there(self):
        missing = str(self.folder / "none.jsonl")
        self.assertEqual(self.command(missing),
                         (2, "", "claims.py: none.jsonl: No such file or directory\n"))

    def test_is_a_page_that_cannot_be_written(self):
        page = str(self.folder / "no" / "claims.html")
        self.assertEqual(self.command(self.file(record()), "--html", page),
                         (2, "", "claims.py: no/claims.html: No such file or directory\n"))

    def test_is_a_command_without_files(self):
        status, out, err = self.command()
        self.assertEqual((status, out), (2, ""))
        self.assertIn("required: RESULTS.jsonl", err)


class Columns(unittest.TestCase):
    def test_count_terminal_cells_not_characters(self):
        self.assertEqual([columns.width(text) for text in ("abc", "操作超时", "e\u0301", "")],
                         [3, 8, 1, 0])

    def test_cut_between_wide_characters_never_through_one(self):
        self.assertEqual([columns.cut("操作超时", limit) for limit in (8, 7, 6, 5, 1)],
                         ["操作超时", "操作超…", "操作…", "操作…", "…"])

    def test_line_up_behind_wide_characters(self):
        heads = [columns.Column("says"), columns.Column("line", right=True), columns.Column("end")]
        rows = [["操作超时", "5", "x"], ["abc", "145", "y"]]
        fitted = columns.widths(heads, rows)
        self.assertEqual([columns.line(heads, fitted, row) for row in rows],
                         ["操作超时     5  x", "abc        145  y"])

    def test_narrow_as_far_as_a_terminal_asks_and_no_further(self):
        steps = [(2, 40), (1, 20), (2, 0)]
        self.assertEqual([columns.fit([8, 60, 90], limit, steps) for limit in (200, 150, 80, 40)],
                         [[8, 60, 90], [8, 60, 78], [8, 28, 40], [8, 20, 0]])

    def test_keep_every_line_of_the_report_within_the_terminal(self):
        scenarios = claims_table.pairs(trace.read_results([SAMPLE]))
        table = claims_table.rows(scenarios)
        for limit in (200, 120, 100, 80):
            text = claims.as_text(table, claims_table.totals(table, scenarios), [], limit)
            rows = [each for each in text.splitlines() if each[:2] == "00" and each[3] == "-"]
            self.assertEqual(len(rows), 9)
            self.assertLessEqual(max(map(columns.width, rows)), limit)


class TwoOutputs(unittest.TestCase):
    def beside(self, virtual, real):
        sides = [[trace.Line(at, "out", False, text) for at, text in side]
                 for side in (virtual, real)]
        return [(each.virtual_ns, each.real_ns, each.line) for each in claims_page.beside(*sides)]

    def test_become_one_where_they_agree(self):
        self.assertEqual(self.beside([(0, "a"), (5, "b")], [(1, "a"), (6, "b")]),
                         [(0, 1, "a"), (5, 6, "b")])

    def test_show_a_line_twice_where_its_place_differs(self):
        virtual, real = [(0, "a"), (5, "b"), (5, "c")], [(1, "a"), (6, "c"), (7, "b")]
        self.assertEqual(self.beside(virtual, real),
                         [(0, 1, "a"), (None, 6, "c"), (5, 7, "b"), (5, None, "c")])

    def test_stand_alone_where_only_one_world_ran(self):
        self.assertEqual(self.beside([], [(1, "a")]), [(None, 1, "a")])


class Tree(HTMLParser):
    """What a browser would make of the page, as far as the tests ask."""

    VOID = {"meta", "col", "input", "br"}

    def __init__(self, page):
        super().__init__()
        self.open, self.tags, self.says, self.addresses = [], [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href")]
        if tag not in self.VOID:
            self.open.append((tag, dict(attrs).get("class")))

    def handle_endtag(self, tag):
        expected, _ = self.open.pop()
        assert tag == expected, f"</{tag}> closes <{expected}> at {self.getpos()}"

    def handle_data(self, data):
        if self.open and self.open[-1] == ("td", "says"):
            self.says.append(data)


class ThePage(Reports):
    def test_is_well_formed_and_fetches_nothing(self):
        self.command(SAMPLE, "--html", str(self.folder / "claims.html"))
        page = (self.folder / "claims.html").read_text(encoding="utf-8")
        tree = Tree(page)
        self.assertEqual((tree.open, tree.addresses), ([], []))
        self.assertEqual(tree.tags.count("tr"), 2 * 9 + 3 + sum(
            1 + len(each.lines) for row in self.sample_rows()
            for each in claims_page.run_pairs(row.pair)))
        for word in ("http://", "https://", "url(", "@import"):
            self.assertNotIn(word, page)

    def sample_rows(self):
        return claims_table.rows(claims_table.pairs(trace.read_results([SAMPLE])))

    def test_shows_each_claim_in_its_words(self):
        self.command(SAMPLE, "--html", str(self.folder / "claims.html"))
        tree = Tree((self.folder / "claims.html").read_text(encoding="utf-8"))
        self.assertEqual(tree.says, [row.says for row in self.sample_rows()])

    def test_takes_hostile_words_for_words(self):
        hostile = record(
            path=HOSTILE, scenario=HOSTILE, row=f"001-{HOSTILE}", status="FAIL", reasons=[HOSTILE],
            runs=[run(name=HOSTILE, finding=HOSTILE, exit=HOSTILE, lines=[line(0, HOSTILE)])],
            claims=[claim(says=HOSTILE, measured=HOSTILE, because=HOSTILE)])
        page, calm = self.page(hostile), self.page(record(runs=[run(name="a")], status="FAIL",
                                                          reasons=["b"]))
        self.assertEqual(Tree(page).tags, Tree(calm).tags)
        self.assertEqual(Tree(page).says, [HOSTILE])
        self.assertNotIn("<script>alert", page)

    def test_of_an_unknown_document_is_as_safe(self):
        page = self.page(record(row=f"{HOSTILE}-1"))
        self.assertEqual(Tree(page).tags, Tree(self.page(record())).tags)

    def test_says_verdicts_in_words_and_marks_them_for_the_filter(self):
        page = self.page(record(claims=[claim(verdict="python only", computed=False)]))
        self.assertIn('<tr class="claim" data-verdict="python only">', page)
        self.assertIn('<b class="python-only">python only</b> <span class="soft">by reading</span>',
                      page)

    def test_shows_the_runs_of_both_worlds_side_by_side(self):
        real = run(elapsed_ns=2_003_499_999, lines=[line(2003, "hello")])
        page = self.page(record(), record(world="live", runs=[real]))
        self.assertIn('<tr><td class="time">2.000s</td><td class="time">2.003s</td>'
                      '<td>hello</td></tr>', page)
        self.assertIn('ended: virtual 2.000s, exit 0; real 2.003s, exit 0', page)

    def test_marks_standard_error_and_parts_of_lines_and_leaves_out_what_nobody_reads(self):
        lines = [line(0, "oh", stream="err", partial=True)] + [line(1, "x")] * 299
        page = self.page(record(runs=[run(lines=lines)]))
        self.assertIn("<td>! ~ oh</td>", page)
        self.assertEqual(page.count("<td>x</td>"), 199)
        self.assertIn("and 100 lines more", page)

    def test_comes_alone_unless_the_table_is_asked_for(self):
        page = str(self.folder / "claims.html")
        self.assertEqual(self.command(SAMPLE, "--html", page), (0, "", ""))
        self.assertIn("claims: 6 holds", self.command(SAMPLE, "--text", "--html", page)[1])
        self.assertEqual(sorted(each.name for each in self.folder.iterdir()), ["claims.html"])


if __name__ == "__main__":
    unittest.main()
