#!/usr/bin/env python3
"""Bad days of the process itself: the wall clock jumps, it is stopped for a while, reloads rain down,
everything it probes is replaced, nobody reads its log, descriptors run out, memory is short.

  test_days.py BUILD [TEST...]
"""
import os
import pathlib
import signal
import struct
import sys
import time
import unittest

sys.dont_write_bytecode = True
sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "support"))

import arena  # noqa: E402
from gateways import gateway  # noqa: E402

HEALTHY = 500
HOUR = 3600
SUITES = ["aes256gcm16-prfsha256-ecp256"]
GATEWAYS = (gateway("healthy", arena.addresses("127.1", HEALTHY), ikev2=SUITES, delay="20ms") +
            gateway("replaced", ["127.2.0.0/16"], ikev2=SUITES, delay="300ms") +
            gateway("hanging", ["127.3.0.0/16"], ikev2=SUITES, tcp_habit="hang") +
            gateway("connected", ["127.4.0.0/16"], ikev2=SUITES))
LISTEN = 'udp = [500]\nudp_encap = []\ntcp = [4500]\ntcp_raw = []\nbind = "wildcard"'
SETTINGS = """
[metrics]
rtt_buckets = []
[probe]
audit_interval = "0s"
ike_versions = [2]
interval = "{interval}"
timeout = "{timeout}"
"""


class Day(unittest.TestCase):
    def setUp(self):
        self.arena = arena.Arena(BUILD)
        self.addCleanup(self.arena.close)
        self.exporter = self.arena.exporter
        self.arena.responder.write(GATEWAYS, LISTEN)
        self.arena.responder.begin()

    def settings(self, interval="2s", timeout="1900ms"):
        return (SETTINGS.format(interval=interval, timeout=timeout) +
                arena.targets("healthy", "127.1", HEALTHY))

    def begin(self, more="", begin=None, **settings):
        self.exporter.write(self.settings(**settings) + more)
        (begin or self.exporter.begin)()
        arena.wait_for("all up", lambda: self.up() == HEALTHY, 20)

    def up(self, page=None):
        return sum((page or arena.Page()).by_target("ike_up", "healthy-").values())

    def check_healthy(self, page=None):
        page = page or arena.Page()
        failed = page.by_target("ike_probe_failures_total", "healthy-")
        self.assertEqual({}, {name: value for name, value in failed.items() if value})
        self.assertEqual(HEALTHY, self.up(page))
        return page


class WallClock(Day):
    """Hours forward and hours back, while probes are under way."""

    def jump(self, hours):
        now = time.time_ns()
        before = self.offset
        self.offset = hours * HOUR * 10**9
        with open(self.file, "r+b") as file:
            file.write(struct.pack("=qqq", before, now, self.offset))

    def test_jumps(self):
        self.offset, self.file = 0, os.path.join(self.arena.folder, "clock")
        with open(self.file, "wb") as file:
            file.write(bytes(24))
        environment = self.exporter.preloading(BUILD, "clock_shim", IKE_CLOCK=self.file)
        self.begin(begin=lambda: self.exporter.begin(env=environment), interval="1s", timeout="950ms")
        for hours in (5, -7, 0):
            before = self.check_healthy()
            at = time.monotonic()
            self.jump(hours)
            time.sleep(4)
            self.check_clock(before, self.check_healthy(), time.monotonic() - at, hours)

    def check_clock(self, before, page, elapsed, hours):
        done, had = (p.by_target("ike_probes_total", "healthy-") for p in (page, before))
        more = {name: done[name] - had[name] for name in done}
        self.assertGreaterEqual(min(more.values()), elapsed - 2, "probes ceased")
        self.assertLessEqual(max(more.values()), elapsed + 2, "a burst of probes")
        rtts = page.by_target("ike_last_rtt_seconds", "healthy-").values()
        self.assertGreater(min(rtts), 0.019)
        self.assertLess(max(rtts), 0.9)
        wall = time.time() + hours * HOUR
        for name in ("ike_probe_last_run_timestamp_seconds", "ike_probe_last_answer_timestamp_seconds"):
            for value in page.by_target(name, "healthy-").values():
                self.assertLess(abs(value - wall), 5, name)


class Stopped(Day):
    def test_stopped_and_continued(self):
        """Answers that came meanwhile count; what was missed is counted as late and not made up for."""
        self.begin()
        before = self.check_healthy()
        self.exporter.signal(signal.SIGSTOP)
        time.sleep(PAUSE)
        self.exporter.signal(signal.SIGCONT)
        time.sleep(5)
        page = self.check_healthy()
        done, had = (p.by_target("ike_probes_total", "healthy-") for p in (page, before))
        self.assertLess(max(done[name] - had[name] for name in done), 6)
        self.assertGreaterEqual(min(done[name] - had[name] for name in done), 2)
        self.assertGreater(page.value("ike_exporter_probes_skipped_total", reason="late"),
                           HEALTHY * (PAUSE - 5) / 2)


