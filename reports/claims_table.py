"""Records to rows: each claim with what either clock measured, its verdict and its reason.

Knows nothing of text or pages; claims.py and claims_page.py present the rows.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from reports.trace import VERDICTS, Claim, Result

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


@dataclass(frozen=True)
class Pair:
    """One scenario in the worlds it was run in; at least one is there."""

    virtual: Result | None
    real: Result | None

    @property
    def main(self) -> Result:
        """The world whose verdicts count: one real run cannot tell what a schedule decides."""
        return self.virtual or self.real


@dataclass(frozen=True)
class Cell:
    """What one clock says; `kind` is measured, elapsed (of whole runs), skipped or absent."""

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
        return stretch(result.elapsed_ns, result.finding, result.world)
    return " and ".join(stretch(run.elapsed_ns, run.finding, result.world) for run in result.runs)


def stretch(elapsed_ns: int | None, finding: str | None, world: str) -> str:
    """When a run ended, and with what finding."""
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


def status_text(count: dict[str, int]) -> str:
    """How many scenarios of a world ended how."""
    skipped = f", {count['skip']} skipped" if count["skip"] else ""
    return f"{count['ok']} ok, {count['FAIL']} failed{skipped}"
