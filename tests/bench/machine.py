"""Programs under measurement: started on a core of their own, asked for CPU time and memory as the
kernel counts them. Times are seconds, sizes bytes."""
import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "support"))

PROBER_CORE, PEER_CORE = 0, min(1, (os.cpu_count() or 1) - 1)
FIRST_HOST = 0x7F010000
PORT = 5510  # what the other end listens on; below the ephemeral ports


class Program:
    """One child process. `cores` None = any."""

    def __init__(self, command, cores=None, ready=None, env=None):
        self.command = [str(part) for part in command]
        if cores is not None:
            self.command = ["taskset", "-c", ",".join(map(str, cores)), *self.command]
        self.errors = tempfile.TemporaryFile("w+")
        self.begun = time.time()
        self.process = subprocess.Popen(
            self.command, stdout=subprocess.PIPE, stderr=self.errors, text=True,
            env={**os.environ, **(env or {})})
        if ready is not None:
            self.wait_for(ready)

    @property
    def pid(self):
        return self.process.pid

    def wait_for(self, wanted):
        """Until this is a whole line of its output."""
        for line in self.process.stdout:
            if line == f"{wanted}\n":
                return
        self.errors.seek(0)
        raise RuntimeError(f"{self.command} ended: {self.errors.read()}")

    def ask(self):
        """Its next line of JSON after SIGUSR1."""
        self.process.send_signal(signal.SIGUSR1)
        return json.loads(self.process.stdout.readline())

    def cpu(self):
        """CPU seconds of all threads that are alive, to the nanosecond."""
        total = 0
        for task in os.listdir(f"/proc/{self.pid}/task"):
            with contextlib.suppress(OSError):
                with open(f"/proc/{self.pid}/task/{task}/schedstat", encoding="ascii") as file:
                    total += int(file.read().split()[0])
        return total * 1e-9

    def memory(self, key="VmRSS"):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as file:
            return int(re.search(rf"^{key}:\s+(\d+) kB", file.read(), re.M).group(1)) * 1024

    def forget_peak(self):
        with open(f"/proc/{self.pid}/clear_refs", "w", encoding="ascii") as file:
            file.write("5")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()
        self.errors.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def run_json(command, core):
    """The lines of JSON that a program prints; `core` None = any."""
    pinned = [] if core is None else ["taskset", "-c", str(core)]
    done = subprocess.run([*pinned, *map(str, command)], check=True, stdout=subprocess.PIPE,
                          text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def address(index):
    value = FIRST_HOST + index
    return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))


def kernel_drops():
    """Datagrams that any UDP socket of this machine lost to a full buffer."""
    with open("/proc/net/snmp", encoding="ascii") as file:
        names, values = [line.split() for line in file if line.startswith("Udp:")]
    return sum(int(values[names.index(key)]) for key in ("RcvbufErrors", "SndbufErrors"))


def get(port, path="/metrics", gzip=False):
    """The body of one GET, as bytes on the wire without the chunk sizes taken out."""
    with socket.create_connection(("127.0.0.1", port), 30) as sock:
        sock.settimeout(120)
        accept = "Accept-Encoding: gzip\r\n" if gzip else ""
        sock.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{accept}"
                     "Connection: close\r\n\r\n".encode())
        pieces = []
        while piece := sock.recv(1 << 20):
            pieces.append(piece)
    return b"".join(pieces)


def body(port, path="/metrics"):
    """The text of one GET."""
    head, _, rest = get(port, path).partition(b"\r\n\r\n")
    if b" 200 " not in head.splitlines()[0]:
        raise RuntimeError(head.decode())
    if b"chunked" not in head.lower():
        return rest.decode()
    out, at = [], 0
    while True:
        end = rest.index(b"\r\n", at)
        size = int(rest[at:end], 16)
        if size == 0:
            return b"".join(out).decode()
        out.append(rest[end + 2:end + 2 + size])
        at = end + 4 + size
