"""Starts simulated gateways, the exporter, Prometheus and Alertmanager for one test, on loopback ports
that are free, with all files under one directory; stops them all at the end."""
import json
import pathlib
import re
import signal
import socket
import subprocess
import time
import tomllib
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def free_port():
    """A port that is free for TCP and UDP at this moment."""
    for _ in range(100):
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind(("127.0.0.1", 0))
            try:
                udp.bind(tcp.getsockname())
                return tcp.getsockname()[1]
            except OSError:
                continue
    raise RuntimeError("no free port")


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
    def __init__(self, build, work):
        self.build = pathlib.Path(build).resolve()
        self.work = pathlib.Path(work)
        self.processes = {}
        self.ports = {name: free_port() for name in ("exporter", "prometheus", "alertmanager", "ike", "ike_encap")}

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
        return f"http://127.0.0.1:{self.ports[name]}{path}"

    def start(self, name, command):
        log = open(self.work / f"{name}.log", "w")
        self.processes[name] = subprocess.Popen([str(c) for c in command], stdout=log, stderr=log, cwd=self.work)
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

    def start_gateways(self, script):
        path = self.write("gateways.toml", script)
        self.start("gateways", [self.build / "ike_responder", "--config", path])
        wait_until("the gateways", lambda: "ready" in self.log_of("gateways"), 30)

    def change_gateways(self, script):
        self.write("gateways.toml", script)
        self.processes["gateways"].send_signal(signal.SIGHUP)

    def start_exporter(self, config, *flags):
        path = self.write("ike_exporter.toml", config)
        (self.work / "state").mkdir(exist_ok=True)
        self.start("exporter", [self.build / "ike_exporter", f"--config.file={path}",
                                f"--web.listen-address=127.0.0.1:{self.ports['exporter']}",
                                f"--storage.path={self.work / 'state'}", *flags])
        self.await_url("exporter", "/-/ready")

    def start_prometheus(self, config):
        path = self.write("prometheus.yml", config)
        subprocess.run(["promtool", "check", "config", path], check=True, stdout=subprocess.DEVNULL)
        self.start("prometheus", ["prometheus", f"--config.file={path}", "--log.level=warn",
                                  f"--storage.tsdb.path={self.work / 'tsdb'}",
                                  f"--web.listen-address=127.0.0.1:{self.ports['prometheus']}"])
        self.await_url("prometheus", "/-/ready")

    def start_alertmanager(self, config):
        path = self.write("alertmanager.yml", config)
        self.start("alertmanager", ["prometheus-alertmanager", f"--config.file={path}", "--log.level=warn",
                                    f"--storage.path={self.work / 'alertmanager'}", "--cluster.listen-address=",
                                    f"--web.listen-address=127.0.0.1:{self.ports['alertmanager']}"])
        self.await_url("alertmanager", "/-/ready")

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
    """The demonstration fleet of tests/responder/demo.toml on the ports of a stack."""

    def __init__(self, stack):
        text = (ROOT / "tests/responder/demo.toml").read_text()
        self.script = text.replace("15500", str(stack.ports["ike"])).replace("15501", str(stack.ports["ike_encap"]))
        self.gateways = {g["name"]: g["addresses"][0] for g in tomllib.loads(self.script)["gateway"]}
        self.port = stack.ports["ike"]

    def also_accepting(self, name, proposal):
        """The same script with one more IKEv2 proposal for this gateway."""
        pattern = rf'(name = "{name}"\n(?:(?!\[\[).*\n)*?ikev2 = \[)'
        changed, count = re.subn(pattern, rf'\1"{proposal}", ', self.script, count=1)
        assert count == 1, name
        return changed

    def without(self, name):
        """The same script with this gateway down."""
        changed, count = re.subn(rf'(name = "{name}"\n)', r'\1state = "down"\n', self.script, count=1)
        assert count == 1, name
        return changed

    def targets(self, settings=""):
        """[[target]] tables; `settings` goes into every one."""
        return "".join(
            f'[[target]]\nname = "{name}"\nhost = "{address}"\nport = {self.port}\ntransport = "udp"\n'
            f'labels = {{ site = "{"ber" if i % 2 else "muc"}" }}\n{settings}\n'
            for i, (name, address) in enumerate(self.gateways.items()))
