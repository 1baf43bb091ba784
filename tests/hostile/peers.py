"""The hostile gateways: how each behaves, in the responder's words, and what is right to say of it.

`reasons` are those that may stand for a probe that failed; none means that it has to be up. No probe
may send more than PACKETS, or count more than PACKETS as answers.
"""
from dataclasses import dataclass

PACKETS = 5


@dataclass(frozen=True)
class Peer:
    script: str
    reasons: tuple = ()
    transport: str = "udp"
    negotiated: bool = True  # where it is up
    versions: tuple = (1, 2)  # of IKE, in which it can be like this
    # Some of what it sends counts: an answer to an earlier opening of the same probe, though none of an earlier probe; a
    # refusal of IKEv1 whose notify names our cookies.
    partly: bool = False


def mischief(kinds, *reasons, also="", **more):
    listed = ", ".join(f'"{kind}"' for kind in kinds.split())
    return Peer(f"mischief = [{listed}]\n{also}", reasons, **more)


def tcp(habit, *reasons, pause="1s", transport="tcp"):
    return Peer(f'tcp_habit = "{habit}"\ntcp_pause = "{pause}"', reasons, transport)


# The honest answer comes right behind the lie: whoever looks twice sees it.
THEN_HONEST = "answer_after_mischief = true"

# An answer is no answer here; which of the two reasons stands is chosen by what was seen.
SILENT = ("timeout", "malformed")

PEERS = {
    "from-another-address": mischief("other-address", "timeout"),
    "from-another-port": mischief("other-port", "timeout"),
    "wrong-spi": mischief("other-spi zero-spi swapped-spi", *SILENT, versions=(2,)),
    "wrong-cookies": mischief("other-spi zero-spi swapped-spi", *SILENT, versions=(1,), partly=True),
    "wrong-spi-then-honest": mischief("other-spi zero-spi swapped-spi", also=THEN_HONEST),
    "from-the-past": mischief("old-reply", *SILENT, partly=True),
    "echo": mischief("echo", *SILENT),
    "wrong-header": mischief("other-version version-three", *SILENT),
    "wrong-exchange": mischief("other-exchange", *SILENT, versions=(1,)),
    "no-response": mischief("no-response-flag", *SILENT, versions=(2,)),
    # Clearly answers, though no RFC has them so.
    "irregular": mischief("trailing-bytes other-message-id minor-version"),
    "irregular-of-ikev2": mischief("initiator-flag", versions=(2,)),
    "encrypted": mischief("encrypted", *SILENT, versions=(1,)),
    "thousand-copies": Peer("duplicate = 1\ncopies = 1000"),
    "garbage": mischief("garbage garbage-after-spi empty one-byte short-header header-only truncated",
                        *SILENT),
    "garbage-then-honest": mischief("garbage garbage-after-spi empty one-byte short-header truncated",
                                    also=THEN_HONEST),
    "64-kB": mischief("oversized oversized-valid"),
    "64-kB-thousand-times": mischief("oversized-valid", also="duplicate = 1\ncopies = 300"),
    "lying-lengths": mischief(
        "length-zero length-short length-long length-huge payload-length-zero payload-length-three "
        "payload-length-long spi-size-lies proposal-length-lies transform-length-lies "
        "transform-length-zero attribute-length-lies notify-spi-lies", *SILENT),
    "payload-loop": mischief("payload-loop", *SILENT),
    "endless-transforms": mischief("endless-transforms endless-proposals transform-count-lies",
                                   *SILENT),
    "wrong-bodies": mischief("empty-sa not-offered", *SILENT),
    # Nothing follows that a critical payload could forbid.
    "critical-unknown": mischief("critical-unknown"),
    "keepalive": mischief("keepalive", *SILENT),
    "many-vendor-ids": mischief("many-vendor-ids", *SILENT),
    # An IKE daemon is there, but it chooses nothing: up, and never negotiated.
    "changing-cookies": Peer('trap = "changing-cookies"', negotiated=False, versions=(2,)),
    "invalid-ke-loop": Peer('trap = "invalid-ke-loop"', negotiated=False, versions=(2,)),
    "invalid-ke-unoffered": Peer('trap = "invalid-ke-unoffered"', negotiated=False, versions=(2,)),
    "cookie-too-long": Peer('trap = "cookie-too-long"', SILENT, versions=(2,)),
    "cookie-empty": Peer('trap = "cookie-empty"', SILENT, versions=(2,)),
    "true-icmp": mischief("icmp-true", "unreachable"),
    "forged-icmp": mischief("icmp-other-spi icmp-other-target", "unreachable", "timeout"),
    "forged-icmp-then-honest": mischief("icmp-other-spi icmp-other-target", also=THEN_HONEST),
    "tcp-dribble": tcp("dribble", *SILENT, transport="tcp"),
    "tcp-dribble-raw": tcp("dribble", *SILENT, transport="tcp-raw"),
    "tcp-unfinished": tcp("unfinished", *SILENT),
    "tcp-hang": tcp("hang", *SILENT),
    "tcp-leave": tcp("leave", *SILENT),
    "tcp-reset": tcp("reset", "unreachable", *SILENT),
    "tcp-bad-length": tcp("bad-length", *SILENT),
    "tcp-raw-bad-length": tcp("bad-length", *SILENT, transport="tcp-raw"),
    "tcp-thousand-copies": Peer("duplicate = 1\ncopies = 1000", transport="tcp"),
}
