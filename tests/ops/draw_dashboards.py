"""Draws dashboards as pictures from real query results, following the layout of their JSON, for those who
want to see them before they import them. Grafana itself draws them more finely.

Called by query_dashboards.py --draw; needs Debian's python3-matplotlib, which brings python3-pil.
"""
import datetime
import io

import matplotlib

matplotlib.use("Agg")
import matplotlib.dates as mdates  # noqa: E402
import matplotlib.pyplot as plt  # noqa: E402

from PIL import Image  # noqa: E402

import panel_values as values  # noqa: E402

CELL_W, CELL_H = 66, 36  # pixels of one cell of Grafana's grid
DPI = 100
COLOURS = 64
BACKGROUND, PANEL, TEXT, FAINT = "#f4f5f5", "#ffffff", "#24292e", "#8e8e8e"
ENDPOINT = "weak"  # the target that the endpoint dashboard shows


def clock(stamp):
    return datetime.datetime.fromtimestamp(float(stamp))


def axes_at(figure, panel, height):
    """Axes for the inside of a panel, below its title."""
    grid = panel["gridPos"]
    total_w, total_h = 24 * CELL_W, height * CELL_H
    x, y, w, h = (grid["x"] * CELL_W, grid["y"] * CELL_H, grid["w"] * CELL_W, grid["h"] * CELL_H)
    figure.add_artist(plt.Rectangle(((x + 4) / total_w, 1 - (y + h - 4) / total_h), (w - 8) / total_w,
                                    (h - 8) / total_h, facecolor=PANEL, edgecolor="#dcdcdc", linewidth=0.8, zorder=-1))
    figure.text((x + 12) / total_w, 1 - (y + 20) / total_h, panel["title"], fontsize=9, color=TEXT, va="center")
    return figure.add_axes([(x + 12) / total_w, 1 - (y + h - 12) / total_h, (w - 24) / total_w, (h - 44) / total_h])


def plain(axes):
    axes.set_xticks([])
    axes.set_yticks([])
    for side in axes.spines.values():
        side.set_visible(False)


def inset(axes, left, bottom, right=0.01, top=0.02):
    """Room for tick labels and a legend, in shares of the panel."""
    box = axes.get_position()
    axes.set_position([box.x0 + left * box.width, box.y0 + bottom * box.height,
                       box.width * (1 - left - right), box.height * (1 - bottom - top)])


def nothing(axes, panel):
    plain(axes)
    text = panel["fieldConfig"]["defaults"].get("noValue", "no data")
    axes.text(0.5, 0.5, text, ha="center", va="center", color=FAINT, fontsize=9)


def draw_stat(axes, panel, series):
    plain(axes)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    name_only = panel["options"]["textMode"] == "name"
    shown = series[:3]
    for i, one in enumerate(shown):
        value = one.last()
        text = one.name if name_only else values.text(panel, value)
        if len(shown) > 1 and not name_only:
            text = f"{one.name}  {text}"
        colour = values.colour(panel, value)
        if panel["options"]["colorMode"] == "background":
            axes.set_facecolor(colour)
            colour = "white"
        size = min(20 if len(shown) == 1 else 11, 260 / max(len(text), 8))
        axes.text(0.5, 1 - (i + 0.5) / len(shown), text, ha="center", va="center", color=colour, fontsize=size)
    if panel["options"]["graphMode"] == "area" and len(series) == 1 and len(series[0].points) > 1:
        times, ys = zip(*series[0].points)
        low, high = min(ys), max(ys)
        scaled = [0.3 * (y - low) / (high - low) if high > low else 0.15 for y in ys]
        span = (times[-1] - times[0]) or 1
        axes.fill_between([(t - times[0]) / span for t in times], scaled, alpha=0.15, color="#3274d9", linewidth=0)


def legend_below(axes, count, right):
    if right:
        axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.02), fontsize=6.5, frameon=False)
    else:
        axes.legend(loc="upper left", bbox_to_anchor=(-0.02, -0.12), fontsize=6.5, frameon=False,
                    ncol=min(count, 4), columnspacing=1, handlelength=1)


