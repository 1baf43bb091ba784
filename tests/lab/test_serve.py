#!/usr/bin/env python3
"""Every posture on one exporter's /metrics, /probe and API, compared with its configuration.

  test_serve.py build/release/ike_exporter [TEST...]
"""
import sys
import unittest

sys.dont_write_bytecode = True

import bench  # noqa: E402
import expect  # noqa: E402
import iana  # noqa: E402
import postures  # noqa: E402
import process  # noqa: E402
from server import Server  # noqa: E402

BENCH = SERVER = None
SILENT = {"dead": "timeout", "refused": "unreachable", "prohibited": "unreachable",
          "unused": "unreachable", "garbage": "malformed"}
SETTLED = 40  # seconds within which each target has had its first full probe
CONFIGURATION = """
[api]
allow = ["any"]
[probe]
interval = "15s"
timeout = "8s"
audit_interval = "0s"
"""


def open_bench(binary):
    global BENCH, SERVER
    BENCH = bench.Bench(binary, "ikes-", "10.96")
    hosts = {name: BENCH.host(name) for name in (*BENCH.truth, *SILENT)}
    # The half-open budget is the address's, so what is probed in two ways has two addresses.
    hosts.update({"ss-ke-6": BENCH.host("ss-ke", 6), "noname": "nothing.invalid"})
    text = CONFIGURATION + "".join(f'[[target]]\nname = "{name}"\nhost = "{host}"\n'
                                   for name, host in hosts.items())
    text += f'[[target]]\nname = "lw-tcp"\nhost = "{BENCH.host("lw", 6)}"\ntransport = "tcp"\n'
    SERVER = Server(BENCH.binary, BENCH.source, text)
    process.wait_for(settled, SETTLED)


def settled():
    page = SERVER.metrics()
    return all(value > 0 for _, value in page.rows("ike_probes_total"))


class Page(unittest.TestCase):
    def setUp(self):
        self.page = SERVER.metrics()

    def value(self, name, target, version, **labels):
        return self.page.value(name, target=target, ike_version=str(version), **labels)

    def test_daemons(self):
        for name, truth in BENCH.truth.items():
            for version in (1, 2):
                with self.subTest(name=name, version=version):
                    self.daemon(name, version, truth)

    def daemon(self, name, version, truth):
        """A strongSwan refuses a version that it has no connection for; one that was built
        without it says INVALID_MAJOR_VERSION, which proves no more than that somebody is there."""
        if version == 1 and name in postures.NEWER:
            self.assertEqual(0, self.value("ike_up", name, version))
            return
        chosen = version in truth.versions and name != "ss-odd"
        self.assertEqual(1, self.value("ike_up", name, version))
        self.assertEqual(chosen, self.value("ike_negotiated", name, version))
        self.assertEqual(1, self.page.value("ike_target_up", target=name))
        rows = self.page.rows("ike_selected_info", target=name, ike_version=str(version))
        self.assertEqual(chosen, len(rows))
        if not chosen:
            self.assertIsNone(self.value("ike_dh_group", name, version))
            return
        labels, group = rows[0][0], self.value("ike_dh_group", name, version)
        self.assertEqual(str(int(group)), labels["dh_group"])
        self.assertEqual(iana.STRENGTH[group], self.value("ike_dh_group_strength", name, version))
        if truth.complete():
            suite = expect.suite_of(labels, version)
            self.assertTrue(expect.configured(suite, truth.offers(version)), suite)
        for labels, _ in self.page.rows("ike_responder_info", target=name,
                                        ike_version=str(version)):
            family = "libreswan" if name in postures.LIBRESWAN else "strongSwan"
            self.assertIn(labels["implementation"], (family, "unknown"))

    def test_nat_and_cookie(self):
        for name, truth in BENCH.truth.items():
            if 2 not in truth.versions or name == "ss-odd":
                continue
            with self.subTest(name=name):
                self.assertEqual(0, self.value("ike_nat_detected", name, 2, side="local"))
                self.assertEqual(name == "ss-nat",
                                 self.value("ike_nat_detected", name, 2, side="remote"))
                self.assertEqual(name == "ss-cookie",
                                 self.value("ike_responder_cookie_required", name, 2))

    def test_ipv6_and_tcp(self):
        self.assertEqual(1, self.value("ike_negotiated", "ss-ke-6", 2))
        self.assertEqual(1, self.value("ike_negotiated", "lw-tcp", 2))

    def test_failures(self):
        for name, reason in {**SILENT, "noname": "resolve"}.items():
            for version in (1, 2):
                with self.subTest(name=name, version=version):
                    self.assertEqual(0, self.value("ike_up", name, version))
                    rows = self.page.rows("ike_probe_failure_info", target=name,
                                          ike_version=str(version))
                    self.assertEqual([reason], [labels["reason"] for labels, _ in rows])
                    self.assertGreater(self.value("ike_probe_failures_total", name, version,
                                                  reason=reason), 0)
            self.assertEqual(0, self.page.value("ike_target_up", target=name))

    def test_refused_version_is_up(self):
        """NO-PROPOSAL-CHOSEN: rejected, and yet an IKE daemon is there."""
        self.assertEqual(1, self.value("ike_up", "ss-strong", 1))
        for name, version in (("ss-strong", 1), ("ss-odd", 1), ("ss-odd", 2)):
            self.assertGreater(self.value("ike_probe_failures_total", name, version,
                                          reason="rejected"), 0, name)


class AdHoc(unittest.TestCase):
    def test_probe_page(self):
        page = SERVER.metrics("/probe?target=" + BENCH.host("ss-default", 6))
        self.assertEqual(1, page.value("probe_success"))
        self.assertEqual(1, page.value("ike_up", ike_version="2"))
        self.assertFalse([labels for _, labels, _ in page.samples if "target" in labels])

    """By their IPv6 addresses, whose half-open budget no target uses."""

    def test_version(self):
        for name, selected in (("ss-strong", (False, True)), ("ss-v1only", (True, False))):
            status, body = SERVER.post("/api/ike/version", {"host": BENCH.host(name, 6)})
            self.assertEqual(200, status, body)
            self.assertEqual(selected, (body["ikev1Selected"], body["ikev2Selected"]), body)

    def test_single_versions(self):
        host, offers = BENCH.host("ss-weak", 6), BENCH.truth["ss-weak"].offers
        status, body = SERVER.post("/api/ike/v2-sa", {"host": host})
        self.assertEqual(200, status, body)
        self.assertTrue(expect.configured(expect.ikev2_suite(body), offers(2)), body)
        status, body = SERVER.post("/api/ike/probe", {"host": host, "port": 4500})
        self.assertEqual(200, status, body)
        self.assertTrue(expect.configured(expect.ikev1_suite(body), offers(1)), body)

    def test_statuses(self):
        for name, wanted, reason in (("dead", 504, "timeout"), ("refused", 502, "unreachable"),
                                     ("garbage", 502, "malformed")):
            status, body = SERVER.post("/api/ike/v2-sa", {"host": BENCH.host(name, 6),
                                                          "timeout": 2000})
            self.assertEqual((wanted, reason), (status, body["reason"]), body)
            self.assertFalse(body["success"])


if __name__ == "__main__":
    sys.exit(bench.run(sys.modules["__main__"]))
