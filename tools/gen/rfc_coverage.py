#!/usr/bin/env python3
"""docs/reference/rfc-coverage.md: each MUST of the standards we follow, by endpoint, and the tests that hold us to it.

The rules are tests/standards.txt: `ID | where it stands | rule | tests`. A test proves a rule by naming its id in a
comment inside it (`// AC-3, AC-4`), or by being named in the rule's last column, "Suite.case" or the title of an
end-to-end test. There "-" and a reason say that we do not offer what the rule is about. An id or a test that is not
there is an error. Then come the protocol tests, file by file.
"""
import re
import sys

from named_tests import ROOT, all_tests

FOLDERS = ("tests/protocol/", "tests/broker/")
ID = re.compile(r"\b[A-Z]{1,3}[A-Z0-9]-\d+[a-z]?\b")


class Rule:
    def __init__(self, endpoint, id, source, text, named=""):
        self.endpoint, self.id, self.source, self.text = endpoint, id, source, text
        self.excuse = named[1:].strip() if named.startswith("-") else ""
        self.named = [] if self.excuse else [name.strip() for name in named.split(",") if name.strip()]


def read_rules(text):
    """Id to Rule, in the order of the file."""
    rules, endpoint = {}, ""
    for line in text.splitlines():
        if line.startswith("== "):
            endpoint = line[3:]
        elif line.strip():
            columns = [column.strip() for column in line.split(" | ")]
            rules[columns[0]] = Rule(endpoint, *columns)
    return rules


def proofs(rules, tests):
    """Id to its tests, and the names of tests in the list that no test has."""
    by_name = {}
    for test in tests:
        by_name.setdefault(test.name, []).append(test)
    found, unknown = {id: set() for id in rules}, []
    for rule in rules.values():
        for name in rule.named:
            found[rule.id].update(by_name.get(name, []))
            if name not in by_name:
                unknown.append(f"{rule.id}: {name}")
    for test in tests:
        for id in test.says:
            if id in found:
                found[id].add(test)
    return found, unknown


def words(test):
    return re.sub(r"^\w+\.", "", test.name).replace("_", " ")


def rules_page(rules, found):
    offered = [rule for rule in rules.values() if not rule.excuse]
    proven = sum(bool(found[rule.id]) for rule in offered)
    lines = ["# Standards and their tests", "",
             f"What the standards make a MUST, by endpoint, and the tests that hold us to it: {proven} of {len(offered)} so far.",
             "`[tok:x]` is an error `x` as JSON, `[redir:x]` one by redirect, `[page]` our own page. Names of tests say what is",
             "refused, or what is answered.", ""]
    for endpoint in dict.fromkeys(rule.endpoint for rule in rules.values()):
        lines += [f"## {endpoint}", "", "| Rule | Where it stands | What | Test |", "| --- | --- | --- | --- |"]
        for rule in rules.values():
            if rule.endpoint == endpoint:
                tests = "<br>".join(f"{words(test)} ({test.path})" for test in sorted(found[rule.id]))
                shown = tests or (f"not offered: {rule.excuse}" if rule.excuse else "**missing**")
                lines.append(f"| {rule.id} | {rule.source} | {rule.text} | {shown} |")
        lines.append("")
    return lines


def title(path):
    stem = path.split("/")[-1].removesuffix("_test.cc")
    match = re.fullmatch(r"rfc(\d+)_?(.*)", stem)
    if match:
        return (0, int(match.group(1)), f"RFC {match.group(1)}: {match.group(2).replace('_', ' ')}".rstrip(": "))
    return (1, 0, stem.replace("_", " "))


def files_page(tests):
    groups = {}
    for test in tests:
        if test.path.startswith(FOLDERS):
            groups.setdefault(test.path, []).append(test)
    lines = ["# Protocol tests", "", "Each case runs the whole server in process.", ""]
    for path in sorted(groups, key=lambda path: (title(path), path)):
        lines += [f"## {title(path)[2]}", "", f"{path}", ""]
        lines += [f"- {words(test)}" for test in groups[path]] + [""]
    return lines


def page(rules, found, tests):
    return "\n".join((rules_page(rules, found) + files_page(tests))[:-1])


if __name__ == "__main__":
    rules, tests = read_rules((ROOT / "tests/standards.txt").read_text()), all_tests()
    found, unknown = proofs(rules, tests)
    print(page(rules, found, tests))
    for problem in unknown:
        print(f"tests/standards.txt names a test that is not there: {problem}", file=sys.stderr)
    sys.exit(1 if unknown else 0)
