"""What the simulated gateways say happened, from their own log of every packet, against what the
exporter counted.

An opening (one SPI) was answered when an answer to any copy of it left the gateway. A probe ends
with the first opening that is answered, so that for each target and version the answered probes
are as many as the answered openings; one may be under way.
"""
import os
import threading

VERSIONS = {"sa-init": "2", "main": "1", "aggressive": "1"}
UNANSWERED = {"lost", "down", "silent", "ignored", "blocked", "unreachable"}


class Truth:
    """Reads the responder's events from a pipe, on a thread of its own."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "events.pipe")
        os.mkfifo(self.path)
        self.packets = 0
        self.answered = {}  # (address, version): openings
        self._open = {}     # SPI: whether its answer has left; the last few of each address
        self._last = {}     # (address, version): the SPI of its latest opening
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def start(self):
        self._thread.start()

    def _read(self):
        with open(self.path, encoding="ascii") as events:
            for line in events:
                fields = line.rstrip("\n").split("\t")
                if len(fields) > 6 and fields[4] in VERSIONS:
                    with self._lock:
                        self._take(fields)

    def _take(self, fields):
        key = (fields[2].rpartition(":")[0], VERSIONS[fields[4]])
        spi, verdict = fields[5], fields[6]
        if verdict == "answer-lost":  # follows the line of the request
            if self._open.get(spi) == 1:
                self.answered[key] -= 1
            self._open[spi] = max(0, self._open.get(spi, 0) - 1)
            return
        self.packets += 1
        if self._last.get(key) != spi:
            self._open.pop(self._last.get(key), None)
            self._last[key] = spi
            self._open[spi] = 0
            self.answered.setdefault(key, 0)
        if verdict not in UNANSWERED:
            self._open[spi] += 1
            if self._open[spi] == 1:
                self.answered[key] += 1

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


def false_verdicts(truth_before, truth, counts, slack=1):
    """(missed, invented): answers that the exporter did not count, and those that never were. The
    truth is taken before and after the scrape; `slack` answers may be in neither or both."""
    missed = invented = 0
    for key, count in counts.items():
        missed += max(0, truth_before.get(key, 0) - slack - count)
        invented += max(0, count - truth.get(key, 0))
    return missed, invented
