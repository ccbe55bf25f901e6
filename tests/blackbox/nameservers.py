"""nameservers.py - the DNS that the tests ask: a real NSD over zones that a test writes down, and a small server of our own for what a real one never does (silence, delay,
counting). Loopback only."""

import collections
import heapq
import itertools
import selectors
import socket
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

NSD = "/usr/sbin/nsd"


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
    """A real NSD over `zones`, a dictionary of zone names and their records in master-file form (SOA and NS are added). It refuses every name outside them."""

    def __init__(self, folder, zones):
        folder.mkdir(exist_ok=True)
        self.address, self.port = "127.0.0.1", free_port()
        config = [
            "server:", f"  ip-address: 127.0.0.1@{self.port}", '  username: ""', '  pidfile: ""', '  database: ""', "  server-count: 1", "  rrl-ratelimit: 0",
            f'  zonesdir: "{folder}"', f'  xfrdfile: "{folder}/xfrd.state"', f'  zonelistfile: "{folder}/zone.list"', f'  logfile: "{folder}/nsd.log"',
            f'  xfrdir: "{folder}"', "remote-control:", "  control-enable: no",
        ]
        for i, (zone, records) in enumerate(zones.items()):
            (folder / f"{i}.zone").write_bytes(harness.as_bytes("$TTL 300\n" + SOA + records))
            config += ["zone:", f'  name: "{zone}"', f'  zonefile: "{folder}/{i}.zone"']
        (folder / "nsd.conf").write_text("\n".join(config) + "\n")
        self.process = subprocess.Popen([NSD, "-d", "-c", folder / "nsd.conf"], stderr=open(folder / "stderr", "wb"))
        log = folder / "nsd.log"

        def ready():
            assert self.process.poll() is None, "NSD ended: " + (folder / "stderr").read_text() + (log.read_text() if log.exists() else "")
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

    def stop(self):
        stop(self.process)


# What a Server's script may return instead of records.
SILENCE = object()


class Server:
    """A DNS server in a thread, UDP only. `script(name, type)` gets the lower-case name without its last dot and the type's mnemonic, and returns a list of record texts
    ("192.0.2.1"; empty: no such data), an rcode word ("NXDOMAIN"), or SILENCE. `delay_s` passes before each answer; it may be a function of the name. Every question is noted."""

    def __init__(self, script, delay_s=0, address="127.0.0.1"):
        self.script, self.delay_s = script, delay_s
        self.questions = []                     # (time, name, type), appended by the thread
        self.socket = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.bind((address, 0))
        self.socket.setblocking(False)
        self.port = self.socket.getsockname()[1]
        self.wake_read, self.wake_write = socket.socketpair()
        self.pending, self.order = [], itertools.count()
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    @property
    def upstream(self):
        return f"--upstream=127.0.0.1:{self.port}"

    def count(self, type=None):
        return sum(1 for q in list(self.questions) if type in (None, q[2]))

    def asked(self):
        """How often each (name, type) was asked."""
        return collections.Counter((name, type) for _, name, type in list(self.questions))

    def stop(self):
        self.wake_write.send(b"x")
        self.thread.join()
        for s in (self.socket, self.wake_read, self.wake_write):
            s.close()

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

    def _take_questions(self):
        while True:
            try:
                wire, peer = self.socket.recvfrom(65535)
            except BlockingIOError:
                return
            reply = self._reply(dns.message.from_wire(wire))
            if reply is not None:
                delay_s = self.delay_s(self.questions[-1][1]) if callable(self.delay_s) else self.delay_s
                heapq.heappush(self.pending, (time.monotonic() + delay_s, next(self.order), reply.to_wire(max_size=65535), peer))

    def _reply(self, query):
        question = query.question[0]
        name, type = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        self.questions.append((time.monotonic(), name, type))
        said = self.script(name, type)
        if said is SILENCE:
            return None
        reply = dns.message.make_response(query, recursion_available=True)
        if isinstance(said, str):
            reply.set_rcode(dns.rcode.from_text(said))
        elif said:
            texts = [f'"{text}"' if type == "TXT" and not text.startswith('"') else text for text in said]
            reply.answer.append(dns.rrset.from_text_list(question.name, 300, "IN", question.rdtype, texts))
        if not reply.answer and reply.rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            reply.authority.append(dns.rrset.from_text(".", 60, "IN", "SOA", "ns.invalid. hostmaster.invalid. 1 3600 600 86400 60"))
        return reply
