#!/usr/bin/env python3
"""The pace of sending: what the gateways' own log says of every packet, against the limits that were
configured, and what the kernel dropped.

  test_pace.py BUILD [TEST...]
"""
import json
import pathlib
import signal
import socket
import sys
import time
import unittest

sys.dont_write_bytecode = True
sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "support"))

import arena  # noqa: E402
import dns_server  # noqa: E402
import test_dns  # noqa: E402
from gateways import gateway  # noqa: E402

SETTINGS = """
[metrics]
rtt_buckets = []
[probe]
audit_interval = "0s"
interval = "{interval}"
timeout = "{timeout}"
{more}
"""
SPEAKS = {"ikev2": ["aes256gcm16-prfsha256-ecp256"], "ikev1": ["aes256-sha256-modp2048"]}
DELAYED = "ike_exporter_packets_delayed_total"
DROPPED = "ike_exporter_receive_drops_total"


class Pace(unittest.TestCase):
    def setUp(self):
        self.arena = arena.Arena(BUILD)
        self.addCleanup(self.arena.close)
        self.exporter = self.arena.exporter

    def begin(self, gateways, targets, interval="1s", timeout="900ms", more="", **options):
        self.arena.responder.write(gateways)
        self.arena.responder.begin(events=True)
        self.exporter.write(SETTINGS.format(interval=interval, timeout=timeout, more=more) + targets)
        self.exporter.begin(**options)

    def small_buffer(self):
        return {"env": self.exporter.preloading(BUILD, "buffer_shim")}

    def heard(self, network):
        """When the gateways of a network got packets, by their clock. They end here."""
        self.arena.responder.stop()
        with open(self.arena.responder.events, encoding="ascii") as events:
            rows = [line.split("\t") for line in events if line[0] != "t"]
        return sorted(float(row[0]) for row in rows
                      if row[2].startswith(network) and row[6] != "answer-lost")

    def assert_paced(self, times, rate, burst=10):
        """In no second much more than `rate`, since what a busy machine delays comes with the next; and in
        all of the time no more."""
        self.assertGreater(len(times), rate * 3, "the limit was never met")
        most, first = 0, 0
        for last, at in enumerate(times):
            while at - times[first] >= 1:
                first += 1
            most = max(most, last - first + 1)
        print(f"{len(times)} packets in {times[-1] - times[0]:.1f} s, at most {most} in any second")
        self.assertLessEqual(most, rate * 1.3 + burst)
        self.assertLessEqual(len(times), rate * (times[-1] - times[0]) + burst)

    def test_one_network(self):
        """A /24 with silent gateways, whose retransmissions count, and another /24 that is not slowed."""
        self.begin(gateway("down", arena.addresses("127.2", 200), state="down") +
                   gateway("up", arena.addresses("127.1", 200), **SPEAKS),
                   arena.targets("down", "127.2", 200) + arena.targets("up", "127.1", 200),
                   interval="5s", timeout="4s", more="network_packets_per_second = 80\nike_versions = [2]")
        time.sleep(12)
        page = arena.Page()
        self.assert_paced(self.heard("127.2."), 80)
        self.assertGreater(page.value(DELAYED, limit="network"), 50)
        self.assertEqual(0, page.value(DELAYED, limit="rate"))
        up = page.by_target("ike_up", "up-")
        self.assertEqual(200, sum(up.values()))
        self.assertEqual(0, sum(page.by_target("ike_probe_failures_total", "up-").values()))
        # 40 packets a second: never more than the limit, and so as always.
        self.assertGreaterEqual(min(page.by_target("ike_probes_total", "up-").values()), 2)

    def test_the_whole(self):
        """Retransmissions and both engines included."""
        self.exporter.flags = ["--probe.threads=2"]
        self.begin(gateway("down", arena.addresses("127.2", 1000), state="down"),
                   arena.targets("down", "127.2", 1000), interval="5s", timeout="4s",
                   more="packets_per_second = 200")
        time.sleep(12)
        page = arena.Page()
        self.assert_paced(self.heard("127.2."), 200)
        self.assertGreater(page.value(DELAYED, limit="rate"), 500)
        self.assertEqual({"timeout"}, {labels["reason"] for labels, value in
                                       page.rows("ike_probe_failures_total") if value})

    def test_receive_buffer(self):
        """A process that is kept from reading: all answers under way fit into the small buffer of an
        ordinary user, though the interval would have twice as many of them under way."""
        self.begin(gateway("far", arena.addresses("127.1", 4000), **SPEAKS, delay="300ms"),
                   arena.targets("far", "127.1", 4000), interval="2s", timeout="1900ms",
                   more="ike_versions = [2]", **self.small_buffer())
        for _ in range(8):
            time.sleep(1)
            self.exporter.signal(signal.SIGSTOP)
            time.sleep(0.5)
            self.exporter.signal(signal.SIGCONT)
        time.sleep(1)
        page = arena.Page()
        self.assertEqual(0, page.value(DROPPED))
        self.assertGreater(page.value(DELAYED, limit="receive_buffer"), 500)
        self.assertEqual(0, page.sum("ike_probe_failures_total"))

    def test_drops_are_counted(self):
        """Strangers who know the port fill the buffer while nobody reads."""
        self.begin(gateway("up", arena.addresses("127.1", 10), **SPEAKS), arena.targets("up", "127.1", 10),
                   **self.small_buffer())
        arena.wait_for("answers", lambda: sum(arena.Page().by_target("ike_up").values()) == 20, 10)
        self.assertEqual(0, arena.Page().value(DROPPED))
        self.exporter.signal(signal.SIGSTOP)
        self.flood(2000)
        self.exporter.signal(signal.SIGCONT)
        # The buffer holds some hundred of them.
        arena.wait_for("the drops", lambda: arena.Page().value(DROPPED) > 500, 10)
        arena.wait_for("answers", lambda: sum(arena.Page().by_target("ike_up").values()) == 20, 10)

    @staticmethod
    def flood(count):
        with open("/proc/net/udp", encoding="ascii") as table:
            ports = {int(line.split()[1].rpartition(":")[2], 16) for line in list(table)[1:]} - {53, 500}
        assert len(ports) == 1, ports
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for _ in range(count):
                stranger.sendto(bytes(400), ("127.0.0.1", min(ports)))


