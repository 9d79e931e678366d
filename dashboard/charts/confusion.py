"""The confusion matrix: true classes down, predicted classes across, and their totals.

Colour is the share of the row, so that a rare class looks as dark as a frequent one,
also where counts are written; with percent of the column it is that share. With many
classes it is the square root, or a confusion of 1 % would be paper.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.datasets import classes as class_names
from core.proportion import percent
from core.types import Counts
from dashboard.charts.cells import Fit, mark_cells, written
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

TOTAL: Final = "Total"
SUM: Final = "\u03a3"
"""The total, beside names of one letter."""

_TOTAL_CATEGORY: Final = "\u2060Total"
"""No name of a class: a category axis would take two of one name for one."""

Shares = NDArray[np.float64]
Numbers = Literal["counts", "rows", "columns"]

Chosen = tuple[int | None, int | None]
"""Row and column of a cell; None for all of them."""


@dataclass(frozen=True)
class Reading:
    """How a matrix is to be read.

    Attributes:
        normalise: What is written in the cells: counts, percent of the row, or percent
            of the column.
        hide_diagonal: Leave the right answers out and let the most frequent
            mistake have full ink.
    """

    normalise: Numbers = "counts"
    hide_diagonal: bool = False


@dataclass(frozen=True, eq=False)
class Totals:
    """How many images rows and columns have, also in classes that are not shown.

    Attributes:
        rows: Images of each true class, int64 of shape (classes,).
        columns: Images predicted as each class, int64 of shape (classes,).
    """

    rows: Counts
    columns: Counts


def confusion_figure(
    counts: Counts,
    *,
    classes: tuple[str, ...],
    reading: Reading,
    selected: Chosen | None,
    palette: Palette,
    totals: Totals | None = None,
) -> go.Figure:
    """Draw a confusion matrix whose cells and totals can be clicked.

    Args:
        counts: int64 of shape (classes, classes): `counts[true, predicted]`.
        classes: Names of the classes.
        reading: What is written, and whether the right answers are shown.
        selected: The cell, row or column to be outlined.
        palette: Colours of the theme.
        totals: Of the rows and columns, if these are only some of the classes; their
            sums otherwise.

    Returns:
        A square figure; a click returns true class x (classes + 1) + predicted class,
        where the number of classes stands for the total.
    """
    num = len(classes)
    totals = totals or Totals(counts.sum(axis=1), counts.sum(axis=0))
    shares, top = _shares(counts, totals, reading)
    is_small = num <= MAX_CLASSES_WITH_NUMBERS
    side = SIDE if is_small else SIDE_OF_MANY
    # A zoom into other classes would be one into nothing.
    name = f"confusion of {', '.join(classes)}"
    figure = base_figure(palette, name=name, height=side, can_zoom=not is_small)
    if is_small:
        figure.add_trace(_heat(shares, top, palette))
        figure.add_trace(written(_written_totals(totals, palette), size=11))
        texts = _texts(counts, shares, reading.normalise)
        figure.update_layout(annotations=_numbers(texts, shares / top, palette))
        label_all(figure, classes, with_total=True)
    else:
        figure.add_trace(_heat_of_many(shares, top, classes, palette))
        label_many(figure, classes, cell=side / (num + 1), with_total=True)
    figure.update_layout(
        # Shows through the gaps between the cells, so that empty ones have an edge.
        plot_bgcolor=palette.line,
        shapes=[
            *([] if is_small else separators(classes, palette)),
            *_lines_at(num, num + 1, palette),
        ],
    )
    if selected is not None:
        figure.add_shape(_outlined(selected, num, palette))
    down = ROOM if is_small else ROOM + COLOUR_BAR
    mark_cells(
        figure,
        Fit(num + 1, num + 1, side / (num + 1), ROOM, down),
        captions=_captions(counts, totals, classes, reading.normalise),
        start=_start(selected, num),
        has_totals=True,
    )
    return figure


def _shares(counts: Counts, totals: Totals, reading: Reading) -> tuple[Shares, float]:
    """Return the share of each cell in its row or column, and which has full ink."""
    if reading.normalise == "columns":
        shares = counts / np.maximum(totals.columns, 1)
    else:
        shares = counts / np.maximum(totals.rows, 1)[:, np.newaxis]
    if not reading.hide_diagonal:
        return shares, 1.0
    np.fill_diagonal(shares, np.nan)
    return shares, float(np.nanmax(shares, initial=0.0)) or 1.0


def _outlined(selected: Chosen, num: int, palette: Palette) -> dict[str, object]:
    """Return the frame around a cell, or around all of a row or a column."""
    row, column = selected
    frame = outline(column or 0, row or 0, palette)
    if column is None:
        frame |= {"x0": -0.5, "x1": num + 0.5}
    if row is None:
        frame |= {"y0": -0.5, "y1": num + 0.5}
    return frame


def _start(selected: Chosen | None, num: int) -> int | None:
    """Return the cell in which the arrow keys begin."""
    if selected is None:
        return None
    row, column = (num if each is None else each for each in selected)
    return row * (num + 1) + column


def _with_totals(shares: Shares) -> list[list[float]]:
    """Give totals cells of their own, without ink."""
    padded: list[list[float]] = np.pad(shares, (0, 1)).tolist()
    return padded


def _written_totals(
    totals: Totals, palette: Palette
) -> dict[tuple[int, int], tuple[str, str]]:
    """Return what stands in the cells of the totals, and in which ink."""
    num, ink = len(totals.rows), palette.secondary
    rows = {(at, num): (f"{int(n):,}", ink) for at, n in enumerate(totals.rows)}
    columns = {(num, at): (f"{int(n):,}", ink) for at, n in enumerate(totals.columns)}
    return rows | columns


def _heat(shares: Shares, top: float, palette: Palette) -> go.Heatmap:
    return go.Heatmap(
        z=_with_totals(shares),
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
    names = [*map(plain, classes), _TOTAL_CATEGORY]
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
    return [
        line for change in changes for line in _lines_at(change, len(classes), palette)
    ]


def _lines_at(change: int, num: int, palette: Palette) -> list[dict[str, object]]:
    """Return a line across and a line down before a class, of `num` cells."""
    line = {"color": palette.secondary, "width": 1}
    place, end = change - 0.5, num - 0.5
    across = {"x0": -0.5, "x1": end, "y0": place, "y1": place}
    down = {"x0": place, "x1": place, "y0": -0.5, "y1": end}
    return [{"type": "line", "line": line, **ends} for ends in (across, down)]


def _captions(
    counts: Counts, totals: Totals, classes: tuple[str, ...], numbers: Numbers
) -> list[str]:
    """Tell of each cell, row by row: those of a class, then its total."""
    has_all = len(classes) <= MAX_CLASSES_WITH_GAPS
    captions = []
    for true, (name, row) in enumerate(zip(classes, counts.tolist(), strict=True)):
        total = int(totals.rows[true])
        for predicted, count in enumerate(row):
            if not (count or has_all):
                captions.append("")
                continue
            text = f"{name} predicted as {classes[predicted]}: "
            if numbers == "columns":
                whole = int(totals.columns[predicted])
                text += f"{count_of(count, whole)} of those predicted so"
            else:
                text += count_of(count, total)
            captions.append(text)
        captions.append(f"All images of {name}: {_correct(row[true], total)}")
    for name, hits, called in zip(
        classes, counts.diagonal().tolist(), totals.columns.tolist(), strict=True
    ):
        captions.append(f"All images predicted as {name}: {_correct(hits, called)}")
    all_correct = _correct(int(counts.trace()), int(totals.rows.sum()))
    return [*captions, f"All images of these classes: {all_correct}"]


def _correct(hits: int, total: int) -> str:
    return f"{count_of(hits, total)} correct"


def _texts(
    counts: Counts, shares: Shares, normalise: Numbers
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


def label_all(
    figure: go.Figure, classes: tuple[str, ...], *, with_total: bool = False
) -> None:
    """Label the rows and columns of a few classes, and those of the totals."""
    labels = [plain(_short(name)) for name in classes] + [TOTAL] * with_total
    _set_axes(figure, tickvals=list(range(len(labels))), ticktext=labels, tickangle=0)


def label_many(
    figure: go.Figure,
    classes: tuple[str, ...],
    *,
    cell: float,
    with_total: bool = False,
) -> None:
    """Label as many rows and columns as there is room for; a zoom makes room."""
    names = [*map(plain, classes), *[_TOTAL_CATEGORY] * with_total]
    aliases = {plain(name): plain(_short(name)) for name in classes}
    is_short = max(map(len, classes)) == 1
    _set_axes(
        figure,
        type="category",
        categoryorder="array",
        categoryarray=names,
        labelalias=aliases | {_TOTAL_CATEGORY: SUM if is_short else TOTAL},
        tickfont={"size": min(max(cell / LINE_HEIGHT - 0.1, 9), 10)},
    )
    figure.update_xaxes(tickangle=0 if is_short else -90)
    figure.update_yaxes(tickangle=0)


def _set_axes(figure: go.Figure, **options: object) -> None:
    options |= {"showgrid": False, "showline": False, "ticks": ""}
    figure.update_xaxes(**options, title_text="Predicted class")
    figure.update_yaxes(**options, title_text="True class")


def _short(name: str) -> str:
    return name if len(name) <= MAX_NAME else name[: MAX_NAME - 1] + "\u2026"
