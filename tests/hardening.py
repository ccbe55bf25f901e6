#!/usr/bin/python3
"""hardening.py PROGRAM - says what a release build lacks of its hardening, as readelf sees it.
hardening.py --selftest COMPILER - proves that each of the marks can be missed: by a program that is
built without any of them."""

import os
import re
import subprocess
import sys
import tempfile

# What is asked for, and where in `readelf --wide -hldD --dyn-syms` it shows.
MARKS = {
    "a position-independent executable": r"^\s*Type:\s+DYN .*\n(.*\n)*.*\bFLAGS_1\b.*\bPIE\b",
    "a global offset table that is read-only (RELRO)": r"^\s*GNU_RELRO\b",
    "symbols that are all bound at the start (full RELRO)": r"\bFLAGS_1\b.*\bNOW\b",
    "a stack that is not executable": r"^\s*GNU_STACK\s.*\sRW\s",
    "guards of stack frames": r"\b__stack_chk_fail@",
    "calls that know their buffer's size (FORTIFY)": r"\b__\w+_chk@",
}
UNHARDENED = [
    "-O2",
    "-fno-pie",
    "-no-pie",
    "-fno-stack-protector",
    "-U_FORTIFY_SOURCE",
    "-Wl,-z,norelro,-z,lazy,-z,execstack",
]
SOURCE = """#include <stdio.h>
int main(int n, char **v)
{
	char b[99];
	return sprintf(b, *v, n);
}
"""


def missing_in(program):
    command = ["readelf", "--wide", "--file-header", "--segments", "--dynamic", "--dyn-syms"]
    told = subprocess.run([*command, program], stdout=subprocess.PIPE, text=True, check=True).stdout
    return [mark for mark, pattern in MARKS.items() if not re.search(pattern, told, re.MULTILINE)]


def check(program):
    missing = missing_in(program)
    for mark in missing:
        print(f"{program}: has not {mark}")
    print(f"{len(MARKS)} marks, {len(missing)} missing")
    return 1 if missing else 0


def selftest(compiler):
    with tempfile.TemporaryDirectory() as folder:
        source, program = os.path.join(folder, "a.c"), os.path.join(folder, "a")
        with open(source, "w", encoding="ascii") as file:
            file.write(SOURCE)
        subprocess.run([compiler, "-w", *UNHARDENED, source, "-o", program], check=True)
        seen = [mark for mark in MARKS if mark not in missing_in(program)]
    print(f"{len(MARKS)} marks, seen where none is: {seen}")
    return 1 if seen else 0


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--selftest":
        sys.exit(selftest(sys.argv[2]))
    sys.exit(check(sys.argv[1]) if len(sys.argv) == 2 else __doc__)
