#!/usr/bin/python3
"""Which of asyncio's contracts our tests hold: contracts.yaml, joined with the tests themselves.

A test claims a contract where the comment directly above it begins with the id:

    /* LCK-05: cancelling a waiter that has just been woken hands the wake-up to the next. */
    static void a_woken_waiter_that_is_cancelled_passes_the_lock_on(void **state)

Several ids are written out, with commas: `LCK-03, LCK-04: ...`; words without a number may follow
them: `LOOP-15 on the real port: ...`. A further sentence may begin with further ids: `EAG-01: ....
EAG-04: ...`. An id anywhere else in a comment is a mention and claims nothing. In Python the
comment stands above `def test_...`, in a scenario anywhere at the margin. A comment at the margin
that begins with an id and stands above no test is a mistake, lest a claim be overlooked.

A contract is held in both worlds when one of its tests runs in both from one body: a play of
tests/core (its main says play_all) that does not ask for a better clock than the machine's, or a
scenario that is not skipped live.

contracts.yaml is read as the little YAML it is made of: sections, ids, and one-line or folded plain
text, so that no package is needed. The table goes to standard output, mistakes to standard error.

usage: contracts.py [--open | --one-world | --of ID] [--root FOLDER]
exit:  0, 1 with mistakes, 2 for bad usage
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

DEVICES = ("streams", "transports", "tls", "subprocess", "signals", "threads")
KEYS = ("says", "not_applicable", "with")
OWN_FILES = ("contracts.py", "contracts_test.py")  # their ids are examples

ID = r"[A-Z]{2,4}-\d{2}"
HEAD = re.compile(rf"({ID}(?:, {ID})*)(?: [^\d:]*)?:")
FURTHER = re.compile(rf"[.!?] ({ID}(?:, {ID})*):")
MENTION = re.compile(rf"\b({ID})\b")
C_COMMENT = re.compile(r"^/\*.*?\*/", re.MULTILINE | re.DOTALL)
C_END = re.compile(r"^}$", re.MULTILINE)
C_PLAYS = re.compile(r"\bplay_all\(")
C_NEEDS = re.compile(r"\bneeds_(exact_clock|clock_by_hand)\(")
C_TEST = re.compile(r"\n(?:static )?void (\w+)\(void \*\*\w+\)")
PYTHON_COMMENT = re.compile(r"^[ \t]*#.*(?:\n[ \t]*#.*)*", re.MULTILINE)
PYTHON_TEST = re.compile(r"\n(?:[ \t]*@.*\n)*[ \t]*(?:async )?def (test_\w+)\(")
YAML_COMMENT = re.compile(r"^#.*(?:\n#.*)*", re.MULTILINE)
YAML_SKIPPED = re.compile(r"^live:.*\bskip:|^live:\n(?:  .*\n)*?  skip:", re.MULTILINE)
YAML_TITLE = re.compile(r"^scenario: (.*)$", re.MULTILINE)

YAML_COUNT = re.compile(r"count: (\d+)$")
YAML_SECTION = re.compile(r"(\w[^:#]*):$")
YAML_ID = re.compile(rf"  ({ID}):$")
YAML_FIELD = re.compile(r"    (\w+): (\S.*)$")
YAML_FOLDED = re.compile(r"      (\S.*)$")
NOT_PLAIN = re.compile(r"[\[\]{}&*!|>%@`'\"?,#-]|.*(: | #|:$)")


@dataclass(frozen=True)
class Contract:
    """One id of contracts.yaml."""

    id: str
    section: str
    says: str = ""
    not_applicable: str = ""  # why it has no sense in C
    device: str = ""  # what it comes with, if more than the core


@dataclass(frozen=True)
class Claim:
    """One test that says that it holds a contract."""

    id: str
    place: str  # file:line
    test: str
    both: bool = False  # it runs in both worlds


@dataclass(frozen=True)
class Book:
    """contracts.yaml as read, with what was wrong about it."""

    count: int | None
    contracts: tuple[Contract, ...]
    mistakes: tuple[str, ...]


@dataclass(frozen=True)
class Tests:
    """What the tests claim, mention, and get wrong."""

    claims: tuple[Claim, ...] = ()
    mentions: tuple[Claim, ...] = ()
    mistakes: tuple[str, ...] = ()


@dataclass
class Row:
    """One section counted, or all of them."""

    section: str
    ids: int = 0
    covered: int = 0
    both: int = 0  # of those, in both worlds
    not_applicable: int = 0
    later: Counter[str] = field(default_factory=Counter)  # by device
    open: int = 0


# ---- contracts.yaml ----

def read_book(text: str, name: str) -> Book:
    """The contracts in `text`; whatever is not of the form is a mistake, and passed over."""
    count, section, contracts, mistakes = None, "", [], []
    key = None  # the field a folded line belongs to
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            key = None
        elif found := YAML_COUNT.match(line):
            count = int(found[1])
        elif found := YAML_SECTION.match(line):
            section, key = found[1], None
            if any(contract.section == section for contract in contracts):
                mistakes.append(f"{name}:{number}: a second section '{section}'")
        elif section and (found := YAML_ID.match(line)):
            contracts.append(Contract(found[1], section))
            key = None
        elif contracts and (found := YAML_FIELD.match(line)) and found[1] in KEYS:
            key = found[1]
            if text_of(contracts[-1], key):
                mistakes.append(f"{name}:{number}: {contracts[-1].id} has two fields '{key}'")
            if NOT_PLAIN.match(found[2]):
                mistakes.append(f"{name}:{number}: YAML would read this text otherwise")
            contracts[-1] = with_text(contracts[-1], key, found[2])
        elif key and (found := YAML_FOLDED.match(line)):
            if re.search(": | #|:$", found[1]):
                mistakes.append(f"{name}:{number}: YAML would read this text otherwise")
            joined = f"{text_of(contracts[-1], key)} {found[1]}"
            contracts[-1] = with_text(contracts[-1], key, joined)
        else:
            mistakes.append(f"{name}:{number}: not of the form that contracts.py reads")
    return Book(count, tuple(contracts), tuple(mistakes))


def text_of(contract: Contract, key: str) -> str:
    """The field that contracts.yaml calls `key`."""
    return getattr(contract, "device" if key == "with" else key)


def with_text(contract: Contract, key: str, text: str) -> Contract:
    """`contract` with that field."""
    return replace(contract, **{"device" if key == "with" else key: text})


def book_mistakes(book: Book, name: str) -> list[str]:
    """What is wrong with the contracts themselves."""
    mistakes = list(book.mistakes)
    times = Counter(contract.id for contract in book.contracts)
    mistakes += [f"{name}: {id} is there {n} times" for id, n in times.items() if n > 1]
    if book.count is None:
        mistakes.append(f"{name}: has no count")
    elif len(times) != book.count:
        mistakes.append(f"{name}: {len(times)} ids, but its count says {book.count}")
    for contract in book.contracts:
        if not contract.says:
            mistakes.append(f"{name}: {contract.id} says nothing")
        if contract.device and contract.device not in DEVICES:
            mistakes.append(f"{name}: {contract.id} comes with '{contract.device}', "
                            f"which is none of {', '.join(DEVICES)}")
        if contract.device and contract.not_applicable:
            mistakes.append(f"{name}: {contract.id} is not applicable and yet comes with "
                            f"'{contract.device}'")
    return mistakes


# ---- tests ----

def words(comment: str) -> str:
    """The text of a comment in one line, without its marks."""
    lines = (re.sub(r"^\s*(/\*|\*/|\*(?=\s|$)|#)", "", line) for line in comment.splitlines())
    return " ".join(" ".join(lines).removesuffix("*/").split())


def read_tests(text: str, name: str) -> Tests:
    """The claims of one file, by its suffix."""
    suffix = Path(name).suffix
    if suffix == ".c":
        return claims_above(text, name, C_COMMENT, C_TEST)
    if suffix == ".py":
        return claims_above(text, name, PYTHON_COMMENT, PYTHON_TEST)
    return claims_above(text, name, YAML_COMMENT, None)


def claims_above(text: str, name: str, comment: re.Pattern[str],
                 test: re.Pattern[str] | None) -> Tests:
    """Comments of a file that begin with ids, each with the test below it (None: the file)."""
    claims, mistakes = [], []
    for found in comment.finditer(text):
        said = words(found[0])
        if not re.match(ID, said):
            continue
        line = text.count("\n", 0, found.start()) + 1
        head = HEAD.match(said)
        below = test.match(text, found.end()) if test else YAML_TITLE.search(text)
        if not head:
            mistakes.append(f"{name}:{line}: write each id in full, then a colon: {said[:40]}")
        elif not below:
            mistakes.append(f"{name}:{line}: {head[1]} stands above no test")
        else:
            at = text.count("\n", 0, below.start(1)) + 1
            lists = [head[1], *FURTHER.findall(said)]
            both = in_both_worlds(text, below, test)
            claims += [Claim(id, f"{name}:{at}", below[1], both)
                       for id in ", ".join(lists).split(", ")]
    mentions = tuple(
        Claim(found[1], f"{name}:{text.count(chr(10), 0, found.start()) + 1}", "")
        for found in MENTION.finditer(text))
    return Tests(tuple(claims), mentions, tuple(mistakes))


def in_both_worlds(text: str, found: re.Match[str], test: re.Pattern[str] | None) -> bool:
    """Whether the test that begins at `found` (None: the scenario) runs in both."""
    if test is C_TEST:
        end = C_END.search(text, found.end())
        body = text[found.end():end.start() if end else len(text)]
        return bool(C_PLAYS.search(text)) and not C_NEEDS.search(body)
    return test is None and not YAML_SKIPPED.search(text)


def read_all_tests(root: Path) -> Tests:
    """The claims of every test of the tree, file by file."""
    files = [*(root / "tests").rglob("*.c"), *(root / "tests").rglob("*.py"),
             *(root / "scenarios").rglob("*.yaml")]
    each = [read_tests(file.read_text(encoding="utf-8", errors="replace"),
                       str(file.relative_to(root)))
            for file in sorted(files) if file.name not in OWN_FILES]
    return Tests(*(tuple(item for tests in each for item in getattr(tests, part))
                   for part in ("claims", "mentions", "mistakes")))


def test_mistakes(book: Book, tests: Tests) -> list[str]:
    """What the tests say that contracts.yaml does not allow."""
    contracts = {contract.id: contract for contract in book.contracts}
    families = {id.partition("-")[0] for id in contracts}
    # A claim is a mention too, which tells the line; UTF-16 is neither.
    unknown = [found for found in tests.mentions
               if found.id not in contracts and found.id.partition("-")[0] in families]
    unknown += [claim for claim in tests.claims if claim.id.partition("-")[0] not in families]
    refused = [claim for claim in tests.claims
               if claim.id in contracts and contracts[claim.id].not_applicable]
    return [
        *tests.mistakes,
        *(f"{each.place}: {each.id} is no contract" for each in unknown),
        *(f"{each.place}: {each.id} is tested, and yet not applicable: "
          f"{contracts[each.id].not_applicable}" for each in refused),
    ]


# ---- rows and text ----

def state(contract: Contract, covered: set[str]) -> str:
    """One of covered, not_applicable, later, open: the first that holds."""
    if contract.id in covered:
        return "covered"
    if contract.not_applicable:
        return "not_applicable"
    return "later" if contract.device else "open"


def rows(contracts: Iterable[Contract], claims: Iterable[Claim]) -> list[Row]:
    """A row a section, in the order of the file, and last the sum of all."""
    claims = tuple(claims)
    covered = {claim.id for claim in claims}
    both = {claim.id for claim in claims if claim.both}
    total, by_section = Row("total"), {}
    for contract in contracts:
        section = by_section.setdefault(contract.section, Row(contract.section))
        for row in (section, total):
            row.ids += 1
            row.both += contract.id in both
            is_now = state(contract, covered)
            if is_now == "later":
                row.later[contract.device] += 1
            else:
                setattr(row, is_now, getattr(row, is_now) + 1)
    return [*by_section.values(), total]


def as_text(table: Sequence[Row]) -> str:
    """The table: a line a section, then the totals."""
    wide = max(len(row.section) for row in table)
    lines = [f"{'section':{wide}}  ids  covered  n/a  later  open"]
    for row in table:
        if row is table[-1]:
            lines.append("")
        line = (f"{row.section:{wide}}  {row.ids:3}  {row.covered:7}  {row.not_applicable:3}  "
                f"{row.later.total():5}  {row.open:4}")
        lines.append(f"{line}  {with_what(row)}".rstrip())
    total = table[-1]
    lines += ["", f"{total.ids} contracts: {total.covered} covered "
                  f"({total.both} in both worlds), "
                  f"{total.not_applicable} not applicable, "
                  f"{total.later.total()} later, {total.open} open"]
    return "".join(f"{line}\n" for line in lines)


def with_what(row: Row) -> str:
    """What the contracts of a row wait for, such as "with threads 2"."""
    devices = ", ".join(f"{device} {row.later[device]}" for device in DEVICES if row.later[device])
    return f"with {devices}" if devices else ""


def as_open_list(contracts: Iterable[Contract], claims: Iterable[Claim]) -> str:
    """A line for each contract that is open."""
    covered = {claim.id for claim in claims}
    return as_list(contract for contract in contracts if state(contract, covered) == "open")


def as_one_world_list(contracts: Iterable[Contract], claims: Sequence[Claim]) -> str:
    """A line for each contract that is covered, but not in both worlds."""
    once = {claim.id for claim in claims} - {claim.id for claim in claims if claim.both}
    return as_list(contract for contract in contracts if contract.id in once)


def as_list(contracts: Iterable[Contract]) -> str:
    """A line a contract."""
    return "".join(f"{contract.id:7}  {contract.says}\n" for contract in contracts)


def as_places(contract: Contract, claims: Iterable[Claim]) -> str:
    """One contract, and each of its tests."""
    claims = [claim for claim in claims if claim.id == contract.id]
    is_now = {"covered": "covered by", "open": "open: no test",
              "not_applicable": f"not applicable: {contract.not_applicable}",
              "later": f"later: comes with {contract.device}"}
    lines = [f"{contract.id}: {contract.says}",
             f"  {is_now[state(contract, {claim.id for claim in claims})]}"]
    lines += [f"  {claim.place}  {claim.test}" for claim in claims]
    return "".join(f"{line}\n" for line in lines)


# ---- the command ----

def arguments(argv: Sequence[str]) -> argparse.Namespace:
    """The command line. Leaves with status 2 if it is wrong."""
    parser = argparse.ArgumentParser(prog="contracts.py", description=__doc__.splitlines()[0])
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--open", action="store_true", help="list the open contracts")
    what.add_argument("--one-world", action="store_true",
                      help="list those that are covered, but not in both worlds")
    what.add_argument("--of", metavar="ID", help="say where one contract is tested")
    parser.add_argument("--root", metavar="FOLDER", type=Path,
                        default=Path(__file__).resolve().parent.parent, help="the project's folder")
    return parser.parse_args(argv)


def main(argv: Sequence[str]) -> int:
    try:
        options = arguments(argv)
    except SystemExit as leave:
        return int(leave.code or 0)
    source = options.root / "tests" / "contracts.yaml"
    name = "tests/contracts.yaml"
    if not source.is_file():
        print(f"contracts.py: no file {source}", file=sys.stderr)
        return 2
    book = read_book(source.read_text(encoding="utf-8"), name)
    tests = read_all_tests(options.root)
    contracts = {contract.id: contract for contract in book.contracts}
    if options.of and options.of not in contracts:
        print(f"contracts.py: {options.of} is no contract", file=sys.stderr)
        return 2
    if options.of:
        print(as_places(contracts[options.of], tests.claims), end="")
    elif options.open:
        print(as_open_list(contracts.values(), tests.claims), end="")
    elif options.one_world:
        print(as_one_world_list(contracts.values(), tests.claims), end="")
    elif contracts:
        print(as_text(rows(contracts.values(), tests.claims)), end="")
    mistakes = book_mistakes(book, name) + test_mistakes(book, tests)
    for mistake in mistakes:
        print(f"contracts.py: {mistake}", file=sys.stderr)
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
