#!/usr/bin/python3
"""An hour of the demonstration fleet with the shipped rules in a real Prometheus, behind the shipped Alertmanager
configuration: gateways are stopped, changed and restarted, the exporter is restarted, reloaded and stopped. Every
page that arrives must be true and none may be missing; all are listed at the end.

Usage: evening.py BUILD_DIR [--work DIR]
"""
import argparse
import datetime
import http.server
import json
import pathlib
import re
import tempfile
import threading
import time

import stack as stacks

PACKAGING = stacks.ROOT / "packaging/prometheus"
LAST = 64  # the minute of the end
ALWAYS = (0, LAST)

# (minute, what happens), in the words of `Evening.events`.
SCHEDULE = [(5, "stop behind-nat"), (8, "let strong accept 3DES and MD5"), (12, "start behind-nat"),
            (14, "let weak accept a strong suite"), (18, "restart the exporter"), (20, "reload with another target"),
            (22, "let strict refuse everything"), (35, "let strict accept again"), (38, "kill all gateways"),
            (43, "start all gateways"), (48, "stop the exporter"), (55, "start the exporter")]

# What has to be paged, and between which minutes the alert has to begin. Of the fleet as it stands: three gateways
# are down and one flaps, one asks for cookies, one loses packets; audits find four that violate their policies.
REQUIRED = {
    ("IKETargetDown", "down"): (3, 6), ("IKETargetDown", "refusing"): (3, 6), ("IKETargetDown", "garbage"): (3, 6),
    ("IKETargetFlapping", "flaky"): (5, 15),
    ("IKEPolicyNotCompliant", "weak"): (15, 23), ("IKEPolicyNotCompliant", "legacy"): (15, 23),
    ("IKEPolicyNotCompliant", "post-quantum"): (15, 23),
    ("IKEPolicyNotCompliant", "strict"): (15, 22),  # against its own policy, bsi, until it refuses everything
    ("IKEPolicyNotCompliant", "strong-again"): (35, 43),  # a target since minute 20, as weak as strong is by then
    ("IKEPacketLoss", "lossy"): (20, 38),
    ("IKEResponderUnderLoad", "cookie"): (30, 37),
    ("IKETargetDown", "behind-nat"): (8, 12),
    ("IKEBrokenAlgorithmAccepted", "strong"): (8, 15),
    # Has the address of strong: their audits take turns and last minutes.
    ("IKEBrokenAlgorithmAccepted", "over-tcp"): (8, 20),
    ("IKESuiteChanged", "weak"): (14, 20),
    ("IKENegotiationRefused", "strict"): (32, 35),
    ("IKEMostTargetsDown", ""): (40, 43),
    ("IKEExporterDown", ""): (53, 55.5),
}
# What is true as well, and between which minutes it may begin: gateways that are down are found to be down again after
# the exporter was away; lesser alerts begin before those that mute them, whose audit has to end first.
ALLOWED = {
    ("IKETargetDown", "down"): ALWAYS, ("IKETargetDown", "refusing"): ALWAYS, ("IKETargetDown", "garbage"): ALWAYS,
    ("IKETargetFlapping", "flaky"): ALWAYS,
    ("IKESelectedGroupWeak", "weak"): ALWAYS, ("IKESelectedGroupWeak", "legacy"): ALWAYS,
    ("IKEAggressiveMode", "legacy"): ALWAYS,
    ("IKEPolicyNotCompliant", "weak"): ALWAYS, ("IKEPolicyNotCompliant", "legacy"): ALWAYS,
    ("IKEPolicyNotCompliant", "post-quantum"): ALWAYS, ("IKEPolicyNotCompliant", "strong-again"): (35, LAST),
    ("IKEWeakAlgorithmAccepted", "strict"): (40, LAST),  # IKEv1, which it had refused for a while
    ("IKEWeakAlgorithmAccepted", "strong"): (8, LAST), ("IKEWeakAlgorithmAccepted", "over-tcp"): (8, LAST),
    ("IKEBrokenAlgorithmAccepted", "strong"): (8, LAST), ("IKEBrokenAlgorithmAccepted", "over-tcp"): (8, LAST),
    ("IKEPacketLoss", "lossy"): (20, LAST), ("IKEResponderUnderLoad", "cookie"): (30, LAST),
    ("IKESuiteChanged", "weak"): (14, LAST),
}
WEAK_SUITE = "3des-md5-modp1024"
STRONG_SUITE = "aes256gcm16-prfsha384-ecp384"
ALERTMANAGER_ROUTES = ("on-call", "network-team", "log")


