"""Learning curves: one quantity over the epochs of a run.

An epoch's value is drawn at the end of that epoch: epoch 1 at x = 1. Points
from within an epoch stand at a fraction, so the thin live line runs ahead of
the thick one and the two agree about where they are.

They are drawn by ECharts, because they change every second: a Plotly figure
whose data change is made anew by Streamlit, which flickers and takes the
processor from the training.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from dashboard.charts.theme import FONT, Palette

Option = Mapping[str, Any]
"""A chart as ECharts takes it."""

Quantity = Literal["Accuracy", "Loss"]
Epochs = tuple[int, int]
"""The first and the last epoch that are shown; 0 is before the training."""

HEIGHT: Final = 300
MAX_MARKED_POINTS: Final = 60
FEW_EPOCHS: Final = 10
PERCENT_STEPS: Final = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 25)
"""All divide 100, so that an axis of whole steps ends there."""

MOST_STEPS: Final = 6


@dataclass(frozen=True)
class Series:
    """One line of a learning curve.

    Attributes:
        name: In the legend and on hovering: "Training", "Validation".
        x: Epochs: 1.0 is the end of the first.
        y: Values; accuracy as a share from 0 to 1. NaN leaves a gap.
        role: Decides the colour, unless runs are compared.
        live: Whether the points lie within epochs; drawn thin and light.
    """

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    role: Literal["training", "validation"]
    live: bool = False


def learning_curves(
    quantity: Quantity,
    series: Sequence[Series],
    *,
    epochs: Epochs,
    best_epoch: int | None,
    palette: Palette,
    best_name: str = "Lowest validation loss",
) -> Option:
    """Draw one quantity over the epochs.

    Args:
        quantity: What is on the y axis.
        series: The lines, of any length, also none.
        epochs: What to show; fixes the x axis, and the y axis fits what is in it.
        best_epoch: The best epoch, to be marked.
        palette: Colours of the theme.
        best_name: What is best in it.

    Returns:
        An ECharts option whose x axis shows just `epochs`; `HEIGHT` pixels high.
    """
    colours = {"training": palette.training, "validation": palette.validation}
    first, last = epochs
    series = [_within(line, epochs) for line in series]
    lines = [_line(line, quantity, colours[line.role]) for line in series]
    if best_epoch is not None and first <= best_epoch <= last:
        left_half = best_epoch <= (first + last) / 2
        name = f"{best_name}: epoch {best_epoch}"
        lines.append(_best(best_epoch, name, quantity, palette, left_half=left_half))
    legend = _legend(series, palette)
    return _option(quantity, series, lines, epochs, palette) | {"legend": legend}


def compared_curves(
    quantity: Quantity, series: Sequence[Series], *, epochs: int, palette: Palette
) -> Option:
    """Draw one quantity of several runs over the epochs.

    Args:
        quantity: What is on the y axis.
        series: A line for each run, each with a name of its own, up to 10.
        epochs: How many epochs the longest run has; fixes the x axis.
        palette: Colours of the theme.

    Returns:
        An ECharts option whose x axis runs from 0 to `epochs`; `HEIGHT` pixels high.
    """
    lines = [
        _line(line, quantity, colour)
        for line, colour in zip(series, palette.classes, strict=False)
    ]
    # Names are as long as people make them; those without room can be leafed through.
    room = {"type": "scroll", "left": 90, "pageIconColor": palette.text}
    legend = {**_legend(series, palette), **room}
    return _option(quantity, series, lines, (0, epochs), palette) | {"legend": legend}


def _within(line: Series, epochs: Epochs) -> Series:
    """Leave out the points that are not shown: ECharts would fit its axis to them."""
    first, last = epochs
    kept = [
        point for point in zip(line.x, line.y, strict=True) if first <= point[0] <= last
    ]
    return replace(line, x=tuple(x for x, _ in kept), y=tuple(y for _, y in kept))


def _option(
    quantity: Quantity,
    series: Sequence[Series],
    lines: Sequence[Option],
    epochs: Epochs,
    palette: Palette,
) -> dict[str, object]:
    return {
        # What moves by itself every second is unrest.
        "animation": False,
        "textStyle": {"fontFamily": FONT, "color": palette.text},
        "grid": {
            "left": 12,
            "right": 20,
            "top": 40,
            "bottom": 30,
            "containLabel": True,
        },
        "tooltip": tooltip("%.2f %%" if quantity == "Accuracy" else "%.4f", palette),
        "xAxis": epoch_axis(epochs[1], palette, start=epochs[0]),
        "yAxis": _value_axis(quantity, series, palette, from_start=epochs[0] == 0),
        "series": list(lines),
    }


def _line(line: Series, quantity: Quantity, colour: str) -> Option:
    most = 1 if line.live else MAX_MARKED_POINTS
    values = _shown_values(line.y, quantity)
    return {
        "name": line.name,
        "type": "line",
        "data": [list(point) for point in zip(line.x, values, strict=True)],
        "color": colour,
        "symbol": "circle",
        "symbolSize": 6,
        # A line through one point cannot be seen.
        "showSymbol": len(line.x) <= most,
        "connectNulls": False,
        "lineStyle": {
            "width": 1.5 if line.live else 2.5,
            "opacity": 0.6 if line.live else 1.0,
        },
        "emphasis": {"disabled": True},
    }


def _shown_values(values: tuple[float, ...], quantity: Quantity) -> list[float | None]:
    """Turn shares into percent, and what is no number into a gap."""
    factor = 100 if quantity == "Accuracy" else 1
    return [value * factor if math.isfinite(value) else None for value in values]


def _best(
    best_epoch: int, name: str, quantity: Quantity, palette: Palette, *, left_half: bool
) -> Option:
    """Return a series without points that only marks the best epoch."""
    return {
        "name": name,
        "type": "line",
        "data": [],
        "markLine": {
            "silent": True,
            "symbol": "none",
            "data": [{"xAxis": best_epoch}],
            "lineStyle": {"color": palette.secondary, "width": 1, "type": "dashed"},
            "label": {
                "formatter": "{a}",
                "color": palette.secondary,
                "rotate": 0,
                # Where the curves are not: below good accuracies, above low
                # losses, and on the side with more room.
                "position": "start" if quantity == "Accuracy" else "end",
                "align": "left" if left_half else "right",
                "offset": _inside(quantity, left_half=left_half),
            },
        },
    }


def _inside(quantity: Quantity, *, left_half: bool) -> list[int]:
    """Return by how many pixels a label at the end of a line moves into the figure."""
    return [6 if left_half else -6, -16 if quantity == "Accuracy" else 16]


def _legend(series: Sequence[Series], palette: Palette) -> Option:
    """Name the lines; a live one shares the name of its thick one."""
    thick = {line.role for line in series if not line.live}
    named = [line.name for line in series if not (line.live and line.role in thick)]
    return {
        "data": named,
        # The name of the y axis stands on the left.
        "right": 12,
        "top": 0,
        "icon": "roundRect",
        "itemHeight": 4,
        "selectedMode": False,
        "textStyle": {"color": palette.text, "fontFamily": FONT},
    }


def tooltip(value_format: str, palette: Palette) -> Option:
    """Tell all values at one epoch on hovering, in a format like "%.4f"."""
    return {
        "trigger": "axis",
        "valueFormatter": value_format,
        "backgroundColor": palette.card,
        "borderColor": palette.line,
        "textStyle": {"color": palette.text, "fontFamily": FONT, "fontSize": 13},
        "confine": True,
    }


def epoch_axis(epochs: int, palette: Palette, *, start: int = 0) -> Option:
    """Return an x axis from the start to the last epoch."""
    return axis(palette) | {
        "name": "Epoch",
        "nameLocation": "middle",
        "nameGap": 26,
        "min": start,
        "max": max(epochs, start + 1),
        "minInterval": 1,
        **({"interval": 1} if epochs - start <= FEW_EPOCHS else {}),
    }


def _value_axis(
    quantity: Quantity,
    series: Sequence[Series],
    palette: Palette,
    *,
    from_start: bool,
) -> Option:
    # Late losses are far from 0 for their differences, and those are looked for.
    fits = quantity == "Accuracy" or not from_start
    found = axis(palette) | {"name": quantity, "scale": fits}
    if quantity == "Accuracy":
        found |= {"axisLabel": {"formatter": "{value} %", "color": palette.secondary}}
    values = {value for line in series for value in line.y if math.isfinite(value)}
    if not values:
        found |= {"min": 0, "max": 100 if quantity == "Accuracy" else 1}
    elif quantity == "Accuracy":
        found |= _percent_range(100 * min(values), 100 * max(values))
    return found


def _percent_range(low: float, high: float) -> Option:
    """Fit an axis to percentages; ECharts would draw it beyond 100 %."""
    if low == high:
        below = math.floor(low)
        return {"min": max(below - 1, 0), "max": min(below + 2, 100)}
    step = next(step for step in PERCENT_STEPS if high - low <= MOST_STEPS * step)
    start, end = math.floor(low / step) * step, math.ceil(high / step) * step
    return {"min": round(start, 2), "max": round(end, 2), "interval": step}


def axis(palette: Palette) -> dict[str, object]:
    """Return what all axes have in common."""
    return {
        "type": "value",
        "nameTextStyle": {"color": palette.secondary, "fontSize": 13},
        "axisLabel": {"color": palette.secondary, "fontSize": 12},
        "axisLine": {"lineStyle": {"color": palette.line}},
        "axisTick": {"show": False},
        "splitLine": {"lineStyle": {"color": palette.line}},
    }
