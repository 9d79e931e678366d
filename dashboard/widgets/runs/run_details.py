"""One run: its results, its name and notes, its settings and its log."""

from typing import Final

import pandas as pd
import streamlit as st

from core.config.controls import title_of
from core.insight import network_cost
from core.records import ENSEMBLE, Run, RunStatus
from core.runs import annotations
from dashboard import page_paths, services, state, words
from dashboard.widgets.common import (
    clock,
    fine_tuned,
    page_frame,
    preset_saving,
    read_only,
    recipe_link,
    run_picker,
    run_status,
)
from dashboard.widgets.runs import disk_usage

LOG_HEIGHT: Final = 320


def details(run: Run) -> None:
    """Show a run, with a form to name it and links to the pages about it."""
    result_column, words_column = st.columns([3, 2], gap="medium")
    with result_column:
        st.subheader(words.literal(run.name), anchor=False)
        _summary(run)
        _result(run)
        _links(run)
        with st.expander("Settings", icon=":material/tune:"):
            settings(run)
        _log(run)
        _analyses(run)
        disk_usage.files(run)
    with words_column:
        _star(run)
        _name_and_note(run)


def settings(run: Run) -> None:
    """Show all settings of a run."""
    table = pd.DataFrame(
        {
            title_of(name): [words.literal(str(value))]
            for name, value in run.config.flat().items()
        }
    ).T
    table.columns = ["Value"]
    st.table(table.replace("", "\u2013"), alt=f"All settings of {run.name}")


def _log(run: Run) -> None:
    """Show the log, which is read when somebody opens it."""
    asked = st.expander(
        "Log", icon=":material/notes:", key=f"log_{run.id}", on_change="rerun"
    )
    if not asked.open:
        return
    with asked:
        text = services.log_of(run.id)
        if text is None:
            st.info(
                "This run has no log: it has not started, or was made before runs had "
                "logs.",
                icon=":material/info:",
            )
            return
        st.code(text, language=None, height=LOG_HEIGHT, wrap_lines=True)
        st.download_button(
            "Download the log",
            data=text,
            file_name=f"log-{run.id[:8]}.txt",
            mime="text/plain",
            icon=":material/download:",
            key=f"download_log_{run.id}",
            on_click="ignore",
        )


def _analyses(run: Run) -> None:
    """Show which analyses there are, read when somebody opens it."""
    asked = st.expander(
        "Analyses",
        icon=":material/lab_research:",
        key=f"analyses_{run.id}",
        on_change="rerun",
    )
    if not run.has_model or not asked.open:
        return
    with asked:
        now = clock.now()
        lines = [f"- {words.literal(each.title)}" for each in services.attachments(run)]
        lines += [
            f"- {words.literal(job.name)} ({run_status.label(job).lower()}), requested "
            f"{words.moment(job.created, now=now)}"
            for job in services.jobs_about(run)
            if job.status is not RunStatus.FINISHED
        ]
        st.markdown(
            "\n".join(lines)
            or "No analyses yet. Evaluate offers a feature map of this run."
        )


def _summary(run: Run) -> None:
    spec = services.spec_of(run)
    network = network_cost.describe_network(run.config, spec)
    started = words.moment(run.created, now=clock.now())
    data_set = words.literal(spec.title)
    parameters = network_cost.num_parameters(run.config, spec)
    st.caption(
        f"{network} on {data_set}, {parameters:,} parameters; started {started}."
    )


def _result(run: Run) -> None:
    run_status.show_end(run)
    if not run.status.is_over:
        text = f"This run is {run.status}."
        st.info(text, icon=":material/hourglass_empty:")
    reached, seconds = run.scores.accuracy, run.scores.train_seconds
    if reached is not None:
        time = f", trained in {words.duration(seconds)}" if seconds else ""
        st.markdown(f"**{words.accuracy(reached)}**{time}.")
    fine_tuned.show(run)


def _links(run: Run) -> None:
    st.page_link(
        page_paths.TRAIN,
        label="Learning curves" if run.status.is_over else "Watch the training",
        icon=":material/model_training:",
        query_params={state.WATCHED_RUN: run.id},
    )
    if run.has_model:
        run_picker.links(run)
    if run.kind != ENSEMBLE:
        recipe_link.open_in_train(run.training)
        preset_saving.save_button(run.training, key=run.id)


def _star(run: Run) -> None:
    st.button(
        "Remove the star" if run.is_starred else "Star this run",
        icon=":material/star:" if run.is_starred else ":material/star_border:",
        key="star",
        **read_only.guard(),
        on_click=_set_star,
        args=(run.id, not run.is_starred),
    )


def _name_and_note(run: Run) -> None:
    # Another run has another form, or what was typed for one would go to the other;
    # and what somebody else has saved meanwhile has other fields.
    name_key, note_key = f"name_{run.id}_{run.name}", f"note_{run.id}_{run.note}"
    with st.form(f"words_{run.id}"):
        st.text_input("Name", run.name, max_chars=annotations.MAX_NAME, key=name_key)
        st.text_area(
            "Notes",
            run.note,
            max_chars=annotations.MAX_NOTE,
            key=note_key,
            placeholder="What you tried, and how it turned out",
        )
        st.form_submit_button(
            "Save",
            icon=":material/save:",
            key="save_words",
            **read_only.guard(),
            on_click=_save,
            args=(run, name_key, note_key),
        )


def _set_star(run_id: str, is_starred: bool) -> None:  # noqa: FBT001 - given by position
    with page_frame.plain_errors():
        annotations.star(services.store(), run_id, is_starred=is_starred)


def _save(run: Run, name_key: str, note_key: str) -> None:
    """Save what was changed, and only that: the rest may be newer elsewhere."""
    name, note = st.session_state[name_key], st.session_state[note_key]
    with page_frame.plain_errors():
        if name != run.name:
            annotations.rename(services.store(), run.id, name)
        if note != run.note:
            annotations.note(services.store(), run.id, note)
