#!/usr/bin/env python3
"""Audits of IKEv1 gateways by mode and authentication method, each with one connection: what is
reported has to be what the daemon's configuration says. Liveness and single requests find them too.

  test_methods.py build/release/ike_exporter [TEST...]
"""
import json
import os
import subprocess
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True

import bench  # noqa: E402
import compare  # noqa: E402
import fleet  # noqa: E402
import labnet  # noqa: E402
import prober  # noqa: E402
import process  # noqa: E402
from libreswan import Libreswan  # noqa: E402
from server import Server  # noqa: E402
from strongswan import StrongSwan  # noqa: E402

GATEWAYS = None
EXCHANGE_TYPES = {"main": 2, "aggressive": 4}
METHODS = {"psk": 1, "rsa": 3, "xauth-psk": 65001, "xauth-rsa": 65005, "hybrid": 64221}
# What a single request calls them (IANA; draft-beaulieu-ike-xauth-02 section 7.2).
NAMES = {"psk": "pre-shared key", "rsa": "RSA signatures", "xauth-psk": "XAUTHInitPreShared",
         "xauth-rsa": "XAUTHInitRSA"}
# Of the peer, in the words of swanctl.conf.
REMOTE = {"psk": ["psk"], "rsa": ["pubkey"], "xauth-psk": ["psk", "xauth"],
          "xauth-rsa": ["pubkey", "xauth"], "hybrid": ["xauth"]}
# Of a second connection, beside one of Main Mode with a pre-shared key.
OTHERS = ("xauth-psk", "rsa")
SUITE = {"encryption": {(7, 256)}, "hash": {(4, None)}, "dh": {(14, None)}}
TWO_SUITES = {"encryption": {(7, 256), (5, None)}, "hash": {(4, None), (2, None)},
              "dh": {(14, None), (5, None)}}
# Openings that hold all suites once.
A_SWEEP = 20
AUDIT_SECONDS = 240
XAUTH_ALONE = [(mode, method) for mode in ("main", "aggressive")
               for method in ("xauth-psk", "xauth-rsa")]

SWANCTL = """connections {{ c {{
  version = 1
  aggressive = {aggressive}
  proposals = aes256-sha256-modp2048
  local {{ {local}
          id = gw.lab }}
  {remote}
  children {{ k {{ mode = tunnel }} }}
}} }}
secrets {{ ike-1 {{ secret = "lab-psk" }} }}
"""
# The mode of the second connection.
SECOND = {"both": "aggressive", "two": "main"}
IPSEC = """conn {name}
    ikev2=no
    left={host}
    leftid=@gw.lab
    right=%any
    aggressive={aggressive}
    ike={suite}
    {lines}
    auto=add
"""


class Keys:
    """A certificate that every gateway shows, in the forms that the daemons read."""

    def __init__(self, folder):
        os.makedirs(folder, exist_ok=True)
        self.key, self.certificate, self.bundle = (
            os.path.join(folder, name) for name in ("key.pem", "gw.pem", "gw.p12"))
        labnet.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                   "-keyout", self.key, "-out", self.certificate, "-subj", "/CN=gw.lab",
                   "-addext", "subjectAltName=DNS:gw.lab")
        labnet.run("openssl", "pkcs12", "-export", "-in", self.certificate, "-inkey", self.key,
                   "-name", "gw", "-out", self.bundle, "-passout", "pass:lab")


class Charon(StrongSwan):
    keys = None

    def start(self):
        for folder, path in (("private", self.keys.key), ("x509", self.keys.certificate)):
            os.makedirs(self._path(folder), exist_ok=True)
            os.symlink(path, self._path(os.path.join(folder, "gw.pem")))
        super().start()


class Pluto(Libreswan):
    keys = None

    def _key_database(self):
        super()._key_database()
        labnet.run("pk12util", "-i", self.keys.bundle, "-d", "sql:" + self._path("nss"), "-W", "lab",
                   "-K", "")


