"""The confusion matrix: true classes down, predicted classes across.

Colour is always the share of the row, so that a rare class looks as dark as a
frequent one; `normalise` decides only which numbers are written.
"""

from typing import Final, Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.proportion import percent
from core.types import Counts
from dashboard.charts.cells import Fit, mark_cells
from dashboard.charts.theme import Palette, base_figure, outline, readable_on, scale
from dashboard.charts.words import count_of, plain

MAX_CLASSES_WITH_NUMBERS: Final = 16
"""With more classes the cells are too small to be written in."""

SIDE: Final = 424
SIDE_OF_MANY: Final = 580
ROOM: Final = 56
"""Pixels beside and below the cells, for the titles and labels of the axes."""

COLOUR_BAR: Final = 70

Shares = NDArray[np.float64]


def confusion_figure(
    counts: Counts,
    *,
    classes: tuple[str, ...],
    normalise: Literal["counts", "rows"],
    hide_diagonal: bool,
    selected: tuple[int, int] | None,
    palette: Palette,
) -> go.Figure:
    """Draw a confusion matrix whose cells can be clicked.

    Args:
        counts: int64 of shape (classes, classes): `counts[true, predicted]`.
        classes: Names of the classes.
        normalise: What is written in the cells: counts, or percent of the row.
        hide_diagonal: Leave the right answers out and let the most frequent
            mistake have full ink.
        selected: The cell (true, predicted) to be outlined.
        palette: Colours of the theme.

    Returns:
        A square figure; a click returns true class x classes + predicted class.
    """
    totals = counts.sum(axis=1, keepdims=True)
    shares = counts / np.maximum(totals, 1)
    if hide_diagonal:
        np.fill_diagonal(shares, np.nan)
    top = 1.0 if not hide_diagonal else float(np.nanmax(shares, initial=0.0)) or 1.0
    has_numbers = len(classes) <= MAX_CLASSES_WITH_NUMBERS
    side = SIDE if has_numbers else SIDE_OF_MANY
    figure = base_figure(palette, name="confusion", height=side)
    figure.add_trace(_heat(shares, top, palette, has_bar=not has_numbers))
    if has_numbers:
        texts = _texts(counts, shares, normalise)
        figure.update_layout(annotations=_numbers(texts, shares / top, palette))
    if selected is not None:
        figure.update_layout(shapes=[outline(selected[1], selected[0], palette)])
    _set_axes(figure, classes, has_numbers=has_numbers)
    # Shows through the gaps between the cells, so that empty ones have an edge.
    figure.update_layout(plot_bgcolor=palette.line)
    across = ROOM if has_numbers else ROOM + COLOUR_BAR
    fit = Fit(len(classes), len(classes), side / len(classes), across, ROOM)
    start = selected and selected[0] * len(classes) + selected[1]
    mark_cells(figure, fit, captions=_captions(counts, classes), start=start)
    return figure


def _heat(shares: Shares, top: float, palette: Palette, *, has_bar: bool) -> go.Heatmap:
    return go.Heatmap(
        z=shares.tolist(),
        zmin=0.0,
        zmax=top,
        colorscale=scale(palette.sequential),
        showscale=has_bar,
        colorbar={
            "len": 0.8,
            "outlinewidth": 0,
            "thickness": 10,
            "tickfont": {"color": palette.secondary},
            "tickformat": ".3~p",
            "title": {
                "text": "Share of row",
                "side": "right",
                "font": {"color": palette.secondary},
            },
            "y": 1,
            "yanchor": "top",
        },
        hoverinfo="none",
        xgap=1,
        ygap=1,
    )


def _captions(counts: Counts, classes: tuple[str, ...]) -> list[str]:
    totals = counts.sum(axis=1)
    return [
        f"{classes[true]} predicted as {classes[predicted]}: "
        f"{count_of(int(count), int(totals[true]))}"
        for (true, predicted), count in np.ndenumerate(counts)
    ]


def _texts(
    counts: Counts, shares: Shares, normalise: Literal["counts", "rows"]
) -> dict[tuple[int, int], str]:
    """Write each cell that has something in it and is shown."""
    return {
        (int(true), int(predicted)): (
            f"{counts[true, predicted]:,}"
            if normalise == "counts"
            else percent(shares[true, predicted], decimals=1).removesuffix(" %")
        )
        for true, predicted in np.argwhere(counts > 0)
        if not np.isnan(shares[true, predicted])
    }


def _numbers(
    texts: dict[tuple[int, int], str], density: Shares, palette: Palette
) -> list[dict[str, object]]:
    """Place the texts, each in the ink that reads well on its cell."""
    steps = len(palette.sequential) - 1
    return [
        {
            "x": predicted,
            "y": true,
            "text": text,
            "showarrow": False,
            "font": {
                "size": 12,
                "color": readable_on(
                    palette.sequential[round(float(density[true, predicted]) * steps)]
                ),
            },
        }
        for (true, predicted), text in texts.items()
    ]


def _set_axes(
    figure: go.Figure, classes: tuple[str, ...], *, has_numbers: bool
) -> None:
    axis: dict[str, object] = {
        "tickvals": list(range(len(classes))),
        "ticktext": [plain(name) for name in classes],
        "tickangle": 0,
        "showgrid": False,
        "showline": False,
        "ticks": "",
    }
    if not has_numbers:
        axis["tickfont"] = {"size": 10}
    figure.update_xaxes(**axis, title_text="Predicted class")
    figure.update_yaxes(**axis, title_text="True class")
