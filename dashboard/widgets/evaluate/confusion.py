"""The confusion matrix, its most confused pairs, and the images of a cell."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import streamlit as st

from core.datasets.classes import GROUP_TITLES, by_group
from core.datasets.store import Dataset
from core.evaluation.confusions import between_groups, most_confused
from core.evaluation.mistakes import cell_indices
from core.types import Counts
from dashboard import services, state, words
from dashboard.charts.confusion import (
    MAX_CLASSES_WITH_NUMBERS,
    Reading,
    confusion_figure,
)
from dashboard.charts.mosaic import Grid
from dashboard.charts.words import count_of
from dashboard.figure import Hit, show
from dashboard.results import Evaluation
from dashboard.state import Cell
from dashboard.widgets.common import class_picker, gallery
from dashboard.widgets.common.chosen_cell import chosen_cell

MATRIX: Final = "confusion_matrix"
PART: Final = "confusion_matrix_part"
TRUE: Final = "cell_true"
PREDICTED: Final = "cell_predicted"
CELL_GRID: Final = Grid(columns=8, tile=57)
MAX_IMAGES: Final = 64
ALL: Final = "All classes"
GROUPS: Final = "Groups"
MAX_CLASSES_AT_ONCE: Final = 12
"""More classes than this can be looked at by groups."""

MAX_PAIRS: Final = 15
PAIRS_HEIGHT: Final = 300


@dataclass(frozen=True)
class View:
    """What a confusion matrix shows.

    Attributes:
        names: Of its rows and columns.
        members: Indices of the classes of each row and column; one, or a group's.
        is_of_groups: Whether these are groups against each other.
    """

    names: tuple[str, ...]
    members: tuple[tuple[int, ...], ...]
    is_of_groups: bool

    @property
    def classes(self) -> tuple[int, ...]:
        """Indices of all classes that it shows."""
        return tuple(index for each in self.members for index in each)


def pick_view(classes: tuple[str, ...]) -> View:
    """Let the viewer choose all classes, one group, or groups against each other."""
    groups = by_group(classes)
    every = View(
        classes, tuple((index,) for index in range(len(classes))), is_of_groups=False
    )
    if len(groups) == 1 or len(classes) <= MAX_CLASSES_AT_ONCE:
        return every
    titles = {GROUP_TITLES[group]: members for group, members in groups.items()}
    chosen = st.segmented_control(
        "Classes",
        (ALL, *titles, GROUPS),
        default=ALL,
        required=True,
        key=state.MATRIX,
        **state.LINKED,
        wrap=True,
        on_change=state.choose_block,
        args=(None,),
        label_visibility="collapsed",
    )
    if chosen == GROUPS:
        return View(tuple(titles), tuple(titles.values()), is_of_groups=True)
    if chosen in titles:
        members = titles[chosen]
        names = tuple(classes[index] for index in members)
        return View(names, tuple((index,) for index in members), is_of_groups=False)
    return every


def matrix(counts: Counts, view: View, *, selected: Cell | None) -> None:
    """Show the confusion matrix; a click on a cell chooses it.

    Args:
        counts: int64 of shape (true, predicted), of all classes.
        view: Which of them to show.
        selected: The cell to outline, of all classes.
    """
    reading = _pick_reading()
    num_rows = len(view.names)
    is_whole, is_large = num_rows == len(counts), num_rows > MAX_CLASSES_WITH_NUMBERS

    def choose(hit: Hit) -> None:
        if 0 <= hit.index < num_rows**2:
            row, column = divmod(hit.index, num_rows)
            if view.is_of_groups:
                state.choose_block(Cell(row, column))
            else:
                true, predicted = view.members[row][0], view.members[column][0]
                state.choose_cell(Cell(true, predicted))

    show(
        confusion_figure(
            between_groups(counts, view.members),
            classes=view.names,
            reading=reading,
            selected=_outlined(view, selected),
            palette=services.palette(),
            totals=_totals(counts, view),
        ),
        # Plotly keeps the ranges of the large kind of axis for the small kind.
        key=MATRIX if is_whole or is_large else PART,
        alt="Confusion matrix: true class down, predicted class across",
        on_click=choose,
    )
    if is_large:
        st.caption("Ink grows with the square root of the share of the row.")


def _pick_reading() -> Reading:
    """Let the viewer choose which numbers the cells have."""
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
    return Reading("rows" if shown == "Row %" else "counts", hide_diagonal)


def most_confused_pairs(counts: Counts, classes: tuple[str, ...], view: View) -> None:
    """List the pairs that are confused most; pressing one chooses its cell.

    Args:
        counts: int64 of shape (true, predicted), of all classes.
        classes: Names of all classes.
        view: What the matrix shows; only its pairs are listed.
    """
    st.subheader("Most confused pairs", anchor=False)
    block = state.block(len(view.names)) if view.is_of_groups else None
    if block is not None:
        st.button(
            f"{view.names[block.true]} predicted as {view.names[block.predicted]}",
            icon=":material/close:",
            icon_position="right",
            key="remove_block",
            help="List the pairs of all groups",
            on_click=state.choose_block,
            args=(None,),
        )
    pairs = most_confused(
        counts,
        limit=MAX_PAIRS,
        true=view.members[block.true] if block else view.classes,
        predicted=view.members[block.predicted] if block else view.classes,
    )
    if not pairs:
        st.caption("None of these classes is predicted as another one of them.")
        return
    with st.container(gap=None, height=PAIRS_HEIGHT if len(pairs) > 8 else "content"):  # noqa: PLR2004 - what fits
        for rank, pair in enumerate(pairs):
            name = f"{classes[pair.true]} predicted as {classes[pair.predicted]}"
            st.button(
                words.literal(f"{name}: {count_of(pair.count, pair.total)}"),
                key=f"pair_{rank}",
                type="tertiary",
                on_click=state.choose_cell,
                args=(Cell(pair.true, pair.predicted),),
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
        class_picker.pick_optional(
            label, classes, key=key, on_change=_choose_named_cell
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
    title = chosen_cell(cell, classes, on_click=state.choose_cell)
    if not len(indices):
        st.info(
            f"No {title} among the test images.",
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


def _outlined(view: View, selected: Cell | None) -> tuple[int, int] | None:
    """Return the row and column to outline, if the view has them."""
    if view.is_of_groups:
        block = state.block(len(view.names))
        return (block.true, block.predicted) if block else None
    if selected is None or not {selected.true, selected.predicted} <= {*view.classes}:
        return None
    return view.classes.index(selected.true), view.classes.index(selected.predicted)


def _totals(counts: Counts, view: View) -> Counts:
    """Return the number of images of each row, wherever they are predicted to be."""
    totals = counts.sum(axis=1)
    return np.array([totals[list(each)].sum() for each in view.members], np.int64)


def _choose_named_cell(classes: Sequence[str]) -> None:
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
