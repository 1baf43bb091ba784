#!/usr/bin/env python3
"""Requests that are wrong, huge, contradictory or meant for somebody else, byte by byte on a socket.

  test_requests.py build/release/ike_exporter [TEST...]
"""
import contextlib
import gzip
import http.client
import json
import os
import re
import resource
import socket
import sys
import time
import unittest

sys.dont_write_bytecode = True

from exporter import CONFIG, Exporter, binary_of  # noqa: E402

EXPORTER = None
SETTINGS = """
[web]
hosts = ["ike.example.com"]
[api]
allow = ["configured", "127.0.0.2"]
requests_per_second = 100000
""" + CONFIG.replace("[probe]", "[probe]\ntimeout = \"1s\"\nhalf_open_budget = 1000")
JSON = "Content-Type: application/json\r\n"


def talk(data, seconds=10, end=True):
    """Everything that comes back until the server closes; `end`: we say that nothing follows."""
    with socket.create_connection(("127.0.0.1", EXPORTER.port), timeout=seconds) as connection:
        answer = b""
        try:
            connection.sendall(data if isinstance(data, bytes) else data.encode())
            if end:
                connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                answer += piece
        except OSError:  # it closed on us, or the time is up
            pass
        return answer


def statuses(answer):
    return [int(status) for status in re.findall(rb"(?:^|\n)HTTP/1\.1 (\d{3}) ", answer)]


def get(path="/-/healthy", *fields, host="127.0.0.1"):
    return "\r\n".join([f"GET {path} HTTP/1.1", f"Host: {host}", *fields, "", ""])


def post(body, *fields, path="/api/ike/v2-sa", host="127.0.0.1"):
    body = body if isinstance(body, bytes) else body.encode()
    head = "\r\n".join([f"POST {path} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(body)}",
                        "Content-Type: application/json", *fields, "", ""])
    return head.encode() + body


class Case(unittest.TestCase):
    def status(self, data, wanted, what=None):
        answer = talk(data)
        self.assertEqual([wanted], statuses(answer), (what or data[:200], answer[:300]))
        return answer

    def tearDown(self):
        self.assertIsNone(EXPORTER.process.poll(), "it still runs")


