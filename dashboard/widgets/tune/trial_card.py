"""One trial: its settings and score, and what can be made of it."""

from typing import Final

import streamlit as st

from core.errors import ConfigError
from core.jobs.kinds.keep import can_keep
from core.records import Run
from core.tuning import space
from core.tuning.spec import TITLES
from core.tuning.study import TrialRecord
from dashboard import page_paths, services, state, studies, words
from dashboard.studies import StudySnapshot
from dashboard.widgets.common import (
    analysis,
    page_frame,
    preset_saving,
    read_only,
    recipe_link,
    run_picker,
    run_status,
)
from dashboard.widgets.tune import findings, seeds, trial_table

SCORE_NAMES: Final = {
    "val_accuracy": "validation accuracy ",
    "val_loss": "validation loss ",
    "seconds": "training time ",
    "parameters": "",
}


def show(study: StudySnapshot, trial: TrialRecord | None) -> None:
    """Show a trial; None if there is none to show."""
    if trial is None:
        return
    best = study.best()
    is_best = best is not None and best.number == trial.number
    run = studies.run_of(trial)
    with st.container(border=True):
        mark = _mark(study) if is_best else ""
        st.subheader(f"Trial {trial.number}{mark}", anchor=False)
        st.markdown(_summary(study, trial))
        if run is None:
            st.caption("Its run was deleted, or it was not begun.")
        else:
            _result(run)
        _links(study, trial, run)
        if run is not None and trial.values:
            seeds.show(run)


def _mark(study: StudySnapshot) -> str:
    """Say in what the best trial is the best."""
    objectives = study.spec.objectives
    by = f" by {TITLES[objectives[0]].lower()}" if len(objectives) > 1 else ""
    so_far = " so far" if study.is_running else ""
    return f", the best{by}{so_far}"


def _summary(study: StudySnapshot, trial: TrialRecord) -> str:
    scores = [
        f"{SCORE_NAMES[each]}**{findings.score_text(each, value)}**"
        for each, value in zip(study.spec.objectives, trial.values, strict=False)
    ]
    settings = [
        f"{space.title_of(key).lower()} {space.text_of(key, value)}"
        for key, value in trial.params.items()
    ]
    parts = [
        trial_table.label(trial),
        *scores,
        words.literal(", ".join(settings)),
    ]
    return "; ".join(filter(None, parts)) + "."


def _result(run: Run) -> None:
    """Show what the test images say of a trial, or how to learn that."""
    run_status.show_end(run)
    if run.has_model and run.scores.accuracy is not None:
        st.success(
            f"Tested and exported: {words.accuracy(run.scores.accuracy)}.",
            icon=":material/check:",
        )
        run_picker.links(run)
        return
    if not can_keep(run):
        return
    job = analysis.show_job(studies.keep_task(run))
    if job is None or job.status.is_over:
        st.button(
            "Test and export it",
            type="primary",
            icon=":material/save:",
            key="keep_trial",
            on_click=_keep,
            args=(run.id,),
            **read_only.guard(
                "Tests it on the test images, once, and exports the model. Then it "
                "can be evaluated, tried and downloaded like any other run."
            ),
        )


def _links(study: StudySnapshot, trial: TrialRecord, run: Run | None) -> None:
    try:
        config = studies.recipe_of(study.spec, trial.params)
    except ConfigError:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        recipe_link.open_in_train(config)
        if not read_only.is_on():
            key = f"trial_{trial.number}"
            preset_saving.save_button(config, key=key)
        if run is None:
            return
        st.page_link(
            page_paths.RUNS,
            label="Show the run",
            icon=":material/table_rows:",
            query_params={state.RUNS: run.id},
        )
        st.page_link(
            page_paths.TRAIN,
            label="Learning curves",
            icon=":material/show_chart:",
            query_params={state.WATCHED_RUN: run.id},
        )
        _longer(run)


def _longer(run: Run) -> None:
    """Offer more epochs, from where the trial ended."""
    finished = services.epochs_kept(run)
    if finished is None:
        return
    with st.popover("Train it longer", icon=":material/resume:"):
        st.number_input(
            "More epochs",
            min_value=1,
            max_value=100,
            value=max(run.training.epochs, 1),
            key=f"longer_{run.id}",
            help="They are trained as a new run, which starts where this one ended.",
        )
        st.button(
            "Continue",
            type="primary",
            key="train_longer",
            **read_only.guard(),
            on_click=_go_on,
            args=(run.id,),
        )
    if child := st.session_state.get(state.CONTINUED, {}).get(run.id):
        st.page_link(
            page_paths.TRAIN,
            label="Watch it train longer",
            icon=":material/show_chart:",
            query_params={state.WATCHED_RUN: child},
        )


def _keep(run_id: str) -> None:
    with page_frame.plain_errors():
        studies.keep(run_id)


def _go_on(run_id: str) -> None:
    with page_frame.plain_errors():
        child = services.continue_run(
            run_id, epochs=st.session_state[f"longer_{run_id}"]
        )
        st.session_state.setdefault(state.CONTINUED, {})[run_id] = child
