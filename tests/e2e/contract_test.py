#!/usr/bin/python3
"""What users and other programs bind to, asked of the real program from outside: exit codes of the command
line, what each error of the API says, and what the metrics claim before anything has been learnt. Simulated
gateways on loopback; argument: the build directory."""
import pathlib
import re
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests/ops"), str(ROOT / "tests/support")]

from gateways import gateway, listening  # noqa: E402
from http_api import Client  # noqa: E402
from stack import Stack, wait_until  # noqa: E402

BOTH, REFUSING, DOWN, ABSENT, JUDGED = (f"127.0.22.{i}" for i in range(1, 6))

SUITES = ["aes256-sha256-modp2048"]
GATEWAYS = (gateway("both", [BOTH], ikev2=SUITES, ikev1=SUITES, half_open_lifetime="0") +
            gateway("refusing", [REFUSING], ikev2="refuse", ikev1="refuse") +
            gateway("judged", [JUDGED], ikev2=SUITES) +
            gateway("down", [DOWN], state="down"))

CONFIG = """
[api]
allow = ["configured", "127.0.22.0/24", "::1", "nowhere.invalid"]
requests_per_second = 1000
[probe]
interval = "2s"
timeout = "1s"
audit_interval = "0s"
port = {ike}
[modules.spent]
half_open_budget = 1
[[target]]
name = "refusing"
host = "127.0.22.2"
audit_interval = "1h"
[[target]]
name = "judged"
host = "127.0.22.5"
ike_versions = [2]
audit_interval = "1h"
policy = "{policy}"
[[target]]
name = "absent"
host = "127.0.22.4"
audit_interval = "1h"
"""

JSON = {"Content-Type": "application/json"}


def values_of(page, name):
    """Labels as text -> value, of one family."""
    pattern = re.compile(r"%s(?:\{(.*)\})? (\S+)" % re.escape(name))
    return {match[1] or "": float(match[2]) for match in map(pattern.fullmatch, page.splitlines()) if match}


