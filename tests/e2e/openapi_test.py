#!/usr/bin/python3
"""The OpenAPI document against what the server does: every path, every status, every field, no more and no
less. Real exporters and simulated gateways on loopback; arguments: the build directory."""
import json
import pathlib
import signal
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/ops"))

import jsonschema  # noqa: E402
from http_api import Client, Document  # noqa: E402
from stack import Stack, wait_until  # noqa: E402

SCHEMA_OF_OPENAPI = pathlib.Path("/usr/share/openapi-specification/schemas/v3.0/schema.json")

STRONG, WEAK, REFUSING, DOWN, ABSENT, GARBAGE, NATTED = (f"127.0.21.{i}" for i in range(1, 8))

GATEWAYS = """
[listen]
udp = [{ike}]
udp_encap = [{ike_encap}]
bind = "each"
[[gateway]]
name = "strong"
addresses = ["127.0.21.1"]
ikev2 = ["aes256gcm16-prfsha384-ecp384-ke1_mlkem768-ke1_none", "aes256-sha384-ecp384"]
rfc9370 = true
ikev1 = "refuse"
[[gateway]]
name = "weak"
addresses = ["127.0.21.2"]
ikev2 = ["aes128-sha1-modp1024"]
ikev1 = ["aes128-sha1-modp1024"]
aggressive = true
ikev1_vendor_ids = ["09002689dfd6b712"]
ikev1_echoed_vendor_ids = ["4a131c81070358455c5728f20e95452f"]
[[gateway]]
name = "refusing"
addresses = ["127.0.21.3"]
ikev2 = "refuse"
ikev1 = "refuse"
[[gateway]]
name = "down"
addresses = ["127.0.21.4"]
state = "down"
[[gateway]]
name = "absent"
addresses = ["127.0.21.5"]
state = "absent"
[[gateway]]
name = "garbage"
addresses = ["127.0.21.6"]
ikev2 = "refuse"
ikev1 = "refuse"
mischief = ["garbage-after-spi"]
[[gateway]]
name = "natted"
addresses = ["127.0.21.7"]
ikev2 = ["aes256-sha256-modp2048"]
ikev1 = "refuse"
nat_local = true
"""

CONFIG = """
[api]
allow = ["127.0.21.0/24"]
ports = [{ike}, {ike_encap}]
requests_per_second = 1000
[probe]
interval = "5s"
timeout = "3s"
audit_interval = "30s"
half_open_budget = 200
port = {ike}
[modules.both]
[[target]]
name = "weak"
host = "127.0.21.2"
module = "both"
policy = "nist"
labels = {{ site = "ber" }}
[[target]]
name = "down"
host = "127.0.21.4"
[[target]]
name = "unsent"
host = "127.0.21.4"
source_address = "203.0.113.9"
"""

# One client may ask once a second, and needs a password.
STRICT_CONFIG = """
[api]
requests_per_second = 0.2
[[target]]
name = "down"
host = "127.0.21.4"
port = {ike}
timeout = "5s"
interval = "5s"
audit_interval = "0s"
"""

WEB_CONFIG = """
basic_auth_users:
  alice: $2b$04$7jgdyOrrkjp85AGAai0mRuxaCecEyUjGZvWDd6g3Lx7jMdhMLrmWS  # "open sesame"
"""

# What cannot be met in a test of seconds, and why.
UNSEEN = {
    ("Ikev2Sa", "additionalKeyExchanges"): "no proposal set offers any, only audits do",
    ("Finding", "keyLength"): "only of a finding against one key length",
} | {
    (kind, "quirks"): "of irregular gateways: hostile.answers"
    for kind in ("Ikev1Probe", "Ikev2Sa", "Versions", "VersionState")
} | {
    (kind, "vendorTexts"): "of daemons that nobody knows: hostile.answers" for kind in ("Ikev1Probe", "Ikev2Sa")
} | {
    (kind, "redirectedTo"): "of gateways that send their peers on: hostile.answers"
    for kind in ("Ikev2Sa", "VersionState")
} | {
    (kind, key): "where no slot of the half-open budget comes: ProbeOnRequest" for kind in ("Ikev1Probe", "Ikev2Sa")
    for key in ("cached", "age")
}