def charon(lab, name, mode, method):
    local = "auth = psk" if "psk" in method else "auth = pubkey\n          certs = gw.pem"
    remote = "\n  ".join(f"remote-{index} {{ auth = {auth} }}"
                         for index, auth in enumerate(REMOTE[method]))
    return Charon(lab, name, SWANCTL.format(aggressive="yes" if mode == "aggressive" else "no",
                                            local=local, remote=remote))


def connection(host, mode, method, suite="aes256-sha2_256;modp2048"):
    lines = ["authby=secret"] if "psk" in method else ["authby=rsasig", "leftcert=gw"]
    if "xauth" in method:
        lines += ["leftxauthserver=yes", "rightxauthclient=yes"]
    return IPSEC.format(name=f"{mode}-{method}", host=host, suite=suite, lines="\n    ".join(lines),
                        aggressive="yes" if mode == "aggressive" else "no")


class Gateways:
    """Daemons by (implementation, mode, method), and what each was audited to be."""

    def __init__(self, binary):
        self.binary = os.path.abspath(binary)
        self.lab = fleet.scratch_lab("ikej-", "10.102")
        Charon.keys = Pluto.keys = Keys(os.path.join(self.lab.run_dir, "keys"))
        self.daemons, self.hosts = {}, {}
        # pluto has no hybrid authentication.
        cases = [(kind, mode, method) for kind in ("pluto", "charon")
                 for mode in ("main", "aggressive") for method in METHODS
                 if (kind, method) != ("pluto", "hybrid")]
        cases += [("pluto", mode, method) for mode in ("both", "two") for method in OTHERS]
        names = ["-".join(case) for case in cases]
        self.lab.create({name: fleet.FIRST_NUMBER + index for index, name in enumerate(names)})
        for index, (case, name) in enumerate(zip(cases, names)):
            self.hosts[case] = self.lab.address(fleet.FIRST_NUMBER + index)
            self.daemons[case] = self._daemon(case, name)
            self.daemons[case].start()
        source = self.source = prober.clean(self.lab)
        self.server = Server(self.binary, source, self._targets())
        with ThreadPoolExecutor(len(cases)) as pool:
            self.results = dict(zip(cases, pool.map(lambda case: self._audit(source, case), cases)))
        # Before requests take liveness' part of the budget, and once XAUTH's methods were answered three times.
        process.wait_for(self._all_up, 240)
        self.page = self.server.metrics()

    def _targets(self):
        """Gateways that have XAUTH alone, in each mode: they are up. What liveness may leave open
        there is the default, requests by hand may leave more."""
        tables = ['[probe]\ninterval = "5s"\ntimeout = "5s"\naudit_interval = "0s"\nike_versions = [1]\n'
                  'half_open_budget = 30\n']
        for mode, method in XAUTH_ALONE:
            tables.append(f'[[target]]\nname = "{mode}-{method}"\n'
                          f'host = "{self.hosts["pluto", mode, method]}"\n'
                          f'exchange = "{mode}"\nhalf_open_budget = 3\n')
        return "".join(tables)

    def _all_up(self):
        page = self.server.metrics()
        return all(page.value("ike_target_up", target=f"{mode}-{method}") == 1 for mode, method in XAUTH_ALONE)

    def _daemon(self, case, name):
        kind, mode, method = case
        if kind == "charon":
            return charon(self.lab, name, mode, method)
        host = self.hosts[case]
        if mode in SECOND:
            text = (connection(host, "main", "psk") +
                    connection(host, SECOND[mode], method, "3des-sha1;modp1536"))
        else:
            text = connection(host, mode, method)
        return Pluto(self.lab, name, text)

    def by_hand(self, mode, host):
        """(exit code, JSON) of a command that knows nothing of the gateway but its mode."""
        done = subprocess.run(
            self.source.command(self.binary, "probe", "--json", "--ike-version", "1", "--exchange",
                                mode, host),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            timeout=AUDIT_SECONDS, check=False)
        return done.returncode, json.loads(done.stdout)

    def _audit(self, source, case):
        done = subprocess.run(
            source.command(self.binary, "audit", "--json", "--ike-version", "1", self.hosts[case]),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            timeout=AUDIT_SECONDS, check=False)
        return done.returncode, json.loads(done.stdout)


