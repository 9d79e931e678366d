"""Parallel coordinates: each run a line over axes of its settings and scores."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from scipy.stats import rankdata

from core.insight.run_columns import Column
from dashboard.charts.theme import FONT, Palette, base_layout, scale
from dashboard.charts.words import plain

HEIGHT: Final = 380
MAX_WORD: Final = 14
NUM_TICKS: Final = 6
SMALLEST: Final = 1e-300

Ranges = tuple[tuple[float, float], ...]
Brush = Mapping[str, Ranges]
"""Which parts of which axes are held, by the key of the column, in its own unit."""


def parallel_coordinates(
    columns: Sequence[Column], *, colour_by: Column, brush: Brush, palette: Palette
) -> go.Figure:
    """Draw runs as lines; brushing an axis greys those that do not pass there.

    Args:
        columns: The axes from left to right, with a number for each run.
        colour_by: The column by whose order the lines are coloured, from the lowest
            (red) to the highest (blue).
        brush: What is held.
        palette: Colours of the theme.

    Returns:
        A figure whose axes have the keys of their columns as names.
    """
    trace = {
        "type": "parcoords",
        "dimensions": [_dimension(each, brush.get(each.key, ())) for each in columns],
        "line": {
            "color": rankdata(colour_by.numbers).tolist(),
            "colorscale": scale((palette.validation, palette.training)),
            "showscale": False,
        },
        "unselected": {"line": {"color": palette.line, "opacity": 0.08}},
        "labelfont": {"family": FONT, "size": 13, "color": palette.text},
        "tickfont": {"family": FONT, "size": 11, "color": palette.secondary},
        "rangefont": {"size": 1, "color": "rgba(0, 0, 0, 0)"},
        "labelside": "top",
    }
    # Held parts of another brush are the page's, not those that somebody drew before.
    view = repr([(each.key, brush.get(each.key)) for each in columns])
    layout = base_layout(palette, name=view, height=HEIGHT)
    del layout["xaxis"], layout["yaxis"]
    # What lies behind the numbers of an axis is of this colour.
    layout["paper_bgcolor"] = palette.paper
    layout["margin"] = {"l": 76, "r": 76, "t": 44, "b": 16}
    return go.Figure(data=[trace], layout=layout)


def passing(columns: Sequence[Column], brush: Brush) -> NDArray[np.bool_]:
    """Tell which runs pass through all that is held.

    Args:
        columns: All columns, at least one; keys of others in the brush hold nothing.
        brush: What is held; of several parts of one axis, any will do.

    Returns:
        bool of shape (runs,).
    """
    passes = np.ones(len(columns[0].numbers), np.bool_)
    for column in columns:
        ranges = brush.get(column.key, ())
        if ranges:
            inside = [
                (column.numbers >= low) & (column.numbers <= high)
                for low, high in ranges
            ]
            passes &= np.logical_or.reduce(inside)
    return passes


def held_values(column: Column, drawn: Ranges) -> Ranges:
    """Turn held parts of a drawn axis into the unit of its column."""
    if not column.is_log:
        return drawn
    return tuple((10.0**low, 10.0**high) for low, high in drawn)


def _dimension(column: Column, ranges: Ranges) -> dict[str, Any]:
    held = [_placed(column, np.array(each)).tolist() for each in ranges]
    dimension: dict[str, Any] = {
        "name": column.key,
        "label": plain(column.title),
        "values": _placed(column, column.numbers).tolist(),
    }
    if held:
        dimension["constraintrange"] = held if len(held) > 1 else held[0]
    if column.categories:
        last = max(len(column.categories) - 1, 1)
        return dimension | {
            "tickvals": list(range(len(column.categories))),
            "ticktext": [_word(each) for each in column.categories],
            "range": [0, last],
        }
    return dimension | (_log_ticks(column) if column.is_log else {})


def _placed(column: Column, values: NDArray[np.float64]) -> NDArray[np.float64]:
    # An address may say that zero, or less, is held of a logarithmic axis.
    return np.log10(np.maximum(values, SMALLEST)) if column.is_log else values


def _log_ticks(column: Column) -> dict[str, list[Any]]:
    """Mark powers of ten, and 2 and 5 of each where there are few of them."""
    low, high = math.log10(column.numbers.min()), math.log10(column.numbers.max())
    decades = range(math.floor(low), math.ceil(high) + 1)
    steps = (1, 2, 5) if high - low < NUM_TICKS / 2 else (1,)
    ticks = [step * 10.0**decade for decade in decades for step in steps]
    shown = [each for each in ticks if low <= math.log10(each) <= high]
    return {
        "tickvals": [math.log10(each) for each in shown],
        "ticktext": [_short(each) for each in shown],
    }


def _short(number: float) -> str:
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:g}{unit}"
    return f"{number:g}"


def _word(word: str) -> str:
    return plain(word if len(word) <= MAX_WORD else f"{word[: MAX_WORD - 1]}\u2026")
