"""What Grafana makes of a query's results before it draws them: names of series, values with their unit,
mappings to text and colour."""
import re
import time

COLOURS = {"green": "#56a64b", "red": "#e02f44", "orange": "#ff780a", "blue": "#3274d9", "text": "#24292e"}


class Series:
    """One result of a query: its labels, its name by the legend, its points as (time, value)."""

    def __init__(self, query, result):
        self.labels = result["metric"]
        legend = query.get("legendFormat") or ""
        self.name = " ".join(re.sub(r"\{\{(\w+)\}\}", lambda m: self.labels.get(m.group(1), ""), legend).split())
        if not self.name:
            self.name = ", ".join(v for k, v in self.labels.items() if k != "__name__")
        points = result.get("values") or [result["value"]]
        self.points = [(float(t), float(v)) for t, v in points if v not in ("NaN", "+Inf", "-Inf")]

    def last(self):
        return self.points[-1][1]

    def spans(self):
        """(begin, end, value) of stretches without a change and without a gap."""
        steps = [b[0] - a[0] for a, b in zip(self.points, self.points[1:])]
        step = min(steps, default=15)
        begin, previous, value = self.points[0][0], *self.points[0]
        for at, now in self.points[1:]:
            if now != value or at - previous > 1.5 * step:
                yield begin, min(at, previous + step), value
                begin, value = at, now
            previous = at
        yield begin, previous + step, value


def seconds(value):
    for limit, factor, unit in ((1e-3, 1e6, "µs"), (1, 1e3, "ms"), (60, 1, "s"), (3600, 1 / 60, "min")):
        if abs(value) < limit:
            return f"{value * factor:.3g} {unit}"
    return f"{value / 3600:.3g} h"


def short(value):
    for limit, unit in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if abs(value) >= limit:
            return f"{value / limit:.3g}{unit}"
    return f"{value:.3g}" if value != int(value) else str(int(value))


def with_unit(unit, value, decimals=None):
    if unit == "s":
        return "0 s" if value == 0 else seconds(value)
    if unit == "percentunit":
        return f"{100 * value:.{1 if decimals is None else decimals}f} %"
    if unit == "bytes":
        return f"{value / 2**20:.3g} MiB"
    if unit == "dateTimeFromNow":
        return f"{seconds(max(time.time() - value / 1000, 0))} ago"
    if unit == "bool_yes_no":
        return "yes" if value else "no"
    suffix = {"ops": " ops/s", "pps": " p/s", "reqps": " req/s"}.get(unit, "")
    return short(value) + suffix


def mapping(panel, value):
    for one in panel["fieldConfig"]["defaults"]["mappings"]:
        hit = one["options"].get(str(int(value)) if value == int(value) else "")
        if hit:
            return hit
    return None


def text(panel, value, mapped=True):
    defaults = panel["fieldConfig"]["defaults"]
    hit = mapping(panel, value) if mapped else None
    return hit["text"] if hit else with_unit(defaults["unit"], value, defaults.get("decimals"))


def colour(panel, value):
    defaults = panel["fieldConfig"]["defaults"]
    hit = mapping(panel, value)
    if hit:
        return COLOURS[hit["color"]]
    if defaults["color"]["mode"] == "fixed":
        return COLOURS[defaults["color"]["fixedColor"]]
    name = "green"
    for step in defaults["thresholds"]["steps"]:
        if step["value"] is None or value >= step["value"]:
            name = step["color"]
    return COLOURS[name]


def fixed_colours(panel):
    """name of a series -> colour, from the overrides."""
    return {o["matcher"]["options"]: COLOURS[p["value"]["fixedColor"]]
            for o in panel["fieldConfig"]["overrides"] for p in o["properties"] if p["id"] == "color"}


def cell(panel, title, series, name):
    """What a table shows in one column of one row."""
    if name != "Value":
        return series.labels.get(name, "")
    units = [p["value"] for o in panel["fieldConfig"]["overrides"] if o["matcher"]["options"] == title
             for p in o["properties"] if p["id"] == "unit"]
    return with_unit(units[0] if units else "none", series.last())
