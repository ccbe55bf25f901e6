"""report.py - the tables of some result files: table.md, and the same on the terminal; plots.py
draws beside it.

A document is a list of blocks, and each block knows two forms of itself: Markdown and text. What is
wrong comes first, then where and how it was measured, then the tables: no speed without its spread,
and no peer's speed without how much of its work it did."""

import dataclasses
import json
import math
import os
import shlex

from testbed import figures


@dataclasses.dataclass
class Heading:
    words: str
    level: int = 2

    def markdown(self):
        return f"{'#' * self.level} {self.words}"

    def text(self):
        return f"{self.words}\n{'=-'[self.level > 1] * len(self.words)}"


@dataclasses.dataclass
class Lines:
    """A list of remarks, or of command lines."""

    lines: list
    verbatim: bool = False

    def markdown(self):
        return "\n".join(("    " if self.verbatim else "- ") + line for line in self.lines)

    def text(self):
        return "\n".join("  " + line for line in self.lines)


@dataclasses.dataclass
class Table:
    """`align` has a letter for each column: l or r."""

    align: str
    header: list
    rows: list

    def markdown(self):
        rule = ["---:" if side == "r" else "---" for side in self.align]
        rows = [self.header, rule] + [
            [cell.replace("|", "\\|") for cell in row] for row in self.rows
        ]
        return "\n".join("| " + " | ".join(row) + " |" for row in rows)

    def text(self):
        rows = [self.header] + self.rows
        widths = [max(len(row[i]) for row in rows) for i in range(len(self.header))]
        pads = [str.rjust if side == "r" else str.ljust for side in self.align]
        return "\n".join(
            "  ".join(pad(cell, width) for pad, cell, width in zip(pads, row, widths)).rstrip()
            for row in rows
        )


@dataclasses.dataclass
class Pictures:
    """Names of SVG files beside the table."""

    names: list

    def markdown(self):
        return "\n\n".join(f"![{os.path.splitext(name)[0]}]({name})" for name in self.names)

    def text(self):
        return "  " + ", ".join(self.names)


# ---- cells ----


def number(value):
    return f"{value:,.0f}".replace(",", " ") if value >= 100 else f"{value:.3g}"


def percent(share):
    """Rounded down: only the whole is 100."""
    return f"{math.floor(share * 10000 + 1e-6) / 100:g}" if share < 1 else "100"


def speed(series):
    if not series:
        return "-"
    return (
        f"{number(series.median)} "
        f"({'one turn' if series.spread is None else f'{100 * series.spread:.0f} %'})"
    )


def worst_share(series):
    return percent(series.low) if series else "-"


def count(series):
    """The sum, and what the worst turn had of it."""
    if not series:
        return "-"
    return (
        number(series.total)
        if not series.total or len(series.values) == 1
        else f"{number(series.total)} (worst turn {number(series.high)})"
    )


def peak(series):
    return number(series.high) if series else "-"


def ratio_range(found):
    if not found:
        return "-"
    middle, low, high = (
        f"{value:.3g}" for value in (found.series.median, found.series.low, found.series.high)
    )
    return f"{middle} ({low} to {high})"


# ---- tables ----


# The columns that tell the ratio to a bare contestant, and its name.
BARE = {
    "of bare loop": "bare loop",
    "of libunbound": "bare libunbound",
    "of libdeflate": "bare libdeflate",
}
RUN_HEADER = [
    "run",
    "verdict",
    "rows/s (spread)",
    "questions/s (spread)",
    "rows/CPU-s (spread)",
    "questions/CPU-s (spread)",
    *(f"{column} (range)" for column in BARE),
    "answered %",
    "equal to truth %",
    "false temperrors",
    "wrong",
    "peak MiB",
]
OTHER_HEADER = [
    "run",
    "contestant",
    "in",
    "its speed (spread)",
    "ours (spread)",
    "ours / its (range)",
    "its answered %",
    "its equal to truth %",
    "its false temperrors",
    "its wrong",
    "its peak MiB",
]


