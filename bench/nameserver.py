"""nameserver.py - NSD on a free loopback port, serving a population of generate.py's, for as long as a measurement runs."""
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys

CONFIG = """server:
  ip-address: 127.0.0.1@{port}
  do-ip6: no
  server-count: 1
  username: ""
  chroot: ""
  database: ""
  zonesdir: "{folder}"
  pidfile: "{work}/nsd.pid"
  xfrdfile: "{work}/xfrd.state"
  xfrdir: "{work}"
  zonelistfile: "{work}/zone.list"
  logfile: "{work}/nsd.log"
  rrl-ratelimit: 0
  receive-buffer-size: 4194304
  send-buffer-size: 4194304
remote-control:
  control-enable: no
zone:
  name: bench.
  zonefile: bench.zone
zone:
  name: 10.in-addr.arpa.
  zonefile: reverse.zone
"""

# "bench. SOA", with RD: what it answers once its zones are loaded.
READY_QUERY = struct.pack("!6H", 0x5350, 0x0100, 1, 0, 0, 0) + b"\x05bench\x00" + struct.pack("!2H", 6, 1)


def free_port():
    """A UDP port that nobody has now. Somebody may take it before NSD does: then NSD ends at once, and the run says so."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class NameServer:
    """with NameServer(folder, work, cpu=1) as server: ... server.port"""

    def __init__(self, folder, work, cpu=None):
        self.port = free_port()
        self.work = os.path.abspath(work)
        self.config = os.path.join(self.work, "nsd.conf")
        with open(self.config, "w") as out:
            out.write(CONFIG.format(port=self.port, folder=os.path.abspath(folder), work=self.work))
        nsd = shutil.which("nsd") or "/usr/sbin/nsd"
        self.command = (["taskset", "-c", str(cpu)] if cpu is not None else []) + [nsd, "-d", "-c", self.config]
        self.process = None

    def __enter__(self):
        # a driver that is told to end must not leave its server behind
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        try:
            self.wait_until_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def wait_until_ready(self):
        """Loading a few hundred thousand records takes some seconds; ask until it answers."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(0.2)
            s.connect(("127.0.0.1", self.port))
            for _ in range(600):
                if self.process.poll() is not None:
                    raise RuntimeError(f"nsd ended at once; see {self.work}/nsd.log")
                if self.answers(s):
                    return
        raise RuntimeError("nsd does not answer")

    def answers(self, s):
        try:
            s.send(READY_QUERY)
            return s.recv(512)[3] & 15 == 0
        except TimeoutError:
            return False
        except ConnectionRefusedError:
            # not bound yet: a refusal comes at once, so wait for the process's end as long as for an answer
            try:
                self.process.wait(0.2)
            except subprocess.TimeoutExpired:
                pass
            return False
