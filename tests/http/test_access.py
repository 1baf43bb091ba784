#!/usr/bin/env python3
"""TLS, client certificates and basic authentication by --web.config.file, tried with curl, Python and a real
Prometheus. promtool agrees with every file.

  test_access.py build/release/ike_exporter [TEST...]
"""
import base64
import contextlib
import http.client
import json
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "ops"))

import attackers  # noqa: E402
import certificates  # noqa: E402
import stack  # noqa: E402
from exporter import Exporter, binary_of, trusting, wait_until  # noqa: E402

BINARY = FOLDER = None
PASSWORD = "correct horse battery staple"
# The password, at the least cost that bcrypt has.
HASH = "$2b$04$KIHuM3rMwl1lNKnbZNFHA.BJIaNLjWtXjUPVI.jjpzcB/rY/TGeN2"
USERS = f"basic_auth_users:\n  alice: {HASH}\n"
HELD = 32  # connections of one client that keep the exporter waiting
CLIENTS = ("none", "client", "foreign", "expired", "not-a-client")
# Who gets in, by client_auth_type, as Go's crypto/tls has it.
ADMITTED = {
    "NoClientCert": CLIENTS,
    "RequestClientCert": CLIENTS,
    "RequireAnyClientCert": CLIENTS[1:],
    "RequireClientCert": CLIENTS[1:],
    "VerifyClientCertIfGiven": ("none", "client"),
    "RequireAndVerifyClientCert": ("client",),
}


def tls(*lines):
    return "\n  ".join(["tls_server_config:", f"cert_file: {FOLDER}/server.pem", f"key_file: {FOLDER}/server.key",
                        *lines]) + "\n"


def serve(web, **options):
    path = FOLDER / "checked.yml"
    path.write_text(web)
    subprocess.run(["promtool", "check", "web-config", path], check=True, capture_output=True)
    return Exporter(BINARY, web=web, **options)


def context(client="none"):
    if client == "none":
        return trusting(FOLDER / "ca.pem")
    return trusting(FOLDER / "ca.pem", certificate=FOLDER / f"{client}.pem", key=FOLDER / f"{client}.key")


