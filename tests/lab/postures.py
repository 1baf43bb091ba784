"""The gateways that the lab always has, and how each of them is made."""
import os
import sys

import install
import labnet
import process
from libreswan import Libreswan
from strongswan import StrongSwan

STRONGSWAN = {"ss-strong": 11, "ss-weak": 12, "ss-cookie": 13, "ss-ke": 14, "ss-v1only": 16,
              "ss-default": 17, "ss-odd": 18}
LIBRESWAN = {"lw": 15}
SILENT = {"dead": 21, "refused": 22, "prohibited": 23, "garbage": 24}
UNUSED = 29  # an address that nobody holds
ROUTERS = {"nat": 31, "cnat": 32}
INNER = {"ss-nat": ("nat", 16), "client": ("cnat", 17)}
NEWER = {"ss-mlkem": 41}
PEERS = {**STRONGSWAN, **LIBRESWAN, **SILENT, **ROUTERS, **NEWER}


def newer_root():
    """The newest other Debian that was installed beside this one, or None."""
    return install.other_debian("forky") or install.other_debian("trixie")


def daemons():
    """The peers that have something to start, those of another Debian only where it is there."""
    return [*STRONGSWAN, *LIBRESWAN, "ss-nat", "garbage", *(NEWER if newer_root() else ())]


class Garbage(process.Daemon):
    """Answers whatever arrives on the IKE ports with bytes that are no IKE message."""

    speaks_ike = False

    def __init__(self, lab, name):
        self.lab, self.name = lab, name
        self.directory = os.path.join(lab.run_dir, name)
        self.process = process.Process(self.directory, "garbage")
        self.log = self.process.output

    def start(self):
        if not self.process.pid():
            os.makedirs(self.directory, exist_ok=True)
            self.process.start(self.lab.command(
                self.name, sys.executable, os.path.join(labnet.HERE, "garbage.py")))
        self.started()

    def stats(self):
        return ""


def create_network(lab):
    lab.create(PEERS)
    for name, (router, number) in INNER.items():
        lab.create_inner(router, name, number)
    lab.filter("dead", labnet.DROP_IKE)
    lab.filter("prohibited", labnet.PROHIBIT)
    lab.filter("nat", labnet.FORWARD_IKE % lab.inner_address(INNER["ss-nat"][1], 2))
    lab.filter("cnat", labnet.MASQUERADE)


def daemon(lab, name):
    """The object that starts and stops the daemon of posture `name`."""
    if name == "garbage":
        return Garbage(lab, name)
    text = _read(name + ".conf")
    if name in LIBRESWAN:
        number = LIBRESWAN[name]
        return Libreswan(lab, name, text.replace("@ADDRESS@", lab.address(number))
                         .replace("@ADDRESS6@", lab.address6(number)))
    return StrongSwan(lab, name, text, _read(name + ".settings"),
                      newer_root() if name in NEWER else None)


def start(lab, name):
    posture = daemon(lab, name)
    running = posture.pid()
    posture.start()
    if name == "ss-cookie" and not running:
        # charon asks for cookies only while some IKE_SA is half-open: leave it one from an address
        # that no test uses; its settings let that one live for a day.
        lab.inside("refused", sys.executable, os.path.join(labnet.HERE, "ike_client.py"),
                   lab.address(STRONGSWAN[name]), "aes256-sha256-prfsha256-14")


def describe(lab, name):
    """Where a prober finds it."""
    if name == "ss-nat":
        return f"{lab.address(ROUTERS['nat'])} (forwards to {lab.inner_address(16, 2)})"
    if name == "client":
        return f"{lab.inner_address(17, 2)} (seen as {lab.address(ROUTERS['cnat'])})"
    return f"{lab.address(PEERS[name])} {lab.address6(PEERS[name])}"


def _read(name):
    path = os.path.join(labnet.HERE, "postures", name)
    if not os.path.exists(path):
        return ""
    with open(path) as file:
        return file.read()
