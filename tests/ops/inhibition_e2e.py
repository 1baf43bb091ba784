#!/usr/bin/python3
"""What the shipped Alertmanager configuration mutes, with two exporters of one job: when one of them loses its network,
the other's gateways still page; a weak gateway raises one notification.

Usage: inhibition_e2e.py BUILD_DIR
"""
import sys
import tempfile

import alerting_e2e as alerting
import stack as stacks

STRONG = '"aes256gcm16-prfsha384-ecp384"'
LOST = [f"lost-{i}" for i in range(5)]  # nothing answers there: the first exporter's network is gone
QUICK = {**alerting.QUICK, "mostDownFor": "2s", "downFor": "6s", "policyFor": "2s", "strengthFor": "2s",
         "aggressiveFor": "2s"}


def targets(stack, addresses):
    return alerting.EXPORTER.replace("[2]", "[1, 2]") + "".join(
        f'[[target]]\nname = "{name}"\nhost = "{address}"\nport = {stack.ports["ike"]}\ntransport = "udp"\n'
        for name, address in addresses.items())


GATEWAYS = """
[listen]
udp = [{ike}]
udp_encap = []
tcp = []
tcp_raw = []
bind = "each"
[[gateway]]
name = "steady"
addresses = ["127.0.63.1"]
ikev2 = [{strong}]
ikev1 = "refuse"
[[gateway]]
name = "weak"
addresses = ["127.0.63.2"]
ikev2 = ["aes128-sha1-modp1024"]
ikev1 = ["3des-sha1-modp1024"]
"""

PROMETHEUS = """
global: {{ scrape_interval: 1s, evaluation_interval: 1s }}
rule_files: ["{rules}"]
alerting: {{ alertmanagers: [{{ static_configs: [{{ targets: ["127.0.0.1:{alertmanager}"] }}] }}] }}
scrape_configs:
  - job_name: ike_exporter
    static_configs: [{{ targets: ["127.0.0.1:{exporter}", "127.0.0.1:{other}"] }}]
"""


def start(stack):
    stack.ports["other"] = stacks.reserve_port()
    stack.start_gateways(GATEWAYS.format(strong=STRONG, **stack.ports))
    stack.start_exporter(targets(stack, {name: f"127.0.64.{i + 1}" for i, name in enumerate(LOST)}))
    path = stack.write("other.toml", targets(stack, {"steady": "127.0.63.1", "weak": "127.0.63.2",
                                                     "stopped": "127.0.63.3"}))
    (stack.work / "other").mkdir()
    stack.start("other", [stack.build / "ike_exporter", f"--config.file={path}",
                          f"--web.listen-address=127.0.0.1:{stack.ports['other']}",
                          f"--storage.path={stack.work / 'other'}"])
    stack.await_url("other", "/-/ready")
    stack.start_alertmanager((alerting.PACKAGING / "alertmanager.yml").read_text())
    rules = alerting.quick_rules(stack, QUICK)
    stack.start_prometheus(PROMETHEUS.format(rules=rules, **stack.ports))


def states(stack):
    """(alert, target) -> "active", or "suppressed" where another alert mutes it."""
    return {key: alert["status"]["state"] for key, alert in stack.alerts().items()}


def one_site_is_cut_off(stack):
    def as_wanted():
        found = states(stack)
        return (found.get(("IKEMostTargetsDown", "")) == "active"
                and all(found.get(("IKETargetDown", name)) == "suppressed" for name in LOST)
                and ("IKETargetDown", "stopped") in found and found)
    found = stacks.wait_until("one page for the site that is cut off", as_wanted, alerting.PATIENCE)
    assert found["IKETargetDown", "stopped"] == "active", "another exporter's page is muted"
    print("one page for five gateways behind one exporter, and one for the gateway behind the other")


def one_notification_for_a_weak_gateway(stack):
    lesser = ("IKEAcceptedGroupWeak", "IKESelectedGroupWeak")

    def all_there():
        found = states(stack)
        return all((name, "weak") in found for name in ("IKEPolicyNotCompliant", *lesser)) and found
    found = stacks.wait_until("the weak gateway's alerts", all_there, alerting.PATIENCE)
    active = [name for (name, target), state in found.items() if target == "weak" and state == "active"]
    assert active == ["IKEPolicyNotCompliant"], found
    print(f"one notification for the weak gateway, which has {len([t for _, t in found if t == 'weak'])} alerts")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as work, stacks.Stack(sys.argv[1], work) as stack:
        start(stack)
        one_site_is_cut_off(stack)
        one_notification_for_a_weak_gateway(stack)
    print("all as expected")


if __name__ == "__main__":
    main()
