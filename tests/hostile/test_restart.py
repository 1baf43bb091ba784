#!/usr/bin/env python3
"""What a restart keeps and what it must not invent: since when gateways are up or down, their suites, since when
weak algorithms are accepted; and that nothing is up or down before it was probed.

  test_restart.py BUILD [TEST...]
"""
import json
import os
import sys
import time
import unittest

sys.dont_write_bytecode = True

import arena  # noqa: E402
from arena import Page, addresses, get, targets, wait_for  # noqa: E402
import state  # noqa: E402

COUNT = 8
GATEWAYS = """
[[gateway]]
name = "healthy"
addresses = {addresses}
ikev2 = {ikev2}
ikev1 = "refuse"
half_open_lifetime = "0"
"""
STRONG = ["aes256-sha256-modp2048"]
OLD_WEAK = [*STRONG, "aes256-sha256-modp1024"]
NEW_WEAK = [*OLD_WEAK, "3des-sha256-modp2048"]
SETTINGS = """
[probe]
interval = "{interval}"
timeout = "900ms"
audit_interval = "{audits}"
half_open_budget = 100
"""
UP = "ike_target_up"
SINCE = "ike_weak_algorithm_since_timestamp_seconds"


class Restart(unittest.TestCase):
    def setUp(self):
        self.arena = arena.Arena(BUILD)
        self.addCleanup(self.arena.close)
        self.exporter = self.arena.exporter

    def script(self, ikev2):
        self.arena.responder.write(GATEWAYS.format(addresses=addresses("127.1", COUNT), ikev2=json.dumps(ikev2)))

    def begin(self, ikev2, interval, audits="0s"):
        self.script(ikev2)
        self.arena.responder.begin()
        self.exporter.write(SETTINGS.format(interval=interval, audits=audits) + targets("gateway", "127.1", COUNT))
        self.exporter.begin()

    def restart(self):
        self.assertEqual(0, self.exporter.stop())
        before = len(self.exporter.said())
        self.exporter.begin()
        return before

    def target(self, name="gateway-1"):
        return json.loads(get(f"/api/targets/{name}")[1])

    def saved(self):
        with open(os.path.join(self.exporter.state, "probes.json"), encoding="ascii") as file:
            return json.load(file)["targets"]

    def wait_up(self, seconds=40):
        wait_for("all up", lambda: Page().sum(UP) == COUNT, seconds)

    def test_nothing_is_down_before_it_was_probed(self):
        """An interval of ten minutes and healthy gateways: none is ever down, all are up after the first round."""
        self.begin(STRONG, "10m")
        title = get("/")[1]
        self.assertIn("waiting", title[:title.index("</title>")])
        begun, known = time.monotonic(), 0
        while known < COUNT:
            page = Page()
            rows = page.by_target(UP)
            self.assertEqual({}, {name: up for name, up in rows.items() if up != 1})
            self.assertGreaterEqual(len(rows), known)
            if len(rows) == 0:
                self.assertNotIn("<title>All up", get("/")[1])
            known = len(rows)
            self.assertLess(time.monotonic() - begun, 40, "the first round took too long")
            time.sleep(0.2)
        wait_for("IKEv1, too", lambda: len(Page().rows("ike_up")) == 2 * COUNT, 25)
        self.assertEqual(2 * COUNT, Page().sum("ike_up"), "a refusal is an answer")

    def test_a_restart_invents_no_change(self):
        self.begin(STRONG, "1s")
        self.wait_up()
        wait_for("a suite and a state of both versions",
                 lambda: self.target()["ikev2"].get("suiteChangedAt") and self.target()["ikev1"].get("up"), 20)
        time.sleep(3)
        before = self.target()
        said = self.restart()
        self.wait_up()
        after = self.target()
        for key in ("upChangedAt", "firstProbedAt"):
            self.assertEqual(before[key], after[key], key)
        for key in ("upChangedAt", "suiteChangedAt", "suite"):
            self.assertEqual(before["ikev2"][key], after["ikev2"][key], key)
        self.assertGreaterEqual(after["uptime"]["lastWeek"]["knownSeconds"], 3)
        self.assertEqual(1, after["uptime"]["lastDay"]["upRatio"])
        self.assertNotIn("target up", self.exporter.said()[said:])
        self.assertIn("probes restored", self.exporter.said()[said:])

    def test_a_gateway_known_for_long_is_not_never_up(self):
        """Down before the restart and after it: since when, and when it last answered, are what they were."""
        self.begin(STRONG, "1s")
        self.wait_up()
        wait_for("a suite", lambda: self.target()["ikev2"].get("suite"), 20)  # IKEv1 alone makes it up
        self.assertEqual(0, self.arena.responder.stop())
        wait_for("all down", lambda: len(Page().by_target(UP)) == COUNT and Page().sum(UP) == 0, 20)
        before = self.target()
        said = self.restart()
        wait_for("all known", lambda: len(Page().by_target(UP)) == COUNT, 20)
        after = self.target()
        self.assertEqual(before["upChangedAt"], after["upChangedAt"])
        self.assertEqual(before["ikev2"]["lastAnswer"], after["ikev2"]["lastAnswer"])
        self.assertEqual(before["ikev2"]["suite"], after["ikev2"]["suite"])
        self.assertNotIn("target down", self.exporter.said()[said:])

    def since(self):
        """{algorithm: since} of one gateway's IKEv2."""
        return {row["algorithm"]: value for row, value in Page().rows(SINCE, target="gateway-1", ike_version="2")}

    def test_since_when_a_weak_algorithm_is_accepted(self):
        self.begin(OLD_WEAK, "1s", "3s")
        group = "1024-bit MODP Group (2)"
        wait_for("the first audit", lambda: self.since() == {group: 0}, 60)
        changed = time.time()
        self.script(NEW_WEAK)
        self.arena.responder.reload()
        wait_for("the algorithm that is new", lambda: "ENCR_3DES" in self.since(), 60)
        since = self.since()
        self.assertEqual(0, since[group], "it was always there")
        self.assertGreaterEqual(since["ENCR_3DES"], changed)
        self.assertLessEqual(since["ENCR_3DES"], time.time())
        self.assertIn("IKEv2 encryption ENCR_3DES is accepted now", self.exporter.said())
        self.restart()
        self.assertEqual(since, self.since())
        rows = Page().rows("ike_weak_algorithm_info", target="gateway-1", ike_version="2")
        self.assertEqual(set(since), {row["algorithm"] for row, _ in rows})

    def test_what_accepts_nothing_is_not_compliant(self):
        self.begin("refuse", "1s", "3s")
        wait_for("audits", lambda: Page().sum("ike_audit_complete") == COUNT, 60)
        self.assertEqual([], Page().rows("ike_policy_compliant"))
        self.assertEqual([], Page().rows("ike_policy_violations"))
        self.assertNotIn("compliant", self.target()["audit"])

    def test_a_file_of_a_newer_version_is_set_aside(self):
        body = '{"version":2,"targets":['
        with open(os.path.join(self.exporter.state, "probes.json"), "w", encoding="ascii") as file:
            file.write(f'{body}\n],"checksum":"{state.checksum(body.encode())}"}}\n')
        self.begin(STRONG, "1s")
        self.assertIn("its version 2 is not known, only version 1; it is now", self.exporter.said())
        self.wait_up()
        self.assertEqual(0, self.exporter.stop())
        self.assertEqual(COUNT, len(self.saved()))
        self.assertEqual(0o600, os.stat(os.path.join(self.exporter.state, "probes.json")).st_mode & 0o777)


if __name__ == "__main__":
    arena.enter()
    BUILD = sys.argv.pop(1)
    unittest.main()
