#!/usr/bin/python3
"""digs.py [NAMES] - the columns of --ask beside what dig prints, for so many names (1000).

Needs dig (Debian's bind9-dnsutils) on the PATH; $SPFSWEEP is the binary. Texts are compared: dig's
lines with names in lower case and `;` as \\059, sorted, since an rrset has no order."""

import collections
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import askworld
import harness
import nameservers

MOST_ASKS = 16  # of one scan

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


def scan(nsd, folder, n, asks):
    """The rows of a scan with these questions, and the names of their columns."""
    done = harness.scan(
        folder,
        askworld.rows(n),
        nsd.upstream,
        "--checks=a",
        "--overwrite",
        *[f"--ask={ask}" for ask in asks],
    )
    end = done.header.index("problems")
    assert len(done.rows) == n and not any(row["dns_cause"] for row in done.rows)
    return done.rows, done.header[end - len(asks) : end]


def compared(nsd, folder, n, asks):
    """(domain, --ask, what dig says, what the column says) of each column."""
    rows, columns = scan(nsd, folder, n, asks)
    questions = {askworld.question(ask, row) for row in rows for ask in asks}
    answers = dig(nsd, sorted(questions), folder)
    assert set(answers) == questions, set(answers) ^ questions
    for row in rows:
        for ask, column in zip(asks, columns):
            want = expected(answers[askworld.question(ask, row)])
            yield row["domain"], ask, want, sorted(row[column].split(";"))


def main(n, folder):
    nsd = nameservers.Nsd(folder / "nsd", askworld.zones(n))
    kinds, differ = collections.Counter(), []
    try:
        for at in range(0, len(askworld.ASKS), MOST_ASKS):
            for result in compared(nsd, folder, n, askworld.ASKS[at : at + MOST_ASKS]):
                want, got = result[2:]
                kinds[want[0] if want[0] in ("none", "nxdomain") else "records"] += 1
                if want != got:
                    differ.append(result)
    finally:
        nsd.stop()
    for domain, ask, want, got in differ[:10]:
        print(f"{domain} {ask}:\n  dig {want}\n  we  {got}")
    told = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    print(f"{n} names: {kinds.total()} columns compared with dig ({told}), {len(differ)} differ")
    return 1 if differ or not kinds["records"] else 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000, Path(directory)))