def basic(user, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def curl(*arguments):
    """(exit code, output)"""
    done = subprocess.run(["curl", "-sS", "--max-time", "20", *map(str, arguments)], capture_output=True, text=True)
    return done.returncode, done.stdout


class Tls(unittest.TestCase):
    def test_curl(self):
        with serve(tls()) as exporter:
            url = f"https://localhost:{exporter.port}/-/healthy"
            trust = ("--cacert", FOLDER / "ca.pem")
            self.assertEqual((0, "Healthy\n"), curl(url, *trust))
            self.assertEqual(60, curl(url)[0], "an unknown authority")
            for version in ("1.2", "1.3"):
                self.assertEqual((0, "Healthy\n"), curl(url, *trust, f"--tlsv{version}", "--tls-max", version))
            self.assertEqual(35, curl(url, *trust, "--tlsv1.0", "--tls-max", "1.1")[0])
            self.assertIn("HTTPS", curl(url.replace("https", "http"))[1])

    def test_client_certificates(self):
        for kind, admitted in ADMITTED.items():
            authority = f"client_ca_file: {FOLDER}/ca.pem"
            lines = [f"client_auth_type: {kind}"] + ([authority] if kind != "NoClientCert" else [])
            with serve(tls(*lines)) as exporter:
                for client in CLIENTS:
                    with self.subTest(kind=kind, client=client):
                        self.assertEqual(client in admitted, self.gets_in(exporter, client))

    def test_alerts_reach_a_client_that_already_sends(self):
        """Under TLS 1.3 a client takes the handshake for done, and sends, before it is refused."""
        web = tls(f"client_ca_file: {FOLDER}/ca.pem", "client_auth_type: RequireAndVerifyClientCert")
        with serve(web) as exporter:
            for _ in range(40):
                with socket.create_connection(("localhost", exporter.port)) as plain:
                    with context().wrap_socket(plain, server_hostname="localhost") as client:
                        with self.assertRaises(ssl.SSLError) as refused:
                            client.sendall(b"GET /metrics HTTP/1.1\r\n")
                            time.sleep(0.01)
                            client.sendall(b"Host: localhost\r\n\r\n")
                            client.recv(1)
                self.assertEqual("TLSV13_ALERT_CERTIFICATE_REQUIRED", refused.exception.reason)

    def test_half_done_handshakes_of_one_client(self):
        """Beyond a number that nobody needs the longest are ended; somebody else gets in at once."""
        hello = attackers.client_hello()
        with serve(tls()) as exporter, contextlib.ExitStack() as clients:
            crowd = []
            for _ in range(200):
                client = clients.enter_context(socket.create_connection(("localhost", exporter.port), 5, ("127.0.0.2", 0)))
                client.sendall(hello)
                crowd.append(client)
            begun = time.monotonic()
            self.assertTrue(self.gets_in(exporter, "none"))
            self.assertLess(time.monotonic() - begun, 2)
            for client in crowd:
                client.setblocking(False)
            wait_until("the end of most", lambda: sum(self.is_open(client) for client in crowd) <= HELD, 8)

    def is_open(self, client):
        try:
            while client.recv(65536):
                pass
        except BlockingIOError:
            return True
        except ConnectionError:
            pass
        return False

    def gets_in(self, exporter, client):
        try:
            return exporter.ask(context=context(client))[0] == 200
        except (ssl.SSLError, ConnectionError):
            return False

    def test_versions_suites_and_curves(self):
        suite = "cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]"
        with serve(tls("max_version: TLS12", suite, "curve_preferences: [CurveP384]")) as exporter:
            wanted = context()
            connection = exporter.connect(context=wanted)
            self.addCleanup(connection.close)
            connection.connect()
            self.assertEqual(("ECDHE-ECDSA-AES256-GCM-SHA384", "TLSv1.2"), connection.sock.cipher()[:2])
            for refused in ("--tlsv1.3", "--curves=X25519", "--ciphers=ECDHE-ECDSA-AES128-GCM-SHA256"):
                option = refused.split("=")
                code, _ = curl(f"https://localhost:{exporter.port}/-/healthy", "--cacert", FOLDER / "ca.pem", *option)
                self.assertEqual(35, code, refused)
        with serve(tls("min_version: TLS13")) as exporter:
            code, _ = curl(f"https://localhost:{exporter.port}/", "--cacert", FOLDER / "ca.pem", "--tls-max", "1.2")
            self.assertEqual(35, code)
        with serve(tls("min_version: TLS10")) as exporter:
            code, _ = curl(f"https://localhost:{exporter.port}/", "--cacert", FOLDER / "ca.pem", "--tls-max", "1.1")
            self.assertEqual(35, code, "never below TLS 1.2")
            exporter.wait_for_log("TLS below version 1.2 is configured, but not spoken")

    def test_large_pages_by_slow_readers(self):
        """Reply by reply over one connection, read in small pieces: the records come out whole."""
        targets = "".join(f'[[target]]\nname = "t{i}"\nhost = "127.0.{i // 250}.{i % 250 + 1}"\n' for i in range(500))
        with serve(tls(), config='[probe]\naudit_interval = "0s"\n' + targets) as exporter:
            connection = exporter.connect(context=context())
            self.addCleanup(connection.close)
            for _ in range(3):
                connection.request("GET", "/metrics")
                answer = connection.getresponse()
                page = b"".join(iter(lambda: answer.read(1000), b""))
                self.assertTrue(page.endswith(b"\n"))
                self.assertEqual(1000, page.count(b"\nike_probes_total{"))

    def test_headers(self):
        headers = "http_server_config:\n  headers:\n    X-Frame-Options: deny\n" \
                  "    Strict-Transport-Security: max-age=31536000\n"
        with serve(tls() + headers) as exporter:
            for path in ("/", "/metrics", "/nothing"):
                _, _, fields = exporter.ask(path, context=context())
                self.assertEqual(("deny", "max-age=31536000"),
                                 (fields["X-Frame-Options"], fields["Strict-Transport-Security"]))

    def test_readable_key(self):
        key = FOLDER / "server.key"
        key.chmod(0o644)
        with serve(tls()) as exporter:
            exporter.wait_for_log("level=warn msg=\"every user of this machine can read the TLS key\" file=" + str(key))
        key.chmod(0o600)
        with serve(tls()) as exporter:
            self.assertNotIn("level=warn", exporter.log())


def indented(name):
    return "|\n" + "".join(f"    {line}\n" for line in (FOLDER / name).read_text().splitlines())


class Toolkit(unittest.TestCase):
    """Keys of newer exporter-toolkits than Debian's promtool knows."""

    def test_inline(self):
        web = "tls_server_config:\n" + "".join(f"  {key}: {indented(name)}" for key, name in (
            ("cert", "server.pem"), ("key", "server.key"), ("client_ca", "ca.pem")))
        web += "  client_auth_type: RequireAndVerifyClientCert\n"
        with Exporter(BINARY, web=web) as exporter:
            exporter.tls = True
            self.assertEqual(200, exporter.ask(context=context("client"))[0])
            for client in ("none", "foreign"):
                with self.assertRaises((ssl.SSLError, ConnectionError)):
                    exporter.ask(context=context(client))

    def test_allowed_names(self):
        for kind in ("RequireAndVerifyClientCert", "RequireAnyClientCert"):
            for allowed, gets_in in (("[localhost]", True), ("[127.0.0.1]", True), ("[other, '::1']", False)):
                web = tls(f"client_allowed_sans: {allowed}", f"client_auth_type: {kind}",
                          f"client_ca_file: {FOLDER}/ca.pem")
                with self.subTest(kind=kind, allowed=allowed), Exporter(BINARY, web=web) as exporter:
                    if gets_in:
                        self.assertEqual(200, exporter.ask(context=context("client"))[0])
                        continue
                    with self.assertRaises((ssl.SSLError, ConnectionError)):
                        exporter.ask(context=context("client"))

    def test_rate_limit(self):
        with Exporter(BINARY, web="rate_limit:\n  interval: 1h\n  burst: 3\n") as exporter:
            seen = [exporter.ask("/metrics") for _ in range(5)]
            self.assertEqual([200] * 3 + [429] * 2, [status for status, _, _ in seen])
            self.assertIn(b"rate_limit", seen[-1][1])
            exporter.write("web.yml", "rate_limit:\n  interval: 1ms\n  burst: 100\n")
            wait_until("the other limit", lambda: exporter.ask("/metrics")[0] == 200, 10)

    def test_unknown_keys(self):
        for web in ("rate_limits:\n  burst: 1\n", tls("client_denied_sans: [x]")):
            with self.assertRaisesRegex(RuntimeError, "unknown key .*(rate_limits|client_denied_sans)"):
                Exporter(BINARY, web=web)


class BasicAuth(unittest.TestCase):
    def test_passwords(self):
        with serve(USERS) as exporter:
            for path in ("/", "/metrics", "/probe?target=x", "/api/targets", "/nothing"):
                self.assertEqual(401, exporter.ask(path)[0], path)
            for path in ("/-/healthy", "/-/ready"):
                self.assertEqual(200, exporter.ask(path)[0], path)
            self.assertEqual(200, exporter.ask("/metrics", headers=basic("alice", PASSWORD))[0])
            for user, password in (("alice", "wrong"), ("alice", ""), ("bob", PASSWORD), ("", ""),
                                   ("alice", PASSWORD + "\0"), ("alice ", PASSWORD), ("a" * 5000, "b" * 5000)):
                status, _, fields = exporter.ask("/metrics", headers=basic(user, password))
                self.assertEqual((401, "Basic"), (status, fields["WWW-Authenticate"][:5]))
            for field in ("Basic", "Basic !!!!", "Bearer x", "basic " + "A" * 10000, "Digest username=alice"):
                self.assertEqual(401, exporter.ask("/metrics", headers={"Authorization": field})[0], field)
            status, body, _ = exporter.ask("/-/reload", "POST", headers=basic("alice", PASSWORD))
            self.assertEqual(403, status, body)

    def test_wrong_passwords_hold_nobody_up(self):
        """Somebody tries passwords at full speed; whoever is known, and /-/healthy, are answered at once."""
        web = "basic_auth_users:\n  alice: " + HASH + "\n  bob: " + HASH.replace("$04$", "$12$") + "\n"
        with serve(web) as exporter:
            self.assertEqual(200, exporter.ask("/metrics", headers=basic("alice", PASSWORD))[0])
            guesses = [exporter.connect() for _ in range(120)]
            for number, connection in enumerate(guesses):
                connection.request("GET", "/metrics", headers=basic("bob", str(number)))
            begun = time.monotonic()
            self.assertEqual(200, exporter.ask("/metrics", headers=basic("alice", PASSWORD))[0])
            self.assertEqual(200, exporter.ask()[0])
            took = time.monotonic() - begun
            print(f"\nanswered in {took * 1000:.1f} ms while 120 passwords were tried")
            self.assertLess(took, 3)
            self.assertIn(429, [guess.getresponse().status for guess in guesses[-5:]])
            for connection in guesses:
                connection.close()

    def test_guesses_of_one_client_keep_no_other_out(self):
        with serve(USERS.replace("$04$", "$10$")) as exporter:
            guesses = [http.client.HTTPConnection("127.0.0.1", exporter.port, 20, ("127.0.0.2", 0)) for _ in range(120)]
            for connection in guesses:
                connection.connect()
            for number, connection in enumerate(guesses):
                connection.request("GET", "/metrics", headers=basic("alice", str(number)))
            # The hash is of the cost above and so of no password; that it is tried is what counts.
            self.assertEqual(401, exporter.ask("/metrics", headers=basic("alice", PASSWORD))[0])
            self.assertIn(429, [guess.getresponse().status for guess in guesses])
            for connection in guesses:
                connection.close()

    def test_open_to_all(self):
        warning = "no authentication is configured"
        with Exporter(BINARY, listen="0.0.0.0:0") as exporter:
            exporter.wait_for_log(warning)
        with serve(USERS, listen="0.0.0.0:0") as exporter:
            self.assertNotIn(warning, exporter.log())
        with Exporter(BINARY) as exporter:
            self.assertNotIn(warning, exporter.log())


class Changes(unittest.TestCase):
    def test_certificates_are_read_again(self):
        folder = pathlib.Path(tempfile.mkdtemp(dir=FOLDER))
        for part in ("pem", "key"):
            shutil.copy(FOLDER / f"server.{part}", folder / f"server.{part}")
        web = f"tls_server_config:\n  cert_file: {folder}/server.pem\n  key_file: {folder}/server.key\n"
        with serve(web) as exporter:
            old = self.serial(exporter)
            kept = exporter.connect(context=context())
            self.addCleanup(kept.close)
            kept.request("GET", "/-/healthy")
            kept.getresponse().read()
            shutil.copy(FOLDER / "server-next.pem", folder / "server.pem")
            exporter.wait_for_log("level=error msg=\"web configuration not taken over")
            self.assertEqual(old, self.serial(exporter), "a pair that does not fit changes nothing")
            shutil.copy(FOLDER / "server-next.key", folder / "server.key")
            wait_until("the new certificate", lambda: self.serial(exporter) != old, 10)
            kept.request("GET", "/-/healthy")
            self.assertEqual(200, kept.getresponse().status)

    def serial(self, exporter):
        connection = exporter.connect(context=context())
        self.addCleanup(connection.close)
        connection.connect()
        return connection.sock.getpeercert()["serialNumber"]

    def test_users_are_read_again(self):
        with serve(USERS) as exporter:
            kept = exporter.connect()
            self.addCleanup(kept.close)

            def status():
                kept.request("GET", "/metrics", headers=basic("alice", PASSWORD))
                answer = kept.getresponse()
                answer.read()
                return answer.status

            self.assertEqual(200, status())
            exporter.write("web.yml", USERS.replace("alice", "carol"))
            wait_until("alice to be locked out", lambda: status() == 401, 10)
            exporter.write("web.yml", "basic_auth_users:\n  alice: plain\n")
            exporter.wait_for_log("level=error .*the password of")
            self.assertEqual(200, exporter.ask("/metrics", headers=basic("carol", PASSWORD))[0])

    def test_tls_is_not_switched_off(self):
        with serve(tls()) as exporter:
            exporter.write("web.yml", "http_server_config:\n  http2: true\n")
            exporter.wait_for_log("switching TLS on or off takes a restart")
            self.assertEqual(200, exporter.ask(context=context())[0])

    def test_a_wrong_file_ends_the_start(self):
        for web in ("basic_auth_users:\n  alice: plain\n", tls("client_auth_type: Maybe"), "tls_server_config: ["):
            with self.assertRaisesRegex(RuntimeError, "cannot start: .*web.yml:") as caught:
                Exporter(BINARY, web=web)
            self.assertNotIn("plain\n", str(caught.exception))


class Secrets(unittest.TestCase):
    def test_nowhere(self):
        """Neither hash, password nor key in the log, debug level included, in any page, or in errors."""
        web = tls(f"client_ca_file: {FOLDER}/ca.pem", "client_auth_type: RequireAndVerifyClientCert") + USERS
        key = (FOLDER / "server.key").read_text().splitlines()[1]
        with serve(web, flags=["--log.level=debug"]) as exporter:
            seen = []
            for path in ("/", "/metrics", "/api/targets", "/config", "/probe?target=127.0.0.1&debug=true"):
                for user in ("alice", "bob"):
                    _, body, fields = exporter.ask(path, headers=basic(user, PASSWORD), context=context("client"))
                    seen.append(body.decode() + str(fields))
            exporter.write("web.yml", web.replace("alice: ", "alice: x"))
            exporter.wait_for_log("level=error")
            seen.append(exporter.log())
        for text in seen:
            for secret in (HASH, HASH[7:], PASSWORD, basic("alice", PASSWORD)["Authorization"][6:], key):
                self.assertNotIn(secret, text)


class Prometheus(unittest.TestCase):
    """A scrape of Prometheus' own with each kind of credentials."""
    JOBS = {  # name: (certificate, password, what it says)
        "right": ("client", PASSWORD, None),
        "wrong_password": ("client", "wrong", "401 Unauthorized"),
        "no_certificate": (None, PASSWORD, "certificate required"),
        "wrong_certificate": ("foreign", PASSWORD, "unknown certificate authority"),
        "expired_certificate": ("expired", PASSWORD, "expired certificate"),
    }

    def job(self, name, port):
        certificate, password, _ = self.JOBS[name]
        pair = f", cert_file: {FOLDER}/{certificate}.pem, key_file: {FOLDER}/{certificate}.key" if certificate else ""
        return f"""
  - job_name: {name}
    scheme: https
    basic_auth: {{username: alice, password: {password}}}
    tls_config: {{ca_file: {FOLDER}/ca.pem{pair}}}
    static_configs: [{{targets: ["localhost:{port}"]}}]"""

    def test_scrapes(self):
        web = tls(f"client_ca_file: {FOLDER}/ca.pem", "client_auth_type: RequireAndVerifyClientCert") + USERS
        with serve(web) as exporter, stack.Stack(FOLDER, FOLDER) as prometheus:
            jobs = "".join(self.job(name, exporter.port) for name in self.JOBS)
            prometheus.start_prometheus("global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:" + jobs)

            def scraped():
                answer = json.loads(stack.get(prometheus.url("prometheus", "/api/v1/targets")))
                targets = answer["data"]["activeTargets"]
                known = len(targets) == len(self.JOBS) and all(t["health"] != "unknown" for t in targets)
                return {t["labels"]["job"]: (t["health"], t["lastError"]) for t in targets} if known else None

            seen = wait_until("five scrapes", scraped, 30)
        for name, (_, _, error) in self.JOBS.items():
            health, said = seen[name]
            self.assertEqual("down" if error else "up", health, seen[name])
            self.assertIn(error or "", said, name)

    def test_probes_of_a_fleet_by_one_prometheus(self):
        """500 targets, 100 of them silent: its connections are more than may keep us waiting, and no scrape is lost."""
        with contextlib.ExitStack() as stack_of:
            first = stack_of.enter_context(socket.socket(type=socket.SOCK_DGRAM))
            first.bind(("127.77.0.1", 0))
            port = first.getsockname()[1]
            for i in range(2, 101):
                stack_of.enter_context(socket.socket(type=socket.SOCK_DGRAM)).bind((f"127.77.0.{i}", port))
            targets = [f"127.77.{i // 100}.{i % 100 + 1}:{port}" for i in range(500)]
            config = f'[api]\nallow = ["127.0.0.0/8"]\nrequests_per_second = 1000\nports = [{port}]\n' \
                     '[probe]\ntimeout = "2s"\naudit_interval = "0s"\n[[target]]\nname = "gateway"\nhost = "127.0.0.1"\n'
            exporter = stack_of.enter_context(Exporter(BINARY, config))
            prometheus = stack_of.enter_context(stack.Stack(FOLDER, FOLDER))
            prometheus.start_prometheus(f"""
global: {{scrape_interval: 10s, scrape_timeout: 8s}}
scrape_configs:
  - job_name: probes
    metrics_path: /probe
    static_configs: [{{targets: {json.dumps(targets)}}}]
    relabel_configs:
      - {{source_labels: [__address__], target_label: __param_target}}
      - {{source_labels: [__param_target], target_label: instance}}
      - {{target_label: __address__, replacement: "127.0.0.1:{exporter.port}"}}""")

            def count(query):
                found = prometheus.query(query)
                return int(found[0]["value"][1]) if found else 0

            wait_until("three scrapes of each",
                       lambda: count('count(count_over_time(up{job="probes"}[1m]) >= 3)') == 500, 60)
            targets = json.loads(stack.get(prometheus.url("prometheus", "/api/v1/targets")))["data"]["activeTargets"]
            self.assertEqual({""}, {target["lastError"] for target in targets})
            self.assertEqual(500, count('count(min_over_time(up{job="probes"}[1m]) == 1)'))
            self.assertEqual(100, count('count(probe_duration_seconds > 1.5)'))


def main():
    global BINARY, FOLDER
    BINARY = binary_of(sys.argv)
    with tempfile.TemporaryDirectory(prefix="ike_access_") as folder:
        FOLDER = pathlib.Path(folder)
        certificates.make_all(FOLDER)
        unittest.main(exit=False, verbosity=1).result.wasSuccessful() or sys.exit(1)


if __name__ == "__main__":
    main()
