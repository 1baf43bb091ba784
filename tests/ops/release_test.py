#!/usr/bin/python3
"""packaging/release, twice, in two folders: the same bytes. The program runs as nobody in a root that holds nothing else,
and the SBOM is one by CycloneDX's published schema. Needs root (chroot), Debian's mirror and tens of minutes.
release_test.py BUILD [FOLDER]: an archive that was made before stands for the first build."""
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import jsonschema

from stack import get, reserve_port, wait_until

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SCHEMAS = ROOT / "tests/ops/schema/node_modules/@cyclonedx/cyclonedx-library/res/schema"
NOBODY = "65534:65534"
SKIPPED = 77
EXPECTED = ("ike_exporter", "ike_exporter.toml", "ike_exporter.1", "ike_exporter.service", "ike_exporter.socket",
            "ike_exporter.default", "LICENSE", "CHANGELOG.md", "sbom.cdx.json", "rules/ike_alerts.yml",
            "dashboards/ike-fleet.json", "runbooks/IKETargetDown.md", "sha256sums.txt")


def run(*command, **options):
    return subprocess.run([str(c) for c in command], check=True, capture_output=True, text=True, **options).stdout


def archive_of(folder):
    return next(folder.glob("ike_exporter-*.tar.gz"))


def build_again(work):
    """In another folder, so that no path of the first gets into it, and compiled anew."""
    run("git", "clone", "-q", ROOT, work / "tree")
    run(work / "tree/packaging/release", work / "again", env={**os.environ, "CCACHE_DISABLE": "1"})
    return archive_of(work / "again")


def check_sums(folder):
    for line in (folder / "sha256sums.txt").read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name


def check_sbom(path):
    sbom = json.loads(path.read_text())
    base = "http://cyclonedx.org/schema/"
    store = {base + p.name: json.loads(p.read_text()) for p in SCHEMAS.glob("*.schema.json")}
    schema = store[base + "bom-1.6.SNAPSHOT.schema.json"]
    resolver = jsonschema.RefResolver(base, schema, store)
    jsonschema.Draft7Validator(schema, resolver=resolver).validate(sbom)
    names = {c["name"] for c in sbom["components"]}
    wanted = {"openssl", "c-ares", "libidn2", "libunistring", "cpp-httplib", "prometheus-cpp", "spdlog", "fmtlib",
              "tomlplusplus", "nlohmann-json3", "yaml-cpp", "zlib", "brotli", "glibc", "libxcrypt"}
    assert wanted <= names, wanted - names
    assert all("licenses" in c for c in sbom["components"]), [c["name"] for c in sbom["components"] if "licenses" not in c]
    return len(names)


def check_program(folder, build, work):
    """In an empty root: no library, no /etc, no /proc."""
    root = work / "root"
    (root / "state").mkdir(parents=True)
    os.chown(root / "state", 65534, 65534)
    for name in ("ike_exporter", "ike_exporter.toml"):
        (root / name).write_bytes((folder / name).read_bytes())
    (root / "ike_exporter").chmod(0o755)
    inside = ["chroot", f"--userspec={NOBODY}", str(root), "/ike_exporter"]
    print(run(*inside, "--version"))
    check_probe(inside, build, work)
    port = reserve_port()
    start = time.monotonic()
    server = subprocess.Popen([*inside, "--config.file=/ike_exporter.toml", "--storage.path=/state",
                               f"--web.listen-address=127.0.0.1:{port}"])
    try:
        wait_until("the exporter", lambda: get(f"http://127.0.0.1:{port}/-/ready"), 20, every=0.01)
        print(f"ready after {time.monotonic() - start:.2f} s")
        page = get(f"http://127.0.0.1:{port}/metrics")
        assert "ike_exporter_build_info" in page
    finally:
        server.terminate()
        server.wait(15)


def check_probe(inside, build, work):
    """A handshake opening with both versions, so that sockets and OpenSSL are there."""
    port = reserve_port()
    script = work / "gateways.toml"
    script.write_text(f"""[listen]
udp = [{port}]
[[gateway]]
name = "gateway"
addresses = ["127.0.0.1"]
ikev2 = ["aes256gcm16-prfsha384-ecp384"]
ikev1 = ["aes256-sha256-modp2048"]
""")
    with subprocess.Popen([build / "ike_responder", "--config", script], stdout=subprocess.PIPE, text=True) as gateway:
        try:
            while gateway.stdout.readline().strip() != "ready":
                assert gateway.poll() is None, "the simulated gateway did not start"
            answer = run(*inside, "probe", "--json", "--port", port, "127.0.0.1")
        finally:
            gateway.terminate()
    assert len(answer.splitlines()) == 2 and "ENCR_AES_GCM_16" in answer, answer


def main():
    if os.getuid() != 0 or not SCHEMAS.exists():
        print("skipped: needs root, and tests/fetch_modules tests/ops/schema")
        return SKIPPED
    with tempfile.TemporaryDirectory() as directory:
        work = pathlib.Path(directory)
        first = pathlib.Path(sys.argv[2]).resolve() if len(sys.argv) > 2 else work / "first"
        if not list(first.glob("*.tar.gz")):
            run(ROOT / "packaging/release", first)
        archive = archive_of(first)
        run("tar", "--extract", "--file", archive, "--directory", work)
        folder = next(work.glob("ike_exporter-*"))
        missing = [name for name in EXPECTED if not (folder / name).is_file()]
        assert not missing, missing
        check_sums(folder)
        print(f"{archive.name}: {archive.stat().st_size / 1e6:.1f} MB, the program "
              f"{(folder / 'ike_exporter').stat().st_size / 1e6:.1f} MB, {check_sbom(folder / 'sbom.cdx.json')} components")
        check_program(folder, pathlib.Path(sys.argv[1]).resolve(), work)
        assert build_again(work).read_bytes() == archive.read_bytes(), "the second build has other bytes"
        print("built twice: the same bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
