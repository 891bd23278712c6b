"""What gdb says of a program's tasks (core/rondo-gdb.py), and where backtraces end.

LISTS_TASKS names the program; tests/CMakeLists.txt sets it.
"""

from __future__ import annotations

import os
import re
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def place(comment: str) -> str:
    """The line of the program with `comment`, as a pattern."""
    lines = (ROOT / "tests/gdb/lists_tasks.c").read_text(encoding="utf-8").splitlines()
    number = 1 + next(i for i, line in enumerate(lines) if f"/* {comment} */" in line)
    return rf"\S*lists_tasks\.c:{number}"


def gdb(*commands: str) -> str:
    """What gdb prints for `commands`, at the place where the program stops."""
    words = [word for command in ("source core/rondo-gdb.py", "break stop_here", "run", *commands)
             for word in ("-ex", command)]
    result = subprocess.run(["gdb", "-nx", "-batch", *words, os.environ["LISTS_TASKS"]], cwd=ROOT,
                            capture_output=True, text=True, timeout=120, check=False)
    return result.stdout


class Tasks(unittest.TestCase):
    def test_each_task_is_listed_with_what_it_waits_for_and_where(self) -> None:
        said = gdb("rondo-tasks")
        self.assertRegex(said, r"(?m)^main  runs$")
        self.assertRegex(said, rf"(?m)^writer  waits for sleep, {place('writes')}$")
        self.assertRegex(said, rf"(?m)^reader  waits for lock file, {place('reads')}$")
        self.assertRegex(said, r"(?m)^Task-4  has not begun$")

    def test_a_tasks_stack_goes_from_its_wait_to_its_first_frame(self) -> None:
        said = gdb("rondo-tasks bt reader")
        frames = re.findall(r"(?m)^#\d+ +(?:0x\w+ in )?(\w+)", said)
        self.assertEqual(frames.count("read_lines"), 1)
        self.assertLess(frames.index("rondo_lock_acquire_at"), frames.index("read_lines"))
        self.assertEqual(frames[-1], "fiber_first_frame")
        self.assertNotIn("write_lines", said)

    def test_the_registers_are_those_of_the_program_again(self) -> None:
        said = gdb("rondo-tasks bt", "backtrace", "continue")
        self.assertIn("program", said.rsplit("writer", 1)[-1])
        self.assertIn("exited normally", said)


if __name__ == "__main__":
    unittest.main()
