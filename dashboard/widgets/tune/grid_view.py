"""What a grid of one or two settings came to: a sentence, scores, and curves."""

from collections.abc import Sequence
from itertools import product
from typing import Final

import streamlit as st

from core.errors import RunStoreError
from core.proportion import percent
from core.records import History
from core.tuning import grids, space
from core.tuning.grids import Grid, Place
from core.tuning.proposals import SEED
from core.tuning.spec import StudySpec
from core.tuning.study import Study
from core.tuning.trials import State, TrialRecord
from dashboard import figure, services, state, studies
from dashboard.charts.score_axis import ScoreAxis
from dashboard.charts.score_grid import Axis, Cell, score_grid
from dashboard.charts.value_curves import Curve, common_limits, value_curves
from dashboard.charts.value_scores import Scored, value_scores
from dashboard.figure import Hit
from dashboard.widgets.tune import grid_scores

MAX_PANELS: Final = 8
MAX_HISTORIES: Final = 500


def show(study: Study, trials: Sequence[TrialRecord]) -> None:
    """Show what a grid came to; nothing if the study is no grid of one or two settings.

    A click on a cell or a point chooses its trial.

    Args:
        study: Any study.
        trials: Its trials.
    """
    spec = study.spec
    if not grids.is_grid(spec):
        return
    grid = grids.arrange(spec, trials)
    if found := grid_scores.sentence(grid, spec):
        st.markdown(found)
    if len(grid.keys) == 1:
        _scores(grid, spec)
    else:
        _heat_map(grid, spec)
    if grid_scores.is_accuracy(spec):
        _about_chance(spec)
    _curves(grid, spec)


def sentence(study: Study, trials: Sequence[TrialRecord]) -> str:
    """Say what a grid has found so far, as Markdown; empty if nothing, or no grid."""
    if not grids.is_grid(study.spec):
        return ""
    return grid_scores.sentence(grids.arrange(study.spec, trials), study.spec)


def _about_chance(spec: StudySpec) -> None:
    total = studies.num_validated(spec)
    # Each seed sets other images aside.
    same = "" if SEED in spec.space.varied else "the same "
    of = f"{same}{total:,} validation images" if total else "the validation images"
    st.caption(
        f"Scores are shares of {of}. Differences within the 95 % intervals are "
        "chance, and the best of several is a little lucky: the test images, which "
        "choose nothing here, tell what it is worth. Click on one to see its run."
    )


def _scores(grid: Grid, spec: StudySpec) -> None:
    axis, best = grid_scores.axis_of(spec), grids.best(grid, spec)
    scored = [_scored(grid, spec, (number,)) for number in range(len(grid.values[0]))]
    figure.show(
        value_scores(
            space.title_of(grid.keys[0]),
            scored,
            axis=axis,
            best=None if best is None else best[0],
            palette=services.palette(),
        ),
        key="grid_scores",
        alt=f"{axis.title} of each value: {_listed(grid, spec)}",
        on_click=lambda hit: _choose(grid, (hit.index,)),
    )


def _scored(grid: Grid, spec: StudySpec, place: Place) -> Scored:
    (text,) = grid.texts(place)
    score = grid.scores.get(place)
    if score is None:
        return Scored(value=text, score=None)
    at = grid_scores.on_axis(spec, score)
    total = studies.num_validated(spec) if grid_scores.is_accuracy(spec) else 0
    found = grid_scores.share(score, total)
    return Scored(
        value=text,
        score=at,
        low=found.low * 100 if found else at,
        high=found.high * 100 if found else at,
        told=f"{text}: {grid_scores.score_text(spec, score)}",
    )


def _heat_map(grid: Grid, spec: StudySpec) -> None:
    rows, columns = (_axis(grid, number) for number in (0, 1))
    best = grids.best(grid, spec)
    places = product(range(len(rows.values)), range(len(columns.values)))
    axis = grid_scores.axis_of(spec)

    def choose(hit: Hit) -> None:
        _choose(grid, divmod(hit.index, len(columns.values)))

    figure.show(
        score_grid(
            rows,
            columns,
            cells={place: _cell(grid, spec, place) for place in places},
            best=None if best is None else (best[0], best[1]),
            is_low_good=axis.is_low_good,
            palette=services.palette(),
        ),
        key="grid_heat_map",
        alt=f"{axis.title} of each combination: {_listed(grid, spec)}",
        on_click=choose,
    )


