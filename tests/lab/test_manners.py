#!/usr/bin/env python3
"""A strongSwan with its default limits, probed every five seconds in both versions and audited
meanwhile, with ad hoc probes besides: no failure, no cookie, never more than three half-open SAs.

  test_manners.py build/release/ike_exporter [--minutes 15]
"""
import argparse
import os
import random
import sys
import threading
import time

sys.dont_write_bytecode = True

import bench  # noqa: E402
import install  # noqa: E402
import postures  # noqa: E402
from server import Server  # noqa: E402
from vici import Vici  # noqa: E402

LIMIT = 3
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


def disturb(server, host, minutes):
    """Audits one after the other and ad hoc probes at random moments; how many of each ran."""
    end, audits, probes, job = time.monotonic() + minutes * 60, 0, 0, None
    statuses = {}
    while time.monotonic() < end:
        if job is None or server.get(job)[0] != 200 or '"done"' in server.get(job)[1]:
            status, body = server.post("/api/ike/audit", {"host": host})
            job, audits = f"/api/audits/{body.get('id', '')}", audits + 1
        kind = random.choice(["probe", "v2-sa", "version"])
        status, _ = server.post(f"/api/ike/{kind}", {"host": host})
        probes, statuses[status] = probes + 1, statuses.get(status, 0) + 1
        time.sleep(random.uniform(2, 8))
    return audits, probes, statuses


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
    host, name = place.host("ss-default"), "ss-default"
    daemon = postures.daemon(place.lab, name)
    sniffer, watch = place.source.sniffer(), Watch(os.path.join(daemon.directory, "vici"))
    server = Server(place.binary, place.source, CONFIGURATION.format(host=host))
    audits, probes, statuses = disturb(server, host, arguments.minutes)
    page, cookies = server.metrics(), sniffer.counts[host].cookies
    watch.finish.set()
    server.stop()
    ran = sum(value for _, value in page.rows("ike_probes_total", target="gateway"))
    print(f"{arguments.minutes} minutes: {ran:.0f} liveness probes, {audits} audits, {probes} ad hoc "
          f"probes {statuses}; {sniffer.counts[host].requests} datagrams sent, half-open peak "
          f"{watch.peak}, cookies {cookies}, failures {failures(page)}")
    print(daemon.stats())
    fine = (watch.peak <= LIMIT and not cookies and not failures(page) and audits and
            ran >= arguments.minutes * 60 / 5 * 2 * 0.9)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
