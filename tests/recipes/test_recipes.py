"""test_recipes.py - the SQL of examples/ over a real audit, beside the same counted here.

Needs duckdb, which pip has and Debian has not: `scripts/test --all recipes` installs it into an
environment of its own."""

import collections
import gzip
import ipaddress
import re
import statistics
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/blackbox"))

import harness  # noqa: E402
from test_audit import CASES, domains, world  # noqa: E402, F401: a fixture

EXAMPLES = ROOT / "examples"
ADDRESS = "198.51.101.1"


@pytest.fixture(scope="module")
def audited(world, tmp_path_factory):  # noqa: F811
    folder = tmp_path_factory.mktemp("recipes")
    done = harness.scan(
        folder,
        domains(),
        world.upstream,
        f"--includes={folder}/includes.csv.gz",
        f"--networks={folder}/networks.csv.gz",
        command="audit",
        output="audit.csv.gz",
    )
    with open(folder / "prefixes.csv", "w") as out:
        subprocess.run([sys.executable, EXAMPLES / "prefixes.py", ADDRESS], stdout=out, check=True)
    return folder, done.rows


def results_of(recipe, folder, monkeypatch):
    """What each of its queries gives: [(comment before it, rows)]."""
    monkeypatch.chdir(folder)
    base, found = duckdb.connect(), []
    for statement in (EXAMPLES / recipe).read_text().split(";\n"):
        comment = re.findall(r"^-- (.*)$", statement, re.MULTILINE)
        query = re.sub(r"^--.*$", "", statement, flags=re.MULTILINE).strip()
        if query:
            rows = base.execute(query).fetchall()
            if not query.startswith("CREATE"):
                found.append((comment[-1], rows))
    return found


def test_a_population(audited, monkeypatch):
    folder, rows = audited
    found = dict(results_of("population.sql", folder, monkeypatch))
    assert len(found) == 7
    known = [row for row in rows if "temperror" not in row["problems"].split(";")]
    spf = [row for row in known if row["record_state"] not in ("none", "nxdomain")]
    assert found["how much was measured"] == [(len(CASES), 0, 0)]
    [(n, with_spf, _)] = found["domains with SPF, and with a mail host"]
    assert n == len(known) and with_spf == round(100 * len(spf) / len(known), 2)
    words = collections.Counter(word for row in spf for word in row["problems"].split(";"))
    errors = found["classes of errors, of the domains with SPF: a domain may be in several"]
    assert len(errors) >= 6 and all(words[word] == count for word, count, _ in errors)
    ends = collections.Counter(row["all"] for row in spf if row["record_state"] == "ok")
    assert {end: count for end, count, _ in found["how policies end"]} == ends
    large = sum(int(row["pass_v4"]) > 100000 for row in spf)
    [(over, median, most)] = found["how many addresses pass"]
    assert over == round(100 * large / len(spf), 2) and most == max(int(r["pass_v4"]) for r in spf)
    usable = [int(row["pass_v4"]) for row in spf if row["record_state"] == "ok"]
    assert median == statistics.median(usable)
    assert median != statistics.median(int(row["pass_v4"]) for row in spf)
    terms = collections.Counter(
        "over 10" if int(row["lookups"]) > 10 else row["lookups"] for row in spf if row["lookups"]
    )
    assert {term: count for term, count, _ in found["look-up terms"]} == terms


def test_trust(audited, monkeypatch):
    folder, _ = audited
    found = results_of("trust.sql", folder, monkeypatch)
    edges = list(harness.read_rows((folder / "includes.csv.gz").read_bytes()))
    networks = list(harness.read_rows((folder / "networks.csv.gz").read_bytes()))
    trusting = collections.defaultdict(set)
    for edge in edges:
        trusting[edge["to"]].add(edge["domain"])
    most = sorted(trusting, key=lambda name: (-len(trusting[name]), name))
    assert [row[0] for row in found[0][1]] == most[:20]
    assert [row[0] for row in found[1][1]] == sorted(trusting[most[0]])
    address, passing = ipaddress.ip_address(ADDRESS), []
    by_domain = collections.defaultdict(list)
    for row in networks:
        network = ipaddress.ip_network(row["network"])
        if network.version == 4 and address in network:
            by_domain[row["domain"]].append((network.prefixlen, row["result"]))
    passing = sorted(domain for domain, held in by_domain.items() if max(held)[1] == "pass")
    assert [row[0] for row in found[2][1]] == passing and len(passing) >= 3
    assert gzip.open(folder / "networks.csv.gz").readline().startswith(b"row,domain,network")
