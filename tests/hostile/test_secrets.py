#!/usr/bin/env python3
"""What never leaves, searched for in everything that the exporter says: HASH_R and the raw answers of
Aggressive Mode, passwords and their hashes. And what it may do: nothing that needs a privilege.

  test_secrets.py BUILD
"""
import base64
import os
import socket
import struct
import sys
import threading
import time
import unittest

sys.dont_write_bytecode = True

import arena  # noqa: E402

PASSWORD, USER = "correct-horse-battery", "scraper"
PASSWORD_HASH = "$2b$04$TY7Wizt6BHyk8rEqC4ugWOH48TzDZJZZv.4tfX6T6TmQwftw/Xxlm"  # bcrypt
HEADER, HASH, AGGRESSIVE = 28, 8, 4
GATEWAYS = """
[[gateway]]
name = "aggressive"
addresses = ["127.1.0.1-127.1.0.9"]
ikev1 = ["aes256-sha256-modp2048", "aes128-sha1-modp1024"]
aggressive = true
psk = "a secret of the gateway"
identity = "gateway.example"
[[gateway]]
name = "main"
addresses = ["127.1.1.0/24"]
ikev2 = ["aes256-sha256-modp2048"]
"""
SETTINGS = """
[log]
level = "debug"
[api]
allow = ["127.0.0.0/8"]
requests_per_second = 100
[probe]
interval = "2s"
timeout = "1900ms"
audit_interval = "0s"
[modules.aggressive]
ike_versions = [1]
exchange = "aggressive"
aggressive_id = "peer.example"
aggressive_id_type = "fqdn"
[modules.audited]
ike_versions = [1]
audit_interval = "1h"
[modules.low_port]
ike_versions = [2]
source_port = 501
[[target]]
name = "aggressive"
host = "127.1.0.1"
module = "aggressive"
[[target]]
name = "audited"
host = "127.1.0.2"
module = "audited"
[[target]]
name = "low-port"
host = "127.1.1.1"
module = "low_port"
"""