class Framing(Case):
    def test_pipelining(self):
        """Answers come in the order of the requests, and stop where the client says so."""
        requests = [get(), get("/nothing"), get("/-/ready"), get("/metrics"), get("/api/targets/gateway")]
        answer = talk("".join(requests) + get("/-/healthy", "Connection: close") + get())
        self.assertEqual([200, 404, 200, 200, 200, 200], statuses(answer))
        self.assertEqual(3000, len(statuses(talk(get() * 3000))))

    def test_smuggling(self):
        """Two lengths, or one that others read differently: refused, and nothing after it is a request."""
        smuggled = get("/api/targets")
        for fields in ("Content-Length: 4\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 4",
                       "Content-Length: 0\r\nContent-Length: 4", "Content-Length: 4, 4", "Content-Length: +4",
                       "Content-Length: 4\r\n Transfer-Encoding: chunked", "Content-Length : 4", "Content-Length: 0x4",
                       "Transfer-Encoding : chunked", "Transfer-Encoding: \x0bchunked", "Transfer-Encoding:\nchunked"):
            data = f"POST /api/ike/v2-sa HTTP/1.1\r\nHost: 127.0.0.1\r\n{JSON}{fields}\r\n\r\n0\r\n\r\n{smuggled}"
            self.status(data, 400, fields)
        for coding in ("gzip", "chunked, gzip", "chunked, chunked", "identity", "xchunked", "chunked;q=1"):
            data = f"POST /api/ike/v2-sa HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: {coding}\r\n\r\n{smuggled}"
            self.status(data, 501, coding)

    def test_a_body_where_none_is_expected_is_no_request(self):
        body = get("/api/targets")
        data = f"GET /-/healthy HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        self.status(data, 200)

    def test_chunked_bodies(self):
        """The library counts chunks once it has kept them (CVE-2025-46728, CVE-2025-53629): they are not taken."""
        head = f"POST /api/ike/v2-sa HTTP/1.1\r\nHost: 127.0.0.1\r\n{JSON}Transfer-Encoding: chunked\r\n\r\n"
        body = json.dumps({"host": "127.0.0.1", "timeout": 1})
        for chunks in ("10001\r\n" + "a" * 65537, "1\r\na\r\n" * 70000 + "0\r\n\r\n", "ffffffffffffffff\r\n", "-1\r\n",
                       f"{len(body):x}\r\n{body}\r\n0\r\n\r\n", f"{len(body):x}\r\n{body}\r\n0\r\nX: y\r\n\r\n"):
            self.status(head + chunks, 411)
        self.status(post("a" * 65537), 413)

    def test_a_post_without_length_is_answered_at_once(self):
        begun = time.monotonic()
        self.status(f"POST /api/ike/v2-sa HTTP/1.1\r\nHost: 127.0.0.1\r\n{JSON}\r\n", 400)
        with socket.create_connection(("127.0.0.1", EXPORTER.port), timeout=5) as connection:
            connection.sendall(f"POST /api/ike/v2-sa HTTP/1.1\r\nHost: 127.0.0.1\r\n{JSON}\r\n".encode())
            self.assertEqual([400], statuses(connection.recv(65536)))
        self.assertLess(time.monotonic() - begun, 2)

    def test_what_overflows_the_stack_of_regular_expressions(self):
        ranges = "Range: bytes=" + ",".join(f"{i}-{i}" for i in range(800))
        for fields in ([ranges], ["Range: bytes=" + "1" * 7900], ["Range: x"]):
            answer = self.status(get("/-/healthy", *fields), 200)
            self.assertNotIn(b"Content-Range", answer)
        for prefix in ("/api/targets/", "/targets/", "/"):
            self.status(get(prefix + "a" * (8100 - len(prefix))), 404)

    def test_codings_that_the_library_would_choose(self):
        for coding in ("br", "br;q=1.0, *;q=0.5", "deflate", "zstd"):
            answer = self.status(get("/metrics", f"Accept-Encoding: {coding}", "Connection: close"), 200)
            self.assertNotIn(b"Content-Encoding", answer)
        answer = self.status(get("/metrics", "Accept-Encoding: br, gzip", "Connection: close"), 200)
        self.assertIn(b"Content-Encoding: gzip", answer)

    def test_escapes_in_fields(self):
        """The library decodes them (CVE-2026-45372)."""
        for fields in ("Host: 127.0.0.%31", "Host: %65vil", "Host: localhost%00.evil.com"):
            self.status(f"GET /-/healthy HTTP/1.1\r\n{fields}\r\n\r\n", 400, fields)
        for fields in ("Origin: http://127.0.0.1%3A1", "Sec-Fetch-Site: %6eone", "Authorization: Basic %41",
                       "Content-Length: %30", "X-Prometheus-Scrape-Timeout-Seconds: %31"):
            self.status(get("/-/healthy", fields), 400, fields)
        self.status(get("/-/healthy", "Cookie: a=%0d%0aSet-Cookie:%20x", "REMOTE_ADDR: 192.0.2.9",
                        "X-Forwarded-For: "), 200)

    def test_lines_that_the_library_skips(self):
        for head in ("GET /-/healthy HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\n\r\nhello",
                     "GET /-/healthy HTTP/1.1\r\nHost: 127.0.0.1\r\nno colon\r\n\r\n",
                     "GET /-/healthy HTTP/1.1\r\nHost: 127.0.0.1\r\n: x\r\n\r\n",
                     "GET /-/healthy HTTP/1.1\nHost: 127.0.0.1\r\n\r\n"):
            self.status(head, 400, head)

    def test_many_descriptors(self):
        """The library refuses descriptors above 1023 where it is told of them, and no connection has to have a small one."""
        def hold():
            resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
            for fd in range(3, 1400):
                os.dup2(0, fd)
        with Exporter(binary_path(), SETTINGS, preexec_fn=hold, close_fds=False) as exporter:
            self.assertEqual(200, exporter.ask("/metrics")[0])
            links = [int(fd) for fd in os.listdir(f"/proc/{exporter.process.pid}/fd")]
            self.assertGreater(max(links), 1023)

    def test_compressed_bodies(self):
        bomb = gzip.compress(b" " * 10_000_000)
        for coding in ("gzip", "deflate", "br", "identity"):
            self.status(post(bomb, f"Content-Encoding: {coding}"), 415, coding)

    def test_header_floods(self):
        self.status(get("/-/healthy", *[f"A{i}: b" for i in range(5000)]), 431)
        self.status(get("/-/healthy", "A: " + "b" * 1_000_000), 431)
        self.status(get("/" + "a" * 1_000_000), 414)
        self.status(get("/-/healthy", *["A: b"] * 90), 200)
        grown = EXPORTER.resident_kib()
        for _ in range(200):
            talk("GET / HTTP/1.1\r\n" + "A: bbbbbbbbbbbbbbbb\r\n" * 5000)
        self.assertLess(EXPORTER.resident_kib() - grown, 20_000)

    def test_what_clients_held_that_have_left(self):
        """It counts for nobody else: those who are in the middle of a request stay."""
        part = ("GET / HTTP/1.1\r\n" + "A: " + "b" * 15_000).encode()
        for _ in range(6000):
            with socket.create_connection(("127.0.0.1", EXPORTER.port)) as connection:
                connection.sendall(part)
        with contextlib.ExitStack() as clients:
            slow = [clients.enter_context(socket.create_connection(("127.0.0.1", EXPORTER.port), timeout=5))
                    for _ in range(3)]
            for half in (get()[:20], get()[20:]):
                for connection in slow:
                    connection.sendall(half.encode())
                    time.sleep(0.1)
            for connection in slow:
                self.assertEqual([200], statuses(connection.recv(65536)))

    def test_not_http(self):
        for data in (b"\x16\x03\x01\x02\x00\x01\x00", b"SSH-2.0-x\r\n", b"\0" * 100, b"get / http/1.1\r\n\r\n",
                     "GET / HTTP/1.1\nHost: 127.0.0.1\n\n", "GET / HTTP/1.1\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n"):
            answer = talk(data)
            self.assertIn(statuses(answer), ([400], []), data)
        for target in ("http", "https", "HTTP", "http:", "http:/", "http://", "https:///x", "http://?", "ftp://a/", "://a"):
            self.status(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400, target)
        self.status("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505)

    def test_old_clients(self):
        answer = self.status("GET /metrics HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n", 200)
        self.assertNotIn(b"Transfer-Encoding", answer)
        self.assertTrue(answer.endswith(b"\n"))
        for path in ("/", "/-/healthy", "/metrics"):
            self.status(f"GET {path} HTTP/1.0\r\n\r\n", 200, "health checks send no Host")
        self.status("GET / HTTP/1.0\r\nHost: rebound.example\r\n\r\n", 403)
        self.status("GET /probe?target=127.0.0.1 HTTP/1.0\r\nOrigin: http://a.example\r\n\r\n", 403)

    def test_expect(self):
        body = json.dumps({"host": "127.0.0.1", "timeout": 1})
        self.assertEqual([100, 502], statuses(talk(post(body, "Expect: 100-continue", "Connection: close"))))


class Methods(Case):
    def test_methods(self):
        for method, path, wanted in (("HEAD", "/metrics", 200), ("HEAD", "/", 200), ("POST", "/metrics", 405),
                                     ("GET", "/-/reload", 405), ("HEAD", "/probe", 405), ("PUT", "/api/targets", 405),
                                     ("GET", "/api/ike/probe", 405), ("OPTIONS", "/", 405), ("OPTIONS", "*", 404),
                                     ("TRACE", "/", 405), ("CONNECT", "/", 405), ("BREW", "/pot", 404)):
            answer = self.status(f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", wanted, (method, path))
            self.assertEqual(wanted == 405, b"\r\nAllow: " in answer)
            if method == "HEAD":
                self.assertTrue(answer.endswith(b"\r\n\r\n"))

    def test_paths(self):
        for path in ("/metrics/", "//metrics", "/METRICS", "/./metrics", "/../etc/passwd", "/%2e%2e/metrics",
                     "/metrics%00", "/api/targets/..", "/targets/%2fetc%2fpasswd", "/api/targets/" + "a" * 4000):
            self.assertIn(statuses(talk(get(path))), ([404], [400]), path)
        self.status(get("/api/targets/%67ateway"), 200)


class Bodies(Case):
    """What the JSON of a request may hold."""

    def refused(self, body, what=None):
        answer = self.status(post(body), 400, what)
        reply = json.loads(answer.split(b"\r\n\r\n", 1)[1])
        self.assertEqual((False, "request"), (reply["success"], reply["reason"]))
        return reply["error"]

    def test_deep(self):
        for deep in ("[" * 60_000, '{"a":' * 13_000, '{"host":' + "[" * 60_000, "[" * 30_000 + "]" * 30_000):
            self.refused(deep, deep[:20])
        self.status(post("[" * 100_000), 413)

    def test_numbers(self):
        for number in ("1e999", "-1e999", "9" * 1000, "-1", "0", "65536", "4294967296", "18446744073709551617", "1.5",
                       "1e2", "0x10", "NaN", "Infinity", "500.0", "-0", '"500"', "null", "[500]", "true"):
            self.refused('{"host":"127.0.0.1","port":' + number + "}", number)
            self.refused('{"host":"127.0.0.1","timeout":' + number + "e3}", number)

    def test_bytes(self):
        for host in (b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80", b"a\\u0000.example.com", b"127.0.0.1\\u0000.example.com",
                     b"a\\u000d\\u000aB", b"\\ud800", b"", b"a b", b"a/b", b"user@h", b"http://127.0.0.1", b"127.0.0.1?x",
                     b"a" * 300, b"-", b".", b"..", b"a..b", "ö..ö".encode()):
            self.refused(b'{"host":"' + host + b'"}', host)
        self.refused(b'{"host":"127.0.0.1\0"}')
        self.refused(b'\xef\xbb\xbf{"host":1}')
        self.refused(b"")
        self.refused(b'{"host":"127.0.0.1"} x')

    def test_keys(self):
        self.assertIn("colour", self.refused('{"host":"127.0.0.1","colour":1}'))
        error = self.refused('{"host":"127.0.0.1","' + "k" * 10_000 + '":1}')
        self.assertLess(len(error), 1000)
        self.refused('{"host":"127.0.0.1","\\u0000\\u001b[31m":1}')

    def test_types(self):
        body = json.dumps({"host": "127.0.0.1", "timeout": 1})
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx", "",
                     "text/plain; application/json"):
            data = post(body).replace(b"application/json", kind.encode())
            self.status(data, 415, kind)
        self.status(post(body).replace(b"application/json", b"Application/JSON; charset=utf-8"), 502)

    def test_probe_parameters(self):
        for query in ("", "target=", "target=%00", "target=a%0d%0aB", "target=127.0.0.1%00.example.com", "target=a&target=b",
                      "target=127.0.0.1&module=none", "target=127.0.0.1:0", "target=127.0.0.1:99999",
                      "target=" + "a" * 5000, "target=%ff", "target=[::1", "target=%"):
            self.status(get("/probe?" + query), 400, query)
        for timeout in ("-1", "0", "nan", "inf", "1e999", "x", "1s", ""):
            answer = talk(get("/probe?target=127.0.0.1", f"X-Prometheus-Scrape-Timeout-Seconds: {timeout}"))
            self.assertEqual([400] if timeout else [200], statuses(answer), timeout)


class Echoes(Case):
    """What a client sends never becomes a field, a line of the log or of the metrics, or markup."""

    def test_answers(self):
        for path in ("/api/targets/x%0d%0aSet-Cookie:%20a=b", "/targets/%3Cscript%3E", "/api/audits/%22%3E%3Cb%3E"):
            answer = talk(get(path))
            self.assertNotIn(b"Set-Cookie", answer)
            self.assertNotIn(b"<script>", answer)
            self.assertNotIn(b"<b>", answer)
        for host in ("<script>alert(1)</script>", "x\u2028y", "a'\"b"):
            answer = talk(post(json.dumps({"host": host})))
            head, body = answer.split(b"\r\n\r\n", 1)
            self.assertIn(b"Content-Type: application/json\r\n", head + b"\r\n")
            self.assertIn(b"X-Content-Type-Options: nosniff\r\n", head + b"\r\n")
            json.loads(body)

    def test_refused_hosts(self):
        answer = self.status(get("/probe?target=127.0.0.3"), 403)
        self.assertIn(b"\r\nContent-Type: text/plain; charset=utf-8\r\n", answer)
        self.assertTrue(answer.endswith(b"probing 127.0.0.3 on request is not allowed; [api] allow lists what is\n"))

    def test_log(self):
        with Exporter(binary_path(), SETTINGS, flags=["--log.level=debug", "--web.enable-lifecycle"]) as exporter:
            exporter.ask("/api/targets/x%0a%0dts=2020%20level=error%20msg=forged")
            exporter.write("config.toml", 'include = ["x\\nts=2020 level=error msg=forged"]\n[[x]]')
            self.assertEqual(500, exporter.ask("/-/reload", "POST")[0])
            for line in exporter.log().splitlines():
                self.assertRegex(line, r"^ts=202\d-\d\d-\d\dT[0-9:.]+Z level=(debug|info|warn|error) msg=")


class Browsers(Case):
    """Host, Origin and Sec-Fetch-Site (contract section 3)."""

    def test_host(self):
        port = EXPORTER.port
        for host in ("127.0.0.1", f"127.0.0.1:{port}", "localhost", "LOCALHOST:1", "localhost.", "[::1]", f"[::1]:{port}",
                     "ike.example.com", "IKE.Example.Com:80", "ike.example.com.", "192.0.2.1"):
            self.status(get(host=host), 200, host)
        for host in ("evil.example.com", "", "ike.example.com.evil.com", "localhost.evil.com", "127.0.0.1.evil.com",
                     "evil.com:127.0.0.1", "127.0.0.1@evil.com", "evil.com#localhost", "localhost evil.com", "xlocalhost",
                     "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1].evil.com", "[::1", "localhost:0x50", "null",
                     "localhost,evil.com", "127.0.0.1/evil.com", "\xff"):
            answer = talk(get(host=host).encode("latin-1"))
            self.assertIn(statuses(answer), ([403], [400]), host)
        self.status(get("http://evil.example.com/-/healthy"), 403, "an absolute target")
        self.status(get("http://localhost/-/healthy", host="evil.example.com"), 200)

    def test_every_route_checks_the_host(self):
        for path in ("/", "/metrics", "/-/ready", "/probe?target=127.0.0.1", "/api/targets", "/nothing"):
            self.status(get(path, host="rebound.example.com"), 403, path)
        for path in ("/-/reload", "/api/ike/probe", "/api/ike/audit"):
            self.status(post("{}", path=path, host="rebound.example.com"), 403, path)

    def test_pages_of_others(self):
        here = f"127.0.0.1:{EXPORTER.port}"
        bad = ("Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "Sec-Fetch-Site: Cross-Site",
               "Origin: http://evil.example.com", "Origin: null", "Origin: http://127.0.0.1:1", "Origin: file://",
               f"Origin: http://{here}.evil.com", f"Origin: ftp://{here}", f"Origin: {here}", "Origin: http://",
               f"Origin: http://evil.com@{here}", "Sec-Fetch-Site: none\r\nSec-Fetch-Site: cross-site",
               f"Origin: http://{here}\r\nOrigin: http://evil.com")
        good = ("Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: none", f"Origin: http://{here}", f"Origin: https://{here}",
                "X: y")
        body = json.dumps({"host": "127.0.0.1", "timeout": 1})
        for fields in bad:
            for data in (get("/probe?target=127.0.0.1", fields, host=here), post("{}", fields, path="/-/reload", host=here),
                         post(body, fields, host=here)):
                self.assertIn(statuses(talk(data)), ([403], [400]), fields)
        for fields in good:
            self.status(get("/probe?target=127.0.0.1", fields, host=here), 200, fields)
            self.status(post(body, fields, host=here), 502, fields)
        self.status(get("/metrics", "Sec-Fetch-Site: cross-site"), 200, "reading does nothing; CORS keeps it from the page")

    def test_browsers_that_do_not_say_where_they_are_from(self):
        """Over plain HTTP to another host they leave out Sec-Fetch-Site, and an image has no Origin."""
        here, agent = f"192.0.2.1:{EXPORTER.port}", "User-Agent: Mozilla/5.0 (X11; Linux x86_64)"
        for referer in ("", "Referer: ", "Referer: http://evil.example.com/", f"Referer: http://evil.example.com/{here}/",
                        f"Referer: http://{here}.evil.com/", "Referer: http://192.0.2.1:1/", f"Referer: {here}",
                        f"Referer: http://evil.com@{here}/", f"Referer: ftp://{here}/", "Referer: http:///"):
            fields = agent + ("\r\n" + referer if referer else "")
            answer = self.status(get("/probe?target=127.0.0.1", fields, host=here), 403, referer)
            self.assertIn(b"start from there", answer)
            self.status(get("/metrics", fields, host=here), 200, "reading does nothing")
        for referer in (f"http://{here}/", f"https://{here}/targets/hq?a#b", f"http://{here}?q"):
            self.status(get("/probe?target=127.0.0.1", f"{agent}\r\nReferer: {referer}", host=here), 200, referer)
        for program in ("curl/7.88.1", "Prometheus/2.42.0", ""):
            self.status(get("/probe?target=127.0.0.1", f"User-Agent: {program}", host=here), 200, program)

    def test_no_page_may_read(self):
        answer = talk(get("/metrics", "Origin: http://evil.example.com"))
        self.assertNotIn(b"Access-Control-", answer)


class Bounds(Case):
    def test_what_one_client_may_ask(self):
        config = SETTINGS.replace("requests_per_second = 100000", "requests_per_second = 2\nmax_concurrent = 3")
        with Exporter(binary_path(), config) as exporter:
            body = json.dumps({"host": "127.0.0.1", "timeout": 1})
            seen = [exporter.ask("/api/ike/v2-sa", "POST", body, {"Content-Type": "application/json"}) for _ in range(5)]
            self.assertEqual(429, seen[-1][0])
            self.assertGreater(int(seen[-1][2]["Retry-After"]), 0)
            self.assertEqual("client_rate", json.loads(seen[-1][1])["reason"])
            self.assertEqual(200, exporter.ask("/metrics")[0], "reading is free")
            self.assertIn(b'ike_exporter_api_rejections_total{reason="client_rate"}', exporter.ask("/metrics")[1])

    def test_one_client_leaves_room_for_audits_of_others(self):
        with Exporter(binary_path(), SETTINGS.replace('"127.0.0.2"', '"127.0.0.0/8"')) as exporter:
            def audit(number, source):
                with contextlib.closing(http.client.HTTPConnection("127.0.0.1", exporter.port, 10, (source, 0))) as connection:
                    body = json.dumps({"host": f"127.1.{number // 250}.{number % 250 + 1}"})
                    connection.request("POST", "/api/ike/audit", body, {"Content-Type": "application/json"})
                    return connection.getresponse().status
            asked = [audit(number, "127.0.0.1") for number in range(880)]
            self.assertEqual([202] * 875 + [429] * 5, asked)
            self.assertEqual(202, audit(880, "127.0.0.2"))

    def test_probes_where_the_system_has_no_thread_to_give(self):
        if os.geteuid() != 0:
            self.skipTest("needs root: of its own user's processes there shall be as many as it has threads")
        wrapper = ("prlimit", "--nproc=12", "setpriv", "--reuid=54321", "--clear-groups", "--inh-caps=+dac_override",
                   "--ambient-caps=+dac_override")
        config = SETTINGS.replace("[api]", "[api]\nmax_concurrent = 128")
        with Exporter(binary_path(), config, wrapper=wrapper, flags=["--probe.threads=1"]) as exporter:
            connections = [exporter.connect() for _ in range(40)]
            for connection in connections:
                connection.request("GET", "/probe?target=127.0.0.1")
            self.assertIn(200, [connection.getresponse().status for connection in connections])
            for connection in connections:
                connection.close()
            self.assertEqual(200, exporter.ask("/metrics")[0])
            self.assertEqual(0, exporter.stop())

    def test_a_stop_waits_for_no_probe(self):
        silent = socket.socket(type=socket.SOCK_DGRAM)
        self.addCleanup(silent.close)
        silent.bind(("127.0.0.2", 0))
        port = silent.getsockname()[1]
        with Exporter(binary_path(), SETTINGS.replace("[api]", f"[api]\nports = [{port}]")) as exporter:
            connection = exporter.connect()
            body = json.dumps({"host": "127.0.0.2", "port": port, "timeout": 60000})
            connection.request("POST", "/api/ike/v2-sa", body, {"Content-Type": "application/json"})
            self.assertTrue(silent.recv(1500), "the probe is under way")
            begun = time.monotonic()
            self.assertEqual(0, exporter.stop(15))
            self.assertLess(time.monotonic() - begun, 12)
            connection.close()


def binary_path():
    return EXPORTER.process.args[0]


def main():
    global EXPORTER
    with Exporter(binary_of(sys.argv), SETTINGS) as EXPORTER:
        done = unittest.main(exit=False, verbosity=1)
    sys.exit(not done.result.wasSuccessful())


if __name__ == "__main__":
    main()