class Test:
    def __init__(self, build, work):
        (work / "open").mkdir()
        (work / "strict").mkdir()
        self.open = Stack(build, work / "open")
        self.strict = Stack(build, work / "strict")
        self.ike = self.open.ports["ike"]

    def run(self):
        with self.open, self.strict:
            self.start()
            answer = self.client.request("GET", "/api/openapi.json")
            self.document = Document(answer.body)
            self.check_document(answer)
            self.check_probing()
            self.check_operation()
            self.check_state()
            self.check_refusals()
            self.check_what_no_path_takes()
            self.check_audits()
            self.check_stopping()
        assert not self.document.unseen_statuses(), self.document.unseen_statuses()
        unseen = self.document.unseen_properties()
        assert unseen == set(UNSEEN), f"not seen: {unseen - set(UNSEEN)}, seen after all: {set(UNSEEN) - unseen}"

    def start(self):
        self.open.start_gateways(GATEWAYS.format(**self.open.ports))
        self.open.start_exporter(CONFIG.format(**self.open.ports), "--web.enable-lifecycle")
        web = self.strict.write("web.yml", WEB_CONFIG)
        self.strict.start_exporter(STRICT_CONFIG.format(ike=self.ike), f"--web.config.file={web}")
        self.client = Client(self.open.ports["exporter"])
        self.stranger = Client(self.strict.ports["exporter"])
        self.alice = Client(self.strict.ports["exporter"], authorization="Basic YWxpY2U6b3BlbiBzZXNhbWU=")
        self.audits = [self.client.request("POST", "/api/ike/audit", {"host": host, "port": self.ike})
                       for host in (STRONG, WEAK, ABSENT)]

    def expect(self, status, method, path, real=None, body=None, headers=None, client=None):
        """One request, whose answer must be this status, and in the document."""
        answer = (client or self.client).request(method, real or path, body, headers)
        assert answer.status == status, f"expected {status}: {method} {real or path} {body}: {answer!r}"
        self.document.check(method, path, answer)
        return answer

    def check_document(self, answer):
        self.document.check("GET", "/api/openapi.json", answer)
        if SCHEMA_OF_OPENAPI.exists():
            schema = json.loads(SCHEMA_OF_OPENAPI.read_text())
            jsonschema.Draft4Validator(schema).validate(self.document.root)

    # --- each path

    def check_probing(self):
        probe, version, v2_sa = "/api/ike/probe", "/api/ike/version", "/api/ike/v2-sa"
        for path in (probe, version, v2_sa):
            for host in (STRONG, WEAK, REFUSING, NATTED):
                self.expect(200, "POST", path, body={"host": host, "port": self.ike})
            self.expect(502, "POST", path, body={"host": ABSENT, "port": self.ike})
            self.expect(502, "POST", path, body={"host": GARBAGE, "port": self.ike, "timeout": 500})
            self.expect(502, "POST", path, body={"host": STRONG, "port": self.ike, "address_family": "ipv6"})
            self.expect(504, "POST", path, body={"host": DOWN, "port": self.ike, "timeout": 300})
            self.expect(400, "POST", path, body={"host": STRONG, "port": 0})
            self.expect(400, "POST", path, body="{", headers={"Content-Type": "application/json"})
            self.expect(403, "POST", path, body={"host": "192.0.2.1"})
            self.expect(403, "POST", path, body={"host": STRONG, "port": 22})
        aggressive = {"host": WEAK, "port": self.ike, "exchangeType": 4, "id": "me", "idType": "fqdn", "dhGroup": 2}
        answer = self.expect(200, "POST", probe, body=aggressive).json()
        assert answer["exchangeType"] == "Aggressive Mode", answer
        encapsulated = {"host": NATTED, "port": self.open.ports["ike_encap"], "transport": "udp-encap"}
        assert self.expect(200, "POST", v2_sa, body=encapsulated).json()["natDetected"]["remote"]
        self.expect(400, "POST", v2_sa, body=aggressive)
        self.check_scraped_probes()

    def check_scraped_probes(self):
        target = f"/probe?target={STRONG}:{self.ike}"
        self.expect(200, "GET", "/probe", target)
        self.expect(200, "GET", "/probe", target + "&module=both&debug=true",
                    headers={"X-Prometheus-Scrape-Timeout-Seconds": "2.5"})
        self.expect(200, "GET", "/probe", f"/probe?target={ABSENT}:{self.ike}")
        for wrong in ("/probe", target + "&module=unknown", "/probe?target=a..b"):
            self.expect(400, "GET", "/probe", wrong)
        self.expect(403, "GET", "/probe", "/probe?target=192.0.2.1")
        self.check_kept_probes()

    def check_kept_probes(self):
        kept = self.expect(200, "GET", "/api/probes").json()["probes"]
        assert [probe["success"] for probe in kept] == [False, True, True], kept
        assert kept[0]["ikev2"]["reason"] == "unreachable" and kept[1]["module"] == "both", kept
        log = self.expect(200, "GET", "/logs", kept[0]["log"]).body
        assert "unreachable" in log and "probe_success 0" in log, log
        log = self.expect(200, "GET", "/logs", f"/logs?target={STRONG}:{self.ike}&module=both").body
        assert "IKE_SA_INIT" in log and "Settings of [modules.both]" in log and 'policy = "ietf"' in log, log
        for wrong in ("/logs?id=1000", "/logs?target=192.0.2.1", "/logs?id=x&target=nobody"):
            self.expect(404, "GET", "/logs", wrong)
        self.expect(400, "GET", "/logs")

    def check_operation(self):
        config = self.expect(200, "GET", "/config").body
        assert 'name = "weak"' in config and 'policy = "nist"' in config, config
        for path in ("/-/healthy", "/-/ready"):
            self.expect(200, "GET", path)
            self.expect(200, "GET", path, client=self.stranger)
        config = self.open.work / "ike_exporter.toml"
        text = config.read_text()
        self.expect(200, "POST", "/-/reload")
        config.write_text(text + "nonsense = 1\n")
        assert "nonsense" in self.expect(500, "POST", "/-/reload").body
        config.write_text(text)
        self.expect(403, "POST", "/-/reload", client=self.alice)

    def check_state(self):
        def all_probed():
            targets = self.client.request("GET", "/api/targets").json()["targets"]
            return all(target[version]["probes"] > 0 for target in targets for version in ("ikev1", "ikev2"))
        wait_until("probes of both versions", all_probed, 40)
        for path in ("/", "/metrics", "/api/targets"):
            self.expect(200, "GET", path)
        for name in ("weak", "down"):
            self.expect(200, "GET", "/api/targets/{name}", f"/api/targets/{name}")
        self.expect(200, "GET", "/targets/{name}", "/targets/weak")
        self.expect(200, "GET", "/runbooks/{name}", "/runbooks/IKETargetDown")
        for path in ("/api/targets/{name}", "/targets/{name}", "/runbooks/{name}"):
            self.expect(404, "GET", path, path.replace("{name}", "unknown"))
        for file in ("page.css", "page.js", "icon.svg"):
            self.expect(200, "GET", "/assets/{file}", f"/assets/{file}")
        self.expect(404, "GET", "/assets/{file}", "/assets/unknown")
        self.expect(404, "GET", "/api/audits/{id}", "/api/audits/0123456789abcdef")

    # --- what holds for every operation

    def check_refusals(self):
        for (method, path), operation in self.document.operations().items():
            real = path.replace("{name}", "weak").replace("{id}", "1").replace("{file}", "page.css")
            body = {"host": DOWN} if path.startswith("/api/ike/") else None
            self.expect(403, method, path, real, body, {"Host": "rebound.example"})
            if "401" in operation["responses"]:
                self.expect(401, method, path, real, body, client=self.stranger)
            if method == "GET" and path != "/probe":
                head = self.client.request("HEAD", real)
                assert head.status == self.client.request("GET", real).status and not head.body, head
            if "429" in operation["responses"]:
                self.check_rate(method, path, real, body)
            if body is not None:
                self.check_bodies(path)

    def check_rate(self, method, path, real, body):
        def too_often():
            answer = self.alice.request(method, real + ("?target=192.0.2.1" if path == "/probe" else ""), body)
            return answer if answer.status == 429 else None
        answer = wait_until(f"429 of {path}", too_often, 10, 0.01)
        self.document.check(method, path, answer)

    def check_bodies(self, path):
        self.expect(413, "POST", path, body='{"host": "' + "a" * 70000 + '"}', headers={"Content-Type": "application/json"})
        self.expect(415, "POST", path, body='{"host": "a"}', headers={"Content-Type": "text/plain"})
        self.expect(415, "POST", path, body={"host": "a"}, headers={"Content-Encoding": "gzip"})
        self.expect(403, "POST", path, body={"host": "a"}, headers={"Sec-Fetch-Site": "cross-site"})

    def check_what_no_path_takes(self):
        for status, method, path in ((404, "GET", "/nothing"), (404, "POST", "/api/nothing"), (404, "GET", "/metrics/"),
                                     (405, "DELETE", "/api/targets"), (405, "GET", "/api/ike/probe"),
                                     (405, "POST", "/metrics"), (405, "HEAD", "/probe?target=a")):
            answer = self.client.request(method, path)
            assert answer.status == status, f"{method} {path}: {answer!r}"
            assert status == 404 or answer.headers["Allow"], "405 names what is allowed"
            if method != "HEAD":
                self.document.check_default(answer)
        head = b"Host: localhost\r\n\r\n"
        for status, request in ((400, b"nonsense\r\n\r\n"), (400, b"GET / HTTP/1.1\r\n\r\n"),
                                (414, b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\n" + head),
                                (431, b"GET / HTTP/1.1\r\n" + b"X-Y: z\r\n" * 10000 + head),
                                (501, b"POST /-/reload HTTP/1.1\r\nTransfer-Encoding: gzip\r\n" + head),
                                (505, b"GET / HTTP/2.0\r\n" + head)):
            assert self.client.raw(request) == status, f"expected {status}: {request[:60]}"

    # --- what takes its time

    def check_audits(self):
        for answer in self.audits:
            assert answer.status == 202, answer
            self.document.check("POST", "/api/ike/audit", answer)
        self.expect(400, "POST", "/api/ike/audit", body={"host": STRONG, "policy": "none"})
        self.expect(502, "POST", "/api/ike/audit", body={"host": STRONG, "port": self.ike, "address_family": "ipv6"})
        running = self.expect(202, "POST", "/api/ike/audit", body={"host": NATTED, "port": self.ike}).json()
        again = self.expect(202, "POST", "/api/ike/audit", body={"host": NATTED, "port": self.ike}).json()
        assert running["id"] == again["id"], "requests for an endpoint join the running audit"

        def done(location):
            audit = self.expect(200, "GET", "/api/audits/{id}", location).json()
            return audit["done"]
        done(running["location"])
        for answer in self.audits:
            wait_until("the audit", lambda: done(answer.headers["Location"]), 90)
        wait_until("the audit of a target", lambda: "audit" in self.client.request("GET", "/api/targets/weak").json(), 90)
        self.expect(200, "GET", "/api/targets/{name}", "/api/targets/weak")

    # While the last probes end, nothing new is to come.
    def check_stopping(self):
        threading.Thread(target=lambda: self.client.request(
            "POST", "/api/ike/v2-sa", {"host": DOWN, "port": self.ike, "timeout": 3000}), daemon=True).start()
        time.sleep(0.3)
        self.open.processes["exporter"].send_signal(signal.SIGTERM)
        answer = wait_until("/-/ready says no", lambda: self.not_ready(), 5, 0.02)
        self.document.check("GET", "/-/ready", answer)

    def not_ready(self):
        answer = self.client.request("GET", "/-/ready")
        return answer if answer.status == 503 else None


def main():
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as work:
        test = Test(sys.argv[1], pathlib.Path(work))
        test.run()
    statuses = sum(len(seen) for seen in test.document.seen_statuses.values())
    print(f"{len(test.document.operations())} operations, {statuses} statuses, {len(test.document.seen_properties)} "
          f"fields seen, {len(UNSEEN)} not; {time.monotonic() - started:.1f} s")


if __name__ == "__main__":
    main()
