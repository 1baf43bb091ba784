#!/usr/bin/env python3
"""A strongSwan with its default limits, probed every five seconds in both versions and audited
meanwhile, with ad hoc probes besides: no failure, no cookie, never more than three half-open SAs.

  test_manners.py build/release/ike_exporter [--minutes 15]
"""
import argparse
import collections
import json
import os
import random
import sys
import threading
import time

sys.dont_write_bytecode = True

import bench  # noqa: E402
import compare  # noqa: E402
import fleet  # noqa: E402
import health  # noqa: E402
import install  # noqa: E402
from server import Server  # noqa: E402
from vici import Vici  # noqa: E402

LIMIT = 3
# In so many minutes one of the wildcard posture ends, whoever else asks.
ENOUGH_FOR_AN_AUDIT = 12
CONFIGURATION = """
[api]
allow = ["any"]
[probe]
interval = "5s"
timeout = "5s"
audit_interval = "0s"
[[target]]
name = "gateway"
host = "{host}"
"""


class Watch(threading.Thread):
    """The daemon's own count of half-open SAs, four times a second."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.vici, self.peak, self.finish = Vici(path), 0, threading.Event()
        self.start()

    def run(self):
        while not self.finish.wait(0.25):
            self.peak = max(self.peak, self.vici.half_open())


class Disturbance:
    """Audits one after the other, and ad hoc probes at random moments, for so many minutes."""

    def __init__(self, server, host, truth):
        self.server, self.host, self.truth = server, host, truth
        self.verdicts, self.statuses, self.job = [], collections.Counter(), None

    def run(self, minutes):
        end = time.monotonic() + minutes * 60
        while time.monotonic() < end:
            self.audit()
            kind = random.choice(["probe", "v2-sa", "version"])
            status, _ = self.server.post(f"/api/ike/{kind}", {"host": self.host, "timeout": 5000})
            self.statuses[status] += 1
            time.sleep(random.uniform(2, 8))

    def audit(self):
        if self.job is None:
            self.job = self.server.post("/api/ike/audit", {"host": self.host})[1]["location"]
        answer = json.loads(self.server.get(self.job)[1])
        if answer["done"]:
            self.verdicts.append(compare.judge(self.truth, answer["result"], False).verdict)
            self.job = None


def failures(page):
    """[(labels, value)] of the failures that the exporter counted, refusals of the oracle aside."""
    return [(labels, value) for labels, value in
            page.rows("ike_probe_failures_total", target="gateway") if value]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("--minutes", type=float, default=1.5)
    arguments = parser.parse_args()
    if install.skipped():
        return install.SKIPPED
    place = bench.Bench(arguments.binary, "ikem-", "10.99")
    gateway = fleet.Standing(place.lab, "ss-default")
    host, daemon = gateway.host, gateway.daemon
    sniffer, watch = place.source.sniffer(), Watch(os.path.join(daemon.directory, "vici"))
    server = Server(place.binary, place.source, CONFIGURATION.format(host=host))
    disturbance = Disturbance(server, host, gateway.configuration)
    disturbance.run(arguments.minutes)
    page, cookies = server.metrics(), sniffer.counts[host].cookies
    watch.finish.set()
    server.stop()
    ran = sum(value for _, value in page.rows("ike_probes_total", target="gateway"))
    print(f"{arguments.minutes} minutes: {ran:.0f} liveness probes, audits {disturbance.verdicts}, "
          f"ad hoc probes {dict(disturbance.statuses)}; {sniffer.counts[host].requests} datagrams "
          f"sent, half-open peak {watch.peak}, cookies {cookies}, failures {failures(page)}")
    print(daemon.stats())
    fine = (watch.peak <= LIMIT and not cookies and not failures(page) and
            set(disturbance.verdicts) <= {"exact"} and
            (disturbance.verdicts or arguments.minutes < ENOUGH_FOR_AN_AUDIT) and
            ran >= arguments.minutes * 60 / 5 * 2 * 0.9)
    return health.finish(not fine)


if __name__ == "__main__":
    sys.exit(main())
