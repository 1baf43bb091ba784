#!/usr/bin/env python3
"""Hostile gateways beside 500 healthy ones: the healthy ones stay up, each hostile one gets the
verdict that is right, and memory, work and packets stay bounded.

  test_peers.py BUILD [--ikev1] [--each SECONDS]

All at once; with --each also one after the other, ten of a kind, for so many seconds each. IKEv2 or IKEv1.
"""
import argparse
import sys
import time

sys.dont_write_bytecode = True

import arena  # noqa: E402
from peers import PACKETS, PEERS  # noqa: E402

HEALTHY = 500
OF_A_KIND = 10
LISTEN = 'udp = [500]\nudp_encap = []\ntcp = [4500]\ntcp_raw = [500]\nbind = "wildcard"'
GATEWAYS = f"""
[[gateway]]
name = "healthy"
addresses = {arena.addresses("127.1", HEALTHY)}
ikev2 = ["aes256gcm16-prfsha256-ecp256"]
ikev1 = ["aes256-sha256-modp2048"]
delay = "5ms"
"""
SETTINGS = """
[probe]
interval = "2s"
timeout = "1900ms"
audit_interval = "0s"
ike_versions = [{version}]
"""
MEMORY = 60 << 20  # bytes; 532 targets take a third of it
CORE = 0.35        # of one, on average


def hostile_gateway(name, hosts):
    listed = ", ".join(f'"{host}"' for host in hosts)
    return (f'[[gateway]]\nname = "{name}"\naddresses = [{listed}]\n'
            f'ikev2 = ["aes256-sha256-modp2048"]\nikev1 = ["aes256-sha256-modp2048"]\n{PEERS[name].script}\n')


def hostile_target(name, number, host):
    return (f'[[target]]\nname = "{name}.{number}"\nhost = "{host}"\ninterval = "1s"\n'
            f'timeout = "950ms"\ntransport = "{PEERS[name].transport}"\n')


class Trial:
    """The exporter, the healthy fleet, and what has gone wrong so far."""

    def __init__(self, build, version):
        self.arena = arena.Arena(build)
        self.version = version
        self.names = [name for name, peer in PEERS.items() if version in peer.versions]
        self.problems = []

    def set_up(self, names, of_a_kind, network="127.9"):
        gateways, targets = GATEWAYS, SETTINGS.format(version=self.version) + arena.targets("healthy", "127.1", HEALTHY)
        for at, name in enumerate(names):
            hosts = [f"{network}.{at}.{n + 1}" for n in range(of_a_kind)]
            gateways += hostile_gateway(name, hosts)
            targets += "".join(hostile_target(name, n, host) for n, host in enumerate(hosts))
        self.arena.responder.write(gateways, LISTEN)
        self.arena.exporter.write(targets)

    def begin(self):
        self.arena.responder.begin()
        self.arena.exporter.begin()
        arena.wait_for("the first round", lambda: sum(
            arena.Page().by_target("ike_up", "healthy").values()) == HEALTHY, 30)

    def check(self, what, good, seen):
        if not good:
            self.problems.append(f"{what}: {seen}")

    def watch(self, label, names, of_a_kind, seconds):
        exporter = self.arena.exporter
        before, work, at = arena.Page(), exporter.cpu(), time.monotonic()
        time.sleep(seconds)
        page, elapsed = arena.Page(), time.monotonic() - at
        share, memory = (exporter.cpu() - work) / elapsed, exporter.memory()
        self.check_healthy(label, before, page, elapsed)
        for name in names:
            for number in range(of_a_kind):
                self.check_hostile(name, f"{name}.{number}", page)
        self.check(f"{label}: memory", memory < MEMORY, f"{memory >> 20} MB")
        self.check(f"{label}: share of a core", share < CORE, f"{share:.2f}")
        self.check(f"{label}: descriptors", exporter.descriptors() < 100, exporter.descriptors())
        print(f"{label:26} {elapsed:4.1f} s  cpu {share * 100:4.1f} %  memory {memory >> 20} MB  "
              f"foreign packets {page.value('ike_exporter_unmatched_packets_total'):.0f}", flush=True)

    def check_healthy(self, label, before, page, elapsed):
        up = page.by_target("ike_up", "healthy")
        self.check(f"{label}: healthy targets up", sum(up.values()) == HEALTHY, sum(up.values()))
        failures = sum(page.by_target("ike_probe_failures_total", "healthy").values())
        self.check(f"{label}: failures of healthy targets", failures == 0, failures)
        done, had = (p.by_target("ike_probes_total", "healthy") for p in (page, before))
        probed = min(done[name] - had[name] for name in done)
        self.check(f"{label}: least probes of a healthy target", probed >= elapsed // 2 - 1, probed)

    def check_hostile(self, name, target, page):
        peer, probes = PEERS[name], page.sum("ike_probes_total", target=target)
        self.check(f"{name}: probes", probes > 0, probes)
        up = page.value("ike_up", target=target)
        self.check(f"{name}: up", peer.partly or up == (0 if peer.reasons else 1), up)
        failed = {labels["reason"] for labels, value in
                  page.rows("ike_probe_failures_total", target=target) if value}
        allowed = set(peer.reasons) | (set() if peer.negotiated else {"rejected"})
        self.check(f"{name}: reasons", failed <= allowed, failed)
        chosen = page.value("ike_negotiated", target=target)  # None: nothing is known of a choice
        wanted = not peer.reasons and peer.negotiated
        self.check(f"{name}: negotiated", peer.partly or chosen == wanted or (chosen is None and not wanted), chosen)
        for way in ("sent", "received"):
            packets = page.sum(f"ike_probe_packets_{way}_total", target=target)
            self.check(f"{name}: packets {way}", packets <= PACKETS * probes, (packets, probes))

    def all_at_once(self, seconds):
        self.set_up(self.names, 1)
        self.begin()
        self.watch("all at once", self.names, 1, seconds)

    def one_by_one(self, seconds):
        for at, name in enumerate(self.names):
            # Other addresses each time: the half-open budget of these is spent.
            self.set_up([name], OF_A_KIND, f"127.{10 + at}")
            self.arena.responder.reload()
            self.arena.exporter.reload()
            self.watch(name, [name], OF_A_KIND, seconds)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("build")
    arguments.add_argument("--ikev1", action="store_true")
    arguments.add_argument("--each", type=float)
    options = arguments.parse_args()
    arena.enter()
    trial = Trial(options.build, 1 if options.ikev1 else 2)
    try:
        trial.all_at_once(8)
        if options.each:
            trial.one_by_one(options.each)
    finally:
        trial.arena.close()
    for problem in trial.problems:
        print("WRONG", problem)
    sys.exit(bool(trial.problems))


if __name__ == "__main__":
    main()
