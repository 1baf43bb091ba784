"""What the lab's postures are configured to accept, read from their configuration files."""
import dataclasses
import os
import re

import generate
import labnet
import postures


@dataclasses.dataclass
class Connection:
    """One connection of a daemon; values is None where a wildcard leaves them to the daemon."""
    versions: tuple
    aggressive: bool
    text: str
    values: dict

    def of_version(self, version):
        """The proposal in the numbers of that version."""
        if version == 1 and "hash" not in self.values:
            return generate.ikev1_values(self.values)
        return self.values


class Posture(generate.Configuration):
    """Like a generated configuration, but of several connections."""

    def __init__(self, name):
        daemon = "libreswan" if name in postures.LIBRESWAN else (
            "strongswan-newer" if name in postures.NEWER else "strongswan")
        self.connections = read(name)
        versions = tuple(sorted({v for one in self.connections for v in one.versions}))
        super().__init__(name, daemon, versions, self.connections,
                         any(one.aggressive for one in self.connections))

    def offers(self, version):
        """[values] of every proposal of that version."""
        return [one.of_version(version) for one in self.connections if version in one.versions]

    def accepted(self, version):
        found = {}
        for values in self.offers(version):
            for kind, known in values.items():
                name = "additional_ke" if kind[:2] == "ke" else kind
                found.setdefault(name, set()).update(value for value in known if value[0])
        return {kind: known for kind, known in found.items() if known}


def read(name):
    with open(os.path.join(labnet.HERE, "postures", name + ".conf")) as file:
        text = file.read()
    return _ipsec(text) if name in postures.LIBRESWAN else _swanctl(text)


def _swanctl(text):
    found = []
    for block in re.split(r"^  \w+ \{$", text, flags=re.M)[1:]:
        version = int(re.search(r"version = (\d)", block).group(1))
        for proposal in re.search(r"proposals = (\S+)", block).group(1).split(","):
            found.append(Connection((1, 2) if version == 0 else (version,),
                                    "aggressive = yes" in block, proposal,
                                    generate.strongswan_values(proposal)))
    return found


def _ipsec(text):
    found = []
    for block in re.split(r"^conn ", text, flags=re.M)[1:]:
        version = 2 if "ikev2=insist" in block else 1
        for proposal in re.search(r"ike=(\S+)", block).group(1).split(","):
            found.append(Connection((version,), "aggressive=yes" in block, proposal,
                                    generate.libreswan_values(proposal, version)))
    return found
