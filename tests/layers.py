#!/usr/bin/python3
"""The include law and the symbol law of the layers (README.md has the drawing).

Each layer may include headers of the folders named for it, and its objects may leave undefined only
what lower layers define and what its allow-list names. So no clock, no chance, no descriptor and no
thread reaches the core, the world or the simulated libuv from outside.

usage: layers.py BUILD_FOLDER
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

PURE_C = (
    "mem(cpy|move|set|cmp|chr) str(n?len|cmp|ncmp|chr|rchr|str|cspn|spn|dup) v?snprintf sprintf "
    "__stack_chk_fail _GLOBAL_OFFSET_TABLE_ __errno_location __tls_get_addr "
    "__(mem|str|v?sn?)\\w*_chk"
)
MEMORY = "malloc calloc realloc free"
REPORT = "fprintf dprintf fwrite fputs fputc fflush stderr abort exit"


@dataclass(frozen=True)
class Layer:
    """One folder: what it may include, and what its archive may leave to the C library."""

    name: str
    folder: str
    archive: str
    includes: tuple[str, ...]  # "base/" for quotes, "<uv.h>" for brackets
    below: tuple[str, ...]  # archives whose symbols it may use
    symbols: str  # further undefined symbols, regular expressions
    only: dict[str, tuple[str, ...]] = field(default_factory=dict)  # further includes by file


LAYERS = (
    Layer("base", "core/base", "core/libbase.a", ("base/",), (),
          f"{MEMORY} {REPORT} vasprintf mmap mprotect madvise "
          "getcontext makecontext swapcontext "
          # A spent stack is told from the signal that the kernel sends (overflow.c).
          "sigaction sigaltstack signal raise write "
          # What a C++ runtime is catching goes with the fiber, if there is one (fiber.c).
          "__cxa_get_globals"),
    Layer("core", "core", "core/libcore.a", ("base/", "core:"), ("core/libbase.a",),
          # A program's own assertion that fails ends it (property.c); work that nobody simulates
          # is done until the thread has spent what it costs, and told nobody (host.c).
          "uv_\\w+ fprintf stderr abort clock_gettime",
          # The devices: the only files of core that know libuv. error.c takes its list of codes.
          {"loop_uv.h": ("<uv.h>",), "error.c": ("<uv.h>",), "concurrent.c": ("<uv.h>",),
           "executor.c": ("<uv.h>",), "host.c": ("<time.h>",)}),
    Layer("world", "sim/world", "sim/libworld.a", ("base/", "world/"), ("core/libbase.a",),
          # Times of clocks that drift are divided in 128 bits: the compiler's own function.
          "free __u?divti3"),
    Layer("simuv", "sim/uv", "sim/libsimuv.a", ("base/", "world/", "uv/", "<uv.h>"),
          # Texts of addresses, which have nothing to do with a network (inet.c, getaddrinfo.c).
          ("core/libbase.a", "sim/libworld.a"), "fwrite fputs stderr inet_(ntop|pton|aton)"),
    Layer("detect", "sim/detect", "sim/libdetect.a", ("base/", "world/", "detect/"),
          ("core/libbase.a", "sim/libworld.a"),
          "free qsort fprintf fputs fputc fwrite open_memstream fclose"),
    Layer("strategy", "sim/strategy", "sim/libstrategy.a", ("base/", "world/chance.h", "strategy/"),
          ("core/libbase.a", "sim/libworld.a"), "free"),
    # Files are read and written here and in run; what is observed has no say in it.
    Layer("scenario", "sim/scenario", "sim/libscenario.a",
          # Of the world the words only, in which weather is declared: kinds, targets, times.
          ("base/", "scenario/", "world/weather_spec.h", "<libfyaml.h>"), ("core/libbase.a",), ".*"),
    Layer("run", "sim/run", "sim/librun.a",
          ("base/", "world/", "detect/", "scenario/", "strategy/", "run/"),
          ("core/libbase.a", "sim/libworld.a", "sim/libdetect.a", "sim/libscenario.a", "sim/libstrategy.a"),
          "(?!uv_|clock|gettimeofday|time$|rand|random|getrandom|pthread|thrd).*"),
)

SYSTEM_BANNED = re.compile(
    r"<(time|sys/time|threads|pthread|sys/random|sys/socket|sys/epoll|netdb)\.h>")
INCLUDE = re.compile(r'^\s*#\s*include\s+("[^"]+"|<[^>]+>)', re.MULTILINE)


def allowed(layer: Layer, file: Path, include: str) -> bool:
    """Whether `file` of `layer` may have this include, written with its quotes or brackets."""
    granted = layer.includes + layer.only.get(file.name, ())
    if include.startswith("<"):
        if include in granted:
            return True
        return include not in ("<uv.h>", "<libfyaml.h>", "<cmocka.h>") and not (
            layer.name in ("base", "core", "world", "simuv", "detect")
            and SYSTEM_BANNED.match(include))
    path = include.strip('"')
    if "core:" in granted and "/" not in path:
        return (ROOT / "core" / path).exists()
    return any(path.startswith(prefix) for prefix in granted)


def include_mistakes(layer: Layer) -> list[str]:
    """Every include of the layer that the law does not allow."""
    return [
        f"{file.relative_to(ROOT)}: {layer.name} must not include {include}"
        for file in sorted((ROOT / layer.folder).glob("*.[ch]"))
        for include in INCLUDE.findall(file.read_text(encoding="utf-8"))
        if not file.name.startswith("module") and not allowed(layer, file, include)
    ]


def symbols(archive: Path, wanted: str) -> set[str]:
    """Names of an archive's symbols whose type letter is in `wanted`."""
    listing = subprocess.run(["nm", "--format=posix", archive], check=True, capture_output=True,
                             text=True).stdout
    rows = (line.split() for line in listing.splitlines())
    return {row[0] for row in rows if len(row) >= 2 and row[1] in wanted}


def symbol_mistakes(layer: Layer, build: Path) -> list[str]:
    """Every undefined symbol of the layer's objects that nothing allows."""
    law = re.compile(f"({'|'.join((PURE_C + ' ' + layer.symbols).split())})$")
    defined = "TDBRVWGSC"
    own = symbols(build / layer.archive, defined)
    lower = set().union(*(symbols(build / archive, defined) for archive in layer.below), set())
    undefined = symbols(build / layer.archive, "U") - own - lower
    return [f"{layer.name}: its objects use {name}, which is not on its list"
            for name in sorted(undefined) if not law.match(name)]


def cli_is_alone() -> list[str]:
    """Only sim/cli includes both core and sim; fuzz and tests may include what they test."""
    names = {path.name for path in (ROOT / "core").glob("*.h")}
    return [
        f"{file.relative_to(ROOT)}: only sim/cli may include {include} of core"
        for file in sorted((ROOT / "sim").glob("*/*.[ch]"))
        if file.parent.name != "cli"
        for include in INCLUDE.findall(file.read_text(encoding="utf-8"))
        if include.strip('"') in names
    ]


def main(argv: list[str]) -> int:
    if len(argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    build = Path(argv[1])
    mistakes = cli_is_alone()
    for layer in LAYERS:
        mistakes += include_mistakes(layer) + symbol_mistakes(layer, build)
    print("\n".join(mistakes) if mistakes else f"{len(LAYERS)} layers keep the law")
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
