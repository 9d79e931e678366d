"""The figures of a study; only those of the open tab are made.

Each is made once for all viewers, until another trial is over.
"""

from typing import Any, Final

import plotly.graph_objects as go
import streamlit as st

from core.tuning import grids, space
from core.tuning.spec import PRUNABLE, TITLES
from dashboard import figure, services, state, studies
from dashboard.charts import studies as charts
from dashboard.charts import study_settings
from dashboard.charts.theme import Palette
from dashboard.figure import Hit
from dashboard.studies import StudySnapshot
from dashboard.widgets.tune import grid_view, parallel

PROGRESS: Final = "Progress"
GRID: Final = "Values side by side"
FRONT: Final = "Pareto front"
IMPORTANCE: Final = "Importance"
SLICES: Final = "Each setting"
PARALLEL: Final = "All together"
CONTOUR: Final = "Two settings"


def show(study: StudySnapshot) -> None:
    """Show the figures in tabs; a click on a point chooses its trial."""
    has_two = len(study.spec.objectives) > 1
    num_varied = len(study.spec.space.varied)
    shows = {
        **({GRID: _grid} if grids.is_grid(study.spec) else {}),
        **({FRONT: _front} if has_two else {}),
        PROGRESS: _progress,
        IMPORTANCE: _importance,
        SLICES: _slices,
        PARALLEL: parallel.show,
        **({CONTOUR: _contour} if num_varied > 1 else {}),
    }
    tabs = st.tabs(list(shows), key=state.STUDY_TAB, on_change="rerun")
    for tab, draw in zip(tabs, shows.values(), strict=True):
        with tab:
            if tab.open:
                draw(study)


def _grid(study: StudySnapshot) -> None:
    grid_view.show(study.study, study.trials)


@st.cache_resource(max_entries=10, show_spinner=False)
def _readable(
    name: str,  # noqa: ARG001 - what the result depends on
    version: str,  # noqa: ARG001 - see above
    _study: StudySnapshot,
) -> Any:  # noqa: ANN401 - a study of Optuna, which only charts know
    return charts.readable(
        _study.study.frozen(),
        objectives=_study.spec.objectives,
        titles=titles_of(_study),
    )


def titles_of(study: StudySnapshot) -> dict[str, str]:
    """Return what each varied setting is called, with its unit."""
    return {
        key: space.title_of(key)
        if key in space.LISTS or not space.setting_of(key).unit
        else f"{space.title_of(key)} ({space.setting_of(key).unit})"
        for key, _ in study.spec.space.ordered()
    }


@st.cache_resource(max_entries=60, show_spinner=False)
def _made(
    what: str,
    arguments: tuple[tuple[str, Any], ...],
    palette: Palette,
    name: str,
    version: str,
    _study: StudySnapshot,
) -> go.Figure:
    """Make a figure, once for what it depends on."""
    make: Any = {
        FRONT: charts.pareto,
        PROGRESS: charts.history,
        "curves": charts.intermediate,
        SLICES: study_settings.one_slice,
        CONTOUR: study_settings.contour,
    }[what]
    made: go.Figure = make(
        _readable(name, version, _study), **dict(arguments), palette=palette
    )
    return made


def _draw(
    study: StudySnapshot, what: str, *, key: str, alt: str, **arguments: object
) -> None:
    figure.show(
        _made(
            what,
            tuple(arguments.items()),
            services.palette(),
            study.name,
            study.version,
            study,
        ),
        key=key,
        alt=f"{alt}, study {study.name}",
        on_click=choose,
    )


def choose(hit: Hit) -> None:
    """Choose the trial that was hit."""
    state.choose_trial(hit.index)


def _progress(study: StudySnapshot) -> None:
    objectives = study.spec.objectives
    for place, objective in enumerate(objectives):
        _draw(
            study,
            PROGRESS,
            key=f"history_{objective}",
            alt=f"{TITLES[objective]} of each trial, and the best so far",
            objectives=objectives,
            place=place,
        )
    has_curves = any(each.by_epoch for each in study.trials)
    if len(objectives) == 1 and objectives[0] in PRUNABLE and has_curves:
        best = study.best()
        st.caption(
            "The validation score of each trial by epoch; dotted if pruned, the best "
            f"one in colour. At most {charts.MAX_CURVES} curves: the best and the "
            "latest."
        )
        _draw(
            study,
            "curves",
            key="trial_curves",
            alt="Validation score of each trial by epoch",
            objective=objectives[0],
            best=best.number if best else None,
        )


def _front(study: StudySnapshot) -> None:
    st.caption("Each point is a trial; click one to open it.")
    _draw(
        study,
        FRONT,
        key="pareto",
        alt="Both scores of each trial, and the Pareto front",
        objectives=study.spec.objectives,
    )


def _importance(study: StudySnapshot) -> None:
    found = studies.importances(study.name, study.version, study.study)
    if not found:
        st.caption("Too early to tell: it takes a few more finished trials.")
        return
    figure.show(
        study_settings.importance(found, titles_of(study), palette=services.palette()),
        key="importance",
        alt=f"Importance of each setting, study {study.name}",
    )
    st.caption(
        "How differently a setting is chosen in the best quarter of the trials than in "
        "all of them (PED-ANOVA), as a share of all settings. The lines span nine of "
        "ten resamples of the trials."
    )


def _slices(study: StudySnapshot) -> None:
    st.caption(
        f"{TITLES[study.spec.objectives[0]]} of each finished trial; the later, the "
        "stronger. Click a point to open its trial."
    )
    tried = {key for each in study.trials if each.values for key in each.params}
    with st.grid(2, min_column_width=280, gap="small"):
        for key, title in titles_of(study).items():
            if key in tried:
                _draw(
                    study,
                    SLICES,
                    key=f"slice_{key}",
                    alt=f"Score by {title}",
                    title=title,
                    objectives=study.spec.objectives,
                    place=0,
                )


def _contour(study: StudySnapshot) -> None:
    titles = titles_of(study)
    tried = {key for each in study.trials if each.values for key in each.params}
    offered = [key for key in titles if key in tried]
    found = studies.importances(study.name, study.version, study.study)
    offered = [each.key for each in found] or offered
    with st.container(horizontal=True):
        first = st.selectbox(
            "First setting",
            offered,
            format_func=titles.__getitem__,
            key=f"contour_x_{study.name}",
            width=260,
        )
        others = [key for key in offered if key != first]
        second = st.selectbox(
            "Second setting",
            others,
            format_func=titles.__getitem__,
            key=f"contour_y_{study.name}",
            width=260,
        )
    if second is None:
        return
    _draw(
        study,
        CONTOUR,
        key="contour",
        alt=f"Score by {titles[first]} and {titles[second]}",
        first=titles[first],
        second=titles[second],
        objectives=study.spec.objectives,
        place=0,
    )
    st.caption(
        f"{TITLES[study.spec.objectives[0]]}, interpolated between the trials (the "
        "points): far from them it is a guess."
    )
