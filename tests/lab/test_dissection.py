#!/usr/bin/env python3
"""tshark dissects everything that is sent without a malformed, error or warning mark, and agrees
with ike-scan on what IKEv1 hosts choose.

  test_dissection.py build/release/ike_exporter [TEST...]
"""
import os
import re
import subprocess
import sys
import time
import unittest

sys.dont_write_bytecode = True

import bench  # noqa: E402
import expect  # noqa: E402
import ike_client  # noqa: E402
import postures  # noqa: E402
from capture import Capture, as_datagrams, complaints, tcp_messages, tshark  # noqa: E402
from server import Server  # noqa: E402

BENCH = None
SENT = "udp.dstport == 500 || udp.dstport == 4500"
KINDS = ("isakmp.exchangetype == 2", "isakmp.exchangetype == 4", "isakmp.exchangetype == 34",
         "isakmp.notify.msgtype == 16390")
WATCHED = """
[probe]
interval = "1s"
timeout = "1s"
audit_interval = "0s"
"""
SETS = ("broad", "modern", "compat")
SCAN_CIPHERS, SCAN_HASHES = {"AES": 7, "3DES": 5}, {"MD5": 1, "SHA1": 2, "SHA2-256": 4}


def open_bench(binary):
    global BENCH
    BENCH = bench.Bench(binary, "ikew-", "10.97")


def ways():
    """(host, flags) of every opening on every transport."""
    for proposals in SETS:
        for family in (4, 6):
            for transport in ("udp", "udp-encap", "tcp"):
                yield BENCH.host("lw", family), ("--proposal", proposals, "--transport", transport)
            yield BENCH.host("garbage", family), ("--proposal", proposals, "--transport", "tcp-raw",
                                                  "--timeout", "3s")
        for name, transport in (("ss-weak", "udp"), ("ss-weak", "udp-encap"), ("lw", "tcp"),
                                ("garbage", "tcp-raw")):
            yield BENCH.host(name), ("--proposal", proposals, "--ike-version", "1", "--exchange",
                                     "aggressive", "--transport", transport, "--timeout", "3s")
    yield BENCH.host("ss-ke"), ()       # follows INVALID_KE_PAYLOAD
    yield BENCH.host("ss-cookie"), ()   # returns a cookie
    for transport in ("udp", "udp-encap"):  # retransmits, and tries the plainest
        yield BENCH.host("dead"), ("--timeout", "4s", "--transport", transport)


def audits():
    """(transport, hosts): each kind of question, RFC 9370's where there is such a daemon."""
    yield "udp", [BENCH.host(name) for name in ("lw", "ss-strong", "ss-weak", *postures.NEWER)
                  if name in BENCH.truth]
    yield "udp-encap", [BENCH.host("ss-ke", 6), BENCH.host("ss-v1only", 6)]
    yield "tcp", [BENCH.host("lw", 6)]


def watch(seconds):
    """Scheduled probes, so close that most are the openings that leave no state."""
    names = ("ss-ke", "ss-weak", "ss-v1only", "ss-odd")
    server = Server(BENCH.binary, BENCH.source, WATCHED + "".join(
        f'[[target]]\nname = "{name}"\nhost = "{BENCH.host(name)}"\n' for name in names))
    time.sleep(seconds)
    server.stop()


