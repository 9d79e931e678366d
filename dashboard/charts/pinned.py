"""What a network says of one drawing, epoch by epoch: a line for each class."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from core.types import Probabilities
from dashboard.charts.curves import epoch_axis
from dashboard.charts.theme import Palette, base_layout
from dashboard.charts.words import plain

HEIGHT: Final = 300
LEGEND_BELOW: Final[Mapping[str, object]] = {
    "orientation": "h",
    "x": 0,
    "y": -0.24,
    "yanchor": "top",
}
"""Five names above would reach under the tool bar on a phone."""

NUM_NAMED: Final = 5
NUM_OTHERS: Final = 25
MAX_MARKED: Final = 60


def pinned_curves(
    probabilities: Probabilities,
    *,
    epochs: tuple[int, ...],
    classes: tuple[str, ...],
    num_epochs: int,
    view: str,
    palette: Palette,
) -> go.Figure:
    """Draw the probability of each class over the epochs.

    Args:
        probabilities: After each of the epochs, float32 of shape (epochs, classes).
        epochs: Their numbers, from 1; also none.
        classes: Names of the classes.
        num_epochs: How many are planned; fixes the x axis.
        view: Zoom and legend choices hold for figures of one name.
        palette: Colours of the theme.

    Returns:
        A figure with the likeliest classes in colour, the others in grey below them.
    """
    highest = probabilities.max(axis=0, initial=0.0)
    ranking = np.argsort(-highest, kind="stable").tolist()
    # The colour of a class stays when another one overtakes it.
    named = sorted(ranking[:NUM_NAMED])
    lines = [
        _line(epochs, probabilities[:, at], classes[at], palette.line, width=1)
        for at in reversed(ranking[NUM_NAMED : NUM_NAMED + NUM_OTHERS])
    ]
    for at in named:
        colour = palette.classes[at % len(palette.classes)]
        line = _line(epochs, probabilities[:, at], classes[at], colour, width=2.5)
        lines.append(line | {"showlegend": True})
    layout = base_layout(palette, name=view, height=HEIGHT, can_zoom=True)
    layout |= {
        "legend": LEGEND_BELOW,
        "margin": {"t": 28, "r": 14},
        "showlegend": True,
        "xaxis": layout["xaxis"] | epoch_axis(num_epochs),
        "yaxis": layout["yaxis"]
        | {
            "title": {"text": "Probability"},
            "ticksuffix": " %",
            "range": [0, 102],
            "minallowed": 0,
            "maxallowed": 102,
        },
    }
    return go.Figure(data=lines, layout=layout)


def _line(
    epochs: tuple[int, ...],
    shares: Probabilities,
    name: str,
    colour: str,
    *,
    width: float,
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "name": plain(name),
        "x": epochs,
        "y": (100 * shares.astype(np.float64)).round(2).tolist(),
        "mode": "lines+markers" if len(epochs) <= MAX_MARKED else "lines",
        "line": {"color": colour, "width": width},
        "marker": {"size": 6 if width > 1 else 3},
        "showlegend": False,
        "hovertemplate": f"{plain(name)}, epoch %{{x}}: %{{y:.2f}} %<extra></extra>",
    }
