"""Destinations of what is really sent on the loopback, for tests that say where nothing may go. Needs a network
namespace of its own."""
import ipaddress
import socket
import struct
import threading


class Sniffer(threading.Thread):
    """Collects in `seen` the addresses of everything that is meant for one of `ports`, by UDP and by TCP."""

    def __init__(self, ports):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
        self.ports = ports
        self.seen = set()

    def run(self):
        while True:
            packet = self.socket.recv(65536)
            v4 = packet[0] >> 4 == 4
            protocol, at = (packet[9], (packet[0] & 15) * 4) if v4 else (packet[6], 40)
            address = ipaddress.ip_address(packet[16:20] if v4 else packet[24:40])
            port = struct.unpack(">H", packet[at + 2:at + 4])[0] if protocol in (6, 17) else 0
            if port in self.ports:
                self.seen.add(address)
