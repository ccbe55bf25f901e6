"""providers.py - the few dozen mail providers behind most includes: their SPF trees, sending hosts,
MX hosts and bounce domains."""

from testbed.world import plan
from testbed.world.clients import known
from testbed.world.draws import zipf
from testbed.world.policy import All, Exists, Include, IncludeByVersion, Networks, Policy

PROVIDERS = 36
POOL = 300  # sending hosts with IPv4 addresses
POOL_V6 = 40
BIG = {0, 4, 5, 7, 8, 11, 16, 22}  # authorise more than 100 000 addresses
POPULAR = zipf(range(POOL), 0.8)
SHAPES = ["flat", "wide", "deep", "macro", "reverse", "version"]


class Provider:
    """Provider number p. Its name servers are those of hoster p, its zone is its name's, its
    addresses are 64+p.0.0.0/8."""

    def __init__(self, p):
        self.p = p
        tops = list(plan.TOPS)
        self.name = f"mailcloud{p}.{tops[p % 3 if p < 12 else p % len(tops)]}"
        self.is_big = p in BIG
        # every host of the pool is in the networks of the policy: the spacing spreads them over all
        # of those
        self.step = 700 if self.is_big else 13
        self.shape = SHAPES[p % 3] if self.is_big else SHAPES[p % 6]
        self.hosts = [
            known(plan.provider_v4(p, self.step * i + 5), f"out{i}.{self.name}")
            for i in range(POOL)
        ]
        self.hosts_v6 = (
            [known(plan.provider_v6(p, i + 1), f"out6-{i}.{self.name}") for i in range(POOL_V6)]
            if self.shape != "macro"
            else []
        )
        self.mx = {f"mx{k}.{self.name}": [plan.provider_v4(p, 0xF00000 + k)] for k in (1, 2, 3)}
        self.bounce_address = plan.provider_v4(p, 0xF00010)
        self.spf = self._policy()
        self.bounce_policy = Policy(
            f"*.wl.{self.name}", [Networks(self._quarters()[:2]), All("~all")]
        )

    def _quarters(self):
        """Four networks that hold the pool, and an IPv6 one."""
        bits, span = (16, 1 << 16) if self.is_big else (22, 1 << 10)
        return [f"{plan.provider_v4(self.p, k * span)}/{bits}" for k in range(4)] + [
            f"{plan.provider_v6(self.p, 0)}/48"
        ]

    def _policy(self):
        self.parts, self.looked_up = [], []
        nets, spf = self._quarters(), f"_spf.{self.name}"
        end = All("-all" if self.p % 5 == 0 else "~all")
        if self.shape == "flat":
            return Policy(spf, [Networks(nets), end])
        if self.shape == "macro":
            self.looked_up = [f"{h.ip}._m.{self.name}" for h in self.hosts]
            return Policy(
                spf,
                [
                    Networks(["203.0.113.0/28"]),
                    Exists(f"exists:%{{i}}._m.{self.name}", {h.ip for h in self.hosts}),
                    end,
                ],
            )
        if self.shape == "reverse":
            hosts = self.hosts + self.hosts_v6
            self.looked_up = [
                f"{plan.reverse_name(h.ip).removesuffix('.arpa')}._spf.{self.name}" for h in hosts
            ]
            return Policy(spf, [Exists("exists:%{ir}.%{v}._spf.%{d2}", {h.ip for h in hosts}), end])
        if self.shape == "version":
            self.parts = [
                Policy(f"{version}.{spf}", [Networks(part), All("~all")])
                for version, part in (("in-addr", nets[:4]), ("ip6", nets[4:]))
            ]
            return Policy(spf, [IncludeByVersion("include:%{v}._spf.%{d2}", *self.parts), end])
        a, b, c = (f"_{letter}.{spf}" for letter in "abc")
        if self.shape == "wide":
            self.parts = [
                Policy(name, [Networks(part), All("~all")])
                for name, part in ((a, nets[:2]), (b, nets[2:4]), (c, nets[4:]))
            ]
            return Policy(spf, [Include(part) for part in self.parts] + [end])
        deepest = Policy(c, [Networks(nets[2:]), All("~all")])
        middle = Policy(b, [Networks(nets[1:2]), Include(deepest), All("~all")])
        first = Policy(a, [Networks(["198.51.100.0/28"]), Include(middle), All("~all")])
        self.parts = [first, middle, deepest]
        return Policy(spf, [Networks(nets[:1]), Include(first), end])

    def means_the_same_elsewhere(self):
        """Whether its policy may be published under another name: its macros do not speak of the
        domain."""
        return self.shape not in ("reverse", "version")

    def host(self, rng):
        """A sending host; some are met much oftener than others."""
        if self.hosts_v6 and rng.random() < 0.12:
            return rng.choice(self.hosts_v6)
        return self.hosts[POPULAR.draw(rng)]

    def bounce_hosts(self):
        """The hosts that the policy of its bounce domains lets pass."""
        return [h for h in self.hosts if self.bounce_policy.check(h)[0] == "pass"]

    def records(self):
        for policy in [self.spf, *self.parts, self.bounce_policy]:
            for text in policy.texts:
                yield f"{policy.name}. TXT {txt(text)}"
        for host in self.hosts + self.hosts_v6:
            yield f"{host.names[0]}. {'A' if host.address.version == 4 else 'AAAA'} {host.ip}"
        for name, addresses in self.mx.items():
            yield from (f"{name}. A {ip}" for ip in addresses)
        yield from (f"{name}. A 127.0.0.2" for name in self.looked_up)
        yield f"*.wl.{self.name}. MX 10 mx1.{self.name}."
        yield f"*.wl.{self.name}. A {self.bounce_address}"
        yield f"{self.name}. A {plan.provider_v4(self.p, 0xF00011)}"
        yield f"{self.name}. MX 10 mx1.{self.name}."

    def reverse_zones(self):
        yield f"{64 + self.p}.in-addr.arpa", self.hosts
        if self.hosts_v6:
            yield plan.reverse_zone_v6(plan.provider_v6(self.p, 0)), self.hosts_v6


def escaped(text):
    """Octets (as latin-1) as they stand in master files: those that are not printable ASCII in
    decimal."""
    if text.isascii() and text.isprintable():
        return text.replace("\\", "\\\\")
    return "".join(
        "\\\\" if c == "\\" else c if " " <= c <= "~" else f"\\{ord(c):03}" for c in text
    )


def txt(text):
    """TXT rdata in master-file form: strings of at most 255 octets."""
    pieces = [text[i : i + 255] for i in range(0, len(text), 255)] or [""]
    return " ".join('"' + escaped(piece).replace('"', '\\"') + '"' for piece in pieces)
