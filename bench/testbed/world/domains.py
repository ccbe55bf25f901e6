"""domains.py - one domain of the world: its servers, its web and mail hosts, its SPF record, its
zone, and who sends mail in its name."""

from testbed.world import kinds, makers, plan
from testbed.world.clients import Client, known
from testbed.world.draws import Weighted, drawer
from testbed.world.policy import Policy
from testbed.world.providers import txt

WORDS = [
    "acme",
    "north",
    "river",
    "stein",
    "blue",
    "data",
    "shop",
    "media",
    "haus",
    "global",
    "green",
    "werk",
    "solar",
    "art",
    "labs",
    "first",
    "bücher",
    "auto",
    "city",
    "foto",
    "hotel",
    "müller",
    "cafe",
    "studio",
    "garten",
    "sport",
    "vital",
    "net",
    "web",
    "bau",
    "kunst",
    "smart",
]
TOP = Weighted(plan.TOPS, plan.TOPS.values())
MAIL = Weighted(
    ["provider", "own", "implicit", "null", "none", "no_address", "alias", "dead_host"],
    [62, 20, 9, 3, 3, 0.7, 2, 0.3],
)
WITHOUT_SPF = Weighted(["plain", "empty", "no_such_domain"], [88, 5, 7])
DEAD_KIND = Weighted(["silent", "refusing", "closed", "broken"], [45, 20, 10, 25])
QUICK_KINDS = Weighted(["refusing", "broken"], [1, 1])


