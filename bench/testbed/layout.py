"""layout.py - turns a population's zones.txt into what name servers read. Streams: what is held are
the top zones and the server hosts.

Recursive, three data servers: one for the root, one for the top zones, one ("hosters") for all the
population's zones. Each has a zone file per zone and a list of zones in NSD's form. One process for
all three would not do: a server that holds a child zone answers from it, and the resolver would
never see a delegation.

Flat, for a resolver that answers everything: one root zone with all records, and every dead zone as
a zone without data, which NSD answers with SERVFAIL, as a resolver would. One thing is not as with
a resolver: a CNAME into a dead zone is answered, without its target.

No zone of the population may lie inside another one of it: the parent of each is a top zone."""

import contextlib
import hashlib
import json
import os
import shutil

from .nsd import NO_DATA

TTL = 3600
ROOT_ADDRESSES = ["127.0.1.1", "127.0.1.2"]
TOP_ADDRESSES = ["127.0.2.1", "127.0.2.2"]
# A top-level domain for the names of our own servers.
OWN = "spfsweep-testbed."
ROOT_HOSTS = [(f"{chr(97 + i)}.root.{OWN}", address) for i, address in enumerate(ROOT_ADDRESSES)]
TOP_HOSTS = [(f"{chr(97 + i)}.tops.{OWN}", address) for i, address in enumerate(TOP_ADDRESSES)]
SERVER_KINDS = ("live", "silent", "refusing", "closed")
ZONES_PER_FOLDER = 500
# Makes a zone's apex exist in the flat zone, as its SOA does in a zone of its own: no such data,
# and not no such name.
PLACEHOLDER = "TYPE65534 \\# 0"

UNBOUND_CONF = """# For a resolver that recurses in this test bed: our root, and no zone of its own.
server:
	root-hints: "{hints}"
	module-config: "iterator"
	do-ip6: no
	do-not-query-localhost: no
	unblock-lan-zones: yes
	local-zone: "127.in-addr.arpa." nodefault
"""


class LayoutError(Exception):
    """zones.txt is not what it should be."""


