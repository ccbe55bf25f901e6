"""profiles.py - what bench/run measures: populations, networks, and who takes part in which run."""

import dataclasses
import os

from testbed import bareloops, figures, judge, libraries, peers
from testbed.sweep import PlainSample, Sample, Sweep

LIMIT = 2000  # of an upstream that limits itself, in questions a second
# Questions in flight, for everybody who can be told but spfsweep, which keeps its own default.
WINDOW = 1000


@dataclasses.dataclass(frozen=True)
class Population:
    """Options of bench/population; `name` is its folder's. One pair of each domain leaves nothing
    to a cache but what domains have in common."""

    name: str
    domains: int
    per_domain: int = 1
    log: int | None = None
    dead: str = "quick"
    dead_share: float = 1.0

    def arguments(self):
        pairs = ["--log", str(self.log)] if self.log else ["--per-domain", str(self.per_domain)]
        return [
            "--domains",
            str(self.domains),
            "--dead",
            self.dead,
            "--dead-share",
            str(self.dead_share),
            *pairs,
        ]


@dataclasses.dataclass(frozen=True)
class Run:
    """`network` are keywords of Internet; `bare` names bare loops, which run for `seconds` of CPU
    at the least; `peers` are "tools" that ask questions, SPF "libraries" (then spfsweep judges SPF
    alone, too), or nobody; the pairs are scanned `times` over; `some_rows` and `few_rows` are what
    libraries get of them. With more `workers` than one, spfsweep with one worker takes part,
    too."""

    name: str
    title: str
    population: Population
    network: dict
    bare: tuple = ()
    peers: str = ""
    times: int = 1
    workers: int = 1
    turns: int = 3
    seconds: float = 1
    some_rows: int = 0
    few_rows: int = 0

    def mode(self):
        return self.network["mode"]


@dataclasses.dataclass(frozen=True)
class Size:
    """How much of everything: domains, but for the log's rows and the rows of libraries, and so
    that each measurement takes about a second. The short profile takes minutes, the full one
    hours."""

    cold: int
    cold_recursive: int
    rough: int
    log_domains: int
    log_rows: int
    small_log_rows: int
    some_rows: int
    few_rows: int
    turns: int
    paired_turns: int
    seconds: float


SIZES = {
    "tiny": Size(
        cold=200,
        cold_recursive=200,
        rough=200,
        log_domains=200,
        log_rows=2000,
        small_log_rows=2000,
        some_rows=200,
        few_rows=50,
        turns=1,
        paired_turns=1,
        seconds=0.1,
    ),
    "short": Size(
        cold=30000,
        cold_recursive=10000,
        rough=2000,
        log_domains=10000,
        log_rows=300000,
        small_log_rows=250000,
        some_rows=20000,
        few_rows=3000,
        turns=3,
        paired_turns=5,
        seconds=1,
    ),
    "full": Size(
        cold=300000,
        cold_recursive=100000,
        rough=20000,
        log_domains=100000,
        log_rows=5000000,
        small_log_rows=1000000,
        some_rows=100000,
        few_rows=10000,
        turns=5,
        paired_turns=7,
        seconds=3,
    ),
}
NETWORKS = [
    ("loss-1", "1 % of the questions lost", {"loss": 1}),
    ("loss-5", "5 % of the questions lost", {"loss": 5}),
    ("slow-50", "50 ms round trip", {"delay": 50}),
    ("slow-200", "200 ms round trip", {"delay": 200}),
]
HOW = {"forward": "through an upstream", "recursive": "by recursion"}


def runs(profile):
    """The runs of a profile, in the order of the table. Bare loops take part where they tell
    something: where a network is slow or bad, time goes by with waiting and not with work; and
    libunbound takes a server that is silent about some names for dead, or waits minutes for it."""
    size = SIZES[profile]
    cold, smaller, rough = (
        Population(f"cold-{n}", n) for n in (size.cold, size.cold_recursive, size.rough)
    )
    log = Population(f"log-{size.log_domains}-{size.log_rows}", size.log_domains, log=size.log_rows)
    dead = Population(f"dead-{size.rough}", size.rough, dead="all", dead_share=10)
    usual = {"turns": size.turns, "seconds": size.seconds}
    paired = {**usual, "turns": size.paired_turns}
    all_bare = ("loop", "segments", "layer", "libunbound", "libdeflate")
    yield Run(
        "cold-forward",
        "Cold, through an upstream",
        cold,
        {"mode": "forward"},
        all_bare,
        "tools",
        **paired,
    )
    yield Run(
        "cold-recursive",
        "Cold, by recursion",
        smaller,
        {"mode": "recursive"},
        ("libunbound", "libdeflate"),
        **usual,
    )
    yield Run(
        "warm-forward",
        "A mail log, through an upstream",
        log,
        {"mode": "forward"},
        ("libdeflate",),
        **usual,
    )
    yield Run(
        "warm-twice",
        "The same mail log twice over",
        log,
        {"mode": "forward"},
        ("libdeflate",),
        times=2,
        **usual,
    )
    for name, title, impairment in NETWORKS:
        for mode, how in HOW.items():
            yield Run(
                f"{name}-{mode}", f"{title}, {how}", rough, {"mode": mode, **impairment}, **usual
            )
    for (
        mode,
        how,
    ) in HOW.items():  # it is time limits that decide here: two turns show it, and take a minute
        network = {"mode": mode, "silence": True} if mode == "forward" else {"mode": mode}
        yield Run(
            f"dead-10-{mode}",
            f"10 % of the domains have dead servers, {how}",
            dead,
            network,
            turns=min(2, size.turns),
        )
    yield Run(
        "limited-forward",
        f"An upstream that answers {LIMIT} questions a second",
        rough,
        {"mode": "forward", "limit": LIMIT},
        **usual,
    )
    small_log = Population(
        f"log-{size.rough}-{size.small_log_rows}", size.rough, log=size.small_log_rows
    )
    yield Run(
        figures.SCALING,
        "A mail log four times over, with two workers",
        small_log,
        {"mode": "forward"},
        times=4,
        workers=2,
        **usual,
    )
    yield Run(
        "libraries",
        "SPF alone, beside SPF libraries",
        cold,
        {"mode": "forward"},
        peers="libraries",
        some_rows=size.some_rows,
        few_rows=size.few_rows,
        **paired,
    )


