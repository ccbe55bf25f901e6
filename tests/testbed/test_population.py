"""The population: the same seed gives the same bytes, its mix is the published one, and an SPF
library that is not ours finds the truth that it claims; so do iprev and mx_match written down a
second time."""

import csv
import gzip
import hashlib
import json
import subprocess

import pytest
import spf

import memorydns
from testbed.world import kinds
from testbed.world.world import World

SAME = ["zones.txt", "pairs.csv.gz", "truth.csv.gz", "questions.txt", "population.json"]


def digest(folder):
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in SAME}


def rows_of(path):
    with gzip.open(path, "rt", newline="") as lines:
        return list(csv.DictReader(lines))


def test_same_seed_same_bytes(bench, tmp_path):
    folders = [tmp_path / name for name in "abc"]
    for folder, seed in zip(folders, (1, 1, 2)):
        subprocess.run(
            [bench / "population", folder, "--domains", "300", "--seed", str(seed)], check=True
        )
    one, same, other = map(digest, folders)
    assert one == same
    assert all(one[name] != other[name] for name in SAME)


def test_mix_is_the_published_one(population):
    """Shares of the publications that the generator names, as they come out with 20 000 domains:
    counted from the texts published and from what they give to a client that no record names."""
    mix = json.loads((population(20000) / "population.json").read_text())["mix"]
    published = {
        "domains with SPF, %": (56.5, 1.5),
        "of them errors or useless, %": (2.9, 0.5),
        "of them syntax errors, %": (0.4, 0.2),
        "of them errors of evaluation, %": (7.7, 0.9),
        "of them over 100000 addresses, %": (34.7, 2.0),
    }
    assert {
        name: value
        for name, value in mix.items()
        if abs(value - published[name][0]) > published[name][1]
    } == {}


def test_every_kind_and_result_is_there(population):
    rows = rows_of(population(20000) / "truth.csv.gz")
    assert {row["spf"] for row in rows} == {
        "none",
        "neutral",
        "pass",
        "fail",
        "softfail",
        "temperror",
        "permerror",
    }
    assert {row["iprev"] for row in rows} == {"pass", "fail", "temperror", "permerror"}
    assert {row["mx_state"] for row in rows} == {"ok", "implicit", "null", "none", "temperror"}
    assert {row["kind"] for row in rows} >= {
        *kinds.SHARES,
        "plain",
        "empty",
        "no_such_domain",
        "silent",
        "refusing",
        "closed",
        "broken",
    }
    assert {row["spf_problem"] for row in rows} >= {
        "syntax",
        "not_ascii",
        "multiple_records",
        "lookup_limit",
        "void_limit",
        "mx_limit",
        "include_none",
        "redirect_none",
        "dns_error",
    }


@pytest.mark.parametrize(
    "dead, missing", [("all", set()), ("quick", {"silent"}), ("", {"broken", "silent", "refusing"})]
)
def test_reverse_zones_of_every_state(dead, missing):
    world = World(7208, 300, dead)
    states = [world.strangers.net_state(net) for net in world.strangers.nets()]
    assert set(states) == {"live", "undelegated", "broken", "silent", "refusing"} - missing
    if dead == "all":
        assert all(states.count(state) for state in ("broken", "silent", "refusing"))


def test_the_limits_are_reached_and_not_passed(population):
    """Sound records that spend all they may, and clients with more names than are looked at."""
    rows = rows_of(population(20000) / "truth.csv.gz")
    sound = [row for row in rows if row["spf"] in ("softfail", "fail")]
    assert {row["kind"] for row in sound if row["spf_lookups"] == "10"} >= {"ten_terms", "ten_deep"}
    assert "two_voids" in {row["kind"] for row in sound if row["spf_void_lookups"] == "2"}
    assert {row["iprev"] for row in rows if row["ptr"].count(";") == 11} == {"pass", "fail"}


