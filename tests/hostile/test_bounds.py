#!/usr/bin/env python3
"""What one HTTP request can make the exporter send, by the count of a sniffer: to silent gateways, to hostile ones that
want to be asked again and again, and to honest ones. SECURITY.md has the bounds.

  test_bounds.py BUILD [--seconds 5]

With probes that may take so long; the longest that the API takes is 60.
"""
import concurrent.futures
import ipaddress
import json
import pathlib
import sys
import time
import unittest

sys.dont_write_bytecode = True
sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "support"))

import arena  # noqa: E402
import sniffer  # noqa: E402

SECONDS = 5
# Packets for each IKE version, by how long a probe may take: copies of its openings, three cookies, two groups.
BOUNDS = {5: 10, 60: 24}
LONGEST = 1280  # bytes of a packet of ours, IP and UDP included: none is fragmented
AUDIT = 60      # packets of an audit of who never answers, both versions, within the test's time

SPEAKS = 'ikev2 = ["aes256-sha256-modp2048"]\nikev1 = ["aes256-sha256-modp2048"]\n'
GATEWAYS = {
    "silent": 'state = "down"\n',
    "absent": 'state = "absent"\n',
    "honest": SPEAKS,
    "refusing": 'ikev2 = "refuse"\nikev1 = "refuse"\n',
    "thousand-copies": SPEAKS + "duplicate = 1\ncopies = 1000\n",
    "changing-cookies": SPEAKS + 'trap = "changing-cookies"\n',
    "invalid-ke-loop": SPEAKS + 'trap = "invalid-ke-loop"\n',
    "garbage": SPEAKS + 'mischief = ["garbage-after-spi", "truncated", "length-long"]\n',
    "echo": SPEAKS + 'mischief = ["echo"]\n',
}
SETTINGS = """
[api]
allow = ["127.0.0.0/8"]
requests_per_second = 1000
max_concurrent = 64
[probe]
audit_interval = "0s"
interval = "10m"
timeout = "{seconds}s"
half_open_budget = 1000
"""


def probe(host):
    return arena.get(f"/probe?target={host}", SECONDS + 20,
                     {"X-Prometheus-Scrape-Timeout-Seconds": str(SECONDS + 1)})


def call(path, **more):
    def ask(host):
        body = json.dumps({"host": host, "timeout": SECONDS * 1000, **more})
        return arena.post(path, body, SECONDS + 20)
    return ask


# What may be asked, and how many IKE versions it probes.
REQUESTS = {
    "/probe": (probe, 2),
    "/api/ike/version": (call("/api/ike/version"), 2),
    "/api/ike/v2-sa": (call("/api/ike/v2-sa"), 1),
    "/api/ike/probe": (call("/api/ike/probe"), 1),
    "/api/ike/probe, Aggressive Mode": (call("/api/ike/probe", exchangeType=4), 1),
}


class Bounds(unittest.TestCase):
    def setUp(self):
        self.arena = arena.Arena(BUILD)
        self.addCleanup(self.arena.close)
        self.arena.responder.write("".join(
            f'[[gateway]]\nname = "{name}"\naddresses = ["127.{at + 1}.0.0/16"]\n{script}'
            for at, (name, script) in enumerate(GATEWAYS.items())))
        self.arena.responder.begin()
        self.arena.exporter.write(SETTINGS.format(seconds=SECONDS))
        self.arena.exporter.begin()
        for counts in (SNIFFER.seen, SNIFFER.packets, SNIFFER.bytes):
            counts.clear()

    def test_one_request(self):
        """Each kind of request to each kind of gateway, all at once, each to an address of its own."""
        asked, answers = {}, []  # address: (request, gateway, versions)
        with concurrent.futures.ThreadPoolExecutor(60) as pool:
            for row, (request, (ask, versions)) in enumerate(REQUESTS.items()):
                for at, gateway in enumerate(GATEWAYS):
                    host = f"127.{at + 1}.{row}.1"
                    asked[ipaddress.ip_address(host)] = (request, gateway, versions)
                    answers.append((request, gateway, pool.submit(ask, host)))
        for request, gateway, answer in answers:
            self.assertIn(answer.result()[0], (200, 502, 504), (request, gateway, answer.result()[1]))
        time.sleep(1)
        self.assertEqual(0, SNIFFER.missed())
        self.assertEqual(set(asked), SNIFFER.seen, "all that was asked about, and nobody else")
        for address, (request, gateway, versions) in asked.items():
            with self.subTest(request=request, gateway=gateway):
                packets = SNIFFER.packets[address]
                self.assertLessEqual(packets, versions * BOUNDS[SECONDS])
                self.assertLessEqual(SNIFFER.bytes[address], packets * LONGEST)
        self.show(asked)

    def show(self, asked):
        for gateway in GATEWAYS:
            counts = [(request, SNIFFER.packets[address], SNIFFER.bytes[address])
                      for address, (request, name, _) in asked.items() if name == gateway]
            print(f"{gateway:16} " + "; ".join(f"{request} {packets} ({size} B)" for request, packets, size in counts))

    def test_audits_of_one_endpoint(self):
        """Many requests for it are one audit."""
        host = "127.1.99.1"
        places = {json.loads(arena.post("/api/ike/audit", json.dumps({"host": host}))[1])["id"] for _ in range(40)}
        self.assertEqual(1, len(places))
        time.sleep(SECONDS + 15)
        packets = SNIFFER.packets[ipaddress.ip_address(host)]
        print(f"40 requests to audit a silent gateway: {packets} packets in {SECONDS + 15} s")
        self.assertGreater(packets, 0)
        self.assertLessEqual(packets, AUDIT)


if __name__ == "__main__":
    arena.enter()
    if "--seconds" in sys.argv:
        place = sys.argv.index("--seconds")
        SECONDS = int(sys.argv[place + 1])
        del sys.argv[place:place + 2]
    BUILD = sys.argv.pop(1)
    SNIFFER = sniffer.Sniffer((500, 4500))
    SNIFFER.start()
    unittest.main()
