"""Where probes start: a namespace on the bridge, with a good line or a bad one."""
import os
import sys

import labnet
import process
from sniff import Sniffer

PROBER, LOSSY = 4000, 4001


class Prober:
    """command(...) gives the command line that runs in the namespace."""

    def __init__(self, lab, name, number):
        self.lab, self.name, self.address = lab, name, lab.address(number)

    def command(self, *command):
        return self.lab.command(self.name, *command)

    def sniffer(self):
        return Sniffer(self.lab.namespace(self.name), "eth0")


def clean(lab):
    lab.create({"prober": PROBER})
    return Prober(lab, "prober", PROBER)


def lossy(lab, loss=0, duplicate=0, reorder=0, seed=1):
    """Behind a line that loses, doubles and delays so many percent each way."""
    lab.create({})
    if not lab.exists("lossy"):
        _connect(lab)
    folder = os.path.join(lab.run_dir, "wire")
    os.makedirs(folder, exist_ok=True)
    wire = process.Process(folder, "wire")
    wire.stop()
    wire.start(lab.command("wire", sys.executable, os.path.join(labnet.HERE, "wire.py"), "in0",
                           "out0", "--loss", str(loss), "--duplicate", str(duplicate),
                           "--reorder", str(reorder), "--seed", str(seed)))
    return Prober(lab, "lossy", LOSSY)


def _connect(lab):
    """bridge -- in0 [wire] out0 -- eth0 [lossy]"""
    wire, far = lab.namespace("wire"), lab.namespace("lossy")
    labnet.run("ip", "-batch", "-", text=(
        f"netns add {wire}\nnetns add {far}\n"
        f"link add {lab.prefix}{LOSSY} type veth peer name in0 netns {wire}\n"
        f"link set {lab.prefix}{LOSSY} master {lab.bridge} up\n"))
    labnet.run("ip", "-n", wire, "-batch", "-", text=(
        f"link add out0 type veth peer name eth0 netns {far}\n"
        "link set in0 up\nlink set out0 up\n"))
    lab.set_up("lossy", LOSSY)
