"""Lines about what is served."""
import http.server
import json
import statistics
import threading
import time
import urllib.request

import machine
from exporter import Exporter, Reflector, difference, quantile, write_config
from machine import PROBER_CORE, run_json
from ports import reserve_port
from report import at_least, at_most, below, median


def sample(bench):
    """Both ways of writing the same samples in one program, in turn."""
    ours, theirs = [], []
    for _ in range(bench.runs):
        found = run_json([bench.build / "bench_page", 10000, 3], PROBER_CORE)[0]
        ours.append(found["ours_ns"])
        theirs.append(found["prometheus_cpp_ns"])
    return [at_least("samples/s", 1e9 / median(ours), 1e9 / median(theirs), 12)]


# Targets of 17 samples each, once both versions have been answered.
MILLION = 60000


def scrape_memory(bench):
    parts = []
    with Reflector(bench), Exporter(bench, MILLION, "20s", cores=(0, 1)) as exporter:
        time.sleep(22)
        for gzip in (False, True):
            machine.get(exporter.port, gzip=gzip)  # what a first scrape leaves behind is no growth
        for gzip in (False, True):
            exporter.forget_peak()
            before = exporter.memory()
            machine.get(exporter.port, gzip=gzip)
            added = exporter.memory("VmHWM") - before
            parts.append(below(f"KiB added, {'gzip' if gzip else 'plain'}", added / 1024, 1024,
                               "KiB"))
    return parts


class StaticPage(http.server.BaseHTTPRequestHandler):
    """One prebuilt page, over and over."""
    page = b""
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(self.page)))
        self.end_headers()
        self.wfile.write(self.page)

    def log_message(self, *_):
        pass


def ingest_seconds(bench, page):
    """How long Prometheus takes for a page that costs its server nothing, in the steady state."""
    StaticPage.page = page.encode()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), StaticPage)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = reserve_port()
    config = bench.scratch / "prometheus.yml"
    config.write_text("scrape_configs:\n  - job_name: page\n    scrape_interval: 1s\n"
                      "    static_configs:\n      - targets: "
                      f'["127.0.0.1:{server.server_port}"]\n', encoding="ascii")
    rounds = 10 if bench.quick else 20
    with machine.Program(["prometheus", f"--config.file={config}",
                          f"--storage.tsdb.path={bench.scratch}/tsdb",
                          f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]):
        time.sleep(rounds + 5)
        url = f"http://127.0.0.1:{port}/api/v1/query?query=scrape_duration_seconds%5B10m%5D"
        with urllib.request.urlopen(url, timeout=10) as answer:
            values = json.load(answer)["data"]["result"][0]["values"]
    server.shutdown()
    return statistics.median(float(value) for _, value in values[3:])


def prometheus_ingest(bench):
    """About 100,000 samples of answered probes; then the schedule slows down, so that only the
    scrape costs anything."""
    with Reflector(bench), Exporter(bench, 6000, "20s", cores=(0, 1)) as exporter:
        time.sleep(22)
        write_config(exporter.config, 6000, "3600s", listen=exporter.port)
        exporter.reload()
        time.sleep(2)
        page = exporter.metrics()
        costs = []
        for _ in range(max(5, bench.runs)):
            before = exporter.cpu()
            machine.get(exporter.port)
            costs.append(exporter.cpu() - before)
    scale = 100000 / page.samples()
    theirs = ingest_seconds(bench, page.text)
    return [at_most("ms of 100,000 samples", median(costs) * 1e3 * scale, theirs * 1e3 * scale,
                    0.15)]


def lag_during(exporter, action):
    """The lag's p99 over the probes that started while `action` ran, at least for 5 s."""
    before, end = exporter.metrics().lag_counts(), time.monotonic() + 5
    while time.monotonic() < end:
        action()
    return quantile(difference(exporter.metrics().lag_counts(), before), 0.99) * 1e3


def scrape_isolation(bench):
    """6,000 probes a second while scrapes follow each other without a pause."""
    plain, gzip, quiet = [], [], []
    with Reflector(bench), Exporter(bench, MILLION, "20s", cores=(0, 1)) as exporter:
        time.sleep(22)
        for _ in range(max(3, bench.runs // 2)):
            quiet.append(lag_during(exporter, lambda: time.sleep(0.1)))
            plain.append(lag_during(exporter, lambda: machine.get(exporter.port)))
            gzip.append(lag_during(exporter, lambda: machine.get(exporter.port, gzip=True)))
    base = median(quiet)
    return [below(f"ms added to lag p99, {kind}", max(0, median(found) - base), 5, "ms", True)
            for kind, found in (("plain", plain), ("gzip", gzip))]
