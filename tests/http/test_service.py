#!/usr/bin/env python3
"""What the exporter and the one who runs it tell each other: systemd's states and sockets, levels of the log by
flag and reload, the running configuration, configuration in several files.

  test_service.py IKE_EXPORTER
"""
import contextlib
import json
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

import exporter
from exporter import CONFIG, Exporter, wait_until

BINARY = exporter.binary_of(sys.argv)
FAST = CONFIG.replace('"60s"', '"200ms"').replace("audit_interval", 'timeout = "100ms"\naudit_interval')


class Manager(contextlib.AbstractContextManager):
    """Plays systemd: hears what is said to NOTIFY_SOCKET."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="ike_manager_")
        self.path = str(pathlib.Path(self.folder.name) / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(20)

    def __exit__(self, *_):
        self.socket.close()
        self.folder.cleanup()

    def hear(self):
        return dict(line.split("=", 1) for line in self.socket.recv(4096).decode().splitlines())


def handing_over(*sockets):
    """A command that starts another one with these as systemd's sockets."""
    moves = " ".join(f"{3 + i}<&{s.fileno()}" for i, s in enumerate(sockets))
    script = f'exec {moves}; export LISTEN_FDS={len(sockets)} LISTEN_PID=$$; exec "$@"'
    return ["bash", "-c", script, "bash"], {"pass_fds": [s.fileno() for s in sockets]}


