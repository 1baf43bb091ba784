"""Destinations of what is really sent on the loopback, for tests that say where nothing may go, or how much. Needs a
network namespace of its own."""
import collections
import ipaddress
import socket
import struct
import threading

ETH_P_ALL = 3
SO_RCVBUFFORCE = 33
SOL_PACKET, PACKET_STATISTICS = 263, 6  # packet(7)


class Sniffer(threading.Thread):
    """Collects in `seen` the addresses of everything that is meant for one of `ports`, by UDP and by TCP; in `packets`
    and `bytes` (of IP) how much that was."""

    def __init__(self, ports):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
        self.ports = ports
        self.seen = set()
        self.packets, self.bytes = collections.Counter(), collections.Counter()

    def run(self):
        while True:
            packet, interface = self.socket.recvfrom(65536)
            if interface[2] != socket.PACKET_OUTGOING:  # loopback shows each packet a second time
                continue
            v4 = packet[0] >> 4 == 4
            protocol, at = (packet[9], (packet[0] & 15) * 4) if v4 else (packet[6], 40)
            address = ipaddress.ip_address(packet[16:20] if v4 else packet[24:40])
            port = struct.unpack(">H", packet[at + 2:at + 4])[0] if protocol in (6, 17) else 0
            if port in self.ports:
                self.seen.add(address)
                self.packets[address] += 1
                self.bytes[address] += len(packet)

    def missed(self):
        """Packets that it could not take in time, since the last call."""
        return struct.unpack("=II", self.socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))[1]
