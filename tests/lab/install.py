"""What the lab needs on a Debian 12 machine: packages, libreswan unpacked beside strongSwan (their
packages conflict), the TCP shim, and on request another Debian for a newer strongSwan."""
import glob
import os
import shutil
import subprocess
import tempfile

import labnet
from libreswan import cache_dir, libexec

PACKAGES = """gcc libc6-dev iproute2 nftables procps tcpdump tshark ike-scan openssl
  charon-systemd strongswan-swanctl libstrongswan-standard-plugins libstrongswan-extra-plugins
  libcharon-extra-plugins libnss3-tools libldns3 libunbound8 libevent-core-2.1-7
  libevent-pthreads-2.1-7 libcurl3-nss libcap-ng0 libaudit1 libselinux1 libldap-2.5-0
  dns-root-data""".split()
OTHER_PACKAGES = ("charon-systemd,strongswan-swanctl,libstrongswan-standard-plugins,"
                  "libstrongswan-extra-plugins,libcharon-extra-plugins")
SKIPPED = 77
MIRROR = "http://deb.debian.org/debian"


def install():
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    if _missing(PACKAGES):
        _keep_daemons_down()
        labnet.run("apt-get", "update", "-q")
        labnet.run("apt-get", "install", "-y", "-q", "--no-install-recommends", *PACKAGES)
    os.makedirs(cache_dir(), exist_ok=True)
    _unpack_libreswan()
    shim = os.path.join(cache_dir(), "espintcp_shim.so")
    labnet.run("gcc", "-shared", "-fPIC", "-O2", "-o", shim,
               os.path.join(labnet.HERE, "shim", "espintcp_shim.c"), "-ldl")
    return 0


def skipped():
    """Says why the lab cannot run here and returns CTest's exit code for that; 0 when it can."""
    reason = None
    if os.geteuid() != 0:
        reason = "network namespaces need root"
    elif not os.path.exists(os.path.join(libexec(), "ipsec", "pluto")) or not shutil.which(
            "charon-systemd", path="/usr/sbin"):
        reason = "the daemons are not there, run tests/lab/lab install"
    elif subprocess.call(["unshare", "-n", "true"], stderr=subprocess.DEVNULL):
        reason = "this machine forbids network namespaces"
    if not reason:
        return 0
    print("skipped: " + reason)
    return SKIPPED


def _missing(packages):
    status = labnet.run("dpkg-query", "-W", "-f", "${Package} ${Status}\n", *packages, check=False)
    installed = {line.split()[0] for line in status.splitlines() if "install ok installed" in line}
    return set(packages) - installed


def _keep_daemons_down():
    """Without it the packages would start a charon of their own where systemd runs."""
    if not os.path.exists("/usr/sbin/policy-rc.d"):
        with open("/usr/sbin/policy-rc.d", "w") as policy:
            policy.write("#!/bin/sh\nexit 101\n")
        os.chmod("/usr/sbin/policy-rc.d", 0o755)


def _unpack_libreswan():
    if os.path.exists(os.path.join(libexec(), "ipsec", "pluto")):
        return
    with tempfile.TemporaryDirectory() as folder:
        # _apt, which downloads, must be able to write here.
        os.chmod(folder, 0o777)
        labnet.run("sh", "-c", f"cd {folder} && apt-get download -q libreswan")
        package = glob.glob(os.path.join(folder, "libreswan_*.deb"))[0]
        labnet.run("dpkg", "-x", package, os.path.join(cache_dir(), "libreswan"))


def other_debian(suite):
    """The folder with that Debian, or None when it was not installed."""
    root = os.path.join(cache_dir(), suite)
    return root if os.path.exists(os.path.join(root, "usr/sbin/charon-systemd")) else None


def install_debian(suite):
    if other_debian(suite):
        return 0
    if _missing(["debootstrap"]):
        labnet.run("apt-get", "install", "-y", "-q", "--no-install-recommends", "debootstrap")
    os.makedirs(cache_dir(), exist_ok=True)
    root = os.path.join(cache_dir(), suite)
    shutil.rmtree(root, ignore_errors=True)  # of an attempt that did not finish
    # This machine's debootstrap may not know a suite that is newer than itself: all use one script.
    labnet.run("debootstrap", "--variant=minbase", "--include=" + OTHER_PACKAGES, suite, root,
               MIRROR, "sid")
    # libreswan beside it: what it needs, then its files, since the packages conflict.
    labnet.run("chroot", root, "sh", "-c", """
        needed=$(apt-cache depends --no-recommends --no-suggests --no-conflicts --no-breaks \\
                 --no-replaces --no-enhances libreswan | sed -n 's/^  Depends: \\(lib.*\\)/\\1/p')
        DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $needed &&
        cd /tmp && apt-get download -q libreswan && dpkg -x libreswan_*.deb / &&
        rm libreswan_*.deb""")
    return 0