def run_row(run):
    s = run.subject
    speeds = [
        speed(s.rows_per_second),
        speed(s.questions_per_second),
        speed(s.per_cpu["rows"]),
        speed(s.per_cpu["questions"]),
    ]
    return [
        run.name,
        run.verdict,
        *speeds,
        *(ratio_range(run.ratio_to_bare(name)) for name in BARE.values()),
        worst_share(s.answered),
        worst_share(s.equal),
        count(s.false_temperrors),
        count(s.wrong),
        peak(s.peak_mib),
    ]


def other_row(run, other):
    return [
        run.name,
        other.name,
        f"{other.unit}/CPU-s",
        speed(other.speed),
        speed(run.subject.per_cpu[other.unit]),
        ratio_range(run.ratio_to(other)),
        worst_share(other.answered),
        worst_share(other.equal),
        count(other.false_temperrors),
        count(other.wrong),
        peak(other.peak_mib),
    ]


def others_block(title, runs, role):
    rows = [other_row(run, other) for run in runs for other in run.of_role(role)]
    return [Heading(title), Table("lll" + "r" * 8, OTHER_HEADER, rows)] if rows else []


# ---- the head and the remarks ----


def listed(values):
    """A dictionary in words."""
    return ", ".join(
        f"{key} {value if isinstance(value, (str, int, float)) else json.dumps(value)}"
        for key, value in values.items()
    )


def machine_of(run):
    return listed(
        {key: value for key, value in (run.head.get("machine") or {}).items() if key != "load"}
    )


def commit_of(run):
    dirty = " with uncommitted changes" if run.head.get("dirty") else ""
    return f"{run.head.get('commit') or 'unknown'}{dirty}"


def told(label, runs, words_of):
    """One line if it is the same in all runs, else a line for each difference."""
    runs_with = {}
    for run in runs:
        runs_with.setdefault(words_of(run) or "not told", []).append(run.name)
    if len(runs_with) == 1:
        return [f"{label}: {next(iter(runs_with))}"]
    return [f"{label} of {', '.join(names)}: {words}" for words, names in runs_with.items()]


def extent(values):
    values = sorted({value for value in values if value is not None})
    return (
        " to ".join(str(value) for value in dict.fromkeys([values[0], values[-1]]))
        if values
        else "not told"
    )


def head_lines(runs):
    lines = [f"Taken: {extent(run.head.get('taken_at') for run in runs)}"]
    lines += told("Commit", runs, commit_of) + told("Machine", runs, machine_of)
    lines.append(
        "Load before the runs: "
        f"{extent((run.head.get('machine') or {}).get('load') for run in runs)}"
    )
    lines += told("Versions", runs, lambda run: listed(run.head.get("versions") or {}))
    lines += told("Profile", runs, lambda run: run.head.get("profile"))
    lines += told("Population", runs, lambda run: listed(run.head.get("population") or {}))
    lines += told("Network", runs, lambda run: listed(run.head.get("network") or {}))
    return lines + told("Turns", runs, lambda run: str(len(run.subject.turns)))


def commands(runs):
    """The subject's, with the names of files alone: their folders say nothing of what was
    measured."""
    short = {
        run.name: [
            os.path.basename(word) if os.path.isabs(word) else word for word in run.subject.command
        ]
        for run in runs
    }
    return [f"{name}: {shlex.join(command)}" for name, command in short.items() if command]


def remark(run, other):
    """What has to be said of a contestant beside its figures, or None."""
    if not run.ratio_to(other):
        return f"{other.name} is not compared, it has no unit in common with {run.subject.name}"
    if len(other.turns) != len(run.subject.turns):
        return (
            f"{other.name} has {len(other.turns)} turns, {run.subject.name} "
            f"{len(run.subject.turns)}: only pairs count"
        )
    ours, its = (c.turns[0].get("rows") for c in (run.subject, other))
    return (
        f"{other.name} judged {its} rows, {run.subject.name} {ours}"
        if its and ours != its
        else None
    )


def remarks(runs, unread):
    lines = [f"{run.name}: {c.name} was skipped, {c.skipped}" for run in runs for c in run.skipped]
    for run in runs:
        found = [
            remark(run, other) for other in run.others if not other.skipped and run.subject.turns
        ]
        lines += [f"{run.name}: {words}" for words in found if words]
    return lines + [f"{name} was not read: {reason}" for name, reason in unread]


