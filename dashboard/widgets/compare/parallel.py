"""All runs as parallel coordinates; what is brushed there filters the table below."""

import dataclasses
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray
from streamlit.elements.lib.column_types import ColumnConfig

from core.handover.tables import text_cell
from core.insight.run_columns import Column
from core.records import Run
from core.runs.answers import MAX_RUNS, MIN_RUNS
from dashboard import figure, services, state, words
from dashboard.charts.parallel import Brush, parallel_coordinates, passing
from dashboard.figure import Change
from dashboard.widgets.compare import brush

NUM_AXES: Final = 7
NUM_AXES_OF_PHONE: Final = 3
"""So many axes are drawn unless others are chosen."""

MIN_AXES: Final = 2
TABLE: Final = "brushed_table"
ROW_PIXELS: Final = 35
MAX_ROWS: Final = 12


def show(shown: Sequence[Run], columns: Sequence[Column]) -> None:
    """Show runs over several axes, and those that pass all brushes in a table.

    Args:
        shown: Some runs, at least one.
        columns: Their columns.
    """
    st.subheader("Parallel coordinates", anchor=False)
    st.caption(
        "Drag along an axis to brush a part of it, click it to clear that, drag its "
        "title to move it. The table lists the runs that pass all brushes. Select a "
        "row to open the run."
    )
    axes = _pick_axes(columns)
    if len(axes) < MIN_AXES:
        st.info("Choose two axes or more.", icon=":material/info:")
        return
    numbers = np.stack([each.numbers for each in axes])
    is_complete = np.logical_and.reduce(np.isfinite(numbers))
    if not is_complete.any():
        st.info("No run has a value on all of these axes.", icon=":material/info:")
        return
    runs = [run for run, complete in zip(shown, is_complete, strict=True) if complete]
    kept = [_only(each, is_complete) for each in axes]
    held = brush.read()
    _figure(kept, held)
    passes = passing(kept, held)
    _passing_bar(runs, passes, num_shown=len(shown), held=held)
    _table(runs, kept, passes)


def _pick_axes(columns: Sequence[Column]) -> list[Column]:
    by_key = {column.key: column for column in columns}
    # An axis on which all are equal tells nothing.
    informative = [each.key for each in columns if not each.is_constant]
    if len(informative) < MIN_AXES:
        informative = list(by_key)
    chosen = st.multiselect(
        "Axes",
        list(by_key),
        default=informative[: NUM_AXES_OF_PHONE if services.is_phone() else NUM_AXES],
        format_func=lambda key: by_key[key].title,
        key=state.AXES,
        **state.LINKED,
    )
    return [by_key[key] for key in chosen]


def _only(column: Column, rows: NDArray[np.bool_]) -> Column:
    return dataclasses.replace(column, numbers=column.numbers[rows])


def _figure(axes: Sequence[Column], held: Brush) -> None:
    colour_by = next((each for each in axes if each.better), axes[0])

    def hold(change: Change) -> None:
        found = brush.drawn(change.values, axes)
        if found is not None:
            brush.keep(found)
            st.session_state[state.AXES] = list(found)

    figure.show(
        parallel_coordinates(
            axes, colour_by=colour_by, brush=held, palette=services.palette()
        ),
        key="parallel",
        alt=f"Runs as lines over {', '.join(each.title for each in axes)}",
        on_change=hold,
    )
    st.caption(
        f"Colour: {colour_by.title}, from the lowest (red) to the highest (blue)."
    )


def _passing_bar(
    runs: Sequence[Run], passes: NDArray[np.bool_], *, num_shown: int, held: Brush
) -> None:
    number = int(passes.sum())
    left_out = num_shown - len(runs)
    without = f" {left_out:,} have no value on some axis." if left_out else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{number:,} of {words.count(len(runs), 'run')}.**{without}")
        st.button(
            "Clear all brushes",
            icon=":material/filter_alt_off:",
            key="clear_brush",
            disabled=not held,
            on_click=brush.keep,
            args=({},),
        )
        st.button(
            "Select these for comparison",
            icon=":material/compare_arrows:",
            key="select_passing",
            disabled=not MIN_RUNS <= number <= MAX_RUNS,
            on_click=state.select_runs,
            args=([run.id for run, is_in in zip(runs, passes, strict=True) if is_in],),
            help=f"{MIN_RUNS} to {MAX_RUNS} runs.",
        )


def _table(
    runs: Sequence[Run], axes: Sequence[Column], passes: NDArray[np.bool_]
) -> None:
    rows = np.flatnonzero(passes).tolist()
    if not rows:
        st.info(
            "No run passes all brushes. Clear one.",
            icon=":material/filter_alt_off:",
        )
        return
    table = {"Name": [text_cell(runs[row].name) for row in rows]}
    table |= {each.title: _cells(each, rows) for each in axes}
    ids = [runs[row].id for row in rows]
    st.dataframe(
        pd.DataFrame(table),
        key=TABLE,
        on_select=lambda: _open(ids),
        selection_mode="single-row",
        hide_index=True,
        height=(min(len(rows), MAX_ROWS) + 1) * ROW_PIXELS + 3,
        column_config={
            "Name": st.column_config.Column(pinned=True, width=160),
            **{each.title: _format(each) for each in axes if not each.categories},
        },
        alt="Runs that pass all brushes, with their values",
    )


def _cells(column: Column, rows: list[int]) -> list[Any]:
    values = column.numbers[rows]
    if column.categories:
        return [text_cell(column.categories[int(each)]) for each in values]
    return [float(f"{each:.6g}") for each in values]


def _format(column: Column) -> ColumnConfig:
    is_whole = bool((column.numbers == np.round(column.numbers)).all())
    digits = "localized" if is_whole else "%.2f" if column.is_percent else None
    return st.column_config.NumberColumn(format=digits)


def _open(ids: Sequence[str]) -> None:
    rows = st.session_state[TABLE].selection.rows
    if rows and rows[0] < len(ids):
        state.open_run(ids[rows[0]])
