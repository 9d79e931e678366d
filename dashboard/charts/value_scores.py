"""How the values of one setting scored: a point with its interval for each of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import plotly.graph_objects as go

from dashboard.charts.score_axis import ScoreAxis
from dashboard.charts.theme import Palette, base_figure
from dashboard.charts.words import plain

HEIGHT: Final = 300
MAX_LABEL: Final = 14


@dataclass(frozen=True, kw_only=True)
class Scored:
    """A value and how it scored.

    Attributes:
        value: As text.
        score: On the scale of the axis; None if it has none yet.
        low: Lower end of its interval; the score itself if it has none.
        high: Upper end of its interval, likewise.
        told: What is told on hovering.
    """

    value: str
    score: float | None
    low: float = 0.0
    high: float = 0.0
    told: str = ""


def value_scores(
    title: str,
    scored: Sequence[Scored],
    *,
    axis: ScoreAxis,
    best: int | None,
    palette: Palette,
) -> go.Figure:
    """Draw scores against values, which stand evenly in their order.

    Args:
        title: Of the setting.
        scored: All values, in their order.
        axis: What the scores are.
        best: Which of them is the best; its interval is shaded.
        palette: Colours of the theme.

    Returns:
        A figure; a click returns the number of the value.
    """
    figure = base_figure(palette, name=f"scores by {title}", height=HEIGHT)
    figure.add_trace(_points(scored, best, palette))
    if best is not None and scored[best].low < scored[best].high:
        figure.add_shape(_band(scored[best], palette))
    figure.update_xaxes(
        title_text=plain(title),
        range=[-0.5, len(scored) - 0.5],
        tickvals=list(range(len(scored))),
        ticktext=[plain(_short(each.value)) for each in scored],
        tickangle=0,
        showgrid=False,
    )
    figure.update_yaxes(title_text=axis.title, ticksuffix=axis.suffix)
    return figure


def _points(scored: Sequence[Scored], best: int | None, palette: Palette) -> go.Scatter:
    shown = [
        (number, each, each.score)
        for number, each in enumerate(scored)
        if each.score is not None
    ]
    is_best = [number == best for number, *_ in shown]
    return go.Scatter(
        x=[number for number, *_ in shown],
        y=[score for *_, score in shown],
        mode="markers",
        marker={
            "size": 11,
            "color": palette.validation,
            "symbol": ["circle" if each else "circle-open" for each in is_best],
        },
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [each.high - score for _, each, score in shown],
            "arrayminus": [score - each.low for _, each, score in shown],
            "color": palette.validation,
            "thickness": 1.5,
        },
        hovertext=[plain(each.told) for _, each, _ in shown],
        hovertemplate="%{hovertext}<extra></extra>",
        customdata=[number for number, *_ in shown],
        cliponaxis=False,
    )


def _band(best: Scored, palette: Palette) -> dict[str, object]:
    """Shade the interval of the best: what lies in it may be as good."""
    return {
        "type": "rect",
        "xref": "x domain",
        "x0": 0,
        "x1": 1,
        "y0": best.low,
        "y1": best.high,
        "fillcolor": palette.secondary,
        "opacity": 0.12,
        "line": {"width": 0},
        "layer": "below",
    }


def _short(text: str) -> str:
    return text if len(text) <= MAX_LABEL else f"{text[: MAX_LABEL - 1]}\u2026"
