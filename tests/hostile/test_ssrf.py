#!/usr/bin/env python3
"""What a client cannot make the exporter probe: addresses in every spelling, names that resolve to them, names
that stand for something else each time they are asked for. A sniffer sees where packets really go.

  test_ssrf.py BUILD [TEST...]
"""
import ipaddress
import json
import pathlib
import socket
import struct
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse

sys.dont_write_bytecode = True
sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "support"))

import arena  # noqa: E402
import dns_server  # noqa: E402
import sniffer  # noqa: E402
from test_dns import use_name_server  # noqa: E402

ALLOWED = ipaddress.ip_network("127.1.0.0/24")
GATEWAYS = """
[[gateway]]
name = "everywhere"
addresses = ["127.1.0.1-127.1.0.250", "127.66.6.1-127.66.6.250", "127.0.0.1"]
ikev2 = ["aes256gcm16-prfsha256-ecp256"]
"""
SETTINGS = """
[api]
allow = [{allow}]
requests_per_second = 1000
[probe]
audit_interval = "0s"
half_open_budget = 1000
timeout = "1s"
"""
# Not in ALLOWED, whatever it takes for them: numbers of all sorts, other forms, zones, and no hosts at all.
LITERALS = ("127.66.6.6", "127.0.0.1", "::1", "::ffff:127.66.6.6", "::ffff:7f42:606", "::127.66.6.6", "64:ff9b::7f42:606",
            "2130706433", "2134967814", "0x7f420606", "0x7f.0x42.6.6", "0177.0102.6.6", "127.66.1542", "127.4326918", "0",
            "127.066.006.006", "127.66.6.6.", "fe80::1", "fe80::1%lo", "fe80::1%1", "::1%lo", "127.66.6.6%lo", "169.254.169.254",
            "ff02::1", "ff02::1%lo", "224.0.0.1", "255.255.255.255", "127.255.255.255", "0.0.0.0", "::", "localhost",
            "localhost.", "ip6-localhost", "127.1.0.2@127.66.6.6", "127.1.0.2#127.66.6.6", "127.1.0.2,127.66.6.6")
# Name: what it resolves to.
NAMES = {
    "other": ["127.66.6.6"], "mapped": ["::ffff:127.66.6.6"], "compatible": ["::127.66.6.6"], "loopback": ["127.0.0.1", "::1"],
    "linklocal": ["169.254.169.254", "fe80::1"], "nowhere": ["224.0.0.1", "255.255.255.255", "0.0.0.0", "::", "ff02::1"],
}


