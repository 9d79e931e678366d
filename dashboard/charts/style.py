"""Accuracy by a measure of the handwriting: a point with its interval for each bin."""

from collections.abc import Sequence
from typing import Final

import plotly.graph_objects as go

from core.evaluation.style import Bin
from core.proportion import percent
from dashboard.charts.theme import Palette, base_figure

HEIGHT: Final = 250


def style_curve(
    found: Sequence[Bin],
    *,
    axis: str,
    unit: str,
    chosen: int | None,
    palette: Palette,
) -> go.Figure:
    """Draw the accuracy of each bin at the median of its values.

    Args:
        found: Bins of one measure, from the smallest values to the largest.
        axis: What is measured, with its unit.
        unit: The unit alone, for hovering.
        chosen: Number of the bin whose images are shown.
        palette: Colours of the theme.

    Returns:
        A figure in which a click gives the number of a bin.
    """
    figure = base_figure(palette, name=f"style {axis}", height=HEIGHT)
    shares = [each.accuracy for each in found]
    colours = [palette.training] * len(found)
    if chosen is not None:
        colours[chosen] = palette.accent
    figure.add_trace(
        go.Scatter(
            x=[each.median for each in found],
            y=[100 * share.value for share in shares],
            mode="lines+markers",
            line={"color": palette.line, "width": 1.5},
            marker={
                "size": [12 if place == chosen else 9 for place in range(len(found))],
                "color": colours,
                "opacity": 1,
            },
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [100 * (share.high - share.value) for share in shares],
                "arrayminus": [100 * (share.value - share.low) for share in shares],
                "color": palette.secondary,
                "thickness": 1,
                "width": 3,
            },
            text=[
                f"{span(each)} {unit}: {percent(each.accuracy.value)} of "
                f"{each.accuracy.total:,} ({percent(each.accuracy.low)} to "
                f"{percent(each.accuracy.high)})"
                for each in found
            ],
            hovertemplate="%{text}<extra></extra>",
        )
    )
    figure.update_layout(margin={"t": 8, "r": 14})
    figure.update_xaxes(title_text=axis)
    figure.update_yaxes(title_text="Accuracy", ticksuffix=" %", nticks=6)
    return figure


def span(found: Bin) -> str:
    """Write the values of a bin: "1.2 to 2.1"."""
    return f"{found.low:.1f} to {found.high:.1f}".replace("-", "\u2212")
