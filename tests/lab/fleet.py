"""Generated daemons side by side, each in a namespace and with an address of its own."""
import atexit
import fcntl
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor

import generate
import install
import labnet
import posture_truth
import postures
import truth
from libreswan import Libreswan
from strongswan import StrongSwan

FIRST_NUMBER = 256  # 10.x.1.0 upwards: below are the postures


class Gateway:
    """One running daemon: .configuration (its wildcards filled in), .daemon, .host."""

    def __init__(self, lab, number, configuration, settings):
        self.configuration, self.host = configuration, lab.address(number)
        text = configuration.text().replace("@ADDRESS@", self.host)
        root = None
        if configuration.daemon.endswith("-newer"):
            suite = os.environ.get("LAB_DEBIAN", "forky")
            root = install.other_debian(suite) or sys.exit("newer daemons need `lab install-debian "
                                                           f"{suite}`")
        self.daemon = (Libreswan(lab, configuration.name, text, root) if configuration.pluto else
                       StrongSwan(lab, configuration.name, text, settings, root))

    def start(self):
        self.daemon.start()
        truth.settle(self.configuration, self.daemon, self.host)


class Standing:
    """A posture of the lab, in the shape of a Gateway."""

    def __init__(self, lab, name):
        self.configuration = posture_truth.Posture(name)
        self.daemon = postures.daemon(lab, name)
        router = postures.INNER[name][0] if name in postures.INNER else name
        self.host = lab.address(postures.PEERS[router])
        if not self.configuration.complete():
            truth.settle(self.configuration, self.daemon, self.host)


def start_postures(lab):
    """All of the lab's own daemons that speak IKE."""
    postures.create_network(lab)
    names = [name for name in postures.daemons() if name != "garbage"]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: postures.start(lab, name), names))
    return [Standing(lab, name) for name in names]


def start(lab, configurations, settings=""):
    """Starts a daemon for each configuration; settings: lines for charon's section."""
    lab.create({configuration.name: FIRST_NUMBER + index
                for index, configuration in enumerate(configurations)})
    gateways = [Gateway(lab, FIRST_NUMBER + index, configuration, settings)
                for index, configuration in enumerate(configurations)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(Gateway.start, gateways))
    return gateways


def configurations(daemons, versions, seed, count):
    """Debian builds its newer strongSwan without IKEv1."""
    return [generate.configuration(seed, daemon, version, index)
            for daemon in daemons for version in versions for index in range(count)
            if (daemon, version) != ("strongswan-newer", 1)]


def scratch_lab(default_prefix, default_net):
    """A lab of this process, unless LAB_PREFIX and LAB_NET name another: never the one that a
    developer keeps running."""
    number = int(default_net.split(".")[1])
    lab = labnet.Lab(os.environ.get("LAB_PREFIX", default_prefix),
                     os.environ.get("LAB_NET", default_net),
                     os.environ.get("LAB_NET6", f"fd{number:02x}"))
    lab.lock = open(lab.run_dir + ".lock", "w")
    try:
        fcntl.flock(lab.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"another run uses {lab.prefix}; name another LAB_PREFIX, LAB_NET and LAB_NET6")
    lab.remove()  # what a killed run left
    atexit.register(lab.remove)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    return lab
