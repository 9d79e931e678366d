"""Read what a click on a figure selected.

Streamlit returns a list of points, each a dictionary; ours carry whole numbers
in `customdata`. Whatever else arrives (nothing, a point of another trace, a
figure of an older page) selects nothing.
"""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

HIT_MARKER_SIZE = 6
"""Pixels. Small on purpose: within its radius a marker counts as hit, so markers
that overlap steal each other's clicks. Small ones leave it to the distance, and
the nearest centre is the cell that was clicked, at any width."""


def whole_numbers(points: Sequence[Mapping[str, object]]) -> tuple[int, ...]:
    """Return the customdata of the first point as whole numbers.

    Args:
        points: `event.selection.points` of `st.plotly_chart`.

    Returns:
        The numbers, or an empty tuple if there are none.
    """
    if not points:
        return ()
    data = points[0].get("customdata")
    if not isinstance(data, list | tuple):
        return ()
    if not all(isinstance(value, int | float) for value in data):
        return ()
    return tuple(int(value) for value in data)


def hit_markers(
    x: Sequence[float | str],
    y: Sequence[float | str],
    *,
    customdata: Sequence[Sequence[int]],
    hover: Sequence[str],
) -> go.Scatter:
    """Return invisible markers that answer clicks and hovering.

    A heat map or a picture returns no selection in Streamlit; markers do.
    Lists, not arrays: Plotly packs arrays into typed ones, which come back from
    a click as dictionaries.

    Args:
        x: Centres of the cells.
        y: Centres of the cells.
        customdata: What a click returns, for each cell.
        hover: What hovering shows, for each cell.

    Returns:
        A trace to lay over the cells.
    """
    return go.Scatter(
        x=list(x),
        y=list(y),
        mode="markers",
        marker={"symbol": "square", "size": HIT_MARKER_SIZE, "opacity": 0},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        customdata=[list(values) for values in customdata],
        text=list(hover),
        hovertemplate="%{text}<extra></extra>",
        cliponaxis=False,
    )
