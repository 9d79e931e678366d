"""Parallel coordinates of a study, in which brushing filters the table of trials."""

from collections.abc import Sequence

import streamlit as st

from core.config.setting import Value
from core.tuning import ranking, space
from core.tuning.space import Range, Variation
from core.tuning.spec import TITLES
from core.tuning.study import TrialRecord
from dashboard import figure, services, state
from dashboard.charts import trial_lines
from dashboard.charts.trial_lines import Axis, Brush
from dashboard.figure import Change
from dashboard.studies import StudySnapshot

MAX_SHARE = 100.0


def show(study: StudySnapshot) -> None:
    """Show the finished trials as lines over what varies and their scores."""
    order = ranking.ranked(study.spec, study.trials)
    axes = _axes(study, order)
    brush = _brush(study)
    num = len(order)
    figure.show(
        trial_lines.parallel_coordinates(
            axes,
            # By rank, since one that diverged would make all others look alike.
            colours=[1 - at / max(num - 1, 1) for at in range(num)],
            brush=brush,
            palette=services.palette(),
        ),
        key="parallel",
        alt=f"Settings and scores of each trial as lines, study {study.name}",
        on_change=lambda change: _hold(study, axes, change),
    )
    st.caption(
        "Each line is a finished trial, the better the redder. Drag along an axis to "
        "hold a part of it: the table below shows the trials that pass there. Click "
        "beside the held part to let go."
    )


def _axes(study: StudySnapshot, trials: Sequence[TrialRecord]) -> list[Axis]:
    axes = [
        _setting_axis(key, variation, [each.params.get(key) for each in trials])
        for key, variation in study.spec.space.ordered()
    ]
    for place, objective in enumerate(study.spec.objectives):
        is_share = objective == "val_accuracy"
        factor = MAX_SHARE if is_share else 1.0
        axes.append(
            Axis(
                key=objective,
                title=f"{TITLES[objective]} (%)" if is_share else TITLES[objective],
                values=tuple(each.values[place] * factor for each in trials),
            )
        )
    return axes


def _setting_axis(key: str, variation: Variation, values: Sequence[Value]) -> Axis:
    title = space.title_of(key)
    if isinstance(variation, Range):
        is_log = space.is_logarithmic(key, variation)
        return Axis(key=key, title=title, values=tuple(values), is_log=is_log)
    return Axis(
        key=key,
        title=title,
        values=tuple(
            None if each is None else space.text_of(key, each) for each in values
        ),
        words=tuple(space.text_of(key, each) for each in variation.values),
    )


def _brush(study: StudySnapshot) -> Brush:
    name, brush = st.session_state.get(state.BRUSH, ("", {}))
    return brush if name == study.name else {}


def _hold(
    study: StudySnapshot,
    axes: list[Axis],
    change: Change,
) -> None:
    """Have the table show the trials that pass through what is held now."""
    brush = trial_lines.brushed(_brush(study), axes, change.values)
    st.session_state[state.BRUSH] = study.name, brush


def passing(study: StudySnapshot) -> frozenset[int] | None:
    """Return the numbers of the trials that pass what is held; None if nothing is."""
    brush = _brush(study)
    order = ranking.ranked(study.spec, study.trials)
    if not brush or not order:
        return None
    places = trial_lines.passing(_axes(study, order), brush)
    return frozenset(order[at].number for at in places)


def let_go() -> None:
    """Hold nothing any more."""
    st.session_state.pop(state.BRUSH, None)