class Population:
    """What zones.txt says before its first zone, and then zone by zone."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "zones.txt")
        self.tops, self.servers = {}, {}  # the tops as keys, in the file's order

    def stamp(self):
        """Changes with the file, with what this module makes of it, and with the place, which some
        of what it writes names."""
        status = os.stat(self.path)
        with open(__file__, "rb") as source:
            return [
                status.st_size,
                status.st_mtime_ns,
                hashlib.sha256(source.read()).hexdigest(),
                os.path.abspath(self.path),
            ]

    def zones(self):
        """Yields (name, state, hosts, lines) for each zone; `lines` is an iterator over its records
        that must be used before the next zone is asked for. Host names are looked up in `servers`,
        which is full when the first zone is yielded."""
        with open(self.path, encoding="ascii") as file:
            line = self._read_head(file)
            while line:
                word, name, state, *hosts = line.split()
                if (
                    word != "zone"
                    or state not in ("live", "broken")
                    or not hosts
                    or any(host not in self.servers for host in hosts)
                ):
                    raise LayoutError(f"{self.path}: not understood: {line.rstrip()}")
                rest = Records(file)
                yield name, state, hosts, rest
                line = rest.line_after()

    def _read_head(self, file):
        for line in file:
            word, *rest = line.split()
            if word == "top":
                self.tops[rest[0]] = True
            elif word == "server" and rest[2] in SERVER_KINDS:
                self.servers[rest[0]] = tuple(rest[1:])
            else:
                return line
        return None

    def top_of(self, name):
        """The longest top zone that `name` lies in, itself left out; "." if there is none."""
        while name != ".":
            name = name.partition(".")[2] or "."
            if name in self.tops:
                return name
        return name

    def addresses(self):
        found = {kind: [] for kind in SERVER_KINDS}
        for address, kind in sorted(set(self.servers.values())):
            found[kind].append(address)
        return found

    def fate(self, state, hosts):
        """What becomes of a zone's questions: "live", "broken" (SERVFAIL), "silent" or "refusing".
        Where nothing listens, or one dead server is silent and another is not, a resolver says
        SERVFAIL."""
        kinds = {self.servers[host][1] for host in hosts}
        if state == "broken":
            return "broken"
        if "live" in kinds:
            return "live"
        return kinds.pop() if kinds in ({"silent"}, {"refusing"}) else "broken"


class Records:
    """The record lines of one zone: those whose first word, an absolute name, ends with a dot."""

    def __init__(self, file):
        self.file, self.next = file, None

    def __iter__(self):
        for line in self.file:
            if line[: line.find(" ")][-1:] != ".":
                self.next = line
                return
            yield line

    def line_after(self):
        """The line that ended the zone; records that nobody wanted are skipped."""
        if self.next is None:
            for _ in self:
                pass
        return self.next


def head(name, hosts):
    """How every zone file begins."""
    text = f"$TTL {TTL}\n{name} SOA {hosts[0]} hostmaster.{OWN} 1 7200 3600 1209600 {TTL}\n"
    return text + "".join(f"{name} NS {host}\n" for host in hosts)


def clause(name, file):
    return f'zone:\n\tname: "{name}"\n\tzonefile: "{file}"\n'


def is_current(folder, stamp):
    try:
        with open(os.path.join(folder, "layout.json")) as file:
            return json.load(file)["stamp"] == stamp
    except (OSError, ValueError, KeyError):
        return False


def prepare(writer, population, folder):
    """Calls writer(population, folder) unless the folder holds what it wrote for this zones.txt;
    gives what it said (layout.json)."""
    stamp = population.stamp()
    if not is_current(folder, stamp):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        told = writer(population, folder)
        with open(os.path.join(folder, "layout.json.new"), "w") as out:
            json.dump({"stamp": stamp, "addresses": population.addresses(), **told}, out, indent=1)
        os.replace(out.name, os.path.join(folder, "layout.json"))
    with open(os.path.join(folder, "layout.json")) as file:
        return json.load(file)


# ---- recursive ----


class Tops:
    """The zone files of the top zones, all open while the delegations come in."""

    def __init__(self, population, folder, files):
        self.population, self.out = population, {}
        with open(os.path.join(folder, "tops.zones"), "w") as zones:
            for number, name in enumerate(population.tops):
                self.out[name] = files.enter_context(
                    open(os.path.join(folder, f"top-{number}.zone"), "w")
                )
                self.out[name].write(head(name, [host for host, _ in TOP_HOSTS]))
                zones.write(clause(name, f"top-{number}.zone"))
        self.out["."] = files.enter_context(open(os.path.join(folder, "root.zone"), "w"))
        self._write_root()
        self._write_glue()

    def _write_root(self):
        self.out["."].write(head(".", [host for host, _ in ROOT_HOSTS]))
        for host, address in ROOT_HOSTS + TOP_HOSTS:
            self.out["."].write(f"{host} A {address}\n")
        for name in self.population.tops:
            self.delegate(name, [host for host, _ in TOP_HOSTS])

    def _write_glue(self):
        """Next to delegations of the same top zone; hosts elsewhere have to be looked for by the
        resolver."""
        for host, (address, _) in self.population.servers.items():
            self.out[self.population.top_of(host)].write(f"{host} A {address}\n")

    def delegate(self, name, hosts):
        self.out[self.population.top_of(name)].write(
            "".join(f"{name} NS {host}\n" for host in hosts)
        )


def write_zone(folder, number, name, hosts, lines):
    """Gives the file's name, relative to the folder."""
    if number % ZONES_PER_FOLDER == 0:
        os.makedirs(os.path.join(folder, "zones", str(number // ZONES_PER_FOLDER)))
    path = f"zones/{number // ZONES_PER_FOLDER}/{number}"
    with open(os.path.join(folder, path), "w") as out:
        out.write(head(name, hosts))
        out.writelines(lines)
    return path


def write_recursive(population, folder):
    tops, number = None, 0
    with contextlib.ExitStack() as files:
        hosters = files.enter_context(open(os.path.join(folder, "hosters.zones"), "w"))
        for name, state, hosts, lines in population.zones():
            tops = tops or Tops(population, folder, files)
            tops.delegate(name, hosts)
            if state == "broken":
                hosters.write(clause(name, NO_DATA))
            elif population.fate(state, hosts) == "live":
                hosters.write(clause(name, write_zone(folder, number, name, hosts, lines)))
                number += 1
    with open(os.path.join(folder, "root.zones"), "w") as out:
        out.write(clause(".", "root.zone"))
    write_resolver_files(folder)
    return {"n_zones": number}


def write_resolver_files(folder):
    hints = os.path.join(os.path.abspath(folder), "root.hints")
    with open(hints, "w") as out:
        for host, address in ROOT_HOSTS:
            out.write(f". {TTL} NS {host}\n{host} {TTL} A {address}\n")
    # beside the folders of the servers, where the user looks for it
    with open(os.path.join(os.path.dirname(os.path.abspath(folder)), "unbound.conf"), "w") as out:
        out.write(UNBOUND_CONF.format(hints=hints))


# ---- flat ----


def write_flat(population, folder):
    """Beside the zone: the names of the zones that should be silent or refusing, for a proxy in
    front that can be so."""
    number = 0
    with contextlib.ExitStack() as files:
        flat, zones, silent, refusing = (
            files.enter_context(open(os.path.join(folder, name), "w"))
            for name in ("flat.zone", "flat.zones", "silent.names", "refusing.names")
        )
        flat.write(head(".", [f"ns.{OWN}"]) + f"ns.{OWN} A 127.0.0.1\n")
        zones.write(clause(".", "flat.zone"))
        for name, state, hosts, lines in population.zones():
            fate = population.fate(state, hosts)
            if fate == "live":
                flat.write(f"{name} {PLACEHOLDER}\n")
                flat.writelines(lines)
                number += 1
                continue
            zones.write(clause(name, NO_DATA))
            for kind, out in (("silent", silent), ("refusing", refusing)):
                if fate == kind:
                    out.write(name + "\n")
        flat.writelines(f"{name} {PLACEHOLDER}\n" for name in population.tops)
    return {"n_zones": number}