class Receiver(http.server.ThreadingHTTPServer):
    """Keeps what Alertmanager notifies of: one row for each alert's beginning and each end."""

    def __init__(self):
        self.rows = {}
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), self.make_handler())
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def make_handler(self):
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                receiver.take(body["alerts"])
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass
        return Handler

    def take(self, alerts):
        now = time.time()
        with self.lock:
            for alert in alerts:
                labels = alert["labels"]
                key = (labels["alertname"], labels.get("target", ""), seconds(alert["startsAt"]))
                # An alert that was muted while it fired is told of once it is over: no page.
                if alert["status"] == "resolved" and key not in self.rows:
                    continue
                row = self.rows.setdefault(key, {"paged": now, "resolved": None, "labels": labels,
                                                 "urls": alert["annotations"]})
                if alert["status"] == "resolved" and row["resolved"] is None:
                    row["resolved"] = now


def seconds(text):
    """Of an RFC 3339 time, whose fraction may be longer than what Python reads."""
    text = re.sub(r"\.(\d{1,6})\d*", r".\1", text).replace("Z", "+00:00")
    return datetime.datetime.fromisoformat(text).timestamp()


class Evening:
    def __init__(self, stack):
        self.stack = stack
        self.receiver = Receiver()
        self.fleet = stacks.DemoFleet(stack, 10)
        self.script = self.fleet.script
        self.config = self.fleet.on_our_ports((stacks.ROOT / "config/demo.toml").read_text())
        self.config = self.config[:self.config.rindex("[[target]]")]  # its name would be asked of a name server
        self.begun = None

    # --- the fleet

    def change(self, name, pattern, new):
        """Changes one line of one gateway."""
        self.script = stacks.DemoFleet.replaced(
            self.script, {rf'(name = "{name}"\n(?:(?!\[\[).*\n)*?){pattern}': rf"\g<1>{new}"})

    def changed(self, name, pattern, new):
        self.change(name, pattern, new)
        self.stack.change_gateways(self.script)

    def first_suite(self, name, suite):
        self.changed(name, r"ikev2 = \[", f'ikev2 = ["{suite}", ')

    def stop(self, name):
        process = self.stack.processes.pop(name)
        process.terminate()
        process.wait(30)

    def strict(self, refuses):
        """Also of IKEv1, so that the whole gateway refuses."""
        self.change("strict", r'ikev2 = (\[.*\]|"refuse")',
                    'ikev2 = "refuse"' if refuses else 'ikev2 = ["aes256-sha256-modp3072"]')
        self.changed("strict", r'ikev1 = (\[.*\]|"refuse")',
                     'ikev1 = "refuse"' if refuses else 'ikev1 = ["aes256-sha256-modp3072"]')

    def events(self):
        return {
            "stop behind-nat": lambda: self.changed("behind-nat", r"delay = .*", 'delay = "20ms"\nstate = "down"'),
            "start behind-nat": lambda: self.changed("behind-nat", r'state = "down"\n', ""),
            "let strong accept 3DES and MD5": lambda: self.changed(
                "strong", r"ikev2 = \[(.*)\]", rf'ikev2 = [\g<2>, "{WEAK_SUITE}"]'),
            "let weak accept a strong suite": lambda: self.first_suite("weak", STRONG_SUITE),
            "let strict refuse everything": lambda: self.strict(True),
            "let strict accept again": lambda: self.strict(False),
            "kill all gateways": lambda: self.stop("gateways"),
            "start all gateways": lambda: self.stack.start_gateways(self.script),
            "restart the exporter": self.restart,
            "reload with another target": self.reload,
            "stop the exporter": lambda: self.stop("exporter"),
            "start the exporter": lambda: self.stack.start_exporter(self.config),
        }

    def restart(self):
        self.stop("exporter")
        self.stack.start_exporter(self.config)

    def reload(self):
        self.config += '\n[[target]]\nname = "strong-again"\nhost = "127.0.10.1"\nmodule = "v2"\n'
        self.stack.write("ike_exporter.toml", self.config)
        self.stack.processes["exporter"].send_signal(stacks.signal.SIGHUP)

    # --- the hour

    def prometheus_config(self):
        text = (PACKAGING / "prometheus.yml").read_text()
        for old, new in {"/usr/share/ike_exporter": str(stacks.ROOT / "dashboards"),
                         "/etc/prometheus/ike_targets.d/*.yml": str(self.stack.work / "none-*.yml"),
                         "127.0.0.1:10500": f"127.0.0.1:{self.stack.ports['exporter']}",
                         "127.0.0.1:9093": f"127.0.0.1:{self.stack.ports['alertmanager']}"}.items():
            assert old in text, old
            text = text.replace(old, new)
        return text

    def alertmanager_config(self):
        text = (PACKAGING / "alertmanager.yml").read_text()
        url = f"http://127.0.0.1:{self.receiver.server_address[1]}/"
        hook = f"\n    webhook_configs:\n      - url: {url}\n        send_resolved: true\n"
        for name in ALERTMANAGER_ROUTES:
            text, count = re.subn(rf"(?m)^  - name: {name}$", lambda found: found[0] + hook, text)
            assert count == 1, name
        return text

    def run(self):
        self.stack.start_gateways(self.script)
        self.stack.start_alertmanager(self.alertmanager_config())
        self.stack.start_prometheus(self.prometheus_config())
        self.stack.start_exporter(self.config)
        self.begun = time.time()
        events = self.events()
        for minute, what in SCHEDULE:
            self.sleep_until(minute)
            events[what]()
            print(f"{minute:5.1f}  {what}", flush=True)
        self.sleep_until(LAST)
        return self.judge()

    def sleep_until(self, minute):
        time.sleep(max(0, self.begun + 60 * minute - time.time()))

    def minute_of(self, at):
        return (at - self.begun) / 60

    def judge(self):
        faults, met = [], set()
        rows = sorted(self.receiver.rows.items(), key=lambda item: item[1]["paged"])
        for (alert, target, starts), row in rows:
            minute = self.minute_of(starts)
            key = (alert, target)
            windows = [table[key] for table in (REQUIRED, ALLOWED) if key in table]
            true = any(begin <= minute <= end for begin, end in windows)
            if key in REQUIRED and REQUIRED[key][0] <= minute <= REQUIRED[key][1]:
                met.add(key)
            if not true:
                faults.append(f"false: {alert} {target} at minute {minute:.1f}")
            ended = f"{self.minute_of(row['resolved']):5.1f}" if row["resolved"] else "    -"
            print(f"{minute:5.1f} begun, {self.minute_of(row['paged']):5.1f} paged, {ended} resolved  "
                  f"{row['labels']['severity']:8}  {alert} {target}  {'true' if true else 'FALSE'}")
        faults += [f"missing: {' '.join(key)} between minutes {window}" for key, window in REQUIRED.items()
                   if key not in met]
        for fault in faults:
            print(fault)
        return faults


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--work")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        with stacks.Stack(arguments.build, pathlib.Path(arguments.work or directory)) as stack:
            faults = Evening(stack).run()
    if faults:
        raise SystemExit(1)
    print("every page was true and none was missing")


if __name__ == "__main__":
    main()
