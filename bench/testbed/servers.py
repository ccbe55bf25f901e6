"""servers.py - server processes that end with us, and sockets that never answer."""

import contextlib
import ctypes
import os
import select
import signal
import socket
import struct
import subprocess
import time

# ". SOA". Any answer will do: it comes once the server has loaded its zones.
QUERY = struct.pack("!6H", 0x5350, 0, 1, 0, 0, 0) + b"\x00" + struct.pack("!2H", 6, 1)
LOG_TAIL_LINES = 8
PR_SET_CHILD_SUBREAPER = 36


class ServerError(Exception):
    """A server did not start, or died; the text has the end of its log."""


class Server:
    """A process that is told to end when we end, however we end (setpriv --pdeathsig), with a
    process group of its own. It stays a zombie until end(), so that its number, which is the
    group's, too, cannot become another's meanwhile."""

    def __init__(self, name, command, log, cpu=None):
        self.name, self.log = name, log
        pinned = ["taskset", "-c", str(cpu)] if cpu is not None else []
        with open(log, "wb") as out:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *pinned, *command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.pid = self.process.pid
        self.handle = os.pidfd_open(self.pid)

    def check(self):
        ended = os.waitid(os.P_PIDFD, self.handle, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended:
            status = ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status
            with open(self.log, errors="replace") as file:
                tail = "".join(file.readlines()[-LOG_TAIL_LINES:])
            raise ServerError(
                f"{self.name} ended with status {status}; its log {self.log} ends so:\n"
                + tail.rstrip()
            )

    def wait_until_ready(self, address, port=53, tcp=False, limit_s=600):
        """Loading hundreds of thousands of records takes a while."""
        end = time.monotonic() + limit_s
        ask = ask_tcp if tcp else ask_udp
        while not ask(address, port):
            self.check()
            if time.monotonic() > end:
                raise ServerError(
                    f"{self.name} did not answer at {address} port {port} within {limit_s} s; its "
                    f"log is {self.log}"
                )
            self.ends_within(0.1)

    def ends_within(self, seconds):
        return bool(select.select([self.handle], [], [], seconds)[0])

    def tell_to_end(self):
        with contextlib.suppress(ProcessLookupError):  # a zombie
            signal.pidfd_send_signal(self.handle, signal.SIGTERM)

    def end(self, limit_s=20):
        """After tell_to_end(): waits; what does not end in time is killed. So are its children:
        they hold nothing that could be lost."""
        self.ends_within(limit_s)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.handle)
        with contextlib.suppress(ChildProcessError):
            while True:
                os.waitpid(-self.pid, 0)


def ask_udp(address, port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(0.3)
        try:
            s.connect((address, port))
            s.send(QUERY)
            return len(s.recv(512)) >= 12
        except OSError:
            return False


def ask_tcp(address, port):
    try:
        with socket.create_connection((address, port), 1) as s:
            s.sendall(struct.pack("!H", len(QUERY)) + QUERY)
            return bool(s.recv(512))
    except OSError:
        return False


def adopt_orphans():
    """From now on children of our children become ours when those have ended, so that end() can
    wait for them, too."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class SilentSockets:
    """Addresses where questions arrive and nobody reads them: datagrams fill the queue and are
    dropped then, without ICMP; connections hang."""

    def __init__(self, addresses):
        self.sockets = []
        try:
            for address in addresses:
                for type in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                    self._open(address, type)
        except OSError as error:
            self.close()
            raise ServerError(f"cannot listen at {address}, port 53: {error.strerror}") from error

    def _open(self, address, type):
        s = socket.socket(socket.AF_INET, type)
        self.sockets.append(s)
        s.setsockopt(
            socket.SOL_SOCKET, socket.SO_RCVBUF, 1
        )  # the kernel makes it the least there is
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((address, 53))
        if type == socket.SOCK_STREAM:
            s.listen(0)

    def close(self):
        for s in self.sockets:
            s.close()


def wait_for_end(servers):
    """Comes back when one of the servers has ended, or by an exception of a signal handler."""
    poll = select.poll()
    for server in servers:
        poll.register(server.handle, select.POLLIN)
    poll.poll()
