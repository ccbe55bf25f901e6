"""terms.py - terms of SPF records that several kinds share, made for a domain."""

from testbed.world import plan
from testbed.world.policy import All, Hosts, Include, Networks, Policy


def ends(rng):
    return All(rng.choice(["~all", "~all", "-all"]))


def own_networks(d):
    return Networks(d.own_v4 + d.own_v6[:1])


def others(rng):
    """Networks that hold no client of this world; often none."""
    if rng.random() >= 0.4:
        return []
    return [
        Networks(
            [
                f"{rng.choice(['198.51.100', '203.0.113'])}.{rng.randrange(0, 256, 16)}/28"
                for _ in range(rng.choice([1, 1, 2, 4]))
            ]
        )
    ]


def of_a(d, text="a"):
    return Hosts(text, d.web_v4 + d.web_v6, voids=(not d.web_v4, not d.web_v6))


def of_www(d):
    """The web host under its usual alias."""
    d.add([f"www.{d.name}. CNAME {d.name}."])
    return of_a(d, f"a:www.{d.name}")


def of_mx(d, text="mx"):
    """All addresses behind the MX set; one void look-up when there is none, and one for each host
    that lacks the family. The null MX is one."""
    hosts = [d.mx_addresses(host) for host in d.mx]
    voids = [
        sum(all((":" in ip) != is_six for ip in addresses) for addresses in hosts)
        for is_six in (False, True)
    ]
    if not hosts and d.mail != "null":
        voids = [1, 1]
    return Hosts(text, sum(hosts, []), voids, dead=d.mail == "dead_host", n_mx=len(d.mx))


def some_hosts(d, count):
    """Terms for hosts of which no client is one."""
    hosts = [f"h{i}.{d.name}" for i in range(count)]
    d.add(f"{host}. A 198.51.100.{i}" for i, host in enumerate(hosts))
    d.add(f"{host}. AAAA 2001:db8::{i:x}" for i, host in enumerate(hosts))
    return [
        Hosts(f"a:{host}", [f"198.51.100.{i}", plan.v6(f"2001:db8::{i:x}")])
        for i, host in enumerate(hosts)
    ]


def gone(d, i, rng):
    """A term that finds nothing."""
    return Hosts(f"{rng.choice(['a', 'mx', 'exists'])}:gone{i}.{d.name}", [], voids=(1, 1))


def include_of_alias(d, name, rng):
    """A provider's policy under a name of the domain's own, which is an alias of the provider's."""
    provider = next(p for p in [d.providers[0], *d.world.spenders] if p.means_the_same_elsewhere())
    d.alias(name, provider.spf.name, rng)
    return Include(Policy(name, provider.spf.directives, texts=[]))
