"""A small IKE initiator for the lab: builds first messages, sends them, reads the answers.

Written from RFC 7296, 2407-2409 and 9370 and sharing nothing with the project's own code, so that
what a daemon accepts can be confirmed independently. Run alone it sends one opening:

  ike_client.py HOST aes256-sha256-prfsha256-14 [--v1] [--addke 36] ...   see --help
"""
import argparse
import collections
import os
import socket
import struct
import sys

sys.dont_write_bytecode = True

from ike_keys import public_value  # noqa: E402

ENCR, PRF, INTEG, KE, ESN, ADDKE1 = 1, 2, 3, 4, 5, 6
SA_V1, KE_V1, NONCE_V1, ID_V1, NOTIFY_V1, VENDOR_V1 = 1, 4, 10, 5, 11, 13
SA_V2, KE_V2, NONCE_V2, NOTIFY_V2, VENDOR_V2 = 33, 34, 40, 41, 43
KEY_LENGTH = 14
NO_PROPOSAL_CHOSEN, INVALID_KE_PAYLOAD, COOKIE, INTERMEDIATE = 14, 17, 16390, 16438
ZERO_SPI = bytes(8)

# One transform: (type, id, key length or None). IKEv1: (cipher, key length, hash, group, method).
Answer = collections.namedtuple(
    "Answer", "version exchange responder payloads proposal transforms notifies vendors")


# ---- building ----------------------------------------------------------------------------------
def header(spis, first, version, exchange, flags, body):
    return spis + struct.pack(">BBBBII", first, version, exchange, flags, 0, 28 + len(body)) + body


def chain(payloads):
    body = b""
    for (_, data), following in zip(payloads, [kind for kind, _ in payloads[1:]] + [0]):
        body += struct.pack(">BBH", following, 0, len(data) + 4) + data
    return body


def attribute(kind, value):
    return struct.pack(">HH", 0x8000 | kind, value)


def v2_transform(transform, last):
    kind, number, bits = transform
    attributes = attribute(KEY_LENGTH, bits) if bits else b""
    return struct.pack(">BBHBBH", 0 if last else 3, 0, 8 + len(attributes), kind, 0,
                       number) + attributes


def v2_sa(proposals):
    body = b""
    for index, transforms in enumerate(proposals):
        inner = b"".join(v2_transform(t, i == len(transforms) - 1)
                         for i, t in enumerate(transforms))
        body += struct.pack(">BBHBBBB", 0 if index == len(proposals) - 1 else 2, 0,
                            8 + len(inner), index + 1, 1, 0, len(transforms)) + inner
    return body


def v2_init(proposals, group=None, spi=None, cookie=None, notifies=(), nonce=None, key=None):
    """IKE_SA_INIT. group: of the KE payload, by default the first one offered."""
    group = group or next(number for kind, number, _ in proposals[0] if kind == KE)
    payloads = [(NOTIFY_V2, struct.pack(">BBH", 0, 0, COOKIE) + cookie)] if cookie else []
    payloads += [(SA_V2, v2_sa(proposals)),
                 (KE_V2, struct.pack(">HH", group, 0) + (key or public_value(group))),
                 (NONCE_V2, nonce or os.urandom(32))]
    payloads += [(NOTIFY_V2, struct.pack(">BBH", 0, 0, kind) + data) for kind, data in notifies]
    return header((spi or os.urandom(8)) + ZERO_SPI, payloads[0][0], 0x20, 34, 8, chain(payloads))


def v1_transform(transform, number, last):
    cipher, bits, digest, group, method = transform
    body = attribute(1, cipher) + (attribute(KEY_LENGTH, bits) if bits else b"")
    body += attribute(2, digest) + attribute(3, method) + attribute(4, group)
    body += attribute(11, 1) + struct.pack(">HHI", 12, 4, 28800)
    return struct.pack(">BBHBBH", 0 if last else 3, 0, 8 + len(body), number & 255, 1, 0) + body


def v1_sa(transforms):
    inner = b"".join(v1_transform(t, i + 1, i == len(transforms) - 1)
                     for i, t in enumerate(transforms))
    return struct.pack(">IIBBHBBBB", 1, 1, 0, 0, 8 + len(inner), 1, 1, 0, len(transforms)) + inner


def v1_main(transforms, spi=None, vendors=()):
    payloads = [(SA_V1, v1_sa(transforms))] + [(VENDOR_V1, v) for v in vendors]
    return header((spi or os.urandom(8)) + ZERO_SPI, SA_V1, 0x10, 2, 0, chain(payloads))


