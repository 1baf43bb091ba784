#!/usr/bin/python3
"""`ike_exporter probe --format nagios` as Nagios Core and Icinga 2 run it: every exit code, one line with performance
data, and the commands of packaging/. Simulated gateways on loopback; argument: the build directory."""
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests/ops"), str(ROOT / "tests/support")]

from gateways import gateway, listening  # noqa: E402
from stack import Stack  # noqa: E402

GOOD, SLOW, SLOWER, DOWN, REFUSING = (f"127.0.26.{i}" for i in range(1, 6))
SUITES = ["aes256gcm16-prfsha384-ecp384"]
GATEWAYS = (gateway("good", [GOOD], ikev2=SUITES, half_open_lifetime="0") +
            gateway("slow", [SLOW], ikev2=SUITES, half_open_lifetime="0", delay="300ms") +
            # Beyond the first retransmission, after which no RTT is known.
            gateway("slower", [SLOWER], ikev2=SUITES, half_open_lifetime="0", delay="1500ms") +
            gateway("down", [DOWN], state="down") +
            gateway("refusing", [REFUSING], ikev2="refuse"))
CONFIG = """
[probe]
ike_versions = [2]
timeout = "3s"
port = {ike}
[modules.each]
ike_versions = [1, 2]
require = "all"
"""
OK, WARNING, CRITICAL, UNKNOWN = range(4)
NAMES = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
# The grammar of the Monitoring Plugins Development Guidelines, as far as the plugin uses it.
NUMBER = r"\d+(?:\.\d+)?"
DATUM = rf"rtt_ikev[12]=(?:{NUMBER}s|U);(?:{NUMBER})?;(?:{NUMBER})?;0"
LINE = re.compile(rf"IKE ([A-Z]+) - ([^|\n]+)(?:\|({DATUM}(?: {DATUM})*))?\n")

# (arguments, exit code, what stands in the text, what stands in the performance data)
CASES = [
    ([GOOD], OK, "IKEv2 up, .* ms, ENCR_AES_GCM_16_256", r"rtt_ikev2=0\.\d+s;;;0"),
    ([REFUSING], OK, "NO_PROPOSAL_CHOSEN", r"rtt_ikev2=0\.\d+s;;;0"),
    (["--warning-rtt", "250ms", "--critical-rtt", "5s", GOOD], OK, "IKEv2 up", r"s;0\.25;5;0"),
    ([SLOW], OK, "IKEv2 up, [3-9]..", r"rtt_ikev2=0\.[3-9]\d*s;;;0"),
    (["--warning-rtt", "250ms", SLOW], WARNING, "IKEv2 up", r"s;0\.25;;0"),
    (["--warning-rtt", "100ms", "--critical-rtt", "250ms", SLOW], CRITICAL, "IKEv2 up", r"s;0\.1;0\.25;0"),
    (["--critical-rtt", "1s", SLOWER], CRITICAL, "with a retransmission", "rtt_ikev2=U;;1;0"),
    ([DOWN], CRITICAL, "IKEv2 no answer: no answer in time", "rtt_ikev2=U;;;0"),
    (["--ike-version", "both", "--timeout", "1s", GOOD], OK, "IKEv2 up.*; IKEv1 no answer", "rtt_ikev1=U"),
    (["--module", "each", "--timeout", "1s", GOOD], CRITICAL, "IKEv2 up.*; IKEv1 no answer", "rtt_ikev1=U"),
    # Where no name server is in reach, the name cannot be said not to exist.
    (["nowhere.invalid"], UNKNOWN, "no such name|every name server failed", "rtt_ikev2=U"),
    (["--source-address", "203.0.113.9", GOOD], UNKNOWN, "check source_address", "rtt_ikev2=U"),
    (["no host"], UNKNOWN, '"no host"', None),
    ([], UNKNOWN, "HOST is required", None),
    ([GOOD, DOWN], UNKNOWN, "one HOST", None),
    (["--no-such-flag", GOOD], UNKNOWN, "--no-such-flag", None),
    (["--port", "99999", GOOD], UNKNOWN, "--port", None),
    (["--module", "none", GOOD], UNKNOWN, 'no module "none"', None),
    (["--json", GOOD], UNKNOWN, "--json", None),
    (["--warning-rtt", "2s", "--critical-rtt", "1s", GOOD], UNKNOWN, "below --warning-rtt", None),
    (["--warning-rtt", "5", GOOD], UNKNOWN, "no duration", None),
]


