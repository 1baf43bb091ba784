#!/usr/bin/env python3
"""Ports that tests reserve, and how they wait for what they start."""
import pathlib
import socket
import subprocess
import sys
import tempfile
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent / "hostile"), str(FOLDER.parent / "bench")]

import arena  # noqa: E402
import machine  # noqa: E402
import ports  # noqa: E402
import readiness  # noqa: E402

MANY = 200
IN_USE = "echo 'bind: Address already in use'; exit 3"


class Ports(unittest.TestCase):
    def test_they_are_not_ephemeral(self):
        lowest = int(ports.EPHEMERAL.read_text().split()[0])
        self.assertTrue(lowest <= ports.FIRST or all(ports.reserve_port() < lowest for _ in range(20)))

    def test_processes_that_run_together_get_different_ones(self):
        ask = (f"import sys; sys.path.insert(0, {str(FOLDER)!r}); import ports; "
               f"print(*(ports.reserve_port() for _ in range({MANY})), flush=True); sys.stdin.read()")
        children = [subprocess.Popen([sys.executable, "-c", ask], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
                    for _ in range(4)]
        reserved = [port for child in children for port in child.stdout.readline().split()]
        for child in children:
            child.communicate()
        self.assertEqual((4 * MANY, 4 * MANY), (len(reserved), len(set(reserved))))

    def test_a_port_that_any_socket_holds_is_passed_over(self):
        port = ports.reserve_port()
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            with socket.socket(type=kind) as held:
                self.assertTrue(ports._unused(port))
                held.bind(("127.0.0.9", port))
                self.assertFalse(ports._unused(port))


class Readiness(unittest.TestCase):
    def start(self, script):
        log = tempfile.NamedTemporaryFile("w+")
        self.addCleanup(log.close)
        process = subprocess.Popen(["sh", "-c", script], stdin=subprocess.PIPE, stdout=log, stderr=log)
        self.addCleanup(process.communicate)
        return process, lambda: pathlib.Path(log.name).read_text()

    def test_a_whole_line(self):
        readiness.await_line(*self.start("echo ready; read _"), "ready", 10)

    def test_a_word_that_contains_it_is_not_it(self):
        with self.assertRaisesRegex(TimeoutError, "Address already in use"):
            readiness.await_line(*self.start("echo 'Address already in use'; read _"), "ready", 0.5)

    def test_a_program_that_ended_is_an_error_with_its_log(self):
        with self.assertRaisesRegex(RuntimeError, "(?s)ended with 3.*Address already in use"):
            readiness.await_line(*self.start(IN_USE), "ready", 10)

    def test_the_bench_waits_in_the_same_way(self):
        with self.assertRaisesRegex(RuntimeError, "ended"):
            machine.Program(["sh", "-c", IN_USE], ready="ready")

    def test_the_line_of_an_earlier_run_does_not_count(self):
        with tempfile.TemporaryDirectory() as folder:
            program = arena.Program(folder, "program")
            for script, said in (("echo ready", "ready\n"), ("echo again", "again\n")):
                program.start(["sh", "-c", script])
                program.child.wait()
                self.assertEqual(said, program.said_since_start())


if __name__ == "__main__":
    unittest.main(warnings="ignore")
