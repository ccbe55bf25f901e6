"""recursors.py - recursors of others, with the defaults that Debian gives them, in the network of a
population: only their root hints, their address and their folder are ours. They do not validate,
since the root is not signed here, and may ask loopback addresses."""

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


RECURSORS = {
    "unbound": Recursor("unbound", "/usr/sbin/unbound", unbound),
    "knot-resolver": Recursor("knot-resolver", "/usr/sbin/kresd", knot),
    "pdns-recursor": Recursor("pdns-recursor", "/usr/sbin/pdns_recursor", powerdns),
}
