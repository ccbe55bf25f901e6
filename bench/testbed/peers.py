"""peers.py - what others use for the same work: programs that ask DNS questions in bulk.

Wall and CPU seconds are those of the whole process, from its start to its end, reading its input
and writing its output included, as they are for the subject. The name servers' CPU is nobody's.

Each asks the questions of a questions.txt ("NAME TYPE" lines) of one server. dnsperf asks them all.
adnshost, massdns and zdns take one type a run, so they ask the TXT questions alone, and their names
say so; they ask them again and again, until they have asked as many as there are."""

import collections
import fcntl
import json
import os
import re
import select
import shutil
import subprocess
import time

from . import contest, measure
from .bareloops import finished

DEFINITE = ("NOERROR", "NXDOMAIN")
SOCKET_BUFFER_KIB = 4096
RETRIES = (
    3  # spfsweep's own; one that goes on asking for what is SERVFAIL would be measured at that
)


def version_line(command):
    """The first line with a digit of what a program says of itself, on either stream and with
    whatever exit status."""
    run = measure.Run(command, capture=True)
    return next(
        (
            line.strip()
            for line in (run.output.decode() + run.errors).splitlines()
            if re.search(r"\d", line)
        ),
        None,
    )


class Tool(contest.Contestant):
    """A program on the PATH that asks the questions of a file of one server, `window` at a time.
    Its own files go to the folder `work`."""

    program = ""
    version_option = "--version"

    def __init__(self, questions, work, address, port, window, cpu=None):
        self.questions, self.work, self.address, self.port, self.window, self.cpu = (
            questions,
            work,
            address,
            port,
            window,
            cpu,
        )

    def missing(self):
        return None if shutil.which(self.program) else f"{self.program} is not on the PATH"

    def version(self):
        return version_line([self.program, self.version_option]) if self.version_option else None

    def path(self, what):
        return os.path.join(self.work, f"{self.program}-{what}")

    def turn(self, run, n_questions, n_definite):
        return contest.Turn(
            run.wall,
            run.cpu,
            run.peak_mib,
            questions=n_questions,
            answered=n_definite / n_questions,
        )


class Dnsperf(Tool):
    """One client with one pair of threads, as it has by default. It sends nothing again: what is
    lost shows in `answered`. Its own choice of a receive buffer (32 KiB) loses some percent with a
    thousand in flight."""

    name = program = "dnsperf"
    version_option = "-h"

    def command(self):
        return [
            "dnsperf",
            "-d",
            self.questions,
            "-s",
            self.address,
            "-p",
            str(self.port),
            "-c",
            "1",
            "-T",
            "1",
            "-n",
            "1",
            "-e",
            "-q",
            str(self.window),
            "-b",
            str(SOCKET_BUFFER_KIB),
            "-O",
            "suppress=timeout",
        ]

    def run(self):
        run = finished(self.command(), cpu=self.cpu, capture=True)
        return self.turn(run, *parse_dnsperf(run.output.decode()))


def parse_dnsperf(text):
    """(questions sent, definite answers) of its statistics."""
    sent = re.search(r"Queries sent: +(\d+)", text)
    if not sent or int(sent[1]) == 0:
        raise contest.Spoilt("dnsperf sent nothing:\n" + text)
    codes = re.search(r"Response codes: +(.*)", text)
    counts = re.findall(r"(\w+) (\d+) \(", codes[1]) if codes else []
    return int(sent[1]), sum(int(count) for code, count in counts if code in DEFINITE)


