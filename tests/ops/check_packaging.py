#!/usr/bin/python3
"""Checks what is shipped beside the binary: unit, manual, maintainer scripts, Prometheus and Alertmanager
examples, flags of the Nagios and Icinga commands, Kubernetes manifests, Dockerfile. Uses the tools that will read them; builds nothing."""
import pathlib
import re
import subprocess
import sys
import tempfile
import tomllib

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PACKAGING = ROOT / "packaging"
EXPOSURE = 20  # tenths, of systemd-analyze security
problems = []


def run(*command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if done.returncode:
        problems.append(f"{' '.join(map(str, command[:3]))}: {done.stdout}{done.stderr}")
    return done.stdout


def expect(condition, text):
    if not condition:
        problems.append(text)


def flags_of_program():
    source = (ROOT / "exporter/cli/options.cc").read_text()
    return {flag for text in re.findall(r'"(--[^"]+)"', source) for flag in re.findall(r"--[a-z][a-z.-]*", text)}


def check_flags(known):
    """Every flag that a file of ours passes to the exporter exists, and the manual has all of them."""
    for name in ("ike_exporter.service", "ike_exporter.socket", "ike_exporter.default", "Dockerfile",
                 "kubernetes/base/ike-exporter.yaml", "kubernetes/helm/ike-exporter/templates/statefulset.yaml",
                 "prometheus/web.yml", "prometheus/README.md"):
        text = (PACKAGING / name).read_text()
        for flag in re.findall(r"--(?:config|web|storage|probe|log|shard)[a-z.-]*", text):
            expect(flag.rstrip(".") in known, f"{name}: no such flag {flag}")
    for name in ("nagios/ike_exporter.cfg", "icinga2/ike_exporter.conf"):
        for flag in re.findall(r"--[a-z][a-z.-]*", (PACKAGING / name).read_text()):
            expect(flag in known, f"{name}: no such flag {flag}")
    manual = (PACKAGING / "ike_exporter.1").read_text().replace("\\-", "-")
    for flag in known - {"--no-web.enable-lifecycle", "--no-web.systemd-socket", "--help", "--version"}:
        expect(flag in manual, f"ike_exporter.1: does not mention {flag}")


def check_unit():
    unit = PACKAGING / "ike_exporter.service"
    run("systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE}", unit)
    text = unit.read_text()
    default = tomllib.loads((ROOT / "config/ike_exporter.toml").read_text())["web"]["listen"][0]
    expect(f"ListenStream={default}" in (PACKAGING / "ike_exporter.socket").read_text(),
           "ike_exporter.socket: not the default address")
    expect("StateDirectory=ike_exporter\n" in text and "--storage.path=/var/lib/ike_exporter" in text,
           "ike_exporter.service: state directory")


def check_image():
    """The last stage is the exporter's, with nothing but what the build put there."""
    stages = re.findall(r"^FROM (\S+)(?: AS (\S+))?$", (PACKAGING / "Dockerfile").read_text(), re.M)
    expect(stages == [("debian:bookworm-slim", "build"), ("scratch", "gateways"), ("scratch", "")],
           f"Dockerfile: stages {stages}")


def check_prometheus(work):
    shipped = PACKAGING / "prometheus"
    rules = f"{ROOT}/dashboards/rules"
    for name in ("prometheus.yml", "prometheus-sharded.yml"):
        text = (shipped / name).read_text().replace("/usr/share/ike_exporter/rules", rules)
        (work / name).write_text(text.replace("/etc/prometheus/ike_targets.d/*.yml", f"{shipped}/ike_targets.yml"))
        run("promtool", "check", "config", work / name)
    # Debian's Prometheus is built without the discovery of Kubernetes: the rest of the job is checked.
    scrape = yaml.safe_load((PACKAGING / "kubernetes/prometheus-scrape.yaml").read_text())
    expect(scrape["scrape_configs"][0].pop("kubernetes_sd_configs")[0]["role"] == "pod", "scrape of pods")
    (work / "kubernetes.yml").write_text(yaml.safe_dump(scrape))
    run("promtool", "check", "config", "--syntax-only", work / "kubernetes.yml")


def check_web_config(work):
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
        "-subj", "/CN=test", "-keyout", work / "server.key", "-out", work / "server.crt")
    text = (PACKAGING / "prometheus/web.yml").read_text()
    (work / "web.yml").write_text(text.replace("/etc/ike_exporter/tls", str(work)))
    run("promtool", "check", "web-config", work / "web.yml")


