"""Holds a generated configuration against what the daemon's own log says it loaded, and takes from
there what a wildcard stands for."""
import re

import ike_client
import keywords as kw

REFUSED_CIPHER = 9  # ENCR_DES_IV32: never implemented, so the offer is refused and the log lists all


class Mismatch(Exception):
    """The daemon did not load what was written for it."""


def settle(configuration, daemon, host):
    """Fills the wildcards of `configuration` from the log of `daemon`, which serves `host`, and
    raises Mismatch where the two disagree."""
    loaded = (_pluto if configuration.pluto else _charon)(configuration, daemon,
                                                                       host)
    configured = [proposal for proposal in configuration.proposals if proposal.values]
    for proposal in configured:
        if not any(_covers(values, proposal.values) for values in loaded):
            raise Mismatch(f"{configuration.name}: {proposal.text} is not in the log: {loaded}")
    wild = [proposal for proposal in configuration.proposals if proposal.values is None]
    known = [proposal.values for proposal in configured]
    rest = [values for values in loaded if values and values not in known]
    if rest and not wild:
        raise Mismatch(f"{configuration.name}: the log has more than was configured: {rest}")
    for proposal in wild:
        proposal.values = _union(rest)


def _covers(loaded, configured):
    """pluto leaves out a suite that a wildcard before it includes."""
    return loaded.keys() == configured.keys() and all(
        configured[kind] <= loaded[kind] for kind in configured)


def _union(proposals):
    merged = {}
    for values in proposals:
        for kind, found in values.items():
            merged.setdefault(kind, set()).update(found)
    return merged


# ---- strongSwan ---------------------------------------------------------------------------------
def _charon(configuration, daemon, host):
    """charon logs "configured proposals" when it refuses an offer (log level cfg = 2)."""
    client = ike_client.Client(host)
    version = configuration.versions[-1]
    refused = ((REFUSED_CIPHER, None, 2, 14, 1) if version == 1 else
               [(1, REFUSED_CIPHER, None), (2, 5, None), (3, 12, None), (4, 14, None)])
    make = ike_client.v1_main if version == 1 else ike_client.v2_init
    client.exchange(make([refused]), tries=3)
    client.close()
    lines = [line for line in _log(daemon) if "configured proposals:" in line]
    if not lines:
        raise Mismatch(f"{configuration.name}: no proposals in the log")
    found = []
    for text in lines[-1].split("configured proposals:")[1].split(","):
        values = {}
        for name in text.strip().removeprefix("IKE:").split("/"):
            kind, value = kw.log_value(name)
            values.setdefault(kind, set()).add(value)
        found.append(values)
    return found


# ---- libreswan ----------------------------------------------------------------------------------
def _pluto(configuration, daemon, _host):
    if configuration.versions == (1,):
        return _pluto_v1(daemon.whack("--status"), configuration.method)
    log = "\n".join(_log(daemon))
    return [_pluto_proposal(text) for text in re.findall(r'"generated":\s+\d+:IKE=(\S+)', log)]


def _pluto_proposal(text):
    ciphers, prfs, integrity, groups = (part.split("+") for part in text.split("-"))
    values = {"encryption": {kw.lw_log_cipher(name) for name in ciphers},
              "prf": {(kw.LW_LOG_PRFS[name], None) for name in prfs},
              "dh": {(kw.LW_LOG_GROUPS[name], None) for name in groups}}
    if integrity != ["NONE"]:
        values["integrity"] = {(kw.LW_LOG_INTEGRITY[name], None) for name in integrity}
    return values


def _pluto_v1(status, method):
    policy = re.search(r'"generated":\s+policy: (\S+)', status).group(1)
    if ("RSASIG" in policy) != (method == "rsasig"):
        raise Mismatch(f"authentication by {method}, but the policy is {policy}")
    found = []
    for text in re.search(r'"generated":\s+IKE algorithms: (.*)', status).group(1).split(", "):
        cipher, digest, group = text.split("-")
        number, bits = kw.lw_log_cipher(cipher, kw.LW_V1_LOG_CIPHERS)
        # As a responder pluto takes any length for a cipher that was configured without one.
        sizes = kw.BITS if bits is None and number != 5 else (bits,)
        found.append({"encryption": {(number, size) for size in sizes},
                      "hash": {(kw.LW_V1_LOG_HASHES[digest], None)},
                      "dh": {(kw.LW_LOG_GROUPS[group], None)},
                      "authentication": {(kw.PSK, None)}})
    return found


def _log(daemon):
    with open(daemon.log, errors="replace") as log:
        return log.read().splitlines()
