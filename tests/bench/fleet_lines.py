"""Lines about a whole fleet that is probed on schedule: nothing lost, nothing late, little memory."""
import re
import time

import machine
from exporter import Exporter, Fleet, Reflector, difference, quantile
from report import below, percentile


def seconds_of(interval):
    return float(interval.rstrip("s"))


def complete_run(bench, count, interval, link):
    """Probes every gateway at least once; the end's page, the kernel's drops, the fleet's log."""
    drops = machine.kernel_drops()
    with Fleet(bench, count, link) as fleet:
        with Exporter(bench, count, interval, probe='timeout = "5s"') as exporter:
            time.sleep(seconds_of(interval) + 6)
            page = exporter.metrics()
        truth = fleet.truth()
    return page, machine.kernel_drops() - drops, truth


def completeness(bench):
    parts = []
    for count, interval in ((10000, "5s"), (100000, "10s")):
        for rtt in (0, 20, 100):
            link = f'delay = "{rtt}ms"' if rtt else ""
            page, drops, _ = complete_run(bench, count, interval, link)
            unanswered = (len(list(page.values("ike_probes_total"))) -
                          sum(1 for _, up in page.values("ike_up") if up == 1))
            failures = page.sum("ike_probe_failures_total") - rejected(page)
            missed = max(unanswered, failures) + drops
            parts.append(below(f"{count} targets, RTT {rtt} ms: missed or dropped", missed, 0))
    return parts


def rejected(page):
    """With detail = "basic" one row counts all failures; a refusal by a daemon without IKEv1
    configuration is an answer, so the count is of those whose gateway is up but refused."""
    up = dict(page.values("ike_up"))
    negotiated = dict(page.values("ike_negotiated"))
    failures = dict(page.values("ike_probe_failures_total"))
    return sum(count for labels, count in failures.items()
               if up.get(labels) == 1 and negotiated.get(labels) == 0)


def loss(bench):
    """5 % of all round trips lose one of their two packets."""
    count = 10000
    page, _, truth = complete_run(bench, count, "10s", "loss = 0.025\nanswer_loss = 0.025")
    lost = {row["address"]: row["lost"] for row in truth if "address" in row}
    probes = page.sum("ike_probes_total")
    missed = unexplained = 0
    for labels, failures in page.values("ike_probe_failures_total"):
        if not failures:
            continue
        if dict(page.values("ike_up")).get(labels, 0) == 1:
            continue
        missed += 1
        index = int(re.search(r'target="gateway-(\d+)"', labels).group(1))
        if lost.get(machine.address(index), 0) < 2:
            unexplained += 1
    return [below("share of probes not answered", missed / max(1, probes), 1e-4),
            below("misses that the fleet's log does not explain", unexplained, 0)]


class Hour:
    """100,000 targets, both versions, every 60 s, on one core."""

    def __init__(self, bench):
        self.minutes = 1 if bench.quick else bench.minutes
        with Fleet(bench, 100000, 'delay = "20ms"') as fleet:
            with Exporter(bench, 100000, "60s") as exporter:
                time.sleep(62)
                before, cpu, begun = exporter.metrics(), exporter.cpu(), time.monotonic()
                time.sleep(60 * self.minutes)
                self.cpu = (exporter.cpu() - cpu) / (time.monotonic() - begun)
                after = exporter.metrics()
            self.late = next(row["lateness_us"] for row in fleet.truth() if "lateness_us" in row)
        lag = difference(after.lag_counts(), before.lag_counts())
        self.lag = quantile(lag, 0.99)
        down = sum(1 for _, up in after.values("ike_up") if up != 1)
        self.false = down + after.sum("ike_probe_failures_total") - rejected(after)
        self.skipped = after.sum("ike_exporter_probes_skipped_total")
        errors = [abs(rtt - 0.020) for _, rtt in after.values("ike_last_rtt_seconds")]
        self.rtt_error = percentile(errors, 0.99)


def schedule(bench):
    hour = bench.hour()
    return [below("schedule lag p99, ms", hour.lag * 1e3, 50, "ms", strictly=True),
            below("CPU, share of the core", hour.cpu, 0.25, strictly=True),
            below("false failures and skipped probes", hour.false + hour.skipped, 0)]


def rtt_error(bench):
    return [below("RTT error p99, ms", bench.hour().rtt_error * 1e3, 1, "ms", strictly=True)]


def memory(bench):
    with Exporter(bench, 0, "20s") as exporter:
        exporter.metrics()
        time.sleep(1)
        base = exporter.memory()
    count = 100000
    with Reflector(bench), Exporter(bench, count, "20s") as exporter:
        time.sleep(45)
        exporter.metrics()
        loaded = exporter.memory()
        exporter.reload()
        time.sleep(25)
        reloaded = exporter.memory()
    return [below("bytes a target, after load", (loaded - base) / count, 1024, "B"),
            below("bytes a target, after a reload", (reloaded - base) / count, 1024, "B"),
            below("base, MiB", base / 2**20, 24, "MiB")]


def audits(bench):
    """An hour in virtual time; as many audits at once as packets_per_second allows by default."""
    count = 10000
    row = machine.run_json([bench.build / "bench_audits", count, 5000], machine.PROBER_CORE)[0]
    return [below(f"of {count} targets not audited", count - row["audited"], 0),
            below("longest audit, s", row["longest_seconds"], 3600, "s", strictly=True),
            below("CPU without packets, share of the core", row["cpu_share"], 0.25, strictly=True),
            below("KiB a running audit", row["bytes_per_audit"] / 1024, 16, "KiB")]


def start_and_reload(bench):
    starts, gaps, usual = [], [], []
    for _ in range(max(1, bench.runs // 2)):
        with Reflector(bench) as reflector:
            begun = time.clock_gettime(time.CLOCK_MONOTONIC)
            with Exporter(bench, 100000, "60s", cores=(0, 1)) as exporter:
                time.sleep(3)
                starts.append(reflector.ask()["first"] - begun)
                time.sleep(4)
                usual.append(reflector.ask()["longest_gap"])
                exporter.reload()
                time.sleep(4)
                gaps.append(reflector.ask()["longest_gap"])
    return [below("configuration to first probe, s", percentile(starts, 0.5), 2, "s", True),
            below("longest gap in a reload, ms", percentile(gaps, 0.5) * 1e3, 20, "ms", True),
            below("longest gap without one, ms", percentile(usual, 0.5) * 1e3, 20, "ms", True)]
