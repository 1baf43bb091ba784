#!/usr/bin/python3
"""docs/metrics.md against the page that the program renders (tests/golden/metrics.txt), docs/configuration.md against
the keys and flags that the program reads, both ways. Prints what differs and ends with 1."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROBE_ONLY = {"probe_success", "probe_duration_seconds"}


def tables(text):
    """The rows of every Markdown table, as lists of cells, with the head of their table."""
    head = None
    for line in text.splitlines():
        if not line.startswith("|"):
            head = None
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if head is None:
            head = cells
        elif not set(line) <= set("|- "):
            yield head, cells


def words(cell):
    return set(re.findall(r"`([^`]+)`", cell))


def documented_metrics():
    """name -> (type, labels)."""
    found = {}
    for head, cells in tables((ROOT / "docs/metrics.md").read_text()):
        if head[0] != "metric":
            continue
        name, = words(cells[0])
        found[name] = (cells[1], words(cells[2]) | words(head[2]))
    return found


def rendered_metrics():
    found, types = {}, {}
    for line in (ROOT / "tests/golden/metrics.txt").read_text().splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            types[name] = kind
            found[name] = (kind, set())
        elif not line.startswith("#"):
            sample = re.match(r"\w+", line)[0]
            name = sample if sample in types else re.sub(r"_(bucket|sum|count)$", "", sample)
            # Labels of the golden page's own targets are no part of the schema.
            found[name][1].update(set(re.findall(r'(\w+)="(?:[^"\\]|\\.)*"', line)) - {"le", "site", "note"})
    return found


def difference(what, documented, actual):
    lines = [f"{what} {name} is not documented" for name in sorted(actual - documented)]
    return lines + [f"{what} {name} is documented, but does not exist" for name in sorted(documented - actual)]


def check_metrics():
    documented, rendered = documented_metrics(), rendered_metrics()
    problems = difference("metric", set(documented) - PROBE_ONLY, set(rendered))
    for name in sorted(set(documented) & set(rendered)):
        kind, labels = documented[name]
        if kind != rendered[name][0]:
            problems.append(f"{name} is a {rendered[name][0]}, not a {kind}")
        problems += difference(f"{name}: label", labels, rendered[name][1])
    return problems


def source_keys():
    """Every key of the tables of fields in config/: {"key", reader}."""
    keys = set()
    for path in sorted((ROOT / "config").glob("*.cc")):
        for table in re.findall(r"k\w*Fields\[\] = \{(.*?)\n?\};", path.read_text(), re.S):
            keys |= set(re.findall(r'\{\s*"(\w+)"', table))
    return keys


def source_flags():
    text = (ROOT / "exporter/cli/options.cc").read_text()
    return set(re.findall(r'"(--[a-z][a-z0-9.-]*)["!,]', text)) - {"--help", "--version"}


def check_configuration():
    keys, flags = set(), set()
    for head, cells in tables((ROOT / "docs/configuration.md").read_text()):
        if head[0] == "key":
            keys |= words(cells[0])
        if head[0] == "flag":
            flags |= words(cells[0])
    # Tables of tables are read by name, not by a table of fields.
    own = {"include", "name", "host", "module", "labels", "extends", "allow", "deny"}
    example = set(re.findall(r"^#?(\w+) *=", (ROOT / "config/ike_exporter.toml").read_text(), re.M))
    problems = difference("key", keys - own, source_keys() - own)
    problems += [f"key {key} stands in config/ike_exporter.toml only" for key in sorted(example - keys - {"encryption", "dh"})]
    return problems + difference("flag", flags, source_flags())


def main():
    problems = check_metrics() + check_configuration()
    print("\n".join(problems) or "docs: every metric, key and flag is documented, and exists")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