class TxtTool(Tool):
    """One that takes one type a run: names from a file, one a line. The list is repeated, whole, so
    that there is as much to do as for the others: `n_repeats` times, to the next whole number."""

    n_names = None

    def write_names(self):
        """The names of the TXT questions, before the first turn."""
        if self.n_names is not None:
            return
        with open(self.questions) as questions:
            lines = questions.readlines()
        names = [line.split()[0] + "\n" for line in lines if line.endswith(" TXT\n")]
        if not names:
            raise contest.Spoilt("there are no TXT questions")
        self.n_repeats = -(-len(lines) // len(names))
        with open(self.path("names.txt"), "w") as out:
            for _ in range(self.n_repeats):
                out.writelines(names)
        self.n_names = self.n_repeats * len(names)


class Adnshost(TxtTool):
    """GNU adns. It takes names from its standard input as fast as they come and holds them all
    open, which overruns its socket; so we hand it names as it answers, FED at the most (more than
    its socket's default buffer holds cost it retries after 2 s, fewer cost it no less CPU). It
    knows port 53 only. -Qq lets names have an underscore."""

    name = "adnshost, TXT only"
    program = "adnshost"
    FED = 200
    FAILED_QUERIES = range(1, 7)  # exit statuses that tell of questions, not of itself

    def missing(self):
        return super().missing() or (None if self.port == 53 else "adnshost asks port 53 only")

    def command(self):
        pinned = ["taskset", "-c", str(self.cpu)] if self.cpu is not None else []
        return pinned + [
            "adnshost",
            "--config",
            f"nameserver {self.address}",
            "-a",
            "-f",
            "-Qq",
            "-t",
            "txt",
        ]

    def run(self):
        self.write_names()
        with open(self.path("names.txt")) as names:
            run = Fed(self.command(), names, min(self.window, self.FED))
        if run.status and run.status not in self.FAILED_QUERIES:
            raise contest.Spoilt(f"adnshost: exit status {run.status}")
        return self.turn(run, self.n_names, run.n_definite)


class Fed:
    """A run of adnshost that gets a name for each answer; with the figures of a measure.Run."""

    PIPE_BYTES = 1 << 20  # room for all the names that are open, so that writing them never waits
    QUIET_MAX_S = 60  # it gives a question up earlier than that, and says so

    def __init__(self, command, names, window):
        self.names, self.room, self.answers = names, window, AdnsAnswers()
        started = time.monotonic()
        with measure.running(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            fcntl.fcntl(process.stdin, fcntl.F_SETPIPE_SZ, self.PIPE_BYTES)
            self.feed(process.stdin)
            while octets := self.read(process.stdout):
                self.room += self.answers.take(octets)
                self.feed(process.stdin)
            process.stdout.close()
            self.status, usage = measure.wait(process, self.QUIET_MAX_S)
        self.n_definite = self.answers.n_definite
        self.wall, self.cpu, self.peak_mib = (
            time.monotonic() - started,
            usage.ru_utime + usage.ru_stime,
            measure.peak_mib(usage),
        )

    def read(self, pipe):
        if not select.select([pipe], [], [], self.QUIET_MAX_S)[0]:
            raise contest.Spoilt(f"adnshost said nothing for {self.QUIET_MAX_S} s")
        return os.read(pipe.fileno(), 1 << 16)

    def feed(self, pipe):
        """The hyphen says that what follows is a name, whatever it begins with."""
        if pipe.closed or not self.room:
            return
        lines = [f"- {name}" for _, name in zip(range(self.room), self.names)]
        try:
            os.write(pipe.fileno(), "".join(lines).encode())
        except BrokenPipeError:  # it has ended; its exit status tells more
            lines = []
        if len(lines) < self.room:
            pipe.close()
        self.room -= len(lines)


class AdnsAnswers:
    """adnshost's output as it comes: for each answer a line "ID N-RECORDS STATUS-TYPE NUMBER STATUS
    ..." and its records' lines."""

    DEFINITE = (b"ok", b"nodata", b"nxdomain")

    def __init__(self):
        self.n_definite, self.records_to_come, self.rest = 0, 0, b""

    def take(self, octets):
        """How many answers these octets complete the first line of."""
        n_answers = 0
        *lines, self.rest = (self.rest + octets).split(b"\n")
        for line in lines:
            if self.records_to_come:
                self.records_to_come -= 1
                continue
            _, n_records, _, _, status, *_ = line.split()
            self.records_to_come = int(n_records)
            self.n_definite += status in self.DEFINITE
            n_answers += 1
        return n_answers


class Massdns(TxtTool):
    """Its simple output, with a line for each reply that tells the rcode."""

    name = "massdns, TXT only"
    program = "massdns"
    version_option = None

    def command(self):
        as_root = ["--root"] if os.geteuid() == 0 else []
        return [
            "massdns",
            "-r",
            self.path("resolvers.txt"),
            "-t",
            "TXT",
            "-o",
            "Sqr",
            "-s",
            str(self.window),
            "-c",
            str(1 + RETRIES),
            "--processes",
            "1",
            "-q",
            *as_root,
            "-w",
            self.path("results.txt"),
            self.path("names.txt"),
        ]

    def run(self):
        self.write_names()
        server = f"{self.address}:{self.port}"
        with open(self.path("resolvers.txt"), "w") as out:
            out.write(server + "\n")
        run = finished(self.command(), cpu=self.cpu)
        with open(self.path("results.txt"), errors="replace") as results:
            return self.turn(run, self.n_names, parse_massdns(results, server, self.n_repeats))


def parse_massdns(lines, server, n_repeats):
    """How many questions have a definite answer: a line "SERVER TIME RCODE NAME TYPE". A name was
    asked for n_repeats times, and each time may have more replies than one."""
    replies = (line.split() for line in lines if line.startswith(server + " "))
    definite = collections.Counter(reply[3] for reply in replies if reply[2] in DEFINITE)
    return sum(min(count, n_repeats) for count in definite.values())


class Zdns(TxtTool):
    """A thread of its own is a question in flight. It finds its local address by a route to the
    Internet, so where there is none it is told."""

    name = "zdns, TXT only"
    program = "zdns"

    def command(self):
        local = ["--local-addr=127.0.0.1"] if self.address.startswith("127.") else []
        return [
            "zdns",
            "TXT",
            f"--name-servers={self.address}:{self.port}",
            f"--threads={self.window}",
            f"--retries={RETRIES}",
            "--result-verbosity=short",
            *local,
            f"--input-file={self.path('names.txt')}",
            f"--output-file={self.path('results.txt')}",
        ]

    def run(self):
        self.write_names()
        run = finished(self.command(), cpu=self.cpu)
        with open(self.path("results.txt"), errors="replace") as results:
            return self.turn(run, self.n_names, parse_zdns(results))


def parse_zdns(lines):
    """How many of its JSON lines tell of a definite answer; the status lies with the lookup, in
    versions before 2 with the name."""
    n_definite = 0
    for line in lines:
        told = json.loads(line)
        status = told.get("status") or told.get("results", {}).get("TXT", {}).get("status")
        n_definite += status in DEFINITE
    return n_definite
