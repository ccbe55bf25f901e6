"""sweep.py - spfsweep itself as a contestant: scans a population's pairs, and is held against the
truth every time."""

import contextlib
import gzip
import itertools
import json
import os
import shutil

from testbed import contest, judge
from testbed.bareloops import finished


class Sweep(contest.Contestant):
    """`where` are the options that say whom it asks; `sample` is the Sample to scan; `columns` are
    held against the truth."""

    name = "spfsweep"
    role = "subject"
    unit = "rows"

    def __init__(
        self,
        program,
        sample,
        work,
        where,
        options=(),
        columns=judge.COLUMNS,
        cpu=None,
        say=print,
        name=None,
    ):
        if name:  # beside another scan: then it is that one's peer
            self.name, self.role = name, "peer"
        self.program, self.sample, self.work, self.where, self.options = (
            program,
            sample,
            work,
            list(where),
            list(options),
        )
        self.columns, self.cpu, self.say = columns, cpu, say
        self.results = os.path.join(work, "results.csv.gz")
        self.text = os.path.join(work, "results.csv")
        self.summary = os.path.join(work, "summary.json")

    def version(self):
        return finished([self.program, "--version"], capture=True).output.decode().split()[-1]

    def command(self):
        return [
            self.program,
            "scan",
            *self.where,
            *self.options,
            *[self.sample.pairs] * self.sample.times,
            "-o",
            self.results,
            "--summary",
            self.summary,
            "--progress",
            "never",
        ]

    def run(self):
        # not --overwrite: an older program does not know it
        with contextlib.suppress(FileNotFoundError):
            os.remove(self.results)
        run = finished(self.command(), cpu=self.cpu)
        with open(self.summary) as f:
            told = json.load(f)
        with gzip.open(self.results) as packed, open(self.text, "wb") as out:
            shutil.copyfileobj(packed, out, 1 << 20)
        verdict = judge.judge(self.text, [self.sample.truth] * self.sample.times, self.columns)
        if not verdict.is_exact():
            judge.print_judgement(verdict, self.say)
        return self.turn(run, told, verdict)

    def turn(self, run, told, verdict):
        """From a run, its summary and its judgement. The peak memory is what the program says: no
        other figure is its own alone."""
        asked = told["answers"] + told["failures"]
        return contest.Turn(
            run.wall,
            run.cpu,
            told["peak_memory_bytes"] / (1 << 20),
            rows=told["rows"],
            questions=told["queries_sent"],
            answered=told["answers"] / asked if asked else 1.0,
            equal=verdict.share(),
            false_temperrors=verdict.false_temperrors,
            wrong=verdict.wrong + verdict.missing,
            bytes=os.path.getsize(self.text),
        )


class Sample:
    """Pairs and their truth: a population's, `times` over."""

    def __init__(self, folder, times=1):
        self.times = times
        self.pairs, self.truth, self.questions = (
            os.path.join(folder, name) for name in ("pairs.csv.gz", "truth.csv.gz", "questions.txt")
        )


class PlainSample:
    """A population's first pairs as a plain file, for programs that read no gzip, and their
    truth."""

    def __init__(self, folder, n_rows):
        self.pairs, self.truth = (
            unpack(os.path.join(folder, f"{name}.csv.gz"), n_rows) for name in ("pairs", "truth")
        )

    def judge_verdicts(self, rows):
        """For libraries that only tell SPF results: rows are (domain, ip, spf)."""
        return judge.judge_verdicts(rows, self.truth)


def unpack(path, n_rows):
    """Gives the plain file's path; the header is no row."""
    plain = f"{path.removesuffix('.csv.gz')}.{n_rows}.csv"
    with gzip.open(path) as lines, open(plain, "wb") as out:
        out.writelines(itertools.islice(lines, n_rows + 1))
    return plain
