#!/usr/bin/env python3
"""House checks of CONTRIBUTING.md. Each is a function from a Tree to findings, "path:line: what is wrong".

Python's standard library only, so that a bare Debian 12 with python3 can run it.
"""
import argparse
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("gen", "mutants")]
import mutants  # noqa: E402
import named_tests  # noqa: E402
import templates  # noqa: E402

# Libraries that only some modules may touch. The first match of an include's path counts.
LIBRARY_HOMES = [
    (r"boost/(asio|beast)", {"http"}),
    (r"boost/(json|url)", None),
    (r"boost/", {"http", "base"}),
    (r"sqlite3\.h|libpq-fe\.h", {"db"}),
    (r"openssl/", {"base", "crypto", "jose", "http"}),
    (r"sodium", {"base", "crypto", "jose"}),
    (r"argon2", {"crypto"}),
    (r"mustache", {"web"}),
    (r"unicode/", {"base", "core", "web"}),
    (r"curl/", {"http"}),
    (r"zlib\.h", {"web"}),
    (r"yaml-cpp/|CLI/", {"app", "tool"}),
    (r"re2/", {"core"}),
]

# What may be called in one place only, so that tests can replace it.
BANNED = [
    (r"\bsystem_clock::now\b", "time is passed in: Clock", {"base"}),
    (r"(?<![\w.>])time\s*\(\s*(nullptr|NULL|0|&)", "time is passed in: Clock", {"base"}),
    (r"\brandom_device\b", "randomness is passed in: Random", {"base"}),
    (r"(?<![\w.>:])s?rand\s*\(", "randomness is passed in: Random", {"base"}),
    (r"\bsleep_for\b|\bsleep_until\b|(?<![\w.>:])u?sleep\s*\(", "wait for an event, not for time", set()),
    (r"(?<![\w.>])(std::)?(secure_)?getenv\s*\(", "the environment is read in app and passed in", {"app"}),
    (r"\bco_(await|return|yield)\b", "no coroutines (docs/adr/0002)", set()),
    (r"\bstd::regex\b", "std::regex is not safe on outside text", set()),
]

BANNED_OUTSIDE_TESTS = [
    (r"(?<![\w.>])throw\b(?!\s*;)", "no exceptions of ours: return a Result", set()),
]

SIZE_LIMITS = {".cc": 600, ".h": 300}
FUNCTION_LINES_MAX = 70


@dataclass
class Tree:
    root: Path

    def sources(self, *suffixes):
        src = self.root / "src"
        return sorted(p for p in src.rglob("*") if p.suffix in suffixes)

    def outside(self, *suffixes):
        """Sources that are not in the program: of the tests and the benchmarks."""
        folders = (self.root / "tests", self.root / "bench")
        return sorted(p for f in folders for p in f.rglob("*") if p.suffix in suffixes and "node_modules" not in p.parts)

    def name(self, path):
        return str(path.relative_to(self.root))

    def module(self, path):
        return path.relative_to(self.root / "src").parts[0]


def is_test(path):
    return bool(re.search(r"_(test|bench|fuzz)\.cc$|_fixture\.h$", path.name))


def strip_comments(text):
    """The code with comments and the inside of literals blanked; line numbers stay."""
    pattern = re.compile(
        r'//[^\n]*|/\*.*?\*/|R"(?P<d>[^(\s]*)\(.*?\)(?P=d)"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])*\'', re.S)

    def blank(match):
        text = match.group(0)
        kept = '""' if text[0] in "\"R" else ""
        return kept + "\n" * text.count("\n")

    return pattern.sub(blank, text)


def allowed_includes(root):
    """The include table: the link table of CMakeLists.txt, cardea_module(NAME ... DEPS a b ... LIBS ...)."""
    table = {}
    text = (root / "CMakeLists.txt").read_text()
    for match in re.finditer(r"cardea_module\((\w+)([^)]*)\)", text):
        words = match.group(2).split()
        dependencies = []
        if "DEPS" in words:
            for word in words[words.index("DEPS") + 1:]:
                if word.isupper():
                    break
                dependencies.append(word)
        table[match.group(1)] = set(dependencies)
    return table


