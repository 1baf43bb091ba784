"""What every test here stands on: namespaces of its own, the exporter as an ordinary user without
capabilities, simulated gateways, and what the exporter says of itself.

A test calls enter() first: it goes on in a new network, mount and PID namespace, in which only
loopback is up, so that nothing it sends or breaks is seen outside, and which ends with it.
"""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

sys.dont_write_bytecode = True
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

from readiness import await_line  # noqa: E402

NOBODY = 65534
URL = "http://127.0.0.1:10500"
SKIPPED = 77  # CTest's SKIP_RETURN_CODE
INSIDE = "IKE_HOSTILE_INSIDE"
LOGIN = {}  # headers of every request


def enter():
    """Goes on inside namespaces; where none can be made the test is skipped by name."""
    if os.environ.get(INSIDE):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return
    command = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    mapped = os.geteuid() != 0
    if mapped:
        command.append("--map-root-user")
    if subprocess.run([*command, "true"], stderr=subprocess.DEVNULL, check=False).returncode:
        print("skipped: no right to make namespaces")
        sys.exit(SKIPPED)
    os.execvpe(command[0], [*command, sys.executable, *sys.argv], {**os.environ, INSIDE: "mapped" if mapped else "root"})


def owner():
    """The user that the exporter runs as, as this namespace sees it."""
    return 0 if os.environ[INSIDE] == "mapped" else NOBODY


def run(*command, inside=None):
    """`inside`: in the network namespace of that process."""
    subprocess.run([*(["nsenter", "-t", str(inside), "-n"] if inside else []), *command], check=True)


def in_own_network(setup):
    """A command that runs another in a network namespace of its own, after the shell's `setup` there."""
    return ["unshare", "--net", "sh", "-c", f'{setup}; exec "$@"', "sh"]


def wait_for(what, condition, seconds, every=0.1):
    end = time.monotonic() + seconds
    while True:
        try:
            value = condition()
        except OSError:
            value = None
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not happen within {seconds} s")
        time.sleep(every)


