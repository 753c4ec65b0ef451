#!/usr/bin/env python3
"""On a fresh Debian `./dev test` installs every program that the tests start."""
import re
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Programs that come in a package of another name, and those that every Debian has.
PACKAGE_OF = {"apache2": "apache2-bin", "node": "nodejs", "psql": "postgresql-15", "pg_dump": "postgresql-15",
              "pg_restore": "postgresql-15"}
IN_EVERY_DEBIAN = {"bash", "sh"}
OTHER_SYSTEMS = {"httpd"}  # the name the same program has elsewhere; looked for after Debian's

CALL = re.compile(r"""\b(?:spawn|spawnSync|execFile|execFileSync)\(\s*['"]([^'"]+)['"]""")
PATH = re.compile(r"""['"]/usr/s?bin/([\w.-]+)['"]""")


def programs_in(text):
    return {name.rsplit("/", 1)[-1] for name in CALL.findall(text)} | set(PATH.findall(text))


def programs_of_end_to_end_tests():
    found = {}
    for file in sorted((ROOT / "tests/e2e").rglob("*.mjs")):
        if "node_modules" in file.parts:
            continue
        for program in programs_in(file.read_text()):
            found.setdefault(program, str(file.relative_to(ROOT)))
    return found


def packages_for_tests():
    script = f"source {ROOT}/tools/dev/packages.sh; echo $packages_build $packages_test"
    words = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout.split()
    return set(words)


class Packages(unittest.TestCase):
    def test_refuses_a_program_that_no_package_brings(self):
        packages = packages_for_tests()
        for program, file in programs_of_end_to_end_tests().items():
            if program in IN_EVERY_DEBIAN | OTHER_SYSTEMS:
                continue
            package = PACKAGE_OF.get(program)
            is_listed = package in packages or any(word.startswith(program + ":") for word in packages)
            self.assertTrue(is_listed, f"{file} starts {program}; packages_test in tools/dev/packages.sh has no package for it")

    def test_sees_the_programs(self):
        self.assertEqual(programs_in("spawn('jq', [])  execFileSync( \"psql\", x) spawn(binary, y)"), {"jq", "psql"})
        self.assertEqual(programs_in("const k = ['/usr/sbin/nginx', '/usr/bin/nginx'];"), {"nginx"})
        self.assertTrue({"nginx", "caddy", "apache2", "psql", "jq", "openssl", "chromium"} <= set(programs_of_end_to_end_tests()))


if __name__ == "__main__":
    unittest.main()
