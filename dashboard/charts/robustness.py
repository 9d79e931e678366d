"""Accuracy against the strength of a change."""

from collections.abc import Sequence
from typing import Final

import plotly.graph_objects as go

from core.proportion import Proportion, percent
from dashboard.charts.theme import Palette, base_figure

HEIGHT: Final = 210


def strength_curve(
    strengths: Sequence[float],
    accuracies: Sequence[Proportion],
    *,
    name: str,
    axis: str,
    is_chosen: bool,
    palette: Palette,
) -> go.Figure:
    """Draw the accuracy at each strength, with its 95 % interval.

    Args:
        strengths: Rising; 0 is the images as they are.
        accuracies: At each strength.
        name: Of the figure.
        axis: What the strengths are, with their unit.
        is_chosen: Whether its images are looked at.
        palette: Colours of the theme.

    Returns:
        A figure from 0 to 100 %, so that several can be compared at a glance.
    """
    figure = base_figure(palette, name=name, height=HEIGHT)
    colour = palette.accent if is_chosen else palette.training
    values = [100 * each.value for each in accuracies]
    figure.add_trace(
        go.Scatter(
            x=list(strengths),
            y=values,
            mode="lines+markers",
            line={"color": colour, "width": 2.5},
            marker={"size": 7},
            cliponaxis=False,
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [100 * each.high - 100 * each.value for each in accuracies],
                "arrayminus": [
                    100 * each.value - 100 * each.low for each in accuracies
                ],
                "color": colour,
                "thickness": 1,
                "width": 3,
            },
            text=[
                f"{strength:g}: {_with_interval(share)}"
                for strength, share in zip(strengths, accuracies, strict=True)
            ],
            hovertemplate="%{text}<extra></extra>",
        )
    )
    figure.update_layout(margin={"t": 8, "r": 14})
    figure.update_xaxes(title_text=axis, tickvals=list(strengths))
    figure.update_yaxes(range=[0, 100], ticksuffix=" %", dtick=25)
    return figure


def _with_interval(share: Proportion) -> str:
    return (
        f"{percent(share.value)} of {share.total:,} "
        f"({percent(share.low)} to {percent(share.high)})"
    )
