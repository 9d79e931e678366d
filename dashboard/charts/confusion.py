"""The confusion matrix: true classes down, predicted classes across.

Colour is always the share of the row, so that a rare class looks as dark as a
frequent one; `normalise` decides only which numbers are written. With many classes
it is the square root of that share, or a confusion of 1 % would be paper.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.datasets import classes as class_names
from core.proportion import percent
from core.types import Counts
from dashboard.charts.cells import Fit, mark_cells
from dashboard.charts.theme import Palette, base_figure, outline, readable_on, scale
from dashboard.charts.words import count_of, plain

MAX_CLASSES_WITH_NUMBERS: Final = 16
"""With more classes the cells are too small to be written in."""

MAX_CLASSES_WITH_GAPS: Final = 100
"""With more classes a hairline would be as wide as a cell, and a caption for each
empty cell some megabytes."""

SIDE: Final = 424
SIDE_OF_MANY: Final = 580
ROOM: Final = 56
"""Pixels beside and below the cells, for the titles and labels of the axes."""

COLOUR_BAR: Final = 44
"""Pixels below the cells for the colour bar."""

MAX_NAME: Final = 10
"""Longer names are cut in the labels of an axis."""

LINE_HEIGHT: Final = 1.2
"""Of what size of its font Plotly wants for a label, or leaves labels out."""

LABELLED_SHARES: Final = (0.0, 0.01, 0.05, 0.25, 0.5, 1.0)

Shares = NDArray[np.float64]


@dataclass(frozen=True)
class Reading:
    """How a matrix is to be read.

    Attributes:
        normalise: What is written in the cells: counts, or percent of the row.
        hide_diagonal: Leave the right answers out and let the most frequent
            mistake have full ink.
    """

    normalise: Literal["counts", "rows"] = "counts"
    hide_diagonal: bool = False


def confusion_figure(
    counts: Counts,
    *,
    classes: tuple[str, ...],
    reading: Reading,
    selected: tuple[int, int] | None,
    palette: Palette,
    totals: Counts | None = None,
) -> go.Figure:
    """Draw a confusion matrix whose cells can be clicked.

    Args:
        counts: int64 of shape (classes, classes): `counts[true, predicted]`.
        classes: Names of the classes.
        reading: What is written, and whether the right answers are shown.
        selected: The cell (true, predicted) to be outlined.
        palette: Colours of the theme.
        totals: Images of each class, int64 of shape (classes,), if these are only
            some of the classes that were predicted; the sums of the rows otherwise.

    Returns:
        A square figure; a click returns true class x classes + predicted class.
    """
    totals = counts.sum(axis=1) if totals is None else totals
    shares = counts / np.maximum(totals, 1)[:, np.newaxis]
    if reading.hide_diagonal:
        np.fill_diagonal(shares, np.nan)
    top = (
        1.0
        if not reading.hide_diagonal
        else float(np.nanmax(shares, initial=0.0)) or 1.0
    )
    is_small = len(classes) <= MAX_CLASSES_WITH_NUMBERS
    side = SIDE if is_small else SIDE_OF_MANY
    # A zoom into other classes would be one into nothing.
    name = f"confusion of {', '.join(classes)}"
    figure = base_figure(palette, name=name, height=side, can_zoom=not is_small)
    if is_small:
        figure.add_trace(_heat(shares, top, palette))
        texts = _texts(counts, shares, reading.normalise)
        figure.update_layout(annotations=_numbers(texts, shares / top, palette))
        label_all(figure, classes)
    else:
        figure.add_trace(_heat_of_many(shares, top, classes, palette))
        label_many(figure, classes, cell=side / len(classes))
        figure.update_layout(shapes=separators(classes, palette))
    if selected is not None:
        figure.add_shape(outline(selected[1], selected[0], palette))
    # Shows through the gaps between the cells, so that empty ones have an edge.
    figure.update_layout(plot_bgcolor=palette.line)
    down = ROOM if is_small else ROOM + COLOUR_BAR
    fit = Fit(len(classes), len(classes), side / len(classes), ROOM, down)
    start = selected and selected[0] * len(classes) + selected[1]
    mark_cells(figure, fit, captions=_captions(counts, totals, classes), start=start)
    return figure


def _heat(shares: Shares, top: float, palette: Palette) -> go.Heatmap:
    return go.Heatmap(
        z=shares.tolist(),
        zmin=0.0,
        zmax=top,
        colorscale=scale(palette.sequential),
        showscale=False,
        hoverinfo="none",
        xgap=1,
        ygap=1,
    )


def _heat_of_many(
    shares: Shares, top: float, classes: tuple[str, ...], palette: Palette
) -> go.Heatmap:
    names = list(map(plain, classes))
    labelled = [share for share in LABELLED_SHARES if share < top] + [top]
    heat = _heat(np.sqrt(shares).round(4), top**0.5, palette)
    if len(classes) > MAX_CLASSES_WITH_GAPS:
        heat.update(xgap=0, ygap=0)
    return heat.update(
        # The only kind of axis that leaves out labels for which there is no room.
        x=names,
        y=names,
        showscale=True,
        colorbar={
            "orientation": "h",
            "thickness": 10,
            "outlinewidth": 0,
            "tickvals": [share**0.5 for share in labelled],
            "ticktext": [f"{share * 100:.3g} %" for share in labelled],
            "tickfont": {"color": palette.secondary},
            "yref": "container",
            "y": 0,
            "yanchor": "bottom",
            "x": 0,
            "xanchor": "left",
            "len": 1,
        },
    )


def separators(classes: tuple[str, ...], palette: Palette) -> list[dict[str, object]]:
    """Return the lines between digits, upper and lower case, if each is together."""
    groups = list(map(class_names.group_of, classes))
    changes = [at for at in range(1, len(groups)) if groups[at] != groups[at - 1]]
    if len(changes) >= len(set(groups)):
        return []
    line = {"color": palette.secondary, "width": 1}
    shapes: list[dict[str, object]] = []
    for change in changes:
        place, end = change - 0.5, len(classes) - 0.5
        across = {"x0": -0.5, "x1": end, "y0": place, "y1": place}
        down = {"x0": place, "x1": place, "y0": -0.5, "y1": end}
        shapes += [{"type": "line", "line": line, **ends} for ends in (across, down)]
    return shapes


def _captions(counts: Counts, totals: Counts, classes: tuple[str, ...]) -> list[str]:
    has_all = len(classes) <= MAX_CLASSES_WITH_GAPS
    return [
        f"{classes[true]} predicted as {classes[predicted]}: "
        f"{count_of(int(count), int(totals[true]))}"
        if count or has_all
        else ""
        for (true, predicted), count in np.ndenumerate(counts)
    ]


def _texts(
    counts: Counts, shares: Shares, normalise: Literal["counts", "rows"]
) -> dict[tuple[int, int], str]:
    """Write each cell that has something in it and is shown."""
    return {
        (int(true), int(predicted)): (
            f"{counts[true, predicted]:,}"
            if normalise == "counts"
            else percent(shares[true, predicted], decimals=1).removesuffix(" %")
        )
        for true, predicted in np.argwhere(counts > 0)
        if not np.isnan(shares[true, predicted])
    }


def _numbers(
    texts: dict[tuple[int, int], str], density: Shares, palette: Palette
) -> list[dict[str, object]]:
    """Place the texts, each in the ink that reads well on its cell."""
    steps = len(palette.sequential) - 1
    return [
        {
            "x": predicted,
            "y": true,
            "text": text,
            "showarrow": False,
            "font": {
                "size": 12,
                "color": readable_on(
                    palette.sequential[round(float(density[true, predicted]) * steps)]
                ),
            },
        }
        for (true, predicted), text in texts.items()
    ]


def label_all(figure: go.Figure, classes: tuple[str, ...]) -> None:
    """Label the rows and columns of a few classes."""
    _set_axes(
        figure,
        tickvals=list(range(len(classes))),
        ticktext=[plain(_short(name)) for name in classes],
        tickangle=0,
    )


def label_many(figure: go.Figure, classes: tuple[str, ...], *, cell: float) -> None:
    """Label as many classes as there is room for, more of them after a zoom."""
    names = list(map(plain, classes))
    aliases = {plain(name): plain(_short(name)) for name in classes}
    _set_axes(
        figure,
        type="category",
        categoryorder="array",
        categoryarray=names,
        labelalias=aliases,
        tickfont={"size": min(max(cell / LINE_HEIGHT - 0.1, 7), 10)},
    )
    figure.update_xaxes(tickangle=0 if max(map(len, classes)) == 1 else -90)
    figure.update_yaxes(tickangle=0)


def _set_axes(figure: go.Figure, **options: object) -> None:
    options |= {"showgrid": False, "showline": False, "ticks": ""}
    figure.update_xaxes(**options, title_text="Predicted class")
    figure.update_yaxes(**options, title_text="True class")


def _short(name: str) -> str:
    return name if len(name) <= MAX_NAME else name[: MAX_NAME - 1] + "\u2026"
