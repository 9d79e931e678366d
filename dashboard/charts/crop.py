"""A picture on which a box says what part of it is meant."""

import base64
import io
from typing import Final

import plotly.graph_objects as go
from PIL import Image

from core.imaging.crop import Crop
from core.imaging.pictures import RgbaImage
from dashboard.charts.theme import Palette, base_figure

MAX_HEIGHT: Final = 340
USUAL_WIDTH: Final = 460
"""Of the column in which it stands, in pixels."""

MAX_SHOWN: Final = 900
"""Longer side of the picture that a browser gets, in pixels."""


def crop_figure(picture: RgbaImage, crop: Crop, *, palette: Palette) -> go.Figure:
    """Draw a picture with a box that can be drawn anew, moved and resized.

    Args:
        picture: uint8 of shape (height, width, 4).
        crop: The part that is meant.
        palette: Colours of the theme.

    Returns:
        A figure whose axes go from 0 to 1 in the picture, from the top left.
    """
    height, width = picture.shape[:2]
    room = round(USUAL_WIDTH * height / width) + 4
    figure = base_figure(palette, name="crop", height=max(min(room, MAX_HEIGHT), 80))
    figure.add_layout_image(
        source=_address(picture),
        xref="x",
        yref="y",
        x=0,
        y=0,
        sizex=1,
        sizey=1,
        sizing="stretch",
        layer="below",
    )
    # A picture has no points: this one is, and nobody sees it. Without any, nothing
    # can be selected.
    figure.add_scatter(
        x=[0.5],
        y=[0.5],
        mode="markers",
        marker={"opacity": 0, "size": 1},
        unselected={"marker": {"opacity": 0}},
        hoverinfo="skip",
    )
    axis = {"visible": False, "showgrid": False, "zeroline": False}
    figure.update_xaxes(range=[0, 1], constrain="domain", **axis)
    figure.update_yaxes(
        range=[1, 0],
        scaleanchor="x",
        scaleratio=height / width,
        constrain="domain",
        **axis,
    )
    figure.update_layout(
        dragmode="select",
        margin={"l": 2, "r": 2, "t": 2, "b": 2},
        newselection={"line": {"color": palette.accent, "width": 2, "dash": "solid"}},
        selections=[] if crop.is_whole else [_box(crop, palette)],
    )
    return figure


def _box(crop: Crop, palette: Palette) -> dict[str, object]:
    return {
        "type": "rect",
        "x0": crop.left,
        "x1": crop.right,
        "y0": crop.top,
        "y1": crop.bottom,
        "line": {"color": palette.accent, "width": 2, "dash": "solid"},
    }


def _address(picture: RgbaImage) -> str:
    image = Image.fromarray(picture).convert("RGB")
    image.thumbnail((MAX_SHOWN, MAX_SHOWN))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode()}"
