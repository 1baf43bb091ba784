"""Lines about the cost and the rate of probes."""
import re
import resource
import socket
import subprocess
import time

import blackbox
import machine
from exporter import Exporter, Reflector
from machine import PORT, PROBER_CORE, address, run_json
from report import at_least, at_most, median

# In flight, of ours and of the raw loop: with less the other end is what both wait for.
WINDOW = 1024


def sweep(bench, hosts, rounds, versions="2", clock="minute"):
    """The rounds of bench_sweep, without the first two: the memory is new in the first, and the
    second learns how refusals are answered."""
    return run_json([bench.build / "bench_sweep", PORT, hosts, WINDOW, rounds + 2, versions, clock],
                    PROBER_CORE)[2:]


def opening(bench, version="2"):
    """A file with an opening as it goes over the wire, for the raw loop to send."""
    path = bench.scratch / f"opening{version}"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.1.0.0", 0))
        sock.settimeout(10)
        with machine.Program([bench.build / "bench_sweep", sock.getsockname()[1], 1, 1, 1, version,
                              "minute"]):
            path.write_bytes(sock.recv(4096))
    return path


def raw_loop(bench, request, *rate, seconds=1):
    """What it prints: of what it gets through, or of `rate` a second."""
    return run_json([bench.build / "bench_raw_loop", PORT, 10000, WINDOW, seconds, request, *rate],
                    PROBER_CORE)[0]


def floor(bench):
    """The raw loop and the engine against the same reflector, interleaved: in short runs, since the
    machine changes its speed by more than what lies between the two."""
    ours, raw, request = [], [], opening(bench)
    for _ in range(5 * bench.runs):
        with Reflector(bench):
            ours.append(median([r["cpu_ns_per_probe"] for r in sweep(bench, 10000, 5)]))
            raw.append(raw_loop(bench, request, seconds=0.25)["cpu_ns_per_pair"])
    return [at_least("probes/s of one core", 1e9 / median(ours), 1e9 / median(raw), 0.75, "1/s")]


def scan(bench, version):
    """(hosts/s, CPU us a host, share that answered) of ike-scan at its fastest complete setting."""
    hosts = bench.scratch / "hosts"
    hosts.write_text("".join(f"{address(i)}\n" for i in range(10000)), encoding="ascii")
    best = None
    # IKEv2 decoded, as we do; IKEv1 at its fastest.
    flags = ["--ikev2"] if version == 2 else ["-q"]
    for interval in ("1u", "5u", "10u", "20u"):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            ["taskset", "-c", str(PROBER_CORE), "ike-scan", *flags, "--nodns", "--sport=0",
             f"--dport={PORT}", "--retry=1", f"--interval={interval}", f"--file={hosts}"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        rate = float(re.search(r"\(([\d.]+) hosts/sec\)", done.stdout).group(1))
        # A refusal would be less to read than what we are given.
        seen = int(re.search(r"(\d+) returned handshake", done.stdout).group(1))
        if seen == 10000 and (best is None or rate > best[0]):
            best = (rate, cpu * 1e6 / 10000)
    return best


def ike_scan(bench):
    parts = []
    for version, goal in ((1, 2), (2, 4)):
        rates, cpus, our_rates, our_cpus, raw = [], [], [], [], []
        request = opening(bench, str(version))
        for _ in range(bench.runs):
            with Reflector(bench):
                if best := scan(bench, version):
                    rates.append(best[0])
                    cpus.append(best[1])
                for r in sweep(bench, 10000, 3, str(version)):
                    our_rates.append(r["probes"] / r["seconds"])
                    our_cpus.append(r["cpu_ns_per_probe"] * 1e-3)
                raw.append(raw_loop(bench, request))
        raw_rate = median([r["pairs"] / r["seconds"] for r in raw])
        raw_cpu = median([r["cpu_ns_per_pair"] * 1e-3 for r in raw])
        parts.append(at_least(f"IKEv{version} hosts/s", median(our_rates), median(rates), goal,
                              raw=raw_rate))
        parts.append(at_most(f"IKEv{version} CPU us a host", median(our_cpus), median(cpus), 0.5,
                             raw=raw_cpu))
    return parts


def paced_cpu(bench, seconds):
    """CPU us a probe of the whole program at 10,000 probes a second: 50,000 gateways every 10 s,
    both versions."""
    with Reflector(bench), Exporter(bench, 50000, "10s") as exporter:
        time.sleep(11)
        before, cpu = exporter.metrics().sum("ike_probes_total"), exporter.cpu()
        begun = time.monotonic()
        time.sleep(seconds)
        cpu = exporter.cpu() - cpu
        elapsed = time.monotonic() - begun
        probes = exporter.metrics().sum("ike_probes_total") - before
        return cpu * 1e6 / (probes * elapsed / (elapsed + 0.2)), probes / elapsed


def blackbox_cpu(bench):
    peer, ours, raw, paced, raw_paced = [], [], [], [], []
    requests = [opening(bench, version) for version in "12"]
    for _ in range(bench.runs):
        with Reflector(bench, "--dns"):
            peer.append(blackbox.cpu_per_probe(bench))
        with Reflector(bench):
            ours += [r["cpu_ns_per_probe"] * 1e-3 for r in sweep(bench, 10000, 3)]
            raw.append(raw_loop(bench, requests[1])["cpu_ns_per_pair"] * 1e-3)
            raw_paced += [raw_loop(bench, request, 10000)["cpu_ns_per_pair"] * 1e-3
                          for request in requests]
        paced.append(paced_cpu(bench, 5)[0])
    return [at_most("saturated, CPU us a probe", median(ours), median(peer), 1 / 100,
                    raw=median(raw)),
            at_most("10,000 a second, CPU us a probe", median(paced), median(peer), 1 / 40,
                    raw=median(raw_paced))]


def flat(bench):
    costs = {1000: [], 10000: [], 100000: []}
    with Reflector(bench):
        for _ in range(bench.runs):
            for hosts, found in costs.items():
                rounds = {1000: 20, 10000: 4, 100000: 1}[hosts]
                found.append(median([r["cpu_ns_per_probe"] for r in sweep(bench, hosts, rounds)]))
    cost = {hosts: median(found) for hosts, found in costs.items()}
    return [at_most(f"CPU ns a probe, {hosts} targets against {least}", cost[hosts], cost[least],
                    1.25)
            for least in [min(cost, key=cost.get)] for hosts in cost if hosts != least]
