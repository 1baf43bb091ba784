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
LW_WILDCARDS = ["aes", "3des", "aes-sha1", "aes256-sha2_256"]
V1_CIPHERS = [word for word, (number, _) in kw.CIPHERS.items() if number in kw.V1_CIPHER_OF_V2]
V1_INTEGRITY = ["md5", "sha1", "sha256", "sha384", "sha512"]
PORTABLE_INTEGRITY = [word for word in kw.INTEGRITY if word not in ("md5_128", "sha1_160")]
# How an IKEv1 connection authenticates: the number in the transforms, and what is written.
METHODS = {"psk": 1, "rsasig": 3, "xauth": 65001}
METHODS_OF = {"strongswan": ("psk", "psk", "xauth"), "libreswan": ("psk", "psk", "rsasig")}
DAEMONS = ("strongswan", "strongswan-newer", "libreswan", "libreswan-newer")


@dataclasses.dataclass
class Proposal:
    """text: as configured. values: {kind: set of (number, bits)}, None for a wildcard whose values
    the daemon's log has yet to tell. strongSwan's are in IKEv2's numbers, with ke1..ke7 for
    additional key exchanges; libreswan's in those of its version."""
    text: str
    values: dict


@dataclasses.dataclass
class Configuration:
    """versions: (1,), (2,) or both."""
    name: str
    daemon: str
    versions: tuple
    proposals: list
    aggressive: bool
    method: str = "psk"

    @property
    def pluto(self):
        return self.daemon.startswith("libreswan")

    def text(self):
        return libreswan_text(self) if self.pluto else strongswan_text(self)

    def complete(self):
        return all(proposal.values is not None for proposal in self.proposals)

    def accepted(self, version):
        """{kind: set of (number, bits)}: part of at least one combination that is taken."""
        found = {}
        for proposal in self.proposals if version in self.versions else ():
            values = proposal.values
            if version == 1 and not self.pluto:
                values = ikev1_values(values)
            for kind, known in values.items():
                name = "additional_ke" if kind[:2] == "ke" else kind
                found.setdefault(name, set()).update(v for v in known if v[0])
            if "authentication" in found:
                found["authentication"] = {(METHODS[self.method], None)}
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
    return Proposal("-".join(words), strongswan_values("-".join(words)))


def strongswan_values(text):
    """What a proposal of swanctl.conf means; None for "default"."""
    if text == "default":
        return None
    values = {}

    def add(kind, value):
        values.setdefault(kind, set()).add(value)

    for word in text.split("-"):
        if word[:2] == "ke" and word[3:4] == "_":
            exchange = word[4:]
            add(word[:3], (0, None) if exchange == "none" else {**kw.GROUPS, **kw.ML_KEM}[exchange])
        for kind, table in (("encryption", kw.CIPHERS), ("encryption", kw.AEAD), ("prf", kw.PRFS),
                            ("integrity", kw.INTEGRITY), ("dh", {**kw.GROUPS, **kw.ML_KEM})):
            if word in table:
                add(kind, table[word])
    if "prf" not in values:
        for word in text.split("-"):
            if word in kw.IMPLIED_PRF:
                add("prf", kw.PRFS[kw.IMPLIED_PRF[word]])
    return values


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


