"""Why a model answers as it does: ink that matters, pixels that decide."""

from typing import Final

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.evaluation.occlusion import VISIBLE
from core.types import GrayImage
from dashboard.charts.cells import Fit, fit_width
from dashboard.charts.glyphs import SIDE, pixel_view
from dashboard.charts.mosaic import rgb
from dashboard.charts.theme import Palette
from dashboard.charts.words import plain

BAR_ROOM: Final = 52
"""Pixels below the glyph for the scale of its colours."""

BAR_LENGTH: Final = 220


def worth_view(
    image: GrayImage,
    worth: NDArray[np.float32],
    *,
    names: tuple[str, str],
    palette: Palette,
) -> go.Figure:
    """Show over a glyph which ink speaks for one class and which for another.

    Args:
        image: float32 of shape (height, width), values in [0, 1].
        worth: Of the same shape, in nats; positive speaks for the first class.
        names: Of the two classes.
        palette: Colours of the theme.

    Returns:
        The pixels with a film of colour: blue for the first, vermilion for the second.
    """
    chosen, rival = map(plain, names)
    most = max(float(np.abs(worth[image > VISIBLE]).max(initial=0)), 1e-6)
    figure = pixel_view(image, palette=palette)
    figure.update_traces(hoverinfo="skip", hovertemplate=None)
    figure.add_trace(
        go.Heatmap(
            # Paper is worth nothing: what is near it was spread there by the patches.
            z=np.where(image > VISIBLE, worth, np.nan),
            customdata=image,
            hoverongaps=False,
            zmin=-most,
            zmax=most,
            zsmooth=False,
            colorscale=_film(palette),
            colorbar={
                "orientation": "h",
                "x": 0,
                "xanchor": "left",
                "y": 0,
                "yanchor": "top",
                "ypad": 8,
                "xpad": 0,
                "thickness": 12,
                "len": BAR_LENGTH,
                "lenmode": "pixels",
                "outlinecolor": palette.tile_edge,
                "tickvals": [-0.75 * most, 0, 0.75 * most],
                "ticktext": [f"for {rival}", "neither", f"for {chosen}"],
                "tickfont": {"color": palette.secondary, "size": 12},
            },
            hovertemplate=(
                "row %{y}, column %{x}: ink %{customdata:.2f}<br>"
                f"worth %{{z:+.2f}} nats for {chosen} against {rival}<extra></extra>"
            ),
        )
    )
    height, width = image.shape
    figure.update_layout(margin={"b": BAR_ROOM})
    fit = Fit(width, height, SIDE / max(width, height), 2, BAR_ROOM + 1)
    fit_width(figure, fit)
    return figure


def decisive_view(
    image: GrayImage, changed: NDArray[np.bool_], *, palette: Palette
) -> go.Figure:
    """Show a glyph with some of its pixels marked.

    Args:
        image: float32 of shape (height, width), values in [0, 1].
        changed: The pixels, bool of the same shape.
        palette: Colours of the theme.
    """
    figure = pixel_view(image, palette=palette)
    figure.add_trace(
        go.Heatmap(
            z=np.where(changed, 1.0, np.nan),
            zmin=0,
            zmax=1,
            colorscale=[[0, palette.accent], [1, palette.accent]],
            opacity=0.85,
            showscale=False,
            hovertemplate="row %{y}, column %{x}: changed<extra></extra>",
            hoverongaps=False,
        )
    )
    return figure


def mark_point(figure: go.Figure, point: NDArray[np.float32], *, name: str) -> None:
    """Mark one place on a scatter figure with a star.

    Args:
        figure: The scatter.
        point: float32 of shape (2,).
        name: What is there.
    """
    figure.add_trace(
        go.Scattergl(
            x=point[:1],
            y=point[1:],
            mode="markers",
            name=plain(name),
            marker={
                "symbol": "star",
                "size": 18,
                "color": "#FFFFFF",
                "line": {"width": 2, "color": "#000000"},
            },
            hovertemplate=f"{plain(name)}<extra></extra>",
        )
    )


def _film(palette: Palette) -> list[list[float | str]]:
    """Return the diverging scale, clear in the middle, where ink shows through."""
    less, more = rgb(palette.validation), rgb(palette.training)
    return [
        [0, f"rgba({less[0]},{less[1]},{less[2]},0.95)"],
        [0.5, f"rgba({less[0]},{less[1]},{less[2]},0)"],
        [0.5, f"rgba({more[0]},{more[1]},{more[2]},0)"],
        [1, f"rgba({more[0]},{more[1]},{more[2]},0.95)"],
    ]
