"""world.py - all of it: World gives the zones and the pairs of a population, one after the other,
from a seed."""

import functools

from testbed.world import plan
from testbed.world.domains import Domain
from testbed.world.draws import drawer, zipf
from testbed.world.hosters import Hosting
from testbed.world.providers import PROVIDERS, Provider
from testbed.world.strangers import ISPS, Strangers


USUAL_CLIENTS = 8


class World:
    """`dead_share` of the domains have servers that do not answer as they should. `dead` is "all"
    (silent servers, too), "quick" (only those that say at once that they cannot answer) or ""
    (everything works). With `one_hoster` one pair of servers has all zones."""

    def __init__(self, seed, n_domains, dead="all", dead_share=0.01, one_hoster=False):
        self.seed, self.n_domains = seed, n_domains
        self.dead, self.dead_share = dead, dead_share if dead else 0
        self.hosting = Hosting(one_hoster)
        self.providers = [Provider(p) for p in range(PROVIDERS)]
        self.popular_providers = zipf(self.providers, 1.0)
        # includes of these cost more than ten terms together
        self.spenders = [p for p in self.providers if p.shape in ("wide", "deep")][:4]
        self.strangers = Strangers(seed, max(1000, min(50000, n_domains)), dead)

    @functools.lru_cache(4096)
    def domain(self, n):
        return Domain(self, n)

    def head_lines(self):
        """The top zones and the name servers."""
        yield from (f"top {top}." for top in list(plan.TOPS) + plan.REVERSE_TOPS)
        yield from self.hosting.server_lines()

    def zones(self):
        """(origin, state, name servers, records) of every zone."""
        yield from self.hosting.zones()
        for provider in self.providers:
            servers = list(self.hosting.hosters[provider.p].servers)
            yield provider.name, "live", servers, provider.records()
            for origin, hosts in provider.reverse_zones():
                yield (
                    origin,
                    "live",
                    servers,
                    (record for host in hosts for record in host.reverse_records()),
                )
        yield from self._stranger_zones()
        for first in range(0, self.n_domains, plan.BLOCK):
            yield from self._block(range(first, min(first + plan.BLOCK, self.n_domains)))

    def _stranger_zones(self):
        for isp in range(ISPS):
            yield (
                self.strangers.isp(isp),
                "live",
                list(self.hosting.hosters[isp].servers),
                self.strangers.host_records(isp),
            )
        for net in self.strangers.nets():
            zone = self.strangers.reverse_zone(net)
            if zone:
                origin, state, records = zone
                yield (
                    origin,
                    "broken" if state == "broken" else "live",
                    self._servers(state, "net", net),
                    records,
                )
        yield (
            "gone-hosts.net",
            "live",
            self._servers("refusing" if self.dead != "all" else "silent", "gone"),
            (),
        )

    def _servers(self, state, *key):
        rng = drawer(self.seed, "servers", *key)
        return (
            list(rng.choice(self.hosting.hosters).servers)
            if state in ("live", "broken")
            else self.hosting.dead_servers(state, rng)
        )

    def _block(self, numbers):
        """The zones of some domains, and the reverse zones that they share."""
        domains = [self.domain(n) for n in numbers]
        for d in domains:
            if d.servers:
                yield d.name, "broken" if d.state == "broken" else "live", d.servers, d.records()
        servers = list(
            self.hosting.hosters[numbers[0] // plan.BLOCK % len(self.hosting.hosters)].servers
        )
        clients = [client for d in domains for client in d.own_clients()]
        v4 = plan.reverse_name(plan.own_v4(numbers[0], 0)).split(".", 1)[1]
        yield (
            v4,
            "live",
            servers,
            (r for c in clients if c.address.version == 4 for r in c.reverse_records()),
        )
        v6 = plan.reverse_zone_v6(plan.own_v6(numbers[0], 0))
        yield (
            v6,
            "live",
            servers,
            (r for c in clients if c.address.version == 6 for r in c.reverse_records()),
        )

    def clients_of(self, d, count):
        """So many different clients for a domain, or somewhat fewer."""
        rng, met = drawer(self.seed, "pairs", d.n), {}
        for _ in range(4 * count):
            if len(met) < count:
                client = d.client(rng)
                met.setdefault(client.ip, client)
        return list(met.values())

    def log_pairs(self, n_rows, seed):
        """(domain, client) as a mail log has them: popular domains and hosts come again and again;
        a quarter are strangers."""
        rng = drawer(self.seed, "log", seed)
        order = list(range(self.n_domains))
        rng.shuffle(order)
        popular, regulars = zipf(order, 1.0), zipf(range(USUAL_CLIENTS), 0.8)
        strangers = list(range(self.strangers.count))
        rng.shuffle(strangers)
        repeat_offenders = zipf(strangers, 0.9)
        for _ in range(n_rows):
            d = self.domain(popular.draw(rng))
            if rng.random() < 0.25:
                yield d, self.stranger(repeat_offenders.draw(rng))
            else:
                yield d, self.regular(d.n, regulars.draw(rng))

    @functools.lru_cache(65536)
    def stranger(self, k):
        return self.strangers.client(k)

    @functools.lru_cache(65536)
    def regular(self, n, k):
        """The k-th of a domain's usual clients."""
        return self.domain(n).rightful_client(drawer(self.seed, "regular", n, k))
