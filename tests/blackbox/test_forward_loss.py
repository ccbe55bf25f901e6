"""test_forward_loss.py - upstreams that lose, limit, die and come back: slower, but never another
verdict. Silence about everything is the one thing that is a temperror."""

import random
import threading
import time

import pytest

import addresses
import harness
import nameservers
from forwarding import assert_truth, causes, scan, truth
from nameservers import SILENCE, silent_names

# What probes may amount to, beside what is asked of an upstream that lives.
FEW = 15


def silent(name, type):
    return SILENCE


def forgetful(n):
    """Answers only from the n-th repetition of a query on."""
    return lambda query: SILENCE if query.number < n else truth(query.name, query.type)


def lossy(share, seed=7):
    dice = random.Random(seed)
    return lambda name, type: SILENCE if dice.random() < share else truth(name, type)


def asked_after(server, moment):
    return sum(q[0] > moment for q in list(server.questions))


# ---- loss ----


def test_two_losses_of_every_query_are_no_verdict(server, tmp_path):
    dns = server(raw=forgetful(2))
    assert_truth(scan(tmp_path, 200, [dns], "--timeout=500"), 200)
    assert all(n >= 3 for (name, _), n in dns.asked().items() if name != ".")


def test_loss_of_one_in_twenty_with_default_options(server, tmp_path):
    assert_truth(scan(tmp_path, 1000, [server(lossy(0.05))]), 1000)


def test_loss_of_three_in_ten(server, tmp_path):
    """A question may be lost ten times in a row in one case of 170 000."""
    assert_truth(scan(tmp_path, 400, [server(lossy(0.3))], "--timeout=500", "--retries=9"), 400)


def test_loss_leaves_every_column_as_it_is(server, tmp_path):
    """All checks, and all columns of all rows as from a good server."""
    data = {
        "TXT": ["v=spf1 mx include:i.test -all"],
        "MX": ["10 m1.test.", "20 m2.test."],
        "A": ["192.0.2.1"],
        "AAAA": ["2001:db8::1"],
        "PTR": ["m1.test."],
    }

    def script(name, type):
        return (
            ["v=spf1 ip4:192.0.2.64/26 -all"]
            if name == "i.test" and type == "TXT"
            else data.get(type, [])
        )

    dice = random.Random(5)
    rows = "domain,ip\n" + "".join(f"d{i}.test,192.0.2.{i % 3}\n" for i in range(150))
    outputs = []
    for i, upstream in enumerate(
        [
            server(script),
            server(lambda name, type: SILENCE if dice.random() < 0.2 else script(name, type)),
        ]
    ):
        folder = tmp_path / str(i)
        folder.mkdir()
        outputs.append(
            harness.scan(folder, rows, upstream.upstream, "--timeout=500", "--retries=9").timeless()
        )
    assert outputs[0] == outputs[1]


# ---- some upstreams are dead ----


@pytest.mark.alone  # late answers of the good ones look like losses, and then the dead one is tried
def test_a_silent_one_of_three_is_only_probed(server, tmp_path):
    """Eight seconds of steady questions: it takes two until the silent one counts as dead, and
    after five, on whatever machine, it hears hardly anything."""
    dead, good, other = server(silent), server(truth), server(truth)
    assert_truth(scan(tmp_path, 4000, [dead, good, other], "--qps=500"), 4000)
    begun, ended = good.questions[0][0], good.questions[-1][0]
    assert ended - begun > 7 and asked_after(dead, begun + 5) <= FEW


def test_a_closed_one_of_three_costs_nothing(server, tmp_path):
    good, other = server(truth), server(truth)
    result = scan(tmp_path, 2000, [good, other], f"--upstream={addresses.nobody()}")
    assert_truth(result, 2000)
    assert result.summary["wall_seconds"] < 20


@pytest.mark.alone  # as above
def test_one_that_dies_during_the_scan(server, tmp_path):
    """Its first 50 queries are answered, and quicker than the others answer, so most questions go
    there; then none."""
    heard = []
    dying = server(
        lambda name, type: (
            heard.append(time.monotonic()) or (truth(name, type) if len(heard) <= 50 else SILENCE)
        )
    )
    good, other = server(truth, delay_s=0.02), server(truth, delay_s=0.02)
    assert_truth(scan(tmp_path, 5000, [dying, good, other], "--qps=500"), 5000)
    assert len(heard) > 50, "it was not used while it lived"
    assert asked_after(dying, heard[50] + 5) <= FEW


