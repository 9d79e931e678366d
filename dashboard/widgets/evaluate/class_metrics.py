"""Precision, recall and F1 of each class: as a table, or as one that can be sorted."""

from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from core.evaluation.confusions import most_confused
from core.evaluation.metrics import ClassScores
from core.handover.tables import text_cell
from core.proportion import percent
from core.records import Run
from core.types import Counts
from dashboard import words
from dashboard.charts.words import count_of
from dashboard.widgets.common.tested_on import Tested

MAX_PLAIN_ROWS: Final = 12
"""More classes than this are sorted, the worst first, in a table that scrolls."""

HEIGHT: Final = 458
ALT: Final = "Precision, recall and F1 of each class"


def section(run: Run, tested: Tested) -> None:  # noqa: ARG001 - all sections take it
    """Show them for all classes of a run."""
    class_table(tested.evaluation.classes, tested.evaluation.matrix, tested.classes)


def class_table(
    scores: Sequence[ClassScores], matrix: Counts, classes: Sequence[str]
) -> None:
    """Show precision, recall and F1 of each class.

    Args:
        scores: Of each class.
        matrix: int64 of shape (true, predicted).
        classes: Names of the classes.
    """
    if len(classes) <= MAX_PLAIN_ROWS:
        st.table(_plain(scores, classes), alt=ALT)
    else:
        st.dataframe(
            _sortable(scores, matrix, classes),
            key="class_metrics",
            hide_index=True,
            height=HEIGHT,
            column_config=_columns(),
            placeholder="\u2013",
            alt=f"{ALT}, the lowest F1 first",
        )
    st.caption(
        "Precision: share of the images predicted as this class that belong to it. "
        "Recall: share of the images of this class that were predicted as it. F1: the "
        f"harmonic mean of both.{_without_images(scores, classes)}"
    )


def _without_images(scores: Sequence[ClassScores], classes: Sequence[str]) -> str:
    missing = [
        words.literal(name)
        for name, score in zip(classes, scores, strict=True)
        if not score.support
    ]
    if not missing or len(classes) <= MAX_PLAIN_ROWS:
        return ""
    return f" No test images: {', '.join(missing)}."


def _plain(scores: Sequence[ClassScores], classes: Sequence[str]) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "Class": list(map(words.literal, classes)),
            "Precision": [percent(score.precision) for score in scores],
            "Recall": [percent(score.recall) for score in scores],
            "F1": [percent(score.f1) for score in scores],
            "Test images": [f"{score.support:,}" for score in scores],
        }
    )
    return table.set_index("Class")


def _sortable(
    scores: Sequence[ClassScores], matrix: Counts, classes: Sequence[str]
) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "Class": list(map(text_cell, classes)),
            "F1": [100 * score.f1 for score in scores],
            "Precision": [100 * score.precision for score in scores],
            "Recall": [100 * score.recall for score in scores],
            "Test images": [score.support for score in scores],
            "Most predicted as instead": [
                _instead(matrix, label, classes) for label in range(len(classes))
            ],
        }
    )
    # A class without test images cannot be right: its 0 % is no result.
    table = table[[score.support > 0 for score in scores]]
    return table.sort_values("F1", kind="stable", na_position="last")


def _instead(matrix: Counts, label: int, classes: Sequence[str]) -> str:
    for pair in most_confused(matrix, limit=1, true=(label,)):
        return text_cell(
            f"{classes[pair.predicted]}: {count_of(pair.count, pair.total)}"
        )
    return ""


def _columns() -> dict[str, ColumnConfig]:
    share = st.column_config.NumberColumn(format="%.2f %%")
    return {
        "Class": st.column_config.Column(pinned=True, width=70),
        "F1": share,
        "Precision": share,
        "Recall": share,
        "Test images": st.column_config.NumberColumn(format="localized"),
    }
