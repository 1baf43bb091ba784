"""The lab's network: namespaces on a bridge of their own, and NAT between some of them.

A Lab is named by LAB_PREFIX, LAB_NET and LAB_NET6, so that several can run on one machine:
a developer's, a test's and the one that CI makes. Nothing outside those names is touched.
"""
import os
import shutil
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True

import process  # noqa: E402

LABS = []  # of this process
HERE = os.path.dirname(os.path.abspath(__file__))
PROBER_ADDRESSES = range(1, 10)

# Runs inside a namespace: no Duplicate Address Detection, whose second of waiting every test would
# pay, and addresses of all three families of peer.
SETUP = """
echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_dad
echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_ra
ip -batch - <<'B'
link set lo up
addr add {v4}/20 dev eth0
addr add {v6}/64 dev eth0 nodad
link set eth0 up
B
"""

DROP_IKE = """table inet lab { chain in {
  type filter hook input priority 0;
  udp dport {500,4500} drop; tcp dport {500,4500} drop;
}
}
"""
PROHIBIT = """table inet lab { chain in {
  type filter hook input priority 0;
  meta l4proto {tcp,udp} reject with icmpx type admin-prohibited;
}
}
"""
FORWARD_IKE = """table ip lab { chain pre {
  type nat hook prerouting priority -100;
  iif eth0 udp dport {500,4500} dnat to %s;
}
chain post {
  type nat hook postrouting priority 100;
  oif eth0 masquerade;
}
}
"""
MASQUERADE = """table ip lab { chain post {
  type nat hook postrouting priority 100;
  oif eth0 masquerade random;
}
}
"""


def run(*command, text=None, check=True):
    """Runs a command to its end; its output is returned and shown only when it failed."""
    done = subprocess.run(command, input=text, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout.strip()}")
    return done.stdout