class Domain:
    """Domain number n of a world. `asked` is the name in the pairs; `servers` its zone's name
    servers, `state` "live", or how they are dead."""

    def __init__(self, world, n):
        self.world, self.n = world, n
        rng = drawer(world.seed, "domain", n)
        self.top = TOP.draw(rng)
        self.name = (
            f"{rng.choice(WORDS)}{rng.choice(['', '-', 'x'])}{rng.choice(WORDS)}{n}".encode(
                "idna"
            ).decode()
            + "."
            + self.top
        )
        self.kind = (
            kinds.KINDS.draw(rng) if rng.random() < kinds.SPF_SHARE else WITHOUT_SPF.draw(rng)
        )
        if self.kind in kinds.NEED_DEAD and not world.dead:
            self.kind = "own"
        self.extra = []
        self._host(rng)
        self.providers = self._choose_providers(rng)
        self._settle(rng)
        self.policy = Policy(self.name, flaw="dead") if self.state != "live" else self._policy(rng)
        self.asked = f"bounces.{self.name}" if self.kind == "bounce" else self.name
        self.site_keys = [
            f"google-site-verification={rng.getrandbits(128):032x}"
            for _ in range(rng.choice([0, 0, 1, 3]))
        ]

    def _host(self, rng):
        self.hoster = self.world.hosting.popular.draw(rng)
        self.servers, self.state = list(self.hoster.servers), "live"
        fate = rng.random()
        if fate < self.world.dead_share:
            self.state = (QUICK_KINDS if self.world.dead == "quick" else DEAD_KIND).draw(rng)
            if self.state != "broken":
                self.servers = self.world.hosting.dead_servers(self.state, rng)
        elif fate > 0.98 and self.world.dead:
            # half lame: one of the two does not serve the zone, and that must not matter
            how = (
                rng.choice(["silent", "refusing", "refusing"])
                if self.world.dead == "all"
                else "refusing"
            )
            self.servers[rng.randrange(2)] = self.world.hosting.dead_servers(how, rng)[0]
        if self.kind == "no_such_domain":
            self.servers, self.state = [], "live"

    def _choose_providers(self, rng):
        first = self.world.popular_providers.draw(rng)
        if self.kind == "hosted_twice" or self.kind == "hosted_and_own" and rng.random() < 0.2:
            other = self.world.popular_providers.draw(rng)
            return [first, other] if other is not first else [first]
        return [first]

    def _settle(self, rng):
        """Web and mail hosts, and addresses of its own."""
        n, h = self.n, self.hoster.h
        nowhere = self.kind in ("no_such_domain", "empty")
        n_web = (2 if rng.random() < 0.06 else 1) if not nowhere and rng.random() < 0.93 else 0
        self.web_v4 = [plan.web_v4(h, 16 + i) for i in rng.sample(range(200), n_web)]
        self.web_v6 = [plan.web_v6(h, n)] if not nowhere and rng.random() < 0.25 else []
        self.own_v4 = [plan.own_v4(n, i) for i in range(rng.choice([1, 1, 2, 3]))]
        self.own_v6 = [plan.own_v6(n, 1)] if rng.random() < 0.2 else []
        drawn = MAIL.draw(rng)
        self.mail = "none" if nowhere else kinds.MAIL.get(self.kind, drawn)
        if self.mail == "dead_host" and not self.world.dead:
            self.mail = "own"
        self.mail_host = f"mail.{self.name}"
        self.reverse_is_known = rng.random() < 0.85
        self.mx = {
            "provider": {name: 10 * k for k, name in enumerate(self.providers[0].mx, 1)},
            "own": {self.mail_host: rng.choice([0, 10, 10, 20])},
            "no_address": {f"nowhere.{self.name}": 10},
            "dead_host": {"mx.gone-hosts.net": 10},
            "many": {f"mx{k}.{self.name}": 10 for k in range(12)},
            "alias": {f"mx.{self.name}": 10},
        }.get(self.mail, {})
        self.mx_alias = rng.choice([self.mail_host, next(iter(self.providers[0].mx))])
        if self.mail == "alias":
            self.alias(f"mx.{self.name}", self.mx_alias, rng)

    def _policy(self, rng):
        if self.kind in kinds.SHARES:
            return makers.policy_of(self, rng)
        return Policy(self.name, absent=True)

    def mx_addresses(self, host):
        if self.mail == "alias":
            host = self.mx_alias
        if host == self.mail_host:
            return self.own_v4 + self.own_v6
        if self.mail == "many":
            return [f"198.51.100.{200 + int(host[2 : host.index('.')])}"]
        return self.providers[0].mx.get(host, [])

    def add(self, records):
        """More records for its zone."""
        self.extra += records

    def alias(self, name, target, rng):
        """Makes `name` an alias of `target`, often by way of one or two others; the last link comes
        first in the zone."""
        label, rest = name.split(".", 1)
        chain = [name] + [f"{label}-{i}.{rest}" for i in range(rng.randrange(3))] + [target]
        self.add(reversed([f"{owner}. CNAME {to}." for owner, to in zip(chain, chain[1:])]))

    def publish(self, *policies):
        self.extra += [f"{p.name}. TXT {txt(text)}" for p in policies for text in p.texts]

    def records(self):
        """Its zone's data; none when its servers are dead."""
        if self.state != "live":
            return
        if self.kind == "bounce":
            yield f"{self.asked}. CNAME u{self.n}.wl.{self.providers[0].name}."
        else:
            yield from (f"{self.name}. TXT {txt(text)}" for text in self.policy.texts)
        yield from (f"{self.name}. TXT {txt(text)}" for text in self.site_keys)
        yield from (f"{self.name}. A {ip}" for ip in self.web_v4)
        yield from (f"{self.name}. AAAA {ip}" for ip in self.web_v6)
        yield from (f"{self.name}. MX {preference} {host}." for host, preference in self.mx.items())
        if self.mail == "null":
            yield f"{self.name}. MX 0 ."
        if self.mail == "many":
            yield from (f"{host}. A {self.mx_addresses(host)[0]}" for host in self.mx)
        yield from (
            f"{self.mail_host}. {'AAAA' if ':' in ip else 'A'} {ip}"
            for ip in self.own_v4 + self.own_v6
        )
        yield from self.extra

    def own_clients(self):
        for ip in self.own_v4 + self.own_v6:
            if not self.reverse_is_known:
                yield Client(ip)
            elif self.state != "live":
                yield Client(ip, [self.mail_host], name_is_dead=True)
            elif self.kind == "no_such_domain":
                yield Client(ip, [self.mail_host], n_void_names=1)
            else:
                yield known(ip, self.mail_host)

    def rightful_client(self, rng):
        """One of its own hosts, or of its providers'; its record need not say so."""
        if rng.random() < 0.4:
            return rng.choice(list(self.own_clients()))
        provider = rng.choice(self.providers)
        return rng.choice(provider.bounce_hosts()) if self.kind == "bounce" else provider.host(rng)

    def client(self, rng):
        """Somebody who sends mail in its name, rightly or not."""
        draw = rng.random()
        if draw < 0.45:
            return self.rightful_client(rng)
        if draw < 0.55:
            return self.world.popular_providers.draw(rng).host(rng)
        return self.world.strangers.client(rng.randrange(self.world.strangers.count))
