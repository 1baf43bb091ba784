#!/usr/bin/env python3
"""Everything that threads share, at once: two engines under load, scrapes plain and compressed, probes and
audits on request, the status pages, reloads good and bad, TLS with a certificate that changes, passwords.
Meant for the build with ThreadSanitizer (tests/run --long), whose first report ends the exporter; any build
will do. Prints what was done.

  test_threads.py BUILD [--seconds 180]
"""
import base64
import gzip
import http.client
import json
import os
import pathlib
import signal
import ssl
import sys
import threading
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "http"))

import arena  # noqa: E402
import certificates  # noqa: E402
import dns_server  # noqa: E402
import test_dns  # noqa: E402

SECONDS = 180
TARGETS, NAMES = 150, 40
PAUSE = 0.03  # of each client between two requests, so that the engines get their share
SPEAKS = 'ikev2 = ["aes256gcm16-prfsha256-ecp256", "aes256-sha256-modp2048"]\nikev1 = ["aes256-sha256-modp2048"]\n'
GATEWAYS = f"""
[[gateway]]
name = "steady"
addresses = {arena.addresses("127.1", 2 * TARGETS)}
loss = 0.03
delay = "10ms"
{SPEAKS}
[[gateway]]
name = "flaky"
addresses = {arena.addresses("127.2", 50)}
up = "7s"
down = "5s"
{SPEAKS}
[[gateway]]
name = "absent"
addresses = {arena.addresses("127.3", 20)}
state = "absent"
[[gateway]]
name = "asked"
addresses = ["127.100.0.0/24"]
{SPEAKS}
"""
SETTINGS = """
[log]
level = "{level}"
[api]
allow = ["127.0.0.0/8"]
requests_per_second = 1000
[probe]
interval = "{interval}"
timeout = "1900ms"
audit_interval = "{audits}"
half_open_budget = 30
"""
# alice, "correct horse battery staple", at the least cost that bcrypt has.
PASSWORD = "correct horse battery staple"
WEB = """
tls_server_config:
  cert_file: {folder}/current.pem
  key_file: {folder}/current.key
basic_auth_users:
  alice: $2b$04$KIHuM3rMwl1lNKnbZNFHA.BJIaNLjWtXjUPVI.jjpzcB/rY/TGeN2
"""


