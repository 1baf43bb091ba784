"""What a prober sent, captured outside it and dissected by tshark."""
import os
import signal
import struct
import subprocess
import time

LINKTYPE_RAW, LINKTYPE_ETHERNET = 101, 1
WARNING = 0x00600000  # wireshark's expert severity


class Capture:
    """tcpdump on the prober's interface from construction to stop()."""

    def __init__(self, source, path):
        self.path = path
        self.process = subprocess.Popen(
            source.command("tcpdump", "--immediate-mode", "-U", "-n", "-i", "eth0", "-B", "8192",
                           "-w", path, "tcp or udp"), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True)
        self.process.stderr.readline()  # "listening on eth0"

    def stop(self):
        time.sleep(0.5)  # what is under way
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=10)


def tshark(path, *arguments):
    """Lines of output. Fields' names and filters are wireshark's."""
    done = subprocess.run(["tshark", "-n", "-r", path, *arguments], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
    return done.stdout.splitlines()


def complaints(path, sent):
    """Packets among those that match the filter `sent` on which tshark remarks an error or a
    warning."""
    return tshark(path, "-Y", f"({sent}) && (_ws.malformed || _ws.expert.severity >= {WARNING})")


def tcp_messages(path, port):
    """IKE messages that clients sent to this TCP port in the framing of RFC 9329, which tshark does
    not know: (messages, problems)."""
    messages, problems = [], []
    streams = {}
    for line in tshark(path, "-Y", f"tcp.dstport == {port} && tcp.len > 0", "-T", "fields", "-e",
                       "tcp.stream", "-e", "tcp.payload"):
        stream, payload = line.split("\t")
        streams[stream] = streams.get(stream, b"") + bytes.fromhex(payload)
    for data in streams.values():
        if not data.startswith(b"IKETCP"):
            problems.append(f"no prefix: {data[:16].hex()}")
        data = data[6:]
        while data:
            size = struct.unpack(">H", data[:2])[0]
            if size > len(data) or data[2:6] != bytes(4):
                problems.append(f"bad frame: {data[:16].hex()}")
                break
            messages.append(data[6:size])
            data = data[size:]
    return messages, problems


def as_datagrams(messages, path):
    """Writes IKE messages as UDP datagrams to port 500, so that tshark can dissect them."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, LINKTYPE_RAW))
        for message in messages:
            size = 28 + len(message)
            packet = struct.pack(">BBHHHBBH4s4sHHHH", 0x45, 0, size, 0, 0, 64, 17, 0,
                                 bytes((127, 0, 0, 1)), bytes((127, 0, 0, 2)), 40000, 500,
                                 size - 20, 0) + message
            file.write(struct.pack("<IIII", 0, 0, size, size) + packet)
    return os.path.getsize(path)
