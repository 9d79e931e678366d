"""The images that a second run fixes or breaks, and those that both get wrong."""

from typing import Final, get_args

import numpy as np
import streamlit as st

from core.datasets.store import Dataset
from core.evaluation.changes import Kind, only_one_predicts
from core.types import Indices
from dashboard import figure, results, services, state, words
from dashboard.charts.confusion_difference import confusion_difference
from dashboard.charts.mosaic import Grid
from dashboard.figure import Hit
from dashboard.state import Cell
from dashboard.widgets.common import gallery, tested_on
from dashboard.widgets.common.chosen_cell import chosen_cell
from dashboard.widgets.compare import both_answers
from dashboard.widgets.compare.comparable_runs import Compared
from dashboard.widgets.compare.two_runs import TwoRuns

MATRIX: Final = "confusion_difference"
GALLERY: Final = "changed_images"
GRID: Final = Grid(columns=8, tile=57)
PAGE_SIZE: Final = 64


def show(compared: Compared, *, first: int, second: int) -> None:
    """Show what a second run changes, image by image.

    Args:
        compared: The runs.
        first: Number of the first run.
        second: Number of the second run.
    """
    one, other = compared.runs[first], compared.runs[second]
    two = TwoRuns(
        runs=(one, other),
        first=results.evaluation(one),
        second=results.evaluation(other),
        titles=(compared.titles[first], compared.titles[second]),
        classes=compared.spec.classes,
        dataset=compared.dataset,
    )
    cell = state.cell(len(two.classes))
    matrix_column, images_column = st.columns(2, gap="medium")
    with matrix_column:
        st.subheader("Difference of the confusion matrices", anchor=False)
        _matrix(two, selected=cell)
    with images_column:
        st.subheader("Images that differ", anchor=False)
        if cell is None or cell.place is None:
            kind = _pick_kind()
            found = results.changes(one, other).of(kind)
            st.caption(_told(kind, two, len(found)))
        else:
            found = _of_cell(two, cell, *cell.place)
        if two.dataset is None:
            tested_on.no_images(one)
        elif len(found):
            _gallery(two, two.dataset, found)
    index = state.image(two.num_images)
    if index is not None:
        both_answers.card(two, index)


def _matrix(two: TwoRuns, *, selected: Cell | None) -> None:
    num = len(two.classes)

    def choose(hit: Hit) -> None:
        if 0 <= hit.index < num**2:
            _choose_cell(Cell(*divmod(hit.index, num)))

    figure.show(
        confusion_difference(
            two.first.matrix,
            two.second.matrix,
            classes=two.classes,
            selected=selected.place if selected else None,
            palette=services.palette(),
        ),
        key=MATRIX,
        alt="Confusion matrix of the second run minus that of the first: true class "
        "down, predicted class across",
        on_click=choose,
    )
    st.caption(
        f"Number of images with {words.literal(two.titles[1])} minus that with "
        f"{words.literal(two.titles[0])}: blue is better, red is worse. Click a cell "
        "for its images."
    )


def _pick_kind() -> Kind:
    """Let the viewer choose which images to see."""
    kinds: tuple[Kind, ...] = get_args(Kind)
    chosen = st.segmented_control(
        "Images",
        [kind.capitalize() for kind in kinds],
        default=kinds[0].capitalize(),
        required=True,
        key=state.CHANGED,
        **state.LINKED,
        on_change=_choose_cell,
        args=(None,),
        label_visibility="collapsed",
    )
    return next((kind for kind in kinds if kind.capitalize() == chosen), kinds[0])


def _choose_cell(cell: Cell | None) -> None:
    state.choose_cell(cell)
    st.session_state[state.CHANGED_PAGE] = 1


def _told(kind: Kind, two: TwoRuns, num_images: int) -> str:
    first, second = map(words.literal, two.titles)
    meaning = {
        "fixed": f"wrong with {first} and correct with {second}",
        "broken": f"correct with {first} and wrong with {second}",
        "both wrong": f"wrong with {first} and with {second}",
    }[kind]
    return f"{words.count(num_images, 'test image')} {meaning}{_how(num_images)}"


def _how(num_images: int) -> str:
    if num_images > 1:
        return ", the most confident mistake first. Click one for both answers."
    return ". Click it for both answers." if num_images else "."


def _of_cell(two: TwoRuns, cell: Cell, true: int, predicted: int) -> Indices:
    """Return the images behind a cell, and say what they are."""
    chosen_cell(cell, two.classes, on_click=_choose_cell)
    by_first, by_second = only_one_predicts(
        two.first.predictions.labels,
        two.first.predicted,
        two.second.predicted,
        true=true,
        predicted=predicted,
    )
    first, second = map(words.literal, two.titles)
    st.caption(
        f"{words.count(len(by_first), 'test image')} predicted so only by {first}, "
        f"then {len(by_second):,} only by {second}."
    )
    return np.concatenate([by_first, by_second])


def _gallery(two: TwoRuns, dataset: Dataset, found: Indices) -> None:
    slot = st.container()
    num_pages = -(-len(found) // PAGE_SIZE)
    page = 1
    if num_pages > 1:
        page = st.pagination(num_pages, key=state.CHANGED_PAGE, **state.LINKED)
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    with slot:
        gallery.gallery(
            dataset.test.images,
            shown,
            captions=[both_answers.in_short(two, index) for index in shown.tolist()],
            key=GALLERY,
            grid=GRID,
            alt=f"{len(shown):,} test images that the two runs predict",
        )
