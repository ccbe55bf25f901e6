"""nameservers.py - the DNS that the tests ask: a real NSD over zones that a test writes down, and a
small server of our own for what a real one never does (silence, delay, counting). Loopback only."""

import collections
import heapq
import itertools
import os
import selectors
import signal
import socket
import struct
import subprocess
import threading
import time

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import dns.rrset

import harness
import tcpserver

NSD = "/usr/sbin/nsd"
SO_TIMESTAMPNS = 35  # the socket module does not name it


def free_port(addresses=("127.0.0.1",)):
    """A port that is free for UDP and TCP on all the addresses."""
    while True:
        sockets = []
        try:
            first = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            sockets.append(first)
            first.bind((addresses[0], 0))
            port = first.getsockname()[1]
            for address in addresses:
                for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                    if (address, kind) != (addresses[0], socket.SOCK_STREAM):
                        sockets.append(socket.socket(socket.AF_INET, kind))
                        sockets[-1].bind((address, port))
            return port
        except OSError:
            continue
        finally:
            for s in sockets:
                s.close()


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
    (SOA and NS are added). It refuses every name outside them."""

    def __init__(self, folder, zones):
        folder.mkdir(exist_ok=True)
        self.address, self.port = "127.0.0.1", free_port()
        config = [
            "server:",
            f"  ip-address: 127.0.0.1@{self.port}",
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
            "  control-enable: no",
        ]
        for i, (zone, records) in enumerate(zones.items()):
            (folder / f"{i}.zone").write_bytes(harness.as_bytes("$TTL 300\n" + SOA + records))
            config += ["zone:", f'  name: "{zone}"', f'  zonefile: "{folder}/{i}.zone"']
        (folder / "nsd.conf").write_text("\n".join(config) + "\n")
        self.folder = folder
        self.start()

    def start(self):
        """Also again, on the same port, after it was killed."""
        folder, log = self.folder, self.folder / "nsd.log"
        self.process = subprocess.Popen(
            [NSD, "-d", "-c", folder / "nsd.conf"],
            stderr=open(folder / "stderr", "wb"),
            start_new_session=True,
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

    def kill(self):
        """At once: all its processes, none of which can say anything any more."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self):
        stop(self.process)


# What a Server's script may return instead of records.
SILENCE = object()

SOA_TEXT = "ns.invalid. hostmaster.invalid. 1 3600 600 86400 60"


class Query:
    """One query as it came: `wire` are its octets, `message` is what dnspython makes of them,
    `spelling` is the name in the letter case that was sent. `number` says how often this name and
    type had been asked before, by UDP and by TCP each for itself."""

    def __init__(self, wire, peer, by_tcp=False):
        self.time, self.wire, self.peer, self.by_tcp = time.monotonic(), wire, peer, by_tcp
        self.message = dns.message.from_wire(wire)
        self.question = self.message.question[0]
        self.spelling = self.question.name.to_text(omit_final_dot=True)
        self.name, self.type = self.spelling.lower(), dns.rdatatype.to_text(self.question.rdtype)
        self.number = 0

    @property
    def has_edns(self):
        return self.message.edns >= 0

    def reply(self, said):
        """The answer that says so: record texts or an rcode word, as in a script."""
        reply = dns.message.make_response(self.message, recursion_available=True)
        if isinstance(said, str):
            reply.set_rcode(dns.rcode.from_text(said))
        elif said:
            texts = [
                f'"{text}"' if self.type == "TXT" and not text.startswith('"') else text
                for text in said
            ]
            reply.answer.append(
                dns.rrset.from_text_list(self.question.name, 300, "IN", self.question.rdtype, texts)
            )
        if not reply.answer and reply.rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            reply.authority.append(dns.rrset.from_text(".", 60, "IN", "SOA", SOA_TEXT))
        return reply

    def packet(self, said):
        """The octets of that answer."""
        return self.reply(said).to_wire(max_size=65535)

    def cut_off(self):
        """The octets of an answer that holds nothing and says that there is more (TC)."""
        reply = dns.message.make_response(self.message, recursion_available=True)
        reply.flags |= dns.flags.TC
        return reply.to_wire()


def ask_script(script, name, type):
    """Scripts that take names apart know nothing of the root, which the engine asks for to see
    whether somebody lives there: that has no data then."""
    try:
        return script(name, type)
    except ValueError:
        assert name == "."
        return []


class Later:
    """A packet that leaves after a while."""

    def __init__(self, octets, delay_s):
        self.octets, self.delay_s = octets, delay_s


class Server:
    """A DNS server in a thread. `script(name, type)` gets the lower-case name without its last dot
    and the type's mnemonic, and returns a list of record texts ("192.0.2.1"; empty: no such data),
    an rcode word ("NXDOMAIN"), or SILENCE. `delay_s` passes before each answer; it may be a
    function of the name. Every question is noted.

    `raw(query)` in place of a script gets a Query, and may also return octets, or a tuple of octets
    and Later ones: so many datagrams leave. With `tcp` there is TCP on the same port, too: see Tcp
    in tcpserver.py. UDP and TCP queries come to the same script, one at a time."""

    def __init__(self, script=None, delay_s=0, address="127.0.0.1", port=0, raw=None, tcp=False):
        self.raw = raw or (lambda query: ask_script(script, query.name, query.type))
        self.delay_s, self.address = delay_s, address
        self.queries = []  # of UDP, appended by the thread
        self.questions = []  # (time, name, type) of the same
        self.numbers, self.lock = collections.Counter(), threading.Lock()
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        if tcp and not port:
            port = free_port((address,))
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.bind((address, port))
        self.socket.setblocking(False)
        self.port = self.socket.getsockname()[1]
        self.tcp = tcpserver.Tcp(self, family, Query) if tcp else None
        self.wake_read, self.wake_write = socket.socketpair()
        self.pending, self.order = [], itertools.count()
        self.thread = threading.Thread(target=self._serve)
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
        """May be called again."""
        if self.wake_write.fileno() < 0:
            return
        self.wake_write.send(b"x")
        self.thread.join()
        if self.tcp:
            self.tcp.stop()
        for s in (self.socket, self.wake_read, self.wake_write):
            s.close()

    def packets(self, query):
        """What is sent for a query, by whatever way it came: Later ones."""
        with self.lock:
            query.number = self.numbers[query.name, query.type, query.by_tcp]
            self.numbers[query.name, query.type, query.by_tcp] += 1
            said = self.raw(query)
        if said is SILENCE:
            return []
        delay_s = self.delay_s(query.name) if callable(self.delay_s) else self.delay_s
        parts = (
            said
            if isinstance(said, tuple)
            else (said if isinstance(said, bytes) else query.packet(said),)
        )
        return [part if isinstance(part, Later) else Later(part, delay_s) for part in parts]

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
                query.time -= max(0.0, time.time() - (seconds + nanoseconds / 1e9))
        return query

    def _take_questions(self):
        while True:
            try:
                query = self._receive()
            except (BlockingIOError, ConnectionRefusedError):
                return
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
