"""The confusion matrix, the images of a cell, and the metrics of each class."""

from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st

from core.datasets.store import Dataset
from core.evaluation.metrics import ClassScores
from core.evaluation.mistakes import cell_indices
from core.proportion import percent
from core.types import Counts
from dashboard import services, state, words
from dashboard.charts.confusion import confusion_figure
from dashboard.charts.mosaic import Grid
from dashboard.figure import Hit, show
from dashboard.results import Evaluation
from dashboard.state import Cell
from dashboard.widgets.common import gallery

MATRIX: Final = "confusion_matrix"
TRUE: Final = "cell_true"
PREDICTED: Final = "cell_predicted"
CELL_GRID: Final = Grid(columns=8, tile=57)
MAX_IMAGES: Final = 64


def matrix(counts: Counts, classes: tuple[str, ...], *, selected: Cell | None) -> None:
    """Show the confusion matrix; a click on a cell chooses it.

    Args:
        counts: int64 of shape (true, predicted).
        classes: Names of the classes.
        selected: The cell to outline.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        shown = st.segmented_control(
            "Numbers",
            ("Counts", "Row %"),
            default="Counts",
            required=True,
            key="numbers",
            **state.LINKED,
            label_visibility="collapsed",
        )
        hide_diagonal = st.toggle(
            "Hide the diagonal",
            key="hide_diagonal",
            **state.LINKED,
            help="Without the correct predictions, the mistakes stand out.",
        )
    num_classes = len(classes)

    def choose(hit: Hit) -> None:
        if 0 <= hit.index < num_classes**2:
            state.choose_cell(Cell(*divmod(hit.index, num_classes)))

    show(
        confusion_figure(
            counts,
            classes=classes,
            normalise="rows" if shown == "Row %" else "counts",
            hide_diagonal=hide_diagonal,
            selected=(selected.true, selected.predicted) if selected else None,
            palette=services.palette(),
        ),
        key=MATRIX,
        alt="Confusion matrix: true class down, predicted class across",
        on_click=choose,
    )


def pick_cell(classes: tuple[str, ...], *, selected: Cell | None) -> None:
    """Let the viewer choose a cell by name, for the keyboard and the phone."""
    if selected is None and None not in _named_cell():
        # The cell was removed; one class alone is a choice half made, and stays.
        st.session_state[TRUE] = st.session_state[PREDICTED] = None
    for key, label, chosen in (
        (TRUE, "True class", selected.true if selected else None),
        (PREDICTED, "Predicted class", selected.predicted if selected else None),
    ):
        if chosen is not None:
            st.session_state[key] = classes[chosen]
        st.selectbox(
            label,
            classes,
            index=None,
            placeholder="Any",
            key=key,
            on_change=_choose_named_cell,
            args=(classes,),
            width=120,
        )


def cell_images(dataset: Dataset, evaluation: Evaluation, cell: Cell) -> None:
    """Show the images of a cell, the most confident first."""
    classes, predictions = dataset.spec.classes, evaluation.predictions
    indices = cell_indices(
        predictions.labels,
        predictions.probabilities,
        true=cell.true,
        predicted=cell.predicted,
    )
    title = f"{classes[cell.true]} predicted as {classes[cell.predicted]}"
    st.button(
        words.literal(title),
        icon=":material/close:",
        icon_position="right",
        key="remove_cell",
        help="Clear the selection",
        on_click=state.choose_cell,
        args=(None,),
    )
    if not len(indices):
        st.info(
            f"No {words.literal(title)} among the test images.",
            icon=":material/check:",
        )
        return
    shown = indices[:MAX_IMAGES]
    st.caption(
        f"{len(shown):,} of {len(indices):,} test images, the most confident first. "
        "Click one for its probabilities."
    )
    gallery.gallery(
        dataset.test.images,
        shown,
        captions=_captions(evaluation, cell.predicted, shown.tolist()),
        key=f"cell_{cell.true}_{cell.predicted}",
        grid=CELL_GRID,
        alt=f"Test images: {title}",
    )


def class_table(scores: Sequence[ClassScores], classes: Sequence[str]) -> None:
    """Show precision, recall and F1 of each class."""
    table = pd.DataFrame(
        {
            "Class": list(map(words.literal, classes)),
            "Precision": [percent(score.precision) for score in scores],
            "Recall": [percent(score.recall) for score in scores],
            "F1": [percent(score.f1) for score in scores],
            "Test images": [f"{score.support:,}" for score in scores],
        }
    )
    st.table(table.set_index("Class"), alt="Precision, recall and F1 of each class")
    st.caption(
        "Precision: share of the images predicted as this class that belong to it. "
        "Recall: share of the images of this class that were predicted as it. F1: the "
        "harmonic mean of both."
    )


def _choose_named_cell(classes: tuple[str, ...]) -> None:
    match _named_cell():
        case (str(true), str(predicted)):
            state.choose_cell(Cell(classes.index(true), classes.index(predicted)))
        case _:
            state.choose_cell(None)


def _named_cell() -> tuple[str | None, str | None]:
    return st.session_state.get(TRUE), st.session_state.get(PREDICTED)


def _captions(
    evaluation: Evaluation, predicted: int, shown: Sequence[int]
) -> list[str]:
    probabilities = evaluation.predictions.probabilities[:, predicted]
    return [
        f"test image {index:,}, {words.confidence(float(probabilities[index]))}"
        for index in shown
    ]
