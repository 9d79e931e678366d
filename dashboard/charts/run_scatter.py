"""Runs as points of any two columns, with the Pareto front."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.insight.pareto import pareto_front
from core.insight.run_columns import Column
from dashboard.charts.curves import shortened
from dashboard.charts.theme import LEGEND_ABOVE, Palette, base_layout
from dashboard.charts.words import plain

HEIGHT: Final = 460
MARKER_SIZE: Final = 8
MARKER_OPACITY: Final = 0.85
MAX_DRAWN_AS_SHAPES: Final = 1000
"""More points than this are drawn by WebGL."""


def run_scatter(
    x: Column,
    y: Column,
    *,
    names: Sequence[str],
    groups: Sequence[str],
    chosen: Sequence[int],
    palette: Palette,
) -> go.Figure:
    """Draw runs as points; a click or a lasso returns their positions.

    Args:
        x: What is on the x axis; runs without a value in both are left out.
        y: What is on the y axis.
        names: What each run is called, as plain text.
        groups: The data set of each run. Each has a colour, and a front of its own,
            because scores on different images do not compare.
        chosen: Positions of the runs that are marked.
        palette: Colours of the theme.

    Returns:
        A figure with the points of each group, its front if both columns have a
        better end, and rings around the chosen runs.
    """
    is_known = np.isfinite(x.numbers) & np.isfinite(y.numbers)
    traces: list[dict[str, Any]] = []
    for number, group in enumerate(dict.fromkeys(groups)):
        members = np.flatnonzero(is_known & (np.array(groups) == group))
        if not len(members):
            continue
        colour = palette.classes[number % len(palette.classes)]
        look = {"name": plain(shortened(group)), "legendgroup": f"{number}"}
        traces.append(_points(x, y, members, names, colour) | look)
        if x.better and y.better:
            traces.append(_front(x, y, members, colour) | look)
    rings = [each for each in chosen if is_known[each]]
    if rings:
        traces.append(_rings(x, y, rings, palette))
    view = f"{x.key} {y.key}"
    layout = base_layout(palette, name=view, height=HEIGHT, can_zoom=True)
    layout |= {
        "dragmode": "lasso",
        "hovermode": "closest",
        "showlegend": len(set(groups)) > 1,
        "legend": LEGEND_ABOVE,
        "margin": {"t": 36, "r": 14},
        "xaxis": layout["xaxis"] | _axis(x),
        "yaxis": layout["yaxis"] | _axis(y),
    }
    return go.Figure(data=traces, layout=layout)


def _points(
    x: Column,
    y: Column,
    members: NDArray[np.int64],
    names: Sequence[str],
    colour: str,
) -> dict[str, Any]:
    is_many = len(names) > MAX_DRAWN_AS_SHAPES
    return {
        "type": "scattergl" if is_many else "scatter",
        "mode": "markers",
        "x": x.numbers[members].tolist(),
        "y": y.numbers[members].tolist(),
        "customdata": members.tolist(),
        "text": [plain(shortened(names[each])) for each in members],
        "marker": {"size": MARKER_SIZE, "color": colour, "opacity": MARKER_OPACITY},
        # What a lasso has left out stays as it is: the rings show what was chosen.
        "unselected": {"marker": {"opacity": MARKER_OPACITY}},
        "hovertemplate": "<b>%{text}</b>"
        f"<br>{_told(x, 'x')}<br>{_told(y, 'y')}<extra></extra>",
    }


def _told(column: Column, axis: str) -> str:
    number = "" if column.categories else ":,.5~g"
    return f"{column.title}: %{{{axis}{number}}}"


def _front(
    x: Column, y: Column, members: NDArray[np.int64], colour: str
) -> dict[str, Any]:
    is_high_better = x.better == "high", y.better == "high"
    front = members[
        pareto_front(
            x.numbers[members], y.numbers[members], is_high_better=is_high_better
        )
    ]
    # From one run to the next nothing between them was reached: a step, no slope.
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x.numbers[front].tolist(),
        "y": y.numbers[front].tolist(),
        "line": {"color": colour, "width": 1.5, "dash": "dot", "shape": "hv"},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _rings(
    x: Column, y: Column, chosen: Sequence[int], palette: Palette
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": x.numbers[list(chosen)].tolist(),
        "y": y.numbers[list(chosen)].tolist(),
        "customdata": list(chosen),
        "marker": {
            "size": MARKER_SIZE + 6,
            "color": palette.accent,
            "symbol": "circle-open",
            "line": {"width": 2},
        },
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _axis(column: Column) -> dict[str, object]:
    title = {"title": {"text": column.title}}
    if column.categories:
        names = [plain(shortened(each)) for each in column.categories]
        places = list(range(len(names)))
        return title | {"tickvals": places, "ticktext": names}
    return title | {"type": "log" if column.is_log else "linear"}
