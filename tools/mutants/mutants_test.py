#!/usr/bin/env python3
"""What the mutants are judged by. Run by ./dev test."""
import tempfile
import unittest
from pathlib import Path

import mutants


class Output(unittest.TestCase):
    text = """[ RUN      ] A.good
[       OK ] A.good (0 ms)
[ RUN      ] Both/A.one/0
[       OK ] Both/A.one/0 (0 ms)
[ RUN      ] Both/A.one/1
[  FAILED  ] Both/A.one/1, where GetParam() = 1 (0 ms)
[ RUN      ] A.crashed
"""

    def test_a_test_that_passed_or_never_ran_does_not_count(self):
        self.assertEqual(mutants.ran_and_failed(self.text, {"A.good", "A.absent"}), set())

    def test_one_parameter_that_fails_and_a_crash_count(self):
        summary = "[  FAILED  ] 1 test, listed below:\n[  FAILED  ] Both/A.one/1, where GetParam() = 1\n"
        self.assertEqual(mutants.ran_and_failed(self.text + summary, {"A.one", "A.crashed"}), {"A.one", "A.crashed"})


class Files(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = Path(self.folder.name)
        self.write("src/base/a.cc", "int a = 1;\nint b = 1;\n")
        self.write("src/base/a_test.cc", "TEST(A, refuses) {\n}\n")

    def tearDown(self):
        self.folder.cleanup()

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def mutant(self, old="int a", new="int c", tests=("A.refuses",), file="src/base/a.cc"):
        return mutants.Mutant(1, "x", file, old, new, tests, "x.toml mutant 1")

    def found(self, mutant):
        return " ".join(mutants.problems(self.root, [mutant]))

    def test_refuses_text_that_stands_nowhere_or_twice(self):
        self.assertEqual(self.found(self.mutant()), "")
        self.assertIn("0 times", self.found(self.mutant("int d")))
        self.assertIn("2 times", self.found(self.mutant("= 1")))
        self.assertIn("0 times", self.found(self.mutant(file="src/base/b.cc")))

    def test_refuses_mutants_that_prove_nothing(self):
        self.assertIn("changes nothing", self.found(self.mutant(new="int a")))
        self.assertIn("names no test", self.found(self.mutant(tests=())))
        self.assertIn("no C++ test A.absent", self.found(self.mutant(tests=("A.absent",))))

    def test_a_scratch_copy_follows_its_source(self):
        import subprocess
        subprocess.run(["git", "init", "-q"], cwd=self.root, check=True)
        scratch = self.root / "build" / "mutants"
        self.write(".gitignore", "/build/\n")
        mutants.scratch_copy(self.root, scratch)
        before = (scratch / "src/base/a.cc").stat().st_mtime_ns
        (self.root / "src/base/a_test.cc").unlink()
        mutants.scratch_copy(self.root, scratch)
        self.assertFalse((scratch / "src/base/a_test.cc").exists())
        self.assertEqual((scratch / "src/base/a.cc").stat().st_mtime_ns, before, "what did not change is not built again")

    def test_a_test_belongs_to_the_program_of_its_folder(self):
        self.assertEqual(mutants.program_of("src/oidc/token/a_test.cc"), "oidc_test")
        self.assertEqual(mutants.program_of("tests/protocol/a_test.cc"), "protocol_test")
        self.assertEqual(mutants.program_of("tests/store/a_test.cc"), "store_suite")


if __name__ == "__main__":
    unittest.main()
