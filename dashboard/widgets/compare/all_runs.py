"""Many runs at once: any two of their columns, or all, from which to choose some."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import streamlit as st

from core.insight import run_columns
from core.insight.run_columns import Column
from core.records import Run
from core.runs.answers import MAX_RUNS, MIN_RUNS
from dashboard import figure, page_paths, services, state, words
from dashboard.charts.run_scatter import run_scatter
from dashboard.figure import Hit, Selection
from dashboard.widgets.common import hand_scores, run_filter
from dashboard.widgets.compare import comparable_runs, parallel

SCORES: Final = ("test_accuracy", "validation_accuracy", "validation_loss")
COSTS: Final = ("train_seconds", "parameters", "macs")


def show(everything: Sequence[Run]) -> None:
    """Show all runs, or those of a filter.

    Args:
        everything: All runs, at least one.
    """
    shown = run_filter.filtered(everything, by_study=True)
    if not shown:
        st.info("No run matches. Change the filter.", icon=":material/filter_alt_off:")
        return
    specs = [services.spec_of(run) for run in shown]
    hand = hand_scores.of(shown)
    columns = run_columns.columns(
        shown, specs, hand=hand.shares if hand.num_drawings else None
    )
    _selected(everything)
    _scatter(shown, columns)
    parallel.show(shown, columns)


def open_asked_for(everything: Sequence[Run]) -> None:
    """Go to the page about a run if a figure or a table asked for it, or come back.

    Args:
        everything: All runs.
    """
    wanted = state.take_opened()
    for run in everything:
        if run.id == wanted and run.has_model:
            st.switch_page(page_paths.EVALUATE, query_params={state.RUN: run.id})
        elif run.id == wanted:
            st.switch_page(page_paths.RUNS, query_params={state.RUNS: run.id})
    state.come_back()


def _selected(everything: Sequence[Run]) -> None:
    existing = {run.id for run in everything}
    number = len(existing.intersection(state.selected_runs()))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{words.count(number, 'run')} selected.**")
        st.button(
            "Compare them",
            type="primary",
            icon=":material/compare_arrows:",
            key="compare_selected",
            disabled=number < MIN_RUNS,
            on_click=_compare,
        )
        st.button(
            "Select none",
            icon=":material/deselect:",
            key="select_none",
            disabled=not number,
            on_click=state.select_runs,
            args=((),),
        )
    if number > MAX_RUNS:
        st.warning(f"At most {MAX_RUNS} runs are compared. Select fewer.")


def _compare() -> None:
    st.session_state[state.SHOW] = state.SELECTED


def _scatter(shown: Sequence[Run], columns: Sequence[Column]) -> None:
    st.subheader("Two columns", anchor=False)
    st.caption(
        "Draw a lasso to select runs; click a run to open it. Dotted: the Pareto "
        "front, the runs that no other one beats in both."
    )
    by_key = {column.key: column for column in columns}
    with st.container(horizontal=True):
        x = _pick("X axis", by_key, state.SCATTER_X, COSTS)
        y = _pick("Y axis", by_key, state.SCATTER_Y, SCORES)
    num_known = int((np.isfinite(x.numbers) & np.isfinite(y.numbers)).sum())
    if not num_known:
        st.info("No run has both of these.", icon=":material/info:")
        return
    chosen = set(state.selected_runs())

    def select(selection: Selection) -> None:
        inside = [shown[at].id for at in selection.indices if at < len(shown)]
        state.select_runs(list(dict.fromkeys(inside)))

    def follow(hit: Hit) -> None:
        if hit.index < len(shown):
            state.open_run(shown[hit.index].id)

    figure.show(
        run_scatter(
            x,
            y,
            names=[run.name for run in shown],
            groups=comparable_runs.data_sets(shown),
            chosen=[at for at, run in enumerate(shown) if run.id in chosen],
            palette=services.palette(),
        ),
        key="run_scatter",
        alt=f"{num_known} runs by {x.title} and {y.title}",
        on_click=follow,
        on_select=select,
    )
    if num_known < len(shown):
        missing = words.count(len(shown) - num_known, "run")
        st.caption(f"{missing} of {len(shown):,} left out: without one of the two.")


def _pick(
    label: str, by_key: dict[str, Column], key: str, preferred: Sequence[str]
) -> Column:
    keys = list(by_key)
    default = next((each for each in preferred if each in by_key), keys[0])
    chosen = st.selectbox(
        label,
        keys,
        index=keys.index(default),
        format_func=lambda each: by_key[each].title,
        key=key,
        width=260,
        **state.LINKED,
    )
    return by_key[chosen]
