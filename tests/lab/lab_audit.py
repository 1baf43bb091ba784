#!/usr/bin/env python3
"""Audits generated daemons and holds the result against what each was configured to accept.

  lab_audit.py build/release/ike_exporter --seed 1 --count 10 [--loss 20]

Daemons run side by side with their default limits. The table says for each what the audit cost and
what the daemon itself counted; the exit code is 0 when every result was right, nothing was missed
and no daemon was pressed. "brute" is what trying every combination would take in messages.
"""
import argparse
import json
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True

import compare  # noqa: E402
import fleet  # noqa: E402
import generate  # noqa: E402
import health  # noqa: E402
import install  # noqa: E402
import prober  # noqa: E402
from vici import Vici  # noqa: E402

HALF_OPEN_LIMIT = 3
AUDIT_SECONDS = 900


class HalfOpenWatch(threading.Thread):
    """Asks every daemon several times a second how many half-open SAs it holds. peak[name]: above
    what it held at first (ss-cookie always has one)."""

    def __init__(self, gateways):
        super().__init__(daemon=True)
        self.gateways, self.peak = gateways, {g.configuration.name: 0 for g in gateways}
        self.finish, self.ready = threading.Event(), threading.Event()
        self.start()
        self.ready.wait()

    def run(self):
        sockets = {g: Vici(os.path.join(g.daemon.directory, "vici"))
                   for g in self.gateways if not g.configuration.pluto}
        first = {}
        while not self.finish.is_set():
            for gateway in self.gateways:
                link, name = sockets.get(gateway), gateway.configuration.name
                now = link.half_open() if link else gateway.daemon.half_open()
                self.peak[name] = max(self.peak[name], now - first.setdefault(name, now))
            self.ready.set()
            self.finish.wait(0.5)

    def stop(self):
        self.finish.set()
        self.join()


def audit(gateway, source, arguments):
    """The audit's JSON (None when there is none), seconds, and what went to standard error."""
    versions = ["--ike-version", arguments.ike_version] if arguments.ike_version else []
    began = time.monotonic()
    done = subprocess.run(source.command(os.path.abspath(arguments.binary), "audit", "--json",
                                         *versions, *arguments.flag, gateway.host),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                          timeout=AUDIT_SECONDS, text=True, check=False)
    try:
        result = json.loads(done.stdout)
    except ValueError:
        result = None
    return result, time.monotonic() - began, done.stderr.strip()


HEADING = (f"{'configuration':<13} {'verdict':<10} {'values':>6} {'requests':>8} {'bound':>6} "
           f"{'brute':>7} {'datagrams':>9} {'bytes':>7} {'longest':>7} {'seconds':>7} {'half-open':>9}")


def row(gateway, judged, cost):
    requests = cost["result"].get("requests", 0) if cost["result"] else 0
    count = cost["count"]
    return (f"{gateway.configuration.name:<13} {judged.verdict:<10} {judged.values:>6} "
            f"{requests:>8} {compare.bound(judged.values):>6} "
            f"{compare.brute_force(gateway.configuration):>7} {count.requests:>9} {count.bytes:>7} "
            f"{count.longest:>7} {cost['seconds']:>7.1f} {cost['peak']:>9}")


def measure(arguments, gateways, source):
    """[(gateway, cost)] after all audits; many at a time, since each mostly waits."""
    sniffer, watch = source.sniffer(), HalfOpenWatch(gateways)
    with ThreadPoolExecutor(arguments.jobs) as pool:
        results = list(pool.map(lambda gateway: audit(gateway, source, arguments), gateways))
    time.sleep(0.5)
    watch.stop()
    sniffer.stop()
    return [(gateway, {"result": result, "seconds": seconds, "error": error,
                       "peak": watch.peak[gateway.configuration.name],
                       "count": sniffer.counts[gateway.host]})
            for gateway, (result, seconds, error) in zip(gateways, results)]


def judge(arguments, measured):
    """Prints the table; the exit code."""
    print(HEADING)
    failures, incomplete = [], 0
    for gateway, cost in measured:
        judged = compare.judge(gateway.configuration, cost["result"], arguments.loss > 0)
        print(row(gateway, judged, cost))
        incomplete += judged.verdict == "incomplete"
        problems = list(judged.problems) + bounds(gateway, judged, cost, arguments)
        if problems or not cost["result"]:
            failures.append(gateway.configuration.name)
            texts = [proposal.text for proposal in gateway.configuration.proposals]
            print("\n".join(f"    {line}" for line in
                            [*problems, f"configured: {', '.join(texts)}", cost["error"]] if line))
    over = sum(over_bound(compare.judge(gateway.configuration, cost["result"], True), cost)
               for gateway, cost in measured)
    complete = 100 * (1 - incomplete / max(1, len(measured)))
    print(f"{len(measured)} audits, {len(failures)} with problems, {complete:.0f} % complete, "
          f"{over} over the bound"
          + (f": {' '.join(failures)}" if failures else ""))
    return 1 if failures or complete < 95 or not measured else 0


def bounds(gateway, judged, cost, arguments):
    count, problems = cost["count"], []
    if cost["peak"] > HALF_OPEN_LIMIT:
        problems.append(f"{cost['peak']} half-open SAs, the limit is {HALF_OPEN_LIMIT}")
    if count.fragments:
        problems.append(f"{count.fragments} IP fragments")
    # A duplicate that arrives while its twin is worked on counts as one more for a moment.
    demands = gateway.configuration.name == "ss-cookie"
    if count.cookies and not arguments.loss and not demands:
        problems.append(f"{count.cookies} answers demanded a cookie")
    if arguments.strict and over_bound(judged, cost):
        problems.append("more requests than the bound")
    return problems


def over_bound(judged, cost):
    return (cost["result"] or {}).get("requests", 0) > compare.bound(judged.values)


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=10, help="of each daemon and version")
    parser.add_argument("--daemon", choices=generate.DAEMONS, action="append")
    parser.add_argument("--version", type=int, choices=(0, 1, 2), action="append",
                        help="what is configured; 0: both in one connection (strongSwan)")
    parser.add_argument("--postures", action="store_true",
                        help="the lab's own daemons instead of generated ones")
    parser.add_argument("--ike-version", choices=("1", "2", "both"), help="of the audit")
    parser.add_argument("--loss", type=float, default=0, help="percent each way; with it a quarter "
                        "as much is doubled and half as much delayed")
    parser.add_argument("--strict", action="store_true",
                        help="more requests than the bound is a failure")
    parser.add_argument("--jobs", type=int, default=20)
    parser.add_argument("--flag", action="append", default=[], help="more for ike_exporter audit")
    return parser.parse_args()


def main():
    arguments = options()
    if install.skipped():
        return install.SKIPPED
    wanted = fleet.configurations(arguments.daemon or ["strongswan", "libreswan"],
                                  arguments.version or [1, 2], arguments.seed, arguments.count)
    lab = fleet.scratch_lab("ikea-", "10.94")
    gateways = fleet.start_postures(lab) if arguments.postures else fleet.start(lab, wanted)
    source = prober.clean(lab)
    if arguments.loss:
        source = prober.lossy(lab, arguments.loss, arguments.loss / 4, arguments.loss / 2,
                              arguments.seed)
    return health.finish(judge(arguments, measure(arguments, gateways, source)))


if __name__ == "__main__":
    sys.exit(main())
