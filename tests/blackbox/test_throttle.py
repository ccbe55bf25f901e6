"""test_throttle.py - our own limits: they hold, they cost no verdict, and time spent waiting for
them is never taken for a DNS failure."""

import time

import pytest

import addresses
import harness
import nameservers

RATE = 200
DOMAINS = 300


def rows_of(n):
    return "domain,ip\n" + "".join(f"d{i}.test,192.0.2.{i % 2 + 1}\n" for i in range(n))


def half_pass(name, type):
    return ["v=spf1 ip4:192.0.2.1 -all"] if type == "TXT" else []


def assert_half_pass(scan, n):
    assert scan.status == harness.DONE, scan.stderr
    assert [row["spf"] for row in scan.rows] == ["fail" if i % 2 else "pass" for i in range(n)]
    assert all(row["dns_cause"] == "" for row in scan.rows)


@pytest.mark.alone  # each question has one try of 0.3 s: the server must have its processor
@pytest.mark.parametrize("workers", [1, 3])
def test_the_rate_is_kept(server, tmp_path, workers):
    """The limit is of all workers together. Waiting for it is no failure, however short the
    patience with the DNS."""
    dns = server(half_pass)
    scan = harness.scan(
        tmp_path,
        rows_of(DOMAINS),
        dns.upstream,
        f"--qps={RATE}",
        f"--workers={workers}",
        "--checks=spf",
        "--timeout=1000",
        "--retries=0",
        "--deadline=1500",
    )
    assert_half_pass(scan, DOMAINS)
    most, took_s = nameservers.busiest_second(dns.questions)
    assert dns.count() == DOMAINS
    assert most <= RATE * 1.3 and took_s >= DOMAINS / RATE - 0.5
    assert 0 < scan.summary["busiest_second"] <= RATE


def test_a_rate_below_the_number_of_workers(server, tmp_path):
    """4 workers, 2 questions a second: still 2, not one for each worker."""
    dns = server(half_pass)
    scan = harness.scan(
        tmp_path, rows_of(10), dns.upstream, "--qps=2", "--workers=4", "--checks=spf"
    )
    assert_half_pass(scan, 10)
    most, took_s = nameservers.busiest_second(dns.questions)
    assert most <= 4 and took_s >= 2.5


def test_the_rate_is_used(server, tmp_path):
    """A limit far above what is asked costs no time."""
    scan = harness.scan(
        tmp_path, rows_of(100), server(half_pass).upstream, "--qps=100000", "--checks=spf"
    )
    assert_half_pass(scan, 100)
    assert scan.summary["wall_seconds"] < 30


def test_rows_of_one_domain_cost_one_question(server, tmp_path):
    dns = server(half_pass)
    scan = harness.scan(
        tmp_path,
        "domain,ip\n" + "d0.test,192.0.2.1\nd0.test,192.0.2.2\n" * 500,
        dns.upstream,
        "--qps=50",
        "--checks=spf",
        "--workers=1",
    )
    assert_half_pass(scan, 1000)
    assert dns.asked() == {("d0.test", "TXT"): 1}


@pytest.mark.parametrize("limit", [1, 5])
def test_no_more_questions_in_flight_than_allowed(server, tmp_path, limit):
    """Each answer takes 20 ms: with n in flight there are never more than n questions in less than
    that."""
    delay_s = 0.02
    dns = server(half_pass, delay_s=delay_s)
    scan = harness.scan(
        tmp_path, rows_of(60), dns.upstream, f"--in-flight={limit}", "--workers=1", "--checks=spf"
    )
    assert_half_pass(scan, 60)
    # On a busy machine an answer may come so late that its question was repeated, just before the
    # next one is asked.
    first_asked = {}
    for at, name, _ in dns.questions:
        first_asked.setdefault(name, at)
    times = [at for name, at in first_asked.items() if name != "."]
    assert len(times) == 60 and all(
        later - earlier >= delay_s * 0.9 for earlier, later in zip(times, times[limit:])
    )


def test_one_in_flight_is_enough_for_every_check(server, tmp_path):
    """Checks ask several questions at once: no deadlock, and nothing gets lost."""
    data = {
        "TXT": ["v=spf1 mx ptr -all"],
        "MX": [f"{i} m{i}.test." for i in range(9)],
        "A": ["192.0.2.9"],
        "PTR": [f"p{i}.test." for i in range(9)],
    }
    scan = harness.scan(
        tmp_path,
        rows_of(20),
        server(lambda name, type: data.get(type, [])).upstream,
        "--in-flight=1",
        "--workers=2",
        "--window=64",
    )
    assert scan.status == harness.DONE and all(
        row["spf"] == "fail" and row["iprev"] == "fail" and row["mx_state"] == "ok"
        for row in scan.rows
    )


