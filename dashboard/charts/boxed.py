"""Characters in a picture, each in a box with what it is read as above it."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import plotly.graph_objects as go
from PIL import Image

from core.imaging.boxes import Box
from core.types import ByteImages
from dashboard.charts.cells import Fit, fit_width
from dashboard.charts.theme import Palette, base_figure, readable_on
from dashboard.charts.words import plain

WIDTH: Final = 680
"""Pixels on a wide screen, if that is not higher than HEIGHT."""

HEIGHT: Final = 420

MARGIN: Final = 0.25
"""Around all boxes, in heights of the median box."""

TEXT: Final = 16
TEXT_ROOM: Final = 26
"""Size of the answers, and what they take above their boxes, in pixels."""


@dataclass(frozen=True)
class BoxedCharacter:
    """A character in a picture.

    Attributes:
        box: Where it is, in pixels of the picture.
        name: What it is read as.
        caption: What hovering over it shows.
    """

    box: Box
    name: str
    caption: str


def boxed_figure(
    picture: ByteImages,
    characters: Sequence[BoxedCharacter],
    *,
    selected: int | None,
    palette: Palette,
) -> go.Figure:
    """Draw a picture, cut to where something is written in it, with its boxes.

    Args:
        picture: uint8 of shape (height, width, 3).
        characters: At least one.
        selected: Position of the one to be marked.
        palette: Colours of the theme.

    Returns:
        A figure; a click returns the position of the nearest character.
    """
    view = _view(picture, [each.box for each in characters])
    cell = min(WIDTH / view.width, (HEIGHT - TEXT_ROOM) / view.height)
    # The answers of the first line stand above the picture.
    room = TEXT_ROOM / cell
    figure = base_figure(palette, name="boxes", height=HEIGHT)
    figure.add_trace(_image(picture, view))
    _add_boxes(figure, characters, view, selected=selected, palette=palette)
    _add_targets(figure, characters, view)
    figure.update_layout(margin={"l": 1, "r": 1, "t": 1, "b": 1}, hoverdistance=-1)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    fit_width(figure, Fit(view.width, round(view.height + room), cell, 2, 2))
    figure.update_yaxes(range=[view.height - 0.5, -room - 0.5])
    return figure


def _view(picture: ByteImages, boxes: Sequence[Box]) -> Box:
    """Return what to show of a picture: all boxes with a margin."""
    around = Box.around(boxes)
    heights = sorted(each.height for each in boxes)
    margin = max(4, round(MARGIN * heights[len(heights) // 2]))
    height, width = picture.shape[:2]
    top, left = max(0, around.top - margin), max(0, around.left - margin)
    bottom = min(height, around.bottom + margin)
    right = min(width, around.right + margin)
    return Box(top, left, bottom - top, right - left)


def _image(picture: ByteImages, view: Box) -> go.Image:
    file = io.BytesIO()
    Image.fromarray(picture[view.slices]).save(file, "PNG", compress_level=1)
    source = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
    return go.Image(source=source, zsmooth="fast", hoverinfo="skip")


def _add_boxes(
    figure: go.Figure,
    characters: Sequence[BoxedCharacter],
    view: Box,
    *,
    selected: int | None,
    palette: Palette,
) -> None:
    """Draw a box around each character, with its name on its upper edge."""
    for position, each in enumerate(characters):
        is_selected = position == selected
        colour = palette.accent if is_selected else palette.training
        left, top = each.box.left - view.left - 0.5, each.box.top - view.top - 0.5
        figure.add_shape(
            type="rect",
            x0=left,
            x1=left + each.box.width,
            y0=top,
            y1=top + each.box.height,
            line={"color": colour, "width": 3 if is_selected else 1.5},
        )
        figure.add_annotation(
            x=left + each.box.width / 2,
            y=top,
            yanchor="bottom",
            text=f"<b>{plain(each.name)}</b>",
            showarrow=False,
            borderpad=2,
            bgcolor=colour,
            font={"size": TEXT, "color": readable_on(colour)},
        )


def _add_targets(
    figure: go.Figure, characters: Sequence[BoxedCharacter], view: Box
) -> None:
    # Points that nobody sees are what is hit: the nearest one, wherever that is.
    boxes = [each.box for each in characters]
    figure.add_scatter(
        x=[box.left + box.width / 2 - view.left - 0.5 for box in boxes],
        y=[box.top + box.height / 2 - view.top - 0.5 for box in boxes],
        customdata=list(range(len(boxes))),
        mode="markers",
        marker={"opacity": 0, "size": 1},
        text=[plain(each.caption) for each in characters],
        hovertemplate="%{text}<extra></extra>",
    )
