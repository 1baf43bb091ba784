#!/usr/bin/env python3
"""Every posture and every silent host, by each of the three kinds of probe, over each transport: on
/metrics, in /api/targets and in the answers of the API, compared with the daemon's configuration.

  test_matrix.py build/release/ike_exporter [TEST...]
"""
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

sys.dont_write_bytecode = True

import bench  # noqa: E402
import expect  # noqa: E402
import iana  # noqa: E402
import postures  # noqa: E402
import process  # noqa: E402
from server import Server  # noqa: E402

BENCH = None
KINDS = {"init": 2, "main": 1, "aggressive": 1}  # the kinds of probe and their IKE version
TRANSPORTS = ("udp", "udp-encap", "tcp", "tcp-raw")
AGGRESSIVE_GROUP = (14, None)  # aggressive_dh_group's default
SILENT = {"dead": "timeout", "refused": "unreachable", "prohibited": "unreachable",
          "unused": "unreachable", "garbage": "malformed"}
LEARNT = 150  # seconds within which the half-open budgets let every target have its full opening
CONFIGURATION = """
[api]
allow = ["any"]
requests_per_second = 1000
[probe]
interval = "20s"
timeout = "8s"
audit_interval = "0s"
half_open_budget = 1000
"""
TARGET = """
[[target]]
name = "%s"
host = "%s"
transport = "%s"
ike_versions = [%d]
exchange = "%s"
half_open_budget = %d
"""


def open_bench(binary):
    global BENCH
    BENCH = bench.Bench(binary, "ikep-", "10.98")


@dataclass(frozen=True)
class Case:
    """One kind of probe of one posture over one transport."""
    name: str
    transport: str
    kind: str

    @property
    def target(self):
        return f"{self.name}.{self.transport}.{self.kind}"

    @property
    def version(self):
        return KINDS[self.kind]

    @property
    def host(self):
        """Each transport has an address of its own where the posture has two, since the half-open
        budget is the address's. libreswan's Aggressive Mode is configured for IPv4."""
        if self.name in ("ss-nat", *postures.LIBRESWAN) or self.transport in ("udp", "tcp"):
            return BENCH.host(self.name)
        return BENCH.host(self.name, 6)

    def offers(self):
        """The proposals that the posture may choose from, as its configuration says."""
        truth = BENCH.truth[self.name]
        if self.kind != "aggressive":
            return truth.offers(self.version)
        return [one.of_version(1) for one in truth.connections
                if one.aggressive and AGGRESSIVE_GROUP in one.values["dh"]]

    def selects(self):
        truth = BENCH.truth[self.name]
        if self.kind == "aggressive":
            return bool(self.offers())
        return self.version in truth.versions and self.name != "ss-odd"

    def speaks(self):
        """Debian builds its newer strongSwan without IKEv1."""
        return self.version == 2 or self.name not in postures.NEWER

    def refusal(self):
        """The notifies that may refuse it. strongSwan looks for a connection with the mode only among
        those whose proposals fit."""
        if self.version == 2:
            return ("NO_PROPOSAL_CHOSEN",)
        if not self.speaks():
            return ("INVALID-MAJOR-VERSION",)
        truth = BENCH.truth[self.name]
        if self.kind == "main" or 1 not in truth.versions:
            return ("NO-PROPOSAL-CHOSEN",)
        if not truth.complete():
            return ("NO-PROPOSAL-CHOSEN", "AUTHENTICATION-FAILED")
        fits = any(AGGRESSIVE_GROUP in values.get("dh", ()) for values in truth.offers(1))
        return ("AUTHENTICATION-FAILED",) if fits else ("NO-PROPOSAL-CHOSEN",)


def cases():
    return [Case(name, transport, kind) for name in BENCH.truth for kind in KINDS
            for transport in TRANSPORTS[:3 if name in postures.LIBRESWAN else 2]]


def silent_cases():
    return [Case(name, transport, kind) for name in SILENT for kind in KINDS
            for transport in TRANSPORTS]


def serve(targets=()):
    """libreswan, which minds no number of half-open SAs, is probed in nine ways at one address."""
    text = CONFIGURATION
    for case in targets:
        text += TARGET % (case.target, case.host, case.transport, case.version,
                          "aggressive" if case.kind == "aggressive" else "main",
                          30 if case.name in postures.LIBRESWAN else 3)
    return Server(BENCH.binary, BENCH.source, text)