class NameServer(threading.Thread):
    """Knows NAMES; "turns-N" is an allowed address for one question and a forbidden one for the next."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.9.9.53", 53))
        self.turn = 0
        self.asked = set()

    def run(self):
        while True:
            query, peer = self.socket.recvfrom(4096)
            label, kind, asked = dns_server.question(query)
            self.asked.add(label)
            addresses = NAMES.get(label, [])
            if label.startswith("turns"):
                self.turn += kind == dns_server.TYPE_A
                addresses = ["127.66.6.7" if self.turn % 2 else "127.1.0.7"]
            if label.startswith("both"):
                addresses = ["127.66.6.8", "127.1.0.8"]
            packed = [ipaddress.ip_address(address).packed for address in addresses]
            wanted = [address for address in packed if len(address) == (4 if kind == dns_server.TYPE_A else 16)]
            records = b"".join(struct.pack(">HHHIH", 0xC00C, kind, 1, 0, len(address)) + address for address in wanted)
            head = struct.pack(">HHHHHH", struct.unpack(">H", query[:2])[0], 0x8180, 1, len(wanted), 0, 0)
            self.socket.sendto(head + asked + records, peer)


class Ssrf(unittest.TestCase):
    def serve(self, allow):
        self.arena = arena.Arena(BUILD)
        self.addCleanup(self.arena.close)
        self.arena.responder.write(GATEWAYS)
        self.arena.responder.begin()
        self.arena.exporter.write(SETTINGS.format(allow=", ".join(f'"{rule}"' for rule in allow)))
        self.arena.exporter.begin()
        SNIFFER.seen.clear()

    def ask(self, host):
        """(statuses of /probe and the API, reason)"""
        probe, text = arena.get("/probe?" + urllib.parse.urlencode({"target": host}))
        if "\nprobe_success 0\n" in text:
            probe = 502  # on that page a name that does not resolve is a result
        api, body = arena.post("/api/ike/v2-sa", json.dumps({"host": host, "timeout": 800}))
        return {probe, api}, json.loads(body).get("reason")

    def check_refused(self, hosts):
        for host in hosts:
            with self.subTest(host=host):
                statuses, reason = self.ask(host)
                self.assertLessEqual(statuses, {400, 403, 502}, reason)
                self.assertIn(reason, ("request", "not_allowed", "resolve"))
        time.sleep(0.2)
        self.assertEqual(set(), SNIFFER.seen)

    def names(self):
        return [name + ".test" for name in NAMES]

    def test_listed_network(self):
        self.serve([str(ALLOWED)])
        self.check_refused([*LITERALS, *self.names()])
        self.assertEqual(({200}, None), self.ask("127.1.0.2"))
        self.assertEqual(({200}, None), self.ask("::ffff:127.1.0.3"), "the same address in another form")
        time.sleep(0.2)
        self.assertEqual({"127.1.0.2", "127.1.0.3"}, set(map(str, SNIFFER.seen)))

    def test_any(self):
        """Not loopback, link-local, multicast, broadcast or unspecified."""
        self.serve(["any"])
        elsewhere = {"::127.66.6.6", "64:ff9b::7f42:606", "compatible.test"}  # those only look like it
        self.check_refused(sorted({*LITERALS, *self.names()} - elsewhere))

    def test_configured_only(self):
        self.serve(["configured"])
        self.check_refused([*LITERALS, *self.names(), "127.1.0.2"])

    def answers(self, name):
        """What is answered, without the name itself."""
        probe = arena.get("/probe?" + urllib.parse.urlencode({"target": name}))
        api = arena.post("/api/ike/v2-sa", json.dumps({"host": name, "timeout": 800}))
        return [(status, text.replace(name, "NAME")) for status, text in (probe, api)]

    def test_existence_of_names(self):
        """Whether a name exists is not told where its name does not allow it, and where nothing could allow it no
        name server is asked."""
        for allow, asked in ((["configured", "listed.test"], set()), ([str(ALLOWED)], {"loopback", "missing"})):
            with self.subTest(allow=allow):
                self.serve(allow)
                NAME_SERVER.asked.clear()
                exists, missing = self.answers("loopback.test"), self.answers("missing.test")
                self.assertEqual(exists, missing)
                self.assertEqual([403, 403], [status for status, _ in missing])
                self.assertEqual(asked, NAME_SERVER.asked)
                self.arena.close()

    def test_between_check_and_use(self):
        """The address that was checked is the one that is probed, whatever the name stands for a moment later."""
        self.serve([str(ALLOWED)])
        seen = {}
        for n in range(60):
            statuses, _ = self.ask(f"turns-{n % 7}.test")
            for status in statuses:
                seen[status] = seen.get(status, 0) + 1
        self.assertEqual({200, 403}, set(seen), "both answers of the name server were met")
        for _ in range(5):
            self.assertEqual({200}, self.ask("both.test")[0], "one of its addresses is allowed")
        time.sleep(0.2)
        self.assertEqual({"127.1.0.7", "127.1.0.8"}, set(map(str, SNIFFER.seen)))
        print(f"turning names: {seen}")

    def test_ports(self):
        self.serve([str(ALLOWED)])
        for port in (22, 80, 499, 501, 4499, 10500, 65535):
            for transport in ("udp", "tcp", "tcp-raw"):
                body = json.dumps({"host": "127.1.0.2", "port": port, "transport": transport, "timeout": 500})
                status, text = arena.post("/api/ike/v2-sa", body)
                self.assertEqual((403, "port"), (status, json.loads(text)["reason"]))
            self.assertEqual(403, arena.get(f"/probe?target=127.1.0.2:{port}")[0])
        self.assertEqual(set(), SNIFFER.seen)


if __name__ == "__main__":
    arena.enter()
    BUILD = sys.argv.pop(1)
    SNIFFER = sniffer.Sniffer((500, 4500))
    SNIFFER.start()
    NAME_SERVER = NameServer()
    NAME_SERVER.start()
    with tempfile.TemporaryDirectory(prefix="ike_ssrf_") as folder:
        use_name_server(folder)
        unittest.main()
