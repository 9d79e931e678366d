"""The accuracy on each class over the epochs."""

from typing import Final

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.datasets.classes import GROUP_TITLES, group_of
from dashboard.charts.curves import epoch_axis
from dashboard.charts.theme import (
    LEGEND_ABOVE,
    MAX_COLOURED_CLASSES,
    Palette,
    base_figure,
    class_colours,
)
from dashboard.charts.words import plain

HEIGHT: Final = 440


def class_curves(
    accuracy: NDArray[np.float64],
    *,
    classes: tuple[str, ...],
    first_epoch: int,
    chosen: int | None,
    palette: Palette,
) -> go.Figure:
    """Draw a line for each class, and a rule at the chosen epoch.

    Args:
        accuracy: After each epoch, float64 of shape (epochs, classes), 0.0 to 1.0; NaN
            for a class without images.
        classes: Names of the classes.
        first_epoch: Number (from 1) of the first of these epochs.
        chosen: Number of the epoch to mark; None for no mark.
        palette: Colours of the theme.
    """
    figure = base_figure(palette, name="class curves", height=HEIGHT, can_zoom=True)
    is_few = len(classes) <= MAX_COLOURED_CLASSES
    epochs = list(range(first_epoch, first_epoch + len(accuracy)))
    named: set[str] = set()
    for name, colour, scores in zip(
        classes, class_colours(classes, palette), accuracy.T, strict=True
    ):
        if np.isnan(scores).all():
            continue
        entry = name if is_few else GROUP_TITLES[group_of(name)]
        figure.add_trace(
            go.Scatter(
                x=epochs,
                y=(100 * scores).round(2).tolist(),
                name=plain(entry),
                legendgroup=plain(entry),
                showlegend=entry not in named,
                mode="lines+markers",
                line={"color": colour, "width": 2 if is_few else 1},
                marker={"size": 5 if is_few else 3},
                hovertemplate=f"{plain(name)}, epoch %{{x}}: %{{y:.2f}} %"
                "<extra></extra>",
            )
        )
        named.add(entry)
    if chosen is not None:
        figure.add_vline(x=chosen, line={"color": palette.accent, "width": 2})
    figure.update_layout(showlegend=True, legend=LEGEND_ABOVE, margin={"t": 56})
    figure.update_xaxes(**epoch_axis(epochs[-1]))
    figure.update_yaxes(title_text="Validation accuracy (%)", ticksuffix=" %")
    return figure
