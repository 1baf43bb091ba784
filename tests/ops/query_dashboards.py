#!/usr/bin/python3
"""Runs every query of every panel against a real Prometheus that scrapes the exporter with the
demonstration fleet. Each must return data, or stand in EMPTY with the reason.

Usage: query_dashboards.py BUILD_DIR [--minutes N] [--draw DIRECTORY]

--draw also draws each dashboard from the results; --minutes lets the fleet run longer before that.
"""
import argparse
import json
import pathlib
import sys
import tempfile
import time

import check_dashboards
import stack as stacks

# (dashboard, panel) -> why no demonstration can fill it.
EMPTY = {
    ("ike-posture", "Audits that are incomplete"): "every audit of a simulated gateway is complete",
}

INTERVAL = 5  # seconds, of probes and scrapes

PROMETHEUS = """
global: {{ scrape_interval: {interval}s, evaluation_interval: {interval}s }}
rule_files: [{rules}]
scrape_configs:
  - job_name: ike_exporter
    static_configs: [{{ targets: ["127.0.0.1:{port}"] }}]
"""


class Runner:
    def __init__(self, stack, fleet):
        self.stack = stack
        self.fleet = fleet

    def start(self):
        rules = sorted((stacks.ROOT / "dashboards/rules").glob("*[a-z].yml"))
        shipped = [str(r) for r in rules if not r.stem.endswith("_probe")]
        self.stack.start_gateways(self.fleet.script)
        self.stack.start_exporter(self.fleet.config)
        self.stack.start_prometheus(PROMETHEUS.format(
            interval=INTERVAL, rules=", ".join(shipped), port=self.stack.ports["exporter"]))
        self.begin = time.time()

    def live(self, minutes):
        """Lets something of everything happen: audits, a change of what is accepted, refused requests."""
        stacks.wait_until("first audits", lambda: self.stack.query("sum(ike_audits_total) >= 10"), 240, 2)
        self.stack.change_gateways(self.fleet.also_accepting("strong", "3des-sha1-modp1024"))
        for _ in range(3):
            try:
                stacks.get(self.stack.url("exporter", "/probe?target=127.0.10.1:9"))
            except stacks.urllib.error.HTTPError:
                pass
        stacks.wait_until("a change", lambda: self.stack.query("sum(ike_algorithm_changes_total) > 0"), 240, 2)
        time.sleep(max(30, self.begin + 60 * minutes - time.time()))
        self.end = time.time()

    def variables(self, target):
        window = int(self.end - self.begin)
        return {**check_dashboards.VARIABLES, "$__rate_interval": f"{4 * INTERVAL}s",
                "$__range": f"{window}s", "$target": target}

    def run(self, query, target):
        expression = check_dashboards.substitute(query["expr"], self.variables(target))
        if query.get("instant"):
            return self.stack.query(expression, self.end)
        step = max(INTERVAL, int((self.end - self.begin) / 300))
        return self.stack.query_range(expression, self.begin, self.end, step)


def has_data(result):
    values = [v for series in result for v in series.get("values", [series.get("value")])]
    return any(v and v[1] != "NaN" for v in values)


def check(runner, dashboards):
    problems = []
    for path, dashboard in dashboards.items():
        for panel in dashboard["panels"]:
            for query in panel.get("targets", []):
                # The endpoint dashboard shows one target; none of them has something for every panel.
                targets = runner.fleet.targets if "$target" in query["expr"] else [".+"]
                filled = any(has_data(runner.run(query, target)) for target in targets)
                key = (path.stem, panel["title"])
                if not filled and key not in EMPTY:
                    problems.append(f"{path.stem}: {panel['title']}: no data: {query['expr']}")
                if filled and key in EMPTY:
                    problems.append(f"{path.stem}: {panel['title']}: has data, but is listed as empty")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--draw")
    options = parser.parse_args()
    dashboards = {p: json.loads(p.read_text()) for p in sorted(check_dashboards.DASHBOARDS.glob("*.json"))}
    with tempfile.TemporaryDirectory() as work, stacks.Stack(options.build, work) as stack:
        runner = Runner(stack, stacks.DemoFleet(stack, INTERVAL))
        runner.start()
        runner.live(options.minutes)
        problems = check(runner, dashboards)
        if options.draw:
            import draw_dashboards
            draw_dashboards.draw_all(runner, dashboards, pathlib.Path(options.draw))
    for problem in problems:
        print(problem, file=sys.stderr)
    count = sum(len(p.get("targets", [])) for d in dashboards.values() for p in d["panels"])
    print(f"{count} queries, {len(problems)} without data, {len(EMPTY)} panels empty by design")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
