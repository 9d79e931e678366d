"""The confusion matrix, its most confused pairs, and the images of a choice in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import streamlit as st

from core.datasets.classes import GROUP_TITLES, by_group
from core.datasets.store import Dataset
from core.evaluation.confusions import between_groups, most_confused
from core.evaluation.selection import Which, ordered
from core.types import Counts, Indices
from dashboard import services, state, words
from dashboard.charts.confusion import (
    MAX_CLASSES_WITH_NUMBERS,
    Chosen,
    Numbers,
    Reading,
    Totals,
    confusion_figure,
)
from dashboard.charts.mosaic import Grid
from dashboard.charts.words import count_of
from dashboard.figure import Hit, show
from dashboard.results import Evaluation
from dashboard.state import Cell
from dashboard.widgets.common import (
    chosen_images,
    class_picker,
    gallery,
    image_captions,
)
from dashboard.widgets.common.chosen_cell import chosen_cell, name_of

MATRIX: Final = "confusion_matrix"
PART: Final = "confusion_matrix_part"
TRUE: Final = "cell_true"
PREDICTED: Final = "cell_predicted"
CELL_GRID: Final = Grid(columns=8, tile=57)
PAGE_SIZE: Final = 64
NUMBERS: Final[dict[str, Numbers]] = {
    "Counts": "counts",
    "Row %": "rows",
    "Column %": "columns",
}
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


def matrix(evaluation: Evaluation, view: View, *, selected: Cell | None) -> None:
    """Show the confusion matrix; a click chooses a cell, a row or a column.

    Args:
        evaluation: What it is of.
        view: Which classes to show.
        selected: What to outline, of all classes.
    """
    numbers = _pick_numbers()
    with st.container(horizontal=True):
        hide_diagonal = _pick_hidden()
        is_similar = not view.is_of_groups and _pick_similar()
    reading = Reading(numbers, hide_diagonal)
    if is_similar:
        view = _in_order(view, evaluation.similar_order)
    counts = evaluation.matrix
    num_rows = len(view.names)
    is_whole, is_large = num_rows == len(counts), num_rows > MAX_CLASSES_WITH_NUMBERS

    def choose(hit: Hit) -> None:
        if 0 <= hit.index < (num_rows + 1) ** 2:
            row, column = (
                None if each == num_rows else each
                for each in divmod(hit.index, num_rows + 1)
            )
            if view.is_of_groups:
                state.choose_block(_cell(row, column))
            else:
                state.choose_cell(_cell(_class(view, row), _class(view, column)))

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
        alt="Confusion matrix: true class down, predicted class across, with totals",
        on_click=choose,
    )
    if is_large:
        of = "column" if reading.normalise == "columns" else "row"
        st.caption(
            f"Ink grows with the square root of the share of the {of}. Drag a box to "
            "zoom in; double-click for all."
        )


def _pick_numbers() -> Numbers:
    """Let the viewer choose which numbers the cells have."""
    shown = st.segmented_control(
        "Numbers",
        tuple(NUMBERS),
        default="Counts",
        required=True,
        key="numbers",
        **state.LINKED,
        label_visibility="collapsed",
        help="Row %: of the images of the true class (on the diagonal, recall). "
        "Column %: of the images predicted so (on the diagonal, precision).",
    )
    return NUMBERS.get(shown, "counts")


def _pick_hidden() -> bool:
    """Let the viewer leave the diagonal out."""
    return st.toggle(
        "Hide the diagonal",
        key="hide_diagonal",
        **state.LINKED,
        help="Without the correct predictions, the mistakes stand out.",
    )


def _pick_similar() -> bool:
    """Let the viewer choose the order of the classes."""
    return st.toggle(
        "Order by similarity",
        key="by_similarity",
        **state.LINKED,
        help="Classes that are confused with each other stand side by side, so that "
        "clusters of confusion show (hierarchical clustering, average linkage).",
    )


def _in_order(view: View, order: Sequence[int]) -> View:
    """Put the classes of a view in an order of all classes."""
    names = dict(zip(view.classes, view.names, strict=True))
    kept = [index for index in order if index in names]
    return View(
        tuple(names[index] for index in kept),
        tuple((index,) for index in kept),
        is_of_groups=False,
    )


def _class(view: View, row: int | None) -> int | None:
    return None if row is None else view.members[row][0]


def _cell(true: int | None, predicted: int | None) -> Cell | None:
    """Return a cell, a row or a column; None for all, which is no choice."""
    is_choice = true is not None or predicted is not None
    return Cell(true, predicted) if is_choice else None


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
            name_of(block, view.names),
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
        true=_members(view, block.true if block else None),
        predicted=_members(view, block.predicted if block else None),
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


def _members(view: View, row: int | None) -> tuple[int, ...]:
    return view.classes if row is None else view.members[row]


def pick_cell(classes: tuple[str, ...], *, selected: Cell | None) -> None:
    """Let the viewer choose a cell, row or column by name, for keyboard and phone."""
    for key, label, chosen in (
        (TRUE, "True class", selected.true if selected else None),
        (PREDICTED, "Predicted class", selected.predicted if selected else None),
    ):
        st.session_state[key] = None if chosen is None else classes[chosen]
        class_picker.pick_optional(
            label, classes, key=key, on_change=_choose_named_cell
        )


def cell_images(dataset: Dataset, evaluation: Evaluation, cell: Cell) -> None:
    """Show the images of a cell, a row or a column, page by page."""
    classes, judged = dataset.spec.classes, evaluation.judged
    found = _indices(evaluation, cell)
    title = chosen_cell(cell, classes, on_click=state.choose_cell)
    if not len(found):
        st.info(
            f"No {title} among the test images."
            if cell.place is not None
            else f"{title}: no such test image.",
            icon=":material/check:",
        )
        return
    slot = st.container()
    shown = _page_of(found)
    first = "the mistakes first, and of these" if cell.place is None else ""
    with slot:
        st.caption(
            f"{len(shown):,} of {words.count(len(found), 'test image')}, {first} the "
            "most confident first. Click one for its probabilities."
        )
        gallery.show_tiles(
            dataset.test.images,
            image_captions.tiles(judged, classes, shown),
            key=f"cell_{cell.true}_{cell.predicted}",
            grid=CELL_GRID,
            alt=f"Test images: {title}",
        )
    named = {state.TRUE_CLASS: cell.true, state.PREDICTED_CLASS: cell.predicted}
    chosen_images.open_gallery(
        {key: classes[index] for key, index in named.items() if index is not None}
    )


def _indices(evaluation: Evaluation, cell: Cell) -> Indices:
    """Return the images behind a cell, the mistakes first, the most confident first."""
    judged = evaluation.judged
    found = judged.select(Which.ALL, true=cell.true, predicted=cell.predicted)
    found = ordered(found, judged.confidence, descending=True)
    is_wrong = judged.labels[found] != judged.predicted[found]
    return np.concatenate([found[is_wrong], found[~is_wrong]])


def _page_of(found: Indices) -> Indices:
    """Let the viewer turn pages, if there are several."""
    num_pages = -(-len(found) // PAGE_SIZE)
    page = 1
    if num_pages > 1:
        page = st.pagination(num_pages, key=state.CELL_PAGE, **state.LINKED)
    return found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]


def _outlined(view: View, selected: Cell | None) -> Chosen | None:
    """Return what to outline of the rows and columns, if the view has them."""
    if view.is_of_groups:
        block = state.block(len(view.names))
        return (block.true, block.predicted) if block else None
    if selected is None:
        return None
    places = {index: place for place, index in enumerate(view.classes)} | {None: None}
    if not {selected.true, selected.predicted} <= places.keys():
        return None
    return places[selected.true], places[selected.predicted]


def _totals(counts: Counts, view: View) -> Totals:
    """Return the number of images of each row and column, also in other classes."""
    return Totals(
        *(
            np.array([sums[list(each)].sum() for each in view.members], np.int64)
            for sums in (counts.sum(axis=1), counts.sum(axis=0))
        )
    )


def _choose_named_cell(classes: Sequence[str]) -> None:
    true, predicted = (
        None if name is None else classes.index(name)
        for name in (st.session_state.get(TRUE), st.session_state.get(PREDICTED))
    )
    state.choose_cell(_cell(true, predicted))
