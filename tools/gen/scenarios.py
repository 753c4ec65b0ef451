#!/usr/bin/env python3
"""docs/reference/scenarios.md: the acceptance scenarios of the five guides and the tests that prove them.

A test proves a scenario by having its id in its name: G4_07_... in C++, "G4-07 ..." in end-to-end tests. The list of
ids and titles is tests/scenarios.txt. An id in a test name that the list lacks is an error.
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


def proofs(scenarios, tests):
    """Scenario id to its tests, and the ids that no scenario has."""
    found, unknown = {id: [] for id in scenarios}, []
    for test in tests:
        for guide, number in re.findall(r"(?<![A-Za-z0-9])G(\d)[_-](\d\d)(?!\d)", test.name):
            id = f"G{guide}-{number}"
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


def read_list(text):
    return dict(line.split(" ", 1) for line in text.splitlines() if line)


def main():
    scenarios = read_list((ROOT / "tests" / "scenarios.txt").read_text())
    found, unknown = proofs(scenarios, all_tests())
    for test in unknown:
        print(f"{test.path}: {test.name} names a scenario that tests/scenarios.txt lacks", file=sys.stderr)
    print(page(scenarios, found))
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
