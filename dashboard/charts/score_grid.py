"""How the combinations of two settings scored: a heat map, the better the more ink."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final

import plotly.graph_objects as go

from dashboard.charts.cells import Fit, mark_cells
from dashboard.charts.theme import Palette, base_figure, outline, readable_on, scale
from dashboard.charts.words import plain

Place = tuple[int, int]
"""Row and column of a cell."""

SIDE: Final = 440
MIN_CELL: Final = 52
MAX_CELL: Final = 96
"""Of few cells each is larger, in pixels."""

ROOM: Final = 92
"""Pixels beside the cells, for the title and the labels of the axis."""

BELOW: Final = 56
MAX_LABEL: Final = 12
INK: Final = (0.06, 0.94)
"""The worst is not paper and the best is not black, so both are cells with an edge."""


@dataclass(frozen=True, kw_only=True)
class Axis:
    """A setting and the values that were tried of it.

    Attributes:
        title: What it is called.
        values: As texts, in their order.
    """

    title: str
    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A combination of two values.

    Attributes:
        score: How it scored; None if it has not.
        text: What is written in it.
        caption: What is told of it.
    """

    score: float | None
    text: str
    caption: str


def score_grid(
    rows: Axis,
    columns: Axis,
    *,
    cells: Mapping[Place, Cell],
    best: Place | None,
    is_low_good: bool,
    palette: Palette,
) -> go.Figure:
    """Draw a heat map whose cells can be clicked.

    Args:
        rows: What goes down.
        columns: What goes across.
        cells: One for each row and column.
        best: The cell to be outlined.
        is_low_good: Whether a lower score is better.
        palette: Colours of the theme.

    Returns:
        A figure; a click returns row x columns + column.
    """
    num_rows, num_columns = len(rows.values), len(columns.values)
    cell = min(max(SIDE / max(num_rows, num_columns), MIN_CELL), MAX_CELL)
    fit = Fit(num_columns, num_rows, cell, ROOM, BELOW)
    name = f"scores of {rows.title} and {columns.title}"
    figure = base_figure(palette, name=name, height=round(cell * num_rows) + BELOW)
    shades = _shades(cells, is_low_good=is_low_good)
    figure.add_trace(_heat(shades, num_rows, num_columns, palette))
    figure.update_layout(
        annotations=_written(cells, shades, palette), plot_bgcolor=palette.line
    )
    _label(figure, rows, columns)
    if best is not None:
        figure.add_shape(outline(best[1], best[0], palette))
    places = product(range(num_rows), range(num_columns))
    captions = [cells[place].caption for place in places]
    start = best and best[0] * num_columns + best[1]
    mark_cells(figure, fit, captions=captions, start=start)
    return figure


def _shades(cells: Mapping[Place, Cell], *, is_low_good: bool) -> dict[Place, float]:
    """Return how much ink each cell with a score has, from 0 to 1."""
    scores = {
        place: cell.score for place, cell in cells.items() if cell.score is not None
    }
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    if is_low_good:
        low, high = high, low
    paper, ink = INK
    return {
        place: paper + (ink - paper) * ((score - low) / (high - low or 1.0))
        for place, score in scores.items()
    }


def _heat(
    shades: Mapping[Place, float],
    num_rows: int,
    num_columns: int,
    palette: Palette,
) -> go.Heatmap:
    return go.Heatmap(
        z=[
            [shades.get((row, column)) for column in range(num_columns)]
            for row in range(num_rows)
        ],
        zmin=0.0,
        zmax=1.0,
        colorscale=scale(palette.sequential),
        showscale=False,
        hoverinfo="none",
        xgap=1,
        ygap=1,
    )


def _written(
    cells: Mapping[Place, Cell],
    shades: Mapping[Place, float],
    palette: Palette,
) -> list[dict[str, object]]:
    """Place the texts, each in the ink that reads well on its cell."""
    last = len(palette.sequential) - 1
    return [
        {
            "x": column,
            "y": row,
            "text": plain(cell.text),
            "showarrow": False,
            "font": {
                "size": 13,
                "color": readable_on(
                    palette.sequential[round(shades[row, column] * last)]
                    if (row, column) in shades
                    else palette.line
                ),
            },
        }
        for (row, column), cell in cells.items()
    ]


def _label(figure: go.Figure, rows: Axis, columns: Axis) -> None:
    options = {"showgrid": False, "showline": False, "ticks": ""}
    for update, axis in ((figure.update_xaxes, columns), (figure.update_yaxes, rows)):
        update(
            **options,
            title_text=plain(axis.title),
            tickvals=list(range(len(axis.values))),
            ticktext=[plain(_short(each)) for each in axis.values],
            tickangle=0,
        )


def _short(text: str) -> str:
    return text if len(text) <= MAX_LABEL else f"{text[: MAX_LABEL - 1]}\u2026"