def complaints(runs):
    warm = figures.warmth(runs)
    growth = [f"{figures.TWICE}: {warm.fault}"] if warm and warm.fault else []
    return [f"{run.name}: {words}" for run in runs for words in run.complaints] + growth


def cached_lines(runs):
    """What the second half of a log costs, all of which is cached."""
    warm = figures.warmth(runs)
    if not warm:
        return []
    rate = warm.cached_rows_per_cpu_s
    words = f"some {number(rate)} rows/CPU-s" if rate else "not told apart from the others"
    return [
        Lines(
            [
                f"Cached rows: {words} ({figures.TWICE} less {figures.ONCE}, by their medians: it "
                "has the errors of both)"
            ]
        )
    ]


def scaling_lines(runs):
    found = figures.scaling(runs)
    if not found:
        return []
    return [
        Lines(
            [
                f"Two workers: {found.median:.3g} times the rows/s of one ({found.low:.3g} to "
                f"{found.high:.3g}), both on all processors ({figures.SCALING})"
            ]
        )
    ]


READING = [
    "Speeds are medians of the turns; the spread is (largest - smallest) / median. CPU-seconds "
    "are those of the contestant alone.",
    "Ratios are taken turn by turn; then their median and range. Below 1: ours is slower.",
    '"of bare loop", "of libunbound", "of libdeflate": our speed as a part of that of a loop that '
    "sends and receives questions and does "
    "nothing else, of one that calls libunbound and does nothing else, and of libdeflate over our "
    "output, all in the same turns. Speeds are good for "
    "a comparison within a table; these ratios also for one with a table of another day.",
    "Answered and equal are those of the worst turn, rounded down. False temperrors and wrong are "
    "sums over the turns.",
]


def document(runs, unread):
    blocks = [Heading("Benchmarks", 1)]
    if complaints(runs):
        blocks += [Heading("WRONG"), Lines(complaints(runs))]
    if runs:
        blocks += [Heading("Measured"), Lines(head_lines(runs)), Heading("Runs")]
        blocks += [
            Table("ll" + "r" * (len(RUN_HEADER) - 2), RUN_HEADER, [run_row(run) for run in runs]),
            *cached_lines(runs),
            *scaling_lines(runs),
        ]
    blocks += others_block("Bare loops", runs, "bare") + others_block("Peers", runs, "peer")
    if remarks(runs, unread):
        blocks += [Heading("Left out"), Lines(remarks(runs, unread))]
    blocks += [Heading("How to read it"), Lines(READING)]
    if commands(runs):
        blocks += [Heading("Command lines"), Lines(commands(runs), verbatim=True)]
    return blocks


# ---- the folder ----


def read_runs(folder, names):
    """The Runs of these names, and (name, reason) of each file that is none."""
    runs, unread = [], []
    for name in names:
        try:
            runs.append(figures.load(os.path.join(folder, f"{name}.json")))
        except (ValueError, OSError) as error:
            unread.append((f"{name}.json", str(error)))
    return runs, unread


def draw(runs, folder):
    """The block that shows the plots, or says why there are none."""
    try:
        from testbed import plots

        names = plots.write_plots(runs, folder)
    except ImportError:
        return [Lines(["No plots: matplotlib is not there (Debian: python3-matplotlib)."])]
    return [Heading("Plots"), Pictures(names)] if names else []


def write_report(folder, names, say=print):
    """Writes table.md and the plots of these runs into the folder, where their files are, and says
    the tables; older files that lie there are left out. Gives what is wrong in the runs, one text
    each: an empty list is good."""
    runs, unread = read_runs(folder, names)
    blocks = document(runs, unread) + draw(runs, folder)
    with open(os.path.join(folder, "table.md"), "w", encoding="utf-8") as out:
        out.write("\n\n".join(block.markdown() for block in blocks) + "\n")
    say("\n\n".join(block.text() for block in blocks))
    return complaints(runs) + [f"{name} was not read: {reason}" for name, reason in unread]
