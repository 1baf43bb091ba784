#!/usr/bin/env python3
"""Paths that do not carry an opening in one piece: behind a router whose next link takes less, with and without its
ICMP, and out of an interface of our own that takes less. Nothing may be called silent for it.

  test_path_mtu.py BUILD [TEST...]
"""
import collections
import socket
import struct
import subprocess
import sys
import threading
import time
import unittest

sys.dont_write_bytecode = True

import arena  # noqa: E402
from arena import run  # noqa: E402

HOST = "10.1.0.1"
SMALL = 600  # of the link; an opening has twice as much
SETTINGS = """
[probe]
audit_interval = "0s"
interval = "{interval}"
timeout = "{timeout}"
[[target]]
name = "far"
host = "{host}"
{more}
"""
GATEWAY = """
[[gateway]]
name = "far"
addresses = ["10.1.0.1"]
ikev2 = ["aes256-sha256-modp2048"]
ikev1 = ["aes256-sha256-modp2048"]
"""
# The first leaves no opening time for a copy and its answer; the second does, with some for others that may follow.
HURRIED = {"interval": "1s", "timeout": "900ms"}
PATIENT = {"interval": "5s", "timeout": "4500ms"}
Sent = collections.namedtuple("Sent", "at whole more ident size first8")


class Capture(threading.Thread):
    """What leaves by an interface for HOST, in order: when, DF, more fragments, ident, size, the initiator's SPI."""

    def __init__(self, interface):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
        self.socket.bind((interface, 3))
        self.sent = []

    def run(self):
        while True:
            try:
                packet, where = self.socket.recvfrom(65536)
            except OSError:  # the link went with the namespace at its other end
                return
            if where[2] != socket.PACKET_OUTGOING or packet[16:20] != socket.inet_aton(HOST):
                continue
            ident, flags = struct.unpack(">HH", packet[4:8])
            marker = 4 if packet[28:32] == bytes(4) else 0
            first8 = packet[28 + marker:36 + marker] if flags & 0x1fff == 0 else None
            whole, more = bool(flags & 0x4000), bool(flags & 0x2000)
            self.sent.append(Sent(time.monotonic(), whole, more, ident, len(packet), first8))

    def openings(self):
        """Those of one SPI together, without what only continues a fragmented one. Only full ones: others are short and
        may have too little time for DF."""
        copies = collections.defaultdict(list)
        for packet in self.sent:
            if packet.first8 is not None:
                copies[packet.first8].append(packet)
        return [copies for copies in copies.values() if copies[0].size > SMALL or copies[0].more]


