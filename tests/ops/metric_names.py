"""Which metrics the exporter has (metrics.txt) and which ones a PromQL expression uses."""
import pathlib
import re

# Series that Prometheus itself adds to every scrape, and those that rules and rule files make.
PROMETHEUS = {"up", "scrape_duration_seconds", "scrape_samples_scraped", "ALERTS"}
HISTOGRAM_SUFFIXES = ("_bucket", "_sum", "_count")


def rows():
    """name -> type, as metrics.txt has them."""
    text = (pathlib.Path(__file__).resolve().parent / "metrics.txt").read_text()
    return dict(line.split()[:2] for line in text.splitlines() if line and not line.startswith("#"))


def places():
    """name -> where it is exported, as metrics.txt has it."""
    text = (pathlib.Path(__file__).resolve().parent / "metrics.txt").read_text()
    return {line.split()[0]: line.split()[2] for line in text.splitlines() if line and line[0] != "#"}


def known():
    names = set(PROMETHEUS)
    for name, kind in rows().items():
        if kind == "histogram":
            names.update(name + suffix for suffix in HISTOGRAM_SUFFIXES)
        else:
            names.add(name)
    return names


def counters():
    names = {n for n, kind in rows().items() if kind == "counter"}
    for name, kind in rows().items():
        if kind == "histogram":
            names.update(name + suffix for suffix in HISTOGRAM_SUFFIXES)
    return names


def used_in(expression):
    """The metric names of an expression, in order: names with a known prefix outside of strings."""
    bare = re.sub(r'"(\\.|[^"\\])*"', '""', expression)
    bare = re.sub(r"\{[^}]*\}", "", bare)
    bare = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", "", bare)
    words = re.findall(r"[a-zA-Z_:][a-zA-Z0-9_:]*", bare)
    metrics = [w for w in words if w.startswith(("ike_", "probe_", "process_", "scrape_"))
               or w in PROMETHEUS]
    return list(dict.fromkeys(metrics))
