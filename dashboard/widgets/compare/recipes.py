"""What differs in the recipes of some runs, and what they reached."""

from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from core.config import differing_titles
from core.config.controls import title_of
from core.handover.tables import text_cell
from core.proportion import percent
from core.records import Run
from core.runs.answers import titles as titles_of
from dashboard import words
from dashboard.results import HandScores
from dashboard.widgets.common import hand_scores

MAX_COLUMNS: Final = 4
"""So many runs stand side by side; more of them stand below each other."""

NOTHING: Final = "\u2013"
ROW_PIXELS: Final = 35


def differences(chosen: Sequence[Run]) -> None:
    """Show the results of some runs, and the settings in which they differ.

    Args:
        chosen: Two runs or more, in the order in which they are compared.
    """
    st.subheader("Results and recipes", anchor=False)
    found = differing_titles([run.config for run in chosen])
    settings = {title_of(name): values for name, values in found.items()}
    hand = hand_scores.of(chosen)
    if len(chosen) <= MAX_COLUMNS:
        _side_by_side(chosen, settings, hand)
    else:
        _below_each_other(chosen, settings, hand)
    st.caption(
        "Results and the settings that differ. All other settings are the same."
        if settings
        else "Their settings are all the same."
    )


def _side_by_side(
    chosen: Sequence[Run], settings: dict[str, tuple[str, ...]], hand: HandScores
) -> None:
    rows = _results(chosen, hand) | {
        title: tuple(map(words.literal, values)) for title, values in settings.items()
    }
    titles = list(map(words.literal, titles_of(chosen)))
    table = pd.DataFrame.from_dict(rows, orient="index", columns=titles)
    st.table(
        table.replace("", NOTHING),
        alt="Results of the compared runs, and the settings in which they differ",
    )


def _below_each_other(
    chosen: Sequence[Run], settings: dict[str, tuple[str, ...]], hand: HandScores
) -> None:
    scores = [run.scores for run in chosen]
    shares = [each.accuracy for each in scores]
    columns = {
        "Run": list(map(text_cell, titles_of(chosen))),
        "Test accuracy": [share and 100 * share.value for share in shares],
        "95 % interval": [share and f"{words.interval(share)} %" for share in shares],
        "Test images": [share and share.total for share in shares],
        "Validation accuracy": [
            each.validation_accuracy and 100 * each.validation_accuracy
            for each in scores
        ],
        "Robustness": [
            None if each.robustness is None else 100 * each.robustness
            for each in scores
        ],
        **hand_scores.columns(chosen, hand),
        "Best epoch": pd.Series([each.best_epoch for each in scores], dtype="Int64"),
        "Training time": [each.train_seconds for each in scores],
    }
    table = pd.DataFrame(
        columns | {title: _sortable(values) for title, values in settings.items()}
    )
    st.dataframe(
        table.dropna(axis="columns", how="all"),
        hide_index=True,
        height=(len(chosen) + 1) * ROW_PIXELS + 3,
        column_config=_columns(),
        placeholder=NOTHING,
        alt="Results of the compared runs, and the settings in which they differ",
    )


def _sortable(values: Sequence[str]) -> list[float | None] | list[str]:
    """Turn a setting into numbers if it is one; it is none of an ensemble."""
    try:
        return [float(value) if value else None for value in values]
    except ValueError:
        return list(map(text_cell, values))


def _columns() -> dict[str, ColumnConfig]:
    number = st.column_config.NumberColumn
    return {
        "Run": st.column_config.Column(pinned=True, width=160),
        "Test accuracy": number(format="%.2f %%"),
        "95 % interval": st.column_config.Column(
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
        "Training time": number(format="%.1f s"),
    }


def _results(chosen: Sequence[Run], hand: HandScores) -> dict[str, tuple[str, ...]]:
    scores = [run.scores for run in chosen]
    shares = [each.accuracy for each in scores]
    held_out = [each.validation_accuracy for each in scores]
    rows = {
        "Test accuracy": tuple(percent(each.value) if each else "" for each in shares),
        "95 % interval": tuple(
            f"{words.interval(each)} %" if each else "" for each in shares
        ),
        "Test images": tuple(f"{each.total:,}" if each else "" for each in shares),
        "Validation accuracy": tuple(
            "" if each is None else percent(each) for each in held_out
        ),
        "Robustness": tuple(
            "" if each.robustness is None else percent(each.robustness)
            for each in scores
        ),
        **hand_scores.rows(chosen, hand),
        "Best epoch": tuple(str(each.best_epoch or "") for each in scores),
        "Training time": tuple(
            words.duration(each.train_seconds) if each.train_seconds else ""
            for each in scores
        ),
    }
    return {name: values for name, values in rows.items() if any(values)}
