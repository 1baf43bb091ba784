#!/usr/bin/env python3
"""Random but repeatable daemon configurations, and what each of them accepts.

  generate.py --seed 1 --count 5 --daemon strongswan --version 2 --out DIR

The same seed, daemon, version and index give the same configuration whatever the count. The truth
is what was configured; truth.py holds it against the daemon's own log. A wildcard ("default") has
no values here: the daemon's log supplies them.
"""
import argparse
import dataclasses
import json
import os
import random
import sys

sys.dont_write_bytecode = True

import keywords as kw  # noqa: E402

WEAK_GROUPS = ["modp768", "modp1024", "modp1536", "modp1024s160", "ecp192"]
WEAK_CIPHERS = ["3des", "des", "cast128", "blowfish128", "blowfish256"]
# Half of the proposals are made of what people really configure.
COMMON = {"3des", "aes128", "aes256", "aes128gcm16", "aes256gcm16", "chacha20poly1305", "md5", "sha1",
          "sha256", "sha384", "sha512", "prfsha1", "prfsha256", "prfsha384", "prfsha512", "modp1024",
          "modp1536", "modp2048", "modp3072", "modp4096", "ecp256", "ecp384", "ecp521", "x25519",
          "aes_gcm128", "aes_gcm256", "chacha20_poly1305", "sha2_256", "sha2_384", "sha2_512",
          "dh5", "dh14", "dh15", "dh16", "dh19", "dh20", "dh21", "dh31"}
V1_CIPHERS = [word for word, (number, _) in kw.CIPHERS.items() if number in kw.V1_CIPHER_OF_V2]
V1_INTEGRITY = ["md5", "sha1", "sha256", "sha384", "sha512"]
PORTABLE_INTEGRITY = [word for word in kw.INTEGRITY if word not in ("md5_128", "sha1_160")]
DAEMONS = ("strongswan", "strongswan-newer", "libreswan")


@dataclasses.dataclass
class Proposal:
    """text: as configured. values: {kind: set of (number, bits)}, None for a wildcard. Kinds are
    those of IKEv2 with ke1..ke7 for additional key exchanges, or of IKEv1."""
    text: str
    values: dict


@dataclasses.dataclass
class Configuration:
    name: str
    daemon: str
    version: int
    proposals: list
    aggressive: bool

    def text(self):
        write = libreswan_text if self.daemon == "libreswan" else strongswan_text
        return write(self)

    def complete(self):
        return all(proposal.values is not None for proposal in self.proposals)

    def accepted(self):
        """{kind: set of (number, bits)}: part of at least one combination that is taken."""
        found = {}
        for proposal in self.proposals:
            for kind, values in proposal.values.items():
                name = "additional_ke" if kind[:2] == "ke" else kind
                found.setdefault(name, set()).update(v for v in values if v[0] or name == "dh")
        return {kind: values for kind, values in found.items() if values}


# ---- strongSwan ---------------------------------------------------------------------------------
def strongswan_proposal(rng, version, newer):
    if rng.random() < 0.08:
        return Proposal("default", None)
    aead = version == 2 and rng.random() < 0.4
    weak = rng.random() < 0.3
    size = rng.choice([1, 1, 1, 2, 2, 3, 4])
    ciphers = pick(rng, kw.AEAD if aead else _ciphers(version, weak), rng.randint(1, size))
    integrity = [] if aead else pick(rng, _integrity(version, newer), rng.randint(1, min(size, 3)))
    prfs = []
    if aead or (version == 2 and rng.random() < 0.35):
        prfs = pick(rng, kw.PRFS, rng.randint(1, 2))
    groups = pick(rng, WEAK_GROUPS if weak and rng.random() < 0.7 else kw.GROUPS,
                  rng.randint(1, size))
    additional = _additional(rng) if newer and version == 2 else {}
    words = ciphers + integrity + prfs + groups + [
        f"{slot}_{word}" for slot, chosen in additional.items() for word in chosen]
    implied = prfs or [kw.IMPLIED_PRF[word] for word in integrity]
    values = {"encryption": {(kw.AEAD if aead else kw.CIPHERS)[word] for word in ciphers},
              "integrity": {kw.INTEGRITY[word] for word in integrity},
              "prf": {kw.PRFS[word] for word in implied},
              "dh": {kw.GROUPS[word] for word in groups}}
    for slot, chosen in additional.items():
        values[slot] = {(0, None) if word == "none" else {**kw.GROUPS, **kw.ML_KEM}[word]
                        for word in chosen}
    values = {kind: found for kind, found in values.items() if found}
    return Proposal("-".join(words), ikev1_values(values) if version == 1 else values)


def _ciphers(version, weak):
    known = V1_CIPHERS if version == 1 else list(kw.CIPHERS)
    return [word for word in known if (word in WEAK_CIPHERS) == weak]


def _integrity(version, newer):
    if version == 1:
        return V1_INTEGRITY
    return PORTABLE_INTEGRITY if newer else list(kw.INTEGRITY)


def _additional(rng):
    """Slots of RFC 9370. Chosen methods must differ (RFC 9370 section 2.2.2), so each slot has its
    own pool."""
    additional = {}
    pools = [list(kw.ML_KEM), ["x448", "ecp384bp"]]
    for slot in ("ke1", "ke2")[:rng.choice([0, 0, 1, 1, 2])]:
        chosen = pick(rng, pools.pop(0), rng.randint(1, 2))
        additional[slot] = chosen + (["none"] if rng.random() < 0.4 else [])
    return additional


