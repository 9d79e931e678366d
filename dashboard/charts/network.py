"""A network as a list of its layers, from the image at the top to the answer.

One layer is one box over the whole width, so it reads the same on a telephone;
a line in the box says which share of all parameters the layer has.
"""

from collections.abc import Sequence
from typing import Final

import plotly.graph_objects as go

from core.config import Layer
from core.proportion import percent
from dashboard.charts.theme import Palette, base_figure

ROW_HEIGHT: Final = 54
BOX: Final = 0.86
"""Share of a row's height; what is left is the gap to the next one."""

SHARE_LINE: Final = 0.055
"""Height of the line that tells the share of the parameters, of a row's."""

PADDING: Final = 12
UPPER_LINE: Final = 11
LOWER_LINE: Final = -6


def network_diagram(layers: Sequence[Layer], *, palette: Palette) -> go.Figure:
    """Draw the layers of a network below each other.

    Args:
        layers: From the image to the answer, as `Network.layers` lists them.
        palette: Colours of the theme.

    Returns:
        A figure `ROW_HEIGHT` pixels high for each layer.
    """
    figure = base_figure(palette, name="network", height=ROW_HEIGHT * len(layers) + 4)
    figure.add_trace(_boxes(layers, palette))
    figure.add_trace(_shares(layers, palette))
    for row in range(len(layers)):
        _write(figure, row, layers, palette=palette)
    figure.update_layout(
        barmode="overlay",
        margin={"l": 1, "r": 1, "t": 2, "b": 2},
        shapes=[_link(row, palette) for row in range(len(layers) - 1)],
    )
    figure.update_xaxes(range=[0, 1.001], visible=False)
    figure.update_yaxes(range=[len(layers) - 0.5, -0.5], visible=False)
    return figure


def network_alt(layers: Sequence[Layer]) -> str:
    """Say the same in words.

    Args:
        layers: From the image to the answer.
    """
    rows = [_words(layer) for layer in layers]
    for row, layer in enumerate(layers):
        if len(layer.shape) > 1:
            rows[row] += f", {_output(layers, row).lower()}"
        if layer.num_parameters:
            rows[row] += f", {_parameters(layer)}"
    return f"The network from top to bottom: {'; '.join(rows)}"


def _boxes(layers: Sequence[Layer], palette: Palette) -> go.Bar:
    total = sum(layer.num_parameters for layer in layers)
    return go.Bar(
        x=[1] * len(layers),
        y=list(range(len(layers))),
        width=BOX,
        orientation="h",
        marker={
            "color": palette.card,
            "line": {"color": palette.tile_edge, "width": 1},
        },
        hovertext=[
            f"{_words(layer)}<br>{_output(layers, row)}<br>"
            f"{_parameters(layer)}, {percent(layer.num_parameters / total)} of all<br>"
            f"{layer.num_macs:,} multiply-adds (MACs) per image"
            for row, layer in enumerate(layers)
        ],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _shares(layers: Sequence[Layer], palette: Palette) -> go.Bar:
    """Draw at the bottom of each box which share of all parameters it has."""
    total = sum(layer.num_parameters for layer in layers)
    return go.Bar(
        x=[layer.num_parameters / total for layer in layers],
        y=[row + (BOX - SHARE_LINE) / 2 for row in range(len(layers))],
        width=SHARE_LINE,
        orientation="h",
        marker={"color": palette.secondary, "line": {"width": 0}},
        hoverinfo="skip",
    )


def _write(
    figure: go.Figure, row: int, layers: Sequence[Layer], *, palette: Palette
) -> None:
    """Write into a box: what the layer is, its output, and its parameters."""
    layer = layers[row]
    common = {"y": row, "xref": "paper", "showarrow": False, "align": "left"}
    left = {"x": 0, "xanchor": "left", "xshift": PADDING}
    right = {"x": 1, "xanchor": "right", "xshift": -PADDING}
    ink = {"color": palette.text, "size": 14}
    quiet = {"color": palette.secondary, "size": 12}
    figure.add_annotation(
        text=f"<b>{layer.title}</b>", yshift=UPPER_LINE, font=ink, **common, **left
    )
    figure.add_annotation(
        text=_output(layers, row), yshift=LOWER_LINE, font=quiet, **common, **left
    )
    if layer.num_parameters:
        figure.add_annotation(
            text=_parameters(layer), yshift=LOWER_LINE, font=quiet, **common, **right
        )
    figure.add_annotation(
        text=layer.name, yshift=UPPER_LINE, font=quiet, **common, **right
    )


def _link(row: int, palette: Palette) -> dict[str, object]:
    return {
        "type": "line",
        "x0": 0.5,
        "x1": 0.5,
        "y0": row + BOX / 2,
        "y1": row + 1 - BOX / 2,
        "line": {"color": palette.secondary, "width": 2},
    }


def _words(layer: Layer) -> str:
    return f"{layer.title} ({layer.parts})" if layer.parts else layer.title


def _output(layers: Sequence[Layer], row: int) -> str:
    """Say what a layer hands on; the image has pixels, and one channel."""
    shape = layers[row].shape
    if row == 0:
        return f"{_times(shape[:2])} pixels"
    return f"Shape {_times(shape)}"


def _times(shape: tuple[int, ...]) -> str:
    return " x ".join(f"{size:,}" for size in shape)


def _parameters(layer: Layer) -> str:
    return f"{layer.num_parameters:,} parameters"
