"""Bars: what a model thinks of one image, and how many images a class has."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.proportion import percent
from core.types import Counts
from dashboard.charts.theme import LEGEND_ABOVE, Palette, base_figure
from dashboard.charts.words import count_of, plain

MAX_BARS = 10
BAR_HEIGHT = 26
OTHERS = "\u2026"
"""How the bar of all classes without one is labelled."""

BALANCE_HEIGHT = 300


def probability_bars(
    probabilities: NDArray[np.float32],
    *,
    classes: tuple[str, ...],
    highlight: int | None,
    palette: Palette,
    mark: str = "true class",
) -> go.Figure:
    """Rank the classes by what the model thinks of one image.

    Args:
        probabilities: Of shape (classes,), summing to 1.
        classes: Names of the classes.
        highlight: The true class, if it is known; it is always among the bars.
        palette: Colours of the theme.
        mark: What stands beside the bar of the true class.

    Returns:
        Ten bars at most, the most probable class on top, and one below them for all
        other classes together.
    """
    shown = _shown_classes(probabilities, highlight)
    bars = _ranked_bars(shown, probabilities, classes, palette)
    bars.text = [
        f"{text}  {mark}" if label == highlight else text
        for text, label in zip(bars.text, shown, strict=True)
    ]
    if len(shown) < len(classes):
        _fold_others(bars, np.delete(probabilities, shown), palette)
    figure = base_figure(
        palette, name="probabilities", height=BAR_HEIGHT * len(bars.y) + 60
    )
    figure.add_trace(bars)
    figure.update_layout(bargap=0.35)
    figure.update_xaxes(
        title_text="Probability",
        # Beyond 100 % is room for the label of a full bar.
        range=[0, 150],
        tickvals=[0, 50, 100],
        ticktext=["0 %", "50 %", "100 %"],
    )
    figure.update_yaxes(
        type="category",
        autorange="reversed",
        dtick=1,
        tickfont={"color": palette.text, "size": 14},
    )
    return figure


def other_classes(
    probabilities: NDArray[np.float32], *, highlight: int | None
) -> str | None:
    """Tell what the classes without a bar of their own have together.

    Args:
        probabilities: Of shape (classes,), summing to 1.
        highlight: The true class, if it is known; it has a bar.

    Returns:
        Like "52 other classes together 0.30 %"; None if each class has a bar.
    """
    shown = _shown_classes(probabilities, highlight)
    others = np.delete(probabilities, shown)
    return _told(others) if len(others) else None


def class_balance(
    counts_train: Counts,
    counts_test: Counts,
    *,
    classes: tuple[str, ...],
    palette: Palette,
) -> go.Figure:
    """Show how many images each class has in the two splits.

    Args:
        counts_train: int64 of shape (classes,).
        counts_test: int64 of shape (classes,).
        classes: Names of the classes.
        palette: Colours of the theme.

    Returns:
        Two bars for each class, in the order of the labels.
    """
    figure = base_figure(palette, name="balance", height=BALANCE_HEIGHT, can_zoom=True)
    splits = (
        ("Training", counts_train, palette.training),
        ("Test", counts_test, palette.secondary),
    )
    for name, counts, colour in splits:
        figure.add_trace(_balance_bars(name, counts, classes, colour))
    figure.update_layout(
        bargap=0.2,
        bargroupgap=0.05,
        showlegend=True,
        legend=LEGEND_ABOVE,
        margin={"t": 44},
    )
    figure.update_xaxes(
        title_text="Class",
        type="category",
        categoryorder="array",
        categoryarray=list(map(plain, classes)),
        dtick=1,
        showgrid=False,
    )
    figure.update_yaxes(title_text="Images", tickformat=",d", rangemode="tozero")
    return figure


def _shown_classes(
    probabilities: NDArray[np.float32], highlight: int | None
) -> list[int]:
    """Rank the classes; the true one takes the last place if it is not among them."""
    ranked = [int(label) for label in np.argsort(-probabilities, kind="stable")]
    shown = ranked[:MAX_BARS]
    if highlight is not None and highlight not in shown:
        shown[-1] = highlight
    return shown


def _ranked_bars(
    shown: list[int],
    probabilities: NDArray[np.float32],
    classes: tuple[str, ...],
    palette: Palette,
) -> go.Bar:
    shares = [float(probabilities[label]) for label in shown]
    quiet = [palette.secondary] * (len(shown) - 1)
    return go.Bar(
        x=[share * 100 for share in shares],
        y=[plain(classes[label]) for label in shown],
        orientation="h",
        marker={"color": [palette.text, *quiet], "line": {"width": 0}},
        text=list(map(percent, shares)),
        textposition="outside",
        textfont={"color": palette.text, "size": 12},
        hovertext=[
            f"{plain(classes[label])}: {percent(share)}"
            for label, share in zip(shown, shares, strict=True)
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
    )


def _fold_others(bars: go.Bar, others: NDArray[np.float32], palette: Palette) -> None:
    share = float(others.sum(dtype=np.float64))
    bars.x = (*bars.x, share * 100)
    bars.y = (*bars.y, OTHERS)
    bars.text = (*bars.text, percent(share))
    bars.hovertext = (*bars.hovertext, _told(others))
    bars.marker.color = (*bars.marker.color, palette.line)


def _told(others: NDArray[np.float32]) -> str:
    share = percent(float(others.sum(dtype=np.float64)))
    if len(others) == 1:
        return f"1 other class {share}"
    return f"{len(others)} other classes together {share}"


def _balance_bars(
    name: str, counts: Counts, classes: tuple[str, ...], colour: str
) -> go.Bar:
    total = int(counts.sum())
    return go.Bar(
        name=name,
        x=list(map(plain, classes)),
        y=[int(count) for count in counts],
        marker={"color": colour, "line": {"width": 0}},
        hovertext=[
            f"{plain(label)}, {name.lower()}: {count_of(int(count), total)}"
            for label, count in zip(classes, counts, strict=True)
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
    )
