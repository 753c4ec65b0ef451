#!/usr/bin/env python3
"""A failure, a crash or an empty run is never counted as success."""
import tempfile
import unittest
from pathlib import Path

import count


class CountGtest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def programs(self, **status):
        rows = "".join(f'<testcase name="{name}" status="{value}"/>' for name, value in status.items())
        (self.path / "programs.junit").write_text(f"<testsuite>{rows}</testsuite>")

    def report(self, name, *cases):
        (self.path / f"{name}.xml").write_text(f'<testsuites><testsuite>{"".join(cases)}</testsuite></testsuites>')

    GOOD = '<testcase name="a" status="run" result="completed"/>'
    BAD = '<testcase name="b" status="run" result="completed"><failure/></testcase>'
    SKIPPED = '<testcase name="c" status="run" result="skipped"/>'

    def test_refuses_an_empty_run(self):
        self.assertEqual(count.count_gtest(self.path), (0, 1, 0))

    def test_refuses_a_program_that_crashed(self):
        self.programs(good_test="run", crashed_test="fail")
        self.report("good_test", self.GOOD)
        (self.path / "crashed_test.xml").write_text("<testsuites><testsui")
        self.assertEqual(count.count_gtest(self.path), (1, 1, 0))

    def test_refuses_a_program_that_fails_after_its_cases(self):
        self.programs(leaky_test="fail", bad_test="fail")
        self.report("leaky_test", self.GOOD, self.GOOD)
        self.report("bad_test", self.BAD)
        self.assertEqual(count.count_gtest(self.path), (2, 2, 0))

    def test_counts_cases(self):
        self.programs(one_test="run", two_test="fail", plain_test="run")
        self.report("one_test", self.GOOD, self.SKIPPED)
        self.report("two_test", self.GOOD, self.BAD)
        self.assertEqual(count.count_gtest(self.path), (3, 1, 1))


    def test_names_what_failed_and_what_crashed(self):
        self.programs(two_test="fail", crashed_test="fail", good_test="run")
        bad = '<testcase classname="Keys" name="b" status="run" result="completed"><failure message="why&#10;so"/></testcase>'
        self.report("two_test", self.GOOD, bad)
        self.report("good_test", self.GOOD)
        self.assertEqual(count.failures_gtest(self.path), [["two_test: Keys.b", "why", "so"], ["crashed_test ended badly"]])


class FailuresText(unittest.TestCase):
    def test_names_an_end_to_end_case_with_its_reason(self):
        log = "  ok      one (2 ms)\n  NOT OK  two (3 ms)\n      AssertionError: x\n          at y\n  ok      three (1 ms)\n"
        self.assertEqual(count.failures_text(log), [["NOT OK  two (3 ms)", "      AssertionError: x", "          at y"]])

    def test_names_a_case_of_a_script(self):
        log = "=====\nFAIL: test_a (x.A.test_a)\n-----\nTraceback\n=====\nERROR: test_b (x.B.test_b)\nz\n"
        self.assertEqual([block[0] for block in count.failures_text(log)],
                         ["FAIL: test_a (x.A.test_a)", "ERROR: test_b (x.B.test_b)"])


class CountText(unittest.TestCase):
    def test_refuses_silence(self):
        self.assertEqual(count.count_text("", 0), (0, 1, 0))

    def test_refuses_success_that_exits_otherwise(self):
        self.assertEqual(count.count_text("3 passed, 0 failed\n", 1), (3, 1, 0))

    def test_last_line_counts(self):
        self.assertEqual(count.count_text("1 passed, 0 failed\nx\ne2e: 5 passed, 2 failed, 1 skipped\n", 1), (5, 2, 1))

    def test_unittest(self):
        self.assertEqual(count.count_text("Ran 7 tests in 1s\n\nOK\nRan 5 tests in 1s\n\nFAILED (failures=1, errors=1)\n", 1), (10, 2, 0))


class Summary(unittest.TestCase):
    def test_refuses_a_stage_that_left_no_count(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "a.count").write_text("2 0 0")
            self.assertEqual(count.summary(Path(folder), ["a"]), 0)
            self.assertEqual(count.summary(Path(folder), ["a", "b"]), 1)


if __name__ == "__main__":
    unittest.main()
