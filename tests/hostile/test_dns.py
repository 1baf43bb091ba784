#!/usr/bin/env python3
"""A name server that is dead, slow, lies or says too much: only the names it spoils fail, for the
right reason, and nothing is sent to addresses that are no host's.

  test_dns.py BUILD [BadNameServer|NameServerReturns]
"""
import os
import subprocess
import sys
import time
import unittest

sys.dont_write_bytecode = True

import arena  # noqa: E402
import dns_server  # noqa: E402

GATEWAYS = f"""
[[gateway]]
name = "all"
addresses = ["127.1.0.1-127.1.3.250"]
ikev2 = ["aes256gcm16-prfsha256-ecp256"]
"""
SETTINGS = """
[probe]
interval = "3s"
timeout = "2800ms"
audit_interval = "0s"
ike_versions = [2]
"""
# Names with each habit. Those that are never answered are many times what is asked at once.
NAMES = {"ok": 100, "slow": 20, "dead": 600, "many": 20, "nowhere": 20, "partly": 20, "liar": 5}
LITERALS = 200


def use_name_server(folder):
    path = os.path.join(folder, "resolv.conf")
    with open(path, "w", encoding="ascii") as file:
        file.write("nameserver 127.9.9.53\n")
    os.chmod(path, 0o644)
    subprocess.run(["mount", "--bind", path, "/etc/resolv.conf"], check=True)


def failures(page, prefix):
    """Reasons of all failures of the targets PREFIX-N."""
    return {labels["reason"] for labels, value in page.rows("ike_probe_failures_total")
            if value and labels["target"].startswith(prefix)}


class WithNameServer(unittest.TestCase):
    names = NAMES

    @classmethod
    def setUpClass(cls):
        cls.arena = arena.Arena(BUILD)
        cls.addClassCleanup(cls.arena.close)
        use_name_server(cls.arena.folder)
        cls.server = dns_server.DnsServer()
        cls.server.start()
        cls.arena.responder.write(GATEWAYS)
        cls.arena.responder.begin()
        named = "".join(f'[[target]]\nname = "{habit}-{n}"\nhost = "{habit}-{n}.test"\n'
                        for habit, count in cls.names.items() for n in range(count))
        cls.arena.exporter.write(SETTINGS + arena.targets("literal", "127.1", LITERALS, 300) + named)
        cls.arena.exporter.begin()
    def up(self, prefix, page=None):
        return sum((page or arena.Page()).by_target("ike_up", prefix).values())


class BadNameServer(WithNameServer):
    """All habits at once; three rounds of probes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        time.sleep(9)
        cls.page = arena.Page()

    def up(self, prefix, page=None):
        return super().up(prefix, page or self.page)

    def test_literals_do_not_notice(self):
        self.assertEqual(LITERALS, self.up("literal-"))
        self.assertEqual(set(), failures(self.page, "literal-"))

    def test_good_names_do_not_notice_the_dead_ones(self):
        for habit in ("ok", "slow"):
            with self.subTest(habit=habit):
                self.assertEqual(set(), failures(self.page, habit + "-"))
                self.assertEqual(NAMES[habit], self.up(habit + "-"))

    def test_dead(self):
        self.assertEqual(0, self.up("dead-"))
        self.assertEqual({"resolve"}, failures(self.page, "dead-"))

    def test_hundred_addresses(self):
        self.assertEqual(NAMES["many"], self.up("many-"))

    def test_lies_are_not_believed(self):
        self.assertEqual(0, self.up("liar-"))
        self.assertEqual({"resolve"}, failures(self.page, "liar-"))

    def test_addresses_of_no_host(self):
        self.assertEqual(0, self.up("nowhere-"))
        self.assertEqual({"resolve"}, failures(self.page, "nowhere-"))
        sent = self.page.by_target("ike_probe_packets_sent_total", "nowhere-")
        self.assertEqual(0, sum(sent.values()))
        self.assertEqual(NAMES["partly"], self.up("partly-"))

    def test_resources(self):
        self.assertLess(self.arena.exporter.memory(), 80 << 20)
        self.assertLess(self.arena.exporter.descriptors(), 400)


class NameServerReturns(WithNameServer):
    """It dies while the names are in use."""

    names = {"ok": 100}

    def test_names_fail_and_return(self):
        arena.wait_for("the names", lambda: self.up("ok-") == 100, 15)
        self.server.alive = False
        arena.wait_for("the names' failure", lambda: self.up("ok-") == 0, 15)
        page = arena.Page()
        self.assertEqual({"resolve"}, failures(page, "ok-"))
        self.assertEqual(set(), failures(page, "literal-"))
        self.server.alive = True
        arena.wait_for("the names' return", lambda: self.up("ok-") == 100, 25)


if __name__ == "__main__":
    arena.enter()
    BUILD = sys.argv.pop(1)
    unittest.main()
