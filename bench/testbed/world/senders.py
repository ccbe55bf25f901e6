"""senders.py - the sender and the HELO name of a pair, for those who want them, and what the HELO
check must say."""

from testbed.world.draws import Weighted, drawer
from testbed.world.makers import LOCAL_PARTS

SENDER = Weighted([*LOCAL_PARTS, None], [1] * len(LOCAL_PARTS) + [0.5])
HELO = Weighted(["own_name", "a_domain", "localhost", "bad..name", ""], [50, 35, 5, 5, 5])


def address_literal(client):
    return f"[{'IPv6:' if client.address.version == 6 else ''}{client.ip}]"


def helo_of(world, client, rng):
    """(HELO name, its SPF result). Hosts have no SPF records of their own; malformed names, single
    labels and literals are none, no name is nothing."""
    helo = HELO.draw(rng)
    if helo == "a_domain":
        d = world.domain(rng.randrange(world.n_domains))
        return d.asked, d.policy.check(client)[0]
    if helo == "own_name":
        return (
            (client.names[0], "temperror" if client.name_is_dead else "none")
            if client.names
            else (address_literal(client), "none")
        )
    return helo, "none" if helo else ""


def sender_of(world, d, client):
    """(sender, HELO name, HELO result). The null sender leaves SPF to the domain, as every local
    part does here. Only %{o} tells them apart, since it is the HELO name for the null sender; so
    domains with macros are never asked for that one."""
    rng = drawer(world.seed, "sender", d.n, client.ip)
    local = SENDER.draw(rng) or ("" if d.kind != "macros" else LOCAL_PARTS[0])
    return (f"{local}@{d.asked}" if local else "<>", *helo_of(world, client, rng))
