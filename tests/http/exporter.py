"""Runs one exporter for a test, on a loopback port of its own, with its files in one directory."""
import contextlib
import http.client
import os
import pathlib
import re
import signal
import ssl
import subprocess
import tempfile
import time

CONFIG = """
[probe]
interval = "60s"
audit_interval = "0s"
[[target]]
name = "gateway"
host = "127.0.0.1"
"""


def wait_until(what, condition, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise TimeoutError(f"{what} did not happen within {seconds} s")


class Exporter(contextlib.AbstractContextManager):
    """`web` is the text of a web configuration; `flags` are further ones. The listening socket is on 127.0.0.1.
    `wrapper` is a command that starts the exporter, `environment` what it gets besides ours."""

    def __init__(self, binary, config=CONFIG, web=None, flags=(), listen="127.0.0.1:0", wrapper=(), environment=None,
                 **popen):
        self.folder = tempfile.TemporaryDirectory(prefix="ike_http_")
        self.path = pathlib.Path(self.folder.name)
        self.tls = web is not None and "cert_file" in web
        self.write("config.toml", config)
        command = [*wrapper, binary, f"--config.file={self.path / 'config.toml'}", *flags]
        if listen:
            command.append(f"--web.listen-address={listen}")
        if web is not None:
            command.append(f"--web.config.file={self.write('web.yml', web)}")
        self.log_path = self.path / "log"
        with open(self.log_path, "w") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, env={**os.environ, **(environment or {})},
                                            **{"stderr": log, **popen})
        self.port = None
        if listen:
            self.port = self.learn_port()

    def learn_port(self):
        try:
            return int(self.wait_for_log(r"msg=ready .*listen=\S+?:(\d+)(?:\s|$)").group(1))
        except (RuntimeError, TimeoutError):
            self.__exit__()
            raise

    def __exit__(self, *_):
        self.stop()
        self.folder.cleanup()

    def stop(self, seconds=15):
        """The exit code, within so many seconds."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        finally:
            self.process.kill()
            self.process.wait()

    def write(self, name, text):
        path = self.path / name
        path.write_text(text)
        return path

    def log(self):
        return self.log_path.read_text()

    def wait_for_log(self, pattern, seconds=20):
        def found():
            match = re.search(pattern, self.log())
            if not match and self.process.poll() is not None:
                raise RuntimeError(f"the exporter ended: {self.log()}")
            return match
        return wait_until(f"a log line {pattern}", found, seconds)

    def connect(self, timeout=20, context=None):
        if self.tls:
            return http.client.HTTPSConnection("localhost", self.port, timeout=timeout, context=context)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def ask(self, path="/-/healthy", method="GET", body=None, headers=None, context=None):
        """(status, body, fields) of one request on a connection of its own."""
        with contextlib.closing(self.connect(context=context)) as connection:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.headers

    def resident_kib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1))


def trusting(authority, **options):
    """A TLS client's context; options: certificate and key."""
    context = ssl.create_default_context(cafile=authority)
    if options:
        context.load_cert_chain(options["certificate"], options["key"])
    return context


def binary_of(argv):
    """Takes the exporter's path from the arguments of a test."""
    return os.path.abspath(argv.pop(1))
