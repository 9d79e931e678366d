"""What a grid of cells, a heat map or a mosaic, tells the component that draws it.

`dashboard.figure` fits its height to the width, finds the cell under the pointer,
tells its caption, walks from cell to cell with the arrow keys and hands over the one
that is chosen. Cell (column, row) lies around the point (column, row) of the axes;
row 0 is on top.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TypeVar

import plotly.graph_objects as go

Place = TypeVar("Place", bound=tuple[float, float])
"""Row and column; between whole numbers is beside the middle of a cell."""


@dataclass(frozen=True)
class Fit:
    """How large a grid of square cells is.

    Attributes:
        columns: Cells in a row.
        rows: Rows.
        cell: Side of a cell on a wide screen, in pixels; on a narrow one it is what
            the width leaves.
        across: Pixels beside the grid, for axis titles and margins.
        down: Pixels above and below it.
    """

    columns: int
    rows: int
    cell: float
    across: int = 0
    down: int = 0


def fit_width(figure: go.Figure, fit: Fit) -> None:
    """Show all cells of a grid, square at any width, and nothing below them."""
    meta = {**figure.layout.meta, "fit": asdict(fit)}
    figure.update_layout(height=round(fit.cell * fit.rows) + fit.down, meta=meta)
    figure.update_xaxes(
        range=[-0.5, fit.columns - 0.5], constrain="domain", constraintoward="left"
    )
    figure.update_yaxes(
        range=[fit.rows - 0.5, -0.5],
        constrain="domain",
        constraintoward="top",
        scaleanchor="x",
    )


def mark_cells(
    figure: go.Figure,
    fit: Fit,
    *,
    captions: Sequence[str],
    start: int | None,
    has_totals: bool = False,
) -> None:
    """Make each cell of a grid one that is told, hit and walked through.

    Args:
        figure: The grid.
        fit: How large it is.
        captions: What is told of each cell, as plain text, row by row; places of the
            last row without a caption are no cells.
        start: The cell where the arrow keys begin; the first one unless given.
        has_totals: Whether the last row and column are totals: then the label of a row
            or a column is told and hit as its total.
    """
    fit_width(figure, fit)
    cells = {
        "columns": fit.columns,
        "captions": list(captions),
        "start": start or 0,
        "totals": has_totals,
    }
    figure.update_layout(meta={**figure.layout.meta, "cells": cells})


def written(texts: Mapping[Place, tuple[str, str]], *, size: int = 12) -> go.Scatter:
    """Write in cells; as one trace, because hundreds of annotations take long.

    Args:
        texts: What stands in a cell (row, column), and the colour of its ink.
        size: Of the font, in pixels.
    """
    return go.Scatter(
        x=[column for _, column in texts],
        y=[row for row, _ in texts],
        text=[text for text, _ in texts.values()],
        mode="text",
        textfont={"size": size, "color": [ink for _, ink in texts.values()]},
        hoverinfo="skip",
    )
