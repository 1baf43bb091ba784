"""Ports for the programs of one test: below the ephemeral range, from which the kernel takes the ports of sockets
that ask for none, and reserved until this process ends."""
import pathlib
import random
import socket

FIRST, LAST = 20000, 32000  # none of them is a default of a program that the tests start
EPHEMERAL = pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range")

_reservations = []  # their closing ends the reservations


def _candidates():
    lowest_ephemeral = int(EPHEMERAL.read_text().split()[0])
    ports = list(range(FIRST, min(LAST, lowest_ephemeral) if lowest_ephemeral > FIRST else LAST))
    random.shuffle(ports)
    return ports


def _reserve(port):
    """False where another test has it. An abstract name (unix(7)) is exclusive in a network namespace, as ports are,
    and goes with the process."""
    reservation = socket.socket(socket.AF_UNIX)
    try:
        reservation.bind(f"\0ike_exporter_test_port_{port}")
    except OSError:
        reservation.close()
        return False
    _reservations.append(reservation)
    return True


def _unused(port):
    """Whether no socket of any address is bound to it, for TCP and for UDP."""
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        try:
            tcp.bind(("", port))
            udp.bind(("", port))
        except OSError:
            return False
    return True


def reserve_port():
    for port in _candidates():
        if _reserve(port) and _unused(port):
            return port
    raise RuntimeError(f"no port of {FIRST} to {LAST} is free")