@pytest.mark.parametrize(
    "dead, kinds_beside",
    [("all", {"silent", "refusing"}), ("quick", {"refusing"}), ("none", set())],
)
def test_half_lame_domains(population, dead, kinds_beside):
    """One server beside a good one does not serve the zone."""
    kind_of, beside = {}, set()
    with open(population(3000, "--dead", dead) / "zones.txt") as lines:
        for words in map(str.split, lines):
            if words[0] == "server":
                kind_of[words[1]] = words[3]
            found = {kind_of[server] for server in words[3:]} if words[0] == "zone" else set()
            beside |= found - {"live"} if "live" in found else set()
    assert beside == kinds_beside


def test_no_pair_twice(population):
    rows = [(row["domain"], row["ip"]) for row in rows_of(population(3000) / "pairs.csv.gz")]
    assert len(rows) == len(set(rows)) == 2 * 3000


def test_mail_log_repeats(population):
    """Some domains and addresses are met again and again, most are rare."""
    folder = population(3000, "--log", "20000")
    rows = rows_of(folder / "pairs.csv.gz")
    assert len(rows) == 20000 == len(rows_of(folder / "truth.csv.gz"))
    count = {}
    for row in rows:
        count[row["domain"]] = count.get(row["domain"], 0) + 1
    assert max(count.values()) > 1000 and sum(n <= 3 for n in count.values()) > 500
    assert (
        0.23 < sum(row["ip"].startswith(("180.", "2a11:")) for row in rows) / len(rows) < 0.27
    )  # a quarter strangers


class Library:
    """pyspf, asking a dictionary."""

    def __init__(self, dns, monkeypatch):
        self.dns = dns
        monkeypatch.setattr(spf, "DNSLookup", self.look_up)

    def look_up(self, name, rrtype, *_, **__):
        try:
            texts = self.dns.ask(name, rrtype) if rrtype != "SPF" else []
        except memorydns.Dead as e:
            raise spf.TempError(f"DNS {e}")
        decode = {
            "TXT": memorydns.txt_strings,
            "MX": lambda t: (int(t.split()[0]), t.split()[1].rstrip(".")),
            "PTR": lambda t: t.rstrip("."),
        }.get(rrtype, str)
        return [((name, rrtype), decode(text)) for text in texts]

    def check(self, domain, ip):
        return spf.check2(ip, f"postmaster@{domain}", domain, querytime=0)[0]


@pytest.mark.parametrize("seed", [7208, 1, 20])
def test_another_library_finds_the_same(population, monkeypatch, seed):
    folder = population(4000, "--seed", str(seed))
    library = Library(memorydns.MemoryDns(folder / "zones.txt"), monkeypatch)
    differing = []
    for row in rows_of(folder / "truth.csv.gz"):
        result = library.check(row["domain"], row["ip"])
        if result != row["spf"]:
            differing.append(
                (row["domain"], row["ip"], row["kind"], row["iprev"], row["spf"], result)
            )
    assert [d for d in differing if not is_the_library_s_choice(*d[2:4], d[5])] == []


def is_the_library_s_choice(kind, iprev, result):
    """pyspf makes a failed look-up of a ptr mechanism a temperror (RFC 7208 section 5.5: it does
    not match)."""
    return kind == "ptr" and iprev == "temperror" == result


@pytest.mark.parametrize("seed", [7208, 1, 20])
def test_iprev_and_mx_match_a_second_time(population, seed):
    folder = population(4000, "--seed", str(seed))
    dns = memorydns.MemoryDns(folder / "zones.txt")
    for row in rows_of(folder / "truth.csv.gz"):
        result, names, confirmed = memorydns.iprev(dns, row["ip"])
        pair = row["domain"], row["ip"], row["kind"]
        assert (*pair, result, ";".join(names), confirmed) == (
            *pair,
            row["iprev"],
            row["ptr"],
            row["iprev_name"],
        )
        assert (*pair, memorydns.mx_match(dns, row["domain"], row["ip"])) == (
            *pair,
            row["mx_match"],
        )