def configuration(turn):
    """Of each reload: other targets, intervals and log levels."""
    first = 1 + turn % 3 * 50
    names = "".join(f'[[target]]\nname = "{habit}-{n}"\nhost = "{habit}-{n}.test"\n'
                    for habit in ("ok", "same") for n in range(NAMES // 2))
    return (SETTINGS.format(level=("info", "debug", "warn")[turn % 3], interval=("2s", "3s")[turn % 2],
                            audits=("20s", "1h")[turn % 2]) +
            arena.targets("steady", "127.1", TARGETS, first) + arena.targets("flaky", "127.2", 50) +
            arena.targets("absent", "127.3", 20) + names)


class Workload:
    """Clients, each on a thread of its own and with one connection, until stop()."""

    def __init__(self, exporter, context=None):
        self.exporter, self.context = exporter, context
        self.statuses = {}  # (client, status): how often
        self.problems = []
        self.ended = threading.Event()
        self.threads = []
        self.audits = []
        self.turns = 0

    def start(self, *clients):
        for client in clients:
            self.threads.append(threading.Thread(target=self.repeat, args=(client,), daemon=True))
            self.threads[-1].start()

    def stop(self):
        self.ended.set()
        for thread in self.threads:
            thread.join(60)

    def repeat(self, client):
        connection, turn = self.connect(), 0
        while not self.ended.is_set():
            try:
                client(self, connection, turn)
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                self.note(client.__name__, type(error).__name__)
                if not self.exporter.running():
                    self.problems.append(f"the exporter has ended: {error}")
                    self.ended.set()
            turn += 1
            time.sleep(PAUSE)
        connection.close()

    def connect(self):
        if self.context:
            return http.client.HTTPSConnection("127.0.0.1", 10500, timeout=60, context=self.context)
        return http.client.HTTPConnection("127.0.0.1", 10500, timeout=60)

    def ask(self, who, connection, method, path, body=None, headers=None, expected=(200,)):
        """The body of an answer whose status must be expected."""
        token = base64.b64encode(f"alice:{PASSWORD}".encode()).decode()
        fields = {"Authorization": f"Basic {token}", **(headers or {})}
        if body is not None:
            fields["Content-Type"] = "application/json"
        connection.request(method, path, body, fields)
        answer = connection.getresponse()
        data = answer.read()
        self.note(who, answer.status)
        if answer.status not in expected:
            self.problems.append(f"{method} {path}: {answer.status} {data[:200]!r}")
        return data

    def note(self, who, what):
        self.statuses[who, what] = self.statuses.get((who, what), 0) + 1


# --- the clients: (workload, connection, turn)

def scrape(load, connection, _turn):
    page = load.ask("scrape", connection, "GET", "/metrics")
    if not page.endswith(b"\n") or page.count(b"\nike_probes_total{") < TARGETS:
        load.problems.append(f"a page without its end or its targets: {page[-100:]!r}")


def scrape_compressed(load, connection, _turn):
    page = load.ask("gzip", connection, "GET", "/metrics", headers={"Accept-Encoding": "gzip"})
    if not gzip.decompress(page).endswith(b"\n"):
        load.problems.append("a compressed page without its end")


def probe(load, connection, turn):
    load.ask("probe", connection, "GET", f"/probe?target=127.100.0.{turn % 200}&debug=true",
             headers={"X-Prometheus-Scrape-Timeout-Seconds": "2"}, expected=(200, 429))


def versions(load, connection, turn):
    path = ("/api/ike/version", "/api/ike/v2-sa", "/api/ike/probe")[turn % 3]
    host = ("127.100.0.7", "same-1.test", "ok-2.test", "127.3.0.2", "nowhere-1.test")[turn % 5]
    load.ask("api", connection, "POST", path, json.dumps({"host": host, "timeout": 1500}),
             expected=(200, 403, 429, 502, 504))


def audit(load, connection, turn):
    host = f"127.100.0.{turn % 4 + 201}"
    answer = load.ask("audit", connection, "POST", "/api/ike/audit", json.dumps({"host": host}), expected=(202, 429))
    location = json.loads(answer).get("location")
    for _ in range(10):
        if location:
            load.ask("audit", connection, "GET", location)
        time.sleep(0.05)


def read_pages(load, connection, turn):
    load.ask("pages", connection, "GET", "/" if turn % 2 else "/?sort=name&state=down")
    load.ask("pages", connection, "GET", f"/targets/steady-{turn % 50 + 101}")
    load.ask("pages", connection, "GET", f"/targets/flaky-{turn % 50 + 1}")


def read_targets(load, connection, turn):
    load.ask("targets", connection, "GET", "/api/targets")
    load.ask("targets", connection, "GET", f"/api/targets/same-{turn % 20}")
    load.ask("targets", connection, "GET", "/-/ready", expected=(200, 503))


def reload_configuration(load, connection, turn):
    """By signal and by request in turn; one in four is broken."""
    broken = turn % 4 == 3
    load.exporter.write("nonsense = 1\n" if broken else configuration(turn))
    if turn % 2:
        load.ask("reload", connection, "POST", "/-/reload", expected=(500,) if broken else (200,))
    else:
        load.exporter.signal(signal.SIGHUP)
        load.note("reload", "SIGHUP")
    time.sleep(1.5)


def abandon(load, connection, turn):
    """Asks for a large page and goes away, at once or in the middle of it."""
    connection.request("GET", "/metrics", headers={"Authorization": "Basic " + base64.b64encode(
        f"alice:{PASSWORD}".encode()).decode()})
    if turn % 2:
        connection.getresponse().read(1000)
    connection.close()
    load.note("abandon", "left")


def guess_password(load, connection, turn):
    token = base64.b64encode(f"alice:guess {turn}".encode()).decode()
    load.ask("guess", connection, "GET", "/", headers={"Authorization": f"Basic {token}"}, expected=(401,))


CLIENTS = (scrape, scrape_compressed, probe, versions, audit, read_pages, read_targets, reload_configuration, abandon)


class Threads(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.arena = arena.Arena(BUILD)
        cls.addClassCleanup(cls.arena.close)
        test_dns.use_name_server(cls.arena.folder)
        dns_server.DnsServer().start()
        cls.arena.responder.write(GATEWAYS)
        cls.arena.responder.begin()
        os.environ.setdefault("TSAN_OPTIONS", "halt_on_error=1")

    def run_exporter(self, seconds, flags=(), context=None, clients=(), meanwhile=lambda: None):
        exporter = self.arena.exporter
        exporter.flags = ["--probe.threads=2", "--web.enable-lifecycle", *flags]
        exporter.write(configuration(0))
        exporter.start(exporter.command())
        load = Workload(exporter, context)
        arena.wait_for("readiness", lambda: self.ready(load), 60)
        load.start(*CLIENTS, *clients)
        end = time.monotonic() + seconds
        while time.monotonic() < end and not load.ended.wait(1):
            meanwhile()
        load.stop()
        self.conclude(load)

    def ready(self, load):
        assert load.exporter.running(), load.exporter.said()[-4000:]
        connection = load.connect()
        try:
            return load.ask("ready", connection, "GET", "/-/ready", expected=(200, 503)) == b"Ready\n"
        finally:
            connection.close()

    def conclude(self, load):
        code = load.exporter.stop(60)
        said = load.exporter.said()
        for (who, what), count in sorted(load.statuses.items(), key=str):
            print(f"  {who:10} {what}: {count}")
        self.assertNotIn("Sanitizer", said, said[said.find("WARNING"):][:8000])
        self.assertEqual(([], 0), (load.problems[:5], code), said[-3000:])
        for client in ("scrape", "gzip", "probe", "api", "audit", "pages", "targets", "reload"):
            self.assertGreater(sum(count for (who, what), count in load.statuses.items()
                                   if who == client and what in (200, 202)), 0, client)

    def test_plain(self):
        self.run_exporter(SECONDS * 2 / 3)

    def test_tls_and_passwords(self):
        folder = pathlib.Path(self.arena.folder) / "web"
        folder.mkdir()
        certificates.make_all(folder)
        self.turn = 0
        self.put_certificate(folder)
        (folder / "web.yml").write_text(WEB.format(folder=folder))
        for path in (folder, *folder.iterdir()):
            os.chown(path, arena.owner(), arena.owner())
        context = ssl.create_default_context(cafile=folder / "ca.pem")
        context.check_hostname = False
        self.run_exporter(SECONDS / 3, [f"--web.config.file={folder / 'web.yml'}"], context, [guess_password],
                          lambda: self.put_certificate(folder))

    def put_certificate(self, folder):
        """Replaces the certificate and its key, as an ACME client does."""
        self.turn += 1
        name = ("server", "server-next")[self.turn % 2]
        for kind in ("key", "pem"):
            new = folder / f"new.{kind}"
            new.write_bytes((folder / f"{name}.{kind}").read_bytes())
            os.chown(new, arena.owner(), arena.owner())
            new.rename(folder / f"current.{kind}")


if __name__ == "__main__":
    arena.enter()
    if "--seconds" in sys.argv:
        at = sys.argv.index("--seconds")
        SECONDS = int(sys.argv[at + 1])
        del sys.argv[at:at + 2]
    BUILD = sys.argv.pop(1)
    unittest.main()
