"""blackbox_exporter at its cheapest: DNS over UDP, saturated by fifty kept-alive connections."""
import selectors
import socket
import time

import machine
from ports import reserve_port

MODULE = """
modules:
  dns:
    prober: dns
    timeout: 5s
    dns:
      transport_protocol: udp
      preferred_ip_protocol: ip4
      query_name: example.org
      query_type: A
"""
CONNECTIONS = 50
SECONDS = 3


class Client:
    """One connection that asks for the next target as soon as an answer is complete."""

    def __init__(self, port):
        self.sock = socket.create_connection(("127.0.0.1", port))
        self.sock.setblocking(False)
        self.got = b""

    def ask(self, index):
        target = f"{machine.address(index % 10000)}:{machine.PORT}"
        self.sock.send(f"GET /probe?module=dns&target={target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())

    def complete(self):
        """Whether an answer is; None when the connection has ended."""
        piece = self.sock.recv(1 << 16)
        if not piece:
            return None
        self.got += piece
        head, found, rest = self.got.partition(b"\r\n\r\n")
        if not found:
            return False
        if b"chunked" in head:
            done = rest.endswith(b"0\r\n\r\n")
        else:
            size = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            done = len(rest) >= size
        if done:
            if b"probe_success 1" not in rest:
                raise RuntimeError("blackbox_exporter's probe failed")
            self.got = b""
        return done


def load(port, seconds):
    """How many probes were answered in that time."""
    clients = [Client(port) for _ in range(CONNECTIONS)]
    selector = selectors.DefaultSelector()
    asked = answered = 0
    for client in clients:
        selector.register(client.sock, selectors.EVENT_READ, client)
        client.ask(asked)
        asked += 1
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for key, _ in selector.select(1):
            if key.data.complete():
                answered += 1
                key.data.ask(asked)
                asked += 1
    for client in clients:
        client.sock.close()
    return answered


def cpu_per_probe(bench):
    """CPU us of one probe."""
    config = bench.scratch / "blackbox.yml"
    config.write_text(MODULE, encoding="ascii")
    port = reserve_port()
    with machine.Program(["prometheus-blackbox-exporter", f"--config.file={config}",
                          f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"],
                         (machine.PROBER_CORE,), env={"GOMAXPROCS": "1"}) as program:
        while True:
            try:
                machine.get(port, "/-/healthy")
                break
            except OSError:
                time.sleep(0.05)
        load(port, 0.5)
        before = program.cpu()
        answered = load(port, SECONDS)
        return (program.cpu() - before) * 1e6 / max(1, answered)
