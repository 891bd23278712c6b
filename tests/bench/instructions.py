"""Instructions of five fixed pieces of work, under callgrind, beside those kept in the tree.

Counted, not timed, so they are nearly the same from run to run, whatever else the machine does: a guard that
does not cry wolf. What a program takes to start is subtracted. More than LIMIT above what is kept
is red (exit status 1). Another compiler, libc or libuv makes other instructions: then there is nothing to
compare with, which is said, and is no failure. --keep writes the counts of today.

The file: "# ..." is for the reader, "made by: ..." says what made the counts, each other line is a
count and the name of its workload.
"""

import argparse
import os
import platform
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
KEPT = os.path.join(HERE, "instructions.txt")
LIMIT = 0.03

# Program, row of it, operations. As long as it takes to be most of what is counted.
WORKLOADS = [
    ("rondo-bench", "yield, 1000 tasks", 20000),
    ("rondo-bench", "spawn and join, 1000 at a time", 5000),
    ("rondo-bench", "hand-off through a queue of 1", 5000),
    ("rondo-bench", "lock, 10 tasks contend", 5000),
    ("rondo-bench-sim", "30 steps of 4 tasks", 200),
]

HEAD = """\
# instructions.txt - instructions of rondo-bench's rows, as callgrind counts them. Written by
# `./dev bench --instructions --keep`, compared by `./dev bench --instructions`; a change that raises
# one knowingly keeps the new counts with it.
"""


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True)


def made_by(build):
    """What the counts depend on, besides the source."""
    with open(os.path.join(build, "CMakeCache.txt"), encoding="utf-8") as file:
        cache = file.read()
    compiler = re.search(r"^CMAKE_C_COMPILER:\w+=(.*)$", cache, re.MULTILINE).group(1)
    kind = re.search(r"^CMAKE_BUILD_TYPE:\w+=(.*)$", cache, re.MULTILINE).group(1)
    version = output_of(compiler, "--version").stdout.splitlines()[0]
    libuv = output_of("pkg-config", "--modversion", "libuv").stdout.strip()
    return f"{version}, {kind}; {' '.join(platform.libc_ver())}; libuv {libuv}"


def collected(program, row, count):
    """Instructions of one process, from its first to its last."""
    run = output_of("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program,
                    "--once", row, "--count", str(count))
    return int(re.search(r"Collected : (\d+)", run.stderr).group(1))


def count_all(build):
    counts = {}
    for program, row, count in WORKLOADS:
        path = os.path.join(build, "bin", program)
        counts[row] = collected(path, row, count) - collected(path, row, 0)
    return counts


def read(text):
    """(made by, {row: count})"""
    maker, counts = None, {}
    for line in text.splitlines():
        if line.startswith("made by: "):
            maker = line.removeprefix("made by: ")
        elif line and not line.startswith("#"):
            count, row = line.split(None, 1)
            counts[row] = int(count)
    return maker, counts


def write(maker, counts):
    lines = [f"{count:>12}  {row}\n" for row, count in counts.items()]
    return HEAD + f"made by: {maker}\n" + "".join(lines)


def compare(kept, counts):
    """(lines to print, whether all is well)"""
    lines, well = [], True
    for row, count in counts.items():
        before = kept.get(row)
        if before is None:
            lines.append(f"{row:34}  {count:12}  not kept yet: --keep")
            well = False
            continue
        red = count > before * (1 + LIMIT)
        well = well and not red
        lines.append(f"{row:34}  {count:12}  {before:12}  {count / before:6.3f}" +
                     ("  RED" if red else ""))
    return lines, well


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build", help="the folder of the build to look at")
    parser.add_argument("--keep", action="store_true", help="keep the counts of today")
    options = parser.parse_args()

    maker = made_by(options.build)
    kept_maker, kept = None, {}
    if os.path.exists(KEPT):
        with open(KEPT, encoding="utf-8") as file:
            kept_maker, kept = read(file.read())
    if not options.keep and kept_maker != maker:
        print(f"not compared: the counts kept are of {kept_maker}; this is {maker}")
        return 0
    counts = count_all(options.build)
    lines, well = compare(kept if kept_maker == maker else {}, counts)
    print(f"{'instructions':34}  {'now':>12}  {'kept':>12}  {'ratio':>6}")
    print("\n".join(lines))
    if options.keep:
        with open(KEPT, "w", encoding="utf-8") as file:
            file.write(write(maker, counts))
        return 0
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
