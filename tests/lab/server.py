"""The exporter as a service in a prober's namespace, and what it says over HTTP."""
import json
import os
import re
import subprocess
import urllib.error
import urllib.request

import process

PORT = 10500


class Server:
    """configuration: TOML without [web]. Stopped by stop() or with the lab."""

    def __init__(self, binary, source, configuration):
        self.source, folder = source, os.path.join(source.lab.run_dir, "server")
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, "ike_exporter.toml")
        with open(path, "w") as file:
            file.write(f'[web]\nlisten = ["{source.address}:{PORT}"]\n{configuration}')
        self.process = process.Process(folder, "ike_exporter")
        self.log = self.process.output
        self.check(binary, path)
        self.process.start(source.command(binary, "serve", "--config.file", path,
                                          "--storage.path", folder))
        if not process.wait_for(self.ready, 10):
            with open(self.log) as log:
                raise RuntimeError("the exporter is not ready: " + log.read()[-2000:])

    def check(self, binary, path):
        done = subprocess.run([binary, "--config.check", "--config.file", path], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if done.returncode:
            raise RuntimeError(done.stdout)

    def ready(self):
        try:
            return self.get("/-/ready")[0] == 200
        except OSError:
            return False

    def get(self, path):
        return self._ask(urllib.request.Request(self._url(path)))

    def get_json(self, path):
        status, text = self.get(path)
        return status, json.loads(text)

    def post(self, path, body):
        """(status, JSON of the answer)."""
        request = urllib.request.Request(self._url(path), json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        status, text = self._ask(request)
        return status, json.loads(text)

    def metrics(self, path="/metrics"):
        return Metrics(self.get(path)[1])

    def stop(self):
        self.process.stop()

    def _url(self, path):
        return f"http://{self.source.address}:{PORT}{path}"

    def _ask(self, request):
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


class Metrics:
    """A page of the Prometheus text format."""

    SAMPLE = re.compile(r'(\w+)(?:\{(.*)\})? (\S+)$')
    LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')

    def __init__(self, text):
        self.samples = []
        for line in text.splitlines():
            found = None if line.startswith("#") else self.SAMPLE.match(line)
            if found:
                name, labels, value = found.groups()
                self.samples.append((name, dict(self.LABEL.findall(labels or "")), float(value)))

    def rows(self, name, **labels):
        """[(labels, value)] of the series that have these labels."""
        return [(found, value) for sample, found, value in self.samples
                if sample == name and labels.items() <= found.items()]

    def value(self, name, **labels):
        """The one value; None when there is none, AssertionError when there are several."""
        rows = self.rows(name, **labels)
        if len(rows) > 1:
            raise AssertionError(f"{name}{labels}: {rows}")
        return rows[0][1] if rows else None