class Place:
    """Where the programs are, and which processors measure and serve."""

    def __init__(self, build, work, subject_cpu, server_cpu):
        self.build, self.work, self.subject_cpu, self.server_cpu = (
            build,
            work,
            subject_cpu,
            server_cpu,
        )

    def program(self, name):
        return os.path.join(self.build, name)

    def bench(self, name):
        return os.path.join(self.build, "bench", name)


def contestants(run, net, place, folder, say):
    """spfsweep first: others may need what it wrote. It gets one worker and one processor, since
    the servers have the other one."""
    sample = Sample(folder, times=run.times)
    sweep = sweep_of(run, net, place, sample, say, run.workers)
    bare = bare_of(run, net, place, sample, sweep)
    company = {"": lambda *_: [], "tools": tools_of, "libraries": libraries_of}[run.peers]
    beside = (
        [sweep_of(run, net, place, sample, say, 1, figures.ONE_WORKER)] if run.workers > 1 else []
    )
    return [sweep, *beside, *(bare[name] for name in run.bare), *company(run, net, place, folder)]


def sweep_of(run, net, place, sample, say, n_workers, name=None):
    """With more workers than one it needs more processors than one, and so does the one worker
    beside it, for a fair comparison."""
    where = (
        ["--upstream", net.upstream]
        if run.mode() == "forward"
        else ["--unbound-config", net.unbound_config]
    )
    options, columns = (
        (["--checks", "spf"], judge.SPF_COLUMNS)
        if run.peers == "libraries"
        else ([], judge.COLUMNS)
    )
    return Sweep(
        place.program("spfsweep"),
        sample,
        place.work,
        where,
        ["--workers", str(n_workers), *options],
        columns,
        place.subject_cpu if run.workers == 1 else None,
        say,
        name,
    )


def bare_of(run, net, place, sample, sweep):
    """By their names in Run.bare, those that there can be in the run's mode."""
    server, rest = (
        net.upstream or net.unbound_config,
        {"seconds": run.seconds, "cpu": place.subject_cpu},
    )
    found = {
        "libunbound": bareloops.LibunboundLoop(
            place.bench("ubloop"), sample.questions, server, WINDOW, **rest
        ),
        "layer": bareloops.LibunboundLoop(
            place.bench("ubloop"), sample.questions, server, WINDOW, way="layer", **rest
        ),
        "libdeflate": bareloops.LibdeflatePack(place.bench("deflate"), sweep.text, **rest),
    }
    if run.mode() == "forward":
        for name, gso in (("loop", False), ("segments", True)):
            found[name] = bareloops.BareLoop(
                place.bench("bare"), sample.questions, *address_of(net), WINDOW, gso=gso, **rest
            )
    return found


def address_of(net):
    address, port = net.upstream.rsplit(":", 1)
    return address, int(port)


def tools_of(run, net, place, folder):
    programs, questions = (
        (peers.Dnsperf, peers.Adnshost, peers.Massdns, peers.Zdns),
        Sample(folder).questions,
    )
    return [
        program(questions, place.work, *address_of(net), WINDOW, place.subject_cpu)
        for program in programs
    ]


def libraries_of(run, net, place, folder):
    """The first rows, fewer for pyspf: it takes a millisecond for each."""
    some, few = PlainSample(folder, run.some_rows), PlainSample(folder, run.few_rows)
    libspf2 = libraries.Libspf2(
        place.bench("peer_libspf2"),
        some.pairs,
        place.work,
        some.judge_verdicts,
        cpu=place.subject_cpu,
    )
    return [
        libspf2,
        libraries.Pyspf(few.pairs, place.work, few.judge_verdicts, cpu=place.subject_cpu),
    ]
