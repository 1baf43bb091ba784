"""pluto in a namespace. Debian's package conflicts with strongSwan's, so it is unpacked in a cache
folder and finds its helpers through a mount that only its own process sees."""
import os
import re
import shutil

import labnet
import process

LIBEXEC = "/usr/libexec"
CONFIGURATION = """config setup
    logfile={run}/log
    logtime=yes
    dumpdir={run}
    listen-tcp=yes
    ikev1-policy=accept
    plutodebug=none
    uniqueids=no
    dnssec-enable=no
{connections}"""


def cache_dir():
    return os.path.join(os.environ.get("XDG_CACHE_HOME") or "/var/cache", "ike_exporter-lab")


def libexec():
    return os.path.join(cache_dir(), "libreswan", "usr", "libexec")


def frames_in_kernel(available="/proc/sys/net/ipv4/tcp_available_ulp"):
    """Whether the kernel does the framing of RFC 9329. Network namespaces other than the first, and some
    containers, do not have the file that says so."""
    try:
        with open(available) as protocols:
            return "espintcp" in protocols.read().split()
    except FileNotFoundError:
        return False


class Libreswan(process.Daemon):
    """connections: the conn sections of an ipsec.conf. root: a folder with another Debian, whose
    pluto runs instead of this machine's."""

    serves_tcp = True

    def __init__(self, lab, name, connections, root=None):
        self.lab, self.name, self.connections, self.root = lab, name, connections, root
        self.directory = os.path.join(lab.run_dir, name)
        self.log = os.path.join(self.directory, "log")
        self.process = process.Process(self.directory, "daemon")

    def start(self):
        self.started()
        if self.process.pid():
            return
        os.makedirs(self._path("nss"), exist_ok=True)
        os.makedirs(self._path("d"), exist_ok=True)
        for stale in ("pluto.ctl", "pluto.pid", "log"):
            if os.path.exists(self._path(stale)):
                os.remove(self._path(stale))
        self._write("ipsec.conf", CONFIGURATION.format(run=self.directory,
                                                       connections=self.connections))
        self._write("ipsec.secrets", ': PSK "lab-psk-0123456789abcdef0123456789"\n')
        self._key_database()
        self.process.start(self._command(), {} if self.root else self._shim())
        # pluto forks addconn --autoall and opens its sockets after that.
        wanted = len(re.findall(r"^conn ", self.connections, re.M))
        if not process.wait_for(lambda: f"loaded {wanted}," in self.whack("--status"), 15):
            raise RuntimeError(f"{self.name}: not all connections loaded, see {self.log}")

    def _key_database(self):
        # certutil takes half a second for an empty database: make one, copy it afterwards.
        template = os.path.join(self.lab.run_dir, "nss-template")
        if not os.path.exists(template):
            made = f"{template}.{os.getpid()}.{self.name}"
            os.makedirs(made)
            labnet.run("certutil", "-N", "-d", "sql:" + made, "--empty-password")
            try:
                os.rename(made, template)
            except OSError:  # another daemon was faster
                shutil.rmtree(made)
        shutil.copytree(template, self._path("nss"), dirs_exist_ok=True)

    def _command(self):
        run = self.directory
        pluto = (f"{LIBEXEC}/ipsec/pluto --config {run}/ipsec.conf --secretsfile {run}/ipsec.secrets"
                 f" --nssdir {run}/nss --ipsecdir {run}/d --rundir {run} --nofork")
        if self.root:
            return self.lab.rooted(self.name, self.root, *pluto.split())
        # ip netns exec gave us a mount namespace of our own: this mount ends with the daemon.
        return self.lab.command(self.name, "sh", "-c",
                                f"mount --bind {libexec()} {LIBEXEC} && exec {pluto}")

    def _shim(self):
        """Kernels without CONFIG_INET_ESPINTCP refuse the framing of RFC 9329, so pluto would close
        every TCP stream after the prefix: then it is done in user space."""
        library = os.path.join(cache_dir(), "espintcp_shim.so")
        if frames_in_kernel() or not os.path.exists(library):
            return {}
        return {"LD_PRELOAD": library}

    def whack(self, *arguments):
        control = ["--ctlsocket", self._path("pluto.ctl"), *arguments]
        if self.root:
            return labnet.run(*self.lab.rooted(self.name, self.root, f"{LIBEXEC}/ipsec/whack",
                                               *control), check=False)
        return self.lab.inside(self.name, f"{libexec()}/ipsec/whack", *control, check=False)

    def half_open(self):
        """pluto calls an IKEv1 SA open as soon as it has answered the first message."""
        found = re.search(r"half-open\((\d+)\), open\((\d+)\)", self.whack("--status"))
        return int(found.group(1)) + int(found.group(2)) if found else 0

    def stats(self):
        return "".join(line + "\n" for line in self.whack("--status").splitlines()
                       if "State Information" in line or "IKE SAs" in line)

    def _path(self, name):
        return os.path.join(self.directory, name)

    def _write(self, name, text):
        with open(self._path(name), "w") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(text)
