#!/usr/bin/python3
"""docs/metrics.md against the page that the program renders (tests/golden/metrics.txt), docs/configuration.md against
the keys and flags that the program reads, docs/api.md against the OpenAPI document, both ways. Prints what differs
and ends with 1."""
import json
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


def source_flags(*functions):
    """The flags that these functions of the command line add."""
    text = (ROOT / "exporter/cli/options.cc").read_text()
    bodies = [re.search(rf"^void {name}\(.*?^}}", text, re.M | re.S)[0] for name in functions]
    return set(re.findall(r'"(--[a-z][a-z0-9.-]*)["!,]', "".join(bodies)))


def documented_flags(text, beginning):
    """Of the table of flags below the paragraph that begins so."""
    part = text.split(f"\n{beginning}", 1)[1].split("\n\n", 2)[1]
    return set().union(*(words(cells[0]) for head, cells in tables(part) if head[0] == "flag"))


def check_configuration():
    text = (ROOT / "docs/configuration.md").read_text()
    keys = set().union(*(words(cells[0]) for head, cells in tables(text) if head[0] == "key"))
    # Tables of tables are read by name, not by a table of fields.
    own = {"include", "name", "host", "module", "labels", "extends", "allow", "deny"}
    example = set(re.findall(r"^#?(\w+) *=", (ROOT / "config/ike_exporter.toml").read_text(), re.M))
    problems = difference("key", keys - own, source_keys() - own)
    problems += [f"key {key} stands in config/ike_exporter.toml only" for key in sorted(example - keys - {"encryption", "dh"})]
    problems += difference("flag of serve:", documented_flags(text, "Of `serve`"),
                           source_flags("AddServeFlags", "AddWebFlags", "AddLogFlags"))
    problems += difference("flag of probe and audit:", documented_flags(text, "Of `probe` and `audit`"),
                           source_flags("AddProbeFlags"))
    return problems + difference("flag of probe:", documented_flags(text, "Of `probe` alone"), source_flags("AddFormatFlags"))


class OpenApi:
    """What docs/api.md is compared with, in the same form: sets of tuples."""

    def __init__(self):
        self.root = json.loads((ROOT / "exporter/web/openapi.json").read_text())

    def resolve(self, schema):
        if "$ref" not in schema:
            return schema
        _, _, kind, name = schema["$ref"].split("/")
        return self.root["components"][kind][name]

    def operations(self):
        for path, methods in self.root["paths"].items():
            for method, operation in methods.items():
                yield f"{method.upper()} {path}", operation

    def statuses(self):
        return {(name, status) for name, operation in self.operations()
                for status in operation["responses"] if status != "default"}

    def parameters(self):
        found = {(name, parameter["name"], parameter["in"], parameter.get("required", False))
                 for name, operation in self.operations() for parameter in operation.get("parameters", [])}
        return found | {(name, "body", "body", True) for name, operation in self.operations()
                        if "requestBody" in operation}

    def fields(self):
        """(object, field, required, values)"""
        found = set()
        for name, schema in self.root["components"]["schemas"].items():
            found |= set(self.fields_of(name, schema, ""))
        return found

    def fields_of(self, name, schema, prefix):
        for field, plain in schema.get("properties", {}).items():
            value = self.resolve(plain)
            item = self.resolve(value["items"]) if value.get("type") == "array" else value
            values = item.get("enum", [])
            yield name, prefix + field, field in schema.get("required", []), frozenset(
                json.dumps(one).strip('"') for one in values)
            inner = plain.get("items", plain)
            if "properties" in inner:
                yield from self.fields_of(name, inner, prefix + field + ".")


def documented_fields(text):
    for part in re.split(r"^### ", text, flags=re.M)[1:]:
        for _, cells in tables(part):
            field, = words(cells[0])
            values = re.search(r"One of ((?:`[^`]+`(?:, )?)+)\.", cells[3])
            yield part.split("\n", 1)[0], field, cells[2] == "yes", frozenset(words(values[1]) if values else ())


def check_api():
    text, document = (ROOT / "docs/api.md").read_text(), OpenApi()
    statuses, parameters, explained = set(), set(), set()
    for head, cells in tables(text):
        if head[0] == "method":
            statuses |= {(f"{cells[0]} {cells[1].strip('`')}", status) for status in cells[2].split(", ")}
        if head[0] == "operation":
            parameters.add((cells[0].strip("`"), cells[1].strip("`"), cells[2], cells[3] == "yes"))
        if head[0] == "status":
            explained.add(cells[0])
    problems = difference("status", statuses, document.statuses())
    problems += difference("parameter", parameters, document.parameters())
    problems += difference("meaning of status", explained - {"any operation"}, {status for _, status in statuses})
    actual, documented = ({(*row[:3], *sorted(row[3])) for row in rows}
                          for rows in (document.fields(), documented_fields(text)))
    return problems + difference("field", documented, actual)


def main():
    problems = check_metrics() + check_configuration() + check_api()
    print("\n".join(problems) or "docs: every metric, key, flag, operation and field is documented, and exists")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