def open_bench(binary):
    global GATEWAYS
    GATEWAYS = Gateways(binary)


class Methods(unittest.TestCase):
    def check(self, case, modes, methods, suite, beyond=0):
        """beyond: requests over the bound."""
        code, result = GATEWAYS.results[case]
        part = result.get("ikev1", {})
        accepted, undecidable = (compare.values_of(part.get(name, []))
                                 for name in ("accepted", "undecidable"))
        self.assertEqual(code, 1, f"{case}: {result}")
        self.assertTrue(part["answered"] and part["complete"], case)
        self.assertEqual(part["modes"], modes, case)
        self.assertEqual(accepted.pop("authentication", set()),
                         {(METHODS[method], None) for method in methods}, case)
        self.assertEqual(accepted, suite, case)
        others = {(METHODS[method], None) for method in METHODS if method not in methods}
        self.assertLessEqual(others, undecidable["authentication"], case)
        values = sum(map(len, suite.values())) + 1
        self.assertLessEqual(result["requests"], compare.bound(values) + beyond, case)

    def test_libreswan(self):
        for case in GATEWAYS.results:
            kind, mode, method = case
            if kind == "pluto" and mode not in SECOND:
                self.check(case, [mode], [method], SUITE)

    def test_liveness_where_xauth_is_all_there_is(self):
        for mode, method in XAUTH_ALONE:
            with self.subTest(mode=mode, method=method):
                self.assertEqual(GATEWAYS.page.value("ike_target_up", target=f"{mode}-{method}"), 1)

    def test_by_hand(self):
        """One command finds every method that scheduled probes find, in the mode of the connection."""
        cases = [(mode, method) for mode in EXCHANGE_TYPES for method in NAMES]
        hosts = [GATEWAYS.hosts["pluto", mode, method] for mode, method in cases]
        with ThreadPoolExecutor(len(cases)) as pool:
            answers = list(pool.map(GATEWAYS.by_hand, [mode for mode, _ in cases], hosts))
        for (mode, method), (code, answer) in zip(cases, answers):
            with self.subTest(mode=mode, method=method):
                self.assertEqual(code, 0, answer)
                self.assertEqual(NAMES[method], answer["selected"]["authentication"])

    def test_by_hand_through_the_api(self):
        for mode, method in XAUTH_ALONE:
            with self.subTest(mode=mode, method=method):
                asked = {"host": GATEWAYS.hosts["pluto", mode, method], "timeout": 5000}
                status, body = GATEWAYS.server.post(
                    "/api/ike/probe", {**asked, "exchangeType": EXCHANGE_TYPES[mode]})
                self.assertEqual(200, status, body)
                self.assertEqual(NAMES[method], body["selected"]["authentication"])
                if mode == "main":
                    status, body = GATEWAYS.server.post("/api/ike/version", asked)
                    self.assertEqual((200, True, True),
                                     (status, body.get("ikev1"), body.get("ikev1Selected")), body)

    def test_strongswan(self):
        """It answers Main Mode whatever the mode of its connection is, and echoes methods there."""
        for case in GATEWAYS.results:
            kind, mode, method = case
            if kind == "charon" and mode == "main":
                self.check(case, ["main"], [], SUITE)
            elif kind == "charon":
                self.check(case, ["main", "aggressive"], [method], SUITE)

    def test_aggressive_mode_with_a_connection_of_its_own(self):
        """Branches in Main Mode, road warriors in Aggressive Mode, with other suites."""
        for method in OTHERS:
            self.check(("pluto", "both", method), ["main", "aggressive"], ["psk", method],
                       TWO_SUITES)

    def test_methods_with_suites_of_their_own(self):
        """pluto takes the connection that has the method, and then looks at its suites alone."""
        for method in OTHERS:
            self.check(("pluto", "two", method), ["main"], ["psk", method], TWO_SUITES, A_SWEEP)


if __name__ == "__main__":
    sys.exit(bench.run(sys.modules[__name__]))
