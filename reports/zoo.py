"""The zoo's table: schedules to the first find, by program and strategy, beside published figures.

    python3 reports/zoo.py SEARCHES.jsonl...

The searches are what `rondo-zoo --table` writes; `published.csv` here says where its figures come
from. A cell is ours (theirs): a mean over the searches that found the bug, and how many did if not
all; "x" is none. Theirs is the published figure, or else that of the prototype.
"""

import argparse
import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

if not __package__:  # run as a script: its own folder would hide the standard library's trace
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from reports import columns
from reports.columns import Column

PUBLISHED = Path(__file__).with_name("published.csv")
STRATEGIES = ["uniform", "pct3", "pct10", "pos", "urw", "surw", "rff"]  # that others measured
SOURCES = ["published", "prototype"]
FACTOR = 2  # a mean within so much of another is as good


@dataclass(frozen=True)
class Figure:
    """Of `searches`, `found` found the bug, after `mean` schedules on average."""

    mean: float | None
    found: int
    searches: int

    @property
    def always(self) -> bool:
        return self.found == self.searches

    def __str__(self) -> str:
        if self.mean is None:
            return "x"
        return f"{self.mean:.0f}" + ("" if self.always else f" {self.found}/{self.searches}")

    def keeps_up_with(self, other: "Figure") -> bool:
        """What was always found must be, in not much more schedules; the rest at least as often."""
        if other.always:
            return self.always and self.mean <= FACTOR * other.mean
        return self.found * other.searches >= other.found * self.searches


Cell = tuple[str, str]  # program, strategy
Figures = Mapping[Cell, Figure]


def read_searches(paths: Iterable[str]) -> dict[Cell, Figure]:
    """What each cell's searches come to."""
    searches: dict[Cell, list[dict]] = {}
    for path in paths:
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                search = json.loads(line)
                searches.setdefault((search["program"], search["strategy"]), []).append(search)
    return {cell: _figure(each) for cell, each in searches.items()}


def _figure(searches: Sequence[dict]) -> Figure:
    tries = [search["schedules"] for search in searches if search["found"]]
    return Figure(sum(tries) / len(tries) if tries else None, len(tries), len(searches))


def read_published(path: Path) -> dict[str, dict[Cell, Figure]]:
    """The figures of others, by source."""
    figures: dict[str, dict[Cell, Figure]] = {source: {} for source in SOURCES}
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(line for line in file if not line.startswith("#")):
            for source in SOURCES:
                if row[f"{source}_of"] != "":
                    figures[source][row["program"], row["strategy"]] = Figure(
                        float(row[f"{source}_mean"]) if row[f"{source}_mean"] else None,
                        int(row[f"{source}_found"]), int(row[f"{source}_of"]))
    return figures


def as_text(ours: Figures, others: Mapping[str, Figures]) -> str:
    """The table, and below it what it comes to."""
    found = {strategy for _, strategy in ours}
    strategies = [each for each in STRATEGIES if each in found]
    strategies += sorted(found - set(STRATEGIES))
    programs = sorted({program for program, _ in ours}, key=_by_size)
    head = [Column("program")] + [Column(strategy, right=True) for strategy in strategies]
    cells = [[program] + [_cell((program, strategy), ours, others) for strategy in strategies]
             for program in programs]
    widths = columns.widths(head, cells)
    lines = [columns.line(head, widths, [column.head for column in head])]
    lines += [columns.line(head, widths, row) for row in cells]
    lines += [""] + [_always(strategy, ours) for strategy in strategies]
    for source in SOURCES:
        lines += [""] + _compared(source, ours, others[source])
    return "".join(f"{line}\n" for line in lines)


def _by_size(program: str) -> tuple[str, int]:
    name, _, size = program.rpartition("_")
    return (name, int(size)) if size.isdigit() else (program, 0)


def _cell(cell: Cell, ours: Figures, others: Mapping[str, Figures]) -> str:
    if cell not in ours:
        return ""
    theirs = [others[source][cell] for source in SOURCES if cell in others[source]]
    return f"{ours[cell]} ({theirs[0]})" if theirs else str(ours[cell])


def _always(strategy: str, ours: Figures) -> str:
    figures = [figure for (_, each), figure in ours.items() if each == strategy]
    return (f"{strategy}: {sum(figure.always for figure in figures)} of {len(figures)} programs in"
            " every search")


def _compared(source: str, ours: Figures, theirs: Figures) -> list[str]:
    shared = sorted((cell for cell in ours if cell in theirs), key=lambda each: _by_size(each[0]))
    behind = [cell for cell in shared if not ours[cell].keeps_up_with(theirs[cell])]
    lines = [f"{source}: {len(shared) - len(behind)} of {len(shared)} cells keep up (within"
             f" {FACTOR}x where it was always found, else found at least as often)"]
    return lines + [f"  behind: {program} {strategy}: {ours[program, strategy]},"
                    f" {source} {theirs[program, strategy]}" for program, strategy in behind]


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="zoo.py", description="The zoo's table.")
    parser.add_argument("searches", nargs="+", help="what rondo-zoo --table has written")
    try:
        arguments = parser.parse_args(argv)
    except SystemExit as end:  # usage, or --help
        return end.code
    try:
        ours = read_searches(arguments.searches)
    except (OSError, ValueError, KeyError) as error:
        print(f"zoo.py: {error}", file=sys.stderr)
        return 2
    sys.stdout.write(as_text(ours, read_published(PUBLISHED)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
