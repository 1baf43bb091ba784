#!/usr/bin/python3
"""What `ike_exporter audit` shows on a terminal while it waits, that it shows nothing elsewhere, and that commands
count in the singular where there is one. A simulated gateway on loopback; argument: the build directory."""
import fcntl
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests/ops"), str(ROOT / "tests/support")]

from gateways import gateway, listening  # noqa: E402
from stack import Stack  # noqa: E402

GATEWAY = "127.0.24.1"
COLUMNS = 64
CLEAR = "\r\x1b[K"
PROGRESS = re.compile(rf"{GATEWAY}: \d+ of about \d+ requests?, about \d+ s left")
CONFIG = """
[probe]
ike_versions = [2]
port = {ike}
[[target]]
name = "one"
host = "127.0.24.1"
"""


def on_terminal(command):
    """What the command wrote to a terminal that is its standard error."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # EIO: the other side is closed
                break
            if not part:
                break
            shown += part
        report = process.stdout.read().decode()
    os.close(ours)
    return shown.decode(), report


def check_progress(shown):
    """One line, drawn anew each time and cleared at the end."""
    assert "\n" not in shown, shown
    before, *lines, after = shown.split(CLEAR)
    assert (before, after) == ("", ""), shown
    assert lines and all(len(line) < COLUMNS for line in lines), shown
    assert any(PROGRESS.fullmatch(line) for line in lines), shown


def main():
    with tempfile.TemporaryDirectory() as work, Stack(sys.argv[1], work) as stack:
        ike = stack.ports["ike"]
        stack.start_gateways(listening(ike) + gateway("weak", [GATEWAY], ikev2=["3des-sha1-modp1024"]))
        config = stack.write("terminal.toml", CONFIG.format(ike=ike))
        program = str(stack.build / "ike_exporter")
        shown, report = on_terminal([program, "audit", f"--config.file={config}", GATEWAY])
        check_progress(shown)
        assert "ENCR_3DES" in report, report

        piped = stack.command("audit", f"--config.file={config}", GATEWAY)
        assert piped.stderr == "", piped

        checked = stack.command("--config.check", f"--config.file={config}")
        assert checked.stdout.endswith(": ok, 1 target\n"), checked
        hosts = stack.write("hosts", f"{GATEWAY}\n{GATEWAY}\n")
        imported = stack.command("import", str(hosts))
        assert imported.stderr == "1 target, 1 repetition left out\n", imported
    print("the progress was drawn on a terminal only")


if __name__ == "__main__":
    main()
