#!/usr/bin/env python3
"""A thousand hostile connections of one address, and meanwhile how long /metrics and /-/healthy take for a client on
another one; thousands of as many addresses, against which nothing is promised but bounds and recovery.

  test_floods.py build/release/ike_exporter [TEST...]
"""
import contextlib
import http.client
import pathlib
import re
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
CONNECTIONS = 1000  # of one address
CROWD = 4000        # of as many addresses
SECONDS = 10
TARGETS = 1000
# Of each request on a connection of its own from another address, in seconds; Prometheus would wait for ten.
LONGEST = {"/-/healthy": 1.0, "/metrics": 2.0}
MEMORY_KIB = 256 << 10
CROWDS = ("idle", "never_reading", "pipelining_and_reading", "tls_half")
LEFT_KIB = 64 << 10  # what stays for a while of threads and heap
THREADS = 256 + 32

CONFIG = """
[probe]
interval = "10m"
audit_interval = "0s"
[[target]]
name = "steady"
host = "127.0.0.1"
interval = "1s"
""" + "".join(f'[[target]]\nname = "t{n}"\nhost = "127.9.{n // 250}.{n % 250 + 1}"\n' for n in range(TARGETS))


@contextlib.contextmanager
def attack(kind, port, connections, source):
    program = pathlib.Path(attackers.__file__)
    children = [subprocess.Popen([sys.executable, program, kind, str(port), str(connections // PROCESSES), source])
                for _ in range(PROCESSES)]
    try:
        yield
    finally:
        for child in children:
            child.kill()
            child.wait()


def probes(exporter, context):
    """How often the target was probed that is due each second."""
    page = exporter.ask("/metrics", context=context)[1].decode()
    return int(re.search(r'^ike_probes_total\{target="steady",ike_version="2"\} (\d+)', page, re.M).group(1))


def threads_and_descriptors(exporter):
    process = pathlib.Path(f"/proc/{exporter.process.pid}")
    return len(list((process / "task").iterdir())), len(list((process / "fd").iterdir()))


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
        with Exporter(BINARY, CONFIG, web=web) as exporter:
            for _ in range(3):
                ask(exporter, "/metrics", context)  # what a first scrape leaves behind is no growth
            quiet, count = exporter.resident_kib(), threads_and_descriptors(exporter)
            took = {path: [] for path in LONGEST}
            highest = quiet
            with attack(kind, exporter.port, CONNECTIONS, "127.0.0.2"):
                time.sleep(2)
                end = time.monotonic() + SECONDS
                while time.monotonic() < end:
                    for path, times in took.items():
                        times.append(ask(exporter, path, context))
                    highest = max(highest, exporter.resident_kib())
                    time.sleep(0.05)
            self.report(kind, took, (quiet, highest))
            self.recovers(exporter, context, quiet, count)

    def report(self, kind, took, memory):
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
                self.assertLess(max(answered), LONGEST[path])
        with self.subTest("memory"):
            self.assertLess(highest - quiet, MEMORY_KIB)

    def recovers(self, exporter, context, quiet, count):
        """Ten seconds after the flood everything is as before."""
        time.sleep(10)
        threads, descriptors = threads_and_descriptors(exporter)
        left = exporter.resident_kib() - quiet
        print(f"  ten seconds later: {threads} threads, {descriptors} descriptors, {left >> 10} MiB more than before")
        with self.subTest("afterwards"):
            for path, longest in LONGEST.items():
                self.assertLess(ask(exporter, path, context), longest / 2)
            self.assertLessEqual((threads, descriptors), (count[0] + 4, count[1] + 4))
            self.assertLess(left, LEFT_KIB)

    def endure_crowd(self, kind, web=None):
        """Each connection of an address of its own."""
        context = trusting(FOLDER / "ca.pem") if web else None
        with Exporter(BINARY, CONFIG, web=web) as exporter:
            for _ in range(3):
                ask(exporter, "/metrics", context)
            quiet, count = exporter.resident_kib(), threads_and_descriptors(exporter)
            before, begun = probes(exporter, context), time.monotonic()
            highest, most = quiet, (0, 0)
            with attack(kind, exporter.port, CROWD, "127.8."):
                while time.monotonic() < begun + SECONDS:
                    highest = max(highest, exporter.resident_kib())
                    most = tuple(map(max, most, threads_and_descriptors(exporter)))
                    time.sleep(0.1)
            wait_until("an answer", lambda: ask(exporter, "/metrics", context), 10)
            probed, seconds = probes(exporter, context) - before, time.monotonic() - begun
            print(f"{kind}, {CROWD} addresses: at most {most[0]} threads, {most[1]} descriptors, memory {quiet >> 10} to "
                  f"{highest >> 10} MiB; {probed} probes in {seconds:.1f} s", flush=True)
            self.assertLess(highest - quiet, MEMORY_KIB)
            self.assertLess(max(most), THREADS + count[1])
            self.assertGreaterEqual(probed, int(seconds) - 1, "no probe is missed")
            self.recovers(exporter, context, quiet, count)


def add_tests():
    web = f"tls_server_config:\n  cert_file: {FOLDER}/server.pem\n  key_file: {FOLDER}/server.key\n"
    for kind in attackers.KINDS:
        tls = web if kind.startswith("tls_") else None
        setattr(Floods, f"test_{kind}", lambda self, kind=kind, tls=tls: self.suffer(kind, tls))
        if kind in CROWDS:
            setattr(Floods, f"test_crowd_{kind}", lambda self, kind=kind, tls=tls: self.endure_crowd(kind, tls))


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
