"""The claims report as one page: all in one file, with every scenario's runs side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from pathlib import Path

import jinja2

from reports.claims_table import (MS, WORLD_NAMES, Pair, Row, Totals, document_title, seconds,
                                  status_text, stretch)
from reports.trace import Line, Result, Run

# A page is read by a person: enough of a run's output to judge it, and a limit to comparing two.
LINES_SHOWN_MAX = 200

@dataclass(frozen=True)
class Beside:
    """A line of output with its time on either clock; None where that run has no such line."""

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
    words = [stretch(run.elapsed_ns, run.finding, world)]
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
        status_text=status_text, status=status, run_pairs=run_pairs, ending=ending,
        seconds=seconds,
    )


def _template() -> jinja2.Template:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).resolve().parent / "templates"),
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    ).get_template("claims.html")