class OneAddress(unittest.TestCase):
    """Names that lead to one address, dealt out to several engines."""

    NAMES = 12
    DELAY = 0.1  # of the gateway's answers

    def test_half_open(self):
        """All names share one half-open budget, and one opening at a time is under way."""
        place = arena.Arena(BUILD)
        self.addCleanup(place.close)
        test_dns.use_name_server(place.folder)
        server = dns_server.DnsServer()
        server.start()
        # strongSwan's limits; slow, so that openings of two engines would overlap.
        place.responder.write(gateway("only", ["127.1.0.2"], **SPEAKS, cookie_after=3, block_after=5,
                                      delay=f"{self.DELAY * 1000:.0f}ms"))
        place.responder.begin(events=True)
        place.exporter.flags = ["--probe.threads=2"]
        place.exporter.write(SETTINGS.format(interval="6s", timeout="4s", more="") + "".join(
            f'[[target]]\nname = "name-{n}"\nhost = "same-{n}.test"\n' for n in range(self.NAMES)))
        place.exporter.begin()
        time.sleep(45)
        page = arena.Page()
        place.responder.stop()
        with open(place.responder.log, encoding="ascii") as log:
            said = json.loads(log.readlines()[0])
        print(f"half-open at the peak: {said['half_open_peak_of_source']}, requests {said['requests']}, "
              f"verdicts {said.get('verdicts')}, skipped {page.rows('ike_exporter_probes_skipped_total')}")
        self.assertLessEqual(said["half_open_peak_of_source"], 3)
        self.assertEqual([], self.overlaps(place.responder.events))
        self.assertEqual(0, page.sum("ike_responder_cookie_required"))
        self.assertEqual(2 * self.NAMES, sum(page.by_target("ike_up").values()))
        self.assertEqual(0, page.sum("ike_probe_failures_total", reason="timeout"))

    def overlaps(self, events):
        """Openings that came well before the one before them was answered: (seconds after it, SPI). A busy
        machine notes some later than they came."""
        first = {}
        with open(events, encoding="ascii") as file:
            for row in (line.split("\t") for line in file if line[0] != "t"):
                first.setdefault(row[5], float(row[0]))
        times = sorted((at, spi) for spi, at in first.items())
        return [(at - before, spi) for (before, _), (at, spi) in zip(times, times[1:])
                if at - before < self.DELAY * 0.7]


if __name__ == "__main__":
    arena.enter()
    BUILD = sys.argv.pop(1)
    unittest.main()
