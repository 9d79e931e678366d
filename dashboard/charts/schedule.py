"""The learning rate over a training, known before it starts.

Drawn by ECharts like the learning curves: it changes with every move of a
slider, which a Plotly figure would show as flicker.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dashboard.charts.curves import Option, axis, epoch_axis, tooltip
from dashboard.charts.theme import FONT, Palette

SCHEDULE_HEIGHT: Final = 170
MAX_POINTS: Final = 200

JUMP: Final = 5.0
"""A rate that changes by such a factor from one step to the next has jumped."""


def learning_rate_curve(
    rates: NDArray[np.float32], *, epochs: int, palette: Palette
) -> Option:
    """Draw the learning rate by epoch.

    Args:
        rates: Learning rate of each step above 0, float32 of shape (steps,), as
            `core.config.schedules.learning_rates` gives them.
        epochs: Epochs that the steps make up.
        palette: Colours of the theme.

    Returns:
        An ECharts option, `SCHEDULE_HEIGHT` pixels high. The rate's axis starts
        at 0, or is logarithmic if the rate falls in jumps, of which a straight
        axis would show the first only.
    """
    return {
        "animation": False,
        "textStyle": {"fontFamily": FONT, "color": palette.text},
        "grid": {
            "left": 12,
            "right": 20,
            "top": 34,
            "bottom": 30,
            "containLabel": True,
        },
        "tooltip": tooltip("%.3g", palette),
        "xAxis": epoch_axis(epochs, palette),
        "yAxis": _rate_axis(rates, palette),
        "series": [_line(rates, epochs, palette)],
    }


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
        return f"Learning rate over {length}: always {first:.3g}"
    if highest == first:
        return f"Learning rate over {length}: from {first:.3g} down to {last:.3g}"
    epoch = float(rates.argmax()) / len(rates) * epochs
    return (
        f"Learning rate over {length}: from {first:.3g} up to {highest:.3g} after "
        f"{epoch:.2g} epochs, then down to {last:.3g}"
    )


def _line(rates: NDArray[np.float32], epochs: int, palette: Palette) -> Option:
    steps = _shown_steps(rates)
    # Three digits: more would be those of the 32 bits, not of the recipe.
    data = [
        [round((step + 1) / len(rates) * epochs, 3), float(f"{rates[step]:.3g}")]
        for step in steps.tolist()
    ]
    return {
        "name": "Learning rate",
        "type": "line",
        "data": [[0, data[0][1]], *data],
        "color": palette.training,
        "showSymbol": False,
        "lineStyle": {"width": 2},
        "emphasis": {"disabled": True},
    }


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


def _rate_axis(rates: NDArray[np.float32], palette: Palette) -> Option:
    found = axis(palette) | {
        "name": "Learning rate",
        "nameTextStyle": {
            "color": palette.secondary,
            "fontSize": 13,
            # Centred over the axis it would be cut off.
            "align": "left",
        },
        "splitNumber": 3,
    }
    if not len(_jumps(rates)):
        return found | {"min": 0}
    low, high = float(rates.min()), float(rates.max())
    return found | {
        "type": "log",
        "min": float(10.0 ** np.floor(np.log10(low) + 1e-3)),
        "max": float(10.0 ** np.ceil(np.log10(high) - 1e-3)),
    }