def check_includes(tree):
    table = allowed_includes(tree.root)
    for path in tree.sources(".h", ".cc"):
        module = tree.module(path)
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
            if not match:
                continue
            where, included = f"{tree.name(path)}:{number}", match.group(2)
            first = included.split("/")[0]
            if match.group(1) == '"':
                if first == "tests":
                    if not is_test(path):
                        yield f"{where}: only tests include {included}"
                elif first not in table:
                    yield f'{where}: "{included}" does not begin with a module; includes start at src/'
                elif first != module and first not in table.get(module, set()):
                    yield f"{where}: {module} may not include {first}"
                elif not (tree.root / "src" / included).exists():
                    yield f"{where}: there is no src/{included}"
            elif not is_test(path):
                home = next((homes for pattern, homes in LIBRARY_HOMES if re.match(pattern, included)), None)
                if home is not None and module not in home:
                    yield f"{where}: <{included}> belongs in {', '.join(sorted(home))}"


def check_sizes(tree):
    benchmarks = [path for path in tree.outside(".h", ".cc") if "bench" in path.relative_to(tree.root).parts]
    for path in tree.sources(".h", ".cc") + benchmarks:
        lines = path.read_text().splitlines()
        if len(lines) > SIZE_LIMITS[path.suffix]:
            yield f"{tree.name(path)}:1: {len(lines)} lines; {SIZE_LIMITS[path.suffix]} is the end"
        for number, line in enumerate(lines, 1):
            if len(line) > 120 and not is_test(path) and "http" not in line:
                yield f"{tree.name(path)}:{number}: {len(line)} columns; 120 is the end"
        if not is_test(path):
            yield from long_functions(tree, path, lines)


def long_functions(tree, path, lines):
    """Functions by indentation, which clang-format makes reliable."""
    opening = re.compile(r"^( *)(?!(?:if|else|for|while|switch|do|try|catch|namespace|class|struct|enum|union|case|return)\b)"
                         r"[\w:~<\[].*\)[^;=]*\{$")
    begun = {}
    for number, line in enumerate(lines, 1):
        closed = re.match(r"^( *)\}", line)
        if closed and len(closed.group(1)) in begun:
            start = begun.pop(len(closed.group(1)))
            if number - start + 1 > FUNCTION_LINES_MAX:
                yield f"{tree.name(path)}:{start}: a function of {number - start + 1} lines; {FUNCTION_LINES_MAX} is the end"
        match = opening.match(line)
        if match:
            begun[len(match.group(1))] = number


def check_banned(tree):
    for path in tree.sources(".h", ".cc") + tree.outside(".h", ".cc"):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if re.match(r"(<{7}|>{7})( |$)", line):
                yield f"{tree.name(path)}:{number}: a merge was left half done"
    for path in tree.sources(".h", ".cc"):
        if path.name.endswith("_bench.cc"):
            continue
        code = strip_comments(path.read_text())
        for number, line in enumerate(code.splitlines(), 1):
            for pattern, advice, homes in BANNED + ([] if is_test(path) else BANNED_OUTSIDE_TESTS):
                if re.search(pattern, line) and tree.module(path) not in homes:
                    yield f"{tree.name(path)}:{number}: {advice}"


# Pages of the server itself, which belong to no realm and so to no language.
ENGLISH_PAGES = ("playground.html", "start.html")


def check_templates(tree):
    for path in sorted((tree.root / "web").rglob("templates/*.html")):
        text = path.read_text()
        words = [] if path.name in ENGLISH_PAGES else templates.literal_words(text)
        for number, message in sorted([*templates.findings(text), *words]):
            yield f"{tree.name(path)}:{number}: {message}"


def check_modules(tree):
    for module in allowed_includes(tree.root):
        folder = tree.root / "src" / module
        if folder.is_dir() and any(folder.iterdir()) and not (folder / "README.md").exists():
            yield f"src/{module}/README.md:1: every module says what it is for"


def check_threats(tree):
    """Every test that the threat model names exists: Suite.case, or the title of an end-to-end test."""
    path = tree.root / "docs" / "design" / "threat-model.md"
    known = {test.name for test in named_tests.all_tests(tree.root)}
    for number, line in enumerate(path.read_text().splitlines() if path.exists() else [], 1):
        for name in re.findall(r"`(\w+\.\w+|\w+(?:_\w+){3,})`", line):
            if name not in known:
                yield f"{tree.name(path)}:{number}: there is no test {name}"
    yield from check_mutants(tree, path)


