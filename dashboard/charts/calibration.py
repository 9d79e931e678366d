"""Confidence against accuracy, and coverage against accuracy."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import plotly.graph_objects as go

from core.evaluation.calibration import Bin, Reliability
from core.evaluation.rejection import Answered, Coverage, Point
from core.proportion import Proportion, percent
from dashboard.charts.theme import LEGEND_ABOVE, Palette, base_figure
from dashboard.charts.words import count_of

HEIGHT: Final = 430
COVERAGE_HEIGHT: Final = 300

MIN_COVERAGE: Final = 0.05
"""The axis need not show the interval of fewer answers."""

_COUNTS_TOP: Final = 0.2
_DIAGRAM_BOTTOM: Final = 0.28

BEFORE: Final = "As trained"
AFTER: Final = "With temperature"


def reliability_diagram(
    before: Reliability, after: Reliability | None, *, name: str, palette: Palette
) -> go.Figure:
    """Draw the accuracy of each bin of confidence, and below how many images it has.

    Args:
        before: Of the probabilities as the model gives them.
        after: Of the same at the run's temperature; None if it has none.
        name: Zoom holds for figures of one name.
        palette: Colours of the theme.

    Returns:
        A figure whose bars are on a logarithmic axis: most images of a good model are
        in the last bin.
    """
    figure = base_figure(palette, name=name, height=HEIGHT, can_zoom=True)
    figure.add_trace(_diagonal(palette))
    shown = [(BEFORE, before, palette.secondary if after else palette.text)]
    if after is not None:
        shown.append((AFTER, after, palette.training))
    for position, (title, found, colour) in enumerate(shown):
        figure.add_trace(_accuracies(title, found, colour))
        figure.add_trace(_counts(title, found, colour, position, len(shown)))
    axis = figure.layout.yaxis.to_plotly_json()
    figure.update_layout(
        showlegend=True,
        legend=LEGEND_ABOVE,
        margin={"t": 36, "r": 24},
        barmode="overlay",
        yaxis={
            **axis,
            "title": {"text": "Accuracy"},
            "domain": [_DIAGRAM_BOTTOM, 1],
            "range": [0, 100],
            "ticksuffix": " %",
            "dtick": 25,
        },
        yaxis2={
            **axis,
            "title": {"text": "Images"},
            "domain": [0, _COUNTS_TOP],
            "type": "log",
            "tickvals": [1, 100, 10_000],
            "ticktext": ["1", "100", "10,000"],
            "range": [-0.3, _decades(found.bins for _, found, _ in shown)],
            "fixedrange": True,
        },
    )
    figure.update_xaxes(
        title_text="Confidence",
        range=[0, 100],
        ticksuffix=" %",
        dtick=25,
        ticklabeloverflow="allow",
        anchor="y2",
    )
    return figure


def coverage_curve(
    found: Coverage, answered: Answered, *, name: str, palette: Palette
) -> go.Figure:
    """Draw the accuracy of the answered images over their share, with its interval.

    Args:
        found: From few answers to all.
        answered: What is answered at the chosen confidence; it is marked.
        name: Zoom holds for figures of one name.
        palette: Colours of the theme.
    """
    figure = base_figure(palette, name=name, height=COVERAGE_HEIGHT, can_zoom=True)
    shares = [100 * each.right.total / found.n for each in found.points]
    lows = [100 * each.right.low for each in found.points]
    highs = [100 * each.right.high for each in found.points]
    figure.add_trace(_edge(shares, highs))
    figure.add_trace(
        {**_edge(shares, lows), "fill": "tonexty", "fillcolor": _veil(palette.training)}
    )
    figure.add_trace(
        go.Scatter(
            x=shares,
            y=[100 * each.right.value for each in found.points],
            mode="lines+markers" if len(shares) == 1 else "lines",
            line={"color": palette.training, "width": 2.5},
            text=[_told(each, found.n) for each in found.points],
            hovertemplate="%{text}<extra></extra>",
            cliponaxis=False,
        )
    )
    if answered.right is not None:
        figure.add_trace(_mark(answered.right, answered.above, found.n, palette))
    figure.update_layout(margin={"t": 12, "r": 24})
    figure.update_xaxes(
        title_text="Coverage: share of the images that are answered",
        range=[0, 100],
        ticksuffix=" %",
        dtick=25,
        ticklabeloverflow="allow",
    )
    figure.update_yaxes(
        title_text="Accuracy of the answers",
        ticksuffix=" %",
        range=[_lowest(found), 100],
    )
    return figure


def _diagonal(palette: Palette) -> go.Scatter:
    return go.Scatter(
        name="Perfectly calibrated",
        x=[0, 100],
        y=[0, 100],
        mode="lines",
        line={"color": palette.text, "width": 1, "dash": "dash"},
        hoverinfo="skip",
    )


def _accuracies(title: str, found: Reliability, colour: str) -> go.Scatter:
    bins = found.bins
    return go.Scatter(
        name=title,
        legendgroup=title,
        x=[100 * each.confidence for each in bins],
        y=[100 * each.right.value for each in bins],
        mode="lines+markers",
        line={"color": colour, "width": 1.5},
        marker={"size": 7, "color": colour},
        error_y=_errors([each.right for each in bins], colour),
        text=[f"{title}, {_bin_text(each)}" for each in bins],
        hovertemplate="%{text}<extra></extra>",
        cliponaxis=False,
    )


def _counts(
    title: str, found: Reliability, colour: str, position: int, num: int
) -> go.Bar:
    """Draw how many images each bin has; bars of several share its width."""
    widths = [100 * (each.high - each.low) / num for each in found.bins]
    return go.Bar(
        name=title,
        legendgroup=title,
        showlegend=False,
        yaxis="y2",
        x=[
            100 * each.low + (position + 0.5) * width
            for each, width in zip(found.bins, widths, strict=True)
        ],
        width=widths,
        y=[each.right.total for each in found.bins],
        marker={"color": colour, "line": {"width": 0}},
        text=[f"{title}, {_bin_text(each)}" for each in found.bins],
        textposition="none",
        hovertemplate="%{text}<extra></extra>",
    )


def _errors(shares: Sequence[Proportion], colour: str) -> dict[str, Any]:
    return {
        "type": "data",
        "symmetric": False,
        "array": [100 * (each.high - each.value) for each in shares],
        "arrayminus": [100 * (each.value - each.low) for each in shares],
        "color": colour,
        "thickness": 1,
        "width": 3,
    }


def _bin_text(each: Bin) -> str:
    return (
        f"confidence {percent(each.low, decimals=1)} to "
        f"{percent(each.high, decimals=1)}:<br>mean {percent(each.confidence)}, "
        f"accuracy {percent(each.right.value)} of {each.right.total:,} images<br>"
        f"(95 %: {percent(each.right.low)} to {percent(each.right.high)})"
    )


def _decades(bins: Iterable[tuple[Bin, ...]]) -> float:
    """Return the upper end of a logarithmic axis of numbers of images."""
    most = max(each.right.total for part in bins for each in part)
    return len(str(most)) + 0.1


def _edge(x: Sequence[float], y: Sequence[float]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "x": x,
        "y": y,
        "mode": "lines",
        "line": {"width": 0},
        "hoverinfo": "skip",
    }


def _veil(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.2)"


def _lowest(found: Coverage) -> float:
    """Return where an accuracy axis begins, in percent.

    Of a few answers the interval is so wide that nothing else could be seen.
    """
    least = MIN_COVERAGE * found.n
    lows = [each.right.low for each in found.points if each.right.total >= least]
    return 100 * max(0.0, 1 - 1.1 * (1 - min(lows)))


def _told(point: Point, total: int) -> str:
    return (
        f"Confidence {percent(point.confidence)} or more:<br>"
        f"{count_of(point.right.total, total)} answered,<br>"
        f"{percent(point.right.value)} of them right "
        f"(95 %: {percent(point.right.low)} to {percent(point.right.high)})"
    )


def _mark(right: Proportion, above: float, total: int, palette: Palette) -> go.Scatter:
    return go.Scatter(
        x=[100 * right.total / total],
        y=[100 * right.value],
        mode="markers",
        marker={
            "size": 12,
            "color": palette.accent,
            "line": {"color": palette.paper, "width": 2},
        },
        text=f"Above {percent(above, decimals=1)}:<br>"
        f"{count_of(right.total, total)} answered,<br>"
        f"{percent(right.value)} of them right",
        hovertemplate="%{text}<extra></extra>",
        cliponaxis=False,
    )
