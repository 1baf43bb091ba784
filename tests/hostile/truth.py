"""What the simulated gateways say happened, from their own log of every packet, against what the
exporter counted.

A probe is one opening (one SPI), or several: an opening that meets silence may be followed by a plainer one. It was
answered when an answer to any copy of one of them left the gateway, other than the demand for another group, upon
which the opening goes on. Probes of one target and version are at least INTERVAL apart, their openings less than
TIMEOUT, so that the answered probes can be counted; one may be under way. On a machine that is too busy for the
gateways themselves their answers may be too late: such probes are counted as well.
"""
import collections
import os
import threading
import time

VERSIONS = {"sa-init": "2", "main": "1", "aggressive": "1"}
UNANSWERED = {"lost", "down", "silent", "ignored", "blocked", "unreachable", "invalid-ke"}
PATIENCE_MS = 300  # a gateway that first looks at a packet so long after its arrival is not to be relied on
REMEMBERED = 24  # lines of each address and version
INTERVAL, TIMEOUT = 10, 5  # seconds; what lies between them tells probes from openings


class Probe:
    def __init__(self, begun):
        self.begun = begun
        self.answers = {}  # SPI: answers that have left
        self.late = False  # an answer left too late

    def answered(self):
        return any(self.answers.values())


class Truth:
    """Reads the responder's events from a pipe, on a thread of its own."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "events.pipe")
        os.mkfifo(self.path)
        self.packets = 0
        self.answered = {}  # (address, version): probes
        self.late = {}      # (address, version): probes
        self.recent = {}    # (address, version): the last lines about it
        self._probes = {}   # (address, version): the latest
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def start(self):
        self._thread.start()

    def _read(self):
        with open(self.path, encoding="ascii") as events:
            for line in events:
                fields = line.rstrip("\n").split("\t")
                if len(fields) > 9 and fields[4] in VERSIONS:
                    with self._lock:
                        self._take(fields)

    def _take(self, fields):
        key = (fields[2].rpartition(":")[0], VERSIONS[fields[4]])
        at, spi, verdict = float(fields[0]), fields[5], fields[6]
        self.recent.setdefault(key, collections.deque(maxlen=REMEMBERED)).append(f"{at:.3f} {spi} {verdict} {fields[9]}")
        probe = self._probes.get(key)
        if not probe or (spi not in probe.answers and at > probe.begun + (INTERVAL + TIMEOUT) / 2):
            probe = self._probes[key] = Probe(at)
            self.answered.setdefault(key, 0)
        before = probe.answered()
        answers = probe.answers.setdefault(spi, 0)
        if verdict == "answer-lost":  # follows the line of the request
            probe.answers[spi] = max(0, answers - 1)
        else:
            self.packets += 1
            probe.answers[spi] += verdict not in UNANSWERED
            if int(fields[9]) > PATIENCE_MS and not probe.late:
                probe.late = True
                self.late[key] = self.late.get(key, 0) + 1
        self.answered[key] += probe.answered() - before

    def snapshot(self):
        with self._lock:
            return dict(self.answered)


def counted(page, hosts):
    """{(address, version): answered probes} of the targets {name: address}. "rejected" is an answer,
    and whatever else is none."""
    answers = {}
    for labels, value in page.rows("ike_probes_total"):
        if labels["target"] in hosts:
            answers[hosts[labels["target"]], labels["ike_version"]] = value
    for labels, value in page.rows("ike_probe_failures_total"):
        if value and labels["target"] in hosts and labels["reason"] != "rejected":
            answers[hosts[labels["target"]], labels["ike_version"]] -= value
    return answers


class Comparison:
    """Looks at both sides several times while probes go on. An answer under way is in one count only
    for a moment; what is missed or invented stays so: the least difference of all looks counts."""

    def __init__(self, truth, hosts):
        self.truth = truth
        self.hosts = hosts
        self.answered = 0
        self.series = 0
        self._missed = self._invented = None

    def look(self, page, before):
        """`before`: the truth as it was before the page was read."""
        counts = counted(page, self.hosts)
        self.answered, self.series = sum(counts.values()), len(counts)
        time.sleep(0.5)  # what the pipe still holds
        after = self.truth.snapshot()
        missed = {key: before.get(key, 0) - count for key, count in counts.items()}
        invented = {key: count - after.get(key, 0) for key, count in counts.items()}
        self._missed = _least(self._missed, missed)
        self._invented = _least(self._invented, invented)

    def missed(self):
        """{(address, version): answers that the exporter did not count, beyond those that were late}"""
        late = {key: count - self.truth.late.get(key, 0) for key, count in self._missed.items()}
        return {key: count for key, count in late.items() if count > 0}

    def late(self):
        """Answers that were late, and not counted."""
        return sum(min(count, self.truth.late.get(key, 0)) for key, count in self._missed.items())

    def invented(self):
        """{(address, version): answers that never were}"""
        return self._invented


def _least(seen, differences):
    found = {key: value for key, value in differences.items() if value > 0}
    return found if seen is None else {key: min(value, found[key]) for key, value in seen.items() if key in found}
