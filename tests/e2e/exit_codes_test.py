#!/usr/bin/python3
"""Exit codes of `ike_exporter audit` and `probe` over several hosts, in every order, and that each host's result
is printed whatever became of the others. Simulated gateways on loopback; argument: the build directory."""
import itertools
import json
import pathlib
import re
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests/ops"), str(ROOT / "tests/support")]

from gateways import gateway, listening  # noqa: E402
from stack import Stack  # noqa: E402

GOOD, WEAK, DOWN, REFUSING, NAMELESS = "127.0.23.1", "127.0.23.2", "127.0.23.3", "127.0.23.4", "nowhere.invalid"
HOSTS = (GOOD, WEAK, DOWN, REFUSING, NAMELESS)

GATEWAYS = (gateway("good", [GOOD], ikev2=["aes256gcm16-prfsha384-ecp384"], half_open_lifetime="0") +
            gateway("weak", [WEAK], ikev2=["3des-sha1-modp1024"], half_open_lifetime="0") +
            gateway("down", [DOWN], state="down") +
            gateway("refusing", [REFUSING], ikev2="refuse"))

# So many audits of one gateway at a time would wait for each other's half-open SAs, if they could leave any.
CONFIG = """
[probe]
half_open_budget = 100
ike_versions = [2]
timeout = "1s"
port = {ike}
"""

AUDIT_CODES = {GOOD: 0, WEAK: 1, DOWN: 3, REFUSING: 3, NAMELESS: 3}
PROBE_CODES = {GOOD: 0, WEAK: 0, DOWN: 1, REFUSING: 0, NAMELESS: 1}
# Where no name server is in reach, the name cannot be said not to exist.
NO_ADDRESS = "no such name|every name server failed or was out of reach"
AUDIT_TEXTS = {GOOD: ("policy        ietf: compliant", "ENCR_AES_GCM_16"),
               WEAK: ("policy        ietf: not compliant", "ENCR_3DES"),
               DOWN: ("no answer in time",), REFUSING: ("policy        ietf: undecided, nothing is accepted",),
               NAMELESS: (NO_ADDRESS,)}
PROBE_TEXTS = {GOOD: ("ENCR_AES_GCM_16_256",), WEAK: ("ENCR_3DES",), DOWN: ("no answer",),
               REFUSING: ("NO_PROPOSAL_CHOSEN",), NAMELESS: (NO_ADDRESS,)}


def expected(command, hosts):
    """1 beats 3 beats 0."""
    codes = {(AUDIT_CODES if command == "audit" else PROBE_CODES)[host] for host in hosts}
    return 1 if 1 in codes else max(codes)


def check_text(command, hosts, text):
    """A part for each host, in the order of the command line."""
    starts = [text.index(host) for host in hosts]
    assert starts == sorted(starts), text
    for host, start, end in zip(hosts, starts, [*starts[1:], len(text)]):
        for wanted in (AUDIT_TEXTS if command == "audit" else PROBE_TEXTS)[host]:
            assert re.search(wanted, text[start:end]), (hosts, wanted, text)


def check_json(command, hosts, text):
    objects = [json.loads(line) for line in text.splitlines()]
    assert [entry["host"] for entry in objects] == list(hosts), text
    for host, entry in zip(hosts, objects):
        assert entry["success"] == (host in (GOOD, WEAK, REFUSING)), entry
        if command == "audit" and host == REFUSING:
            assert entry["complete"] and "compliant" not in entry and entry["findings"] == [], entry
        elif command == "audit" and entry["success"]:
            assert entry["complete"] and entry["compliant"] == (host == GOOD), entry
            ciphers = {row["id"] for row in entry["ikev2"]["accepted"] if row["kind"] == "encryption"}
            assert ciphers == ({20} if host == GOOD else {3}), entry
        if not entry["success"]:
            assert entry["reason"] == ("resolve" if host == NAMELESS else "timeout"), entry


class Test:
    def __init__(self, build, work):
        self.stack = Stack(build, work)

    def run(self):
        with self.stack:
            ike = self.stack.ports["ike"]
            self.stack.start_gateways(listening(ike) + GATEWAYS)
            self.config = self.stack.write("exit_codes.toml", CONFIG.format(ike=ike))
            lists = [hosts for count in (1, 2) for hosts in itertools.permutations(HOSTS, count)]
            lists += [(DOWN, WEAK, GOOD, NAMELESS), (GOOD, NAMELESS, DOWN)]
            cases = list(itertools.product(("audit", "probe"), lists, (False, True)))
            with ThreadPoolExecutor(8) as pool:
                list(pool.map(lambda case: self.check(*case), cases))
            print(f"{len(cases)} commands")

    def check(self, command, hosts, as_json):
        ended = self.stack.command(command, f"--config.file={self.config}", *(["--json"] if as_json else []), *hosts)
        assert ended.returncode == expected(command, hosts), (command, hosts, ended)
        assert ended.stderr == "", (command, hosts, ended)
        (check_json if as_json else check_text)(command, hosts, ended.stdout)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        Test(sys.argv[1], directory).run()
    print("every host counted, and every result was printed")
