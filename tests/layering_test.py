#!/usr/bin/env python3
"""Checks which folders include which: a row of LAYERS for each, and each third party stays in the files named for it.
Prints what strays and ends with 1; with --graph prints the graph of the folders as it is."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# (folder, the folders whose headers it may include besides its own): one row a folder, lowest first, so that a row names
# only rows above it and the folders cannot form a cycle.
LAYERS = [
    ("probes/base", ""),
    ("probes/algorithms", "probes/base"),
    ("probes", "probes/algorithms probes/base"),  # target.h
    ("probes/wire", "probes/algorithms probes/base"),
    ("probes/exchange", "probes/wire probes/algorithms probes/base"),
    ("probes/liveness", "probes/exchange probes/algorithms probes"),
    ("probes/audit", "probes/exchange probes/algorithms probes"),
    ("config", "probes/algorithms probes probes/base"),
    ("exporter/base", "probes/base"),
    ("exporter/log", "exporter/base probes/base"),
    ("exporter/net", "config probes/wire probes/base"),
    ("exporter/limits", "exporter/base probes/exchange probes probes/base"),
    ("exporter/transport", "exporter/base exporter/limits exporter/net probes/*"),
    ("exporter/targets", "exporter/base exporter/net config probes/*"),
    ("exporter/json", "exporter/base exporter/net exporter/targets probes/*"),
    ("exporter/engine", "exporter/base exporter/limits exporter/log exporter/net exporter/targets exporter/transport "
                        "config probes/*"),
    ("exporter/state", "exporter/base exporter/json exporter/log exporter/targets probes/*"),
    ("exporter/metrics", "exporter/base exporter/engine exporter/log exporter/targets probes/*"),
    ("exporter/http", "exporter/base exporter/log exporter/net config probes/base"),
    ("exporter/page", "exporter/base exporter/http exporter/net exporter/targets probes/*"),
    ("exporter/web", "exporter/base exporter/engine exporter/http exporter/json exporter/log exporter/metrics "
                     "exporter/net exporter/page exporter/targets config probes/*"),
    ("exporter/cli", "exporter/base exporter/engine exporter/json exporter/net exporter/targets exporter/web "
                     "config probes/*"),
    ("exporter/daemon", "exporter/base exporter/cli exporter/engine exporter/http exporter/log exporter/net "
                        "exporter/state exporter/targets exporter/web config"),
]

# (headers of a third party, the files that may include them)
FENCES = [
    (r"toml\+\+/", r"config/document\.cc"),
    (r"openssl/", r"probes/algorithms/key_share\.cc|probes/wire/nat_detection\.cc|"
                  r"exporter/http/(basic_auth|tls_files)\.cc|exporter/net/random\.cc|"
                  r"exporter/(web/api|http/(stream_tls|tls_context))\.cc"),
    (r"httplib\.h", r"exporter/http/(client_stream|request_setup|service)\.h"),
    (r"ares\.h", r"exporter/net/(hosts_file|resolver)\.cc"),
    (r"idn2\.h", r"config/idn\.cc"),
    (r"yaml-cpp/", r"exporter/http/web_config\.cc"),
    (r"prometheus/", r"exporter/metrics/"),
    (r"nlohmann/", r"exporter/(json|state)/"),
    (r"spdlog/", r"exporter/log/log\.cc"),
    (r"CLI/", r"exporter/cli/"),
    (r"zlib\.h", r"exporter/http/gzip\.cc"),
    (r"(sys/socket|netinet/|arpa/)", r"exporter/|config/host\.cc"),
]
ALL_VERSIONS = "exporter/base/version.cc"  # of every library


def folder_of(name):
    return name.rsplit("/", 1)[0]


def allowed_folders():
    """Of each folder. A row that names a later one would allow a cycle."""
    allowed = {}
    for folder, others in LAYERS:
        names = {name for pattern in others.split() for name in
                 ([row for row in allowed if row.startswith("probes")] if pattern == "probes/*" else [pattern])}
        assert names <= allowed.keys(), f"{folder} names a folder that is not below it"
        allowed[folder] = names | {folder}
    return allowed


def strays(name, included, quoted, allowed):
    if quoted:
        return folder_of(included) not in allowed[folder_of(name)]
    return any(re.match(headers, included) and not re.match(files, name)
               for headers, files in FENCES) and name != ALL_VERSIONS


def includes():
    """(file, whether the header is one of ours, the header)"""
    for path in sorted(file for folder in ("probes", "config", "exporter")
                       for file in (ROOT / folder).rglob("*") if file.suffix in (".h", ".cc")):
        for quote, included in re.findall(r'^#include ([<"])([^>"]+)', path.read_text(), re.M):
            yield path.relative_to(ROOT).as_posix(), quote == '"', included


def print_graph():
    graph = {folder: set() for folder, _ in LAYERS}
    for name, quoted, included in includes():
        if quoted:
            graph[folder_of(name)].add(folder_of(included))
    for folder, others in graph.items():
        print(f"{folder}: {' '.join(sorted(others - {folder}))}")


def main():
    if sys.argv[1:] == ["--graph"]:
        return print_graph()
    allowed = allowed_folders()
    found = [(name, included) for name, quoted, included in includes() if strays(name, included, quoted, allowed)]
    for name, included in found:
        print(f"{name} may not include {included}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
