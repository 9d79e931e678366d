"""Parallel coordinates of a study: each trial a line over its settings and scores."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import plotly.graph_objects as go

from dashboard.charts.theme import FONT, Palette, base_layout, scale
from dashboard.charts.words import plain

HEIGHT: Final = 400
MAX_WORD: Final = 14
NONE_BELOW: Final = 0.12
"""A trial that lacks a setting passes its axis so far below the others."""

Ranges = tuple[tuple[float, float], ...]


@dataclass(frozen=True, kw_only=True)
class Axis:
    """An axis, and where each trial passes it.

    Attributes:
        key: Its name.
        title: What stands above it.
        values: A number or a word for each trial; None where it has none.
        is_log: Whether it is logarithmic.
        words: What the values may be, in this order, if they stand as words.
    """

    key: str
    title: str
    values: tuple[float | str | None, ...]
    is_log: bool = False
    words: tuple[float | str, ...] = ()

    def places(self) -> tuple[float, ...]:
        """Return where each trial passes, in the unit in which it is drawn."""
        if self.words:
            known = [
                None if each is None else float(self.words.index(each))
                for each in self.values
            ]
        else:
            known = [
                None if each is None else self._drawn(float(each))
                for each in self.values
            ]
        numbers = [each for each in known if each is not None]
        low, high = min(numbers, default=0.0), max(numbers, default=1.0)
        below = low - NONE_BELOW * ((high - low) or 1.0)
        return tuple(below if each is None else each for each in known)

    def _drawn(self, value: float) -> float:
        return math.log10(value) if self.is_log else value


Brush = Mapping[str, Ranges]
"""Which parts of which axes are held, by key, in the unit in which they are drawn."""


def parallel_coordinates(
    axes: Sequence[Axis],
    *,
    colours: Sequence[float],
    brush: Brush,
    palette: Palette,
) -> go.Figure:
    """Draw trials as lines; brushing an axis greys those that do not pass there.

    Args:
        axes: From left to right, with a value for each trial.
        colours: For each trial, from 0 for the worst to 1 for the best.
        brush: What is held.
        palette: Colours of the theme.
    """
    trace = go.Parcoords(
        dimensions=[_dimension(each, brush.get(each.key, ())) for each in axes],
        line={
            "color": list(colours),
            "cmin": 0,
            "cmax": 1,
            "colorscale": scale((palette.line, palette.training, palette.validation)),
            "showscale": False,
        },
        unselected={"line": {"color": palette.line, "opacity": 0.25}},
        labelfont={"family": FONT, "size": 13, "color": palette.text},
        tickfont={"family": FONT, "size": 11, "color": palette.secondary},
        rangefont={"size": 1, "color": "rgba(0, 0, 0, 0)"},
    )
    view = repr(sorted(brush.items()))
    layout = base_layout(palette, name=f"trials {view}", height=HEIGHT)
    for part in ("xaxis", "yaxis", "dragmode"):
        del layout[part]
    layout["margin"] = {"l": 64, "r": 64, "t": 56, "b": 16}
    return go.Figure(data=[trace], layout=layout)


def passing(axes: Sequence[Axis], brush: Brush) -> list[int]:
    """Return the places of the trials that pass through all that is held.

    Args:
        axes: Of the figure, at least one.
        brush: What is held; of several parts of one axis, any will do.
    """
    passes = [True] * len(axes[0].values)
    for axis in axes:
        ranges = brush.get(axis.key, ())
        if ranges:
            for at, value in enumerate(axis.places()):
                passes[at] &= any(low <= value <= high for low, high in ranges)
    return [at for at, each in enumerate(passes) if each]


def brushed(
    brush: Brush, axes: Sequence[Axis], values: Mapping[str, object]
) -> dict[str, Ranges]:
    """Return what is held after a change that a browser has told.

    Args:
        brush: What was held before.
        axes: Of the figure.
        values: As plotly.js reports: `{"dimensions[1].constraintrange": [[0, 1]]}`.
    """
    found = dict(brush)
    for at, axis in enumerate(axes):
        name = f"dimensions[{at}].constraintrange"
        if name not in values:
            continue
        if ranges := _ranges(values[name]):
            found[axis.key] = ranges
        else:
            found.pop(axis.key, None)
    return found


def _ranges(told: object) -> Ranges:
    """Read one range or several, however deep plotly.js has wrapped them."""
    match told:
        case [int() | float() as low, int() | float() as high]:
            return ((float(low), float(high)),)
        case [*parts]:
            return tuple(each for part in parts for each in _ranges(part))
        case _:
            return ()


def _dimension(axis: Axis, held: Ranges) -> dict[str, Any]:
    places = axis.places()
    dimension: dict[str, Any] = {"label": plain(axis.title), "values": list(places)}
    if held:
        ranges = [list(each) for each in held]
        dimension["constraintrange"] = ranges if len(ranges) > 1 else ranges[0]
    ticks = _ticks(axis)
    if None in axis.values:
        ticks.insert(0, (min(places), "none"))
    if ticks:
        dimension["tickvals"] = [place for place, _ in ticks]
        dimension["ticktext"] = [text for _, text in ticks]
    if len(set(places)) == 1:
        dimension["range"] = [places[0] - 1, places[0] + 1]
    return dimension


def _ticks(axis: Axis) -> list[tuple[float, str]]:
    """Return the places and texts of the ticks; none if plotly.js shall choose."""
    if axis.words:
        return [(at, _short(each)) for at, each in enumerate(axis.words)]
    numbers = [float(each) for each in axis.values if each is not None]
    if not axis.is_log or not numbers:
        return []
    decades = range(
        math.floor(math.log10(min(numbers))), math.ceil(math.log10(max(numbers))) + 1
    )
    marks = [step * 10.0**decade for decade in decades for step in (1, 2, 5)]
    return [
        (math.log10(each), f"{each:g}")
        for each in marks
        if min(numbers) <= each <= max(numbers)
    ]


def _short(word: object) -> str:
    text = f"{word:g}" if isinstance(word, float) else str(word)
    return plain(text if len(text) <= MAX_WORD else f"{text[: MAX_WORD - 1]}\u2026")
