"""strangers.py - clients that no record allows: dial-up hosts, forgers, hosts whose reverse names
are missing, wrong, many, or in zones that do not answer."""

from testbed.world import plan
from testbed.world.clients import NAMES_MAX, Client, known
from testbed.world.draws import Weighted, drawer

ISPS = 20

# "many" has more names than are looked at, and all lead back; "late", and only those behind the
# first ten do. "alias": the reverse name is one (RFC 2317); "named_alias": the name that it gives
# is one.
SHARES = {
    "none": 38,
    "known": 34,
    "mismatch": 12,
    "no_such_name": 6,
    "several": 4,
    "alias": 2,
    "named_alias": 2,
    "many": 0.5,
    "late": 0.5,
    "dead_name": 1,
}
REVERSE = Weighted(SHARES, SHARES.values())
# How the servers of a /24's reverse zone are: each kind once for certain, the rest by chance.
CERTAIN = {1: "undelegated", 2: "broken", 3: "silent", 4: "refusing"}
NET_STATE = Weighted(["live", "undelegated", "broken", "silent", "refusing"], [90, 6, 1, 2, 1])


class Strangers:
    """`count` strangers, made by number. `dead` is whether some reverse zones and names do not
    answer; "quick" leaves out the silent ones."""

    def __init__(self, seed, count, dead):
        self.seed, self.count, self.dead = seed, count, dead

    def net_state(self, net):
        state = CERTAIN.get(net) or NET_STATE.draw(drawer(self.seed, "net", net))
        if self.dead == "quick" and state == "silent":
            return "refusing"
        return state if self.dead or state == "undelegated" else "live"

    def isp(self, net):
        return f"access{net % ISPS}.net"

    def client(self, k):
        if k % 20 == 19:
            return Client(plan.stranger_v6(k))
        ip, net = plan.stranger_v4(k), k // plan.NET
        state = self.net_state(net)
        if state == "undelegated":
            return Client(ip)
        if state != "live":
            return Client(ip, reverse_is_dead=True)
        return self._with_names(
            k, ip, REVERSE.draw(drawer(self.seed, "stranger", k)), f"h{k}.{self.isp(net)}"
        )

    def _with_names(self, k, ip, how, host):
        if how == "none":
            return Client(ip)
        if how in ("known", "alias", "named_alias"):
            return known(ip, host)
        if how == "mismatch":
            return Client(ip, [host])
        if how == "dead_name" and self.dead:
            return Client(ip, [f"h{k}.gone-hosts.net"], name_is_dead=True)
        if how in ("no_such_name", "dead_name"):
            return Client(ip, [host], n_void_names=1)
        if how == "several":
            names = [f"{letter}.{host}" for letter in "abc"]
            return Client(ip, names, [names[1]], n_void_names=1)
        names = [f"{letter}.{host}" for letter in "abcdefghijkl"]
        return Client(ip, names, names if how == "many" else names[NAMES_MAX:])

    def kind(self, k):
        return (
            REVERSE.draw(drawer(self.seed, "stranger", k))
            if k % 20 != 19 and self.net_state(k // plan.NET) == "live"
            else "none"
        )

    def nets(self):
        return range(-(-self.count // plan.NET))

    def members(self, net):
        return (
            k for k in range(net * plan.NET, min((net + 1) * plan.NET, self.count)) if k % 20 != 19
        )

    def host_records(self, isp_number):
        """The address records of an ISP's zone."""
        for net in self.nets():
            if net % ISPS != isp_number or self.net_state(net) != "live":
                continue
            for k in self.members(net):
                yield from self._addresses(k)

    def _addresses(self, k):
        client, kind = self.client(k), self.kind(k)
        if kind == "named_alias":
            yield f"{client.names[0]}. CNAME host-{client.names[0]}."
            yield f"host-{client.names[0]}. A {client.ip}"
            return
        for name in client.confirmed:
            yield f"{name}. A {client.ip}"
        if kind == "late":
            yield from (
                f"{name}. A 203.0.113.{79 + i}" for i, name in enumerate(client.names[:NAMES_MAX])
            )
        if kind == "mismatch":
            yield f"{client.names[0]}. A 203.0.113.77"
        if kind == "several":
            yield f"{client.names[0]}. A 203.0.113.78"
            yield f"{client.names[2]}. AAAA 2001:db8::78"

    def reverse_zone(self, net):
        """(origin, state, records) of a /24's reverse zone; None when nobody was delegated it."""
        state = self.net_state(net)
        if state == "undelegated":
            return None
        origin = ".".join(plan.reverse_name(plan.stranger_v4(net * plan.NET)).split(".")[1:])
        return origin, state, self._pointers(net, origin) if state == "live" else ()

    def _pointers(self, net, origin):
        for k in self.members(net):
            client = self.client(k)
            if self.kind(k) == "alias":
                # RFC 2317: the name is an alias into a part of the zone that somebody else keeps
                last = client.ip.split(".")[-1]
                yield f"{last}.{origin}. CNAME {last}.0-255.{origin}."
                yield f"{last}.0-255.{origin}. PTR {client.names[0]}."
            else:
                yield from client.reverse_records()
