"""Choose among the misclassified images, and show a page of them."""

from typing import Final, Literal

import numpy as np
import streamlit as st

from core.datasets.store import Dataset
from core.evaluation.mistakes import Mistakes
from core.types import Indices
from dashboard import state, words
from dashboard.charts.mosaic import Grid
from dashboard.widgets.common import gallery

Order = Literal["most confident first", "least confident first"]

GRID: Final = Grid(columns=12, tile=56)
PAGE_SIZE: Final = 84


def pick_order() -> Order:
    """Let the viewer choose which mistakes come first."""
    chosen = st.selectbox(
        "Order",
        ("most confident first", "least confident first"),
        key="order",
        **state.LINKED,
        on_change=state.choose_image,
        args=(None,),
        width=220,
    )
    if chosen == "least confident first":
        return "least confident first"
    return "most confident first"


def page_of(found: Mistakes, *, order: Order) -> Indices:
    """Let the viewer turn pages.

    Args:
        found: The mistakes to look through, at least one.
        order: Which come first.

    Returns:
        Positions in `found` of those on the page.
    """
    positions = np.arange(len(found))
    if order == "least confident first":
        positions = positions[::-1]
    slot = st.container()
    page = _paginate(-(-len(found) // PAGE_SIZE))
    with slot:
        return positions[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]


def show(dataset: Dataset, found: Mistakes, shown: Indices) -> None:
    """Show mistakes; a click chooses one.

    Args:
        dataset: Where the images are from.
        found: The mistakes that are looked through.
        shown: Positions in `found` of those to show.
    """
    names = dataset.spec.classes
    captions = [
        f"{names[found.true[position]]} predicted as "
        f"{names[found.predicted[position]]}, "
        f"{words.confidence(float(found.confidence[position]))}, "
        f"test image {found.indices[position]:,}"
        for position in shown
    ]
    gallery.gallery(
        dataset.test.images,
        found.indices[shown],
        captions=captions,
        key="mistakes",
        grid=GRID,
        alt=f"{len(shown)} misclassified test images",
    )


def _paginate(num_pages: int) -> int:
    if num_pages == 1:
        return 1
    return st.pagination(num_pages, key="page", **state.LINKED)
