"""The command line as a newcomer meets it: bad files, findings, replays, exit status.

RONDO names the executable under test; tests/CMakeLists.txt sets it.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
RONDO = os.environ.get("RONDO", str(ROOT / "build/bin/rondo"))
DATA = os.environ.get("RONDO_TEST_MODULES", str(ROOT / "build/tests/modules"))
PROGRAM = "scenario: t\nprogram: hello_pause_world\n"


def rondo(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run the command line; nothing it does takes a minute."""
    return subprocess.run([RONDO, *arguments], cwd=cwd, capture_output=True, text=True, timeout=60,
                          check=False, errors="replace")


class Scripts(unittest.TestCase):
    """tests/scripts holds what steps do; the table of steps says which there are."""

    def test_every_step_and_kind_of_object_of_the_tables_is_played(self) -> None:
        table = (ROOT / "sim/scenario/script.h").read_text(encoding="utf-8")
        words = re.findall(r'X\(\w+, "([\w-]+)"', table)
        played = "\n".join(p.read_text(encoding="utf-8") for p in ROOT.glob("tests/scripts/*.yaml"))
        self.assertGreater(len(words), 40)
        self.assertEqual([w for w in words if not re.search(rf"[\[{{:,-] {w}\b(?!-)", played)], [])


class BadFiles(unittest.TestCase):
    """Each is one clear line with its place, exit status 2, and nothing is run."""

    def refused(self, content: bytes | str, said: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "bad.yaml"
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            # A good file beside it must not be run either.
            result = rondo("run", "scenarios/taste", str(path))
            self.assertEqual(result.stderr, f"{path}{said}\n")
            self.assertEqual((result.returncode, result.stdout), (2, ""))

    def twins(self, content: str, what: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "bad.yaml"
            path.write_text(content, encoding="utf-8")
            result = rondo("run", "scenarios/taste", str(path))
            self.assertEqual(result.stderr, "scenarios/taste/hello_pause_world.yaml: "
                             f"{what} is also that of {path}\n")
            self.assertEqual((result.returncode, result.stdout), (2, ""))

    def test_an_unknown_key_is_named_with_its_place_and_what_was_meant(self) -> None:
        self.refused(PROGRAM + "expcet: {}\n", ":3:1: unknown key 'expcet'; did you mean 'expect'?")
        self.refused(PROGRAM + "colour: red\n", ":3:1: unknown key 'colour'")
        self.refused(PROGRAM + "expect: { elapsd: 1s }\n",
                     ":3:11: unknown key 'elapsd'; did you mean 'elapsed'?")

    def test_a_duplicate_key_says_where_the_first_is(self) -> None:
        self.refused(PROGRAM + "program: other\n", ":3:1: duplicate key 'program'; first on line 2")

    def test_a_wrong_unit_lists_the_right_ones(self) -> None:
        self.refused(PROGRAM + "expect:\n  elapsed: 2sec\n",
                     ":4:12: not a unit of time: ns us ms s min h d: '2sec'")
        self.refused(PROGRAM + "expect: { elapsed: 2 }\n",
                     ":3:20: a duration needs a unit: ns us ms s min h d: '2'")

    def test_a_duration_that_overflows_is_refused(self) -> None:
        self.refused(PROGRAM + "expect: { elapsed: 300000000h }\n", ":3:20: too large: '300000000h'")

    def test_a_missing_program_is_said(self) -> None:
        self.refused("scenario: t\n", ":1:1: 'program', 'tasks' or 'hosts' is missing")

    def test_several_documents_are_refused(self) -> None:
        self.refused(PROGRAM + "---\nscenario: u\n",
                     ":3:1: a second document; one file is one scenario")

    def test_an_alias_bomb_is_refused_at_its_first_anchor(self) -> None:
        lines = ["a: &a [x, x]"] + [f"{b}: &{b} [*{a}, *{a}]" for a, b in zip("abcdef", "bcdefg")]
        self.refused("\n".join(lines) + "\n", ":1:7: anchors (&name) are not allowed")

    def test_deep_nesting_is_refused(self) -> None:
        self.refused("a: " + "[" * 100000, ":1:19: nested too deeply")

    def test_a_nul_byte_is_refused_with_its_place(self) -> None:
        self.refused(b"scenario: t\nprogram: a\0b\n", ":2:11: a NUL byte; not a text file")

    def test_invalid_utf8_is_refused_with_its_place(self) -> None:
        self.refused(b"scenario: \xff\n", ":1:11: byte 0xff is not valid UTF-8")

    def test_binary_junk_is_refused(self) -> None:
        self.refused(bytes(range(128, 256)) * 16, ":1:1: byte 0x80 is not valid UTF-8")

    def test_an_empty_file_is_refused(self) -> None:
        self.refused("", ": the file is empty")
        self.refused("# nothing\n", ": the file says nothing")

    def test_ten_megabytes_are_refused(self) -> None:
        self.refused("a" * 10_000_000, ": larger than such a file can be (1 MiB)")

    def test_broken_syntax_has_its_place(self) -> None:
        self.refused("scenario: [t\nprogram: x\n", ":3:1: flow sequence without a closing bracket")

    def test_a_duplicate_title_names_the_other_file(self) -> None:
        title = "two words, one second apart"
        self.twins(f"scenario: {title}\nprogram: hello_pause_world\n", f"the title '{title}'")

    def test_a_duplicate_row_names_the_other_file(self) -> None:
        self.twins(PROGRAM + "row: 004-1\n", "the row '004-1'")

    def test_a_module_that_is_missing_is_said(self) -> None:
        self.refused(PROGRAM + "module: ./none.so\n", ": module ././none.so: No such file or directory")

    def test_a_module_that_is_not_an_object_is_said(self) -> None:
        self.refused(PROGRAM + f"module: {ROOT}/CMakeLists.txt\n", f": module {ROOT}/CMakeLists.txt "
                     f"cannot be loaded: {ROOT}/CMakeLists.txt: invalid ELF header")

    def test_a_module_without_a_table_is_said(self) -> None:
        self.refused(PROGRAM + f"module: {DATA}/no_table.so\n",
                     f": module {DATA}/no_table.so is not a Rondo module (it has no table of programs)")

    def test_a_module_linked_to_libuv_is_said(self) -> None:
        self.refused(f"scenario: t\nprogram: connects\nmodule: {DATA}/linked_to_libuv.so\n",
                     f": module {DATA}/linked_to_libuv.so is linked to libuv; "
                     "link it without, the executable brings its own")

    def test_a_module_that_needs_what_is_not_simulated_names_it(self) -> None:
        self.refused(f"scenario: t\nprogram: opens_terminal\nmodule: {DATA}/needs_tty.so\n",
                     f": module {DATA}/needs_tty.so needs uv_tty_init, which nothing here provides")

    def test_a_program_that_is_not_in_the_module_lists_what_is(self) -> None:
        self.refused(f"scenario: t\nprogram: no\nmodule: {DATA}/misbehaves.so\n",
                     f": module {DATA}/misbehaves.so has no program 'no'; it has: "
                     "aborts, asserts, burns, counts, crashes, differs, exits, fails, goes_round, leaves, overflows, "
                     "overflows_in_a_task, "
                     "plain_c")

    def test_arguments_are_for_a_main_only(self) -> None:
        self.refused(f"scenario: t\nprogram: fails\nargs: [x]\nmodule: {DATA}/misbehaves.so\n",
                     ": 'args' are for a main; 'fails' is a coroutine")


class Paths(unittest.TestCase):
    def test_a_strategy_that_is_none_is_said_with_its_place(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a.yaml"
            path.write_text("scenario: t\ntasks: { a: [ sleep 1s ] }\nexplore: { strategy: guess }\n")
            result = rondo("check", str(path))
            self.assertEqual((result.returncode, result.stderr), (2, f"{path}:3:1: no such strategy: 'guess'\n"))

    def test_a_path_that_is_not_there_is_said(self) -> None:
        result = rondo("run", "scenarios/none.yaml")
        self.assertEqual((result.returncode, result.stderr),
                         (2, "scenarios/none.yaml: No such file or directory\n"))

    def test_a_folder_without_scenarios_is_said(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            result = rondo("run", folder)
            self.assertEqual((result.returncode, result.stderr),
                             (2, f"{folder}: no scenario files (*.yaml) here\n"))

    def test_a_folder_named_like_a_file_is_said(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "a.yaml").mkdir()
            result = rondo("run", f"{folder}/a.yaml")
            self.assertEqual(result.returncode, 2)

    @unittest.skipIf(os.geteuid() == 0, "root can read every file")
    def test_a_file_that_cannot_be_read_is_said(self) -> None:
        with tempfile.NamedTemporaryFile(suffix=".yaml") as file:
            os.chmod(file.name, 0)
            result = rondo("run", file.name)
            self.assertEqual((result.returncode, result.stderr),
                             (2, f"{file.name}: Permission denied\n"))


class Usage(unittest.TestCase):
    def refused(self, said: str, *arguments: str) -> None:
        result = rondo(*arguments)
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertEqual(result.stderr, f"rondo: {said}; 'rondo --help' says what there is\n")

    def test_what_is_not_known_is_usage(self) -> None:
        self.refused("unknown option '--fast'", "run", "--fast", "scenarios")
        self.refused("unknown command 'walk'", "walk", "scenarios")
        self.refused("'run' needs a path", "run")
        self.refused("--seed needs a value", "run", "scenarios", "--seed")
        self.refused("not a value for --seed", "run", "--seed", "-1", "scenarios")
        self.refused("not a value for --repeat", "run", "--repeat=1", "scenarios")
        self.refused("--show takes no value", "run", "--show=1", "scenarios")

    def test_help_is_not_an_error(self) -> None:
        result = rondo("--help")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn("usage: rondo COMMAND", result.stdout)

    def test_check_runs_nothing(self) -> None:
        result = rondo("check", "scenarios", "demo")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertRegex(result.stdout, r"^\d+ scenario files and \d+ tapes, nothing wrong\n$")

    def test_list_says_row_path_and_title(self) -> None:
        result = rondo("list", "scenarios/taste")
        self.assertEqual(result.returncode, 0)
        self.assertIn("004-1            scenarios/taste/hello_pause_world.yaml", result.stdout)


CIRCLE = """\
      t1    waits for lock B since 1.000s  lock_circle.c:24   held by t2 since 0.000s  lock_circle.c:21
      t2    waits for lock A since 1.000s  lock_circle.c:24   held by t1 since 0.000s  lock_circle.c:21
      main  waits for gather 1 since 0.000s  lock_circle.c:43   until t1 and t2 end
      production order: nothing has to go differently
"""


class Findings(unittest.TestCase):
    def setUp(self) -> None:
        self.out = tempfile.TemporaryDirectory()
        self.addCleanup(self.out.cleanup)

    def test_show_prints_the_circle_of_an_expected_deadlock(self) -> None:
        result = rondo("run", "--show", "--out", self.out.name, "scenarios/guide/lock_circle.yaml")
        self.assertEqual(result.returncode, 0)
        self.assertIn(CIRCLE, result.stdout)
        self.assertIn(f"      next: rondo replay {self.out.name}/guide/lock_circle.tape --trace\n",
                      result.stdout)

    def test_a_wait_that_nobody_can_end_is_told_apart_from_a_circle(self) -> None:
        result = rondo("run", "--show", "--out", self.out.name,
                       "scenarios/guide/future_never_set.yaml")
        self.assertIn("endless-wait at 0.000s", result.stdout)
        self.assertRegex(result.stdout, r"main  waits for future 1 since 0\.000s  "
                         r"future_never_set\.c:\d+   nobody is left to complete it")

    def test_a_circle_of_locks_that_was_foretold_is_a_finding_only_where_a_run_gets_stuck(self) -> None:
        result = rondo("run", "--show", "--out", self.out.name,
                       "scenarios/negative/locks_in_two_orders.yaml")
        self.assertEqual(result.returncode, 0)
        self.assertIn("      directed run 1 met what a run that came through foretold:\n"
                      "      writer  takes lock B at 0.000s", result.stdout)
        self.assertIn("      note: in_one_breath: a deadlock foretold by the order of locks, met by "
                      "none of 20 directed runs:\n      writer  takes lock B", result.stdout)
        tape = f"{self.out.name}/negative/locks_in_two_orders-two_orders-2.tape"
        self.assertIn(f"      next: rondo shrink {tape}\n", result.stdout)
        result = rondo("replay", tape)
        self.assertEqual(result.returncode, 1)
        self.assertIn("deadlock at 0.000s; 3 of 3 departures fit; the same run, event for event",
                      result.stdout)

    def demo(self) -> Path:
        result = rondo("run", "--out", self.out.name, "demo/transfers.yaml")
        self.assertEqual(result.returncode, 1)
        self.assertIn("deadlock at 0.020s, schedule 3 of 4", result.stdout)
        self.assertIn("production order except one step: bob (sleep) runs before alice (sleep) at 0.015s",
                      result.stdout)
        return Path(self.out.name) / "demo/transfers-3.tape"

    def test_the_demo_fails_and_its_tape_replays_it_event_for_event(self) -> None:
        result = rondo("replay", str(self.demo()), "--trace")
        self.assertEqual(result.returncode, 1)
        self.assertIn("0.015 choice timer.order bob (sleep) before alice (sleep) 1 of 2", result.stdout)
        self.assertIn("deadlock at 0.020s; 1 of 1 departures fit; the same run, event for event",
                      result.stdout)

    def test_a_tape_of_another_version_of_a_file_says_both_hashes(self) -> None:
        tape = self.demo()
        text = tape.read_text(encoding="utf-8")
        was = text.splitlines()[1].split()[2]
        tape.write_text(text.replace(was, "0123456789abcdef"), encoding="utf-8")
        result = rondo("replay", str(tape))
        self.assertIn("note: scenario demo/transfers.yaml has changed since the tape was written "
                      f"(0123456789abcdef, now {was})\n", result.stdout)
        self.assertEqual(result.returncode, 1)

    def test_a_tape_that_no_longer_fits_says_so(self) -> None:
        tape = self.demo()
        text = tape.read_text(encoding="utf-8")
        tape.write_text(text.replace("bob (sleep)  before", "bill (sleep)  before"), encoding="utf-8")
        result = rondo("replay", str(tape))
        self.assertIn("ended at 0.020s; 0 of 1 departures fit; not the same run", result.stdout)
        self.assertEqual(result.returncode, 0)

    def test_a_tape_is_shrunk_explained_and_written_beside(self) -> None:
        result = rondo("run", "--out", self.out.name, "--show",
                       "scenarios/known-bugs/stack.yaml")
        tape = re.search(r"next: rondo shrink (.*)", result.stdout)[1]
        result = rondo("shrink", tape)
        self.assertEqual((result.returncode, result.stderr), (1, ""))
        said = result.stdout
        self.assertRegex(said, r"^always at 0\.000s; \d+ departures shrunk to 1, in \d+ runs\n")
        self.assertRegex(said, r"      production order except one step: popper \(.*\.[ch]:\d+\) "
                         r"runs before pusher \(.*stack\.c:\d+\) at 0\.000s\n")
        self.assertIn("      that is the least: of 1 run with fewer steps none fails\n", said)
        self.assertRegex(said, r"      critical step: decision \d+ of \d+: ")
        self.assertRegex(said, r"        after it (there is one way to go on, and it fails|"
                         r"all \d+ continuations there are fail)\n")
        self.assertIn("      nearest passing run: ", said)
        self.assertIn("      only a reordering does it: a fifo loop has but one timing here\n", said)
        shrunk = tape.replace(".tape", "-shrunk.tape")
        self.assertTrue(said.endswith(f"      next: rondo replay {shrunk} --trace\n"))
        result = rondo("replay", shrunk)
        self.assertEqual(result.returncode, 1)
        self.assertIn("1 of 1 departures fit; the same run, event for event", result.stdout)

    def test_what_timing_alone_can_do_is_said_to_be_so(self) -> None:
        result = rondo("shrink", str(self.demo()))
        self.assertIn("1 departure shrunk to 1", result.stdout)
        self.assertIn("      a fifo loop does it too, by timing alone: production order except one "
                      "step: bob (sleep) runs before alice (sleep) at 0.015s\n", result.stdout)

    def test_a_tape_that_finds_nothing_any_more_is_not_shrunk(self) -> None:
        tape = self.demo()
        text = tape.read_text(encoding="utf-8")
        tape.write_text(text.replace("bob (sleep)  before", "bill (sleep)  before"), encoding="utf-8")
        result = rondo("shrink", str(tape))
        self.assertEqual(result.returncode, 0)
        self.assertEqual(result.stdout, f"{tape} does not find deadlock any more; 0 of 1 departures "
                         "fit\n")

    def play(self, change: dict[str, str]) -> tuple[int, str]:
        """Run the demo's tape as a test, with some of its text replaced."""
        tape = self.demo()
        text = tape.read_text(encoding="utf-8")
        for was, now in change.items():
            self.assertIn(was, text)
            text = text.replace(was, now)
        tape.write_text(text, encoding="utf-8")
        result = rondo("run", str(tape))
        self.assertEqual(result.stderr, "")
        return result.returncode, result.stdout

    def test_a_tape_is_a_test_that_finds_what_it_found(self) -> None:
        status, said = self.play({})
        self.assertEqual(status, 0)
        self.assertRegex(said, r"^ok    \S+transfers-3\.tape  0\.020s virtual .*  deadlock; 1 of 1 "
                         r"departure fits\n")
        self.assertIn("0 scenarios, 1 tape: 1 ok, 0 failed", said)

    def test_a_tape_that_finds_nothing_any_more_fails(self) -> None:
        status, said = self.play({"bob (sleep)  before": "bill (sleep)  before"})
        self.assertEqual(status, 1)
        self.assertRegex(said, r"^FAIL .*  finds nothing, and found deadlock when it was written; "
                         r"0 of 1 departure fits\n      next: rondo replay ")

    def test_a_tape_of_a_fixed_bug_fails_when_it_is_back(self) -> None:
        status, said = self.play({"expect finds": "expect nothing"})
        self.assertEqual(status, 1)
        self.assertRegex(said, r"^FAIL .*  finds deadlock, and the bug is said to be fixed; 1 of 1")
        self.assertIn("      alice  waits for lock current", said)

    def test_a_tape_of_a_fixed_bug_of_which_nothing_fits_says_nothing(self) -> None:
        status, said = self.play({"expect finds": "expect nothing",
                                  "bob (sleep)  before": "bill (sleep)  before"})
        self.assertEqual(status, 1)
        self.assertIn("nothing of it fits any more: it says nothing", said)

    def test_tapes_are_listed_checked_and_not_for_the_real_world(self) -> None:
        tape = str(self.demo())
        self.assertEqual(rondo("list", tape).stdout, f"tape             {tape}\n")
        self.assertEqual(rondo("check", tape).stdout, "0 scenario files and 1 tape, nothing wrong\n")
        live = subprocess.run([f"{RONDO}-live", "run", tape], cwd=ROOT, capture_output=True, text=True,
                              timeout=60, check=False)
        self.assertEqual(live.returncode, 0)
        self.assertIn(f"skip  {tape}  a tape is of the simulator\n", live.stdout)
        Path(tape).write_text("rondo tape 1\n", encoding="utf-8")
        result = rondo("run", "scenarios/taste", tape)
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertIn(f"{tape}:1:1: not a tape of this version", result.stderr)

    def test_a_schedule_is_replayed_by_strategy_seed_and_number(self) -> None:
        path = "scenarios/known-bugs/stack.yaml"
        found = rondo("explore", "--strategy", "uniform", "--seed", "3", "--out", self.out.name, path)
        where = re.search(r"always at 0\.000s, first in schedule (\d+)", found.stdout)
        story = re.search(r"production order except .*", found.stdout)
        assert where is not None and story is not None
        again = rondo("replay", "--strategy", "uniform", "--seed", "3", "--schedule", where[1],
                      "--out", self.out.name, path)
        self.assertEqual((again.returncode, again.stderr), (1, ""))
        self.assertIn(f"always at 0.000s; uniform, seed 3, schedule {where[1]} of bug\n", again.stdout)
        self.assertIn(f"      {story[0]}\n", again.stdout)

    def test_a_schedule_beyond_the_last_is_said_to_be_so(self) -> None:
        result = rondo("replay", "--strategy", "ties", "--schedule", "9", "demo/transfers.yaml")
        self.assertEqual((result.returncode, result.stdout),
                         (0, "demo/transfers.yaml: there are 4 schedules and no more\n"))

    def test_a_schedule_of_a_strategy_that_learns_is_the_one_of_its_search(self) -> None:
        result = rondo("replay", "--strategy", "ties", "--schedule", "3", "--out", self.out.name,
                       "demo/transfers.yaml")
        self.assertEqual(result.returncode, 1)
        self.assertIn("deadlock at 0.020s; ties, seed 0, schedule 3\n", result.stdout)

    def test_a_broken_tape_has_its_line(self) -> None:
        tape = self.demo()
        tape.write_text(tape.read_text(encoding="utf-8") + "timer.order 9 of 2  x  before  y  #1\n",
                        encoding="utf-8")
        result = rondo("replay", str(tape))
        self.assertEqual(result.returncode, 2)
        self.assertEqual(result.stderr, f"{tape}:13:1: a value must be at least 1, "
                         "and below its bound\n")


SANITIZED = "asan" in RONDO  # there a crash is the sanitizer's to report


class Misbehaviour(unittest.TestCase):
    def run_program(self, program: str, *more: str, options: tuple[str, ...] = ()) -> tuple[int, str]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "t.yaml"
            path.write_text("\n".join(["scenario: t", f"program: {program}",
                                       f"module: {DATA}/misbehaves.so", *more, ""]))
            result = rondo("run", "--out", folder, *options, str(path))
            return result.returncode, result.stdout + result.stderr

    def test_a_program_that_differs_from_run_to_run_is_the_harness_being_wrong(self) -> None:
        status, said = self.run_program("differs")
        self.assertEqual(status, 3)
        self.assertIn("two runs of one tape differ at event 2", said)
        self.assertRegex(said, r"first   0\.000 prints \d+\n +second  0\.000 prints \d+")

    def test_a_program_that_never_ends_is_a_livelock(self) -> None:
        status, said = self.run_program("goes_round")
        self.assertEqual(status, 1)
        self.assertIn("goes_round  goes round and round   1000000 steps and no end", said)

    def test_a_program_that_never_suspends_is_stopped_by_the_watchdog(self) -> None:
        status, said = self.run_program("burns", options=("--cpu-seconds", "1"))
        self.assertEqual(status, 3)
        self.assertIn("burns CPU time and does not suspend; it stands at\n", said)
        self.assertIn("misbehaves.so", said)

    @unittest.skipIf(SANITIZED, "the sanitizer reports crashes itself")
    def test_a_program_that_crashes_is_named_with_where_it_stood(self) -> None:
        status, said = self.run_program("asserts")
        self.assertEqual(status, 1)
        self.assertRegex(said, r"misbehaves\.c:\d+: .*asserts.*: Assertion `7 == 8' failed\.")
        for program, how in (("crashes", "the program crashed (bad address)"),
                             ("overflows", "stack overflow: task main, has used up its 59 KiB "
                              "(.stack_size gives it more)"),
                             ("aborts", "the program was aborted")):
            status, said = self.run_program(program)
            self.assertEqual(status, 1, said)
            self.assertIn(f"t.yaml: {how}; it stood at\n", said)
            self.assertIn("misbehaves.so", said)

    @unittest.skipIf(SANITIZED, "the sanitizer reports crashes itself")
    def test_a_task_that_spends_its_stack_is_named_with_the_place_of_its_spawn(self) -> None:
        lines = (ROOT / "tests/cli/data/misbehaves.c").read_text(encoding="utf-8").splitlines()
        place = 1 + next(i for i, line in enumerate(lines) if "/* here */" in line)
        status, said = self.run_program("overflows_in_a_task")
        self.assertEqual(status, 1, said)
        self.assertRegex(said, r"stack overflow: task deep, spawned at \S*misbehaves\.c:"
                         rf"{place}, has used up its 59 KiB")

    def test_a_coroutine_that_fails_is_named_by_its_code(self) -> None:
        status, said = self.run_program("fails")
        self.assertEqual(status, 1)
        self.assertIn("ended with ETIMEDOUT, expected 0", said)
        self.assertEqual(self.run_program("fails", "expect: { exit: ETIMEDOUT }")[0], 0)

    def test_exit_ends_the_process_and_not_the_harness(self) -> None:
        status, said = self.run_program("exits", "args: [blue]",
                                        "expect: { exit: 7, output: 0.000 ~ argument blue }")
        self.assertEqual((status, said.splitlines()[0].split()[0]), (0, "ok"))

    def test_plain_c_has_virtual_clocks_sleeps_and_chance(self) -> None:
        status, said = self.run_program("plain_c", "expect: { elapsed: 90.002s, output: "
                                        "'90.002 90 s later, chance the same e9fc3811 4cbd37a8, input none' }")
        self.assertEqual((status, said.splitlines()[0].split()[0]), (0, "ok"), said)

    def test_no_way_out_of_a_program_is_a_way_out_of_the_harness(self) -> None:
        status, said = self.run_program("leaves", "expect: { exit: 3, output: 0.000 gone }")
        self.assertEqual((status, said.splitlines()[0].split()[0]), (0, "ok"))

    def test_globals_and_heap_are_new_in_every_run(self) -> None:
        status, said = self.run_program("counts", "expect: { output: '0.000 run 1, heap there' }",
                                        options=("--repeat", "50"))
        self.assertEqual((status, said.splitlines()[0].split()[0]), (0, "ok"))

    def test_an_expectation_that_fails_says_what_was_there(self) -> None:
        status, said = self.run_program("counts", "expect: { output: 0.000 walk, elapsed: 1s }")
        self.assertEqual(status, 1)
        self.assertIn("      elapsed 0.000s, expected 1.000s\n", said)
        self.assertIn("      output line 1: expected '0.000 walk', got '0.000 run 1, heap there'\n",
                      said)


if __name__ == "__main__":
    unittest.main()
