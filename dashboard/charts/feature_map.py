"""Test images as points on a plane; as glyphs where few enough are in view."""

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from PIL import Image

from core.proportion import percent
from core.types import ByteImages, Indices, Labels
from dashboard.charts.scatter import HEIGHT, MARKER_SIZE, class_scatter
from dashboard.charts.theme import LEGEND_ABOVE, Palette, base_figure, class_colours
from dashboard.charts.words import plain

MAX_GLYPHS: Final = 150
"""Where more points are in view, their glyphs would hide each other."""

GLYPH_PIXELS: Final = 30
PLOT_WIDTH: Final = 1000
PLOT_HEIGHT: Final = 440
"""About what the axes have of a wide page: glyphs are placed in units of the axes."""

DRAGGED: Final = "lasso"


@dataclass(frozen=True, kw_only=True, eq=False)
class Points:
    """What is drawn.

    Attributes:
        places: float32 of shape (n, 2).
        indices: int64 of shape (n,): the test images, which a click or a lasso gives.
        labels: True classes, uint8 of shape (n,).
        predicted: uint8 of shape (n,).
        confidences: Of the predicted classes, float32 of shape (n,), 0 to 1.
        classes: Names of the classes.
    """

    places: NDArray[np.float32]
    indices: Indices
    labels: Labels
    predicted: Labels
    confidences: NDArray[np.float32]
    classes: tuple[str, ...]


@dataclass(frozen=True)
class View:
    """The part of the plane that somebody has zoomed to, in units of the axes."""

    left: float
    right: float
    bottom: float
    top: float

    @classmethod
    def of(
        cls, ranges: Mapping[str, tuple[float, float]], places: NDArray[np.float32]
    ) -> Self:
        """Return what is in view where an axis without a range shows all points."""
        (left, bottom), (right, top) = places.min(axis=0), places.max(axis=0)
        x = ranges.get("x", (float(left), float(right)))
        y = ranges.get("y", (float(bottom), float(top)))
        return cls(*x, *y)

    def inside(self, places: NDArray[np.float32]) -> Indices:
        """Return the positions of the points that are in view."""
        x, y = places.T
        within = (x >= self.left) & (x <= self.right)
        return np.flatnonzero(within & (y >= self.bottom) & (y <= self.top))


def by_class(
    points: Points,
    *,
    is_predicted: bool,
    axis_titles: tuple[str, str],
    palette: Palette,
) -> go.Figure:
    """Draw points in the colours of their true or predicted classes."""
    return class_scatter(
        points.places,
        points.predicted if is_predicted else points.labels,
        classes=points.classes,
        indices=points.indices,
        axis_titles=axis_titles,
        palette=palette,
    )


def by_correctness(
    points: Points, *, axis_titles: tuple[str, str], palette: Palette
) -> go.Figure:
    """Draw points quietly if they are right, and loudly if they are wrong."""
    figure = _empty(axis_titles, palette)
    is_right = points.labels == points.predicted
    # The wrong ones last, so that nothing hides them.
    for name, chosen, colour in (
        ("Right", np.flatnonzero(is_right), palette.secondary),
        ("Wrong", np.flatnonzero(~is_right), palette.accent),
    ):
        if len(chosen):
            trace = _scatter(points, chosen)
            trace.update(
                name=f"{name} ({len(chosen):,})",
                marker_color=colour,
                marker_opacity=0.35 if name == "Right" else 0.9,
            )
            figure.add_trace(trace)
    figure.update_layout(showlegend=True, legend=LEGEND_ABOVE, margin={"t": 36})
    return figure


