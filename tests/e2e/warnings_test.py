#!/usr/bin/python3
"""What the log warns of: a source address that this machine does not have, said at the start, and a changed
[web] listen, said at the reload. Argument: the build directory."""
import pathlib
import signal
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests/ops"), str(ROOT / "tests/support")]

from ports import reserve_port  # noqa: E402
from stack import Stack, wait_until  # noqa: E402

CONFIG = """
[web]
listen = ["127.0.0.1:{listen}"]
[probe]
audit_interval = "0s"
[[target]]
name = "hq"
host = "127.0.25.1"
source_address = "{source}"
"""
LISTEN = "[web] listen has changed"
SOURCE = "source_address or source_port cannot be had"


class Test:
    def __init__(self, build, work):
        self.stack = Stack(build, work)

    def write(self, listen, source):
        return self.stack.write("warnings.toml", CONFIG.format(listen=listen, source=source))

    def count(self, text):
        return self.stack.log_of("exporter").count(text)

    def reload(self):
        reloaded = self.count("configuration reloaded")
        self.stack.processes["exporter"].send_signal(signal.SIGHUP)
        wait_until("the reload", lambda: self.count("configuration reloaded") > reloaded, 20)

    def run(self):
        with self.stack:
            port = self.stack.ports["exporter"]
            path = self.write(port, "203.0.113.9")
            self.stack.start("exporter", [self.stack.build / "ike_exporter", f"--config.file={path}"])
            self.stack.await_url("exporter", "/-/ready")
            assert self.count(SOURCE) == 1, self.stack.log_of("exporter")
            assert "203.0.113.9" in self.stack.log_of("exporter")
            assert "Cannot assign requested address" in self.stack.log_of("exporter")
            self.write(port, "127.0.0.1")
            self.reload()
            assert (self.count(SOURCE), self.count(LISTEN)) == (1, 0), self.stack.log_of("exporter")
            self.write(reserve_port(), "127.0.0.1")
            self.reload()
            assert self.count(LISTEN) == 1, self.stack.log_of("exporter")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        Test(sys.argv[1], directory).run()
    print("the log warned of both, once")