class Reloads(Day):
    def test_rain_of_reloads(self):
        self.begin()
        end = time.monotonic() + 8
        sent, seen = 0, set()  # the log does not say all of them
        while time.monotonic() < end:
            self.exporter.signal(signal.SIGHUP)
            sent += 1
            if sent % 4 == 0:
                seen.add(arena.Page().value("ike_exporter_config_last_reload_success_timestamp_seconds"))
            time.sleep(0.05)
        page = self.check_healthy()
        self.assertGreater(len(seen), sent / 10, "reloads that were seen")
        probes = page.by_target("ike_probes_total", "healthy-").values()
        self.assertGreaterEqual(min(probes), 4, "schedules do not outlast reloads")
        self.assertLess(self.exporter.memory(), 80 << 20)

    def test_ten_thousand_replaced_in_flight(self):
        """300 ms of RTT and an interval of 3 s: a thousand probes are under way at any time."""
        first, second = (arena.targets(name, "127.2", 10000, start, interval='"3s"', timeout='"2s"')
                         for name, start in (("old", 1), ("new", 20001)))
        self.begin(first)
        self.assertGreater(arena.Page().value("ike_exporter_probes_in_flight"), 300)
        memory = []
        for turn in range(4):
            self.exporter.write(self.settings() + (second, first)[turn % 2])
            self.exporter.reload()
            time.sleep(2)
            page = self.check_healthy()
            gone, there = (("old", "new"), ("new", "old"))[turn % 2]
            self.assertEqual({}, page.by_target("ike_probes_total", gone))
            self.assertEqual(10000, len(page.by_target("ike_probes_total", there)))
            failed = sum(page.by_target("ike_probe_failures_total", there).values())
            self.assertEqual(0, failed)
            memory.append(self.exporter.memory())
        self.assertLess(memory[-1], memory[1] * 1.15)


class UnreadLog(Day):
    def test_nobody_reads(self):
        """The pipe is full; probing, serving, reloading and ending do not wait for it."""
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        self.begin(begin=lambda: self.exporter.begin(stderr=writer))
        os.close(writer)
        page = arena.Page()
        broken = "[broken\n" * 4000  # an error of some size for each reload
        end = time.monotonic() + 6
        while time.monotonic() < end:
            self.exporter.write(broken)
            self.exporter.signal(signal.SIGHUP)
            time.sleep(0.01)
        self.exporter.write(self.settings())
        self.exporter.reload()
        later = self.check_healthy()
        done, had = (p.by_target("ike_probes_total", "healthy-") for p in (later, page))
        self.assertGreaterEqual(min(done[name] - had[name] for name in done), 2)
        self.assertEqual(0, self.exporter.stop(15))


class Limits(Day):
    def test_descriptors_run_out(self):
        """TCP targets that hang take all descriptors: those of healthy ones, UDP and HTTP stay."""
        more = "".join(arena.targets(name, network, count, transport='"tcp"') for name, network, count in
                       (("hanging", "127.3", 400), ("connected", "127.4", 50)))
        self.exporter.before = ["prlimit", "--nofile=128:128"]
        self.begin(more)
        time.sleep(6)
        page = self.check_healthy()
        self.assertEqual({}, {name: value for name, value in
                              page.by_target("ike_probe_failures_total", "connected-").items() if value})
        self.assertEqual(50, sum(page.by_target("ike_up", "connected-").values()))
        reasons = {labels["reason"] for labels, value in page.rows("ike_probe_failures_total")
                   if value and labels["target"].startswith("hanging-")}
        self.assertEqual({"timeout"}, reasons)
        self.assertEqual(0, self.exporter.stop())

    def test_memory_for_a_start_is_lacking(self):
        """Not even for the threads: it says so and ends, it does not crash."""
        self.exporter.write(self.settings())
        for limit in (20, 24, 28):
            with self.subTest(megabytes=limit):
                self.exporter.before = ["prlimit", f"--as={limit << 20}:{limit << 20}"]
                self.exporter.start(self.exporter.command())
                self.assertEqual(1, self.exporter.ended(20), self.exporter.said())
                self.assertIn("cannot", self.exporter.said().splitlines()[-1])
                self.assertNotIn("terminate", self.exporter.said())

    def test_memory_for_a_reload_is_lacking(self):
        """The configuration that does not fit is refused, the one that runs goes on."""
        self.begin()
        limit = self.exporter.memory("VmSize") + (48 << 20)
        self.assertEqual(0, self.exporter.stop())
        self.exporter.before = ["prlimit", f"--as={limit}:{limit}"]
        self.begin()
        self.exporter.write(self.settings() + arena.targets("many", "127.2", 60000))
        self.exporter.signal(signal.SIGHUP)
        arena.wait_for("the refusal", lambda: "not reloaded" in self.exporter.said(), 20)
        self.assertIn("memory", self.exporter.said())
        self.exporter.write(self.settings())
        self.exporter.reload()
        time.sleep(3)
        self.check_healthy()
        self.assertEqual(0, self.exporter.stop())


if __name__ == "__main__":
    arena.enter()
    PAUSE = 60 if "--long" in sys.argv else 10
    sys.argv = [argument for argument in sys.argv if argument != "--long"]
    BUILD = sys.argv.pop(1)
    unittest.main()
