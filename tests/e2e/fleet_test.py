#!/usr/bin/python3
"""2,000 simulated targets at a 10 s interval: no false failure (what the gateways have seen is the truth), a
fixed number of threads and sockets, and what it costs. Arguments: the build directory and the seconds."""
import json
import os
import pathlib
import re
import signal
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/ops"))

from stack import Stack, get, wait_until  # noqa: E402

TARGETS = 2000
INTERVAL = 10
RATE = 2 * TARGETS / INTERVAL  # probes a second
IN_FLIGHT = RATE / 4           # at most; what the page does not count yet

# strongSwan's limits, so that an impolite prober would meet cookies and silence.
GATEWAYS = """
[listen]
udp = [{ike}]
udp_encap = []
bind = "wildcard"
[[gateway]]
name = "fleet"
addresses = ["127.3.0.0-127.3.7.207"]
ikev2 = ["aes256-sha256-modp2048"]
ikev1 = ["aes256-sha256-modp2048"]
cookie_after = 3
block_after = 5
"""


def address(number):
    return f"127.3.{number // 256}.{number % 256}"


def config(ike):
    text = f'[probe]\ninterval = "{INTERVAL}s"\naudit_interval = "0s"\nport = {ike}\nrequire = "all"\n'
    for number in range(TARGETS):
        text += f'[[target]]\nname = "t{number}"\nhost = "{address(number)}"\n'
    return text


class Process:
    """What the kernel knows of the exporter."""

    def __init__(self, pid):
        self.proc = pathlib.Path(f"/proc/{pid}")

    def status(self, key):
        return int(re.search(rf"^{key}:\s+(\d+)", (self.proc / "status").read_text(), re.M).group(1))

    def shape(self):
        """(threads, sockets)"""
        sockets = 0
        for descriptor in (self.proc / "fd").iterdir():
            try:
                sockets += os.readlink(descriptor).startswith("socket:")
            except FileNotFoundError:
                pass
        return self.status("Threads"), sockets

    def cpu_seconds(self):
        fields = (self.proc / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        """Bytes: resident now, and the most there ever was."""
        return self.status("VmRSS") * 1024, self.status("VmHWM") * 1024


def sums(page):
    """name, or name and reason -> the sum of its samples; and the number of samples of a name."""
    values, counts = {}, {}
    for line in page.splitlines():
        if line.startswith("#"):
            continue
        series, value = line.rsplit(" ", 1)
        name = series.partition("{")[0]
        reason = re.search(r'reason="(\w+)"', series)
        key = (name, reason.group(1)) if reason else name
        values[key] = values.get(key, 0) + float(value)
        counts[name] = counts.get(name, 0) + 1
    return values, counts


def stop_gateways(stack):
    """What the gateways have seen."""
    process = stack.processes["gateways"]
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    return json.loads((stack.work / "gateways.json").read_text().splitlines()[0])


def watch(stack, process, seconds):
    """Lets it run; the shapes that were seen once everything was probed, and the CPU time used."""
    wait_until("every target probed", lambda: sums(get(stack.url("exporter", "/metrics"), 30))[0]
               ["ike_probes_total"] >= 2 * TARGETS, 6 * INTERVAL)
    shapes, begun, cpu = set(), time.monotonic(), process.cpu_seconds()
    while time.monotonic() < begun + seconds:
        time.sleep(5)
        shapes.add(process.shape())
    return shapes, (process.cpu_seconds() - cpu) / (time.monotonic() - begun)


def check(values, counts, gateways, seconds):
    """`seconds` went by from the page until the gateways had stopped."""
    failures = {reason: count for (name, reason), count in
                ((key, value) for key, value in values.items() if isinstance(key, tuple))
                if name == "ike_probe_failures_total" and count > 0}
    assert not failures, f"no gateway failed, but the exporter says {failures}"
    assert values["ike_up"] == counts["ike_up"] == 2 * TARGETS, values["ike_up"]
    assert values["ike_target_up"] == TARGETS
    assert values["ike_negotiated"] == 2 * TARGETS
    skipped = {key[1]: value for key, value in values.items() if key[0] == "ike_exporter_probes_skipped_total"}
    # What was in flight when the page was made is in no counter yet, nor is what came after it.
    sent, received = values["ike_probe_packets_sent_total"], gateways["requests"]
    assert 0 <= received - sent <= IN_FLIGHT + RATE * seconds, f"{sent} sent, {received} heard {seconds:.2f} s later"
    # On a busy machine some probes send again, and the second answer comes when they are over.
    repeated = received - values["ike_probes_total"]
    assert values["ike_exporter_unmatched_packets_total"] <= repeated, (values, repeated)
    assert gateways["answers"] == received, "the gateways answered everything"
    assert gateways["half_open_peak_of_source"] <= 2, "strongSwan demands cookies from the third on"
    return skipped


def main():
    seconds = int(sys.argv[2])
    with tempfile.TemporaryDirectory() as directory, Stack(sys.argv[1], directory) as stack:
        stack.start_gateways(GATEWAYS.format(**stack.ports), "--log", stack.work / "gateways.json")
        stack.start_exporter(config(stack.ports["ike"]))
        process = Process(stack.processes["exporter"].pid)
        shapes, cpu = watch(stack, process, seconds)
        resident, peak = process.memory()
        read = time.monotonic()
        page = get(stack.url("exporter", "/metrics"), 30)
        gateways = stop_gateways(stack)
        late = time.monotonic() - read
    values, counts = sums(page)
    skipped = check(values, counts, gateways, late)
    assert len(shapes) == 1, f"threads and sockets: {shapes}"
    (threads, sockets), = shapes
    print(f"{TARGETS} targets, {int(values['ike_probes_total'])} probes, {gateways['requests']} packets at the gateways, "
          f"no failure, skipped {skipped}; {threads} threads, {sockets} sockets; "
          f"{cpu * 100:.2f} % of a CPU, {cpu / RATE * 1e6:.0f} us a probe; "
          f"{resident / 2**20:.1f} MiB resident ({peak / 2**20:.1f} at most), {resident / TARGETS:.0f} bytes a target")


if __name__ == "__main__":
    main()
