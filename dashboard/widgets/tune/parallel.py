"""Parallel coordinates of a study, in which brushing filters the table of trials."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import streamlit as st

from core.config.setting import Value
from core.insight.run_columns import Column
from core.tuning import ranking, space
from core.tuning.space import Range, Variation
from core.tuning.spec import MAXIMIZED, TITLES
from core.tuning.study import TrialRecord
from dashboard import figure, services
from dashboard.charts.parallel import parallel_coordinates
from dashboard.charts.parallel import passing as passing_rows
from dashboard.figure import Change
from dashboard.studies import StudySnapshot
from dashboard.widgets.compare import brush

NONE: Final = "none"
MISSING: Final = 0.15
"""So far below the others stands who lacks a number, as a share of their range."""


def show(study: StudySnapshot) -> None:
    """Show the finished trials as lines over what varies and their scores."""
    axes = columns(study)
    score = next(each for each in axes if each.better)

    def hold(change: Change) -> None:
        found = brush.drawn(change.values, axes)
        if found is not None:
            brush.keep(found)

    figure.show(
        parallel_coordinates(
            axes, colour_by=score, brush=brush.read(), palette=services.palette()
        ),
        key="trial_lines",
        alt=f"Settings and scores of each trial as lines, study {study.name}",
        on_change=hold,
    )
    st.caption(
        "Each line is a finished trial. Drag along an axis to brush a part of it: the "
        "table below shows the trials that pass; click the axis to clear it. Colour: "
        f"{score.title.lower()}, from the lowest (red) to the highest (blue)."
    )


def passing(study: StudySnapshot) -> frozenset[int] | None:
    """Return the numbers of the trials that pass what is held; None if nothing is."""
    held = brush.read()
    order = _scored(study)
    if not held or not order:
        return None
    passes = passing_rows(columns(study), held)
    return frozenset(
        trial.number for trial, is_in in zip(order, passes, strict=True) if is_in
    )


def let_go() -> None:
    """Hold nothing any more."""
    brush.keep({})


def columns(study: StudySnapshot) -> list[Column]:
    """Return what varies, and the scores, as columns of the scored trials."""
    trials = _scored(study)
    found = [
        _of_setting(key, variation, [each.params.get(key) for each in trials])
        for key, variation in study.spec.space.ordered()
    ]
    for place, objective in enumerate(study.spec.objectives):
        is_share = objective == "val_accuracy"
        factor = 100.0 if is_share else 1.0
        numbers = [factor * trial.values[place] for trial in trials]
        found.append(
            Column(
                key=objective,
                title=f"{TITLES[objective]} (%)" if is_share else TITLES[objective],
                numbers=np.array(numbers, np.float64),
                better="high" if objective in MAXIMIZED else "low",
            )
        )
    return found


def _scored(study: StudySnapshot) -> tuple[TrialRecord, ...]:
    return ranking.ranked(study.spec, study.trials)


def _of_setting(key: str, variation: Variation, values: Sequence[Value]) -> Column:
    title = space.title_of(key)
    if not isinstance(variation, Range):
        words = [space.text_of(key, each) for each in variation.values]
        if None in values:
            words.append(NONE)
        places = [
            words.index(NONE if each is None else space.text_of(key, each))
            for each in values
        ]
        numbers = np.array(places, np.float64)
        return Column(key=key, title=title, numbers=numbers, categories=tuple(words))
    is_log = space.is_logarithmic(key, variation)
    ratio = variation.high / variation.low if is_log else 1.0
    below = (
        variation.low / ratio**MISSING
        if is_log
        else variation.low - MISSING * (variation.high - variation.low)
    )
    known = [below if each is None else float(each) for each in values]
    return Column(
        key=key, title=title, numbers=np.array(known, np.float64), is_log=is_log
    )
