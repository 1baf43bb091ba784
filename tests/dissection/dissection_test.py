#!/usr/bin/env python3
"""Messages that a seed makes, written by our codec: tshark sees in each what our parsers see, and has no
complaint about any.

  dissection_test.py build/release/ike_random_messages [--seed N] [--count N]
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lab"))

import capture  # noqa: E402

SHOWN = 10  # differences
EMPTY = "<MISSING>"  # tshark's word for a field of no bytes
BYTES = {"isakmp.ispi", "isakmp.rspi", "isakmp.spi", "isakmp.ike.attr.value", "isakmp.key_exchange.data",
         "isakmp.nonce", "isakmp.hash", "isakmp.vid_bytes", "isakmp.ike.nat_hash", "isakmp.notify.data"}


def dissected(path, names):
    """For each message, {field: values} as tshark has them."""
    arguments = [part for name in names for part in ("-e", name)]
    lines = capture.tshark(path, "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=,", *arguments)
    return [dict(zip(names, line.split("\t"))) for line in lines]


def comparable(name, text):
    """A field's values in one notation."""
    values = [value for value in text.split(",") if value not in ("", EMPTY)]
    return [value.replace(":", "") if name in BYTES else str(int(value, 0)) for value in values]


def differences(ours, theirs):
    return [(name, expected, comparable(name, theirs[name])) for name, text in ours.items()
            if (expected := comparable(name, text)) != comparable(name, theirs[name])]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("program")
    arguments.add_argument("--seed", default="1")
    arguments.add_argument("--count", default="20000")
    options = arguments.parse_args()
    output = subprocess.run([options.program, options.seed, options.count], stdout=subprocess.PIPE, text=True,
                            check=True).stdout.splitlines()
    names = output[0].split("\t")
    rows = [dict(zip(names, line.split("\t"))) for line in output[1:]]
    messages = [bytes.fromhex(row.pop("message")) for row in rows]
    problems = [f"message {at}: we take it for malformed: {row.pop('malformed')}"
                for at, row in enumerate(rows) if row["malformed"]]
    with tempfile.TemporaryDirectory(prefix="ike_dissection_") as folder:
        path = f"{folder}/messages.pcap"
        capture.as_datagrams(messages, path)
        theirs = dissected(path, names[2:])
        problems += [f"tshark complains: {line}" for line in capture.complaints(path, "udp")]
    if len(theirs) != len(rows):
        problems.append(f"{len(theirs)} messages dissected of {len(rows)}")
    values = 0
    for at, (row, seen) in enumerate(zip(rows, theirs)):
        row.pop("malformed", None)
        values += sum(len(comparable(name, text)) for name, text in row.items())
        problems += [f"message {at}, {name}: ours {ours}, tshark's {others}; {messages[at].hex()}"
                     for name, ours, others in differences(row, seen)]
    for problem in problems[:SHOWN]:
        print(problem)
    print(f"{len(rows)} messages, {values} values compared in {len(names) - 2} fields, {len(problems)} differences")
    sys.exit(bool(problems) or not rows)


if __name__ == "__main__":
    main()