class Lab:
    def __init__(self, prefix=None, net=None, net6=None):
        self.prefix = prefix or os.environ.get("LAB_PREFIX", "ikex-")
        self.net = net or os.environ.get("LAB_NET", "10.91")
        self.net6 = net6 or os.environ.get("LAB_NET6", "fd91")
        self.bridge = self.prefix + "br"
        self.run_dir = os.path.join("/run", self.prefix + "lab")
        self.numbers = {}     # peers by name
        self.inner = set()    # those behind a router, whose number they have
        self.running = {}     # daemons that this process started, by name
        self.casualties = []  # what was wrong with those that it stopped
        if len(self.prefix) > 8:
            sys.exit("LAB_PREFIX may have 8 characters: interface names end at 15")
        LABS.append(self)

    def address(self, number):
        """Peer numbers run to 4095; those above 255 spill into the next octets of the /20."""
        return f"{self.net}.{number // 256}.{number % 256}"

    def address6(self, number):
        return f"{self.net6}::{number}"

    def inner_address(self, number, host):
        """Networks behind a NAT, outside of the bridge's /20."""
        return f"{self.net}.{number}.{host}"

    def namespace(self, name):
        return self.prefix + name

    def exists(self, name):
        """Made to its end; what a killed `up` left half made counts as missing."""
        return os.path.exists(f"/run/netns/{self.namespace(name)}") and os.path.exists(
            self._made(name))

    def is_inner(self, name):
        return name in self.inner

    def _made(self, name):
        return os.path.join(self.run_dir, name + ".net")

    def _drop_half_made(self, name):
        if os.path.exists(f"/run/netns/{self.namespace(name)}"):
            run("ip", "netns", "del", self.namespace(name))

    def command(self, name, *command):
        """The command line that runs `command` inside the namespace of peer `name`."""
        return ["ip", "netns", "exec", self.namespace(name), *command]

    def rooted(self, name, root, *command):
        """Likewise, in the root folder of another Debian. The state directory is shown there by a
        mount that only this process sees, since ip netns exec gives it a mount namespace."""
        seen = root + self.run_dir
        os.makedirs(seen, exist_ok=True)
        return self.command(name, "sh", "-c", (
            f"mount --bind {self.run_dir} {seen} && mount -t proc proc {root}/proc && "
            f'exec chroot {root} "$@"'), "sh", *command)

    def inside(self, name, *command, **options):
        return run(*self.command(name, *command), **options)

    def create(self, peers):
        """Makes the bridge and a namespace for each of {name: number} that is missing."""
        os.makedirs(self.run_dir, exist_ok=True)
        self.numbers.update(peers)
        self._create_bridge()
        missing = {name: number for name, number in peers.items() if not self.exists(name)}
        if not missing:
            return
        for name, number in missing.items():
            self._drop_half_made(name)
            run("ip", "link", "del", f"{self.prefix}{number}", check=False)
        run("ip", "-batch", "-", text="".join(
            f"netns add {self.namespace(name)}\n"
            f"link add {self.prefix}{number} type veth peer name eth0 "
            f"netns {self.namespace(name)}\n"
            f"link set {self.prefix}{number} master {self.bridge} up\n"
            for name, number in missing.items()))
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda peer: self.set_up(*peer), missing.items()))

    def set_up(self, name, number):
        self.inside(name, "sh", "-c", SETUP.format(v4=self.address(number),
                                                   v6=self.address6(number)))
        open(self._made(name), "w").close()

    def _has_bridge(self):
        """/sys may show the interfaces of another network namespace than this process has."""
        return any(name == self.bridge for _, name in socket.if_nameindex())

    def _create_bridge(self):
        if self._has_bridge():
            return
        run("ip", "link", "add", self.bridge, "type", "bridge", "forward_delay", "0",
            "mcast_snooping", "0")
        for key in ("accept_dad", "accept_ra"):
            with open(f"/proc/sys/net/ipv6/conf/{self.bridge}/{key}", "w") as knob:
                knob.write("0")
        addresses = "".join(
            f"addr add {self.address(n)}/20 dev {self.bridge}\n"
            f"addr add {self.address6(n)}/64 dev {self.bridge} nodad\n"
            for n in PROBER_ADDRESSES)
        try:
            run("ip", "-batch", "-", text=addresses + f"link set {self.bridge} up\n")
        except RuntimeError:
            run("ip", "link", "del", self.bridge)
            raise

    def create_inner(self, router, name, number):
        """A namespace whose only way out is through the namespace `router`."""
        self.numbers[name] = self.numbers[router]
        self.inner.add(name)
        if self.exists(name):
            return
        gateway, inside = self.inner_address(number, 1), self.inner_address(number, 2)
        self._drop_half_made(name)
        run("ip", "netns", "add", self.namespace(name))
        run("ip", "-n", self.namespace(router), "link", "add", "in0", "type", "veth", "peer",
            "name", "eth0", "netns", self.namespace(name))
        self.inside(router, "sh", "-c", f"ip addr add {gateway}/24 dev in0; ip link set in0 up;"
                                        "echo 1 >/proc/sys/net/ipv4/ip_forward")
        self.inside(name, "ip", "-batch", "-", text=(
            f"link set lo up\naddr add {inside}/24 dev eth0\nlink set eth0 up\n"
            f"route add default via {gateway}\n"))
        open(self._made(name), "w").close()

    def filter(self, name, ruleset):
        self.inside(name, "nft", "-f", "-", text="flush ruleset\n" + ruleset)

    def remove(self):
        """Daemons, namespaces, bridge and state: everything of this lab."""
        process.stop_all(self.run_dir)
        for name in self.existing():
            run("ip", "netns", "del", self.prefix + name, check=False)
        if self._has_bridge():
            run("ip", "link", "del", self.bridge, check=False)
        shutil.rmtree(self.run_dir, ignore_errors=True)

    def existing(self):
        names = os.listdir("/run/netns") if os.path.isdir("/run/netns") else []
        return [name[len(self.prefix):] for name in names if name.startswith(self.prefix)]
