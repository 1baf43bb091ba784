#!/usr/bin/env python3
"""A healthy gateway behind a line that loses 30 % of what is sent stays up.

  test_loss.py build/release/ike_exporter [--minutes 2]
"""
import argparse
import sys
import time

sys.dont_write_bytecode = True

import bench  # noqa: E402
import health  # noqa: E402
import install  # noqa: E402
import prober  # noqa: E402
from server import Server  # noqa: E402

TARGETS = 40
CONFIGURATION = """
[probe]
interval = "10s"
timeout = "8s"
audit_interval = "0s"
ike_versions = [2]
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--loss", type=float, default=30, help="percent of round trips")
    arguments = parser.parse_args()
    if install.skipped():
        return install.SKIPPED
    place = bench.Bench(arguments.binary, "ikeo-", "10.100")
    # As much each way that so many round trips fail.
    each_way = 100 * (1 - (1 - arguments.loss / 100) ** 0.5)
    source = prober.lossy(place.lab, each_way, seed=7)
    targets = "".join(f'[[target]]\nname = "lw-{n}"\nhost = "{place.host("lw")}"\n'
                      f'port = {500 if n % 2 else 4500}\n' for n in range(TARGETS))
    server = Server(place.binary, source, CONFIGURATION + targets)
    end, downs, samples = time.monotonic() + arguments.minutes * 60, 0, 0
    time.sleep(15)
    while time.monotonic() < end:
        states = [value for _, value in server.metrics().rows("ike_target_up")]
        samples, downs = samples + len(states), downs + states.count(0)
        time.sleep(2)
    page = server.metrics()
    count = {name: sum(value for _, value in page.rows(f"ike_{name}_total")) for name in
             ("probes", "probe_failures", "probe_packets_sent", "probe_packets_received")}
    server.stop()
    print(f"{count}; {downs} of {samples} readings of ike_target_up were 0")
    lost = 1 - count["probe_packets_received"] / count["probe_packets_sent"]
    print(f"{lost:.0%} of round trips lost")
    fine = samples and lost > 0.15 and count["probe_failures"] <= 0.02 * count["probes"]
    return health.finish(not fine)


if __name__ == "__main__":
    sys.exit(main())
