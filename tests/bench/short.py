"""The short form: counts that do not depend on the machine. Each is compared with what was recorded
here; a count that rose by more than its margin fails."""
import os
import re
import shutil
import subprocess

from exporter import Reflector
from machine import PORT, run_json
from report import below

HOSTS = 1000
PAGE_TARGETS = 1000
# Instructions in user space, bytes: as recorded with gcc 12 -O3, and what they may grow by.
# A probe's are those of the whole engine from the timer to the published result, receiving included,
# and with SHA-1 as processors without its instructions compute it.
INSTRUCTIONS_PER_PROBE = 14200
INSTRUCTIONS_PER_SAMPLE = 535
BYTES_PER_SAMPLE = 62
MARGIN = 1.15
# OpenSSL and the C library choose code by what the processor can do: here the same everywhere, SSE2,
# SSSE3, AES-NI and CLMUL of OpenSSL's, SSE2 of the C library's.
OPENSSL_IA32CAP = hex(sum(1 << bit for bit in (23, 24, 25, 26, 33, 41, 57))) + ":0"
GLIBC_TUNABLES = ("glibc.cpu.hwcaps=-AVX,-AVX2,-AVX512F,-AVX512VL,-AVX512BW,-AVX_Fast_Unaligned_Load,"
                  "-AVX2_Usable,-BMI2,-ERMS,-FSRM,-MOVBE,-SSSE3,-SSE4_1,-SSE4_2,-Fast_Unaligned_Copy")


def instructions(command, function, scratch):
    """Those of `function` and all that it calls, as callgrind counts them."""
    out = scratch / "callgrind.out"
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}",
         f"--toggle-collect={function}", *map(str, command)],
        check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "OPENSSL_ia32cap": OPENSSL_IA32CAP, "GLIBC_TUNABLES": GLIBC_TUNABLES})
    return int(re.search(r"Collected : (\d+)", done.stderr).group(1))


def probes(bench):
    """Every host answered, nothing dropped, nothing taken from the heap."""
    with Reflector(bench):
        rounds = run_json([bench.build / "bench_sweep", PORT, HOSTS, 128, 6, "2", "minute"], None)
    steady = rounds[3:]
    return [below("hosts not answered", sum(HOSTS - r["up"] for r in steady), 0),
            below("probes left out", sum(max(0, HOSTS - r["probes"]) for r in steady), 0),
            below("datagrams dropped", rounds[-1]["drops"], 0),
            # Of a probe: the answer that is kept for requests by hand, three. The goal is none.
            below("allocations a probe", max(r["allocations_per_probe"] for r in steady), 0.05)]


def page(bench):
    found = run_json([bench.build / "bench_page", PAGE_TARGETS, "ours"], None)[0]
    return [below("allocations of a page", found["allocations"], 0),
            below("bytes a sample", found["bytes"] / found["samples"], BYTES_PER_SAMPLE * MARGIN)]


def counted(bench):
    """Instructions, where valgrind is installed: of 8 rounds less those of 4, since what happens
    once is not a probe's."""
    if not shutil.which("valgrind"):
        print("  valgrind is missing: instructions are not counted", flush=True)
        return []
    sweep = [bench.build / "bench_sweep", PORT, 100, 32]
    few, many = (instructions([*sweep, rounds, "2", "lockstep"], "*Sweep::Turn*", bench.scratch)
                 for rounds in (4, 8))
    samples = run_json([bench.build / "bench_page", 100, "ours"], None)[0]["samples"]
    # The page is written twice: once to count its samples.
    written = instructions([bench.build / "bench_page", 100, "ours"],
                           "exporter::MetricsPage::Next*", bench.scratch) / 2
    return [below("instructions a probe", (many - few) / 400, INSTRUCTIONS_PER_PROBE * MARGIN),
            below("instructions a sample", written / samples, INSTRUCTIONS_PER_SAMPLE * MARGIN)]


LINES = {"probes": ("counts of probes", probes), "page": ("counts of the page", page),
         "instructions": ("counts of instructions", counted)}

