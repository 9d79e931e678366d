"""Figures of a hyperparameter study: Optuna's own, in our look and with our words.

A point has the number of its trial as `customdata`, so a click tells which it was.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import optuna
import plotly.graph_objects as go
from optuna import visualization
from optuna.trial import FrozenTrial, TrialState, create_trial

from core.tuning.spec import MAXIMIZED, Objective
from dashboard.charts.theme import LEGEND_ABOVE, Palette, base_layout

HEIGHT: Final = 340
MAX_TICKS: Final = 12
MAX_CURVES: Final = 60
"""More curves than this hide each other: the best and the latest are shown."""

FORMATS: Final[Mapping[Objective, str]] = {
    "val_accuracy": ".2~%",
    "val_loss": ".3g",
    "seconds": ",.3~g",
    "parameters": ",.3~s",
}
HOVERS: Final[Mapping[Objective, str]] = {
    "val_accuracy": ".2%",
    "val_loss": ".4f",
    "seconds": ",.1f",
    "parameters": ",",
}
AXES: Final[Mapping[Objective, str]] = {
    "val_accuracy": "Validation accuracy",
    "val_loss": "Validation loss",
    "seconds": "Training time (s)",
    "parameters": "Parameters",
}


def preload() -> None:
    """Import what the figures need, which takes a moment."""
    visualization.is_available()


def readable(
    trials: Sequence[FrozenTrial],
    *,
    objectives: Sequence[Objective],
    titles: Mapping[str, str],
) -> optuna.Study:
    """Return a study in memory whose settings have their titles.

    Args:
        trials: All trials, in the order of their numbers.
        objectives: What they are judged by.
        titles: What each setting is called.
    """
    study = optuna.create_study(
        directions=[
            "maximize" if each in MAXIMIZED else "minimize" for each in objectives
        ]
    )
    study.add_trials([_renamed(each, titles) for each in trials])
    return study


def history(
    study: optuna.Study,
    *,
    objectives: Sequence[Objective],
    place: int,
    palette: Palette,
) -> go.Figure:
    """Show the score of each trial in turn, and the best so far.

    Args:
        study: See `readable`.
        objectives: What its trials are judged by.
        place: Which of them is shown.
        palette: Colours of the theme.
    """
    objective = objectives[place]
    figure = visualization.plot_optimization_history(
        study, target=target(objectives, place), target_name=AXES[objective]
    )
    # Of what is not feasible it has a curve without points.
    figure = go.Figure([trace for trace in figure.data if len(trace.x)])
    dress(figure, name=f"history {objective}", palette=palette)
    hover = f"Trial %{{x}}: %{{y:{HOVERS[objective]}}}<extra></extra>"
    for trace in figure.data:
        is_line = "lines" in (trace.mode or "")
        trace.update(
            name="Best so far" if is_line else "Trial",
            customdata=trace.x,
            hovertemplate=hover,
            marker={"color": palette.validation, "size": 7},
            line={"color": palette.secondary, "width": 1.5, "shape": "hv"},
        )
        if is_line:
            trace.update(mode="lines", hoverinfo="skip", hovertemplate=None)
    figure.update_layout(
        showlegend=len(figure.data) > 1, legend=LEGEND_ABOVE, margin={"t": 32}
    )
    num = len(study.get_trials(deepcopy=False))
    figure.update_xaxes(title_text="Trial", **_whole(num))
    figure.update_yaxes(title_text=AXES[objective], tickformat=FORMATS[objective])
    return figure


def intermediate(
    study: optuna.Study, *, objective: Objective, best: int | None, palette: Palette
) -> go.Figure:
    """Show the validation score of each trial by epoch.

    Args:
        study: See `readable`.
        objective: The one by which trials are judged, and pruned.
        best: Number of the best trial, whose curve stands out; None if there is none.
        palette: Colours of the theme.

    Returns:
        A curve for each trial, at most `MAX_CURVES`: the best and the latest.
    """
    shown = _worth_showing(study)
    # The best one is drawn last, so that it lies on the others.
    shown.sort(key=lambda trial: trial.number == best)
    drawn = optuna.create_study(directions=study.directions)
    drawn.add_trials(shown)
    figure = visualization.plot_intermediate_values(drawn)
    dress(figure, name="intermediate", palette=palette)
    for trace, trial in zip(figure.data, shown, strict=True):
        number = trial.number
        is_pruned = trial.state is TrialState.PRUNED
        end = ", pruned" if is_pruned else ""
        is_best = number == best
        trace.update(
            customdata=[number] * len(trace.x),
            mode="lines+markers",
            opacity=1.0 if is_best else 0.45,
            line={
                "color": palette.validation if is_best else palette.secondary,
                "width": 2.5 if is_best else 1.2,
                "dash": "dot" if is_pruned else "solid",
            },
            marker={"size": 6 if is_best else 4},
            hovertemplate=f"Trial {number}{end}, epoch %{{x}}: "
            f"%{{y:{HOVERS[objective]}}}<extra></extra>",
        )
    figure.update_xaxes(title_text="Epoch", **_whole(_max_x(figure)))
    figure.update_yaxes(title_text=AXES[objective], tickformat=FORMATS[objective])
    return figure


def pareto(
    study: optuna.Study, *, objectives: Sequence[Objective], palette: Palette
) -> go.Figure:
    """Show both scores of each trial; those that no other beats stand out.

    Args:
        study: See `readable`.
        objectives: The two that its trials are judged by.
        palette: Colours of the theme.
    """
    first, second = objectives
    figure = visualization.plot_pareto_front(
        study, target_names=[AXES[first], AXES[second]]
    )
    dress(figure, name="pareto", palette=palette, height=420)
    names = ("Beaten by another", "Pareto front")
    colours = (palette.secondary, palette.validation)
    for trace, name, colour in zip(figure.data, names, colours, strict=True):
        is_front = colour == palette.validation
        trace.update(
            name=name,
            customdata=trace.marker.color,
            text=None,
            marker=go.scatter.Marker(
                color=colour, size=9 if is_front else 6, opacity=1 if is_front else 0.6
            ),
            hovertemplate=f"Trial %{{customdata}}: %{{x:{HOVERS[first]}}}, "
            f"%{{y:{HOVERS[second]}}}<extra></extra>",
        )
    front = figure.data[1]
    order = sorted(range(len(front.x)), key=lambda at: front.x[at])
    front.update(
        x=[front.x[at] for at in order],
        y=[front.y[at] for at in order],
        customdata=[front.customdata[at] for at in order],
        mode="lines+markers",
        # Between two points of the front, no trial does better than the worse one.
        line={
            "color": palette.validation,
            "width": 1.2,
            "shape": "vh" if first in MAXIMIZED else "hv",
        },
    )
    figure.update_traces(showlegend=True)
    figure.update_layout(showlegend=True, legend=LEGEND_ABOVE, margin={"t": 32})
    figure.update_xaxes(tickformat=FORMATS[first])
    figure.update_yaxes(tickformat=FORMATS[second])
    return figure


def _renamed(trial: FrozenTrial, titles: Mapping[str, str]) -> FrozenTrial:
    is_scored = trial.state is TrialState.COMPLETE
    return create_trial(
        state=trial.state,
        values=trial.values if is_scored else None,
        params={titles[key]: value for key, value in trial.params.items()},
        distributions={titles[key]: each for key, each in trial.distributions.items()},
        intermediate_values=dict(trial.intermediate_values),
    )


def target(objectives: Sequence[Objective], place: int) -> Any:  # noqa: ANN401 - a function or None
    """Return what Optuna takes the score from; with one objective it knows."""
    if len(objectives) == 1:
        return None
    return lambda trial: trial.values[place]


def _worth_showing(study: optuna.Study) -> list[FrozenTrial]:
    """Return the trials whose curves are shown, in the order of their numbers."""
    drawn = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.RUNNING)
    trials = [
        each
        for each in study.get_trials(deepcopy=False, states=drawn)
        if each.intermediate_values
    ]
    if len(trials) <= MAX_CURVES:
        return trials
    is_high_better = study.direction is optuna.study.StudyDirection.MAXIMIZE
    done = [each for each in trials if each.state is TrialState.COMPLETE]
    done.sort(key=lambda each: each.value or 0.0, reverse=is_high_better)
    half = MAX_CURVES // 2
    chosen = {each.number for each in (*done[:half], *trials[-half:])}
    return [each for each in trials if each.number in chosen]


def _whole(largest: float) -> dict[str, object]:
    """Return how an axis counts, which has no place between two whole numbers."""
    return {"dtick": 1 if largest <= MAX_TICKS else None, "tickformat": "d"}


def _max_x(figure: go.Figure) -> float:
    return max((max(trace.x) for trace in figure.data), default=0)


def dress(
    figure: go.Figure, *, name: str, palette: Palette, height: int = HEIGHT
) -> None:
    """Give one of Optuna's figures our look."""
    figure.update_layout(
        base_layout(palette, name=name, height=height, can_zoom=True),
        title=None,
        overwrite=False,
    )
    figure.layout.title = None
