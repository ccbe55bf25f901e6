#!/usr/bin/python3
"""digs.py [NAMES] - the columns of --ask beside what dig prints, for so many names (1000).

Needs dig (Debian's bind9-dnsutils) on the PATH; $SPFSWEEP is the binary. The comparison is of
texts: dig's lines with names in lower case and `;` as \\059, sorted, since an rrset has no order."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import askworld
import harness
import nameservers

# Types whose records are names, but for numbers: dig keeps the letter case in which they stand.
WITH_NAMES = ("NS", "CNAME", "PTR", "MX", "SOA", "SRV", "RP", "AFSDB", "DNAME", "NAPTR")


def ours_of_dig(type, text):
    """One of dig's records as the column has it."""
    if type == "NAPTR":
        text = text[: text.rindex(" ")] + text[text.rindex(" ") :].lower()
    elif type in WITH_NAMES:
        text = text.lower().replace("\\;", "\\059")
    return text.replace("\\;", "\\059").replace(";", "\\059")


def dig(nsd, questions, folder):
    """{(name, type): (status, [record])}"""
    batch = folder / "questions"
    batch.write_text("".join(f"{name} {type}\n" for name, type in questions))
    command = ["dig", f"@{nsd.address}", "-p", str(nsd.port), "-f", str(batch), "+norecurse"]
    command += ["+noall", "+comments", "+question", "+answer", "+nosplit", "+noidnout"]
    printed = subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout
    answers, key, status = {}, None, None
    for line in printed.splitlines():
        if found := re.search(r"opcode: QUERY, status: (\w+)", line):
            status = found.group(1)
        elif found := re.match(r";(\S+)\.\s+IN\s+(\S+)$", line):
            key = (found.group(1), found.group(2))
            answers[key] = (status, [])
        elif found := re.match(r"(\S+)\s+\d+\s+IN\s+(\S+)\s+(.*)$", line):
            if found.group(2) == key[1]:
                answers[key][1].append(ours_of_dig(key[1], found.group(3)))
    return answers


def expected(answer):
    status, records = answer
    if records:
        return sorted(records)
    return ["nxdomain" if status == "NXDOMAIN" else "none"]


def compare(n, folder):
    """How many columns were compared; the first differences are printed, and how many there were."""
    nsd = nameservers.Nsd(folder / "nsd", askworld.zones(n))
    try:
        rows, different, compared, words = [], 0, 0, {}
        asks = askworld.ASKS
        for at in range(0, len(asks), 16):
            some = asks[at : at + 16]
            scan = harness.scan(
                folder,
                askworld.rows(n),
                nsd.upstream,
                "--checks=a",
                "--overwrite",
                *[f"--ask={ask}" for ask in some],
            )
            header = scan.header
            end = header.index("problems")
            names = header[end - len(some) : end]
            rows = scan.rows
            assert len(rows) == n and not any(row["dns_cause"] for row in rows)
            questions = {askworld.question(ask, row) for row in rows for ask in some}
            answers = dig(nsd, sorted(questions), folder)
            assert set(answers) == questions, set(answers) ^ questions
            for row in rows:
                for ask, name in zip(some, names):
                    want = expected(answers[askworld.question(ask, row)])
                    got = sorted(row[name].split(";"))
                    compared += 1
                    key = want[0] if want[0] in ("none", "nxdomain") else "records"
                    words[key] = words.get(key, 0) + 1
                    if got != want:
                        different += 1
                        if different < 10:
                            print(f"{row['domain']} {ask}:\n  dig {want}\n  we  {got}")
        return compared, different, words
    finally:
        nsd.stop()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
        total, wrong, kinds = compare(count, Path(directory))
        print(f"{count} names: {total} columns compared with dig, {wrong} differ; {kinds}")
        sys.exit(1 if wrong else 0)
