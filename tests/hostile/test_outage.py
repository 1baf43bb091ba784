#!/usr/bin/env python3
"""Outages: thousands of silent targets beside healthy ones, all of them down at once, a rate that is
too low, interfaces and addresses that go and come back, a send queue that overflows.

  test_outage.py BUILD [TEST...]
"""
import re
import subprocess
import sys
import time
import unittest

sys.dont_write_bytecode = True

import arena  # noqa: E402
from arena import run  # noqa: E402

HEALTHY = 500
LINES_AT_ONCE, LINES_PER_SECOND = 1000, 100  # exporter/log/log_limit.h
SETTINGS = """
[metrics]
rtt_buckets = []
[probe]
audit_interval = "0s"
ike_versions = [2]
interval = "{interval}"
timeout = "{timeout}"
{more}
"""
HEALTHY_GATEWAY = """
[[gateway]]
name = "healthy"
addresses = {addresses}
ikev2 = ["aes256gcm16-prfsha256-ecp256"]
delay = "5ms"
"""
SILENT_GATEWAY = """
[[gateway]]
name = "silent"
addresses = ["127.2.0.0/16"]
state = "down"
"""


class Outage(unittest.TestCase):
    def setUp(self):
        self.arena = arena.Arena(BUILD)
        self.addCleanup(self.arena.close)
        self.exporter = self.arena.exporter

    def begin(self, targets, gateways="", network="127.1", interval="3s", timeout="2800ms", more="",
              wait=lambda: None):
        healthy = HEALTHY_GATEWAY.format(addresses=arena.addresses(network, HEALTHY))
        self.arena.responder.write(healthy + gateways)
        self.arena.responder.begin()
        wait()
        self.exporter.write(SETTINGS.format(interval=interval, timeout=timeout, more=more) + targets +
                            arena.targets("healthy", network, HEALTHY))
        self.exporter.begin()

    def begin_far(self, targets, **options):
        """The gateways in a namespace of their own, at the other end of a link."""
        responder = self.arena.responder
        responder.before = arena.in_own_network("ip link set lo up; ip route add local 10.1.0.0/16 dev lo")
        self.begin(targets, network="10.1", wait=self.link, **options)
        arena.wait_for("all up", lambda: self.up() == HEALTHY, 15)

    def link(self):
        far = self.arena.responder.child.pid
        run("ip", "link", "add", "wan", "type", "veth", "peer", "name", "lan", "netns", str(far))
        run("ip", "addr", "add", "198.51.100.1/24", "dev", "wan")
        run("ip", "link", "set", "wan", "up")
        run("ip", "addr", "add", "198.51.100.2/24", "dev", "lan", inside=far)
        run("ip", "link", "set", "lan", "up", inside=far)
        run("ip", "route", "add", "10.1.0.0/16", "via", "198.51.100.2")

    def up(self, page=None):
        return sum((page or arena.Page()).by_target("ike_up", "healthy-").values())

    def reasons(self, page):
        return {labels["reason"] for labels, value in page.rows("ike_probe_failures_total")
                if value and labels["target"].startswith("healthy-")}

    def check_healthy(self, page):
        self.assertEqual(set(), self.reasons(page))
        self.assertEqual(HEALTHY, self.up(page))

    def check_lines(self, prefix, seconds):
        """That a target is down from the start is said once, of as many targets as the log's limit has room for."""
        lines = [line for line in self.exporter.said().splitlines() if 'msg="target down"' in line]
        names = re.findall(r" target=(\S+)", "\n".join(lines))
        self.assertEqual(len(names), len(set(names)), "one of them was said to be down twice")
        self.assertEqual([], [name for name in names if not name.startswith(prefix)])
        self.assertGreaterEqual(len(names), LINES_AT_ONCE)
        self.assertLessEqual(len(names), LINES_AT_ONCE + LINES_PER_SECOND * seconds)
        print(f"{len(names)} lines about targets that are down")

    def test_silence_of_many(self):
        """More openings are unanswered at any time than the receive buffer has room for answers."""
        self.begin(arena.targets("silent", "127.2", 9000), SILENT_GATEWAY, interval="5s",
                   timeout="4500ms")
        begun = time.monotonic()
        time.sleep(16)
        page = arena.Page()
        self.check_healthy(page)
        self.check_lines("silent-", time.monotonic() - begun + 5)
        self.assertGreater(min(page.by_target("ike_probes_total", "healthy-").values()), 1)
        self.assertEqual(0, sum(page.by_target("ike_up", "silent-").values()))
        # A probe under way keeps what it sent for the target's page.
        self.assertLess(self.exporter.memory(), 200 << 20)

    def test_memory_falls_again(self):
        """What nine thousand probes under way needed is the system's again once they are gone."""
        self.begin("", SILENT_GATEWAY)
        healthy = self.exporter.text()
        before = self.exporter.memory()
        self.exporter.write(healthy + arena.targets("silent", "127.2", 9000))
        self.exporter.reload()
        arena.wait_for("a burst", lambda: self.exporter.memory() > before + (24 << 20), 20)
        self.exporter.write(healthy)
        self.exporter.reload()
        burst = self.exporter.memory("VmHWM") - before
        # A page that one living object lies on stays, so something remains of a large burst.
        most = max(8 << 20, burst // 4)
        arena.wait_for("less memory", lambda: self.exporter.memory() < before + most, 200)
        # Those that no probe was due for yet are not down.
        arena.wait_for("all up", lambda: self.up() == HEALTHY, 30)
        self.check_healthy(arena.Page())

    def test_all_down_at_once(self):
        self.begin("")
        arena.wait_for("all up", lambda: self.up() == HEALTHY, 15)
        run("nft", "add table inet outage; add chain inet outage in { type filter hook input priority 0; }; "
            "add rule inet outage in udp dport 500 drop")
        arena.wait_for("all down", lambda: self.up() == 0, 15)
        page = arena.Page()
        self.assertEqual({"timeout"}, self.reasons(page))
        run("nft", "delete table inet outage")
        arena.wait_for("all up again", lambda: self.up() == HEALTHY, 15)
        self.assertEqual({"timeout"}, self.reasons(arena.Page()))

    def test_rate_too_low(self):
        """Probes are late or left out, which is counted, but no target is called silent for it."""
        self.begin("", interval="1s", timeout="900ms", more="packets_per_second = 60")
        time.sleep(12)
        page = arena.Page()
        self.assertEqual(set(), self.reasons(page))
        self.assertGreater(page.sum("ike_exporter_probes_skipped_total"), 0)

    def test_interface_goes_and_returns(self):
        self.begin_far("")
        run("ip", "link", "set", "wan", "down")
        arena.wait_for("all down", lambda: self.up() == 0, 15)
        self.assertIn("send", self.reasons(arena.Page()))
        run("ip", "link", "set", "wan", "up")
        run("ip", "route", "add", "10.1.0.0/16", "via", "198.51.100.2")
        arena.wait_for("all up again", lambda: self.up() == HEALTHY, 10)

    def test_source_address_lost(self):
        run("ip", "addr", "add", "203.0.113.1/32", "dev", "lo")
        self.begin("", more='source_address = "203.0.113.1"')
        arena.wait_for("all up", lambda: self.up() == HEALTHY, 15)
        run("ip", "addr", "del", "203.0.113.1/32", "dev", "lo")
        arena.wait_for("all down", lambda: self.up() == 0, 15)
        self.assertEqual({"send"}, self.reasons(arena.Page()))
        run("ip", "addr", "add", "203.0.113.1/32", "dev", "lo")
        arena.wait_for("all up again", lambda: self.up() == HEALTHY, 10)

    def test_own_address_changes(self):
        """As a lease does that is not renewed: probes come from the new address at once, and the old one's return
        changes nothing."""
        self.begin_far("")
        run("ip", "addr", "add", "198.51.100.7/24", "dev", "wan")
        run("ip", "addr", "del", "198.51.100.1/24", "dev", "wan")
        # With the first address goes what was added to it, and with both the route.
        run("ip", "addr", "replace", "198.51.100.7/24", "dev", "wan")
        run("ip", "route", "replace", "10.1.0.0/16", "via", "198.51.100.2")
        before = arena.Page()
        time.sleep(7)
        page = arena.Page()
        self.assertEqual(HEALTHY, self.up(page))
        self.assertGreater(page.sum("ike_probes_total"), before.sum("ike_probes_total") + 2 * HEALTHY - 1)
        later = page.sum("ike_probe_failures_total")
        run("ip", "addr", "add", "198.51.100.1/24", "dev", "wan")
        time.sleep(4)
        self.assertEqual(HEALTHY, self.up())
        self.assertEqual(later, arena.Page().sum("ike_probe_failures_total"))

    def test_path_of_600_bytes(self):
        """Openings go in IP fragments: up, and not each needs a copy."""
        self.begin_far("")
        run("ip", "link", "set", "wan", "mtu", "600")
        before = arena.Page()
        time.sleep(7)
        page = arena.Page()
        self.check_healthy(page)
        sent, probes = (page.sum(name) - before.sum(name) for name in
                        ("ike_probe_packets_sent_total", "ike_probes_total"))
        self.assertGreaterEqual(probes, 2 * HEALTHY)
        self.assertLess(sent, 1.1 * probes)

    def test_send_queue_overflows(self):
        """What our own queue drops was lost on the way, like any other packet: another copy follows."""
        self.begin_far("")
        run("tc", "qdisc", "add", "dev", "wan", "root", "tbf", "rate", "500kbit", "burst", "2kb", "limit",
            "2kb")
        time.sleep(9)
        shown = subprocess.run(["tc", "-s", "qdisc", "show", "dev", "wan"], stdout=subprocess.PIPE,
                               text=True, check=True).stdout
        self.assertNotIn("(dropped 0,", shown)
        page = arena.Page()
        self.assertNotIn("send", self.reasons(page))
        self.assertGreater(self.up(page), HEALTHY * 0.95)


if __name__ == "__main__":
    arena.enter()
    BUILD = sys.argv.pop(1)
    unittest.main()