def draw_bars(axes, series, colours, stacked):
    times = sorted({t for s in series for t, _ in s.points})
    step = min((b - a for a, b in zip(times, times[1:])), default=60)
    heights = dict.fromkeys(times, 0)
    for one, colour in zip(series, colours):
        bottom = [heights[t] if stacked else 0 for t, _ in one.points]
        axes.bar([clock(t) for t, _ in one.points], [y for _, y in one.points], bottom=bottom, label=one.name,
                 color=colour, width=0.8 * step / 86400)
        for t, y in one.points:
            heights[t] += y


def draw_stack(axes, series, colours, style):
    times = sorted({t for s in series for t, _ in s.points})
    rows = [[dict(s.points).get(t, 0) for t in times] for s in series]
    axes.stackplot([clock(t) for t in times], *rows, labels=[s.name for s in series], colors=colours,
                   alpha=0.7, step="post" if style == "stepAfter" else None)


def draw_lines(axes, series, colours, style):
    for one, colour in zip(series, colours):
        axes.plot([clock(t) for t, _ in one.points], [y for _, y in one.points], label=one.name, linewidth=1,
                  color=colour, drawstyle="steps-post" if style == "stepAfter" else "default")


def time_axis(axes):
    axes.xaxis_date()
    axes.xaxis.set_major_locator(mdates.AutoDateLocator(maxticks=7))
    axes.xaxis.set_major_formatter(mdates.DateFormatter("%H:%M"))
    axes.tick_params(labelsize=6.5, colors=FAINT, length=0)
    for side in axes.spines.values():
        side.set_visible(False)


def draw_timeseries(axes, panel, series):
    custom = panel["fieldConfig"]["defaults"]["custom"]
    right = panel["options"]["legend"]["placement"] == "right"
    lines = 1 if right else (len(series) + 3) // 4
    inset(axes, 0.8 / panel["gridPos"]["w"] + 0.01, 0.1 + (0 if right else 0.06 * lines), 0.3 if right else 0.01)
    fixed = values.fixed_colours(panel)
    colours = [fixed.get(s.name, f"C{i % 10}") for i, s in enumerate(series)]
    stacked = custom["stacking"]["mode"] == "normal"
    if custom["drawStyle"] == "bars":
        draw_bars(axes, series, colours, stacked)
    else:
        (draw_stack if stacked else draw_lines)(axes, series, colours, custom["lineInterpolation"])
    limits = panel["fieldConfig"]["defaults"]
    axes.set_ylim(bottom=limits.get("min"), top=limits.get("max"))
    axes.yaxis.set_major_formatter(lambda v, _: values.text(panel, v, mapped=False))
    time_axis(axes)
    axes.grid(color="#eeeeee", linewidth=0.8)
    axes.set_axisbelow(True)
    legend_below(axes, len(series), right)


def draw_bargauge(axes, panel, series):
    series = series[:12]
    inset(axes, 0.28, 0.02, 0.12)
    largest = panel["fieldConfig"]["defaults"].get("max") or max(s.last() for s in series) or 1
    axes.barh(range(len(series)), [largest] * len(series), color="#eeeeee", height=0.7)
    for i, one in enumerate(series):
        axes.barh(i, one.last(), color=values.colour(panel, one.last()), height=0.7)
        axes.text(largest * 1.02, i, values.text(panel, one.last()), va="center", fontsize=7, color=TEXT)
    plain(axes)
    axes.set_ylim(max(len(series), 4) - 0.4, -0.6)
    axes.set_yticks(range(len(series)), [s.name for s in series], fontsize=7)
    axes.tick_params(length=0)


