#!/usr/bin/python3
"""What a command could not write is said on standard error, and the command fails: a full disk, a reader that
has gone, a standard output that is closed. Argument: the build directory."""
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests/ops"), str(ROOT / "tests/support")]

from gateways import gateway, listening  # noqa: E402
from stack import Stack  # noqa: E402

GATEWAY = "127.0.24.1"
CONFIG = """
[probe]
ike_versions = [2]
port = {ike}
[[target]]
name = "hq"
host = "127.0.24.1"
"""

SENTENCE = "ike_exporter: standard output cannot be written to:"


def full_disk():
    return open("/dev/full", "wb")


def closed_pipe():
    reading, writing = os.pipe()
    os.close(reading)
    return os.fdopen(writing, "wb")


class Test:
    def __init__(self, build, work):
        self.stack = Stack(build, work)

    def commands(self):
        config = self.stack.write("output.toml", CONFIG.format(ike=self.stack.ports["ike"]))
        hosts = self.stack.write("hosts", GATEWAY + "\n")
        probing = [f"--config.file={config}", GATEWAY]
        return [["--version"], ["--help"], ["probe", "--help"], ["--config.check", f"--config.file={config}"],
                ["import", hosts], ["probe", *probing], ["probe", "--json", *probing], ["audit", *probing],
                ["audit", "--json", *probing]]

    def run(self):
        with self.stack:
            self.stack.start_gateways(listening(self.stack.ports["ike"]) +
                                      gateway("good", [GATEWAY], ikev2=["aes256gcm16-prfsha384-ecp384"],
                                              half_open_lifetime="0"))
            for command in self.commands():
                self.check(command)

    def check(self, command):
        program = [self.stack.build / "ike_exporter", *map(str, command)]
        ended = subprocess.run(program, capture_output=True, text=True, timeout=90)
        assert ended.returncode == 0 and ended.stdout, (command, ended)
        for output, why in ((full_disk, "No space left on device"), (closed_pipe, "Broken pipe")):
            with output() as stdout:
                self.check_failure(command, why, stdout=stdout)
        self.check_failure(command, "Bad file descriptor", preexec_fn=lambda: os.close(1))

    def check_failure(self, command, why, **options):
        ended = subprocess.run([self.stack.build / "ike_exporter", *map(str, command)], stderr=subprocess.PIPE,
                               text=True, timeout=90, **options)
        assert ended.returncode == 1, (command, why, ended)
        # Of output that does not fit the buffer an earlier write failed, whose cause is not kept.
        said = ended.stderr.splitlines()[-1]
        assert said in [f"{SENTENCE} {cause}" for cause in (why, "a write failed")], (command, ended)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        Test(sys.argv[1], directory).run()
    print("every command said what it could not write")
