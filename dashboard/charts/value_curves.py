"""Validation curves of some values of a setting over the epochs, a colour for each."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import plotly.graph_objects as go

from dashboard.charts.curves import epoch_axis
from dashboard.charts.score_axis import ScoreAxis
from dashboard.charts.theme import LEGEND_ABOVE, Palette, base_figure
from dashboard.charts.words import plain

HEIGHT: Final = 300
SMALL_HEIGHT: Final = 240
PADDING: Final = 0.05
OUTLYING: Final = 4.0


@dataclass(frozen=True, kw_only=True)
class Curve:
    """How one value did.

    Attributes:
        value: As text.
        scores: After each epoch, on the scale of the axis; empty if it has not begun.
    """

    value: str
    scores: tuple[float, ...]


def value_curves(
    curves: Sequence[Curve],
    *,
    axis: ScoreAxis,
    epochs: int,
    limits: tuple[float, float] | None,
    name: str,
    palette: Palette,
) -> go.Figure:
    """Draw the curves of all values of a setting.

    Args:
        curves: One for each value, in their order: it decides the colour.
        axis: What the scores are.
        epochs: How many are trained at most.
        limits: What the axis of the scores shows, where the figure stands beside
            others; None for what the curves need.
        name: Zoom holds for figures of one name.
        palette: Colours of the theme.

    Returns:
        A figure with a trace for each value.
    """
    height = HEIGHT if limits is None else SMALL_HEIGHT
    figure = base_figure(palette, name=name, height=height, can_zoom=True)
    for number, curve in enumerate(curves):
        figure.add_trace(_line(curve, number, axis.suffix, palette))
    figure.update_layout(
        hovermode="x unified",
        hoverlabel={"namelength": -1},
        legend=LEGEND_ABOVE,
        margin={"t": 40, "r": 14},
        showlegend=True,
    )
    figure.update_xaxes(**epoch_axis(epochs))
    figure.update_yaxes(title_text=axis.title, ticksuffix=axis.suffix)
    if limits is not None:
        figure.update_yaxes(range=limits)
    return figure


def common_limits(
    curves: Sequence[Curve], *, is_low_good: bool
) -> tuple[float, float] | None:
    """Return limits that show where curves end; one that diverged may leave them.

    Args:
        curves: All that are to be compared.
        is_low_good: Whether a lower score is better.
    """
    known = [
        [score for score in each.scores if math.isfinite(score)] for each in curves
    ]
    ends = [each[-1] for each in known if each]
    if not ends:
        return None
    scores = [score for each in known for score in each]
    best = min(scores) if is_low_good else max(scores)
    spread = max(abs(best - statistics.median(ends)), abs(best) * 0.002)
    worst = max(scores) if is_low_good else min(scores)
    far = best + (1 if is_low_good else -1) * OUTLYING * spread
    worst = min(worst, far) if is_low_good else max(worst, far)
    room = abs(best - worst) * PADDING
    low, high = sorted((best, worst))
    return low - room, high + room


def _line(curve: Curve, number: int, suffix: str, palette: Palette) -> go.Scatter:
    colours = palette.classes
    digits = ".2f" if suffix else ".4f"
    return go.Scatter(
        name=plain(curve.value),
        x=list(range(1, len(curve.scores) + 1)),
        y=[score if math.isfinite(score) else None for score in curve.scores],
        mode="lines+markers",
        line={"color": colours[number % len(colours)], "width": 2.5},
        marker={"size": 6},
        hovertemplate=f"%{{y:{digits}}}{suffix}",
        connectgaps=False,
    )
