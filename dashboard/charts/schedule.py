"""The learning rate over a training, known before it starts."""

from typing import Final

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.charts.curves import epoch_axis
from dashboard.charts.theme import Palette, base_figure

HEIGHT: Final = 190
MAX_POINTS: Final = 200

JUMP: Final = 5.0
"""A rate that changes by such a factor from one step to the next has jumped."""


def learning_rate_curve(
    rates: NDArray[np.float32], *, epochs: int, palette: Palette
) -> go.Figure:
    """Draw the learning rate by epoch.

    Args:
        rates: Learning rate of each step above 0, float32 of shape (steps,), as
            `core.config.schedules.learning_rates` gives them.
        epochs: Epochs that the steps make up.
        palette: Colours of the theme.

    Returns:
        A figure. The rate's axis starts at 0, or is logarithmic if the rate falls in
        jumps, of which a straight axis would show the first only.
    """
    figure = base_figure(palette, name="schedule", height=HEIGHT, can_zoom=True)
    figure.add_trace(_line(rates, epochs, palette))
    figure.update_layout(hovermode="x unified", margin={"t": 14, "r": 14})
    figure.update_xaxes(**epoch_axis(epochs))
    figure.update_yaxes(title_text="Learning rate", nticks=5, exponentformat="e")
    if not len(_jumps(rates)):
        figure.update_yaxes(rangemode="tozero")
        return figure
    # Whole powers of ten, as exponents.
    low, high = np.log10(float(rates.min())), np.log10(float(rates.max()))
    whole = [float(np.floor(low + 1e-3)), float(np.ceil(high - 1e-3))]
    figure.update_yaxes(type="log", range=whole, dtick=1)
    return figure


def schedule_alt(rates: NDArray[np.float32], *, epochs: int) -> str:
    """Say what the curve shows: where the rate starts, is highest, and ends.

    Args:
        rates: As for `learning_rate_curve`.
        epochs: Epochs that the steps make up.
    """
    length = "1 epoch" if epochs == 1 else f"{epochs} epochs"
    first, last = float(rates[0]), float(rates[-1])
    highest, lowest = float(rates.max()), float(rates.min())
    if highest == lowest:
        return f"Learning rate over {length}: constant at {first:.3g}"
    if highest == first:
        return f"Learning rate over {length}: from {first:.3g} down to {last:.3g}"
    epoch = float(rates.argmax()) / len(rates) * epochs
    return (
        f"Learning rate over {length}: from {first:.3g} up to {highest:.3g} after "
        f"{epoch:.2g} epochs, then down to {last:.3g}"
    )


def _line(rates: NDArray[np.float32], epochs: int, palette: Palette) -> go.Scatter:
    steps = _shown_steps(rates)
    # Three digits: more would be those of the 32 bits, not of the recipe.
    x = [round((step + 1) / len(rates) * epochs, 3) for step in steps.tolist()]
    y = [float(f"{rates[step]:.3g}") for step in steps.tolist()]
    return go.Scatter(
        name="Learning rate",
        x=[0, *x],
        y=[y[0], *y],
        mode="lines",
        line={"color": palette.training, "width": 2},
        hovertemplate="%{y:.3~g}",
    )


def _shown_steps(rates: NDArray[np.float32]) -> NDArray[np.int64]:
    """Choose steps so that the highest one and both ends of each jump are shown."""
    even = np.linspace(0, len(rates) - 1, min(MAX_POINTS, len(rates))).round()
    jumps = _jumps(rates)
    chosen = np.concatenate([even, [rates.argmax()], jumps, jumps + 1])
    return np.unique(chosen.astype(np.int64))


def _jumps(rates: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the steps just before a jump."""
    ratios = np.abs(np.diff(np.log(rates.astype(np.float64))))
    # The last steps of a cosine differ by much too, but do not stay there.
    before = np.flatnonzero(ratios > np.log(JUMP))
    return before[before < len(rates) - 2]
