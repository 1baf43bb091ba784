#!/usr/bin/python3
"""Two Prometheus servers that scrape /probe of one gateway every 15 s always see its suite, while the gateway is a
configured target that is audited, and has strongSwan's limits. Argument: the build directory."""
import pathlib
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests/ops"), str(ROOT / "tests/support")]

from gateways import gateway, listening  # noqa: E402
from stack import Stack, get, wait_until  # noqa: E402

GATEWAY = "127.0.28.1"
ROUNDS = 8
INTERVAL = 15
CONFIG = """
[probe]
interval = "5s"
timeout = "4s"
audit_interval = "30s"
port = {ike}
[api]
allow = ["configured"]
ports = [{ike}]
[[target]]
name = "hq"
host = "127.0.28.1"
"""


class Test:
    def __init__(self, build, work):
        self.stack = Stack(build, work)

    def scrape(self):
        page = get(self.stack.url("exporter", f"/probe?target={GATEWAY}:{self.stack.ports['ike']}"))
        assert 'ike_selected_info{' in page and 'ike_version="2"' in page, page

    def audits(self):
        page = get(self.stack.url("exporter", "/metrics"))
        return sum(float(line.split()[-1]) for line in page.splitlines() if line.startswith("ike_audits_total"))

    def run(self):
        with self.stack:
            self.stack.start_gateways(listening(self.stack.ports["ike"]) +
                                      gateway("hq", [GATEWAY], ikev2=["aes256gcm16-prfsha384-ecp384"],
                                              ikev1="refuse", cookie_after=3, block_after=5))
            self.stack.start_exporter(CONFIG.format(ike=self.stack.ports["ike"]))
            wait_until("the first probe", lambda: "ike_selected_info{" in get(self.stack.url("exporter", "/metrics")), 60)
            for _ in range(ROUNDS):
                for _ in ("one server", "the other"):
                    self.scrape()
                    time.sleep(INTERVAL / 2)
            assert self.audits() > 0, "an audit went on meanwhile"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        Test(sys.argv[1], directory).run()
    print(f"{2 * ROUNDS} scrapes of a pair, each with the suite")
