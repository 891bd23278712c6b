#!/usr/bin/python3
"""Do the tests bite? Break the core in one place at a time, and see who notices.

A mutant is one small edit inside a function of core/: a condition turned round, && for ||, a
statement left out (a wake-up, a push, a flag), a queue turned round, a count off by one, a code or
a truth replaced. What stands in CHECK() is left alone: it is a test itself. Each mutant is compiled
alone, linked into a library of the core that the test programs share, and shown to the judges until
one of them fails: first the tests of the same name, then those that most often caught its
neighbours, all of tests/core (but for the real clock) and tests/base, then the scenarios and the
random programs.

Nobody has to list anything: sources and test programs are those of the build. A survivor is a test
that is missing, or an edit that changes nothing one could see; the latter stand in
equivalent_mutants.txt, each under its reason, with a key made of its function and its text.

usage: python3 -m tests.mutate [FILE...] [--changed [BASE]] [--again FILE] [--sample N] [--seconds S]
                 [--seed S] [--jobs N] [--list] [--results FILE] [--build FOLDER]
exit:  0; 1 when fewer than nine of ten were killed (of a sample: of twenty and more, the explained
       set aside), or, of a whole run, a survivor is not explained or an explanation has lost its
       line; 2 for bad usage; 3 when the tests fail without a mutant
"""

from __future__ import annotations

import argparse
import bisect
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from tests.workshop import ROOT, Judge, Source, Workshop, read_sources

EXPLAINED = ROOT / "tests" / "equivalent_mutants.txt"
LEAST_KILLED = 0.9
FEW = 20  # of a sample, this many say nothing about a share

# ---- reading C ----

TOKEN = re.compile(r"""
    (?P<space>\s+|//[^\n]*|/\*.*?\*/|\#(?:\\\n|[^\n])*)
  | (?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
  | (?P<number>\d[\w.]*)
  | (?P<word>[A-Za-z_]\w*)
  | (?P<mark>->|\+\+|--|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|\.\.\.|.)
""", re.VERBOSE | re.DOTALL | re.MULTILINE)
FUNCTION = re.compile(r"^(?P<head>[A-Za-z_][^;{}#=]*?\b(?P<name>(?!__attribute__)\w+)\([^;{}]*\))\n\{\n(?P<body>.*?)^\}",
                      re.MULTILINE | re.DOTALL)
COMPARISONS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
SWAPS = {"&&": "||", "||": "&&", "+": "-", "+=": "-=", "-=": "+=",
         "true": "false", "false": "true", "next": "prev", "prev": "next",
         "list_push_back": "list_push_front", "list_push_front": "list_push_back"}
KINDS = {"&&": "logic", "||": "logic", "true": "constant", "false": "constant",
         "next": "order", "prev": "order", "list_push_back": "order", "list_push_front": "order"}
KEYWORDS = {"if", "else", "for", "while", "do", "switch", "case", "default", "return", "break",
            "continue", "goto", "sizeof", "static", "const", "struct", "enum", "union"}
GUARDS = {"CHECK", "CHECK_NEVER", "_Static_assert", "va_start", "va_end"}  # checked by themselves, or no statement


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Mutant:
    """One edit: `text[start:end]` of a file becomes `instead`."""

    file: str
    function: str
    line: int
    kind: str
    start: int
    end: int
    instead: str
    before: str  # the lines it touches, blanks collapsed
    after: str

    @property
    def key(self) -> str:
        """What it is called as long as function and text stay what they are."""
        return f"{self.file} {self.function}: {self.before} => {self.after}"


def tokens(text: str, start: int, end: int) -> list[Token]:
    """What counts in text[start:end]."""
    return [Token(found.lastgroup or "", found[0], found.start(), found.end())
            for found in TOKEN.finditer(text, start, end) if found.lastgroup != "space"]


def partner(row: Sequence[Token], at: int) -> int:
    """The index of what closes row[at]."""
    opens, depth = row[at].text, 0
    closes = {"(": ")", "[": "]", "{": "}"}[opens]
    for i in range(at, len(row)):
        depth += (row[i].text == opens) - (row[i].text == closes)
        if depth == 0:
            return i
    return len(row) - 1


