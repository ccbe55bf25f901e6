#!/usr/bin/env python3
"""repeated.py - "repeated domains": how many rows a second, and how much memory, when most answers are cached.

Scans the same R rows once and twice over (the file is named twice on the command line, so the second half finds every answer in
the cache, if the cache holds them), several times in turns, with a real NSD as upstream. The difference of the two is the rate of a
warm cache, free of the start and of the first asking. Verdict counts must be what the generator says they are; a run that got a
single temperror does not count as a measurement.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import measure
from nameserver import NameServer

HERE = os.path.dirname(os.path.abspath(__file__))


class Scan:
    """One run of the program over the population, its summary beside its costs."""

    def __init__(self, args, port, times):
        summary = os.path.join(args.work, "summary.json")
        command = [args.program, "scan", "--upstream", f"127.0.0.1:{port}", *args.option]
        command += [os.path.join(args.folder, "pairs.csv.gz")] * times
        command += ["-o", os.path.join(args.work, "results.csv.gz"), "--summary", summary, "--progress", "never"]
        self.run = measure.must_run(command)
        with open(summary) as f:
            self.summary = json.load(f)
        self.rows = self.summary["rows"]

    def mistakes(self, expected, times):
        """What the summary says otherwise than the generator."""
        s = self.summary
        wanted = {"rows": expected["rows"] * times, "temperror_rows": 0, "failures": 0}
        got = {key: s[key] for key in wanted}
        for group in ("spf", "iprev"):
            for word in s[group]:
                wanted[f"{group} {word}"] = expected[group].get(word, 0) * times
                got[f"{group} {word}"] = s[group][word]
        return [f"{key}: {got[key]} instead of {wanted[key]}" for key in wanted if got[key] != wanted[key]]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=os.path.join(HERE, "..", "build", "release", "spfsweep"))
    parser.add_argument("--rows", type=int, default=5000000)
    parser.add_argument("--domains", type=int, default=100000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--work", help="a folder for the files; a population in it is used again (default: a temporary one)")
    parser.add_argument("--option", action="append", default=[], help="passed on to the scan, as in --option=--cache=400")
    parser.add_argument("--json", help="write the figures to this file, too")
    return parser.parse_args()


def prepare(args):
    args.folder = os.path.join(args.work, f"repeated-{args.domains}-{args.rows}")
    if not os.path.exists(os.path.join(args.folder, "expected.json")):
        os.makedirs(args.folder, exist_ok=True)
        # in a process of its own: a child's peak memory is never less than what its parent had at the fork
        subprocess.run([sys.executable, os.path.join(HERE, "generate.py"), args.folder, "--domains", str(args.domains),
                        "--rows", str(args.rows)], check=True)
    with open(os.path.join(args.folder, "expected.json")) as f:
        return json.load(f)


def figures_of(once, twice):
    """The figures of one turn, a run of R and one of 2R rows."""
    rows = twice.rows - once.rows
    wall, cpu = twice.run.wall - once.run.wall, twice.run.cpu - once.run.cpu
    return {
        "rows/s, whole run": once.rows / once.run.wall,
        "rows/CPU-s, whole run": once.rows / once.run.cpu,
        "rows/s, cached": rows / wall if wall > 0 else float("nan"),
        "rows/CPU-s, cached": rows / cpu if cpu > 0 else float("nan"),
        "us CPU/row, cached": 1e6 * cpu / rows,
        "peak MiB, R rows": once.run.peak_mib,
        "peak MiB, 2R rows": twice.run.peak_mib,
        "questions sent, R rows": once.summary["queries_sent"],
        "questions sent, 2R rows": twice.summary["queries_sent"],
        "evictions, 2R rows": twice.summary["cache_evictions"],
        "rows without temperror, %": 100 - 100 * sum(s.summary["temperror_rows"] for s in (once, twice)) / (once.rows + twice.rows),
    }


def report(turns, args):
    names = list(turns[0])
    table = {name: [t[name] for t in turns] for name in names}
    print(f"{args.rows} rows over {args.domains} domains, {len(turns)} turns of R and 2R rows")
    rows = []
    for name, values in table.items():
        rows.append([name] + [f"{x:.{1 if x < 1000 else 0}f}" for x in (measure.median(values), min(values), max(values))])
    measure.print_table(["", "median", "smallest", "largest"], rows)
    if measure.median(table["questions sent, 2R rows"]) > 1.02 * measure.median(table["questions sent, R rows"]):
        print("NOTE: the second half asked again, so its answers were not all cached: the cached rate is not that of a warm cache")
    if args.json:
        with open(args.json, "w") as f:
            json.dump({"rows": args.rows, "domains": args.domains, "options": args.option, "figures": table}, f, indent=1)


def main():
    args = arguments()
    with tempfile.TemporaryDirectory(prefix="spfsweep-bench-") as temporary:
        args.work = args.work or temporary
        os.makedirs(args.work, exist_ok=True)
        expected = prepare(args)
        turns, mistakes = [], []
        with NameServer(args.folder, args.work) as server:
            for _ in range(args.runs):
                once, twice = (Scan(args, server.port, times) for times in (1, 2))
                mistakes += once.mistakes(expected, 1) + twice.mistakes(expected, 2)
                turns.append(figures_of(once, twice))
    report(turns, args)
    if mistakes:
        sys.exit("WRONG: " + "; ".join(mistakes))


if __name__ == "__main__":
    main()
