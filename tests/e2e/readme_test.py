#!/usr/bin/python3
"""A real Prometheus scrapes the exporter by the README's own configuration, and every query of the README
returns data. With the demonstration fleet; arguments: the build directory."""
import pathlib
import re
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/ops"))

from stack import DemoFleet, Stack, wait_until  # noqa: E402

INTERVAL = 5  # seconds

# Query -> why it returns nothing here by design.
EMPTY = {}


def section(readme, title):
    return readme.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def blocks(text):
    """(language, contents) of the fenced blocks."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", text, re.M | re.S)


def scrape_config(readme, port):
    """The README's, for the port of this test; only how often is ours."""
    config, = [body for kind, body in blocks(section(readme, "Prometheus")) if kind == "yaml"]
    assert config.count("127.0.0.1:10500") == 1, config
    return f"global: {{ scrape_interval: {INTERVAL}s }}\n" + config.replace("127.0.0.1:10500", f"127.0.0.1:{port}")


def queries(readme):
    lines = [line for kind, body in blocks(section(readme, "Prometheus")) if kind == "" for line in body.splitlines()]
    found = [line.split(" #")[0].strip() for line in lines]
    assert len(found) >= 5, found
    return found


def main():
    readme = (ROOT / "README.md").read_text()
    with tempfile.TemporaryDirectory() as work, Stack(sys.argv[1], work) as stack:
        fleet = DemoFleet(stack, INTERVAL)
        stack.start_gateways(fleet.script)
        stack.start_exporter(fleet.config)
        stack.start_prometheus(scrape_config(readme, stack.ports["exporter"]))
        # A change of what is accepted counts between two complete audits.
        wait_until("the first audit of the gateway that is going to change",
                   lambda: stack.query('ike_audit_complete{target="strong"} == 1'), 240, 2)
        stack.change_gateways(fleet.also_accepting("strong", "3des-sha1-modp1024"))
        for query in queries(readme):
            if query in EMPTY:
                assert not stack.query(query), f"{query}: has data, but is listed as empty"
                continue
            found = wait_until(f"data for {query}", lambda: stack.query(query), 240, 2)
            print(f"{len(found):4} series  {query}")


if __name__ == "__main__":
    main()
