"""How much settings of a study matter, and how: Optuna's figures in our look.

See `dashboard.charts.studies`, which has the others and what they are made from.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import optuna
import plotly.graph_objects as go
from optuna import visualization
from optuna.distributions import BaseDistribution, FloatDistribution, IntDistribution
from optuna.trial import FrozenTrial, TrialState, create_trial

from core.tuning.importance import Importance
from core.tuning.spec import MAXIMIZED, Objective
from dashboard.charts.studies import AXES, FORMATS, HOVERS, dress, target
from dashboard.charts.theme import Palette, scale
from dashboard.charts.words import plain

SMALL: Final = 260
LARGE: Final = 420
BAR: Final = 34
NUM_CELLS: Final = 40
"""So many steps has each axis of a contour: more would only take longer to draw."""


def importance(
    found: Sequence[Importance], titles: Mapping[str, str], *, palette: Palette
) -> go.Figure:
    """Show how much each setting matters, with how sure that is.

    Args:
        found: What matters most first.
        titles: What each setting is called.
        palette: Colours of the theme.
    """
    figure = go.Figure(
        go.Bar(
            x=[each.share for each in found],
            y=[plain(titles[each.key]) for each in found],
            orientation="h",
            marker_color=palette.training,
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [each.high - each.share for each in found],
                "arrayminus": [each.share - each.low for each in found],
                "color": palette.text,
                "thickness": 1.2,
                "width": 4,
            },
            customdata=[[each.low, each.high] for each in found],
            hovertemplate="%{y}: %{x:.0%} (%{customdata[0]:.0%} to "
            "%{customdata[1]:.0%} in nine of ten resamples)<extra></extra>",
        )
    )
    dress(figure, name="importance", palette=palette)
    figure.update_layout(height=BAR * len(found) + 60, bargap=0.4, dragmode=False)
    figure.update_xaxes(
        title_text="Importance", tickformat=".0%", rangemode="tozero", fixedrange=True
    )
    figure.update_yaxes(
        autorange="reversed",
        type="category",
        fixedrange=True,
        tickfont={"color": palette.text},
    )
    return figure


def one_slice(
    study: optuna.Study,
    title: str,
    *,
    objectives: Sequence[Objective],
    place: int,
    palette: Palette,
) -> go.Figure:
    """Show the score of each trial over one setting; later trials stand out.

    Args:
        study: See `readable`.
        title: The setting.
        objectives: What its trials are judged by.
        place: Which of them is shown.
        palette: Colours of the theme.
    """
    objective = objectives[place]
    figure = visualization.plot_slice(
        study,
        [title],
        target=target(objectives, place),
        target_name=AXES[objective],
    )
    dress(figure, name=f"slice {title}", palette=palette, height=SMALL)
    for trace in figure.data:
        trace.update(
            x=[_unquoted(each) for each in trace.x],
            customdata=trace.marker.color,
            marker={
                "colorscale": scale(palette.sequential[3:]),
                "showscale": False,
                "size": 7,
                "line": {"width": 0},
            },
            hovertemplate=f"Trial %{{customdata}}: %{{x}}, "
            f"%{{y:{HOVERS[objective]}}}<extra></extra>",
        )
    labels = figure.layout.xaxis.categoryarray or ()
    figure.update_xaxes(
        title_text=plain(title), categoryarray=[_unquoted(each) for each in labels]
    )
    figure.update_yaxes(title_text="", tickformat=FORMATS[objective])
    return figure


def contour(
    study: optuna.Study,
    first: str,
    second: str,
    *,
    objectives: Sequence[Objective],
    place: int,
    palette: Palette,
) -> go.Figure:
    """Show the score over two settings, interpolated between the trials.

    Args:
        study: See `readable`.
        first: One setting.
        second: The other.
        objectives: What its trials are judged by.
        place: Which of them is shown.
        palette: Colours of the theme.
    """
    objective = objectives[place]
    # Optuna draws the one that comes first in the alphabet across.
    first, second = sorted((first, second))
    pairs = _with_both(study, first, second)
    figure = visualization.plot_contour(
        _in_cells(pairs, first, second, directions=study.directions),
        [first, second],
        target=target(objectives, place),
        target_name=AXES[objective],
    )
    dress(figure, name=f"contour {first} {second}", palette=palette, height=LARGE)
    is_low_better = objective not in MAXIMIZED
    for trace in figure.data:
        if isinstance(trace, go.Contour):
            trace.update(
                colorscale=scale(palette.sequential[:8]),
                reversescale=is_low_better,
                line={"width": 0.5, "color": palette.line},
                colorbar={
                    "title": {"text": "", "side": "right"},
                    "tickformat": FORMATS[objective],
                    "thickness": 12,
                    "outlinewidth": 0,
                },
            )
        elif len(trace.x or ()):
            trace.update(
                x=[each.params[first] for each in pairs],
                y=[each.params[second] for each in pairs],
                customdata=[each.number for each in pairs],
                marker={
                    "color": palette.validation,
                    "size": 7,
                    "line": {"width": 1, "color": palette.card},
                },
                hovertemplate="Trial %{customdata}: %{x}, %{y}<extra></extra>",
            )
    return figure


def _with_both(study: optuna.Study, first: str, second: str) -> list[FrozenTrial]:
    return [
        each
        for each in study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        if first in each.params and second in each.params
    ]


def _in_cells(
    trials: Sequence[FrozenTrial],
    first: str,
    second: str,
    *,
    directions: Sequence[optuna.study.StudyDirection],
) -> optuna.Study:
    """Return a study whose numbers lie on a coarse grid, for what is interpolated."""
    study = optuna.create_study(directions=directions)
    for trial in trials:
        places = {name: trial.distributions[name] for name in (first, second)}
        params = {
            name: _on_grid(trial.params[name], place) for name, place in places.items()
        }
        study.add_trial(
            create_trial(values=trial.values, params=params, distributions=places)
        )
    return study


def _on_grid(value: Any, distribution: BaseDistribution) -> Any:  # noqa: ANN401 - a value of any kind
    if not isinstance(distribution, FloatDistribution | IntDistribution):
        return value
    low, high = float(distribution.low), float(distribution.high)
    if isinstance(distribution, IntDistribution) and high - low <= NUM_CELLS:
        return value
    if low == high:
        return value
    is_log = distribution.log
    start, end, at = (math.log(x) if is_log else x for x in (low, high, value))
    share = round((at - start) / (end - start) * NUM_CELLS) / NUM_CELLS
    place = start + share * (end - start)
    near = min(max(math.exp(place) if is_log else place, low), high)
    return round(near) if isinstance(distribution, IntDistribution) else near


def _unquoted(label: object) -> object:
    """Take the quotes off a word that Optuna has written as Python does."""
    is_quoted = isinstance(label, str) and label[:1] == label[-1:] == "'"
    return label[1:-1] if is_quoted and isinstance(label, str) else label
