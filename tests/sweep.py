#!/usr/bin/python3
"""Whether every public function that takes memory is tested without it.

What there is: the functions that the headers of core/ declare RONDO_API. Which of them can run out
of memory: those from which a call leads to program memory (base/alloc.h), read from the machine
code, function by function; what is called through a pointer is another function's business. Which
of them were refused: the tests run with a core that was compiled for this, and whenever one of them
refuses a request (tests/lib/memory.h) it writes down who was being called. A function that can be
refused and never was has a path that no test has seen.

usage: python3 -m tests.sweep [--list] [--build FOLDER]
exit:  0, 1 when a function was never refused, 2 for bad usage, 3 when the tests fail
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tests.workshop import ROOT, Source, Workshop, read_sources

DECLARED = re.compile(r"^RONDO_API\b[^;{(]*?\b(rondo_\w+)\s*\(", re.MULTILINE)
TAKES = {"alloc_take", "alloc_zero", "alloc_text", "alloc_resize"}
FUNCTION = re.compile(r"^[0-9a-f]+ <([\w.]+)>:$")
CALL = re.compile(r"\b(?:call|jmp)q? .*<([\w.]+)>")
REFERENCE = re.compile(r"R_X86_64_(?:PLT32|PC32|GOTPCREL\w*|REX_GOTPCRELX)\s+([\w.]+)")

# The code is there, and no call of the function can reach it.
EXCUSED = {
    "rondo_point_at": "it only lets others go on, who then take what they take",
    "rondo_set_result_value": "a result has no message, of which there could be a copy",
    "rondo_timeout_leave": "it translates no code, so no failure is noted",
}

Graph = dict[str, set[str]]


def declared(headers: Iterable[str]) -> list[str]:
    """The public functions of the headers."""
    return sorted({name for text in headers for name in DECLARED.findall(text)})


def calls(disassembly: str, file: str) -> Graph:
    """Who calls whom in one object; what is local to it is called file:name."""
    graph: Graph = {}
    here = ""
    for line in disassembly.splitlines():
        if found := FUNCTION.match(line):
            here = found[1]
            graph[here] = set()
        elif here and (found := CALL.search(line) or REFERENCE.search(line)):
            graph[here].add(found[1].partition("+")[0].removesuffix("@plt"))
    local = {name for name in graph if not name.startswith("rondo_")}

    def full(name: str) -> str:
        return f"{file}:{name}" if name in local else name

    return {full(name): {full(called) for called in called_there}
            for name, called_there in graph.items()}


def joined(graphs: Iterable[tuple[str, Graph]]) -> Graph:
    """One graph; a name of no object's own is that of the object that has it."""
    whole: Graph = defaultdict(set)
    home: dict[str, str] = {}
    for file, graph in graphs:
        for name, called in graph.items():
            whole[name] |= called
            home.setdefault(name.rpartition(":")[2], name)
    return {name: {called if called in whole else home.get(called, called) for called in there}
            for name, there in whole.items()}


def way_to_memory(graph: Mapping[str, set[str]], start: str) -> list[str]:
    """The functions called on a shortest way from `start` to program memory; none if none leads there."""
    before: dict[str, str] = {start: ""}
    row = [start]
    for name in row:
        if name.rpartition(":")[2] in TAKES:
            way = []
            while name:
                way.append(name.rpartition(":")[2])
                name = before[name]
            return way[::-1]
        for called in sorted(graph.get(name, ())):
            if called not in before:
                before[called] = name
                row.append(called)
    return []


def disassemble(source: Source) -> Graph:
    """Who calls whom in the object of a source."""
    text = subprocess.run(["objdump", "-dr", "--no-show-raw-insn", str(source.object)],
                          capture_output=True, text=True, check=True).stdout
    return calls(text, source.name)


def report(functions: Sequence[str], graph: Graph, refused: set[str], full: bool) -> bool:
    """Print who was never refused. Returns: whether nobody."""
    ways = {name: way_to_memory(graph, name) for name in functions}
    can = [name for name in functions if ways[name]]
    unseen = [name for name in can if name not in refused and name not in EXCUSED]
    stale = [name for name in EXCUSED if name in refused or name not in can]
    for name in functions if full else ():
        print(f"{name}: {'refused' if name in refused else 'never refused' if ways[name] else 'takes none'}")
    for name in unseen:
        print(f"{name}() can run out of memory ({' > '.join(ways[name][1:])}), and no test refuses it any: "
              "add it to a sweep, such as tests/core/memory_test.c")
    for name in stale:
        print(f"{name}() is excused in tests/sweep.py, and need not be")
    print(f"{len(functions)} public functions: {len(functions) - len(can)} take no memory; of "
          f"{len(can)} that do {len(refused.intersection(can))} were refused it, "
          f"{len(EXCUSED)} are excused, {len(unseen)} are not tested")
    return not unseen and not stale


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="sweep", description=__doc__.splitlines()[0])
    parser.add_argument("--list", action="store_true", help="print a line a function, too")
    parser.add_argument("--build", type=Path, default=ROOT / "build", metavar="FOLDER")
    try:
        options = parser.parse_args(argv)
    except SystemExit as leave:
        return int(leave.code or 0)
    functions = declared(file.read_text() for file in sorted((ROOT / "core").glob("*.h")))
    with tempfile.TemporaryDirectory(prefix="rondo-sweep-") as folder:
        workshop = Workshop(options.build, Path(folder), read_sources(options.build))
        graph = joined((source.name, disassemble(source)) for source in workshop.sources.values())
        refusals = Path(folder) / "refusals"
        os.environ["RONDO_REFUSALS"] = str(refusals)
        refusals.touch()
        if failing := workshop.measure():
            print(f"sweep: these fail: {', '.join(failing)}", file=sys.stderr)
            return 3
        refused = set(refusals.read_text().split())
    functions = [name for name in functions if name in graph]  # some are the executables' business
    return 0 if report(functions, graph, refused, options.list) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
