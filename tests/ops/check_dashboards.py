#!/usr/bin/python3
"""Checks the dashboards against the rules of Grafana's dashboard-linter, and against our own promises.

The linter's rules, by its names: template-datasource, template-job, template-instance,
template-label-promql, template-on-time-change-reload, panel-datasource, panel-title-description,
panel-units, panel-no-targets, target-promql (by promtool), target-rate-interval, target-job,
target-instance, target-counter-agg, uneditable-dashboard. Ours: every metric exists (metrics.txt), a
panel that needs scheduled probes says so, panels do not overlap, uids and links fit, every name of a
target leads to its own dashboard, nothing is 0 where nothing is known, bars count nothing twice, and what
happens (alerts, changes, reloads) is marked.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import metric_names

DASHBOARDS = pathlib.Path(__file__).resolve().parent.parent.parent / "dashboards"
VARIABLES = {
    "$__rate_interval": "5m",
    "$__interval": "1m",
    "$__range": "1h",
    "$datasource": "x",
    "$job": ".+",
    "$instance": ".+",
    "$target": ".+",
}
UNITS = {"none", "string", "short", "percentunit", "s", "bytes", "ops", "pps", "reqps",
         "dateTimeFromNow", "bool_yes_no"}
SCHEDULED = "Scheduled probes only."
ENDPOINT = "/d/ike-endpoint?var-target="
ANNOTATIONS = {"Alerts", "Suite changes", "Algorithm changes", "Reloads"}


def substitute(expression, variables=None):
    for name, value in (variables or VARIABLES).items():
        expression = expression.replace(name, value)
    return expression


def check_datasource_variable(variables):
    sources = [v for v in variables if v["type"] == "datasource"]
    if [(v["name"], v["label"], v["query"]) for v in sources] != [("datasource", "Data source", "prometheus")]:
        yield "template-datasource-rule: one variable `datasource`, labelled `Data source`"


def check_query_variables(variables):
    by_name = {v["name"]: v for v in variables}
    for name in ("job", "instance"):
        v = by_name.get(name)
        wanted = {"type": "query", "label": name.title(), "multi": True, "allValue": ".+",
                  "datasource": {"type": "prometheus", "uid": "${datasource}"}}
        if v is None or any(v.get(key) != value for key, value in wanted.items()):
            yield f"template-{name}-rule: has to be {wanted}"
    for v in variables:
        if v["type"] != "query":
            continue
        if v["refresh"] != 2:
            yield f"template-on-time-change-reload-rule: {v['name']}"
        if not re.fullmatch(r"label_values\(([a-z_]+)(\{.*\})?, [a-z_]+\)", v["query"]):
            yield f"template-label-promql-rule: {v['query']}"


def check_panel_form(panel):
    if not panel["title"] or not panel["description"]:
        yield "panel-title-description-rule"
    if panel["datasource"]["uid"] != "${datasource}":
        yield "panel-datasource-rule"
    if panel["fieldConfig"]["defaults"].get("unit") not in UNITS:
        yield f"panel-units-rule: {panel['fieldConfig']['defaults'].get('unit')}"
    if not panel["targets"]:
        yield "panel-no-targets-rule"
    if [t["refId"] for t in panel["targets"]] != [chr(ord("A") + i) for i in range(len(panel["targets"]))]:
        yield "queries are not named A, B, ..."


def selectors(expression):
    """(metric, matchers, what precedes, what follows) of every vector selector."""
    for match in re.finditer(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\{([^}]*)\}(\[[^\]]*\])?", expression):
        yield match.group(1), match.group(2), expression[:match.start()], match.group(3)


def check_expression(expression, known, counters):
    used = metric_names.used_in(expression)
    with_matchers = {metric for metric, _, _, _ in selectors(expression)}
    for metric in used:
        if metric not in known:
            yield f"unknown metric {metric}"
        if metric not in with_matchers:
            yield f"target-job-rule, target-instance-rule: {metric} has no matchers"
    for metric, matchers, before, window in selectors(expression):
        for label in ("job", "instance"):
            # An alert about a whole job has no instance.
            if f'{label}=~"${label}"' not in matchers and (metric, label) != ("ALERTS", "instance"):
                yield f"target-{label}-rule: {metric}"
        function = re.search(r"([a-z_]+)\($", before)
        name = function.group(1) if function else ""
        gained = f"{metric}{{{matchers}}} - {metric}{{{matchers}}} offset $__interval" in expression
        if metric in counters and name not in ("rate", "irate", "increase") and not gained:
            yield f"target-counter-agg-rule: {metric}"
        if name in ("rate", "irate") and window != "[$__rate_interval]":
            yield f"target-rate-interval-rule: {metric}{window}"


def check_blindness(expression):
    if re.search(r"\bvector\(", expression):
        yield "claims a number where nothing is known"
    if "ALERTS{" in expression and 'instance=~"$instance|"' not in expression:
        yield "alerts without an instance are left out"


def check_links(panel):
    """A target's name is in a column of a table, or in the legend of something else."""
    overrides = panel["fieldConfig"]["overrides"]
    linked = [o for o in overrides if o["matcher"]["options"] == "Target" and ENDPOINT in json.dumps(o)]
    if panel["type"] == "table" and '"Target"' in json.dumps(panel["transformations"]) and not linked:
        yield "the name of a target does not lead to its dashboard"
    named = any("{{target}}" in t.get("legendFormat", "") for t in panel["targets"])
    if named and ENDPOINT not in json.dumps(panel["fieldConfig"]["defaults"].get("links", [])):
        yield "the name of a target does not lead to its dashboard"


