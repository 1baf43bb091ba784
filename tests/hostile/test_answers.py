#!/usr/bin/env python3
"""Answers that are right enough, and names with several addresses, by `ike_exporter probe`.

  test_answers.py BUILD [TEST...]
"""
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import unittest

sys.dont_write_bytecode = True

import arena  # noqa: E402

HOSTS = """127.0.0.1 localhost
127.90.1.3 both.example
127.90.1.4 both.example
127.90.1.10 both.example
127.90.1.10 one.example xn--bcher-kva.example
"""
GATEWAY = """
[[gateway]]
name = "one"
addresses = ["127.90.1.10"]
ikev2 = ["aes256-sha256-modp2048"]
[[gateway]]
name = "silent"
addresses = ["127.90.1.4"]
"""
NOTIFY, NONCE = 41, 40
REDIRECT_SUPPORTED, REDIRECT = 16406, 16407


def payloads(message):
    """(type, body) of an IKEv2 message (RFC 7296 section 3.2)."""
    kind, at = message[16], 28
    while kind:
        following, _, size = struct.unpack(">BBH", message[at:at + 4])
        yield kind, message[at + 4:at + size]
        kind, at = following, at + size


def redirect(message, identity):
    """RFC 5685 section 4: REDIRECT with the initiator's nonce, under no SPI of our own."""
    nonce = next(body for kind, body in payloads(message) if kind == NONCE)
    body = struct.pack(">BBH", 0, 0, REDIRECT) + identity + nonce
    payload = struct.pack(">BBH", 0, 0, 4 + len(body)) + body
    return message[:8] + bytes(8) + struct.pack(">BBBBII", NOTIFY, 0x20, 34, 0x20, 0, 28 + len(payload)) + payload


def wants_redirect(message):
    return any(kind == NOTIFY and struct.unpack(">H", body[2:4])[0] == REDIRECT_SUPPORTED
               for kind, body in payloads(message))


class Redirector(threading.Thread):
    """Sends all of its IKEv2 peers on: those that can be, or all."""

    def __init__(self, address, identity, needs_support):
        super().__init__(daemon=True)
        self.identity, self.needs_support = identity, needs_support
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 500))

    def run(self):
        while True:
            message, peer = self.socket.recvfrom(65535)
            if message[17] >> 4 == 2 and (wants_redirect(message) or not self.needs_support):
                self.socket.sendto(redirect(message, self.identity), peer)


class Answers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        hosts = tempfile.NamedTemporaryFile("w", delete=False)
        hosts.write(HOSTS)
        hosts.close()
        arena.run("mount", "--bind", hosts.name, "/etc/hosts")
        os.unlink(hosts.name)
        cls.arena = arena.Arena(BUILD)
        cls.arena.responder.write(GATEWAY, 'udp = [500]\nudp_encap = []\ntcp = []\nbind = "each"')
        cls.arena.responder.begin()
        fqdn = b"vpn2.example\x1b[2J"
        Redirector("127.90.2.1", bytes([3, len(fqdn)]) + fqdn, False).start()
        Redirector("127.90.2.2", bytes([1, 4, 192, 0, 2, 33]), True).start()

    @classmethod
    def tearDownClass(cls):
        cls.arena.close()

    def probe(self, *arguments):
        """(exit code, the lines of JSON, stderr)"""
        done = subprocess.run([self.arena.exporter_binary, "probe", "--json", "--ike-version", "2", *arguments],
                              capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr

    def test_next_address_of_a_name(self):
        """The first is closed, the second silent."""
        code, (line,), _ = self.probe("both.example")
        self.assertEqual((code, line["success"], line["address"]), (0, True, "127.90.1.10"), line)
        self.assertEqual(line["selectedDHGroup"], 14)

    def test_failure_names_the_address(self):
        code, (line,), _ = self.probe("127.90.1.3")
        self.assertEqual((code, line["success"], line["address"]), (1, False, "127.90.1.3"), line)

    def test_final_dot_in_the_hosts_file(self):
        code, (line,), _ = self.probe("one.example.")
        self.assertEqual((code, line["success"], line["address"]), (0, True, "127.90.1.10"), line)
        self.assertEqual(line["host"], "one.example.")

    def test_name_in_letters_of_any_script(self):
        code, (line,), _ = self.probe("b\u00fccher.example")
        self.assertEqual((code, line["host"], line["address"]), (0, "b\u00fccher.example", "127.90.1.10"), line)

    def test_url_is_no_host(self):
        code, lines, said = self.probe("udp://one.example:500")
        self.assertEqual((code, lines), (2, []))
        self.assertIn("is a URL", said)

    def test_redirect_alone(self):
        code, (line,), _ = self.probe("127.90.2.1")
        self.assertEqual((code, line["errorNotify"], line["notifies"]), (0, "REDIRECT", ["REDIRECT"]), line)
        self.assertEqual(line["redirectedTo"], "vpn2.example?[2J")
        self.assertNotIn("quirks", line)

    def test_redirect_for_those_who_know_it(self):
        code, (line,), _ = self.probe("127.90.2.2")
        self.assertEqual((code, line["errorNotify"], line["redirectedTo"]), (0, "REDIRECT", "192.0.2.33"), line)


if __name__ == "__main__":
    arena.enter()
    BUILD = sys.argv.pop(1)
    unittest.main()
