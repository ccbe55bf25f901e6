"""strangers.py - clients that no record allows: dial-up hosts, forgers, hosts whose reverse names are missing, wrong, many, or in zones that do not answer."""
from testbed.world import plan
from testbed.world.clients import Client, known
from testbed.world.draws import Weighted, drawer

ISPS = 20
NET = 256                     # strangers in one /24, which is one reverse zone

REVERSE = Weighted(["none", "known", "mismatch", "no_such_name", "several", "alias", "many", "dead_name"], [38, 36, 12, 6, 4, 2, 1, 1])
# How the servers of a /24's reverse zone are.
NET_STATE = Weighted(["live", "undelegated", "broken", "silent", "refusing"], [90, 6, 1, 2, 1])


class Strangers:
    """`count` strangers, made by number. `dead` is whether some reverse zones and names do not answer; "quick" leaves out the silent ones."""

    def __init__(self, seed, count, dead):
        self.seed, self.count, self.dead = seed, count, dead

    def net_state(self, net):
        state = NET_STATE.draw(drawer(self.seed, "net", net))
        if self.dead == "quick" and state == "silent":
            return "refusing"
        return state if self.dead or state == "undelegated" else "live"

    def isp(self, net):
        return f"access{net % ISPS}.net"

    def client(self, k):
        if k % 20 == 19:
            return Client(plan.stranger_v6(k))
        ip, net = plan.stranger_v4(k), k // NET
        state = self.net_state(net)
        if state == "undelegated":
            return Client(ip)
        if state != "live":
            return Client(ip, reverse_is_dead=True)
        return self._with_names(k, ip, REVERSE.draw(drawer(self.seed, "stranger", k)), f"h{k}.{self.isp(net)}")

    def _with_names(self, k, ip, how, host):
        if how == "none":
            return Client(ip)
        if how in ("known", "alias"):
            return known(ip, host)
        if how in ("mismatch", "no_such_name"):
            return Client(ip, [host])
        if how == "dead_name":
            return Client(ip, [f"h{k}.gone-hosts.net"], name_is_dead=True) if self.dead else Client(ip, [host])
        names = [f"{letter}.{host}" for letter in "abcdefghijkl"[: 3 if how == "several" else 12]]
        return Client(ip, names, names if how == "many" else [names[1]])

    def kind(self, k):
        return REVERSE.draw(drawer(self.seed, "stranger", k)) if k % 20 != 19 and self.net_state(k // NET) == "live" else "none"

    def nets(self):
        return range(-(-self.count // NET))

    def members(self, net):
        return (k for k in range(net * NET, min((net + 1) * NET, self.count)) if k % 20 != 19)

    def host_records(self, isp_number):
        """The address records of an ISP's zone."""
        for net in self.nets():
            if net % ISPS != isp_number or self.net_state(net) != "live":
                continue
            for k in self.members(net):
                yield from self._addresses(k)

    def _addresses(self, k):
        client, kind = self.client(k), self.kind(k)
        for name in client.confirmed:
            yield f"{name}. A {client.ip}"
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
        origin = ".".join(plan.reverse_name(plan.stranger_v4(net * NET)).split(".")[1:])
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