def get(path, timeout=20, headers=None):
    """(status, text)"""
    try:
        request = urllib.request.Request(URL + path, headers={**LOGIN, **(headers or {})})
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def post(path, body, timeout=70):
    request = urllib.request.Request(URL + path, body.encode(),
                                     {**LOGIN, "Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def dropped(program):
    """Packets that found no room in the UDP sockets of a program (proc_net_udp(5))."""
    folder = f"/proc/{program.child.pid}/fd"
    sockets = {os.readlink(os.path.join(folder, fd)) for fd in os.listdir(folder)}
    drops = 0
    for table in ("udp", "udp6"):
        with open(f"/proc/net/{table}", encoding="ascii") as rows:
            drops += sum(int(row.split()[12]) for row in list(rows)[1:] if f"socket:[{row.split()[9]}]" in sockets)
    return drops


class Page:
    """One scrape. Rows are found by name, and by labels that they have among others."""

    SAMPLE = re.compile(r"(\w+)(?:\{(.*)\})? (\S+)$")
    LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')

    def __init__(self, text=None):
        self.text = text if text is not None else get("/metrics")[1]
        self._rows = {}
        for line in self.text.splitlines():
            found = None if line.startswith("#") else self.SAMPLE.match(line)
            if found:
                name, labels, value = found.groups()
                self._rows.setdefault(name, []).append((labels or "", float(value)))

    def rows(self, name, **labels):
        wanted = [f'{key}="{value}"' for key, value in labels.items()]
        return [(dict(self.LABEL.findall(found)), value)
                for found, value in self._rows.get(name, [])
                if all(part in f"{found}," for part in wanted)]

    def value(self, name, **labels):
        """The one value, or None."""
        rows = self.rows(name, **labels)
        assert len(rows) < 2, f"{name}{labels}: {rows[:3]}"
        return rows[0][1] if rows else None

    def sum(self, name, **labels):
        return sum(value for _, value in self.rows(name, **labels))

    def by_target(self, name, prefix="", **labels):
        """{target: sum of its rows}"""
        sums = {}
        for found, value in self.rows(name, **labels):
            target = found.get("target", "")
            if target.startswith(prefix):
                sums[target] = sums.get(target, 0) + value
        return sums


class Program:
    """A process of the test's; its output goes to a file under the test's folder."""

    def __init__(self, folder, name):
        self.output = os.path.join(folder, name + ".out")
        self.child = None
        self.output_before = 0  # bytes of earlier runs

    def start(self, command, **options):
        with open(self.output, "ab") as output:
            self.output_before = output.tell()
            self.child = subprocess.Popen(
                command, **{"stdin": subprocess.DEVNULL, "stdout": output, "stderr": output, **options})

    def signal(self, number):
        self.child.send_signal(number)

    def running(self):
        return self.child is not None and self.child.poll() is None

    def stop(self, seconds=20):
        """SIGTERM; the exit code. Killed where that does not end it: the code is then -9."""
        if self.running():
            self.child.terminate()
        return self.ended(seconds)

    def ended(self, seconds):
        try:
            return self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return -signal.SIGKILL

    def kill(self):
        self.child.kill()
        self.child.wait()

    def said(self):
        with open(self.output, encoding="utf-8", errors="replace") as output:
            return output.read()

    def said_since_start(self):
        with open(self.output, "rb") as output:
            output.seek(self.output_before)
            return output.read().decode(errors="replace")

    def memory(self, key="VmRSS"):
        """Bytes."""
        with open(f"/proc/{self.child.pid}/status", encoding="ascii") as status:
            for line in status:
                if line.startswith(key + ":"):
                    return int(line.split()[1]) * 1024
        return 0

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.child.pid}/fd"))

    def cpu(self):
        """Seconds, user and system (proc(5), fields 14 and 15)."""
        with open(f"/proc/{self.child.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Responder(Program):
    def __init__(self, arena):
        super().__init__(arena.folder, "responder")
        self.arena = arena
        self.script = os.path.join(arena.folder, "responder.toml")
        self.log = os.path.join(arena.folder, "responder.json")
        self.events = os.path.join(arena.folder, "responder.events")
        self.before = []  # a command that runs it

    def write(self, gateways, listen='udp = [500]\nudp_encap = []\ntcp = []\nbind = "wildcard"'):
        with open(self.script, "w", encoding="ascii") as script:
            script.write(f"seed = 7\n[listen]\n{listen}\n{gateways}")

    def begin(self, events=False):
        # --by-address first, so that the last option is the one that may lack.
        options = ["--events", self.events] if events else []
        self.start([*self.before, self.arena.responder_binary, "--config", self.script, "--log", self.log,
                    "--by-address", *options])
        await_line(self.child, self.said_since_start, "ready", 20)

    def reload(self):
        self.signal(signal.SIGHUP)


class Exporter(Program):
    def __init__(self, arena, name="exporter"):
        super().__init__(arena.folder, name)
        self.arena = arena
        self.config = os.path.join(arena.folder, "ike_exporter.toml")
        self.state = os.path.join(arena.folder, "state")
        self.flags = []
        self.before = []  # a command that runs the exporter, such as prlimit

    def write(self, text):
        with open(self.config + ".new", "w", encoding="ascii") as config:
            config.write(text)
        os.rename(self.config + ".new", self.config)

    def text(self):
        with open(self.config, encoding="ascii") as config:
            return config.read()

    def command(self):
        unprivileged = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
                        "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"]
        if owner() != NOBODY:
            unprivileged = []
        return [*self.before, *unprivileged, self.arena.exporter_binary, "serve",
                "--config.file", self.config, "--storage.path", self.state, *self.flags]

    def begin(self, seconds=20, **options):
        self.start(self.command(), **options)
        self.wait_ready(seconds)

    def wait_ready(self, seconds=20):
        def ready():
            assert self.running(), f"the exporter has ended: {self.said()[-2000:]}"
            return get("/-/ready", 5)[0] == 200
        wait_for("readiness", ready, seconds)

    def preloading(self, build, name, **variables):
        """An environment in which a shim of ours takes the place of system calls."""
        shim = self.arena.copy(os.path.join(build, f"lib{name}.so"))
        return {**os.environ, "LD_PRELOAD": shim, **variables}

    def reload(self, seconds=20):
        """SIGHUP, and waits until the new configuration is the one that runs."""
        name = "ike_exporter_config_last_reload_success_timestamp_seconds"
        before = Page().value(name)
        self.signal(signal.SIGHUP)
        wait_for("the reload", lambda: Page().value(name) != before, seconds)


class Arena:
    """A folder with copies of the programs that nobody may run, and what the test starts."""

    def __init__(self, build):
        self.folder = tempfile.mkdtemp(prefix="ike_hostile_")
        os.chmod(self.folder, 0o755)
        self.exporter_binary = self.copy(os.path.join(build, "ike_exporter"))
        self.responder_binary = os.path.join(build, "ike_responder")
        os.mkdir(os.path.join(self.folder, "state"), 0o700)
        os.chown(os.path.join(self.folder, "state"), owner(), owner())
        self.responder = Responder(self)
        self.exporter = Exporter(self)

    def copy(self, binary):
        copy = os.path.join(self.folder, os.path.basename(binary))
        shutil.copy(binary, copy)
        os.chmod(copy, 0o755)
        return copy

    def close(self):
        for program in (self.exporter, self.responder):
            if program.running():
                program.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def targets(prefix, network, count, first=1, **settings):
    """[[target]] tables prefix-N with the addresses of network (two octets) from `first` on."""
    more = "".join(f"{key} = {value}\n" for key, value in settings.items())
    return "".join(f'[[target]]\nname = "{prefix}-{n}"\nhost = "{network}.{n // 250}.{n % 250 + 1}"\n{more}'
                   for n in range(first, first + count))


def addresses(network, count, first=1):
    """The same addresses, as a list; its text is one in the responder's script too."""
    return [f"{network}.{n // 250}.{n % 250 + 1}" for n in range(first, first + count)]