class Test:
    def __init__(self, build, work):
        self.stack = Stack(build, work)
        self.ike = self.stack.ports["ike"]

    def run(self):
        self.check_usage()
        with self.stack:
            self.stack.start_gateways(listening(self.ike) + GATEWAYS)
            self.check_commands()
            self.stack.start_exporter(self.configuration("ietf"), "--web.enable-lifecycle")
            self.client = Client(self.stack.ports["exporter"])
            self.check_first_scrape()
            self.check_errors()
            self.check_joining()
            self.check_scraped_probe()
            self.check_refusal_stands()
            self.check_audit_cost()
            self.check_other_policy()

    def configuration(self, policy):
        return CONFIG.format(policy=policy, **self.stack.ports)

    # --- the command line

    def check_usage(self):
        for arguments in (["--web.listen-address", "nonsense"], ["--web.listen-address", "127.0.0.1:99999"],
                          ["--web.telemetry-path", "metrics"], ["--web.telemetry-path", "/probe"],
                          ["--web.telemetry-path", "/a b"],
                          ["probe", "--source-address", "::1", "127.0.22.1"],
                          ["audit", "--source-address", "127.0.0.1", "::1"],
                          ["probe", "--address-family", "ipv6", "127.0.22.1"]):
            ended = self.stack.command(*arguments)
            said = ended.stderr.strip().splitlines()
            assert (ended.returncode, len(said), ended.stdout) == (2, 1, ""), (arguments, ended)
        # Modules are those of the file at the default place, which a package may have put there.
        place = "/etc/ike_exporter/ike_exporter.toml"
        named = self.stack.command("probe", "--module", "no-such", "127.0.22.1")
        expected = "no-such" if pathlib.Path(place).exists() else place
        assert named.returncode == 2 and expected in named.stderr, named

    def check_commands(self):
        for address, code in ((BOTH, 0), (REFUSING, 0), (DOWN, 1)):
            ended = self.stack.command("probe", "--port", self.ike, "--timeout", "1s", address)
            assert ended.returncode == code, ended
        # The half-open budget of an address spent, nobody claims that it refused anything: what it chose stands in.
        ended = self.stack.command("probe", "--ike-version", 2, "--port", self.ike, "--timeout", "1s", *[BOTH] * 4)
        assert ended.returncode == 0 and "refused" not in ended.stdout, ended
        assert "budget is spent" not in ended.stdout, ended
        # Only the family of the source address is probed, so "localhost" is ::1 here.
        ended = self.stack.command("probe", "--json", "--port", self.ike, "--source-address", "::1", "localhost")
        assert '"reason":"unreachable"' in ended.stdout, ended

    # --- the API

    def refused(self, status, body, path="/api/ike/v2-sa"):
        headers = JSON if isinstance(body, str) else None
        answer = self.client.request("POST", path, body, headers)
        assert answer.status == status, (body, answer)
        return answer.json()

    def check_errors(self):
        """Each error says whom it is about, as far as the request does."""
        for body, port in ((f'{{"host": "{BOTH}", "colour": 1}}', 500),
                           (f'{{"colour": 1, "host": "{BOTH}", "transport": "tcp"}}', 4500),
                           (f'{{"host": "{BOTH}:1500", "timeout": 0}}', 1500),
                           (f'{{"timeout": 0, "host": "{BOTH}", "port": 4500}}', 4500)):
            error = self.refused(400, body)
            host = f"{BOTH}:1500" if port == 1500 else BOTH
            assert (error["host"], error["port"], error["reason"]) == (host, port, "request"), error
        twice = self.refused(400, f'{{"host": "{BOTH}", "host": "{DOWN}"}}')
        assert '"host"' in twice["error"], twice
        reload = self.client.request("POST", "/-/reload", "x=1", {"Content-Type": "text/plain"})
        assert reload.status == 415, reload
        assert self.client.request("POST", "/-/reload").status == 200

    def check_joining(self):
        def started(**more):
            answer = self.client.request("POST", "/api/ike/audit", {"host": DOWN, "port": self.ike, **more})
            assert answer.status == 202, answer
            return answer.headers["Location"]
        assert started() == started(transport="udp")
        assert started() != started(transport="tcp-raw"), "another transport is another endpoint"

    # --- metrics

    def probe(self, query):
        answer = self.client.request("GET", f"/probe?target={query}")
        assert answer.status == 200, answer
        return answer.body

    def check_first_scrape(self):
        """Counters are there before the first event, so that a rate sees it."""
        page = self.page()
        requests = values_of(page, "ike_exporter_http_requests_total")
        for handler, code in (("metrics", 200), ("probe", 200), ("api_v2_sa", 200), ("api_audit", 202)):
            assert requests.get(f'code="{code}",handler="{handler}"') == 0, requests
            assert f'ike_exporter_http_request_duration_seconds_count{{handler="{handler}"}} 0' in page, handler

    def check_scraped_probe(self):
        before = time.time()
        page = self.probe(f"{BOTH}:{self.ike}&module=spent")
        (info,) = values_of(page, "ike_target_info")
        assert 'module="spent"' in info, info
        for name in ("ike_probe_last_run_timestamp_seconds", "ike_probe_last_answer_timestamp_seconds"):
            values = values_of(page, name)
            assert len(values) == 2 and all(value >= before - 1 for value in values.values()), (name, values)
        # The one slot of the budget is taken, by IKEv2: what it chose stands in, and of IKEv1 nothing is known.
        page = self.probe(f"{BOTH}:{self.ike}&module=spent")
        assert values_of(page, "probe_success") == {"": 1}, page
        assert list(values_of(page, "ike_negotiated").values()) == [1], page
        assert len(values_of(page, "ike_selected_info")) == 1, page
        body = {"host": BOTH, "port": self.ike, "timeout": 300}
        answers = [self.client.request("POST", "/api/ike/version", body).json() for _ in range(3)]
        assert answers[-1]["ikev2"] and answers[-1]["ikev2Selected"] and answers[-1]["cached"], answers
        assert 0 <= answers[-1]["age"] < 300 and answers[-1]["address"] == BOTH, answers
        # A pipeline that asks a configured gateway gets an answer, and of one that is silent 504.
        for _ in range(5):
            answer = self.client.request("POST", "/api/ike/v2-sa", {"host": BOTH, "port": self.ike, "timeout": 300})
            assert answer.status == 200 and answer.json()["selectedEncr"] == "ENCR_AES_CBC", answer
            answer = self.client.request("POST", "/api/ike/v2-sa", {"host": DOWN, "port": self.ike, "timeout": 300})
            assert answer.status == 504, answer
        assert all("errorNotify" not in answer for answer in answers), answers
        page = self.probe("nowhere.invalid")
        assert all(values_of(page, "ike_probe_duration_seconds").values()), page

    def page(self):
        return self.client.request("GET", "/metrics").body

    def check_refusal_stands(self):
        """Openings that leave no state do not make a refused proposal accepted."""
        labels = 'target="refusing",ike_version="%d"'

        def probed_often():
            probes = values_of(self.page(), "ike_probes_total")
            return all(probes[labels % version] >= 3 for version in (1, 2))
        wait_until("three probes of each version", probed_often, 30)
        page = self.page()
        for version in (1, 2):
            key = labels % version
            assert values_of(page, "ike_up")[key] == 1 and values_of(page, "ike_negotiated")[key] == 0, page
            assert values_of(page, "ike_probe_failure_info").get(f'{key},reason="rejected"') == 1, page

    def check_audit_cost(self):
        """An audit that nothing answers costs too, and says why."""
        def audited():
            return values_of(self.page(), "ike_audit_failures_total").get('target="absent"')
        wait_until("an audit of the absent gateway", audited, 120)
        page = self.page()
        for name in ("ike_audit_requests", "ike_audit_duration_seconds"):
            assert values_of(page, name)['target="absent"'] > 0, name
        audit = self.client.request("GET", "/api/targets/absent").json()["audit"]
        assert audit["reason"] == "unreachable" and "unreachable" in audit["error"], audit

    def check_other_policy(self):
        """A reload judges what is known by the policy of now, not at the next audit. Where nothing is accepted, nothing
        is judged."""
        def judged_by(policy):
            return f'target="judged",policy="{policy}"' in values_of(self.page(), "ike_policy_compliant")
        wait_until("an audit of the gateway that accepts something", lambda: judged_by("ietf"), 120)
        wait_until("an audit of the one that refuses",
                   lambda: values_of(self.page(), "ike_audits_total").get('target="refusing"'), 120)
        assert not any("refusing" in key for key in values_of(self.page(), "ike_policy_compliant"))
        self.stack.write("ike_exporter.toml", self.configuration("cnsa2"))
        assert self.client.request("POST", "/-/reload").status == 200
        assert judged_by("cnsa2") and not judged_by("ietf"), self.page()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        Test(sys.argv[1], pathlib.Path(directory)).run()
    print("the program keeps what it promises")
