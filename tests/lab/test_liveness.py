#!/usr/bin/env python3
"""Probes every posture in every way and compares the JSON with the daemon's configuration.

  test_liveness.py build/release/ike_exporter [TEST...]
"""
import os
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True

import bench  # noqa: E402
import expect  # noqa: E402
import postures  # noqa: E402

BENCH = None
SETS = ("broad", "modern", "compat")
# What each posture has in common with a set is known without knowing the sets: compat is one suite
# by contract, and what these postures lack in it they refuse.
COMPAT_V2 = {"ss-weak", "ss-cookie", "ss-default", "ss-nat", "lw"}
COMPAT_V1 = {"ss-weak", "ss-nat"}
REFUSES_ALL = {"ss-odd"}
# What each daemon sends unasked (FRAGMENTATION and NAT-T only answer ours).
XAUTH, DPD = "09002689dfd6b712", "afcad71368a1f1c96b8696fc77570100"
FRAGMENTATION = "4048b7d56ebce88525e7de7f00d6c2d3"


def open_bench(binary):
    global BENCH
    BENCH = bench.Bench(binary, "ikel-", "10.95")


def selects(name, version, proposals):
    """Whether the posture takes one of the set's suites."""
    if version not in BENCH.truth[name].versions or name in REFUSES_ALL:
        return False
    if name == "ss-mlkem":
        return proposals != "compat"
    if proposals == "compat":
        return name in (COMPAT_V1 if version == 1 else COMPAT_V2)
    return True


class Selection(unittest.TestCase):
    """Every posture, set, transport and family: the suite is one that was configured."""

    maxDiff = None

    def test_postures(self):
        names = [name for name in BENCH.truth if name != "ss-cookie"]
        with ThreadPoolExecutor(3) as pool:
            found = [text for problems in pool.map(self.posture, names) for text in problems]
        self.assertEqual([], found)

    def test_cookie(self):
        self.assertEqual([], self.posture("ss-cookie"))

    def posture(self, name):
        problems = []
        for version in (1, 2):
            for proposals in SETS:
                for transport, family in self.ways(name):
                    BENCH.refresh(name)
                    flags = ("--ike-version", str(version), "--proposal", proposals,
                             "--transport", transport)
                    code, results = BENCH.probe(BENCH.host(name, family), *flags)
                    wrong = self.check(name, version, proposals, (code, results))
                    problems += [f"{name} v{family} {' '.join(flags)}: {text}" for text in wrong]
        return problems

    def ways(self, name):
        yield "udp", 4
        yield "udp-encap", 4
        if name != "ss-nat":
            yield "udp", 6
        if name in postures.LIBRESWAN:
            yield "tcp", 4
            yield "tcp", 6

    def check(self, name, version, proposals, outcome):
        code, results = outcome
        if len(results) != 1:
            yield f"{len(results)} objects"
            return
        result = results[0]
        if version == 1 and name in postures.NEWER:
            yield from self.other_version(code, result)
            return
        if not result["success"] or code != 0:
            yield f"exit code {code}: {result}"
            return
        if result["ikeVersion"] != version or result["host"] == "":
            yield f"not what was asked: {result}"
        if not selects(name, version, proposals):
            yield from self.refusal(version, result)
            return
        yield from self.suite(name, version, result)
        yield from (self.ikev1(name, result) if version == 1 else self.ikev2(name, result))

    def other_version(self, code, result):
        """Debian builds its newer strongSwan without IKEv1: the host is there, the version not."""
        if code != 1 or result.get("errorNotify") != "INVALID-MAJOR-VERSION":
            yield f"exit code {code}: should be INVALID-MAJOR-VERSION: {result}"

    def refusal(self, version, result):
        notify = "NO-PROPOSAL-CHOSEN" if version == 1 else "NO_PROPOSAL_CHOSEN"
        if result.get("errorNotify") != notify:
            yield f"should be refused with {notify}: {result}"
        if "selected" in result or "selectedEncr" in result:
            yield f"a suite that cannot be: {result}"

    def suite(self, name, version, result):
        if "errorNotify" in result:
            yield f"should be accepted: {result}"
            return
        if not BENCH.truth[name].complete():
            return
        suite = expect.ikev1_suite(result) if version == 1 else expect.ikev2_suite(result)
        if not expect.configured(suite, BENCH.truth[name].offers(version)):
            yield f"{suite} is not configured"

    def ikev1(self, name, result):
        wanted = {FRAGMENTATION, DPD} if name in postures.LIBRESWAN else {XAUTH, DPD}
        if not wanted <= set(result["vendorIds"]):
            yield f"vendor ids {result['vendorIds']} lack {wanted}"
        if result["exchangeType"] != "Main Mode" or result["version"] != "1.0":
            yield f"version or exchange type: {result}"
        if result["responderCookie"] == "0" * 16 or result.get("proposals") != 1:
            yield f"cookie or proposals: {result}"

    def ikev2(self, name, result):
        nat = {"local": False, "remote": name == "ss-nat"}
        if result.get("natDetected") != nat:
            yield f"NAT {result.get('natDetected')} instead of {nat}"
        if result["cookieRequired"] != (name == "ss-cookie"):
            yield f"cookieRequired {result['cookieRequired']}"
        wanted = {"CHILDLESS_IKEV2_SUPPORTED", "IKEV2_FRAGMENTATION_SUPPORTED"}
        if not wanted <= set(result["notifies"]):
            yield f"notifies {result['notifies']} lack {wanted}"
        if result["version"] != 2 or result["responderSpi"] == "0" * 16:
            yield f"version or SPI: {result}"


