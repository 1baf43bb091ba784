"""What the browser tests have in common: a network namespace of their own, the demonstration fleet or a
large one, and where the pictures go."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "ops"))

import stack  # noqa: E402

SKIPPED = 77
# An address that is not loopback: browsers treat its pages as less trustworthy.
OUTSIDE = "10.99.99.1"
ELSEWHERE = "10.99.99.9"  # another


def enter_namespace():
    """Starts this program anew in a network namespace whose loopback is up. Names and ports in it are
    nobody else's."""
    if os.environ.get("IN_NAMESPACE") == "1":
        return
    os.environ["IN_NAMESPACE"] = "1"
    unshare = ["unshare", "--net"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
    addresses = "".join(f"ip address add {address}/32 dev lo && " for address in (OUTSIDE, ELSEWHERE))
    setup = f"ip link set lo up && {addresses}exec \"$@\""
    if subprocess.run([*unshare, "true"], stderr=subprocess.DEVNULL, check=False).returncode:
        print("network namespaces cannot be made here")
        sys.exit(SKIPPED)
    os.execvp("unshare", [*unshare, "sh", "-c", setup, "sh", sys.executable, *sys.argv])


class Arena:
    """The programs for one test, and a folder for its pictures under the build's."""

    def __init__(self, build, address="127.0.0.1"):
        self.work = tempfile.mkdtemp(prefix="ike-browser-")
        self.stack = stack.Stack(build, self.work, address)
        self.pictures = pathlib.Path(build) / "screenshots"
        self.pictures.mkdir(exist_ok=True)

    def close(self):
        self.stack.__exit__()
        shutil.rmtree(self.work, ignore_errors=True)

    def url(self, path="/"):
        return self.stack.url("exporter", path)

    def start_demo(self, interval=2, listen=()):
        """listen: further addresses."""
        fleet = stack.DemoFleet(self.stack, interval)
        self.config = fleet.config
        self.stack.start_gateways(fleet.script)
        port = self.stack.ports["exporter"]
        self.stack.start_exporter(fleet.config, "--web.enable-lifecycle",
                                  *(f"--web.listen-address={address}:{port}" for address in listen))

    def start_fleet(self, count):
        """`count` targets on as many addresses: of ten, eight are well, one is weak, one is down."""
        spans = {"well": "127.10.0.0/16", "weak": "127.11.0.0/16", "down": "127.12.0.0/16"}
        port = self.stack.ports["ike"]
        self.stack.start_gateways(GATEWAYS.format(port=port, **spans))
        targets = []
        for i in range(count):
            kind = "weak" if i % 10 == 3 else "down" if i % 10 == 7 else "well"
            host = f"{spans[kind][:7]}{i // 250}.{i % 250 + 1}"
            targets.append(f'[[target]]\nname = "{kind}-{i:05}.example"\nhost = "{host}"\n'
                           f'labels = {{ site = "s{i % 20}", customer = "c{i % 97}" }}\n')
        self.stack.start_exporter(FLEET.format(port=port) + "".join(targets))


GATEWAYS = """
[listen]
udp = [{port}]
udp_encap = []
bind = "wildcard"
[[gateway]]
name = "well"
addresses = ["{well}"]
ikev2 = ["aes256gcm16-prfsha384-ecp384"]
ikev1 = "refuse"
delay = "8ms"
jitter = "4ms"
[[gateway]]
name = "weak"
addresses = ["{weak}"]
ikev2 = ["aes128-sha1-modp1024", "3des-md5-modp768"]
ikev1 = ["3des-md5-modp1024"]
delay = "15ms"
[[gateway]]
name = "down"
addresses = ["{down}"]
state = "down"
"""
FLEET = """
[probe]
interval = "20s"
timeout = "4s"
audit_interval = "0s"
port = {port}
"""
