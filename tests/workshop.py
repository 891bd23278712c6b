"""The core as a library that is made anew in no time, and the test programs linked against it once.

For what asks the tests about another core than the one that was built: a mutant (mutate.py), or one
that tells which functions met a refusal (sweep.py). Which sources there are, how they are compiled,
and how the programs are linked is read from the build, so nothing has to be listed here.
"""

from __future__ import annotations

import json
import os
import re
import resource
import shlex
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RANDOM = "tests/bin/random-random_test"


@dataclass(frozen=True)
class Judge:
    name: str
    command: tuple[str, ...]
    place: Path = ROOT  # where it is asked


@dataclass
class Source:
    """A file of core/, and how it is compiled."""

    name: str
    command: list[str]
    text: str  # as it was when all began
    object: Path = field(default_factory=Path)


def read_sources(build: Path) -> dict[str, Source]:
    """The sources of core and base, as the build compiles them."""
    sources = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        command = shlex.split(entry["command"])
        output = command[command.index("-o") + 1]
        if output.startswith(("core/CMakeFiles/core.dir/", "core/CMakeFiles/base.dir/")):
            file = Path(entry["file"])
            name = str(file.relative_to(ROOT))
            sources[name] = Source(name, command[:command.index("-o")], file.read_text())
    return sources


class Workshop:
    """Everything that is made once."""

    def __init__(self, build: Path, folder: Path, sources: dict[str, Source]) -> None:
        self.build, self.folder, self.sources = build, folder, sources
        self.limits: dict[str, float] = {}
        for source in self.sources.values():
            source.object = folder / (source.name.replace("/", "-") + ".o")
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(lambda source: self.compile(source, ROOT / source.name, source.object),
                          self.sources.values()))
        self.link(folder, {})
        self.judges = self.link_judges()

    def compile(self, source: Source, file: Path, output: Path) -> bool:
        """Quickly, without warnings, and so that a library can show everything."""
        drop = ("-O", "-g", "-Werror", "-fvisibility", "-ffile-prefix-map")
        command = [word for word in source.command if not word.startswith(drop)]
        command += ["-O0", "-w", f"-ffile-prefix-map={ROOT}/=", f"-ffile-prefix-map={file.parent}/=core/",
                    "-o", str(output), "-c", str(file)]
        return subprocess.run(command, cwd=self.build, capture_output=True, check=False).returncode == 0

    def link(self, folder: Path, instead: dict[str, Path]) -> None:
        """The library of the core in `folder`, with other objects for some."""
        objects = [str(instead.get(name, source.object)) for name, source in self.sources.items()]
        subprocess.run(["gcc", "-shared", "-Wl,-soname,libcore.so",
                        "-o", str(folder / "libcore.so"), *objects], check=True)

    def link_judges(self) -> list[Judge]:
        """The programs of the build that judge, against the library."""
        said = subprocess.run(["ninja", "-C", str(self.build), "-t", "targets", "all"],
                              capture_output=True, text=True, check=True).stdout
        names = sorted(name for name in re.findall(r"^(tests/bin/(?:core|base)-\w+(?:-\w+)*):", said, re.M)
                       if not name.endswith("-real"))
        for name in (*names, "bin/rondo", RANDOM):
            said = subprocess.run(["ninja", "-C", str(self.build), "-t", "commands", "-s", name],
                                  capture_output=True, text=True, check=True).stdout
            last = said.strip().splitlines()[-1].removeprefix(": && ").removesuffix(" && :")
            words = [str(self.folder / "libcore.so") if word == "core/libcore.a" else word
                     for word in shlex.split(last) if word != "core/libbase.a"]
            words[words.index("-o") + 1] = str(self.folder / Path(name).name)
            subprocess.run([*words, "-Wl,--unresolved-symbols=ignore-in-shared-libs"],
                           cwd=self.build, check=True)
        judges = [Judge(Path(name).name, (str(self.folder / Path(name).name),)) for name in names]
        # The tests of one stem come first on the clock that needs nothing, then simulated.
        judges.sort(key=lambda judge: judge.name.endswith("-simulated"))
        rondo = (str(self.folder / "rondo"), "run", "--modules", str(self.build / "modules"),
                 "scenarios", "demo/kitchen.yaml", "tests/scripts")
        # What it finds it keeps in out/random, which is no place for the finds of a mutant.
        random = (str(self.folder / Path(RANDOM).name),)
        return [*judges, Judge("scenarios", rondo), Judge("random", random, self.folder)]

    def ask(self, judge: Judge, folder: Path, patience: float) -> str:
        """What `judge` says of the library in `folder`: nothing, or how it failed."""
        environment = {**os.environ, "LD_LIBRARY_PATH": str(folder), "CMOCKA_MESSAGE_OUTPUT": "stdout"}
        process = subprocess.Popen(judge.command, cwd=judge.place, env=environment, start_new_session=True,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   preexec_fn=lambda: limit(patience))
        try:
            status = process.wait(timeout=4 * patience + 5)
        except subprocess.TimeoutExpired:
            status = -signal.SIGXCPU
        try:
            os.killpg(process.pid, signal.SIGKILL)  # and whatever it has started
        except ProcessLookupError:
            pass
        process.wait()
        if status in (-signal.SIGXCPU, -signal.SIGKILL):
            return "does not end"
        return "" if status == 0 else "fails" if status > 0 else f"signal {-status}"

    def measure(self) -> list[str]:
        """Ask every judge about the core as it is. Returns: who fails."""
        failing = []
        for judge in self.judges:
            before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
            if self.ask(judge, self.folder, 60):
                failing.append(judge.name)
            spent = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
            self.limits[judge.name] = 1 + 3 * spent
        return failing


def limit(cpu_seconds: float) -> None:
    """In a child: what goes round and round, or eats memory, ends."""
    seconds = int(cpu_seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (4 << 30, 4 << 30))
