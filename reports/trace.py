"""Reads result files: JSON Lines, an object a scenario and world (sim/scenario/README.md).

Checks what it reads, so that the reports need not: a record is whole and of the right types, or it
is a BadResults with its file and line. Unknown keys are left alone; a list may be null.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

WORLDS = ("sim", "live")
STATUSES = ("ok", "FAIL", "skip")
STREAMS = ("out", "err")
VERDICTS = ("holds", "does not hold", "depends on the schedule", "python only", "not checkable")

NULL = type(None)


class BadResults(Exception):
    """A results file that cannot be used; the text is one line with the place."""


@dataclass(frozen=True)
class Line:
    """A line that a program wrote, or a flushed part of one, in printable form."""

    t_ns: int
    stream: str
    partial: bool
    text: str


@dataclass(frozen=True)
class Run:
    """One program's run; the name is empty where a scenario has only one."""

    name: str
    elapsed_ns: int | None
    exit: int | str | None
    finding: str | None
    outcomes: int | None
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Claim:
    """Something a document says, as one world judged it."""

    says: str
    line: int | None
    measured: str | None
    verdict: str
    computed: bool
    because: str | None


@dataclass(frozen=True)
class Result:
    """A scenario in one world; elapsed_ns, wall_ns and outcomes add up those of its runs."""

    world: str
    path: str
    scenario: str
    row: str | None
    status: str
    reasons: tuple[str, ...]
    elapsed_ns: int | None
    wall_ns: int | None
    hash: str | None
    outcomes: int | None
    finding: str | None
    runs: tuple[Run, ...]
    claims: tuple[Claim, ...]


def read_results(paths: Iterable[str]) -> list[Result]:
    """All records of all files; a later one for the same world and path replaces an earlier one."""
    latest: dict[tuple[str, str], Result] = {}
    for path in paths:
        for number, line in enumerate(_lines(path), start=1):
            if line.strip():
                result = _result(_Place(f"{path}:{number}"), _parsed(path, number, line))
                latest[result.world, result.path] = result
    return list(latest.values())


def _lines(path: str) -> list[bytes]:
    try:
        return Path(path).read_bytes().split(b"\n")
    except OSError as error:
        raise BadResults(f"{path}: {error.strerror}") from error


def _parsed(path: str, number: int, line: bytes) -> object:
    try:
        return json.loads(line.decode("utf-8"))
    except json.JSONDecodeError as error:
        raise BadResults(f"{path}:{number}:{error.colno}: not JSON: {error.msg}") from error
    except UnicodeDecodeError as error:
        raise BadResults(f"{path}:{number}: not UTF-8 at byte {error.start + 1}") from error
    except (ValueError, RecursionError) as error:  # a number of 5000 digits, 10000 brackets
        raise BadResults(f"{path}:{number}: not usable as JSON: {error}") from error


@dataclass(frozen=True)
class _Place:
    """Where in a file a value stands: FILE:LINE, then keys."""

    line: str
    keys: str = ""

    def at(self, key: str | int) -> "_Place":
        step = f"[{key}]" if isinstance(key, int) else f".{key}" if self.keys else key
        return _Place(self.line, self.keys + step)

    def mistake(self, words: str) -> BadResults:
        return BadResults(f"{self.line}: {self.keys or 'record'}: {words}")


_KIND_NAMES = {str: "a text", int: "a whole number", bool: "true or false", list: "a list",
               NULL: "null"}


# What a record need not have if its scenario was skipped: nothing was observed.
_SKIPPED = dict.fromkeys(("elapsed_ns", "wall_ns", "hash", "outcomes", "finding", "runs", "claims"))


def _result(place: _Place, record: object) -> Result:
    _require_object(place, record)
    if record.get("status") == "skip":
        record = {**_SKIPPED, **record}
    return Result(
        world=_one_of(WORLDS, place, record, "world"),
        path=_get(place, record, "path", str),
        scenario=_get(place, record, "scenario", str),
        row=_get(place, record, "row", str, NULL),
        status=_one_of(STATUSES, place, record, "status"),
        reasons=_each(_text, place, record, "reasons"),
        elapsed_ns=_get(place, record, "elapsed_ns", int, NULL),
        wall_ns=_get(place, record, "wall_ns", int, NULL),
        hash=_get(place, record, "hash", str, NULL),
        outcomes=_get(place, record, "outcomes", int, NULL),
        finding=_get(place, record, "finding", str, NULL),
        runs=_each(_run, place, record, "runs"),
        claims=_each(_claim, place, record, "claims"),
    )


def _run(place: _Place, record: object) -> Run:
    _require_object(place, record)
    record = {"outcomes": None, **record}
    return Run(
        name=_get(place, record, "name", str),
        elapsed_ns=_get(place, record, "elapsed_ns", int, NULL),
        exit=_get(place, record, "exit", int, str, NULL),
        finding=_get(place, record, "finding", str, NULL),
        outcomes=_get(place, record, "outcomes", int, NULL),
        lines=_each(_line, place, record, "lines"),
    )


def _line(place: _Place, record: object) -> Line:
    _require_object(place, record)
    record = {"partial": False, **record}
    return Line(
        t_ns=_get(place, record, "t_ns", int),
        stream=_one_of(STREAMS, place, record, "stream"),
        partial=_get(place, record, "partial", bool),
        text=_get(place, record, "text", str),
    )


def _claim(place: _Place, record: object) -> Claim:
    _require_object(place, record)
    return Claim(
        says=_get(place, record, "says", str),
        line=_get(place, record, "line", int, NULL),
        measured=_get(place, record, "measured", str, NULL),
        verdict=_one_of(VERDICTS, place, record, "verdict"),
        computed=_get(place, record, "computed", bool),
        because=_get(place, record, "because", str, NULL),
    )


def _require_object(place: _Place, value: object) -> None:
    if not isinstance(value, dict):
        raise place.mistake("not an object")


def _get(place: _Place, record: dict, key: str, *kinds: type) -> object:
    """The value of `key`, of one of `kinds` exactly: true is not a number."""
    if key not in record:
        raise place.mistake(f"no key '{key}'")
    return _checked(place.at(key), record[key], *kinds)


def _checked(place: _Place, value: object, *kinds: type) -> object:
    if type(value) not in kinds:
        raise place.mistake(f"not {' or '.join(_KIND_NAMES[kind] for kind in kinds)}")
    if isinstance(value, str) and any("\ud800" <= char <= "\udfff" for char in value):
        raise place.mistake("half a character (a lone surrogate)")
    return value


def _one_of(words: tuple[str, ...], place: _Place, record: dict, key: str) -> str:
    word = _get(place, record, key, str)
    if word not in words:
        raise place.at(key).mistake(f"'{ascii(word)[1:-1]}' is none of {', '.join(words)}")
    return word


def _each(read, place: _Place, record: dict, key: str) -> tuple:
    """A list's elements, each read by `read`; null is an empty list."""
    values = _get(place, record, key, list, NULL) or []
    return tuple(read(place.at(key).at(i), value) for i, value in enumerate(values))


def _text(place: _Place, value: object) -> str:
    return _checked(place, value, str)
