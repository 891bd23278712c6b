"""The claims report: what the documents say, as judged on the virtual clock and on the real one.

    python3 reports/claims.py RESULTS.jsonl... [--text] [--html FILE]

Records to pairs (a scenario in both worlds) to rows to a text or a page; trace.py reads the records.
"""

import argparse
import os
import re
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from pathlib import Path

import jinja2

if not __package__:  # run as a script: its own folder would hide the standard library's trace
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from reports import columns
from reports.trace import VERDICTS, BadResults, Claim, Line, Result, Run, read_results

DOCUMENTS = {
    "000": "Mastering Python asynchronous programming: a comprehensive guide",
    "001": "Asynchronous programming with asyncio: a primer",
    "002": "Notes on the asyncio chapter of Fluent Python",
    "003": "asyncio in layers",
    "004": "A taste of the coroutine library asyncio",
}
OTHER = "Scenarios that replay no document"
WORLD_NAMES = {"sim": "virtual clock", "live": "real clock"}

MS = 1_000_000
# A page is read by a person: enough of a run's output to judge it, and a limit to comparing two.
LINES_SHOWN_MAX = 200


@dataclass(frozen=True)
class Pair:
    """One scenario in the worlds it was run in; at least one is there."""

    virtual: Result | None
    real: Result | None

    @property
    def main(self) -> Result:
        """The world whose verdicts count: a single real run cannot tell what a schedule decides."""
        return self.virtual or self.real


@dataclass(frozen=True)
class Cell:
    """What one clock has to say: `kind` is measured, elapsed (of the whole run), skipped, absent."""

    text: str
    kind: str
    failed: bool

    def __str__(self) -> str:
        return f"FAIL {self.text}" if self.failed else self.text


@dataclass(frozen=True)
class Row:
    """One claim, or a scenario that has none (then `verdict` is None and `says` is its title)."""

    document: str
    row: str
    line: int | None
    says: str
    virtual: Cell
    real: Cell
    verdict: str | None
    computed: bool
    reason: str
    pair: Pair

    @property
    def how(self) -> str:
        if self.verdict is None:
            return "no claim"
        return "computed" if self.computed else "by reading"


@dataclass(frozen=True)
class Totals:
    verdicts: dict[str, int]
    scenarios: dict[str, dict[str, int]]  # by world, by status; worlds that were run


def pairs(results: Sequence[Result]) -> list[Pair]:
    """Each scenario once, in the order of documents, rows and paths; those without a row last."""
    worlds: dict[str, dict[str, Result]] = {}
    for result in results:
        worlds.setdefault(result.path, {})[result.world] = result
    found = [Pair(each.get("sim"), each.get("live")) for each in worlds.values()]
    return sorted(found, key=lambda pair: (pair.main.row is None, _document(pair.main),
                                           _natural(pair.main.row or ""), pair.main.path))


def _document(result: Result) -> str:
    """001 of the row 001-c56; nothing of a scenario that replays no row."""
    return (result.row or "").partition("-")[0]


def _natural(text: str) -> list[tuple[int, int, str]]:
    """A key that sorts 2.4 before 10.1."""
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part)
            for part in re.findall(r"[0-9]+|[^0-9]+", text)]


def rows(scenarios: Sequence[Pair]) -> list[Row]:
    """One row a claim, in the order of the scenario file."""
    return [row for pair in scenarios for row in _rows_of(pair)]


def _rows_of(pair: Pair) -> list[Row]:
    if not pair.main.claims:
        return [_row(pair, None, None)]
    if pair.virtual is None:
        return [_row(pair, None, claim) for claim in pair.real.claims]
    live = {(claim.line, claim.says): claim for claim in (pair.real.claims if pair.real else ())}
    return [_row(pair, claim, live.get((claim.line, claim.says))) for claim in pair.virtual.claims]


def _row(pair: Pair, virtual: Claim | None, real: Claim | None) -> Row:
    claim = virtual or real
    return Row(
        document=_document(pair.main),
        row=pair.main.row or "",
        line=claim.line if claim else None,
        says=claim.says if claim else pair.main.scenario,
        virtual=_cell(pair.virtual, virtual, ""),
        real=_cell(pair.real, real, _contradiction(virtual, real)),
        verdict=claim.verdict if claim else None,
        computed=claim.computed if claim else False,
        reason=(claim.because or "") if claim else "",
        pair=pair,
    )


def _cell(result: Result | None, claim: Claim | None, remark: str) -> Cell:
    if result is None:
        return Cell("-", "absent", False)
    if result.status == "skip":
        return Cell(": ".join(["skipped", *result.reasons[:1]]), "skipped", False)
    failed = result.status == "FAIL"
    if claim is None or claim.measured is None:
        return Cell(_elapsed(result), "elapsed", failed)
    measured = claim.measured if result.world == "sim" else _rounded(claim.measured)
    return Cell(measured + remark, "measured", failed)


