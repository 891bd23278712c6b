"""Scenario files with hosts on the command line: what is printed, kept, replayed and skipped.

RONDO names the executable under test; tests/CMakeLists.txt sets it.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from tests.cli.test_cli import ROOT, RONDO, rondo

TALK = """\
scenario: two that talk
hosts:
  a: { tasks: { main: [ sleep 10ms, print hello ] } }
  b: { tasks: { main: [ sleep 20ms, print world, fail badly ] } }
  c: { tasks: { main: [ sleep 1s ] }, start: 5ms }
expect: { c: { exit: running }, b: { exit: EUSER0 } }
"""

# Only where `reader` goes on before `writer` has both locks.
LADDER = """\
scenario: a ladder on one of two hosts
hosts:
  fine: { tasks: { main: [ sleep 1ms ] } }
  bad:
    objects: { A: lock, B: lock }
    tasks:
      writer: [ acquire A, yield, acquire B, release B, release A ]
      reader: [ yield, yield, yield, acquire B, yield, acquire A, release A, release B ]
explore: { strategy: uniform, schedules: 500 }
"""


class Hosts(unittest.TestCase):
    """Each file is run where it lies, in a folder of its own."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, content: str) -> str:
        (self.folder / "t.yaml").write_text(content, encoding="utf-8")
        return "t.yaml"

    def rondo(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return rondo(*arguments, cwd=self.folder)

    def test_lines_name_their_host_in_results_too(self) -> None:
        result = self.rondo("run", self.write(TALK), "--results", "r")
        self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)
        run = json.loads((self.folder / "r/results.jsonl").read_text(encoding="utf-8"))["runs"][0]
        self.assertIsNone(run["exit"])
        self.assertEqual(run["hosts"], [{"name": "a", "exit": "0"}, {"name": "b", "exit": "EUSER0"},
                                        {"name": "c", "exit": None}])
        self.assertEqual([(line["host"], line["text"]) for line in run["lines"]],
                         [("a", "hello"), ("b", "world")])

    def test_who_ends_otherwise_than_it_is_to_is_a_finding(self) -> None:
        result = self.rondo("run", self.write(TALK.replace(", b: { exit: EUSER0 }", "")))
        self.assertEqual(result.returncode, 1)
        self.assertIn("      found exit, expected nothing\n"
                      "      b  ended with EUSER0   expected 0\n", result.stdout)

    def test_a_trace_names_the_process(self) -> None:
        result = self.rondo("run", self.write(TALK), "--trace")
        self.assertRegex(result.stdout, r"\n      0\.010 a prints hello\n")
        self.assertRegex(result.stdout, r"\n      0\.005 c/main waits for sleep  t\.yaml:5\n")

    def test_a_finding_of_a_search_is_replayed_and_shrunk(self) -> None:
        found = self.rondo("explore", self.write(LADDER))
        self.assertEqual(found.returncode, 1, found.stdout)
        self.assertRegex(found.stdout, r"bad/writer  waits for lock B since 0\.000s .* held by "
                         r"bad/reader")
        tape = re.search(r"next: rondo shrink (\S+)", found.stdout)
        assert tape is not None
        replayed = self.rondo("replay", tape[1])
        self.assertIn("the same run, event for event", replayed.stdout)
        shrunk = self.rondo("shrink", tape[1])
        self.assertIn("bad/writer", shrunk.stdout)
        small = self.rondo("replay", tape[1].replace(".tape", "-shrunk.tape"))
        self.assertEqual(small.returncode, 1)
        self.assertIn("the same run, event for event", small.stdout)
        head = (self.folder / tape[1]).read_text(encoding="utf-8")
        self.assertRegex(head, r"\nsched\.ready \d+ of \d+  bad/\w+ \(.*\)  before  bad/\w+ \(")

    def test_live_it_is_skipped_with_the_reason(self) -> None:
        live = subprocess.run([f"{RONDO}-live", "run", self.write(TALK)], cwd=self.folder,
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(live.returncode, 0)
        self.assertIn("skip  two that talk  its hosts are simulated\n", live.stdout)


if __name__ == "__main__":
    unittest.main()
