#!/usr/bin/python3
"""absent.py NM ARCHIVE PROGRAM TEST - the symbols of a library for tests are not in the program.

ARCHIVE is the library, PROGRAM must have none of its global symbols, and TEST, a program that links
it, must have some: otherwise this test could not fail."""

import subprocess
import sys


def symbols(nm, path, *options):
    """The names that a file defines."""
    listed = subprocess.run(
        [nm, "--defined-only", "--format=posix", *options, path],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    # link-time optimisation makes NAME.lto_priv.0 of a symbol that only one unit uses; what begins
    # with two underscores is the compiler's
    names = {line.split()[0].split(".")[0] for line in listed.splitlines() if " " in line}
    return {name for name in names if not name.startswith("__")}


def main(nm, archive, program, test):
    ours = symbols(nm, archive, "--extern-only")
    if not ours:
        sys.exit(f"{archive}: no symbols: nothing was checked")
    if not ours & symbols(nm, test):
        sys.exit(f"{test} has none of {sorted(ours)}: this test cannot fail")
    found = ours & symbols(nm, program)
    if found:
        sys.exit(f"{program} has {', '.join(sorted(found))} of {archive}")
    print(f"{len(ours)} symbols of {archive}, none of them in {program}")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
