"""plots.py - the plots of a folder of result files, as SVG.

The same runs give the same octets: no date, fixed ids, no random places. Text stays text. The
ground is opaque, so that the pictures read alike in light and dark viewers. A bar is a median and
its dots are the turns; a run that is not right says so wherever its speed is shown. Importing this
file needs matplotlib."""

import dataclasses
import os

import matplotlib
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from testbed import figures

GROUND, INK, QUIET, GRID, ALARM = "#fcfcfa", "#222222", "#62625e", "#e2e2dd", "#b3261e"
COLOURS = {"subject": "#2f6fb3", "bare": "#a3a39c", "peer": "#cf7d34"}
SETTINGS = {
    "svg.fonttype": "none",
    "svg.hashsalt": "spfsweep",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": QUIET,
    "xtick.color": QUIET,
    "ytick.color": INK,
    "figure.facecolor": GROUND,
    "axes.facecolor": GROUND,
    "savefig.facecolor": GROUND,
    "text.parse_math": False,
}
WIDTH_INCHES = 9
POINTS_PER_CHARACTER, POINTS_PER_LINE = 5.6, 12


@dataclasses.dataclass
class Bar:
    """One bar, or a heading over some when it has no series. `value` is the bar's end; the dots
    show the turns. `alarm`: its run is not right."""

    label: str
    series: figures.Series | None = None
    value: float = 0
    role: str = "subject"
    remark: str = ""
    alarm: bool = False


def spaced(value, _=None):
    return f"{value:,.0f}".replace(",", " ")


def name_of(run):
    return run.name if run.verdict == "right" else f"{run.name} ({run.verdict})"


def is_alarming(run):
    return run.verdict != "right"


def new_figure(height, title):
    figure = Figure(figsize=(WIDTH_INCHES, height), layout="constrained")
    figure.suptitle(title, x=0.01, ha="left", fontsize=12)
    return figure


def save(figure, path):
    FigureCanvasSVG(figure).print_svg(path, metadata={"Date": None, "Creator": None})


# ---- bars ----


def draw_bar(axes, y, bar):
    axes.barh(y, bar.value, height=0.62, color=COLOURS[bar.role], linewidth=0)
    values = bar.series.values
    # the dots stand one below the other, in the order of the turns
    places = [
        y + 0.4 * (i / (len(values) - 1) - 0.5) if len(values) > 1 else y
        for i in range(len(values))
    ]
    axes.plot(
        values,
        places,
        "o",
        markersize=4,
        color=INK,
        markeredgecolor=GROUND,
        markeredgewidth=0.7,
        linestyle="none",
        clip_on=False,
    )
    axes.annotate(
        f"{spaced(bar.value)}{bar.remark}",
        (max(bar.series.high, bar.value), y),
        xytext=(7, 0),
        textcoords="offset points",
        va="center",
        fontsize=9,
    )


def room_for_labels(bars):
    """The end of the axis, so that the text beside the longest bars stays inside."""
    ends = [
        (max(bar.series.high, bar.value), len(spaced(bar.value) + bar.remark))
        for bar in bars
        if bar.series
    ]
    axis_points = WIDTH_INCHES * 72 - 20 - max(len(bar.label) for bar in bars) * 6.5
    return (
        max(
            end / max(0.25, 1 - length * POINTS_PER_CHARACTER / axis_points) for end, length in ends
        )
        or 1
    )


def draw_bars(path, title, unit, bars):
    figure = new_figure(1.2 + 0.36 * len(bars), title)
    axes = figure.add_subplot()
    for y, bar in enumerate(bars):
        if bar.series:
            draw_bar(axes, y, bar)
    axes.set_yticks(range(len(bars)), [bar.label for bar in bars])
    for tick, bar in zip(axes.get_yticklabels(), bars):
        tick.set(fontweight="normal" if bar.series else "bold", color=ALARM if bar.alarm else INK)
    axes.set_ylim(len(bars) - 0.4, -0.6)
    axes.set_xlim(0, room_for_labels(bars))
    axes.set_xlabel(unit)
    axes.xaxis.set_major_formatter(FuncFormatter(spaced))
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    strip(axes)
    axes.spines["bottom"].set_visible(False)
    save(figure, path)


def strip(axes):
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def draw_speeds(path, runs):
    bars = [
        Bar(name_of(run), s, s.median, alarm=is_alarming(run))
        for run in runs
        for s in [run.subject.per_cpu["rows"]]
        if s
    ]
    if bars:
        draw_bars(
            path, "Speed of the runs: median, and a dot for every turn", "rows per CPU-second", bars
        )
    return bool(bars)


def draw_memory(path, runs):
    bars = [
        Bar(name_of(run), s, s.high, remark=" MiB", alarm=is_alarming(run))
        for run in runs
        for s in [run.subject.peak_mib]
        if s
    ]
    if bars:
        draw_bars(path, "Peak memory of the runs: largest, and a dot for every turn", "MiB", bars)
    return bool(bars)


