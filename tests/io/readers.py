#!/usr/bin/python3
"""readers.py WRITE_BGZF - files written by io/bgzf.c, read by gzip, zcat, Python's gzip and zlib,
and by bgzip where it is installed."""

import gzip
import os
import random
import shutil
import subprocess
import sys
import tempfile
import zlib

random.seed(4)
ROWS = "".join(
    f'{n},host{n % 977}.example.com,192.0.2.{n % 256},pass,"a, b"\n' for n in range(40000)
).encode()
NOISE = random.randbytes(300000)
EMPTY = b""

# name, text, level, sizes of the members
CASES = [
    ("rows, full members", ROWS, 1, [65280]),
    ("rows, small members", ROWS, 6, [1, 100, 65280, 4096]),
    ("rows, best level", ROWS, 12, [65280]),
    ("noise, stored members", NOISE, 1, [65280]),
    ("noise, odd members", NOISE, 9, [65279, 3, 12345]),
    ("nothing at all", EMPTY, 1, [100]),
]


def members(path):
    """The text of each member, by the sizes in the headers: what a random-access reader does."""
    data = open(path, "rb").read()
    at, texts = 0, []
    while at < len(data):
        assert data[at : at + 4] == b"\x1f\x8b\x08\x04" and data[at + 12 : at + 16] == b"BC\x02\x00"
        size = int.from_bytes(data[at + 16 : at + 18], "little") + 1
        texts.append(zlib.decompress(data[at : at + size], wbits=31))
        at += size
    assert at == len(data)
    return texts


def output_of(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout


def check(writer, path, text, level, sizes):
    subprocess.run([writer, path, str(level), *map(str, sizes)], input=text, check=True)
    subprocess.run(["gzip", "-t", path], check=True)
    assert output_of("zcat", path) == text
    with gzip.open(path) as file:
        assert file.read() == text
    texts = members(path)
    assert b"".join(texts) == text and texts[-1] == b""
    assert all(len(t) <= 65280 for t in texts)
    if shutil.which("bgzip"):
        subprocess.run(["bgzip", "-t", path], check=True)
        assert output_of("bgzip", "-dc", path) == text


def check_indexing(writer, path):
    """What io/bgzf.h says about indexes and threads: not as it stands, but after re-blocking."""
    subprocess.run([writer, path, "1", "65280"], input=ROWS, check=True)
    for command in ["bgzip", "-r", path], ["bgzip", "-dc", "-@", "2", path]:
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert done.returncode != 0, f"{command} works now: correct io/bgzf.h"
    blocked = path + ".blocked.gz"
    with open(blocked, "wb") as file:
        file.write(
            subprocess.run(
                ["bgzip", "-c"],
                input=output_of("bgzip", "-dc", path),
                stdout=subprocess.PIPE,
                check=True,
            ).stdout
        )
    subprocess.run(["bgzip", "-r", blocked], check=True)
    assert output_of("bgzip", "-b", "1000", "-s", "50", blocked) == ROWS[1000:1050]


def check_damage(writer, path):
    """The readers would notice: a check that cannot fail is none."""
    subprocess.run([writer, path, "1", "65280"], input=ROWS, check=True)
    data = bytearray(open(path, "rb").read())
    data[len(data) // 2] ^= 1
    open(path, "wb").write(data)
    assert subprocess.run(["gzip", "-t", path], stderr=subprocess.DEVNULL).returncode != 0


def main():
    writer = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        for name, text, level, sizes in CASES:
            check(writer, os.path.join(folder, "out.csv.gz"), text, level, sizes)
            print("ok:", name)
        check_damage(writer, os.path.join(folder, "damaged.gz"))
        if shutil.which("bgzip"):
            check_indexing(writer, os.path.join(folder, "index.gz"))
        else:
            print("no bgzip here (Debian: tabix): its checks are left out")


if __name__ == "__main__":
    main()
