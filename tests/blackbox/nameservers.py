"""nameservers.py - the DNS that the tests ask: a real NSD over zones that a test writes down, and a
small server of our own for what a real one never does (silence, delay, counting). Loopback only."""

import collections
import functools
import heapq
import itertools
import os
import random
import re
import selectors
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time

import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype

import addresses
import harness
import tcpserver

NSD = "/usr/sbin/nsd"
NSD_CONTROL = "/usr/sbin/nsd-control"
SO_TIMESTAMPNS = 35  # the socket module does not name it


def answers(address, port, name="."):
    """True when something answers there, whatever it says."""
    try:
        dns.query.udp(dns.message.make_query(name, "SOA"), address, port=port, timeout=0.2)
        return True
    except (OSError, dns.exception.DNSException):
        return False


def stop(process):
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


SOA = "@ 300 IN SOA ns.invalid. hostmaster.invalid. 1 3600 600 86400 60\n@ 300 IN NS ns.invalid.\n"


class Nsd:
    """A real NSD over `zones`, a dictionary of zone names and their records in master-file form
    (SOA and NS are added, or `soa` in their place). It refuses every name outside them."""

    def __init__(self, folder, zones, soa=SOA):
        folder.mkdir(exist_ok=True)
        self.address, self.port = addresses.fresh(), addresses.port()
        # a socket's path must be short
        self.control = tempfile.TemporaryDirectory(prefix="nsd-")
        config = [
            "server:",
            f"  ip-address: {self.address}@{self.port}",
            '  username: ""',
            '  pidfile: ""',
            '  database: ""',
            "  server-count: 1",
            "  rrl-ratelimit: 0",
            f'  zonesdir: "{folder}"',
            f'  xfrdfile: "{folder}/xfrd.state"',
            f'  zonelistfile: "{folder}/zone.list"',
            f'  logfile: "{folder}/nsd.log"',
            f'  xfrdir: "{folder}"',
            "remote-control:",
            "  control-enable: yes",
            f"  control-interface: {self.control.name}/socket",
        ]
        for i, (zone, records) in enumerate(zones.items()):
            (folder / f"{i}.zone").write_bytes(harness.as_bytes("$TTL 300\n" + soa + records))
            config += ["zone:", f'  name: "{zone}"', f'  zonefile: "{folder}/{i}.zone"']
        (folder / "nsd.conf").write_text("\n".join(config) + "\n")
        self.folder = folder
        self.start()

    def start(self):
        """Also again, at the same place, after it was killed."""
        folder, log = self.folder, self.folder / "nsd.log"
        self.process = subprocess.Popen(
            [NSD, "-d", "-c", folder / "nsd.conf"],
            stderr=open(folder / "stderr", "wb"),
            start_new_session=True,
            pass_fds=addresses.guards(),
        )

        def ready():
            assert self.process.poll() is None, (
                "NSD ended: "
                + (folder / "stderr").read_text()
                + (log.read_text() if log.exists() else "")
            )
            return answers(self.address, self.port)

        try:
            harness.until(ready, what="NSD")
            assert "error" not in log.read_text(), log.read_text()
        except BaseException:
            self.stop()
            raise

    @property
    def upstream(self):
        return f"--upstream={self.address}:{self.port}"

    def counts(self):
        """What it counted since it was started: "num.queries", "num.type.TXT", "num.rcode.NXDOMAIN"
        and others."""
        told = subprocess.run(
            [NSD_CONTROL, "-c", self.folder / "nsd.conf", "stats_noreset"],
            capture_output=True,
            text=True,
            check=True,
        )
        counts = dict(line.split("=") for line in told.stdout.splitlines() if "=" in line)
        return collections.Counter(
            {name: int(n) for name, n in counts.items() if name.startswith("num.")}
        )

    def kill(self):
        """At once: all its processes, none of which can say anything any more."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self):
        stop(self.process)
        self.control.cleanup()


# What a Server's script may return instead of records.
SILENCE = object()


def silent_names(name, type):
    """A script: an upstream that lives, and knows no name but the root."""
    return [] if name == "." else SILENCE


SOA_TEXT = "ns.invalid. hostmaster.invalid. 1 3600 600 86400 60"


QR, TC, RD, RA = 0x8000, 0x0200, 0x0100, 0x0080
OPCODE_AND_RD = 0x7800 | RD
# The root; type OPT, 8192 octets, neither flags nor options.
OPT_RECORD = bytes.fromhex("00 0029 2000 00000000 0000")
POINTER_TO_QNAME = b"\xc0\x0c"


@functools.lru_cache(maxsize=1000)
def encoded(type, texts):
    """These records of the name that was asked for, as octets. Names in them are not compressed,
    so they fit into any answer."""
    if type == "TXT":
        texts = [text if text.startswith('"') else f'"{text}"' for text in texts]
    code = dns.rdatatype.from_text(type)
    head = POINTER_TO_QNAME + struct.pack("!HHI", code, dns.rdataclass.IN, 300)
    rdatas = [dns.rdata.from_text(dns.rdataclass.IN, code, text).to_wire() for text in texts]
    return [head + struct.pack("!H", len(r)) + r for r in dict.fromkeys(rdatas)]


@functools.cache
def soa_record(owner_at):
    """The owner is the name at that place of the packet."""
    rdata = dns.rdata.from_text("IN", "SOA", SOA_TEXT).to_wire()
    owner = struct.pack("!H", 0xC000 | owner_at)
    return (
        owner + struct.pack("!HHIH", dns.rdatatype.SOA, dns.rdataclass.IN, 60, len(rdata)) + rdata
    )


class Query:
    """One query as it came: `wire` are its octets, `message` is what dnspython makes of them,
    `spelling` is the name in the letter case that was sent. `number` says how often this name and
    type had been asked before, by UDP and by TCP each for itself.

    The common ways are short of dnspython, which takes ten times as long: the servers of tests that
    run side by side must keep up with what they are asked."""

    def __init__(self, wire, peer, by_tcp=False):
        self.time, self.wire, self.peer, self.by_tcp = time.monotonic(), wire, peer, by_tcp
        labels, at = [], 12
        self.top_at = 12  # where the top-level domain stands in it
        while wire[at]:
            labels.append(wire[at + 1 : at + 1 + wire[at]])
            self.top_at = at
            at += 1 + wire[at]
        self.question_end = at + 5
        self.spelling = dns.name.Name([*labels, b""]).to_text(omit_final_dot=True)
        self.name = self.spelling.lower()
        self.type = dns.rdatatype.to_text(int.from_bytes(wire[at + 1 : at + 3], "big"))
        self.number = 0

    @functools.cached_property
    def message(self):
        return dns.message.from_wire(self.wire)

    @property
    def question(self):
        return self.message.question[0]

    @property
    def has_edns(self):
        """No additional record but OPT is ever in a query."""
        return self.wire[10:12] != b"\0\0"

    def reply(self, said):
        """The answer that says so: record texts or an rcode word, as in a script."""
        return dns.message.from_wire(self.packet(said))

    def packet(self, said):
        """The octets of that answer. Records come in any order. That there is nothing is said by
        the zone of the top-level domain."""
        rcode = dns.rcode.from_text(said) if isinstance(said, str) else dns.rcode.NOERROR
        answer = encoded(self.type, tuple(said)).copy() if not isinstance(said, str) else []
        random.shuffle(answer)
        is_negative = not answer and rcode in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN)
        return self._assemble(RA | rcode, answer, [soa_record(self.top_at)] if is_negative else [])

    def cut_off(self):
        """The octets of an answer that holds nothing and says that there is more (TC)."""
        return self._assemble(TC | RA, [], [])

    def _assemble(self, flags, answer, authority):
        asked = int.from_bytes(self.wire[2:4], "big")
        additional = [OPT_RECORD] if self.has_edns else []
        return b"".join(
            [
                self.wire[:2],
                struct.pack(
                    "!5H",
                    QR | asked & OPCODE_AND_RD | flags,
                    1,
                    len(answer),
                    len(authority),
                    len(additional),
                ),
                self.wire[12 : self.question_end],
                *answer,
                *authority,
                *additional,
            ]
        )


def wall_clock_lead():
    """How far the time of day is ahead of time.monotonic(). Read again when this thread lost its
    processor between the two."""
    while True:
        before, now, after = time.monotonic(), time.time(), time.monotonic()
        if after - before < 0.0005:
            return now - before


def ask_script(script, name, type):
    """The root, which the engine asks for to see whether somebody lives there, has no data, where a
    script is not silent about all."""
    said = script(name, type)
    return [] if name == "." and isinstance(said, list) else said


class Later:
    """A packet that leaves after a while."""

    def __init__(self, octets, delay_s):
        self.octets, self.delay_s = octets, delay_s


# What resolver/rewriting.c asks for.
PROBE_NAME = re.compile(r"[0-9a-f]{24}\.(invalid|com|net|org|de|info)$")


class Server:
    """A DNS server in a thread. `script(name, type)` gets the lower-case name without its last dot
    and the type's mnemonic, and returns a list of record texts ("192.0.2.1"; empty: no such data),
    an rcode word ("NXDOMAIN"), or SILENCE. `delay_s` passes before each answer; it may be a
    function of the name. Every question is noted.

    `raw(query)` in place of a script gets a Query, and may also return octets, or a tuple of octets
    and Later ones: so many datagrams leave. With `tcp` there is TCP on the same port, too: see Tcp
    in tcpserver.py. UDP and TCP queries come to the same script, one at a time.

    At its start a scan asks for random names, to see whether the upstream makes answers up. These
    are not noted and do not exist; with `rewrites` the script is asked for them, too.

    `address` may be that of a server that was stopped, whose place it takes, or ::1."""

    def __init__(self, script=None, delay_s=0, address=None, raw=None, tcp=False, rewrites=False):
        self.rewrites = rewrites
        self.raw = raw or (lambda query: ask_script(script, query.name, query.type))
        self.delay_s, self.address = delay_s, address or addresses.fresh()
        self.queries = []  # of UDP, appended by the thread
        self.questions = []  # (time, name, type) of the same
        self.numbers, self.lock = collections.Counter(), threading.Lock()
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.bind((self.address, addresses.port() if family == socket.AF_INET else 0))
        self.socket.setblocking(False)
        self.port = self.socket.getsockname()[1]
        self.tcp = tcpserver.Tcp(self, family, Query) if tcp else None
        self.wake_read, self.wake_write = socket.socketpair()
        self.pending, self.order = [], itertools.count()
        self.failure = None  # what ended the thread before its time
        self.thread = threading.Thread(target=self._work)
        self.thread.start()

    @property
    def upstream(self):
        return (
            f"--upstream=[{self.address}]:{self.port}"
            if ":" in self.address
            else f"--upstream={self.address}:{self.port}"
        )

    def count(self, type=None):
        return sum(1 for q in list(self.questions) if type in (None, q[2]))

    def asked(self):
        """How often each (name, type) was asked."""
        return collections.Counter((name, type) for _, name, type in list(self.questions))

    def stop(self):
        """May be called again. Raises what went wrong in the thread, as an error in a script."""
        if self.wake_write.fileno() < 0:
            return
        self.wake_write.send(b"x")
        self.thread.join()
        if self.tcp:
            self.tcp.stop()
        for s in (self.socket, self.wake_read, self.wake_write):
            s.close()
        if self.failure:
            raise self.failure

    def packets(self, query):
        """What is sent for a query, by whatever way it came: Later ones."""
        if not self.rewrites and PROBE_NAME.match(query.name):
            return [Later(query.packet("NXDOMAIN"), 0)]
        with self.lock:
            query.number = self.numbers[query.name, query.type, query.by_tcp]
            self.numbers[query.name, query.type, query.by_tcp] += 1
            said = self._say(query)
        if said is SILENCE:
            return []
        delay_s = self.delay_s(query.name) if callable(self.delay_s) else self.delay_s
        parts = (
            said
            if isinstance(said, tuple)
            else (said if isinstance(said, bytes) else query.packet(said),)
        )
        return [part if isinstance(part, Later) else Later(part, delay_s) for part in parts]

    def _say(self, query):
        """A scan may ask for the root, of which scripts that take names apart know nothing."""
        try:
            return self.raw(query)
        except (ValueError, IndexError, KeyError):
            if query.name != ".":
                raise
            return []

    def _work(self):
        try:
            self._serve()
        except Exception as error:
            self.failure = error

    def _serve(self):
        selector = selectors.DefaultSelector()
        selector.register(self.socket, selectors.EVENT_READ)
        selector.register(self.wake_read, selectors.EVENT_READ)
        while True:
            now = time.monotonic()
            while self.pending and self.pending[0][0] <= now:
                _, _, wire, peer = heapq.heappop(self.pending)
                self.socket.sendto(wire, peer)
            wait = max(0, self.pending[0][0] - now) if self.pending else None
            ready = [key.fileobj for key, _ in selector.select(wait)]
            if self.wake_read in ready:
                selector.close()
                return
            if self.socket in ready:
                self._take_questions()

    def _receive(self):
        """Its time is when the kernel had it, and not when a busy machine let us see it."""
        wire, notes, _, peer = self.socket.recvmsg(65535, 64)
        query = Query(wire, peer)
        for level, kind, data in notes:
            if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS):
                seconds, nanoseconds = struct.unpack("@ll", data[:16])
                query.time = seconds + nanoseconds / 1e9 - wall_clock_lead()
        return query

    def _take_questions(self):
        while True:
            try:
                query = self._receive()
            except (BlockingIOError, ConnectionRefusedError):
                return
            if self.rewrites or not PROBE_NAME.match(query.name):
                self.queries.append(query)
                self.questions.append((query.time, query.name, query.type))
            for packet in self.packets(query):
                heapq.heappush(
                    self.pending,
                    (
                        time.monotonic() + packet.delay_s,
                        next(self.order),
                        packet.octets,
                        query.peer,
                    ),
                )


def busiest_second(questions):
    """The most questions within any second, and the time from the first to the last."""
    times = sorted(q[0] for q in questions)
    first, most = 0, 0
    for i, at in enumerate(times):
        while at - times[first] > 1:
            first += 1
        most = max(most, i - first + 1)
    return most, times[-1] - times[0]
