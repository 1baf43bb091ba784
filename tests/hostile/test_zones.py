#!/usr/bin/env python3
"""Link-local targets whose interface goes down, is deleted, comes back, or is not there yet: that is their own
trouble, and no other target's.

  test_zones.py BUILD [TEST...]
"""
import sys
import unittest

sys.dont_write_bytecode = True

import arena  # noqa: E402
from arena import run  # noqa: E402

GATEWAY = """
[[gateway]]
name = "everywhere"
addresses = ["fd10:90::2"]
ikev2 = ["aes256-sha256-modp2048"]
"""
SETTINGS = """
[probe]
audit_interval = "0s"
ike_versions = [2]
interval = "1s"
timeout = "900ms"
[[target]]
name = "global"
host = "fd10:90::2"
[[target]]
name = "zoned"
host = "fe80::1%near"
"""


class Zones(unittest.TestCase):
    def setUp(self):
        self.arena = arena.Arena(BUILD)
        self.addCleanup(self.arena.close)
        self.exporter = self.arena.exporter
        responder = self.arena.responder
        responder.before = arena.in_own_network("ip link set lo up; ip addr add fd10:90::2/128 dev lo nodad")
        responder.write(GATEWAY, 'udp = [500]\nudp_encap = []\ntcp = []\nbind = "each"')
        responder.begin()
        self.far = responder.child.pid
        run("ip", "link", "add", "wan", "type", "veth", "peer", "name", "lan", "netns", str(self.far))
        self.addCleanup(run, "ip", "link", "del", "wan")
        run("ip", "addr", "add", "fd10:91::1/64", "dev", "wan", "nodad")
        run("ip", "link", "set", "wan", "up")
        run("ip", "addr", "add", "fd10:91::2/64", "dev", "lan", "nodad", inside=self.far)
        run("ip", "link", "set", "lan", "up", inside=self.far)
        run("ip", "route", "add", "fd10:90::/64", "via", "fd10:91::2")

    def begin(self):
        self.exporter.write(SETTINGS)
        self.exporter.begin()
        arena.wait_for("the global target up", lambda: self.up("global") == 1, 15)
        # The link may have come up after the first probe.
        self.failed_before = self.failures_of_global()

    def failures_of_global(self):
        return arena.Page().sum("ike_probe_failures_total", target="global")

    def link(self, other):
        """A link on which nothing answers."""
        run("ip", "link", "add", "near", "type", "veth", "peer", "name", other)
        run("ip", "link", "set", "near", "up")
        run("ip", "link", "set", other, "up")

    def up(self, target):
        return arena.Page().value("ike_up", target=target)

    def failed(self, target, *reasons):
        page = arena.Page()
        return sum(page.sum("ike_probe_failures_total", target=target, reason=reason) for reason in reasons)

    def check_global(self):
        """Its probes go on, and none of them fails."""
        name, before = "ike_probes_total", arena.Page().value("ike_probes_total", target="global")
        arena.wait_for("more probes", lambda: arena.Page().value(name, target="global") > before + 2, 15)
        page = arena.Page()
        self.assertEqual(1, page.value("ike_up", target="global"))
        self.assertEqual(self.failed_before, self.failures_of_global())

    def test_interface_goes_down(self):
        self.link("peer")
        self.begin()
        for change in (["set", "near", "down"], ["set", "near", "up"], ["del", "near"]):
            with self.subTest(change=change):
                run("ip", "link", *change)
                self.check_global()
        arena.wait_for("a failure to send", lambda: self.failed("zoned", "send") > 0, 10)

    def test_interface_is_absent(self):
        """Neither the start nor a reload is refused; once there is one, packets go out there, whatever its number."""
        self.begin()
        arena.wait_for("a failure to send", lambda: self.failed("zoned", "send") > 0, 10)
        self.exporter.reload()
        self.check_global()
        for _ in range(2):
            self.link("peer")
            before = self.failed("zoned", "timeout", "unreachable")
            arena.wait_for("silence there", lambda: self.failed("zoned", "timeout", "unreachable") > before, 15)
            sending = self.failed("zoned", "send")
            run("ip", "link", "del", "near")
            arena.wait_for("a failure to send again", lambda: self.failed("zoned", "send") > sending, 15)
        self.check_global()


if __name__ == "__main__":
    arena.enter()
    BUILD = sys.argv.pop(1)
    unittest.main()