def test_one_that_comes_to_life_is_used(server, tmp_path):
    """It is silent for its first four seconds; of the next six it must get a share of the
    questions."""
    begun = []

    def late_riser(name, type):
        begun.append(time.monotonic())
        return truth(name, type) if begun[-1] - begun[0] > 4 else SILENCE

    riser, good = server(late_riser), server(truth)
    assert_truth(scan(tmp_path, 4000, [riser, good], "--qps=400"), 4000)
    assert asked_after(riser, begun[0] + 4) > 50


def test_one_that_limits_its_answers(server, tmp_path):
    """At most 200 answers a second, the rest is dropped, as rate limits do."""
    seconds = {}

    def limited(name, type):
        second = int(time.monotonic())
        seconds[second] = seconds.get(second, 0) + 1
        return truth(name, type) if seconds[second] <= 200 else SILENCE

    upstreams = [server(limited), server(truth), server(truth)]
    assert_truth(scan(tmp_path, 6000, upstreams), 6000)


def test_the_only_upstream_limits_its_answers(server, tmp_path):
    """300 answers a second: it is slowed for, however long that takes."""
    seconds = {}

    def limited(name, type):
        second = int(time.monotonic())
        seconds[second] = seconds.get(second, 0) + 1
        return truth(name, type) if seconds[second] <= 300 else SILENCE

    assert_truth(scan(tmp_path, 1500, [server(limited)]), 1500)


@pytest.mark.parametrize(
    "per_second, rows, options",
    [
        (10, 100, ["--workers=2"]),
        (20, 200, ["--workers=2"]),
        (100, 700, ["--workers=2"]),
        # a row's own deadline may pass over so many tries: see the README's limits
        pytest.param(10, 600, ["--workers=8", "--deadline=600000"], marks=pytest.mark.slow),
    ],
)
def test_a_very_low_limit_costs_time_and_no_verdict(server, tmp_path, per_second, rows, options):
    """Workers do not know of each other. Tries that are lost because there are too many of them are
    our own doing."""
    bucket = {"tokens": 1.0, "at": time.monotonic()}

    def limited(name, type):
        now = time.monotonic()
        bucket["tokens"] = min(
            per_second / 10, bucket["tokens"] + (now - bucket["at"]) * per_second
        )
        bucket["at"] = now
        if bucket["tokens"] < 1:
            return SILENCE
        bucket["tokens"] -= 1
        return truth(name, type)

    assert_truth(scan(tmp_path, rows, [server(limited)], *options), rows)


@pytest.mark.parametrize("answer_s, rows", [(0.03, 300), (0.01, 1000)])
def test_a_slow_upstream_with_a_queue_costs_time_and_no_verdict(server, tmp_path, answer_s, rows):
    """One query after the other; what finds 270 before it is dropped, so answers come after seconds
    when we ask too much."""
    free_at = [0.0]

    def slow(query):
        now = time.monotonic()
        begun = max(now, free_at[0])
        if begun - now > 270 * answer_s:
            return SILENCE
        free_at[0] = begun + answer_s
        return (nameservers.Later(query.packet(truth(query.name, query.type)), free_at[0] - now),)

    assert_truth(scan(tmp_path, rows, [server(raw=slow)], "--workers=2"), rows)


def test_silent_names_among_losses_are_not_taken_for_lost(server, tmp_path):
    """A quarter of all queries is lost, and every fifth name is silent: that one is asked for more
    often than without losses, but not for ever, and holds nobody else up."""
    dice = random.Random(3)

    def script(name, type):
        return (
            SILENCE
            if name.endswith("0.test") or name.endswith("5.test") or dice.random() < 0.25
            else truth(name, type)
        )

    dns = server(script)
    result = scan(tmp_path, 1000, [dns], "--workers=2")
    assert result.status == harness.DONE, result.stderr
    for row in result.rows:
        is_silent = row["domain"][: -len(".test")][-1] in "05"
        assert row["spf"] == ("temperror" if is_silent else "pass"), row
    assert max(n for (name, _), n in dns.asked().items() if name != ".") < 40


# ---- all are dead ----


@pytest.mark.parametrize("n_upstreams", [1, 3])
def test_silence_of_all_is_timeout(server, tmp_path, n_upstreams):
    begun = time.monotonic()
    result = scan(
        tmp_path,
        100,
        [server(silent_names) for _ in range(n_upstreams)],
        "--timeout=300",
        "--retries=1",
    )
    assert result.status == harness.STOPPED and time.monotonic() - begun < 60
    assert {row["spf"] for row in result.rows} == {"temperror"} and causes(result) == {
        "TXT NAME: timeout"
    }


