#!/usr/bin/env python3
"""The shipped rules, scrape jobs and Alertmanager configuration, run by a real Prometheus and a real
Alertmanager over real daemons: stopping one raises its alert and starting it resolves it, and one that is
made to accept 3DES and group 2 raises the weak-algorithm alert after its next audit.

  test_alerting.py build/release/ike_exporter
"""
import os
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "ops"))

import fleet  # noqa: E402
import health  # noqa: E402
import install  # noqa: E402
import postures  # noqa: E402
import prober  # noqa: E402

STRONG, DOOMED, OTHER = "ss-strong", "ss-default", "lw"
PATIENCE = 180  # seconds: an audit of both versions within the default half-open budget, and a bit
CONFIGURATION = """
[probe]
interval = "2s"
timeout = "1500ms"
audit_interval = "20s"

[api]
allow = ["configured"]
"""


def targets(lab):
    return "".join(f'[[target]]\nname = "{name}"\nhost = "{lab.address(postures.PEERS[name])}"\n'
                   f'ike_versions = [{version}]\n'
                   for name, version in ((STRONG, 2), (DOOMED, 2), (OTHER, 2)))


def started(lab):
    postures.create_network(lab)
    daemons = {name: postures.daemon(lab, name) for name in (STRONG, DOOMED, OTHER)}
    for daemon in daemons.values():
        daemon.start()
    return daemons


class Story:
    def __init__(self, lab, scenario, daemons):
        self.lab, self.scenario, self.stack, self.daemons = lab, scenario, scenario.stack, daemons

    def begin(self, stacks, alerting):
        self.stack.start_exporter(CONFIGURATION + targets(self.lab))
        self.stack.start_alertmanager((alerting.PACKAGING / "alertmanager.yml").read_text())
        self.stack.start_prometheus(alerting.prometheus_config(
            self.stack, self.lab.address(postures.PEERS[OTHER])))
        for what, query in (("all up", 'sum(ike_target_up{job="ike_exporter"}) == 3'),
                            ("audited", f'ike_audit_complete{{target="{STRONG}"}} == 1'),
                            ("/probe", 'probe_success{job="ike_probe"} == 1')):
            stacks.wait_until(what, lambda query=query: self.stack.query(query), PATIENCE)
        down = [key for key in self.stack.alerts() if key[0] != "IKEPolicyNotCompliant"]
        assert not down, down
        print("quiet     three daemons up, audit complete")

    def regress(self):
        """3DES and group 2 are accepted again by one daemon, and another ends."""
        strong = self.daemons[STRONG]
        before = strong.connections
        strong.reload(before.replace("proposals = ", "proposals = 3des-sha1-modp1024,"))
        self.daemons[DOOMED].stop()
        alert = self.scenario.await_firing("IKETargetDown", DOOMED)
        assert alert["labels"]["severity"] == "critical", alert
        self.daemons[DOOMED].start()
        self.scenario.await_resolved("IKETargetDown", DOOMED)
        self.scenario.await_firing("IKEWeakAlgorithmAccepted", STRONG)
        found = {result["metric"]["algorithm"] for result in self.stack.query(
            f'ike_weak_algorithm_info{{target="{STRONG}"}}')}
        assert "ENCR_3DES" in found and any("(2)" in name for name in found), found
        print("accepted ", ", ".join(sorted(found)))
        strong.reload(before)
        self.scenario.await_resolved("IKEWeakAlgorithmAccepted", STRONG)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    if install.skipped():
        return install.SKIPPED
    import alerting_e2e as alerting
    import stack as stacks
    alerting.PATIENCE = PATIENCE
    lab = fleet.scratch_lab("iket-", "10.92")
    daemons = started(lab)
    source = prober.clean(lab)
    build = os.path.dirname(os.path.abspath(sys.argv[1]))
    with tempfile.TemporaryDirectory() as work, \
            stacks.Stack(build, work, source.address, source.command) as stack:
        story = Story(lab, alerting.Scenario(stack), daemons)
        story.begin(stacks, alerting)
        story.regress()
    print("all as expected")
    return health.finish(0)


if __name__ == "__main__":
    sys.exit(main())
