#!/usr/bin/env python3
"""fresh.py - "fresh domains": questions per CPU-second when nothing is cached: libunbound bare, our resolver, the whole program.

All ask the same names of the same NSD, one after the other in turns, so that a busy neighbour disturbs all alike. NSD runs on the
other processor and is not counted; the measured process has one to itself, and its CPU seconds are its own. Compare the ratios, not
the absolute figures: those are of this machine and this minute.
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
BUILD = os.path.join(HERE, "..", "build", "release")

WAYS = {
    "library": "bare loop, libunbound's own settings",
    "default": "(a) bare loop, our settings but default sockets",
    "tuned": "(b) bare loop, our settings",
    "layer": "(c) resolver_ask() and resolver_pump()",
    "program": "(d) spfsweep scan, as many in flight",
    "program-default": "(d') spfsweep scan, its own --in-flight",
}
# What must hold: this way over that one.
RATIOS = [("tuned", "default", 1.4), ("tuned", "library", 1.4), ("layer", "tuned", 0.8), ("program", "tuned", 0.8),
          ("program-default", "tuned", 0.8)]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=os.path.join(BUILD, "spfsweep"))
    parser.add_argument("--fresh", default=os.path.join(BUILD, "bench", "fresh"), help="the program made from fresh.c")
    parser.add_argument("--domains", type=int, default=50000, help="about six questions each")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--window", type=int, default=1000, help="questions in flight")
    parser.add_argument("--ways", default=",".join(WAYS), help="of " + ",".join(WAYS))
    parser.add_argument("--cpu", type=int, default=0, help="the processor of the measured process")
    parser.add_argument("--nsd-cpu", type=int, default=1)
    parser.add_argument("--work", help="a folder for the files (default: a temporary one)")
    parser.add_argument("--option", action="append", default=[], help="passed on to the scan; repeatable")
    parser.add_argument("--json", help="write the figures to this file, too")
    return parser.parse_args()


def prepare(args):
    args.folder = os.path.join(args.work, f"fresh-{args.domains}")
    if not os.path.exists(os.path.join(args.folder, "expected.json")):
        os.makedirs(args.folder, exist_ok=True)
        subprocess.run([sys.executable, os.path.join(HERE, "generate.py"), args.folder, "--fresh", "--domains", str(args.domains)],
                       check=True)
    with open(os.path.join(args.folder, "expected.json")) as f:
        return json.load(f)


def run_loop(args, port, way):
    command = [args.fresh, way, str(port), os.path.join(args.folder, "questions.txt"), str(args.window)]
    told = json.loads(measure.must_run(command, cpu=args.cpu, capture=True).output)
    return {"questions": told["questions"], "definite": told["definite"], "cpu": told["cpu"], "wall": told["wall"]}


def run_program(args, port, way, expected):
    """Its CPU seconds are all it used from start to exit, reading and writing included; its questions are those that it sent."""
    summary = os.path.join(args.work, "summary.json")
    in_flight = ["--in-flight", str(args.window)] if way == "program" else []
    command = [args.program, "scan", "--workers", "1", *in_flight, "--upstream", f"127.0.0.1:{port}", *args.option]
    command += [os.path.join(args.folder, "pairs.csv.gz"), "-o", os.path.join(args.work, "results.csv.gz")]
    run = measure.must_run(command + ["--summary", summary, "--progress", "never"], cpu=args.cpu)
    with open(summary) as f:
        told = json.load(f)
    if told["temperror_rows"] == 0 and told["spf"] != {**dict.fromkeys(told["spf"], 0), **expected["spf"]}:
        sys.exit(f"WRONG: {told['spf']} instead of {expected['spf']}")
    return {"questions": told["queries_sent"], "definite": told["answers"], "cpu": run.cpu, "wall": run.wall}


def report(runs, args):
    rates = {way: [r["questions"] / r["cpu"] for r in told] for way, told in runs.items()}
    print(f"{args.domains} domains, {args.window} in flight, {args.runs} turns; medians")
    rows = []
    for way, told in runs.items():
        questions = sum(r["questions"] for r in told)
        answered = 100 * sum(r["definite"] for r in told) / questions
        middle = measure.median(rates[way])
        rows.append([WAYS[way], told[0]["questions"], f"{answered:.3f}", f"{middle:.0f}", f"{1e6 / middle:.1f}",
                     f"{100 * measure.spread(rates[way]):.0f}"])
    measure.print_table(["", "questions", "answered %", "questions/CPU-s", "us CPU/question", "spread %"], rows)
    for way, other, least in RATIOS:
        if way in rates and other in rates:
            # turn by turn: both sides of a quotient saw the same minute
            quotients = [a / b for a, b in zip(rates[way], rates[other])]
            middle = measure.median(quotients)
            reached = "yes" if middle >= least else "NO"
            print(f"{way} / {other}: {middle:.2f} ({min(quotients):.2f} to {max(quotients):.2f}), wanted {least:.2f}: {reached}")
    if args.json:
        with open(args.json, "w") as f:
            json.dump({"domains": args.domains, "window": args.window, "runs": runs}, f, indent=1)


def main():
    args = arguments()
    ways = args.ways.split(",")
    if not set(ways) <= set(WAYS):
        sys.exit("--ways takes some of " + ",".join(WAYS))
    with tempfile.TemporaryDirectory(prefix="spfsweep-bench-") as temporary:
        args.work = args.work or temporary
        os.makedirs(args.work, exist_ok=True)
        expected = prepare(args)
        runs = {way: [] for way in ways}
        with NameServer(args.folder, args.work, cpu=args.nsd_cpu) as server:
            for _ in range(args.runs):
                for way in ways:
                    if way.startswith("program"):
                        runs[way].append(run_program(args, server.port, way, expected))
                    else:
                        runs[way].append(run_loop(args, server.port, way))
        report(runs, args)


if __name__ == "__main__":
    main()