def _axis(grid: Grid, number: int) -> Axis:
    key = grid.keys[number]
    return Axis(
        title=space.title_of(key),
        values=tuple(space.text_of(key, value) for value in grid.values[number]),
    )


def _cell(grid: Grid, spec: StudySpec, place: Place) -> Cell:
    name = grid_scores.name_of(grid, place)
    score, trial = grid.scores.get(place), grid.trials.get(place)
    if score is None:
        stands = str(trial.state) if trial else "not tried"
        text = "\u2013" if trial is None or trial.state is not State.RUNNING else "..."
        return Cell(score=None, text=text, caption=f"{name}: {stands}")
    text = f"{grid_scores.on_axis(spec, score):.4g}"
    if grid_scores.is_accuracy(spec):
        text = percent(score).removesuffix(" %")
    caption = f"{name}: {grid_scores.score_text(spec, score)}"
    return Cell(score=score, text=text, caption=caption)


def _listed(grid: Grid, spec: StudySpec) -> str:
    return "; ".join(
        f"{grid_scores.name_of(grid, place)} "
        f"{grid_scores.on_axis(spec, score):.4g}{grid_scores.axis_of(spec).suffix}"
        for place, score in sorted(grid.scores.items())
    )


def _choose(grid: Grid, place: Place) -> None:
    """Choose the trial of a place."""
    if trial := grid.trials.get(place):
        state.choose_trial(trial.number)


def _curves(grid: Grid, spec: StudySpec) -> None:
    """Show how the trials learned: beside each other for each value of the second."""
    title = space.title_of(grid.keys[0])
    if len(grid.keys) == 1:
        curves = [_curve(grid, spec, (each,)) for each in range(len(grid.values[0]))]
        _panel(curves, spec, key="grid_curves", name=title, limits=None)
        return
    panels = [
        [_curve(grid, spec, (row, column)) for row in range(len(grid.values[0]))]
        for column in range(len(grid.values[1]))
    ]
    axis = _curve_axis(spec)
    every = [curve for panel in panels for curve in panel]
    limits = common_limits(every, is_low_good=axis.is_low_good)
    other = _axis(grid, 1)
    with st.grid(3, min_column_width=280, gap="small"):
        for number, panel in enumerate(panels[:MAX_PANELS]):
            with st.container():
                name = f"{other.title} {other.values[number]}"
                st.markdown(f"**{name}**, a line for each {title.lower()}")
                key = f"grid_curves_{number}"
                _panel(panel, spec, key=key, name=name, limits=limits)


def _panel(
    curves: Sequence[Curve],
    spec: StudySpec,
    *,
    key: str,
    name: str,
    limits: tuple[float, float] | None,
) -> None:
    axis = _curve_axis(spec)
    figure.show(
        value_curves(
            curves,
            axis=axis,
            epochs=max(len(each.scores) for each in curves),
            limits=limits,
            name=f"curves {name}",
            palette=services.palette(),
        ),
        key=key,
        alt=f"{axis.title} after each epoch. {name}",
    )


def _curve(grid: Grid, spec: StudySpec, place: Place) -> Curve:
    trial = grid.trials.get(place)
    history = None if trial is None else _history(trial)
    value = grid.texts(place)[0]
    if history is None:
        return Curve(value=value, scores=())
    if _is_by_loss(spec):
        return Curve(value=value, scores=history.val_loss)
    return Curve(value=value, scores=tuple(100 * each for each in history.val_accuracy))


def _curve_axis(spec: StudySpec) -> ScoreAxis:
    """Return the axis of the curves: of what is measured after each epoch."""
    if _is_by_loss(spec):
        return ScoreAxis(title="Validation loss (nats)", is_low_good=True)
    return ScoreAxis(title="Validation accuracy", suffix=" %")


def _is_by_loss(spec: StudySpec) -> bool:
    return spec.objectives[0] == "val_loss"


def _history(trial: TrialRecord) -> History | None:
    if not trial.run_id:
        return None
    try:
        if trial.ended is None:
            return services.store().history(trial.run_id)
        return _whole_history(trial.run_id)
    except RunStoreError:
        # Its run was deleted.
        return None


@st.cache_resource(max_entries=MAX_HISTORIES, show_spinner=False)
def _whole_history(run_id: str) -> History:
    return services.store().history(run_id)
