"""What can be done with a study: stop, resume, extend, try by hand, export, delete."""

from collections.abc import Callable

import streamlit as st

from core.config.setting import Value
from core.tuning import space
from core.tuning.space import Choices, Params, Range
from core.tuning.spec import MAX_TRIALS
from core.tuning.trials import has_budget
from dashboard import state, studies
from dashboard.studies import StudySnapshot
from dashboard.widgets.common import page_frame, read_only
from dashboard.widgets.tune import new_study

MORE_TRIALS = 20
MORE_MINUTES = 10.0


def show(study: StudySnapshot) -> None:
    """Offer what suits the study as it stands."""
    with st.container(horizontal=True):
        if study.is_active:
            _button("Stop", "stop", on_click=_stop, name=study.name)
        elif has_budget(study.spec, study.trials):
            _button("Resume", "play_arrow", on_click=_resume, name=study.name)
        if study.spec.sampler != "grid":
            _more(study)
        _by_hand(study)
        st.button(
            "Use its space again",
            icon=":material/content_copy:",
            key="use_again",
            on_click=new_study.use_again,
            args=(study.spec,),
            help="Fills the form of a new study with what this one varies.",
        )
        st.download_button(
            "Export its space",
            data=study.spec.to_json(),
            file_name="search-space.json",
            mime="application/json",
            icon=":material/download:",
            key="export_study",
            on_click="ignore",
        )
        _delete(study)


def _button(
    label: str, icon: str, *, on_click: Callable[[str], None], name: str
) -> None:
    st.button(
        label,
        icon=f":material/{icon}:",
        key=f"{label.lower()}_study",
        **read_only.guard(),
        on_click=on_click,
        args=(name,),
    )


def _more(study: StudySnapshot) -> None:
    with st.popover("Add trials", icon=":material/add:"):
        num_trials, minutes = None, None
        if study.spec.num_trials is not None:
            num_trials = st.number_input(
                "More trials",
                min_value=1,
                max_value=MAX_TRIALS,
                value=MORE_TRIALS,
                key="more_trials",
            )
        if study.spec.minutes is not None:
            minutes = st.number_input(
                "More minutes", min_value=1.0, value=MORE_MINUTES, key="more_minutes"
            )
        st.button(
            "Add and go on",
            type="primary",
            key="add_trials",
            **read_only.guard(),
            on_click=_add,
            args=(study.name, num_trials, minutes),
        )


def _by_hand(study: StudySnapshot) -> None:
    """Let the viewer have a combination tried next."""
    with st.popover("Try by hand", icon=":material/edit:"), st.form("by_hand"):
        # A grid waits as a whole, and what waits first goes first.
        is_grid = study.spec.sampler == "grid"
        when = "when the grid is done" if is_grid else "next"
        st.caption(f"These values are tried {when}.")
        params = {key: _value(key, study) for key, _ in study.spec.space.ordered()}
        if st.form_submit_button(
            f"Try it {'too' if is_grid else 'next'}",
            key="enqueue",
            type="primary",
            **read_only.guard(),
        ):
            with page_frame.plain_errors():
                studies.enqueue(study.name, _active(study, params))
                st.rerun()


def _value(key: str, study: StudySnapshot) -> Value:
    variation = study.spec.space.varied[key]
    best = study.best()
    known = best.params.get(key) if best else None
    widget = f"hand_{study.name}_{key}"
    if isinstance(variation, Choices):
        options = list(variation.values)
        return st.selectbox(
            space.title_of(key),
            options,
            index=options.index(known) if known in options else 0,
            format_func=lambda each: space.text_of(key, each),
            key=widget,
        )
    return _number(key, variation, known, widget)


def _number(key: str, variation: Range, known: Value, widget: str) -> Value:
    points = sorted({*space.points_of(key, variation), *_within(variation, known)})
    value = known if known in points else points[len(points) // 2]
    return st.select_slider(
        space.title_of(key),
        options=points,
        value=value,
        format_func=lambda each: space.text_of(key, each),
        key=widget,
    )


def _within(variation: Range, known: Value) -> list[float]:
    is_number = isinstance(known, int | float)
    return [known] if is_number and variation.low <= known <= variation.high else []


def _active(study: StudySnapshot, params: Params) -> Params:
    return space.active_params(study.spec.base, params)


def _delete(study: StudySnapshot) -> None:
    with st.popover("Delete", icon=":material/delete:"):
        running = "It is stopped first. " if study.is_running else ""
        st.markdown(
            f"Delete this study? {running}Trials that were kept stay as runs; what is "
            "known of the others is deleted with it. This cannot be undone."
        )
        st.button(
            "Delete the study",
            type="primary",
            key="delete_study",
            **read_only.guard(),
            on_click=_remove,
            args=(study.name,),
        )


def _stop(name: str) -> None:
    with page_frame.plain_errors():
        studies.stop(name)


def _resume(name: str) -> None:
    with page_frame.plain_errors():
        studies.resume(name)


def _add(name: str, num_trials: int | None, minutes: float | None) -> None:
    with page_frame.plain_errors():
        studies.add_trials(name, num_trials=num_trials, minutes=minutes)


def _remove(name: str) -> None:
    with page_frame.plain_errors():
        studies.delete(name)
        state.choose_study("")
