#!/usr/bin/env python3
"""generate.py - a population of mail domains for the measurements: zones for NSD, pairs to scan, and what a scan must say.

Everything lies under "bench." and "10.in-addr.arpa.", so two zones hold the whole world and no question leaves them. The same seed
gives the same bytes.

What is in it: some 20 mail providers with SPF trees of their own and pools of sending hosts; domains that send through one or two
of them, through hosts of their own, or both; clients that nobody allowed, half of them without a PTR record. Clients that belong to
a provider are shared between domains, as in any mail log; hosts of a domain's own are not. Verdicts are known by construction, not
by evaluating SPF: a client is in one of the lists that its domain's record was made from, or it is not.
"""
import argparse
import collections
import gzip
import json
import os
import random

PROVIDERS = 20
POOL = 500            # sending hosts of a provider
STRANGERS = 20000     # clients that no record allows
TOPS = ["com", "org", "net", "de", "co", "info", "fr", "nl"]
WORDS = ["acme", "north", "river", "stein", "blue", "data", "shop", "media", "haus", "global", "green", "werk", "solar", "art",
         "labs", "first"]

# How a domain's record is made, and how often among 100 domains.
KINDS = [("hosted", 48), ("hosted_and_own", 16), ("own", 18), ("redirect", 8), ("absent", 5), ("neutral", 2), ("syntax", 1),
         ("missing_include", 1), ("two_records", 1)]


def address(base, index):
    """The index-th address above 10.base.0.0."""
    return f"10.{base + (index >> 16)}.{index >> 8 & 255}.{index & 255}"


class Provider:
    def __init__(self, k):
        self.k = k
        self.name = f"provider{k}.bench"
        self.spf = f"_spf.{self.name}"
        self.all = "softfail" if k % 3 else "fail"
        self.pool = [address(k, 16 + i) for i in range(POOL)]

    def records(self):
        """Every third one spreads its networks over two included records."""
        end = "~all" if self.all == "softfail" else "-all"
        nets = f"ip4:10.{self.k}.0.0/20"
        if self.k % 3:
            yield f'{self.spf}. TXT "v=spf1 {nets} {end}"'
        else:
            yield f'{self.spf}. TXT "v=spf1 include:_a.{self.spf} include:_b.{self.spf} {end}"'
            yield f'_a.{self.spf}. TXT "v=spf1 ip4:192.0.2.{self.k} ip4:198.51.100.0/28 ip6:2001:db8:{self.k:x}::/48 ~all"'
            yield f'_b.{self.spf}. TXT "v=spf1 ip4:203.0.113.{self.k} {nets} ~all"'
        for n in (1, 2):
            yield f"mx{n}.{self.name}. A 10.{self.k}.240.{n}"
        for i, ip in enumerate(self.pool):
            yield f"out{i}.{self.name}. A {ip}"

    def pointers(self):
        for i, ip in enumerate(self.pool):
            yield ip, f"out{i}.{self.name}"


class Domain:
    """One domain; `allowed` are the clients that its record lets pass, `otherwise` is the verdict for all the others."""

    def __init__(self, rng, n, providers, kind):
        self.name = f"{rng.choice(WORDS)}{rng.choice(['', '-', 'x'])}{rng.choice(WORDS)}{n}.{rng.choice(TOPS)}.bench"
        self.kind = kind
        self.providers = rng.sample(providers, 2 if rng.random() < 0.25 else 1)
        self.own = [address(64, 4 * n + i) for i in range(1 + (rng.random() < 0.4))]
        self.mail = f"mail.{self.name}"
        self.own_mx = kind in ("own", "neutral") or rng.random() < 0.1
        self.web = address(200, n) if rng.random() < 0.95 else None
        self.web6 = rng.random() < 0.25
        self.extra = ["google-site-verification=" + "%032x" % rng.getrandbits(128)] if rng.random() < 0.5 else []
        self.make_record(rng)

    def make_record(self, rng):
        end = rng.choice(["~all", "~all", "-all"])
        self.otherwise = "softfail" if end == "~all" else "fail"
        self.allowed = set()
        own = " ".join(f"ip4:{ip}" for ip in self.own)
        n_others = rng.choice([0, 0, 0, 1, 2, 5])
        others = "".join(f" ip4:198.51.{rng.randrange(256)}.0/{rng.choice([24, 27, 29])}" for _ in range(n_others))
        includes = " ".join(f"include:{p.spf}" for p in self.providers)
        if self.kind in ("hosted", "hosted_and_own"):
            for p in self.providers:
                self.allowed.update(p.pool)
        if self.kind in ("hosted_and_own", "own", "neutral"):
            self.allowed.update(self.own)
        if self.kind == "redirect":
            self.allowed.update(self.providers[0].pool)
            self.otherwise = self.providers[0].all
        if self.kind in ("absent", "syntax", "missing_include", "two_records", "neutral"):
            self.otherwise = {"absent": "none", "neutral": "neutral"}.get(self.kind, "permerror")
        self.record = {
            "hosted": [f"v=spf1 {includes}{others} {end}"],
            "hosted_and_own": [f"v=spf1{others} {own} {includes} {end}"],
            "own": [f"v=spf1 {rng.choice(['a mx', 'mx', 'mx ip4:192.0.2.0/24'])}{others} {end}"],
            "redirect": [f"v=spf1 redirect={self.providers[0].spf}"],
            "absent": [],
            "neutral": [f"v=spf1 a:{self.mail} ?all"],
            "syntax": [f"v=spf1 ipv4:192.0.2.1 {includes} {end}"],
            "missing_include": [f"v=spf1 include:no-such.{self.name} {end}"],
            "two_records": [f"v=spf1 {includes} {end}", "v=spf1 mx -all"],
        }[self.kind]

    def records(self):
        for text in self.record + self.extra:
            yield f'{self.name}. TXT "{text}"'
        if self.own_mx:
            yield f"{self.name}. MX 10 {self.mail}."
        else:
            for n in (1, 2):
                yield f"{self.name}. MX {10 * n} mx{n}.{self.providers[0].name}."
        for ip in self.own:
            yield f"{self.mail}. A {ip}"
        if self.web:
            yield f"{self.name}. A {self.web}"
        if self.web6:
            yield f"{self.name}. AAAA 2001:db8::{abs(hash_of(self.name)):x}"

    def pointers(self):
        for ip in self.own:
            yield ip, self.mail

    def spf(self, ip):
        if self.kind in ("syntax", "two_records", "missing_include"):
            return "permerror"
        return "pass" if ip in self.allowed else self.otherwise

    def clients(self, rng, strangers):
        """5 to 10: its own hosts, some of its providers', some strangers."""
        pool = [rng.choice(rng.choice(self.providers).pool) for _ in range(rng.randrange(3, 6))]
        return list(dict.fromkeys(self.own + pool + rng.sample(strangers, rng.randrange(1, 4))))

    def questions(self):
        """What a row of this domain and its first own host leads to that no other row does, for measurements without rows."""
        for rrtype in ("TXT", "A", "AAAA", "MX"):
            yield self.name, rrtype
        yield self.mail, "A"
        a, b, c, d = self.own[0].split(".")
        yield f"{d}.{c}.{b}.{a}.in-addr.arpa", "PTR"