def _with_ml_kem_first(rng, proposal):
    """Now and then ML-KEM besides the groups, where it is no additional key exchange (one method may
    be chosen once only)."""
    if proposal.values is None or "ke1" in proposal.values or rng.random() > 0.2:
        return proposal
    text = f"{proposal.text}-{rng.choice(list(kw.ML_KEM))}"
    return Proposal(text, strongswan_values(text))


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
    version = {0 if len(configuration.versions) == 2 else configuration.versions[0]}
    aggressive = {"yes" if configuration.aggressive else "no"}
    proposals = {proposals}
    local {{ auth = psk
            id = {configuration.name}.lab }}
    remote {{ auth = psk }}
    {"remote2 { auth = xauth }" if configuration.method == "xauth" else ""}
    children {{ c {{ mode = tunnel }} }}
  }}
}}
secrets {{ ike-1 {{ secret = "{configuration.name}" }} }}
"""


# ---- libreswan ----------------------------------------------------------------------------------
def libreswan_proposal(rng, version, _newer):
    if rng.random() < 0.1:
        return Proposal(rng.choice(LW_WILDCARDS), None)
    aead = version == 2 and rng.random() < 0.4
    size = rng.choice([1, 1, 2, 2, 3]) if version == 2 else 1  # pluto: no lists in IKEv1
    prfs = kw.LW_PRFS if version == 2 else kw.LW_V1_HASHES
    parts = ["+".join(pick(rng, words, rng.randint(1, size))) for words in
             (kw.LW_AEAD if aead else kw.LW_CIPHERS, prfs, kw.LW_GROUPS)]
    text = "{}-{};{}".format(*parts)
    return Proposal(text, libreswan_values(text, version))


def libreswan_values(text, version):
    """What a proposal of ipsec.conf means; None where it leaves something to pluto."""
    if text in LW_WILDCARDS:
        return None
    names, groups = text.split(";")
    ciphers, prfs = (part.split("+") for part in names.split("-"))
    values = {"dh": {kw.LW_GROUPS[word.replace("modp2048", "dh14").replace("modp1536", "dh5")]
                     for word in groups.split("+")}}
    if version == 1:
        return {**values, "encryption": {kw.LW_V1_CIPHERS[word] for word in ciphers},
                "hash": {(kw.LW_V1_HASHES[word], None) for word in prfs},
                "authentication": {(kw.PSK, None)}}
    values["encryption"] = {{**kw.LW_CIPHERS, **kw.LW_AEAD}[word] for word in ciphers}
    values["prf"] = {kw.LW_PRFS[word] for word in prfs}
    if ciphers[0] not in kw.LW_AEAD:
        values["integrity"] = {kw.LW_INTEGRITY_OF_PRF[word] for word in prfs}
    return values


def libreswan_text(configuration):
    return f"""conn generated
    ikev2={"insist" if configuration.versions == (2,) else "no"}
    left=@ADDRESS@
    leftid=@{configuration.name}
    right=%any
    authby={"rsasig" if configuration.method == "rsasig" else "secret"}
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
    """version 0: strongSwan only, one connection for both."""
    rng = random.Random(f"{seed}/{daemon}/{version}/{index}")
    pluto = daemon.startswith("libreswan")
    make = libreswan_proposal if pluto else strongswan_proposal
    count = rng.choice([1, 1, 2, 2, 3, 4, 5])
    proposals = {}
    for _ in range(count):
        made = make(rng, version or rng.choice([1, 2]), daemon == "strongswan-newer")
        if made.text != "default" or not proposals:
            proposals.setdefault(made.text, made)
        if made.text == "default":
            break
    # Aggressive Mode's group cannot be negotiated: pluto refuses a connection with several.
    aggressive = version != 2 and not pluto and rng.random() < 0.3
    # With a generator of their own, so that what else a seed gives stays the same.
    later = random.Random(f"{seed}/{daemon}/{version}/{index}/more")
    method = later.choice(METHODS_OF[daemon.removesuffix("-newer")]) if version == 1 else "psk"
    if daemon == "strongswan-newer" and version == 2:
        made = [_with_ml_kem_first(later, proposal) for proposal in proposals.values()]
        proposals = {proposal.text: proposal for proposal in made}
    short = {"strongswan": "ss", "strongswan-newer": "sn", "libreswan": "lw",
             "libreswan-newer": "ln"}[daemon]
    return Configuration(f"{short}{version}-{seed}-{index}", daemon,
                         (version,) if version else (1, 2), list(proposals.values()), aggressive,
                         method)


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
    parser.add_argument("--version", type=int, choices=(0, 1, 2), default=2, help="0: both")
    parser.add_argument("--out", help="a folder; without it everything is printed")
    arguments = parser.parse_args()
    for index in range(arguments.count):
        made = configuration(arguments.seed, arguments.daemon, arguments.version, index)
        truth = {"aggressive": made.aggressive, "wildcard": not made.complete()}
        if made.complete():
            truth.update({f"ikev{version}": as_json(made.accepted(version))
                          for version in made.versions})
        if not arguments.out:
            print(f"# {made.name}\n{made.text()}{json.dumps(truth)}\n")
            continue
        folder = os.path.join(arguments.out, made.name)
        os.makedirs(folder, exist_ok=True)
        file_name = "ipsec.conf" if made.pluto else "swanctl.conf"
        for name, text in ((file_name, made.text()), ("truth.json", json.dumps(truth, indent=1))):
            with open(os.path.join(folder, name), "w") as file:
                file.write(text)


if __name__ == "__main__":
    main()