def question_bars(run):
    """The subject among the bare loops and peers that are counted in questions, or nothing when
    there are none."""
    others = [
        (c, run.ratio_to(c))
        for role in ("bare", "peer")
        for c in run.of_role(role)
        if c.unit == "questions"
    ]
    others = [(c, found) for c, found in others if found]
    if not others:
        return []
    ours = run.subject.per_cpu["questions"]
    bars = [Bar(name_of(run), alarm=is_alarming(run)), Bar(run.subject.name, ours, ours.median)]
    return bars + [
        Bar(
            c.name,
            c.speed,
            c.speed.median,
            c.role,
            f"   {run.subject.name} is {found.series.median:.2f} of it",
        )
        for c, found in others
    ]


def draw_questions(path, runs):
    bars = [bar for run in runs for bar in question_bars(run)]
    if bars:
        draw_bars(
            path,
            "Questions: blue is ours, grey are bare loops, orange other programs",
            "questions per CPU-second",
            bars,
        )
    return bool(bars)


# ---- exactness beside speed ----


def exactness_points(run):
    """The contestants that judge rows and were compared with the truth, slowest first; nothing when
    the subject would stand alone."""
    contestants = [run.subject, *run.of_role("peer")]
    points = [c for c in contestants if c.unit == "rows" and c.per_cpu["rows"] and c.equal]
    return sorted(points, key=lambda c: c.per_cpu["rows"].median) if len(points) > 1 else []


def draw_point(axes, contestant):
    x, equal, colour = (
        contestant.per_cpu["rows"].median,
        100 * contestant.equal.low,
        COLOURS[contestant.role],
    )
    if contestant.answered:
        answered = 100 * contestant.answered.low
        axes.plot([x, x], [equal, answered], color=colour, linewidth=1, zorder=2)
        axes.plot(
            x,
            answered,
            "o",
            markersize=10,
            color="none",
            markeredgecolor=colour,
            markeredgewidth=1.4,
            zorder=3,
            clip_on=False,
        )
    axes.plot(
        x, equal, "o", markersize=5.5, color=colour, markeredgewidth=0, zorder=4, clip_on=False
    )


def label_points(axes, points):
    """Names right of their points, moved down or up while they would cover a point or another
    name."""
    data = [(c.per_cpu["rows"].median, 100 * c.equal.low) for c in points]
    places = axes.transData.transform(data) * 72 / axes.figure.dpi
    taken = [(x - 5, x + 5, y) for x, y in places]
    for c, (x, y), at in zip(points, places, data):
        left, right = x + 9, x + 9 + len(c.name) * POINTS_PER_CHARACTER
        for shift in (0, -1, 1, -2, 2, -3, 3):
            middle = y + shift * POINTS_PER_LINE
            if all(
                abs(middle - other) >= POINTS_PER_LINE or right < begin or left > end
                for begin, end, other in taken
            ):
                break
        taken.append((left, right, middle))
        axes.annotate(
            c.name, at, xytext=(9, middle - y), textcoords="offset points", va="center", fontsize=9
        )


def draw_panel(axes, run, points, bounds, lowest):
    axes.set_title(
        name_of(run),
        loc="left",
        fontsize=10,
        fontweight="bold",
        pad=10,
        color=ALARM if is_alarming(run) else INK,
    )
    axes.set_xscale("log")
    axes.set_xlim(*bounds)
    axes.set_ylim(lowest - 0.22 * (100 - lowest), 100 + 0.12 * (100 - lowest))
    axes.set_yticks([tick for tick in axes.get_yticks() if lowest <= tick <= 100])
    axes.set_ylabel("% (worst turn)")
    axes.xaxis.set_major_formatter(FuncFormatter(spaced))
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.grid(color=GRID, linewidth=0.8)
    strip(axes)
    for point in points:
        draw_point(axes, point)


def draw_exactness(path, runs):
    panels = [(run, points) for run in runs for points in [exactness_points(run)] if points]
    if not panels:
        return False
    everyone = [c for _, points in panels for c in points]
    speeds = [c.per_cpu["rows"].median for c in everyone]
    bounds = min(speeds) / 1.6, max(speeds) * 4
    lowest = min([99.0] + [100 * s.low for c in everyone for s in (c.equal, c.answered) if s])
    figure = new_figure(
        1 + 2.2 * len(panels), "Dots: rows equal to the truth. Rings: questions answered"
    )
    all_axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    for axes, (run, points) in zip(all_axes, panels):
        draw_panel(axes, run, points, bounds, lowest)
    all_axes[-1].set_xlabel("rows per CPU-second")
    figure.canvas.draw()  # settles the places of the axes, which the labels need
    for axes, (_, points) in zip(all_axes, panels):
        label_points(axes, points)
    save(figure, path)
    return True


PLOTS = {
    "speeds.svg": draw_speeds,
    "questions.svg": draw_questions,
    "exactness.svg": draw_exactness,
    "memory.svg": draw_memory,
}


def write_plots(runs, folder):
    """Draws what there is to draw and gives the names of the files. A file of an earlier report
    that has nothing to show now is removed."""
    names = []
    with matplotlib.rc_context(SETTINGS):
        for name, draw in PLOTS.items():
            path = os.path.join(folder, name)
            if draw(path, runs):
                names.append(name)
            elif os.path.exists(path):
                os.remove(path)
    return names
