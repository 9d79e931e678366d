"""Single glyphs: one image pixel by pixel, and one image for each class."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.types import ByteImages, GrayImage
from dashboard.charts.cells import Fit, fit_width
from dashboard.charts.mosaic import Grid, mosaic_figure
from dashboard.charts.theme import Palette, base_figure, diverging, scale
from dashboard.charts.words import plain

INK = [[0.0, "#000000"], [1.0, "#FFFFFF"]]
"""White ink on black in both themes, as the model sees it."""

SIDE = 304
"""Pixels of the longer side."""


def pixel_view(image: ByteImages | GrayImage, *, palette: Palette) -> go.Figure:
    """Show one image large, with the value of each pixel on hovering.

    Args:
        image: Of shape (height, width): uint8 from 0 to 255, or float32 from 0 to 1.
        palette: Colours of the theme.

    Returns:
        A figure of square pixels, at most 304 high; rows and columns count from 0.
    """
    full = 255 if image.dtype == np.uint8 else 1
    number = "%{z}" if full > 1 else "%{z:.3f}"
    height, width = image.shape
    figure = base_figure(palette, name="pixels", height=SIDE)
    figure.add_trace(
        go.Heatmap(
            z=image,
            zmin=0,
            zmax=full,
            zsmooth=False,
            colorscale=INK,
            showscale=False,
            hovertemplate=(
                f"row %{{y}}, column %{{x}}: {number} of {full}<extra></extra>"
            ),
        )
    )
    _frame(figure, height=height, width=width, palette=palette)
    return figure


def difference_view(difference: GrayImage, *, palette: Palette) -> go.Figure:
    """Show where one image has more ink than another.

    Args:
        difference: float32 of shape (height, width), -1 to 1.
        palette: Colours of the theme.

    Returns:
        A figure from vermilion (less) over paper (the same) to blue (more).
    """
    height, width = difference.shape
    most = max(float(np.abs(difference).max()), 1e-6)
    figure = base_figure(palette, name="difference", height=SIDE)
    figure.add_trace(
        go.Heatmap(
            z=difference,
            zmin=-most,
            zmax=most,
            zsmooth=False,
            colorscale=scale(diverging(palette)),
            showscale=False,
            hovertemplate="row %{y}, column %{x}: %{z:+.3f}<extra></extra>",
        )
    )
    _frame(figure, height=height, width=width, palette=palette)
    return figure


def glyph_grid(
    images: NDArray[np.float32],
    labels: Sequence[str],
    *,
    grid: Grid,
    palette: Palette,
) -> go.Figure:
    """Show one image for each class, such as the averages, with its name.

    Args:
        images: float32 of shape (classes, height, width), values in [0, 1].
        labels: A name for each image, written in its corner.
        grid: How they are laid out.
        palette: Colours of the theme.

    Returns:
        A mosaic; a click returns the position of an image.
    """
    figure = mosaic_figure(
        np.round(np.clip(images, 0, 1) * 255).astype(np.uint8),
        captions=labels,
        grid=grid,
        selected=None,
        palette=palette,
    )
    figure.update_layout(
        annotations=[_corner_label(label, grid, i) for i, label in enumerate(labels)]
    )
    return figure


def _corner_label(label: str, grid: Grid, position: int) -> dict[str, object]:
    column, row = grid.place(position)
    return {
        "x": column - 0.46,
        "y": row - 0.48,
        "text": plain(label),
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "top",
        # The tile is black in both themes.
        "font": {"color": "#FFFFFF", "size": 12},
    }


def _frame(figure: go.Figure, *, height: int, width: int, palette: Palette) -> None:
    """Make the pixels square, and give their black an edge on dark paper."""
    figure.add_shape(
        type="rect",
        x0=-0.5,
        x1=width - 0.5,
        y0=-0.5,
        y1=height - 0.5,
        line={"color": palette.tile_edge, "width": 1},
    )
    figure.update_layout(margin={"l": 1, "r": 1, "t": 1, "b": 1})
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    fit_width(figure, Fit(width, height, SIDE / max(width, height), 2, 2))