def v1_aggressive(transforms, identity=b"lab", kind=2, spi=None):
    """kind: ID type, 2 = FQDN, 1 = IPv4 address."""
    payloads = [(SA_V1, v1_sa(transforms)), (KE_V1, public_value(transforms[0][3])),
                (NONCE_V1, os.urandom(20)), (ID_V1, struct.pack(">BBH", kind, 17, 500) + identity)]
    return header((spi or os.urandom(8)) + ZERO_SPI, SA_V1, 0x10, 4, 0, chain(payloads))


# ---- parsing -----------------------------------------------------------------------------------
def parse(message):
    """The Answer in these bytes; ValueError when they are no whole IKE message."""
    if len(message) < 28 or struct.unpack(">I", message[24:28])[0] != len(message):
        raise ValueError("no IKE message")
    version = message[17] >> 4
    payloads = list(_payloads(message[16], message[28:]))
    sa = next((data for kind, data in payloads if kind == (SA_V2 if version == 2 else SA_V1)), b"")
    number, transforms = (_v2_proposal(sa) if version == 2 else _v1_proposal(sa)) if sa else (0, [])
    notifies = [_notify(version, data) for kind, data in payloads
                if kind == (NOTIFY_V2 if version == 2 else NOTIFY_V1)]
    vendors = [data for kind, data in payloads if kind in (VENDOR_V1, VENDOR_V2)]
    return Answer(version, message[18], message[8:16], payloads, number, transforms, notifies,
                  vendors)


def _payloads(kind, body):
    while kind and len(body) >= 4:
        following, _, size = struct.unpack(">BBH", body[:4])
        if size < 4 or size > len(body):
            raise ValueError("a payload length that lies")
        yield kind, body[4:size]
        kind, body = following, body[size:]


def _transforms(body):
    while len(body) >= 8:
        size, kind = struct.unpack(">HB", body[2:5])
        yield kind, struct.unpack(">H", body[6:8])[0], dict(_attributes(body[8:size]))
        body = body[size:]


def _attributes(body):
    while len(body) >= 4:
        kind, value = struct.unpack(">HH", body[:4])
        size = 4 if kind & 0x8000 else 4 + value
        yield kind & 0x7FFF, value if kind & 0x8000 else int.from_bytes(body[4:size], "big")
        body = body[size:]


def _v2_proposal(sa):
    return sa[4], [(kind, number, found.get(KEY_LENGTH))
                   for kind, number, found in _transforms(sa[8 + sa[6]:])]


def _v1_proposal(sa):
    return sa[12], [tuple(found.get(key) for key in (1, KEY_LENGTH, 2, 4, 3))
                    for _, _, found in _transforms(sa[16 + sa[14]:])]


def _notify(version, data):
    skip = 0 if version == 2 else 4
    size, kind = struct.unpack(">BH", data[skip + 1:skip + 4])
    return kind, data[skip + 4 + size:]


# ---- talking -----------------------------------------------------------------------------------
class Client:
    """One UDP socket towards one daemon. marker: the non-ESP marker of port 4500."""

    def __init__(self, host, port=500, source=None, marker=None):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        if source:
            self.socket.bind((source, 0))
        self.socket.connect((host, port))
        self.marker = bytes(4) if (port == 4500 if marker is None else marker) else b""
        self.requests = 0

    def exchange(self, message, timeout=1.0, tries=1):
        """The Answer to this request, or None; ConnectionRefusedError on ICMP."""
        for _ in range(tries):
            self.requests += 1
            self.socket.send(self.marker + message)
            self.socket.settimeout(timeout)
            try:
                while True:
                    data = self.socket.recv(65535)[len(self.marker):]
                    if data[:8] == message[:8]:
                        return parse(data)
            except socket.timeout:
                continue
        return None

    def init(self, proposals, group=None, **options):
        """IKE_SA_INIT; a cookie is returned once, INVALID_KE_PAYLOAD is left to the caller."""
        spi, nonce = os.urandom(8), os.urandom(32)
        answer = self.exchange(v2_init(proposals, group, spi, nonce=nonce, **options))
        cookies = [data for kind, data in answer.notifies if kind == COOKIE] if answer else []
        if not cookies:
            return answer
        return self.exchange(v2_init(proposals, group, spi, cookies[0], nonce=nonce, **options))

    def close(self):
        self.socket.close()