def draw_state_timeline(axes, panel, series):
    series = series[:20]
    longest = max(len(s.name) for s in series)
    inset(axes, min(0.06 + longest * 0.12 / panel["gridPos"]["w"], 0.62), 0.14)
    for row, one in enumerate(series):
        for start, end, value in one.spans():
            left, right = mdates.date2num(clock(start)), mdates.date2num(clock(end))
            axes.barh(row, right - left, left=left, height=0.75, linewidth=0, color=values.colour(panel, value))
    axes.set_ylim(max(len(series), 1) - 0.4, -0.6)
    axes.set_xlim(clock(min(s.points[0][0] for s in series)), clock(max(s.points[-1][0] for s in series)))
    time_axis(axes)
    axes.set_yticks(range(len(series)), [s.name for s in series], fontsize=6.5)


def draw_heatmap(axes, panel, series):
    inset(axes, 0.08, 0.1)
    by_bound = sorted(series, key=lambda s: float(s.name.replace("+Inf", "inf")))
    times = sorted({t for s in series for t, _ in s.points})
    cumulative = [[dict(s.points).get(t, 0) for t in times] for s in by_bound]
    cells = [[max(0, y - (cumulative[i - 1][j] if i else 0)) for j, y in enumerate(row)]
             for i, row in enumerate(cumulative)]
    axes.pcolormesh([clock(t) for t in times], range(len(cells)), cells, cmap="Blues", shading="nearest")
    bounds = [s.name if s.name == "+Inf" else values.text(panel, float(s.name)) for s in by_bound]
    axes.set_yticks(range(len(bounds)), bounds, fontsize=6.5)
    time_axis(axes)


def draw_table(axes, panel, series):
    plain(axes)
    columns = next(t for t in panel["transformations"] if t["id"] == "organize")["options"]
    names = sorted(columns["indexByName"], key=columns["indexByName"].get)
    rows = [[values.cell(panel, columns["renameByName"][n], s, n) for n in names] for s in series]
    limit = int((panel["gridPos"]["h"] * CELL_H - 60) / 17)
    title = [columns["renameByName"][n] for n in names]
    if len(rows) > limit:
        rows = rows[:limit - 1] + [["…"] + [""] * (len(names) - 1)]
    table = axes.table(cellText=rows or [[""] * len(names)], colLabels=title, cellLoc="left", loc="upper left",
                       colLoc="left", bbox=[0, 1 - (len(rows) + 1) / (limit + 1), 1, (len(rows) + 1) / (limit + 1)])
    table.auto_set_font_size(False)
    table.set_fontsize(7)
    for (row, _), cell in table.get_celld().items():
        cell.set_edgecolor("#eeeeee")
        if row == 0:
            cell.set_text_props(color="#3274d9")


DRAW = {"stat": draw_stat, "timeseries": draw_timeseries, "bargauge": draw_bargauge, "table": draw_table,
        "state-timeline": draw_state_timeline, "heatmap": draw_heatmap}


def draw_panel(figure, height, panel, runner):
    axes = axes_at(figure, panel, height)
    series = [values.Series(query, result) for query in panel["targets"]
              for result in runner.run(query, ENDPOINT)]
    series = [s for s in series if s.points]
    if series:
        DRAW[panel["type"]](axes, panel, series)
    else:
        nothing(axes, panel)


def draw(dashboard, runner, path):
    panels = dashboard["panels"]
    height = max(p["gridPos"]["y"] + p["gridPos"]["h"] for p in panels)
    figure = plt.figure(figsize=(24 * CELL_W / DPI, height * CELL_H / DPI), dpi=DPI, facecolor=BACKGROUND)
    for panel in panels:
        if panel["type"] == "row":
            y = 1 - (panel["gridPos"]["y"] + 0.5) / height
            figure.text(0.008, y, panel["title"], fontsize=11, color=TEXT, va="center", weight="bold")
        else:
            draw_panel(figure, height, panel, runner)
    drawn = io.BytesIO()
    figure.savefig(drawn, facecolor=BACKGROUND)
    plt.close(figure)
    # A palette is a third of the size, and these pictures stand in the repository.
    Image.open(drawn).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def draw_all(runner, dashboards, directory):
    plt.rcParams["font.family"] = "DejaVu Sans"
    directory.mkdir(parents=True, exist_ok=True)
    for path, dashboard in dashboards.items():
        draw(dashboard, runner, directory / f"{path.stem}.png")