def hash_of(text):
    """A 16-bit number from a text; Python's own hash() differs from run to run."""
    value = 2166136261
    for byte in text.encode():
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value & 0xFFFF


class Stranger:
    """One in two has no PTR record, one in four has one that does not lead back."""

    def __init__(self, n):
        self.ip = address(128, n)
        self.host = f"host{n}.access.bench"
        self.iprev = ["permerror", "pass", "permerror", "fail"][n % 4]

    def records(self):
        if self.iprev != "permerror":
            yield f"{self.host}. A {self.ip if self.iprev == 'pass' else '10.199.0.1'}"

    def pointers(self):
        if self.iprev != "permerror":
            yield self.ip, self.host


def write_zones(folder, members):
    soa = "@ 86400 IN SOA ns.bench. hostmaster.bench. 1 3600 600 86400 3600\n@ 86400 IN NS ns.bench.\n"
    with open(os.path.join(folder, "bench.zone"), "w") as forward, open(os.path.join(folder, "reverse.zone"), "w") as reverse:
        forward.write("$ORIGIN bench.\n$TTL 86400\n" + soa + "ns A 127.0.0.1\n")
        reverse.write("$ORIGIN 10.in-addr.arpa.\n$TTL 86400\n" + soa)
        for member in members:
            forward.writelines(line + "\n" for line in member.records())
            for ip, name in member.pointers():
                _, b, c, d = ip.split(".")
                reverse.write(f"{d}.{c}.{b} PTR {name}.\n")


def write_pairs(path, rng, pairs, n_rows):
    """n_rows uniform draws, or each pair once with n_rows None. Gives how often each pair was written."""
    lines = [f"{d.name},{ip}\n" for d, ip in pairs]
    counts = [1] * len(pairs)
    with gzip.open(path, "wt", compresslevel=1) as out:
        out.write("domain,ip\n")
        if n_rows is None:
            out.writelines(lines)
            return counts
        counts = [0] * len(pairs)
        for start in range(0, n_rows, 65536):
            drawn = rng.choices(range(len(pairs)), k=min(65536, n_rows - start))
            out.write("".join(map(lines.__getitem__, drawn)))
            for i in drawn:
                counts[i] += 1
    return counts


def expectation(pairs, counts, iprev):
    spf, reverse = collections.Counter(), collections.Counter()
    for (domain, ip), n in zip(pairs, counts):
        spf[domain.spf(ip)] += n
        reverse[iprev.get(ip, "pass")] += n
    return {"rows": sum(counts), "spf": +spf, "iprev": +reverse}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", help="where the files go; must exist")
    parser.add_argument("--domains", type=int, default=100000)
    parser.add_argument("--rows", type=int, default=5000000)
    parser.add_argument("--seed", type=int, default=7208)
    parser.add_argument("--fresh", action="store_true", help="one row for each domain, with a client of its own, and questions.txt")
    args = parser.parse_args()
    rng = random.Random(args.seed)
    providers = [Provider(k) for k in range(PROVIDERS)]
    kinds, weights = zip(*KINDS)
    domains = [Domain(rng, n, providers, kind) for n, kind in enumerate(rng.choices(kinds, weights, k=args.domains))]
    strangers = [Stranger(n) for n in range(STRANGERS)]
    write_zones(args.folder, providers + strangers + domains)
    if args.fresh:
        pairs = [(d, d.own[0]) for d in domains]
        questions = list(dict.fromkeys(q for d in domains for q in d.questions()))
        with open(os.path.join(args.folder, "questions.txt"), "w") as out:
            out.writelines(f"{name} {rrtype}\n" for name, rrtype in questions)
    else:
        ips = [s.ip for s in strangers]
        pairs = [(d, ip) for d in domains for ip in d.clients(rng, ips)]
    counts = write_pairs(os.path.join(args.folder, "pairs.csv.gz"), rng, pairs, None if args.fresh else args.rows)
    expected = expectation(pairs, counts, {s.ip: s.iprev for s in strangers})
    expected.update(domains=args.domains, pairs=len(pairs), seed=args.seed)
    with open(os.path.join(args.folder, "expected.json"), "w") as out:
        json.dump(expected, out, indent=1)


if __name__ == "__main__":
    main()
