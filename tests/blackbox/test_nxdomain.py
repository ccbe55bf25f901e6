"""test_nxdomain.py - NXDOMAIN is for all types of a name, and nothing lies beneath a top-level
domain that does not exist: what is asked, counted by the real NSD that is asked, and that no
verdict depends on it. Both engines: our own, and libunbound recursing from a root of ours or
forwarding with --dnssec."""

import gzip

import pytest

import harness
import nameservers

# Kept for longer than any test takes.
SOA = nameservers.SOA.replace("86400 60", "86400 86400")
# The whole DNS: the root with two top-level domains, one of which lies in its zone.
ZONES = {
    ".": 'live NS ns.live\nns.live A 192.0.2.53\na.flat TXT "v=spf1 a -all"\n'
    "a.flat A 192.0.2.1\na.flat MX 10 a.flat\n",
    "live": 'mail A 192.0.2.1\ngood TXT "v=spf1 mx -all"\ngood MX 10 mail.live.\n'
    'good A 192.0.2.2\nalias CNAME gone.live.\n*.wild TXT "v=spf1 -all"\nx.below A 192.0.2.3\n',
    "2.0.192.in-addr.arpa": "1 PTR mail.live.\n",
}
# So few at once that answers come within the half second that questions wait for them, also on a
# busy machine.
GENTLY = ("--workers=2", "--in-flight=50")
DOMAIN_COLUMNS = ("status", "spf", "a_state", "mx_state", "problems", "dns_cause")
NO_SUCH_DOMAIN = ("ok", "none", "nxdomain", "none", "no_such_domain;no_address;no_mx;no_spf", "")


@pytest.fixture
def nsd(tmp_path):
    server = nameservers.Nsd(tmp_path / "nsd", ZONES, SOA)
    yield server
    server.stop()


@pytest.fixture(params=["forward", "recursive", "dnssec"])
def options(request, nsd, tmp_path):
    """The options that have the NSD asked by an engine."""
    if request.param == "forward":
        return [nsd.upstream]
    if request.param == "dnssec":
        return [nsd.upstream, *harness.with_dnssec(tmp_path)]
    config = tmp_path / "unbound.conf"
    config.write_text(
        "".join(
            f'stub-zone:\n  name: "{zone}"\n  stub-addr: {nsd.address}@{nsd.port}\n'
            f"  stub-prime: no\n"
            for zone in ZONES
        )
    )
    return [f"--unbound-config={config}"]


class Counted:
    """A scan, and what NSD was asked for it."""

    def __init__(self, nsd, folder, rows, options):
        before = nsd.counts()
        self.scan = harness.scan(folder, rows, *options)
        self.counts = nsd.counts() - before
        self.asked = self.counts["num.queries"]

    def verdicts(self, *columns):
        return [tuple(row[c] for c in columns) for row in self.scan.rows]


def test_a_dead_name_is_asked_once(nsd, options, tmp_path):
    """Whatever the row wants of it. Rewriting and the like are asked beside."""
    n = 2000
    rows = "domain,ip\n" + "".join(f"gone{i}.live,192.0.2.1\n" for i in range(n))
    told = Counted(nsd, tmp_path, rows, [*options, *GENTLY])
    assert set(told.verdicts(*DOMAIN_COLUMNS)) == {NO_SUCH_DOMAIN}
    assert n <= told.asked <= 1.3 * n
    s = told.scan.summary
    # A, AAAA and MX of each
    assert s["spared_by_nxdomain"] >= 2.7 * n
    assert s["queries_sent"] + s["spared_by_nxdomain"] + s["joined"] + s["cache_hits"] == (
        s["questions"]
    )
    assert told.scan.says("dns:", f"{s['spared_by_nxdomain']} spared by NXDOMAIN")


def test_a_dead_top_level_domain_is_asked_for_a_moment(nsd, options, tmp_path):
    n = 10000
    rows = "domain,ip\n" + "".join(f"name{i}.dead{i % 20},192.0.2.1\n" for i in range(n))
    told = Counted(nsd, tmp_path, rows, [*options, *GENTLY])
    assert set(told.verdicts(*DOMAIN_COLUMNS)) == {NO_SUCH_DOMAIN}
    assert told.asked <= 100
    assert told.scan.summary["spared_by_nxdomain"] >= 3.9 * n


def test_single_labels_are_names_too(nsd, options, tmp_path):
    """What lies beneath one that does not exist does not exist either."""
    rows = "domain,ip\n" + "".join(f"{name},192.0.2.1\n" for name in ("dead", "x.dead", "y.x.Dead"))
    told = Counted(nsd, tmp_path, rows, [*options, "--workers=1", "--in-flight=1"])
    assert [v[2] for v in told.verdicts(*DOMAIN_COLUMNS)] == ["nxdomain"] * 3
    # dead, the address's name and that name's address
    assert told.scan.summary["queries_sent"] == 3
    assert told.scan.summary["spared_by_nxdomain"] == 2 + 4 + 4


