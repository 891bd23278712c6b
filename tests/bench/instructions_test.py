"""What instructions.py makes of counts; the counting itself is valgrind's."""

import unittest

from tests.bench.instructions import compare, read, write


class Instructions(unittest.TestCase):
    def test_what_was_written_is_read(self):
        counts = {"yield, 1000 tasks": 1234567, "lock": 89}
        self.assertEqual(read(write("gcc 12; glibc 2.36", counts)), ("gcc 12; glibc 2.36", counts))

    def test_three_percent_more_are_let_pass(self):
        lines, well = compare({"lock": 100000}, {"lock": 103000})
        self.assertTrue(well)
        self.assertIn("1.030", lines[0])

    def test_anything_above_is_red(self):
        lines, well = compare({"lock": 100000, "yield": 5}, {"lock": 103001, "yield": 5})
        self.assertFalse(well)
        self.assertTrue(lines[0].endswith("RED"))
        self.assertFalse(lines[1].endswith("RED"))

    def test_fewer_are_never_red(self):
        self.assertTrue(compare({"lock": 100000}, {"lock": 1})[1])

    def test_a_workload_that_is_not_kept_is_said(self):
        lines, well = compare({}, {"lock": 1})
        self.assertFalse(well)
        self.assertIn("--keep", lines[0])


if __name__ == "__main__":
    unittest.main()
