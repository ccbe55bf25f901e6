#!/usr/bin/python3
"""decisions.py - docs/spf-decisions.md against the tests and the code: every case that it names is
there, every section that the code points to is there, and its table names its sections."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "spf-decisions.md"
POINTER = re.compile(r'docs/spf-decisions\.md, "([^"]+)"')


def sections_of(page):
    return re.findall(r"^## (.+)$", page, re.MULTILINE)


def titles_of(page):
    """The head table's."""
    return re.findall(r"^\| \[(.+?)\]\(#", page, re.MULTILINE)


def cases_of(page):
    stems = [path.stem for path in sorted((ROOT / "tests/spf/cases").glob("*.txt"))]
    return re.findall(rf"`((?:{'|'.join(stems)}): [^`]+)`", page)


def has_case(named):
    stem, title = named.split(": ", 1)
    text = (ROOT / "tests/spf/cases" / f"{stem}.txt").read_text(encoding="utf-8")
    return f"[case {title}]" in text.splitlines()


def pointers():
    """(file, section) of each pointer in the code; a comment may break it at a line's end."""
    for path in sorted((ROOT / "spf").glob("*.[ch]")):
        text = re.sub(r"\s*\n\s*\*?\s*", " ", path.read_text(encoding="utf-8"))
        yield from ((path.name, section) for section in POINTER.findall(text))


def main():
    page = PAGE.read_text(encoding="utf-8")
    sections, cases, found = sections_of(page), cases_of(page), list(pointers())
    wrong = [f"no such case: {case}" for case in cases if not has_case(case)]
    wrong += [f"{name}: no section {section!r}" for name, section in found if section not in sections]
    if titles_of(page) != sections:
        wrong.append("the table and the sections differ")
    if not cases or not found:
        wrong.append(f"nothing was compared: {len(cases)} cases, {len(found)} pointers")
    print("\n".join(wrong) or f"{len(sections)} sections, {len(cases)} cases, {len(found)} pointers")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
