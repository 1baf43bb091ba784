#!/usr/bin/python3
"""exporter/quickstart in a tree of its own, with the programs of this build: what it refuses before it installs or
builds anything, and what it leaves behind. In a network namespace, since its port is fixed. Argument: the build
directory."""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.append(str(ROOT / "tests/hostile"))

import arena  # noqa: E402

arena.enter()
BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
PORT = 10500
QUICKLY = 20  # seconds; an installation or a build would take longer, and is a stand-in here
WRONG = {
    "a b": "no host", "-v": "HOST:PORT", "999.1.1.1": "no host", "a..b": "no host", ":500": "no host", "fe80::1%": "no host",
    "vpn:": "port", "vpn:0": "port", "vpn:65536": "port", "vpn:ike": "port", "[::1]:": "port", "[::1]:0": "port",
}
# An argument: the name of its target, its host, its port.
RIGHT = {
    "vpn.example.invalid": ("vpn.example.invalid", "vpn.example.invalid", None),
    "127.0.71.1:1500": ("127.0.71.1:1500", "127.0.71.1", 1500),
    "127.0.71.1": ("127.0.71.1", "127.0.71.1", None),
    "[2001:db8::1]:1500": ("2001:db8::1:1500", "2001:db8::1", 1500),
    "::1": ("0::1", "::1", None),
    "fe80::1%lo": ("fe80::1-lo", "fe80::1%lo", None),
}


class Quickstart(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tree = pathlib.Path(folder.name) / "tree"
        for name in ("exporter/quickstart", "exporter/install_packages", "config/demo.toml", "tests/responder/demo.toml"):
            (self.tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, self.tree / name)
        (self.tree / "exporter/packages.txt").write_text("a-package-that-is-missing\n")
        (self.tree / "build").mkdir()
        (self.tree / "build/release").symlink_to(BUILD)
        self.stands_in = pathlib.Path(folder.name) / "bin"
        self.stands_in.mkdir()
        self.installed = pathlib.Path(folder.name) / "installed"
        self.program("cmake", "exit 0")
        for name in ("apt-get", "sudo"):
            self.program(name, f"echo {name} >>{self.installed}; exit 1")

    def program(self, name, text):
        (self.stands_in / name).write_text(f"#!/bin/sh\n{text}\n")
        (self.stands_in / name).chmod(0o755)

    def start(self, *arguments):
        process = subprocess.Popen([self.tree / "exporter/quickstart", *arguments], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.tree.parent,
                                   env={**os.environ, "PATH": f"{self.stands_in}:{os.environ['PATH']}"})
        self.addCleanup(process.communicate)
        self.addCleanup(process.terminate)
        return process

    def refused(self, *arguments):
        process = self.start(*arguments)
        said = process.communicate(timeout=QUICKLY)
        self.assertFalse(self.installed.exists(), f"{arguments} came to the installation: {said}")
        return process.returncode, "".join(said)

    def test_arguments_are_checked_before_anything_is_installed(self):
        for argument, reason in WRONG.items():
            code, said = self.refused("vpn.example.com", argument)
            self.assertEqual(2, code, said)
            self.assertIn(f"'{argument}'", said)
            self.assertRegex(said, reason)
        code, said = self.refused("vpn", "192.0.2.1", "vpn")
        self.assertEqual((2, True), (code, "'vpn' is named twice" in said), said)

    def test_a_taken_port_is_named_with_its_process(self):
        for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
            for arguments in ((), ("vpn.example.com",)):
                with socket.socket(family) as other:
                    other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    other.bind((address, PORT))
                    other.listen()
                    code, said = self.refused(*arguments)
                self.assertEqual(1, code, said)
                self.assertRegex(said, f"port {PORT} is taken by process {os.getpid()} \\(.*quickstart_test.py")

    def test_a_port_of_another_address_is_free(self):
        with socket.socket() as other:
            other.bind(("127.0.0.5", PORT))
            other.listen()
            self.start("vpn").communicate(timeout=QUICKLY)
        self.assertTrue(self.installed.exists())

    def until(self, process, text):
        said = ""
        for line in process.stdout:
            said += line
            if text in line:
                return said
        self.fail(f"{said}{process.stderr.read()}")

    def test_hosts_keep_their_names_and_the_configuration_stays(self):
        (self.tree / "exporter/packages.txt").write_text("coreutils\n")
        kept = self.tree / "quickstart.toml"
        process = self.start(*RIGHT)
        said = self.until(process, "Ctrl-C")
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/api/targets", timeout=10) as answer:
            names = {target["name"] for target in json.load(answer)["targets"]}
        self.assertEqual({name for name, _, _ in RIGHT.values()}, names)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=QUICKLY)
        self.assertIn(str(kept), said)
        first = kept.read_text()
        self.assertEqual(list(RIGHT.values()), [(t["name"], t["host"], t.get("port")) for t in tomllib.loads(first)["target"]])
        subprocess.run([BUILD / "ike_exporter", "--config.file", kept, "--config.check"], check=True, stdout=subprocess.DEVNULL)
        self.until(self.start("other.example.invalid"), "is kept beside it")
        self.assertEqual(first, (self.tree / "quickstart.toml.~1~").read_text())

    def test_a_stop_right_after_the_exporter_began_ends_it(self):
        (self.tree / "exporter/packages.txt").write_text("coreutils\n")
        for attempt in range(30):
            (self.tree / "quickstart.toml").write_text(f"# another one: {attempt}\n")
            process = self.start("other.example.invalid")
            self.until(process, "is kept beside it")
            time.sleep(attempt % 15 * 0.0002)
            process.terminate()
            try:
                process.communicate(timeout=QUICKLY)
            except subprocess.TimeoutExpired:
                subprocess.run(["pkill", "-KILL", "ike_exporter"], check=False)  # of this PID namespace
                self.fail(f"attempt {attempt}: it waits for an exporter that it did not stop")


if __name__ == "__main__":
    unittest.main()
