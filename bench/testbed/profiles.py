"""profiles.py - what bench/run measures: populations, networks, and who takes part in which run."""
import dataclasses
import os

from testbed import floors, judge, peers
from testbed.sweep import Sample, Sweep

WINDOW = 1000      # questions in flight, for everybody who can be told; spfsweep's own default


@dataclasses.dataclass(frozen=True)
class Population:
    """Options of bench/population; `name` is its folder's."""
    name: str
    domains: int
    log: int | None = None
    dead: str = "quick"
    dead_share: float = 1.0

    def arguments(self):
        log = ["--log", str(self.log)] if self.log else []
        return ["--domains", str(self.domains), "--dead", self.dead, "--dead-share", str(self.dead_share), *log]


@dataclasses.dataclass(frozen=True)
class Run:
    """`network` are keywords of Internet; `company` is who takes part besides spfsweep and the floors: "tools" that ask
    questions, "spf" libraries (and no floors), or nobody; `n_rows` limits the pairs, and they are scanned `times` over."""
    name: str
    title: str
    population: Population
    network: dict
    company: str = ""
    n_rows: int | None = None
    times: int = 1
    turns: int = 3

    def mode(self):
        return self.network["mode"]


@dataclasses.dataclass(frozen=True)
class Size:
    """How much of everything. The short profile takes minutes, the full one hours."""
    cold: int
    rough: int
    log_domains: int
    log_rows: int
    library_rows: int
    turns: int
    paired_turns: int


SIZES = {"tiny": Size(200, 200, 200, 2000, 50, 1, 1), "short": Size(10000, 2000, 10000, 300000, 3000, 3, 5), "full": Size(100000, 20000, 100000, 5000000, 10000, 5, 7)}
NETWORKS = [("loss-1", "1 % of the questions lost", {"loss": 1}), ("loss-5", "5 % of the questions lost", {"loss": 5}),
            ("slow-50", "50 ms round trip", {"delay": 50}), ("slow-200", "200 ms round trip", {"delay": 200})]
HOW = {"forward": "through an upstream", "recursive": "by recursion"}


def runs(profile):
    """The runs of a profile, in the order of the table."""
    size = SIZES[profile]
    cold = Population(f"cold-{size.cold}", size.cold)
    rough = Population(f"cold-{size.rough}", size.rough)
    log = Population(f"log-{size.log_domains}-{size.log_rows}", size.log_domains, size.log_rows)
    dead = Population(f"dead-{size.rough}", size.rough, dead="all", dead_share=10)
    yield Run("cold-forward", "Cold, through an upstream", cold, {"mode": "forward"}, "tools", turns=size.paired_turns)
    yield Run("cold-recursive", "Cold, by recursion", cold, {"mode": "recursive"}, turns=size.turns)
    yield Run("warm-forward", "A mail log, through an upstream", log, {"mode": "forward"}, turns=size.turns)
    yield Run("warm-twice", "The same mail log twice over", log, {"mode": "forward"}, times=2, turns=size.turns)
    for name, title, impairment in NETWORKS:
        for mode, how in HOW.items():
            yield Run(f"{name}-{mode}", f"{title}, {how}", rough, {"mode": mode, **impairment}, turns=size.turns)
    for mode, how in HOW.items():
        yield Run(f"dead-10-{mode}", f"10 % of the domains have dead servers, {how}", dead, {"mode": mode, "silence": True}, turns=size.turns)
    yield Run("libraries", "SPF alone, beside SPF libraries", cold, {"mode": "forward"}, "spf", size.library_rows, turns=size.paired_turns)


class Place:
    """Where the programs are, and which processors measure and serve."""

    def __init__(self, build, work, subject_cpu, server_cpu):
        self.build, self.work, self.subject_cpu, self.server_cpu = build, work, subject_cpu, server_cpu

    def program(self, name):
        return os.path.join(self.build, name)

    def bench(self, name):
        return os.path.join(self.build, "bench", name)


def contestants(run, net, place, folder, say):
    """spfsweep first: others may need what it wrote. It gets one worker and one processor, since the servers have the other one."""
    work, cpu = place.work, place.subject_cpu
    sample = Sample(folder, run.n_rows, run.times)
    where = ["--upstream", net.upstream] if run.mode() == "forward" else ["--unbound-config", net.unbound_config]
    options, columns = (["--checks", "spf"], judge.SPF_COLUMNS) if run.company == "spf" else ([], judge.COLUMNS)
    sweep = Sweep(place.program("spfsweep"), sample, work, where, ["--workers", "1", *options], columns, cpu, say)
    if run.company == "spf":
        return [sweep, peers.Libspf2(place.bench("peer_libspf2"), sample.pairs, work, sample.judge_verdicts, cpu=cpu),
                peers.Pyspf(sample.pairs, work, sample.judge_verdicts, cpu=cpu)]
    return [sweep, *floors_of(run, net, place, sample), floors.LibdeflatePack(place.bench("deflate"), sweep.text, cpu), *tools_of(run, net, place, sample)]


def floors_of(run, net, place, sample):
    """Bare loops over the population's questions. Where names are silent there is none of libunbound: forwarding, it takes its only server for dead; recursing, it waits minutes."""
    cpu, questions = place.subject_cpu, sample.questions
    libunbound = floors.LibunboundLoop(place.bench("ubloop"), questions, net.unbound_config or net.upstream, WINDOW, cpu=cpu)
    if run.mode() == "recursive":
        return [] if "silence" in run.network else [libunbound]
    address, port = net.upstream.rsplit(":", 1)
    bare = [floors.BareLoop(place.bench("bare"), questions, address, int(port), WINDOW, gso=gso, cpu=cpu) for gso in (False, True)]
    return [*bare, libunbound] if run.company == "tools" else bare[:1]


def tools_of(run, net, place, sample):
    if run.company != "tools":
        return []
    address, port = net.upstream.rsplit(":", 1)
    return [tool(sample.questions, place.work, address, int(port), WINDOW, place.subject_cpu) for tool in (peers.Dnsperf, peers.Adnshost, peers.Massdns, peers.Zdns)]
