#!/usr/bin/env python3
"""Pages of other origins in a real browser: whatever they try, the exporter sends nothing and reloads nothing because
of it, and they read nothing. The same requests of its own pages, of a person and of programs do work.

  attacks_test.py BUILD [TEST...]
"""
import ipaddress
import json
import pathlib
import re
import subprocess
import sys
import time
import unittest
import urllib.parse

import arena

arena.enter_namespace()
sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "support"))

import attackers  # noqa: E402
import browser  # noqa: E402
import sniffer  # noqa: E402

# Browsers trust the loopback as they trust TLS, and tell it more (Sec-Fetch-Site).
LOOPBACK, REBOUND = "127.0.0.1", "127.0.0.9"
NAMES = {"evil.test": LOOPBACK, "outside.test": arena.OUTSIDE, "rebound.test": REBOUND,
         # The exporter must not take a name for what it begins or ends with.
         **{name: arena.ELSEWHERE for name in ("rebound-outside.test", f"{arena.OUTSIDE}.test", "localhost.test")}}
CONFIG = """
[api]
allow = ["127.20.0.0/16"]
ports = [{port}]
requests_per_second = 1000
[probe]
timeout = "500ms"
half_open_budget = 1000
"""
GATEWAYS = """
[listen]
udp = [{port}]
udp_encap = []
bind = "wildcard"
[[gateway]]
name = "any"
addresses = ["127.20.0.0/16"]
ikev2 = ["aes256gcm16-prfsha384-ecp384"]
ikev1 = ["aes256-sha256-modp2048"]
"""
TRICK = '{{"host":"{host}","port":{port},"exchangeType":4,"id":"'  # a field's name; its value ends the object
POSTS = ("/api/ike/probe", "/api/ike/version", "/api/ike/v2-sa", "/api/ike/audit", "/-/reload")
ARENA = BROWSER = HOSTILE = SNIFFER = None


class AttackTest(unittest.TestCase):
    used = 0

    def setUp(self):
        self.base = ARENA.url("")
        self.hosts = set()
        self.reloads = self.reloaded()

    def host(self):
        """Where nobody has sent anything yet."""
        AttackTest.used += 1
        self.hosts.add(f"127.20.{AttackTest.used // 250}.{AttackTest.used % 250 + 1}")
        return max(self.hosts, key=ipaddress.ip_address)

    def port(self):
        return ARENA.stack.ports["ike"]

    def probe(self, host, base=None):
        return f"{base or self.base}/probe?target={host}:{self.port()}"

    def body(self, host):
        return json.dumps({"host": host, "port": self.port()})

    def metrics(self):
        return arena.stack.get(ARENA.url("/metrics"))

    def reloaded(self):
        return re.search(r"\nike_exporter_config_last_reload_success_timestamp_seconds (\S+)", self.metrics()).group(1)

    def answered(self):
        """How many requests got which status, /metrics aside."""
        found = re.findall(r'\nike_exporter_http_requests_total\{code="(\d+)",handler="(\w+)"\} (\d+)', self.metrics())
        assert found
        return {(handler, code): int(count) for code, handler, count in found if handler != "metrics"}

    def grown(self, before):
        return {key: count - before.get(key, 0) for key, count in self.answered().items() if count > before.get(key, 0)}

    @staticmethod
    def sniffed():
        return set(map(str, SNIFFER.seen))

    def assert_nothing_happened(self):
        time.sleep(0.3)
        self.assertEqual(set(), self.hosts & self.sniffed())
        self.assertEqual(self.reloads, self.reloaded())

    def assert_refused(self, before, name):
        """Each attack arrives and meets a refusal, so that it is the exporter that holds."""
        arena.stack.wait_until(f"the request of {name}", lambda: self.grown(before), 5, every=0.02)
        answers = self.grown(before)
        self.assertLessEqual({code for _, code in answers}, {"403", "405", "415"}, (name, answers))