# Three tries of 0.3 s and more, so that no busy machine makes a failure of an answer.
DEADLINE = ["--deadline=1500", "--timeout=500", "--retries=1"]
# Most of it is for a busy machine.
DEADLINE_AT_MOST_MS = 6000


def test_the_deadline_bounds_a_row(server, tmp_path):
    """Every include is answered late and leads to the next: the row's deadline, not the question's,
    ends it."""
    dns = server(
        lambda name, type: (
            [f"v=spf1 include:i{int(name[1 : name.index('.')]) + 1}.test -all"]
            if type == "TXT"
            else []
        ),
        delay_s=0.35,
    )
    scan = harness.scan(
        tmp_path, "domain,ip\ni0.test,192.0.2.1\n", dns.upstream, *DEADLINE, "--checks=spf"
    )
    row = scan.row
    assert (row["spf"], row["spf_problem"], row["problems"]) == (
        "temperror",
        "deadline",
        "temperror",
    )
    assert row["dns_cause"].startswith("TXT i") and "cancelled" in row["dns_cause"]
    assert 1400 <= int(row["elapsed_ms"]) <= DEADLINE_AT_MOST_MS


def test_a_silent_upstream(server, tmp_path):
    """Hundreds of rows wait side by side, not one after the other."""
    dns = server(nameservers.silent_names)
    begun = time.monotonic()
    scan = harness.scan(tmp_path, rows_of(DOMAINS), dns.upstream, *DEADLINE)
    assert time.monotonic() - begun < 60
    assert scan.status == harness.STOPPED and scan.summary["complete"]
    for row in scan.rows:
        assert (row["spf"], row["iprev"], row["a_match"], row["mx_state"], row["problems"]) == (
            "temperror",
            "temperror",
            "temperror",
            "temperror",
            "temperror",
        )
        assert (
            row["spf_problem"] in ("dns_error", "deadline")
            and f"TXT {row['domain']}: " in row["dns_cause"]
        )
        assert int(row["elapsed_ms"]) <= DEADLINE_AT_MOST_MS
    assert scan.summary["temperror_rows"] == scan.summary["spf"]["temperror"] == DOMAINS


def test_late_rows_are_not_hurt_by_early_ones(server, tmp_path):
    """The deadline is of each row: those that wait for a place in flight do not lose by it."""
    dns = server(
        lambda name, type: (
            nameservers.SILENCE if int(name[1 : name.index(".")]) < 4 else half_pass(name, type)
        )
    )
    scan = harness.scan(
        tmp_path,
        rows_of(100),
        dns.upstream,
        "--in-flight=2",
        "--workers=1",
        "--checks=spf",
        *DEADLINE,
    )
    assert [row["spf"] for row in scan.rows] == ["temperror"] * 4 + [
        "fail" if i % 2 else "pass" for i in range(4, 100)
    ]


def test_a_lost_question_is_repeated(server, tmp_path):
    """The first try of every question is dropped."""
    seen = set()

    def forgetful(name, type):
        if (name, type) in seen:
            return half_pass(name, type)
        seen.add((name, type))
        return nameservers.SILENCE

    dns = server(forgetful)
    assert_half_pass(
        harness.scan(
            tmp_path, rows_of(50), dns.upstream, "--checks=spf", "--timeout=300", "--retries=3"
        ),
        50,
    )


def test_a_failing_domain_does_not_hurt_its_neighbours(server, tmp_path):
    """One in three names is broken at its servers; the upstream that says so is well."""
    dns = server(
        lambda name, type: (
            "SERVFAIL" if int(name[1 : name.index(".")]) % 3 == 0 else half_pass(name, type)
        )
    )
    scan = harness.scan(
        tmp_path, rows_of(300), dns.upstream, "--checks=spf", "--timeout=1000", "--retries=1"
    )
    assert [row["spf"] for row in scan.rows] == [
        "temperror" if i % 3 == 0 else "fail" if i % 2 else "pass" for i in range(300)
    ]


def test_silent_names_do_not_hurt_their_neighbours(server, tmp_path):
    """The same with silence: an upstream that is silent about some names is not dead."""
    dns = server(
        lambda name, type: (
            nameservers.SILENCE
            if int(name[1 : name.index(".")]) % 3 == 0
            else half_pass(name, type)
        )
    )
    scan = harness.scan(
        tmp_path, rows_of(300), dns.upstream, "--checks=spf", "--timeout=500", "--retries=1"
    )
    assert [row["spf"] for row in scan.rows] == [
        "temperror" if i % 3 == 0 else "fail" if i % 2 else "pass" for i in range(300)
    ]


def test_two_upstreams_one_dead(server, tmp_path):
    dns = server(half_pass)
    scan = harness.scan(
        tmp_path,
        rows_of(50),
        f"--upstream={addresses.nobody()}",
        dns.upstream,
        "--checks=spf",
        "--timeout=300",
        "--retries=5",
    )
    assert_half_pass(scan, 50)
