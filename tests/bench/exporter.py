"""The product itself under measurement: a configuration of N gateways, the running exporter, and
what it says of itself; the simulated fleet on the other side."""
import json
import pathlib
import re
import signal
import time

import machine
from machine import Program, address
from ports import reserve_port


def write_config(path, count, interval, port=machine.PORT, probe="", metrics="", listen=0):
    lines = [f'[web]\nlisten = ["127.0.0.1:{listen}"]',
             '[metrics]\ndetail = "basic"\nrtt_buckets = []' + metrics,
             f'[probe]\ninterval = "{interval}"\naudit_interval = "0s"\nport = {port}\n'
             f"packets_per_second = 1000000\nnetwork_packets_per_second = 1000000\n{probe}"]
    for i in range(count):
        lines.append(f'[[target]]\nname = "gateway-{i}"\nhost = "{address(i)}"')
    path.write_text("\n".join(lines) + "\n", encoding="ascii")


class Exporter(Program):
    """ike_exporter with `count` gateways; ready when /-/ready says so."""

    def __init__(self, bench, count, interval, cores=(machine.PROBER_CORE,), **settings):
        self.port = reserve_port()
        self.config = bench.scratch / f"fleet-{count}.toml"
        write_config(self.config, count, interval, listen=self.port, **settings)
        super().__init__([bench.build / "ike_exporter", "--config.file", self.config,
                          "--log.level", "error"], cores)
        self.wait_ready()

    def wait_ready(self):
        while True:
            try:
                if b" 200 " in machine.get(self.port, "/-/ready").splitlines()[0]:
                    return
            except (OSError, IndexError):
                if self.process.poll() is not None:
                    raise RuntimeError("ike_exporter has ended") from None
            time.sleep(0.05)

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def metrics(self):
        return Metrics(machine.body(self.port))


class Metrics:
    """One page, by family."""

    def __init__(self, text):
        self.text = text

    def values(self, name):
        """[(labels as text, value)] of a family."""
        found = re.findall(rf"^{name}(?:{{([^}}]*)}})? (\S+)$", self.text, re.M)
        return [(labels, float(value)) for labels, value in found]

    def sum(self, name):
        return sum(value for _, value in self.values(name))

    def samples(self):
        return sum(1 for line in self.text.splitlines() if line and line[0] != "#")

    def lag_counts(self):
        """{upper bound: how many probes started within it}, cumulative."""
        rows = self.values("ike_exporter_schedule_lag_seconds_bucket")
        return {float(re.search(r'le="([^"]+)"', labels).group(1)): value for labels, value in rows}


def quantile(counts, share):
    """The bucket's upper bound below which `share` of the counted lie."""
    total = max(counts.values(), default=0)
    return min((bound for bound, count in counts.items() if count >= share * total), default=0.0)


def difference(later, earlier):
    return {bound: later[bound] - earlier[bound] for bound in later}


FLEET = """
seed = 1
[listen]
udp = [{port}]
udp_encap = []
bind = "wildcard"
"""
# Mixed postures, in turn over the address space: a chosen suite, a strong one that asks for another
# group first, and a daemon without IKEv1 configuration.
POSTURES = ('ikev2 = ["aes256-sha256-modp2048"]\nikev1 = ["aes256-sha256-modp2048"]',
            'ikev2 = ["aes256gcm16-prfsha384-ecp384"]\nikev1 = ["aes128-sha1-modp1536"]',
            'ikev2 = ["aes128-sha256-ecp256", "aes256-sha256-modp2048"]\nikev1 = "refuse"')


class Fleet(Program):
    """ike_responder on the first `count` addresses in blocks of 5000, one posture each."""

    def __init__(self, bench, count, link="", events=False):
        self.log = bench.scratch / "fleet.log"
        config = bench.scratch / "fleet-responder.toml"
        parts = [FLEET.format(port=machine.PORT)]
        for first in range(0, count, 5000):
            last = min(first + 5000, count) - 1
            parts.append(f'[[gateway]]\nname = "block-{first}"\n'
                         f'addresses = ["{address(first)}-{address(last)}"]\n'
                         f'{POSTURES[first // 5000 % len(POSTURES)]}\n{link}\n')
        config.write_text("\n".join(parts), encoding="ascii")
        super().__init__([bench.build / "ike_responder", "--config", config, "--log", self.log,
                          "--by-address"], (machine.PEER_CORE,), ready="ready")

    def truth(self):
        """The log's objects, after a stop."""
        self.stop()
        return [json.loads(line) for line in pathlib.Path(self.log).read_text().splitlines()]


class Reflector(Program):
    def __init__(self, bench, *flags, port=machine.PORT):
        super().__init__([bench.build / "bench_reflector", port, *flags], (machine.PEER_CORE,),
                         ready="ready")
