"""An audit of a population gives exactly the columns that it was made with, over an Internet that
loses and delays and has dead servers; its networks say what a scan says; and the shares of the
published study come out of it."""

import collections
import csv
import gzip
import ipaddress
import random
import subprocess

import pytest
from test_truth import MODES, assert_exact, served
from testbed import judge
from testbed.world import kinds

N = 3000


def run(bench, folder, spfsweep, command, *arguments):
    done = subprocess.run(
        [bench / "internet", "exec", folder, spfsweep, command, *arguments, "--progress=never"],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def rough(bench, population):
    folder = population(N, "--dead-share", "2", "--audit", "--per-domain", "1")
    with served(bench, folder, "--loss", "3", "--delay", "30") as where:
        yield folder, where


@pytest.mark.parametrize("mode", MODES)
def test_every_column_of_3000_domains(bench, spfsweep, rough, mode):
    """Names whose servers are dead are temperror; no failure makes a fault."""
    folder, where = rough
    out = folder / f"audit-{mode}.csv.gz"
    run(bench, folder, spfsweep, "audit", folder / "domains.csv.gz", *where[mode], "-o", out)
    told = judge.judge_audit(out, folder / "audit_truth.csv.gz")
    assert told.rows == N and told.missing == 0
    assert {row["kind"] for row in judge.rows_of(folder / "audit_truth.csv.gz")} >= set(kinds.SOUND)
    assert_exact(told)


@pytest.fixture(scope="module")
def smooth(bench, spfsweep, population):
    folder = population(N, "--dead", "none", "--audit", "--per-domain", "1")
    with served(bench, folder) as where:
        out, networks = folder / "audit.csv.gz", folder / "networks.csv.gz"
        options = [*where["forward"], f"--networks={networks}"]
        run(bench, folder, spfsweep, "audit", folder / "domains.csv.gz", *options, "-o", out)
        yield folder, where["forward"], out, networks


def results_by_domain(path):
    """domain -> {network: result}, without what depends on the client."""
    found, dependent = collections.defaultdict(dict), set()
    for row in judge.rows_of(path):
        network = ipaddress.ip_network(row["network"])
        found[row["domain"]][network] = row["result"]
        if row["depends"] == "yes" or row["result"] == "unknown":
            dependent.add(row["domain"])
    return {domain: results for domain, results in found.items() if domain not in dependent}


def result_for(results, address):
    for bits in range(address.max_prefixlen, -1, -1):
        result = results.get(ipaddress.ip_network((address, bits), strict=False))
        if result:
            return result
    raise AssertionError(f"{address} is in no network")


def test_networks_say_what_a_scan_says(bench, spfsweep, smooth):
    folder, where, _, networks = smooth
    rng, pairs = random.Random(19), []
    found = results_by_domain(networks)
    assert len(found) > 500
    for domain, results in found.items():
        for network in rng.sample(sorted(results, key=str), min(6, len(results))):
            number = rng.randrange(int(network[0]), int(network[-1]) + 1)
            border = rng.choice([int(network[0]), int(network[-1]), int(network[0]) - 1, number])
            pairs.append((domain, type(network[0])(max(0, border))))
    pairs = [pair for pair in pairs if not getattr(pair[1], "ipv4_mapped", None)]
    with gzip.open(folder / "borders.csv.gz", "wt", newline="") as out:
        csv.writer(out).writerows([("domain", "ip"), *pairs])
    out = folder / "borders-out.csv.gz"
    options = [*where, "--checks=spf", "-o", out, "--overwrite"]
    run(bench, folder, spfsweep, "scan", folder / "borders.csv.gz", *options)
    wrong = [
        (domain, str(ip), row["spf"])
        for (domain, ip), row in zip(pairs, judge.rows_of(out), strict=True)
        if row["spf"] != result_for(found[domain], ip)
    ]
    assert not wrong, wrong[:5]


def test_the_shares_of_the_study_come_out(smooth):
    """Those that kinds.py and bench/README.md name, of so many domains within three standard
    deviations."""
    _, _, out, _ = smooth
    rows = list(judge.rows_of(out))
    spf = [row for row in rows if row["record_state"] not in ("none", "nxdomain")]

    def assert_share(part, whole, published):
        deviation = (published * (1 - published) / whole) ** 0.5
        assert abs(part / whole - published) <= 3 * deviation, (part / whole, published)

    def count(words):
        return sum(bool(words & set(row["problems"].split(";"))) for row in spf)

    assert_share(len(spf), len(rows), kinds.SPF_SHARE)
    assert_share(sum(r["record_state"] in ("syntax", "not_ascii") for r in spf), len(spf), 0.004)
    errors = {"multiple_records", "include_broken", "include_none", "redirect_none", "loop"}
    errors |= {"lookup_limit", "void_limit", "mx_limit"}
    assert_share(count(errors), len(spf), 0.077)
    assert_share(sum(int(row["pass_v4"]) > 100000 for row in spf), len(spf), 0.347)