def begin_scan(folder, *args):
    """A scan in a thread. Gives what waits for its end."""
    results = []
    thread = threading.Thread(target=lambda: results.append(scan(folder, *args)))
    thread.start()

    def end():
        thread.join()
        return results[0]

    return end


@pytest.mark.parametrize(
    "outage, seconds",
    [
        ("closed", 2),
        ("silent", 2),
        pytest.param("closed", 20, marks=pytest.mark.slow),
        pytest.param("silent", 20, marks=pytest.mark.slow),
    ],
)
def test_a_restart_of_the_only_upstream(server, tmp_path, outage, seconds):
    """It answers for a while, is away, longer than a question has time, and comes back on its
    port."""
    away = threading.Event()
    dns = server(lambda name, type: SILENCE if away.is_set() else truth(name, type))
    end = begin_scan(tmp_path, 2000, [dns], "--qps=500")
    try:
        harness.until(lambda: dns.count() > 500, what="the first 500 questions")
        away.set()
        if outage == "closed":
            dns.stop()
        time.sleep(seconds)  # the outage
        away.clear()
        if outage == "closed":
            server(truth, address=dns.address)
    finally:
        result = end()
    assert_truth(result, 2000)


@pytest.mark.slow
def test_a_restart_of_the_only_upstream_that_is_asked_by_tcp(server, tmp_path):
    """Every second name needs TCP; while it is away nobody gets an answer by either."""
    away = threading.Event()

    def raw(query):
        if away.is_set():
            return SILENCE
        needs_tcp = query.name.endswith(("0.test", "2.test", "4.test", "6.test", "8.test"))
        return query.cut_off() if needs_tcp and not query.by_tcp else truth(query.name, query.type)

    dns = server(raw=raw, tcp=True)
    end = begin_scan(tmp_path, 2000, [dns], "--qps=300")
    try:
        harness.until(lambda: dns.count() > 500, what="the first 500 questions")
        away.set()
        time.sleep(20)  # the outage
        away.clear()
    finally:
        result = end()
    assert_truth(result, 2000)


# ---- rates ----


@pytest.mark.alone  # each question has one try of 0.3 s: the server must have its processor
@pytest.mark.parametrize("workers", [1, 3])
def test_the_rate_is_of_all_upstreams_together(server, tmp_path, workers):
    upstreams = [server(truth) for _ in range(3)]
    assert_truth(
        scan(
            tmp_path,
            1200,
            upstreams,
            "--qps=300",
            f"--workers={workers}",
            "--timeout=500",
            "--retries=0",
            "--deadline=1000",
        ),
        1200,
    )
    most, took_s = nameservers.busiest_second([q for s in upstreams for q in s.questions])
    assert most <= 300 * 1.3 and took_s >= 3.4


@pytest.mark.alone  # each question has one try of 0.3 s: the server must have its processor
@pytest.mark.parametrize("workers", [1, 3])
def test_the_rate_of_each_upstream(server, tmp_path, workers):
    upstreams = [server(truth) for _ in range(3)]
    assert_truth(
        scan(
            tmp_path,
            1500,
            upstreams,
            "--qps-per-upstream=150",
            f"--workers={workers}",
            "--timeout=500",
            "--retries=0",
            "--deadline=1000",
        ),
        1500,
    )
    for upstream in upstreams:
        most, took_s = nameservers.busiest_second(upstream.questions)
        assert most <= 150 * 1.3 and took_s >= 2.8


def test_the_rate_holds_for_repetitions_too(server, tmp_path):
    """The first query of every name is lost: what is sent again is sent, too."""
    dns = server(raw=forgetful(1))
    assert_truth(scan(tmp_path, 600, [dns], "--qps-per-upstream=300", "--timeout=500"), 600)
    most, took_s = nameservers.busiest_second(dns.questions)
    assert most <= 300 * 1.3 and took_s >= dns.count() / 300 - 1


@pytest.mark.alone  # each question has one try of 0.3 s: the server must have its processor
def test_waiting_for_a_low_rate_is_no_failure(server, tmp_path):
    """5 a second, with patience for 300 ms."""
    dns = server(truth)
    assert_truth(
        scan(
            tmp_path,
            20,
            [dns],
            "--qps-per-upstream=5",
            "--workers=2",
            "--timeout=300",
            "--retries=0",
            "--deadline=1000",
        ),
        20,
    )
    most, took_s = nameservers.busiest_second(dns.questions)
    assert most <= 10 and took_s >= 2