def check_bars(panel):
    bars = panel["fieldConfig"]["defaults"]["custom"].get("drawStyle") == "bars"
    if bars and any("$__rate_interval" in t["expr"] for t in panel["targets"]):
        yield "windows overlap: bars count an event several times"


def check_annotations(dashboard, known, counters):
    notes = dashboard["annotations"]["list"]
    if {note["name"] for note in notes} != ANNOTATIONS:
        yield f"annotations are not {sorted(ANNOTATIONS)}"
    for note in notes:
        for problem in [*check_expression(note["expr"], known, counters), *check_blindness(note["expr"])]:
            yield f"annotation {note['name']}: {problem}"


def check_scheduled(panel, names):
    """Counters, histograms, audit rows and the exporter's own metrics are not on /probe."""
    kinds = metric_names.rows()
    places = metric_names.places()
    needs = [n for n in names if n.startswith(("ike_", "process_")) and (
        n in metric_names.counters() or kinds.get(n) == "histogram"
        or places.get(n) in ("audit", "exporter"))]
    marked = panel["description"].endswith(SCHEDULED)
    if needs and not marked:
        yield f"needs scheduled probes ({', '.join(needs)}) and does not say so"


def check_layout(panels):
    cells = {}
    for panel in panels:
        g = panel["gridPos"]
        if g["x"] + g["w"] > 24:
            yield f"{panel['title']}: beyond the 24 columns"
        for cell in ((x, y) for x in range(g["x"], g["x"] + g["w"]) for y in range(g["y"], g["y"] + g["h"])):
            if cells.setdefault(cell, panel["title"]) != panel["title"]:
                yield f"{panel['title']} and {cells[cell]} overlap"
                break
    if len({p["id"] for p in panels}) != len(panels):
        yield "panel ids are not unique"


def check_dashboard(path, dashboard, known, counters):
    if dashboard["editable"]:
        yield "uneditable-dashboard-rule"
    if dashboard["uid"] != path.stem:
        yield f"uid {dashboard['uid']} is not the file's name"
    variables = dashboard["templating"]["list"]
    yield from check_datasource_variable(variables)
    yield from check_query_variables(variables)
    yield from check_layout(dashboard["panels"])
    yield from check_annotations(dashboard, known, counters)
    for panel in dashboard["panels"]:
        if panel["type"] == "row":
            continue
        names = []
        problems = list(check_panel_form(panel))
        for target in panel["targets"]:
            problems += check_expression(target["expr"], known, counters)
            problems += check_blindness(target["expr"])
            names += metric_names.used_in(target["expr"])
        problems += check_scheduled(panel, names)
        problems += [*check_links(panel), *check_bars(panel)]
        for problem in problems:
            yield f"{panel['title']}: {problem}"


def check_promql(dashboards):
    """target-promql-rule: promtool parses every query, as if each were a recording rule."""
    rules = [{"record": f"q:{path.stem.replace('-', '_')}:p{panel['id']}{target['refId']}",
              "expr": substitute(target["expr"])}
             for path, dashboard in dashboards.items() for panel in dashboard["panels"]
             for target in panel.get("targets", [])]
    rules += [{"record": f"q:{path.stem.replace('-', '_')}:{note['name'].replace(' ', '_')}",
               "expr": substitute(note["expr"])}
              for path, dashboard in dashboards.items() for note in dashboard["annotations"]["list"]]
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        json.dump({"groups": [{"name": "queries", "rules": rules}]}, file)
        file.flush()
        done = subprocess.run(["promtool", "check", "rules", file.name], capture_output=True, text=True)
    if done.returncode:
        yield f"target-promql-rule: {done.stderr}{done.stdout}"


def main():
    known, counters = metric_names.known(), metric_names.counters()
    dashboards = {p: json.loads(p.read_text()) for p in sorted(DASHBOARDS.glob("*.json"))}
    problems = [f"{path.name}: {problem}" for path, d in dashboards.items()
                for problem in check_dashboard(path, d, known, counters)]
    problems += check_promql(dashboards)
    text = json.dumps(list(dashboards.values()))
    for uid in set(re.findall(r"/d/([a-z-]+)", text)):
        if uid not in {d["uid"] for d in dashboards.values()}:
            problems.append(f"a link leads to /d/{uid}, which is no dashboard of ours")
    for problem in problems:
        print(problem, file=sys.stderr)
    panels = sum(p["type"] != "row" for d in dashboards.values() for p in d["panels"])
    print(f"{len(dashboards)} dashboards, {panels} panels, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
