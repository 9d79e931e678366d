"""The trials of a study in a table, in which one can be selected."""

from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from core.handover.tables import text_cell
from core.tuning import space
from core.tuning.space import Range
from core.tuning.spec import TITLES
from core.tuning.study import State, TrialRecord
from dashboard import state, words
from dashboard.studies import StudySnapshot
from dashboard.widgets.tune import parallel

TABLE: Final = "trial_table"
ROW_PIXELS: Final = 35
MAX_ROWS: Final = 10


def select(study: StudySnapshot) -> TrialRecord | None:
    """Show the trials, and return the one that is selected; the address has it."""
    shown = _shown(study)
    numbers = [each.number for each in shown]
    wanted = state.trial_number()
    rows = [numbers.index(wanted)] if wanted in numbers else []
    st.subheader("Trials", anchor=False)
    if not study.trials:
        st.caption("None yet.")
        return None
    _caption(study, shown)
    # Rows are known by their place, which changes with what is shown.
    st.session_state[TABLE] = {"selection": {"rows": rows}}
    st.dataframe(
        _rows(study, shown),
        key=TABLE,
        on_select=lambda: _choose(numbers),
        selection_mode="single-row",
        hide_index=True,
        height=(min(max(len(shown), 1), MAX_ROWS) + 1) * ROW_PIXELS + 3,
        column_config=_columns(study),
        placeholder="\u2013",
        alt="Trials with their settings and scores; select one to open it",
    )
    chosen = [each for each in study.trials if each.number == wanted]
    return chosen[0] if chosen else None


def _shown(study: StudySnapshot) -> list[TrialRecord]:
    """List the trials that the brush lets pass, the newest first."""
    brushed = parallel.passing(study)
    return [
        each
        for each in reversed(study.trials)
        if brushed is None or each.number in brushed
    ]


def _caption(study: StudySnapshot, shown: Sequence[TrialRecord]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if parallel.passing(study) is None:
            st.caption("Click a heading to sort. Select a trial to open it.")
            return
        num = words.count(len(study.trials), "trial")
        st.caption(f"{len(shown):,} of {num} pass the brushed axes.")
        st.button(
            "Clear all brushes",
            icon=":material/filter_alt_off:",
            type="tertiary",
            key="show_all_trials",
            on_click=parallel.let_go,
        )


def _choose(numbers: Sequence[int]) -> None:
    rows = st.session_state[TABLE].selection.rows
    state.choose_trial(numbers[rows[0]] if rows else None)


def _rows(study: StudySnapshot, shown: Sequence[TrialRecord]) -> pd.DataFrame:
    columns: dict[str, list[object]] = {
        "Trial": [each.number for each in shown],
        "Status": [label(each) for each in shown],
    }
    for place, objective in enumerate(study.spec.objectives):
        scale = 100 if objective == "val_accuracy" else 1
        columns[TITLES[objective]] = [
            scale * trial.values[place] if trial.values else None  # noqa: PD011 - no table
            for trial in shown
        ]
    for key, _ in study.spec.space.ordered():
        values = [each.params.get(key) for each in shown]
        title = space.title_of(key)
        is_plain = all(
            isinstance(each, int | float) and not isinstance(each, bool)
            for each in values
            if each is not None
        )
        columns[title] = (
            values
            if is_plain
            else [
                None if each is None else text_cell(space.text_of(key, each))
                for each in values
            ]
        )
    columns["Time"] = [each.seconds for each in shown]
    return pd.DataFrame(columns)


def label(trial: TrialRecord) -> str:
    """Say in a word or two where a trial stands."""
    if trial.is_lost:
        return "Lost, tried again"
    return "Waiting" if trial.state is State.WAITING else trial.state.capitalize()


def _columns(study: StudySnapshot) -> dict[str, ColumnConfig]:
    number = st.column_config.NumberColumn
    formats = {"val_accuracy": "%.2f %%", "val_loss": "%.4f", "seconds": "%.1f s"}
    found: dict[str, ColumnConfig] = {
        TITLES[each]: number(format=formats.get(each, "localized"))
        for each in study.spec.objectives
    }
    settings = {
        space.title_of(key): number(format="%g")
        for key, variation in study.spec.space.ordered()
        if isinstance(variation, Range)
    }
    return {
        "Trial": number(pinned=True, width=60),
        "Time": number(
            format="%.1f s",
            help="Of the work on the trial; its turn in the queue does not count.",
        ),
        **settings,
        **found,
    }
