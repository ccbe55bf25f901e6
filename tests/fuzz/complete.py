#!/usr/bin/python3
"""complete.py - refuses a fuzz target without seeds, without a line in CMakeLists.txt or without a
row in README.md's table; and any of these without a target. Proves first, on a folder of its own,
that each of these is seen."""

import re
import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent


def complaints_about(folder):
    targets = {path.stem.removeprefix("fuzz_") for path in folder.glob("fuzz_*.c")}
    others = {
        "seeds in corpus/": {
            path.parent.name
            for path in folder.glob("corpus/*/*")
            if path.is_file() and not path.name.startswith(".")
        },
        "a line in CMakeLists.txt": set(
            re.findall(
                r"^fuzz_target\((\w+)", (folder / "CMakeLists.txt").read_text(), re.MULTILINE
            )
        ),
        "a row in README.md's table": set(
            re.findall(r"^\| `fuzz_(\w+)\.c` \|", (folder / "README.md").read_text(), re.MULTILINE)
        ),
    }
    if not targets:
        yield "there is no target"
    for what, stems in others.items():
        for stem in sorted(targets - stems):
            yield f"fuzz_{stem}.c has not {what}"
        for stem in sorted(stems - targets):
            yield f"{what}: there is no fuzz_{stem}.c"


def damaged(folder, damage):
    """What is said of a copy of the folder after `damage` was done to it."""
    with tempfile.TemporaryDirectory() as copy:
        copy = Path(shutil.copytree(folder, Path(copy) / "fuzz"))
        damage(copy)
        return list(complaints_about(copy))


def without_line(path, start):
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith(start)))


def empty_corpus(folder):
    for seed in (folder / "corpus/csv").iterdir():
        seed.unlink()


DAMAGES = [
    empty_corpus,
    lambda folder: without_line(folder / "CMakeLists.txt", "fuzz_target(csv "),
    lambda folder: without_line(folder / "README.md", "| `fuzz_csv.c` |"),
    lambda folder: (folder / "fuzz_new.c").touch(),
    lambda folder: (folder / "fuzz_csv.c").unlink(),
]

if __name__ == "__main__":
    found = list(complaints_about(HERE))
    blind = [
        number
        for number, damage in enumerate(DAMAGES)
        if not set(damaged(HERE, damage)) - set(found)
    ]
    print("\n".join(found), f"{len(found)} complaints; damages that went unseen: {blind}", sep="\n")
    sys.exit(1 if found or blind else 0)
