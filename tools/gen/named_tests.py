"""The test cases of the repository by name, as they stand in the sources."""
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, order=True)
class NamedTest:
    path: str
    name: str  # "Suite.case", or the title of an end-to-end test


def from_text(path, text):
    if path.endswith(".cc"):
        for match in re.finditer(r"(?m)^(?:TYPED_)?TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)", text):
            yield NamedTest(path, f"{match.group(1)}.{match.group(2)}")
    else:  # a journey is a test with a browser; folders have kinds of their own, such as hubJourney
        for match in re.finditer(r"\b(?:test|it|\w*[jJ]ourney)\(\s*([\"'`])(.+?)\1\s*,", text):
            yield NamedTest(path, match.group(2))


def all_tests(root=ROOT):
    paths = list((root / "src").rglob("*_test.cc"))
    paths += [p for p in (root / "tests").rglob("*") if p.suffix in (".cc", ".mjs", ".js", ".ts") and "node_modules" not in p.parts]
    found = set()
    for path in paths:
        found.update(from_text(str(path.relative_to(root)), path.read_text(errors="replace")))
    return sorted(found)
