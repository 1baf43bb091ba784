"""Background processes of the lab: they outlive the command that started them, hold none of its
pipes, and are found again by a pid file that names the executable too, since pids are reused."""
import glob
import os
import re
import signal
import subprocess
import time


# pluto's passert, pexpect and abort; charon's signal handler; the C library's last words.
FAULTS = re.compile(r"ASSERTION FAILED|EXPECTATION FAILED|\bABORT\b|\babort|received 11\b|"
                    r"critical signal|SIGSEGV|SIGABRT|double free|corrupted|stack smashing|"
                    r"terminated by signal")


class Process:
    def __init__(self, directory, name):
        self.pid_file = os.path.join(directory, name + ".pid")
        self.output = os.path.join(directory, name + ".out")

    def start(self, command, environment=None):
        with open(self.output, "ab") as output:
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output,
                                     stderr=subprocess.STDOUT, start_new_session=True,
                                     env={**os.environ, **(environment or {})})
        with open(self.pid_file, "w") as pid_file:
            pid_file.write(f"{child.pid} {_started(child.pid)}")

    def pid(self):
        """The pid while it runs, else None."""
        try:
            with open(self.pid_file) as pid_file:
                pid, started = pid_file.read().split()
        except (OSError, ValueError):
            return None
        _reap(int(pid))
        return int(pid) if _started(int(pid)) == started else None

    def stop(self):
        """SIGTERM, and after two seconds SIGKILL; returns when it is gone."""
        pid = self.pid()
        for number in (signal.SIGTERM, signal.SIGKILL):
            if pid and _signal(pid, number):
                wait_for(lambda: self.pid() is None, 2)
        if os.path.exists(self.pid_file):
            os.remove(self.pid_file)


class Daemon:
    """An IKE daemon of a lab: .lab, .name, .log, .process. The lab knows which of them run, and what
    was wrong with those that were stopped (health.py)."""

    speaks_ike = True
    serves_tcp = False  # port 4500

    def pid(self):
        return self.process.pid()

    def started(self):
        self.lab.running[self.name] = self

    def faults(self):
        """The lines of its log and of its output that say that something in it is broken."""
        found = []
        for path in dict.fromkeys((self.log, self.process.output)):
            if os.path.exists(path):
                with open(path, errors="replace") as log:
                    found += [line.strip() for line in log if FAULTS.search(line)]
        return found

    def stop(self):
        if self.lab.running.pop(self.name, None):
            if not self.pid():
                self.lab.casualties.append(f"{self.name} ended by itself")
            self.lab.casualties += [f"{self.name} logged: {line}" for line in self.faults()]
        self.process.stop()


def stop_all(directory):
    """Ends whatever has a pid file in a folder of `directory`. Serial but quick: all get their
    signal before the first is waited for. (No threads: this runs at interpreter exit too.)"""
    found = [Process(os.path.dirname(path), os.path.basename(path)[:-len(".pid")])
             for path in glob.glob(os.path.join(directory, "*", "*.pid"))]
    for pid in filter(None, map(Process.pid, found)):
        _signal(pid, signal.SIGTERM)
    for one in found:
        one.stop()


def wait_for(condition, seconds):
    """Polls until condition() holds; False when it does not within so many seconds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _signal(pid, number):
    try:
        os.kill(pid, number)
        return True
    except ProcessLookupError:
        return False


def _reap(pid):
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        pass


def _started(pid):
    """Start time in clock ticks (proc(5), field 22): with the pid it names one process for good."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return "" if fields[0] == "Z" else fields[19]
    except OSError:
        return ""
