#!/usr/bin/env python3
"""Blind floods by somebody who knows every target and even the exporter's source port, but no SPI:
no state changes, no probe fails.

  test_flood.py BUILD [--seconds 3]
"""
import os
import subprocess
import sys
import time
import unittest

sys.dont_write_bytecode = True

import arena  # noqa: E402

HEALTHY, SILENT = 500, 50
RATE = 50000  # packets a second
SECONDS = 3
GATEWAYS = f"""
[[gateway]]
name = "healthy"
addresses = {arena.addresses("127.1", HEALTHY)}
ikev2 = ["aes256gcm16-prfsha256-ecp256"]
delay = "20ms"
[[gateway]]
name = "silent"
addresses = ["127.2.0.0/16"]
state = "down"
"""
SETTINGS = """
[probe]
audit_interval = "0s"
ike_versions = [2]
interval = "2s"
timeout = "1900ms"
"""


def source_port():
    """Of the exporter's socket: the one that is not a gateway's (proc_net_udp(5))."""
    with open("/proc/net/udp", encoding="ascii") as table:
        ports = {int(line.split()[1].rpartition(":")[2], 16) for line in list(table)[1:]}
    ports.discard(500)
    assert len(ports) == 1, ports
    return ports.pop()


class BlindFlood(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.arena = arena.Arena(BUILD)
        cls.addClassCleanup(cls.arena.close)
        cls.exporter = cls.arena.exporter
        cls.arena.responder.write(GATEWAYS)
        cls.arena.responder.begin()
        cls.exporter.write(SETTINGS + arena.targets("healthy", "127.1", HEALTHY) +
                           arena.targets("silent", "127.2", SILENT))
        cls.exporter.begin()
        arena.wait_for("the first round", lambda: sum(
            arena.Page().by_target("ike_up", "healthy-").values()) == HEALTHY, 20)
        cls.addresses = os.path.join(cls.arena.folder, "addresses")
        with open(cls.addresses, "w", encoding="ascii") as file:
            for network, count in (("127.1", HEALTHY), ("127.2", SILENT)):
                file.writelines(f"{network}.{n // 250}.{n % 250 + 1}\n" for n in range(1, count + 1))

    def flood(self, what, spis):
        before, work = arena.Page(), self.exporter.cpu()
        done = subprocess.run([os.path.join(BUILD, "ike_flood"), what, spis, str(RATE), str(SECONDS),
                               str(source_port()), self.addresses], stdout=subprocess.PIPE, text=True,
                              check=True)
        sent, rate = (int(word) for word in done.stdout.split())
        share = (self.exporter.cpu() - work) / SECONDS
        time.sleep(2)
        page = arena.Page()
        print(f"{what}, {spis}: {sent} packets, {rate} a second, cpu {share * 100:.0f} % of a core")
        self.assertGreater(sent, SECONDS * 5000)
        self.check(before, page)
        return sent, before, page

    def check(self, before, page):
        failed = page.by_target("ike_probe_failures_total", "healthy-")
        self.assertEqual({}, {name: value for name, value in failed.items() if value},
                         f"{arena.dropped(self.exporter)} packets were dropped by the kernel")
        self.assertEqual(HEALTHY, sum(page.by_target("ike_up", "healthy-").values()))
        self.assertEqual(0, sum(page.by_target("ike_up", "silent-").values()))
        received = page.by_target("ike_probe_packets_received_total", "silent-")
        self.assertEqual(0, sum(received.values()))
        done, had = (p.by_target("ike_probes_total", "healthy-") for p in (page, before))
        self.assertGreaterEqual(min(done[name] - had[name] for name in done), SECONDS // 2)
        self.assertLess(self.exporter.memory(), 60 << 20)

    def test_replies(self):
        for spis in ("random", "sequential"):
            with self.subTest(spis=spis):
                sent, before, page = self.flood("replies", spis)
                name = "ike_exporter_unmatched_packets_total"
                self.assertGreater(page.value(name) - before.value(name), sent * 0.5)

    def test_icmp_errors(self):
        for spis in ("random", "sequential"):
            with self.subTest(spis=spis):
                self.flood("icmp", spis)


if __name__ == "__main__":
    arena.enter()
    if "--seconds" in sys.argv:
        at = sys.argv.index("--seconds")
        SECONDS = int(sys.argv[at + 1])
        del sys.argv[at:at + 2]
    BUILD = sys.argv.pop(1)
    unittest.main()