class Pages(AttackTest):
    """One class for each pair of where the page is from and where the exporter listens."""
    page = at = ""

    def setUp(self):
        super().setUp()
        if not self.page:
            self.skipTest("what they have in common")
        self.base = f"http://{self.at}:{ARENA.stack.ports['exporter']}"

    def attack(self, script, *arguments):
        BROWSER.open(f"http://{self.page}:{HOSTILE.port}/")
        return BROWSER.driver.execute_async_script(
            f"const done = arguments[arguments.length - 1]; Promise.resolve(({script})(...arguments)).then(done);",
            *arguments)

    def names(self, group):
        BROWSER.open(f"http://{self.page}:{HOSTILE.port}/")
        names = BROWSER.run(f"return Object.keys({group})")
        self.assertTrue(names)
        return names

    def test_requests_to_probe(self):
        for name in self.names("attacks.GET"):
            with self.subTest(name):
                before, host = self.answered(), self.host()
                read = self.attack(f"attacks.GET.{name}", self.probe(host), self.base,
                                   {"target": f"{host}:{self.port()}"})
                self.assert_refused(before, name)
                self.assertEqual("", read)
                self.assert_nothing_happened()

    def test_navigations_to_probe(self):
        for name in self.names("leaves"):
            with self.subTest(name):
                before, host = self.answered(), self.host()
                self.attack(f"leaves.{name}", self.probe(host), self.base, {"target": f"{host}:{self.port()}"})
                self.assert_refused(before, name)
                self.assert_nothing_happened()

    def test_a_window_that_it_opens(self):
        before, host = self.answered(), self.host()
        self.attack("get => { window.other = open(get); }", self.probe(host))
        self.assert_refused(before, "window")
        arena.stack.wait_until("the other page", lambda: self.read_other() == "SecurityError", 5, every=0.02)
        self.assert_nothing_happened()
        BROWSER.run("other.close()")

    @staticmethod
    def read_other():
        """Nothing as long as the window is empty."""
        read = BROWSER.run("try { return other.document.body.innerText; } catch (e) { return e.name; }")
        assert read in ("", "SecurityError"), read
        return read

    def test_posts(self):
        for name in self.names("attacks.POST"):
            for path in POSTS:
                with self.subTest(name, path=path):
                    before, host = self.answered(), self.host()
                    fields = {TRICK.format(host=host, port=self.port()): '"}'}
                    read = self.attack(f"attacks.POST.{name}", self.base + path, self.body(host), fields)
                    self.assert_refused(before, name)
                    self.assertEqual("", read)
            self.assert_nothing_happened()

    def test_reading(self):
        """What does nothing is answered, but not to the page."""
        for path in ("/", "/metrics", "/api/targets", "/config", "/-/healthy", "/api/openapi.json"):
            for name in ("fetch_cors", "fetch_no_cors", "image", "script", "style", "frame", "object", "event_source"):
                with self.subTest(name, path=path):
                    self.assertEqual("", self.attack(f"attacks.GET.{name}", self.base + path, self.base, {}))

    def test_frames_show_nothing_to_click(self):
        self.attack("get => attacks.GET.frame(get)", self.base + "/")
        BROWSER.driver.switch_to.frame(0)
        self.assertEqual(0, BROWSER.run("return document.querySelectorAll('form, button, nav').length"))
        self.assertNotEqual(self.at, BROWSER.run("return location.hostname"))
        BROWSER.driver.switch_to.default_content()
        BROWSER.open(self.base + "/")
        self.assertLess(0, BROWSER.run("return document.querySelectorAll('form, button, nav').length"))


class CrossSite(Pages):
    page, at = "evil.test", LOOPBACK


class SameSite(Pages):
    """Another port of the same host."""
    page = at = LOOPBACK


class OutsideCrossSite(Pages):
    """Over plain HTTP to another host browsers do not say which site a request is from."""
    page, at = "outside.test", arena.OUTSIDE


class OutsideSameSite(Pages):
    page = at = arena.OUTSIDE


class Rebinding(AttackTest):
    """The page's own name stands for the exporter's address all at once: to the browser it is the same origin."""

    def test_to_loopback(self):
        self.rebind("rebound.test", LOOPBACK)

    def test_to_another_address(self):
        """There the browser says nothing about sites, and the page's own name is the referer."""
        for name in (name for name, address in NAMES.items() if address == arena.ELSEWHERE):
            with self.subTest(name):
                self.rebind(name, arena.OUTSIDE)

    def rebind(self, name, victim):
        exporter = ARENA.stack.ports["exporter"]
        server = attackers.HostileServer((NAMES[name], exporter), (victim, exporter))
        server.start()
        BROWSER.open(f"http://{name}:{exporter}/")
        self.assertEqual("hostile", BROWSER.driver.title)
        server.rebind()
        self.fetch_everything()
        for attack in ("image", "frame", "script"):
            with self.subTest(attack):
                before, host = self.answered(), self.host()
                BROWSER.run(f"attacks.GET.{attack}('/probe?target={host}:{self.port()}', '', {{}})")
                self.assert_refused(before, attack)
        self.assert_nothing_happened()
        server.close()

    def fetch_everything(self):
        for method, path in (*(("POST", path) for path in POSTS), ("GET", f"/probe?target={self.host()}:{self.port()}"),
                             *(("GET", path) for path in ("/", "/metrics", "/config", "/api/targets", "/-/healthy"))):
            with self.subTest(path):
                body = self.body(self.host()) if method == "POST" else None
                status, text = BROWSER.driver.execute_async_script(OWN_FETCH, path, method, body)
                self.assertEqual(403, status)
                self.assertIn("the Host header names neither an address nor this server", text)
                self.assertLess(len(text), 200)


