"""network.py - the Internet of one population: which servers run, on which addresses, and what
stands in front of them."""

import dataclasses
import fcntl
import os

from . import dnsdist, layout, nsd
from .dnsdist import Impairments, Pool
from .layout import LayoutError
from .servers import Server, ServerError, SilentSockets, adopt_orphans, wait_for_end

MODES = ("forward", "recursive", "both")
FORWARD_ADDRESS = "127.0.0.1"
# Where a server is while dnsdist has its port 53.
PORT_BEHIND = {"flat": 5300, "root": 5301, "tops": 5302, "hosters": 5303}


class InternetError(Exception):
    """It cannot be started, or a server died."""


@dataclasses.dataclass(frozen=True)
class Data:
    """One server with data: the addresses that are its own as others see it, and its list of
    zones."""

    name: str
    addresses: list
    zones: str


class Internet:
    """with Internet(folder, mode="both", loss=5) as net: ... net.upstream, net.unbound_config

    For use inside a namespace (namespace.enter). Modes: "forward" is one server that answers
    everything, as a resolver would; "recursive" is root, top zones and hosters; "both" is both at
    once. `rrl` is the rate at which the servers limit themselves (NSD's rrl-ratelimit). `peaks` is
    the program bench/peak, which counts what comes to each address into bed/peaks.json. Further
    keywords are those of Impairments: loss, limit, delay, servfail, truncate, silence."""

    def __init__(self, folder, mode="both", cpu=None, rrl=0, peaks=None, **impairments):
        if mode not in MODES:
            raise InternetError(f"there is no mode {mode}")
        self.folder, self.mode, self.cpu = os.path.abspath(folder), mode, cpu
        self.bed = os.path.join(self.folder, "bed")
        self.rrl, self.peaks = rrl, peaks
        self.forward, self.recursive = mode != "recursive", mode != "forward"
        # by recursion the silent servers are silent themselves
        self.impairments = Impairments(
            **{**impairments, "silence": self.forward and impairments.get("silence", False)}
        )
        self.upstream = f"{FORWARD_ADDRESS}:53" if self.forward else None
        self.unbound_config = os.path.join(self.bed, "unbound.conf") if self.recursive else None
        self.servers, self.silent, self.lock, self.addresses = [], None, None, {}

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        if not os.path.exists(os.path.join(self.folder, "zones.txt")):
            raise InternetError(f"{self.folder} is not a population: it has no zones.txt")
        os.makedirs(self.bed, exist_ok=True)
        self._take_lock()
        adopt_orphans()
        try:
            self._start_servers(self._lay_out())
        except (LayoutError, ServerError, OSError) as error:
            self.stop()
            raise InternetError(str(error)) from error
        except BaseException:
            self.stop()
            raise

    def stop(self):
        for server in self.servers:
            server.tell_to_end()
        for server in self.servers:
            server.end()
        if self.silent:
            self.silent.close()
        if self.lock:
            self.lock.close()
        self.servers, self.silent, self.lock = [], None, None

    def check(self):
        """Raises InternetError when a server has died."""
        try:
            for server in self.servers:
                server.check()
        except ServerError as error:
            raise InternetError(str(error)) from error

    def wait(self):
        """Until a server dies, which raises InternetError."""
        wait_for_end(self.servers)
        self.check()

    def versions(self):
        told = {"nsd": nsd.version()}
        if self.impairments.wanted():
            told["dnsdist"] = dnsdist.version()
        return told

    def about(self):
        return {
            "mode": self.mode,
            "upstream": self.upstream,
            "unbound_config": self.unbound_config,
            "addresses": self.addresses,
            "impairments": dataclasses.asdict(self.impairments),
            "rrl": self.rrl,
            "versions": self.versions(),
            "servers": {server.name: server.pid for server in self.servers},
        }

    def _take_lock(self):
        """Held as long as the servers run; the kernel drops it when we end."""
        self.lock = open(os.path.join(self.bed, "lock"), "a+")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.lock.close()
            self.lock = None
            raise InternetError(
                f"{self.folder} is being served already; bench/internet stop ends that"
            ) from None

    def _lay_out(self):
        """Writes what is not there yet; gives the servers with data."""
        found = []
        if self.recursive:
            place = os.path.join(self.bed, "recursive")
            self.addresses = layout.prepare(
                layout.write_recursive, layout.Population(self.folder), place
            )["addresses"]
            for name, addresses in (
                ("root", layout.ROOT_ADDRESSES),
                ("tops", layout.TOP_ADDRESSES),
                ("hosters", self.addresses["live"]),
            ):
                found.append(Data(name, addresses, os.path.join(place, f"{name}.zones")))
        if self.forward:
            place = os.path.join(self.bed, "flat")
            layout.prepare(layout.write_flat, layout.Population(self.folder), place)
            found.append(Data("flat", [FORWARD_ADDRESS], os.path.join(place, "flat.zones")))
        return found

    def _start_servers(self, data):
        proxied = self.impairments.wanted()
        for d in data:
            listen = (
                [(FORWARD_ADDRESS, PORT_BEHIND[d.name])]
                if proxied
                else [(address, 53) for address in d.addresses]
            )
            command = nsd.write_config(self._state(d.name), listen, d.zones, self.rrl)
            self._run(d.name, command)
        waiting = [
            (
                server,
                FORWARD_ADDRESS if proxied else d.addresses[0],
                PORT_BEHIND[d.name] if proxied else 53,
            )
            for server, d in zip(self.servers, data)
        ]
        if self.recursive and self.addresses["refusing"]:
            addresses = self.addresses["refusing"]
            refusing = self._run(
                "refusing",
                nsd.write_config(self._state("refusing"), [(address, 53) for address in addresses]),
            )
            waiting.append((refusing, addresses[0], 53))
        if self.recursive:
            self.silent = SilentSockets(self.addresses["silent"])
        for server, address, port in waiting:
            server.wait_until_ready(address, port)
            if complaints := nsd.complaints(server.log):
                raise ServerError(
                    f"{server.name} rejects {len(complaints)} things, the first are:\n"
                    + "".join(complaints[:5]).rstrip()
                )
        if proxied:
            self._start_proxy(data)
        if self.peaks:
            self._start_peaks()

    def _start_proxy(self, data):
        pools = [Pool(d.name, d.addresses, PORT_BEHIND[d.name]) for d in data]
        flat = os.path.join(self.bed, "flat")
        dead_names = (
            ("flat", f"{flat}/silent.names", f"{flat}/refusing.names") if self.forward else None
        )
        proxy = self._run(
            "dnsdist",
            dnsdist.write_config(
                os.path.join(self.bed, "dnsdist.conf"), pools, self.impairments, dead_names
            ),
        )
        for pool in pools:
            for address in pool.addresses:
                proxy.wait_until_ready(address, 53, tcp=True)  # TCP is never lost

    def _start_peaks(self):
        """When all servers answer: what was asked until then is not counted."""
        counting = self._run("peak", [self.peaks, os.path.join(self.bed, "peaks.json")])
        while "ready" not in open(counting.log).read():
            counting.check()
            counting.ends_within(0.05)

    def _run(self, name, command):
        server = Server(name, command, os.path.join(self.bed, f"{name}.log"), self.cpu)
        self.servers.append(server)
        return server

    def _state(self, name):
        return os.path.join(self.bed, "state", name)
