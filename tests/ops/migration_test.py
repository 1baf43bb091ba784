#!/usr/bin/python3
"""Runs every command of packaging/migration.md as it stands there, against the simulated gateways and on the
project's own example targets; ike-scan and yq are the real ones. In namespaces, where IKE's ports are free.
Argument: the build directory."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import tomllib
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests/hostile"), str(ROOT / "tests/support")]

import arena  # noqa: E402
import gateways  # noqa: E402

arena.enter()
BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
GUIDE = (ROOT / "packaging/migration.md").read_text()
UP, AGGRESSIVE, MANY, DOWN = (f"127.0.81.{i}" for i in range(1, 5))
SUITES = ["aes256-sha256-modp2048", "3des-sha1-modp1024"]
GATEWAYS = ('[listen]\nudp = [500]\nudp_encap = [4500]\ntcp = [4500]\ntcp_raw = [500]\nbind = "each"\n' +
            gateways.gateway("up", [UP], ikev2=["aes256gcm16-prfsha384-ecp384"], ikev1="refuse") +
            gateways.gateway("many", [MANY], ikev2=SUITES, ikev1=SUITES) +
            gateways.gateway("aggressive", [AGGRESSIVE], ikev1=SUITES, aggressive=True, psk="sesame", identity="gw") +
            gateways.gateway("down", [DOWN], state="down"))
NAMES = {"vpn.example.com": UP, "old-vpn.example.com": AGGRESSIVE}
QUICK = "--sport=0 --timeout=300 --retry=2"  # the gateways have the source ports that ike-scan would take
# ike-scan's options of the table, and a gateway that answers them.
SCANS = {"ike-scan HOST": MANY, "--ikev2": MANY, "--aggressive --id=GROUP": AGGRESSIVE, "--nat-t": MANY, "--tcp=1": MANY}
# Commands of the tables, and how each of them ends.
COMMANDS = {"ike_exporter probe vpn.example.com": 0, "ike_exporter probe --ike-version 1 HOST": 0, "ike_exporter audit HOST": 0,
            "ike_exporter import hosts.txt > /etc/ike_exporter/targets.d/hosts.toml": 0}


def blocks():
    return re.findall(r"```sh\n(.*?)```", GUIDE, re.S)


def quoted():
    return set(re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", GUIDE, flags=re.S)))


class Migration(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.arena = arena.Arena(BUILD)
        cls.addClassCleanup(cls.arena.close)
        cls.arena.responder.script = cls.script = os.path.join(cls.arena.folder, "gateways.toml")
        pathlib.Path(cls.script).write_text(GATEWAYS)
        cls.arena.responder.begin()
        hosts = pathlib.Path(cls.arena.folder, "hosts")
        hosts.write_text("127.0.0.1 localhost\n" + "".join(f"{address} {name}\n" for name, address in NAMES.items()))
        arena.run("mount", "--bind", str(hosts), "/etc/hosts")

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "targets.d").mkdir()

    def shell(self, command, *arguments):
        """As in the guide; only where the configuration is and who HOST is are ours."""
        command = command.replace("/etc/ike_exporter/targets.d", str(self.folder / "targets.d"))
        command = re.sub(r"\bHOST\b", "vpn.example.com", command)
        command = f'ike-scan() {{ command ike-scan "$@" {QUICK}; }}\n{command}'
        return subprocess.run(["bash", "-c", command, "guide", *arguments], cwd=self.folder, capture_output=True, text=True,
                              env={**os.environ, "PATH": f"{BUILD}:{os.environ['PATH']}"}, timeout=120)

    def targets(self, name):
        path = self.folder / "targets.d" / name
        checked = subprocess.run([BUILD / "ike_exporter", "--config.file", path, "--config.check"], capture_output=True, text=True)
        self.assertEqual(0, checked.returncode, checked.stderr)
        return {target["name"]: target["host"] for target in tomllib.loads(path.read_text())["target"]}

    def test_every_command_is_run_here(self):
        commands = {text for text in quoted() if re.match(r"ike_exporter [a-z]|ike-scan [-A-Z]", text)}
        self.assertEqual(commands, {*COMMANDS, "ike-scan HOST",
                                    "ike-scan --nodns --quiet --file=ranges.txt | awk '/^[0-9]/ { print $1 }'"})
        self.assertLessEqual(set(SCANS), quoted())
        self.assertEqual(2, len(blocks()))

    def test_commands_of_the_tables(self):
        (self.folder / "hosts.txt").write_text("vpn.example.com hq  # the first\n192.0.2.0/30\n192.0.2.0:255.255.255.252\n"
                                               "192.0.2.1-192.0.2.9\n")
        for command, code in COMMANDS.items():
            done = self.shell(command)
            self.assertEqual(code, done.returncode, f"{command}: {done}")
        self.assertEqual({"hq": "vpn.example.com", **{f"192.0.2.{i}": f"192.0.2.{i}" for i in range(1, 10)}},
                         self.targets("hosts.toml"))

    def test_the_plugin_for_nagios(self):
        plugin, _ = blocks()
        for host, code, status in ((UP, 0, "OK"), (DOWN, 2, "CRITICAL"), ("no host", 3, "UNKNOWN")):
            done = self.shell(plugin, host)
            self.assertEqual((code, ""), (done.returncode, done.stderr), host)
            self.assertRegex(done.stdout, rf"^IKE {status} - [^\n]*\n$")

    def test_the_target_file_of_prometheus(self):
        _, pipeline = blocks()
        (self.folder / "ike_targets.yml").write_text((ROOT / "packaging/prometheus/ike_targets.yml").read_text())
        done = self.shell(f"set -o pipefail\n{pipeline}")
        self.assertEqual((0, "4 targets\n"), (done.returncode, done.stderr))
        self.assertEqual({"vpn.example.com": "vpn.example.com", "192.0.2.10": "192.0.2.10", "2001:db8::1": "2001:db8::1",
                          "old-hq": "old-vpn.example.com"}, self.targets("gateways.toml"))

    def test_ike_scan_sees_what_the_exporter_sees(self):
        for options, address in SCANS.items():
            said = self.shell(f"ike-scan {options.removeprefix('ike-scan HOST')} {address}").stdout
            self.assertIn("1 returned handshake", said, options)
        (self.folder / "ranges.txt").write_text(f"{UP}-127.0.81.9\n")
        scan, = [text for text in quoted() if "ranges.txt" in text]
        self.assertEqual({UP, AGGRESSIVE, MANY}, set(self.shell(scan).stdout.split()))

    def test_keys_of_the_tables_are_the_configuration_s(self):
        keys = sorted({text for text in quoted() if re.fullmatch(r'[a-z_]+ = ("[^"]*"|\d+)', text)})
        self.assertIn('exchange = "aggressive"', keys)
        aggressive = {text for text in keys if "aggressive" in text}
        for key in keys:
            more = "\n".join(aggressive | {key}) if key in aggressive else key
            config = f'[[target]]\nname = "a"\nhost = "192.0.2.1"\n{more}\n'
            if key.startswith("interval"):
                config = f"[probe]\n{key}\n"
            (self.folder / "one.toml").write_text(f"[modules.legacy]\n{config}")
            done = self.shell("ike_exporter --config.file one.toml --config.check")
            self.assertEqual(0, done.returncode, f"{key}: {done.stderr}")


if __name__ == "__main__":
    unittest.main()