OWN_FETCH = """
const [path, method, body, done] = arguments;
const options = {method, body, headers: body ? {"Content-Type": "application/json"} : {}};
fetch(path, options).then(async answer => done([answer.status, await answer.text()]), e => done([0, String(e)]));
"""


class Allowed(AttackTest):
    """The very same requests, of those who may: they send packets and reload."""

    def assert_probed(self, host):
        arena.stack.wait_until(f"packets to {host}", lambda: host in self.sniffed(), 5, every=0.02)

    def bases(self):
        return [f"http://{at}:{ARENA.stack.ports['exporter']}" for at in (LOOPBACK, arena.OUTSIDE)]

    def test_own_page(self):
        for base in self.bases():
            BROWSER.open(base)
            for path, method, expected in (("/probe", "GET", 200), ("/api/ike/probe", "POST", 200),
                                           ("/api/ike/version", "POST", 200), ("/api/ike/v2-sa", "POST", 200),
                                           ("/api/ike/audit", "POST", 202)):
                with self.subTest(base + path):
                    host = self.host()
                    body = self.body(host) if method == "POST" else None
                    target = path if body else self.probe(host)[len(self.base):]
                    status, text = BROWSER.driver.execute_async_script(OWN_FETCH, target, method, body)
                    self.assertEqual(expected, status, text)
                    self.assert_probed(host)
            status, text = BROWSER.driver.execute_async_script(OWN_FETCH, "/-/reload", "POST", None)
            self.assertEqual((200, "reloaded\n"), (status, text))
        self.assertNotEqual(self.reloads, self.reloaded())

    def test_own_form_and_links(self):
        for base in self.bases():
            host = self.host()
            BROWSER.open(base)
            BROWSER.run("const f = document.forms[1]; f.elements.target.value = arguments[0]; f.requestSubmit()",
                        f"{host}:{self.port()}")
            self.assert_probed(host)

    def test_address_bar(self):
        """A person's own address is told from a link of somebody's where the browser says so."""
        loopback, outside = self.bases()
        host = self.host()
        BROWSER.open(self.probe(host, loopback))
        self.assert_probed(host)
        self.assertIn("probe_success 1", BROWSER.run("return document.body.innerText"))
        host = self.host()
        BROWSER.open(self.probe(host, outside))
        self.assertIn("open / here and start from there", BROWSER.run("return document.body.innerText"))
        self.assertNotIn(host, self.sniffed())

    def test_programs(self):
        host = self.host()
        for base in self.bases():
            host = self.host()
            self.assertIn("probe_success 1", self.curl(self.probe(host, base)))
            self.assert_probed(host)
            host = self.host()
            body = TRICK.format(host=host, port=self.port()) + '="}'
            answer = self.curl("-H", "Content-Type: application/json", "-d", body, base + "/api/ike/probe")
            self.assertNotIn("error\":", answer.replace("errorNotify", ""))
            self.assert_probed(host)

    @staticmethod
    def curl(*arguments):
        return subprocess.run(["curl", "-s", *arguments], stdout=subprocess.PIPE, text=True, check=True).stdout


def main():
    global ARENA, BROWSER, HOSTILE, SNIFFER
    ARENA = arena.Arena(sys.argv[1])
    try:
        port = ARENA.stack.ports["ike"]
        SNIFFER = sniffer.Sniffer((port,))
        SNIFFER.start()
        HOSTILE = attackers.HostileServer(("", 0))
        HOSTILE.start()
        ARENA.stack.start_gateways(GATEWAYS.format(port=port))
        ARENA.stack.start_exporter(CONFIG.format(port=port), "--web.enable-lifecycle",
                                   f"--web.listen-address={arena.OUTSIDE}:{ARENA.stack.ports['exporter']}")
        rules = ",".join(f"MAP {name} {address}" for name, address in NAMES.items())
        BROWSER = browser.Browser(f"--host-resolver-rules={rules}", "--disable-popup-blocking")
        program = unittest.main(argv=[sys.argv[0], *sys.argv[2:]], exit=False, verbosity=2)
        return not program.result.wasSuccessful()
    finally:
        if BROWSER:
            BROWSER.close()
        ARENA.close()


if __name__ == "__main__":
    sys.exit(main())
