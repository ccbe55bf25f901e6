"""addresses.py - where the servers of a test listen, so that tests can run side by side.

Each process takes a network 127.N.0.0/16 for itself as long as it lives, and each server gets an
address of its own in it; all of them have the same port. So nobody has to look for a free port and
lose it again before it is bound, a server that is started again finds its place free, and at an
address that no server got nobody answers.

What takes the network is a guard: sockets that are bound to the port at one of its addresses. The
kernel gives such a port to nobody who wants it on all addresses, neither to a program that lets it
choose nor to libunbound, which draws its ports at random. Network namespaces have networks, and
guards, of their own."""

import functools
import itertools
import socket

NETWORKS = range(64, 255)
PORTS = range(5300, 5400)
GUARD = "255.254"
KINDS = (socket.SOCK_DGRAM, socket.SOCK_STREAM)


def bound(kind, address, port):
    """A socket that is closed again when it cannot be bound."""
    s = socket.socket(socket.AF_INET, kind)
    try:
        s.bind((address, port))
        return s
    except OSError:
        s.close()
        raise


class Network:
    """A network that nobody else has. `prefix` is as in "127.64.", `port` that of its servers."""

    def __init__(self):
        for port, n in itertools.product(PORTS, NETWORKS):
            try:
                self.guards = [bound(kind, f"127.{n}.{GUARD}", port) for kind in KINDS]
            except OSError:
                continue
            self.prefix, self.port = f"127.{n}.", port
            self.numbers, self.users = itertools.count(1), itertools.count()
            return
        raise AssertionError("no network of the loopback is free")


@functools.cache
def network():
    return Network()


def fresh():
    """An address (of IPv4) at which nobody listens, and nobody else ever will."""
    number = next(network().numbers)
    assert number < 250 * 254, "the network is used up"
    return f"{network().prefix}{number // 254}.{number % 254 + 1}"


def fresh_net():
    """The first three octets of 254 such addresses, as in "127.64.7."."""
    while not (address := fresh()).endswith(".1"):
        pass
    for _ in range(253):
        fresh()
    return address[:-1]


def port():
    """The one port of all our servers."""
    return network().port


def guards():
    """For a server's process to inherit: when a test is killed, its servers live on, and as long as
    they do nobody may take the network."""
    return [guard.fileno() for guard in network().guards]


def unique_user():
    """The number of a user that nobody else is, and nobody was before. Goes with the network."""
    n = int(network().prefix.split(".")[1])
    return 200_000 + n * 10_000 + next(network().users)


def nobody():
    """Address and port of a server that is not there."""
    return f"{fresh()}:{port()}"
