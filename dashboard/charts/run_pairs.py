"""Each of several runs against each other: how they differ, or how they agree."""

from collections.abc import Sequence
from itertools import permutations, product
from typing import Final, Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.evaluation.comparison import SIGNIFICANCE
from core.evaluation.pairs import Pairs
from core.insight.verdicts import p_text
from core.proportion import percent
from dashboard.charts.cells import Fit, mark_cells, written
from dashboard.charts.theme import (
    Palette,
    base_figure,
    diverging,
    diverging_at,
    outline,
    readable_on,
    scale,
)
from dashboard.charts.words import plain, signed

Measure = Literal["difference", "agreement"]

SIDE: Final = 424
ROOM: Final = 56
MAX_RUNS_WITH_NUMBERS: Final = 10
"""With more runs the cells are too small to be written in, except for the mark."""

MARK: Final = "*"
"""What a difference has that remains after Holm's correction."""


def pairs_figure(
    pairs: Pairs,
    *,
    labels: Sequence[str],
    names: Sequence[str],
    measure: Measure,
    selected: tuple[int, int],
    palette: Palette,
) -> go.Figure:
    """Draw a number for each pair of runs; a click chooses the pair.

    Args:
        pairs: The runs, compared.
        labels: What stands at the axes for each, some characters long.
        names: What they are called, as plain text.
        measure: The difference of their accuracies, or the share of images that both
            predict as the same class.
        selected: The pair (first, second) to be outlined.
        palette: Colours of the theme.

    Returns:
        A square figure, the first run down and the second across; a click returns
        first x runs + second.
    """
    num = pairs.num_models
    strength = _strength(pairs, measure)
    figure = base_figure(palette, name=f"{measure} of {num} runs", height=SIDE)
    colours = diverging(palette) if measure == "difference" else palette.sequential
    figure.add_trace(
        go.Heatmap(
            z=strength.tolist(),
            zmin=-1.0 if measure == "difference" else 0.0,
            zmax=1.0,
            colorscale=scale(colours),
            showscale=False,
            hoverinfo="none",
            xgap=1,
            ygap=1,
        )
    )
    _label(figure, labels)
    figure.add_trace(written(_numbers(pairs, measure, strength, palette)))
    figure.update_layout(plot_bgcolor=palette.line)
    figure.add_shape(outline(selected[1], selected[0], palette))
    mark_cells(
        figure,
        Fit(num, num, SIDE / num, ROOM, ROOM),
        captions=_captions(pairs, names),
        start=selected[0] * num + selected[1],
    )
    return figure


def _strength(pairs: Pairs, measure: Measure) -> NDArray[np.float64]:
    """Return the place of each pair on its scale of colours; NaN for no pair."""
    if measure == "difference":
        most = float(np.abs(pairs.difference).max()) or 1.0
        found = pairs.difference / most
    else:
        others = pairs.agreement[~np.eye(pairs.num_models, dtype=bool)]
        lowest, highest = float(others.min()), float(others.max())
        found = (pairs.agreement - lowest) / max(highest - lowest, 1e-9)
    found = found.round(4)
    np.fill_diagonal(found, np.nan)
    return found


def _numbers(
    pairs: Pairs, measure: Measure, strength: NDArray[np.float64], palette: Palette
) -> dict[tuple[int, int], tuple[str, str]]:
    """Return what is written in each cell, and in which ink."""
    return {
        cell: (text, _ink(float(strength[cell]), measure, palette))
        for cell, text in _texts(pairs, measure).items()
    }


def _texts(pairs: Pairs, measure: Measure) -> dict[tuple[int, int], str]:
    has_numbers = pairs.num_models <= MAX_RUNS_WITH_NUMBERS
    found = {}
    for first, second in permutations(range(pairs.num_models), 2):
        if measure == "agreement":
            text = percent(pairs.agreement[first, second], decimals=1)
            text = text.removesuffix(" %") if has_numbers else ""
        else:
            number = signed(pairs.difference[first, second] * 100, decimals=2)
            remains = pairs.adjusted[first, second] < SIGNIFICANCE
            text = (number if has_numbers else "") + (MARK if remains else "")
        if text:
            found[first, second] = text
    return found


def _ink(strength: float, measure: Measure, palette: Palette) -> str:
    if measure == "difference":
        return readable_on(diverging_at(strength, palette))
    steps = len(palette.sequential) - 1
    return readable_on(palette.sequential[round(strength * steps)])


def _label(figure: go.Figure, labels: Sequence[str]) -> None:
    num = len(labels)
    options = {
        "tickvals": list(range(num)),
        "ticktext": list(map(plain, labels)),
        "tickangle": 0,
        "tickfont": {"size": 12 if num <= MAX_RUNS_WITH_NUMBERS else 9},
        "showgrid": False,
        "showline": False,
        "ticks": "",
    }
    figure.update_xaxes(**options, title_text="Second run")
    figure.update_yaxes(**options, title_text="First run")


def _captions(pairs: Pairs, names: Sequence[str]) -> list[str]:
    return [
        "" if first == second else _caption(pairs, names, first, second)
        for first, second in product(range(pairs.num_models), repeat=2)
    ]


def _caption(pairs: Pairs, names: Sequence[str], first: int, second: int) -> str:
    points = signed(pairs.difference[first, second] * 100, decimals=2)
    return (
        f"{names[second]} minus {names[first]}: {points} percentage points, "
        f"{pairs.only_first[second, first]:,} fixed, "
        f"{pairs.only_first[first, second]:,} broken, "
        f"{p_text(pairs.p_value[first, second])} "
        f"({p_text(pairs.adjusted[first, second])} after Holm's correction), "
        f"same prediction for {percent(pairs.agreement[first, second])}"
    )
