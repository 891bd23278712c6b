"""sweep.py: what is public, and what leads to memory."""

import contextlib
import io
import unittest
import unittest.mock

from tests import sweep

OBJECT = """\
0000000000000000 <helper>:
   4:\tcall   9 <helper+0x9>
\t\t\t5: R_X86_64_PLT32\talloc_zero-0x4
0000000000000010 <rondo_make_at>:
  14:\tcall   19 <helper>
  20:\tjmp    25 <rondo_make_at+0x25>
0000000000000030 <rondo_look>:
  34:\tcall   39 <rondo_look+0x9>
\t\t\t35: R_X86_64_PLT32\trondo_other-0x4
"""
OTHER = """\
0000000000000000 <helper>:
   4:\tret
0000000000000010 <rondo_other>:
  14:\tcall   19 <helper>
"""


class Sweep(unittest.TestCase):
    def graph(self):
        return sweep.joined((file, sweep.calls(text, file))
                            for file, text in (("a.c", OBJECT), ("b.c", OTHER)))

    def test_finds_what_headers_declare(self):
        header = ("#define rondo_make(x) rondo_make_at((x), RONDO_HERE)\n"
                  "RONDO_API RONDO_MUST int rondo_make_at(int x,\n    const char *here);\n"
                  "static inline int rondo_quick(void)\n"
                  "RONDO_API void *rondo_look(const struct look *look);\n")
        self.assertEqual(sweep.declared([header, header]), ["rondo_look", "rondo_make_at"])

    def test_follows_calls_to_memory_within_each_object(self):
        self.assertEqual(sweep.way_to_memory(self.graph(), "rondo_make_at"),
                         ["rondo_make_at", "helper", "alloc_zero"])
        self.assertEqual(sweep.way_to_memory(self.graph(), "rondo_look"), [])

    def report(self, refused, excused=()):
        out = io.StringIO()
        with contextlib.redirect_stdout(out), \
                unittest.mock.patch.object(sweep, "EXCUSED", dict.fromkeys(excused, "why")):
            well = sweep.report(["rondo_look", "rondo_make_at"], self.graph(), refused, False)
        return well, out.getvalue()

    def test_says_who_was_never_refused_and_how_it_could_be(self):
        well, said = self.report(set())
        self.assertFalse(well)
        self.assertIn("rondo_make_at() can run out of memory (helper > alloc_zero)", said)

    def test_is_content_when_all_were_refused(self):
        self.assertEqual(self.report({"rondo_make_at", "main"}), (True, (
            "2 public functions: 1 take no memory; of 1 that do 1 were refused it, "
            "0 are excused, 0 are not tested\n")))

    def test_takes_an_excuse_as_long_as_it_is_needed(self):
        self.assertTrue(self.report(set(), ["rondo_make_at"])[0])
        well, said = self.report({"rondo_make_at"}, ["rondo_make_at"])
        self.assertFalse(well)
        self.assertIn("rondo_make_at() is excused in tests/sweep.py, and need not be", said)


if __name__ == "__main__":
    unittest.main()
