#!/usr/bin/env python3
"""Thousands of hostile connections from several processes, and meanwhile how long /metrics and /-/healthy take
for everybody else.

  test_floods.py build/release/ike_exporter [TEST...]
"""
import contextlib
import http.client
import pathlib
import resource
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True

import attackers  # noqa: E402
import certificates  # noqa: E402
from exporter import Exporter, binary_of, trusting, wait_until  # noqa: E402

BINARY = FOLDER = None
PROCESSES = 4
# Of each: nearly as many as the exporter takes; of some more, so that they push each other out.
CONNECTIONS = {"idle": 1500, "never_reading": 1500, "unread_with_body": 1500, "header_flood": 1500, "others": 1000}
SECONDS = 10
TARGETS = 1000
# Of each request on a connection of its own, in seconds; Prometheus would wait for ten. The attackers themselves take the
# processors. Of one address with them a client waits its turn with thousands of handshakes.
LONGEST = {"http": {"/-/healthy": 0.5, "/metrics": 1.5}, "https": {"/-/healthy": 2.0, "/metrics": 2.0}}
MEMORY_KIB = 192 << 10

CONFIG = """
[probe]
interval = "10m"
audit_interval = "0s"
""" + "".join(f'[[target]]\nname = "t{n}"\nhost = "127.9.{n // 250}.{n % 250 + 1}"\n' for n in range(TARGETS))


@contextlib.contextmanager
def attack(kind, port):
    program = pathlib.Path(attackers.__file__)
    count = CONNECTIONS.get(kind, CONNECTIONS["others"])
    children = [subprocess.Popen([sys.executable, program, kind, str(port), str(count)]) for _ in range(PROCESSES)]
    try:
        yield
    finally:
        for child in children:
            child.kill()
            child.wait()


def ask(exporter, path, context):
    """Seconds until the whole answer is there; None: there is none."""
    begun = time.monotonic()
    try:
        status, body, _ = exporter.ask(path, context=context)
        whole = body.endswith(b"\n") and (path != "/metrics" or b"\nprocess_" in body)
        return time.monotonic() - begun if status == 200 and whole else None
    except (OSError, http.client.HTTPException):
        return None


class Floods(unittest.TestCase):
    def suffer(self, kind, web=None):
        context = trusting(FOLDER / "ca.pem") if web else None
        longest = LONGEST["https" if web else "http"]
        with Exporter(BINARY, CONFIG, web=web) as exporter:
            quiet = exporter.resident_kib()
            with attack(kind, exporter.port):
                time.sleep(2)
                took = {path: [] for path in longest}
                highest = quiet
                end = time.monotonic() + SECONDS
                while time.monotonic() < end:
                    for path, times in took.items():
                        times.append(ask(exporter, path, context))
                    highest = max(highest, exporter.resident_kib())
                    time.sleep(0.05)
            self.report(kind, took, longest, (quiet, highest))
            with self.subTest("afterwards"):
                wait_until("an answer", lambda: ask(exporter, "/metrics", context), 5)

    def report(self, kind, took, longest, memory):
        quiet, highest = memory
        print(f"{kind}: memory {quiet >> 10} to {highest >> 10} MiB")
        for path, times in took.items():
            answered = sorted(seconds for seconds in times if seconds is not None)
            p50, p99 = (answered[int(len(answered) * share)] for share in (0.5, 0.99)) if answered else (0, 0)
            print(f"  {path:10} {len(times):4} requests, {len(times) - len(answered)} without an answer; "
                  f"median {p50 * 1000:.1f} ms, 99 % {p99 * 1000:.1f} ms, longest {max(answered, default=0) * 1000:.1f} ms",
                  flush=True)
            with self.subTest(path):
                self.assertEqual(len(times), len(answered))
                self.assertLess(max(answered), longest[path])
        with self.subTest("memory"):
            self.assertLess(highest - quiet, MEMORY_KIB)


def add_tests():
    web = f"tls_server_config:\n  cert_file: {FOLDER}/server.pem\n  key_file: {FOLDER}/server.key\n"
    for kind in attackers.KINDS:
        tls = web if kind.startswith("tls_") else None
        setattr(Floods, f"test_{kind}", lambda self, kind=kind, tls=tls: self.suffer(kind, tls))


def main():
    global BINARY, FOLDER
    BINARY = binary_of(sys.argv)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory(prefix="ike_floods_") as folder:
        FOLDER = pathlib.Path(folder)
        certificates.make_all(FOLDER)
        add_tests()
        done = unittest.main(exit=False, verbosity=1)
    sys.exit(not done.result.wasSuccessful())


if __name__ == "__main__":
    main()