def guarded(row: Sequence[Token]) -> set[int]:
    """The indices inside CHECK(...) and its like, and of sizes of arrays."""
    out: set[int] = set()
    for i, token in enumerate(row[:-1]):
        if token.text in GUARDS and row[i + 1].text == "(":
            out.update(range(i, partner(row, i + 1) + 1))
        if token.text == "[":
            out.update(range(i, partner(row, i) + 1))
    return out


Edit = tuple[str, int, int, str]  # kind, start, end, instead


def conditions(row: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """The parentheses of each if and while."""
    for i, token in enumerate(row[:-1]):
        if token.text in ("if", "while") and row[i + 1].text == "(":
            yield i + 1, partner(row, i + 1)


def said_by_negation(row: Sequence[Token]) -> set[int]:
    """Operators whose own mutant would be the negation of a whole condition."""
    out: set[int] = set()
    for first, last in conditions(row):
        inside = range(first + 1, last)
        if any(row[i].text in ("&&", "||") for i in inside):
            continue
        out.update(i for i in inside if row[i].text in ("==", "!="))
        if first + 1 < last and row[first + 1].text == "!":
            out.add(first + 1)
    return out


def condition_edits(row: Sequence[Token], text: str) -> Iterator[Edit]:
    for first, last in conditions(row):
        start, end = row[first].end, row[last].start
        yield "condition", start, end, f"!({text[start:end]})"


def operator_edits(row: Sequence[Token], returns_int: bool) -> Iterator[Edit]:
    """What one token may become."""
    repeated = said_by_negation(row)
    for i, token in enumerate(row):
        before = row[i - 1].text if i else "{"
        binary = i > 0 and (row[i - 1].kind in ("word", "number", "text") or before in (")", "]")) \
            and before not in ("return", "case")
        if i in repeated:
            continue
        if token.text in COMPARISONS:
            yield "comparison", token.start, token.end, COMPARISONS[token.text]
        elif token.text in ("next", "prev") and before not in ("->", "."):
            continue
        elif token.text in SWAPS and (token.text != "+" or binary):
            yield KINDS.get(token.text, "count"), token.start, token.end, SWAPS[token.text]
        elif token.text == "-" and binary:
            yield "count", token.start, token.end, "+"
        elif token.text in ("++", "--") and row[i + 1].text != ";":
            yield "count", token.start, token.end, ""
        elif token.text == "!":
            yield "condition", token.start, token.end, ""
        elif token.kind == "number" and re.fullmatch(r"\d+", token.text):
            is_code = before == "return" and returns_int
            instead = "RONDO_EMISUSE" if is_code and token.text == "0" else \
                "1" if token.text == "0" else "0"
            yield "code" if is_code else "constant", token.start, token.end, instead
        elif re.fullmatch(r"RONDO_E[A-Z]+", token.text):
            yield "code", token.start, token.end, "0"


def statement_edits(row: Sequence[Token]) -> Iterator[Edit]:
    """Each expression statement and jump, left out."""
    closing = {last for _, last in conditions(row)}
    loops = {partner(row, i + 1) for i, token in enumerate(row[:-1])
             if token.text in ("for", "while") or token.text.startswith("list_for_each")}
    closing |= loops
    for i, token in enumerate(row):
        if i and row[i - 1].text not in (";", "{", "}", "else", "do", ":") and i - 1 not in closing:
            continue
        end = next((j for j in range(i, len(row)) if row[j].text in (";", "{", "}")), None)
        if end is None or row[end].text != ";" or end == i:
            continue
        if token.text == "continue" and i - 1 in loops:
            continue  # a loop without a body is one
        second = row[i + 1].text
        jump = token.text in ("break", "continue") or (token.text == "return" and second == ";")
        word = token.kind == "word" and token.text not in KEYWORDS | GUARDS
        plain = word and (second in ("(", "=", "->", ".", "[", "++", "--", "+=", "-=", "|=", "&="))
        if jump or plain or token.text in ("++", "--", "*") or \
                (token.text == "(" and second != "void"):
            yield ("jump" if jump else "statement"), token.start, row[end].start, ""


def line_text(text: str, start: int, end: int, instead: str) -> tuple[str, str]:
    """The lines around text[start:end] before and after the edit, blanks collapsed."""
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    after = text[first:start] + instead + text[end:last]
    return " ".join(text[first:last].split()), " ".join(after.split())


def mutants_of(text: str, name: str) -> list[Mutant]:
    """All mutants of one file, in its order."""
    lines = [found.start() for found in re.finditer(r"^", text, re.MULTILINE)]
    found: dict[tuple[int, int, str], Mutant] = {}
    seen: Counter[str] = Counter()
    for function in FUNCTION.finditer(text):
        row = tokens(text, function.start("body"), function.end("body"))
        skip = guarded(row)
        places = {(row[i].start, row[i].end) for i in skip}
        returns_int = re.match(r"(static |RONDO_\w+ )*int\b", function["head"]) is not None
        edits = [*condition_edits(row, text),
                 *(edit for edit in operator_edits(row, returns_int)
                   if (edit[1], edit[2]) not in places),
                 *statement_edits(row)]
        for kind, start, end, instead in sorted(edits, key=lambda edit: edit[1:3]):
            if (start, end, instead) in found:
                continue
            before, after = line_text(text, start, end, instead)
            label = f"{function['name']}{before}{after}"
            seen[label] += 1
            if seen[label] > 1:  # the same line once more in one function
                after += f" #{seen[label]}"
            found[start, end, instead] = Mutant(name, function["name"],
                                                bisect.bisect_right(lines, start), kind,
                                                start, end, instead, before, after)
    return list(found.values())


# ---- which files, which lines ----

def git(*words: str) -> str:
    """What git says, or nothing."""
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""


def default_base() -> str:
    """What a change is compared with: where this branch left origin/main, or the commit before."""
    base = git("merge-base", "HEAD", "origin/main").strip()
    return base if base and base != git("rev-parse", "HEAD").strip() else "HEAD~1"


def changed_lines(base: str) -> dict[str, set[int]] | None:
    """Lines of core/ that are not as in `base`, by file; None when there is no such commit."""
    lines: dict[str, set[int]] = defaultdict(set)
    name = ""
    if not git("rev-parse", "--verify", f"{base}^{{commit}}"):
        return None
    for line in git("diff", "-U0", base, "--", "core").splitlines():
        if line.startswith("+++ b/"):
            name = line[6:]
        elif found := re.match(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@", line):
            lines[name].update(range(int(found[1]), int(found[1]) + int(found[2] or 1)))
    return lines


def read_explained(text: str) -> dict[str, str]:
    """Keys of mutants that change nothing one could see, each with its reason."""
    reason, keys = "", {}
    for line in text.splitlines():
        if line.startswith("    "):
            keys[line.strip()] = reason
        elif line and not line.startswith("#"):
            reason = line
    return keys


# ---- the trial ----

class Court:
    """Which judge to ask first, as it has turned out."""

    def __init__(self, judges: Sequence[Judge], limits: Mapping[str, float]) -> None:
        self.judges = judges
        self.limits = limits
        self.caught: dict[str, Counter[str]] = defaultdict(Counter)
        self.lock = threading.Lock()

    def order(self, source: Source) -> list[Judge]:
        """Those of the same name, then by what they caught for the time they take. A source that knows no libuv does the
        same on the simulated one, so what is played without is enough."""
        stem = Path(source.name).stem
        with self.lock:
            caught = dict(self.caught[source.name])
        twins = {judge.name.replace("-manual", "-simulated") for judge in self.judges
                 if judge.name.endswith("-manual") and "#include <uv.h>" not in source.text}
        judges = [judge for judge in self.judges if judge.name not in twins]
        own = [judge for judge in judges if re.match(rf"\w+-{stem}_test(-manual)?$", judge.name)]
        others = [judge for judge in judges if judge not in own]
        return own + sorted(others, key=lambda judge: -caught.get(judge.name, 0) / self.limits[judge.name])

    def note(self, file: str, judge: Judge) -> None:
        with self.lock:
            self.caught[file][judge.name] += 1


def try_one(workshop: Workshop, court: Court, mutant: Mutant, folder: Path) -> dict[str, object]:
    """Make the mutant in `folder` and show it round. Returns: the record of it."""
    began = time.monotonic()
    source = workshop.sources[mutant.file]
    file = folder / Path(mutant.file).name
    file.write_text(source.text[:mutant.start] + mutant.instead + source.text[mutant.end:])
    output = folder / "mutant.o"
    outcome, by = "survived", ""
    if not workshop.compile(source, file, output):
        outcome = "does not compile"
    else:
        workshop.link(folder, {mutant.file: output})
        for judge in court.order(source):
            said = workshop.ask(judge, folder, workshop.limits[judge.name])
            if said:
                outcome, by = "killed", f"{judge.name}: {said}"
                court.note(mutant.file, judge)
                break
    file.unlink()
    record = {name: value for name, value in asdict(mutant).items()
              if name not in ("start", "end", "instead")}
    return {**record, "outcome": outcome, "by": by, "seconds": round(time.monotonic() - began, 2)}


def try_all(workshop: Workshop, mutants: Sequence[Mutant], jobs: int, seconds: float,
            keep: Callable[[dict[str, object]], None]) -> list[dict[str, object]]:
    """Try as many as there is time for; each record is handed to `keep` when it is made."""
    court = Court(workshop.judges, workshop.limits)
    ends = time.monotonic() + seconds
    free = [workshop.folder / f"job{i}" for i in range(jobs)]
    records: list[dict[str, object]] = []
    lock = threading.Lock()

    def attempt(mutant: Mutant) -> None:
        if time.monotonic() > ends:
            return
        with lock:
            folder = free.pop()
        record = try_one(workshop, court, mutant, folder)
        with lock:
            free.append(folder)
            records.append(record)
            keep(record)

    for folder in free:
        folder.mkdir()
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(attempt, mutants))
    return records


# ---- the report ----

def stale(explained: Iterable[str], sources: Mapping[str, Source]) -> list[str]:
    """The keys that no mutant has any more: their line is gone, or reads differently."""
    living = {mutant.key for name, source in sources.items() if name.endswith(".c")
              for mutant in mutants_of(source.text, name)}
    return [key for key in explained if key not in living]


def report(records: Sequence[dict[str, object]], wanted: int, whole: bool,
           explained: dict[str, str]) -> bool:
    """Print the figures and who survived, of `wanted` mutants, which are those of `whole` files or
    of changed lines. Returns: whether all is well."""
    outcomes = Counter(str(record["outcome"]) for record in records)
    lasting = Counter(str(record["by"]).rpartition(": ")[2] for record in records)["does not end"]
    survivors = [record for record in records if record["outcome"] == "survived"]
    unexplained = [record for record in survivors if key_of(record) not in explained]
    ran = outcomes["killed"] + outcomes["survived"]
    for record in unexplained:
        print(f"{record['file']}:{record['line']}: {record['kind']}: survived in {record['function']}()")
        print(f"    - {record['before']}\n    + {record['after']}")
    if len(records) < wanted:
        print(f"a sample: {len(records)} of {wanted} mutants")
    share = outcomes["killed"] / ran if ran else 1
    print(f"{len(records)} mutants: {outcomes['killed']} killed ({lasting} did not end), "
          f"{outcomes['survived']} survived ({len(survivors) - len(unexplained)} of them explained), "
          f"{outcomes['does not compile']} did not compile: {100 * share:.1f} % killed")
    killed = {key_of(record) for record in records if record["outcome"] == "killed"}
    for key in explained:
        if key in killed:
            print(f"explained, and yet killed: {key}")
    if whole and len(records) == wanted:
        return share >= LEAST_KILLED and not unexplained
    return ran < FEW or (ran - len(unexplained)) / ran >= LEAST_KILLED


def key_of(record: dict[str, object]) -> str:
    """As Mutant.key."""
    return f"{record['file']} {record['function']}: {record['before']} => {record['after']}"


def by_file(records: Iterable[dict[str, object]]) -> str:
    """A line a file: how many of its mutants were killed."""
    killed, ran = Counter(), Counter()
    for record in records:
        if record["outcome"] != "does not compile":
            ran[record["file"]] += 1
            killed[record["file"]] += record["outcome"] == "killed"
    wide = max((len(str(name)) for name in ran), default=0)
    return "".join(f"{name:{wide}}  {killed[name]:4} of {ran[name]:4} killed\n" for name in sorted(ran))


# ---- the command ----

def arguments(argv: Sequence[str]) -> argparse.Namespace:
    """The command line. Leaves with status 2 if it is wrong."""
    parser = argparse.ArgumentParser(prog="mutate", description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", metavar="FILE", help="only these, such as core/lock.c")
    parser.add_argument("--changed", nargs="?", const="", metavar="BASE",
                        help="only lines that are not as in the commit BASE")
    parser.add_argument("--again", type=Path, metavar="FILE",
                        help="only those that survived, by the results of an earlier run")
    parser.add_argument("--sample", type=int, metavar="N", help="at most N mutants, drawn by the seed")
    parser.add_argument("--seconds", type=float, metavar="S", help="begin none after S seconds")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N")
    parser.add_argument("--list", action="store_true", help="print the mutants, try none")
    parser.add_argument("--results", type=Path, metavar="FILE", help="a JSON line a mutant")
    parser.add_argument("--build", type=Path, default=ROOT / "build", metavar="FOLDER")
    return parser.parse_args(argv)


def select(options: argparse.Namespace, sources: Mapping[str, Source]) -> list[Mutant]:
    """The mutants that were asked for."""
    names = [name for name in sorted(sources) if name.endswith(".c")]
    lines = None
    if options.changed is not None:
        base = options.changed or default_base()
        lines = changed_lines(base)
        if lines is None:
            print(f"no commit {base} to compare with: from all of the core")
        else:
            names = [name for name in names if name in lines]
    if options.files:
        names = [name for name in names if name in options.files]
    mutants = [mutant for name in names for mutant in mutants_of(sources[name].text, name)
               if lines is None or mutant.line in lines[name]]
    if options.again:
        records = [json.loads(line) for line in options.again.read_text().splitlines()]
        survived = {key_of(record) for record in records if record["outcome"] == "survived"}
        mutants = [mutant for mutant in mutants if mutant.key in survived]
    return mutants


def results_file(path: Path | None) -> TextIO:
    """Where the records are kept."""
    if path is None:
        return open(os.devnull, "w", encoding="utf-8")
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("w", encoding="utf-8")


def main(argv: Sequence[str]) -> int:
    try:
        options = arguments(argv)
    except SystemExit as leave:
        return int(leave.code or 0)
    unknown = [name for name in options.files if not (ROOT / name).is_file()]
    if unknown:
        print(f"mutate.py: no file {unknown[0]}", file=sys.stderr)
        return 2
    sources = read_sources(options.build)
    explained = read_explained(EXPLAINED.read_text()) if EXPLAINED.is_file() else {}
    mutants = select(options, sources)
    gone = stale(explained, sources)
    for key in gone:
        print(f"explained, and no longer there: {key}")
    if options.list:
        for mutant in mutants:
            print(f"{mutant.file}:{mutant.line}: {mutant.kind}: {mutant.key.partition(': ')[2]}")
        return 0
    if not mutants:
        print("no mutants: nothing of core/ has changed")
        return 0
    with tempfile.TemporaryDirectory(prefix="rondo-mutate-") as folder:
        workshop = Workshop(options.build, Path(folder), sources)
        if failing := workshop.measure():
            print(f"mutate.py: without a mutant these fail: {', '.join(failing)}", file=sys.stderr)
            return 3
        drawn = mutants
        if options.sample or options.seconds:
            drawn = random.Random(options.seed).sample(mutants, min(len(mutants), options.sample or len(mutants)))
        with results_file(options.results) as file:
            records = try_all(workshop, drawn, options.jobs, options.seconds or float("inf"),
                              lambda record: print(json.dumps(record), file=file, flush=True))
    print(by_file(records), end="")
    whole = options.changed is None and options.again is None
    well = report(records, len(mutants), whole, explained)
    return 0 if well and not (whole and gone) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
