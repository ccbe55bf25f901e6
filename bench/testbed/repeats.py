"""repeats.py - mail logs whose rows come back, and the zone that answers all their questions.

    regular       three rows of four are pairs of a population, the others strangers
    senders       the same with senders and HELO names
    independent   domain and address are drawn apart: most pairs are new

Each log has two parts. The second holds only rows whose domain and address the first has, so that
nothing but pairs is new in it."""

import gzip
import itertools
import random
import subprocess

STRANGERS_PER_NETWORK = 977
LOGS = ("regular", "senders", "independent")


def read_pairs(path):
    """Rows of (domain, ip, sender, HELO)."""
    with gzip.open(path, "rt") as file:
        next(file)
        return [line.rstrip("\n").split(",") for line in file]


def by_popularity(pairs):
    count = {}
    for pair in pairs:
        count[pair[0]] = count.get(pair[0], 0) + 1
    return sorted(count, key=lambda name: -count[name])


def strangers(n, known, rng):
    """Addresses that no pair has."""
    found = set()
    while len(found) < n:
        value = rng.randrange(0x0C000000, 0x30000000)
        text = f"{value >> 24}.{value >> 16 & 255}.{value >> 8 & 255}.{value & 255}"
        if text not in known:
            found.add(text)
    return sorted(found)


def host_of(number, ip):
    dashed = ip.replace(".", "-")
    return f"host-{dashed}.pool{number % STRANGERS_PER_NETWORK}.example-isp{number % 37}.net"


def write_zone(path, world, ips, rng):
    """Everything in one zone, the root: the population's records and the strangers' names."""
    with open(path, "w") as out, open(world) as zones:
        out.write("$TTL 86400\n$ORIGIN .\n@ SOA ns. host. 1 3600 900 604800 86400\n@ NS ns.\n")
        out.write("ns. A 127.0.0.1\n")
        for line in zones:
            words = line.split(" ", 2)
            if len(words) == 3 and words[0] not in ("top", "server", "zone"):
                out.write(line)
        for number, ip in enumerate(ips):
            kind = rng.random()
            if kind < 0.15:
                continue
            host = host_of(number, ip)
            out.write(f"{'.'.join(reversed(ip.split('.')))}.in-addr.arpa. PTR {host}.\n")
            if kind < 0.85:
                out.write(f"{host}. A {ip}\n")
            elif kind < 0.92:
                out.write(f"{host}. A 192.0.2.{number % 250}\n")


def zipf_weights(n, exponent):
    return list(itertools.accumulate(1 / rank**exponent for rank in range(1, n + 1)))


class Draws:
    def __init__(self, pairs, ips, seed):
        self.rng = random.Random(seed)
        self.pairs, self.ips = pairs, ips
        self.numbers = {ip: number for number, ip in enumerate(ips)}
        self.domains = by_popularity(pairs)
        self.all_ips = sorted({pair[1] for pair in pairs}) + ips
        self.rng.shuffle(self.all_ips)
        self.domain_weights = zipf_weights(len(self.domains), 1.0)
        self.ip_weights = zipf_weights(len(ips), 0.8)
        self.all_weights = zipf_weights(len(self.all_ips), 0.8)

    def independent(self, n):
        domains = self.rng.choices(self.domains, cum_weights=self.domain_weights, k=n)
        ips = self.rng.choices(self.all_ips, cum_weights=self.all_weights, k=n)
        return (f"{domain},{ip}\n" for domain, ip in zip(domains, ips))

    def mixed(self, n):
        """(domain, ip, HELO name)."""
        domains = self.rng.choices(self.domains, cum_weights=self.domain_weights, k=n)
        ips = self.rng.choices(self.ips, cum_weights=self.ip_weights, k=n)
        known = self.rng.choices(self.pairs, k=n)
        for i in range(n):
            kind = self.rng.random()
            if kind < 0.75:
                yield known[i][0], known[i][1], known[i][3]
            elif kind < 0.95:
                yield domains[i], ips[i], host_of(self.numbers[ips[i]], ips[i])
            else:
                ip = self.rng.choice(self.ips)
                yield self.rng.choice(self.domains), ip, host_of(self.numbers[ip], ip)

    def regular(self, n):
        return (f"{domain},{ip}\n" for domain, ip, _ in self.mixed(n))

    def senders(self, n):
        people = self.rng.choices(range(1000), k=n)
        for person, (domain, ip, helo) in zip(people, self.mixed(n)):
            yield f"{domain},{ip},user{person}@{domain},{helo}\n"


def write_parts(prefix, header, draw, n_first, n_second):
    """PREFIX.1.gz and PREFIX.2.gz; gives how many rows of the second part have a pair that came
    before."""
    domains, ips, pairs = set(), set(), set()
    n_repeated = 0
    for part, n in ((1, n_first), (2, n_second)):
        with open(f"{prefix}.{part}.gz", "wb") as out:
            gzip_program = subprocess.Popen(["gzip", "-6"], stdin=subprocess.PIPE, stdout=out)
            if part == 1:
                gzip_program.stdin.write(header)
            while n:
                lines = []
                for line in draw(min(4 * n, 200000)):
                    domain, ip = line.rstrip("\n").split(",")[:2]
                    if part == 1:
                        domains.add(domain)
                        ips.add(ip)
                    elif domain not in domains or ip not in ips:
                        continue
                    else:
                        n_repeated += (domain, ip) in pairs
                    pairs.add((domain, ip))
                    lines.append(line)
                    n -= 1
                    if not n:
                        break
                gzip_program.stdin.write("".join(lines).encode())
            gzip_program.stdin.close()
            gzip_program.wait()
    return n_repeated
