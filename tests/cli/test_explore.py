"""`rondo explore` as a newcomer meets it: what is found, how often, in which share of the schedules.

RONDO names the executable under test; tests/CMakeLists.txt sets it.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
RONDO = os.environ.get("RONDO", str(ROOT / "build/bin/rondo"))
DATA = os.environ.get("RONDO_TEST_MODULES", str(ROOT / "build/tests/modules"))

LADDER = """\
scenario: two ladders
objects: { A: lock, B: lock }
tasks:
  up: [ acquire A, sleep 0s, acquire B, release B, release A ]
  down: [ sleep 0s, sleep 0s, sleep 0s, acquire B, sleep 0s, acquire A, release A, release B ]
"""
COUNTS = re.compile(r"^ +(\d+) of (\d+)  (.+), first in schedule (\d+)$", re.MULTILINE)


class Explore(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.scenario = self.folder / "ladder.yaml"
        self.scenario.write_text(LADDER, encoding="utf-8")

    def explore(self, *options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([RONDO, "explore", "--out", str(self.folder), *options, str(self.scenario)],
                              cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)

    def counts(self, *options: str) -> dict[str, tuple[int, int]]:
        """How often each outcome was met, and the schedule that met it first."""
        said = self.explore("--collect", *options).stdout
        return {end: (int(count), int(first)) for count, _, first, end in
                ((row[0], row[1], row[3], row[2]) for row in COUNTS.findall(said))}

    def run_session(self, *options: str) -> subprocess.CompletedProcess[str]:
        scenario = "scenarios/negative/session_given_back_by_the_last_close.yaml"
        return subprocess.run([RONDO, *options, "--out", str(self.folder), scenario],
                              cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    def test_what_leans_on_an_accident_of_libuv_fails_in_adversarial_orders_alone(self) -> None:
        said = self.run_session("run", "--show")
        self.assertEqual((said.returncode, said.stderr), (0, ""))
        self.assertIn("production order except one step: timer 1 runs before async 2 at 1.000s", said.stdout)
        said = self.run_session("run", "--orders", "faithful")
        self.assertEqual(said.returncode, 1)
        self.assertIn("by_the_last: found nothing, expected always", said.stdout)
        said = self.run_session("explore", "--strategy", "dfs", "--orders=faithful")
        self.assertEqual(said.stdout.count("explored all orders: there is one outcome"), 2)
        said = self.run_session("explore", "--orders", "both")
        self.assertEqual((said.returncode, said.stdout), (2, ""))
        self.assertIn("not a value for --orders", said.stderr)

    def test_the_first_finding_ends_the_search_and_its_tape_replays_it(self) -> None:
        result = self.explore("--schedules", "1000")
        self.assertEqual((result.returncode, result.stderr), (1, ""))
        self.assertIn("deadlock at 0.000s", result.stdout)
        self.assertRegex(result.stdout, r"up +waits for lock B since 0\.000s .*held by down")
        tape = re.search(r"next: rondo shrink (\S+\.tape)", result.stdout)
        assert tape is not None
        again = subprocess.run([RONDO, "replay", tape[1]], cwd=ROOT, capture_output=True, text=True,
                               timeout=60, check=False)
        self.assertEqual(again.returncode, 1)
        self.assertIn("the same run, event for event", again.stdout)

    def test_outcomes_are_counted_and_seeds_decide(self) -> None:
        one, same, other = (self.counts("--schedules", "500", "--seed", seed) for seed in "778")
        self.assertEqual(sum(count for count, _ in one.values()), 500)
        self.assertEqual(len(one), 2)
        self.assertEqual(one, same)
        self.assertNotEqual(one, other)

    def test_shards_and_jobs_try_the_same_schedules_as_one_alone(self) -> None:
        for strategy in ("uniform", "surw"):
            search = ("--strategy", strategy, "--schedules", "300")
            whole = self.counts(*search)
            parts = [self.counts(*search, "--shard", f"{i}/3") for i in (1, 2, 3)]
            self.assertEqual(whole, self.counts(*search, "--jobs", "2"))
            self.assertEqual({end: count for end, (count, _) in whole.items()},
                             {end: sum(part.get(end, (0, 0))[0] for part in parts) for end in whole})

    def test_what_learns_tries_as_many_schedules_in_shards_and_jobs(self) -> None:
        whole = self.counts("--schedules", "300", "--jobs", "2", "--shard", "2/3")
        self.assertEqual(sum(count for count, _ in whole.values()), 100)
        self.assertEqual(whole, self.counts("--schedules", "300", "--jobs", "2", "--shard", "2/3"))

    def test_every_order_can_be_tried_and_that_is_said(self) -> None:
        result = self.explore("--collect", "--strategy", "dfs", "--schedules", "100000")
        self.assertRegex(result.stdout, r"explored all \d+ outcomes")
        alone = self.explore("--strategy", "dfs", "--jobs", "2")
        self.assertEqual((alone.returncode, alone.stdout), (2, ""))
        self.assertIn("cannot be shared out", alone.stderr)

    def test_searches_that_come_to_an_end_agree(self) -> None:
        printers = self.folder / "printers.yaml"
        printers.write_text("scenario: printers\nobjects: { A: lock, go: event, jobs: queue }\ntasks:\n"
                            "  a: [ acquire A, print a, set go, release A ]\n"
                            "  b: [ acquire A, put jobs 1, release A ]\n"
                            "  c: [ wait go, get jobs, print c ]\n", encoding="utf-8")
        zoo = ROOT / "scenarios/known-bugs"
        for path in (self.scenario, printers, zoo / "deadlock01.yaml", zoo / "staggered_race_leaks_a_task.yaml"):
            self.scenario = path
            whole = [self.explore("--collect", "--schedules", "100000", "--strategy", strategy).stdout
                     for strategy in ("dfs", "delay", "dpor")]
            ends = [sorted(row[2] for row in COUNTS.findall(said)) for said in whole]
            self.assertNotEqual(ends[0], [])
            self.assertEqual(ends[0], ends[1], path)
            self.assertEqual(ends[0], ends[2], path)
            for said in whole:
                self.assertIn("explored", said.splitlines()[-1])

    def test_a_finding_that_is_expected_is_no_failure_and_one_that_is_missing_is(self) -> None:
        self.scenario.write_text(LADDER + "expect: { finds: deadlock }\n", encoding="utf-8")
        self.assertEqual(self.explore("--schedules", "1000").returncode, 0)
        self.scenario.write_text(LADDER.replace("acquire B, sleep 0s, acquire A, release A,", "acquire B,")
                                 + "expect: { finds: deadlock }\n", encoding="utf-8")
        result = self.explore("--schedules", "100")
        self.assertEqual(result.returncode, 1)
        self.assertIn("found nothing, expected deadlock", result.stdout)

    def test_an_unknown_strategy_lists_those_there_are(self) -> None:
        result = self.explore("--strategy", "guess")
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertIn("no such strategy: 'guess'", result.stderr)
        self.assertIn("uniform ", result.stderr)

    def test_a_share_that_is_none_is_refused(self) -> None:
        for share in ("0/2", "3/2", "2", "1/0", "/", "a/b"):
            result = self.explore("--shard", share)
            self.assertEqual(result.returncode, 2, share)
            self.assertIn("not a value for --shard", result.stderr)

    @unittest.skipIf("asan" in RONDO, "there a crash is the sanitizer's to report")
    def test_a_crash_takes_one_process_with_it_and_its_schedule_is_named(self) -> None:
        self.scenario.write_text(f"scenario: t\nprogram: crashes\nmodule: {DATA}/misbehaves.so\n")
        result = self.explore("--strategy", "uniform", "--shard", "2/3")
        self.assertEqual(result.returncode, 1)
        self.assertIn("the program crashed (bad address)", result.stderr)
        self.assertIn("a process ended in schedule 2, and what it had seen is lost\n"
                      f"  next: rondo replay {self.scenario} --strategy uniform --seed 0 --schedule 2\n",
                      result.stdout)

    def test_ctrl_c_keeps_what_is_there(self) -> None:
        self.scenario.write_text(LADDER.replace("acquire B, sleep 0s, acquire A, release A,", "acquire B,"))
        search = subprocess.Popen([RONDO, "explore", "--seconds", "600", str(self.scenario)], cwd=ROOT,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(2)  # for it to be under way
        search.send_signal(signal.SIGINT)
        said, _ = search.communicate(timeout=60)
        self.assertEqual(search.returncode, 0)
        self.assertRegex(said, r"\d+ schedules, \d+ outcomes?, 0 findings")


if __name__ == "__main__":
    unittest.main()
