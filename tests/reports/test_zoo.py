"""The zoo's table: what is read, and what is said beside the figures of others."""

import contextlib
import io
import json
import tempfile
import unittest
from pathlib import Path

from reports import zoo
from reports.zoo import Figure


def search(program, strategy, seed, schedules, found=True):
    return {"program": program, "strategy": strategy, "seed": seed, "schedules": schedules,
            "found": found}


class Zoo(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def file(self, *lines):
        path = self.folder / "searches.jsonl"
        path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n"
                                for line in lines))
        return str(path)

    def test_a_cell_is_the_mean_of_those_that_found_it(self):
        path = self.file(search("a", "surw", 1, 4), search("a", "surw", 2, 10),
                         search("a", "surw", 3, 10000, found=False))
        self.assertEqual(zoo.read_searches([path]), {("a", "surw"): Figure(7, 2, 3)})

    def test_never_found_is_a_cross(self):
        self.assertEqual(str(Figure(None, 0, 20)), "x")
        self.assertEqual(str(Figure(6.6, 20, 20)), "7")
        self.assertEqual(str(Figure(6.6, 3, 20)), "7 3/20")

    def test_twice_as_many_schedules_keep_up_and_one_more_does_not(self):
        theirs = Figure(10, 20, 20)
        self.assertTrue(Figure(20, 20, 20).keeps_up_with(theirs))
        self.assertFalse(Figure(21, 20, 20).keeps_up_with(theirs))
        self.assertFalse(Figure(1, 19, 20).keeps_up_with(theirs))

    def test_what_was_found_sometimes_must_be_found_as_often(self):
        theirs = Figure(100, 10, 20)
        self.assertTrue(Figure(9999, 5, 10).keeps_up_with(theirs))
        self.assertFalse(Figure(1, 4, 10).keeps_up_with(theirs))

    def test_the_table_says_ours_then_theirs_then_who_is_behind(self):
        ours = {("a_10", "surw"): Figure(30, 2, 2), ("a_9", "uniform"): Figure(1, 2, 2),
                ("a_10", "uniform"): Figure(None, 0, 2)}
        others = {"published": {("a_10", "surw"): Figure(10, 20, 20)},
                  "prototype": {("a_10", "surw"): Figure(20, 20, 20),
                                ("a_9", "uniform"): Figure(None, 0, 20)}}
        self.assertEqual(zoo.as_text(ours, others), """\
program  uniform     surw
a_9        1 (x)
a_10           x  30 (10)

uniform: 1 of 2 programs in every search
surw: 1 of 1 programs in every search

published: 0 of 1 cells keep up (within 2x where it was always found, else found at least as often)
  behind: a_10 surw: 30, published 10

prototype: 2 of 2 cells keep up (within 2x where it was always found, else found at least as often)
""")

    def test_every_published_row_has_its_figures(self):
        figures = zoo.read_published(zoo.PUBLISHED)
        self.assertEqual(figures["published"]["reorder_100", "surw"], Figure(194, 20, 20))
        self.assertEqual(figures["published"]["reorder_100", "pos"], Figure(None, 0, 20))
        self.assertEqual(figures["prototype"]["lock_forgets_next_waiter", "uniform"],
                         Figure(77, 50, 50))

    def test_a_broken_file_is_said_and_refused(self):
        for line in ("{", '{"program":"a"}'):
            error = io.StringIO()
            with contextlib.redirect_stderr(error):
                self.assertEqual(zoo.main([self.file(line)]), 2)
            self.assertRegex(error.getvalue(), "zoo.py: ")
