#!/usr/bin/env python3
"""Counts test cases.

count.py gtest FOLDER           GoogleTest's XML files, and the list of programs that CTest ran (programs.junit)
count.py text FILE STATUS       the last "N passed, N failed" of a log, or what Python's unittest said
count.py summary FOLDER STAGE...   what failed and why, the STAGE.count files as a table, and the plain line at the end

The first two print "passed failed skipped". A program that ended without saying what it ran counts as one failure, so
that a crash is never lost.
"""
import re
import sys
import xml.etree.ElementTree as xml
from pathlib import Path

REASON_LINES = 12
FAILURES_SHOWN = 10

def count_report(path):
    """(passed, failed, skipped) of one program's file, or None when a crash cut it short."""
    try:
        cases = list(xml.parse(path).getroot().iter("testcase"))
    except (OSError, xml.ParseError):
        return None
    failed = sum(case.find("failure") is not None or case.find("error") is not None for case in cases)
    skipped = sum(case.get("status") != "run" or case.get("result") in ("skipped", "suppressed") for case in cases)
    return len(cases) - failed - skipped, failed, skipped


def count_gtest(folder):
    total = [0, 0, 0]
    listing = folder / "programs.junit"
    for program in xml.parse(listing).getroot().iter("testcase") if listing.exists() else []:
        good = program.get("status") == "run"
        counts = count_report(folder / (program.get("name") + ".xml"))
        if counts is None:
            counts = (1, 0, 0) if good else (0, 1, 0)  # a plain program, or one that crashed
        elif not good and counts[1] == 0:
            counts = (counts[0], 1, counts[2])  # a sanitizer spoke after the last case
        total = [a + b for a, b in zip(total, counts)]
    if total[0] + total[1] == 0:
        total[1] = 1
    return tuple(total)


def count_text(text, status):
    found = re.findall(r"(?m)^(?:\w+: )?(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*$", text)
    if found:
        passed, failed, skipped = (int(n or 0) for n in found[-1])
    elif ran := re.findall(r"(?m)^Ran (\d+) tests? in", text):
        failed = sum(int(n) for n in re.findall(r"(?:failures|errors)=(\d+)", text))
        passed, skipped = sum(map(int, ran)) - failed, 0
    else:
        passed, failed, skipped = 0, 1, 0
    if status != 0 and failed == 0:
        failed = 1
    return passed, failed, skipped


def failures_gtest(folder):
    """The cases that failed with their reasons, and the programs that ended without a report."""
    found = []
    listing = folder / "programs.junit"
    for program in xml.parse(listing).getroot().iter("testcase") if listing.exists() else []:
        name = program.get("name")
        try:
            cases = xml.parse(folder / f"{name}.xml").getroot().iter("testcase")
        except (OSError, xml.ParseError):
            cases = []
        reasons = [
            f"{name}: {case.get('classname')}.{case.get('name')}\n{failure.get('message') or ''}".splitlines()
            for case in cases for failure in case.iter("failure")
        ]
        if not reasons and program.get("status") != "run":
            reasons = [f"{name} ended badly\n{program.findtext('system-out') or ''}".splitlines()]
            reasons[0][1:-REASON_LINES] = []
        found += reasons
    return found


def failures_text(text):
    """A line that says NOT OK (ours), FAIL or ERROR (unittest's), with what is written below it."""
    lines = text.splitlines()
    starts = [i for i, line in enumerate(lines) if re.match(r"\s*NOT OK |(FAIL|ERROR): ", line)]
    found = []
    for start in starts:
        indented = lines[start].startswith(" ")
        block = [lines[start].strip()]
        for line in lines[start + 1:]:
            if (indented and not line.startswith("      ")) or line.startswith("=====") or len(block) > REASON_LINES:
                break
            block.append(line)
        found.append(block)
    return found


def print_failures(folder, stage):
    log = folder / f"{stage}.log"
    found = failures_gtest(folder / stage) + (failures_text(log.read_text(errors="replace")) if log.exists() else [])
    for block in found[:FAILURES_SHOWN]:
        print(f"FAILED in {stage}: {block[0]}")
        for line in block[1:REASON_LINES + 1]:
            print(f"    {line.strip()}")
    if len(found) > FAILURES_SHOWN:
        print(f"... and {len(found) - FAILURES_SHOWN} more in {stage}")


def summary(folder, stages):
    total = [0, 0, 0]
    for stage in stages:
        print_failures(folder, stage)
    for stage in stages:
        path = folder / f"{stage}.count"
        counts = [int(n) for n in path.read_text().split()] if path.exists() else [0, 1, 0]
        print(f"  {stage:<12} {counts[0]:>6} passed {counts[1]:>5} failed" + (f" {counts[2]:>5} skipped" if counts[2] else ""))
        total = [a + b for a, b in zip(total, counts)]
    print(f"{total[0]} passed, {total[1]} failed" + (f", {total[2]} skipped" if total[2] else ""))
    return 1 if total[1] or not total[0] else 0


def main(arguments):
    if arguments[0] == "gtest":
        print(*count_gtest(Path(arguments[1])))
    elif arguments[0] == "text":
        print(*count_text(Path(arguments[1]).read_text(errors="replace"), int(arguments[2])))
    else:
        return summary(Path(arguments[1]), arguments[2:])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
