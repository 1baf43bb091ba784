"""charon in a namespace, with its configuration, log and control socket in a directory of its own."""
import os
import socket

import labnet
import process
from vici import Vici

CONFIGURATION = """charon {{
  load = {plugins}
  install_routes = no
  i_dont_care_about_security_and_use_aggressive_mode_psk = yes
  {settings}
  plugins {{ vici {{ socket = unix://{run}/vici }} }}
  filelog {{ lab {{ path = {run}/log
    flush_line = yes
    time_format = %T
    default = 1
    ike = 2
    cfg = 2 }} }}
}}
"""
PLUGINS = ("random nonce openssl aes sha1 sha2 md5 hmac kdf gmp curve25519 gcm ccm ctr chapoly xcbc "
           "cmac pem pkcs1 x509 pubkey constraints kernel-netlink socket-default vici updown counters")
NO_LIMITS = "dos_protection = no\n  init_limit_half_open = 0\n  half_open_timeout = 2"


class StrongSwan(process.Daemon):
    """connections: the text of a swanctl.conf. settings: lines of strongswan.conf's section charon.
    root: a folder with another Debian, whose charon runs instead of this machine's."""

    def __init__(self, lab, name, connections, settings="", root=None):
        self.lab, self.name = lab, name
        self.connections, self.settings, self.root = connections, settings, root
        self.directory = os.path.join(lab.run_dir, name)
        self.log = os.path.join(self.directory, "log")
        self.process = process.Process(self.directory, "charon")

    def start(self):
        self.started()
        if self.process.pid():
            return
        os.makedirs(self.directory, exist_ok=True)
        for stale in ("vici", "log"):
            if os.path.exists(self._path(stale)):
                os.remove(self._path(stale))
        self._write("strongswan.conf", CONFIGURATION.format(
            plugins=PLUGINS + (" ml" if self.root else ""), settings=self.settings,
            run=self.directory))
        self._write("swanctl.conf", self.connections)
        self.process.start(self._command(),
                           {"STRONGSWAN_CONF": self._path("strongswan.conf")})
        if not process.wait_for(self._takes_commands, 20):
            raise RuntimeError(f"{self.name}: charon did not start, see {self.process.output}")
        self._load()

    def _takes_commands(self):
        """Whether its socket listens: the file is there earlier."""
        with socket.socket(socket.AF_UNIX) as vici:
            return vici.connect_ex(self._path("vici")) == 0

    def _command(self):
        if self.root:
            return self.lab.rooted(self.name, self.root, "/usr/sbin/charon-systemd")
        return self.lab.command(self.name, "charon-systemd")

    def _load(self):
        output = labnet.run("swanctl", "--load-all", "--uri", "unix://" + self._path("vici"),
                            "--file", self._path("swanctl.conf"), check=False)
        self._write("swanctl.out", output)
        if "unable to" in output or "loading connection" in output or "loaded connection" not in output:
            raise RuntimeError(f"{self.name}: {output}")

    def reload(self, connections):
        """Takes other connections over while it runs."""
        self.connections = connections
        self._write("swanctl.conf", connections)
        self._load()

    def half_open(self):
        with Vici(self._path("vici")) as vici:
            return vici.half_open()

    def stats(self):
        return labnet.run("swanctl", "--stats", "--uri", "unix://" + self._path("vici"), check=False)

    def _path(self, name):
        return os.path.join(self.directory, name)

    def _write(self, name, text):
        with open(self._path(name), "w") as file:
            file.write(text)
