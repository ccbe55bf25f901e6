"""libraries.py - SPF libraries that do the same work: each gets a plain "domain,ip" file, asks whom
/etc/resolv.conf names, and writes its verdicts.

Wall and CPU seconds are those of the whole process, as they are for the subject. The verdicts are
handed to `judge`, which compares them."""

import csv
import json
import os

from . import contest, measure
from .bareloops import finished
from .peers import version_line

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = "/usr/bin/python3"


def read_results(path):
    with open(path, newline="") as results:
        for row in csv.DictReader(results):
            yield row["domain"], row["ip"], row["result"]


def nameservers(path="/etc/resolv.conf"):
    """Whom the system's resolver asks."""
    try:
        with open(path, errors="replace") as lines:
            return [
                words[1]
                for words in map(str.split, lines)
                if words[:1] == ["nameserver"] and len(words) > 1
            ]
    except OSError:
        return []


class SpfLibrary(contest.Contestant):
    """An SPF library over a file of pairs. `judge` takes (domain, ip, spf) rows and gives a
    dictionary: equal, false_temperrors, wrong."""

    unit = "rows"
    resolv_conf = "/etc/resolv.conf"

    def __init__(self, pairs, work, judge, cpu=None):
        self.pairs, self.judge, self.cpu = pairs, judge, cpu
        self.results = os.path.join(work, f"{type(self).__name__.lower()}-results.csv")

    def missing(self):
        """Without a mount namespace of our own it would ask the machine's resolver: others' servers
        about names that are nobody's."""
        if nameservers(self.resolv_conf) != ["127.0.0.1"]:
            return f"{self.resolv_conf} does not name our server and no other"
        return self.not_installed()

    def not_installed(self):
        raise NotImplementedError

    def run(self):
        run = finished(self.command(), cpu=self.cpu)
        told = json.loads(run.errors.splitlines()[-1])
        return contest.Turn(
            run.wall,
            run.cpu,
            run.peak_mib,
            rows=told["rows"],
            **self.judge(read_results(self.results)),
        )


class Libspf2(SpfLibrary):
    """peer_libspf2.c, the built program; each of its threads waits for its answers."""

    def __init__(self, program, pairs, work, judge, threads=1, cpu=None):
        super().__init__(pairs, work, judge, cpu)
        self.program, self.threads = program, threads
        self.name = "libspf2" if threads == 1 else f"libspf2, {threads} threads"

    def not_installed(self):
        return (
            None if os.access(self.program, os.X_OK) else "peer_libspf2 is not built (libspf2-dev)"
        )

    def version(self):
        return version_line([self.program, "--version"])

    def command(self):
        return [self.program, self.pairs, self.results, str(self.threads)]


class Pyspf(SpfLibrary):
    """peer_pyspf.py, with the distribution's Python."""

    name = "pyspf"
    program = [PYTHON, os.path.join(HERE, "peer_pyspf.py")]

    def not_installed(self):
        return (
            "python3-spf is not installed"
            if measure.Run(self.program + ["--version"]).status
            else None
        )

    def version(self):
        return version_line(self.program + ["--version"])

    def command(self):
        return self.program + [self.pairs, self.results]
