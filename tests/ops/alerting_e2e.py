#!/usr/bin/python3
"""The shipped Prometheus and Alertmanager configuration and the shipped rules, run for real: stopping a
gateway must raise its alert at the Alertmanager and starting it must resolve it; so must a gateway that
begins to accept 3DES, a configuration with a mistake, and the end of the exporter. A gateway that was weak from the
start and begins to accept a strong suite raises nothing.

Usage: alerting_e2e.py BUILD_DIR

The expressions are the shipped ones; only intervals and `for` are shortened, by the mixin's own settings.
"""
import json
import signal
import subprocess
import sys
import tempfile
import time

import stack as stacks

PACKAGING = stacks.ROOT / "packaging/prometheus"
MIXIN = stacks.ROOT / "dashboards/mixin"
QUICK = {"downFor": "4s", "silentFor": "4s", "refusedFor": "4s", "mostDownFor": "4s",
         "exporterDownFor": "3s", "reloadFailedFor": "3s", "policyFor": "4s", "strengthFor": "4s", "keepFor": "3s"}
PATIENCE = 60  # seconds for an alert to arrive or to leave

EXPORTER = """
[probe]
interval = "1s"
timeout = "900ms"
audit_interval = "5s"
half_open_budget = 500
ike_versions = [2]

[api]
allow = ["configured"]

"""
STRONG = '"aes256gcm16-prfsha384-ecp384"'
OLD_WEAK = STRONG + ', "aes256-sha1-modp1024"'  # known from the first audit
MORE_STRONG = OLD_WEAK + ', "aes256-sha384-modp3072"'
NEWLY_WEAK = MORE_STRONG + ', "3des-sha256-ecp384"'
ADDRESSES = {"steady": "127.0.61.1", "regressing": "127.0.61.2", "doomed": "127.0.61.3"}


def gateways(ports, names, proposals):
    listen = f'[listen]\nudp = [{ports["ike"]}]\nudp_encap = []\ntcp = []\ntcp_raw = []\nbind = "each"\n'
    return listen + "".join(
        f'[[gateway]]\nname = "{n}"\naddresses = ["{ADDRESSES[n]}"]\nikev2 = [{proposals.get(n, STRONG)}]\n'
        for n in names)


def targets(ports):
    return "".join(f'[[target]]\nname = "{n}"\nhost = "{a}"\nport = {ports["ike"]}\ntransport = "udp"\n'
                   for n, a in ADDRESSES.items())


def quick_rules(stack, settings=QUICK):
    program = ("local m = (import 'mixin.libsonnet') + { _config+:: %s }; std.manifestYamlDoc(m.prometheusAlerts)"
               % json.dumps(settings))
    done = subprocess.run(["jsonnet", "-J", MIXIN, "-S", "-e", program], check=True, capture_output=True, text=True)
    return stack.write("ike_alerts.yml", done.stdout)


def prometheus_config(stack, probed):
    """The shipped one; /probe is asked for the gateway `probed`, HOST:PORT."""
    text = (PACKAGING / "prometheus.yml").read_text()
    targets_file = stack.write("ike_targets.yml", json.dumps([{"targets": [probed]}]))
    for old, new in {
        "/usr/share/ike_exporter/rules/ike_alerts.yml": str(quick_rules(stack)),
        "/usr/share/ike_exporter": str(stacks.ROOT / "dashboards"),
        "/etc/prometheus/ike_targets.d/*.yml": str(targets_file),
        "127.0.0.1:10500": f"{stack.address}:{stack.ports['exporter']}",
        "127.0.0.1:9093": f"{stack.address}:{stack.ports['alertmanager']}",
        "scrape_interval: 30s": "scrape_interval: 1s",
        "evaluation_interval: 30s": "evaluation_interval: 1s",
        "scrape_timeout: 10s": "scrape_timeout: 1s",
    }.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