class Dissection(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.path = os.path.join(BENCH.lab.run_dir, "sent.pcap")
        capture = Capture(BENCH.source, cls.path)
        for host, flags in ways():
            BENCH.refresh("ss-weak")
            BENCH.probe(host, *flags)
        cls.probes = len(tshark(cls.path, "-Y", SENT))
        running = [subprocess.Popen(
            BENCH.source.command(BENCH.binary, "audit", "--json", "--transport", transport, *hosts),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for transport, hosts in audits()]
        for process in running:
            process.wait(600)
        watch(12)
        capture.stop()

    def test_udp(self):
        self.assertEqual([], complaints(self.path, SENT))
        packets = tshark(self.path, "-Y", SENT)
        self.assertEqual([], tshark(self.path, "-Y", f"({SENT}) && !isakmp"))
        self.assertGreater(self.probes, 40)
        self.assertGreater(len(packets), self.probes + 150, "audits and scheduled probes")
        for kind in KINDS:
            self.assertTrue(tshark(self.path, "-Y", f"({SENT}) && {kind}"), kind)

    def test_additional_key_exchanges(self):
        """RFC 9370's transform types, whose names this tshark does not know."""
        lines = tshark(self.path, "-Y", f"({SENT}) && isakmp.tf.type == 6", "-T", "fields", "-e",
                       "isakmp.tf.type")
        self.assertTrue(lines)
        types = {one for line in lines for one in line.split(",")}
        self.assertLessEqual({str(number) for number in range(6, 13)}, types)

    def test_tcp_raw(self):
        sent = "tcp.dstport == 500 && tcp.len > 0"
        self.assertEqual([], complaints(self.path, sent))
        self.assertTrue(tshark(self.path, "-Y", f"({sent}) && isakmp"))

    def test_tcp(self):
        messages, problems = tcp_messages(self.path, 4500)
        self.assertEqual([], problems)
        self.assertGreater(len(messages), 10)
        path = self.path.replace("sent", "unwrapped")
        as_datagrams(messages, path)
        self.assertEqual([], complaints(path, "udp"))
        self.assertEqual(len(messages), len(tshark(path, "-Y", "isakmp")))

    def test_never_fragmented(self):
        self.assertEqual([], tshark(self.path, "-Y", "ip.flags.mf == 1 || ip.frag_offset > 0 || "
                                                     "ipv6.nxt == 44"))

    def test_lengths(self):
        """The header's length is the datagram's (the marker of port 4500 not counted)."""
        for line in tshark(self.path, "-Y", "udp && isakmp", "-T", "fields", "-e", "udp.dstport",
                           "-e", "udp.length", "-e", "isakmp.length"):
            port, datagram, message = line.split("\t")
            marker = 4 if "4500" in (port,) else 0
            if port in ("500", "4500"):
                self.assertEqual(int(datagram) - 8 - marker, int(message), line)


class IkeScan(unittest.TestCase):
    """Two clients that share no code see the same transform and the same vendor ids."""

    def test_hosts(self):
        for name in ("ss-weak", "ss-v1only", "lw", "ss-nat"):
            with self.subTest(name=name):
                self.host(name)

    def host(self, name):
        BENCH.refresh(name)
        path = os.path.join(BENCH.lab.run_dir, "vendors.pcap")
        capture = Capture(BENCH.source, path)
        result = BENCH.probe(BENCH.host(name), "--ike-version", "1")[1][0]
        capture.stop()
        BENCH.refresh(name)
        suite, vendors = self.scan(name, self.sent(path))
        self.assertEqual(suite, expect.ikev1_suite(result))
        self.assertEqual(vendors, set(result["vendorIds"]))

    def sent(self, path):
        """The first message, so that ike-scan can offer the same: daemons choose by the order of
        the offer, and answer some vendor ids only with their like."""
        lines = tshark(path, "--disable-protocol", "isakmp", "-Y", "udp.dstport == 500", "-T",
                       "fields", "-e", "udp.payload")
        return ike_client.parse(bytes.fromhex(lines[0]))

    def scan(self, name, opening):
        command = ["ike-scan", "-M", "--sport=0", "--retry=2"]
        command += [f"--trans=(1={cipher}{f',14={bits}' if bits else ''},2={digest},3={method},"
                    f"4={group})" for cipher, bits, digest, group, method in opening.transforms]
        command += [f"--vendor={vendor.hex()}" for vendor in opening.vendors]
        output = subprocess.run(BENCH.source.command(*command, BENCH.host(name)), text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                check=False).stdout
        fields = dict(re.findall(r"(\w+)=(\S+)", re.search(r"SA=\((.*)\)", output).group(1)))
        suite = {"encryption": (SCAN_CIPHERS[fields["Enc"]], int(fields.get("KeyLength", 0)) or
                                None),
                 "hash": (SCAN_HASHES[fields["Hash"]], None),
                 "dh": (int(fields["Group"].split(":")[0]), None), "authentication": (1, None)}
        self.assertEqual("PSK", fields["Auth"])
        return suite, set(re.findall(r"VID=([0-9a-f]+)", output))


if __name__ == "__main__":
    sys.exit(bench.run(sys.modules["__main__"]))