class TcpClient(Client):
    """RFC 9329: the prefix IKETCP once, then 16-bit lengths that count themselves."""

    def __init__(self, host, port=4500, source=None):
        self.socket = socket.create_connection((host, port), 3, (source, 0) if source else None)
        self.socket.sendall(b"IKETCP")
        self.requests = 0

    def exchange(self, message, timeout=2.0, tries=1):
        self.requests += 1
        self.socket.settimeout(timeout)
        self.socket.sendall(struct.pack(">H", len(message) + 6) + bytes(4) + message)
        try:
            size = struct.unpack(">H", self._exactly(2))[0]
            return parse(self._exactly(size - 2)[4:])
        except socket.timeout:
            return None

    def _exactly(self, size):
        data = b""
        while len(data) < size:
            piece = self.socket.recv(size - len(data))
            if not piece:
                raise ConnectionResetError("closed by the peer")
            data += piece
        return data


CIPHERS = {"des": (2, None), "3des": (3, None), "chacha": (28, None),
           **{f"aes{b}": (12, b) for b in (128, 192, 256)},
           **{f"camellia{b}": (23, b) for b in (128, 192, 256)},
           **{f"aes{b}ctr": (13, b) for b in (128, 192, 256)},
           **{f"aes{b}gcm16": (20, b) for b in (128, 192, 256)}}
INTEGRITY = {"md5": 1, "sha1": 2, "aesxcbc": 5, "aescmac": 8, "sha256": 12, "sha384": 13,
             "sha512": 14}
PRFS = {"prfmd5": 1, "prfsha1": 2, "prfaesxcbc": 4, "prfsha256": 5, "prfsha384": 6, "prfsha512": 7,
        "prfaescmac": 8}


def proposal(text):
    """"aes256-sha256-prfsha256-14" as transforms; groups are numbers, ke1_36 an additional one."""
    transforms = []
    for word in text.split("-"):
        if word in CIPHERS:
            transforms.append((ENCR, *CIPHERS[word]))
        elif word in INTEGRITY:
            transforms.append((INTEG, INTEGRITY[word], None))
        elif word in PRFS:
            transforms.append((PRF, PRFS[word], None))
        elif word.startswith("ke") and "_" in word:
            slot, number = word[2:].split("_")
            transforms.append((ADDKE1 + int(slot) - 1, int(number), None))
        else:
            transforms.append((KE, int(word), None))
    return transforms


V1_CIPHERS = {"des": (1, None), "3des": (5, None), **{f"aes{b}": (7, b) for b in (128, 192, 256)},
              **{f"camellia{b}": (8, b) for b in (128, 192, 256)}}
V1_HASHES = {"md5": 1, "sha1": 2, "sha256": 4, "sha384": 5, "sha512": 6}


def v1_suite(text, method=1):
    cipher, digest, group = text.split("-")
    return (*V1_CIPHERS[cipher], V1_HASHES[digest], int(group), method)


def ask(arguments):
    client = (TcpClient(arguments.host, arguments.port or 4500) if arguments.tcp
              else Client(arguments.host, arguments.port or 500))
    if arguments.v1 or arguments.aggressive:
        suites = [v1_suite(text) for text in arguments.proposals]
        return client.exchange((v1_aggressive if arguments.aggressive else v1_main)(suites))
    notifies = [(INTERMEDIATE, b"")] if arguments.intermediate else []
    return client.init([proposal(text) for text in arguments.proposals], arguments.group,
                       notifies=notifies)


def show(answer):
    notifies = [(kind, data.hex() if len(data) < 9 else len(data))
                for kind, data in answer.notifies]
    return (f"version {answer.version} exchange {answer.exchange} proposal {answer.proposal} "
            f"transforms {answer.transforms} notifies {notifies} "
            f"vendors {[vendor.hex() for vendor in answer.vendors]}")


def main():
    parser = argparse.ArgumentParser(description="Sends one opening and prints the answer.")
    parser.add_argument("host")
    parser.add_argument("proposals", nargs="+", help="aes256-sha256-prfsha256-14[-ke1_36]")
    parser.add_argument("--port", type=int)
    parser.add_argument("--tcp", action="store_true", help="RFC 9329, port 4500")
    parser.add_argument("--group", type=int, help="of the KE payload")
    parser.add_argument("--v1", action="store_true", help="Main Mode: aes256-sha256-14")
    parser.add_argument("--aggressive", action="store_true")
    parser.add_argument("--intermediate", action="store_true",
                        help="announce INTERMEDIATE_EXCHANGE_SUPPORTED")
    arguments = parser.parse_args()
    try:
        answer = ask(arguments)
    except OSError as error:
        sys.exit(str(error))
    if not answer:
        sys.exit("no answer")
    print(show(answer))


if __name__ == "__main__":
    main()