def check_mutants(tree, path):
    """Each class of the threat model has a mutant, whose text stands in the sources and whose tests exist."""
    folder = tree.root / "tools" / "mutants"
    if not path.exists() or not folder.exists():
        return
    found = mutants.load(folder)
    yield from (f"tools/mutants/{problem}" for problem in mutants.problems(tree.root, found))
    have = {mutant.number for mutant in found}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        row = re.match(r"\| (\d+(?:, \d+)*) \|", line)
        if row and not have & {int(one) for one in row.group(1).split(", ")}:
            yield f"{tree.name(path)}:{number}: no mutant is of class {row.group(1)}"


def check_events(tree):
    """Audit events follow from lines of the log (src/core/events): every rule there has a line that is written."""
    rules = tree.root / "src" / "core" / "events" / "event_rules.cc"
    if not rules.exists():
        return
    written = "".join(path.read_text() for path in tree.sources(".cc", ".h")
                      if path != rules and not is_test(path))
    for number, line in enumerate(rules.read_text().splitlines(), 1):
        rule = re.match(r'\s+Rule\{"(\w+)"', line)
        if rule and f'"{rule[1]}"' not in written:
            yield f"{tree.name(rules)}:{number}: no line {rule[1]} is written any more: its event would never come"
        word = re.match(r'\s+ErrorWord\{"(\w+)"', line)
        if word and f'"{word[1]}"' not in written:
            yield f"{tree.name(rules)}:{number}: nothing is refused for {word[1]} any more: Keycloak's word would not come"


def run_parallel(function, items):
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for findings in pool.map(function, items):
            yield from findings


def check_headers(tree):
    """Every header compiles alone. ccache makes the second run cheap."""
    build = tree.root / "build" / "lint"
    build.mkdir(parents=True, exist_ok=True)
    packages = subprocess.run(["pkg-config", "--cflags", "libpq", "libsodium", "libargon2", "sqlite3"], capture_output=True,
                              text=True)
    environment = {**os.environ, "CCACHE_DEPEND": "1"}  # what is not in the cache is preprocessed once, not twice
    launcher = ["ccache"] if subprocess.run(["which", "ccache"], capture_output=True).returncode == 0 else []

    def compile_alone(path):
        include = path.relative_to(tree.root / "src")
        unit = build / (str(include).replace("/", "__") + ".cc")
        text = f'#include "{include}"\n'
        if not unit.exists() or unit.read_text() != text:
            unit.write_text(text)
        command = launcher + ["clang++-19", "-std=c++23", "-Wall", "-Wextra", "-Werror", "-O0", "-MD", "-I",
                              str(tree.root / "src"), "-I", str(tree.root), *packages.stdout.split(), "-c", str(unit), "-o",
                              str(unit.with_suffix(".o"))]
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        if done.returncode != 0:
            error = next((line for line in done.stderr.splitlines() if "error:" in line), done.stderr[:200])
            return [f"{tree.name(path)}:1: does not compile alone: {error}"]
        return []

    yield from run_parallel(compile_alone, tree.sources(".h"))


def check_format(tree):
    paths = tree.sources(".h", ".cc") + tree.outside(".h", ".cc")

    def formatted(path):
        done = subprocess.run(["clang-format-19", "--dry-run", "--Werror", str(path)], capture_output=True, text=True)
        return [] if done.returncode == 0 else [f"{tree.name(path)}:1: not formatted; run ./dev fmt"]

    yield from run_parallel(formatted, paths)


CHECKS = {
    "includes": check_includes,
    "sizes": check_sizes,
    "banned": check_banned,
    "templates": check_templates,
    "modules": check_modules,
    "threats": check_threats,
    "events": check_events,
    "headers": check_headers,
    "format": check_format,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("checks", nargs="*", metavar="CHECK", help=", ".join(CHECKS))
    arguments = parser.parse_args()
    unknown = [name for name in arguments.checks if name not in CHECKS]
    if unknown:
        parser.error(f"no check is called {unknown[0]}; there are: {', '.join(CHECKS)}")
    tree, count = Tree(arguments.root), 0
    for name in arguments.checks or CHECKS:
        findings = list(CHECKS[name](tree))
        print(f"lint {name}: {'ok' if not findings else len(findings)}", flush=True)
        for finding in findings:
            print("  " + finding)
        count += len(findings)
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