class Scheduled(unittest.TestCase):
    """One exporter for all of them."""

    @classmethod
    def setUpClass(cls):
        cls.server = serve(cases() + silent_cases())
        process.wait_for(cls.learnt, LEARNT)
        cls.page = cls.server.metrics()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    @classmethod
    def learnt(cls):
        """Every target has been probed, and who answers has had a full opening."""
        page = cls.server.metrics()
        chosen = {labels["target"] for labels, _ in page.rows("ike_selected_info")}
        opened = {labels["target"] for labels, _ in page.rows("ike_negotiated")}
        return (all(value > 0 for _, value in page.rows("ike_probes_total")) and
                {case.target for case in cases() if case.selects()} <= chosen and
                {case.target for case in cases() if case.speaks()} <= opened)

    def value(self, name, case, **labels):
        return self.page.value(name, target=case.target, ike_version=str(case.version), **labels)

    def test_daemons(self):
        for case in cases():
            with self.subTest(target=case.target):
                self.assertEqual(case.speaks(), self.value("ike_up", case))
                self.assertEqual(case.speaks(), self.page.value("ike_target_up",
                                                                target=case.target))
                self.assertEqual(case.selects(), self.value("ike_negotiated", case))
                (self.chosen if case.selects() else self.refused)(case)

    def chosen(self, case):
        rows = self.page.rows("ike_selected_info", target=case.target)
        suite = expect.suite_of(rows[0][0], case.version)
        group = self.value("ike_dh_group", case)
        self.assertEqual([], self.page.rows("ike_probe_failure_info", target=case.target))
        if BENCH.truth[case.name].complete():
            self.assertTrue(expect.configured(suite, case.offers()), suite)
        self.assertEqual((group, None), suite["dh"])
        self.assertEqual(iana.STRENGTH[group], self.value("ike_dh_group_strength", case))
        self.listed(case, group)

    def listed(self, case, group):
        status, body = self.server.get_json("/api/targets/" + case.target)
        self.assertEqual(200, status)
        state = body[f"ikev{case.version}"]
        self.assertEqual((True, True, group, iana.STRENGTH[group]), (
            state["up"], state["negotiated"], state["dhGroup"], state["dhGroupStrength"]))
        self.assertEqual((case.host, case.transport), (body["host"], body["transport"]))

    def refused(self, case):
        """By the last full opening: what is asked in between could not be chosen."""
        self.assertGreater(self.value("ike_probe_failures_total", case, reason="rejected"), 0)
        rows = self.page.rows("ike_probe_failure_info", target=case.target)
        self.assertEqual(["rejected"], [labels["reason"] for labels, _ in rows])
        for name in ("ike_dh_group", "ike_dh_group_strength"):
            self.assertIsNone(self.value(name, case))
        self.assertEqual([], self.page.rows("ike_selected_info", target=case.target))

    def test_vendors(self):
        """libreswan sends its name only where it is told to, strongSwan likewise: what they are
        shows in their behaviour, and what does not show is never something else."""
        for case in cases():
            with self.subTest(target=case.target):
                family = "libreswan" if case.name in postures.LIBRESWAN else "strongSwan"
                rows = self.page.rows("ike_responder_info", target=case.target)
                names = {labels["implementation"] for labels, _ in rows}
                if case.kind == "init" and case.selects():
                    self.assertEqual({family}, names)
                self.assertLessEqual(names, {family, "unknown"})

    def test_silent_hosts(self):
        for case in silent_cases():
            with self.subTest(target=case.target):
                self.assertEqual(0, self.value("ike_up", case))
                self.assertEqual(0, self.page.value("ike_target_up", target=case.target))
                rows = self.page.rows("ike_probe_failure_info", target=case.target)
                self.assertEqual([SILENT[case.name]], [labels["reason"] for labels, _ in rows])
                self.assertIsNone(self.value("ike_last_rtt_seconds", case))
                self.assertEqual(0, self.value("ike_negotiation_timestamp_seconds", case))
                self.assertEqual([], self.page.rows("ike_selected_info", target=case.target))


class AdHoc(unittest.TestCase):
    """The API's own answers, each of a daemon just started."""

    @classmethod
    def setUpClass(cls):
        cls.server = serve()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def ask(self, case):
        body = {"host": case.host, "transport": case.transport, "timeout": 6000}
        if case.kind == "init":
            return self.server.post("/api/ike/v2-sa", body)
        return self.server.post("/api/ike/probe", body | {
            "exchangeType": 4 if case.kind == "aggressive" else 2})

    def test_daemons(self):
        for case in cases():
            with self.subTest(target=case.target):
                BENCH.refresh(case.name)
                status, body = self.ask(case)
                self.assertEqual((200, True, case.host), (status, body["success"], body["host"]))
                if not case.selects():
                    self.assertIn(body.get("errorNotify"), case.refusal(), body)
                    continue
                self.assertNotIn("errorNotify", body)
                suite = (expect.ikev2_suite if case.version == 2 else expect.ikev1_suite)(body)
                if BENCH.truth[case.name].complete():
                    self.assertTrue(expect.configured(suite, case.offers()), suite)
                if case.version == 1:
                    self.assertEqual("Aggressive Mode" if case.kind == "aggressive" else
                                     "Main Mode", body["exchangeType"])

    def test_silent_hosts(self):
        wanted = {"timeout": 504, "unreachable": 502, "malformed": 502}
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(self.ask, silent_cases()))
        for case, (status, body) in zip(silent_cases(), answers):
            with self.subTest(target=case.target):
                reason = SILENT[case.name]
                self.assertEqual((wanted[reason], reason, False),
                                 (status, body["reason"], body["success"]), body)


if __name__ == "__main__":
    sys.exit(bench.run(sys.modules["__main__"]))
