"""All runs in a table, in which some can be selected."""

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from core.handover.tables import text_cell
from core.insight import network_cost
from core.records import Run
from dashboard import services, state, words
from dashboard.results import HandScores
from dashboard.widgets.common import clock, hand_scores, page_frame, run_status

TABLE: Final = "run_table"
REFRESH_SECONDS: Final = 2.0
ROW_PIXELS: Final = 35
MAX_ROWS: Final = 12


def select(shown: Sequence[Run], taken: Mapping[str, int]) -> tuple[Run, ...]:
    """Show runs and let the viewer select some; the address has their ids.

    Args:
        shown: The runs to show, in this order.
        taken: How many bytes the files of each run take, by its id.

    Returns:
        Those that are selected, in the same order.
    """
    ids = tuple(run.id for run in shown)
    wanted = set(state.selected_runs())
    rows = [row for row, run_id in enumerate(ids) if run_id in wanted]
    # Rows are known by their place, which changes with what is shown.
    st.session_state[TABLE] = {"selection": {"rows": rows}}
    st.dataframe(
        _rows(shown, taken, hand_scores.of(shown)),
        key=TABLE,
        on_select=lambda: _choose(ids),
        selection_mode="multi-row",
        hide_index=True,
        height=(min(len(shown), MAX_ROWS) + 1) * ROW_PIXELS + 3,
        column_config=_columns(),
        placeholder="\u2013",
        alt="Runs with their results; select rows to open or compare them",
    )
    return tuple(shown[row] for row in rows)


def watch(everything: Sequence[Run]) -> None:
    """Show the page anew when a run that is not over goes on.

    Args:
        everything: All runs as the page shows them.
    """
    shown = _stages(everything)
    is_over = all(run.status.is_over and not run.is_saving for run in everything)

    def look() -> None:
        with page_frame.plain_errors():
            if not is_over and shown != _stages(services.runs()):
                st.rerun()

    st.fragment(look, run_every=None if is_over else REFRESH_SECONDS)()


def _stages(runs: Sequence[Run]) -> dict[str, tuple[str, bool]]:
    return {run.id: (run.status, run.is_saving) for run in runs}


def _choose(ids: Sequence[str]) -> None:
    rows = st.session_state[TABLE].selection.rows
    state.select_runs([ids[row] for row in rows])


def _rows(
    runs: Sequence[Run], taken: Mapping[str, int], hand: HandScores
) -> pd.DataFrame:
    zone = clock.now().tzinfo
    scores = [run.scores for run in runs]
    specs = [services.spec_of(run) for run in runs]
    shares = [each.accuracy for each in scores]
    return pd.DataFrame(
        {
            "Star": ["\u2605" if run.is_starred else "" for run in runs],
            "Name": [text_cell(run.name) for run in runs],
            "Status": [run_status.label(run) for run in runs],
            "Test accuracy": [
                share and round(100 * share.value, 4) for share in shares
            ],
            "95 % interval": [
                share and f"{words.interval(share)} %" for share in shares
            ],
            "Test images": [share and share.total for share in shares],
            **_validation(runs),
            **_robustness(runs),
            **hand_scores.columns(runs, hand),
            "Network": [
                network_cost.describe_network(run.config, spec)
                for run, spec in zip(runs, specs, strict=True)
            ],
            "Parameters": [
                network_cost.num_parameters(run.config, spec)
                for run, spec in zip(runs, specs, strict=True)
            ],
            "Best epoch": pd.Series(
                [each.best_epoch for each in scores], dtype="Int64"
            ),
            "Training time": [_rounded(each.train_seconds) for each in scores],
            **_studies(runs),
            **_sizes(runs, taken),
            "Data set": [text_cell(spec.title) for spec in specs],
            "Started": [run.created.astimezone(zone) for run in runs],
            "Notes": [text_cell(run.note) for run in runs],
        }
    )


def _validation(runs: Sequence[Run]) -> dict[str, list[float | None]]:
    """Return the column of validation accuracies, which older runs do not have."""
    shares = [run.scores.validation_accuracy for run in runs]
    if not any(shares):
        return {}
    return {"Validation accuracy": [each and round(100 * each, 4) for each in shares]}


def _robustness(runs: Sequence[Run]) -> dict[str, list[float | None]]:
    """Return the column of robustness scores, if any was measured."""
    shares = [run.scores.robustness for run in runs]
    if not any(share is not None for share in shares):
        return {}
    return {
        "Robustness": [
            None if share is None else round(100 * share, 4) for share in shares
        ]
    }


def _studies(runs: Sequence[Run]) -> dict[str, list[str]]:
    names = [text_cell(run.study) for run in runs]
    return {"Study": names} if any(names) else {}


def _sizes(runs: Sequence[Run], taken: Mapping[str, int]) -> dict[str, list[float]]:
    """Return the column of sizes, which there is if anybody knows them."""
    return {"Size": [taken.get(run.id, 0) / 1e6 for run in runs]} if taken else {}


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 2)


def _columns() -> dict[str, ColumnConfig]:
    number, column = st.column_config.NumberColumn, st.column_config.Column
    return {
        "Star": column(width=50),
        "Name": column(pinned=True, width=160),
        "Test accuracy": number(format="%.2f %%"),
        "95 % interval": column(
            help="Confidence interval of the test accuracy (Wilson)."
        ),
        "Test images": number(format="localized"),
        "Validation accuracy": number(format="%.2f %%"),
        "Robustness": number(
            format="%.2f %%",
            help="Mean accuracy over the 15 corruptions of MNIST-C; measured on "
            "Evaluate, section Robustness.",
        ),
        **hand_scores.config(),
        "Parameters": number(format="localized"),
        "Best epoch": number(help="By the monitored metric on the validation split."),
        "Training time": number(format="%.1f s"),
        "Size": number(format="%.2f MB", help="What its files take on the disk."),
        "Started": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm"),
    }