def _contradiction(virtual: Claim | None, real: Claim | None) -> str:
    """The real clock's verdict where it is another one, and not merely one run of a tie."""
    both = virtual is not None and real is not None and virtual.computed and real.computed
    if not both or virtual.verdict in (real.verdict, "depends on the schedule"):
        return ""
    return f"; {real.verdict}"


def _elapsed(result: Result) -> str:
    """How long a scenario's runs took, and how they ended if they did not."""
    if not result.runs:
        return _stretch(result.elapsed_ns, result.finding, result.world)
    return " and ".join(_stretch(run.elapsed_ns, run.finding, result.world) for run in result.runs)


def _stretch(elapsed_ns: int | None, finding: str | None, world: str) -> str:
    time = "-" if elapsed_ns is None else seconds(elapsed_ns, exact=world == "sim")
    return f"{finding} at {time}" if finding else time


def seconds(ns: int, exact: bool) -> str:
    """2.000s; on the virtual clock with all nine digits where there are any."""
    if exact and ns % MS:
        return f"{ns // 10**9}.{ns % 10**9:09}s"
    millis = (ns + MS // 2) // MS
    return f"{millis // 1000}.{millis % 1000:03}s"


def _rounded(measured: str) -> str:
    """Times measured on the real clock, to the millisecond: the rest is noise."""
    return re.sub(r"\b([0-9]+)\.([0-9]{9})s\b",
                  lambda time: seconds(int(time[1] + time[2]), exact=False), measured)


def totals(table: Sequence[Row], scenarios: Sequence[Pair]) -> Totals:
    verdicts = Counter(row.verdict for row in table)
    statuses = {world: Counter(result.status for pair in scenarios
                               if (result := _in(pair, world)) is not None)
                for world in WORLD_NAMES}
    return Totals(
        verdicts={verdict: verdicts[verdict] for verdict in VERDICTS},
        scenarios={world: {status: count[status] for status in ("ok", "FAIL", "skip")}
                   for world, count in statuses.items() if count},
    )


def _in(pair: Pair, world: str) -> Result | None:
    return pair.virtual if world == "sim" else pair.real


def failures(scenarios: Sequence[Pair]) -> list[Result]:
    return [result for pair in scenarios for result in (pair.virtual, pair.real)
            if result is not None and result.status == "FAIL"]


def document_title(document: str) -> str:
    if not document:
        return OTHER
    return DOCUMENTS.get(document, f"Document {document}")


# The text.

COLUMNS = [columns.Column("row"), columns.Column("line", right=True),
           columns.Column("the document says"), columns.Column("virtual clock"),
           columns.Column("real clock"), columns.Column("verdict"), columns.Column("how"),
           columns.Column("reason")]
ROW, LINE, SAYS, VIRTUAL, REAL, VERDICT, HOW, REASON = range(8)
# How a narrow terminal is served: long words first, then what the file says anyway.
NARROW = [(REASON, 40), (SAYS, 40), (REASON, 16), (VIRTUAL, 16), (REAL, 9), (HOW, 0), (REASON, 0),
          (SAYS, 20), (VIRTUAL, 8), (VERDICT, 8), (ROW, 8), (SAYS, 8), (REAL, 6)]


def as_text(table: Sequence[Row], counts: Totals, failed: Sequence[Result],
            limit: int | None) -> str:
    """The table, a line a claim; `limit` is the terminal's width, None a file's."""
    cells = [_cells(row) for row in table]
    fitted = columns.widths(COLUMNS, cells)
    if limit is not None:
        fitted = columns.fit(fitted, limit, NARROW)
    lines = [columns.line(COLUMNS, fitted, [column.head for column in COLUMNS])]
    for document, group in groupby(zip(table, cells), key=lambda each: each[0].document):
        lines += ["", _heading(document)]
        lines += [columns.line(COLUMNS, fitted, each) for _, each in group]
    lines += _failure_lines(failed) + [""] + _total_lines(counts)
    return "".join(f"{line}\n" for line in lines)


def _cells(row: Row) -> list[str]:
    cells = [row.row or "-", "-" if row.line is None else str(row.line), row.says,
             str(row.virtual), str(row.real), row.verdict or "-", row.how, row.reason]
    return [columns.plain(cell) for cell in cells]


def _heading(document: str) -> str:
    title = document_title(document)
    return columns.plain(f"{document}: {title}" if document in DOCUMENTS else title)


def _failure_lines(failed: Sequence[Result]) -> list[str]:
    lines = []
    for result in failed:
        lines += ["", f"FAIL  {columns.plain(result.path)}  {WORLD_NAMES[result.world]}"]
        lines += [f"      {columns.plain(reason)}" for reason in result.reasons]
    return lines


def _total_lines(counts: Totals) -> list[str]:
    claims = ", ".join(f"{count} {verdict}" for verdict, count in counts.verdicts.items())
    return [f"claims: {claims}"] + [f"scenarios, {WORLD_NAMES[world]}: {_status_text(count)}"
                                    for world, count in counts.scenarios.items()]


def _status_text(count: dict[str, int]) -> str:
    skipped = f", {count['skip']} skipped" if count["skip"] else ""
    return f"{count['ok']} ok, {count['FAIL']} failed{skipped}"


# The page.

@dataclass(frozen=True)
class Beside:
    """A line of output with its time on either clock; None where that run did not write it there."""

    line: str
    virtual_ns: int | None
    real_ns: int | None


@dataclass(frozen=True)
class RunPair:
    name: str
    virtual: Run | None
    real: Run | None
    lines: list[Beside]
    left_out: int  # lines beyond LINES_SHOWN_MAX


def beside(virtual: Sequence[Line], real: Sequence[Line]) -> list[Beside]:
    """Two outputs as one: lines that both have in this order are one line with two times."""
    ours, theirs = [[marked(line) for line in side] for side in (virtual, real)]
    merged = []
    for tag, i, i_end, j, j_end in SequenceMatcher(None, ours, theirs, False).get_opcodes():
        if tag == "equal":
            merged += [Beside(ours[i + k], virtual[i + k].t_ns, real[j + k].t_ns)
                       for k in range(i_end - i)]
        else:
            merged += [Beside(ours[k], virtual[k].t_ns, None) for k in range(i, i_end)]
            merged += [Beside(theirs[k], None, real[k].t_ns) for k in range(j, j_end)]
    return merged


def marked(line: Line) -> str:
    """A line as scenario files have it: "! " before standard error, "~ " before a part."""
    return ("! " if line.stream == "err" else "") + ("~ " if line.partial else "") + line.text


def run_pairs(pair: Pair) -> list[RunPair]:
    """The runs of a scenario, by name, each in both worlds."""
    sides = [{run.name: run for run in (result.runs if result else ())}
             for result in (pair.virtual, pair.real)]
    return [_run_pair(name, *(side.get(name) for side in sides))
            for name in dict.fromkeys([*sides[0], *sides[1]])]


def _run_pair(name: str, virtual: Run | None, real: Run | None) -> RunPair:
    written = [run.lines if run else () for run in (virtual, real)]
    left_out = max(0, max(len(lines) for lines in written) - LINES_SHOWN_MAX)
    return RunPair(name, virtual, real, beside(*(lines[:LINES_SHOWN_MAX] for lines in written)),
                   left_out)


def ending(run: Run | None, world: str) -> str:
    """How and when a run ended, in words."""
    if run is None:
        return "not run"
    words = [_stretch(run.elapsed_ns, run.finding, world)]
    if run.exit is not None and not run.finding:
        words.append(f"exit {run.exit}")
    if run.outcomes is not None and run.outcomes > 1:
        words.append(f"the first of {run.outcomes} outcomes")
    return ", ".join(words)


def status(result: Result | None) -> str:
    """A scenario in one world, in words."""
    if result is None:
        return "not run"
    words = ["skipped" if result.status == "skip" else result.status]
    if result.finding:
        words.append(f"found {result.finding}")
    if result.world == "sim" and result.wall_ns is not None:
        words.append(f"computed in {result.wall_ns / MS:.1f} ms")
    return ", ".join(words)


def as_html(table: Sequence[Row], counts: Totals, failed: Sequence[Result]) -> str:
    """One page with all it needs in it."""
    return _template().render(
        documents=[(document, document_title(document), list(group))
                   for document, group in groupby(table, key=lambda row: row.document)],
        counts=counts, failed=failed, row_count=len(table), world_names=WORLD_NAMES,
        status_text=_status_text, status=status, run_pairs=run_pairs, ending=ending,
        seconds=seconds,
    )


def _template() -> jinja2.Template:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).resolve().parent / "templates"),
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    ).get_template("claims.html")


