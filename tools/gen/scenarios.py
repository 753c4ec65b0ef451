#!/usr/bin/env python3
"""docs/reference/scenarios.md: the acceptance scenarios of the five guides and the tests that prove them.

A test proves a scenario by having its id in its name: G4_07_... in C++, "G4-07 ..." in end-to-end tests. The list of
ids and titles is tests/scenarios.txt. The negative cases that all guides share are N4-07 and so on, the guide and the
row of their table, in tests/negatives.txt, where a scenario may stand that proves the same. An id in a test name that
the lists lack is an error.
"""
import re
import sys

from named_tests import ROOT, all_tests

GUIDES = {
    "G0": "Keep with Entra ID",
    "G1": "KEEP (Domino REST API) with its own provider",
    "G2": "authentik with an Entra ID source",
    "G3": "Kestra with Keycloak",
    "G4": "NetBird with Keycloak",
}


def proofs(scenarios, tests, letter="G"):
    """Scenario id to its tests, and the ids that no scenario has."""
    found, unknown = {id: [] for id in scenarios}, []
    for test in tests:
        for guide, number in re.findall(rf"(?<![A-Za-z0-9]){letter}(\d)[_-](\d\d)(?!\d)", test.name):
            id = f"{letter}{guide}-{number}"
            (found[id] if id in found else unknown).append(test)
    return found, unknown


def page(scenarios, found):
    proven = sum(bool(tests) for tests in found.values())
    lines = ["# Acceptance scenarios", "",
             f"What the five guides need, and the tests that prove it: {proven} of {len(scenarios)} so far.", ""]
    for guide, title in GUIDES.items():
        lines += [f"## {guide}: {title}", "", "| Scenario | What | Test |", "| --- | --- | --- |"]
        for id, what in scenarios.items():
            if id.startswith(guide):
                tests = "<br>".join(f"`{test.name}` in {test.path}" for test in found[id])
                lines.append(f"| {id} | {what} | {tests} |")
        lines.append("")
    return "\n".join(lines[:-1])


def negatives_page(negatives, found, scenario_tests):
    """`negatives`: id to (what, scenarios that prove the same)."""
    rows, proven = {guide: [] for guide in GUIDES}, 0
    for id, (what, same_as) in negatives.items():
        named = [f"`{test.name}` in {test.path}" for test in found[id]]
        named += [f"as {scenario}" for scenario in same_as if scenario_tests.get(scenario)]
        proven += bool(named)
        rows["G" + id[1]].append(f"| {id} | {what} | {'<br>'.join(named) or '**missing**'} |")
    lines = ["", "# Negative cases", "", f"What every guide's application must refuse or bear: {proven} of {len(negatives)} so far.", ""]
    for guide, title in GUIDES.items():
        lines += [f"## {guide.replace('G', 'N')}: {title}", "", "| Case | What | Test |", "| --- | --- | --- |", *rows[guide], ""]
    return "\n".join(lines[:-1])


def read_negatives(text):
    negatives = {}
    for id, rest in read_list(text).items():
        what, _, same_as = rest.partition("|")
        negatives[id] = (what.strip(), same_as.split())
    return negatives


def read_list(text):
    return dict(line.split(" ", 1) for line in text.splitlines() if line)


def main():
    scenarios = read_list((ROOT / "tests" / "scenarios.txt").read_text())
    negatives = read_negatives((ROOT / "tests" / "negatives.txt").read_text())
    tests = all_tests()
    found, unknown = proofs(scenarios, tests)
    refused, unknown_negatives = proofs(negatives, tests, "N")
    for test in unknown + unknown_negatives:
        print(f"{test.path}: {test.name} names an id that tests/scenarios.txt and negatives.txt lack", file=sys.stderr)
    lost = [scenario for _, same_as in negatives.values() for scenario in same_as if scenario not in scenarios]
    for scenario in lost:
        print(f"tests/negatives.txt: {scenario} is no scenario", file=sys.stderr)
    print(page(scenarios, found))
    print(negatives_page(negatives, refused, found))
    return 1 if unknown or unknown_negatives or lost else 0


if __name__ == "__main__":
    sys.exit(main())
