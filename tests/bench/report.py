"""The table: a line for each goal, made of parts, each with two figures and what was to be met; and,
where the raw loop says how far anything could get with ordinary sockets, what its ratio would be."""
import dataclasses
import statistics


@dataclasses.dataclass
class Part:
    """`goal` is text for people; `met` is decided where the figures are known."""
    name: str
    ours: float
    other: float
    ratio: float
    goal: str
    met: bool
    unit: str = ""
    floor: float | None = None

    def as_json(self):
        floor = {} if self.floor is None else {"floor": self.floor}
        return {"name": self.name, "ours": self.ours, "other": self.other, "ratio": self.ratio,
                "goal": self.goal, "met": self.met, **floor}


def at_most(name, ours, other, limit, unit="", raw=None):
    """`ours` may be no more than `limit` times `other`. `raw`: the same figure of the raw loop."""
    ratio = ours / other if other else float("inf")
    return Part(name, ours, other, ratio, f"<= {limit:.4g} x", ratio <= limit, unit,
                raw and raw / other)


def at_least(name, ours, other, limit, unit="", raw=None):
    ratio = ours / other if other else float("inf")
    return Part(name, ours, other, ratio, f">= {limit:.4g} x", ratio >= limit, unit,
                raw and raw / other)


def below(name, ours, limit, unit="", strictly=False):
    """An absolute limit: `other` is the limit itself."""
    met = ours < limit if strictly else ours <= limit
    return Part(name, ours, limit, ours / limit if limit else float(ours != 0),
                f"{'<' if strictly else '<='} {limit:.6g} {unit}".strip(), met, unit)


def line_json(title, parts):
    """One object for a line: its first missed part, else its first, stands for it."""
    shown = next((part for part in parts if not part.met), parts[0])
    return {**shown.as_json(), "name": title, "met": all(part.met for part in parts),
            "parts": [part.as_json() for part in parts]}


def number(value):
    if value == 0 or 0.01 <= abs(value) < 100000:
        return f"{value:.4g}"
    return f"{value:.0f}" if abs(value) >= 1 else f"{value:.3e}"


HEADER = f"{'':44} {'ours':>11} {'other':>11} {'ratio':>9}  goal"


def print_line(title, parts):
    print(title, flush=True)
    for part in parts:
        print(f"  {part.name:42} {number(part.ours):>11} {number(part.other):>11} "
              f"{number(part.ratio):>9}  {part.goal:22} {'met' if part.met else 'MISSED'}"
              + ("" if part.floor is None else f" (raw loop: {number(part.floor)})"), flush=True)


def median(values):
    return statistics.median(values)


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