class Scenario:
    def __init__(self, stack):
        self.stack = stack

    def firing(self, name, target=""):
        alert = self.stack.alerts().get((name, target))
        return alert if alert and alert["status"]["state"] == "active" else None

    def await_firing(self, name, target=""):
        alert = stacks.wait_until(f"{name} of {target or 'the exporter'}", lambda: self.firing(name, target), PATIENCE)
        print(f"raised    {name} {target}: {alert['annotations']['description']}")
        return alert

    def await_resolved(self, name, target=""):
        stacks.wait_until(f"the end of {name} of {target}", lambda: not self.firing(name, target), PATIENCE)
        print(f"resolved  {name} {target}")

    def start(self):
        ports = self.stack.ports
        # The doomed gateway is a process of its own, so that it can really be stopped.
        self.doomed = self.stack.write("doomed.toml", gateways(ports, ["doomed"], {}))
        self.regress_to(OLD_WEAK, self.stack.start_gateways)
        self.start_doomed()
        self.config = EXPORTER + targets(ports)
        self.stack.start_exporter(self.config)
        self.stack.start_alertmanager((PACKAGING / "alertmanager.yml").read_text())
        self.stack.start_prometheus(prometheus_config(self.stack, f'127.0.61.1:{ports["ike"]}'))

    def start_doomed(self):
        self.stack.start("doomed", [self.stack.build / "ike_responder", "--config", self.doomed])

    def all_is_well(self):
        stacks.wait_until("all targets up", lambda: self.stack.query('sum(ike_target_up{job="ike_exporter"}) == 3'), 60)
        stacks.wait_until("complete audits", lambda: self.stack.query("sum(ike_audit_complete) == 3"), 60)
        stacks.wait_until("a probe through /probe", lambda: self.stack.query(
            f'ike_target_up{{job="ike_probe", instance="127.0.61.1:{self.stack.ports["ike"]}", '
            f'target="127.0.61.1:{self.stack.ports["ike"]}"}} == 1 and on (instance) probe_success == 1'), 30)
        assert self.alerting() <= {"regressing"}, self.stack.alerts()
        print("quiet     three gateways up, audits complete, no alert but of the weak one")

    def alerting(self):
        return {target for _, target in self.stack.alerts()}

    def regress_to(self, accepted, how):
        how(gateways(self.stack.ports, ["steady", "regressing"], {"regressing": accepted}))

    def gateway_stops(self):
        process = self.stack.processes.pop("doomed")
        process.send_signal(signal.SIGTERM)
        process.wait(10)
        alert = self.await_firing("IKETargetDown", "doomed")
        assert alert["labels"]["severity"] == "critical", alert
        for link in ("runbook_url", "dashboard_url"):
            page = stacks.get(alert["annotations"][link])
            assert "IKETargetDown" in page or "doomed" in page, f"{link} leads elsewhere: {page[:300]}"
        assert "IKEv2: " in alert["annotations"]["description"], alert
        assert self.alerting() - {"regressing"} == {"doomed"}, self.stack.alerts()
        self.start_doomed()
        self.await_resolved("IKETargetDown", "doomed")
        log = (self.stack.work / "exporter.log").read_text()
        for line in ('level=warn msg="target down" target=doomed ike_version=2 reason=unreachable',
                     'level=info msg="target up" target=doomed'):
            assert line in log, log[-3000:]

    def weak_algorithm_appears(self):
        """A strong one does first, beside the weak ones that the first audit found."""
        self.await_firing("IKEPolicyNotCompliant", "regressing")
        self.regress_to(MORE_STRONG, self.stack.change_gateways)
        stacks.wait_until("the audit that finds it", lambda: self.stack.query(
            'sum(ike_algorithm_changes_total{target="regressing", change="accepted"}) > 0'), PATIENCE)
        old = self.stack.query('ike_weak_algorithm_since_timestamp_seconds{target="regressing"}')
        assert {row["value"][1] for row in old} == {"0"}, old
        time.sleep(5)  # evaluations
        assert not self.stack.query('ALERTS{alertname=~"IKE(Weak|Broken)AlgorithmAccepted"}')
        self.regress_to(NEWLY_WEAK, self.stack.change_gateways)
        alert = self.await_firing("IKEWeakAlgorithmAccepted", "regressing")
        assert alert["labels"]["algorithm"] == "ENCR_3DES", alert
        assert not self.firing("IKEWeakAlgorithmAccepted", "steady")
        firing = self.stack.query('ALERTS{alertname=~"IKE(Weak|Broken)AlgorithmAccepted"}')
        assert [row["metric"]["algorithm"] for row in firing] == ["ENCR_3DES"], firing
        self.regress_to(MORE_STRONG, self.stack.change_gateways)
        self.await_resolved("IKEWeakAlgorithmAccepted", "regressing")

    def configuration_breaks(self):
        exporter = self.stack.processes["exporter"]
        self.stack.write("ike_exporter.toml", self.config + "nonsense = [")
        exporter.send_signal(signal.SIGHUP)
        self.await_firing("IKEExporterReloadFailed")
        assert self.stack.query('sum(ike_target_up{job="ike_exporter"}) == 3'), "the running configuration was touched"
        self.stack.write("ike_exporter.toml", self.config)
        exporter.send_signal(signal.SIGHUP)
        self.await_resolved("IKEExporterReloadFailed")

    def exporter_stops(self):
        exporter = self.stack.processes.pop("exporter")
        exporter.send_signal(signal.SIGTERM)
        assert exporter.wait(20) == 0, self.stack.log_of("exporter")
        self.await_firing("IKEExporterDown")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as work, stacks.Stack(sys.argv[1], work) as stack:
        scenario = Scenario(stack)
        scenario.start()
        scenario.all_is_well()
        scenario.gateway_stops()
        scenario.weak_algorithm_appears()
        scenario.configuration_breaks()
        scenario.exporter_stops()
    print("all as expected")


if __name__ == "__main__":
    main()
