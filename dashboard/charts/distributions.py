"""A measure of many images, by class: one row of ink for each class."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.datasets.exploring.distributions import Distribution
from core.proportion import percent
from dashboard.charts.theme import Palette, base_figure, scale
from dashboard.charts.words import plain

ROW_HEIGHT = 22
LEAST_HEIGHT = 260
ROOM = 64


def distributions_by_class(
    found: Distribution, *, classes: tuple[str, ...], title: str, palette: Palette
) -> go.Figure:
    """Draw histograms as rows of a heat map, with a mark at each median.

    Args:
        found: Histograms of one measure.
        classes: Names of the classes.
        title: What is measured, with its unit.
        palette: Colours of the theme.

    Returns:
        A figure as high as it has classes. Each row is shaded by the share of its
        own class, so rare classes are as readable as frequent ones.
    """
    totals = np.maximum(found.counts.sum(axis=1, keepdims=True), 1)
    shares = found.counts / totals
    middles = (found.edges[:-1] + found.edges[1:]) / 2
    names = [plain(name) for name in classes]
    height = max(LEAST_HEIGHT, ROW_HEIGHT * len(classes) + ROOM)
    figure = base_figure(palette, name="distributions", height=height, can_zoom=True)
    figure.add_trace(
        go.Heatmap(
            x=middles,
            y=names,
            z=shares,
            zmin=0,
            colorscale=scale(palette.sequential),
            showscale=False,
            hoverinfo="text",
            text=_captions(found, names, shares),
        )
    )
    figure.add_trace(
        go.Scatter(
            x=found.medians,
            y=names,
            mode="markers",
            marker={
                "symbol": "line-ns",
                "size": 12,
                "line": {"color": palette.accent, "width": 3},
            },
            hovertemplate="%{y}: median %{x:.2f}<extra></extra>",
        )
    )
    figure.update_xaxes(title_text=title, showgrid=False)
    figure.update_yaxes(
        type="category", autorange="reversed", dtick=1, title_text="Class"
    )
    return figure


def _captions(
    found: Distribution, names: list[str], shares: NDArray[np.float64]
) -> list[list[str]]:
    spans = [
        f"{low:.2f} to {high:.2f}"
        for low, high in zip(found.edges[:-1], found.edges[1:], strict=True)
    ]
    return [
        [
            f"{name}, {span}: {count:,} images ({percent(share, decimals=1)})"
            for span, count, share in zip(spans, counts, row, strict=True)
        ]
        for name, counts, row in zip(names, found.counts.tolist(), shares, strict=True)
    ]