# The command.

def main(argv: Sequence[str]) -> int:
    try:
        arguments = _parser().parse_args(argv)
    except SystemExit as end:  # usage, or --help
        return end.code
    try:
        scenarios = pairs(read_results(arguments.results))
        table = rows(scenarios)
        counts, failed = totals(table, scenarios), failures(scenarios)
        if arguments.html is not None:
            _write(arguments.html, as_html(table, counts, failed))
    except BadResults as error:
        return _bad(str(error))
    except OSError as error:
        return _bad(f"{arguments.html}: {error.strerror}")
    if arguments.text or arguments.html is None:
        sys.stdout.write(as_text(table, counts, failed, _terminal_width()))
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="claims.py", description="What the documents say, judged on both clocks.",
        epilog="Exit status: 0, 1 if a scenario failed, 2 for usage or a bad file.")
    parser.add_argument("results", nargs="+", metavar="RESULTS.jsonl")
    parser.add_argument("--text", action="store_true", help="a table (the default)")
    parser.add_argument("--html", metavar="FILE", help="write a page; then the table only by --text")
    return parser


def _bad(words: str) -> int:
    print(f"claims.py: {words}", file=sys.stderr)
    return 2


def _write(path: str, text: str) -> None:
    """Written beside and renamed: a reader sees the old page or the new one."""
    beside_path = f"{path}.new"
    Path(beside_path).write_text(text, encoding="utf-8")
    os.replace(beside_path, path)


def _terminal_width() -> int | None:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # "| head" is no error
    sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(main(sys.argv[1:]))
