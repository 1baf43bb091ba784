"""Holds the JSON of an audit against what a daemon was configured to accept."""
import dataclasses

import keywords as kw




@dataclasses.dataclass
class Judged:
    """verdict: exact, incomplete (something is unknown, nothing wrong), wrong, or none."""
    verdict: str
    values: int
    problems: list


def judge(configuration, result, lossy):
    """lossy: unknown values are no problem, only a wrong one is."""
    accepted = {version: configuration.accepted(version) for version in (1, 2)}
    values = sum(len(found) for kinds in accepted.values() for found in kinds.values())
    if not result or not result.get("success"):
        return Judged("none", values, ["no result: " + (result or {}).get("error", "no JSON")])
    wrong, missing = [], []
    for version in (1, 2):
        part = result.get(f"ikev{version}", {})
        differ(version, accepted[version], part, (wrong, missing))
    wrong += modes(configuration, result)
    if wrong:
        return Judged("wrong", values, wrong + missing)
    if missing or not result.get("complete"):
        return Judged("incomplete", values, [] if lossy else missing + unknown_values(result))
    return Judged("exact", values, [])


def differ(version, truth, part, findings):
    """Adds to findings (wrong, missing) what `part` of the result gets wrong of one version."""
    wrong, missing = findings
    found, unknown, undecidable = (values_of(part.get(name, [])) for name in
                                   ("accepted", "unknown", "undecidable"))
    for kind in sorted({*truth, *found}):
        open_ones = undecidable.get(kind, set())
        configured = truth.get(kind, set()) - open_ones
        reported = found.get(kind, set()) - open_ones
        if reported - configured:
            wrong.append(f"IKEv{version} {kind}: accepted without being configured "
                         f"{show(reported - configured)}")
        lost = configured - reported
        if lost - unknown.get(kind, set()) and part.get("answered", True):
            wrong.append(f"IKEv{version} {kind}: refused though configured "
                         f"{show(lost - unknown.get(kind, set()))}")
        elif lost:
            missing.append(f"IKEv{version} {kind}: unknown though configured {show(lost)}")
    if truth and not part.get("answered", True):
        missing.append(f"IKEv{version}: not answered though configured")


def values_of(entries):
    """{kind: {(id, key length or None)}} of a list of the contract."""
    found = {}
    for entry in entries:
        found.setdefault(entry["kind"], set()).add((entry["id"], entry.get("keyLength")))
    return found


def modes(configuration, result):
    """strongSwan answers a Main Mode opening whatever the mode of its connection is."""
    if 1 not in configuration.versions or "modes" not in result.get("ikev1", {}):
        return []
    told = "aggressive" in result["ikev1"]["modes"]
    if told == configuration.aggressive:
        return []
    return [f"Aggressive Mode: configured {configuration.aggressive}, reported {told}"]


def unknown_values(result):
    return [f"IKEv{version} unknown: " + ", ".join(
        f"{entry['kind']} {entry.get('algorithm', entry['id'])}" for entry in part["unknown"])
        for version, part in ((v, result.get(f"ikev{v}", {})) for v in (1, 2))
        if part.get("unknown")]


def show(values):
    return ", ".join(f"{number}" + (f"/{bits}" if bits else "")
                     for number, bits in sorted(values, key=str))


def bound(values):
    """The goal for the number of requests of one audit."""
    return 20 + 4 * values


def brute_force(configuration):
    """What one message for every combination of the algorithms would cost."""
    ciphers, groups = len(kw.CIPHERS), len(kw.GROUPS)
    total = 0
    if 2 in configuration.versions:
        total += (ciphers * len(kw.INTEGRITY) + len(kw.AEAD)) * len(kw.PRFS) * groups
    if 1 in configuration.versions:
        total += 16 * len(kw.LW_V1_HASHES) * groups
    return total
