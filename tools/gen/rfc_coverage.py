#!/usr/bin/env python3
"""docs/reference/rfc-coverage.md: for each standard, the protocol tests that hold us to it.

A protocol test belongs to the standard that its file is named after: tests/protocol/rfc7636_pkce_test.cc. Files that
are named after no RFC come last, under their own names.
"""
import re
import sys

from named_tests import all_tests

PREFIX = "tests/protocol/"


def sentence(case):
    return case.split(".", 1)[1].replace("_", " ")


def title(path):
    stem = path.removeprefix(PREFIX).removesuffix("_test.cc")
    match = re.fullmatch(r"rfc(\d+)_?(.*)", stem)
    if match:
        return (0, int(match.group(1)), f"RFC {match.group(1)}: {match.group(2).replace('_', ' ')}".rstrip(": "))
    return (1, 0, stem.replace("_", " ").replace("/", ": "))


def page(tests):
    groups = {}
    for test in tests:
        if test.path.startswith(PREFIX):
            groups.setdefault(test.path, []).append(test)
    lines = ["# Standards and their tests", "",
             "Each case runs the whole server in process. Names say what is refused, or what is answered.", ""]
    for path in sorted(groups, key=title):
        lines += [f"## {title(path)[2]}", "", f"{path}", ""]
        lines += [f"- {sentence(test.name)}" for test in groups[path]] + [""]
    return "\n".join(lines[:-1])


if __name__ == "__main__":
    print(page(all_tests()))
    sys.exit(0)
