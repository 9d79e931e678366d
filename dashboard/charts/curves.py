"""Learning curves: one quantity over the epochs of a run.

An epoch's value is drawn at the end of that epoch: epoch 1 at x = 1. Points from
within an epoch stand at a fraction, so the thin live line runs ahead of the thick
one and the two agree about where they are.

The range of the y axis is left to plotly.js: a range of ours that grows with the
values would count as a change of ours, and undo somebody's zoom.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import plotly.graph_objects as go

from dashboard.charts.theme import LEGEND_ABOVE, Palette, base_layout
from dashboard.charts.words import plain

Quantity = Literal["Accuracy", "Loss"]

HEIGHT: Final = 300
MAX_MARKED_POINTS: Final = 60
MAX_LIVE_POINTS: Final = 400
MAX_NAME: Final = 40
FEW_EPOCHS: Final = 10


@dataclass(frozen=True)
class Series:
    """One line of a learning curve.

    Attributes:
        name: In the legend and on hovering, as plain text.
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
    best: tuple[int, str] | None,
    view: str,
    palette: Palette,
) -> go.Figure:
    """Draw one quantity over the epochs, of a run that trains or has trained.

    Args:
        quantity: What is on the y axis.
        series: The lines, of any length, also none.
        epochs: How many are planned; fixes the x axis.
        best: The best epoch, to be marked, and what is best in it.
        view: Zoom and legend choices hold for figures of one name: the run's id.
        palette: Colours of the theme.

    Returns:
        A figure that keeps zoom and legend choices when more points come.
    """
    colours = {"training": palette.training, "validation": palette.validation}
    layout = _layout(quantity, series, epochs, palette, view=view)
    if best is not None:
        layout |= _best_mark(best, epochs, palette, is_low=quantity == "Accuracy")
    thick = {line.role for line in series if not line.live}
    # A live line shares the legend of its thick one, and goes with it.
    lines = [
        _line(line, quantity, colours[line.role])
        | {
            "legendgroup": line.role,
            "showlegend": not (line.live and line.role in thick),
        }
        for line in series
    ]
    return go.Figure(data=lines, layout=layout)


def epoch_axis(epochs: int) -> dict[str, object]:
    """Return an x axis from the start to the last epoch."""
    last = max(epochs, 1)
    return {
        "title": {"text": "Epoch"},
        "range": [0, last],
        "minallowed": 0,
        "maxallowed": last,
        "dtick": 1 if last <= FEW_EPOCHS else None,
        "unifiedhovertitle": {"text": "Epoch %{x:.3~f}"},
    }


# One dictionary, checked once: a figure that is changed step by step takes several
# times as long, and this one is drawn every second while a run trains.
def _layout(
    quantity: Quantity,
    series: Sequence[Series],
    epochs: int,
    palette: Palette,
    *,
    view: str,
) -> dict[str, Any]:
    layout = base_layout(palette, name=view, height=HEIGHT, can_zoom=True)
    is_empty = not any(line.x for line in series)
    return layout | {
        "hovermode": "x unified",
        "hoverlabel": {"namelength": -1},
        "legend": LEGEND_ABOVE,
        "margin": {"t": 36, "r": 14},
        "showlegend": True,
        "xaxis": layout["xaxis"] | epoch_axis(epochs),
        "yaxis": layout["yaxis"] | value_axis(quantity, is_empty=is_empty),
    }


def value_axis(quantity: Quantity, *, is_empty: bool) -> dict[str, object]:
    """Return a y axis; see above about its range."""
    is_share = quantity == "Accuracy"
    return {
        "title": {"text": "Accuracy" if is_share else "Loss (nats)"},
        "ticksuffix": " %" if is_share else "",
        "rangemode": "normal" if is_share else "tozero",
        # Said openly, as the range of the empty figure would hold for the next one too.
        "autorange": True,
        "autorangeoptions": {"clipmin": 0} | ({"clipmax": 100} if is_share else {}),
        **({"range": [0, 100 if is_share else 1]} if is_empty else {}),
    }


def _line(line: Series, quantity: Quantity, colour: str) -> dict[str, Any]:
    most = 1 if line.live else MAX_MARKED_POINTS
    x, y = _thinned(line) if line.live else (line.x, line.y)
    return {
        "type": "scatter",
        "name": plain(shortened(line.name)),
        "x": x,
        "y": shown_values(y, quantity),
        # A line through one point cannot be seen.
        "mode": "lines+markers" if len(line.x) <= most else "lines",
        "line": {"color": colour, "width": 1.5 if line.live else 2.5},
        "marker": {"size": 6},
        "opacity": 0.6 if line.live else 1.0,
        "connectgaps": False,
        "cliponaxis": False,
        "hovertemplate": "%{y:.2f} %" if quantity == "Accuracy" else "%{y:.4f}",
    }


def shown_values(values: Sequence[float], quantity: Quantity) -> list[float | None]:
    """Turn shares into percent, and what is no number into a gap."""
    factor = 100 if quantity == "Accuracy" else 1
    return [value * factor if math.isfinite(value) else None for value in values]


def _thinned(line: Series) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Leave out points that no screen could show, but not the last one.

    The step is a power of two, so that points stay where they are while more come.
    """
    step = 1
    while len(line.x) / step > MAX_LIVE_POINTS:
        step *= 2
    if step == 1:
        return line.x, line.y
    return (*line.x[:-1:step], line.x[-1]), (*line.y[:-1:step], line.y[-1])


def shortened(name: str) -> str:
    """Cut a name that would leave no room for the curves."""
    return name if len(name) <= MAX_NAME else f"{name[: MAX_NAME - 1]}\u2026"


def _best_mark(
    best: tuple[int, str], epochs: int, palette: Palette, *, is_low: bool
) -> dict[str, object]:
    """Mark the best epoch by a line, with a label where the curves are not.

    That is below good accuracies, above low losses, and on the side with more room.
    """
    epoch, name = best
    is_left = epoch <= epochs / 2
    return {
        "shapes": [
            {
                "type": "line",
                "x0": epoch,
                "x1": epoch,
                "y0": 0,
                "y1": 1,
                "yref": "y domain",
                "line": {"color": palette.secondary, "width": 1, "dash": "dash"},
            }
        ],
        "annotations": [
            {
                "x": epoch,
                "y": 0 if is_low else 1,
                "yref": "paper",
                "text": plain(f"{name}: epoch {epoch}"),
                "showarrow": False,
                "xanchor": "left" if is_left else "right",
                "yanchor": "bottom" if is_low else "top",
                "xshift": 4 if is_left else -4,
                "font": {"color": palette.secondary, "size": 12},
            }
        ],
    }
