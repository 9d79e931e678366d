"""Learning curves of several runs: one quantity, smoothed, with a band over seeds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import plotly.graph_objects as go

from dashboard.charts.curves import (
    Quantity,
    epoch_axis,
    shortened,
    shown_values,
    value_axis,
)
from dashboard.charts.theme import LEGEND_ABOVE, Palette, base_layout
from dashboard.charts.words import plain

Axis = Literal["Epoch", "Step", "Time"]

PLOT_HEIGHT: Final = 320
LEGEND_ROW: Final = 19
MAX_TOLD_AT_ONCE: Final = 8
"""The hover label of more lines would cover them."""

BAND_OPACITY: Final = 0.15
RAW_OPACITY: Final = 0.3
COLOURS: Final = (0, 1, 2, 3, 4, 6, 9)
"""Of the classes' ten colours those that thin lines can be told apart by."""

DASHES: Final = ("solid", "dash", "dot")
"""Colours come again with the next of these: 21 lines in all."""

MINUTE: Final = 60.0
HOUR: Final = 3600.0
MAX_UNITS: Final = 10
"""From so many minutes on, times are told in minutes; hours alike."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One run, or several that differ by the seed only.

    Attributes:
        name: In the legend and on hovering, as plain text.
        x: Where each epoch ended; seconds if the axis is time. NaN leaves a gap.
        y: Values; accuracy as a share from 0 to 1. NaN leaves a gap.
        raw: The values before smoothing; empty if nothing was smoothed.
        low: Lower end of the band; empty if there is none.
        high: Upper end of the band.
        counts: Of how many runs each value is the mean; empty for one run.
    """

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    raw: tuple[float, ...] = ()
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()


def compared_curves(
    quantity: Quantity,
    lines: Sequence[Line],
    *,
    axis: Axis,
    names_per_row: int,
    palette: Palette,
) -> go.Figure:
    """Draw one quantity of several runs.

    Args:
        quantity: What is on the y axis.
        lines: At least one.
        axis: What is on the x axis.
        names_per_row: How many names the legend has room for side by side.
        palette: Colours of the theme.

    Returns:
        A figure in which the traces of a line share its colour and its legend.
    """
    unit, unit_name = _unit(lines) if axis == "Time" else (1.0, "")
    traces = [
        trace
        for number, line in enumerate(lines)
        for trace in _traces(line, quantity, unit=unit, look=_look(number, palette))
    ]
    rows = math.ceil(len(lines) / names_per_row)
    height = PLOT_HEIGHT + rows * LEGEND_ROW
    view = f"{quantity} by {axis}"
    layout = base_layout(palette, name=view, height=height, can_zoom=True)
    layout |= {
        "hovermode": "x unified" if len(lines) <= MAX_TOLD_AT_ONCE else "closest",
        "hoverlabel": {"namelength": -1},
        "legend": LEGEND_ABOVE,
        "margin": {"t": 14 + rows * LEGEND_ROW, "r": 14},
        "showlegend": True,
        "xaxis": layout["xaxis"] | _x_axis(axis, lines, unit_name),
        "yaxis": layout["yaxis"] | value_axis(quantity, is_empty=False),
    }
    return go.Figure(data=traces, layout=layout)


def _look(number: int, palette: Palette) -> dict[str, str]:
    again, colour = divmod(number, len(COLOURS))
    return {
        "color": palette.classes[COLOURS[colour]],
        "dash": DASHES[again % len(DASHES)],
    }


def _traces(
    line: Line, quantity: Quantity, *, unit: float, look: dict[str, str]
) -> list[dict[str, Any]]:
    x = [value / unit if math.isfinite(value) else None for value in line.x]
    name = plain(shortened(line.name))
    common = {"type": "scatter", "x": x, "legendgroup": name, "cliponaxis": False}
    silent = common | {"mode": "lines", "hoverinfo": "skip", "showlegend": False}
    traces: list[dict[str, Any]] = []
    if line.low:
        ends = (line.low, line.high)
        low, high = (shown_values(values, quantity) for values in ends)
        edge = {"color": look["color"], "width": 0}
        fill = {"fill": "tonexty", "fillcolor": _faint(look["color"])}
        traces += [silent | {"y": low, "line": edge}]
        traces += [silent | {"y": high, "line": edge} | fill]
    if line.raw:
        raw = shown_values(line.raw, quantity)
        thin = {"color": look["color"], "width": 1}
        traces.append(silent | {"y": raw, "line": thin, "opacity": RAW_OPACITY})
    is_point = sum(map(math.isfinite, line.y)) == 1
    number = "%{y:.2f} %" if quantity == "Accuracy" else "%{y:.4f}"
    main = {
        "name": name,
        "y": shown_values(line.y, quantity),
        # A line through one point cannot be seen.
        "mode": "lines+markers" if is_point else "lines",
        "line": look | {"width": 2},
        "marker": {"size": 5},
        "text": _told(line, quantity),
        "hovertemplate": f"{number}%{{text}}",
    }
    return [*traces, common | main]


def _told(line: Line, quantity: Quantity) -> list[str]:
    """Say of each mean what it is of, and how far its runs lie apart."""
    if not line.low:
        return [""] * len(line.x)
    ends = zip(
        shown_values(line.low, quantity),
        shown_values(line.high, quantity),
        line.counts,
        strict=True,
    )
    digits = 2 if quantity == "Accuracy" else 4
    return [
        f" ({low:.{digits}f} to {high:.{digits}f}, {count} runs)"
        if count > 1 and low is not None and high is not None
        else " (1 run)"
        for low, high, count in ends
    ]


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {BAND_OPACITY})"


def _unit(lines: Sequence[Line]) -> tuple[float, str]:
    longest = _last(lines)
    if longest >= MAX_UNITS * HOUR:
        return HOUR, "h"
    return (MINUTE, "min") if longest >= MAX_UNITS * MINUTE else (1.0, "s")


def _last(lines: Sequence[Line]) -> float:
    return max((x for line in lines for x in line.x if math.isfinite(x)), default=0.0)


def _x_axis(axis: Axis, lines: Sequence[Line], unit: str) -> dict[str, object]:
    if axis == "Epoch":
        return epoch_axis(max(len(line.x) for line in lines))
    title = {"Step": "Step of the optimizer", "Time": f"Training time ({unit})"}[axis]
    told = "Step %{x:,}" if axis == "Step" else f"%{{x:.3~f}} {unit}"
    return {
        "title": {"text": title},
        "rangemode": "tozero",
        "minallowed": 0,
        "unifiedhovertitle": {"text": told},
    }
