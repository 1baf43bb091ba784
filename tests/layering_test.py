#!/usr/bin/env python3
"""Who may include whom: the first row that a file matches says which of our headers it may include,
and each third party stays in the files named for it. Prints what strays and ends with 1."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
VALUES = r"probes/(bytes|ip_address|opening|prefetch|quirks|suite|target|time)\.h"
STORE = (r"exporter/(label_text|number_text|probe_history|rtt_histograms|store|target_entry|target_state|"
         r"tiny_lock|trace|unix_time|uptime|weak_algorithms|weak_history)\.h")

# (files, the headers that they may include)
LAYERS = [
    (r"probes/(bytes|prefetch|quirks|time)\.h", r"(?!)"),
    (r"probes/wire/", rf"probes/wire/|{VALUES}"),
    (r"probes/algorithms/", rf"probes/algorithms/|{VALUES}"),
    (r"probes/", r"probes/"),
    (r"config/(host|idn|suggest)\.", rf"config/(host|idn|suggest)\.h|{VALUES}"),
    (r"config/", rf"config/|probes/algorithms/|{VALUES}"),
    (r"exporter/net/", rf"exporter/net/|config/(host|idn)\.h|probes/wire/encapsulation\.h|{VALUES}"),
    (r"exporter/engine/", rf"exporter/(engine|net)/|config/host\.h|exporter/probe_log\.h|probes/|{STORE}"),
    (STORE.replace(r"\.h", r"\.(h|cc)"),
     rf"config/config\.h|exporter/audit_changes\.h|probes/|{STORE}"),
    (r"exporter/json/", rf"exporter/json/|exporter/net/address\.h|exporter/packet_text\.h|exporter/engine/probe_run\.h|probes/|{STORE}"),
    (r"exporter/metrics/", r"exporter/metrics/|exporter/engine/engine_pool\.h|"
                           rf"exporter/(log|reload|version)\.h|probes/|{STORE}"),
    (r"exporter/page/", r"exporter/page/|exporter/net/address\.h|"
                        rf"exporter/(count_text|packet_text|url|version)\.h|probes/|{STORE}"),
    (r"exporter/cli/", r"exporter/(?!http/(?!routes\.h)|metrics/|page/|serve\.h)|config/|probes/"),
    (r"exporter/http/", r"exporter/(?!cli/|serve\.h)|config/|probes/"),
    (r"exporter/(main|serve)\.(cc|h)", r""),
    (r"exporter/", r"exporter/(?!cli/|http/|metrics/|page/|serve\.h)|config/|probes/"),
]

# (headers of a third party, the files that may include them)
FENCES = [
    (r"toml\+\+/", r"config/document\.cc"),
    (r"openssl/", r"probes/algorithms/key_share\.cc|probes/wire/nat_detection\.cc|"
                  r"exporter/(basic_auth|tls_files)\.cc|exporter/net/random\.cc|"
                  r"exporter/http/(api|stream_tls|tls_context)\.cc"),
    (r"httplib\.h", r"exporter/http/(client_stream|request_setup|service)\.h"),
    (r"ares\.h", r"exporter/net/(hosts_file|resolver)\.cc"),
    (r"idn2\.h", r"config/idn\.cc"),
    (r"yaml-cpp/", r"exporter/web_config\.cc"),
    (r"prometheus/", r"exporter/metrics/"),
    (r"nlohmann/", r"exporter/json/"),
    (r"spdlog/", r"exporter/log\.cc"),
    (r"CLI/", r"exporter/cli/"),
    (r"zlib\.h", r"exporter/http/gzip\.cc"),
    (r"(sys/socket|netinet/|arpa/)", r"exporter/|config/host\.cc"),
]
ALL_VERSIONS = "exporter/version.cc"  # of every library


def strays(name, included, quoted):
    if quoted:
        allowed = next(headers for files, headers in LAYERS if re.match(files, name))
        return not re.match(allowed, included)
    return any(re.match(headers, included) and not re.match(files, name)
               for headers, files in FENCES) and name != ALL_VERSIONS


def main():
    count = 0
    for path in sorted(file for folder in ("probes", "config", "exporter")
                       for file in (ROOT / folder).rglob("*") if file.suffix in (".h", ".cc")):
        name = path.relative_to(ROOT).as_posix()
        for quote, included in re.findall(r'^#include ([<"])([^>"]+)', path.read_text(), re.M):
            if strays(name, included, quote == '"'):
                print(f"{name} may not include {included}")
                count += 1
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
