"""Clients that mean harm, thousands of connections in each process. A connection that the server closes is
opened again at once.

  attackers.py KIND PORT CONNECTIONS [SOURCE]       until it is killed; SOURCE: their address, or a network ("127.8.")
                                                    in which each connection has its own
"""
import errno
import os
import select
import socket
import ssl
import sys
import time

OPENS_PER_TURN = 50
IP_BIND_ADDRESS_NO_PORT = 24  # of Linux; Python does not name it
REQUEST = b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
ONE = REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
WITH_BODY = REQUEST.replace(b"\r\n\r\n", b"\r\nContent-Length: 65536\r\n\r\n") + b" " * 65536
FIELD = b"A: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n"
BODY = b"POST /api/ike/probe HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 65536\r\n\r\n"


def client_hello():
    sent = ssl.MemoryBIO()
    context = ssl.create_default_context()
    session = context.wrap_bio(ssl.MemoryBIO(), sent, server_hostname="localhost")
    try:
        session.do_handshake()
    except ssl.SSLWantReadError:
        return sent.read()
    raise AssertionError("a handshake without a server")


class Kind:
    """`first` is sent on connecting; then `again` as fast as the socket takes it, or a byte of `drops` a second.
    Answers are read as they come if it `reads`, or not at all."""

    def __init__(self, first=b"", again=b"", drops=b"", reads=False):
        self.first, self.again, self.drops, self.reads = first, again, drops, reads
        self.events = select.EPOLLRDHUP | (select.EPOLLIN if reads else 0)


KINDS = {
    "idle": Kind(),
    "dribbling": Kind(first=b"GET /metrics HT", drops=b"TP/1.1\r\nHost: 127.0.0.1\r\n" + b"A: b\r\n" * 1000),
    "pipelining": Kind(again=REQUEST * 300),
    "pipelining_and_reading": Kind(again=REQUEST * 300, reads=True),
    "scraping": Kind(first=ONE, reads=True),
    "never_reading": Kind(first=REQUEST),
    "unread_with_body": Kind(first=WITH_BODY),
    "listing": Kind(first=ONE.replace(b"/metrics", b"/api/targets"), reads=True),
    "header_flood": Kind(first=b"GET / HTTP/1.1\r\n", again=FIELD * 400),
    "unfinished_body": Kind(first=BODY + b" " * 65535),
    "tls_silent": Kind(),
    "tls_half": Kind(first=client_hello()),
    "tls_dribbling": Kind(first=client_hello()[:5], drops=client_hello()[5:]),
    "tls_garbage": Kind(again=b"\x16\x03\x01\x40\x00" + b"\x01" * 16384),
}


class Attacker:
    def __init__(self, kind, port, count, source):
        self.kind, self.port, self.count, self.source = kind, port, count, source
        self.opened = os.getpid()  # not the same numbers as other processes
        self.epoll = select.epoll()
        self.sockets = {}   # descriptor: socket
        self.pending = {}   # descriptor: what is to be sent
        self.dropped = {}   # descriptor: drops sent
        self.read = bytearray(1 << 16)

    def address(self):
        self.opened += 1
        if not self.source.endswith("."):
            return self.source
        return f"{self.source}{self.opened // 250 % 250 + 1}.{self.opened % 250 + 1}"

    def open(self):
        sock = socket.socket()
        sock.setblocking(False)
        # On one machine what they keep in their kernel would be taken from the exporter's.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        if not self.kind.reads:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        # The port is chosen with the connection: else two of one port would be in each other's way.
        sock.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        sock.bind((self.address(), 0))
        if sock.connect_ex(("127.0.0.1", self.port)) not in (0, errno.EINPROGRESS):
            return sock.close()
        self.sockets[sock.fileno()] = sock
        self.pending[sock.fileno()] = self.kind.first
        self.dropped[sock.fileno()] = 0
        self.epoll.register(sock.fileno(), self.kind.events | select.EPOLLOUT)
        return None

    def close(self, fd):
        self.epoll.unregister(fd)
        self.sockets.pop(fd).close()

    def send(self, fd):
        data = self.pending[fd] or self.kind.again
        try:
            sent = self.sockets[fd].send(data) if data else 0
        except BlockingIOError:
            return
        self.pending[fd] = data[sent:]
        if not self.pending[fd] and not self.kind.again:
            self.epoll.modify(fd, self.kind.events)

    def serve(self, fd, events):
        try:
            if events & (select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR):
                return self.close(fd)
            if events & select.EPOLLIN:
                self.sockets[fd].recv_into(self.read)
            if events & select.EPOLLOUT:
                self.send(fd)
        except OSError:
            self.close(fd)
        return None

    def drop(self):
        for fd, sock in self.sockets.items():
            at = self.dropped[fd]
            try:
                self.dropped[fd] += sock.send(self.kind.drops[at:at + 1])
            except OSError:
                pass  # closed, as the next turn will see

    def run(self):
        next_drop = time.monotonic() + 1
        while True:
            for _ in range(min(OPENS_PER_TURN, self.count - len(self.sockets))):
                self.open()
            for fd, events in self.epoll.poll(0.05):
                self.serve(fd, events)
            if self.kind.drops and time.monotonic() > next_drop:
                next_drop += 1
                self.drop()


if __name__ == "__main__":
    os.nice(10)  # on other machines they would not take our processor
    Attacker(KINDS[sys.argv[1]], int(sys.argv[2]), int(sys.argv[3]), (*sys.argv, "127.0.0.2")[4]).run()
