"""Points on a plane, coloured by class, in which a lasso chooses."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.datasets.classes import GROUP_TITLES, group_of
from core.types import Indices, Labels
from dashboard.charts.theme import (
    LEGEND_ABOVE,
    MAX_COLOURED_CLASSES,
    Palette,
    base_figure,
    class_colours,
)
from dashboard.charts.words import plain

HEIGHT = 520
MARKER_SIZE = 5


def class_scatter(
    points: NDArray[np.float32],
    labels: Labels,
    *,
    classes: tuple[str, ...],
    indices: Indices,
    axis_titles: tuple[str, str],
    palette: Palette,
) -> go.Figure:
    """Draw points by class; a click or a lasso returns the numbers of their images.

    Args:
        points: float32 of shape (n, 2): places on the x and the y axis.
        labels: uint8 of shape (n,), the class of each point.
        classes: Names of the classes.
        indices: int64 of shape (n,): what `Hit.index` and `Selection.indices` give
            for each point.
        axis_titles: What the axes are.
        palette: Colours of the theme.

    Returns:
        A figure with a trace for each colour: each class up to ten of them, else
        each group.
    """
    figure = base_figure(palette, name="scatter", height=HEIGHT, can_zoom=True)
    colours = np.array(class_colours(classes, palette))
    for colour in dict.fromkeys(colours.tolist()):
        members = np.flatnonzero(colours == colour)
        chosen = np.flatnonzero(np.isin(labels, members))
        if len(chosen):
            trace = _points(points[chosen], labels[chosen], indices[chosen], classes)
            first = classes[members[0]]
            is_one = len(classes) <= MAX_COLOURED_CLASSES
            name = first if is_one else GROUP_TITLES[group_of(first)]
            trace.update(name=plain(name), marker_color=colour)
            figure.add_trace(trace)
    figure.update_layout(
        dragmode="lasso",
        showlegend=True,
        legend=LEGEND_ABOVE,
        margin={"t": 36},
    )
    figure.update_xaxes(title_text=axis_titles[0])
    figure.update_yaxes(title_text=axis_titles[1])
    return figure


def _points(
    points: NDArray[np.float32],
    labels: Labels,
    indices: Indices,
    classes: tuple[str, ...],
) -> go.Scattergl:
    return go.Scattergl(
        x=points[:, 0],
        y=points[:, 1],
        mode="markers",
        marker={"size": MARKER_SIZE, "opacity": 0.75, "line": {"width": 0}},
        customdata=indices,
        text=[plain(classes[label]) for label in labels],
        hovertemplate="%{text}, image %{customdata:,}<extra></extra>",
    )
