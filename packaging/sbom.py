#!/usr/bin/env python3
"""The static program's SBOM (CycloneDX 1.6) on standard output: what the linker and the compiler really took, by Debian
source package and version. Called by packaging/release: sbom.py VERSION FOLDER"""
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import urllib.parse
import uuid

# What the compiler adds, and libraries of ours, which are no component.
IMPLICIT = ("stdc++", "m", "gcc", "gcc_eh", "c")
LICENSES = {
    "brotli": "MIT", "c-ares": "MIT", "cli11": "BSD-3-Clause", "cpp-httplib": "MIT",
    "fmtlib": "MIT", "gcc-12": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "gcc-14": "GPL-3.0-or-later WITH GCC-exception-3.1", "glibc": "LGPL-2.1-or-later",
    "libidn2": "LGPL-3.0-or-later OR GPL-2.0-or-later", "libunistring": "LGPL-3.0-or-later OR GPL-2.0-or-later",
    "libxcrypt": "LGPL-2.1-or-later", "nlohmann-json3": "MIT", "openssl": "Apache-2.0", "prometheus-cpp": "MIT",
    "spdlog": "MIT", "tl-expected": "CC0-1.0", "tomlplusplus": "MIT", "yaml-cpp": "MIT", "zlib": "Zlib",
}


def output(*command):
    return subprocess.run([str(c) for c in command], check=True, capture_output=True, text=True).stdout


def release():
    return dict(re.findall(r'^(\w+)="?([^"\n]*)', pathlib.Path("/etc/os-release").read_text(), re.M))


def archives(program):
    """Paths of the libraries on the linker's command line, and of those that the compiler adds."""
    rule = (program / "build.ninja").read_text().split("build ike_exporter: ")[1].split("\n\n")[0]
    words = re.search(r"^  LINK_LIBRARIES = (.*)$", rule, re.M).group(1).split()
    named = [w[2:] for w in words if w.startswith("-l")] + list(IMPLICIT)
    found = [pathlib.Path(w) for w in words if w.startswith("/")]
    found += [pathlib.Path(output("g++", f"-print-file-name=lib{name}.a").strip()) for name in named]
    return {path.resolve() for path in found if path.is_absolute()}


def headers(program):
    """Headers outside the tree that some object was compiled with."""
    lines = output("ninja", "-C", program, "-t", "deps").splitlines()
    return {pathlib.Path(line.strip()).resolve() for line in lines if line.startswith("    /usr/")}


def debian_sources(paths):
    """The source packages that installed files come from, with their versions."""
    packages = {line.split(": ")[0].split(",")[0]
                for line in output("dpkg-query", "--search", *sorted(map(str, paths))).splitlines()}
    rows = output("dpkg-query", "--show", "--showformat=${source:Package} ${source:Version}\n", *sorted(packages))
    return {tuple(row.split()) for row in rows.splitlines()}


def built_sources(folder):
    """The source packages that were built for this program."""
    text = "".join(path.read_text() for path in folder.glob("*.dsc"))
    return set(zip(re.findall(r"^Source: (\S+)", text, re.M), re.findall(r"^Version: (\S+)", text, re.M)))


def component(name, version, distribution):
    purl = f"pkg:deb/debian/{name}@{urllib.parse.quote(version, safe=':~')}?arch=source&distro=debian-{distribution}"
    entry = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
    license = LICENSES.get(name)
    if license:
        compound = " " in license
        entry["licenses"] = [{"expression": license} if compound else {"license": {"id": license}}]
    return entry


def main():
    version, work = sys.argv[1], pathlib.Path(sys.argv[2])
    program = work / "program"
    system = {p for p in archives(program) | headers(program) if not p.is_relative_to(work)}
    found = debian_sources(system) | built_sources(work / "sources")
    # The kernel's headers are an interface, no code.
    parts = [component(*source, release()["VERSION_ID"]) for source in sorted(found) if source[0] != "linux"]
    reference = f"pkg:generic/ike_exporter@{version}"
    moment = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
    print(json.dumps({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, reference + json.dumps(sorted(found)))}",
        "version": 1,
        "metadata": {"timestamp": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "component": {
            "type": "application", "bom-ref": reference, "name": "ike_exporter", "version": version,
            "purl": reference, "licenses": [{"license": {"id": "Apache-2.0"}}]}},
        "components": parts,
        "dependencies": [{"ref": reference, "dependsOn": [p["bom-ref"] for p in parts]}],
    }, indent=2))


if __name__ == "__main__":
    main()
