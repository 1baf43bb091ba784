#!/usr/bin/env python3
"""What `ike_exporter audit` tells of real daemons: exit codes, every field that the contract names, and
that a verdict without a checked source says so.

  test_report.py build/release/ike_exporter [TEST...]
"""
import json
import os
import re
import subprocess
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True

import bench  # noqa: E402
import labnet  # noqa: E402

BENCH = None
POLICIES = os.path.join(labnet.HERE, "..", "golden", "policy")
AUDIT_SECONDS = 540

# Enough for an audit to begin and too little for it to end.
SPENT = """table inet lab { chain in {
  type filter hook input priority 0;
  udp dport 500 quota over 12 kbytes drop;
}
}
"""

TEXT, NUMBER, FLAG, LIST = str, (int, float), bool, list
VERDICTS = {"strong", "acceptable", "weak", "broken"}
KINDS = {1: {"encryption", "hash", "dh", "authentication"},
         2: {"encryption", "integrity", "prf", "dh", "additional_ke"}}
RESULT = {"success": FLAG, "host": TEXT, "port": int, "complete": FLAG, "policy": TEXT,
          "postQuantum": FLAG, "requests": int, "durationMs": NUMBER, "responder": dict,
          "findings": LIST}
RESPONDER = {"implementation": TEXT, "vendorIds": LIST, "vendors": LIST}
VERSION = {"answered": FLAG, "complete": FLAG, "accepted": LIST, "unknown": LIST,
           "undecidable": LIST, "suites": LIST}
FINDING = {"ikeVersion": int, "kind": TEXT, "id": int, "algorithm": TEXT, "level": TEXT,
           "reason": TEXT, "reference": TEXT, "advice": TEXT}


def open_bench(binary):
    global BENCH
    BENCH = bench.Bench(binary, "iker-", "10.101")


def audit(*names, flags=()):
    """(exit code, standard output, standard error)."""
    hosts = [name if "." in name else BENCH.host(name) for name in names]
    done = subprocess.run(BENCH.source.command(BENCH.binary, "audit", *flags, *hosts),
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=AUDIT_SECONDS, check=False)
    return done.returncode, done.stdout, done.stderr


def at_once(*calls):
    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(lambda call: audit(*call[0], flags=call[1]), calls))


def draft_rules(policy):
    """{(version, kind, number, key length)} whose violation rests on a source that was not checked."""
    pattern = re.compile(r"violation v(\d) (\S+) (\d+) .+?(?: (\d+))?: .* draft")
    with open(os.path.join(POLICIES, policy + ".txt")) as golden:
        found = map(pattern.fullmatch, golden.read().splitlines())
    return {(int(m[1]), m[2], int(m[3]), int(m[4] or 0)) for m in found if m}


class Report(unittest.TestCase):
    def setUp(self):
        for name in ("ss-strong", "ss-weak", "ss-ke", "ss-odd", "ss-nat", "lw"):
            BENCH.refresh(name)

    def has(self, value, fields, where):
        for name, kind in fields.items():
            self.assertIn(name, value, where)
            self.assertIsInstance(value[name], kind, f"{where}: {name}")
        self.assertNotIn(None, value.values(), where)

    def is_algorithm(self, entry, version, where):
        self.has(entry, {"kind": TEXT, "id": int, "algorithm": TEXT, "verdict": TEXT}, where)
        self.assertIn(entry["kind"], KINDS[version], where)
        self.assertIn(entry["verdict"], VERDICTS, where)
        for name in ("keyLength", "strength"):
            self.assertGreater(entry.get(name, 1), 0, where)

    def is_result(self, result, where):
        self.has(result, RESULT, where)
        self.has(result["responder"], RESPONDER, where)
        self.assertEqual("compliant" in result, bool(result["findings"]) or result["complete"])
        for version in (1, 2):
            part = result[f"ikev{version}"]
            self.has(part, {**VERSION, **({"modes": LIST} if version == 1 else {})}, where)
            for name in ("accepted", "unknown", "undecidable"):
                for entry in part[name]:
                    self.is_algorithm(entry, version, f"{where} {name} {entry}")
                    self.assertEqual("why" in entry, name == "undecidable", where)
        for finding in result["findings"]:
            self.has(finding, FINDING, f"{where} {finding}")

    def test_usage_errors(self):
        for names, flags in ((("ss-strong",), ("--policy", "none-such")), ((), ()),
                             (("ss-strong",), ("--ike-version", "3")), (("no such.host",), ())):
            code, out, error = audit(*names, flags=flags)
            self.assertEqual((code, out, len(error.strip().splitlines())), (2, "", 1), error)

    def test_every_field_of_the_contract(self):
        names = ("ss-strong", "ss-weak", "lw")
        for name, (code, out, _) in zip(names, at_once(*(((name,), ("--json",)) for name in names))):
            result = json.loads(out)
            self.assertEqual(code, 0 if name == "ss-strong" else 1, name)
            self.is_result(result, name)
            self.assertTrue(result["complete"], name)
            parts = [result["ikev1"], result["ikev2"]]
            if name != "ss-strong":
                self.assertEqual(result["ikev1"]["modes"], ["main", "aggressive"], name)
                self.assertTrue(result["findings"] and not result["compliant"], name)
                self.assertTrue(all(part["suites"] for part in parts), name)
            kinds = {entry["kind"] for entry in result["ikev2"]["accepted"]}
            self.assertEqual(kinds, KINDS[2] - {"additional_ke"}, name)

    def test_silence_amidst_is_incomplete(self):
        BENCH.lab.filter("ss-ke", SPENT)
        flags = ("--ike-version", "2")
        text, tree = at_once((("ss-ke",), flags), (("ss-ke",), (*flags, "--json")))
        BENCH.lab.filter("ss-ke", "")
        result = json.loads(tree[1])
        self.assertEqual((text[0], tree[0]), (3, 3), text[1])
        self.assertFalse(result["complete"])
        self.assertTrue(result["success"] and result["ikev2"]["unknown"], result)
        self.assertNotIn("compliant", result)
        self.assertIn("undecided", text[1])
        self.assertIn("incomplete", text[1])
        self.assertIn("stopped answering", text[1])

    def test_drafts_are_marked(self):
        asked = {"cnsa2": "ss-strong", "nist": "ss-weak", "bsi": "ss-cookie", "ietf": "ss-nat"}
        texts, trees = (at_once(*(((name,), ("--ike-version", "2", "--policy", policy, *flags))
                                  for policy, name in asked.items())) for flags in ((), ("--json",)))
        for policy, (_, text, _), (_, tree, _) in zip(asked, texts, trees):
            drafts, found = draft_rules(policy), json.loads(tree)["findings"]
            for finding in found:
                key = tuple(finding.get(name, 0)
                            for name in ("ikeVersion", "kind", "id", "keyLength"))
                draft = key in drafts or (policy == "cnsa2" and finding["level"] == "missing")
                self.assertEqual(finding.get("draft", False), draft, finding)
            titles = re.findall(r"^  IKEv[12] \S.*: .*$", text, re.M)
            self.assertEqual(len(titles), len(found), text)
            marked = [title for title in titles if title.endswith(" (draft rule)")]
            self.assertEqual(len(marked), sum("draft" in finding for finding in found), text)
            self.assertEqual(bool(marked), policy != "ietf", f"{policy}: {text}")


if __name__ == "__main__":
    sys.exit(bench.run(sys.modules[__name__]))
