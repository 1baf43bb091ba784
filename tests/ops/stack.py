"""Starts simulated gateways, the exporter, Prometheus and Alertmanager for one test, on loopback ports
that are free, with all files under one directory; stops them all at the end."""
import json
import pathlib
import re
import signal
import subprocess
import sys
import time
import tomllib
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.append(str(ROOT / "tests/support"))

from ports import reserve_port  # noqa: E402
from readiness import await_line  # noqa: E402


def get(url, timeout=10):
    with urllib.request.urlopen(url, timeout=timeout) as answer:
        return answer.read().decode()


def wait_until(what, condition, seconds, every=0.5):
    """`condition` returns something true, or None or an OSError while it is not there yet."""
    end = time.monotonic() + seconds
    error = None
    while time.monotonic() < end:
        try:
            value = condition()
            if value:
                return value
        except OSError as e:
            error = e
        time.sleep(every)
    raise TimeoutError(f"{what} did not happen within {seconds} s ({error})")


class Stack:
    """address: where all listen. within: what a command line becomes, for another network namespace."""

    def __init__(self, build, work, address="127.0.0.1", within=lambda *command: command):
        self.build = pathlib.Path(build).resolve()
        self.work = pathlib.Path(work)
        self.address, self.within = address, within
        self.processes = {}
        self.ports = {name: reserve_port() for name in ("exporter", "prometheus", "alertmanager", "ike", "ike_encap")}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes.values()):
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def url(self, name, path=""):
        return f"http://{self.address}:{self.ports[name]}{path}"

    def start(self, name, command):
        with open(self.work / f"{name}.log", "w") as log:
            self.processes[name] = subprocess.Popen(self.within(*map(str, command)), stdout=log, stderr=log,
                                                    cwd=self.work)
        return self.processes[name]

    def write(self, name, text):
        path = self.work / name
        path.write_text(text)
        return path

    def log_of(self, name):
        return (self.work / f"{name}.log").read_text()[-2000:]

    def await_url(self, name, path):
        def answered():
            if self.processes[name].poll() is not None:
                raise RuntimeError(f"{name} ended: {self.log_of(name)}")
            return get(self.url(name, path)) is not None
        wait_until(f"{name} answering", answered, 30)

    # --- the four programs

    def start_gateways(self, script, *flags):
        path = self.write("gateways.toml", script)
        process = self.start("gateways", [self.build / "ike_responder", "--config", path, *flags])
        await_line(process, (self.work / "gateways.log").read_text, "ready", 30)

    def change_gateways(self, script):
        self.write("gateways.toml", script)
        self.processes["gateways"].send_signal(signal.SIGHUP)

    def start_exporter(self, config, *flags):
        path = self.write("ike_exporter.toml", config)
        (self.work / "state").mkdir(exist_ok=True)
        self.start("exporter", [self.build / "ike_exporter", f"--config.file={path}",
                                f"--web.listen-address={self.address}:{self.ports['exporter']}",
                                f"--storage.path={self.work / 'state'}", *flags])
        self.await_url("exporter", "/-/ready")

    def start_prometheus(self, config):
        path = self.write("prometheus.yml", config)
        subprocess.run(["promtool", "check", "config", path], check=True, stdout=subprocess.DEVNULL)
        self.start("prometheus", ["prometheus", f"--config.file={path}", "--log.level=warn",
                                  f"--storage.tsdb.path={self.work / 'tsdb'}",
                                  f"--web.listen-address={self.address}:{self.ports['prometheus']}"])
        self.await_url("prometheus", "/-/ready")

    def start_alertmanager(self, config):
        path = self.write("alertmanager.yml", config)
        self.start("alertmanager", ["prometheus-alertmanager", f"--config.file={path}", "--log.level=warn",
                                    f"--storage.path={self.work / 'alertmanager'}", "--cluster.listen-address=",
                                    f"--web.listen-address={self.address}:{self.ports['alertmanager']}"])
        self.await_url("alertmanager", "/-/ready")

    def command(self, *arguments):
        """What becomes of one command of the exporter's."""
        return subprocess.run([self.build / "ike_exporter", *map(str, arguments)], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=90)

    # --- what they know

    def query(self, expression, at=None):
        return self._query("query", {"query": expression, "time": at or time.time()})

    def query_range(self, expression, start, end, step):
        return self._query("query_range", {"query": expression, "start": start, "end": end, "step": step})

    def _query(self, kind, parameters):
        answer = get(self.url("prometheus", f"/api/v1/{kind}?{urllib.parse.urlencode(parameters)}"), 60)
        return json.loads(answer)["data"]["result"]

    def alerts(self):
        """The alerts that Alertmanager would notify about or mutes, by name and target."""
        alerts = json.loads(get(self.url("alertmanager", "/api/v2/alerts?active=true&inhibited=true")))
        return {(a["labels"]["alertname"], a["labels"].get("target", "")): a for a in alerts}


class DemoFleet:
    """The demonstration fleet (tests/responder/demo.toml and config/demo.toml) on the ports of a stack, with
    shorter intervals. `strict` keeps the default budget: it has a real gateway's limits."""

    def __init__(self, stack, interval):
        self.stack = stack
        self.script = self.on_our_ports((ROOT / "tests/responder/demo.toml").read_text())
        text = self.on_our_ports((ROOT / "config/demo.toml").read_text())
        text = text[:text.rindex("[[target]]")] if "gateway.invalid" in text else text  # asks a name server
        self.config = self.replaced(text, {
            r'^interval .*': f'interval = "{interval}s"',
            r'^timeout .*': 'timeout = "2s"',
            r'^audit_interval .*': 'audit_interval = "30s"\nhalf_open_budget = 200\npolicy = "nist"',
            r'^(name += "strict"\n)': r'\1half_open_budget = 3\n',
        })
        self.targets = [t["name"] for t in tomllib.loads(self.config)["target"]]

    def on_our_ports(self, text):
        return (text.replace("15500", str(self.stack.ports["ike"]))
                    .replace("15501", str(self.stack.ports["ike_encap"])))

    @staticmethod
    def replaced(text, patterns):
        for pattern, new in patterns.items():
            text, count = re.subn(pattern, new, text, count=1, flags=re.MULTILINE)
            assert count == 1, pattern
        return text

    def also_accepting(self, name, proposal):
        """The same script with one more IKEv2 proposal for this gateway."""
        return self.replaced(self.script, {
            rf'(name = "{name}"\n(?:(?!\[\[).*\n)*?ikev2 = \[)': rf'\1"{proposal}", '})