class Systemd(unittest.TestCase):
    def test_states(self):
        with Manager() as manager, Exporter(BINARY, environment={"NOTIFY_SOCKET": manager.path}) as running:
            self.assertEqual("1", manager.hear()["READY"])
            for text in (CONFIG, "nonsense = ["):
                running.write("config.toml", text)
                running.process.send_signal(signal.SIGHUP)
                said = manager.hear()
                self.assertEqual("1", said["RELOADING"])
                self.assertGreater(int(said["MONOTONIC_USEC"]), 0)
                self.assertEqual("1", manager.hear()["READY"], "also where the old configuration stays")
            running.process.send_signal(signal.SIGTERM)
            self.assertEqual("1", manager.hear()["STOPPING"])
            self.assertEqual(0, running.stop())

    def test_watchdog(self):
        environment = {"WATCHDOG_USEC": "400000"}
        with Manager() as manager, Exporter(
                BINARY, environment={**environment, "NOTIFY_SOCKET": manager.path}) as running:
            self.assertEqual("1", manager.hear()["READY"])
            for _ in range(3):
                self.assertEqual({"WATCHDOG": "1"}, manager.hear())
            running.process.send_signal(signal.SIGTERM)
            while "STOPPING" not in manager.hear():
                pass

    def test_sockets_are_taken_over(self):
        with socket.create_server(("127.0.0.1", 0)) as four, socket.create_server(
                ("::1", 0), family=socket.AF_INET6) as six:
            ports = [s.getsockname()[1] for s in (four, six)]
            # Whoever comes before the exporter is served by it.
            with socket.create_connection(("127.0.0.1", ports[0]), 20) as early:
                early.sendall(b"GET /-/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                wrapper, options = handing_over(four, six)
                with Exporter(BINARY, listen=None, wrapper=wrapper, flags=["--web.systemd-socket"],
                              **options) as running:
                    running.wait_for_log("msg=ready")
                    self.assertIn(b" 200 ", early.recv(4096))
                    with socket.create_connection(("::1", ports[1]), 20) as late:
                        late.sendall(b"GET /-/healthy HTTP/1.0\r\nHost: [::1]\r\n\r\n")
                        self.assertIn(b" 200 ", late.recv(4096))
                    self.assertEqual(0, running.stop())
            # It closed its copies only: the next start finds the sockets as they were.
            socket.create_connection(("127.0.0.1", ports[0]), 20).close()

    def test_socket_activate(self):
        """Debian's own launcher, which starts the exporter at the first connection."""
        activate = shutil.which("systemd-socket-activate")
        if activate is None:
            self.skipTest("without systemd-socket-activate")
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        with Exporter(BINARY, listen=None, wrapper=[activate, f"--listen=127.0.0.1:{port}"],
                      flags=["--web.systemd-socket"]) as running:
            wait_until("the launcher", lambda: "Listening on" in running.log(), 20)
            running.port = port
            self.assertEqual(200, running.ask("/-/ready")[0])
            running.wait_for_log(f"listen=127.0.0.1:{port}")

    def test_without_sockets_there_is_no_start(self):
        with Exporter(BINARY, listen=None, flags=["--web.systemd-socket"]) as running:
            self.assertEqual(1, running.process.wait(20))
            self.assertIn("handed no socket over", running.log())


class Log(unittest.TestCase):
    def reload(self, running, config):
        running.write("config.toml", config)
        before = self.reloads(running)
        running.process.send_signal(signal.SIGHUP)
        wait_until("the reload", lambda: self.reloads(running) != before)

    def reloads(self, running):
        metrics = running.ask("/metrics")[1].decode()
        return re.search(r"^ike_exporter_config_last_reload_success_timestamp_seconds (\S+)", metrics, re.M).group(1)

    def test_level_by_reload(self):
        with Exporter(BINARY, CONFIG) as running:
            self.reload(running, CONFIG + '[log]\nlevel = "error"\n')
            self.reload(running, CONFIG + '[log]\nlevel = "error"\n# again')
            self.assertNotIn("configuration reloaded", running.log())
            self.reload(running, CONFIG + '[log]\nlevel = "info"\n')
            running.wait_for_log("configuration reloaded")
            self.reload(running, FAST + '[log]\nlevel = "debug"\n')
            running.wait_for_log("level=debug msg=probe")  # as all lines, unless it is said otherwise

    def test_the_flag_goes_before_the_file(self):
        with Exporter(BINARY, CONFIG, flags=["--log.level=info"]) as running:
            self.reload(running, CONFIG + '[log]\nlevel = "error"\n')
            running.wait_for_log("configuration reloaded")

    def test_lines_about_probes(self):
        with Exporter(BINARY, FAST) as running:
            self.reload(running, FAST + '[log]\nprober = "debug"\n')
            line = running.wait_for_log(r"level=debug msg=probe .*").group(0)
            for field in ("target=gateway", "up=0", "reason=unreachable"):
                self.assertIn(field, line)
            self.assertNotIn("level=debug", running.log().replace("level=debug msg=probe", ""))
        with Exporter(BINARY, FAST, flags=["--log.level=debug", "--log.prober=error"]) as running:
            wait_until("some probes", lambda: re.search(
                rb'^ike_probes_total\{target="gateway",ike_version="2"\} [2-9]', running.ask("/metrics")[1], re.M))
            self.assertNotIn("msg=probe", running.log())

    def test_lines_are_counted(self):
        def lines(running, level):
            metrics = running.ask("/metrics")[1].decode()
            return float(re.search(rf'^ike_exporter_log_messages_total{{level="{level}"}} (\S+)', metrics,
                                   re.M).group(1))
        with Exporter(BINARY, CONFIG) as running:
            self.assertGreaterEqual(lines(running, "info"), 1)
            self.assertEqual(0, lines(running, "error"))
            running.write("config.toml", "nonsense = 1")
            running.process.send_signal(signal.SIGHUP)
            wait_until("the counted error", lambda: lines(running, "error") == 1)

    def test_json(self):
        with Exporter(BINARY, CONFIG, listen=None, flags=[
                "--log.format=json", "--web.listen-address=127.0.0.1:0"]) as running:
            running.wait_for_log(r'\{"ts":"[^"]*","level":"info",.*"msg":"ready".*\}')


SECRET = CONFIG + """
exchange = "aggressive"
aggressive_id = "group-of-the-branches"
aggressive_id_type = "key_id"
"""


class Configuration(unittest.TestCase):
    def test_it_is_shown_without_secrets(self):
        with Exporter(BINARY, SECRET) as running:
            status, body, fields = running.ask("/config")
            self.assertEqual(200, status)
            self.assertTrue(fields["Content-Type"].startswith("text/plain"))
            self.assertIn(b'aggressive_id = "<secret>"', body)
            self.assertNotIn(b"group-of-the-branches", body)
            shown = running.write("shown.toml", body.decode())
            check = subprocess.run([BINARY, "--config.check", f"--config.file={shown}"],
                                   capture_output=True, text=True, check=False)
            self.assertEqual((0, ""), (check.returncode, check.stderr), body.decode())

    def test_debug_output_hides_them_too(self):
        with Exporter(BINARY, SECRET.replace("[probe]", '[modules.old]\nexchange = "aggressive"\n'
                                             'aggressive_id = "group-of-the-branches"\n'
                                             'aggressive_id_type = "key_id"\n[probe]')) as running:
            status, body, _ = running.ask("/probe?target=127.0.0.1&module=old&debug=true")
            self.assertEqual(200, status)
            log = running.ask("/logs?id=1")[1]
            for text in (body, log):
                self.assertIn(b'aggressive_id = "<secret>"', text)
                self.assertNotIn(b"group-of-the-branches", text)

    def test_several_files(self):
        more = pathlib.Path(tempfile.mkdtemp(prefix="ike_http_"))
        try:
            file = more / "more.toml"
            file.write_text('[[target]]\nname = "second"\nhost = "127.0.0.2"\n')
            with Exporter(BINARY, flags=[f"--config.file={file}"]) as running:
                self.assertIn(b'name = "second"', running.ask("/config")[1])
                file.write_text('[[target]]\nname = "third"\nhost = "127.0.0.3"\n')
                running.process.send_signal(signal.SIGHUP)
                wait_until("the other file's change", lambda: b'name = "third"' in running.ask("/config")[1])
                file.write_text("[web]\n")
                check = subprocess.run([BINARY, "--config.check", f"--config.file={running.path / 'config.toml'}",
                                        f"--config.file={file}"], capture_output=True, text=True, check=False)
                self.assertEqual(1, check.returncode)
                self.assertIn(f"{file}:1:", check.stderr)
        finally:
            shutil.rmtree(more)


def fleet(count):
    return "".join(f'[[target]]\nname = "gw-{i}"\nhost = "127.0.0.1"\n' for i in range(count))


class Shards(unittest.TestCase):
    def targets(self, running):
        return {target["name"] for target in json.loads(running.ask("/api/targets")[1])["targets"]}

    def test_every_target_is_in_exactly_one(self):
        head = '[probe]\ninterval = "1h"\naudit_interval = "0s"\n'
        with contextlib.ExitStack() as stack:
            shards = [stack.enter_context(Exporter(BINARY, head + fleet(60), flags=[f"--shard={i}/3"]))
                      for i in range(3)]
            before = [self.targets(shard) for shard in shards]
            self.assertEqual(60, sum(map(len, before)))
            self.assertEqual({f"gw-{i}" for i in range(60)}, set().union(*before))
            self.assertTrue(all(before), "nobody idles")
            for shard in shards:
                shard.write("config.toml", head + fleet(61))
                shard.process.send_signal(signal.SIGHUP)
                shard.wait_for_log("configuration reloaded")
            after = [self.targets(shard) for shard in shards]
            news = [now - then for now, then in zip(after, before)]
            self.assertEqual([set(), set(), {"gw-60"}], sorted(news, key=len))
            self.assertTrue(all(then <= now for now, then in zip(after, before)), "nobody moves")


class History(unittest.TestCase):
    def test_limit(self):
        for limit, kept in ((2, [5, 4, 3, 2]), (0, [])):
            with self.subTest(limit=limit), Exporter(BINARY, "[api]\nrequests_per_second = 1000\n" + CONFIG,
                                                     flags=[f"--history.limit={limit}"]) as running:
                for _ in range(5):
                    self.assertEqual(200, running.ask("/probe?target=127.0.0.1")[0])
                page = running.ask("/")[1].decode()
                self.assertEqual([str(i) for i in kept], re.findall(r'href="/logs\?id=(\d+)"', page))

    def test_a_scrape_that_leaves_less_time_than_the_offset(self):
        with Exporter(BINARY, flags=["--timeout-offset=0.9"]) as running, socket.socket(
                socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.9", 0))
            config = CONFIG.replace("127.0.0.1", "127.0.0.9") + f"port = {silent.getsockname()[1]}\n"
            running.write("config.toml", config)
            running.process.send_signal(signal.SIGHUP)
            running.wait_for_log("configuration reloaded")
            body = running.ask(f"/probe?target=127.0.0.9:{silent.getsockname()[1]}",
                               headers={"X-Prometheus-Scrape-Timeout-Seconds": "1.2"})[1].decode()
            duration = float(re.search(r"^probe_duration_seconds (\S+)", body, re.M).group(1))
            self.assertTrue(0.25 < duration < 0.9, body)


if __name__ == "__main__":
    unittest.main()