class PathMtu(unittest.TestCase):
    def setUp(self):
        self.arena = arena.Arena(BUILD)
        self.addCleanup(self.arena.close)
        self.router = arena.Program(self.arena.folder, "router")
        self.addCleanup(lambda: self.router.running() and self.router.kill())

    def begin(self, mtu, far_mtu, timing=PATIENT, gateway=GATEWAY, more="", before=lambda: None):
        """The exporter's link has `mtu`, the one between router and gateway `far_mtu`. `before` it all begins."""
        responder = self.arena.responder
        responder.before = arena.in_own_network("ip link set lo up; ip addr add 10.1.0.1/32 dev lo")
        responder.write(gateway, 'udp = [500]\nudp_encap = [4500]\ntcp = []\nbind = "wildcard"')
        responder.begin()
        forwards = arena.in_own_network("echo 1 > /proc/sys/net/ipv4/ip_forward; echo ready")
        self.router.start([*forwards, "sleep", "1000"])
        arena.wait_for("the router", lambda: "ready" in self.router.said(), 10)
        router, far = self.router.child.pid, responder.child.pid
        run("ip", "link", "add", "wan", "mtu", str(mtu), "type", "veth", "peer", "name", "near", "netns",
            str(router))
        self.addCleanup(subprocess.run, ["ip", "link", "del", "wan"], stderr=subprocess.DEVNULL, check=False)
        run("ip", "link", "add", "next", "mtu", str(far_mtu), "type", "veth", "peer", "name", "lan", "netns", str(far),
            inside=router)
        for place, interface, address in ((None, "wan", "198.51.100.1/24"), (router, "near", "198.51.100.2/24"),
                                          (router, "next", "203.0.113.1/24"), (far, "lan", "203.0.113.2/24")):
            run("ip", "addr", "add", address, "dev", interface, inside=place)
            run("ip", "link", "set", interface, "up", inside=place)
        run("ip", "route", "add", "10.1.0.0/16", "via", "198.51.100.2")
        run("ip", "route", "add", "10.1.0.0/16", "via", "203.0.113.2", inside=router)
        run("ip", "route", "add", "default", "via", "203.0.113.1", inside=far)
        before()
        self.capture = Capture("wan")
        self.capture.start()
        self.addCleanup(self.capture.socket.close)
        self.arena.exporter.write(SETTINGS.format(**timing, host=HOST, more=more))
        self.arena.exporter.begin()

    def probed(self, least, seconds=30):
        def enough():
            page = arena.Page()
            return page if page.sum("ike_probes_total") >= least else None
        return arena.wait_for(f"{least} probes", enough, seconds)

    def check_up(self, page):
        failures = [row for row in page.rows("ike_probe_failures_total", target="far") if row[1]]
        self.assertEqual([], failures)
        self.assertEqual(2, page.by_target("ike_up")["far"])

    def check_in_fragments(self, openings):
        self.assertTrue(openings)
        for copies in openings:
            self.assertEqual([(False, True)], [(c.whole, c.more) for c in copies])
            self.assertLessEqual(copies[0].size, SMALL)

    def test_ordinary(self):
        """In one piece, with DF and without an ident."""
        self.begin(1500, 1500)
        self.check_up(self.probed(6))
        for copies in self.capture.openings():
            self.assertEqual([(True, False, 0)], [(c.whole, c.more, c.ident) for c in copies])

    def test_copies_may_be_fragmented(self):
        """Nobody answers: what is sent again has no DF, and so that its fragments can be told apart, an ident."""
        self.begin(1500, 1500, gateway=GATEWAY + 'state = "down"\n')
        page = self.probed(2)
        self.assertEqual({"timeout"}, {row["reason"] for row, value in page.rows("ike_probe_failures_total") if value})
        many = [copies for copies in self.capture.openings() if len(copies) > 1]
        self.assertTrue(many)
        for copies in many:
            self.assertEqual([True] + [False] * (len(copies) - 1), [c.whole for c in copies])
            self.assertNotIn(0, [c.ident for c in copies[1:]])
            self.assertEqual(1, len({c.size for c in copies}))

    def router_says_so(self, more):
        """The first opening is sent again at once, in fragments; all later ones are fragmented from the start."""
        self.begin(1500, SMALL, more=more)
        page = self.probed(8)
        self.check_up(page)
        openings = self.capture.openings()
        first = openings[0]
        self.assertEqual([(True, False), (False, True)], [(c.whole, c.more) for c in first])
        self.assertGreater(first[0].size, SMALL)
        self.assertLess(first[1].at - first[0].at, 0.5)
        self.check_in_fragments(openings[1:])
        # Of the first of all there is none, since either copy may be the one that was answered.
        self.assertEqual(2, len(page.rows("ike_last_rtt_seconds", target="far")))

    def test_router_says_so(self):
        self.router_says_so("")

    def test_router_says_so_of_encapsulated(self):
        self.router_says_so('transport = "udp-encap"')

    def quiet_router(self):
        run("nft", "add table ip f; add chain ip f o { type filter hook output priority 0; }; "
            "add rule ip f o ip protocol icmp drop", inside=self.router.child.pid)

    def test_router_says_nothing(self):
        """The copy that is due anyway gets through."""
        self.begin(1500, SMALL, before=self.quiet_router)
        self.check_up(self.probed(4))
        first = self.capture.openings()[0]
        self.assertEqual([True, False], [c.whole for c in first])

    def test_no_time_for_a_copy(self):
        """What would not be sent again is not put at risk."""
        self.begin(1500, SMALL, HURRIED, before=self.quiet_router)
        self.check_up(self.probed(6))
        for copies in self.capture.openings():
            self.assertEqual([False], [c.whole for c in copies])

    def test_own_interface(self):
        """Where our own link takes less nothing has to be lost first."""
        self.begin(SMALL, 1500)
        self.check_up(self.probed(6))
        self.check_in_fragments(self.capture.openings())


if __name__ == "__main__":
    arena.enter()
    BUILD = sys.argv.pop(1)
    unittest.main()