def check_alertmanager():
    config = PACKAGING / "prometheus/alertmanager.yml"
    run("amtool", "check-config", config)
    for labels, receiver in (("severity=critical", "on-call"), ("severity=warning", "network-team"),
                             ("severity=info", "log")):
        run("amtool", "config", "routes", "test", f"--config.file={config}", f"--verify.receivers={receiver}", labels)
    alerts = {r["alert"] for f in (ROOT / "dashboards/rules").glob("ike_alerts*.yml")
              for g in yaml.safe_load(f.read_text())["groups"] for r in g["rules"]}
    for name in re.findall(r"IKE[A-Za-z]+", config.read_text()):
        expect(name in alerts, f"alertmanager.yml: no such alert {name}")


def check_kubernetes():
    base = PACKAGING / "kubernetes/base"
    documents = list(yaml.safe_load_all((base / "ike-exporter.yaml").read_text()))
    kinds = {d["kind"]: d for d in documents}
    version = re.search(r"VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text().split("project(")[1]).group(1)
    pods = kinds["StatefulSet"]["spec"]
    container = pods["template"]["spec"]["containers"][0]
    shards = {e["name"]: e.get("value") for e in container["env"]}["SHARDS"]
    labels = pods["template"]["metadata"]["labels"]
    expect(str(pods["replicas"]) == shards, "StatefulSet: replicas and SHARDS differ")
    expect(container["image"] == f"ike-exporter:{version}", "StatefulSet: the image is of another version")
    expect(labels == pods["selector"]["matchLabels"] == kinds["Service"]["spec"]["selector"]
           == kinds["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"], "StatefulSet: selectors")
    expect({m["name"] for m in container["volumeMounts"]}
           == {v["name"] for v in pods["template"]["spec"]["volumes"]}
           | {v["metadata"]["name"] for v in pods["volumeClaimTemplates"]}, "StatefulSet: volumes")
    expect({d["metadata"].get("namespace") for d in documents if d["kind"] != "Namespace"}
           == {kinds["Namespace"]["metadata"]["name"]}, "manifests: namespaces differ")
    tomllib.loads((base / "ike_exporter.toml").read_text())
    chart = yaml.safe_load((PACKAGING / "kubernetes/helm/ike-exporter/Chart.yaml").read_text())
    expect(chart["version"] == chart["appVersion"] == version, "Chart.yaml: of another version")


def check_links():
    """Relative links of our pages lead somewhere."""
    for page in [*PACKAGING.rglob("*.md"), *(ROOT / "dashboards").rglob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            expect((page.parent / link).exists(), f"{page.relative_to(ROOT)}: broken link {link}")


def main():
    with tempfile.TemporaryDirectory() as directory:
        work = pathlib.Path(directory)
        check_prometheus(work)
        check_web_config(work)
    check_flags(flags_of_program())
    check_unit()
    check_image()
    check_alertmanager()
    check_kubernetes()
    check_links()
    run("shellcheck", *(PACKAGING / "debian" / s for s in ("postinst", "prerm", "postrm")))
    warnings = subprocess.run(["man", "--warnings", "-l", PACKAGING / "ike_exporter.1"], capture_output=True, text=True)
    expect(not warnings.stderr, f"ike_exporter.1: {warnings.stderr}")
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"packaging: {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
