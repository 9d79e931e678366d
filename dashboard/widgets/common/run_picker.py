"""Choose a run, or get a first one with one click."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.config import presets
from core.datasets.spec import DatasetSpec
from core.insight import network_cost
from core.proportion import percent
from core.records import Run
from dashboard import page_paths, services, state, words
from dashboard.widgets.common import (
    clock,
    dataset_picker,
    first_run,
    read_only,
    run_status,
)

_PICKER = "run_picker"


def pick_run() -> Run:
    """Let the viewer choose a finished run, or end the page with an offer.

    Returns:
        The chosen run; the newest unless another is chosen.
    """
    runs = {run.id: run for run in services.finished_runs(services.runs())}
    if not runs:
        _offer_first_run()
        st.stop()
    wanted = state.run_id()
    if wanted is not None and wanted not in runs:
        st.warning(
            "The run in this link has not finished, or no longer exists. This is the "
            "newest finished run instead."
        )
        wanted = None
    chosen = wanted or next(iter(runs))
    st.session_state[_PICKER] = chosen
    st.selectbox(
        "Run",
        list(runs),
        format_func=_titles(runs).__getitem__,
        key=_PICKER,
        on_change=_choose,
        width=420,
    )
    state.keep_run(chosen)
    return runs[chosen]


def _choose() -> None:
    state.choose_run(st.session_state[_PICKER])


def _titles(runs: dict[str, Run]) -> dict[str, str]:
    now = clock.now()
    return {run_id: words.run_title(run, now=now) for run_id, run in runs.items()}


def _offer_first_run() -> None:
    if first_run.watch():
        return
    st.info(
        "There is no trained network yet. Train one in a few seconds to see its "
        "results here.",
        icon=":material/info:",
    )
    first_run_button(dataset_picker.chosen_spec())


def first_run_button(spec: DatasetSpec) -> None:
    """Offer to train the quickest preset, and go and watch it.

    Args:
        spec: The data set to learn from.
    """
    fastest = presets.preset(presets.FASTEST)
    config = fastest.config_for(spec.name, spec.ink_style)
    if st.button(
        "Train a network now",
        type="primary",
        icon=":material/play_arrow:",
        key="train_first",
        **read_only.guard(fastest.summary),
    ):
        run_id = services.start_run(config, name=fastest.name)
        st.switch_page(page_paths.TRAIN, query_params={state.WATCHED_RUN: run_id})


def links(run: Run) -> None:
    """Link to the pages that show what a finished run is worth."""
    link = {state.RUN: run.id}
    with st.container(horizontal=True):
        st.page_link(
            page_paths.EVALUATE,
            label="Evaluate",
            icon=":material/grid_on:",
            query_params=link,
        )
        st.page_link(
            page_paths.MISTAKES,
            label="See its mistakes",
            icon=":material/rule:",
            query_params=link,
        )
        st.page_link(
            page_paths.DRAW,
            label="Try your handwriting",
            icon=":material/draw:",
            query_params=link,
        )


def table(runs: Sequence[Run]) -> None:
    """Show runs with what they reached."""
    now = clock.now()
    rows = [
        {
            "Name": words.literal(run.name),
            "Network": network_cost.describe_network(run.config, services.spec_of(run)),
            "Test accuracy": _accuracy(run),
            "Status": run_status.label(run),
            "Started": words.moment(run.created, now=now),
        }
        for run in runs
    ]
    st.table(pd.DataFrame(rows).set_index("Name"), alt="The latest runs")


def _accuracy(run: Run) -> str:
    reached = run.scores.test_accuracy
    return "\u2013" if reached is None else percent(reached)