class Aggressive(unittest.TestCase):
    def ask(self, name, *flags):
        BENCH.refresh(name)
        return BENCH.probe(BENCH.host(name), "--ike-version", "1", "--exchange", "aggressive",
                           *flags)[1][0]

    def test_accepted(self):
        """ss-weak takes any identity; Aggressive Mode's group is 14 by default."""
        result = self.ask("ss-weak")
        self.assertTrue(result["success"], result)
        self.assertEqual("Aggressive Mode", result["exchangeType"])
        self.assertTrue(expect.configured(expect.ikev1_suite(result),
                                          BENCH.truth["ss-weak"].offers(1)), result)

    def test_refused_mode(self):
        """strongSwan without Aggressive Mode says AUTHENTICATION-FAILED."""
        result = self.ask("ss-v1only")
        self.assertTrue(result["success"], result)
        self.assertEqual("AUTHENTICATION-FAILED", result["errorNotify"])

    def test_own_address_as_identity(self):
        """pluto takes as identity only what its connection names: here the peer's address, which
        is what is sent where nothing else is configured."""
        result = self.ask("lw")
        self.assertTrue(expect.configured(expect.ikev1_suite(result),
                                          BENCH.truth["lw"].offers(1)), result)

    def test_refused_identity(self):
        """pluto looks at the identity before the transforms."""
        path = os.path.join(BENCH.lab.run_dir, "identity.toml")
        with open(path, "w") as file:
            file.write('[modules.other]\naggressive_id = "nobody.example"\n'
                       'aggressive_id_type = "fqdn"\n')
        result = self.ask("lw", "--config.file", path, "--module", "other")
        self.assertEqual("INVALID-ID-INFORMATION", result.get("errorNotify"), result)

    def test_no_hash_leaves(self):
        """What a dictionary attack needs stays inside, whatever the output."""
        self.assertEqual(set(self.ask("ss-weak")) & {"hash", "nonce", "raw", "payloads"}, set())


class Both(unittest.TestCase):
    def test_one_object_a_version(self):
        for name, selected in (("lw", {1, 2}), ("ss-strong", {2}), ("ss-v1only", {1})):
            BENCH.refresh(name)
            code, results = BENCH.probe(BENCH.host(name), "--ike-version", "both")
            self.assertEqual(0, code)
            self.assertEqual({1, 2}, {one["ikeVersion"] for one in results})
            self.assertEqual(selected, {one["ikeVersion"] for one in results
                                        if "selected" in one or "selectedEncr" in one}, results)


class Failures(unittest.TestCase):
    """Hosts that do not answer, and why: (host, flags, reason)."""

    CASES = [("dead", (), "timeout"), ("refused", (), "unreachable"),
             ("prohibited", (), "unreachable"), ("unused", (), "unreachable"),
             ("garbage", (), "malformed"), ("garbage", ("--transport", "udp-encap"), "malformed"),
             ("garbage", ("--transport", "tcp"), "malformed"),
             ("garbage", ("--transport", "tcp-raw"), "malformed"),
             ("refused", ("--transport", "tcp"), "unreachable"),
             ("refused", ("--transport", "tcp-raw"), "unreachable"),
             ("dead", ("--transport", "tcp"), "timeout")]

    def fails(self, host, flags, reason):
        code, results = BENCH.probe(host, "--timeout", "8s", *flags)
        versions = 1 if {"tcp", "tcp-raw"} & set(flags) else 2  # RFC 9329 is of IKEv2
        return [f"{host} {flags}: exit code {code}, {result}" for result in results
                if result["success"] or result["reason"] != reason or not result["error"]
                or code != 1] or ([] if len(results) == versions else [f"{host}: {results}"])

    def test_reasons(self):
        cases = [(BENCH.host(name, family), flags, reason) for name, flags, reason in self.CASES
                 for family in (4, 6)]
        cases.append(("nothing.invalid", (), "resolve"))
        with ThreadPoolExecutor(len(cases)) as pool:
            wrong = list(pool.map(lambda case: self.fails(*case), cases))
        self.assertEqual([], [text for texts in wrong for text in texts])


class Nat(unittest.TestCase):
    def test_behind_masquerade(self):
        """A prober whose own address is translated."""
        client = bench.prober.Prober(BENCH.lab, "client", 0)
        BENCH.refresh("ss-strong")
        code, results = BENCH.probe(BENCH.host("ss-strong"), "--ike-version", "2", source=client)
        self.assertEqual(0, code)
        self.assertEqual({"local": True, "remote": False}, results[0]["natDetected"])


if __name__ == "__main__":
    sys.exit(bench.run(sys.modules["__main__"]))
