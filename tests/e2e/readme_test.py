#!/usr/bin/python3
"""A real Prometheus scrapes the exporter by the README's own configuration: the shipped rules find the exporter there,
and every query of the README returns data. With the demonstration fleet; arguments: the build directory."""
import json
import os
import pathlib
import re
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/ops"))

from stack import DemoFleet, Stack, get, wait_until  # noqa: E402

INTERVAL = 5  # seconds

# Query -> why it returns nothing here by design.
EMPTY = {}


def section(readme, title):
    return readme.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def blocks(text):
    """(language, contents) of the fenced blocks."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", text, re.M | re.S)


def scrape_config(readme, port):
    """The README's, for the port of this test; only how often is ours, and the shipped rules."""
    config, = [body for kind, body in blocks(section(readme, "Prometheus")) if kind == "yaml"]
    assert config.count("127.0.0.1:10500") == 1, config
    return (f"global: {{ scrape_interval: {INTERVAL}s, evaluation_interval: {INTERVAL}s }}\n"
            f"rule_files: ['{ROOT}/dashboards/rules/ike_alerts.yml']\n") + config.replace("127.0.0.1:10500", f"127.0.0.1:{port}")


def queries(readme):
    lines = [line for kind, body in blocks(section(readme, "Prometheus")) if kind == "" for line in body.splitlines()]
    found = [line.split(" #")[0].strip() for line in lines]
    assert len(found) >= 5, found
    return found


def check_rules(stack):
    """The rules watch the job that the README sets up: a scraped exporter is not even pending as down."""
    wait_until("a scrape", lambda: stack.query("ike_exporter_build_info"), 60)
    begun = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())

    def evaluated():
        groups = json.loads(get(stack.url("prometheus", "/api/v1/rules")))["data"]["groups"]
        return [group for group in groups if group["name"] == "ike_exporter" and group["lastEvaluation"][:19] > begun]
    wait_until("an evaluation of the rules", evaluated, 60)
    down = stack.query('ALERTS{alertname="IKEExporterDown"}')
    assert not down, f"the exporter is scraped and up, and yet: {down}"


def main():
    readme = (ROOT / "README.md").read_text()
    with tempfile.TemporaryDirectory() as work, Stack(sys.argv[1], work) as stack:
        fleet = DemoFleet(stack, INTERVAL)
        stack.start_gateways(fleet.script)
        stack.start_exporter(fleet.config)
        os.environ["TZ"] = "UTC"  # of the times that Prometheus writes
        stack.start_prometheus(scrape_config(readme, stack.ports["exporter"]))
        check_rules(stack)
        # A change of what is accepted counts between two complete audits.
        wait_until("the first audit of the gateway that is going to change",
                   lambda: stack.query('ike_audit_complete{target="strong"} == 1'), 240, 2)
        stack.change_gateways(fleet.also_accepting("strong", "3des-sha1-modp1024"))
        for query in queries(readme):
            if query in EMPTY:
                assert not stack.query(query), f"{query}: has data, but is listed as empty"
                continue
            found = wait_until(f"data for {query}", lambda: stack.query(query), 240, 2)
            print(f"{len(found):4} series  {query}")


if __name__ == "__main__":
    main()