def ikev1_values(values):
    """The same proposal as IKEv1 carries it: what has no number there cannot be reached."""
    hashes = {(kw.V1_HASH_OF_V2[i[0], p[0]], None) for i in values.get("integrity", ())
              for p in values["prf"] if (i[0], p[0]) in kw.V1_HASH_OF_V2}
    ciphers = {(kw.V1_CIPHER_OF_V2[number], bits) for number, bits in values["encryption"]
               if number in kw.V1_CIPHER_OF_V2}
    if not hashes or not ciphers:
        return {}
    return {"encryption": ciphers, "hash": hashes, "dh": values["dh"],
            "authentication": {(kw.PSK, None)}}


def strongswan_text(configuration):
    proposals = ",".join(proposal.text for proposal in configuration.proposals)
    return f"""connections {{
  generated {{
    version = {configuration.version}
    aggressive = {"yes" if configuration.aggressive else "no"}
    proposals = {proposals}
    local {{ auth = psk
            id = {configuration.name}.lab }}
    remote {{ auth = psk }}
    children {{ c {{ mode = tunnel }} }}
  }}
}}
secrets {{ ike-1 {{ secret = "{configuration.name}" }} }}
"""


# ---- libreswan ----------------------------------------------------------------------------------
def libreswan_proposal(rng, version, _newer):
    if rng.random() < 0.1:
        return Proposal(rng.choice(["aes", "3des", "aes-sha1", "aes256-sha2_256"]), None)
    if version == 1:
        cipher, prf, group = (pick(rng, table, 1)[0] for table in
                              (kw.LW_V1_CIPHERS, kw.LW_V1_HASHES, kw.LW_GROUPS))
        return Proposal(f"{cipher}-{prf};{group}", {
            "encryption": {kw.LW_V1_CIPHERS[cipher]}, "hash": {(kw.LW_V1_HASHES[prf], None)},
            "dh": {kw.LW_GROUPS[group]}, "authentication": {(kw.PSK, None)}})
    aead = rng.random() < 0.4
    table = kw.LW_AEAD if aead else kw.LW_CIPHERS
    size = rng.choice([1, 1, 2, 2, 3])
    ciphers, prfs, groups = (pick(rng, words, rng.randint(1, size)) for words in
                             (table, kw.LW_PRFS, kw.LW_GROUPS))
    values = {"encryption": {table[word] for word in ciphers},
              "prf": {kw.LW_PRFS[word] for word in prfs},
              "dh": {kw.LW_GROUPS[word] for word in groups}}
    if not aead:
        values["integrity"] = {kw.LW_INTEGRITY_OF_PRF[word] for word in prfs}
    return Proposal(f"{'+'.join(ciphers)}-{'+'.join(prfs)};{'+'.join(groups)}", values)


def libreswan_text(configuration):
    return f"""conn generated
    ikev2={"insist" if configuration.version == 2 else "no"}
    left=@ADDRESS@
    leftid=@{configuration.name}
    right=%any
    authby=secret
    aggressive={"yes" if configuration.aggressive else "no"}
    ike={",".join(proposal.text for proposal in configuration.proposals)}
    auto=add
"""


# ---- both ---------------------------------------------------------------------------------------
def pick(rng, words, count):
    words = list(words)
    common = [word for word in words if word in COMMON]
    if common and rng.random() < 0.5:
        words = common
    return rng.sample(words, min(count, len(words)))


def configuration(seed, daemon, version, index):
    rng = random.Random(f"{seed}/{daemon}/{version}/{index}")
    make = libreswan_proposal if daemon == "libreswan" else strongswan_proposal
    count = rng.choice([1, 1, 2, 2, 3, 4, 5])
    proposals = {}
    for _ in range(count):
        made = make(rng, version, daemon == "strongswan-newer")
        if made.text != "default" or not proposals:
            proposals.setdefault(made.text, made)
        if made.text == "default":
            break
    # Aggressive Mode's group cannot be negotiated: pluto refuses a connection with several.
    aggressive = version == 1 and daemon != "libreswan" and rng.random() < 0.3
    short = {"strongswan": "ss", "strongswan-newer": "sn", "libreswan": "lw"}[daemon]
    return Configuration(f"{short}{version}-{seed}-{index}", daemon, version,
                         list(proposals.values()), aggressive)


def as_json(accepted):
    """The truth in the words of an audit's result."""
    return [{"kind": kind, "id": number, **({"keyLength": bits} if bits else {})}
            for kind in sorted(accepted) for number, bits in
            sorted(accepted[kind], key=lambda value: (value[0], value[1] or 0))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--daemon", choices=DAEMONS, default="strongswan")
    parser.add_argument("--version", type=int, choices=(1, 2), default=2)
    parser.add_argument("--out", help="a folder; without it everything is printed")
    arguments = parser.parse_args()
    for index in range(arguments.count):
        made = configuration(arguments.seed, arguments.daemon, arguments.version, index)
        truth = {"ikeVersion": made.version, "aggressive": made.aggressive,
                 "wildcard": not made.complete(),
                 "accepted": as_json(made.accepted()) if made.complete() else None}
        if not arguments.out:
            print(f"# {made.name}\n{made.text()}{json.dumps(truth)}\n")
            continue
        folder = os.path.join(arguments.out, made.name)
        os.makedirs(folder, exist_ok=True)
        file_name = "ipsec.conf" if made.daemon == "libreswan" else "swanctl.conf"
        for name, text in ((file_name, made.text()), ("truth.json", json.dumps(truth, indent=1))):
            with open(os.path.join(folder, name), "w") as file:
                file.write(text)


if __name__ == "__main__":
    main()
