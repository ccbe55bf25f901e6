"""hosters.py - who runs the name servers: some forty hosters on addresses of their own, and the
servers that are no use to anybody."""

from testbed.world import plan
from testbed.world.draws import zipf

HOSTERS = 40
DEAD_KINDS = {"silent": 24, "refusing": 6, "closed": 6}  # how many hosts of each


class Hoster:
    """Hoster number h, with two name servers in its own zone, which have the addresses of place
    number `place`. Every eighth hoster leaves its own zone to another one, so that its names cannot
    be had without asking there first."""

    def __init__(self, h, place):
        self.h = h
        tops = list(plan.TOPS)
        self.name = f"hosting{h}.{tops[h % len(tops)] if h >= 8 else ('net', 'com')[h % 2]}"
        self.servers = {f"ns{k}.{self.name}": plan.server_address(place, k) for k in (1, 2)}

    def records(self):
        for name, address in self.servers.items():
            yield f"{name}. A {address}"
        yield f"{self.name}. A {plan.web_v4(self.h, 1)}"


class Hosting:
    """All of them, and the choice of one. With `at_one_place` the servers of all have the addresses
    of one hoster, which so serves every zone."""

    def __init__(self, at_one_place=False):
        self.hosters = [Hoster(h, 0 if at_one_place else h) for h in range(HOSTERS)]
        self.popular = zipf(self.hosters, 0.9)
        self.dead = {
            kind: [f"ns{k}.{kind}-dns.net" for k in range(n)] for kind, n in DEAD_KINDS.items()
        }

    def server_lines(self):
        for hoster in self.hosters:
            for name, address in hoster.servers.items():
                yield f"server {name}. {address} live"
        for kind, names in self.dead.items():
            for k, name in enumerate(names):
                yield f"server {name}. {plan.dead_address(kind, k)} {kind}"

    def zones(self):
        """(origin, state, name servers, records) of the hosters' own zones, and of those that hold
        the dead servers' addresses."""
        for hoster in self.hosters:
            runs_it = self.hosters[hoster.h // 8] if hoster.h % 8 == 7 else hoster
            yield hoster.name, "live", list(runs_it.servers), hoster.records()
        for kind, names in self.dead.items():
            records = (f"{name}. A {plan.dead_address(kind, k)}" for k, name in enumerate(names))
            yield f"{kind}-dns.net", "live", list(self.hosters[0].servers), records

    def dead_servers(self, kind, rng):
        return rng.sample(self.dead[kind], 2)
