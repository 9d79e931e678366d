"""Learning curves: one quantity over the epochs of a run.

An epoch's value is drawn at the end of that epoch: epoch 1 at x = 1. Points
from within an epoch stand at a fraction, so the thin live line runs ahead of
the thick one and the two agree about where they are.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import plotly.graph_objects as go

from dashboard.charts.theme import Palette, base_figure

Quantity = Literal["Accuracy", "Loss"]

HEIGHT = 300
MAX_MARKED_POINTS = 60


@dataclass(frozen=True)
class Series:
    """One line of a learning curve.

    Attributes:
        name: In the legend and on hovering: "Training", "Validation".
        x: Epochs: 1.0 is the end of the first.
        y: Values; accuracy as a share from 0 to 1. NaN leaves a gap.
        role: Decides the colour.
        live: Whether the points lie within epochs; drawn thin and light.
    """

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    role: Literal["training", "validation"]
    live: bool = False


def learning_curves(
    quantity: Quantity,
    series: Sequence[Series],
    *,
    epochs: int,
    best_epoch: int | None,
    palette: Palette,
) -> go.Figure:
    """Draw one quantity over the epochs.

    Args:
        quantity: What is on the y axis.
        series: The lines, of any length, also none.
        epochs: How many epochs the run will have; fixes the x axis.
        best_epoch: The epoch with the lowest validation loss, to be marked.
        palette: Colours of the theme.

    Returns:
        A figure of fixed height whose x axis runs from 0 to `epochs`.
    """
    figure = base_figure(palette, name=f"curves {quantity}", height=HEIGHT)
    for line in series:
        figure.add_trace(_trace(line, quantity, palette))
        # A live line has the colour of its thick one, which explains both.
        named = any(other.role == line.role and not other.live for other in series)
        figure.data[-1].showlegend = not (line.live and named)
    if best_epoch is not None:
        _mark_best(
            figure,
            best_epoch,
            quantity=quantity,
            left_half=best_epoch <= epochs / 2,
            palette=palette,
        )
    figure.update_layout(
        hovermode="x unified" if _num_points(series) else "closest",
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        margin={"t": 44},
    )
    figure.update_xaxes(
        title_text="Epoch",
        range=[0, max(epochs, 1)],
        tickformat="d",
        dtick=1 if epochs <= 10 else None,  # noqa: PLR2004 - ten labels fit a phone
        nticks=10,
        hoverformat=".2~f",
    )
    figure.update_yaxes(**_value_axis(quantity, series))
    return figure


def _num_points(series: Sequence[Series]) -> int:
    return sum(math.isfinite(value) for line in series for value in line.y)


def _trace(line: Series, quantity: Quantity, palette: Palette) -> go.Scatter:
    colour = palette.training if line.role == "training" else palette.validation
    number = "%{y:.2f} %" if quantity == "Accuracy" else "%{y:.4f}"
    marked = not line.live and len(line.x) <= MAX_MARKED_POINTS
    return go.Scatter(
        name=line.name,
        x=list(line.x),
        y=_shown_values(line.y, quantity),
        mode="lines+markers" if marked else "lines",
        line={"color": colour, "width": 1.5 if line.live else 2.5},
        marker={"color": colour, "size": 6},
        opacity=0.6 if line.live else 1.0,
        hovertemplate=f"{line.name}: {number}<extra></extra>",
        connectgaps=False,
        cliponaxis=False,
    )


def _shown_values(values: tuple[float, ...], quantity: Quantity) -> list[float | None]:
    """Turn shares into percent, and what is no number into a gap."""
    factor = 100 if quantity == "Accuracy" else 1
    return [value * factor if math.isfinite(value) else None for value in values]


def _mark_best(
    figure: go.Figure,
    best_epoch: int,
    *,
    quantity: Quantity,
    left_half: bool,
    palette: Palette,
) -> None:
    figure.add_vline(
        x=best_epoch,
        line={"color": palette.secondary, "width": 1, "dash": "dash"},
        annotation={
            "text": f"Lowest validation loss: epoch {best_epoch}",
            "font": {"color": palette.secondary, "size": 12},
            # Where the curves are not: below good accuracies, above low
            # losses, and on the side with more room.
            "xanchor": "left" if left_half else "right",
            "xshift": 4 if left_half else -4,
            "y": 0 if quantity == "Accuracy" else 1,
            "yanchor": "bottom" if quantity == "Accuracy" else "top",
        },
    )


def _value_axis(quantity: Quantity, series: Sequence[Series]) -> dict[str, object]:
    axis: dict[str, object] = {"title_text": quantity, "tickformat": "~g"}
    if quantity == "Accuracy":
        axis |= {"ticksuffix": " %"}
    else:
        axis |= {"rangemode": "tozero"}
    if not _num_points(series):
        axis["range"] = [0, 100 if quantity == "Accuracy" else 1]
    return axis
