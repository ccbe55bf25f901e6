#!/usr/bin/python3
"""peer_pyspf.py PAIRS RESULTS - pyspf over a file of pairs, one after the other, as a mail filter
uses it.

PAIRS is plain "domain,ip" with a header; RESULTS gets the same rows with the result. The sender is
postmaster@domain and the HELO name is the domain. pyspf asks through dnspython, and so whom
/etc/resolv.conf names. A row on which pyspf raises an exception gets "invalid". One JSON line on
stderr tells the rows and what they cost, without Python's start."""

import csv
import json
import sys
import time

import spf


def evaluate(domain, ip):
    try:
        return spf.check2(i=ip, s=f"postmaster@{domain}", h=domain)[0]
    except Exception:  # whatever it is, the filter that called has no verdict
        return "invalid"


def main():
    if sys.argv[1:] == ["--version"]:
        print("pyspf", spf.__version__)
        return
    _, pairs, results = sys.argv
    started, cpu_started, n_rows, n_invalid = time.monotonic(), time.process_time(), 0, 0
    with open(pairs, newline="") as source, open(results, "w") as out:
        out.write("domain,ip,result\n")
        for row in csv.DictReader(source):
            result = evaluate(row["domain"], row["ip"])
            out.write(f"{row['domain']},{row['ip']},{result}\n")
            n_rows += 1
            n_invalid += result == "invalid"
    figures = {
        "rows": n_rows,
        "invalid": n_invalid,
        "cpu": time.process_time() - cpu_started,
        "wall": time.monotonic() - started,
    }
    print(json.dumps(figures), file=sys.stderr)


if __name__ == "__main__":
    main()
