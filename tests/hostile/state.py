"""State files of any size, and whether one is whole."""
import json
import os

ROW = {
    "transport": "udp", "port": 500, "audits": 1, "failures": 0, "lastRun": 1795484138.0,
    "changes": [0] * 36, "lastChanges": [], "lastIsComplete": True,
    "last": {"port": 500, "success": True, "error": "", "reason": 0, "complete": True, "policy": "ietf",
             "postQuantum": False, "requests": 15, "durationNs": 7519544012,
             "implementation": "strongSwan", "compliant": True,
             "ikev2": {"answered": True, "complete": True,
                       "accepted": [["encryption", 12, 256], ["integrity", 12, 0], ["prf", 5, 0],
                                    ["dh", 19, 0]],
                       "unknown": [], "undecidable": [],
                       "ikev2Suites": [[12, 256, 12, 5, 19, 0, 0, 0, 0, 0, 0, 0, 1]],
                       "ikev1Suites": [], "mainMode": False, "aggressiveMode": False, "requests": 15,
                       "vendorIds": [], "implementation": "strongSwan"},
             "findings": []},
}


def checksum(text):
    """FNV-1a of 64 bits."""
    value = 0xCBF29CE484222325
    for byte in text:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def write(folder, hosts, owner):
    """audits.json with an audit of each target {name: address}."""
    rows = [json.dumps({**ROW, "name": name, "host": host, "last": {**ROW["last"], "host": host}})
            for name, host in hosts.items()]
    body = '{"version":1,"audits":[\n' + ",\n".join(rows)
    path = os.path.join(folder, "audits.json")
    with open(path, "w", encoding="ascii") as file:
        file.write(f'{body}\n],"checksum":"{checksum(body.encode())}"}}\n')
    os.chmod(path, 0o600)
    os.chown(path, owner, owner)


def audits(folder):
    """How many audits the file holds; AssertionError where it is not whole."""
    with open(os.path.join(folder, "audits.json"), "rb") as file:
        text = file.read()
    body, tail = text[:text.rindex(b"\n]")], text[text.rindex(b"\n]"):]
    assert tail.decode() == f'\n],"checksum":"{checksum(body)}"}}\n', "the checksum does not match"
    return len(json.loads(text)["audits"])