class Wire(threading.Thread):
    """The answers of Aggressive Mode and their HASH bodies, as they pass over loopback."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
        self.answers, self.hashes = set(), set()

    def run(self):
        while True:
            packet = self.socket.recv(65536)
            source, message = struct.unpack(">H", packet[20:22])[0], packet[28:]
            if source == 500 and len(message) > HEADER and message[18] == AGGRESSIVE:
                self.answers.add(message)
                self.take_hash(message)

    def take_hash(self, message):
        kind, at = message[16], HEADER
        while kind and at + 4 <= len(message):
            following, length = message[at], struct.unpack(">H", message[at + 2:at + 4])[0]
            if kind == HASH:
                self.hashes.add(message[at + 4:at + length])
            kind, at = following, at + max(4, length)


def forms(secret):
    """How bytes may be written; hexadecimal is searched for in text without blanks and colons."""
    return [secret.hex().encode(), base64.b64encode(secret)[:-4], secret]


def squeezed(text):
    return text.lower().translate(None, b" \t\r\n:,")


class Secrets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.arena = arena.Arena(BUILD)
        cls.addClassCleanup(cls.arena.close)
        cls.exporter = cls.arena.exporter
        cls.arena.responder.write(GATEWAYS)
        cls.arena.responder.begin()
        cls.wire = Wire()
        cls.wire.start()
        web = os.path.join(cls.arena.folder, "web.yml")
        with open(web, "w", encoding="ascii") as file:
            file.write(f"basic_auth_users:\n  {USER}: {PASSWORD_HASH}\n")
        os.chmod(web, 0o644)
        arena.LOGIN = {"Authorization": "Basic " + base64.b64encode(
            f"{USER}:{PASSWORD}".encode()).decode()}
        cls.exporter.flags = ["--web.config.file", web, "--log.level", "debug"]
        cls.exporter.write(SETTINGS)
        cls.exporter.begin()
        cls.outputs = cls.collect()

    @classmethod
    def collect(cls):
        """Everything that it says, by where."""
        outputs = {}
        for path in ("/probe?target=127.1.0.3&module=aggressive&debug=true",
                     "/probe?target=127.1.0.3&module=aggressive"):
            outputs[path] = arena.get(path)[1]
        request = '{"host": "127.1.0.4", "exchangeType": 4, "id": "peer.example", "idType": 2}'
        outputs["/api/ike/probe"] = arena.post("/api/ike/probe", request)[1]
        outputs["/api/ike/audit"] = arena.post("/api/ike/audit", '{"host": "127.1.0.5"}')[1]
        arena.get("/metrics", headers={"Authorization": "Basic " + base64.b64encode(
            f"{USER}:wrong-{PASSWORD}".encode()).decode()})
        arena.wait_for("an audit", lambda: arena.Page().sum("ike_audits_total", target="audited") > 0, 120)
        for path in ("/metrics", "/", "/api/targets", "/api/targets/aggressive", "/api/targets/audited",
                     "/api/openapi.json", "/config", "/logs?id=1", "/logs?id=2", "/api/probes"):
            outputs[path] = arena.get(path)[1]
        cls.exporter.signal(1)
        time.sleep(1)
        cls.status = cls.capabilities()
        cls.page = arena.Page()
        cls.ended = cls.exporter.stop()
        outputs["log"] = cls.exporter.said()
        for name in os.listdir(cls.exporter.state):
            with open(os.path.join(cls.exporter.state, name), encoding="utf-8") as file:
                outputs[name] = file.read()
        return {where: text.encode() for where, text in outputs.items()}

    @classmethod
    def capabilities(cls):
        with open(f"/proc/{cls.exporter.child.pid}/status", encoding="ascii") as status:
            return dict(line.rstrip("\n").split(":\t", 1) for line in status if ":\t" in line)

    def search(self, needles, what):
        for where, text in self.outputs.items():
            for needle in needles:
                for haystack in (text, squeezed(text)):
                    self.assertNotIn(needle, haystack, f"{what} in {where}")

    def test_the_probes_were_answered(self):
        """So that there was something to find."""
        self.assertGreater(len(self.wire.answers), 3)
        self.assertGreater(len(self.wire.hashes), 3)
        self.assertIn(b"Aggressive Mode", self.outputs["/api/ike/probe"])
        self.assertIn("audits.json", self.outputs)

    def test_hashes(self):
        for secret in self.wire.hashes:
            self.search(forms(secret), "HASH_R")

    def test_raw_answers(self):
        """Neither whole nor its payloads from the key exchange on, in pieces of 16 bytes."""
        for answer in self.wire.answers:
            pieces = [answer[at:at + 16] for at in range(HEADER + 64, len(answer) - 16, 16)]
            self.search([form for piece in pieces for form in forms(piece)[::2]], "an answer")

    def test_passwords(self):
        login = base64.b64encode(f"{USER}:{PASSWORD}".encode())
        for secret in (PASSWORD.encode(), PASSWORD_HASH.encode(), login, b"a secret of the gateway"):
            self.search([secret], "a password")

    def test_state_file_is_private(self):
        path = os.path.join(self.exporter.state, "audits.json")
        self.assertEqual(0o600, os.stat(path).st_mode & 0o777)

    def test_no_privilege(self):
        self.assertEqual(0, int(self.status["CapEff"], 16))
        self.assertEqual(0, int(self.status["CapPrm"], 16))
        self.assertEqual("1", self.status["NoNewPrivs"])
        self.assertEqual(0, self.ended)
        self.assertEqual(1, self.page.value("ike_up", target="aggressive", ike_version="1"))

    def test_low_source_port_needs_one(self):
        """CAP_NET_BIND_SERVICE; without it the target fails, and says why, and no other does."""
        reasons = {labels["reason"] for labels, value in
                   self.page.rows("ike_probe_failures_total", target="low-port") if value}
        self.assertEqual({"send"}, reasons)


if __name__ == "__main__":
    arena.enter()
    BUILD = sys.argv.pop(1)
    unittest.main()
