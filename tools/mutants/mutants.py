#!/usr/bin/env python3
"""Takes one protection at a time out of a copy of the sources and demands that the tests named for it fail.

The mutants stand in *.toml beside this file, by attack class of docs/design/threat-model.md:

    [[mutant]]
    class = 16
    breaks = "a code with a challenge is paid out without a verifier"
    file = "src/oidc/token/grants/redeem_code.cc"
    old = '''text that stands there once'''
    new = '''what it becomes'''
    tests = ["RedeemCode.refuses_missing_wrong_and_malformed_verifiers"]

Each of `tests` must fail, or end with the process. A mutant that does not compile proves nothing and is an error.
"""
import argparse
import re
import shutil
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "gen"))
import named_tests  # noqa: E402

MEMBERS = {"class", "breaks", "file", "old", "new", "tests"}


@dataclass(frozen=True)
class Mutant:
    number: int  # of the attack class
    breaks: str
    file: str
    old: str
    new: str
    tests: tuple
    source: str  # file and place, for messages


class Problem(Exception):
    pass


def load(folder=HERE):
    """All mutants, by class."""
    mutants = []
    for path in sorted(folder.glob("*.toml")):
        for place, entry in enumerate(tomllib.loads(path.read_text()).get("mutant", []), 1):
            source = f"{path.name} mutant {place}"
            if set(entry) != MEMBERS:
                raise Problem(f"{source}: must have {', '.join(sorted(MEMBERS))}")
            mutants.append(Mutant(entry["class"], entry["breaks"], entry["file"], entry["old"], entry["new"],
                                  tuple(entry["tests"]), source))
    return sorted(mutants, key=lambda mutant: (mutant.number, mutant.source))


def problems(root, mutants):
    """What is wrong with mutants before any is built: used by ./dev lint as well."""
    paths = {test.name: test.path for test in named_tests.all_tests(root)}
    for mutant in mutants:
        path = root / mutant.file
        count = path.read_text().count(mutant.old) if path.exists() else 0
        if count != 1:
            yield f"{mutant.source}: its text stands {count} times in {mutant.file}"
        if mutant.old == mutant.new or not mutant.tests:
            yield f"{mutant.source}: changes nothing, or names no test"
        for name in mutant.tests:
            if name not in paths or not paths[name].endswith(".cc"):
                yield f"{mutant.source}: there is no C++ test {name}"


def program_of(path):
    """The test program that a test's file belongs to."""
    parts = path.split("/")
    if parts[0] == "src":
        return f"{parts[1]}_test"
    return {"protocol": "protocol_test", "broker": "broker_suite", "store": "store_suite"}[parts[1]]


def ran_and_failed(text, names):
    """Tests among `names` that did not pass, of what a test program wrote. A crash is a failure of all that follow."""
    started, passed, failed = set(), [], set()
    for word, case in re.findall(r"^\[ (RUN|      OK|  FAILED ) +\] (\S+?)(?:,|$| )", text, re.M):
        whole = re.fullmatch(r"(?:\w+/)?(\w+\.\w+)(?:/\S+)?", case)  # of a parameter: Both/Suite.case/0
        if whole is None:
            continue  # "[  FAILED  ] 2 tests, listed below:"
        name = whole.group(1)
        if word == "RUN":
            started.add((name, case))
        elif word.strip() == "OK":
            passed.append(case)
        else:
            failed.add(name)
    unfinished = {name for name, case in started if case not in passed}
    return {name for name in names if name in failed | unfinished}


def filter_of(names):
    return ":".join(f"{name}:{name}/*:*/{name}:*/{name}/*" for name in names)


