"""The test cases of the repository by name, as they stand in the sources."""
import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, order=True)
class NamedTest:
    path: str
    name: str  # "Suite.case", or the title of an end-to-end test
    says: frozenset = field(default=frozenset(), compare=False)  # ids of rules in comments of a C++ test, as "AC-3"


def ids_in(body):
    """Ids in comments; "CA-1 to CA-3" is all three."""
    found = set()
    for comment in re.findall(r"//(.*)", body):
        found.update(re.findall(r"\b[A-Z]{1,3}[A-Z0-9]-\d+[a-z]?\b", comment))
        for letters, first, last in re.findall(r"\b([A-Z]{1,3}[A-Z0-9])-(\d+) to (?:\1-)?(\d+)\b", comment):
            found.update(f"{letters}-{number}" for number in range(int(first), int(last) + 1))
    return frozenset(found)


def from_text(path, text):
    if path.endswith(".cc"):
        for match in re.finditer(r"(?m)^(?:TYPED_)?TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)", text):
            end = text.find("\n}\n", match.end())
            body = text[match.end():end if end >= 0 else len(text)]
            yield NamedTest(path, f"{match.group(1)}.{match.group(2)}", ids_in(body))
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
