"""tcpserver.py - DNS over TCP beside a Server of nameservers.py: a thread for each connection, and
the ways in which a connection can go wrong."""

import socket
import struct
import threading

# What `Tcp.trouble` may return for a connection.
CLOSE_AT_ONCE, CLOSE_IN_THE_MIDDLE, RESET_IN_THE_MIDDLE, GARBAGE, SILENT = (
    "close at once",
    "close in the middle",
    "reset in the middle",
    "garbage",
    "silent",
)
RESET_IN_THE_LENGTH, RESET_AT_ONCE, ONE_ANSWER = (
    "reset in the length",
    "reset at once",
    "one answer",
)


class Unframed(bytes):
    """Octets of a script that go out as they are, without their length before them."""


def receive(connection, size):
    """So many octets, or None when the connection ends before."""
    octets = b""
    while len(octets) < size:
        part = connection.recv(size - len(octets))
        if not part:
            return None
        octets += part
    return octets


class Tcp:
    """Listens on the server's port from the start. `make_query` is the class of its queries.
    `trouble(n)` says what the n-th connection (from 0) suffers; None: nothing. Delays of the server
    do not count here."""

    def __init__(self, server, family, make_query):
        self.server, self.family, self.make_query = server, family, make_query
        self.trouble = lambda n: None
        self.accepts, self.queries = 0, []
        self.listener, self.connections, self.threads = None, [], []
        self.listen()

    def listen(self):
        self.listener = socket.socket(self.family, socket.SOCK_STREAM)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((self.server.address, self.server.port))
        self.listener.listen(128)
        self._thread(self._accept, self.listener)

    def refuse(self):
        """From now on connections are refused; listen() ends that."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def stop(self):
        for s in [self.listener, *self.connections]:
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            s.close()
        for thread in self.threads:
            thread.join()

    def _thread(self, target, *args):
        self.threads.append(threading.Thread(target=target, args=args))
        self.threads[-1].start()

    def _accept(self, listener):
        while True:
            try:
                connection, peer = listener.accept()
            except OSError:
                return
            self.connections.append(connection)
            self._thread(self._converse, connection, peer, self.trouble(self.accepts))
            self.accepts += 1

    def _converse(self, connection, peer, trouble):
        try:
            if trouble != CLOSE_AT_ONCE:
                while self._exchange(connection, peer, trouble):
                    pass
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        connection.close()

    def _exchange(self, connection, peer, trouble):
        """One query and its answer. False: the connection ends."""
        size = receive(connection, 2)
        wire = size and receive(connection, int.from_bytes(size, "big"))
        if not wire:
            return False
        query = self.make_query(wire, peer, by_tcp=True)
        self.queries.append(query)
        if trouble == GARBAGE:
            connection.sendall(b"\xff" * 100_000)
            return False
        for packet in [] if trouble == SILENT else self.server.packets(query):
            octets = (
                packet.octets
                if isinstance(packet.octets, Unframed)
                else len(packet.octets).to_bytes(2, "big") + packet.octets
            )
            if trouble in (
                CLOSE_IN_THE_MIDDLE,
                RESET_IN_THE_MIDDLE,
                RESET_IN_THE_LENGTH,
                RESET_AT_ONCE,
            ):
                connection.sendall(
                    octets[
                        : {RESET_IN_THE_LENGTH: 1, RESET_AT_ONCE: 0}.get(trouble, len(octets) // 2)
                    ]
                )
                if trouble != CLOSE_IN_THE_MIDDLE:
                    connection.setsockopt(
                        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                    )
                    connection.close()
                return False
            connection.sendall(octets)
        return trouble != ONE_ANSWER
