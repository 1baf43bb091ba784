#!/usr/bin/python3
"""A connection on which a gateway selected something is not closed when the program ends: a process of
its own keeps it until the gateway closes it. The command's output ends with the command all the same.

  tcp_close_test.py BUILD
"""
import pathlib
import socket
import sys
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests/ops"), str(ROOT / "tests/support")]

from gateways import gateway, listening  # noqa: E402
from stack import Stack  # noqa: E402

ADDRESS = "127.0.23.1"
GATEWAY = gateway("one", [ADDRESS], ikev2=["aes256-sha256-modp2048"], half_open_lifetime="0")
PATIENCE = 30


class Relay:
    """Takes one connection with bare IKE messages (`tcp-raw`) and asks the simulated gateway by UDP."""

    def __init__(self, gateway_port):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.gateway = (ADDRESS, gateway_port)
        self.connection = None
        self.answered = threading.Event()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        self.connection, _ = self.listener.accept()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.settimeout(PATIENCE)
            line.sendto(self.connection.recv(65536), self.gateway)
            self.connection.sendall(line.recv(65536))
        self.answered.set()

    def is_open(self):
        """Whether the other end has not closed it."""
        self.connection.settimeout(2)
        try:
            return self.connection.recv(1) != b""
        except TimeoutError:
            return True

    def close(self):
        """Closes our direction; whether the other end then closes its own."""
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(PATIENCE)
        return self.connection.recv(1) == b""


def main():
    with tempfile.TemporaryDirectory() as work, Stack(sys.argv[1], work) as stack:
        stack.start_gateways(listening(stack.ports["ike"]) + GATEWAY)
        relay = Relay(stack.ports["ike"])
        ended = stack.command("probe", "--transport", "tcp-raw", "--port", relay.port, "127.0.0.1")
        assert ended.returncode == 0 and "IKEv1" not in ended.stdout, ended
        assert relay.answered.is_set(), "nothing was asked"
        assert relay.is_open(), "the program's end closed it"
        assert relay.close(), "nobody closes it after the gateway has"
    print("kept open")


if __name__ == "__main__":
    main()
