#!/usr/bin/env python3
"""Probes daemons every five seconds for some minutes, audits them and asks by hand, and looks each
minute whether they still run, answer a stranger and have logged no failure of their own.

  test_harm.py build/release/ike_exporter [--minutes 4] [--audits 0s] [--everything]

Without --everything it is libreswan over TCP with both versions, which version 4.10 does not survive
where the initiator closes its connections.
"""
import argparse
import itertools
import os
import random
import sys
import time

sys.dont_write_bytecode = True

import bench  # noqa: E402
import health  # noqa: E402
import ike_client  # noqa: E402
import install  # noqa: E402
import postures  # noqa: E402
from server import Server  # noqa: E402

DEFAULTS = """
[api]
allow = ["any"]
[probe]
interval = "5s"
timeout = "3s"
audit_interval = "{audits}"
ike_versions = [1, 2]
"""
TARGET = """
[[target]]
name = "{name}"
host = "{host}"
transport = "{transport}"
"""
SUITES = ("aes256-sha256-prfsha256-14", "aes256-sha256-14")


def ways(everything):
    """(posture, transport, family) of each target."""
    if not everything:
        return [(name, "tcp", 4) for name in postures.LIBRESWAN]
    udp = itertools.product(postures.daemons(), ("udp", "udp-encap"), (4, 6))
    tcp = itertools.product(postures.daemons(), ("tcp", "tcp-raw"), (4, 6))
    return [way for way in (*udp, *tcp) if way[0] != "ss-nat" or way[2] == 4]


def configuration(place, targets, audits):
    text = DEFAULTS.format(audits=audits)
    for name, transport, family in targets:
        text += TARGET.format(name=f"{name}-{transport}-{family}", host=place.host(name, family),
                              transport=transport)
    return text


def ask_by_hand(server, place, targets):
    """One request over the API about one of the targets; its status."""
    name, transport, family = random.choice(targets)
    kind = random.choice(["probe", "v2-sa", "version", "audit"])
    body = {"host": place.host(name, family), "transport": transport}
    if kind != "audit":
        body["timeout"] = 5000
    return server.post(f"/api/ike/{kind}", body)[0]


def whole_openings(place):
    """A stranger's two openings over TCP, which the daemon accepts: what it chose."""
    chosen = []
    for message in (ike_client.v2_init([ike_client.proposal(SUITES[0])]),
                    ike_client.v1_main([ike_client.v1_suite(SUITES[1])])):
        client = ike_client.TcpClient(place.host("lw"), source=place.lab.address(health.STRANGER))
        answer = client.exchange(message)
        chosen.append(bool(answer and answer.transforms))
    return chosen


def figures(page):
    """Probes, those that were answered, and failures, over all targets."""
    def total(name):
        return int(sum(value for _, value in page.rows(name)))
    up = [value for _, value in page.rows("ike_target_up")]
    return (f"{total('ike_probes_total')} probes, {total('ike_probe_failures_total')} without a "
            f"choice, {total('ike_audits_total')} audits, {int(sum(up))} of {len(up)} targets up")


def watch(server, place, targets, minutes):
    """Until something is wrong or the time is over; what was wrong."""
    started = minute = time.monotonic()
    statuses, wrong = {}, []
    while not wrong and time.monotonic() < started + 60 * minutes:
        time.sleep(random.uniform(2, 8))
        status = ask_by_hand(server, place, targets)
        statuses[status] = statuses.get(status, 0) + 1
        if time.monotonic() >= minute + 60:
            minute = time.monotonic()
            wrong = health.problems()
            print(f"{minute - started:.0f} s: {figures(server.metrics())}, by hand {statuses}",
                  flush=True)
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("--minutes", type=float, default=4)
    parser.add_argument("--audits", default="0s")
    parser.add_argument("--everything", action="store_true")
    arguments = parser.parse_args()
    if install.skipped():
        return install.SKIPPED
    targets = ways(arguments.everything)
    names = ("ikeh-", "10.105") if arguments.everything else ("ikeu-", "10.106")
    place = bench.Bench(arguments.binary, *names)
    server = Server(place.binary, place.source, configuration(place, targets, arguments.audits))
    wrong = watch(server, place, targets, arguments.minutes)
    code = 0
    if not wrong and whole_openings(place) != [True, True]:
        print("a stranger's openings over TCP are not accepted any more", file=sys.stderr)
        code = 1
    page = server.metrics()
    print(figures(page))
    down = [labels["target"] for labels, value in page.rows("ike_target_up")
            if labels["target"].startswith("lw-") and not value]
    # libreswan has no bare IKE messages on TCP.
    if any("tcp-raw" not in name for name in down):
        print(f"down: {', '.join(down)}", file=sys.stderr)
        code = 1
    server.stop()
    return health.finish(code)


if __name__ == "__main__":
    sys.exit(main())
