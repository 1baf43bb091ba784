"""Counts what crosses an interface of a namespace: IKE datagrams by the daemon's address."""
import collections
import ctypes
import os
import select
import socket
import struct
import threading

ETH_P_ALL = 3
CLONE_NEWNET = 0x40000000
NOTIFY_V2, COOKIE = 41, 16390


class Count:
    """Of one daemon. requests are datagrams towards it; fragments are IP fragments either way."""

    def __init__(self):
        self.requests = self.answers = self.bytes = self.longest = self.fragments = 0
        self.cookies = 0


class Sniffer(threading.Thread):
    """Listens until stop(); counts[address] is a Count. IPv4 only."""

    def __init__(self, namespace, interface):
        super().__init__(daemon=True)
        self.counts = collections.defaultdict(Count)
        self.namespace, self.interface = namespace, interface
        self.ready, self.finish = threading.Event(), threading.Event()
        self.start()
        self.ready.wait()

    def run(self):
        # setns moves this thread only, and the socket stays where it was made.
        with open(os.path.join("/run/netns", self.namespace)) as target:
            if ctypes.CDLL(None, use_errno=True).setns(target.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
        link = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        link.bind((self.interface, ETH_P_ALL))
        self.ready.set()
        while not self.finish.is_set():
            if select.select([link], [], [], 0.2)[0]:
                packet, address = link.recvfrom(65535)
                if packet[0] >> 4 == 4 and packet[9] in (6, 17):
                    self._count(packet, address[2] == socket.PACKET_OUTGOING)

    def _count(self, packet, outgoing):
        peer = socket.inet_ntoa(packet[16:20] if outgoing else packet[12:16])
        count, size = self.counts[peer], (packet[0] & 15) * 4
        fragment = struct.unpack(">H", packet[6:8])[0] & 0x3FFF
        count.bytes += len(packet)
        count.fragments += bool(fragment)
        if fragment & 0x1FFF:
            return
        count.longest = max(count.longest, len(packet))
        count.requests += outgoing
        count.answers += not outgoing
        if packet[9] == 17 and not outgoing:
            count.cookies += _demands_cookie(packet[size + 8:])

    def stop(self):
        self.finish.set()
        self.join()


def _demands_cookie(message):
    message = message.removeprefix(bytes(4))
    return (len(message) >= 36 and message[16] == NOTIFY_V2 and message[17] >> 4 == 2
            and struct.unpack(">H", message[34:36])[0] == COOKIE)
