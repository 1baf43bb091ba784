"""A bad line between two interfaces: loses, doubles and delays IKE datagrams, by a seed.

Written in user space because many kernels are built without netem. Run inside a namespace that
holds both ends: wire.py IN OUT --loss 20 --duplicate 5 --reorder 10 --seed 1. Everything but UDP
500 and 4500 passes untouched.
"""
import argparse
import heapq
import random
import select
import socket
import struct
import time

SOL_PACKET, PACKET_VNET_HDR, PACKET_IGNORE_OUTGOING = 263, 15, 23
PACKET_ADD_MEMBERSHIP, PACKET_MR_PROMISC = 1, 1
ETH_P_ALL, ETH_P_IP, ETH_P_IPV6 = 3, 0x0800, 0x86DD
# Frames carry the kernel's notes about checksums that are not computed yet; handing the same notes
# to the other side has them computed there.
VNET_HEADER = 10


def open_end(name):
    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    end.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    end.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    end.bind((name, ETH_P_ALL))
    end.setsockopt(SOL_PACKET, PACKET_ADD_MEMBERSHIP,
                   struct.pack("=iHH8x", socket.if_nametoindex(name), PACKET_MR_PROMISC, 0))
    return end


def carries_ike(frame):
    """UDP to or from port 500 or 4500."""
    kind = struct.unpack(">H", frame[12:14])[0]
    if kind == ETH_P_IP and frame[23] == 17:
        ports = 14 + (frame[14] & 15) * 4
    elif kind == ETH_P_IPV6 and frame[20] == 17:
        ports = 54
    else:
        return False
    return not {500, 4500}.isdisjoint(struct.unpack(">HH", frame[ports:ports + 4]))


class Wire:
    def __init__(self, arguments):
        first, second = open_end(arguments.ends[0]), open_end(arguments.ends[1])
        self.other = {first: second, second: first}
        self.chances, self.random = arguments, random.Random(arguments.seed)
        self.late, self.serial = [], 0  # (due, serial, end, data)

    def run(self):
        while True:
            timeout = max(0, self.late[0][0] - time.monotonic()) if self.late else None
            for end in select.select(list(self.other), [], [], timeout)[0]:
                self._forward(self.other[end], end.recv(65535 + VNET_HEADER))
            while self.late and self.late[0][0] <= time.monotonic():
                _, _, end, data = heapq.heappop(self.late)
                self._send(end, data)

    def _forward(self, end, data):
        if not carries_ike(data[VNET_HEADER:]):
            self._send(end, data)
            return
        if self._happens(self.chances.loss):
            return
        for _ in range(2 if self._happens(self.chances.duplicate) else 1):
            if not self._happens(self.chances.reorder):
                self._send(end, data)
                continue
            self.serial += 1
            due = time.monotonic() + self.random.uniform(0.005, 0.4)
            heapq.heappush(self.late, (due, self.serial, end, data))

    def _send(self, end, data):
        try:
            end.send(data)
        except OSError:
            pass  # the line is going down, or the frame was too long: lost

    def _happens(self, percent):
        return self.random.random() * 100 < percent


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ends", nargs=2)
    for name in ("loss", "duplicate", "reorder"):
        parser.add_argument("--" + name, type=float, default=0, help="percent")
    parser.add_argument("--seed", type=int, default=1)
    Wire(parser.parse_args()).run()


if __name__ == "__main__":
    main()