def nagios_command():
    """The command line of the command, and the flags that its template gives it."""
    text = (ROOT / "packaging/nagios/ike_exporter.cfg").read_text()
    return (re.search(r"^ +command_line +(.*)", text, re.M)[1],
            re.search(r"^ +check_command +check_ike!(.*)", text, re.M)[1])


def icinga_command():
    """The fixed words of the CheckCommand, and every flag that it may add."""
    text = (ROOT / "packaging/icinga2/ike_exporter.conf").read_text()
    words = re.findall(r'"([^"]+)"', re.search(r"command = \[(.*)\]", text)[1])
    return words, re.findall(r'^    "(--[a-z.-]+)" =', text, re.M)


class Test:
    def __init__(self, build, work):
        self.stack = Stack(build, work)

    def run(self):
        with self.stack:
            self.stack.start_gateways(listening(self.stack.ports["ike"]) + GATEWAYS)
            self.config = self.stack.write("nagios.toml", CONFIG.format(ike=self.stack.ports["ike"]))
            for arguments, code, text, data in CASES:
                self.check(arguments, code, text, data)
            self.check_broken_configuration()
            self.check_lost_output()
            self.check_nagios_command()
            self.check_icinga_command()

    def check(self, arguments, code, text, data):
        ended = self.stack.command("probe", "--format", "nagios", f"--config.file={self.config}", *arguments)
        assert (ended.returncode, ended.stderr) == (code, ""), (arguments, ended)
        line = LINE.fullmatch(ended.stdout)
        assert line and line[1] == NAMES[code] and re.search(text, line[2]), (arguments, ended.stdout)
        assert re.search(data, line[3]) if data else line[3] is None, (arguments, ended.stdout)

    def check_broken_configuration(self):
        broken = self.stack.write("broken.toml", "[probe]\ntimeout = 1\ninterval = 2\n")
        ended = self.stack.command("probe", "--format=nagios", "--config.file", broken, GOOD)
        assert ended.returncode == UNKNOWN and ended.stdout.count("broken.toml") == 2, ended
        assert LINE.fullmatch(ended.stdout), ended

    def check_lost_output(self):
        """CRITICAL would be a wrong alarm, and WARNING, which a lost output means elsewhere, too."""
        for arguments in ([GOOD], ["--no-such-flag"]):
            with open("/dev/full", "wb") as full:
                ended = subprocess.run([self.stack.build / "ike_exporter", "probe", "--format=nagios", *arguments],
                                       stdout=full, stderr=subprocess.PIPE, timeout=60)
            assert ended.returncode == UNKNOWN and b"standard output cannot be written to" in ended.stderr, ended

    def check_nagios_command(self):
        command, flags = nagios_command()
        command = command.replace("/usr/bin/", f"{self.stack.build}/")
        for host, code in ((GOOD, OK), (SLOW, WARNING), (DOWN, CRITICAL)):
            filled = command.replace("$ARG1$", f"{flags} --config.file {self.config}").replace("$HOSTADDRESS$", host)
            assert "$" not in filled, filled
            ended = subprocess.run(["sh", "-c", filled], capture_output=True, text=True, timeout=60)
            assert ended.returncode == code and LINE.fullmatch(ended.stdout), ended

    def check_icinga_command(self):
        words, flags = icinga_command()
        assert words == ["/usr/bin/ike_exporter", "probe", "--format", "nagios"], words
        values = {"--config.file": self.config, "--module": "each", "--port": self.stack.ports["ike"], "--transport": "udp",
                  "--ike-version": "2", "--exchange": "main", "--proposal": "broad", "--address-family": "ipv4",
                  "--timeout": "1s", "--source-address": "127.0.0.1", "--warning-rtt": "500ms", "--critical-rtt": "800ms"}
        assert set(flags) == set(values), flags
        ended = self.stack.command(*words[1:], *(word for pair in values.items() for word in pair), GOOD)
        assert ended.returncode == OK and LINE.fullmatch(ended.stdout), ended


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        Test(sys.argv[1], directory).run()
    print("every status, on one line")
