"""The claims report: what the documents say, as judged on the virtual clock and on the real one.

    python3 reports/claims.py RESULTS.jsonl... [--text] [--html FILE]

Here are the command and the text; trace.py reads, claims_table.py makes the rows,
claims_page.py makes the page.
"""

import argparse
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

if not __package__:  # run as a script: its own folder would hide the standard library's trace
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from reports import columns
from reports.claims_page import as_html
from reports.claims_table import (DOCUMENTS, WORLD_NAMES, Row, Totals, document_title, failures,
                                  pairs, rows, status_text, totals)
from reports.columns import Column
from reports.trace import BadResults, Result, read_results

COLUMNS = [Column("row"), Column("line", right=True), Column("the document says"),
           Column("virtual clock"), Column("real clock"), Column("verdict"), Column("how"),
           Column("reason")]
ROW, LINE, SAYS, VIRTUAL, REAL, VERDICT, HOW, REASON = range(8)
# How a narrow terminal is served: long words first, then what the file says anyway.
NARROW = [(REASON, 40), (SAYS, 40), (REASON, 16), (VIRTUAL, 18), (REAL, 10), (HOW, 0), (REASON, 0),
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
    return [f"claims: {claims}"] + [f"scenarios, {WORLD_NAMES[world]}: {status_text(count)}"
                                    for world, count in counts.scenarios.items()]


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
    parser.add_argument("--html", metavar="FILE", help="a page; then no table without --text")
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
