"""test_zone_rate.py - --qps-per-zone: what a zone's rate holds back waits and is asked again, and
is never a failure in a row. And the rates that are there without an option."""

import dns.flags
import pytest

import harness
from harness import DONE, USAGE
from nameservers import busiest_second, wall_clock_lead

ROWS, RATE = 200, 50


def say(query):
    """An authority for every name below test."""
    said = ["v=spf1 ip4:192.0.2.1 -all"] if query.type == "TXT" else []
    reply = query.reply("SERVFAIL" if query.name.startswith("dead") else said)
    reply.flags |= dns.flags.AA
    return reply.to_wire()


def config(folder, dns, more=""):
    path = folder / "unbound.conf"
    path.write_text(
        f'{more}stub-zone:\n  name: "test."\n  stub-addr: {dns.address}@{dns.port}\n'
        "  stub-prime: no\n"
    )
    return f"--unbound-config={path}"


def rows(n, dead=0):
    names = [f"d{i}.test" for i in range(n)] + [f"dead{i}.test" for i in range(dead)]
    return "domain,ip\n" + "".join(f"{name},192.0.2.1\n" for name in names)


def by_wall_second(server):
    lead, counts = wall_clock_lead(), {}
    for at, *_ in server.questions:
        counts[int(at + lead)] = counts.get(int(at + lead), 0) + 1
    return counts


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_held_back_is_asked_again(server, tmp_path, workers):
    asked = server(raw=say)
    scan = harness.scan(
        tmp_path,
        rows(ROWS),
        config(tmp_path, asked),
        f"--qps-per-zone={RATE}",
        f"--workers={workers}",
        "--checks=spf",
        "--deadline=1000",
    )
    assert scan.status == DONE, scan.stderr
    assert [row["spf"] for row in scan.rows] == ["pass"] * ROWS
    assert scan.summary["temperror_rows"] == 0
    assert scan.summary["rate_waits"] > 0
    assert scan.summary["queries_sent"] == ROWS  # each once, however often it waited
    assert len(asked.questions) == ROWS
    # libunbound counts by the wall clock's seconds: two of them meet in any second
    assert busiest_second(asked.questions)[0] <= 2 * RATE
    assert len(by_wall_second(asked)) >= ROWS / RATE
    assert scan.summary["options"]["qps_per_zone"] == RATE


def test_the_total_rate_holds_too(server, tmp_path):
    """What waited for its zone gave its place in --qps back, and takes one again."""
    asked = server(raw=say)
    scan = harness.scan(
        tmp_path,
        rows(120),
        config(tmp_path, asked),
        "--qps-per-zone=20",
        "--qps=30",
        "--checks=spf",
        "--workers=1",
    )
    assert [row["spf"] for row in scan.rows] == ["pass"] * 120
    assert busiest_second(asked.questions)[0] <= 40


def test_a_dead_name_fails_all_the_same(server, tmp_path):
    """While a rate holds questions back, a failure may come from that: it is asked again, but not
    for ever."""
    asked = server(raw=say)
    scan = harness.scan(
        tmp_path,
        rows(100, dead=3),
        config(tmp_path, asked),
        "--qps-per-zone=20",
        "--checks=spf",
    )
    assert [row["spf"] for row in scan.rows] == ["pass"] * 100 + ["temperror"] * 3
    assert all(row["dns_cause"].endswith("cannot say why)") for row in scan.rows[100:])


def test_a_dead_name_that_needs_more_than_the_rate_fails(server, tmp_path):
    """libunbound asks its server more than five times a second for it: its own questions hold it
    back, in every second anew."""
    asked = server(raw=say)
    scan = harness.scan(
        tmp_path, rows(20, dead=1), config(tmp_path, asked), "--qps-per-zone=5", "--checks=spf"
    )
    assert [row["spf"] for row in scan.rows] == ["pass"] * 20 + ["temperror"]
    assert scan.rows[20]["dns_cause"].endswith("cannot say why)")


def test_a_rate_of_the_users_own_holds_back_too(server, tmp_path):
    """`ratelimit` in an unbound.conf."""
    asked = server(raw=say)
    own = config(tmp_path, asked, "server:\n  ratelimit: 20\n  ratelimit-factor: 0\n")
    scan = harness.scan(tmp_path, rows(60), own, "--checks=spf", "--workers=1")
    assert [row["spf"] for row in scan.rows] == ["pass"] * 60
    assert scan.summary["rate_waits"] > 0


EMPTY = "domain,ip\n"


def rates(scan):
    return scan.summary["options"]["qps"], scan.summary["options"]["qps_per_zone"]


def test_the_rates_without_an_option(server, tmp_path):
    """Strangers' servers are asked at a rate; servers of one's own as fast as they answer."""
    asked = server(raw=say)
    assert rates(harness.scan(tmp_path, EMPTY, output="open.gz")) == (2000, 200)
    assert rates(harness.scan(tmp_path, EMPTY, "--dnssec", output="dnssec.gz")) == (2000, 200)
    own = config(tmp_path, asked)
    assert rates(harness.scan(tmp_path, EMPTY, own, output="own.gz")) == (0, 0)
    assert rates(harness.scan(tmp_path, EMPTY, asked.upstream, output="up.gz")) == (0, 0)
    given = ["--qps=0", "--qps-per-zone=7"]
    assert rates(harness.scan(tmp_path, EMPTY, *given, output="given.gz")) == (0, 7)


def test_upstreams_ask_the_zones_themselves(server, tmp_path):
    asked = server(raw=say)
    scan = harness.scan(tmp_path, EMPTY, asked.upstream, "--qps-per-zone=7")
    assert scan.status == USAGE and scan.says("--qps-per-zone", "--upstream")


def test_the_summary_tells_the_busiest_second(server, tmp_path):
    """Of what was sent in all, and to each upstream; here by a clock's seconds, where the server
    sees any second."""
    asked = server(raw=say)
    scan = harness.scan(
        tmp_path, rows(150), asked.upstream, "--checks=spf", "--qps=50", "--workers=2"
    )
    assert scan.status == DONE and scan.says("dns: at most", "in one second")
    seen, _ = busiest_second(asked.questions)
    told, [upstream] = scan.summary["busiest_second"], scan.summary["upstreams"]
    again = scan.summary["retries"]  # on a busy machine; they do not wait for the rate
    assert 25 <= told <= 50 + again and told <= 2 * seen + 10
    assert upstream["sent"] == 150 + again
    # a busy machine sends a moment after the question was let go, maybe in the next second
    assert abs(upstream["busiest_second"] - told) <= 15
