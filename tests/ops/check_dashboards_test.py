#!/usr/bin/python3
"""The dashboard checker must find what it is there for: each case spoils a good dashboard in one way."""
import copy
import json
import unittest

import check_dashboards as checker
import metric_names

PATH = checker.DASHBOARDS / "ike-fleet.json"
GOOD = json.loads(PATH.read_text())
MATCHERS = '{job=~"$job", instance=~"$instance"}'


def panel(dashboard):
    return next(p for p in dashboard["panels"] if p["title"] == "Targets")


def asks(expression):
    def spoil(dashboard):
        panel(dashboard)["targets"][0]["expr"] = expression
    return spoil


def bars(dashboard):
    asks(f"increase(ike_probes_total{MATCHERS}[$__rate_interval])")(dashboard)
    panel(dashboard)["fieldConfig"]["defaults"]["custom"]["drawStyle"] = "bars"


CASES = {
    "uneditable-dashboard-rule": lambda d: d.update(editable=True),
    "template-datasource-rule": lambda d: d["templating"]["list"][0].update(label="DS"),
    "template-job-rule": lambda d: d["templating"]["list"][1].update(allValue=".*"),
    "template-instance-rule": lambda d: d["templating"]["list"][2].update(multi=False),
    "template-on-time-change-reload-rule": lambda d: d["templating"]["list"][1].update(refresh=1),
    "template-label-promql-rule": lambda d: d["templating"]["list"][1].update(query="ike_up"),
    "panel-title-description-rule": lambda d: panel(d).update(description=""),
    "panel-datasource-rule": lambda d: panel(d)["datasource"].update(uid="Prometheus"),
    "panel-units-rule": lambda d: panel(d)["fieldConfig"]["defaults"].update(unit="furlong"),
    "panel-no-targets-rule": lambda d: panel(d).update(targets=[]),
    "target-job-rule, target-instance-rule": asks("count(ike_target_up)"),
    "target-instance-rule": asks('count(ike_target_up{job=~"$job"})'),
    "target-counter-agg-rule": asks(f"ike_probes_total{MATCHERS}"),
    "target-rate-interval-rule": asks(f"rate(ike_probes_total{MATCHERS}[5m])"),
    "target-promql-rule": asks(f"sum(ike_up{MATCHERS}"),
    "unknown metric": asks(f"ike_nonsense{MATCHERS}"),
    "needs scheduled probes": asks(f"rate(ike_probes_total{MATCHERS}[$__rate_interval])"),
    "claims a number": asks(f"count(ike_up{MATCHERS}) or vector(0)"),
    "alerts without an instance": asks(f"count(ALERTS{MATCHERS})"),
    "does not lead to its dashboard": lambda d: panel(d)["targets"][0].update(legendFormat="{{target}}"),
    "count an event several times": bars,
    "annotations are not": lambda d: d["annotations"].update(list=[]),
    "overlap": lambda d: panel(d)["gridPos"].update(x=3),
    "uid": lambda d: d.update(uid="other"),
}


class Checker(unittest.TestCase):
    def problems(self, spoil):
        dashboard = copy.deepcopy(GOOD)
        spoil(dashboard)
        found = checker.check_dashboard(PATH, dashboard, metric_names.known(), metric_names.counters())
        return [*found, *checker.check_promql({PATH: dashboard})]

    def test_good_dashboard(self):
        self.assertEqual(self.problems(lambda d: None), [])

    def test_each_rule(self):
        for wanted, spoil in CASES.items():
            with self.subTest(wanted):
                self.assertIn(wanted, " ".join(self.problems(spoil)))


if __name__ == "__main__":
    unittest.main()
