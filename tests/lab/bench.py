"""What the lab's tests share: a lab of their own with every posture up, a prober in it, and the
program under test. Used as: BENCH = bench.open("ikel-", "10.95") after bench.arguments()."""
import json
import os
import subprocess
import sys
import unittest

import fleet
import health
import install
import postures
import posture_truth
import prober

# Everything that the prober sends lands here; capture.pcap holds it for the dissection test.
PROBE_SECONDS = 60


class Bench:
    def __init__(self, binary, prefix, net):
        self.binary = os.path.abspath(binary)
        self.lab = fleet.scratch_lab(prefix, net)
        postures.create_network(self.lab)
        for name in postures.daemons():
            postures.start(self.lab, name)
        self.source = prober.clean(self.lab)
        self.truth = {name: posture_truth.Posture(name) for name in postures.daemons()
                      if name != "garbage"}

    def host(self, name, family=4):
        number = {**postures.PEERS, "ss-nat": postures.ROUTERS["nat"],
                  "unused": postures.UNUSED}[name]
        return self.lab.address(number) if family == 4 else self.lab.address6(number)

    def refresh(self, name):
        """A daemon without half-open state, so that one test's probes do not count in the next."""
        if name in postures.daemons():
            postures.daemon(self.lab, name).stop()
            postures.start(self.lab, name)

    def probe(self, host, *flags, source=None):
        """(exit code, [one JSON object a version])."""
        done = subprocess.run((source or self.source).command(
            self.binary, "probe", "--json", *flags, host), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=PROBE_SECONDS,
            check=False)
        try:
            return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]
        except ValueError as error:
            raise AssertionError(f"no JSON: {done.stdout}{done.stderr}") from error


def run(module):
    """main() of a test file: FILE BINARY [unittest's arguments]. Without root it is skipped with
    the exit code that CTest knows as "skipped"."""
    if install.skipped():
        return install.SKIPPED
    if len(sys.argv) < 2 or not os.access(sys.argv[1], os.X_OK):
        sys.exit(f"usage: {sys.argv[0]} PATH/ike_exporter [TEST...]")
    binary = sys.argv.pop(1)
    module.open_bench(binary)
    result = unittest.main(module=module, exit=False, warnings="ignore").result
    return health.finish(not result.wasSuccessful())
