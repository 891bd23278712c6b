"""Faults of scenario files: mistakes in them, and the gate that is red where one was not felt.

Where each kind takes effect is in scenarios/weather, on the same programs.
RONDO names the executable under test; tests/CMakeLists.txt sets it.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
RONDO = os.environ.get("RONDO", str(ROOT / "build/bin/rondo"))
PINGS = Path(RONDO).resolve().parent.parent / "modules/weather/pings.so"

# Two who talk until 0.4 s, and one who does nothing but wait.
TOWN = f"""scenario: t
hosts:
  server: {{ program: server, module: {PINGS}, address: 10.0.0.1, args: ["0"] }}
  other: {{ program: server, module: {PINGS}, args: ["0"] }}
  pinger: {{ program: pinger, module: {PINGS}, args: [10.0.0.1, "3"] }}
network: {{ default: {{ latency: 10ms }} }}
expect: {{ server: {{ exit: running }}, other: {{ exit: running }} }}
"""

BEGAN = "it began 1 time, and nothing was different"

# Each kind where it is not felt: the fault, as the verdict says it, and why.
UNFELT = {
    "partition": ("{ at: 50ms, for: 1s, partition: [pinger, other] }", "partition pinger, other", BEGAN),
    "partition-one-way": ("{ at: 50ms, for: 1s, partition-one-way: [other, server] }",
                          "partition-one-way other, server", BEGAN),
    "clog": ("{ at: 45ms, for: 10ms, clog: all }", "clog all",
             "nobody was there whom it could meet (1 time)"),
    "hold": ("{ at: 60ms, for: 30ms, hold: [pinger, server] }", "hold pinger, server", BEGAN),
    "swizzle": ("{ at: 50ms, for: 1s, swizzle: other }", "swizzle other", BEGAN),
    "loss": ("{ at: 50ms, for: 1s, loss: server, by: 1/2 }", "loss server", BEGAN),
    "latency": ("{ at: 50ms, for: 1s, latency: other, by: 5ms }", "latency other", BEGAN),
    "reset": ("{ at: 10ms, reset: [pinger, server] }", "reset pinger, server", BEGAN),
    "refuse": ("{ at: 50ms, for: 1s, refuse: server }", "refuse server", BEGAN),
    "pause": ("{ at: 50ms, for: 100ms, pause: other }", "pause other", BEGAN),
    "slow": ("{ at: 50ms, for: 1s, slow: server, by: 10x }", "slow server", BEGAN),
    "clock-step": ("{ at: 50ms, clock-step: pinger, by: -1h }", "clock-step pinger", BEGAN),
    "clock-drift": ("{ at: 1h, clock-drift: pinger, by: 50ppm }", "clock-drift pinger",
                    "it never began"),
}


def run(content: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a scenario file of this content, which is called town.yaml."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "town.yaml").write_text(content, encoding="utf-8")
        return subprocess.run([RONDO, "run", "town.yaml", *arguments], cwd=folder, text=True,
                              capture_output=True, timeout=60, check=False)


class Gate(unittest.TestCase):
    """A fault that is declared and never felt proves nothing: the scenario fails, and says which."""

    def red(self, fault: str, says: str, why: str) -> None:
        result = run(TOWN + f"faults:\n  - {fault}\n")
        lines = result.stdout.splitlines()
        self.assertEqual(lines[1].strip(), f"fault '{says}' (town.yaml:9) never took effect in 1 "
                         f"schedule: {why}", result.stdout + result.stderr)
        self.assertEqual((lines[2], result.returncode), ("", 1), result.stdout)

    def test_every_kind_that_was_not_felt_is_red(self) -> None:
        source = (ROOT / "sim/world/weather_spec.h").read_text(encoding="utf-8")
        for kind, (fault, says, why) in UNFELT.items():
            with self.subTest(kind):
                self.assertIn(f'"{kind}"', source)
                self.red(fault, says, why)
        self.assertEqual(source.count("    X("), len(UNFELT))

    def test_every_kind_is_felt_in_a_scenario(self) -> None:
        files = [path.read_text(encoding="utf-8") for path in ROOT.glob("scenarios/weather/*.yaml")]
        for kind in UNFELT:
            self.assertTrue(any(f", {kind}: " in text for text in files), kind)

    def test_a_role_that_nobody_has_is_red(self) -> None:
        self.red("{ every: 100ms, for: 10ms, pause: one of leader }", "pause one of leader",
                 "nobody was there whom it could meet (3 times)")

    def test_a_name_that_is_nobody_s_is_red(self) -> None:
        self.red("{ at: 50ms, partition: [pinger, sever] }", "partition pinger, sever",
                 "nobody was there whom it could meet (1 time)")

    def test_of_several_faults_those_are_named_that_were_not_felt(self) -> None:
        result = run(TOWN + "faults:\n  - { at: 150ms, for: 50ms, clog: server }\n"
                     "  - { at: 150ms, for: 50ms, clog: other }\n")
        self.assertIn("fault 'clog other' (town.yaml:10) never took effect", result.stdout)
        self.assertNotIn("clog server", result.stdout)

    def test_where_something_is_found_nothing_more_is_asked(self) -> None:
        result = run("scenario: t\nobjects: { E: event }\ntasks: { main: [ sleep 1s, wait E ] }\n"
                     "faults:\n  - { at: 5s, clock-step: all, by: 1h }\n"
                     "expect: { finds: endless-wait }\n")
        self.assertEqual(result.returncode, 0, result.stdout)

    def test_counts_are_in_the_results(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            run(TOWN + "faults:\n  - { at: 150ms, for: 50ms, clog: server }\n"
                "  - { every: 100ms, for: 1ms, pause: leader }\n", "--results", folder)
            line = json.loads(Path(folder, "results.jsonl").read_text(encoding="utf-8"))
        self.assertEqual(line["runs"][0]["faults"], [
            {"line": 9, "says": "clog server", "begun": 1, "nobody": 0, "effects": 1},
            {"line": 10, "says": "pause leader", "begun": 0, "nobody": 4, "effects": 0}])

    def test_what_is_felt_in_one_of_many_schedules_is_felt(self) -> None:
        result = run(TOWN + "faults:\n  - { at: 50ms, for: 1s, loss: server, by: 1/2 }\n"
                     "explore: { strategy: uniform, schedules: 20 }\n")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_nothing_that_waits_is_kept_from_being_found_by_weather_that_comes_again(self) -> None:
        result = run("scenario: t\nobjects: { E: event }\ntasks: { main: [ sleep 1s, wait E ] }\n"
                     "faults:\n  - { every: 300ms, for: 10ms, pause: all }\n")
        self.assertIn("found endless-wait", result.stdout)
        self.assertIn("at 1.000s", result.stdout)


class Shrinking(unittest.TestCase):
    """A finding is shrunk to the faults that it needs."""

    def test_faults_that_are_not_needed_are_left_out(self) -> None:
        town = TOWN.replace('"3"]', '"4", "200"]').replace("expect: {", "expect: { finds: always,")
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "town.yaml").write_text(
                town + "explore: { strategy: uniform, schedules: 20 }\nfaults:\n"
                "  - { at: 50ms..80ms, for: 10ms, latency: one of pinger, by: 1ms }\n"
                "  - { every: 150ms, for: 20ms, clog: other }\n"
                "  - { at: 150ms, for: 300ms, pause: server }\n"
                "  - { at: 160ms, for: 10ms, pause: other }\n", encoding="utf-8")

            def rondo(*arguments: str) -> str:
                return subprocess.run([RONDO, *arguments], cwd=folder, text=True,
                                      capture_output=True, timeout=60, check=False).stdout

            rondo("explore", "town.yaml", "--schedules", "20")
            tape = next(path for path in Path(folder).glob("out/**/*.tape")
                        if "found always" in path.read_text(encoding="utf-8"))
            said = rondo("shrink", str(tape.relative_to(folder)))
            shrunk = next(Path(folder).glob("out/**/*-shrunk.tape"))
            replayed = rondo("replay", str(shrunk.relative_to(folder)))
        self.assertIn("shrunk to 0, in", said)
        self.assertIn("no latency one of pinger at 0.050s", said)
        self.assertRegex(said, r"not needed: (?!0)\d+ of (\d+) times that a fault comes")
        self.assertIn("critical step: decision 12 of 16: pause server at 0.150s, as declared", said)
        self.assertIn("always", replayed)


class Mistakes(unittest.TestCase):
    """Each is one line with its place, exit status 2."""

    def refused(self, fault: str, said: str) -> None:
        result = run(TOWN + f"faults:\n  - {fault}\n")
        self.assertEqual(result.stderr, f"town.yaml:{said}\n")
        self.assertEqual((result.returncode, result.stdout), (2, ""))

    def test_a_kind_that_there_is_not_lists_those_there_are(self) -> None:
        kinds = " ".join(UNFELT)
        self.refused("{ at: 1s, hail: server }", "9:15: there is no such fault: 'hail' (there are: "
                     f"{kinds})")
        self.refused("{ at: 1s }", f"9:5: what is to happen is missing (there are: {kinds})")

    def test_a_fault_is_of_one_kind(self) -> None:
        self.refused("{ at: 1s, pause: server, reset: server }",
                     "9:30: a fault is of one kind, and this one is a 'pause'")

    def test_an_unknown_key_is_named(self) -> None:
        self.refused("{ at: 1s, fro: 1s, pause: server }",
                     "9:15: unknown key 'fro'; did you mean 'for'?")

    def test_times_make_sense(self) -> None:
        self.refused("{ pause: server }", "9:5: 'at' or 'every' is missing")
        self.refused("{ at: 1s, clog: server }", "9:5: 'for' is missing: a 'clog' has an end")
        self.refused("{ at: 1s, for: 1s, reset: server }",
                     "9:5: a 'reset' takes no time: 'for' has no meaning")
        self.refused("{ every: 1s, for: 1s, pause: server }",
                     "9:5: it comes again ('every') before it is over ('for')")
        self.refused("{ every: 1s, at: 1s..2s, for: 1ms, pause: server }",
                     "9:5: it comes again ('every') before it is over ('for')")
        self.refused("{ every: 1s, pause: server }",
                     "9:5: it comes again ('every') before it is over ('for')")
        self.refused("{ at: 1s, for: 0s, pause: server }", "9:20: that is no time at all")
        self.refused("{ every: 0s, pause: server }", "9:14: that is no time at all: '0s'")
        self.refused("{ at: 2s..1s, pause: server }", "9:11: it ends before it begins: '2s..1s'")
        self.refused("{ at: 4000d, pause: server }", "9:11: more than ten years: '4000d'")

    def test_amounts_make_sense(self) -> None:
        self.refused("{ at: 1s, pause: server, by: 2x }",
                     "9:34: there is nothing that a 'pause' could be 'by'")
        self.refused("{ at: 1s, slow: server }", "9:5: 'by' is missing: by how much")
        self.refused("{ at: 1s, slow: server, by: 1.5x }",
                     "9:33: must be a whole number of times, from 2x to 1000x: '1.5x'")
        self.refused("{ at: 1s, loss: server, by: 0/5 }", "9:33: that loses nothing: '0/5'")
        self.refused("{ at: 1s, loss: server, by: 50% }", "9:33: not a ratio, such as 1/100: '50%'")
        self.refused("{ at: 1s, latency: server, by: -1s }",
                     "9:36: a duration cannot be negative: '-1s'")
        self.refused("{ at: 1s, clock-step: server, by: 0s }", "9:39: that changes nothing: '0s'")
        self.refused("{ at: 1s, clock-drift: server, by: 5% }",
                     "9:40: not parts in a million, such as 50ppm: '5%'")
        self.refused("{ at: 1s, clock-drift: server, by: 600000ppm }",
                     "9:40: no clock is that wrong: '600000ppm'")

    def test_targets_make_sense(self) -> None:
        self.refused("{ at: 1s, pause: [server, pinger] }", "9:22: 'pause' has one target")
        self.refused("{ at: 1s, partition: [server] }",
                     "9:26: 'partition' is between two: [one, another]")
        self.refused("{ at: 1s, partition-one-way: server }",
                     "9:34: 'partition-one-way' is between two: [one, another]")
        self.refused("{ at: 1s, partition: [rest of server, server] }",
                     "9:27: the rest is on the second side: 'rest of server'")
        self.refused("{ at: 1s, pause: none of server }",
                     "9:22: must be one of, all of, majority of, rest of, or 2 of: 'none of server'")
        self.refused("{ at: 1s, pause: 0 of server }",
                     "9:22: must be one of, all of, majority of, rest of, or 2 of: '0 of server'")
        self.refused("{ at: 1s, pause: server.x }",
                     "9:22: no host and no role can be called that: 'server.x'")

    def test_a_process_on_the_host_of_another_is_not_a_target(self) -> None:
        hosts = ("scenario: t\nhosts:\n  a: { program: date, module: m }\n"
                 "  b: { program: date, module: m, on: a%s }\n%s")
        self.assertEqual(run(hosts % ("", "faults:\n  - { at: 1s, pause: b }\n")).stderr,
                         "town.yaml:6:22: 'b' is on 'a': faults are of hosts\n")
        self.assertRegex(run(hosts % (", cpus: 2", "")).stderr,
                         r"^town.yaml:4:\d+: 'b' has the clock and the CPUs of 'a', which it is on\n$")

    def test_faults_are_a_list_of_mappings(self) -> None:
        self.assertEqual(run(TOWN + "faults: []\n").stderr, "town.yaml:8:9: 'faults' is empty\n")
        self.refused("pause", "9:5: a fault must be a mapping")
        many = "".join("  - { at: 1s, slow: server, by: 1000x }\n" for _ in range(5))
        self.assertEqual(run(TOWN + "faults:\n" + many).stderr,
                         "town.yaml:13:5: together with those before that is too slow\n")

    def test_a_host_s_machine_makes_sense(self) -> None:
        for key, said in (
                ("cpus: 0", "a host has at least one: '0'"),
                ("slow: 1x", "must be a whole number of times, from 2x to 1000x: '1x'"),
                ("clock: { drift: 5 }", "not parts in a million, such as 50ppm: '5'"),
                ("clock: { offset: soon }", "not a duration, such as 2s or 100ms: 'soon'")):
            result = run(f"scenario: t\nhosts:\n  a: {{ program: date, module: m, {key} }}\n")
            self.assertRegex(result.stderr, rf"^town.yaml:3:\d+: {said}\n$")



if __name__ == "__main__":
    unittest.main()
