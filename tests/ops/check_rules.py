#!/usr/bin/python3
"""Checks the generated alert rules against what operators are promised.

Every alert has a severity, a static summary, a templated description, a runbook page and
absolute links to it and to a dashboard; every alert
of both files has a promtool test in which it fires, and one in which a quiet and a nearly failing
series do not raise it; no rule compares by `offset`; every metric a rule uses is in metrics.txt.
"""
import pathlib
import re
import sys

import yaml

import metric_names

OPS = pathlib.Path(__file__).resolve().parent
DASHBOARDS = OPS.parent.parent / "dashboards"
SEVERITIES = {"critical", "warning", "info"}


def parse_yaml(paths):
    return {path.name: yaml.safe_load(path.read_text()) for path in paths}


def rules_of(document):
    return [rule for group in document["groups"] for rule in group["rules"]]


def check_alert(rule):
    name = rule["alert"]
    annotations = rule["annotations"]
    if not name.startswith("IKE"):
        yield f"{name}: alerts are named IKE..."
    if rule["labels"].get("severity") not in SEVERITIES:
        yield f"{name}: severity is not one of {sorted(SEVERITIES)}"
    if "{{" in annotations["summary"] or not annotations["summary"].endswith("."):
        yield f"{name}: the summary has to be one static sentence"
    if "{{" not in annotations["description"]:
        yield f"{name}: the description names nothing ({{{{ $labels... }}}})"
    page = DASHBOARDS / "runbooks" / f"{name}.md"
    for link in ("runbook_url", "dashboard_url"):
        if not re.match(r"https?://|\{\{ \$externalURL \}\}/", annotations.get(link, "")):
            yield f"{name}: {link} is not absolute, so that nothing in a notification can be clicked"
    if not annotations["runbook_url"].endswith(f"/{name}") or not page.exists():
        yield f"{name}: no runbook {page.name}"
    elif not page.read_text().startswith(f"# {name}\n"):
        yield f"{page.name}: does not begin with its alert's name"


def check_expression(name, expression, known):
    if re.search(r"\boffset\b", expression):
        yield f"{name}: compares by offset, which calls every new target changed"
    for metric in metric_names.used_in(expression):
        if metric not in known:
            yield f"{name}: unknown metric {metric}"


def check_tests(alerts, groups):
    """`groups`: the promtool test groups of the files that load this rule file."""
    for name in alerts:
        mine = [g for g in groups if g["name"].split()[0] == name]
        cases = [c for g in mine for c in g["alert_rule_test"] if c["alertname"] == name]
        series = " ".join(s["series"] for g in mine for s in g["input_series"])
        if not any(c["exp_alerts"] for c in cases):
            yield f"{name}: no test in which it fires"
        if not any(not c["exp_alerts"] for c in cases):
            yield f"{name}: no test in which it stays silent"
        for role in ("quiet", "near"):
            if not re.search(rf'="{role}', series):
                yield f"{name}: no series \"{role}\" in its test"


def main():
    known = metric_names.known()
    rule_files = sorted((DASHBOARDS / "rules").glob("*.yml"))
    documents = parse_yaml(rule_files)
    tests = parse_yaml(sorted((OPS / "rules").glob("*_test.yml")))
    problems = []
    shared = {}
    for path in rule_files:
        rules = rules_of(documents[path.name])
        alerts = [r for r in rules if "alert" in r]
        for rule in rules:
            problems += check_expression(rule.get("alert") or rule["record"], rule["expr"], known)
        for rule in alerts:
            problems += check_alert(rule)
        groups = [g for t in tests.values() if any(f.endswith("/" + path.name) for f in t["rule_files"])
                  for g in t["tests"]]
        # A rule that stands in both files word for word is tested once.
        new = [r["alert"] for r in alerts if shared.get(r["alert"]) != r]
        shared.update({r["alert"]: r for r in alerts})
        problems += check_tests(new, groups)
    pages = {p.stem for p in (DASHBOARDS / "runbooks").glob("IKE*.md")}
    problems += [f"runbooks/{name}.md: no such alert" for name in sorted(pages - set(shared))]
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(shared)} alerts, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
