"""What every lab test ends with: each daemon that it started still runs, answers a stranger, and has
logged nothing that says it failed."""
import struct
import sys

sys.dont_write_bytecode = True

import ike_client  # noqa: E402
import labnet  # noqa: E402

STRANGER = 9  # one of the machine's own addresses, from which no test probes
UNKNOWN_CIPHER = 65000  # of the range for private use: refused without state, also over TCP


def refused_opening():
    proposal = [(ike_client.ENCR, UNKNOWN_CIPHER, None), (ike_client.PRF, 5, None),
                (ike_client.INTEG, 12, None), (ike_client.KE, 14, None)]
    return ike_client.v2_init([proposal])


def future_opening():
    """Of major version 3, which every daemon answers whatever it is configured for."""
    message = bytearray(refused_opening())
    struct.pack_into("B", message, 17, 0x30)
    return bytes(message)


def answers(client):
    try:
        return any(client.exchange(message(), timeout=2.0, tries=2)
                   for message in (refused_opening, future_opening))
    except (OSError, ValueError):
        return False
    finally:
        client.close()


def strangers(daemon):
    """(how, Client) for each way to it that a stranger may take."""
    lab, name = daemon.lab, daemon.name
    number = lab.numbers[name]
    yield "UDP", ike_client.Client(lab.address(number), source=lab.address(STRANGER))
    if not lab.is_inner(name):
        yield "UDP of IPv6", ike_client.Client(lab.address6(number), source=lab.address6(STRANGER))
    if daemon.serves_tcp:
        yield "TCP", ike_client.TcpClient(lab.address(number), source=lab.address(STRANGER))


def of(daemon):
    """What is wrong with one daemon, as sentences."""
    problems = [f"{daemon.name} logged: {line}" for line in daemon.faults()]
    if not daemon.pid():
        return problems + [f"{daemon.name} does not run any more"]
    if not daemon.speaks_ike:
        return problems
    try:
        for how, client in strangers(daemon):
            if not answers(client):
                problems.append(f"{daemon.name} does not answer a stranger over {how}")
    except OSError as error:
        problems.append(f"{daemon.name} does not take a stranger's connection: {error}")
    return problems


def problems():
    """Of every daemon of this process's labs."""
    found = []
    for lab in labnet.LABS:
        found += lab.casualties
        for daemon in list(lab.running.values()):
            found += of(daemon)
    return found


def finish(code):
    """The exit code of a test that would end with `code`."""
    found = problems()
    for problem in found:
        print(f"harm: {problem}", file=sys.stderr)
    return int(code) or int(bool(found))
