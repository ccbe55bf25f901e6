"""recursors.py - recursors of others, in the network of a population: with the defaults that Debian
gives them, or as examples/farm has them. Only their root hints, address and folder are ours.
They do not validate, since the root is not signed here, and may ask loopback addresses."""

import dataclasses
import json
import os
from collections.abc import Callable

UNBOUND = """include: "{bed}/unbound.conf"
server:
	module-config: "validator iterator"
	interface: {address}
	username: ""
	chroot: ""
	directory: "{folder}"
	pidfile: ""
	use-syslog: no
"""

KNOT = """net.listen('{address}', 53, {{ kind = 'dns' }})
modules = {{ 'hints > iterate', 'stats', 'predict' }}
cache.size = 100 * MB
trust_anchors.remove('.')
hints.root({hosts})
"""


# Behind a configuration of examples/farm, which has all else.
FARM_UNBOUND = """include: "{bed}/unbound.conf"
server:
	username: ""
	chroot: ""
	directory: "{folder}"
	pidfile: ""
"""
FARM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../examples/farm")


@dataclasses.dataclass(frozen=True)
class Recursor:
    """`configure(bed, folder, address)` writes what it needs into `folder`, and gives the command
    line."""

    package: str
    program: str
    configure: Callable


def unbound(bed, folder, address):
    path = os.path.join(folder, "unbound.conf")
    with open(path, "w") as out:
        out.write(UNBOUND.format(bed=bed, folder=folder, address=address))
    return ["/usr/sbin/unbound", "-d", "-c", path]


def root_hosts(bed):
    """Names of the root's servers, each with its addresses, from the root hints."""
    hosts = {}
    with open(os.path.join(bed, "recursive", "root.hints")) as lines:
        for line in lines:
            name, _, type, value = line.split()
            if type == "A":
                hosts.setdefault(name, []).append(value)
    return hosts


def knot(bed, folder, address):
    path = os.path.join(folder, "kresd.conf")
    hosts = ", ".join(
        f"[{json.dumps(name)}] = {{ {', '.join(map(json.dumps, values))} }}"
        for name, values in root_hosts(bed).items()
    )
    with open(path, "w") as out:
        out.write(KNOT.format(address=address, hosts=f"{{ {hosts} }}"))
    return ["/usr/sbin/kresd", "-n", "-c", path, folder]


def powerdns(bed, folder, address):
    options = {
        "config-dir": folder,
        "socket-dir": folder,
        "hint-file": os.path.join(bed, "recursive", "root.hints"),
        "local-address": address,
        "dont-query": "",
        "dnssec": "process-no-validate",
        "security-poll-suffix": "",
        "quiet": "yes",
        "daemon": "no",
        "disable-syslog": "yes",
    }
    return ["/usr/sbin/pdns_recursor", *(f"--{k}={v}" for k, v in options.items())]


def recipe(name):
    """A configuration of examples/farm; without its rate limit, since this bed's few top zones
    stand for many."""
    with open(os.path.join(FARM, name)) as file:
        return file.read().replace("ratelimit: 200", "ratelimit: 0")


def farm_unbound(bed, folder, address):
    path = os.path.join(folder, "unbound.conf")
    text = recipe("unbound-1.conf").replace("127.0.0.1\n", f"{address}\n", 1)
    with open(path, "w") as out:
        out.write(text.replace("port: 5301", "port: 53"))
        out.write(FARM_UNBOUND.format(bed=bed, folder=folder))
    return ["/usr/sbin/unbound", "-d", "-c", path]


def farm_knot(bed, folder, address):
    path = os.path.join(folder, "kresd.conf")
    text = recipe("kresd-1.conf").replace("'127.0.0.1', 5301", f"'{address}', 53")
    hosts = ", ".join(
        f"[{json.dumps(name)}] = {{ {', '.join(map(json.dumps, values))} }}"
        for name, values in root_hosts(bed).items()
    )
    with open(path, "w") as out:
        out.write(text + f"modules = {{ 'hints > iterate' }}\nhints.root({{ {hosts} }})\n")
    return ["/usr/sbin/kresd", "-n", "-c", path, folder]


def balancer(folder, address, recursors):
    """The command line of examples/farm's dnsdist on `address`, before these addresses."""
    path = os.path.join(folder, "dnsdist.lua")
    lines = recipe("dnsdist.lua").splitlines(keepends=True)
    server = next(line for line in lines if line.startswith("newServer"))
    with open(path, "w") as out:
        for line in lines:
            if not line.startswith("newServer"):
                out.write(line.replace("127.0.0.1:5300", f"{address}:53"))
        for recursor in recursors:
            out.write(server.replace("127.0.0.1:5301", f"{recursor}:53"))
    return ["/usr/bin/dnsdist", "--supervised", "--disable-syslog", "-C", path]


RECURSORS = {
    "unbound": Recursor("unbound", "/usr/sbin/unbound", unbound),
    "knot-resolver": Recursor("knot-resolver", "/usr/sbin/kresd", knot),
    "pdns-recursor": Recursor("pdns-recursor", "/usr/sbin/pdns_recursor", powerdns),
    "farm-unbound": Recursor("unbound", "/usr/sbin/unbound", farm_unbound),
    "farm-knot": Recursor("knot-resolver", "/usr/sbin/kresd", farm_knot),
}
