"""What a second run changes in the confusion matrix of a first one.

More on the diagonal is better, more anywhere else is worse. So the colour says which
it is, and the number says how many images it is about. The square root of that number
sets the strength, or one frequent confusion would make all others paper.
"""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.types import Counts
from dashboard.charts.cells import Fit, mark_cells, written
from dashboard.charts.confusion import (
    MAX_CLASSES_WITH_GAPS,
    MAX_CLASSES_WITH_NUMBERS,
    ROOM,
    SIDE,
    SIDE_OF_MANY,
    label_all,
    label_many,
    separators,
)
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


def confusion_difference(
    first: Counts,
    second: Counts,
    *,
    classes: tuple[str, ...],
    selected: tuple[int, int] | None,
    palette: Palette,
) -> go.Figure:
    """Draw the difference of two confusion matrices; its cells can be clicked.

    Args:
        first: int64 of shape (classes, classes): `first[true, predicted]`.
        second: The same of the second run, on the same images.
        classes: Names of the classes.
        selected: The cell (true, predicted) to be outlined.
        palette: Colours of the theme.

    Returns:
        A square figure; a click returns true class x classes + predicted class.
    """
    num = len(classes)
    is_small = num <= MAX_CLASSES_WITH_NUMBERS
    side = SIDE if is_small else SIDE_OF_MANY
    strength = _strength(second - first)
    name = f"difference of {', '.join(classes)}"
    figure = base_figure(palette, name=name, height=side, can_zoom=not is_small)
    heat = _heat(strength, palette)
    if is_small:
        figure.add_trace(heat)
        figure.add_trace(written(_numbers(second - first, strength, palette)))
        label_all(figure, classes)
    else:
        gap = 0 if num > MAX_CLASSES_WITH_GAPS else 1
        names = list(map(plain, classes))
        figure.add_trace(heat.update(x=names, y=names, xgap=gap, ygap=gap))
        label_many(figure, classes, cell=side / num)
        figure.update_layout(shapes=separators(classes, palette))
    if selected is not None:
        figure.add_shape(outline(selected[1], selected[0], palette))
    # Shows through the gaps between the cells, so that empty ones have an edge.
    figure.update_layout(plot_bgcolor=palette.line)
    mark_cells(
        figure,
        Fit(num, num, side / num, ROOM, ROOM),
        captions=_captions(first, second, classes),
        start=selected and selected[0] * num + selected[1],
    )
    return figure


def _strength(difference: Counts) -> NDArray[np.float64]:
    """Return -1.0 (much worse) to 1.0 (much better) for each cell."""
    most = max(int(np.abs(difference).max()), 1)
    better = np.where(np.eye(len(difference), dtype=bool), difference, -difference)
    return np.sign(better) * np.sqrt(np.abs(better) / most)


def _heat(strength: NDArray[np.float64], palette: Palette) -> go.Heatmap:
    return go.Heatmap(
        z=strength.round(4).tolist(),
        zmin=-1.0,
        zmax=1.0,
        colorscale=scale(diverging(palette)),
        showscale=False,
        hoverinfo="none",
        xgap=1,
        ygap=1,
    )


def _numbers(
    difference: Counts, strength: NDArray[np.float64], palette: Palette
) -> dict[tuple[int, int], tuple[str, str]]:
    """Return what is written in each cell, and in which ink."""
    return {
        (int(true), int(predicted)): (
            signed(int(difference[true, predicted])),
            readable_on(diverging_at(float(strength[true, predicted]), palette)),
        )
        for true, predicted in np.argwhere(difference)
    }


def _captions(first: Counts, second: Counts, classes: tuple[str, ...]) -> list[str]:
    has_all = len(classes) <= MAX_CLASSES_WITH_GAPS
    return [
        f"{classes[true]} predicted as {classes[predicted]}: {count:,} images, then "
        f"{second[true, predicted]:,}"
        if has_all or count or second[true, predicted]
        else ""
        for (true, predicted), count in np.ndenumerate(first)
    ]