class Tree:
    """A copy of the sources that may be broken, with a build folder of its own."""

    def __init__(self, root, preset):
        self.root, self.build = root, root / "build" / preset
        paths = named_tests.all_tests(root)
        self.paths = {test.name: test.path for test in paths}
        if not (self.build / "build.ninja").exists():
            self.call(["cmake", "--preset", preset])

    def call(self, command):
        done = subprocess.run(command, cwd=self.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        if done.returncode != 0:
            raise Problem(f"{' '.join(command)}: " + done.stdout[-4000:])

    def programs(self, mutant):
        by_program = {}
        for name in mutant.tests:
            by_program.setdefault(program_of(self.paths[name]), []).append(name)
        return by_program

    def make(self, programs):
        self.call(["ninja", "-C", str(self.build), *sorted(programs)])

    def failing(self, by_program):
        """Names of the tests that fail."""
        failed = set()
        for program, names in by_program.items():
            where = next(path for path in (self.build / program, self.build / "tests" / program) if path.exists())
            try:
                done = subprocess.run([str(where), f"--gtest_filter={filter_of(names)}", "--gtest_color=no"], cwd=self.root,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
                failed |= ran_and_failed(done.stdout.decode(errors="replace"), names)
            except subprocess.TimeoutExpired:  # a test that hangs without its rule does not pass
                failed |= set(names)
        return failed

    def kill(self, mutant):
        """The tests that the mutant survives: none is what is wanted."""
        path = self.root / mutant.file
        whole = path.read_text()
        by_program = self.programs(mutant)
        path.write_text(whole.replace(mutant.old, mutant.new, 1))
        try:
            self.make(by_program)
            return set(mutant.tests) - self.failing(by_program)
        finally:
            path.write_text(whole)


def scratch_copy(root, scratch):
    """The committed and changed sources of `root` in `scratch`; what did not change keeps its time, so that little is built."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=root, capture_output=True, text=True, check=True)
    wanted = {name for name in listed.stdout.splitlines() if (root / name).is_file()}
    for path in list(scratch.rglob("*")) if scratch.exists() else []:
        name = str(path.relative_to(scratch))
        if path.is_file() and not name.startswith("build/") and name not in wanted:
            path.unlink()
    for name in wanted:
        target = scratch / name
        if target.exists() and target.read_bytes() == (root / name).read_bytes():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / name, target)
        target.touch()
    return scratch


def chosen(mutants, classes):
    unknown = set(classes) - {mutant.number for mutant in mutants}
    if unknown:
        raise Problem(f"no mutant is of class {', '.join(map(str, sorted(unknown)))}")
    return [mutant for mutant in mutants if not classes or mutant.number in classes]


def first_error(text):
    return next((line for line in text.splitlines() if "error:" in line), text[:200])


def run(tree, mutants):
    programs = {program for mutant in mutants for program in tree.programs(mutant)}
    print(f"building {' '.join(sorted(programs))} as they are", flush=True)
    tree.make(programs)
    every = {}
    for mutant in mutants:
        for program, names in tree.programs(mutant).items():
            every.setdefault(program, []).extend(names)
    if broken := tree.failing(every):
        raise Problem(f"these fail with every protection in place: {', '.join(sorted(broken))}")
    survivors = 0
    for mutant in mutants:
        begin = time.monotonic()
        try:
            alive = tree.kill(mutant)
            verdict = f"SURVIVES {', '.join(sorted(alive))}" if alive else "killed"
        except Problem as problem:
            alive, verdict = True, f"DOES NOT BUILD {first_error(str(problem))}"
        survivors += bool(alive)
        print(f"{mutant.number:>3}  {mutant.breaks:<78}  {verdict}  ({time.monotonic() - begin:.0f} s)", flush=True)
    print(f"{len(mutants) - survivors} killed, {survivors} survived or did not build")
    return survivors


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("classes", nargs="*", type=int, metavar="CLASS", help="attack classes; all of them by default")
    parser.add_argument("--program", action="append", metavar="NAME", help="only mutants whose tests are all in these programs")
    parser.add_argument("--root", type=Path, default=HERE.parents[1])
    parser.add_argument("--in-place", action="store_true", help="this tree is a copy already: break it, and build it here")
    parser.add_argument("--preset", default="release")
    parser.add_argument("--list", action="store_true", help="say what there is, build nothing")
    arguments = parser.parse_args()
    try:
        mutants = chosen(load(), arguments.classes)
        if found := list(problems(arguments.root, mutants)):
            raise Problem("\n".join(found))
        if arguments.list:
            for mutant in mutants:
                print(f"{mutant.number:>3}  {mutant.breaks:<78}  {' '.join(mutant.tests)}")
            return 0
        if arguments.program:
            paths = {test.name: test.path for test in named_tests.all_tests(arguments.root)}
            wanted = set(arguments.program)
            mutants = [one for one in mutants if {program_of(paths[name]) for name in one.tests} <= wanted]
        root = arguments.root if arguments.in_place else scratch_copy(arguments.root, arguments.root / "build" / "mutants")
        return 1 if run(Tree(root, arguments.preset), mutants) else 0
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