def by_confidence(
    points: Points, *, axis_titles: tuple[str, str], palette: Palette
) -> go.Figure:
    """Draw points the louder the less sure the model is."""
    figure = _empty(axis_titles, palette)
    # The least sure last, so that nothing hides them.
    order = np.argsort(-points.confidences, kind="stable")
    trace = _scatter(points, order)
    trace.update(
        marker={
            "color": 100 * points.confidences[order],
            "cmax": 100,
            "colorscale": [[0, palette.accent], [1, palette.training]],
            "colorbar": {
                "title": {"text": "Confidence", "side": "right"},
                "ticksuffix": " %",
                "thickness": 12,
                "outlinewidth": 0,
            },
        }
    )
    figure.add_trace(trace)
    figure.update_layout(margin={"t": 36})
    return figure


def add_glyphs(
    figure: go.Figure,
    points: Points,
    images: ByteImages,
    *,
    chosen: Indices,
    inks: Sequence[str],
    view: View,
) -> None:
    """Draw glyphs in the place of some points.

    Args:
        figure: The map.
        points: All points.
        images: The glyphs of the chosen ones, uint8 of shape (m, height, width).
        chosen: int64 of shape (m,): which points.
        inks: The colour of each.
        view: What is in view, which decides how large they are.
    """
    # One point alone has no extent, but an axis has.
    across = ((view.right - view.left) or 1) * GLYPH_PIXELS / PLOT_WIDTH
    down = ((view.top - view.bottom) or 1) * GLYPH_PIXELS / PLOT_HEIGHT
    figure.update_layout(
        images=[
            {
                "source": _picture(image, ink),
                "x": float(points.places[at, 0]),
                "y": float(points.places[at, 1]),
                "sizex": across,
                "sizey": down,
                "xref": "x",
                "yref": "y",
                "xanchor": "center",
                "yanchor": "middle",
                "layer": "above",
            }
            for image, at, ink in zip(images, chosen.tolist(), inks, strict=True)
        ]
    )
    # Below the glyphs they are only there to be pointed at.
    figure.update_traces(marker_opacity=0.15, marker_size=2 * MARKER_SIZE)


def class_inks(
    points: Points, chosen: Indices, *, is_predicted: bool, palette: Palette
) -> list[str]:
    """Give glyphs the colours of their true or predicted classes."""
    colours = class_colours(points.classes, palette)
    classes = points.predicted if is_predicted else points.labels
    return [colours[each] for each in classes[chosen]]


def right_inks(points: Points, chosen: Indices, palette: Palette) -> list[str]:
    """Give glyphs the colour of ink, and the wrong ones that of the accent."""
    is_right = points.labels[chosen] == points.predicted[chosen]
    return [palette.text if each else palette.accent for each in is_right]


def captions(points: Points, chosen: Sequence[int] | Indices) -> list[str]:
    """Say what each of some points is."""
    return [
        f"{plain(points.classes[true])} predicted as {plain(points.classes[said])}, "
        f"confidence {percent(float(confidence), decimals=1)}"
        for true, said, confidence in zip(
            points.labels[chosen],
            points.predicted[chosen],
            points.confidences[chosen],
            strict=True,
        )
    ]


def _empty(axis_titles: tuple[str, str], palette: Palette) -> go.Figure:
    figure = base_figure(palette, name="scatter", height=HEIGHT, can_zoom=True)
    figure.update_layout(dragmode=DRAGGED)
    figure.update_xaxes(title_text=axis_titles[0])
    figure.update_yaxes(title_text=axis_titles[1])
    return figure


def _scatter(points: Points, chosen: Indices) -> go.Scattergl:
    places = points.places[chosen]
    return go.Scattergl(
        x=places[:, 0],
        y=places[:, 1],
        mode="markers",
        marker={"size": MARKER_SIZE, "opacity": 0.75, "line": {"width": 0}},
        customdata=points.indices[chosen],
        text=captions(points, chosen),
        hovertemplate="%{text}, image %{customdata:,}<extra></extra>",
    )


def _picture(image: NDArray[np.uint8], colour: str) -> str:
    """Write a glyph as ink of a colour on nothing."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    pixels = np.empty((*image.shape, 4), np.uint8)
    pixels[..., :3] = red, green, blue
    pixels[..., 3] = image
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")