def test_a_zone_at_the_root_hides_nothing(nsd, options, tmp_path):
    """The NXDOMAIN of a name comes with the SOA of the root, and its neighbours exist."""
    rows = "domain,ip\n" + "".join(f"gone{i}.flat,192.0.2.1\n" for i in range(50))
    told = Counted(nsd, tmp_path, rows + "a.flat,192.0.2.1\n", [*options, "--workers=1"])
    assert set(told.verdicts(*DOMAIN_COLUMNS)[:-1]) == {NO_SUCH_DOMAIN}
    assert told.verdicts("spf", "a", "mx", "mx_match")[-1] == (
        "pass",
        "192.0.2.1",
        "10 a.flat",
        "yes",
    )


def test_nothing_is_concluded_below_other_names(nsd, options, tmp_path):
    """below.live is an empty non-terminal, which many servers deny; an alias to a name that does
    not exist exists."""
    rows = "domain,ip\ngone.live,192.0.2.1\nx.gone.live,192.0.2.1\nx.below.live,192.0.2.3\n"
    rows += "n.wild.live,192.0.2.1\nalias.live,192.0.2.1\n"
    told = Counted(nsd, tmp_path, rows, [*options, "--workers=1", "--in-flight=1"])
    assert told.verdicts("spf", "a_state", "a_match") == [
        ("none", "nxdomain", "no"),
        ("none", "nxdomain", "no"),
        ("none", "ok", "yes"),
        ("fail", "none", "no"),
        ("none", "none", "no"),
    ]
    assert "no_such_domain" not in told.scan.rows[4]["problems"]


def test_what_was_not_asked_is_recorded(nsd, options, tmp_path):
    """The record has the answer to each question of a row, so a replay asks for nothing else."""
    names = [f"gone{i}.live" for i in range(50)] + [f"x{i}.dead" for i in range(50)]
    rows = "domain,ip\n" + "".join(f"{name},192.0.2.1\n" for name in names + ["good.live"])
    record = tmp_path / "record.gz"
    told = Counted(nsd, tmp_path, rows, [*options, "--record", record])
    assert told.scan.summary["spared_by_nxdomain"] >= 300
    dnssec = [option for option in options if option == "--dnssec"]
    again = harness.scan(tmp_path, rows, "--replay", record, *dnssec, output="again.csv.gz")
    assert again.timeless() == told.scan.timeless()
    assert again.summary["not_recorded"] == again.summary["spared_by_nxdomain"] == 0
    lines = [line.split("\t") for line in gzip.open(record, "rt") if not line.startswith("#")]
    answers = {(line[4], line[5]): (line[1], line[6]) for line in lines}
    for name in names:
        assert {answers[type, name][1] for type in ("TXT", "A", "AAAA", "MX")} == {"nxdomain"}
        assert answers["MX", name][0]  # when the other question was answered


@pytest.mark.parametrize("ttl_s, asked", [(None, 20), (0, 20), (3600, 1)])
def test_min_ttl(tmp_path, ttl_s, asked):
    """An answer with TTL 0 is good for its row alone, unless --min-ttl keeps it."""
    nsd = nameservers.Nsd(tmp_path / "nsd", {"test": 'a 0 TXT "v=spf1 -all"\n'})
    try:
        option = [] if ttl_s is None else [f"--min-ttl={ttl_s}"]
        told = Counted(
            nsd,
            tmp_path,
            "domain,ip\n" + "a.test,192.0.2.1\n" * 20,
            [nsd.upstream, "--checks=spf", "--in-flight=1", "--workers=1", *option],
        )
    finally:
        nsd.stop()
    assert set(told.verdicts("spf")) == {("fail",)}
    assert told.counts["num.type.TXT"] == asked
    assert told.scan.summary["options"]["min_ttl_s"] == (ttl_s or 0)


def test_nobody_waits_for_a_name_that_fails(server, tmp_path):
    """Its first question is asked again after a second. The others, which wait for half of one,
    are asked at once: also of rows that end before."""
    asked = server(lambda name, type: "SERVFAIL" if type == "TXT" else [])
    rows = "domain,ip\n" + "".join(f"d{i}.t{i}.test,192.0.2.1\n" for i in range(20))
    scan = harness.scan(tmp_path, rows, asked.upstream, "--deadline=400", "--in-flight=10")
    assert {row["spf"] for row in scan.rows} == {"temperror"}
    assert any(type == "MX" for _, name, type in asked.questions if name.endswith(".test"))
