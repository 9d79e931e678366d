"""The confusion matrix: true classes down, predicted classes across.

Colour is always the share of the row, so that a rare class looks as dark as a
frequent one; `normalise` decides only which numbers are written. The heat map
itself answers no clicks in Streamlit; invisible markers over it do.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.types import Counts
from dashboard.charts.selection import hit_markers, whole_numbers
from dashboard.charts.theme import Palette, base_figure, outline, readable_on, scale
from dashboard.charts.words import count_of, percent

MAX_CLASSES_WITH_NUMBERS = 16
"""With more classes the cells are too small to be written in."""

HIT_DISTANCE = 60
"""Pixels; more than from the centre of the largest cell to its corner."""

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
        A square figure; read its clicks with `selected_cell`.
    """
    totals = counts.sum(axis=1, keepdims=True)
    shares = counts / np.maximum(totals, 1)
    if hide_diagonal:
        np.fill_diagonal(shares, np.nan)
    top = 1.0 if not hide_diagonal else float(np.nanmax(shares, initial=0.0)) or 1.0
    figure = base_figure(palette, name="confusion", height=_height(len(classes)))
    figure.add_trace(_heat(shares, classes, top, palette))
    figure.add_trace(_markers(counts, classes))
    if len(classes) <= MAX_CLASSES_WITH_NUMBERS:
        texts = _texts(counts, shares, normalise)
        figure.update_layout(annotations=_numbers(texts, shares / top, palette))
    if selected is not None:
        figure.update_layout(shapes=[outline(selected[1], selected[0], palette)])
    _set_axes(figure, classes)
    # Shows through the gaps between the cells, so that empty ones have an edge.
    figure.update_layout(plot_bgcolor=palette.line)
    return figure


def selected_cell(points: Sequence[Mapping[str, object]]) -> tuple[int, int] | None:
    """Return the cell (true, predicted) that was clicked, if any.

    Args:
        points: `event.selection.points` of `st.plotly_chart`.
    """
    match whole_numbers(points):
        case (true, predicted, _):
            return true, predicted
        case _:
            return None


def _height(num_classes: int) -> int:
    return 480 if num_classes <= MAX_CLASSES_WITH_NUMBERS else 640


def _heat(
    shares: Shares, classes: tuple[str, ...], top: float, palette: Palette
) -> go.Heatmap:
    return go.Heatmap(
        x=list(classes),
        y=list(classes),
        z=shares.tolist(),
        zmin=0.0,
        zmax=top,
        colorscale=scale(palette.sequential),
        showscale=len(classes) > MAX_CLASSES_WITH_NUMBERS,
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
        hoverinfo="skip",
        hoverongaps=False,
        xgap=1,
        ygap=1,
    )


def _markers(counts: Counts, classes: tuple[str, ...]) -> go.Scatter:
    totals = counts.sum(axis=1)
    cells = [
        (true, predicted, int(counts[true, predicted]))
        for true in range(len(classes))
        for predicted in range(len(classes))
    ]
    return hit_markers(
        [classes[predicted] for _, predicted, _ in cells],
        [classes[true] for true, _, _ in cells],
        customdata=cells,
        hover=[
            f"{classes[true]} read as {classes[predicted]}: "
            f"{count_of(count, int(totals[true]))}"
            for true, predicted, count in cells
        ],
    )


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
    """Place the texts; annotations, as a click would dim the text of a trace."""
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


def _set_axes(figure: go.Figure, classes: tuple[str, ...]) -> None:
    axis: dict[str, object] = {
        "type": "category",
        "categoryorder": "array",
        "categoryarray": list(classes),
        "constrain": "domain",
        "dtick": 1,
        "fixedrange": True,
        "showgrid": False,
        "showline": False,
        "ticks": "",
    }
    if len(classes) > MAX_CLASSES_WITH_NUMBERS:
        axis["tickfont"] = {"size": 10}
    figure.update_layout(hoverdistance=HIT_DISTANCE)
    figure.update_xaxes(
        **axis,
        title_text="Predicted class",
        range=[-0.5, len(classes) - 0.5],
        constraintoward="left",
    )
    figure.update_yaxes(
        **axis,
        title_text="True class",
        range=[len(classes) - 0.5, -0.5],
        scaleanchor="x",
        constraintoward="top",
    )
