"""sweep.py - spfsweep itself as a contestant: scans a population's pairs, and is held against the truth every time."""
import gzip
import json
import os
import shutil

from testbed import contest, judge, measure


class Sweep(contest.Contestant):
    """`where` are the options that say whom it asks; `sample` is the Sample to scan; `columns` are held against the truth."""
    name = "spfsweep"
    role = "subject"
    unit = "rows"

    def __init__(self, program, sample, work, where, options=(), columns=judge.COLUMNS, cpu=None, say=print):
        self.program, self.sample, self.work, self.where, self.options = program, sample, work, list(where), list(options)
        self.columns, self.cpu, self.say = columns, cpu, say
        self.results = os.path.join(work, "results.csv.gz")
        self.text = os.path.join(work, "results.csv")
        self.summary = os.path.join(work, "summary.json")

    def version(self):
        return measure.must_run([self.program, "--version"], capture=True).output.decode().split()[-1]

    def command(self):
        return [self.program, "scan", *self.where, *self.options, *[self.sample.pairs] * self.sample.times, "-o", self.results, "--summary", self.summary, "--progress", "never"]

    def run(self):
        run = measure.must_run(self.command(), cpu=self.cpu)
        with open(self.summary) as f:
            told = json.load(f)
        with gzip.open(self.results) as packed, open(self.text, "wb") as out:
            shutil.copyfileobj(packed, out, 1 << 20)
        verdict = judge.judge(self.text, [self.sample.truth] * self.sample.times, self.columns)
        if not verdict.is_exact():
            judge.print_judgement(verdict, self.say)
        asked = told["answers"] + told["failures"]
        return contest.Turn(run.wall, run.cpu, run.peak_mib, rows=told["rows"], questions=told["queries_sent"], answered=told["answers"] / asked if asked else 1.0,
                            equal=verdict.share(), false_temperrors=verdict.false_temperrors, wrong=verdict.wrong + verdict.missing, bytes=os.path.getsize(self.text))


class Sample:
    """Pairs and their truth: a population's, `times` over; or with `n_rows` its first ones, as plain files for programs that read no gzip."""

    def __init__(self, folder, n_rows=None, times=1):
        self.times = times
        self.pairs, self.truth = (os.path.join(folder, name) for name in ("pairs.csv.gz", "truth.csv.gz"))
        self.questions = os.path.join(folder, "questions.txt")
        if n_rows:
            self.pairs, self.truth = (first_lines(path, n_rows + 1, f"{n_rows}.csv") for path in (self.pairs, self.truth))

    def judge_verdicts(self, rows):
        """For libraries that only tell SPF results: rows are (domain, ip, spf)."""
        return judge.judge_verdicts(rows, self.truth)


def first_lines(path, n_lines, suffix):
    shorter = path.removesuffix("csv.gz") + suffix
    with gzip.open(path) as lines, open(shorter, "wb") as out:
        for _, line in zip(range(n_lines), lines):
            out.write(line)
    return shorter
