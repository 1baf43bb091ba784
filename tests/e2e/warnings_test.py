#!/usr/bin/python3
"""What the log warns of: a source address that this machine does not have, said at the start, and a changed
[web] listen, said at the reload. Argument: the build directory."""
import json
import pathlib
import signal
import socket
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests/ops"), str(ROOT / "tests/support")]

from ports import reserve_port  # noqa: E402
from stack import Stack, get, wait_until  # noqa: E402

CONFIG = """
[web]
listen = ["127.0.0.1:{listen}"]
[probe]
audit_interval = "0s"
interval = "2s"
timeout = "1s"
[[target]]
name = "hq"
host = "127.0.25.1"
source_address = "{source}"
source_port = {source_port}
"""
LISTEN = "[web] listen has changed"
SOURCE = "source_address or source_port cannot be had"


class Test:
    def __init__(self, build, work):
        self.stack = Stack(build, work)

    def write(self, listen, source, source_port=0):
        return self.stack.write("warnings.toml", CONFIG.format(listen=listen, source=source, source_port=source_port))

    def await_error(self, *words):
        """The target itself says what cannot be had and which setting says so: in JSON and on its page."""
        def said():
            target = json.loads(get(self.stack.url("exporter", "/api/targets/hq")))
            return all(word in target["ikev2"].get("error", "") for word in words)
        wait_until(f"the target says {words}", said, 20)
        page = get(self.stack.url("exporter", "/targets/hq"))
        assert all(word in page for word in words), page

    def check_command(self):
        ended = self.stack.command("probe", "--source-address=203.0.113.9", "127.0.25.1")
        assert ended.returncode == 1 and "check source_address" in ended.stdout, ended

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
            self.await_error("check source_address")
            self.check_command()
            self.write(port, "127.0.0.1")
            self.reload()
            assert (self.count(SOURCE), self.count(LISTEN)) == (1, 0), self.stack.log_of("exporter")
            self.write(reserve_port(), "127.0.0.1")
            self.reload()
            assert self.count(LISTEN) == 1, self.stack.log_of("exporter")
            with socket.socket(type=socket.SOCK_DGRAM) as holder:
                holder.bind(("0.0.0.0", 0))
                self.write(port, "127.0.0.1", holder.getsockname()[1])
                self.reload()
                assert self.count(SOURCE) == 2, self.stack.log_of("exporter")
                self.await_error("Address already in use", "check source_port")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        Test(sys.argv[1], directory).run()
    print("the log warned of both, once")
